#include "config.h"

#include "agent/neg-import-private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/neg-error.h"
#include "base/neg-file-id.h"

#define DEPTH_MAX 64
#define TELL_EVERY 256

typedef struct {
  NegImport *import;
  GPtrArray *blobs;
} Walk;

static void
walk_fail (Walk *walk, const char *path, NegErrorCode code, const char *message)
{
  g_autoptr (GError) error = NULL;

  neg_fail (&error, code, NULL, "%s", message);
  walk->import->transfer->progress.objects++;
  _neg_import_fail (walk->import, path, error);
}

/* A file that has several names or is reached twice is one file; links cannot make a folder endless. */
static gboolean
is_new (Walk *walk, const struct stat *status)
{
  return g_hash_table_add (walk->import->seen, g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                                                (guint64) status->st_dev, (guint64) status->st_ino));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* A folder that can be read in part gives what it has, and it is said that it is not all: GLib tells its end from a
 * failure by errno alone. */
static GPtrArray *
read_names (Walk *walk, const char *path, GDir *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *found;

  for (errno = 0; (found = g_dir_read_name (folder)) != NULL; errno = 0)
    if (found[0] != '.')
      g_ptr_array_add (names, g_strdup (found));
  if (errno != 0)
    walk_fail (walk, path, NEG_ERROR_UNREADABLE, g_strerror (errno));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void walk_path (Walk *walk, const char *path, guint depth);

static void
walk_folder (Walk *walk, const char *path, guint depth)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
  g_autoptr (GPtrArray) names = NULL;

  if (folder == NULL) {
    walk_fail (walk, path, NEG_ERROR_UNREADABLE, error->message);
    return;
  }
  if (depth >= DEPTH_MAX) {
    walk_fail (walk, path, NEG_ERROR_NESTING, "folders are nested too deeply");
    return;
  }
  names = read_names (walk, path, folder);
  for (guint i = 0; i < names->len && !g_cancellable_is_cancelled (walk->import->cancellable); i++) {
    g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);

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
  if (!is_new (walk, &status))
    return;
  if (S_ISDIR (status.st_mode)) {
    walk_folder (walk, path, depth);
    return;
  }
  g_ptr_array_add (walk->blobs, neg_blob_new_for_path (path));
  if (++walk->import->transfer->progress.objects % TELL_EVERY == 0)
    _neg_import_tell (walk->import);
}

static GPtrArray *
blobs_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
}

GPtrArray *
_neg_import_walk (NegImport *import, const char *const *paths)
{
  Walk walk = { import, blobs_new () };

  for (guint i = 0; paths[i] != NULL; i++)
    walk_path (&walk, paths[i], 0);
  return walk.blobs;
}

GPtrArray *
_neg_import_walk_references (NegImport *import, const char *folder, const char *const *references)
{
  Walk walk = { import, blobs_new () };

  for (guint i = 0; references[i] != NULL && !g_cancellable_is_cancelled (import->cancellable); i++) {
    g_autofree char *path = neg_file_id_find (folder, references[i]);
    g_autofree char *missing = path == NULL ? g_build_filename (folder, references[i], NULL) : NULL;

    if (path != NULL)
      walk_path (&walk, path, 0);
    else
      walk_fail (&walk, missing, NEG_ERROR_NOT_FOUND, "the DICOMDIR refers to a file that is not there");
  }
  return walk.blobs;
}
