/* NegJobs: the order of the queue, and what a restart finds. */
#include "config.h"

#include "archive-home.h"
#include "base/neg-error.h"
#include "store/neg-jobs.h"

static gint64
add_job (ArchiveHome *home, NegJobState state, gint priority, gint64 created_us, gint64 next_us)
{
  g_autoptr (GError) error = NULL;
  NegJob job = { .kind = (char *) "retrieve",
                 .peer = (char *) "pacs",
                 .study_uid = (char *) "2.25.1",
                 .state = state,
                 .priority = priority,
                 .created_us = created_us,
                 .next_us = next_us };

  neg_jobs_add (home->archive, &job, &error);
  g_assert_no_error (error);
  return job.id;
}

static void
assert_ids (GPtrArray *jobs, const gint64 *ids, guint n)
{
  g_assert_nonnull (jobs);
  g_assert_cmpuint (jobs->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (((NegJob *) g_ptr_array_index (jobs, i))->id, ==, ids[i]);
}

static void
test_keep (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegJob) job = NULL;
  g_autoptr (NegJob) copy = NULL;
  g_autoptr (GError) error = NULL;
  GVariantDict dict;
  NegJob wanted = { .kind = (char *) "send", .peer = (char *) "pacs", .priority = -3, .bytes = 1ull << 40 };
  const char *text = NULL;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "path", "s", "Bj\xc3\xb6rn's \"file\"\n");
  g_variant_dict_insert (&dict, "limit", "d", 0.5);
  wanted.arguments = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_assert_true (neg_jobs_add (home->archive, &wanted, &error));
  g_assert_cmpint (wanted.id, >, 0);
  job = neg_jobs_find (home->reader, wanted.id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (job->kind, ==, "send");
  g_assert_cmpstr (job->study_uid, ==, "");
  g_assert_cmpint (job->priority, ==, -3);
  g_assert_cmpuint (job->bytes, ==, 1ull << 40);
  g_assert_true (g_variant_lookup (job->arguments, "path", "&s", &text));
  g_assert_cmpstr (text, ==, "Bj\xc3\xb6rn's \"file\"\n");
  g_assert_true (g_variant_equal (job->arguments, wanted.arguments));
  copy = neg_job_copy (job);
  g_assert_true (g_variant_equal (copy->arguments, job->arguments));
  copy->state = NEG_JOB_FAILED;
  copy->attempts = 4;
  g_free (copy->message);
  copy->message = g_strdup ("no answer");
  g_assert_true (neg_jobs_update (home->archive, copy, &error));
  g_clear_pointer (&job, neg_job_free);
  job = neg_jobs_find (home->reader, wanted.id, &error);
  g_assert_cmpint (job->state, ==, NEG_JOB_FAILED);
  g_assert_cmpuint (job->attempts, ==, 4);
  g_assert_cmpstr (job->message, ==, "no answer");
  g_assert_cmpstr (neg_job_state_get_name (job->state), ==, "failed");
  g_assert_null (neg_jobs_find (home->reader, 12345, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_variant_unref (wanted.arguments);
}

static void
test_due (ArchiveHome *home, gconstpointer data)
{
  gint64 later = add_job (home, NEG_JOB_WAITING, 0, 10, 200);
  gint64 second = add_job (home, NEG_JOB_WAITING, 5, 10, 50);
  gint64 first = add_job (home, NEG_JOB_WAITING, 1, 30, 90);
  gint64 third = add_job (home, NEG_JOB_WAITING, 5, 20, 40);
  gint64 paused = add_job (home, NEG_JOB_PAUSED, 0, 10, 0);
  gint64 done = add_job (home, NEG_JOB_DONE, 0, 10, 0);
  const gint64 due[3] = { first, second, third };
  const gint64 all[6] = { paused, third, first, second, later, done };
  g_autoptr (GPtrArray) now = neg_jobs_list_due (home->reader, 100, 10, NULL);
  g_autoptr (GPtrArray) some = neg_jobs_list_due (home->reader, 100, 2, NULL);
  g_autoptr (GPtrArray) none = neg_jobs_list_due (home->reader, 39, 10, NULL);
  g_autoptr (GPtrArray) listed = neg_jobs_list (home->reader, 10, NULL);
  gint64 next_us = 0;

  assert_ids (now, due, 3);
  assert_ids (some, due, 2);
  assert_ids (none, NULL, 0);
  assert_ids (listed, all, 6);
  g_assert_true (neg_jobs_get_next_due (home->reader, &next_us, NULL));
  g_assert_cmpint (next_us, ==, 40);
}

/* Whatever else there is. */
static void
test_study (ArchiveHome *home, gconstpointer data)
{
  gint64 waiting = add_job (home, NEG_JOB_WAITING, 0, 10, 200);
  gint64 paused = add_job (home, NEG_JOB_PAUSED, 0, 10, 0);
  gint64 running = add_job (home, NEG_JOB_RUNNING, 0, 10, 0);
  gint64 done = add_job (home, NEG_JOB_DONE, 0, 10, 0);
  NegJob other = { .kind = (char *) "retrieve", .peer = (char *) "pacs", .study_uid = (char *) "2.25.11" };
  NegJob local = { .kind = (char *) "import", .peer = (char *) "", .study_uid = (char *) "" };
  const gint64 all[3] = { running, paused, waiting };
  g_autoptr (GPtrArray) listed = NULL;
  g_autoptr (GPtrArray) none = NULL;

  g_assert_cmpint (done, !=, 0);
  g_assert_true (neg_jobs_add (home->archive, &other, NULL));
  g_assert_true (neg_jobs_add (home->archive, &local, NULL));
  listed = neg_jobs_list_study (home->reader, "2.25.1", NULL);
  none = neg_jobs_list_study (home->reader, "", NULL);
  assert_ids (listed, all, 3);
  assert_ids (none, NULL, 0);
}

static void
test_recover (ArchiveHome *home, gconstpointer data)
{
  const gint64 running = add_job (home, NEG_JOB_RUNNING, 0, 10, 0);
  const gint64 paused = add_job (home, NEG_JOB_PAUSED, 0, 10, 0);
  g_autoptr (GPtrArray) before = neg_jobs_list_due (home->reader, 100, 10, NULL);
  g_autoptr (GPtrArray) after = NULL;
  g_autoptr (NegJob) still = NULL;
  gint64 next_us = 7;

  assert_ids (before, NULL, 0);
  g_assert_true (neg_jobs_get_next_due (home->reader, &next_us, NULL));
  g_assert_cmpint (next_us, ==, 0);
  archive_home_close (home);
  archive_home_open (home);
  g_assert_true (neg_jobs_recover (home->archive, NULL));
  after = neg_jobs_list_due (home->reader, 100, 10, NULL);
  assert_ids (after, &running, 1);
  still = neg_jobs_find (home->reader, paused, NULL);
  g_assert_cmpint (still->state, ==, NEG_JOB_PAUSED);
}

/* What ends the agent each time is not begun a fourth time. */
static void
test_deaths (ArchiveHome *home, gconstpointer data)
{
  const gint64 id = add_job (home, NEG_JOB_WAITING, 0, 10, 0);

  for (guint i = 1; i <= 3; i++) {
    g_autoptr (NegJob) job = neg_jobs_find (home->reader, id, NULL);
    g_autoptr (NegJob) after = NULL;

    job->state = NEG_JOB_RUNNING;
    g_assert_true (neg_jobs_update (home->archive, job, NULL));
    g_assert_true (neg_jobs_recover (home->archive, NULL));
    after = neg_jobs_find (home->reader, id, NULL);
    g_assert_cmpint (after->state, ==, i < 3 ? NEG_JOB_WAITING : NEG_JOB_FAILED);
    g_assert_cmpstr (after->error_code, ==, i < 3 ? "" : "aborted");
    g_assert_true ((after->finished_us > 0) == (i == 3));
  }
}

static gboolean
damage (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "UPDATE job SET arguments = '{' WHERE id = ?1", error);

  neg_statement_bind_int (statement, 1, *(gint64 *) data);
  return neg_statement_run (statement, error);
}

/* One that cannot be read keeps no other from running. */
static void
test_unreadable (ArchiveHome *home, gconstpointer data)
{
  gint64 ids[2];
  g_autoptr (GPtrArray) due = NULL;
  g_autoptr (GPtrArray) later = NULL;

  ids[0] = add_job (home, NEG_JOB_WAITING, 0, 10, 0);
  ids[1] = add_job (home, NEG_JOB_WAITING, 0, 20, 0);
  g_assert_true (neg_archive_write (home->archive, damage, &ids[0], NULL));
  due = neg_jobs_list_due (home->reader, 100, 10, NULL);
  assert_ids (due, ids, 2);
  g_assert_cmpint (((NegJob *) g_ptr_array_index (due, 0))->state, ==, NEG_JOB_FAILED);
  g_assert_cmpint (((NegJob *) g_ptr_array_index (due, 1))->state, ==, NEG_JOB_WAITING);
  g_assert_true (neg_jobs_update (home->archive, g_ptr_array_index (due, 0), NULL));
  later = neg_jobs_list_due (home->reader, 100, 10, NULL);
  assert_ids (later, &ids[1], 1);
}

static void
test_objects (ArchiveHome *home, gconstpointer data)
{
  const gint64 id = add_job (home, NEG_JOB_RUNNING, 0, 10, 0);
  NegJobObject objects[3] = { { (char *) "2.25.1", FALSE, 0, NULL },
                              { (char *) "2.25.2", TRUE, 0xa700, (char *) "out of resources" },
                              { (char *) "2.25.3", TRUE, 0xc000, (char *) "no" } };
  g_autoptr (GPtrArray) failed = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_jobs_set_object (home->archive, id, objects, 3, &error));
  objects[2].failed = FALSE; /* tried again */
  g_assert_true (neg_jobs_set_object (home->archive, id, &objects[2], 1, &error));
  failed = neg_jobs_list_objects (home->reader, id, TRUE, 10, &error);
  g_assert_cmpuint (failed->len, ==, 1);
  g_assert_cmpstr (((NegJobObject *) g_ptr_array_index (failed, 0))->sop_uid, ==, "2.25.2");
  g_assert_cmpuint (((NegJobObject *) g_ptr_array_index (failed, 0))->status, ==, 0xa700);
  all = neg_jobs_list_objects (home->reader, id, FALSE, 2, &error);
  g_assert_cmpuint (all->len, ==, 2);
  /* Of no job: refused, and nothing of it is kept. */
  g_assert_false (neg_jobs_set_object (home->archive, 999, objects, 3, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

static void
test_prune (ArchiveHome *home, gconstpointer data)
{
  const gint64 waiting = add_job (home, NEG_JOB_WAITING, 0, 1, 1);
  NegJobObject object = { (char *) "2.25.1", TRUE, 1, NULL };
  NegJob job = { .kind = (char *) "send", .state = NEG_JOB_DONE, .finished_us = 50 };
  g_autoptr (GPtrArray) listed = NULL;
  g_autoptr (GPtrArray) left = NULL;

  g_assert_true (neg_jobs_add (home->archive, &job, NULL));
  g_assert_true (neg_jobs_set_object (home->archive, job.id, &object, 1, NULL));
  for (guint i = 0; i < 1200; i++) { /* more than go at once */
    g_autofree char *uid = g_strdup_printf ("2.25.1.%u", i);

    object.sop_uid = uid;
    g_assert_true (neg_jobs_set_object (home->archive, job.id, &object, 1, NULL));
  }
  g_assert_true (neg_jobs_prune (home->archive, 50, NULL));
  listed = neg_jobs_list (home->reader, 10, NULL);
  g_assert_cmpuint (listed->len, ==, 2);
  g_assert_true (neg_jobs_prune (home->archive, 51, NULL));
  left = neg_jobs_list (home->reader, 10, NULL);
  assert_ids (left, &waiting, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM job_object"), ==, 0);
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
  add_test ("/jobs/keep", test_keep);
  add_test ("/jobs/due", test_due);
  add_test ("/jobs/study", test_study);
  add_test ("/jobs/recover", test_recover);
  add_test ("/jobs/deaths", test_deaths);
  add_test ("/jobs/unreadable", test_unreadable);
  add_test ("/jobs/objects", test_objects);
  add_test ("/jobs/prune", test_prune);
  return g_test_run ();
}
