/* What leaves the archive: rows first, files when the rows are gone for good. */
#include "config.h"

#include "store/neg-archive-private.h"

#include "base/neg-error.h"
#include "store/neg-audit.h"
#include "store/neg-entries.h"

typedef struct {
  const char *study_uid;
  gint64 wanted_id; /* 0: any with this UID */
  gint64 study_id; /* 0: there is none */
  GPtrArray *leftovers;
  guint n_objects;
  gint64 bytes;
} Removal;

static NegStatement *
prepare_for (NegDatabase *database, const char *sql, gint64 id, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  if (statement != NULL)
    neg_statement_bind_int (statement, 1, id);
  return statement;
}

static gboolean
run_for (NegDatabase *database, const char *sql, gint64 id, GError **error)
{
  NegStatement *statement = prepare_for (database, sql, id, error);

  return statement != NULL && neg_statement_run (statement, error);
}

/* @sql gives class, name, SOP instance, bytes and whether the file is ours, of study ?1. */
static gboolean
note_files (NegDatabase *database, const char *sql, gint64 study_id, Removal *removal, GError **error)
{
  NegStatement *rows = prepare_for (database, sql, study_id, error);
  gboolean has_row = FALSE;

  if (rows == NULL)
    return FALSE;
  do {
    if (!neg_statement_step (rows, &has_row, error))
      return FALSE;
    if (!has_row)
      break;
    removal->n_objects++;
    if (neg_statement_get_int (rows, 4) == 0)
      continue;
    removal->bytes += neg_statement_get_int (rows, 3);
    g_ptr_array_add (removal->leftovers,
                     _neg_archive_leftover_new ((NegObjectClass) neg_statement_get_int (rows, 0),
                                                neg_statement_get_text (rows, 1), neg_statement_get_text (rows, 2)));
  } while (has_row);
  return TRUE;
}

/* Versions that are not shown go too. */
#define FILES_OF                                                                                                       \
  "SELECT i.object_class, i.name, i.sop_instance_uid, i.bytes, i.path IS NULL"                                         \
  " FROM series s CROSS JOIN instance i ON i.series_id = s.id WHERE s.study_id = ?1"
#define OBJECTS_OF "series_id IN (SELECT id FROM series WHERE study_id = ?1)"

static gboolean
audit_removal (NegDatabase *database, gint64 study_id, guint n_objects, GError **error)
{
  NegStatement *study = prepare_for (database, "SELECT study_uid, patient_id, issuer FROM study WHERE id = ?1",
                                     study_id, error);
  g_autofree char *detail = g_strdup_printf ("%u objects", n_objects);
  g_autofree char *uid = NULL, *patient = NULL, *issuer = NULL;
  NegAuditEntry entry = { .event = NEG_AUDIT_DELETED, .detail = detail };
  gboolean has_row;

  if (study == NULL || !neg_statement_step (study, &has_row, error))
    return FALSE;
  entry.study_uid = uid = g_strdup (neg_statement_get_text (study, 0));
  entry.patient_id = patient = g_strdup (neg_statement_get_text (study, 1));
  entry.issuer = issuer = g_strdup (neg_statement_get_text (study, 2));
  neg_statement_reset (study);
  return neg_audit_append_within (database, &entry, error);
}

static gboolean
bury_objects (NegDatabase *database, gint64 study_id, GError **error)
{
  NegStatement *bury = prepare_for (database,
                                    "INSERT OR REPLACE INTO tombstone (sop_instance_uid, study_uid, deleted_us)"
                                    " SELECT i.sop_instance_uid, t.study_uid, ?2 FROM study t"
                                    " CROSS JOIN series s ON s.study_id = t.id"
                                    " CROSS JOIN instance i ON i.series_id = s.id WHERE t.id = ?1",
                                    study_id, error);

  if (bury == NULL)
    return FALSE;
  neg_statement_bind_int (bury, 2, g_get_real_time ());
  return neg_statement_run (bury, error);
}

/* --- older versions in other studies: they are current again --- */

/* Of objects of study ?1 that go. */
#define OLDER(condition)                                                                                               \
  " FROM series s CROSS JOIN instance i ON i.series_id = s.id"                                                         \
  " CROSS JOIN instance o ON o.sop_instance_uid = i.sop_instance_uid AND o.superseded_by = i.id"                       \
  " CROSS JOIN series os ON os.id = o.series_id WHERE s.study_id = ?1 AND os.study_id <> ?1 AND " condition

/* What takes the place of one that goes is what that was older than; one of those may go, too. */
#define PASS_OVER(condition)                                                                                           \
  "UPDATE instance SET superseded_by = (SELECT n.superseded_by FROM instance n WHERE n.id = instance.superseded_by)"   \
  " WHERE id IN (SELECT o.id" OLDER (condition) ")"
#define STUDIES_OF_OLDER(condition) "SELECT DISTINCT os.study_id" OLDER (condition)

/* gint64, ids of studies. */
static GArray *
list_studies (NegDatabase *database, const char *sql, gint64 id, GError **error)
{
  g_autoptr (GArray) studies = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *rows = prepare_for (database, sql, id, error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  while (neg_statement_step (rows, &has_row, error)) {
    gint64 study_id;

    if (!has_row)
      return g_steal_pointer (&studies);
    study_id = neg_statement_get_int (rows, 0);
    g_array_append_val (studies, study_id);
  }
  return NULL;
}

static gboolean
pass_over (NegDatabase *database, const char *sql, gint64 id, GError **error)
{
  gint64 n_changed = 1;

  while (n_changed > 0) {
    NegStatement *changes = neg_database_prepare (database, "SELECT changes ()", error);

    if (changes == NULL || !run_for (database, sql, id, error) || !_neg_archive_query_int (changes, 0, &n_changed, error))
      return FALSE;
  }
  return TRUE;
}

/* An object that is shown counts in its series. */
static gboolean
count_current (NegDatabase *database, gint64 id, GError **error)
{
  return run_for (database,
                  "UPDATE series SET n_instances = (SELECT count(*) FROM instance WHERE series_id = series.id"
                  " AND superseded_by IS NULL) WHERE study_id = ?1",
                  id, error);
}

static gboolean
refresh_studies (NegDatabase *database, const GArray *studies, GError **error)
{
  for (guint i = 0; i < studies->len; i++) {
    const gint64 id = g_array_index (studies, gint64, i);

    if (!count_current (database, id, error) || !neg_entries_refresh_study (database, id, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
remove_row (NegDatabase *database, gint64 id, Removal *removal, GError **error)
{
  guint n_before = removal->n_objects;
  g_autoptr (GArray) older = list_studies (database, STUDIES_OF_OLDER ("TRUE"), id, error);

  return older != NULL && pass_over (database, PASS_OVER ("TRUE"), id, error)
         && note_files (database, FILES_OF, id, removal, error)
         && audit_removal (database, id, removal->n_objects - n_before, error) && bury_objects (database, id, error)
         && run_for (database, "INSERT INTO deletion_leave (study_id) VALUES (?1)", id, error)
         && run_for (database, "DELETE FROM instance WHERE " OBJECTS_OF, id, error)
         && run_for (database, "DELETE FROM deletion_leave WHERE study_id = ?1", id, error)
         && run_for (database, "DELETE FROM series WHERE study_id = ?1", id, error)
         && run_for (database, "DELETE FROM study WHERE id = ?1", id, error)
         && neg_entries_refresh_study (database, id, error) && refresh_studies (database, older, error);
}

static void
begin_removal (Removal *removal)
{
  removal->study_id = 0;
  g_ptr_array_set_size (removal->leftovers, 0);
  removal->n_objects = 0;
  removal->bytes = 0;
}

static gboolean
find_wanted (NegDatabase *database, Removal *removal, GError **error)
{
  NegStatement *statement;

  if (removal->wanted_id == 0)
    return neg_archive_find_study (database, removal->study_uid, &removal->study_id, error);
  statement = prepare_for (database, "SELECT id FROM study WHERE id = ?1 AND study_uid = ?2", removal->wanted_id, error);
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 2, removal->study_uid);
  return _neg_archive_query_int (statement, 0, &removal->study_id, error);
}

static gboolean
remove_study (NegDatabase *database, gpointer data, GError **error)
{
  Removal *removal = data;

  begin_removal (removal);
  return find_wanted (database, removal, error)
         && (removal->study_id == 0 || remove_row (database, removal->study_id, removal, error));
}

gboolean
neg_archive_remove_study (NegArchive *archive, const char *study_uid, gint64 study_rowid, guint *n_objects,
                          GError **error)
{
  g_autoptr (GPtrArray) leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_archive_leftover_free);
  Removal removal = { .study_uid = study_uid, .wanted_id = study_rowid, .leftovers = leftovers };

  if (!neg_archive_write (archive, remove_study, &removal, error))
    return FALSE;
  _neg_archive_drop_files (archive, leftovers);
  if (n_objects != NULL)
    *n_objects = removal.n_objects;
  return removal.study_id != 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, study_uid, "The archive has no such study");
}

/* --- eviction --- */

/* The study that was used least recently and before @used_before_us, and what all of the cache holds. */
static gboolean
find_oldest (NegDatabase *database, gint64 used_before_us, gint64 *study_id, guint64 *cache_bytes, GError **error)
{
  NegStatement *oldest = neg_database_prepare (
      database,
      "SELECT id FROM study WHERE cache_bytes > 0 AND used_us < ?1 ORDER BY used_us, cache_bytes LIMIT 1", error);
  NegStatement *sum = oldest != NULL
                          ? neg_database_prepare (
                                database, "SELECT coalesce (sum (cache_bytes), 0) FROM study WHERE cache_bytes > 0",
                                error)
                          : NULL;
  gint64 bytes = 0;

  if (sum == NULL)
    return FALSE;
  neg_statement_bind_int (oldest, 1, used_before_us);
  if (!_neg_archive_query_int (oldest, 0, study_id, error)
      || !_neg_archive_query_int (sum, 0, &bytes, error))
    return FALSE;
  *cache_bytes = (guint64) MAX (bytes, 0);
  return TRUE;
}

/* Of study ?1. A newer version of an object that is data stays as that does: without it nothing would be shown, or what
 * it corrected. */
#define MAY_GO                                                                                                         \
  "i.object_class = 1 AND i.path IS NULL AND NOT EXISTS (SELECT 1 FROM instance d"                                     \
  " WHERE d.sop_instance_uid = i.sop_instance_uid AND d.object_class <> 1 AND d.superseded_by IS NOT NULL)"

static gboolean
evict_row (NegDatabase *database, gint64 id, Removal *removal, GError **error)
{
  g_autoptr (GArray) older = list_studies (database, STUDIES_OF_OLDER (MAY_GO), id, error);

  return older != NULL && pass_over (database, PASS_OVER (MAY_GO), id, error)
         && note_files (database, FILES_OF " AND " MAY_GO, id, removal, error)
         && run_for (database, "DELETE FROM instance AS i WHERE " MAY_GO " AND " OBJECTS_OF, id, error)
         && run_for (database,
                     "DELETE FROM series WHERE study_id = ?1"
                     " AND NOT EXISTS (SELECT 1 FROM instance WHERE series_id = series.id)",
                     id, error)
         && count_current (database, id, error)
         && run_for (database, "UPDATE study SET cache_bytes = 0 WHERE id = ?1", id, error)
         && run_for (database,
                     "DELETE FROM study WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM series WHERE study_id = ?1)", id,
                     error)
         && neg_entries_refresh_study (database, id, error) && refresh_studies (database, older, error);
}

typedef struct {
  Removal removal;
  guint64 quota_bytes;
  gint64 used_before_us;
  gboolean is_short; /* of space on the disk */
  gboolean is_done;
} Eviction;

static gboolean
evict_oldest (NegDatabase *database, gpointer data, GError **error)
{
  Eviction *eviction = data;
  guint64 cache_bytes;
  gint64 id;

  begin_removal (&eviction->removal);
  if (!find_oldest (database, eviction->used_before_us, &id, &cache_bytes, error))
    return FALSE;
  eviction->is_done = id == 0 || (cache_bytes <= eviction->quota_bytes && !eviction->is_short);
  return eviction->is_done || evict_row (database, id, &eviction->removal, error);
}

gboolean
neg_archive_evict (NegArchive *archive, guint64 quota_bytes, guint64 keep_free_bytes, gint64 used_before_us,
                   guint64 *freed_bytes, GError **error)
{
  g_autoptr (GPtrArray) leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_archive_leftover_free);
  Eviction eviction = { .removal = { .leftovers = leftovers }, .quota_bytes = quota_bytes,
                        .used_before_us = used_before_us };
  guint64 freed = 0, free_bytes;

  do {
    if (!neg_object_store_get_free_bytes (archive->objects, NEG_OBJECT_CACHE, &free_bytes, error))
      return FALSE;
    eviction.is_short = free_bytes < keep_free_bytes;
    if (!neg_archive_write (archive, evict_oldest, &eviction, error))
      return FALSE;
    _neg_archive_drop_files (archive, leftovers);
    freed += (guint64) eviction.removal.bytes;
  } while (!eviction.is_done);
  if (freed_bytes != NULL)
    *freed_bytes = freed;
  return TRUE;
}
