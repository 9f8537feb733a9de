/* The folders of the objects: made, brought onto the disk, swept and walked. */
#include "config.h"

#include "store/neg-object-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"

#define FOLDER_MODE 0700
#define REASON_SUFFIX ".reason"

static NegErrorCode
error_code_of (int saved_errno)
{
  switch (saved_errno) {
  case ENOSPC:
  case EDQUOT:
    return NEG_ERROR_DISK_FULL;
  case EACCES:
  case EPERM:
  case EROFS:
    return NEG_ERROR_REFUSED;
  case ENOENT:
    return NEG_ERROR_NOT_FOUND;
  case ENOMEM:
    return NEG_ERROR_MEMORY;
  default:
    return NEG_ERROR_ABORTED;
  }
}

gboolean
_neg_object_store_fail (int saved_errno, const char *what, GError **error)
{
  return neg_fail (error, error_code_of (saved_errno), "objects", "%s: %s", what, g_strerror (saved_errno));
}

gboolean
_neg_object_store_sync_folder (const char *folder, GError **error)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  int saved_errno = 0;

  if (fd < 0 || fsync (fd) != 0)
    saved_errno = errno;
  if (fd >= 0)
    close (fd);
  return saved_errno == 0 || _neg_object_store_fail (saved_errno, "A folder cannot be brought onto the disk", error);
}

static gboolean
make_folder (const char *path, GError **error)
{
  return g_mkdir (path, FOLDER_MODE) == 0 || errno == EEXIST
         || _neg_object_store_fail (errno, "A folder for objects cannot be made", error);
}

static gboolean
make_fan_out (const char *objects, GError **error)
{
  for (guint i = 0; i < 256; i++) {
    g_autofree char *path = g_strdup_printf ("%s/%02x", objects, i);

    if (!make_folder (path, error))
      return FALSE;
  }
  return TRUE;
}

/* They are synced also when all are there: whoever made them may have died before. */
gboolean
_neg_object_store_make_folders (NegObjectStore *store, NegObjectClass object_class, GError **error)
{
  const char *folder = store->folders[object_class];
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autofree char *incoming = g_build_filename (folder, "incoming", NULL);
  g_autofree char *objects = g_build_filename (folder, "objects", NULL);
  g_autofree char *quarantine = g_build_filename (folder, "quarantine", NULL);

  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    return _neg_object_store_fail (errno, "The folder of the objects cannot be made", error);
  return make_folder (incoming, error) && make_folder (objects, error) && make_folder (quarantine, error)
         && make_fan_out (objects, error) && _neg_object_store_sync_folder (objects, error)
         && _neg_object_store_sync_folder (folder, error) && _neg_object_store_sync_folder (parent, error);
}

void
neg_object_store_sweep (NegObjectStore *store)
{
  for (int i = 0; i < 2; i++) {
    g_autofree char *folder = g_build_filename (store->folders[i], "incoming", NULL);
    g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_str_has_prefix (name, store->mark))
        g_unlink (path);
    }
  }
}

gboolean
_neg_object_name_is_valid (const char *name)
{
  return strlen (name) == NEG_OBJECT_NAME_LENGTH && strspn (name, "0123456789abcdef") == NEG_OBJECT_NAME_LENGTH;
}

/* *stop: @func has had enough. A folder that is not there holds nothing. */
static gboolean
walk_folder (NegObjectStore *store, NegObjectClass object_class, guint index, NegObjectFunc func, gpointer user_data,
             gboolean *stop, GError **error)
{
  g_autofree char *folder = g_strdup_printf ("%s/objects/%02x", store->folders[object_class], index);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &failure);
  const char *name;

  if (dir == NULL)
    return g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT)
           || neg_fail (error, NEG_ERROR_REFUSED, "objects", "A folder of objects cannot be read");
  while (!*stop && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    struct stat status;

    if (_neg_object_name_is_valid (name) && g_lstat (path, &status) == 0 && S_ISREG (status.st_mode))
      *stop = !func (name, object_class, (guint64) status.st_size,
                     status.st_ctim.tv_sec * G_TIME_SPAN_SECOND + status.st_ctim.tv_nsec / 1000, user_data);
  }
  return TRUE;
}

gboolean
neg_object_store_walk (NegObjectStore *store, NegObjectFunc func, gpointer user_data, GError **error)
{
  gboolean stop = FALSE;

  for (int i = 0; i < 2; i++)
    for (guint index = 0; !stop && index < 256; index++)
      if (!walk_folder (store, (NegObjectClass) i, index, func, user_data, &stop, error))
        return FALSE;
  return TRUE;
}

/* A name of a file that the store made. */
static gboolean
tell_quarantined (const char *folder, const char *name, NegQuarantineFunc func, gpointer user_data)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *note = g_strconcat (path, REASON_SUFFIX, NULL);
  g_autofree char *reason = NULL;

  if (!g_file_get_contents (note, &reason, NULL, NULL))
    reason = g_strdup ("");
  return func (name, reason, user_data);
}

void
neg_object_store_walk_quarantine (NegObjectStore *store, NegQuarantineFunc func, gpointer user_data)
{
  gboolean stop = FALSE;

  for (int i = 0; i < 2; i++) {
    g_autofree char *folder = g_build_filename (store->folders[i], "quarantine", NULL);
    g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
    const char *name;

    while (!stop && dir != NULL && (name = g_dir_read_name (dir)) != NULL)
      if (!g_str_has_suffix (name, REASON_SUFFIX))
        stop = !tell_quarantined (folder, name, func, user_data);
  }
}

gboolean
neg_object_store_quarantine_is_full (NegObjectStore *store)
{
  guint64 bytes = 0;
  guint n = 0;

  for (int i = 0; i < 2; i++) {
    g_autofree char *folder = g_build_filename (store->folders[i], "quarantine", NULL);
    g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
    const char *name;

    while (dir != NULL && n < NEG_QUARANTINE_FILES_MAX && (name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat status;

      n += g_str_has_suffix (name, REASON_SUFFIX) ? 0 : 1;
      bytes += g_lstat (path, &status) == 0 ? (guint64) status.st_size : 0;
    }
  }
  return n >= NEG_QUARANTINE_FILES_MAX || bytes >= NEG_QUARANTINE_BYTES_MAX;
}
