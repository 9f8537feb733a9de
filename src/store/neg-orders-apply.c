/* What messages said becomes rows. */
#include "config.h"

#include "store/neg-orders-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "model/neg-identity.h"

#define MAX_NAMES "20" /* of one ID, the newest */

/* --- who --- */

void
_neg_said_who_clear (NegSaidWho *who)
{
  g_clear_pointer (&who->issuer, g_free);
  g_clear_pointer (&who->id, g_free);
  g_clear_pointer (&who->name_key, g_free);
  g_clear_pointer (&who->name, g_free);
  _neg_patient_clear (&who->now);
}

static void
set_name (NegSaidWho *who, const char *name_key, const char *name)
{
  g_free (who->name_key);
  g_free (who->name);
  who->name_key = g_strdup (name_key);
  who->name = g_strdup (name);
}

/* The name that messages gave the patient of this ID, when it is the only one, or all of them are one patient's now. */
static gboolean
find_name (NegDatabase *database, NegSaidWho *who, GError **error)
{
  NegStatement *names = neg_database_prepare (
      database,
      "SELECT name_key, patient_name FROM patient_said WHERE patient_id = ?1 AND issuer = ?2 ORDER BY time_us DESC, "
      "name_key LIMIT " MAX_NAMES,
      error);
  g_auto (NegPatient) first = { 0 };
  gboolean has_row = TRUE, is_one = TRUE;

  set_name (who, "", "");
  if (names == NULL)
    return FALSE;
  neg_statement_bind_text (names, 1, who->id);
  neg_statement_bind_text (names, 2, who->issuer);
  while (is_one && has_row) {
    g_auto (NegPatient) now = { 0 };
    const gboolean is_first = first.id == NULL;

    if (!neg_statement_step (names, &has_row, error))
      return FALSE;
    if (!has_row)
      break;
    if (!_neg_patient_resolve (database, who->issuer, who->id, neg_statement_get_text (names, 0),
                               is_first ? &first : &now, error))
      return FALSE;
    if (is_first)
      set_name (who, neg_statement_get_text (names, 0), neg_statement_get_text (names, 1));
    else
      is_one = _neg_patient_is_same (&first, &now);
  }
  neg_statement_reset (names);
  if (!is_one)
    set_name (who, "", "");
  return TRUE;
}

gboolean
_neg_said_who_init (NegDatabase *database, NegSaidWho *who, const NegSaidPatient *patient, gboolean *is_known,
                    GError **error)
{
  const NegSaidId *id = patient->ids->len > 0 ? g_ptr_array_index (patient->ids, 0) : NULL;

  who->issuer = neg_identity_dup_id (id != NULL ? id->issuer : "");
  who->id = neg_identity_dup_id (id != NULL ? id->id : "");
  *is_known = *who->id != '\0';
  who->name_key = neg_identity_dup_name_key (patient->name);
  who->name = g_strdup (patient->name != NULL ? patient->name : "");
  if (*who->name_key == '\0' && !find_name (database, who, error))
    return FALSE;
  return _neg_patient_resolve (database, who->issuer, who->id, who->name_key, &who->now, error);
}

/* --- one order --- */

static const struct {
  NegOrderText text;
  gsize offset;
} fields[] = {
  { NEG_ORDER_TEXT_PROCEDURE_ID, G_STRUCT_OFFSET (NegSaidOrder, procedure_id) },
  { NEG_ORDER_TEXT_STUDY_UID, G_STRUCT_OFFSET (NegSaidOrder, study_uid) },
  { NEG_ORDER_TEXT_MODALITY, G_STRUCT_OFFSET (NegSaidOrder, modality) },
  { NEG_ORDER_TEXT_PROCEDURE_CODE, G_STRUCT_OFFSET (NegSaidOrder, procedure_code) },
  { NEG_ORDER_TEXT_PROCEDURE, G_STRUCT_OFFSET (NegSaidOrder, procedure) },
  { NEG_ORDER_TEXT_BODY_PART, G_STRUCT_OFFSET (NegSaidOrder, body_part) },
  { NEG_ORDER_TEXT_LATERALITY, G_STRUCT_OFFSET (NegSaidOrder, laterality) },
  { NEG_ORDER_TEXT_STATION, G_STRUCT_OFFSET (NegSaidOrder, station) },
  { NEG_ORDER_TEXT_STATION_AE, G_STRUCT_OFFSET (NegSaidOrder, station_ae) },
  { NEG_ORDER_TEXT_LOCATION, G_STRUCT_OFFSET (NegSaidOrder, location) },
  { NEG_ORDER_TEXT_REFERRER, G_STRUCT_OFFSET (NegSaidOrder, referrer) },
  { NEG_ORDER_TEXT_REQUESTER, G_STRUCT_OFFSET (NegSaidOrder, requester) },
  { NEG_ORDER_TEXT_PERFORMER, G_STRUCT_OFFSET (NegSaidOrder, performer) },
  { NEG_ORDER_TEXT_REASON, G_STRUCT_OFFSET (NegSaidOrder, reason) },
  { NEG_ORDER_TEXT_ALERTS, G_STRUCT_OFFSET (NegSaidOrder, alerts) },
  { NEG_ORDER_TEXT_DATE, G_STRUCT_OFFSET (NegSaidOrder, date) },
  { NEG_ORDER_TEXT_TIME, G_STRUCT_OFFSET (NegSaidOrder, time) },
  { NEG_ORDER_TEXT_TIMEZONE, G_STRUCT_OFFSET (NegSaidOrder, timezone) },
  { NEG_ORDER_TEXT_PRIORITY, G_STRUCT_OFFSET (NegSaidOrder, priority) },
};

/* Each with its issuer: another number without one has no issuer, whatever the older number had. */
static void
set_number (NegOrderRow *row, NegOrderText which, const char *number, const char *issuer, gboolean is_whole)
{
  const gboolean is_same = number != NULL && strcmp (number, row->texts[which]) == 0;

  if (number == NULL || (is_whole && *row->texts[which] != '\0') || (is_same && (issuer == NULL || *issuer == '\0')))
    return;
  _neg_order_row_set (row, which, number);
  _neg_order_row_set (row, which + 1, issuer != NULL ? issuer : "");
}

/* What speaks of the order as a whole (an appointment) has numbers of its own, which only stand in. */
static void
set_numbers (NegOrderRow *row, const NegSaidOrder *said)
{
  const gboolean is_whole = row->id != 0 && (said->accession == NULL || *said->accession == '\0')
                            && *row->texts[NEG_ORDER_TEXT_ACCESSION] != '\0';

  set_number (row, NEG_ORDER_TEXT_PLACER, said->placer, said->placer_issuer, is_whole);
  set_number (row, NEG_ORDER_TEXT_FILLER, said->filler, said->filler_issuer, is_whole);
  set_number (row, NEG_ORDER_TEXT_ACCESSION, said->accession, said->accession_issuer, FALSE);
  if (!is_whole || *row->texts[NEG_ORDER_TEXT_STEP_ID] == '\0')
    _neg_order_row_set (row, NEG_ORDER_TEXT_STEP_ID, said->step_id);
}

static void
set_patient (NegOrderRow *row, const NegSaidWho *who, const NegSaidPatient *patient)
{
  _neg_order_row_set (row, NEG_ORDER_TEXT_ISSUER, who->issuer);
  _neg_order_row_set (row, NEG_ORDER_TEXT_PATIENT_ID, who->id);
  _neg_order_row_set (row, NEG_ORDER_TEXT_NAME_KEY, who->name_key);
  _neg_order_row_set (row, NEG_ORDER_TEXT_PATIENT_NAME, who->name);
  _neg_order_row_set (row, NEG_ORDER_TEXT_BIRTH_DATE, patient->birth_date);
  _neg_order_row_set (row, NEG_ORDER_TEXT_SEX, patient->sex);
  _neg_order_row_set (row, NEG_ORDER_TEXT_PATIENT_LOCATION, patient->location);
  _neg_order_row_set (row, NEG_ORDER_TEXT_ADMISSION_ID, patient->admission_id);
}

/* (0040,1003); what nobody knows is no hurry. */
static NegUrgency
get_urgency (const char *priority)
{
  static const char *names[] = { "STAT", "HIGH", "MEDIUM" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (priority, names[i]) == 0)
      return (NegUrgency) i;
  return NEG_URGENCY_ROUTINE;
}

static void
set_order (NegOrderRow *row, const NegSaidOrder *said)
{
  set_numbers (row, said);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    _neg_order_row_set (row, fields[i].text, G_STRUCT_MEMBER (char *, said, fields[i].offset));
  row->urgency = get_urgency (row->texts[NEG_ORDER_TEXT_PRIORITY]);
  if (said->status != NEG_ORDER_KEEP)
    row->status = said->status;
  else if (row->id == 0)
    row->status = NEG_ORDER_SCHEDULED;
}

/* By the event's own time, not by when it came. A canceled order is asked for again by whatever says "scheduled" and is
 * newer for certain: the placer's number is the order's for ever (HL7 2.5.1, 4.5.1.2), so it is the same row. */
static gboolean
is_old (const NegOrderRow *row, const NegSaidOrder *said, gint64 time_us)
{
  const gboolean is_over = row->status == NEG_ORDER_CANCELED || row->status == NEG_ORDER_DISCONTINUED;

  if (row->time_us == 0 || time_us == 0)
    return is_over && said->status == NEG_ORDER_SCHEDULED;
  return time_us < row->time_us;
}

static gboolean
has_number (const NegSaidOrder *said)
{
  const char *numbers[] = { said->accession, said->placer, said->filler };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (numbers[i] != NULL && *numbers[i] != '\0')
      return TRUE;
  return FALSE;
}

typedef struct {
  NegDatabase *database;
  const NegSaid *said;
  const NegSaidWho *who;
  gint64 message;
} Apply;

static gboolean
store (const Apply *apply, NegOrderRow *row, const NegSaidOrder *order, GError **error)
{
  row->message_id = apply->message;
  row->changed_us = g_get_real_time ();
  if (row->id == 0)
    row->received_us = row->changed_us;
  row->time_us = MAX (row->time_us, apply->said->time_us);
  set_patient (row, apply->who, &apply->said->patient);
  set_order (row, order);
  return _neg_order_row_store (apply->database, row, error);
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

/* What an older event says of an order that is open, and nobody has said since, is true still: an appointment or a change
 * that overtakes the order must not cost it its accession number. Date, time and zone are one statement. */
static gboolean
fill_in (const Apply *apply, NegOrderRow *row, const NegSaidOrder *order, NegApplied *applied, GError **error)
{
  const gboolean has_start = *row->texts[NEG_ORDER_TEXT_DATE] != '\0',
                 has_accession = *row->texts[NEG_ORDER_TEXT_ACCESSION] != '\0';
  gboolean changed = FALSE;

  if (row->status == NEG_ORDER_CANCELED || row->status == NEG_ORDER_DISCONTINUED)
    return TRUE;
  if (!has_accession && !is_empty (order->accession)) {
    set_numbers (row, order);
    changed = TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    const NegOrderText which = fields[i].text;
    const char *text = G_STRUCT_MEMBER (char *, order, fields[i].offset);
    const gboolean is_start = which == NEG_ORDER_TEXT_DATE || which == NEG_ORDER_TEXT_TIME
                              || which == NEG_ORDER_TEXT_TIMEZONE;

    if (is_empty (text) || *row->texts[which] != '\0' || (is_start && has_start))
      continue;
    _neg_order_row_set (row, which, text);
    changed = TRUE;
  }
  if (!changed)
    return TRUE;
  *applied = NEG_APPLIED;
  row->urgency = get_urgency (row->texts[NEG_ORDER_TEXT_PRIORITY]);
  row->message_id = apply->message;
  row->changed_us = g_get_real_time ();
  return _neg_order_row_store (apply->database, row, error);
}

static gboolean
store_new (const Apply *apply, const NegSaidOrder *order, GError **error)
{
  g_autoptr (NegOrderRow) row = _neg_order_row_new ();

  return store (apply, row, order, error);
}

static gboolean
apply_order (const Apply *apply, const NegSaidOrder *order, NegApplied *applied, GError **error)
{
  const NegOrderNumbers numbers
      = { .placer = order->placer,       .placer_issuer = order->placer_issuer,       .filler = order->filler,
          .filler_issuer = order->filler_issuer, .accession = order->accession,
          .accession_issuer = order->accession_issuer, .step_id = order->step_id };
  g_autoptr (GPtrArray) rows = NULL;
  gboolean is_foreign;

  *applied = NEG_REFUSED_NO_ID;
  if (!has_number (order))
    return TRUE;
  rows = _neg_orders_find_by_numbers (apply->database, &numbers, &apply->who->now, &is_foreign, error);
  if (rows == NULL)
    return FALSE;
  *applied = is_foreign ? NEG_REFUSED_PATIENT : rows->len == 0 ? NEG_APPLIED : NEG_APPLIED_OLD;
  if (is_foreign)
    return TRUE;
  if (rows->len == 0)
    return store_new (apply, order, error);
  for (guint i = 0; i < rows->len; i++) {
    NegOrderRow *row = g_ptr_array_index (rows, i);

    if (is_old (row, order, apply->said->time_us)) {
      if (!fill_in (apply, row, order, applied, error))
        return FALSE;
      continue;
    }
    *applied = NEG_APPLIED;
    if (!store (apply, row, order, error))
      return FALSE;
  }
  return TRUE;
}

/* --- all of a patient's part --- */

/* A refusal stands for all; what changed something before what did not. */
static void
add_applied (NegApplied *all, NegApplied one, gboolean is_first)
{
  static const guint ranks[] = { [NEG_APPLIED] = 1,      [NEG_APPLIED_OLD] = 0,    [NEG_APPLIED_UNMATCHED] = 2,
                                 [NEG_REFUSED_SAME] = 3, [NEG_REFUSED_CIRCLE] = 3, [NEG_REFUSED_NO_ID] = 3,
                                 [NEG_REFUSED_PATIENT] = 3 };

  if (is_first || ranks[one] > ranks[*all])
    *all = one;
}

static gboolean
apply_orders (const Apply *apply, NegApplied *applied, GError **error)
{
  const GPtrArray *orders = apply->said->orders;

  if (!_neg_patients_note_name (apply->database, apply->who, &apply->said->patient, apply->said->time_us, error))
    return FALSE;
  for (guint i = 0; i < orders->len && (i == 0 || *applied < NEG_REFUSED_SAME); i++) {
    NegApplied one;

    if (!apply_order (apply, g_ptr_array_index (orders, i), &one, error))
      return FALSE;
    add_applied (applied, one, i == 0);
  }
  return TRUE;
}

static gboolean
apply_reports (const Apply *apply, NegApplied *applied, GError **error)
{
  const GPtrArray *reports = apply->said->reports;

  for (guint i = 0; i < reports->len && (i == 0 || *applied < NEG_REFUSED_SAME); i++) {
    NegApplied one;

    if (!_neg_orders_apply_report (apply->database, apply->said, apply->who, g_ptr_array_index (reports, i),
                                   apply->message, &one, error))
      return FALSE;
    add_applied (applied, one, i == 0);
  }
  return TRUE;
}

static gboolean
apply_said (NegDatabase *database, const NegSaid *said, gint64 message, NegApplied *applied, GError **error)
{
  g_auto (NegSaidWho) who = { 0 };
  const Apply apply = { database, said, &who, message };
  gboolean is_known;

  *applied = NEG_APPLIED;
  if (said->kind == NEG_SAID_NOTHING)
    return TRUE;
  if (said->kind == NEG_SAID_MERGE)
    return _neg_orders_apply_merges (database, said, message, applied, error);
  if (!_neg_said_who_init (database, &who, &said->patient, &is_known, error))
    return FALSE;
  if (!is_known) {
    *applied = NEG_REFUSED_NO_ID;
    return TRUE;
  }
  if (said->kind == NEG_SAID_PATIENT)
    return _neg_orders_apply_demographics (database, said, &who, message, applied, error);
  return said->kind == NEG_SAID_ORDER ? apply_orders (&apply, applied, error) : apply_reports (&apply, applied, error);
}

static gboolean
run (NegDatabase *database, const char *sql, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  return statement != NULL && neg_statement_run (statement, error);
}

/* What is refused or fails has changed nothing. */
gboolean
neg_orders_apply (NegDatabase *database, const NegSaid *said, gint64 message, NegApplied *applied, GError **error)
{
  gboolean done;

  if (!run (database, "SAVEPOINT said", error))
    return FALSE;
  done = apply_said (database, said, message, applied, error);
  if (done && *applied < NEG_REFUSED_SAME)
    return run (database, "RELEASE said", error);
  if (done)
    return run (database, "ROLLBACK TO said", error) && run (database, "RELEASE said", error);
  /* After some failures SQLite has undone everything by itself. */
  if (run (database, "ROLLBACK TO said", NULL))
    run (database, "RELEASE said", NULL);
  return FALSE;
}
