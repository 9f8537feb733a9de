#include "config.h"

#include "agent/neg-agent-jobs-private.h"

#include <string.h>

#include "agent/neg-agent-prefetch.h"
#include "agent/neg-agent-private.h"
#include "agent/neg-import.h"
#include "agent/neg-receive-store.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"

#define TELL_US 100000
#define SAMPLE_US 500000
#define NEW_SAMPLE_WEIGHT 0.3
#define OBJECTS_MAX 1000000
#define COMMIT_WAIT_S 60

/* --- progress --- */

static void
sample_rate (NegRunningJob *running, gint64 now)
{
  gint64 elapsed_us = now - running->sampled_us;
  double rate;

  if (elapsed_us < SAMPLE_US)
    return;
  rate = (running->progress.bytes - running->sampled_bytes) * (double) G_USEC_PER_SEC / elapsed_us;
  running->bytes_per_s = running->sampled_bytes == 0
                             ? rate
                             : running->bytes_per_s * (1 - NEW_SAMPLE_WEIGHT) + rate * NEW_SAMPLE_WEIGHT;
  running->sampled_us = now;
  running->sampled_bytes = running->progress.bytes;
}

gboolean
_neg_job_is_ahead (const NegJob *job)
{
  gboolean is_ahead = FALSE;

  return job->priority >= NEG_PREFETCH_PRIORITY && strcmp (job->kind, "retrieve") == 0
         && g_variant_lookup (job->arguments, "prefetch", "b", &is_ahead) && is_ahead;
}

/* Somebody may want it by now, or another one of this peer. */
static gboolean
is_in_no_hurry (gpointer user_data)
{
  NegRunningJob *running = user_data;
  gboolean is_ahead;

  g_mutex_lock (&running->jobs->lock);
  is_ahead = _neg_job_is_ahead (running->job);
  g_mutex_unlock (&running->jobs->lock);
  return is_ahead && !g_cancellable_is_cancelled (running->cancellable);
}

/* Between objects: until we have answered a peer sends no other one. */
static void
pace (NegRunningJob *running, const NegTransferProgress *progress, gboolean is_ahead)
{
  guint64 bytes = progress->bytes - MIN (running->paced_bytes, progress->bytes);

  running->paced_bytes = progress->bytes;
  if (is_ahead && bytes > 0)
    neg_agent_prefetch_pace (_neg_agent_get_prefetch (running->jobs->agent), bytes, is_in_no_hurry, running);
}

void
_neg_job_progress (const NegTransferProgress *progress, gpointer user_data)
{
  NegRunningJob *running = user_data;
  gint64 now = g_get_monotonic_time ();
  GVariant *job = NULL;
  gboolean is_ahead;

  neg_fault_point ("job-progress");
  g_mutex_lock (&running->jobs->lock);
  is_ahead = _neg_job_is_ahead (running->job); /* somebody may want it by now */
  running->progress = *progress;
  sample_rate (running, now);
  if (now - running->told_us >= TELL_US) {
    running->told_us = now;
    job = _neg_job_to_variant (running->job, running);
  }
  g_mutex_unlock (&running->jobs->lock);
  if (job != NULL)
    _neg_agent_bus_emit (_neg_agent_get_bus (running->jobs->agent), "JobChanged", g_variant_new ("(@a{sv})", job));
  if (running->is_paced)
    pace (running, progress, is_ahead);
}

/* --- kinds --- */

static gboolean
run_retrieve (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error)
{
  NegAgent *agent = running->jobs->agent;
  NegExpected *expected = neg_agent_get_expected (agent);
  const gboolean is_ahead = _neg_job_is_ahead (running->job);
  g_autofree char *series_uid = NULL;
  gboolean done;

  /* Removed since it was planned: nobody but a person brings that back. */
  running->is_final = is_ahead && !neg_agent_prefetch_check (agent, running->job->study_uid, error);
  if (running->is_final)
    return FALSE;
  /* What a C-MOVE brings comes by other associations, which look there. */
  running->is_paced = is_ahead && peer->retrieve != NEG_RETRIEVE_MOVE;
  if (is_ahead && !running->is_paced)
    neg_expected_set_paced (expected, running->job->study_uid, peer->called_ae, TRUE);
  g_variant_lookup (running->job->arguments, "series", "s", &series_uid);
  done = neg_operation_retrieve (agent, peer, running->job->study_uid,
                                 series_uid != NULL && *series_uid != '\0' ? series_uid : NULL, _neg_job_progress,
                                 running, running->cancellable, transfer, error);
  if (is_ahead && !running->is_paced)
    neg_expected_set_paced (expected, running->job->study_uid, peer->called_ae, FALSE);
  neg_fault_point ("job-retrieved");
  /* Whether there is room is looked at where the room went; that nothing can be evicted is no failure of this. */
  neg_receive_make_room (agent, NULL);
  return done;
}

/* How many of a study failed before and are not here to be sent any more. */
static guint
count_gone (NegRunningJob *running, GPtrArray *objects, GPtrArray *known)
{
  g_autoptr (GHashTable) here = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = 0;

  if (*running->job->study_uid == '\0') /* files: those that cannot be read are listed anew */
    return 0;
  for (guint i = 0; i < objects->len; i++)
    g_hash_table_add (here, ((NegOutgoingObject *) objects->pdata[i])->sop_instance_uid);
  for (guint i = 0; i < known->len; i++) {
    const NegJobObject *object = known->pdata[i];

    n += object->failed && !g_hash_table_contains (here, object->sop_uid);
  }
  return n;
}

/* A retry leaves out what the peer has taken already. */
static gboolean
leave_out_done (NegRunningJob *running, GPtrArray *objects, guint *n_gone, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (running->jobs->agent, error);
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) known = NULL;

  if (reader == NULL)
    return FALSE;
  known = neg_jobs_list_objects (reader, running->job->id, FALSE, OBJECTS_MAX, error);
  if (known == NULL)
    return FALSE;
  *n_gone = count_gone (running, objects, known);
  for (guint i = 0; i < known->len; i++) {
    const NegJobObject *object = known->pdata[i];

    if (!object->failed)
      g_hash_table_add (done, object->sop_uid);
  }
  for (guint i = objects->len; i > 0; i--)
    if (g_hash_table_contains (done, ((NegOutgoingObject *) objects->pdata[i - 1])->sop_instance_uid)) {
      g_ptr_array_remove_index (objects, i - 1);
      running->done_before++;
    }
  return TRUE;
}

static GPtrArray *
list_outgoing (NegRunningJob *running, NegTransfer *transfer, GError **error)
{
  GPtrArray *objects = _neg_job_list_outgoing (running, transfer, error);

  running->is_final = objects == NULL; /* a study or a file that is not here does not come by waiting */
  return objects;
}

static gboolean
run_send (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error)
{
  g_auto (NegTransfer) unread = { 0 };
  g_autoptr (GPtrArray) objects = NULL;
  guint n_gone = 0;
  gboolean done;

  neg_transfer_init (&unread);
  objects = list_outgoing (running, &unread, error);
  if (objects == NULL || !leave_out_done (running, objects, &n_gone, error))
    return FALSE;
  neg_fault_point ("job-listed");
  done = objects->len == 0
         || neg_operation_send (running->jobs->agent, peer, objects, _neg_job_progress, running, running->cancellable,
                                transfer, error);
  transfer->progress.objects = objects->len + unread.progress.failed + n_gone;
  transfer->progress.failed += unread.progress.failed + n_gone;
  g_ptr_array_extend_and_steal (transfer->objects, g_steal_pointer (&unread.objects));
  unread.objects = g_ptr_array_new ();
  if (!done || unread.progress.failed == 0)
    return done;
  running->is_final = TRUE;
  return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "%u of the files cannot be sent", unread.progress.failed);
}

static gboolean
run_commit (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error)
{
  g_autoptr (GPtrArray) objects = list_outgoing (running, transfer, error);
  NegCommitment commitment = { 0 };
  GVariantDict result;
  gboolean done;

  if (objects == NULL)
    return FALSE;
  done = neg_operation_commit (running->jobs->agent, peer, objects, NULL, COMMIT_WAIT_S, running->cancellable, &commitment,
                               error);
  transfer->progress.objects = objects->len;
  transfer->progress.done = commitment.n_committed;
  for (guint i = 0; commitment.failed != NULL && i < commitment.failed->len; i++) {
    const NegJobObject *failed = commitment.failed->pdata[i];
    NegJobObject *object = g_new0 (NegJobObject, 1);

    object->sop_uid = g_strdup (failed->sop_uid);
    object->failed = TRUE;
    object->status = failed->status;
    object->message = g_strdup (failed->message);
    g_ptr_array_add (transfer->objects, object);
    transfer->progress.failed++;
  }
  g_variant_dict_init (&result, NULL);
  g_variant_dict_insert (&result, "transaction-uid", "s",
                         commitment.transaction_uid != NULL ? commitment.transaction_uid : "");
  g_variant_dict_insert (&result, "committed", "u", commitment.n_committed);
  g_variant_dict_insert (&result, "pending", "u", commitment.n_pending);
  running->result = g_variant_ref_sink (g_variant_dict_end (&result));
  if (done && commitment.n_pending > 0)
    done = neg_fail (error, NEG_ERROR_TIMEOUT, peer->name, "%u of %u objects are not answered for yet",
                     commitment.n_pending, objects->len);
  neg_commitment_clear (&commitment);
  return done;
}

static gboolean
run_import (NegRunningJob *running, NegTransfer *transfer, GError **error)
{
  g_auto (GStrv) paths = NULL;

  if (!g_variant_lookup (running->job->arguments, "paths", "^as", &paths) || paths[0] == NULL)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "nothing is named");
  return neg_import_run (running->jobs->agent, (const char *const *) paths, _neg_job_progress, running,
                         running->cancellable, transfer, error);
}

static void
check_progress (guint done, guint total, gpointer user_data)
{
  const NegTransferProgress progress = { .objects = total, .done = done };

  _neg_job_progress (&progress, user_data);
}

static gboolean
run_check (NegRunningJob *running, NegTransfer *transfer, GError **error)
{
  NegArchiveReport report = { 0 };
  GVariantDict result;
  gboolean done = neg_archive_check (neg_agent_get_archive (running->jobs->agent),
                                     strcmp (running->job->kind, "deep-check") == 0, check_progress, running,
                                     running->cancellable, &report, error);
  guint n_wrong = report.n_missing + report.n_damaged + report.n_without_row;

  transfer->progress.objects = report.n_objects;
  transfer->progress.failed = report.n_missing + report.n_damaged;
  transfer->progress.done = report.n_objects - MIN (report.n_objects, transfer->progress.failed);
  if (report.problems != NULL)
    g_ptr_array_add (report.problems, NULL);
  g_variant_dict_init (&result, NULL);
  g_variant_dict_insert (&result, "objects", "u", report.n_objects);
  g_variant_dict_insert (&result, "missing", "u", report.n_missing);
  g_variant_dict_insert (&result, "damaged", "u", report.n_damaged);
  g_variant_dict_insert (&result, "without-row", "u", report.n_without_row);
  g_variant_dict_insert (&result, "quarantined", "u", report.n_quarantined);
  if (report.problems != NULL)
    g_variant_dict_insert (&result, "problems", "^as", report.problems->pdata);
  running->result = g_variant_ref_sink (g_variant_dict_end (&result));
  neg_archive_report_clear (&report);
  if (done && n_wrong > 0)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "the archive and its files differ in %u places", n_wrong);
  return done;
}

typedef gboolean (*RunAtPeer) (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error);
typedef gboolean (*RunHere) (NegRunningJob *running, NegTransfer *transfer, GError **error);

static gboolean
run_rebuild (NegRunningJob *running, NegTransfer *transfer, GError **error)
{
  return neg_rebuild_run (running->jobs->agent, _neg_job_progress, running, running->cancellable, transfer, error);
}

static const struct {
  const char *kind;
  RunAtPeer at_peer;
  RunHere here;
} kinds[] = {
  { "retrieve", run_retrieve, NULL }, { "send", run_send, NULL },         { "commit", run_commit, NULL },
  { "import", NULL, run_import },     { "check", NULL, run_check },       { "deep-check", NULL, run_check },
  { "rebuild", NULL, run_rebuild },  { "deliver", _neg_delivery_run, NULL },
  { "correct", NULL, _neg_correction_run }, { "mpps", _neg_steps_run, NULL },
  { "report", _neg_pledge_run, NULL },
};

gboolean
_neg_job_is_local (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].kind, kind) == 0)
      return kinds[i].here != NULL;
  return TRUE;
}

static gboolean
run_at_peer (NegRunningJob *running, RunAtPeer func, NegTransfer *transfer, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (running->jobs->agent);
  const NegPeer *peer = neg_site_find_peer (site, running->job->peer, error);

  running->is_final = peer == NULL;
  return peer != NULL && func (running, peer, transfer, error);
}

gboolean
_neg_job_run (NegRunningJob *running, NegTransfer *transfer, GError **error)
{
  guint i = 0;
  gboolean done;

  while (i < G_N_ELEMENTS (kinds) && strcmp (kinds[i].kind, running->job->kind) != 0)
    i++;
  if (i == G_N_ELEMENTS (kinds)) {
    running->is_final = TRUE;
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "nobody here knows such work");
  }
  done = kinds[i].here != NULL ? kinds[i].here (running, transfer, error)
                               : run_at_peer (running, kinds[i].at_peer, transfer, error);
  if (done && transfer->progress.failed > 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "%u of %u failed", transfer->progress.failed,
                     MAX (transfer->progress.objects, transfer->progress.done + transfer->progress.failed));
  return done;
}
