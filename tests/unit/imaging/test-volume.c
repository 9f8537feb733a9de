#include "config.h"

#include "volume-builder.h"

#include "base/neg-error.h"

static double
number_of_voxel (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  return column + 10 * row + 100 * slice;
}

static double
nothing (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  return 0;
}

static void
assert_near (double value, double expected)
{
  g_assert_cmpfloat_with_epsilon (value, expected, 1e-9);
}

/* --- what can be a volume --- */

static void
assert_refused (Builder *builder)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint *order = NULL;

  builder->layout.slices = builder->slices;
  g_assert_cmpuint (neg_volume_plan (&builder->layout, &order, &error), ==, 0);
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  g_assert_null (order);
  g_clear_error (&error);
  g_assert_null (neg_volume_new (&builder->layout, NULL, NULL, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
}

#define ASSERT_REFUSED_WITH(change)                                                                                    \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    Builder builder;                                                                                                   \
    builder_init (&builder, 4, 4, 3);                                                                                  \
    change;                                                                                                            \
    assert_refused (&builder);                                                                                         \
  }                                                                                                                    \
  G_STMT_END

static void
test_refusals (void)
{
  ASSERT_REFUSED_WITH (builder.layout.n_slices = 1);
  ASSERT_REFUSED_WITH (builder.layout.n_slices = 0);
  ASSERT_REFUSED_WITH (builder.layout.n_slices = NEG_VOLUME_SLICES_MAX + 1);
  ASSERT_REFUSED_WITH (builder.layout.columns = 0);
  ASSERT_REFUSED_WITH (builder.layout.rows = 0);
  ASSERT_REFUSED_WITH (builder.layout.rows = G_MAXUINT);
  ASSERT_REFUSED_WITH (builder.layout.columns = 65536);
  ASSERT_REFUSED_WITH (builder.layout.sample_type = NEG_SAMPLE_N_TYPES);
  ASSERT_REFUSED_WITH (builder.layout.spacing_mm[0] = 0);
  ASSERT_REFUSED_WITH (builder.layout.spacing_mm[1] = -1);
  ASSERT_REFUSED_WITH (builder.layout.spacing_mm[1] = NAN);
  ASSERT_REFUSED_WITH (builder.layout.spacing_mm[0] = INFINITY);
  ASSERT_REFUSED_WITH (builder.layout.orientation[0] = 0);
  ASSERT_REFUSED_WITH (builder.layout.orientation[4] = NAN);
  ASSERT_REFUSED_WITH (builder.slices[1].origin_mm[2] = NAN);
  ASSERT_REFUSED_WITH (builder.slices[2].origin_mm[0] = 1e300);
  ASSERT_REFUSED_WITH (builder.slices[1].slope = INFINITY);
  ASSERT_REFUSED_WITH (builder.slices[1].intercept = NAN);
  ASSERT_REFUSED_WITH (builder.slices[1].origin_mm[2] = builder.slices[2].origin_mm[2] = 0.004);
}

/* Given out of order, two at one place: the first given counts. */
static void
test_order (void)
{
  const double places_mm[] = { 6, 0, 2.005, 4, 2, 6.003 };
  const guint expected[] = { 1, 2, 3, 0 };
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  builder_init (&builder, 2, 2, G_N_ELEMENTS (places_mm));
  for (guint i = 0; i < G_N_ELEMENTS (places_mm); i++)
    builder.slices[i].origin_mm[2] = places_mm[i];
  volume = builder_build (&builder, nothing, NULL);
  g_assert_cmpmem (volume->order, sizeof (guint) * volume->n_slices, expected, sizeof expected);
  for (guint i = 0; i < volume->n_slices; i++)
    assert_near (volume->distances_mm[i], places_mm[expected[i]]);
  g_assert_cmpuint (neg_volume_get_bytes (volume), ==, 4 * 2 * 2 * 2);
  g_assert_true (volume->is_uniform);
}

/* A row of slices each closer than counts as apart does not become one, and those that stay are apart. */
static void
test_close_slices (void)
{
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  builder_init (&builder, 2, 2, 100);
  for (guint i = 0; i < 100; i++)
    builder.slices[i].origin_mm[2] = (99 - i) * 0.004;
  volume = builder_build (&builder, nothing, NULL);
  g_assert_cmpuint (volume->n_slices, >, 10);
  for (guint i = 0; i + 1 < volume->n_slices; i++)
    g_assert_cmpfloat (volume->distances_mm[i + 1] - volume->distances_mm[i], >, 0.01);
}

/* --- gaps and how far a slice reaches --- */

static NegVolume *
build_places (const double *places_mm, const double *thickness_mm, guint n)
{
  const double shear[2] = { 0, 0 };
  Builder builder;

  builder_init (&builder, 2, 2, n);
  builder_place (&builder, places_mm, shear);
  for (guint i = 0; i < n; i++)
    builder.slices[i].thickness_mm = thickness_mm != NULL ? thickness_mm[i] : 0;
  return builder_build (&builder, nothing, NULL);
}

static void
assert_halves (const NegVolume *volume, guint slice, double before_mm, double after_mm)
{
  assert_near (volume->halves_mm[2 * slice], before_mm);
  assert_near (volume->halves_mm[2 * slice + 1], after_mm);
}

static void
test_gaps (void)
{
  /* One slice of a row is not there, and one stands alone. */
  const double places_mm[] = { 0, 2, 4, 8, 10, 12, 14, 20 };
  g_autoptr (NegVolume) volume = build_places (places_mm, NULL, G_N_ELEMENTS (places_mm));

  assert_near (volume->median_spacing_mm, 2);
  g_assert_false (volume->is_uniform);
  g_assert_true (volume->is_straight);
  for (guint i = 0; i < 7; i++)
    g_assert_cmpint (volume->gap_after[i], ==, i == 2 || i == 6);
  assert_halves (volume, 0, 1, 1);
  assert_halves (volume, 2, 1, 1);
  assert_halves (volume, 3, 1, 1);
  assert_halves (volume, 7, 1, 1);
}

static void
test_gap_threshold (void)
{
  const double places_mm[] = { 0, 2, 4, 7, 9, 11, 14.01, 16 };
  g_autoptr (NegVolume) volume = build_places (places_mm, NULL, G_N_ELEMENTS (places_mm));

  assert_near (volume->median_spacing_mm, 2);
  g_assert_false (volume->gap_after[2]); /* 1.5 times exactly */
  g_assert_true (volume->gap_after[5]);
  assert_halves (volume, 2, 1, 1.5);
  assert_halves (volume, 3, 1.5, 1);
  assert_halves (volume, 5, 1, 1);
  assert_halves (volume, 6, 0.995, 0.995);
}

static void
test_thickness (void)
{
  const double places_mm[] = { 0, 2, 4, 8, 14, 16, 18 }, thickness_mm[] = { 2, 2, 2, 5, 1.5, 2, NAN };
  g_autoptr (NegVolume) volume = build_places (places_mm, thickness_mm, G_N_ELEMENTS (places_mm));

  g_assert_false (volume->gap_after[2]); /* 4 < 1.5 (2 + 5) / 2 */
  g_assert_true (volume->gap_after[3]);  /* 6 > 1.5 (5 + 1.5) / 2 */
  assert_halves (volume, 3, 2, 2);
  assert_halves (volume, 4, 1, 1);
  assert_halves (volume, 6, 1, 1);
}

/* Alone between gaps: what it is thick, no more than the others are apart, never over the middle of the gap. */
static void
test_alone (void)
{
  const double places_mm[] = { 0, 1, 2, 3, 4, 5, 10, 15 };
  const double thin_mm[] = { 1, 1, 1, 1, 1, 1, 0.4, 2 };
  g_autoptr (NegVolume) volume = build_places (places_mm, thin_mm, G_N_ELEMENTS (places_mm));

  assert_halves (volume, 6, 0.2, 0.2);
  assert_halves (volume, 7, 0.5, 0.5);
}

/* A thick slice beside a gap that is narrower than the way to its other neighbour. */
static void
test_narrow_gap (void)
{
  const double places_mm[] = { 0, 1, 2, 3, 4, 10.5, 17.5 }, thickness_mm[] = { 1, 1, 1, 1, 1, 7, 7 };
  g_autoptr (NegVolume) volume = build_places (places_mm, thickness_mm, G_N_ELEMENTS (places_mm));

  g_assert_true (volume->gap_after[4]);
  assert_halves (volume, 4, 0.5, 0.5);
  assert_halves (volume, 5, 3.25, 3.5);
  assert_halves (volume, 6, 3.5, 3.5);
}

/* The real series of the acceptance tests: 14 slices of 4 mm and, after one of 1.08 mm, steps of 7 mm of slices 7 mm
 * thick. Twice the median is no gap where the slices are that thick. */
static void
test_two_thicknesses (void)
{
  double places_mm[28], thickness_mm[28];
  g_autoptr (NegVolume) volume = NULL;

  for (guint i = 0; i < 28; i++) {
    places_mm[i] = i < 14 ? 4.0019 * i : 13 * 4.0019 + 1.0811 + 6.9986 * (i - 14);
    thickness_mm[i] = i < 14 ? 4 : 7;
  }
  volume = build_places (places_mm, thickness_mm, 28);
  assert_near (volume->median_spacing_mm, 4.0019);
  for (guint i = 0; i < 27; i++)
    g_assert_false (volume->gap_after[i]);
  g_assert_false (volume->is_uniform);
  assert_halves (volume, 0, 4.0019 / 2, 4.0019 / 2);
  assert_halves (volume, 13, 4.0019 / 2, 1.0811 / 2);
  assert_halves (volume, 14, 1.0811 / 2, 6.9986 / 2);
  assert_halves (volume, 27, 6.9986 / 2, 6.9986 / 2);
}

/* Thick slices reconstructed at small steps: one that is not there leaves no tissue out, and is a gap like any other. Those
 * that go on twice as thick at twice the steps are none. */
static void
test_overlapping (void)
{
  double places_mm[30], thickness_mm[30];
  g_autoptr (NegVolume) volume = NULL;

  for (guint i = 0; i < 30; i++) {
    places_mm[i] = (i < 20 ? i : 20 + 2 * (i - 20)) + (i > 7) + 2 * (i > 25);
    thickness_mm[i] = i < 20 ? 5 : 10;
  }
  volume = build_places (places_mm, thickness_mm, 30);
  assert_near (volume->median_spacing_mm, 1);
  for (guint i = 0; i < 29; i++)
    g_assert_cmpint (volume->gap_after[i], ==, i == 7 || i == 25);
  assert_halves (volume, 7, 0.5, 0.5);
  assert_halves (volume, 8, 0.5, 0.5);
}

/* --- where things are --- */

/* Tilted, of uneven distances, cosines as text that are not quite perpendicular, wandering origins. */
static void
build_crooked (Builder *builder)
{
  const double places_mm[] = { 0, 1.5, 3.25, 4, 6, 8.5 }, shear[2] = { 0.12, -0.36 };
  const double orientation[6] = { 0.8, 0.6002, 0, -0.3, 0.4, -0.8660254 };

  builder_init (builder, 7, 5, G_N_ELEMENTS (places_mm));
  memcpy (builder->layout.orientation, orientation, sizeof orientation);
  builder->layout.spacing_mm[0] = 0.7;
  builder->layout.spacing_mm[1] = 0.9;
  for (guint i = 0; i < 3; i++)
    builder->slices[0].origin_mm[i] = 100 - 37.5 * i;
  builder_place (builder, places_mm, shear);
  builder->slices[3].origin_mm[0] += 0.3;
}

static void
test_round_trip (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  build_crooked (&builder);
  volume = builder_build (&builder, nothing, NULL);
  g_assert_false (volume->is_straight);
  for (guint i = 0; i < 2000; i++) {
    double voxel[3] = { g_rand_double_range (random, -3, 10), g_rand_double_range (random, -3, 8),
                        g_rand_double_range (random, -2, 8) };
    double point_mm[3], back[3];
    gboolean is_inside;

    neg_volume_to_patient (volume, voxel, point_mm);
    is_inside = neg_volume_to_voxel (volume, point_mm, back);
    for (guint j = 0; j < 3; j++)
      assert_near (back[j], voxel[j]);
    g_assert_cmpint (is_inside, ==, voxel[0] >= 0 && voxel[0] < 7 && voxel[1] >= 0 && voxel[1] < 5 && voxel[2] >= 0
                                        && voxel[2] < 6);
  }
}

/* The equation of C.7.6.2.1.1 for each voxel of each slice, by the slice's own position. */
static void
test_standard (void)
{
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  build_crooked (&builder);
  volume = builder_build (&builder, nothing, NULL);
  for (guint slice = 0; slice < 6; slice++)
    for (guint row = 0; row < 5; row++)
      for (guint column = 0; column < 7; column++) {
        double voxel[3] = { column + 0.5, row + 0.5, slice + 0.5 }, point_mm[3];

        neg_volume_to_patient (volume, voxel, point_mm);
        for (guint i = 0; i < 3; i++)
          assert_near (point_mm[i], builder.slices[slice].origin_mm[i] + builder.layout.orientation[i] * 0.7 * column
                                        + builder.layout.orientation[3 + i] * 0.9 * row);
      }
}

static void
test_shear (void)
{
  const double places_mm[] = { 0, 2, 4, 6 }, shear[2] = { 0.25, -0.4 };
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  builder_init (&builder, 3, 3, 4);
  builder_place (&builder, places_mm, shear);
  volume = builder_build (&builder, nothing, NULL);
  g_assert_true (volume->is_straight);
  g_assert_true (volume->is_uniform);
  assert_near (volume->shear_per_mm[0], 0.25);
  assert_near (volume->shear_per_mm[1], -0.4);
}

static void
test_extents (void)
{
  const double places_mm[] = { 0, 2, 4, 6 }, shear[2] = { 0, 0.5 }, diagonal[3] = { 0, M_SQRT1_2, M_SQRT1_2 };
  const double from_mm[3] = { 11, 20, 30 };
  const double expected_box[6] = { 9.5, 18, 29, 12.5, 27.5, 37 };
  g_autoptr (NegVolume) volume = NULL;
  double box_mm[6], middle_mm[3], low_mm, high_mm;
  Builder builder;

  builder_init (&builder, 3, 5, 4);
  builder.layout.spacing_mm[1] = 1.1;
  memcpy (builder.slices[0].origin_mm, (double[3]){ 10, 19.05, 30 }, 3 * sizeof (double));
  builder_place (&builder, places_mm, shear);
  volume = builder_build (&builder, nothing, NULL);
  neg_volume_get_box (volume, box_mm);
  for (guint i = 0; i < 6; i++)
    assert_near (box_mm[i], expected_box[i]);
  neg_volume_get_middle (volume, middle_mm);
  assert_near (middle_mm[0], 11);
  assert_near (middle_mm[1], 18.5 + 2.75 + 1.5);
  assert_near (middle_mm[2], 33);
  neg_volume_get_extent (volume, from_mm, diagonal, &low_mm, &high_mm);
  assert_near (low_mm, (18 - 20 + 29 - 30) * M_SQRT1_2);
  assert_near (high_mm, (27.5 - 20 + 37 - 30) * M_SQRT1_2);
  assert_near (neg_volume_get_finest_mm (volume), 1);
}

static void
test_no_place (void)
{
  const double nowhere[3] = { NAN, 0, 0 }, far[3] = { 0, 0, INFINITY };
  g_autoptr (NegVolume) volume = NULL;
  double result[3];
  Builder builder;

  builder_init (&builder, 3, 3, 3);
  volume = builder_build (&builder, nothing, NULL);
  g_assert_false (neg_volume_to_voxel (volume, nowhere, result));
  g_assert_false (neg_volume_to_voxel (volume, far, result));
  neg_volume_to_patient (volume, nowhere, result);
  neg_volume_to_patient (volume, far, result);
}

/* --- states and values --- */

static void
test_states (void)
{
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  builder_init (&builder, 2, 2, 3);
  volume = builder_build (&builder, nothing, NULL);
  g_assert_true (neg_volume_is_complete (volume));
  neg_volume_set_state (volume, 1, NEG_SLICE_FAILED);
  neg_volume_set_state (volume, 1, NEG_SLICE_FAILED);
  neg_volume_set_state (volume, 2, NEG_SLICE_WAITING);
  g_assert_cmpint (volume->n_ready, ==, 1);
  g_assert_cmpint (volume->n_failed, ==, 1);
  g_assert_cmpint (neg_volume_get_state (volume, 1), ==, NEG_SLICE_FAILED);
  g_assert_false (neg_volume_is_complete (volume));
  neg_volume_set_state (volume, 1, NEG_SLICE_READY);
  neg_volume_set_state (volume, 2, NEG_SLICE_READY);
  g_assert_cmpint (volume->n_failed, ==, 0);
  g_assert_true (neg_volume_is_complete (volume));
}

static gpointer
set_all_ready (gpointer data)
{
  NegVolume *volume = data;

  for (guint i = 0; i < volume->n_slices; i++)
    neg_volume_set_state (volume, i, NEG_SLICE_READY);
  return NULL;
}

static void
test_states_by_threads (void)
{
  g_autoptr (NegVolume) volume = NULL;
  GThread *threads[4];
  Builder builder;

  builder_init (&builder, 1, 1, 150);
  volume = builder_build (&builder, nothing, NULL);
  for (guint i = 0; i < 150; i++)
    neg_volume_set_state (volume, i, NEG_SLICE_WAITING);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ready", set_all_ready, volume);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (volume->n_ready, ==, 150);
}

static void
test_types (void)
{
  for (NegSampleType type = 0; type < NEG_SAMPLE_N_TYPES; type++) {
    g_autoptr (NegVolume) volume = NULL;
    Builder builder;

    builder_init (&builder, 5, 3, 2);
    builder.layout.sample_type = type;
    volume = builder_build (&builder, number_of_voxel, NULL);
    g_assert_cmpfloat (neg_volume_get_stored (volume, 4, 2, 0), ==, 24);
    g_assert_cmpfloat (neg_volume_get_stored (volume, 3, 1, 1), ==, 113);
  }
}

static void
test_range (void)
{
  g_autoptr (NegVolume) volume = NULL;
  double low, high;
  Builder builder;

  builder_init (&builder, 5, 3, 4);
  builder.layout.padding = (NegPadding){ TRUE, 0, 1 };
  builder.slices[1].slope = 2;
  builder.slices[1].intercept = -1000;
  volume = builder_build (&builder, number_of_voxel, NULL);
  g_assert_false (volume->same_rescale);
  g_assert_true (neg_volume_get_range (volume, &low, &high));
  g_assert_cmpfloat (low, ==, 200 - 1000);
  g_assert_cmpfloat (high, ==, 324);
  neg_volume_set_state (volume, 1, NEG_SLICE_WAITING);
  neg_volume_set_state (volume, 3, NEG_SLICE_FAILED);
  g_assert_true (neg_volume_get_range (volume, &low, &high));
  g_assert_cmpfloat (low, ==, 2);
  g_assert_cmpfloat (high, ==, 224);
  neg_volume_set_state (volume, 0, NEG_SLICE_WAITING);
  neg_volume_set_state (volume, 2, NEG_SLICE_WAITING);
  g_assert_false (neg_volume_get_range (volume, &low, &high));
}

static void
count_free (gpointer data)
{
  (*(guint *) data)++;
}

static void
test_owner (void)
{
  gint16 voxels[2 * 2 * 2] = { 0 };
  guint n_freed = 0;
  NegVolume *volume;
  Builder builder;

  builder_init (&builder, 2, 2, 2);
  builder.layout.slices = builder.slices;
  volume = neg_volume_new (&builder.layout, voxels, &n_freed, count_free, NULL);
  neg_volume_ref (volume);
  neg_volume_unref (volume);
  g_assert_cmpuint (n_freed, ==, 0);
  neg_volume_unref (volume);
  g_assert_cmpuint (n_freed, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/volume/refusals", test_refusals);
  g_test_add_func ("/volume/order", test_order);
  g_test_add_func ("/volume/close-slices", test_close_slices);
  g_test_add_func ("/volume/gaps", test_gaps);
  g_test_add_func ("/volume/gap-threshold", test_gap_threshold);
  g_test_add_func ("/volume/thickness", test_thickness);
  g_test_add_func ("/volume/alone", test_alone);
  g_test_add_func ("/volume/narrow-gap", test_narrow_gap);
  g_test_add_func ("/volume/two-thicknesses", test_two_thicknesses);
  g_test_add_func ("/volume/overlapping", test_overlapping);
  g_test_add_func ("/volume/round-trip", test_round_trip);
  g_test_add_func ("/volume/standard", test_standard);
  g_test_add_func ("/volume/shear", test_shear);
  g_test_add_func ("/volume/extents", test_extents);
  g_test_add_func ("/volume/no-place", test_no_place);
  g_test_add_func ("/volume/states", test_states);
  g_test_add_func ("/volume/states-by-threads", test_states_by_threads);
  g_test_add_func ("/volume/types", test_types);
  g_test_add_func ("/volume/range", test_range);
  g_test_add_func ("/volume/owner", test_owner);
  return g_test_run ();
}
