#include "config.h"

#include <glib/gi18n.h>

#include "base/neg-error.h"
#include "commands/neg-commands-private.h"

static const char *
photometric_name (const NegFrameFormat *format, const NegInstance *instance)
{
  switch (format->color) {
  case NEG_COLOR_RGB:
    return "RGB";
  case NEG_COLOR_YBR_FULL:
    return "YBR_FULL";
  case NEG_COLOR_YBR_FULL_422:
    return "YBR_FULL_422";
  default:
    return instance->photometric;
  }
}

/* On a frame that holds no pixels of its own there is nothing to hash: decoding says why. */
static NegPixels *
decode_file (NegEnginePool *pool, const char *path, guint32 frame, NegScanResult *scan, GError **error)
{
  g_autoptr (NegBlob) blob = neg_blob_new_for_path (path);

  if (!neg_wait_scan (pool, blob, scan, error))
    return NULL;
  if (scan->kind != NEG_SCAN_INSTANCE) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL,
              scan->kind == NEG_SCAN_ARCHIVE ? "an archive, not an image" : "a DICOMDIR, not an image");
    return NULL;
  }
  return neg_wait_decode (pool, blob, scan->instance, frame, NEG_FRAME_RAW, error);
}

static void
print_json (const char *path, const NegInstance *instance, const NegFrame *frame, const char *sha256,
            const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  neg_json_add_string (builder, "path", path);
  if (error != NULL) {
    neg_json_add_error (builder, error);
  } else {
    neg_json_add_int (builder, "rows", frame->format.rows);
    neg_json_add_int (builder, "columns", frame->format.columns);
    neg_json_add_int (builder, "samples", frame->format.samples);
    neg_json_add_int (builder, "bits_allocated", instance->bits_allocated);
    neg_json_add_int (builder, "bits_stored", instance->bits_stored);
    neg_json_add_boolean (builder, "signed", instance->is_signed);
    neg_json_add_string (builder, "photometric", photometric_name (&frame->format, instance));
    neg_json_add_int (builder, "frames", instance->frames);
    neg_json_add_string (builder, "transfer_syntax", instance->transfer_syntax_uid);
    neg_json_add_string (builder, "sha256", sha256);
    neg_json_add_strings (builder, "warnings", (const char *const *) instance->warnings);
  }
  json_builder_end_object (builder);
  neg_json_print (builder);
}

static gboolean
decode_one (NegEnginePool *pool, const char *path, guint32 frame, const char *output, gboolean json)
{
  g_auto (NegScanResult) scan = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (NegPixels) pixels = decode_file (pool, path, frame, &scan, &error);
  g_autofree char *sha256 = NULL;

  if (pixels != NULL) {
    const NegFrame *decoded = neg_pixels_get_frame (pixels);
    gsize bytes = neg_pixels_get_bytes (pixels);

    sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, decoded->pixels, bytes);
    if (output == NULL || g_file_set_contents (output, decoded->pixels, bytes, &error)) {
      if (json)
        print_json (path, scan.instance, decoded, sha256, NULL);
      else
        g_print ("%s  %s  %u x %u x %u\n", sha256, path, decoded->format.columns, decoded->format.rows,
                 decoded->format.samples);
      return TRUE;
    }
  }
  if (json)
    print_json (path, NULL, NULL, NULL, error);
  neg_command_fail (path, error);
  return FALSE;
}

int
neg_command_decode (int argc, char **argv)
{
  int frame = 1;
  g_autofree char *output = NULL;
  g_auto (GStrv) paths = NULL;
  gboolean json = FALSE, all_done = TRUE;
  const GOptionEntry entries[] = {
    { "frame", 0, 0, G_OPTION_ARG_INT, &frame, N_ ("which frame, from 1"), N_ ("N") },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, N_ ("write the values to FILE"), N_ ("FILE") },
    { NULL },
  };
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (GError) error = NULL;

  if (!neg_command_parse (&argc, &argv, entries, _ ("FILE..."),
                          _ ("Stored values of one frame: their SHA-256, native little-endian, samples interleaved, "
                             "1-bit data as one byte per pixel. With --json one object per line and file."),
                          1, &paths, &json))
    return NEG_EXIT_USAGE;
  if (frame < 1)
    return neg_command_usage (_ ("--frame counts from 1"));
  if (output != NULL && g_strv_length (paths) != 1)
    return neg_command_usage (_ ("--output needs exactly one FILE"));
  pool = neg_engine_pool_new (NULL, &error);
  if (pool == NULL)
    return neg_command_fail ("negatoscope-engine", error);
  for (guint i = 0; paths[i] != NULL; i++)
    all_done &= decode_one (pool, paths[i], frame - 1, output, json);
  return all_done ? NEG_EXIT_DONE : NEG_EXIT_FAILED;
}
