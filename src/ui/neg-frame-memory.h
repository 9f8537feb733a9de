/* The memory in which cairo hands a window's frames to an X server. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Where cairo draws the window of @widget, which is realized, on X11: cairo shares an image of the whole window with the
 * server for every frame and gives it back at once, so that both have the kernel find and clear all of its pages anew,
 * half of what a frame costs and the most uneven part of it. From the second call on, until the window closes, they stay:
 * the first image does not wait for them. */
void neg_frame_memory_keep (GtkWidget *widget);

G_END_DECLS
