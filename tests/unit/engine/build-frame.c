#include "build-frame.h"

#include <string.h>

void
frame_init (Frame *frame, guint32 rows, guint32 columns, guint32 samples, guint bits_allocated,
            const char *photometric)
{
  *frame = (Frame){ .layout = {
                        .has_meta = TRUE,
                        .has_pixels = TRUE,
                        .rows = rows,
                        .columns = columns,
                        .samples = samples,
                        .frames = 1,
                        .bits_allocated = bits_allocated,
                        .bits_stored = bits_allocated,
                        .high_bit = bits_allocated - 1,
                        .pixel_tag = 0x7FE00010,
                    } };
  g_strlcpy (frame->layout.photometric, photometric, sizeof frame->layout.photometric);
  g_strlcpy (frame->layout.transfer_syntax_uid, "1.2.840.10008.1.2.1", sizeof frame->layout.transfer_syntax_uid);
}

void
frame_set_stored (Frame *frame, guint bits_stored, guint high_bit, gboolean is_signed)
{
  frame->layout.bits_stored = bits_stored;
  frame->layout.high_bit = high_bit;
  frame->layout.is_signed = is_signed;
}

void
frame_set_native (Frame *frame, const void *bytes, gsize length)
{
  neg_source_init_memory (&frame->source, bytes, length);
  frame->layout.codec = NEG_CODEC_NATIVE;
  frame->layout.pixels = (NegStretch){ 0, length };
}

void
frame_set_codestream (Frame *frame, const char *transfer_syntax_uid, NegCodec codec, const void *bytes, gsize length)
{
  neg_source_init_memory (&frame->source, bytes, length);
  g_strlcpy (frame->layout.transfer_syntax_uid, transfer_syntax_uid, sizeof frame->layout.transfer_syntax_uid);
  frame->fragment = (NegStretch){ 0, length };
  frame->layout.encapsulated = TRUE;
  frame->layout.codec = codec;
  frame->layout.n_fragments = 1;
  frame->layout.fragments = &frame->fragment;
}

static gboolean
get_format (const NegLayout *layout, NegFrameForm form, NegFrameFormat *format, GError **error)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();

  instance->transfer_syntax_uid = g_strdup (layout->transfer_syntax_uid);
  instance->photometric = g_strdup (layout->photometric);
  instance->rows = layout->rows;
  instance->columns = layout->columns;
  instance->samples = layout->samples;
  instance->frames = layout->frames;
  instance->bits_allocated = layout->bits_allocated;
  instance->bits_stored = layout->bits_stored;
  instance->high_bit = layout->high_bit;
  instance->is_signed = layout->is_signed;
  instance->is_float = layout->is_float;
  return neg_frame_format_init (format, instance, form, error);
}

guint8 *
frame_decode (Frame *frame, guint32 index, NegFrameForm form, GError **error)
{
  NegFrameFormat format;
  g_autofree guint8 *target = NULL;
  guint64 bytes;

  if (!get_format (&frame->layout, form, &format, error))
    return NULL;
  g_assert_true (neg_frame_format_get_bytes (&format, &bytes));
  target = g_malloc (bytes); /* exactly: so that a sanitizer sees what is written behind it */
  memset (target, 0xA5, bytes);
  if (!neg_codec_decode_frame (&frame->layout, &frame->source, index, form, &format, target, &frame->result, error))
    return NULL;
  return g_steal_pointer (&target);
}

void
frame_expect_error (Frame *frame, guint32 index, NegErrorCode code)
{
  for (NegFrameForm form = NEG_FRAME_STORED; form <= NEG_FRAME_RAW; form++) {
    g_autoptr (GError) error = NULL;
    g_autofree guint8 *pixels = frame_decode (frame, index, form, &error);

    g_assert_null (pixels);
    g_assert_error (error, NEG_ERROR, (int) code);
  }
}

void
fill_random (void *bytes, gsize length, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (gsize i = 0; i < length; i++)
    ((guint8 *) bytes)[i] = g_rand_int (random) >> 13;
}

void
reference_ybr_to_rgb (double y, double cb, double cr, guint bits, double rgb[3])
{
  double middle = 1u << (bits - 1), high = (1u << bits) - 1;

  cb -= middle;
  cr -= middle;
  /* Y = .299 R + .587 G + .114 B, Cb = (B - Y) / 1.772 + middle, Cr = (R - Y) / 1.402 + middle, solved for R, G, B. */
  rgb[0] = y + 1.402 * cr;
  rgb[2] = y + 1.772 * cb;
  rgb[1] = (y - .299 * rgb[0] - .114 * rgb[2]) / .587;
  for (guint i = 0; i < 3; i++)
    rgb[i] = CLAMP (rgb[i], 0, high);
}
