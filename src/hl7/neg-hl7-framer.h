/* MLLP (HL7 Transport Specification, MLLP release 1): cuts the bytes of a connection into messages, and frames them.
 *
 * A frame is 0B, the message, 1C 0D. As peers really send it: bytes come in any pieces; CR, LF and NUL between frames, a
 * second 0B at the start and a second 1C 0D at the end are skipped; a 1C whose CR never comes ends its message at the
 * next 0B or when the caller says that it waited long enough. Anything else between frames is not MLLP, and a frame that
 * begins inside another means that the end of the first was lost: both end the connection, so that the sender sends
 * again. Inside a frame every other byte is data, an 0B among text too.
 *
 * Thread: one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_HL7_FRAME_START 0x0B
#define NEG_HL7_FRAME_END 0x1C

/* How long to wait for the CR after 1C. */
#define NEG_HL7_FRAMER_PATIENCE_MS 2000

typedef struct _NegHl7Framer NegHl7Framer;

/* @bytes_max: of one message (NEG_HL7_BYTES_MAX). */
NegHl7Framer *neg_hl7_framer_new (gsize bytes_max);
void neg_hl7_framer_free (NegHl7Framer *framer); /* nullable */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegHl7Framer, neg_hl7_framer_free)

/* Moves *data and *length past what it took: all of it, or up to the end of one message, which is then *message (given;
 * may be empty), else NULL. Call again while *length is not 0. FALSE, and again on every later call:
 * NEG_ERROR_PROTOCOL no MLLP ("byte N" of the connection), NEG_ERROR_SIZE_OVERFLOW a message too long, NEG_ERROR_MEMORY.
 * Close the connection then. */
gboolean neg_hl7_framer_feed (NegHl7Framer *framer, const guint8 **data, gsize *length, GBytes **message,
                              GError **error);

/* A 1C came and no CR yet: start to count. */
gboolean neg_hl7_framer_is_waiting (const NegHl7Framer *framer);

/* NEG_HL7_FRAMER_PATIENCE_MS passed, or the sender closed: the message if one waits for nothing but that CR (given),
 * else NULL. FALSE as above. */
gboolean neg_hl7_framer_flush (NegHl7Framer *framer, GBytes **message, GError **error);

/* The beginning of the message under way, for an answer to one that is too long. Borrowed until the next call. */
const guint8 *neg_hl7_framer_get_partial (const NegHl7Framer *framer, gsize *length);

/* A frame around @message. Given. NULL, NEG_ERROR_INCONSISTENT: it holds what would end or begin a frame (what
 * neg-hl7-writer.h writes never does). */
GBytes *neg_hl7_frame (GBytes *message, GError **error);

G_END_DECLS
