/* The fast ways of drawing against the general one, on random pictures with a fixed seed. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/neg-draw-private.h"

#define N_ENTRIES 300

typedef struct {
  GRand *rand;
  NegFrame frame;
  union {
    guint16 u16[4 * 61 * 67];
    guint32 u32[4 * 61 * 67];
    gint32 s32[4 * 61 * 67];
    float f32[4 * 61 * 67];
    double f64[4 * 61 * 67];
  } pixels;
  guint16 entries[6][N_ENTRIES];
  NegLut luts[6]; /* three of a palette, modality, VOI, presentation */
  NegDisplayCurve curve;
  NegDraw draw;
  double middle, scale; /* of the values */
} Scene;

static gboolean
toss (Scene *scene)
{
  return g_rand_boolean (scene->rand);
}

static int
pick (Scene *scene, int below)
{
  return g_rand_int_range (scene->rand, 0, below);
}

static double
between (Scene *scene, double low, double high)
{
  return g_rand_double_range (scene->rand, low, high);
}

static gboolean
is_wide (const Scene *scene)
{
  return neg_sample_type_get_bytes (scene->frame.format.sample_type) > 2;
}

/* Values of 32 bit and more around 0 or far from it; 100 here and there, and what is no number. */
static void
fill_wide (Scene *scene)
{
  static const double sizes[] = { 1e-3, 5, 1000, 1e5, 2e9 }, bases[] = { 0, 0, 1, 1e4 };
  static const double special[] = { NAN, INFINITY, -INFINITY, 1e30 };
  double size = sizes[pick (scene, G_N_ELEMENTS (sizes))], base = size * bases[pick (scene, G_N_ELEMENTS (bases))];

  scene->middle = base;
  scene->scale = size;
  for (guint i = 0; i < G_N_ELEMENTS (scene->pixels.u32); i++) {
    double value = pick (scene, 20) ? base + between (scene, -size, size) : 100;

    switch (scene->frame.format.sample_type) {
    case NEG_SAMPLE_U32:
      scene->pixels.u32[i] = CLAMP (value, 0, G_MAXUINT32);
      break;
    case NEG_SAMPLE_S32:
      scene->pixels.s32[i] = CLAMP (value, G_MININT32, G_MAXINT32);
      break;
    case NEG_SAMPLE_F32:
      scene->pixels.f32[i] = pick (scene, 500) ? value : special[pick (scene, 3)];
      break;
    default:
      scene->pixels.f64[i] = pick (scene, 500) ? value : special[pick (scene, 20) ? pick (scene, 3) : 3];
      break;
    }
  }
}

static void
make_frame (Scene *scene)
{
  NegFrameFormat *format = &scene->frame.format;
  guint amplitude;

  format->rows = 1 + pick (scene, 61);
  format->columns = 1 + pick (scene, 67);
  format->sample_type = pick (scene, NEG_SAMPLE_N_TYPES);
  format->color = (NegColorModel[]){ NEG_COLOR_MONOCHROME2, NEG_COLOR_MONOCHROME2, NEG_COLOR_PALETTE, NEG_COLOR_RGB,
                                     NEG_COLOR_OTHER }[pick (scene, 5)];
  format->samples = format->color == NEG_COLOR_RGB ? 3 : format->color == NEG_COLOR_OTHER ? 4 : 1;
  format->bits_stored = neg_sample_type_get_bytes (format->sample_type) == 1 ? 8 : 8 + pick (scene, 9);
  amplitude = format->bits_stored == 16 ? 65536 : 1u << format->bits_stored;
  scene->middle = 0;
  scene->scale = neg_sample_type_get_bytes (format->sample_type) == 1 ? 255 : 65535;
  scene->frame.pixels = &scene->pixels;
  if (is_wide (scene))
    fill_wide (scene);
  else
    for (guint i = 0; i < G_N_ELEMENTS (scene->pixels.u16); i++)
      scene->pixels.u16[i] = pick (scene, 20) ? pick (scene, amplitude) : 100;
}

static void
make_luts (Scene *scene)
{
  for (guint i = 0; i < G_N_ELEMENTS (scene->luts); i++) {
    guint bits = 8 + pick (scene, 9);

    scene->luts[i] = (NegLut){ 1 + pick (scene, N_ENTRIES), pick (scene, 200) - 100, bits, scene->entries[i], NULL };
    for (guint j = 0; j < N_ENTRIES; j++)
      scene->entries[i][j] = pick (scene, 1 << bits);
  }
}

static void
make_values (Scene *scene)
{
  static const double slopes[] = { 1, 1, -1, 0.37, 2.5 };
  NegDraw *draw = &scene->draw;
  double scale = scene->scale;

  draw->modality.slope = slopes[pick (scene, G_N_ELEMENTS (slopes))];
  draw->modality.intercept = toss (scene) ? 0 : pick (scene, 2000) - 1000;
  draw->modality.lut = pick (scene, 6) ? NULL : &scene->luts[3];
  draw->voi.function = pick (scene, 3);
  draw->voi.center = scene->middle + between (scene, -scale / 2, scale);
  if (is_wide (scene))
    draw->voi.center *= draw->modality.slope;
  draw->voi.width = pick (scene, 4) ? between (scene, MIN (2, scale / 2), scale) : 1 + pick (scene, 60);
  if (draw->voi.function == NEG_VOI_LINEAR)
    draw->voi.width = MAX (draw->voi.width, 1);
  draw->voi.lut = pick (scene, 6) ? NULL : &scene->luts[4];
  if (toss (scene))
    draw->padding = (NegPadding){ TRUE, 100, toss (scene) ? 100 : scene->middle + 0.6 * scale };
  draw->padding.low = MIN (draw->padding.low, draw->padding.high);
  draw->inverted = toss (scene);
  if (scene->frame.format.color == NEG_COLOR_PALETTE || pick (scene, 10) == 0) {
    draw->palette = scene->luts;
    draw->palette_supplemental = toss (scene);
  }
  draw->interpolation = pick (scene, NEG_INTERPOLATION_CUBIC);
}

/* What follows the VOI: a display that is dark for long, as they are, and a presentation LUT that may jump. */
static void
make_tone (Scene *scene)
{
  NegDraw *draw = &scene->draw;
  double bend = between (scene, 0.4, 2.5);

  for (guint i = 0; i <= NEG_CURVE_STEPS; i++)
    scene->curve.levels[i] = pow ((double) i / NEG_CURVE_STEPS, bend);
  if (toss (scene))
    for (guint j = 0; j < scene->luts[5].n_entries; j++)
      scene->entries[5][j] = (guint64) j * ((1u << scene->luts[5].bits) - 1) / MAX (scene->luts[5].n_entries - 1, 1);
  draw->is_dithered = toss (scene);
  draw->curve = pick (scene, 3) ? NULL : &scene->curve;
  draw->presentation_lut = pick (scene, 4) ? NULL : &scene->luts[5];
}

static void
make_transform (Scene *scene, guint width, guint height)
{
  const NegFrameFormat *format = &scene->frame.format;
  double zoom_x = exp (between (scene, -1.5, 1.5)), zoom_y = toss (scene) ? zoom_x : exp (between (scene, -1.5, 1.5));
  double x_step = format->columns / (width * zoom_x), y_step = format->rows / (height * zoom_y);

  if (pick (scene, 8) == 0)
    x_step = y_step = 1;
  x_step *= toss (scene) ? 1 : -1;
  y_step *= toss (scene) ? 1 : -1;
  if (toss (scene))
    scene->draw.output_to_image = (NegAffine){ {
      x_step, 0, format->columns * between (scene, 0.2, 0.8) - x_step * width / 2,
      0, y_step, format->rows * between (scene, 0.2, 0.8) - y_step * height / 2,
    } };
  else
    scene->draw.output_to_image = (NegAffine){ {
      0, x_step, format->columns * between (scene, 0.2, 0.8) - x_step * height / 2,
      y_step, 0, format->rows * between (scene, 0.2, 0.8) - y_step * width / 2,
    } };
}

static guint
largest_difference (const guint8 *one, const guint8 *other, gsize n)
{
  guint largest = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, (guint) abs (one[i] - other[i]));
  return largest;
}

static gboolean
draw_fast (const Scene *scene, const NegPicture *picture, guint first_row, guint n_rows)
{
  return _neg_draw_rows_table (&scene->draw, &scene->frame, picture, first_row, n_rows)
         || _neg_draw_rows_separable (&scene->draw, &scene->frame, picture, first_row, n_rows, NULL);
}

/* TRUE when a fast way was taken. */
static gboolean
compare (Scene *scene, guint *n_different)
{
  guint width = 1 + pick (scene, 90), height = 1 + pick (scene, 90), channels = (guint[]){ 1, 3, 4 }[pick (scene, 3)];
  gsize n_bytes = (gsize) width * height * channels;
  g_autofree guint8 *fast = g_malloc (n_bytes), *general = g_malloc (n_bytes);
  NegPicture picture = { width, height, (gsize) width * channels, channels, fast };
  guint first_row = pick (scene, height), difference;

  make_transform (scene, width, height);
  memset (fast, 1, n_bytes);
  if (!draw_fast (scene, &picture, 0, first_row))
    return FALSE;
  if (!draw_fast (scene, &picture, first_row, height - first_row)) {
    /* Only there a value decides, and may lie in one band alone. */
    g_assert_true (is_wide (scene));
    return FALSE;
  }
  picture.pixels = general;
  _neg_draw_rows_general (&scene->draw, &scene->frame, &picture, 0, height);
  difference = largest_difference (fast, general, n_bytes);
  g_assert_cmpuint (difference, <=, 1);
  *n_different += difference;
  return TRUE;
}

static void
test_random (void)
{
  Scene *scene = g_new0 (Scene, 1);
  guint n_fast[2] = { 0, 0 }, n_scenes[2] = { 0, 0 }, n_different = 0;

  scene->rand = g_rand_new_with_seed (1895);
  for (guint i = 0; i < 8000; i++) {
    scene->draw = (NegDraw){ 0 };
    make_frame (scene);
    make_luts (scene);
    make_values (scene);
    make_tone (scene);
    n_scenes[is_wide (scene)]++;
    n_fast[is_wide (scene)] += compare (scene, &n_different);
  }
  g_test_message ("%u of %u, and %u of %u of more than 16 bit by a fast way, %u of them with a pixel off by one",
                  n_fast[0], n_scenes[0], n_fast[1], n_scenes[1], n_different);
  g_assert_cmpuint (n_fast[0], >, n_scenes[0] / 2);
  g_assert_cmpuint (n_fast[1], >, 150); /* most are palettes, tables, colour or nearest */
  g_rand_free (scene->rand);
  g_free (scene);
}

static NegAffine
get_orientation (guint which, double step, guint width, guint height, guint columns, guint rows)
{
  static const int ways[8][4] = { { 1, 0, 0, 1 }, { 0, 1, -1, 0 }, { -1, 0, 0, -1 }, { 0, -1, 1, 0 },
                                  { -1, 0, 0, 1 }, { 0, -1, -1, 0 }, { 1, 0, 0, -1 }, { 0, 1, 1, 0 } };
  const int *way = ways[which];

  /* The middle of the image is in the middle of the picture. */
  return (NegAffine){ { way[0] * step, way[1] * step,
                          columns / 2.0 - step * (way[0] * (width / 2.0) + way[1] * (height / 2.0)), way[2] * step,
                          way[3] * step, rows / 2.0 - step * (way[2] * (width / 2.0) + way[3] * (height / 2.0)) } };
}

typedef struct {
  NegSampleType type;
  guint samples;
  NegColorModel color;
  gboolean has_padding;
} Kind;

static void
assert_drawn_fast (Scene *scene, guint channels)
{
  guint width = 143, height = 131, bands[] = { 0, 37, 38, 120, height };
  gsize stride = (gsize) width * channels + 5;
  g_autofree guint8 *fast = g_malloc0 (stride * height), *general = g_malloc0 (stride * height);
  NegPicture picture = { width, height, stride, channels, fast };

  for (guint i = 0; i + 1 < G_N_ELEMENTS (bands); i++)
    g_assert_true (draw_fast (scene, &picture, bands[i], bands[i + 1] - bands[i]));
  picture.pixels = general;
  _neg_draw_rows_general (&scene->draw, &scene->frame, &picture, 0, height);
  g_assert_cmpuint (largest_difference (fast, general, stride * height), <=, 1);
}

/* All eight orientations of every kind of image, in bands as threads draw them: each by a fast way. */
static void
test_orientations (void)
{
  static const Kind kinds[] = {
    { NEG_SAMPLE_U8, 1, NEG_COLOR_MONOCHROME2, FALSE },  { NEG_SAMPLE_S8, 1, NEG_COLOR_MONOCHROME2, TRUE },
    { NEG_SAMPLE_U16, 1, NEG_COLOR_MONOCHROME2, TRUE },  { NEG_SAMPLE_S16, 1, NEG_COLOR_MONOCHROME1, FALSE },
    { NEG_SAMPLE_S16, 1, NEG_COLOR_MONOCHROME2, TRUE },  { NEG_SAMPLE_U8, 3, NEG_COLOR_RGB, FALSE },
    { NEG_SAMPLE_U16, 3, NEG_COLOR_RGB, FALSE },         { NEG_SAMPLE_U8, 1, NEG_COLOR_PALETTE, FALSE },
    { NEG_SAMPLE_U16, 1, NEG_COLOR_PALETTE, FALSE },     { NEG_SAMPLE_U8, 4, NEG_COLOR_OTHER, FALSE },
  };
  Scene *scene = g_new0 (Scene, 1);

  scene->rand = g_rand_new_with_seed (1895);
  make_frame (scene);
  make_luts (scene);
  for (guint i = 0; i < G_N_ELEMENTS (kinds) * 8 * 2 * 3; i++) {
    const Kind *kind = &kinds[i % G_N_ELEMENTS (kinds)];
    guint which = i / G_N_ELEMENTS (kinds) % 8, nearest = i / G_N_ELEMENTS (kinds) / 8 % 2;
    gboolean is_u8 = neg_sample_type_get_bytes (kind->type) == 1;

    scene->frame.format = (NegFrameFormat){ 61, 47, kind->samples, is_u8 ? 8 : 16, kind->type, kind->color };
    scene->draw = (NegDraw){
      .modality = { .slope = 1 },
      .voi = { .center = is_u8 ? 60 : 20000, .width = is_u8 ? 100 : 30000 },
      .palette = kind->color == NEG_COLOR_PALETTE ? scene->luts : NULL,
      .padding = { kind->has_padding, 90, is_u8 ? 110 : 12000 },
      .inverted = kind->color == NEG_COLOR_MONOCHROME1,
      .interpolation = nearest ? NEG_INTERPOLATION_NEAREST : NEG_INTERPOLATION_LINEAR,
      .output_to_image = get_orientation (which, 0.437, 143, 131, 47, 61),
    };
    if (kind->color == NEG_COLOR_RGB)
      scene->draw.interpolation = NEG_INTERPOLATION_LINEAR;
    assert_drawn_fast (scene, (guint[]){ 1, 3, 4 }[i / G_N_ELEMENTS (kinds) / 16]);
  }
  g_rand_free (scene->rand);
  g_free (scene);
}

/* A VOI LUT that jumps is not for single precision, one that climbs is. */
static void
test_steep_luts (void)
{
  g_autofree guint16 *pixels = g_new0 (guint16, 64 * 64), *entries = g_new (guint16, 4096);
  g_autofree guint8 *out = g_malloc (128 * 128);
  NegFrame frame = { { 64, 64, 1, 16, NEG_SAMPLE_U16, NEG_COLOR_MONOCHROME2 }, pixels };
  NegPicture picture = { 128, 128, 128, 1, out };
  NegLut lut = { .n_entries = 4096, .first_mapped = 30000, .bits = 12, .entries = entries };
  NegDraw draw = {
    .modality = { .slope = 1 },
    .voi = { .lut = &lut },
    .output_to_image = { { 0.5, 0, 0, 0, 0.5, 0 } },
    .interpolation = NEG_INTERPOLATION_LINEAR,
  };

  for (guint i = 0; i < 4096; i++)
    entries[i] = i;
  g_assert_true (_neg_draw_rows_separable (&draw, &frame, &picture, 0, 128, NULL));
  for (guint i = 0; i < 4096; i++)
    entries[i] = i < 2000 ? 0 : 4095;
  g_assert_false (_neg_draw_rows_separable (&draw, &frame, &picture, 0, 128, NULL));
}

/* Uptake in floating point is drawn fast; counts far from 0 under a narrow window, or one value beside which the others
 * are nothing, by the general way: to the same grey levels. */
static void
test_wide (void)
{
  Scene *scene = g_new0 (Scene, 1);
  guint8 fast[128 * 128], general[128 * 128];
  NegPicture picture = { 128, 128, 128, 1, fast };

  for (guint i = 0; i < 64 * 64; i++)
    scene->pixels.f32[i] = i % 67 == 0 ? (i & 1 ? NAN : INFINITY) : i * 7919 % 4096 / 200.0f;
  scene->frame = (NegFrame){ { 64, 64, 1, 32, NEG_SAMPLE_F32, NEG_COLOR_MONOCHROME2 }, &scene->pixels };
  scene->draw = (NegDraw){
    .modality = { .slope = 1 },
    .voi = { .function = NEG_VOI_LINEAR_EXACT, .center = 5, .width = 10 },
    .output_to_image = { { 0.5, 0, 0, 0, 0.5, 0 } },
    .interpolation = NEG_INTERPOLATION_LINEAR,
  };
  g_assert_true (draw_fast (scene, &picture, 0, 128));
  picture.pixels = general;
  _neg_draw_rows_general (&scene->draw, &scene->frame, &picture, 0, 128);
  g_assert_cmpuint (largest_difference (fast, general, sizeof fast), <=, 1);
  picture.pixels = fast;
  scene->draw.voi.function = NEG_VOI_SIGMOID;
  g_assert_false (draw_fast (scene, &picture, 0, 128));
  scene->draw.voi.function = NEG_VOI_LINEAR_EXACT;
  scene->pixels.f32[64 * 40] = 3e4f;
  g_assert_true (draw_fast (scene, &picture, 0, 128));
  scene->pixels.f32[64 * 40] = 1e5f;
  g_assert_false (draw_fast (scene, &picture, 0, 128));
  neg_draw_rows (&scene->draw, &scene->frame, &picture, 0, 128);
  picture.pixels = general;
  _neg_draw_rows_general (&scene->draw, &scene->frame, &picture, 0, 128);
  g_assert_cmpmem (fast, sizeof fast, general, sizeof general);
  for (guint i = 0; i < 64 * 64; i++)
    scene->pixels.f64[i] = 1e15 + i % 10;
  scene->frame.format.sample_type = NEG_SAMPLE_F64;
  scene->draw.voi.center = 1e15;
  g_assert_false (draw_fast (scene, &picture, 0, 128));
  g_free (scene);
}

/* Pixel for pixel from floating point, in bands as threads draw them, by any interpolation; a transform that does
 * something is another way's. */
static void
test_values (void)
{
  Scene *scene = g_new0 (Scene, 1);
  guint n_drawn = 0;

  scene->rand = g_rand_new_with_seed (1895);
  for (guint i = 0; i < 2000; i++) {
    guint width = 1 + pick (scene, 67), height = 2 + pick (scene, 59), channels = (guint[]){ 1, 3, 4 }[i % 3];
    gsize stride = (gsize) width * channels + 3;
    g_autofree guint8 *fast = g_malloc0 (stride * height), *general = g_malloc0 (stride * height);
    NegPicture picture = { width, height, stride, channels, fast };

    scene->draw = (NegDraw){ 0 };
    make_luts (scene);
    scene->frame = (NegFrame){ { height, width, 1, 32, NEG_SAMPLE_F32, NEG_COLOR_MONOCHROME2 }, &scene->pixels };
    fill_wide (scene);
    make_values (scene);
    make_tone (scene);
    scene->draw.palette = NULL;
    scene->draw.output_to_image = (NegAffine){ { 1, 0, 0, 0, 1, 0 } };
    if (!_neg_draw_rows_values (&scene->draw, &scene->frame, &picture, 0, height / 2))
      continue;
    n_drawn++;
    g_assert_true (_neg_draw_rows_values (&scene->draw, &scene->frame, &picture, height / 2, height - height / 2));
    picture.pixels = general;
    _neg_draw_rows_general (&scene->draw, &scene->frame, &picture, 0, height);
    g_assert_cmpuint (largest_difference (fast, general, stride * height), <=, 1);
    scene->draw.output_to_image.m[2] = 0.25;
    g_assert_false (_neg_draw_rows_values (&scene->draw, &scene->frame, &picture, 0, height));
  }
  g_test_message ("%u of 2000", n_drawn);
  g_assert_cmpuint (n_drawn, >, 300);
  g_rand_free (scene->rand);
  g_free (scene);
}

/* A picture that a person would look at takes the fast way by itself. */
static void
test_is_chosen (void)
{
  g_autofree guint16 *pixels = g_new0 (guint16, 64 * 64);
  g_autofree guint8 *out = g_malloc (128 * 128);
  NegFrame frame = { { 64, 64, 1, 12, NEG_SAMPLE_U16, NEG_COLOR_MONOCHROME2 }, pixels };
  NegPicture picture = { 128, 128, 128, 1, out };
  NegDraw draw = {
    .modality = { .slope = 1, .intercept = -1024 },
    .voi = { .function = NEG_VOI_LINEAR, .center = 40, .width = 400 },
    .output_to_image = { { 0.5, 0, 0, 0, 0.5, 0 } },
    .interpolation = NEG_INTERPOLATION_LINEAR,
  };

  g_assert_true (_neg_draw_rows_separable (&draw, &frame, &picture, 0, 128, NULL));
  g_assert_false (_neg_draw_rows_table (&draw, &frame, &picture, 0, 128));
  draw.voi.width = 1; /* a threshold, which single precision may miss */
  g_assert_false (_neg_draw_rows_separable (&draw, &frame, &picture, 0, 128, NULL));
  draw.interpolation = NEG_INTERPOLATION_NEAREST;
  g_assert_true (_neg_draw_rows_table (&draw, &frame, &picture, 0, 128));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draw-fast/random", test_random);
  g_test_add_func ("/draw-fast/orientations", test_orientations);
  g_test_add_func ("/draw-fast/steep-luts", test_steep_luts);
  g_test_add_func ("/draw-fast/wide", test_wide);
  g_test_add_func ("/draw-fast/values", test_values);
  g_test_add_func ("/draw-fast/is-chosen", test_is_chosen);
  return g_test_run ();
}
