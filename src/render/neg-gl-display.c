/* What follows the values, for every shader that ends at the display: the VOI's kind, presentation LUT, polarity, the
 * display's curve, rounding. */
#include "config.h"

#include "render/neg-gl-private.h"

#include <math.h>
#include <stdlib.h>

enum { VOI_RAMP, VOI_SIGMOID, VOI_TABLE }; /* as in the shaders */

int
neg_gl_display_get_kind (const NegVoi *voi)
{
  if (voi->lut != NULL)
    return VOI_TABLE;
  return voi->function == NEG_VOI_SIGMOID ? VOI_SIGMOID : VOI_RAMP;
}

void
neg_gl_display_get_ramp (const NegVoi *voi, double *middle, double *span)
{
  gboolean is_linear = voi->function != NEG_VOI_SIGMOID && voi->function != NEG_VOI_LINEAR_EXACT;

  *middle = is_linear ? voi->center - 0.5 : voi->center;
  *span = is_linear ? voi->width - 1 : voi->width;
}

static guint
get_largest_jump (const NegLut *lut)
{
  guint jump = 0;

  for (guint32 i = 1; i < lut->n_entries; i++)
    jump = MAX (jump, (guint) abs (lut->entries[i] - lut->entries[i - 1]));
  return jump;
}

static double
get_maximum (const NegLut *lut)
{
  return (1u << CLAMP (lut->bits, 1, 16)) - 1.0;
}

double
neg_gl_display_get_steepness (const NegDraw *draw)
{
  const NegLut *lut = draw->presentation_lut;
  double of_lut = 1, of_curve = 0;

  if (lut != NULL)
    of_lut = get_largest_jump (lut) / get_maximum (lut) * (lut->n_entries - 1.0);
  for (guint i = 1; draw->curve != NULL && i <= NEG_CURVE_STEPS; i++)
    of_curve = MAX (of_curve, fabs (draw->curve->levels[i] - draw->curve->levels[i - 1]) * NEG_CURVE_STEPS);
  return MAX (of_lut, 1) * MAX (of_curve, 1);
}

double
neg_gl_display_get_span (const NegVoi *voi)
{
  double middle, span;

  if (voi->lut != NULL)
    return get_maximum (voi->lut) / MAX (get_largest_jump (voi->lut), 1);
  neg_gl_display_get_ramp (voi, &middle, &span);
  return span;
}

gboolean
neg_gl_display_bind (NegGlDevice *device, const NegDraw *draw, GError **error)
{
  return (draw->voi.lut == NULL || neg_gl_table_bind_lut (device, NEG_GL_UNIT_VOI, draw->voi.lut, error))
         && (draw->presentation_lut == NULL
             || neg_gl_table_bind_lut (device, NEG_GL_UNIT_PRESENTATION, draw->presentation_lut, error))
         && (draw->curve == NULL || neg_gl_table_bind_curve (device, draw->curve, error));
}

void
neg_gl_display_set_target (const NegGlProgram *program, const NegGlTarget *target)
{
  glUniform2i (program->origin, target->x, target->y);
  glUniform2i (program->size, target->width, target->height);
  glUniform1i (program->rows_from_top, target->rows_from_top);
  glUniform1i (program->luminance, target->luminance);
}

void
neg_gl_display_set (const NegGlProgram *program, const NegDraw *draw, const NegGlTarget *target)
{
  const NegLut *lut = draw->presentation_lut;

  neg_gl_display_set_target (program, target);
  glUniform1i (program->voi_kind, neg_gl_display_get_kind (&draw->voi));
  glUniform1i (program->inverted, draw->inverted);
  glUniform1i (program->presentation_last, lut != NULL ? (int) lut->n_entries - 1 : -1);
  glUniform1f (program->presentation_maximum, lut != NULL ? (float) get_maximum (lut) : 1);
  glUniform1i (program->has_curve, draw->curve != NULL);
  glUniform1i (program->dithered, draw->is_dithered);
}

void
neg_gl_display_set_voi (const NegVoi *voi, double scale, GLint window, GLint lut_range)
{
  double middle, span;

  if (voi->lut != NULL)
    glUniform3f (lut_range, (float) voi->lut->first_mapped, voi->lut->n_entries - 1.0f, (float) get_maximum (voi->lut));
  neg_gl_display_get_ramp (voi, &middle, &span);
  glUniform3f (window, (float) middle, voi->lut != NULL ? 0 : (float) (1 / span), (float) scale);
}
