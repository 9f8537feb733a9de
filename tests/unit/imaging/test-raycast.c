#include "config.h"

#include <string.h>

#include "imaging/neg-raycast.h"
#include "volume-builder.h"

#define SIDE 96
#define PIXEL_MM 0.5
#define RADIUS_MM 14

typedef guint8 Pixels[SIDE * SIDE * 4];

static const double center_mm[3] = { 21.3, 24.2, 27.4 };

static double
dot (const double *a, const double *b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static double
get_distance (const double *a, const double *b)
{
  double difference[3] = { a[0] - b[0], a[1] - b[1], a[2] - b[2] };

  return sqrt (dot (difference, difference));
}

/* 500 on the surface of a ball, more inside. */
static double
get_ball (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  const double voxel[3] = { column + 0.5, row + 0.5, slice + 0.5 };
  double point_mm[3];

  neg_volume_to_patient (volume, voxel, point_mm);
  return CLAMP (500 + 150 * (RADIUS_MM - get_distance (point_mm, center_mm)), 0, 1000);
}

/* Anything. */
static double
get_noise (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  return (column * 7919 + row * 104729 + slice * 1299709) % 1009;
}

static double
get_full (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  return 1000;
}

/* The same in units that need all 16 bits. */
static double
get_loud_noise (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  return 60 * get_noise (volume, column, row, slice, user_data);
}

/* Neither cubes nor upright: 0.8 x 1.2 mm, tilted, at distances that are not the same. */
static NegVolume *
build (BuilderStored get_stored, NegSampleType type, gboolean is_even)
{
  const double shear[2] = { 0.2, -0.1 };
  double distances_mm[40];
  Builder builder;

  builder_init (&builder, 52, 42, 40);
  builder.layout.spacing_mm[0] = 0.8;
  builder.layout.spacing_mm[1] = 1.2;
  builder.layout.sample_type = type;
  for (guint i = 0; i < 40; i++)
    distances_mm[i] = is_even ? 1.4 * i : 1.4 * i + 0.3 * sin (i);
  builder_place (&builder, distances_mm, shear);
  return builder_build (&builder, get_stored, NULL);
}

/* From 500 on nothing is seen through. */
static void
init_look (NegRaycast *raycast, const NegVolume *volume)
{
  neg_raycast_init (raycast, volume, NEG_RAYCAST_BONE, TRUE);
  memcpy (raycast->middle_mm, center_mm, sizeof center_mm);
  raycast->pixel_mm = PIXEL_MM;
  raycast->step_mm = 0.2;
  raycast->n_stops = 2;
  raycast->stops[0] = (NegRaycastStop){ 499, 1, 1, 1, 0 };
  raycast->stops[1] = (NegRaycastStop){ 501, 1, 1, 1, 1 };
}

static void
init_mip (NegRaycast *raycast, const NegVolume *volume)
{
  neg_raycast_init (raycast, volume, NEG_RAYCAST_MIP, FALSE);
  memcpy (raycast->middle_mm, center_mm, sizeof center_mm);
  raycast->pixel_mm = PIXEL_MM;
  raycast->step_mm = 0.4;
  raycast->voi = (NegVoi){ .function = NEG_VOI_LINEAR_EXACT, .center = 500, .width = 1020 };
}

static void
draw (const NegRaycast *raycast, const NegVolume *volume, Pixels pixels)
{
  NegPicture picture = { SIDE, SIDE, SIDE * 4, 4, pixels };

  neg_raycast_draw_rows (raycast, volume, &picture, 1, 0, SIDE);
}

static guint
get_level (const Pixels pixels, guint column, guint row)
{
  return pixels[(row * SIDE + column) * 4];
}

static void
test_names (void)
{
  NegRaycastPreset found = NEG_RAYCAST_N;

  for (NegRaycastPreset preset = 0; preset < NEG_RAYCAST_N; preset++) {
    g_assert_true (neg_raycast_preset_from_name (&found, neg_raycast_preset_get_name (preset)));
    g_assert_cmpint (found, ==, preset);
  }
  g_assert_false (neg_raycast_preset_from_name (&found, "muscle"));
}

/* Round, where it is, lit from the viewer, from any side. */
static void
check_ball (const Pixels pixels)
{
  for (guint row = 0; row < SIDE; row++)
    for (guint column = 0; column < SIDE; column++) {
      double radius_mm = hypot (column + 0.5 - SIDE / 2.0, row + 0.5 - SIDE / 2.0) * PIXEL_MM;
      double light = 0.3 + 0.7 * sqrt (fmax (1 - pow (radius_mm / RADIUS_MM, 2), 0));

      if (radius_mm > RADIUS_MM + 0.4)
        g_assert_cmpuint (get_level (pixels, column, row), ==, 0);
      if (radius_mm < RADIUS_MM - 0.6)
        g_assert_cmpuint (get_level (pixels, column, row), >, 60);
      if (radius_mm < RADIUS_MM * 0.9)
        g_assert_cmpfloat_with_epsilon (get_level (pixels, column, row) / 255.0, light, 0.06);
    }
}

static void
test_ball (void)
{
  static const double turns_px[][2] = { { 0, 0 }, { 157, 0 }, { 0, 157 }, { 70, 40 }, { -200, 110 } };

  for (guint even = 0; even < 2; even++) {
    g_autoptr (NegVolume) volume = build (get_ball, NEG_SAMPLE_S16, even);
    NegRaycast raycast;
    Pixels pixels;

    for (guint i = 0; i < G_N_ELEMENTS (turns_px); i++) {
      init_look (&raycast, volume);
      neg_raycast_turn (&raycast, turns_px[i][0], turns_px[i][1]);
      draw (&raycast, volume, pixels);
      check_ball (pixels);
    }
  }
}

static void
test_types (void)
{
  static const NegSampleType types[] = { NEG_SAMPLE_U16, NEG_SAMPLE_S32, NEG_SAMPLE_F32 };
  g_autoptr (NegVolume) reference = build (get_noise, NEG_SAMPLE_S16, TRUE);
  NegRaycast raycast;
  Pixels expected, pixels;

  init_look (&raycast, reference);
  draw (&raycast, reference, expected);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (NegVolume) volume = build (get_noise, types[i], TRUE);
    guint n_far = 0;

    draw (&raycast, volume, pixels);
    /* Not quite the same: double there, single precision here. */
    for (guint j = 0; j < sizeof pixels; j++)
      n_far += ABS (pixels[j] - expected[j]) > 2;
    g_assert_cmpuint (n_far, <, sizeof pixels / 1000);
  }
}

static void
test_bytes (void)
{
  g_autoptr (NegVolume) volume = build (get_full, NEG_SAMPLE_U8, TRUE); /* 1000 is 232 in 8 bit */
  NegRaycast raycast;
  Pixels pixels;

  init_mip (&raycast, volume);
  raycast.voi = (NegVoi){ .function = NEG_VOI_LINEAR_EXACT, .center = 232, .width = 464 };
  draw (&raycast, volume, pixels);
  g_assert_cmpuint (get_level (pixels, SIDE / 2, SIDE / 2), ==, 128);
}

/* The plane is seen from its side: it lies between two columns. */
static void
test_clip_from_the_side (void)
{
  g_autoptr (NegVolume) volume = build (get_ball, NEG_SAMPLE_S16, TRUE);
  NegRaycast raycast;
  Pixels whole, cut;

  init_look (&raycast, volume);
  draw (&raycast, volume, whole);
  raycast.n_clips = 1;
  raycast.clips[0] = (NegClip){ { 1, 0, 0 }, center_mm[0] + 3 * PIXEL_MM };
  draw (&raycast, volume, cut);
  for (guint row = 0; row < SIDE; row++) {
    guint first = row * SIDE * 4, bytes = (SIDE / 2 + 3) * 4;

    g_assert_cmpmem (cut + first, bytes, whole + first, bytes);
    for (guint column = SIDE / 2 + 3; column < SIDE; column++)
      g_assert_cmpuint (get_level (cut, column, row), ==, 0);
  }
}

static void
test_clip_from_the_front (void)
{
  g_autoptr (NegVolume) volume = build (get_ball, NEG_SAMPLE_S16, TRUE);
  const double middle_px[2] = { SIDE / 2.0, SIDE / 2.0 };
  double point_mm[3];
  NegRaycast raycast;
  Pixels pixels;

  init_look (&raycast, volume);
  raycast.n_clips = 1;
  raycast.clips[0] = (NegClip){ { 0, -M_SQRT1_2, M_SQRT1_2 }, (center_mm[2] - center_mm[1]) * M_SQRT1_2 };
  g_assert_true (neg_raycast_pick (&raycast, volume, SIDE, SIDE, middle_px, point_mm));
  g_assert_cmpfloat_with_epsilon (dot (point_mm, raycast.clips[0].normal), raycast.clips[0].distance_mm, 0.15);
  g_assert_cmpfloat (dot (point_mm, raycast.clips[0].normal), <=, raycast.clips[0].distance_mm);
  /* It faces the viewer at 45 degrees. */
  draw (&raycast, volume, pixels);
  g_assert_cmpfloat_with_epsilon (get_level (pixels, SIDE / 2, SIDE / 2) / 255.0, 0.3 + 0.7 * M_SQRT1_2, 0.02);
}

/* The largest of the samples that the header says, each by the code of planes. */
static double
expect_largest (const NegRaycast *raycast, const NegVolume *volume, const double output_px[2])
{
  NegReformat plane;
  double box_mm[6], from = -G_MAXDOUBLE, to = G_MAXDOUBLE, point_mm[3], largest = 0;

  neg_volume_get_box (volume, box_mm);
  neg_reformat_init (&plane, raycast->middle_mm, raycast->normal, raycast->up, SIDE, SIDE, PIXEL_MM);
  neg_reformat_to_patient (&plane, output_px, point_mm);
  for (guint i = 0; i < 3; i++) {
    double a = (box_mm[i] - point_mm[i]) / raycast->normal[i], b = (box_mm[i + 3] - point_mm[i]) / raycast->normal[i];

    from = fmax (from, fmin (a, b));
    to = fmin (to, fmax (a, b));
  }
  for (double t = from + raycast->step_mm / 2; t < to; t += raycast->step_mm) {
    NegReformat moved = plane;
    float value;

    for (guint i = 0; i < 3; i++)
      moved.origin_mm[i] += t * raycast->normal[i];
    value = neg_reformat_get_value (&moved, volume, output_px, NULL);
    if (!isnan (value))
      largest = fmax (largest, value);
  }
  return largest;
}

static void
check_mip (const NegVolume *volume, double scale)
{
  NegRaycast raycast;
  Pixels pixels;
  guint8 grey[SIDE * SIDE];
  NegPicture picture = { SIDE, SIDE, SIDE, 1, grey };

  init_mip (&raycast, volume);
  raycast.scale = scale;
  neg_raycast_turn (&raycast, 33, 71);
  draw (&raycast, volume, pixels);
  neg_raycast_draw_rows (&raycast, volume, &picture, 1, 0, SIDE);
  for (guint i = 0; i < SIDE * SIDE; i += 61) {
    const double output_px[2] = { i % SIDE + 0.5, i / SIDE + 0.5 };
    double largest = expect_largest (&raycast, volume, output_px);
    double level = 255 * neg_voi_apply (&raycast.voi, largest * raycast.scale);

    g_assert_cmpfloat_with_epsilon (pixels[4 * i], largest > 0 ? level : 0, 1.01);
    g_assert_cmpuint (grey[i], ==, pixels[4 * i]);
  }
  raycast.inverted = TRUE;
  neg_raycast_draw_rows (&raycast, volume, &picture, 1, 0, SIDE);
  for (guint i = 0; i < SIDE * SIDE; i++)
    g_assert_cmpint (ABS (255 - (int) pixels[4 * i] - (int) grey[i]), <=, 1);
}

static void
test_mip (void)
{
  for (guint even = 0; even < 2; even++) {
    g_autoptr (NegVolume) quiet = build (get_noise, NEG_SAMPLE_S16, even);
    g_autoptr (NegVolume) loud = build (get_loud_noise, NEG_SAMPLE_U16, even);
    g_autoptr (NegVolume) rare = build (get_noise, NEG_SAMPLE_F32, even);

    check_mip (quiet, 1);
    check_mip (loud, 1 / 60.0);
    check_mip (rare, 1);
  }
}

/* However rows are cut, with blocks and without: the same bytes. */
static void
check_cuts (const NegRaycast *plain, const NegVolume *volume)
{
  NegRaycastBlocks *blocks = neg_raycast_blocks_new (volume);
  NegRaycast raycast = *plain;
  Pixels whole, cut;
  NegPicture picture = { SIDE, SIDE, SIDE * 4, 4, cut };

  draw (plain, volume, whole);
  g_assert_true (neg_raycast_blocks_update (blocks, volume, NULL));
  raycast.blocks = blocks;
  for (guint row = 0, n = 1; row < SIDE; row += n, n = row % 7 + 1)
    neg_raycast_draw_rows (&raycast, volume, &picture, 1, row, MIN (n, SIDE - row));
  g_assert_cmpmem (cut, sizeof cut, whole, sizeof whole);
  neg_raycast_blocks_free (blocks);
}

static void
test_cuts (void)
{
  for (guint even = 0; even < 2; even++) {
    g_autoptr (NegVolume) ball = build (get_ball, NEG_SAMPLE_S16, even);
    g_autoptr (NegVolume) noise = build (get_noise, NEG_SAMPLE_U16, even);
    NegRaycast raycast;

    for (int dx_px = -90; dx_px <= 90; dx_px += 60) {
      init_look (&raycast, ball);
      neg_raycast_turn (&raycast, dx_px, 30);
      check_cuts (&raycast, ball);
      init_mip (&raycast, noise);
      neg_raycast_turn (&raycast, dx_px, -30);
      check_cuts (&raycast, noise);
    }
  }
}

static void
test_coarse (void)
{
  g_autoptr (NegVolume) volume = build (get_ball, NEG_SAMPLE_S16, TRUE);
  Pixels fine, coarse;
  NegPicture picture = { SIDE, SIDE, SIDE * 4, 4, coarse };
  NegRaycast raycast;

  init_look (&raycast, volume);
  draw (&raycast, volume, fine);
  for (guint cell = 2; cell <= 7; cell++) {
    guint half = SIDE / cell / 2 * cell;

    neg_raycast_draw_rows (&raycast, volume, &picture, cell, 0, half);
    neg_raycast_draw_rows (&raycast, volume, &picture, cell, half, SIDE - half);
    for (guint row = 0; row < SIDE; row++)
      for (guint column = 0; column < SIDE; column++)
        g_assert_cmpuint (get_level (coarse, column, row), ==,
                          get_level (fine, MIN (column / cell * cell + cell / 2, SIDE - 1),
                                     MIN (row / cell * cell + cell / 2, SIDE - 1)));
  }
}

static void
test_pick (void)
{
  g_autoptr (NegVolume) volume = build (get_ball, NEG_SAMPLE_S16, TRUE);
  const double beside_px[2] = { 2, 2 };
  double point_mm[3];
  NegRaycast raycast;

  init_look (&raycast, volume);
  neg_raycast_turn (&raycast, 40, 25);
  raycast.step_mm = 3; /* of the picture, not of what is picked */
  for (int i = -20; i <= 20; i += 5) {
    const double output_px[2] = { SIDE / 2.0 + i, SIDE / 2.0 + i / 2.0 };
    double offset_mm[3];

    g_assert_true (neg_raycast_pick (&raycast, volume, SIDE, SIDE, output_px, point_mm));
    g_assert_cmpfloat_with_epsilon (get_distance (point_mm, center_mm), RADIUS_MM, 0.4);
    for (guint j = 0; j < 3; j++)
      offset_mm[j] = point_mm[j] - center_mm[j];
    g_assert_cmpfloat (dot (offset_mm, raycast.normal), <, 0); /* the side of the viewer */
    g_assert_cmpfloat_with_epsilon (dot (offset_mm, raycast.up), -i / 2.0 * PIXEL_MM, 1e-6);
  }
  g_assert_false (neg_raycast_pick (&raycast, volume, SIDE, SIDE, beside_px, point_mm));
}

static void
test_pick_mip (void)
{
  g_autoptr (NegVolume) volume = build (get_ball, NEG_SAMPLE_S16, TRUE);
  const double middle_px[2] = { SIDE / 2.0 + 0.5, SIDE / 2.0 };
  double point_mm[3];
  NegRaycast raycast;

  init_mip (&raycast, volume);
  raycast.voi.center = 20; /* all of it looks the same */
  raycast.voi.width = 40;
  g_assert_true (neg_raycast_pick (&raycast, volume, SIDE, SIDE, middle_px, point_mm));
  /* The first place where it is 1000. */
  g_assert_cmpfloat_with_epsilon (point_mm[1], center_mm[1] - (RADIUS_MM - 500 / 150.0), 0.8);
}

/* A slice that is not there is seen as a slit. */
static void
test_missing (void)
{
  Builder builder;
  g_autoptr (NegVolume) volume = NULL;
  NegRaycast raycast;
  Pixels pixels;

  builder_init (&builder, 40, 40, 40);
  volume = builder_build (&builder, get_full, NULL);
  init_look (&raycast, volume);
  raycast.middle_mm[2] = 20;
  neg_volume_set_state (volume, 18, NEG_SLICE_FAILED);
  draw (&raycast, volume, pixels);
  for (guint row = SIDE / 2 - 20; row < SIDE / 2 + 20; row++) {
    double z = 20 - (row + 0.5 - SIDE / 2.0) * PIXEL_MM;

    g_assert_cmpint (get_level (pixels, SIDE / 2, row) > 0, ==, fabs (z - 18) > 0.5);
  }
  check_cuts (&raycast, volume);
}

static void
test_gap (void)
{
  const double shear[2] = { 0, 0 };
  double distances_mm[40];
  Builder builder;
  g_autoptr (NegVolume) volume = NULL;
  NegRaycast raycast;
  Pixels pixels;

  builder_init (&builder, 40, 40, 30);
  for (guint i = 0; i < 30; i++)
    distances_mm[i] = i < 15 ? i : i + 10;
  builder_place (&builder, distances_mm, shear);
  volume = builder_build (&builder, get_full, NULL);
  init_look (&raycast, volume);
  raycast.middle_mm[2] = 20;
  draw (&raycast, volume, pixels);
  for (guint row = 10; row < SIDE - 10; row++) {
    double z = 20 - (row + 0.5 - SIDE / 2.0) * PIXEL_MM;

    g_assert_cmpint (get_level (pixels, SIDE / 2, row) > 0, ==, z < 14.5 || z > 24.5);
  }
  check_cuts (&raycast, volume);
}

/* Slices that come later. */
static void
test_blocks_grow (void)
{
  g_autoptr (NegVolume) volume = build (get_ball, NEG_SAMPLE_S16, TRUE);
  NegRaycastBlocks *blocks;
  const gint stop = 1;
  NegRaycast raycast;
  Pixels expected, pixels;

  init_look (&raycast, volume);
  draw (&raycast, volume, expected);
  for (guint slice = 10; slice < 30; slice++)
    neg_volume_set_state (volume, slice, NEG_SLICE_WAITING);
  blocks = neg_raycast_blocks_new (volume);
  g_assert_true (neg_raycast_blocks_update (blocks, volume, NULL));
  for (guint slice = 10; slice < 30; slice++)
    neg_volume_set_state (volume, slice, NEG_SLICE_READY);
  raycast.blocks = blocks;
  g_assert_false (neg_raycast_blocks_update (blocks, volume, &stop));
  draw (&raycast, volume, pixels);
  g_assert_cmpuint (get_level (pixels, SIDE / 2, SIDE / 2), ==, 0); /* not taken in yet */
  g_assert_true (neg_raycast_blocks_update (blocks, volume, NULL));
  draw (&raycast, volume, pixels);
  g_assert_cmpmem (pixels, sizeof pixels, expected, sizeof expected);
  neg_raycast_blocks_free (blocks);
}

static double
get_half_padding (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  return column < 20 ? 1000 : 3000;
}

static void
test_padding (void)
{
  Builder builder;
  g_autoptr (NegVolume) volume = NULL;
  NegRaycast raycast;
  Pixels pixels;

  builder_init (&builder, 40, 40, 40);
  builder.layout.padding = (NegPadding){ TRUE, 3000, 3000 };
  volume = builder_build (&builder, get_half_padding, NULL);
  init_look (&raycast, volume);
  raycast.middle_mm[0] = 19.5;
  draw (&raycast, volume, pixels);
  g_assert_cmpuint (get_level (pixels, SIDE / 2 - 1, SIDE / 2), >, 60);
  g_assert_cmpuint (get_level (pixels, SIDE / 2, SIDE / 2), ==, 0);
  check_cuts (&raycast, volume);
}

/* Half transparent stuff is so whatever the step. */
static void
test_step (void)
{
  Builder builder;
  g_autoptr (NegVolume) volume = NULL;
  double expected = 1 - pow (1 - 0.05, 40);

  builder_init (&builder, 40, 40, 40);
  volume = builder_build (&builder, get_full, NULL);
  for (double step_mm = 0.1; step_mm < 5; step_mm *= 2) {
    NegRaycast raycast;
    Pixels pixels;

    init_look (&raycast, volume);
    raycast.stops[1].opacity_per_mm = 0.05f;
    raycast.step_mm = step_mm;
    draw (&raycast, volume, pixels);
    g_assert_cmpfloat_with_epsilon (get_level (pixels, SIDE / 2, SIDE / 2) / 255.0, expected, 0.02);
  }
}

static void
test_turn (void)
{
  g_autoptr (NegVolume) volume = build (get_full, NEG_SAMPLE_S16, TRUE);
  NegRaycast raycast;
  double right[3], front[3];

  init_look (&raycast, volume);
  for (guint i = 0; i < 3; i++)
    front[i] = -raycast.normal[i];
  neg_raycast_turn (&raycast, 20, 0);
  right[0] = raycast.normal[1] * raycast.up[2] - raycast.normal[2] * raycast.up[1];
  right[1] = raycast.normal[2] * raycast.up[0] - raycast.normal[0] * raycast.up[2];
  right[2] = raycast.normal[0] * raycast.up[1] - raycast.normal[1] * raycast.up[0];
  g_assert_cmpfloat_with_epsilon (dot (front, right), sin (0.2), 1e-9); /* what was in front went with the hand */
  neg_raycast_turn (&raycast, -20, 0);
  neg_raycast_turn (&raycast, 0, 20);
  g_assert_cmpfloat_with_epsilon (dot (front, raycast.up), -sin (0.2), 1e-9);
  for (guint i = 0; i < 10000; i++)
    neg_raycast_turn (&raycast, 3, 5);
  neg_raycast_turn (&raycast, NAN, 0);
  g_assert_cmpfloat_with_epsilon (dot (raycast.normal, raycast.normal), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (dot (raycast.up, raycast.up), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (dot (raycast.up, raycast.normal), 0, 1e-12);
}

static void
test_presets (void)
{
  g_autoptr (NegVolume) volume = build (get_ball, NEG_SAMPLE_S16, TRUE);
  NegRaycast raycast;

  for (guint is_ct = 0; is_ct < 2; is_ct++) {
    for (NegRaycastPreset preset = 0; preset < NEG_RAYCAST_MIP; preset++) {
      neg_raycast_init (&raycast, volume, preset, is_ct);
      g_assert_false (raycast.is_mip);
      g_assert_cmpuint (raycast.n_stops, >=, 2);
      g_assert_cmpfloat (raycast.stops[0].opacity_per_mm, ==, 0);
      for (guint i = 1; i < raycast.n_stops; i++) {
        g_assert_cmpfloat (raycast.stops[i].value, >, raycast.stops[i - 1].value);
        g_assert_cmpfloat (raycast.stops[i].opacity_per_mm, <, 1);
      }
      if (!is_ct) /* something of these values is seen */
        g_assert_true (raycast.stops[0].value > 0 && raycast.stops[0].value < 1000);
    }
    neg_raycast_init (&raycast, volume, NEG_RAYCAST_MIP, is_ct);
    g_assert_true (raycast.is_mip);
    g_assert_true (neg_voi_is_valid (&raycast.voi));
  }
  for (guint slice = 0; slice < volume->n_slices; slice++)
    neg_volume_set_state (volume, slice, NEG_SLICE_WAITING);
  neg_raycast_init (&raycast, volume, NEG_RAYCAST_BONE, FALSE);
  g_assert_cmpfloat (raycast.stops[1].value, >, raycast.stops[0].value);
}

/* What makes no picture is black, not a crash. */
static void
test_no_look (void)
{
  g_autoptr (NegVolume) volume = build (get_full, NEG_SAMPLE_S16, TRUE);
  NegRaycast raycast;
  Pixels pixels;

  init_look (&raycast, volume);
  raycast.step_mm = 0;
  memset (pixels, 1, sizeof pixels);
  draw (&raycast, volume, pixels);
  g_assert_cmpuint (get_level (pixels, SIDE / 2, SIDE / 2), ==, 0);
  init_look (&raycast, volume);
  raycast.n_stops = 1;
  memset (pixels, 1, sizeof pixels);
  draw (&raycast, volume, pixels);
  g_assert_cmpuint (get_level (pixels, SIDE / 2, SIDE / 2), ==, 0);
}

/* Positions of a file that make no sense are no reason to look at a ray for minutes. */
static void
test_endless (void)
{
  g_autoptr (NegVolume) volume = NULL;
  NegRaycast raycast;
  Builder builder;

  builder_init (&builder, 16, 16, 8);
  builder.layout.spacing_mm[0] = builder.layout.spacing_mm[1] = 1e4;
  for (guint i = 0; i < 8; i++)
    builder.slices[i].origin_mm[2] = 0.02 * i;
  volume = builder_build (&builder, get_full, NULL);
  neg_raycast_init (&raycast, volume, NEG_RAYCAST_MIP, FALSE);
  g_assert_cmpfloat (raycast.step_mm, >, 16e4 / 8192);
  g_assert_cmpfloat (raycast.step_mm, <, 2 * 16e4 / 8192);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/raycast/names", test_names);
  g_test_add_func ("/raycast/ball", test_ball);
  g_test_add_func ("/raycast/types", test_types);
  g_test_add_func ("/raycast/bytes", test_bytes);
  g_test_add_func ("/raycast/clip-side", test_clip_from_the_side);
  g_test_add_func ("/raycast/clip-front", test_clip_from_the_front);
  g_test_add_func ("/raycast/mip", test_mip);
  g_test_add_func ("/raycast/cuts", test_cuts);
  g_test_add_func ("/raycast/coarse", test_coarse);
  g_test_add_func ("/raycast/pick", test_pick);
  g_test_add_func ("/raycast/pick-mip", test_pick_mip);
  g_test_add_func ("/raycast/missing", test_missing);
  g_test_add_func ("/raycast/gap", test_gap);
  g_test_add_func ("/raycast/blocks-grow", test_blocks_grow);
  g_test_add_func ("/raycast/padding", test_padding);
  g_test_add_func ("/raycast/step", test_step);
  g_test_add_func ("/raycast/turn", test_turn);
  g_test_add_func ("/raycast/presets", test_presets);
  g_test_add_func ("/raycast/no-look", test_no_look);
  g_test_add_func ("/raycast/endless", test_endless);
  return g_test_run ();
}
