#include "config.h"

#include "volume-builder.h"

static double
mixed (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  /* Far from linear, so that a wrong neighbour or weight is seen. */
  return (column * 7919u + row * 104729u + slice * 1299709u) % 997u;
}

static double
constant_of_slice (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  return 100 * (slice + 1.0);
}

static double
value_at (const NegVolume *volume, NegInterpolation interpolation, double x, double y, double z, NegCover *cover)
{
  const double origin_px[2] = { 0, 0 };
  NegReformat reformat = { .origin_mm = { x, y, z }, .x_mm = { 1, 0, 0 }, .y_mm = { 0, 1, 0 }, .n_samples = 1,
                           .interpolation = interpolation };

  return neg_reformat_get_value (&reformat, volume, origin_px, cover);
}

static void
assert_near (double value, double expected)
{
  g_assert_cmpfloat_with_epsilon (value, expected, 1e-3);
}

/* @expected NaN: nothing to show there. */
static void
assert_shown (const NegVolume *volume, NegInterpolation interpolation, double x, double y, double z,
              double expected, NegCover expected_cover)
{
  NegCover cover = NEG_COVER_OUTSIDE;
  double value = value_at (volume, interpolation, x, y, z, &cover);

  g_assert_cmpint (cover, ==, expected_cover);
  if (isnan (expected))
    g_assert_true (isnan (value));
  else
    assert_near (value, expected);
}

#define LINEAR NEG_INTERPOLATION_LINEAR
#define NEAREST NEG_INTERPOLATION_NEAREST
#define CUBIC NEG_INTERPOLATION_CUBIC

/* Tilted, uneven distances, an origin off the line, a rescale of its own in each slice. */
static NegVolume *
build_crooked (void)
{
  const double places_mm[] = { 0, 1.5, 3.25, 4, 6, 8 }, shear[2] = { 0.12, -0.36 };
  const double orientation[6] = { 0.8, 0.6, 0, 0, 0, -1 };
  Builder builder;

  builder_init (&builder, 9, 8, G_N_ELEMENTS (places_mm));
  memcpy (builder.layout.orientation, orientation, sizeof orientation);
  builder.layout.spacing_mm[0] = 0.7;
  builder.layout.spacing_mm[1] = 0.9;
  for (guint i = 0; i < 3; i++)
    builder.slices[0].origin_mm[i] = 50 - 37.5 * i;
  builder_place (&builder, places_mm, shear);
  builder.slices[3].origin_mm[2] += 0.4;
  for (guint i = 0; i < 6; i++) {
    builder.slices[i].slope = 1 + 0.5 * i;
    builder.slices[i].intercept = -20.0 * i;
  }
  return builder_build (&builder, mixed, NULL);
}

/* Anywhere between the outermost centres the value is that of a formula that knows no voxel coordinates. */
static void
test_linear (void)
{
  g_autoptr (NegVolume) volume = build_crooked ();
  g_autoptr (GRand) random = g_rand_new_with_seed (11);

  for (guint i = 0; i < 1000; i++) {
    double voxel[3] = { g_rand_double_range (random, 0.5, 8.5), g_rand_double_range (random, 0.5, 7.5),
                        g_rand_double_range (random, 0.5, 5.5) };
    double point_mm[3];

    neg_volume_to_patient (volume, voxel, point_mm);
    assert_shown (volume, LINEAR, point_mm[0], point_mm[1], point_mm[2], builder_expect_linear (volume, point_mm),
                  NEG_COVER_WHOLE);
  }
}

/* At the centre of each voxel every interpolation gives that voxel, by the rescale of its own slice. */
static void
test_centres (void)
{
  g_autoptr (NegVolume) volume = build_crooked ();

  for (guint slice = 0; slice < 6; slice++)
    for (guint row = 0; row < 8; row++)
      for (guint column = 0; column < 9; column++) {
        double voxel[3] = { column + 0.5, row + 0.5, slice + 0.5 }, point_mm[3];
        double expected = mixed (NULL, column, row, slice, NULL) * (1 + 0.5 * slice) - 20.0 * slice;

        neg_volume_to_patient (volume, voxel, point_mm);
        for (NegInterpolation i = NEAREST; i <= CUBIC; i++)
          assert_shown (volume, i, point_mm[0], point_mm[1], point_mm[2], expected, NEG_COVER_WHOLE);
      }
}

static void
test_nearest (void)
{
  g_autoptr (NegVolume) volume = build_crooked ();
  g_autoptr (GRand) random = g_rand_new_with_seed (12);

  for (guint i = 0; i < 500; i++) {
    double voxel[3] = { g_rand_double_range (random, 0, 9), g_rand_double_range (random, 0, 8),
                        g_rand_double_range (random, 0, 6) };
    guint slice = (guint) voxel[2];
    double point_mm[3];

    neg_volume_to_patient (volume, voxel, point_mm);
    assert_shown (volume, NEAREST, point_mm[0], point_mm[1], point_mm[2],
                  mixed (NULL, (guint) voxel[0], (guint) voxel[1], slice, NULL) * (1 + 0.5 * slice) - 20.0 * slice,
                  NEG_COVER_WHOLE);
  }
}

/* What is linear in the patient stays so, although the slices are not evenly apart. */
static double
ramp (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  double voxel[3] = { column + 0.5, row + 0.5, slice + 0.5 }, point_mm[3];

  neg_volume_to_patient (volume, voxel, point_mm);
  return 10 + 3 * point_mm[0] - 2 * point_mm[1] + 5 * point_mm[2];
}

static void
test_cubic_ramp (void)
{
  const double places_mm[] = { 0, 1.5, 3.25, 4, 6, 8 }, shear[2] = { 0.1, -0.3 };
  g_autoptr (NegVolume) volume = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (13);
  Builder builder;

  builder_init (&builder, 8, 8, 6);
  builder.layout.sample_type = NEG_SAMPLE_F64;
  builder_place (&builder, places_mm, shear);
  volume = builder_build (&builder, ramp, NULL);
  for (guint i = 0; i < 300; i++) {
    double voxel[3] = { g_rand_double_range (random, 1.5, 6.5), g_rand_double_range (random, 1.5, 6.5),
                        g_rand_double_range (random, 0.5, 5.5) };
    double point_mm[3];

    neg_volume_to_patient (volume, voxel, point_mm);
    assert_shown (volume, CUBIC, point_mm[0], point_mm[1], point_mm[2],
                  10 + 3 * point_mm[0] - 2 * point_mm[1] + 5 * point_mm[2], NEG_COVER_WHOLE);
  }
}

/* Catmull-Rom's kernel (Keys, a = -1/2), clamped to what is around. */
static double
keys (double t)
{
  t = fabs (t);
  if (t < 1)
    return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

static double
expect_cubic (const NegVolume *volume, const double voxel[3])
{
  double sum = 0, low = INFINITY, high = -INFINITY;

  for (guint slice = (guint) (voxel[2] - 1.5); slice < (guint) (voxel[2] + 2.5); slice++)
    for (guint row = (guint) (voxel[1] - 1.5); row < (guint) (voxel[1] + 2.5); row++)
      for (guint column = (guint) (voxel[0] - 1.5); column < (guint) (voxel[0] + 2.5); column++) {
        double stored = neg_volume_get_stored (volume, column, row, slice);

        sum += stored * keys (voxel[0] - 0.5 - column) * keys (voxel[1] - 0.5 - row) * keys (voxel[2] - 0.5 - slice);
        low = MIN (low, stored);
        high = MAX (high, stored);
      }
  return CLAMP (sum, low, high);
}

static void
test_cubic (void)
{
  g_autoptr (NegVolume) volume = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (14);
  Builder builder;

  builder_init (&builder, 7, 7, 6);
  volume = builder_build (&builder, mixed, NULL);
  for (guint i = 0; i < 300; i++) {
    double voxel[3] = { g_rand_double_range (random, 1.51, 5.49), g_rand_double_range (random, 1.51, 5.49),
                        g_rand_double_range (random, 1.51, 4.49) };

    assert_shown (volume, CUBIC, voxel[0] - 0.5, voxel[1] - 0.5, voxel[2] - 0.5, expect_cubic (volume, voxel),
                  NEG_COVER_WHOLE);
  }
}

/* Where cubic has not all slices or voxels that it wants it is linear. */
static void
test_cubic_gives_way (void)
{
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  builder_init (&builder, 7, 7, 6);
  builder.layout.padding = (NegPadding){ TRUE, mixed (NULL, 2, 2, 2, NULL), mixed (NULL, 2, 2, 2, NULL) };
  volume = builder_build (&builder, mixed, NULL);
  assert_near (value_at (volume, CUBIC, 3.3, 3.2, 0.4, NULL), value_at (volume, LINEAR, 3.3, 3.2, 0.4, NULL));
  assert_near (value_at (volume, CUBIC, 3.3, 3.2, 4.4, NULL), value_at (volume, LINEAR, 3.3, 3.2, 4.4, NULL));
  assert_near (value_at (volume, CUBIC, 3.3, 3.2, 2.4, NULL), value_at (volume, LINEAR, 3.3, 3.2, 2.4, NULL));
  g_assert_cmpfloat (fabs (value_at (volume, CUBIC, 4.3, 4.2, 2.4, NULL) - value_at (volume, LINEAR, 4.3, 4.2, 2.4, NULL)),
                     >, 0.1);
  neg_volume_set_state (volume, 4, NEG_SLICE_WAITING);
  assert_near (value_at (volume, CUBIC, 4.3, 4.2, 2.4, NULL), value_at (volume, LINEAR, 4.3, 4.2, 2.4, NULL));
}

static void
test_modality_lut (void)
{
  guint16 entries[] = { 5, 50, 500, 5000 };
  NegLut lut = { .n_entries = 4, .first_mapped = 100, .bits = 16, .entries = entries };
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  builder_init (&builder, 3, 3, 4);
  builder.layout.modality_lut = &lut;
  builder.slices[1].slope = 7;
  volume = builder_build (&builder, constant_of_slice, NULL);
  g_assert_false (volume->same_rescale);
  /* After the table, not before: 100 is its first entry, 200 is beyond its last. */
  assert_shown (volume, LINEAR, 1, 1, 0.25, 0.75 * 5 + 0.25 * 5000, NEG_COVER_WHOLE);
}

/* --- what is not image --- */

static double
corner_is_padding (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  return column == 1 && row == 1 && slice == 1 ? -2000 : 10.0 * (column + 1) + row + 100 * slice;
}

static void
test_padding (void)
{
  g_autoptr (NegVolume) volume = NULL;
  double sum = 0, weights = 0;
  Builder builder;

  builder_init (&builder, 3, 3, 3);
  builder.layout.padding = (NegPadding){ TRUE, -2000, -1900 };
  volume = builder_build (&builder, corner_is_padding, NULL);
  assert_shown (volume, LINEAR, 0.8, 0.7, 0.6, NAN, NEG_COVER_OUTSIDE);
  assert_shown (volume, NEAREST, 0.8, 0.7, 0.6, NAN, NEG_COVER_OUTSIDE);
  assert_shown (volume, CUBIC, 0.8, 0.7, 0.6, NAN, NEG_COVER_OUTSIDE);
  for (guint i = 0; i < 7; i++) {
    double x = i % 2, y = i / 2 % 2, z = i / 4;
    double weight = (x > 0 ? 0.4 : 0.6) * (y > 0 ? 0.3 : 0.7) * (z > 0 ? 0.2 : 0.8);

    sum += weight * (10 * (x + 1) + y + 100 * z);
    weights += weight;
  }
  assert_shown (volume, LINEAR, 0.4, 0.3, 0.2, sum / weights, NEG_COVER_WHOLE);
}

static double
not_finite (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  if (slice == 1)
    return column == 0 ? NAN : column == 1 ? INFINITY : -INFINITY;
  return 8;
}

static void
test_not_finite (void)
{
  for (NegSampleType type = NEG_SAMPLE_F32; type <= NEG_SAMPLE_F64; type++) {
    g_autoptr (NegVolume) volume = NULL;
    Builder builder;

    builder_init (&builder, 3, 3, 2);
    builder.layout.sample_type = type;
    volume = builder_build (&builder, not_finite, NULL);
    for (NegInterpolation i = NEAREST; i <= CUBIC; i++)
      for (guint x = 0; x < 3; x++) {
        assert_shown (volume, i, x, 1, 0.3, 8, NEG_COVER_WHOLE);
        assert_shown (volume, i, x, 1, 0.7, NAN, NEG_COVER_OUTSIDE);
      }
  }
}

/* Half a voxel beyond the outermost centres and no further; there the border voxel continues. */
static void
test_borders (void)
{
  const double places_mm[] = { 0, 2, 4 }, shear[2] = { 0, 0 };
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  builder_init (&builder, 3, 4, 3);
  builder_place (&builder, places_mm, shear);
  builder.layout.spacing_mm[0] = 0.5;
  volume = builder_build (&builder, mixed, NULL);
  for (NegInterpolation i = NEAREST; i <= CUBIC; i++) {
    double middle = value_at (volume, i, 0, 0, 0, NULL);

    assert_shown (volume, i, -0.2499, 0, 0, middle, NEG_COVER_WHOLE);
    assert_shown (volume, i, -0.2501, 0, 0, NAN, NEG_COVER_OUTSIDE);
    assert_shown (volume, i, 0, -0.4999, 0, middle, NEG_COVER_WHOLE);
    assert_shown (volume, i, 0, -0.5001, 0, NAN, NEG_COVER_OUTSIDE);
    assert_shown (volume, i, 0, 0, -0.9999, middle, NEG_COVER_WHOLE);
    assert_shown (volume, i, 0, 0, -1.0001, NAN, NEG_COVER_OUTSIDE);
    middle = value_at (volume, i, 1, 3, 4, NULL);
    assert_shown (volume, i, 1.2499, 3.4999, 4.9999, middle, NEG_COVER_WHOLE);
    assert_shown (volume, i, 1.2501, 3, 4, NAN, NEG_COVER_OUTSIDE);
    assert_shown (volume, i, 1, 3.5001, 4, NAN, NEG_COVER_OUTSIDE);
    assert_shown (volume, i, 1, 3, 5.0001, NAN, NEG_COVER_OUTSIDE);
  }
}

/* --- gaps --- */

static NegVolume *
build_with_gap (void)
{
  const double places_mm[] = { 0, 2, 4, 10, 12, 14 }, shear[2] = { 0, 0.2 };
  Builder builder;

  builder_init (&builder, 9, 9, 6);
  builder_place (&builder, places_mm, shear);
  return builder_build (&builder, constant_of_slice, NULL);
}

static void
assert_gap (const NegVolume *volume, NegInterpolation interpolation, double y, double z, double expected)
{
  assert_shown (volume, interpolation, 4, y, z, expected, isnan (expected) ? NEG_COVER_MISSING : NEG_COVER_WHOLE);
}

static void
test_gap (void)
{
  g_autoptr (NegVolume) volume = build_with_gap ();

  for (NegInterpolation i = NEAREST; i <= CUBIC; i++) {
    assert_gap (volume, i, 4, 4, 300);
    assert_gap (volume, i, 4, 4.999, 300);
    assert_gap (volume, i, 4, 5.001, NAN);
    assert_gap (volume, i, 4, 7, NAN);
    assert_gap (volume, i, 4, 8.999, NAN);
    assert_gap (volume, i, 4, 9.001, 400);
    assert_gap (volume, i, 4, 10, 400);
  }
  assert_gap (volume, LINEAR, 4, 11, 450);
  /* Beside the volume nothing is missing. */
  assert_shown (volume, LINEAR, 4, -1, 7, NAN, NEG_COVER_OUTSIDE);
  assert_shown (volume, LINEAR, -1, 4, 7, NAN, NEG_COVER_OUTSIDE);
}

static void
test_waiting (void)
{
  const NegSliceState away[] = { NEG_SLICE_WAITING, NEG_SLICE_FAILED };

  for (guint k = 0; k < G_N_ELEMENTS (away); k++) {
    g_autoptr (NegVolume) volume = build_with_gap ();

    neg_volume_set_state (volume, 1, away[k]);
    for (NegInterpolation i = NEAREST; i <= CUBIC; i++) {
      assert_gap (volume, i, 4, 0, 100);
      assert_gap (volume, i, 4, 0.999, 100);
      assert_gap (volume, i, 4, 1.001, NAN);
      assert_gap (volume, i, 4, 2, NAN);
      assert_gap (volume, i, 4, 2.999, NAN);
      assert_gap (volume, i, 4, 3.001, 300);
    }
    neg_volume_set_state (volume, 0, away[k]);
    assert_gap (volume, LINEAR, 4, -0.9, NAN);
    assert_shown (volume, LINEAR, 4, 4, -1.1, NAN, NEG_COVER_OUTSIDE);
    neg_volume_set_state (volume, 0, NEG_SLICE_READY);
    neg_volume_set_state (volume, 1, NEG_SLICE_READY);
    assert_gap (volume, LINEAR, 4, 1.5, 175);
  }
}

/* --- slabs --- */

static double
project (const NegVolume *volume, const NegReformat *reformat, const double output_px[2], NegProjection projection,
         NegCover *cover)
{
  double sum = 0, low = INFINITY, high = -INFINITY;
  guint n = 0, n_missing = 0;

  for (guint i = 0; i < reformat->n_samples; i++) {
    NegReformat one = *reformat;
    NegCover found;
    double value;

    one.n_samples = 1;
    for (guint j = 0; j < 3; j++)
      one.origin_mm[j] += (i - (reformat->n_samples - 1) / 2.0) * reformat->step_mm[j];
    value = neg_reformat_get_value (&one, volume, output_px, &found);
    n_missing += found == NEG_COVER_MISSING;
    if (isnan (value))
      continue;
    n++;
    sum += value;
    low = MIN (low, value);
    high = MAX (high, value);
  }
  *cover = n == 0 ? (n_missing > 0 ? NEG_COVER_MISSING : NEG_COVER_OUTSIDE)
                  : (n_missing > 0 ? NEG_COVER_PARTLY : NEG_COVER_WHOLE);
  if (n == 0)
    return NAN;
  return projection == NEG_PROJECTION_MIP ? high : projection == NEG_PROJECTION_MINIP ? low : sum / n;
}

static void
test_projections (void)
{
  const double normal[3] = { 0, 0.6, 0.8 }, up[3] = { 0, 0.8, -0.6 };
  g_autoptr (NegVolume) volume = build_with_gap ();
  guint seen[4] = { 0 };
  double middle_mm[3];

  neg_volume_get_middle (volume, middle_mm);
  for (NegProjection projection = 0; projection < NEG_PROJECTION_N; projection++)
    for (guint i = 0; i < 40 * 30; i++) {
      double output_px[2] = { i % 40 + 0.5, i / 40 + 0.5 }, value, expected;
      NegCover cover, expected_cover;
      NegReformat slab;

      neg_reformat_init (&slab, middle_mm, normal, up, 40, 30, 0.6);
      neg_reformat_set_slab (&slab, volume, 5, projection);
      value = neg_reformat_get_value (&slab, volume, output_px, &cover);
      expected = project (volume, &slab, output_px, projection, &expected_cover);
      g_assert_cmpint (cover, ==, expected_cover);
      g_assert_cmpint (isnan (value), ==, isnan (expected));
      if (!isnan (expected))
        assert_near (value, expected);
      seen[cover]++;
    }
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (seen[i], >, 20);
}

/* Numbers that need no other code: three slices under one pixel, and a gap below them. */
static void
test_projected_numbers (void)
{
  const double middle_mm[3] = { 4, 4, 2 }, at_gap_mm[3] = { 4, 4, 6 }, normal[3] = { 0, 0, 1 }, up[3] = { 0, -1, 0 };
  const double expected[NEG_PROJECTION_N] = { 300, 100, 200 }, at_middle_px[2] = { 0.5, 0.5 };
  g_autoptr (NegVolume) volume = build_with_gap ();
  NegReformat slab;
  NegCover cover;

  for (NegProjection projection = 0; projection < NEG_PROJECTION_N; projection++) {
    neg_reformat_init (&slab, middle_mm, normal, up, 1, 1, 1);
    slab.n_samples = 3;
    slab.step_mm[2] = 2;
    slab.projection = projection;
    assert_near (neg_reformat_get_value (&slab, volume, at_middle_px, &cover), expected[projection]);
    g_assert_cmpint (cover, ==, NEG_COVER_WHOLE);
    neg_reformat_init (&slab, at_gap_mm, normal, up, 1, 1, 1);
    slab.n_samples = 3;
    slab.step_mm[2] = 2;
    slab.projection = projection;
    /* At 4, 6 and 8 mm: only the first is there. */
    assert_near (neg_reformat_get_value (&slab, volume, at_middle_px, &cover), 300);
    g_assert_cmpint (cover, ==, NEG_COVER_PARTLY);
  }
}

static void
assert_slab (const NegVolume *volume, const double normal[3], const double up[3], double thickness_mm,
             guint expected_samples)
{
  const double middle_mm[3] = { 0, 0, 0 };
  double sum = 0;
  NegReformat slab;

  neg_reformat_init (&slab, middle_mm, normal, up, 4, 4, 1);
  neg_reformat_set_slab (&slab, volume, thickness_mm, NEG_PROJECTION_MEAN);
  g_assert_cmpuint (slab.n_samples, ==, expected_samples);
  for (guint i = 0; i < 3; i++)
    sum += slab.step_mm[i] * normal[i];
  if (thickness_mm > 0)
    assert_near (sum * slab.n_samples, thickness_mm);
}

static void
test_slab_samples (void)
{
  const double x[3] = { 1, 0, 0 }, y[3] = { 0, 1, 0 }, z[3] = { 0, 0, 1 }, none[3] = { 0, 0, 0 };
  const double places_mm[] = { 0, 2, 4, 6 }, shear[2] = { 0, 0 };
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  builder_init (&builder, 8, 8, 4);
  builder.layout.spacing_mm[0] = 0.5;
  builder_place (&builder, places_mm, shear);
  volume = builder_build (&builder, mixed, NULL);
  assert_slab (volume, x, z, 3, 6);
  assert_slab (volume, y, z, 3, 3);
  assert_slab (volume, z, y, 6, 3);
  assert_slab (volume, z, y, 6.1, 4);
  assert_slab (volume, z, y, 0.1, 1);
  assert_slab (volume, z, y, 0, 1);
  assert_slab (volume, z, y, 1e9, NEG_REFORMAT_SAMPLES_MAX);
  assert_slab (volume, z, y, -1, 1);
  assert_slab (volume, z, y, NAN, 1);
  assert_slab (volume, none, y, 0, 1);
}

/* Between two thick slices a thin one: a MIP must not step over it. */
static void
test_slab_of_uneven (void)
{
  const double places_mm[] = { 0, 4, 5, 9, 13 }, shear[2] = { 0, 0 }, z[3] = { 0, 0, 1 }, y[3] = { 0, 1, 0 };
  g_autoptr (NegVolume) volume = NULL;
  Builder builder;

  builder_init (&builder, 4, 4, 5);
  builder_place (&builder, places_mm, shear);
  volume = builder_build (&builder, mixed, NULL);
  assert_slab (volume, z, y, 8, 8);
}

/* --- planes --- */

static void
test_plane (void)
{
  const double middle_mm[3] = { 10, -20, 30 }, axial[3] = { 0, 0, 1 }, anterior[3] = { 0, -1, 0 };
  const double middle_px[2] = { 50, 40 }, corner_px[2] = { 0, 0 };
  const double corner_mm[3] = { 10 - 25, -20 - 20, 30 }, behind_mm[3] = { 11, -18, 33.5 };
  double point_mm[3], output_px[2], normal[3];
  NegReformat plane;

  /* The patient's left is on the right of the picture, the back is below. */
  neg_reformat_init (&plane, middle_mm, axial, anterior, 100, 80, 0.5);
  neg_reformat_to_patient (&plane, corner_px, point_mm);
  for (guint i = 0; i < 3; i++)
    assert_near (point_mm[i], corner_mm[i]);
  neg_reformat_to_patient (&plane, middle_px, point_mm);
  for (guint i = 0; i < 3; i++)
    assert_near (point_mm[i], middle_mm[i]);
  assert_near (neg_reformat_to_output (&plane, behind_mm, output_px), 3.5);
  assert_near (output_px[0], 52);
  assert_near (output_px[1], 44);
  neg_reformat_get_normal (&plane, normal);
  for (guint i = 0; i < 3; i++)
    assert_near (normal[i], axial[i]);
  assert_near (neg_reformat_get_pixel_mm (&plane), 0.5);
}

/* Parts of a picture by themselves, pixels by themselves: always the same. */
static void
test_rows (void)
{
  const double normal[3] = { 0, 0.6, 0.8 }, up[3] = { 0, 0.8, -0.6 };
  g_autoptr (NegVolume) volume = build_with_gap ();
  g_autofree float *whole = g_new (float, 30 * 20), *parts = g_new (float, 30 * 20);
  guint8 covers[30 * 20];
  double middle_mm[3];
  NegReformat plane;

  neg_volume_get_middle (volume, middle_mm);
  neg_reformat_init (&plane, middle_mm, normal, up, 30, 20, 0.7);
  neg_reformat_rows_general (&plane, volume, 30, whole, covers, 0, 20);
  for (guint row = 0; row < 20; row += 5)
    neg_reformat_rows_general (&plane, volume, 30, parts, NULL, row, 5);
  for (guint i = 0; i < 30 * 20; i++) {
    double output_px[2] = { i % 30 + 0.5, i / 30 + 0.5 };
    NegCover cover;
    float value = neg_reformat_get_value (&plane, volume, output_px, &cover);

    g_assert_cmpint (cover, ==, covers[i]);
    g_assert_true (isnan (value) ? isnan (whole[i]) && isnan (parts[i]) : value == whole[i] && value == parts[i]);
  }
}

static void
test_names (void)
{
  for (NegProjection i = 0; i < NEG_PROJECTION_N; i++) {
    NegProjection found;

    g_assert_true (neg_projection_from_name (&found, neg_projection_get_name (i)));
    g_assert_cmpint (found, ==, i);
    g_assert_false (neg_projection_from_name (&found, "average"));
    g_assert_false (neg_projection_from_name (&found, NULL));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reformat/linear", test_linear);
  g_test_add_func ("/reformat/centres", test_centres);
  g_test_add_func ("/reformat/nearest", test_nearest);
  g_test_add_func ("/reformat/cubic", test_cubic);
  g_test_add_func ("/reformat/cubic-ramp", test_cubic_ramp);
  g_test_add_func ("/reformat/cubic-gives-way", test_cubic_gives_way);
  g_test_add_func ("/reformat/modality-lut", test_modality_lut);
  g_test_add_func ("/reformat/padding", test_padding);
  g_test_add_func ("/reformat/not-finite", test_not_finite);
  g_test_add_func ("/reformat/borders", test_borders);
  g_test_add_func ("/reformat/gap", test_gap);
  g_test_add_func ("/reformat/waiting", test_waiting);
  g_test_add_func ("/reformat/projections", test_projections);
  g_test_add_func ("/reformat/projected-numbers", test_projected_numbers);
  g_test_add_func ("/reformat/slab-samples", test_slab_samples);
  g_test_add_func ("/reformat/slab-of-uneven", test_slab_of_uneven);
  g_test_add_func ("/reformat/plane", test_plane);
  g_test_add_func ("/reformat/rows", test_rows);
  g_test_add_func ("/reformat/names", test_names);
  return g_test_run ();
}
