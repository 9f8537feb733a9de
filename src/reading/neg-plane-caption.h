/* What is written about planes out of a volume: text only. Thread: main. */
#pragma once

#include "reading/neg-captions.h"
#include "reading/neg-volume-reading.h"

G_BEGIN_DECLS

const char *neg_plane_caption_get_name (NegMprPlane plane);            /* "Axial"; translated */
const char *neg_plane_caption_get_letter (NegMprPlane plane);          /* "A", "C", "S", "O"; translated */
const char *neg_plane_caption_get_projection (NegProjection projection); /* "MIP"; translated */

/* "slab 10 mm MIP"; NULL of a plane alone. Given. */
char *neg_plane_caption_dup_slab (NegMpr *mpr, NegMprPlane plane);
/* "Coronal, 12.3 mm P, slab 10 mm MIP", one line, as it is heard. Given. */
char *neg_plane_caption_dup_label (NegMpr *mpr, NegMprPlane plane);

/* The same of a plane that something was measured on, at @point_mm. Given. */
char *neg_plane_caption_dup_kept (const NegAnnotationPlane *plane, const double point_mm[3]);

/* "212 of 500 slices, 3 failed" while it is not all there; NULL where it is. Given. */
char *neg_plane_caption_dup_progress (NegVolumeLoad *load);

/* "LOSSY 10:1 JPEG": of the image at @nearest, or of the first one of the series that is; NULL where none is. Given. */
char *neg_plane_caption_dup_lossy (NegSeries *series, guint nearest);

/* What stands in place of the image's corner. Given. */
char *neg_plane_caption_dup_corner (NegVolumeReading *volumes, NegMprPlane plane, NegCaptionsLevel level);

G_END_DECLS
