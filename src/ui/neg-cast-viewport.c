#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "reading/neg-cast-caption.h"
#include "reading/neg-cover.h"
#include "ui/neg-cast-viewport-private.h"
#include "ui/neg-privacy.h"

#define MARGIN_PX 8
#define TURN_PERIOD_US (10 * G_USEC_PER_SEC)

G_DEFINE_FINAL_TYPE (NegCastViewport, neg_cast_viewport, GTK_TYPE_WIDGET)

enum { TAKEN, MENU_REQUESTED, TURNING_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

guint
_neg_cast_viewport_get_width_px (NegCastViewport *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self)) * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

guint
_neg_cast_viewport_get_height_px (NegCastViewport *self)
{
  return gtk_widget_get_height (GTK_WIDGET (self)) * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

gboolean
_neg_cast_viewport_get_raycast (NegCastViewport *self, NegRaycast *raycast, NegVolume **volume)
{
  guint width = _neg_cast_viewport_get_width_px (self), height = _neg_cast_viewport_get_height_px (self);

  return width > 0 && height > 0 && neg_volume_reading_get_fourth (self->volumes) != NEG_FOURTH_OBLIQUE
         && neg_volume_reading_get_raycast (self->volumes, width, height, raycast, volume);
}

/* --- What is to be seen --- */

/* Only ever more. */
static guint
count_slices (const NegVolume *volume)
{
  return g_atomic_int_get (&volume->n_ready) + g_atomic_int_get (&volume->n_failed);
}

static void
want (NegCastViewport *self)
{
  NegCastView view = { .width = _neg_cast_viewport_get_width_px (self),
                       .height = _neg_cast_viewport_get_height_px (self),
                       .is_moving = self->turning != 0 };

  if (!gtk_widget_get_mapped (GTK_WIDGET (self))
      || !_neg_cast_viewport_get_raycast (self, &view.raycast, &view.volume)) {
    neg_cast_canvas_want (self->canvas, NULL);
    if (self->gl.canvas != NULL)
      neg_gl_volume_canvas_clear (self->gl.canvas);
    return;
  }
  if (self->gl.canvas != NULL) {
    neg_gl_volume_canvas_set_rays (self->gl.canvas, view.volume, &view.raycast);
    return;
  }
  view.serial = count_slices (view.volume);
  neg_cast_canvas_want (self->canvas, &view);
}

static void
update_accessible (NegCastViewport *self)
{
  g_autofree char *label = neg_cast_caption_dup_label (self->volumes);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* Texts are dark on a bright ground. */
static void
set_ground (NegCastViewport *self)
{
  NegRaycast raycast;
  NegVolume *volume;

  if (_neg_cast_viewport_get_raycast (self, &raycast, &volume) && raycast.is_mip && raycast.inverted)
    gtk_widget_add_css_class (GTK_WIDGET (self), "white-ground");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "white-ground");
}

static void
look_again (NegCastViewport *self)
{
  self->overlay_is_old = TRUE;
  g_clear_object (&self->message);
  set_ground (self);
  want (self);
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static char *
dup_drawn_text (GtkWidget *widget)
{
  return neg_overlay_painter_dup_text (&NEG_CAST_VIEWPORT (widget)->overlay);
}

static void
privacy_changed_cb (NegCastViewport *self)
{
  neg_overlay_painter_forget (self->painter);
  look_again (self);
}

/* The planes cut it. */
static void
mpr_changed_cb (NegCastViewport *self)
{
  if (neg_volume_reading_is_clipped (self->volumes))
    look_again (self);
}

static void
drawn_cb (gpointer data)
{
  gtk_widget_queue_draw (GTK_WIDGET (data));
}

void
neg_cast_viewport_set_captions (NegCastViewport *self, NegCaptionsLevel level)
{
  g_return_if_fail (NEG_IS_CAST_VIEWPORT (self));

  self->level = level;
  self->overlay_is_old = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Turning --- */

static gboolean
turn_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  NegCastViewport *self = NEG_CAST_VIEWPORT (widget);
  gint64 now_us = gdk_frame_clock_get_frame_time (clock);
  gint64 passed_us = CLAMP (now_us - self->turned_us, 0, G_USEC_PER_SEC);

  if (self->turned_us != 0 && passed_us > 0)
    neg_volume_reading_turn_about (self->volumes, 2 * G_PI * passed_us / TURN_PERIOD_US);
  self->turned_us = now_us;
  return G_SOURCE_CONTINUE;
}

gboolean
neg_cast_viewport_is_turning (NegCastViewport *self)
{
  g_return_val_if_fail (NEG_IS_CAST_VIEWPORT (self), FALSE);

  return self->turning != 0;
}

void
neg_cast_viewport_set_turning (NegCastViewport *self, gboolean turning)
{
  g_return_if_fail (NEG_IS_CAST_VIEWPORT (self));

  if (turning == (self->turning != 0))
    return;
  if (turning) {
    self->turned_us = 0;
    self->turning = gtk_widget_add_tick_callback (GTK_WIDGET (self), turn_cb, NULL, NULL);
  } else {
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->turning);
    self->turning = 0;
    look_again (self); /* now fine */
  }
  g_signal_emit (self, signals[TURNING_CHANGED], 0);
}

/* --- Drawing --- */

static void
read_overlay (NegCastViewport *self)
{
  NegRaycast raycast;
  NegVolume *volume;

  neg_overlay_clear (&self->overlay);
  if (_neg_cast_viewport_get_raycast (self, &raycast, &volume))
    neg_overlay_init_for_cast (&self->overlay, self->reading, self->volumes, &raycast,
                               neg_overlay_painter_fit_level (self->painter, self->level));
  else
    for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
      self->overlay.corners[corner] = g_strdup ("");
  neg_overlay_painter_set (self->painter, &self->overlay, TRUE);
  self->overlay_is_old = FALSE;
}

static void
append_message (NegCastViewport *self, GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height;
  GdkRGBA color;

  if (self->message == NULL) {
    self->message = neg_overlay_painter_new_layout (GTK_WIDGET (self), MAX (width - 2 * MARGIN_PX, 1));
    pango_layout_set_alignment (self->message, PANGO_ALIGN_CENTER);
    pango_layout_set_text (self->message, _ ("loading…"), -1);
  }
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  pango_layout_get_pixel_size (self->message, NULL, &height);
  neg_overlay_painter_append_text (snapshot, self->message, MARGIN_PX,
                                   (gtk_widget_get_height (GTK_WIDGET (self)) - height) / 2, &color);
}

static void
append_picture (NegCastViewport *self, GtkSnapshot *snapshot, GdkTexture *picture, guint cell)
{
  double scale = (double) cell / gtk_widget_get_scale_factor (GTK_WIDGET (self));

  /* Smooth between its pixels where they are cells. */
  gtk_snapshot_append_texture (snapshot, picture,
                               &GRAPHENE_RECT_INIT (0, 0, (float) (gdk_texture_get_width (picture) * scale),
                                                    (float) (gdk_texture_get_height (picture) * scale)));
}

static void
neg_cast_viewport_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const GdkRGBA black = { 0, 0, 0, 1 };
  NegCastViewport *self = NEG_CAST_VIEWPORT (widget);
  graphene_rect_t area = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  guint cell;
  GdkTexture *picture = neg_cast_canvas_get (self->canvas, &cell);

  if (self->overlay_is_old)
    read_overlay (self);
  gtk_snapshot_push_clip (snapshot, &area);
  gtk_snapshot_append_color (snapshot, &black, &area);
  if (neg_cover_hides_volumes (self->volumes)) {
    neg_overlay_painter_append_cover (widget, snapshot);
  } else {
    if (self->gl.canvas != NULL)
      neg_gl_volume_child_snapshot (&self->gl, snapshot);
    else if (picture != NULL)
      append_picture (self, snapshot, picture, cell);
    neg_overlay_painter_snapshot (self->painter, snapshot);
    if (picture == NULL && self->gl.canvas == NULL)
      append_message (self, snapshot);
  }
  gtk_snapshot_pop (snapshot);
}

/* --- Widget --- */

static void
neg_cast_viewport_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                           int *minimum_baseline, int *natural_baseline)
{
  neg_gl_volume_child_measure (&NEG_CAST_VIEWPORT (widget)->gl, orientation, for_size);
  *minimum = 64;
  *natural = 512;
}

static void
neg_cast_viewport_realize (GtkWidget *widget)
{
  NegCastViewport *self = NEG_CAST_VIEWPORT (widget);

  GTK_WIDGET_CLASS (neg_cast_viewport_parent_class)->realize (widget);
  neg_gl_volume_child_init (&self->gl, widget, self->renderer);
}

static void
forget_texts (NegCastViewport *self)
{
  neg_overlay_painter_forget (self->painter);
  self->overlay_is_old = TRUE;
  g_clear_object (&self->message);
}

static void
neg_cast_viewport_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child)) /* a menu that is open */
      gtk_popover_present (GTK_POPOVER (child));
  neg_gl_volume_child_allocate (&NEG_CAST_VIEWPORT (widget)->gl, width, height, baseline);
  forget_texts (NEG_CAST_VIEWPORT (widget));
  look_again (NEG_CAST_VIEWPORT (widget));
}

static void
neg_cast_viewport_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (neg_cast_viewport_parent_class)->map (widget);
  look_again (NEG_CAST_VIEWPORT (widget));
}

static void
neg_cast_viewport_unmap (GtkWidget *widget)
{
  NegCastViewport *self = NEG_CAST_VIEWPORT (widget);

  neg_cast_viewport_set_turning (self, FALSE);
  GTK_WIDGET_CLASS (neg_cast_viewport_parent_class)->unmap (widget);
  neg_cast_canvas_want (self->canvas, NULL);
}

static void
scale_changed_cb (NegCastViewport *self)
{
  forget_texts (self);
  look_again (self);
}

static void
neg_cast_viewport_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (neg_cast_viewport_parent_class)->css_changed (widget, change);
  forget_texts (NEG_CAST_VIEWPORT (widget));
}

static void
neg_cast_viewport_dispose (GObject *object)
{
  NegCastViewport *self = NEG_CAST_VIEWPORT (object);

  neg_gl_volume_child_clear (&self->gl);
  while (gtk_widget_get_first_child (GTK_WIDGET (self)) != NULL)
    gtk_widget_unparent (gtk_widget_get_first_child (GTK_WIDGET (self)));
  forget_texts (self);
  g_clear_pointer (&self->canvas, neg_cast_canvas_free);
  G_OBJECT_CLASS (neg_cast_viewport_parent_class)->dispose (object);
}

static void
neg_cast_viewport_finalize (GObject *object)
{
  NegCastViewport *self = NEG_CAST_VIEWPORT (object);

  neg_overlay_painter_free (self->painter);
  neg_overlay_clear (&self->overlay);
  g_clear_object (&self->volumes);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_cast_viewport_parent_class)->finalize (object);
}

static void
neg_cast_viewport_class_init (NegCastViewportClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = neg_cast_viewport_dispose;
  object_class->finalize = neg_cast_viewport_finalize;
  widget_class->realize = neg_cast_viewport_realize;
  widget_class->measure = neg_cast_viewport_measure;
  widget_class->size_allocate = neg_cast_viewport_size_allocate;
  widget_class->snapshot = neg_cast_viewport_snapshot;
  widget_class->map = neg_cast_viewport_map;
  widget_class->unmap = neg_cast_viewport_unmap;
  widget_class->css_changed = neg_cast_viewport_css_changed;
  signals[TAKEN] = g_signal_new ("taken", NEG_TYPE_CAST_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MENU_REQUESTED] = g_signal_new ("menu-requested", NEG_TYPE_CAST_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[TURNING_CHANGED] = g_signal_new ("turning-changed", NEG_TYPE_CAST_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "neg-viewport");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  _neg_cast_viewport_class_init_input (widget_class);
}

static void
neg_cast_viewport_init (NegCastViewport *self)
{
  self->painter = neg_overlay_painter_new (GTK_WIDGET (self));
  self->canvas = neg_cast_canvas_new (drawn_cb, self);
  self->overlay_is_old = TRUE;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (scale_changed_cb), NULL);
  _neg_cast_viewport_init_input (self);
}

NegCastViewport *
neg_cast_viewport_new (NegReading *reading, NegVolumeReading *volumes, NegRenderer renderer)
{
  NegCastViewport *self = g_object_new (NEG_TYPE_CAST_VIEWPORT, NULL);

  self->reading = g_object_ref (reading);
  self->volumes = g_object_ref (volumes);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  neg_privacy_set_drawn_text (GTK_WIDGET (self), dup_drawn_text);
  self->renderer = renderer;
  g_signal_connect_object (volumes, "changed", G_CALLBACK (look_again), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (neg_volume_reading_get_mpr (volumes), "changed", G_CALLBACK (mpr_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (reading, "patients-changed", G_CALLBACK (look_again), self, G_CONNECT_SWAPPED);
  update_accessible (self);
  return self;
}
