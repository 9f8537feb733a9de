#include "config.h"

#include "abuse-events.h"

#include <signal.h>
#include <unistd.h>

#include "abuse-list.h"
#include "abuse-study.h"
#include "ui/neg-command-table.h"
#include "ui/neg-main-window-private.h"

#define N_STRAYS 40

static guint
below (Abuse *abuse, guint n)
{
  return n > 1 ? g_rand_int_range (abuse->rand, 0, n) : 0;
}

static double
between (Abuse *abuse, double low, double high)
{
  return g_rand_double_range (abuse->rand, low, high);
}

static NegReading *
reading (Abuse *abuse)
{
  return abuse->window->reading;
}

static guint
any_cell (Abuse *abuse)
{
  return below (abuse, neg_reading_get_n_cells (reading (abuse)));
}

static NegViewport *
any_viewport (Abuse *abuse)
{
  return neg_cell_get_viewport (neg_grid_get_cell (abuse->window->grid, any_cell (abuse)));
}

/* What is in sight of planes and rendering, else of the grid. */
static GtkWidget *
any_picture (Abuse *abuse)
{
  NegMprView *planes = abuse->window->mpr_view;
  NegMprPlane plane = below (abuse, NEG_MPR_N_PLANES);
  GtkWidget *cast;

  if (planes == NULL)
    return GTK_WIDGET (any_viewport (abuse));
  cast = GTK_WIDGET (neg_mpr_view_get_cast (planes));
  if (plane == NEG_MPR_OBLIQUE && cast != NULL)
    return cast;
  return GTK_WIDGET (neg_mpr_view_get_viewport (planes, plane));
}

/* GTK's own keys of a window open its inspector. */
static gboolean
is_ours (GtkEventController *controller)
{
  return !GTK_IS_SHORTCUT_CONTROLLER (controller)
         || g_strcmp0 (gtk_event_controller_get_name (controller), "negatoscope-keys") == 0;
}

/* One of the controllers of a type; borrowed by the widget, nullable. */
static GtkEventController *
any_controller (Abuse *abuse, GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) all = gtk_widget_observe_controllers (widget);
  GtkEventController *found = NULL;
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (all); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (all, i);

    if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type) && is_ours (controller) && below (abuse, ++n) == 0)
      found = controller;
  }
  return found;
}

/* --- Commands and keys --- */

static void
command (Abuse *abuse)
{
  const NegCommandInfo *info = neg_command_table_get (below (abuse, neg_command_table_get_n ()));
  g_autofree char *name = NULL;
  g_autoptr (GVariant) parameter = NULL;

  g_assert_true (g_action_parse_detailed_name (info->action, &name, &parameter, NULL));
  gtk_widget_activate_action_variant (GTK_WIDGET (neg_grid_get_active (abuse->window->grid)), name, parameter);
}

/* A key that is bound somewhere: in the window, in the images. */
static void
key (Abuse *abuse)
{
  GtkWidget *widget = below (abuse, 2) == 0 ? GTK_WIDGET (abuse->window) : abuse->window->images;
  GtkEventController *keys = any_controller (abuse, widget, GTK_TYPE_SHORTCUT_CONTROLLER);
  guint n = keys != NULL ? g_list_model_get_n_items (G_LIST_MODEL (keys)) : 0;
  g_autoptr (GtkShortcut) shortcut = NULL;

  if (n > 0)
    shortcut = g_list_model_get_item (G_LIST_MODEL (keys), below (abuse, n));
  if (shortcut != NULL)
    gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), GTK_SHORTCUT_ACTION_EXCLUSIVE, widget,
                                  gtk_shortcut_get_arguments (shortcut));
}

/* Planes of a volume, and what is theirs alone. */
static void
show_planes (Abuse *abuse)
{
  static const char *const actions[] = { "volume.fuse", "volume.fourth", "volume.projection", "volume.page",
                                         "view.maximize", "view.cine", "viewport.next", "annotation.place" };
  static const char *const detailed[] = { "volume.slab('thicker')", "volume.turn('far-left')", "volume.tilt('up')",
                                          "view.window('wider')", "view.preset(2)", "view.pan('left')" };
  GtkWidget *widget = abuse->window->mpr_view != NULL ? GTK_WIDGET (abuse->window->mpr_view)
                                                      : GTK_WIDGET (abuse->window->grid);
  guint choice = abuse->window->mpr_view != NULL ? below (abuse, 20) : 0;
  g_autofree char *name = NULL;
  g_autoptr (GVariant) parameter = NULL;

  if (choice == 0) {
    gtk_widget_activate_action (widget, "volume.show", NULL);
  } else if (choice < 13) {
    gtk_widget_activate_action (widget, actions[below (abuse, G_N_ELEMENTS (actions))], NULL);
  } else {
    g_action_parse_detailed_name (detailed[below (abuse, G_N_ELEMENTS (detailed))], &name, &parameter, NULL);
    gtk_widget_activate_action_variant (widget, name, parameter);
  }
}

static void
focus (Abuse *abuse)
{
  gtk_widget_child_focus (GTK_WIDGET (abuse->window), below (abuse, GTK_DIR_RIGHT + 1));
}

/* --- The mouse --- */

static void
scroll (Abuse *abuse)
{
  GtkWidget *viewport = any_picture (abuse);
  GtkEventController *wheel = any_controller (abuse, viewport, GTK_TYPE_EVENT_CONTROLLER_SCROLL);
  gboolean handled;

  g_signal_emit_by_name (wheel, "scroll", 0.0, between (abuse, -3, 3), &handled);
}

static void
drag (Abuse *abuse)
{
  static const char *const parts[] = { "drag-begin", "drag-update", "drag-update", "drag-end" };
  GtkEventController *controller = any_controller (abuse, any_picture (abuse), GTK_TYPE_GESTURE_DRAG);

  if (below (abuse, 20) == 0)
    g_signal_emit_by_name (controller, "cancel", NULL);
  else
    g_signal_emit_by_name (controller, parts[below (abuse, G_N_ELEMENTS (parts))], between (abuse, -300, 300),
                           between (abuse, -300, 300));
}

static void
point (Abuse *abuse)
{
  GtkWidget *viewport = any_picture (abuse);
  GtkEventController *motion = any_controller (abuse, viewport, GTK_TYPE_EVENT_CONTROLLER_MOTION);

  if (motion != NULL) /* nobody points at a rendering */
    g_signal_emit_by_name (motion, "motion", between (abuse, -50, 800), between (abuse, -50, 800));
}

static void
click_twice (Abuse *abuse)
{
  GtkEventController *click = any_controller (abuse, any_picture (abuse), GTK_TYPE_GESTURE_CLICK);

  g_signal_emit_by_name (click, "pressed", 1 + (int) below (abuse, 2), between (abuse, 0, 400),
                         between (abuse, 0, 400));
}

static void
menu (Abuse *abuse)
{
  GtkWidget *viewport = any_picture (abuse);

  if (gtk_widget_get_mapped (viewport)) /* no hand reaches another */
    g_signal_emit_by_name (viewport, "menu-requested", between (abuse, 0, 1) * gtk_widget_get_width (viewport),
                           between (abuse, 0, 1) * gtk_widget_get_height (viewport));
}

/* --- What is shown --- */

static NegSeries *
dup_any_series (Abuse *abuse)
{
  GListModel *all = abuse->window->loader != NULL ? neg_loader_get_series (abuse->window->loader) : NULL;
  guint n = all != NULL ? g_list_model_get_n_items (all) : 0;
  NegSeries *series = n > 0 ? g_list_model_get_item (all, below (abuse, n)) : NULL;

  if (series != NULL) {
    if (abuse->strays->len >= N_STRAYS)
      g_ptr_array_remove_index_fast (abuse->strays, below (abuse, abuse->strays->len));
    g_ptr_array_add (abuse->strays, g_object_ref (series));
  }
  return series;
}

static void
show_series (Abuse *abuse)
{
  g_autoptr (NegSeries) series = dup_any_series (abuse);

  neg_reading_show (reading (abuse), any_cell (abuse), series);
}

/* One that was dragged from a list and is dropped when another patient, or another folder, is there. */
static void
drop_stray (Abuse *abuse)
{
  NegMprView *planes = abuse->window->mpr_view;
  NegCell *cell = neg_grid_get_cell (abuse->window->grid, any_cell (abuse));
  GtkEventController *target
      = any_controller (abuse, planes != NULL ? GTK_WIDGET (planes) : GTK_WIDGET (cell), GTK_TYPE_DROP_TARGET);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken;

  if (abuse->strays->len == 0)
    return;
  g_value_init (&value, NEG_TYPE_SERIES);
  g_value_set_object (&value, g_ptr_array_index (abuse->strays, below (abuse, abuse->strays->len)));
  g_signal_emit_by_name (target, "drop", &value, 10.0, 10.0, &taken);
}

static void
set_patient (Abuse *abuse)
{
  GPtrArray *patients = neg_reading_get_patients (reading (abuse));

  if (patients->len > 0)
    neg_reading_set_patient (reading (abuse),
                             ((NegPatient *) g_ptr_array_index (patients, below (abuse, patients->len)))->key);
}

static void
step_patient (Abuse *abuse)
{
  gtk_widget_activate_action (GTK_WIDGET (abuse->window), below (abuse, 2) ? "patient.next" : "patient.previous", NULL);
}

static void
jump (Abuse *abuse)
{
  neg_reading_set_index (reading (abuse), any_cell (abuse), below (abuse, 120));
}

static void
set_grid (Abuse *abuse)
{
  neg_reading_set_grid (reading (abuse), 1 + below (abuse, 4), 1 + below (abuse, 4));
}

static void
set_active (Abuse *abuse)
{
  neg_reading_set_active (reading (abuse), any_cell (abuse));
}

static void
set_point (Abuse *abuse)
{
  neg_reading_set_point (reading (abuse), any_cell (abuse),
                         (double[2]){ between (abuse, -20, 120), between (abuse, -20, 120) });
}

/* --- Files and engines --- */

static void
open_paths (Abuse *abuse)
{
  g_autofree char *one = g_strdup_printf ("%s/%u", abuse->folder, below (abuse, ABUSE_N_PATIENTS));
  g_autofree char *other = g_strdup_printf ("%s/%u", abuse->folder, below (abuse, ABUSE_N_PATIENTS));
  g_autofree char *nowhere = g_build_filename (abuse->folder, "nowhere", NULL);
  const char *choices[][3] = { { abuse->folder }, { abuse->folder }, { one, other }, { one }, { nowhere } };

  neg_main_window_open (abuse->window, choices[below (abuse, G_N_ELEMENTS (choices))]);
}

static void
close_study (Abuse *abuse)
{
  gtk_widget_activate_action (GTK_WIDGET (abuse->window), below (abuse, 2) ? "file.close" : "file.cancel", NULL);
}

static gboolean
is_child (const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", name);
  g_autofree char *text = NULL;
  char *fields;

  if (!g_ascii_isdigit (name[0]) || !g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  fields = strrchr (text, ')'); /* ") S parent" */
  return fields != NULL && strlen (fields) > 4 && g_ascii_strtoll (fields + 4, NULL, 10) == getpid ();
}

static void
kill_engine (Abuse *abuse)
{
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;
  gint64 pid = 0;
  guint n = 0;

  while (processes != NULL && (name = g_dir_read_name (processes)) != NULL)
    if (is_child (name) && below (abuse, ++n) == 0)
      pid = g_ascii_strtoll (name, NULL, 10);
  if (pid > 1 && kill ((pid_t) pid, SIGKILL) == 0)
    abuse->n_killed++;
}

/* --- Windows, panes, preferences --- */

static void
resize (Abuse *abuse)
{
  gtk_window_set_default_size (GTK_WINDOW (abuse->window), 500 + below (abuse, 700), 400 + below (abuse, 400));
}

static void
move_pane (Abuse *abuse)
{
  static const char *const actions[] = { "pane.patient", "pane.context", "pane.patient-window", "pane.context-window" };

  gtk_widget_activate_action (GTK_WIDGET (abuse->window), actions[below (abuse, G_N_ELEMENTS (actions))], NULL);
}

static void
prefer (Abuse *abuse)
{
  switch (below (abuse, 5)) {
  case 0:
    g_settings_set_enum (abuse->settings, "theme", below (abuse, 2));
    break;
  case 1:
    g_settings_set_enum (abuse->settings, "interpolation", below (abuse, 2));
    break;
  case 2:
    g_settings_set_enum (abuse->settings, "captions", below (abuse, NEG_CAPTIONS_N_LEVELS));
    break;
  case 3:
    g_settings_set_boolean (abuse->settings, "wheel-reversed", below (abuse, 2));
    break;
  default:
    g_settings_set_double (abuse->settings, "cine-rate", between (abuse, 1, 60));
    break;
  }
}

static gboolean
is_pane_window (Abuse *abuse, GtkWindow *window)
{
  return window == neg_pane_get_window (abuse->window->patient_pane)
         || window == neg_pane_get_window (abuse->window->context_pane)
         || window == neg_pane_get_window (abuse->window->worklist_pane);
}

/* Dialogs, the list of keys, the times of frames. */
static void
close_window (Abuse *abuse)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

    if (window != GTK_WINDOW (abuse->window) && (!is_pane_window (abuse, window) || below (abuse, 2) == 0)) {
      gtk_window_close (window);
      return;
    }
  }
}

/* --- Any widget --- */

static void
collect (GtkWidget *widget, GPtrArray *all)
{
  const char *type = G_OBJECT_TYPE_NAME (widget);

  if (!gtk_widget_get_mapped (widget) || g_str_equal (type, "GtkWindowControls")) /* that would be the end */
    return;
  if (gtk_widget_is_sensitive (widget))
    g_ptr_array_add (all, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect (child, all);
}

static void
press (Abuse *abuse)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  NegPane *panes[] = { abuse->window->patient_pane, abuse->window->context_pane, abuse->window->worklist_pane };
  GtkWidget *widget;

  collect (GTK_WIDGET (abuse->window), all);
  for (guint i = 0; i < G_N_ELEMENTS (panes); i++)
    if (neg_pane_get_window (panes[i]) != NULL)
      collect (neg_pane_get_content (panes[i]), all);
  if (all->len == 0)
    return;
  widget = g_ptr_array_index (all, below (abuse, all->len));
  if (below (abuse, 3) == 0)
    gtk_widget_grab_focus (widget);
  else
    gtk_widget_activate (widget);
}

static void
turn_bar (Abuse *abuse)
{
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (any_viewport (abuse)));

  g_signal_emit_by_name (gtk_widget_get_last_child (row), "index-requested", below (abuse, 30));
}

/* --- All of it --- */

static const struct {
  const char *name;
  void (*function) (Abuse *abuse);
  guint weight;
} events[] = {
  { "command", command, 25 },     { "key", key, 20 },
  { "planes", show_planes, 16 },
  { "focus", focus, 2 },          { "scroll", scroll, 15 },
  { "drag", drag, 20 },           { "point", point, 3 },
  { "click twice", click_twice, 3 }, { "menu", menu, 1 },
  { "show series", show_series, 6 }, { "drop stray", drop_stray, 3 },
  { "set patient", set_patient, 6 }, { "step patient", step_patient, 4 },
  { "jump", jump, 8 },            { "set grid", set_grid, 2 },
  { "set active", set_active, 3 }, { "set point", set_point, 2 },
  { "open", open_paths, 4 },      { "close", close_study, 1 },
  { "kill engine", kill_engine, 1 }, { "resize", resize, 1 },
  { "move pane", move_pane, 2 },  { "prefer", prefer, 2 },
  { "close window", close_window, 3 }, { "press", press, 6 },
  { "turn bar", turn_bar, 3 },    { "reading list", abuse_list_event, 30 },
  { "kill agent", abuse_list_kill_agent, 1 },
};

/* Most of what happens is to happen while it loads. */
static gboolean
is_time_to_open (Abuse *abuse)
{
  NegLoader *loader = abuse->window->loader;

  return (loader == NULL || neg_loader_is_finished (loader)) && below (abuse, 10) == 0;
}

const char *
abuse_event (Abuse *abuse)
{
  guint total = 0, at;

  if (is_time_to_open (abuse)) {
    if (below (abuse, 2) == 0)
      open_paths (abuse);
    else
      abuse_list_open (abuse);
    return "open again";
  }
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    total += events[i].weight;
  at = below (abuse, total);
  for (guint i = 0; i < G_N_ELEMENTS (events); i++) {
    if (at < events[i].weight) {
      events[i].function (abuse);
      return events[i].name;
    }
    at -= events[i].weight;
  }
  g_assert_not_reached ();
}
