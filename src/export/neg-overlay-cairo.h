/* Draws what is above an image (neg-overlay.h) into a finished picture, in shadowed greys, at a size that follows from the
 * picture: the same on every screen and on none. What it does not draw on keeps its pixels, bit by bit.
 * Thread: any; a picture belongs to one at a time. */
#pragma once

#include "imaging/neg-draw.h"
#include "reading/neg-overlay.h"

G_BEGIN_DECLS

/* @picture has 1 or 3 channels; a grey one stays grey. */
gboolean neg_overlay_draw (const NegOverlay *overlay, const NegPicture *picture, GError **error);

G_END_DECLS
