#include "config.h"

#include "support/make-film.h"

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <string.h>

/* Luma of I420: a row of FILM_BITS blocks, then one that is always white. */
static GstBuffer *
new_picture (guint width, guint height, guint number)
{
  gsize luma_bytes = (gsize) width * height, bytes = luma_bytes * 3 / 2;
  guint8 *data = g_malloc (bytes);

  memset (data + luma_bytes, 128, bytes - luma_bytes);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++) {
      guint block = x * (FILM_BITS + 1) / width;

      data[y * width + x] = block == FILM_BITS || (number >> block & 1) ? 235 : 16;
    }
  return gst_buffer_new_wrapped (data, bytes);
}

int
film_read_number (const guint8 *pixels, gsize stride, guint width, guint height)
{
  int number = 0;

  for (guint block = 0; block <= FILM_BITS; block++) {
    guint x = (2 * block + 1) * width / (2 * (FILM_BITS + 1));
    gboolean is_white = pixels[height / 2 * stride + 4 * x + 1] > 128;

    if (block == FILM_BITS)
      return is_white ? number : -1;
    number |= is_white << block;
  }
  return -1;
}

static char *
dup_description (const char *path, const FilmOptions *options, guint width, guint height)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s name=mux ! filesink location=\"%s\" ", options->muxer ? options->muxer : "webmmux", path);
  if (options->encoder != NULL)
    g_string_append_printf (text,
                            "appsrc name=source format=time caps=video/x-raw,format=I420,width=%u,height=%u,framerate=%d/1 ! "
                            "%s deadline=1 cpu-used=8 keyframe-max-dist=25 ! queue max-size-bytes=0 max-size-time=0 max-size-buffers=0 ! mux. ",
                            width, height, FILM_RATE, options->encoder);
  if (options->sound != NULL)
    g_string_append_printf (text,
                            "audiotestsrc num-buffers=%u samplesperbuffer=1920 ! audio/x-raw,rate=48000,channels=1 ! audioconvert ! "
                            "%s ! queue max-size-bytes=0 max-size-time=0 max-size-buffers=0 ! mux. ",
                            options->n_frames, options->sound);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
push_pictures (GstElement *pipeline, const FilmOptions *options, guint width, guint height)
{
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "source");

  for (guint i = 0; source != NULL && i < options->n_frames; i++) {
    GstBuffer *buffer = new_picture (width, height, i);

    GST_BUFFER_PTS (buffer) = i * FILM_FRAME_US * GST_USECOND;
    GST_BUFFER_DURATION (buffer) = FILM_FRAME_US * GST_USECOND;
    gst_app_src_push_buffer (GST_APP_SRC (source), buffer);
  }
  if (source != NULL)
    gst_app_src_end_of_stream (GST_APP_SRC (source));
  g_clear_pointer (&source, gst_object_unref);
}

gboolean
film_make (const char *path, const FilmOptions *options)
{
  guint width = options->width ? options->width : 160, height = options->height ? options->height : 96;
  g_autofree char *description = dup_description (path, options, width, height);
  GstMessage *message;
  GstElement *pipeline;
  gboolean made;
  GstBus *bus;

  if (!gst_init_check (NULL, NULL, NULL) || (pipeline = gst_parse_launch (description, NULL)) == NULL)
    return FALSE;
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  push_pictures (pipeline, options, width, height);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  made = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  g_clear_pointer (&message, gst_message_unref);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return made;
}
