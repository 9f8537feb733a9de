/* One decoded frame: in a sealed memory file of its own, mapped read-only, or in somebody else's memory. Immutable once
 * ready; references on any thread. */
#pragma once

#include "model/neg-frame.h"

G_BEGIN_DECLS

typedef struct _NegPixels NegPixels;

NegPixels *neg_pixels_ref (NegPixels *pixels);
void neg_pixels_unref (NegPixels *pixels);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPixels, neg_pixels_unref)

/* Borrowed. The bytes may still be on their way until whoever asked for them was told that they are there. */
const NegFrame *neg_pixels_get_frame (NegPixels *pixels);
guint64 neg_pixels_get_bytes (NegPixels *pixels);

/* Room for one frame of @format: a sealed memory file, not in core dumps. @memory_fd gets its descriptor, the caller's
 * to close. */
NegPixels *neg_pixels_new (const NegFrameFormat *format, int *memory_fd, GError **error);

/* Pixels that lie in somebody else's memory: @owner keeps them and is freed with the last reference. */
NegPixels *neg_pixels_new_borrowed (const NegFrameFormat *format, const void *bytes, gpointer owner,
                                    GDestroyNotify owner_free);
gboolean neg_pixels_is_borrowed (NegPixels *pixels);

/* The decoder's last word on colour, before the pixels are shown to anyone. */
void neg_pixels_set_format (NegPixels *pixels, const NegFrameFormat *format);

G_END_DECLS
