#include "config.h"

#include "agent/neg-agent-private.h"
#include "agent/neg-agent-searches.h"
#include "base/neg-error.h"
#include "wire/neg-agent-client.h"

/* The methods about the agent itself and what it is told by the site file. */

static GVariant *
hello (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  guint protocol;

  g_variant_get (parameters, "(u)", &protocol);
  if (protocol > NEG_AGENT_PROTOCOL)
    _neg_agent_set_outdated (agent);
  return g_variant_new ("(u@a{sv})", NEG_AGENT_PROTOCOL, _neg_agent_describe (agent));
}

static GVariant *
quit (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  _neg_agent_quit (agent);
  return g_variant_new ("()");
}

static GVariant *
keys_to_variant (GHashTable *keys)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer key, value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_variant_builder_add (&builder, "{ss}", key, value);
  return g_variant_builder_end (&builder);
}

static GVariant *
list_peers (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  GPtrArray *peers = neg_site_get_peers (site);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sa{ss}b)"));
  for (guint i = 0; i < peers->len; i++) {
    const NegPeer *peer = peers->pdata[i];
    gboolean writable;
    g_autoptr (GHashTable) keys = neg_site_dup_peer_keys (site, peer->name, &writable);

    g_variant_builder_add (&builder, "(s@a{ss}b)", peer->name, keys_to_variant (keys), writable);
  }
  return g_variant_new ("(a(sa{ss}b))", &builder);
}

static GVariant *
set_peer (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GVariantIter) iter = NULL;
  const char *name;
  char *key, *value;

  g_variant_get (parameters, "(&sa{ss})", &name, &iter);
  while (g_variant_iter_next (iter, "{ss}", &key, &value))
    g_hash_table_replace (values, key, value);
  if (!_neg_agent_change_peer (agent, name, g_hash_table_size (values) > 0 ? values : NULL, error))
    return NULL;
  neg_agent_searches_forget_stale (_neg_agent_get_searches (agent));
  neg_agent_searches_follow_site (_neg_agent_get_searches (agent));
  _neg_agent_bus_emit (_neg_agent_get_bus (agent), "PeersChanged", g_variant_new ("()"));
  return g_variant_new ("()");
}

const NegAgentMethod _neg_agent_site_methods[] = {
  { "Hello", hello, TRUE }, { "Quit", quit, TRUE }, { "ListPeers", list_peers, TRUE }, { "SetPeer", set_peer, FALSE },
  { NULL, NULL, FALSE },
};
