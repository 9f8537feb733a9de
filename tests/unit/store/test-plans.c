/* Plans of what is fetched ahead: entries that are noted by the schema itself, plans, their order, jobs that end. */
#include <glib/gstdio.h>

#include "archive-home.h"
#include "store-folder.h"
#include "store/neg-entries.h"
#include "store/neg-jobs.h"
#include "store/neg-plans.h"

#define FIXTURE "tests/unit/store/fixtures/archive-6.sql"
#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)
#define HOUR_US (3600 * (gint64) G_USEC_PER_SEC)

typedef gboolean (*Func) (NegDatabase *database, gpointer data, GError **error);

static void
write_ok (ArchiveHome *home, Func func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_write (home->archive, func, data, &error));
  g_assert_no_error (error);
}

/* --- what is scheduled --- */

typedef struct {
  NegRemoteStudy steps[4];
  guint n;
} Steps;

static gboolean
set_steps (NegDatabase *database, gpointer data, GError **error)
{
  const Steps *steps = data;

  return neg_entries_set_scheduled (database, "RIS", steps->steps, steps->n, TRUE, error);
}

static NegRemoteStudy
make_step (const char *id, const char *procedure)
{
  return (NegRemoteStudy){ .peer = "RIS", .study_uid = "", .patient_name = "A^B", .patient_id = id, .issuer = "",
                           .birth_date = "", .sex = "", .accession = id, .accession_issuer = "", .date = "20270115",
                           .time = "080000", .modalities = "CT", .description = procedure, .body_part = "",
                           .referrer = "", .location = "", .step_id = "1", .urgency = NEG_URGENCY_ROUTINE };
}

static gboolean
forget_all (NegDatabase *database, gpointer data, GError **error)
{
  g_autoptr (GArray) due = neg_plans_list_due (database, G_MAXINT64, 100, error);

  for (guint i = 0; due != NULL && i < due->len; i++)
    if (!neg_plans_forget_due (database, g_array_index (due, NegPlanDue, i).entry, error))
      return FALSE;
  return due != NULL;
}

static gint64
get_entry (ArchiveHome *home, const char *id)
{
  g_autofree char *sql = g_strdup_printf ("SELECT id FROM entry WHERE patient_id = '%s'", id);

  return archive_count (home, sql);
}

static void
test_due (ArchiveHome *home, gconstpointer data)
{
  Steps steps = { { make_step ("1", "CT"), make_step ("2", "CT") }, 2 };
  gint64 next_us = 1;

  write_ok (home, set_steps, &steps);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM prefetch_due WHERE cause = 2"), ==, 2);
  g_assert_true (neg_plans_get_next_due (home->reader, &next_us, NULL));
  g_assert_cmpint (next_us, ==, 0);
  write_ok (home, forget_all, NULL);
  g_assert_true (neg_plans_get_next_due (home->reader, &next_us, NULL));
  g_assert_cmpint (next_us, ==, -1);
  /* The same again is no news; another procedure is; one that is gone is, too. */
  write_ok (home, set_steps, &steps);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM prefetch_due"), ==, 0);
  steps.steps[0].description = "MR";
  write_ok (home, set_steps, &steps);
  g_assert_cmpint (archive_count (home, "SELECT entry_id FROM prefetch_due"), ==, get_entry (home, "1"));
  write_ok (home, forget_all, NULL);
  steps.n = 1;
  write_ok (home, set_steps, &steps);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM prefetch_due"), ==, 1);
}

static gboolean
join_first (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *link = neg_database_prepare (
      database,
      "INSERT INTO patient_link (from_issuer, from_id, from_key, from_name, to_issuer, to_id, to_key, to_name, user, "
      "message_id, time_us, made_us) SELECT '', 'before', '', '', issuer, patient_id, name_key, patient_name, '', 0, 0, 1 "
      "FROM entry ORDER BY id LIMIT 1",
      error);

  return link != NULL && neg_statement_run (link, error);
}

/* Images make a scheduled entry one that has arrived; those of a prior that was fetched are looked at, too. */
static void
test_arrival (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) sent = archive_record (7, 1, 1);
  g_autoptr (NegObjectRecord) fetched = archive_record (8, 1, 1);
  gboolean was_sent;
  gint64 used_us;

  archive_take_ok (home, NEG_OBJECT_DATA, sent, "sent", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_CACHE, fetched, "fetched", NEG_ADDED_NEW);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM prefetch_due WHERE cause = 1"), ==, 2);
  g_assert_true (neg_plans_get_arrival (home->reader, archive_count (home, "SELECT min (id) FROM study"), &used_us,
                                        &was_sent, NULL));
  g_assert_true (was_sent);
  g_assert_cmpint (used_us, >, 0);
  g_assert_true (neg_plans_get_arrival (home->reader, archive_count (home, "SELECT max (id) FROM study"), &used_us,
                                        &was_sent, NULL));
  g_assert_false (was_sent);
  /* Whoever waits to be read was somebody else before: what that one has is looked for. */
  write_ok (home, forget_all, NULL);
  write_ok (home, join_first, NULL);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM prefetch_due WHERE cause = 1 AND entry_id = "
                                        "(SELECT min (id) FROM entry)"), ==, 1);
}

/* --- plans --- */

typedef struct {
  gint64 entry;
  NegPlanCause cause;
  guint urgency;
  gint64 need_us;
  const char *const *uids;
  guint n;
} Made;

static gboolean
set_plan (NegDatabase *database, gpointer data, GError **error)
{
  const Made *made = data;
  NegPlan plan = { .entry = made->entry, .study_uid = (char *) "", .accession = (char *) "A", .fingerprint = (char *) "f",
                   .note = (char *) "", .cause = made->cause, .urgency = made->urgency, .need_us = made->need_us,
                   .planned_us = NOW_US };
  g_autoptr (GArray) choices = g_array_new (FALSE, TRUE, sizeof (NegPlanChoice));

  for (guint i = 0; i < made->n; i++) {
    const NegPlanChoice choice = { .study_uid = made->uids[i], .peer = "PACS", .rule = "r", .why = "w", .rank = (gint) i,
                                   .state = NEG_PRIOR_PLANNED, .n_there = 3 };

    g_array_append_val (choices, choice);
  }
  return neg_plans_set (database, &plan, (const NegPlanChoice *) choices->data, choices->len, error);
}

static char *
list_next (ArchiveHome *home, gint64 until_us)
{
  g_autoptr (GPtrArray) priors = neg_plans_list_next (home->reader, until_us, 100, NULL);
  GString *uids = g_string_new (NULL);

  for (guint i = 0; i < priors->len; i++)
    g_string_append (uids, ((const NegPlannedPrior *) priors->pdata[i])->study_uid);
  return g_string_free (uids, FALSE);
}

static const char *const three[] = { "a", "b", "c" }, *const other[] = { "d", "e" }, *const opened[] = { "f" },
                         *const urgent[] = { "g" };

static void
test_order (ArchiveHome *home, gconstpointer data)
{
  Steps steps = { { make_step ("1", "CT"), make_step ("2", "CT"), make_step ("3", "CT"), make_step ("4", "CT") }, 4 };
  g_autofree char *all = NULL;
  g_autofree char *soon = NULL;
  gint64 need_us = 0;

  write_ok (home, set_steps, &steps);
  write_ok (home, set_plan, &(Made){ get_entry (home, "1"), NEG_CAUSE_ORDERED, 3, NOW_US + 9 * HOUR_US, three, 3 });
  write_ok (home, set_plan, &(Made){ get_entry (home, "2"), NEG_CAUSE_ORDERED, 3, NOW_US + HOUR_US, other, 2 });
  write_ok (home, set_plan, &(Made){ get_entry (home, "3"), NEG_CAUSE_OPENED, 3, 0, opened, 1 });
  write_ok (home, set_plan, &(Made){ get_entry (home, "4"), NEG_CAUSE_ORDERED, 0, NOW_US + 99 * HOUR_US, urgent, 1 });
  all = list_next (home, NOW_US + 100 * HOUR_US);
  g_assert_cmpstr (all, ==, "fgdeabc");
  soon = list_next (home, NOW_US + 2 * HOUR_US);
  g_assert_cmpstr (soon, ==, "fgde");
  g_assert_true (neg_plans_get_next_need (home->reader, NOW_US + 2 * HOUR_US, &need_us, NULL));
  g_assert_cmpint (need_us, ==, NOW_US + 9 * HOUR_US);
}

static gboolean
queue_first (NegDatabase *database, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) next = neg_plans_list_next (database, G_MAXINT64, 1, error);

  return next != NULL
         && neg_plans_set_prior (database, ((const NegPlannedPrior *) next->pdata[0])->id, NEG_PRIOR_QUEUED,
                                 *(const gint64 *) data, error);
}

static gint64
add_job (ArchiveHome *home)
{
  NegJob job = { .kind = (char *) "retrieve", .peer = (char *) "PACS", .study_uid = (char *) "a",
                 .created_us = NOW_US, .next_us = NOW_US };
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_jobs_add (home->archive, &job, &error));
  g_assert_no_error (error);
  return job.id;
}

typedef struct {
  gint64 entry;
  NegPlanCause cause;
} Pressed;

static gboolean
press (NegDatabase *database, gpointer data, GError **error)
{
  const Pressed *pressed = data;

  return neg_plans_press (database, pressed->entry, pressed->cause, 3, 0, error);
}

typedef struct {
  const char *uid;
  NegPriorState state;
  gint64 job;
} Became;

static gboolean
set_became (NegDatabase *database, gpointer data, GError **error)
{
  const Became *became = data;
  g_autoptr (GPtrArray) next = neg_plans_list_next (database, G_MAXINT64, 10, error);

  for (guint i = 0; next != NULL && i < next->len; i++) {
    const NegPlannedPrior *prior = next->pdata[i];

    if (g_str_equal (prior->study_uid, became->uid))
      return neg_plans_set_prior (database, prior->id, became->state, became->job, error);
  }
  return FALSE;
}

static gboolean
put_off_jobs (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "UPDATE job SET next_us = 9000000000000000", error);

  return statement != NULL && neg_statement_run (statement, error);
}

/* Nobody has the case open: all stays. Who opens it has what failed tried again, what was evicted fetched again, and what
 * waits for better times tried at once. */
static void
test_pressed (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) here = archive_record (8, 1, 1);
  const char *const uids[] = { "failed", "evicted", "waiting", here->text[NEG_RECORD_STUDY_UID] };
  Steps steps = { { make_step ("1", "CT") }, 1 };
  Pressed pressed = { 0, NEG_CAUSE_ORDERED };
  gint64 job = add_job (home);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  archive_take_ok (home, NEG_OBJECT_CACHE, here, "fetched", NEG_ADDED_NEW);
  write_ok (home, set_steps, &steps);
  pressed.entry = get_entry (home, "1");
  write_ok (home, set_plan, &(Made){ pressed.entry, NEG_CAUSE_ORDERED, 3, NOW_US, uids, 4 });
  write_ok (home, set_became, &(Became){ "failed", NEG_PRIOR_FAILED, 99 });
  write_ok (home, set_became, &(Became){ "evicted", NEG_PRIOR_HERE, 0 });
  write_ok (home, set_became, &(Became){ "waiting", NEG_PRIOR_QUEUED, job });
  write_ok (home, set_became, &(Became){ uids[3], NEG_PRIOR_HERE, 0 });
  write_ok (home, put_off_jobs, NULL);
  write_ok (home, press, &pressed);
  before = list_next (home, G_MAXINT64);
  g_assert_cmpstr (before, ==, "");
  g_assert_cmpint (archive_count (home, "SELECT next_us FROM job"), ==, 9000000000000000);
  pressed.cause = NEG_CAUSE_OPENED;
  write_ok (home, press, &pressed);
  after = list_next (home, G_MAXINT64);
  g_assert_cmpstr (after, ==, "failedevicted");
  g_assert_cmpint (archive_count (home, "SELECT next_us FROM job"), <=, g_get_real_time ());
}

static gboolean
follow (NegDatabase *database, gpointer data, GError **error)
{
  return neg_plans_follow_jobs (database, error);
}

static void
end_job (ArchiveHome *home, gint64 id, NegJobState state)
{
  g_autoptr (NegJob) job = neg_jobs_find (home->reader, id, NULL);

  job->state = state;
  g_assert_true (neg_jobs_update (home->archive, job, NULL));
}

/* What is in the queue stays so when the plan is made again, and says how its job ended. */
static void
test_jobs (ArchiveHome *home, gconstpointer data)
{
  static const NegJobState ends[] = { NEG_JOB_DONE, NEG_JOB_FAILED, NEG_JOB_CANCELLED };
  static const NegPriorState states[] = { NEG_PRIOR_HERE, NEG_PRIOR_FAILED, NEG_PRIOR_LEFT };
  Steps steps = { { make_step ("1", "CT") }, 1 };
  Made made = { .cause = NEG_CAUSE_ORDERED, .urgency = 3, .need_us = NOW_US, .uids = three, .n = 3 };

  write_ok (home, set_steps, &steps);
  made.entry = get_entry (home, "1");
  write_ok (home, set_plan, &made);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *sql = g_strdup_printf ("SELECT state FROM prefetch_choice WHERE study_uid = '%s'", three[i]);
    gint64 job = add_job (home);
    gboolean has = TRUE;
    guint n = 0;

    write_ok (home, queue_first, &job);
    g_assert_true (neg_plans_has_ended (home->reader, &has, NULL) && !has);
    g_assert_true (neg_plans_count_queued (home->reader, NOW_US, &n, NULL));
    g_assert_cmpuint (n, ==, 1);
    g_assert_true (neg_plans_count_queued (home->reader, NOW_US - 1, &n, NULL));
    g_assert_cmpuint (n, ==, 0);
    if (i == 0)
      write_ok (home, set_plan, &made);
    g_assert_cmpint (archive_count (home, sql), ==, NEG_PRIOR_QUEUED);
    end_job (home, job, ends[i]);
    g_assert_true (neg_plans_has_ended (home->reader, &has, NULL) && has);
    write_ok (home, follow, NULL);
    g_assert_cmpint (archive_count (home, sql), ==, states[i]);
  }
}

typedef struct {
  gint64 entry;
  GArray *jobs;
} Withdrawal;

static gboolean
withdraw (NegDatabase *database, gpointer data, GError **error)
{
  const Withdrawal *withdrawal = data;

  return neg_plans_withdraw (database, withdrawal->entry, withdrawal->jobs, error);
}

/* A job that another case wants, too, is not the first one's to cancel. */
static void
test_withdraw (ArchiveHome *home, gconstpointer data)
{
  Steps steps = { { make_step ("1", "CT"), make_step ("2", "CT") }, 2 };
  Withdrawal withdrawal = { .jobs = g_array_new (FALSE, FALSE, sizeof (gint64)) };
  gint64 job, first, second;

  write_ok (home, set_steps, &steps);
  first = get_entry (home, "1");
  second = get_entry (home, "2");
  write_ok (home, set_plan, &(Made){ first, NEG_CAUSE_ORDERED, 3, NOW_US, three, 1 });
  write_ok (home, set_plan, &(Made){ second, NEG_CAUSE_ORDERED, 3, NOW_US, three, 1 });
  job = add_job (home);
  write_ok (home, queue_first, &job);
  write_ok (home, queue_first, &job);
  withdrawal.entry = first;
  write_ok (home, withdraw, &withdrawal);
  g_assert_cmpuint (withdrawal.jobs->len, ==, 0);
  withdrawal.entry = second;
  write_ok (home, withdraw, &withdrawal);
  g_assert_cmpuint (withdrawal.jobs->len, ==, 1);
  g_assert_cmpint (g_array_index (withdrawal.jobs, gint64, 0), ==, job);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM prefetch_choice"), ==, 0);
  g_array_unref (withdrawal.jobs);
}

static void
test_removed (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (7, 1, 1);
  guint n = 0;

  archive_take_ok (home, NEG_OBJECT_CACHE, record, "one", NEG_ADDED_NEW);
  g_assert_true (neg_plans_count_removed (home->reader, record->text[NEG_RECORD_STUDY_UID], &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  g_assert_true (neg_archive_remove_study (home->archive, record->text[NEG_RECORD_STUDY_UID], 0, NULL, NULL));
  g_assert_true (neg_plans_count_removed (home->reader, record->text[NEG_RECORD_STUDY_UID], &n, NULL));
  g_assert_cmpuint (n, ==, 1);
}

static gboolean
note_day (NegDatabase *database, gpointer data, GError **error)
{
  return neg_plans_note_day (database, "20270115", 0, G_MAXINT64, error);
}

static void
test_day (ArchiveHome *home, gconstpointer data)
{
  Steps steps = { { make_step ("1", "CT"), make_step ("2", "CT") }, 2 };
  g_autofree char *before = neg_plans_dup_day (home->reader, NULL);
  g_autofree char *after = NULL;

  g_assert_cmpstr (before, ==, "");
  write_ok (home, set_steps, &steps);
  write_ok (home, forget_all, NULL);
  write_ok (home, note_day, NULL);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM prefetch_due WHERE cause = 3"), ==, 2);
  after = neg_plans_dup_day (home->reader, NULL);
  g_assert_cmpstr (after, ==, "20270115");
}

/* An archive from before: what is scheduled in it is looked at. */
static void
test_migrated (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *from = g_build_filename (g_getenv ("NEGATOSCOPE_SOURCE"), FIXTURE, NULL);
  g_autofree char *path = g_build_filename (home->data, NEG_ARCHIVE_FILE, NULL);
  g_autofree char *sql = NULL;
  g_autofree char *scheduled = NULL;

  archive_home_close (home);
  g_unlink (path);
  g_assert_true (g_file_get_contents (from, &sql, NULL, NULL));
  scheduled = g_strconcat (sql, "UPDATE entry SET status = 0 WHERE id = 2;", NULL);
  store_execute (path, scheduled);
  archive_home_open (home);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM prefetch_due"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT entry_id * 10 + cause FROM prefetch_due"), ==, 22);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*func) (ArchiveHome *, gconstpointer);
  } tests[] = { { "due", test_due },   { "arrival", test_arrival },   { "order", test_order },     { "jobs", test_jobs },
                { "pressed", test_pressed },
                { "withdraw", test_withdraw }, { "removed", test_removed }, { "day", test_day },
                { "migrated", test_migrated } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/plans/", tests[i].name, NULL);

    g_test_add (path, ArchiveHome, NULL, archive_home_init, tests[i].func, archive_home_clear);
  }
  return g_test_run ();
}
