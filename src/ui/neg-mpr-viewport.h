/* One plane out of a volume: its picture, the lines of the other planes, and what the hands do in it. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "reading/neg-annotations.h"
#include "reading/neg-captions.h"
#include "reading/neg-volume-reading.h"
#include "ui/neg-viewport.h"

G_BEGIN_DECLS

#define NEG_TYPE_MPR_VIEWPORT (neg_mpr_viewport_get_type ())
G_DECLARE_FINAL_TYPE (NegMprViewport, neg_mpr_viewport, NEG, MPR_VIEWPORT, GtkWidget)

/* Signals: "taken" (): a hand or the keys came here;
 *          "menu-requested" (double x, double y): the right button or the menu key, in the viewport's coordinates;
 *          "annotation-failed" (const GError *error): a change could not be kept, and was taken back. */
NegMprViewport *neg_mpr_viewport_new (NegReading *reading, NegVolumeReading *volumes, NegMprPlane plane,
                                      NegRenderer renderer);
NegMprPlane neg_mpr_viewport_get_plane (NegMprViewport *viewport);

void neg_mpr_viewport_set_tool (NegMprViewport *viewport, NegTool tool);
void neg_mpr_viewport_set_captions (NegMprViewport *viewport, NegCaptionsLevel level);
void neg_mpr_viewport_set_lines (NegMprViewport *viewport, gboolean has_lines);
/* What the monitor that it is on needs, copied; NULL: it is taken to be as it should. */
void neg_mpr_viewport_set_curve (NegMprViewport *viewport, const NegDisplayCurve *curve);
void neg_mpr_viewport_set_wheel_reversed (NegMprViewport *viewport, gboolean reversed);
/* How many of them share a frame. */
void neg_mpr_viewport_set_n_visible (NegMprViewport *viewport, guint n);

/* The point of the patient moves in the plane, by so many of the volume's finest steps to the right and downwards. */
void neg_mpr_viewport_move_point (NegMprViewport *viewport, int right, int down);

/* A window that shows what is on screen; FALSE while nothing is. */
gboolean neg_mpr_viewport_get_auto_voi (NegMprViewport *viewport, NegVoi *voi);

void neg_mpr_viewport_set_annotations (NegMprViewport *viewport, NegAnnotations *annotations); /* once */
void neg_mpr_viewport_remove_annotation (NegMprViewport *viewport); /* the selected one, where it is of this plane */
void neg_mpr_viewport_place_annotation (NegMprViewport *viewport);  /* one of the tool in hand, in the middle */

/* In device pixels, as the functions of neg-mpr.h want it. */
guint neg_mpr_viewport_get_width_px (NegMprViewport *viewport);
guint neg_mpr_viewport_get_height_px (NegMprViewport *viewport);

G_END_DECLS
