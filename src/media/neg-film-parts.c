#include "config.h"

#include "media/neg-film-parts.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <gst/app/gstappsrc.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is handed out in one piece at most: the largest block that makes sense, and its reader takes less for the end. */
#define PIECE_BYTES (64u << 20)

static const NegFilmCodec codecs[] = {
  { "video/x-vp8", "vp8dec", "GStreamer Good Plugins", "VP8", TRUE },
  { "video/x-vp9", "vp9dec", "GStreamer Good Plugins", "VP9", TRUE },
  { "audio/x-vorbis", "vorbisdec", "GStreamer Base Plugins", "Vorbis", FALSE },
  { "audio/x-opus", "opusdec", "GStreamer Base Plugins", "Opus", FALSE },
};

const NegFilmCodec *
neg_film_find_codec (const GstCaps *caps)
{
  const char *name = caps != NULL && gst_caps_get_size (caps) > 0
                         ? gst_structure_get_name (gst_caps_get_structure (caps, 0))
                         : "";

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (g_str_equal (name, codecs[i].caps))
      return &codecs[i];
  return NULL;
}

char *
neg_film_dup_missing (void)
{
  static const struct {
    const char *element, *package;
  } parts[] = {
    { "appsrc", "GStreamer Base Plugins" },
    { "matroskademux", "GStreamer Good Plugins" },
    { "queue", "GStreamer core elements" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    GstElementFactory *factory = gst_element_factory_find (parts[i].element);

    if (factory == NULL)
      return g_strdup_printf (_ ("Videos cannot be played: %s (of the %s) is not installed."), parts[i].element,
                              parts[i].package);
    gst_object_unref (factory);
  }
  return NULL;
}

/* --- the file --- */

typedef struct {
  int fd;
  guint64 offset, size;
} File;

static gboolean
seek_cb (GstAppSrc *source, guint64 offset, gpointer data)
{
  File *file = data;

  file->offset = offset;
  return TRUE;
}

static void
need_cb (GstAppSrc *source, guint length, gpointer data)
{
  File *file = data;
  gsize left = file->offset < file->size ? MIN (file->size - file->offset, PIECE_BYTES) : 0;
  gsize room = MIN (length, left);
  g_autofree guint8 *bytes = g_try_malloc (MAX (room, 1));
  gssize n = -1;

  while (bytes != NULL && (n = pread (file->fd, bytes, room, file->offset)) < 0 && errno == EINTR)
    ;
  if (n > 0) {
    GstBuffer *buffer = gst_buffer_new_wrapped (g_steal_pointer (&bytes), n);

    GST_BUFFER_OFFSET (buffer) = file->offset;
    file->offset += n;
    gst_app_src_push_buffer (source, buffer);
  } else if (n == 0) {
    gst_app_src_end_of_stream (source);
  } else {
    GST_ELEMENT_ERROR (source, RESOURCE, READ, (NULL), (NULL));
    gst_app_src_end_of_stream (source);
  }
}

GstElement *
neg_film_new_source (int fd)
{
  GstAppSrcCallbacks callbacks = { .need_data = need_cb, .seek_data = seek_cb };
  GstElement *source;
  struct stat info;
  File *file;

  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    return NULL;
  source = gst_element_factory_make ("appsrc", NULL);
  if (source == NULL)
    return NULL;
  file = g_new0 (File, 1);
  file->fd = fd;
  file->size = info.st_size;
  gst_app_src_set_stream_type (GST_APP_SRC (source), GST_APP_STREAM_TYPE_RANDOM_ACCESS);
  gst_app_src_set_size (GST_APP_SRC (source), info.st_size);
  g_object_set (source, "format", GST_FORMAT_BYTES, "max-bytes", (guint64) PIECE_BYTES, NULL);
  gst_app_src_set_callbacks (GST_APP_SRC (source), &callbacks, file, g_free);
  return source;
}

GstElement *
neg_film_new_decoder (const NegFilmCodec *codec)
{
  GstElement *decoder = gst_element_factory_make (codec->decoder, NULL);

  if (decoder != NULL)
    g_object_set (decoder, "max-errors", 0, NULL);
  return decoder;
}

/* --- words --- */

char *
neg_film_dup_words (const GError *error)
{
  if (error->domain == GST_RESOURCE_ERROR)
    return g_strdup (_ ("The video cannot be read."));
  if (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE)
      || g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND))
    return g_strdup (_ ("This is no video of the kind that is played here (WebM)."));
  if (error->domain == GST_STREAM_ERROR)
    return g_strdup (_ ("The video is damaged."));
  return g_strdup_printf (_ ("The video cannot be played (%s %d)."), g_quark_to_string (error->domain), error->code);
}
