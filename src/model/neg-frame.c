#include "config.h"

#include "model/neg-frame.h"

#include <string.h>

#include "base/neg-error.h"

gsize
neg_sample_type_get_bytes (NegSampleType type)
{
  static const guint8 bytes[NEG_SAMPLE_N_TYPES] = { 1, 1, 2, 2, 4, 4, 4, 8 };

  return (guint) type < NEG_SAMPLE_N_TYPES ? bytes[type] : 0;
}

gboolean
neg_frame_format_get_bytes (const NegFrameFormat *format, guint64 *bytes)
{
  guint64 product = neg_sample_type_get_bytes (format->sample_type);
  guint64 samples = format->color == NEG_COLOR_YBR_FULL_422 ? 2 : format->samples;

  if (product == 0 || !g_uint64_checked_mul (&product, product, format->rows)
      || !g_uint64_checked_mul (&product, product, format->columns)
      || !g_uint64_checked_mul (&product, product, samples) || product > NEG_FRAME_BYTES_MAX)
    return FALSE;
  *bytes = product;
  return product > 0;
}

static gboolean
sample_type_for (const NegInstance *instance, NegSampleType *type)
{
  switch (instance->bits_allocated) {
  case 1:
    *type = NEG_SAMPLE_U8;
    return TRUE;
  case 8:
    *type = instance->is_signed ? NEG_SAMPLE_S8 : NEG_SAMPLE_U8;
    return TRUE;
  case 12:
  case 16:
    *type = instance->is_signed ? NEG_SAMPLE_S16 : NEG_SAMPLE_U16;
    return TRUE;
  case 32:
    *type = instance->is_float ? NEG_SAMPLE_F32 : instance->is_signed ? NEG_SAMPLE_S32 : NEG_SAMPLE_U32;
    return TRUE;
  case 64:
    *type = NEG_SAMPLE_F64;
    return instance->is_float;
  default:
    return FALSE;
  }
}

/* The transfer syntaxes whose frames lie in the file as their values: only there is YBR left as it is. */
static gboolean
is_uncompressed (const char *uid)
{
  static const char *const uids[] = {
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.98",
    "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.8.1", "1.2.840.10008.1.2.5", NULL,
  };

  return uid == NULL || g_strv_contains (uids, uid);
}

static NegColorModel
color_for (const NegInstance *instance, NegFrameForm form)
{
  const char *photometric = instance->photometric ? instance->photometric : "";

  if (instance->samples == 1) {
    if (strcmp (photometric, "MONOCHROME1") == 0)
      return NEG_COLOR_MONOCHROME1;
    return strcmp (photometric, "PALETTE COLOR") == 0 ? NEG_COLOR_PALETTE : NEG_COLOR_MONOCHROME2;
  }
  if (instance->samples != 3)
    return NEG_COLOR_OTHER;
  /* Decoders of colour codestreams give RGB (C.7.6.3.1.2; the pitfall is converting it twice). */
  if (form == NEG_FRAME_RAW && is_uncompressed (instance->transfer_syntax_uid)) {
    if (strcmp (photometric, "YBR_FULL_422") == 0)
      return NEG_COLOR_YBR_FULL_422;
    if (strcmp (photometric, "YBR_FULL") == 0)
      return NEG_COLOR_YBR_FULL;
  }
  return NEG_COLOR_RGB;
}

gboolean
neg_frame_format_init (NegFrameFormat *format, const NegInstance *instance, NegFrameForm form, GError **error)
{
  guint64 bytes;

  if (instance->rows == 0 || instance->columns == 0 || instance->frames == 0)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0010)", "the object has no pixels");
  if (instance->samples == 0 || instance->samples > 4)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0002)", "%u samples per pixel", instance->samples);
  *format = (NegFrameFormat){
    .rows = instance->rows,
    .columns = instance->columns,
    .samples = instance->samples,
    .bits_stored = instance->bits_stored,
  };
  if (!sample_type_for (instance, &format->sample_type))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0100)", "%u bits allocated%s", instance->bits_allocated,
                     instance->is_float ? " in floating point" : "");
  format->color = color_for (instance, form);
  if (!neg_frame_format_get_bytes (format, &bytes))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "(0028,0010)", "a frame of %u x %u x %u samples is too large",
                     instance->rows, instance->columns, instance->samples);
  return TRUE;
}
