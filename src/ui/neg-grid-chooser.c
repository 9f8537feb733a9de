#include "config.h"

#include "ui/neg-grid-chooser.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-reading.h"

#define CELL_PX 28
#define GAP_PX 4

struct _NegGridChooser {
  GtkWidget parent_instance;

  guint rows, columns; /* marked now */
};

G_DEFINE_FINAL_TYPE (NegGridChooser, neg_grid_chooser, GTK_TYPE_WIDGET)

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

void
neg_grid_chooser_set (NegGridChooser *self, guint rows, guint columns)
{
  g_autofree char *text = NULL;

  g_return_if_fail (NEG_IS_GRID_CHOOSER (self));

  self->rows = CLAMP (rows, 1, NEG_GRID_MAX);
  self->columns = CLAMP (columns, 1, NEG_GRID_MAX);
  text = g_strdup_printf (_ ("%u × %u viewports"), self->rows, self->columns);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
choose (NegGridChooser *self)
{
  g_signal_emit (self, signals[CHOSEN], 0, self->rows, self->columns);
}

static guint
cell_at (double position)
{
  return (guint) CLAMP (position / (CELL_PX + GAP_PX) + 1, 1, NEG_GRID_MAX);
}

static void
motion_cb (NegGridChooser *self, double x, double y)
{
  neg_grid_chooser_set (self, cell_at (y), cell_at (x));
}

static void
released_cb (NegGridChooser *self, int n_press, double x, double y)
{
  neg_grid_chooser_set (self, cell_at (y), cell_at (x));
  choose (self);
}

static gboolean
key_cb (NegGridChooser *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if ((modifiers & gtk_accelerator_get_default_mod_mask ()) != 0)
    return FALSE;
  switch (keyval) {
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    neg_grid_chooser_set (self, self->rows - 1, self->columns);
    return TRUE;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    neg_grid_chooser_set (self, self->rows + 1, self->columns);
    return TRUE;
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
    neg_grid_chooser_set (self, self->rows, self->columns - 1);
    return TRUE;
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
    neg_grid_chooser_set (self, self->rows, self->columns + 1);
    return TRUE;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
  case GDK_KEY_space:
    choose (self);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
neg_grid_chooser_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                          int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = NEG_GRID_MAX * (CELL_PX + GAP_PX) - GAP_PX;
}

/* The colours are those of the style: text for the lines, the link colour for what is marked. */
static void
neg_grid_chooser_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegGridChooser *self = NEG_GRID_CHOOSER (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GdkRGBA text, accent, line;

  gtk_style_context_get_color (context, &text);
  if (!gtk_style_context_lookup_color (context, "neg_accent", &accent))
    accent = text;
  for (guint row = 0; row < NEG_GRID_MAX; row++)
    for (guint column = 0; column < NEG_GRID_MAX; column++) {
      gboolean marked = row < self->rows && column < self->columns;
      graphene_rect_t cell = GRAPHENE_RECT_INIT (column * (CELL_PX + GAP_PX), row * (CELL_PX + GAP_PX), CELL_PX,
                                                 CELL_PX);
      GdkRGBA fill = accent;
      GskRoundedRect outline;

      fill.alpha *= 0.35f;
      line = marked ? accent : text;
      line.alpha *= marked ? 1 : 0.4f;
      if (marked)
        gtk_snapshot_append_color (snapshot, &fill, &cell);
      gsk_rounded_rect_init_from_rect (&outline, &cell, 0);
      gtk_snapshot_append_border (snapshot, &outline, (float[4]){ 1, 1, 1, 1 },
                                  (GdkRGBA[4]){ line, line, line, line });
    }
}

static void
neg_grid_chooser_class_init (NegGridChooserClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  widget_class->measure = neg_grid_chooser_measure;
  widget_class->snapshot = neg_grid_chooser_snapshot;
  signals[CHOSEN] = g_signal_new ("chosen", NEG_TYPE_GRID_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  2, G_TYPE_UINT, G_TYPE_UINT);
  gtk_widget_class_set_css_name (widget_class, "neg-grid-chooser");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_BUTTON);
}

static void
neg_grid_chooser_init (NegGridChooser *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "released", G_CALLBACK (released_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  neg_grid_chooser_set (self, 1, 1);
}

GtkWidget *
neg_grid_chooser_new (void)
{
  return g_object_new (NEG_TYPE_GRID_CHOOSER, NULL);
}
