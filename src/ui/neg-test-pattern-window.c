#include "config.h"

#include "ui/neg-test-pattern-window.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-monitor.h"
#include "ui/neg-test-pattern.h"

#define N_LEVELS 256
#define BYTES_PER_PIXEL 4

/* What is drawn. */
#define NEG_TYPE_TEST_PATTERN_VIEW (neg_test_pattern_view_get_type ())
G_DECLARE_FINAL_TYPE (NegTestPatternView, neg_test_pattern_view, NEG, TEST_PATTERN_VIEW, GtkWidget)

struct _NegTestPatternView {
  GtkWidget parent_instance;

  NegDisplayCurve *curve; /* of the monitor; nullable */
  gboolean is_applied;
  char *monitor; /* as a person knows it */
  GdkTexture *texture; /* NULL: to be drawn */
  NegTestPatternBox text_box;
  PangoLayout *text;
};

G_DEFINE_FINAL_TYPE (NegTestPatternView, neg_test_pattern_view, GTK_TYPE_WIDGET)

struct _NegTestPatternWindow {
  GtkWindow parent_instance;

  GSettings *settings; /* nullable */
  NegTestPatternView *view;
};

G_DEFINE_FINAL_TYPE (NegTestPatternWindow, neg_test_pattern_window, GTK_TYPE_WINDOW)

/* --- the view --- */

/* Each P-value by itself: dithering would draw lines where the pattern has none. */
static void
fill_levels (const NegTestPatternView *self, guint8 levels[N_LEVELS])
{
  for (guint i = 0; i < N_LEVELS; i++) {
    float p = i / (float) (N_LEVELS - 1);

    if (self->is_applied && self->curve != NULL)
      p = neg_display_curve_apply (self->curve, p);
    levels[i] = p * (N_LEVELS - 1) + 0.5f;
  }
}

/* NULL: no memory. */
static guint8 *
draw_pixels (NegTestPatternView *self, guint width, guint height, gsize n_pixels)
{
  g_autofree guint8 *values = g_try_malloc (n_pixels);
  guint8 *pixels = g_try_malloc_n (n_pixels, BYTES_PER_PIXEL);
  guint8 levels[N_LEVELS];

  if (values == NULL || pixels == NULL) {
    g_free (pixels);
    return NULL;
  }
  neg_test_pattern_draw (values, width, width, height, &self->text_box);
  fill_levels (self, levels);
  for (gsize i = 0; i < n_pixels; i++) {
    guint8 *pixel = pixels + i * BYTES_PER_PIXEL;

    pixel[0] = pixel[1] = pixel[2] = levels[values[i]];
    pixel[3] = 255;
  }
  return pixels;
}

static void
draw (NegTestPatternView *self)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  guint width = gtk_widget_get_width (GTK_WIDGET (self)) * scale;
  guint height = gtk_widget_get_height (GTK_WIDGET (self)) * scale;
  gsize n_pixels = (gsize) width * height;
  guint8 *pixels = n_pixels > 0 ? draw_pixels (self, width, height, n_pixels) : NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (pixels == NULL)
    return;
  bytes = g_bytes_new_take (pixels, n_pixels * BYTES_PER_PIXEL);
  self->texture = gdk_memory_texture_new (width, height, GDK_MEMORY_B8G8R8A8_PREMULTIPLIED, bytes,
                                          (gsize) width * BYTES_PER_PIXEL);
}

static const char *
get_calibration_words (const NegTestPatternView *self)
{
  if (self->curve == NULL)
    return _ ("No calibration is kept for this monitor: grey levels are as it shows them.");
  if (self->is_applied)
    return _ ("The calibration is applied. C: without it.");
  return _ ("The calibration is NOT applied. C: with it.");
}

static char *
dup_words (NegTestPatternView *self)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return g_strdup_printf (_ ("%s\nPattern: %d × %d device pixels\n%s\nEscape: away"), self->monitor,
                          gtk_widget_get_width (GTK_WIDGET (self)) * scale,
                          gtk_widget_get_height (GTK_WIDGET (self)) * scale, get_calibration_words (self));
}

static void
refresh (NegTestPatternView *self)
{
  g_autofree char *words = dup_words (self);

  g_clear_object (&self->texture);
  g_clear_object (&self->text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Test pattern"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
draw_words (NegTestPatternView *self, GtkSnapshot *snapshot)
{
  static const GdkRGBA grey = { 0.75, 0.75, 0.75, 1 };
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  NegTestPatternBox box = self->text_box;
  int width, height;

  if (box.width == 0)
    return;
  if (self->text == NULL) {
    g_autofree char *words = dup_words (self);

    self->text = gtk_widget_create_pango_layout (GTK_WIDGET (self), words);
    pango_layout_set_alignment (self->text, PANGO_ALIGN_CENTER);
    pango_layout_set_width (self->text, (int) (box.width / scale) * PANGO_SCALE);
  }
  pango_layout_get_pixel_size (self->text, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (box.x / scale, box.y / scale, box.width / scale,
                                                         box.height / scale));
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (box.x / scale,
                                                          box.y / scale + MAX (box.height / scale - height, 0) / 2));
  gtk_snapshot_append_layout (snapshot, self->text, &grey);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_restore (snapshot);
}

static void
neg_test_pattern_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegTestPatternView *self = NEG_TEST_PATTERN_VIEW (widget);

  if (self->texture == NULL)
    draw (self);
  if (self->texture == NULL)
    return;
  gtk_snapshot_append_texture (snapshot, self->texture,
                               &GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget),
                                                    gtk_widget_get_height (widget)));
  draw_words (self, snapshot);
}

static void
neg_test_pattern_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  refresh (NEG_TEST_PATTERN_VIEW (widget));
}

static void
neg_test_pattern_view_finalize (GObject *object)
{
  NegTestPatternView *self = NEG_TEST_PATTERN_VIEW (object);

  g_clear_object (&self->texture);
  g_clear_object (&self->text);
  g_free (self->curve);
  g_free (self->monitor);
  G_OBJECT_CLASS (neg_test_pattern_view_parent_class)->finalize (object);
}

static void
neg_test_pattern_view_class_init (NegTestPatternViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = neg_test_pattern_view_finalize;
  widget_class->snapshot = neg_test_pattern_view_snapshot;
  widget_class->size_allocate = neg_test_pattern_view_size_allocate;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "neg-test-pattern");
}

static void
neg_test_pattern_view_init (NegTestPatternView *self)
{
  self->is_applied = TRUE;
  self->monitor = g_strdup ("");
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (refresh), NULL);
}

/* --- the window --- */

static gboolean
toggle_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  NegTestPatternWindow *self = NEG_TEST_PATTERN_WINDOW (widget);

  self->view->is_applied = !self->view->is_applied;
  refresh (self->view);
  return TRUE;
}

/* It may be dragged or sent to another one. */
static void
follow_monitor (NegTestPatternWindow *self)
{
  GdkMonitor *monitor = neg_monitor_get (GTK_WIDGET (self));

  if (monitor == NULL)
    return;
  g_free (self->view->curve);
  self->view->curve = neg_monitor_dup_curve (self->settings, monitor, NULL);
  g_free (self->view->monitor);
  self->view->monitor = neg_monitor_dup_title (monitor);
  refresh (self->view);
}

static void
neg_test_pattern_window_realize (GtkWidget *widget)
{
  GdkSurface *surface;

  GTK_WIDGET_CLASS (neg_test_pattern_window_parent_class)->realize (widget);
  surface = gtk_native_get_surface (GTK_NATIVE (widget));
  g_signal_connect_object (surface, "enter-monitor", G_CALLBACK (follow_monitor), widget, G_CONNECT_SWAPPED);
  g_signal_connect_object (surface, "leave-monitor", G_CALLBACK (follow_monitor), widget, G_CONNECT_SWAPPED);
  follow_monitor (NEG_TEST_PATTERN_WINDOW (widget));
}

static void
neg_test_pattern_window_dispose (GObject *object)
{
  g_clear_object (&NEG_TEST_PATTERN_WINDOW (object)->settings);
  G_OBJECT_CLASS (neg_test_pattern_window_parent_class)->dispose (object);
}

static void
neg_test_pattern_window_class_init (NegTestPatternWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_test_pattern_window_dispose;
  widget_class->realize = neg_test_pattern_window_realize;
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_c, 0, toggle_cb, NULL);
}

static void
neg_test_pattern_window_init (NegTestPatternWindow *self)
{
  self->view = g_object_new (NEG_TYPE_TEST_PATTERN_VIEW, NULL);
  gtk_window_set_child (GTK_WINDOW (self), GTK_WIDGET (self->view));
  gtk_window_set_title (GTK_WINDOW (self), _ ("Test pattern"));
  gtk_window_set_decorated (GTK_WINDOW (self), FALSE);
  gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->view));
}

/* One at a time. */
static void
close_others (void)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = g_list_model_get_n_items (toplevels); i-- > 0;) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

    if (NEG_IS_TEST_PATTERN_WINDOW (window))
      gtk_window_destroy (window);
  }
}

GtkWindow *
neg_test_pattern_window_new (GSettings *settings, GtkWindow *parent, GdkMonitor *monitor)
{
  NegTestPatternWindow *self;
  GdkRectangle geometry;

  close_others ();
  self = g_object_new (NEG_TYPE_TEST_PATTERN_WINDOW, "transient-for", parent, "destroy-with-parent", TRUE,
                       NULL);
  g_set_object (&self->settings, settings);
  if (monitor == NULL)
    monitor = neg_monitor_get (GTK_WIDGET (parent));
  if (monitor == NULL) {
    gtk_window_fullscreen (GTK_WINDOW (self));
    return GTK_WINDOW (self);
  }
  gdk_monitor_get_geometry (monitor, &geometry);
  gtk_window_set_default_size (GTK_WINDOW (self), geometry.width, geometry.height); /* where nobody manages windows */
  gtk_window_fullscreen_on_monitor (GTK_WINDOW (self), monitor);
  return GTK_WINDOW (self);
}
