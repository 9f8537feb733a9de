/* The typed header of every file of the corpus against its manifest, which other programs wrote. */
#include "dataset-builder.h"

#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *path;
  JsonObject *entry;
  const NegInstance *instance;
} Case;

static guint n_instances, n_directories, n_unreadable, n_references, n_values;

static void
fail (const Case *test, const char *name, const char *found, const char *expected)
{
  g_test_message ("%s: %s is '%s' instead of '%s'", test->path, name, found, expected);
  g_test_fail ();
}

static JsonNode *
get_node (const Case *test, const char *name)
{
  JsonNode *node = json_object_get_member (test->entry, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

static void
expect_text (const Case *test, const char *name, const char *found)
{
  JsonNode *node = get_node (test, name);

  if (node == NULL)
    return;
  n_values++;
  if (g_strcmp0 (json_node_get_string (node), found ? found : "") != 0)
    fail (test, name, found, json_node_get_string (node));
}

/* Values joined by backslash. */
static void
expect_texts (const Case *test, const char *name, const char *found)
{
  JsonNode *node = get_node (test, name);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autofree char *joined = NULL;
  JsonArray *array;

  if (node == NULL)
    return;
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    g_ptr_array_add (values, (char *) json_array_get_string_element (array, i));
  if (array == NULL)
    g_ptr_array_add (values, (char *) json_node_get_string (node));
  g_ptr_array_add (values, NULL);
  joined = g_strjoinv ("\\", (char **) values->pdata);
  n_values++;
  if (g_strcmp0 (found ? found : "", joined) != 0)
    fail (test, name, found, joined);
}

static void
expect_number (const Case *test, const char *name, double found)
{
  JsonNode *node = get_node (test, name);
  double expected;

  if (node == NULL)
    return;
  /* Some values have several numbers: the first is compared. */
  expected = JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_double_element (json_node_get_array (node), 0)
                                          : json_node_get_double (node);
  n_values++;
  if (!(fabs (found - expected) <= 1e-9 * MAX (1, fabs (expected)))) {
    g_autofree char *a = g_strdup_printf ("%.12g", found), *b = g_strdup_printf ("%.12g", expected);

    fail (test, name, a, b);
  }
}

static void
expect_numbers (const Case *test, const char *name, gboolean is_there, const double *found, guint n)
{
  JsonNode *node = get_node (test, name);
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != n) { /* "0.2\\0\\0.2" occurs */
    g_assert_false (is_there);
    return;
  }
  if (!is_there) {
    fail (test, name, "absent", "there");
    return;
  }
  for (guint i = 0; i < n; i++) {
    n_values++;
    if (!(fabs (found[i] - json_array_get_double_element (array, i)) <= 1e-9))
      fail (test, name, "another number", "equal");
  }
}

static void
check_identity (const Case *test)
{
  const NegInstance *instance = test->instance;

  expect_text (test, "transfer_syntax_uid", instance->transfer_syntax_uid);
  expect_text (test, "sop_class_uid", instance->sop_class_uid);
  expect_text (test, "sop_instance_uid", instance->sop_instance_uid);
  expect_text (test, "study_instance_uid", instance->study_uid);
  expect_text (test, "series_instance_uid", instance->series_uid);
  expect_text (test, "frame_of_reference_uid", instance->frame_of_reference_uid);
  expect_text (test, "modality", instance->modality);
  expect_text (test, "manufacturer", instance->manufacturer);
  expect_text (test, "series_description", instance->series_description);
  if (!has_warning (instance, "(0010,0010) occurs more than once"))
    expect_text (test, "patient_name_utf8", instance->patient_name);
  expect_text (test, "patient_position", instance->patient_position);
  expect_texts (test, "image_type", instance->image_type);
  if (instance->has_instance_number || get_node (test, "instance_number") != NULL)
    expect_number (test, "instance_number", instance->instance_number);
  expect_number (test, "slice_thickness", instance->slice_thickness_mm);
  expect_number (test, "spacing_between_slices", instance->spacing_between_slices_mm);
  expect_number (test, "gantry_detector_tilt", instance->gantry_tilt_deg);
}

static void
check_pixels (const Case *test)
{
  const NegInstance *instance = test->instance;
  double ratio[2] = { instance->aspect_ratio[0], instance->aspect_ratio[1] };

  if (instance->rows == 0)
    return;
  expect_number (test, "rows", instance->rows);
  expect_number (test, "columns", instance->columns);
  expect_number (test, "samples_per_pixel", instance->samples);
  expect_number (test, "frames", instance->frames);
  expect_number (test, "bits_allocated", instance->bits_allocated);
  if (!instance->is_float) {
    expect_number (test, "bits_stored", instance->bits_stored);
    expect_number (test, "high_bit", instance->high_bit);
    expect_number (test, "pixel_representation", instance->is_signed);
  }
  expect_number (test, "planar_configuration", instance->planar);
  expect_text (test, "photometric", instance->photometric);
  expect_numbers (test, "pixel_aspect_ratio", instance->has_aspect_ratio, ratio, 2);
  expect_numbers (test, "imager_pixel_spacing", instance->has_imager_spacing, instance->imager_spacing_mm, 2);
  /* The manifest has the value of the VR in the file, which may be US where the pixels are signed. */
  if (get_node (test, "pixel_padding_value") != NULL && instance->has_padding) {
    gint64 expected = json_object_get_int_member (test->entry, "pixel_padding_value");

    g_assert_cmpint ((gint16) instance->padding_value, ==, (gint16) expected);
    g_assert_cmpint (instance->padding_value < 0, <=, instance->is_signed);
  } else {
    g_assert_null (get_node (test, "pixel_padding_value"));
  }
  /* Where the header says "01" of a lossless codestream it still was lossy once (C.7.6.1.1.5). */
  if (get_node (test, "lossy") != NULL && json_object_get_boolean_member (test->entry, "lossy"))
    g_assert_true (instance->lossy);
  if (get_node (test, "lossy_image_compression") != NULL)
    g_assert_cmpint (instance->lossy, ==,
                     strcmp (json_object_get_string_member (test->entry, "lossy_image_compression"), "01") == 0);
}

/* The manifest's values are of the top level, so those of objects with functional groups are not compared. */
static void
check_frames (const Case *test)
{
  const NegInstance *instance = test->instance;
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, 0);
  const NegWindow *window = info->n_windows > 0 ? &instance->windows[info->first_window] : NULL;

  g_assert_true (instance->n_frame_infos == 1 || instance->n_frame_infos == instance->frames);
  for (guint32 i = 0; i < instance->n_frame_infos; i++)
    g_assert_cmpuint (instance->frame_infos[i].first_window + instance->frame_infos[i].n_windows, <=,
                      instance->n_windows);
  if (instance->n_frame_infos > 1 && instance->kind != NEG_OBJECT_RTDOSE)
    return;
  expect_numbers (test, "pixel_spacing", info->has_spacing, info->spacing_mm, 2);
  expect_numbers (test, "image_position_patient", info->has_position, info->position_mm, 3);
  expect_numbers (test, "image_orientation_patient", info->has_orientation, info->orientation, 6);
  expect_number (test, "rescale_slope", info->has_rescale ? info->rescale_slope : NAN);
  expect_number (test, "rescale_intercept", info->has_rescale ? info->rescale_intercept : NAN);
  expect_text (test, "rescale_type", info->rescale_type);
  expect_number (test, "window_center", window ? window->center : NAN);
  expect_number (test, "window_width", window ? window->width : NAN);
}

static void
check_instance (Case *test, NegSource *source, const NegLayout *layout)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegInstance) instance = neg_dataset_read_instance (source, layout, &error);

  if (instance == NULL) {
    g_test_message ("%s: %s", test->path, error->message);
    if (!g_str_has_prefix (test->path, "broken/"))
      g_test_fail ();
    n_unreadable++;
    return;
  }
  for (guint i = 0; instance->warnings && instance->warnings[i] != NULL; i++)
    g_test_message ("%s: %s", test->path, instance->warnings[i]);
  test->instance = instance;
  n_instances++;
  assert_sendable (instance);
  check_identity (test);
  check_pixels (test);
  check_frames (test);
}

static void
check_directory (const Case *test, NegSource *source, const NegLayout *layout)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) references = neg_dataset_read_directory (source, layout, &error);

  g_assert_no_error (error);
  n_references += g_strv_length (references);
  n_directories++;
}

static void
check_file (const char *corpus, JsonObject *entry)
{
  Case test = { .path = json_object_get_string_member (entry, "path"), .entry = entry };
  g_autofree char *path = g_build_filename (corpus, test.path, NULL);
  g_auto (NegLayout) layout = { 0 };
  g_autoptr (GError) error = NULL;
  NegSource source;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  neg_source_init_fd (&source, fd, 0, json_object_get_int_member (entry, "bytes"));
  if (!neg_scan (&source, &layout, &error)) {
    g_test_message ("%s: %s", test.path, error->message);
    g_assert_true (g_str_has_prefix (test.path, "broken/"));
    n_unreadable++;
  } else if (neg_dataset_is_directory (&layout, &source)) {
    g_assert_true (g_str_has_prefix (test.path, "dicomdir/"));
    check_directory (&test, &source, &layout);
  } else {
    check_instance (&test, &source, &layout);
  }
  neg_source_clear (&source);
  close (fd);
}

static void
test_manifest (void)
{
  const char *corpus = g_getenv ("NEGATOSCOPE_CORPUS");
  g_autofree char *path = g_build_filename (corpus ? corpus : ".", "manifest.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *files;

  if (!json_parser_load_from_file (parser, path, NULL)) {
    g_test_skip ("no corpus");
    return;
  }
  files = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "files");
  g_assert_cmpuint (json_array_get_length (files), >, 0);
  for (guint i = 0; i < json_array_get_length (files); i++)
    check_file (corpus, json_array_get_object_element (files, i));
  g_test_message ("%u instances, %u directories with %u references, %u unreadable, %u values compared", n_instances,
                  n_directories, n_references, n_unreadable, n_values);
  g_assert_cmpuint (n_instances, >, json_array_get_length (files) / 2);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  neg_dataset_preload (&error);
  g_assert_no_error (error);
  g_test_add_func ("/dataset/manifest", test_manifest);
  return g_test_run ();
}
