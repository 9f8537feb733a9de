/* Between the codecs: what a decoder gets and gives, and the arithmetic on finished cells. Thread: one. */
#pragma once

#include "engine/neg-codestream.h"
#include "engine/neg-scanner.h"
#include "model/neg-frame.h"

G_BEGIN_DECLS

/* Where a decoder puts one frame: samples interleaved, native-endian cells, values as decoded. */
typedef struct {
  guint8 *cells;
  gsize bytes; /* rows x columns x samples x bytes_per_cell */
  guint32 rows, columns, samples;
  guint bytes_per_cell;
  gboolean is_signed; /* as the header says */
} NegCells;

/* Each decodes one codestream whose header was read and found to fit @cells; they fail, rather than give pixels that
 * are not in the codestream. */
typedef gboolean (*NegCodecDecode) (const NegCodestream *stream, const guint8 *data, gsize length,
                                    const NegCells *cells, GError **error);

/* libjpeg-turbo: 8-bit DCT. @is_ybr: convert to RGB on the way. */
gboolean neg_codec_jpeg_decode (const NegCodestream *stream, gboolean is_ybr, const guint8 *data, gsize length,
                                const NegCells *cells, GError **error);
/* Our own: lossless JPEG with Huffman codes. What no encoder of today writes is NEG_ERROR_UNSUPPORTED and libijg's. */
gboolean neg_codec_jpegll_decode (const NegCodestream *stream, const guint8 *data, gsize length,
                                  const NegCells *cells, GError **error);
/* DCMTK's libijg8/12/16: 12-bit DCT, and what is unusual of lossless JPEG. */
gboolean neg_codec_ijg_decode (const NegCodestream *stream, const guint8 *data, gsize length, const NegCells *cells,
                               GError **error);
gboolean neg_codec_jpegls_decode (const NegCodestream *stream, const guint8 *data, gsize length,
                                  const NegCells *cells, GError **error);
gboolean neg_codec_j2k_decode (const NegCodestream *stream, const guint8 *data, gsize length, const NegCells *cells,
                               GError **error);
gboolean neg_codec_htj2k_decode (const NegCodestream *stream, const guint8 *data, gsize length,
                                 const NegCells *cells, GError **error);

/* What a library does once and lazily, done now: its first message, its first exception. */
void neg_codec_ijg_preload (void);

/* A raw deflate stream that must hold exactly @n_bytes and at most one byte of padding (PS3.5 A.4.13). */
gboolean neg_codec_inflate (const guint8 *data, gsize length, guint8 *bytes, gsize n_bytes, GError **error);

/* Uncompressed frames. */

/* TRUE when the pixels lie in the file as Y1 Y2 Cb Cr. Those that only say so and hold three samples per pixel, as
 * decompressing programs leave them, are YBR_FULL. */
gboolean neg_native_is_422 (const NegLayout *layout);
/* The bits of one frame as they lie in the file. FALSE on overflow. */
gboolean neg_native_get_frame_bits (const NegLayout *layout, guint64 *bits);
/* Frame @frame of native pixels. Less than a row missing at the end of the file is zeros in the RAW form and
 * NEG_ERROR_TRUNCATED in the STORED one; more is NEG_ERROR_TRUNCATED in both. */
gboolean neg_native_read (const NegLayout *layout, NegSource *source, guint32 frame, NegFrameForm form,
                          const NegCells *cells, GError **error);
/* One frame in memory, little-endian, beginning at its first bit. */
gboolean neg_native_unpack (const NegLayout *layout, const guint8 *bytes, gsize n_bytes, const NegCells *cells,
                            GError **error);

/* Arithmetic on cells. */

/* One-byte cells packed at the end of cells->cells become two-byte cells from its start. */
void neg_values_widen (const NegCells *cells);
/* Planes become interleaved samples. */
void neg_values_interleave (const guint8 *planes, const NegCells *cells);
/* A lossy decoder's overshoot beyond Bits Stored is cut off, not wrapped. */
void neg_values_clamp (const NegCells *cells, guint bits_stored);
/* (cell >> shift) & mask, sign extended: PS3.5 8.1.1. */
void neg_values_extract (const NegCells *cells, guint shift, guint bits_stored);
/* Full-range YCbCr to RGB in place (PS3.3 C.7.6.3.1.2); 8- and 16-bit cells. */
gboolean neg_values_ybr_to_rgb (const NegCells *cells, guint bits_stored, GError **error);
/* Y1 Y2 Cb Cr to R G B, R G B; 8-bit cells. */
gboolean neg_values_ybr_422_to_rgb (const guint8 *packed, const NegCells *cells, GError **error);

G_END_DECLS
