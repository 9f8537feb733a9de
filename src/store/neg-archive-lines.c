/* Files of lines beside the database: what it knows and no object says, for the day on which it is lost. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "store/neg-archive-private.h"
#include "store/neg-object-store-private.h"

#define CANNOT_NOTE "What the index alone would know cannot be noted"

static gboolean
write_all (int fd, const GString *text, GError **error)
{
  const off_t end = lseek (fd, 0, SEEK_END);
  char last = '\n';

  /* After a crash the last line may have no end. */
  if (end > 0 && pread (fd, &last, 1, end - 1) == 1 && last != '\n' && write (fd, "\n", 1) != 1)
    return _neg_object_store_fail (errno, CANNOT_NOTE, error);
  if (write (fd, text->str, text->len) != (gssize) text->len || fdatasync (fd) != 0)
    return _neg_object_store_fail (errno == 0 ? ENOSPC : errno, CANNOT_NOTE, error);
  return TRUE;
}

gboolean
_neg_archive_append_lines (NegArchive *archive, const char *file, const GString *text, GError **error)
{
  g_autofree char *path = g_build_filename (archive->data_folder, file, NULL);
  const gboolean is_new = !g_file_test (path, G_FILE_TEST_EXISTS);
  int fd = g_open (path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean done;

  if (fd < 0)
    return _neg_object_store_fail (errno, CANNOT_NOTE, error);
  errno = 0;
  done = write_all (fd, text, error);
  close (fd);
  return done && (!is_new || _neg_object_store_sync_folder (archive->data_folder, error));
}

static gboolean
read_all (FILE *file, const char *name, NegArchiveLineFunc func, gpointer user_data, GError **error)
{
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  int failed;

  while ((length = getline (&line, &room, file)) > 0) {
    if (line[length - 1] != '\n')
      continue;
    line[length - 1] = '\0';
    func (line, user_data);
  }
  failed = ferror (file);
  free (line);
  return !failed || neg_fail (error, NEG_ERROR_UNREADABLE, name, "What was noted beside the archive cannot be read");
}

gboolean
_neg_archive_read_lines (const char *data_folder, const char *name, NegArchiveLineFunc func, gpointer user_data,
                         GError **error)
{
  g_autofree char *path = g_build_filename (data_folder, name, NULL);
  FILE *file = g_fopen (path, "re");
  gboolean done;

  if (file == NULL)
    return errno == ENOENT
           || neg_fail (error, NEG_ERROR_UNREADABLE, name, "What was noted beside the archive cannot be read: %s",
                        g_strerror (errno));
  done = read_all (file, name, func, user_data, error);
  fclose (file);
  return done;
}
