#include "config.h"

#include "ui/neg-mpr-view.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-plane-caption.h"
#include "ui/neg-accessible.h"

#define GAP_PX 2
#define COLUMNS 2

struct _NegMprView {
  GtkWidget parent_instance;

  NegVolumeReading *volumes;
  GtkWidget *cells[NEG_MPR_N_PLANES]; /* the frame of each */
  NegMprViewport *viewports[NEG_MPR_N_PLANES];
  NegCastViewport *cast; /* in the cell of the free plane; made when it is first shown */
  NegReading *reading;
  NegRenderer renderer;
  NegCaptionsLevel level;
  gboolean wheel_reversed;
  NegMprPlane active;
  gboolean is_maximized;
};

G_DEFINE_FINAL_TYPE (NegMprView, neg_mpr_view, GTK_TYPE_WIDGET)

enum { ACTIVE_CHANGED, MENU_REQUESTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
is_in_sight (NegMprView *self, NegMprPlane plane)
{
  return !self->is_maximized || plane == self->active;
}

static void
update_cells (NegMprView *self)
{
  for (NegMprPlane plane = 0; plane < NEG_MPR_N_PLANES; plane++) {
    GtkWidget *cell = self->cells[plane];

    if (plane == self->active && !self->is_maximized)
      gtk_widget_add_css_class (cell, "active");
    else
      gtk_widget_remove_css_class (cell, "active");
    gtk_widget_set_child_visible (cell, is_in_sight (self, plane));
    neg_accessible_set_hidden (cell, !is_in_sight (self, plane));
    neg_mpr_viewport_set_n_visible (self->viewports[plane], self->is_maximized ? 1 : NEG_MPR_N_PLANES);
  }
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
set_active (NegMprView *self, NegMprPlane plane)
{
  if (plane == self->active)
    return;
  self->active = plane;
  update_cells (self);
  g_signal_emit (self, signals[ACTIVE_CHANGED], 0);
}

static void
taken_cb (NegMprViewport *viewport, NegMprView *self)
{
  set_active (self, neg_mpr_viewport_get_plane (viewport));
}

static void
menu_requested_cb (NegMprViewport *viewport, double x, double y, NegMprView *self)
{
  set_active (self, neg_mpr_viewport_get_plane (viewport));
  g_signal_emit (self, signals[MENU_REQUESTED], 0, viewport, x, y);
}

NegVolumeReading *
neg_mpr_view_get_volumes (NegMprView *self)
{
  return self->volumes;
}

NegMprViewport *
neg_mpr_view_get_viewport (NegMprView *self, NegMprPlane plane)
{
  g_return_val_if_fail (plane < NEG_MPR_N_PLANES, NULL);

  return self->viewports[plane];
}

void
neg_mpr_view_foreach (NegMprView *self, NegMprViewFunc function, gpointer user_data)
{
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    function (self->viewports[i], user_data);
}

NegMprPlane
neg_mpr_view_get_active (NegMprView *self)
{
  return self->active;
}

void
neg_mpr_view_set_active (NegMprView *self, NegMprPlane plane)
{
  g_return_if_fail (NEG_IS_MPR_VIEW (self) && plane < NEG_MPR_N_PLANES);

  set_active (self, plane);
}

void
neg_mpr_view_step_active (NegMprView *self, int step)
{
  set_active (self, (self->active + (guint) (step + NEG_MPR_N_PLANES)) % NEG_MPR_N_PLANES);
  neg_mpr_view_focus (self);
}

gboolean
neg_mpr_view_is_maximized (NegMprView *self)
{
  return self->is_maximized;
}

void
neg_mpr_view_set_maximized (NegMprView *self, gboolean maximized)
{
  g_return_if_fail (NEG_IS_MPR_VIEW (self));

  self->is_maximized = maximized;
  update_cells (self);
  neg_mpr_view_focus (self);
  g_signal_emit (self, signals[ACTIVE_CHANGED], 0);
}

void
neg_mpr_view_focus (NegMprView *self)
{
  NegCastViewport *cast = neg_mpr_view_get_active_cast (self);

  gtk_widget_grab_focus (cast != NULL ? GTK_WIDGET (cast) : GTK_WIDGET (self->viewports[self->active]));
}

/* --- The fourth viewport --- */

NegCastViewport *
neg_mpr_view_get_cast (NegMprView *self)
{
  return self->cast != NULL && gtk_widget_get_visible (GTK_WIDGET (self->cast)) ? self->cast : NULL;
}

NegCastViewport *
neg_mpr_view_get_active_cast (NegMprView *self)
{
  return self->active == NEG_MPR_OBLIQUE ? neg_mpr_view_get_cast (self) : NULL;
}

void
neg_mpr_view_set_captions (NegMprView *self, NegCaptionsLevel level)
{
  self->level = level;
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    neg_mpr_viewport_set_captions (self->viewports[i], level);
  if (self->cast != NULL)
    neg_cast_viewport_set_captions (self->cast, level);
}

void
neg_mpr_view_set_wheel_reversed (NegMprView *self, gboolean reversed)
{
  self->wheel_reversed = reversed;
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    neg_mpr_viewport_set_wheel_reversed (self->viewports[i], reversed);
  if (self->cast != NULL)
    neg_cast_viewport_set_wheel_reversed (self->cast, reversed);
}

static void
cast_taken_cb (NegMprView *self)
{
  set_active (self, NEG_MPR_OBLIQUE);
}

static void
cast_menu_requested_cb (NegMprView *self, double x, double y)
{
  set_active (self, NEG_MPR_OBLIQUE);
  g_signal_emit (self, signals[MENU_REQUESTED], 0, self->cast, x, y);
}

static void
add_cast (NegMprView *self)
{
  self->cast = neg_cast_viewport_new (self->reading, self->volumes, self->renderer);
  neg_cast_viewport_set_captions (self->cast, self->level);
  neg_cast_viewport_set_wheel_reversed (self->cast, self->wheel_reversed);
  gtk_widget_set_hexpand (GTK_WIDGET (self->cast), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->cast), TRUE);
  gtk_box_append (GTK_BOX (self->cells[NEG_MPR_OBLIQUE]), GTK_WIDGET (self->cast));
  g_signal_connect_object (self->cast, "taken", G_CALLBACK (cast_taken_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->cast, "menu-requested", G_CALLBACK (cast_menu_requested_cb), self, G_CONNECT_SWAPPED);
}

static void
volumes_changed_cb (NegMprView *self, guint changes)
{
  gboolean is_plane = neg_volume_reading_get_fourth (self->volumes) == NEG_FOURTH_OBLIQUE;
  GtkWidget *plane = GTK_WIDGET (self->viewports[NEG_MPR_OBLIQUE]);
  gboolean has_focus = gtk_widget_get_focus_child (self->cells[NEG_MPR_OBLIQUE]) != NULL;

  if (!(changes & NEG_VOLUME_FOURTH) || gtk_widget_get_visible (plane) == is_plane)
    return;
  if (!is_plane && self->cast == NULL)
    add_cast (self);
  gtk_widget_set_visible (plane, is_plane);
  gtk_widget_set_visible (GTK_WIDGET (self->cast), !is_plane);
  if (has_focus)
    neg_mpr_view_focus (self);
  g_signal_emit (self, signals[ACTIVE_CHANGED], 0);
}

/* --- Widget --- */

static void
neg_mpr_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  NegMprView *self = NEG_MPR_VIEW (widget);

  *minimum = *natural = 0;
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++) {
    int cell_minimum = 0, cell_natural = 0;

    gtk_widget_measure (self->cells[i], orientation, -1, &cell_minimum, &cell_natural, NULL, NULL);
    *minimum = MAX (*minimum, COLUMNS * cell_minimum + GAP_PX);
    *natural = MAX (*natural, COLUMNS * cell_natural + GAP_PX);
  }
}

/* Where part @i of two begins; both fill @size to the pixel. */
static int
part_begin (int size, guint i)
{
  return (int) ((gint64) (size + GAP_PX) * i / COLUMNS);
}

static void
neg_mpr_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegMprView *self = NEG_MPR_VIEW (widget);

  for (guint i = 0; i < NEG_MPR_N_PLANES; i++) {
    guint row = i / COLUMNS, column = i % COLUMNS;
    GtkAllocation box = { 0, 0, width, height };

    if (!is_in_sight (self, i))
      continue;
    if (!self->is_maximized)
      box = (GtkAllocation){ part_begin (width, column), part_begin (height, row),
                             part_begin (width, column + 1) - GAP_PX - part_begin (width, column),
                             part_begin (height, row + 1) - GAP_PX - part_begin (height, row) };
    gtk_widget_size_allocate (self->cells[i], &box, -1);
  }
}

static void
neg_mpr_view_dispose (GObject *object)
{
  NegMprView *self = NEG_MPR_VIEW (object);

  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    g_clear_pointer (&self->cells[i], gtk_widget_unparent);
  g_clear_object (&self->volumes);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_mpr_view_parent_class)->dispose (object);
}

static void
neg_mpr_view_class_init (NegMprViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_mpr_view_dispose;
  widget_class->measure = neg_mpr_view_measure;
  widget_class->size_allocate = neg_mpr_view_size_allocate;
  signals[ACTIVE_CHANGED]
      = g_signal_new ("active-changed", NEG_TYPE_MPR_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MENU_REQUESTED]
      = g_signal_new ("menu-requested", NEG_TYPE_MPR_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                      GTK_TYPE_WIDGET, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  gtk_widget_class_set_css_name (widget_class, "neg-grid");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

/* As in a viewport of the grid: whose planes are shown follows what the session shows. */
static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, NegMprView *self)
{
  neg_mpr_view_focus (self);
  return neg_reading_show (self->reading, neg_reading_get_active (self->reading), g_value_get_object (value));
}

static void
neg_mpr_view_init (NegMprView *self)
{
  GtkDropTarget *target = gtk_drop_target_new (NEG_TYPE_SERIES, GDK_ACTION_COPY);

  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Planes of a volume"), -1);
}

static void
add_viewport (NegMprView *self, NegReading *reading, NegMprPlane plane)
{
  NegMprViewport *viewport = neg_mpr_viewport_new (reading, self->volumes, plane, self->renderer);
  GtkWidget *cell = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_hexpand (GTK_WIDGET (viewport), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (viewport), TRUE);
  gtk_box_append (GTK_BOX (cell), GTK_WIDGET (viewport));
  gtk_widget_add_css_class (cell, "viewport-cell");
  gtk_widget_set_parent (cell, GTK_WIDGET (self));
  g_signal_connect_object (viewport, "taken", G_CALLBACK (taken_cb), self, 0);
  g_signal_connect_object (viewport, "menu-requested", G_CALLBACK (menu_requested_cb), self, 0);
  self->cells[plane] = cell;
  self->viewports[plane] = viewport;
}

NegMprView *
neg_mpr_view_new (NegReading *reading, NegVolumeReading *volumes, NegRenderer renderer)
{
  NegMprView *self = g_object_new (NEG_TYPE_MPR_VIEW, NULL);

  self->volumes = g_object_ref (volumes);
  self->reading = g_object_ref (reading);
  self->renderer = renderer;
  g_signal_connect_object (volumes, "changed", G_CALLBACK (volumes_changed_cb), self, G_CONNECT_SWAPPED);
  for (NegMprPlane plane = 0; plane < NEG_MPR_N_PLANES; plane++)
    add_viewport (self, reading, plane);
  update_cells (self);
  volumes_changed_cb (self, NEG_VOLUME_FOURTH);
  return self;
}
