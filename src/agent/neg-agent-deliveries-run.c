/* One delivery at work: what is queued is sent, what is accepted is asked about, and each answer is a row before the next question. */
#include "config.h"

#include "agent/neg-agent-deliveries.h"

#include <string.h>

#include "agent/neg-agent-jobs-private.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "base/neg-uid.h"
#include "store/neg-deliveries.h"
#include "store/neg-desk.h"

#define OBJECTS_MAX 1000000
#define FLUSH_US 250000
/* A peer that commits at once does it within this; another one says it later, on an association of its own. */
#define COMMIT_WAIT_S 20
#define COMMIT_WITHIN_S 3600
#define ASK_AGAIN_MIN_S 60

typedef struct {
  NegRunningJob *running;
  NegAgent *agent;
  NegDelivery *delivery;
  NegTransfer *transfer;
  GHashTable *ids;      /* SOP instance UID to instance row (gint64 *), of what is sent now */
  guint n_noted;        /* of transfer->objects */
  gint64 flushed_us;
  gboolean has_refusal; /* the peer's own word, which trying again does not change */
  GError *failure;      /* of writing */
} Run;

/* --- rows --- */

typedef struct {
  gint64 id;
  GArray *changes; /* NegDeliveryChange */
} Changes;

static gboolean
change_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Changes *changes = data;

  return neg_deliveries_set_objects (database, changes->id, (NegDeliveryChange *) changes->changes->data,
                                     changes->changes->len, g_get_real_time (), error);
}

static gboolean
write_changes (Run *run, GArray *array, GError **error)
{
  Changes changes = { run->delivery->id, array };

  return array->len == 0 || neg_archive_write (neg_agent_get_archive (run->agent), change_cb, &changes, error);
}

/* A failure without a status is no word of the peer: it is not known whether it has the object, and it is sent again. */
static NegDeliveryChange
make_change (Run *run, const NegJobObject *object)
{
  const gint64 *id = g_hash_table_lookup (run->ids, object->sop_uid);
  NegDeliveryChange change = { id != NULL ? *id : 0, NEG_DELIVERY_ACCEPTED, object->status, object->message };

  if (object->failed)
    change.state = object->status != 0 ? NEG_DELIVERY_REFUSED : NEG_DELIVERY_QUEUED;
  if (change.state == NEG_DELIVERY_QUEUED && object->is_unsent)
    change.words = "";
  run->has_refusal = run->has_refusal || change.state == NEG_DELIVERY_REFUSED;
  return change;
}

static gboolean
flush (Run *run, GError **error)
{
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (NegDeliveryChange));
  const guint until = run->transfer->objects->len;

  for (guint i = run->n_noted; i < until; i++) {
    NegDeliveryChange change = make_change (run, run->transfer->objects->pdata[i]);

    g_array_append_val (changes, change);
  }
  if (!write_changes (run, changes, error))
    return FALSE;
  run->n_noted = until;
  neg_fault_point ("delivery-noted");
  return TRUE;
}

static void
progress_cb (const NegTransferProgress *progress, gpointer user_data)
{
  Run *run = user_data;
  const gint64 now = g_get_monotonic_time ();

  _neg_job_progress (progress, run->running);
  if (now - run->flushed_us < FLUSH_US || run->failure != NULL)
    return;
  run->flushed_us = now;
  /* What cannot be noted is sent once more; that the disk is full is told at the end. */
  flush (run, &run->failure);
}

/* --- what is to be sent --- */

static void
outgoing_set (NegOutgoingObject *object, const NegArchiveFile *file, const NegDeskRow *row)
{
  object->path = g_strdup (file->path);
  object->sop_class_uid = g_strdup (file->sop_class_uid);
  object->sop_instance_uid = g_strdup (file->sop_instance_uid);
  object->transfer_syntax_uid = g_strdup (file->transfer_syntax_uid);
  object->dataset_offset = (guint64) file->dataset_offset;
  object->study_uid = g_strdup (row->study_uid);
  object->patient_id = g_strdup (row->patient_id);
  object->issuer = g_strdup (row->issuer);
}

/* Those of the delivery's objects whose state is one of @states (bits), with their files: not a version that came since. */
static GPtrArray *
list_outgoing (Run *run, guint states, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (run->agent, error);
  g_autoptr (NegDeskRow) row = NULL;
  g_autoptr (GPtrArray) files = NULL, objects = NULL;
  g_autoptr (GPtrArray) outgoing = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_outgoing_object_free);
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);

  row = reader != NULL ? neg_desk_find (reader, run->delivery->study_id, g_get_real_time (), error) : NULL;
  if (row == NULL)
    return NULL;
  files = neg_archive_list_files (reader, neg_agent_get_data_folder (run->agent), neg_agent_get_cache_folder (run->agent),
                                  row->study_uid, run->delivery->study_id, NULL, error);
  objects = files != NULL ? neg_deliveries_list_objects (reader, run->delivery->id, OBJECTS_MAX, error) : NULL;
  if (objects == NULL)
    return NULL;
  for (guint i = 0; i < files->len; i++)
    g_hash_table_insert (by_id, &((NegArchiveFile *) files->pdata[i])->instance_id, files->pdata[i]);
  g_hash_table_remove_all (run->ids);
  for (guint i = 0; i < objects->len; i++) {
    const NegDeliveryObject *object = objects->pdata[i];
    const NegArchiveFile *file = g_hash_table_lookup (by_id, &object->instance_id);

    if ((states & 1u << object->state) == 0 || file == NULL)
      continue;
    g_ptr_array_add (outgoing, g_new0 (NegOutgoingObject, 1));
    outgoing_set (outgoing->pdata[outgoing->len - 1], file, row);
    g_hash_table_insert (run->ids, g_strdup (object->sop_instance_uid), g_memdup2 (&object->instance_id, sizeof (gint64)));
  }
  return g_steal_pointer (&outgoing);
}

static gboolean
note_sent (Run *run, GError **error)
{
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (NegDeliveryChange));
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, run->ids);
  while (g_hash_table_iter_next (&iter, NULL, &id)) {
    NegDeliveryChange change = { *(gint64 *) id, NEG_DELIVERY_SENT, 0, NULL };

    g_array_append_val (changes, change);
  }
  return write_changes (run, changes, error);
}

/* TRUE: whatever was to be sent has an answer; it may be a refusal. */
static gboolean
send (Run *run, const NegPeer *peer, GError **error)
{
  g_autoptr (GPtrArray) objects
      = list_outgoing (run, 1u << NEG_DELIVERY_QUEUED | 1u << NEG_DELIVERY_SENT, error);
  g_autoptr (GError) failure = NULL;
  gboolean is_sent, is_noted;

  /* From now on it may be there: it cannot be taken back any more. What was corrected or rejected just before is not among it. */
  if (objects == NULL || (objects->len > 0 && !note_sent (run, error)))
    return FALSE;
  g_ptr_array_unref (objects);
  objects = list_outgoing (run, 1u << NEG_DELIVERY_SENT, error);
  if (objects == NULL)
    return FALSE;
  if (objects->len == 0)
    return TRUE;
  neg_fault_point ("delivery-sending");
  is_sent = neg_operation_send (run->agent, peer, objects, progress_cb, run, run->running->cancellable, run->transfer, &failure);
  g_clear_error (&run->failure);
  is_noted = flush (run, error);
  if (!is_noted || is_sent || run->transfer->progress.done + run->transfer->progress.failed >= objects->len)
    return is_noted && (is_sent || run->has_refusal || neg_fail (error, failure->code, peer->name, "%s", failure->message));
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* --- commitment --- */

typedef struct {
  gint64 id;
  const char *uid;
  gint64 commit_by_us;
} Question;

static gboolean
ask_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Question *question = data;

  return neg_deliveries_ask (database, question->id, question->uid, question->commit_by_us, g_get_real_time (), error);
}

static guint
get_commit_within_s (NegAgent *agent)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autofree char *text = neg_site_dup_value (site, "quality", "commit-within", NULL);
  guint64 value;
  char *unit;

  if (text == NULL || *text == '\0')
    return COMMIT_WITHIN_S;
  value = g_ascii_strtoull (text, &unit, 10);
  if (strcmp (unit, "h") == 0)
    value *= 3600;
  else if (strcmp (unit, "min") == 0)
    value *= 60;
  else if (strcmp (unit, "s") != 0)
    return COMMIT_WITHIN_S;
  return (guint) CLAMP (value, 1, 30 * 24 * 3600);
}

/* The peer has not said it yet: asked again when it should have. */
static gboolean
ask_again_later (Run *run, guint within_s, GError **error)
{
  NegJob job = { .kind = (char *) "deliver", .peer = run->delivery->peer, .study_uid = (char *) "",
                 .state = NEG_JOB_WAITING, .priority = run->running->job->priority, .created_us = g_get_real_time (),
                 .message = (char *) "waits for the peer to commit", .error_code = (char *) "" };
  gboolean is_added;

  job.next_us = job.created_us + MAX (within_s, ASK_AGAIN_MIN_S) * (gint64) G_USEC_PER_SEC;
  job.arguments = g_variant_ref_sink (g_variant_new_parsed ("{'delivery': <%x>}", run->delivery->id));
  is_added = neg_jobs_add (neg_agent_get_archive (run->agent), &job, error);
  g_variant_unref (job.arguments);
  run->delivery->job_id = job.id;
  neg_agent_jobs_kick (_neg_agent_get_jobs (run->agent));
  return is_added;
}

static gboolean
commit (Run *run, const NegPeer *peer, GError **error)
{
  g_autoptr (GPtrArray) objects = list_outgoing (run, 1u << NEG_DELIVERY_ACCEPTED, error);
  const guint within_s = get_commit_within_s (run->agent);
  g_autofree char *uid = neg_uid_new ();
  Question question = { run->delivery->id, uid, g_get_real_time () + within_s * (gint64) G_USEC_PER_SEC };
  NegCommitment commitment = { 0 };
  gboolean is_asked;
  guint n_pending;

  if (objects == NULL)
    return FALSE;
  if (objects->len == 0)
    return TRUE;
  if (!neg_archive_write (neg_agent_get_archive (run->agent), ask_cb, &question, error))
    return FALSE;
  neg_fault_point ("delivery-asking");
  is_asked = neg_operation_commit (run->agent, peer, objects, uid, COMMIT_WAIT_S, run->running->cancellable, &commitment, error);
  n_pending = commitment.n_pending;
  run->has_refusal = run->has_refusal || (commitment.failed != NULL && commitment.failed->len > 0);
  neg_commitment_clear (&commitment);
  return is_asked && (n_pending == 0 || ask_again_later (run, within_s, error));
}

/* --- the job --- */

typedef struct {
  Run *run;
  const char *message;
} End;

static gboolean
end_cb (NegDatabase *database, gpointer data, GError **error)
{
  const End *end = data;
  const NegDelivery *delivery = end->run->delivery;

  return neg_deliveries_set_job (database, delivery->id, delivery->job_id, end->message, error)
         && neg_deliveries_update_desk (database, delivery->study_id, g_get_real_time (), error);
}

static gboolean
note_job (Run *run, const char *message, GError **error)
{
  End end = { run, message };

  return neg_archive_write (neg_agent_get_archive (run->agent), end_cb, &end, error);
}

static gboolean
run_all (Run *run, const NegPeer *peer, GError **error)
{
  run->delivery->job_id = run->running->job->id;
  if (!note_job (run, "", error) || !send (run, peer, error))
    return FALSE;
  neg_fault_point ("delivery-sent");
  if ((peer->use & NEG_PEER_COMMIT) != 0 && !commit (run, peer, error))
    return FALSE;
  if (run->delivery->job_id == run->running->job->id)
    run->delivery->job_id = 0;
  run->running->is_final = run->has_refusal;
  if (!note_job (run, "", error))
    return FALSE;
  return !run->has_refusal
         || neg_fail (error, NEG_ERROR_REFUSED, peer->name, "the peer did not take all objects: the Quality list says which");
}

gboolean
_neg_delivery_run (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error)
{
  NegAgent *agent = running->jobs->agent;
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (NegDelivery) delivery = NULL;
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError) failure = NULL;
  Run run = { .running = running, .agent = agent, .transfer = transfer, .ids = ids };
  gint64 id = 0;
  gboolean done;

  if (reader == NULL)
    return FALSE;
  g_variant_lookup (running->job->arguments, "delivery", "x", &id);
  delivery = run.delivery = neg_deliveries_find (reader, id, g_get_real_time (), error);
  running->is_final = delivery == NULL;
  if (delivery == NULL || delivery->settled_us != 0)
    return delivery != NULL;
  g_clear_pointer (&reader, neg_database_free);
  done = run_all (&run, peer, &failure);
  if (!done) {
    delivery->job_id = running->is_final ? 0 : running->job->id;
    note_job (&run, failure->message, NULL); /* the failure itself is what is told */
    g_propagate_error (error, g_steal_pointer (&failure));
  }
  neg_agent_announce (agent, NULL);
  return done;
}
