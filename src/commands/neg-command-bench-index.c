#include "config.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#include "base/neg-error.h"
#include "commands/neg-command-bench-private.h"
#include "store/neg-archive.h"
#include "wire/neg-index-batch.h"

#define GROUP_OBJECTS 1000

#define GROUPS_AHEAD 4
#define DEPTH_MAX 64

typedef struct {
  guint n_files, n_objects, n_studies;
  double wall_s;

  NegEnginePool *pool;
  NegArchive *archive;
  GPtrArray *next; /* NegBlob: the group that is being filled */
  GQueue groups;   /* NegIndexBatch, in work */
  GArray *sizes;   /* guint64, of every file so far */
  guint n_added;   /* files of groups that are done */
} IndexRun;

static gboolean add_oldest (IndexRun *run, GError **error);

static void
start_group (IndexRun *run)
{
  g_queue_push_tail (&run->groups, neg_index_batch_new (run->pool, run->next, FALSE, NEG_PRIORITY_SCAN));
  run->next = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
}

static gboolean
take_file (IndexRun *run, const char *path, guint64 bytes, GError **error)
{
  run->n_files++;
  g_array_append_val (run->sizes, bytes);
  g_ptr_array_add (run->next, neg_blob_new_for_path (path));
  if (run->next->len < GROUP_OBJECTS)
    return TRUE;
  start_group (run);
  return run->groups.length <= GROUPS_AHEAD || add_oldest (run, error);
}

/* The engines read while the folder is still being walked through. */
static gboolean
walk (IndexRun *run, const char *folder, guint depth, GError **error)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  const char *name;

  while (listing != NULL && depth < DEPTH_MAX && (name = g_dir_read_name (listing)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    GStatBuf status;

    if (g_lstat (path, &status) != 0)
      continue;
    if (S_ISDIR (status.st_mode) && !walk (run, path, depth + 1, error))
      return FALSE;
    if (S_ISREG (status.st_mode) && !take_file (run, path, status.st_size, error))
      return FALSE;
  }
  return TRUE;
}

/* What the measurement itself has made. */
static void
remove_tree (const char *folder)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      remove_tree (path);
    else
      g_unlink (path);
  }
  g_rmdir (folder);
}

static gboolean
add_group (NegArchive *archive, NegIndexBatch *batch, IndexRun *run, GError **error)
{
  g_autoptr (GArray) objects = g_array_new (FALSE, FALSE, sizeof (NegArchiveObject));

  neg_index_batch_wait (batch, NULL);
  for (guint i = 0; i < batch->blobs->len; i++) {
    const char *path = neg_blob_get_name (batch->blobs->pdata[i]);
    NegArchiveObject object = {
      .record = batch->records[i], .source = "bench", .path = path,
      .bytes = g_array_index (run->sizes, guint64, run->n_added + i),
    };

    if (batch->records[i] != NULL && neg_object_record_check (batch->records[i], NULL))
      g_array_append_val (objects, object);
  }
  run->n_added += batch->blobs->len;
  run->n_objects += objects->len;
  return objects->len == 0
         || neg_archive_add (archive, (const NegArchiveObject *) objects->data, objects->len, NULL, error);
}

static gboolean
add_oldest (IndexRun *run, GError **error)
{
  g_autoptr (NegIndexBatch) batch = g_queue_pop_head (&run->groups);

  return add_group (run->archive, batch, run, error);
}

static gboolean
add_all (IndexRun *run, const char *folder, GError **error)
{
  if (!walk (run, folder, 0, error))
    return FALSE;
  start_group (run);
  while (!g_queue_is_empty (&run->groups))
    if (!add_oldest (run, error))
      return FALSE;
  return TRUE;
}

/* By another connection: what is not committed is not counted. */
static gboolean
count_studies (const char *data_folder, guint *n, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_archive_open_reader (data_folder, error);
  NegStatement *row = reader != NULL ? neg_database_prepare (reader, "SELECT count (*) FROM study", error) : NULL;
  gboolean has_row = FALSE;

  if (row == NULL || !neg_statement_step (row, &has_row, error))
    return FALSE;
  *n = has_row ? (guint) neg_statement_get_int (row, 0) : 0;
  neg_statement_reset (row);
  return TRUE;
}

/* From a folder and an empty archive to an index that others can read, the start of the engines included. */
static gboolean
index_once (const char *folder, const char *home, guint n_engines, IndexRun *run, GError **error)
{
  gint64 start_us;
  NegEnginePoolOptions options = { .n_engines = n_engines };
  g_autofree char *data = g_build_filename (home, "data", NULL);
  g_autofree char *cache = g_build_filename (home, "cache", NULL);
  g_autoptr (NegArchive) archive = neg_archive_open (data, cache, "", error);
  g_autoptr (NegEnginePool) pool = NULL;
  gboolean is_done;

  if (archive == NULL)
    return FALSE;
  start_us = g_get_monotonic_time ();
  pool = neg_engine_pool_new (&options, error);
  if (pool == NULL)
    return FALSE;
  run->pool = pool;
  run->archive = archive;
  run->next = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  run->sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  is_done = add_all (run, folder, error);
  g_clear_pointer (&run->sizes, g_array_unref);
  g_clear_pointer (&run->next, g_ptr_array_unref);
  g_queue_clear_full (&run->groups, (GDestroyNotify) neg_index_batch_free);
  if (!is_done)
    return FALSE;
  run->wall_s = (double) (g_get_monotonic_time () - start_us) * 1e-6;
  return count_studies (data, &run->n_studies, error);
}

static int
compare_doubles (const void *a, const void *b)
{
  double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

static void
print (const IndexRun *run, double wall_s, int repeat, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!json) {
    g_print ("%u files, %u objects, %u studies: %.3f s, %.0f files/s\n", run->n_files, run->n_objects, run->n_studies,
             wall_s, run->n_files / wall_s);
    return;
  }
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "bench", "index");
  neg_json_add_int (builder, "repeat", repeat);
  neg_json_add_int (builder, "files", run->n_files);
  neg_json_add_int (builder, "objects", run->n_objects);
  neg_json_add_int (builder, "studies", run->n_studies);
  neg_json_add_double (builder, "wall_s", wall_s);
  neg_json_add_double (builder, "files_per_s", run->n_files / wall_s);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

gboolean
neg_bench_index (const char *folder, guint n_engines, int repeat, gboolean json, GError **error)
{
  g_autofree double *walls_s = g_new0 (double, repeat);
  IndexRun run = { 0 };

  for (int i = 0; i < repeat; i++) {
    g_autofree char *home = g_dir_make_tmp ("negatoscope-bench-XXXXXX", error);
    gboolean is_done;

    if (home == NULL)
      return FALSE;
    run = (IndexRun){ 0 };
    is_done = index_once (folder, home, n_engines, &run, error);
    remove_tree (home);
    if (!is_done)
      return FALSE;
    walls_s[i] = run.wall_s;
  }
  if (run.n_objects == 0)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "there is no object");
  qsort (walls_s, repeat, sizeof *walls_s, compare_doubles);
  print (&run, (walls_s[(repeat - 1) / 2] + walls_s[repeat / 2]) / 2, repeat, json);
  return TRUE;
}
