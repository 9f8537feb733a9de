/* All elements through the pool: the corpus beside its scan, what is no object, a cancel. */
#include "config.h"

#include "base/neg-error.h"
#include "engine-client.h"

typedef struct {
  guint n;
  NegTags **tags;
  GError **errors;
} Answers;

typedef struct {
  Answers *answers;
  ClientWait *wait;
} Call;

static void
call_item (guint index, NegTags **tags, const GError *error, gpointer user_data)
{
  Answers *answers = ((Call *) user_data)->answers;

  g_assert_true ((tags == NULL) != (error == NULL));
  if (tags != NULL)
    answers->tags[index] = g_steal_pointer (tags);
  else
    answers->errors[index] = g_error_copy (error);
}

static void
call_done (gpointer user_data)
{
  client_wait_done (((Call *) user_data)->wait);
}

static Answers *
list (NegEnginePool *pool, GPtrArray *blobs, gboolean cancels)
{
  Answers *answers = g_new0 (Answers, 1);
  Call call = { answers, client_wait_new () };
  g_autoptr (NegRequest) request = NULL;

  answers->n = blobs->len;
  answers->tags = g_new0 (NegTags *, blobs->len);
  answers->errors = g_new0 (GError *, blobs->len);
  request = neg_engine_pool_tags (pool, (NegBlob *const *) blobs->pdata, blobs->len, NEG_PRIORITY_BACKGROUND, call_item,
                                  call_done, &call);
  if (cancels)
    neg_request_cancel (request);
  client_wait (call.wait);
  return answers;
}

static void
answers_free (Answers *answers)
{
  for (guint i = 0; i < answers->n; i++) {
    neg_tags_free (answers->tags[i]);
    g_clear_error (&answers->errors[i]);
  }
  g_free (answers->tags);
  g_free (answers->errors);
  g_free (answers);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answers, answers_free)

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

/* What is empty is absent in a header. */
static void
assert_same (const NegTags *tags, const char *path, const char *expected)
{
  const char *value = neg_tags_get (tags, path);

  g_assert_cmpstr (value != NULL && *value != '\0' ? value : NULL, ==, expected);
}

/* Whatever is scanned is listed, and says the same. */
static void
compare (const char *path, const NegScanResult *scan, const GError *scan_error, const NegTags *tags, const GError *error)
{
  const NegInstance *instance = scan->instance;

  if (scan_error != NULL || scan->kind == NEG_SCAN_ARCHIVE)
    return;
  g_test_message ("%s", path);
  g_assert_no_error (error);
  if (instance == NULL)
    return;
  assert_same (tags, "SOPInstanceUID", instance->sop_instance_uid);
  assert_same (tags, "SeriesInstanceUID", instance->series_uid);
  g_assert_cmpstr (tags->transfer_syntax_uid, ==, instance->transfer_syntax_uid);
}

static void
test_corpus (void)
{
  g_autoptr (GPtrArray) paths = client_corpus_files ();
  g_autoptr (GPtrArray) blobs = new_blobs (paths);
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (ClientScan) scan = NULL;
  g_autoptr (Answers) answers = NULL;
  NegEnginePoolStats stats;

  if (paths == NULL) {
    g_test_skip ("no corpus");
    return;
  }
  pool = new_pool ();
  scan = client_scan (pool, (NegBlob *const *) blobs->pdata, blobs->len);
  answers = list (pool, blobs, FALSE);
  for (guint i = 0; i < paths->len; i++)
    compare (paths->pdata[i], &scan->results[i], scan->errors[i], answers->tags[i], answers->errors[i]);
  neg_engine_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.died + stats.killed, ==, 0);
}

static void
test_no_object (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ();
  g_autoptr (GPtrArray) blobs = new_blobs (NULL);
  g_autoptr (Answers) answers = NULL;

  g_ptr_array_add (blobs, client_blob_for_bytes ("Nothing to see here, and no object", 34, "leaflet"));
  g_ptr_array_add (blobs, client_blob_for_bytes ("PK\3\4 and so on", 14, "archive"));
  g_ptr_array_add (blobs, neg_blob_new_for_path ("/nonexistent"));
  answers = list (pool, blobs, FALSE);
  g_assert_error (answers->errors[0], NEG_ERROR, NEG_ERROR_UNREADABLE);
  g_assert_error (answers->errors[1], NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  g_assert_nonnull (answers->errors[2]);
}

static void
test_cancel (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ();
  g_autoptr (GPtrArray) blobs = new_blobs (NULL);
  g_autoptr (Answers) answers = NULL;

  for (guint i = 0; i < 2000; i++)
    g_ptr_array_add (blobs, client_blob_for_bytes ("nothing, really", 16, "bytes"));
  answers = list (pool, blobs, TRUE);
  g_assert_error (answers->errors[1999], NEG_ERROR, NEG_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/tags/corpus", test_corpus);
  g_test_add_func ("/engine/tags/no-object", test_no_object);
  g_test_add_func ("/engine/tags/cancel", test_cancel);
  return g_test_run ();
}
