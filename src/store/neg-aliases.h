/* Studies whose images name their patient as he was known before a link (a message's or a person's, neg-orders.h) made
 * them another one's. Thread: as the database's. */
#pragma once

#include "model/neg-identity.h"
#include "store/neg-entries.h"

G_BEGIN_DECLS

/* What is here of the patient of @entry, this one first, the newest next: NegAlias, given with its free function. Empty
 * where no link is needed for that. What a link that was taken apart had joined is not in it, also while the list is
 * still being put right. */
GPtrArray *neg_aliases_list (NegDatabase *database, const NegEntry *entry, GError **error);

G_END_DECLS
