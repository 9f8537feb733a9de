/* Windows and slabs of the planes. */
#include "config.h"

#include <math.h>

#include "reading/neg-mpr-private.h"

static gboolean
is_meant (NegMprPlane i, NegMprPlane plane, gboolean shared)
{
  return i == plane || shared;
}

static guint
bit (NegMprPlane plane, gboolean shared)
{
  return shared ? NEG_MPR_ALL_PLANES : 1u << plane;
}

static void
take_window (NegMprView *view, const NegMprView *from)
{
  view->has_voi = from->has_voi;
  view->voi = from->voi;
  view->inverted = from->inverted;
}

static void
take_slab (NegMprView *view, const NegMprView *from)
{
  view->slab_mm = from->slab_mm;
  view->projection = from->projection;
}

/* --- Window --- */

void
neg_mpr_set_first_voi (NegMpr *self, const NegVoi *voi)
{
  g_return_if_fail (NEG_IS_MPR (self));

  if (!neg_voi_is_valid (voi))
    return;
  self->first_voi = *voi;
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

static void
drop_windows (NegMprState *state)
{
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    state->views[i].has_voi = FALSE;
}

void
_neg_mpr_drop_windows (NegMpr *self)
{
  drop_windows (&self->state);
  for (GList *link = self->undo.head; link != NULL; link = link->next)
    drop_windows (&((NegMprStep *) link->data)->state);
  for (GList *link = self->redo.head; link != NULL; link = link->next)
    drop_windows (&((NegMprStep *) link->data)->state);
}

void
neg_mpr_set_voi (NegMpr *self, NegMprPlane plane, const NegVoi *voi)
{
  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  if (!neg_voi_is_valid (voi))
    return;
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    if (is_meant (i, plane, self->state.window_shared)) {
      self->state.views[i].has_voi = TRUE;
      self->state.views[i].voi = *voi;
    }
  self->last = plane;
  _neg_mpr_emit (self, bit (plane, self->state.window_shared));
}

void
neg_mpr_get_voi (NegMpr *self, NegMprPlane plane, NegVoi *voi)
{
  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  *voi = self->state.views[plane].has_voi ? self->state.views[plane].voi : self->first_voi;
}

void
neg_mpr_set_inverted (NegMpr *self, NegMprPlane plane, gboolean inverted)
{
  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    if (is_meant (i, plane, self->state.window_shared))
      self->state.views[i].inverted = inverted;
  self->last = plane;
  _neg_mpr_emit (self, bit (plane, self->state.window_shared));
}

gboolean
neg_mpr_is_inverted (NegMpr *self, NegMprPlane plane)
{
  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, FALSE);

  return self->state.views[plane].inverted;
}

void
neg_mpr_set_window_shared (NegMpr *self, gboolean shared)
{
  g_return_if_fail (NEG_IS_MPR (self));

  if (shared == self->state.window_shared)
    return;
  self->state.window_shared = shared;
  for (guint i = 0; shared && i < NEG_MPR_N_PLANES; i++)
    take_window (&self->state.views[i], &self->state.views[self->last]);
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

gboolean
neg_mpr_is_window_shared (NegMpr *self)
{
  g_return_val_if_fail (NEG_IS_MPR (self), FALSE);

  return self->state.window_shared;
}

/* --- Slab --- */

void
neg_mpr_set_slab (NegMpr *self, NegMprPlane plane, double thickness_mm, NegProjection projection)
{
  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES && projection < NEG_PROJECTION_N);

  if (!isfinite (thickness_mm))
    return;
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    if (is_meant (i, plane, self->state.slab_shared)) {
      self->state.views[i].slab_mm = CLAMP (thickness_mm, 0, NEG_MPR_SLAB_MAX_MM);
      self->state.views[i].projection = projection;
    }
  self->last = plane;
  /* The others show how thick it is. */
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

double
neg_mpr_get_slab_mm (NegMpr *self, NegMprPlane plane)
{
  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, 0);

  return self->state.views[plane].slab_mm;
}

NegProjection
neg_mpr_get_projection (NegMpr *self, NegMprPlane plane)
{
  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, NEG_PROJECTION_MIP);

  return self->state.views[plane].projection;
}

void
neg_mpr_set_slab_shared (NegMpr *self, gboolean shared)
{
  g_return_if_fail (NEG_IS_MPR (self));

  if (shared == self->state.slab_shared)
    return;
  self->state.slab_shared = shared;
  for (guint i = 0; shared && i < NEG_MPR_N_PLANES; i++)
    take_slab (&self->state.views[i], &self->state.views[self->last]);
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

gboolean
neg_mpr_is_slab_shared (NegMpr *self)
{
  g_return_val_if_fail (NEG_IS_MPR (self), FALSE);

  return self->state.slab_shared;
}
