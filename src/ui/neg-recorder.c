#include "config.h"

#include "ui/neg-recorder.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "ui/neg-privacy.h"
#include "ui/neg-recorder-marks.h"
#include "ui/neg-window-picture.h"
#include "ui/neg-words.h"

#define COUNT_FROM 3
#define INTERVAL_US (G_USEC_PER_SEC / 15)
#define REPEAT_MS 500
#define WIDTH_MAX_PX 1920
#define HEIGHT_MAX_PX 1200

/* Behind input and drawing: they have waited long enough. */
#define PRIORITY_GRAB (GDK_PRIORITY_REDRAW + 10)

struct _NegRecorder {
  GObject parent_instance;

  GtkWindow *window; /* borrowed */
  char *drafts_folder, *topic;
  GPtrArray *hidden; /* widgets, weak by their end */
  NegRecorderState state;
  gboolean with_sound, holds_privacy;
  guint count, count_source, repeat_source, grab_source;
  NegDraft *draft;
  int fd;
  NegTake *take;
  NegTakeState facts;
  NegWindowPicture *picture;
  NegRecorderMarks *marks;
  GdkFrameClock *clock;
  gulong paint_handler;
  gboolean was_painted, is_late; /* is_late: the last picture was dropped */
  gint64 grabbed_us;
  GAsyncQueue *buffers; /* pixels that the encoder has done with */
};

G_DEFINE_FINAL_TYPE (NegRecorder, neg_recorder, G_TYPE_OBJECT)

enum { CHANGED, ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void end (NegRecorder *self, const char *why);

/* --- Pixels --- */

typedef struct {
  guint8 *pixels;
  GAsyncQueue *home;
} Buffer;

static void
free_pixels (gpointer pixels)
{
  g_free (pixels);
}

/* In the encoder's thread. */
static void
give_back_cb (gpointer data)
{
  Buffer *buffer = data;

  g_async_queue_push (buffer->home, buffer->pixels);
  g_async_queue_unref (buffer->home);
  g_free (buffer);
}

static guint8 *
take_pixels (NegRecorder *self, gsize bytes)
{
  guint8 *pixels = g_async_queue_try_pop (self->buffers);

  return pixels != NULL ? pixels : g_try_malloc (bytes);
}

/* In place of what is not to be seen: the colour to the left of it. */
static void
cover (NegRecorder *self, cairo_t *cr, const guint8 *pixels, int stride, GtkWidget *widget)
{
  int width_px = cairo_image_surface_get_width (cairo_get_target (cr));
  int height_px = cairo_image_surface_get_height (cairo_get_target (cr));
  double scale, x_px, y_px;
  graphene_rect_t bounds;
  const guint8 *beside;
  int x, y;

  if (!gtk_widget_get_mapped (widget) || !gtk_widget_compute_bounds (widget, GTK_WIDGET (self->window), &bounds))
    return;
  neg_window_picture_get_place (self->picture, &scale, &x_px, &y_px);
  x = CLAMP ((int) floor (x_px + scale * bounds.origin.x) - 2, 0, width_px - 1);
  y = CLAMP ((int) (y_px + scale * (bounds.origin.y + bounds.size.height / 2)), 0, height_px - 1);
  beside = pixels + (gsize) y * stride + 4 * (gsize) x;
  cairo_set_source_rgb (cr, beside[2] / 255.0, beside[1] / 255.0, beside[0] / 255.0);
  cairo_rectangle (cr, x, floor (y_px + scale * bounds.origin.y) - 1, ceil (scale * bounds.size.width) + 4,
                   ceil (scale * bounds.size.height) + 2);
  cairo_fill (cr);
}

static GBytes *
compose (NegRecorder *self, gint64 now_us, int *stride)
{
  cairo_surface_t *base = neg_window_picture_get_surface (self->picture);
  int height = cairo_image_surface_get_height (base), width = cairo_image_surface_get_width (base);
  gsize bytes;
  guint8 *pixels;
  cairo_surface_t *surface;
  Buffer *buffer;
  cairo_t *cr;

  *stride = cairo_image_surface_get_stride (base);
  bytes = (gsize) *stride * height;
  pixels = take_pixels (self, bytes);
  if (pixels == NULL)
    return NULL;
  memcpy (pixels, cairo_image_surface_get_data (base), bytes);
  surface = cairo_image_surface_create_for_data (pixels, CAIRO_FORMAT_RGB24, width, height, *stride);
  cr = cairo_create (surface);
  for (guint i = 0; i < self->hidden->len; i++)
    cover (self, cr, cairo_image_surface_get_data (base), *stride, g_ptr_array_index (self->hidden, i));
  neg_recorder_marks_draw (self->marks, cr, now_us);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  buffer = g_new (Buffer, 1);
  *buffer = (Buffer){ pixels, g_async_queue_ref (self->buffers) };
  return g_bytes_new_with_free_func (pixels, bytes, give_back_cb, buffer);
}

/* --- Recording --- */

static gboolean
has_room (NegRecorder *self)
{
  neg_take_get_state (self->take, &self->facts);
  if (self->facts.duration_us >= NEG_RECORDER_LIMIT_US)
    end (self, _ ("Three minutes are recorded: a demo is no longer."));
  else if (self->facts.bytes >= NEG_RECORDER_LIMIT_BYTES)
    end (self, _ ("The recording has reached its largest size."));
  return self->take != NULL;
}

static void
push (NegRecorder *self, GBytes *pixels, int stride, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  gboolean kept = FALSE;

  if (!neg_take_push (self->take, pixels, stride, now_us, &kept, &error)) {
    end (self, neg_words_for_error (error));
    return;
  }
  self->is_late = !kept && self->state == NEG_RECORDER_RECORDING;
  has_room (self);
}

/* Nothing is kept that was not looked at. */
static void
grab (NegRecorder *self, gint64 now_us)
{
  gboolean changed = self->was_painted && neg_window_picture_update (self->picture);
  g_autofree char *leak = NULL;
  g_autoptr (GBytes) pixels = NULL;
  int stride;

  self->was_painted = FALSE;
  self->grabbed_us = now_us;
  if (!changed && !self->is_late && !neg_recorder_marks_have_changed (self->marks, now_us))
    return;
  leak = neg_privacy_find_leak (GTK_WIDGET (self->window));
  if (leak != NULL) {
    g_autofree char *why
        = g_strdup_printf (_ ("Recording has ended: text of a patient may be in the picture (%s)."), leak);

    end (self, why);
    return;
  }
  pixels = compose (self, now_us, &stride);
  if (pixels != NULL)
    push (self, pixels, stride, now_us);
}

static gboolean
grab_cb (gpointer data)
{
  NegRecorder *self = data;

  self->grab_source = 0;
  grab (self, g_get_monotonic_time ());
  if (self->state == NEG_RECORDER_RECORDING && self->grab_source == 0)
    self->grab_source = g_timeout_add_full (PRIORITY_GRAB, INTERVAL_US / 1000, grab_cb, self, NULL);
  return G_SOURCE_REMOVE;
}

/* What is painted often is taken as it is painted; the timer takes what is painted seldom, and what is not painted. */
static void
after_paint_cb (NegRecorder *self)
{
  gint64 now_us = g_get_monotonic_time ();

  self->was_painted = TRUE;
  if (self->state != NEG_RECORDER_RECORDING || now_us - self->grabbed_us < INTERVAL_US)
    return;
  g_clear_handle_id (&self->grab_source, g_source_remove);
  grab_cb (self);
}

static gboolean
repeat_cb (gpointer data)
{
  NegRecorder *self = data;

  if (self->state == NEG_RECORDER_RECORDING)
    push (self, NULL, 0, g_get_monotonic_time ());
  if (self->state != NEG_RECORDER_RECORDING && self->state != NEG_RECORDER_PAUSED)
    return G_SOURCE_REMOVE;
  g_signal_emit (self, signals[CHANGED], 0);
  return G_SOURCE_CONTINUE;
}

static void
get_size (NegRecorder *self, guint *width, guint *height)
{
  graphene_rect_t bounds;
  double scale;

  neg_window_picture_get_bounds (GTK_WIDGET (self->window), &bounds);
  scale = MIN (1, MIN (WIDTH_MAX_PX / bounds.size.width, HEIGHT_MAX_PX / bounds.size.height));
  *width = MAX ((guint) (scale * bounds.size.width + 1) & ~1u, 2);
  *height = MAX ((guint) (scale * bounds.size.height + 1) & ~1u, 2);
}

/* Tests have no microphone. */
static NegTakeSound
get_sound (NegRecorder *self)
{
  if (!self->with_sound)
    return NEG_TAKE_SILENT;
  return g_strcmp0 (g_getenv ("NEGATOSCOPE_TAKE_SOUND"), "test") == 0 ? NEG_TAKE_TEST_SOUND : NEG_TAKE_MICROPHONE;
}

static gboolean
open_take (NegRecorder *self, GError **error)
{
  NegTakeOptions options = { .sound = get_sound (self) };

  get_size (self, &options.width, &options.height);
  g_clear_pointer (&self->draft, neg_draft_free);
  self->draft = neg_draft_new (self->drafts_folder, error);
  if (self->draft == NULL)
    return FALSE;
  g_free (self->draft->topic);
  self->draft->topic = g_strdup (self->topic);
  self->fd = neg_draft_create_take (self->draft, error);
  if (self->fd < 0)
    return FALSE;
  self->take = neg_take_new (self->fd, &options, error);
  self->picture = neg_window_picture_new (GTK_WIDGET (self->window), options.width, options.height);
  return self->take != NULL;
}

/* The window was painted with the fiction on while it was counted, and is once more now: the first picture is of that. */
static void
begin (NegRecorder *self)
{
  g_autoptr (GError) error = NULL;

  if (!open_take (self, &error)) {
    end (self, neg_words_for_error (error));
    return;
  }
  self->marks = neg_recorder_marks_new (self->window, self->picture);
  self->state = NEG_RECORDER_RECORDING;
  self->was_painted = self->is_late = FALSE;
  self->grabbed_us = 0;
  self->repeat_source = g_timeout_add (REPEAT_MS, repeat_cb, self);
  g_signal_emit (self, signals[CHANGED], 0);
  gtk_widget_queue_draw (GTK_WIDGET (self->window));
}

static gboolean
count_cb (gpointer data)
{
  NegRecorder *self = data;

  if (--self->count > 0) {
    g_signal_emit (self, signals[CHANGED], 0);
    return G_SOURCE_CONTINUE;
  }
  self->count_source = 0;
  begin (self);
  return G_SOURCE_REMOVE;
}

void
neg_recorder_start (NegRecorder *self, const char *topic, gboolean with_sound)
{
  g_return_if_fail (NEG_IS_RECORDER (self));

  if (self->state != NEG_RECORDER_IDLE)
    return;
  g_free (self->topic);
  self->topic = g_strdup (topic != NULL ? topic : "");
  self->with_sound = with_sound;
  self->facts = (NegTakeState){ 0 };
  neg_privacy_hold ();
  self->holds_privacy = TRUE;
  self->clock = g_object_ref (gtk_widget_get_frame_clock (GTK_WIDGET (self->window)));
  self->paint_handler
      = g_signal_connect_swapped (self->clock, "after-paint", G_CALLBACK (after_paint_cb), self);
  self->state = NEG_RECORDER_COUNTING;
  self->count = COUNT_FROM;
  self->count_source = g_timeout_add_seconds (1, count_cb, self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
neg_recorder_pause (NegRecorder *self)
{
  g_return_if_fail (NEG_IS_RECORDER (self));

  if (self->state != NEG_RECORDER_RECORDING)
    return;
  neg_take_pause (self->take, g_get_monotonic_time ());
  self->state = NEG_RECORDER_PAUSED;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
neg_recorder_resume (NegRecorder *self)
{
  g_return_if_fail (NEG_IS_RECORDER (self));

  if (self->state != NEG_RECORDER_PAUSED)
    return;
  neg_take_resume (self->take, g_get_monotonic_time ());
  self->state = NEG_RECORDER_RECORDING;
  self->is_late = TRUE; /* what changed meanwhile */
  self->was_painted = TRUE;
  g_clear_handle_id (&self->grab_source, g_source_remove);
  grab_cb (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* --- The end --- */

/* Short: what waits for the encoder are four pictures. */
static gboolean
finish_take (NegRecorder *self, GError **error)
{
  if (!neg_take_finish (self->take, g_get_monotonic_time (), NULL, error))
    return FALSE;
  neg_take_get_state (self->take, &self->facts);
  if (fsync (self->fd) != 0)
    return neg_fail (error, NEG_ERROR_DISK_FULL, NULL, "the recording cannot be kept");
  self->draft->is_recording = FALSE;
  self->draft->duration_us = self->facts.duration_us;
  return neg_draft_save (self->draft, error);
}

/* What cannot be finished goes on being a draft where something is in it: it is mended when drafts are looked at. */
static void
close_take (NegRecorder *self, GError **error)
{
  gboolean has_pictures = FALSE;

  if (self->take != NULL) {
    neg_take_get_state (self->take, &self->facts);
    has_pictures = self->facts.n_pictures > 0;
    if (has_pictures)
      finish_take (self, error);
  }
  g_clear_pointer (&self->take, neg_take_free);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  if (!has_pictures && self->draft != NULL) {
    neg_draft_remove (self->draft, NULL);
    g_clear_pointer (&self->draft, neg_draft_free);
  }
}

static void
leave_window (NegRecorder *self)
{
  g_clear_handle_id (&self->count_source, g_source_remove);
  g_clear_handle_id (&self->repeat_source, g_source_remove);
  g_clear_handle_id (&self->grab_source, g_source_remove);
  if (self->clock != NULL)
    g_clear_signal_handler (&self->paint_handler, self->clock);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->marks, neg_recorder_marks_free);
  g_clear_pointer (&self->picture, neg_window_picture_free);
  g_async_queue_unref (self->buffers); /* those of the next recording may be larger */
  self->buffers = g_async_queue_new_full (free_pixels);
}

static void
end (NegRecorder *self, const char *why)
{
  g_autofree char *words = g_strdup (why); /* an error's may go */
  g_autoptr (GError) error = NULL;

  if (self->state == NEG_RECORDER_IDLE)
    return;
  leave_window (self);
  if (self->state == NEG_RECORDER_COUNTING && self->count > 0)
    g_clear_pointer (&self->draft, neg_draft_free); /* the one before */
  close_take (self, &error);
  self->state = NEG_RECORDER_IDLE;
  if (self->holds_privacy)
    neg_privacy_release ();
  self->holds_privacy = FALSE;
  g_signal_emit (self, signals[CHANGED], 0);
  g_signal_emit (self, signals[ENDED], 0, words != NULL ? words : error != NULL ? neg_words_for_error (error) : NULL);
}

void
neg_recorder_stop (NegRecorder *self)
{
  g_return_if_fail (NEG_IS_RECORDER (self));

  end (self, NULL);
}

/* --- What it is --- */

NegRecorderState
neg_recorder_get_state (NegRecorder *self)
{
  return self->state;
}

guint
neg_recorder_get_count (NegRecorder *self)
{
  return self->count;
}

void
neg_recorder_get_facts (NegRecorder *self, NegTakeState *facts)
{
  if (self->take != NULL)
    neg_take_get_state (self->take, &self->facts);
  *facts = self->facts;
}

const NegDraft *
neg_recorder_get_draft (NegRecorder *self)
{
  return self->draft;
}

void
neg_recorder_hide (NegRecorder *self, GtkWidget *widget)
{
  g_ptr_array_add (self->hidden, g_object_ref (widget));
}

static void
neg_recorder_dispose (GObject *object)
{
  end (NEG_RECORDER (object), NULL);
  G_OBJECT_CLASS (neg_recorder_parent_class)->dispose (object);
}

static void
neg_recorder_finalize (GObject *object)
{
  NegRecorder *self = NEG_RECORDER (object);

  g_ptr_array_unref (self->hidden);
  g_clear_pointer (&self->draft, neg_draft_free);
  g_async_queue_unref (self->buffers);
  g_free (self->drafts_folder);
  g_free (self->topic);
  G_OBJECT_CLASS (neg_recorder_parent_class)->finalize (object);
}

static void
neg_recorder_class_init (NegRecorderClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_recorder_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_recorder_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_RECORDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ENDED] = g_signal_new ("ended", NEG_TYPE_RECORDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 G_TYPE_STRING);
}

static void
neg_recorder_init (NegRecorder *self)
{
  self->fd = -1;
  self->hidden = g_ptr_array_new_with_free_func (g_object_unref);
  self->buffers = g_async_queue_new_full (free_pixels);
}

NegRecorder *
neg_recorder_new (GtkWindow *window, const char *drafts_folder)
{
  NegRecorder *self = g_object_new (NEG_TYPE_RECORDER, NULL);

  self->window = window;
  self->drafts_folder = g_strdup (drafts_folder);
  return self;
}
