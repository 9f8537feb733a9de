/* Entries of patients of whom a link came or went, composed anew: who they are of now, and what belongs together. */
#include "config.h"

#include "store/neg-entries-private.h"
#include "store/neg-patients-private.h"

/* So many are done within the transaction of the link, some 40 ms; what is more, piece by piece. */
#define AT_ONCE 100u

/* Two passes over a patient's entries: each is its patient's of now and lets go of what is another's; then what has no
 * images looks where it belongs, which it can only see when all are done. */
typedef enum { PASS_PATIENTS, PASS_PLACES, N_PASSES } Pass;

typedef struct {
  gint64 id, next_id;
  NegPatient patient;
  Pass pass;
} Change;

static void
change_clear (Change *change)
{
  _neg_patient_clear (&change->patient);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

/* --- the queue --- */

static gboolean
add_change (NegDatabase *database, const NegPatient *patient, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "INSERT INTO patient_change (issuer, patient_id, name_key, pass, next_id) VALUES (?1, ?2, ?3, 0, 0)", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, patient->issuer);
  neg_statement_bind_text (row, 2, patient->id);
  neg_statement_bind_text (row, 3, patient->name_key);
  return neg_statement_run (row, error);
}

/* Both patients' first pass comes before either one's second. */
static gboolean
load_change (NegDatabase *database, Change *change, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT id, next_id, issuer, patient_id, name_key, pass FROM patient_change ORDER BY pass, id LIMIT 1", error);
  gboolean has_row;

  change->id = 0;
  if (row == NULL || !neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  change->id = neg_statement_get_int (row, 0);
  change->next_id = neg_statement_get_int (row, 1);
  change->patient.issuer = g_strdup (neg_statement_get_text (row, 2));
  change->patient.id = g_strdup (neg_statement_get_text (row, 3));
  change->patient.name_key = g_strdup (neg_statement_get_text (row, 4));
  change->pass = (Pass) neg_statement_get_int (row, 5);
  neg_statement_reset (row);
  return TRUE;
}

static gboolean
write_change (NegDatabase *database, const Change *change, GError **error)
{
  NegStatement *row = neg_database_prepare (database,
                                            change->pass < N_PASSES
                                                ? "UPDATE patient_change SET pass = ?2, next_id = ?3 WHERE id = ?1"
                                                : "DELETE FROM patient_change WHERE id = ?1 AND ?2 = ?2 AND ?3 = ?3",
                                            error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, change->id);
  neg_statement_bind_int (row, 2, change->pass);
  neg_statement_bind_int (row, 3, change->next_id);
  return neg_statement_run (row, error);
}

/* --- one entry --- */

/* gint64 of a statement's first column. */
static GArray *
list_ids (NegStatement *statement, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean has_row;

  while (neg_statement_step (statement, &has_row, error)) {
    gint64 id;

    if (!has_row)
      return g_steal_pointer (&ids);
    id = neg_statement_get_int (statement, 0);
    g_array_append_val (ids, id);
  }
  return NULL;
}

/* Whose the entry is: its study's, else that of what was there first. Sources of another one are listed. */
static GArray *
list_strangers (NegDatabase *database, gint64 entry_id, GError **error)
{
  NegStatement *said = neg_database_prepare (
      database,
      "SELECT 0, issuer, patient_id, name_key FROM study WHERE id = (SELECT study_rowid FROM entry WHERE id = ?1) "
      "UNION ALL SELECT * FROM (SELECT id, issuer, patient_id, name_key FROM entry_source WHERE entry_id = ?1 "
      "ORDER BY home_id <> entry_id, kind, id)",
      error);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (NegPatient) first = { 0 };
  gboolean has_row;

  if (said == NULL)
    return NULL;
  neg_statement_bind_int (said, 1, entry_id);
  while (neg_statement_step (said, &has_row, error)) {
    g_auto (NegPatient) one = { 0 };
    gint64 id;

    if (!has_row)
      return g_steal_pointer (&ids);
    id = neg_statement_get_int (said, 0);
    if (!_neg_patient_resolve (database, neg_statement_get_text (said, 1), neg_statement_get_text (said, 2),
                               neg_statement_get_text (said, 3), first.id == NULL ? &first : &one, error))
      return NULL;
    if (one.id != NULL && !_neg_patient_is_same (&first, &one))
      g_array_append_val (ids, id);
  }
  return NULL;
}

static gboolean
take_out (NegDatabase *database, gint64 source_id, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "UPDATE entry_source SET entry_id = 0 WHERE id = ?1", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, source_id);
  return neg_statement_run (row, error);
}

/* Its patient, without what is another's. */
static gboolean
part (NegDatabase *database, gint64 entry_id, GError **error)
{
  g_autoptr (GArray) strangers = list_strangers (database, entry_id, error);

  if (strangers == NULL)
    return FALSE;
  for (guint i = 0; i < strangers->len; i++)
    if (!take_out (database, g_array_index (strangers, gint64, i), error))
      return FALSE;
  if (!_neg_entry_compose (database, entry_id, NEG_COMPOSE_QUIETLY, error))
    return FALSE;
  for (guint i = 0; i < strangers->len; i++)
    if (!_neg_source_place (database, g_array_index (strangers, gint64, i), NEG_COMPOSE_QUIETLY, error))
      return FALSE;
  return TRUE;
}

/* What has no images of its own here, where it belongs. */
static gboolean
place (NegDatabase *database, gint64 entry_id, GError **error)
{
  NegStatement *sources = neg_database_prepare (
      database,
      "SELECT id FROM entry_source WHERE entry_id = ?1 AND NOT EXISTS (SELECT 1 FROM entry WHERE id = ?1 AND "
      "study_rowid <> 0) ORDER BY id",
      error);
  g_autoptr (GArray) ids = NULL;

  if (sources == NULL)
    return FALSE;
  neg_statement_bind_int (sources, 1, entry_id);
  ids = list_ids (sources, error);
  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!_neg_source_place (database, g_array_index (ids, gint64, i), NEG_COMPOSE_QUIETLY, error))
      return FALSE;
  return TRUE;
}

/* --- pieces --- */

static GArray *
list_entries (NegDatabase *database, const Change *change, guint limit, GError **error)
{
  NegStatement *entries = neg_database_prepare (
      database,
      "SELECT id FROM entry WHERE patient_id <> '' AND patient_id = ?1 AND issuer = ?2 AND name_key = ?3 AND id >= ?4 "
      "ORDER BY id LIMIT ?5",
      error);

  if (entries == NULL)
    return NULL;
  neg_statement_bind_text (entries, 1, change->patient.id);
  neg_statement_bind_text (entries, 2, change->patient.issuer);
  neg_statement_bind_text (entries, 3, change->patient.name_key);
  neg_statement_bind_int (entries, 4, change->next_id);
  neg_statement_bind_int (entries, 5, limit);
  return list_ids (entries, error);
}

/* The next patient that has something left; the pass that is over counts his priors. */
static gboolean
go_on (NegDatabase *database, Change *change, GError **error)
{
  g_auto (NegPatient) now = { 0 };

  change->pass++;
  change->next_id = 0;
  if (!_neg_patient_resolve (database, change->patient.issuer, change->patient.id, change->patient.name_key, &now, error)
      || !_neg_entry_count_priors (database, change->patient.issuer, change->patient.id, change->patient.name_key, error))
    return FALSE;
  return _neg_patient_is_same (&now, &change->patient)
         || _neg_entry_count_priors (database, now.issuer, now.id, now.name_key, error);
}

static gboolean
follow_change (NegDatabase *database, Change *change, guint limit, guint *n, GError **error)
{
  g_autoptr (GArray) ids = list_entries (database, change, limit, error);

  if (ids == NULL)
    return FALSE;
  *n = ids->len;
  for (guint i = 0; i < ids->len; i++) {
    const gint64 id = g_array_index (ids, gint64, i);

    if (!(change->pass == PASS_PATIENTS ? part (database, id, error) : place (database, id, error)))
      return FALSE;
    change->next_id = id + 1;
  }
  return (ids->len == limit || go_on (database, change, error)) && write_change (database, change, error);
}

gboolean
neg_patients_follow (NegDatabase *database, guint limit, guint *n, GError **error)
{
  *n = 0;
  while (*n < limit) {
    g_auto (Change) change = { 0 };
    guint done;

    if (!load_change (database, &change, error))
      return FALSE;
    if (change.id == 0)
      return TRUE;
    if (!follow_change (database, &change, limit - *n, &done, error))
      return FALSE;
    *n += done;
  }
  return TRUE;
}

static gboolean
count (NegDatabase *database, const NegPatient *patient, guint *n, GError **error)
{
  const Change all = { .patient = *patient };
  g_autoptr (GArray) ids = list_entries (database, &all, AT_ONCE + 1, error);

  if (ids == NULL)
    return FALSE;
  *n += ids->len;
  return TRUE;
}

/* One with thousands of entries is being followed: this one has its turn after it. */
static gboolean
is_behind (NegDatabase *database, gboolean *behind, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT 1 FROM patient_change LIMIT 1", error);

  if (row == NULL || !neg_statement_step (row, behind, error))
    return FALSE;
  neg_statement_reset (row);
  return TRUE;
}

gboolean
_neg_patients_changed (NegDatabase *database, const NegPatient *one, const NegPatient *other, GError **error)
{
  gboolean behind;
  guint n = 0;

  if (!is_behind (database, &behind, error) || !count (database, one, &n, error) || !count (database, other, &n, error)
      || !add_change (database, one, error)
      || (!_neg_patient_is_same (one, other) && !add_change (database, other, error)))
    return FALSE;
  return behind || n > AT_ONCE || neg_patients_follow (database, 4 * AT_ONCE, &n, error);
}
