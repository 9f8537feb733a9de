#include "config.h"

#include "agent/neg-agent-private.h"

#include "agent/neg-agent-searches.h"
#include "agent/neg-operation.h"
#include "base/neg-error.h"

/* The methods that ask peers and wait for the answer. */

#define ROWS_MAX 100000

static GHashTable *
read_keys (GVariantIter *iter)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  char *key, *value;

  while (g_variant_iter_next (iter, "{ss}", &key, &value))
    g_hash_table_replace (keys, key, value);
  return keys;
}

static GVariant *
rows_to_variant (GPtrArray *rows)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{ss}"));
  for (guint i = 0; i < rows->len; i++) {
    GHashTableIter iter;
    gpointer key, value;

    g_variant_builder_open (&builder, G_VARIANT_TYPE ("a{ss}"));
    g_hash_table_iter_init (&iter, rows->pdata[i]);
    while (g_hash_table_iter_next (&iter, &key, &value))
      g_variant_builder_add (&builder, "{ss}", key, value);
    g_variant_builder_close (&builder);
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
echo (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  const NegPeer *peer;
  const char *name;
  double ms;

  g_variant_get (parameters, "(&s)", &name);
  peer = neg_site_find_peer (site, name, error);
  return peer != NULL && neg_operation_echo (agent, peer, cancellable, &ms, error) ? g_variant_new ("(d)", ms) : NULL;
}

static GVariant *
query (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  static const char *const levels[] = { "patient", "study", "series", "image", "worklist", NULL };
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GVariantIter) iter = NULL;
  g_autoptr (GHashTable) keys = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *cut_reason = NULL;
  const char *name, *level;
  const NegPeer *peer;
  guint limit;

  g_variant_get (parameters, "(&s&sa{ss}u)", &name, &level, &iter, &limit);
  if (!g_strv_contains (levels, level)) {
    neg_fail (error, NEG_ERROR_USAGE, "level", "“%s” is none of patient, study, series, image and worklist", level);
    return NULL;
  }
  peer = _neg_agent_find_peer (site, name, g_str_equal (level, "worklist") ? NEG_PEER_WORKLIST : NEG_PEER_QUERY,
                               error);
  if (peer == NULL)
    return NULL;
  keys = read_keys (iter);
  rows = neg_operation_query (agent, peer, level, keys, limit == 0 ? ROWS_MAX : MIN (limit, ROWS_MAX), cancellable,
                              &cut_reason, error);
  if (rows == NULL)
    return NULL;
  return g_variant_new ("(@aa{ss}s)", rows_to_variant (rows), cut_reason != NULL ? cut_reason : "");
}

static GVariant *
step_to_variant (const NegDiagnosisStep *step)
{
  return g_variant_new ("(sbdss)", step->step, step->ok, step->ms, step->message, step->advice);
}

static void
tell_step (const NegPeer *peer, const NegDiagnosisStep *step, gpointer agent)
{
  _neg_agent_bus_emit (_neg_agent_get_bus (agent), "DiagnoseStep",
                       g_variant_new ("(s@(sbdss))", peer->name, step_to_variant (step)));
}

static GVariant *
diagnose (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GPtrArray) steps = NULL;
  GVariantBuilder builder;
  const NegPeer *peer;
  const char *name;

  g_variant_get (parameters, "(&s)", &name);
  peer = neg_site_find_peer (site, name, error);
  if (peer == NULL)
    return NULL;
  steps = neg_operation_diagnose (agent, peer, tell_step, agent, cancellable);
  if (g_cancellable_is_cancelled (cancellable)) {
    neg_fail (error, NEG_ERROR_CANCELLED, peer->name, "cancelled");
    return NULL;
  }
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sbdss)"));
  for (guint i = 0; i < steps->len; i++)
    g_variant_builder_add_value (&builder, step_to_variant (steps->pdata[i]));
  return g_variant_new ("(a(sbdss))", &builder);
}

static GVariant *
ask (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariantIter) iter = NULL;
  g_autoptr (GHashTable) keys = NULL;
  g_autofree const char **peers = NULL;
  const char *search;
  GVariant *failures;
  guint found;

  g_variant_get (parameters, "(&s^a&sa{ss})", &search, &peers, &iter);
  keys = read_keys (iter);
  failures = neg_agent_searches_ask (_neg_agent_get_searches (agent), search, peers, keys, cancellable, &found, error);
  return failures != NULL ? g_variant_new ("(u@a(ss))", found, failures) : NULL;
}

static GVariant *
list_searches (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  return g_variant_new ("(@a(sasa{ss}uxs))", neg_agent_searches_list (_neg_agent_get_searches (agent)));
}

static GVariant *
set_search (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariantIter) iter = NULL;
  g_autoptr (GHashTable) keys = NULL;
  g_autofree const char **peers = NULL;
  const char *name;
  guint every_s;

  g_variant_get (parameters, "(&s^a&sa{ss}u)", &name, &peers, &iter, &every_s);
  keys = read_keys (iter);
  return neg_agent_searches_set (_neg_agent_get_searches (agent), name, peers, keys, every_s, error)
             ? g_variant_new ("()")
             : NULL;
}

const NegAgentMethod _neg_agent_network_methods[] = {
  { "Echo", echo, FALSE },
  { "Query", query, FALSE },
  { "Diagnose", diagnose, FALSE },
  { "Ask", ask, FALSE },
  { "ListSearches", list_searches, TRUE },
  { "SetSearch", set_search, FALSE },
  { NULL, NULL, FALSE },
};
