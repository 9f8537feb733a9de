/* A line of a known number of device pixels, to lay a ruler on. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_GLASS_RULER (neg_glass_ruler_get_type ())
G_DECLARE_FINAL_TYPE (NegGlassRuler, neg_glass_ruler, NEG, GLASS_RULER, GtkWidget)

/* How long the line is, in device pixels of the monitor that it is on. */
guint neg_glass_ruler_get_length_px (NegGlassRuler *ruler);

G_END_DECLS
