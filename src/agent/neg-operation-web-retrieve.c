#include "config.h"

#include "agent/neg-operation-private.h"

gboolean
_neg_web_retrieve (NegAgent *agent, const NegPeer *peer, const char *study_uid, const char *series_uid,
                   NegTransferFunc func, gpointer user_data, GCancellable *cancellable, NegTransfer *transfer,
                   GError **error)
{
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, peer->name, "retrieving by DICOMweb is not possible yet");
}
