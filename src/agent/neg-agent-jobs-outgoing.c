#include "config.h"

#include "agent/neg-agent-jobs-private.h"

#include "agent/neg-import-private.h"
#include "base/neg-error.h"
#include "wire/neg-index-batch.h"

/* What is to be sent: a study of the archive, or files that somebody named. */

static NegOutgoingObject *
outgoing_new (const char *path, const char *sop_class_uid, const char *sop_instance_uid,
              const char *transfer_syntax_uid, guint64 dataset_offset)
{
  NegOutgoingObject *object = g_new0 (NegOutgoingObject, 1);

  object->path = g_strdup (path);
  object->sop_class_uid = g_strdup (sop_class_uid);
  object->sop_instance_uid = g_strdup (sop_instance_uid);
  object->transfer_syntax_uid = g_strdup (transfer_syntax_uid);
  object->dataset_offset = dataset_offset;
  return object;
}

/* Whose study it is, for the audit. */
static gboolean
read_patient (NegDatabase *reader, gint64 study_rowid, char **patient_id, char **issuer, GError **error)
{
  NegStatement *row = neg_database_prepare (reader, "SELECT patient_id, issuer FROM study WHERE id = ?1", error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, study_rowid);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (has_row) {
    *patient_id = g_strdup (neg_statement_get_text (row, 0));
    *issuer = g_strdup (neg_statement_get_text (row, 1));
    neg_statement_reset (row);
  }
  return TRUE;
}

static void
set_study (NegOutgoingObject *object, const char *study_uid, const char *patient_id, const char *issuer)
{
  object->study_uid = g_strdup (study_uid);
  object->patient_id = g_strdup (patient_id);
  object->issuer = g_strdup (issuer);
}

static GPtrArray *
list_study (NegRunningJob *running, GError **error)
{
  NegAgent *agent = running->jobs->agent;
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (GPtrArray) files = NULL;
  GPtrArray *objects;
  g_autofree char *patient_id = NULL;
  g_autofree char *issuer = NULL;
  gint64 study_rowid = 0;

  g_variant_lookup (running->job->arguments, "study-rowid", "x", &study_rowid);
  /* Never two patients' images as one study. */
  if (reader == NULL
      || (study_rowid == 0 && !neg_archive_find_study (reader, running->job->study_uid, &study_rowid, error))
      || !read_patient (reader, study_rowid, &patient_id, &issuer, error))
    return NULL;
  files = neg_archive_list_files (reader, neg_agent_get_data_folder (agent), neg_agent_get_cache_folder (agent),
                                  running->job->study_uid, study_rowid, NULL, error);
  if (files == NULL)
    return NULL;
  if (files->len == 0) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, running->job->study_uid, "the archive has nothing of this study");
    return NULL;
  }
  objects = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_outgoing_object_free);
  for (guint i = 0; i < files->len; i++) {
    const NegArchiveFile *file = files->pdata[i];

    g_ptr_array_add (objects, outgoing_new (file->path, file->sop_class_uid, file->sop_instance_uid,
                                            file->transfer_syntax_uid, (guint64) file->dataset_offset));
    set_study (objects->pdata[i], running->job->study_uid, patient_id, issuer);
  }
  return objects;
}

/* A folder's directory is not an object of it. */
static gboolean
is_directory_file (NegBlob *blob)
{
  g_autofree char *name = g_path_get_basename (neg_blob_get_name (blob));

  return g_ascii_strcasecmp (name, "DICOMDIR") == 0;
}

static void
add_record (NegBlob *blob, NegObjectRecord *record, const GError *refusal, NegImport *import, GPtrArray *objects)
{
  g_autoptr (GError) failure = NULL;

  if (refusal != NULL || !neg_object_record_check (record, &failure)) {
    _neg_import_fail (import, neg_blob_get_name (blob), refusal != NULL ? refusal : failure);
    return;
  }
  if (record->text[NEG_RECORD_TRANSFER_SYNTAX_UID] == NULL) {
    neg_fail (&failure, NEG_ERROR_INCONSISTENT, NULL, "no transfer syntax");
    _neg_import_fail (import, neg_blob_get_name (blob), failure);
    return;
  }
  g_ptr_array_add (objects, outgoing_new (neg_blob_get_name (blob), record->text[NEG_RECORD_SOP_CLASS_UID],
                                          record->text[NEG_RECORD_SOP_INSTANCE_UID],
                                          record->text[NEG_RECORD_TRANSFER_SYNTAX_UID], record->dataset_offset));
  set_study (objects->pdata[objects->len - 1], record->text[NEG_RECORD_STUDY_UID],
             record->text[NEG_RECORD_PATIENT_ID], record->text[NEG_RECORD_ISSUER]);
}

static GPtrArray *
read_files (NegRunningJob *running, NegImport *import, GPtrArray *blobs, GError **error)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_outgoing_object_free);
  GPtrArray *wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (NegIndexBatch) batch = NULL;

  for (guint i = 0; i < blobs->len; i++)
    if (!is_directory_file (blobs->pdata[i]))
      g_ptr_array_add (wanted, neg_blob_ref (blobs->pdata[i]));
  batch = neg_index_batch_new (import->pool, wanted, FALSE, NEG_PRIORITY_BACKGROUND);
  neg_index_batch_wait (batch, running->cancellable);
  if (g_cancellable_is_cancelled (running->cancellable)) {
    neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
    return NULL;
  }
  for (guint i = 0; i < batch->blobs->len; i++)
    add_record (batch->blobs->pdata[i], batch->records[i], batch->errors[i], import, objects);
  return g_steal_pointer (&objects);
}

static GPtrArray *
list_paths (NegRunningJob *running, const char *const *paths, NegTransfer *transfer, GError **error)
{
  NegAgent *agent = running->jobs->agent;
  g_autoptr (GPtrArray) containers = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) named = g_hash_table_new (g_str_hash, g_str_equal);
  NegImport import = {
    .agent = agent, .archive = neg_agent_get_archive (agent), .pool = neg_agent_get_pool (agent),
    .cancellable = running->cancellable, .transfer = transfer, .containers = containers, .seen = seen, .named = named,
  };
  g_autoptr (GPtrArray) blobs = NULL;
  GPtrArray *objects;

  if (import.pool == NULL) {
    neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "no engine can be started");
    return NULL;
  }
  for (guint i = 0; paths[i] != NULL; i++)
    g_hash_table_add (named, (gpointer) paths[i]);
  blobs = _neg_import_walk (&import, paths);
  objects = read_files (running, &import, blobs, error);
  if (objects == NULL || objects->len > 0)
    return objects;
  neg_fail (error, NEG_ERROR_NOT_FOUND, paths[0], "there is nothing to send");
  g_ptr_array_unref (objects);
  return NULL;
}

GPtrArray *
_neg_job_list_outgoing (NegRunningJob *running, NegTransfer *transfer, GError **error)
{
  g_auto (GStrv) paths = NULL;

  g_variant_lookup (running->job->arguments, "paths", "^as", &paths);
  return paths != NULL && paths[0] != NULL ? list_paths (running, (const char *const *) paths, transfer, error)
                                           : list_study (running, error);
}
