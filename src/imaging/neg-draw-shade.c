#include "config.h"

#include "imaging/neg-draw-shade.h"

#include <math.h>

#include "imaging/neg-draw-kernels.h"

/* A few roundings of a value to 24 bits, and what of a grey level they may cost. */
#define RELATIVE_ERROR 0x1p-22
#define GREY_ERROR 0.25

void
_neg_sample_type_get_range (NegSampleType type, gint32 *low, gint32 *high)
{
  gboolean is_signed = type == NEG_SAMPLE_S8 || type == NEG_SAMPLE_S16;
  gint32 n = neg_sample_type_get_bytes (type) == 1 ? 256 : 65536;

  *low = is_signed ? -n / 2 : 0;
  *high = *low + n - 1;
}

static gboolean
shade_init_ramp (NegShade *shade, const NegDraw *draw, double slope, double intercept, double magnitude)
{
  gboolean exact = draw->voi.function == NEG_VOI_LINEAR_EXACT;
  double center = exact ? draw->voi.center : draw->voi.center - 0.5;
  double span = exact ? draw->voi.width : draw->voi.width - 1;
  double scale = 255 * slope / span, offset = 255 * ((intercept - center) / span + 0.5);

  if (!(fabs (scale) * magnitude * RELATIVE_ERROR < GREY_ERROR) || !isfinite (offset))
    return FALSE;
  shade->scale = draw->inverted ? -scale : scale;
  shade->offset = CLAMP (draw->inverted ? 255 - offset : offset, -1e30, 1e30);
  return TRUE;
}

/* @slope and @intercept make modality values of the numbers first..first + n_entries - 1. */
static gboolean
shade_init_table (NegShade *shade, const NegDraw *draw, double slope, double intercept, gint32 first, guint n_entries)
{
  double magnitude = MAX (-(double) first, first + (double) n_entries), steepest = 0;

  /* Between its entries the table is straight, and so must the function be, or nearly. */
  if (draw->voi.lut != NULL ? fabs (slope) != 1 || intercept != floor (intercept)
                            : !(draw->voi.width >= 16 * fabs (slope)))
    return FALSE;
  shade->table = g_new (float, n_entries + 1);
  shade->n_entries = n_entries;
  shade->first = first;
  for (guint i = 0; i < n_entries; i++) {
    double display = neg_voi_apply (&draw->voi, ((double) first + i) * slope + intercept) * 255;

    shade->table[i] = draw->inverted ? 255 - display : display;
    if (i > 0)
      steepest = MAX (steepest, fabs (shade->table[i] - shade->table[i - 1]));
  }
  shade->table[n_entries] = shade->table[n_entries - 1];
  return steepest * magnitude * RELATIVE_ERROR < GREY_ERROR;
}

/* A ramp over the distance from the middle of the window, which keeps what single precision can tell apart where it is
 * seen. Tables, whose entries are whole numbers, and sigmoids of such values are rare enough for the general way. */
static gboolean
shade_init_wide (NegShade *shade, const NegDraw *draw)
{
  const NegModality *modality = &draw->modality;
  double middle = draw->voi.function == NEG_VOI_LINEAR_EXACT ? draw->voi.center : draw->voi.center - 0.5;
  double span = draw->voi.function == NEG_VOI_LINEAR_EXACT ? draw->voi.width : draw->voi.width - 1;
  double scale = 255 * modality->slope / span;

  if (modality->lut != NULL || draw->voi.lut != NULL || draw->voi.function == NEG_VOI_SIGMOID || !(span > 0)
      || !isfinite (scale) || scale == 0)
    return FALSE;
  shade->base = (middle - modality->intercept) / modality->slope;
  shade->scale = draw->inverted ? -scale : scale;
  shade->offset = 127.5f;
  shade->magnitude_max = GREY_ERROR / (fabs (scale) * RELATIVE_ERROR);
  /* The difference itself is made in double. */
  return fabs (shade->base * scale) * 0x1p-50 < GREY_ERROR;
}

gboolean
_neg_shade_init (NegShade *shade, const NegDraw *draw, const NegFrame *frame)
{
  double slope = draw->modality.slope, intercept = draw->modality.intercept;
  gint32 low, high;

  *shade = (NegShade){ .magnitude_max = INFINITY };
  if (neg_sample_type_get_bytes (frame->format.sample_type) > 2)
    return shade_init_wide (shade, draw);
  _neg_sample_type_get_range (frame->format.sample_type, &low, &high);
  if (draw->modality.lut != NULL) {
    slope = 1;
    intercept = 0;
    low = 0;
    high = G_MAXUINT16;
  }
  if (draw->voi.lut != NULL || draw->voi.function == NEG_VOI_SIGMOID)
    return shade_init_table (shade, draw, slope, intercept, low, high - low + 1);
  return shade_init_ramp (shade, draw, slope, intercept, MAX (-(double) low, high));
}

void
_neg_shade_init_color (NegShade *shade, const NegDraw *draw)
{
  *shade = (NegShade){
    .scale = draw->inverted ? -1 : 1,
    .offset = draw->inverted ? 255 : 0,
    .magnitude_max = INFINITY,
  };
}

void
_neg_shade_clear (NegShade *shade)
{
  g_free (shade->table);
}

void
_neg_shade_apply (const NegShade *shade, const float *values, guint n, guint8 *grey)
{
  if (shade->table != NULL)
    _neg_kernel_look_up (values, shade->table, shade->n_entries, shade->first, n, grey);
  else
    _neg_kernel_ramp (values, shade->scale, shade->offset, n, grey);
}
