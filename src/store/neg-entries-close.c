/* What orders and reports do to an entry that is being composed: the reports that are its own, the status that a final one
 * gives it, what its orders wait for; and what persons said of an entry that goes for a while. */
#include "config.h"

#include "store/neg-entries-private.h"
#include "store/neg-patients-private.h"

/* --- its reports --- */

typedef struct {
  NegDatabase *database;
  gint64 entry_id;
  NegPatient patient;
  GHashTable *ids; /* gint64* */
  gint64 versions; /* of final ones, summed */
} Reports;

static void
reports_clear (Reports *reports)
{
  _neg_patient_clear (&reports->patient);
  g_clear_pointer (&reports->ids, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reports, reports_clear)

static gboolean
take_reports (Reports *reports, NegStatement *rows, GError **error)
{
  gboolean has_row, is_he;

  while (neg_statement_step (rows, &has_row, error)) {
    gint64 id;

    if (!has_row)
      return TRUE;
    id = neg_statement_get_int (rows, 0);
    if (!_neg_patient_is_now (reports->database, neg_statement_get_text (rows, 1), neg_statement_get_text (rows, 2),
                              neg_statement_get_text (rows, 3), &reports->patient, &is_he, error))
      return FALSE;
    if (!is_he || !g_hash_table_add (reports->ids, g_memdup2 (&id, sizeof id)))
      continue;
    if (neg_statement_get_int (rows, 4) != NEG_REPORT_PRELIMINARY)
      reports->versions += neg_statement_get_int (rows, 5);
  }
  return FALSE;
}

/* A report that names studies is of those, and of what has no study yet; else of all with its accession number. */
#define OF_STUDY(uid)                                                                                                  \
  "AND (" uid " = '' OR NOT EXISTS (SELECT 1 FROM report_study n WHERE n.report_id = r.id) OR EXISTS (SELECT 1 FROM "   \
  "report_study n WHERE n.report_id = r.id AND n.study_uid = " uid ")) "

#define REPORT "SELECT r.id, r.issuer, r.patient_id, r.name_key, r.status, r.version FROM "

static gboolean
find_by_numbers (Reports *reports, const NegEntry *entry, GError **error)
{
  NegStatement *by_accession = neg_database_prepare (
      reports->database,
      REPORT "report r WHERE r.accession <> '' AND r.accession = ?1 AND (r.accession_issuer = ?2 OR "
             "r.accession_issuer = '' OR ?2 = '') AND r.status <> 3 AND r.matched_entry_id = 0 " OF_STUDY ("?3") "LIMIT 100",
      error);
  NegStatement *by_study = neg_database_prepare (
      reports->database,
      REPORT "report_study s JOIN report r ON r.id = s.report_id WHERE s.study_uid = ?1 AND r.status <> 3 "
             "AND r.matched_entry_id = 0 LIMIT 100",
      error);

  if (by_accession == NULL || by_study == NULL)
    return FALSE;
  neg_statement_bind_text (by_accession, 1, entry->accession);
  neg_statement_bind_text (by_accession, 2, entry->accession_issuer);
  neg_statement_bind_text (by_accession, 3, entry->study_uid);
  if (*entry->accession != '\0' && !take_reports (reports, by_accession, error))
    return FALSE;
  neg_statement_bind_text (by_study, 1, entry->study_uid);
  return *entry->study_uid == '\0' || take_reports (reports, by_study, error);
}

#define OF_ORDERS "entry_source s JOIN imaging_order o ON o.id = s.order_id JOIN report r ON "
#define IN_ENTRY "WHERE s.entry_id = ?1 AND s.kind = 2 AND r.status <> 3 AND r.matched_entry_id = 0 " OF_STUDY ("?2")
/* One order may have several accession numbers, and a report of one of them leaves the others open. */
#define SAME_NUMBER "AND (r.accession = '' OR o.accession = '' OR r.accession = o.accession) "

static gboolean
find_by_orders (Reports *reports, const NegEntry *entry, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      reports->database,
      REPORT OF_ORDERS "r.filler = o.filler AND r.filler <> '' AND r.filler_issuer = o.filler_issuer "
      SAME_NUMBER IN_ENTRY
      " UNION " REPORT OF_ORDERS "r.placer = o.placer AND r.placer <> '' AND r.placer_issuer = o.placer_issuer "
      SAME_NUMBER IN_ENTRY
      " UNION " REPORT OF_ORDERS "r.accession = o.accession AND r.accession <> '' AND r.accession_issuer = "
      "o.accession_issuer " IN_ENTRY "LIMIT 100",
      error);

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, reports->entry_id);
  neg_statement_bind_text (rows, 2, entry->study_uid);
  return take_reports (reports, rows, error);
}

/* What a person said of a report comes before its numbers. */
static gboolean
find_by_hand (Reports *reports, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      reports->database,
      REPORT "report r WHERE r.matched_entry_id <> 0 AND r.matched_entry_id = ?1 AND r.status <> 3 LIMIT 100", error);

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, reports->entry_id);
  return take_reports (reports, rows, error);
}

static gboolean
join (Reports *reports, gint64 report_id, GError **error)
{
  NegStatement *row = neg_database_prepare (reports->database, "INSERT INTO report_entry VALUES (?1, ?2)", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, reports->entry_id);
  neg_statement_bind_int (row, 2, report_id);
  return neg_statement_run (row, error);
}

static gboolean
part (Reports *reports, gint64 report_id, GError **error)
{
  NegStatement *row = neg_database_prepare (reports->database,
                                            "DELETE FROM report_entry WHERE entry_id = ?1 AND report_id = ?2", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, reports->entry_id);
  neg_statement_bind_int (row, 2, report_id);
  return neg_statement_run (row, error);
}

static GArray *
list_joined (Reports *reports, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *rows = neg_database_prepare (reports->database, "SELECT report_id FROM report_entry WHERE entry_id = ?1",
                                             error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, reports->entry_id);
  while (neg_statement_step (rows, &has_row, error)) {
    gint64 id;

    if (!has_row)
      return g_steal_pointer (&ids);
    id = neg_statement_get_int (rows, 0);
    g_array_append_val (ids, id);
  }
  return NULL;
}

/* Those that were its own, and those that are. */
static gboolean
write_joined (Reports *reports, GError **error)
{
  g_autoptr (GArray) joined = list_joined (reports, error);
  GHashTableIter iter;
  gpointer id;

  if (joined == NULL)
    return FALSE;
  for (guint i = 0; i < joined->len; i++)
    if (!g_hash_table_contains (reports->ids, &g_array_index (joined, gint64, i))
        && !part (reports, g_array_index (joined, gint64, i), error))
      return FALSE;
  for (guint i = 0; i < joined->len; i++)
    g_hash_table_remove (reports->ids, &g_array_index (joined, gint64, i));
  g_hash_table_iter_init (&iter, reports->ids);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!join (reports, *(gint64 *) id, error))
      return FALSE;
  return TRUE;
}

/* --- closing --- */

typedef struct {
  gboolean is_there;
  NegEntryStatus status;
  gint64 versions;
} Closed;

static gboolean
load_closed (NegDatabase *database, gint64 entry_id, Closed *closed, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT status, versions FROM entry_closed WHERE entry_id = ?1",
                                            error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, entry_id);
  if (!neg_statement_step (row, &closed->is_there, error))
    return FALSE;
  if (!closed->is_there)
    return TRUE;
  closed->status = (NegEntryStatus) CLAMP (neg_statement_get_int (row, 0), 0, NEG_STATUS_N - 1);
  closed->versions = neg_statement_get_int (row, 1);
  neg_statement_reset (row);
  return TRUE;
}

static gboolean
write_closed (NegDatabase *database, gint64 entry_id, const Closed *closed, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      closed->is_there ? "INSERT INTO entry_closed VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET versions = ?3"
                       : "DELETE FROM entry_closed WHERE entry_id = ?1 AND ?2 = ?2 AND ?3 = ?3",
      error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, entry_id);
  neg_statement_bind_int (row, 2, closed->status);
  neg_statement_bind_int (row, 3, closed->versions);
  return neg_statement_run (row, error);
}

/* A final report closes it once, a further version again; a status that a person gives it in between stays. Without a
 * final report it is what it was. */
static gboolean
close_entry (NegDatabase *database, NegEntry *entry, gint64 versions, GError **error)
{
  Closed closed = { 0 };
  gboolean was_closed;

  if (!load_closed (database, entry->id, &closed, error))
    return FALSE;
  was_closed = closed.is_there;
  if ((!was_closed && versions == 0) || (was_closed && closed.versions == versions))
    return TRUE;
  if (!was_closed)
    closed.status = entry->status;
  if (versions == 0 && entry->status == NEG_STATUS_REPORTED)
    entry->status = closed.status;
  else if (versions > closed.versions)
    entry->status = NEG_STATUS_REPORTED;
  closed.is_there = versions != 0;
  closed.versions = versions;
  return write_closed (database, entry->id, &closed, error);
}

static gboolean
settle_reports (NegDatabase *database, NegEntryRow *row, gboolean exists, guint n_orders, GError **error)
{
  g_auto (Reports) reports = { .database = database, .entry_id = row->entry->id };

  reports.ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  reports.patient.issuer = g_strdup (row->entry->issuer);
  reports.patient.id = g_strdup (row->entry->patient_id);
  reports.patient.name_key = g_strdup (row->name_key);
  if (exists && *row->entry->patient_id != '\0'
      && (!find_by_hand (&reports, error) || !find_by_numbers (&reports, row->entry, error)
          || (n_orders > 0 && !find_by_orders (&reports, row->entry, error))))
    return FALSE;
  return write_joined (&reports, error) && close_entry (database, row->entry, reports.versions, error);
}

/* --- what its orders wait for --- */

static gboolean
note_images (NegDatabase *database, gint64 entry_id, gboolean has_images, GError **error)
{
  NegStatement *orders = neg_database_prepare (
      database,
      "UPDATE imaging_order SET has_images = ?2 WHERE has_images <> ?2 AND id IN (SELECT order_id FROM entry_source "
      "WHERE entry_id = ?1 AND kind = 2)",
      error);

  if (orders == NULL)
    return FALSE;
  neg_statement_bind_int (orders, 1, entry_id);
  neg_statement_bind_int (orders, 2, has_images);
  return neg_statement_run (orders, error);
}

/* --- parked --- */

static gboolean
park (NegDatabase *database, const NegEntry *entry, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "INSERT OR REPLACE INTO entry_parked VALUES (?1, ?2, ?3, ?4, ?5)",
                                            error);

  if (entry->status <= NEG_STATUS_ARRIVED && *entry->claimed_by == '\0')
    return TRUE;
  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, entry->id);
  neg_statement_bind_int (row, 2, entry->status);
  neg_statement_bind_text (row, 3, entry->claimed_by);
  neg_statement_bind_text (row, 4, entry->claimed_at);
  neg_statement_bind_int (row, 5, entry->claimed_us);
  return neg_statement_run (row, error);
}

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

static gboolean
unpark (NegDatabase *database, NegEntry *entry, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database, "DELETE FROM entry_parked WHERE entry_id = ?1 RETURNING status, claimed_by, claimed_at, claimed_us",
      error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, entry->id);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  entry->status = (NegEntryStatus) CLAMP (neg_statement_get_int (row, 0), 0, NEG_STATUS_N - 1);
  set_text (&entry->claimed_by, neg_statement_get_text (row, 1));
  set_text (&entry->claimed_at, neg_statement_get_text (row, 2));
  entry->claimed_us = neg_statement_get_int (row, 3);
  return neg_statement_run (row, error);
}

gboolean
_neg_entry_settle_orders (NegDatabase *database, const NegEntryRow *old, NegEntryRow *row, gboolean exists,
                          guint n_orders, NegComposeFlags flags, GError **error)
{
  NegEntry *entry = row->entry;

  if (old == NULL && !unpark (database, entry, error))
    return FALSE;
  if (!settle_reports (database, row, exists, n_orders, error)
      || (n_orders > 0
          && !note_images (database, entry->id, entry->study_rowid != 0 || *entry->peers != '\0', error)))
    return FALSE;
  return exists || (flags & NEG_COMPOSE_PARK) == 0 || park (database, entry, error);
}
