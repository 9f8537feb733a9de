#include "config.h"

#include "agent/neg-agent-private.h"

#include <string.h>

#include "agent/neg-agent-jobs.h"
#include "base/neg-error.h"
#include "base/neg-uid.h"
#include "store/neg-cache.h"

/* The methods that make, show and change jobs. */

#define PATHS_MAX 10000
#define PRIORITY_PERSON 0
#define PRIORITY_LOCAL 50

static gboolean
check_peer (NegAgent *agent, const char *name, NegPeerUse use, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);

  return _neg_agent_find_peer (site, name, use, error) != NULL;
}

static gboolean
check_uid (const char *uid, gboolean may_be_empty, GError **error)
{
  return neg_uid_is_valid (uid) || (may_be_empty && *uid == '\0')
         || neg_fail (error, NEG_ERROR_USAGE, "uid", "this is not a UID");
}

static gboolean
check_paths (const char *const *paths, GError **error)
{
  guint n = 0;

  for (; paths[n] != NULL; n++)
    if (!g_path_is_absolute (paths[n]))
      return neg_fail (error, NEG_ERROR_USAGE, "paths", "a path has to begin with /");
  return n <= PATHS_MAX || neg_fail (error, NEG_ERROR_USAGE, "paths", "more than %d paths: name folders", PATHS_MAX);
}

static GVariant *
add (NegAgent *agent, const char *kind, const char *peer, const char *study_uid, GVariantDict *arguments,
     gint priority, GError **error)
{
  gint64 id;

  return neg_agent_jobs_add (_neg_agent_get_jobs (agent), kind, peer, study_uid, g_variant_dict_end (arguments),
                             priority, &id, error)
             ? g_variant_new ("(x)", id)
             : NULL;
}

static gboolean
note_wanted_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_cache_note_purpose (database, data, NEG_CACHE_BY_PERSON, 0, "", error);
}

static GVariant *
retrieve (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  const char *peer, *study_uid, *series_uid;
  GVariantDict arguments;
  gboolean once;
  gint priority;

  g_variant_get (parameters, "(&s&s&sib)", &peer, &study_uid, &series_uid, &priority, &once);
  if (!check_uid (study_uid, FALSE, error) || !check_uid (series_uid, TRUE, error)
      || !check_peer (agent, peer, NEG_PEER_RETRIEVE, error)
      || !neg_archive_write (neg_agent_get_archive (agent), note_wanted_cb, (gpointer) study_uid, error))
    return NULL;
  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "series", "s", series_uid);
  g_variant_dict_insert (&arguments, "once", "b", once);
  return add (agent, "retrieve", peer, study_uid, &arguments, MAX (priority, 0), error);
}

static gboolean
find_entry_study (NegAgent *agent, const char *study_uid, gint64 entry, gint64 *study_rowid, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);

  return reader != NULL && _neg_agent_find_entry_study (reader, study_uid, entry, study_rowid, error);
}

static GVariant *
add_outgoing (NegAgent *agent, const char *kind, NegPeerUse use, GVariant *parameters, GError **error)
{
  g_autofree const char **paths = NULL;
  const char *peer, *study_uid;
  gint64 entry, study_rowid;
  GVariantDict arguments;
  gboolean once;

  g_variant_get (parameters, "(&s^a&s&sbx)", &peer, &paths, &study_uid, &once, &entry);
  if (!check_uid (study_uid, paths[0] != NULL, error) || !check_paths (paths, error)
      || !check_peer (agent, peer, use, error) || !find_entry_study (agent, study_uid, entry, &study_rowid, error))
    return NULL;
  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "paths", "^as", paths);
  g_variant_dict_insert (&arguments, "once", "b", once);
  if (study_rowid != 0)
    g_variant_dict_insert (&arguments, "study-rowid", "x", study_rowid);
  return add (agent, kind, peer, study_uid, &arguments, PRIORITY_PERSON, error);
}

static GVariant *
send_objects (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  return add_outgoing (agent, "send", NEG_PEER_STORE, parameters, error);
}

static GVariant *
commit (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  return add_outgoing (agent, "commit", NEG_PEER_COMMIT, parameters, error);
}

static GVariant *
import (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autofree const char **paths = NULL;
  GVariantDict arguments;

  g_variant_get (parameters, "(^a&s)", &paths);
  if (!check_paths (paths, error))
    return NULL;
  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "paths", "^as", paths);
  return add (agent, "import", "", "", &arguments, PRIORITY_PERSON, error);
}

static GVariant *
check_archive (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  static const char *const modes[] = { "check", "deep-check", "rebuild", NULL };
  GVariantDict arguments;
  const char *mode;

  g_variant_get (parameters, "(&s)", &mode);
  if (!g_strv_contains (modes, mode)) {
    neg_fail (error, NEG_ERROR_USAGE, "mode", "“%s” is none of check, deep-check and rebuild", mode);
    return NULL;
  }
  g_variant_dict_init (&arguments, NULL);
  return add (agent, mode, "", "", &arguments, PRIORITY_LOCAL, error);
}

static GVariant *
list_jobs (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  GVariant *jobs = neg_agent_jobs_list (_neg_agent_get_jobs (agent), error);

  return jobs != NULL ? g_variant_new ("(@aa{sv})", jobs) : NULL;
}

static GVariant *
get_job (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  GVariant *job;
  gint64 id;

  g_variant_get (parameters, "(x)", &id);
  job = neg_agent_jobs_describe (_neg_agent_get_jobs (agent), id, error);
  return job != NULL ? g_variant_new ("(@a{sv})", job) : NULL;
}

static GVariant *
control_job (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  const char *action;
  gint64 id;

  g_variant_get (parameters, "(x&s)", &id, &action);
  return neg_agent_jobs_control (_neg_agent_get_jobs (agent), id, action, error) ? g_variant_new ("()") : NULL;
}

const NegAgentMethod _neg_agent_jobs_methods[] = {
  { "Retrieve", retrieve, FALSE },
  { "Send", send_objects, FALSE },
  { "Commit", commit, FALSE },
  { "Import", import, FALSE },
  { "CheckArchive", check_archive, FALSE },
  { "ListJobs", list_jobs, FALSE },
  { "GetJob", get_job, FALSE },
  { "ControlJob", control_job, FALSE },
  { NULL, NULL, FALSE },
};
