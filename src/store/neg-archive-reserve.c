/* Room on the disk for deleting when nothing else is left: a file that is given up for the time of a removal. */
#include "config.h"

#include "store/neg-archive-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESERVE_FILE "archive.reserve"
#define RESERVE_BYTES (4 * 1024 * 1024) /* what the log of one piece of a removal takes, and more */

static char *
dup_path (NegArchive *archive)
{
  return g_build_filename (archive->data_folder, RESERVE_FILE, NULL);
}

gboolean
_neg_archive_release_reserve (NegArchive *archive)
{
  g_autofree char *path = dup_path (archive);

  return g_unlink (path) == 0;
}

static gboolean
take_room (int fd)
{
  int code;

  do
    code = posix_fallocate (fd, 0, RESERVE_BYTES);
  while (code == EINTR);
  return code == 0;
}

/* Where there is no room for it now there may be after the next removal. It is not to take what is left for objects. */
void
_neg_archive_keep_reserve (NegArchive *archive)
{
  g_autofree char *path = dup_path (archive);
  struct stat status;
  guint64 free_bytes;
  int fd;

  if (g_lstat (path, &status) == 0 && status.st_size == RESERVE_BYTES)
    return;
  if (!neg_object_store_get_free_bytes (archive->objects, NEG_OBJECT_DATA, &free_bytes, NULL)
      || free_bytes < RESERVE_BYTES + RESERVE_BYTES / 2)
    return;
  fd = g_open (path, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return;
  if (!take_room (fd))
    g_unlink (path);
  close (fd);
}
