#include "config.h"

#include "ui/neg-gl-shared-volume.h"

#include <epoxy/gl.h>

#include "base/neg-error.h"

struct _NegGlSharedVolume {
  guint n_users;
  GdkDisplay *display; /* borrowed; longer lived than any viewport */
  NegVolume *volume;
  GdkGLContext *context;
  NegGlDevice *device;
  NegGlVolume *gl;
};

/* All that there are: a handful. */
static GPtrArray *all;

static gboolean
open_context (NegGlSharedVolume *self, GError **error)
{
  self->context = gdk_display_create_gl_context (self->display, error);
  if (self->context == NULL)
    return FALSE;
  gdk_gl_context_set_required_version (self->context, 3, 3);
  if (!gdk_gl_context_realize (self->context, error))
    return FALSE;
  gdk_gl_context_make_current (self->context);
  self->device = neg_gl_device_new (error);
  if (self->device == NULL)
    return FALSE;
  self->gl = neg_gl_volume_new (self->device, self->volume, error);
  return self->gl != NULL;
}

static void
free_shared (NegGlSharedVolume *self)
{
  if (self->context != NULL) {
    gdk_gl_context_make_current (self->context);
    neg_gl_volume_free (self->gl);
    neg_gl_device_free (self->device);
    gdk_gl_context_clear_current ();
    g_object_unref (self->context);
  }
  neg_volume_unref (self->volume);
  g_free (self);
}

static NegGlSharedVolume *
find (GdkDisplay *display, NegVolume *volume)
{
  for (guint i = 0; all != NULL && i < all->len; i++) {
    NegGlSharedVolume *self = all->pdata[i];

    if (self->display == display && self->volume == volume)
      return self;
  }
  return NULL;
}

NegGlSharedVolume *
neg_gl_shared_volume_get (GdkDisplay *display, NegVolume *volume, GError **error)
{
  NegGlSharedVolume *self = find (display, volume);

  if (self != NULL) {
    self->n_users++;
    return self;
  }
  self = g_new0 (NegGlSharedVolume, 1);
  self->n_users = 1;
  self->display = display;
  self->volume = neg_volume_ref (volume);
  if (!open_context (self, error)) {
    free_shared (self);
    return NULL;
  }
  if (all == NULL)
    all = g_ptr_array_new ();
  g_ptr_array_add (all, self);
  return self;
}

void
neg_gl_shared_volume_unref (NegGlSharedVolume *self)
{
  if (self == NULL || --self->n_users > 0)
    return;
  g_ptr_array_remove_fast (all, self);
  free_shared (self);
}

NegGlVolume *
neg_gl_shared_volume_use (NegGlSharedVolume *self, GdkGLContext *context, guint64 bytes_max, gboolean *complete,
                          GError **error)
{
  guint64 n_uploads = neg_gl_device_get_n_uploads (self->device);
  GLsync filled = NULL;

  if (!gdk_gl_context_is_shared (self->context, context)) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, "OpenGL", "windows that share no textures");
    return NULL;
  }
  gdk_gl_context_make_current (self->context);
  *complete = neg_gl_volume_update (self->gl, bytes_max);
  if (neg_gl_device_get_n_uploads (self->device) != n_uploads) {
    filled = glFenceSync (GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
    glFlush ();
  }
  gdk_gl_context_make_current (context);
  /* What one context has filled another one sees when it has waited for it. */
  if (filled != NULL) {
    glWaitSync (filled, 0, GL_TIMEOUT_IGNORED);
    glDeleteSync (filled);
  }
  return self->gl;
}

NegVolume *
neg_gl_shared_volume_get_volume (NegGlSharedVolume *self)
{
  return self->volume;
}
