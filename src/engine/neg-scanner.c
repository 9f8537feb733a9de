#include "config.h"

#include "engine/neg-scanner-private.h"

#include "base/neg-error.h"

#include <string.h>

#define TAG_EXTENDED_OFFSETS 0x7FE00001u
#define TAG_FLOAT_PIXELS 0x7FE00008u
#define TAG_DOUBLE_PIXELS 0x7FE00009u
#define TAG_PIXELS 0x7FE00010u
#define NUMBER_TEXT_BYTES_MAX 32

typedef struct {
  NegSource *source; /* of the data set: inflated, or the object itself */
  NegLayout *layout;
  NegEncoding encoding;
  guint64 position;
  guint n_elements;
  guint seen; /* bits by index in numbers[] and above: of several elements the first counts */
} Scan;

static const struct {
  guint32 tag;
  gsize field;
} numbers[] = {
  { 0x00280002, G_STRUCT_OFFSET (NegLayout, samples) },
  { 0x00280006, G_STRUCT_OFFSET (NegLayout, planar) },
  { 0x00280008, G_STRUCT_OFFSET (NegLayout, frames) },
  { 0x00280010, G_STRUCT_OFFSET (NegLayout, rows) },
  { 0x00280011, G_STRUCT_OFFSET (NegLayout, columns) },
  { 0x00280100, G_STRUCT_OFFSET (NegLayout, bits_allocated) },
  { 0x00280101, G_STRUCT_OFFSET (NegLayout, bits_stored) },
  { 0x00280102, G_STRUCT_OFFSET (NegLayout, high_bit) },
  { 0x00280103, G_STRUCT_OFFSET (NegLayout, is_signed) },
};
#define TAG_PHOTOMETRIC 0x00280004u
#define TAG_FRAMES 0x00280008u
#define SEEN_PHOTOMETRIC (1u << G_N_ELEMENTS (numbers))
#define SEEN_ROWS (1u << 3)
#define SEEN_COLUMNS (1u << 4)
#define SEEN_HIGH_BIT (1u << 7)

/* The first value of an IS, padded with anything that senders pad with; "" is 0. Letters after the digits occur. */
static gboolean
parse_integer (const guint8 *bytes, gsize length, guint64 *number)
{
  char text[NUMBER_TEXT_BYTES_MAX + 1] = { 0 };
  gsize n_digits;

  memcpy (text, bytes, length);
  g_strchug (text);
  if (text[0] == '+')
    memmove (text, text + 1, NUMBER_TEXT_BYTES_MAX);
  n_digits = strspn (text, "0123456789");
  *number = 0;
  if (n_digits == 0)
    return text[0] == '\0' || text[0] == '\\';
  text[n_digits] = '\0';
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, number, NULL);
}

/* Binary whatever the VR says, but for the one that is text in every edition. */
static gboolean
take_number (Scan *scan, const NegElement *element, guint32 *field, GError **error)
{
  const guint8 *bytes;
  guint64 number = 0;
  gboolean ok;

  if (element->length > NUMBER_TEXT_BYTES_MAX)
    return neg_element_fail (error, NEG_ERROR_INCONSISTENT, element->tag, element->start, "not a number");
  bytes = neg_source_peek (scan->source, element->value, element->length, error);
  if (bytes == NULL)
    return FALSE;
  if (element->tag == TAG_FRAMES || strcmp (element->vr, "IS") == 0)
    ok = parse_integer (bytes, element->length, &number);
  else {
    ok = element->length % 2 == 0;
    if (element->length > 0 && ok)
      number = neg_element_decode_number (bytes, element->length == 4 ? 4 : 2, scan->encoding.big_endian);
  }
  if (!ok)
    return neg_element_fail (error, NEG_ERROR_INCONSISTENT, element->tag, element->start, "not a number");
  *field = number;
  return TRUE;
}

static gboolean
take_photometric (Scan *scan, const NegElement *element, GError **error)
{
  gsize length = MIN (element->length, sizeof scan->layout->photometric - 1);
  const guint8 *bytes = neg_source_peek (scan->source, element->value, length, error);
  gsize used = 0;

  if (bytes == NULL)
    return FALSE;
  while (used < length && (g_ascii_isalnum (bytes[used]) || (bytes[used] == ' ' && used > 0) || bytes[used] == '_'))
    used++;
  memcpy (scan->layout->photometric, bytes, used);
  g_strchomp (scan->layout->photometric);
  return TRUE;
}

static gboolean
take_image_element (Scan *scan, const NegElement *element, GError **error)
{
  if (element->tag == TAG_PHOTOMETRIC && !(scan->seen & SEEN_PHOTOMETRIC)) {
    scan->seen |= SEEN_PHOTOMETRIC;
    return take_photometric (scan, element, error);
  }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (numbers[i].tag == element->tag && !(scan->seen & 1u << i)) {
      scan->seen |= 1u << i;
      return take_number (scan, element, G_STRUCT_MEMBER_P (scan->layout, numbers[i].field), error);
    }
  return TRUE;
}

static gboolean
is_pixel_tag (guint32 tag)
{
  return tag == TAG_PIXELS || tag == TAG_FLOAT_PIXELS || tag == TAG_DOUBLE_PIXELS;
}

static gboolean
fail_cut (const NegElement *element, GError **error)
{
  return neg_element_fail (error, NEG_ERROR_TRUNCATED, element->tag, element->start,
                           "the object ends inside this element");
}

/* One element of the top level but the pixels. NEG_ERROR_TRUNCATED when the object ends inside it. */
static gboolean
pass_element (Scan *scan, const NegElement *element, GError **error)
{
  NegEncoding inside;

  if (element->tag >> 16 == 0xFFFE) {
    if (element->tag == NEG_TAG_ITEM || element->length != 0)
      return neg_element_fail (error, NEG_ERROR_INCONSISTENT, element->tag, element->start,
                               "an item outside a sequence");
    scan->position = element->value;
    return TRUE;
  }
  if (neg_scan_opens_sequence (scan->source, element, scan->encoding, &inside))
    return neg_scan_skip_sequence (scan->source, element, inside, &scan->n_elements, &scan->position, error);
  if (!neg_element_fits (element, scan->source->length))
    return fail_cut (element, error);
  scan->position = element->value + element->length;
  if (element->tag >> 16 == 0x0028)
    return take_image_element (scan, element, error);
  if (element->tag == TAG_EXTENDED_OFFSETS)
    return neg_scan_take_offsets (scan->source, element, scan->encoding, scan->layout, error);
  return TRUE;
}

/* What remains is padding when it is no element: too short, or zeros (no data set holds group 0000). */
static gboolean
at_padding (Scan *scan)
{
  guint64 remaining = scan->source->length - scan->position;
  const guint8 *bytes = neg_source_peek (scan->source, scan->position, MIN (remaining, 4), NULL);

  return bytes != NULL && (remaining < 4 || neg_element_decode_number (bytes, 4, FALSE) == 0);
}

static gboolean
walk_elements (Scan *scan, GError **error)
{
  while (scan->position < scan->source->length && !at_padding (scan)) {
    NegElement element;

    scan->layout->header_end = scan->position;
    if (!neg_element_read (scan->source, scan->position, scan->source->length, scan->encoding, &element, error))
      return FALSE;
    if (++scan->n_elements > NEG_SCAN_ELEMENTS_MAX)
      return neg_element_fail (error, NEG_ERROR_SIZE_OVERFLOW, element.tag, element.start, "too many elements");
    if (is_pixel_tag (element.tag))
      return neg_scan_take_pixels (scan->source, &element, scan->encoding, scan->layout, error);
    if (!pass_element (scan, &element, error))
      return FALSE;
    scan->layout->header_end = scan->position;
  }
  return TRUE;
}

/* An object cut before its pixels is still worth listing, up to the last element that is whole. */
static gboolean
walk_dataset (Scan *scan, GError **error)
{
  g_autoptr (GError) local = NULL;

  scan->layout->header_end = scan->position;
  if (walk_elements (scan, &local))
    return TRUE;
  if (!g_error_matches (local, NEG_ERROR, NEG_ERROR_TRUNCATED) ||
      scan->layout->header_end == scan->layout->dataset_offset) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  scan->layout->truncated = TRUE;
  return TRUE;
}

static gboolean
check_header (const NegLayout *layout, GError **error)
{
  if (layout->header_end - layout->dataset_offset > NEG_SCAN_HEADER_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "the header is larger than %u MiB",
                     NEG_SCAN_HEADER_BYTES_MAX >> 20);
  return TRUE;
}

static void
fill_defaults (const Scan *scan)
{
  NegLayout *layout = scan->layout;

  layout->frames = MAX (layout->frames, 1);
  layout->samples = MAX (layout->samples, 1);
  if (layout->bits_stored == 0)
    layout->bits_stored = layout->bits_allocated;
  if (!(scan->seen & SEEN_HIGH_BIT) && layout->bits_stored > 0)
    layout->high_bit = layout->bits_stored - 1;
  layout->planar = layout->planar == 1;
  layout->is_signed = layout->is_signed == 1;
  layout->implicit_vr = scan->encoding.implicit_vr;
  layout->big_endian = scan->encoding.big_endian;
}

gboolean
neg_scan (NegSource *source, NegLayout *layout, GError **error)
{
  Scan scan = { .source = source, .layout = layout };
  NegSource inflated;

  *layout = (NegLayout){ 0 };
  if (source->length < 8)
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "not a DICOM object");
  if (!neg_scan_preamble (source, layout, &scan.encoding, error))
    return FALSE;
  if (layout->deflated) {
    neg_source_init_memory (&inflated, layout->inflated, layout->inflated_length);
    scan.source = &inflated;
  }
  scan.position = layout->dataset_offset;
  if (!walk_dataset (&scan, error) || !check_header (layout, error))
    return FALSE;
  fill_defaults (&scan);
  if (layout->pixel_tag == 0 || !(scan.seen & (SEEN_ROWS | SEEN_COLUMNS)))
    return TRUE;
  return neg_scan_check_pixels (layout, error);
}

static gboolean
walk_rest (Scan *scan, GError **error)
{
  while (scan->position < scan->source->length && !at_padding (scan)) {
    NegElement element;

    if (!neg_element_read (scan->source, scan->position, scan->source->length, scan->encoding, &element, error))
      return FALSE;
    if (++scan->n_elements > NEG_SCAN_ELEMENTS_MAX)
      return neg_element_fail (error, NEG_ERROR_SIZE_OVERFLOW, element.tag, element.start, "too many elements");
    if (!pass_element (scan, &element, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
neg_scan_rest (NegSource *source, const NegLayout *layout, guint64 *end, GError **error)
{
  g_auto (NegLayout) unused = { 0 }; /* what is said about the pixels behind them counts for nothing */
  NegSource inflated;
  Scan scan = { .source = source, .layout = &unused, .encoding = { layout->implicit_vr, layout->big_endian } };

  if (layout->truncated || layout->pixels_cut || layout->fragments_cut)
    return neg_fail (error, NEG_ERROR_TRUNCATED, NULL, "the data set ends before what it announces");
  if (layout->deflated) {
    neg_source_init_memory (&inflated, layout->inflated, layout->inflated_length);
    scan.source = &inflated;
  }
  scan.position = layout->pixel_tag != 0 ? layout->pixels_end : layout->header_end;
  if (!walk_rest (&scan, error))
    return FALSE;
  if (end != NULL)
    *end = scan.position;
  return TRUE;
}

void
neg_layout_clear (NegLayout *layout)
{
  g_free (layout->inflated);
  g_free (layout->fragments);
  g_free (layout->basic_offsets);
  g_free (layout->extended_offsets);
  *layout = (NegLayout){ 0 };
}
