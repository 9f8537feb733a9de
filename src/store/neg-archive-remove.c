/* What leaves the archive. A study that goes is hidden in one transaction: its series move to a study that has no UID.
 * Their objects go in pieces, so that no transaction is long, each piece's files once its rows are gone for good. One
 * removal at a time. */
#include "config.h"

#include "store/neg-archive-remove-private.h"

#include "base/neg-error.h"
#include "store/neg-audit.h"
#include "store/neg-entries.h"

/* --- statements with one number --- */

static NegStatement *
prepare_for (NegDatabase *database, const char *sql, gint64 id, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  if (statement != NULL)
    neg_statement_bind_int (statement, 1, id);
  return statement;
}

gboolean
_neg_archive_run_for (NegDatabase *database, const char *sql, gint64 id, GError **error)
{
  NegStatement *statement = prepare_for (database, sql, id, error);

  return statement != NULL && neg_statement_run (statement, error);
}

gboolean
_neg_archive_ask_for (NegDatabase *database, const char *sql, gint64 id, gint64 *value, GError **error)
{
  NegStatement *statement = prepare_for (database, sql, id, error);

  return statement != NULL && _neg_archive_query_int (statement, 0, value, error);
}

static gboolean
run (NegDatabase *database, const char *sql, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  return statement != NULL && neg_statement_run (statement, error);
}

/* --- hiding --- */

/* Its key is none that an object could have. */
#define INSERT_HIDDEN                                                                                                  \
  "INSERT INTO study (study_uid, issuer, patient_id, name_key, patient_name, birth_date, sex, date, time, timezone,"   \
  " accession, accession_issuer, description, referrer, institution, arrived_us, used_us)"                             \
  " VALUES ('', '', '', 'removed ' || hex (randomblob (16)), '', '', '', '', '', '', '', '', '', '', '', 0, 0)"

gboolean
_neg_archive_begin_hiding (NegDatabase *database, gint64 study_id, gboolean is_deletion, gint64 *hidden_id,
                           GError **error)
{
  NegStatement *note;

  if (!run (database, INSERT_HIDDEN, error))
    return FALSE;
  *hidden_id = neg_database_get_last_id (database);
  note = prepare_for (database,
                      "INSERT INTO removal (study_id, study_uid, is_deletion)"
                      " SELECT ?2, study_uid, ?3 FROM study WHERE id = ?1",
                      study_id, error);
  if (note == NULL)
    return FALSE;
  neg_statement_bind_int (note, 2, *hidden_id);
  neg_statement_bind_int (note, 3, is_deletion);
  return neg_statement_run (note, error);
}

gboolean
_neg_archive_hide (NegDatabase *database, const char *sql, gint64 study_id, gint64 hidden_id, GError **error)
{
  NegStatement *move = prepare_for (database, sql, study_id, error);

  if (move == NULL)
    return FALSE;
  neg_statement_bind_int (move, 2, hidden_id);
  return neg_statement_run (move, error);
}

/* An object that is shown counts in its series. */
gboolean
_neg_archive_count_current (NegDatabase *database, gint64 id, GError **error)
{
  return _neg_archive_run_for (database,
                               "UPDATE series SET n_instances = (SELECT count(*) FROM instance"
                               " WHERE series_id = series.id AND superseded_by IS NULL) WHERE study_id = ?1",
                               id, error);
}

/* --- a piece: what removal_object names --- */

/* All versions, also those that are not shown. */
#define FILL_PIECE                                                                                                     \
  "INSERT INTO removal_object (instance_id, sop_instance_uid, object_class, name, bytes)"                              \
  " SELECT i.id, i.sop_instance_uid, i.object_class, CASE WHEN i.path IS NULL THEN i.name END, i.bytes"                \
  " FROM series s CROSS JOIN instance i ON i.series_id = s.id WHERE s.study_id = ?1 LIMIT "                            \
  G_STRINGIFY (NEG_REMOVAL_PIECE)

/* Objects that are older than one that goes; not what is put aside, which is superseded by itself. */
#define OLDER                                                                                                          \
  " FROM removal_object r CROSS JOIN instance o ON o.sop_instance_uid = r.sop_instance_uid"                            \
  " AND o.superseded_by = r.instance_id AND o.superseded_by <> o.id"

/* What takes the place of one that goes is what that was older than (one of those may go, too), or what came since it was
 * hidden. */
#define PASS_OVER                                                                                                      \
  "UPDATE instance SET superseded_by = coalesce ((SELECT n.superseded_by FROM instance n"                              \
  " WHERE n.id = instance.superseded_by), (SELECT min (n.id) FROM series s CROSS JOIN study me ON me.id = s.study_id"  \
  " CROSS JOIN instance n ON n.sop_instance_uid = instance.sop_instance_uid CROSS JOIN series ns"                      \
  " ON ns.id = n.series_id CROSS JOIN study t ON t.id = ns.study_id WHERE s.id = instance.series_id"                   \
  " AND n.superseded_by IS NULL AND n.id > instance.superseded_by AND me.issuer = t.issuer"                            \
  " AND me.patient_id = t.patient_id AND me.name_key = t.name_key)) WHERE id IN (SELECT o.id" OLDER ")"

/* What a correction has replaced does not come back when the correction's object goes. */
#define KEEP_CORRECTED                                                                                                 \
  "UPDATE instance SET superseded_by = id WHERE id IN (SELECT c.old_id FROM removal_object r"                          \
  " CROSS JOIN correction_object c ON c.new_id = r.instance_id AND c.new_id <> 0 CROSS JOIN instance o"                \
  " ON o.id = c.old_id AND o.superseded_by = r.instance_id)"

#define STUDIES_OF_OLDER                                                                                               \
  "SELECT DISTINCT s.study_id" OLDER " CROSS JOIN series s ON s.id = o.series_id"                                      \
  " WHERE s.study_id NOT IN (SELECT study_id FROM removal)"

static void
note_file (NegStatement *row, NegRemoval *removal)
{
  const char *name = neg_statement_get_text (row, 1);

  if (name == NULL)
    return;
  removal->bytes += (guint64) neg_statement_get_int (row, 3);
  g_ptr_array_add (removal->leftovers,
                   _neg_archive_leftover_new ((NegObjectClass) neg_statement_get_int (row, 0), name,
                                              neg_statement_get_text (row, 2)));
}

/* *n: objects of the piece, with or without files. */
static gboolean
note_files (NegDatabase *database, NegRemoval *removal, guint *n, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database, "SELECT object_class, name, sop_instance_uid, bytes FROM removal_object", error);
  gboolean has_row;

  *n = 0;
  if (rows == NULL)
    return FALSE;
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return TRUE;
    note_file (rows, removal);
    (*n)++;
  }
  return FALSE;
}

/* gint64, ids of studies. */
static GArray *
list_studies (NegDatabase *database, const char *sql, GError **error)
{
  g_autoptr (GArray) studies = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *rows = neg_database_prepare (database, sql, error);
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
pass_over (NegDatabase *database, GError **error)
{
  gint64 n_changed = 1;

  while (n_changed > 0) {
    NegStatement *changes = neg_database_prepare (database, "SELECT changes ()", error);

    if (changes == NULL || !run (database, PASS_OVER, error) || !_neg_archive_query_int (changes, 0, &n_changed, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
refresh_studies (NegDatabase *database, const GArray *studies, GError **error)
{
  for (guint i = 0; i < studies->len; i++) {
    const gint64 id = g_array_index (studies, gint64, i);

    if (!_neg_archive_count_current (database, id, error) || !neg_entries_refresh_study (database, id, error))
      return FALSE;
  }
  return TRUE;
}

/* But for what is shown all the same: another patient's, an older version, or what has come again meanwhile. */
#define BURY                                                                                                           \
  "INSERT OR REPLACE INTO tombstone (sop_instance_uid, study_uid, deleted_us)"                                         \
  " SELECT r.sop_instance_uid, w.study_uid, ?2 FROM removal w CROSS JOIN removal_object r"                             \
  " WHERE w.study_id = ?1 AND w.is_deletion AND NOT EXISTS (SELECT 1 FROM instance n CROSS JOIN series s"              \
  " ON s.id = n.series_id WHERE n.sop_instance_uid = r.sop_instance_uid"                                               \
  " AND s.study_id NOT IN (SELECT study_id FROM removal))"

static gboolean
bury_piece (NegDatabase *database, gint64 hidden_id, GError **error)
{
  NegStatement *bury = prepare_for (database, BURY, hidden_id, error);

  if (bury == NULL)
    return FALSE;
  neg_statement_bind_int (bury, 2, g_get_real_time ());
  return neg_statement_run (bury, error);
}

static gboolean
delete_piece (NegDatabase *database, gint64 hidden_id, GError **error)
{
  return _neg_archive_run_for (database,
                               "INSERT INTO deletion_leave (study_id)"
                               " SELECT study_id FROM removal WHERE study_id = ?1 AND is_deletion",
                               hidden_id, error)
         && run (database, "DELETE FROM instance WHERE id IN (SELECT instance_id FROM removal_object)", error)
         && _neg_archive_run_for (database, "DELETE FROM deletion_leave WHERE study_id = ?1", hidden_id, error);
}

static gboolean
end_hidden (NegDatabase *database, gint64 hidden_id, GError **error)
{
  return _neg_archive_run_for (database, "DELETE FROM series WHERE study_id = ?1", hidden_id, error)
         && _neg_archive_run_for (database, "DELETE FROM removal WHERE study_id = ?1", hidden_id, error)
         && _neg_archive_run_for (database, "DELETE FROM study WHERE id = ?1", hidden_id, error);
}

static gboolean
remove_piece_of (NegDatabase *database, gint64 hidden_id, NegRemoval *removal, GError **error)
{
  g_autoptr (GArray) older = NULL;
  guint n;

  if (!_neg_archive_run_for (database, FILL_PIECE, hidden_id, error) || !note_files (database, removal, &n, error))
    return FALSE;
  if (!run (database, KEEP_CORRECTED, error))
    return FALSE;
  older = list_studies (database, STUDIES_OF_OLDER, error);
  return older != NULL && pass_over (database, error) && bury_piece (database, hidden_id, error)
         && delete_piece (database, hidden_id, error)
         && (n == NEG_REMOVAL_PIECE || end_hidden (database, hidden_id, error))
         && refresh_studies (database, older, error);
}

gboolean
_neg_archive_remove_piece (NegDatabase *database, gpointer data, GError **error)
{
  NegRemoval *removal = data;
  gint64 hidden_id;

  g_ptr_array_set_size (removal->leftovers, 0);
  removal->bytes = 0;
  /* The files of the piece before this one are gone. */
  if (!run (database, "DELETE FROM removal_object", error)
      || !_neg_archive_ask_for (database, "SELECT study_id FROM removal WHERE study_id > ?1 ORDER BY study_id LIMIT 1", 0,
                                &hidden_id, error))
    return FALSE;
  removal->is_done = hidden_id == 0;
  return removal->is_done || remove_piece_of (database, hidden_id, removal, error);
}

/* --- one after the other --- */

/* Nothing could be deleted on a full disk without the room that is kept for it: the log of SQLite grows first. */
static gboolean
write_with_reserve (NegArchive *archive, NegDatabaseFunc func, NegRemoval *removal, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (neg_archive_write (archive, func, removal, &failure))
    return TRUE;
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_DISK_FULL) && _neg_archive_release_reserve (archive))
    return neg_archive_write (archive, func, removal, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
remove_pieces (NegArchive *archive, NegDatabaseFunc first, NegRemoval *removal, GError **error)
{
  gboolean done = write_with_reserve (archive, first, removal, error);

  while (done) {
    _neg_archive_drop_files (archive, removal->leftovers);
    removal->freed += removal->bytes;
    if (removal->is_done)
      return TRUE;
    done = write_with_reserve (archive, _neg_archive_remove_piece, removal, error);
  }
  return FALSE;
}

gboolean
_neg_archive_run_removal (NegArchive *archive, NegDatabaseFunc first, NegRemoval *removal, GError **error)
{
  gboolean done;

  removal->leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_archive_leftover_free);
  g_mutex_lock (&archive->removal_lock);
  done = remove_pieces (archive, first, removal, error);
  _neg_archive_keep_reserve (archive);
  g_mutex_unlock (&archive->removal_lock);
  g_clear_pointer (&removal->leftovers, g_ptr_array_unref);
  return done;
}

/* A removal that was cut off: its last piece's files may still be there. */
static gboolean
note_cut_off (NegDatabase *database, gpointer data, GError **error)
{
  NegRemoval *removal = data;
  guint n;

  g_ptr_array_set_size (removal->leftovers, 0);
  removal->bytes = 0;
  return note_files (database, removal, &n, error);
}

static gboolean
is_cut_off (NegDatabase *database, gint64 *is_any, GError **error)
{
  return _neg_archive_ask_for (database,
                               "SELECT 1 WHERE EXISTS (SELECT 1 FROM removal WHERE study_id > ?1)"
                               " OR EXISTS (SELECT 1 FROM removal_object)",
                               0, is_any, error);
}

gboolean
_neg_archive_finish_removals (NegArchive *archive, GError **error)
{
  NegRemoval removal = { 0 };
  g_autoptr (GError) failure = NULL;
  gint64 is_any;

  if (!is_cut_off (archive->reader, &is_any, error))
    return FALSE;
  if (!is_any) {
    _neg_archive_keep_reserve (archive);
    return TRUE;
  }
  if (_neg_archive_run_removal (archive, note_cut_off, &removal, &failure)
      || g_error_matches (failure, NEG_ERROR, NEG_ERROR_DISK_FULL))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* --- what a person deletes --- */

typedef struct {
  NegRemoval removal;
  const char *study_uid;
  gint64 wanted_id; /* 0: any with this UID */
  gint64 study_id;  /* 0: there is none */
  gint64 n_objects;
} Deletion;

static gboolean
audit_deletion (NegDatabase *database, const Deletion *deletion, GError **error)
{
  NegStatement *study = prepare_for (database, "SELECT patient_id, issuer FROM study WHERE id = ?1", deletion->study_id,
                                     error);
  g_autofree char *detail = g_strdup_printf ("%" G_GINT64_FORMAT " objects", deletion->n_objects);
  g_autofree char *patient = NULL, *issuer = NULL;
  NegAuditEntry entry = { .event = NEG_AUDIT_DELETED, .study_uid = deletion->study_uid, .detail = detail };
  gboolean has_row;

  if (study == NULL || !neg_statement_step (study, &has_row, error))
    return FALSE;
  entry.patient_id = patient = g_strdup (neg_statement_get_text (study, 0));
  entry.issuer = issuer = g_strdup (neg_statement_get_text (study, 1));
  neg_statement_reset (study);
  return neg_audit_append_within (database, &entry, error);
}

static gboolean
find_wanted (NegDatabase *database, Deletion *deletion, GError **error)
{
  NegStatement *statement;

  if (deletion->wanted_id == 0)
    return neg_archive_find_study (database, deletion->study_uid, &deletion->study_id, error);
  statement = prepare_for (database, "SELECT id FROM study WHERE id = ?1 AND study_uid = ?2", deletion->wanted_id, error);
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 2, deletion->study_uid);
  return _neg_archive_query_int (statement, 0, &deletion->study_id, error);
}

/* The first piece goes in the transaction that hides all. */
static gboolean
delete_study (NegDatabase *database, gpointer data, GError **error)
{
  Deletion *deletion = data;
  const gint64 *id = &deletion->study_id;
  gint64 hidden_id;

  if (!find_wanted (database, deletion, error))
    return FALSE;
  return (*id == 0
          || (_neg_archive_ask_for (database,
                                    "SELECT count (*) FROM series s CROSS JOIN instance i ON i.series_id = s.id"
                                    " WHERE s.study_id = ?1",
                                    *id, &deletion->n_objects, error)
              && audit_deletion (database, deletion, error)
              && _neg_archive_begin_hiding (database, *id, TRUE, &hidden_id, error)
              && _neg_archive_hide (database, "UPDATE series SET study_id = ?2 WHERE study_id = ?1", *id, hidden_id, error)
              && _neg_archive_hide_versions (database, hidden_id, error)
              && _neg_archive_run_for (database, "DELETE FROM study WHERE id = ?1", *id, error)
              && neg_entries_refresh_study (database, *id, error)))
         && _neg_archive_remove_piece (database, &deletion->removal, error);
}

gboolean
neg_archive_remove_study (NegArchive *archive, const char *study_uid, gint64 study_rowid, guint *n_objects,
                          GError **error)
{
  Deletion deletion = { .study_uid = study_uid, .wanted_id = study_rowid };

  if (!_neg_archive_run_removal (archive, delete_study, &deletion.removal, error))
    return FALSE;
  if (n_objects != NULL)
    *n_objects = (guint) deletion.n_objects;
  return deletion.study_id != 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, study_uid, "The archive has no such study");
}
