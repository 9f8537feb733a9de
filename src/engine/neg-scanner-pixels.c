#include "config.h"

#include "engine/neg-scanner-private.h"

#include "base/neg-error.h"

#include <string.h>

#define TAG_FLOAT_PIXELS 0x7FE00008u
#define TAG_DOUBLE_PIXELS 0x7FE00009u
#define TAG_PIXELS 0x7FE00010u
/* Of all frames together: beyond any object, and far from where sums of 64 bits overflow. */
#define PIXEL_BITS_MAX ((guint64) 1 << 51)

static gboolean
fail_memory (GError **error)
{
  return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for the table of fragments");
}

/* A table of @bytes_each numbers; one that makes no sense is left out, as frames can be found without. */
static gboolean
read_table (NegSource *source, const NegElement *element, gsize bytes_each, gboolean big_endian, gpointer *table,
            guint32 *count, GError **error)
{
  guint8 *bytes;

  if (element->length == 0 || element->length % bytes_each != 0 ||
      element->length / bytes_each > NEG_SCAN_FRAGMENTS_MAX || *table != NULL)
    return TRUE;
  bytes = g_try_malloc (element->length);
  if (bytes == NULL)
    return fail_memory (error);
  *table = bytes;
  if (!neg_source_read (source, element->value, bytes, element->length, error))
    return FALSE;
  *count = element->length / bytes_each;
  for (guint32 i = 0; i < *count; i++) {
    guint64 number = neg_element_decode_number (bytes + i * bytes_each, bytes_each, big_endian);

    if (bytes_each == 4)
      ((guint32 *) *table)[i] = number;
    else
      ((guint64 *) *table)[i] = number;
  }
  return TRUE;
}

gboolean
neg_scan_take_offsets (NegSource *source, const NegElement *element, NegEncoding encoding, NegLayout *layout,
                       GError **error)
{
  return read_table (source, element, 8, encoding.big_endian, (gpointer *) &layout->extended_offsets,
                     &layout->n_extended_offsets, error);
}

static gboolean
add_fragment (NegLayout *layout, guint32 *capacity, NegStretch fragment, GError **error)
{
  if (layout->n_fragments == NEG_SCAN_FRAGMENTS_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "too many fragments");
  if (layout->n_fragments == *capacity) {
    guint32 wanted = MAX (16, *capacity * 2);
    NegStretch *grown = g_try_renew (NegStretch, layout->fragments, wanted);

    if (grown == NULL)
      return fail_memory (error);
    layout->fragments = grown;
    *capacity = wanted;
  }
  layout->fragments[layout->n_fragments++] = fragment;
  return TRUE;
}

/* PS3.5 A.4: the first item is the Basic Offset Table, each other one a fragment, until the delimiter. Where that or a
 * whole item is missing, what there is is kept. */
static gboolean
read_fragments (NegSource *source, guint64 offset, guint64 end, gboolean open, NegEncoding encoding,
                NegLayout *layout, GError **error)
{
  guint32 capacity = 0;
  NegElement item;

  layout->encapsulated = TRUE;
  for (gboolean first = TRUE;; first = FALSE) {
    guint64 available;

    layout->fragments_cut = TRUE;
    if (end - offset < 8)
      return TRUE;
    if (!neg_element_read (source, offset, end, encoding, &item, error))
      return FALSE;
    if (item.tag != NEG_TAG_ITEM) {
      layout->fragments_cut = item.tag != NEG_TAG_SEQUENCE_END;
      layout->pixels_end = item.value;
      return TRUE;
    }
    layout->fragments_cut = !neg_element_fits (&item, end);
    available = MIN (item.length, end - item.value);
    if (first && layout->fragments_cut)
      return TRUE;
    if (first ? !read_table (source, &item, 4, encoding.big_endian, (gpointer *) &layout->basic_offsets,
                             &layout->n_basic_offsets, error)
              : !add_fragment (layout, &capacity, (NegStretch){ item.value, available }, error))
      return FALSE;
    if (layout->fragments_cut)
      return TRUE;
    offset = item.value + available;
    if (offset == end && !open)
      break;
  }
  layout->fragments_cut = FALSE;
  layout->pixels_end = end;
  return TRUE;
}

/* Some senders write the length of the sequence of fragments. */
static gboolean
has_fragments (NegSource *source, const NegElement *element, NegEncoding encoding, const NegLayout *layout)
{
  const guint8 *bytes;

  if (element->length == NEG_LENGTH_UNDEFINED)
    return TRUE;
  if (layout->codec == NEG_CODEC_NATIVE || element->length < 8)
    return FALSE;
  bytes = neg_source_peek (source, element->value, 4, NULL);
  return bytes != NULL && neg_element_is_item_tag (bytes, encoding.big_endian);
}

/* What the first bytes of a codestream say, for objects whose transfer syntax had to be guessed. */
static NegCodec
recognise_codec (NegSource *source, const NegStretch *fragment)
{
  gsize length = MIN (fragment->length, 64);
  const guint8 *bytes = neg_source_peek (source, fragment->offset, length, NULL);

  if (bytes == NULL || length < 64)
    return NEG_CODEC_UNKNOWN;
  if (bytes[0] == 0xFF && bytes[1] == 0xD8)
    return bytes[3] == 0xF7 ? NEG_CODEC_JPEG_LS : NEG_CODEC_JPEG;
  if (bytes[0] == 0xFF && bytes[1] == 0x4F)
    return NEG_CODEC_JPEG_2000;
  if (bytes[0] >= 1 && bytes[0] <= 15 && neg_element_decode_number (bytes + 1, 3, FALSE) == 0 &&
      neg_element_decode_number (bytes + 4, 4, FALSE) == 64)
    return NEG_CODEC_RLE;
  return NEG_CODEC_UNKNOWN;
}

gboolean
neg_scan_take_pixels (NegSource *source, const NegElement *element, NegEncoding encoding, NegLayout *layout,
                      GError **error)
{
  gboolean open = element->length == NEG_LENGTH_UNDEFINED;
  guint64 available = source->length - element->value;

  layout->pixel_tag = element->tag;
  if (!open)
    available = MIN (available, element->length);
  if (!has_fragments (source, element, encoding, layout)) {
    layout->pixels = (NegStretch){ element->value, available };
    layout->pixels_cut = available < element->length;
    layout->pixels_end = element->value + available;
    if (layout->codec != NEG_CODEC_UNKNOWN)
      layout->codec = NEG_CODEC_NATIVE;
    return TRUE;
  }
  if (!read_fragments (source, element->value, element->value + available, open, encoding, layout, error))
    return FALSE;
  if (layout->codec == NEG_CODEC_NATIVE && layout->n_fragments > 0 &&
      strcmp (layout->transfer_syntax_uid, "1.2.840.10008.1.2.1.98") != 0) {
    layout->codec = recognise_codec (source, &layout->fragments[0]);
    if (layout->syntax_guessed)
      layout->transfer_syntax_uid[0] = '\0';
  }
  return TRUE;
}

static gboolean
check_bits (NegLayout *layout, GError **error)
{
  guint float_bits = layout->pixel_tag == TAG_FLOAT_PIXELS ? 32 : 64;

  layout->is_float = layout->pixel_tag != TAG_PIXELS;
  if (layout->bits_allocated == 0 || layout->bits_allocated > 64)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0100)", "no pixel has %u bits", layout->bits_allocated);
  if (layout->is_float && layout->bits_allocated != float_bits)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0100)", "floating-point pixels of %u bits",
                     layout->bits_allocated);
  if (layout->bits_stored > layout->bits_allocated)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0101)", "%u bits are stored in %u", layout->bits_stored,
                     layout->bits_allocated);
  if (layout->high_bit >= layout->bits_allocated || layout->high_bit + 1 < layout->bits_stored)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0102)", "the high bit of %u bits in %u is bit %u",
                     layout->bits_stored, layout->bits_allocated, layout->high_bit);
  return TRUE;
}

/* Native bits of one pixel, all samples (PS3.5 8.1, 8.2, PS3.3 C.7.6.3.1.2): 422 has two values per pixel. */
static guint64
count_pixel_bits (const NegLayout *layout)
{
  if (!layout->encapsulated && layout->samples == 3 && strcmp (layout->photometric, "YBR_FULL_422") == 0)
    return 2 * (guint64) layout->bits_allocated;
  return (guint64) layout->samples * layout->bits_allocated;
}

static gboolean
count_bits (const NegLayout *layout, guint64 *bits)
{
  return g_uint64_checked_mul (bits, layout->rows, layout->columns) &&
         g_uint64_checked_mul (bits, *bits, count_pixel_bits (layout)) &&
         g_uint64_checked_mul (bits, *bits, layout->frames) && *bits <= PIXEL_BITS_MAX;
}

gboolean
neg_scan_check_pixels (NegLayout *layout, GError **error)
{
  guint64 bits, bytes;

  if (layout->rows == 0 || layout->columns == 0)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, layout->rows == 0 ? "(0028,0010)" : "(0028,0011)",
                     "pixels without rows or columns");
  if (!check_bits (layout, error))
    return FALSE;
  if (!count_bits (layout, &bits))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "(0028,0010)", "%u x %u pixels of %u samples in %u frames",
                     layout->rows, layout->columns, layout->samples, layout->frames);
  bytes = (bits + 7) / 8;
  if (!layout->encapsulated && bytes > layout->pixels.length)
    layout->pixels_missing_bytes = bytes - layout->pixels.length;
  layout->has_pixels = TRUE;
  return TRUE;
}
