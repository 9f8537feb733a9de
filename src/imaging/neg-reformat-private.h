/* What the general and the fast way of cutting planes out of volumes share. */
#pragma once

#include <math.h>

#include "imaging/neg-reformat.h"
#include "imaging/neg-voi-private.h"
#include "imaging/neg-volume-private.h"

G_BEGIN_DECLS

static inline double
_neg_volume_stored (const NegVolume *volume, guint column, guint row, guint slice)
{
  NegFrame frame = { .format.sample_type = volume->sample_type,
                     .pixels = volume->voxels + slice * volume->slice_bytes };

  return _neg_frame_value (&frame, (gsize) row * volume->columns + column);
}

static inline double
_neg_volume_modality (const NegVolume *volume, guint slice, double stored)
{
  NegModality modality = { volume->slopes[slice], volume->intercepts[slice], volume->modality_lut };

  return _neg_modality_value (&modality, stored);
}

/* The modality value of a voxel. FALSE for padding, and what is not finite. */
static inline gboolean
_neg_volume_get_voxel (const NegVolume *volume, guint column, guint row, guint slice, double *value)
{
  double stored = _neg_volume_stored (volume, column, row, slice);

  if (!isfinite (stored) || neg_padding_contains (&volume->padding, stored))
    return FALSE;
  *value = _neg_volume_modality (volume, slice, stored);
  return isfinite (*value);
}

/* One sample at a place in the patient; never PARTLY. *@value is set where it is WHOLE. @depth: as
 * _neg_volume_find_depth(). */
NegCover _neg_reformat_sample (const NegVolume *volume, NegInterpolation interpolation, const double point_mm[3],
                               NegDepth *depth, double *value);

/* Samples through the slab; never more than NEG_REFORMAT_SAMPLES_MAX, at least 1. */
static inline guint
_neg_reformat_get_n_samples (const NegReformat *reformat)
{
  return CLAMP (reformat->n_samples, 1, NEG_REFORMAT_SAMPLES_MAX);
}

/* The same rows, faster. FALSE and nothing written where it does not apply. */
gboolean _neg_reformat_rows_fast (const NegReformat *reformat, const NegVolume *volume, guint width, float *values,
                                  guint8 *covers, guint first_row, guint n_rows);

G_END_DECLS
