/* What a presentation state does to pixels and their place, by hand (PS3.4 N.2, PS3.3 C.10.4, C.10.6, C.11.6). */
#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-graphic.h"
#include "imaging/neg-layers.h"

static NegInstance *
make_instance (guint32 columns, guint32 rows)
{
  NegInstance *instance = neg_instance_new ();

  instance->columns = columns;
  instance->rows = rows;
  instance->samples = 1;
  instance->frames = 1;
  instance->bits_stored = 8;
  instance->photometric = g_strdup ("MONOCHROME1");
  instance->sop_instance_uid = g_strdup ("2.25.1");
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  instance->frame_infos[0].has_rescale = TRUE;
  instance->frame_infos[0].rescale_slope = 2;
  instance->n_windows = instance->frame_infos[0].n_windows = 1;
  instance->windows = g_new0 (NegWindow, 1);
  instance->windows[0] = (NegWindow){ 10, 20, NULL };
  return instance;
}

static void
draw_row (const NegDraw *draw, const NegFrame *frame, guint8 *out)
{
  NegPicture picture = { frame->format.columns, 1, frame->format.columns, 1, out };

  neg_draw_rows (draw, frame, &picture, 0, 1);
}

/* An empty state on an image with rescale, window and MONOCHROME1 of its own: all of them are gone, 8 bits come out as
 * they are stored (pitfalls 1 and 10). */
static void
test_absent_is_identity (void)
{
  g_autoptr (NegInstance) instance = make_instance (3, 1);
  g_autoptr (NegPresentation) presentation = neg_presentation_new ();
  const guint8 pixels[] = { 0, 77, 255 };
  NegFrame frame = { { 1, 3, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME1 }, pixels };
  NegDraw draw;
  guint8 out[3];

  neg_draw_init (&draw, instance, 0, &frame, 0);
  g_assert_true (draw.inverted);
  g_assert_true (neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0));
  draw_row (&draw, &frame, out);
  g_assert_cmpmem (out, 3, pixels, 3);
  presentation->is_inverse = TRUE; /* P = max - output */
  g_assert_true (neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0));
  draw_row (&draw, &frame, out);
  g_assert_cmpmem (out, 3, "\xff\xb2\x00", 3);
}

/* Rescale 2 x - 100, a VOI LUT of 4 entries from 0 on with 12 bits, a presentation LUT of 3 entries of 8 bits:
 * 50 -> 0 -> 0 -> 10; 51 -> 2 -> 4095 / 2 -> between 10 and 250 at 2 * 2047.5 / 4095 = 1 -> the middle entry 250;
 * 52 -> 4 clamped to the last -> 4095 -> the last, 100. */
static void
test_all_stages (void)
{
  g_autoptr (NegInstance) instance = make_instance (3, 1);
  g_autoptr (NegPresentation) presentation = neg_presentation_new ();
  const guint16 voi_entries[] = { 0, 1000, 2048, 4095 }, presentation_entries[] = { 10, 250, 100 };
  const guint8 pixels[] = { 50, 51, 52 };
  NegFrame frame = { { 1, 3, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 }, pixels };
  NegDraw draw;
  guint8 out[3];

  presentation->has_rescale = TRUE;
  presentation->rescale_slope = 2;
  presentation->rescale_intercept = -100;
  presentation->n_vois = 1;
  presentation->vois = g_new0 (NegSoftcopyVoi, 1);
  presentation->vois[0].n_luts = 1;
  presentation->vois[0].luts = g_new0 (NegLut, 1);
  presentation->vois[0].luts[0] = (NegLut){ 4, 0, 12, g_memdup2 (voi_entries, sizeof voi_entries), NULL };
  presentation->presentation_lut
      = (NegLut){ 3, 0, 8, g_memdup2 (presentation_entries, sizeof presentation_entries), NULL };
  neg_draw_init (&draw, instance, 0, &frame, 0);
  g_assert_true (neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0));
  draw_row (&draw, &frame, out);
  g_assert_cmpmem (out, 3, ((guint8[]){ 10, 250, 100 }), 3);
  /* X-ray angiography: rescale and modality LUT are not for display (N.2.5). */
  presentation->kind = NEG_STATE_XA_XRF;
  g_assert_true (neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0));
  g_assert_cmpfloat (draw.modality.slope, ==, 1);
}

/* Alternatives of the items that mean this image, counted through; another image's item is passed over. */
static void
test_alternatives (void)
{
  g_autoptr (NegInstance) instance = make_instance (1, 1);
  g_autoptr (NegPresentation) presentation = neg_presentation_new ();
  const guint8 pixels[] = { 50 };
  NegFrame frame = { { 1, 1, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 }, pixels };
  NegDraw draw;

  presentation->n_vois = 2;
  presentation->vois = g_new0 (NegSoftcopyVoi, 2);
  for (guint i = 0; i < 2; i++) {
    presentation->vois[i].n_windows = 2;
    presentation->vois[i].windows = g_new0 (NegWindow, 2);
    presentation->vois[i].windows[0] = (NegWindow){ 100 * i, 10, NULL };
    presentation->vois[i].windows[1] = (NegWindow){ 100 * i + 1, 10, NULL };
  }
  presentation->vois[0].references.n = 1;
  presentation->vois[0].references.items = g_new0 (NegImageReference, 1);
  presentation->vois[0].references.items[0].sop_instance_uid = g_strdup ("2.25.99");
  neg_draw_init (&draw, instance, 0, &frame, 0);
  neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0);
  g_assert_cmpfloat (draw.voi.center, ==, 100);
  neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 1);
  g_assert_cmpfloat (draw.voi.center, ==, 101);
  neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 2);
  g_assert_cmpfloat (draw.voi.width, ==, 256); /* past the last: identity */
  /* LINEAR of a width below 1 is refused: the next alternative, then none. */
  presentation->vois[1].windows[0].width = 0.5;
  neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0);
  g_assert_cmpfloat (draw.voi.center, ==, 101);
  presentation->vois[1].windows[1].width = -1;
  neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0);
  g_assert_cmpfloat (draw.voi.width, ==, 256);
}

/* 0, 127.5 and 255 of a window over everything are the first, middle and last of three colours. */
static void
test_pseudo_color (void)
{
  g_autoptr (NegInstance) instance = make_instance (3, 1);
  g_autoptr (NegPresentation) presentation = neg_presentation_new ();
  const guint16 entries[3][3] = { { 10, 20, 30 }, { 40, 50, 60 }, { 70, 80, 90 } };
  const guint8 pixels[] = { 0, 128, 255 }, expected[] = { 10, 40, 70, 20, 50, 80, 30, 60, 90 };
  NegFrame frame = { { 1, 3, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME1 }, pixels };
  guint8 out[9];
  NegPicture picture = { 3, 1, 9, 3, out };
  NegDraw draw;

  presentation->kind = NEG_STATE_PSEUDO_COLOR;
  neg_draw_init (&draw, instance, 0, &frame, 0);
  g_assert_false (neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0)); /* no palette */
  for (guint i = 0; i < 3; i++)
    presentation->palette[i] = (NegLut){ 3, 100, 8, g_memdup2 (entries[i], sizeof entries[i]), NULL };
  g_assert_true (neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0));
  g_assert_true (neg_draw_is_color (&draw, &frame));
  neg_draw_rows (&draw, &frame, &picture, 0, 1);
  g_assert_cmpmem (out, 9, expected, 9);
}

/* Pitfall 33: nothing is done to an image that the state does not mean. */
static void
test_other_image (void)
{
  g_autoptr (NegInstance) instance = make_instance (1, 1);
  g_autoptr (NegPresentation) presentation = neg_presentation_new ();
  const guint8 pixels[] = { 50 };
  NegFrame frame = { { 1, 1, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME1 }, pixels };
  NegAffine affine;
  NegDraw draw;

  presentation->references.n = 1;
  presentation->references.items = g_new0 (NegImageReference, 1);
  presentation->references.items[0].sop_instance_uid = g_strdup ("2.25.2");
  neg_draw_init (&draw, instance, 0, &frame, 0);
  g_assert_false (neg_draw_apply_presentation (&draw, instance, 0, &frame, presentation, 0));
  g_assert_true (draw.inverted);
  g_assert_false (neg_affine_init_presentation (&affine, instance, 0, presentation, 10, 10, 0));
}

static void
assert_maps (const NegAffine *affine, double x, double y, double image_x, double image_y)
{
  const double *m = affine->m;

  g_assert_cmpfloat_with_epsilon (m[0] * x + m[1] * y + m[2], image_x, 1e-9);
  g_assert_cmpfloat_with_epsilon (m[3] * x + m[4] * y + m[5], image_y, 1e-9);
}

static NegPresentation *
make_area (gint32 left, gint32 top, gint32 right, gint32 bottom)
{
  NegPresentation *presentation = neg_presentation_new ();

  presentation->n_areas = 1;
  presentation->areas = g_new0 (NegDisplayedArea, 1);
  presentation->areas[0] = (NegDisplayedArea){ .top_left = { left, top }, .bottom_right = { right, bottom } };
  return presentation;
}

/* Columns 3 to 6 and rows 2 to 3 of the image are 4 x 2 pixels from (2, 1): in a picture of 40 x 40 each is 10 x 10,
 * with 10 rows free above and below. */
static void
test_area_fits (void)
{
  g_autoptr (NegInstance) instance = make_instance (10, 10);
  g_autoptr (NegPresentation) presentation = make_area (3, 2, 6, 3);
  NegAffine affine;

  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 40, 40, 0));
  assert_maps (&affine, 0, 10, 2, 1);
  assert_maps (&affine, 40, 30, 6, 3);
  /* Pixels twice as high as wide, which the state says (the image's own spacing plays no part): 4 x 4 fill it. */
  presentation->areas[0].has_aspect = TRUE;
  presentation->areas[0].aspect[0] = 2;
  presentation->areas[0].aspect[1] = 1;
  instance->frame_infos[0].has_spacing = TRUE;
  instance->frame_infos[0].spacing_mm[0] = 7;
  instance->frame_infos[0].spacing_mm[1] = 1;
  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 40, 40, 0));
  assert_maps (&affine, 0, 0, 2, 1);
  assert_maps (&affine, 40, 40, 6, 3);
}

/* Turned by 90 degrees clockwise the image's lower left is the picture's upper left, and the corners of the area are
 * named as seen: top left is column 3, row 3. Flipped after that, it is at the upper right (pitfall 20). */
static void
test_rotation_then_flip (void)
{
  g_autoptr (NegInstance) instance = make_instance (10, 10);
  g_autoptr (NegPresentation) presentation = make_area (3, 3, 6, 2);
  NegAffine affine;

  presentation->rotation_deg = 90;
  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 20, 40, 0));
  assert_maps (&affine, 0, 0, 2, 3);   /* lower left of the image's area */
  assert_maps (&affine, 20, 0, 2, 1);  /* upper left */
  assert_maps (&affine, 20, 40, 6, 1); /* upper right */
  presentation->is_flipped = TRUE;
  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 20, 40, 0));
  assert_maps (&affine, 20, 0, 2, 3);
  assert_maps (&affine, 0, 0, 2, 1);
  presentation->rotation_deg = 270;
  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 20, 40, 0));
  assert_maps (&affine, 20, 0, 6, 1); /* turned back the upper right is upper left, flipped it is right */
  presentation->rotation_deg = 180;
  presentation->is_flipped = FALSE;
  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 40, 20, 0));
  assert_maps (&affine, 0, 0, 6, 3);
}

/* Four columns and two rows, turned: a picture of 2 x 4; in one of 20 x 60 they are 20 x 40 in the middle. */
static void
test_area_in_picture (void)
{
  g_autoptr (NegInstance) instance = make_instance (10, 10);
  g_autoptr (NegPresentation) presentation = make_area (3, 3, 6, 2);
  double width, height, area_px[4];
  NegAffine affine;

  presentation->rotation_deg = 90;
  neg_presentation_get_size (presentation, instance, 0, &width, &height);
  g_assert_cmpfloat (width, ==, 2);
  g_assert_cmpfloat (height, ==, 4);
  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 20, 60, 0));
  neg_presentation_get_area (presentation, instance, 0, &affine, area_px);
  g_assert_cmpfloat_with_epsilon (area_px[0], 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (area_px[1], 10, 1e-9);
  g_assert_cmpfloat_with_epsilon (area_px[2], 20, 1e-9);
  g_assert_cmpfloat_with_epsilon (area_px[3], 50, 1e-9);
}

/* MAGNIFY 3: three pixels of the picture for one, about the middle. TRUE SIZE: 0.5 mm pixels on glass of 0.25 mm are
 * two each; where nobody knows the glass it is fitted. */
static void
test_sizes (void)
{
  g_autoptr (NegInstance) instance = make_instance (10, 10);
  g_autoptr (NegPresentation) presentation = make_area (1, 1, 10, 10);
  NegAffine affine;

  presentation->areas[0].mode = NEG_AREA_MAGNIFY;
  presentation->areas[0].magnification = 3;
  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 100, 100, 0));
  assert_maps (&affine, 50, 50, 5, 5);
  assert_maps (&affine, 53, 53, 6, 6);
  presentation->areas[0].mode = NEG_AREA_TRUE_SIZE;
  presentation->areas[0].has_spacing = TRUE;
  presentation->areas[0].spacing_mm[0] = presentation->areas[0].spacing_mm[1] = 0.5;
  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 100, 100, 0.25));
  assert_maps (&affine, 52, 52, 6, 6);
  g_assert_true (neg_affine_init_presentation (&affine, instance, 0, presentation, 100, 100, 0));
  assert_maps (&affine, 60, 60, 6, 6);
}

/* Over 64 pixels of one grey level and a quarter, a quarter of them are one level higher; whole levels stay whole, and
 * nothing is above white. */
static void
test_dither (void)
{
  const float pixels[] = { 100.25, 100, 255 };
  guint8 out[8 * 8];
  NegPicture picture = { 8, 8, 8, 1, out };
  NegDraw draw = { .modality = { .slope = 1 }, .is_dithered = TRUE,
                   .voi = { .function = NEG_VOI_LINEAR_EXACT, .center = 127.5, .width = 255 },
                   .output_to_image = { { 0.125, 0, 0, 0, 0.125, 0 } } };
  const guint expected[] = { 100 * 64 + 16, 100 * 64, 255 * 64 };

  for (guint i = 0; i < 3; i++) {
    NegFrame frame = { { 1, 1, 1, 32, NEG_SAMPLE_F32, NEG_COLOR_MONOCHROME2 }, &pixels[i] };
    guint sum = 0;

    neg_draw_rows (&draw, &frame, &picture, 0, 8);
    for (guint j = 0; j < 64; j++)
      sum += out[j];
    g_assert_cmpuint (sum, ==, expected[i]);
  }
}

/* The curve comes after polarity: P of 1/4 inverted is 3/4. */
static void
test_curve (void)
{
  g_autofree NegDisplayCurve *curve = g_new0 (NegDisplayCurve, 1);
  const float pixels[] = { 0.25f };
  NegFrame frame = { { 1, 1, 1, 32, NEG_SAMPLE_F32, NEG_COLOR_MONOCHROME2 }, pixels };
  NegDraw draw = { .modality = { .slope = 1 }, .inverted = TRUE, .curve = curve,
                   .voi = { .function = NEG_VOI_LINEAR_EXACT, .center = 0.5, .width = 1 },
                   .output_to_image = { { 1, 0, 0, 0, 1, 0 } } };
  guint8 out;

  for (guint i = 0; i <= NEG_CURVE_STEPS; i++)
    curve->levels[i] = pow ((double) i / NEG_CURVE_STEPS, 2);
  draw_row (&draw, &frame, &out);
  g_assert_cmpuint (out, ==, 143); /* 255 * 0.5625 = 143.4 */
}

/* Points of a curve lie on it; graphics with other numbers of points than their type has are refused. */
static void
test_graphics (void)
{
  double circle[] = { 10, 20, 13, 24 }, spline[] = { 0, 0, 10, 0, 10, 10 }, ellipse[] = { 0, 5, 10, 5, 5, 2, 5, 8 };
  NegGraphic graphic = { .type = NEG_GRAPHIC_CIRCLE, .n_points = 2, .points = circle };
  g_autofree double *round = NULL, *through = NULL, *oval = NULL;
  guint n;

  round = neg_graphic_flatten (&graphic, 0.1, &n);
  g_assert_cmpuint (n, >, 12);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (hypot (round[2 * i] - 10, round[2 * i + 1] - 20), 5, 1e-9);
  g_assert_cmpfloat (round[0], ==, round[2 * n - 2]);
  graphic = (NegGraphic){ .type = NEG_GRAPHIC_ELLIPSE, .n_points = 4, .points = ellipse };
  oval = neg_graphic_flatten (&graphic, 0.1, &n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (pow ((oval[2 * i] - 5) / 5, 2) + pow ((oval[2 * i + 1] - 5) / 3, 2), 1, 1e-9);
  graphic = (NegGraphic){ .type = NEG_GRAPHIC_INTERPOLATED, .n_points = 3, .points = spline };
  through = neg_graphic_flatten (&graphic, 0.5, &n);
  g_assert_cmpfloat (through[0], ==, 0);
  g_assert_cmpfloat (through[2 * n - 1], ==, 10);
  g_assert_cmpuint (n, >, 5);
  graphic.type = NEG_GRAPHIC_ELLIPSE;
  g_assert_null (neg_graphic_flatten (&graphic, 0.5, &n));
  spline[1] = NAN;
  graphic.type = NEG_GRAPHIC_POLYLINE;
  g_assert_null (neg_graphic_flatten (&graphic, 0.5, &n));
}

/* White, middle grey (L* 53.39 is sRGB 127.5 or so) and the red of sRGB, whose Lab under D50 is 54.29 80.81 69.89. */
static void
test_lab (void)
{
  guint8 rgb[3];

  neg_lab_to_rgb ((double[]){ 100, 0, 0 }, rgb);
  g_assert_cmpmem (rgb, 3, "\xff\xff\xff", 3);
  neg_lab_to_rgb ((double[]){ 53.585, 0, 0 }, rgb);
  g_assert_cmpuint (rgb[0], ==, 128);
  g_assert_cmpuint (rgb[2], ==, 128);
  neg_lab_to_rgb ((double[]){ 54.29, 80.81, 69.89 }, rgb);
  g_assert_cmpuint (rgb[0], >=, 254);
  g_assert_cmpuint (rgb[1], <=, 2);
  g_assert_cmpuint (rgb[2], <=, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/presentation/absent-is-identity", test_absent_is_identity);
  g_test_add_func ("/presentation/all-stages", test_all_stages);
  g_test_add_func ("/presentation/alternatives", test_alternatives);
  g_test_add_func ("/presentation/pseudo-color", test_pseudo_color);
  g_test_add_func ("/presentation/other-image", test_other_image);
  g_test_add_func ("/presentation/area-fits", test_area_fits);
  g_test_add_func ("/presentation/rotation-then-flip", test_rotation_then_flip);
  g_test_add_func ("/presentation/area-in-picture", test_area_in_picture);
  g_test_add_func ("/presentation/sizes", test_sizes);
  g_test_add_func ("/presentation/dither", test_dither);
  g_test_add_func ("/presentation/curve", test_curve);
  g_test_add_func ("/presentation/graphics", test_graphics);
  g_test_add_func ("/presentation/lab", test_lab);
  return g_test_run ();
}
