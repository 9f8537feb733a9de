/* Overlays in unused bits of the pixels (PS3.3-2003 C.9.2, retired in 2004, still found): taken out while the object is
 * read, because those bits are masked when its frames are decoded. Thread: as neg-source.h. */
#pragma once

#include "engine/neg-scanner.h"
#include "model/neg-instance.h"

G_BEGIN_DECLS

/* Gives every embedded plane of @instance its bits, of all frames; what cannot be had becomes a warning and is left out. */
void neg_embedded_overlays_read (NegSource *source, const NegLayout *layout, NegInstance *instance);

G_END_DECLS
