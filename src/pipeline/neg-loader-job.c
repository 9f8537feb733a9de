#include "config.h"

#include "base/neg-error.h"
#include "pipeline/neg-loader-private.h"

static void
answer_free (gpointer data)
{
  NegLoaderAnswer *answer = data;

  g_clear_pointer (&answer->blob, neg_blob_unref);
  g_clear_pointer (&answer->instance, neg_instance_unref);
  g_clear_error (&answer->error);
  g_free (answer->path);
  g_free (answer);
}

static GPtrArray *
answers_new (void)
{
  return g_ptr_array_new_with_free_func (answer_free);
}

NegLoaderJob *
_neg_loader_job_new (NegLoader *loader, NegEnginePool *pool)
{
  NegLoaderJob *job = g_new0 (NegLoaderJob, 1);

  g_atomic_ref_count_init (&job->ref_count);
  g_mutex_init (&job->lock);
  job->pool = pool;
  job->context = g_main_context_ref_thread_default ();
  job->loader = loader;
  job->cancellable = g_cancellable_new ();
  job->answers = answers_new ();
  job->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_request_unref);
  job->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return job;
}

NegLoaderJob *
_neg_loader_job_ref (NegLoaderJob *job)
{
  g_atomic_ref_count_inc (&job->ref_count);
  return job;
}

void
_neg_loader_job_unref (NegLoaderJob *job)
{
  if (!g_atomic_ref_count_dec (&job->ref_count))
    return;
  g_ptr_array_unref (job->answers);
  g_ptr_array_unref (job->requests);
  g_hash_table_unref (job->seen);
  g_object_unref (job->cancellable);
  g_main_context_unref (job->context);
  g_mutex_clear (&job->lock);
  g_free (job);
}

static gboolean
deliver_cb (gpointer data)
{
  NegLoaderJob *job = data;
  g_autoptr (GPtrArray) answers = NULL;
  guint n_found;
  gboolean done;

  g_mutex_lock (&job->lock);
  answers = job->answers;
  job->answers = answers_new ();
  job->delivery_pending = FALSE;
  n_found = job->n_found;
  done = job->n_busy == 0;
  g_mutex_unlock (&job->lock);

  if (job->loader != NULL)
    _neg_loader_take (job->loader, answers, n_found, done);
  return G_SOURCE_REMOVE;
}

/* With the lock held. */
static void
deliver_later (NegLoaderJob *job)
{
  g_autoptr (GSource) source = NULL;

  if (job->delivery_pending)
    return;
  job->delivery_pending = TRUE;
  source = g_idle_source_new ();
  g_source_set_priority (source, NEG_LOADER_PRIORITY);
  g_source_set_callback (source, deliver_cb, _neg_loader_job_ref (job), (GDestroyNotify) _neg_loader_job_unref);
  g_source_attach (source, job->context);
}

void
_neg_loader_job_begin (NegLoaderJob *job)
{
  g_mutex_lock (&job->lock);
  job->n_busy++;
  g_mutex_unlock (&job->lock);
}

void
_neg_loader_job_end (NegLoaderJob *job)
{
  g_mutex_lock (&job->lock);
  job->n_busy--;
  if (job->n_busy == 0) {
    g_ptr_array_set_size (job->requests, 0);
    deliver_later (job);
  }
  g_mutex_unlock (&job->lock);
}

void
_neg_loader_job_answer (NegLoaderJob *job, NegBlob *blob, char *path, NegInstance *instance, GError *error)
{
  NegLoaderAnswer *answer = g_new0 (NegLoaderAnswer, 1);

  answer->blob = blob;
  answer->path = path;
  answer->instance = instance;
  answer->error = error;
  g_mutex_lock (&job->lock);
  g_ptr_array_add (job->answers, answer);
  deliver_later (job);
  g_mutex_unlock (&job->lock);
}

gboolean
_neg_loader_job_is_new (NegLoaderJob *job, guint64 device, guint64 inode)
{
  gboolean is_new;

  g_mutex_lock (&job->lock);
  is_new = g_hash_table_add (job->seen, g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, device, inode));
  g_mutex_unlock (&job->lock);
  return is_new;
}

/* Whoever cancels sets the flag before he looks for requests, so that either he or we see this one. */
void
_neg_loader_job_take_request (NegLoaderJob *job, NegRequest *request)
{
  g_autoptr (NegRequest) kept = neg_request_ref (request);

  g_mutex_lock (&job->lock);
  g_ptr_array_add (job->requests, request);
  g_mutex_unlock (&job->lock);
  if (g_cancellable_is_cancelled (job->cancellable))
    neg_request_cancel (kept);
}

typedef struct {
  NegLoaderJob *job;
  GPtrArray *blobs;
} ScanCall;

typedef struct {
  NegLoaderJob *job;
  char *directory;
  char **references;
} DirectoryCall;

static gpointer
directory_thread (gpointer data)
{
  DirectoryCall *call = data;

  _neg_loader_walk_references (call->job, call->directory, (const char *const *) call->references);
  _neg_loader_job_end (call->job);
  _neg_loader_job_unref (call->job);
  g_free (call->directory);
  g_strfreev (call->references);
  g_free (call);
  return NULL;
}

/* Finding the files touches the disk, so it has a thread of its own. */
static void
open_directory (NegLoaderJob *job, NegBlob *blob, NegScanResult *result)
{
  DirectoryCall *call = g_new0 (DirectoryCall, 1);

  call->job = _neg_loader_job_ref (job);
  call->directory = g_path_get_dirname (neg_blob_get_name (blob));
  call->references = g_strdupv (result->references);
  _neg_loader_job_begin (job);
  g_thread_unref (g_thread_new ("dicomdir", directory_thread, call));
}

static void
scanned_cb (guint index, NegScanResult *result, const GError *error, gpointer user_data)
{
  ScanCall *call = user_data;
  NegBlob *blob = g_ptr_array_index (call->blobs, index);
  NegInstance *instance = NULL;

  if (error == NULL) {
    switch (result->kind) {
    case NEG_SCAN_INSTANCE:
      instance = g_steal_pointer (&result->instance);
      break;
    case NEG_SCAN_DIRECTORY:
      /* Inside an archive all entries are scanned anyway, and its references name no file of this machine. */
      if (!neg_blob_is_region (blob))
        open_directory (call->job, blob, result);
      break;
    case NEG_SCAN_ARCHIVE:
      _neg_loader_open_archive (call->job, blob, result);
      break;
    }
  }
  _neg_loader_job_answer (call->job, neg_blob_ref (blob), NULL, instance, error ? g_error_copy (error) : NULL);
}

static void
scan_done_cb (gpointer user_data)
{
  ScanCall *call = user_data;

  _neg_loader_job_end (call->job);
  _neg_loader_job_unref (call->job);
  g_ptr_array_unref (call->blobs);
  g_free (call);
}

void
_neg_loader_job_scan (NegLoaderJob *job, GPtrArray *blobs)
{
  ScanCall *call;
  NegRequest *request;

  if (blobs->len == 0 || g_cancellable_is_cancelled (job->cancellable)) {
    g_ptr_array_unref (blobs);
    return;
  }
  call = g_new0 (ScanCall, 1);
  call->job = _neg_loader_job_ref (job);
  call->blobs = blobs;
  g_mutex_lock (&job->lock);
  job->n_busy++;
  job->n_found += blobs->len;
  g_mutex_unlock (&job->lock);

  g_ptr_array_ref (blobs); /* the call may end before this function does */
  request = neg_engine_pool_scan (job->pool, (NegBlob *const *) blobs->pdata, blobs->len, NEG_PRIORITY_SCAN, scanned_cb,
                                  scan_done_cb, call);
  g_ptr_array_unref (blobs);
  _neg_loader_job_take_request (job, request);
}

typedef struct {
  NegLoaderJob *job;
  char **paths;
} WalkCall;

static gpointer
walk_thread (gpointer data)
{
  WalkCall *call = data;

  _neg_loader_walk (call->job, (const char *const *) call->paths);
  _neg_loader_job_end (call->job);
  _neg_loader_job_unref (call->job);
  g_strfreev (call->paths);
  g_free (call);
  return NULL;
}

void
_neg_loader_job_start (NegLoaderJob *job, const char *const *paths)
{
  WalkCall *call = g_new0 (WalkCall, 1);

  call->job = _neg_loader_job_ref (job);
  call->paths = g_strdupv ((char **) paths);
  _neg_loader_job_begin (job);
  g_thread_unref (g_thread_new ("walk", walk_thread, call));
}

void
_neg_loader_job_cancel (NegLoaderJob *job)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_request_unref);

  g_cancellable_cancel (job->cancellable);
  g_mutex_lock (&job->lock);
  for (guint i = 0; i < job->requests->len; i++)
    g_ptr_array_add (requests, neg_request_ref (g_ptr_array_index (job->requests, i)));
  g_mutex_unlock (&job->lock);
  for (guint i = 0; i < requests->len; i++)
    neg_request_cancel (g_ptr_array_index (requests, i));
}

void
_neg_loader_job_detach (NegLoaderJob *job)
{
  job->loader = NULL;
  _neg_loader_job_cancel (job);
}
