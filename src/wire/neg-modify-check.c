#include "config.h"

#include "wire/neg-modify.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"

#define STEP_BYTES (256u << 10)
#define HEADER_BYTES_MAX 12

static gboolean
fail_other (GError **error)
{
  return neg_fail (error, NEG_ERROR_INCONSISTENT, "(7FE0,0010)", "the pixels of the new object are not those of the old one");
}

static gboolean
read_all (int fd, guint64 offset, guint8 *bytes, gsize length, GError **error)
{
  for (gsize done = 0; done < length;) {
    gssize n = pread (fd, bytes + done, length - done, offset + done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "cannot be read: %s", g_strerror (errno));
    if (n == 0)
      return neg_fail (error, NEG_ERROR_TRUNCATED, NULL, "the file ends before the pixels do");
    done += n;
  }
  return TRUE;
}

static gboolean
is_within (int fd, guint64 offset, guint64 bytes, guint64 *file_bytes, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "cannot be read: %s", g_strerror (errno));
  *file_bytes = status.st_size;
  return (offset >= HEADER_BYTES_MAX && offset <= *file_bytes && bytes <= *file_bytes - offset) || fail_other (error);
}

static guint64
get_number (const guint8 *bytes, gsize length, gboolean big_endian)
{
  guint64 number = 0;

  for (gsize i = 0; i < length; i++)
    number = number << 8 | bytes[big_endian ? i : length - 1 - i];
  return number;
}

/* The header of a pixel element whose value is as long as the engine says (PS3.5 7.1): long form with OB, OW, OF, OD, UN, or
 * without a VR; of undefined length there must be the delimiter at its end. @end: its last eight bytes. */
static gboolean
is_pixel_header (const guint8 header[HEADER_BYTES_MAX], guint64 bytes, const guint8 *end)
{
  for (guint i = 0; i < 3; i++) {
    const gboolean has_vr = i < 2, is_big = i == 1;
    const guint8 *tag = header + (has_vr ? 0 : 4);
    const guint64 length = get_number (header + 8, 4, is_big);
    const guint64 element = get_number (tag + 2, 2, is_big);

    if (get_number (tag, 2, is_big) != 0x7FE0 || (element != 0x0010 && element != 0x0008 && element != 0x0009)
        || (has_vr && (!g_ascii_isupper (header[4]) || !g_ascii_isupper (header[5]))))
      continue;
    if (length == bytes && length != G_MAXUINT32)
      return TRUE;
    return length == G_MAXUINT32 && bytes >= 8 && get_number (end, 2, is_big) == 0xFFFE
           && get_number (end + 2, 2, is_big) == 0xE0DD;
  }
  return FALSE;
}

static gboolean
check_header (int fd, guint64 offset, guint64 bytes, guint64 file_bytes, GError **error)
{
  guint8 header[HEADER_BYTES_MAX];
  guint8 end[8] = { 0 };

  if (!read_all (fd, offset - HEADER_BYTES_MAX, header, sizeof header, error)
      || (bytes >= sizeof end && !read_all (fd, offset + bytes - sizeof end, end, sizeof end, error)))
    return FALSE;
  /* What was cut is passed on as it was: it reaches to the end of the file. */
  return is_pixel_header (header, bytes, end) || offset + bytes == file_bytes || fail_other (error);
}

static gboolean
compare (int old_fd, guint64 old_offset, int new_fd, guint64 new_offset, guint64 bytes, GError **error)
{
  g_autofree guint8 *first = g_malloc (STEP_BYTES);
  g_autofree guint8 *second = g_malloc (STEP_BYTES);

  for (guint64 done = 0; done < bytes;) {
    const gsize step = MIN (bytes - done, STEP_BYTES);

    if (!read_all (old_fd, old_offset + done, first, step, error)
        || !read_all (new_fd, new_offset + done, second, step, error))
      return FALSE;
    if (memcmp (first, second, step) != 0)
      return fail_other (error);
    done += step;
  }
  return TRUE;
}

gboolean
neg_modified_check_pixels (int old_fd, int new_fd, const NegModified *modified, GError **error)
{
  guint64 old_bytes, new_bytes;

  if (modified->pixel_offset == 0)
    return modified->pixel_bytes == 0 || fail_other (error);
  return is_within (old_fd, modified->old_pixel_offset, modified->pixel_bytes, &old_bytes, error)
         && is_within (new_fd, modified->pixel_offset, modified->pixel_bytes, &new_bytes, error)
         && check_header (old_fd, modified->old_pixel_offset, modified->pixel_bytes, old_bytes, error)
         && check_header (new_fd, modified->pixel_offset, modified->pixel_bytes, new_bytes, error)
         && compare (old_fd, modified->old_pixel_offset, new_fd, modified->pixel_offset, modified->pixel_bytes, error);
}
