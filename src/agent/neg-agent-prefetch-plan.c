/* From an entry that is due to its plan: whose it is, what there is of him, what of that is needed. */
#include "config.h"

#include "agent/neg-agent-prefetch-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "agent/neg-agent-jobs.h"
#include "agent/neg-agent-private.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "store/neg-cache.h"

#define DUE_MAX 20 /* between two looks at what is more pressing */
#define PRIORS_MAX 200
#define ATTEMPTS_MAX 10
/* A study has arrived when nothing more of it has come for so long. */
#define SETTLED_US (10 * (gint64) G_USEC_PER_SEC)

/* Everything that a plan is made with, on its way to the database. */
typedef struct {
  NegAgentPrefetch *prefetch;
  NegDatabase *reader;
  const NegPlanDue *due;
  NegEntry *entry;
  NegPlanOrder order;
  NegPrefetchPatient patient;
  gint64 now_us;
  NegPlan *plan;
  const NegPrefetchAnswer *answer;
  GPtrArray *others; /* NegEntry: the patient's other studies on the list */
  GArray *priors;    /* NegPrefetchPrior */
  GArray *choices;   /* NegPlanChoice: texts are of the next ones */
  GPtrArray *chosen; /* NegPrefetchChoice */
  GArray *jobs;      /* of a plan that is withdrawn */
  gboolean is_failed; /* some peer did not answer */
  gboolean is_stale;  /* the entry has changed meanwhile */
  gboolean is_written; /* what became of it */
} Planning;

static void
planning_clear (Planning *planning)
{
  g_clear_pointer (&planning->entry, neg_entry_free);
  neg_plan_order_clear (&planning->order);
  _neg_prefetch_patient_clear (&planning->patient);
  g_clear_pointer (&planning->plan, neg_plan_free);
  g_clear_pointer (&planning->others, g_ptr_array_unref);
  g_clear_pointer (&planning->priors, g_array_unref);
  g_clear_pointer (&planning->choices, g_array_unref);
  g_clear_pointer (&planning->chosen, g_ptr_array_unref);
  g_clear_pointer (&planning->jobs, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Planning, planning_clear)

static gboolean
write_plan (Planning *planning, NegDatabaseFunc func)
{
  planning->is_written = neg_archive_write (neg_agent_get_archive (planning->prefetch->agent), func, planning, NULL);
  return planning->is_written;
}

/* --- what ends without a plan --- */

static gboolean
forget_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_plans_forget_due (database, ((const Planning *) data)->due->entry, error);
}

static gboolean
withdraw_cb (NegDatabase *database, gpointer data, GError **error)
{
  Planning *planning = data;
  g_autoptr (GError) local = NULL;
  g_autoptr (NegEntry) entry = neg_entries_find (database, planning->due->entry, &local);

  g_array_set_size (planning->jobs, 0);
  if (entry != NULL) /* it is there again: the next look */
    return TRUE;
  return neg_plans_withdraw (database, planning->due->entry, planning->jobs, error)
         && neg_plans_forget_due (database, planning->due->entry, error);
}

/* What somebody waits for by now goes on. */
static gboolean
is_nobodys (NegDatabase *reader, gint64 id)
{
  g_autoptr (NegJob) job = neg_jobs_find (reader, id, NULL);

  return job != NULL && job->priority >= NEG_PREFETCH_PRIORITY && job->state < NEG_JOB_DONE;
}

static void
withdraw (Planning *planning)
{
  planning->jobs = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (!write_plan (planning, withdraw_cb))
    return;
  neg_fault_point ("prefetch-withdrawn");
  for (guint i = 0; i < planning->jobs->len; i++) {
    gint64 id = g_array_index (planning->jobs, gint64, i);

    if (is_nobodys (planning->reader, id))
      neg_agent_jobs_control (_neg_agent_get_jobs (planning->prefetch->agent), id, "cancel", NULL);
  }
}

static gboolean
postpone_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Planning *planning = data;

  return neg_plans_postpone (database, planning->due->entry, planning->now_us + SETTLED_US, FALSE, error);
}

/* An arrival counts when somebody has sent it, and when all of it is here. TRUE: that is settled. */
static gboolean
has_arrived (Planning *planning)
{
  gboolean was_sent;
  gint64 used_us;

  if (planning->due->cause != NEG_CAUSE_ARRIVED)
    return TRUE;
  if (!neg_plans_get_arrival (planning->reader, planning->entry->study_rowid, &used_us, &was_sent, NULL))
    return FALSE;
  if (!was_sent)
    write_plan (planning, forget_cb);
  else if (planning->now_us - used_us < SETTLED_US)
    write_plan (planning, postpone_cb);
  else
    return TRUE;
  return FALSE;
}

/* --- the plan's head --- */

/* What a plan is made of; times do not change it, they only say when. */
static char *
dup_fingerprint (const NegEntry *entry, const NegPlanOrder *order, const NegPrefetchPatient *patient)
{
  g_autofree char *key = _neg_prefetch_patient_dup_key (patient);
  const char *const parts[] = { key, entry->study_uid, entry->modalities, entry->description, entry->body_part,
                                entry->location, order->procedure_code, order->procedure, order->body_part,
                                order->laterality };
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_checksum_update (checksum, (const guchar *) parts[i], (gssize) strlen (parts[i]) + 1);
  return g_strdup (g_checksum_get_string (checksum));
}

static gint64
find_need_us (const Planning *planning)
{
  if (planning->due->cause == NEG_CAUSE_OPENED)
    return 0;
  if (planning->entry->status != NEG_STATUS_SCHEDULED && planning->entry->arrived_us != 0)
    return planning->entry->arrived_us;
  return planning->entry->time_us != 0 ? planning->entry->time_us : planning->now_us;
}

static gboolean
begin_plan (Planning *planning)
{
  if (!neg_plans_read_order (planning->reader, planning->entry->id, &planning->order, NULL)
      || !_neg_prefetch_patient_read (&planning->patient, planning->reader, planning->entry, NULL))
    return FALSE;
  planning->plan = g_new0 (NegPlan, 1);
  planning->plan->entry = planning->entry->id;
  planning->plan->study_uid = g_strdup (planning->entry->study_uid);
  planning->plan->accession = g_strdup (planning->entry->accession);
  planning->plan->cause = planning->due->cause;
  planning->plan->urgency = planning->entry->urgency;
  planning->plan->need_us = find_need_us (planning);
  planning->plan->planned_us = planning->now_us;
  planning->plan->fingerprint = dup_fingerprint (planning->entry, &planning->order, &planning->patient);
  planning->plan->note = g_strdup ("");
  return TRUE;
}

static gboolean
press_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Planning *planning = data;
  const NegPlan *plan = planning->plan;

  return neg_plans_press (database, plan->entry, plan->cause, plan->urgency, plan->need_us, error)
         && neg_plans_forget_due (database, plan->entry, error);
}

/* The same order again, or a case that is opened now: the plan that there is does, if it is not old. */
static gboolean
is_planned (Planning *planning)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (planning->prefetch->agent);
  gint64 interval_us = neg_site_get_prefetch (site)->interval_s * (gint64) G_USEC_PER_SEC;
  g_autoptr (NegPlan) before = neg_plans_find (planning->reader, planning->entry->id, NULL);

  if (before == NULL || strcmp (before->fingerprint, planning->plan->fingerprint) != 0 || *before->note != '\0'
      || planning->now_us - before->planned_us >= interval_us)
    return FALSE;
  if (write_plan (planning, press_cb) && planning->due->cause == NEG_CAUSE_OPENED)
    neg_agent_jobs_kick (_neg_agent_get_jobs (planning->prefetch->agent));
  return TRUE;
}

/* --- what there is --- */

static const NegEntry *
find_other (const Planning *planning, const char *study_uid)
{
  for (guint i = 0; i < planning->others->len; i++) {
    const NegEntry *other = planning->others->pdata[i];

    if (strcmp (other->study_uid, study_uid) == 0)
      return other;
  }
  return NULL;
}

/* Removed here in whole or in part: nobody but a person brings that back. */
static gboolean
set_removed (const Planning *planning, NegPrefetchPrior *prior)
{
  guint n;

  if (!neg_plans_count_removed (planning->reader, prior->study_uid, &n, NULL))
    return FALSE;
  prior->is_rejected_here = n > 0 && prior->n_here < prior->n_instances + (prior->n_here == 0 ? 1 : 0);
  return TRUE;
}

static gboolean
add_there (Planning *planning, const NegPrefetchFound *found)
{
  const NegEntry *here = find_other (planning, found->study_uid);
  NegPrefetchPrior prior = { .study_uid = found->study_uid, .peer = found->peer, .modalities = found->modalities,
                             .body_part = "", .description = found->description, .time_us = found->time_us,
                             .n_instances = found->n_there };

  if (strcmp (found->study_uid, planning->entry->study_uid) == 0)
    return TRUE;
  if (here != NULL) {
    prior.body_part = here->body_part;
    prior.n_here = here->n_here;
    prior.time_us = here->time_us != 0 ? here->time_us : found->time_us;
    prior.modalities = *prior.modalities != '\0' ? prior.modalities : here->modalities;
    prior.description = *prior.description != '\0' ? prior.description : here->description;
  }
  if (!set_removed (planning, &prior))
    return FALSE;
  g_array_append_val (planning->priors, prior);
  return TRUE;
}

static gboolean
is_found (const NegPrefetchAnswer *answer, const char *study_uid)
{
  for (guint i = 0; i < answer->found->len; i++)
    if (strcmp (((const NegPrefetchFound *) answer->found->pdata[i])->study_uid, study_uid) == 0)
      return TRUE;
  return FALSE;
}

static void
add_here (Planning *planning, const NegEntry *other)
{
  const NegPrefetchPrior prior = { .study_uid = other->study_uid, .peer = "", .modalities = other->modalities,
                                   .body_part = other->body_part, .description = other->description,
                                   .time_us = other->time_us, .n_here = other->n_here };

  g_array_append_val (planning->priors, prior);
}

/* The same study is here, and of another patient: which of them is right a person has to say. */
static gboolean
is_others (const Planning *planning, const char *study_uid)
{
  g_autoptr (NegEntry) entry = neg_entries_find_study (planning->reader, study_uid, NULL);

  return entry != NULL && entry->n_here > 0 && entry->id != planning->entry->id
         && find_other (planning, study_uid) == NULL;
}

static void
leave_doubtful (Planning *planning, const NegPrefetchFound *found, const char *why)
{
  const NegPlanChoice choice = { .study_uid = found->study_uid, .peer = found->peer, .rule = "", .why = why, .rank = -1,
                                 .state = NEG_PRIOR_LEFT, .n_there = found->n_there };

  g_array_append_val (planning->choices, choice);
}

/* The list is read after the peers were asked, and at one moment: what comes meanwhile for another case of this patient would be
 * a study that is here and not among his. */
static gboolean
collect_cb (NegDatabase *database, gpointer data, GError **error)
{
  Planning *planning = data;
  const NegPrefetchAnswer *answer = planning->answer;

  planning->others = neg_entries_list_priors (database, planning->entry, PRIORS_MAX, error);
  if (planning->others == NULL)
    return FALSE;
  for (guint i = 0; i < answer->found->len; i++) {
    const NegPrefetchFound *found = answer->found->pdata[i];

    if (found->doubt != NULL)
      leave_doubtful (planning, found, found->doubt);
    else if (is_others (planning, found->study_uid))
      leave_doubtful (planning, found, _ ("Left alone: the same study is here of another patient"));
    else if (!add_there (planning, found))
      return FALSE;
  }
  for (guint i = 0; i < planning->others->len; i++) {
    const NegEntry *other = planning->others->pdata[i];

    if (other->n_here > 0 && !is_found (answer, other->study_uid))
      add_here (planning, other);
  }
  return TRUE;
}

/* --- what of it is needed --- */

static void
choose (Planning *planning)
{
  const NegEntry *entry = planning->entry;
  const NegPlanOrder *order = &planning->order;
  const NegPrefetchCase subject = {
    .study_uid = entry->study_uid, .modality = entry->modalities,
    .body_part = *entry->body_part != '\0' ? entry->body_part : order->body_part, .laterality = order->laterality,
    .procedure_code = order->procedure_code, .procedure = order->procedure, .description = entry->description,
    .location = entry->location, .time_us = entry->time_us, .urgency = entry->urgency,
  };
  g_autoptr (NegPrefetchRules) rules = _neg_agent_prefetch_ref_rules (planning->prefetch);
  const NegPrefetchPrior *priors = (const NegPrefetchPrior *) planning->priors->data;

  planning->chosen = neg_prefetch_choose (rules, &subject, priors, planning->priors->len, planning->now_us);
  for (guint i = 0; i < planning->chosen->len; i++) {
    const NegPrefetchChoice *chosen = planning->chosen->pdata[i];
    const NegPrefetchPrior *prior = &priors[chosen->prior];
    const NegPlanChoice choice = {
      .study_uid = prior->study_uid, .peer = prior->peer, .rule = chosen->rule, .why = chosen->why,
      .rank = chosen->verdict == NEG_PREFETCH_LEAVE ? -1 : (gint) chosen->rank,
      .state = chosen->verdict == NEG_PREFETCH_FETCH  ? NEG_PRIOR_PLANNED
               : chosen->verdict == NEG_PREFETCH_HERE ? NEG_PRIOR_HERE
                                                      : NEG_PRIOR_LEFT,
      .n_there = prior->n_instances,
    };

    g_array_append_val (planning->choices, choice);
  }
}

/* The entry as it is now is the one that this plan is of: else the note stays, and another plan is made. */
static gboolean
is_current (NegDatabase *database, const Planning *planning, gboolean *is, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (NegEntry) entry = neg_entries_find (database, planning->plan->entry, &local);
  g_auto (NegPlanOrder) order = { 0 };
  g_auto (NegPrefetchPatient) patient = { 0 };
  g_autofree char *fingerprint = NULL;

  *is = FALSE;
  if (entry == NULL)
    return TRUE;
  if (!neg_plans_read_order (database, entry->id, &order, error)
      || !_neg_prefetch_patient_read (&patient, database, entry, error))
    return FALSE;
  fingerprint = dup_fingerprint (entry, &order, &patient);
  *is = strcmp (fingerprint, planning->plan->fingerprint) == 0;
  return TRUE;
}

/* What the cache keeps, and why. */
static gboolean
note_purposes (NegDatabase *database, const Planning *planning, GError **error)
{
  for (guint i = 0; i < planning->choices->len; i++) {
    const NegPlanChoice *choice = &g_array_index (planning->choices, NegPlanChoice, i);

    if (choice->state == NEG_PRIOR_PLANNED
        && !neg_cache_note_purpose (database, choice->study_uid, NEG_CACHE_AHEAD, planning->plan->entry, choice->why,
                                    error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
set_plan_cb (NegDatabase *database, gpointer data, GError **error)
{
  Planning *planning = data;
  gboolean is;

  if (!is_current (database, planning, &is, error))
    return FALSE;
  planning->is_stale = !is;
  if (!is)
    return TRUE;
  if (!neg_plans_set (database, planning->plan, (const NegPlanChoice *) planning->choices->data, planning->choices->len,
                      error)
      || !note_purposes (database, planning, error))
    return FALSE;
  if (planning->is_failed && planning->due->attempts < ATTEMPTS_MAX)
    return neg_plans_postpone (database, planning->plan->entry,
                               planning->now_us + _neg_prefetch_back_off_us (planning->due->attempts), TRUE, error);
  return neg_plans_forget_due (database, planning->plan->entry, error);
}

static void
make_plan (Planning *planning)
{
  const NegPrefetchAnswer *answer = NULL;

  planning->priors = g_array_new (FALSE, FALSE, sizeof (NegPrefetchPrior));
  planning->choices = g_array_new (FALSE, FALSE, sizeof (NegPlanChoice));
  if (*planning->patient.id != '\0')
    answer = _neg_prefetch_ask (planning->prefetch, planning->reader, &planning->patient);
  /* Stopped in the middle of the question: it is asked again at the next start. */
  if (g_cancellable_is_cancelled (planning->prefetch->cancellable))
    return;
  g_free (planning->plan->note);
  planning->plan->note
      = g_strdup (answer != NULL ? answer->note : _ ("There is no patient ID that anybody could be asked for"));
  planning->is_failed = answer != NULL && *answer->note != '\0';
  neg_fault_point ("prefetch-asked");
  planning->answer = answer;
  if (answer != NULL && !neg_database_read (planning->reader, collect_cb, planning, NULL))
    return;
  choose (planning);
  write_plan (planning, set_plan_cb);
  if (planning->is_stale)
    _neg_prefetch_forget_answer (planning->prefetch, &planning->patient);
  neg_fault_point ("prefetch-planned");
}

static void
look_at (Planning *planning)
{
  g_autoptr (GError) error = NULL;

  planning->entry = neg_entries_find (planning->reader, planning->due->entry, &error);
  if (planning->entry == NULL) {
    if (g_error_matches (error, NEG_ERROR, NEG_ERROR_NOT_FOUND))
      withdraw (planning);
    return;
  }
  /* What is read needs no priors, unless somebody has it open. */
  if (planning->entry->status >= NEG_STATUS_READ && planning->due->cause != NEG_CAUSE_OPENED) {
    write_plan (planning, forget_cb);
    return;
  }
  if (has_arrived (planning) && begin_plan (planning) && !is_planned (planning))
    make_plan (planning);
}

static gboolean
put_off_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Planning *planning = data;

  return neg_plans_postpone (database, planning->due->entry,
                             planning->now_us + _neg_prefetch_back_off_us (planning->due->attempts), TRUE, error);
}

/* What nothing came of cannot be read or written: it lets others pass. FALSE: nothing can be written at all. */
static gboolean
plan_one (NegAgentPrefetch *prefetch, NegDatabase *reader, const NegPlanDue *due)
{
  g_auto (Planning) planning = { .prefetch = prefetch, .reader = reader, .due = due, .now_us = g_get_real_time () };

  look_at (&planning);
  return planning.is_written || g_cancellable_is_cancelled (prefetch->cancellable) || write_plan (&planning, put_off_cb);
}

gboolean
_neg_prefetch_plan_due (NegAgentPrefetch *prefetch, NegDatabase *reader)
{
  g_autoptr (GArray) due = neg_plans_list_due (reader, g_get_real_time (), DUE_MAX, NULL);

  for (guint i = 0; due != NULL && i < due->len && !g_cancellable_is_cancelled (prefetch->cancellable); i++)
    if (!plan_one (prefetch, reader, &g_array_index (due, NegPlanDue, i)))
      return FALSE;
  return TRUE;
}
