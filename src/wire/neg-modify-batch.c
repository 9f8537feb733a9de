#include "config.h"

#include "wire/neg-modify-batch.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/neg-error.h"

#define FILES_AT_A_TIME 64
/* All frames of an object that is decoded are one item. */
#define CONVERT_TIMEOUT_MS (30 * 60 * 1000)

typedef struct {
  NegModifyResult *results; /* borrowed */
  GMutex lock;
  GCond cond;
  gboolean is_done;
} Wait;

static void
item_cb (guint index, const NegModified *modified, const GError *error, gpointer user_data)
{
  NegModifyResult *result = &((Wait *) user_data)->results[index];

  if (error != NULL)
    result->error = g_error_copy (error);
  else
    result->modified = *modified;
}

static void
done_cb (gpointer user_data)
{
  Wait *wait = user_data;

  g_mutex_lock (&wait->lock);
  wait->is_done = TRUE;
  g_cond_signal (&wait->cond);
  g_mutex_unlock (&wait->lock);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  neg_request_cancel (user_data);
}

static void
run_request (NegEnginePool *pool, NegBlob *const *blobs, const int *fds, guint n, const NegModify *modify,
             NegPriority priority, GCancellable *cancellable, NegModifyResult *results)
{
  Wait wait = { .results = results };
  g_autoptr (NegRequest) request = NULL;
  gulong handler;

  g_mutex_init (&wait.lock);
  g_cond_init (&wait.cond);
  request = neg_engine_pool_modify (pool, blobs, fds, n, modify, priority, item_cb, done_cb, &wait);
  handler = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), neg_request_ref (request),
                                                         (GDestroyNotify) neg_request_unref)
                                : 0;
  g_mutex_lock (&wait.lock);
  while (!wait.is_done)
    g_cond_wait (&wait.cond, &wait.lock);
  g_mutex_unlock (&wait.lock);
  g_cancellable_disconnect (cancellable, handler);
  g_mutex_clear (&wait.lock);
  g_cond_clear (&wait.cond);
}

static int
create (const char *path, GError **error)
{
  const int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    neg_fail (error, errno == EEXIST ? NEG_ERROR_CONFLICT : errno == ENOSPC ? NEG_ERROR_DISK_FULL : NEG_ERROR_UNREADABLE,
              NULL, "the file for the new object cannot be made: %s", g_strerror (errno));
  return fd;
}

/* What cannot be made is sent all the same, without a file: that fails by itself, and the indices stay. */
static void
run_some (NegEnginePool *pool, NegBlob *const *blobs, const char *const *targets, guint n, const NegModify *modify,
          NegPriority priority, GCancellable *cancellable, NegModifyResult *results)
{
  GError *failures[FILES_AT_A_TIME] = { NULL };
  int fds[FILES_AT_A_TIME];

  if (g_cancellable_is_cancelled (cancellable)) {
    for (guint i = 0; i < n; i++)
      neg_fail (&results[i].error, NEG_ERROR_CANCELLED, NULL, "cancelled");
    return;
  }
  for (guint i = 0; i < n; i++)
    fds[i] = create (targets[i], &failures[i]);
  run_request (pool, blobs, fds, n, modify, priority, cancellable, results);
  for (guint i = 0; i < n; i++) {
    if (fds[i] < 0) {
      g_clear_error (&results[i].error);
      results[i].error = failures[i];
      continue;
    }
    close (fds[i]);
    if (results[i].error != NULL || !results[i].modified.is_changed)
      unlink (targets[i]);
  }
}

static NegEnginePool *
new_pool (GError **error)
{
  const NegEnginePoolOptions options = { .n_engines = CLAMP (g_get_num_processors () / 2, 1, 4),
                                         .item_timeout_ms = CONVERT_TIMEOUT_MS };

  return neg_engine_pool_new (&options, error);
}

void
neg_modify_results_free (NegModifyResult *results, guint n)
{
  for (guint i = 0; results != NULL && i < n; i++)
    g_clear_error (&results[i].error);
  g_free (results);
}

NegModifyResult *
neg_modify_batch_run (NegEnginePool *pool, NegBlob *const *blobs, const char *const *targets, guint n,
                      const NegModify *modify, NegPriority priority, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegEnginePool) own = pool == NULL ? new_pool (error) : NULL;
  NegModifyResult *results;

  if (pool == NULL && own == NULL)
    return NULL;
  results = g_new0 (NegModifyResult, MAX (n, 1));
  for (guint i = 0; i < n; i += FILES_AT_A_TIME)
    run_some (pool != NULL ? pool : own, blobs + i, targets + i, MIN (n - i, FILES_AT_A_TIME), modify, priority,
              cancellable, results + i);
  return results;
}

gboolean
neg_modify_convert_file (NegEnginePool *pool, NegBlob *blob, int target_fd, GCancellable *cancellable,
                         NegModified *modified, GError **error)
{
  g_autoptr (NegEnginePool) own = pool == NULL ? new_pool (error) : NULL;
  g_autoptr (NegModify) modify = neg_modify_new ();
  NegModifyResult result = { 0 };

  if (pool == NULL && own == NULL)
    return FALSE;
  modify->transfer_syntax_uid = g_strdup (NEG_MODIFY_EXPLICIT_LITTLE);
  run_request (pool != NULL ? pool : own, &blob, &target_fd, 1, modify, NEG_PRIORITY_BACKGROUND, cancellable, &result);
  *modified = result.modified;
  if (result.error == NULL)
    return TRUE;
  g_propagate_error (error, result.error);
  return FALSE;
}
