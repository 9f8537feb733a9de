/* What readers ask of the archive. */
#include "config.h"

#include "store/neg-archive-private.h"

#include "base/neg-error.h"
#include "model/neg-identity.h"

void
neg_archive_file_free (NegArchiveFile *file)
{
  if (file == NULL)
    return;
  g_free (file->path);
  g_free (file->sop_class_uid);
  g_free (file->sop_instance_uid);
  g_free (file->transfer_syntax_uid);
  g_free (file->series_uid);
  g_free (file);
}

char *
_neg_archive_dup_path (const char *data_folder, const char *cache_folder, gint64 object_class, const char *name,
                       const char *path)
{
  char fan[3] = { 0 };

  if (path != NULL)
    return g_strdup (path);
  g_strlcpy (fan, name, sizeof fan);
  return g_build_filename (object_class == NEG_OBJECT_CACHE ? cache_folder : data_folder, "objects", fan, name, NULL);
}

static NegArchiveFile *
read_file (NegStatement *row, const char *data_folder, const char *cache_folder)
{
  NegArchiveFile *file = g_new0 (NegArchiveFile, 1);

  file->path = _neg_archive_dup_path (data_folder, cache_folder, neg_statement_get_int (row, 0),
                                      neg_statement_get_text (row, 1), neg_statement_get_text (row, 2));
  file->sop_class_uid = g_strdup (neg_statement_get_text (row, 3));
  file->sop_instance_uid = g_strdup (neg_statement_get_text (row, 4));
  file->transfer_syntax_uid = g_strdup (neg_statement_get_text (row, 5));
  file->series_uid = g_strdup (neg_statement_get_text (row, 6));
  file->bytes = (guint64) neg_statement_get_int (row, 7);
  file->dataset_offset = neg_statement_get_int (row, 8);
  file->instance_id = neg_statement_get_int (row, 9);
  return file;
}

GPtrArray *
neg_archive_list_files (NegDatabase *database, const char *data_folder, const char *cache_folder,
                        const char *study_uid, gint64 study_rowid, const char *series_uid, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_archive_file_free);
  gboolean has_row = FALSE;
  NegStatement *statement = neg_database_prepare (
      database,
      "SELECT i.object_class, i.name, i.path, i.sop_class_uid, i.sop_instance_uid, i.transfer_syntax_uid,"
      " s.series_uid, i.bytes, i.dataset_offset, i.id"
      " FROM study t CROSS JOIN series s ON s.study_id = t.id CROSS JOIN instance i ON i.series_id = s.id"
      " WHERE t.study_uid = ?1 AND (?2 = 0 OR t.id = ?2) AND (?3 IS NULL OR s.series_uid = ?3)"
      " AND i.superseded_by IS NULL ORDER BY t.id, s.number, s.series_uid, i.number, i.id",
      error);

  if (statement == NULL)
    return NULL;
  neg_statement_bind_text (statement, 1, study_uid);
  neg_statement_bind_int (statement, 2, study_rowid);
  neg_statement_bind_text (statement, 3, series_uid);
  do {
    if (!neg_statement_step (statement, &has_row, error))
      return NULL;
    if (has_row)
      g_ptr_array_add (files, read_file (statement, data_folder, cache_folder));
  } while (has_row);
  return g_steal_pointer (&files);
}

gboolean
neg_archive_find_study (NegDatabase *database, const char *study_uid, gint64 *study_rowid, GError **error)
{
  const NegArchivePatient anybody = { 0 };

  return neg_archive_find_study_of (database, study_uid, &anybody, study_rowid, error);
}

gboolean
neg_archive_find_study_of (NegDatabase *database, const char *study_uid, const NegArchivePatient *patient,
                           gint64 *study_rowid, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "SELECT min (id), count(*) FROM study WHERE study_uid = ?1 AND ?2 IN ('', patient_id) AND ?4 IN ('', name_key)"
      " AND (?3 = '' OR issuer IN ('', ?3)) AND " NEG_ARCHIVE_IS_SHOWN ("study"),
      error);
  g_autofree char *id = neg_identity_dup_id (patient->id);
  g_autofree char *issuer = neg_identity_dup_id (patient->issuer);
  g_autofree char *name_key = neg_identity_dup_name_key (patient->name);
  gboolean has_row;
  gint64 n;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, study_uid);
  neg_statement_bind_text (statement, 2, id);
  neg_statement_bind_text (statement, 3, issuer);
  neg_statement_bind_text (statement, 4, name_key);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  *study_rowid = neg_statement_get_int (statement, 0);
  n = neg_statement_get_int (statement, 1);
  neg_statement_reset (statement);
  return n <= 1
         || neg_fail (error, NEG_ERROR_CONFLICT, study_uid,
                      "The archive has a study with this UID of %" G_GINT64_FORMAT
                      " patients: the UID does not say which one is meant", n);
}

gboolean
neg_archive_note_opened (NegDatabase *database, const char *study_uid, gint64 study_rowid, GError **error)
{
  NegStatement *statement = neg_database_prepare (database,
                                                  "UPDATE study SET used_us = max (used_us, ?2) WHERE study_uid = ?1"
                                                  " AND ?3 IN (0, id)",
                                                  error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, study_uid);
  neg_statement_bind_int (statement, 2, g_get_real_time ());
  neg_statement_bind_int (statement, 3, study_rowid);
  return neg_statement_run (statement, error);
}
