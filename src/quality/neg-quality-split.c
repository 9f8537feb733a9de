/* One examination in several studies, and several examinations in one. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#include "model/neg-identity.h"

/* Minutes of the day of a DICOM time, HHMM...; -1: none. */
static int
read_minutes (const char *time)
{
  if (strlen (time) < 4 || strspn (time, "0123456789") < 4)
    return -1;
  return ((time[0] - '0') * 10 + time[1] - '0') * 60 + (time[2] - '0') * 10 + time[3] - '0';
}

static gboolean
is_same_patient (const NegQualityObject *object, const NegQualityNeighbour *neighbour)
{
  g_autofree char *key = neg_identity_dup_name_key (neg_quality_get (object, NEG_RECORD_PATIENT_NAME));
  g_autofree char *id = neg_identity_dup_id (neg_quality_get (object, NEG_RECORD_PATIENT_ID));

  return *id != '\0' && g_str_equal (id, neighbour->patient_id)
         && (*key == '\0' || *neighbour->name_key == '\0' || g_str_equal (key, neighbour->name_key));
}

static gboolean
has_frame_of_reference (const NegQualityRun *run, const char *uid)
{
  for (guint i = 0; *uid != '\0' && i < run->objects->len; i++)
    if (g_str_equal (neg_quality_get (run->objects->pdata[i], NEG_RECORD_FRAME_OF_REFERENCE_UID), uid))
      return TRUE;
  return FALSE;
}

/* Of a study of several: "CT\\SR". */
static gboolean
has_modality (const NegQualityNeighbour *neighbour, const char *modality)
{
  g_auto (GStrv) all = g_strsplit (neighbour->modality, "\\", -1);

  return g_strv_contains ((const char *const *) all, modality);
}

typedef enum { SPLIT_NOT, SPLIT_PERHAPS, SPLIT_LIKELY } Split;

/* Two orders, both with their own number, are two examinations even where they were made in one go. */
static gboolean
are_two_orders (const NegQualityRun *run, const NegQualityObject *object, const NegQualityNeighbour *neighbour)
{
  const char *accession = neg_quality_get (object, NEG_RECORD_ACCESSION);

  return *accession != '\0' && *neighbour->accession != '\0' && !g_str_equal (accession, neighbour->accession)
         && (neighbour->has_order || neg_quality_find_order (run) != NULL || run->study->expectations->len == 0);
}

static gboolean
is_near_in_time (const NegQualityRun *run, const NegQualityObject *object, const NegQualityNeighbour *neighbour)
{
  double minutes = 0;
  int here = read_minutes (neg_quality_get (object, NEG_RECORD_STUDY_TIME)), there = read_minutes (neighbour->time);

  neg_quality_rules_get_limit (run->rules, NEG_LIMIT_SPLIT_MINUTES, run->modality, NULL, &minutes);
  return here >= 0 && there >= 0 && abs (here - there) <= minutes;
}

static Split
judge (const NegQualityRun *run, const NegQualityObject *object, const NegQualityNeighbour *neighbour)
{
  const char *accession = neg_quality_get (object, NEG_RECORD_ACCESSION), *station = neg_quality_get (object, NEG_RECORD_STATION);

  if (!is_same_patient (object, neighbour) || g_str_equal (neg_quality_get (object, NEG_RECORD_STUDY_UID), neighbour->study_uid)
      || !g_str_equal (neg_quality_get (object, NEG_RECORD_STUDY_DATE), neighbour->date)
      || !has_modality (neighbour, run->modality) || are_two_orders (run, object, neighbour))
    return SPLIT_NOT;
  if (has_frame_of_reference (run, neighbour->frame_of_reference_uid)
      || (*accession != '\0' && g_str_equal (accession, neighbour->accession)))
    return SPLIT_LIKELY;
  if (neg_quality_is_section (run->modality) && *station != '\0' && g_str_equal (station, neighbour->station)
      && is_near_in_time (run, object, neighbour))
    return SPLIT_PERHAPS;
  return SPLIT_NOT;
}

static void
check_split (NegQualityRun *run)
{
  g_autoptr (GString) uids = g_string_new (NULL);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  Split worst = SPLIT_NOT;
  guint n = 0;
  NegFinding *finding;

  for (guint i = 0; i < run->study->neighbours->len; i++) {
    const NegQualityNeighbour *neighbour = run->study->neighbours->pdata[i];
    Split split = judge (run, run->objects->pdata[0], neighbour);

    /* Known from two sides: as files, and in the archive. */
    if (split == SPLIT_NOT || !g_hash_table_add (seen, neighbour->study_uid))
      continue;
    worst = MAX (worst, split);
    n++;
    g_string_append_printf (uids, "%s%s", uids->len > 0 ? "\\" : "", neighbour->study_uid);
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "",
                            *neighbour->description != '\0' ? neighbour->description : neighbour->body_part);
  }
  if (n == 0)
    return;
  finding = neg_quality_report (run, NEG_CHECK_STUDY_SPLIT, worst == SPLIT_LIKELY ? NEG_SEVERITY_ERROR : NEG_SEVERITY_NOTE, NULL,
                                g_strdup_printf (ngettext ("%u more study of the same examination: %s",
                                                           "%u more studies of the same examination: %s", n),
                                                 n, names->str),
                                g_strdup (_ ("one study")), _ ("One is read, and the others wait for a report that never comes."));
  neg_quality_mend (finding, NEG_ACTION_MERGE, g_string_free (g_steal_pointer (&uids), FALSE));
}

/* --- several orders in one study --- */

static void
report_mixed (NegQualityRun *run, NegSeverity most, GPtrArray *objects, const char *text, const char *expected)
{
  g_autofree char *series = neg_quality_dup_series_names (objects);
  NegFinding *finding
      = neg_quality_report (run, NEG_CHECK_STUDY_MIXED, most, objects, g_strdup_printf (_ ("%s, in series %s"), text, series),
                            g_strdup_printf (_ ("%s, as all others"), expected),
                            _ ("One of the two reports would find no images."));

  neg_quality_mend (finding, NEG_ACTION_SPLIT, neg_quality_join_series_uids (objects));
}

static gboolean
check_mixed (NegQualityRun *run, NegRecordField field, NegSeverity most, const char *keep)
{
  g_autoptr (GHashTable) groups = neg_quality_group (run->objects, field, FALSE);
  g_autoptr (GList) texts = g_list_sort (g_hash_table_get_keys (groups), (GCompareFunc) strcmp);
  const char *main_text = keep != NULL && g_hash_table_contains (groups, keep) ? keep : neg_quality_get_largest (groups);

  for (GList *at = texts; at != NULL; at = at->next)
    if (!g_str_equal (at->data, main_text))
      report_mixed (run, most, g_hash_table_lookup (groups, at->data), at->data, main_text);
  return g_hash_table_size (groups) > 1;
}

void
neg_quality_check_split (NegQualityRun *run)
{
  const NegQualityExpectation *order = neg_quality_find_order (run);

  if (run->objects->len == 0)
    return;
  check_split (run);
  /* Several steps of one request are usual; several requests under one accession number are, too, when they were made in one go. */
  if (!check_mixed (run, NEG_RECORD_ACCESSION, NEG_SEVERITY_ERROR, order != NULL ? order->accession : NULL))
    check_mixed (run, NEG_RECORD_REQUEST_PROCEDURE_ID, NEG_SEVERITY_NOTE, NULL);
}
