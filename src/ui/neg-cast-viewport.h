/* A volume from somewhere: shaded, or as a MIP that turns (NEG_FOURTH_RENDERING, NEG_FOURTH_MIP). For orientation, not for
 * measuring, and it says so. The left button turns it like a ball, the wheel and the right button zoom, two clicks lead the
 * crosshair to what they hit, the arrow keys turn. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "reading/neg-captions.h"
#include "reading/neg-volume-reading.h"
#include "ui/neg-viewport.h"

G_BEGIN_DECLS

#define NEG_TYPE_CAST_VIEWPORT (neg_cast_viewport_get_type ())
G_DECLARE_FINAL_TYPE (NegCastViewport, neg_cast_viewport, NEG, CAST_VIEWPORT, GtkWidget)

/* Signals: "taken" (): a hand or the keys came here;
 *          "menu-requested" (double x, double y): the right button or the menu key, in the viewport's coordinates;
 *          "turning-changed" (). */
NegCastViewport *neg_cast_viewport_new (NegReading *reading, NegVolumeReading *volumes, NegRenderer renderer);

void neg_cast_viewport_set_captions (NegCastViewport *viewport, NegCaptionsLevel level);
void neg_cast_viewport_set_wheel_reversed (NegCastViewport *viewport, gboolean reversed);

/* By one press of an arrow key to the right, downwards: 15 degrees. */
void neg_cast_viewport_turn (NegCastViewport *viewport, int right, int down);
void neg_cast_viewport_zoom (NegCastViewport *viewport, int steps);

/* Turns about the patient's axis, once in ten seconds, until a hand turns it or it is not seen any more. */
void neg_cast_viewport_set_turning (NegCastViewport *viewport, gboolean turning);
gboolean neg_cast_viewport_is_turning (NegCastViewport *viewport);

G_END_DECLS
