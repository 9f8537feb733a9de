/* Files that engines write to: of an engine that ends, hangs or lies nothing stays behind, and the other objects are done. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/neg-error.h"
#include "wire/neg-modify-batch.h"

#define N_FILES 150 /* more than are open at a time */
#define BAD 77

static char *folder;

typedef struct {
  GPtrArray *blobs, *targets;
} Files;

static Files
make_files (const char *name)
{
  Files files = { g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref), g_ptr_array_new_with_free_func (g_free) };

  for (guint i = 0; i < N_FILES; i++) {
    g_autofree char *source = g_strdup_printf ("%s/%s-%u", folder, name, i);

    g_assert_true (g_file_set_contents (source, i == BAD ? "X" : ".", 1, NULL));
    g_ptr_array_add (files.blobs, neg_blob_new_for_path (source));
    g_ptr_array_add (files.targets, g_strconcat (source, "-new", NULL));
  }
  return files;
}

static void
files_clear (Files *files)
{
  for (guint i = 0; i < N_FILES; i++) {
    unlink (neg_blob_get_name (files->blobs->pdata[i]));
    unlink (files->targets->pdata[i]);
  }
  g_ptr_array_unref (files->blobs);
  g_ptr_array_unref (files->targets);
}

static NegEnginePool *
new_pool (const char *mode, guint item_timeout_ms)
{
  g_autofree char *program = g_strdup_printf ("%s/fake-engine.%s", folder, mode);
  const NegEnginePoolOptions options = { 2, program, item_timeout_ms };
  g_autoptr (GError) error = NULL;
  NegEnginePool *pool;

  g_assert_cmpint (symlink (g_getenv ("NEGATOSCOPE_FAKE_ENGINE"), program), ==, 0);
  pool = neg_engine_pool_new (&options, &error);
  g_assert_no_error (error);
  return pool;
}

static NegModifyResult *
run (NegEnginePool *pool, const Files *files, GCancellable *cancellable)
{
  g_autoptr (NegModify) modify = neg_modify_new ();
  g_autoptr (GError) error = NULL;
  NegModifyResult *results = neg_modify_batch_run (pool, (NegBlob *const *) files->blobs->pdata,
                                                   (const char *const *) files->targets->pdata, N_FILES, modify,
                                                   NEG_PRIORITY_BACKGROUND, cancellable, &error);

  g_assert_no_error (error);
  return results;
}

static gboolean
is_there (const Files *files, guint index)
{
  return g_file_test (files->targets->pdata[index], G_FILE_TEST_EXISTS);
}

static void
test_misbehaviour (gconstpointer data)
{
  const char *mode = data;
  Files files = make_files (mode);
  NegEnginePool *pool = new_pool (mode, strcmp (mode, "hangs") == 0 ? 1000 : 0);
  NegModifyResult *results = run (pool, &files, NULL);

  for (guint i = 0; i < N_FILES; i++) {
    const gboolean is_bad = i == BAD && strcmp (mode, "good") != 0;
    g_autofree char *bytes = NULL;

    g_assert_true ((results[i].error != NULL) == is_bad);
    g_assert_true (is_there (&files, i) == !is_bad);
    if (!is_bad) {
      g_assert_true (g_file_get_contents (files.targets->pdata[i], &bytes, NULL, NULL));
      g_assert_cmpstr (bytes, ==, i == BAD ? "XX" : "..");
    }
  }
  neg_modify_results_free (results, N_FILES);
  neg_engine_pool_free (pool);
  files_clear (&files);
}

/* A length that is not the file's is a breach of protocol. */
static void
test_lies (void)
{
  Files files = make_files ("lies");
  NegEnginePool *pool = new_pool ("other-length", 0);
  NegModifyResult *results = run (pool, &files, NULL);

  for (guint i = 0; i < N_FILES; i++) {
    g_assert_nonnull (results[i].error);
    g_assert_false (is_there (&files, i));
  }
  neg_modify_results_free (results, N_FILES);
  neg_engine_pool_free (pool);
  files_clear (&files);
}

static void
test_cancel (void)
{
  Files files = make_files ("cancel");
  NegEnginePool *pool = new_pool ("cancelled", 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NegModifyResult *results;

  g_cancellable_cancel (cancellable);
  results = run (pool, &files, cancellable);
  for (guint i = 0; i < N_FILES; i++) {
    g_assert_error (results[i].error, NEG_ERROR, NEG_ERROR_CANCELLED);
    g_assert_false (is_there (&files, i));
  }
  neg_modify_results_free (results, N_FILES);
  neg_engine_pool_free (pool);
  files_clear (&files);
}

/* What is there is nobody's to write over. */
static void
test_conflict (void)
{
  Files files = make_files ("conflict");
  NegEnginePool *pool = new_pool ("unused", 0);
  NegModifyResult *results;
  g_autofree char *bytes = NULL;

  g_assert_true (g_file_set_contents (files.targets->pdata[3], "mine", 4, NULL));
  results = run (pool, &files, NULL);
  g_assert_error (results[3].error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_assert_no_error (results[2].error);
  g_assert_no_error (results[4].error);
  g_assert_true (g_file_get_contents (files.targets->pdata[3], &bytes, NULL, NULL));
  g_assert_cmpstr (bytes, ==, "mine");
  neg_modify_results_free (results, N_FILES);
  neg_engine_pool_free (pool);
  files_clear (&files);
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
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("NEGATOSCOPE_FAKE_ENGINE") == NULL) {
    g_print ("1..0 # SKIP no fake engine\n");
    return 0;
  }
  folder = g_dir_make_tmp ("neg-modify-XXXXXX", NULL);
  g_test_add_data_func ("/pool-modify/good", "good", test_misbehaviour);
  g_test_add_data_func ("/pool-modify/dies", "dies", test_misbehaviour);
  g_test_add_data_func ("/pool-modify/hangs", "hangs", test_misbehaviour);
  g_test_add_data_func ("/pool-modify/nonsense", "nonsense", test_misbehaviour);
  g_test_add_data_func ("/pool-modify/wrong-index", "wrong-index", test_misbehaviour);
  g_test_add_func ("/pool-modify/lies", test_lies);
  g_test_add_func ("/pool-modify/cancel", test_cancel);
  g_test_add_func ("/pool-modify/conflict", test_conflict);
  status = g_test_run ();
  remove_folder ();
  g_free (folder);
  return status;
}
