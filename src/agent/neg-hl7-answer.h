/* The answers to one message, in original or enhanced mode (HL7 v2.5.1 chapter 2, 2.9.2 and 2.9.3): none, one or two, kept
 * as one piece so that what is sent again is the same to the byte. Thread: any. */
#pragma once

#include "hl7/neg-hl7-message.h"
#include "worklist/neg-hl7-map.h"

G_BEGIN_DECLS

/* @message NULL: it could not be read. @refusal NULL: accepted. Joined; given. */
GBytes *neg_hl7_answer_write (const NegHl7Message *message, const NegHl7Refusal *refusal, GTimeZone *zone);
/* GBytes, each an acknowledgement; may be none. Given. */
GPtrArray *neg_hl7_answer_split (GBytes *joined);

G_END_DECLS
