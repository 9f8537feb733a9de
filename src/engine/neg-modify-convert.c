#include "config.h"

#include "engine/neg-modify-private.h"

#include <string.h>

#include "base/neg-error.h"

#define STEP_BYTES 8192 /* of native pixels, a multiple of every cell */

static gboolean
append (gpointer user_data, const void *bytes, gsize length, GError **error)
{
  GByteArray *array = user_data;

  if (length > NEG_SCAN_HEADER_BYTES_MAX || array->len > NEG_SCAN_HEADER_BYTES_MAX - length)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "the attributes are too long");
  g_byte_array_append (array, bytes, length);
  return TRUE;
}

static gboolean
write_elements (NegNode *item, NegOutput *output, GError **error)
{
  g_autoptr (GByteArray) elements = NULL;
  g_autoptr (GByteArray) made = NULL;

  if (!item->encoding.implicit_vr && !item->encoding.big_endian)
    return neg_node_write (item, neg_output_write, output, error);
  elements = g_byte_array_new ();
  if (!neg_node_write (item, append, elements, error))
    return FALSE;
  if (elements->len == 0)
    return TRUE;
  made = neg_modify_make_explicit (elements, item->encoding, error);
  return made != NULL && neg_output_write (output, made->data, made->len, error);
}

static gboolean
write_pixel_header (const NegLayout *layout, const char *vr, guint64 length, NegOutput *output, GError **error)
{
  const guint8 header[12] = { 0xE0, 0x7F, layout->pixel_tag & 0xFF, 0, vr[0], vr[1], 0, 0,
                              length & 0xFF, length >> 8 & 0xFF, length >> 16 & 0xFF, length >> 24 & 0xFF };

  return neg_output_write (output, header, sizeof header, error);
}

/* PS3.5 A.2: bytes where cells are of a byte, else words; A.4 is not asked. */
static const char *
get_pixel_vr (const NegLayout *layout, const char *written)
{
  if (layout->pixel_tag == 0x7FE00008)
    return "OF";
  if (layout->pixel_tag == 0x7FE00009)
    return "OD";
  if (strcmp (written, "OB") == 0 && layout->bits_allocated <= 8)
    return "OB";
  return "OW";
}

/* As neg-codec-native.c reads them: cells of whole words each for itself, smaller ones with their word where that is one. */
static guint
get_unit (const NegLayout *layout, const char *written)
{
  if (!layout->big_endian)
    return 1;
  if (layout->bits_allocated >= 16)
    return layout->bits_allocated / 8;
  return strcmp (written, "OW") == 0 ? 2 : 1;
}

static void
swap (guint8 *bytes, gsize length, guint unit)
{
  for (gsize i = 0; i + unit <= length; i += unit)
    for (guint j = 0; j < unit / 2; j++) {
      const guint8 byte = bytes[i + j];

      bytes[i + j] = bytes[i + unit - 1 - j];
      bytes[i + unit - 1 - j] = byte;
    }
}

/* Uncompressed pixels keep their cells, and change the order of bytes at most. */
static gboolean
write_native (NegSource *source, const NegLayout *layout, NegOutput *output, GError **error)
{
  const NegEncoding encoding = { layout->implicit_vr, layout->big_endian };
  const guint64 length = layout->pixels.length;
  NegElement element;
  guint unit;

  if (!neg_element_read (source, layout->header_end, source->length, encoding, &element, error))
    return FALSE;
  if (length >= NEG_LENGTH_UNDEFINED - 1)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "the pixels are too long for the other transfer syntax");
  unit = get_unit (layout, element.vr);
  if (!write_pixel_header (layout, get_pixel_vr (layout, element.vr), length + length % 2, output, error))
    return FALSE;
  for (guint64 done = 0; done < length;) {
    guint8 bytes[STEP_BYTES];
    const gsize step = MIN (length - done, sizeof bytes);

    if (!neg_source_read (source, layout->pixels.offset + done, bytes, step, error))
      return FALSE;
    swap (bytes, step, unit);
    if (!neg_output_write (output, bytes, step, error))
      return FALSE;
    done += step;
  }
  return length % 2 == 0 || neg_output_write (output, "", 1, error);
}

static gboolean
write_decoded (NegFrames *frames, NegOutput *output, GError **error)
{
  return write_pixel_header (frames->layout, frames->layout->bits_allocated <= 8 ? "OB" : "OW", frames->bytes, output, error)
         && neg_frames_write (frames, output, error);
}

static gboolean
write_pixels (NegChange *change, NegFrames *frames, NegOutput *output, NegModified *modified, GError **error)
{
  const NegLayout *layout = change->layout;
  NegSource inflated;
  gboolean done;

  if (layout->pixel_tag == 0)
    return TRUE;
  modified->pixel_offset = neg_output_tell (output) + 12;
  if (layout->encapsulated) {
    done = write_decoded (frames, output, error);
  } else if (layout->deflated) {
    neg_source_init_memory (&inflated, layout->inflated, layout->inflated_length);
    done = write_native (&inflated, layout, output, error);
  } else {
    done = write_native (change->source, layout, output, error);
  }
  modified->pixel_bytes = neg_output_tell (output) - modified->pixel_offset;
  return done;
}

static gboolean
write_object (NegChange *change, NegFrames *frames, NegOutput *output, NegModified *modified, GError **error)
{
  return neg_change_write_meta (change, NEG_MODIFY_EXPLICIT_LITTLE, output, error)
         && write_elements (change->root, output, error) && write_pixels (change, frames, output, modified, error)
         && write_elements (change->rest, output, error) && neg_output_finish (output, error);
}

static gboolean
is_so_already (const NegLayout *layout, const char *uid)
{
  return uid == NULL || *uid == '\0'
         || (!layout->encapsulated && strcmp (neg_change_get_syntax (layout), uid) == 0);
}

/* An object that is passed on in another syntax is the same object (PS3.5 A.4), and has no history of that. */
static gboolean
prepare (NegChange *change, NegFrames *frames, NegSource *source, const NegLayout *layout, const NegModify *modify,
         GError **error)
{
  if (!neg_change_begin (change, source, layout, modify, neg_modify_get_dictionary (), error)
      || !neg_change_make (change, error) || (change->is_changed && !neg_change_finish (change, error)))
    return FALSE;
  return !layout->encapsulated
         || (neg_frames_init (frames, source, layout, error) && neg_frames_describe (frames, change, error));
}

gboolean
neg_modify_convert (NegSource *source, const NegLayout *layout, const NegModify *modify, int fd, NegModifyGoOn go_on,
                    gpointer user_data, NegModified *modified, GError **error)
{
  g_auto (NegChange) change = { 0 };
  g_auto (NegFrames) frames = { 0 };
  g_autoptr (NegOutput) output = NULL;

  if (is_so_already (layout, modify->transfer_syntax_uid))
    return neg_modify_object (source, layout, modify, neg_modify_get_dictionary (), fd, modified, error);
  *modified = (NegModified){ 0 };
  if (layout->pixels_cut || layout->fragments_cut)
    return neg_fail (error, NEG_ERROR_TRUNCATED, NULL, "the object ends within its pixels");
  output = neg_output_new (fd, error);
  if (output == NULL || !prepare (&change, &frames, source, layout, modify, error))
    return FALSE;
  frames.go_on = go_on;
  frames.user_data = user_data;
  if (!write_object (&change, &frames, output, modified, error))
    return FALSE;
  modified->bytes = neg_output_tell (output);
  modified->is_changed = TRUE;
  return TRUE;
}
