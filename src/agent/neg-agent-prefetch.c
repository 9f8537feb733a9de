#include "config.h"

#include "agent/neg-agent-prefetch-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "agent/neg-agent-private.h"
#include "base/neg-error.h"
#include "store/neg-cache.h"

#define LOOK_US (30 * (gint64) G_USEC_PER_SEC)
/* Between two looks: a thousand objects that arrive are a thousand kicks. */
#define PAUSE_US (G_USEC_PER_SEC / 4)
#define PACE_MAX_US (5 * (gint64) G_USEC_PER_SEC) /* longer, and a peer takes us for dead */
#define PACE_STEP_US 20000
#define LISTED_MAX 5000
#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define KEPT_US (30 * DAY_US)

/* --- what is set --- */

NegPrefetchRules *
_neg_agent_prefetch_ref_rules (NegAgentPrefetch *prefetch)
{
  NegPrefetchRules *rules;

  g_mutex_lock (&prefetch->lock);
  rules = neg_prefetch_rules_ref (prefetch->rules);
  g_mutex_unlock (&prefetch->lock);
  return rules;
}

void
_neg_agent_prefetch_set_waiting (NegAgentPrefetch *prefetch, const char *why)
{
  g_mutex_lock (&prefetch->lock);
  g_free (prefetch->waiting);
  prefetch->waiting = g_strdup (why);
  g_mutex_unlock (&prefetch->lock);
}

/* Fails in words about the file. */
static NegPrefetchRules *
read_rules (const NegSite *site, GError **error)
{
  const NegSitePrefetch *settings = neg_site_get_prefetch (site);
  g_autoptr (GError) local = NULL;
  NegPrefetchRules *rules = neg_prefetch_rules_new ((const char *const *) settings->rule_names,
                                                    (const char *const *) settings->rule_texts, &local);

  if (rules == NULL) {
    g_autofree char *name = g_strndup (local->message, strcspn (local->message, ":"));

    neg_site_fail_rule (site, name, local->message + strlen (name) + strspn (local->message + strlen (name), ": "), error);
  }
  return rules;
}

gboolean
neg_agent_prefetch_follow_site (NegAgentPrefetch *prefetch, NegSite *site, GError **error)
{
  NegPrefetchRules *rules = read_rules (site, error);

  if (rules == NULL)
    return FALSE;
  g_mutex_lock (&prefetch->lock);
  neg_prefetch_rules_unref (prefetch->rules);
  prefetch->rules = rules;
  g_mutex_unlock (&prefetch->lock);
  neg_agent_prefetch_kick (prefetch);
  return TRUE;
}

guint
neg_agent_prefetch_get_limit (NegAgent *agent)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  const NegSitePrefetch *settings = neg_site_get_prefetch (site);

  return _neg_prefetch_is_quiet (settings, neg_site_get_timezone (site), g_get_real_time ()) ? 0 : settings->transfers;
}

gboolean
neg_agent_prefetch_check (NegAgent *agent, const char *study_uid, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  guint n;

  if (reader == NULL || !neg_plans_count_removed (reader, study_uid, &n, error))
    return FALSE;
  return n == 0 || neg_fail (error, NEG_ERROR_REFUSED, study_uid, "it was removed here");
}

void
neg_agent_prefetch_pace (NegAgentPrefetch *prefetch, guint64 bytes, gboolean (*goes_on) (gpointer user_data),
                         gpointer user_data)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (prefetch->agent);
  gint64 begin_us = g_get_monotonic_time ();
  gint64 wait_us = _neg_pace_take (&prefetch->pace, neg_site_get_prefetch (site)->bytes_per_s, bytes, begin_us);

  wait_us = MIN (wait_us, PACE_MAX_US);
  while (g_get_monotonic_time () - begin_us < wait_us && goes_on (user_data))
    g_usleep ((gulong) MIN (PACE_STEP_US, wait_us));
}

/* --- the planner --- */

static gboolean
follow_jobs_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_plans_follow_jobs (database, error);
}

static void
follow_jobs (NegAgentPrefetch *prefetch, NegDatabase *reader)
{
  gboolean has = FALSE;

  if (neg_plans_has_ended (reader, &has, NULL) && has)
    neg_archive_write (neg_agent_get_archive (prefetch->agent), follow_jobs_cb, NULL, NULL);
}

typedef struct {
  char *day;
  gint64 from_us, to_us;
} Day;

static gboolean
note_day_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Day *day = data;

  return neg_plans_note_day (database, day->day, day->from_us, day->to_us, error);
}

/* Also when the agent was not running at that time. */
static void
look_at_tomorrow (NegAgentPrefetch *prefetch, NegDatabase *reader, const NegSite *site)
{
  g_autofree char *noted = neg_plans_dup_day (reader, NULL);
  Day day = { 0 };

  if (noted != NULL
      && _neg_prefetch_find_day (neg_site_get_prefetch (site), neg_site_get_timezone (site), g_get_real_time (), &day.day,
                                 &day.from_us, &day.to_us)
      && strcmp (noted, day.day) != 0)
    neg_archive_write (neg_agent_get_archive (prefetch->agent), note_day_cb, &day, NULL);
  g_free (day.day);
}

/* With nobody to be asked what is noted waits until there is somebody. */
static gboolean
is_on (const NegSite *site)
{
  const NegSitePrefetch *settings = neg_site_get_prefetch (site);
  GPtrArray *peers = neg_site_get_peers (site);

  for (guint i = 0; settings->transfers > 0 && i < peers->len; i++)
    if (_neg_prefetch_is_asked (settings, peers->pdata[i]))
      return TRUE;
  return FALSE;
}

/* The next entry that is due; else a moment. What is noted while its plan is made is due at once. */
static gint64
find_wait_us (NegDatabase *reader)
{
  gint64 next_us = -1;

  if (!neg_plans_get_next_due (reader, &next_us, NULL) || next_us < 0)
    return LOOK_US;
  return CLAMP (next_us - g_get_real_time (), PAUSE_US, LOOK_US);
}

/* How long to wait then, if nobody kicks. */
static gint64
look (NegAgentPrefetch *prefetch, NegDatabase *reader)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (prefetch->agent);
  const NegSitePrefetch *settings = neg_site_get_prefetch (site);

  follow_jobs (prefetch, reader);
  if (!is_on (site))
    return LOOK_US;
  if (_neg_prefetch_is_quiet (settings, neg_site_get_timezone (site), g_get_real_time ())) {
    _neg_agent_prefetch_set_waiting (prefetch, _ ("Quiet hours: nothing is asked or fetched ahead"));
    return LOOK_US;
  }
  if (g_get_monotonic_time () < prefetch->stuck_until_us)
    return LOOK_US;
  look_at_tomorrow (prefetch, reader, site);
  if (!_neg_prefetch_plan_due (prefetch, reader)) {
    prefetch->stuck_until_us = g_get_monotonic_time () + LOOK_US;
    return LOOK_US;
  }
  if (!g_cancellable_is_cancelled (prefetch->cancellable))
    _neg_prefetch_feed (prefetch, reader);
  return find_wait_us (reader);
}

static gboolean
prune_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_plans_prune (database, g_get_real_time () - KEPT_US, error);
}

/* FALSE: the end. */
static gboolean
await_kick (NegAgentPrefetch *prefetch, gint64 wait_us)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean goes_on;

  g_mutex_lock (&prefetch->lock);
  while (!prefetch->is_ending && g_cond_wait_until (&prefetch->cond, &prefetch->lock, now_us + PAUSE_US))
    ;
  if (!prefetch->is_kicked && !prefetch->is_ending)
    g_cond_wait_until (&prefetch->cond, &prefetch->lock, now_us + wait_us);
  prefetch->is_kicked = FALSE;
  goes_on = !prefetch->is_ending;
  g_mutex_unlock (&prefetch->lock);
  return goes_on;
}

static gpointer
plan (gpointer data)
{
  NegAgentPrefetch *prefetch = data;
  g_autoptr (NegDatabase) reader = NULL;
  gint64 wait_us, prune_us = 0;

  do {
    wait_us = LOOK_US;
    /* An agent runs for months. */
    if (g_get_monotonic_time () >= prune_us) {
      neg_archive_write (neg_agent_get_archive (prefetch->agent), prune_cb, NULL, NULL);
      prune_us = g_get_monotonic_time () + DAY_US;
    }
    if (reader == NULL)
      reader = neg_agent_open_reader (prefetch->agent, NULL);
    if (reader != NULL)
      wait_us = look (prefetch, reader);
  } while (await_kick (prefetch, wait_us));
  return NULL;
}

void
neg_agent_prefetch_kick (NegAgentPrefetch *prefetch)
{
  if (prefetch == NULL) /* while the agent starts or ends */
    return;
  g_mutex_lock (&prefetch->lock);
  /* Each object that is received is a kick. */
  if (!prefetch->is_kicked) {
    prefetch->is_kicked = TRUE;
    g_cond_broadcast (&prefetch->cond);
  }
  g_mutex_unlock (&prefetch->lock);
}

NegAgentPrefetch *
neg_agent_prefetch_new (NegAgent *agent, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  NegPrefetchRules *rules = read_rules (site, error);
  NegAgentPrefetch *prefetch;

  if (rules == NULL)
    return NULL;
  prefetch = g_new0 (NegAgentPrefetch, 1);
  prefetch->agent = agent;
  prefetch->rules = rules;
  prefetch->waiting = g_strdup ("");
  prefetch->cancellable = g_cancellable_new ();
  prefetch->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) _neg_prefetch_answer_free);
  g_mutex_init (&prefetch->lock);
  g_cond_init (&prefetch->cond);
  g_mutex_init (&prefetch->pace.lock);
  return prefetch;
}

void
neg_agent_prefetch_start (NegAgentPrefetch *prefetch)
{
  prefetch->planner = g_thread_new ("prefetch", plan, prefetch);
}

void
neg_agent_prefetch_stop (NegAgentPrefetch *prefetch)
{
  if (prefetch == NULL || prefetch->planner == NULL)
    return;
  g_mutex_lock (&prefetch->lock);
  prefetch->is_ending = TRUE;
  g_cond_broadcast (&prefetch->cond);
  g_mutex_unlock (&prefetch->lock);
  g_cancellable_cancel (prefetch->cancellable);
  g_thread_join (g_steal_pointer (&prefetch->planner));
}

void
neg_agent_prefetch_free (NegAgentPrefetch *prefetch)
{
  if (prefetch == NULL)
    return;
  neg_agent_prefetch_stop (prefetch);
  g_object_unref (prefetch->cancellable);
  g_hash_table_unref (prefetch->answers);
  neg_prefetch_rules_unref (prefetch->rules);
  g_free (prefetch->waiting);
  g_mutex_clear (&prefetch->lock);
  g_cond_clear (&prefetch->cond);
  g_mutex_clear (&prefetch->pace.lock);
  g_free (prefetch);
}

/* --- what people ask for --- */

static const char *
get_why (const NegPlannedPrior *prior)
{
  if (prior->id != 0)
    return prior->why;
  return *prior->note != '\0' ? prior->note : _ ("No other study of this patient is known");
}

static GVariant *
describe_prior (const NegPlannedPrior *prior)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "study_uid", "s", prior->study_uid);
  g_variant_dict_insert (&dict, "for", "s", *prior->case_uid != '\0' ? prior->case_uid : prior->case_accession);
  g_variant_dict_insert (&dict, "entry", "x", prior->entry);
  g_variant_dict_insert (&dict, "why", "s", get_why (prior));
  g_variant_dict_insert (&dict, "rule", "s", prior->rule);
  g_variant_dict_insert (&dict, "state", "s",
                         prior->id == 0      ? "nothing"
                         : prior->is_running ? "running"
                                             : neg_prior_state_get_name (prior->state));
  g_variant_dict_insert (&dict, "peer", "s", prior->peer);
  g_variant_dict_insert (&dict, "cause", "s", neg_plan_cause_get_name (prior->cause));
  g_variant_dict_insert (&dict, "note", "s", prior->note);
  g_variant_dict_insert (&dict, "rank", "i", prior->rank);
  g_variant_dict_insert (&dict, "job", "x", prior->job);
  g_variant_dict_insert (&dict, "need-us", "x", prior->need_us);
  return g_variant_dict_end (&dict);
}

GVariant *
neg_agent_prefetch_list (NegAgentPrefetch *prefetch, const char *study_uid, gint64 entry, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (prefetch->agent, error);
  g_autoptr (GPtrArray) priors = reader != NULL ? neg_plans_list (reader, study_uid, entry, LISTED_MAX, error) : NULL;
  GVariantBuilder builder;

  if (priors == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < priors->len; i++)
    g_variant_builder_add_value (&builder, describe_prior (priors->pdata[i]));
  return g_variant_builder_end (&builder);
}

static void
add_counts (GVariantDict *dict, const NegPlanCounts *counts)
{
  g_variant_dict_insert (dict, "plans", "u", counts->n_plans);
  g_variant_dict_insert (dict, "due", "u", counts->n_due);
  g_variant_dict_insert (dict, "waiting", "u",
                         counts->by_state[NEG_PRIOR_PLANNED] + counts->by_state[NEG_PRIOR_QUEUED] - counts->n_running);
  g_variant_dict_insert (dict, "running", "u", counts->n_running);
  g_variant_dict_insert (dict, "here", "u", counts->by_state[NEG_PRIOR_HERE]);
  g_variant_dict_insert (dict, "left", "u", counts->by_state[NEG_PRIOR_LEFT]);
  g_variant_dict_insert (dict, "failed", "u", counts->by_state[NEG_PRIOR_FAILED]);
}

static void
add_cache (GVariantDict *dict, const NegCacheStatus *cache, guint n_objects)
{
  g_variant_dict_insert (dict, "bytes", "t", cache->bytes);
  g_variant_dict_insert (dict, "objects", "u", n_objects);
  g_variant_dict_insert (dict, "studies", "u", cache->n_studies);
  g_variant_dict_insert (dict, "hits", "u", cache->month.hits);
  g_variant_dict_insert (dict, "misses", "u", cache->month.misses);
  g_variant_dict_insert (dict, "predicted", "u", cache->month.predicted);
  g_variant_dict_insert (dict, "missed", "u", cache->month.missed);
  g_variant_dict_insert (dict, "evicted", "u", cache->month.evicted);
  g_variant_dict_insert (dict, "saved-bytes", "t", cache->month.saved_bytes);
}

GVariant *
neg_agent_prefetch_describe (NegAgentPrefetch *prefetch, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (prefetch->agent, error);
  g_autoptr (NegSite) site = neg_agent_dup_site (prefetch->agent);
  const NegSitePrefetch *settings = neg_site_get_prefetch (site);
  NegCacheStatus cache;
  NegPlanCounts counts;
  GVariantDict dict;
  guint n_objects;

  if (reader == NULL || !neg_plans_get_counts (reader, &counts, error)
      || !neg_plans_count_cached (reader, &n_objects, error)
      || !neg_cache_get_status (reader, g_get_real_time (), &cache, error))
    return NULL;
  g_variant_dict_init (&dict, NULL);
  add_cache (&dict, &cache, n_objects);
  add_counts (&dict, &counts);
  g_variant_dict_insert (&dict, "quota", "t", neg_site_get_quota_bytes (site));
  g_variant_dict_insert (&dict, "keep-free", "t", neg_site_get_keep_free_bytes (site));
  g_variant_dict_insert (&dict, "transfers", "u", settings->transfers);
  g_variant_dict_insert (&dict, "bandwidth", "t", settings->bytes_per_s);
  g_variant_dict_insert (&dict, "is-quiet", "b",
                         _neg_prefetch_is_quiet (settings, neg_site_get_timezone (site), g_get_real_time ()));
  g_mutex_lock (&prefetch->lock);
  g_variant_dict_insert (&dict, "why-waiting", "s", prefetch->waiting);
  g_mutex_unlock (&prefetch->lock);
  return g_variant_dict_end (&dict);
}
