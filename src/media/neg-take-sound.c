#include "config.h"

#include "media/neg-take-sound.h"

#include <math.h>

#include "media/neg-take-parts.h"

#define TICK_US 50000
#define TICK_HZ 1000

struct _NegTakeEar {
  GstElement *pipeline;
  GstAppSink *sink;
  NegTakeSound sound;
  NegTakeHeard heard;
  gpointer data;
};

/* A tone in the first 50 ms of each second of the clock. */
static void
tick (gint16 *samples, gsize n, gint64 time_us)
{
  for (gsize i = 0; i < n; i++) {
    gint64 at_us = (time_us + (gint64) i * G_USEC_PER_SEC / NEG_SOUND_RATE_HZ) % G_USEC_PER_SEC;

    samples[i] = at_us < TICK_US ? (gint16) (16000 * sin (2 * G_PI * TICK_HZ * at_us / G_USEC_PER_SEC)) : 0;
  }
}

/* The pipeline's clock is the monotonic one, so a buffer knows when it was heard, whatever the device's delay. */
static GstFlowReturn
sample_cb (GstAppSink *sink, gpointer data)
{
  NegTakeEar *ear = data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample != NULL ? gst_sample_get_buffer (sample) : NULL;
  GstMapInfo map;

  if (buffer != NULL && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GstClockTime at = gst_segment_to_running_time (gst_sample_get_segment (sample), GST_FORMAT_TIME,
                                                   GST_BUFFER_PTS (buffer));
    gint64 time_us = (gint64) ((at + gst_element_get_base_time (ear->pipeline)) / GST_USECOND);
    gsize n = map.size / sizeof (gint16);
    g_autofree gint16 *samples = g_memdup2 (map.data, n * sizeof (gint16));

    gst_buffer_unmap (buffer, &map);
    if (ear->sound == NEG_TAKE_TEST_SOUND)
      tick (samples, n, time_us);
    if (GST_CLOCK_TIME_IS_VALID (at) && n > 0)
      ear->heard (samples, n, time_us, ear->data);
  }
  g_clear_pointer (&sample, gst_sample_unref);
  return GST_FLOW_OK;
}

/* No sound server's copy of what the loudspeakers play: it is not what somebody says. */
static gboolean
is_microphone (GstDevice *device)
{
  GstStructure *properties = gst_device_get_properties (device);
  const char *class = properties != NULL ? gst_structure_get_string (properties, "device.class") : NULL;
  gboolean is = g_strcmp0 (class, "monitor") != 0;

  g_clear_pointer (&properties, gst_structure_free);
  return is;
}

static GstElement *
new_microphone (void)
{
  GstDeviceMonitor *monitor = gst_device_monitor_new ();
  GstElement *source = NULL;
  GList *devices;

  gst_device_monitor_add_filter (monitor, "Audio/Source", NULL);
  devices = gst_device_monitor_get_devices (monitor);
  for (GList *item = devices; item != NULL && source == NULL; item = item->next)
    if (is_microphone (item->data))
      source = gst_device_create_element (item->data, NULL);
  g_list_free_full (devices, gst_object_unref);
  gst_object_unref (monitor);
  return source;
}

static GstElement *
new_source (NegTakeSound sound)
{
  GstElement *source;

  if (sound == NEG_TAKE_MICROPHONE)
    return new_microphone ();
  source = gst_element_factory_make ("audiotestsrc", NULL);
  if (source != NULL)
    g_object_set (source, "is-live", TRUE, NULL);
  return source;
}

static gboolean
put_together (NegTakeEar *ear, GstElement *source)
{
  static const GstAppSinkCallbacks callbacks = { .new_sample = sample_cb };
  g_autoptr (GError) error = NULL;
  GstElement *rest = gst_parse_bin_from_description (
      "audioconvert ! audioresample ! " NEG_SOUND_CAPS " ! appsink name=sink sync=false max-buffers=200 drop=true", TRUE,
      &error);
  GstClock *clock;

  if (rest == NULL) {
    gst_object_unref (source);
    return FALSE;
  }
  ear->pipeline = gst_pipeline_new (NULL);
  gst_bin_add_many (GST_BIN (ear->pipeline), source, rest, NULL);
  if (!gst_element_link (source, rest))
    return FALSE;
  ear->sink = GST_APP_SINK (gst_bin_get_by_name (GST_BIN (rest), "sink"));
  gst_app_sink_set_callbacks (ear->sink, (GstAppSinkCallbacks *) &callbacks, ear, NULL);
  clock = gst_system_clock_obtain ();
  gst_pipeline_use_clock (GST_PIPELINE (ear->pipeline), clock);
  gst_object_unref (clock);
  return gst_element_set_state (ear->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

NegTakeEar *
neg_take_ear_new (NegTakeSound sound, NegTakeHeard heard, gpointer data)
{
  GstElement *source = sound == NEG_TAKE_SILENT ? NULL : new_source (sound);
  NegTakeEar *ear;

  if (source == NULL)
    return NULL;
  ear = g_new0 (NegTakeEar, 1);
  ear->sound = sound;
  ear->heard = heard;
  ear->data = data;
  if (put_together (ear, source))
    return ear;
  neg_take_ear_free (ear);
  return NULL;
}

void
neg_take_ear_free (NegTakeEar *ear)
{
  if (ear == NULL)
    return;
  if (ear->pipeline != NULL)
    gst_element_set_state (ear->pipeline, GST_STATE_NULL);
  g_clear_pointer (&ear->sink, gst_object_unref);
  g_clear_pointer (&ear->pipeline, gst_object_unref);
  g_free (ear);
}
