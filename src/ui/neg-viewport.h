/* One viewport: draws what its cell of the session shows, and turns what the hands do into changes of the session. It
 * draws by OpenGL or by the CPU; the picture is the same. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-frame-store.h"
#include "reading/neg-annotations.h"
#include "reading/neg-captions.h"
#include "reading/neg-reading.h"
#include "ui/neg-tool.h"

G_BEGIN_DECLS

typedef enum {
  NEG_RENDERER_AUTO, /* OpenGL where a graphics processor computes it */
  NEG_RENDERER_GL,
  NEG_RENDERER_CPU,
} NegRenderer;

#define NEG_TYPE_VIEWPORT (neg_viewport_get_type ())
G_DECLARE_FINAL_TYPE (NegViewport, neg_viewport, NEG, VIEWPORT, GtkWidget)

/* Signals: "changed" (): the image has arrived or failed, or is drawn otherwise;
 *          "menu-requested" (double x, double y): the right button or the menu key, in the viewport's coordinates;
 *          "renderer-changed" (): see neg_viewport_get_renderer_note();
 *          "annotation-failed" (const GError *error): a change could not be kept, and was taken back. */

/* @reading is kept; the viewport shows its @cell for good. */
NegViewport *neg_viewport_new (NegReading *reading, guint cell);
guint neg_viewport_get_cell (NegViewport *viewport);

void neg_viewport_set_annotations (NegViewport *viewport, NegAnnotations *annotations); /* once */
void neg_viewport_remove_annotation (NegViewport *viewport); /* the selected one, where it is of this image */
void neg_viewport_place_annotation (NegViewport *viewport);  /* one of the tool in hand, in the middle */
void neg_viewport_set_store (NegViewport *viewport, NegFrameStore *store); /* nullable */
void neg_viewport_set_renderer (NegViewport *viewport, NegRenderer renderer); /* before it is realized */
void neg_viewport_set_interpolation (NegViewport *viewport, NegInterpolation interpolation);
/* What the monitor that it is on needs, copied; NULL: it is taken to be as it should. */
void neg_viewport_set_curve (NegViewport *viewport, const NegDisplayCurve *curve);
void neg_viewport_set_wheel_reversed (NegViewport *viewport, gboolean reversed);
void neg_viewport_set_tool (NegViewport *viewport, NegTool tool);
/* While more images may come nothing is measured that needs all of a series (SUV), and the probe says so. */
void neg_viewport_set_loading (NegViewport *viewport, gboolean is_loading);
void neg_viewport_set_captions (NegViewport *viewport, NegCaptionsLevel level);

/* How it draws, and why when that is not what was asked for; translated, borrowed. */
const char *neg_viewport_get_renderer_note (NegViewport *viewport);

/* The frame on screen, borrowed; NULL while it is not there. */
NegPixels *neg_viewport_get_pixels (NegViewport *viewport);
/* Why it never will be; borrowed, nullable. */
const GError *neg_viewport_get_failure (NegViewport *viewport);
/* As it is drawn now, for @width x @height output pixels; FALSE without pixels. Borrows like neg_draw_init(). */
gboolean neg_viewport_prepare (NegViewport *viewport, guint width, guint height, NegDraw *draw);
/* Whether a window means something for the frame on screen. */
gboolean neg_viewport_has_window (NegViewport *viewport);

/* How often something was made ready to be drawn for the first time, since the viewport is there: frames, tables and
 * layers that OpenGL took, or frames that the processor was given (and each of its pictures, where GTK draws by
 * OpenGL), and annotations that were painted. Another window of what is there adds nothing. */
guint64 neg_viewport_get_n_uploads (NegViewport *viewport);

/* In device pixels, as the functions of neg-view-state.h want it. */
guint neg_viewport_get_width_px (NegViewport *viewport);
guint neg_viewport_get_height_px (NegViewport *viewport);

/* What is written while nothing is shown; nullable. */
void neg_viewport_set_idle_text (NegViewport *viewport, const char *text);

G_END_DECLS
