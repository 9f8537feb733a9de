#include "config.h"

#include "wire/neg-shared-fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct _NegSharedFd {
  guint64 device, inode;
  int flags; /* how it was opened: read-only and writable ones are not interchangeable */
  int fd;
  guint n_users;
};

/* All that are in use. A file is the same when device and inode are, as long as a descriptor keeps it from going. */
static GMutex lock;
static GHashTable *table;

static guint
hash (gconstpointer key)
{
  const NegSharedFd *shared = key;

  return (guint) (shared->inode ^ shared->inode >> 32 ^ shared->device << 8 ^ (guint) shared->flags);
}

static gboolean
equal (gconstpointer a, gconstpointer b)
{
  const NegSharedFd *first = a;
  const NegSharedFd *second = b;

  return first->inode == second->inode && first->device == second->device && first->flags == second->flags;
}

NegSharedFd *
_neg_shared_fd_new (int fd)
{
  NegSharedFd *shared = NULL;
  struct stat status;
  NegSharedFd key = { .fd = -1, .n_users = 1, .flags = fcntl (fd, F_GETFL) };

  if (key.flags < 0 || fstat (fd, &status) != 0)
    return g_memdup2 (&key, sizeof key);
  key.device = status.st_dev;
  key.inode = status.st_ino;
  g_mutex_lock (&lock);
  if (table == NULL)
    table = g_hash_table_new (hash, equal);
  shared = g_hash_table_lookup (table, &key);
  if (shared == NULL) {
    shared = g_memdup2 (&key, sizeof key);
    shared->fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
    if (shared->fd >= 0)
      g_hash_table_add (table, shared);
  } else {
    shared->n_users++;
  }
  g_mutex_unlock (&lock);
  return shared;
}

void
_neg_shared_fd_unref (NegSharedFd *shared)
{
  gboolean last;

  if (shared == NULL)
    return;
  g_mutex_lock (&lock);
  last = --shared->n_users == 0;
  if (last && shared->fd >= 0) {
    g_hash_table_remove (table, shared);
    close (shared->fd);
  }
  if (table != NULL && g_hash_table_size (table) == 0)
    g_clear_pointer (&table, g_hash_table_unref);
  g_mutex_unlock (&lock);
  if (last)
    g_free (shared);
}

int
_neg_shared_fd_get (const NegSharedFd *shared)
{
  return shared->fd;
}
