#include "config.h"

#include "agent/neg-agent-process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/neg-error.h"

#define DESCRIPTORS_MAX 65536

void
neg_process_protect (void)
{
  struct rlimit limit = { 0, 0 };

  umask (077);
  signal (SIGPIPE, SIG_IGN);
  setrlimit (RLIMIT_CORE, &limit);
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = MIN (limit.rlim_max, DESCRIPTORS_MAX);
    setrlimit (RLIMIT_NOFILE, &limit);
  }
}

static G_NORETURN void
wait_for_ready (int ready_fd, pid_t pid)
{
  char byte;
  int status;
  gssize n;

  do
    n = read (ready_fd, &byte, 1);
  while (n < 0 && errno == EINTR);
  if (n == 1)
    _exit (EXIT_SUCCESS);
  if (waitpid (pid, &status, 0) == pid && WIFEXITED (status) && WEXITSTATUS (status) != 0)
    _exit (WEXITSTATUS (status));
  _exit (EXIT_FAILURE);
}

int
neg_process_detach (GError **error)
{
  int ends[2];
  pid_t pid;

  if (pipe2 (ends, O_CLOEXEC) != 0) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no pipe: %s", g_strerror (errno));
    return -1;
  }
  pid = fork ();
  if (pid < 0) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no process: %s", g_strerror (errno));
    close (ends[0]);
    close (ends[1]);
    return -1;
  }
  if (pid > 0) {
    close (ends[1]);
    wait_for_ready (ends[0], pid);
  }
  close (ends[0]);
  setsid ();
  return ends[1];
}

/* The standard streams go only now: until here they say why there will be no agent. */
void
neg_process_tell_ready (int ready_fd)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

  if (chdir ("/") != 0 || null < 0)
    return;
  for (int fd = 0; fd <= 2; fd++)
    dup2 (null, fd);
  close (null);
  while (write (ready_fd, "", 1) < 0 && errno == EINTR)
    continue;
  close (ready_fd);
}

static gboolean
fail_held (int fd, GError **error)
{
  char text[16] = "";
  gssize n = pread (fd, text, sizeof text - 1, 0);
  gint64 pid = n > 0 ? g_ascii_strtoll (text, NULL, 10) : 0;

  if (pid <= 0)
    return neg_fail (error, NEG_ERROR_BUSY, NULL, "another process is the agent of this home already");
  return neg_fail (error, NEG_ERROR_BUSY, NULL, "process %" G_GINT64_FORMAT " is the agent of this home already", pid);
}

/* An open file description lock (fcntl_locking(2)): the kernel takes it away however the process ends. */
int
neg_process_lock (const char *folder, const char *name, GError **error)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *pid = g_strdup_printf ("%d\n", (int) getpid ());
  int fd = -1;

  if (g_mkdir_with_parents (folder, 0700) == 0)
    fd = open (path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    neg_fail (error, NEG_ERROR_REFUSED, path, "%s cannot be written: %s", path, g_strerror (errno));
    return -1;
  }
  if (fcntl (fd, F_OFD_SETLK, &whole) != 0) {
    fail_held (fd, error);
    close (fd);
    return -1;
  }
  if (ftruncate (fd, 0) == 0 && pwrite (fd, pid, strlen (pid), 0) == (gssize) strlen (pid))
    return fd;
  neg_fail (error, NEG_ERROR_DISK_FULL, path, "%s cannot be written: %s", path, g_strerror (errno));
  close (fd);
  return -1;
}
