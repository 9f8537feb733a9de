#include "config.h"

#include "agent/neg-agent-private.h"

#include "base/neg-error.h"
#include "base/neg-paths.h"

struct _NegAgent {
  char *home, *config; /* nullable */
  char *data_folder, *cache_folder;
  char *user;
  GMainLoop *loop; /* borrowed */
  NegAgentBus *bus;
  GMutex lock; /* of the next two */
  NegSite *site;
  char **warnings;
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
  g_mutex_lock (&agent->lock);
  g_clear_pointer (&agent->site, neg_site_unref);
  g_strfreev (agent->warnings);
  agent->site = site;
  agent->warnings = warnings;
  g_mutex_unlock (&agent->lock);
  return TRUE;
}

static gboolean
start (NegAgent *agent, GError **error)
{
  if (!load_site (agent, error))
    return FALSE;
  agent->bus = _neg_agent_bus_new (agent, agent->home, error);
  return agent->bus != NULL;
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
  return start (agent, error) ? g_steal_pointer (&agent) : NULL;
}

void
_neg_agent_free (NegAgent *agent)
{
  if (agent == NULL)
    return;
  _neg_agent_bus_free (agent->bus);
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
  g_variant_dict_insert (&info, "port", "u", 0);
  g_variant_dict_insert (&info, "listen-error", "s", "");
  g_variant_dict_insert (&info, "config", "s", neg_site_get_home_file (site));
  g_mutex_lock (&agent->lock);
  g_variant_dict_insert (&info, "warnings", "^as", agent->warnings);
  g_mutex_unlock (&agent->lock);
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
  return done;
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
  return done;
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

const char *
_neg_agent_get_home (NegAgent *agent)
{
  return agent->home;
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

static gboolean
quit_when_idle_cb (gpointer user_data)
{
  NegAgent *agent = user_data;

  if (agent->is_outdated && _neg_agent_bus_count_connections (agent->bus) == 0)
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
