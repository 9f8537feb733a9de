/* One frame to one picture. The same description drives the CPU code here, which is the reference, and the OpenGL code
 * of render/; the two agree to within one grey level.
 *
 * The way of a pixel: output pixel centre -> image coordinates (output_to_image) -> samples of the modality-transformed
 * values, interpolated (padding takes no part: where the nearest pixel is padding the output is background, else the
 * weights of the others are renormalised; cubic is linear where one of its 16 pixels is padding) -> VOI -> inverted or
 * not -> 8 bit, rounded to nearest. Values that are not finite are padding.
 * Colour: each sample shifted to 8 bit (its high bits are shown), interpolated as it is, no window (C.11.2.1.2.2).
 * Palette, supplemental or not: nearest pixel, looked up. NEG_COLOR_OTHER: the first sample as grey.
 * Outside the image: background, black, never inverted.
 * Frames are in the STORED form, so never YBR.
 *
 * Image coordinates: x to the right, y down, the centre of the first pixel at 0.5, 0.5. Beyond the outermost centres,
 * inside the image, the border pixel continues. Thread: any, no state. */
#pragma once

#include "imaging/neg-display.h"
#include "imaging/neg-voi.h"

G_BEGIN_DECLS

typedef struct _NegLayers NegLayers; /* neg-layers.h */

typedef enum {
  NEG_INTERPOLATION_NEAREST,
  NEG_INTERPOLATION_LINEAR,
  NEG_INTERPOLATION_CUBIC, /* Catmull-Rom, result clamped to the range of its 16 pixels */
} NegInterpolation;

/* x_image = m[0] x + m[1] y + m[2]; y_image = m[3] x + m[4] y + m[5]; of output pixel (column + 0.5, row + 0.5). */
typedef struct {
  double m[6];
} NegAffine;

typedef struct {
  NegModality modality;
  NegPadding padding;
  NegVoi voi;
  const NegLut *presentation_lut; /* borrowed, nullable: of a presentation state, after the VOI (C.11.6) */
  gboolean inverted;              /* white and black exchanged, at the very end */
  const NegLut *palette;          /* three of them, borrowed; NULL: none */
  gboolean palette_supplemental;  /* values below the first mapped are grey, the others coloured (C.7.6.19) */
  const NegLut *pseudo_color;     /* three of them, borrowed, nullable: colours for the outputs of the VOI */
  NegInterpolation interpolation;
  NegAffine output_to_image;

  const NegLayers *layers;       /* borrowed, nullable: covers the picture, last of all */
  const NegDisplayCurve *curve;  /* borrowed, nullable: grey levels as this display needs them (GSDF) */
  gboolean is_dithered;          /* ordered, to the 8 bits of the picture; off where pictures are compared */
} NegDraw;

/* 8 bit RGB or grey with @stride bytes a row; the memory is the caller's. */
typedef struct {
  guint width, height;
  gsize stride;
  guint channels; /* 1: grey, 3: RGB, 4: BGRA with alpha 255 (a GdkMemoryTexture of B8G8R8A8_PREMULTIPLIED) */
  guint8 *pixels;
} NegPicture;

/* Everything about one frame that its object says, with the @voi_index-th of its own windows and VOI LUTs (windows
 * first, from 0); when there is none valid, at most 8 bits as they are, else the range of the frame's own values.
 * MONOCHROME1 and an INVERSE presentation LUT shape invert once. Borrows from @instance. Interpolation linear, identity
 * transform. */
void neg_draw_init (NegDraw *draw, const NegInstance *instance, guint32 frame_number, const NegFrame *frame,
                    guint voi_index);

/* The modality stage of the object itself into @draw, whatever a presentation state had put there: how things are shown
 * changes no number that is measured. Borrows from @instance. */
void neg_draw_set_own_modality (NegDraw *draw, const NegInstance *instance, guint32 frame_number);

/* The whole image, upright, as large as fits in width x height with its aspect ratio (pixel spacing, else Pixel Aspect
 * Ratio), centred, magnified by @zoom about the middle and moved by (@pan_x, @pan_y) output pixels. */
void neg_affine_init_fit (NegAffine *affine, const NegInstance *instance, guint32 frame_number, guint width,
                          guint height, double zoom, double pan_x, double pan_y);

/* The same with pixels of which height / width is @aspect. */
void neg_affine_init_fit_aspect (NegAffine *affine, const NegInstance *instance, double aspect, guint width,
                                 guint height, double zoom, double pan_x, double pan_y);

/* height / width of one image pixel on the patient: 1 where nothing says otherwise. */
double neg_instance_get_pixel_aspect (const NegInstance *instance, guint32 frame_number);

/* Draws rows [first_row, first_row + n_rows) so that several threads may share a picture. */
void neg_draw_rows (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                    guint n_rows);

/* TRUE when the picture has colour. */
gboolean neg_draw_is_color (const NegDraw *draw, const NegFrame *frame);

G_END_DECLS
