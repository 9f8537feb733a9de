#include "config.h"

#include "render/neg-gl-private.h"

#include <math.h>

#include "base/neg-error.h"

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
  neg_gl_display_get_ramp (&draw->voi, &middle, &span);
  return !(get_contrast (draw, format) * neg_gl_display_get_steepness (draw) <= NEG_GL_CONTRAST_MAX * span);
}

static gboolean
choose_variant (NegGlDevice *device, const NegFrameFormat *format, const NegDraw *draw, NegGlVariant *variant,
                GError **error)
{
  variant->mode = get_mode (draw, format);
  variant->n_bricks = 0;
  variant->sample_type = format->sample_type;
  variant->interpolation = variant->mode == NEG_GL_MODE_PALETTE ? NEG_INTERPOLATION_NEAREST
                                                                : MIN (draw->interpolation, NEG_INTERPOLATION_CUBIC);
  variant->exact = needs_exact (draw, format, variant);
  if (variant->exact && !device->has_double)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "this graphics system has no double precision, which "
                     "this image and window need");
  if (variant->mode != NEG_GL_MODE_COLOR && draw->pseudo_color != NULL)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "colours for what a window puts out");
  if (variant->mode != NEG_GL_MODE_COLOR && !(neg_gl_display_get_steepness (draw) <= NEG_GL_STEEPNESS_MAX))
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

  neg_gl_display_get_ramp (&draw->voi, &middle, &span);
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
  neg_gl_display_get_ramp (&draw->voi, &middle, &span);
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
  if (palette != NULL)
    glUniform3i (program->palette_last, palette[0].n_entries - 1, palette[1].n_entries - 1, palette[2].n_entries - 1);
  glUniform1i (program->palette_supplemental, draw->palette_supplemental);
  glUniform1i (program->color_shift, CLAMP ((int) format->bits_stored, 8, 39) - 8);
}

/* ---- the pass */

static gboolean
bind_textures (NegGlDevice *device, NegGlImage *image, const NegDraw *draw, const NegGlVariant *variant,
               const NegGlTarget *target, GError **error)
{
  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  if (!variant->exact
      && !neg_gl_table_bind_steps (device, &draw->output_to_image, target->width, target->height, error))
    return FALSE;
  if (draw->modality.lut != NULL
      && !neg_gl_table_bind_lut (device, NEG_GL_UNIT_MODALITY, draw->modality.lut, error))
    return FALSE;
  if (variant->mode == NEG_GL_MODE_PALETTE && !neg_gl_table_bind_palette (device, draw->palette, error))
    return FALSE;
  if (!neg_gl_display_bind (device, draw, error))
    return FALSE;
  if (!neg_gl_table_bind_layers (device, draw->layers, error))
    return FALSE;
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_IMAGE);
  glBindTexture (GL_TEXTURE_2D, image->texture);
  return TRUE;
}

static void
set_uniforms (const NegGlProgram *program, const NegGlVariant *variant, const NegDraw *draw,
              const NegFrameFormat *format, const NegGlTarget *target)
{
  const NegLayers *layers = draw->layers;

  neg_gl_display_set (program, draw, target);
  glUniform2i (program->layers_size, layers != NULL ? layers->columns : 0, layers != NULL ? layers->rows : 0);
  set_common (program, draw, format);
  if (variant->exact)
    set_double (program, draw);
  else
    set_single (program, draw);
}

static gboolean
draw_image (NegGlDevice *device, NegGlImage *image, const NegDraw *draw, const NegGlTarget *target, GError **error)
{
  const NegGlProgram *program;
  NegGlVariant variant;

  if (!choose_variant (device, &image->format, draw, &variant, error))
    return FALSE;
  program = neg_gl_device_get_program (device, &variant, error);
  if (program == NULL || !bind_textures (device, image, draw, &variant, target, error))
    return FALSE;
  glUseProgram (program->id);
  set_uniforms (program, &variant, draw, &image->format, target);
  neg_gl_target_draw (device, target);
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_IMAGE);
  glBindTexture (GL_TEXTURE_2D, 0);
  return neg_gl_check ("draw", error);
}

gboolean
neg_gl_draw (NegGlDevice *device, NegGlImage *image, const NegDraw *draw, int x, int y, guint width, guint height,
             GError **error)
{
  if (width == 0 || height == 0)
    return TRUE;
  neg_gl_clear_errors ();
  return draw_image (device, image, draw, &(NegGlTarget){ x, y, width, height, TRUE, FALSE, 0 }, error);
}

gboolean
neg_gl_draw_to_picture (NegGlDevice *device, NegGlImage *image, const NegDraw *draw, const NegPicture *picture,
                        GError **error)
{
  /* Drawn upside down: the picture's first row is then the first that is read. */
  NegGlTarget target = { 0, 0, picture->width, picture->height, FALSE, picture->channels == 1, 0 };
  NegGlFormer former;
  gboolean done;

  if (picture->width == 0 || picture->height == 0)
    return TRUE;
  neg_gl_clear_errors ();
  if (!neg_gl_target_begin (device, picture, &former, error))
    return FALSE;
  done = draw_image (device, image, draw, &target, error);
  return neg_gl_target_end (picture, done, &former, error);
}
