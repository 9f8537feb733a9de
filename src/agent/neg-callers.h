/* Who may send to us: a calling AE title that the site knows, from the address that it has there. An AE title is no
 * proof of anything, and an address a weak one; TLS is the strong one.
 * Thread: any. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegCallers NegCallers;

NegCallers *neg_callers_new (void);
void neg_callers_free (NegCallers *callers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegCallers, neg_callers_free)

/* The peer of @site that calls itself @calling_ae and is at @address (numeric). NULL: none; *is_elsewhere then says
 * whether there is one of that title at another address. Blocks while a name is looked up; what was found is kept for a
 * minute. */
const NegPeer *neg_callers_find (NegCallers *callers, const NegSite *site, const char *calling_ae,
                                 const char *address, GCancellable *cancellable, gboolean *is_elsewhere);

G_END_DECLS
