#include "config.h"

#include "agent/neg-import-private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/neg-error.h"

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

/* A file system that kept the case or the version number of ISO 9660 names: "IM1" may lie there as "im1" or "IM1;1". */
static char *
find_component (const char *folder, const char *component)
{
  g_autofree char *exact = g_build_filename (folder, component, NULL);
  g_autoptr (GDir) listing = NULL;
  gsize length = strlen (component);
  const char *name;

  if (g_file_test (exact, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&exact);
  listing = g_dir_open (folder, 0, NULL);
  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    if (g_ascii_strncasecmp (name, component, length) == 0 && (name[length] == '\0' || name[length] == ';'))
      return g_build_filename (folder, name, NULL);
  return NULL;
}

/* PS3.10 8.5: components of a File ID are names below the folder of the DICOMDIR, never a way out of it. */
static char *
find_reference (const char *folder, const char *reference)
{
  g_auto (GStrv) components = g_strsplit (reference, "/", DEPTH_MAX);
  g_autofree char *path = g_strdup (folder);

  for (guint i = 0; components[i] != NULL; i++) {
    char *next;

    if (*components[i] == '\0' || strcmp (components[i], ".") == 0 || strcmp (components[i], "..") == 0
        || strchr (components[i], '/') != NULL)
      return NULL;
    next = find_component (path, components[i]);
    if (next == NULL)
      return NULL;
    g_free (path);
    path = next;
  }
  return g_steal_pointer (&path);
}

GPtrArray *
_neg_import_walk_references (NegImport *import, const char *folder, const char *const *references)
{
  Walk walk = { import, blobs_new () };

  for (guint i = 0; references[i] != NULL && !g_cancellable_is_cancelled (import->cancellable); i++) {
    g_autofree char *path = find_reference (folder, references[i]);
    g_autofree char *missing = path == NULL ? g_build_filename (folder, references[i], NULL) : NULL;

    if (path != NULL)
      walk_path (&walk, path, 0);
    else
      walk_fail (&walk, missing, NEG_ERROR_NOT_FOUND, "the DICOMDIR refers to a file that is not there");
  }
  return walk.blobs;
}
