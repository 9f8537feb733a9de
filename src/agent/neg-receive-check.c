#include "config.h"

#include "agent/neg-receive-check.h"

#include "base/neg-error.h"
#include "wire/neg-index-batch.h"

static NegObjectRecord *
read_again (NegAgent *agent, const char *path, GError **error)
{
  NegEnginePool *pool = neg_agent_get_pool (agent);
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (NegIndexBatch) batch = NULL;

  if (pool == NULL) {
    g_ptr_array_unref (blobs);
    neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "the program that reads objects cannot be started");
    return NULL;
  }
  g_ptr_array_add (blobs, neg_blob_new_for_path (path));
  batch = neg_index_batch_new (pool, blobs, FALSE, NEG_PRIORITY_SCAN);
  neg_index_batch_wait (batch, NULL);
  if (batch->errors[0] != NULL)
    g_propagate_error (error, g_steal_pointer (&batch->errors[0]));
  return g_steal_pointer (&batch->records[0]);
}

static gboolean
is_same (const NegObjectRecord *a, const NegObjectRecord *b)
{
  for (guint i = 0; i < NEG_RECORD_N_FIELDS; i++)
    if (g_strcmp0 (a->text[i], b->text[i]) != 0)
      return FALSE;
  return a->dataset_offset == b->dataset_offset;
}

/* Not of the file, but of whoever reads it. */
static gboolean
is_of_reader (const GError *failure)
{
  return g_error_matches (failure, NEG_ERROR, NEG_ERROR_ENGINE_DIED)
         || g_error_matches (failure, NEG_ERROR, NEG_ERROR_TIMEOUT)
         || g_error_matches (failure, NEG_ERROR, NEG_ERROR_PROTOCOL)
         || g_error_matches (failure, NEG_ERROR, NEG_ERROR_CANCELLED);
}

NegObjectRecord *
neg_receive_check (NegAgent *agent, const NegIncoming *incoming, const NegObjectRecord *told, gboolean *is_lie,
                   GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (NegObjectRecord) record = read_again (agent, incoming->path, &failure);

  *is_lie = record != NULL ? !is_same (record, told) : !is_of_reader (failure);
  if (record != NULL && !*is_lie)
    return g_steal_pointer (&record);
  if (*is_lie)
    neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "the file is not what the process that received it says");
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}
