#include "config.h"

#include "engine/neg-scanner-private.h"

#include "base/neg-error.h"

#include <string.h>
#include <zlib.h>

#define TAG_META_LENGTH 0x00020000u
#define TAG_TRANSFER_SYNTAX 0x00020010u
#define SYNTAX_IMPLICIT_LITTLE "1.2.840.10008.1.2"
#define SYNTAX_EXPLICIT_LITTLE "1.2.840.10008.1.2.1"
#define SYNTAX_EXPLICIT_BIG "1.2.840.10008.1.2.2"
#define SYNTAX_DEFLATED "1.2.840.10008.1.2.1.99"
#define PROBE_ELEMENTS 6
#define INFLATE_STEP_BYTES ((guint64) 256 << 10)

/* PS3.5 Annex A, PS3.6 Annex A; a range of last components where they run in a row. Video: MPEG2, MPEG-4 AVC, HEVC. */
static const struct {
  const char *stem;
  guint first, last;
  NegCodec codec;
} encapsulated_syntaxes[] = {
  { "1.2.840.10008.1.2.5", 0, 0, NEG_CODEC_RLE },
  { "1.2.840.10008.1.2.1.98", 0, 0, NEG_CODEC_NATIVE },
  { "1.2.840.10008.1.2.8.1", 0, 0, NEG_CODEC_DEFLATED_FRAME },
  { "1.2.840.10008.1.2.4.", 50, 70, NEG_CODEC_JPEG },
  { "1.2.840.10008.1.2.4.", 80, 81, NEG_CODEC_JPEG_LS },
  { "1.2.840.10008.1.2.4.", 90, 93, NEG_CODEC_JPEG_2000 },
  { "1.2.840.10008.1.2.4.", 100, 108, NEG_CODEC_VIDEO },
  { "1.2.840.10008.1.2.4.", 201, 203, NEG_CODEC_HTJ2K },
};

static gboolean
syntax_matches (const char *uid, const char *stem, guint first, guint last)
{
  gsize length = strlen (stem);
  guint64 component;

  if (last == 0)
    return strcmp (uid, stem) == 0;
  return g_str_has_prefix (uid, stem) && g_ascii_string_to_unsigned (uid + length, 10, first, last, &component, NULL);
}

gboolean
neg_scan_lookup_syntax (const char *uid, NegEncoding *encoding, NegCodec *codec)
{
  *encoding = (NegEncoding){ FALSE, FALSE };
  *codec = NEG_CODEC_NATIVE;
  if (strcmp (uid, SYNTAX_IMPLICIT_LITTLE) == 0)
    encoding->implicit_vr = TRUE;
  else if (strcmp (uid, SYNTAX_EXPLICIT_BIG) == 0)
    encoding->big_endian = TRUE;
  else if (strcmp (uid, SYNTAX_EXPLICIT_LITTLE) != 0 && strcmp (uid, SYNTAX_DEFLATED) != 0) {
    for (guint i = 0; i < G_N_ELEMENTS (encapsulated_syntaxes); i++)
      if (syntax_matches (uid, encapsulated_syntaxes[i].stem, encapsulated_syntaxes[i].first,
                          encapsulated_syntaxes[i].last)) {
        *codec = encapsulated_syntaxes[i].codec;
        return TRUE;
      }
    *codec = NEG_CODEC_UNKNOWN;
    return FALSE;
  }
  return TRUE;
}

gboolean
neg_scan_is_zip (NegSource *source)
{
  const guint8 *bytes = neg_source_peek (source, 0, 4, NULL);

  return bytes != NULL && bytes[0] == 'P' && bytes[1] == 'K' &&
         ((bytes[2] == 3 && bytes[3] == 4) || (bytes[2] == 5 && bytes[3] == 6));
}

static gboolean
has_magic (NegSource *source, guint64 offset)
{
  const guint8 *bytes = neg_source_peek (source, offset, 4, NULL);

  return bytes != NULL && memcmp (bytes, "DICM", 4) == 0;
}

/* A UID has digits and dots (PS3.5 9.1); padding is NUL, and space where senders err. */
static void
copy_uid (const guint8 *bytes, gsize length, char uid[65])
{
  gsize used = 0;

  while (used < length && used < 64 && (g_ascii_isdigit (bytes[used]) || bytes[used] == '.'))
    used++;
  memcpy (uid, bytes, used);
  uid[used] = '\0';
}

/* The meta header is Explicit VR Little Endian (PS3.10 7.1); some writers put it as the data set. */
static NegEncoding
guess_meta_encoding (NegSource *source, guint64 offset)
{
  NegEncoding encoding = { FALSE, FALSE };

  if (neg_encoding_probe (source, offset, encoding, 1) < 1)
    neg_encoding_guess (source, offset, 1, &encoding);
  return encoding;
}

static gboolean
take_meta_element (NegSource *source, const NegElement *element, NegEncoding encoding, NegLayout *layout,
                   guint64 *meta_end, GError **error)
{
  const guint8 *bytes;

  if (!neg_element_fits (element, source->length))
    return neg_element_fail (error, NEG_ERROR_TRUNCATED, element->tag, element->start,
                             "the meta header ends beyond the object");
  if (element->length > 128)
    return TRUE;
  bytes = neg_source_peek (source, element->value, element->length, error);
  if (bytes == NULL)
    return FALSE;
  if (element->tag == TAG_TRANSFER_SYNTAX && layout->transfer_syntax_uid[0] == '\0')
    copy_uid (bytes, element->length, layout->transfer_syntax_uid);
  if (element->tag == TAG_META_LENGTH && element->length == 4)
    *meta_end = element->value + 4 + neg_element_decode_number (bytes, 4, encoding.big_endian);
  return TRUE;
}

/* Group 0002 ends where its length says, if an element begins there; else, as lengths are often wrong, at the first
 * other group. The length matters before a deflated data set, whose first bytes may look like anything. */
static gboolean
read_meta (NegSource *source, guint64 offset, NegLayout *layout, GError **error)
{
  NegEncoding encoding = guess_meta_encoding (source, offset);
  guint64 meta_end = G_MAXUINT64;

  while (source->length - offset >= 8 && offset != meta_end) {
    NegElement element;

    if (!neg_element_read (source, offset, source->length, encoding, &element, error))
      return FALSE;
    if (element.tag >> 16 != 0x0002)
      break;
    if (!take_meta_element (source, &element, encoding, layout, &meta_end, error))
      return FALSE;
    layout->has_meta = TRUE;
    offset = element.value + element.length;
  }
  layout->dataset_offset = offset;
  return TRUE;
}

static const char *
encoding_get_syntax (NegEncoding encoding)
{
  if (encoding.implicit_vr)
    return SYNTAX_IMPLICIT_LITTLE;
  return encoding.big_endian ? SYNTAX_EXPLICIT_BIG : SYNTAX_EXPLICIT_LITTLE;
}

/* Without a transfer syntax the elements must speak for themselves; without a meta header they must do so more
 * clearly, as the object may be anything. */
static gboolean
guess_syntax (NegSource *source, NegLayout *layout, NegEncoding *encoding, GError **error)
{
  int least = layout->has_meta ? 1 : 3;

  *encoding = (NegEncoding){ FALSE, FALSE };
  if (!(layout->has_meta && layout->dataset_offset == source->length) &&
      !neg_encoding_guess (source, layout->dataset_offset, least, encoding))
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "not a DICOM object");
  layout->syntax_guessed = TRUE;
  g_strlcpy (layout->transfer_syntax_uid, encoding_get_syntax (*encoding), sizeof layout->transfer_syntax_uid);
  return TRUE;
}

/* Some data sets are not encoded as their meta header says. What it says is kept unless the first elements make no
 * sense that way and make sense another way. */
static void
correct_encoding (NegSource *source, guint64 offset, NegEncoding *encoding)
{
  if (neg_encoding_probe (source, offset, *encoding, PROBE_ELEMENTS) < 0)
    neg_encoding_guess (source, offset, 3, encoding);
}

gboolean
neg_scan_preamble (NegSource *source, NegLayout *layout, NegEncoding *encoding, GError **error)
{
  layout->has_preamble = has_magic (source, 128);
  if (layout->has_preamble)
    layout->dataset_offset = 132;
  else if (has_magic (source, 0))
    layout->dataset_offset = 4;
  if (layout->dataset_offset > 0 || neg_encoding_probe (source, 0, (NegEncoding){ FALSE, FALSE }, 1) == 1)
    if (!read_meta (source, layout->dataset_offset, layout, error))
      return FALSE;
  if (layout->transfer_syntax_uid[0] == '\0') {
    if (!guess_syntax (source, layout, encoding, error))
      return FALSE;
    return neg_scan_lookup_syntax (layout->transfer_syntax_uid, encoding, &layout->codec);
  }
  neg_scan_lookup_syntax (layout->transfer_syntax_uid, encoding, &layout->codec);
  layout->deflated = strcmp (layout->transfer_syntax_uid, SYNTAX_DEFLATED) == 0;
  if (layout->deflated)
    return neg_scan_inflate (source, layout, error);
  correct_encoding (source, layout->dataset_offset, encoding);
  return TRUE;
}

static gboolean
grow_inflated (NegLayout *layout, guint64 *capacity, GError **error)
{
  guint64 wanted = MIN (MAX (*capacity * 2, INFLATE_STEP_BYTES), NEG_SCAN_DEFLATED_BYTES_MAX);
  guint8 *grown;

  if (wanted == *capacity)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "the deflated data set is too large");
  grown = g_try_realloc (layout->inflated, wanted);
  if (grown == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for the deflated data set");
  layout->inflated = grown;
  *capacity = wanted;
  return TRUE;
}

static gboolean
give_input (z_stream *stream, NegSource *source, guint64 *offset, GError **error)
{
  gsize length = MIN (source->length - *offset, NEG_SOURCE_WINDOW_BYTES);

  stream->next_in = (Bytef *) neg_source_peek (source, *offset, length, error);
  stream->avail_in = length;
  *offset += length;
  return stream->next_in != NULL;
}

/* One call of inflate(): more input or more room first, where it has run out. *@finished also when the input ends
 * early: then the walk finds the element that is cut. */
static gboolean
inflate_some (z_stream *stream, NegSource *source, guint64 *offset, NegLayout *layout, guint64 *capacity,
              gboolean *finished, GError **error)
{
  gsize room;
  int result;

  if (stream->avail_in == 0 && *offset < source->length && !give_input (stream, source, offset, error))
    return FALSE;
  if (layout->inflated_length == *capacity && !grow_inflated (layout, capacity, error))
    return FALSE;
  room = MIN (*capacity - layout->inflated_length, G_MAXINT);
  stream->next_out = layout->inflated + layout->inflated_length;
  stream->avail_out = room;
  result = inflate (stream, Z_NO_FLUSH);
  layout->inflated_length += room - stream->avail_out;
  if (result == Z_MEM_ERROR)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for the deflated data set");
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "the deflated data set is damaged");
  *finished = result == Z_STREAM_END ||
              (stream->avail_in == 0 && stream->avail_out > 0 && *offset == source->length);
  return TRUE;
}

/* PS3.5 A.5: a raw RFC 1951 stream. */
gboolean
neg_scan_inflate (NegSource *source, NegLayout *layout, GError **error)
{
  z_stream stream = { 0 };
  guint64 offset = layout->dataset_offset;
  guint64 capacity = 0;
  gboolean finished = FALSE;
  gboolean ok = TRUE;

  if (inflateInit2 (&stream, -MAX_WBITS) != Z_OK)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for the deflated data set");
  while (ok && !finished)
    ok = inflate_some (&stream, source, &offset, layout, &capacity, &finished, error);
  inflateEnd (&stream);
  layout->deflated_offset = layout->dataset_offset;
  layout->dataset_offset = 0;
  return ok;
}
