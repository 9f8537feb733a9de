/* What messages and persons say of who is whom: merges, names that change, patients who are joined by hand. */
#include "config.h"

#include "store/neg-orders-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "model/neg-identity.h"
#include "store/neg-entries-private.h"

#define MAX_NAMES 20u  /* of one ID: one that has more is nobody's */
#define MAX_ORDERS 200 /* of one patient, the newest */

/* --- names that messages gave --- */

gboolean
_neg_patients_note_name (NegDatabase *database, const NegSaidWho *who, const NegSaidPatient *patient, gint64 time_us,
                         GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "INSERT INTO patient_said VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET patient_name = ?4, "
      "birth_date = CASE WHEN ?8 THEN ?5 ELSE birth_date END, sex = CASE WHEN ?9 THEN ?6 ELSE sex END, time_us = ?7 "
      "WHERE ?7 >= time_us OR ?7 = 0",
      error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, who->id);
  neg_statement_bind_text (row, 2, who->issuer);
  neg_statement_bind_text (row, 3, who->name_key);
  neg_statement_bind_text (row, 4, who->name);
  neg_statement_bind_text (row, 5, patient->birth_date != NULL ? patient->birth_date : "");
  neg_statement_bind_text (row, 6, patient->sex != NULL ? patient->sex : "");
  neg_statement_bind_int (row, 7, time_us);
  neg_statement_bind_int (row, 8, patient->birth_date != NULL);
  neg_statement_bind_int (row, 9, patient->sex != NULL);
  return *who->name_key == '\0' || neg_statement_run (row, error);
}

static void
free_patient (gpointer patient)
{
  _neg_patient_clear (patient);
  g_free (patient);
}

static NegPatient *
new_patient (const char *issuer, const char *id, const char *name_key, const char *name)
{
  NegPatient *patient = g_new0 (NegPatient, 1);

  patient->issuer = g_strdup (issuer);
  patient->id = g_strdup (id);
  patient->name_key = g_strdup (name_key);
  patient->name = g_strdup (name);
  return patient;
}

/* Patients of an ID: by messages alone, or by whatever is known. NegPatient; those that are another one now are not
 * among them. */
static GPtrArray *
list_named (NegDatabase *database, const char *sql, const char *issuer, const char *id, GError **error)
{
  g_autoptr (GPtrArray) patients = g_ptr_array_new_with_free_func (free_patient);
  NegStatement *names = neg_database_prepare (database, sql, error);
  gboolean has_row;

  if (names == NULL)
    return NULL;
  neg_statement_bind_text (names, 1, id);
  neg_statement_bind_text (names, 2, issuer);
  neg_statement_bind_int (names, 3, MAX_NAMES);
  while (neg_statement_step (names, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&patients);
    g_ptr_array_add (patients,
                     new_patient (issuer, id, neg_statement_get_text (names, 0), neg_statement_get_text (names, 1)));
  }
  return NULL;
}

#define NOT_LINKED                                                                                                     \
  "NOT EXISTS (SELECT 1 FROM patient_link WHERE from_id = ?1 AND from_issuer = ?2 AND from_key = name_key AND "        \
  "undone_us = 0 AND replaced_by = 0) "

#define SAID_NAMES                                                                                                     \
  "SELECT name_key, patient_name FROM patient_said WHERE patient_id = ?1 AND issuer = ?2 AND name_key <> '' AND "      \
  NOT_LINKED "ORDER BY name_key LIMIT ?3"

#define KNOWN_NAMES                                                                                                    \
  "SELECT name_key, max (patient_name) FROM (SELECT name_key, patient_name FROM patient_said WHERE patient_id = ?1 "   \
  "AND issuer = ?2 UNION ALL SELECT name_key, patient_name FROM entry WHERE patient_id <> '' AND patient_id = ?1 AND " \
  "issuer = ?2) WHERE name_key <> '' AND " NOT_LINKED "GROUP BY name_key ORDER BY name_key LIMIT ?3"

/* Also those that are another one now. */
#define EVER_NAMES                                                                                                     \
  "SELECT name_key, max (patient_name) FROM (SELECT name_key, patient_name FROM patient_said WHERE patient_id = ?1 "   \
  "AND issuer = ?2 UNION ALL SELECT name_key, patient_name FROM entry WHERE patient_id <> '' AND patient_id = ?1 AND " \
  "issuer = ?2 UNION ALL SELECT from_key, from_name FROM patient_link WHERE from_id = ?1 AND from_issuer = ?2 AND "    \
  "undone_us = 0 AND replaced_by = 0) WHERE name_key <> '' GROUP BY name_key ORDER BY name_key LIMIT ?3"

/* --- demographics --- */

/* Somebody has said another name of this ID since. */
static gboolean
is_old (NegDatabase *database, const NegSaidWho *who, gint64 time_us, gboolean *old, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT 1 FROM patient_said WHERE patient_id = ?1 AND issuer = ?2 AND name_key <> ?3 AND time_us > ?4 LIMIT 1",
      error);

  *old = FALSE;
  if (time_us == 0)
    return TRUE;
  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, who->id);
  neg_statement_bind_text (row, 2, who->issuer);
  neg_statement_bind_text (row, 3, who->name_key);
  neg_statement_bind_int (row, 4, time_us);
  if (!neg_statement_step (row, old, error))
    return FALSE;
  neg_statement_reset (row);
  return TRUE;
}

/* Another day of birth or another sex is another person: an ID that is used again. What is not said tells nobody apart. */
static gboolean
may_be_same (NegDatabase *database, const NegSaidWho *who, const char *other_key, gboolean *may, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT 1 FROM patient_said a JOIN patient_said b ON b.patient_id = a.patient_id AND b.issuer = a.issuer WHERE "
      "a.patient_id = ?1 AND a.issuer = ?2 AND a.name_key = ?3 AND b.name_key = ?4 AND ((a.birth_date <> b.birth_date "
      "AND a.birth_date <> '' AND b.birth_date <> '') OR (a.sex <> b.sex AND a.sex IN ('M', 'F') AND b.sex IN ('M', 'F')))",
      error);
  gboolean differs;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, who->id);
  neg_statement_bind_text (row, 2, who->issuer);
  neg_statement_bind_text (row, 3, who->name_key);
  neg_statement_bind_text (row, 4, other_key);
  if (!neg_statement_step (row, &differs, error))
    return FALSE;
  neg_statement_reset (row);
  *may = !differs;
  return TRUE;
}

/* The one other name that messages had for this ID was this person's. What images say does not count: a name at a
 * scanner may be another person's with the wrong ID, and nobody has said that it changed. */
static gboolean
follow_name (NegDatabase *database, const NegSaidWho *who, const NegLinkSaid *link, NegApplied *applied, GError **error)
{
  g_autoptr (GPtrArray) names = list_named (database, SAID_NAMES, who->issuer, who->id, error);
  const NegPatient to = { who->issuer, who->id, who->name_key, who->name };
  const NegPatient *other = NULL;
  gboolean may_be = TRUE;
  guint n_others = 0;
  gint64 id;

  *applied = NEG_APPLIED;
  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++) {
    const NegPatient *one = g_ptr_array_index (names, i);

    if (!g_str_equal (one->name_key, who->name_key)) {
      other = one;
      n_others++;
    }
  }
  if (n_others != 1)
    return TRUE;
  return may_be_same (database, who, other->name_key, &may_be, error)
         && (!may_be || _neg_patients_link (database, other, &to, link, applied, &id, error));
}

static gboolean
set_changed (NegOrderRow *row, NegOrderText which, const char *text)
{
  if (text == NULL || g_str_equal (row->texts[which], text))
    return FALSE;
  _neg_order_row_set (row, which, text);
  return TRUE;
}

/* The patient is where and what he is for every order of his that is still to come. */
static gboolean
update_order (NegDatabase *database, NegOrderRow *row, const NegSaid *said, const NegSaidWho *who, GError **error)
{
  gboolean changed = set_changed (row, NEG_ORDER_TEXT_BIRTH_DATE, said->patient.birth_date);

  changed |= set_changed (row, NEG_ORDER_TEXT_SEX, said->patient.sex);
  changed |= set_changed (row, NEG_ORDER_TEXT_PATIENT_LOCATION, said->patient.location);
  changed |= set_changed (row, NEG_ORDER_TEXT_ADMISSION_ID, said->patient.admission_id);
  if (g_str_equal (row->texts[NEG_ORDER_TEXT_NAME_KEY], who->name_key))
    changed |= set_changed (row, NEG_ORDER_TEXT_PATIENT_NAME, who->name);
  return !changed || _neg_order_row_store (database, row, error);
}

static gboolean
update_orders (NegDatabase *database, const NegSaid *said, const NegSaidWho *who, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database, NEG_ORDER_SELECT "WHERE patient_id = ?1 AND issuer = ?2 AND status = 1 ORDER BY id DESC LIMIT ?3",
      error);
  g_autoptr (GPtrArray) rows = NULL;
  g_auto (NegPatient) now = { 0 };

  if (statement == NULL || !_neg_patient_resolve (database, who->issuer, who->id, who->name_key, &now, error))
    return FALSE;
  neg_statement_bind_text (statement, 1, who->id);
  neg_statement_bind_text (statement, 2, who->issuer);
  neg_statement_bind_int (statement, 3, MAX_ORDERS);
  rows = _neg_order_rows_read (statement, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    NegOrderRow *row = g_ptr_array_index (rows, i);
    gboolean is_he;

    if (!_neg_patient_is_now (database, row->texts[NEG_ORDER_TEXT_ISSUER], row->texts[NEG_ORDER_TEXT_PATIENT_ID],
                              row->texts[NEG_ORDER_TEXT_NAME_KEY], &now, &is_he, error)
        || (is_he && !update_order (database, row, said, who, error)))
      return FALSE;
  }
  return rows != NULL;
}

gboolean
_neg_orders_apply_demographics (NegDatabase *database, const NegSaid *said, const NegSaidWho *who, gint64 message,
                                NegApplied *applied, GError **error)
{
  const NegLinkSaid link = { .user = "", .message = message, .time_us = said->time_us };
  gboolean old;

  if (!is_old (database, who, said->time_us, &old, error))
    return FALSE;
  *applied = NEG_APPLIED_OLD;
  if (old)
    return TRUE;
  *applied = NEG_APPLIED;
  if (!_neg_patients_note_name (database, who, &said->patient, said->time_us, error)
      || (*who->name_key != '\0' && !follow_name (database, who, &link, applied, error)))
    return FALSE;
  return *applied != NEG_APPLIED || update_orders (database, said, who, error);
}

/* --- merges --- */

typedef struct {
  NegDatabase *database;
  NegLinkSaid link;
  NegSaidId retired, survivor; /* trimmed */
  const NegSaidPatient *patient;            /* the survivor */
  const char *survivor_name, *retired_name; /* nullable */
} Merge;

static NegPatient *
dup_patient (const NegPatient *patient)
{
  return new_patient (patient->issuer, patient->id, patient->name_key, patient->name);
}

static NegPatient *
find_by_name (const NegSaidId *id, const char *name)
{
  g_autofree char *name_key = neg_identity_dup_name_key (name);

  return *name_key != '\0' ? new_patient (id->issuer, id->id, name_key, name) : NULL;
}

/* Who survives: by the name that is said, else by the only one that is known, of this ID or of the other. */
static NegPatient *
find_survivor (const Merge *merge, const GPtrArray *known, const GPtrArray *retired)
{
  NegPatient *patient = find_by_name (&merge->survivor, merge->survivor_name);

  if (patient == NULL && known->len == 1)
    patient = dup_patient (g_ptr_array_index (known, 0));
  if (patient == NULL && merge->retired_name != NULL)
    patient = find_by_name (&merge->survivor, merge->retired_name);
  if (patient == NULL && retired->len == 1)
    patient = find_by_name (&merge->survivor, ((NegPatient *) g_ptr_array_index (retired, 0))->name);
  return patient != NULL ? patient : new_patient (merge->survivor.issuer, merge->survivor.id, "", "");
}

/* A name that the message does not say, which was born on another day than the survivor: an ID typed wrong at a scanner. */
static gboolean
was_born_otherwise (const Merge *merge, const NegPatient *one, gboolean *otherwise, GError **error)
{
  NegStatement *row = neg_database_prepare (
      merge->database,
      "SELECT 1 FROM (SELECT birth_date FROM entry WHERE patient_id <> '' AND patient_id = ?1 AND issuer = ?2 AND "
      "name_key = ?3 UNION ALL SELECT birth_date FROM patient_said WHERE patient_id = ?1 AND issuer = ?2 AND "
      "name_key = ?3) WHERE birth_date <> '' AND birth_date <> ?4 AND ?4 <> '' LIMIT 1",
      error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, one->id);
  neg_statement_bind_text (row, 2, one->issuer);
  neg_statement_bind_text (row, 3, one->name_key);
  neg_statement_bind_text (row, 4, merge->patient->birth_date != NULL ? merge->patient->birth_date : "");
  if (!neg_statement_step (row, otherwise, error))
    return FALSE;
  neg_statement_reset (row);
  return TRUE;
}

/* Who is retired: with the name that is said, else with the only one that is known, and with the survivor's. Others of
 * that ID may be somebody else: they stay, and a person is asked. */
static GPtrArray *
list_retired (const Merge *merge, const GPtrArray *known, const NegPatient *survivor, GError **error)
{
  g_autoptr (GPtrArray) patients = g_ptr_array_new_with_free_func (free_patient);
  NegPatient *named = find_by_name (&merge->retired, merge->retired_name);

  if (named == NULL && known->len == 1) {
    const NegPatient *only = g_ptr_array_index (known, 0);
    gboolean is_another = FALSE;

    if (!g_str_equal (only->name_key, survivor->name_key) && !was_born_otherwise (merge, only, &is_another, error))
      return NULL;
    named = is_another ? NULL : dup_patient (only);
  }
  if (named != NULL)
    g_ptr_array_add (patients, named);
  if (named == NULL || !g_str_equal (named->name_key, survivor->name_key))
    g_ptr_array_add (patients, new_patient (merge->retired.issuer, merge->retired.id, survivor->name_key,
                                            survivor->name));
  return g_steal_pointer (&patients);
}

static gboolean
note_left (NegDatabase *database, const NegSaidId *id, GError **error)
{
  NegStatement *note = neg_database_prepare (
      database, "INSERT INTO patient_namesake (patient_id, issuer) VALUES (?1, ?2) ON CONFLICT DO NOTHING", error);

  if (note == NULL)
    return FALSE;
  neg_statement_bind_text (note, 1, id->id);
  neg_statement_bind_text (note, 2, id->issuer);
  return neg_statement_run (note, error);
}

static gboolean
note_survivor (const Merge *merge, const NegPatient *survivor, GError **error)
{
  const NegSaidWho who = { .issuer = survivor->issuer, .id = survivor->id, .name_key = survivor->name_key,
                           .name = survivor->name };

  return _neg_patients_note_name (merge->database, &who, merge->patient, merge->link.time_us, error);
}

static gboolean
link_retired (const Merge *merge, NegApplied *applied, GError **error)
{
  g_autoptr (GPtrArray) known = list_named (merge->database, KNOWN_NAMES, merge->survivor.issuer, merge->survivor.id,
                                            error);
  g_autoptr (GPtrArray) old = known != NULL ? list_named (merge->database, EVER_NAMES, merge->retired.issuer,
                                                          merge->retired.id, error)
                                            : NULL;
  g_autoptr (GPtrArray) retired = NULL;
  NegPatient *survivor;
  gboolean done;

  if (old == NULL)
    return FALSE;
  survivor = find_survivor (merge, known, old);
  retired = list_retired (merge, old, survivor, error);
  done = retired != NULL;
  *applied = NEG_APPLIED;
  for (guint i = 0; done && i < retired->len && *applied < NEG_REFUSED_SAME; i++) {
    NegApplied one;
    gint64 id;

    done = _neg_patients_link (merge->database, g_ptr_array_index (retired, i), survivor, &merge->link, &one, &id,
                               error);
    *applied = i == 0 || one >= NEG_REFUSED_SAME || *applied == NEG_APPLIED_OLD ? one : *applied;
  }
  done = done && note_left (merge->database, &merge->retired, error) && note_survivor (merge, survivor, error);
  free_patient (survivor);
  return done;
}

static gboolean
apply_merge (const Merge *merge, NegApplied *applied, GError **error)
{
  gboolean leads_back;

  *applied = NEG_REFUSED_NO_ID;
  if (*merge->retired.id == '\0' || *merge->survivor.id == '\0')
    return TRUE;
  *applied = NEG_REFUSED_SAME;
  if (g_str_equal (merge->retired.id, merge->survivor.id) && g_str_equal (merge->retired.issuer, merge->survivor.issuer))
    return TRUE;
  *applied = NEG_REFUSED_CIRCLE;
  if (!_neg_patients_leads_to (merge->database, &merge->survivor, &merge->retired, &leads_back, error))
    return FALSE;
  return leads_back || link_retired (merge, applied, error);
}

gboolean
_neg_orders_apply_merges (NegDatabase *database, const NegSaid *said, gint64 message, NegApplied *applied,
                          GError **error)
{
  *applied = NEG_REFUSED_NO_ID;
  for (guint i = 0; i < said->merges->len && (i == 0 || *applied < NEG_REFUSED_SAME); i++) {
    const NegSaidMerge *one = g_ptr_array_index (said->merges, i);
    Merge merge = { .database = database,
                    .link = { .user = "", .message = message, .time_us = said->time_us },
                    .patient = &said->patient,
                    .survivor_name = said->patient.name,
                    .retired_name = one->retired_name };
    gboolean done;

    merge.retired = (NegSaidId){ neg_identity_dup_id (one->retired.id), neg_identity_dup_id (one->retired.issuer) };
    merge.survivor = (NegSaidId){ neg_identity_dup_id (one->survivor.id), neg_identity_dup_id (one->survivor.issuer) };
    done = apply_merge (&merge, applied, error);
    g_free (merge.retired.id);
    g_free (merge.retired.issuer);
    g_free (merge.survivor.id);
    g_free (merge.survivor.issuer);
    if (!done)
      return FALSE;
  }
  return TRUE;
}

/* --- by a person --- */

gboolean
neg_patients_join (NegDatabase *database, gint64 entry, gint64 into, const char *user, gint64 *link, GError **error)
{
  g_autoptr (NegEntryRow) from_row = _neg_entry_row_find (database, entry, error);
  g_autoptr (NegEntryRow) to_row = from_row != NULL ? _neg_entry_row_find (database, into, error) : NULL;
  const NegLinkSaid said = { .user = user, .time_us = g_get_real_time () };
  NegPatient from, to;
  NegApplied applied;

  if (to_row == NULL)
    return FALSE;
  from = (NegPatient){ from_row->entry->issuer, from_row->entry->patient_id, from_row->name_key,
                       from_row->entry->patient_name };
  to = (NegPatient){ to_row->entry->issuer, to_row->entry->patient_id, to_row->name_key, to_row->entry->patient_name };
  if (*from.id == '\0' || *to.id == '\0')
    return neg_fail (error, NEG_ERROR_REFUSED, "patient", "A patient without an ID cannot be joined with another one");
  if (_neg_patient_is_same (&from, &to))
    return neg_fail (error, NEG_ERROR_CONFLICT, "patient", "These are one patient already");
  if (!_neg_patients_link (database, &from, &to, &said, &applied, link, error))
    return FALSE;
  return applied == NEG_APPLIED
         || neg_fail (error, NEG_ERROR_CONFLICT, "patient", "These patients are joined the other way round");
}
