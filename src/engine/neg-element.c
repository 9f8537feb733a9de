#include "config.h"

#include "engine/neg-element.h"

#include "base/neg-error.h"

#include <string.h>

/* PS3.5 table 7.1-1 and -2; each list is of two-letter names in a row. */
static const char long_vrs[] = "OBODOFOLOVOWSQSVUCUNURUTUV";
static const char short_vrs[] = "AEASATCSDADSDTFDFLISLOLTPNSHSLSSSTTMUIULUS";
/* DCMTK's own names for elements that have one of several VRs, or none. It takes other lengths or another kind of element for
 * them than we do, so nothing that it reads after us may have them. */
static const char reserved_vrs[] = "ltnaoxpipxupxs";

static gboolean
list_has_vr (const char *list, const char *vr)
{
  for (; *list != '\0'; list += 2)
    if (list[0] == vr[0] && list[1] == vr[1])
      return TRUE;
  return FALSE;
}

gboolean
neg_element_vr_is_long (const char *vr)
{
  if (list_has_vr (long_vrs, vr))
    return TRUE;
  return g_ascii_isupper (vr[0]) && g_ascii_isupper (vr[1]) && !list_has_vr (short_vrs, vr);
}

guint64
neg_element_decode_number (const guint8 *bytes, gsize length, gboolean big_endian)
{
  guint64 number = 0;

  for (gsize i = 0; i < length; i++)
    number = number << 8 | bytes[big_endian ? i : length - 1 - i];
  return number;
}

static guint32
decode_tag (const guint8 *bytes, gboolean big_endian)
{
  return neg_element_decode_number (bytes, 2, big_endian) << 16 |
         neg_element_decode_number (bytes + 2, 2, big_endian);
}

gboolean
neg_element_is_item_tag (const guint8 *bytes, gboolean big_endian)
{
  return decode_tag (bytes, big_endian) == NEG_TAG_ITEM;
}

gboolean
neg_element_fail (GError **error, int code, guint32 tag, guint64 offset, const char *message)
{
  g_autofree char *where = g_strdup_printf ("(%04x,%04x) offset %" G_GUINT64_FORMAT, tag >> 16, tag & 0xFFFF,
                                            offset);

  return neg_fail (error, code, where, "%s", message);
}

static gboolean
fail_short (GError **error, guint64 offset)
{
  g_autofree char *where = g_strdup_printf ("offset %" G_GUINT64_FORMAT, offset);

  return neg_fail (error, NEG_ERROR_TRUNCATED, where, "ends in the middle of an element");
}

static gboolean
read_long_length (NegSource *source, guint64 end, gboolean big_endian, NegElement *element, GError **error)
{
  const guint8 *bytes;

  if (end - element->start < 12)
    return fail_short (error, element->start);
  bytes = neg_source_peek (source, element->start + 8, 4, error);
  if (bytes == NULL)
    return FALSE;
  element->length = neg_element_decode_number (bytes, 4, big_endian);
  element->value = element->start + 12;
  return TRUE;
}

gboolean
neg_element_read (NegSource *source, guint64 offset, guint64 end, NegEncoding encoding, NegElement *element,
                  GError **error)
{
  const guint8 *bytes;

  if (offset > end || end - offset < 8)
    return fail_short (error, offset);
  bytes = neg_source_peek (source, offset, 8, error);
  if (bytes == NULL)
    return FALSE;
  *element = (NegElement){ .tag = decode_tag (bytes, encoding.big_endian), .start = offset, .value = offset + 8 };
  if (encoding.implicit_vr || element->tag >> 16 == 0xFFFE) {
    element->length = neg_element_decode_number (bytes + 4, 4, encoding.big_endian);
    return TRUE;
  }
  memcpy (element->vr, bytes + 4, 2);
  if (list_has_vr (reserved_vrs, element->vr))
    return neg_element_fail (error, NEG_ERROR_INCONSISTENT, element->tag, offset, "a VR that is none");
  if (neg_element_vr_is_long (element->vr))
    return read_long_length (source, end, encoding.big_endian, element, error);
  element->length = neg_element_decode_number (bytes + 6, 2, encoding.big_endian);
  return TRUE;
}

gboolean
neg_element_fits (const NegElement *element, guint64 end)
{
  return element->length != NEG_LENGTH_UNDEFINED && element->value <= end &&
         element->length <= end - element->value;
}

static gboolean
looks_like_element (const NegElement *element, guint32 previous_tag, gboolean implicit_vr)
{
  guint32 group = element->tag >> 16;

  if (group == 0 || group > 0x7FE0 || element->tag < previous_tag)
    return FALSE;
  return implicit_vr || list_has_vr (long_vrs, element->vr) || list_has_vr (short_vrs, element->vr);
}

int
neg_encoding_probe (NegSource *source, guint64 offset, NegEncoding encoding, int most)
{
  guint32 previous_tag = 0;
  int found = 0;

  while (found < most && offset < source->length) {
    NegElement element;

    if (!neg_element_read (source, offset, source->length, encoding, &element, NULL) ||
        !looks_like_element (&element, previous_tag, encoding.implicit_vr))
      return -1;
    found++;
    if (element.length == NEG_LENGTH_UNDEFINED)
      return found;
    if (!neg_element_fits (&element, source->length))
      return -1;
    previous_tag = element.tag;
    offset = element.value + element.length;
  }
  return found;
}

gboolean
neg_encoding_guess (NegSource *source, guint64 offset, int least, NegEncoding *encoding)
{
  static const NegEncoding candidates[] = { { FALSE, FALSE }, { TRUE, FALSE }, { FALSE, TRUE } };
  int best = least - 1;

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++) {
    int found = neg_encoding_probe (source, offset, candidates[i], 6);

    if (found > best) {
      best = found;
      *encoding = candidates[i];
    }
  }
  return best >= least;
}
