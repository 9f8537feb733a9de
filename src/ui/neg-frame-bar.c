#include "config.h"

#include "ui/neg-frame-bar.h"

#include <glib/gi18n-lib.h>

#define WIDTH_PX 12
#define THUMB_MIN_PX 6
#define PAGE_IMAGES 10

struct _NegFrameBar {
  GtkWidget parent_instance;

  NegFrameStore *store;
  gulong frame_ready_handler;
  NegSeries *series;
  guint index;
};

G_DEFINE_FINAL_TYPE (NegFrameBar, neg_frame_bar, GTK_TYPE_WIDGET)

enum { INDEX_REQUESTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static guint
n_frames (NegFrameBar *self)
{
  return self->series != NULL ? neg_series_get_n_frames (self->series) : 0;
}

/* Of its own series: with many viewports every bar would be drawn for every frame. */
static void
frame_ready_cb (NegFrameStore *store, NegSeries *series, guint index, NegFrameBar *self)
{
  if (series == self->series)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
neg_frame_bar_set_store (NegFrameBar *self, NegFrameStore *store)
{
  g_return_if_fail (NEG_IS_FRAME_BAR (self));

  if (self->store != NULL)
    g_clear_signal_handler (&self->frame_ready_handler, self->store);
  if (g_set_object (&self->store, store) && store != NULL)
    self->frame_ready_handler
        = g_signal_connect (store, "frame-ready", G_CALLBACK (frame_ready_cb), self);
}

static void
update_accessible (NegFrameBar *self)
{
  guint n = n_frames (self);
  g_autofree char *text = n > 0 ? g_strdup_printf (_ ("image %u of %u"), self->index + 1, n) : g_strdup ("");

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 1.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, (double) MAX (n, 1),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, (double) self->index + 1,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

void
neg_frame_bar_set_position (NegFrameBar *self, NegSeries *series, guint index)
{
  g_return_if_fail (NEG_IS_FRAME_BAR (self));

  if (!g_set_object (&self->series, series) && self->index == index)
    return;
  self->index = index;
  gtk_widget_set_sensitive (GTK_WIDGET (self), n_frames (self) > 1);
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
append_box (GtkSnapshot *snapshot, const GdkRGBA *color, double x, double y, double width, double height)
{
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, width, height));
}

typedef gboolean (*FrameTest) (NegFrameStore *store, NegSeries *series, guint index);

/* Neighbouring images of one state are one box: a few rectangles however long the series. */
static void
append_where (NegFrameBar *self, GtkSnapshot *snapshot, FrameTest test, const GdkRGBA *color, double box_width,
              double min_height)
{
  double x = (gtk_widget_get_width (GTK_WIDGET (self)) - box_width) / 2;
  double height = gtk_widget_get_height (GTK_WIDGET (self));
  guint n = n_frames (self);
  guint start = 0;
  gboolean in_run = FALSE;

  if (self->store == NULL)
    return;
  for (guint i = 0; i <= n; i++) {
    gboolean yes = i < n && test (self->store, self->series, i);

    if (yes && !in_run)
      start = i;
    else if (!yes && in_run)
      append_box (snapshot, color, x, height * start / n, box_width, MAX (height * (i - start) / n, min_height));
    in_run = yes;
  }
}

static GdkRGBA
with_alpha (GdkRGBA color, double alpha)
{
  color.alpha *= alpha;
  return color;
}

static void
neg_frame_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const GdkRGBA failed = { 0xf0 / 255.0, 0x8a / 255.0, 0x5d / 255.0, 1 };
  NegFrameBar *self = NEG_FRAME_BAR (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  guint n = n_frames (self);
  double thumb_height, thumb_y;
  GdkRGBA accent, trough, decoded;

  if (n < 2)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &accent);
  trough = with_alpha (accent, 0.18);
  decoded = with_alpha (accent, 0.55);
  append_box (snapshot, &trough, width / 2.0 - 2, 0, 4, height);
  append_where (self, snapshot, neg_frame_store_is_ready, &decoded, 4, 0);
  append_where (self, snapshot, neg_frame_store_has_failed, &failed, 10, 2); /* seen by its width too */
  thumb_height = MAX ((double) height / n, THUMB_MIN_PX);
  thumb_y = (height - thumb_height) * self->index / (n - 1);
  append_box (snapshot, &accent, width / 2.0 - 4, thumb_y, 8, thumb_height);
}

static void
request (NegFrameBar *self, gint64 index)
{
  guint n = n_frames (self);

  if (n > 0)
    g_signal_emit (self, signals[INDEX_REQUESTED], 0, (guint) CLAMP (index, 0, (gint64) n - 1));
}

static void
request_at (NegFrameBar *self, double y)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self));

  if (height > 0)
    request (self, (gint64) (CLAMP (y / height, 0, 1) * n_frames (self)));
}

static void
drag_begin_cb (GtkGestureDrag *drag, double x, double y, NegFrameBar *self)
{
  request_at (self, y);
}

static void
drag_update_cb (GtkGestureDrag *drag, double dx, double dy, NegFrameBar *self)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (drag, &x, &y))
    request_at (self, y + dy);
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, NegFrameBar *self)
{
  request (self, (gint64) self->index + (gint64) dy);
  return GDK_EVENT_STOP;
}

static gboolean
key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  NegFrameBar *self = NEG_FRAME_BAR (widget);

  request (self, (gint64) self->index + g_variant_get_int32 (args));
  return GDK_EVENT_STOP;
}

static void
neg_frame_bar_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                       int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH_PX : 64;
}

static void
neg_frame_bar_dispose (GObject *object)
{
  NegFrameBar *self = NEG_FRAME_BAR (object);

  neg_frame_bar_set_store (self, NULL);
  g_clear_object (&self->series);
  G_OBJECT_CLASS (neg_frame_bar_parent_class)->dispose (object);
}

static void
neg_frame_bar_class_init (NegFrameBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_frame_bar_dispose;
  widget_class->snapshot = neg_frame_bar_snapshot;
  widget_class->measure = neg_frame_bar_measure;
  signals[INDEX_REQUESTED] = g_signal_new ("index-requested", NEG_TYPE_FRAME_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  gtk_widget_class_set_css_name (widget_class, "neg-frame-bar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, 0, key_cb, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, 0, key_cb, "i", 1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Page_Up, 0, key_cb, "i", -PAGE_IMAGES);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Page_Down, 0, key_cb, "i", PAGE_IMAGES);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Home, 0, key_cb, "i", -G_MAXINT32);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_End, 0, key_cb, "i", G_MAXINT32);
}

static void
neg_frame_bar_init (NegFrameBar *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL | GTK_EVENT_CONTROLLER_SCROLL_DISCRETE);

  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self, 0);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Position in the series"),
                                  -1);
  update_accessible (self);
}
