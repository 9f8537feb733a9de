/* The frame of one side pane: a title, a button that makes it a window of its own, one that closes it. The content is
 * moved between window and frame, never built anew. Thread: main.
 *
 * What is kept of each pane in the settings: whether it is shown, its width, whether it is a window, that window's size,
 * whether it was maximized, and full screen on which monitor. GTK lets nobody place a window (Wayland has no such
 * request), so a window of ordinary size comes back with its size wherever the desktop puts it; a full-screen one comes
 * back on its monitor. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_PANE (neg_pane_get_type ())
G_DECLARE_FINAL_TYPE (NegPane, neg_pane, NEG, PANE, GtkWidget)

/* Properties, notified: "open" (boolean): it is shown, in its place or as a window; "detached" (boolean).
 * Signals: "detached" (GtkWindow *window): a window was made for it, not shown yet: for keys and actions;
 *          "attached" (): it is back in its place;
 *          "closed" (): a person closed it: the focus belongs to the image again.
 * Action of the widget: "pane.detach", for whatever is focused inside: into a window, or back. */

/* As a child of a GtkPaned it has the width that it had by itself: "shrink" and "resize" of the child FALSE, no position. */
/* @name: for settings and actions, "patients"; @title: translated; @content: taken; @settings: nullable. Nothing is
 * shown before neg_pane_restore(). */
NegPane *neg_pane_new (const char *name, const char *title, GtkWidget *content, GSettings *settings);

/* Unless another one was kept; before neg_pane_restore(). */
void neg_pane_set_width (NegPane *pane, int width_px);
/* As it was left, or @open in its place where nothing is known; @owner is the window that it belongs to: pane windows
 * are of the same application and go when it is destroyed. */
void neg_pane_restore (NegPane *pane, GtkWindow *owner, gboolean open);
/* Keeps what it is now; also done when it goes. */
void neg_pane_save (NegPane *pane);

/* Opening does not take the focus. */
void neg_pane_set_open (NegPane *pane, gboolean open);
gboolean neg_pane_is_open (NegPane *pane);
/* Detaching opens it. */
void neg_pane_set_detached (NegPane *pane, gboolean detached);
gboolean neg_pane_is_detached (NegPane *pane);

GtkWidget *neg_pane_get_content (NegPane *pane); /* borrowed */
GtkWindow *neg_pane_get_window (NegPane *pane);  /* borrowed; NULL while in its place */

/* Adds "<name>" (boolean state: open) and "<name>-window" (boolean state: detached) to @map, which is to be inserted
 * as "pane". */
void neg_pane_add_actions (NegPane *pane, GActionMap *map);

G_END_DECLS
