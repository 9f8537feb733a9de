/* What is kept is what is in the file, whatever the engine says that has met the peer: it may be the peer's by now.
 * Thread: any, one at a time for a check. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegReceiveCheck NegReceiveCheck;

/* An engine that meets no peers begins to read the file. Nobody else can write to it any more: neg_incoming_own(). */
NegReceiveCheck *neg_receive_check_begin (NegAgent *agent, const NegIncoming *incoming);
/* Its record, waited for; given. NULL with *is_lie: it is another one than was @told. @check is taken. */
NegObjectRecord *neg_receive_check_end (NegReceiveCheck *check, const NegObjectRecord *told, gboolean *is_lie,
                                        GError **error);

G_END_DECLS
