/* What eviction and the status of the cache share. */
#pragma once

#include "store/neg-cache.h"

G_BEGIN_DECLS

typedef struct {
  NegCacheNeed need;
  NegCacheReason reason;
  gint64 case_entry; /* 0 */
  gint64 case_us;    /* as of neg_cache_find_need() */
} NegCacheFinding;

gboolean _neg_cache_look (NegDatabase *database, gint64 study_rowid, gint64 now_us, NegCacheFinding *finding,
                          GError **error);

G_END_DECLS
