/* A volume's textures, once for all viewports of a display: the contexts of GTK share them. They are filled by a context of
 * their own, so that it does not matter which viewport goes first. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "render/neg-gl-volume.h"

G_BEGIN_DECLS

typedef struct _NegGlSharedVolume NegGlSharedVolume;

/* A reference. NULL and an error where OpenGL cannot: the processor draws. Another context is current afterwards. */
NegGlSharedVolume *neg_gl_shared_volume_get (GdkDisplay *display, NegVolume *volume, GError **error);
void neg_gl_shared_volume_unref (NegGlSharedVolume *shared);

/* What the context may draw by, which is current afterwards, with the slices that have become ready since, but for at most
 * @bytes_max of them a call; *@complete: none are left. NULL where the context shares nothing. Borrowed. */
NegGlVolume *neg_gl_shared_volume_use (NegGlSharedVolume *shared, GdkGLContext *context, guint64 bytes_max,
                                       gboolean *complete, GError **error);

/* The volume's, as it was given. */
NegVolume *neg_gl_shared_volume_get_volume (NegGlSharedVolume *shared);

G_END_DECLS
