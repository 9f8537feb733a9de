#include "config.h"

#include "render/neg-gl-private.h"

#include "base/neg-error.h"

/* Integer textures, read texel by texel: a stored value arrives bit for bit, whatever its type; the shader makes the
 * number. That needs no conversion here and no promise of a driver about the precision of its filters. */
typedef struct {
  GLint internal_format;
  GLenum format, type;
} Layout;

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* the halves of a 64 bit value, low word first */

static gboolean
choose_layout (const NegFrameFormat *format, Layout *layout)
{
  static const GLenum formats[] = { GL_RED_INTEGER, GL_RG_INTEGER, GL_RGB_INTEGER, GL_RGBA_INTEGER };
  static const GLint internal_8[] = { GL_R8UI, GL_RG8UI, GL_RGB8UI, GL_RGBA8UI };
  static const GLint internal_16[] = { GL_R16UI, GL_RG16UI, GL_RGB16UI, GL_RGBA16UI };
  static const GLint internal_32[] = { GL_R32UI, GL_RG32UI, GL_RGB32UI, GL_RGBA32UI };
  guint components = format->samples;

  if (format->sample_type == NEG_SAMPLE_F64)
    components *= 2;
  if (components < 1 || components > 4)
    return FALSE;
  layout->format = formats[components - 1];
  switch (neg_sample_type_get_bytes (format->sample_type)) {
  case 1:
    *layout = (Layout){ internal_8[components - 1], layout->format, GL_UNSIGNED_BYTE };
    return TRUE;
  case 2:
    *layout = (Layout){ internal_16[components - 1], layout->format, GL_UNSIGNED_SHORT };
    return TRUE;
  case 4:
  case 8:
    *layout = (Layout){ internal_32[components - 1], layout->format, GL_UNSIGNED_INT };
    return TRUE;
  default:
    return FALSE;
  }
}

/* The proxy answers what glTexImage2D would, before anything is allocated. */
static gboolean
fits (const Layout *layout, int width, int height)
{
  GLint answer = 0;

  glTexImage2D (GL_PROXY_TEXTURE_2D, 0, layout->internal_format, width, height, 0, layout->format, layout->type, NULL);
  glGetTexLevelParameteriv (GL_PROXY_TEXTURE_2D, 0, GL_TEXTURE_WIDTH, &answer);
  return answer == width;
}

static void
upload (const Layout *layout, int width, int height, const void *pixels)
{
  glPixelStorei (GL_UNPACK_ALIGNMENT, 1);
  glPixelStorei (GL_UNPACK_ROW_LENGTH, 0);
  glPixelStorei (GL_UNPACK_SKIP_ROWS, 0);
  glPixelStorei (GL_UNPACK_SKIP_PIXELS, 0);
  glPixelStorei (GL_UNPACK_SWAP_BYTES, GL_FALSE);
  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  glTexImage2D (GL_TEXTURE_2D, 0, layout->internal_format, width, height, 0, layout->format, layout->type, pixels);
  glPixelStorei (GL_UNPACK_ALIGNMENT, 4);
}

NegGlImage *
neg_gl_image_new (NegGlDevice *device, const NegFrame *frame, GError **error)
{
  const NegFrameFormat *format = &frame->format;
  NegGlImage *self;
  Layout layout;

  neg_gl_clear_errors ();
  if (!choose_layout (format, &layout) || format->columns > (guint) device->max_texture_size
      || format->rows > (guint) device->max_texture_size || !fits (&layout, format->columns, format->rows)) {
    neg_gl_clear_errors ();
    neg_fail (error, NEG_ERROR_UNSUPPORTED, "texture", "%u x %u pixels are beyond what this graphics system draws",
              format->columns, format->rows);
    return NULL;
  }
  self = g_new0 (NegGlImage, 1);
  self->format = *format;
  glGenTextures (1, &self->texture);
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_IMAGE);
  glBindTexture (GL_TEXTURE_2D, self->texture);
  upload (&layout, format->columns, format->rows, frame->pixels);
  device->n_uploads++;
  glBindTexture (GL_TEXTURE_2D, 0);
  if (neg_gl_check ("texture", error))
    return self;
  neg_gl_image_free (self);
  return NULL;
}

void
neg_gl_image_free (NegGlImage *self)
{
  if (self == NULL)
    return;
  glDeleteTextures (1, &self->texture);
  g_free (self);
}
