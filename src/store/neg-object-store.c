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
  g_cond_init (&store->sealed_one);
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
  if (store->sealers != NULL)
    g_thread_pool_free (store->sealers, FALSE, TRUE);
  for (int i = 0; i < 2; i++) {
    g_hash_table_unref (store->sealed[i]);
    g_hash_table_unref (store->unwanted[i]);
    g_free (store->folders[i]);
  }
  g_free (store->mark);
  g_cond_clear (&store->sealed_one);
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

gboolean
_neg_object_store_hold_name (NegObjectStore *store, NegObjectClass object_class, const char *name, int change)
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
    is_unwanted = _neg_object_store_hold_name (incoming->store, incoming->object_class, incoming->name, -1);
  g_clear_pointer (&incoming->name, g_free);
  return is_unwanted;
}

void
neg_incoming_free (NegIncoming *incoming)
{
  if (incoming == NULL)
    return;
  _neg_incoming_await_sync (incoming);
  _neg_incoming_let_go (incoming);
  if (incoming->path != NULL)
    g_unlink (incoming->path);
  if (incoming->fd >= 0)
    close (incoming->fd);
  g_free (incoming->path);
  g_free (incoming->hash);
  g_free (incoming);
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
