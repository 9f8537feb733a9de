#include "config.h"

#include "render/neg-gl.h"

#include <epoxy/egl.h>
#include <epoxy/gl.h>

#include "base/neg-error.h"

struct _NegGlContext {
  EGLDisplay display;
  EGLContext context;
};

static EGLDisplay
open_display (GError **error)
{
  EGLDisplay display = EGL_NO_DISPLAY;

  /* Asked before the first EGL call: epoxy ends the process when it calls into a library that is not there. */
  if (!epoxy_has_egl () || !epoxy_has_egl_extension (EGL_NO_DISPLAY, "EGL_EXT_platform_base")
      || !epoxy_has_egl_extension (EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless")) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, "EGL", "this system has no OpenGL without a window");
    return EGL_NO_DISPLAY;
  }
  display = eglGetPlatformDisplayEXT (EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
  if (display == EGL_NO_DISPLAY || !eglInitialize (display, NULL, NULL)) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, "EGL", "EGL does not start (0x%x)", (guint) eglGetError ());
    return EGL_NO_DISPLAY;
  }
  return display;
}

static EGLContext
create_context (EGLDisplay display)
{
  static const EGLint attributes[] = {
    EGL_CONTEXT_MAJOR_VERSION, 3,
    EGL_CONTEXT_MINOR_VERSION, 3,
    EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
    EGL_NONE,
  };

  if (!epoxy_has_egl_extension (display, "EGL_KHR_no_config_context")
      || !epoxy_has_egl_extension (display, "EGL_KHR_surfaceless_context") || !eglBindAPI (EGL_OPENGL_API))
    return EGL_NO_CONTEXT;
  return eglCreateContext (display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes);
}

NegGlContext *
neg_gl_context_new_surfaceless (GError **error)
{
  g_autofree NegGlContext *self = g_new0 (NegGlContext, 1);

  self->display = open_display (error);
  if (self->display == EGL_NO_DISPLAY)
    return NULL;
  self->context = create_context (self->display);
  if (self->context == EGL_NO_CONTEXT
      || !eglMakeCurrent (self->display, EGL_NO_SURFACE, EGL_NO_SURFACE, self->context)) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, "EGL", "no OpenGL 3.3 core context (0x%x)", (guint) eglGetError ());
    neg_gl_context_free (g_steal_pointer (&self));
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
neg_gl_context_free (NegGlContext *self)
{
  if (self == NULL)
    return;
  eglMakeCurrent (self->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  if (self->context != EGL_NO_CONTEXT)
    eglDestroyContext (self->display, self->context);
  eglTerminate (self->display);
  g_free (self);
}
