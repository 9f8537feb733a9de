/* One message: parsed, mapped, logged and applied in one transaction, answered. The listener (neg-hl7-listener) has the
 * sockets; this has none. Thread: any; one call at a time per connection. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

/* The answers to a body, which may be a batch: one per message, in order (GBytes, given with its free function; in enhanced
 * mode up to two per message, in none none). When it returns all of them are committed: they may be sent. NULL: nothing
 * may be said, close the connection so that the sender tries again (disk full, database locked; cancelled in the middle of
 * a batch, which is known again as far as it was taken); error says why.
 * @source: for the log. */
GPtrArray *neg_hl7_intake_take (NegAgent *agent, GBytes *body, const char *source, GCancellable *cancellable,
                                GError **error);

/* The answer (given) to a message that is longer than is taken, of which @data is the beginning. */
GBytes *neg_hl7_intake_refuse_long (NegAgent *agent, const guint8 *data, gsize length);

G_END_DECLS
