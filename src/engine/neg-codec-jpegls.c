#include "config.h"

#include "engine/neg-codec-private.h"

#include <charls/charls.h>

#include "base/neg-error.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (charls_jpegls_decoder, charls_jpegls_decoder_destroy)

static gboolean
fail_charls (charls_jpegls_errc code, GError **error)
{
  NegErrorCode ours = NEG_ERROR_UNREADABLE;

  if (code == CHARLS_JPEGLS_ERRC_SOURCE_BUFFER_TOO_SMALL)
    ours = NEG_ERROR_TRUNCATED;
  else if (code == CHARLS_JPEGLS_ERRC_NOT_ENOUGH_MEMORY)
    ours = NEG_ERROR_MEMORY;
  return neg_fail (error, ours, "JPEG-LS", "%s", charls_get_error_message (code));
}

static gboolean
read_header (charls_jpegls_decoder *decoder, const guint8 *data, gsize length, charls_frame_info *frame,
             charls_interleave_mode *interleave, GError **error)
{
  charls_jpegls_errc code = charls_jpegls_decoder_set_source_buffer (decoder, data, length);

  if (code == CHARLS_JPEGLS_ERRC_SUCCESS)
    code = charls_jpegls_decoder_read_header (decoder);
  if (code == CHARLS_JPEGLS_ERRC_SUCCESS)
    code = charls_jpegls_decoder_get_frame_info (decoder, frame);
  if (code == CHARLS_JPEGLS_ERRC_SUCCESS)
    code = charls_jpegls_decoder_get_interleave_mode (decoder, interleave);
  return code == CHARLS_JPEGLS_ERRC_SUCCESS || fail_charls (code, error);
}

/* Old encoders pad the scan to an even length, which CharLS takes for a missing marker: behind the last scan, when all
 * samples are there. */
static gboolean
has_only_padding (charls_jpegls_errc code, const NegCodestream *stream)
{
  return code == CHARLS_JPEGLS_ERRC_JPEG_MARKER_START_BYTE_NOT_FOUND && stream->one_scan;
}

/* CharLS gives planes when every component has its own scan, and one byte per sample up to 8 bits. */
gboolean
neg_codec_jpegls_decode (const NegCodestream *stream, const guint8 *data, gsize length, const NegCells *cells,
                         GError **error)
{
  g_autoptr (charls_jpegls_decoder) decoder = charls_jpegls_decoder_create ();
  charls_frame_info frame;
  charls_interleave_mode interleave;
  charls_jpegls_errc code;
  g_autofree guint8 *planes = NULL;
  gsize bytes = stream->precision <= 8 ? cells->bytes / cells->bytes_per_cell : cells->bytes;

  /* CharLS may search for ever for the end of a scan that is cut. */
  if (!stream->has_end)
    return neg_fail (error, NEG_ERROR_TRUNCATED, "JPEG-LS", "the codestream has no end");
  if (decoder == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, "JPEG-LS", "no memory for a decoder");
  if (!read_header (decoder, data, length, &frame, &interleave, error))
    return FALSE;
  if (frame.width != cells->columns || frame.height != cells->rows
      || frame.component_count != (int32_t) cells->samples || frame.bits_per_sample != (int32_t) stream->precision
      || cells->bytes_per_cell > 2)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "JPEG-LS", "the codestream is not what its header said");
  if (cells->samples > 1 && interleave == CHARLS_INTERLEAVE_MODE_NONE) {
    planes = g_try_malloc (cells->bytes);
    if (planes == NULL)
      return neg_fail (error, NEG_ERROR_MEMORY, "JPEG-LS", "no memory for the planes of a frame");
  }
  {
    NegCells whole = *cells;

    if (planes != NULL)
      whole.cells = planes;
    code = charls_jpegls_decoder_decode_to_buffer (decoder, whole.cells + whole.bytes - bytes, bytes, 0);
    if (code != CHARLS_JPEGLS_ERRC_SUCCESS && !has_only_padding (code, stream))
      return fail_charls (code, error);
    if (bytes < cells->bytes)
      neg_values_widen (&whole);
  }
  if (planes != NULL)
    neg_values_interleave (planes, cells);
  return TRUE;
}
