#include "config.h"

#include "store/neg-jobs.h"

#include "base/neg-error.h"

#define DEATHS_MAX 3

#define COLUMNS                                                                                                        \
  "id, kind, peer, study_uid, arguments, state, priority, created_us, next_us, finished_us, attempts, objects, done,"  \
  " n_failed, bytes, message, error_code"

static const char *const STATE_NAMES[] = { "waiting", "running", "paused", "done", "failed", "cancelled" };

const char *
neg_job_state_get_name (NegJobState state)
{
  return (guint) state < G_N_ELEMENTS (STATE_NAMES) ? STATE_NAMES[state] : "unknown";
}

NegJob *
neg_job_copy (const NegJob *job)
{
  NegJob *copy = g_memdup2 (job, sizeof *job);

  copy->kind = g_strdup (job->kind);
  copy->peer = g_strdup (job->peer);
  copy->study_uid = g_strdup (job->study_uid);
  copy->arguments = job->arguments != NULL ? g_variant_ref (job->arguments) : NULL;
  copy->message = g_strdup (job->message);
  copy->error_code = g_strdup (job->error_code);
  return copy;
}

void
neg_job_free (NegJob *job)
{
  if (job == NULL)
    return;
  g_free (job->kind);
  g_free (job->peer);
  g_free (job->study_uid);
  g_clear_pointer (&job->arguments, g_variant_unref);
  g_free (job->message);
  g_free (job->error_code);
  g_free (job);
}

static void
free_object (gpointer data)
{
  NegJobObject *object = data;

  g_free (object->sop_uid);
  g_free (object->message);
  g_free (object);
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* --- writing --- */

static gboolean
recover (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "UPDATE job SET n_deaths = n_deaths + 1, state = iif (n_deaths + 1 < ?3, ?1, ?4),"
      " finished_us = iif (n_deaths + 1 < ?3, finished_us, ?5), message = iif (n_deaths + 1 < ?3, message, ?6),"
      " error_code = iif (n_deaths + 1 < ?3, error_code, ?7) WHERE state = ?2",
      error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, NEG_JOB_WAITING);
  neg_statement_bind_int (statement, 2, NEG_JOB_RUNNING);
  neg_statement_bind_int (statement, 3, DEATHS_MAX);
  neg_statement_bind_int (statement, 4, NEG_JOB_FAILED);
  neg_statement_bind_int (statement, 5, g_get_real_time ());
  neg_statement_bind_text (statement, 6, "the agent has ended unexpectedly each time while this ran");
  neg_statement_bind_text (statement, 7, "aborted");
  return neg_statement_run (statement, error);
}

gboolean
neg_jobs_recover (NegArchive *archive, GError **error)
{
  return neg_archive_write (archive, recover, NULL, error);
}

/* What changes while a job lives, from parameter 2 on. */
static void
bind_progress (NegStatement *statement, const NegJob *job)
{
  neg_statement_bind_int (statement, 2, job->state);
  neg_statement_bind_int (statement, 3, job->priority);
  neg_statement_bind_int (statement, 4, job->next_us);
  neg_statement_bind_int (statement, 5, job->finished_us);
  neg_statement_bind_int (statement, 6, job->attempts);
  neg_statement_bind_int (statement, 7, job->objects);
  neg_statement_bind_int (statement, 8, job->done);
  neg_statement_bind_int (statement, 9, job->n_failed);
  neg_statement_bind_int (statement, 10, (gint64) MIN (job->bytes, (guint64) G_MAXINT64));
  neg_statement_bind_text (statement, 11, or_empty (job->message));
  neg_statement_bind_text (statement, 12, or_empty (job->error_code));
}

static gboolean
insert (NegDatabase *database, gpointer data, GError **error)
{
  NegJob *job = data;
  g_autofree char *arguments = job->arguments != NULL ? g_variant_print (job->arguments, TRUE) : g_strdup ("@a{sv} {}");
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO job (state, priority, next_us, finished_us, attempts, objects, done, n_failed, bytes, message,"
      " error_code, kind, peer, study_uid, arguments, created_us)"
      " VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
      error);

  if (statement == NULL)
    return FALSE;
  bind_progress (statement, job);
  neg_statement_bind_text (statement, 13, or_empty (job->kind));
  neg_statement_bind_text (statement, 14, or_empty (job->peer));
  neg_statement_bind_text (statement, 15, or_empty (job->study_uid));
  neg_statement_bind_text (statement, 16, arguments);
  neg_statement_bind_int (statement, 17, job->created_us);
  if (!neg_statement_run (statement, error))
    return FALSE;
  job->id = neg_database_get_last_id (database);
  return TRUE;
}

gboolean
neg_jobs_add (NegArchive *archive, NegJob *job, GError **error)
{
  return neg_archive_write (archive, insert, job, error);
}

static gboolean
update (NegDatabase *database, gpointer data, GError **error)
{
  const NegJob *job = data;
  NegStatement *statement = neg_database_prepare (
      database,
      "UPDATE job SET state = ?2, priority = ?3, next_us = ?4, finished_us = ?5, attempts = ?6, objects = ?7,"
      " done = ?8, n_failed = ?9, bytes = ?10, message = ?11, error_code = ?12 WHERE id = ?1",
      error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, job->id);
  bind_progress (statement, job);
  return neg_statement_run (statement, error);
}

gboolean
neg_jobs_update (NegArchive *archive, const NegJob *job, GError **error)
{
  return neg_archive_write (archive, update, (gpointer) job, error);
}

typedef struct {
  gint64 id;
  const NegJobObject *objects;
  guint n;
} Objects;

static gboolean
set_objects (NegDatabase *database, gpointer data, GError **error)
{
  const Objects *all = data;
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO job_object (job_id, sop_uid, failed, status, message) VALUES (?1, ?2, ?3, ?4, ?5)"
      " ON CONFLICT DO UPDATE SET failed = excluded.failed, status = excluded.status, message = excluded.message",
      error);

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < all->n; i++) {
    neg_statement_bind_int (statement, 1, all->id);
    neg_statement_bind_text (statement, 2, or_empty (all->objects[i].sop_uid));
    neg_statement_bind_int (statement, 3, all->objects[i].failed != FALSE);
    neg_statement_bind_int (statement, 4, all->objects[i].status);
    neg_statement_bind_text (statement, 5, or_empty (all->objects[i].message));
    if (!neg_statement_run (statement, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
neg_jobs_set_object (NegArchive *archive, gint64 id, const NegJobObject *objects, guint n, GError **error)
{
  Objects all = { id, objects, n };

  return neg_archive_write (archive, set_objects, &all, error);
}

/* Objects of jobs in one transaction: a job may have ten thousand. */
#define PRUNED_AT_ONCE 500

typedef struct {
  gint64 before_us;
  gint64 n; /* rows that went */
} Pruning;

static gboolean
prune_rows (NegDatabase *database, const char *sql, Pruning *pruning, GError **error)
{
  NegStatement *rows = neg_database_prepare (database, sql, error);
  NegStatement *changes = rows != NULL ? neg_database_prepare (database, "SELECT changes ()", error) : NULL;

  if (changes == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, NEG_JOB_PAUSED);
  neg_statement_bind_int (rows, 2, pruning->before_us);
  neg_statement_bind_int (rows, 3, PRUNED_AT_ONCE);
  if (!neg_statement_run (rows, error) || !neg_statement_step (changes, &(gboolean){ FALSE }, error))
    return FALSE;
  pruning->n = neg_statement_get_int (changes, 0);
  neg_statement_reset (changes);
  return TRUE;
}

/* A job goes when its objects have gone. */
static gboolean
prune (NegDatabase *database, gpointer data, GError **error)
{
  Pruning *pruning = data;

  return prune_rows (database,
                     "DELETE FROM job_object WHERE (job_id, sop_uid) IN (SELECT o.job_id, o.sop_uid FROM job j"
                     " CROSS JOIN job_object o ON o.job_id = j.id WHERE j.state > ?1 AND j.finished_us < ?2 LIMIT ?3)",
                     pruning, error)
         && (pruning->n > 0
             || prune_rows (database,
                            "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state > ?1 AND finished_us < ?2"
                            " LIMIT ?3)",
                            pruning, error));
}

gboolean
neg_jobs_prune (NegArchive *archive, gint64 before_us, GError **error)
{
  Pruning pruning = { before_us, 0 };

  do {
    if (!neg_archive_write (archive, prune, &pruning, error))
      return FALSE;
  } while (pruning.n > 0);
  return TRUE;
}

/* --- reading --- */

/* Arguments that cannot be read are damage: no job runs without what it was told, and the others do. */
static NegJob *
read_job (NegStatement *row)
{
  g_autoptr (NegJob) job = g_new0 (NegJob, 1);
  const char *text = neg_statement_get_text (row, 4);

  job->id = neg_statement_get_int (row, 0);
  job->kind = g_strdup (neg_statement_get_text (row, 1));
  job->peer = g_strdup (neg_statement_get_text (row, 2));
  job->study_uid = g_strdup (neg_statement_get_text (row, 3));
  job->arguments = text != NULL ? g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL) : NULL;
  job->state = (NegJobState) neg_statement_get_int (row, 5);
  job->priority = (gint) neg_statement_get_int (row, 6);
  job->created_us = neg_statement_get_int (row, 7);
  job->next_us = neg_statement_get_int (row, 8);
  job->finished_us = neg_statement_get_int (row, 9);
  job->attempts = (guint) neg_statement_get_int (row, 10);
  job->objects = (guint) neg_statement_get_int (row, 11);
  job->done = (guint) neg_statement_get_int (row, 12);
  job->n_failed = (guint) neg_statement_get_int (row, 13);
  job->bytes = (guint64) neg_statement_get_int (row, 14);
  job->message = g_strdup (neg_statement_get_text (row, 15));
  job->error_code = g_strdup (neg_statement_get_text (row, 16));
  if (job->arguments == NULL) {
    GVariantDict nothing;

    g_variant_dict_init (&nothing, NULL);
    job->arguments = g_variant_ref_sink (g_variant_dict_end (&nothing));
    job->state = NEG_JOB_FAILED;
    g_free (job->message);
    job->message = g_strdup ("what this job was told cannot be read");
    g_free (job->error_code);
    job->error_code = g_strdup ("unreadable");
  }
  return g_steal_pointer (&job);
}

static GPtrArray *
read_jobs (NegStatement *statement, GError **error)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_job_free);
  gboolean has_row;

  for (;;) {
    if (!neg_statement_step (statement, &has_row, error))
      return NULL;
    if (!has_row)
      return g_steal_pointer (&jobs);
    g_ptr_array_add (jobs, read_job (statement));
  }
}

NegJob *
neg_jobs_find (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "SELECT " COLUMNS " FROM job WHERE id = ?1", error);
  g_autoptr (GPtrArray) jobs = NULL;

  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, id);
  jobs = read_jobs (statement, error);
  if (jobs == NULL)
    return NULL;
  if (jobs->len == 1)
    return g_ptr_array_steal_index (jobs, 0);
  neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "There is no job %" G_GINT64_FORMAT, id);
  return NULL;
}

GPtrArray *
neg_jobs_list_due (NegDatabase *database, gint64 now_us, guint limit, GError **error)
{
  /* The state as a number, for the index of waiting jobs holds those of state 0. */
  NegStatement *statement = neg_database_prepare (database,
                                                  "SELECT " COLUMNS " FROM job WHERE state = 0 AND next_us <= ?1"
                                                  " ORDER BY priority, created_us, id LIMIT ?2",
                                                  error);

  G_STATIC_ASSERT (NEG_JOB_WAITING == 0);
  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, now_us);
  neg_statement_bind_int (statement, 2, limit);
  return read_jobs (statement, error);
}

GPtrArray *
neg_jobs_list (NegDatabase *database, guint limit, GError **error)
{
  NegStatement *statement = neg_database_prepare (database,
                                                  "SELECT " COLUMNS " FROM job ORDER BY state > 2, id DESC LIMIT ?1",
                                                  error);

  G_STATIC_ASSERT (NEG_JOB_PAUSED == 2);
  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, limit);
  return read_jobs (statement, error);
}

GPtrArray *
neg_jobs_list_study (NegDatabase *database, const char *study_uid, GError **error)
{
  NegStatement *statement = neg_database_prepare (database,
                                                  "SELECT " COLUMNS " FROM job WHERE study_uid = ?1 AND study_uid <> ''"
                                                  " AND state <= ?2 ORDER BY id DESC",
                                                  error);

  if (statement == NULL)
    return NULL;
  neg_statement_bind_text (statement, 1, study_uid);
  neg_statement_bind_int (statement, 2, NEG_JOB_PAUSED);
  return read_jobs (statement, error);
}

gboolean
neg_jobs_get_next_due (NegDatabase *database, gint64 *next_us, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "SELECT min (next_us) FROM job WHERE state = 0", error);
  gboolean has_row;

  if (statement == NULL || !neg_statement_step (statement, &has_row, error))
    return FALSE;
  *next_us = neg_statement_get_int (statement, 0);
  neg_statement_reset (statement);
  return TRUE;
}

static NegJobObject *
read_object (NegStatement *row)
{
  NegJobObject *object = g_new0 (NegJobObject, 1);

  object->sop_uid = g_strdup (neg_statement_get_text (row, 0));
  object->failed = neg_statement_get_int (row, 1) != 0;
  object->status = (guint) neg_statement_get_int (row, 2);
  object->message = g_strdup (neg_statement_get_text (row, 3));
  return object;
}

GPtrArray *
neg_jobs_list_objects (NegDatabase *database, gint64 id, gboolean failed_only, guint limit, GError **error)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func (free_object);
  gboolean has_row = FALSE;
  NegStatement *statement = neg_database_prepare (database,
                                                  "SELECT sop_uid, failed, status, message FROM job_object"
                                                  " WHERE job_id = ?1 AND failed >= ?2 ORDER BY sop_uid LIMIT ?3",
                                                  error);

  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, id);
  neg_statement_bind_int (statement, 2, failed_only != FALSE);
  neg_statement_bind_int (statement, 3, limit);
  do {
    if (!neg_statement_step (statement, &has_row, error))
      return NULL;
    if (has_row)
      g_ptr_array_add (objects, read_object (statement));
  } while (has_row);
  return g_steal_pointer (&objects);
}
