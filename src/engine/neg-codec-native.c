#include "config.h"

#include "engine/neg-codec-private.h"

#include <string.h>

#include "base/neg-error.h"

/* Of so many samples per pixel. */
static gboolean
count_frame_bits (const NegLayout *layout, guint64 samples, guint64 *bits)
{
  return g_uint64_checked_mul (bits, (guint64) layout->rows * layout->columns, samples)
         && g_uint64_checked_mul (bits, *bits, layout->bits_allocated);
}

gboolean
neg_native_is_422 (const NegLayout *layout)
{
  guint64 bits;

  if (layout->samples != 3 || strcmp (layout->photometric, "YBR_FULL_422") != 0
      || (layout->codec != NEG_CODEC_NATIVE && layout->codec != NEG_CODEC_DEFLATED_FRAME))
    return FALSE;
  return layout->encapsulated || !count_frame_bits (layout, 3, &bits)
         || !g_uint64_checked_mul (&bits, bits, layout->frames) || bits / 8 > layout->pixels.length;
}

gboolean
neg_native_get_frame_bits (const NegLayout *layout, guint64 *bits)
{
  return count_frame_bits (layout, neg_native_is_422 (layout) ? 2 : layout->samples, bits);
}

/* PS3.5 8.1.1 and Annex D: pixel by pixel from the least significant bit of each byte. */
static void
unpack_1 (const guint8 *bytes, guint start_bit, const NegCells *cells)
{
  guint8 *target = cells->cells;
  gsize i = 0;

  for (; i < cells->bytes && (start_bit + i) % 8 != 0; i++)
    target[i] = bytes[0] >> (start_bit + i) & 1;
  bytes += (start_bit + i) / 8;
  for (; i + 8 <= cells->bytes; i += 8, bytes++)
    for (guint bit = 0; bit < 8; bit++)
      target[i + bit] = *bytes >> bit & 1;
  for (guint bit = 0; i + bit < cells->bytes; bit++)
    target[i + bit] = *bytes >> bit & 1;
}

/* Cells of 12 bits without gaps: three bytes hold two. */
static void
unpack_12 (const guint8 *bytes, guint start_bit, const NegCells *cells)
{
  guint16 *target = (guint16 *) cells->cells;
  gsize n = cells->bytes / 2;

  for (gsize i = 0; i < n; i++) {
    gsize bit = start_bit + 12 * i;
    const guint8 *p = bytes + bit / 8;

    target[i] = bit % 8 == 0 ? p[0] | (p[1] & 0x0F) << 8 : p[0] >> 4 | p[1] << 4;
  }
}

static void
swap_cells (guint8 *cells, gsize n_bytes, guint width)
{
  switch (width) {
  case 2:
    for (guint16 *p = (guint16 *) cells, *end = p + n_bytes / 2; p < end; p++)
      *p = GUINT16_SWAP_LE_BE (*p);
    break;
  case 4:
    for (guint32 *p = (guint32 *) cells, *end = p + n_bytes / 4; p < end; p++)
      *p = GUINT32_SWAP_LE_BE (*p);
    break;
  case 8:
    for (guint64 *p = (guint64 *) cells, *end = p + n_bytes / 8; p < end; p++)
      *p = GUINT64_SWAP_LE_BE (*p);
    break;
  default:
    break;
  }
}

/* Whole-byte cells from their byte order to this machine's. */
static void
swap_to_native (const NegCells *cells, gboolean big_endian)
{
  if (big_endian != (G_BYTE_ORDER == G_BIG_ENDIAN))
    swap_cells (cells->cells, cells->bytes, cells->bytes_per_cell);
}

static gboolean
is_planar (const NegLayout *layout)
{
  return layout->planar && layout->samples > 1;
}

/* @bytes: what lies in the file from the byte that holds the first bit; 16-bit words of cells below 16 bits are little
 * endian already. */
static gboolean
unpack (const NegLayout *layout, const guint8 *bytes, guint start_bit, gboolean big_endian, const NegCells *cells,
        GError **error)
{
  if (layout->bits_allocated == 1 || layout->bits_allocated == 12) {
    if (is_planar (layout))
      return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0006)", "planes of %u-bit cells",
                       layout->bits_allocated);
    if (layout->bits_allocated == 1)
      unpack_1 (bytes, start_bit, cells);
    else
      unpack_12 (bytes, start_bit, cells);
    return TRUE;
  }
  if (is_planar (layout))
    neg_values_interleave (bytes, cells);
  else
    memcpy (cells->cells, bytes, cells->bytes);
  swap_to_native (cells, big_endian);
  return TRUE;
}

gboolean
neg_native_unpack (const NegLayout *layout, const guint8 *bytes, gsize n_bytes, const NegCells *cells,
                   GError **error)
{
  guint64 bits;

  if (!neg_native_get_frame_bits (layout, &bits) || n_bytes < bits / 8 + (bits % 8 != 0))
    return neg_fail (error, NEG_ERROR_TRUNCATED, "(7FE0,0010)", "the frame has fewer bytes than its pixels need");
  return unpack (layout, bytes, 0, FALSE, cells, error);
}

/* Cells below 16 bits of a big-endian OW value were swapped with their words (PS3.5 7.3, Annex D); OB ones were not.
 * The scanner does not keep the VR: it is in the eight bytes before the value's length. */
static gboolean
has_swapped_words (const NegLayout *layout, NegSource *source, gboolean *swapped, GError **error)
{
  char vr[2];

  *swapped = FALSE;
  if (!layout->big_endian || layout->implicit_vr || layout->bits_allocated >= 16 || layout->pixels.offset < 8)
    return TRUE;
  if (!neg_source_read (source, layout->pixels.offset - 8, vr, sizeof vr, error))
    return FALSE;
  *swapped = memcmp (vr, "OW", 2) == 0;
  return TRUE;
}

/* Reads [first, end) of the pixels into new memory, whole words where they are swapped. Given. */
static guint8 *
read_packed (const NegLayout *layout, NegSource *source, guint64 first, guint64 end, gboolean swapped, GError **error)
{
  guint64 from = swapped ? first & ~(guint64) 1 : first;
  guint64 to = swapped ? MIN ((end + 1) & ~(guint64) 1, layout->pixels.length) : end;
  g_autofree guint8 *bytes = g_try_malloc (to - from + 2);

  if (bytes == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, "(7FE0,0010)", "no memory for a frame");
    return NULL;
  }
  if (!neg_source_read (source, layout->pixels.offset + from, bytes, to - from, error))
    return NULL;
  if (swapped)
    swap_cells (bytes, to - from, 2);
  if (from < first)
    memmove (bytes, bytes + (first - from), end - first);
  return g_steal_pointer (&bytes);
}

/* A file that was cut within the last row of its last frame. */
static gboolean
is_cut_in_last_row (const NegLayout *layout, guint64 first, guint64 end, const NegCells *cells)
{
  return layout->pixels_cut && first < layout->pixels.length && end - layout->pixels.length < cells->bytes / layout->rows
         && !is_planar (layout) && layout->bits_allocated % 8 == 0 && !layout->big_endian;
}

static gboolean
read_cut (const NegLayout *layout, NegSource *source, guint64 first, const NegCells *cells, GError **error)
{
  gsize there = layout->pixels.length - first;

  memset (cells->cells + there, 0, cells->bytes - there);
  return neg_source_read (source, layout->pixels.offset + first, cells->cells, there, error);
}

gboolean
neg_native_read (const NegLayout *layout, NegSource *source, guint32 frame, NegFrameForm form, const NegCells *cells,
                 GError **error)
{
  g_autofree guint8 *packed = NULL;
  guint64 bits, start, first, end;
  gboolean swapped;

  if (!neg_native_get_frame_bits (layout, &bits) || !g_uint64_checked_mul (&start, bits, frame)
      || !g_uint64_checked_add (&end, start, bits) || end > G_MAXUINT64 - 7)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "(7FE0,0010)", "frame %u lies beyond any file", frame + 1);
  first = start / 8;
  end = (end + 7) / 8;
  /* What is drawn and measured is never made up. The raw values of such a file are those that other decoders give,
   * with zeros for what is missing; the header's warning says how much that is. */
  if (end > layout->pixels.length && form == NEG_FRAME_RAW && is_cut_in_last_row (layout, first, end, cells))
    return read_cut (layout, source, first, cells, error);
  if (end > layout->pixels.length)
    return neg_fail (error, NEG_ERROR_TRUNCATED, "(7FE0,0010)",
                     "frame %u ends at byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT, frame + 1, end,
                     layout->pixels.length);
  if (!has_swapped_words (layout, source, &swapped, error))
    return FALSE;
  if (!swapped && !is_planar (layout) && layout->bits_allocated % 8 == 0) {
    if (!neg_source_read (source, layout->pixels.offset + first, cells->cells, cells->bytes, error))
      return FALSE;
    swap_to_native (cells, layout->big_endian);
    return TRUE;
  }
  packed = read_packed (layout, source, first, end, swapped, error);
  return packed && unpack (layout, packed, start % 8, layout->big_endian, cells, error);
}
