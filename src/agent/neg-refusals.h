/* Who is refused again and again has one row a minute in the audit, with how often: else anybody could fill the disk with
 * rows.
 * Thread: any. */
#pragma once

#include "store/neg-audit.h"

G_BEGIN_DECLS

typedef struct _NegRefusals NegRefusals;

NegRefusals *neg_refusals_new (NegArchive *archive);
void neg_refusals_free (NegRefusals *refusals); /* audits what has been counted */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegRefusals, neg_refusals_free)

/* The first of @caller (a title or ""), @address and @detail at once, more of them counted. */
gboolean neg_refusals_audit (NegRefusals *refusals, const char *caller, const char *address, const char *detail,
                             GError **error);

G_END_DECLS
