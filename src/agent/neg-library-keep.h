/* The site's library as it is kept in the cache: files by their hash, current.json and refused.json by rename. Thread: one at a time;
 * waits. */
#pragma once

#include "agent/neg-library-fetch.h"

G_BEGIN_DECLS

typedef struct _NegLibraryKeep NegLibraryKeep;

NegLibraryKeep *neg_library_keep_new (const char *cache_folder);
void neg_library_keep_free (NegLibraryKeep *keep);

/* Brings what @json names. FALSE: it could not be reached any more, or there is no room: what was there stays, and it is to be tried
 * again. *has_changed: viewers have something else to show. *is_complete: nothing is left that could come by itself. */
gboolean neg_library_keep_take (NegLibraryKeep *keep, NegLibraryFetch *fetch, const NegLibrarySettings *settings,
                                guint64 keep_free_bytes, const char *json, gsize length, GCancellable *cancellable,
                                gboolean *has_changed, gboolean *is_complete, GError **error);
/* The site has no library any more. */
gboolean neg_library_keep_clear (NegLibraryKeep *keep);

G_END_DECLS
