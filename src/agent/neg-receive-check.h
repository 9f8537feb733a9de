/* What is kept is what is in the file, whatever the engine says that has met the peer: it may be the peer's by now.
 * Thread: any. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

/* The record of the file, read by an engine that meets no peers; given. NULL with *is_lie: it is another one than was
 * @told. Nobody else can write to the file any more: neg_incoming_own(). */
NegObjectRecord *neg_receive_check (NegAgent *agent, const NegIncoming *incoming, const NegObjectRecord *told,
                                    gboolean *is_lie, GError **error);

G_END_DECLS
