/* What lies above the pixels of one frame at the resolution of the image: display shutter and overlay planes, one cell
 * a pixel. Drawn after everything else, nearest pixel, by neg_draw_rows() and by OpenGL alike: what is covered is
 * covered whatever window and polarity are (PS3.3 C.7.6.11, C.9.2). Thread: immutable once built. */
#pragma once

#include "imaging/neg-draw.h"
#include "model/neg-presentation.h"

G_BEGIN_DECLS

struct _NegLayers {
  guint32 columns, rows;
  guint8 *cells;         /* columns * rows; 0: the image is seen, else an index into @colors */
  guint8 colors[256][3]; /* RGB, as driving levels of the picture */
  guint8 greys[256];     /* the same for a picture that has no colour */
  guint n_colors;        /* that are used, [0] not counted */
  guint64 serial;        /* no two of a process have the same: what was uploaded need not be compared */
};

/* Of frame @frame (from 0), NULL when there is nothing to cover. @presentation (nullable) replaces the image's own: then
 * only overlays that it activates or brings, its shutter, its layers' colours. */
NegLayers *neg_layers_new (const NegInstance *instance, guint32 frame, const NegPresentation *presentation);
/* The same without any drawing, and with @boxes covered (x, y, width, height in image pixels, outwards to whole ones, and
 * one pixel more all round, for pixels are mixed with their neighbours). */
NegLayers *neg_layers_new_covering (const NegInstance *instance, guint32 frame, const NegPresentation *presentation,
                                    const double (*boxes)[4], guint n_boxes);
void neg_layers_free (NegLayers *layers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegLayers, neg_layers_free)

/* @draw, as from neg_draw_init(), as @presentation wants this frame: modality, VOI (the @voi_index-th of its
 * alternatives for this image), presentation LUT, polarity, palette. Every stage of the state REPLACES the image's own,
 * one that is absent is an identity (PS3.4 N.2.1). Borrows from @presentation. FALSE, and nothing done, when it does
 * not mean this image or is of a kind that is not applied. */
gboolean neg_draw_apply_presentation (NegDraw *draw, const NegInstance *instance, guint32 frame_number,
                                      const NegFrame *frame, const NegPresentation *presentation, guint voi_index);
/* The @index-th window or table that it has for this frame; borrows from @presentation. FALSE: none that can be applied. */
gboolean neg_presentation_find_voi (const NegPresentation *presentation, const NegInstance *instance,
                                    guint32 frame_number, guint index, NegVoi *voi);

/* The picture of @width x @height as the state wants it placed: rotation, flip, displayed area (C.10.4, C.10.6).
 * @pixel_mm: size of a pixel of the picture on the glass, for TRUE SIZE; <= 0: unknown, then it is fitted.
 * FALSE when the state says nothing about this image. */
gboolean neg_affine_init_presentation (NegAffine *affine, const NegInstance *instance, guint32 frame_number,
                                       const NegPresentation *presentation, guint width, guint height,
                                       double pixel_mm);

/* How large a picture of what the state shows is at one pixel (of MAGNIFY: as many as it wants) per column of the image;
 * and where in a picture drawn by @affine the displayed area is: x, y, x, y, for DISPLAY units. */
void neg_presentation_get_size (const NegPresentation *presentation, const NegInstance *instance,
                                guint32 frame_number, double *width, double *height);
void neg_presentation_get_area (const NegPresentation *presentation, const NegInstance *instance,
                                guint32 frame_number, const NegAffine *affine, double area_px[4]);

G_END_DECLS
