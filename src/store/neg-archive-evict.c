/* What the cache gives up for room. */
#include "config.h"

#include "store/neg-archive-remove-private.h"

#include "store/neg-entries.h"

/* Of study ?1. A newer version of an object that is data stays as that does: without it nothing would be shown, or what
 * it corrected. */
#define MAY_GO                                                                                                         \
  "i.object_class = 1 AND i.path IS NULL AND NOT EXISTS (SELECT 1 FROM instance d"                                     \
  " WHERE d.sop_instance_uid = i.sop_instance_uid AND d.object_class <> 1 AND d.superseded_by IS NOT NULL)"

#define HIDE_SERIES                                                                                                    \
  "UPDATE series SET study_id = ?2 WHERE study_id = ?1"                                                                \
  " AND NOT EXISTS (SELECT 1 FROM instance i WHERE i.series_id = series.id AND NOT (" MAY_GO "))"

/* Of series that something stays of: they are not whole before nor afterwards. */
#define HIDE_OBJECTS                                                                                                   \
  "UPDATE instance SET series_id = ?2 WHERE id IN (SELECT i.id FROM series s CROSS JOIN instance i"                    \
  " ON i.series_id = s.id WHERE s.study_id = ?1 AND " MAY_GO " LIMIT " G_STRINGIFY (NEG_REMOVAL_PIECE) ")"
#define INSERT_SERIES                                                                                                  \
  "INSERT INTO series (study_id, series_uid, modality, date, time, description, body_part, laterality, station)"       \
  " VALUES (?1, '', '', '', '', '', '', '', '')"

typedef struct {
  NegRemoval removal;
  guint64 quota_bytes;
  gint64 used_before_us;
  gboolean is_short; /* of space on the disk */
  gboolean is_done;
} Eviction;

/* The study that was used least recently and before @used_before_us, and what all of the cache holds. */
static gboolean
find_oldest (NegDatabase *database, gint64 used_before_us, gint64 *study_id, guint64 *cache_bytes, GError **error)
{
  NegStatement *sum;
  gint64 bytes = 0;

  if (!_neg_archive_ask_for (database,
                             "SELECT id FROM study WHERE cache_bytes > 0 AND used_us < ?1"
                             " ORDER BY used_us, cache_bytes LIMIT 1",
                             used_before_us, study_id, error))
    return FALSE;
  sum = neg_database_prepare (database, "SELECT coalesce (sum (cache_bytes), 0) FROM study WHERE cache_bytes > 0", error);
  if (sum == NULL || !_neg_archive_query_int (sum, 0, &bytes, error))
    return FALSE;
  *cache_bytes = (guint64) MAX (bytes, 0);
  return TRUE;
}

/* *n: how many. */
static gboolean
hide_objects (NegDatabase *database, gint64 id, gint64 hidden_id, gint64 *n, GError **error)
{
  NegStatement *changes = neg_database_prepare (database, "SELECT changes ()", error);

  return changes != NULL && _neg_archive_run_for (database, INSERT_SERIES, hidden_id, error)
         && _neg_archive_hide (database, HIDE_OBJECTS, id, neg_database_get_last_id (database), error)
         && _neg_archive_query_int (changes, 0, n, error);
}

/* What may not go is no reason to come back. */
static gboolean
count_cache (NegDatabase *database, gint64 id, gboolean is_more, GError **error)
{
  return _neg_archive_run_for (database,
                               is_more ? "UPDATE study SET cache_bytes = (SELECT coalesce (sum (i.bytes), 0)"
                                         " FROM series s CROSS JOIN instance i ON i.series_id = s.id"
                                         " WHERE s.study_id = ?1 AND i.object_class = 1 AND i.path IS NULL)"
                                         " WHERE id = ?1"
                                       : "UPDATE study SET cache_bytes = 0 WHERE id = ?1",
                               id, error);
}

static gboolean
hide_evicted (NegDatabase *database, gint64 id, GError **error)
{
  gint64 hidden_id, n;

  return _neg_archive_begin_hiding (database, id, FALSE, &hidden_id, error)
         && _neg_archive_hide (database, HIDE_SERIES, id, hidden_id, error)
         && hide_objects (database, id, hidden_id, &n, error)
         && count_cache (database, id, n == NEG_REMOVAL_PIECE, error) && _neg_archive_count_current (database, id, error)
         && _neg_archive_run_for (database,
                                  "DELETE FROM study WHERE id = ?1"
                                  " AND NOT EXISTS (SELECT 1 FROM series WHERE study_id = ?1)",
                                  id, error)
         && neg_entries_refresh_study (database, id, error);
}

static gboolean
evict_oldest (NegDatabase *database, gpointer data, GError **error)
{
  Eviction *eviction = data;
  guint64 cache_bytes;
  gint64 id;

  if (!find_oldest (database, eviction->used_before_us, &id, &cache_bytes, error))
    return FALSE;
  eviction->is_done = id == 0 || (cache_bytes <= eviction->quota_bytes && !eviction->is_short);
  return (eviction->is_done || hide_evicted (database, id, error))
         && _neg_archive_remove_piece (database, &eviction->removal, error);
}

gboolean
neg_archive_evict (NegArchive *archive, guint64 quota_bytes, guint64 keep_free_bytes, gint64 used_before_us,
                   guint64 *freed_bytes, GError **error)
{
  Eviction eviction = { .quota_bytes = quota_bytes, .used_before_us = used_before_us };
  guint64 free_bytes;

  do {
    if (!neg_object_store_get_free_bytes (archive->objects, NEG_OBJECT_CACHE, &free_bytes, error))
      return FALSE;
    eviction.is_short = free_bytes < keep_free_bytes;
    if (!_neg_archive_run_removal (archive, evict_oldest, &eviction.removal, error))
      return FALSE;
  } while (!eviction.is_done);
  if (freed_bytes != NULL)
    *freed_bytes = eviction.removal.freed;
  return TRUE;
}
