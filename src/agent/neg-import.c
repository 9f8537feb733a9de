#include "config.h"

#include "agent/neg-import-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool.h"
#include "wire/neg-index-batch.h"

#define GROUP_OBJECTS 64
#define SEALING_THREADS 16
#define COPY_BYTES (256u << 10)
#define PREAMBLE_BYTES 128
#define STATUS_CANNOT_UNDERSTAND 0xC000 /* PS3.4 B.2.3 */

/* One object on its way in. */
typedef struct {
  NegBlob *blob;
  NegIncoming *incoming;
  guint64 bytes;
} Copy;

static void
copy_clear (gpointer data)
{
  Copy *copy = data;

  neg_blob_unref (copy->blob);
  neg_incoming_free (copy->incoming);
}

void
_neg_import_tell (NegImport *import)
{
  if (import->func != NULL)
    import->func (&import->transfer->progress, import->user_data);
}

void
_neg_import_fail (NegImport *import, const char *name, const GError *error)
{
  NegJobObject *object = g_new0 (NegJobObject, 1);
  const char *where = neg_error_get_where (error);

  object->sop_uid = g_utf8_make_valid (name, -1);
  object->failed = TRUE;
  object->status = STATUS_CANNOT_UNDERSTAND;
  object->message = where != NULL ? g_strdup_printf ("%s [%s]", error->message, where) : g_strdup (error->message);
  g_ptr_array_add (import->transfer->objects, object);
  import->transfer->progress.failed++;
  _neg_import_tell (import);
}

/* What ends the whole import: the next file would fare no better. */
static gboolean
is_fatal (const GError *error)
{
  return g_error_matches (error, NEG_ERROR, NEG_ERROR_DISK_FULL)
         || g_error_matches (error, NEG_ERROR, NEG_ERROR_CANCELLED);
}

/* *error is the import's when @failure ends it; else one object has failed. @failure is taken. */
static gboolean
survive (NegImport *import, const char *name, GError *failure, GError **error)
{
  if (is_fatal (failure)) {
    g_propagate_error (error, failure);
    return FALSE;
  }
  _neg_import_fail (import, name, failure);
  g_error_free (failure);
  return TRUE;
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize length, GError **error)
{
  for (gsize done = 0; done < length;) {
    gssize n = write (fd, bytes + done, length - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return neg_fail (error, errno == ENOSPC || errno == EDQUOT ? NEG_ERROR_DISK_FULL : NEG_ERROR_UNREADABLE, NULL,
                       "a copy cannot be written: %s", g_strerror (errno));
    done += n;
  }
  return TRUE;
}

static gssize
read_some (int fd, guint8 *buffer, gsize length, guint64 offset)
{
  gssize n;

  do
    n = pread (fd, buffer, length, offset);
  while (n < 0 && errno == EINTR);
  return n;
}

/* PS3.10 7.1: nobody reads the preamble, so nothing that hides there is handed on. */
static void
clear_preamble (guint8 *bytes, gsize length)
{
  if (length >= PREAMBLE_BYTES + 4 && memcmp (bytes + PREAMBLE_BYTES, "DICM", 4) == 0)
    memset (bytes, 0, PREAMBLE_BYTES);
}

static gboolean
copy_bytes (NegImport *import, int from, guint64 offset, guint64 length, int to, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (COPY_BYTES);

  for (guint64 done = 0; done < length;) {
    gssize n = read_some (from, buffer, MIN (length - done, COPY_BYTES), offset + done);

    if (n < 0)
      return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "%s", g_strerror (errno));
    if (n == 0)
      return neg_fail (error, NEG_ERROR_TRUNCATED, NULL, "has become shorter while it was read");
    if (g_cancellable_is_cancelled (import->cancellable))
      return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
    if (done == 0)
      clear_preamble (buffer, n);
    if (!write_all (to, buffer, n, error))
      return FALSE;
    done += n;
  }
  return TRUE;
}

static gboolean
copy_blob (NegImport *import, Copy *copy, GError **error)
{
  guint64 offset, length;
  gboolean is_copied = FALSE;
  int fd = neg_blob_open (copy->blob, &offset, &length, error);

  if (fd < 0)
    return FALSE;
  copy->incoming = neg_object_store_begin (neg_archive_get_objects (import->archive), NEG_OBJECT_DATA, error);
  if (copy->incoming != NULL)
    is_copied = copy_bytes (import, fd, offset, length, copy->incoming->fd, error);
  copy->bytes = length;
  close (fd);
  return is_copied;
}

/* A player or a leaflet on a CD: no object that anybody could miss. */
static gboolean
pass_over (NegImport *import, NegBlob *blob, const GError *error)
{
  if (!g_error_matches (error, NEG_ERROR, NEG_ERROR_UNREADABLE)
      || g_strcmp0 (neg_error_get_where (error), NEG_INDEX_NO_OBJECT) != 0
      || g_hash_table_contains (import->named, neg_blob_get_name (blob)))
    return FALSE;
  import->transfer->progress.objects--;
  return TRUE;
}

/* Copies of those objects of @batch that look like some; the others have failed or are containers. */
static gboolean
copy_group (NegImport *import, NegIndexBatch *batch, gboolean may_hold, GArray *copies, GError **error)
{
  for (guint i = 0; i < batch->blobs->len; i++) {
    Copy copy = { .blob = neg_blob_ref (batch->blobs->pdata[i]) };
    GError *failure = NULL;

    if (may_hold && g_error_matches (batch->errors[i], NEG_ERROR, NEG_ERROR_UNSUPPORTED)) {
      g_ptr_array_add (import->containers, copy.blob);
      continue;
    }
    if (pass_over (import, copy.blob, batch->errors[i])) {
      copy_clear (&copy);
      continue;
    }
    if (batch->errors[i] != NULL)
      failure = g_error_copy (batch->errors[i]);
    else if (copy_blob (import, &copy, &failure)) {
      g_array_append_val (copies, copy);
      continue;
    }
    if (!survive (import, neg_blob_get_name (copy.blob), failure, error)) {
      copy_clear (&copy);
      return FALSE;
    }
    copy_clear (&copy);
  }
  return TRUE;
}

/* One copy on its way to its name, on a thread of its own. */
typedef struct {
  NegObjectStore *store;
  Copy *copy;
  NegObjectRecord *record;
  const GError *refusal; /* of the scan; nullable */
  char *name;            /* once it is sealed */
  GError *error;
} Sealing;

/* The object's whole file is sound and on the disk. */
static void
seal_cb (gpointer data, gpointer user_data)
{
  Sealing *sealing = data;

  if (sealing->refusal != NULL)
    sealing->error = g_error_copy (sealing->refusal);
  else if (neg_object_record_check (sealing->record, &sealing->error))
    neg_object_store_seal (sealing->store, sealing->copy->incoming, sealing->copy->bytes, &sealing->name,
                           &sealing->error);
}

/* What many threads wait for the disk to write, it writes together. */
static Sealing *
seal_all (NegImport *import, GArray *copies, NegIndexBatch *batch)
{
  GThreadPool *threads = g_thread_pool_new (seal_cb, NULL, SEALING_THREADS, FALSE, NULL);
  Sealing *sealings = g_new0 (Sealing, copies->len);

  for (guint i = 0; i < copies->len; i++) {
    sealings[i].store = neg_archive_get_objects (import->archive);
    sealings[i].copy = &g_array_index (copies, Copy, i);
    sealings[i].record = batch->records[i];
    sealings[i].refusal = batch->errors[i];
    g_thread_pool_push (threads, &sealings[i], NULL);
  }
  g_thread_pool_free (threads, FALSE, TRUE);
  return sealings;
}

static void
object_clear (gpointer data)
{
  g_free ((char *) ((NegArchiveObject *) data)->name);
}

/* For the audit: a study UID may have several patients. */
static void
note_study (NegImport *import, const NegObjectRecord *record)
{
  char *key = g_strdup_printf ("%s\n%s\n%s", record->text[NEG_RECORD_STUDY_UID], record->text[NEG_RECORD_PATIENT_ID],
                               record->text[NEG_RECORD_ISSUER]);

  if (g_hash_table_contains (import->studies, key))
    g_free (key);
  else
    g_hash_table_insert (import->studies, key, neg_object_record_copy (record));
}

static gboolean
add_objects (NegImport *import, const GArray *objects, GError **error)
{
  const NegArchiveObject *all = (const NegArchiveObject *) objects->data;

  if (objects->len > 0 && !neg_archive_add (import->archive, all, objects->len, NULL, error))
    return FALSE;
  for (guint i = 0; i < objects->len; i++) {
    const char *study_uid = all[i].record->text[NEG_RECORD_STUDY_UID];

    import->transfer->progress.done++;
    import->transfer->progress.bytes += all[i].bytes;
    note_study (import, all[i].record);
    neg_agent_announce (import->agent, study_uid);
  }
  _neg_import_tell (import);
  return TRUE;
}

/* The copies are scanned to their ends, sealed, and named by the index in one commit. What was sealed is held until
 * then, so that nobody takes it for a file without a row. */
static gboolean
add_copies (NegImport *import, GArray *copies, GError **error)
{
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (GArray) objects = g_array_new (FALSE, FALSE, sizeof (NegArchiveObject));
  g_autoptr (NegIndexBatch) batch = NULL;
  g_autofree Sealing *sealings = NULL;
  gboolean goes_on = TRUE;

  g_array_set_clear_func (objects, object_clear);
  for (guint i = 0; i < copies->len; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (g_array_index (copies, Copy, i).incoming->path));
  batch = neg_index_batch_new (import->pool, g_steal_pointer (&blobs), TRUE, NEG_PRIORITY_BACKGROUND);
  neg_index_batch_wait (batch, import->cancellable);
  sealings = seal_all (import, copies, batch);
  for (guint i = 0; i < copies->len; i++) {
    NegArchiveObject object = {
      .record = sealings[i].record, .object_class = NEG_OBJECT_DATA, .name = sealings[i].name,
      .bytes = sealings[i].copy->bytes, .source = import->source,
    };

    if (sealings[i].error == NULL)
      g_array_append_val (objects, object);
    else if (goes_on)
      goes_on = survive (import, neg_blob_get_name (sealings[i].copy->blob), sealings[i].error, error);
    else
      g_error_free (sealings[i].error);
  }
  return add_objects (import, objects, goes_on ? error : NULL) && goes_on;
}

static gboolean
take_group (NegImport *import, GPtrArray *group, gboolean may_hold, GError **error)
{
  g_autoptr (NegIndexBatch) batch = neg_index_batch_new (import->pool, group, FALSE, NEG_PRIORITY_BACKGROUND);
  g_autoptr (GArray) copies = g_array_new (FALSE, FALSE, sizeof (Copy));

  g_array_set_clear_func (copies, copy_clear);
  neg_index_batch_wait (batch, import->cancellable);
  if (!copy_group (import, batch, may_hold, copies, error))
    return FALSE;
  return copies->len == 0 || add_copies (import, copies, error);
}

gboolean
_neg_import_take (NegImport *import, GPtrArray *blobs, gboolean may_hold, GError **error)
{
  for (guint i = 0; i < blobs->len; i += GROUP_OBJECTS) {
    GPtrArray *group = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);

    for (guint k = i; k < MIN (i + GROUP_OBJECTS, blobs->len); k++)
      g_ptr_array_add (group, neg_blob_ref (blobs->pdata[k]));
    if (!take_group (import, group, may_hold, error))
      return FALSE;
    if (g_cancellable_is_cancelled (import->cancellable))
      return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
  }
  return TRUE;
}

static gboolean
audit_cb (NegDatabase *database, gpointer data, GError **error)
{
  const NegImport *import = data;
  const guint n_failed = import->transfer->progress.failed;
  g_autofree char *detail = g_strdup_printf ("%u files could not be taken", n_failed);
  const NegAuditEntry failure = { .event = NEG_AUDIT_IMPORT, .failed = TRUE, .detail = detail };
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, import->studies);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const NegObjectRecord *record = value;
    const NegAuditEntry entry = {
      .event = NEG_AUDIT_IMPORT, .study_uid = record->text[NEG_RECORD_STUDY_UID],
      .patient_id = record->text[NEG_RECORD_PATIENT_ID], .issuer = record->text[NEG_RECORD_ISSUER],
    };

    if (!neg_audit_append_within (database, &entry, error))
      return FALSE;
  }
  return n_failed == 0 || neg_audit_append_within (database, &failure, error);
}

static gboolean
run (NegImport *import, const char *const *paths, GError **error)
{
  g_autoptr (GPtrArray) blobs = _neg_import_walk (import, paths);

  if (g_cancellable_is_cancelled (import->cancellable))
    return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
  _neg_import_tell (import);
  if (!_neg_import_take (import, blobs, TRUE, error))
    return FALSE;
  for (guint i = 0; i < import->containers->len; i++)
    if (!_neg_import_open_container (import, import->containers->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
import_init (NegImport *import, NegAgent *agent, NegTransfer *transfer, GCancellable *cancellable, GError **error)
{
  *import = (NegImport){ .agent = agent, .archive = neg_agent_get_archive (agent), .pool = neg_agent_get_pool (agent),
                         .transfer = transfer, .cancellable = cancellable, .source = NEG_ARCHIVE_SOURCE_IMPORT };
  import->containers = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  import->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  import->named = g_hash_table_new (g_str_hash, g_str_equal);
  import->studies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) neg_object_record_free);
  return import->pool != NULL || neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "no engine can be started");
}

static void
import_clear (NegImport *import)
{
  g_ptr_array_unref (import->containers);
  g_hash_table_unref (import->seen);
  g_hash_table_unref (import->named);
  g_hash_table_unref (import->studies);
}

/* What came before the end is here, and it is said who brought it. */
static gboolean
audit (NegImport *import, gboolean is_done, GError **error)
{
  if (g_hash_table_size (import->studies) == 0 && import->transfer->progress.failed == 0)
    return is_done;
  return neg_archive_write (import->archive, audit_cb, import, is_done ? error : NULL) && is_done;
}

gboolean
neg_import_run (NegAgent *agent, const char *const *paths, NegTransferFunc func, gpointer user_data,
                GCancellable *cancellable, NegTransfer *transfer, GError **error)
{
  NegImport import;
  gboolean is_done = import_init (&import, agent, transfer, cancellable, error);

  import.func = func;
  import.user_data = user_data;
  for (guint i = 0; paths[i] != NULL; i++)
    g_hash_table_add (import.named, (gpointer) paths[i]);
  is_done = is_done && audit (&import, run (&import, paths, error), error);
  import_clear (&import);
  return is_done;
}

#define BYTES_NAME "what was made here"

static gboolean
take_bytes (NegImport *import, GBytes *object, GError **error)
{
  gsize length;
  const void *bytes = g_bytes_get_data (object, &length);
  int fd = neg_memory_file_new ("object", length, error);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  gboolean is_written;

  if (fd < 0)
    return FALSE;
  is_written = write_all (fd, bytes, length, error);
  g_ptr_array_add (blobs, neg_blob_new_for_region (fd, 0, length, BYTES_NAME));
  close (fd);
  return is_written && _neg_import_take (import, blobs, FALSE, error);
}

/* The one study that it is of; what could not be taken is the failure. */
static char *
get_outcome (const NegImport *import, GError **error)
{
  GHashTableIter iter;
  gpointer record;

  g_hash_table_iter_init (&iter, import->studies);
  if (g_hash_table_iter_next (&iter, NULL, &record))
    return g_strdup (((const NegObjectRecord *) record)->text[NEG_RECORD_STUDY_UID]);
  neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "%s",
            import->transfer->objects->len > 0
              ? ((const NegJobObject *) import->transfer->objects->pdata[0])->message
              : "this is no DICOM object");
  return NULL;
}

char *
neg_import_bytes (NegAgent *agent, GBytes *object, GCancellable *cancellable, GError **error)
{
  g_auto (NegTransfer) transfer = { 0 };
  NegImport import;
  char *study_uid = NULL;

  neg_transfer_init (&transfer);
  if (import_init (&import, agent, &transfer, cancellable, error)) {
    import.source = NEG_ARCHIVE_SOURCE_VIEWER;
    g_hash_table_add (import.named, (gpointer) BYTES_NAME);
    if (audit (&import, take_bytes (&import, object, error), error))
      study_uid = get_outcome (&import, error);
  }
  import_clear (&import);
  return study_uid;
}
