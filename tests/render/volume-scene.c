#include "config.h"

#include "volume-scene.h"

#include <math.h>
#include <string.h>

static gboolean
one_in (GRand *rand, guint n)
{
  return g_rand_int_range (rand, 0, n) == 0;
}

static double
between (GRand *rand, double low, double high)
{
  return g_rand_double_range (rand, low, high);
}

static void
turn (const double axis[3], double angle, double vector[3])
{
  double cosine = cos (angle), sine = sin (angle), along = 0, turned[3];

  for (guint i = 0; i < 3; i++)
    along += axis[i] * vector[i];
  for (guint i = 0; i < 3; i++) {
    guint j = (i + 1) % 3, k = (i + 2) % 3;

    turned[i] = vector[i] * cosine + (axis[j] * vector[k] - axis[k] * vector[j]) * sine
                + axis[i] * along * (1 - cosine);
  }
  memcpy (vector, turned, sizeof turned);
}

/* Three directions, perpendicular; now and then those of the patient. */
static void
make_axes (GRand *rand, double axes[3][3])
{
  memcpy (axes, (const double[3][3]){ { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } }, 9 * sizeof (double));
  if (one_in (rand, 4))
    return;
  for (guint i = 0; i < 3; i++) {
    double axis[3] = { i == 0, i == 1, i == 2 }, angle = between (rand, 0, 2 * G_PI);

    for (guint j = 0; j < 3; j++)
      turn (axis, angle, axes[j]);
  }
}

static void
put_value (void *voxels, NegSampleType type, gsize index, double part)
{
  double span = ldexp (1, 8 * neg_sample_type_get_bytes (type)) - 1;

  switch (type) {
  case NEG_SAMPLE_U8:
    ((guint8 *) voxels)[index] = (guint8) (part * span);
    break;
  case NEG_SAMPLE_S8:
    ((gint8 *) voxels)[index] = (gint8) floor (part * span - span / 2);
    break;
  case NEG_SAMPLE_U16:
    ((guint16 *) voxels)[index] = (guint16) (part * span);
    break;
  case NEG_SAMPLE_S16:
    ((gint16 *) voxels)[index] = (gint16) floor (part * span - span / 2);
    break;
  case NEG_SAMPLE_U32:
    ((guint32 *) voxels)[index] = (guint32) (part * span);
    break;
  case NEG_SAMPLE_S32:
    ((gint32 *) voxels)[index] = (gint32) floor (part * span - span / 2);
    break;
  default:
    ((float *) voxels)[index] = part > 0.995 ? NAN : (float) (part * 40 - 20);
    break;
  }
}

/* Noise, a smooth field with little noise, or few values in blocks. */
static void *
make_voxels (GRand *rand, const NegVolumeLayout *layout)
{
  gsize n = (gsize) layout->columns * layout->rows * layout->n_slices;
  void *voxels = g_malloc (n * neg_sample_type_get_bytes (layout->sample_type));
  guint pattern = g_rand_int_range (rand, 0, 3);

  for (gsize i = 0; i < n; i++) {
    guint x = i % layout->columns, y = i / layout->columns % layout->rows, z = i / layout->columns / layout->rows;
    double part = pattern == 0   ? g_rand_double (rand)
                  : pattern == 1 ? 0.5 + 0.4 * sin (x * 0.3) * cos (y * 0.25 + z * 0.4) + 0.01 * g_rand_double (rand)
                                 : (x / 3 + y / 2 + z / 2) % 5 / 5.0;

    put_value (voxels, layout->sample_type, i, part);
  }
  return voxels;
}

/* At one distance or at any, with a gap now and then, along the normal, tilted, or anywhere. */
static void
place_slices (GRand *rand, const NegVolumeLayout *layout, double axes[3][3], NegVolumeSlice *slices)
{
  guint kind = g_rand_int_range (rand, 0, 3), gap = one_in (rand, 3) ? (guint) g_rand_int_range (rand, 0, 8) : 99;
  double spacing_mm = between (rand, 0.4, 6), tilt = one_in (rand, 2) ? between (rand, -0.7, 0.7) : 0, along_mm = 0;
  gboolean scattered = one_in (rand, 4), same_rescale = !one_in (rand, 3);
  double far = one_in (rand, 3) ? 2000 : 100, start_mm[3], slope = 1, intercept = 0;

  for (guint j = 0; j < 3; j++)
    start_mm[j] = between (rand, -far, far);
  for (guint i = 0; i < layout->n_slices; i++) {
    slices[i] = (NegVolumeSlice){ .thickness_mm = one_in (rand, 2) ? spacing_mm : 0 };
    for (guint j = 0; j < 3; j++)
      slices[i].origin_mm[j] = start_mm[j] + along_mm * (axes[2][j] + tilt * axes[1][j])
                               + (scattered ? between (rand, -2, 2) * axes[0][j] : 0);
    if (layout->sample_type != NEG_SAMPLE_F32 && (i == 0 || !same_rescale)) {
      slope = one_in (rand, 2) ? 1 : between (rand, 0.2, 3);
      intercept = one_in (rand, 2) ? 0 : between (rand, -1024, 100);
    }
    slices[i].slope = slope;
    slices[i].intercept = intercept;
    along_mm += spacing_mm * (kind == 0 ? 1 : between (rand, 0.7, 1.3)) * (i == gap ? 3.3 : 1);
  }
}

static void
make_modality_lut (GRand *rand, NegLut *lut)
{
  *lut = (NegLut){ .n_entries = g_rand_int_range (rand, 1, 5000), .bits = 16 };
  lut->first_mapped = g_rand_int_range (rand, -3000, 3000);
  lut->entries = g_new (guint16, lut->n_entries);
  for (guint i = 0; i < lut->n_entries; i++)
    lut->entries[i] = (guint16) g_rand_int_range (rand, 0, 65536);
}

static double
find_largest (const NegVolume *volume)
{
  double largest = 0;

  for (guint z = 0; z < volume->n_slices; z++)
    for (guint y = 0; y < volume->rows; y++)
      for (guint x = 0; x < volume->columns; x++) {
        double value = neg_volume_get_modality (volume, z, neg_volume_get_stored (volume, x, y, z));

        if (isfinite (value))
          largest = MAX (largest, fabs (value));
      }
  return MAX (largest, 1e-3);
}

static void
make_part (VolumePart *part, GRand *rand, NegSampleType type, gboolean holes)
{
  NegVolumeLayout layout = {
    .columns = g_rand_int_range (rand, 1, 30),
    .rows = g_rand_int_range (rand, 1, 30),
    .n_slices = g_rand_int_range (rand, 2, 20),
    .spacing_mm = { between (rand, 0.3, 2), between (rand, 0.3, 2) },
    .sample_type = type,
  };
  g_autofree NegVolumeSlice *slices = g_new (NegVolumeSlice, layout.n_slices);
  double axes[3][3];

  make_axes (rand, axes);
  memcpy (layout.orientation, axes, sizeof layout.orientation);
  place_slices (rand, &layout, axes, slices);
  layout.slices = slices;
  if (one_in (rand, 6) && neg_sample_type_get_bytes (type) <= 2) {
    make_modality_lut (rand, &part->modality_lut);
    layout.modality_lut = &part->modality_lut;
  }
  part->voxels = make_voxels (rand, &layout);
  part->volume = neg_volume_new (&layout, part->voxels, NULL, NULL, NULL);
  g_assert_nonnull (part->volume);
  for (guint i = 0; i < part->volume->n_slices; i++)
    if (!holes || !one_in (rand, 4))
      neg_volume_set_state (part->volume, i, NEG_SLICE_READY);
  part->largest = find_largest (part->volume);
}

/* Some of the values that are there. */
static void
make_padding (VolumePart *part, GRand *rand)
{
  NegPadding *padding = &part->volume->padding;
  double one = neg_volume_get_stored (part->volume, 0, 0, 0), other = one + between (rand, -1, 1) * part->largest * 0.3;

  padding->active = isfinite (one) && one_in (rand, 3);
  padding->low = MIN (one, other);
  padding->high = MAX (one, other);
}

/* Through the middle of the volume or beside it, along its axes or not. */
static void
make_plane (VolumeScene *scene, GRand *rand)
{
  static const NegProjection projections[] = { NEG_PROJECTION_MIP, NEG_PROJECTION_MINIP, NEG_PROJECTION_MEAN };
  const NegVolume *volume = scene->base.volume;
  double middle_mm[3], axes[3][3], from_mm, to_mm;

  neg_volume_get_middle (volume, middle_mm);
  make_axes (rand, axes);
  if (one_in (rand, 4)) {
    memcpy (axes[0], volume->x_unit, sizeof axes[0]);
    memcpy (axes[1], volume->y_unit, sizeof axes[1]);
    memcpy (axes[2], volume->normal, sizeof axes[2]);
  }
  neg_volume_get_extent (volume, middle_mm, axes[0], &from_mm, &to_mm);
  for (guint i = 0; i < 3; i++)
    middle_mm[i] += between (rand, -2, 2);
  neg_reformat_init (&scene->reformat, middle_mm, axes[2], axes[1], scene->width, scene->height,
                     one_in (rand, 3) ? between (rand, 0.02, 0.3) : (to_mm - from_mm) / 50 + 0.02);
  if (one_in (rand, 2))
    neg_reformat_set_slab (&scene->reformat, volume, between (rand, 0, 30),
                           projections[g_rand_int_range (rand, 0, 3)]);
  /* llvmpipe takes long where a slab is much thicker than the volume is. */
  scene->reformat.n_samples = MIN (scene->reformat.n_samples, 60);
  scene->reformat.interpolation = one_in (rand, 4) ? NEG_INTERPOLATION_NEAREST : NEG_INTERPOLATION_LINEAR;
}

static void
make_voi (NegVoi *voi, GRand *rand, double largest)
{
  voi->function = g_rand_int_range (rand, 0, 3);
  voi->center = between (rand, -0.5, 0.8) * largest;
  voi->width = pow (10, between (rand, -2.2, 0.3)) * largest + 1;
  if (voi->function != NEG_VOI_LINEAR)
    voi->width -= 1;
}

static void
make_look (VolumeScene *scene, GRand *rand)
{
  NegDraw *look = &scene->look;
  double bend = between (rand, 0.8, 2.5);

  look->modality.slope = 1;
  look->output_to_image = (NegAffine){ { 1, 0, 0, 0, 1, 0 } };
  make_voi (&look->voi, rand, scene->base.largest);
  if (one_in (rand, 8)) {
    scene->voi_lut = (NegLut){ .n_entries = 2000, .bits = 12, .first_mapped = g_rand_int_range (rand, -1000, 1000) };
    scene->voi_lut.entries = g_new (guint16, scene->voi_lut.n_entries);
    for (guint i = 0; i < scene->voi_lut.n_entries; i++)
      scene->voi_lut.entries[i] = (guint16) (2048 + 2047 * sin (i * 0.01));
    look->voi.lut = &scene->voi_lut;
  }
  look->inverted = one_in (rand, 3);
  look->is_dithered = one_in (rand, 3);
  for (guint i = 0; i <= NEG_CURVE_STEPS; i++)
    scene->curve.levels[i] = (float) pow ((double) i / NEG_CURVE_STEPS, bend);
  if (one_in (rand, 3))
    look->curve = &scene->curve;
}

/* Another volume about the same place. */
static void
make_fusion (VolumeScene *scene, GRand *rand, NegSampleType type, gboolean holes)
{
  static const NegColorMap maps[] = { NEG_COLOR_MAP_HOT_IRON, NEG_COLOR_MAP_PET, NEG_COLOR_MAP_HOT_METAL_BLUE,
                                      NEG_COLOR_MAP_PET_20_STEP, NEG_COLOR_MAP_RAINBOW };
  double here_mm[3], there_mm[3];
  NegVolume *over;

  make_part (&scene->over, rand, type, holes);
  over = scene->over.volume;
  make_padding (&scene->over, rand);
  neg_volume_get_middle (scene->base.volume, here_mm);
  neg_volume_get_middle (over, there_mm);
  for (gsize i = 0; i < 3 * (gsize) over->n_slices; i++)
    over->origins_mm[i] += here_mm[i % 3] - there_mm[i % 3];
  scene->fusion = (NegFusion){
    .volume = over,
    .scale = one_in (rand, 2) ? 1 : between (rand, 0.001, 2),
    .map = maps[g_rand_int_range (rand, 0, G_N_ELEMENTS (maps))],
    .opacity = between (rand, 0.1, 1.1),
    .projection = g_rand_int_range (rand, 0, NEG_PROJECTION_N),
  };
  make_voi (&scene->fusion.voi, rand, scene->over.largest * scene->fusion.scale);
}

VolumeScene *
volume_scene_new (guint32 seed, NegSampleType type, gboolean holes)
{
  static const guint channels[] = { 1, 3, 4 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  VolumeScene *scene = g_new0 (VolumeScene, 1);

  scene->width = g_rand_int_range (rand, 1, 60);
  scene->height = g_rand_int_range (rand, 1, 60);
  scene->channels = channels[g_rand_int_range (rand, 0, 3)];
  make_part (&scene->base, rand, type, holes);
  make_padding (&scene->base, rand);
  make_plane (scene, rand);
  make_look (scene, rand);
  if (scene->channels > 1 && one_in (rand, 3))
    make_fusion (scene, rand, g_rand_int_range (rand, 0, NEG_SAMPLE_F32 + 1), holes);
  return scene;
}

static void
clear_part (VolumePart *part)
{
  neg_volume_unref (part->volume);
  g_free (part->voxels);
  g_free (part->modality_lut.entries);
}

void
volume_scene_free (VolumeScene *scene)
{
  clear_part (&scene->base);
  clear_part (&scene->over);
  g_free (scene->voi_lut.entries);
  g_free (scene);
}

void
volume_scene_draw (const VolumeScene *scene, const NegPicture *picture, const double shift_voxels[3], double stretch)
{
  const NegVolume *volume = scene->base.volume;
  NegReformat reformat = scene->reformat;
  gsize n = (gsize) scene->width * scene->height;
  g_autofree float *values = g_new (float, n);
  g_autofree guint8 *covers = g_new (guint8, n), *fused_covers = g_new (guint8, n);
  NegFrame frame = { { .rows = scene->height, .columns = scene->width, .samples = 1, .bits_stored = 32,
                       .sample_type = NEG_SAMPLE_F32, .color = NEG_COLOR_MONOCHROME2 },
                     values };
  NegFusion fusion = scene->fusion;

  for (guint i = 0; i < 3; i++)
    reformat.origin_mm[i] += shift_voxels[0] * volume->x_mm[i] + shift_voxels[1] * volume->y_mm[i]
                             + shift_voxels[2] * volume->median_spacing_mm * volume->normal[i];
  neg_reformat_rows_general (&reformat, volume, scene->width, values, covers, 0, scene->height);
  neg_draw_rows (&scene->look, &frame, picture, 0, scene->height);
  fusion.scale *= 1 + stretch;
  if (scene->over.volume != NULL)
    neg_fusion_draw_rows (&fusion, &reformat, picture, values, fused_covers, 0, scene->height);
  neg_cover_draw_rows (covers, picture, 0, scene->height);
}

char *
volume_scene_describe (const VolumeScene *scene)
{
  const NegVolume *volume = scene->base.volume;

  return g_strdup_printf ("%ux%ux%u type %d, LUT %d, padding %d %g..%g, uniform %d, straight %d -> %ux%ux%u; "
                          "%u samples, projection %d, interpolation %d; voi %d %.17g %.17g lut %d; inverted %d, curve %d, "
                          "dithered %d; fusion %d type %d map %d",
                          volume->columns, volume->rows, volume->n_slices, volume->sample_type,
                          volume->modality_lut != NULL, volume->padding.active, volume->padding.low,
                          volume->padding.high, volume->is_uniform, volume->is_straight, scene->width, scene->height,
                          scene->channels, scene->reformat.n_samples, scene->reformat.projection,
                          scene->reformat.interpolation, scene->look.voi.function, scene->look.voi.center,
                          scene->look.voi.width, scene->look.voi.lut != NULL, scene->look.inverted,
                          scene->look.curve != NULL, scene->look.is_dithered, scene->over.volume != NULL,
                          scene->over.volume ? (int) scene->over.volume->sample_type : -1, scene->fusion.map);
}
