#include "config.h"

#include "imaging/neg-voi.h"

#include <math.h>

#include "imaging/neg-voi-private.h"

/* In each direction. The tails of half a percent hold about 300 values then. */
#define SAMPLES_MAX 256

#define TAIL 0.005

typedef struct {
  guint32 first, n;
} Run;

/* The pixels that from..to touches; FALSE when there are none. */
static gboolean
run_init (Run *run, double from, double to, guint32 size)
{
  /* Written so that NaN fails. */
  if (!(from < size && to > 0 && from < to))
    return FALSE;
  from = floor (MAX (from, 0));
  to = ceil (MIN (to, size));
  *run = (Run){ from, to - from };
  return run->n > 0;
}

/* The @i-th of @n_samples pixels spread evenly over @run. */
static guint32
run_get (const Run *run, guint i, guint n_samples)
{
  return run->first + ((guint64) 2 * i + 1) * run->n / (2 * n_samples);
}

static guint
collect (const NegFrame *frame, const NegModality *modality, const NegPadding *padding, const Run *across,
         const Run *down, double *values)
{
  guint n_across = MIN (across->n, SAMPLES_MAX), n_down = MIN (down->n, SAMPLES_MAX), n = 0;

  for (guint j = 0; j < n_down; j++) {
    gsize row = (gsize) run_get (down, j, n_down) * frame->format.columns;

    for (guint i = 0; i < n_across; i++) {
      double stored = _neg_frame_value (frame, (row + run_get (across, i, n_across)) * frame->format.samples);
      double value = _neg_modality_value (modality, stored);

      if (isfinite (value) && !neg_padding_contains (padding, stored))
        values[n++] = value;
    }
  }
  return n;
}

static void
swap (double *values, guint a, guint b)
{
  double kept = values[a];

  values[a] = values[b];
  values[b] = kept;
}

/* The value that would be at @rank if @values were sorted (Hoare's FIND); they are left partly sorted. The pivot
 * is drawn by lot, so that no file can be made that takes long. */
static double
select_rank (double *values, guint n, guint rank)
{
  gint64 low = 0, high = (gint64) n - 1;

  while (low < high) {
    double pivot = values[g_random_int_range (low, high + 1)];
    gint64 i = low, j = high;

    while (i <= j) {
      while (values[i] < pivot)
        i++;
      while (values[j] > pivot)
        j--;
      if (i <= j)
        swap (values, i++, j--);
    }
    if (rank <= j)
      high = j;
    else if (rank >= i)
      low = i;
    else
      break;
  }
  return values[rank];
}

gboolean
neg_voi_init_auto (NegVoi *voi, const NegFrame *frame, const NegModality *modality, const NegPadding *padding,
                   const double region_px[4])
{
  const double everywhere[4] = { 0, 0, frame->format.columns, frame->format.rows };
  const double *region = region_px != NULL ? region_px : everywhere;
  g_autofree double *values = NULL;
  double minimum, maximum;
  Run across, down;
  guint n, tail;

  if (!run_init (&across, region[0], region[2], frame->format.columns)
      || !run_init (&down, region[1], region[3], frame->format.rows))
    return FALSE;
  values = g_new (double, SAMPLES_MAX * SAMPLES_MAX);
  n = collect (frame, modality, padding, &across, &down, values);
  if (n == 0)
    return FALSE;
  tail = TAIL * (n - 1) + 0.5;
  minimum = select_rank (values, n, tail);
  maximum = select_rank (values, n, n - 1 - tail);
  /* Little on much of the same: what there is to see is in the tails. */
  if (minimum == maximum) {
    minimum = select_rank (values, n, 0);
    maximum = select_rank (values, n, n - 1);
  }
  neg_voi_init_range (voi, minimum, maximum, _neg_voi_is_fractional (frame, modality));
  return TRUE;
}
