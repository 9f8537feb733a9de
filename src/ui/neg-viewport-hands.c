#include "config.h"

#include "ui/neg-viewport-hands.h"

static void
add_drag (GtkWidget *widget, const NegViewportHands *hands, guint button)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect_object (drag, "drag-begin", hands->drag_begin, widget, 0);
  g_signal_connect_object (drag, "drag-update", hands->drag_update, widget, 0);
  g_signal_connect_object (drag, "drag-end", hands->drag_end, widget, 0);
  g_signal_connect_object (drag, "cancel", hands->cancel, widget, 0);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
}

void
neg_viewport_hands_add (GtkWidget *widget, const NegViewportHands *hands)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_object (scroll, "scroll", hands->scroll, widget, 0);
  g_signal_connect_object (motion, "motion", hands->motion, widget, 0);
  g_signal_connect_object (motion, "enter", hands->motion, widget, 0);
  g_signal_connect_object (motion, "leave", hands->leave, widget, 0);
  g_signal_connect_object (focus, "enter", hands->focus, widget, 0);
  g_signal_connect_object (click, "pressed", hands->pressed, widget, 0);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, focus);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  add_drag (widget, hands, GDK_BUTTON_PRIMARY);
  add_drag (widget, hands, GDK_BUTTON_MIDDLE);
  add_drag (widget, hands, GDK_BUTTON_SECONDARY);
}
