/* Where the places along the normal are: which slices a sample is made of. */
#pragma once

#include "imaging/neg-volume.h"

G_BEGIN_DECLS

typedef enum {
  NEG_DEPTH_OUTSIDE,
  NEG_DEPTH_MISSING, /* in the volume, and no slice is shown here */
  NEG_DEPTH_SLICE,   /* one slice alone */
  NEG_DEPTH_BETWEEN, /* between @below and the next */
} NegDepthKind;

typedef struct {
  NegDepthKind kind;
  guint below;     /* at most n_slices - 2 */
  double fraction; /* of the way from @below to the next: where the origin is. < 0, > 1: before the first, after the last */
  guint slice;     /* the nearest; of _SLICE the one */
} NegDepth;

/* @distance_mm along the normal from the first slice. @depth holds that of a place nearby or zeros: what is looked at
 * first. */
void _neg_volume_find_depth (const NegVolume *volume, double distance_mm, NegDepth *depth);

/* Voxels along a row and down a column, of a point @offset_mm from the first slice's origin, at that depth. */
void _neg_volume_get_in_plane (const NegVolume *volume, const NegDepth *depth, const double offset_mm[3], double *x,
                               double *y);

static inline double
_neg_dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static inline gboolean
_neg_volume_has_slice (const NegVolume *volume, guint slice)
{
  return g_atomic_int_get (&volume->states[slice]) == NEG_SLICE_READY;
}

G_END_DECLS
