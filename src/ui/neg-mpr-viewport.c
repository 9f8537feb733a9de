#include "config.h"

#include <string.h>

#include "reading/neg-cover.h"
#include "ui/neg-mpr-viewport-private.h"
#include "ui/neg-privacy.h"

G_DEFINE_FINAL_TYPE (NegMprViewport, neg_mpr_viewport, GTK_TYPE_WIDGET)

#define AUTO_PX 128 /* along a side: samples enough for percentiles, a millisecond where a slab is thick */

enum { TAKEN, MENU_REQUESTED, ANNOTATION_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

guint
neg_mpr_viewport_get_width_px (NegMprViewport *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self)) * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

guint
neg_mpr_viewport_get_height_px (NegMprViewport *self)
{
  return gtk_widget_get_height (GTK_WIDGET (self)) * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

NegMprPlane
neg_mpr_viewport_get_plane (NegMprViewport *self)
{
  return self->plane;
}

/* --- What has changed --- */

static void
draw_again (NegMprViewport *self)
{
  g_clear_handle_id (&self->wait_source, g_source_remove);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
wait_cb (gpointer data)
{
  NegMprViewport *self = data;

  self->wait_source = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
look_again (NegMprViewport *self)
{
  gboolean waits = _neg_mpr_viewport_forget_picture (self);

  _neg_mpr_viewport_forget_texts (self);
  _neg_mpr_viewport_annotations_plane_changed (self);
  _neg_mpr_viewport_update_accessible (self);
  if (!waits)
    draw_again (self);
  else if (self->wait_source == 0)
    self->wait_source = g_timeout_add (NEG_PLANE_CANVAS_WAIT_MS, wait_cb, self);
}

static void
mpr_changed_cb (NegMprViewport *self, guint planes)
{
  if (planes & (1u << self->plane))
    look_again (self);
  else
    gtk_widget_queue_draw (GTK_WIDGET (self)); /* its lines */
}

static void
reading_changed_cb (NegMprViewport *self)
{
  _neg_mpr_viewport_forget_texts (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Settings --- */

void
neg_mpr_viewport_set_captions (NegMprViewport *self, NegCaptionsLevel level)
{
  self->level = level;
  _neg_mpr_viewport_forget_texts (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
neg_mpr_viewport_set_lines (NegMprViewport *self, gboolean has_lines)
{
  self->has_lines = has_lines;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
neg_mpr_viewport_set_curve (NegMprViewport *self, const NegDisplayCurve *curve)
{
  NegDisplayCurve *old = self->curve;

  g_clear_object (&self->texture);
  self->curve = curve != NULL ? g_memdup2 (curve, sizeof *curve) : NULL;
  _neg_mpr_viewport_forget_picture (self);
  g_free (old); /* nobody draws with it any more */
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
neg_mpr_viewport_set_wheel_reversed (NegMprViewport *self, gboolean reversed)
{
  self->wheel_reversed = reversed;
}

void
neg_mpr_viewport_set_n_visible (NegMprViewport *self, guint n)
{
  self->n_visible = MAX (n, 1);
}

gboolean
neg_mpr_viewport_get_auto_voi (NegMprViewport *self, NegVoi *voi)
{
  static const NegModality as_it_is = { .slope = 1 };
  static const NegPadding none = { 0 };
  g_autofree float *values = g_new (float, AUTO_PX * AUTO_PX);
  const NegFrame frame = { .format = { .rows = AUTO_PX, .columns = AUTO_PX, .samples = 1, .bits_stored = 32,
                                       .sample_type = NEG_SAMPLE_F32, .color = NEG_COLOR_MONOCHROME2 },
                           .pixels = values };
  NegPlaneView view;

  g_return_val_if_fail (NEG_IS_MPR_VIEWPORT (self), FALSE);

  if (!_neg_mpr_viewport_get_view (self, &view))
    return FALSE;
  for (guint i = 0; i < 3; i++) {
    view.reformat.x_mm[i] *= (double) view.width / AUTO_PX;
    view.reformat.y_mm[i] *= (double) view.height / AUTO_PX;
  }
  neg_reformat_rows (&view.reformat, view.volume, AUTO_PX, values, NULL, 0, AUTO_PX);
  return neg_voi_init_auto (voi, &frame, &as_it_is, &none, NULL);
}

/* --- Widget --- */

static void
finer_cb (gpointer data)
{
  NegMprViewport *self = data;

  g_clear_object (&self->texture);
  draw_again (self);
}

static void
neg_mpr_viewport_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                          int *minimum_baseline, int *natural_baseline)
{
  neg_gl_volume_child_measure (&NEG_MPR_VIEWPORT (widget)->gl, orientation, for_size);
  *minimum = 64;
  *natural = 512;
}

static void
neg_mpr_viewport_realize (GtkWidget *widget)
{
  NegMprViewport *self = NEG_MPR_VIEWPORT (widget);

  GTK_WIDGET_CLASS (neg_mpr_viewport_parent_class)->realize (widget);
  neg_gl_volume_child_init (&self->gl, widget, self->renderer);
  look_again (self);
}

static void
neg_mpr_viewport_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child)) /* GTK leaves that to whoever has one: a menu of another size stays cut off else */
      gtk_popover_present (GTK_POPOVER (child));
  neg_gl_volume_child_allocate (&NEG_MPR_VIEWPORT (widget)->gl, width, height, baseline);
  _neg_mpr_viewport_drop_texts (NEG_MPR_VIEWPORT (widget));
  look_again (NEG_MPR_VIEWPORT (widget));
}

static void
neg_mpr_viewport_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const GdkRGBA black = { 0, 0, 0, 1 };
  NegMprViewport *self = NEG_MPR_VIEWPORT (widget);
  graphene_rect_t area
      = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));

  gtk_snapshot_push_clip (snapshot, &area);
  gtk_snapshot_append_color (snapshot, &black, &area);
  if (neg_cover_hides_volumes (self->volumes)) {
    neg_overlay_painter_append_cover (widget, snapshot);
  } else {
    _neg_mpr_viewport_snapshot_picture (self, snapshot);
    _neg_mpr_viewport_snapshot_lines (self, snapshot);
    _neg_mpr_viewport_snapshot_texts (self, snapshot);
    _neg_mpr_viewport_snapshot_annotations (self, snapshot);
  }
  gtk_snapshot_pop (snapshot);
}

static char *
dup_drawn_text (GtkWidget *widget)
{
  return neg_overlay_painter_dup_text (&NEG_MPR_VIEWPORT (widget)->overlay);
}

static void
privacy_changed_cb (NegMprViewport *self)
{
  _neg_mpr_viewport_drop_texts (self);
  _neg_mpr_viewport_update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
scale_changed_cb (NegMprViewport *self)
{
  _neg_mpr_viewport_drop_texts (self);
  look_again (self);
}

static void
neg_mpr_viewport_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (neg_mpr_viewport_parent_class)->css_changed (widget, change);
  _neg_mpr_viewport_drop_texts (NEG_MPR_VIEWPORT (widget));
}

static void
neg_mpr_viewport_dispose (GObject *object)
{
  NegMprViewport *self = NEG_MPR_VIEWPORT (object);

  g_clear_handle_id (&self->wait_source, g_source_remove);
  _neg_mpr_viewport_dispose_annotations (self);
  neg_gl_volume_child_clear (&self->gl);
  while (gtk_widget_get_first_child (GTK_WIDGET (self)) != NULL) /* a menu that is open */
    gtk_widget_unparent (gtk_widget_get_first_child (GTK_WIDGET (self)));
  _neg_mpr_viewport_drop_picture (self);
  _neg_mpr_viewport_drop_texts (self);
  g_clear_pointer (&self->canvas, neg_plane_canvas_free);
  G_OBJECT_CLASS (neg_mpr_viewport_parent_class)->dispose (object);
}

static void
neg_mpr_viewport_finalize (GObject *object)
{
  NegMprViewport *self = NEG_MPR_VIEWPORT (object);

  neg_overlay_painter_free (self->painter);
  neg_overlay_clear (&self->overlay);
  g_clear_error (&self->failure);
  g_free (self->curve);
  g_clear_object (&self->volumes);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_mpr_viewport_parent_class)->finalize (object);
}

static void
neg_mpr_viewport_class_init (NegMprViewportClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = neg_mpr_viewport_dispose;
  object_class->finalize = neg_mpr_viewport_finalize;
  widget_class->realize = neg_mpr_viewport_realize;
  widget_class->measure = neg_mpr_viewport_measure;
  widget_class->size_allocate = neg_mpr_viewport_size_allocate;
  widget_class->snapshot = neg_mpr_viewport_snapshot;
  widget_class->css_changed = neg_mpr_viewport_css_changed;
  signals[TAKEN] = g_signal_new ("taken", NEG_TYPE_MPR_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MENU_REQUESTED] = g_signal_new ("menu-requested", NEG_TYPE_MPR_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[ANNOTATION_FAILED] = g_signal_new ("annotation-failed", NEG_TYPE_MPR_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  gtk_widget_class_set_css_name (widget_class, "neg-viewport");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  _neg_mpr_viewport_class_init_input (widget_class);
}

static void
neg_mpr_viewport_init (NegMprViewport *self)
{
  self->painter = neg_overlay_painter_new (GTK_WIDGET (self));
  self->canvas = neg_plane_canvas_new (finer_cb, self);
  self->has_lines = TRUE;
  self->n_visible = 1;
  self->overlay_is_old = TRUE;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (scale_changed_cb), NULL);
  _neg_mpr_viewport_init_input (self);
}

NegMprViewport *
neg_mpr_viewport_new (NegReading *reading, NegVolumeReading *volumes, NegMprPlane plane, NegRenderer renderer)
{
  NegMprViewport *self = g_object_new (NEG_TYPE_MPR_VIEWPORT, NULL);

  self->reading = g_object_ref (reading);
  self->volumes = g_object_ref (volumes);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  neg_privacy_set_drawn_text (GTK_WIDGET (self), dup_drawn_text);
  self->plane = plane;
  self->renderer = renderer;
  g_signal_connect_object (neg_volume_reading_get_mpr (volumes), "changed", G_CALLBACK (mpr_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (volumes, "changed", G_CALLBACK (look_again), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reading, "patients-changed", G_CALLBACK (reading_changed_cb), self, G_CONNECT_SWAPPED);
  _neg_mpr_viewport_update_accessible (self);
  return self;
}
