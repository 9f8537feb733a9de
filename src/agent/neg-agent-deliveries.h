/* Studies that a technologist has released: sent to each of their destinations, then committed to (PS3.4 annex J). A delivery is rows
 * (store/neg-deliveries.h) and jobs of the kind "deliver"; what is known of each object is a row before anybody is told.
 * Thread: any but the main one; they wait for the disk. */
#pragma once

#include "agent/neg-agent-private.h"

G_BEGIN_DECLS

/* To @peers, or (none) to where the site's routes say. *deliveries: gint64, given. REFUSED: it is not checked yet, has an error that
 * nobody has accepted, a correction of it waits, or no route says where; CONFLICT: there is nothing to be sent. */
gboolean neg_agent_deliveries_release (NegAgent *agent, gint64 study_id, const char *const *peers, GArray **deliveries,
                                       GError **error);
/* What peers may have of the study's objects as they were before a correction is named by rejection notes, which go to those peers. */
gboolean neg_agent_deliveries_reject_replaced (NegAgent *agent, NegDatabase *reader, gint64 study_id, GError **error);
/* @action: retry settle */
gboolean neg_agent_deliveries_control (NegAgent *agent, gint64 id, const char *action, const char *words, GError **error);
/* What a crash left without a job gets one. */
gboolean neg_agent_deliveries_recover (NegAgent *agent, GError **error);

/* An answer about storage commitment; TRUE: some delivery asked for it, and what it says is on the disk. */
gboolean neg_agent_deliveries_take_answer (NegAgent *agent, const char *peer, const char *transaction_uid, GVariant *committed,
                                           GVariant *failed);

G_END_DECLS
