#include "config.h"

#include "pipeline/neg-loader.h"

#include "base/neg-error.h"
#include "model/neg-presentation.h"
#include "pipeline/neg-loader-private.h"

/* While answers stream in, series are built again, and listeners told, at most this often: both cost O(n), and so does
 * drawing a list. */
#define INTERVAL_US (80 * G_TIME_SPAN_MILLISECOND)

struct _NegLoader {
  GObject parent_instance;

  NegLoaderJob *job;     /* shared with the worker and the dispatcher */
  NegLoaderBuild *build; /* NULL while a thread is at it */
  GListStore *series;
  GPtrArray *new_instances, *new_blobs; /* parallel: images, and notes of rejection, that no build has seen */
  GPtrArray *objects;
  GPtrArray *unreadable;
  guint n_found, n_scanned, n_images;
  gint64 last_build_us, last_told_us;
  guint tick_source;
  gboolean started, untold, all_answered, finished, cancelled;
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

static void
take_unreadable (NegLoader *self, NegLoaderAnswer *answer)
{
  NegUnreadable *unreadable;

  /* What nobody wanted to know any more is not a fault of the file. */
  if (g_error_matches (answer->error, NEG_ERROR, NEG_ERROR_CANCELLED))
    return;
  unreadable = g_new0 (NegUnreadable, 1);
  unreadable->path = g_strdup (answer->path ? answer->path : neg_blob_get_name (answer->blob));
  unreadable->error = g_steal_pointer (&answer->error);
  g_ptr_array_add (self->unreadable, unreadable);
}

static void
take_answer (NegLoader *self, NegLoaderAnswer *answer)
{
  self->n_scanned++;
  if (answer->error != NULL) {
    take_unreadable (self, answer);
  } else if (answer->instance == NULL) {
    return; /* a directory or an archive: what it names comes by itself */
  } else if (answer->instance->kind == NEG_OBJECT_IMAGE) {
    g_ptr_array_add (self->new_instances, g_steal_pointer (&answer->instance));
    g_ptr_array_add (self->new_blobs, g_steal_pointer (&answer->blob));
    self->n_images++;
  } else {
    NegLoadedObject *object = g_new0 (NegLoadedObject, 1);

    object->instance = g_steal_pointer (&answer->instance);
    object->blob = g_steal_pointer (&answer->blob);
    g_ptr_array_add (self->objects, object);
    if (object->instance->key_selection != NULL
        && neg_key_selection_is_rejection (object->instance->key_selection)) {
      g_ptr_array_add (self->new_instances, neg_instance_ref (object->instance));
      g_ptr_array_add (self->new_blobs, neg_blob_ref (object->blob));
    }
  }
}

static void
tell (NegLoader *self)
{
  self->untold = FALSE;
  self->last_told_us = g_get_monotonic_time ();
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean tick_cb (gpointer data);

static void
schedule_tick (NegLoader *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->tick_source != 0)
    return;
  source = g_timeout_source_new (INTERVAL_US / 1000);
  g_source_set_callback (source, tick_cb, self, NULL);
  self->tick_source = g_source_attach (source, self->job->context);
}

static GPtrArray *
replace_array (GPtrArray **array, GDestroyNotify free_func)
{
  GPtrArray *old = *array;

  *array = g_ptr_array_new_with_free_func (free_func);
  return old;
}

/* The first images are shown at once, the last ones too; between them the interval holds. */
static gboolean
is_build_due (NegLoader *self)
{
  return self->all_answered || self->n_images <= NEG_LOADER_FIRST_BATCH
         || g_get_monotonic_time () - self->last_build_us >= INTERVAL_US;
}

static void
start_build (NegLoader *self)
{
  self->last_build_us = g_get_monotonic_time ();
  _neg_loader_build_start (g_steal_pointer (&self->build),
                           replace_array (&self->new_instances, (GDestroyNotify) neg_instance_unref),
                           replace_array (&self->new_blobs, (GDestroyNotify) neg_blob_unref));
}

/* Whatever there is to do next. */
static void
go_on (NegLoader *self)
{
  gboolean is_told_due = g_get_monotonic_time () - self->last_told_us >= INTERVAL_US;

  if (self->build != NULL && self->new_instances->len > 0) {
    if (is_build_due (self))
      start_build (self);
    else
      schedule_tick (self);
  }
  if (self->all_answered && self->build != NULL && !self->finished) {
    self->finished = TRUE;
    tell (self);
    g_signal_emit (self, signals[FINISHED], 0);
  } else if (self->untold && is_told_due) {
    tell (self);
  } else if (self->untold) {
    schedule_tick (self);
  }
}

static gboolean
tick_cb (gpointer data)
{
  g_autoptr (NegLoader) self = g_object_ref (data); /* a handler may drop the last reference */

  self->tick_source = 0;
  go_on (self);
  return G_SOURCE_REMOVE;
}

/* Runs on the loader's context, once for all answers that have come since the last time. */
void
_neg_loader_take (NegLoader *self, GPtrArray *answers, guint n_found, gboolean done)
{
  g_autoptr (NegLoader) guard G_GNUC_UNUSED = g_object_ref (self);

  self->n_found = n_found;
  self->all_answered = done;
  self->untold = TRUE;
  for (guint i = 0; i < answers->len; i++)
    take_answer (self, g_ptr_array_index (answers, i));
  go_on (self);
}

void
_neg_loader_take_build (NegLoader *self, NegLoaderBuild *build)
{
  g_autoptr (NegLoader) guard G_GNUC_UNUSED = g_object_ref (self);

  _neg_loader_build_show (build, self->series);
  self->build = build;
  if (!self->all_answered)
    tell (self);
  go_on (self);
}

static void
neg_loader_dispose (GObject *object)
{
  NegLoader *self = NEG_LOADER (object);

  if (self->tick_source != 0) {
    g_source_destroy (g_main_context_find_source_by_id (self->job->context, self->tick_source));
    self->tick_source = 0;
  }
  g_clear_pointer (&self->build, _neg_loader_build_free);
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
  g_clear_pointer (&self->new_instances, g_ptr_array_unref);
  g_clear_pointer (&self->new_blobs, g_ptr_array_unref);
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
  self->new_instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  self->new_blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  self->objects = g_ptr_array_new_with_free_func (loaded_object_free);
  self->unreadable = g_ptr_array_new_with_free_func (unreadable_free);
}

NegLoader *
neg_loader_new (NegEnginePool *pool)
{
  NegLoader *self = g_object_new (NEG_TYPE_LOADER, NULL);

  self->job = _neg_loader_job_new (self, pool);
  self->build = _neg_loader_build_new (self->job);
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
neg_loader_add (NegLoader *self, const char *const *paths)
{
  g_return_if_fail (NEG_IS_LOADER (self));

  if (self->cancelled || paths[0] == NULL)
    return;
  self->started = TRUE;
  self->finished = self->all_answered = FALSE;
  _neg_loader_job_start (self->job, paths);
}

void
neg_loader_cancel (NegLoader *self)
{
  g_return_if_fail (NEG_IS_LOADER (self));

  self->cancelled = self->cancelled || !self->finished;
  _neg_loader_job_cancel (self->job);
}

gboolean
neg_loader_is_cancelled (NegLoader *self)
{
  return self->cancelled;
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
