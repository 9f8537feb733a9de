#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/neg-error.h"
#include "base/neg-file-id.h"
#include "pipeline/neg-loader-private.h"

#define DEPTH_MAX 64

typedef struct {
  NegLoaderJob *job;
  GPtrArray *batch;
  guint batch_size;
} Walk;

static GPtrArray *
batch_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
}

static void
walk_flush (Walk *walk)
{
  GPtrArray *batch = walk->batch;

  walk->batch = batch_new ();
  walk->batch_size = MIN (walk->batch_size * 2, NEG_SCAN_BATCH_MAX);
  _neg_loader_job_scan (walk->job, batch);
}

static void
walk_fail (Walk *walk, const char *path, NegErrorCode code, const char *message)
{
  GError *error = NULL;

  neg_fail (&error, code, path, "%s", message);
  _neg_loader_job_answer (walk->job, NULL, g_strdup (path), NULL, error);
}

/* A name and what it is sorted by: made once, it costs more than all comparisons. */
typedef struct {
  char *name, *key;
} Name;

static void
name_clear (gpointer data)
{
  Name *name = data;

  g_free (name->name);
  g_free (name->key);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Name *) a)->key, ((const Name *) b)->key);
}

/* A folder that can be read in part, as on a scratched disc, gives what it has, and it is said that it is not all: GLib
 * tells its end from a failure by errno alone. */
static GArray *
read_names (Walk *walk, const char *path, GDir *folder)
{
  GArray *names = g_array_new (FALSE, FALSE, sizeof (Name));
  const char *found;

  g_array_set_clear_func (names, name_clear);
  for (errno = 0; (found = g_dir_read_name (folder)) != NULL && !g_cancellable_is_cancelled (walk->job->cancellable);
       errno = 0) {
    Name name;

    if (found[0] == '.')
      continue;
    name.name = g_strdup (found);
    name.key = g_utf8_collate_key_for_filename (found, -1);
    g_array_append_val (names, name);
  }
  if (found == NULL && errno != 0)
    walk_fail (walk, path, NEG_ERROR_UNREADABLE, g_strerror (errno));
  g_array_sort (names, compare_names);
  return names;
}

static void walk_path (Walk *walk, const char *path, guint depth);

static void
walk_folder (Walk *walk, const char *path, guint depth)
{
  g_autoptr (GArray) names = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);

  if (folder == NULL) {
    walk_fail (walk, path, NEG_ERROR_UNREADABLE, error->message);
    return;
  }
  if (depth >= DEPTH_MAX) {
    walk_fail (walk, path, NEG_ERROR_NESTING, "folders are nested too deeply");
    return;
  }
  names = read_names (walk, path, folder);
  for (guint i = 0; i < names->len && !g_cancellable_is_cancelled (walk->job->cancellable); i++) {
    g_autofree char *child = g_build_filename (path, g_array_index (names, Name, i).name, NULL);

    walk_path (walk, child, depth + 1);
  }
}

static void
walk_path (Walk *walk, const char *path, guint depth)
{
  struct stat status;

  if (stat (path, &status) != 0) {
    walk_fail (walk, path, errno == ENOENT ? NEG_ERROR_NOT_FOUND : NEG_ERROR_UNREADABLE, g_strerror (errno));
    return;
  }
  if (!S_ISDIR (status.st_mode) && !S_ISREG (status.st_mode)) {
    if (depth == 0)
      walk_fail (walk, path, NEG_ERROR_UNREADABLE, "neither a file nor a folder");
    return;
  }
  if (!_neg_loader_job_is_new (walk->job, status.st_dev, status.st_ino))
    return;
  if (S_ISDIR (status.st_mode)) {
    walk_folder (walk, path, depth);
    return;
  }
  g_ptr_array_add (walk->batch, neg_blob_new_for_path (path));
  if (walk->batch->len >= walk->batch_size)
    walk_flush (walk);
}

static void
walk_init (Walk *walk, NegLoaderJob *job)
{
  *walk = (Walk){ .job = job, .batch = batch_new (), .batch_size = NEG_LOADER_FIRST_BATCH };
}

static void
walk_finish (Walk *walk)
{
  walk_flush (walk);
  g_ptr_array_unref (walk->batch);
}

void
_neg_loader_walk (NegLoaderJob *job, const char *const *paths)
{
  Walk walk;

  walk_init (&walk, job);
  for (guint i = 0; paths[i] != NULL && !g_cancellable_is_cancelled (job->cancellable); i++)
    walk_path (&walk, paths[i], 0);
  walk_finish (&walk);
}

void
_neg_loader_walk_references (NegLoaderJob *job, const char *directory, const char *const *references)
{
  Walk walk;

  walk_init (&walk, job);
  for (guint i = 0; references[i] != NULL && !g_cancellable_is_cancelled (job->cancellable); i++) {
    g_autofree char *path = neg_file_id_find (directory, references[i]);

    if (path != NULL)
      walk_path (&walk, path, 0);
    else
      walk_fail (&walk, references[i], NEG_ERROR_NOT_FOUND, "the DICOMDIR refers to a file that is not there");
  }
  walk_finish (&walk);
}
