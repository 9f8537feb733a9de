#include "cache-home.h"

/* --- what is said to the archive --- */

typedef struct {
  char *sql;
} Words;

static gboolean
run_words (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, ((Words *) data)->sql, error);

  return statement != NULL && neg_statement_run (statement, error);
}

void
cache_home_write (ArchiveHome *home, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;
  va_list arguments;

  va_start (arguments, format);
  sql = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_assert_true (neg_archive_write (home->archive, run_words, &(Words){ sql }, &error));
  g_assert_no_error (error);
}

typedef struct {
  NegCachePurpose purpose;
  const char *study_uid, *why;
  gint64 entry;
} Purpose;

static gboolean
note_purpose (NegDatabase *database, gpointer data, GError **error)
{
  const Purpose *p = data;

  return neg_cache_note_purpose (database, p->study_uid, p->purpose, p->entry, p->why, error);
}

void
cache_home_fetch_for (ArchiveHome *home, NegCachePurpose purpose, guint study, gint64 entry)
{
  g_autofree char *uid = g_strdup_printf ("2.25.%u", study);
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_write (home->archive, note_purpose, &(Purpose){ purpose, uid, "because", entry }, &error));
  g_assert_no_error (error);
}

typedef struct {
  gint64 entry, beside;
} Opening;

static gboolean
note_opened (NegDatabase *database, gpointer data, GError **error)
{
  const Opening *opening = data;

  return neg_cache_note_opened (database, opening->entry, opening->beside, error);
}

void
cache_home_open_entry (ArchiveHome *home, gint64 entry, gint64 beside)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_write (home->archive, note_opened, &(Opening){ entry, beside }, &error));
  g_assert_no_error (error);
}

typedef struct {
  gint64 entry;
  NegEntryStatus status;
} Status;

static gboolean
set_status_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Status *status = data;

  return neg_entries_set_status (database, status->entry, status->status, "reader", error);
}

void
cache_home_set_status (ArchiveHome *home, gint64 entry, NegEntryStatus status)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_write (home->archive, set_status_cb, &(Status){ entry, status }, &error));
  g_assert_no_error (error);
}

typedef struct {
  const NegRemoteStudy *studies;
  guint n;
  gboolean scheduled;
} Said;

static gboolean
say_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Said *said = data;

  return said->scheduled ? neg_entries_set_scheduled (database, "RIS", said->studies, said->n, TRUE, error)
                         : neg_entries_set_remote (database, "all", "PACS", said->studies, said->n, TRUE, error);
}

void
cache_home_say (ArchiveHome *home, gboolean scheduled, const NegRemoteStudy *studies, guint n)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_write (home->archive, say_cb, &(Said){ studies, n, scheduled }, &error));
  g_assert_no_error (error);
}

/* --- what is there --- */

gint64
cache_home_find_entry (ArchiveHome *home, guint study)
{
  g_autofree char *sql = g_strdup_printf ("SELECT coalesce (max (id), 0) FROM entry WHERE study_uid = '2.25.%u'", study);

  return archive_count (home, sql);
}

gboolean
cache_home_has (ArchiveHome *home, guint study)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM study WHERE study_uid = '2.25.%u'", study);

  return archive_count (home, sql) > 0;
}

/* Study @study of patient @patient, used @age days ago. */
void
cache_home_bring_of (ArchiveHome *home, guint patient, guint study, int age)
{
  g_autoptr (NegObjectRecord) record = archive_record (study, 1, 1);
  g_autofree char *name = g_strdup_printf ("Test^Person %u", patient);
  g_autofree char *id = g_strdup_printf ("ID%u", patient);
  g_autofree char *bytes = g_strdup_printf ("%010u", study);

  archive_record_set (record, NEG_RECORD_PATIENT_NAME, name);
  archive_record_set (record, NEG_RECORD_PATIENT_ID, id);
  archive_take_ok (home, NEG_OBJECT_CACHE, record, bytes, NEG_ADDED_NEW);
  cache_home_write (home, "UPDATE study SET used_us = %" G_GINT64_FORMAT " WHERE study_uid = '2.25.%u'",
             g_get_real_time () - age * DAY_US, study);
}

void
cache_home_bring (ArchiveHome *home, guint study, int age)
{
  cache_home_bring_of (home, study, study, age);
}

/* Room for @n of them. */
void
cache_home_evict_to (ArchiveHome *home, guint n)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_evict (home->archive, 10 * (guint64) n, 0, g_get_real_time () - DAY_US / 6, NULL, NULL, &error));
  g_assert_no_error (error);
}

char *
cache_home_date_in (int days)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_add_days (now, days);

  return g_date_time_format (then, "%Y%m%d");
}

/* An appointment of the patient. */
NegRemoteStudy
cache_home_step_of (guint patient, const char *date)
{
  static char names[8][32], ids[8][16], accessions[8][16];

  g_snprintf (names[patient % 8], sizeof names[0], "Test^Person %u", patient);
  g_snprintf (ids[patient % 8], sizeof ids[0], "ID%u", patient);
  g_snprintf (accessions[patient % 8], sizeof accessions[0], "A%u", patient);
  return (NegRemoteStudy){ .patient_name = names[patient % 8], .patient_id = ids[patient % 8],
                           .accession = accessions[patient % 8], .step_id = "1", .date = date, .time = "0800",
                           .modalities = "CT", .description = "Abdomen", .urgency = NEG_URGENCY_ROUTINE };
}

gint64
cache_home_find_step (ArchiveHome *home, guint patient)
{
  g_autofree char *sql = g_strdup_printf ("SELECT coalesce (max (id), 0) FROM entry WHERE accession = 'A%u'", patient);

  return archive_count (home, sql);
}

typedef struct {
  gboolean pinned;
} Pin;

static gboolean
pin_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_cache_pin (database, "2.25.1", 0, ((Pin *) data)->pinned, "reader", error);
}

gboolean
cache_home_pin (ArchiveHome *home, gboolean pinned, GError **error)
{
  return neg_archive_write (home->archive, pin_cb, &(Pin){ pinned }, error);
}
