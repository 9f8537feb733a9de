#include "config.h"

#include "agent/neg-agent-private.h"

#include "agent/neg-agent-corrections.h"

/* The methods by which objects that came wrong are corrected. */

static GVariant *
correct (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) spec = NULL;
  const char *reason;
  gint64 study_id, id = 0;
  gboolean waits = FALSE;

  g_variant_get (parameters, "(x@a{sv}&s)", &study_id, &spec, &reason);
  return neg_agent_corrections_ask (agent, study_id, spec, reason, cancellable, &id, &waits, error)
             ? g_variant_new ("(xb)", id, waits)
             : NULL;
}

static GVariant *
look_at_correction (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  const char *by;
  gint64 id;
  gboolean approves;

  g_variant_get (parameters, "(x&sb)", &id, &by, &approves);
  return neg_agent_corrections_look (agent, id, by, approves, cancellable, error) ? g_variant_new ("()") : NULL;
}

static GVariant *
undo_correction (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  gint64 id;

  g_variant_get (parameters, "(x)", &id);
  return neg_agent_corrections_undo (agent, id, error) ? g_variant_new ("()") : NULL;
}

const NegAgentMethod _neg_agent_corrections_methods[] = {
  { "Correct", correct, FALSE },
  { "LookAtCorrection", look_at_correction, FALSE },
  { "UndoCorrection", undo_correction, FALSE },
  { NULL, NULL, FALSE },
};
