#include "config.h"

#include "imaging/neg-draw-private.h"

#include <math.h>

#include "imaging/neg-voi-private.h"

/* What is sampled: the modality values of a grey image, or one channel of a colour image. */
typedef struct {
  const NegDraw *draw;
  const NegFrame *frame;
  guint channel;
  gboolean is_rgb;
} Field;

static inline gsize
pixel_index (const NegFrame *frame, gint64 column, gint64 row)
{
  column = CLAMP (column, 0, (gint64) frame->format.columns - 1);
  row = CLAMP (row, 0, (gint64) frame->format.rows - 1);
  return ((gsize) row * frame->format.columns + column) * frame->format.samples;
}

/* FALSE for padding. Beyond the border the border pixel continues. */
static inline gboolean
get_pixel (const Field *field, gint64 column, gint64 row, double *value)
{
  gsize index = pixel_index (field->frame, column, row);
  double stored;

  if (field->is_rgb) {
    *value = _neg_draw_color_sample (field->frame, index + field->channel);
    return TRUE;
  }
  stored = _neg_frame_value (field->frame, index);
  if (!isfinite (stored) || neg_padding_contains (&field->draw->padding, stored))
    return FALSE;
  *value = _neg_modality_value (&field->draw->modality, stored);
  return TRUE;
}

static inline gboolean
sample_linear (const Field *field, double x, double y, double *value)
{
  double column = floor (x - 0.5), row = floor (y - 0.5);
  double fx = x - 0.5 - column, fy = y - 0.5 - row;
  double sum = 0, weights = 0, pixel;

  if (!get_pixel (field, floor (x), floor (y), &pixel))
    return FALSE;
  for (guint j = 0; j < 2; j++)
    for (guint i = 0; i < 2; i++) {
      double weight = (i ? fx : 1 - fx) * (j ? fy : 1 - fy);

      /* A weight of 0 is left out, so that an infinite neighbour does not spoil the pixel. */
      if (weight > 0 && get_pixel (field, column + i, row + j, &pixel)) {
        sum += weight * pixel;
        weights += weight;
      }
    }
  *value = sum / weights;
  return weights > 0;
}

static inline void
cubic_weights (double f, double weights[4])
{
  weights[0] = f * (-0.5 + f * (1 - 0.5 * f));
  weights[1] = 1 + f * f * (-2.5 + 1.5 * f);
  weights[2] = f * (0.5 + f * (2 - 1.5 * f));
  weights[3] = f * f * (-0.5 + 0.5 * f);
}

static inline gboolean
sample_cubic (const Field *field, double x, double y, double *value)
{
  double column = floor (x - 0.5), row = floor (y - 0.5);
  double low = INFINITY, high = -INFINITY, sum = 0;
  double across[4], down[4];

  cubic_weights (x - 0.5 - column, across);
  cubic_weights (y - 0.5 - row, down);
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < 4; i++) {
      double pixel;

      /* Negative weights cannot be renormalised: their sum may come close to 0. */
      if (!get_pixel (field, column + i - 1, row + j - 1, &pixel))
        return sample_linear (field, x, y, value);
      low = MIN (low, pixel);
      high = MAX (high, pixel);
      sum += across[i] * down[j] * pixel;
    }
  *value = CLAMP (sum, low, high);
  return TRUE;
}

static inline gboolean
sample (const Field *field, double x, double y, double *value)
{
  switch (field->draw->interpolation) {
  case NEG_INTERPOLATION_LINEAR:
    return sample_linear (field, x, y, value);
  case NEG_INTERPOLATION_CUBIC:
    return sample_cubic (field, x, y, value);
  case NEG_INTERPOLATION_NEAREST:
  default:
    return get_pixel (field, floor (x), floor (y), value);
  }
}

static inline NegRgb
grey_of (const NegDraw *draw, double value, double threshold)
{
  guint8 grey = _neg_draw_round (_neg_draw_get_level (draw, neg_voi_apply (&draw->voi, value)), threshold);

  return (NegRgb){ grey, grey, grey };
}

/* All channels by the same threshold, so that dithering leaves the hue. */
static inline gboolean
draw_rgb (const NegDraw *draw, const NegFrame *frame, double x, double y, double threshold, NegRgb *rgb)
{
  guint8 samples[3];

  for (guint channel = 0; channel < 3; channel++) {
    Field field = { draw, frame, channel, TRUE };
    double value;

    if (!sample (&field, x, y, &value))
      return FALSE;
    samples[channel] = _neg_draw_round (draw->inverted ? 255 - value : value, threshold);
  }
  *rgb = (NegRgb){ samples[0], samples[1], samples[2] };
  return TRUE;
}

static inline gboolean
draw_palette (const NegDraw *draw, const NegFrame *frame, const NegPaletteReader *palette, double x, double y,
              double threshold, NegRgb *rgb)
{
  double stored = neg_frame_get_value (frame, pixel_index (frame, floor (x), floor (y)));

  if (!isfinite (stored) || neg_padding_contains (&draw->padding, stored))
    return FALSE;
  if (!_neg_draw_is_palette_value (draw, stored)) {
    *rgb = grey_of (draw, neg_modality_apply (&draw->modality, stored), threshold);
    return TRUE;
  }
  *rgb = _neg_palette_reader_get (palette, stored);
  if (draw->inverted)
    *rgb = (NegRgb){ 255 - rgb->red, 255 - rgb->green, 255 - rgb->blue };
  return TRUE;
}

/* The whole of the palette is for the whole of what the VOI puts out. */
static inline NegRgb
pseudo_color_of (const NegDraw *draw, const NegPaletteReader *palette, double value)
{
  double last = draw->pseudo_color[0].n_entries - 1.0;

  return _neg_palette_reader_get (palette, draw->pseudo_color[0].first_mapped
                                               + floor (neg_voi_apply (&draw->voi, value) * last + 0.5));
}

static inline gboolean
draw_grey (const NegDraw *draw, const NegFrame *frame, const NegPaletteReader *palette, double x, double y,
           double threshold, NegRgb *rgb)
{
  Field field = { draw, frame, 0, FALSE };
  double value;

  if (!sample (&field, x, y, &value))
    return FALSE;
  *rgb = draw->pseudo_color != NULL ? pseudo_color_of (draw, palette, value) : grey_of (draw, value, threshold);
  return TRUE;
}

NEG_CLONES void
_neg_draw_rows_general (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                        guint n_rows)
{
  const double *m = draw->output_to_image.m;
  gboolean is_rgb = _neg_draw_is_rgb (frame), has_palette = !is_rgb && draw->palette != NULL;
  NegPaletteReader palette;

  if (has_palette || draw->pseudo_color != NULL)
    _neg_palette_reader_init (&palette, has_palette ? draw->palette : draw->pseudo_color);
  for (guint row = first_row; row < first_row + n_rows; row++) {
    guint8 *out = picture->pixels + row * picture->stride;

    for (guint column = 0; column < picture->width; column++, out += picture->channels) {
      double x = m[0] * (column + 0.5) + m[1] * (row + 0.5) + m[2];
      double y = m[3] * (column + 0.5) + m[4] * (row + 0.5) + m[5];
      double threshold = _neg_draw_get_threshold (draw, column, row);
      NegRgb rgb = { 0, 0, 0 };

      /* Each drawing function leaves @rgb black where nothing of the image is. */
      if (!_neg_draw_is_inside (x, frame->format.columns) || !_neg_draw_is_inside (y, frame->format.rows))
        ;
      else if (is_rgb)
        draw_rgb (draw, frame, x, y, threshold, &rgb);
      else if (has_palette)
        draw_palette (draw, frame, &palette, x, y, threshold, &rgb);
      else
        draw_grey (draw, frame, &palette, x, y, threshold, &rgb);
      _neg_draw_put (out, picture->channels, rgb);
    }
  }
}
