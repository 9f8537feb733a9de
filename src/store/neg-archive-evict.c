/* What the cache gives up for room. The order is that of an index: what nothing is known to need, used least recently
 * first; then what cases need, the last case's first. What the index says is looked at anew before anything goes, and
 * every hour for what has become needless, so no order that changes has to be followed into the cache. */
#include "config.h"

#include "store/neg-archive-remove-private.h"

#include "store/neg-cache-private.h"
#include "store/neg-entries.h"

/* Of study ?1. A newer version of an object that is data stays as that does: without it nothing would be shown, or what
 * it corrected. So does what a person has corrected: he may want it back, and when its peer sends it again it is known. */
#define MAY_GO                                                                                                         \
  "i.object_class = 1 AND i.path IS NULL AND NOT EXISTS (SELECT 1 FROM instance d"                                     \
  " WHERE d.sop_instance_uid = i.sop_instance_uid AND d.object_class <> 1 AND d.superseded_by IS NOT NULL)"            \
  " AND NOT EXISTS (SELECT 1 FROM correction_object c WHERE c.old_sop_uid = i.sop_instance_uid AND c.old_id = i.id)"

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

#define LOOK_US 10000 /* in one transaction */
#define LOOK_AGAIN_US (3600 * (gint64) G_USEC_PER_SEC)

/* How far a walk through what is needed has come. */
typedef struct {
  gint64 need, case_us, used_us, id;
} Place;

typedef struct {
  NegRemoval removal;
  guint64 quota_bytes;
  gint64 used_before_us, now_us;
  const GArray *open; /* gint64, entries; nullable */
  gboolean is_short; /* of space on the disk */
  gboolean looks_again; /* at everything that was needed when it was looked at last */
  Place place;
  gboolean is_done;
} Eviction;

/* --- choosing --- */

static gboolean
is_enough (NegDatabase *database, const Eviction *eviction, gboolean *is, GError **error)
{
  NegStatement *total = neg_database_prepare (database, "SELECT bytes FROM cache_total", error);
  gint64 bytes;

  if (total == NULL || !_neg_archive_query_int (total, 0, &bytes, error))
    return FALSE;
  *is = (guint64) MAX (bytes, 0) <= eviction->quota_bytes && !eviction->is_short;
  return TRUE;
}

/* The first in the order of need; @noted: what was found the last time. */
static gboolean
find_first (NegDatabase *database, gint64 used_before_us, gint64 *id, NegCacheFinding *noted, GError **error)
{
  static const char *const sql[] = {
    "SELECT id, case_us FROM study WHERE cache_bytes > 0 AND need = 0 AND case_us = 0 AND used_us < ?1"
    " ORDER BY used_us, cache_bytes LIMIT 1",
    "SELECT id, case_us FROM study WHERE cache_bytes > 0 AND need = 1 AND used_us < ?1"
    " ORDER BY case_us, used_us LIMIT 1",
  };

  *id = 0;
  for (guint i = 0; *id == 0 && i < G_N_ELEMENTS (sql); i++) {
    NegStatement *row = neg_database_prepare (database, sql[i], error);
    gboolean has_row;

    if (row == NULL)
      return FALSE;
    neg_statement_bind_int (row, 1, used_before_us);
    if (!neg_statement_step (row, &has_row, error))
      return FALSE;
    if (!has_row)
      continue;
    *id = neg_statement_get_int (row, 0);
    *noted = (NegCacheFinding){ .need = i == 0 ? NEG_CACHE_GOES : NEG_CACHE_NEEDED,
                                .case_us = neg_statement_get_int (row, 1) };
    neg_statement_reset (row);
  }
  return TRUE;
}

/* *same: it is as @noted says. Else that is mended, and the study has another place in the order. */
static gboolean
look (NegDatabase *database, gint64 id, const NegCacheFinding *noted, gint64 now_us, gboolean *same, GError **error)
{
  NegCacheFinding finding;
  NegStatement *note;

  if (!_neg_cache_look (database, id, now_us, &finding, error))
    return FALSE;
  *same = finding.need == noted->need && finding.case_us == noted->case_us;
  if (*same)
    return TRUE;
  note = neg_database_prepare (database, "UPDATE study SET need = ?2, case_us = ?3 WHERE id = ?1", error);
  if (note == NULL)
    return FALSE;
  neg_statement_bind_int (note, 1, id);
  neg_statement_bind_int (note, 2, finding.need);
  neg_statement_bind_int (note, 3, finding.case_us);
  return neg_statement_run (note, error);
}

/* *id 0: nothing may go, or (*is_more) that is not known yet. */
static gboolean
choose (NegDatabase *database, const Eviction *eviction, gint64 *id, gboolean *is_more, GError **error)
{
  const gint64 begin_us = g_get_monotonic_time ();

  *is_more = TRUE;
  do {
    NegCacheFinding noted;
    gboolean same;

    if (!find_first (database, eviction->used_before_us, id, &noted, error))
      return FALSE;
    *is_more = *id != 0;
    if (*id == 0)
      return TRUE;
    if (!look (database, *id, &noted, eviction->now_us, &same, error))
      return FALSE;
    if (same)
      return TRUE;
  } while (g_get_monotonic_time () - begin_us < LOOK_US);
  *id = 0;
  return TRUE;
}

/* --- looking again --- */

#define NEEDED                                                                                                         \
  "SELECT need, case_us, used_us, id FROM study WHERE cache_bytes > 0 AND (need, case_us, used_us, id)"                \
  " > (?1, ?2, ?3, ?4) ORDER BY need, case_us, used_us, id LIMIT 1"

static gboolean
find_next_needed (NegDatabase *database, Place *place, gboolean *has_row, GError **error)
{
  NegStatement *row = neg_database_prepare (database, NEEDED, error);
  gint64 *fields[] = { &place->need, &place->case_us, &place->used_us, &place->id };

  if (row == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    neg_statement_bind_int (row, 1 + (int) i, *fields[i]);
  if (!neg_statement_step (row, has_row, error))
    return FALSE;
  for (guint i = 0; *has_row && i < G_N_ELEMENTS (fields); i++)
    *fields[i] = neg_statement_get_int (row, (int) i);
  neg_statement_reset (row);
  return TRUE;
}

/* Some of it, on from where it stopped. */
static gboolean
look_again (NegDatabase *database, Eviction *eviction, GError **error)
{
  const gint64 begin_us = g_get_monotonic_time ();

  do {
    gboolean has_row, same;

    if (!find_next_needed (database, &eviction->place, &has_row, error))
      return FALSE;
    if (!has_row) {
      eviction->looks_again = FALSE;
      return TRUE;
    }
    if (!look (database, eviction->place.id,
               &(NegCacheFinding){ .need = (NegCacheNeed) eviction->place.need, .case_us = eviction->place.case_us },
               eviction->now_us, &same, error))
      return FALSE;
  } while (g_get_monotonic_time () - begin_us < LOOK_US);
  return TRUE;
}

/* --- what goes --- */

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
get_bytes (NegDatabase *database, gint64 id, gint64 *bytes, GError **error)
{
  return _neg_archive_ask_for (database, "SELECT max (cache_bytes, 0) FROM study WHERE id = ?1", id, bytes, error);
}

/* Of a study that is large and mixed, only some; the rest is chosen again. */
static gboolean
evict_study (NegDatabase *database, gint64 id, GError **error)
{
  gint64 before, after;

  return get_bytes (database, id, &before, error) && hide_evicted (database, id, error)
         && get_bytes (database, id, &after, error)
         && neg_cache_note_evicted (database, after == 0, (guint64) MAX (before - after, 0), error);
}

static gboolean
evict_one (NegDatabase *database, Eviction *eviction, GError **error)
{
  gboolean is, is_more;
  gint64 id;

  if (!is_enough (database, eviction, &is, error))
    return FALSE;
  eviction->is_done = is;
  if (is)
    return TRUE;
  if (eviction->looks_again && !look_again (database, eviction, error))
    return FALSE;
  if (eviction->looks_again)
    return TRUE;
  if (!choose (database, eviction, &id, &is_more, error))
    return FALSE;
  eviction->is_done = !is_more;
  return id == 0 || evict_study (database, id, error);
}

/* What is on a screen is being used, however long ago it was opened. */
static gboolean
note_open (NegDatabase *database, const Eviction *eviction, GError **error)
{
  for (guint i = 0; eviction->open != NULL && i < eviction->open->len; i++) {
    NegStatement *note = neg_database_prepare (
        database, "UPDATE study SET used_us = max (used_us, ?2) WHERE id = (SELECT study_rowid FROM entry WHERE id = ?1)",
        error);

    if (note == NULL)
      return FALSE;
    neg_statement_bind_int (note, 1, g_array_index (eviction->open, gint64, i));
    neg_statement_bind_int (note, 2, eviction->now_us);
    if (!neg_statement_run (note, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
evict_cb (NegDatabase *database, gpointer data, GError **error)
{
  Eviction *eviction = data;

  return note_open (database, eviction, error) && evict_one (database, eviction, error) && _neg_archive_remove_piece (database, &eviction->removal, error);
}

/* What has become needless without anybody telling is found from time to time. */
static gboolean
is_to_look_again (NegArchive *archive)
{
  const gint64 now_us = g_get_monotonic_time ();
  gboolean is;

  g_mutex_lock (&archive->removal_lock);
  is = archive->looked_us == 0 || now_us - archive->looked_us > LOOK_AGAIN_US;
  if (is)
    archive->looked_us = now_us;
  g_mutex_unlock (&archive->removal_lock);
  return is;
}

gboolean
neg_archive_evict (NegArchive *archive, guint64 quota_bytes, guint64 keep_free_bytes, gint64 used_before_us,
                   const GArray *open, guint64 *freed_bytes, GError **error)
{
  Eviction eviction = { .quota_bytes = quota_bytes,
                        .used_before_us = used_before_us,
                        .now_us = g_get_real_time (),
                        .open = open,
                        .place = { .need = NEG_CACHE_NEEDED, .case_us = G_MININT64 } };
  guint64 free_bytes;

  eviction.looks_again = is_to_look_again (archive);
  do {
    if (!neg_object_store_get_free_bytes (archive->objects, NEG_OBJECT_CACHE, &free_bytes, error))
      return FALSE;
    eviction.is_short = free_bytes < keep_free_bytes;
    if (!_neg_archive_run_removal (archive, evict_cb, &eviction.removal, error))
      return FALSE;
  } while (!eviction.is_done);
  if (freed_bytes != NULL)
    *freed_bytes = eviction.removal.freed;
  return TRUE;
}
