/* What is under the pointer in a plane out of a volume. Thread: main. */
#pragma once

#include "imaging/neg-suv.h"
#include "reading/neg-volume-reading.h"

G_BEGIN_DECLS

/* The interpolated value (SUV where it is known, else the modality's), the value of what is laid over, what is stored in the
 * nearest voxel where the plane is no slab, and where it is; lines, translated. @point_px: image coordinates of @image, the
 * plane of the volume that is read. Given. */
char *neg_plane_probe_dup_lines (NegVolumeReading *volumes, NegMprPlane plane, NegPlaneImage *image, const NegDraw *draw,
                                 const NegSuv *suv, const double point_px[2]);

G_END_DECLS
