/* Cuts a body that holds one message, or a batch of them (FHS BHS MSH... BTS FTS; HL7 v2.5.1 chapter 2, 2.10.3), or
 * several merely one behind the other, into its messages. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_HL7_BATCH_MESSAGES_MAX 100000

typedef struct {
  GPtrArray *messages; /* GBytes, in their order, each for neg_hl7_message_parse; parts of the body, not copies */
  GPtrArray *warnings; /* char *: counts of BTS-1 and FTS-1 that are wrong, segments outside of any message */
  guint n_outside;     /* such segments: what was cut off from its message must not be taken for whole */
} NegHl7Batch;

/* NEG_ERROR_UNREADABLE where no line of @body is a header, or it holds no message (what stands before the first header is
 * left out, with a warning); NEG_ERROR_UNSUPPORTED UTF-16; NEG_ERROR_INCONSISTENT delimiters of the first header that
 * cannot be; NEG_ERROR_SIZE_OVERFLOW too many messages. What is wrong inside a message is for the parser to say. Free with neg_hl7_batch_free. */
NegHl7Batch *neg_hl7_batch_split (GBytes *body, GError **error);
void neg_hl7_batch_free (NegHl7Batch *batch); /* nullable */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegHl7Batch, neg_hl7_batch_free)

G_END_DECLS
