/* What the cache gives up and what it keeps, in which order, and what it counts. */
#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "cache-home.h"
#include "store/neg-jobs.h"

/* --- by age --- */

static void
test_age (ArchiveHome *home, gconstpointer data)
{
  for (guint i = 1; i <= 4; i++)
    cache_home_bring (home, i, (int) (i * 2 + (i == 2 ? 100 : 0))); /* 2, 104, 6, 8 days */
  cache_home_bring (home, 5, 0); /* may be on a screen */
  cache_home_evict_to (home, 4);
  g_assert_false (cache_home_has (home, 2));
  cache_home_evict_to (home, 3);
  g_assert_false (cache_home_has (home, 4));
  cache_home_evict_to (home, 0);
  g_assert_true (cache_home_has (home, 5));
  g_assert_cmpint (archive_count (home, "SELECT n_studies FROM cache_total"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT bytes FROM cache_total"), ==, 10);
  g_assert_cmpint (archive_count (home, "SELECT evicted FROM cache_day"), ==, 4);
  g_assert_cmpint (archive_count (home, "SELECT evicted_bytes FROM cache_day"), ==, 40);
}

/* --- what stays --- */

static void
test_pinned (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (cache_home_pin (home, TRUE, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_clear_error (&error);
  cache_home_bring (home, 1, 900);
  cache_home_bring (home, 2, 2);
  g_assert_true (cache_home_pin (home, TRUE, &error));
  cache_home_evict_to (home, 0);
  g_assert_true (cache_home_has (home, 1));
  g_assert_false (cache_home_has (home, 2));
  g_assert_true (cache_home_pin (home, FALSE, &error));
  cache_home_evict_to (home, 0);
  g_assert_false (cache_home_has (home, 1));
}

/* What a person fetched stays until it is read, what somebody is reading stays in any case. */
static void
test_unread (ArchiveHome *home, gconstpointer data)
{
  cache_home_bring (home, 1, 900);
  cache_home_bring (home, 2, 900);
  cache_home_bring (home, 3, 900);
  cache_home_fetch_for (home, NEG_CACHE_BY_PERSON, 1, 0);
  cache_home_set_status (home, cache_home_find_entry (home, 2), NEG_STATUS_BEING_READ);
  cache_home_evict_to (home, 0);
  g_assert_true (cache_home_has (home, 1));
  g_assert_true (cache_home_has (home, 2));
  g_assert_false (cache_home_has (home, 3));
  cache_home_set_status (home, cache_home_find_entry (home, 1), NEG_STATUS_READ);
  cache_home_set_status (home, cache_home_find_entry (home, 2), NEG_STATUS_REPORTED);
  cache_home_evict_to (home, 0);
  g_assert_false (cache_home_has (home, 1));
  g_assert_false (cache_home_has (home, 2));
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM cache_purpose"), ==, 0);
}

/* What never came goes with its note after months, unless it was wanted again since. */
static void
test_never_came (ArchiveHome *home, gconstpointer data)
{
  for (guint i = 1; i <= 2; i++)
    cache_home_fetch_for (home, NEG_CACHE_AHEAD, i, 7);
  cache_home_write (home, "UPDATE cache_purpose SET noted_us = 1");
  cache_home_fetch_for (home, NEG_CACHE_AHEAD, 1, 7);
  cache_home_fetch_for (home, NEG_CACHE_AHEAD, 3, 7);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM cache_purpose WHERE study_uid IN ('2.25.1', '2.25.3')"),
                   ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM cache_purpose"), ==, 2);
}

/* Images that an announced step is about are unread, though they were brought ahead. */
static void
test_ordered (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *date = cache_home_date_in (-1);
  NegRemoteStudy step = cache_home_step_of (1, date);

  step.study_uid = "2.25.1";
  cache_home_say (home, TRUE, &step, 1);
  cache_home_bring (home, 1, 900);
  cache_home_fetch_for (home, NEG_CACHE_AHEAD, 1, 0);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM entry"), ==, 1);
  cache_home_evict_to (home, 0);
  g_assert_true (cache_home_has (home, 1));
  cache_home_set_status (home, cache_home_find_entry (home, 1), NEG_STATUS_READ);
  cache_home_evict_to (home, 0);
  g_assert_false (cache_home_has (home, 1));
}

static void
test_unsent (ArchiveHome *home, gconstpointer data)
{
  static const NegJobState keep[] = { NEG_JOB_WAITING, NEG_JOB_RUNNING, NEG_JOB_PAUSED, NEG_JOB_FAILED };
  g_autoptr (NegJob) job = g_new0 (NegJob, 1);
  g_autoptr (GError) error = NULL;

  cache_home_bring (home, 1, 900);
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
    cache_home_evict_to (home, 0);
    g_assert_true (cache_home_has (home, 1));
  }
  job->state = NEG_JOB_DONE;
  g_assert_true (neg_jobs_update (home->archive, job, &error));
  cache_home_evict_to (home, 0);
  g_assert_false (cache_home_has (home, 1));
}

/* Released to leave: it stays until a peer has committed to it. */
static void
test_undelivered (ArchiveHome *home, gconstpointer data)
{
  cache_home_bring (home, 1, 900);
  cache_home_write (home, "INSERT INTO delivery (id, study_id, peer, route, user, made_us, commit_by_us)"
                          " SELECT 1, id, 'PACS', '', '', 1, 9 FROM study");
  cache_home_write (home, "INSERT INTO delivery_object (delivery_id, instance_id, sop_instance_uid, sop_class_uid, state, changed_us)"
                          " SELECT 1, id, sop_instance_uid, '', 0, 1 FROM instance");
  for (guint i = 0; i < 3; i++) {
    cache_home_evict_to (home, 0);
    g_assert_true (cache_home_has (home, 1));
    cache_home_write (home, "UPDATE delivery_object SET state = state + 1");
  }
  cache_home_write (home, "UPDATE study SET need = 0"); /* as it is noted within the hour */
  cache_home_evict_to (home, 0);
  g_assert_false (cache_home_has (home, 1));
}

/* A file of the cache that a person named: its study stays until that is over, one that is not named goes. */
static void
test_unsent_file (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegJob) job = g_new0 (NegJob, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL, *path = NULL;
  const char *paths[] = { "/elsewhere/a.dcm", NULL, NULL };
  GVariantDict arguments;

  cache_home_bring (home, 1, 900);
  cache_home_bring (home, 2, 2);
  name = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "0000000001", -1); /* of the bytes that it was given */
  path = g_strdup_printf ("/some/link/objects/%.2s/%s", name, name);
  paths[1] = path;
  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "paths", "^as", paths);
  job->kind = g_strdup ("send");
  job->peer = g_strdup ("PACS");
  job->study_uid = g_strdup ("");
  job->arguments = g_variant_ref_sink (g_variant_dict_end (&arguments));
  job->message = g_strdup ("");
  job->error_code = g_strdup ("");
  g_assert_true (neg_jobs_add (home->archive, job, &error));
  cache_home_evict_to (home, 0);
  g_assert_true (cache_home_has (home, 1));
  g_assert_false (cache_home_has (home, 2));
  job->state = NEG_JOB_DONE;
  g_assert_true (neg_jobs_update (home->archive, job, &error));
  cache_home_write (home, "UPDATE study SET need = 0"); /* as it is noted within the hour */
  cache_home_evict_to (home, 0);
  g_assert_false (cache_home_has (home, 1));
}

static void
test_open (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) error = NULL;
  gint64 entry;

  cache_home_bring (home, 1, 900);
  cache_home_bring (home, 2, 2);
  entry = cache_home_find_entry (home, 1);
  g_array_append_val (open, entry);
  g_assert_true (neg_archive_evict (home->archive, 0, 0, g_get_real_time () - DAY_US / 6, open, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (cache_home_has (home, 1));
  g_assert_false (cache_home_has (home, 2));
}

/* --- what a case needs --- */

/* Priors of appointments go after all that nobody needs, those of the last appointment first, and by age once their case
 * is read. */
static void
test_appointments (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *tomorrow = cache_home_date_in (1), *later = cache_home_date_in (9), *past = cache_home_date_in (-20);
  NegRemoteStudy steps[] = { cache_home_step_of (1, tomorrow), cache_home_step_of (2, later), cache_home_step_of (3, past) };

  cache_home_say (home, TRUE, steps, 3);
  cache_home_bring (home, 1, 900); /* of tomorrow */
  cache_home_bring (home, 2, 900); /* of next week */
  cache_home_bring (home, 3, 5);   /* of an appointment that nothing came of */
  cache_home_bring (home, 4, 3);   /* of none */
  cache_home_evict_to (home, 3);
  g_assert_false (cache_home_has (home, 3));
  cache_home_evict_to (home, 2);
  g_assert_false (cache_home_has (home, 4));
  cache_home_evict_to (home, 1);
  g_assert_false (cache_home_has (home, 2));
  cache_home_evict_to (home, 0);
  g_assert_false (cache_home_has (home, 1));
}

static void
test_case_ends (gconstpointer data)
{
  gboolean is_cancelled = GPOINTER_TO_INT (data);
  g_autofree char *tomorrow = cache_home_date_in (1);
  ArchiveHome home;

  archive_home_init (&home, NULL);
  cache_home_say (&home, TRUE, (NegRemoteStudy[]){ cache_home_step_of (1, tomorrow) }, 1);
  cache_home_bring (&home, 1, 900);
  cache_home_fetch_for (&home, NEG_CACHE_AHEAD, 1, cache_home_find_step (&home, 1));
  cache_home_bring (&home, 2, 3);
  cache_home_bring (&home, 3, 2);
  cache_home_evict_to (&home, 2); /* 1 is older, and needed */
  g_assert_true (cache_home_has (&home, 1));
  g_assert_false (cache_home_has (&home, 2));
  g_assert_cmpint (archive_count (&home, "SELECT need FROM study WHERE study_uid = '2.25.1'"), ==, NEG_CACHE_NEEDED);
  if (is_cancelled)
    cache_home_say (&home, TRUE, NULL, 0);
  else
    cache_home_set_status (&home, cache_home_find_step (&home, 1), NEG_STATUS_READ);
  cache_home_evict_to (&home, 1);
  g_assert_false (cache_home_has (&home, 1));
  g_assert_true (cache_home_has (&home, 3));
  archive_home_clear (&home, NULL);
}

/* Its case is another patient's by its number, as it is when IDs were joined: what it was brought for counts. */
static void
test_brought_for (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *tomorrow = cache_home_date_in (1);

  cache_home_say (home, TRUE, (NegRemoteStudy[]){ cache_home_step_of (7, tomorrow) }, 1);
  cache_home_bring (home, 1, 900);
  cache_home_bring (home, 2, 3);
  cache_home_fetch_for (home, NEG_CACHE_AHEAD, 1, cache_home_find_step (home, 7));
  cache_home_evict_to (home, 1);
  g_assert_true (cache_home_has (home, 1));
  g_assert_false (cache_home_has (home, 2));
}

/* Studies that peers list are no cases: else each would need all others. */
static void
test_listed_only (ArchiveHome *home, gconstpointer data)
{
  const NegRemoteStudy listed = { .study_uid = "2.25.9", .patient_name = "Test^Person 1", .patient_id = "ID1",
                                  .date = "20260101", .modalities = "CT", .n_instances = 1 };

  cache_home_say (home, FALSE, &listed, 1);
  cache_home_bring (home, 1, 900);
  cache_home_bring (home, 2, 3);
  cache_home_evict_to (home, 1);
  g_assert_false (cache_home_has (home, 1));
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

  cache_home_say (home, FALSE, listed, 2);
  cache_home_bring_of (home, 1, 1, 0);
  cache_home_bring_of (home, 1, 2, 0);
  cache_home_bring_of (home, 1, 3, 0); /* one of its two images */
  entry = cache_home_find_entry (home, 1);
  cache_home_fetch_for (home, NEG_CACHE_AHEAD, 2, entry);
  cache_home_fetch_for (home, NEG_CACHE_BY_PERSON, 3, 0);
  assert_counts (home, 0, 0, 0, 0, 0);
  cache_home_open_entry (home, entry, 0);
  assert_counts (home, 1, 0, 0, 0, 0);
  cache_home_open_entry (home, cache_home_find_entry (home, 2), entry);
  assert_counts (home, 2, 0, 1, 0, 10);
  cache_home_open_entry (home, cache_home_find_entry (home, 2), entry); /* nothing is saved twice */
  assert_counts (home, 3, 0, 2, 0, 10);
  cache_home_open_entry (home, cache_home_find_entry (home, 3), entry);
  assert_counts (home, 3, 1, 2, 1, 10);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM cache_purpose WHERE study_uid = '2.25.3' AND kind = 2"),
                   ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM cache_purpose WHERE kind = 0"), ==, 0);
  cache_home_open_entry (home, cache_home_find_entry (home, 4), entry); /* another patient's is no prior */
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
  g_autofree char *tomorrow = cache_home_date_in (1);
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GError) error = NULL;

  cache_home_say (home, TRUE, (NegRemoteStudy[]){ cache_home_step_of (2, tomorrow) }, 1);
  cache_home_bring (home, 1, 2);
  cache_home_bring (home, 2, 3);
  cache_home_bring (home, 3, 4);
  cache_home_fetch_for (home, NEG_CACHE_AHEAD, 2, cache_home_find_step (home, 2));
  cache_home_fetch_for (home, NEG_CACHE_BY_PERSON, 3, 0);
  g_assert_true (cache_home_pin (home, TRUE, &error));
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

  cache_home_write (home,
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
  cache_home_evict_to (home, N_STUDIES - 3);
  g_assert_cmpint (archive_count (home, "SELECT min (used_us) FROM study"), ==, 4);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM study WHERE need <> 0"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT n_studies FROM cache_total"), ==, N_STUDIES - 3);
  g_test_message ("all in %.1f s", (g_get_monotonic_time () - begin_us) / 1e6);
}

static void
add_test (const char *name, void (*func) (ArchiveHome *, gconstpointer))
{
  g_test_add (name, ArchiveHome, NULL, archive_home_init, func, archive_home_clear);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/cache/age", test_age);
  add_test ("/cache/pinned", test_pinned);
  add_test ("/cache/never-came", test_never_came);
  add_test ("/cache/unread", test_unread);
  add_test ("/cache/ordered", test_ordered);
  add_test ("/cache/undelivered", test_undelivered);
  add_test ("/cache/unsent", test_unsent);
  add_test ("/cache/unsent-file", test_unsent_file);
  add_test ("/cache/open", test_open);
  add_test ("/cache/appointments", test_appointments);
  g_test_add_data_func ("/cache/case-read", GINT_TO_POINTER (FALSE), test_case_ends);
  g_test_add_data_func ("/cache/case-cancelled", GINT_TO_POINTER (TRUE), test_case_ends);
  add_test ("/cache/brought-for", test_brought_for);
  add_test ("/cache/listed-only", test_listed_only);
  add_test ("/cache/counts", test_counts);
  add_test ("/cache/list", test_list);
  add_test ("/cache/many", test_many);
  return g_test_run ();
}
