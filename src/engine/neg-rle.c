#include "config.h"

#include "engine/neg-rle.h"

#include "base/neg-error.h"

#include <string.h>

#define HEADER_BYTES 64
#define SEGMENTS_MAX 15

static guint32
read_u32 (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_LE (value);
}

static gboolean
fail_segment (GError **error, guint segment, NegErrorCode code, const char *message)
{
  g_autofree char *where = g_strdup_printf ("RLE segment %u", segment + 1);

  return neg_fail (error, code, where, "%s", message);
}

static void
spread_run (guint8 *target, gsize stride, gsize count, guint8 value)
{
  if (stride == 1)
    memset (target, value, count);
  else
    for (gsize i = 0; i < count; i++)
      target[i * stride] = value;
}

static void
spread_literals (guint8 *target, gsize stride, gsize count, const guint8 *values)
{
  if (stride == 1)
    memcpy (target, values, count);
  else
    for (gsize i = 0; i < count; i++)
      target[i * stride] = values[i];
}

/* PS3.5 G.3.2: n in 0..127 is followed by n + 1 bytes as they are, -1..-127 by one byte to repeat 1 - n times, -128 by
 * nothing. Bytes beyond @n_cells are padding. Returns how many cells were written. */
static gsize
unpack_segment (const guint8 *data, gsize length, guint8 *target, gsize stride, gsize n_cells)
{
  const guint8 *end = data + length;
  gsize done = 0;

  while (done < n_cells && end - data >= 2) {
    guint code = *data++;
    gsize count;

    if (code < 128) {
      count = MIN (MIN (code + 1, n_cells - done), (gsize) (end - data));
      spread_literals (target + done * stride, stride, count, data);
      data += MIN (code + 1, (gsize) (end - data));
    } else if (code > 128) {
      count = MIN (257 - code, n_cells - done);
      spread_run (target + done * stride, stride, count, *data++);
    } else
      continue;
    done += count;
  }
  return done;
}

/* Offsets are ascending (PS3.5 G.5); a segment ends where the next begins. */
static gboolean
find_segment (const guint8 *data, gsize length, guint n_segments, guint segment, gsize *begin, gsize *end,
              GError **error)
{
  *begin = read_u32 (data + 4 + 4 * segment);
  *end = segment + 1 < n_segments ? read_u32 (data + 8 + 4 * segment) : length;
  if (*begin < HEADER_BYTES || *begin > *end)
    return fail_segment (error, segment, NEG_ERROR_INCONSISTENT, "its offset is wrong");
  if (*end > length)
    return fail_segment (error, segment, NEG_ERROR_TRUNCATED, "it ends beyond the fragment");
  return TRUE;
}

static gboolean
check_frame (const guint8 *data, gsize length, guint n_segments, guint64 n_cells, guint bytes_per_pixel,
             gsize target_bytes, GError **error)
{
  guint64 bytes;

  if (!g_uint64_checked_mul (&bytes, n_cells, bytes_per_pixel) || bytes != target_bytes || bytes == 0)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "RLE", "the frame has not the size of its target");
  if (length < HEADER_BYTES)
    return neg_fail (error, NEG_ERROR_TRUNCATED, "RLE", "the fragment is shorter than its header");
  if (read_u32 (data) != n_segments)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "RLE", "the fragment has %u segments instead of %u",
                     read_u32 (data), n_segments);
  return TRUE;
}

/* Where the bytes of @segment go within a pixel: segments are ordered by sample, then from the most significant byte
 * (PS3.5 G.2). */
static gsize
place_segment (guint segment, guint bytes_per_cell)
{
  guint sample = segment / bytes_per_cell;
  guint byte = segment % bytes_per_cell;

  return sample * bytes_per_cell + (G_BYTE_ORDER == G_LITTLE_ENDIAN ? bytes_per_cell - 1 - byte : byte);
}

gboolean
neg_rle_decode (const guint8 *data, gsize length, guint32 rows, guint32 columns, guint32 samples,
                guint bytes_per_cell, guint8 *target, gsize target_bytes, GError **error)
{
  guint64 n_cells = (guint64) rows * columns;
  guint n_segments;

  if ((bytes_per_cell != 1 && bytes_per_cell != 2 && bytes_per_cell != 4) || samples == 0 ||
      samples > SEGMENTS_MAX / bytes_per_cell)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "RLE", "%u samples of %u bytes", samples, bytes_per_cell);
  n_segments = samples * bytes_per_cell;
  if (!check_frame (data, length, n_segments, n_cells, n_segments, target_bytes, error))
    return FALSE;
  for (guint segment = 0; segment < n_segments; segment++) {
    gsize begin, end;

    if (!find_segment (data, length, n_segments, segment, &begin, &end, error))
      return FALSE;
    if (unpack_segment (data + begin, end - begin, target + place_segment (segment, bytes_per_cell), n_segments,
                        n_cells) < n_cells)
      return fail_segment (error, segment, NEG_ERROR_TRUNCATED, "it holds too few values");
  }
  return TRUE;
}
