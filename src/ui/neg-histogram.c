#include "config.h"

#include "ui/neg-histogram.h"

#include <glib/gi18n-lib.h>

#define HEIGHT_PX 96
#define GAP_PX 4

struct _NegHistogramView {
  GtkWidget parent_instance;

  NegHistogram histogram;
  char unit[24];

  /* What it shows, or what is being counted; nullable, both or none */
  NegAnnotation *annotation;
  NegPixels *pixels;
  gboolean has_suv;
  double suv_factor;
  GCancellable *counting; /* nullable */
};

G_DEFINE_FINAL_TYPE (NegHistogramView, neg_histogram, GTK_TYPE_WIDGET)

enum { COUNTED, N_SIGNALS };
static guint signals[N_SIGNALS];

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

static void
set_histogram (NegHistogramView *self, const NegHistogram *histogram, const char *unit)
{
  g_autofree char *low = NULL, *high = NULL, *spoken = NULL;

  self->histogram = *histogram;
  g_strlcpy (self->unit, unit, sizeof self->unit);
  low = dup_value (self, histogram->low);
  high = dup_value (self, histogram->high);
  spoken = g_strdup_printf (_ ("Histogram from %s to %s"), low, high);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Counting --- */

static const char *
get_mean_unit (const NegAnnotation *annotation)
{
  for (guint i = 0; i < annotation->n_values; i++)
    if (annotation->values[i].quantity == NEG_QUANTITY_MEAN)
      return annotation->values[i].unit;
  return NULL;
}

static void
show (NegHistogramView *self, const NegAnnotation *measured, const NegHistogram *histogram, const char *remark)
{
  const char *unit = measured != NULL ? get_mean_unit (measured) : NULL;

  if (unit != NULL)
    set_histogram (self, histogram, unit);
  gtk_widget_set_visible (GTK_WIDGET (self), unit != NULL);
  g_signal_emit (self, signals[COUNTED], 0, remark != NULL ? remark : "");
}

static void
stop (NegHistogramView *self)
{
  if (self->counting != NULL)
    g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
  g_clear_pointer (&self->annotation, neg_annotation_unref);
  g_clear_pointer (&self->pixels, neg_pixels_unref);
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NegHistogramView) self = user_data;
  g_autofree char *remark = NULL;
  NegHistogram histogram;
  g_autoptr (NegAnnotation) measured = neg_annotation_measure_finish (result, &histogram, &remark, NULL);

  if (measured == NULL) /* of what is not selected any more */
    return;
  g_clear_object (&self->counting);
  show (self, measured, &histogram, remark);
}

static void
count_at_once (NegHistogramView *self, NegInstance *instance, guint32 frame, const NegSuv *suv)
{
  g_autoptr (NegAnnotation) measured = neg_annotation_copy (self->annotation);
  const NegFrame *pixels = neg_pixels_get_frame (self->pixels);
  g_autofree char *remark = NULL;
  NegHistogram histogram;
  NegDraw draw;

  neg_draw_init (&draw, instance, frame, pixels, 0);
  neg_annotation_measure (measured, instance, frame, &draw, pixels, suv, &histogram, &remark);
  show (self, measured, &histogram, remark);
}

void
neg_histogram_count (NegHistogramView *self, NegAnnotation *annotation, NegInstance *instance, guint32 frame,
                     NegPixels *pixels, const NegSuv *suv)
{
  double factor = suv != NULL ? suv->factor : 0;

  g_return_if_fail (NEG_IS_HISTOGRAM_VIEW (self));

  if (annotation != NULL && pixels != NULL && annotation == self->annotation && pixels == self->pixels
      && self->has_suv == (suv != NULL) && self->suv_factor == factor)
    return;
  stop (self);
  if (annotation == NULL || pixels == NULL) {
    show (self, NULL, NULL, NULL);
    return;
  }
  self->annotation = neg_annotation_ref (annotation);
  self->pixels = neg_pixels_ref (pixels);
  self->has_suv = suv != NULL;
  self->suv_factor = factor;
  if (!neg_annotation_is_large (annotation)) {
    count_at_once (self, instance, frame, suv);
    return;
  }
  show (self, NULL, NULL, NULL);
  self->counting = g_cancellable_new ();
  neg_annotation_measure_async (annotation, instance, frame, pixels, suv, self->counting, counted_cb, g_object_ref (self));
}

/* --- The widget --- */

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
neg_histogram_dispose (GObject *object)
{
  stop (NEG_HISTOGRAM_VIEW (object));
  G_OBJECT_CLASS (neg_histogram_parent_class)->dispose (object);
}

static void
neg_histogram_class_init (NegHistogramViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_histogram_dispose;
  signals[COUNTED] = g_signal_new ("counted", NEG_TYPE_HISTOGRAM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   1, G_TYPE_STRING);
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
