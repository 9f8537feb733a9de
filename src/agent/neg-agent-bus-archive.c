#include "config.h"

#include "agent/neg-agent-private.h"

#include <string.h>

#include "agent/neg-agent-jobs.h"
#include "agent/neg-import.h"
#include "base/neg-error.h"
#include "base/neg-uid.h"

#define OBJECT_BYTES_MAX (16u << 20)

/* The methods that change the archive and the reading list. Each change and its audit are one transaction. */

typedef struct {
  const char *user, *verb, *status_name;
  gint64 id;
  gboolean by_force;
  NegEntryStatus status;
  char *study_uid; /* of the entry, found within */
} EntryChange;

typedef gboolean (*ChangeEntry) (NegDatabase *database, const EntryChange *change, GError **error);

typedef struct {
  EntryChange change;
  ChangeEntry func;
} EntryJob;

static gboolean
audit_entry (NegDatabase *database, const EntryChange *change, const NegEntry *entry, GError **error)
{
  g_autofree char *detail
      = g_strdup_printf ("%s%s%s", change->verb, change->status_name != NULL ? " " : "",
                         change->status_name != NULL ? change->status_name : change->by_force ? " by force" : "");
  const NegAuditEntry audit = { .event = NEG_AUDIT_ORDER_RECORD, .user = change->user, .study_uid = entry->study_uid,
                                .patient_id = entry->patient_id, .issuer = entry->issuer, .detail = detail };

  return neg_audit_append_within (database, &audit, error);
}

static gboolean
change_entry_cb (NegDatabase *database, gpointer data, GError **error)
{
  EntryJob *job = data;
  g_autoptr (NegEntry) entry = neg_entries_find (database, job->change.id, error);

  if (entry == NULL)
    return FALSE;
  g_free (job->change.study_uid);
  job->change.study_uid = g_strdup (entry->study_uid);
  return job->func (database, &job->change, error) && audit_entry (database, &job->change, entry, error);
}

static GVariant *
change_entry (NegAgent *agent, EntryChange change, ChangeEntry func, GError **error)
{
  EntryJob job = { change, func };
  gboolean done;

  job.change.user = _neg_agent_get_user (agent);
  done = neg_archive_write (neg_agent_get_archive (agent), change_entry_cb, &job, error);
  if (done)
    neg_agent_announce (agent, job.change.study_uid);
  g_free (job.change.study_uid);
  return done ? g_variant_new ("()") : NULL;
}

static gboolean
claim_entry (NegDatabase *database, const EntryChange *change, GError **error)
{
  return neg_entries_claim (database, change->id, change->user, g_get_host_name (), change->by_force, error);
}

static GVariant *
claim (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  EntryChange change = { .verb = "claimed" };

  g_variant_get (parameters, "(xb)", &change.id, &change.by_force);
  return change_entry (agent, change, claim_entry, error);
}

static gboolean
release_entry (NegDatabase *database, const EntryChange *change, GError **error)
{
  return neg_entries_release (database, change->id, change->user, error);
}

static GVariant *
release (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  EntryChange change = { .verb = "released" };

  g_variant_get (parameters, "(x)", &change.id);
  return change_entry (agent, change, release_entry, error);
}

static gboolean
set_entry_status (NegDatabase *database, const EntryChange *change, GError **error)
{
  return neg_entries_set_status (database, change->id, change->status, change->user, error);
}

static GVariant *
set_status (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  EntryChange change = { .verb = "set to", .status = NEG_STATUS_ARRIVED };

  g_variant_get (parameters, "(x&s)", &change.id, &change.status_name);
  while (change.status < NEG_STATUS_N
         && strcmp (neg_entry_status_get_name (change.status), change.status_name) != 0)
    change.status++;
  if (change.status == NEG_STATUS_N) {
    neg_fail (error, NEG_ERROR_USAGE, "status", "“%s” is none of arrived, being-read, read and reported",
              change.status_name);
    return NULL;
  }
  return change_entry (agent, change, set_entry_status, error);
}

/* --- studies --- */

gboolean
_neg_agent_find_entry_study (NegDatabase *database, const char *study_uid, gint64 entry, gint64 *study_rowid,
                             GError **error)
{
  g_autoptr (NegEntry) found = NULL;

  *study_rowid = 0;
  if (entry == 0)
    return TRUE;
  found = neg_entries_find (database, entry, error);
  if (found == NULL)
    return FALSE;
  if (!g_str_equal (found->study_uid, study_uid))
    return neg_fail (error, NEG_ERROR_USAGE, "entry", "this entry is of another study");
  *study_rowid = found->study_rowid;
  return *study_rowid != 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, study_uid, "nothing of this entry is here");
}

static gboolean
check_uid (const char *uid, GError **error)
{
  return neg_uid_is_valid (uid) || neg_fail (error, NEG_ERROR_USAGE, "uid", "this is not a UID");
}

/* What is deleted is audited in the transaction that deletes it; what is not has to be said here. */
static GVariant *
remove_study (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  NegArchive *archive = neg_agent_get_archive (agent);
  NegAuditEntry audit = { .event = NEG_AUDIT_DELETED, .failed = TRUE, .user = _neg_agent_get_user (agent) };
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  gint64 entry, study_rowid;
  guint n_objects = 0;

  g_variant_get (parameters, "(&sx)", &audit.study_uid, &entry);
  if (reader == NULL || !check_uid (audit.study_uid, error))
    return NULL;
  /* Else what is on its way would bring it back. */
  neg_agent_jobs_drop_ahead (_neg_agent_get_jobs (agent), audit.study_uid);
  if (_neg_agent_find_entry_study (reader, audit.study_uid, entry, &study_rowid, error)
      && neg_archive_remove_study (archive, audit.study_uid, study_rowid, &n_objects, error)) {
    neg_agent_announce (agent, audit.study_uid);
    return g_variant_new ("(u)", n_objects);
  }
  neg_audit_append (archive, &audit, NULL);
  return NULL;
}

static GVariant *
store_object (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) array = g_variant_get_child_value (parameters, 0);
  g_autoptr (GBytes) object = g_variant_get_data_as_bytes (array);
  g_autofree char *study_uid = NULL;

  if (g_bytes_get_size (object) == 0 || g_bytes_get_size (object) > OBJECT_BYTES_MAX) {
    neg_fail (error, NEG_ERROR_USAGE, "object", "this is no object of a size that is taken");
    return NULL;
  }
  study_uid = neg_import_bytes (agent, object, cancellable, error);
  return study_uid != NULL ? g_variant_new ("(s)", study_uid) : NULL;
}

const NegAgentMethod _neg_agent_archive_methods[] = {
  { "Claim", claim, FALSE },       { "Release", release, FALSE },     { "SetStatus", set_status, FALSE },
  { "Remove", remove_study, FALSE }, { "StoreObject", store_object, FALSE },
  { NULL, NULL, FALSE },
};
