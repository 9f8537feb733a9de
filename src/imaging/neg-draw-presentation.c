/* What a presentation state says about pixels and their place. Each stage of the state replaces the image's own; one
 * that the state does not have is an identity, never the image's (PS3.4 N.2.1). */
#include "config.h"

#include <math.h>

#include "imaging/neg-draw-private.h"
#include "imaging/neg-layers.h"

static gboolean
means (const NegPresentation *presentation, const NegInstance *instance, guint32 frame_number)
{
  return neg_image_references_contain (&presentation->references, instance->sop_instance_uid, frame_number);
}

static void
apply_modality (NegModality *modality, const NegPresentation *presentation)
{
  *modality = (NegModality){ .slope = 1 };
  if (presentation->modality_lut.n_entries > 0)
    modality->lut = &presentation->modality_lut;
  else if (presentation->has_rescale && isfinite (presentation->rescale_slope) && presentation->rescale_slope != 0
           && isfinite (presentation->rescale_intercept)) {
    modality->slope = presentation->rescale_slope;
    modality->intercept = presentation->rescale_intercept;
  }
}

/* The @index-th window or table of one item; FALSE, and @index less what there is, past the last. */
static gboolean
get_alternative (const NegSoftcopyVoi *item, guint *index, NegVoi *voi)
{
  if (*index < item->n_windows) {
    *voi = (NegVoi){ .function = item->function,
                     .center = item->windows[*index].center,
                     .width = item->windows[*index].width };
    return TRUE;
  }
  *index -= item->n_windows;
  if (*index < item->n_luts) {
    *voi = (NegVoi){ .lut = &item->luts[*index] };
    return TRUE;
  }
  *index -= item->n_luts;
  return FALSE;
}

static gboolean
find_alternative (const NegPresentation *presentation, const NegInstance *instance, guint32 frame_number, guint index,
                  NegVoi *voi)
{
  for (guint32 i = 0; i < presentation->n_vois; i++) {
    const NegSoftcopyVoi *item = &presentation->vois[i];

    if (neg_image_references_contain (&item->references, instance->sop_instance_uid, frame_number)
        && get_alternative (item, &index, voi))
      return TRUE;
  }
  return FALSE;
}

/* In the place of an alternative that means nothing (a width out of range) the next one, as among the image's own. */
gboolean
neg_presentation_find_voi (const NegPresentation *presentation, const NegInstance *instance, guint32 frame_number,
                           guint index, NegVoi *voi)
{
  for (; find_alternative (presentation, instance, frame_number, index, voi); index++)
    if (neg_voi_is_valid (voi))
      return TRUE;
  return FALSE;
}

/* No VOI: an identity from all that the modality stage can put out. */
static void
init_identity (NegDraw *draw, const NegFrame *frame)
{
  const NegModality *modality = &draw->modality;
  NegSampleType type = frame->format.sample_type;
  gboolean is_float = type == NEG_SAMPLE_F32 || type == NEG_SAMPLE_F64;
  gboolean is_signed = type == NEG_SAMPLE_S8 || type == NEG_SAMPLE_S16 || type == NEG_SAMPLE_S32;
  double span = ldexp (1, CLAMP (frame->format.bits_stored, 1, 32)), low = is_signed ? -span / 2 : 0, high;

  if (modality->lut != NULL) {
    neg_voi_init_range (&draw->voi, 0, (1u << CLAMP (modality->lut->bits, 1, 16)) - 1.0, FALSE);
    return;
  }
  high = low + span - 1;
  if (is_float && !neg_frame_get_range (frame, &draw->padding, &low, &high))
    low = high = 0;
  low = low * modality->slope + modality->intercept;
  high = high * modality->slope + modality->intercept;
  neg_voi_init_range (&draw->voi, MIN (low, high), MAX (low, high),
                      is_float || modality->slope != floor (modality->slope));
}

static gboolean
has_palette (const NegPresentation *presentation)
{
  for (guint i = 0; i < 3; i++)
    if (presentation->palette[i].n_entries == 0)
      return FALSE;
  return TRUE;
}

gboolean
neg_draw_apply_presentation (NegDraw *draw, const NegInstance *instance, guint32 frame_number, const NegFrame *frame,
                             const NegPresentation *presentation, guint voi_index)
{
  if (!means (presentation, instance, frame_number) || presentation->kind == NEG_STATE_OTHER
      || (presentation->kind == NEG_STATE_PSEUDO_COLOR && !has_palette (presentation)))
    return FALSE;
  /* The stages are of grey values: of a colour image a state says where it lies and what is drawn on it. */
  if (presentation->kind == NEG_STATE_COLOR || _neg_draw_is_rgb (frame) || frame->format.color == NEG_COLOR_PALETTE)
    return TRUE;
  apply_modality (&draw->modality, presentation);
  if (presentation->kind == NEG_STATE_XA_XRF)
    draw->modality = (NegModality){ .slope = 1 };
  draw->palette = NULL;
  draw->palette_supplemental = FALSE;
  if (!neg_presentation_find_voi (presentation, instance, frame_number, voi_index, &draw->voi))
    init_identity (draw, frame);
  draw->presentation_lut = presentation->presentation_lut.n_entries > 0 ? &presentation->presentation_lut : NULL;
  /* MONOCHROME1 plays no part here: the state's own shape decides (N.2.1.4, C.11.6.1.2). */
  draw->inverted = presentation->is_inverse;
  draw->pseudo_color = presentation->kind == NEG_STATE_PSEUDO_COLOR ? presentation->palette : NULL;
  return TRUE;
}

/* ---- where */

/* What is to be seen of the image, in image coordinates, and how large. */
typedef struct {
  double middle[2], size[2]; /* x, y */
  double aspect;             /* height / width of a pixel */
  double magnification;      /* output pixels per width of a pixel; 0: as large as fits */
} Area;

static const NegDisplayedArea *
find_area (const NegPresentation *presentation, const NegInstance *instance, guint32 frame_number)
{
  for (guint32 i = 0; i < presentation->n_areas; i++)
    if (neg_image_references_contain (&presentation->areas[i].references, instance->sop_instance_uid, frame_number))
      return &presentation->areas[i];
  return NULL;
}

static gboolean
is_size (double value)
{
  return isfinite (value) && value > 0;
}

static double
get_aspect (const NegDisplayedArea *area)
{
  double aspect = 1;

  if (area->has_spacing && is_size (area->spacing_mm[0]) && is_size (area->spacing_mm[1]))
    aspect = area->spacing_mm[0] / area->spacing_mm[1];
  else if (area->has_aspect && area->aspect[0] > 0 && area->aspect[1] > 0)
    aspect = (double) area->aspect[0] / area->aspect[1];
  return is_size (aspect) ? aspect : 1;
}

static void
init_area (Area *self, const NegDisplayedArea *area, double pixel_mm)
{
  /* The corners are those of what is seen after rotation and flip, so that either may be the lesser. */
  for (guint i = 0; i < 2; i++) {
    double low = MIN (area->top_left[i], area->bottom_right[i]) - 1.0;
    double high = MAX (area->top_left[i], area->bottom_right[i]);

    self->middle[i] = (low + high) / 2;
    self->size[i] = high - low;
  }
  self->aspect = get_aspect (area);
  if (area->mode == NEG_AREA_TRUE_SIZE && area->has_spacing && is_size (area->spacing_mm[1]) && is_size (pixel_mm))
    self->magnification = area->spacing_mm[1] / pixel_mm;
  else if (area->mode == NEG_AREA_MAGNIFY && is_size (area->magnification))
    self->magnification = area->magnification;
}

static void
init_whole (Area *self, const NegInstance *instance, guint32 frame_number)
{
  self->size[0] = MAX (instance->columns, 1);
  self->size[1] = MAX (instance->rows, 1);
  self->middle[0] = self->size[0] / 2;
  self->middle[1] = self->size[1] / 2;
  self->aspect = neg_instance_get_pixel_aspect (instance, frame_number);
}

/* Where one step to the right and one down in the picture lead in the image, by quarter turns clockwise. */
static const int *
get_turn (const NegPresentation *presentation)
{
  static const int turns[4][4] = { { 1, 0, 0, 1 }, { 0, 1, -1, 0 }, { -1, 0, 0, -1 }, { 0, -1, 1, 0 } };

  return turns[presentation->rotation_deg / 90 % 4];
}

static void
find_shown (Area *area, const NegPresentation *presentation, const NegInstance *instance, guint32 frame_number,
            double pixel_mm)
{
  const NegDisplayedArea *chosen = find_area (presentation, instance, frame_number);

  *area = (Area){ 0 };
  if (chosen != NULL)
    init_area (area, chosen, pixel_mm);
  else
    init_whole (area, instance, frame_number);
}

void
neg_presentation_get_size (const NegPresentation *presentation, const NegInstance *instance, guint32 frame_number,
                           double *width, double *height)
{
  gboolean is_upright = get_turn (presentation)[0] != 0;
  double factor;
  Area area;

  find_shown (&area, presentation, instance, frame_number, 0);
  factor = area.magnification > 0 ? area.magnification : 1;
  *width = factor * (is_upright ? area.size[0] : area.size[1] * area.aspect);
  *height = factor * (is_upright ? area.size[1] * area.aspect : area.size[0]);
}

void
neg_presentation_get_area (const NegPresentation *presentation, const NegInstance *instance, guint32 frame_number,
                           const NegAffine *affine, double area_px[4])
{
  const double *m = affine->m;
  double determinant = m[0] * m[4] - m[1] * m[3], x[2], y[2];
  Area area;

  find_shown (&area, presentation, instance, frame_number, 0);
  for (guint i = 0; i < 2; i++) {
    double side = i == 0 ? -0.5 : 0.5;
    double from_x = area.middle[0] + side * area.size[0] - m[2], from_y = area.middle[1] + side * area.size[1] - m[5];

    x[i] = (m[4] * from_x - m[1] * from_y) / determinant;
    y[i] = (m[0] * from_y - m[3] * from_x) / determinant;
  }
  area_px[0] = MIN (x[0], x[1]);
  area_px[1] = MIN (y[0], y[1]);
  area_px[2] = MAX (x[0], x[1]);
  area_px[3] = MAX (y[0], y[1]);
}

gboolean
neg_affine_init_presentation (NegAffine *affine, const NegInstance *instance, guint32 frame_number,
                              const NegPresentation *presentation, guint width, guint height, double pixel_mm)
{
  const int *turn = get_turn (presentation);
  Area area;
  double across, down, scale, x[2], y[2];

  if (!means (presentation, instance, frame_number))
    return FALSE;
  find_shown (&area, presentation, instance, frame_number, pixel_mm);
  across = turn[0] != 0 ? area.size[0] : area.size[1] * area.aspect;
  down = turn[0] != 0 ? area.size[1] * area.aspect : area.size[0];
  scale = area.magnification > 0 ? area.magnification : MIN (MAX (width, 1) / across, MAX (height, 1) / down);
  /* The flip comes after the rotation (C.10.6), so it is undone first. */
  x[0] = turn[0] * (presentation->is_flipped ? -1 : 1) / scale;
  x[1] = turn[1] / scale;
  y[0] = turn[2] * (presentation->is_flipped ? -1 : 1) / (scale * area.aspect);
  y[1] = turn[3] / (scale * area.aspect);
  *affine = (NegAffine){ {
    x[0], x[1], area.middle[0] - x[0] * width / 2 - x[1] * height / 2,
    y[0], y[1], area.middle[1] - y[0] * width / 2 - y[1] * height / 2,
  } };
  return TRUE;
}
