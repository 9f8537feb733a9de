#include "config.h"

#include "ui/neg-day-plot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define LEFT 40 /* logical pixels: room for numbers */
#define TOP 8
#define BOTTOM 22
#define RIGHT 8
#define HEIGHT 120
#define BAR_PART 0.7
#define BAR_WIDTH_MAX 28.0

struct _NegDayPlot {
  GtkWidget parent_instance;

  char *name;
  char *days[NEG_DAY_PLOT_DAYS_MAX];
  guint numbers[NEG_DAY_PLOT_DAYS_MAX];
  guint n;
};

G_DEFINE_FINAL_TYPE (NegDayPlot, neg_day_plot, GTK_TYPE_WIDGET)

static guint
get_largest (const NegDayPlot *self)
{
  guint largest = 1;

  for (guint i = 0; i < self->n; i++)
    largest = MAX (largest, self->numbers[i]);
  return largest;
}

static void
draw_text (NegDayPlot *self, cairo_t *cairo, const char *text, double x, double y, double anchor)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cairo, x - width * anchor, y - height / 2.0);
  pango_cairo_show_layout (cairo, layout);
}

static void
draw (NegDayPlot *self, cairo_t *cairo, double width, double height)
{
  const double plot_width = width - LEFT - RIGHT, plot_height = height - TOP - BOTTOM;
  const double step = plot_width / self->n;
  const double bar = MIN (step * BAR_PART, BAR_WIDTH_MAX);
  const guint largest = get_largest (self);
  g_autofree char *most = g_strdup_printf ("%u", largest);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  gdk_cairo_set_source_rgba (cairo, &color);
  draw_text (self, cairo, most, LEFT - 6, TOP + 6, 1);
  draw_text (self, cairo, "0", LEFT - 6, TOP + plot_height, 1);
  cairo_rectangle (cairo, LEFT, TOP + plot_height, plot_width, 1);
  cairo_fill (cairo);
  for (guint i = 0; i < self->n; i++) {
    const double bar_height = plot_height * self->numbers[i] / largest;

    cairo_rectangle (cairo, LEFT + step * (i + 0.5) - bar / 2, TOP + plot_height - bar_height, bar, bar_height);
  }
  cairo_fill (cairo);
  draw_text (self, cairo, self->days[0], LEFT, height - BOTTOM / 2.0, 0);
  if (self->n > 1)
    draw_text (self, cairo, self->days[self->n - 1], width - RIGHT, height - BOTTOM / 2.0, 1);
}

static void
neg_day_plot_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegDayPlot *self = NEG_DAY_PLOT (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cairo;

  if (self->n == 0 || width <= LEFT + RIGHT || height <= TOP + BOTTOM)
    return;
  cairo = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  draw (self, cairo, width, height);
  cairo_destroy (cairo);
}

static void
neg_day_plot_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : LEFT + RIGHT + 120;
}

static void
clear (NegDayPlot *self)
{
  for (guint i = 0; i < self->n; i++)
    g_free (self->days[i]);
  self->n = 0;
}

static void
neg_day_plot_finalize (GObject *object)
{
  clear (NEG_DAY_PLOT (object));
  g_free (NEG_DAY_PLOT (object)->name);
  G_OBJECT_CLASS (neg_day_plot_parent_class)->finalize (object);
}

static void
neg_day_plot_class_init (NegDayPlotClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_day_plot_finalize;
  GTK_WIDGET_CLASS (class)->snapshot = neg_day_plot_snapshot;
  GTK_WIDGET_CLASS (class)->measure = neg_day_plot_measure;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "neg-day-plot");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_IMG);
}

static void
neg_day_plot_init (NegDayPlot *self)
{
}

GtkWidget *
neg_day_plot_new (const char *name)
{
  NegDayPlot *self = g_object_new (NEG_TYPE_DAY_PLOT, NULL);

  self->name = g_strdup (name);
  neg_day_plot_set (self, NULL, 0);
  return GTK_WIDGET (self);
}

/* What a bar says is said in words, too. */
static void
update_name (NegDayPlot *self)
{
  g_autofree char *words
      = self->n > 0 ? g_strdup_printf (_ ("%s: %u on %s, at most %u a day"), self->name, self->numbers[self->n - 1],
                                       self->days[self->n - 1], get_largest (self))
                    : g_strdup (self->name);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

void
neg_day_plot_set (NegDayPlot *self, const NegDayNumber *days, guint n)
{
  const guint first = n > NEG_DAY_PLOT_DAYS_MAX ? n - NEG_DAY_PLOT_DAYS_MAX : 0;

  g_return_if_fail (NEG_IS_DAY_PLOT (self));

  clear (self);
  for (guint i = first; i < n; i++) {
    self->days[self->n] = g_strdup (days[i].day);
    self->numbers[self->n++] = days[i].number;
  }
  gtk_widget_set_visible (GTK_WIDGET (self), self->n > 0);
  update_name (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
