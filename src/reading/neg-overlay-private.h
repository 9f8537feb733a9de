/* What the files of overlays share. */
#pragma once

#include "reading/neg-overlay.h"

G_BEGIN_DECLS

/* @origin: where the length comes from when not from the patient; nullable. */
void _neg_overlay_set_scale_bar (NegOverlay *overlay, double mm_per_px, const char *origin, guint height);

/* Given; NULL of today's. An image that names its patient otherwise says so, be it a prior or not: the corner says what its
 * file says. */
char *_neg_overlay_dup_band (const NegPatient *patient, const NegInstance *shown, NegCaptionsLevel level);

G_END_DECLS
