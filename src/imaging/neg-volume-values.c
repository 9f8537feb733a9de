#include "config.h"

#include "imaging/neg-volume.h"

#include <math.h>

#include "imaging/neg-reformat-private.h"

/* What a range is judged by: more would cost time that a person waits for, and change nothing that is seen. */
#define RANGE_VOXELS_MAX ((guint64) 1 << 22)

/* --- which slices are there --- */

void
neg_volume_set_state (NegVolume *volume, guint slice, NegSliceState state)
{
  gint before;

  g_return_if_fail (slice < volume->n_slices);
  /* Until nobody else has changed it between: the counts follow the states exactly. */
  do
    before = g_atomic_int_get (&volume->states[slice]);
  while (!g_atomic_int_compare_and_exchange (&volume->states[slice], before, (gint) state));
  g_atomic_int_add (&volume->n_ready, (state == NEG_SLICE_READY) - (before == NEG_SLICE_READY));
  g_atomic_int_add (&volume->n_failed, (state == NEG_SLICE_FAILED) - (before == NEG_SLICE_FAILED));
}

NegSliceState
neg_volume_get_state (const NegVolume *volume, guint slice)
{
  g_return_val_if_fail (slice < volume->n_slices, NEG_SLICE_FAILED);
  return g_atomic_int_get (&volume->states[slice]);
}

gboolean
neg_volume_is_complete (const NegVolume *volume)
{
  return (guint) g_atomic_int_get (&volume->n_ready) == volume->n_slices;
}

/* --- values --- */

guint64
neg_volume_get_bytes (const NegVolume *volume)
{
  return (guint64) volume->slice_bytes * volume->n_slices;
}

double
neg_volume_get_stored (const NegVolume *volume, guint column, guint row, guint slice)
{
  g_return_val_if_fail (column < volume->columns && row < volume->rows && slice < volume->n_slices, NAN);
  return _neg_volume_stored (volume, column, row, slice);
}

double
neg_volume_get_modality (const NegVolume *volume, guint slice, double stored)
{
  g_return_val_if_fail (slice < volume->n_slices, NAN);
  return _neg_volume_modality (volume, slice, stored);
}

/* Every so manieth voxel in each direction. */
static guint
get_range_step (const NegVolume *volume)
{
  guint step = 1;

  while ((guint64) (volume->columns / step + 1) * (volume->rows / step + 1) * (volume->n_slices / step + 1)
         > RANGE_VOXELS_MAX)
    step++;
  return step;
}

/* By the slices that are there, and not by every so manieth of all: while they arrive those could be missing. */
gboolean
neg_volume_get_range (const NegVolume *volume, double *minimum, double *maximum)
{
  guint step = get_range_step (volume), n_seen = 0;
  double low = INFINITY, high = -INFINITY, value;

  for (guint slice = 0; slice < volume->n_slices; slice++) {
    if (!_neg_volume_has_slice (volume, slice) || n_seen++ % step != 0)
      continue;
    for (guint row = 0; row < volume->rows; row += step)
      for (guint column = 0; column < volume->columns; column += step)
        if (_neg_volume_get_voxel (volume, column, row, slice, &value)) {
          low = MIN (low, value);
          high = MAX (high, value);
        }
  }
  if (low > high)
    return FALSE;
  *minimum = low;
  *maximum = high;
  return TRUE;
}
