/* What a codec's library does on its own: decodes codestreams in this process, one after the other, and prints what
 * processor time that took. The files are read before and nothing is done with the pixels: the strictest peer.
 *   library-decode jpeg-2000|jpeg-ls|jpeg PASSES FILE... */
#include "config.h"

#include <charls/charls.h>
#include <glib.h>
#include <openjpeg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>

typedef struct {
  const guint8 *bytes;
  gsize size, position;
} Reader;

typedef gsize (*DecodeFunc) (const guint8 *bytes, gsize size);

static OPJ_SIZE_T
read_cb (void *buffer, OPJ_SIZE_T size, void *user_data)
{
  Reader *reader = user_data;

  if (reader->position >= reader->size)
    return (OPJ_SIZE_T) -1;
  size = MIN (size, reader->size - reader->position);
  memcpy (buffer, reader->bytes + reader->position, size);
  reader->position += size;
  return size;
}

static OPJ_OFF_T
skip_cb (OPJ_OFF_T size, void *user_data)
{
  ((Reader *) user_data)->position += size;
  return size;
}

static OPJ_BOOL
seek_cb (OPJ_OFF_T position, void *user_data)
{
  ((Reader *) user_data)->position = position;
  return OPJ_TRUE;
}

static gsize
decode_jpeg_2000 (const guint8 *bytes, gsize size)
{
  Reader reader = { bytes, size, 0 };
  opj_codec_t *codec = opj_create_decompress (OPJ_CODEC_J2K);
  opj_stream_t *stream = opj_stream_create (1 << 20, OPJ_TRUE);
  opj_image_t *image = NULL;
  opj_dparameters_t parameters;
  gsize decoded = 0;

  opj_set_default_decoder_parameters (&parameters);
  opj_setup_decoder (codec, &parameters);
  opj_stream_set_read_function (stream, read_cb);
  opj_stream_set_skip_function (stream, skip_cb);
  opj_stream_set_seek_function (stream, seek_cb);
  opj_stream_set_user_data (stream, &reader, NULL);
  opj_stream_set_user_data_length (stream, size);
  if (opj_read_header (stream, codec, &image) && opj_decode (codec, stream, image))
    decoded = (gsize) image->comps[0].w * image->comps[0].h * image->numcomps * ((image->comps[0].prec + 7) / 8);
  opj_image_destroy (image);
  opj_stream_destroy (stream);
  opj_destroy_codec (codec);
  return decoded;
}

static gsize
decode_jpeg_ls (const guint8 *bytes, gsize size)
{
  charls_jpegls_decoder *decoder = charls_jpegls_decoder_create ();
  gsize decoded = 0;
  g_autofree guint8 *pixels = NULL;

  if (charls_jpegls_decoder_set_source_buffer (decoder, bytes, size) == CHARLS_JPEGLS_ERRC_SUCCESS
      && charls_jpegls_decoder_read_header (decoder) == CHARLS_JPEGLS_ERRC_SUCCESS
      && charls_jpegls_decoder_get_destination_size (decoder, 0, &decoded) == CHARLS_JPEGLS_ERRC_SUCCESS) {
    pixels = g_malloc (decoded);
    if (charls_jpegls_decoder_decode_to_buffer (decoder, pixels, decoded, 0) != CHARLS_JPEGLS_ERRC_SUCCESS)
      decoded = 0;
  }
  charls_jpegls_decoder_destroy (decoder);
  return decoded;
}

static gsize
decode_jpeg (const guint8 *bytes, gsize size)
{
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  g_autofree guint8 *pixels = NULL;
  gsize stride, decoded;

  codec.err = jpeg_std_error (&errors); /* ends the process on an error: these files are good */
  jpeg_create_decompress (&codec);
  jpeg_mem_src (&codec, bytes, size);
  jpeg_read_header (&codec, TRUE);
  jpeg_start_decompress (&codec);
  stride = (gsize) codec.output_width * codec.output_components;
  decoded = stride * codec.output_height;
  pixels = g_malloc (decoded);
  while (codec.output_scanline < codec.output_height) {
    JSAMPROW row = pixels + stride * codec.output_scanline;

    jpeg_read_scanlines (&codec, &row, 1);
  }
  jpeg_finish_decompress (&codec);
  jpeg_destroy_decompress (&codec);
  return decoded;
}

static DecodeFunc
find_codec (const char *name)
{
  if (strcmp (name, "jpeg-2000") == 0)
    return decode_jpeg_2000;
  if (strcmp (name, "jpeg-ls") == 0)
    return decode_jpeg_ls;
  return strcmp (name, "jpeg") == 0 ? decode_jpeg : NULL;
}

static double
cpu_s (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static gboolean
decode_all (DecodeFunc decode, guint64 passes, GPtrArray *files, guint64 *decoded, GError **error)
{
  for (guint64 pass = 0; pass < passes; pass++)
    for (guint i = 0; i < files->len; i++) {
      GBytes *file = g_ptr_array_index (files, i);
      gsize size, bytes = decode (g_bytes_get_data (file, &size), g_bytes_get_size (file));

      if (bytes == 0) {
        g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "file %u is not decoded", i);
        return FALSE;
      }
      *decoded += bytes;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  DecodeFunc decode = argc > 3 ? find_codec (argv[1]) : NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GError) error = NULL;
  guint64 passes = 0, decoded = 0;
  double start_s;

  if (decode == NULL || !g_ascii_string_to_unsigned (argv[2], 10, 1, 10000, &passes, &error)) {
    g_printerr ("library-decode jpeg-2000|jpeg-ls|jpeg PASSES FILE...\n");
    return 2;
  }
  for (int i = 3; i < argc; i++) {
    char *content = NULL;
    gsize size = 0;

    if (!g_file_get_contents (argv[i], &content, &size, &error))
      g_error ("%s", error->message);
    g_ptr_array_add (files, g_bytes_new_take (content, size));
  }
  start_s = cpu_s ();
  if (!decode_all (decode, passes, files, &decoded, &error))
    g_error ("%s", error->message);
  printf ("{\"bytes\":%" G_GUINT64_FORMAT ",\"cpu_s\":%.6f}\n", decoded, cpu_s () - start_s);
  return 0;
}
