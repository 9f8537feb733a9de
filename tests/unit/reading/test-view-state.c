/* NegViewState and the presets of a file: what the hands do to what is shown. */
#include "config.h"

#include <math.h>

#include "reading/neg-preset.h"
#include "reading/neg-view-state.h"

#define WIDTH 1000u
#define HEIGHT 600u

static NegInstance *
new_slice (int number, double z_mm)
{
  NegInstance *instance = neg_instance_new ();

  instance->kind = NEG_OBJECT_IMAGE;
  instance->modality = g_strdup ("CT");
  instance->study_uid = g_strdup ("1.2.3");
  instance->series_uid = g_strdup ("1.2.3.4");
  instance->sop_instance_uid = g_strdup_printf ("1.2.3.4.%d", number);
  instance->frame_of_reference_uid = g_strdup ("1.2.3.5");
  instance->has_instance_number = TRUE;
  instance->instance_number = number;
  instance->rows = 200;
  instance->columns = 300;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->high_bit = 15;
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  instance->frame_infos[0].has_position = instance->frame_infos[0].has_orientation = TRUE;
  instance->frame_infos[0].position_mm[2] = z_mm;
  instance->frame_infos[0].orientation[0] = instance->frame_infos[0].orientation[4] = 1;
  return instance;
}

/* One series of @n slices, numbers @first and up; @blobs are made once, so that a grown series shares them. */
static NegSeries *
build_series (GPtrArray *blobs, guint first, guint n)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  g_autoptr (GPtrArray) used = g_ptr_array_new ();
  g_autoptr (GPtrArray) built = NULL;

  for (guint i = first; i < first + n; i++) {
    g_ptr_array_add (instances, new_slice (i, i * 2.0));
    g_ptr_array_add (used, g_ptr_array_index (blobs, i));
  }
  built = neg_series_build (instances, used);
  g_assert_cmpuint (built->len, ==, 1);
  return g_object_ref (g_ptr_array_index (built, 0));
}

static GPtrArray *
new_blobs (guint n)
{
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path ("slice"));
  return blobs;
}

typedef struct {
  GPtrArray *blobs;
  NegSeries *series;
  NegViewState state;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->blobs = new_blobs (20);
  fixture->series = build_series (fixture->blobs, 0, 10);
  neg_view_state_init (&fixture->state);
  neg_view_state_set_series (&fixture->state, fixture->series);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  neg_view_state_clear (&fixture->state);
  g_assert_null (fixture->state.series);
  g_assert_finalize_object (fixture->series);
  g_ptr_array_unref (fixture->blobs);
}

static void
test_scroll_stops_at_the_ends (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;

  g_assert_cmpuint (state->index, ==, 0);
  g_assert_false (neg_view_state_scroll (state, -1));
  g_assert_true (neg_view_state_scroll (state, 3));
  g_assert_cmpuint (state->index, ==, 3);
  g_assert_cmpint (state->step, ==, 1);
  g_assert_true (neg_view_state_scroll (state, -1));
  g_assert_cmpint (state->step, ==, -1);
  g_assert_true (neg_view_state_scroll (state, G_MAXINT32));
  g_assert_cmpuint (state->index, ==, 9);
  g_assert_false (neg_view_state_scroll (state, 1));
  g_assert_true (neg_view_state_scroll (state, -G_MAXINT32));
  g_assert_cmpuint (state->index, ==, 0);
  g_assert_true (neg_view_state_set_index (state, G_MAXUINT));
  g_assert_cmpuint (state->index, ==, 9);
}

static void
test_nothing_to_show (void)
{
  NegViewState state;
  NegAffine affine;

  neg_view_state_init (&state);
  g_assert_null (neg_view_state_get_frame (&state));
  g_assert_false (neg_view_state_scroll (&state, 1));
  g_assert_false (neg_view_state_get_affine (&state, WIDTH, HEIGHT, &affine));
  neg_view_state_zoom_at (&state, WIDTH, HEIGHT, 1, 1, 2);
  neg_view_state_pan (&state, WIDTH, HEIGHT, 1, 1);
  neg_view_state_set_true_pixels (&state, WIDTH, HEIGHT);
  g_assert_cmpfloat (state.zoom, ==, 1);
  g_assert_cmpfloat (neg_view_state_get_magnification (&state, WIDTH, HEIGHT), ==, 0);
  neg_view_state_clear (&state);
}

static void
test_grown_series_keeps_the_image (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  g_autoptr (NegSeries) late = build_series (fixture->blobs, 5, 10);
  g_autoptr (NegSeries) other = build_series (fixture->blobs, 15, 5);
  const NegBlob *shown;

  neg_view_state_set_index (state, 7);
  state->zoom = 3;
  shown = neg_view_state_get_frame (state)->blob;
  g_assert_true (neg_view_state_replace_series (state, late));
  g_assert_true (neg_view_state_get_frame (state)->blob == shown);
  g_assert_cmpuint (state->index, ==, 2);
  g_assert_cmpfloat (state->zoom, ==, 3);
  g_assert_false (neg_view_state_replace_series (state, other));
  g_assert_true (state->series == late);
  neg_view_state_set_series (state, NULL);
}

/* IHE BIR, RAD TF-2 4.16.4.2.2.5.4: dw = +dx, dc = +dy, y downwards. */
static void
test_window_drag_directions (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  const NegVoi start = { .function = NEG_VOI_LINEAR, .center = 40, .width = 400 };

  neg_view_state_drag_window (state, &start, 50, 0);
  g_assert_true (state->has_window);
  g_assert_cmpfloat (state->width, >, 400);
  g_assert_cmpfloat (state->center, ==, 40);
  neg_view_state_drag_window (state, &start, -50, 0);
  g_assert_cmpfloat (state->width, <, 400);
  neg_view_state_drag_window (state, &start, 0, -50);
  g_assert_cmpfloat (state->center, <, 40);
  g_assert_cmpfloat (state->width, ==, 400);
  neg_view_state_drag_window (state, &start, 0, 50);
  g_assert_cmpfloat (state->center, >, 40);
  neg_view_state_drag_window (state, &start, 0, 0);
  g_assert_cmpfloat (state->center, ==, 40);
  g_assert_cmpfloat (state->width, ==, 400);
}

static void
test_window_drag_scales (Fixture *fixture, gconstpointer data)
{
  const NegVoi narrow = { .function = NEG_VOI_LINEAR, .center = 40, .width = 10 };
  const NegVoi wide = { .function = NEG_VOI_LINEAR, .center = 40, .width = 4000 };
  NegViewState *state = &fixture->state;
  double narrow_step;

  neg_view_state_drag_window (state, &narrow, 0, 30);
  narrow_step = state->center - 40;
  neg_view_state_drag_window (state, &wide, 0, 30);
  g_assert_cmpfloat_with_epsilon ((state->center - 40) / narrow_step, 400, 1e-6);
}

/* C.11.2.1.2: LINEAR never below 1, the others never 0, whatever the drag. */
static void
test_window_drag_stays_valid (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;

  for (NegVoiFunction function = NEG_VOI_LINEAR; function <= NEG_VOI_SIGMOID; function++) {
    const NegVoi start = { .function = function, .center = 0.5, .width = 2 };

    for (double dx = -1e5; dx <= 1e5; dx += 1e4) {
      NegVoi voi;

      neg_view_state_drag_window (state, &start, dx, 0);
      voi = (NegVoi){ .function = state->function, .center = state->center, .width = state->width };
      g_assert_cmpint (state->function, ==, function);
      g_assert_true (neg_voi_is_valid (&voi));
    }
  }
}

static void
test_window_drag_from_a_table (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  const NegLut lut = { .n_entries = 1001, .first_mapped = -500 };
  const NegVoi start = { .lut = &lut };

  neg_view_state_drag_window (state, &start, 0, 0);
  g_assert_cmpint (state->function, ==, NEG_VOI_LINEAR);
  g_assert_cmpfloat (state->width, ==, 1001);
  g_assert_cmpfloat_with_epsilon (state->center, 0, 0.6);
}

static void
to_image (const NegViewState *state, double x, double y, double *image_x, double *image_y)
{
  NegAffine affine;

  g_assert_true (neg_view_state_get_affine (state, WIDTH, HEIGHT, &affine));
  *image_x = affine.m[0] * x + affine.m[1] * y + affine.m[2];
  *image_y = affine.m[3] * x + affine.m[4] * y + affine.m[5];
}

static void
test_zoom_keeps_the_point (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  double before[2], after[2];

  to_image (state, 400, 200, &before[0], &before[1]);
  for (guint i = 0; i < 5; i++)
    neg_view_state_zoom_at (state, WIDTH, HEIGHT, 400, 200, 1.3);
  to_image (state, 400, 200, &after[0], &after[1]);
  g_assert_cmpfloat_with_epsilon (after[0], before[0], 1e-6);
  g_assert_cmpfloat_with_epsilon (after[1], before[1], 1e-6);
  g_assert_cmpfloat_with_epsilon (state->zoom, pow (1.3, 5), 1e-9);
}

static void
test_zoom_has_limits (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;

  for (guint i = 0; i < 100; i++)
    neg_view_state_zoom_at (state, WIDTH, HEIGHT, 500, 300, 2);
  g_assert_cmpfloat_with_epsilon (neg_view_state_get_magnification (state, WIDTH, HEIGHT), NEG_MAGNIFICATION_MAX, 1e-6);
  for (guint i = 0; i < 100; i++)
    neg_view_state_zoom_at (state, WIDTH, HEIGHT, 0, 0, 0.5);
  g_assert_cmpfloat (state->zoom, ==, NEG_ZOOM_MIN);
  neg_view_state_zoom_at (state, WIDTH, HEIGHT, 0, 0, NAN);
  neg_view_state_zoom_at (state, WIDTH, HEIGHT, 0, 0, -1);
  g_assert_cmpfloat (state->zoom, ==, NEG_ZOOM_MIN);
}

static void
test_pan (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  double before[2], after[2];

  to_image (state, 500, 300, &before[0], &before[1]);
  neg_view_state_pan (state, WIDTH, HEIGHT, 60, -30);
  to_image (state, 560, 270, &after[0], &after[1]);
  g_assert_cmpfloat_with_epsilon (after[0], before[0], 1e-6);
  g_assert_cmpfloat_with_epsilon (after[1], before[1], 1e-6);
  neg_view_state_pan (state, WIDTH, HEIGHT, 1e6, 1e6);
  to_image (state, 500, 300, &after[0], &after[1]);
  g_assert_cmpfloat (after[0], >=, 0);
  g_assert_cmpfloat (after[1], >=, 0);
  neg_view_state_fit (state);
  to_image (state, 500, 300, &after[0], &after[1]);
  g_assert_cmpfloat_with_epsilon (after[0], before[0], 1e-6);
}

static void
test_resize_keeps_the_middle (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  NegAffine affine;
  double middle_x, middle_y;

  neg_view_state_pan (state, WIDTH, HEIGHT, 100, 50);
  to_image (state, WIDTH / 2.0, HEIGHT / 2.0, &middle_x, &middle_y);
  g_assert_true (neg_view_state_get_affine (state, 500, 900, &affine));
  g_assert_cmpfloat_with_epsilon (affine.m[0] * 250 + affine.m[2], middle_x, 1e-6);
  g_assert_cmpfloat_with_epsilon (affine.m[4] * 450 + affine.m[5], middle_y, 1e-6);
}

static void
test_true_pixels_lie_on_pixels (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  NegAffine affine;

  for (guint width = 1000; width < 1002; width++) {
    neg_view_state_set_true_pixels (state, width, HEIGHT);
    g_assert_true (neg_view_state_get_affine (state, width, HEIGHT, &affine));
    g_assert_cmpfloat_with_epsilon (affine.m[0], 1, 1e-9);
    g_assert_cmpfloat (affine.m[2], ==, floor (affine.m[2]));
    g_assert_cmpfloat (affine.m[5], ==, floor (affine.m[5]));
  }
}

static void
test_prepare (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  const NegDraw own = { .voi = { .center = 1, .width = 2 }, .inverted = TRUE };
  NegDraw draw;

  g_assert_true (neg_view_state_prepare (state, &own, WIDTH, HEIGHT, &draw));
  g_assert_cmpfloat (draw.voi.center, ==, 1);
  g_assert_true (draw.inverted);
  neg_view_state_drag_window (state, &(NegVoi){ .center = 40, .width = 400 }, 0, 0);
  state->inverted = TRUE;
  g_assert_true (neg_view_state_prepare (state, &own, WIDTH, HEIGHT, &draw));
  g_assert_cmpfloat (draw.voi.center, ==, 40);
  g_assert_false (draw.inverted); /* MONOCHROME1, inverted by hand: once back, not twice */
  neg_view_state_set_preset (state, 0);
  g_assert_true (neg_view_state_prepare (state, &own, WIDTH, HEIGHT, &draw));
  g_assert_cmpfloat (draw.voi.center, ==, 1);
  g_assert_true (draw.inverted);
}

static void
test_presets (void)
{
  g_autoptr (NegInstance) instance = new_slice (1, 0);
  NegPreset preset;

  g_assert_cmpuint (neg_presets_count (instance, 0), ==, 0);
  g_assert_false (neg_preset_get (instance, 0, 0, &preset));
  instance->n_windows = 3;
  instance->windows = g_new0 (NegWindow, 3);
  instance->windows[1] = (NegWindow){ 40, 400, g_strdup ("Abdomen") };
  instance->windows[2] = (NegWindow){ -600, 1500, g_strdup ("Lung") };
  instance->frame_infos[0].first_window = 1;
  instance->frame_infos[0].n_windows = 2;
  instance->n_voi_luts = 1;
  instance->voi_luts = g_new0 (NegLut, 1);
  instance->voi_luts[0].explanation = g_strdup ("Film");
  g_assert_cmpuint (neg_presets_count (instance, 0), ==, 3);
  g_assert_true (neg_preset_get (instance, 0, 1, &preset));
  g_assert_cmpstr (preset.explanation, ==, "Lung");
  g_assert_cmpfloat (preset.width, ==, 1500);
  g_assert_true (neg_preset_get (instance, 0, 2, &preset));
  g_assert_true (preset.is_lut);
  g_assert_cmpstr (preset.explanation, ==, "Film");
  g_assert_false (neg_preset_get (instance, 0, 3, &preset));
  g_assert_false (neg_preset_get (instance, 0, G_MAXUINT, &preset));
}

/* A preset beyond what the image offers is its first, not the range of its values. */
static void
test_preset_beyond (Fixture *fixture, gconstpointer data)
{
  NegInstance *instance = neg_view_state_get_frame (&fixture->state)->instance;

  neg_view_state_set_preset (&fixture->state, 1);
  g_assert_cmpuint (neg_view_state_get_preset (&fixture->state), ==, 0);
  instance->n_windows = instance->frame_infos[0].n_windows = 2;
  instance->windows = g_new0 (NegWindow, 2);
  g_assert_cmpuint (neg_view_state_get_preset (&fixture->state), ==, 1);
  neg_view_state_scroll (&fixture->state, 1);
  g_assert_cmpuint (neg_view_state_get_preset (&fixture->state), ==, 0);
}

static void
apply (const NegAffine *affine, double x, double y, double image_px[2])
{
  image_px[0] = affine->m[0] * x + affine->m[1] * y + affine->m[2];
  image_px[1] = affine->m[3] * x + affine->m[4] * y + affine->m[5];
}

/* The same point in the middle, and the same neighbours around it, further away; in all eight orientations. */
static void
test_magnifier (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  NegAffine view, glass;
  double seen[2], magnified[2];

  neg_view_state_zoom_at (state, WIDTH, HEIGHT, 300, 200, 1.7);
  for (guint i = 0; i < 8; i++) {
    state->mirrored = i >= 4;
    state->turns = i & 3;
    g_assert_true (neg_view_state_get_affine (state, WIDTH, HEIGHT, &view));
    g_assert_true (neg_view_state_get_magnifier (state, WIDTH, HEIGHT, 640, 123, 201, 2.5, &glass));
    apply (&view, 640, 123, seen);
    apply (&glass, 100.5, 100.5, magnified);
    for (guint j = 0; j < 2; j++)
      g_assert_cmpfloat_with_epsilon (seen[j], magnified[j], 1e-9);
    apply (&view, 640 + 20, 123 - 8, seen);
    apply (&glass, 100.5 + 50, 100.5 - 20, magnified);
    for (guint j = 0; j < 2; j++)
      g_assert_cmpfloat_with_epsilon (seen[j], magnified[j], 1e-9);
  }
  g_assert_false (neg_view_state_get_magnifier (state, WIDTH, HEIGHT, 1, 1, 0, 2, &glass));
  g_assert_false (neg_view_state_get_magnifier (state, WIDTH, HEIGHT, 1, 1, 200, 0, &glass));
  g_assert_false (neg_view_state_get_magnifier (state, 0, 0, 1, 1, 200, 2, &glass));
  neg_view_state_clear (state);
  g_assert_false (neg_view_state_get_magnifier (state, WIDTH, HEIGHT, 1, 1, 200, 2, &glass));
}

#define ADD(path, function) g_test_add ("/reading/view-state/" path, Fixture, NULL, set_up, function, tear_down)

/* Rows 0.8 mm apart, columns 0.4 mm: a pixel of glass of 0.2 mm is half a column. */
static void
test_true_size (Fixture *fixture, gconstpointer data)
{
  NegViewState *state = &fixture->state;
  NegFrameInfo *info = &neg_view_state_get_frame (state)->instance->frame_infos[0];
  static const double wrong_mm[] = { 1e-200, 1e200, INFINITY, NAN };

  g_assert_false (neg_view_state_set_true_size (state, WIDTH, HEIGHT, 0.2));
  info->has_spacing = TRUE;
  info->spacing_mm[0] = 0.8;
  info->spacing_mm[1] = 0.4;
  g_assert_false (neg_view_state_set_true_size (state, WIDTH, HEIGHT, 0));
  for (guint turns = 0; turns < 2; turns++) {
    state->turns = turns;
    g_assert_true (neg_view_state_set_true_size (state, WIDTH, HEIGHT, 0.2));
    g_assert_cmpfloat_with_epsilon (neg_view_state_get_magnification (state, WIDTH, HEIGHT), 2, 1e-9);
  }
  for (guint i = 0; i < G_N_ELEMENTS (wrong_mm); i++) {
    double before = state->zoom;

    info->spacing_mm[0] = info->spacing_mm[1] = wrong_mm[i];
    g_assert_false (neg_view_state_set_true_size (state, WIDTH, HEIGHT, 0.2));
    g_assert_cmpfloat (state->zoom, ==, before);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("scroll-stops-at-the-ends", test_scroll_stops_at_the_ends);
  ADD ("grown-series-keeps-the-image", test_grown_series_keeps_the_image);
  ADD ("window-drag-directions", test_window_drag_directions);
  ADD ("window-drag-scales", test_window_drag_scales);
  ADD ("window-drag-stays-valid", test_window_drag_stays_valid);
  ADD ("window-drag-from-a-table", test_window_drag_from_a_table);
  ADD ("zoom-keeps-the-point", test_zoom_keeps_the_point);
  ADD ("zoom-has-limits", test_zoom_has_limits);
  ADD ("pan", test_pan);
  ADD ("resize-keeps-the-middle", test_resize_keeps_the_middle);
  ADD ("true-pixels-lie-on-pixels", test_true_pixels_lie_on_pixels);
  ADD ("true-size", test_true_size);
  ADD ("prepare", test_prepare);
  ADD ("magnifier", test_magnifier);
  ADD ("preset-beyond", test_preset_beyond);
  g_test_add_func ("/reading/view-state/nothing-to-show", test_nothing_to_show);
  g_test_add_func ("/reading/presets", test_presets);
  return g_test_run ();
}
