/* The planes of a volume side by side, and which one the hand is in. Thread: main. */
#pragma once

#include "ui/neg-cast-viewport.h"
#include "ui/neg-mpr-viewport.h"

G_BEGIN_DECLS

#define NEG_TYPE_MPR_VIEW (neg_mpr_view_get_type ())
G_DECLARE_FINAL_TYPE (NegMprView, neg_mpr_view, NEG, MPR_VIEW, GtkWidget)

/* Signals: "active-changed" ();
 *          "menu-requested" (GtkWidget *viewport, double x, double y): in the viewport's coordinates. */
NegMprView *neg_mpr_view_new (NegReading *reading, NegVolumeReading *volumes, NegRenderer renderer);

NegVolumeReading *neg_mpr_view_get_volumes (NegMprView *view); /* borrowed */
NegMprViewport *neg_mpr_view_get_viewport (NegMprView *view, NegMprPlane plane); /* borrowed */
typedef void (*NegMprViewFunc) (NegMprViewport *viewport, gpointer user_data);
void neg_mpr_view_foreach (NegMprView *view, NegMprViewFunc function, gpointer user_data);

NegMprPlane neg_mpr_view_get_active (NegMprView *view);
void neg_mpr_view_set_active (NegMprView *view, NegMprPlane plane);
/* Around the end; the keys go there. */
void neg_mpr_view_step_active (NegMprView *view, int step);
/* The active one alone, and back. */
gboolean neg_mpr_view_is_maximized (NegMprView *view);
void neg_mpr_view_set_maximized (NegMprView *view, gboolean maximized);

/* What the fourth viewport shows in place of the free plane; borrowed, NULL while it shows that. */
NegCastViewport *neg_mpr_view_get_cast (NegMprView *view);
/* The same, if it is the active one. */
NegCastViewport *neg_mpr_view_get_active_cast (NegMprView *view);
void neg_mpr_view_set_captions (NegMprView *view, NegCaptionsLevel level);
void neg_mpr_view_set_wheel_reversed (NegMprView *view, gboolean reversed);

/* The keys go to the active viewport. */
void neg_mpr_view_focus (NegMprView *view);

G_END_DECLS
