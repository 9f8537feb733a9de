/* Every frame that the corpus manifest has a hash for: scanned, decoded, hashed. Lossy frames must be what one of the
 * decoders of the manifest gave; where ours may differ, that decoder runs here and the difference is measured. */
#include "base/neg-error.h"
#include "engine/neg-codec.h"
#include "engine/neg-codestream.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

static const char *
get_string (JsonObject *entry, const char *name)
{
  if (!json_object_has_member (entry, name) || json_object_get_null_member (entry, name))
    return NULL;
  return json_object_get_string_member (entry, name);
}

static const char *
get_folder (void)
{
  const char *folder = g_getenv ("NEGATOSCOPE_CORPUS");

  return folder != NULL ? folder : "../shared/corpus";
}

typedef struct {
  char *bytes;
  NegSource source;
  NegLayout layout;
} Object;

static void
object_clear (Object *object)
{
  neg_layout_clear (&object->layout);
  neg_source_clear (&object->source);
  g_free (object->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Object, object_clear)

static gboolean
object_load (Object *object, const char *path, GError **error)
{
  gsize length;

  if (!g_file_get_contents (path, &object->bytes, &length, error))
    return FALSE;
  neg_source_init_memory (&object->source, object->bytes, length);
  return neg_scan (&object->source, &object->layout, error);
}

/* The format of a frame, from the layout's own numbers. */
static gboolean
get_format (const NegLayout *layout, NegFrameForm form, NegFrameFormat *format, GError **error)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();

  instance->transfer_syntax_uid = g_strdup (layout->transfer_syntax_uid);
  instance->photometric = g_strdup (layout->photometric);
  instance->rows = layout->rows;
  instance->columns = layout->columns;
  instance->samples = layout->samples;
  instance->frames = layout->frames;
  instance->bits_allocated = layout->bits_allocated;
  instance->bits_stored = layout->bits_stored;
  instance->high_bit = layout->high_bit;
  instance->is_signed = layout->is_signed;
  instance->is_float = layout->is_float;
  instance->planar = layout->planar;
  return neg_frame_format_init (format, instance, form, error);
}

static GBytes *
decode (Object *object, guint32 frame, NegFrameForm form, NegFrameFormat *result, GError **error)
{
  NegFrameFormat format;
  g_autofree guint8 *target = NULL;
  guint64 bytes;

  if (!get_format (&object->layout, form, &format, error))
    return NULL;
  g_assert_true (neg_frame_format_get_bytes (&format, &bytes));
  target = g_malloc (bytes);
  memset (target, 0xA5, bytes);
  if (!neg_codec_decode_frame (&object->layout, &object->source, frame, form, &format, target, result, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&target), bytes);
}

static gboolean
hash_is (GBytes *pixels, const char *expected)
{
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, pixels);

  return g_strcmp0 (hash, expected) == 0;
}

static gboolean
hash_is_of_a_decoder (GBytes *pixels, JsonObject *entry)
{
  JsonArray *decoders = json_object_get_array_member (entry, "decoders");

  /* Those that leave YBR as it is are no witnesses of our RGB. */
  for (guint i = 0; i < json_array_get_length (decoders); i++) {
    JsonObject *decoder = json_array_get_object_element (decoders, i);
    const char *photometric = get_string (decoder, "photometric_out");

    if (get_string (decoder, "sha256") != NULL && g_strcmp0 (photometric, get_string (entry, "pixels_photometric")) == 0
        && hash_is (pixels, get_string (decoder, "sha256")))
      return TRUE;
  }
  return FALSE;
}

static gboolean
run_tool (const char *tool, const char *options, const char *input, const char *output)
{
  g_autofree char *program = g_find_program_in_path (tool);
  const char *arguments[8];
  guint n = 0;
  int status = -1;

  if (program == NULL)
    return FALSE;
  arguments[n++] = program;
  if (options != NULL)
    arguments[n++] = "-i";
  arguments[n++] = input;
  if (options != NULL)
    arguments[n++] = "-o";
  arguments[n++] = output;
  arguments[n] = NULL;
  return g_spawn_sync (NULL, (char **) arguments, NULL,
                       G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL)
         && g_spawn_check_wait_status (status, NULL);
}

/* dcmdjpeg writes an object with native pixels. */
static GBytes *
decode_by_dcmdjpeg (const char *path, const char *folder)
{
  g_autofree char *output = g_build_filename (folder, "native.dcm", NULL);
  g_auto (Object) object = { 0 };
  NegFrameFormat result;
  GBytes *pixels = NULL;

  if (run_tool ("dcmdjpeg", NULL, path, output) && object_load (&object, output, NULL))
    pixels = decode (&object, 0, NEG_FRAME_RAW, &result, NULL);
  g_unlink (output);
  return pixels;
}

/* opj_decompress writes 8-bit planes one after the other; here of one codestream in one fragment or more. */
static GBytes *
decode_by_opj_decompress (Object *object, const char *folder)
{
  g_autofree char *input = g_build_filename (folder, "frame.j2k", NULL);
  g_autofree char *output = g_build_filename (folder, "frame.rawl", NULL);
  g_autoptr (GArray) stretches = g_array_new (FALSE, FALSE, sizeof (NegStretch));
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autofree char *planes = NULL;
  guint8 *pixels;
  gsize length = 0, n;

  g_assert_true (neg_layout_get_frame (&object->layout, &object->source, 0, stretches, NULL));
  for (guint i = 0; i < stretches->len; i++) {
    const NegStretch *stretch = &g_array_index (stretches, NegStretch, i);

    g_byte_array_append (data, (const guint8 *) object->bytes + stretch->offset, stretch->length);
  }
  g_assert_true (g_file_set_contents (input, (const char *) data->data, data->len, NULL));
  if (run_tool ("opj_decompress", "", input, output))
    g_file_get_contents (output, &planes, &length, NULL);
  g_unlink (input);
  g_unlink (output);
  n = (gsize) object->layout.rows * object->layout.columns;
  if (object->layout.bits_allocated != 8 || length != n * object->layout.samples)
    return NULL;
  pixels = g_malloc (length);
  for (guint s = 0; s < object->layout.samples; s++)
    for (gsize i = 0; i < n; i++)
      pixels[i * object->layout.samples + s] = planes[s * n + i];
  return g_bytes_new_take (pixels, length);
}

static guint
find_greatest_difference (GBytes *ours, GBytes *theirs, guint bytes_per_cell)
{
  gsize length, other;
  const guint8 *a = g_bytes_get_data (ours, &length), *b = g_bytes_get_data (theirs, &other);
  guint greatest = 0;

  g_assert_cmpuint (length, ==, other);
  for (gsize i = 0; i < length / bytes_per_cell; i++) {
    int x = bytes_per_cell == 1 ? a[i] : ((const guint16 *) a)[i];
    int y = bytes_per_cell == 1 ? b[i] : ((const guint16 *) b)[i];

    greatest = MAX (greatest, (guint) ABS (x - y));
  }
  return greatest;
}

static void
compare_with_tool (Object *object, const char *path, JsonObject *entry, GBytes *pixels)
{
  g_autofree char *folder = g_dir_make_tmp ("neg-codec-XXXXXX", NULL);
  g_autoptr (GBytes) theirs = NULL;
  guint recorded = 0, difference;

  if (strstr (get_string (entry, "pixels_decoder"), "opj_decompress") != NULL)
    theirs = decode_by_opj_decompress (object, folder);
  else if (strstr (get_string (entry, "pixels_decoder"), "dcmdjpeg") != NULL)
    theirs = decode_by_dcmdjpeg (path, folder);
  g_rmdir (folder);
  if (theirs == NULL) {
    g_test_skip ("the decoder of the manifest is not here");
    return;
  }
  if (json_object_has_member (entry, "max_abs_diff_between_decoders"))
    recorded = json_object_get_double_member (entry, "max_abs_diff_between_decoders");
  difference = find_greatest_difference (pixels, theirs, object->layout.bits_allocated / 8);
  g_test_message ("greatest difference %u, between the manifest's decoders %u", difference, recorded);
  g_assert_cmpuint (difference, <=, recorded + 1);
}

/* What the decoders overshoot is cut off at Bits Stored: see the manifest's note. */
static void
check_bits_stored (const Object *object, GBytes *pixels)
{
  const guint16 *cells = g_bytes_get_data (pixels, NULL);
  gsize n = g_bytes_get_size (pixels) / 2;

  if (object->layout.bits_allocated != 16 || object->layout.is_signed)
    return;
  for (gsize i = 0; i < n; i++)
    g_assert_cmpuint (cells[i] >> object->layout.bits_stored, ==, 0);
}

static void
check_lossy (Object *object, const char *path, JsonObject *entry, GBytes *pixels)
{
  check_bits_stored (object, pixels);
  if (!hash_is_of_a_decoder (pixels, entry))
    compare_with_tool (object, path, entry, pixels);
}

static void
check_frame (Object *object, guint32 frame, NegFrameForm form, const char *expected)
{
  g_autoptr (GError) error = NULL;
  NegFrameFormat result;
  g_autoptr (GBytes) pixels = decode (object, frame, form, &result, &error);

  g_assert_no_error (error);
  if (pixels != NULL)
    g_assert_true (hash_is (pixels, expected));
}

static void
check_first_frame (Object *object, const char *path, JsonObject *entry)
{
  g_autoptr (GError) error = NULL;
  NegFrameFormat result;
  g_autoptr (GBytes) pixels = decode (object, 0, NEG_FRAME_RAW, &result, &error);

  /* The raw values are filled up as other programs do; nothing that is drawn or measured is. */
  if (object->layout.pixels_missing_bytes > 0) {
    g_autoptr (GError) refusal = NULL;
    g_autoptr (GBytes) stored = decode (object, 0, NEG_FRAME_STORED, &result, &refusal);

    g_assert_null (stored);
    g_assert_error (refusal, NEG_ERROR, NEG_ERROR_TRUNCATED);
  }
  g_assert_no_error (error);
  if (pixels == NULL)
    return;
  if (json_object_get_boolean_member (entry, "decode_is_bit_exact"))
    g_assert_true (hash_is (pixels, get_string (entry, "pixels_sha256")));
  else
    check_lossy (object, path, entry, pixels);
  if (g_strcmp0 (get_string (entry, "pixels_photometric"), "RGB") == 0)
    g_assert_cmpint (result.color, ==, NEG_COLOR_RGB);
}

static void
expect_refusal (Object *object, guint eighth)
{
  g_autoptr (GError) error = NULL;
  NegFrameFormat result;
  g_autoptr (GBytes) pixels = decode (object, 0, NEG_FRAME_RAW, &result, &error);

  if (pixels != NULL)
    g_test_message ("decodes with %u/8 of its bytes", eighth);
  g_assert_null (pixels);
  g_assert_nonnull (error);
}

/* A frame that is cut must never come out with pixels of somebody's making, also when an end marker hides the cut. */
static void
check_cut_frame (Object *object)
{
  NegStretch *fragment = object->layout.fragments;
  guint64 length;

  if (!object->layout.encapsulated || object->layout.n_fragments != object->layout.frames)
    return;
  length = fragment->length;
  for (gint eighth = 7; eighth >= 0; eighth--) {
    fragment->length = length * eighth / 8;
    expect_refusal (object, eighth);
    if (object->layout.codec != NEG_CODEC_RLE && object->layout.codec != NEG_CODEC_DEFLATED_FRAME && eighth > 0) {
      memcpy (object->bytes + fragment->offset + fragment->length - 2, "\xFF\xD9", 2);
      expect_refusal (object, eighth);
    }
  }
}

static void
test_entry (gconstpointer data)
{
  JsonObject *entry = (JsonObject *) data;
  g_autofree char *path = g_build_filename (get_folder (), get_string (entry, "path"), NULL);
  g_auto (Object) object = { 0 };
  g_autoptr (GError) error = NULL;

  object_load (&object, path, &error);
  g_assert_no_error (error);
  if (error != NULL)
    return;
  check_first_frame (&object, path, entry);
  if (get_string (entry, "last_frame_sha256") != NULL)
    check_frame (&object, object.layout.frames - 1, NEG_FRAME_RAW, get_string (entry, "last_frame_sha256"));
  if (get_string (entry, "pixels_masked_sha256") != NULL)
    check_frame (&object, 0, NEG_FRAME_STORED, get_string (entry, "pixels_masked_sha256"));
  check_cut_frame (&object);
}

/* Objects whose frames no decoder could read: pixels or a reason, in both forms, for every frame. */
static void
test_without_hash (gconstpointer data)
{
  JsonObject *entry = (JsonObject *) data;
  g_autofree char *path = g_build_filename (get_folder (), get_string (entry, "path"), NULL);
  g_auto (Object) object = { 0 };

  if (!object_load (&object, path, NULL))
    return;
  for (guint32 frame = 0; frame < MIN (object.layout.frames, 12); frame++)
    for (NegFrameForm form = NEG_FRAME_STORED; form <= NEG_FRAME_RAW; form++) {
      g_autoptr (GError) error = NULL;
      NegFrameFormat result;
      g_autoptr (GBytes) pixels = decode (&object, frame, form, &result, &error);

      g_assert_true ((pixels != NULL) == (error == NULL));
      if (error != NULL)
        g_test_message ("frame %u: %s: %s", frame + 1, neg_error_get_name (error), error->message);
    }
}

static void
test_absent (void)
{
  g_test_skip ("no corpus");
}

int
main (int argc, char **argv)
{
  g_autofree char *manifest = g_build_filename (get_folder (), "manifest.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *files;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  g_assert_true (neg_codec_preload (NULL));
  if (!json_parser_load_from_file (parser, manifest, NULL)) {
    g_test_add_func ("/codec-corpus/absent", test_absent);
    return g_test_run ();
  }
  files = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "files");
  for (guint i = 0; i < json_array_get_length (files); i++) {
    JsonObject *entry = json_array_get_object_element (files, i);
    g_autofree char *name = g_strdup_printf ("/codec-corpus/%s", get_string (entry, "path"));
    gboolean has_frames = json_object_has_member (entry, "decoders")
                          && json_array_get_length (json_object_get_array_member (entry, "decoders")) > 0;

    g_test_add_data_func (name, entry, has_frames ? test_entry : test_without_hash);
  }
  return g_test_run ();
}
