/* What a person says of a study on the desk. Each change and its audit are one transaction. */
#include "config.h"

#include "agent/neg-agent-private.h"

#include "agent/neg-agent-desk.h"
#include "base/neg-error.h"
#include "store/neg-desk.h"

#define WORDS_BYTES_MAX 1000

typedef struct {
  const char *user;
  gint64 id;
  const char *action, *words;
  char *study_uid; /* found within */
} Said;

static gboolean
audit (NegDatabase *database, Said *said, gint64 study_id, const char *detail, GError **error)
{
  g_autoptr (NegDeskRow) row = neg_desk_find (database, study_id, g_get_real_time (), error);
  NegAuditEntry entry = { .event = NEG_AUDIT_PROCEDURE_RECORD, .user = said->user, .detail = detail };

  if (row == NULL)
    return FALSE;
  entry.study_uid = row->study_uid;
  entry.patient_id = row->patient_id;
  entry.issuer = row->issuer;
  g_free (said->study_uid);
  said->study_uid = g_strdup (row->study_uid);
  return neg_audit_append_within (database, &entry, error);
}

static gboolean
check_words (const char *words, GError **error)
{
  return strlen (words) <= WORDS_BYTES_MAX
         || neg_fail (error, NEG_ERROR_USAGE, "words", "this is too long: %d characters at most", WORDS_BYTES_MAX);
}

static GVariant *
change (NegAgent *agent, NegDatabaseFunc func, Said *said, GError **error)
{
  gboolean done;

  said->user = _neg_agent_get_user (agent);
  done = check_words (said->words, error) && neg_archive_write (neg_agent_get_archive (agent), func, said, error);
  if (done)
    neg_agent_announce (agent, said->study_uid);
  g_free (said->study_uid);
  return done ? g_variant_new ("()") : NULL;
}

static GVariant *
check_study (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  gint64 study_id;
  guint n;

  g_variant_get (parameters, "(x)", &study_id);
  return neg_agent_desk_check_now (_neg_agent_get_desk (agent), study_id, cancellable, &n, error) ? g_variant_new ("(u)", n)
                                                                                                : NULL;
}

/* --- findings --- */

static gboolean
accept_cb (NegDatabase *database, gpointer data, GError **error)
{
  Said *said = data;
  g_autofree char *check = NULL;
  g_autofree char *detail = NULL;
  gint64 study_id = 0;

  if (!neg_desk_accept (database, said->id, said->user, said->words, g_get_real_time (), error)
      || !neg_desk_find_finding (database, said->id, &study_id, &check, error))
    return FALSE;
  detail = g_strdup_printf ("accepted %s", check);
  return audit (database, said, study_id, detail, error);
}

static GVariant *
accept_finding (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  Said said = { 0 };

  g_variant_get (parameters, "(x&s)", &said.id, &said.words);
  return change (agent, accept_cb, &said, error);
}

/* --- studies --- */

static const struct {
  const char *name;
  NegDeskState to;
  guint from; /* bits of NegDeskState */
  const char *why; /* why not from others */
  gboolean needs_words;
} actions[] = {
  { "aside", NEG_DESK_ASIDE, 1u << NEG_DESK_NEW, "it has been released already", TRUE },
  { "back", NEG_DESK_NEW, 1u << NEG_DESK_ASIDE | 1u << NEG_DESK_SETTLED | 1u << NEG_DESK_ARRIVED, "it is on the desk", FALSE },
  { "settle", NEG_DESK_SETTLED, 1u << NEG_DESK_RELEASED, "it is not on its way", TRUE },
};

static gboolean
decide_cb (NegDatabase *database, gpointer data, GError **error)
{
  Said *said = data;
  g_autoptr (NegDeskRow) row = neg_desk_find (database, said->id, g_get_real_time (), error);
  guint i = 0;

  if (row == NULL)
    return FALSE;
  while (i < G_N_ELEMENTS (actions) && !g_str_equal (actions[i].name, said->action))
    i++;
  if (i == G_N_ELEMENTS (actions))
    return neg_fail (error, NEG_ERROR_USAGE, "action", "the action is aside, back or settle");
  if ((actions[i].from & 1u << row->state) == 0)
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "this cannot be done with this study: %s", actions[i].why);
  if (actions[i].needs_words && *said->words == '\0')
    return neg_fail (error, NEG_ERROR_REFUSED, "words", "why is to be said");
  return neg_desk_set_state (database, said->id, actions[i].to, said->user, said->words, g_get_real_time (), error)
         && audit (database, said, said->id, actions[i].name, error);
}

static GVariant *
decide_study (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  Said said = { 0 };

  g_variant_get (parameters, "(x&s&s)", &said.id, &said.action, &said.words);
  return change (agent, decide_cb, &said, error);
}

const NegAgentMethod _neg_agent_desk_methods[] = {
  { "CheckStudy", check_study, FALSE },
  { "AcceptFinding", accept_finding, FALSE },
  { "DecideStudy", decide_study, FALSE },
  { NULL, NULL, FALSE },
};
