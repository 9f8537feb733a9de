#include "config.h"

#include "model/neg-finding.h"

#include <string.h>

static const char *const severity_names[] = { "none", "note", "warning", "error" };
static const char *const action_names[NEG_ACTION_N_KINDS] = { "look", "match", "set",   "merge",   "split", "drop",
                                                               "move", "reject", "fetch", "convert", "mask" };

static gboolean
parse (const char *const *names, guint n, const char *name, guint *value)
{
  for (guint i = 0; i < n; i++)
    if (g_str_equal (names[i], name)) {
      *value = i;
      return TRUE;
    }
  return FALSE;
}

const char *
neg_severity_get_name (NegSeverity severity)
{
  return severity_names[severity];
}

gboolean
neg_severity_parse (const char *name, NegSeverity *severity)
{
  guint value;

  if (!parse (severity_names, G_N_ELEMENTS (severity_names), name, &value))
    return FALSE;
  *severity = value;
  return TRUE;
}

const char *
neg_finding_action_get_name (NegFindingAction action)
{
  return action_names[action];
}

gboolean
neg_finding_action_parse (const char *name, NegFindingAction *action)
{
  guint value;

  if (!parse (action_names, NEG_ACTION_N_KINDS, name, &value))
    return FALSE;
  *action = value;
  return TRUE;
}

static void
own_texts (NegFinding *finding)
{
  char **texts[] = { &finding->check, &finding->series_uid, &finding->subject, &finding->found, &finding->expected,
                     &finding->why, &finding->argument, &finding->accepted_by, &finding->accepted_words };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_strdup (*texts[i] != NULL ? *texts[i] : "");
}

NegFinding *
neg_finding_new (const char *check, NegSeverity severity)
{
  NegFinding *finding = g_new0 (NegFinding, 1);

  own_texts (finding);
  g_free (finding->check);
  finding->check = g_strdup (check);
  finding->severity = severity;
  return finding;
}

NegFinding *
neg_finding_copy (const NegFinding *finding)
{
  NegFinding *copy = g_new (NegFinding, 1);

  *copy = *finding;
  own_texts (copy);
  return copy;
}

void
neg_finding_free (NegFinding *finding)
{
  if (finding == NULL)
    return;
  g_free (finding->check);
  g_free (finding->series_uid);
  g_free (finding->subject);
  g_free (finding->found);
  g_free (finding->expected);
  g_free (finding->why);
  g_free (finding->argument);
  g_free (finding->accepted_by);
  g_free (finding->accepted_words);
  g_free (finding);
}
