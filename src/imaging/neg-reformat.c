#include "config.h"

#include "imaging/neg-reformat-private.h"

static const char *const projection_names[NEG_PROJECTION_N] = { "mip", "minip", "mean" };

const char *
neg_projection_get_name (NegProjection projection)
{
  g_return_val_if_fail ((guint) projection < NEG_PROJECTION_N, NULL);
  return projection_names[projection];
}

gboolean
neg_projection_from_name (NegProjection *projection, const char *name)
{
  for (guint i = 0; i < NEG_PROJECTION_N; i++)
    if (g_strcmp0 (projection_names[i], name) == 0) {
      *projection = i;
      return TRUE;
    }
  return FALSE;
}

void
neg_reformat_init (NegReformat *reformat, const double middle_mm[3], const double normal[3], const double up[3],
                   guint width, guint height, double pixel_mm)
{
  const double right[3] = { normal[1] * up[2] - normal[2] * up[1], normal[2] * up[0] - normal[0] * up[2],
                            normal[0] * up[1] - normal[1] * up[0] };

  *reformat = (NegReformat){ .n_samples = 1, .interpolation = NEG_INTERPOLATION_LINEAR };
  for (guint i = 0; i < 3; i++) {
    reformat->x_mm[i] = right[i] * pixel_mm;
    reformat->y_mm[i] = -up[i] * pixel_mm;
    reformat->origin_mm[i] = middle_mm[i] - (width * reformat->x_mm[i] + height * reformat->y_mm[i]) / 2;
  }
}

/* How far one goes along a direction (unit) until one has crossed a voxel: of a cube's grid its side in all directions. The
 * smallest distance between two slices counts, or a MIP could miss what is in one of them; but two that all but touch
 * do not make all of the volume finer. */
static double
get_spacing_along (const NegVolume *volume, const double direction[3])
{
  double depth = _neg_dot (direction, volume->normal), slice_mm = volume->median_spacing_mm, voxels[3];

  for (guint i = 0; i + 1 < volume->n_slices; i++)
    slice_mm = MIN (slice_mm, volume->distances_mm[i + 1] - volume->distances_mm[i]);
  voxels[0] = _neg_dot (direction, volume->x_dual);
  voxels[1] = _neg_dot (direction, volume->y_dual);
  voxels[2] = depth / MAX (slice_mm, volume->median_spacing_mm / 4);
  if (volume->is_straight) {
    voxels[0] -= depth * volume->shear_per_mm[0] / sqrt (_neg_dot (volume->x_mm, volume->x_mm));
    voxels[1] -= depth * volume->shear_per_mm[1] / sqrt (_neg_dot (volume->y_mm, volume->y_mm));
  }
  return 1 / sqrt (_neg_dot (voxels, voxels));
}

void
neg_reformat_set_slab (NegReformat *reformat, const NegVolume *volume, double thickness_mm, NegProjection projection)
{
  double normal[3], n_layers;

  reformat->projection = projection;
  reformat->n_samples = 1;
  for (guint i = 0; i < 3; i++)
    reformat->step_mm[i] = 0;
  if (!(thickness_mm > 0 && isfinite (thickness_mm)))
    return;
  neg_reformat_get_normal (reformat, normal);
  /* What is a whole number on paper is not to become one more by its last binary digit. */
  n_layers = ceil (thickness_mm / get_spacing_along (volume, normal) - 1e-6);
  /* Written so that NaN, of a plane that is none, is 1. */
  reformat->n_samples = n_layers > 1 ? (guint) MIN (n_layers, NEG_REFORMAT_SAMPLES_MAX) : 1;
  for (guint i = 0; i < 3; i++)
    reformat->step_mm[i] = normal[i] * thickness_mm / reformat->n_samples;
}

double
neg_reformat_get_pixel_mm (const NegReformat *reformat)
{
  return sqrt (_neg_dot (reformat->x_mm, reformat->x_mm));
}

void
neg_reformat_get_normal (const NegReformat *reformat, double normal[3])
{
  const double *x = reformat->x_mm, *y = reformat->y_mm;
  double size;

  normal[0] = x[1] * y[2] - x[2] * y[1];
  normal[1] = x[2] * y[0] - x[0] * y[2];
  normal[2] = x[0] * y[1] - x[1] * y[0];
  size = sqrt (_neg_dot (normal, normal));
  for (guint i = 0; i < 3; i++)
    normal[i] /= size;
}

void
neg_reformat_to_patient (const NegReformat *reformat, const double output_px[2], double point_mm[3])
{
  for (guint i = 0; i < 3; i++)
    point_mm[i] = reformat->origin_mm[i] + output_px[0] * reformat->x_mm[i] + output_px[1] * reformat->y_mm[i];
}

double
neg_reformat_to_output (const NegReformat *reformat, const double point_mm[3], double output_px[2])
{
  double xx = _neg_dot (reformat->x_mm, reformat->x_mm), yy = _neg_dot (reformat->y_mm, reformat->y_mm);
  double xy = _neg_dot (reformat->x_mm, reformat->y_mm), determinant = xx * yy - xy * xy;
  double from_origin[3], normal[3], along_x, along_y;

  for (guint i = 0; i < 3; i++)
    from_origin[i] = point_mm[i] - reformat->origin_mm[i];
  along_x = _neg_dot (from_origin, reformat->x_mm);
  along_y = _neg_dot (from_origin, reformat->y_mm);
  output_px[0] = (along_x * yy - along_y * xy) / determinant;
  output_px[1] = (along_y * xx - along_x * xy) / determinant;
  neg_reformat_get_normal (reformat, normal);
  return _neg_dot (from_origin, normal);
}

void
neg_reformat_rows (const NegReformat *reformat, const NegVolume *volume, guint width, float *values, guint8 *covers,
                   guint first_row, guint n_rows)
{
  if (!_neg_reformat_rows_fast (reformat, volume, width, values, covers, first_row, n_rows))
    neg_reformat_rows_general (reformat, volume, width, values, covers, first_row, n_rows);
}
