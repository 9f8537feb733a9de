#include "config.h"

#include "imaging/neg-draw-shade.h"

#include <math.h>

#include "imaging/neg-draw-kernels.h"
#include "imaging/neg-draw-private.h"

/* Entries of a tone less one: fine enough for the nearest to do, few enough to stay next to the processor. */
#define TONE_LAST 4096

/* Where a tone or table jumps by more levels than this from one entry to the next, the general way draws. */
#define TONE_STEP_MAX 1.5

/* A few roundings of a value to 24 bits, and what of a grey level they may cost. */
#define RELATIVE_ERROR 0x1p-22
#define GREY_ERROR 0.25

/* The same after a tone. What single precision really costs is a quarter of what is reckoned with; and where a tone is
 * steep, in the darkest levels of a display, nobody sees the level. */
#define TONE_ERROR 1.0

void
_neg_sample_type_get_range (NegSampleType type, gint32 *low, gint32 *high)
{
  gboolean is_signed = type == NEG_SAMPLE_S8 || type == NEG_SAMPLE_S16;
  gint32 n = neg_sample_type_get_bytes (type) == 1 ? 256 : 65536;

  *low = is_signed ? -n / 2 : 0;
  *high = *low + n - 1;
}

/* What follows the VOI, as one table; afterwards the ramp leads to places of it. */
static gboolean
shade_add_tone (NegShade *shade, const NegDraw *draw)
{
  double steepest = 0;

  if (!_neg_draw_has_tone (draw))
    return TRUE;
  shade->tone = g_new (float, TONE_LAST + 1);
  for (guint i = 0; i <= TONE_LAST; i++) {
    shade->tone[i] = _neg_draw_get_level (draw, (double) i / TONE_LAST);
    if (i > 0)
      steepest = MAX (steepest, fabs (shade->tone[i] - shade->tone[i - 1]));
  }
  shade->scale *= TONE_LAST / 255.0f;
  shade->offset *= TONE_LAST / 255.0f;
  shade->steepness = MAX (steepest * TONE_LAST / 255, 1);
  return steepest <= TONE_STEP_MAX;
}

/* Polarity; the tone has it in itself. */
static void
shade_set_ramp (NegShade *shade, const NegDraw *draw, double scale, double offset)
{
  gboolean is_turned = draw->inverted && !_neg_draw_has_tone (draw);

  shade->scale = is_turned ? -scale : scale;
  shade->offset = CLAMP (is_turned ? 255 - offset : offset, -1e30, 1e30);
}

static gboolean
shade_init_ramp (NegShade *shade, const NegDraw *draw, double slope, double intercept, double magnitude)
{
  gboolean exact = draw->voi.function == NEG_VOI_LINEAR_EXACT;
  double center = exact ? draw->voi.center : draw->voi.center - 0.5;
  double span = exact ? draw->voi.width : draw->voi.width - 1;
  double scale = 255 * slope / span, offset = 255 * ((intercept - center) / span + 0.5);
  double error = fabs (scale) * magnitude * RELATIVE_ERROR;

  if (!(error < GREY_ERROR) || !isfinite (offset))
    return FALSE;
  shade_set_ramp (shade, draw, scale, offset);
  return shade_add_tone (shade, draw) && error * shade->steepness < TONE_ERROR;
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
    shade->table[i] = _neg_draw_get_level (draw, neg_voi_apply (&draw->voi, ((double) first + i) * slope + intercept));
    if (i > 0)
      steepest = MAX (steepest, fabs (shade->table[i] - shade->table[i - 1]));
  }
  shade->table[n_entries] = shade->table[n_entries - 1];
  if (_neg_draw_has_tone (draw) && steepest > TONE_STEP_MAX)
    return FALSE;
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
  shade_set_ramp (shade, draw, scale, 127.5);
  if (!shade_add_tone (shade, draw))
    return FALSE;
  shade->magnitude_max = GREY_ERROR / (fabs (scale) * shade->steepness * RELATIVE_ERROR);
  /* The difference itself is made in double. */
  return fabs (shade->base * scale) * shade->steepness * 0x1p-50 < GREY_ERROR;
}

gboolean
_neg_shade_init (NegShade *shade, const NegDraw *draw, const NegFrame *frame)
{
  double slope = draw->modality.slope, intercept = draw->modality.intercept;
  gint32 low, high;

  *shade = (NegShade){ .magnitude_max = INFINITY, .steepness = 1 };
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
  g_free (shade->tone);
}

void
_neg_shade_apply (const NegShade *shade, const float *values, const float *thresholds, guint n, guint8 *grey)
{
  if (shade->table != NULL)
    _neg_kernel_look_up (values, shade->table, shade->n_entries, shade->first, thresholds, n, grey);
  else if (shade->tone != NULL)
    _neg_kernel_tone (values, shade->scale, shade->offset, shade->tone, TONE_LAST, thresholds, n, grey);
  else
    _neg_kernel_ramp (values, shade->scale, shade->offset, thresholds, n, grey);
}
