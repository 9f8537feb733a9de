#include "config.h"

#include "store/neg-object-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-fault.h"

#define SEALING_THREADS 4

static char *
make_mark (void)
{
  guint64 number = 0;

  /* At most 256 bytes never come short. */
  if (getrandom (&number, sizeof number, 0) != sizeof number)
    number = (guint64) g_get_real_time ();
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x-", number);
}

NegObjectStore *
neg_object_store_open (const char *data_folder, const char *cache_folder, GError **error)
{
  g_autoptr (NegObjectStore) store = g_new0 (NegObjectStore, 1);

  g_mutex_init (&store->lock);
  store->folders[NEG_OBJECT_DATA] = g_canonicalize_filename (data_folder, NULL);
  store->folders[NEG_OBJECT_CACHE] = g_canonicalize_filename (cache_folder, NULL);
  store->mark = make_mark ();
  for (int i = 0; i < 2; i++) {
    store->sealed[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    store->unwanted[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  }
  /* One file for both would be evicted although the other class keeps it. */
  if (strcmp (store->folders[0], store->folders[1]) == 0) {
    neg_fail (error, NEG_ERROR_USAGE, "objects", "The folder of data and the folder of the cache are the same");
    return NULL;
  }
  if (!_neg_object_store_make_folders (store, NEG_OBJECT_DATA, error)
      || !_neg_object_store_make_folders (store, NEG_OBJECT_CACHE, error))
    return NULL;
  return g_steal_pointer (&store);
}

void
neg_object_store_free (NegObjectStore *store)
{
  if (store == NULL)
    return;
  for (int i = 0; i < 2; i++) {
    g_hash_table_unref (store->sealed[i]);
    g_hash_table_unref (store->unwanted[i]);
    g_free (store->folders[i]);
  }
  g_free (store->mark);
  g_mutex_clear (&store->lock);
  g_free (store);
}

static int
create_incoming (NegObjectStore *store, NegObjectClass object_class, char **path)
{
  g_autofree char *name = g_strconcat (store->mark, "XXXXXX", NULL);
  int fd;

  *path = g_build_filename (store->folders[object_class], "incoming", name, NULL);
  fd = g_mkstemp_full (*path, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    g_clear_pointer (path, g_free);
  return fd;
}

NegIncoming *
neg_object_store_begin (NegObjectStore *store, NegObjectClass object_class, GError **error)
{
  char *path = NULL;
  int fd = create_incoming (store, object_class, &path);
  NegIncoming *incoming;

  /* People empty their cache folder while programs run. */
  if (fd < 0 && errno == ENOENT) {
    if (!_neg_object_store_make_folders (store, object_class, error))
      return NULL;
    fd = create_incoming (store, object_class, &path);
  }
  if (fd < 0) {
    _neg_object_store_fail (errno, "A file for an object cannot be made", error);
    return NULL;
  }
  incoming = g_new0 (NegIncoming, 1);
  incoming->object_class = object_class;
  incoming->fd = fd;
  incoming->path = path;
  incoming->store = store;
  return incoming;
}

/* TRUE when nobody holds it any more, and it could not be removed while somebody did. */
static gboolean
hold_name (NegObjectStore *store, NegObjectClass object_class, const char *name, int change)
{
  GHashTable *sealed = store->sealed[object_class];
  gboolean is_unwanted = FALSE;
  int count;

  g_mutex_lock (&store->lock);
  count = GPOINTER_TO_INT (g_hash_table_lookup (sealed, name)) + change;
  if (count > 0)
    g_hash_table_replace (sealed, g_strdup (name), GINT_TO_POINTER (count));
  else {
    g_hash_table_remove (sealed, name);
    is_unwanted = g_hash_table_remove (store->unwanted[object_class], name);
  }
  g_mutex_unlock (&store->lock);
  return is_unwanted;
}

gboolean
_neg_incoming_let_go (NegIncoming *incoming)
{
  gboolean is_unwanted = FALSE;

  if (incoming->name != NULL)
    is_unwanted = hold_name (incoming->store, incoming->object_class, incoming->name, -1);
  g_clear_pointer (&incoming->name, g_free);
  return is_unwanted;
}

void
neg_incoming_free (NegIncoming *incoming)
{
  if (incoming == NULL)
    return;
  _neg_incoming_let_go (incoming);
  if (incoming->path != NULL)
    g_unlink (incoming->path);
  if (incoming->fd >= 0)
    close (incoming->fd);
  g_free (incoming->path);
  g_free (incoming);
}

/* A hint, whose failure is that of fdatasync(). */
void
neg_incoming_begin_sync (NegIncoming *incoming)
{
  sync_file_range (incoming->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

/* The disk writes while the processor hashes. */
static char *
sync_and_hash (NegIncoming *incoming, guint64 bytes, GError **error)
{
  g_autofree char *name = NULL;
  struct stat status;

  neg_fault_point ("written");
  if (fstat (incoming->fd, &status) != 0) {
    _neg_object_store_fail (errno, "An object cannot be examined", error);
    return NULL;
  }
  if ((guint64) status.st_size != bytes) {
    neg_fail (error, NEG_ERROR_TRUNCATED, "objects",
              "An object of %" G_GUINT64_FORMAT " bytes was announced, %" G_GUINT64_FORMAT " were written", bytes,
              (guint64) status.st_size);
    return NULL;
  }
  name = _neg_object_hash_fd (incoming->fd, bytes, NULL, error);
  if (name == NULL)
    return NULL;
  neg_fault_point ("hashed");
  if (fdatasync (incoming->fd) != 0) {
    _neg_object_store_fail (errno, "An object cannot be brought onto the disk", error);
    return NULL;
  }
  neg_fault_point ("synced");
  return g_steal_pointer (&name);
}

static gboolean
move_into_place (NegIncoming *incoming, const char *path, GError **error)
{
  int code = g_rename (incoming->path, path);

  if (code != 0 && errno == ENOENT && _neg_object_store_make_folders (incoming->store, incoming->object_class, NULL))
    code = g_rename (incoming->path, path);
  if (code != 0)
    return _neg_object_store_fail (errno, "An object cannot be put in its place", error);
  g_clear_pointer (&incoming->path, g_free);
  neg_fault_point ("renamed");
  return TRUE;
}

static char *
rename_by_hash (NegObjectStore *store, NegIncoming *incoming, guint64 bytes, GError **error)
{
  g_autofree char *path = NULL;
  char *found = sync_and_hash (incoming, bytes, error);

  if (found == NULL)
    return NULL;
  incoming->name = found;
  hold_name (store, incoming->object_class, found, 1);
  path = neg_object_store_dup_path (store, incoming->object_class, found);
  if (!move_into_place (incoming, path, error))
    return NULL;
  close (incoming->fd);
  incoming->fd = -1;
  return g_path_get_dirname (path);
}

/* One object of several. */
typedef struct {
  NegSealing *sealing;
  char *folder;  /* of its place, once it is there */
  GError *error; /* of the folder */
  gboolean syncs; /* the first one in its folder */
} Step;

static void
rename_cb (gpointer data, gpointer store)
{
  Step *step = data;

  step->folder = rename_by_hash (store, step->sealing->incoming, step->sealing->bytes, &step->sealing->error);
}

static void
sync_folder_cb (gpointer data, gpointer store)
{
  Step *step = data;

  if (step->syncs && _neg_object_store_sync_folder (step->folder, &step->error))
    neg_fault_point ("folder-synced");
}

/* What several threads wait for the disk to write, it writes together. */
static void
run_steps (GFunc func, Step *steps, guint n, NegObjectStore *store)
{
  GThreadPool *threads = n > 1 ? g_thread_pool_new (func, store, SEALING_THREADS, FALSE, NULL) : NULL;

  for (guint i = 0; i < n; i++)
    if (threads == NULL)
      func (&steps[i], store);
    else
      g_thread_pool_push (threads, &steps[i], NULL);
  if (threads != NULL)
    g_thread_pool_free (threads, FALSE, TRUE);
}

/* A folder that could not be synced is the failure of all in it. */
static void
conclude (Step *steps, guint n, GHashTable *first)
{
  for (guint i = 0; i < n; i++) {
    const Step *syncing = steps[i].folder != NULL ? g_hash_table_lookup (first, steps[i].folder) : NULL;

    if (syncing != NULL && syncing->error != NULL)
      steps[i].sealing->error = g_error_copy (syncing->error);
  }
}

void
neg_object_store_seal_many (NegObjectStore *store, NegSealing *sealings, guint n)
{
  g_autoptr (GHashTable) first = g_hash_table_new (g_str_hash, g_str_equal); /* folder: Step */
  g_autofree Step *steps = g_new0 (Step, n);

  for (guint i = 0; i < n; i++) {
    neg_incoming_begin_sync (sealings[i].incoming);
    steps[i].sealing = &sealings[i];
  }
  run_steps (rename_cb, steps, n, store);
  for (guint i = 0; i < n; i++)
    if (steps[i].folder != NULL && !g_hash_table_contains (first, steps[i].folder)) {
      steps[i].syncs = TRUE;
      g_hash_table_insert (first, steps[i].folder, &steps[i]);
    }
  run_steps (sync_folder_cb, steps, n, store);
  conclude (steps, n, first);
  for (guint i = 0; i < n; i++) {
    g_clear_error (&steps[i].error);
    g_free (steps[i].folder);
  }
}

gboolean
neg_object_store_seal (NegObjectStore *store, NegIncoming *incoming, guint64 bytes, char **name, GError **error)
{
  NegSealing sealing = { .incoming = incoming, .bytes = bytes };

  neg_object_store_seal_many (store, &sealing, 1);
  if (sealing.error != NULL) {
    g_propagate_error (error, sealing.error);
    return FALSE;
  }
  *name = g_strdup (incoming->name);
  return TRUE;
}

char *
neg_object_store_dup_path (NegObjectStore *store, NegObjectClass object_class, const char *name)
{
  char folder[3] = { name[0], name[0] != '\0' ? name[1] : '\0', '\0' };

  return g_build_filename (store->folders[object_class], "objects", folder, name, NULL);
}

gboolean
neg_object_store_remove (NegObjectStore *store, NegObjectClass object_class, const char *name, NegObjectNamed is_named,
                         gpointer user_data, GError **error)
{
  g_autofree char *path = NULL;
  int saved_errno = 0;

  if (!_neg_object_name_is_valid (name))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "objects", "The index names an object as none is named");
  path = neg_object_store_dup_path (store, object_class, name);
  g_mutex_lock (&store->lock);
  if (g_hash_table_contains (store->sealed[object_class], name))
    g_hash_table_add (store->unwanted[object_class], g_strdup (name));
  else if ((is_named == NULL || !is_named (name, object_class, user_data)) && g_unlink (path) != 0)
    saved_errno = errno;
  g_mutex_unlock (&store->lock);
  return saved_errno == 0 || saved_errno == ENOENT
         || _neg_object_store_fail (saved_errno, "An object cannot be deleted", error);
}

gboolean
neg_object_store_quarantine (NegObjectStore *store, NegIncoming *incoming, const char *reason, GError **error)
{
  g_autofree char *base = g_path_get_basename (incoming->path != NULL ? incoming->path : "");
  g_autofree char *path = g_build_filename (store->folders[incoming->object_class], "quarantine", base, NULL);
  g_autofree char *note = g_strconcat (path, ".reason", NULL);
  g_autoptr (GError) failure = NULL;

  if (incoming->path == NULL)
    return neg_fail (error, NEG_ERROR_USAGE, "objects", "An object that is in its place is not put into quarantine");
  if (!g_file_set_contents_full (note, reason, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &failure))
    return neg_fail (error, g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? NEG_ERROR_DISK_FULL
                                                                                       : NEG_ERROR_REFUSED,
                     "objects", "An object cannot be put into quarantine");
  neg_fault_point ("quarantine-noted");
  if (g_rename (incoming->path, path) != 0)
    return _neg_object_store_fail (errno, "An object cannot be put into quarantine", error);
  g_clear_pointer (&incoming->path, g_free);
  return TRUE;
}

gboolean
neg_object_store_get_free_bytes (NegObjectStore *store, NegObjectClass object_class, guint64 *bytes, GError **error)
{
  struct statvfs status;

  if (statvfs (store->folders[object_class], &status) != 0)
    return _neg_object_store_fail (errno, "What is free on the disk cannot be asked", error);
  *bytes = (guint64) status.f_bavail * status.f_frsize;
  return TRUE;
}
