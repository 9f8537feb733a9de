#include "config.h"

#include "agent/neg-agent-prefetch.h"
#include "agent/neg-agent-private.h"

/* The methods that show what is fetched ahead. */

static GVariant *
prefetch_plan (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  const char *study_uid;
  gint64 entry;
  GVariant *plan;

  g_variant_get (parameters, "(&sx)", &study_uid, &entry);
  plan = neg_agent_prefetch_list (_neg_agent_get_prefetch (agent), study_uid, entry, error);
  return plan != NULL ? g_variant_new ("(@aa{sv})", plan) : NULL;
}

static GVariant *
prefetch_status (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  GVariant *status = neg_agent_prefetch_describe (_neg_agent_get_prefetch (agent), error);

  return status != NULL ? g_variant_new ("(@a{sv})", status) : NULL;
}

const NegAgentMethod _neg_agent_prefetch_methods[] = {
  { "PrefetchPlan", prefetch_plan, FALSE },
  { "PrefetchStatus", prefetch_status, FALSE },
  { NULL, NULL, FALSE },
};
