/* A picture as a PNG file: 8-bit grey or RGB. */
#pragma once

#include "imaging/neg-draw.h"

G_BEGIN_DECLS

gboolean neg_png_write (const NegPicture *picture, const char *path, GError **error);

G_END_DECLS
