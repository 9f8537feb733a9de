#include "config.h"

#include "engine/neg-codec-private.h"

#include <setjmp.h>
#include <stdio.h>
/* In this order: the first needs FILE, the second numbers its messages by what the first configures. */
#include <jpeglib.h>

#include <jerror.h>

#include "base/neg-error.h"

#define ROWS_AT_ONCE 16

typedef struct {
  struct jpeg_error_mgr base; /* first: libjpeg knows only this */
  jmp_buf jump;
  NegErrorCode code;
  char message[JMSG_LENGTH_MAX];
} Errors;

static G_NORETURN void
leave (j_common_ptr info, NegErrorCode code)
{
  Errors *errors = (Errors *) info->err;

  errors->code = code;
  errors->base.format_message (info, errors->message);
  longjmp (errors->jump, 1);
}

static void
error_exit (j_common_ptr info)
{
  leave (info, info->err->msg_code == JERR_OUT_OF_MEMORY ? NEG_ERROR_MEMORY : NEG_ERROR_UNREADABLE);
}

/* A sequential frame in one scan has all its pixels when all rows came out: a missing end marker is no loss. A
 * progressive one may lack whole scans. */
static gboolean
lacks_only_its_end (j_common_ptr info)
{
  const struct jpeg_decompress_struct *decoder = (const struct jpeg_decompress_struct *) info;

  return info->is_decompressor && !decoder->progressive_mode
         && decoder->comps_in_scan == decoder->num_components;
}

/* libjpeg goes on after damage with grey of its own making; a reader must not see that. */
static void
emit_message (j_common_ptr info, int level)
{
  if (level >= 0)
    return;
  switch (info->err->msg_code) {
  case JWRN_HIT_MARKER:
    leave (info, NEG_ERROR_TRUNCATED);
    break;
  case JWRN_JPEG_EOF:
    if (!lacks_only_its_end (info))
      leave (info, NEG_ERROR_TRUNCATED);
    break;
  case JWRN_HUFF_BAD_CODE:
  case JWRN_ARITH_BAD_CODE:
  case JWRN_MUST_RESYNC:
    leave (info, NEG_ERROR_UNREADABLE);
    break;
  default:
    break;
  }
}

static void
output_message (j_common_ptr info)
{
}

static void
choose_color (struct jpeg_decompress_struct *decoder, gboolean is_ybr)
{
  if (decoder->num_components == 1)
    decoder->jpeg_color_space = decoder->out_color_space = JCS_GRAYSCALE;
  else if (decoder->num_components == 3) {
    decoder->jpeg_color_space = is_ybr ? JCS_YCbCr : JCS_RGB;
    decoder->out_color_space = JCS_RGB;
  } else
    decoder->jpeg_color_space = decoder->out_color_space = JCS_UNKNOWN;
}

static void
read_rows (struct jpeg_decompress_struct *decoder, guint8 *rows, gsize stride)
{
  while (decoder->output_scanline < decoder->output_height) {
    JSAMPROW pointers[ROWS_AT_ONCE];
    guint n = MIN (ROWS_AT_ONCE, decoder->output_height - decoder->output_scanline);

    for (guint i = 0; i < n; i++)
      pointers[i] = rows + (decoder->output_scanline + i) * stride;
    jpeg_read_scanlines (decoder, pointers, n);
  }
}

static gboolean
fits (const struct jpeg_decompress_struct *decoder, const NegCells *cells)
{
  return decoder->output_width == cells->columns && decoder->output_height == cells->rows
         && decoder->output_components == (int) cells->samples;
}

gboolean
neg_codec_jpeg_decode (const NegCodestream *stream, gboolean is_ybr, const guint8 *data, gsize length,
                       const NegCells *cells, GError **error)
{
  struct jpeg_decompress_struct decoder;
  Errors errors = { 0 };
  const gsize stride = (gsize) cells->columns * cells->samples;
  guint8 *rows = cells->cells + cells->bytes - stride * cells->rows;

  decoder.err = jpeg_std_error (&errors.base);
  errors.base.error_exit = error_exit;
  errors.base.emit_message = emit_message;
  errors.base.output_message = output_message;
  if (setjmp (errors.jump)) {
    jpeg_destroy_decompress (&decoder);
    return neg_fail (error, errors.code, "JPEG", "%s", errors.message);
  }
  jpeg_create_decompress (&decoder);
  jpeg_mem_src (&decoder, data, length);
  jpeg_read_header (&decoder, TRUE);
  choose_color (&decoder, is_ybr);
  jpeg_start_decompress (&decoder);
  if (!fits (&decoder, cells)) {
    jpeg_destroy_decompress (&decoder);
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "JPEG", "the codestream is not what its header said");
  }
  read_rows (&decoder, rows, stride);
  jpeg_finish_decompress (&decoder);
  jpeg_destroy_decompress (&decoder);
  if (cells->bytes_per_cell == 2)
    neg_values_widen (cells);
  return TRUE;
}
