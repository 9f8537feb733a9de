/* What a window shows, with its popovers and nothing else, as pixels of ours. Only what has changed since the last time is
 * drawn again: parts that GTK did not draw anew are the same nodes. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _NegWindowPicture NegWindowPicture;

/* Of a picture of that size; the window is fit into it. @window is borrowed and stays. */
NegWindowPicture *neg_window_picture_new (GtkWidget *window, int width_px, int height_px);
void neg_window_picture_free (NegWindowPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegWindowPicture, neg_window_picture_free)

/* FALSE: nothing has changed. */
gboolean neg_window_picture_update (NegWindowPicture *picture);

/* Its size with its frame, which belongs to the picture and lies outside of its coordinates. */
void neg_window_picture_get_bounds (GtkWidget *window, graphene_rect_t *bounds);

/* CAIRO_FORMAT_RGB24; borrowed, and not to be written. */
cairo_surface_t *neg_window_picture_get_surface (NegWindowPicture *picture);

/* From the window's coordinates to those of the picture. */
void neg_window_picture_get_place (NegWindowPicture *picture, double *scale, double *x_px, double *y_px);

/* A point of @widget (nullable: the window) in the window, also of a widget in a popover. FALSE: it is not in it. */
gboolean neg_window_picture_find_point (NegWindowPicture *picture, GtkWidget *widget, double x, double y, double *window_x,
                                        double *window_y);

G_END_DECLS
