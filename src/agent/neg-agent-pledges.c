/* What modalities ask us to keep, and what they are told. */
#include "config.h"

#include "agent/neg-agent-pledges.h"

#include <string.h>

#include "agent/neg-agent-jobs-private.h"
#include "agent/neg-operation-private.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "base/neg-uid.h"
#include "store/neg-pledges.h"

/* PS3.7 annex C */
#define STATUS_SUCCESS 0x0000u
#define STATUS_PROCESSING_FAILURE 0x0110u
#define STATUS_INVALID_VALUE 0x0115u
#define STATUS_RESOURCE_LIMITATION 0x0213u

#define PIECE 1000 /* rows in one transaction */
#define JOBS_MAX 10000u
#define PRIORITY 5 /* behind what somebody waits for */

/* --- a question --- */

typedef struct {
  const NegPledge *pledge;
} Asked;

static gboolean
take_cb (NegDatabase *database, gpointer data, GError **error)
{
  const NegPledge *pledge = ((const Asked *) data)->pledge;
  const gsize n = g_variant_n_children (pledge->objects);
  g_autofree char *detail = g_strdup_printf ("storage commitment was asked of us: %" G_GSIZE_FORMAT " objects", n);
  const NegAuditEntry audit = { .event = NEG_AUDIT_TRANSFERRED, .peer = pledge->source, .detail = detail };

  return neg_pledges_add (database, pledge, g_get_real_time (), error) && neg_audit_append_within (database, &audit, error);
}

guint
neg_agent_pledges_take (NegAgent *agent, const char *source, gboolean is_peer, const char *transaction_uid, const char *step_uid,
                        GVariant *objects)
{
  const NegPledge pledge = { .transaction_uid = (char *) transaction_uid, .source = (char *) source,
                             .step_uid = (char *) step_uid, .is_peer = is_peer, .objects = objects };
  Asked asked = { &pledge };
  g_autoptr (GError) failure = NULL;

  if (!neg_uid_is_valid (transaction_uid) || g_variant_n_children (objects) == 0)
    return STATUS_INVALID_VALUE;
  if (neg_archive_write (neg_agent_get_archive (agent), take_cb, &asked, &failure)) {
    neg_fault_point ("pledge-kept");
    return STATUS_SUCCESS;
  }
  return g_error_matches (failure, NEG_ERROR, NEG_ERROR_DISK_FULL) || g_error_matches (failure, NEG_ERROR, NEG_ERROR_BUSY)
             ? STATUS_RESOURCE_LIMITATION
             : STATUS_PROCESSING_FAILURE;
}

/* --- what is here of it --- */

typedef struct {
  gint64 id;
  const NegPledgeAnswer *answer;
  guint first, end;
} Noted;

static gboolean
note_missing_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Noted *noted = data;

  return neg_pledges_note_missing (database, noted->id, noted->answer, noted->first, noted->end, error);
}

static gboolean
note_studies_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Noted *noted = data;

  return neg_pledges_note_studies (database, noted->id, noted->answer, g_get_real_time (), error);
}

/* Of a hundred thousand that are missing nobody is to wait for all of them; the studies come last, as that is when they are checked. */
static gboolean
note_answer (NegAgent *agent, gint64 id, const NegPledgeAnswer *answer, GError **error)
{
  NegArchive *archive = neg_agent_get_archive (agent);
  Noted noted = { .id = id, .answer = answer };

  for (; noted.first < answer->missing->len; noted.first += PIECE) {
    noted.end = MIN (noted.first + PIECE, answer->missing->len);
    if (!neg_archive_write (archive, note_missing_cb, &noted, error))
      return FALSE;
  }
  return answer->study_ids->len == 0 || neg_archive_write (archive, note_studies_cb, &noted, error);
}

GVariant *
neg_agent_pledges_judge (NegAgent *agent, const char *transaction_uid, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (NegPledge) pledge = reader != NULL ? neg_pledges_find (reader, transaction_uid, error) : NULL;
  g_auto (NegPledgeAnswer) answer = { 0 };

  if (pledge == NULL)
    return NULL;
  if (pledge->objects == NULL) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, transaction_uid, "It is answered already");
    return NULL;
  }
  if (!neg_pledges_judge (reader, neg_agent_get_data_folder (agent), pledge, &answer, error)
      || !note_answer (agent, pledge->id, &answer, error))
    return NULL;
  neg_fault_point ("pledge-judged");
  if (answer.study_ids->len > 0)
    neg_agent_announce (agent, NULL);
  return g_variant_new ("(s@a(ss)@a(ssu))", transaction_uid, answer.committed, answer.failed);
}

/* --- the answer is told --- */

typedef struct {
  const char *transaction_uid, *message;
  NegPledgeState state;
} Told;

static gboolean
told_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Told *told = data;

  return neg_pledges_note_told (database, told->transaction_uid, told->state, told->message, g_get_real_time (), error);
}

gboolean
neg_agent_pledges_note_told (NegAgent *agent, const char *transaction_uid, guint status, GError **error)
{
  const gboolean is_refused = NEG_RESPONSE_FAILED (status);
  g_autofree char *words = is_refused ? _neg_status_describe (status, NULL) : g_strdup ("");
  Told told = { transaction_uid, words, is_refused ? NEG_PLEDGE_REFUSED : NEG_PLEDGE_ANSWERED };

  return neg_archive_write (neg_agent_get_archive (agent), told_cb, &told, error);
}

/* --- by a job --- */

static gboolean
has_job (GPtrArray *jobs, const char *uid)
{
  for (guint i = 0; i < jobs->len; i++) {
    const NegJob *job = jobs->pdata[i];
    const char *transaction = "";

    if (strcmp (job->kind, "report") == 0 && (job->state == NEG_JOB_WAITING || job->state == NEG_JOB_RUNNING)
        && g_variant_lookup (job->arguments, "transaction", "&s", &transaction) && strcmp (transaction, uid) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
add_job (NegAgent *agent, const NegPledge *pledge, GError **error)
{
  GVariantDict arguments;

  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "transaction", "s", pledge->transaction_uid);
  return neg_agent_jobs_add (_neg_agent_get_jobs (agent), "report", pledge->source, "", g_variant_dict_end (&arguments), PRIORITY,
                             NULL, error);
}

gboolean
neg_agent_pledges_resume (NegAgent *agent, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (GPtrArray) pledges = reader != NULL ? neg_pledges_list_open (reader, error) : NULL;
  g_autoptr (GPtrArray) jobs = pledges != NULL && pledges->len > 0 ? neg_jobs_list (reader, JOBS_MAX, error) : NULL;

  if (pledges == NULL || (pledges->len > 0 && jobs == NULL))
    return FALSE;
  for (guint i = 0; i < pledges->len; i++) {
    const NegPledge *pledge = pledges->pdata[i];

    if (!has_job (jobs, pledge->transaction_uid) && !add_job (agent, pledge, error))
      return FALSE;
  }
  return TRUE;
}

/* It has been told on the association that asked, or was told before a crash: nothing is left to do. */
static gboolean
report (NegRunningJob *running, const NegPeer *peer, const char *transaction_uid, GVariant *answer, GError **error)
{
  g_auto (NegAssociation) association = { 0 };
  g_auto (NegNetMessage) message = { 0 };
  guint32 number, status;

  if (!_neg_association_open (&association, running->jobs->agent, peer, "report", NULL, running->cancellable, error)
      || !_neg_association_send (&association, NEG_NET_REPORT, answer, error))
    return FALSE;
  do {
    g_clear_pointer (&message.body, g_variant_unref);
    if (!_neg_association_receive (&association, &message, error))
      return FALSE;
  } while (message.type != NEG_NET_DONE);
  neg_fault_point ("pledge-told");
  g_variant_get (message.body, "(uuas)", &number, &status, NULL);
  if (!neg_agent_pledges_note_told (running->jobs->agent, transaction_uid, status, error))
    return FALSE;
  _neg_association_finish (&association, NULL); /* it has been heard, however it ends */
  running->is_final = NEG_RESPONSE_FAILED (status);
  return !running->is_final
         || neg_fail (error, NEG_ERROR_REFUSED, peer->name, "the peer did not take the report: status %04x", status);
}

gboolean
_neg_pledge_run (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GVariant) answer = NULL;
  const char *uid = "";

  g_variant_lookup (running->job->arguments, "transaction", "&s", &uid);
  if (peer->kind == NEG_PEER_WEB) {
    running->is_final = TRUE;
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, peer->name, "storage commitment is not reported over DICOMweb");
  }
  answer = neg_agent_pledges_judge (running->jobs->agent, uid, &failure);
  if (answer != NULL)
    return report (running, peer, uid, g_variant_ref_sink (answer), error);
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
