/* The site's library: brought into <cache>/library by a thread of its own, which is the only one that waits for a folder that may be
 * gone or a server that may not answer. What does not hold up is refused in words, and what was good before stays.
 * Thread: any. */
#pragma once

#include "agent/neg-agent-private.h"

G_BEGIN_DECLS

typedef struct _NegAgentLibrary NegAgentLibrary;

/* [library] folder= (a path or https://), tls-ca=, every= (seconds), quota-mib=, and [support]: an error names file, group and key. */
gboolean neg_agent_library_check_site (const NegSite *site, GError **error);

NegAgentLibrary *neg_agent_library_new (NegAgent *agent, GError **error);
void neg_agent_library_free (NegAgentLibrary *library); /* nullable; stops first */

/* Other settings, or somebody asks. Nullable. */
void neg_agent_library_kick (NegAgentLibrary *library);
/* With @now: looks first. a{sv} of SyncLibrary; floating. */
GVariant *neg_agent_library_describe (NegAgentLibrary *library, gboolean now, GCancellable *cancellable);

G_END_DECLS
