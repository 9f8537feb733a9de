/* Dose against the site's limits: what headers say, and what a dose report said and was handed in. The worst of a study is told, once
 * for each quantity. */
#include "config.h"

#include "quality/neg-quality-dose.h"

#include <glib/gi18n.h>

#include "quality/neg-quality-private.h"

static const struct {
  const char *name;     /* of the table */
  NegRecordField field; /* of the header; NEG_RECORD_N_FIELDS: none */
  double factor;        /* from the header's unit */
  NegQualityLimit limit;
  const char *unit, *words;
} quantities[] = {
  { NEG_DOSE_CTDI_VOL, NEG_RECORD_CTDI_VOL, 1, NEG_LIMIT_CTDI_MGY, "mGy", N_ ("CTDIvol") },
  { NEG_DOSE_DLP, NEG_RECORD_N_FIELDS, 1, NEG_LIMIT_DLP_MGYCM, "mGy·cm", N_ ("dose length product") },
  /* (0018,115E) is in dGy.cm2, (0040,0316) in dGy, (0040,8302) in mGy (PS3.3 C.8.7.2, C.8.11.7, C.4.16). */
  { NEG_DOSE_DAP, NEG_RECORD_DOSE_AREA, 0.1, NEG_LIMIT_DAP_GYCM2, "Gy·cm²", N_ ("dose area product") },
  { NEG_DOSE_ENTRANCE, NEG_RECORD_ENTRANCE_DOSE, 1, NEG_LIMIT_ENTRANCE_MGY, "mGy", N_ ("entrance dose") },
  { NEG_DOSE_ORGAN, NEG_RECORD_ORGAN_DOSE, 100, NEG_LIMIT_ORGAN_MGY, "mGy", N_ ("organ dose") },
};

static gboolean
get_value (const NegQualityObject *object, guint quantity, double *value)
{
  const double *known = object->dose != NULL ? g_hash_table_lookup (object->dose, quantities[quantity].name) : NULL;

  if (known != NULL) {
    *value = *known;
    return TRUE;
  }
  if (quantities[quantity].field == NEG_RECORD_N_FIELDS
      || !neg_quality_get_number (object, quantities[quantity].field, 0, value))
    return FALSE;
  *value *= quantities[quantity].factor;
  return TRUE;
}

/* A dose report is SR; limits are those of the modality that it is about. */
static const char *
get_modality (const NegQualityRun *run, const NegQualityObject *object)
{
  const char *modality = neg_quality_get (object, NEG_RECORD_MODALITY);

  return g_str_equal (modality, "SR") ? run->modality : modality;
}

static void
check_quantity (NegQualityRun *run, guint quantity)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  double worst = 0, worst_limit = 0;

  for (guint i = 0; i < run->objects->len; i++) {
    NegQualityObject *object = run->objects->pdata[i];
    double value, limit;

    if (!get_value (object, quantity, &value)
        || !neg_quality_rules_get_limit (run->rules, quantities[quantity].limit, get_modality (run, object),
                                         neg_quality_get (object, NEG_RECORD_BODY_PART), &limit)
        || value <= limit)
      continue;
    g_ptr_array_add (objects, object);
    if (value > worst) {
      worst = value;
      worst_limit = limit;
    }
  }
  if (objects->len > 0)
    neg_quality_report (run, NEG_CHECK_DOSE, NEG_SEVERITY_ERROR, objects,
                        g_strdup_printf ("%s %.4g %s", _ (quantities[quantity].words), worst, quantities[quantity].unit),
                        g_strdup_printf (_ ("at most %.4g %s"), worst_limit, quantities[quantity].unit),
                        _ ("Doses above the site's limit are written down with a reason."));
}

void
neg_quality_check_dose (NegQualityRun *run)
{
  for (guint i = 0; i < G_N_ELEMENTS (quantities); i++)
    check_quantity (run, i);
}
