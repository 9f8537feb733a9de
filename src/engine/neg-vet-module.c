#include "config.h"

#include "engine/neg-vet-module.h"

#include <gmodule.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/neg-film-parts.h"

/* A video whose pictures end so much before its announced end was cut off. */
#define CUT_NS (2 * GST_SECOND)

/* What was found out by GStreamer's threads while it plays. */
typedef struct {
  GMutex lock;
  GstElement *pipeline;
  NegVideoVerdict verdict; /* the first one that is not good */
  guint n_pictures, n_sounds, n_frames, width, height;
  GstClockTime end_ns; /* of the last that was decoded */
} Vetting;

G_MODULE_EXPORT extern const NegVetModule neg_vet_module;

static GstElement *demux, *pipeline;
static GstBus *bus;

/* Only what a WebM file needs is loaded, by name: no registry is read or written, no scanner started. The codecs of sound may be
 * missing; a video that needs them says so. */
static gboolean
load_plugins (void)
{
  static const char *const names[] = { "coreelements", "app", "matroska", "vpx", "vorbis", "opus" };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_strdup_printf ("%s/libgst%s.so", GST_PLUGINS_DIR, names[i]);
    GstPlugin *plugin = gst_plugin_load_file (path, NULL);

    n += plugin != NULL;
    g_clear_pointer (&plugin, gst_object_unref);
  }
  return n > 0;
}

/* What one of them loads at its first use has to be there as well, so each is made once. */
static void
warm_up (void)
{
  static const char *const names[] = { "vp8dec", "vp9dec", "vorbisdec", "opusdec", "fakesink", "appsrc" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GstElement *element = gst_element_factory_make (names[i], NULL);

    if (element != NULL)
      gst_object_unref (gst_object_ref_sink (element));
  }
}

static gboolean
prepare (void)
{
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  g_setenv ("GST_REGISTRY_FORK", "no", TRUE);
  g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
  g_setenv ("ORC_CODE", "backup", TRUE); /* no code is made in the cage */
  if (!gst_init_check (NULL, NULL, NULL) || !load_plugins ())
    return FALSE;
  warm_up ();
  demux = gst_element_factory_make ("matroskademux", NULL);
  if (demux == NULL)
    return FALSE;
  g_random_int (); /* its seed is read from a device */
  pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  gst_bin_add (GST_BIN (pipeline), demux);
  bus = gst_element_get_bus (pipeline);
  return TRUE;
}

/* --- in the cage --- */

/* The message makes the main thread look. */
static void
refuse (Vetting *vetting, NegVideoVerdict verdict)
{
  g_mutex_lock (&vetting->lock);
  if (vetting->verdict == NEG_VIDEO_GOOD)
    vetting->verdict = verdict;
  g_mutex_unlock (&vetting->lock);
  gst_bus_post (bus, gst_message_new_application (GST_OBJECT (pipeline), gst_structure_new_empty ("refused")));
}

static gboolean
take_size (Vetting *vetting, const GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  int width = 0, height = 0;

  gst_structure_get_int (structure, "width", &width);
  gst_structure_get_int (structure, "height", &height);
  if (width > NEG_VIDEO_WIDTH_MAX || height > NEG_VIDEO_HEIGHT_MAX)
    return FALSE;
  vetting->width = MAX (vetting->width, (guint) MAX (width, 0));
  vetting->height = MAX (vetting->height, (guint) MAX (height, 0));
  return TRUE;
}

/* What comes out of a decoder. */
static GstPadProbeReturn
decoded_cb (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  gboolean is_picture = g_object_get_data (G_OBJECT (pad), "picture") != NULL;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Vetting *vetting = data;
  GstCaps *caps;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    GstClockTime end_ns = GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer) : 0;

    if (GST_BUFFER_DURATION_IS_VALID (buffer) && end_ns < GST_CLOCK_TIME_NONE / 2)
      end_ns += MIN (GST_BUFFER_DURATION (buffer), GST_CLOCK_TIME_NONE / 4);
    vetting->end_ns = MAX (vetting->end_ns, end_ns);
    vetting->n_frames += is_picture;
    if (end_ns > (guint64) NEG_VIDEO_DURATION_MAX_MS * GST_MSECOND)
      refuse (vetting, NEG_VIDEO_TOO_LONG);
  } else if (is_picture && GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    if (!take_size (vetting, caps))
      refuse (vetting, NEG_VIDEO_TOO_LARGE);
  }
  return vetting->verdict == NEG_VIDEO_GOOD ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static void
add_branch (Vetting *vetting, GstPad *pad, const NegFilmCodec *codec)
{
  GstElement *decoder = neg_film_new_decoder (codec), *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *into, *out;

  if (decoder == NULL || sink == NULL) {
    refuse (vetting, NEG_VIDEO_NO_DECODER);
    return;
  }
  if (codec->is_picture)
    g_object_set (decoder, "threads", 1, NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_bin_add_many (GST_BIN (pipeline), decoder, sink, NULL);
  gst_element_link (decoder, sink);
  out = gst_element_get_static_pad (decoder, "src");
  g_object_set_data (G_OBJECT (out), "picture", codec->is_picture ? out : NULL);
  gst_pad_add_probe (out, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, decoded_cb, vetting, NULL);
  gst_object_unref (out);
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (decoder);
  into = gst_element_get_static_pad (decoder, "sink");
  if (gst_pad_link (pad, into) != GST_PAD_LINK_OK)
    refuse (vetting, NEG_VIDEO_DAMAGED);
  gst_object_unref (into);
}

static void
pad_cb (GstElement *element, GstPad *pad, Vetting *vetting)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);
  const NegFilmCodec *codec = neg_film_find_codec (caps);
  const char *kind = caps != NULL && gst_caps_get_size (caps) > 0 ? gst_structure_get_name (gst_caps_get_structure (caps, 0)) : "";

  if (codec == NULL)
    refuse (vetting, g_str_has_prefix (kind, "video/") || g_str_has_prefix (kind, "audio/") ? NEG_VIDEO_OTHER_CODEC
                                                                                           : NEG_VIDEO_OTHER_TRACKS);
  else if (++*(codec->is_picture ? &vetting->n_pictures : &vetting->n_sounds) > 1)
    refuse (vetting, NEG_VIDEO_OTHER_TRACKS);
  else if (codec->is_picture && !take_size (vetting, caps))
    refuse (vetting, NEG_VIDEO_TOO_LARGE);
  else
    add_branch (vetting, pad, codec);
  g_clear_pointer (&caps, gst_caps_unref);
}

/* --- its course --- */

/* EBML header, DocType "webm" (RFC 8794, section 11.2.6): within the first bytes, as everybody writes it. Some write the NUL, too. */
static gboolean
is_webm (int fd)
{
  static const guint8 magic[] = { 0x1A, 0x45, 0xDF, 0xA3 }, id[] = { 0x42, 0x82 };
  guint8 head[128] = { 0 };
  gssize n = pread (fd, head, sizeof head, 0);
  const guint8 *type = n > 8 && memcmp (head, magic, sizeof magic) == 0 ? memmem (head, n - 8, id, sizeof id) : NULL;

  return type != NULL && (type[2] == 0x84 || (type[2] == 0x85 && type[7] == 0)) && memcmp (type + 3, "webm", 4) == 0;
}

static NegVideoVerdict
get_verdict (const GError *error)
{
  return g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE)
                 || g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND)
             ? NEG_VIDEO_NO_WEBM
             : NEG_VIDEO_DAMAGED;
}

static NegVideoVerdict
play_through (void)
{
  GstMessage *message;
  NegVideoVerdict verdict = NEG_VIDEO_GOOD;

  if (gst_element_set_state (pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    verdict = NEG_VIDEO_DAMAGED;
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_APPLICATION);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR || GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
    g_autoptr (GError) error = NULL;

    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    else
      gst_message_parse_warning (message, &error, NULL);
    verdict = get_verdict (error);
  }
  gst_message_unref (message);
  return verdict;
}

/* What the file says of its length, and how far it went. */
static NegVideoVerdict
judge_end (const Vetting *vetting, guint32 *duration_ms)
{
  gint64 announced_ns = 0;

  gst_element_query_duration (demux, GST_FORMAT_TIME, &announced_ns);
  *duration_ms = CLAMP (MAX ((gint64) vetting->end_ns, announced_ns) / GST_MSECOND, 0, G_MAXINT32);
  if (vetting->n_pictures == 0 || vetting->n_frames == 0)
    return NEG_VIDEO_NO_PICTURE;
  if (*duration_ms > NEG_VIDEO_DURATION_MAX_MS)
    return NEG_VIDEO_TOO_LONG;
  return announced_ns - (gint64) vetting->end_ns > (gint64) CUT_NS ? NEG_VIDEO_CUT : NEG_VIDEO_GOOD;
}

/* Nothing is taken down: the process ends with its answer. */
static void
vet (int fd, NegVideoInfo *info)
{
  static Vetting vetting;
  GstElement *source = is_webm (fd) ? neg_film_new_source (fd) : NULL;
  struct stat status;
  NegVideoVerdict found;

  *info = (NegVideoInfo){ .verdict = NEG_VIDEO_NO_WEBM };
  if (fstat (fd, &status) == 0 && (guint64) status.st_size > NEG_VIDEO_BYTES_MAX)
    info->verdict = NEG_VIDEO_TOO_LARGE;
  if (source == NULL || info->verdict == NEG_VIDEO_TOO_LARGE)
    return;
  g_mutex_init (&vetting.lock);
  gst_bin_add (GST_BIN (pipeline), source);
  gst_element_link (source, demux);
  g_signal_connect (demux, "pad-added", G_CALLBACK (pad_cb), &vetting);
  found = play_through ();
  g_mutex_lock (&vetting.lock);
  if (vetting.verdict != NEG_VIDEO_GOOD)
    found = vetting.verdict;
  if (found == NEG_VIDEO_GOOD)
    found = judge_end (&vetting, &info->duration_ms);
  info->verdict = found;
  info->width = vetting.width;
  info->height = vetting.height;
  info->n_frames = vetting.n_frames;
  info->has_sound = vetting.n_sounds > 0;
  g_mutex_unlock (&vetting.lock);
}

const NegVetModule neg_vet_module = { prepare, vet };
