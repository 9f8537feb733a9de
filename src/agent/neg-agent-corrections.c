#include "config.h"

#include "agent/neg-agent-corrections-private.h"

#include <grp.h>
#include <string.h>

#include "agent/neg-agent-desk.h"
#include "agent/neg-agent-private.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"

#define REASON_BYTES_MAX 500u /* of a text that may have 1,024 characters (PS3.5 6.2, ST) */
#define WAITING_MAX 1000u
#define LOOK_AGAIN_US (500 * 1000)
#define GROUP_BYTES_MAX 65536

/* --- second looks --- */

typedef enum { LOOK_INITIALS, LOOK_USER, LOOK_NONE } Look;

static gboolean
read_look (const NegSite *site, Look *look, GError **error)
{
  static const char *const names[] = { "initials", "user", "none" };
  g_autofree char *text = neg_site_dup_value (site, "quality", "second-look", error);

  if (text == NULL)
    return FALSE;
  *look = LOOK_INITIALS;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (text, names[i]) == 0)
      *look = i;
  return *text == '\0' || strcmp (text, names[*look]) == 0
         || neg_site_fail_value (site, "quality", "second-look", "is none of initials, user and none", error);
}

gboolean
neg_agent_corrections_check_site (const NegSite *site, GError **error)
{
  Look look;

  return read_look (site, &look, error);
}

static gboolean
are_initials (const char *text)
{
  const glong n = g_utf8_strlen (text, -1);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isalpha (g_utf8_get_char (p)))
      return FALSE;
  return n >= 2 && n <= 4;
}

static gboolean
is_in_group (const char *group, const char *user)
{
  g_autofree char *buffer = g_malloc (GROUP_BYTES_MAX);
  struct group entry, *found = NULL;

  return getgrnam_r (group, &entry, buffer, GROUP_BYTES_MAX, &found) == 0 && found != NULL
         && g_strv_contains ((const char *const *) found->gr_mem, user);
}

/* [roles]: OS users and groups, "group:NAME", of any role. */
static gboolean
has_role (const NegSite *site, const char *user)
{
  g_auto (GStrv) roles = neg_site_list_keys (site, "roles");

  for (guint i = 0; roles[i] != NULL; i++) {
    g_autofree char *text = neg_site_dup_value (site, "roles", roles[i], NULL);
    g_auto (GStrv) names = g_strsplit_set (text != NULL ? text : "", ";, ", -1);

    for (guint k = 0; names[k] != NULL; k++)
      if (strcmp (names[k], user) == 0
          || (g_str_has_prefix (names[k], "group:") && is_in_group (names[k] + strlen ("group:"), user)))
        return TRUE;
  }
  return FALSE;
}

static gboolean
check_looker (NegAgent *agent, const NegCorrection *correction, const char *by, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  Look look;

  if (!read_look (site, &look, error))
    return FALSE;
  if (look != LOOK_USER)
    return are_initials (by) || neg_fail (error, NEG_ERROR_USAGE, "by", "initials have two to four letters");
  if (strcmp (by, correction->user) == 0)
    return neg_fail (error, NEG_ERROR_REFUSED, "by", "the second look is another person's");
  return has_role (site, by) || neg_fail (error, NEG_ERROR_REFUSED, "by", "no such user has a role here");
}

/* --- a correction and its job --- */

/* Whoever waits for one looks again when any has ended. */
static GMutex ended_lock;
static GCond ended;

static void
tell_ended (NegAgent *agent)
{
  neg_agent_announce (agent, NULL);
  neg_agent_desk_kick (_neg_agent_get_desk (agent));
  g_mutex_lock (&ended_lock);
  g_cond_broadcast (&ended);
  g_mutex_unlock (&ended_lock);
}

static NegCorrection *
find (NegAgent *agent, gint64 id, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);

  return reader != NULL ? neg_corrections_find (reader, id, error) : NULL;
}

static gboolean
give_up (NegAgent *agent, gint64 id, const char *why)
{
  g_autoptr (GError) failure = NULL;
  const gboolean done = neg_corrections_fail (neg_agent_get_archive (agent), id, why, &failure);

  if (!done)
    g_warning ("correction %" G_GINT64_FORMAT ": %s", id, failure->message);
  return done;
}

/* The job's end when it is not the correction's: it was cancelled, or has failed before it came to it. */
static gboolean
check_job (NegAgent *agent, gint64 id, gint64 job_id, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (NegJob) job = reader != NULL ? neg_jobs_find (reader, job_id, error) : NULL;

  if (job == NULL)
    return FALSE;
  if (job->state == NEG_JOB_FAILED || job->state == NEG_JOB_CANCELLED || job->state == NEG_JOB_DONE)
    give_up (agent, id, *job->message != '\0' ? job->message : "cancelled");
  return TRUE;
}

static gboolean
conclude (const NegCorrection *correction, GError **error)
{
  return correction->state == NEG_CORRECTION_APPLIED
         || neg_fail (error, NEG_ERROR_REFUSED, NULL, "%s",
                      *correction->message != '\0' ? correction->message : "the correction was given up");
}

/* When the caller goes the job goes on. */
static gboolean
await (NegAgent *agent, gint64 id, gint64 job_id, GCancellable *cancellable, GError **error)
{
  for (;;) {
    g_autoptr (NegCorrection) correction = find (agent, id, error);

    if (correction == NULL)
      return FALSE;
    if (correction->state != NEG_CORRECTION_WORKING)
      return conclude (correction, error);
    if (g_cancellable_set_error_if_cancelled (cancellable, error) || !check_job (agent, id, job_id, error))
      return FALSE;
    g_mutex_lock (&ended_lock);
    g_cond_wait_until (&ended, &ended_lock, g_get_monotonic_time () + LOOK_AGAIN_US);
    g_mutex_unlock (&ended_lock);
  }
}

static gboolean
add_job (NegAgent *agent, const NegCorrection *correction, gint64 *job_id, GError **error)
{
  GVariantDict arguments;

  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "correction", "x", correction->id);
  return neg_agent_jobs_add (_neg_agent_get_jobs (agent), "correct", "", "", g_variant_dict_end (&arguments), 0, job_id,
                             error);
}

static gboolean
carry_out (NegRunningJob *running, const NegCorrection *correction, NegTransfer *transfer, GError **error)
{
  NegAgent *agent = running->jobs->agent;
  g_autoptr (NegSpec) spec = _neg_spec_read (correction->spec, error);
  g_autoptr (NegPlan) plan = spec != NULL ? _neg_plan_new (agent, correction, spec, error) : NULL;
  gint64 into_study_id;

  return plan != NULL && _neg_plan_read (plan, running->cancellable, error)
         && _neg_plan_carry_out (plan, running, transfer, &into_study_id, error);
}

static gboolean
is_interrupted (NegRunningJob *running)
{
  gboolean is;

  g_mutex_lock (&running->jobs->lock);
  is = running->stop == NEG_STOP_AGENT || running->stop == NEG_STOP_PAUSE;
  g_mutex_unlock (&running->jobs->lock);
  return is;
}

gboolean
_neg_correction_run (NegRunningJob *running, NegTransfer *transfer, GError **error)
{
  NegAgent *agent = running->jobs->agent;
  g_autoptr (NegCorrection) correction = NULL;
  g_autoptr (GError) failure = NULL;
  gint64 id = 0;

  running->is_final = TRUE;
  g_variant_lookup (running->job->arguments, "correction", "x", &id);
  correction = find (agent, id, error);
  if (correction == NULL)
    return FALSE;
  if (correction->state != NEG_CORRECTION_WORKING || carry_out (running, correction, transfer, &failure)) {
    /* Also when it was cut off between the two. */
    const gboolean done = correction->state > NEG_CORRECTION_APPLIED || _neg_rejections_move (agent, id, error);

    tell_ended (agent);
    return done;
  }
  if (!is_interrupted (running))
    give_up (agent, id, failure->message);
  tell_ended (agent);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

void
_neg_correction_cancelled (NegAgent *agent, const NegJob *job)
{
  g_autoptr (NegCorrection) correction = NULL;
  gint64 id = 0;

  g_variant_lookup (job->arguments, "correction", "x", &id);
  correction = find (agent, id, NULL);
  if (correction == NULL || correction->state != NEG_CORRECTION_WORKING)
    return;
  give_up (agent, id, "cancelled");
  tell_ended (agent);
}

/* --- what people ask for --- */

static gboolean
add_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_corrections_add (database, data, error);
}

static NegCorrection *
new_correction (NegAgent *agent, gint64 study_id, GVariant *spec, const char *reason)
{
  NegCorrection *correction = g_new0 (NegCorrection, 1);

  correction->study_id = study_id;
  correction->spec = g_variant_ref (spec);
  correction->seed = g_strdup ("");
  correction->user = g_strdup (_neg_agent_get_user (agent));
  correction->reason = g_strdup (reason);
  correction->made_us = g_get_real_time ();
  return correction;
}

/* Whether it can be, as far as the index tells; and whether it is about who the patient is. */
static gboolean
look_ahead (NegAgent *agent, NegCorrection *correction, gboolean *is_dry, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (NegSpec) spec = _neg_spec_read (correction->spec, error);
  g_autoptr (NegPlan) plan = spec != NULL ? _neg_plan_new (agent, correction, spec, error) : NULL;
  Look look;

  if (plan == NULL || !read_look (site, &look, error))
    return FALSE;
  correction->needs_second_look = look != LOOK_NONE && plan->changes_patient;
  *is_dry = spec->is_dry;
  return TRUE;
}

gboolean
neg_agent_corrections_ask (NegAgent *agent, gint64 study_id, GVariant *spec, const char *reason,
                           GCancellable *cancellable, gint64 *id, gboolean *waits, GError **error)
{
  g_autoptr (NegCorrection) correction = new_correction (agent, study_id, spec, reason);
  gboolean is_dry;
  gint64 job_id;

  if (*reason == '\0' || strlen (reason) > REASON_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_USAGE, "reason", "a correction has a reason, of %u characters at most", REASON_BYTES_MAX);
  if (!look_ahead (agent, correction, &is_dry, error)
      || (!is_dry && !neg_archive_write (neg_agent_get_archive (agent), add_cb, correction, error)))
    return FALSE;
  *id = correction->id;
  *waits = correction->needs_second_look;
  if (is_dry)
    return TRUE;
  neg_fault_point ("correction-asked");
  if (*waits) {
    neg_agent_announce (agent, NULL);
    return TRUE;
  }
  return add_job (agent, correction, &job_id, error) && await (agent, *id, job_id, cancellable, error);
}

typedef struct {
  gint64 id;
  const char *by;
  gboolean approves;
} Looking;

static gboolean
look_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Looking *looking = data;

  return neg_corrections_look (database, looking->id, looking->by, looking->approves, g_get_real_time (), error);
}

gboolean
neg_agent_corrections_look (NegAgent *agent, gint64 id, const char *by, gboolean approves,
                            GCancellable *cancellable, GError **error)
{
  g_autoptr (NegCorrection) correction = find (agent, id, error);
  Looking looking = { id, by, approves };
  gint64 job_id;

  if (correction == NULL || !check_looker (agent, correction, by, error)
      || !neg_archive_write (neg_agent_get_archive (agent), look_cb, &looking, error))
    return FALSE;
  neg_agent_announce (agent, NULL);
  return !approves || (add_job (agent, correction, &job_id, error) && await (agent, id, job_id, cancellable, error));
}

gboolean
neg_agent_corrections_undo (NegAgent *agent, gint64 id, GError **error)
{
  const gboolean done = neg_corrections_undo (neg_agent_get_archive (agent), id, _neg_agent_get_user (agent), error);

  if (done)
    tell_ended (agent);
  return done;
}

/* --- after a crash --- */

/* Newest first; NULL: none. */
static const NegJob *
find_job (GPtrArray *jobs, gint64 correction_id)
{
  for (guint i = 0; i < jobs->len; i++) {
    const NegJob *job = jobs->pdata[i];
    gint64 id = 0;

    if (strcmp (job->kind, "correct") == 0 && g_variant_lookup (job->arguments, "correction", "x", &id)
        && id == correction_id)
      return job;
  }
  return NULL;
}

static void
resume (NegAgent *agent, const NegCorrection *correction, GPtrArray *jobs)
{
  const NegJob *job = find_job (jobs, correction->id);
  g_autoptr (GError) failure = NULL;
  gint64 job_id;

  if (correction->state != NEG_CORRECTION_WORKING)
    return;
  if (job != NULL && (job->state == NEG_JOB_FAILED || job->state == NEG_JOB_CANCELLED))
    give_up (agent, correction->id, *job->message != '\0' ? job->message : "cancelled");
  else if (job == NULL && !add_job (agent, correction, &job_id, &failure))
    g_warning ("correction %" G_GINT64_FORMAT ": %s", correction->id, failure->message);
}

void
neg_agent_corrections_resume (NegAgent *agent)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, &failure);
  g_autoptr (GPtrArray) open = reader != NULL ? neg_corrections_list (reader, 0, WAITING_MAX, &failure) : NULL;
  g_autoptr (GPtrArray) jobs = open != NULL && open->len > 0 ? neg_jobs_list (reader, WAITING_MAX, &failure) : NULL;

  for (guint i = 0; jobs != NULL && i < open->len; i++)
    resume (agent, open->pdata[i], jobs);
  if (failure != NULL)
    g_warning ("corrections that were cut off wait for the next start: %s", failure->message);
}
