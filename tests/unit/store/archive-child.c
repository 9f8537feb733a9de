#include "archive-child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

pid_t
archive_child_start (const char *mode, const char *folder, const char *fault, int *from)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_auto (GStrv) environment = fault != NULL ? g_environ_setenv (g_get_environ (), "NEGATOSCOPE_FAULT", fault, TRUE)
                                             : g_get_environ ();
  char *command[] = { self, (char *) mode, (char *) folder, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_assert_true (g_spawn_async_with_pipes (NULL, command, environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL,
                                           from, NULL, &error));
  g_assert_no_error (error);
  return pid;
}

static gboolean
write_text (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  if (fd >= 0)
    close (fd);
  return done;
}

void
archive_child_open_home (ArchiveHome *home, const char *folder)
{
  *home = (ArchiveHome){ .folder = (char *) folder,
                         .data = g_build_filename (folder, "data", NULL),
                         .cache = g_build_filename (folder, "cache", NULL) };
  archive_home_open (home);
}

void
archive_child_close_home (ArchiveHome *home)
{
  archive_home_close (home);
  g_clear_pointer (&home->data, g_free);
  g_clear_pointer (&home->cache, g_free);
}

gboolean
archive_child_mount_small_disk (const char *folder)
{
  g_autofree char *users = g_strdup_printf ("0 %u 1", (guint) getuid ());
  g_autofree char *groups = g_strdup_printf ("0 %u 1", (guint) getgid ());

  if (getuid () == 0 ? unshare (CLONE_NEWNS) != 0
                     : unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0 || !write_text ("/proc/self/uid_map", users)
                           || !write_text ("/proc/self/setgroups", "deny")
                           || !write_text ("/proc/self/gid_map", groups))
    return FALSE;
  return mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
         && mount ("none", folder, "tmpfs", 0, "size=8m") == 0;
}

void
archive_child_fill_disk (const char *path, gsize left)
{
  int fd = open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  static const char block[4096] = { 1 };
  off_t size = 0;

  g_assert_cmpint (fd, >=, 0);
  while (write (fd, block, sizeof block) == sizeof block)
    size += sizeof block;
  g_assert_cmpint (errno, ==, ENOSPC);
  g_assert_cmpint (ftruncate (fd, size - (off_t) left), ==, 0);
  close (fd);
}
