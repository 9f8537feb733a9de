/* Damaged files of the corpus through the engines as the viewer uses them: every object and frame is answered, and
 * what ends is at most an engine. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "engine-client.h"
#include "neg-mutate.h"

#define N_MUTATIONS 2000
#define FILE_BYTES_MAX (300 << 10)
#define SEED 1895
#define AT_A_TIME 200
#define FRAMES_EACH 3
#define SLOTS_BYTES_MAX ((guint64) 256 << 20) /* what a viewer would grant one object */
#define ITEM_TIMEOUT_MS 15000

typedef struct {
  guint objects, instances, in_header;
  guint frames, frames_good, too_large;
  guint codes[NEG_ERROR_N_CODES];
} Tally;

static void
count_error (Tally *tally, const GError *error)
{
  g_assert_true (error->domain == NEG_ERROR);
  tally->codes[error->code]++;
}

static GPtrArray *
next_blobs (NegMutator *mutator, Tally *tally)
{
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  gboolean in_header;
  const char *name;
  guint8 *bytes;
  gsize length;

  while (blobs->len < AT_A_TIME && neg_mutate_next (mutator, &name, &bytes, &length, &in_header)) {
    g_ptr_array_add (blobs, client_blob_for_bytes (bytes, length, name));
    tally->in_header += in_header;
    g_free (bytes);
  }
  tally->objects += blobs->len;
  return blobs;
}

/* One object's frames, on their way */
typedef struct {
  Tally *tally;
  ClientWait *wait;
  NegRequest *request;
} Job;

static void
decoded_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  Job *job = user_data; /* all callbacks come on one thread */

  job->tally->frames++;
  if (error != NULL)
    count_error (job->tally, error);
  else
    job->tally->frames_good++;
}

static void
decoded_done_cb (gpointer user_data)
{
  client_wait_done (((Job *) user_data)->wait);
}

static gboolean
start_job (Job *job, NegEnginePool *pool, NegBlob *blob, const NegInstance *instance)
{
  guint n = MIN (instance->frames, FRAMES_EACH);
  NegDecodeItem items[FRAMES_EACH] = { 0 };
  NegFrameFormat format;
  guint64 bytes = 0;
  int memory;

  if (instance->rows == 0 || n == 0 || !neg_frame_format_init (&format, instance, NEG_FRAME_STORED, NULL))
    return FALSE;
  neg_frame_format_get_bytes (&format, &bytes);
  if (bytes * n > SLOTS_BYTES_MAX) {
    job->tally->too_large++;
    return FALSE;
  }
  for (guint i = 0; i < n; i++)
    items[i] = (NegDecodeItem){ i, i * bytes, format };
  memory = neg_memory_file_new ("frames", bytes * n, NULL);
  job->wait = client_wait_new ();
  job->request = neg_engine_pool_decode (pool, blob, NEG_FRAME_STORED, memory, items, n, NEG_PRIORITY_SERIES,
                                         decoded_cb, decoded_done_cb, job);
  close (memory);
  return TRUE;
}

static void
exercise (NegEnginePool *pool, GPtrArray *blobs, Tally *tally)
{
  g_autoptr (ClientScan) scan = client_scan (pool, (NegBlob *const *) blobs->pdata, blobs->len);
  g_autofree Job *jobs = g_new0 (Job, blobs->len);

  for (guint i = 0; i < blobs->len; i++) {
    /* Every object has its answer, and never both. */
    g_assert_true ((scan->errors[i] == NULL) != (scan->results[i].kind == NEG_SCAN_INSTANCE
                                                  && scan->results[i].instance == NULL));
    if (scan->errors[i] != NULL)
      count_error (tally, scan->errors[i]);
  }
  for (guint i = 0; i < blobs->len; i++) {
    jobs[i].tally = tally;
    if (scan->results[i].instance != NULL) {
      tally->instances++;
      start_job (&jobs[i], pool, blobs->pdata[i], scan->results[i].instance);
    }
  }
  for (guint i = 0; i < blobs->len; i++)
    if (jobs[i].wait != NULL) {
      client_wait (jobs[i].wait);
      neg_request_unref (jobs[i].request);
    }
}

static void
print_tally (const Tally *tally, const NegEnginePoolStats *stats)
{
  g_test_message ("%u mutated objects (%u in headers): %u read as objects; %u frames asked for, %u decoded; %u objects "
                  "too large to ask for", tally->objects, tally->in_header, tally->instances, tally->frames,
                  tally->frames_good, tally->too_large);
  for (guint i = 0; i < NEG_ERROR_N_CODES; i++)
    if (tally->codes[i] > 0)
      g_test_message ("  %s: %u", neg_error_code_get_name (i), tally->codes[i]);
  g_test_message ("engine deaths: %u died, %u killed; pool deaths: 0", stats->died, stats->killed);
}

static void
test_mutations (void)
{
  g_autoptr (NegMutator) mutator = neg_mutator_new (g_getenv ("NEGATOSCOPE_CORPUS"), FILE_BYTES_MAX, SEED,
                                                    N_MUTATIONS);
  NegEnginePoolOptions options = { .n_engines = 2, .item_timeout_ms = ITEM_TIMEOUT_MS };
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (GError) error = NULL;
  NegEnginePoolStats stats;
  Tally tally = { 0 };

  if (mutator == NULL) {
    g_test_skip ("no corpus");
    return;
  }
  pool = neg_engine_pool_new (&options, &error);
  g_assert_no_error (error);
  for (;;) {
    g_autoptr (GPtrArray) blobs = next_blobs (mutator, &tally);

    if (blobs->len == 0)
      break;
    exercise (pool, blobs, &tally);
  }
  neg_engine_pool_get_stats (pool, &stats);
  print_tally (&tally, &stats);
  g_assert_cmpuint (tally.objects, ==, N_MUTATIONS);
  g_assert_cmpuint (tally.in_header * 2, >=, N_MUTATIONS);
  g_assert_cmpuint (tally.frames_good, >, 0);
  g_assert_cmpuint (tally.codes[NEG_ERROR_PROTOCOL], ==, 0); /* an engine that lies about a damaged object is our bug */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mutations/engines", test_mutations);
  return g_test_run ();
}
