/* The panes round the images. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-main-window-private.h"

/* Widths of the left panes until somebody drags them, and of the window from which on the larger one is taken. */
#define LEFT_PX 320
#define LEFT_WIDE_PX 360
#define WIDE_PX 1600
#define SHARE 45 /* percent of their height for the reading list, where nothing is kept */

/* --- The focus goes round --- */

static gboolean
can_take_focus (GtkWidget *area)
{
  return gtk_widget_get_mapped (area);
}

/* Each window has a focus of its own; the one that has the keys counts. */
static gboolean
has_focus (GtkWidget *area)
{
  return (gtk_widget_get_focus_child (area) != NULL || gtk_widget_is_focus (area))
         && gtk_window_is_active (GTK_WINDOW (gtk_widget_get_root (area)));
}

static void
enter_area (NegMainWindow *self, GtkWidget *area)
{
  /* Past the buttons of a pane's own, which are for once a day. */
  GtkWidget *part = NEG_IS_PANE (area) ? neg_pane_get_content (NEG_PANE (area)) : area;

  gtk_window_present (GTK_WINDOW (gtk_widget_get_root (area)));
  if (area == GTK_WIDGET (self->stack))
    _neg_main_window_focus (self);
  else if (!gtk_widget_child_focus (part, GTK_DIR_TAB_FORWARD) && !gtk_widget_child_focus (area, GTK_DIR_TAB_FORWARD))
    gtk_widget_grab_focus (area);
}

static void
step_pane_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  GtkWidget *areas[] = { GTK_WIDGET (self->stack), GTK_WIDGET (self->context_pane), GTK_WIDGET (self->worklist_pane),
                         GTK_WIDGET (self->quality_pane), GTK_WIDGET (self->patient_pane), GTK_WIDGET (self->tool_strip) };
  int n = G_N_ELEMENTS (areas), at = 0;
  int step = g_str_equal (g_action_get_name (G_ACTION (action)), "next") ? 1 : -1;

  for (int i = 0; i < n; i++)
    if (has_focus (areas[i]))
      at = i;
  for (int i = 1; i <= n; i++) {
    GtkWidget *area = areas[(at + step * i + n * n) % n];

    if (can_take_focus (area)) {
      enter_area (self, area);
      return;
    }
  }
}

static void
report_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_show_report (data);
}

static void
done_cb (NegMainWindow *self)
{
  gtk_window_present (GTK_WINDOW (self));
  _neg_main_window_focus (self);
}

/* --- Making them --- */

/* A window of a pane has the keys and the commands of this one. */
static void
detached_cb (NegMainWindow *self, GtkWidget *window)
{
  _neg_main_window_share_actions (self, window);
  neg_keymap_attach (self->keymap, window, NULL);
}

static NegPane *
add_pane (NegMainWindow *self, const char *name, const char *title, GtkWidget *content, GActionMap *actions)
{
  NegPane *pane = neg_pane_new (name, title, content, self->settings);

  g_signal_connect_object (content, "done", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pane, "closed", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pane, "detached", G_CALLBACK (detached_cb), self, G_CONNECT_SWAPPED);
  neg_pane_add_actions (pane, actions);
  return pane;
}

static void
grid_changed_cb (NegMainWindow *self)
{
  neg_tool_strip_set_grid (self->tool_strip, neg_reading_get_rows (self->reading),
                           neg_reading_get_columns (self->reading));
}

/* Where neither of them is, nothing is. */
static void
left_changed_cb (NegMainWindow *self)
{
  gboolean has_list = gtk_widget_get_visible (GTK_WIDGET (self->worklist_pane))
                      || gtk_widget_get_visible (GTK_WIDGET (self->quality_pane));

  gtk_widget_set_visible (gtk_paned_get_start_child (self->left), has_list);
  gtk_widget_set_visible (GTK_WIDGET (self->left), has_list || gtk_widget_get_visible (GTK_WIDGET (self->patient_pane)));
}

static int
get_share (NegMainWindow *self)
{
  return self->settings != NULL ? g_settings_get_int (self->settings, "worklist-share") : SHARE;
}

/* A share, not a height, is what is kept: the window may be another one next time. What a layout changes is not what a
 * person has dragged: with it the limits are others, too. */
static void
share_left_cb (NegMainWindow *self)
{
  int height_px = gtk_widget_get_height (GTK_WIDGET (self->left)), least_px, most_px, position_px;

  g_object_get (self->left, "min-position", &least_px, "max-position", &most_px, NULL);
  self->left_least_px = least_px;
  self->left_most_px = most_px;
  if (height_px <= 0 || most_px > height_px)
    return; /* one of them is there, or none */
  position_px = height_px * get_share (self) / 100;
  gtk_paned_set_position (self->left, CLAMP (position_px, least_px, MAX (least_px, most_px)));
}

static void
left_moved_cb (NegMainWindow *self)
{
  int height_px = gtk_widget_get_height (GTK_WIDGET (self->left)), least_px, most_px, share;

  g_object_get (self->left, "min-position", &least_px, "max-position", &most_px, NULL);
  if (height_px <= 0 || most_px > height_px || least_px != self->left_least_px || most_px != self->left_most_px
      || self->settings == NULL)
    return;
  share = CLAMP ((gtk_paned_get_position (self->left) * 100 + height_px / 2) / height_px, 5, 95);
  if (share != get_share (self))
    g_settings_set_int (self->settings, "worklist-share", share);
}

static void
follow_left (NegMainWindow *self)
{
  static const char *const limits[] = { "notify::min-position", "notify::max-position" };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    g_signal_connect_object (self->left, limits[i], G_CALLBACK (share_left_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->left, "notify::position", G_CALLBACK (left_moved_cb), self, G_CONNECT_SWAPPED);
}

static void
add_left (NegMainWindow *self)
{
  GtkWidget *lists = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_vexpand (GTK_WIDGET (self->worklist_pane), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->quality_pane), TRUE);
  gtk_box_append (GTK_BOX (lists), GTK_WIDGET (self->worklist_pane));
  gtk_box_append (GTK_BOX (lists), GTK_WIDGET (self->quality_pane));
  self->left = GTK_PANED (gtk_paned_new (GTK_ORIENTATION_VERTICAL));
  gtk_paned_set_start_child (self->left, lists);
  gtk_paned_set_end_child (self->left, GTK_WIDGET (self->patient_pane));
  gtk_paned_set_shrink_start_child (self->left, FALSE);
  gtk_paned_set_shrink_end_child (self->left, FALSE);
  gtk_paned_set_resize_start_child (self->left, TRUE);
  gtk_paned_set_start_child (self->outer, GTK_WIDGET (self->left));
  follow_left (self);
  g_signal_connect_object (self->worklist_pane, "notify::visible", G_CALLBACK (left_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->quality_pane, "notify::visible", G_CALLBACK (left_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->patient_pane, "notify::visible", G_CALLBACK (left_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

void
_neg_main_window_add_panes (NegMainWindow *self)
{
  static const GActionEntry entries[] = { { "next", step_pane_cb }, { "previous", step_pane_cb }, { "report", report_cb } };
  GSimpleActionGroup *actions = _neg_main_window_add_group (self, "pane", entries, G_N_ELEMENTS (entries));

  self->patients = NEG_PATIENT_PANE (neg_patient_pane_new ());
  _neg_main_window_add_worklist (self);
  self->context = NEG_CONTEXT_PANE (neg_context_pane_new ());
  self->patient_pane
      = add_pane (self, "patient", _ ("Patients"), GTK_WIDGET (self->patients), G_ACTION_MAP (actions));
  self->context_pane = add_pane (self, "context", _ ("Details"), GTK_WIDGET (self->context), G_ACTION_MAP (actions));
  self->worklist_pane
      = add_pane (self, "worklist", _ ("Reading List"), GTK_WIDGET (self->reading_list), G_ACTION_MAP (actions));
  self->quality_pane
      = add_pane (self, "quality", _ ("Quality"), _neg_main_window_add_quality (self), G_ACTION_MAP (actions));
  add_left (self);
  gtk_paned_set_end_child (self->inner, GTK_WIDGET (self->context_pane));
  self->tool_strip = NEG_TOOL_STRIP (neg_tool_strip_new ());
  neg_tool_strip_set_keymap (self->tool_strip, self->keymap);
  g_signal_connect_object (neg_tool_strip_get_popover (self->tool_strip), "closed",
                           G_CALLBACK (_neg_main_window_focus_later), self, G_CONNECT_SWAPPED);
  gtk_box_prepend (self->center, GTK_WIDGET (self->tool_strip));
  g_signal_connect_object (self->reading, "grid-changed", G_CALLBACK (grid_changed_cb), self, G_CONNECT_SWAPPED);
  neg_patient_pane_set_reading (self->patients, self->reading);
  neg_context_pane_set_reading (self->context, self->reading);
  _neg_main_window_add_measurements (self);
  _neg_main_window_add_report (self);
  _neg_main_window_add_quality_page (self);
  _neg_main_window_add_volume_page (self);
  _neg_main_window_add_learn (self);
  neg_patient_pane_set_thumbnails (self->patients, self->thumbnails);
}

/* The images keep at least two thirds. */
static int
get_left_width_px (NegMainWindow *self)
{
  int width_px, height_px;

  gtk_window_get_default_size (GTK_WINDOW (self), &width_px, &height_px);
  return width_px >= WIDE_PX || gtk_window_is_maximized (GTK_WINDOW (self)) ? LEFT_WIDE_PX : LEFT_PX;
}

void
_neg_main_window_restore_panes (NegMainWindow *self)
{
  neg_pane_set_width (self->worklist_pane, get_left_width_px (self));
  neg_pane_set_width (self->patient_pane, get_left_width_px (self));
  neg_pane_set_width (self->quality_pane, get_left_width_px (self));
  neg_pane_restore (self->worklist_pane, GTK_WINDOW (self), TRUE);
  neg_pane_restore (self->patient_pane, GTK_WINDOW (self), TRUE);
  neg_pane_restore (self->context_pane, GTK_WINDOW (self), FALSE);
  neg_pane_restore (self->quality_pane, GTK_WINDOW (self), FALSE);
  _neg_main_window_follow_quality (self);
}
