/* Which objects a correction is about, and which of their UIDs are new (quality/DESIGN.md has the table). */
#include "config.h"

#include "agent/neg-agent-corrections-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-uid.h"
#include "model/neg-identity.h"
#include "store/neg-deliveries.h"
#include "wire/neg-index-batch.h"

#define READ_AT_ONCE 512u

static void
subject_free (gpointer data)
{
  NegSubject *subject = data;

  if (subject == NULL)
    return;
  g_free (subject->sop_uid);
  g_free (subject->series_uid);
  g_free (subject->name);
  g_free (subject->path);
  neg_object_record_free (subject->record);
  g_free (subject);
}

static void
study_free (gpointer data)
{
  NegPlanStudy *study = data;

  if (study == NULL)
    return;
  g_free (study->study_uid);
  g_free (study->issuer);
  g_free (study->patient_id);
  g_free (study->name_key);
  g_free (study->patient_name);
  g_free (study->birth_date);
  g_free (study->sex);
  g_free (study->description);
  g_free (study->accession_issuer);
  neg_object_record_free (study->record);
  g_free (study);
}

void
_neg_plan_free (NegPlan *plan)
{
  if (plan == NULL)
    return;
  neg_database_free (plan->reader);
  g_clear_pointer (&plan->order, neg_order_free);
  g_ptr_array_unref (plan->subjects);
  g_hash_table_unref (plan->sources);
  g_hash_table_unref (plan->uids);
  g_free (plan->study_uid);
  g_free (plan->series_uid);
  g_free (plan);
}

/* --- studies --- */

#define STUDY_SQL                                                                                                      \
  "SELECT id, study_uid, issuer, patient_id, name_key, patient_name, birth_date, sex, description, accession_issuer"   \
  " FROM study WHERE study_uid <> '' AND "

static NegPlanStudy *
read_study (NegPlan *plan, NegStatement *row, GError **error)
{
  NegPlanStudy *study;
  gboolean has_row;

  if (!neg_statement_step (row, &has_row, error))
    return NULL;
  if (!has_row) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "the study is not here");
    return NULL;
  }
  study = g_hash_table_lookup (plan->sources, &(gint64) { neg_statement_get_int (row, 0) });
  if (study == NULL) {
    study = g_new0 (NegPlanStudy, 1);
    study->id = neg_statement_get_int (row, 0);
    study->study_uid = g_strdup (neg_statement_get_text (row, 1));
    study->issuer = g_strdup (neg_statement_get_text (row, 2));
    study->patient_id = g_strdup (neg_statement_get_text (row, 3));
    study->name_key = g_strdup (neg_statement_get_text (row, 4));
    study->patient_name = g_strdup (neg_statement_get_text (row, 5));
    study->birth_date = g_strdup (neg_statement_get_text (row, 6));
    study->sex = g_strdup (neg_statement_get_text (row, 7));
    study->description = g_strdup (neg_statement_get_text (row, 8));
    study->accession_issuer = g_strdup (neg_statement_get_text (row, 9));
    g_hash_table_insert (plan->sources, &study->id, study);
  }
  neg_statement_reset (row);
  return study;
}

static NegPlanStudy *
find_study (NegPlan *plan, gint64 id, GError **error)
{
  NegStatement *row = neg_database_prepare (plan->reader, STUDY_SQL "id = ?1", error);

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, id);
  return read_study (plan, row, error);
}

/* Of the patient whose study is corrected. */
static NegPlanStudy *
find_own_study (NegPlan *plan, const char *sql, const char *uid, GError **error)
{
  NegStatement *row = neg_database_prepare (plan->reader, sql, error);

  if (row == NULL)
    return NULL;
  neg_statement_bind_text (row, 1, uid);
  neg_statement_bind_text (row, 2, plan->study->issuer);
  neg_statement_bind_text (row, 3, plan->study->patient_id);
  neg_statement_bind_text (row, 4, plan->study->name_key);
  return read_study (plan, row, error);
}

#define OF_PATIENT " AND issuer = ?2 AND patient_id = ?3 AND name_key = ?4"

static gboolean
is_same_patient (const NegPlanStudy *a, const NegPlanStudy *b)
{
  return strcmp (a->issuer, b->issuer) == 0 && strcmp (a->patient_id, b->patient_id) == 0
         && strcmp (a->name_key, b->name_key) == 0;
}

/* --- subjects --- */

#define SUBJECT_SQL                                                                                                    \
  "SELECT i.id, i.sop_instance_uid, s.series_uid, i.object_class, i.name, i.path, s.study_id FROM series s"            \
  " CROSS JOIN instance i ON i.series_id = s.id AND i.superseded_by IS NULL WHERE "

/* What points at other objects and shows none of its own: states, reports, selections, documents, plans. */
#define REFERRING                                                                                                      \
  "(i.sop_class_uid LIKE '1.2.840.10008.5.1.4.1.1.11.%' OR i.sop_class_uid LIKE '1.2.840.10008.5.1.4.1.1.88.%'"        \
  " OR i.sop_class_uid LIKE '1.2.840.10008.5.1.4.1.1.66.%' OR i.sop_class_uid LIKE '1.2.840.10008.5.1.4.1.1.104.%'"    \
  " OR i.sop_class_uid LIKE '1.2.840.10008.5.1.4.1.1.481.%')"

static NegSubject *
read_subject (NegPlan *plan, NegStatement *row)
{
  NegSubject *subject = g_new0 (NegSubject, 1);
  const char *name = neg_statement_get_text (row, 4), *path = neg_statement_get_text (row, 5);
  const NegObjectClass object_class = (NegObjectClass) neg_statement_get_int (row, 3);

  subject->id = neg_statement_get_int (row, 0);
  subject->sop_uid = g_strdup (neg_statement_get_text (row, 1));
  subject->series_uid = g_strdup (neg_statement_get_text (row, 2));
  subject->study_id = neg_statement_get_int (row, 6);
  subject->name = g_strdup (name);
  subject->path = path != NULL ? g_strdup (path)
                               : neg_object_store_dup_path (neg_archive_get_objects (neg_agent_get_archive (plan->agent)),
                                                            object_class, name);
  subject->is_elsewhere = object_class == NEG_OBJECT_CACHE;
  return subject;
}

static GPtrArray *
list_subjects (NegPlan *plan, const char *sql, gint64 study_id, GError **error)
{
  g_autoptr (GPtrArray) subjects = g_ptr_array_new_with_free_func (subject_free);
  NegStatement *rows = neg_database_prepare (plan->reader, sql, error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  if (study_id == 0) {
    neg_statement_bind_text (rows, 2, plan->study->issuer);
    neg_statement_bind_text (rows, 3, plan->study->patient_id);
    neg_statement_bind_text (rows, 4, plan->study->name_key);
  }
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&subjects);
    g_ptr_array_add (subjects, read_subject (plan, rows));
  }
  return NULL;
}

static gboolean
is_named (const NegSpec *spec, const NegSubject *subject)
{
  if (*spec->objects != NULL)
    return g_strv_contains ((const char *const *) spec->objects, subject->sop_uid);
  return *spec->series == NULL || g_strv_contains ((const char *const *) spec->series, subject->series_uid);
}

static gboolean
find_elsewhere (NegPlan *plan, NegSubject *subject, GError **error)
{
  gboolean may = FALSE;

  if (!subject->is_elsewhere && !neg_deliveries_may_have_left (plan->reader, subject->id, &may, error))
    return FALSE;
  subject->is_elsewhere = subject->is_elsewhere || may;
  plan->is_any_elsewhere = plan->is_any_elsewhere || (subject->is_elsewhere && !subject->is_follower);
  return TRUE;
}

/* Of @study: the primary ones first, what stays behind them. */
static gboolean
add_subjects (NegPlan *plan, const NegPlanStudy *study, gboolean is_all, GError **error)
{
  g_autoptr (GPtrArray) subjects = list_subjects (plan, SUBJECT_SQL "s.study_id = ?1 ORDER BY i.id", study->id, error);

  if (subjects == NULL)
    return FALSE;
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < subjects->len; i++) {
      NegSubject *subject = subjects->pdata[i];

      if (subject == NULL || (pass == 0 && !is_all && !is_named (plan->spec, subject)))
        continue;
      subject->is_follower = pass == 1;
      subjects->pdata[i] = NULL;
      g_ptr_array_add (plan->subjects, subject);
      if (!find_elsewhere (plan, subject, error))
        return FALSE;
      plan->is_whole = plan->is_whole && pass == 0;
    }
  return TRUE;
}

static gboolean
is_source (const NegPlan *plan, gint64 study_id)
{
  for (guint i = 0; plan->spec->kind == NEG_SPEC_MERGE && i < plan->spec->studies->len; i++)
    if (g_array_index (plan->spec->studies, gint64, i) == study_id)
      return TRUE;
  return plan->spec->kind != NEG_SPEC_MERGE && study_id == plan->study->id;
}

/* All of the patient's: what points at images that are corrected. */
#define REFERRING_SQL                                                                                                  \
  SUBJECT_SQL "?1 = 0 AND s.study_id IN (SELECT id FROM study WHERE study_uid <> '' AND patient_id <> ''" OF_PATIENT   \
              ") AND " REFERRING " ORDER BY i.id"

static gboolean
add_referring (NegPlan *plan, GError **error)
{
  g_autoptr (GPtrArray) subjects = list_subjects (plan, REFERRING_SQL, 0, error);

  if (subjects == NULL)
    return FALSE;
  for (guint i = 0; i < subjects->len; i++) {
    NegSubject *subject = subjects->pdata[i];

    if (is_source (plan, subject->study_id))
      continue;
    if (find_study (plan, subject->study_id, error) == NULL)
      return FALSE;
    subject->is_follower = TRUE;
    subjects->pdata[i] = NULL;
    g_ptr_array_add (plan->subjects, subject);
    if (!find_elsewhere (plan, subject, error))
      return FALSE;
  }
  return TRUE;
}

guint
_neg_plan_count_primary (const NegPlan *plan)
{
  guint n = 0;

  for (guint i = 0; i < plan->subjects->len; i++)
    n += !((const NegSubject *) plan->subjects->pdata[i])->is_follower;
  return n;
}

/* --- each kind --- */

static gboolean
plan_merge (NegPlan *plan, GError **error)
{
  plan->target = plan->study;
  for (guint i = 0; i < plan->spec->studies->len; i++) {
    const NegPlanStudy *source = find_study (plan, g_array_index (plan->spec->studies, gint64, i), error);

    if (source == NULL)
      return FALSE;
    if (source == plan->study)
      return neg_fail (error, NEG_ERROR_USAGE, "studies", "a study is not merged with itself");
    plan->changes_patient = plan->changes_patient || !is_same_patient (source, plan->study);
    if (!add_subjects (plan, source, TRUE, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
plan_match (NegPlan *plan, GError **error)
{
  const NegPlanStudy *study = plan->study;
  g_autofree char *name_key = NULL, *id = NULL, *issuer = NULL;

  plan->order = neg_orders_find (plan->reader, plan->spec->order, error);
  if (plan->order == NULL)
    return FALSE;
  name_key = neg_identity_dup_name_key (plan->order->patient_name);
  id = neg_identity_dup_id (plan->order->patient_id);
  issuer = neg_identity_dup_id (plan->order->issuer);
  if (*id == '\0')
    return neg_fail (error, NEG_ERROR_REFUSED, "order", "the order has no patient ID: nobody's images become its patient's");
  plan->changes_patient = strcmp (id, study->patient_id) != 0 || strcmp (name_key, study->name_key) != 0
                          || (*issuer != '\0' && strcmp (issuer, study->issuer) != 0)
                          || (*plan->order->birth_date != '\0' && strcmp (plan->order->birth_date, study->birth_date) != 0)
                          || (*plan->order->sex != '\0' && strcmp (plan->order->sex, study->sex) != 0);
  return TRUE;
}

static gboolean
plan_split (NegPlan *plan, GError **error)
{
  if (*plan->spec->into == '\0')
    return TRUE;
  plan->target = find_own_study (plan, STUDY_SQL "study_uid = ?1" OF_PATIENT, plan->spec->into, error);
  return plan->target != NULL
         && (plan->target != plan->study
             || neg_fail (error, NEG_ERROR_USAGE, "into", "the series are of this study already"));
}

static gboolean
plan_move (NegPlan *plan, GError **error)
{
  if (*plan->spec->into == '\0')
    return TRUE;
  plan->target = find_own_study (
      plan, STUDY_SQL "id IN (SELECT study_id FROM series WHERE series_uid = ?1 AND n_instances > 0)" OF_PATIENT,
      plan->spec->into, error);
  if (plan->target != NULL && plan->target != plan->study)
    return neg_fail (error, NEG_ERROR_REFUSED, "into", "that series is of another study: series are split off first");
  if (plan->target == NULL)
    return FALSE;
  plan->target = NULL; /* the study stays the same */
  return TRUE;
}

static gboolean
plan_kind (NegPlan *plan, GError **error)
{
  switch (plan->spec->kind) {
  case NEG_SPEC_MERGE:
    return plan_merge (plan, error);
  case NEG_SPEC_MATCH:
    return plan_match (plan, error);
  case NEG_SPEC_SPLIT:
    return plan_split (plan, error);
  case NEG_SPEC_MOVE:
    return plan_move (plan, error);
  case NEG_SPEC_SET:
    plan->changes_patient = _neg_spec_has_patient_values (plan->spec);
    return TRUE;
  case NEG_SPEC_DROP:
    return TRUE;
  }
  return TRUE;
}

/* Every one that was named is there. */
static gboolean
check_named (const NegPlan *plan, GError **error)
{
  const guint n = g_strv_length (plan->spec->objects), n_primary = _neg_plan_count_primary (plan);

  if (n_primary == 0 || (n > 0 && n_primary != n))
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "what is named is not here, or not of this study");
  if (plan->spec->kind == NEG_SPEC_SPLIT && plan->is_whole)
    return neg_fail (error, NEG_ERROR_USAGE, "series", "nothing would be left of the study: whole studies are merged");
  return TRUE;
}

NegPlan *
_neg_plan_new (NegAgent *agent, const NegCorrection *correction, const NegSpec *spec, GError **error)
{
  g_autoptr (NegPlan) plan = g_new0 (NegPlan, 1);
  GError *failure = NULL;
  gboolean done;

  plan->agent = agent;
  plan->correction = correction;
  plan->spec = spec;
  plan->is_whole = TRUE;
  plan->subjects = g_ptr_array_new_with_free_func (subject_free);
  plan->sources = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, study_free);
  plan->uids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  plan->reader = neg_agent_open_reader (agent, &failure);
  if (plan->reader != NULL)
    plan->study = find_study (plan, correction->study_id, &failure);
  done = plan->study != NULL && plan_kind (plan, &failure)
         && (spec->kind == NEG_SPEC_MERGE || add_subjects (plan, plan->study, FALSE, &failure))
         && check_named (plan, &failure);
  if (done)
    return g_steal_pointer (&plan);
  g_propagate_error (error, failure);
  return NULL;
}

/* --- records --- */

static gboolean
check_record (const NegSubject *subject, NegObjectRecord *record, const GError *failure, GError **error)
{
  if (failure != NULL)
    return neg_fail (error, NEG_ERROR_UNREADABLE, subject->sop_uid, "one of the objects cannot be read: %s", failure->message);
  return neg_object_record_check (record, error)
         && (strcmp (record->text[NEG_RECORD_SOP_INSTANCE_UID], subject->sop_uid) == 0
             || neg_fail (error, NEG_ERROR_INCONSISTENT, subject->sop_uid, "a file is not the object that its row names"));
}

static gboolean
read_records (NegPlan *plan, GPtrArray *subjects, guint first, guint n, GCancellable *cancellable, GError **error)
{
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (NegIndexBatch) batch = NULL;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (((const NegSubject *) subjects->pdata[first + i])->path));
  batch = neg_index_batch_new (neg_agent_get_pool (plan->agent), blobs, FALSE, NEG_PRIORITY_SCAN);
  neg_index_batch_wait (batch, cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
  for (guint i = 0; i < n; i++) {
    NegSubject *subject = subjects->pdata[first + i];

    if (!check_record (subject, batch->records[i], batch->errors[i], error))
      return FALSE;
    subject->record = g_steal_pointer (&batch->records[i]);
  }
  return TRUE;
}

static gboolean
read_all (NegPlan *plan, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < plan->subjects->len; i += READ_AT_ONCE)
    if (!read_records (plan, plan->subjects, i, MIN (READ_AT_ONCE, plan->subjects->len - i), cancellable, error))
      return FALSE;
  return TRUE;
}

/* What the target says is what its first object says. */
static gboolean
read_target (NegPlan *plan, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) subjects = NULL;
  const gboolean is_series = plan->spec->kind == NEG_SPEC_MOVE && *plan->spec->into != '\0';
  NegPlanStudy *study = is_series ? plan->study : plan->target;

  if (study == NULL)
    return TRUE;
  subjects = list_subjects (plan, SUBJECT_SQL "s.study_id = ?1 ORDER BY i.id", study->id, error);
  for (guint i = 0; subjects != NULL && i < subjects->len; i++) {
    NegSubject *subject = subjects->pdata[i];

    if (is_series && strcmp (subject->series_uid, plan->spec->into) != 0)
      continue;
    if (!read_records (plan, subjects, i, 1, cancellable, error))
      return FALSE;
    study->record = g_steal_pointer (&subject->record);
    return TRUE;
  }
  return subjects != NULL && neg_fail (error, NEG_ERROR_NOT_FOUND, "into", "nothing is there any more");
}

/* --- UIDs --- */

static char *
derive (const NegPlan *plan, const char *what, const char *uid)
{
  g_autofree char *old = g_strconcat (what, uid, NULL);

  return neg_uid_derive (plan->correction->seed, old);
}

static void
map (NegPlan *plan, const char *what, const char *uid)
{
  if (!g_hash_table_contains (plan->uids, uid))
    g_hash_table_insert (plan->uids, g_strdup (uid), derive (plan, what, uid));
}

/* The study that primary objects become part of. */
static void
choose_study (NegPlan *plan)
{
  const NegSpec *spec = plan->spec;

  if (plan->target != NULL)
    plan->study_uid = g_strdup (plan->target->study_uid);
  else if (spec->kind == NEG_SPEC_MATCH && *plan->order->study_uid != '\0')
    plan->study_uid = g_strdup (plan->order->study_uid);
  else if (spec->kind == NEG_SPEC_SPLIT
           || (plan->changes_patient && spec->kind != NEG_SPEC_MERGE && (!plan->is_whole || plan->is_any_elsewhere)))
    plan->study_uid = derive (plan, "study ", plan->study->study_uid);
  if (plan->study_uid != NULL && strcmp (plan->study_uid, plan->study->study_uid) == 0 && spec->kind != NEG_SPEC_MERGE)
    g_clear_pointer (&plan->study_uid, g_free);
}

static void
choose_series (NegPlan *plan)
{
  if (plan->spec->kind != NEG_SPEC_MOVE)
    return;
  plan->series_uid = *plan->spec->into != '\0' ? g_strdup (plan->spec->into)
                                               : derive (plan, "series ", plan->study->study_uid);
}

/* Series of which something stays where it is; borrowed. */
static GHashTable *
list_parted (const NegPlan *plan)
{
  GHashTable *parted = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < plan->subjects->len; i++) {
    const NegSubject *subject = plan->subjects->pdata[i];

    if (subject->is_follower)
      g_hash_table_add (parted, subject->series_uid);
  }
  return parted;
}

/* A series is of one study and one patient, also at whoever has it already. */
static void
map_primary (NegPlan *plan)
{
  g_autoptr (GHashTable) parted = list_parted (plan);
  const gboolean is_other = plan->study_uid != NULL || plan->changes_patient;
  const gboolean has_meaning = plan->spec->kind == NEG_SPEC_SET && _neg_spec_changes_meaning (plan->spec);

  for (guint i = 0; i < plan->subjects->len; i++) {
    const NegSubject *subject = plan->subjects->pdata[i];

    if (subject->is_follower)
      continue;
    if (is_other && plan->series_uid == NULL
        && (subject->is_elsewhere || g_hash_table_contains (parted, subject->series_uid)))
      map (plan, "series ", subject->series_uid);
    if (subject->is_elsewhere || has_meaning)
      map (plan, "", subject->sop_uid);
  }
}

/* References to a study follow when all of it goes. Merged: also those of what follows. */
static void
map_studies (NegPlan *plan)
{
  GHashTableIter iter;
  gpointer value;

  if (plan->study_uid == NULL || !plan->is_whole)
    return;
  g_hash_table_iter_init (&iter, plan->sources);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const NegPlanStudy *source = value;

    if (source != plan->target && strcmp (source->study_uid, plan->study_uid) != 0)
      g_hash_table_insert (plan->uids, g_strdup (source->study_uid), g_strdup (plan->study_uid));
  }
}

/* A whole series that moves takes references to it along. */
static void
map_moved_series (NegPlan *plan)
{
  g_autoptr (GHashTable) parted = list_parted (plan);

  for (guint i = 0; plan->series_uid != NULL && i < plan->subjects->len; i++) {
    const NegSubject *subject = plan->subjects->pdata[i];

    if (!g_hash_table_contains (parted, subject->series_uid) && strcmp (subject->series_uid, plan->series_uid) != 0
        && !g_hash_table_contains (plan->uids, subject->series_uid))
      g_hash_table_insert (plan->uids, g_strdup (subject->series_uid), g_strdup (plan->series_uid));
  }
}

gboolean
_neg_plan_read (NegPlan *plan, GCancellable *cancellable, GError **error)
{
  if (neg_agent_get_pool (plan->agent) == NULL)
    return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "no engine can be started");
  if (plan->spec->kind == NEG_SPEC_DROP)
    return TRUE;
  choose_study (plan);
  choose_series (plan);
  map_primary (plan);
  map_moved_series (plan);
  map_studies (plan);
  if (g_hash_table_size (plan->uids) > 0 && !add_referring (plan, error))
    return FALSE;
  return read_target (plan, cancellable, error) && read_all (plan, cancellable, error);
}
