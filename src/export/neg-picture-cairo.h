/* Drawing with cairo onto a finished picture: what is not drawn on keeps its pixels, bit by bit. Thread: any; a picture
 * belongs to one at a time. */
#pragma once

#include <cairo.h>

#include "imaging/neg-draw.h"

G_BEGIN_DECLS

typedef void (*NegPaintFunc) (cairo_t *cr, gpointer user_data);

/* @picture has 1 or 3 channels; a grey one stays grey, colours become their luminance. */
gboolean neg_picture_paint (const NegPicture *picture, NegPaintFunc paint, gpointer user_data, GError **error);

G_END_DECLS
