/* The durable queue of transfers: rows of archive.db. What a job is and how far it came survives any crash; what was
 * running is waiting again after a restart.
 * Thread: any; writes wait for their commit. */
#pragma once

#include "store/neg-archive.h"

G_BEGIN_DECLS

typedef enum {
  NEG_JOB_WAITING, /* until next_us */
  NEG_JOB_RUNNING,
  NEG_JOB_PAUSED,
  NEG_JOB_DONE,
  NEG_JOB_FAILED, /* for good; "retry" makes it wait again */
  NEG_JOB_CANCELLED,
} NegJobState;

const char *neg_job_state_get_name (NegJobState state); /* "waiting", ... */

typedef struct {
  gint64 id;
  char *kind;      /* "retrieve", "send", "commit", "import", "check", ... */
  char *peer;      /* "" for local work */
  char *study_uid; /* "" */
  GVariant *arguments; /* a{sv}, the kind's own; small */
  NegJobState state;
  gint priority; /* smaller is sooner; 0: a person waits */
  gint64 created_us, next_us, finished_us; /* UTC */
  guint attempts;
  guint objects, done, n_failed;
  guint64 bytes;
  char *message; /* of the last failure, ""; no patient data */
  char *error_code; /* of commands.md, "" */
} NegJob;

NegJob *neg_job_copy (const NegJob *job);
void neg_job_free (NegJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegJob, neg_job_free)

/* One object of a job that failed, or (failed FALSE) that is done: a retry leaves it out. */
typedef struct {
  char *sop_uid;
  gboolean failed;
  guint status;
  char *message;
  gboolean is_unsent; /* of sending: it has not been on an association; not kept */
} NegJobObject;

/* RUNNING becomes WAITING, or FAILED the third time: at the agent's start. */
gboolean neg_jobs_recover (NegArchive *archive, GError **error);
/* The new job's id in job->id. */
gboolean neg_jobs_add (NegArchive *archive, NegJob *job, GError **error);
/* State, times, counts, message as they are in @job. */
gboolean neg_jobs_update (NegArchive *archive, const NegJob *job, GError **error);
gboolean neg_jobs_set_object (NegArchive *archive, gint64 id, const NegJobObject *objects, guint n, GError **error);
/* NegJobObject, given with its free function; failed ones only when @failed_only, @limit at most. */
GPtrArray *neg_jobs_list_objects (NegDatabase *database, gint64 id, gboolean failed_only, guint limit, GError **error);

NegJob *neg_jobs_find (NegDatabase *database, gint64 id, GError **error);
/* WAITING and due at @now_us, by priority, then age; @limit at most. NegJob, given with its free function. One that
 * cannot be read is FAILED here and below, which neg_jobs_update() makes true. */
GPtrArray *neg_jobs_list_due (NegDatabase *database, gint64 now_us, guint limit, GError **error);
/* Newest first: not finished ones, then finished ones, @limit at most. */
GPtrArray *neg_jobs_list (NegDatabase *database, guint limit, GError **error);
/* Of one study ("": none), newest first: those that are not finished. */
GPtrArray *neg_jobs_list_study (NegDatabase *database, const char *study_uid, GError **error);
/* When the next WAITING job is due; 0: none. */
gboolean neg_jobs_get_next_due (NegDatabase *database, gint64 *next_us, GError **error);
/* Deletes finished jobs older than @before_us. */
gboolean neg_jobs_prune (NegArchive *archive, gint64 before_us, GError **error);

G_END_DECLS
