#include "config.h"

#include "wire/neg-blob.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-shared-fd.h"

struct _NegBlob {
  gatomicrefcount ref_count;
  guint64 id;
  char *name; /* of a file: its path */
  gboolean is_region; /* else opened by path each time: a folder of 10,000 files holds no descriptors */
  NegSharedFd *shared;
  guint64 offset, length;
};

static guint64
next_id (void)
{
  static gsize last; /* unique in this process: it must be counted in one place */

  return g_atomic_pointer_add (&last, 1) + 1;
}

static NegBlob *
blob_new (const char *name)
{
  NegBlob *blob = g_new0 (NegBlob, 1);

  g_atomic_ref_count_init (&blob->ref_count);
  blob->id = next_id ();
  blob->name = g_strdup (name);
  return blob;
}

NegBlob *
neg_blob_new_for_path (const char *path)
{
  return blob_new (path);
}

NegBlob *
neg_blob_new_for_region (int fd, guint64 offset, guint64 length, const char *name)
{
  NegBlob *blob = blob_new (name);

  /* Where no descriptor is left the blob is kept and opening it fails, with words. */
  blob->shared = _neg_shared_fd_new (fd);
  blob->offset = offset;
  blob->length = length;
  blob->is_region = TRUE;
  return blob;
}

NegBlob *
neg_blob_ref (NegBlob *blob)
{
  g_atomic_ref_count_inc (&blob->ref_count);
  return blob;
}

void
neg_blob_unref (NegBlob *blob)
{
  if (blob == NULL || !g_atomic_ref_count_dec (&blob->ref_count))
    return;
  _neg_shared_fd_unref (blob->shared);
  g_free (blob->name);
  g_free (blob);
}

const char *
neg_blob_get_name (NegBlob *blob)
{
  return blob->name;
}

gboolean
neg_blob_is_region (NegBlob *blob)
{
  return blob->is_region;
}

guint64
neg_blob_get_id (NegBlob *blob)
{
  return blob->id;
}

static int
fail_by_errno (GError **error, int code)
{
  NegErrorCode kind = code == ENOENT ? NEG_ERROR_NOT_FOUND : NEG_ERROR_UNREADABLE;

  neg_fail (error, kind, NULL, "cannot be opened: %s", g_strerror (code));
  return -1;
}

/* O_NONBLOCK, so that a FIFO or a device cannot hold the caller before fstat() tells what it is. */
static int
open_regular (const char *path, guint64 *length, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat status;

  if (fd < 0)
    return fail_by_errno (error, errno);
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode)) {
    close (fd);
    neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "not a regular file");
    return -1;
  }
  *length = status.st_size;
  return fd;
}

int
neg_blob_open (NegBlob *blob, guint64 *offset, guint64 *length, GError **error)
{
  int fd;

  if (!blob->is_region) {
    *offset = 0;
    return open_regular (blob->name, length, error);
  }
  *offset = blob->offset;
  *length = blob->length;
  fd = fcntl (_neg_shared_fd_get (blob->shared), F_DUPFD_CLOEXEC, 3);
  return fd >= 0 ? fd : fail_by_errno (error, errno);
}
