/* The fast ways of cutting planes against the general one, on random volumes and planes with a fixed seed. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-reformat-fast-private.h"
#include "volume-builder.h"

#define N_SCENES 400
#define WIDTH_MAX 37
#define HEIGHT_MAX 29
#define EDGE_VOXELS 2e-4 /* nearer than this to an edge, a sample may fall to either side */

typedef struct {
  GRand *rand;
  Builder builder;
  double low, high; /* of stored values */
  gboolean has_holes;
  NegVolume *volume;
  NegReformat reformat;
  guint width, height;
  double range; /* of modality values that are no padding */
  double largest;
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

/* --- volumes --- */

static void
turn (Scene *scene, double axes[9])
{
  double q[4], size = 0;

  for (guint i = 0; i < 4; i++) {
    q[i] = between (scene, -1, 1);
    size += q[i] * q[i];
  }
  for (guint i = 0; i < 4; i++)
    q[i] /= sqrt (size);
  axes[0] = 1 - 2 * (q[2] * q[2] + q[3] * q[3]);
  axes[1] = 2 * (q[1] * q[2] - q[0] * q[3]);
  axes[2] = 2 * (q[1] * q[3] + q[0] * q[2]);
  axes[3] = 2 * (q[1] * q[2] + q[0] * q[3]);
  axes[4] = 1 - 2 * (q[1] * q[1] + q[3] * q[3]);
  axes[5] = 2 * (q[2] * q[3] - q[0] * q[1]);
  axes[6] = 2 * (q[1] * q[3] - q[0] * q[2]);
  axes[7] = 2 * (q[2] * q[3] + q[0] * q[1]);
  axes[8] = 1 - 2 * (q[1] * q[1] + q[2] * q[2]);
}

/* A quarter of the voxels are padding where there is any: alone and in blocks. */
static double
get_stored (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  Scene *scene = user_data;
  gboolean is_padding = volume->padding.active && (column / 5 + row / 7 + slice / 3) % 4 == 0;

  if (is_padding && pick (scene, 8) > 0)
    return volume->padding.low;
  return floor (between (scene, scene->low, scene->high + 1));
}

static void
choose_type (Scene *scene)
{
  static const struct {
    NegSampleType type;
    double low, high;
  } types[] = { { NEG_SAMPLE_U8, 0, 255 }, { NEG_SAMPLE_S8, -128, 127 }, { NEG_SAMPLE_U16, 0, 65535 },
                { NEG_SAMPLE_S16, -32768, 32767 }, { NEG_SAMPLE_S16, -1024, 3071 } };
  guint i = pick (scene, G_N_ELEMENTS (types));
  NegVolumeLayout *layout = &scene->builder.layout;

  layout->sample_type = types[i].type;
  scene->low = types[i].low;
  scene->high = types[i].high;
  if (pick (scene, 3) == 0) {
    layout->padding = (NegPadding){ TRUE, toss (scene) ? scene->low : scene->low + 60, 0 };
    layout->padding.high = layout->padding.low + pick (scene, 3);
  }
}

static void
place_slices (Scene *scene)
{
  NegVolumeLayout *layout = &scene->builder.layout;
  double spacing_mm = between (scene, 0.3, 4), distances_mm[BUILDER_SLICES_MAX] = { 0 };
  const double shear[2] = { toss (scene) ? between (scene, -0.4, 0.4) : 0, toss (scene) ? between (scene, -0.4, 0.4) : 0 };
  guint kind = pick (scene, 6);

  for (guint i = 1; i < layout->n_slices; i++) {
    double step_mm = spacing_mm;

    if (kind == 0)
      step_mm *= between (scene, 0.995, 1.005);
    else if (kind == 1)
      step_mm *= between (scene, 0.1, 2);
    if (kind <= 2 && pick (scene, 5) == 0)
      step_mm *= between (scene, 1.6, 4);
    distances_mm[i] = distances_mm[i - 1] + step_mm;
  }
  builder_place (&scene->builder, distances_mm, shear);
  if (kind == 3)
    for (guint i = 0; i < layout->n_slices; i++)
      for (guint j = 0; j < 3; j++)
        scene->builder.slices[i].origin_mm[j] += between (scene, -0.03, 0.03);
  for (guint i = 0; i < layout->n_slices; i++)
    scene->builder.slices[i].thickness_mm = toss (scene) ? spacing_mm : 0;
}

static void
choose_rescale (Scene *scene)
{
  gboolean is_same = pick (scene, 3) > 0;
  double slope = pick (scene, 10) == 0 ? 0 : between (scene, -2, 2), intercept = between (scene, -1024, 0);

  for (guint i = 0; i < scene->builder.layout.n_slices; i++) {
    scene->builder.slices[i].slope = is_same ? slope : between (scene, -2, 2);
    scene->builder.slices[i].intercept = is_same ? intercept : between (scene, -100, 100);
  }
}

static void
make_volume (Scene *scene)
{
  NegVolumeLayout *layout = &scene->builder.layout;
  double axes[9];

  builder_init (&scene->builder, 8 + pick (scene, 30), 1 + pick (scene, 36), 2 + pick (scene, 22));
  choose_type (scene);
  if (toss (scene)) {
    turn (scene, axes);
    memcpy (layout->orientation, axes, sizeof layout->orientation);
  }
  for (guint i = 0; i < 2; i++)
    layout->spacing_mm[i] = between (scene, 0.3, 2);
  for (guint i = 0; i < 3; i++)
    scene->builder.slices[0].origin_mm[i] = between (scene, -500, 500);
  place_slices (scene);
  choose_rescale (scene);
  scene->volume = builder_build (&scene->builder, get_stored, scene);
  scene->has_holes = pick (scene, 4) == 0;
  for (guint i = 0; i < scene->volume->n_slices; i++)
    if (scene->has_holes && pick (scene, 4) == 0)
      neg_volume_set_state (scene->volume, i, toss (scene) ? NEG_SLICE_WAITING : NEG_SLICE_FAILED);
}

static void
set_range (Scene *scene)
{
  const NegVolume *volume = scene->volume;
  double low = 0, high = 0, value;
  gboolean is_first = TRUE;

  for (guint k = 0; k < volume->n_slices; k++)
    for (guint j = 0; j < volume->rows; j++)
      for (guint i = 0; i < volume->columns; i++)
        if (_neg_volume_get_voxel (volume, i, j, k, &value)) {
          low = is_first ? value : MIN (low, value);
          high = is_first ? value : MAX (high, value);
          is_first = FALSE;
        }
  scene->range = high - low;
  scene->largest = MAX (fabs (low), fabs (high));
}

/* --- planes --- */

static void
make_plane (Scene *scene)
{
  const NegVolume *volume = scene->volume;
  NegReformat *reformat = &scene->reformat;
  double axes[9], middle_mm[3], pixel_mm = neg_volume_get_finest_mm (volume) * exp (between (scene, -2, 1.5));

  turn (scene, axes);
  if (pick (scene, 4) == 0) { /* along the voxels, on them or between */
    memcpy (axes, volume->x_unit, sizeof volume->x_unit);
    memcpy (axes + 3, toss (scene) ? volume->y_unit : volume->normal, sizeof volume->y_unit);
    pixel_mm = volume->spacing_mm[0] / (1 + pick (scene, 3));
  }
  neg_volume_get_middle (volume, middle_mm);
  for (guint i = 0; i < 3; i++)
    middle_mm[i] += between (scene, -3, 3);
  scene->width = 1 + pick (scene, WIDTH_MAX);
  scene->height = 1 + pick (scene, HEIGHT_MAX);
  neg_reformat_init (reformat, middle_mm, axes, axes + 3, scene->width, scene->height, pixel_mm);
  if (toss (scene))
    neg_reformat_set_slab (reformat, volume, between (scene, 0.5, 15), pick (scene, NEG_PROJECTION_N));
  if (pick (scene, 3) == 0)
    reformat->interpolation = NEG_INTERPOLATION_NEAREST;
}

/* --- comparing --- */

typedef struct {
  float values[WIDTH_MAX * HEIGHT_MAX];
  guint8 covers[WIDTH_MAX * HEIGHT_MAX];
} Picture;

static gboolean
is_same (const Scene *scene, float value, NegCover cover, float other, NegCover other_cover)
{
  double tolerance = 1e-4 * scene->range + 1e-6 * scene->largest;

  if (cover != other_cover || isnan (value) != isnan (other))
    return FALSE;
  return isnan (value) || fabs ((double) value - other) <= tolerance;
}

/* Whether the general way says otherwise right beside it. */
static gboolean
is_at_edge (const Scene *scene, guint column, guint row, float value, NegCover cover)
{
  const NegVolume *volume = scene->volume;
  const double middle_px[2] = { column + 0.5, row + 0.5 };
  double unit_mm[3] = { volume->spacing_mm[0], volume->spacing_mm[1], 0 };

  unit_mm[2] = volume->distances_mm[volume->n_slices - 1] / (volume->n_slices - 1);
  for (guint i = 0; i < 27; i++) {
    const double along[3] = { i % 3 - 1.0, i / 3 % 3 - 1.0, i / 9 - 1.0 };
    NegReformat beside = scene->reformat;
    NegCover other;
    float near_by;

    for (guint j = 0; j < 3; j++)
      beside.origin_mm[j] += EDGE_VOXELS
                             * (along[0] * unit_mm[0] * volume->x_unit[j] + along[1] * unit_mm[1] * volume->y_unit[j]
                                + along[2] * unit_mm[2] * volume->normal[j]);
    near_by = neg_reformat_get_value (&beside, volume, middle_px, &other);
    if (!is_same (scene, value, cover, near_by, other))
      return TRUE;
  }
  return FALSE;
}

/* How many pixels lie at edges and differ; all others have to be the same. */
static guint
compare (const Scene *scene, const Picture *fast, const Picture *general)
{
  guint n_at_edges = 0;

  for (guint row = 0; row < scene->height; row++)
    for (guint column = 0; column < scene->width; column++) {
      guint i = row * scene->width + column;

      if (is_same (scene, fast->values[i], fast->covers[i], general->values[i], general->covers[i]))
        continue;
      if (!is_at_edge (scene, column, row, general->values[i], general->covers[i]))
        g_error ("pixel %u, %u: %.9g (%u), should be %.9g (%u), of a range of %g", column, row, fast->values[i],
                 fast->covers[i], general->values[i], general->covers[i], scene->range);
      n_at_edges++;
    }
  return n_at_edges;
}

static void
scene_init (Scene *scene, guint seed)
{
  scene->rand = g_rand_new_with_seed (seed);
  make_volume (scene);
  set_range (scene);
  make_plane (scene);
}

static void
scene_clear (Scene *scene)
{
  neg_volume_unref (scene->volume);
  g_rand_free (scene->rand);
}

static gboolean
draw (NegWay way, const Scene *scene, Picture *picture, guint first_row, guint n_rows)
{
  return _neg_reformat_rows_by (way, &scene->reformat, scene->volume, scene->width, picture->values, picture->covers,
                                first_row, n_rows);
}

/* --- tests --- */

static gboolean
skip_without (NegWay way)
{
  if (_neg_reformat_has_way (way))
    return FALSE;
  g_test_skip ("the processor does not have it");
  return TRUE;
}

static void
test_random (gconstpointer way)
{
  guint n_pixels = 0, n_at_edges = 0, n_fast = 0;

  if (skip_without (GPOINTER_TO_UINT (way)))
    return;
  for (guint i = 0; i < N_SCENES; i++) {
    Scene scene = { 0 };
    Picture fast, general;

    scene_init (&scene, i);
    g_test_message ("scene %u", i);
    neg_reformat_rows_general (&scene.reformat, scene.volume, scene.width, general.values, general.covers, 0,
                               scene.height);
    if (draw (GPOINTER_TO_UINT (way), &scene, &fast, 0, scene.height)) {
      n_at_edges += compare (&scene, &fast, &general);
      n_pixels += scene.width * scene.height;
      n_fast++;
    }
    scene_clear (&scene);
  }
  g_test_message ("%u of %u scenes, %u of %u pixels at edges differ", n_fast, N_SCENES, n_at_edges, n_pixels);
  g_assert_cmpuint (n_fast, >, N_SCENES * 9 / 10);
  g_assert_cmpuint (n_at_edges, <, n_pixels / 50);
}

/* However rows are dealt out the picture is the same, bit by bit, and others are left alone. */
static void
test_cut (gconstpointer way)
{
  if (skip_without (GPOINTER_TO_UINT (way)))
    return;
  for (guint i = 0; i < N_SCENES / 4; i++) {
    Scene scene = { 0 };
    Picture whole, cut;
    guint row = 0;

    memset (&whole, 0x5a, sizeof whole);
    memset (&cut, 0x5a, sizeof cut);
    scene_init (&scene, 1000 + i);
    if (draw (GPOINTER_TO_UINT (way), &scene, &whole, 0, scene.height)) {
      while (row < scene.height) {
        guint n = 1 + pick (&scene, 6);

        n = MIN (n, scene.height - row);
        g_assert_true (draw (GPOINTER_TO_UINT (way), &scene, &cut, row, n));
        row += n;
        if (row < scene.height)
          g_assert_cmpint (cut.covers[row * scene.width], ==, 0x5a);
      }
      g_assert_cmpmem (&cut, sizeof cut, &whole, sizeof whole);
    }
    scene_clear (&scene);
  }
}

/* Covers are written only where they are asked for; values do not depend on it. */
static void
test_no_covers (gconstpointer way)
{
  Scene scene = { 0 };
  Picture with, without;

  if (skip_without (GPOINTER_TO_UINT (way)))
    return;
  scene_init (&scene, 7);
  memset (&with, 0, sizeof with);
  memset (&without, 0, sizeof without);
  g_assert_true (draw (GPOINTER_TO_UINT (way), &scene, &with, 0, scene.height));
  g_assert_true (_neg_reformat_rows_by (GPOINTER_TO_UINT (way), &scene.reformat, scene.volume, scene.width,
                                        without.values, NULL, 0, scene.height));
  g_assert_cmpmem (with.values, sizeof with.values, without.values, sizeof without.values);
  scene_clear (&scene);
}

/* What tiles cannot do is left to the general way, and nothing is written. */
static void
test_declined (void)
{
  NegVolume *volumes[3];
  Scene scenes[2] = { { 0 }, { 0 } };
  Scene *scene = &scenes[0];
  Picture picture;

  scene->rand = g_rand_new_with_seed (1);
  scene->high = 100;
  builder_init (&scene->builder, 7, 9, 4);
  volumes[0] = builder_build (&scene->builder, get_stored, scene);
  builder_init (&scene->builder, 9, 9, 4);
  scene->builder.layout.sample_type = NEG_SAMPLE_F32;
  volumes[1] = builder_build (&scene->builder, get_stored, scene);
  builder_init (&scene->builder, 9, 9, 4);
  volumes[2] = builder_build (&scene->builder, get_stored, scene);
  scene->width = scene->height = 8;
  memset (&picture, 0x5a, sizeof picture);
  for (guint i = 0; i < 3; i++) {
    scene->volume = volumes[i];
    make_plane (scene);
    scene->reformat.interpolation = i == 2 ? NEG_INTERPOLATION_CUBIC : NEG_INTERPOLATION_LINEAR;
    g_assert_false (draw (NEG_WAY_NONE, scene, &picture, 0, scene->height));
    g_assert_cmpint (picture.covers[0], ==, 0x5a);
    neg_volume_unref (volumes[i]);
  }
  g_rand_free (scene->rand);
}

/* A plane so far away, or of pixels so large, that single precision says nothing, or of no numbers at all. */
static void
test_far (void)
{
  static const double far_mm[] = { 1e12, -1e300, NAN, INFINITY };
  Scene scene = { 0 };
  Picture picture;

  scene_init (&scene, 3);
  for (guint i = 0; i < G_N_ELEMENTS (far_mm); i++) {
    NegReformat reformat = scene.reformat;

    reformat.origin_mm[1] = far_mm[i];
    neg_reformat_rows (&reformat, scene.volume, scene.width, picture.values, picture.covers, 0, scene.height);
    for (guint j = 0; j < scene.width * scene.height; j++)
      g_assert_true (isnan (picture.values[j]) && picture.covers[j] == NEG_COVER_OUTSIDE);
  }
  scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  static const char *const names[NEG_WAY_N] = { "none", "avx2", "avx512" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < NEG_WAY_N; i++) {
    g_autofree char *random = g_strconcat ("/reformat-fast/random/", names[i], NULL);
    g_autofree char *cut = g_strconcat ("/reformat-fast/cut/", names[i], NULL);
    g_autofree char *covers = g_strconcat ("/reformat-fast/no-covers/", names[i], NULL);

    g_test_add_data_func (random, GUINT_TO_POINTER (i), test_random);
    g_test_add_data_func (cut, GUINT_TO_POINTER (i), test_cut);
    g_test_add_data_func (covers, GUINT_TO_POINTER (i), test_no_covers);
  }
  g_test_add_func ("/reformat-fast/declined", test_declined);
  g_test_add_func ("/reformat-fast/far", test_far);
  return g_test_run ();
}
