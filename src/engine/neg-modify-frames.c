#include "config.h"

#include "engine/neg-modify-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "engine/neg-codec.h"

#define TAG_PHOTOMETRIC 0x00280004u
#define TAG_PLANAR 0x00280006u
#define TAG_BITS_ALLOCATED 0x00280100u
#define TAG_LOSSY 0x00282110u

static gboolean
check_codec (const NegLayout *layout, GError **error)
{
  if (layout->codec == NEG_CODEC_VIDEO)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "a video is not made into single frames");
  if (!layout->has_pixels || layout->codec == NEG_CODEC_UNKNOWN)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "the pixels are in a transfer syntax that is not known");
  return TRUE;
}

static gboolean
init_format (NegFrames *frames, GError **error)
{
  const NegLayout *layout = frames->layout;
  const NegInstance instance = {
    .transfer_syntax_uid = (char *) layout->transfer_syntax_uid,
    .rows = layout->rows,
    .columns = layout->columns,
    .samples = layout->samples,
    .frames = layout->frames,
    .bits_allocated = layout->bits_allocated,
    .bits_stored = layout->bits_stored,
    .high_bit = layout->high_bit,
    .is_signed = layout->is_signed,
    .is_float = layout->is_float,
    .planar = layout->planar,
    .photometric = (char *) layout->photometric,
  };

  return neg_frame_format_init (&frames->format, &instance, NEG_FRAME_RAW, error)
         && (neg_frame_format_get_bytes (&frames->format, &frames->frame_bytes)
             || neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "a frame is too large"));
}

/* A value has 32 bits for its length, one of them an even one (PS3.5 7.1). */
static gboolean
count_bytes (NegFrames *frames, GError **error)
{
  guint64 bytes;

  if (!g_uint64_checked_mul (&bytes, frames->frame_bytes, frames->layout->frames) || bytes > G_MAXINT64)
    bytes = G_MAXINT64;
  if (frames->layout->bits_allocated == 1)
    bytes = (bytes + 7) / 8;
  frames->bytes = bytes + bytes % 2;
  if (frames->bytes < G_MAXUINT32)
    return TRUE;
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL,
                   "decoded, the %u frames take %" G_GUINT64_FORMAT " MiB; an object of the other transfer syntax has room "
                   "for 4096",
                   frames->layout->frames, bytes >> 20);
}

static gboolean
decode (NegFrames *frames, guint32 frame, NegFrameFormat *result, GError **error)
{
  return neg_codec_decode_frame (frames->layout, frames->source, frame, NEG_FRAME_RAW, &frames->format, frames->cells,
                                 result, error);
}

/* Of which colour the frames come out, only a decoder knows. */
gboolean
neg_frames_init (NegFrames *frames, NegSource *source, const NegLayout *layout, GError **error)
{
  NegFrameFormat result;

  *frames = (NegFrames){ .layout = layout, .source = source };
  if (!check_codec (layout, error) || !init_format (frames, error) || !count_bytes (frames, error))
    return FALSE;
  frames->cells = g_try_malloc (frames->frame_bytes);
  if (frames->cells == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a frame");
  if (!decode (frames, 0, &result, error))
    return FALSE;
  frames->color = result.color;
  frames->has_first = TRUE;
  return TRUE;
}

void
neg_frames_clear (NegFrames *frames)
{
  g_clear_pointer (&frames->cells, g_free);
}

static const char *
get_photometric (NegColorModel color)
{
  switch (color) {
  case NEG_COLOR_RGB:
    return "RGB";
  case NEG_COLOR_YBR_FULL:
    return "YBR_FULL";
  case NEG_COLOR_YBR_FULL_422:
    return "YBR_FULL_422";
  case NEG_COLOR_MONOCHROME1:
  case NEG_COLOR_MONOCHROME2:
  case NEG_COLOR_PALETTE:
  case NEG_COLOR_OTHER:
  case NEG_COLOR_N_MODELS:
  default:
    return NULL;
  }
}

/* Syntaxes that have only lossy frames (PS3.5 A.4.1); once lossy, always (PS3.3 C.7.6.1.1.5). */
static gboolean
is_lossy (const NegLayout *layout)
{
  return strcmp (layout->transfer_syntax_uid, "1.2.840.10008.1.2.4.50") == 0
         || strcmp (layout->transfer_syntax_uid, "1.2.840.10008.1.2.4.51") == 0;
}

gboolean
neg_frames_describe (const NegFrames *frames, NegChange *change, GError **error)
{
  const char *photometric = get_photometric (frames->color);
  const guint bits = 8 * neg_sample_type_get_bytes (frames->format.sample_type);
  g_autofree char *allocated = g_strdup_printf ("%u", bits);

  if (photometric != NULL && !neg_change_set (change, TAG_PHOTOMETRIC, photometric, error))
    return FALSE;
  if (frames->layout->samples > 1 && !neg_change_set (change, TAG_PLANAR, "0", error))
    return FALSE;
  if (frames->layout->bits_allocated != 1 && frames->layout->bits_allocated != bits
      && !neg_change_set (change, TAG_BITS_ALLOCATED, allocated, error))
    return FALSE;
  for (guint32 tag = 0x7FE00001; tag <= 0x7FE00003; tag++) /* offset tables (PS3.3 C.7.6.3) */
    neg_node_remove (change->root, tag);
  return !is_lossy (frames->layout) || neg_node_find (change->root, TAG_LOSSY) != NULL
         || neg_change_set (change, TAG_LOSSY, "01", error);
}

/* PS3.5 8.1.1: bits follow each other, frames too. */
typedef struct {
  guint8 byte;
  guint n_bits;
} Packing;

static gboolean
write_bits (const NegFrames *frames, Packing *packing, NegOutput *output, GError **error)
{
  guint8 packed[4096];
  gsize n = 0;

  for (guint64 i = 0; i < frames->frame_bytes; i++) {
    packing->byte |= (frames->cells[i] & 1) << packing->n_bits++;
    if (packing->n_bits < 8)
      continue;
    packed[n++] = packing->byte;
    *packing = (Packing){ 0 };
    if (n == sizeof packed) {
      if (!neg_output_write (output, packed, n, error))
        return FALSE;
      n = 0;
    }
  }
  return neg_output_write (output, packed, n, error);
}

static void
swap_cells (NegFrames *frames G_GNUC_UNUSED)
{
#if G_BYTE_ORDER == G_BIG_ENDIAN
  const gsize width = neg_sample_type_get_bytes (frames->format.sample_type);

  for (guint8 *cell = frames->cells; cell < frames->cells + frames->frame_bytes; cell += width)
    for (gsize i = 0; i < width / 2; i++) {
      const guint8 byte = cell[i];

      cell[i] = cell[width - 1 - i];
      cell[width - 1 - i] = byte;
    }
#endif
}

gboolean
neg_frames_write (NegFrames *frames, NegOutput *output, GError **error)
{
  const guint64 start = neg_output_tell (output);
  Packing packing = { 0 };

  for (guint32 i = 0; i < frames->layout->frames; i++) {
    NegFrameFormat result;

    if (frames->go_on != NULL && !frames->go_on (frames->user_data))
      return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
    result.color = frames->color;
    if ((i > 0 || !frames->has_first) && !decode (frames, i, &result, error))
      return FALSE;
    if (result.color != frames->color)
      return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "the frames are of different colour models");
    swap_cells (frames);
    if (!(frames->layout->bits_allocated == 1
              ? write_bits (frames, &packing, output, error)
              : neg_output_write (output, frames->cells, frames->frame_bytes, error)))
      return FALSE;
  }
  if (packing.n_bits > 0 && !neg_output_write (output, &packing.byte, 1, error))
    return FALSE;
  return (neg_output_tell (output) - start) % 2 == 0 || neg_output_write (output, "", 1, error);
}
