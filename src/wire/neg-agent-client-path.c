#include "config.h"

#include "wire/neg-agent-client-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"

#define HASH_LENGTH 16

/* One name for one folder, whatever links lead to it: both sides have to find the same. */
static char *
dup_canonical (const char *folder)
{
  char *real;
  char *given;

  g_mkdir_with_parents (folder, 0700); /* that it cannot be made is found by whoever writes to it */
  real = realpath (folder, NULL);
  if (real == NULL)
    return g_canonicalize_filename (folder, NULL);
  given = g_strdup (real);
  free (real);
  return given;
}

/* Ours alone: somebody who could put a socket there could be our agent. */
static gboolean
is_private (const char *folder)
{
  struct stat status;

  return lstat (folder, &status) == 0 && S_ISDIR (status.st_mode) && status.st_uid == geteuid ()
         && (status.st_mode & 077) == 0;
}

static char *
path_in (const char *folder, const char *hash)
{
  g_autofree char *name = g_strconcat (hash, ".sock", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (strlen (path) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
    return NULL;
  if ((g_mkdir (folder, 0700) != 0 && errno != EEXIST) || !is_private (folder))
    return NULL;
  return g_steal_pointer (&path);
}

static char *
path_in_runtime (const char *runtime, const char *hash)
{
  g_autofree char *folder = NULL;

  if (runtime == NULL || !g_path_is_absolute (runtime) || !is_private (runtime))
    return NULL;
  folder = g_build_filename (runtime, "negatoscope", NULL);
  return path_in (folder, hash);
}

char *
neg_agent_dup_socket_path (const char *home, GError **error)
{
  g_autofree char *folder = neg_paths_dup_data_folder (home);
  g_autofree char *data = dup_canonical (folder);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, data, -1);
  g_autofree char *hash = g_strndup (sum, HASH_LENGTH);
  g_autofree char *usual = g_strdup_printf ("/run/user/%u", (guint) geteuid ());
  g_autofree char *own = g_build_filename (data, "run", NULL);
  g_autofree char *shared_name = g_strdup_printf ("negatoscope-%u-%s", (guint) geteuid (), hash);
  g_autofree char *shared = g_build_filename (g_get_tmp_dir (), shared_name, NULL);
  char *path = path_in_runtime (g_getenv ("XDG_RUNTIME_DIR"), hash);

  if (path == NULL)
    path = path_in_runtime (usual, hash);
  if (path == NULL)
    path = path_in (own, hash);
  if (path == NULL)
    path = path_in (shared, hash);
  if (path == NULL)
    neg_fail (error, NEG_ERROR_REFUSED, "agent", "there is no folder for the agent's socket that is this user's alone");
  return path;
}

gboolean
_neg_agent_is_running (const char *home)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  g_autofree char *folder = neg_paths_dup_data_folder (home);
  g_autofree char *path = g_build_filename (folder, NEG_AGENT_LOCK_FILE, NULL);
  int fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  gboolean is_held;

  if (fd < 0)
    return FALSE;
  is_held = fcntl (fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  close (fd);
  return is_held;
}
