#include "config.h"

#include "ui/neg-reject-plot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define LEFT 56 /* logical pixels: room for numbers */
#define NAMES 150
#define RIGHT 56
#define TOP 26
#define BOTTOM 24
#define BARS_MAX 12u
#define BAR_HEIGHT_MAX 26.0
#define DOT 2.5

struct _NegRejectPlot {
  GtkWidget parent_instance;

  GPtrArray *counts;
  NegRejectsBy by;
};

G_DEFINE_FINAL_TYPE (NegRejectPlot, neg_reject_plot, GTK_TYPE_WIDGET)

typedef struct {
  NegRejectPlot *plot;
  cairo_t *cairo;
  double left, top, width, height, largest;
  gboolean is_rate;
} Canvas;

/* --- numbers --- */

/* Without what was made, of a reason or of days before the desk, there is no rate. */
static gboolean
has_rates (const NegRejectPlot *self)
{
  if (self->by == NEG_REJECTS_BY_REASON)
    return FALSE;
  for (guint i = 0; i < self->counts->len; i++) {
    const NegRejectCount *count = self->counts->pdata[i];

    if (count->n_made == 0 && count->n_rejected > 0)
      return FALSE;
  }
  return TRUE;
}

static double
get_value (const Canvas *canvas, const NegRejectCount *count)
{
  if (!canvas->is_rate)
    return count->n_rejected;
  return count->n_made > 0 ? (double) count->n_rejected / count->n_made : 0;
}

static char *
dup_value (const Canvas *canvas, double value)
{
  return canvas->is_rate ? g_strdup_printf ("%.1f %%", 100 * value) : g_strdup_printf ("%.0f", value);
}

/* The highest number of the scale: 1, 2 or 5 of a power of ten. */
static double
round_up (double value)
{
  const double power = pow (10, floor (log10 (value)));
  const double lead = value / power;

  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

static void
find_largest (Canvas *canvas)
{
  double largest = canvas->is_rate ? 0.01 : 1;

  for (guint i = 0; i < canvas->plot->counts->len; i++)
    largest = MAX (largest, get_value (canvas, canvas->plot->counts->pdata[i]));
  canvas->largest = canvas->is_rate ? MIN (round_up (largest), 1) : round_up (largest);
}

/* --- drawing --- */

static void
set_color (const Canvas *canvas, const char *name)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (canvas->plot));
  GdkRGBA color;

  if (!gtk_style_context_lookup_color (context, name, &color))
    gtk_style_context_get_color (context, &color);
  gdk_cairo_set_source_rgba (canvas->cairo, &color);
}

/* @x_align: which part of the text is at @x, 0 to 1; in its middle at @y. */
static void
draw_text (const Canvas *canvas, double x, double y, double x_align, double width_max, const char *text)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (canvas->plot), text);
  int width, height;

  pango_layout_set_width (layout, (int) (width_max * PANGO_SCALE));
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (canvas->cairo, round (x - x_align * width), round (y - height / 2.0));
  pango_cairo_show_layout (canvas->cairo, layout);
}

static void
draw_bar (const Canvas *canvas, const NegRejectCount *count, guint place, double step)
{
  const double value = get_value (canvas, count);
  const double y = canvas->top + (place + 0.5) * step, height = MIN (step * 0.7, BAR_HEIGHT_MAX);
  const double width = canvas->width * value / canvas->largest;
  g_autofree char *text = dup_value (canvas, value);

  set_color (canvas, "neg_text");
  draw_text (canvas, canvas->left - NAMES, y, 0, NAMES - 8, *count->key != '\0' ? count->key : _ ("(not said)"));
  set_color (canvas, "neg_attention");
  cairo_rectangle (canvas->cairo, canvas->left, y - height / 2, MAX (width, 1), height);
  cairo_fill (canvas->cairo);
  set_color (canvas, "neg_text");
  draw_text (canvas, canvas->left + width + 6, y, 0, RIGHT - 6, text);
}

static int
compare_values (gconstpointer a, gconstpointer b, gpointer data)
{
  const double first = get_value (data, *(NegRejectCount *const *) a), second = get_value (data, *(NegRejectCount *const *) b);

  return first > second ? -1 : first < second ? 1 : 0;
}

static void
draw_bars (Canvas *canvas)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  guint n;

  for (guint i = 0; i < canvas->plot->counts->len; i++)
    if (((const NegRejectCount *) canvas->plot->counts->pdata[i])->n_rejected > 0)
      g_ptr_array_add (sorted, canvas->plot->counts->pdata[i]);
  g_ptr_array_sort_with_data (sorted, compare_values, canvas);
  n = MIN (sorted->len, BARS_MAX);
  for (guint i = 0; i < n; i++)
    draw_bar (canvas, sorted->pdata[i], i, canvas->height / MAX (n, 4));
}

static double
to_y (const Canvas *canvas, double value)
{
  return canvas->top + canvas->height * (1 - value / canvas->largest);
}

static void
draw_scale (const Canvas *canvas)
{
  for (guint i = 0; i <= 2; i++) {
    const double value = canvas->largest * i / 2, y = round (to_y (canvas, value)) + 0.5;
    g_autofree char *text = dup_value (canvas, value);

    set_color (canvas, "neg_line");
    cairo_set_line_width (canvas->cairo, 1);
    cairo_move_to (canvas->cairo, canvas->left, y);
    cairo_line_to (canvas->cairo, canvas->left + canvas->width, y);
    cairo_stroke (canvas->cairo);
    set_color (canvas, "neg_dim");
    draw_text (canvas, canvas->left - 6, y, 1, LEFT - 6, text);
  }
}

/* Days that nothing came on stand between the others: the place is the date's. */
static double
get_day (const NegRejectCount *count)
{
  const guint64 day = g_ascii_strtoull (count->key, NULL, 10);
  const GDateYear year = (GDateYear) (day / 10000);
  const guint month = (guint) (day / 100 % 100), of_month = (guint) (day % 100);
  g_autoptr (GDate) date = NULL;

  if (!g_date_valid_dmy ((GDateDay) of_month, (GDateMonth) month, year))
    return 0;
  date = g_date_new_dmy ((GDateDay) of_month, (GDateMonth) month, year);
  return g_date_get_julian (date);
}

static void
draw_days (const Canvas *canvas)
{
  const GPtrArray *counts = canvas->plot->counts;
  const double first = get_day (counts->pdata[0]), last = get_day (counts->pdata[counts->len - 1]);
  const double y = canvas->top + canvas->height + BOTTOM / 2.0;

  draw_scale (canvas);
  set_color (canvas, "neg_attention");
  cairo_set_line_width (canvas->cairo, 1.5);
  cairo_new_path (canvas->cairo); /* text has left a point */
  for (guint pass = 0; pass < 2; pass++) {
    for (guint i = 0; i < counts->len; i++) {
      const double place = last > first ? (get_day (counts->pdata[i]) - first) / (last - first) : 0.5;
      const double x = canvas->left + canvas->width * place;
      const double value_y = to_y (canvas, get_value (canvas, counts->pdata[i]));

      if (pass == 0) {
        cairo_line_to (canvas->cairo, x, value_y);
        continue;
      }
      cairo_new_sub_path (canvas->cairo);
      cairo_arc (canvas->cairo, x, value_y, DOT, 0, 2 * G_PI);
    }
    if (pass == 0)
      cairo_stroke (canvas->cairo);
    else
      cairo_fill (canvas->cairo);
  }
  set_color (canvas, "neg_dim");
  draw_text (canvas, canvas->left, y, 0, 100, ((const NegRejectCount *) counts->pdata[0])->key);
  if (last > first)
    draw_text (canvas, canvas->left + canvas->width, y, 1, 100,
               ((const NegRejectCount *) counts->pdata[counts->len - 1])->key);
}

static void
draw (NegRejectPlot *self, cairo_t *cairo, double width, double height)
{
  const double left = self->by == NEG_REJECTS_BY_DAY ? LEFT : NAMES;
  Canvas canvas = { .plot = self, .cairo = cairo, .left = left, .top = TOP, .width = width - left - RIGHT,
                    .height = height - TOP - BOTTOM, .is_rate = has_rates (self) };

  if (canvas.width <= 0 || canvas.height <= 0)
    return;
  find_largest (&canvas);
  set_color (&canvas, "neg_text");
  draw_text (&canvas, 0, TOP / 2.0, 0, width, canvas.is_rate ? _ ("Share of images rejected") : _ ("Rejected images"));
  if (self->by == NEG_REJECTS_BY_DAY)
    draw_days (&canvas);
  else
    draw_bars (&canvas);
}

static void
neg_reject_plot_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegRejectPlot *self = NEG_REJECT_PLOT (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cairo;

  if (self->counts == NULL || self->counts->len == 0)
    return;
  cairo = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  draw (self, cairo, width, height);
  cairo_destroy (cairo);
}

/* --- the widget --- */

static void
neg_reject_plot_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 360 : 160;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 260;
}

static void
neg_reject_plot_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (neg_reject_plot_parent_class)->css_changed (widget, change);
  gtk_widget_queue_draw (widget);
}

static void
neg_reject_plot_finalize (GObject *object)
{
  g_clear_pointer (&NEG_REJECT_PLOT (object)->counts, g_ptr_array_unref);
  G_OBJECT_CLASS (neg_reject_plot_parent_class)->finalize (object);
}

static void
neg_reject_plot_class_init (NegRejectPlotClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = neg_reject_plot_finalize;
  widget_class->snapshot = neg_reject_plot_snapshot;
  widget_class->measure = neg_reject_plot_measure;
  widget_class->css_changed = neg_reject_plot_css_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "neg-reject-plot");
}

static void
neg_reject_plot_init (NegRejectPlot *self)
{
}

GtkWidget *
neg_reject_plot_new (void)
{
  GtkWidget *plot = g_object_new (NEG_TYPE_REJECT_PLOT, "hexpand", TRUE, NULL);

  /* The table beside it says the same in numbers. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (plot), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Rejected images, drawn"), -1);
  return plot;
}

void
neg_reject_plot_set (NegRejectPlot *self, GPtrArray *counts, NegRejectsBy by)
{
  g_return_if_fail (NEG_IS_REJECT_PLOT (self));

  g_clear_pointer (&self->counts, g_ptr_array_unref);
  self->counts = counts != NULL ? g_ptr_array_ref (counts) : NULL;
  self->by = by;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
