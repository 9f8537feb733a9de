#include "config.h"

#include "imaging/neg-measure-values.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-draw-private.h"
#include "imaging/neg-voi-private.h"

__extension__ typedef unsigned __int128 Wide;

/* A sum that keeps what rounding takes away (Neumaier). */
typedef struct {
  double sum, lost;
} Sum;

static inline void
sum_add (Sum *sum, double value)
{
  double total = sum->sum + value;

  sum->lost += fabs (sum->sum) >= fabs (value) ? sum->sum - total + value : value - total + sum->sum;
  sum->sum = total;
}

typedef struct {
  const NegDraw *draw;
  const NegFrame *frame;
  guint64 n_pixels, n_left_out, n_infinite;
  double minimum, maximum;
  /* Of integers: stored values, or entries of the modality LUT. A frame has at most 2^31 bytes, so that 2^64 / 4 bounds
   * the sum and 2^93 the squares. */
  gint64 sum;
  Wide squares;
  /* Of others: modality values, in two passes. */
  Sum values, deviations;
  double mean;
} Tally;

/* FALSE for what is no measured value. */
static inline gboolean
has_value (const NegDraw *draw, double stored)
{
  return isfinite (stored) && !neg_padding_contains (&draw->padding, stored)
         && (draw->palette == NULL || !_neg_draw_is_palette_value (draw, stored));
}

static inline gsize
index_of (const NegFrame *frame, guint32 column, guint32 row)
{
  return (gsize) row * frame->format.columns + column;
}

/* The tallies work on a copy: the compiler keeps it in registers, as the pixels cannot be a part of it. */
static void
tally_integers (guint32 row, guint32 first_column, guint32 n_columns, gpointer user_data)
{
  Tally *result = user_data, tally = *result;
  const NegModality modality = { .slope = 1, .lut = tally.draw->modality.lut };
  gsize first = index_of (tally.frame, first_column, row);

  for (gsize i = first; i < first + n_columns; i++) {
    double stored = _neg_frame_value (tally.frame, i), value;
    guint64 size;

    if (!has_value (tally.draw, stored)) {
      tally.n_left_out++;
      continue;
    }
    value = _neg_modality_value (&modality, stored);
    size = (guint64) fabs (value);
    tally.n_pixels++;
    tally.minimum = MIN (tally.minimum, value);
    tally.maximum = MAX (tally.maximum, value);
    tally.sum += (gint64) value;
    tally.squares += size * size;
  }
  *result = tally;
}

static void
tally_values (guint32 row, guint32 first_column, guint32 n_columns, gpointer user_data)
{
  Tally *result = user_data, tally = *result;
  gsize first = index_of (tally.frame, first_column, row);

  for (gsize i = first; i < first + n_columns; i++) {
    double stored = _neg_frame_value (tally.frame, i), value;

    if (!has_value (tally.draw, stored)) {
      tally.n_left_out++;
      tally.n_infinite += isinf (stored) != 0;
      continue;
    }
    value = _neg_modality_value (&tally.draw->modality, stored);
    tally.n_pixels++;
    tally.minimum = MIN (tally.minimum, value);
    tally.maximum = MAX (tally.maximum, value);
    sum_add (&tally.values, value);
  }
  *result = tally;
}

static void
tally_deviations (guint32 row, guint32 first_column, guint32 n_columns, gpointer user_data)
{
  Tally *result = user_data, tally = *result;
  gsize first = index_of (tally.frame, first_column, row);

  for (gsize i = first; i < first + n_columns; i++) {
    double stored = _neg_frame_value (tally.frame, i), deviation;

    if (!has_value (tally.draw, stored))
      continue;
    deviation = _neg_modality_value (&tally.draw->modality, stored) - tally.mean;
    sum_add (&tally.deviations, deviation * deviation);
  }
  *result = tally;
}

static void
finish_integers (NegStatistics *statistics, const Tally *tally)
{
  const NegModality linear = { .slope = tally->draw->modality.slope, .intercept = tally->draw->modality.intercept };
  gboolean is_mapped = tally->draw->modality.lut == NULL;
  double n = tally->n_pixels, slope = is_mapped ? linear.slope : 1;
  double low = is_mapped ? neg_modality_apply (&linear, tally->minimum) : tally->minimum;
  double high = is_mapped ? neg_modality_apply (&linear, tally->maximum) : tally->maximum;
  Wide size = tally->sum < 0 ? -(Wide) tally->sum : (Wide) tally->sum;

  statistics->mean = is_mapped ? neg_modality_apply (&linear, tally->sum / n) : tally->sum / n;
  statistics->minimum = MIN (low, high);
  statistics->maximum = MAX (low, high);
  if (tally->n_pixels > 1)
    statistics->sd
        = fabs (slope) * sqrt ((double) (tally->n_pixels * tally->squares - size * size) / (n * (n - 1)));
}

static void
finish_values (NegStatistics *statistics, Tally *tally, const NegRegion *region)
{
  double n = tally->n_pixels;

  tally->mean = (tally->values.sum + tally->values.lost) / n;
  statistics->mean = tally->mean;
  statistics->minimum = tally->minimum;
  statistics->maximum = tally->maximum;
  if (tally->n_pixels < 2)
    return;
  neg_region_foreach_span (region, tally->frame->format.columns, tally->frame->format.rows, tally_deviations, tally);
  statistics->sd = sqrt ((tally->deviations.sum + tally->deviations.lost) / (n - 1));
}

static gboolean
is_integer (const NegFrame *frame)
{
  return frame->format.sample_type != NEG_SAMPLE_F32 && frame->format.sample_type != NEG_SAMPLE_F64;
}

/* Pixels are colours, or numbers of them. */
static gboolean
is_colored (const NegDraw *draw, const NegFrame *frame)
{
  return frame->format.samples != 1 || (draw->palette != NULL && !draw->palette_supplemental);
}

gboolean
neg_measure_statistics (NegStatistics *statistics, const NegDraw *draw, const NegFrame *frame,
                        const NegRegion *region, GError **error)
{
  Tally tally = { .draw = draw, .frame = frame, .minimum = INFINITY, .maximum = -INFINITY };

  *statistics = (NegStatistics){ .mean = NAN, .sd = NAN, .minimum = NAN, .maximum = NAN };
  if (is_colored (draw, frame))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "the pixels are colors and have no value to average");
  if (!neg_region_is_valid (region))
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "not an outline: points that are no numbers, too few or too many");
  neg_region_foreach_span (region, frame->format.columns, frame->format.rows,
                           is_integer (frame) ? tally_integers : tally_values, &tally);
  statistics->n_pixels = tally.n_pixels;
  statistics->n_left_out = tally.n_left_out;
  statistics->n_infinite = tally.n_infinite;
  if (tally.n_pixels == 0)
    return TRUE;
  if (is_integer (frame))
    finish_integers (statistics, &tally);
  else
    finish_values (statistics, &tally, region);
  return TRUE;
}

/* The one pixel as it is drawn, by what draws it. */
static void
probe_display (NegProbe *probe, const NegDraw *draw, const NegFrame *frame, double column, double row)
{
  NegDraw one = *draw;
  NegPicture picture = { .width = 1, .height = 1, .stride = 3, .pixels = probe->display };

  probe->n_display = picture.channels = neg_draw_is_color (draw, frame) ? 3 : 1;
  one.interpolation = NEG_INTERPOLATION_NEAREST;
  one.output_to_image = (NegAffine){ { 1, 0, column, 0, 1, row } };
  neg_draw_rows (&one, frame, &picture, 0, 1);
}

void
neg_measure_probe (NegProbe *probe, const NegDraw *draw, const NegFrame *frame, const double point_px[2])
{
  double column = floor (point_px[0]), row = floor (point_px[1]);
  gsize index;

  *probe = (NegProbe){ .modality = NAN };
  /* Written so that NaN fails. */
  if (!(column >= 0 && column < frame->format.columns && row >= 0 && row < frame->format.rows))
    return;
  probe->is_inside = TRUE;
  index = index_of (frame, column, row) * frame->format.samples;
  probe->n_stored = MIN (frame->format.samples, NEG_PROBE_SAMPLES_MAX);
  for (guint i = 0; i < probe->n_stored; i++)
    probe->stored[i] = _neg_frame_value (frame, index + i);
  if (!is_colored (draw, frame)) {
    probe->is_left_out = !has_value (draw, probe->stored[0]);
    if (!probe->is_left_out)
      probe->modality = neg_modality_apply (&draw->modality, probe->stored[0]);
  }
  probe_display (probe, draw, frame, column, row);
}
