#include "config.h"

#include "ui/neg-glass-ruler.h"

#define LENGTH 400 /* logical pixels: about 100 mm, a tenth of a millimetre of care gives one in a thousand */
#define MARGIN 12
#define TICK 12

struct _NegGlassRuler {
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (NegGlassRuler, neg_glass_ruler, GTK_TYPE_WIDGET)

guint
neg_glass_ruler_get_length_px (NegGlassRuler *self)
{
  g_return_val_if_fail (NEG_IS_GLASS_RULER (self), 0);

  return LENGTH * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

/* Measured from the outer edge of one end to that of the other. */
static void
neg_glass_ruler_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  float line = 1.0f / gtk_widget_get_scale_factor (widget);
  float middle = gtk_widget_get_height (widget) / 2;
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (MARGIN, middle - line, LENGTH, 2 * line));
  gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (MARGIN, middle - TICK, line, 2 * TICK));
  gtk_snapshot_append_color (snapshot, &color,
                             &GRAPHENE_RECT_INIT (MARGIN + LENGTH - line, middle - TICK, line, 2 * TICK));
}

static void
neg_glass_ruler_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? LENGTH + 2 * MARGIN : 2 * TICK + 8;
}

static void
neg_glass_ruler_class_init (NegGlassRulerClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  widget_class->snapshot = neg_glass_ruler_snapshot;
  widget_class->measure = neg_glass_ruler_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "neg-glass-ruler");
}

static void
neg_glass_ruler_init (NegGlassRuler *self)
{
}
