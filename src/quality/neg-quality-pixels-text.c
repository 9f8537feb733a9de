/* Text that was written into pixels: a band of rows with many short runs of the highest value and gaps between them, clean rows above
 * and below. Conservative: letters of a pattern or of antialiased edges are missed, what is found is text nearly always. */
#include "config.h"

#include "quality/neg-quality-pixels-private.h"

#include <math.h>

/* In a row of a line of text. */
#define RUNS_MIN 8
/* Rows of a line of text. */
#define BAND_MIN 6
#define BAND_MAX 64
/* Pixels of a stroke, and between two. */
#define STROKE_MAX 12
#define GAP_MAX 40
/* Of the strokes' rows, how many columns they cover at most: a rule or a frame is no text. */
#define FILL_MAX 0.6

/* The most short runs of @highest that follow each other with short gaps. */
static guint
count_runs (const float *row, guint columns, float highest)
{
  guint best = 0, n = 0, gap = 0, length = 0, covered = 0, begin = 0;

  for (guint x = 0; x <= columns; x++) {
    gboolean is_set = x < columns && row[x] >= highest;

    if (is_set) {
      length++;
      continue;
    }
    if (length > 0) {
      if (length > STROKE_MAX || gap > GAP_MAX)
        n = covered = 0;
      if (length <= STROKE_MAX) {
        begin = n == 0 ? x - length : begin;
        covered += length;
        n++;
        if (covered < FILL_MAX * (x - begin))
          best = MAX (best, n);
      }
      length = gap = 0;
    }
    gap++;
  }
  return best;
}

gboolean
neg_pixel_text_find (const NegPixelSource *source, float highest)
{
  g_autofree float *row = g_new (float, source->format.columns);
  guint n_band = 0;
  gboolean is_clean = TRUE; /* above the band */

  for (guint y = 0; y <= source->format.rows; y++) {
    guint n = 0;

    if (y < source->format.rows) {
      neg_pixel_source_read_row (source, y, row);
      n = count_runs (row, source->format.columns, highest);
    }
    if (n >= RUNS_MIN) {
      n_band++;
      continue;
    }
    if (n <= RUNS_MIN / 2 && is_clean && n_band >= BAND_MIN && n_band <= BAND_MAX)
      return TRUE;
    is_clean = n == 0;
    n_band = 0;
  }
  return FALSE;
}
