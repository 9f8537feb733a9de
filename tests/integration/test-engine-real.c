/* The real engine behind the pool: the corpus, hostile objects, engines killed in the middle of work, a cancel. */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/neg-error.h"
#include "engine-client.h"

#define FRAMES_EACH 3
#define DECODED_BETWEEN 20 /* frames, from one kill to the next */
#define KILLS_MAX 20

static NegEnginePool *
new_pool (guint n_engines)
{
  NegEnginePoolOptions options = { .n_engines = n_engines };
  g_autoptr (GError) error = NULL;
  NegEnginePool *pool = neg_engine_pool_new (&options, &error);

  g_assert_no_error (error);
  return pool;
}

static NegInstance *
scan_one (NegEnginePool *pool, NegBlob *blob, GError **error)
{
  g_autoptr (ClientScan) scan = client_scan (pool, &blob, 1);

  if (scan->errors[0] != NULL) {
    g_propagate_error (error, g_steal_pointer (&scan->errors[0]));
    return NULL;
  }
  return g_steal_pointer (&scan->results[0].instance);
}

typedef struct {
  guint instances, directories, archives, refused;
  guint frames, frames_refused;
} Tally;

static void
decode_some (NegEnginePool *pool, NegBlob *blob, const NegInstance *instance, Tally *tally)
{
  guint n = MIN (instance->frames, FRAMES_EACH);
  g_autoptr (ClientFrames) frames = NULL;

  if (instance->rows == 0 || n == 0)
    return;
  frames = client_decode (pool, blob, instance, NEG_FRAME_STORED, 0, n);
  for (guint i = 0; i < n; i++) {
    const GError *error = frames->refusal ? frames->refusal : frames->errors[i];

    tally->frames += error == NULL;
    tally->frames_refused += error != NULL;
    if (error != NULL) {
      g_test_message ("%s frame %u: %s: %s", neg_blob_get_name (blob) + strlen (client_corpus_folder ()), i + 1,
                      neg_error_get_name (error), error->message);
      g_assert_false (g_error_matches (error, NEG_ERROR, NEG_ERROR_PROTOCOL));
    }
  }
}

static GPtrArray *
corpus_blobs (void)
{
  g_autoptr (GPtrArray) paths = client_corpus_files ();
  GPtrArray *blobs;

  if (paths == NULL)
    return NULL;
  blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  for (guint i = 0; i < paths->len; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (paths->pdata[i]));
  return blobs;
}

static void
count_result (NegEnginePool *pool, NegBlob *blob, const NegScanResult *result, const GError *error, Tally *tally)
{
  if (error != NULL) {
    tally->refused++;
    g_test_message ("%s: %s: %s (%s)", neg_blob_get_name (blob) + strlen (client_corpus_folder ()),
                    neg_error_get_name (error), error->message, neg_error_get_where (error));
    g_assert_false (g_error_matches (error, NEG_ERROR, NEG_ERROR_PROTOCOL));
    return;
  }
  tally->instances += result->kind == NEG_SCAN_INSTANCE;
  tally->directories += result->kind == NEG_SCAN_DIRECTORY;
  tally->archives += result->kind == NEG_SCAN_ARCHIVE;
  if (result->kind == NEG_SCAN_INSTANCE)
    decode_some (pool, blob, result->instance, tally);
}

/* Every file of the corpus gives pixels or a reason, and no engine ends for it. */
static void
test_corpus (void)
{
  g_autoptr (GPtrArray) blobs = corpus_blobs ();
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (ClientScan) scan = NULL;
  NegEnginePoolStats stats;
  Tally tally = { 0 };

  if (blobs == NULL) {
    g_test_skip ("no corpus");
    return;
  }
  pool = new_pool (2);
  scan = client_scan (pool, (NegBlob *const *) blobs->pdata, blobs->len);
  for (guint i = 0; i < scan->n; i++)
    count_result (pool, blobs->pdata[i], &scan->results[i], scan->errors[i], &tally);
  neg_engine_pool_get_stats (pool, &stats);
  g_test_message ("%u files: %u objects, %u directories, %u archives, %u refused; %u frames, %u refused", scan->n,
                  tally.instances, tally.directories, tally.archives, tally.refused, tally.frames,
                  tally.frames_refused);
  g_test_message ("engines: %u started, %u died, %u killed", stats.started, stats.died, stats.killed);
  g_assert_cmpuint (stats.died + stats.killed, ==, 0);
  g_assert_cmpuint (tally.instances, >, scan->n * 8 / 10);
  g_assert_cmpuint (tally.frames, >, tally.frames_refused * 10);
}

/* Explicit little endian elements for objects made here */
static void
add_element (GByteArray *object, guint16 group, guint16 element, const char *vr, const void *value, guint16 length)
{
  neg_write_u16 (object, group);
  neg_write_u16 (object, element);
  g_byte_array_append (object, (const guint8 *) vr, 2);
  neg_write_u16 (object, length);
  g_byte_array_append (object, value, length);
}

static void
add_us (GByteArray *object, guint16 element, guint16 value)
{
  guint16 le = GUINT16_TO_LE (value);

  add_element (object, 0x0028, element, "US", &le, 2);
}

static GByteArray *
begin_object (void)
{
  static const char syntax[] = "1.2.840.10008.1.2.1";
  GByteArray *object = g_byte_array_new ();

  g_byte_array_set_size (object, 128);
  memset (object->data, 0, 128);
  g_byte_array_append (object, (const guint8 *) "DICM", 4);
  add_element (object, 0x0002, 0x0010, "UI", syntax, sizeof syntax);
  add_element (object, 0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.2", 26);
  add_element (object, 0x0008, 0x0018, "UI", "1.2.3", 6);
  return object;
}

static void
assert_refused (NegEnginePool *pool, GByteArray *object, NegErrorCode code)
{
  g_autoptr (NegBlob) blob = client_blob_for_bytes (object->data, object->len, "hostile");
  g_autoptr (GError) error = NULL;
  g_autoptr (NegInstance) instance = scan_one (pool, blob, &error);
  NegEnginePoolStats stats;

  g_assert_null (instance);
  g_test_message ("%s: %s (%s)", neg_error_get_name (error), error->message, neg_error_get_where (error));
  g_assert_cmpint (error->code, ==, code);
  neg_engine_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.died + stats.killed, ==, 0);
}

static void
test_nested_sequences (void)
{
  static const guint8 open_sequence[] = { 0x40, 0x00, 0x30, 0xa7, 'S', 'Q', 0, 0, 0xff, 0xff, 0xff, 0xff,
                                          0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff };
  g_autoptr (NegEnginePool) pool = new_pool (1);
  g_autoptr (GByteArray) object = begin_object ();

  for (guint i = 0; i < 20000; i++)
    g_byte_array_append (object, open_sequence, sizeof open_sequence);
  assert_refused (pool, object, NEG_ERROR_NESTING);
}

static void
test_overflowing_product (void)
{
  g_autoptr (NegEnginePool) pool = new_pool (1);
  g_autoptr (GByteArray) object = begin_object ();
  guint8 pixels[] = { 0xe0, 0x7f, 0x10, 0x00, 'O', 'W', 0, 0, 4, 0, 0, 0, 1, 2, 3, 4 };

  add_us (object, 0x0002, 3);
  add_element (object, 0x0028, 0x0004, "CS", "RGB ", 4);
  add_element (object, 0x0028, 0x0008, "IS", "2147483647", 10);
  add_us (object, 0x0010, 65535);
  add_us (object, 0x0011, 65535);
  add_us (object, 0x0100, 16);
  add_us (object, 0x0101, 16);
  add_us (object, 0x0102, 15);
  add_us (object, 0x0103, 0);
  g_byte_array_append (object, pixels, sizeof pixels);
  assert_refused (pool, object, NEG_ERROR_SIZE_OVERFLOW);
}

/* The first corpus file whose name begins with @prefix. */
static char *
find_corpus_file (const char *prefix)
{
  g_autoptr (GPtrArray) paths = client_corpus_files ();

  for (guint i = 0; paths != NULL && i < paths->len; i++)
    if (strstr (paths->pdata[i], prefix) != NULL)
      return g_strdup (paths->pdata[i]);
  return NULL;
}

/* Cut in the middle of its codestream: the header is read, the frame is a reason and not a picture. */
static void
test_truncated_codestream (void)
{
  static const char *const names[] = { "transfer-syntax/j2k-lossless_", "transfer-syntax/htj2k-lossless",
                                       "transfer-syntax/jpeg-lossless-sv1_", "transfer-syntax/jpegls-lossless_",
                                       "transfer-syntax/rle_" };
  g_autoptr (NegEnginePool) pool = new_pool (1);
  NegEnginePoolStats stats;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = find_corpus_file (names[i]);
    g_autofree char *bytes = NULL;
    g_autoptr (NegBlob) blob = NULL;
    g_autoptr (NegInstance) instance = NULL;
    g_autoptr (ClientFrames) frames = NULL;
    g_autoptr (GError) error = NULL;
    gsize length;

    if (path == NULL || !g_file_get_contents (path, &bytes, &length, NULL)) {
      g_test_skip ("no corpus");
      return;
    }
    blob = client_blob_for_bytes (bytes, length - length / 3, "truncated");
    instance = scan_one (pool, blob, &error);
    if (instance != NULL) {
      frames = client_decode (pool, blob, instance, NEG_FRAME_STORED, 0, 1);
      g_assert_nonnull (frames->errors[0]);
      error = g_error_copy (frames->errors[0]);
    }
    g_test_message ("%s: %s: %s", names[i], neg_error_get_name (error), error->message);
  }
  neg_engine_pool_get_stats (pool, &stats);
  g_assert_cmpuint (stats.died + stats.killed, ==, 0);
}

/* An archive of @n objects that are all the same */
static GByteArray *
make_archive (const GByteArray *object, guint n)
{
  struct archive *archive = archive_write_new ();
  GByteArray *bytes = g_byte_array_new ();
  size_t used = 0;

  g_byte_array_set_size (bytes, (object->len + 1000) * (n + 1));
  g_assert_cmpint (archive_write_set_format_zip (archive), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_memory (archive, bytes->data, bytes->len, &used), ==, ARCHIVE_OK);
  for (guint i = 0; i < n; i++) {
    struct archive_entry *entry = archive_entry_new ();
    g_autofree char *name = g_strdup_printf ("DICOM/IM%u", i);

    archive_entry_set_pathname (entry, name);
    archive_entry_set_size (entry, object->len);
    archive_entry_set_filetype (entry, AE_IFREG);
    archive_entry_set_perm (entry, 0644);
    g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
    g_assert_cmpint (archive_write_data (archive, object->data, object->len), ==, object->len);
    archive_entry_free (entry);
  }
  archive_write_free (archive);
  g_byte_array_set_size (bytes, used);
  return bytes;
}

typedef struct {
  ClientWait *wait;
  int codes[10]; /* NEG_ERROR_N_CODES: good */
} Extraction;

static void
extracted_cb (guint index, guint64 bytes, const GError *error, gpointer user_data)
{
  ((Extraction *) user_data)->codes[index] = error ? error->code : NEG_ERROR_N_CODES;
}

static void
extraction_done_cb (gpointer user_data)
{
  client_wait_done (((Extraction *) user_data)->wait);
}

static void
extract (NegEnginePool *pool, NegBlob *archive, int memory, const NegExtractItem *items, guint n, Extraction *extraction)
{
  g_autoptr (NegRequest) request = NULL;

  extraction->wait = client_wait_new ();
  request = neg_engine_pool_extract (pool, archive, memory, items, n, NEG_PRIORITY_SCAN, extracted_cb,
                                     extraction_done_cb, extraction);
  client_wait (extraction->wait);
}

/* Listed, unpacked into a sealed file, and what is there is scanned from its stretch; an item that is told a wrong size
 * and an entry that is not there fail alone. */
static void
test_archive (void)
{
  enum { N = 10, LIAR = 4, MISSING = 7 };
  g_autoptr (NegEnginePool) pool = new_pool (2);
  g_autoptr (GByteArray) object = begin_object ();
  g_autoptr (GByteArray) zip = make_archive (object, N);
  g_autoptr (NegBlob) blob = client_blob_for_bytes (zip->data, zip->len, "archive.zip");
  g_autoptr (ClientScan) scan = client_scan (pool, &blob, 1);
  NegExtractItem items[N];
  Extraction extraction;
  int memory;

  g_assert_no_error (scan->errors[0]);
  g_assert_cmpint (scan->results[0].kind, ==, NEG_SCAN_ARCHIVE);
  g_assert_cmpuint (scan->results[0].n_entries, ==, N);
  g_assert_cmpstr (scan->results[0].entries[3].name, ==, "DICOM/IM3");
  g_assert_cmpuint (scan->results[0].entries[3].bytes, ==, object->len);
  memory = neg_memory_file_new ("entries", N * (object->len + 1), NULL);
  for (guint i = 0; i < N; i++) /* backwards: the order of asking is not the archive's */
    items[i] = (NegExtractItem){ N - 1 - i, i * (object->len + 1), object->len - (i == LIAR ? 1 : 0) };
  items[MISSING].entry = 5000;
  extract (pool, blob, memory, items, N, &extraction);
  for (guint i = 0; i < N; i++) {
    g_autoptr (NegBlob) entry = neg_blob_new_for_region (memory, items[i].target_offset, items[i].bytes, "entry");
    g_autoptr (NegInstance) instance = NULL;

    if (i == LIAR || i == MISSING) {
      g_assert_cmpint (extraction.codes[i], ==, NEG_ERROR_INCONSISTENT);
      continue;
    }
    g_assert_cmpint (extraction.codes[i], ==, NEG_ERROR_N_CODES);
    instance = scan_one (pool, entry, NULL);
    g_assert_cmpstr (instance->sop_instance_uid, ==, "1.2.3");
  }
  close (memory);
}

/* Killing in the middle */

typedef struct {
  gint stop;
  gint *n_decoded; /* so far */
  guint n_kills;
} Killer;

/* Engines that are killed before they have done anything are a fault of another kind: the pool makes a pause then. */
static void
wait_decoded (Killer *killer, gint n)
{
  while (!g_atomic_int_get (&killer->stop) && g_atomic_int_get (killer->n_decoded) < n)
    g_usleep (2000);
}

static gpointer
kill_engines (gpointer data)
{
  Killer *killer = data;

  for (guint i = 0; i < KILLS_MAX && !g_atomic_int_get (&killer->stop); i++) {
    g_autoptr (GArray) pids = NULL;

    wait_decoded (killer, g_atomic_int_get (killer->n_decoded) + DECODED_BETWEEN);
    pids = client_engine_pids ();

    if (pids->len > 0 && kill (g_array_index (pids, pid_t, i % pids->len), SIGKILL) == 0)
      killer->n_kills++;
  }
  return NULL;
}

typedef struct {
  gint n_good, n_died, n_other;
  gint *n_decoded; /* by all; nullable */
  ClientWait *wait;
} Scroll;

static void
scrolled_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  Scroll *scroll = user_data;

  if (error == NULL)
    g_atomic_int_inc (&scroll->n_good);
  if (error == NULL && scroll->n_decoded != NULL)
    g_atomic_int_inc (scroll->n_decoded);
  if (error == NULL)
    return;
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_ENGINE_DIED))
    g_atomic_int_inc (&scroll->n_died);
  else
    g_atomic_int_inc (&scroll->n_other);
}

static void
scroll_done_cb (gpointer user_data)
{
  client_wait_done (((Scroll *) user_data)->wait);
}

/* 500 slices, each an object of its own, in one memory file. */
static void
scroll_through (NegEnginePool *pool, const char *path, const NegFrameFormat *format, gint *n_decoded,
                Scroll scrolls[500])
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_request_unref);
  guint64 bytes = 0;
  int memory;

  neg_frame_format_get_bytes (format, &bytes);
  memory = neg_memory_file_new ("slices", 500 * bytes, NULL);
  for (guint i = 0; i < 500; i++) {
    g_autoptr (NegBlob) blob = neg_blob_new_for_path (path);
    NegDecodeItem item = { 0, i * bytes, *format };

    scrolls[i].wait = client_wait_new ();
    scrolls[i].n_decoded = n_decoded;
    g_ptr_array_add (requests,
                     neg_engine_pool_decode (pool, blob, NEG_FRAME_STORED, memory, &item, 1, NEG_PRIORITY_SERIES,
                                             scrolled_cb, scroll_done_cb, &scrolls[i]));
  }
  close (memory);
  for (guint i = 0; i < 500; i++)
    client_wait (scrolls[i].wait);
}

static void
test_kill_in_the_middle (void)
{
  g_autofree char *path = find_corpus_file ("transfer-syntax/jpegls-lossless_nema-ct1");
  g_autofree Scroll *scrolls = g_new0 (Scroll, 500);
  gint n_decoded = 0;
  Killer killer = { .n_decoded = &n_decoded };
  guint good = 0;
  guint died = 0;
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (NegBlob) blob = NULL;
  g_autoptr (NegInstance) instance = NULL;
  NegFrameFormat format;
  NegEnginePoolStats stats;
  GThread *thread;

  if (path == NULL) {
    g_test_skip ("no corpus");
    return;
  }
  pool = new_pool (2);
  blob = neg_blob_new_for_path (path);
  instance = scan_one (pool, blob, NULL);
  g_assert_nonnull (instance);
  g_assert_true (neg_frame_format_init (&format, instance, NEG_FRAME_STORED, NULL));
  thread = g_thread_new ("killer", kill_engines, &killer);
  scroll_through (pool, path, &format, &n_decoded, scrolls);
  g_atomic_int_set (&killer.stop, TRUE);
  g_thread_join (thread);
  for (guint i = 0; i < 500; i++) {
    g_assert_cmpint (scrolls[i].n_good + scrolls[i].n_died, ==, 1);
    good += scrolls[i].n_good;
    died += scrolls[i].n_died;
  }
  neg_engine_pool_get_stats (pool, &stats);
  g_test_message ("500 frames, %u kills: %u decoded, %u failed with their engine; %u engines started", killer.n_kills,
                  good, died, stats.started);
  g_assert_cmpuint (killer.n_kills, >, 0);
  g_assert_cmpuint (died, <=, killer.n_kills);
  g_assert_cmpuint (died, <=, stats.died);
}

/* A cancelled request stops using the processor. */
static void
test_cancel_stops_work (void)
{
  const guint n = 3000;
  g_autofree char *path = find_corpus_file ("transfer-syntax/j2k-lossless_nema-ct1");
  g_autofree NegDecodeItem *items = g_new0 (NegDecodeItem, n);
  Scroll scroll = { 0 };
  guint64 bytes = 0;
  guint64 ticks = 0;
  guint64 later = 0;
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (NegBlob) blob = NULL;
  g_autoptr (NegInstance) instance = NULL;
  g_autoptr (NegRequest) request = NULL;
  g_autoptr (GArray) pids = NULL;
  NegFrameFormat format;
  gint64 start;
  int memory;

  if (path == NULL) {
    g_test_skip ("no corpus");
    return;
  }
  pool = new_pool (2);
  blob = neg_blob_new_for_path (path);
  instance = scan_one (pool, blob, NULL);
  g_assert_true (neg_frame_format_init (&format, instance, NEG_FRAME_STORED, NULL));
  neg_frame_format_get_bytes (&format, &bytes);
  memory = neg_memory_file_new ("frame", bytes, NULL);
  for (guint i = 0; i < n; i++)
    items[i].format = format;
  scroll.wait = client_wait_new ();
  request = neg_engine_pool_decode (pool, blob, NEG_FRAME_STORED, memory, items, n, NEG_PRIORITY_SERIES, scrolled_cb,
                                    scroll_done_cb, &scroll);
  close (memory);
  g_usleep (500 * 1000);
  /* An engine that is in the middle of a frame for too long is ended; the new one's start is not work for us. */
  pids = client_engine_pids ();
  g_assert_cmpuint (pids->len, ==, 2);
  start = g_get_monotonic_time ();
  neg_request_cancel (request);
  client_wait (scroll.wait);
  g_test_message ("%d frames decoded, done %.1f ms after the cancel", scroll.n_good,
                  (g_get_monotonic_time () - start) / 1000.0);
  g_assert_cmpint (scroll.n_good, >, 0);
  g_assert_cmpint (scroll.n_good, <, n);
  g_assert_cmpint (scroll.n_good + scroll.n_other, ==, n);
  for (guint i = 0; i < pids->len; i++)
    ticks += client_cpu_ticks (g_array_index (pids, pid_t, i));
  g_usleep (400 * 1000);
  for (guint i = 0; i < pids->len; i++)
    later += client_cpu_ticks (g_array_index (pids, pid_t, i));
  g_test_message ("processor time of the engines in the 400 ms after it: %u ticks", (guint) (later - ticks));
  g_assert_cmpuint (later - ticks, <=, 1);
}

/* What the design counts on: warm engines, cheap round trips. Printed, not judged: the machine may be busy. */
static void
test_times (void)
{
  g_autoptr (GByteArray) object = begin_object ();
  g_autoptr (NegBlob) blob = client_blob_for_bytes (object->data, object->len, "small");
  gint64 start = g_get_monotonic_time ();
  g_autoptr (NegEnginePool) pool = new_pool (1);
  g_autoptr (NegInstance) first = scan_one (pool, blob, NULL);
  gint64 warm = g_get_monotonic_time ();
  gint64 end;

  g_assert_nonnull (first);
  for (guint i = 0; i < 1000; i++) {
    g_autoptr (NegInstance) instance = scan_one (pool, blob, NULL);

    g_assert_nonnull (instance);
  }
  end = g_get_monotonic_time ();
  g_test_message ("start to first answer %.1f ms; a scan of one small object there and back %.0f us",
                  (warm - start) / 1000.0, (end - warm) / 1000.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/times", test_times);
  g_test_add_func ("/engine/corpus", test_corpus);
  g_test_add_func ("/engine/hostile/nested-sequences", test_nested_sequences);
  g_test_add_func ("/engine/hostile/overflowing-product", test_overflowing_product);
  g_test_add_func ("/engine/hostile/truncated-codestream", test_truncated_codestream);
  g_test_add_func ("/engine/archive", test_archive);
  g_test_add_func ("/engine/kill-in-the-middle", test_kill_in_the_middle);
  g_test_add_func ("/engine/cancel-stops-work", test_cancel_stops_work);
  return g_test_run ();
}
