/* Reports: the current version of each, and the entries that it is of. */
#include "config.h"

#include "store/neg-entries-private.h"
#include "store/neg-orders-private.h"

#include <string.h>

#include "base/neg-error.h"

static const char *
text_or_none (const char *text)
{
  return text != NULL ? text : "";
}

static gboolean
is_said (const char *text)
{
  return text != NULL && *text != '\0';
}

typedef struct {
  NegDatabase *database;
  const NegSaid *said;
  const NegSaidWho *who;
  const NegSaidReport *report;
  gint64 message;
} Apply;

/* --- which report --- */

typedef struct {
  gint64 id, time_us; /* 0: it is new */
  NegReportStatus status;
} Known;

/* A filler number decides where both have one, then a placer number, then what they are about. */
static gboolean
is_it (const Apply *apply, NegStatement *row)
{
  const char *filler = neg_statement_get_text (row, 5), *placer = neg_statement_get_text (row, 7);

  if (is_said (apply->report->filler) && *filler != '\0')
    return g_str_equal (filler, apply->report->filler)
           && g_str_equal (neg_statement_get_text (row, 6), text_or_none (apply->report->filler_issuer));
  if (is_said (apply->report->placer) && *placer != '\0')
    return g_str_equal (placer, apply->report->placer)
           && g_str_equal (neg_statement_get_text (row, 8), text_or_none (apply->report->placer_issuer));
  return TRUE;
}

static gboolean
find_known (const Apply *apply, const char *sql, const char *number, const char *issuer, Known *known, GError **error)
{
  NegStatement *rows = neg_database_prepare (apply->database, sql, error);
  gboolean has_row = TRUE;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_text (rows, 1, text_or_none (number));
  neg_statement_bind_text (rows, 2, text_or_none (issuer));
  while (is_said (number) && known->id == 0 && has_row) {
    gboolean is_he;

    if (!neg_statement_step (rows, &has_row, error)
        || (has_row
            && !_neg_patient_is_now (apply->database, neg_statement_get_text (rows, 2), neg_statement_get_text (rows, 3),
                                     neg_statement_get_text (rows, 4), &apply->who->now, &is_he, error)))
      return FALSE;
    if (has_row && is_he && is_it (apply, rows))
      *known = (Known){ neg_statement_get_int (rows, 0), neg_statement_get_int (rows, 1),
                        (NegReportStatus) neg_statement_get_int (rows, 9) };
  }
  neg_statement_reset (rows);
  return TRUE;
}

#define ROW                                                                                                            \
  "SELECT r.id, r.time_us, r.issuer, r.patient_id, r.name_key, r.filler, r.filler_issuer, r.placer, r.placer_issuer, "  \
  "r.status FROM report r "
#define BY(number) ROW "WHERE r." number " <> '' AND r." number " = ?1 AND r." number "_issuer = ?2 ORDER BY r.id LIMIT 100"

static gboolean
find_report (const Apply *apply, Known *known, GError **error)
{
  const NegSaidReport *said = apply->report;
  gboolean done = find_known (apply, BY ("filler"), said->filler, said->filler_issuer, known, error)
                  && find_known (apply, BY ("placer"), said->placer, said->placer_issuer, known, error)
                  && find_known (apply, BY ("accession"), said->accession, said->accession_issuer, known, error);

  for (guint i = 0; done && known->id == 0 && said->study_uids[i] != NULL; i++)
    done = find_known (apply,
                       ROW "JOIN report_study s ON s.report_id = r.id WHERE s.study_uid = ?1 AND ?2 = ?2 LIMIT 100",
                       said->study_uids[i], NULL, known, error);
  return done;
}

/* --- writing --- */

/* The numbers with their issuers, then what is read. */
static void
get_texts (const NegSaidReport *said, const char **texts)
{
  const gboolean is_placed = is_said (said->placer), is_filled = is_said (said->filler),
                 is_numbered = is_said (said->accession);
  const char *all[] = { is_placed ? said->placer : NULL,      is_placed ? text_or_none (said->placer_issuer) : NULL,
                        is_filled ? said->filler : NULL,      is_filled ? text_or_none (said->filler_issuer) : NULL,
                        is_numbered ? said->accession : NULL, is_numbered ? text_or_none (said->accession_issuer) : NULL,
                        said->title,                          said->author,
                        said->time,                           said->text };

  memcpy (texts, all, sizeof all);
}

#define TEXTS "placer, placer_issuer, filler, filler_issuer, accession, accession_issuer, title, author, time, text"
#define N_TEXTS 10

static gboolean
insert_report (const Apply *apply, gint64 *id, GError **error)
{
  NegStatement *row = neg_database_prepare (
      apply->database,
      "INSERT INTO report (issuer, patient_id, name_key, message_id, version, received_us, time_us, status, " TEXTS
      ") VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
      error);
  const char *texts[N_TEXTS];

  if (row == NULL)
    return FALSE;
  get_texts (apply->report, texts);
  neg_statement_bind_text (row, 1, apply->who->issuer);
  neg_statement_bind_text (row, 2, apply->who->id);
  neg_statement_bind_text (row, 3, apply->who->name_key);
  neg_statement_bind_int (row, 4, apply->message);
  neg_statement_bind_int (row, 5, g_get_real_time ());
  neg_statement_bind_int (row, 6, apply->said->time_us);
  neg_statement_bind_int (row, 7, apply->report->status);
  for (int i = 0; i < N_TEXTS; i++)
    neg_statement_bind_text (row, 8 + i, text_or_none (texts[i]));
  if (!neg_statement_run (row, error))
    return FALSE;
  *id = neg_database_get_last_id (apply->database);
  return TRUE;
}

/* What a version does not say stays; its text is what it says. */
static gboolean
update_report (const Apply *apply, gint64 id, GError **error)
{
  NegStatement *row = neg_database_prepare (
      apply->database,
      "UPDATE report SET message_id = ?2, version = version + 1, received_us = ?3, time_us = max (time_us, ?4), "
      "status = ?5, placer = coalesce (?6, placer), placer_issuer = coalesce (?7, placer_issuer), "
      "filler = coalesce (?8, filler), filler_issuer = coalesce (?9, filler_issuer), "
      "accession = coalesce (?10, accession), accession_issuer = coalesce (?11, accession_issuer), "
      "title = coalesce (?12, title), author = coalesce (?13, author), time = coalesce (?14, time), "
      "text = coalesce (?15, text) WHERE id = ?1",
      error);
  const char *texts[N_TEXTS];

  if (row == NULL)
    return FALSE;
  get_texts (apply->report, texts);
  neg_statement_bind_int (row, 1, id);
  neg_statement_bind_int (row, 2, apply->message);
  neg_statement_bind_int (row, 3, g_get_real_time ());
  neg_statement_bind_int (row, 4, apply->said->time_us);
  neg_statement_bind_int (row, 5, apply->report->status);
  for (int i = 0; i < N_TEXTS; i++)
    neg_statement_bind_text (row, 6 + i, texts[i]);
  return neg_statement_run (row, error);
}

static gboolean
forget_studies (const Apply *apply, gint64 id, GError **error)
{
  NegStatement *row = neg_database_prepare (apply->database, "DELETE FROM report_study WHERE report_id = ?1", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, id);
  return neg_statement_run (row, error);
}

/* What a version names is what it is of, and no more what the one before named. */
static gboolean
write_studies (const Apply *apply, gint64 id, GError **error)
{
  NegStatement *row = neg_database_prepare (apply->database,
                                            "INSERT INTO report_study VALUES (?1, ?2) ON CONFLICT DO NOTHING", error);

  if (row == NULL || (apply->report->study_uids[0] != NULL && !forget_studies (apply, id, error)))
    return FALSE;
  for (guint i = 0; apply->report->study_uids[i] != NULL; i++) {
    neg_statement_bind_text (row, 1, apply->report->study_uids[i]);
    neg_statement_bind_int (row, 2, id);
    if (*apply->report->study_uids[i] != '\0' && !neg_statement_run (row, error))
      return FALSE;
  }
  return TRUE;
}

/* --- whose it is --- */

static gboolean
add_ids (GArray *ids, NegStatement *statement, GError **error)
{
  gboolean has_row;

  while (neg_statement_step (statement, &has_row, error)) {
    gint64 id;

    if (!has_row)
      return TRUE;
    id = neg_statement_get_int (statement, 0);
    g_array_append_val (ids, id);
  }
  return FALSE;
}

/* Entries that it was of, and those that have its numbers: each sees for itself whether it is its own. */
static GArray *
list_entries (const Apply *apply, gint64 id, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      apply->database,
      "SELECT entry_id FROM report_entry WHERE report_id = ?1 "
      "UNION SELECT e.id FROM report r JOIN entry e ON e.accession = r.accession AND e.accession <> '' WHERE r.id = ?1 "
      "UNION SELECT e.id FROM report_study s JOIN entry e ON e.study_uid = s.study_uid AND e.study_uid <> '' "
      "WHERE s.report_id = ?1 "
      "UNION SELECT e.entry_id FROM report r JOIN imaging_order o ON o.filler = r.filler AND o.filler <> '' "
      "JOIN entry_source e ON e.order_id = o.id AND e.order_id <> 0 WHERE r.id = ?1 "
      "UNION SELECT e.entry_id FROM report r JOIN imaging_order o ON o.placer = r.placer AND o.placer <> '' "
      "JOIN entry_source e ON e.order_id = o.id AND e.order_id <> 0 WHERE r.id = ?1 "
      "UNION SELECT e.entry_id FROM report r JOIN imaging_order o ON o.accession = r.accession AND o.accession <> '' "
      "JOIN entry_source e ON e.order_id = o.id AND e.order_id <> 0 WHERE r.id = ?1 LIMIT 200",
      error);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, id);
  return add_ids (ids, rows, error) ? g_steal_pointer (&ids) : NULL;
}

static gboolean
tell_entries (const Apply *apply, gint64 id, GError **error)
{
  g_autoptr (GArray) ids = list_entries (apply, id, error);

  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!_neg_entry_recompose (apply->database, g_array_index (ids, gint64, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
is_matched (NegDatabase *database, gint64 id, gboolean *matched, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT 1 FROM report_entry WHERE report_id = ?1 LIMIT 1", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, id);
  if (!neg_statement_step (row, matched, error))
    return FALSE;
  neg_statement_reset (row);
  return TRUE;
}

/* --- a report --- */

static gboolean
store (const Apply *apply, gint64 id, NegApplied *applied, GError **error)
{
  gboolean matched;

  if (!(id == 0 ? insert_report (apply, &id, error) : update_report (apply, id, error))
      || !write_studies (apply, id, error) || !tell_entries (apply, id, error)
      || !is_matched (apply->database, id, &matched, error))
    return FALSE;
  *applied = matched || apply->report->status == NEG_REPORT_DELETED ? NEG_APPLIED : NEG_APPLIED_UNMATCHED;
  return TRUE;
}

static gboolean
has_number (const NegSaidReport *said)
{
  return is_said (said->placer) || is_said (said->filler) || is_said (said->accession)
         || (said->study_uids[0] != NULL && *said->study_uids[0] != '\0');
}

/* Of two in the same second the preliminary one was the first, whichever came first. */
static gboolean
is_old (const Apply *apply, const Known *known)
{
  const gint64 time_us = apply->said->time_us;

  if (known->id == 0 || time_us == 0)
    return FALSE;
  return time_us < known->time_us
         || (time_us == known->time_us && apply->report->status == NEG_REPORT_PRELIMINARY
             && known->status != NEG_REPORT_PRELIMINARY);
}

gboolean
_neg_orders_apply_report (NegDatabase *database, const NegSaid *said, const NegSaidWho *who, const NegSaidReport *report,
                          gint64 message, NegApplied *applied, GError **error)
{
  const Apply apply = { database, said, who, report, message };
  const NegOrderNumbers numbers
      = { .placer = report->placer,       .placer_issuer = report->placer_issuer,       .filler = report->filler,
          .filler_issuer = report->filler_issuer, .accession = report->accession,
          .accession_issuer = report->accession_issuer };
  g_autoptr (GPtrArray) orders = NULL;
  gboolean is_foreign;
  Known known = { 0 };

  *applied = NEG_REFUSED_NO_ID;
  if (!has_number (report))
    return TRUE;
  orders = _neg_orders_find_by_numbers (database, &numbers, &who->now, &is_foreign, error);
  if (orders == NULL || !find_report (&apply, &known, error))
    return FALSE;
  *applied = NEG_REFUSED_PATIENT;
  if (is_foreign)
    return TRUE;
  *applied = NEG_APPLIED_OLD;
  if (is_old (&apply, &known))
    return TRUE;
  return store (&apply, known.id, applied, error);
}

/* --- reading --- */

void
neg_report_free (NegReport *report)
{
  g_free (report->title);
  g_free (report->author);
  g_free (report->time);
  g_free (report->text);
  g_free (report->accession);
  g_free (report->issuer);
  g_free (report->patient_id);
  g_free (report->patient_name);
  g_free (report);
}

#define REPORTS                                                                                                        \
  "SELECT r.id, coalesce (e.entry_id, 0), r.status, r.received_us, r.title, r.author, r.time, r.text, r.accession, "   \
  "r.issuer, r.patient_id, r.name_key, coalesce ((SELECT p.patient_name FROM patient_said p WHERE p.patient_id = "     \
  "r.patient_id AND p.issuer = r.issuer AND p.name_key = r.name_key), '') FROM "

static gboolean
read_patient (NegDatabase *database, NegStatement *row, NegReport *report, GError **error)
{
  g_auto (NegPatient) now = { 0 };

  if (!_neg_patient_resolve (database, neg_statement_get_text (row, 9), neg_statement_get_text (row, 10),
                             neg_statement_get_text (row, 11), &now, error))
    return FALSE;
  report->patient_name = now.name != NULL && *now.name != '\0' ? g_steal_pointer (&now.name)
                                                              : g_strdup (neg_statement_get_text (row, 12));
  if (*report->patient_name == '\0') { /* who reports alone tell of: letters without case are better than none */
    g_free (report->patient_name);
    report->patient_name = g_strdup (now.name_key);
  }
  report->issuer = g_steal_pointer (&now.issuer);
  report->patient_id = g_steal_pointer (&now.id);
  return TRUE;
}

static GPtrArray *
read_reports (NegDatabase *database, NegStatement *rows, GError **error)
{
  g_autoptr (GPtrArray) reports = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_report_free);
  gboolean has_row;

  while (neg_statement_step (rows, &has_row, error)) {
    NegReport *report;

    if (!has_row)
      return g_steal_pointer (&reports);
    report = g_new0 (NegReport, 1);
    g_ptr_array_add (reports, report);
    report->id = neg_statement_get_int (rows, 0);
    report->entry = neg_statement_get_int (rows, 1);
    report->status = (NegReportStatus) CLAMP (neg_statement_get_int (rows, 2), 0, NEG_REPORT_DELETED);
    report->received_us = neg_statement_get_int (rows, 3);
    report->title = g_strdup (neg_statement_get_text (rows, 4));
    report->author = g_strdup (neg_statement_get_text (rows, 5));
    report->time = g_strdup (neg_statement_get_text (rows, 6));
    report->text = g_strdup (neg_statement_get_text (rows, 7));
    report->accession = g_strdup (neg_statement_get_text (rows, 8));
    if (!read_patient (database, rows, report, error))
      return NULL;
  }
  return NULL;
}

GPtrArray *
neg_reports_list_of_entry (NegDatabase *database, gint64 entry, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      REPORTS "report_entry e JOIN report r ON r.id = e.report_id WHERE e.entry_id = ?1 "
              "ORDER BY r.time_us DESC, r.id DESC",
      error);

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, entry);
  return read_reports (database, rows, error);
}

NegReport *
neg_reports_find (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database, REPORTS "report r LEFT JOIN report_entry e ON e.report_id = r.id WHERE r.id = ?1 LIMIT 1", error);
  g_autoptr (GPtrArray) reports = NULL;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, id);
  reports = read_reports (database, rows, error);
  if (reports == NULL)
    return NULL;
  if (reports->len == 0) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, "report", "There is no such report");
    return NULL;
  }
  return g_ptr_array_steal_index (reports, 0);
}
