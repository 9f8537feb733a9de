/* What readers ask of the desk. */
#include "config.h"

#include "store/neg-desk.h"

#include "base/neg-error.h"
#include "store/neg-archive.h"
#include "store/neg-archive-private.h"
#include "store/neg-corrections.h"
#include "store/neg-deliveries.h"
#include "store/neg-facts.h"

void
neg_desk_row_free (NegDeskRow *row)
{
  if (row == NULL)
    return;
  g_free (row->study_uid);
  g_free (row->patient_name);
  g_free (row->patient_id);
  g_free (row->issuer);
  g_free (row->birth_date);
  g_free (row->sex);
  g_free (row->accession);
  g_free (row->description);
  g_free (row->modalities);
  g_free (row->date);
  g_free (row->time);
  g_free (row->station);
  g_free (row->failure);
  g_free (row->user);
  g_free (row->words);
  g_free (row);
}

void
neg_desk_object_free (NegDeskObject *object)
{
  if (object == NULL)
    return;
  neg_object_record_free (object->record);
  g_free (object->name);
  g_free (object->path);
  g_free (object->source);
  g_free (object->pixel_digest);
  g_free (object->pixel_facts);
  g_free (object);
}

void
neg_desk_replaced_free (NegDeskReplaced *replaced)
{
  if (replaced == NULL)
    return;
  g_free (replaced->name);
  g_free (replaced->path);
  g_free (replaced->digest);
  g_free (replaced);
}

/* --- rows --- */

#define OF_SERIES(what) "(SELECT " what " FROM series s WHERE s.study_id = d.study_id AND s.n_instances > 0)"
#define OF_CORRECTIONS(state)                                                                                          \
  "(SELECT count(*) FROM correction c WHERE (c.study_id = d.study_id OR (c.into_study_id <> 0"                         \
  " AND c.into_study_id = d.study_id)) AND c.state = " G_STRINGIFY (state) ")"
/* Of a delivery's objects that are not settled; ?2: now. */
#define OF_DELIVERIES(condition) "(SELECT count(*) FROM delivery v WHERE v.study_id = d.study_id" condition ")"
/* What was replaced before it left is not waited for. */
#define ANY_OBJECT(condition)                                                                                          \
  "EXISTS (SELECT 1 FROM delivery_object o WHERE o.delivery_id = v.id AND " condition " AND (o.state <> 0 OR EXISTS"   \
  " (SELECT 1 FROM instance i WHERE i.id = o.instance_id AND i.superseded_by IS NULL)))"

#define COLUMNS                                                                                                        \
  "SELECT d.study_id, coalesce ((SELECT e.id FROM entry e WHERE e.study_rowid <> 0 AND e.study_rowid = d.study_id), 0)," \
  " t.study_uid, t.patient_name, t.patient_id, t.issuer, t.birth_date, t.sex, t.accession, t.description,"             \
  " coalesce (" OF_SERIES ("replace (group_concat (DISTINCT nullif (s.modality, '')), ',', '\\')") ", ''), t.date, t.time," \
  " coalesce (" OF_SERIES ("max (s.station)") ", ''), d.failure, d.user, d.words, d.state, d.arrived_us, d.changed_us," \
  " d.due_us, d.checked_us, d.decided_us, " OF_SERIES ("count(*)") ", coalesce (" OF_SERIES ("sum (s.n_instances)")     \
  ", 0), d.worst, d.n_findings, " OF_CORRECTIONS (2) ", " OF_CORRECTIONS (0) ","                                       \
  " (SELECT count (DISTINCT o.sop_instance_uid) FROM rejection r JOIN rejection_object o ON o.rejection_id = r.id"      \
  " WHERE r.study_id = d.study_id AND r.undone_us = 0), " OF_DELIVERIES ("") ", "                                       \
  OF_DELIVERIES (" AND " ANY_OBJECT ("o.state = 3") " AND NOT " ANY_OBJECT ("o.state <> 3")) ", "                       \
  OF_DELIVERIES (" AND v.settled_us = 0 AND " ANY_OBJECT ("o.state = 4")) ", "                                          \
  OF_DELIVERIES (" AND v.settled_us = 0 AND v.commit_by_us > 0 AND v.commit_by_us < ?2 AND "                            \
                 ANY_OBJECT ("o.state NOT IN (3, 5)"))                                                                  \
  " FROM desk d JOIN study t ON t.id = d.study_id"

#define LIST_OPEN COLUMNS " WHERE d.state < 2 ORDER BY d.worst DESC, d.arrived_us, d.study_id LIMIT ?1"
#define LIST_ALL                                                                                                       \
  COLUMNS " ORDER BY d.state >= 2, iif (d.state < 2, d.worst, 0) DESC,"                                                \
          " iif (d.state < 2, d.arrived_us, -max (d.decided_us, d.changed_us)), d.study_id LIMIT ?1"
#define FIND COLUMNS " WHERE d.study_id = ?1"

static NegDeskRow *
read_row (NegStatement *row)
{
  NegDeskRow *desk = g_new0 (NegDeskRow, 1);
  char **texts[] = { &desk->study_uid, &desk->patient_name, &desk->patient_id, &desk->issuer,  &desk->birth_date,
                     &desk->sex,       &desk->accession,    &desk->description, &desk->modalities, &desk->date,
                     &desk->time,      &desk->station,      &desk->failure,    &desk->user,    &desk->words };
  gint64 *times[] = { &desk->arrived_us, &desk->changed_us, &desk->due_us, &desk->checked_us, &desk->decided_us };
  guint *counts[] = { &desk->n_series, &desk->n_objects, NULL, &desk->n_findings, &desk->n_corrections,
                      &desk->n_waiting_looks, &desk->n_rejected, &desk->n_deliveries, &desk->n_committed,
                      &desk->n_refused, &desk->n_late };

  G_STATIC_ASSERT (NEG_CORRECTION_WAITING == 0 && NEG_CORRECTION_APPLIED == 2);
  G_STATIC_ASSERT (NEG_DELIVERY_COMMITTED == 3 && NEG_DELIVERY_REFUSED == 4 && NEG_DELIVERY_SETTLED == 5);
  desk->study_id = neg_statement_get_int (row, 0);
  desk->entry = neg_statement_get_int (row, 1);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_strdup (neg_statement_get_text (row, 2 + (int) i));
  desk->state = (NegDeskState) neg_statement_get_int (row, 17);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    *times[i] = neg_statement_get_int (row, 18 + (int) i);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (counts[i] != NULL)
      *counts[i] = (guint) neg_statement_get_int (row, 23 + (int) i);
  desk->worst = (NegSeverity) neg_statement_get_int (row, 25);
  return desk;
}

GPtrArray *
neg_desk_list (NegDatabase *database, gboolean all, guint limit, gint64 now_us, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_desk_row_free);
  NegStatement *row = neg_database_prepare (database, all ? LIST_ALL : LIST_OPEN, error);
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, limit);
  neg_statement_bind_int (row, 2, now_us);
  while (neg_statement_step (row, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&rows);
    g_ptr_array_add (rows, read_row (row));
  }
  return NULL;
}

NegDeskRow *
neg_desk_find (NegDatabase *database, gint64 study_id, gint64 now_us, GError **error)
{
  NegStatement *row = neg_database_prepare (database, FIND, error);
  NegDeskRow *desk = NULL;
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, study_id);
  neg_statement_bind_int (row, 2, now_us);
  if (!neg_statement_step (row, &has_row, error))
    return NULL;
  if (has_row)
    desk = read_row (row);
  else
    neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "This study is not on the desk");
  neg_statement_reset (row);
  return desk;
}

/* --- findings --- */

static NegFinding *
read_finding (NegStatement *row)
{
  NegFinding *finding = neg_finding_new (neg_statement_get_text (row, 1), (NegSeverity) neg_statement_get_int (row, 2));
  char **texts[] = { &finding->series_uid, &finding->subject,  &finding->found,       &finding->expected,
                     &finding->why,        &finding->argument, &finding->accepted_by, &finding->accepted_words };

  finding->id = neg_statement_get_int (row, 0);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_free (*texts[i]);
    *texts[i] = g_strdup (neg_statement_get_text (row, 3 + (int) i));
  }
  neg_finding_action_parse (neg_statement_get_text (row, 11), &finding->action);
  finding->n_objects = (guint) neg_statement_get_int (row, 12);
  finding->accepted_us = neg_statement_get_int (row, 13);
  return finding;
}

GPtrArray *
neg_desk_list_findings (NegDatabase *database, gint64 study_id, GError **error)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_finding_free);
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT id, check_name, severity, series_uid, subject, found, expected, why, argument, accepted_by, accepted_words,"
      " action, n_objects, accepted_us FROM finding WHERE study_id = ?1 ORDER BY severity DESC, id",
      error);
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, study_id);
  while (neg_statement_step (row, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&findings);
    g_ptr_array_add (findings, read_finding (row));
  }
  return NULL;
}

gboolean
neg_desk_find_finding (NegDatabase *database, gint64 finding, gint64 *study_id, char **check, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT study_id, check_name FROM finding WHERE id = ?1", error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, finding);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "This finding is not there any more");
  *study_id = neg_statement_get_int (row, 0);
  *check = g_strdup (neg_statement_get_text (row, 1));
  neg_statement_reset (row);
  return TRUE;
}

/* --- objects --- */

static NegDeskObject *
read_object (NegStatement *row, const char *data_folder, const char *cache_folder)
{
  NegDeskObject *object = g_new0 (NegDeskObject, 1);

  object->instance_id = neg_statement_get_int (row, 0);
  object->name = g_strdup (neg_statement_get_text (row, 2));
  object->path = _neg_archive_dup_path (data_folder, cache_folder, neg_statement_get_int (row, 1), object->name,
                                        neg_statement_get_text (row, 3));
  object->bytes = (guint64) neg_statement_get_int (row, 4);
  object->received_us = neg_statement_get_int (row, 5);
  object->source = g_strdup (neg_statement_get_text (row, 6));
  object->record = neg_facts_read (row, 7);
  object->pixel_digest = g_strdup (neg_statement_get_text (row, 8));
  object->pixel_facts = g_strdup (neg_statement_get_text (row, 9));
  object->is_rejected = neg_statement_get_int (row, 10) != 0;
  return object;
}

GPtrArray *
neg_desk_list_objects (NegDatabase *database, const char *data_folder, const char *cache_folder, gint64 study_id,
                       GError **error)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_desk_object_free);
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT i.id, i.object_class, i.name, i.path, i.bytes, i.received_us, i.source, f.facts,"
      " p.digest, p.facts, EXISTS (SELECT 1 FROM rejection r JOIN rejection_object o ON o.rejection_id = r.id"
      " WHERE o.sop_instance_uid = i.sop_instance_uid AND r.study_id = s.study_id AND r.undone_us = 0)"
      " OR EXISTS (SELECT 1 FROM rejection r WHERE r.note_sop_uid = i.sop_instance_uid)"
      " FROM series s CROSS JOIN instance i ON i.series_id = s.id"
      " LEFT JOIN instance_facts f ON f.instance_id = i.id LEFT JOIN pixel_facts p ON p.name = i.name"
      " WHERE s.study_id = ?1 AND i.superseded_by IS NULL ORDER BY s.number, s.series_uid, i.number, i.id",
      error);
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, study_id);
  while (neg_statement_step (row, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&objects);
    g_ptr_array_add (objects, read_object (row, data_folder, cache_folder));
  }
  return NULL;
}

#define REPLACED                                                                                                       \
  "SELECT n.id, o.object_class, o.name, o.path, p.digest FROM series s CROSS JOIN instance n ON n.series_id = s.id"    \
  " CROSS JOIN instance o ON o.sop_instance_uid = n.sop_instance_uid AND o.id < n.id"                                  \
  " LEFT JOIN pixel_facts p ON p.name = o.name WHERE s.study_id = ?1 AND n.superseded_by IS NULL"                      \
  " AND n.source <> ?2 AND o.source <> ?2 AND (n.name IS NULL OR o.name IS NULL OR n.name <> o.name)"                  \
  " AND EXISTS (SELECT 1 FROM series os CROSS JOIN study t ON t.id = os.study_id WHERE os.id = o.series_id"            \
  " AND t.study_uid <> '') ORDER BY o.id DESC LIMIT 1000"

GPtrArray *
neg_desk_list_replaced (NegDatabase *database, const char *data_folder, const char *cache_folder, gint64 study_id,
                        GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_desk_replaced_free);
  NegStatement *row = neg_database_prepare (database, REPLACED, error);
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, study_id);
  neg_statement_bind_text (row, 2, NEG_ARCHIVE_SOURCE_DESK);
  while (neg_statement_step (row, &has_row, error)) {
    NegDeskReplaced *replaced;

    if (!has_row)
      return g_steal_pointer (&all);
    replaced = g_new0 (NegDeskReplaced, 1);
    replaced->instance_id = neg_statement_get_int (row, 0);
    replaced->name = g_strdup (neg_statement_get_text (row, 2));
    replaced->path = _neg_archive_dup_path (data_folder, cache_folder, neg_statement_get_int (row, 1), replaced->name,
                                            neg_statement_get_text (row, 3));
    replaced->digest = g_strdup (neg_statement_get_text (row, 4));
    g_ptr_array_add (all, replaced);
  }
  return NULL;
}

/* --- what is due --- */

/* A change that is later than what is asked about by this much is none of the future. */
#define CLOCK_US (60 * G_USEC_PER_SEC)

GArray *
neg_desk_list_due (NegDatabase *database, gint64 quiet_before_us, guint limit, GError **error)
{
  g_autoptr (GArray) studies = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *row = neg_database_prepare (database,
                                            "SELECT study_id FROM desk WHERE due_us > 0 AND (due_us <= ?1 OR due_us > ?2)"
                                            " ORDER BY due_us DESC LIMIT ?3",
                                            error);
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, quiet_before_us);
  neg_statement_bind_int (row, 2, quiet_before_us + CLOCK_US);
  neg_statement_bind_int (row, 3, limit);
  while (neg_statement_step (row, &has_row, error)) {
    gint64 study_id = has_row ? neg_statement_get_int (row, 0) : 0;

    if (!has_row)
      return g_steal_pointer (&studies);
    g_array_append_val (studies, study_id);
  }
  return NULL;
}

gboolean
neg_desk_get_due (NegDatabase *database, gint64 study_id, gint64 *due_us, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT due_us FROM desk WHERE study_id = ?1", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, study_id);
  return _neg_archive_query_int (row, 0, due_us, error);
}

gboolean
neg_desk_get_next_due (NegDatabase *database, gint64 after_us, gint64 *changed_us, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT min (due_us) FROM desk WHERE due_us > 0 AND due_us > ?1", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, after_us);
  return _neg_archive_query_int (row, 0, changed_us, error);
}
