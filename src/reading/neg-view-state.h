/* What one viewport shows and how: a plain value, no widget, no pixels.
 *
 * Where the image lies is kept as the image point in the middle of the viewport, so that a resized viewport keeps
 * looking at the same place. Output pixels are device pixels of the viewport, x right and y down; image pixels have the
 * centre of the first one at 0.5, 0.5. Functions that need to know how large the viewport is take its width and height
 * in output pixels. Thread: one at a time. */
#pragma once

#include "imaging/neg-draw.h"
#include "pipeline/neg-series.h"

G_BEGIN_DECLS

#define NEG_ZOOM_MIN 0.1
#define NEG_MAGNIFICATION_MAX 64.0 /* output pixels per image pixel */

typedef struct {
  NegSeries *series; /* owned reference; NULL: nothing to show */
  guint index;       /* of the image, from 0 */
  int step;          /* direction of the last scroll: +1 or -1 */

  NegPresentation *presentation; /* owned reference; whose windows, polarity and place replace the file's; nullable */

  guint preset;        /* of the file's own windows and VOI LUTs, or of the presentation state's */
  gboolean has_window; /* a window of the reader's own replaces the preset */
  NegVoiFunction function;
  double center, width;
  gboolean inverted; /* on top of what the file says */

  gboolean mirrored; /* left and right of the stored image exchanged, before it is turned */
  guint turns;       /* quarter turns clockwise, 0 to 3 */

  double pixel_aspect; /* height by width of a pixel, as a presentation state wants it; 0: the image's own */
  double zoom; /* 1: the whole image fits */
  double offset_px[2]; /* x, y: from the image's middle to the point in the viewport's middle, in image pixels */
} NegViewState;

void neg_view_state_init (NegViewState *state);
void neg_view_state_clear (NegViewState *state);
/* Takes references of @from, drops those of @to, which is initialised. */
void neg_view_state_copy (NegViewState *to, const NegViewState *from);

/* Shows the first image of @series (nullable) as its file says. */
void neg_view_state_set_series (NegViewState *state, NegSeries *series);

/* @series holds the image that is shown now (it has grown while loading): go on with it, everything else unchanged.
 * FALSE, and nothing done, when it does not hold it. */
gboolean neg_view_state_replace_series (NegViewState *state, NegSeries *series);
/* What is shown is in none of @all (NegSeries) any more: it was rejected. The nearest one that still is takes its place; where there is
 * none, nothing is shown, and FALSE: nothing was before. */
gboolean neg_view_state_leave_image (NegViewState *state, GPtrArray *all);

/* The frame that is shown; borrowed, NULL without a series. */
const NegSeriesFrame *neg_view_state_get_frame (const NegViewState *state);
guint neg_view_state_get_n_frames (const NegViewState *state);

/* Both stop at the ends; TRUE when another image is shown now. */
gboolean neg_view_state_set_index (NegViewState *state, guint index);
gboolean neg_view_state_scroll (NegViewState *state, int n_images);

/* The file's own window or VOI LUT number @preset, and its own polarity. */
void neg_view_state_set_preset (NegViewState *state, guint preset);

/* The preset that holds for the image shown: an image that offers fewer goes by its first. */
guint neg_view_state_get_preset (const NegViewState *state);

/* The window that @start (what was drawn when the drag began) becomes when the pointer has moved by (dx, dy) since:
 * right widens it, up lowers its centre (IHE BIR, RAD TF-2 4.16.4.2.2.5.4), the wider it is the faster. A VOI LUT
 * becomes the window over its inputs. Distances in logical pixels. */
void neg_view_state_drag_window (NegViewState *state, const NegVoi *start, double dx, double dy);

/* The window over everything is the reader's own from here on. */
void neg_view_state_set_window (NegViewState *state, const NegVoi *voi);

/* As seen on screen: clockwise quarter turns, and mirror images. The middle of the viewport keeps its image point. */
void neg_view_state_turn (NegViewState *state, int n_quarters);
void neg_view_state_flip_horizontally (NegViewState *state);
void neg_view_state_flip_vertically (NegViewState *state);

/* Window, polarity, place and turn as the file says, without a presentation state; series and image stay. */
void neg_view_state_reset (NegViewState *state);

void neg_view_state_fit (NegViewState *state);
/* One millimetre is one millimetre on glass, where the image says how large its pixels are: @glass_mm is the size of an
 * output pixel. FALSE, and nothing done, where it does not, or says what cannot be (or nobody knows the monitor's:
 * @glass_mm 0). */
gboolean neg_view_state_set_true_size (NegViewState *state, guint width, guint height, double glass_mm);
/* One image pixel is one output pixel. */
void neg_view_state_set_true_pixels (NegViewState *state, guint width, guint height);
/* Magnifies by @factor; the image point at (x, y) of the viewport stays where it is. */
void neg_view_state_zoom_at (NegViewState *state, guint width, guint height, double x, double y, double factor);
/* Moves the image by output pixels. Some of it always stays in the middle of the viewport. */
void neg_view_state_pan (NegViewState *state, guint width, guint height, double dx, double dy);

/* Output pixels per image pixel, along a row; 0 without an image. */
double neg_view_state_get_magnification (const NegViewState *state, guint width, guint height);
gboolean neg_view_state_get_affine (const NegViewState *state, guint width, guint height, NegAffine *affine);

/* The transform of a square picture of @side_px output pixels that shows what is around (x, y) of the viewport, @factor
 * times as large as there; the image point under (x, y) is in its middle. FALSE without an image. */
gboolean neg_view_state_get_magnifier (const NegViewState *state, guint width, guint height, double x, double y,
                                       guint side_px, double factor, NegAffine *affine);

/* What to draw: @own is neg_draw_init() for the frame shown and neg_view_state_get_preset(). FALSE without an image. */
gboolean neg_view_state_prepare (const NegViewState *state, const NegDraw *own, guint width, guint height,
                                 NegDraw *draw);

G_END_DECLS
