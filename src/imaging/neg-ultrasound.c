#include "config.h"

#include "imaging/neg-ultrasound.h"

#include <math.h>

#include "base/neg-error.h"
#include "imaging/neg-draw.h"

#define UNIT_CM 3
#define MM_PER_CM 10
#define SAME_STEP 1e-6 /* relative: the same number written twice */

/* As of neg-measure: beyond these a number is a slip of the writer. */
#define STEP_MIN_MM 1e-6
#define STEP_MAX_MM 1e4

/* C.8.5.5.1.15, in UCUM. */
static const char *const units[] = { "", "%", "dB", "cm", "s", "Hz", "dB/s", "cm/s", "cm2", "cm2/s", "cm3", "cm3/s",
                                     "deg" };

static gboolean
is_of_frame (const NegUltrasoundRegion *region, guint32 frame)
{
  return region->frame == 0 || region->frame - 1 == frame;
}

/* Ends are pixels that belong to it (C.8.5.5.1.14), so that the last one ends a pixel later. */
static gboolean
holds (const NegUltrasoundRegion *region, const double point_px[2])
{
  return point_px[0] >= region->x0 && point_px[0] < (double) region->x1 + 1 && point_px[1] >= region->y0
         && point_px[1] < (double) region->y1 + 1;
}

static double
get_size (const NegUltrasoundRegion *region)
{
  return ((double) region->x1 - region->x0 + 1) * ((double) region->y1 - region->y0 + 1);
}

gboolean
neg_ultrasound_has_regions (const NegInstance *instance, guint32 frame)
{
  for (guint32 i = 0; i < instance->n_ultrasound_regions; i++)
    if (is_of_frame (&instance->ultrasound_regions[i], frame))
      return TRUE;
  return FALSE;
}

const NegUltrasoundRegion *
neg_ultrasound_find (const NegInstance *instance, guint32 frame, const double point_px[2])
{
  const NegUltrasoundRegion *found = NULL;

  for (guint32 i = 0; i < instance->n_ultrasound_regions; i++) {
    const NegUltrasoundRegion *region = &instance->ultrasound_regions[i];

    if (!is_of_frame (region, frame) || !holds (region, point_px))
      continue;
    /* What is said of one frame is said of it rather than what is said of all. */
    if (found == NULL || get_size (region) < get_size (found)
        || (get_size (region) == get_size (found) && region->frame != 0))
      found = region;
  }
  return found;
}

static gboolean
refuse (GError **error, const char *why)
{
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "no length in mm: %s", why);
}

static gboolean
is_same_step (double a, double b)
{
  return fabs (fabs (a) - fabs (b)) <= SAME_STEP * fabs (a); /* FALSE for NaN */
}

static gboolean
is_same_scale (const NegUltrasoundRegion *a, const NegUltrasoundRegion *b)
{
  return a->x_units == b->x_units && a->y_units == b->y_units && is_same_step (a->x_delta, b->x_delta)
         && is_same_step (a->y_delta, b->y_delta);
}

static gboolean
is_step (double delta_cm)
{
  return fabs (delta_cm) * MM_PER_CM >= STEP_MIN_MM && fabs (delta_cm) * MM_PER_CM <= STEP_MAX_MM;
}

/* Whether a region of the same scale holds all points: two pictures side by side may have equal steps, and nothing lies
 * between them. Nested regions may be measured across (C.8.5.5.1.3: priority is of colours, not of lengths). */
static gboolean
is_one_picture (const NegUltrasoundRegion *region, const NegInstance *instance, guint32 frame, const double *points_px,
                guint n_points)
{
  for (guint32 i = 0; i < instance->n_ultrasound_regions; i++) {
    const NegUltrasoundRegion *outer = &instance->ultrasound_regions[i];
    guint n = 0;

    if (!is_of_frame (outer, frame) || !is_same_scale (region, outer))
      continue;
    while (n < n_points && holds (outer, points_px + 2 * n))
      n++;
    if (n == n_points)
      return TRUE;
  }
  return FALSE;
}

gboolean
neg_ultrasound_scale_init (NegMeasureScale *scale, const NegInstance *instance, guint32 frame, const double *points_px,
                           guint n_points, GError **error)
{
  const NegUltrasoundRegion *first = n_points > 0 ? neg_ultrasound_find (instance, frame, points_px) : NULL;

  *scale = (NegMeasureScale){ NEG_CALIBRATION_NONE, 1, 1, neg_instance_get_pixel_aspect (instance, frame) };
  for (guint i = 0; i < n_points; i++) {
    const NegUltrasoundRegion *region = neg_ultrasound_find (instance, frame, points_px + 2 * i);

    if (region == NULL)
      return refuse (error, "a point lies outside of every calibrated region");
    if (region->x_units != UNIT_CM || region->y_units != UNIT_CM)
      return refuse (error, "a point lies in a region whose axes are no lengths");
    if (!is_step (region->x_delta) || !is_step (region->y_delta))
      return refuse (error, "a point lies in a region without a usable scale");
    if (!is_same_scale (first, region))
      return refuse (error, "the points lie in regions of different scales");
  }
  if (first == NULL)
    return refuse (error, "there is no point");
  if (!is_one_picture (first, instance, frame, points_px, n_points))
    return refuse (error, "the points lie in different pictures, side by side");
  scale->calibration = NEG_CALIBRATION_REGION;
  scale->x_step = fabs (first->x_delta) * MM_PER_CM;
  scale->y_step = fabs (first->y_delta) * MM_PER_CM;
  scale->aspect = scale->y_step / scale->x_step;
  return TRUE;
}

static const char *
get_unit (guint16 code)
{
  return code < G_N_ELEMENTS (units) ? units[code] : "";
}

/* From the reference pixel, counted from the region's corner, in steps; pixels are counted at their centres. */
static double
get_value (double place_px, guint32 corner, gint32 reference, double reference_value, double delta, guint16 unit)
{
  double value = reference_value + (place_px - 0.5 - corner - reference) * delta;

  return *get_unit (unit) != '\0' && isfinite (value) ? value : NAN;
}

void
neg_ultrasound_get_value (NegUltrasoundValue *value, const NegInstance *instance, guint32 frame,
                          const double point_px[2])
{
  const NegUltrasoundRegion *region = neg_ultrasound_find (instance, frame, point_px);

  *value = (NegUltrasoundValue){ NAN, NAN, "", "" };
  if (region == NULL || !region->has_reference)
    return;
  value->x_value = get_value (point_px[0], region->x0, region->reference_x, region->reference_x_value,
                              region->x_delta, region->x_units);
  value->y_value = get_value (point_px[1], region->y0, region->reference_y, region->reference_y_value,
                              region->y_delta, region->y_units);
  value->x_unit = isnan (value->x_value) ? "" : get_unit (region->x_units);
  value->y_unit = isnan (value->y_value) ? "" : get_unit (region->y_units);
}
