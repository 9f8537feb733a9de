/* A plane out of a volume as if it were an image: what is measured on and probed with the code that measures images.
 * Its pixels are the modality values at the volume's finest spacing, so that numbers do not depend on the zoom; infinite
 * where slices are missing, of all of a slab or of a part: nothing is measured across them.
 * Thread: any; immutable. */
#pragma once

#include "imaging/neg-reformat.h"
#include "model/neg-annotation.h"
#include "pipeline/neg-pixels.h"
#include "pipeline/neg-series.h"

G_BEGIN_DECLS

typedef struct _NegPlaneImage NegPlaneImage;

/* @like: an image of the series, for who, what and which values (units, SUV); its place is replaced by the plane's. The new
 * instance has no pixel data; its sop_instance_uid is @name, what annotations on this plane are known by
 * (neg_annotations_find_plane()), or where that is NULL a new one: it names no object. Fails where there is no memory.
 * Takes as long as drawing it. */
NegPlaneImage *neg_plane_image_new (const NegReformat *measuring, double slab_mm, guint width, guint height,
                                    NegVolume *volume, NegInstance *like, const char *name, GError **error);
NegPlaneImage *neg_plane_image_ref (NegPlaneImage *image);
void neg_plane_image_unref (NegPlaneImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPlaneImage, neg_plane_image_unref)

NegInstance *neg_plane_image_get_instance (NegPlaneImage *image); /* borrowed */
NegPixels *neg_plane_image_get_pixels (NegPlaneImage *image);     /* borrowed */
/* What an annotation keeps of it (NegHandsImage); borrowed. */
const NegAnnotationPlane *neg_plane_image_get_plane (NegPlaneImage *image);

/* Whether @reformat is this plane with this slab (0.01 mm): annotations of it are shown there. */
gboolean neg_plane_image_is_plane (NegPlaneImage *image, const NegReformat *measuring);

/* Output pixels of a viewport that shows the plane to image coordinates of this image: what NegDraw wants. */
void neg_plane_image_get_affine (NegPlaneImage *image, const NegReformat *shown, NegAffine *affine);

G_END_DECLS
