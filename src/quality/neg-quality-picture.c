/* What the pixels were like (neg-quality-pixels.h) against the limits, and the field of view. Hints for an eye. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* Of the image: how far the field that is seen may be from the one that the header tells. */
#define FIELD_TOLERANCE 0.2

static gboolean
get_limit (const NegQualityRun *run, NegQualityLimit limit, const NegQualityObject *object, double *value)
{
  return neg_quality_rules_get_limit (run->rules, limit, neg_quality_get (object, NEG_RECORD_MODALITY),
                                      neg_quality_get (object, NEG_RECORD_BODY_PART), value);
}

/* A share as per cent. */
static char *
dup_at_most (double limit)
{
  return g_strdup_printf (_ ("at most %.0f %%"), limit * 100);
}

/* Much exposure is dark: in MONOCHROME2 a low value, in MONOCHROME1 a high one. */
static void
check_ends (NegQualityRun *run, NegQualityObject *object)
{
  gboolean is_inverse = g_str_equal (neg_quality_get (object, NEG_RECORD_PHOTOMETRIC), "MONOCHROME1");
  const NegQualityPixels *pixels = object->pixels;
  double little = is_inverse ? pixels->clipped_low : pixels->clipped_high;
  double much = is_inverse ? pixels->clipped_high : pixels->clipped_low;
  double limit;

  if (get_limit (run, NEG_LIMIT_CLIPPED, object, &limit) && little > limit)
    neg_quality_report_image (run, NEG_CHECK_EXPOSURE_CLIPPED, NEG_SEVERITY_ERROR, object,
                              g_strdup_printf (_ ("%.0f %% of the picture without any grey levels (white)"), little * 100),
                              dup_at_most (limit), _ ("What is clipped cannot be brought back by windowing."), NEG_ACTION_LOOK);
  if (get_limit (run, NEG_LIMIT_SATURATED, object, &limit) && much > limit)
    neg_quality_report_image (run, NEG_CHECK_SATURATION, NEG_SEVERITY_ERROR, object,
                              g_strdup_printf (_ ("%.0f %% of the picture saturated (black)"), much * 100), dup_at_most (limit),
                              _ ("What is clipped cannot be brought back by windowing."), NEG_ACTION_LOOK);
}

static void
check_noise (NegQualityRun *run, NegQualityObject *object)
{
  const NegQualityPixels *pixels = object->pixels;
  double limit;

  if (get_limit (run, NEG_LIMIT_NOISE, object, &limit) && pixels->sd > 0 && pixels->noise / pixels->sd > limit)
    neg_quality_report_image (run, NEG_CHECK_NOISE, NEG_SEVERITY_ERROR, object,
                              g_strdup_printf (_ ("noise of %.0f %% of the contrast"), pixels->noise / pixels->sd * 100),
                              dup_at_most (limit), _ ("Noise hides fine structures."), NEG_ACTION_LOOK);
}

static void
check_motion (NegQualityRun *run, NegQualityObject *object)
{
  const NegQualityPixels *pixels = object->pixels;
  double low = MIN (pixels->sharpness_rows, pixels->sharpness_columns),
         high = MAX (pixels->sharpness_rows, pixels->sharpness_columns);
  double limit;

  if (get_limit (run, NEG_LIMIT_MOTION, object, &limit) && low > 0 && high / low > limit)
    neg_quality_report_image (run, NEG_CHECK_MOTION, NEG_SEVERITY_ERROR, object,
                              g_strdup_printf (pixels->sharpness_rows < pixels->sharpness_columns
                                                   ? _ ("%.1f times less sharp from left to right than from top to bottom")
                                                   : _ ("%.1f times less sharp from top to bottom than from left to right"),
                                               high / low),
                              g_strdup_printf (_ ("at most %.1f times"), limit), _ ("The patient may have moved."),
                              NEG_ACTION_LOOK);
}

/* --- collimation --- */

/* The share of the image that the header's shutter leaves open (PS3.3 C.8.7.3: edges in pixels); FALSE: it says none. */
static gboolean
get_told_field (const NegQualityObject *object, double *share)
{
  double left, right, upper, lower, rows, columns;

  if (!neg_quality_get_number (object, NEG_RECORD_COLLIMATOR_LEFT, 0, &left)
      || !neg_quality_get_number (object, NEG_RECORD_COLLIMATOR_RIGHT, 0, &right)
      || !neg_quality_get_number (object, NEG_RECORD_COLLIMATOR_UPPER, 0, &upper)
      || !neg_quality_get_number (object, NEG_RECORD_COLLIMATOR_LOWER, 0, &lower)
      || !neg_quality_get_number (object, NEG_RECORD_ROWS, 0, &rows)
      || !neg_quality_get_number (object, NEG_RECORD_COLUMNS, 0, &columns) || rows < 1 || columns < 1 || right <= left
      || lower <= upper)
    return FALSE;
  left = CLAMP (left, 0, columns);
  right = CLAMP (right, 0, columns);
  upper = CLAMP (upper, 0, rows);
  lower = CLAMP (lower, 0, rows);
  *share = (right - left) * (lower - upper) / (rows * columns);
  return *share > 0;
}

static void
check_collimation (NegQualityRun *run, NegQualityObject *object)
{
  double seen = object->pixels->field_share, told, limit;

  if (get_limit (run, NEG_LIMIT_OPEN_FIELD, object, &limit) && seen > limit)
    neg_quality_report_image (run, NEG_CHECK_COLLIMATION, NEG_SEVERITY_ERROR, object,
                              g_strdup_printf (_ ("%.0f %% of the detector exposed"), seen * 100), dup_at_most (limit),
                              _ ("What is not collimated is dose without use."), NEG_ACTION_LOOK);
  /* Edges that are not found in the picture are no contradiction: stations cut the picture to the field. */
  else if (seen < 1 && get_told_field (object, &told) && fabs (seen - told) > FIELD_TOLERANCE)
    neg_quality_report_image (run, NEG_CHECK_COLLIMATION, NEG_SEVERITY_ERROR, object,
                              g_strdup_printf (_ ("%.0f %% of the picture exposed"), seen * 100),
                              g_strdup_printf (_ ("%.0f %%, as the header says"), told * 100),
                              _ ("The shutter that viewers draw may hide a part."), NEG_ACTION_LOOK);
}

/* --- field of view --- */

/* Of the picture, shorter and longer side in mm. */
static gboolean
get_field_mm (const NegQualityObject *object, double *shorter, double *longer)
{
  double rows, columns, down, across;
  NegRecordField spacing
      = *neg_quality_get (object, NEG_RECORD_PIXEL_SPACING) != '\0' ? NEG_RECORD_PIXEL_SPACING : NEG_RECORD_IMAGER_SPACING;

  if (!neg_quality_get_number (object, spacing, 0, &down) || !neg_quality_get_number (object, spacing, 1, &across)
      || !neg_quality_get_number (object, NEG_RECORD_ROWS, 0, &rows)
      || !neg_quality_get_number (object, NEG_RECORD_COLUMNS, 0, &columns))
    return FALSE;
  *shorter = MIN (rows * down, columns * across);
  *longer = MAX (rows * down, columns * across);
  return *shorter > 0;
}

/* One finding for a series: its images have one field of view mostly. */
static void
check_field (NegQualityRun *run, const NegQualitySeries *series, gboolean is_small)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  double worst = 0, worst_limit = 0;

  for (guint i = 0; i < series->objects->len; i++) {
    NegQualityObject *object = series->objects->pdata[i];
    double shorter, longer, limit;

    /* A mosaic is many slices beside each other. */
    if (!get_field_mm (object, &shorter, &longer) || neg_quality_is_localizer (object)
        || strstr (neg_quality_get (object, NEG_RECORD_IMAGE_TYPE), "MOSAIC") != NULL
        || !get_limit (run, is_small ? NEG_LIMIT_FIELD_MIN_MM : NEG_LIMIT_FIELD_MAX_MM, object, &limit)
        || (is_small ? shorter >= limit : longer <= limit))
      continue;
    g_ptr_array_add (objects, object);
    worst = is_small ? shorter : longer;
    worst_limit = limit;
  }
  if (objects->len > 0)
    neg_quality_report (run, NEG_CHECK_FIELD_OF_VIEW, NEG_SEVERITY_ERROR, objects, g_strdup_printf (_ ("%.0f mm"), worst),
                        g_strdup_printf (is_small ? _ ("at least %.0f mm") : _ ("at most %.0f mm"), worst_limit),
                        is_small ? _ ("A part of what was asked for may be cut off.") : _ ("Fine structures have too few pixels."));
}

void
neg_quality_check_pixels (NegQualityRun *run)
{
  for (guint i = 0; i < run->objects->len; i++) {
    NegQualityObject *object = run->objects->pdata[i];

    if (object->pixels == NULL)
      continue;
    check_ends (run, object);
    check_noise (run, object);
    check_motion (run, object);
    check_collimation (run, object);
  }
  for (guint i = 0; i < run->series->len; i++) {
    check_field (run, run->series->pdata[i], TRUE);
    check_field (run, run->series->pdata[i], FALSE);
  }
}
