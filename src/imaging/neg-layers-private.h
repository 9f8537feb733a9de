/* What the files of neg-layers share. */
#pragma once

#include "imaging/neg-layers.h"

G_BEGIN_DECLS

/* @cell where a shape of @shutter covers; @aspect is height / width of a pixel. */
void _neg_layers_put_shapes (NegLayers *layers, const NegShutter *shutter, double aspect, guint8 cell);

G_END_DECLS
