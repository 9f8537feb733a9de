#include "config.h"

#include "media/neg-take-parts.h"

#include <unistd.h>

#define PULL_NS (20 * GST_MSECOND)
#define SIDE_MAX 8192

/* The picture's queue holds more than sound and picture can be apart in a file of ours: neither waits for the other. */
#define READER_TEXT                                                                                                    \
  "fdsrc fd=%d ! matroskademux name=demux demux.video_0 ! queue max-size-time=5000000000 max-size-buffers=0 "          \
  "max-size-bytes=0 ! vp8dec ! videoconvert ! video/x-raw,format=I420 ! appsink name=pictures sync=false "             \
  "max-buffers=3"
#define SOUND_TEXT                                                                                                     \
  " demux.audio_0 ! queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! opusdec ! audioconvert ! "             \
  "audioresample ! " NEG_SOUND_CAPS " ! appsink name=sound sync=false async=false"

static void
pad_added_cb (GstElement *demux, GstPad *pad, gpointer data)
{
  NegFilmReader *reader = data;
  g_autofree char *name = gst_pad_get_name (pad);

  if (g_str_equal (name, "audio_0"))
    g_atomic_int_set (&reader->has_sound, TRUE);
}

NegFilmReader *
neg_film_reader_new (int fd, gboolean with_sound, GError **error)
{
  g_autofree char *text = g_strdup_printf (READER_TEXT "%s", fd, with_sound ? SOUND_TEXT : "");
  NegFilmReader *reader;
  GstElement *demux;

  if (!neg_writer_start_gstreamer (error))
    return NULL;
  if (lseek (fd, 0, SEEK_SET) != 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the film cannot be read");
    return NULL;
  }
  reader = g_new0 (NegFilmReader, 1);
  reader->pipeline = neg_writer_parse (text, error);
  if (reader->pipeline == NULL) {
    neg_film_reader_free (reader);
    return NULL;
  }
  demux = gst_bin_get_by_name (GST_BIN (reader->pipeline), "demux");
  g_signal_connect (demux, "pad-added", G_CALLBACK (pad_added_cb), reader);
  gst_object_unref (demux);
  reader->pictures = GST_APP_SINK (gst_bin_get_by_name (GST_BIN (reader->pipeline), "pictures"));
  reader->sound = (GstAppSink *) gst_bin_get_by_name (GST_BIN (reader->pipeline), "sound");
  reader->bus = gst_element_get_bus (reader->pipeline);
  gst_element_set_state (reader->pipeline, GST_STATE_PLAYING); /* what fails is on the bus */
  return reader;
}

gboolean
neg_film_reader_pull (NegFilmReader *reader, GstSample **sample, gboolean *ended, GError **error)
{
  *sample = gst_app_sink_try_pull_sample (reader->pictures, PULL_NS);
  *ended = *sample == NULL && gst_app_sink_is_eos (reader->pictures);
  return *sample != NULL || neg_writer_check_bus (reader->bus, 0, NULL, error);
}

GstSample *
neg_film_reader_pull_sound (NegFilmReader *reader, gboolean *ended)
{
  GstSample *sample = gst_app_sink_try_pull_sample (reader->sound, 0);

  *ended = sample == NULL && gst_app_sink_is_eos (reader->sound);
  return sample;
}

gint64
neg_film_reader_get_time_us (GstSample *sample)
{
  GstClockTime at = gst_segment_to_stream_time (gst_sample_get_segment (sample), GST_FORMAT_TIME,
                                                GST_BUFFER_PTS (gst_sample_get_buffer (sample)));

  return GST_CLOCK_TIME_IS_VALID (at) ? (gint64) (at / GST_USECOND) : -1;
}

gboolean
neg_film_reader_get_size (GstSample *sample, guint *width, guint *height, GError **error)
{
  GstStructure *caps = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  int w = 0, h = 0;

  gst_structure_get_int (caps, "width", &w);
  gst_structure_get_int (caps, "height", &h);
  if (w < 2 || h < 2 || w > SIDE_MAX || h > SIDE_MAX) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the film has no usable size");
    return FALSE;
  }
  *width = w;
  *height = h;
  return TRUE;
}

void
neg_film_reader_free (NegFilmReader *reader)
{
  if (reader == NULL)
    return;
  if (reader->pipeline != NULL)
    gst_element_set_state (reader->pipeline, GST_STATE_NULL);
  g_clear_pointer (&reader->bus, gst_object_unref);
  g_clear_pointer (&reader->pictures, gst_object_unref);
  g_clear_pointer (&reader->sound, gst_object_unref);
  g_clear_pointer (&reader->pipeline, gst_object_unref);
  g_free (reader);
}
