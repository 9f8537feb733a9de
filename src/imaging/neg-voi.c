#include "config.h"

#include "imaging/neg-voi.h"

#include <math.h>

#include "imaging/neg-voi-private.h"

double
neg_modality_apply (const NegModality *modality, double stored)
{
  return _neg_modality_value (modality, stored);
}

gboolean
neg_voi_is_valid (const NegVoi *voi)
{
  if (voi->lut != NULL)
    return voi->lut->n_entries > 0 && voi->lut->bits > 0 && voi->lut->bits <= 16;
  if (!isfinite (voi->center) || !isfinite (voi->width))
    return FALSE;
  return voi->function == NEG_VOI_LINEAR ? voi->width >= 1 : voi->width > 0;
}

static double
apply_lut (const NegLut *lut, double value)
{
  double index = CLAMP (value - lut->first_mapped, 0, lut->n_entries - 1.0);
  double below = floor (index), low = _neg_lut_entry (lut, below), high = _neg_lut_entry (lut, below + 1);

  /* By the declared bits, never by the largest entry (C.11.2.1.1). */
  return (low + (high - low) * (index - below)) / ((1u << lut->bits) - 1);
}

static double
apply_ramp (double value, double center, double span)
{
  double half = span / 2;

  /* Written so that NaN gives 0. A span of 0 is a threshold and never divides. */
  if (!(value > center - half))
    return 0;
  return value > center + half ? 1 : (value - center) / span + 0.5;
}

double
neg_voi_apply (const NegVoi *voi, double value)
{
  if (isnan (value))
    return 0;
  if (voi->lut != NULL)
    return apply_lut (voi->lut, value);
  switch (voi->function) {
  case NEG_VOI_SIGMOID:
    return 1 / (1 + exp (-4 * (value - voi->center) / voi->width));
  case NEG_VOI_LINEAR_EXACT:
    return apply_ramp (value, voi->center, voi->width);
  case NEG_VOI_LINEAR:
  default:
    return apply_ramp (value, voi->center - 0.5, voi->width - 1);
  }
}

void
neg_voi_init_range (NegVoi *voi, double minimum, double maximum, gboolean is_float)
{
  double span = MIN (maximum - minimum, G_MAXDOUBLE / 2);

  if (is_float && span > 0)
    *voi = (NegVoi){ .function = NEG_VOI_LINEAR_EXACT, .center = minimum / 2 + maximum / 2, .width = span };
  else
    *voi = (NegVoi){ .function = NEG_VOI_LINEAR, .center = minimum / 2 + maximum / 2 + 0.5, .width = span + 1 };
}

double
neg_frame_get_value (const NegFrame *frame, gsize index)
{
  return _neg_frame_value (frame, index);
}

/* Padding is said of grey images only (C.7.5.1.1.2). */
void
neg_padding_init (NegPadding *padding, const NegInstance *instance)
{
  double limit = instance->has_padding_limit ? instance->padding_limit : instance->padding_value;

  *padding = (NegPadding){ 0 };
  if (!instance->has_padding || instance->samples != 1 || g_strcmp0 (instance->photometric, "PALETTE COLOR") == 0)
    return;
  padding->active = TRUE;
  padding->low = MIN (instance->padding_value, limit);
  padding->high = MAX (instance->padding_value, limit);
}

gboolean
neg_frame_get_range (const NegFrame *frame, const NegPadding *padding, double *minimum, double *maximum)
{
  gsize n_values = (gsize) frame->format.rows * frame->format.columns;
  double low = INFINITY, high = -INFINITY;

  for (gsize i = 0; i < n_values; i++) {
    double stored = _neg_frame_value (frame, i * frame->format.samples);

    if (!isfinite (stored) || neg_padding_contains (padding, stored))
      continue;
    low = MIN (low, stored);
    high = MAX (high, stored);
  }
  if (low > high)
    return FALSE;
  *minimum = low;
  *maximum = high;
  return TRUE;
}
