#include "config.h"

#include "agent/neg-receive-check.h"

#include "base/neg-error.h"
#include "wire/neg-index-batch.h"

struct _NegReceiveCheck {
  gatomicrefcount ref_count;
  NegIndexBatch *batch; /* NULL: there is no engine */
};

NegReceiveCheck *
neg_receive_check_begin (NegAgent *agent, NegIncoming *const *incomings, guint n)
{
  NegEnginePool *pool = neg_agent_get_pool (agent);
  NegReceiveCheck *check = g_new0 (NegReceiveCheck, 1);
  GPtrArray *blobs;

  g_atomic_ref_count_init (&check->ref_count);
  if (pool == NULL)
    return check;
  blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (incomings[i]->path));
  check->batch = neg_index_batch_new (pool, blobs, FALSE, NEG_PRIORITY_SCAN);
  return check;
}

NegReceiveCheck *
neg_receive_check_ref (NegReceiveCheck *check)
{
  g_atomic_ref_count_inc (&check->ref_count);
  return check;
}

void
neg_receive_check_unref (NegReceiveCheck *check)
{
  if (check == NULL || !g_atomic_ref_count_dec (&check->ref_count))
    return;
  neg_index_batch_free (check->batch);
  g_free (check);
}

static NegObjectRecord *
await_record (NegReceiveCheck *check, guint number, GError **error)
{
  NegIndexBatch *batch = check->batch;

  if (batch == NULL) {
    neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "the program that reads objects cannot be started");
    return NULL;
  }
  neg_index_batch_wait (batch, NULL);
  if (batch->errors[number] != NULL)
    g_propagate_error (error, g_steal_pointer (&batch->errors[number]));
  return g_steal_pointer (&batch->records[number]);
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
neg_receive_check_end (NegReceiveCheck *check, guint number, const NegObjectRecord *told, gboolean *is_lie,
                       GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (NegObjectRecord) record = await_record (check, number, &failure);

  *is_lie = record != NULL ? !is_same (record, told) : !is_of_reader (failure);
  if (record != NULL && !*is_lie)
    return g_steal_pointer (&record);
  if (*is_lie)
    neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "the file is not what the process that received it says");
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}
