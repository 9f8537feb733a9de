/* Pointer and wheel of a widget that shows an image: which gestures there are, and who hears of them. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* As the signals of GTK's controllers have them; each is called with the widget as its last argument, as long as that lives. */
typedef struct {
  GCallback scroll, motion, leave, focus, pressed; /* motion: "enter" too */
  GCallback drag_begin, drag_update, drag_end, cancel; /* of the first, second and third button */
} NegViewportHands;

void neg_viewport_hands_add (GtkWidget *widget, const NegViewportHands *hands);

G_END_DECLS
