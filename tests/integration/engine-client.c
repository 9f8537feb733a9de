#include "config.h"

#include "engine-client.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "base/neg-error.h"

struct _ClientWait {
  GMutex lock;
  GCond changed;
  gboolean done;
};

ClientWait *
client_wait_new (void)
{
  ClientWait *wait = g_new0 (ClientWait, 1);

  g_mutex_init (&wait->lock);
  g_cond_init (&wait->changed);
  return wait;
}

void
client_wait_done (gpointer user_data)
{
  ClientWait *wait = user_data;

  g_mutex_lock (&wait->lock);
  g_assert_false (wait->done);
  wait->done = TRUE;
  g_cond_broadcast (&wait->changed);
  g_mutex_unlock (&wait->lock);
}

void
client_wait (ClientWait *wait)
{
  g_mutex_lock (&wait->lock);
  while (!wait->done)
    g_cond_wait (&wait->changed, &wait->lock);
  g_mutex_unlock (&wait->lock);
  g_mutex_clear (&wait->lock);
  g_cond_clear (&wait->changed);
  g_free (wait);
}

typedef struct {
  ClientWait *wait;
  gpointer answers;
} Waiting;

static void
done_cb (gpointer user_data)
{
  client_wait_done (((Waiting *) user_data)->wait);
}

static void
scanned_cb (guint index, NegScanResult *result, const GError *error, gpointer user_data)
{
  ClientScan *scan = ((Waiting *) user_data)->answers;

  if (error != NULL) {
    scan->errors[index] = g_error_copy (error);
  } else {
    scan->results[index] = *result;
    *result = (NegScanResult){ 0 };
  }
}

ClientScan *
client_scan (NegEnginePool *pool, NegBlob *const *blobs, guint n)
{
  ClientScan *scan = g_new0 (ClientScan, 1);
  Waiting waiting = { client_wait_new (), scan };
  g_autoptr (NegRequest) request = NULL;

  scan->n = n;
  scan->results = g_new0 (NegScanResult, n);
  scan->errors = g_new0 (GError *, n);
  request = neg_engine_pool_scan (pool, blobs, n, NEG_PRIORITY_SCAN, scanned_cb, done_cb, &waiting);
  client_wait (waiting.wait);
  return scan;
}

void
client_scan_free (ClientScan *scan)
{
  for (guint i = 0; i < scan->n; i++) {
    neg_scan_result_clear (&scan->results[i]);
    g_clear_error (&scan->errors[i]);
  }
  g_free (scan->results);
  g_free (scan->errors);
  g_free (scan);
}

static void
decoded_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  ClientFrames *frames = ((Waiting *) user_data)->answers;

  if (error != NULL)
    frames->errors[index] = g_error_copy (error);
}

static void
ask_for_frames (ClientFrames *frames, NegEnginePool *pool, NegBlob *blob, NegFrameForm form, guint first, int memory)
{
  g_autofree NegDecodeItem *items = g_new0 (NegDecodeItem, frames->n);
  Waiting waiting = { client_wait_new (), frames };
  g_autoptr (NegRequest) request = NULL;

  for (guint i = 0; i < frames->n; i++)
    items[i] = (NegDecodeItem){ first + i, (guint64) i * frames->frame_bytes, frames->format };
  request = neg_engine_pool_decode (pool, blob, form, memory, items, frames->n, NEG_PRIORITY_SERIES, decoded_cb,
                                    done_cb, &waiting);
  client_wait (waiting.wait);
}

ClientFrames *
client_decode (NegEnginePool *pool, NegBlob *blob, const NegInstance *instance, NegFrameForm form, guint first,
               guint n)
{
  ClientFrames *frames = g_new0 (ClientFrames, 1);
  guint64 bytes = 0;
  int memory;

  frames->n = n;
  frames->errors = g_new0 (GError *, n);
  if (!neg_frame_format_init (&frames->format, instance, form, &frames->refusal))
    return frames;
  neg_frame_format_get_bytes (&frames->format, &bytes);
  frames->frame_bytes = bytes;
  memory = neg_memory_file_new ("frames", bytes * n, &frames->refusal);
  if (memory < 0)
    return frames;
  ask_for_frames (frames, pool, blob, form, first, memory);
  frames->pixels = mmap (NULL, bytes * n, PROT_READ, MAP_SHARED, memory, 0);
  g_assert_true (frames->pixels != MAP_FAILED);
  close (memory);
  return frames;
}

void
client_frames_free (ClientFrames *frames)
{
  if (frames->pixels != NULL)
    munmap ((void *) frames->pixels, frames->frame_bytes * frames->n);
  for (guint i = 0; i < frames->n; i++)
    g_clear_error (&frames->errors[i]);
  g_clear_error (&frames->refusal);
  g_free (frames->errors);
  g_free (frames);
}

NegBlob *
client_blob_for_bytes (const void *bytes, gsize length, const char *name)
{
  int fd = neg_memory_file_new ("object", length, NULL);
  NegBlob *blob;

  g_assert_cmpint (fd, >=, 0);
  for (gsize done = 0; done < length;) {
    gssize n = pwrite (fd, (const guint8 *) bytes + done, length - done, done);

    g_assert_cmpint (n, >, 0);
    done += n;
  }
  blob = neg_blob_new_for_region (fd, 0, length, name);
  close (fd);
  return blob;
}

const char *
client_corpus_folder (void)
{
  const char *folder = g_getenv ("NEGATOSCOPE_CORPUS");

  return folder ? folder : "../shared/corpus";
}

GPtrArray *
client_corpus_files (void)
{
  g_autofree char *manifest = g_build_filename (client_corpus_folder (), "manifest.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  GPtrArray *paths;
  JsonArray *files;

  if (!json_parser_load_from_file (parser, manifest, NULL))
    return NULL;
  paths = g_ptr_array_new_with_free_func (g_free);
  files = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "files");
  for (guint i = 0; i < json_array_get_length (files); i++)
    g_ptr_array_add (paths, g_build_filename (client_corpus_folder (),
                                              json_object_get_string_member (json_array_get_object_element (files, i),
                                                                             "path"),
                                              NULL));
  return paths;
}

/* The fields of /proc/PID/stat after the name, which may hold anything but is in brackets. */
static char **
read_stat (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "stat", NULL);
  g_autofree char *text = NULL;
  char *end;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (end = strrchr (text, ')')) == NULL
      || strstr (text, "(negatoscope-eng)") == NULL)
    return NULL;
  return g_strsplit (end + 2, " ", 20);
}

GArray *
client_engine_pids (void)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (proc != NULL && (name = g_dir_read_name (proc)) != NULL) {
    g_auto (GStrv) fields = g_ascii_isdigit (*name) ? read_stat (name) : NULL;

    if (fields != NULL && g_strv_length (fields) > 13 && g_ascii_strtoll (fields[1], NULL, 10) == getpid ()) {
      pid_t pid = g_ascii_strtoll (name, NULL, 10);

      g_array_append_val (pids, pid);
    }
  }
  return pids;
}

guint64
client_cpu_ticks (pid_t pid)
{
  g_autofree char *name = g_strdup_printf ("%d", (int) pid);
  g_auto (GStrv) fields = read_stat (name);

  if (fields == NULL || g_strv_length (fields) < 14)
    return 0;
  return g_ascii_strtoull (fields[11], NULL, 10) + g_ascii_strtoull (fields[12], NULL, 10);
}
