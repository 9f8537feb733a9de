/* What the parts of neg-feedback share. */
#pragma once

#include "support/neg-feedback.h"
#include "support/neg-support-private.h"

G_BEGIN_DECLS

#define _NEG_FEEDBACK_JSON_BYTES_MAX (256u << 10)

void _neg_feedback_clear (NegFeedback *feedback);
NegFeedbackAnswer *_neg_feedback_answer_read (JsonObject *object, GError **error);

G_END_DECLS
