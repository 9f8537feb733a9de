/* Index records through the pool: the corpus beside its scan, what is no object, a cancel. */
#include "config.h"

#include "base/neg-error.h"
#include "engine-client.h"
#include "wire/neg-index-batch.h"

static NegEnginePool *
new_pool (void)
{
  NegEnginePoolOptions options = { .n_engines = 2 };
  g_autoptr (GError) error = NULL;
  NegEnginePool *pool = neg_engine_pool_new (&options, &error);

  g_assert_no_error (error);
  return pool;
}

static GPtrArray *
new_blobs (GPtrArray *paths)
{
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);

  for (guint i = 0; paths != NULL && i < paths->len; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (paths->pdata[i]));
  return blobs;
}

static void
compare (const char *name, const NegScanResult *scan, const GError *scan_error, const NegObjectRecord *record,
         const GError *error)
{
  if (scan_error == NULL && scan->kind != NEG_SCAN_INSTANCE) {
    g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
    return;
  }
  if ((scan_error == NULL) != (error == NULL)) {
    /* The scan reads more: what is sound for the index may make no image. */
    g_test_message ("%s: scan: %s, index: %s", name, scan_error ? scan_error->message : "read",
                    error ? error->message : "read");
    g_assert_nonnull (record);
    return;
  }
  if (error == NULL)
    g_assert_cmpstr (record->text[NEG_RECORD_SOP_INSTANCE_UID], ==, scan->instance->sop_instance_uid);
}

static void
test_corpus (void)
{
  g_autoptr (GPtrArray) paths = client_corpus_files ();
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (ClientScan) scan = NULL;
  g_autoptr (NegIndexBatch) batch = NULL;
  NegEnginePoolStats stats;

  if (paths == NULL) {
    g_test_skip ("no corpus");
    return;
  }
  pool = new_pool ();
  batch = neg_index_batch_new (pool, new_blobs (paths), TRUE, NEG_PRIORITY_SCAN);
  scan = client_scan (pool, (NegBlob *const *) batch->blobs->pdata, batch->blobs->len);
  neg_index_batch_wait (batch, NULL);
  for (guint i = 0; i < paths->len; i++)
    compare (paths->pdata[i], &scan->results[i], scan->errors[i], batch->records[i], batch->errors[i]);
  neg_engine_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.died + stats.killed, ==, 0);
}

static void
test_no_object (void)
{
  static const char text[] = "Nothing to see here, and no DICOM object at all: a leaflet.";
  g_autoptr (NegEnginePool) pool = new_pool ();
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (NegIndexBatch) batch = NULL;

  g_ptr_array_add (blobs, client_blob_for_bytes (text, sizeof text, "leaflet"));
  g_ptr_array_add (blobs, client_blob_for_bytes ("PK\3\4 and so on", 14, "archive"));
  g_ptr_array_add (blobs, neg_blob_new_for_path ("/nonexistent"));
  batch = neg_index_batch_new (pool, g_steal_pointer (&blobs), FALSE, NEG_PRIORITY_SCAN);
  neg_index_batch_wait (batch, NULL);
  g_assert_error (batch->errors[0], NEG_ERROR, NEG_ERROR_UNREADABLE);
  g_assert_cmpstr (neg_error_get_where (batch->errors[0]), ==, NEG_INDEX_NO_OBJECT);
  g_assert_error (batch->errors[1], NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  g_assert_nonnull (batch->errors[2]);
  g_assert_cmpstr (neg_error_get_where (batch->errors[2]), !=, NEG_INDEX_NO_OBJECT);
}

static void
test_cancel (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (NegIndexBatch) batch = NULL;

  for (guint i = 0; i < 2000; i++)
    g_ptr_array_add (blobs, client_blob_for_bytes ("nothing, really", 16, "bytes"));
  batch = neg_index_batch_new (pool, g_steal_pointer (&blobs), FALSE, NEG_PRIORITY_BACKGROUND);
  g_cancellable_cancel (cancellable);
  neg_index_batch_wait (batch, cancellable);
  g_assert_error (batch->errors[1999], NEG_ERROR, NEG_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/index/corpus", test_corpus);
  g_test_add_func ("/engine/index/no-object", test_no_object);
  g_test_add_func ("/engine/index/cancel", test_cancel);
  return g_test_run ();
}
