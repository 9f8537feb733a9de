#include "config.h"

#include "pipeline/neg-pixels.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool.h"

struct _NegPixels {
  gatomicrefcount ref_count;
  NegFrame frame;
  void *map; /* NULL: borrowed */
  guint64 bytes;
  gpointer owner;
  GDestroyNotify owner_free;
};

NegPixels *
neg_pixels_new (const NegFrameFormat *format, int *memory_fd, GError **error)
{
  NegPixels *pixels;
  guint64 bytes;
  void *map;
  int fd;

  if (!neg_frame_format_get_bytes (format, &bytes)) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "the frame is too large");
    return NULL;
  }
  fd = neg_memory_file_new ("negatoscope-frame", bytes, error);
  if (fd < 0)
    return NULL;
  map = mmap (NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "cannot map a frame: %s", g_strerror (errno));
    close (fd);
    return NULL;
  }
  madvise (map, bytes, MADV_DONTDUMP);
  pixels = g_new0 (NegPixels, 1);
  g_atomic_ref_count_init (&pixels->ref_count);
  pixels->frame = (NegFrame){ .format = *format, .pixels = map };
  pixels->map = map;
  pixels->bytes = bytes;
  *memory_fd = fd;
  return pixels;
}

NegPixels *
neg_pixels_new_borrowed (const NegFrameFormat *format, const void *bytes, gpointer owner, GDestroyNotify owner_free)
{
  NegPixels *pixels = g_new0 (NegPixels, 1);

  g_atomic_ref_count_init (&pixels->ref_count);
  pixels->frame = (NegFrame){ .format = *format, .pixels = bytes };
  neg_frame_format_get_bytes (format, &pixels->bytes);
  pixels->owner = owner;
  pixels->owner_free = owner_free;
  return pixels;
}

gboolean
neg_pixels_is_borrowed (NegPixels *pixels)
{
  return pixels->map == NULL;
}

NegPixels *
neg_pixels_ref (NegPixels *pixels)
{
  g_atomic_ref_count_inc (&pixels->ref_count);
  return pixels;
}

void
neg_pixels_unref (NegPixels *pixels)
{
  if (pixels == NULL || !g_atomic_ref_count_dec (&pixels->ref_count))
    return;
  if (pixels->map != NULL)
    munmap (pixels->map, pixels->bytes);
  if (pixels->owner_free != NULL)
    pixels->owner_free (pixels->owner);
  g_free (pixels);
}

const NegFrame *
neg_pixels_get_frame (NegPixels *pixels)
{
  return &pixels->frame;
}

guint64
neg_pixels_get_bytes (NegPixels *pixels)
{
  return pixels->bytes;
}

void
neg_pixels_set_format (NegPixels *pixels, const NegFrameFormat *format)
{
  guint64 bytes;

  g_return_if_fail (neg_frame_format_get_bytes (format, &bytes) && bytes == pixels->bytes);

  pixels->frame.format = *format;
}
