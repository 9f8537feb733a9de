/* Preloaded: while the file $HANG_WHEN is there, whoever names something in the folder $HANG_FOLDER waits in the call until it has
 * gone, as a share does whose server does not answer. */
#undef _FILE_OFFSET_BITS /* both names of each call are wanted, not one for the other */
#undef _FORTIFY_SOURCE
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__ ((visibility ("default")))

static void
wait_for (const char *path)
{
  const char *folder = getenv ("HANG_FOLDER"), *when = getenv ("HANG_WHEN");

  if (folder == NULL || when == NULL || path == NULL || strncmp (path, folder, strlen (folder)) != 0)
    return;
  while (syscall (SYS_access, when, F_OK) == 0)
    usleep (20000);
}

static void *
next (const char *name)
{
  return dlsym (RTLD_NEXT, name);
}

#define OPEN(name)                                                                                                               \
  EXPORT int name (const char *path, int flags, ...);                                                                            \
  int name (const char *path, int flags, ...)                                                                                    \
  {                                                                                                                              \
    int (*function) (const char *, int, ...) = next (#name);                                                                     \
    va_list arguments;                                                                                                           \
    mode_t mode;                                                                                                                 \
                                                                                                                                 \
    va_start (arguments, flags);                                                                                                 \
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg (arguments, mode_t) : 0;                                                       \
    va_end (arguments);                                                                                                          \
    wait_for (path);                                                                                                             \
    return function (path, flags, mode);                                                                                         \
  }

#define ONE_PATH(type, name, parameters, given)                                                                                  \
  EXPORT type name parameters;                                                                                                   \
  type name parameters                                                                                                           \
  {                                                                                                                              \
    type (*function) parameters = next (#name);                                                                                  \
                                                                                                                                 \
    wait_for (path);                                                                                                             \
    return function given;                                                                                                       \
  }

OPEN (open)
OPEN (open64)
ONE_PATH (int, stat, (const char *path, struct stat *status), (path, status))
ONE_PATH (int, stat64, (const char *path, struct stat64 *status), (path, status))
ONE_PATH (int, lstat, (const char *path, struct stat *status), (path, status))
ONE_PATH (int, lstat64, (const char *path, struct stat64 *status), (path, status))
ONE_PATH (int, access, (const char *path, int mode), (path, mode))
ONE_PATH (int, mkdir, (const char *path, mode_t mode), (path, mode))
ONE_PATH (int, unlink, (const char *path), (path))
ONE_PATH (int, rename, (const char *path, const char *to), (path, to))
ONE_PATH (DIR *, opendir, (const char *path), (path))
