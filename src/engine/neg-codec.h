/* Frames: from the object's layout to cells in memory. C outside, each codec's library inside its own .cc or .c file.
 * No exception, no DCMTK, OpenJPEG, OpenJPH or CharLS type leaves this folder.
 * Thread: the engine's one thread. */
#pragma once

#include "engine/neg-scanner.h"
#include "model/neg-frame.h"

G_BEGIN_DECLS

/* Registers codecs and loads tables; once, before the engine is sealed. */
gboolean neg_codec_preload (GError **error);

/* Decodes frame @frame (from 0) into @target of exactly the bytes of @format, which the caller computed by
 * neg_frame_format_init(). A codestream whose size, components or precision is not the header's is
 * NEG_ERROR_INCONSISTENT, one that ends early NEG_ERROR_TRUNCATED. *@result is what came out: @format, unless the
 * decoder knows better about colour. */
gboolean neg_codec_decode_frame (const NegLayout *layout, NegSource *source, guint32 frame, NegFrameForm form,
                                 const NegFrameFormat *format, guint8 *target, NegFrameFormat *result,
                                 GError **error);

G_END_DECLS
