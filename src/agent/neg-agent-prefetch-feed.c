/* What is planned into the queue: never much more than runs, so that what becomes more pressing overtakes, and only what
 * there is room for. */
#include "config.h"

#include "agent/neg-agent-prefetch-private.h"

#include <glib/gi18n.h>

#include "agent/neg-agent-jobs.h"
#include "agent/neg-agent-opened.h"
#include "agent/neg-agent-private.h"
#include "base/neg-fault.h"
#include "store/neg-cache.h"

#define NEXT_MAX 20
#define AHEAD 1 /* jobs that wait behind those that run */
#define KEPT_AFTER_USE_US (4 * 3600 * (gint64) G_USEC_PER_SEC)
/* Nobody knows how large a study is before it comes; a CT slice has half a MiB. */
#define OBJECT_BYTES (G_GUINT64_CONSTANT (600) << 10)
#define STUDY_BYTES_MIN (G_GUINT64_CONSTANT (32) << 20)
#define EVICTED_MAX 100 /* studies for one that is fetched */
#define PRIORITY_ORDINARY (NEG_PREFETCH_PRIORITY + 10)

/* --- room --- */

typedef struct {
  guint64 quota_bytes, keep_free_bytes, wanted_bytes;
  gint64 need_us; /* of what is to be fetched */
} Room;

static gboolean
has_room (NegAgent *agent, NegDatabase *reader, const Room *room, guint64 *cache_bytes, gboolean *has)
{
  NegObjectStore *objects = neg_archive_get_objects (neg_agent_get_archive (agent));
  NegCacheStatus status;
  guint64 free_bytes;

  *has = FALSE;
  if (!neg_object_store_get_free_bytes (objects, NEG_OBJECT_CACHE, &free_bytes, NULL)
      || !neg_cache_get_status (reader, g_get_real_time (), &status, NULL))
    return FALSE;
  *cache_bytes = status.bytes;
  *has = free_bytes >= room->keep_free_bytes + room->wanted_bytes
         && status.bytes + room->wanted_bytes <= room->quota_bytes;
  return TRUE;
}

/* What would go next is needed by nobody, or for a later case. */
static gboolean
may_evict (NegDatabase *reader, const Room *room, gint64 used_before_us)
{
  NegStatement *row = neg_database_prepare (
      reader, "SELECT id FROM study WHERE cache_bytes > 0 AND need < 2 AND used_us < ?1"
              " ORDER BY need, case_us, used_us, cache_bytes LIMIT 1",
      NULL);
  gboolean has_row = FALSE;
  NegCacheNeed need;
  gint64 case_us, id;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, used_before_us);
  if (!neg_statement_step (row, &has_row, NULL) || !has_row)
    return FALSE;
  id = neg_statement_get_int (row, 0);
  neg_statement_reset (row);
  if (!neg_cache_find_need (reader, id, g_get_real_time (), &need, &case_us, NULL))
    return FALSE;
  return need == NEG_CACHE_GOES || (need == NEG_CACHE_NEEDED && -case_us > room->need_us);
}

/* One study after the other, and each time it is asked what the next one is worth. */
static gboolean
make_room (NegAgent *agent, NegDatabase *reader, const Room *room)
{
  g_autoptr (GArray) open = _neg_agent_opened_list (_neg_agent_get_opened (agent));
  gint64 used_before_us = g_get_real_time () - KEPT_AFTER_USE_US;
  guint64 cache_bytes = 0;
  gboolean has = FALSE;

  for (guint i = 0; i < EVICTED_MAX; i++) {
    guint64 freed_bytes = 0;

    if (!has_room (agent, reader, room, &cache_bytes, &has) || has || cache_bytes == 0
        || !may_evict (reader, room, used_before_us)
        || !neg_archive_evict (neg_agent_get_archive (agent), cache_bytes - 1, 0, used_before_us, open, &freed_bytes,
                               NULL)
        || freed_bytes == 0)
      break;
  }
  return has;
}

static gboolean
find_room (NegAgentPrefetch *prefetch, NegDatabase *reader, const NegPlannedPrior *prior)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (prefetch->agent);
  Room room = { neg_site_get_quota_bytes (site), neg_site_get_keep_free_bytes (site),
                MAX (prior->n_there * OBJECT_BYTES, STUDY_BYTES_MIN), prior->need_us };

  /* A small cache takes a study that may be as large as a part of it. */
  room.wanted_bytes = MIN (room.wanted_bytes, room.quota_bytes / 4);
  return make_room (prefetch->agent, reader, &room);
}

/* --- the queue --- */

typedef struct {
  gint64 id, job;
  NegPriorState state;
} Queued;

static gboolean
set_queued_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Queued *queued = data;

  return neg_plans_set_prior (database, queued->id, queued->state, queued->job, error);
}

static gboolean
set_queued (NegAgentPrefetch *prefetch, const NegPlannedPrior *prior, NegPriorState state, gint64 job)
{
  return neg_archive_write (neg_agent_get_archive (prefetch->agent), set_queued_cb, &(Queued){ prior->id, job, state },
                            NULL);
}

/* Killed between the two: the same retrieval that waits already is no second job. */
static gboolean
put (NegAgentPrefetch *prefetch, const NegPlannedPrior *prior)
{
  GVariantDict arguments;
  gint64 job = 0;

  if (!neg_agent_prefetch_check (prefetch->agent, prior->study_uid, NULL))
    return set_queued (prefetch, prior, NEG_PRIOR_LEFT, 0);
  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "series", "s", "");
  g_variant_dict_insert (&arguments, "prefetch", "b", TRUE);
  if (!neg_agent_jobs_add (_neg_agent_get_jobs (prefetch->agent), "retrieve", prior->peer, prior->study_uid,
                           g_variant_dict_end (&arguments),
                           prior->cause == NEG_CAUSE_OPENED ? NEG_PREFETCH_PRIORITY : PRIORITY_ORDINARY, &job, NULL))
    return FALSE;
  neg_fault_point ("prefetch-queued");
  return set_queued (prefetch, prior, NEG_PRIOR_QUEUED, job);
}

void
_neg_prefetch_feed (NegAgentPrefetch *prefetch, NegDatabase *reader)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (prefetch->agent);
  const NegSitePrefetch *settings = neg_site_get_prefetch (site);
  gint64 now_us = g_get_real_time ();
  g_autoptr (GPtrArray) next
      = neg_plans_list_next (reader, now_us + settings->lead_s * (gint64) G_USEC_PER_SEC, NEXT_MAX, NULL);
  guint n_queued = 0;

  _neg_agent_prefetch_set_waiting (prefetch, "");
  for (guint i = 0; next != NULL && i < next->len; i++) {
    if (!neg_plans_count_queued (reader, now_us, &n_queued, NULL) || n_queued >= settings->transfers + AHEAD)
      return;
    if (!find_room (prefetch, reader, next->pdata[i])) {
      _neg_agent_prefetch_set_waiting (prefetch, _ ("There is no room for anything that is needed less than what is here"));
      return;
    }
    if (!put (prefetch, next->pdata[i]))
      return;
  }
}
