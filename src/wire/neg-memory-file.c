#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool.h"

/* Sealed before anybody else has it: an engine that could shrink it would kill the viewer by SIGBUS. */
int
neg_memory_file_new (const char *name, guint64 bytes, GError **error)
{
  int fd = memfd_create (name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  int code;

  if (fd < 0) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "a memory file cannot be made: %s", g_strerror (errno));
    return -1;
  }
  if (bytes <= G_MAXINT64 && ftruncate (fd, bytes) == 0
      && fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    return fd;
  code = bytes <= G_MAXINT64 ? errno : EFBIG;
  close (fd);
  neg_fail (error, NEG_ERROR_MEMORY, NULL, "a memory file of %" G_GUINT64_FORMAT " bytes: %s", bytes,
            g_strerror (code));
  return -1;
}
