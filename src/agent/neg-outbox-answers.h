/* What the site answers to feedback: files beside it in the folder, or one document at [support] answers=. Thread: one at a time; waits. */
#pragma once

#include "agent/neg-agent-outbox.h"
#include "agent/neg-limited.h"

G_BEGIN_DECLS

/* Of @uuids; NegFeedbackAnswer with the id of its feedback, given. What is no answer is left out. @etag: of the last one, replaced. */
GPtrArray *_neg_outbox_answers_read (NegLimited *limited, const char *folder, const char *const *uuids, GCancellable *cancellable,
                                     GError **error);
GPtrArray *_neg_outbox_answers_ask (NegAgent *agent, const NegOutboxPlaces *places, char **etag, const char *const *uuids,
                                    GCancellable *cancellable, GError **error);

G_END_DECLS
