#include "config.h"

#include "ui/neg-histogram.h"

#include <glib/gi18n-lib.h>

#define HEIGHT_PX 96
#define GAP_PX 4

struct _NegHistogramView {
  GtkWidget parent_instance;

  NegHistogram histogram;
  char unit[24];
};

G_DEFINE_FINAL_TYPE (NegHistogramView, neg_histogram, GTK_TYPE_WIDGET)

static guint64
get_most (const NegHistogram *histogram)
{
  guint64 most = 0;

  for (guint i = 0; i < NEG_HISTOGRAM_BINS; i++)
    most = MAX (most, histogram->counts[i]);
  return most;
}

static char *
dup_value (NegHistogramView *self, double value)
{
  NegAnnotationValue shown = { .quantity = NEG_QUANTITY_MEAN, .value = value };

  g_strlcpy (shown.unit, self->unit, sizeof shown.unit);
  return neg_annotation_value_dup_text (&shown);
}

void
neg_histogram_set (NegHistogramView *self, const NegHistogram *histogram, const char *unit)
{
  g_autofree char *low = NULL, *high = NULL, *spoken = NULL;

  g_return_if_fail (NEG_IS_HISTOGRAM_VIEW (self));

  self->histogram = *histogram;
  g_strlcpy (self->unit, unit, sizeof self->unit);
  low = dup_value (self, histogram->low);
  high = dup_value (self, histogram->high);
  spoken = g_strdup_printf (_ ("Histogram from %s to %s"), low, high);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static int
append_label (GtkWidget *widget, GtkSnapshot *snapshot, const char *text, gboolean is_right, const GdkRGBA *color)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (is_right ? gtk_widget_get_width (widget) - width : 0,
                                                          gtk_widget_get_height (widget) - height));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
  return height;
}

static void
neg_histogram_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegHistogramView *self = NEG_HISTOGRAM_VIEW (widget);
  g_autofree char *low = dup_value (self, self->histogram.low), *high = dup_value (self, self->histogram.high);
  double width = gtk_widget_get_width (widget) / (double) NEG_HISTOGRAM_BINS, height;
  guint64 most = get_most (&self->histogram);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  append_label (widget, snapshot, low, FALSE, &color);
  height = gtk_widget_get_height (widget) - append_label (widget, snapshot, high, TRUE, &color) - GAP_PX;
  for (guint i = 0; i < NEG_HISTOGRAM_BINS && most > 0; i++) {
    double bar = self->histogram.counts[i] == 0 ? 0 : MAX (height * self->histogram.counts[i] / most, 1);

    gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (i * width, height - bar, MAX (width - 1, 1), bar));
  }
}

static void
neg_histogram_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                       int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT_PX : 2 * NEG_HISTOGRAM_BINS;
}

static void
neg_histogram_class_init (NegHistogramViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  widget_class->snapshot = neg_histogram_snapshot;
  widget_class->measure = neg_histogram_measure;
  gtk_widget_class_set_css_name (widget_class, "neg-histogram");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
neg_histogram_init (NegHistogramView *self)
{
}

GtkWidget *
neg_histogram_new (void)
{
  return g_object_new (NEG_TYPE_HISTOGRAM, NULL);
}
