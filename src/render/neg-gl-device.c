#include "config.h"

#include "render/neg-gl-private.h"

#include <string.h>

#include "base/neg-error.h"

void
neg_gl_clear_errors (void)
{
  /* Bounded: a lost context answers with an error for ever. */
  for (guint i = 0; i < 64 && glGetError () != GL_NO_ERROR; i++)
    ;
}

gboolean
neg_gl_check (const char *where, GError **error)
{
  GLenum code = glGetError ();

  if (code == GL_NO_ERROR)
    return TRUE;
  neg_gl_clear_errors ();
  return neg_fail (error, code == GL_OUT_OF_MEMORY ? NEG_ERROR_MEMORY : NEG_ERROR_UNSUPPORTED, where,
                   code == GL_OUT_OF_MEMORY ? "the graphics system has no memory left (0x%x)"
                                            : "the graphics system refuses (0x%x)",
                   code);
}

static gboolean
computes_on_processor (const char *renderer)
{
  static const char *const names[] = { "llvmpipe", "softpipe", "swrast", "SwiftShader", "Software Rasterizer" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strstr (renderer, names[i]) != NULL)
      return TRUE;
  return FALSE;
}

char *
neg_gl_describe_driver (gboolean *is_software, GError **error)
{
  const char *renderer;

  if (!epoxy_is_desktop_gl () || epoxy_gl_version () < 33) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, "OpenGL", "OpenGL 3.3 is needed, this is %s%d.%d",
              epoxy_is_desktop_gl () ? "" : "ES ", epoxy_gl_version () / 10, epoxy_gl_version () % 10);
    return NULL;
  }
  renderer = (const char *) glGetString (GL_RENDERER);
  *is_software = renderer != NULL && computes_on_processor (renderer);
  return g_utf8_make_valid (renderer ? renderer : "unknown", -1);
}

static void
look_at_limits (NegGlDevice *self)
{
  GLint size = 0;

  /* gpu_shader5 for `precise`: without it a compiler may fuse or reorder what has to round as the processor does. */
  self->has_double = epoxy_has_gl_extension ("GL_ARB_gpu_shader_fp64")
                     && epoxy_has_gl_extension ("GL_ARB_gpu_shader5");
  glGetIntegerv (GL_MAX_TEXTURE_SIZE, &size);
  self->max_texture_size = size;
  glGetIntegerv (GL_MAX_TEXTURE_IMAGE_UNITS, &size);
  self->n_bricks_max = CLAMP (size - (GLint) NEG_GL_UNIT_N, 0, NEG_GL_BRICKS_MAX);
}

NegGlDevice *
neg_gl_device_new (GError **error)
{
  NegGlDevice *self;
  gboolean is_software;
  char *renderer = neg_gl_describe_driver (&is_software, error);

  if (renderer == NULL)
    return NULL;
  neg_gl_clear_errors ();
  self = g_new0 (NegGlDevice, 1);
  self->renderer = renderer;
  self->is_software = is_software;
  self->programs = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) neg_gl_program_free);
  look_at_limits (self);
  glGenVertexArrays (1, &self->vertex_array);
  /* Compiled now, so that a driver that cannot is found out while the processor can still take over. */
  if (neg_gl_device_get_program (self,
                                 &(NegGlVariant){ NEG_GL_MODE_GREY, NEG_SAMPLE_U16, NEG_INTERPOLATION_LINEAR, FALSE,
                                                  0 },
                                 error)
      && neg_gl_check ("neg_gl_device_new", error))
    return self;
  neg_gl_device_free (self);
  return NULL;
}

void
neg_gl_device_free (NegGlDevice *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < NEG_GL_UNIT_N; i++)
    neg_gl_table_clear (&self->tables[i]);
  for (guint i = 0; i < G_N_ELEMENTS (self->values); i++) {
    glDeleteTextures (1, &self->values[i].texture);
    glDeleteFramebuffers (1, &self->values[i].framebuffer);
  }
  g_hash_table_unref (self->programs);
  glDeleteVertexArrays (1, &self->vertex_array);
  glDeleteFramebuffers (1, &self->framebuffer);
  glDeleteRenderbuffers (1, &self->renderbuffer);
  g_free (self->renderer);
  g_free (self);
}

const char *
neg_gl_device_get_renderer (NegGlDevice *self)
{
  return self->renderer;
}

gboolean
neg_gl_device_is_software (NegGlDevice *self)
{
  return self->is_software;
}

guint64
neg_gl_device_get_n_uploads (NegGlDevice *self)
{
  return self->n_uploads;
}
