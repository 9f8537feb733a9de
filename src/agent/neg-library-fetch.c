#include "config.h"

#include "agent/neg-library-fetch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/neg-site-folder.h"
#include "agent/neg-web-place.h"
#include "base/neg-error.h"

#define GROUP "library"
#define EVERY_S 30
#define QUOTA_BYTES (G_GUINT64_CONSTANT (4) << 30)
#define SILENCE_MS 20000
#define MANIFEST_LIMIT_S 60
#define BYTES_PER_S 20000 /* slower than that is as good as not at all */

/* --- settings --- */

void
neg_library_settings_clear (NegLibrarySettings *settings)
{
  g_clear_pointer (&settings->folder, g_free);
  g_clear_pointer (&settings->tls_ca, g_free);
}

static gboolean
read_number (const NegSite *site, const char *key, guint64 least, guint64 greatest, guint64 otherwise, guint64 *value, GError **error)
{
  g_autofree char *text = neg_site_dup_value (site, GROUP, key, error);

  *value = otherwise;
  if (text == NULL)
    return FALSE;
  return *text == '\0' || g_ascii_string_to_unsigned (text, 10, least, greatest, value, NULL)
         || neg_site_fail_value (site, GROUP, key, "it is no number that is possible here", error);
}

gboolean
neg_library_settings_is_web (const NegLibrarySettings *settings)
{
  return *settings->folder != '\0' && *settings->folder != '/';
}

static gboolean
check_place (const NegLibrarySettings *settings, const NegSite *site, GError **error)
{
  if (neg_library_settings_is_web (settings) && !g_str_has_prefix (settings->folder, "https://")
      && !g_str_has_prefix (settings->folder, "http://"))
    return neg_site_fail_value (site, GROUP, "folder", "it is neither a path that begins with / nor an address that begins with https://",
                                error);
  return *settings->tls_ca == '\0' || *settings->tls_ca == '/'
         || neg_site_fail_value (site, GROUP, "tls-ca", "it is not a path that begins with /", error);
}

gboolean
neg_library_settings_read (NegLibrarySettings *settings, const NegSite *site, GError **error)
{
  guint64 every_s, quota_mib;

  *settings = (NegLibrarySettings){ .folder = neg_site_dup_value (site, GROUP, "folder", error) };
  if (settings->folder == NULL)
    return FALSE;
  settings->tls_ca = neg_site_dup_value (site, GROUP, "tls-ca", error);
  if (settings->tls_ca == NULL || !check_place (settings, site, error)
      || !read_number (site, "every", 1, 86400, EVERY_S, &every_s, error)
      || !read_number (site, "quota-mib", 1, 1 << 20, QUOTA_BYTES >> 20, &quota_mib, error))
    return FALSE;
  settings->every_s = (guint) every_s;
  settings->quota_bytes = quota_mib << 20;
  return TRUE;
}

/* --- a look --- */

struct _NegLibraryFetch {
  NegAgent *agent;
  const NegLibrarySettings *settings;
  NegLimited *limited;
  GCancellable *cancellable;
  NegWebPlace *web; /* NULL: a folder */
};

/* What a thread that may be left behind works with. */
typedef struct {
  char *folder, *file;
  char *stamp, *new_stamp, *json;
  gsize length;
  guint64 bytes_max;
  int fd;
  char *sha256;
} Work;

static void
work_clear (gpointer data)
{
  Work *work = data;

  g_free (work->folder);
  g_free (work->file);
  g_free (work->stamp);
  g_free (work->new_stamp);
  g_free (work->json);
  g_free (work->sha256);
  if (work->fd >= 0)
    close (work->fd);
}

static Work *
work_new (const char *folder, const char *file)
{
  Work *work = g_atomic_rc_box_new0 (Work);

  work->folder = g_strdup (folder);
  work->file = g_strdup (file);
  work->fd = -1;
  return work;
}

static gboolean
check_func (gpointer data, GError **error)
{
  return neg_site_folder_check (((Work *) data)->folder, error);
}

static gboolean
run (NegLibraryFetch *fetch, NegLimitedFunc func, Work *work, GError **error)
{
  return neg_limited_run (fetch->limited, func, work, work_clear, SILENCE_MS, fetch->cancellable, error);
}

static gboolean
reach (NegLibraryFetch *fetch, GError **error)
{
  Work *work;
  gboolean is_there;

  if (neg_library_settings_is_web (fetch->settings)) {
    fetch->web = neg_web_place_new (fetch->agent, "library", fetch->settings->folder, fetch->settings->tls_ca, fetch->cancellable, error);
    return fetch->web != NULL;
  }
  work = work_new (fetch->settings->folder, "");
  is_there = run (fetch, check_func, work, error);
  g_atomic_rc_box_release_full (work, work_clear);
  return is_there;
}

NegLibraryFetch *
neg_library_fetch_new (NegAgent *agent, const NegLibrarySettings *settings, NegLimited *limited, GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (NegLibraryFetch) fetch = g_new0 (NegLibraryFetch, 1);

  fetch->agent = agent;
  fetch->settings = settings;
  fetch->limited = limited;
  fetch->cancellable = cancellable;
  return reach (fetch, error) ? g_steal_pointer (&fetch) : NULL;
}

gboolean
neg_library_fetch_is_there (NegLibraryFetch *fetch)
{
  return neg_library_settings_is_web (fetch->settings) || reach (fetch, NULL);
}

void
neg_library_fetch_free (NegLibraryFetch *fetch)
{
  g_clear_pointer (&fetch->web, neg_web_place_free);
  g_free (fetch);
}

/* --- the manifest --- */

/* Stamp first: what changes while it is read is read again. */
static gboolean
manifest_func (gpointer data, GError **error)
{
  Work *work = data;

  work->new_stamp = neg_site_folder_dup_stamp (work->folder, NEG_LIBRARY_MANIFEST, error);
  if (work->new_stamp == NULL)
    return FALSE;
  if (strcmp (work->new_stamp, work->stamp) == 0 && *work->stamp != '\0')
    return TRUE;
  if (*work->new_stamp == '\0')
    work->json = g_strdup ("");
  else
    work->json = neg_site_folder_read (work->folder, NEG_LIBRARY_MANIFEST, NEG_LIBRARY_BYTES_MAX, &work->length, error);
  return work->json != NULL;
}

static gboolean
read_from_folder (NegLibraryFetch *fetch, const char *stamp, char **new_stamp, char **json, gsize *length, GError **error)
{
  Work *work = work_new (fetch->settings->folder, NEG_LIBRARY_MANIFEST);
  gboolean is_read;

  work->stamp = g_strdup (stamp);
  is_read = run (fetch, manifest_func, work, error);
  if (is_read) {
    *new_stamp = g_steal_pointer (&work->new_stamp);
    *json = g_steal_pointer (&work->json);
    *length = work->length;
  }
  g_atomic_rc_box_release_full (work, work_clear);
  return is_read;
}

static char *
read_memory (int fd, gsize *length, GError **error)
{
  const off_t size = lseek (fd, 0, SEEK_END);
  g_autofree char *bytes = size >= 0 && size <= NEG_LIBRARY_BYTES_MAX ? g_try_malloc ((gsize) size + 1) : NULL;

  if (bytes == NULL || pread (fd, bytes, (gsize) size, 0) != size) {
    neg_fail (error, NEG_ERROR_UNREADABLE, "library", "the answer of the library cannot be read");
    return NULL;
  }
  bytes[size] = '\0';
  *length = (gsize) size;
  return g_steal_pointer (&bytes);
}

static gboolean
read_from_web (NegLibraryFetch *fetch, const char *stamp, char **new_stamp, char **json, gsize *length, GError **error)
{
  const int fd = memfd_create ("manifest", MFD_CLOEXEC);
  gboolean is_same = FALSE;
  gboolean is_read;

  if (fd < 0)
    return neg_fail (error, NEG_ERROR_MEMORY, "library", "no memory for a manifest");
  is_read = neg_web_place_get (fetch->web, NEG_LIBRARY_MANIFEST, stamp, NEG_LIBRARY_BYTES_MAX, MANIFEST_LIMIT_S, fd, new_stamp, &is_same,
                               error);
  if (is_read && !is_same) {
    *json = read_memory (fd, length, error);
    is_read = *json != NULL;
  }
  close (fd);
  return is_read;
}

gboolean
neg_library_fetch_manifest (NegLibraryFetch *fetch, const char *stamp, char **new_stamp, char **json, gsize *length, GError **error)
{
  *json = NULL;
  *new_stamp = NULL;
  *length = 0;
  return fetch->web != NULL ? read_from_web (fetch, stamp, new_stamp, json, length, error)
                            : read_from_folder (fetch, stamp, new_stamp, json, length, error);
}

/* --- a file --- */

static gboolean
copy_func (gpointer data, GError **error)
{
  Work *work = data;

  return neg_site_folder_copy (work->folder, work->file, work->bytes_max, work->fd, &work->sha256, error);
}

static guint64
get_bytes_max (const NegLibraryFile *file)
{
  if (file->bytes > 0)
    return file->bytes;
  return g_str_has_suffix (file->name, ".png") ? NEG_LIBRARY_PICTURE_BYTES_MAX : NEG_LIBRARY_TEXT_BYTES_MAX;
}

/* The thread's own descriptor: left behind it writes into a file that nobody names any more. */
static gboolean
copy_from_folder (NegLibraryFetch *fetch, const NegLibraryFile *file, int fd, char **sha256, GError **error)
{
  Work *work = work_new (fetch->settings->folder, file->name);
  gboolean is_copied;

  work->fd = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  work->bytes_max = get_bytes_max (file);
  is_copied = run (fetch, copy_func, work, error);
  if (is_copied)
    *sha256 = g_steal_pointer (&work->sha256);
  g_atomic_rc_box_release_full (work, work_clear);
  return is_copied;
}

/* An engine that has ended writes no more: only then is the hash that of what stays. The next file has another one. */
static gboolean
copy_from_web (NegLibraryFetch *fetch, const NegLibraryFile *file, int fd, char **sha256, GError **error)
{
  const guint64 bytes_max = get_bytes_max (file);
  gboolean is_same;
  guint64 bytes;

  if (fetch->web == NULL && !reach (fetch, error))
    return FALSE;
  if (!neg_web_place_get (fetch->web, file->name, "", bytes_max, MANIFEST_LIMIT_S + (guint) (bytes_max / BYTES_PER_S), fd, NULL, &is_same,
                          error))
    return FALSE;
  g_clear_pointer (&fetch->web, neg_web_place_free);
  *sha256 = neg_site_folder_hash (fd, &bytes, error);
  if (*sha256 == NULL)
    return FALSE;
  return bytes <= bytes_max || neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, file->name, "%s is larger than it should be", file->name);
}

static gboolean
check_copy (const NegLibraryFile *file, int fd, const char *sha256, GError **error)
{
  struct stat about;

  if (strcmp (sha256, file->sha256) != 0)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, file->name, "the file %s is not the one that the manifest names (its hash is another)",
                     file->name);
  if (file->bytes > 0 && (fstat (fd, &about) != 0 || (guint64) about.st_size != file->bytes))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, file->name, "the file %s has another size than the manifest says", file->name);
  return TRUE;
}

gboolean
neg_library_fetch_file (NegLibraryFetch *fetch, const NegLibraryFile *file, const char *path, GError **error)
{
  g_autofree char *sha256 = NULL;
  gboolean is_there;
  int fd;

  unlink (path);
  fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s cannot be written", path);
  is_there = (neg_library_settings_is_web (fetch->settings) ? copy_from_web (fetch, file, fd, &sha256, error)
                                                            : copy_from_folder (fetch, file, fd, &sha256, error))
             && check_copy (file, fd, sha256, error);
  if (is_there && fsync (fd) != 0)
    is_there = neg_fail (error, NEG_ERROR_DISK_FULL, path, "%s cannot be written", path);
  close (fd);
  if (!is_there)
    unlink (path);
  return is_there;
}
