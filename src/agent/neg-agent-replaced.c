/* Corrected objects leave: whoever may have got what they replace is told that it was wrong (IHE IOCM, 113038). */
#include "config.h"

#include "agent/neg-agent-deliveries.h"
#include "agent/neg-agent-note.h"
#include "base/neg-fault.h"
#include "store/neg-rejections.h"

#define INCORRECT_WORKLIST_ENTRY "113038"
#define QUALITY "113001"

static const char *
get_code (const NegReplacedStudy *study)
{
  return study->is_deleted ? QUALITY : INCORRECT_WORKLIST_ENTRY;
}

static const char *
get_words (const NegReplacedStudy *study)
{
  return study->is_deleted ? NEG_REJECTION_WORDS_DOUBLE : NEG_REJECTION_WORDS_REPLACED;
}

static gboolean
make (NegAgent *agent, const NegReplacedStudy *study, const NegAgentNote *note, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autofree const char **uids = g_new0 (const char *, study->objects->len + 1);
  g_auto (GStrv) takers = neg_agent_note_list_takers (site);
  const NegRejectionNote made
      = { note->incoming, note->record, note->bytes, FALSE, (const char *const *) takers };
  NegRejection rejection = { .study_id = study->study_id, .note_sop_uid = note->record->text[NEG_RECORD_SOP_INSTANCE_UID],
                             .code = (char *) get_code (study), .reason = (char *) "", .words = (char *) get_words (study),
                             .user = (char *) _neg_agent_get_user (agent), .made_us = g_get_real_time () };

  for (guint i = 0; i < study->objects->len; i++)
    uids[i] = ((const NegArchiveFile *) study->objects->pdata[i])->sop_instance_uid;
  return neg_rejections_make (neg_agent_get_archive (agent), &made, &rejection, uids, neg_site_get_timezone (site), error);
}

static gboolean
reject (NegAgent *agent, const NegReplacedStudy *study, GError **error)
{
  const NegAgentNoteRequest request = { get_code (study), "", get_words (study), study->study_uid,
                                        ((const NegArchiveFile *) study->objects->pdata[0])->path, study->objects };
  g_auto (NegAgentNote) note = { 0 };

  if (!neg_agent_note_write (agent, &request, NULL, &note, error) || !make (agent, study, &note, error))
    return FALSE;
  neg_fault_point ("replaced-rejected");
  neg_agent_announce (agent, study->study_uid);
  return TRUE;
}

gboolean
neg_agent_deliveries_reject_replaced (NegAgent *agent, NegDatabase *reader, gint64 study_id, GError **error)
{
  g_autoptr (GPtrArray) studies = neg_rejections_list_replaced (reader, neg_agent_get_data_folder (agent),
                                                                neg_agent_get_cache_folder (agent), study_id, error);

  for (guint i = 0; studies != NULL && i < studies->len; i++)
    if (!reject (agent, studies->pdata[i], error))
      return FALSE;
  return studies != NULL && (studies->len == 0 || neg_agent_deliveries_recover (agent, error));
}
