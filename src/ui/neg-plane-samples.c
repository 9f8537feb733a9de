#include "config.h"

#include "ui/neg-plane-samples.h"

#include <string.h>

static gboolean
has_gaps (const NegVolume *volume)
{
  if (!neg_volume_is_complete (volume))
    return TRUE;
  for (guint i = 0; i + 1 < volume->n_slices; i++)
    if (volume->gap_after[i])
      return TRUE;
  return FALSE;
}

static gboolean
make_covers (guint8 **covers, gboolean is_wanted, gsize n_values)
{
  if (is_wanted && *covers == NULL)
    *covers = g_try_malloc (n_values);
  return !is_wanted || *covers != NULL;
}

static gboolean
make_room (NegPlaneSamples *self, gsize n_values)
{
  gsize n_bytes;

  if (!g_size_checked_mul (&n_bytes, n_values, sizeof (float)))
    return FALSE;
  if (n_bytes != self->n_bytes) {
    g_clear_pointer (&self->values, g_free);
    g_clear_pointer (&self->covers, g_free);
    g_clear_pointer (&self->fused_values, g_free);
    g_clear_pointer (&self->fused_covers, g_free);
    self->n_bytes = n_bytes;
  }
  if (self->values == NULL)
    self->values = g_try_malloc (n_bytes);
  if (self->fused != NULL && self->fused_values == NULL)
    self->fused_values = g_try_malloc (n_bytes);
  return self->values != NULL && (self->fused == NULL || self->fused_values != NULL)
         && make_covers (&self->covers, self->has_covers, n_values)
         && make_covers (&self->fused_covers, self->has_fused_covers, n_values);
}

static void
set_volume (NegVolume **to, const NegVolume *volume)
{
  NegVolume *before = *to;

  *to = volume != NULL ? neg_volume_ref ((NegVolume *) volume) : NULL;
  g_clear_pointer (&before, neg_volume_unref);
}

gboolean
neg_plane_samples_begin (NegPlaneSamples *self, const NegPlaneView *view, guint cell)
{
  gsize n_values;

  set_volume (&self->volume, view->volume);
  set_volume (&self->fused, view->has_fusion ? view->fusion.volume : NULL);
  self->reformat = view->reformat;
  self->fused_projection = view->fusion.projection;
  self->width = view->width;
  self->height = view->height;
  self->cell = cell;
  self->serial = view->serial;
  self->fused_serial = view->fused_serial;
  self->columns = (view->width + cell - 1) / cell;
  self->rows = (view->height + cell - 1) / cell;
  self->has_covers = has_gaps (view->volume);
  self->has_fused_covers = self->fused != NULL && has_gaps (self->fused);
  if (g_size_checked_mul (&n_values, self->columns, self->rows) && n_values > 0 && make_room (self, n_values))
    return TRUE;
  neg_plane_samples_clear (self);
  return FALSE;
}

/* Through a slab: half as many for cells of 4 pixels, a quarter for 8. */
static guint
count_through (const NegReformat *reformat, guint cell)
{
  guint share = MAX (cell / 2, 1);

  return (MAX (reformat->n_samples, 1) + share - 1) / share;
}

/* The output point 0, 0 is the outer corner of the first pixel, whatever the size of pixels; a slab is as thick. */
static void
init_cells (NegReformat *cells, const NegReformat *reformat, guint cell)
{
  *cells = *reformat;
  cells->n_samples = count_through (reformat, cell);
  for (guint i = 0; i < 3; i++) {
    cells->x_mm[i] *= cell;
    cells->y_mm[i] *= cell;
    cells->step_mm[i] *= (double) reformat->n_samples / cells->n_samples;
  }
}

void
neg_plane_samples_rows (NegPlaneSamples *self, guint first_row, guint n_rows)
{
  NegFusion fusion = { .volume = self->fused, .projection = self->fused_projection };
  NegReformat reformat;

  init_cells (&reformat, &self->reformat, self->cell);
  neg_reformat_rows (&reformat, self->volume, self->columns, self->values, self->has_covers ? self->covers : NULL,
                     first_row, n_rows);
  if (self->fused != NULL)
    neg_fusion_sample_rows (&fusion, &reformat, self->columns, self->fused_values,
                            self->has_fused_covers ? self->fused_covers : NULL, first_row, n_rows);
}

void
neg_plane_samples_clear (NegPlaneSamples *self)
{
  g_clear_pointer (&self->volume, neg_volume_unref);
  g_clear_pointer (&self->fused, neg_volume_unref);
  g_free (self->values);
  g_free (self->covers);
  g_free (self->fused_values);
  g_free (self->fused_covers);
  *self = (NegPlaneSamples){ .width = 0 };
}

static gboolean
is_same_3 (const double a[3], const double b[3])
{
  return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

gboolean
neg_plane_samples_is_same_place (const NegReformat *a, const NegReformat *b)
{
  return is_same_3 (a->origin_mm, b->origin_mm) && is_same_3 (a->x_mm, b->x_mm) && is_same_3 (a->y_mm, b->y_mm)
         && a->n_samples == b->n_samples && is_same_3 (a->step_mm, b->step_mm) && a->projection == b->projection
         && a->interpolation == b->interpolation;
}

gboolean
neg_plane_samples_are_of (const NegPlaneSamples *self, const NegPlaneView *view)
{
  const NegVolume *fused = view->has_fusion ? view->fusion.volume : NULL;

  return self->width != 0 && self->width == view->width && self->height == view->height
         && self->volume == view->volume && self->fused == fused
         && (fused == NULL || self->fused_projection == view->fusion.projection)
         && neg_plane_samples_is_same_place (&self->reformat, &view->reformat);
}

gboolean
neg_plane_samples_are_fresh (const NegPlaneSamples *self, const NegPlaneView *view)
{
  return self->serial == view->serial && (self->fused == NULL || self->fused_serial == view->fused_serial);
}

static guint64
count (const NegReformat *reformat, guint width, guint height, guint cell, gboolean is_fused)
{
  return (guint64) ((width + cell - 1) / cell) * ((height + cell - 1) / cell) * count_through (reformat, cell)
         * (is_fused ? 2 : 1);
}

guint64
neg_plane_samples_count (const NegPlaneSamples *self)
{
  return count (&self->reformat, self->width, self->height, self->cell, self->fused != NULL);
}

guint64
neg_plane_view_count_samples (const NegPlaneView *view, guint cell)
{
  return count (&view->reformat, view->width, view->height, cell, view->has_fusion);
}
