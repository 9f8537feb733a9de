#include "config.h"

#include "pipeline/neg-loader.h"

#include "base/neg-error.h"
#include "pipeline/neg-loader-private.h"

/* While answers stream in, series are built again at most this often: building is O(n) and so is drawing the list. */
#define REBUILD_INTERVAL_US (80 * G_TIME_SPAN_MILLISECOND)

struct _NegLoader {
  GObject parent_instance;

  NegLoaderJob *job; /* shared with the worker and the dispatcher */
  GListStore *series;
  GPtrArray *instances, *blobs; /* parallel: the images */
  GPtrArray *objects;
  GPtrArray *unreadable;
  guint n_found, n_scanned;
  gint64 last_build_us;
  guint rebuild_source;
  gboolean started, stale, finished;
};

G_DEFINE_FINAL_TYPE (NegLoader, neg_loader, G_TYPE_OBJECT)

enum { CHANGED, FINISHED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
loaded_object_free (gpointer data)
{
  NegLoadedObject *object = data;

  neg_blob_unref (object->blob);
  neg_instance_unref (object->instance);
  g_free (object);
}

static void
unreadable_free (gpointer data)
{
  NegUnreadable *unreadable = data;

  g_free (unreadable->path);
  g_clear_error (&unreadable->error);
  g_free (unreadable);
}

static gboolean
same_series (NegSeries *a, NegSeries *b)
{
  guint n = neg_series_get_n_frames (a);

  if (n != neg_series_get_n_frames (b) || neg_series_get_kind (a) != neg_series_get_kind (b))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    const NegSeriesFrame *frame_a = neg_series_get_frame (a, i);
    const NegSeriesFrame *frame_b = neg_series_get_frame (b, i);

    if (frame_a->blob != frame_b->blob || frame_a->frame != frame_b->frame)
      return FALSE;
  }
  return g_strcmp0 (neg_series_get_title (a), neg_series_get_title (b)) == 0;
}

/* Replaces only what differs, so that a list that shows the series keeps its selection and its place. */
static void
show_series (NegLoader *self, GPtrArray *built)
{
  guint n_old = g_list_model_get_n_items (G_LIST_MODEL (self->series));
  guint n_new = built->len;
  guint head = 0, tail = 0;

  for (; head < MIN (n_old, n_new); head++) {
    g_autoptr (NegSeries) old = g_list_model_get_item (G_LIST_MODEL (self->series), head);

    if (!same_series (old, g_ptr_array_index (built, head)))
      break;
  }
  for (; tail < MIN (n_old, n_new) - head; tail++) {
    g_autoptr (NegSeries) old = g_list_model_get_item (G_LIST_MODEL (self->series), n_old - 1 - tail);

    if (!same_series (old, g_ptr_array_index (built, n_new - 1 - tail)))
      break;
  }
  if (n_old - head - tail > 0 || n_new - head - tail > 0)
    g_list_store_splice (self->series, head, n_old - head - tail, built->pdata + head, n_new - head - tail);
}

static void
rebuild (NegLoader *self)
{
  g_autoptr (GPtrArray) built = neg_series_build (self->instances, self->blobs);

  self->stale = FALSE;
  self->last_build_us = g_get_monotonic_time ();
  show_series (self, built);
}

static void
take_answer (NegLoader *self, NegLoaderAnswer *answer)
{
  self->n_scanned++;
  if (answer->error != NULL) {
    NegUnreadable *unreadable = g_new0 (NegUnreadable, 1);

    unreadable->path = g_strdup (answer->path ? answer->path : neg_blob_get_name (answer->blob));
    unreadable->error = g_steal_pointer (&answer->error);
    g_ptr_array_add (self->unreadable, unreadable);
  } else if (answer->instance == NULL) {
    return; /* a directory or an archive: what it names comes by itself */
  } else if (answer->instance->kind == NEG_OBJECT_IMAGE) {
    g_ptr_array_add (self->instances, g_steal_pointer (&answer->instance));
    g_ptr_array_add (self->blobs, g_steal_pointer (&answer->blob));
    self->stale = TRUE;
  } else {
    NegLoadedObject *object = g_new0 (NegLoadedObject, 1);

    object->instance = g_steal_pointer (&answer->instance);
    object->blob = g_steal_pointer (&answer->blob);
    g_ptr_array_add (self->objects, object);
  }
}

static gboolean
rebuild_cb (gpointer data)
{
  NegLoader *self = data;

  self->rebuild_source = 0;
  if (self->stale) {
    rebuild (self);
    g_signal_emit (self, signals[CHANGED], 0);
  }
  return G_SOURCE_REMOVE;
}

static void
schedule_rebuild (NegLoader *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->rebuild_source != 0)
    return;
  source = g_timeout_source_new (REBUILD_INTERVAL_US / 1000);
  g_source_set_callback (source, rebuild_cb, self, NULL);
  self->rebuild_source = g_source_attach (source, self->job->context);
}

/* Runs on the loader's context, once for all answers that have come since the last time. */
void
_neg_loader_take (NegLoader *self, GPtrArray *answers, guint n_found, gboolean done)
{
  g_autoptr (NegLoader) guard G_GNUC_UNUSED = g_object_ref (self); /* a handler may drop the last reference */

  self->n_found = n_found;
  for (guint i = 0; i < answers->len; i++)
    take_answer (self, g_ptr_array_index (answers, i));
  if (self->stale) {
    if (done || g_get_monotonic_time () - self->last_build_us > REBUILD_INTERVAL_US)
      rebuild (self);
    else
      schedule_rebuild (self);
  }
  g_signal_emit (self, signals[CHANGED], 0);
  if (done && !self->finished) {
    self->finished = TRUE;
    g_signal_emit (self, signals[FINISHED], 0);
  }
}

static void
neg_loader_dispose (GObject *object)
{
  NegLoader *self = NEG_LOADER (object);

  if (self->rebuild_source != 0) {
    g_source_destroy (g_main_context_find_source_by_id (self->job->context, self->rebuild_source));
    self->rebuild_source = 0;
  }
  if (self->job != NULL) {
    _neg_loader_job_detach (self->job);
    g_clear_pointer (&self->job, _neg_loader_job_unref);
  }
  G_OBJECT_CLASS (neg_loader_parent_class)->dispose (object);
}

static void
neg_loader_finalize (GObject *object)
{
  NegLoader *self = NEG_LOADER (object);

  g_clear_object (&self->series);
  g_clear_pointer (&self->instances, g_ptr_array_unref);
  g_clear_pointer (&self->blobs, g_ptr_array_unref);
  g_clear_pointer (&self->objects, g_ptr_array_unref);
  g_clear_pointer (&self->unreadable, g_ptr_array_unref);
  G_OBJECT_CLASS (neg_loader_parent_class)->finalize (object);
}

static void
neg_loader_class_init (NegLoaderClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = neg_loader_dispose;
  object_class->finalize = neg_loader_finalize;
  signals[CHANGED] = g_signal_new ("changed", NEG_TYPE_LOADER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FINISHED]
      = g_signal_new ("finished", NEG_TYPE_LOADER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_loader_init (NegLoader *self)
{
  self->series = g_list_store_new (NEG_TYPE_SERIES);
  self->instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  self->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  self->objects = g_ptr_array_new_with_free_func (loaded_object_free);
  self->unreadable = g_ptr_array_new_with_free_func (unreadable_free);
}

NegLoader *
neg_loader_new (NegEnginePool *pool)
{
  NegLoader *self = g_object_new (NEG_TYPE_LOADER, NULL);

  self->job = _neg_loader_job_new (self, pool);
  return self;
}

void
neg_loader_load (NegLoader *self, const char *const *paths)
{
  g_return_if_fail (NEG_IS_LOADER (self) && !self->started);

  self->started = TRUE;
  _neg_loader_job_start (self->job, paths);
}

void
neg_loader_cancel (NegLoader *self)
{
  g_return_if_fail (NEG_IS_LOADER (self));

  _neg_loader_job_cancel (self->job);
}

GListModel *
neg_loader_get_series (NegLoader *self)
{
  return G_LIST_MODEL (self->series);
}

GPtrArray *
neg_loader_get_objects (NegLoader *self)
{
  return self->objects;
}

GPtrArray *
neg_loader_get_unreadable (NegLoader *self)
{
  return self->unreadable;
}

gboolean
neg_loader_is_finished (NegLoader *self)
{
  return self->finished;
}

void
neg_loader_get_progress (NegLoader *self, guint *n_found, guint *n_scanned)
{
  *n_found = self->n_found;
  *n_scanned = self->n_scanned;
}

void
neg_loader_wait (NegLoader *self)
{
  g_return_if_fail (self->started);

  while (!self->finished)
    g_main_context_iteration (self->job->context, TRUE);
}
