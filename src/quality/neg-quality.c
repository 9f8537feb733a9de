#include "config.h"

#include "quality/neg-quality-private.h"

#include <stdlib.h>
#include <string.h>

NegQualityObject *
neg_quality_object_new (void)
{
  return g_new0 (NegQualityObject, 1);
}

void
neg_quality_object_free (NegQualityObject *object)
{
  if (object == NULL)
    return;
  neg_object_record_free (object->record);
  g_free (object->path);
  g_free (object->unreadable);
  g_free (object->replaced_digest);
  g_free (object->pixels);
  g_clear_pointer (&object->dose, g_hash_table_unref);
  g_strfreev (object->oddities);
  g_free (object);
}

void
neg_quality_set (char **text, const char *value)
{
  char *copy = g_strdup (value != NULL ? value : "");

  g_free (*text);
  *text = copy;
}

static void
set_texts (char ***texts, guint n, gboolean is_empty)
{
  for (guint i = 0; i < n; i++)
    if (is_empty)
      *texts[i] = g_strdup ("");
    else
      g_free (*texts[i]);
}

static void
set_expectation (NegQualityExpectation *item, gboolean is_empty)
{
  char **texts[] = { &item->patient_id, &item->issuer,     &item->patient_name, &item->birth_date,
                     &item->sex,        &item->accession,  &item->accession_issuer, &item->study_uid,
                     &item->procedure,  &item->procedure_code, &item->modality, &item->body_part,
                     &item->laterality, &item->station,    &item->scheduled };

  set_texts (texts, G_N_ELEMENTS (texts), is_empty);
}

static void
set_neighbour (NegQualityNeighbour *item, gboolean is_empty)
{
  char **texts[] = { &item->study_uid, &item->patient_id, &item->issuer,   &item->name_key, &item->accession,
                     &item->date,      &item->time,       &item->modality, &item->station,  &item->body_part,
                     &item->frame_of_reference_uid, &item->description };

  set_texts (texts, G_N_ELEMENTS (texts), is_empty);
}

static void
free_expectation (gpointer item)
{
  set_expectation (item, FALSE);
  g_free (item);
}

static void
free_neighbour (gpointer item)
{
  set_neighbour (item, FALSE);
  g_free (item);
}

static void
free_announced (gpointer data)
{
  NegQualityAnnounced *item = data;

  g_free (item->sop_instance_uid);
  g_free (item->status);
  g_ptr_array_unref (item->sop_uids);
  g_free (item);
}

static void
free_destination (gpointer data)
{
  NegQualityDestination *item = data;

  g_free (item->peer);
  g_hash_table_unref (item->refused);
  g_free (item);
}

NegQualityStudy *
neg_quality_study_new (void)
{
  NegQualityStudy *study = g_new (NegQualityStudy, 1);

  study->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_quality_object_free);
  study->expectations = g_ptr_array_new_with_free_func (free_expectation);
  study->neighbours = g_ptr_array_new_with_free_func (free_neighbour);
  study->announced = g_ptr_array_new_with_free_func (free_announced);
  study->destinations = g_ptr_array_new_with_free_func (free_destination);
  return study;
}

void
neg_quality_study_free (NegQualityStudy *study)
{
  if (study == NULL)
    return;
  g_ptr_array_unref (study->objects);
  g_ptr_array_unref (study->expectations);
  g_ptr_array_unref (study->neighbours);
  g_ptr_array_unref (study->announced);
  g_ptr_array_unref (study->destinations);
  g_free (study);
}

void
neg_quality_study_add_object (NegQualityStudy *study, NegQualityObject *object)
{
  g_ptr_array_add (study->objects, object);
}

NegQualityExpectation *
neg_quality_study_add_expectation (NegQualityStudy *study)
{
  NegQualityExpectation *item = g_new0 (NegQualityExpectation, 1);

  set_expectation (item, TRUE);
  g_ptr_array_add (study->expectations, item);
  return item;
}

NegQualityNeighbour *
neg_quality_study_add_neighbour (NegQualityStudy *study)
{
  NegQualityNeighbour *item = g_new0 (NegQualityNeighbour, 1);

  set_neighbour (item, TRUE);
  g_ptr_array_add (study->neighbours, item);
  return item;
}

NegQualityAnnounced *
neg_quality_study_add_announced (NegQualityStudy *study)
{
  NegQualityAnnounced *item = g_new0 (NegQualityAnnounced, 1);

  item->sop_instance_uid = g_strdup ("");
  item->status = g_strdup ("");
  item->sop_uids = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (study->announced, item);
  return item;
}

NegQualityDestination *
neg_quality_study_add_destination (NegQualityStudy *study)
{
  NegQualityDestination *item = g_new0 (NegQualityDestination, 1);

  item->peer = g_strdup ("");
  item->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (study->destinations, item);
  return item;
}

/* --- a run --- */

static void
free_series (gpointer data)
{
  NegQualitySeries *series = data;

  g_ptr_array_unref (series->objects);
  g_free (series);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const NegQualityObject *const *left = a, *const *right = b;
  double x = 0, y = 0;

  neg_quality_get_number (*left, NEG_RECORD_INSTANCE_NUMBER, 0, &x);
  neg_quality_get_number (*right, NEG_RECORD_INSTANCE_NUMBER, 0, &y);
  return (x > y) - (x < y);
}

static void
add_to_series (NegQualityRun *run, GHashTable *known, NegQualityObject *object)
{
  const char *uid = neg_quality_get (object, NEG_RECORD_SERIES_UID);
  NegQualitySeries *series = g_hash_table_lookup (known, uid);

  if (series == NULL) {
    series = g_new0 (NegQualitySeries, 1);
    series->uid = uid;
    series->modality = neg_quality_get (object, NEG_RECORD_MODALITY);
    series->objects = g_ptr_array_new ();
    g_hash_table_insert (known, (gpointer) uid, series);
    g_ptr_array_add (run->series, series);
  }
  series->has_images |= neg_quality_is_image (object);
  g_ptr_array_add (series->objects, object);
}

/* Of most images; without images of most objects. */
static const char *
find_modality (NegQualityRun *run)
{
  g_autoptr (GPtrArray) images = g_ptr_array_new ();
  g_autoptr (GHashTable) groups = NULL;
  const char *largest;

  for (guint i = 0; i < run->objects->len; i++)
    if (neg_quality_is_image (run->objects->pdata[i]))
      g_ptr_array_add (images, run->objects->pdata[i]);
  groups = neg_quality_group (images->len > 0 ? images : run->objects, NEG_RECORD_MODALITY, FALSE);
  largest = neg_quality_get_largest (groups);
  return largest != NULL ? largest : ""; /* of a record, so it stays */
}

static void
init_run (NegQualityRun *run)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  run->objects = g_ptr_array_new ();
  run->series = g_ptr_array_new_with_free_func (free_series);
  run->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_finding_free);
  for (guint i = 0; i < run->study->objects->len; i++) {
    NegQualityObject *object = run->study->objects->pdata[i];

    if (object->record == NULL)
      continue;
    g_ptr_array_add (run->objects, object);
    add_to_series (run, known, object);
  }
  for (guint i = 0; i < run->series->len; i++)
    g_ptr_array_sort (((NegQualitySeries *) run->series->pdata[i])->objects, compare_numbers);
  run->modality = find_modality (run);
}

/* Worst first; the sort is stable, and the checks ran in the order in which they are listed. */
static int
compare_findings (gconstpointer a, gconstpointer b)
{
  const NegFinding *const *left = a, *const *right = b;

  return (int) (*right)->severity - (int) (*left)->severity;
}

static void (*const families[]) (NegQualityRun *) = {
  neg_quality_check_identity, neg_quality_check_order,    neg_quality_check_laterality, neg_quality_check_split,
  neg_quality_check_missing,  neg_quality_check_doubled,  neg_quality_check_geometry,   neg_quality_check_pixels,
  neg_quality_check_exposure, neg_quality_check_dose,     neg_quality_check_syntax,     neg_quality_check_values,
};

GPtrArray *
neg_quality_check (const NegQualityStudy *study, const NegQualityRules *rules, gint64 now_us, GTimeZone *zone)
{
  NegQualityRun run = { .study = study, .rules = rules, .now_us = now_us, .zone = zone };

  init_run (&run);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    families[i] (&run);
  g_ptr_array_sort (run.findings, compare_findings);
  g_ptr_array_unref (run.objects);
  g_ptr_array_unref (run.series);
  return run.findings;
}
