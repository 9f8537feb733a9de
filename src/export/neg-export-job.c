#include "config.h"

#include "export/neg-export-job.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "base/neg-error.h"
#include "export/neg-webm.h"

/* Images between the two threads: enough that neither waits for the other, and no more memory than that. */
#define QUEUE_MAX 3

/* The store takes back what viewports do not wish for; asking again costs nothing. */
#define ASK_AGAIN_MS 50

#define NAME_TRIES 16

/* From the main thread to the worker; an image without pixels is the end, for the reason given. */
typedef struct {
  guint index;
  NegPixels *pixels; /* owned */
  GError *error;     /* owned; NULL: there are no more */
} Image;

struct _NegExportJob {
  GObject parent_instance;

  NegFrameStore *store;
  NegExportOrder order;
  char *path;
  NegViewState state;
  NegOverlay *links;   /* nullable; only what a picture takes from it */
  GPtrArray *annotations; /* nullable; only read */
  gint64 *durations_us; /* of the range; nullable */
  gint64 duration_us;

  GTask *task;
  GCancellable *cancellable;
  GThread *thread;
  GAsyncQueue *queue;
  gulong ready_handler;
  guint ask_source;
  guint next, n_asked, n_done; /* main thread */
  gboolean ended;              /* nothing more goes into the queue */

  /* The worker's while it runs, then the main thread's */
  NegFilm *film;
  char *folder; /* begun and not renamed yet */
  guint film_width, film_height, channels;
  guint64 bytes;
  GError *error;
};

G_DEFINE_FINAL_TYPE (NegExportJob, neg_export_job, G_TYPE_OBJECT)

static gboolean image_done_cb (gpointer data);
static gboolean worker_done_cb (gpointer data);

enum { PROGRESS, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
image_free (gpointer data)
{
  Image *image = data;

  g_clear_pointer (&image->pixels, neg_pixels_unref);
  g_clear_error (&image->error);
  g_free (image);
}

/* --- The worker --- */

static char *
dup_picture_path (NegExportJob *self, guint index)
{
  g_autofree char *name
      = g_strdup_printf ("%05u.%s", index - self->order.first + 1, neg_image_format_get_suffix (self->order.format));

  return g_build_filename (self->folder, name, NULL);
}

static gboolean
begin_folder (NegExportJob *self, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (self->path);

  for (guint i = 0; i < NAME_TRIES; i++) {
    g_autofree char *name = g_strdup_printf (".negatoscope-%08x.part", g_random_int ());
    g_autofree char *path = g_build_filename (parent, name, NULL);

    if (g_mkdir (path, 0777) == 0) {
      self->folder = g_steal_pointer (&path);
      return TRUE;
    }
    if (errno != EEXIST)
      break;
  }
  return neg_export_fail_file (error, g_error_new_literal (G_FILE_ERROR, g_file_error_from_errno (errno), ""));
}

static void
remove_folder (NegExportJob *self)
{
  if (self->folder == NULL)
    return;
  for (guint index = self->order.first; index <= self->order.last; index++) {
    g_autofree char *path = dup_picture_path (self, index);

    g_unlink (path);
  }
  g_rmdir (self->folder);
  g_clear_pointer (&self->folder, g_free);
}

static gboolean
end_folder (NegExportJob *self, GError **error)
{
  if (g_rename (self->folder, self->path) != 0) {
    int code = errno == ENOTEMPTY || errno == ENOTDIR ? EEXIST : errno;

    return neg_export_fail_file (error, g_error_new_literal (G_FILE_ERROR, g_file_error_from_errno (code), ""));
  }
  g_clear_pointer (&self->folder, g_free);
  return TRUE;
}

static gboolean
draw_image (NegExportJob *self, const Image *image, NegPicture *picture, GError **error)
{
  NegViewState view = self->state;

  view.index = image->index;
  return neg_export_draw (&view, image->pixels, &self->order.look, self->links,
                          self->annotations, self->film_width, self->film_height,
                          self->channels, picture, error);
}

static gboolean
add_to_film (NegExportJob *self, guint index, const NegPicture *picture, GError **error)
{
  gint64 duration_us
      = self->durations_us != NULL ? self->durations_us[index - self->order.first] : self->duration_us;

  self->channels = picture->channels;
  if (self->film == NULL)
    self->film = neg_film_new (self->path, picture->width, picture->height, error);
  return self->film != NULL && neg_film_add (self->film, picture, duration_us, self->cancellable, error);
}

static gboolean
write_image (NegExportJob *self, const Image *image, GError **error)
{
  g_autofree char *path = NULL;
  NegPicture picture = { 0 };
  gboolean written;

  if (!draw_image (self, image, &picture, error))
    return FALSE;
  if (self->order.kind == NEG_EXPORT_FILM) {
    written = add_to_film (self, image->index, &picture, error);
  } else {
    path = self->order.kind == NEG_EXPORT_PICTURES ? dup_picture_path (self, image->index) : g_strdup (self->path);
    written = neg_image_file_write (&picture, self->order.format, NEG_JPEG_QUALITY, path, &self->bytes, error);
  }
  g_free (picture.pixels);
  return written;
}

static gboolean
finish (NegExportJob *self, GError **error)
{
  if (self->order.kind == NEG_EXPORT_FILM)
    return neg_film_finish (self->film, self->cancellable, &self->bytes, error);
  return self->order.kind != NEG_EXPORT_PICTURES || end_folder (self, error);
}

static gboolean
check_cancelled (NegExportJob *self, GError **error)
{
  return !g_cancellable_is_cancelled (self->cancellable) || neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
}

/* FALSE: that was the last, or it failed. */
static gboolean
take_image (NegExportJob *self, Image *image, GError **error)
{
  if (!check_cancelled (self, error))
    return FALSE;
  if (image->error != NULL) {
    g_propagate_error (error, g_steal_pointer (&image->error));
    return FALSE;
  }
  if (image->pixels == NULL) {
    finish (self, error);
    return FALSE;
  }
  return write_image (self, image, error);
}

/* Not g_main_context_invoke(): that calls the function in this thread while nobody runs the main loop. */
static void
tell (NegExportJob *self, GSourceFunc function)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, g_object_ref (self), g_object_unref);
  g_source_attach (source, g_task_get_context (self->task));
}

static void
work (NegExportJob *self, GError **error)
{
  gboolean goes_on = self->order.kind != NEG_EXPORT_PICTURES || begin_folder (self, error);

  while (goes_on) {
    Image *image = g_async_queue_pop (self->queue);

    goes_on = take_image (self, image, error);
    image_free (image);
    if (goes_on)
      tell (self, image_done_cb);
  }
}

static gpointer
thread_func (gpointer data)
{
  NegExportJob *self = data;

  work (self, &self->error);
  g_clear_pointer (&self->film, neg_film_free);
  remove_folder (self);
  tell (self, worker_done_cb);
  return NULL;
}

/* --- The main thread --- */

static void
push (NegExportJob *self, guint index, NegPixels *pixels, GError *error)
{
  Image *image = g_new0 (Image, 1);

  *image = (Image){ index, pixels, error };
  g_async_queue_push (self->queue, image);
}

static void
stop_asking (NegExportJob *self)
{
  g_clear_handle_id (&self->ask_source, g_source_remove);
  if (self->ready_handler != 0)
    g_clear_signal_handler (&self->ready_handler, self->store);
}

/* Takes @error (nullable). */
static void
end (NegExportJob *self, GError *error)
{
  self->ended = TRUE;
  stop_asking (self);
  push (self, 0, NULL, error);
}

static void
ask (NegExportJob *self)
{
  while (!self->ended && self->n_asked - self->n_done < QUEUE_MAX) {
    GError *error = NULL;
    NegPixels *pixels;

    if (g_cancellable_is_cancelled (self->cancellable) || self->next > self->order.last) {
      end (self, NULL);
      return;
    }
    pixels = neg_frame_store_get (self->store, self->state.series, self->next, NEG_PRIORITY_SERIES, &error);
    if (error != NULL) {
      g_prefix_error (&error, "image %u: ", self->next + 1);
      end (self, error);
      return;
    }
    if (pixels == NULL)
      return;
    push (self, self->next++, pixels, NULL);
    self->n_asked++;
  }
}

static gboolean
ask_again_cb (gpointer data)
{
  ask (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
image_done_cb (gpointer data)
{
  NegExportJob *self = data;

  self->n_done++;
  g_signal_emit (self, signals[PROGRESS], 0);
  ask (self);
  return G_SOURCE_REMOVE;
}

static gboolean
worker_done_cb (gpointer data)
{
  NegExportJob *self = data;
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  self->ended = TRUE;
  stop_asking (self);
  g_clear_pointer (&self->thread, g_thread_join);
  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

/* A film has the size of its first image. */
static gboolean
choose_film_size (NegExportJob *self, GError **error)
{
  NegViewState view = self->state;
  guint width, height;

  view.index = self->order.first;
  if (!neg_export_get_size (&view, &self->order.look, &width, &height))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "a picture of this size cannot be made");
  neg_film_get_size (width, height, &self->film_width, &self->film_height);
  return TRUE;
}

void
neg_export_job_run_async (NegExportJob *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (NEG_IS_EXPORT_JOB (self) && self->task == NULL && self->n_asked == 0);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, neg_export_job_run_async);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();
  if (self->order.kind == NEG_EXPORT_FILM && !choose_film_size (self, &error)) {
    g_autoptr (GTask) task = g_steal_pointer (&self->task);

    g_task_return_error (task, error);
    return;
  }
  self->next = self->order.first;
  self->ready_handler
      = g_signal_connect_swapped (self->store, "frame-ready", G_CALLBACK (ask), self);
  self->ask_source = g_timeout_add (ASK_AGAIN_MS, ask_again_cb, self);
  self->thread = g_thread_new ("export", thread_func, self);
  ask (self);
}

gboolean
neg_export_job_run_finish (NegExportJob *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
set_durations (NegExportJob *self, const NegCine *cine)
{
  guint n = self->order.last - self->order.first + 1;

  self->duration_us = cine != NULL ? neg_cine_get_duration_us (cine, self->order.first) : G_USEC_PER_SEC / 10;
  if (cine == NULL || cine->durations_ms == NULL || self->order.kind != NEG_EXPORT_FILM)
    return;
  self->durations_us = g_try_new (gint64, n);
  for (guint i = 0; self->durations_us != NULL && i < n; i++)
    self->durations_us[i] = neg_cine_get_duration_us (cine, self->order.first + i);
}

/* The line and the point are of the image that is on screen, at the size it has there. */
static NegOverlay *
copy_links (const NegOverlay *links, NegExportKind kind)
{
  NegOverlay *copy = g_new (NegOverlay, 1);

  *copy = *links;
  copy->has_line = links->has_line && kind == NEG_EXPORT_PICTURE;
  copy->has_point = links->has_point && kind == NEG_EXPORT_PICTURE;
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    copy->corners[corner] = g_strdup (links->corners[corner]);
  copy->scale_bar_text = g_strdup (links->scale_bar_text);
  copy->prior_band = g_strdup (links->prior_band);
  return copy;
}

NegExportJob *
neg_export_job_new (NegFrameStore *store, const NegViewState *state, const NegOverlay *links, GPtrArray *annotations,
                    const NegCine *cine, const NegExportOrder *order, const char *path)
{
  NegExportJob *self = g_object_new (NEG_TYPE_EXPORT_JOB, NULL);
  guint last = neg_view_state_get_n_frames (state) - 1;

  self->store = g_object_ref (store);
  neg_view_state_copy (&self->state, state);
  self->order = *order;
  self->order.first = MIN (order->kind == NEG_EXPORT_PICTURE ? state->index : order->first, last);
  self->order.last = CLAMP (order->kind == NEG_EXPORT_PICTURE ? state->index : order->last, self->order.first, last);
  self->path = g_strdup (path);
  self->links = links != NULL ? copy_links (links, order->kind) : NULL;
  self->annotations = annotations != NULL ? g_ptr_array_ref (annotations) : NULL;
  set_durations (self, cine);
  return self;
}

guint
neg_export_job_get_n_images (NegExportJob *self)
{
  return self->order.last - self->order.first + 1;
}

guint
neg_export_job_get_n_done (NegExportJob *self)
{
  return self->n_done;
}

guint64
neg_export_job_get_bytes (NegExportJob *self)
{
  return self->bytes;
}

const char *
neg_export_job_get_path (NegExportJob *self)
{
  return self->path;
}

static void
neg_export_job_finalize (GObject *object)
{
  NegExportJob *self = NEG_EXPORT_JOB (object);

  if (self->links != NULL)
    neg_overlay_clear (self->links);
  g_clear_pointer (&self->links, g_free);
  g_clear_pointer (&self->annotations, g_ptr_array_unref);
  g_clear_pointer (&self->queue, g_async_queue_unref);
  g_clear_pointer (&self->durations_us, g_free);
  g_clear_pointer (&self->path, g_free);
  neg_view_state_clear (&self->state);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (neg_export_job_parent_class)->finalize (object);
}

static void
neg_export_job_class_init (NegExportJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = neg_export_job_finalize;
  signals[PROGRESS] = g_signal_new ("progress", NEG_TYPE_EXPORT_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
}

static void
neg_export_job_init (NegExportJob *self)
{
  neg_view_state_init (&self->state);
  self->queue = g_async_queue_new_full (image_free);
}
