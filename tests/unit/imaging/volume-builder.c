#include "config.h"

#include "volume-builder.h"

void
builder_init (Builder *builder, guint columns, guint rows, guint n_slices)
{
  const double axial[6] = { 1, 0, 0, 0, 1, 0 };

  g_assert_cmpuint (n_slices, <=, BUILDER_SLICES_MAX);
  *builder = (Builder){ .layout = { .columns = columns, .rows = rows, .n_slices = n_slices, .spacing_mm = { 1, 1 },
                                    .sample_type = NEG_SAMPLE_S16 } };
  memcpy (builder->layout.orientation, axial, sizeof axial);
  for (guint i = 0; i < n_slices; i++)
    builder->slices[i] = (NegVolumeSlice){ .origin_mm = { 0, 0, i }, .slope = 1 };
}

void
builder_place (Builder *builder, const double *distances_mm, const double shear_per_mm[2])
{
  const double *row = builder->layout.orientation, *column = row + 3;
  double first[3], normal[3] = { row[1] * column[2] - row[2] * column[1], row[2] * column[0] - row[0] * column[2],
                                 row[0] * column[1] - row[1] * column[0] };

  memcpy (first, builder->slices[0].origin_mm, sizeof first);
  for (guint i = 0; i < builder->layout.n_slices; i++)
    for (guint j = 0; j < 3; j++)
      builder->slices[i].origin_mm[j]
          = first[j] + distances_mm[i] * (normal[j] + shear_per_mm[0] * row[j] + shear_per_mm[1] * column[j]);
}

static void
put_stored (guint8 *voxels, NegSampleType type, gsize index, double stored)
{
  switch (type) {
  case NEG_SAMPLE_U8:
    voxels[index] = (guint8) stored;
    break;
  case NEG_SAMPLE_S8:
    ((gint8 *) voxels)[index] = (gint8) stored;
    break;
  case NEG_SAMPLE_U16:
    ((guint16 *) voxels)[index] = (guint16) stored;
    break;
  case NEG_SAMPLE_S16:
    ((gint16 *) voxels)[index] = (gint16) stored;
    break;
  case NEG_SAMPLE_U32:
    ((guint32 *) voxels)[index] = (guint32) stored;
    break;
  case NEG_SAMPLE_S32:
    ((gint32 *) voxels)[index] = (gint32) stored;
    break;
  case NEG_SAMPLE_F32:
    ((float *) voxels)[index] = (float) stored;
    break;
  case NEG_SAMPLE_F64:
  default:
    ((double *) voxels)[index] = stored;
    break;
  }
}

NegVolume *
builder_build (Builder *builder, BuilderStored get_stored, gpointer user_data)
{
  NegVolumeLayout *layout = &builder->layout;
  gsize n_pixels = (gsize) layout->columns * layout->rows;
  guint8 *voxels = g_malloc0 (n_pixels * layout->n_slices * neg_sample_type_get_bytes (layout->sample_type));
  g_autoptr (GError) error = NULL;
  NegVolume *volume;

  layout->slices = builder->slices;
  volume = neg_volume_new (layout, voxels, voxels, g_free, &error);
  g_assert_no_error (error);
  for (guint slice = 0; slice < volume->n_slices; slice++) {
    for (guint row = 0; row < layout->rows; row++)
      for (guint column = 0; column < layout->columns; column++)
        put_stored (voxels, layout->sample_type, slice * n_pixels + row * layout->columns + column,
                    get_stored (volume, column, row, slice, user_data));
    neg_volume_set_state (volume, slice, NEG_SLICE_READY);
  }
  return volume;
}

static double
dot (const double *a, const double *b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Bilinear in one slice that has been moved to @origin_mm. */
static double
expect_in_slice (const NegVolume *volume, guint slice, const double origin_mm[3], const double point_mm[3])
{
  double from_origin[3], x, y, sum = 0;

  for (guint i = 0; i < 3; i++)
    from_origin[i] = point_mm[i] - origin_mm[i];
  x = dot (from_origin, volume->x_unit) / volume->spacing_mm[0];
  y = dot (from_origin, volume->y_unit) / volume->spacing_mm[1];
  for (guint row = 0; row < volume->rows; row++)
    for (guint column = 0; column < volume->columns; column++)
      sum += fmax (0, 1 - fabs (x - column)) * fmax (0, 1 - fabs (y - row))
             * neg_volume_get_modality (volume, slice, neg_volume_get_stored (volume, column, row, slice));
  return sum;
}

double
builder_expect_linear (const NegVolume *volume, const double point_mm[3])
{
  for (guint k = 0; k + 1 < volume->n_slices; k++) {
    const double *low = volume->origins_mm + 3 * k, *high = low + 3;
    double below = dot (point_mm, volume->normal) - dot (low, volume->normal);
    double above = dot (high, volume->normal) - dot (point_mm, volume->normal);
    double origin_mm[3], part = below / (below + above);

    if (below < 0 || above < 0)
      continue;
    for (guint i = 0; i < 3; i++)
      origin_mm[i] = low[i] * (1 - part) + high[i] * part;
    return expect_in_slice (volume, k, origin_mm, point_mm) * (1 - part)
           + expect_in_slice (volume, k + 1, origin_mm, point_mm) * part;
  }
  return NAN;
}
