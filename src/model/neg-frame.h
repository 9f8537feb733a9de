/* One decoded frame: the stored values and how they lie in memory. */
#pragma once

#include "model/neg-instance.h"

G_BEGIN_DECLS

typedef enum {
  NEG_SAMPLE_U8,
  NEG_SAMPLE_S8,
  NEG_SAMPLE_U16,
  NEG_SAMPLE_S16,
  NEG_SAMPLE_U32,
  NEG_SAMPLE_S32,
  NEG_SAMPLE_F32,
  NEG_SAMPLE_F64,
  NEG_SAMPLE_N_TYPES,
} NegSampleType;

typedef enum {
  NEG_COLOR_MONOCHROME1,
  NEG_COLOR_MONOCHROME2,
  NEG_COLOR_PALETTE,
  NEG_COLOR_RGB,
  NEG_COLOR_YBR_FULL,     /* only in raw frames */
  NEG_COLOR_YBR_FULL_422, /* only in raw frames: Y1 Y2 Cb Cr, as it lies in the file */
  NEG_COLOR_OTHER,        /* several samples without a colour that is known */
  NEG_COLOR_N_MODELS,
} NegColorModel;

/* Two ways to ask for a frame:
 * RAW, what `decode` hashes: native-endian cells of Bits Allocated (1 bit as one byte, 12 packed bits as two), samples
 * interleaved, unused bits as decoded, uncompressed YBR_FULL_422 as it lies in the file;
 * STORED, what is drawn and measured: the same, and each cell is the stored value (PS3.5 8.1.1: shifted, masked, sign
 * extended), YBR converted to RGB (C.7.6.3.1.2). */
typedef enum {
  NEG_FRAME_STORED,
  NEG_FRAME_RAW,
} NegFrameForm;

typedef struct {
  guint32 rows, columns, samples;
  guint bits_stored;
  NegSampleType sample_type;
  NegColorModel color;
} NegFrameFormat;

gsize neg_sample_type_get_bytes (NegSampleType type);

/* Rows x columns x samples x bytes; FALSE on overflow or beyond NEG_FRAME_BYTES_MAX. */
#define NEG_FRAME_BYTES_MAX ((guint64) 1 << 31)
gboolean neg_frame_format_get_bytes (const NegFrameFormat *format, guint64 *bytes);

/* The format in which the frames of @instance will arrive; NEG_ERROR_UNSUPPORTED, _INCONSISTENT or _SIZE_OVERFLOW
 * where they cannot. Engine and requester both compute it, so that no length travels unchecked. */
gboolean neg_frame_format_init (NegFrameFormat *format, const NegInstance *instance, NegFrameForm form,
                                GError **error);

/* A frame in memory; @pixels borrowed for as long as whoever gave the frame says. */
typedef struct {
  NegFrameFormat format;
  const void *pixels;
} NegFrame;

G_END_DECLS
