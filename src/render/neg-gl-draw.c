#include "config.h"

#include "render/neg-gl-private.h"

#include <math.h>

#include "base/neg-error.h"

/* Single precision serves while the values of a picture span no more than this many windows: at 2^12 and a dozen
 * roundings of 2^-24 an interpolated value is off by a quarter of a grey level at most. */
#define CONTRAST_MAX 4096.0

/* Where what follows the VOI is steeper than this, not even the result of the VOI is precise enough in single. */
#define STEEPNESS_MAX 8192.0

typedef enum { VOI_RAMP, VOI_SIGMOID, VOI_TABLE } VoiKind; /* as in the shader */

static VoiKind
get_voi_kind (const NegVoi *voi)
{
  if (voi->lut != NULL)
    return VOI_TABLE;
  return voi->function == NEG_VOI_SIGMOID ? VOI_SIGMOID : VOI_RAMP;
}

/* Both linear functions are one ramp (C.11.2.1.2.1, C.11.2.1.3.2); a span of 0 is a threshold. */
static void
get_ramp (const NegVoi *voi, double *middle, double *span)
{
  gboolean is_linear = voi->function != NEG_VOI_SIGMOID && voi->function != NEG_VOI_LINEAR_EXACT;

  *middle = is_linear ? voi->center - 0.5 : voi->center;
  *span = is_linear ? voi->width - 1 : voi->width;
}

static NegGlMode
get_mode (const NegDraw *draw, const NegFrameFormat *format)
{
  if (format->color == NEG_COLOR_RGB && format->samples >= 3)
    return NEG_GL_MODE_COLOR;
  return draw->palette != NULL ? NEG_GL_MODE_PALETTE : NEG_GL_MODE_GREY;
}

/* What the modality values can span, from the format alone. */
static double
get_contrast (const NegDraw *draw, const NegFrameFormat *format)
{
  guint bits = 8 * neg_sample_type_get_bytes (format->sample_type);

  if (draw->modality.lut != NULL)
    return 65535;
  if (format->bits_stored > 0)
    bits = MIN (bits, format->bits_stored);
  return fabs (draw->modality.slope) * ((1 << bits) - 1);
}

/* How many levels one level of the VOI's output may become on its way to the display; at least 1. */
static double
get_steepness (const NegDraw *draw)
{
  const NegLut *lut = draw->presentation_lut;
  guint jump = 0;
  double of_lut = 1, of_curve = 0;

  if (lut != NULL) {
    for (guint32 i = 1; i < lut->n_entries; i++)
      jump = MAX (jump, (guint) abs (lut->entries[i] - lut->entries[i - 1]));
    of_lut = (double) jump / ((1u << CLAMP (lut->bits, 1, 16)) - 1) * (lut->n_entries - 1.0);
  }
  for (guint i = 1; draw->curve != NULL && i <= NEG_CURVE_STEPS; i++)
    of_curve = MAX (of_curve, fabs (draw->curve->levels[i] - draw->curve->levels[i - 1]) * NEG_CURVE_STEPS);
  return MAX (of_lut, 1) * MAX (of_curve, 1);
}

/* Turned by anything but quarters, a point on the border of two pixels (the middle of the picture is often one) falls
 * to whichever side double precision says. Where that shows as a jump, the same has to be computed here. */
static gboolean
has_jumps_on_borders (const NegDraw *draw, const NegGlVariant *variant)
{
  const double *m = draw->output_to_image.m;

  if ((m[0] == 0 || m[1] == 0) && (m[3] == 0 || m[4] == 0))
    return FALSE;
  return variant->interpolation == NEG_INTERPOLATION_NEAREST || draw->padding.active || draw->layers != NULL;
}

static gboolean
needs_exact (const NegDraw *draw, const NegFrameFormat *format, const NegGlVariant *variant)
{
  double middle, span;

  if (has_jumps_on_borders (draw, variant))
    return TRUE;
  if (variant->mode == NEG_GL_MODE_COLOR)
    return FALSE;
  if (neg_sample_type_get_bytes (format->sample_type) > 2)
    return TRUE;
  if (variant->mode == NEG_GL_MODE_PALETTE && !draw->palette_supplemental)
    return FALSE;
  if (draw->voi.lut != NULL || !isfinite (draw->modality.intercept) || !isfinite (draw->voi.center))
    return TRUE;
  get_ramp (&draw->voi, &middle, &span);
  return !(get_contrast (draw, format) * get_steepness (draw) <= CONTRAST_MAX * span);
}

static gboolean
choose_variant (NegGlDevice *device, const NegFrameFormat *format, const NegDraw *draw, NegGlVariant *variant,
                GError **error)
{
  variant->mode = get_mode (draw, format);
  variant->sample_type = format->sample_type;
  variant->interpolation = variant->mode == NEG_GL_MODE_PALETTE ? NEG_INTERPOLATION_NEAREST
                                                                : MIN (draw->interpolation, NEG_INTERPOLATION_CUBIC);
  variant->exact = needs_exact (draw, format, variant);
  if (variant->exact && !device->has_double)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "this graphics system has no double precision, which "
                     "this image and window need");
  if (variant->mode != NEG_GL_MODE_COLOR && draw->pseudo_color != NULL)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "colours for what a window puts out");
  if (variant->mode != NEG_GL_MODE_COLOR && !(get_steepness (draw) <= STEEPNESS_MAX))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "a presentation LUT with such jumps");
  if (variant->mode == NEG_GL_MODE_COLOR
      && (format->sample_type == NEG_SAMPLE_F32 || format->sample_type == NEG_SAMPLE_F64))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "colour in floating point");
  return TRUE;
}

/* ---- uniforms of single precision: integers of at most 16 bits */

static int
clamp_to_int (double value)
{
  /* Far beyond 16 bits both ways: past this, clamped or not, a value is outside. */
  return isnan (value) ? 0 : (int) CLAMP (value, -300000, 300000);
}

static void
set_single_window (const NegGlProgram *program, const NegDraw *draw)
{
  gboolean has_lut = draw->modality.lut != NULL;
  double slope = has_lut ? 1 : draw->modality.slope;
  double intercept = has_lut ? 0 : draw->modality.intercept;
  double steepness = draw->voi.function == NEG_VOI_SIGMOID ? 4 : 1;
  double summand = draw->voi.function == NEG_VOI_SIGMOID ? 0 : 0.5;
  double middle, span, reference;

  get_ramp (&draw->voi, &middle, &span);
  reference = slope == 0 ? 0 : CLAMP (round ((middle - intercept) / slope), -32768, 65535);
  glUniform1i (program->reference, clamp_to_int (reference));
  glUniform2f (program->window, (float) (steepness * slope / span),
               (float) (steepness * (slope * reference + intercept - middle) / span + summand));
}

static void
set_single (const NegGlProgram *program, const NegDraw *draw)
{
  const NegLut *palette = draw->palette;

  glUniform2i (program->padding, clamp_to_int (ceil (draw->padding.low)), clamp_to_int (floor (draw->padding.high)));
  if (draw->modality.lut != NULL)
    glUniform1i (program->modality_first, clamp_to_int (draw->modality.lut->first_mapped));
  if (palette != NULL)
    glUniform3i (program->palette_first, clamp_to_int (palette[0].first_mapped),
                 clamp_to_int (palette[1].first_mapped), clamp_to_int (palette[2].first_mapped));
  set_single_window (program, draw);
}

/* ---- uniforms of double precision */

static void
set_double (const NegGlProgram *program, const NegDraw *draw)
{
  const double *m = draw->output_to_image.m;
  const NegLut *palette = draw->palette;
  double middle, span;

  glUniform3d (program->affine_x, m[0], m[1], m[2]);
  glUniform3d (program->affine_y, m[3], m[4], m[5]);
  glUniform2d (program->padding, draw->padding.low, draw->padding.high);
  glUniform2d (program->modality, draw->modality.slope, draw->modality.intercept);
  if (draw->modality.lut != NULL)
    glUniform1d (program->modality_first, draw->modality.lut->first_mapped);
  get_ramp (&draw->voi, &middle, &span);
  glUniform2d (program->window, middle, span);
  if (draw->voi.lut != NULL) {
    glUniform1d (program->voi_first, draw->voi.lut->first_mapped);
    glUniform1d (program->voi_last, draw->voi.lut->n_entries - 1.0);
    glUniform1d (program->voi_maximum, (1u << CLAMP (draw->voi.lut->bits, 1, 16)) - 1.0);
  }
  if (palette != NULL)
    glUniform3d (program->palette_first, palette[0].first_mapped, palette[1].first_mapped, palette[2].first_mapped);
}

static void
set_common (const NegGlProgram *program, const NegDraw *draw, const NegFrameFormat *format)
{
  const NegLut *palette = draw->palette;

  glUniform2i (program->image_size, format->columns, format->rows);
  glUniform1i (program->padding_active, draw->padding.active);
  glUniform1i (program->has_modality_lut, draw->modality.lut != NULL);
  if (draw->modality.lut != NULL)
    glUniform1i (program->modality_last, draw->modality.lut->n_entries - 1);
  glUniform1i (program->voi_kind, get_voi_kind (&draw->voi));
  if (palette != NULL)
    glUniform3i (program->palette_last, palette[0].n_entries - 1, palette[1].n_entries - 1, palette[2].n_entries - 1);
  glUniform1i (program->palette_supplemental, draw->palette_supplemental);
  glUniform1i (program->color_shift, CLAMP ((int) format->bits_stored, 8, 39) - 8);
  glUniform1i (program->inverted, draw->inverted);
}

/* What follows the VOI, and what lies above. */
static void
set_display (const NegGlProgram *program, const NegDraw *draw)
{
  const NegLut *lut = draw->presentation_lut;
  const NegLayers *layers = draw->layers;

  glUniform1i (program->presentation_last, lut != NULL ? (int) lut->n_entries - 1 : -1);
  glUniform1f (program->presentation_maximum, lut != NULL ? (1u << CLAMP (lut->bits, 1, 16)) - 1.0f : 1);
  glUniform1i (program->has_curve, draw->curve != NULL);
  glUniform1i (program->dithered, draw->is_dithered);
  glUniform2i (program->layers_size, layers != NULL ? layers->columns : 0, layers != NULL ? layers->rows : 0);
}

/* ---- the pass */

typedef struct {
  int x, y;
  guint width, height;
  gboolean rows_from_top; /* row 0 of the picture is the rectangle's upper edge; else its lower one */
  gboolean luminance;     /* a colour becomes a grey */
} Target;

/* All the state that a fragment depends on; what others left is never assumed. */
static void
set_state (const Target *target)
{
  static const GLenum off[] = {
    GL_BLEND, GL_CULL_FACE, GL_DEPTH_TEST, GL_STENCIL_TEST, GL_SCISSOR_TEST, GL_COLOR_LOGIC_OP, GL_FRAMEBUFFER_SRGB,
    GL_DITHER, GL_SAMPLE_ALPHA_TO_COVERAGE, GL_SAMPLE_COVERAGE, GL_RASTERIZER_DISCARD,
  };

  for (guint i = 0; i < G_N_ELEMENTS (off); i++)
    glDisable (off[i]);
  glColorMask (GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  glPolygonMode (GL_FRONT_AND_BACK, GL_FILL);
  glViewport (target->x, target->y, target->width, target->height);
}

static gboolean
bind_textures (NegGlDevice *device, NegGlImage *image, const NegDraw *draw, const NegGlVariant *variant,
               const Target *target, GError **error)
{
  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  if (!variant->exact
      && !neg_gl_table_bind_steps (device, &draw->output_to_image, target->width, target->height, error))
    return FALSE;
  if (draw->modality.lut != NULL
      && !neg_gl_table_bind_lut (device, NEG_GL_UNIT_MODALITY, draw->modality.lut, error))
    return FALSE;
  if (draw->voi.lut != NULL && !neg_gl_table_bind_lut (device, NEG_GL_UNIT_VOI, draw->voi.lut, error))
    return FALSE;
  if (variant->mode == NEG_GL_MODE_PALETTE && !neg_gl_table_bind_palette (device, draw->palette, error))
    return FALSE;
  if (draw->presentation_lut != NULL
      && !neg_gl_table_bind_lut (device, NEG_GL_UNIT_PRESENTATION, draw->presentation_lut, error))
    return FALSE;
  if (draw->curve != NULL && !neg_gl_table_bind_curve (device, draw->curve, error))
    return FALSE;
  if (!neg_gl_table_bind_layers (device, draw->layers, error))
    return FALSE;
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_IMAGE);
  glBindTexture (GL_TEXTURE_2D, image->texture);
  return TRUE;
}

static void
set_uniforms (const NegGlProgram *program, const NegGlVariant *variant, const NegDraw *draw,
              const NegFrameFormat *format, const Target *target)
{
  glUniform2i (program->origin, target->x, target->y);
  glUniform2i (program->size, target->width, target->height);
  glUniform1i (program->rows_from_top, target->rows_from_top);
  glUniform1i (program->luminance, target->luminance);
  set_common (program, draw, format);
  set_display (program, draw);
  if (variant->exact)
    set_double (program, draw);
  else
    set_single (program, draw);
}

static gboolean
draw_image (NegGlDevice *device, NegGlImage *image, const NegDraw *draw, const Target *target, GError **error)
{
  const NegGlProgram *program;
  NegGlVariant variant;
  GLint viewport[4];

  if (!choose_variant (device, &image->format, draw, &variant, error))
    return FALSE;
  program = neg_gl_device_get_program (device, &variant, error);
  if (program == NULL || !bind_textures (device, image, draw, &variant, target, error))
    return FALSE;
  glGetIntegerv (GL_VIEWPORT, viewport);
  glUseProgram (program->id);
  set_uniforms (program, &variant, draw, &image->format, target);
  set_state (target);
  glBindVertexArray (device->vertex_array);
  glDrawArrays (GL_TRIANGLES, 0, 3);
  /* What GTK and other users of the context may take for granted: nothing of ours bound, GL's defaults. */
  glBindVertexArray (0);
  glUseProgram (0);
  glBindTexture (GL_TEXTURE_2D, 0);
  glEnable (GL_DITHER);
  glViewport (viewport[0], viewport[1], viewport[2], viewport[3]);
  return neg_gl_check ("draw", error);
}

gboolean
neg_gl_draw (NegGlDevice *device, NegGlImage *image, const NegDraw *draw, int x, int y, guint width, guint height,
             GError **error)
{
  if (width == 0 || height == 0)
    return TRUE;
  neg_gl_clear_errors ();
  return draw_image (device, image, draw, &(Target){ x, y, width, height, TRUE, FALSE }, error);
}

/* ---- a picture in memory */

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

gboolean
neg_gl_draw_to_picture (NegGlDevice *device, NegGlImage *image, const NegDraw *draw, const NegPicture *picture,
                        GError **error)
{
  /* Drawn upside down: the picture's first row is then the first that is read. */
  Target target = { 0, 0, picture->width, picture->height, FALSE, picture->channels == 1 };
  GLint drawn_to = 0, read_from = 0;
  gboolean done;

  if (picture->width == 0 || picture->height == 0)
    return TRUE;
  neg_gl_clear_errors ();
  glGetIntegerv (GL_DRAW_FRAMEBUFFER_BINDING, &drawn_to);
  glGetIntegerv (GL_READ_FRAMEBUFFER_BINDING, &read_from);
  done = prepare_framebuffer (device, picture->width, picture->height, error)
         && draw_image (device, image, draw, &target, error) && read_picture (picture, error);
  glBindFramebuffer (GL_DRAW_FRAMEBUFFER, drawn_to);
  glBindFramebuffer (GL_READ_FRAMEBUFFER, read_from);
  return done;
}
