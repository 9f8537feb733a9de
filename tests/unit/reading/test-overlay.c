/* What is drawn above an image, as numbers and words. */
#include "config.h"

#include <locale.h>
#include <math.h>

#include "reading/neg-overlay.h"

#define WIDTH 1000u
#define HEIGHT 600u

static NegInstance *
new_image (const char *study, const char *date, double row_mm, double column_mm)
{
  NegInstance *instance = neg_instance_new ();
  NegFrameInfo *info;

  instance->kind = NEG_OBJECT_IMAGE;
  instance->modality = g_strdup ("CT");
  instance->patient_name = g_strdup ("Doe^Jane");
  instance->patient_id = g_strdup ("1");
  instance->study_uid = g_strdup (study);
  instance->study_date = g_strdup (date);
  instance->series_uid = g_strdup_printf ("%s.1", study);
  instance->sop_instance_uid = g_strdup_printf ("%s.1.1", study);
  instance->frame_of_reference_uid = g_strdup ("1.2.3");
  instance->rows = 512;
  instance->columns = 512;
  instance->samples = instance->frames = instance->n_frame_infos = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->high_bit = 15;
  instance->photometric = g_strdup ("MONOCHROME2");
  info = instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (info);
  info->has_position = info->has_orientation = TRUE;
  info->orientation[0] = info->orientation[4] = 1;
  info->has_spacing = row_mm > 0;
  info->spacing_mm[0] = row_mm;
  info->spacing_mm[1] = column_mm;
  return instance;
}

static NegSeries *
series_of (NegInstance *instance)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new (), built = NULL;
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);

  g_ptr_array_add (instances, instance);
  g_ptr_array_add (blobs, neg_blob_new_for_path ("x"));
  built = neg_series_build (instances, blobs);
  g_assert_cmpuint (built->len, ==, 1);
  return g_object_ref (g_ptr_array_index (built, 0));
}

static void
show (NegViewState *state, NegInstance *instance)
{
  g_autoptr (NegSeries) series = series_of (instance);

  neg_view_state_init (state);
  neg_view_state_set_series (state, series);
}

static NegOverlay
overlay_of (const NegViewState *state, guint height, NegCaptionsLevel level)
{
  NegOverlay overlay;

  neg_overlay_init_for_view (&overlay, state, NULL, WIDTH, height, level);
  return overlay;
}

static void
assert_bar (const NegViewState *state, guint height, double mm, double px, const char *text)
{
  NegOverlay overlay = overlay_of (state, height, NEG_CAPTIONS_ALL);

  g_assert_cmpint (overlay.has_scale_bar, ==, text != NULL);
  g_assert_cmpstr (overlay.scale_bar_text, ==, text);
  if (text != NULL) {
    double step = overlay.scale_bar_mm / overlay.scale_bar_parts;
    double digit = step / pow (10, floor (log10 (step * 1.0001)));

    g_assert_cmpfloat_with_epsilon (overlay.scale_bar_mm, mm, 1e-9);
    g_assert_cmpfloat_with_epsilon (overlay.scale_bar_px, px, 1e-6);
    g_assert_cmpfloat (overlay.scale_bar_px, <=, height / 3.0 + 1e-6);
    g_assert_true (fabs (digit - 1) < 1e-9 || fabs (digit - 5) < 1e-9);
  }
  neg_overlay_clear (&overlay);
}

/* A CT of 0.7 mm; at zoom 1, 512 pixels fill the height: 358.4 mm. */
static void
test_scale_bar (void)
{
  g_autoptr (NegInstance) instance = new_image ("1", "20240302", 0.7, 0.7);
  NegViewState state;

  show (&state, instance);
  assert_bar (&state, 512, 100, 100 / 0.7, "10 cm");
  state.zoom = 1.5; /* a third of the height: 79.6 mm */
  assert_bar (&state, 512, 50, 50 / 0.7 * 1.5, "5 cm");
  state.zoom = 4; /* 29.9 mm */
  assert_bar (&state, 512, 20, 20 / 0.7 * 4, "2 cm");
  state.zoom = 10;
  assert_bar (&state, 512, 10, 10 / 0.7 * 10, "10 mm");
  state.zoom = 64;
  assert_bar (&state, 512, 1, 1 / 0.7 * 64, "1 mm");
  state.zoom = 400;
  assert_bar (&state, 512, 0.2, 0.2 / 0.7 * 400, "200 µm");
  state.zoom = 0.1;
  assert_bar (&state, 512, 1000, 1000 / 0.7 / 10, "100 cm");
  /* Exactly a third is not too long: 0.3 mm on each of 500 rows. */
  instance->rows = instance->columns = 500;
  instance->frame_infos[0].spacing_mm[0] = instance->frame_infos[0].spacing_mm[1] = 0.3;
  state.zoom = 1;
  assert_bar (&state, 90, 50, 30, "5 cm");
  neg_view_state_clear (&state);
}

/* The bar is upright: of an image with unequal steps it takes the direction that is vertical on the screen. */
static void
test_scale_bar_anisotropic (void)
{
  g_autoptr (NegInstance) instance = new_image ("1", "20240302", 2, 0.5); /* 1024 mm high, 256 mm wide */
  NegViewState state;

  show (&state, instance);
  assert_bar (&state, 1024, 200, 200, "20 cm"); /* the picture keeps proportions: 1 mm is 1 px */
  neg_view_state_turn (&state, 1);
  assert_bar (&state, 256, 50, 50 * WIDTH / 1024.0, "5 cm");
  neg_view_state_flip_horizontally (&state);
  assert_bar (&state, 256, 50, 50 * WIDTH / 1024.0, "5 cm");
  neg_view_state_clear (&state);
}

static void
test_scale_bar_origin (void)
{
  g_autoptr (NegInstance) instance = new_image ("1", "20240302", 0.7, 0.7);
  NegFrameInfo *info = instance->frame_infos;
  NegViewState state;

  show (&state, instance);
  info->has_position = info->has_orientation = FALSE;
  assert_bar (&state, 512, 100, 100 / 0.7, "10 cm of unknown origin");
  instance->has_imager_spacing = TRUE;
  instance->imager_spacing_mm[0] = instance->imager_spacing_mm[1] = 0.7;
  assert_bar (&state, 512, 100, 100 / 0.7, "10 cm at the detector");
  instance->imager_spacing_mm[0] = instance->imager_spacing_mm[1] = 1;
  assert_bar (&state, 512, 100, 100 / 0.7, "10 cm corrected, not said how");
  instance->calibration_type = g_strdup ("FIDUCIAL");
  assert_bar (&state, 512, 100, 100 / 0.7, "10 cm calibrated by an object");
  instance->has_imager_spacing = info->has_spacing = FALSE;
  assert_bar (&state, 512, 0, 0, NULL);
  info->has_spacing = TRUE;
  info->spacing_mm[0] = NAN;
  assert_bar (&state, 512, 0, 0, NULL);
  info->spacing_mm[0] = 1e200;
  assert_bar (&state, 512, 0, 0, NULL);
  neg_view_state_clear (&state);
}

static void
test_levels (void)
{
  g_autoptr (NegInstance) instance = new_image ("1", "20240302", 0.7, 0.7);
  const NegVoi voi = { .center = 40, .width = 400 };
  NegViewState state;
  NegOverlay overlay;

  instance->lossy = TRUE;
  instance->lossy_ratio = g_strdup ("2.5\\12");
  show (&state, instance);
  neg_overlay_init_for_view (&overlay, &state, &voi, WIDTH, HEIGHT, NEG_CAPTIONS_ALL);
  g_assert_cmpstr (overlay.letters[NEG_EDGE_RIGHT], ==, "L");
  g_assert_cmpstr (overlay.corners[NEG_CORNER_BOTTOM_RIGHT], ==, "zoom 117 %\nC 40 W 400");
  g_assert_nonnull (strstr (overlay.corners[NEG_CORNER_BOTTOM_LEFT], "LOSSY 12:1"));
  neg_overlay_clear (&overlay);

  neg_overlay_init_for_view (&overlay, &state, &voi, WIDTH, HEIGHT, NEG_CAPTIONS_ESSENTIAL);
  g_assert_cmpstr (overlay.corners[NEG_CORNER_TOP_RIGHT], ==, "");
  g_assert_cmpstr (overlay.corners[NEG_CORNER_BOTTOM_RIGHT], ==, "C 40 W 400");
  g_assert_cmpstr (overlay.letters[NEG_EDGE_TOP], ==, "A");
  g_assert_true (overlay.has_scale_bar);
  neg_overlay_clear (&overlay);

  neg_overlay_init_for_view (&overlay, &state, &voi, WIDTH, HEIGHT, NEG_CAPTIONS_NONE);
  g_assert_cmpstr (overlay.corners[NEG_CORNER_TOP_LEFT], ==, "");
  g_assert_cmpstr (overlay.corners[NEG_CORNER_TOP_RIGHT], ==, "");
  g_assert_cmpstr (overlay.corners[NEG_CORNER_BOTTOM_LEFT], ==, "LOSSY 12:1");
  g_assert_cmpstr (overlay.corners[NEG_CORNER_BOTTOM_RIGHT], ==, "");
  g_assert_cmpstr (overlay.letters[NEG_EDGE_TOP], ==, "");
  g_assert_false (overlay.has_scale_bar);
  neg_overlay_clear (&overlay);

  /* What would be read wrongly without its mark is marked at every level. */
  state.inverted = TRUE;
  neg_view_state_flip_vertically (&state);
  neg_overlay_init_for_view (&overlay, &state, &voi, WIDTH, HEIGHT, NEG_CAPTIONS_NONE);
  g_assert_cmpstr (overlay.corners[NEG_CORNER_BOTTOM_RIGHT], ==, "INVERTED\nMIRRORED");
  g_assert_cmpstr (overlay.letters[NEG_EDGE_TOP], ==, "P");
  g_assert_cmpstr (overlay.letters[NEG_EDGE_RIGHT], ==, "L");
  neg_overlay_clear (&overlay);
  neg_overlay_init_for_view (&overlay, &state, &voi, WIDTH, HEIGHT, NEG_CAPTIONS_ALL);
  g_assert_cmpstr (overlay.corners[NEG_CORNER_BOTTOM_RIGHT], ==,
                   "INVERTED\nMIRRORED\nturned 180°\nzoom 117 %\nC 40 W 400");
  neg_overlay_clear (&overlay);
  neg_view_state_clear (&state);

  neg_overlay_init_for_view (&overlay, &state, NULL, WIDTH, HEIGHT, NEG_CAPTIONS_ALL);
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    g_assert_cmpstr (overlay.corners[corner], ==, "");
  g_assert_false (overlay.has_scale_bar || overlay.has_line || overlay.has_point);
  neg_overlay_clear (&overlay);
}

static guint
count_lines (const char *text)
{
  guint n = *text != '\0';

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

/* On screen at every level of texts, whatever the syntax it came in, with the last ratio and method (C.7.6.1.1.5). */
static void
test_pitfall_29_lossy (void)
{
  static const struct {
    const char *ratio, *method, *expected;
  } cases[] = {
    { NULL, NULL, "LOSSY" },
    { "12.5", NULL, "LOSSY 12.5:1" },
    { "2.5\\12", "ISO_10918_1\\ISO_15444_1", "LOSSY 12:1 JPEG 2000" },
    { NULL, "ISO_10918_1", "LOSSY JPEG" },
    { "8", "OURS", "LOSSY 8:1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (NegCaptionsLevel level = 0; level < NEG_CAPTIONS_N_LEVELS; level++) {
      g_autoptr (NegInstance) instance = new_image ("1", "20240302", 0.7, 0.7);
      const NegVoi voi = { .center = 40, .width = 400 };
      NegViewState state;
      NegOverlay overlay;

      instance->lossy = TRUE;
      instance->lossy_ratio = g_strdup (cases[i].ratio);
      instance->lossy_method = g_strdup (cases[i].method);
      show (&state, instance);
      neg_overlay_init_for_view (&overlay, &state, &voi, WIDTH, HEIGHT, level);
      g_assert_true (g_str_has_prefix (overlay.corners[NEG_CORNER_BOTTOM_LEFT], cases[i].expected));
      if (level == NEG_CAPTIONS_NONE)
        g_assert_cmpstr (overlay.corners[NEG_CORNER_BOTTOM_LEFT], ==, cases[i].expected);
      neg_overlay_clear (&overlay);
      neg_view_state_clear (&state);
    }
}

/* Image Type value 1, or that of the frame where it has one; not a word that only begins so, nor another value. */
static void
test_derived (void)
{
  static const struct {
    const char *image, *frame;
    gboolean expected;
  } cases[] = {
    { NULL, NULL, FALSE },          { "DERIVED\\SECONDARY\\AXIAL", NULL, TRUE }, { "DERIVED", NULL, TRUE },
    { "ORIGINAL\\PRIMARY", NULL, FALSE }, { "ORIGINAL\\DERIVED", NULL, FALSE },  { "DERIVEDLY\\PRIMARY", NULL, FALSE },
    { "MIXED\\PRIMARY", "DERIVED\\PRIMARY", TRUE }, { "DERIVED\\PRIMARY", "ORIGINAL\\PRIMARY", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (NegCaptionsLevel level = 0; level < NEG_CAPTIONS_N_LEVELS; level++) {
      g_autoptr (NegInstance) instance = new_image ("1", "20240302", 0.7, 0.7);
      const NegVoi voi = { .center = 40, .width = 400 };
      NegViewState state;
      NegOverlay overlay;

      g_free (instance->image_type);
      instance->image_type = g_strdup (cases[i].image);
      g_free (instance->frame_infos[0].frame_type);
      instance->frame_infos[0].frame_type = g_strdup (cases[i].frame);
      show (&state, instance);
      neg_overlay_init_for_view (&overlay, &state, &voi, WIDTH, HEIGHT, level);
      g_assert_cmpint (g_str_has_suffix (overlay.corners[NEG_CORNER_BOTTOM_LEFT], "  derived"), ==,
                       cases[i].expected && level != NEG_CAPTIONS_NONE);
      neg_overlay_clear (&overlay);
      neg_view_state_clear (&state);
    }
}

/* In any viewport the bar and its text lie between the corners, or are not there. */
static void
test_places (void)
{
  g_autoptr (NegInstance) instance = new_image ("1", "20240302", 0.7, 0.7);
  guint n_placed = 0, n_left_out = 0;
  NegViewState state;

  instance->study_description = g_strdup ("Thorax");
  show (&state, instance);
  for (guint height = 20; height < 1200; height += 37)
    for (guint band = 0; band < 2; band++) {
      const double margin_px = 8, line_px = 17;
      NegOverlay overlay = overlay_of (&state, height, NEG_CAPTIONS_ALL);
      NegOverlayPlaces places;
      double top, bottom;

      overlay.prior_band = band ? g_strdup ("PRIOR") : NULL;
      neg_overlay_get_places (&overlay, WIDTH, height, margin_px, line_px, &places);
      g_assert_cmpfloat (places.band_px, ==, band ? 25 : 0);
      top = places.corners_px[NEG_CORNER_TOP_RIGHT][1]
            + count_lines (overlay.corners[NEG_CORNER_TOP_RIGHT]) * line_px;
      bottom = places.corners_px[NEG_CORNER_BOTTOM_RIGHT][1]
               - count_lines (overlay.corners[NEG_CORNER_BOTTOM_RIGHT]) * line_px;
      g_assert_cmpfloat (places.corners_px[NEG_CORNER_TOP_LEFT][1], ==, places.band_px + margin_px);
      g_assert_cmpfloat (places.corners_px[NEG_CORNER_BOTTOM_RIGHT][0], ==, WIDTH - margin_px);
      n_placed += places.has_scale_bar;
      n_left_out += !places.has_scale_bar;
      if (places.has_scale_bar) {
        g_assert_cmpfloat (places.scale_bar_px[1], >=, top);
        g_assert_cmpfloat_with_epsilon (places.scale_bar_px[3] - places.scale_bar_px[1], overlay.scale_bar_px, 1e-9);
        g_assert_cmpfloat (places.scale_bar_text_px[1], >, places.scale_bar_px[3]);
        g_assert_cmpfloat (places.scale_bar_text_px[1] + line_px, <=, bottom);
        g_assert_cmpfloat (places.letters_px[NEG_EDGE_RIGHT][0], <, places.scale_bar_px[0] - line_px / 2);
      }
      neg_overlay_clear (&overlay);
    }
  g_assert_cmpuint (n_placed, >, 40);
  g_assert_cmpuint (n_left_out, >, 2);
  neg_view_state_clear (&state);
}

static NegReading *
reading_of (NegInstance *const *instances, guint n)
{
  g_autoptr (GListStore) list = g_list_store_new (NEG_TYPE_SERIES);
  NegReading *reading = neg_reading_new ();

  for (guint i = 0; i < n; i++) {
    g_autoptr (NegSeries) series = series_of (instances[i]);

    g_list_store_append (list, series);
  }
  neg_reading_set_series (reading, G_LIST_MODEL (list));
  neg_reading_set_grid (reading, 1, n);
  for (guint i = 0; i < n; i++) {
    g_autoptr (NegSeries) series = g_list_model_get_item (G_LIST_MODEL (list), i);

    g_assert_true (neg_reading_show (reading, i, series));
  }
  return reading;
}

static void
assert_band (const char *date, const char *other_date, const char *third_date, const char *band)
{
  g_autoptr (NegInstance) shown = new_image ("1", date, 1, 1), other = new_image ("2", other_date, 1, 1);
  g_autoptr (NegInstance) third = new_image ("3", third_date, 1, 1);
  NegInstance *instances[] = { shown, other, third };
  g_autoptr (NegReading) reading = reading_of (instances, 3);
  NegOverlay overlay;

  neg_overlay_init (&overlay, reading, 0, NULL, WIDTH, HEIGHT, NEG_CAPTIONS_NONE);
  g_assert_cmpstr (overlay.prior_band, ==, band);
  neg_overlay_clear (&overlay);
}

static void
test_prior_band (void)
{
  assert_band ("20240302", "20211201", "20230101", NULL);
  assert_band ("20211201", "20240302", "20220101", "PRIOR · 2021-12-01 · 2 y 3 m before");
  assert_band ("20211201", "20240302", "zzz", "PRIOR · 2021-12-01 · 2 y 3 m before");
  assert_band ("20240302", "20211201", "zzz", NULL);
  assert_band (NULL, "20240302", "20211201", "NO STUDY DATE · may be a prior");
  assert_band ("20230229", "20240302", "20211201", "NO STUDY DATE · may be a prior"); /* there is no such day */
  assert_band (NULL, NULL, NULL, NULL);
  assert_band ("20240302", "20240302", "20240302", NULL);
}

/* A coronal image that cuts an axial one: line and point land where the image shows them, however turned. */
static void
test_links (void)
{
  g_autoptr (NegInstance) axial = new_image ("1", "20240302", 1, 1), coronal = new_image ("1", "20240302", 1, 1);
  NegInstance *instances[] = { axial, coronal };
  g_autoptr (NegReading) reading = NULL;
  const double point_px[2] = { 100, 56 };
  NegOverlay overlay;

  g_free (coronal->series_uid);
  coronal->series_uid = g_strdup ("1.2");
  coronal->frame_infos[0].orientation[4] = 0;
  coronal->frame_infos[0].orientation[5] = -1;
  coronal->frame_infos[0].position_mm[1] = 127.5; /* image row 128 of the axial one */
  coronal->frame_infos[0].position_mm[2] = 56;
  reading = reading_of (instances, 2);
  neg_reading_set_active (reading, 1);
  neg_reading_set_lines (reading, TRUE);
  neg_overlay_init (&overlay, reading, 0, NULL, 1024, 1024, NEG_CAPTIONS_NONE); /* two output pixels each */
  g_assert_true (overlay.has_line);
  g_assert_cmpfloat_with_epsilon (overlay.line[1], 256, 1e-6);
  g_assert_cmpfloat_with_epsilon (overlay.line[3], 256, 1e-6);
  g_assert_cmpfloat_with_epsilon (fabs (overlay.line[2] - overlay.line[0]), 1024, 1e-6);
  g_assert_false (overlay.has_point);
  neg_overlay_clear (&overlay);

  neg_view_state_turn (neg_reading_begin_change (reading, 0, 0), 1);
  neg_reading_end_change (reading, 0);
  neg_reading_set_point (reading, 1, point_px); /* the axial image lies 56 mm below the first row's middle */
  neg_overlay_init (&overlay, reading, 0, NULL, 1024, 1024, NEG_CAPTIONS_NONE);
  g_assert_true (overlay.has_line);
  g_assert_cmpfloat_with_epsilon (overlay.line[0], 1024 - 256, 1e-6);
  g_assert_cmpfloat_with_epsilon (overlay.line[2], 1024 - 256, 1e-6);
  g_assert_true (overlay.has_point);
  g_assert_cmpfloat_with_epsilon (overlay.point[0], 1024 - 256, 1e-6);
  g_assert_cmpfloat_with_epsilon (overlay.point[1], 200, 1e-6);
  neg_overlay_clear (&overlay);

  neg_overlay_init (&overlay, reading, 1, NULL, 1024, 1024, NEG_CAPTIONS_NONE);
  g_assert_false (overlay.has_line); /* not of the active one with itself */
  g_assert_true (overlay.has_point);
  g_assert_cmpfloat_with_epsilon (overlay.point[0], 200, 1e-6);
  g_assert_cmpfloat_with_epsilon (overlay.point[1], 112, 1e-6);
  neg_overlay_clear (&overlay);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reading/overlay/scale-bar", test_scale_bar);
  g_test_add_func ("/reading/overlay/scale-bar-anisotropic", test_scale_bar_anisotropic);
  g_test_add_func ("/reading/overlay/scale-bar-origin", test_scale_bar_origin);
  g_test_add_func ("/reading/overlay/levels", test_levels);
  g_test_add_func ("/reading/overlay/pitfall-29-lossy", test_pitfall_29_lossy);
  g_test_add_func ("/reading/overlay/derived", test_derived);
  g_test_add_func ("/reading/overlay/places", test_places);
  g_test_add_func ("/reading/overlay/prior-band", test_prior_band);
  g_test_add_func ("/reading/overlay/links", test_links);
  return g_test_run ();
}
