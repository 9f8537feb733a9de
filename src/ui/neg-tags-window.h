/* The tag inspector: every element of the object in the active viewport or of one that none shows, what differs from another one, what varies in its
 * series, and what the standard has against it. Its title names no patient. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-loader.h"
#include "reading/neg-reading.h"
#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

/* The file of the version of an object that came before it, or NULL: there is none. Given. */
typedef char *(*NegTagsPreviousFunc) (const NegInstance *instance, gpointer user_data);

/* What is open and no viewport shows: NegLoadedObject, borrowed, nullable. */
typedef GPtrArray *(*NegTagsObjectsFunc) (gpointer user_data);

/* The one of @parent, with what the active viewport shows now; to be presented. @pool, borrowed, outlives it. @previous and
 * @objects (nullable) are asked on the main thread as long as @parent lives. */
GtkWindow *neg_tags_window_open (NegReading *reading, NegEnginePool *pool, NegTagsPreviousFunc previous, NegTagsObjectsFunc objects,
                                 gpointer user_data, GtkWindow *parent);

/* What @objects gives may be something else now: for the window of @parent, where there is one. */
void neg_tags_window_update_objects (GtkWindow *parent);

/* As if "Previous version" were chosen in it. */
void neg_tags_window_compare_previous (GtkWindow *window);

G_END_DECLS
