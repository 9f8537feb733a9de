#include "config.h"

#include "media/neg-take-module.h"

#include <gmodule.h>
#include <gst/video/video.h>
#include <math.h>
#include <sys/stat.h>

#include "media/neg-take-parts.h"
#include "media/neg-take-sound.h"

#define KEY_FRAME_US G_USEC_PER_SEC
#define QUEUE_PICTURES 4

/* A clock that differs by less is not worth a gap that one hears. */
#define DRIFT_SAMPLES (NEG_SOUND_RATE_HZ / 50)

/* The muxer waits for the sound: a microphone that was pulled out must not stop the film. */
#define SILENT_AFTER_US (10 * G_USEC_PER_SEC)
#define SOUND_WAIT_US (G_USEC_PER_SEC / 2)
#define SILENCE_SAMPLES NEG_SOUND_RATE_HZ

struct _NegTake {
  NegWriter *writer;
  NegTakeEar *ear;
  NegTakeOptions options;
  int fd;
  GMutex mutex; /* what follows */
  gboolean has_begun, is_paused;
  gboolean is_aligned; /* the sound, since the beginning or the last pause */
  gint64 origin_us;  /* that time is 0 of the film: later after each pause */
  gint64 paused_us;  /* when the last pause began; 0: there was none */
  gint64 before_us;  /* the origin before that */
  gint64 last_us, key_us; /* of the film: the last picture, the last key frame */
  GBytes *last;
  gsize last_stride;
  guint64 n_samples; /* written */
  NegTakeState state;
};

G_MODULE_EXPORT extern const NegTakeModule neg_take_module;

/* Locked. */
static void
write_silence (NegTake *take, guint64 until)
{
  static const gint16 silence[SILENCE_SAMPLES];

  while (take->n_samples < until) {
    gsize n = MIN (until - take->n_samples, SILENCE_SAMPLES);

    neg_writer_push_sound (take->writer, neg_writer_new_sound (silence, n, take->n_samples));
    take->n_samples += n;
  }
}

static void
measure_loudness (NegTake *take, const gint16 *samples, gsize n)
{
  int peak = 0;

  for (gsize i = 0; i < n; i++)
    peak = MAX (peak, ABS ((int) samples[i]));
  take->state.loudness = MAX (peak / 32768.0, take->state.loudness * 0.8);
}

static void
heard_cb (const gint16 *samples, gsize n, gint64 time_us, gpointer data)
{
  NegTake *take = data;
  gint64 position, written, skip;

  g_mutex_lock (&take->mutex);
  measure_loudness (take, samples, n);
  written = take->n_samples;
  /* What was heard before a pause may come after it has begun. */
  if (time_us < take->paused_us)
    n = MIN (n, (gsize) ((take->paused_us - time_us) * (NEG_SOUND_RATE_HZ / 1000) / 1000));
  else if (take->is_paused)
    n = 0;
  position = (time_us - (time_us < take->paused_us ? take->before_us : take->origin_us)) * (NEG_SOUND_RATE_HZ / 1000) / 1000;
  if (take->is_aligned && ABS (position - written) < DRIFT_SAMPLES)
    position = written;
  skip = MAX (written - position, 0);
  if (take->has_begun && skip < (gint64) n) {
    if (position > written)
      write_silence (take, position);
    neg_writer_push_sound (take->writer, neg_writer_new_sound (samples + skip, n - skip, take->n_samples));
    take->n_samples += n - skip;
    take->is_aligned = TRUE;
  }
  g_mutex_unlock (&take->mutex);
}

static void
take_free (NegTake *take)
{
  neg_take_ear_free (take->ear);
  neg_writer_free (take->writer);
  g_clear_pointer (&take->last, g_bytes_unref);
  g_mutex_clear (&take->mutex);
  g_free (take);
}

static NegTake *
take_new (int fd, const NegTakeOptions *options, GError **error)
{
  NegTake *take;
  NegWriterOptions wanted = { .kind = NEG_WRITER_LIVE, .format = "BGRx", .width = options->width,
                              .height = options->height, .film_width = options->width, .film_height = options->height };

  if (!neg_writer_start_gstreamer (error))
    return NULL;
  take = g_new0 (NegTake, 1);
  g_mutex_init (&take->mutex);
  take->fd = fd;
  take->options = *options;
  if (take->options.queue_bytes_max == 0)
    take->options.queue_bytes_max = QUEUE_PICTURES * 4 * (gsize) options->width * options->height;
  take->ear = neg_take_ear_new (options->sound, heard_cb, take);
  wanted.has_sound = take->state.has_sound = take->ear != NULL;
  take->writer = neg_writer_new (fd, &wanted, error);
  if (take->writer != NULL)
    return take;
  take_free (take);
  return NULL;
}

/* Nothing is copied: the encoder's thread reads the picture where it is. */
static GstBuffer *
new_buffer (NegTake *take, gint64 film_us)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (take->last);
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0 };
  int stride[GST_VIDEO_MAX_PLANES] = { (int) take->last_stride };

  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_BGRx, take->options.width,
                                  take->options.height, 1, offset, stride);
  GST_BUFFER_PTS (buffer) = film_us * GST_USECOND;
  return buffer;
}

static gboolean
write_picture (NegTake *take, gint64 film_us, GError **error)
{
  if (film_us - take->key_us >= KEY_FRAME_US) {
    GstClockTime at = film_us * GST_USECOND;

    gst_element_send_event (GST_ELEMENT (take->writer->video),
                            gst_video_event_new_downstream_force_key_unit (at, at, at, TRUE, 0));
    take->key_us = film_us;
  }
  take->last_us = film_us;
  take->state.n_pictures++;
  take->state.duration_us = film_us;
  return neg_writer_push (take->writer, new_buffer (take, film_us), error);
}

/* Locked. The film's time; later than that of the picture before, whatever the clock of the screen says. */
static gint64
get_film_us (NegTake *take, gint64 time_us)
{
  return take->state.n_pictures == 0 ? 0 : MAX (time_us - take->origin_us, take->last_us + 1000);
}

static gboolean
has_room (NegTake *take)
{
  guint64 waiting = gst_app_src_get_current_level_bytes (take->writer->video);

  return waiting + take->last_stride * take->options.height <= take->options.queue_bytes_max;
}

static void
keep_pixels (NegTake *take, GBytes *pixels, gsize stride)
{
  if (pixels == NULL)
    return;
  g_clear_pointer (&take->last, g_bytes_unref);
  take->last = g_bytes_ref (pixels);
  take->last_stride = stride;
}

static gboolean
push_locked (NegTake *take, GBytes *pixels, gsize stride, gint64 time_us, gboolean *kept, GError **error)
{
  gint64 film_us;

  keep_pixels (take, pixels, stride);
  if (take->last == NULL || take->is_paused)
    return TRUE;
  if (!take->has_begun) {
    take->has_begun = TRUE;
    take->origin_us = time_us;
  }
  film_us = get_film_us (take, time_us);
  if (take->state.has_sound && film_us > SILENT_AFTER_US)
    write_silence (take, gst_util_uint64_scale (film_us - SILENT_AFTER_US, NEG_SOUND_RATE_HZ, G_USEC_PER_SEC));
  if (!has_room (take)) {
    take->state.n_dropped++;
    return neg_writer_check_bus (take->writer->bus, 0, NULL, error);
  }
  *kept = TRUE;
  return write_picture (take, film_us, error);
}

static gboolean
take_push (NegTake *take, GBytes *pixels, gsize stride, gint64 time_us, gboolean *kept, GError **error)
{
  gboolean was_kept = FALSE, ok;

  if (pixels != NULL
      && (stride < 4 * (gsize) take->options.width || g_bytes_get_size (pixels) < stride * take->options.height)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "a picture of another size");
    return FALSE;
  }
  g_mutex_lock (&take->mutex);
  ok = push_locked (take, pixels, stride, time_us, &was_kept, error);
  g_mutex_unlock (&take->mutex);
  if (kept != NULL)
    *kept = was_kept;
  return ok;
}

static void
take_pause (NegTake *take, gint64 time_us)
{
  g_mutex_lock (&take->mutex);
  if (!take->is_paused) {
    take->is_paused = TRUE;
    take->paused_us = time_us;
    take->before_us = take->origin_us;
  }
  g_mutex_unlock (&take->mutex);
}

static void
take_resume (NegTake *take, gint64 time_us)
{
  g_mutex_lock (&take->mutex);
  if (take->is_paused) {
    take->is_paused = take->is_aligned = FALSE;
    take->origin_us += MAX (time_us - take->paused_us, 0);
  }
  g_mutex_unlock (&take->mutex);
}

static void
take_get_state (NegTake *take, NegTakeState *state)
{
  struct stat info;

  g_mutex_lock (&take->mutex);
  *state = take->state;
  g_mutex_unlock (&take->mutex);
  state->bytes = fstat (take->fd, &info) == 0 ? (guint64) info.st_size : 0;
}

/* What was said last is still on its way. */
static void
wait_for_sound (NegTake *take, gint64 time_us)
{
  gint64 until_us = g_get_monotonic_time () + SOUND_WAIT_US;
  gboolean is_there = take->ear == NULL;

  while (!is_there && g_get_monotonic_time () < until_us) {
    g_mutex_lock (&take->mutex);
    is_there = take->is_paused
               || (gint64) take->n_samples >= (time_us - take->origin_us) * (NEG_SOUND_RATE_HZ / 1000) / 1000;
    g_mutex_unlock (&take->mutex);
    if (!is_there)
      g_usleep (10000);
  }
}

static gboolean
end_locked (NegTake *take, gint64 time_us, GError **error)
{
  gint64 film_us = get_film_us (take, take->is_paused ? take->paused_us : time_us);

  if (take->state.has_sound)
    write_silence (take, gst_util_uint64_scale (film_us, NEG_SOUND_RATE_HZ, G_USEC_PER_SEC));
  return write_picture (take, film_us, error);
}

static gboolean
take_finish (NegTake *take, gint64 time_us, GCancellable *cancellable, GError **error)
{
  gboolean ok;

  if (take->has_begun)
    wait_for_sound (take, time_us);
  g_clear_pointer (&take->ear, neg_take_ear_free);
  if (!take->has_begun) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "nothing was recorded");
    return FALSE;
  }
  g_mutex_lock (&take->mutex);
  ok = end_locked (take, time_us, error);
  g_mutex_unlock (&take->mutex);
  return ok && neg_writer_finish (take->writer, cancellable, error);
}

const NegTakeModule neg_take_module = { take_new,       take_push,   take_pause,           take_resume,
                                        take_get_state, take_finish, take_free,            neg_take_module_trim,
                                        neg_take_module_mend, neg_take_module_measure };
