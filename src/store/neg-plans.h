/* Plans of what is fetched ahead: rows of archive.db. Which entries need a plan is noted by triggers of the schema in the
 * transaction that changes them; what is chosen is worklist/neg-prefetch.h's, when it is fetched is the agent's.
 * Thread: as the database's. Writing functions within neg_archive_write(). */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

/* Why there is a plan, the most pressing first. */
typedef enum { NEG_CAUSE_OPENED, NEG_CAUSE_ARRIVED, NEG_CAUSE_ORDERED, NEG_CAUSE_DAILY } NegPlanCause;

const char *neg_plan_cause_get_name (NegPlanCause cause); /* "opened", "arrived", "ordered", "daily" */

typedef enum {
  NEG_PRIOR_PLANNED, /* to be fetched, and not asked for yet */
  NEG_PRIOR_QUEUED,  /* a job of the queue */
  NEG_PRIOR_HERE,
  NEG_PRIOR_LEFT,
  NEG_PRIOR_FAILED,
} NegPriorState;

const char *neg_prior_state_get_name (NegPriorState state); /* "planned", "queued", ... */

/* --- entries that somebody has to look at --- */

typedef struct {
  gint64 entry;
  NegPlanCause cause;
  guint attempts;
} NegPlanDue;

gboolean neg_plans_note_due (NegDatabase *database, gint64 entry, NegPlanCause cause, GError **error);
/* All scheduled entries of [@from_us, @to_us); @day is remembered. */
gboolean neg_plans_note_day (NegDatabase *database, const char *day, gint64 from_us, gint64 to_us, GError **error);
char *neg_plans_dup_day (NegDatabase *database, GError **error); /* "" : never */
/* NegPlanDue, the most pressing first. */
GArray *neg_plans_list_due (NegDatabase *database, gint64 now_us, guint limit, GError **error);
/* -1: none; 0: now. */
gboolean neg_plans_get_next_due (NegDatabase *database, gint64 *next_us, GError **error);
/* @failed: counts as an attempt. */
gboolean neg_plans_postpone (NegDatabase *database, gint64 entry, gint64 next_us, gboolean failed, GError **error);
/* Nothing more is to be done for it, unless another change has been noted since: then it has another cause or time. */
gboolean neg_plans_forget_due (NegDatabase *database, gint64 entry, GError **error);

/* --- plans --- */

typedef struct {
  gint64 entry;
  char *study_uid, *accession, *fingerprint, *note; /* never NULL */
  NegPlanCause cause;
  guint urgency;
  gint64 need_us, planned_us;
} NegPlan;

void neg_plan_free (NegPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPlan, neg_plan_free)

typedef struct {
  const char *study_uid, *peer, *rule, *why;
  gint rank; /* -1: left alone */
  NegPriorState state;
  guint n_there;
} NegPlanChoice;

NegPlan *neg_plans_find (NegDatabase *database, gint64 entry, GError **error); /* NULL without an error: none */
/* Instead of the one before; what is in the queue already stays so. */
gboolean neg_plans_set (NegDatabase *database, const NegPlan *plan, const NegPlanChoice *choices, guint n,
                        GError **error);
/* The same plan for a more pressing cause. */
gboolean neg_plans_press (NegDatabase *database, gint64 entry, NegPlanCause cause, guint urgency, gint64 need_us,
                          GError **error);
/* The plan goes. @jobs: gint64 of what only it wanted. */
gboolean neg_plans_withdraw (NegDatabase *database, gint64 entry, GArray *jobs, GError **error);
gboolean neg_plans_prune (NegDatabase *database, gint64 before_us, GError **error);

/* --- what is planned --- */

typedef struct {
  gint64 id, entry, job;
  char *case_uid, *case_accession; /* of the entry */
  char *study_uid, *peer, *rule, *why, *note;
  NegPlanCause cause;
  NegPriorState state;
  gboolean is_running;
  gint rank;
  guint n_there;
  gint64 need_us;
} NegPlannedPrior;

void neg_planned_prior_free (NegPlannedPrior *prior);
/* In the order of need; a plan without any has one of id 0 and no study. @entry 0: of all; @study_uid "": of every case. NegPlannedPrior, given with its free function. */
GPtrArray *neg_plans_list (NegDatabase *database, const char *study_uid, gint64 entry, guint limit, GError **error);
/* Of PLANNED ones whose case is needed until @until_us and not read yet: opened cases first, then stat and high, then
 * whose appointment is next; of one case by rank. */
GPtrArray *neg_plans_list_next (NegDatabase *database, gint64 until_us, guint limit, GError **error);
/* When the next PLANNED one may be fetched that is needed after @until_us; 0: none. */
gboolean neg_plans_get_next_need (NegDatabase *database, gint64 until_us, gint64 *need_us, GError **error);
gboolean neg_plans_set_prior (NegDatabase *database, gint64 id, NegPriorState state, gint64 job, GError **error);
/* Some job of a prior has ended: */
gboolean neg_plans_has_ended (NegDatabase *database, gboolean *has, GError **error);
/* and says so in its priors. */
gboolean neg_plans_follow_jobs (NegDatabase *database, GError **error);
/* Queued ones of which something is done now, or could be but for limits. */
gboolean neg_plans_count_queued (NegDatabase *database, gint64 now_us, guint *n, GError **error);

typedef struct {
  guint n_plans, n_due, by_state[NEG_PRIOR_FAILED + 1], n_running;
} NegPlanCounts;

gboolean neg_plans_get_counts (NegDatabase *database, NegPlanCounts *counts, GError **error);

/* Current objects that may be evicted. */
gboolean neg_plans_count_cached (NegDatabase *database, guint *n, GError **error);

/* Objects of the study that were removed here by persons. */
gboolean neg_plans_count_removed (NegDatabase *database, const char *study_uid, guint *n, GError **error);

/* What the entry's order says beyond the entry; "" where there is none. */
typedef struct {
  char *procedure_code, *procedure, *body_part, *laterality;
} NegPlanOrder;

gboolean neg_plans_read_order (NegDatabase *database, gint64 entry, NegPlanOrder *order, GError **error);
void neg_plan_order_clear (NegPlanOrder *order);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegPlanOrder, neg_plan_order_clear)

/* Of the study @study_rowid: when its last object came or it was opened, and whether anybody has sent it (nothing of it
 * was only asked for or read from a disc). */
gboolean neg_plans_get_arrival (NegDatabase *database, gint64 study_rowid, gint64 *used_us, gboolean *was_sent,
                                GError **error);

G_END_DECLS
