/* The pool against engines that misbehave on purpose: the pool lives, the one item fails that the engine was working
 * on, all others succeed. */
#include "config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool.h"

#define N 100
#define BAD 37
#define FRAME_BYTES 64
#define FAST_TIMEOUT_MS 400

static char *folder;

/* What came back for one request */
typedef struct {
  GMutex lock;
  GCond changed;
  guint n_items, n_answers, n_done, n_good;
  int *codes; /* -1: none yet; NEG_ERROR_N_CODES: good */
  char *message; /* of the last failure */
} Answers;

static Answers *
answers_new (guint n)
{
  Answers *answers = g_new0 (Answers, 1);

  g_mutex_init (&answers->lock);
  g_cond_init (&answers->changed);
  answers->n_items = n;
  answers->codes = g_new (int, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    answers->codes[i] = -1;
  return answers;
}

static void
answers_free (Answers *answers)
{
  g_mutex_clear (&answers->lock);
  g_cond_clear (&answers->changed);
  g_free (answers->codes);
  g_free (answers->message);
  g_free (answers);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answers, answers_free)

static void
take_answer (Answers *answers, guint index, const GError *error)
{
  g_mutex_lock (&answers->lock);
  g_assert_cmpuint (index, <, answers->n_items);
  g_assert_cmpint (answers->codes[index], ==, -1);
  g_assert_cmpuint (answers->n_done, ==, 0);
  answers->codes[index] = error ? error->code : NEG_ERROR_N_CODES;
  answers->n_good += error == NULL;
  answers->n_answers++;
  if (error != NULL) {
    g_free (answers->message);
    answers->message = g_strdup (error->message);
  }
  g_cond_broadcast (&answers->changed);
  g_mutex_unlock (&answers->lock);
}

static void
on_scan (guint index, NegScanResult *result, const GError *error, gpointer user_data)
{
  g_assert_true ((result == NULL) != (error == NULL));
  take_answer (user_data, index, error);
}

static void
on_decode (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  g_assert_true ((format == NULL) != (error == NULL));
  take_answer (user_data, index, error);
}

static void
on_done (gpointer user_data)
{
  Answers *answers = user_data;

  g_mutex_lock (&answers->lock);
  answers->n_done++;
  g_cond_broadcast (&answers->changed);
  g_mutex_unlock (&answers->lock);
}

static void
wait_until_done (Answers *answers)
{
  gint64 limit = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&answers->lock);
  while (answers->n_done == 0)
    if (!g_cond_wait_until (&answers->changed, &answers->lock, limit))
      g_error ("%u of %u answers after 30 s", answers->n_answers, answers->n_items);
  g_assert_cmpuint (answers->n_answers, ==, answers->n_items);
  g_mutex_unlock (&answers->lock);
}

static NegEnginePool *
new_pool (const char *mode, guint n_engines, guint item_timeout_ms)
{
  g_autofree char *program = g_strdup_printf ("%s/fake-engine.%s", folder, mode);
  NegEnginePoolOptions options = { n_engines, program, item_timeout_ms };
  g_autoptr (GError) error = NULL;
  NegEnginePool *pool;

  if (symlink (g_getenv ("NEGATOSCOPE_FAKE_ENGINE"), program) != 0)
    g_assert_true (g_file_test (program, G_FILE_TEST_IS_EXECUTABLE));
  pool = neg_engine_pool_new (&options, &error);
  g_assert_no_error (error);
  return pool;
}

/* @n objects in one memory file, one byte each: '.' or, at @bad, 'X'. */
static GPtrArray *
make_blobs (guint n, guint bad)
{
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  int fd = neg_memory_file_new ("objects", n, NULL);

  for (guint i = 0; i < n; i++) {
    g_assert_cmpint (pwrite (fd, i == bad ? "X" : ".", 1, i), ==, 1);
    g_ptr_array_add (blobs, neg_blob_new_for_region (fd, i, 1, "object"));
  }
  close (fd);
  return blobs;
}

static Answers *
scan (NegEnginePool *pool, GPtrArray *blobs)
{
  Answers *answers = answers_new (blobs->len);
  g_autoptr (NegRequest) request G_GNUC_UNUSED
      = neg_engine_pool_scan (pool, (NegBlob *const *) blobs->pdata, blobs->len, NEG_PRIORITY_SCAN, on_scan,
                              on_done, answers);

  wait_until_done (answers);
  return answers;
}

static void
fill_items (NegDecodeItem *items, guint n)
{
  for (guint i = 0; i < n; i++) {
    items[i].frame = i;
    items[i].slot_offset = (guint64) i * FRAME_BYTES;
    items[i].format = (NegFrameFormat){ 8, 8, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 };
  }
}

static Answers *
decode (NegEnginePool *pool, int memory, guint n)
{
  g_autoptr (GPtrArray) blobs = make_blobs (1, 1);
  g_autofree NegDecodeItem *items = g_new0 (NegDecodeItem, n);
  Answers *answers = answers_new (n);
  g_autoptr (NegRequest) request = NULL;

  fill_items (items, n);
  request = neg_engine_pool_decode (pool, blobs->pdata[0], NEG_FRAME_STORED, memory, items, n, NEG_PRIORITY_SERIES,
                                    on_decode, on_done, answers);
  wait_until_done (answers);
  return answers;
}

/* One item fails as expected, the others succeed, and the pool goes on. */
static void
assert_only_one_failed (const Answers *answers, guint bad, int code)
{
  for (guint i = 0; i < answers->n_items; i++)
    g_assert_cmpint (answers->codes[i], ==, i == bad ? code : NEG_ERROR_N_CODES);
}

typedef struct {
  const char *mode;
  NegErrorCode code;
  gboolean killed;
} Misbehaviour;

static void
test_misbehaviour (gconstpointer data)
{
  const Misbehaviour *bad = data;
  g_autoptr (NegEnginePool) pool = new_pool (bad->mode, 2, FAST_TIMEOUT_MS);
  gboolean by_frames = g_str_equal (bad->mode, "wrong-format");
  g_autoptr (GPtrArray) good_blobs = make_blobs (20, 20);
  g_autoptr (Answers) answers = NULL;
  g_autoptr (Answers) after = NULL;
  NegEnginePoolStats stats;

  if (by_frames) {
    int memory = neg_memory_file_new ("frames", N * FRAME_BYTES, NULL);

    answers = decode (pool, memory, N);
    close (memory);
    assert_only_one_failed (answers, 13, bad->code);
  } else {
    g_autoptr (GPtrArray) blobs = make_blobs (N, BAD);

    answers = scan (pool, blobs);
    /* An engine that gives one answer twice was done with the item: the next one pays. */
    if (!g_str_equal (bad->mode, "twice"))
      assert_only_one_failed (answers, BAD, bad->code);
    else
      g_assert_cmpuint (answers->n_good, ==, N - 1);
  }
  g_test_message ("%s", answers->message);
  after = scan (pool, good_blobs);
  g_assert_cmpuint (after->n_good, ==, 20);
  neg_engine_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.killed, ==, bad->killed ? 1 : 0);
  g_assert_cmpuint (stats.died, ==, bad->killed ? 0 : 1);
  g_assert_cmpuint (stats.started, ==, 3);
}

static void
test_good (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("good", 3, 0);
  int memory = neg_memory_file_new ("frames", 1000 * FRAME_BYTES, NULL);
  g_autoptr (GPtrArray) blobs = make_blobs (5000, 5000);
  g_autoptr (Answers) scanned = scan (pool, blobs);
  g_autoptr (Answers) decoded = decode (pool, memory, 1000);
  const guint8 *pixels = mmap (NULL, 1000 * FRAME_BYTES, PROT_READ, MAP_SHARED, memory, 0);
  NegEnginePoolStats stats;

  g_assert_cmpuint (scanned->n_good, ==, 5000);
  g_assert_cmpuint (decoded->n_good, ==, 1000);
  for (guint i = 0; i < 1000 * FRAME_BYTES; i++)
    g_assert_cmpuint (pixels[i], ==, i / FRAME_BYTES % 256);
  munmap ((void *) pixels, 1000 * FRAME_BYTES);
  close (memory);
  neg_engine_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.started, ==, 3);
  g_assert_cmpuint (stats.n_alive, ==, 3);
}

static void
test_nothing_to_do (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("good", 1, 0);
  g_autoptr (GPtrArray) blobs = make_blobs (0, 1);
  g_autoptr (Answers) answers = scan (pool, blobs);

  g_assert_cmpuint (answers->n_done, ==, 1);
}

/* A blob that ends engines is refused from the fourth time on. */
static void
test_three_strikes (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("dies", 1, 0);
  g_autoptr (GPtrArray) blobs = make_blobs (3, 1);
  NegEnginePoolStats stats;

  for (guint round = 0; round < 5; round++) {
    g_autoptr (Answers) answers = scan (pool, blobs);

    assert_only_one_failed (answers, 1, NEG_ERROR_ENGINE_DIED);
  }
  neg_engine_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.died, ==, 3);
}

/* A hundred objects each of which ends its engine: all are answered, none is taken for a broken program. */
static void
test_every_item_kills (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("dies", 2, 0);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (Answers) answers = NULL;
  int fd = neg_memory_file_new ("objects", 1, NULL);
  NegEnginePoolStats stats;

  g_assert_cmpint (pwrite (fd, "X", 1, 0), ==, 1);
  for (guint i = 0; i < N; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_region (fd, 0, 1, "object"));
  close (fd);
  answers = scan (pool, blobs);
  g_assert_cmpuint (answers->n_good, ==, 0);
  g_assert_cmpstr (answers->message, ==, "the decoding process ended (signal 6, Aborted)");
  neg_engine_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.died, ==, N);
}

static void
test_broken_program (gconstpointer data)
{
  const char *const *mode_and_reason = data;
  /* Only silence is waited for: the others end by themselves, however long that takes here. */
  const guint timeout_ms = g_str_equal (mode_and_reason[0], "never-ready") ? 100 : 60000;
  g_autoptr (NegEnginePool) pool = new_pool (mode_and_reason[0], 2, timeout_ms);
  g_autoptr (GPtrArray) blobs = make_blobs (N, N);
  g_autoptr (Answers) answers = scan (pool, blobs);
  NegEnginePoolStats first;
  NegEnginePoolStats second;
  g_autoptr (Answers) again = NULL;
  g_autoptr (Answers) later = NULL;

  for (guint i = 0; i < N; i++)
    g_assert_cmpint (answers->codes[i], ==, NEG_ERROR_ENGINE_DIED);
  g_assert_nonnull (strstr (answers->message, mode_and_reason[1]));
  neg_engine_pool_get_stats (pool, &first);
  /* One that greets before it dies may take work first, and each piece is a step on: fewer than five starts for each,
   * and still no endless storm. */
  if (g_str_equal (mode_and_reason[0], "idle-death")) {
    g_assert_cmpuint (first.started, <=, 5 * N);
    return;
  }
  g_assert_cmpuint (first.started, <=, 7);
  again = scan (pool, blobs); /* at once: refused without another start */
  g_assert_cmpuint (again->n_good, ==, 0);
  neg_engine_pool_get_stats (pool, &second);
  g_assert_cmpuint (second.started, ==, first.started);
  g_usleep (2100 * 1000);
  later = scan (pool, blobs); /* after the pause: tried */
  g_assert_cmpuint (later->n_good, ==, 0);
  neg_engine_pool_get_stats (pool, &second);
  g_assert_cmpuint (second.started, >, first.started);
}

/* An engine that never looks up and burns the processor is gone soon after the cancel, and DONE comes. */
static void
test_cancel_in_flight (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("burns", 1, 0);
  g_autoptr (GPtrArray) blobs = make_blobs (N, 0);
  g_autoptr (Answers) answers = answers_new (N);
  g_autoptr (Answers) after = NULL;
  g_autoptr (GPtrArray) good = make_blobs (10, 10);
  g_autoptr (NegRequest) request = neg_engine_pool_scan (pool, (NegBlob *const *) blobs->pdata, N, NEG_PRIORITY_SCAN,
                                                         on_scan, on_done, answers);
  NegEnginePoolStats stats;
  gint64 start;
  double ms;

  g_usleep (300 * 1000);
  start = g_get_monotonic_time ();
  neg_request_cancel (request);
  wait_until_done (answers);
  ms = (g_get_monotonic_time () - start) / 1000.0;
  g_test_message ("cancelled in %.1f ms", ms);
  g_assert_cmpfloat (ms, <, NEG_CANCEL_GRACE_MS + 5000); /* it would burn for ever */
  for (guint i = 0; i < N; i++)
    g_assert_cmpint (answers->codes[i], ==, NEG_ERROR_CANCELLED);
  neg_engine_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.killed, ==, 1);
  after = scan (pool, good);
  g_assert_cmpuint (after->n_good, ==, 10);
}

/* What waits is dropped, and others' items in the same engine are not lost. */
static void
test_cancel_waiting (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("slow", 1, 0);
  g_autoptr (GPtrArray) blobs = make_blobs (N, N);
  g_autoptr (Answers) first = answers_new (N);
  g_autoptr (Answers) second = answers_new (N);
  g_autoptr (NegRequest) one G_GNUC_UNUSED
      = neg_engine_pool_scan (pool, (NegBlob *const *) blobs->pdata, N, NEG_PRIORITY_SCAN, on_scan, on_done, first);
  g_autoptr (NegRequest) two = neg_engine_pool_scan (pool, (NegBlob *const *) blobs->pdata, N, NEG_PRIORITY_SCAN,
                                                     on_scan, on_done, second);

  neg_request_cancel (two);
  neg_request_cancel (two);
  wait_until_done (second);
  wait_until_done (first);
  g_assert_cmpuint (first->n_good, ==, N);
  g_assert_cmpuint (second->n_good, ==, 0);
}

/* More urgent work does not wait for a long batch: it comes after the item in hand. The fake does not look for a
 * CANCEL within a batch, so what is measured is the order between batches. */
static void
test_priority (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("slow", 1, 0);
  g_autoptr (GPtrArray) blobs = make_blobs (2000, 2000);
  g_autoptr (GPtrArray) urgent_blobs = make_blobs (1, 1);
  g_autoptr (Answers) slow = answers_new (2000);
  g_autoptr (Answers) urgent = answers_new (1);
  g_autoptr (NegRequest) one = neg_engine_pool_scan (pool, (NegBlob *const *) blobs->pdata, 2000,
                                                     NEG_PRIORITY_BACKGROUND, on_scan, on_done, slow);
  g_autoptr (NegRequest) two = neg_engine_pool_scan (pool, (NegBlob *const *) urgent_blobs->pdata, 1,
                                                     NEG_PRIORITY_BACKGROUND, on_scan, on_done, urgent);

  neg_request_set_priority (two, NEG_PRIORITY_ON_SCREEN);
  wait_until_done (urgent);
  g_mutex_lock (&slow->lock);
  g_test_message ("%u of 2000 others were answered before the urgent one", slow->n_answers);
  g_assert_cmpuint (slow->n_answers, <, 1000);
  g_mutex_unlock (&slow->lock);
  neg_request_cancel (one);
  wait_until_done (slow);
}

static void
test_unsealed_memory (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("good", 1, 0);
  int unsealed = memfd_create ("unsealed", MFD_CLOEXEC);
  int small = neg_memory_file_new ("small", FRAME_BYTES, NULL);
  g_autoptr (Answers) first = decode (pool, unsealed, 3);
  g_autoptr (Answers) second = decode (pool, small, 3);
  g_autoptr (Answers) third = decode (pool, -1, 3);
  const Answers *all[] = { first, second, third };

  for (guint i = 0; i < 3; i++)
    for (guint j = 0; j < 3; j++)
      g_assert_cmpint (all[i]->codes[j], ==, NEG_ERROR_USAGE);
  close (unsealed);
  close (small);
}

/* Files that are not there fail alone, and hold nothing up. */
static void
test_missing_files (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("good", 2, 0);
  g_autoptr (GPtrArray) blobs = make_blobs (N, N);
  g_autoptr (Answers) answers = NULL;

  for (guint i = 0; i < N; i += 2) {
    neg_blob_unref (blobs->pdata[i]);
    blobs->pdata[i] = neg_blob_new_for_path ("/nonexistent/file");
  }
  answers = scan (pool, blobs);
  for (guint i = 0; i < N; i++)
    g_assert_cmpint (answers->codes[i], ==, i % 2 == 0 ? NEG_ERROR_NOT_FOUND : NEG_ERROR_N_CODES);
}

/* Two thousand requests on one memory file and one archive's worth of blobs take few descriptors. */
static void
test_many_requests (void)
{
  g_autoptr (NegEnginePool) pool = new_pool ("good", 2, 0);
  g_autoptr (GPtrArray) blobs = make_blobs (2000, 2000);
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_request_unref);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) answers_free);
  int memory = neg_memory_file_new ("frames", FRAME_BYTES, NULL);
  NegDecodeItem item;

  fill_items (&item, 1);
  for (guint i = 0; i < 2000; i++) {
    g_ptr_array_add (all, answers_new (1));
    g_ptr_array_add (requests,
                     neg_engine_pool_decode (pool, blobs->pdata[i], NEG_FRAME_STORED, memory, &item, 1,
                                             NEG_PRIORITY_SERIES, on_decode, on_done, all->pdata[i]));
  }
  close (memory);
  for (guint i = 0; i < 2000; i++) {
    wait_until_done (all->pdata[i]);
    g_assert_cmpuint (((Answers *) all->pdata[i])->n_good, ==, 1);
  }
}

/* Freeing the pool in the middle of everything answers everything, at once. */
static void
test_free_in_the_middle (gconstpointer data)
{
  NegEnginePool *pool = new_pool (data, 2, 0);
  g_autoptr (GPtrArray) blobs = make_blobs (N, 3);
  g_autoptr (Answers) answers = answers_new (N);
  g_autoptr (NegRequest) request = neg_engine_pool_scan (pool, (NegBlob *const *) blobs->pdata, N, NEG_PRIORITY_SCAN,
                                                         on_scan, on_done, answers);
  gint64 start;

  g_usleep (50 * 1000);
  start = g_get_monotonic_time ();
  neg_engine_pool_free (pool);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (answers->n_done, ==, 1);
  g_assert_cmpuint (answers->n_answers, ==, N);
  neg_request_cancel (request); /* of a pool that is gone: nothing */
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Thirty deaths and as many starts leave no descriptor behind. */
static void
test_no_leak (void)
{
  guint before = count_descriptors ();

  for (guint i = 0; i < 2; i++) {
    g_autoptr (NegEnginePool) pool = new_pool ("dies", 2, 0);
    g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
    g_autoptr (Answers) answers = NULL;
    int fd = neg_memory_file_new ("objects", 2, NULL);

    g_assert_cmpint (pwrite (fd, "X.", 2, 0), ==, 2);
    for (guint j = 0; j < 60; j++)
      g_ptr_array_add (blobs, neg_blob_new_for_region (fd, j % 2, 1, "object"));
    close (fd);
    answers = scan (pool, blobs);
    g_assert_cmpuint (answers->n_good, ==, 30);
    if (i == 0) /* GLib keeps descriptors of its own from the first child on */
      before = 0;
    g_clear_pointer (&pool, neg_engine_pool_free);
    g_clear_pointer (&blobs, g_ptr_array_unref);
    if (before == 0)
      before = count_descriptors ();
  }
  g_assert_cmpuint (count_descriptors (), ==, before);
}

static void
test_missing_program (void)
{
  NegEnginePoolOptions options = { 1, "/nonexistent/engine", 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_engine_pool_new (&options, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
  g_free (folder);
}

static void
add_misbehaviours (void)
{
  static const Misbehaviour all[] = {
    { "dies", NEG_ERROR_ENGINE_DIED, FALSE },     { "exits", NEG_ERROR_ENGINE_DIED, FALSE },
    { "hangs", NEG_ERROR_TIMEOUT, TRUE },         { "burns", NEG_ERROR_TIMEOUT, TRUE },
    { "partial", NEG_ERROR_TIMEOUT, TRUE },       { "closes", NEG_ERROR_ENGINE_DIED, FALSE },
    { "nonsense", NEG_ERROR_PROTOCOL, TRUE },     { "wrong-id", NEG_ERROR_PROTOCOL, TRUE },
    { "wrong-index", NEG_ERROR_PROTOCOL, TRUE },  { "twice", NEG_ERROR_PROTOCOL, TRUE },
    { "early-done", NEG_ERROR_PROTOCOL, TRUE },   { "another-ready", NEG_ERROR_PROTOCOL, TRUE },
    { "wrong-format", NEG_ERROR_PROTOCOL, TRUE }, { "wrong-kind", NEG_ERROR_PROTOCOL, TRUE },
    { "huge", NEG_ERROR_PROTOCOL, TRUE },         { "large", NEG_ERROR_TIMEOUT, TRUE },
    { "request", NEG_ERROR_PROTOCOL, TRUE },      { "descriptor", NEG_ERROR_PROTOCOL, TRUE },
    { "smuggles", NEG_ERROR_PROTOCOL, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autofree char *path = g_strdup_printf ("/pool/bad/%s", all[i].mode);

    g_test_add_data_func (path, &all[i], test_misbehaviour);
  }
}

int
main (int argc, char **argv)
{
  static const char *const stillborn[] = { "stillborn", "exit status 7" };
  static const char *const never_ready[] = { "never-ready", "no sign" };
  static const char *const old[] = { "old", "protocol version" };
  static const char *const idle_death[] = { "idle-death", "exit status 8" };
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("neg-pool-XXXXXX", NULL);
  g_test_add_func ("/pool/good", test_good);
  g_test_add_func ("/pool/nothing-to-do", test_nothing_to_do);
  add_misbehaviours ();
  g_test_add_func ("/pool/three-strikes", test_three_strikes);
  g_test_add_func ("/pool/every-item-kills", test_every_item_kills);
  g_test_add_data_func ("/pool/broken/stillborn", stillborn, test_broken_program);
  g_test_add_data_func ("/pool/broken/never-ready", never_ready, test_broken_program);
  g_test_add_data_func ("/pool/broken/old", old, test_broken_program);
  g_test_add_data_func ("/pool/broken/idle-death", idle_death, test_broken_program);
  g_test_add_func ("/pool/cancel/in-flight", test_cancel_in_flight);
  g_test_add_func ("/pool/cancel/waiting", test_cancel_waiting);
  g_test_add_func ("/pool/priority", test_priority);
  g_test_add_func ("/pool/unsealed-memory", test_unsealed_memory);
  g_test_add_func ("/pool/missing-files", test_missing_files);
  g_test_add_func ("/pool/many-requests", test_many_requests);
  g_test_add_data_func ("/pool/free/working", "slow", test_free_in_the_middle);
  g_test_add_data_func ("/pool/free/hanging", "hangs", test_free_in_the_middle);
  g_test_add_data_func ("/pool/free/never-ready", "never-ready", test_free_in_the_middle);
  g_test_add_func ("/pool/no-leak", test_no_leak);
  g_test_add_func ("/pool/missing-program", test_missing_program);
  status = g_test_run ();
  remove_folder ();
  return status;
}
