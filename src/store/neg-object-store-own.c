/* What another process has written, as ours alone. */
#include "config.h"

#include "store/neg-object-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/neg-error.h"

#define CHUNK_BYTES (1u << 20)

static gboolean
copy_bytes (int from, int to, guint64 bytes, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);

  for (guint64 at = 0; at < bytes;) {
    const gssize n = pread (from, chunk, MIN (CHUNK_BYTES, bytes - at), (off_t) at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0)
      return neg_fail (error, NEG_ERROR_TRUNCATED, "objects", "An object became shorter while it was read");
    if (n < 0 || pwrite (to, chunk, (gsize) n, (off_t) at) != n)
      return _neg_object_store_fail (errno, "An object cannot be copied", error);
    at += (guint64) n;
  }
  return TRUE;
}

NegIncoming *
neg_incoming_copy (NegIncoming *incoming, NegObjectClass object_class, guint64 bytes, GError **error)
{
  g_autoptr (NegIncoming) copy = neg_object_store_begin (incoming->store, object_class, error);

  return copy != NULL && copy_bytes (incoming->fd, copy->fd, bytes, error) ? g_steal_pointer (&copy) : NULL;
}

/* A lease for reading is given only while no descriptor and no mapping for writing is left, and who was given a
 * descriptor cannot open the file again by himself: to have had the lease is enough. */
static gboolean
has_writer (int fd)
{
  if (fcntl (fd, F_SETLEASE, F_RDLCK) != 0)
    return TRUE;
  fcntl (fd, F_SETLEASE, F_UNLCK);
  return FALSE;
}

gboolean
neg_incoming_own (NegIncoming **incoming, guint64 bytes, GError **error)
{
  const int fd = open ((*incoming)->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  NegIncoming *copy;

  if (fd < 0)
    return _neg_object_store_fail (errno, "An object cannot be opened", error);
  close ((*incoming)->fd);
  (*incoming)->fd = fd;
  if (!has_writer (fd))
    return TRUE;
  copy = neg_incoming_copy (*incoming, (*incoming)->object_class, bytes, error);
  if (copy == NULL)
    return FALSE;
  neg_incoming_free (*incoming);
  *incoming = copy;
  return TRUE;
}
