#include "config.h"

#include <string.h>

#include "imaging/neg-color-map.h"
#include "volume-builder.h"

#define SIDE 20

/* A ramp along the row; nothing (padding) in the column 15. */
static double
get_ramp (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  return column == 15 ? -99.0 : column * 10.0 + slice;
}

typedef struct {
  NegVolume *volume;
  NegReformat reformat;
  NegFusion fusion;
  float values[SIDE * SIDE];
  guint8 covers[SIDE * SIDE];
  guint8 pixels[SIDE * SIDE * 4];
} Fixture;

/* A pixel a voxel of slice 2, and two voxels to the left of the volume. */
static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  const double middle_mm[3] = { SIDE / 2.0 - 2.5, SIDE / 2.0 - 0.5, 2 }, normal[3] = { 0, 0, 1 }, up[3] = { 0, -1, 0 };
  Builder builder;

  builder_init (&builder, SIDE, SIDE, 5);
  builder.layout.padding = (NegPadding){ TRUE, -99, -99 };
  fixture->volume = builder_build (&builder, get_ramp, NULL);
  neg_reformat_init (&fixture->reformat, middle_mm, normal, up, SIDE, SIDE, 1);
  fixture->fusion = (NegFusion){
    .volume = fixture->volume,
    .voi = { .function = NEG_VOI_LINEAR_EXACT, .center = 50, .width = 100 },
    .scale = 0.5,
    .map = NEG_COLOR_MAP_HOT_IRON,
    .opacity = 0.6,
  };
  memset (fixture->pixels, 77, sizeof fixture->pixels);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  neg_volume_unref (fixture->volume);
}

static void
draw (Fixture *fixture, guint channels)
{
  NegPicture picture = { SIDE, SIDE, SIDE * channels, channels, fixture->pixels };

  memset (fixture->values, 0, sizeof fixture->values);
  neg_fusion_draw_rows (&fixture->fusion, &fixture->reformat, &picture, fixture->values, fixture->covers, 3, SIDE - 3);
}

/* The header's formula once more, for the column of the volume. */
static guint
expect (const NegFusion *fusion, double modality, guint channel)
{
  double output = neg_voi_apply (&fusion->voi, modality * fusion->scale);
  double share = fusion->opacity * MIN (1, 10 * output);
  guint8 color = neg_color_map_get (fusion->map)[3 * (guint) (255 * output + 0.5) + channel];

  return 77 + (color - 77) * share + 0.5;
}

static void
check (Fixture *fixture, guint channels)
{
  draw (fixture, channels);
  for (guint i = 0; i < SIDE * SIDE; i++) {
    const guint8 *pixel = fixture->pixels + i * channels;
    int column = (int) (i % SIDE) - 2;

    for (guint channel = 0; channel < 3; channel++) {
      guint found = pixel[channels == 4 ? 2 - channel : channel];

      if (i / SIDE < 3 || column < 0 || column == 15)
        g_assert_cmpuint (found, ==, 77);
      else
        g_assert_cmpint (ABS ((int) found - (int) expect (&fixture->fusion, column * 10 + 2, channel)), <=, 1);
    }
    if (channels == 4)
      g_assert_cmpuint (pixel[3], ==, 77);
  }
}

static void
test_formula (Fixture *fixture, gconstpointer data)
{
  /* From 1 to 86 per cent of the window. */
  check (fixture, 4);
  memset (fixture->pixels, 77, sizeof fixture->pixels);
  check (fixture, 3);
}

static void
test_fades (Fixture *fixture, gconstpointer data)
{
  const guint8 *first = fixture->pixels + (5 * SIDE + 2) * 4, *tenth = first + 2 * 4, *last = first + 17 * 4;

  fixture->fusion.opacity = 1;
  draw (fixture, 4);
  /* 1 % is nearly the picture, 11 % nothing of it. */
  g_assert_cmpint (ABS (first[0] - 77), <=, 8);
  g_assert_cmpint (tenth[0], ==, 0);
  g_assert_cmpint (last[2], ==, 255);
}

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  guint8 before[sizeof fixture->pixels];

  memcpy (before, fixture->pixels, sizeof before);
  fixture->fusion.opacity = 0;
  draw (fixture, 4);
  g_assert_cmpmem (fixture->pixels, sizeof before, before, sizeof before);
}

static void
test_other_windows (Fixture *fixture, gconstpointer data)
{
  guint16 entries[] = { 0, 100, 255 };
  NegLut lut = { .n_entries = 3, .first_mapped = 20, .bits = 8, .entries = entries };

  fixture->fusion.voi = (NegVoi){ .function = NEG_VOI_SIGMOID, .center = 50, .width = 60 };
  check (fixture, 4);
  fixture->fusion.voi = (NegVoi){ .function = NEG_VOI_LINEAR, .center = 50, .width = 1 };
  memset (fixture->pixels, 77, sizeof fixture->pixels);
  check (fixture, 4);
  fixture->fusion.voi = (NegVoi){ .lut = &lut };
  memset (fixture->pixels, 77, sizeof fixture->pixels);
  check (fixture, 4);
}

/* Its own projection over the same slab. */
static void
test_slab (Fixture *fixture, gconstpointer data)
{
  const guint8 *pixel = fixture->pixels + (5 * SIDE + 2 + 4) * 4;

  neg_reformat_set_slab (&fixture->reformat, fixture->volume, 2, NEG_PROJECTION_MINIP);
  fixture->fusion.projection = NEG_PROJECTION_MIP;
  draw (fixture, 4);
  g_assert_cmpint (ABS ((int) pixel[2] - (int) expect (&fixture->fusion, 43, 0)), <=, 1);
  g_assert_cmpint (fixture->reformat.projection, ==, NEG_PROJECTION_MINIP);
}

/* Layers are as thick as below, or slices of its own would fall between them. */
static void
test_thin_slices (Fixture *fixture, gconstpointer data)
{
  const guint8 *pixel = fixture->pixels + (5 * SIDE + 2 + 4) * 4;
  NegReformat own;

  neg_reformat_set_slab (&fixture->reformat, fixture->volume, 4, NEG_PROJECTION_MIP);
  fixture->reformat.n_samples = 1;
  for (guint i = 0; i < 3; i++)
    fixture->reformat.step_mm[i] *= 4;
  neg_fusion_init_reformat (&fixture->fusion, &fixture->reformat, &own);
  g_assert_cmpuint (own.n_samples, ==, 4);
  g_assert_cmpfloat_with_epsilon (own.step_mm[2], 1, 1e-9);
  /* Slices 0.5 to 3.5: the hottest is between the last two. */
  draw (fixture, 4);
  g_assert_cmpint (ABS ((int) pixel[2] - (int) expect (&fixture->fusion, 43.5, 0)), <=, 1);
}

/* Slices that are not there: no colour would look as if nothing were taken up. */
static void
test_missing (Fixture *fixture, gconstpointer data)
{
  guint n_marked = 0;

  neg_volume_set_state (fixture->volume, 2, NEG_SLICE_FAILED);
  draw (fixture, 4);
  for (guint i = 3 * SIDE; i < SIDE * SIDE; i++) {
    gboolean is_marked = i % SIDE >= 2 && (i % SIDE + i / SIDE) % 12 == 0;

    g_assert_cmpint (fixture->pixels[4 * i], ==, is_marked ? 128 : 77);
    n_marked += is_marked;
  }
  g_assert_cmpuint (n_marked, >, 10);

  /* Through a slab what is there is seen, and marked as well. */
  neg_reformat_set_slab (&fixture->reformat, fixture->volume, 3, NEG_PROJECTION_MIP);
  fixture->fusion.projection = NEG_PROJECTION_MIP;
  draw (fixture, 4);
  g_assert_cmpint (fixture->pixels[(4 * SIDE + 8) * 4], ==, 128);
  g_assert_cmpint (ABS ((int) fixture->pixels[(5 * SIDE + 8) * 4 + 2] - (int) expect (&fixture->fusion, 63, 0)), <=, 1);
  memset (fixture->pixels, 77, sizeof fixture->pixels);
  fixture->fusion.opacity = 0;
  draw (fixture, 4);
  g_assert_cmpint (fixture->pixels[(4 * SIDE + 8) * 4], ==, 77);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("/fusion/formula", test_formula);
  ADD ("/fusion/fades", test_fades);
  ADD ("/fusion/nothing", test_nothing);
  ADD ("/fusion/windows", test_other_windows);
  ADD ("/fusion/slab", test_slab);
  ADD ("/fusion/thin-slices", test_thin_slices);
  ADD ("/fusion/missing", test_missing);
  return g_test_run ();
}
