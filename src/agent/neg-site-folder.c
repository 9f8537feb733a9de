#include "config.h"

#include "agent/neg-site-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/neg-limited.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"

#define COPY_BYTES (256 * 1024)
#define LOCK_FILE ".manifest.lock"
#define LOCK_TRIES 200
#define LOCK_POLL_US 100000
#define NAME_BYTES_MAX 100

/* Others of the department read it, and write beside it: the agent's own umask (077) is for what is at home. */
#define FILE_MODE 0664
#define FOLDER_MODE 0775

static char *writer; /* set once */

void
neg_site_folder_set_writer (const char *data_folder)
{
  g_autofree char *whole = g_strconcat (g_get_host_name (), ":", data_folder, NULL);
  char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);

  hash[16] = '\0';
  g_free (writer);
  writer = hash;
}

static gboolean
fail_errno (const char *path, int code, const char *what, GError **error)
{
  NegErrorCode kind = NEG_ERROR_UNREADABLE;

  if (code == ENOENT || code == ENOTDIR || code == ESTALE || code == ENODEV || code == EHOSTDOWN || code == ENOTCONN)
    kind = NEG_ERROR_NOT_FOUND;
  else if (code == ENOSPC || code == EDQUOT)
    kind = NEG_ERROR_DISK_FULL;
  else if (code == EACCES || code == EPERM || code == EROFS)
    kind = NEG_ERROR_REFUSED;
  return neg_fail (error, kind, path, "%s cannot be %s: %s", path, what, g_strerror (code));
}

gboolean
neg_site_folder_check (const char *folder, GError **error)
{
  struct stat about;

  if (stat (folder, &about) != 0)
    return fail_errno (folder, errno, "reached", error);
  return S_ISDIR (about.st_mode) || neg_fail (error, NEG_ERROR_NOT_FOUND, folder, "%s is not a folder", folder);
}

/* The group of the folder stays (setgid), so that a department's members can write beside each other. */
static gboolean
make_subfolder (const char *folder, const char *path, GError **error)
{
  struct stat above, about;

  if (stat (path, &about) == 0)
    return S_ISDIR (about.st_mode) || neg_fail (error, NEG_ERROR_CONFLICT, path, "%s is not a folder", path);
  if (stat (folder, &above) != 0)
    return fail_errno (folder, errno, "reached", error);
  if (mkdir (path, FOLDER_MODE) != 0)
    return errno == EEXIST || fail_errno (path, errno, "made", error);
  chmod (path, FOLDER_MODE | (above.st_mode & S_ISGID));
  return TRUE;
}

static char *
dup_subfolder (const char *folder, const char *subfolder, GError **error)
{
  char *path = *subfolder != '\0' ? g_build_filename (folder, subfolder, NULL) : g_strdup (folder);

  if (neg_site_folder_check (folder, error) && (*subfolder == '\0' || make_subfolder (folder, path, error)))
    return path;
  g_free (path);
  return NULL;
}

/* --- writing --- */

static gboolean
write_all (int fd, const char *path, const char *bytes, gsize length, GError **error)
{
  while (length > 0) {
    const gssize written = write (fd, bytes, length);

    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return fail_errno (path, errno, "written", error);
    bytes += written;
    length -= (gsize) written;
    neg_limited_beat ();
  }
  return TRUE;
}

static gboolean
sync_folder (const char *path, GError **error)
{
  const int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* A share that cannot do it for folders says so; it has the file all the same. */
  const gboolean is_synced = fd >= 0 && (fsync (fd) == 0 || errno == EINVAL || errno == ENOTSUP);
  const int code = errno;

  if (fd >= 0)
    close (fd);
  return is_synced || fail_errno (path, code, "written", error);
}

/* Whoever is in the middle of a line ends it before the next begins. */
static gboolean
await_lock (int fd, const char *path, guint tries, GError **error)
{
  for (guint i = 0; i < tries; i++) {
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    if (fcntl (fd, F_OFD_SETLK, &lock) == 0)
      return TRUE;
    if (errno != EAGAIN && errno != EACCES && errno != EINTR)
      return TRUE; /* a share without locks: appending is still one write */
    neg_limited_beat ();
    g_usleep (LOCK_POLL_US);
  }
  return neg_fail (error, NEG_ERROR_BUSY, path, "somebody else is writing to %s", path);
}

static gboolean
ends_with_line (int fd)
{
  struct stat about;
  char last = '\n';

  return fstat (fd, &about) != 0 || about.st_size == 0 || pread (fd, &last, 1, about.st_size - 1) != 1 || last == '\n';
}

static gboolean
append_to (int fd, const char *path, const char *line, GError **error)
{
  g_autofree char *text = NULL;
  struct stat about;

  if (fstat (fd, &about) != 0 || !S_ISREG (about.st_mode))
    return neg_fail (error, NEG_ERROR_CONFLICT, path, "%s is not a file", path);
  if (!await_lock (fd, path, LOCK_TRIES, error))
    return FALSE;
  text = g_strconcat (ends_with_line (fd) ? "" : "\n", line, "\n", NULL);
  if (!write_all (fd, path, text, strlen (text), error))
    return FALSE;
  neg_fault_point ("site-appended");
  return fsync (fd) == 0 || fail_errno (path, errno, "written", error);
}

gboolean
neg_site_folder_append (const char *folder, const char *subfolder, const char *name, const char *line, GError **error)
{
  g_autofree char *within = dup_subfolder (folder, subfolder, error);
  g_autofree char *path = within != NULL ? g_build_filename (within, name, NULL) : NULL;
  gboolean is_done;
  int fd;

  if (path == NULL)
    return FALSE;
  fd = open (path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
  if (fd < 0)
    return fail_errno (path, errno, "written", error);
  fchmod (fd, FILE_MODE); /* somebody else's stays as it is */
  is_done = append_to (fd, path, line, error);
  close (fd);
  return is_done && sync_folder (within, error);
}

/* Writes by @fd (the new file), then it is @path. */
typedef gboolean (*FillFunc) (int fd, gconstpointer data, GError **error);

static gboolean
finish (int fd, const char *half, const char *path, GError **error)
{
  fchmod (fd, FILE_MODE);
  if (fsync (fd) != 0)
    return fail_errno (path, errno, "written", error);
  neg_fault_point ("site-before-rename");
  return rename (half, path) == 0 || fail_errno (path, errno, "written", error);
}

static gboolean
put (const char *folder, const char *subfolder, const char *name, FillFunc fill, gconstpointer data, GError **error)
{
  g_autofree char *within = dup_subfolder (folder, subfolder, error);
  g_autofree char *hidden = g_strconcat (".", name, ".", writer != NULL ? writer : "nobody", ".part", NULL);
  g_autofree char *half = within != NULL ? g_build_filename (within, hidden, NULL) : NULL;
  g_autofree char *path = within != NULL ? g_build_filename (within, name, NULL) : NULL;
  gboolean is_done;
  int fd;

  if (path == NULL)
    return FALSE;
  fd = open (half, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
  if (fd < 0)
    return fail_errno (path, errno, "written", error);
  is_done = fill (fd, data, error) && finish (fd, half, path, error);
  close (fd);
  if (!is_done)
    unlink (half);
  return is_done && sync_folder (within, error);
}

typedef struct {
  const char *path, *bytes, *sha256;
  gsize length;
} Filling;

static gboolean
fill_bytes (int fd, gconstpointer data, GError **error)
{
  const Filling *filling = data;

  return write_all (fd, filling->path, filling->bytes, filling->length, error);
}

gboolean
neg_site_folder_put (const char *folder, const char *subfolder, const char *name, const char *bytes, gsize length, GError **error)
{
  const Filling filling = { .path = name, .bytes = bytes, .length = length };

  return put (folder, subfolder, name, fill_bytes, &filling, error);
}

/* --- copying --- */

static gboolean
copy (int from, const char *path, int to, guint64 bytes_max, char **sha256, GError **error)
{
  g_autofree char *buffer = g_malloc (COPY_BYTES);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint64 bytes = 0;

  for (;;) {
    const gssize got = pread (from, buffer, COPY_BYTES, (off_t) bytes);

    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail_errno (path, errno, "read", error);
    if (got == 0)
      break;
    bytes += (guint64) got;
    if (bytes > bytes_max)
      return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, path, "%s is larger than %" G_GUINT64_FORMAT " bytes", path, bytes_max);
    g_checksum_update (checksum, (const guchar *) buffer, got);
    if (to >= 0 && !write_all (to, path, buffer, (gsize) got, error))
      return FALSE;
    neg_limited_beat ();
  }
  if (sha256 != NULL)
    *sha256 = g_strdup (g_checksum_get_string (checksum));
  return TRUE;
}

static int
open_regular (const char *path, GError **error)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  struct stat about;

  if (fd < 0) {
    fail_errno (path, errno, "read", error);
    return -1;
  }
  if (fstat (fd, &about) == 0 && S_ISREG (about.st_mode))
    return fd;
  close (fd);
  neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s is not a file", path);
  return -1;
}

static gboolean
fill_from_file (int fd, gconstpointer data, GError **error)
{
  const Filling *filling = data;
  const int from = open_regular (filling->path, error);
  g_autofree char *sha256 = NULL;
  gboolean is_done;

  if (from < 0)
    return FALSE;
  is_done = copy (from, filling->path, fd, G_MAXINT64, &sha256, error);
  close (from);
  return is_done
         && (strcmp (sha256, filling->sha256) == 0
             || neg_fail (error, NEG_ERROR_INCONSISTENT, filling->path, "%s is not what it was any more", filling->path));
}

gboolean
neg_site_folder_put_file (const char *folder, const char *subfolder, const char *name, const char *path, const char *sha256,
                          GError **error)
{
  const Filling filling = { .path = path, .sha256 = sha256 };
  g_autofree char *target = g_build_filename (folder, subfolder, name, NULL);
  struct stat ours, theirs;

  if (stat (path, &ours) == 0 && lstat (target, &theirs) == 0 && S_ISREG (theirs.st_mode) && theirs.st_size == ours.st_size)
    return TRUE;
  return put (folder, subfolder, name, fill_from_file, &filling, error);
}

char *
neg_site_folder_read (const char *folder, const char *file, gsize bytes_max, gsize *length, GError **error)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  const int fd = open_regular (path, error);
  g_autofree char *bytes = NULL;
  struct stat about;
  gsize n = 0;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &about) == 0 && about.st_size >= 0 && (guint64) about.st_size <= bytes_max)
    bytes = g_try_malloc ((gsize) about.st_size + 1);
  while (bytes != NULL && n < (gsize) about.st_size) {
    const gssize got = read (fd, bytes + n, (gsize) about.st_size - n);

    if (got <= 0)
      break;
    n += (gsize) got;
    neg_limited_beat ();
  }
  close (fd);
  if (bytes == NULL) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, path, "%s is larger than %" G_GSIZE_FORMAT " KiB", path, bytes_max >> 10);
    return NULL;
  }
  bytes[n] = '\0';
  *length = n;
  return g_steal_pointer (&bytes);
}

gboolean
neg_site_folder_copy (const char *folder, const char *file, guint64 bytes_max, int fd, char **sha256, GError **error)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  const int from = open_regular (path, error);
  gboolean is_done;

  if (from < 0)
    return FALSE;
  is_done = copy (from, path, fd, bytes_max, sha256, error);
  close (from);
  return is_done;
}

gboolean
neg_site_folder_copy_fd (int from, const char *name, guint64 bytes_max, int fd, char **sha256, GError **error)
{
  return copy (from, name, fd, bytes_max, sha256, error);
}

char *
neg_site_folder_dup_stamp (const char *folder, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  struct stat about;

  if (!neg_site_folder_check (folder, error))
    return NULL;
  if (lstat (path, &about) == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld", (guint64) about.st_ino,
                            (gint64) about.st_size, (gint64) about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
  if (errno == ENOENT)
    return g_strdup ("");
  fail_errno (path, errno, "read", error);
  return NULL;
}

int
neg_site_folder_lock (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, LOCK_FILE, NULL);
  int fd;

  if (!neg_site_folder_check (folder, error))
    return -1;
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
  if (fd < 0) {
    fail_errno (path, errno, "written", error);
    return -1;
  }
  fchmod (fd, FILE_MODE);
  if (await_lock (fd, folder, LOCK_TRIES, error))
    return fd;
  close (fd);
  return -1;
}

char *
neg_site_folder_dup_name (const char *text)
{
  g_autofree char *name = g_strndup (text, NAME_BYTES_MAX);
  g_autofree char *hash = NULL;

  for (char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("._-", *at) == NULL)
      *at = '_';
  if (*name == '.' || *name == '-')
    *name = '_';
  if (strcmp (name, text) == 0 && *name != '\0')
    return g_steal_pointer (&name);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  hash[12] = '\0';
  return g_strconcat (name, "-", hash, NULL);
}

char *
neg_site_folder_hash (int fd, guint64 *bytes, GError **error)
{
  char *sha256 = NULL;
  struct stat about;

  if (fstat (fd, &about) != 0 || !S_ISREG (about.st_mode)) {
    neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "it is not a file");
    return NULL;
  }
  *bytes = (guint64) about.st_size;
  return copy (fd, "it", -1, G_MAXINT64, &sha256, error) ? sha256 : NULL;
}
