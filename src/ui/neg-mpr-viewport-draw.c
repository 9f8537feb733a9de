/* The picture of a plane: by OpenGL in a child, or by the processor as a texture. */
#include "config.h"

#include "ui/neg-mpr-viewport-private.h"
#include "ui/neg-plane-samples.h"

#define BUDGET_US 8000 /* what drawing planes may take of one frame, all together */

/* Only ever more. */
static guint
count_slices (const NegVolume *volume)
{
  return g_atomic_int_get (&volume->n_ready) + g_atomic_int_get (&volume->n_failed);
}

gboolean
_neg_mpr_viewport_get_view (NegMprViewport *self, NegPlaneView *view)
{
  NegMpr *mpr = neg_volume_reading_get_mpr (self->volumes);

  *view = (NegPlaneView){ .width = neg_mpr_viewport_get_width_px (self),
                          .height = neg_mpr_viewport_get_height_px (self) };
  view->volume = neg_mpr_get_volume (mpr);
  if (view->volume == NULL || view->width == 0 || view->height == 0
      || !neg_mpr_get_reformat (mpr, self->plane, view->width, view->height, &view->reformat)
      || !neg_volume_reading_get_look (self->volumes, self->plane, &view->look))
    return FALSE;
  view->look.curve = self->curve;
  view->serial = count_slices (view->volume);
  view->has_fusion = neg_volume_reading_get_fusion (self->volumes, self->plane, &view->fusion);
  if (view->has_fusion)
    view->fused_serial = count_slices (view->fusion.volume);
  return TRUE;
}

static gboolean
is_same_voi (const NegVoi *a, const NegVoi *b)
{
  return a->function == b->function && a->center == b->center && a->width == b->width && a->lut == b->lut;
}

static gboolean
is_same_fusion (const NegPlaneView *a, const NegPlaneView *b)
{
  if (!a->has_fusion || !b->has_fusion)
    return a->has_fusion == b->has_fusion;
  return a->fusion.volume == b->fusion.volume && is_same_voi (&a->fusion.voi, &b->fusion.voi)
         && a->fusion.scale == b->fusion.scale && a->fusion.map == b->fusion.map
         && a->fusion.opacity == b->fusion.opacity && a->fusion.projection == b->fusion.projection
         && a->fused_serial == b->fused_serial;
}

static gboolean
is_same_place (const NegPlaneView *a, const NegPlaneView *b)
{
  return a->volume == b->volume && a->serial == b->serial && a->width == b->width && a->height == b->height
         && neg_plane_samples_is_same_place (&a->reformat, &b->reformat);
}

/* A point that moves in the plane moves lines, nothing else. */
static gboolean
is_drawn (NegMprViewport *self, const NegPlaneView *view)
{
  const NegPlaneView *drawn = &self->drawn;

  return self->texture != NULL && is_same_place (drawn, view) && is_same_voi (&drawn->look.voi, &view->look.voi)
         && drawn->look.inverted == view->look.inverted
         && drawn->look.presentation_lut == view->look.presentation_lut && is_same_fusion (drawn, view);
}

static void
set_canvas (NegMprViewport *self)
{
  NegPlaneView view;

  if (!_neg_mpr_viewport_get_view (self, &view)) {
    neg_gl_volume_canvas_clear (self->gl.canvas);
    return;
  }
  view.look.is_dithered = TRUE;
  neg_gl_volume_canvas_set_plane (self->gl.canvas, view.volume, &view.reformat, &view.look,
                                  view.has_fusion ? &view.fusion : NULL);
}

/* --- Time --- */

/* What planes have taken of the frame that is being drawn. */
typedef struct {
  const GdkFrameClock *clock; /* only to be compared */
  gint64 counter;
  gint64 spent_us;
  guint n_drawn;
} Frame;

static Frame *
get_frame (NegMprViewport *self)
{
  static Frame frame; /* main thread */
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));
  gint64 counter = gdk_frame_clock_get_frame_counter (clock);

  if (frame.clock != clock || frame.counter != counter)
    frame = (Frame){ .clock = clock, .counter = counter };
  return &frame;
}

/* A point that moves in one plane changes the others. */
static guint
count_changing (NegMprViewport *self)
{
  return self->n_visible > 1 ? self->n_visible - 1 : 1;
}

/* What those before have left, for this one and as many as may come. */
static gint64
get_budget_us (NegMprViewport *self, const Frame *frame)
{
  guint n = count_changing (self), n_left = n > frame->n_drawn ? n - frame->n_drawn : 1;

  return MAX (BUDGET_US - frame->spent_us, 0) / n_left;
}

/* --- Pictures --- */

gboolean
_neg_mpr_viewport_forget_picture (NegMprViewport *self)
{
  gboolean has_view;
  NegPlaneView view;

  if (self->gl.canvas != NULL)
    set_canvas (self);
  if (self->texture == NULL && self->wait_source == 0)
    return FALSE;
  has_view = _neg_mpr_viewport_get_view (self, &view);
  if (has_view && is_drawn (self, &view))
    return FALSE;
  g_clear_object (&self->texture);
  return has_view && gtk_widget_get_mapped (GTK_WIDGET (self))
         && neg_plane_canvas_prepare (self->canvas, &view, BUDGET_US / count_changing (self));
}

void
_neg_mpr_viewport_drop_picture (NegMprViewport *self)
{
  g_clear_object (&self->texture);
  g_clear_pointer (&self->drawn_volume, neg_volume_unref);
  g_clear_pointer (&self->drawn_fused, neg_volume_unref);
}

static void
keep_drawn (NegMprViewport *self, const NegPlaneView *view)
{
  NegVolume *former = self->drawn_volume, *former_fused = self->drawn_fused;

  self->drawn = *view;
  self->drawn_volume = neg_volume_ref (view->volume);
  self->drawn_fused = view->has_fusion ? neg_volume_ref ((NegVolume *) view->fusion.volume) : NULL;
  g_clear_pointer (&former, neg_volume_unref);
  g_clear_pointer (&former_fused, neg_volume_unref);
}

static void
draw (NegMprViewport *self)
{
  Frame *frame = get_frame (self);
  gint64 start_us = g_get_monotonic_time ();
  NegPlaneView view;

  if (self->texture != NULL || !_neg_mpr_viewport_get_view (self, &view))
    return;
  g_clear_error (&self->failure);
  self->texture = neg_plane_canvas_draw (self->canvas, &view, get_budget_us (self, frame), &self->texture_cell,
                                         &self->failure);
  frame->spent_us += g_get_monotonic_time () - start_us;
  frame->n_drawn++;
  keep_drawn (self, &view);
  if (self->texture == NULL)
    _neg_mpr_viewport_forget_texts (self);
}

gboolean
_neg_mpr_viewport_has_picture (NegMprViewport *self)
{
  NegPlaneView view;

  return self->gl.canvas != NULL ? _neg_mpr_viewport_get_view (self, &view) : self->texture != NULL;
}

void
_neg_mpr_viewport_snapshot_picture (NegMprViewport *self, GtkSnapshot *snapshot)
{
  if (self->gl.canvas != NULL) {
    neg_gl_volume_child_snapshot (&self->gl, snapshot);
    return;
  }
  draw (self);
  if (self->texture != NULL)
    neg_plane_canvas_append (GTK_WIDGET (self), snapshot, self->texture, self->texture_cell);
}
