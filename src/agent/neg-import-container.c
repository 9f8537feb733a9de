#include "config.h"

#include "agent/neg-import-private.h"

#include <unistd.h>

#include "base/neg-error.h"

/* Entries are unpacked to memory, so many bytes at a time: an archive is read once for each time. */
#define UNPACKED_BYTES_MAX ((guint64) 512 << 20)
#define ENTRY_BYTES_MAX ((guint64) 3 << 30)

/* What comes from the pool's thread, and the wait for its end. */
typedef struct {
  NegScanResult result; /* of a scan */
  GError **errors;      /* one per item */
  GMutex lock;
  GCond cond;
  gboolean is_done;
} Call;

static void
call_init (Call *call, guint n_items)
{
  *call = (Call){ .errors = g_new0 (GError *, n_items + 1) };
  g_mutex_init (&call->lock);
  g_cond_init (&call->cond);
}

static void
call_clear (Call *call, guint n_items)
{
  for (guint i = 0; i < n_items; i++)
    g_clear_error (&call->errors[i]);
  g_free (call->errors);
  neg_scan_result_clear (&call->result);
  g_mutex_clear (&call->lock);
  g_cond_clear (&call->cond);
}

static void
done_cb (gpointer user_data)
{
  Call *call = user_data;

  g_mutex_lock (&call->lock);
  call->is_done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->lock);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  neg_request_cancel (user_data);
}

/* @request is taken. */
static void
call_wait (Call *call, NegRequest *request, GCancellable *cancellable)
{
  gulong handler = cancellable != NULL
                       ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), neg_request_ref (request),
                                                (GDestroyNotify) neg_request_unref)
                       : 0;

  g_mutex_lock (&call->lock);
  while (!call->is_done)
    g_cond_wait (&call->cond, &call->lock);
  g_mutex_unlock (&call->lock);
  g_cancellable_disconnect (cancellable, handler);
  neg_request_unref (request);
}

static void
scanned_cb (guint index, NegScanResult *result, const GError *error, gpointer user_data)
{
  Call *call = user_data;

  if (error != NULL)
    call->errors[0] = g_error_copy (error);
  else {
    call->result = *result;
    *result = (NegScanResult){ 0 };
  }
}

static void
extracted_cb (guint index, guint64 bytes, const GError *error, gpointer user_data)
{
  Call *call = user_data;

  if (error != NULL)
    call->errors[index] = g_error_copy (error);
}

static char *
name_entry (NegBlob *archive, const NegArchiveEntry *entry)
{
  return g_strdup_printf ("%s: %s", neg_blob_get_name (archive), entry->name != NULL ? entry->name : "?");
}

/* Unpacks @items, which are entries of @result, and takes in what came of them. */
static gboolean
take_entries (NegImport *import, NegBlob *archive, const NegScanResult *result, const GArray *items, guint64 bytes,
              GError **error)
{
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  const NegExtractItem *all = (const NegExtractItem *) items->data;
  int fd = neg_memory_file_new ("negatoscope-import", bytes, error);
  gboolean is_taken;
  Call call;

  if (fd < 0)
    return FALSE;
  call_init (&call, items->len);
  call_wait (&call, neg_engine_pool_extract (import->pool, archive, fd, all, items->len, NEG_PRIORITY_BACKGROUND,
                                             extracted_cb, done_cb, &call), import->cancellable);
  for (guint i = 0; i < items->len; i++) {
    g_autofree char *name = name_entry (archive, &result->entries[all[i].entry]);

    if (call.errors[i] != NULL)
      _neg_import_fail (import, name, call.errors[i]);
    else
      g_ptr_array_add (blobs, neg_blob_new_for_region (fd, all[i].target_offset, all[i].bytes, name));
  }
  call_clear (&call, items->len);
  close (fd);
  is_taken = _neg_import_take (import, blobs, FALSE, error);
  return is_taken;
}

static void
fail_entry (NegImport *import, NegBlob *archive, const NegArchiveEntry *entry)
{
  g_autofree char *name = name_entry (archive, entry);
  g_autoptr (GError) error = NULL;

  neg_fail (&error, NEG_ERROR_SIZE_OVERFLOW, NULL, "too large to unpack in memory");
  _neg_import_fail (import, name, error);
}

static gboolean
open_archive (NegImport *import, NegBlob *archive, const NegScanResult *result, GError **error)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (NegExtractItem));
  guint64 bytes = 0;

  for (guint i = 0; i < result->n_entries; i++) {
    const NegArchiveEntry *entry = &result->entries[i];
    NegExtractItem item = { .entry = i, .bytes = entry->bytes };

    if (!entry->is_file || entry->bytes == 0)
      continue;
    import->transfer->progress.objects++;
    if (entry->bytes > ENTRY_BYTES_MAX) {
      fail_entry (import, archive, entry);
      continue;
    }
    if (items->len > 0
        && (bytes + entry->bytes > UNPACKED_BYTES_MAX || items->len == NEG_DECODE_BATCH_MAX)) {
      if (!take_entries (import, archive, result, items, bytes, error))
        return FALSE;
      g_array_set_size (items, 0);
      bytes = 0;
    }
    item.target_offset = bytes;
    bytes += entry->bytes;
    g_array_append_val (items, item);
  }
  return items->len == 0 || take_entries (import, archive, result, items, bytes, error);
}

static gboolean
open_directory (NegImport *import, NegBlob *directory, const NegScanResult *result, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (neg_blob_get_name (directory));
  g_autoptr (GPtrArray) blobs
      = _neg_import_walk_references (import, folder, (const char *const *) result->references);

  return _neg_import_take (import, blobs, FALSE, error);
}

gboolean
_neg_import_open_container (NegImport *import, NegBlob *container, GError **error)
{
  gboolean is_taken = TRUE;
  Call call;

  call_init (&call, 1);
  call_wait (&call, neg_engine_pool_scan (import->pool, &container, 1, NEG_PRIORITY_BACKGROUND, scanned_cb, done_cb,
                                          &call), import->cancellable);
  if (call.errors[0] == NULL && call.result.kind == NEG_SCAN_INSTANCE)
    neg_fail (&call.errors[0], NEG_ERROR_INCONSISTENT, NULL, "has changed while it was read");
  /* The container is no object itself: it was counted as one while nobody knew. */
  if (call.errors[0] != NULL) {
    _neg_import_fail (import, neg_blob_get_name (container), call.errors[0]);
  } else {
    import->transfer->progress.objects--;
    if (call.result.kind == NEG_SCAN_ARCHIVE)
      is_taken = open_archive (import, container, &call.result, error);
    else if (call.result.kind == NEG_SCAN_DIRECTORY)
      is_taken = open_directory (import, container, &call.result, error);
  }
  call_clear (&call, 1);
  return is_taken;
}
