#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "pipeline/neg-volume-load-private.h"

/* Left to everybody else: memory that is mapped and not there is no error that anybody could handle. */
#define RESERVE_BYTES ((guint64) 512 << 20)

struct _NegVolumeMemory {
  gatomicrefcount ref_count;
  int fd;
  guint8 *map;
  gsize slot_bytes, bytes;
  guint n_slots;
  NegInstance *source;
  GMutex lock; /* of the following two */
  gboolean has_volume;
  guint32 *n_frames; /* shown out of each slot */
};

/* What the kernel says could be had without swapping (proc(5)). */
static gboolean
get_available_bytes (guint64 *bytes)
{
  g_autofree char *text = NULL;
  const char *line;
  guint64 kib;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL) || (line = strstr (text, "MemAvailable:")) == NULL)
    return FALSE;
  kib = g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10);
  return g_uint64_checked_mul (bytes, kib, 1024);
}

/* --- What was promised: pages come only as slices do --- */

static GMutex promises_lock; /* of the following one */
static GSList *promises;     /* NegVolumeMemory that engines may still write to */

static void
promise (NegVolumeMemory *memory)
{
  g_mutex_lock (&promises_lock);
  promises = g_slist_prepend (promises, memory);
  g_mutex_unlock (&promises_lock);
}

static void
withdraw_promise (NegVolumeMemory *memory)
{
  g_mutex_lock (&promises_lock);
  promises = g_slist_remove (promises, memory);
  g_mutex_unlock (&promises_lock);
}

/* Of volumes that are not all there: what two take together is not there twice. */
static guint64
get_promised_bytes (void)
{
  guint64 promised = 0;

  g_mutex_lock (&promises_lock);
  for (GSList *link = promises; link != NULL; link = link->next) {
    const NegVolumeMemory *memory = link->data;
    struct stat status;
    guint64 there = fstat (memory->fd, &status) == 0 ? (guint64) status.st_blocks * 512 : 0;

    promised += memory->bytes - MIN (memory->bytes, there);
  }
  g_mutex_unlock (&promises_lock);
  return promised;
}

gboolean
_neg_volume_memory_check (guint64 bytes, GError **error)
{
  guint64 available = 0, needed;

  if (!g_uint64_checked_add (&needed, bytes, RESERVE_BYTES)
      || !g_uint64_checked_add (&needed, needed, get_promised_bytes ()) || bytes > G_MAXSSIZE)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "The volume would be too large");
  if (get_available_bytes (&available) && needed > available)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "There is not enough memory for this volume");
  return TRUE;
}

NegVolumeMemory *
_neg_volume_memory_new (gsize slot_bytes, guint n_slots, NegInstance *source, GError **error)
{
  NegVolumeMemory *memory;
  guint64 bytes;
  void *map;
  int fd;

  if (!g_uint64_checked_mul (&bytes, slot_bytes, n_slots) || !_neg_volume_memory_check (bytes, error)
      || (fd = neg_memory_file_new ("negatoscope-volume", bytes, error)) < 0)
    return NULL;
  map = mmap (NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "cannot map a volume: %s", g_strerror (errno));
    close (fd);
    return NULL;
  }
  madvise (map, bytes, MADV_DONTDUMP);
  memory = g_new0 (NegVolumeMemory, 1);
  g_atomic_ref_count_init (&memory->ref_count);
  g_mutex_init (&memory->lock);
  memory->fd = fd;
  memory->map = map;
  memory->bytes = bytes;
  memory->slot_bytes = slot_bytes;
  memory->n_slots = n_slots;
  memory->source = neg_instance_ref (source);
  memory->has_volume = TRUE;
  memory->n_frames = g_new0 (guint32, n_slots);
  promise (memory);
  return memory;
}

NegVolumeMemory *
_neg_volume_memory_ref (NegVolumeMemory *memory)
{
  g_atomic_ref_count_inc (&memory->ref_count);
  return memory;
}

void
_neg_volume_memory_unref (NegVolumeMemory *memory)
{
  if (!g_atomic_ref_count_dec (&memory->ref_count))
    return;
  munmap (memory->map, memory->bytes);
  close (memory->fd);
  neg_instance_unref (memory->source);
  g_free (memory->n_frames);
  g_mutex_clear (&memory->lock);
  g_free (memory);
}

/* Under the lock. Where it cannot be given back it stays until all of it goes. */
static void
give_back_slot (NegVolumeMemory *memory, guint slot)
{
  if (!memory->has_volume && memory->n_frames[slot] == 0)
    fallocate (memory->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t) (slot * memory->slot_bytes),
               (off_t) memory->slot_bytes);
}

/* Giving a gibibyte back takes longer than the main loop may be held. */
static gpointer
leave_thread (gpointer data)
{
  NegVolumeMemory *memory = data;

  for (guint slot = 0; slot < memory->n_slots && !g_atomic_ref_count_compare (&memory->ref_count, 1); slot++) {
    g_mutex_lock (&memory->lock);
    give_back_slot (memory, slot);
    g_mutex_unlock (&memory->lock);
  }
  _neg_volume_memory_unref (memory);
  return NULL;
}

void
_neg_volume_memory_leave (gpointer data)
{
  NegVolumeMemory *memory = data;
  GThread *thread;

  withdraw_promise (memory);
  g_mutex_lock (&memory->lock);
  memory->has_volume = FALSE;
  g_mutex_unlock (&memory->lock);
  thread = g_thread_try_new ("volume", leave_thread, memory, NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    leave_thread (memory);
}

int
_neg_volume_memory_get_fd (NegVolumeMemory *memory)
{
  return memory->fd;
}

const void *
_neg_volume_memory_get_slot (NegVolumeMemory *memory, guint slot)
{
  return memory->map + slot * memory->slot_bytes;
}

gsize
_neg_volume_memory_get_slot_bytes (NegVolumeMemory *memory)
{
  return memory->slot_bytes;
}

gboolean
_neg_volume_memory_write (NegVolumeMemory *memory, guint slot, const void *bytes, GError **error)
{
  const guint8 *from = bytes;

  for (gsize done = 0; done < memory->slot_bytes;) {
    gssize n = pwrite (memory->fd, from + done, memory->slot_bytes - done,
                       (off_t) (slot * memory->slot_bytes + done));

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return neg_fail (error, NEG_ERROR_MEMORY, NULL, "cannot copy a slice: %s", g_strerror (n < 0 ? errno : EIO));
    done += n;
  }
  return TRUE;
}

/* What a frame holds that is shown out of the memory. */
typedef struct {
  NegVolumeMemory *memory;
  guint slot;
} Loan;

static void
loan_end (gpointer data)
{
  Loan *loan = data;
  NegVolumeMemory *memory = loan->memory;

  g_mutex_lock (&memory->lock);
  memory->n_frames[loan->slot]--;
  give_back_slot (memory, loan->slot);
  g_mutex_unlock (&memory->lock);
  _neg_volume_memory_unref (memory);
  g_free (loan);
}

NegPixels *
_neg_volume_memory_borrow (NegVolumeMemory *memory, guint slot, const NegFrameFormat *format)
{
  Loan *loan = g_new (Loan, 1);

  *loan = (Loan){ _neg_volume_memory_ref (memory), slot };
  g_mutex_lock (&memory->lock);
  memory->n_frames[slot]++;
  g_mutex_unlock (&memory->lock);
  return neg_pixels_new_borrowed (format, _neg_volume_memory_get_slot (memory, slot), loan, loan_end);
}
