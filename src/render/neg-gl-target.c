/* Where a pass draws to: all the state that it depends on, and a picture in memory. */
#include "config.h"

#include "render/neg-gl-private.h"

#include "base/neg-error.h"

/* All the state that a fragment depends on; what others left is never assumed. */
static void
set_state (void)
{
  static const GLenum off[] = {
    GL_BLEND, GL_CULL_FACE, GL_DEPTH_TEST, GL_STENCIL_TEST, GL_SCISSOR_TEST, GL_COLOR_LOGIC_OP, GL_FRAMEBUFFER_SRGB,
    GL_DITHER, GL_SAMPLE_ALPHA_TO_COVERAGE, GL_SAMPLE_COVERAGE, GL_RASTERIZER_DISCARD,
  };

  for (guint i = 0; i < G_N_ELEMENTS (off); i++)
    glDisable (off[i]);
  glColorMask (GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  glPolygonMode (GL_FRONT_AND_BACK, GL_FILL);
}

/* The triangle covers whatever the viewport is; a fragment knows its place by itself. */
static void
draw_bands (const NegGlTarget *target)
{
  guint rows = target->rows_at_once > 0 ? target->rows_at_once : target->height;

  for (guint row = 0; row < target->height; row += rows) {
    glViewport (target->x, target->y + row, target->width, MIN (rows, target->height - row));
    glDrawArrays (GL_TRIANGLES, 0, 3);
    if (rows < target->height)
      glFlush ();
  }
}

void
neg_gl_target_draw (NegGlDevice *device, const NegGlTarget *target)
{
  GLint viewport[4];

  glGetIntegerv (GL_VIEWPORT, viewport);
  set_state ();
  glBindVertexArray (device->vertex_array);
  draw_bands (target);
  glBindVertexArray (0);
  glUseProgram (0);
  glEnable (GL_DITHER);
  glViewport (viewport[0], viewport[1], viewport[2], viewport[3]);
}

static gboolean
prepare_framebuffer (NegGlDevice *device, guint width, guint height, GError **error)
{
  if (width > (guint) device->max_texture_size || height > (guint) device->max_texture_size)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "picture", "a picture of %u x %u pixels is beyond this graphics "
                     "system", width, height);
  if (device->framebuffer == 0) {
    glGenFramebuffers (1, &device->framebuffer);
    glGenRenderbuffers (1, &device->renderbuffer);
  }
  glBindFramebuffer (GL_FRAMEBUFFER, device->framebuffer);
  if (device->target_width != width || device->target_height != height) {
    device->target_width = device->target_height = 0;
    glBindRenderbuffer (GL_RENDERBUFFER, device->renderbuffer);
    glRenderbufferStorage (GL_RENDERBUFFER, GL_RGBA8, width, height);
    glFramebufferRenderbuffer (GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, device->renderbuffer);
    glBindRenderbuffer (GL_RENDERBUFFER, 0);
    if (!neg_gl_check ("framebuffer", error))
      return FALSE;
    device->target_width = width;
    device->target_height = height;
  }
  if (glCheckFramebufferStatus (GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "framebuffer", "the graphics system does not draw into memory");
  return TRUE;
}

static gboolean
read_picture (const NegPicture *picture, GError **error)
{
  GLenum format = picture->channels == 1 ? GL_RED : picture->channels == 3 ? GL_RGB : GL_BGRA;

  glBindBuffer (GL_PIXEL_PACK_BUFFER, 0);
  glReadBuffer (GL_COLOR_ATTACHMENT0);
  glPixelStorei (GL_PACK_ALIGNMENT, 1);
  glPixelStorei (GL_PACK_SWAP_BYTES, GL_FALSE);
  glPixelStorei (GL_PACK_SKIP_ROWS, 0);
  glPixelStorei (GL_PACK_SKIP_PIXELS, 0);
  glPixelStorei (GL_PACK_ROW_LENGTH, picture->stride / picture->channels);
  /* GL counts a row's length in pixels; rows of other lengths go one by one. */
  if (picture->stride % picture->channels == 0)
    glReadPixels (0, 0, picture->width, picture->height, format, GL_UNSIGNED_BYTE, picture->pixels);
  else
    for (guint row = 0; row < picture->height; row++)
      glReadPixels (0, row, picture->width, 1, format, GL_UNSIGNED_BYTE, picture->pixels + row * picture->stride);
  glPixelStorei (GL_PACK_ROW_LENGTH, 0);
  glPixelStorei (GL_PACK_ALIGNMENT, 4);
  return neg_gl_check ("read back", error);
}

static void
restore (const NegGlFormer *former)
{
  glBindFramebuffer (GL_DRAW_FRAMEBUFFER, former->drawn_to);
  glBindFramebuffer (GL_READ_FRAMEBUFFER, former->read_from);
}

gboolean
neg_gl_target_begin (NegGlDevice *device, const NegPicture *picture, NegGlFormer *former, GError **error)
{
  glGetIntegerv (GL_DRAW_FRAMEBUFFER_BINDING, &former->drawn_to);
  glGetIntegerv (GL_READ_FRAMEBUFFER_BINDING, &former->read_from);
  if (prepare_framebuffer (device, picture->width, picture->height, error))
    return TRUE;
  restore (former);
  return FALSE;
}

gboolean
neg_gl_target_end (const NegPicture *picture, gboolean done, const NegGlFormer *former, GError **error)
{
  done = done && read_picture (picture, error);
  restore (former);
  return done;
}
