#include "config.h"

#include "store/neg-plans.h"

#include "model/neg-order.h"
#include "store/neg-archive-private.h"
#include "store/neg-jobs.h"

const char *
neg_plan_cause_get_name (NegPlanCause cause)
{
  static const char *const names[] = { "opened", "arrived", "ordered", "daily" };

  return (guint) cause < G_N_ELEMENTS (names) ? names[cause] : "unknown";
}

const char *
neg_prior_state_get_name (NegPriorState state)
{
  static const char *const names[] = { "planned", "queued", "here", "left", "failed" };

  return (guint) state < G_N_ELEMENTS (names) ? names[state] : "unknown";
}

static gboolean
run (NegStatement *statement, GError **error)
{
  return statement != NULL && neg_statement_run (statement, error);
}

static NegStatement *
prepare_one (NegDatabase *database, const char *sql, gint64 value, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  if (statement != NULL)
    neg_statement_bind_int (statement, 1, value);
  return statement;
}

/* With ?1 and ?2. */
static NegStatement *
prepare (NegDatabase *database, const char *sql, gint64 first, gint64 second, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, first);
  neg_statement_bind_int (statement, 2, second);
  return statement;
}

static gboolean
query_int (NegStatement *statement, gint64 *value, GError **error)
{
  return statement != NULL && _neg_archive_query_int (statement, 0, value, error);
}

/* --- entries that somebody has to look at --- */

gboolean
neg_plans_note_due (NegDatabase *database, gint64 entry, NegPlanCause cause, GError **error)
{
  return run (prepare (database,
                       "INSERT INTO prefetch_due (entry_id, cause) VALUES (?1, ?2) ON CONFLICT DO UPDATE"
                       " SET cause = min (cause, excluded.cause), next_us = 0, attempts = 0",
                       entry, cause, error),
              error);
}

gboolean
neg_plans_note_day (NegDatabase *database, const char *day, gint64 from_us, gint64 to_us, GError **error)
{
  NegStatement *remember = neg_database_prepare (database, "UPDATE prefetch_day SET day = ?1", error);

  if (remember == NULL)
    return FALSE;
  neg_statement_bind_text (remember, 1, day);
  return neg_statement_run (remember, error)
         && run (prepare (database,
                          "INSERT INTO prefetch_due (entry_id, cause) SELECT id, 3 FROM entry"
                          " WHERE status = 0 AND time_us >= ?1 AND time_us < ?2 ON CONFLICT DO NOTHING",
                          from_us, to_us, error),
                 error);
}

char *
neg_plans_dup_day (NegDatabase *database, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "SELECT day FROM prefetch_day", error);
  gboolean has_row;
  char *day;

  if (statement == NULL || !neg_statement_step (statement, &has_row, error))
    return NULL;
  day = g_strdup (has_row ? neg_statement_get_text (statement, 0) : "");
  neg_statement_reset (statement);
  return day;
}

GArray *
neg_plans_list_due (NegDatabase *database, gint64 now_us, guint limit, GError **error)
{
  NegStatement *row = prepare (database,
                               "SELECT entry_id, cause, attempts FROM prefetch_due WHERE next_us <= ?1"
                               " ORDER BY cause, next_us, entry_id LIMIT ?2",
                               now_us, limit, error);
  g_autoptr (GArray) due = g_array_new (FALSE, TRUE, sizeof (NegPlanDue));
  gboolean has_row = row != NULL;

  while (has_row) {
    NegPlanDue one;

    if (!neg_statement_step (row, &has_row, error))
      return NULL;
    if (!has_row)
      break;
    one = (NegPlanDue){ .entry = neg_statement_get_int (row, 0),
                        .cause = (NegPlanCause) neg_statement_get_int (row, 1),
                        .attempts = (guint) neg_statement_get_int (row, 2) };
    g_array_append_val (due, one);
  }
  return row != NULL ? g_steal_pointer (&due) : NULL;
}

gboolean
neg_plans_get_next_due (NegDatabase *database, gint64 *next_us, GError **error)
{
  return query_int (neg_database_prepare (database, "SELECT coalesce (min (next_us), -1) FROM prefetch_due", error), next_us,
                    error);
}

gboolean
neg_plans_postpone (NegDatabase *database, gint64 entry, gint64 next_us, gboolean failed, GError **error)
{
  return run (prepare (database,
                       failed ? "UPDATE prefetch_due SET next_us = ?2, attempts = attempts + 1 WHERE entry_id = ?1"
                              : "UPDATE prefetch_due SET next_us = ?2 WHERE entry_id = ?1",
                       entry, next_us, error),
              error);
}

gboolean
neg_plans_forget_due (NegDatabase *database, gint64 entry, GError **error)
{
  return run (prepare_one (database, "DELETE FROM prefetch_due WHERE entry_id = ?1", entry, error), error);
}

/* --- plans --- */

void
neg_plan_free (NegPlan *plan)
{
  if (plan == NULL)
    return;
  g_free (plan->study_uid);
  g_free (plan->accession);
  g_free (plan->fingerprint);
  g_free (plan->note);
  g_free (plan);
}

NegPlan *
neg_plans_find (NegDatabase *database, gint64 entry, GError **error)
{
  NegStatement *row = prepare_one (database,
                                   "SELECT entry_id, study_uid, accession, cause, urgency, need_us, planned_us,"
                                   " fingerprint, note FROM prefetch_plan WHERE entry_id = ?1",
                                   entry, error);
  gboolean has_row = FALSE;
  NegPlan *plan;

  if (row == NULL || !neg_statement_step (row, &has_row, error) || !has_row)
    return NULL;
  plan = g_new0 (NegPlan, 1);
  plan->entry = neg_statement_get_int (row, 0);
  plan->study_uid = g_strdup (neg_statement_get_text (row, 1));
  plan->accession = g_strdup (neg_statement_get_text (row, 2));
  plan->cause = (NegPlanCause) neg_statement_get_int (row, 3);
  plan->urgency = (guint) neg_statement_get_int (row, 4);
  plan->need_us = neg_statement_get_int (row, 5);
  plan->planned_us = neg_statement_get_int (row, 6);
  plan->fingerprint = g_strdup (neg_statement_get_text (row, 7));
  plan->note = g_strdup (neg_statement_get_text (row, 8));
  neg_statement_reset (row);
  return plan;
}

static gboolean
set_plan (NegDatabase *database, const NegPlan *plan, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO prefetch_plan (entry_id, study_uid, accession, cause, urgency, need_us, planned_us, fingerprint, note)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET study_uid = excluded.study_uid,"
      " accession = excluded.accession, cause = excluded.cause, urgency = excluded.urgency, need_us = excluded.need_us,"
      " planned_us = excluded.planned_us, fingerprint = excluded.fingerprint, note = excluded.note",
      error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, plan->entry);
  neg_statement_bind_text (statement, 2, plan->study_uid);
  neg_statement_bind_text (statement, 3, plan->accession);
  neg_statement_bind_int (statement, 4, plan->cause);
  neg_statement_bind_int (statement, 5, plan->urgency);
  neg_statement_bind_int (statement, 6, plan->need_us);
  neg_statement_bind_int (statement, 7, plan->planned_us);
  neg_statement_bind_text (statement, 8, plan->fingerprint);
  neg_statement_bind_text (statement, 9, plan->note);
  return neg_statement_run (statement, error);
}

/* A prior that is in the queue for this plan stays there, from where it was asked for. */
static gboolean
set_choice (NegDatabase *database, gint64 entry, const NegPlanChoice *choice, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO prefetch_choice (entry_id, study_uid, peer, rule, why, rank, state, n_there)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (entry_id, study_uid) DO UPDATE SET"
      " peer = iif (state = ?9 AND ?7 = ?10, peer, excluded.peer), rule = excluded.rule, why = excluded.why,"
      " rank = excluded.rank, state = iif (state = ?9 AND ?7 = ?10, state, excluded.state), n_there = excluded.n_there",
      error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, entry);
  neg_statement_bind_text (statement, 2, choice->study_uid);
  neg_statement_bind_text (statement, 3, choice->peer);
  neg_statement_bind_text (statement, 4, choice->rule);
  neg_statement_bind_text (statement, 5, choice->why);
  neg_statement_bind_int (statement, 6, choice->rank);
  neg_statement_bind_int (statement, 7, choice->state);
  neg_statement_bind_int (statement, 8, choice->n_there);
  neg_statement_bind_int (statement, 9, NEG_PRIOR_QUEUED);
  neg_statement_bind_int (statement, 10, NEG_PRIOR_PLANNED);
  return neg_statement_run (statement, error);
}

gboolean
neg_plans_set (NegDatabase *database, const NegPlan *plan, const NegPlanChoice *choices, guint n, GError **error)
{
  /* What is not said again goes: its rank tells. */
  if (!set_plan (database, plan, error)
      || !run (prepare_one (database, "UPDATE prefetch_choice SET rank = -2 WHERE entry_id = ?1", plan->entry, error),
               error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!set_choice (database, plan->entry, &choices[i], error))
      return FALSE;
  return run (prepare_one (database, "DELETE FROM prefetch_choice WHERE entry_id = ?1 AND rank = -2", plan->entry, error),
              error);
}

/* Somebody has the case open: what failed is tried again, and what was evicted since; what waits for better times is tried
 * now. */
static gboolean
renew (NegDatabase *database, gint64 entry, GError **error)
{
  G_STATIC_ASSERT (NEG_PRIOR_PLANNED == 0 && NEG_PRIOR_QUEUED == 1 && NEG_PRIOR_HERE == 2 && NEG_PRIOR_FAILED == 4);
  G_STATIC_ASSERT (NEG_JOB_WAITING == 0);
  return run (prepare_one (database,
                           "UPDATE prefetch_choice SET state = 0, job_id = 0 WHERE entry_id = ?1 AND peer <> ''"
                           " AND (state = 4 OR (state = 2 AND NOT EXISTS (SELECT 1 FROM entry e"
                           " WHERE e.study_uid <> '' AND e.study_uid = prefetch_choice.study_uid AND e.n_here > 0)))",
                           entry, error),
              error)
         && run (prepare (database,
                          "UPDATE job SET next_us = min (next_us, ?2) WHERE state = 0"
                          " AND id IN (SELECT job_id FROM prefetch_choice WHERE entry_id = ?1 AND state = 1)",
                          entry, g_get_real_time (), error),
                 error);
}

gboolean
neg_plans_press (NegDatabase *database, gint64 entry, NegPlanCause cause, guint urgency, gint64 need_us, GError **error)
{
  NegStatement *statement = prepare (
      database, "UPDATE prefetch_plan SET cause = min (cause, ?2), urgency = ?3, need_us = ?4 WHERE entry_id = ?1",
      entry, cause, error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 3, urgency);
  neg_statement_bind_int (statement, 4, need_us);
  return neg_statement_run (statement, error) && (cause != NEG_CAUSE_OPENED || renew (database, entry, error));
}

gboolean
neg_plans_withdraw (NegDatabase *database, gint64 entry, GArray *jobs, GError **error)
{
  NegStatement *row = prepare (
      database,
      "SELECT job_id FROM prefetch_choice c WHERE entry_id = ?1 AND state = ?2 AND NOT EXISTS (SELECT 1"
      " FROM prefetch_choice o WHERE o.study_uid = c.study_uid AND o.entry_id <> c.entry_id AND o.state = ?2)",
      entry, NEG_PRIOR_QUEUED, error);
  gboolean has_row = row != NULL;

  g_array_set_size (jobs, 0);
  while (has_row) {
    gint64 id;

    if (!neg_statement_step (row, &has_row, error))
      return FALSE;
    id = has_row ? neg_statement_get_int (row, 0) : 0;
    if (id != 0)
      g_array_append_val (jobs, id);
  }
  return row != NULL
         && run (prepare_one (database, "DELETE FROM prefetch_plan WHERE entry_id = ?1", entry, error), error);
}

gboolean
neg_plans_prune (NegDatabase *database, gint64 before_us, GError **error)
{
  return run (prepare_one (database, "DELETE FROM prefetch_plan WHERE planned_us < ?1 AND need_us < ?1", before_us, error),
              error);
}

/* --- what is planned --- */

#define COLUMNS                                                                                                        \
  "c.id, p.entry_id, c.job_id, p.study_uid, p.accession, c.study_uid, c.peer, c.rule, c.why, p.note, p.cause, c.state,"  \
  " coalesce (j.state = 1, 0), c.rank, c.n_there, p.need_us"
/* A plan without a choice is a row, too: it says why. */
#define FROM                                                                                                           \
  " FROM prefetch_plan p LEFT JOIN prefetch_choice c ON c.entry_id = p.entry_id LEFT JOIN job j ON j.id = c.job_id"
/* Opened; stat and high; by time. */
#define ORDER " ORDER BY p.cause <> 0, p.urgency > 1, p.need_us, p.entry_id, c.rank < 0, c.rank, c.id"

void
neg_planned_prior_free (NegPlannedPrior *prior)
{
  if (prior == NULL)
    return;
  g_free (prior->case_uid);
  g_free (prior->case_accession);
  g_free (prior->study_uid);
  g_free (prior->peer);
  g_free (prior->rule);
  g_free (prior->why);
  g_free (prior->note);
  g_free (prior);
}

static char *
dup_text (NegStatement *row, int column)
{
  const char *text = neg_statement_get_text (row, column);

  return g_strdup (text != NULL ? text : "");
}

static NegPlannedPrior *
read_prior (NegStatement *row)
{
  NegPlannedPrior *prior = g_new0 (NegPlannedPrior, 1);
  char **texts[] = { &prior->case_uid, &prior->case_accession, &prior->study_uid, &prior->peer,
                     &prior->rule,     &prior->why,            &prior->note };

  G_STATIC_ASSERT (NEG_JOB_RUNNING == 1 && NEG_CAUSE_OPENED == 0);
  prior->id = neg_statement_get_int (row, 0);
  prior->entry = neg_statement_get_int (row, 1);
  prior->job = neg_statement_get_int (row, 2);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = dup_text (row, 3 + (int) i);
  prior->cause = (NegPlanCause) neg_statement_get_int (row, 10);
  prior->state = (NegPriorState) neg_statement_get_int (row, 11);
  prior->is_running = neg_statement_get_int (row, 12) != 0;
  prior->rank = (gint) neg_statement_get_int (row, 13);
  prior->n_there = (guint) neg_statement_get_int (row, 14);
  prior->need_us = neg_statement_get_int (row, 15);
  return prior;
}

static GPtrArray *
read_priors (NegStatement *row, GError **error)
{
  g_autoptr (GPtrArray) priors = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_planned_prior_free);
  gboolean has_row = row != NULL;

  while (has_row) {
    if (!neg_statement_step (row, &has_row, error))
      return NULL;
    if (has_row)
      g_ptr_array_add (priors, read_prior (row));
  }
  return row != NULL ? g_steal_pointer (&priors) : NULL;
}

GPtrArray *
neg_plans_list (NegDatabase *database, const char *study_uid, gint64 entry, guint limit, GError **error)
{
  NegStatement *row = prepare (
      database,
      "SELECT " COLUMNS FROM " WHERE (?1 = 0 OR p.entry_id = ?1) AND (?3 = '' OR p.study_uid = ?3)" ORDER " LIMIT ?2",
      entry, limit, error);

  if (row == NULL)
    return NULL;
  neg_statement_bind_text (row, 3, study_uid);
  return read_priors (row, error);
}

GPtrArray *
neg_plans_list_next (NegDatabase *database, gint64 until_us, guint limit, GError **error)
{
  return read_priors (prepare (database,
                               "SELECT " COLUMNS FROM " JOIN entry e ON e.id = p.entry_id AND e.status < 3"
                               " WHERE c.state = 0 AND (p.need_us <= ?1 OR p.urgency < 2)" ORDER " LIMIT ?2",
                               until_us, limit, error),
                      error);
}

gboolean
neg_plans_get_next_need (NegDatabase *database, gint64 until_us, gint64 *need_us, GError **error)
{
  return query_int (prepare_one (database,
                                 "SELECT min (p.need_us) FROM prefetch_plan p JOIN prefetch_choice c"
                                 " ON c.entry_id = p.entry_id WHERE c.state = 0 AND p.need_us > ?1",
                                 until_us, error),
                    need_us, error);
}

gboolean
neg_plans_set_prior (NegDatabase *database, gint64 id, NegPriorState state, gint64 job, GError **error)
{
  NegStatement *statement
      = prepare (database, "UPDATE prefetch_choice SET state = ?2, job_id = ?3 WHERE id = ?1", id, state, error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 3, job);
  return neg_statement_run (statement, error);
}

gboolean
neg_plans_has_ended (NegDatabase *database, gboolean *has, GError **error)
{
  gint64 found = 0;

  G_STATIC_ASSERT (NEG_PRIOR_QUEUED == 1 && NEG_JOB_DONE == 3);
  *has = FALSE;
  if (!query_int (neg_database_prepare (database,
                                        "SELECT EXISTS (SELECT 1 FROM prefetch_choice c WHERE c.state = 1"
                                        " AND NOT EXISTS (SELECT 1 FROM job j WHERE j.id = c.job_id"
                                        " AND j.state < 3))",
                                        error),
                  &found, error))
    return FALSE;
  *has = found != 0;
  return TRUE;
}

gboolean
neg_plans_follow_jobs (NegDatabase *database, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "UPDATE prefetch_choice SET state = CASE (SELECT state FROM job WHERE id = job_id) WHEN ?1 THEN ?4"
      " WHEN ?2 THEN ?5 WHEN ?3 THEN ?6 ELSE ?4 END WHERE state = 1"
      " AND NOT EXISTS (SELECT 1 FROM job WHERE id = job_id AND job.state < ?1)",
      error);

  G_STATIC_ASSERT (NEG_JOB_PAUSED < NEG_JOB_DONE && NEG_PRIOR_QUEUED == 1);
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, NEG_JOB_DONE);
  neg_statement_bind_int (statement, 2, NEG_JOB_FAILED);
  neg_statement_bind_int (statement, 3, NEG_JOB_CANCELLED);
  neg_statement_bind_int (statement, 4, NEG_PRIOR_HERE);
  neg_statement_bind_int (statement, 5, NEG_PRIOR_FAILED);
  neg_statement_bind_int (statement, 6, NEG_PRIOR_LEFT);
  return neg_statement_run (statement, error);
}

gboolean
neg_plans_count_queued (NegDatabase *database, gint64 now_us, guint *n, GError **error)
{
  gint64 count = 0;

  *n = 0;
  if (!query_int (prepare_one (database,
                               "SELECT count (DISTINCT j.id) FROM prefetch_choice c JOIN job j ON j.id = c.job_id"
                               " WHERE c.state = 1 AND (j.state = 1 OR (j.state = 0 AND j.next_us <= ?1))",
                               now_us, error),
                  &count, error))
    return FALSE;
  *n = (guint) count;
  return TRUE;
}

gboolean
neg_plans_get_counts (NegDatabase *database, NegPlanCounts *counts, GError **error)
{
  static const char *const sql[] = {
    "SELECT count (*) FROM prefetch_plan",
    "SELECT count (*) FROM prefetch_due",
    "SELECT count (*) FROM prefetch_choice c JOIN job j ON j.id = c.job_id WHERE c.state = 1 AND j.state = 1",
  };
  guint *const numbers[] = { &counts->n_plans, &counts->n_due, &counts->n_running };
  gint64 count = 0;

  *counts = (NegPlanCounts){ 0 };
  for (guint i = 0; i < G_N_ELEMENTS (sql); i++) {
    if (!query_int (neg_database_prepare (database, sql[i], error), &count, error))
      return FALSE;
    *numbers[i] = (guint) count;
  }
  for (guint i = 0; i < G_N_ELEMENTS (counts->by_state); i++) {
    if (!query_int (prepare_one (database, "SELECT count (*) FROM prefetch_choice WHERE state = ?1", i, error),
                    &count, error))
      return FALSE;
    counts->by_state[i] = (guint) count;
  }
  return TRUE;
}

gboolean
neg_plans_count_cached (NegDatabase *database, guint *n, GError **error)
{
  gint64 count = 0;

  *n = 0;
  if (!query_int (neg_database_prepare (database,
                                        "SELECT count (*) FROM study t JOIN series s ON s.study_id = t.id JOIN instance i"
                                        " ON i.series_id = s.id WHERE t.cache_bytes > 0 AND i.object_class = 1"
                                        " AND i.superseded_by IS NULL",
                                        error),
                  &count, error))
    return FALSE;
  *n = (guint) count;
  return TRUE;
}

gboolean
neg_plans_count_removed (NegDatabase *database, const char *study_uid, guint *n, GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database, "SELECT count (*) FROM tombstone WHERE study_uid = ?1", error);
  gint64 count = 0;

  *n = 0;
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, study_uid);
  if (!query_int (statement, &count, error))
    return FALSE;
  *n = (guint) count;
  return TRUE;
}

gboolean
neg_plans_get_arrival (NegDatabase *database, gint64 study_rowid, gint64 *used_us, gboolean *was_sent, GError **error)
{
  gint64 sent = 0;

  *used_us = 0;
  *was_sent = FALSE;
  if (!query_int (prepare_one (database, "SELECT used_us FROM study WHERE id = ?1", study_rowid, error),
                  used_us, error)
      || !query_int (prepare (database,
                              "SELECT EXISTS (SELECT 1 FROM series s JOIN instance i ON i.series_id = s.id"
                              " WHERE s.study_id = ?1 AND i.object_class = ?2 AND i.source NOT IN ('import', 'rebuild'))",
                              study_rowid, 0, error),
                     &sent, error))
    return FALSE;
  *was_sent = sent != 0;
  return TRUE;
}

gboolean
neg_plans_read_order (NegDatabase *database, gint64 entry, NegPlanOrder *order, GError **error)
{
  NegStatement *row = prepare_one (database,
                                   "SELECT o.procedure_code, o.procedure, o.body_part, o.laterality FROM entry_source s"
                                   " JOIN imaging_order o ON o.id = s.order_id WHERE s.entry_id = ?1 AND s.order_id <> 0"
                                   " ORDER BY o.status <> 1, o.id DESC LIMIT 1",
                                   entry, error);
  char **const texts[] = { &order->procedure_code, &order->procedure, &order->body_part, &order->laterality };
  gboolean has_row;

  G_STATIC_ASSERT (NEG_ORDER_SCHEDULED == 1);
  if (row == NULL || !neg_statement_step (row, &has_row, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = has_row ? dup_text (row, (int) i) : g_strdup ("");
  neg_statement_reset (row);
  return TRUE;
}

void
neg_plan_order_clear (NegPlanOrder *order)
{
  g_clear_pointer (&order->procedure_code, g_free);
  g_clear_pointer (&order->procedure, g_free);
  g_clear_pointer (&order->body_part, g_free);
  g_clear_pointer (&order->laterality, g_free);
}
