#include "config.h"

#include "commands/neg-commands-agent.h"

#include "base/neg-error.h"

#define CONNECT_MS 15000

gboolean
neg_command_agent_open (NegCommandAgent *agent, const NegCommandPlace *place, GError **error)
{
  agent->client = neg_agent_client_new (place->home, place->config);
  if (neg_agent_client_connect_sync (agent->client, CONNECT_MS, &agent->started, error))
    return TRUE;
  neg_agent_client_translate_error (error);
  return FALSE;
}

NegBusAgent *
neg_command_agent_get_proxy (const NegCommandAgent *agent)
{
  return neg_agent_client_get_proxy (agent->client);
}

void
neg_command_agent_clear (NegCommandAgent *agent)
{
  if (agent->client != NULL && agent->started)
    neg_agent_client_quit (agent->client);
  g_clear_object (&agent->client);
}

gboolean
neg_command_agent_fail (GError *failure, GError **error)
{
  neg_agent_client_translate_error (&failure);
  g_propagate_error (error, failure);
  return FALSE;
}
