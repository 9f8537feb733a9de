#include "config.h"

#include "ui/neg-display-plot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "ui/neg-display-words.h"

#define LEFT 52 /* logical pixels: room for numbers */
#define RIGHT 12
#define TOP 24
#define BOTTOM 34
#define DOT 3.0
#define DEVIATION_MAX 0.4 /* what is beyond is drawn at the edge, as an arrow */

typedef struct {
  guint n;       /* of @y; 0: nothing */
  double *x, *y; /* x of the middle of steps, or of P-values; as JND index of the standard */
} Points;

struct _NegDisplayPlot {
  GtkWidget parent_instance;

  NegDisplayPlotKind kind;
  Points bare, corrected;
  double jnd_min, jnd_max;
};

G_DEFINE_FINAL_TYPE (NegDisplayPlot, neg_display_plot, GTK_TYPE_WIDGET)

/* What is drawn on, and which numbers it spans. */
typedef struct {
  NegDisplayPlot *plot;
  cairo_t *cairo;
  double left, top, width, height;
  double x_min, x_max, y_min, y_max; /* y of luminances: as powers of ten */
} Canvas;

static void
points_clear (Points *points)
{
  g_clear_pointer (&points->x, g_free);
  g_clear_pointer (&points->y, g_free);
  points->n = 0;
}

/* P-values are equal steps of JND: that is where each point should be. */
static void
points_set (Points *points, const NegConformance *conformance, NegDisplayPlotKind kind)
{
  double first, range;

  points_clear (points);
  if (conformance == NULL)
    return;
  first = conformance->jnds[0];
  range = conformance->jnds[conformance->n_steps] - first;
  points->n = conformance->n_steps + (kind == NEG_DISPLAY_PLOT_LUMINANCE ? 1 : 0);
  points->x = g_new (double, points->n);
  points->y = g_new (double, points->n);
  for (guint i = 0; i < points->n; i++) {
    double place = kind == NEG_DISPLAY_PLOT_LUMINANCE ? i : i + 0.5;

    points->x[i] = first + range * place / conformance->n_steps;
    points->y[i] = kind == NEG_DISPLAY_PLOT_LUMINANCE ? conformance->luminances[i] : conformance->contrast_errors[i];
  }
}

void
neg_display_plot_set (NegDisplayPlot *self, const NegConformance *bare, const NegConformance *corrected)
{
  g_return_if_fail (NEG_IS_DISPLAY_PLOT (self));

  points_set (&self->bare, bare, self->kind);
  points_set (&self->corrected, corrected, self->kind);
  self->jnd_min = bare != NULL ? bare->jnds[0] : NEG_JND_MIN;
  self->jnd_max = bare != NULL ? bare->jnds[bare->n_steps] : NEG_JND_MAX;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- drawing --- */

static double
to_x (const Canvas *canvas, double jnd)
{
  return canvas->left + canvas->width * (jnd - canvas->x_min) / (canvas->x_max - canvas->x_min);
}

static double
to_y (const Canvas *canvas, double value)
{
  double place = CLAMP ((value - canvas->y_min) / (canvas->y_max - canvas->y_min), 0, 1);

  return canvas->top + canvas->height * (1 - place);
}

static void
set_color (const Canvas *canvas, const char *name, double alpha)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (canvas->plot));
  GdkRGBA color;

  if (!gtk_style_context_lookup_color (context, name, &color))
    gtk_style_context_get_color (context, &color);
  cairo_set_source_rgba (canvas->cairo, color.red, color.green, color.blue, alpha);
}

/* @x_align, @y_align: which part of the text is at the point, 0 to 1. */
static void
draw_text (const Canvas *canvas, double x, double y, double x_align, double y_align, const char *text)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (canvas->plot), text);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (canvas->cairo, round (x - x_align * width), round (y - y_align * height));
  pango_cairo_show_layout (canvas->cairo, layout);
}

static void
draw_line (const Canvas *canvas, double x0, double y0, double x1, double y1)
{
  cairo_set_line_width (canvas->cairo, 1);
  cairo_move_to (canvas->cairo, round (x0) + 0.5, round (y0) + 0.5);
  cairo_line_to (canvas->cairo, round (x1) + 0.5, round (y1) + 0.5);
  cairo_stroke (canvas->cairo);
}

static void
draw_horizontal (const Canvas *canvas, double value, const char *text)
{
  double y = to_y (canvas, value);

  set_color (canvas, "neg_line", 1);
  draw_line (canvas, canvas->left, y, canvas->left + canvas->width, y);
  set_color (canvas, "neg_dim", 1);
  draw_text (canvas, canvas->left - 6, y, 1, 0.5, text);
}

static void
draw_jnds (const Canvas *canvas)
{
  double step = (canvas->x_max - canvas->x_min) > 400 ? 100 : 50;

  for (double jnd = ceil (canvas->x_min / step) * step; jnd <= canvas->x_max; jnd += step) {
    g_autofree char *text = g_strdup_printf ("%.0f", jnd);

    set_color (canvas, "neg_line", 1);
    draw_line (canvas, to_x (canvas, jnd), canvas->top, to_x (canvas, jnd), canvas->top + canvas->height);
    set_color (canvas, "neg_dim", 1);
    draw_text (canvas, to_x (canvas, jnd), canvas->top + canvas->height + 2, 0.5, 0, text);
  }
  draw_text (canvas, canvas->left + canvas->width, canvas->top + canvas->height + 17, 1, 0, _ ("JND index"));
}

/* Dots for the display as it is, rings with the calibration: not by colour alone. */
static void
draw_point (const Canvas *canvas, double x, double y, gboolean is_ring)
{
  cairo_new_sub_path (canvas->cairo);
  cairo_arc (canvas->cairo, x, y, is_ring ? DOT + 1 : DOT, 0, 2 * G_PI);
  cairo_set_line_width (canvas->cairo, 1.5);
  if (is_ring)
    cairo_stroke (canvas->cairo);
  else
    cairo_fill (canvas->cairo);
}

static void
draw_arrow (const Canvas *canvas, double x, double y, gboolean is_up)
{
  double tip = is_up ? 7 : -7;

  cairo_move_to (canvas->cairo, x, y);
  cairo_line_to (canvas->cairo, x - 4, y + tip);
  cairo_line_to (canvas->cairo, x + 4, y + tip);
  cairo_close_path (canvas->cairo);
  cairo_fill (canvas->cairo);
}

static void
draw_points (const Canvas *canvas, const Points *points, gboolean is_ring)
{
  set_color (canvas, is_ring ? "neg_accent" : "neg_attention", 1);
  for (guint i = 0; i < points->n; i++) {
    double value = canvas->plot->kind == NEG_DISPLAY_PLOT_LUMINANCE ? log10 (MAX (points->y[i], 1e-6)) : points->y[i];
    double x = to_x (canvas, points->x[i]), y = to_y (canvas, value);

    if (value > canvas->y_max || value < canvas->y_min)
      draw_arrow (canvas, x, y, value > canvas->y_max);
    else
      draw_point (canvas, x, y, is_ring);
  }
}

static void
draw_gsdf (const Canvas *canvas)
{
  set_color (canvas, "neg_text", 1);
  cairo_set_line_width (canvas->cairo, 1.5);
  cairo_new_path (canvas->cairo); /* text has left a point */
  for (guint i = 0; i <= 100; i++) {
    double jnd = canvas->plot->jnd_min + (canvas->plot->jnd_max - canvas->plot->jnd_min) * i / 100;

    cairo_line_to (canvas->cairo, to_x (canvas, jnd), to_y (canvas, log10 (neg_gsdf_get_luminance (jnd))));
  }
  cairo_stroke (canvas->cairo);
}

static void
draw_luminance (Canvas *canvas)
{
  canvas->y_min = floor (log10 (neg_gsdf_get_luminance (canvas->plot->jnd_min)));
  canvas->y_max = MAX (ceil (log10 (neg_gsdf_get_luminance (canvas->plot->jnd_max))), canvas->y_min + 1);
  for (double power = canvas->y_min; power <= canvas->y_max; power++) {
    g_autofree char *text = g_strdup_printf ("%g", pow (10, power));

    draw_horizontal (canvas, power, text);
  }
  draw_jnds (canvas);
  draw_gsdf (canvas);
  draw_text (canvas, 0, 0, 0, 0, _ ("Luminance in cd/m² over the GSDF (line)"));
}

static void
draw_band (const Canvas *canvas, double deviation, double alpha)
{
  set_color (canvas, "neg_arrived", alpha);
  cairo_rectangle (canvas->cairo, canvas->left, to_y (canvas, deviation), canvas->width,
                   to_y (canvas, -deviation) - to_y (canvas, deviation));
  cairo_fill (canvas->cairo);
}

static void
draw_contrast (Canvas *canvas)
{
  static const double values[] = { -0.4, -0.2, -0.1, 0, 0.1, 0.2, 0.4 };

  canvas->y_min = -DEVIATION_MAX;
  canvas->y_max = DEVIATION_MAX;
  draw_band (canvas, NEG_DISPLAY_OTHER, 0.10);
  draw_band (canvas, NEG_DISPLAY_DIAGNOSTIC, 0.18);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree char *text = g_strdup_printf (values[i] != 0 ? "%+.0f %%" : "%.0f %%", 100 * values[i]);

    draw_horizontal (canvas, values[i], text);
  }
  draw_jnds (canvas);
  set_color (canvas, "neg_text", 1);
  draw_text (canvas, 0, 0, 0, 0, _ ("Contrast of each step against the standard's, with 10 and 20 %"));
}

static void
neg_display_plot_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegDisplayPlot *self = NEG_DISPLAY_PLOT (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cairo = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  Canvas canvas = { .plot = self, .cairo = cairo, .left = LEFT, .top = TOP, .width = width - LEFT - RIGHT,
                    .height = height - TOP - BOTTOM, .x_min = self->jnd_min, .x_max = self->jnd_max };

  if (canvas.width > 0 && canvas.height > 0 && canvas.x_max > canvas.x_min) {
    if (self->kind == NEG_DISPLAY_PLOT_LUMINANCE)
      draw_luminance (&canvas);
    else
      draw_contrast (&canvas);
    draw_points (&canvas, &self->bare, FALSE);
    draw_points (&canvas, &self->corrected, TRUE);
  }
  cairo_destroy (cairo);
}

static void
neg_display_plot_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                          int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 320 : 150;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 480 : 240;
}

static void
neg_display_plot_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (neg_display_plot_parent_class)->css_changed (widget, change);
  gtk_widget_queue_draw (widget);
}

static void
neg_display_plot_finalize (GObject *object)
{
  NegDisplayPlot *self = NEG_DISPLAY_PLOT (object);

  points_clear (&self->bare);
  points_clear (&self->corrected);
  G_OBJECT_CLASS (neg_display_plot_parent_class)->finalize (object);
}

static void
neg_display_plot_class_init (NegDisplayPlotClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = neg_display_plot_finalize;
  widget_class->snapshot = neg_display_plot_snapshot;
  widget_class->measure = neg_display_plot_measure;
  widget_class->css_changed = neg_display_plot_css_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "neg-display-plot");
}

static void
neg_display_plot_init (NegDisplayPlot *self)
{
  self->jnd_min = NEG_JND_MIN;
  self->jnd_max = NEG_JND_MAX;
}

GtkWidget *
neg_display_plot_new (NegDisplayPlotKind kind)
{
  NegDisplayPlot *self = g_object_new (NEG_TYPE_DISPLAY_PLOT, "hexpand", TRUE, "vexpand", TRUE, NULL);

  self->kind = kind;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  kind == NEG_DISPLAY_PLOT_LUMINANCE ? _ ("Luminance over the GSDF")
                                                                     : _ ("Contrast of each step"),
                                  -1);
  return GTK_WIDGET (self);
}
