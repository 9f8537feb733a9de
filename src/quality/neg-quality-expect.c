/* Which order the study is of. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include "model/neg-identity.h"

static gboolean
has_value (const NegQualityRun *run, NegRecordField field, const char *value)
{
  for (guint i = 0; *value != '\0' && i < run->objects->len; i++)
    if (g_str_equal (neg_quality_get (run->objects->pdata[i], field), value))
      return TRUE;
  return FALSE;
}

const NegQualityExpectation *
neg_quality_find_order (const NegQualityRun *run)
{
  GPtrArray *all = run->study->expectations;
  const NegQualityExpectation *found = NULL;

  for (guint pass = 0; pass < 6 && found == NULL; pass++)
    for (guint i = 0; i < all->len && found == NULL; i++) {
      const NegQualityExpectation *item = all->pdata[i];

      /* An order first: an item of a modality worklist says less, and cannot be matched. */
      if (pass % 2 == 0 && item->order == 0)
        continue;
      if (pass / 2 == 0 ? item->is_matched
          : pass / 2 == 1 ? has_value (run, NEG_RECORD_ACCESSION, item->accession)
                          : has_value (run, NEG_RECORD_STUDY_UID, item->study_uid))
        found = item;
    }
  return found;
}

/* The same modality, and either the same ID or a name that is nearly the same with the same birth date. */
static gboolean
is_likely (const NegQualityRun *run, const NegQualityExpectation *item)
{
  const NegQualityObject *object;

  if (run->objects->len == 0 || item->is_matched)
    return FALSE;
  object = run->objects->pdata[0];
  if (*item->modality != '\0' && *run->modality != '\0' && g_strrstr (item->modality, run->modality) == NULL)
    return FALSE;
  if (*item->patient_id != '\0'
      && neg_quality_compare_ids (item->patient_id, neg_quality_get (object, NEG_RECORD_PATIENT_ID)) == NEG_LIKE_EQUAL)
    return TRUE;
  return *item->patient_name != '\0'
         && neg_quality_compare_names (item->patient_name, neg_quality_get (object, NEG_RECORD_PATIENT_NAME)) < NEG_LIKE_PART
         && g_str_equal (item->birth_date, neg_quality_get (object, NEG_RECORD_BIRTH_DATE));
}

const NegQualityExpectation *
neg_quality_find_likely_order (const NegQualityRun *run)
{
  GPtrArray *all = run->study->expectations;
  const NegQualityExpectation *found = NULL;

  for (guint i = 0; i < all->len; i++)
    if (is_likely (run, all->pdata[i])) {
      if (found != NULL)
        return NULL;
      found = all->pdata[i];
    }
  return found;
}
