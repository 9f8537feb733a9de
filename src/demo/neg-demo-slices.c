/* CT, MR and PET: a phantom cut, made noisy, and stored as a scanner would. */
#include "config.h"

#include <math.h>

#include "demo/neg-demo-image.h"

static const double axes[][2][3] = {
  [NEG_DEMO_AXIAL] = { { 1, 0, 0 }, { 0, 1, 0 } },
  [NEG_DEMO_SAGITTAL] = { { 0, 1, 0 }, { 0, 0, -1 } },
  [NEG_DEMO_CORONAL] = { { 1, 0, 0 }, { 0, 0, -1 } },
};

/* The axis that slices follow, and the two of the image. */
static const guint through[] = { [NEG_DEMO_AXIAL] = 2, [NEG_DEMO_SAGITTAL] = 0, [NEG_DEMO_CORONAL] = 1 };

void
neg_demo_slice_init (NegDemoPlane *plane, const NegDemoSeries *series, guint index, float *values)
{
  const double *row = axes[series->orientation][0], *down = axes[series->orientation][1];
  double tilt = series->tilt_deg * G_PI / 180, origin_mm[3];
  const double column[3]
      = { down[0], down[1] * cos (tilt) - down[2] * sin (tilt), down[1] * sin (tilt) + down[2] * cos (tilt) };
  guint axis = through[series->orientation];

  for (guint i = 0, j = 0; i < 3; i++) {
    /* A tilted gantry moves with the couch, not along its own normal: the stack leans. */
    double center_mm = i == axis ? series->first_mm + index % series->n * series->step_mm : series->center_mm[j++];

    origin_mm[i]
        = center_mm - series->spacing_mm * ((series->columns - 1) * row[i] + (series->rows - 1) * column[i]) / 2;
  }
  neg_demo_plane_init (plane, origin_mm, row, column, series->spacing_mm, series->spacing_mm, series->columns,
                       series->rows, values);
}

/* What lies beyond the field of view is no measurement. */
static void
store_ct (NegDemoImage *image, const float *values)
{
  double middle_x = (image->columns - 1) / 2.0, middle_y = (image->rows - 1) / 2.0, radius = image->columns / 2.0;

  for (guint row = 0; row < image->rows; row++)
    for (guint column = 0; column < image->columns; column++) {
      gsize at = (gsize) row * image->columns + column;
      double x = column - middle_x, y = row - middle_y;
      gboolean outside = x * x + y * y > radius * radius;

      neg_demo_image_put (image, at, outside ? NEG_DEMO_CT_PADDING : values[at] - NEG_DEMO_CT_INTERCEPT,
                          outside ? NEG_DEMO_CT_PADDING : 0, 4095);
    }
}

/* Coils near by receive more. */
static void
add_shading (const NegDemoPlane *plane, guint32 seed)
{
  for (guint row = 0; row < plane->rows; row++)
    for (guint column = 0; column < plane->columns; column += 4) {
      double point_mm[3];
      float factor;

      neg_demo_plane_get_point (plane, column, row, point_mm);
      factor = 1 + 0.16f * neg_demo_field (point_mm, 130, 0, seed);
      for (guint i = column; i < MIN (column + 4, plane->columns); i++)
        plane->values[(gsize) row * plane->columns + i] *= factor;
    }
}

static void
store_mr (NegDemoImage *image, const NegDemoPlane *plane, const NegDemoSeries *series, guint index)
{
  gsize n = (gsize) image->columns * image->rows;

  add_shading (plane, series->findings.seed);
  neg_demo_add_rician (plane->values, plane->columns, plane->rows, series->deviation, 1000 * series->number + index);
  for (gsize i = 0; i < n; i++)
    neg_demo_image_put (image, i, plane->values[i], 0, 4095);
}

/* SUV in thousandths to becquerel per millilitre, decayed to the start of the scan. */
static void
store_pet (NegDemoImage *image, const float *values, const NegDemoPatient *patient)
{
  gsize n = (gsize) image->columns * image->rows;
  double left = exp2 (-NEG_DEMO_PET_WAIT_S / NEG_DEMO_PET_HALF_LIFE_S);
  double bq_ml = NEG_DEMO_PET_DOSE_BQ * left / (patient->weight_kg * 1000) / 1000;

  for (gsize i = 0; i < n; i++)
    neg_demo_image_put (image, i, MAX (0, values[i]) * bq_ml / NEG_DEMO_PET_SLOPE, 0, 32767);
}

gboolean
neg_demo_render_slice (NegDemoImage *image, const NegDemoPatient *patient, const NegDemoSeries *series, guint index)
{
  g_autofree float *values = g_try_new (float, (gsize) image->columns * image->rows);
  NegDemoContrast contrast = series->contrast + index / series->n;
  NegDemoPlane plane;

  if (values == NULL)
    return FALSE;
  neg_demo_slice_init (&plane, series, index, values);
  if (contrast == NEG_DEMO_PET)
    plane.edge_mm = 8; /* what a ring of crystals resolves */
  series->phantom (&plane, &series->findings, contrast);
  if (contrast > NEG_DEMO_PET) {
    store_mr (image, &plane, series, index);
    return TRUE;
  }
  if (!neg_demo_add_noise (values, plane.columns, plane.rows, series->grain, series->deviation,
                           1000 * series->number + index))
    return FALSE;
  if (contrast == NEG_DEMO_PET)
    store_pet (image, values, patient);
  else
    store_ct (image, values);
  return TRUE;
}
