#include "config.h"

#include "demo/neg-demo.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/neg-error.h"
#include "demo/neg-demo-object.h"

/* Written last: where it is, everything else is. */
#define VERSION_SUFFIX ".version"
#define FOLDER_MODE 0700
#define FILE_MODE 0600

typedef struct {
  const char *folder;
  NegDemoProgress progress;
  gpointer user_data;
  guint n;
  GMutex lock; /* of what follows */
  guint done;
  guint64 bytes;
  GError *error; /* the first; with it the rest is left */
} Filling;

static gboolean
fail_errno (GError **error, const char *what)
{
  int number = errno;

  return neg_fail (error, number == ENOSPC || number == EDQUOT ? NEG_ERROR_DISK_FULL : NEG_ERROR_UNREADABLE, what, "%s",
                   g_strerror (number));
}

static void
count (GArray *objects, NegDemoCounts *counts)
{
  const NegDemoObject *before = NULL;

  for (guint i = 0; i < objects->len; i++) {
    const NegDemoObject *object = &g_array_index (objects, NegDemoObject, i);

    counts->n_patients += before == NULL || before->patient != object->patient;
    counts->n_studies += before == NULL || before->study != object->study;
    counts->n_series += before == NULL || before->series != object->series;
    before = object;
  }
  counts->n_instances = objects->len;
}

/* What the version file says of a complete demo, up to the bytes. */
static char *
describe (const NegDemoCounts *counts)
{
  return g_strdup_printf ("negatoscope demo %s, %u objects, bytes: ", NEG_DEMO_VERSION, counts->n_instances);
}

/* The mark lies beside the folder: whoever deletes that, or a part of it, leaves the mark. */
static gboolean
are_there (const char *folder, GArray *objects)
{
  for (guint i = 0; i < objects->len; i++) {
    g_autofree char *name = neg_demo_object_get_path (&g_array_index (objects, NegDemoObject, i));
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_complete (const char *folder, GArray *objects, NegDemoCounts *counts)
{
  g_autofree char *path = g_strconcat (folder, VERSION_SUFFIX, NULL);
  g_autofree char *expected = describe (counts);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL) || !g_str_has_prefix (text, expected)
      || !are_there (folder, objects))
    return FALSE;
  counts->bytes = g_ascii_strtoull (text + strlen (expected), NULL, 10);
  return TRUE;
}

static gboolean
remove_tree (const char *path, GError **error)
{
  g_autoptr (GDir) folder = NULL;
  const char *name;

  /* A link is removed itself, never what it points to. */
  if (g_file_test (path, G_FILE_TEST_IS_SYMLINK) || !g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_unlink (path) == 0 || errno == ENOENT || fail_errno (error, path);
  folder = g_dir_open (path, 0, error);
  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (!remove_tree (child, error))
      return FALSE;
  }
  return g_rmdir (path) == 0 || fail_errno (error, path);
}

/* An older version may have had other objects; they would be a second set of the same patients. */
static gboolean
clear (const char *folder, GError **error)
{
  g_autofree char *version = g_strconcat (folder, VERSION_SUFFIX, NULL);
  guint n;
  const NegDemoPatient *patients = neg_demo_department_get_patients (&n);

  if (!remove_tree (version, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    g_autofree char *path = g_build_filename (folder, patients[i].id, NULL);

    if (!remove_tree (path, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_file (const char *path, const void *data, gsize length, GError **error)
{
  return g_file_set_contents_full (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE, error);
}

static gboolean
write_object (const Filling *filling, const NegDemoObject *object, guint64 *bytes, GError **error)
{
  g_autofree char *name = neg_demo_object_get_path (object);
  g_autofree char *path = g_build_filename (filling->folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GByteArray) file = neg_demo_object_make (object, error);

  if (file == NULL)
    return FALSE;
  if (g_mkdir_with_parents (parent, FOLDER_MODE) != 0)
    return fail_errno (error, parent);
  *bytes = file->len;
  return write_file (path, file->data, file->len, error);
}

static void
fill_one (gpointer data, gpointer user_data)
{
  const NegDemoObject *object = data;
  Filling *filling = user_data;
  GError *error = NULL;
  gboolean stopped;
  guint64 bytes = 0;

  g_mutex_lock (&filling->lock);
  stopped = filling->error != NULL;
  g_mutex_unlock (&filling->lock);
  if (stopped)
    return;
  write_object (filling, object, &bytes, &error);
  g_mutex_lock (&filling->lock);
  filling->bytes += bytes;
  filling->done++;
  if (error == NULL && filling->progress != NULL)
    filling->progress (filling->done, filling->n, filling->user_data);
  if (filling->error == NULL)
    filling->error = g_steal_pointer (&error);
  g_mutex_unlock (&filling->lock);
  g_clear_error (&error);
}

/* What takes longest goes first, so that no thread is left with it at the end. */
static gboolean
is_long (const NegDemoObject *object)
{
  return object->series->kind != NEG_DEMO_SLICES;
}

static gboolean
fill (Filling *filling, GArray *objects, GError **error)
{
  GThreadPool *pool = g_thread_pool_new (fill_one, filling, (int) g_get_num_processors (), FALSE, error);

  if (pool == NULL)
    return FALSE;
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < objects->len; i++) {
      NegDemoObject *object = &g_array_index (objects, NegDemoObject, i);

      if (is_long (object) == (pass == 0))
        g_thread_pool_push (pool, object, NULL);
    }
  g_thread_pool_free (pool, FALSE, TRUE);
  if (filling->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&filling->error));
  return FALSE;
}

gboolean
neg_demo_fill (const char *folder, guint n_patients, NegDemoProgress progress, gpointer user_data,
               NegDemoCounts *counts, GError **error)
{
  g_autoptr (GArray) objects = neg_demo_list_objects (n_patients ? n_patients : G_MAXUINT);
  Filling filling = { .folder = folder, .progress = progress, .user_data = user_data, .n = objects->len };
  g_autofree char *path = g_strconcat (folder, VERSION_SUFFIX, NULL);
  g_autofree char *expected = NULL;
  g_autofree char *text = NULL;
  gboolean filled;

  *counts = (NegDemoCounts) { 0 };
  count (objects, counts);
  if (is_complete (folder, objects, counts))
    return TRUE;
  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    return fail_errno (error, folder);
  if (!clear (folder, error))
    return FALSE;
  g_mutex_init (&filling.lock);
  filled = fill (&filling, objects, error);
  g_mutex_clear (&filling.lock);
  if (!filled)
    return FALSE;
  counts->bytes = filling.bytes;
  expected = describe (counts);
  text = g_strdup_printf ("%s%" G_GUINT64_FORMAT "\n", expected, counts->bytes);
  return write_file (path, text, strlen (text), error);
}
