/* Storage commitment that a modality asks of us (PS3.4 J): its question is kept before it is answered; what is here of it is reported on
 * the association that asked while that is open, else on one of ours, by a job of the kind "report".
 * Thread: any but the main one; they wait for the disk. */
#pragma once

#include "agent/neg-agent-private.h"

G_BEGIN_DECLS

/* The status that whoever asks is answered (PS3.7 10.1.4.1.10). @is_peer: @source is a peer of the site. @objects: a(ss). */
guint neg_agent_pledges_take (NegAgent *agent, const char *source, gboolean is_peer, const char *transaction_uid, const char *step_uid,
                              GVariant *objects);

/* What is to be reported now, as the body of NEG_NET_REPORT; floating. What is missing is noted for the checks. NULL: NOT_FOUND, also
 * of what is answered already, or it could not be read. */
GVariant *neg_agent_pledges_judge (NegAgent *agent, const char *transaction_uid, GError **error);
/* It has been told, and has answered with @status. */
gboolean neg_agent_pledges_note_told (NegAgent *agent, const char *transaction_uid, guint status, GError **error);

/* What waits for its answer and has no job gets one, where its peer can be called. */
gboolean neg_agent_pledges_resume (NegAgent *agent, GError **error);

G_END_DECLS
