#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-draw.h"

/* An object with one 16-bit grey frame, its own pixels and one frame info. */
static NegInstance *
instance_new (const char *photometric)
{
  NegInstance *instance = neg_instance_new ();

  instance->kind = NEG_OBJECT_IMAGE;
  instance->rows = instance->columns = 2;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->photometric = g_strdup (photometric);
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new (NegFrameInfo, 1);
  neg_frame_info_init (&instance->frame_infos[0]);
  return instance;
}

static void
add_window (NegInstance *instance, double center, double width)
{
  NegFrameInfo *info = &instance->frame_infos[instance->n_frame_infos - 1];

  instance->windows = g_renew (NegWindow, instance->windows, instance->n_windows + 1);
  instance->windows[instance->n_windows] = (NegWindow){ center, width, NULL };
  if (info->n_windows++ == 0)
    info->first_window = instance->n_windows;
  instance->n_windows++;
}

static void
set_lut (NegLut *lut, gint32 first, guint bits, guint n, const guint16 *entries)
{
  *lut = (NegLut){ .n_entries = n, .first_mapped = first, .bits = bits, .entries = g_memdup2 (entries, n * 2) };
}

static const guint16 ramp16[] = { 0, 100, 200, 255 };
static const NegFrame frame16 = { { 2, 2, 1, 16, NEG_SAMPLE_U16, NEG_COLOR_MONOCHROME2 }, ramp16 };

static NegDraw
identity_draw (double center, double width)
{
  return (NegDraw){
    .modality = { .slope = 1 },
    .voi = { .function = NEG_VOI_LINEAR_EXACT, .center = center, .width = width },
    .output_to_image = { { 1, 0, 0, 0, 1, 0 } },
  };
}

static void
draw_into (const NegDraw *draw, const NegFrame *frame, guint width, guint height, guint channels, guint8 *pixels)
{
  NegPicture picture = { width, height, (gsize) width * channels, channels, pixels };

  memset (pixels, 0xaa, (gsize) width * height * channels);
  neg_draw_rows (draw, frame, &picture, 0, height);
}

static void
test_identity (void)
{
  NegDraw draw = identity_draw (127.5, 255);
  guint8 pixels[16];

  for (guint i = 0; i <= NEG_INTERPOLATION_CUBIC; i++) {
    draw.interpolation = i;
    draw_into (&draw, &frame16, 2, 2, 1, pixels);
    for (guint j = 0; j < 4; j++)
      g_assert_cmpuint (pixels[j], ==, ramp16[j]);
  }
  draw.inverted = TRUE;
  draw_into (&draw, &frame16, 2, 2, 4, pixels);
  g_assert_cmpmem (pixels + 4, 4, ((guint8[]){ 155, 155, 155, 255 }), 4);
}

static void
test_linear (void)
{
  NegDraw draw = identity_draw (127.5, 255);
  guint8 pixels[4 * 4];

  draw.interpolation = NEG_INTERPOLATION_LINEAR;
  draw.output_to_image = (NegAffine){ { 0.5, 0, 0, 0, 0.5, 0 } };
  draw_into (&draw, &frame16, 4, 4, 1, pixels);
  /* Centres at 0.25, 0.75, 1.25, 1.75: border, 1/4, 3/4, border. */
  g_assert_cmpmem (pixels, 4, ((guint8[]){ 0, 25, 75, 100 }), 4);
  g_assert_cmpmem (pixels + 4, 4, ((guint8[]){ 50, 72, 117, 139 }), 4);
}

static void
test_cubic (void)
{
  static const guint8 row[] = { 10, 10, 110, 110, 10, 60 };
  const NegFrame frame = { { 1, 6, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 }, row };
  NegDraw draw = identity_draw (127.5, 255);
  guint8 pixels[6];

  draw.interpolation = NEG_INTERPOLATION_CUBIC;
  draw.output_to_image.m[2] = 0.5;
  draw_into (&draw, &frame, 6, 1, 1, pixels);
  /* Half way: (-a + 9b + 9c - d) / 16; between the two 110 it would be 122.5 and is held to 110. */
  g_assert_cmpuint (pixels[1], ==, 60);
  g_assert_cmpuint (pixels[2], ==, 110);
  g_assert_cmpuint (pixels[5], ==, 0); /* 6.0 is outside */
}

static void
test_outside (void)
{
  NegDraw draw = identity_draw (-1000, 1); /* everything white */
  guint8 pixels[4 * 4 * 4];

  draw.output_to_image.m[2] = draw.output_to_image.m[5] = -1;
  draw_into (&draw, &frame16, 4, 4, 1, pixels);
  g_assert_cmpmem (pixels, 8, ((guint8[]){ 0, 0, 0, 0, 0, 255, 255, 0 }), 8);
  draw.inverted = TRUE; /* the background stays black */
  draw.output_to_image.m[2] = NAN;
  draw_into (&draw, &frame16, 4, 4, 4, pixels);
  for (guint i = 0; i < 64; i++)
    g_assert_cmpuint (pixels[i], ==, i % 4 == 3 ? 255 : 0);
}

static void
test_padding (void)
{
  static const gint16 row[] = { 100, -2000, 200, 50 };
  const NegFrame frame = { { 1, 4, 1, 16, NEG_SAMPLE_S16, NEG_COLOR_MONOCHROME2 }, row };
  NegDraw draw = identity_draw (127.5, 255);
  guint8 pixels[8];

  draw.padding = (NegPadding){ TRUE, -2000, -2000 };
  draw.interpolation = NEG_INTERPOLATION_LINEAR;
  draw.output_to_image.m[0] = 0.5;
  draw_into (&draw, &frame, 8, 1, 1, pixels);
  /* Beside the padding pixel the neighbour alone counts: no dark rim. 162.5 and 87.5 round up. */
  g_assert_cmpmem (pixels, 8, ((guint8[]){ 100, 100, 0, 0, 200, 163, 88, 50 }), 8);
  draw.interpolation = NEG_INTERPOLATION_CUBIC;
  draw_into (&draw, &frame, 8, 1, 1, pixels);
  g_assert_cmpmem (pixels, 5, ((guint8[]){ 100, 100, 0, 0, 200 }), 5);
}

static void
test_not_finite (void)
{
  static const float row[] = { 100, NAN, 200, INFINITY };
  const NegFrame frame = { { 1, 4, 1, 32, NEG_SAMPLE_F32, NEG_COLOR_MONOCHROME2 }, row };
  NegDraw draw = identity_draw (127.5, 255);
  guint8 pixels[8];

  for (guint i = 0; i <= NEG_INTERPOLATION_CUBIC; i++) {
    draw.interpolation = i;
    draw.output_to_image.m[0] = 0.5;
    draw_into (&draw, &frame, 8, 1, 1, pixels);
    g_assert_cmpmem (pixels, 8, ((guint8[]){ 100, 100, 0, 0, 200, 200, 0, 0 }), 8);
  }
}

/* After the modality transform, not before: a table makes the difference visible. */
static void
test_modality_before_interpolation (void)
{
  static const guint16 entries[] = { 0, 0, 200 };
  static const guint8 row[] = { 0, 2 };
  NegLut lut = { .n_entries = 3, .bits = 8, .entries = (guint16 *) entries };
  const NegFrame frame = { { 1, 2, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 }, row };
  NegDraw draw = identity_draw (127.5, 255);
  guint8 pixel;

  draw.modality.lut = &lut;
  draw.interpolation = NEG_INTERPOLATION_LINEAR;
  draw.output_to_image.m[2] = 0.5;
  draw_into (&draw, &frame, 1, 1, 1, &pixel);
  g_assert_cmpuint (pixel, ==, 100);
}

static void
test_color (void)
{
  static const guint16 row[] = { 0x0fff, 0x0800, 0, 0, 0x0800, 0x0fff };
  const NegFrame frame = { { 1, 2, 3, 12, NEG_SAMPLE_U16, NEG_COLOR_RGB }, row };
  g_autoptr (NegInstance) instance = instance_new ("RGB");
  guint8 pixels[8];
  NegDraw draw;

  instance->samples = 3;
  add_window (instance, 10, 1); /* no window for colour */
  neg_draw_init (&draw, instance, 0, &frame, 0);
  g_assert_true (neg_draw_is_color (&draw, &frame));
  g_assert_false (draw.inverted);
  draw_into (&draw, &frame, 2, 1, 3, pixels);
  g_assert_cmpmem (pixels, 6, ((guint8[]){ 255, 128, 0, 0, 128, 255 }), 6);
  draw_into (&draw, &frame, 2, 1, 4, pixels);
  g_assert_cmpmem (pixels, 8, ((guint8[]){ 0, 128, 255, 255, 255, 128, 0, 255 }), 8);
  draw.output_to_image.m[2] = 0.5;
  draw_into (&draw, &frame, 2, 1, 3, pixels);
  g_assert_cmpmem (pixels, 3, ((guint8[]){ 128, 128, 128 }), 3);
}

static void
set_palette (NegInstance *instance, gint32 first, guint bits, guint n, const guint16 *red, const guint16 *green,
             const guint16 *blue)
{
  set_lut (&instance->palette[0], first, bits, n, red);
  set_lut (&instance->palette[1], first, bits, n, green);
  set_lut (&instance->palette[2], first, bits, n, blue);
}

static void
test_palette (void)
{
  static const guint8 row[] = { 0, 5, 6, 200 };
  const NegFrame frame = { { 1, 4, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_PALETTE }, row };
  g_autoptr (NegInstance) instance = instance_new ("PALETTE COLOR");
  guint8 pixels[12];
  NegDraw draw;

  set_palette (instance, 5, 16, 2, (guint16[]){ 0x1234, 0xff00 }, (guint16[]){ 0, 0x80ff }, (guint16[]){ 0xffff, 0 });
  neg_draw_init (&draw, instance, 0, &frame, 0);
  g_assert_true (neg_draw_is_color (&draw, &frame));
  draw_into (&draw, &frame, 4, 1, 3, pixels);
  g_assert_cmpmem (pixels, 12, ((guint8[]){ 0x12, 0, 0xff, 0x12, 0, 0xff, 0xff, 0x80, 0, 0xff, 0x80, 0 }), 12);
  draw.output_to_image.m[2] = 0.4; /* nearest, whatever was asked for */
  draw_into (&draw, &frame, 4, 1, 3, pixels);
  g_assert_cmpmem (pixels, 6, ((guint8[]){ 0x12, 0, 0xff, 0x12, 0, 0xff }), 6);
}

/* Writers that put 8-bit values into entries declared as 16 bit. */
static void
test_palette_of_small_entries (void)
{
  static const guint8 row[] = { 0, 1 };
  const NegFrame frame = { { 1, 2, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_PALETTE }, row };
  g_autoptr (NegInstance) instance = instance_new ("PALETTE COLOR");
  guint8 pixels[6];
  NegDraw draw;

  set_palette (instance, 0, 16, 2, (guint16[]){ 0x12, 0xff }, (guint16[]){ 0, 0x80 }, (guint16[]){ 0xff, 0 });
  neg_draw_init (&draw, instance, 0, &frame, 0);
  draw_into (&draw, &frame, 2, 1, 3, pixels);
  g_assert_cmpmem (pixels, 6, ((guint8[]){ 0x12, 0, 0xff, 0xff, 0x80, 0 }), 6);
}

static void
test_palette_supplemental (void)
{
  static const guint16 row[] = { 0, 128, 1000, 1001 };
  const NegFrame frame = { { 1, 4, 1, 16, NEG_SAMPLE_U16, NEG_COLOR_MONOCHROME2 }, row };
  g_autoptr (NegInstance) instance = instance_new ("MONOCHROME2");
  guint8 pixels[12];
  NegDraw draw;

  set_palette (instance, 1000, 8, 2, (guint16[]){ 255, 1 }, (guint16[]){ 0, 2 }, (guint16[]){ 0, 3 });
  add_window (instance, 128, 256);
  neg_draw_init (&draw, instance, 0, &frame, 0);
  g_assert_true (draw.palette_supplemental);
  draw_into (&draw, &frame, 4, 1, 3, pixels);
  g_assert_cmpmem (pixels, 12, ((guint8[]){ 0, 0, 0, 128, 128, 128, 255, 0, 0, 1, 2, 3 }), 12);
}

static void
test_other_color (void)
{
  static const guint8 row[] = { 50, 1, 2, 3, 60, 4, 5, 6 };
  const NegFrame frame = { { 1, 2, 4, 8, NEG_SAMPLE_U8, NEG_COLOR_OTHER }, row };
  NegDraw draw = identity_draw (127.5, 255);
  guint8 pixels[2];

  g_assert_false (neg_draw_is_color (&draw, &frame));
  draw_into (&draw, &frame, 2, 1, 1, pixels);
  g_assert_cmpmem (pixels, 2, ((guint8[]){ 50, 60 }), 2);
}

static void
test_init_alternatives (void)
{
  g_autoptr (NegInstance) instance = instance_new ("MONOCHROME2");
  static const guint16 entries[] = { 0, 255 };
  NegDraw draw;

  neg_draw_init (&draw, instance, 0, &frame16, 0);
  g_assert_cmpfloat (draw.voi.width, ==, 256); /* of the values 0..255 */
  add_window (instance, 5, 0);                 /* refused by C.11.2.1.2.1 */
  add_window (instance, 40, 400);
  instance->voi_luts = g_new0 (NegLut, 1);
  instance->n_voi_luts = 1;
  set_lut (&instance->voi_luts[0], 0, 8, 2, entries);
  neg_draw_init (&draw, instance, 0, &frame16, 0);
  g_assert_cmpfloat (draw.voi.center, ==, 40);
  neg_draw_init (&draw, instance, 0, &frame16, 1);
  g_assert_cmpfloat (draw.voi.center, ==, 40);
  neg_draw_init (&draw, instance, 0, &frame16, 2);
  g_assert_true (draw.voi.lut == &instance->voi_luts[0]);
  neg_draw_init (&draw, instance, 0, &frame16, 3);
  g_assert_null (draw.voi.lut);
  g_assert_cmpfloat (draw.voi.width, ==, 256);
  instance->frame_infos[0].first_window = G_MAXUINT32; /* an engine that lies */
  neg_draw_init (&draw, instance, 0, &frame16, 0);
  g_assert_true (draw.voi.lut == &instance->voi_luts[0]);
}

static void
test_init_per_frame (void)
{
  g_autoptr (NegInstance) instance = instance_new ("MONOCHROME2");
  NegDraw draw;

  add_window (instance, 40, 400);
  instance->frames = instance->n_frame_infos = 2;
  instance->frame_infos = g_renew (NegFrameInfo, instance->frame_infos, 2);
  neg_frame_info_init (&instance->frame_infos[1]);
  instance->frame_infos[1].has_rescale = TRUE;
  instance->frame_infos[1].rescale_slope = 0.5;
  instance->frame_infos[1].rescale_intercept = -10;
  instance->frame_infos[1].voi_function = NEG_VOI_SIGMOID;
  add_window (instance, 50, 100);
  neg_draw_init (&draw, instance, 0, &frame16, 0);
  g_assert_cmpfloat (draw.voi.center, ==, 40);
  g_assert_cmpfloat (draw.modality.slope, ==, 1);
  neg_draw_init (&draw, instance, 1, &frame16, 0);
  g_assert_cmpfloat (draw.voi.center, ==, 50);
  g_assert_cmpint (draw.voi.function, ==, NEG_VOI_SIGMOID);
  g_assert_cmpfloat (draw.modality.slope, ==, 0.5);
  g_assert_cmpfloat (draw.modality.intercept, ==, -10);
  instance->frame_infos[1].rescale_slope = -1;
  neg_draw_init (&draw, instance, 1, &frame16, 7);
  g_assert_cmpfloat (neg_voi_apply (&draw.voi, -265), ==, 0); /* the range of what comes out of the rescale */
  g_assert_cmpfloat (neg_voi_apply (&draw.voi, -10), ==, 1);
}

static void
test_init_polarity (void)
{
  static const struct {
    const char *shape;
    NegColorModel color;
    gboolean inverted;
  } cases[] = {
    { NULL, NEG_COLOR_MONOCHROME2, FALSE },      { NULL, NEG_COLOR_MONOCHROME1, TRUE },
    { "IDENTITY", NEG_COLOR_MONOCHROME1, TRUE }, { "INVERSE", NEG_COLOR_MONOCHROME1, TRUE },
    { "INVERSE", NEG_COLOR_MONOCHROME2, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegInstance) instance = instance_new ("MONOCHROME1");
    NegFrame frame = frame16;
    NegDraw draw;

    frame.format.color = cases[i].color;
    instance->presentation_lut_shape = g_strdup (cases[i].shape);
    neg_draw_init (&draw, instance, 0, &frame, 0);
    g_assert_cmpint (draw.inverted, ==, cases[i].inverted);
  }
}

static void
test_init_modality_lut (void)
{
  static const guint16 entries[] = { 500, 3, 700 };
  g_autoptr (NegInstance) instance = instance_new ("MONOCHROME2");
  NegDraw draw;

  set_lut (&instance->modality_lut, 0, 16, 3, entries);
  instance->frame_infos[0].has_rescale = TRUE; /* one or the other (C.11.1): the table */
  instance->frame_infos[0].rescale_slope = 9;
  neg_draw_init (&draw, instance, 0, &frame16, 0);
  g_assert_true (draw.modality.lut == &instance->modality_lut);
  g_assert_cmpfloat (neg_voi_apply (&draw.voi, 3), ==, 0);
  g_assert_cmpfloat (neg_voi_apply (&draw.voi, 700), ==, 1);
  instance->sop_class_uid = g_strdup ("1.2.840.10008.5.1.4.1.1.12.1"); /* XA: to beam intensity, not for display */
  neg_draw_init (&draw, instance, 0, &frame16, 0);
  g_assert_null (draw.modality.lut);
}

static void
test_rows (void)
{
  NegDraw draw = identity_draw (127.5, 255);
  guint8 pixels[3 * 2];
  NegPicture picture = { 2, 2, 3, 1, pixels }; /* a stride wider than the row */

  memset (pixels, 0xaa, sizeof pixels);
  neg_draw_rows (&draw, &frame16, &picture, 1, 100);
  neg_draw_rows (&draw, &frame16, &picture, 2, 1);
  g_assert_cmpmem (pixels, 6, ((guint8[]){ 0xaa, 0xaa, 0xaa, 200, 255, 0xaa }), 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draw/identity", test_identity);
  g_test_add_func ("/draw/linear", test_linear);
  g_test_add_func ("/draw/cubic", test_cubic);
  g_test_add_func ("/draw/outside", test_outside);
  g_test_add_func ("/draw/padding", test_padding);
  g_test_add_func ("/draw/not-finite", test_not_finite);
  g_test_add_func ("/draw/modality-before-interpolation", test_modality_before_interpolation);
  g_test_add_func ("/draw/color", test_color);
  g_test_add_func ("/draw/palette", test_palette);
  g_test_add_func ("/draw/palette-of-small-entries", test_palette_of_small_entries);
  g_test_add_func ("/draw/palette-supplemental", test_palette_supplemental);
  g_test_add_func ("/draw/other-color", test_other_color);
  g_test_add_func ("/draw/init-alternatives", test_init_alternatives);
  g_test_add_func ("/draw/init-per-frame", test_init_per_frame);
  g_test_add_func ("/draw/init-polarity", test_init_polarity);
  g_test_add_func ("/draw/init-modality-lut", test_init_modality_lut);
  g_test_add_func ("/draw/rows", test_rows);
  return g_test_run ();
}
