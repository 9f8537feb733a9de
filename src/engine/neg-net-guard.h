/* The bytes of an association as the peer sends them, looked at before DCMTK gets them: PDUs of a sensible length, PDVs
 * that fill them exactly (PS3.8 9.3), and commands that are flat (PS3.7 6.3.1): DCMTK 3.6.7 parses a command by
 * recursion without a limit, and a nested one is the end of the process. Data sets pass: those are scanned whole.
 * Any split of the stream will do. Thread: one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_NET_GUARD_PDU_BYTES_MAX (1u << 20)
#define NEG_NET_GUARD_COMMAND_BYTES_MAX (64u << 10)

typedef struct {
  guint8 head[8]; /* of a PDU or PDV, as far as it came */
  guint n_head;
  guint32 pdu_remaining;
  guint32 pdv_remaining;
  gboolean in_pdu, in_data, in_pdv; /* in_data: the PDU is a P-DATA-TF */
  gboolean is_command, is_last;

  guint8 element[8]; /* of the command, across its PDVs */
  guint n_element;
  guint32 value_remaining;
  guint32 command_bytes;
} NegNetGuard;

void neg_net_guard_init (NegNetGuard *guard);

/* FALSE: none of these bytes may go further, nor any after them. PROTOCOL, NESTING. */
gboolean neg_net_guard_feed (NegNetGuard *guard, const guint8 *bytes, gsize length, GError **error);

G_END_DECLS
