#include "config.h"

#include "learning/neg-png.h"

#include <string.h>

#include "base/neg-error.h"

static guint32
read_u32 (const char *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_BE (value);
}

/* 5.2, 11.2.2 */
gboolean
neg_png_measure (const char *bytes, gsize length, guint *width, guint *height, GError **error)
{
  static const char signature[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

  if (length < NEG_PNG_HEAD_BYTES || memcmp (bytes, signature, sizeof signature - 1) != 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, "picture", "it is not a PNG picture");
  *width = read_u32 (bytes + 16);
  *height = read_u32 (bytes + 20);
  return (*width > 0 && *height > 0) || neg_fail (error, NEG_ERROR_UNREADABLE, "picture", "it is a PNG picture without a pixel");
}
