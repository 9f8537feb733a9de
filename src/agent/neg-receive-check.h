/* What is kept is what is in the file, whatever the engine says that has met the peer: it may be the peer's by now.
 * Thread: any, one at a time for a check. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegReceiveCheck NegReceiveCheck;

/* Engines that meet no peers begin to read the files. Nobody else can write to them any more: neg_incoming_own(). */
NegReceiveCheck *neg_receive_check_begin (NegAgent *agent, NegIncoming *const *incomings, guint n);
NegReceiveCheck *neg_receive_check_ref (NegReceiveCheck *check);
void neg_receive_check_unref (NegReceiveCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegReceiveCheck, neg_receive_check_unref)

/* The record of the file of that number, waited for, once; given. NULL with *is_lie: it is another one than was @told. */
NegObjectRecord *neg_receive_check_end (NegReceiveCheck *check, guint number, const NegObjectRecord *told,
                                        gboolean *is_lie, GError **error);

G_END_DECLS
