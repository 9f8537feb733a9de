/* What was sampled of a plane: values and what is missing, of the volume and of what is laid over it. Thread: one at a time; rows of one
 * on several. */
#pragma once

#include "ui/neg-plane-canvas.h"

G_BEGIN_DECLS

typedef struct {
  /* Of what; width 0: nothing */
  NegVolume *volume, *fused; /* referenced; fused nullable */
  NegReformat reformat;      /* of output pixels, whatever the cell; coarser than 2 has fewer through a slab as well */
  NegProjection fused_projection;
  guint width, height, cell; /* output pixels; values are of cells */
  guint serial, fused_serial;

  guint columns, rows;
  gsize n_bytes; /* room for the values of each */
  float *values;
  float *fused_values; /* nullable */
  guint8 *covers, *fused_covers; /* nullable: that volume is whole */
  gboolean has_covers, has_fused_covers;
} NegPlaneSamples;

/* Makes room; FALSE: there is no memory. */
gboolean neg_plane_samples_begin (NegPlaneSamples *samples, const NegPlaneView *view, guint cell);
void neg_plane_samples_rows (NegPlaneSamples *samples, guint first_row, guint n_rows);
void neg_plane_samples_clear (NegPlaneSamples *samples);

/* The same place of the same volumes; the same slices of them as well. */
gboolean neg_plane_samples_are_of (const NegPlaneSamples *samples, const NegPlaneView *view);
gboolean neg_plane_samples_are_fresh (const NegPlaneSamples *samples, const NegPlaneView *view);

gboolean neg_plane_samples_is_same_place (const NegReformat *one, const NegReformat *other);

/* How many values have to be looked at, for all of it. */
guint64 neg_plane_samples_count (const NegPlaneSamples *samples);
guint64 neg_plane_view_count_samples (const NegPlaneView *view, guint cell);

G_END_DECLS
