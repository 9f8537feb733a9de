#include "config.h"

#include <glib/gstdio.h>
#include <gst/video/video.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/neg-take-parts.h"

#define QUEUE_PICTURES 3
#define ROOM_POLL_NS (5 * GST_MSECOND)
#define ROOM_WAIT_US (30 * G_USEC_PER_SEC)
#define LAST_PICTURE_US 66000
#define KEY_FRAME_US G_USEC_PER_SEC
#define RARE_KEY_FRAME_US (5 * G_USEC_PER_SEC) /* where bytes count */
#define STANDSTILL_US (30 * G_USEC_PER_SEC)

/* What sound and clusters take of a size that is not to be passed. */
#define SOUND_BITS_PER_S 52000
#define ENVELOPE_BITS_PER_S 4000
#define BITS_PER_S_MIN 40000
#define BITS_PER_S_MAX 8000000
#define LAST_PASSES_MAX 4

typedef struct {
  const NegTakeCut *cut;
  gint64 end_us;
  NegFilmReader *reader;
  NegWriter *writer;
  NegWriterOptions options;
  int to_fd;
  GstBuffer *last;    /* picture that was read */
  GstBuffer *waiting; /* to be written when it is known how long it is shown; at last_us */
  gint64 last_us;     /* of the new film; -1: none is in it */
  gint64 key_us;      /* of the new film: the last key frame that was asked for */
  guint64 n_samples;
  gboolean sound_ended;
  NegTakeProgress progress;
  gpointer data;
  double progress_from, progress_share;
  GCancellable *cancellable;
} Cutter;

static guint64
get_position (gint64 time_us)
{
  return (guint64) (MAX (time_us, 0) * (NEG_SOUND_RATE_HZ / 1000) / 1000);
}

static void
write_silence (Cutter *cutter, guint64 until)
{
  static const gint16 silence[NEG_SOUND_RATE_HZ];

  while (cutter->n_samples < until) {
    gsize n = MIN (until - cutter->n_samples, NEG_SOUND_RATE_HZ);

    neg_writer_push_sound (cutter->writer, neg_writer_new_sound (silence, n, cutter->n_samples));
    cutter->n_samples += n;
  }
}

/* Those samples that are between start and end, to the sample. */
static void
cut_sound (Cutter *cutter, const gint16 *samples, guint64 n, gint64 time_us)
{
  gint64 from = (gint64) get_position (time_us) - (gint64) get_position (cutter->cut->start_us);
  gint64 end = (gint64) get_position (cutter->end_us - cutter->cut->start_us);
  gint64 skip;

  /* Times are rounded to the container's milliseconds. */
  if (ABS (from - (gint64) cutter->n_samples) < NEG_SOUND_RATE_HZ / 100 && cutter->n_samples > 0)
    from = cutter->n_samples;
  if (from > (gint64) cutter->n_samples && from < end)
    write_silence (cutter, from);
  skip = (gint64) cutter->n_samples - from;
  if (from + (gint64) n > end)
    n = MAX (end - from, 0);
  if (skip < 0 || skip >= (gint64) n)
    return;
  neg_writer_push_sound (cutter->writer, neg_writer_new_sound (samples + skip, n - skip, cutter->n_samples));
  cutter->n_samples += n - skip;
}

static void
pump_sound (Cutter *cutter)
{
  GstSample *sample;

  while (cutter->writer != NULL && cutter->writer->sound != NULL && !cutter->sound_ended
         && (sample = neg_film_reader_pull_sound (cutter->reader, &cutter->sound_ended)) != NULL) {
    GstMapInfo map;
    gint64 time_us = neg_film_reader_get_time_us (sample);

    if (time_us >= 0 && gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ)) {
      cut_sound (cutter, (const gint16 *) map.data, map.size / sizeof (gint16), time_us);
      gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
    }
    gst_sample_unref (sample);
  }
}

/* Sound is handed on meanwhile: the muxer may be waiting for it. */
static gboolean
wait_for_room (Cutter *cutter, GError **error)
{
  gint64 until_us = g_get_monotonic_time () + ROOM_WAIT_US;

  while (gst_app_src_get_current_level_buffers (cutter->writer->video) >= QUEUE_PICTURES) {
    pump_sound (cutter);
    if (g_cancellable_set_error_if_cancelled (cutter->cancellable, error)
        || !neg_writer_check_bus (cutter->writer->bus, ROOM_POLL_NS, NULL, error))
      return FALSE;
    if (g_get_monotonic_time () > until_us) {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "sound and picture are too far apart");
      return FALSE;
    }
  }
  return TRUE;
}

/* By time, not by pictures: what stands still has few of them, and one wants to look for a moment in it, too. */
static void
ask_for_key (Cutter *cutter)
{
  GstClockTime at = cutter->last_us * GST_USECOND;

  if (cutter->last_us - cutter->key_us < (cutter->options.kind == NEG_WRITER_GOOD ? KEY_FRAME_US : RARE_KEY_FRAME_US))
    return;
  gst_element_send_event (GST_ELEMENT (cutter->writer->video),
                          gst_video_event_new_downstream_force_key_unit (at, at, at, TRUE, 0));
  cutter->key_us = cutter->last_us;
}

/* What waits, shown for @duration_us: two passes share out the bits by that. */
static gboolean
write_waiting (Cutter *cutter, gint64 duration_us, GError **error)
{
  GstBuffer *copy;

  if (cutter->waiting == NULL)
    return TRUE;
  if (!wait_for_room (cutter, error))
    return FALSE;
  ask_for_key (cutter);
  copy = gst_buffer_copy (cutter->waiting);
  GST_BUFFER_PTS (copy) = cutter->last_us * GST_USECOND;
  GST_BUFFER_DTS (copy) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (copy) = duration_us * GST_USECOND;
  gst_clear_buffer (&cutter->waiting);
  return neg_writer_push (cutter->writer, copy, error);
}

static gboolean
write_picture (Cutter *cutter, GstBuffer *picture, gint64 film_us, GError **error)
{
  if (!write_waiting (cutter, film_us - cutter->last_us, error))
    return FALSE;
  if (cutter->writer->sound != NULL && cutter->sound_ended)
    write_silence (cutter, get_position (film_us));
  cutter->last_us = film_us;
  gst_buffer_replace (&cutter->waiting, picture);
  return TRUE;
}

/* Its size and whether there is sound are known with the first picture. */
static gboolean
start_writer (Cutter *cutter, GstSample *sample, GError **error)
{
  if (cutter->writer != NULL)
    return TRUE;
  if (!neg_film_reader_get_size (sample, &cutter->options.width, &cutter->options.height, error))
    return FALSE;
  cutter->options.format = "I420";
  cutter->options.has_sound =
      cutter->reader->sound != NULL && g_atomic_int_get (&cutter->reader->has_sound);
  cutter->options.film_width = cutter->cut->width ? cutter->cut->width : cutter->options.width & ~1u;
  cutter->options.film_height = cutter->cut->height ? cutter->cut->height : cutter->options.height & ~1u;
  cutter->writer = neg_writer_new (cutter->to_fd, &cutter->options, error);
  return cutter->writer != NULL;
}

/* What is seen at the start began before it. */
static gboolean
take_picture (Cutter *cutter, GstSample *sample, gboolean *done, GError **error)
{
  gint64 time_us = neg_film_reader_get_time_us (sample);
  gint64 film_us = time_us - cutter->cut->start_us;
  gboolean ok = start_writer (cutter, sample, error);

  *done = time_us >= cutter->end_us;
  if (ok && film_us > 0 && cutter->last_us < 0 && cutter->last != NULL)
    ok = write_picture (cutter, cutter->last, 0, error);
  if (ok && film_us >= 0 && !*done && film_us > cutter->last_us)
    ok = write_picture (cutter, gst_sample_get_buffer (sample), film_us, error);
  if (!*done)
    gst_buffer_replace (&cutter->last, gst_sample_get_buffer (sample));
  if (cutter->progress != NULL)
    cutter->progress (cutter->progress_from
                          + cutter->progress_share * CLAMP ((double) time_us / MAX (cutter->end_us, 1), 0, 1),
                      cutter->data);
  return ok;
}

static gboolean
take_pictures (Cutter *cutter, GError **error)
{
  gboolean ended = FALSE, done = FALSE;

  while (!ended && !done) {
    GstSample *sample;
    gboolean ok;

    if (g_cancellable_set_error_if_cancelled (cutter->cancellable, error)
        || !neg_film_reader_pull (cutter->reader, &sample, &ended, error))
      return FALSE;
    pump_sound (cutter);
    ok = sample == NULL || take_picture (cutter, sample, &done, error);
    g_clear_pointer (&sample, gst_sample_unref);
    if (!ok)
      return FALSE;
  }
  if (cutter->writer != NULL && (cutter->last_us >= 0 || cutter->last != NULL))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "there is no picture in that part of the film");
  return FALSE;
}

/* The sound up to the end, which may come after the last picture of it. */
static gboolean
take_rest_of_sound (Cutter *cutter, guint64 end, GError **error)
{
  if (cutter->writer->sound == NULL)
    return TRUE;
  while (!cutter->sound_ended && cutter->n_samples < end) {
    GstSample *sample = NULL;
    gboolean ended;

    if (g_cancellable_set_error_if_cancelled (cutter->cancellable, error)
        || !neg_film_reader_pull (cutter->reader, &sample, &ended, error))
      return FALSE;
    g_clear_pointer (&sample, gst_sample_unref);
    pump_sound (cutter);
  }
  write_silence (cutter, end);
  return TRUE;
}

static gboolean
run (Cutter *cutter, GError **error)
{
  gint64 length_us;

  if (!take_pictures (cutter, error))
    return FALSE;
  if (cutter->last_us < 0 && !write_picture (cutter, cutter->last, 0, error))
    return FALSE;
  length_us = cutter->cut->end_us > 0 && cutter->end_us < NEG_TAKE_DURATION_MAX_US
                  ? cutter->end_us - cutter->cut->start_us
                  : cutter->last_us;
  return take_rest_of_sound (cutter, get_position (length_us), error)
         && (length_us <= cutter->last_us || write_picture (cutter, cutter->last, length_us, error))
         && write_waiting (cutter, LAST_PICTURE_US, error)
         && neg_writer_finish (cutter->writer, cutter->cancellable, error);
}

static gboolean
cut_once (Cutter *cutter, int from_fd, GError **error)
{
  gboolean ok = FALSE;

  cutter->last_us = -1;
  cutter->key_us = 0;
  cutter->n_samples = 0;
  cutter->sound_ended = FALSE;
  if (ftruncate (cutter->to_fd, 0) != 0 || lseek (cutter->to_fd, 0, SEEK_SET) != 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the film cannot be written");
  else
    cutter->reader = neg_film_reader_new (from_fd, cutter->options.kind != NEG_WRITER_FIRST, error);
  if (cutter->reader != NULL)
    ok = run (cutter, error);
  g_clear_pointer (&cutter->writer, neg_writer_free);
  g_clear_pointer (&cutter->reader, neg_film_reader_free);
  gst_clear_buffer (&cutter->last);
  gst_clear_buffer (&cutter->waiting);
  return ok;
}

static guint64
get_bytes (int fd)
{
  struct stat info;

  return fstat (fd, &info) == 0 ? (guint64) info.st_size : G_MAXUINT64;
}

/* The second pass comes close to what it is told; where that is still too much it is told less. */
static gboolean
cut_to_size (Cutter *cutter, int from_fd, gint64 length_us, gboolean has_sound, GError **error)
{
  double budget_bits_per_s = cutter->cut->bytes_max * 8.0 / (length_us / 1e6) * 0.97 - ENVELOPE_BITS_PER_S
                             - (has_sound ? SOUND_BITS_PER_S : 0);

  cutter->options.bits_per_second = CLAMP (budget_bits_per_s, BITS_PER_S_MIN, BITS_PER_S_MAX);
  cutter->options.kind = NEG_WRITER_FIRST;
  cutter->progress_share = 0.4;
  if (!cut_once (cutter, from_fd, error))
    return FALSE;
  cutter->options.kind = NEG_WRITER_LAST;
  cutter->progress_from = 0.4;
  cutter->progress_share = 0.6;
  for (guint i = 0; i < LAST_PASSES_MAX; i++) {
    guint64 bytes;

    if (!cut_once (cutter, from_fd, error))
      return FALSE;
    bytes = get_bytes (cutter->to_fd);
    if (bytes <= cutter->cut->bytes_max)
      return TRUE;
    cutter->options.bits_per_second =
        MAX (cutter->options.bits_per_second * 0.95 * cutter->cut->bytes_max / bytes, BITS_PER_S_MIN / 2);
  }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the film does not become as small as it has to be");
  return FALSE;
}

static gboolean
cut_in_two_passes (Cutter *cutter, int from_fd, GError **error)
{
  NegTakeFacts facts;
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  gboolean ok;

  if (!neg_take_module_measure (from_fd, &facts, cutter->cancellable, error))
    return FALSE;
  cutter->end_us = MIN (cutter->end_us, facts.duration_us + 1);
  folder = g_dir_make_tmp ("negatoscope-XXXXXX", error); /* the encoder replaces its file: a descriptor is not enough */
  if (folder == NULL)
    return FALSE;
  path = g_build_filename (folder, "passes", NULL);
  cutter->options.statistics_path = path;
  ok = cut_to_size (cutter, from_fd, MAX (cutter->end_us - cutter->cut->start_us, 1), facts.has_sound, error);
  g_unlink (path);
  g_rmdir (folder);
  return ok;
}

gboolean
neg_take_module_trim (int from_fd, int to_fd, const NegTakeCut *cut, NegTakeProgress progress, gpointer data,
                      GCancellable *cancellable, GError **error)
{
  Cutter cutter = { .cut = cut, .to_fd = to_fd, .progress = progress, .data = data, .progress_share = 1,
                    .cancellable = cancellable, .options.kind = NEG_WRITER_GOOD };

  cutter.end_us = cut->end_us > 0 ? MIN (cut->end_us, NEG_TAKE_DURATION_MAX_US) : NEG_TAKE_DURATION_MAX_US;
  if (cut->start_us < 0 || cut->start_us >= cutter.end_us) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "the part to keep has no length");
    return FALSE;
  }
  return cut->bytes_max > 0 ? cut_in_two_passes (&cutter, from_fd, error) : cut_once (&cutter, from_fd, error);
}

/* Only what is there: the muxer waits for every track that it has. */
static void
pad_added_cb (GstElement *demux, GstPad *pad, gpointer mux)
{
  g_autofree char *name = gst_pad_get_name (pad);
  GstElement *queue = gst_element_factory_make ("queue", NULL);
  GstPad *sink;

  if (queue == NULL)
    return;
  gst_bin_add (GST_BIN (GST_OBJECT_PARENT (demux)), queue);
  sink = gst_element_get_static_pad (queue, "sink");
  if (gst_element_link_pads (queue, "src", mux, g_str_has_prefix (name, "audio") ? "audio_%u" : "video_%u"))
    gst_pad_link (pad, sink);
  gst_object_unref (sink);
  gst_element_sync_state_with_parent (queue);
}

/* FALSE: nothing more has been written for so long that nothing will be. */
static gboolean
goes_on (int fd, guint64 *bytes, gint64 *since_us, GError **error)
{
  guint64 bytes_now = get_bytes (fd);
  gint64 now_us = g_get_monotonic_time ();

  if (bytes_now != *bytes) {
    *bytes = bytes_now;
    *since_us = now_us;
  }
  if (now_us - *since_us < STANDSTILL_US)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the film cannot be mended");
  return FALSE;
}

static gboolean
run_to_end (GstElement *pipeline, int to_fd, GCancellable *cancellable, GError **error)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gint64 since_us = g_get_monotonic_time ();
  gboolean ended = FALSE, ok = TRUE;
  guint64 bytes = 0;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (ok && !ended)
    ok = !g_cancellable_set_error_if_cancelled (cancellable, error)
         && neg_writer_check_bus (bus, 20 * GST_MSECOND, &ended, error)
         && (ended || goes_on (to_fd, &bytes, &since_us, error));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  return ok;
}

gboolean
neg_take_module_mend (int from_fd, int to_fd, GCancellable *cancellable, GError **error)
{
  g_autofree char *text = g_strdup_printf ("fdsrc fd=%d ! matroskademux name=demux webmmux name=mux "
                                           "writing-app=Negatoscope ! fdsink sync=false fd=%d",
                                           from_fd, to_fd);
  GstElement *pipeline, *demux, *mux;
  gboolean ok;

  if (!neg_writer_start_gstreamer (error) || (pipeline = neg_writer_parse (text, error)) == NULL)
    return FALSE;
  demux = gst_bin_get_by_name (GST_BIN (pipeline), "demux");
  mux = gst_bin_get_by_name (GST_BIN (pipeline), "mux");
  g_signal_connect_object (demux, "pad-added", G_CALLBACK (pad_added_cb), mux, 0);
  lseek (from_fd, 0, SEEK_SET);
  ok = run_to_end (pipeline, to_fd, cancellable, error);
  gst_object_unref (demux);
  gst_object_unref (mux);
  gst_object_unref (pipeline);
  return ok;
}

gboolean
neg_take_module_measure (int fd, NegTakeFacts *facts, GCancellable *cancellable, GError **error)
{
  NegFilmReader *reader = neg_film_reader_new (fd, FALSE, error);
  gboolean ended = FALSE, ok = reader != NULL;

  *facts = (NegTakeFacts){ 0 };
  while (ok && !ended) {
    GstSample *sample = NULL;

    ok = !g_cancellable_set_error_if_cancelled (cancellable, error)
         && neg_film_reader_pull (reader, &sample, &ended, error);
    if (sample != NULL) {
      facts->duration_us = MAX (facts->duration_us, neg_film_reader_get_time_us (sample));
      facts->n_pictures++;
      facts->has_sound = g_atomic_int_get (&reader->has_sound);
      ok = ok && neg_film_reader_get_size (sample, &facts->width, &facts->height, error);
      gst_sample_unref (sample);
    }
  }
  neg_film_reader_free (reader);
  return ok;
}
