#include "config.h"

#include "agent/neg-operation-private.h"
#include "base/neg-fault.h"

void
_neg_job_object_free (NegJobObject *object)
{
  g_free (object->sop_uid);
  g_free (object->message);
  g_free (object);
}

void
neg_transfer_init (NegTransfer *transfer)
{
  *transfer = (NegTransfer) { .objects = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_job_object_free) };
}

void
neg_transfer_clear (NegTransfer *transfer)
{
  g_clear_pointer (&transfer->objects, g_ptr_array_unref);
}

void
_neg_transfer_add (NegTransfer *transfer, const char *sop_uid, gboolean failed, guint status, const char *message)
{
  NegJobObject *object = g_new0 (NegJobObject, 1);

  object->sop_uid = g_strdup (sop_uid);
  object->failed = failed;
  object->status = status;
  object->message = g_strdup (message != NULL ? message : "");
  g_ptr_array_add (transfer->objects, object);
  neg_fault_point ("object-answered");
}

void
_neg_transfer_add_missing (NegTransfer *transfer, GPtrArray *listing)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < transfer->objects->len; i++)
    g_hash_table_add (known, ((NegJobObject *) g_ptr_array_index (transfer->objects, i))->sop_uid);
  for (guint i = 0; i < listing->len; i++) {
    const NegListed *listed = g_ptr_array_index (listing, i);

    if (!listed->is_here && !g_hash_table_contains (known, listed->sop_instance_uid))
      _neg_transfer_add (transfer, listed->sop_instance_uid, TRUE, 0, "not sent by the peer");
  }
}

void
neg_outgoing_object_free (NegOutgoingObject *object)
{
  if (object == NULL)
    return;
  g_free (object->path);
  g_free (object->sop_class_uid);
  g_free (object->sop_instance_uid);
  g_free (object->transfer_syntax_uid);
  g_free (object->study_uid);
  g_free (object->patient_id);
  g_free (object->issuer);
  g_free (object);
}

/* --- the audit of what is sent --- */

typedef struct {
  const NegOutgoingObject *first; /* of this study and patient */
  guint n, n_failed;
} Sent;

typedef struct {
  const NegPeer *peer;
  NegAuditEvent event;
  gboolean failed;
  const char *verb;
  GHashTable *studies; /* Sent */
} SentAudit;

static GHashTable *
list_failed (GPtrArray *results)
{
  GHashTable *failed = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; results != NULL && i < results->len; i++) {
    const NegJobObject *result = g_ptr_array_index (results, i);

    if (result->failed)
      g_hash_table_add (failed, result->sop_uid);
  }
  return failed;
}

static GHashTable *
group_by_study (GPtrArray *objects, GHashTable *failed)
{
  GHashTable *studies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < objects->len; i++) {
    const NegOutgoingObject *object = g_ptr_array_index (objects, i);
    g_autofree char *key = g_strdup_printf ("%s\n%s\n%s", object->study_uid, object->patient_id, object->issuer);
    Sent *sent = g_hash_table_lookup (studies, key);

    if (sent == NULL) {
      sent = g_new0 (Sent, 1);
      sent->first = object;
      g_hash_table_insert (studies, g_steal_pointer (&key), sent);
    }
    sent->n++;
    sent->n_failed += g_hash_table_contains (failed, object->sop_instance_uid) ? 1 : 0;
  }
  return studies;
}

static gboolean
audit_studies (NegDatabase *database, gpointer data, GError **error)
{
  const SentAudit *audit = data;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, audit->studies);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Sent *sent = value;
    g_autofree char *detail = sent->n_failed == 0 ? g_strdup_printf ("%s %u objects", audit->verb, sent->n)
                                                  : g_strdup_printf ("%s %u objects, %u failed", audit->verb, sent->n,
                                                                     sent->n_failed);
    const NegAuditEntry entry = {
      .event = audit->event,
      .failed = audit->failed || sent->n_failed > 0,
      .peer = audit->peer->name,
      .study_uid = sent->first->study_uid,
      .patient_id = sent->first->patient_id,
      .issuer = sent->first->issuer,
      .detail = detail,
    };

    if (!neg_audit_append_within (database, &entry, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
_neg_operation_audit_objects (NegAgent *agent, const NegPeer *peer, NegAuditEvent event, gboolean failed,
                              GPtrArray *objects, GPtrArray *results, const char *verb, GError **error)
{
  g_autoptr (GHashTable) failures = list_failed (results);
  g_autoptr (GHashTable) studies = group_by_study (objects, failures);
  SentAudit audit = { peer, event, failed, verb, studies };

  return neg_archive_write (neg_agent_get_archive (agent), audit_studies, &audit, error);
}
