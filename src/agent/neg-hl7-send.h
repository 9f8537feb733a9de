/* One HL7 message sent to another system, and its answer. A connection of its own, closed whatever comes: an answer that
 * is late must not be taken for that of the next message.
 * Thread: any but the main one. */
#pragma once

#include "model/neg-site.h"

G_BEGIN_DECLS

typedef struct {
  char *code;       /* MSA-1 */
  char *control_id; /* MSA-2, which is the message's MSH-10 */
  char *text;       /* MSA-3, else ERR-8; "" where nothing is said */
  double ms;        /* from the first byte sent */
} NegHl7Sent;

void neg_hl7_sent_clear (NegHl7Sent *sent);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegHl7Sent, neg_hl7_sent_clear)

/* @address: HOST:PORT or tls://HOST:PORT (with the certificate of [hl7], and the authorities of its tls-ca or the
 * system's). USAGE: no address, or no message with a control ID. An answer that refuses is no error. */
gboolean neg_hl7_send (const NegSite *site, const char *address, GBytes *message, GCancellable *cancellable,
                       NegHl7Sent *sent, GError **error);

G_END_DECLS
