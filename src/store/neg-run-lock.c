#include "config.h"

#include "store/neg-run-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"

#define PREFIX "run-"
#define SUFFIX ".lock"
#define N_ID_BYTES 16
#define ID_LENGTH (2 * N_ID_BYTES)

struct _NegRunLock {
  char id[ID_LENGTH + 1];
  char *path;
  int fd;
};

static gboolean
is_id (const char *id, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isxdigit (id[i]))
      return FALSE;
  return length == ID_LENGTH;
}

static char *
path_of (const char *folder, const char *id)
{
  g_autofree char *name = g_strconcat (PREFIX, id, SUFFIX, NULL);

  return g_build_filename (folder, name, NULL);
}

static gboolean
make_id (char id[ID_LENGTH + 1])
{
  guint8 bytes[N_ID_BYTES];

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    return FALSE;
  for (guint i = 0; i < N_ID_BYTES; i++)
    g_snprintf (id + 2 * i, 3, "%02x", bytes[i]);
  return TRUE;
}

/* Somebody's sweep may have deleted the file between its making and its locking. */
static gboolean
open_locked (NegRunLock *lock)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  struct stat status;

  for (int i = 0; i < 10; i++) {
    lock->fd = g_open (lock->path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock->fd < 0)
      return FALSE;
    if (fcntl (lock->fd, F_OFD_SETLK, &whole) == 0 && fstat (lock->fd, &status) == 0 && status.st_nlink > 0)
      return TRUE;
    close (lock->fd);
    lock->fd = -1;
  }
  return FALSE;
}

NegRunLock *
neg_run_lock_new (const char *folder, GError **error)
{
  NegRunLock *lock = g_new0 (NegRunLock, 1);

  lock->fd = -1;
  if (make_id (lock->id)) {
    lock->path = path_of (folder, lock->id);
    if (open_locked (lock))
      return lock;
  }
  neg_fail (error, errno == ENOSPC ? NEG_ERROR_DISK_FULL : NEG_ERROR_REFUSED, NULL,
            "This run of the program cannot be marked as alive: %s", g_strerror (errno));
  neg_run_lock_free (lock);
  return NULL;
}

const char *
neg_run_lock_get_id (const NegRunLock *lock)
{
  return lock->id;
}

void
neg_run_lock_free (NegRunLock *lock)
{
  if (lock == NULL)
    return;
  if (lock->fd >= 0) {
    g_unlink (lock->path);
    close (lock->fd);
  }
  g_free (lock->path);
  g_free (lock);
}

static gboolean
is_locked (const char *path)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int fd = g_open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
  gboolean locked;

  /* Who cannot look does not know: no run is taken for dead, and its screen deleted, because of that. */
  if (fd < 0)
    return errno != ENOENT;
  locked = fcntl (fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  close (fd);
  return locked;
}

gboolean
neg_run_lock_is_held (const char *folder, const char *id)
{
  g_autofree char *path = NULL;

  if (!is_id (id, strlen (id)))
    return FALSE;
  path = path_of (folder, id);
  return is_locked (path);
}

void
neg_run_lock_sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    gsize length = strlen (name);
    g_autofree char *path = NULL;

    if (!g_str_has_prefix (name, PREFIX) || !g_str_has_suffix (name, SUFFIX)
        || !is_id (name + strlen (PREFIX), length - strlen (PREFIX SUFFIX)))
      continue;
    path = g_build_filename (folder, name, NULL);
    if (!is_locked (path))
      g_unlink (path);
  }
}
