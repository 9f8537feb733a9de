/* A picture whose values were kept is the same to the bit as one that is drawn from the frame, whatever the window; what is kept
 * is never used for another frame, place, size or padding. */
#include "config.h"

#include <string.h>

#include "imaging/neg-draw-samples.h"

#define COLUMNS 211
#define ROWS 173
#define WIDTH 90
#define HEIGHT 96
#define BAND_ROWS 48 /* enough pixels for the fast ways */

typedef struct {
  union {
    guint8 u8[3 * ROWS * COLUMNS];
    guint16 u16[ROWS * COLUMNS];
    float f32[ROWS * COLUMNS];
  } pixels;
  NegFrame frame;
  NegDraw draw;
  guint width, height;
  NegDrawSamples *samples;
} Scene;

static const NegAffine places[] = {
  { { 2.3, 0, -9.7, 0, 2.1, -5.2 } },    /* with background round it */
  { { -1.9, 0, 207, 0, 1.7, 3 } },       /* turned round */
  { { 0, 2.2, -3.3, -2.4, 0, 190.5 } },  /* lying */
  { { 0.31, 0, 40, 0, 0.37, 52 } },      /* magnified */
};

static void
scene_init (Scene *scene, NegSampleType type, guint seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  NegFrameFormat format = { .rows = ROWS, .columns = COLUMNS, .samples = 1, .bits_stored = 16, .sample_type = type,
                            .color = NEG_COLOR_MONOCHROME2 };

  memset (scene, 0, sizeof *scene);
  if (neg_sample_type_get_bytes (type) == 1)
    format.bits_stored = 8;
  for (guint i = 0; i < G_N_ELEMENTS (scene->pixels.u8); i++)
    scene->pixels.u8[i] = g_rand_int (rand);
  for (guint i = 0; type == NEG_SAMPLE_F32 && i < G_N_ELEMENTS (scene->pixels.f32); i++)
    scene->pixels.f32[i] = g_rand_double_range (rand, -500, 500);
  for (guint i = 0; neg_sample_type_get_bytes (type) == 2 && i < G_N_ELEMENTS (scene->pixels.u16); i += 17)
    scene->pixels.u16[i] = 100; /* padding, where there is one */
  scene->frame = (NegFrame){ .format = format, .pixels = &scene->pixels };
  scene->draw = (NegDraw){ .modality = { .slope = 0.5, .intercept = -7 },
                           .voi = { .function = NEG_VOI_LINEAR, .center = 100, .width = 300 },
                           .interpolation = NEG_INTERPOLATION_LINEAR,
                           .output_to_image = places[0],
                           .is_dithered = TRUE };
  scene->width = WIDTH;
  scene->height = HEIGHT;
  scene->samples = neg_draw_samples_new ();
}

static void
scene_clear (Scene *scene)
{
  neg_draw_samples_free (scene->samples);
}

/* Bands in the order that threads may come in. */
static gboolean
draw_kept (Scene *scene, guint8 *pixels)
{
  NegPicture picture = { scene->width, scene->height, scene->width * 4, 4, pixels };
  gboolean is_used = neg_draw_samples_begin (scene->samples, &scene->draw, &scene->frame, scene->width, scene->height);

  for (guint row = BAND_ROWS; row < scene->height; row += BAND_ROWS)
    neg_draw_samples_rows (scene->samples, &scene->draw, &scene->frame, &picture, row, BAND_ROWS);
  neg_draw_samples_rows (scene->samples, &scene->draw, &scene->frame, &picture, 0, BAND_ROWS);
  neg_draw_samples_end (scene->samples);
  return is_used;
}

/* Draws it both ways; TRUE: from what was kept. */
static gboolean
check (Scene *scene)
{
  gsize n_bytes = (gsize) scene->width * scene->height * 4;
  g_autofree guint8 *kept = g_malloc (n_bytes), *plain = g_malloc (n_bytes);
  NegPicture picture = { scene->width, scene->height, scene->width * 4, 4, plain };
  gboolean is_used;

  memset (kept, 0xaa, n_bytes);
  memset (plain, 0x55, n_bytes);
  is_used = draw_kept (scene, kept);
  for (guint row = 0; row < scene->height; row += BAND_ROWS)
    neg_draw_rows (&scene->draw, &scene->frame, &picture, row, BAND_ROWS);
  g_assert_cmpmem (kept, n_bytes, plain, n_bytes);
  return is_used;
}

static void
check_windows (Scene *scene)
{
  NegDisplayCurve curve;

  for (guint i = 0; i <= NEG_CURVE_STEPS; i++)
    curve.levels[i] = (double) i / NEG_CURVE_STEPS * i / NEG_CURVE_STEPS;
  g_assert_false (check (scene)); /* for the first time */
  g_assert_false (check (scene)); /* is kept */
  for (guint i = 0; i < 8; i++) {
    scene->draw.voi = (NegVoi){ .function = i % 3, .center = 40.0 * i - 90, .width = 33.0 * i + 80 };
    scene->draw.inverted = i % 2;
    scene->draw.is_dithered = i % 3 == 0;
    scene->draw.curve = i % 4 == 3 ? &curve : NULL;
    scene->draw.modality.slope = 0.5 + i / 10.0; /* of another step of the pipeline, after what is kept */
    g_assert_true (check (scene));
  }
  scene->draw.curve = NULL;
}

static void
test_windows (void)
{
  static const NegSampleType types[] = { NEG_SAMPLE_U8, NEG_SAMPLE_S8, NEG_SAMPLE_U16, NEG_SAMPLE_S16 };

  for (guint type = 0; type < G_N_ELEMENTS (types); type++)
    for (guint place = 0; place < 2 * G_N_ELEMENTS (places); place++) {
      Scene scene;

      scene_init (&scene, types[type], 7 * type + place);
      scene.draw.output_to_image = places[place / 2];
      if (place % 2 == 1)
        scene.draw.padding = (NegPadding){ TRUE, 100, 104 };
      check_windows (&scene);
      scene_clear (&scene);
    }
}

static void
keep (Scene *scene)
{
  check (scene);
  check (scene);
  g_assert_true (check (scene));
}

/* What else changes the values: drawn from the frame at once, then kept anew. */
static void
test_others (void)
{
  Scene scene;

  scene_init (&scene, NEG_SAMPLE_U16, 3);
  keep (&scene);
  scene.draw.output_to_image.m[2] += 1;
  g_assert_false (check (&scene));
  keep (&scene);
  scene.draw.padding = (NegPadding){ TRUE, 100, 100 };
  g_assert_false (check (&scene));
  keep (&scene);
  scene.draw.padding.high = 130;
  g_assert_false (check (&scene));
  keep (&scene);
  scene.height--;
  g_assert_false (check (&scene));
  keep (&scene);
  scene.draw.interpolation = NEG_INTERPOLATION_CUBIC;
  g_assert_false (check (&scene));
  g_assert_false (check (&scene));
  g_assert_false (check (&scene));
  scene.draw.interpolation = NEG_INTERPOLATION_LINEAR;
  g_assert_false (check (&scene));
  keep (&scene);
  scene_clear (&scene);
}

static void
test_another_frame (void)
{
  Scene scene, other;

  scene_init (&scene, NEG_SAMPLE_U16, 1);
  scene_init (&other, NEG_SAMPLE_U16, 2);
  keep (&scene);
  scene.frame.pixels = &other.pixels;
  g_assert_false (check (&scene));
  keep (&scene);
  scene_clear (&other);
  scene_clear (&scene);
}

/* New pixels at the same place: that is what forgetting is for. That the old ones are seen without it shows that the frame
 * is not read. */
static void
test_forget (void)
{
  guint8 before[4 * WIDTH * HEIGHT], after[4 * WIDTH * HEIGHT];
  Scene scene;

  scene_init (&scene, NEG_SAMPLE_U16, 4);
  keep (&scene);
  draw_kept (&scene, before);
  memset (&scene.pixels, 0, sizeof scene.pixels);
  g_assert_true (draw_kept (&scene, after));
  g_assert_cmpmem (after, sizeof after, before, sizeof before);
  neg_draw_samples_forget (scene.samples);
  g_assert_false (check (&scene));
  scene_clear (&scene);
}

static void
check_never (Scene *scene)
{
  for (guint i = 0; i < 5; i++)
    g_assert_false (check (scene));
  scene_clear (scene);
}

/* Values that depend on the window or on a table, colours, and what other ways draw. */
static void
test_never (void)
{
  guint16 entries[256];
  NegLut lut = { G_N_ELEMENTS (entries), 0, 16, entries, NULL };
  Scene scene;

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    entries[i] = i * i;
  scene_init (&scene, NEG_SAMPLE_F32, 1);
  check_never (&scene);
  scene_init (&scene, NEG_SAMPLE_U8, 1);
  scene.frame.format.color = NEG_COLOR_RGB;
  scene.frame.format.samples = 3;
  check_never (&scene);
  scene_init (&scene, NEG_SAMPLE_U16, 1);
  scene.draw.modality.lut = &lut;
  check_never (&scene);
  scene_init (&scene, NEG_SAMPLE_U16, 1);
  scene.draw.interpolation = NEG_INTERPOLATION_NEAREST;
  check_never (&scene);
  scene_init (&scene, NEG_SAMPLE_U16, 1);
  scene.draw.output_to_image = (NegAffine){ { 1, 0.5, 0, -0.5, 1, 40 } };
  check_never (&scene);
  scene_init (&scene, NEG_SAMPLE_U16, 1);
  scene.height += BAND_ROWS / 2; /* a band that is too small for the fast ways */
  check_never (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draw-samples/windows", test_windows);
  g_test_add_func ("/draw-samples/others", test_others);
  g_test_add_func ("/draw-samples/another-frame", test_another_frame);
  g_test_add_func ("/draw-samples/forget", test_forget);
  g_test_add_func ("/draw-samples/never", test_never);
  return g_test_run ();
}
