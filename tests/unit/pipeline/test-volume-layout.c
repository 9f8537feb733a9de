#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "pipeline/neg-volume-load-private.h"
#include "series-scan.h"

/* An axial slice of 1 mm pixels. */
static NegInstance *
add (Scan *scan, int number, double z)
{
  NegInstance *instance = scan_add_slice (scan, number, z);

  instance->frame_infos[0].has_spacing = TRUE;
  instance->frame_infos[0].spacing_mm[0] = instance->frame_infos[0].spacing_mm[1] = 1;
  return instance;
}

static Scan *
scan_new_with (guint n)
{
  Scan *scan = scan_new ();

  for (guint i = 0; i < n; i++)
    add (scan, i + 1, 2.0 * i);
  return scan;
}

static NegInstance *
get (Scan *scan, guint index)
{
  return g_ptr_array_index (scan->instances, index);
}

static NegFrameInfo *
get_info (Scan *scan, guint index)
{
  return get (scan, index)->frame_infos;
}

static void
assert_refused_with (NegSeries *series, int code, const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_volume_check (series, &error));
  g_assert_error (error, NEG_ERROR, code);
  g_assert_cmpstr (error->message, ==, reason);
}

static void
assert_refused (Scan *scan, const char *reason)
{
  scan_build (scan, 1);
  assert_refused_with (scan_get (scan, 0), NEG_ERROR_UNSUPPORTED, reason);
}

static void
test_layout (void)
{
  g_autoptr (Scan) scan = scan_new_with (4);
  g_autofree NegVolumeSlice *slices = NULL;
  g_autoptr (GError) error = NULL;
  NegVolumeLayout layout;

  for (guint i = 0; i < 4; i++) {
    NegFrameInfo *info = get_info (scan, i);

    get (scan, i)->is_signed = TRUE;
    get (scan, i)->rows = 32;
    get (scan, i)->slice_thickness_mm = i == 3 ? NAN : 1.5;
    get (scan, i)->has_padding = TRUE;
    get (scan, i)->padding_value = -2000;
    info->spacing_mm[0] = 0.5; /* between rows */
    info->has_rescale = i != 2;
    info->rescale_slope = 1 + i;
    info->rescale_intercept = -10.0 * i;
  }
  scan_build (scan, 1);
  g_assert_true (neg_volume_check (scan_get (scan, 0), &error));
  g_assert_no_error (error);
  g_assert_true (neg_volume_layout_init (&layout, scan_get (scan, 0), &error));
  slices = (NegVolumeSlice *) layout.slices;
  g_assert_no_error (error);
  g_assert_cmpuint (layout.columns, ==, 64);
  g_assert_cmpuint (layout.rows, ==, 32);
  g_assert_cmpuint (layout.n_slices, ==, 4);
  g_assert_cmpfloat (layout.spacing_mm[0], ==, 1);
  g_assert_cmpfloat (layout.spacing_mm[1], ==, 0.5);
  g_assert_cmpint (layout.sample_type, ==, NEG_SAMPLE_S16);
  g_assert_true (layout.padding.active && layout.padding.low == -2000);
  g_assert_null (layout.modality_lut);
  g_assert_cmpmem (layout.orientation, sizeof layout.orientation, series_axial, sizeof series_axial);
  for (guint i = 0; i < 4; i++) {
    g_assert_cmpfloat (slices[i].origin_mm[2], ==, 2.0 * i);
    g_assert_cmpfloat (slices[i].thickness_mm, ==, i == 3 ? 0 : 1.5);
    g_assert_cmpfloat (slices[i].slope, ==, i == 2 ? 1 : 1 + i);
    g_assert_cmpfloat (slices[i].intercept, ==, i == 2 ? 0 : -10.0 * i);
  }
}

/* The same table in each object is one; what a frame says of its rescale is then nothing. */
static void
test_modality_lut (void)
{
  g_autoptr (Scan) scan = scan_new_with (3);
  g_autofree NegVolumeSlice *slices = NULL;
  g_autoptr (GError) error = NULL;
  NegVolumeLayout layout;

  for (guint i = 0; i < 3; i++) {
    NegLut *lut = &get (scan, i)->modality_lut;

    lut->n_entries = 2;
    lut->bits = 16;
    lut->entries = g_new0 (guint16, 2);
    lut->entries[1] = 7;
  }
  scan_build (scan, 1);
  g_assert_true (neg_volume_layout_init (&layout, scan_get (scan, 0), &error));
  g_assert_no_error (error);
  slices = (NegVolumeSlice *) layout.slices;
  g_assert_nonnull (layout.modality_lut);
  get (scan, 1)->modality_lut.entries[1] = 8;
  assert_refused (scan, "The images differ in the table that gives their values a meaning");
}

/* Rounded cosines and spacings are the same grid. */
static void
test_rounding (void)
{
  g_autoptr (Scan) scan = scan_new_with (5);

  get_info (scan, 2)->orientation[1] = 0.0004;
  get_info (scan, 3)->spacing_mm[0] = 1.0004;
  scan_build (scan, 1);
  g_assert_true (neg_volume_check (scan_get (scan, 0), NULL));
}

/* Slices at two places are enough, and a stack that does not lie on one line can be one. */
static void
test_stacks (void)
{
  g_autoptr (Scan) two = scan_new_with (2), bent = scan_new_with (5);

  scan_build (two, 1);
  g_assert_cmpint (neg_series_get_kind (scan_get (two, 0)), !=, NEG_SERIES_VOLUME);
  g_assert_true (neg_volume_check (scan_get (two, 0), NULL));
  get_info (bent, 2)->position_mm[0] += 3;
  scan_build (bent, 1);
  g_assert_cmpint (neg_series_get_kind (scan_get (bent, 0)), !=, NEG_SERIES_VOLUME);
  g_assert_true (neg_volume_check (scan_get (bent, 0), NULL));
}

static void
test_one_image (void)
{
  g_autoptr (Scan) scan = scan_new_with (1);

  assert_refused (scan, "One image is no volume");
}

static void
test_no_positions (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 4; i++)
    scan_add_image (scan, i + 1);
  assert_refused (scan, "The images do not say where in the patient they lie");
}

/* One position for all frames of an object is none of each. */
static void
test_one_position_for_all (void)
{
  g_autoptr (Scan) scan = scan_new_with (1);

  get (scan, 0)->frames = 8;
  assert_refused (scan, "The images do not say where in the patient they lie");
}

static void
test_no_spacing (void)
{
  g_autoptr (Scan) scan = scan_new_with (4);

  for (guint i = 0; i < 4; i++)
    get_info (scan, i)->has_spacing = FALSE;
  assert_refused (scan, "The images do not say how large their pixels are");
}

static void
test_zero_spacing (void)
{
  g_autoptr (Scan) scan = scan_new_with (4);

  for (guint i = 0; i < 4; i++)
    get_info (scan, i)->spacing_mm[1] = 0;
  assert_refused (scan, "The images do not say how large their pixels are");
}

static void
test_color (void)
{
  g_autoptr (Scan) rgb = scan_new_with (4), palette = scan_new_with (4);

  for (guint i = 0; i < 4; i++) {
    get (rgb, i)->samples = 3;
    get (rgb, i)->bits_allocated = get (rgb, i)->bits_stored = 8;
    g_free (get (rgb, i)->photometric);
    get (rgb, i)->photometric = g_strdup ("RGB");
    g_free (get (palette, i)->photometric);
    get (palette, i)->photometric = g_strdup ("PALETTE COLOR");
  }
  assert_refused (rgb, "Images in colour cannot be a volume");
  assert_refused (palette, "Images in colour cannot be a volume");
}

static void
test_other_values (void)
{
  g_autoptr (Scan) is_signed = scan_new_with (4), inverted = scan_new_with (4), padded = scan_new_with (4);

  get (is_signed, 2)->is_signed = TRUE;
  assert_refused (is_signed, "The images differ in how their values are stored");
  g_free (get (inverted, 2)->photometric);
  get (inverted, 2)->photometric = g_strdup ("MONOCHROME1");
  assert_refused (inverted, "The images differ in how their values are stored");
  get (padded, 2)->has_padding = TRUE;
  get (padded, 2)->padding_value = 5;
  assert_refused (padded, "The images differ in which of their values are no image");
}

static void
test_no_format (void)
{
  g_autoptr (Scan) scan = scan_new_with (4);
  g_autoptr (GError) error = NULL;

  get (scan, 1)->bits_allocated = 77;
  scan_build (scan, 1);
  g_assert_false (neg_volume_check (scan_get (scan, 0), &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
}

/* Parallel, but one lies turned in its own plane. */
static void
test_turned_in_plane (void)
{
  const double turned[6] = { 0, 1, 0, -1, 0, 0 };
  g_autoptr (Scan) scan = scan_new_with (4);

  memcpy (get_info (scan, 1)->orientation, turned, sizeof turned);
  assert_refused (scan, "The images do not lie parallel to each other");
}

/* Each looks in a direction of its own. */
static void
test_rotation (void)
{
  g_autoptr (Scan) scan = scan_new_with (6);

  for (guint i = 0; i < 6; i++) {
    const double turned[6] = { cos (i * 0.5), sin (i * 0.5), 0, 0, 0, -1 };

    memcpy (get_info (scan, i)->orientation, turned, sizeof turned);
  }
  assert_refused (scan, "The images do not lie parallel to each other");
}

/* Three planes with an image each are three series. */
static void
test_localizer (void)
{
  g_autoptr (Scan) scan = scan_new_with (3);

  memcpy (get_info (scan, 1)->orientation, series_coronal, sizeof series_coronal);
  memcpy (get_info (scan, 2)->orientation, series_sagittal, sizeof series_sagittal);
  scan_build (scan, 3);
  for (guint i = 0; i < 3; i++)
    assert_refused_with (scan_get (scan, i), NEG_ERROR_UNSUPPORTED, "One image is no volume");
}

static void
test_one_place (void)
{
  g_autoptr (Scan) scan = scan_new_with (4);

  for (guint i = 0; i < 4; i++)
    get_info (scan, i)->position_mm[2] = 0;
  assert_refused (scan, "All slices are at one place");
}

/* No machine has room for it; the file says nothing about how large it really is. */
static void
test_too_large (void)
{
  g_autoptr (Scan) scan = scan_new_with (500);

  for (guint i = 0; i < 500; i++)
    get (scan, i)->rows = get (scan, i)->columns = 30000;
  scan_build (scan, 1);
  assert_refused_with (scan_get (scan, 0), NEG_ERROR_MEMORY, "There is not enough memory for this volume");
}

/* As /proc/meminfo says it; 0: it does not. */
static guint64
get_available_bytes (void)
{
  g_autofree char *text = NULL;
  const char *line = NULL;

  if (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    line = strstr (text, "MemAvailable:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024 : 0;
}

/* Pages come with the slices: a second volume has no room that was promised to the first, and has it when that one has gone. */
static void
test_promised (void)
{
  g_autoptr (Scan) scan = scan_new_with (1);
  g_autoptr (GError) error = NULL;
  const guint64 slot_bytes = 1 << 20, reserve_bytes = (guint64) 600 << 20;
  guint64 available = get_available_bytes (), bytes;
  NegVolumeMemory *memory;

  if (available < 2 * reserve_bytes) {
    g_test_skip ("too little memory");
    return;
  }
  bytes = (available - reserve_bytes) / 5 * 4;
  memory = _neg_volume_memory_new (slot_bytes, (guint) (bytes / slot_bytes), get (scan, 0), &error);
  g_assert_no_error (error);
  g_assert_false (_neg_volume_memory_check (bytes, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_MEMORY);
  g_clear_error (&error);
  _neg_volume_memory_leave (memory);
  g_assert_true (_neg_volume_memory_check (bytes, &error));
  g_assert_no_error (error);
}

/* Each phase is a series, and each series a volume. */
static void
test_phases (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint phase = 0; phase < 3; phase++)
    for (guint i = 0; i < 5; i++)
      add (scan, phase * 5 + i + 1, 2.0 * i)->temporal_position = phase + 1;
  scan_build (scan, 3);
  for (guint phase = 0; phase < 3; phase++)
    g_assert_true (neg_volume_check (scan_get (scan, phase), NULL));
}

/* Two phases that only their times tell apart, one slice of the first is not there: what lies at its place is of the second, and
 * a volume of the first of each place would have it among the others. */
static void
test_mixed_phases (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint phase = 0; phase < 2; phase++)
    for (guint i = phase == 0 ? 1 : 0; i < 6; i++) {
      NegInstance *instance = add (scan, phase * 6 + i + 1, 2.0 * i);

      g_free (instance->content_time);
      instance->content_time = g_strdup_printf ("1%u000%u", phase, i);
    }
  assert_refused (scan, "Several images lie at most places, and nothing says which of them belong together");
}

/* A few places with more than one image are the first's. */
static void
test_few_repeated (void)
{
  g_autoptr (Scan) scan = scan_new_with (6);

  for (guint i = 0; i < 3; i++)
    add (scan, 7 + i, 2.0 * i);
  scan_build (scan, 1);
  g_assert_true (neg_volume_check (scan_get (scan, 0), NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/volume-layout/layout", test_layout);
  g_test_add_func ("/volume-layout/modality-lut", test_modality_lut);
  g_test_add_func ("/volume-layout/rounding", test_rounding);
  g_test_add_func ("/volume-layout/stacks", test_stacks);
  g_test_add_func ("/volume-layout/one-image", test_one_image);
  g_test_add_func ("/volume-layout/no-positions", test_no_positions);
  g_test_add_func ("/volume-layout/one-position-for-all", test_one_position_for_all);
  g_test_add_func ("/volume-layout/no-spacing", test_no_spacing);
  g_test_add_func ("/volume-layout/zero-spacing", test_zero_spacing);
  g_test_add_func ("/volume-layout/color", test_color);
  g_test_add_func ("/volume-layout/other-values", test_other_values);
  g_test_add_func ("/volume-layout/no-format", test_no_format);
  g_test_add_func ("/volume-layout/turned-in-plane", test_turned_in_plane);
  g_test_add_func ("/volume-layout/rotation", test_rotation);
  g_test_add_func ("/volume-layout/localizer", test_localizer);
  g_test_add_func ("/volume-layout/one-place", test_one_place);
  g_test_add_func ("/volume-layout/too-large", test_too_large);
  g_test_add_func ("/volume-layout/promised", test_promised);
  g_test_add_func ("/volume-layout/phases", test_phases);
  g_test_add_func ("/volume-layout/mixed-phases", test_mixed_phases);
  g_test_add_func ("/volume-layout/few-repeated", test_few_repeated);
  return g_test_run ();
}
