/* What an entry says of others: its patient's older studies, another patient's entry with its study UID. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "store/neg-patients-private.h"

/* A patient with more studies is none (a phantom, an ID for everybody): his newest ones say how many are too many. */
#define MAX_STUDIES 200

static gboolean
read_digits (const char **text, guint n, int *value)
{
  *value = 0;
  for (guint i = 0; i < n; i++, (*text)++) {
    if (!g_ascii_isdigit (**text))
      return FALSE;
    *value = *value * 10 + (**text - '0');
  }
  return TRUE;
}

static GMutex zone_lock;
static GTimeZone *site_zone; /* with the lock; NULL: the process's */

void
neg_entries_set_timezone (GTimeZone *zone)
{
  g_mutex_lock (&zone_lock);
  g_clear_pointer (&site_zone, g_time_zone_unref);
  site_zone = g_time_zone_ref (zone);
  g_mutex_unlock (&zone_lock);
}

GTimeZone *
_neg_entries_dup_zone (void)
{
  GTimeZone *zone;

  g_mutex_lock (&zone_lock);
  zone = site_zone != NULL ? g_time_zone_ref (site_zone) : g_time_zone_new_local ();
  g_mutex_unlock (&zone_lock);
  return zone;
}

static GTimeZone *
make_zone (const char *zone)
{
  const char *digits = *zone != '\0' ? zone + 1 : zone;
  GTimeZone *offset = NULL;
  int minutes;

  if ((*zone == '+' || *zone == '-') && read_digits (&digits, 4, &minutes) && *digits == '\0')
    offset = g_time_zone_new_identifier (zone);
  return offset != NULL ? offset : _neg_entries_dup_zone ();
}

/* Hours, minutes and seconds as far as they go (PS3.5 6.2: TM may end early; with colons it is ACR-NEMA's). */
static void
parse_time (const char *time, int *hour, int *minute, double *second)
{
  const char *p = time != NULL ? time : "";
  int whole;

  *hour = *minute = 0;
  *second = 0;
  if (!read_digits (&p, 2, hour)) {
    *hour = 0;
    return;
  }
  p += *p == ':';
  if (!read_digits (&p, 2, minute)) {
    *minute = 0;
    return;
  }
  p += *p == ':';
  if (read_digits (&p, 2, &whole))
    *second = MIN (whole, 59) + (*p == '.' ? CLAMP (g_ascii_strtod (p, NULL), 0, 0.999999) : 0);
}

gint64
_neg_entry_parse_time_us (const char *date, const char *time, const char *zone)
{
  g_autoptr (GTimeZone) where = NULL;
  g_autoptr (GDateTime) when = NULL;
  const char *p = date != NULL ? date : "";
  int year, month, day, hour, minute;
  double second;

  if (!read_digits (&p, 4, &year))
    return 0;
  p += *p == '.';
  if (!read_digits (&p, 2, &month))
    return 0;
  p += *p == '.';
  if (!read_digits (&p, 2, &day))
    return 0;
  parse_time (time, &hour, &minute, &second);
  where = make_zone (zone != NULL ? zone : "");
  when = g_date_time_new (where, year, month, day, hour, minute, second);
  return when != NULL ? g_date_time_to_unix (when) * G_USEC_PER_SEC + g_date_time_get_microsecond (when) : 0;
}

static GPtrArray *
list_rows (NegStatement *statement, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_entry_row_free);
  gboolean has_row;

  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&rows);
    g_ptr_array_add (rows, _neg_entry_row_read (statement));
  }
  return NULL;
}

static GPtrArray *
list_patient (NegDatabase *database, const char *issuer, const char *patient_id, const char *name_key, GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database,
                              NEG_ENTRY_SELECT "WHERE patient_id <> '' AND patient_id = ?1 AND issuer = ?2 "
                                               "AND name_key = ?3 ORDER BY time_us DESC, id DESC LIMIT ?4",
                              error);

  if (statement == NULL)
    return NULL;
  neg_statement_bind_text (statement, 1, patient_id);
  neg_statement_bind_text (statement, 2, issuer);
  neg_statement_bind_text (statement, 3, name_key);
  neg_statement_bind_int (statement, 4, MAX_STUDIES);
  return list_rows (statement, error);
}

gboolean
_neg_entry_count_priors (NegDatabase *database, const char *issuer, const char *patient_id, const char *name_key,
                         GError **error)
{
  g_autoptr (GPtrArray) rows = list_patient (database, issuer, patient_id, name_key, error);
  guint n = 0, n_here = 0;

  if (rows == NULL)
    return FALSE;
  for (guint i = rows->len; i > 0; i--) {
    const NegEntryRow *old = g_ptr_array_index (rows, i - 1);

    if (old->entry->n_priors != n || old->entry->n_priors_here != n_here) {
      g_autoptr (NegEntryRow) row = _neg_entry_row_copy (old);

      row->entry->n_priors = n;
      row->entry->n_priors_here = n_here;
      if (!_neg_entry_row_store (database, old, row, error))
        return FALSE;
    }
    n += old->entry->status != NEG_STATUS_SCHEDULED;
    n_here += old->entry->n_here > 0;
  }
  return TRUE;
}

static gboolean
mark_conflicts (NegDatabase *database, const char *study_uid, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database, NEG_ENTRY_SELECT "WHERE study_uid <> '' AND study_uid = ?1 LIMIT 100", error);
  g_autoptr (GPtrArray) rows = NULL;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, study_uid);
  rows = list_rows (statement, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    const NegEntryRow *old = g_ptr_array_index (rows, i);

    if (old->entry->is_conflict != (rows->len > 1)) {
      g_autoptr (NegEntryRow) row = _neg_entry_row_copy (old);

      row->entry->is_conflict = rows->len > 1;
      if (!_neg_entry_row_store (database, old, row, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
is_other_to_patient (const NegEntry *old, const NegEntry *entry)
{
  return old->time_us != entry->time_us || (old->n_here > 0) != (entry->n_here > 0)
         || (old->status == NEG_STATUS_SCHEDULED) != (entry->status == NEG_STATUS_SCHEDULED);
}

static gboolean
is_same_patient (const NegEntryRow *a, const NegEntryRow *b)
{
  return g_str_equal (a->entry->patient_id, b->entry->patient_id) && g_str_equal (a->entry->issuer, b->entry->issuer)
         && g_str_equal (a->name_key, b->name_key);
}

static gboolean
count_priors (NegDatabase *database, const NegEntryRow *one, GError **error)
{
  return *one->entry->patient_id == '\0'
         || _neg_entry_count_priors (database, one->entry->issuer, one->entry->patient_id, one->name_key, error);
}

/* A person has to look at an ID that several names have. */
static gboolean
note_namesake (NegDatabase *database, const NegEntryRow *one, GError **error)
{
  NegStatement *note = neg_database_prepare (
      database,
      "INSERT INTO patient_namesake (patient_id, issuer) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM entry WHERE patient_id <> '' AND "
      "patient_id = ?1 AND issuer = ?2 AND name_key <> ?3) ON CONFLICT DO NOTHING",
      error);

  if (note == NULL)
    return FALSE;
  neg_statement_bind_text (note, 1, one->entry->patient_id);
  neg_statement_bind_text (note, 2, one->entry->issuer);
  neg_statement_bind_text (note, 3, one->name_key);
  return neg_statement_run (note, error);
}

static gboolean
tell_patient (NegDatabase *database, const NegEntryRow *old, const NegEntryRow *row, gboolean quietly, GError **error)
{
  gboolean is_another = old == NULL || row == NULL || !is_same_patient (old, row);

  if (row != NULL && is_another && *row->entry->patient_id != '\0' && !note_namesake (database, row, error))
    return FALSE;
  if (quietly || (!is_another && !is_other_to_patient (old->entry, row->entry)))
    return TRUE;
  return (row == NULL || count_priors (database, row, error))
         && (old == NULL || !is_another || count_priors (database, old, error));
}

gboolean
_neg_entry_tell_others (NegDatabase *database, const NegEntryRow *old, const NegEntryRow *row, gboolean quietly,
                        GError **error)
{
  if (old == NULL && row == NULL)
    return TRUE;
  if (!tell_patient (database, old, row, quietly, error))
    return FALSE;
  if (old != NULL && row != NULL && g_str_equal (old->entry->study_uid, row->entry->study_uid))
    return TRUE;
  return (old == NULL || mark_conflicts (database, old->entry->study_uid, error))
         && (row == NULL || mark_conflicts (database, row->entry->study_uid, error));
}

/* A link has come or gone, and some entries are still shown as who they were (neg_patients_follow). */
static gboolean
are_links_followed (NegDatabase *database, gboolean *followed, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT 1 FROM patient_change LIMIT 1", error);
  gboolean has_row;

  if (row == NULL || !neg_statement_step (row, &has_row, error))
    return FALSE;
  neg_statement_reset (row);
  *followed = !has_row;
  return TRUE;
}

/* Who the entry will be shown as: as its images say, else as the first to speak of it, links followed. */
static gboolean
find_patient (NegDatabase *database, gint64 entry, NegPatient *patient, GError **error)
{
  NegStatement *said = neg_database_prepare (
      database,
      "SELECT issuer, patient_id, name_key FROM study WHERE id = (SELECT study_rowid FROM entry WHERE id = ?1) "
      "UNION ALL SELECT * FROM (SELECT issuer, patient_id, name_key FROM entry_source WHERE entry_id = ?1 "
      "ORDER BY kind, id LIMIT 1) LIMIT 1",
      error);
  gboolean has_row, done;

  if (said == NULL)
    return FALSE;
  neg_statement_bind_int (said, 1, entry);
  if (!neg_statement_step (said, &has_row, error))
    return FALSE;
  if (!has_row)
    return _neg_patient_resolve (database, "", "", "", patient, error);
  done = _neg_patient_resolve (database, neg_statement_get_text (said, 0), neg_statement_get_text (said, 1),
                               neg_statement_get_text (said, 2), patient, error);
  neg_statement_reset (said);
  return done;
}

/* Without those that a link that was taken back has made another patient's, of whom nobody has written it yet. */
static gboolean
drop_others (NegDatabase *database, gint64 entry, GPtrArray *rows, GError **error)
{
  g_auto (NegPatient) own = { 0 };
  gboolean followed;

  if (!are_links_followed (database, &followed, error))
    return FALSE;
  if (followed)
    return TRUE;
  if (!find_patient (database, entry, &own, error))
    return FALSE;
  for (guint i = 0; i < rows->len;) {
    g_auto (NegPatient) one = { 0 };

    if (!find_patient (database, ((NegEntryRow *) g_ptr_array_index (rows, i))->entry->id, &one, error))
      return FALSE;
    if (_neg_patient_is_same (&own, &one))
      i++;
    else
      g_ptr_array_remove_index (rows, i);
  }
  return TRUE;
}

GPtrArray *
neg_entries_list_priors (NegDatabase *database, const NegEntry *entry, guint limit, GError **error)
{
  g_autoptr (NegEntryRow) own = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_entry_free);

  if (*entry->patient_id == '\0')
    return g_steal_pointer (&entries);
  own = _neg_entry_row_find (database, entry->id, error);
  rows = own != NULL ? list_patient (database, own->entry->issuer, own->entry->patient_id, own->name_key, error) : NULL;
  if (rows == NULL || !drop_others (database, entry->id, rows, error))
    return NULL;
  for (guint i = 0; i < rows->len && entries->len < limit; i++) {
    NegEntryRow *row = g_ptr_array_index (rows, i);

    if (row->entry->id != entry->id)
      g_ptr_array_add (entries, neg_entry_copy (row->entry));
  }
  return g_steal_pointer (&entries);
}
