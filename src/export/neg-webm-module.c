#include "config.h"

#include "export/neg-webm-module.h"

#include <gmodule.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <string.h>

/* Pictures on their way to the encoder: a few keep it busy, more only cost memory. */
#define QUEUE_MAX 3

#define POLL_NS (5 * GST_MSECOND)

struct _NegWebm {
  GstElement *pipeline;
  GstAppSrc *source;
  GstBus *bus;
  guint width, height;
  guint channels; /* 0: no picture yet */
  GstClockTime time;
};

G_MODULE_EXPORT extern const NegWebmModule neg_webm_module;

/* Message text of GStreamer may name files; its codes do not. */
static void
set_resource_error (GError **error, const GError *cause)
{
  if (g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no space left");
  else if (g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the film cannot be written");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the film cannot be encoded (%s %d)",
                 g_quark_to_string (cause->domain), cause->code);
}

/* What the pipeline says within @wait: TRUE unless it failed; *ended (nullable) once everything is written. */
static gboolean
check_bus (NegWebm *webm, GstClockTime wait, gboolean *ended, GError **error)
{
  GstMessage *message = gst_bus_timed_pop_filtered (webm->bus, wait, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  gboolean failed = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;

  if (failed) {
    g_autoptr (GError) cause = NULL;

    gst_message_parse_error (message, &cause, NULL);
    set_resource_error (error, cause);
  } else if (message != NULL && ended != NULL) {
    *ended = TRUE;
  }
  g_clear_pointer (&message, gst_message_unref);
  return !failed;
}

static gboolean
check_parts (GError **error)
{
  static const struct {
    const char *element, *package;
  } parts[] = {
    { "appsrc", "GStreamer Base Plugins" },    { "videoconvert", "GStreamer Base Plugins" },
    { "vp8enc", "GStreamer Good Plugins" },    { "webmmux", "GStreamer Good Plugins" },
    { "fdsink", "GStreamer core elements" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    GstElementFactory *factory = gst_element_factory_find (parts[i].element);

    if (factory == NULL) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s (of the %s) is not installed", parts[i].element,
                   parts[i].package);
      return FALSE;
    }
    gst_object_unref (factory);
  }
  return TRUE;
}

static void
webm_free (NegWebm *webm)
{
  if (webm == NULL)
    return;
  if (webm->pipeline != NULL)
    gst_element_set_state (webm->pipeline, GST_STATE_NULL);
  g_clear_pointer (&webm->bus, gst_object_unref);
  g_clear_pointer (&webm->source, gst_object_unref);
  g_clear_pointer (&webm->pipeline, gst_object_unref);
  g_free (webm);
}

/* Constrained quality: what stands still costs little, grain and edges survive. BT.601 is what VP8 means (RFC 6386,
 * section 9.2). A key frame at least every second at the usual rates, so that one can look for a moment in it. */
static GstElement *
new_pipeline (int fd, GError **error)
{
  g_autofree char *text = g_strdup_printf (
      "appsrc name=source format=time ! videoconvert ! video/x-raw,format=I420,colorimetry=bt601 ! "
      "vp8enc deadline=1 cpu-used=4 threads=%u end-usage=cq cq-level=6 min-quantizer=2 max-quantizer=30 "
      "target-bitrate=20000000 keyframe-max-dist=30 ! webmmux writing-app=Negatoscope ! fdsink sync=false fd=%d",
      CLAMP (g_get_num_processors (), 1, 4), fd);
  g_autoptr (GError) cause = NULL;
  GstElement *pipeline = gst_parse_launch (text, &cause);

  if (pipeline == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "GStreamer cannot write WebM: %s", cause->message);
  return pipeline;
}

static NegWebm *
webm_open (int fd, guint width, guint height, GError **error)
{
  NegWebm *webm;

  if (!gst_init_check (NULL, NULL, NULL)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "GStreamer cannot be started");
    return NULL;
  }
  if (!check_parts (error))
    return NULL;
  webm = g_new0 (NegWebm, 1);
  webm->width = width;
  webm->height = height;
  webm->pipeline = new_pipeline (fd, error);
  if (webm->pipeline == NULL) {
    webm_free (webm);
    return NULL;
  }
  webm->source = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (webm->pipeline), "source"));
  webm->bus = gst_element_get_bus (webm->pipeline);
  return webm;
}

static gboolean
start (NegWebm *webm, guint channels, GError **error)
{
  /* A rate of 0: every picture has its own time. */
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, channels == 1 ? "I420" : "RGB", "width",
                                       G_TYPE_INT, (int) webm->width, "height", G_TYPE_INT, (int) webm->height,
                                       "framerate", GST_TYPE_FRACTION, 0, 1, "pixel-aspect-ratio", GST_TYPE_FRACTION,
                                       1, 1, "colorimetry", G_TYPE_STRING, channels == 1 ? "bt601" : "sRGB", NULL);

  webm->channels = channels;
  gst_app_src_set_caps (webm->source, caps);
  gst_caps_unref (caps);
  if (gst_element_set_state (webm->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    return TRUE;
  if (check_bus (webm, 0, NULL, error))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the encoder cannot be started");
  return FALSE;
}

/* GStreamer's own layouts: rows of a multiple of four bytes. */
static GstBuffer *
new_color_buffer (const NegWebm *webm, const guint8 *pixels, gsize stride)
{
  gsize row_stride = (3 * (gsize) webm->width + 3) & ~(gsize) 3;
  g_autofree guint8 *copy = g_try_malloc0_n (webm->height, row_stride);

  if (copy == NULL)
    return NULL;
  for (guint y = 0; y < webm->height; y++)
    memcpy (copy + y * row_stride, pixels + y * stride, 3 * (gsize) webm->width);
  return gst_buffer_new_wrapped (g_steal_pointer (&copy), row_stride * webm->height);
}

/* Grey 0 to 255 is Y 16 to 235 (BT.601). Ours to do: videoconvert copies GRAY8 to Y as it is, whatever range it is told,
 * and black and white would be cut off. */
static GstBuffer *
new_grey_buffer (const NegWebm *webm, const guint8 *pixels, gsize stride)
{
  gsize row_stride = ((gsize) webm->width + 3) & ~(gsize) 3;
  gsize luma_bytes = row_stride * webm->height;
  gsize chroma_bytes = (((gsize) webm->width / 2 + 3) & ~(gsize) 3) * webm->height; /* both planes, half as high */
  g_autofree guint8 *copy = g_try_malloc (luma_bytes + chroma_bytes);
  guint8 luma[256];

  if (copy == NULL)
    return NULL;
  for (guint i = 0; i < 256; i++)
    luma[i] = 16 + (i * 219 + 127) / 255;
  memset (copy + luma_bytes, 128, chroma_bytes);
  for (guint y = 0; y < webm->height; y++)
    for (guint x = 0; x < row_stride; x++)
      copy[y * row_stride + x] = luma[pixels[y * stride + MIN (x, webm->width - 1)]];
  return gst_buffer_new_wrapped (g_steal_pointer (&copy), luma_bytes + chroma_bytes);
}

/* Until there is room. Not by appsrc's own blocking: it would never wake when what is behind it has failed. */
static gboolean
wait_for_room (NegWebm *webm, GCancellable *cancellable, GError **error)
{
  while (gst_app_src_get_current_level_buffers (webm->source) >= QUEUE_MAX)
    if (g_cancellable_set_error_if_cancelled (cancellable, error) || !check_bus (webm, POLL_NS, NULL, error))
      return FALSE;
  return !g_cancellable_set_error_if_cancelled (cancellable, error) && check_bus (webm, 0, NULL, error);
}

static gboolean
webm_push (NegWebm *webm, const guint8 *pixels, gsize stride, guint channels, gint64 duration_us,
           GCancellable *cancellable, GError **error)
{
  GstBuffer *buffer;

  if (webm->channels == 0 && !start (webm, channels, error))
    return FALSE;
  g_return_val_if_fail (webm->channels == channels, FALSE);
  if (!wait_for_room (webm, cancellable, error))
    return FALSE;
  buffer = channels == 1 ? new_grey_buffer (webm, pixels, stride) : new_color_buffer (webm, pixels, stride);
  if (buffer == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no memory for a picture of the film");
    return FALSE;
  }
  GST_BUFFER_PTS (buffer) = webm->time;
  GST_BUFFER_DURATION (buffer) = duration_us * GST_USECOND;
  webm->time += duration_us * GST_USECOND;
  if (gst_app_src_push_buffer (webm->source, buffer) == GST_FLOW_OK)
    return TRUE;
  if (check_bus (webm, GST_SECOND, NULL, error))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the encoder has stopped");
  return FALSE;
}

static gboolean
webm_finish (NegWebm *webm, GCancellable *cancellable, GError **error)
{
  gboolean ended = FALSE;

  if (webm->channels == 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "a film needs a picture");
    return FALSE;
  }
  gst_app_src_end_of_stream (webm->source);
  while (!ended)
    if (g_cancellable_set_error_if_cancelled (cancellable, error) || !check_bus (webm, 20 * GST_MSECOND, &ended, error))
      return FALSE;
  return TRUE;
}

const NegWebmModule neg_webm_module = { webm_open, webm_push, webm_finish, webm_free };
