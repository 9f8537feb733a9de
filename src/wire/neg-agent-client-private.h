/* What the parts of neg-agent-client share. */
#pragma once

#include "wire/neg-agent-client.h"

G_BEGIN_DECLS

#define NEG_AGENT_OBJECT_PATH "/org/negatoscope/Agent"
#define NEG_AGENT_LOCK_FILE "agent.lock"

/* Blocks up to @timeout_ms; says hello. *started (nullable): by this call. */
GDBusConnection *_neg_agent_connect (const char *home, const char *config, gboolean start, guint timeout_ms,
                                     gboolean *started, GCancellable *cancellable, GError **error);

/* Whether some process is the agent of @home, even if it does not answer. */
gboolean _neg_agent_is_running (const char *home);

G_END_DECLS
