#include "config.h"

#include "commands/neg-commands-volume.h"

#include "base/neg-error.h"
#include "pipeline/neg-loader.h"

/* ---- the series */

static NegSeries *
find_series (GListModel *all, GError **error)
{
  g_autoptr (GError) first = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (all); i++) {
    g_autoptr (NegSeries) series = g_list_model_get_item (all, i);
    g_autoptr (GError) why = NULL;

    if (neg_volume_check (series, &why))
      return g_steal_pointer (&series);
    if (first == NULL)
      first = g_steal_pointer (&why);
  }
  if (first != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  else
    neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "there is no image series");
  return NULL;
}

/* A file that was named and cannot be read is a reason of its own, better than that there is no series. */
static gboolean
has_read (NegLoader *loader, GError **error)
{
  GPtrArray *unreadable = neg_loader_get_unreadable (loader);

  if (g_list_model_get_n_items (neg_loader_get_series (loader)) > 0 || unreadable->len == 0)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (((NegUnreadable *) g_ptr_array_index (unreadable, 0))->error);
  return FALSE;
}

NegVolumeLoad *
neg_command_load_volume (NegEnginePool *pool, const char *path, GError **error)
{
  g_autoptr (NegLoader) loader = neg_loader_new (pool);
  g_autoptr (NegSeries) series = NULL;
  const char *paths[] = { path, NULL };
  NegVolumeLoad *load;

  neg_loader_load (loader, paths);
  neg_loader_wait (loader);
  if (!has_read (loader, error))
    return NULL;
  series = find_series (neg_loader_get_series (loader), error);
  load = series != NULL ? neg_volume_load_new (pool, NULL, series, error) : NULL;
  if (load != NULL)
    neg_volume_load_wait (load);
  return load;
}

/* ---- rows */

#define BAND_ROWS 8

struct _NegRowWorkers {
  GThreadPool *helpers; /* besides the caller; NULL: none */
  guint n_helpers;

  NegRowFunc function;
  gpointer user_data;
  guint n_rows;
  gint next_row; /* atomic */

  GMutex lock;
  GCond cond;
  guint n_running; /* guarded by lock */
};

static void
run_bands (NegRowWorkers *workers)
{
  for (;;) {
    guint first = g_atomic_int_add (&workers->next_row, BAND_ROWS);

    if (first >= workers->n_rows)
      return;
    workers->function (first, MIN (BAND_ROWS, workers->n_rows - first), workers->user_data);
  }
}

static void
help_cb (gpointer data, gpointer user_data)
{
  NegRowWorkers *workers = data;

  run_bands (workers);
  g_mutex_lock (&workers->lock);
  if (--workers->n_running == 0)
    g_cond_signal (&workers->cond);
  g_mutex_unlock (&workers->lock);
}

NegRowWorkers *
neg_row_workers_new (guint n_threads)
{
  NegRowWorkers *workers = g_new0 (NegRowWorkers, 1);

  g_mutex_init (&workers->lock);
  g_cond_init (&workers->cond);
  workers->n_helpers = (n_threads != 0 ? n_threads : g_get_num_processors ()) - 1;
  if (workers->n_helpers > 0)
    workers->helpers = g_thread_pool_new (help_cb, NULL, workers->n_helpers, TRUE, NULL);
  if (workers->helpers == NULL)
    workers->n_helpers = 0;
  return workers;
}

void
neg_row_workers_free (NegRowWorkers *workers)
{
  if (workers == NULL)
    return;
  if (workers->helpers != NULL)
    g_thread_pool_free (workers->helpers, FALSE, TRUE);
  g_mutex_clear (&workers->lock);
  g_cond_clear (&workers->cond);
  g_free (workers);
}

guint
neg_row_workers_get_n_threads (NegRowWorkers *workers)
{
  return workers->n_helpers + 1;
}

void
neg_row_workers_run (NegRowWorkers *workers, guint n_rows, NegRowFunc function, gpointer user_data)
{
  workers->function = function;
  workers->user_data = user_data;
  workers->n_rows = n_rows;
  workers->n_running = workers->n_helpers;
  g_atomic_int_set (&workers->next_row, 0);
  for (guint i = 0; i < workers->n_helpers; i++)
    g_thread_pool_push (workers->helpers, workers, NULL);
  run_bands (workers);
  g_mutex_lock (&workers->lock);
  while (workers->n_running > 0)
    g_cond_wait (&workers->cond, &workers->lock);
  g_mutex_unlock (&workers->lock);
}

typedef struct {
  const NegReformat *reformat;
  const NegVolume *volume;
  guint width;
  float *values;
  guint8 *covers;
} Reformatting;

static void
reformat_cb (guint first_row, guint n_rows, gpointer user_data)
{
  const Reformatting *work = user_data;

  neg_reformat_rows (work->reformat, work->volume, work->width, work->values, work->covers, first_row, n_rows);
}

void
neg_row_workers_reformat (NegRowWorkers *workers, const NegReformat *reformat, const NegVolume *volume, guint width,
                          guint height, float *values, guint8 *covers)
{
  Reformatting work = { reformat, volume, width, values, covers };

  neg_row_workers_run (workers, height, reformat_cb, &work);
}
