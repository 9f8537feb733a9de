/* What is written about pictures of a whole volume: text only. Thread: main. */
#pragma once

#include "reading/neg-overlay.h"

G_BEGIN_DECLS

const char *neg_cast_caption_get_name (NegRaycastPreset preset); /* "Bone"; translated */

/* "Rendering: Bone, not for measuring", one line, as it is heard. Given. */
char *neg_cast_caption_dup_label (NegVolumeReading *volumes);

/* Who and what in the corners, as above an image; what it is, and what of the volume is missing; letters of the edges. Never a
 * scale. Clear with neg_overlay_clear(). */
void neg_overlay_init_for_cast (NegOverlay *overlay, NegReading *reading, NegVolumeReading *volumes,
                                const NegRaycast *raycast, NegCaptionsLevel level);

G_END_DECLS
