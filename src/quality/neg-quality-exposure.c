/* Exposure index and deviation index of digital radiographs (IEC 62494-1; PS3.3 C.8.11.3 (0018,1411) to (0018,1413)). */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <math.h>

/* What the header says of the deviation may differ by rounding. */
#define DEVIATION_TOLERANCE 0.5

static void
check_index (NegQualityRun *run, NegQualityObject *object)
{
  const char *modality = neg_quality_get (object, NEG_RECORD_MODALITY), *part = neg_quality_get (object, NEG_RECORD_BODY_PART);
  double index, limit;

  if (!neg_quality_get_number (object, NEG_RECORD_EXPOSURE_INDEX, 0, &index))
    return;
  if (neg_quality_rules_get_limit (run->rules, NEG_LIMIT_EXPOSURE_LOW, modality, part, &limit) && index < limit)
    neg_quality_report_image (run, NEG_CHECK_EXPOSURE_INDEX, NEG_SEVERITY_ERROR, object, g_strdup_printf ("%.0f", index),
                              g_strdup_printf (_ ("at least %.0f"), limit), _ ("Too little exposure: noise hides fine structures."),
                              NEG_ACTION_REJECT);
  if (neg_quality_rules_get_limit (run->rules, NEG_LIMIT_EXPOSURE_HIGH, modality, part, &limit) && index > limit)
    neg_quality_report_image (run, NEG_CHECK_EXPOSURE_INDEX, NEG_SEVERITY_ERROR, object, g_strdup_printf ("%.0f", index),
                              g_strdup_printf (_ ("at most %.0f"), limit), _ ("More dose than the picture needs."),
                              NEG_ACTION_LOOK);
}

/* DI = 10 log10 (EI / EI_T); from the header where it says both indices and no deviation. */
static gboolean
get_deviation (const NegQualityObject *object, double *deviation, double *computed)
{
  double index, target;

  *computed = NAN;
  if (neg_quality_get_number (object, NEG_RECORD_EXPOSURE_INDEX, 0, &index)
      && neg_quality_get_number (object, NEG_RECORD_TARGET_EXPOSURE_INDEX, 0, &target) && index > 0 && target > 0)
    *computed = 10 * log10 (index / target);
  if (neg_quality_get_number (object, NEG_RECORD_DEVIATION_INDEX, 0, deviation))
    return TRUE;
  *deviation = *computed;
  return isfinite (*computed);
}

static void
check_deviation (NegQualityRun *run, NegQualityObject *object)
{
  const char *modality = neg_quality_get (object, NEG_RECORD_MODALITY), *part = neg_quality_get (object, NEG_RECORD_BODY_PART);
  double deviation, computed, limit;

  if (!get_deviation (object, &deviation, &computed))
    return;
  if (neg_quality_rules_get_limit (run->rules, NEG_LIMIT_DEVIATION, modality, part, &limit) && fabs (deviation) > limit) {
    neg_quality_report_image (run, NEG_CHECK_DEVIATION_INDEX, NEG_SEVERITY_ERROR, object, g_strdup_printf ("%+.1f", deviation),
                              g_strdup_printf (_ ("from %+.1f to %+.1f"), -limit, limit),
                              deviation < 0 ? _ ("Too little exposure: noise hides fine structures.")
                                            : _ ("More dose than the picture needs."),
                              deviation < 0 ? NEG_ACTION_REJECT : NEG_ACTION_LOOK);
    return;
  }
  if (isfinite (computed) && fabs (computed - deviation) > DEVIATION_TOLERANCE)
    neg_quality_report_image (run, NEG_CHECK_DEVIATION_INDEX, NEG_SEVERITY_NOTE, object, g_strdup_printf ("%+.1f", deviation),
                              g_strdup_printf (_ ("%+.1f, from exposure index and target"), computed),
                              _ ("The station computes it in a way of its own."), NEG_ACTION_LOOK);
}

void
neg_quality_check_exposure (NegQualityRun *run)
{
  for (guint i = 0; i < run->objects->len; i++) {
    check_index (run, run->objects->pdata[i]);
    check_deviation (run, run->objects->pdata[i]);
  }
}
