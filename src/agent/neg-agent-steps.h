/* Modality performed procedure steps (PS3.4 F.7): what modalities say is kept before they are answered; for a modality that cannot, a
 * study that is released is told to the peers that want to know (use=mpps), by jobs of the kind "mpps".
 * Thread: any but the main one; they wait for the disk. */
#pragma once

#include "agent/neg-agent-private.h"
#include "store/neg-desk.h"
#include "store/neg-performed.h"

G_BEGIN_DECLS

/* What @source says: the status that it is answered; *instance: the UID that the step has, given. */
guint neg_agent_steps_take (NegAgent *agent, const char *source, gboolean is_create, const char *uid, GVariant *attributes,
                            char **instance);

/* Steps of ours (NegPerformedStep, given with their free function) for a study of which no modality has said anything, one for each
 * peer that is to be told; none where nobody is. NULL and an error. */
GPtrArray *neg_agent_steps_prepare (NegAgent *agent, NegDatabase *reader, const NegDeskRow *row, GError **error);
/* Within neg_archive_write(). */
gboolean neg_agent_steps_add (NegDatabase *database, GPtrArray *steps, GError **error);
/* Steps of ours that have no job that tells of them get one: after they were added, and at the start. */
gboolean neg_agent_steps_resume (NegAgent *agent, GError **error);

G_END_DECLS
