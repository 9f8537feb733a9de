#include "config.h"

#include "orders-list.h"

#include <string.h>

#include "model/neg-identity.h"
#include "neg-store-resources.h"

void
orders_list_init (OrdersList *list, gconstpointer data)
{
  NegSchema schema = { .resource = neg_store_get_resource (), .folder = "/org/negatoscope/store/archive" };
  g_autoptr (GError) error = NULL;

  store_folder_init (&list->folder);
  list->database = neg_database_open (list->folder.path, &schema, &error);
  g_assert_no_error (error);
  list->next_series = list->next_message = 1;
  orders_list_run (list, "BEGIN"); /* one for all: the disk is not what is looked at */
}

void
orders_list_clear (OrdersList *list, gconstpointer data)
{
  neg_database_free (list->database);
  store_folder_clear (&list->folder);
}

static NegStatement *
prepare (OrdersList *list, const char *format, va_list arguments)
{
  g_autofree char *sql = g_strdup_vprintf (format, arguments);
  g_autoptr (GError) error = NULL;
  NegStatement *statement = neg_database_prepare (list->database, sql, &error);

  g_assert_no_error (error);
  return statement;
}

void
orders_list_run (OrdersList *list, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  neg_statement_run (prepare (list, format, arguments), &error);
  va_end (arguments);
  g_assert_no_error (error);
}

gint64
orders_list_query (OrdersList *list, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  NegStatement *statement;
  gboolean has_row;
  va_list arguments;
  gint64 value;

  va_start (arguments, format);
  statement = prepare (list, format, arguments);
  va_end (arguments);
  neg_statement_step (statement, &has_row, &error);
  g_assert_no_error (error);
  g_assert_true (has_row);
  value = neg_statement_get_int (statement, 0);
  neg_statement_reset (statement);
  return value;
}

char *
orders_list_query_text (OrdersList *list, const char *sql)
{
  g_autoptr (GError) error = NULL;
  NegStatement *statement = neg_database_prepare (list->database, sql, &error);
  gboolean has_row;
  char *text;

  g_assert_no_error (error);
  neg_statement_step (statement, &has_row, &error);
  g_assert_no_error (error);
  text = has_row ? g_strdup (neg_statement_get_text (statement, 0)) : NULL;
  neg_statement_reset (statement);
  return text;
}

/* --- what messages say --- */

NegApplied
orders_list_apply (OrdersList *list, NegSaid *said)
{
  g_autoptr (GError) error = NULL;
  NegApplied applied;

  neg_orders_apply (list->database, said, list->next_message++, &applied, &error);
  g_assert_no_error (error);
  neg_said_free (said);
  return applied;
}

static NegSaid *
new_said (NegSaidKind kind, const Who *who, gint64 time_us)
{
  NegSaid *said = neg_said_new (kind);

  said->time_us = time_us;
  said->patient.name = g_strdup (who->name);
  if (who->id != NULL) {
    NegSaidId *id = g_new0 (NegSaidId, 1);

    id->id = g_strdup (who->id);
    id->issuer = g_strdup (who->issuer != NULL ? who->issuer : "");
    g_ptr_array_add (said->patient.ids, id);
  }
  return said;
}

NegSaid *
said_order (const Who *who, const Asked *asked, gint64 time_us)
{
  NegSaid *said = new_said (NEG_SAID_ORDER, who, time_us);
  NegSaidOrder *order = g_new0 (NegSaidOrder, 1);

  order->placer = g_strdup (asked->placer);
  order->filler = g_strdup (asked->filler);
  order->accession = g_strdup (asked->accession);
  order->accession_issuer = g_strdup (asked->accession_issuer);
  order->step_id = g_strdup (asked->step);
  order->study_uid = g_strdup (asked->study_uid);
  order->modality = g_strdup (asked->modality);
  order->procedure = g_strdup (asked->procedure);
  order->location = g_strdup (asked->location);
  order->date = g_strdup (asked->date);
  order->time = g_strdup (asked->time);
  order->priority = g_strdup (asked->priority);
  order->reason = g_strdup (asked->reason);
  order->referrer = g_strdup (asked->referrer);
  order->status = asked->status;
  g_ptr_array_add (said->orders, order);
  return said;
}

NegSaid *
said_patient (const Who *who, gint64 time_us)
{
  return new_said (NEG_SAID_PATIENT, who, time_us);
}

NegSaid *
said_merge (const Who *retired, const Who *survivor, gint64 time_us)
{
  NegSaid *said = new_said (NEG_SAID_MERGE, survivor, time_us);
  NegSaidMerge *merge = g_new0 (NegSaidMerge, 1);

  merge->retired = (NegSaidId){ g_strdup (retired->id), g_strdup (retired->issuer) };
  merge->survivor = (NegSaidId){ g_strdup (survivor->id), g_strdup (survivor->issuer) };
  merge->retired_name = g_strdup (retired->name);
  g_ptr_array_add (said->merges, merge);
  return said;
}

NegSaid *
said_report (const Who *who, const char *accession, NegReportStatus status, const char *text, gint64 time_us)
{
  NegSaid *said = new_said (NEG_SAID_REPORT, who, time_us);
  NegSaidReport *report = g_new0 (NegSaidReport, 1);

  report->accession = g_strdup (accession);
  report->study_uids = g_new0 (char *, 1);
  report->status = status;
  report->text = g_strdup (text);
  g_ptr_array_add (said->reports, report);
  return said;
}

/* --- images --- */

static void
refresh (OrdersList *list, gint64 rowid)
{
  g_autoptr (GError) error = NULL;

  neg_entries_refresh_study (list->database, rowid, &error);
  g_assert_no_error (error);
}

gint64
orders_list_add_study (OrdersList *list, const Who *who, const char *uid, const char *accession,
                       const char *accession_issuer, const char *date)
{
  g_autofree char *name_key = neg_identity_dup_name_key (who->name);
  gint64 rowid;

  orders_list_run (list,
                   "INSERT INTO study (study_uid, issuer, patient_id, name_key, patient_name, birth_date, sex, date, "
                   "time, timezone, accession, accession_issuer, description, referrer, institution, arrived_us, "
                   "used_us) VALUES ('%s', '%s', '%s', '%s', '%s', '', '', '%s', '100000', '+0000', '%s', '%s', 'CT', "
                   "'', '', 1700000000000000, 0)",
                   uid, who->issuer, who->id, name_key, who->name, date, accession, accession_issuer);
  rowid = orders_list_query (list, "SELECT last_insert_rowid ()");
  orders_list_run (list,
                   "INSERT INTO series (study_id, series_uid, modality, date, time, description, body_part, laterality, "
                   "station, n_instances) VALUES (%" G_GINT64_FORMAT ", '1.%" G_GINT64_FORMAT
                   "', 'CT', '', '', '', '', '', '', 3)",
                   rowid, list->next_series++);
  refresh (list, rowid);
  return rowid;
}

void
orders_list_remove_study (OrdersList *list, gint64 rowid)
{
  orders_list_run (list, "DELETE FROM series WHERE study_id = %" G_GINT64_FORMAT, rowid);
  orders_list_run (list, "DELETE FROM study WHERE id = %" G_GINT64_FORMAT, rowid);
  refresh (list, rowid);
}

void
orders_list_set_remote (OrdersList *list, const Who *who, const char *uid, const char *accession)
{
  const NegRemoteStudy study = { .peer = "PACS", .study_uid = uid, .patient_name = who->name, .patient_id = who->id,
                                 .issuer = who->issuer, .accession = accession, .date = "20250101", .time = "1200",
                                 .modalities = "MR", .n_instances = 9 };
  g_autoptr (GError) error = NULL;

  neg_entries_set_remote (list->database, uid, "PACS", &study, 1, TRUE, &error);
  g_assert_no_error (error);
}

/* --- what is there --- */

guint
orders_list_count (OrdersList *list)
{
  return (guint) orders_list_query (list, "SELECT count(*) FROM entry");
}

NegEntry *
orders_list_entry (OrdersList *list, const char *condition)
{
  g_autoptr (GError) error = NULL;
  NegEntry *entry;

  g_assert_cmpint (orders_list_query (list, "SELECT count(*) FROM entry WHERE %s", condition), ==, 1);
  entry = neg_entries_find (list->database, orders_list_query (list, "SELECT id FROM entry WHERE %s", condition), &error);
  g_assert_no_error (error);
  return entry;
}

static void
dump_rows (OrdersList *list, const char *sql, GString *text)
{
  g_autoptr (GError) error = NULL;
  NegStatement *statement = neg_database_prepare (list->database, sql, &error);
  gboolean has_row;

  g_assert_no_error (error);
  while (neg_statement_step (statement, &has_row, &error) && has_row)
    g_string_append_printf (text, "%s\n", neg_statement_get_text (statement, 0));
  g_assert_no_error (error);
}

char *
orders_list_dump (OrdersList *list)
{
  GString *text = g_string_new (NULL);

  dump_rows (list,
             "SELECT 'entry ' || json_array (id, study_uid, study_rowid, patient_name, patient_id, issuer, name_key, "
             "birth_date, sex, accession, accession_issuer, modalities, description, body_part, location, referrer, "
             "study_date, study_time, peers, time_us, arrived_us, is_conflict, urgency, status, claimed_by, claimed_at, "
             "claimed_us, n_here, n_there, n_series_here, n_priors, n_priors_here) FROM entry ORDER BY id",
             text);
  dump_rows (list,
             "SELECT 'source ' || json_array (id, entry_id, home_id, kind, study_uid, step_id, issuer, patient_id, "
             "name_key, accession, order_id, is_over) FROM entry_source ORDER BY id",
             text);
  dump_rows (list,
             "SELECT 'order ' || json_array (id, status, urgency, scheduled_us, has_images, matched_entry_id, issuer, "
             "patient_id, name_key, patient_name, placer, filler, accession, accession_issuer, step_id, study_uid, "
             "modality, procedure, location, reason, date, time, priority, time_us) FROM imaging_order ORDER BY id",
             text);
  dump_rows (list,
             "SELECT 'report ' || json_array (r.id, version, status, n_entries, issuer, patient_id, text, e.entry_id) "
             "FROM report r LEFT JOIN report_entry e ON e.report_id = r.id ORDER BY r.id, e.entry_id",
             text);
  dump_rows (list, "SELECT 'closed ' || json_array (entry_id, status, versions) FROM entry_closed ORDER BY entry_id",
             text);
  dump_rows (list, "SELECT 'parked ' || entry_id FROM entry_parked ORDER BY entry_id", text);
  return g_string_free (text, FALSE);
}
