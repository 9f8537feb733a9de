#include "config.h"

#include "media/neg-play-pipeline.h"

#include <glib/gi18n-lib.h>
#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include "media/neg-film-parts.h"
#include "media/neg-play-sound.h"

/* What waits behind the demultiplexer, for each track: encoded, and bounded by bytes alone, for tracks may lie apart. */
#define QUEUE_BYTES (16u << 20)

struct _NegPlayPipeline {
  GstElement *pipeline, *demux;
  GstElement *sound; /* the branch; nullable, of the pipeline */
  GstElement *volume; /* of it */
  GstBus *bus;
  gboolean is_silent, is_muted;
  NegPlayFrameFunc on_frame;
  gpointer data;

  GMutex lock; /* what GStreamer's threads write */
  char *words;
  gboolean has_picture, has_sound;
};

/* --- words --- */

/* Takes @words; the first ones count. The message makes the thread of the video look. */
static void
refuse (NegPlayPipeline *self, char *words)
{
  g_mutex_lock (&self->lock);
  if (self->words == NULL)
    self->words = g_steal_pointer (&words);
  g_mutex_unlock (&self->lock);
  g_free (words);
  GST_ELEMENT_ERROR (self->demux, STREAM, CODEC_NOT_FOUND, (NULL), (NULL));
}

char *
neg_play_pipeline_steal_words (NegPlayPipeline *self)
{
  char *words;

  g_mutex_lock (&self->lock);
  words = g_steal_pointer (&self->words);
  g_mutex_unlock (&self->lock);
  return words;
}

/* --- pictures --- */

typedef struct {
  GstBuffer *buffer;
  GstMapInfo map;
} Mapped;

static void
mapped_free (gpointer data)
{
  Mapped *mapped = data;

  gst_buffer_unmap (mapped->buffer, &mapped->map);
  gst_buffer_unref (mapped->buffer);
  g_free (mapped);
}

static GstFlowReturn
give_frame (NegPlayPipeline *self, GstSample *sample)
{
  GstBuffer *buffer = sample != NULL ? gst_sample_get_buffer (sample) : NULL;
  NegPlayFrame frame = { 0 };
  GstVideoInfo info;
  Mapped *mapped;

  if (buffer == NULL || !gst_video_info_from_caps (&info, gst_sample_get_caps (sample)))
    return GST_FLOW_OK;
  mapped = g_new0 (Mapped, 1);
  mapped->buffer = gst_buffer_ref (buffer);
  if (!gst_buffer_map (buffer, &mapped->map, GST_MAP_READ)) {
    gst_buffer_unref (mapped->buffer);
    g_free (mapped);
    return GST_FLOW_ERROR;
  }
  frame.width = GST_VIDEO_INFO_WIDTH (&info);
  frame.height = GST_VIDEO_INFO_HEIGHT (&info);
  frame.stride = GST_VIDEO_INFO_PLANE_STRIDE (&info, 0);
  frame.time_us = gst_segment_to_stream_time (gst_sample_get_segment (sample), GST_FORMAT_TIME, GST_BUFFER_PTS (buffer)) / 1000;
  if (mapped->map.size < frame.stride * frame.height) {
    mapped_free (mapped);
    return GST_FLOW_ERROR;
  }
  frame.pixels = g_bytes_new_with_free_func (mapped->map.data, frame.stride * frame.height, mapped_free, mapped);
  self->on_frame (self->data, &frame);
  return GST_FLOW_OK;
}

static GstFlowReturn
preroll_cb (GstAppSink *sink, gpointer data)
{
  GstSample *sample = gst_app_sink_pull_preroll (sink);
  GstFlowReturn result = give_frame (data, sample);

  g_clear_pointer (&sample, gst_sample_unref);
  return result;
}

static GstFlowReturn
sample_cb (GstAppSink *sink, gpointer data)
{
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstFlowReturn result = give_frame (data, sample);

  g_clear_pointer (&sample, gst_sample_unref);
  return result;
}

static GstElement *
new_picture_sink (NegPlayPipeline *self)
{
  GstAppSinkCallbacks callbacks = { .new_preroll = preroll_cb, .new_sample = sample_cb };
  GstElement *sink = gst_element_factory_make ("appsink", NULL);
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "BGRA", "width", GST_TYPE_INT_RANGE, 1,
                                       NEG_PLAY_WIDTH_MAX, "height", GST_TYPE_INT_RANGE, 1, NEG_PLAY_HEIGHT_MAX, NULL);

  if (sink != NULL) {
    gst_app_sink_set_caps (GST_APP_SINK (sink), caps);
    gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
    g_object_set (sink, "max-buffers", 1, "drop", TRUE, "enable-last-sample", FALSE, NULL);
  }
  gst_caps_unref (caps);
  return sink;
}

/* --- branches --- */

/* In a row behind each other, of which any may be NULL: then none is kept. Taken. */
static gboolean
add_row (NegPlayPipeline *self, GstElement **parts, guint n)
{
  gboolean whole = TRUE;

  for (guint i = 0; i < n; i++)
    whole = whole && parts[i] != NULL;
  for (guint i = 0; i < n; i++)
    if (!whole)
      g_clear_object (&parts[i]);
    else
      gst_bin_add (GST_BIN (self->pipeline), parts[i]);
  for (guint i = 0; whole && i + 1 < n; i++)
    whole = gst_element_link (parts[i], parts[i + 1]);
  for (guint i = n; whole && i > 0; i--)
    gst_element_sync_state_with_parent (parts[i - 1]);
  return whole;
}

static gboolean
link_pad (GstPad *pad, GstElement *first)
{
  GstPad *sink = gst_element_get_static_pad (first, "sink");
  GstPadLinkReturn result = gst_pad_link (pad, sink);

  gst_object_unref (sink);
  return result == GST_PAD_LINK_OK;
}

static GstElement *
new_queue (void)
{
  GstElement *queue = gst_element_factory_make ("queue", NULL);

  if (queue != NULL)
    g_object_set (queue, "max-size-buffers", 0, "max-size-time", (guint64) 0, "max-size-bytes", QUEUE_BYTES, NULL);
  return queue;
}

static gboolean
is_too_large (const GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  int width = 0, height = 0;

  gst_structure_get_int (structure, "width", &width);
  gst_structure_get_int (structure, "height", &height);
  return width > NEG_PLAY_WIDTH_MAX || height > NEG_PLAY_HEIGHT_MAX;
}

static void
add_picture (NegPlayPipeline *self, GstPad *pad, const NegFilmCodec *codec, const GstCaps *caps)
{
  GstElement *parts[]
      = { new_queue (), neg_film_new_decoder (codec), gst_element_factory_make ("videoconvert", NULL), new_picture_sink (self) };

  if (is_too_large (caps)) {
    for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
      g_clear_object (&parts[i]);
    refuse (self, g_strdup_printf (_ ("The video is too large: more than %d × %d."), NEG_PLAY_WIDTH_MAX, NEG_PLAY_HEIGHT_MAX));
  } else if (parts[1] == NULL) {
    add_row (self, parts, G_N_ELEMENTS (parts));
    refuse (self, g_strdup_printf (_ ("This video cannot be played here: the decoder for %s (%s of the %s) is not installed."),
                                   codec->name, codec->decoder, codec->package));
  } else if (!add_row (self, parts, G_N_ELEMENTS (parts))) {
    refuse (self, g_strdup (_ ("Videos cannot be played: a part of the GStreamer Base Plugins is not installed.")));
  } else if (!link_pad (pad, parts[0])) {
    refuse (self, g_strdup (_ ("The video is damaged.")));
  }
}

/* A sound that cannot be made is no reason not to show the pictures: its track is left without a sink, which the demultiplexer takes
 * for a track that nobody wants. */
static void
add_sound (NegPlayPipeline *self, GstPad *pad, const NegFilmCodec *codec)
{
  GstElement *queue = self->is_silent ? NULL : new_queue ();
  GstElement *decoder = self->is_silent ? NULL : neg_film_new_decoder (codec);
  GstElement *sound = decoder != NULL ? neg_play_sound_new (&self->volume) : NULL;
  GstElement *parts[] = { queue, decoder, sound };

  if (sound == NULL || !add_row (self, parts, G_N_ELEMENTS (parts)) || !link_pad (pad, queue)) {
    if (sound == NULL)
      add_row (self, parts, G_N_ELEMENTS (parts));
    return;
  }
  self->sound = sound;
  g_object_set (self->volume, "mute", self->is_muted, NULL);
}

/* TRUE for the first of its kind. */
static gboolean
note_track (NegPlayPipeline *self, gboolean is_picture)
{
  gboolean *has = is_picture ? &self->has_picture : &self->has_sound;
  gboolean first;

  g_mutex_lock (&self->lock);
  first = !*has;
  *has = TRUE;
  g_mutex_unlock (&self->lock);
  return first;
}

static void
pad_cb (GstElement *demux, GstPad *pad, NegPlayPipeline *self)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);
  const NegFilmCodec *codec = neg_film_find_codec (caps);

  if (codec != NULL && note_track (self, codec->is_picture)) {
    if (codec->is_picture)
      add_picture (self, pad, codec, caps);
    else
      add_sound (self, pad, codec);
  }
  if (caps != NULL)
    gst_caps_unref (caps);
}

static void
no_more_pads_cb (GstElement *demux, NegPlayPipeline *self)
{
  gboolean has_picture;

  g_mutex_lock (&self->lock);
  has_picture = self->has_picture;
  g_mutex_unlock (&self->lock);
  if (!has_picture)
    refuse (self, g_strdup (_ ("There is no video in it that is played here (VP8 or VP9).")));
}

/* --- as a whole --- */

NegPlayPipeline *
neg_play_pipeline_new (int fd, gboolean is_silent, NegPlayFrameFunc on_frame, gpointer data, char **words)
{
  GstElement *source = neg_film_new_source (fd);
  NegPlayPipeline *self;

  if (source == NULL) {
    *words = g_strdup (_ ("The video cannot be opened."));
    return NULL;
  }
  self = g_new0 (NegPlayPipeline, 1);
  g_mutex_init (&self->lock);
  self->is_silent = is_silent;
  self->on_frame = on_frame;
  self->data = data;
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->demux = gst_element_factory_make ("matroskademux", NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  gst_bin_add_many (GST_BIN (self->pipeline), source, self->demux, NULL);
  gst_element_link (source, self->demux);
  g_signal_connect (self->demux, "pad-added", G_CALLBACK (pad_cb), self);
  g_signal_connect (self->demux, "no-more-pads", G_CALLBACK (no_more_pads_cb), self);
  return self;
}

void
neg_play_pipeline_free (NegPlayPipeline *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->bus);
  gst_object_unref (self->pipeline);
  g_mutex_clear (&self->lock);
  g_free (self->words);
  g_free (self);
}

GstStateChangeReturn
neg_play_pipeline_set_state (NegPlayPipeline *self, GstState state)
{
  return gst_element_set_state (self->pipeline, state);
}

gboolean
neg_play_pipeline_seek (NegPlayPipeline *self, gint64 time_ns, double rate)
{
  return gst_element_seek (self->pipeline, rate, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
                           GST_SEEK_TYPE_SET, time_ns, GST_SEEK_TYPE_NONE, 0);
}

void
neg_play_pipeline_set_muted (NegPlayPipeline *self, gboolean muted)
{
  if (muted == self->is_muted)
    return;
  self->is_muted = muted;
  if (self->volume != NULL)
    g_object_set (self->volume, "mute", muted, NULL);
}

gint64
neg_play_pipeline_get_duration (NegPlayPipeline *self)
{
  gint64 duration_ns;

  return gst_element_query_duration (self->pipeline, GST_FORMAT_TIME, &duration_ns) && duration_ns > 0 ? duration_ns : 0;
}

gboolean
neg_play_pipeline_get_position (NegPlayPipeline *self, gint64 *time_ns)
{
  gint64 position_ns;

  if (!gst_element_query_position (self->pipeline, GST_FORMAT_TIME, &position_ns) || position_ns < 0)
    return FALSE;
  *time_ns = position_ns;
  return TRUE;
}

gboolean
neg_play_pipeline_has_sound (NegPlayPipeline *self)
{
  gboolean has_sound;

  g_mutex_lock (&self->lock);
  has_sound = self->has_sound;
  g_mutex_unlock (&self->lock);
  return has_sound;
}

gboolean
neg_play_pipeline_is_of_sound (NegPlayPipeline *self, GstObject *part)
{
  return self->sound != NULL && (part == GST_OBJECT (self->sound) || gst_object_has_as_ancestor (part, GST_OBJECT (self->sound)));
}

GstMessage *
neg_play_pipeline_wait (NegPlayPipeline *self, GstClockTime timeout)
{
  GstMessage *message
      = gst_bus_timed_pop_filtered (self->bus, timeout,
                                    GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_APPLICATION);

  if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_APPLICATION)
    g_clear_pointer (&message, gst_message_unref);
  return message;
}

void
neg_play_pipeline_wake (gpointer pipeline)
{
  NegPlayPipeline *self = pipeline;

  gst_bus_post (self->bus, gst_message_new_application (GST_OBJECT (self->pipeline), gst_structure_new_empty ("wake")));
}
