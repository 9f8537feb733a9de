/* What the cache gives up and what it keeps, in which order, and what it counts. The process that is killed is this
 * program again (--evict). */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive-child.h"
#include "archive-home.h"
#include "base/neg-error.h"
#include "store/neg-cache.h"
#include "store/neg-entries.h"
#include "store/neg-jobs.h"

#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define N_MANY 1201u /* objects: three pieces */

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

static void G_GNUC_PRINTF (2, 3)
write_sql (ArchiveHome *home, const char *format, ...)
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

static void
fetch_for (ArchiveHome *home, NegCachePurpose purpose, guint study, gint64 entry)
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

static void
open_entry (ArchiveHome *home, gint64 entry, gint64 beside)
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

static void
set_status (ArchiveHome *home, gint64 entry, NegEntryStatus status)
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

static void
say (ArchiveHome *home, gboolean scheduled, const NegRemoteStudy *studies, guint n)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_write (home->archive, say_cb, &(Said){ studies, n, scheduled }, &error));
  g_assert_no_error (error);
}

/* --- what is there --- */

static gint64
find_entry (ArchiveHome *home, guint study)
{
  g_autofree char *sql = g_strdup_printf ("SELECT coalesce (max (id), 0) FROM entry WHERE study_uid = '2.25.%u'", study);

  return archive_count (home, sql);
}

static gboolean
is_here (ArchiveHome *home, guint study)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM study WHERE study_uid = '2.25.%u'", study);

  return archive_count (home, sql) > 0;
}

/* Study @study of patient @patient, used @age days ago. */
static void
bring_of (ArchiveHome *home, guint patient, guint study, int age)
{
  g_autoptr (NegObjectRecord) record = archive_record (study, 1, 1);
  g_autofree char *name = g_strdup_printf ("Test^Person %u", patient);
  g_autofree char *id = g_strdup_printf ("ID%u", patient);
  g_autofree char *bytes = g_strdup_printf ("%010u", study);

  archive_record_set (record, NEG_RECORD_PATIENT_NAME, name);
  archive_record_set (record, NEG_RECORD_PATIENT_ID, id);
  archive_take_ok (home, NEG_OBJECT_CACHE, record, bytes, NEG_ADDED_NEW);
  write_sql (home, "UPDATE study SET used_us = %" G_GINT64_FORMAT " WHERE study_uid = '2.25.%u'",
             g_get_real_time () - age * DAY_US, study);
}

static void
bring (ArchiveHome *home, guint study, int age)
{
  bring_of (home, study, study, age);
}

/* Room for @n of them. */
static void
evict_to (ArchiveHome *home, guint n)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_evict (home->archive, 10 * (guint64) n, 0, g_get_real_time () - DAY_US / 6, NULL, NULL, &error));
  g_assert_no_error (error);
}

static char *
date_in (int days)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_add_days (now, days);

  return g_date_time_format (then, "%Y%m%d");
}

/* An appointment of the patient. */
static NegRemoteStudy
step_of (guint patient, const char *date)
{
  static char names[8][32], ids[8][16], accessions[8][16];

  g_snprintf (names[patient % 8], sizeof names[0], "Test^Person %u", patient);
  g_snprintf (ids[patient % 8], sizeof ids[0], "ID%u", patient);
  g_snprintf (accessions[patient % 8], sizeof accessions[0], "A%u", patient);
  return (NegRemoteStudy){ .patient_name = names[patient % 8], .patient_id = ids[patient % 8],
                           .accession = accessions[patient % 8], .step_id = "1", .date = date, .time = "0800",
                           .modalities = "CT", .description = "Abdomen", .urgency = NEG_URGENCY_ROUTINE };
}

static gint64
find_step (ArchiveHome *home, guint patient)
{
  g_autofree char *sql = g_strdup_printf ("SELECT coalesce (max (id), 0) FROM entry WHERE accession = 'A%u'", patient);

  return archive_count (home, sql);
}

/* --- by age --- */

static void
test_age (ArchiveHome *home, gconstpointer data)
{
  for (guint i = 1; i <= 4; i++)
    bring (home, i, (int) (i * 2 + (i == 2 ? 100 : 0))); /* 2, 104, 6, 8 days */
  bring (home, 5, 0); /* may be on a screen */
  evict_to (home, 4);
  g_assert_false (is_here (home, 2));
  evict_to (home, 3);
  g_assert_false (is_here (home, 4));
  evict_to (home, 0);
  g_assert_true (is_here (home, 5));
  g_assert_cmpint (archive_count (home, "SELECT n_studies FROM cache_total"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT bytes FROM cache_total"), ==, 10);
  g_assert_cmpint (archive_count (home, "SELECT evicted FROM cache_day"), ==, 4);
  g_assert_cmpint (archive_count (home, "SELECT evicted_bytes FROM cache_day"), ==, 40);
}

/* --- what stays --- */

typedef struct {
  gboolean pinned;
} Pin;

static gboolean
pin_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_cache_pin (database, "2.25.1", 0, ((Pin *) data)->pinned, "reader", error);
}

static void
test_pinned (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_archive_write (home->archive, pin_cb, &(Pin){ TRUE }, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_clear_error (&error);
  bring (home, 1, 900);
  bring (home, 2, 2);
  g_assert_true (neg_archive_write (home->archive, pin_cb, &(Pin){ TRUE }, &error));
  evict_to (home, 0);
  g_assert_true (is_here (home, 1));
  g_assert_false (is_here (home, 2));
  g_assert_true (neg_archive_write (home->archive, pin_cb, &(Pin){ FALSE }, &error));
  evict_to (home, 0);
  g_assert_false (is_here (home, 1));
}

/* What a person fetched stays until it is read, what somebody is reading stays in any case. */
static void
test_unread (ArchiveHome *home, gconstpointer data)
{
  bring (home, 1, 900);
  bring (home, 2, 900);
  bring (home, 3, 900);
  fetch_for (home, NEG_CACHE_BY_PERSON, 1, 0);
  set_status (home, find_entry (home, 2), NEG_STATUS_BEING_READ);
  evict_to (home, 0);
  g_assert_true (is_here (home, 1));
  g_assert_true (is_here (home, 2));
  g_assert_false (is_here (home, 3));
  set_status (home, find_entry (home, 1), NEG_STATUS_READ);
  set_status (home, find_entry (home, 2), NEG_STATUS_REPORTED);
  evict_to (home, 0);
  g_assert_false (is_here (home, 1));
  g_assert_false (is_here (home, 2));
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM cache_purpose"), ==, 0);
}

/* Images that an announced step is about are unread, though they were brought ahead. */
static void
test_ordered (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *date = date_in (-1);
  NegRemoteStudy step = step_of (1, date);

  step.study_uid = "2.25.1";
  say (home, TRUE, &step, 1);
  bring (home, 1, 900);
  fetch_for (home, NEG_CACHE_AHEAD, 1, 0);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM entry"), ==, 1);
  evict_to (home, 0);
  g_assert_true (is_here (home, 1));
  set_status (home, find_entry (home, 1), NEG_STATUS_READ);
  evict_to (home, 0);
  g_assert_false (is_here (home, 1));
}

static void
test_unsent (ArchiveHome *home, gconstpointer data)
{
  static const NegJobState keep[] = { NEG_JOB_WAITING, NEG_JOB_RUNNING, NEG_JOB_PAUSED, NEG_JOB_FAILED };
  g_autoptr (NegJob) job = g_new0 (NegJob, 1);
  g_autoptr (GError) error = NULL;

  bring (home, 1, 900);
  job->kind = g_strdup ("send");
  job->peer = g_strdup ("PACS");
  job->study_uid = g_strdup ("2.25.1");
  job->arguments = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  job->message = g_strdup ("");
  job->error_code = g_strdup ("");
  g_assert_true (neg_jobs_add (home->archive, job, &error));
  for (guint i = 0; i < G_N_ELEMENTS (keep); i++) {
    job->state = keep[i];
    g_assert_true (neg_jobs_update (home->archive, job, &error));
    evict_to (home, 0);
    g_assert_true (is_here (home, 1));
  }
  job->state = NEG_JOB_DONE;
  g_assert_true (neg_jobs_update (home->archive, job, &error));
  evict_to (home, 0);
  g_assert_false (is_here (home, 1));
}

static void
test_open (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) error = NULL;
  gint64 entry;

  bring (home, 1, 900);
  bring (home, 2, 2);
  entry = find_entry (home, 1);
  g_array_append_val (open, entry);
  g_assert_true (neg_archive_evict (home->archive, 0, 0, g_get_real_time () - DAY_US / 6, open, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (is_here (home, 1));
  g_assert_false (is_here (home, 2));
}

/* --- what a case needs --- */

/* Priors of appointments go after all that nobody needs, those of the last appointment first, and by age once their case
 * is read. */
static void
test_appointments (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *tomorrow = date_in (1), *later = date_in (9), *past = date_in (-20);
  NegRemoteStudy steps[] = { step_of (1, tomorrow), step_of (2, later), step_of (3, past) };

  say (home, TRUE, steps, 3);
  bring (home, 1, 900); /* of tomorrow */
  bring (home, 2, 900); /* of next week */
  bring (home, 3, 5);   /* of an appointment that nothing came of */
  bring (home, 4, 3);   /* of none */
  evict_to (home, 3);
  g_assert_false (is_here (home, 3));
  evict_to (home, 2);
  g_assert_false (is_here (home, 4));
  evict_to (home, 1);
  g_assert_false (is_here (home, 2));
  evict_to (home, 0);
  g_assert_false (is_here (home, 1));
}

static void
test_case_ends (gconstpointer data)
{
  gboolean is_cancelled = GPOINTER_TO_INT (data);
  g_autofree char *tomorrow = date_in (1);
  ArchiveHome home;

  archive_home_init (&home, NULL);
  say (&home, TRUE, (NegRemoteStudy[]){ step_of (1, tomorrow) }, 1);
  bring (&home, 1, 900);
  fetch_for (&home, NEG_CACHE_AHEAD, 1, find_step (&home, 1));
  bring (&home, 2, 3);
  bring (&home, 3, 2);
  evict_to (&home, 2); /* 1 is older, and needed */
  g_assert_true (is_here (&home, 1));
  g_assert_false (is_here (&home, 2));
  g_assert_cmpint (archive_count (&home, "SELECT need FROM study WHERE study_uid = '2.25.1'"), ==, NEG_CACHE_NEEDED);
  if (is_cancelled)
    say (&home, TRUE, NULL, 0);
  else
    set_status (&home, find_step (&home, 1), NEG_STATUS_READ);
  evict_to (&home, 1);
  g_assert_false (is_here (&home, 1));
  g_assert_true (is_here (&home, 3));
  archive_home_clear (&home, NULL);
}

/* Its case is another patient's by its number, as it is when IDs were joined: what it was brought for counts. */
static void
test_brought_for (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *tomorrow = date_in (1);

  say (home, TRUE, (NegRemoteStudy[]){ step_of (7, tomorrow) }, 1);
  bring (home, 1, 900);
  bring (home, 2, 3);
  fetch_for (home, NEG_CACHE_AHEAD, 1, find_step (home, 7));
  evict_to (home, 1);
  g_assert_true (is_here (home, 1));
  g_assert_false (is_here (home, 2));
}

/* Studies that peers list are no cases: else each would need all others. */
static void
test_listed_only (ArchiveHome *home, gconstpointer data)
{
  const NegRemoteStudy listed = { .study_uid = "2.25.9", .patient_name = "Test^Person 1", .patient_id = "ID1",
                                  .date = "20260101", .modalities = "CT", .n_instances = 1 };

  say (home, FALSE, &listed, 1);
  bring (home, 1, 900);
  bring (home, 2, 3);
  evict_to (home, 1);
  g_assert_false (is_here (home, 1));
}

/* --- counting --- */

static void
assert_counts (ArchiveHome *home, guint hits, guint misses, guint predicted, guint missed, guint64 saved)
{
  g_autoptr (GError) error = NULL;
  NegCacheStatus status;

  g_assert_true (neg_cache_get_status (home->reader, g_get_real_time (), &status, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (status.today.hits, ==, hits);
  g_assert_cmpuint (status.today.misses, ==, misses);
  g_assert_cmpuint (status.today.predicted, ==, predicted);
  g_assert_cmpuint (status.today.missed, ==, missed);
  g_assert_cmpuint (status.today.saved_bytes, ==, saved);
  g_assert_cmpuint (status.month.hits, ==, hits);
}

/* 1: the case; 2: a prior that was brought ahead; 3: one that was not; 4: of another patient; at a peer: 3 and 4. */
static void
test_counts (ArchiveHome *home, gconstpointer data)
{
  const NegRemoteStudy listed[] = {
    { .study_uid = "2.25.3", .patient_name = "Test^Person 1", .patient_id = "ID1", .modalities = "CT", .n_instances = 2 },
    { .study_uid = "2.25.4", .patient_name = "Test^Person 4", .patient_id = "ID4", .modalities = "CT", .n_instances = 2 },
  };
  gint64 entry;

  say (home, FALSE, listed, 2);
  bring_of (home, 1, 1, 0);
  bring_of (home, 1, 2, 0);
  bring_of (home, 1, 3, 0); /* one of its two images */
  entry = find_entry (home, 1);
  fetch_for (home, NEG_CACHE_AHEAD, 2, entry);
  fetch_for (home, NEG_CACHE_BY_PERSON, 3, 0);
  assert_counts (home, 0, 0, 0, 0, 0);
  open_entry (home, entry, 0);
  assert_counts (home, 1, 0, 0, 0, 0);
  open_entry (home, find_entry (home, 2), entry);
  assert_counts (home, 2, 0, 1, 0, 10);
  open_entry (home, find_entry (home, 2), entry); /* nothing is saved twice */
  assert_counts (home, 3, 0, 2, 0, 10);
  open_entry (home, find_entry (home, 3), entry);
  assert_counts (home, 3, 1, 2, 1, 10);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM cache_purpose WHERE study_uid = '2.25.3' AND kind = 2"),
                   ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM cache_purpose WHERE kind = 0"), ==, 0);
  open_entry (home, find_entry (home, 4), entry); /* another patient's is no prior */
  assert_counts (home, 3, 2, 2, 1, 10);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM cache_purpose WHERE study_uid = '2.25.4'"), ==, 0);
}

static const NegCacheItem *
find_item (GPtrArray *items, const char *study_uid)
{
  for (guint i = 0; i < items->len; i++)
    if (g_str_equal (((NegCacheItem *) items->pdata[i])->study_uid, study_uid))
      return items->pdata[i];
  g_assert_not_reached ();
}

static void
test_list (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *tomorrow = date_in (1);
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GError) error = NULL;

  say (home, TRUE, (NegRemoteStudy[]){ step_of (2, tomorrow) }, 1);
  bring (home, 1, 2);
  bring (home, 2, 3);
  bring (home, 3, 4);
  fetch_for (home, NEG_CACHE_AHEAD, 2, find_step (home, 2));
  fetch_for (home, NEG_CACHE_BY_PERSON, 3, 0);
  g_assert_true (neg_archive_write (home->archive, pin_cb, &(Pin){ TRUE }, &error));
  items = neg_cache_list (home->reader, 10, g_get_real_time (), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (items->len, ==, 3);
  g_assert_cmpstr (((NegCacheItem *) items->pdata[0])->study_uid, ==, "2.25.1"); /* used last */
  g_assert_cmpint (find_item (items, "2.25.1")->reason, ==, NEG_CACHE_REASON_PINNED);
  g_assert_cmpstr (find_item (items, "2.25.1")->pinned_by, ==, "reader");
  g_assert_cmpint (find_item (items, "2.25.2")->reason, ==, NEG_CACHE_REASON_CASE);
  g_assert_true (find_item (items, "2.25.2")->was_ahead);
  g_assert_cmpstr (find_item (items, "2.25.2")->case_description, ==, "Abdomen");
  g_assert_cmpstr (find_item (items, "2.25.2")->why, ==, "because");
  g_assert_cmpint (find_item (items, "2.25.3")->reason, ==, NEG_CACHE_REASON_UNREAD);
  g_assert_cmpuint (find_item (items, "2.25.3")->bytes, ==, 10);
  g_assert_cmpuint (find_item (items, "2.25.3")->n_objects, ==, 1);
  g_clear_pointer (&items, g_ptr_array_unref);
  items = neg_cache_list (home->reader, 2, g_get_real_time (), &error);
  g_assert_cmpuint (items->len, ==, 2);
}

/* --- many --- */

#define N_STUDIES 100000

/* 100,000 studies, of which a tenth was said to stay: the first that goes is found by the index, and no step takes long. */
static void
test_many (ArchiveHome *home, gconstpointer data)
{
  const gint64 begin_us = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  NegStatement *plan;
  gboolean has_row;

  write_sql (home,
             "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO study (study_uid,"
             " issuer, patient_id, name_key, patient_name, birth_date, sex, date, time, timezone, accession,"
             " accession_issuer, description, referrer, institution, arrived_us, used_us, cache_bytes, need)"
             " SELECT '2.26.' || i, '', 'M' || i, 'M', 'M', '', '', '', '', '', '', '', '', '', '', i, i, 10, (i %% 10 = 0) * 2"
             " FROM n", N_STUDIES);
  g_test_message ("made in %.1f s", (g_get_monotonic_time () - begin_us) / 1e6);
  plan = neg_database_prepare (home->reader,
                               "EXPLAIN QUERY PLAN SELECT id, case_us FROM study WHERE cache_bytes > 0 AND need = 0"
                               " AND case_us = 0 AND used_us < 5 ORDER BY used_us, cache_bytes LIMIT 1",
                               &error);
  g_assert_no_error (error);
  while (neg_statement_step (plan, &has_row, &error) && has_row) {
    g_assert_nonnull (strstr (neg_statement_get_text (plan, 3), "study_cache"));
    g_assert_null (strstr (neg_statement_get_text (plan, 3), "SCAN"));
  }
  g_assert_no_error (error);
  /* Nobody needs those that were said to stay: that is found, and the oldest goes first all the same. */
  evict_to (home, N_STUDIES - 3);
  g_assert_cmpint (archive_count (home, "SELECT min (used_us) FROM study"), ==, 4);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM study WHERE need <> 0"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT n_studies FROM cache_total"), ==, N_STUDIES - 3);
  g_test_message ("all in %.1f s", (g_get_monotonic_time () - begin_us) / 1e6);
}

/* --- killed --- */

static void
take_many (ArchiveHome *home, guint study, guint n)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_object_record_free);
  g_autofree NegTaking *takings = g_new0 (NegTaking, n);

  for (guint i = 0; i < n; i++) {
    NegObjectRecord *record = archive_record (study, 1, i);
    g_autofree char *bytes = g_strdup_printf ("object %u of study %u", i, study);
    g_autoptr (GError) error = NULL;

    g_ptr_array_add (records, record);
    takings[i].incoming = neg_object_store_begin (neg_archive_get_objects (home->archive), NEG_OBJECT_CACHE, &error);
    g_assert_no_error (error);
    g_assert_cmpint (write (takings[i].incoming->fd, bytes, strlen (bytes)), ==, strlen (bytes));
    takings[i].object = (NegArchiveObject){ .record = record, .bytes = strlen (bytes), .source = "test" };
  }
  neg_archive_take_many (home->archive, takings, n);
  for (guint i = 0; i < n; i++) {
    g_assert_no_error (takings[i].error);
    neg_incoming_free (takings[i].incoming);
  }
}

static int
evict_child (const char *folder)
{
  g_autoptr (GError) error = NULL;
  ArchiveHome home;

  archive_child_open_home (&home, folder);
  neg_archive_evict (home.archive, 0, 0, g_get_real_time () - DAY_US / 6, NULL, NULL, &error);
  g_assert_no_error (error);
  archive_child_close_home (&home);
  return 0;
}

/* 1 is pinned, 2 unread, 3 of an appointment, 4 large and of nobody, 5 small and of nobody. What stays is whole whenever
 * the process dies, what goes is gone or whole, and sums are right. */
static void
prepare_home (ArchiveHome *home, const char *tomorrow)
{
  g_autoptr (GError) error = NULL;

  say (home, TRUE, (NegRemoteStudy[]){ step_of (3, tomorrow) }, 1);
  for (guint i = 1; i <= 5; i++)
    if (i != 4)
      bring (home, i, 900);
  take_many (home, 4, N_MANY);
  write_sql (home, "UPDATE study SET used_us = 1 WHERE study_uid = '2.25.4'");
  fetch_for (home, NEG_CACHE_BY_PERSON, 2, 0);
  g_assert_true (neg_archive_write (home->archive, pin_cb, &(Pin){ TRUE }, &error));
  g_assert_no_error (error);
}

static void
assert_whole (ArchiveHome *home, gboolean all_done)
{
  g_autoptr (GError) error = NULL;
  NegArchiveReport report;

  g_assert_true (is_here (home, 1));
  g_assert_true (is_here (home, 2));
  g_assert_cmpint (archive_count (home, "SELECT n_here FROM entry WHERE study_uid = '2.25.1'"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT n_here FROM entry WHERE study_uid = '2.25.2'"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT bytes FROM cache_total"), ==,
                   archive_count (home, "SELECT coalesce (sum (cache_bytes), 0) FROM study"));
  g_assert_cmpint (archive_count (home, "SELECT n_studies FROM cache_total"), ==,
                   archive_count (home, "SELECT count (*) FROM study WHERE cache_bytes > 0"));
  if (all_done)
    g_assert_cmpint (archive_count (home, "SELECT count (*) FROM study"), ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM removal"), ==, 0);
  g_assert_true (neg_archive_check (home->archive, TRUE, NULL, NULL, NULL, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (report.problems->len, ==, 0);
  neg_archive_report_clear (&report);
}

static void
test_killed (gconstpointer data)
{
  const char *fault = data;
  g_autofree char *tomorrow = date_in (1);
  ArchiveHome home;
  int from, status;
  pid_t pid;

  archive_home_init (&home, NULL);
  prepare_home (&home, tomorrow);
  archive_home_close (&home);
  pid = archive_child_start ("--evict", home.folder, fault, &from);
  close (from);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  archive_home_open (&home);
  assert_whole (&home, FALSE);
  evict_to (&home, 0);
  assert_whole (&home, TRUE);
  archive_home_clear (&home, NULL);
}

static void
add_test (const char *name, void (*func) (ArchiveHome *, gconstpointer))
{
  g_test_add (name, ArchiveHome, NULL, archive_home_init, func, archive_home_clear);
}

int
main (int argc, char **argv)
{
  static const char *const faults[] = { "before-commit:1", "committed:1",     "before-commit:2", "committed:2",
                                        "committed:3",     "before-commit:4", "committed:4",     "committed:5",
                                        "before-commit:6", "committed:6" };

  if (argc == 3 && g_str_equal (argv[1], "--evict") && g_file_test (argv[2], G_FILE_TEST_IS_DIR))
    return evict_child (argv[2]);
  g_test_init (&argc, &argv, NULL);
  add_test ("/cache/age", test_age);
  add_test ("/cache/pinned", test_pinned);
  add_test ("/cache/unread", test_unread);
  add_test ("/cache/ordered", test_ordered);
  add_test ("/cache/unsent", test_unsent);
  add_test ("/cache/open", test_open);
  add_test ("/cache/appointments", test_appointments);
  g_test_add_data_func ("/cache/case-read", GINT_TO_POINTER (FALSE), test_case_ends);
  g_test_add_data_func ("/cache/case-cancelled", GINT_TO_POINTER (TRUE), test_case_ends);
  add_test ("/cache/brought-for", test_brought_for);
  add_test ("/cache/listed-only", test_listed_only);
  add_test ("/cache/counts", test_counts);
  add_test ("/cache/list", test_list);
  add_test ("/cache/many", test_many);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
    g_autofree char *name = g_strdup_printf ("/cache/killed/%s", faults[i]);

    g_test_add_data_func (name, faults[i], test_killed);
  }
  return g_test_run ();
}
