#include "config.h"

#include "ui/neg-tags-load.h"

#include "base/neg-error.h"
#include "quality/neg-tags-vary.h"

#define AT_A_TIME 200

typedef struct {
  GPtrArray *tags; /* NegTags or NULL, one per blob; the dispatcher's until all are answered */
  GError *error;
} Load;

static void
tags_free (gpointer tags)
{
  neg_tags_free (tags);
}

static void
load_free (gpointer data)
{
  Load *load = data;

  g_clear_pointer (&load->tags, g_ptr_array_unref);
  g_clear_error (&load->error);
  g_free (load);
}

static void
item_cb (guint index, NegTags **tags, const GError *error, gpointer data)
{
  Load *load = g_task_get_task_data (data);

  if (tags != NULL)
    load->tags->pdata[index] = g_steal_pointer (tags);
  else if (load->error == NULL)
    load->error = g_error_copy (error);
}

static gboolean
loaded_cb (gpointer data)
{
  g_autoptr (GTask) task = data;

  g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
done_cb (gpointer data)
{
  g_main_context_invoke (g_task_get_context (data), loaded_cb, data);
}

void
neg_tags_load_async (NegEnginePool *pool, GPtrArray *blobs, NegPriority priority, GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Load *load = g_new0 (Load, 1);

  load->tags = g_ptr_array_new_with_free_func (tags_free);
  g_ptr_array_set_size (load->tags, blobs->len);
  g_task_set_source_tag (task, neg_tags_load_async);
  g_task_set_task_data (task, load, load_free);
  neg_request_unref (neg_engine_pool_tags (pool, (NegBlob *const *) blobs->pdata, blobs->len, priority, item_cb, done_cb, task));
}

GPtrArray *
neg_tags_load_finish (GAsyncResult *result, GError **error)
{
  Load *load = g_task_get_task_data (G_TASK (result));
  guint n_there = 0;

  for (guint i = 0; i < load->tags->len; i++)
    n_there += load->tags->pdata[i] != NULL;
  if (load->error != NULL)
    g_propagate_error (error, g_steal_pointer (&load->error));
  return n_there > 0 ? g_steal_pointer (&load->tags) : NULL;
}

/* --- a series --- */

typedef struct {
  NegEnginePool *pool;
  GPtrArray *blobs;
  guint n_done, n_failed;
  NegTagsVary *vary;
  GPtrArray *tags; /* those that are looked at now; nullable */
  NegTagsProgress progress;
  gpointer user_data;
  GError *error;
} Series;

static void
series_free (gpointer data)
{
  Series *series = data;

  g_ptr_array_unref (series->blobs);
  neg_tags_vary_free (series->vary);
  g_clear_pointer (&series->tags, g_ptr_array_unref);
  g_clear_error (&series->error);
  g_free (series);
}

static void load_some (GTask *task);

static void
look_thread (GTask *look, gpointer source, gpointer data, GCancellable *cancellable)
{
  Series *series = data;

  for (guint i = 0; series->tags != NULL && i < series->tags->len; i++)
    if (series->tags->pdata[i] != NULL)
      neg_tags_vary_add (series->vary, series->tags->pdata[i]);
  g_task_return_boolean (look, TRUE);
}

static void
finish (GTask *task)
{
  Series *series = g_task_get_task_data (task);

  if (series->n_failed == series->blobs->len && series->error != NULL)
    g_task_return_error (task, g_steal_pointer (&series->error));
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Series *series = g_task_get_task_data (task);

  g_clear_pointer (&series->tags, g_ptr_array_unref);
  if (g_task_return_error_if_cancelled (task)) {
    g_object_unref (task);
    return;
  }
  if (series->progress != NULL)
    series->progress (series->n_done, series->blobs->len, series->user_data);
  if (series->n_done < series->blobs->len)
    load_some (task);
  else
    finish (task);
}

static void
some_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Series *series = g_task_get_task_data (task);
  g_autoptr (GTask) look = g_task_new (NULL, NULL, looked_cb, task);
  g_autoptr (GError) error = NULL;
  const guint n = MIN (AT_A_TIME, series->blobs->len - series->n_done);

  series->tags = neg_tags_load_finish (result, &error);
  series->n_done += n;
  for (guint i = 0; i < n; i++)
    series->n_failed += series->tags == NULL || series->tags->pdata[i] == NULL;
  if (error != NULL && series->error == NULL)
    series->error = g_steal_pointer (&error);
  g_task_set_task_data (look, series, NULL);
  g_task_run_in_thread (look, look_thread);
}

static void
load_some (GTask *task)
{
  Series *series = g_task_get_task_data (task);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);

  for (guint i = series->n_done; i < series->blobs->len && blobs->len < AT_A_TIME; i++)
    g_ptr_array_add (blobs, neg_blob_ref (series->blobs->pdata[i]));
  neg_tags_load_async (series->pool, blobs, NEG_PRIORITY_BACKGROUND, some_cb, task);
}

void
neg_tags_load_series_async (NegEnginePool *pool, GPtrArray *blobs, NegTagsProgress progress, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Series *series = g_new0 (Series, 1);

  series->pool = pool;
  series->blobs = g_ptr_array_ref (blobs);
  series->vary = neg_tags_vary_new ();
  series->progress = progress;
  series->user_data = user_data;
  g_task_set_source_tag (task, neg_tags_load_series_async);
  g_task_set_task_data (task, series, series_free);
  if (blobs->len > 0)
    load_some (task);
  else
    finish (task);
}

NegTagsVary *
neg_tags_load_series_finish (GAsyncResult *result, guint *n_failed, GError **error)
{
  Series *series = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  *n_failed = series->n_failed;
  return g_steal_pointer (&series->vary);
}
