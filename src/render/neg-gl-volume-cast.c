/* Rays through a volume, in one pass. */
#include "config.h"

#include "render/neg-gl-volume-private.h"

#include <math.h>

#include "base/neg-error.h"

#define N_COLORS 1024 /* as in the shader */
#define COLORS_WIDTH 256
#define FLAT_SHARE 1e-3

/* Samples of one command: see neg-gl-volume-draw.c. One that is seen takes seven. */
#define SAMPLES_AT_ONCE ((guint64) 1 << 25)

static double
dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void
set_vector (GLint location, const double vector[3], double factor)
{
  glUniform3f (location, (float) (vector[0] * factor), (float) (vector[1] * factor), (float) (vector[2] * factor));
}

/* ---- what a sample looks like */

static guint
get_n_stops (const NegRaycast *raycast)
{
  return MIN (raycast->n_stops, NEG_RAYCAST_STOPS_MAX);
}

static double
get_range (const NegRaycast *raycast)
{
  guint n = get_n_stops (raycast);

  return n < 2 ? 0 : raycast->stops[n - 1].value - raycast->stops[0].value;
}

static void
put_color (const NegRaycast *raycast, double value, float color[4])
{
  const NegRaycastStop *below = raycast->stops, *last = raycast->stops + get_n_stops (raycast) - 1;
  double part, opacity;

  while (below + 2 <= last && value > below[1].value)
    below++;
  part = value > below->value ? MIN ((value - below->value) / (below[1].value - below->value), 1) : 0;
  opacity = below->opacity_per_mm + part * (below[1].opacity_per_mm - below->opacity_per_mm);
  color[0] = (float) (below->red + part * (below[1].red - below->red));
  color[1] = (float) (below->green + part * (below[1].green - below->green));
  color[2] = (float) (below->blue + part * (below[1].blue - below->blue));
  color[3] = (float) (1 - pow (1 - CLAMP (opacity, 0, 1), raycast->step_mm));
}

static gboolean
bind_colors (NegGlDevice *device, const NegRaycast *raycast, GError **error)
{
  static const NegGlTableLayout layout = {
    GL_RGBA32F, GL_RGBA, GL_FLOAT, COLORS_WIDTH, N_COLORS / COLORS_WIDTH, N_COLORS * 4 * sizeof (float),
  };
  float *texels = g_malloc0 (layout.bytes);

  for (guint i = 0; i < N_COLORS; i++)
    put_color (raycast, raycast->stops[0].value + get_range (raycast) * i / (N_COLORS - 1), texels + 4 * i);
  return neg_gl_table_bind_content (device, NEG_GL_UNIT_RAY_COLORS, &layout, texels, error);
}

/* Where a window is at its end. */
static float
get_enough (const NegRaycast *raycast)
{
  const NegVoi *voi = &raycast->voi;

  if (voi->lut != NULL || voi->function == NEG_VOI_SIGMOID)
    return G_MAXFLOAT;
  return (float) ((voi->center + voi->width / 2) / raycast->scale);
}

static void
set_look (const NegGlProgram *program, const NegRaycast *raycast)
{
  glUniform1i (program->is_mip, raycast->is_mip);
  if (raycast->is_mip) {
    glUniform1i (program->voi_kind, neg_gl_display_get_kind (&raycast->voi));
    neg_gl_display_set_voi (&raycast->voi, raycast->scale, program->voi_window, program->voi_lut_range);
    glUniform1f (program->enough, get_enough (raycast));
    glUniform1i (program->inverted, raycast->inverted);
  } else {
    glUniform2f (program->color_scale, (float) raycast->stops[0].value,
                 (float) ((N_COLORS - 1) / get_range (raycast)));
    glUniform1f (program->flatness, (float) (get_range (raycast) * FLAT_SHARE));
  }
}

/* ---- where the rays go */

/* The plane through the middle that all rays cross. */
static void
init_plane (NegReformat *plane, const NegRaycast *raycast, guint width, guint height)
{
  neg_reformat_init (plane, raycast->middle_mm, raycast->normal, raycast->up, width, height, raycast->pixel_mm);
}

static void
set_clips (const NegGlProgram *program, const NegRaycast *raycast)
{
  guint n = MIN (raycast->n_clips, NEG_RAYCAST_CLIPS_MAX);
  float clips[4 * NEG_RAYCAST_CLIPS_MAX] = { 0 }, slopes[NEG_RAYCAST_CLIPS_MAX] = { 0 };

  for (guint i = 0; i < n; i++) {
    const NegClip *clip = &raycast->clips[i];

    for (guint j = 0; j < 3; j++)
      clips[4 * i + j] = (float) clip->normal[j];
    clips[4 * i + 3] = (float) (clip->distance_mm - dot (clip->normal, raycast->middle_mm));
    slopes[i] = (float) dot (clip->normal, raycast->normal);
  }
  glUniform4fv (program->clips, NEG_RAYCAST_CLIPS_MAX, clips);
  glUniform3fv (program->clip_slopes, 1, slopes);
  glUniform1i (program->n_clips, n);
}

static void
set_box (const NegGlProgram *program, const NegVolume *volume, const NegRaycast *raycast)
{
  double box_mm[6];

  neg_volume_get_box (volume, box_mm);
  for (guint i = 0; i < 6; i++)
    box_mm[i] -= raycast->middle_mm[i % 3];
  set_vector (program->box_low, box_mm, 1);
  set_vector (program->box_high, box_mm + 3, 1);
}

static void
set_rays (const NegGlVolume *self, const NegGlProgram *program, const NegRaycast *raycast, const NegReformat *plane)
{
  const NegVolume *volume = self->volume;
  const double *along = raycast->normal;

  set_vector (program->right, plane->x_mm, 1);
  set_vector (program->down, plane->y_mm, 1);
  set_vector (program->direction, along, 1);
  glUniform1f (program->step_mm, (float) raycast->step_mm);
  glUniform3f (program->rate, (float) dot (volume->x_dual, along), (float) dot (volume->y_dual, along),
               (float) (dot (volume->normal, along) / self->unit_mm));
  glUniform3f (program->view, (float) dot (volume->x_unit, along), (float) dot (volume->y_unit, along),
               (float) dot (volume->normal, along));
  glUniform3f (program->voxel_mm, (float) volume->spacing_mm[0], (float) volume->spacing_mm[1],
               (float) volume->median_spacing_mm);
  glUniform1f (program->slice_step, (float) (volume->median_spacing_mm / self->unit_mm));
  set_box (program, volume, raycast);
  set_clips (program, raycast);
}

/* ---- the pass */

/* How many samples the longest ray may have. */
static double
count_steps (const NegVolume *volume, const NegRaycast *raycast)
{
  double from_mm, to_mm;

  neg_volume_get_extent (volume, raycast->middle_mm, raycast->normal, &from_mm, &to_mm);
  return (to_mm - from_mm) / raycast->step_mm + 1;
}

static gboolean
check (const NegGlVolume *self, const NegRaycast *raycast, GError **error)
{
  if (self->failure != NULL)
    return _neg_gl_volume_fail (self, error);
  if (!(raycast->step_mm > 0) || !(raycast->pixel_mm > 0) || !isfinite (count_steps (self->volume, raycast)))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "rays that lead nowhere");
  if (raycast->is_mip)
    return _neg_gl_volume_check_contrast (self, &raycast->voi, raycast->scale, 1, error);
  if (!(get_range (raycast) > 0))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "a volume that nothing is seen of");
  return TRUE;
}

static gboolean
cast_rays (NegGlDevice *device, NegGlVolume *self, const NegRaycast *raycast, NegGlTarget *target, GError **error)
{
  double per_row = (double) target->width * count_steps (self->volume, raycast);
  const NegGlProgram *program;
  NegReformat plane;

  if (!check (self, raycast, error))
    return FALSE;
  target->rows_at_once = (guint) CLAMP (SAMPLES_AT_ONCE / per_row, 1, target->height);
  init_plane (&plane, raycast, target->width, target->height);
  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  if (!_neg_gl_volume_bind_steps (self, device, &plane, target->width, target->height, error)
      || (!raycast->is_mip && !bind_colors (device, raycast, error))
      || (raycast->is_mip && raycast->voi.lut != NULL
          && !neg_gl_table_bind_lut (device, NEG_GL_UNIT_VOI, raycast->voi.lut, error)))
    return FALSE;
  program = _neg_gl_volume_use (self, device, NEG_GL_MODE_CAST, NEG_INTERPOLATION_LINEAR, error);
  if (program == NULL)
    return FALSE;
  neg_gl_display_set_target (program, target);
  set_look (program, raycast);
  set_rays (self, program, raycast, &plane);
  neg_gl_target_draw (device, target);
  _neg_gl_volume_unuse (self);
  return neg_gl_check ("rays", error);
}

gboolean
neg_gl_volume_cast (NegGlDevice *device, NegGlVolume *self, const NegRaycast *raycast, int x, int y, guint width,
                    guint height, GError **error)
{
  if (width == 0 || height == 0)
    return TRUE;
  neg_gl_clear_errors ();
  return cast_rays (device, self, raycast, &(NegGlTarget){ x, y, width, height, TRUE, FALSE, 0 }, error);
}

gboolean
neg_gl_volume_cast_to_picture (NegGlDevice *device, NegGlVolume *self, const NegRaycast *raycast,
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
  done = cast_rays (device, self, raycast, &target, error);
  return neg_gl_target_end (picture, done, &former, error);
}
