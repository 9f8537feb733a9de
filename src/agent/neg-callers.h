/* Who may send to us: a calling AE title that the site knows, from the address that it has there. An AE title is no
 * proof of anything, and an address a weak one; TLS is the strong one.
 * Thread: any. */
#pragma once

#include "agent/neg-agent.h"
#include "agent/neg-refusals.h"

G_BEGIN_DECLS

typedef struct _NegCallers NegCallers;

NegCallers *neg_callers_new (NegArchive *archive);
NegRefusals *neg_callers_get_refusals (NegCallers *callers); /* borrowed */
void neg_callers_free (NegCallers *callers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegCallers, neg_callers_free)

/* The peer of @site that calls itself @calling_ae and is at @address (numeric). NULL: none; *why_not then says (or NULL)
 * why the one of that title is not him: another address, or a connection without the TLS that he speaks. Blocks while a
 * name is looked up; what was found is kept for a minute, that nothing was for seconds. */
const NegPeer *neg_callers_find (NegCallers *callers, const NegSite *site, const char *calling_ae,
                                 const char *address, gboolean is_tls, GCancellable *cancellable, const char **why_not);

G_END_DECLS
