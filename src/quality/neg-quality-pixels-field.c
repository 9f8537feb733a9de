/* Collimation: the shutters of the X-ray tube are straight, what is behind them got hardly any exposure and is flat. Looked for from
 * each side of a small copy of the image. Electronic shutters of the highest exposure (black) cannot be told from air and are not
 * looked for. */
#include "config.h"

#include "quality/neg-quality-pixels-private.h"

#include <math.h>
#include <stdlib.h>

/* Cells of the small copy along a side. */
#define COPY_MAX 192
/* Of the range of the image: how much values behind a shutter differ, and how far they are from the end of no exposure. Scatter
 * reaches behind a shutter. */
#define FLAT_SHARE 0.06
#define UNEXPOSED_SHARE 0.25
/* Of a side. */
#define BORDER_MIN_SHARE 0.02
#define BORDER_MAX_SHARE 0.45

typedef struct {
  guint width, height;
  float *cells; /* 0: no exposure; 1: the most */
} Copy;

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* From the 1st to the 99th percentile, so that a marker or a metal piece does not spread the range. */
static gboolean
scale_copy (Copy *copy, gboolean is_inverse)
{
  gsize n = (gsize) copy->width * copy->height;
  g_autofree float *sorted = g_memdup2 (copy->cells, n * sizeof (float));
  float low, high;

  qsort (sorted, n, sizeof (float), compare_floats);
  low = sorted[n / 100];
  high = sorted[n - 1 - n / 100];
  if (!(high > low))
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    float share = CLAMP ((copy->cells[i] - low) / (high - low), 0, 1);

    copy->cells[i] = is_inverse ? share : 1 - share;
  }
  return TRUE;
}

static void
fill_copy (Copy *copy, const NegPixelSource *source)
{
  g_autofree float *row = g_new (float, source->format.columns);

  for (guint64 j = 0; j < copy->height; j++) {
    neg_pixel_source_read_row (source, (guint) ((j * 2 + 1) * source->format.rows / (copy->height * 2)), row);
    for (guint64 i = 0; i < copy->width; i++) {
      float value = row[(i * 2 + 1) * source->format.columns / (copy->width * 2)];

      copy->cells[j * copy->width + i] = isfinite (value) ? value : 0;
    }
  }
}

/* A row or column of the copy, between @from and @to, is flat and without exposure. */
static gboolean
is_behind (const Copy *copy, gboolean is_row, guint at, guint from, guint to)
{
  float values[COPY_MAX];
  guint n = 0;

  for (guint i = from; i < to; i++)
    values[n++] = copy->cells[is_row ? (gsize) at * copy->width + i : (gsize) i * copy->width + at];
  if (n == 0)
    return FALSE;
  qsort (values, n, sizeof *values, compare_floats);
  return values[n - 1 - n / 20] - values[n / 20] < FLAT_SHARE && values[n / 2] < UNEXPOSED_SHARE;
}

/* How many rows or columns from a side are behind its shutter. */
static guint
count_behind (const Copy *copy, gboolean is_row, gboolean is_far, guint from, guint to)
{
  guint length = is_row ? copy->height : copy->width;
  guint n = 0;

  while (n < length && is_behind (copy, is_row, is_far ? length - 1 - n : n, from, to))
    n++;
  return n >= length * BORDER_MIN_SHARE && n <= length * BORDER_MAX_SHARE ? n : 0;
}

void
neg_pixel_field_find (const NegPixelSource *source, NegPixelField *field)
{
  guint64 rows = source->format.rows, columns = source->format.columns;
  Copy copy = { (guint) MIN (columns, COPY_MAX), (guint) MIN (rows, COPY_MAX), NULL };
  guint top = 0, bottom = 0, left = 0, right = 0;

  copy.cells = g_new (float, (gsize) copy.width * copy.height);
  fill_copy (&copy, source);
  if (scale_copy (&copy, source->is_inverse))
    /* Once more, as a row is only flat between the side shutters. */
    for (guint pass = 0; pass < 2; pass++) {
      top = count_behind (&copy, TRUE, FALSE, left, copy.width - right);
      bottom = count_behind (&copy, TRUE, TRUE, left, copy.width - right);
      left = count_behind (&copy, FALSE, FALSE, top, copy.height - bottom);
      right = count_behind (&copy, FALSE, TRUE, top, copy.height - bottom);
    }
  g_free (copy.cells);
  *field = (NegPixelField){ (guint) (left * columns / copy.width), (guint) (top * rows / copy.height),
                            (guint) ((copy.width - right) * columns / copy.width),
                            (guint) ((copy.height - bottom) * rows / copy.height) };
}
