/* Frames made by hand: a layout without a file around it, and what the codec makes of it. */
#pragma once

#include "base/neg-error.h"
#include "engine/neg-codec.h"

G_BEGIN_DECLS

typedef struct {
  NegLayout layout;
  NegSource source;
  NegStretch fragment; /* the layout's only one, when encapsulated */
  NegFrameFormat result;
} Frame;

/* @bits_allocated, all of them stored; little endian, one frame. */
void frame_init (Frame *frame, guint32 rows, guint32 columns, guint32 samples, guint bits_allocated,
                 const char *photometric);
void frame_set_stored (Frame *frame, guint bits_stored, guint high_bit, gboolean is_signed);

/* @bytes is borrowed. */
void frame_set_native (Frame *frame, const void *bytes, gsize length);
void frame_set_codestream (Frame *frame, const char *transfer_syntax_uid, NegCodec codec, const void *bytes,
                           gsize length);

/* Given; NULL on failure. */
guint8 *frame_decode (Frame *frame, guint32 index, NegFrameForm form, GError **error);
void frame_expect_error (Frame *frame, guint32 index, NegErrorCode code);

void fill_random (void *bytes, gsize length, guint32 seed);

/* The inverse of the equations of PS3.3 C.7.6.3.1.2, in floating point. */
void reference_ybr_to_rgb (double y, double cb, double cr, guint bits, double rgb[3]);

G_END_DECLS
