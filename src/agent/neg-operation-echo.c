#include "config.h"

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"

gboolean
_neg_echo_await (NegAssociation *association, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };
  g_autofree const char **comments = NULL;
  g_autofree char *words = NULL;
  guint32 number, status;

  if (association->peer->kind == NEG_PEER_WEB)
    return _neg_web_probe (association, error);
  do
    if (!_neg_association_receive (association, &message, error))
      return FALSE;
  while (message.type != NEG_NET_DONE);
  g_variant_get (message.body, "(uu^a&s)", &number, &status, &comments);
  if (status == 0)
    return TRUE;
  words = _neg_status_describe (status, comments[0]);
  return neg_fail (error, _neg_status_get_code (status), association->peer->name, "%s", words);
}

static gboolean
echo (NegAgent *agent, const NegPeer *peer, GCancellable *cancellable, GError **error)
{
  g_auto (NegAssociation) association = { 0 };

  if (!_neg_association_open (&association, agent, peer, "echo", NULL, cancellable, error)
      || !_neg_echo_await (&association, error))
    return FALSE;
  _neg_association_finish (&association, NULL);
  return TRUE;
}

gboolean
neg_operation_echo (NegAgent *agent, const NegPeer *peer, GCancellable *cancellable, double *ms, GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();
  const gboolean is_answered = echo (agent, peer, cancellable, error);

  *ms = (g_get_monotonic_time () - start_us) / 1e3;
  return is_answered;
}
