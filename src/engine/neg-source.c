#include "config.h"

#include "engine/neg-source.h"

#include "base/neg-error.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
neg_source_init_fd (NegSource *source, int fd, guint64 base, guint64 length)
{
  struct stat status;
  guint64 file_bytes = 0;

  if (fstat (fd, &status) == 0 && status.st_size > 0)
    file_bytes = status.st_size;
  *source = (NegSource){
    .fd = fd,
    .base = base,
    .length = base < file_bytes ? MIN (length, file_bytes - base) : 0,
    .window = g_malloc (NEG_SOURCE_WINDOW_BYTES),
  };
}

void
neg_source_init_memory (NegSource *source, const void *memory, guint64 length)
{
  *source = (NegSource){ .fd = -1, .memory = memory ? memory : (const guint8 *) "", .length = length };
}

void
neg_source_clear (NegSource *source)
{
  g_clear_pointer (&source->window, g_free);
  *source = (NegSource){ .fd = -1 };
}

static gboolean
fail_at (GError **error, NegErrorCode code, guint64 offset, const char *message)
{
  g_autofree char *where = g_strdup_printf ("offset %" G_GUINT64_FORMAT, offset);

  return neg_fail (error, code, where, "%s", message);
}

static gboolean
check_range (const NegSource *source, guint64 offset, gsize length, GError **error)
{
  if (offset <= source->length && length <= source->length - offset)
    return TRUE;
  return fail_at (error, NEG_ERROR_TRUNCATED, offset, "ends before the bytes that are announced");
}

/* The range is inside the object, whose end is inside the file: no sum here overflows. */
static gboolean
read_file (NegSource *source, guint64 offset, guint8 *target, gsize length, GError **error)
{
  gsize done = 0;

  while (done < length) {
    ssize_t got = pread (source->fd, target + done, length - done, source->base + offset + done);

    if (got > 0)
      done += got;
    else if (got == 0)
      return fail_at (error, NEG_ERROR_TRUNCATED, offset, "the file has become shorter");
    else if (errno != EINTR)
      return fail_at (error, NEG_ERROR_UNREADABLE, offset, g_strerror (errno));
  }
  return TRUE;
}

static const guint8 *
find_in_window (const NegSource *source, guint64 offset, gsize length)
{
  if (offset < source->window_start || offset - source->window_start > source->window_length ||
      length > source->window_length - (offset - source->window_start))
    return NULL;
  return source->window + (offset - source->window_start);
}

static gboolean
move_window (NegSource *source, guint64 offset, GError **error)
{
  gsize length = MIN (source->length - offset, NEG_SOURCE_WINDOW_BYTES);

  source->window_length = 0;
  if (!read_file (source, offset, source->window, length, error))
    return FALSE;
  source->window_start = offset;
  source->window_length = length;
  return TRUE;
}

gboolean
neg_source_read (NegSource *source, guint64 offset, void *target, gsize length, GError **error)
{
  const guint8 *bytes;

  if (!check_range (source, offset, length, error))
    return FALSE;
  if (length > NEG_SOURCE_WINDOW_BYTES && source->memory == NULL)
    return read_file (source, offset, target, length, error);
  if (length == 0)
    return TRUE;
  if (source->memory != NULL) {
    memcpy (target, source->memory + offset, length);
    return TRUE;
  }
  bytes = neg_source_peek (source, offset, length, error);
  if (bytes == NULL)
    return FALSE;
  memcpy (target, bytes, length);
  return TRUE;
}

const guint8 *
neg_source_peek (NegSource *source, guint64 offset, gsize length, GError **error)
{
  const guint8 *bytes;

  if (length > NEG_SOURCE_WINDOW_BYTES) {
    fail_at (error, NEG_ERROR_SIZE_OVERFLOW, offset, "longer than the window");
    return NULL;
  }
  if (!check_range (source, offset, length, error))
    return NULL;
  if (source->memory != NULL)
    return source->memory + offset;
  bytes = find_in_window (source, offset, length);
  if (bytes == NULL && move_window (source, offset, error))
    bytes = source->window;
  return bytes;
}
