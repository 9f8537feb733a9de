#include "config.h"

#include "quality/neg-quality-archive.h"

#include <string.h>

#include "base/neg-error.h"
#include "model/neg-identity.h"
#include "store/neg-facts.h"
#include "store/neg-orders.h"
#include "store/neg-performed.h"
#include "store/neg-pledges.h"
#include "store/neg-rejections.h"

#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

/* --- which study --- */

void
neg_quality_subject_free (NegQualitySubject *subject)
{
  if (subject == NULL)
    return;
  g_free (subject->study_uid);
  g_free (subject->patient_id);
  g_free (subject->issuer);
  g_free (subject->name_key);
  g_free (subject->birth_date);
  g_free (subject->accession);
  g_free (subject->date);
  g_free (subject);
}

NegQualitySubject *
neg_quality_subject_new (NegDatabase *database, gint64 study_id, GError **error)
{
  g_autoptr (NegQualitySubject) subject = g_new0 (NegQualitySubject, 1);
  char **texts[] = { &subject->study_uid,  &subject->patient_id, &subject->issuer, &subject->name_key,
                     &subject->birth_date, &subject->accession,  &subject->date };
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT t.study_uid, t.patient_id, t.issuer, t.name_key, t.birth_date, t.accession, t.date, coalesce (e.id, 0),"
      " coalesce (e.time_us, t.arrived_us) FROM study t LEFT JOIN entry e ON e.study_rowid <> 0 AND e.study_rowid = t.id"
      " WHERE t.id = ?1",
      error);
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, study_id);
  if (!neg_statement_step (row, &has_row, error))
    return NULL;
  if (!has_row) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "This study is not in the archive any more");
    return NULL;
  }
  subject->study_id = study_id;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_strdup (neg_statement_get_text (row, (int) i));
  subject->entry = neg_statement_get_int (row, 7);
  subject->time_us = neg_statement_get_int (row, 8);
  neg_statement_reset (row);
  return g_steal_pointer (&subject);
}

static char *
dup_field (const NegObjectRecord *record, NegRecordField field)
{
  return g_strdup (record->text[field] != NULL ? record->text[field] : "");
}

static gboolean
read_digits (const char *text, guint first, guint n, int *number)
{
  *number = 0;
  if (text == NULL || strlen (text) < first + n)
    return FALSE;
  for (guint i = first; i < first + n; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    *number = *number * 10 + (text[i] - '0');
  }
  return TRUE;
}

/* 0: not known. */
static gint64
get_time_us (const NegObjectRecord *record, GTimeZone *zone)
{
  const char *date = record->text[NEG_RECORD_STUDY_DATE], *time = record->text[NEG_RECORD_STUDY_TIME];
  g_autoptr (GDateTime) moment = NULL;
  int year, month, day, hour, minute;

  if (!read_digits (date, 0, 4, &year) || !read_digits (date, 4, 2, &month) || !read_digits (date, 6, 2, &day))
    return 0;
  if (!read_digits (time, 0, 2, &hour) || !read_digits (time, 2, 2, &minute))
    hour = minute = 0;
  moment = g_date_time_new (zone, year, month, day, hour, minute, 0);
  return moment != NULL ? g_date_time_to_unix (moment) * G_USEC_PER_SEC : 0;
}

NegQualitySubject *
neg_quality_subject_new_for_record (const NegObjectRecord *record, GTimeZone *zone)
{
  NegQualitySubject *subject = g_new0 (NegQualitySubject, 1);

  subject->study_uid = dup_field (record, NEG_RECORD_STUDY_UID);
  subject->patient_id = neg_identity_dup_id (record->text[NEG_RECORD_PATIENT_ID]);
  subject->issuer = neg_identity_dup_id (record->text[NEG_RECORD_ISSUER]);
  subject->name_key = neg_identity_dup_name_key (record->text[NEG_RECORD_PATIENT_NAME]);
  subject->birth_date = dup_field (record, NEG_RECORD_BIRTH_DATE);
  subject->accession = dup_field (record, NEG_RECORD_ACCESSION);
  subject->date = dup_field (record, NEG_RECORD_STUDY_DATE);
  subject->time_us = get_time_us (record, zone);
  return subject;
}

/* ?1 entry, ?2 accession, ?3 study UID, ?4 patient ID, ?5 and ?6 within a day, ?7 date. */
static void
bind_subject (NegStatement *statement, const NegQualitySubject *subject)
{
  neg_statement_bind_int (statement, 1, subject->entry);
  neg_statement_bind_text (statement, 2, subject->accession);
  neg_statement_bind_text (statement, 3, subject->study_uid);
  neg_statement_bind_text (statement, 4, subject->patient_id);
  neg_statement_bind_int (statement, 5, subject->time_us - DAY_US);
  neg_statement_bind_int (statement, 6, subject->time_us + DAY_US);
  neg_statement_bind_text (statement, 7, subject->date);
}

#define SAME_DAY "time_us BETWEEN ?5 AND ?6 AND (study_date = ?7 OR abs (2 * time_us - ?5 - ?6) < ?6 - ?5)"

/* --- what was ordered --- */

/* Entries that somebody asked for: this study's own, those of its numbers, and those of that day that are nobody's yet, of the same ID,
 * or of another one and the same name or birth date. */
#define ORDERED                                                                                                        \
  "SELECT id FROM entry WHERE id = ?1"                                                                                 \
  " UNION SELECT id FROM (SELECT id FROM entry WHERE accession <> '' AND accession = ?2 LIMIT 20)"                      \
  " UNION SELECT id FROM (SELECT id FROM entry WHERE study_uid <> '' AND study_uid = ?3 LIMIT 20)"                      \
  " UNION SELECT id FROM (SELECT id FROM entry WHERE patient_id <> '' AND patient_id = ?4 AND n_here = 0 AND " SAME_DAY \
  " LIMIT 50)"                                                                                                         \
  " UNION SELECT id FROM (SELECT id FROM entry WHERE status = 0 AND " SAME_DAY                                         \
  " AND ((name_key <> '' AND name_key = ?8) OR (birth_date <> '' AND birth_date = ?9)) LIMIT 50)"

#define LIST_ORDERED                                                                                                   \
  "SELECT s.order_id, s.entry_id = ?1, s.patient_id, s.issuer, s.patient_name, s.birth_date, s.sex, s.accession,"      \
  " s.accession_issuer, s.study_uid, s.description, s.modalities, s.body_part, s.location, s.date || s.time"           \
  " FROM entry_source s WHERE s.entry_id IN (" ORDERED ") AND s.kind IN (1, 2) AND s.is_over = 0 ORDER BY s.id LIMIT 100"

static void
read_expectation (NegStatement *row, NegQualityExpectation *item)
{
  char **texts[] = { &item->patient_id,       &item->issuer,    &item->patient_name, &item->birth_date, &item->sex,
                     &item->accession,        &item->accession_issuer, &item->study_uid, &item->procedure,
                     &item->modality,         &item->body_part, &item->station,      &item->scheduled };

  item->order = neg_statement_get_int (row, 0);
  item->is_matched = neg_statement_get_int (row, 1) != 0;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    neg_quality_set (texts[i], neg_statement_get_text (row, 2 + (int) i));
}

/* What an order says that an entry does not show, and who its patient is now. */
static gboolean
complete_order (NegDatabase *database, NegQualityExpectation *item, GError **error)
{
  g_autoptr (NegOrder) order = neg_orders_find (database, item->order, error);

  if (order == NULL)
    return FALSE;
  neg_quality_set (&item->patient_id, order->patient_id);
  neg_quality_set (&item->issuer, order->issuer);
  neg_quality_set (&item->patient_name, order->patient_name);
  neg_quality_set (&item->birth_date, order->birth_date);
  neg_quality_set (&item->sex, order->sex);
  neg_quality_set (&item->procedure, order->procedure);
  neg_quality_set (&item->procedure_code, order->procedure_code);
  neg_quality_set (&item->body_part, order->body_part);
  neg_quality_set (&item->laterality, order->laterality);
  neg_quality_set (&item->station, order->station);
  return TRUE;
}

static gboolean
gather_ordered (NegDatabase *database, const NegQualitySubject *subject, NegQualityStudy *study, GError **error)
{
  NegStatement *row = neg_database_prepare (database, LIST_ORDERED, error);
  g_autoptr (GPtrArray) orders = g_ptr_array_new (); /* borrowed */
  gboolean has_row = row != NULL;

  if (row == NULL)
    return FALSE;
  bind_subject (row, subject);
  neg_statement_bind_text (row, 8, subject->name_key);
  neg_statement_bind_text (row, 9, subject->birth_date);
  while (has_row) {
    NegQualityExpectation *item;

    if (!neg_statement_step (row, &has_row, error))
      return FALSE;
    if (!has_row)
      break;
    item = neg_quality_study_add_expectation (study);
    read_expectation (row, item);
    if (item->order != 0)
      g_ptr_array_add (orders, item);
  }
  for (guint i = 0; i < orders->len; i++)
    if (!complete_order (database, orders->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* --- what is near --- */

#define NEAR                                                                                                           \
  "SELECT id FROM (SELECT id FROM entry WHERE patient_id <> '' AND patient_id = ?4 AND study_rowid <> 0 AND " SAME_DAY  \
  " LIMIT 50) UNION SELECT id FROM (SELECT id FROM entry WHERE accession <> '' AND accession = ?2 AND study_rowid <> 0" \
  " LIMIT 20)"

#define LIST_NEAR                                                                                                      \
  "SELECT t.id, e.n_here, EXISTS (SELECT 1 FROM entry_source s WHERE s.entry_id = e.id AND s.kind IN (1, 2)),"         \
  " t.study_uid, t.patient_id, t.issuer, t.name_key, t.accession, t.date, t.time, e.modalities,"                       \
  " coalesce ((SELECT max (station) FROM series s WHERE s.study_id = t.id), ''), e.body_part, t.description"           \
  " FROM entry e CROSS JOIN study t ON t.id = e.study_rowid WHERE e.id IN (" NEAR ")"                                  \
  " AND e.id <> ?1 AND t.id <> ?8 AND e.n_here > 0 ORDER BY t.id LIMIT 50"

static void
read_neighbour (NegStatement *row, NegQualityNeighbour *item)
{
  char **texts[] = { &item->study_uid, &item->patient_id, &item->issuer,    &item->name_key,  &item->accession, &item->date,
                     &item->time,      &item->modality,   &item->station,   &item->body_part, &item->description };

  item->study_id = neg_statement_get_int (row, 0);
  item->n_objects = (guint) neg_statement_get_int (row, 1);
  item->has_order = neg_statement_get_int (row, 2) != 0;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    neg_quality_set (texts[i], neg_statement_get_text (row, 3 + (int) i));
}

/* Of one of its objects. */
static gboolean
complete_neighbour (NegDatabase *database, NegQualityNeighbour *item, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT f.facts FROM series s CROSS JOIN instance i ON i.series_id = s.id CROSS JOIN instance_facts f"
      " ON f.instance_id = i.id WHERE s.study_id = ?1 AND i.superseded_by IS NULL LIMIT 1",
      error);
  g_autoptr (NegObjectRecord) record = NULL;
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, item->study_id);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (has_row)
    record = neg_facts_read (row, 0);
  neg_statement_reset (row);
  if (record != NULL)
    neg_quality_set (&item->frame_of_reference_uid, record->text[NEG_RECORD_FRAME_OF_REFERENCE_UID]);
  return TRUE;
}

static gboolean
gather_near (NegDatabase *database, const NegQualitySubject *subject, NegQualityStudy *study, GError **error)
{
  NegStatement *row = neg_database_prepare (database, LIST_NEAR, error);
  g_autoptr (GPtrArray) near = g_ptr_array_new (); /* borrowed */
  gboolean has_row = row != NULL;

  if (row == NULL)
    return FALSE;
  bind_subject (row, subject);
  neg_statement_bind_int (row, 8, subject->study_id);
  while (has_row) {
    NegQualityNeighbour *item;

    if (!neg_statement_step (row, &has_row, error))
      return FALSE;
    if (!has_row)
      break;
    item = neg_quality_study_add_neighbour (study);
    read_neighbour (row, item);
    g_ptr_array_add (near, item);
  }
  for (guint i = 0; i < near->len; i++)
    if (!complete_neighbour (database, near->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* --- what was announced --- */

/* Any version, in any study: what was moved or corrected has come. */
static gboolean
has_come (NegDatabase *database, const char *sop_instance_uid, gboolean *has, GError **error)
{
  NegStatement *row
      = neg_database_prepare (database, "SELECT 1 FROM instance WHERE sop_instance_uid = ?1 LIMIT 1", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, sop_instance_uid);
  if (!neg_statement_step (row, has, error))
    return FALSE;
  neg_statement_reset (row);
  return TRUE;
}

/* What was rejected is not missing. */
static gboolean
add_announced (NegDatabase *database, NegQualityAnnounced *item, const NegPerformedStep *step, GHashTable *rejected, GError **error)
{
  for (guint i = 0; i < step->objects->len; i++) {
    const char *uid = ((const NegPerformedObject *) step->objects->pdata[i])->sop_instance_uid;
    gboolean has;

    if (g_hash_table_contains (rejected, uid))
      continue;
    if (!has_come (database, uid, &has, error))
      return FALSE;
    if (has)
      item->n_come++;
    else
      g_ptr_array_add (item->sop_uids, g_strdup (uid));
  }
  return TRUE;
}

static gboolean
gather_asked (NegDatabase *database, const NegQualitySubject *subject, GHashTable *rejected, NegQualityStudy *study, GError **error)
{
  g_autoptr (GPtrArray) gaps = neg_pledges_list_gaps (database, subject->study_id, error);

  for (guint i = 0; gaps != NULL && i < gaps->len; i++) {
    const NegPledgeGap *gap = gaps->pdata[i];
    NegQualityAnnounced *item;

    if (gap->missing->len == 0)
      continue;
    item = neg_quality_study_add_announced (study);
    item->is_commitment = TRUE;
    neg_quality_set (&item->sop_instance_uid, gap->transaction_uid);
    item->n_studies = gap->n_studies;
    item->n_come = gap->n_objects - MIN (gap->n_objects, gap->missing->len);
    for (guint j = 0; j < gap->missing->len; j++)
      if (!g_hash_table_contains (rejected, gap->missing->pdata[j]))
        g_ptr_array_add (item->sop_uids, g_strdup (gap->missing->pdata[j]));
  }
  return gaps != NULL;
}

static gboolean
gather_announced (NegDatabase *database, const NegQualitySubject *subject, NegQualityStudy *study, GError **error)
{
  g_autoptr (GHashTable) rejected = neg_rejections_list_named (database, subject->study_id, error);
  g_autoptr (GPtrArray) steps
      = rejected != NULL ? neg_performed_list_of_study (database, subject->study_uid, error) : NULL;

  for (guint i = 0; steps != NULL && i < steps->len; i++) {
    const NegPerformedStep *step = steps->pdata[i];
    NegQualityAnnounced *item;

    /* What is said for a modality is made of the images that are here. */
    if (step->is_ours)
      continue;
    item = neg_quality_study_add_announced (study);
    neg_quality_set (&item->sop_instance_uid, step->sop_instance_uid);
    neg_quality_set (&item->status, step->status);
    if (!add_announced (database, item, step, rejected, error))
      return FALSE;
  }
  return steps != NULL && gather_asked (database, subject, rejected, study, error);
}

/* --- where it goes --- */

static gboolean
gather_destination (NegDatabase *database, const char *peer, NegQualityStudy *study, GError **error)
{
  NegStatement *row = neg_database_prepare (database,
                                            "SELECT sop_class_uid || '\\' || transfer_syntax_uid FROM peer_syntax"
                                            " WHERE peer = ?1 AND accepted = 0",
                                            error);
  NegQualityDestination *item;
  gboolean has_row = row != NULL;

  if (row == NULL)
    return FALSE;
  item = neg_quality_study_add_destination (study);
  neg_quality_set (&item->peer, peer);
  neg_statement_bind_text (row, 1, peer);
  while (has_row) {
    if (!neg_statement_step (row, &has_row, error))
      return FALSE;
    if (has_row)
      g_hash_table_add (item->refused, g_strdup (neg_statement_get_text (row, 0)));
  }
  return TRUE;
}

static GHashTable *
list_peers (NegDatabase *database, const NegQualitySubject *subject, const char *const *peers, GError **error)
{
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  NegStatement *row = neg_database_prepare (
      database, "SELECT DISTINCT peer FROM delivery WHERE study_id = ?1 AND settled_us = 0", error);
  gboolean has_row = row != NULL;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, subject->study_id);
  while (has_row) {
    if (!neg_statement_step (row, &has_row, error))
      return NULL;
    if (has_row)
      g_hash_table_add (all, g_strdup (neg_statement_get_text (row, 0)));
  }
  for (; peers != NULL && *peers != NULL; peers++)
    g_hash_table_add (all, g_strdup (*peers));
  return g_steal_pointer (&all);
}

static gboolean
gather_destinations (NegDatabase *database, const NegQualitySubject *subject, const char *const *peers,
                     NegQualityStudy *study, GError **error)
{
  g_autoptr (GHashTable) all = list_peers (database, subject, peers, error);
  g_autoptr (GList) names = all != NULL ? g_list_sort (g_hash_table_get_keys (all), (GCompareFunc) strcmp) : NULL;

  for (const GList *name = names; name != NULL; name = name->next)
    if (!gather_destination (database, name->data, study, error))
      return FALSE;
  return all != NULL;
}

gboolean
neg_quality_gather (NegDatabase *database, const NegQualitySubject *subject, const char *const *peers,
                    NegQualityStudy *study, GError **error)
{
  return gather_ordered (database, subject, study, error) && gather_near (database, subject, study, error)
         && gather_announced (database, subject, study, error)
         && gather_destinations (database, subject, peers, study, error);
}
