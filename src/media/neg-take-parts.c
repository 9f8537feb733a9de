#include "config.h"

#include "media/neg-take-parts.h"

#define POLL_NS (20 * GST_MSECOND)

gboolean
neg_writer_start_gstreamer (GError **error)
{
  if (gst_init_check (NULL, NULL, NULL))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "GStreamer cannot be started");
  return FALSE;
}

GstElement *
neg_writer_parse (const char *text, GError **error)
{
  GstParseContext *context = gst_parse_context_new ();
  g_autoptr (GError) cause = NULL;
  GstElement *pipeline = gst_parse_launch_full (text, context, GST_PARSE_FLAG_FATAL_ERRORS, &cause);
  g_auto (GStrv) missing = gst_parse_context_get_missing_elements (context);

  gst_parse_context_free (context);
  if (pipeline != NULL)
    return pipeline;
  if (missing != NULL && missing[0] != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                 "%s (of the GStreamer Base or Good Plugins) is not installed", missing[0]);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "GStreamer cannot do this: %s",
                 cause != NULL ? cause->message : "?");
  return NULL;
}

/* Message text of GStreamer may name files; its codes do not. */
static void
set_error (GError **error, const GError *cause)
{
  if (g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no space left");
  else if (g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the film cannot be written");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the film cannot be worked on (%s %d)",
                 g_quark_to_string (cause->domain), cause->code);
}

gboolean
neg_writer_check_bus (GstBus *bus, GstClockTime wait, gboolean *ended, GError **error)
{
  GstMessage *message = gst_bus_timed_pop_filtered (bus, wait, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  gboolean failed = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;

  if (failed) {
    g_autoptr (GError) cause = NULL;

    gst_message_parse_error (message, &cause, NULL);
    set_error (error, cause);
  } else if (message != NULL && ended != NULL) {
    *ended = TRUE;
  }
  g_clear_pointer (&message, gst_message_unref);
  return !failed;
}

/* Key frames are asked for by events, at their times. No invisible pictures (alternate references): not every player that
 * seeks knows what to do with them. */
static char *
dup_encoder (const NegWriterOptions *options)
{
  guint n_threads = CLAMP (g_get_num_processors (), 1, 4);

  switch (options->kind) {
  case NEG_WRITER_LIVE:
    return g_strdup_printf ("vp8enc deadline=1 cpu-used=8 threads=%u end-usage=cq cq-level=8 min-quantizer=4 "
                            "max-quantizer=36 target-bitrate=8000000 keyframe-max-dist=9999",
                            MIN (n_threads, 2));
  case NEG_WRITER_GOOD:
    return g_strdup_printf ("vp8enc deadline=1 cpu-used=4 threads=%u end-usage=cq cq-level=8 min-quantizer=4 "
                            "max-quantizer=36 target-bitrate=8000000 keyframe-max-dist=9999",
                            n_threads);
  case NEG_WRITER_FIRST:
  case NEG_WRITER_LAST:
  default:
    return g_strdup_printf ("vp8enc deadline=1000000 cpu-used=2 threads=%u end-usage=vbr target-bitrate=%u "
                            "min-quantizer=2 max-quantizer=63 keyframe-max-dist=9999 lag-in-frames=16 "
                            "auto-alt-ref=false multipass-mode=%s multipass-cache-file=%s",
                            n_threads, options->bits_per_second,
                            options->kind == NEG_WRITER_FIRST ? "first-pass" : "last-pass", options->statistics_path);
  }
}

/* BT.601 is what VP8 means (RFC 6386, section 9.2). A rate of 0: every picture has its own time. Clusters of half a second:
 * that much is lost at most when the program dies. Encoded pictures wait for the sound, which is heard later than the
 * window is seen, in a queue of their own. */
static char *
dup_pipeline (int fd, const NegWriterOptions *options)
{
  g_autofree char *encoder = dup_encoder (options);
  g_autofree char *end = options->kind == NEG_WRITER_FIRST
                             ? g_strdup ("fakesink sync=false")
                             : g_strdup_printf ("webmmux name=mux writing-app=Negatoscope min-cluster-duration=0 "
                                                "max-cluster-duration=500000000 ! fdsink sync=false fd=%d",
                                                fd);
  const char *sound = options->has_sound && options->kind != NEG_WRITER_FIRST
                          ? " appsrc name=sound format=time caps=\"" NEG_SOUND_CAPS
                            "\" ! queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! audioconvert ! "
                            "opusenc bitrate=48000 audio-type=voice ! mux."
                          : "";

  return g_strdup_printf (
      "appsrc name=video format=time caps=\"video/x-raw,format=%s,width=%u,height=%u,framerate=0/1,"
      "pixel-aspect-ratio=1/1,colorimetry=%s\" ! videoconvert ! videoscale method=lanczos ! "
      "video/x-raw,format=I420,width=%u,height=%u,pixel-aspect-ratio=1/1,colorimetry=bt601 ! %s ! "
      "queue max-size-time=15000000000 max-size-buffers=0 max-size-bytes=0 ! %s%s",
      options->format, options->width, options->height, g_str_equal (options->format, "I420") ? "bt601" : "sRGB",
      options->film_width, options->film_height, encoder, end, sound);
}

NegWriter *
neg_writer_new (int fd, const NegWriterOptions *options, GError **error)
{
  g_autofree char *text = NULL;
  NegWriter *writer;

  if (!neg_writer_start_gstreamer (error))
    return NULL;
  text = dup_pipeline (fd, options);
  writer = g_new0 (NegWriter, 1);
  writer->pipeline = neg_writer_parse (text, error);
  if (writer->pipeline == NULL) {
    neg_writer_free (writer);
    return NULL;
  }
  writer->video = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (writer->pipeline), "video"));
  writer->sound = (GstAppSrc *) gst_bin_get_by_name (GST_BIN (writer->pipeline), "sound");
  writer->bus = gst_element_get_bus (writer->pipeline);
  if (gst_element_set_state (writer->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    return writer;
  if (neg_writer_check_bus (writer->bus, 0, NULL, error))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the encoder cannot be started");
  neg_writer_free (writer);
  return NULL;
}

gboolean
neg_writer_push (NegWriter *writer, GstBuffer *buffer, GError **error)
{
  if (!neg_writer_check_bus (writer->bus, 0, NULL, error)) {
    gst_buffer_unref (buffer);
    return FALSE;
  }
  if (gst_app_src_push_buffer (writer->video, buffer) == GST_FLOW_OK)
    return TRUE;
  if (neg_writer_check_bus (writer->bus, GST_SECOND, NULL, error))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the encoder has stopped");
  return FALSE;
}

void
neg_writer_push_sound (NegWriter *writer, GstBuffer *buffer)
{
  gst_app_src_push_buffer (writer->sound, buffer);
}

GstBuffer *
neg_writer_new_sound (const gint16 *samples, gsize n, guint64 position)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, n * sizeof *samples, NULL);

  gst_buffer_fill (buffer, 0, samples, n * sizeof *samples);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (position, GST_SECOND, NEG_SOUND_RATE_HZ);
  GST_BUFFER_DURATION (buffer) =
      gst_util_uint64_scale (position + n, GST_SECOND, NEG_SOUND_RATE_HZ) - GST_BUFFER_PTS (buffer);
  return buffer;
}

gboolean
neg_writer_finish (NegWriter *writer, GCancellable *cancellable, GError **error)
{
  gboolean ended = FALSE;

  gst_app_src_end_of_stream (writer->video);
  if (writer->sound != NULL)
    gst_app_src_end_of_stream (writer->sound);
  while (!ended)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !neg_writer_check_bus (writer->bus, POLL_NS, &ended, error))
      return FALSE;
  return TRUE;
}

void
neg_writer_free (NegWriter *writer)
{
  if (writer == NULL)
    return;
  if (writer->pipeline != NULL)
    gst_element_set_state (writer->pipeline, GST_STATE_NULL);
  g_clear_pointer (&writer->bus, gst_object_unref);
  g_clear_pointer (&writer->video, gst_object_unref);
  g_clear_pointer (&writer->sound, gst_object_unref);
  g_clear_pointer (&writer->pipeline, gst_object_unref);
  g_free (writer);
}
