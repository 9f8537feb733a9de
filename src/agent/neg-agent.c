#include "config.h"

#include "agent/neg-agent-private.h"

#include "agent/neg-agent-deliveries.h"
#include "agent/neg-agent-corrections.h"
#include "agent/neg-agent-desk.h"
#include "agent/neg-agent-jobs.h"
#include "agent/neg-agent-library.h"
#include "agent/neg-agent-outbox.h"
#include "agent/neg-agent-followup.h"
#include "agent/neg-agent-pledges.h"
#include "agent/neg-agent-prefetch.h"
#include "agent/neg-agent-opened.h"
#include "agent/neg-agent-searches.h"
#include "agent/neg-agent-steps.h"
#include "agent/neg-hl7-listener.h"
#include "agent/neg-listener.h"
#include "base/neg-error.h"
#include "base/neg-paths.h"

/* So that an association does not wait for a process to start: a C-MOVE has three at a time, with the question before it
 * and the association on which its objects come. */
#define SPARE_ENGINES 3
#define WARM_MS 500 /* behind the start, which has other work */
#define ANNOUNCE_US 100000
#define ANNOUNCED_MAX 100 /* studies; more: anything */

struct _NegAgent {
  char *home, *config; /* nullable */
  char *data_folder, *cache_folder;
  char *user;
  GMainLoop *loop; /* borrowed */
  NegArchive *archive;
  NegNetEngines *engines;
  NegExpected *expected;
  NegAgentBus *bus;
  NegAgentJobs *jobs;
  NegAgentSearches *searches;
  NegAgentPrefetch *prefetch;
  NegAgentFollowup *followup;
  NegAgentDesk *desk;
  NegAgentLibrary *library;
  NegAgentOutbox *outbox;
  NegAgentOpened *opened;
  NegListener *listener; /* NULL: see @listen_error */
  char *listen_error;
  NegHl7Listener *hl7_listener; /* NULL: see @hl7_listen_error */
  char *hl7_listen_error;
  GMutex lock; /* of the next ones */
  NegSite *site;
  char **warnings;
  NegEnginePool *pool;   /* NULL until somebody needs it */
  GHashTable *changed;   /* study UIDs that nobody was told of */
  gboolean is_any_changed;
  gint64 announced_us;   /* monotonic */
  guint announce_source, warm_source;
  GMutex change_lock; /* one change of the site file at a time */
  gboolean is_outdated; /* main thread */
};

static gboolean
load_site (NegAgent *agent, GError **error)
{
  char **warnings = NULL;
  NegSite *site = neg_site_load (agent->home, agent->config, &warnings, error);

  if (site == NULL)
    return FALSE;
  if (!neg_agent_desk_check_site (site, error) || !neg_agent_corrections_check_site (site, error)
      || !neg_agent_library_check_site (site, error)
      || (agent->prefetch != NULL && !neg_agent_prefetch_follow_site (agent->prefetch, site, error))) {
    neg_site_unref (site);
    g_strfreev (warnings);
    return FALSE;
  }
  neg_agent_desk_follow_site (agent->desk, site);
  g_mutex_lock (&agent->lock);
  g_clear_pointer (&agent->site, neg_site_unref);
  g_strfreev (agent->warnings);
  agent->site = site;
  agent->warnings = warnings;
  if (agent->archive != NULL)
    neg_archive_set_default_issuer (agent->archive, neg_site_get_default_issuer (site));
  neg_entries_set_timezone (neg_site_get_timezone (site));
  g_mutex_unlock (&agent->lock);
  return TRUE;
}

/* On a full disk what is here can still be read, and the reason of all else is told. */
static gboolean
open_archive (NegAgent *agent, GError **error)
{
  const NegAuditEntry entry = { .event = NEG_AUDIT_START, .user = agent->user, .detail = "agent " NEG_VERSION };
  g_autoptr (GError) failure = NULL;

  agent->archive = neg_archive_open (agent->data_folder, agent->cache_folder,
                                     neg_site_get_default_issuer (agent->site), error);
  if (agent->archive == NULL)
    return FALSE;
  if (neg_audit_append (agent->archive, &entry, &failure))
    return TRUE;
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_DISK_FULL)) {
    g_warning ("no audit entry for the start: %s", failure->message);
    return TRUE;
  }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* A port that somebody else has does not keep the reader from his images. */
static void
listen_for_peers (NegAgent *agent)
{
  g_autoptr (GError) error = NULL;

  agent->listener = neg_listener_new (agent, &error);
  if (agent->listener == NULL)
    agent->listen_error = g_strdup (error->message);
}

static void
listen_for_orders (NegAgent *agent)
{
  g_autoptr (GError) error = NULL;

  agent->hl7_listener = neg_hl7_listener_new (agent, &error);
  if (agent->hl7_listener == NULL)
    agent->hl7_listen_error = g_strdup (error->message);
}

/* Who reads again what was received is there before the first object comes: its start takes longer than that. */
static gboolean
warm_cb (gpointer user_data)
{
  NegAgent *agent = user_data;

  agent->warm_source = 0;
  neg_agent_get_pool (agent);
  return G_SOURCE_REMOVE;
}

/* On a full disk the agent starts all the same, so that what is here can be read. */
static void
resume_deliveries (NegAgent *agent)
{
  g_autoptr (GError) failure = NULL;

  if (!neg_agent_deliveries_recover (agent, &failure) || !neg_agent_steps_resume (agent, &failure))
    g_warning ("deliveries that were cut off are not taken up: %s", failure->message);
  g_clear_error (&failure);
  if (!neg_agent_pledges_resume (agent, &failure))
    g_warning ("questions about storage commitment wait for the next start: %s", failure->message);
}

static gboolean
start (NegAgent *agent, GError **error)
{
  if (!load_site (agent, error) || !open_archive (agent, error))
    return FALSE;
  agent->engines = neg_net_engines_new (NULL, SPARE_ENGINES, error);
  if (agent->engines == NULL)
    return FALSE;
  agent->bus = _neg_agent_bus_new (agent, agent->home, error);
  if (agent->bus == NULL)
    return FALSE;
  agent->prefetch = neg_agent_prefetch_new (agent, error);
  if (agent->prefetch == NULL)
    return FALSE;
  agent->jobs = neg_agent_jobs_new (agent, error);
  if (agent->jobs == NULL)
    return FALSE;
  agent->searches = neg_agent_searches_new (agent, error);
  if (agent->searches == NULL)
    return FALSE;
  agent->followup = neg_agent_followup_new (agent, error);
  if (agent->followup == NULL)
    return FALSE;
  agent->desk = neg_agent_desk_new (agent, error);
  if (agent->desk == NULL)
    return FALSE;
  agent->library = neg_agent_library_new (agent, error);
  agent->outbox = agent->library != NULL ? neg_agent_outbox_new (agent, error) : NULL;
  if (agent->outbox == NULL)
    return FALSE;
  resume_deliveries (agent);
  neg_agent_corrections_resume (agent);
  neg_agent_prefetch_start (agent->prefetch);
  neg_agent_desk_start (agent->desk);
  listen_for_peers (agent);
  listen_for_orders (agent);
  agent->warm_source = g_timeout_add (WARM_MS, warm_cb, agent);
  return TRUE;
}

NegAgent *
_neg_agent_new (const char *home, const char *config, GMainLoop *loop, GError **error)
{
  g_autoptr (NegAgent) agent = g_new0 (NegAgent, 1);

  agent->home = g_strdup (home);
  agent->config = g_strdup (config);
  agent->data_folder = neg_paths_dup_data_folder (home);
  agent->cache_folder = neg_paths_dup_cache_folder (home);
  agent->user = g_strdup (g_get_user_name ());
  agent->loop = loop;
  g_mutex_init (&agent->lock);
  g_mutex_init (&agent->change_lock);
  agent->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  agent->expected = neg_expected_new ();
  agent->opened = _neg_agent_opened_new ();
  return start (agent, error) ? g_steal_pointer (&agent) : NULL;
}

/* Whoever asks first, then what works, then what it works with. */
static void
stop (NegAgent *agent)
{
  const NegAuditEntry entry = { .event = NEG_AUDIT_STOP, .user = agent->user };

  if (agent->bus != NULL)
    _neg_agent_bus_close (agent->bus);
  g_clear_pointer (&agent->listener, neg_listener_free);
  g_clear_pointer (&agent->hl7_listener, neg_hl7_listener_free);
  g_clear_pointer (&agent->searches, neg_agent_searches_free);
  g_clear_pointer (&agent->followup, neg_agent_followup_free);
  neg_agent_prefetch_stop (agent->prefetch);
  g_clear_pointer (&agent->desk, neg_agent_desk_free);
  g_clear_pointer (&agent->outbox, neg_agent_outbox_free);
  g_clear_pointer (&agent->library, neg_agent_library_free);
  g_clear_pointer (&agent->jobs, neg_agent_jobs_free);
  g_clear_pointer (&agent->prefetch, neg_agent_prefetch_free);
  g_clear_handle_id (&agent->announce_source, g_source_remove);
  g_clear_handle_id (&agent->warm_source, g_source_remove);
  g_clear_pointer (&agent->bus, _neg_agent_bus_free);
  g_clear_pointer (&agent->pool, neg_engine_pool_free);
  g_clear_pointer (&agent->engines, neg_net_engines_free);
  if (agent->archive != NULL)
    neg_audit_append (agent->archive, &entry, NULL);
  g_clear_pointer (&agent->archive, neg_archive_free);
}

void
_neg_agent_free (NegAgent *agent)
{
  if (agent == NULL)
    return;
  stop (agent);
  g_hash_table_unref (agent->changed);
  neg_expected_free (agent->expected);
  _neg_agent_opened_free (agent->opened);
  g_free (agent->listen_error);
  g_free (agent->hl7_listen_error);
  g_clear_pointer (&agent->site, neg_site_unref);
  g_strfreev (agent->warnings);
  g_mutex_clear (&agent->lock);
  g_mutex_clear (&agent->change_lock);
  g_free (agent->home);
  g_free (agent->config);
  g_free (agent->data_folder);
  g_free (agent->cache_folder);
  g_free (agent->user);
  g_free (agent);
}

static GVariant *
list_warnings (NegAgent *agent)
{
  g_autoptr (GStrvBuilder) warnings = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  g_mutex_lock (&agent->lock);
  g_strv_builder_addv (warnings, (const char **) agent->warnings);
  g_mutex_unlock (&agent->lock);
  if (neg_object_store_quarantine_is_full (neg_archive_get_objects (agent->archive)))
    g_strv_builder_add (warnings, "The quarantine is full: what else is refused is not kept");
  list = g_strv_builder_end (warnings);
  return g_variant_new_strv ((const char *const *) list, -1);
}

GVariant *
_neg_agent_describe (NegAgent *agent)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  GVariantDict info;

  g_variant_dict_init (&info, NULL);
  g_variant_dict_insert (&info, "version", "s", NEG_VERSION);
  g_variant_dict_insert (&info, "ae-title", "s", neg_site_get_ae_title (site));
  g_variant_dict_insert (&info, "user", "s", agent->user);
  g_variant_dict_insert (&info, "listen-address", "s", neg_site_get_listen_address (site));
  g_variant_dict_insert (&info, "port", "u",
                         agent->listener != NULL ? (guint) neg_listener_get_port (agent->listener) : 0u);
  g_variant_dict_insert (&info, "tls-port", "u",
                         agent->listener != NULL ? (guint) neg_listener_get_tls_port (agent->listener) : 0u);
  g_variant_dict_insert (&info, "listen-error", "s", agent->listen_error != NULL ? agent->listen_error : "");
  g_variant_dict_insert (&info, "hl7-port", "u",
                         agent->hl7_listener != NULL ? (guint) neg_hl7_listener_get_port (agent->hl7_listener) : 0u);
  g_variant_dict_insert (&info, "hl7-listen-error", "s",
                         agent->hl7_listen_error != NULL ? agent->hl7_listen_error : "");
  g_variant_dict_insert (&info, "config", "s", neg_site_get_home_file (site));
  g_variant_dict_insert_value (&info, "warnings", list_warnings (agent));
  return g_variant_dict_end (&info);
}

NegSite *
neg_agent_dup_site (NegAgent *agent)
{
  NegSite *site;

  g_mutex_lock (&agent->lock);
  site = neg_site_ref (agent->site);
  g_mutex_unlock (&agent->lock);
  return site;
}

gboolean
_neg_agent_reload_site (NegAgent *agent, GError **error)
{
  gboolean done;

  g_mutex_lock (&agent->change_lock);
  done = load_site (agent, error);
  g_mutex_unlock (&agent->change_lock);
  if (!done)
    return FALSE;
  neg_agent_searches_follow_site (agent->searches);
  neg_agent_jobs_kick (agent->jobs); /* other hours, other limits */
  neg_agent_library_kick (agent->library);
  neg_agent_outbox_kick (agent->outbox);
  _neg_agent_bus_emit (agent->bus, "PeersChanged", g_variant_new ("()"));
  return TRUE;
}

static gboolean
audit_change (NegAgent *agent, const char *name, gboolean failed, GError **error)
{
  const NegAuditEntry entry = { .event = NEG_AUDIT_CONFIGURATION, .failed = failed, .user = agent->user, .peer = name,
                                .detail = "peer" };

  return neg_audit_append (agent->archive, &entry, error);
}

/* Read again before it is written: somebody may have edited the file since. */
gboolean
_neg_agent_change_peer (NegAgent *agent, const char *name, GHashTable *values, GError **error)
{
  g_autoptr (NegSite) site = NULL;
  gboolean done;

  g_mutex_lock (&agent->change_lock);
  site = neg_site_load (agent->home, agent->config, NULL, error);
  done = site != NULL && neg_site_change_peer (site, name, values, error) && load_site (agent, error);
  g_mutex_unlock (&agent->change_lock);
  return audit_change (agent, name, !done, done ? error : NULL) && done;
}

NegAgentBus *
_neg_agent_get_bus (NegAgent *agent)
{
  return agent->bus;
}

const char *
_neg_agent_get_user (NegAgent *agent)
{
  return agent->user;
}

NegAgentDesk *
_neg_agent_get_desk (NegAgent *agent)
{
  return agent->desk;
}

NegAgentLibrary *
_neg_agent_get_library (NegAgent *agent)
{
  return agent->library;
}

NegAgentOutbox *
_neg_agent_get_outbox (NegAgent *agent)
{
  return agent->outbox;
}

NegAgentJobs *
_neg_agent_get_jobs (NegAgent *agent)
{
  return agent->jobs;
}

NegAgentOpened *
_neg_agent_get_opened (NegAgent *agent)
{
  return agent->opened;
}

void
neg_agent_follow_patients (NegAgent *agent)
{
  neg_agent_followup_kick (agent->followup);
}

NegAgentPrefetch *
_neg_agent_get_prefetch (NegAgent *agent)
{
  return agent->prefetch;
}

NegAgentSearches *
_neg_agent_get_searches (NegAgent *agent)
{
  return agent->searches;
}

const NegPeer *
_neg_agent_find_peer (const NegSite *site, const char *name, NegPeerUse use, GError **error)
{
  const NegPeer *peer = neg_site_find_peer (site, name, error);

  if (peer == NULL || (peer->use & use) != 0)
    return peer;
  neg_fail (error, NEG_ERROR_REFUSED, name, "the site file does not use the peer “%s” for that: see use=", name);
  return NULL;
}

NegArchive *
neg_agent_get_archive (NegAgent *agent)
{
  return agent->archive;
}

NegNetEngines *
neg_agent_get_engines (NegAgent *agent)
{
  return agent->engines;
}

NegExpected *
neg_agent_get_expected (NegAgent *agent)
{
  return agent->expected;
}

NegEnginePool *
neg_agent_get_pool (NegAgent *agent)
{
  NegEnginePool *pool;

  g_mutex_lock (&agent->lock);
  if (agent->pool == NULL)
    agent->pool = neg_engine_pool_new (NULL, NULL);
  pool = agent->pool;
  g_mutex_unlock (&agent->lock);
  return pool;
}

NegDatabase *
neg_agent_open_reader (NegAgent *agent, GError **error)
{
  return neg_archive_open_reader (agent->data_folder, error);
}

const char *
neg_agent_get_data_folder (NegAgent *agent)
{
  return agent->data_folder;
}

const char *
neg_agent_get_cache_folder (NegAgent *agent)
{
  return agent->cache_folder;
}

/* --- telling what has changed --- */

static gboolean
announce_cb (gpointer user_data)
{
  NegAgent *agent = user_data;
  g_autofree const char **uids = NULL;
  GHashTable *changed;

  g_mutex_lock (&agent->lock);
  agent->announce_source = 0;
  agent->announced_us = g_get_monotonic_time ();
  if (agent->is_any_changed)
    g_hash_table_remove_all (agent->changed);
  agent->is_any_changed = FALSE;
  changed = agent->changed;
  agent->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_unlock (&agent->lock);
  uids = (const char **) g_hash_table_get_keys_as_array (changed, NULL);
  _neg_agent_bus_emit (agent->bus, "Changed", g_variant_new ("(^as)", uids));
  g_hash_table_unref (changed);
  return G_SOURCE_REMOVE;
}

void
neg_agent_announce (NegAgent *agent, const char *study_uid)
{
  g_mutex_lock (&agent->lock);
  if (study_uid == NULL || *study_uid == '\0' || g_hash_table_size (agent->changed) >= ANNOUNCED_MAX)
    agent->is_any_changed = TRUE;
  else if (!agent->is_any_changed)
    g_hash_table_add (agent->changed, g_strdup (study_uid));
  if (agent->announce_source == 0) {
    gint64 wait_us = agent->announced_us + ANNOUNCE_US - g_get_monotonic_time ();

    agent->announce_source = g_timeout_add (CLAMP (wait_us, 0, ANNOUNCE_US) / 1000, announce_cb, agent);
  }
  g_mutex_unlock (&agent->lock);
  neg_agent_prefetch_kick (agent->prefetch);
  neg_agent_desk_kick (agent->desk);
}

/* --- the end --- */

static gboolean
quit_when_idle_cb (gpointer user_data)
{
  NegAgent *agent = user_data;

  if (agent->is_outdated && _neg_agent_bus_count_connections (agent->bus) == 0
      && neg_agent_jobs_count_running (agent->jobs) == 0)
    g_main_loop_quit (agent->loop);
  return G_SOURCE_REMOVE;
}

void
_neg_agent_check_idle (NegAgent *agent)
{
  g_idle_add (quit_when_idle_cb, agent);
}

void
_neg_agent_set_outdated (NegAgent *agent)
{
  agent->is_outdated = TRUE;
}

static gboolean
quit_cb (gpointer user_data)
{
  NegAgent *agent = user_data;

  g_main_loop_quit (agent->loop);
  return G_SOURCE_REMOVE;
}

/* Behind the answer to whoever asked for it. */
void
_neg_agent_quit (NegAgent *agent)
{
  g_idle_add (quit_cb, agent);
}
