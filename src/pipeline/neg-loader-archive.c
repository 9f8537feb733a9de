#include "config.h"

#include <unistd.h>

#include "base/neg-error.h"
#include "pipeline/neg-loader-private.h"

/* Unpacked archives live in memory, never in a file: a bound keeps a machine alive that has other work. */
#define ARCHIVE_BYTES_MAX ((guint64) 3 << 30)

typedef struct {
  NegLoaderJob *job;
  NegBlob *archive;
  GArray *items;  /* NegExtractItem */
  GPtrArray *names;
  int memory_fd;
  GPtrArray *blobs; /* what was unpacked; filled on the dispatcher */
} ExtractCall;

static char *
entry_name (NegBlob *archive, const char *name)
{
  g_autofree char *base = g_path_get_basename (neg_blob_get_name (archive));

  return g_strdup_printf ("%s: %s", base, name ? name : "?");
}

static void
extracted_cb (guint index, guint64 bytes, const GError *error, gpointer user_data)
{
  ExtractCall *call = user_data;
  const NegExtractItem *item = &g_array_index (call->items, NegExtractItem, index);
  const char *name = g_ptr_array_index (call->names, index);

  if (error != NULL)
    _neg_loader_job_answer (call->job, NULL, g_strdup (name), NULL, g_error_copy (error));
  else
    g_ptr_array_add (call->blobs, neg_blob_new_for_region (call->memory_fd, item->target_offset, bytes, name));
}

static void
extract_done_cb (gpointer user_data)
{
  ExtractCall *call = user_data;

  _neg_loader_job_scan (call->job, call->blobs);
  _neg_loader_job_end (call->job);
  _neg_loader_job_unref (call->job);
  neg_blob_unref (call->archive);
  g_array_unref (call->items);
  g_ptr_array_unref (call->names);
  close (call->memory_fd);
  g_free (call);
}

void
_neg_loader_open_archive (NegLoaderJob *job, NegBlob *archive, const NegScanResult *result)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (NegExtractItem));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GError *error = NULL;
  guint64 total = 0;
  ExtractCall *call;
  NegRequest *request;
  int fd;

  for (guint i = 0; i < result->n_entries; i++) {
    const NegArchiveEntry *entry = &result->entries[i];
    NegExtractItem item = { .entry = i, .target_offset = total, .bytes = entry->bytes };

    if (!entry->is_file || entry->bytes == 0)
      continue;
    if (entry->bytes > ARCHIVE_BYTES_MAX - total) {
      neg_fail (&error, NEG_ERROR_SIZE_OVERFLOW, neg_blob_get_name (archive),
                "the archive is too large to unpack in memory; unpack it to a folder and open that");
      _neg_loader_job_answer (job, neg_blob_ref (archive), NULL, NULL, error);
      return;
    }
    total += entry->bytes;
    g_array_append_val (items, item);
    g_ptr_array_add (names, entry_name (archive, entry->name));
  }
  if (items->len == 0)
    return;
  fd = neg_memory_file_new ("negatoscope-archive", total, &error);
  if (fd < 0) {
    _neg_loader_job_answer (job, neg_blob_ref (archive), NULL, NULL, error);
    return;
  }
  call = g_new0 (ExtractCall, 1);
  call->job = _neg_loader_job_ref (job);
  call->archive = neg_blob_ref (archive);
  call->items = g_steal_pointer (&items);
  call->names = g_steal_pointer (&names);
  call->memory_fd = fd;
  call->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  _neg_loader_job_begin (job);
  request = neg_engine_pool_extract (job->pool, archive, fd, (const NegExtractItem *) call->items->data,
                                     call->items->len, NEG_PRIORITY_SCAN, extracted_cb, extract_done_cb, call);
  _neg_loader_job_take_request (job, request);
}
