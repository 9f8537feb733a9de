/* Layouts and planes of numbers that nobody would write: nothing crashes, and what comes out is a value or nothing. */
#include "config.h"

#include "volume-builder.h"

#define N_LAYOUTS 1500
#define WIDTH 9
#define HEIGHT 7

static const double hostile[] = { 0, -0.0, 1e-320, 1e-12, 1e-6, 1e4, 1e8, 1e20, 1e300, G_MAXDOUBLE, INFINITY, NAN };

/* Mostly a number of that size, now and then anything. */
static double
draw_number (GRand *random, double size, guint one_in)
{
  double sign = g_rand_boolean (random) ? 1 : -1;

  if (g_rand_int_range (random, 0, one_in) == 0)
    return sign * hostile[g_rand_int_range (random, 0, G_N_ELEMENTS (hostile))];
  return sign * g_rand_double_range (random, 0, size);
}

static void
draw_orientation (GRand *random, double orientation[6])
{
  static const double known[][6]
      = { { 1, 0, 0, 0, 1, 0 }, { 0, 1, 0, 0, 0, -1 }, { 0.8, 0.6, 0, 0, 0, -1 }, { -0.6, 0, 0.8, 0, 1, 0 } };

  memcpy (orientation, known[g_rand_int_range (random, 0, G_N_ELEMENTS (known))], sizeof known[0]);
  for (guint i = 0; i < 6; i++)
    orientation[i] += g_rand_double_range (random, -2e-4, 2e-4);
  if (g_rand_int_range (random, 0, 20) == 0)
    orientation[g_rand_int_range (random, 0, 6)] = draw_number (random, 1, 2);
}

static void
draw_layout (GRand *random, Builder *builder)
{
  NegVolumeLayout *layout = &builder->layout;
  guint one_in = g_rand_boolean (random) ? 10000 : 40;
  double reach_mm = pow (10, g_rand_double_range (random, -2, g_rand_boolean (random) ? 1 : 4));

  builder_init (builder, g_rand_int_range (random, 0, 12), g_rand_int_range (random, 0, 12),
                g_rand_int_range (random, 0, 40));
  layout->sample_type = g_rand_int_range (random, 0, NEG_SAMPLE_N_TYPES + 1);
  draw_orientation (random, layout->orientation);
  for (guint i = 0; i < 2; i++)
    layout->spacing_mm[i] = fabs (draw_number (random, 2, one_in));
  if (g_rand_boolean (random))
    layout->padding = (NegPadding){ TRUE, draw_number (random, 100, one_in), draw_number (random, 100, one_in) };
  for (guint i = 0; i < layout->n_slices; i++) {
    NegVolumeSlice *slice = &builder->slices[i];

    for (guint j = 0; j < 3; j++)
      slice->origin_mm[j] = draw_number (random, reach_mm, one_in * 20);
    slice->thickness_mm = draw_number (random, 5, 3);
    slice->slope = draw_number (random, 2, one_in * 5);
    slice->intercept = draw_number (random, 1000, one_in * 5);
  }
  layout->slices = builder->slices;
}

static void
draw_reformat (GRand *random, const NegVolume *volume, NegReformat *reformat)
{
  const double known[3][3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
  guint axis = g_rand_int_range (random, 0, 3), one_in = g_rand_boolean (random) ? 10000 : 10;
  double middle_mm[3];

  neg_volume_get_middle (volume, middle_mm);
  neg_reformat_init (reformat, middle_mm, known[axis], known[(axis + 1) % 3], WIDTH, HEIGHT,
                     fabs (draw_number (random, 5, one_in)));
  neg_reformat_set_slab (reformat, volume, draw_number (random, 30, one_in), g_rand_int_range (random, 0, 3));
  reformat->n_samples = MIN (reformat->n_samples, 50);
  reformat->interpolation = g_rand_int_range (random, 0, 3);
  if (g_rand_int_range (random, 0, one_in) == 0)
    reformat->n_samples = 0;
  for (guint i = 0; i < 3; i++) {
    reformat->origin_mm[i] += draw_number (random, 1, one_in);
    reformat->x_mm[i] += draw_number (random, 1, one_in);
    reformat->y_mm[i] += draw_number (random, 1, one_in);
    reformat->step_mm[i] += draw_number (random, 1, one_in);
  }
}

static void
check_volume (const NegVolume *volume)
{
  for (guint i = 0; i + 1 < volume->n_slices; i++) {
    double step_mm = volume->distances_mm[i + 1] - volume->distances_mm[i];

    g_assert_cmpfloat (step_mm, >, 0);
    g_assert_cmpfloat (volume->halves_mm[2 * i + 1] + volume->halves_mm[2 * i + 2], <=, step_mm * (1 + 1e-9));
    g_assert_cmpfloat (volume->halves_mm[2 * i + 1], >, 0);
    g_assert_cmpfloat (volume->halves_mm[2 * i + 2], >, 0);
  }
}

static guint n_covers[NEG_COVER_MISSING + 1];

static void
check_rows (const float *values, const guint8 *covers)
{
  for (guint i = 0; i < WIDTH * HEIGHT; i++) {
    gboolean has_value = covers[i] == NEG_COVER_WHOLE || covers[i] == NEG_COVER_PARTLY;

    g_assert_cmpuint (covers[i], <=, NEG_COVER_MISSING);
    n_covers[covers[i]]++;
    g_assert_true (has_value ? isfinite (values[i]) : isnan (values[i]));
  }
}

static void
cut (GRand *random, const NegVolume *volume)
{
  float values[WIDTH * HEIGHT];
  guint8 covers[WIDTH * HEIGHT];

  for (guint i = 0; i < 6; i++) {
    double output_px[2], point_mm[3], voxel[3];
    NegReformat reformat;

    draw_reformat (random, volume, &reformat);
    neg_reformat_rows_general (&reformat, volume, WIDTH, values, covers, 0, HEIGHT);
    check_rows (values, covers);
    neg_reformat_rows (&reformat, volume, WIDTH, values, covers, 0, HEIGHT);
    check_rows (values, covers);
    for (guint j = 0; j < 3; j++)
      point_mm[j] = draw_number (random, 1000, 5);
    neg_reformat_to_output (&reformat, point_mm, output_px);
    neg_reformat_to_patient (&reformat, output_px, point_mm);
    if (neg_volume_to_voxel (volume, point_mm, voxel))
      g_assert_true (voxel[0] >= 0 && voxel[0] < volume->columns && voxel[1] >= 0 && voxel[1] < volume->rows);
    neg_volume_to_patient (volume, point_mm, voxel);
  }
}

/* Any bytes are stored values. */
static NegVolume *
build (GRand *random, Builder *builder)
{
  const NegVolumeLayout *layout = &builder->layout;
  gsize n_bytes = layout->sample_type < NEG_SAMPLE_N_TYPES
                      ? (gsize) layout->columns * layout->rows * layout->n_slices
                            * neg_sample_type_get_bytes (layout->sample_type)
                      : 0;
  guint8 *voxels = g_malloc (n_bytes + 1);
  g_autoptr (GError) error = NULL;
  NegVolume *volume;

  for (gsize i = 0; i < n_bytes; i++)
    voxels[i] = g_rand_int (random);
  volume = neg_volume_new (layout, voxels, voxels, g_free, &error);
  if (volume == NULL) {
    g_assert_nonnull (error);
    g_free (voxels);
    return NULL;
  }
  for (guint i = 0; i < volume->n_slices; i++)
    neg_volume_set_state (volume, i, g_rand_int_range (random, 0, 8) == 0 ? NEG_SLICE_FAILED : NEG_SLICE_READY);
  return volume;
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20261122);
  guint n_made = 0;

  for (guint i = 0; i < N_LAYOUTS; i++) {
    g_autofree Builder *builder = g_new0 (Builder, 1);
    g_autoptr (NegVolume) volume = NULL;
    double low, high, box_mm[6];

    draw_layout (random, builder);
    volume = build (random, builder);
    if (volume == NULL)
      continue;
    n_made++;
    check_volume (volume);
    if (neg_volume_get_range (volume, &low, &high))
      g_assert_true (isfinite (low) && isfinite (high) && low <= high);
    neg_volume_get_box (volume, box_mm);
    for (guint j = 0; j < 3; j++)
      g_assert_true (isfinite (box_mm[j]) && box_mm[j] < box_mm[3 + j]);
    cut (random, volume);
  }
  g_test_message ("%u volumes of %u layouts; %u outside, %u whole, %u partly, %u missing", n_made, N_LAYOUTS,
                  n_covers[0], n_covers[1], n_covers[2], n_covers[3]);
  for (guint i = 0; i <= NEG_COVER_MISSING; i++)
    g_assert_cmpuint (n_covers[i], >, 1000);
  g_assert_cmpuint (n_made, >, N_LAYOUTS / 4);
  g_assert_cmpuint (n_made, <, N_LAYOUTS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/volume/random", test_random);
  return g_test_run ();
}
