#include "config.h"

#include "imaging/neg-draw-private.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-voi-private.h"

gboolean
_neg_draw_is_rgb (const NegFrame *frame)
{
  return frame->format.color == NEG_COLOR_RGB && frame->format.samples >= 3;
}

gboolean
_neg_draw_is_palette_value (const NegDraw *draw, double stored)
{
  /* C.7.6.19: only values from the first one mapped on have a colour. */
  return !draw->palette_supplemental || stored >= draw->palette[0].first_mapped;
}

double
_neg_draw_color_sample (const NegFrame *frame, gsize index)
{
  guint bits = MIN (frame->format.bits_stored, 64);
  double value = neg_frame_get_value (frame, index);

  if (bits > 8)
    value = floor (value / ((guint64) 1 << (bits - 8)));
  return isnan (value) ? 0 : CLAMP (value, 0, 255);
}

gboolean
neg_draw_is_color (const NegDraw *draw, const NegFrame *frame)
{
  return _neg_draw_is_rgb (frame) || draw->palette != NULL || draw->pseudo_color != NULL;
}

/* XA and XRF carry a Modality LUT back to beam intensity, which is for computation and not for display
 * (C.8.7.1.1.2). */
static gboolean
is_lut_for_display (const NegInstance *instance)
{
  static const char *const x_ray[] = { "1.2.840.10008.5.1.4.1.1.12.1", "1.2.840.10008.5.1.4.1.1.12.1.1",
                                       "1.2.840.10008.5.1.4.1.1.12.2", "1.2.840.10008.5.1.4.1.1.12.2.1", NULL };

  return instance->sop_class_uid == NULL || !g_strv_contains (x_ray, instance->sop_class_uid);
}

static void
init_modality (NegModality *modality, const NegInstance *instance, const NegFrameInfo *info)
{
  *modality = (NegModality){ .slope = 1 };
  if (instance->modality_lut.n_entries > 0) {
    if (is_lut_for_display (instance))
      modality->lut = &instance->modality_lut;
  } else if (info != NULL && info->has_rescale && isfinite (info->rescale_slope) && info->rescale_slope != 0
             && isfinite (info->rescale_intercept)) {
    modality->slope = info->rescale_slope;
    modality->intercept = info->rescale_intercept;
  }
}

void
neg_draw_set_own_modality (NegDraw *draw, const NegInstance *instance, guint32 frame_number)
{
  init_modality (&draw->modality, instance,
                 instance->n_frame_infos > 0 ? neg_instance_get_frame_info (instance, frame_number) : NULL);
}

/* The @index-th alternative: windows, then VOI LUTs (C.11.2.1.2.2: one or the other, never both). FALSE past the
 * last. */
static gboolean
get_alternative (NegVoi *voi, const NegInstance *instance, const NegFrameInfo *info, guint index)
{
  guint32 n_windows = info != NULL ? info->n_windows : 0;

  *voi = (NegVoi){ .function = info != NULL ? info->voi_function : NEG_VOI_LINEAR };
  if (index < n_windows) {
    guint64 window = (guint64) info->first_window + index;

    if (window < instance->n_windows) {
      voi->center = instance->windows[window].center;
      voi->width = instance->windows[window].width;
    }
    return TRUE;
  }
  if (index - n_windows >= instance->n_voi_luts)
    return FALSE;
  voi->lut = &instance->voi_luts[index - n_windows];
  return TRUE;
}

static void
get_modality_range (const NegModality *modality, double low, double high, double *minimum, double *maximum)
{
  double one = neg_modality_apply (modality, low), other = neg_modality_apply (modality, high);

  *minimum = MIN (one, other);
  *maximum = MAX (one, other);
  /* A table need not be monotonic. */
  for (double stored = low; modality->lut != NULL && stored <= high; stored++) {
    double value = neg_modality_apply (modality, stored);

    *minimum = MIN (*minimum, value);
    *maximum = MAX (*maximum, value);
  }
}

/* At most 8 bits without a window and without a modality stage are made to be looked at as they are: no VOI is an
 * identity (C.11.2.1.2). Of more bits that would be a picture on which nothing is seen. */
static gboolean
init_identity (NegVoi *voi, const NegDraw *draw, const NegFrame *frame)
{
  const NegFrameFormat *format = &frame->format;
  double span = ldexp (1, CLAMP (format->bits_stored, 1, 8));
  double low = format->sample_type == NEG_SAMPLE_S8 || format->sample_type == NEG_SAMPLE_S16 ? -span / 2 : 0;

  if (format->bits_stored > 8 || neg_sample_type_get_bytes (format->sample_type) > 2 || draw->modality.lut != NULL
      || draw->modality.slope != 1 || draw->modality.intercept != 0)
    return FALSE;
  neg_voi_init_range (voi, low, low + span - 1, FALSE);
  return TRUE;
}

static void
init_full_range (NegVoi *voi, const NegDraw *draw, const NegFrame *frame)
{
  const NegModality *modality = &draw->modality;
  double low = 0, high = 0, minimum, maximum;

  if (init_identity (voi, draw, frame))
    return;
  neg_frame_get_range (frame, &draw->padding, &low, &high);
  if (modality->lut != NULL) {
    /* Beyond the table its first and last entries go on: nothing new to see there, however far the values reach. */
    double first = modality->lut->first_mapped, last = first + modality->lut->n_entries - 1;

    low = CLAMP (low, first, last);
    high = CLAMP (high, first, last);
  }
  get_modality_range (modality, low, high, &minimum, &maximum);
  neg_voi_init_range (voi, minimum, maximum, _neg_voi_is_fractional (frame, modality));
}

static void
init_palette (NegDraw *draw, const NegInstance *instance, const NegFrame *frame)
{
  if (instance->palette[0].n_entries == 0 || frame->format.samples != 1)
    return;
  draw->palette = instance->palette;
  draw->palette_supplemental = frame->format.color != NEG_COLOR_PALETTE;
}

void
neg_draw_init (NegDraw *draw, const NegInstance *instance, guint32 frame_number, const NegFrame *frame,
               guint voi_index)
{
  const NegFrameInfo *info = instance->n_frame_infos > 0 ? neg_instance_get_frame_info (instance, frame_number) : NULL;

  *draw = (NegDraw){
    .interpolation = NEG_INTERPOLATION_LINEAR,
    .output_to_image = { { 1, 0, 0, 0, 1, 0 } },
  };
  init_modality (&draw->modality, instance, info);
  neg_padding_init (&draw->padding, instance);
  init_palette (draw, instance, frame);
  /* Windows and presentation LUTs have no meaning for colour (C.11.2.1.2.2). */
  if (_neg_draw_is_rgb (frame) || (draw->palette != NULL && !draw->palette_supplemental)) {
    neg_voi_init_range (&draw->voi, 0, 255, FALSE);
    return;
  }
  /* One inversion, whichever of the two says so or both: DX and MG objects say both (C.8.11.3.1.2). */
  draw->inverted = frame->format.color == NEG_COLOR_MONOCHROME1
                   || g_strcmp0 (instance->presentation_lut_shape, "INVERSE") == 0;
  while (get_alternative (&draw->voi, instance, info, voi_index))
    if (neg_voi_is_valid (&draw->voi))
      return;
    else
      voi_index++;
  init_full_range (&draw->voi, draw, frame);
}

gboolean
_neg_draw_has_tone (const NegDraw *draw)
{
  return draw->presentation_lut != NULL || draw->curve != NULL;
}

/* The output of the VOI spans the table's inputs, whatever their number (C.11.6.1.1). */
static double
apply_presentation_lut (const NegLut *lut, double display)
{
  double place = display * (lut->n_entries - 1.0), below = floor (place);
  double low = _neg_lut_entry (lut, below), high = _neg_lut_entry (lut, below + 1);

  return (low + (high - low) * (place - below)) / ((1u << lut->bits) - 1);
}

static double
apply_curve (const NegDisplayCurve *curve, double p)
{
  double place = CLAMP (p, 0, 1) * NEG_CURVE_STEPS;
  guint below = MIN ((guint) place, NEG_CURVE_STEPS - 1);

  return curve->levels[below] + (curve->levels[below + 1] - curve->levels[below]) * (place - below);
}

double
_neg_draw_get_level (const NegDraw *draw, double display)
{
  if (draw->presentation_lut != NULL && neg_voi_is_valid (&(NegVoi){ .lut = draw->presentation_lut }))
    display = apply_presentation_lut (draw->presentation_lut, display);
  if (draw->inverted)
    display = 1 - display;
  if (draw->curve != NULL)
    display = apply_curve (draw->curve, display);
  return display * 255;
}

/* Setting up the fast ways costs about as much as this many pixels of the general one. */
#define FAST_MIN_PX 4096

static gboolean
draw_rows_fast (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row, guint n_rows,
                NegDrawSamples *samples)
{
  if ((guint64) picture->width * n_rows < FAST_MIN_PX || draw->pseudo_color != NULL)
    return FALSE;
  return _neg_draw_rows_table (draw, frame, picture, first_row, n_rows)
         || _neg_draw_rows_values (draw, frame, picture, first_row, n_rows)
         || _neg_draw_rows_separable (draw, frame, picture, first_row, n_rows, samples);
}

void
_neg_draw_rows_with (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                     guint n_rows, NegDrawSamples *samples)
{
  g_return_if_fail (frame->format.color != NEG_COLOR_YBR_FULL && frame->format.color != NEG_COLOR_YBR_FULL_422);
  g_return_if_fail (picture->channels == 1 || picture->channels == 3 || picture->channels == 4);

  if (first_row >= picture->height)
    return;
  n_rows = MIN (n_rows, picture->height - first_row);
  if (!draw_rows_fast (draw, frame, picture, first_row, n_rows, samples))
    _neg_draw_rows_general (draw, frame, picture, first_row, n_rows);
  if (draw->layers != NULL)
    _neg_draw_cover_rows (draw, picture, first_row, n_rows);
}

void
neg_draw_rows (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row, guint n_rows)
{
  _neg_draw_rows_with (draw, frame, picture, first_row, n_rows, NULL);
}
