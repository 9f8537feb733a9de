/* A plane through a volume in two passes: its values into a texture, as neg_reformat_rows(), and the picture of them. Another
 * window is the second pass alone. */
#include "config.h"

#include "render/neg-gl-volume-private.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"

/* What one command may take: a driver that hears nothing for seconds stops the process. */
#define SAMPLES_AT_ONCE ((guint64) 1 << 26)

#define N_COLORS 256

/* ---- the values */

static gboolean
is_same_plane (const NegReformat *one, const NegReformat *other)
{
  return memcmp (one->origin_mm, other->origin_mm, sizeof one->origin_mm) == 0
         && memcmp (one->x_mm, other->x_mm, sizeof one->x_mm) == 0
         && memcmp (one->y_mm, other->y_mm, sizeof one->y_mm) == 0
         && memcmp (one->step_mm, other->step_mm, sizeof one->step_mm) == 0 && one->n_samples == other->n_samples
         && one->projection == other->projection && one->interpolation == other->interpolation;
}

static gboolean
prepare_values (NegGlDevice *device, NegGlValues *values, guint width, guint height, GError **error)
{
  if (width > (guint) device->max_texture_size || height > (guint) device->max_texture_size)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "picture", "a picture of %u x %u pixels is beyond this graphics "
                     "system", width, height);
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_VALUES);
  if (values->texture == 0) {
    values->texture = neg_gl_table_make_texture ();
    glGenFramebuffers (1, &values->framebuffer);
  }
  glBindFramebuffer (GL_FRAMEBUFFER, values->framebuffer);
  if (values->width != width || values->height != height) {
    values->width = values->height = 0;
    glBindTexture (GL_TEXTURE_2D, values->texture);
    glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
    glTexImage2D (GL_TEXTURE_2D, 0, GL_RG32F, width, height, 0, GL_RG, GL_FLOAT, NULL);
    glBindTexture (GL_TEXTURE_2D, 0);
    glFramebufferTexture2D (GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, values->texture, 0);
    if (!neg_gl_check ("values", error))
      return FALSE;
    values->width = width;
    values->height = height;
  }
  if (glCheckFramebufferStatus (GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "framebuffer", "the graphics system does not draw into memory");
  return TRUE;
}

static gboolean
sample_plane (NegGlDevice *device, NegGlVolume *self, const NegReformat *reformat, guint width, guint height,
              GError **error)
{
  guint64 per_row = (guint64) width * reformat->n_samples;
  NegGlTarget target = {
    .width = width,
    .height = height,
    .rows_at_once = (guint) MAX (SAMPLES_AT_ONCE / per_row, 1),
  };
  const NegGlProgram *program;

  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  if (!_neg_gl_volume_bind_steps (self, device, reformat, width, height, error))
    return FALSE;
  program = _neg_gl_volume_use (self, device, NEG_GL_MODE_VALUES, reformat->interpolation, error);
  if (program == NULL)
    return FALSE;
  neg_gl_display_set_target (program, &target);
  glUniform1i (program->n_samples, reformat->n_samples);
  glUniform1i (program->projection, reformat->projection);
  neg_gl_target_draw (device, &target);
  _neg_gl_volume_unuse (self);
  return neg_gl_check ("values", error);
}

/* Fills @values unless it holds the same already; the framebuffer that was bound stays. */
static gboolean
find_values (NegGlDevice *device, NegGlValues *values, NegGlVolume *self, const NegReformat *reformat, guint width,
             guint height, GError **error)
{
  GLint drawn_to = 0, read_from = 0;
  gboolean done;

  if (self->failure != NULL)
    return _neg_gl_volume_fail (self, error);
  if (reformat->interpolation > NEG_INTERPOLATION_LINEAR)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "cubic interpolation of volumes");
  if (values->serial == self->serial && values->width == width && values->height == height
      && is_same_plane (&values->reformat, reformat))
    return TRUE;
  values->serial = 0;
  glGetIntegerv (GL_DRAW_FRAMEBUFFER_BINDING, &drawn_to);
  glGetIntegerv (GL_READ_FRAMEBUFFER_BINDING, &read_from);
  done = prepare_values (device, values, width, height, error)
         && sample_plane (device, self, reformat, width, height, error);
  glBindFramebuffer (GL_DRAW_FRAMEBUFFER, drawn_to);
  glBindFramebuffer (GL_READ_FRAMEBUFFER, read_from);
  if (done) {
    values->serial = self->serial;
    values->reformat = *reformat;
  }
  return done;
}

/* ---- the picture */

static gboolean
check_look (const NegGlVolume *self, const NegDraw *look, GError **error)
{
  double steepness = neg_gl_display_get_steepness (look);

  if (look->pseudo_color != NULL)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "colours for what a window puts out");
  if (!(steepness <= NEG_GL_STEEPNESS_MAX))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "a presentation LUT with such jumps");
  return _neg_gl_volume_check_contrast (self, &look->voi, 1, steepness, error);
}

static gboolean
check_fusion (const NegFusion *fusion, const NegGlVolume *fused, const NegGlTarget *target, GError **error)
{
  if (fused == NULL || target->luminance)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "colours over a picture that has none");
  return _neg_gl_volume_check_contrast (fused, &fusion->voi, fusion->scale, 1, error);
}

static gboolean
bind_fusion (NegGlDevice *device, const NegFusion *fusion, GError **error)
{
  static const NegGlTableLayout layout = {
    GL_RGBA8UI, GL_RGBA_INTEGER, GL_UNSIGNED_BYTE, N_COLORS, 1, N_COLORS * 4,
  };
  const guint8 *colors = neg_color_map_get (fusion->map);
  guint8 *texels = g_malloc0 (layout.bytes);

  for (guint i = 0; i < N_COLORS; i++)
    memcpy (texels + 4 * i, colors + 3 * i, 3);
  if (!neg_gl_table_bind_content (device, NEG_GL_UNIT_FUSED_COLORS, &layout, texels, error))
    return FALSE;
  return fusion->voi.lut == NULL || neg_gl_table_bind_lut (device, NEG_GL_UNIT_FUSED_VOI, fusion->voi.lut, error);
}

static void
set_fusion (const NegGlProgram *program, const NegFusion *fusion)
{
  glUniform1i (program->has_fusion, fusion != NULL);
  if (fusion == NULL)
    return;
  glUniform1i (program->fused_kind, neg_gl_display_get_kind (&fusion->voi));
  glUniform1f (program->opacity, (float) CLAMP (fusion->opacity, 0, 1));
  neg_gl_display_set_voi (&fusion->voi, fusion->scale, program->fused_window, program->fused_lut);
}

static void
bind_values (const NegGlValues *values, NegGlUnit unit, gboolean bound)
{
  glActiveTexture (GL_TEXTURE0 + unit);
  glBindTexture (GL_TEXTURE_2D, bound ? values->texture : 0);
}

static gboolean
draw_values (NegGlDevice *device, const NegDraw *look, const NegFusion *fusion, const NegGlTarget *target,
             GError **error)
{
  static const NegGlVariant variant = { NEG_GL_MODE_PLANE, NEG_SAMPLE_F32, NEG_INTERPOLATION_NEAREST, FALSE, 0 };
  const NegGlProgram *program = neg_gl_device_get_program (device, &variant, error);

  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  if (program == NULL || !neg_gl_display_bind (device, look, error)
      || (fusion != NULL && !bind_fusion (device, fusion, error)))
    return FALSE;
  bind_values (&device->values[0], NEG_GL_UNIT_VALUES, TRUE);
  bind_values (&device->values[1], NEG_GL_UNIT_FUSED_VALUES, fusion != NULL);
  glUseProgram (program->id);
  neg_gl_display_set (program, look, target);
  neg_gl_display_set_voi (&look->voi, 1, program->voi_window, program->voi_lut_range);
  set_fusion (program, fusion);
  neg_gl_target_draw (device, target);
  bind_values (&device->values[1], NEG_GL_UNIT_FUSED_VALUES, FALSE);
  bind_values (&device->values[0], NEG_GL_UNIT_VALUES, FALSE);
  return neg_gl_check ("plane", error);
}

static gboolean
draw_plane (NegGlDevice *device, NegGlVolume *self, const NegReformat *reformat, const NegDraw *look,
            const NegFusion *fusion, NegGlVolume *fused, const NegGlTarget *target, GError **error)
{
  NegReformat plane = *reformat, over;

  if (fusion != NULL && !(fusion->opacity > 0))
    fusion = NULL;
  plane.n_samples = CLAMP (reformat->n_samples, 1, NEG_REFORMAT_SAMPLES_MAX);
  if (!check_look (self, look, error) || (fusion != NULL && !check_fusion (fusion, fused, target, error))
      || !find_values (device, &device->values[0], self, &plane, target->width, target->height, error))
    return FALSE;
  if (fusion != NULL) {
    neg_fusion_init_reformat (fusion, &plane, &over);
    if (!find_values (device, &device->values[1], fused, &over, target->width, target->height, error))
      return FALSE;
  }
  return draw_values (device, look, fusion, target, error);
}

gboolean
neg_gl_volume_draw (NegGlDevice *device, NegGlVolume *self, const NegReformat *reformat, const NegDraw *look,
                    const NegFusion *fusion, NegGlVolume *fused, int x, int y, guint width, guint height,
                    GError **error)
{
  if (width == 0 || height == 0)
    return TRUE;
  neg_gl_clear_errors ();
  return draw_plane (device, self, reformat, look, fusion, fused, &(NegGlTarget){ x, y, width, height, TRUE, FALSE, 0 },
                     error);
}

gboolean
neg_gl_volume_draw_to_picture (NegGlDevice *device, NegGlVolume *self, const NegReformat *reformat,
                               const NegDraw *look, const NegFusion *fusion, NegGlVolume *fused,
                               const NegPicture *picture, GError **error)
{
  NegGlTarget target = { 0, 0, picture->width, picture->height, FALSE, picture->channels == 1, 0 };
  NegGlFormer former;
  gboolean done;

  if (picture->width == 0 || picture->height == 0)
    return TRUE;
  neg_gl_clear_errors ();
  if (!neg_gl_target_begin (device, picture, &former, error))
    return FALSE;
  done = draw_plane (device, self, reformat, look, fusion, fused, &target, error);
  return neg_gl_target_end (picture, done, &former, error);
}
