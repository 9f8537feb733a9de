/* What a peer says of storage commitment, whenever it says it. */
#include "config.h"

#include "agent/neg-agent-deliveries.h"

#include "store/neg-deliveries.h"
#include "store/neg-desk.h"

static void
announce (NegAgent *agent, NegDatabase *reader, gint64 study_id)
{
  g_autoptr (NegDeskRow) row = neg_desk_find (reader, study_id, g_get_real_time (), NULL);

  neg_agent_announce (agent, row != NULL ? row->study_uid : NULL);
}

typedef struct {
  const char *peer, *transaction_uid;
  GVariant *committed, *failed;
  gint64 study_id;
} Answer;

static gboolean
answer_cb (NegDatabase *database, gpointer data, GError **error)
{
  Answer *answer = data;

  return neg_deliveries_answer (database, answer->transaction_uid, answer->peer, answer->committed, answer->failed,
                                g_get_real_time (), &answer->study_id, error);
}

gboolean
neg_agent_deliveries_take_answer (NegAgent *agent, const char *peer, const char *transaction_uid, GVariant *committed,
                                  GVariant *failed)
{
  Answer answer = { peer, transaction_uid, committed, failed, 0 };
  g_autoptr (NegDatabase) reader = NULL;
  g_autoptr (GError) failure = NULL;

  if (!neg_archive_write (neg_agent_get_archive (agent), answer_cb, &answer, &failure)) {
    /* The peer is told so and says it again. */
    g_warning ("an answer about storage commitment could not be kept: %s", failure->message);
    return FALSE;
  }
  reader = answer.study_id != 0 ? neg_agent_open_reader (agent, NULL) : NULL;
  if (reader != NULL)
    announce (agent, reader, answer.study_id);
  return answer.study_id != 0;
}
