/* The scanner against every file of the corpus: what the manifest says of the pixels, learnt by other programs, and
 * the frames that it can find. */
#include "base/neg-error.h"
#include "engine/neg-scanner.h"

#include <json-glib/json-glib.h>
#include <string.h>

typedef struct {
  const char *path;
  JsonObject *entry;
  NegLayout *layout;
} Case;

static guint n_layouts, n_reasons, n_frames;

static gint64
get_number (const Case *test, const char *name, gint64 absent)
{
  if (!json_object_has_member (test->entry, name) || json_object_get_null_member (test->entry, name))
    return absent;
  return json_object_get_int_member (test->entry, name);
}

static void
expect (const Case *test, const char *name, guint64 value)
{
  gint64 expected = get_number (test, name, -1);

  if (expected >= 0 && (guint64) expected != value) {
    g_test_message ("%s: %s is %" G_GUINT64_FORMAT " instead of %" G_GINT64_FORMAT, test->path, name, value, expected);
    g_test_fail ();
  }
}

static void
check_frames (const Case *test, NegSource *source)
{
  g_autoptr (GArray) stretches = g_array_new (FALSE, FALSE, sizeof (NegStretch));
  guint64 used = 0;

  for (guint32 frame = 0; frame < test->layout->frames; frame++) {
    g_autoptr (GError) error = NULL;

    if (!neg_layout_get_frame (test->layout, source, frame, stretches, &error)) {
      g_test_message ("%s: frame %u: %s", test->path, frame, error->message);
      g_test_fail ();
      return;
    }
    used += stretches->len;
    n_frames++;
  }
  g_assert_cmpuint (used, ==, test->layout->n_fragments);
}

static void
check_layout (const Case *test, NegSource *source)
{
  const NegLayout *layout = test->layout;
  const char *syntax = json_object_get_null_member (test->entry, "transfer_syntax_uid")
                           ? NULL
                           : json_object_get_string_member (test->entry, "transfer_syntax_uid");

  if (syntax != NULL)
    g_assert_cmpstr (layout->transfer_syntax_uid, ==, syntax);
  if (json_object_get_boolean_member (test->entry, "has_pixels"))
    g_assert_true (layout->has_pixels);
  else /* the programs behind the manifest drop the pixels of an object that is cut inside them */
    g_assert_true (!layout->has_pixels || layout->fragments_cut);
  if (!layout->has_pixels)
    return;
  expect (test, "rows", layout->rows);
  expect (test, "columns", layout->columns);
  expect (test, "frames", layout->frames);
  expect (test, "samples_per_pixel", layout->samples);
  expect (test, "bits_allocated", layout->bits_allocated);
  expect (test, "bits_stored", layout->bits_stored);
  expect (test, "high_bit", layout->high_bit);
  expect (test, "pixel_representation", layout->is_signed);
  expect (test, "planar_configuration", layout->planar);
  if (json_object_has_member (test->entry, "photometric"))
    g_assert_cmpstr (layout->photometric, ==, json_object_get_string_member (test->entry, "photometric"));
  if (layout->encapsulated)
    check_frames (test, source);
}

static void
scan_file (const char *folder, JsonObject *entry)
{
  g_auto (NegLayout) layout = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  Case test = { json_object_get_string_member (entry, "path"), entry, &layout };
  g_autofree char *path = g_build_filename (folder, test.path, NULL);
  NegSource source;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  neg_source_init_memory (&source, bytes, length);
  if (neg_scan (&source, &layout, &error)) {
    n_layouts++;
    if (layout.truncated || layout.fragments_cut || layout.pixels_missing_bytes > 0 || layout.syntax_guessed)
      g_test_message ("%s: truncated %d, fragments cut %d, missing bytes %" G_GUINT64_FORMAT ", guessed %d", test.path,
                      layout.truncated, layout.fragments_cut, layout.pixels_missing_bytes, layout.syntax_guessed);
    check_layout (&test, &source);
    return;
  }
  n_reasons++;
  g_test_message ("%s: %s %s", test.path, error->message, neg_error_get_where (error));
  g_assert_cmpstr (error->message, !=, "");
  if (json_object_get_boolean_member (entry, "has_pixels"))
    g_test_fail ();
}

static void
test_corpus (void)
{
  const char *folder = g_getenv ("NEGATOSCOPE_CORPUS");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *manifest = NULL;
  JsonArray *files;

  if (folder == NULL || !g_file_test (folder, G_FILE_TEST_IS_DIR)) {
    g_test_skip ("no corpus");
    return;
  }
  manifest = g_build_filename (folder, "manifest.json", NULL);
  g_assert_true (json_parser_load_from_file (parser, manifest, NULL));
  files = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "files");
  for (guint i = 0; i < json_array_get_length (files); i++)
    scan_file (folder, json_array_get_object_element (files, i));
  g_test_message ("%u layouts, %u reasons, %u encapsulated frames", n_layouts, n_reasons, n_frames);
  g_assert_cmpuint (n_layouts + n_reasons, ==, json_array_get_length (files));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scanner/corpus", test_corpus);
  return g_test_run ();
}
