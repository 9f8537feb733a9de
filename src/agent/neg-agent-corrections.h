/* Corrections (store/neg-corrections.h): what a person asks for becomes new versions of objects, by way of the engines, in a job of
 * the queue that goes on after a crash and makes the same bytes then. DESIGN.md, "Corrections".
 * Thread: any but the main one. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

/* *id of the correction (0: a dry run); *waits for a second look, else it is applied when this returns. Errors: USAGE: the spec is wrong; NOT_FOUND,
 * REFUSED, CONFLICT as it says. */
gboolean neg_agent_corrections_ask (NegAgent *agent, gint64 study_id, GVariant *spec, const char *reason,
                                    GCancellable *cancellable, gint64 *id, gboolean *waits, GError **error);
gboolean neg_agent_corrections_look (NegAgent *agent, gint64 id, const char *by, gboolean approves,
                                     GCancellable *cancellable, GError **error);
gboolean neg_agent_corrections_undo (NegAgent *agent, gint64 id, GError **error);

/* At the start: what was asked for and has no job that would do it gets one; what has failed for good has failed. */
void neg_agent_corrections_resume (NegAgent *agent);

/* [quality] second-look of @site: an error names file, group and key. */
gboolean neg_agent_corrections_check_site (const NegSite *site, GError **error);

G_END_DECLS
