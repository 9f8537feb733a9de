/* The panes and the tool strip round a place without pixels that says what the session shows. For test-panes.py:
 * panes-window HOME PATH... */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "reading/neg-captions.h"
#include "ui/neg-context-pane.h"
#include "ui/neg-pane.h"
#include "ui/neg-patient-pane.h"
#include "ui/neg-settings.h"
#include "ui/neg-theme.h"
#include "ui/neg-tool-strip.h"

#define N_MEASURED 300

typedef struct {
  GtkWindow *window;
  NegReading *reading;
  NegLoader *loader;
  NegPane *patient, *context;
  GtkWidget *image;
  GtkLabel *said;
  gint64 looked_us, longest_us; /* when the main loop last came round; the longest that it did not */
  guint n_left;    /* frames still to be measured */
  clock_t started; /* processor time */
} Program;

static void
say (Program *program)
{
  GString *text = g_string_new (NULL);

  for (guint cell = 0; cell < neg_reading_get_n_cells (program->reading); cell++) {
    const NegViewState *state = neg_reading_get_state (program->reading, cell);

    g_string_append_printf (text, "%s%u: %s #%u", cell > 0 ? " | " : "", cell + 1,
                            state->series != NULL ? neg_series_get_title (state->series) : "nothing",
                            state->index + 1);
  }
  gtk_label_set_text (program->said, text->str);
  g_string_free (text, TRUE);
}

static void
loaded_cb (Program *program)
{
  neg_reading_update (program->reading);
}

static void
done_cb (Program *program)
{
  gtk_window_present (program->window);
  gtk_widget_grab_focus (program->image);
}

static gboolean
drop_cb (Program *program, const GValue *value)
{
  return neg_reading_show (program->reading, neg_reading_get_active (program->reading), g_value_get_object (value));
}

static gboolean
measure_tick_cb (GtkWidget *widget, GdkFrameClock *clock_unused, gpointer data)
{
  Program *program = data;

  neg_reading_scroll (program->reading, 0, program->n_left % 40 < 20 ? 1 : -1);
  if (program->n_left-- > 0)
    return G_SOURCE_CONTINUE;
  printf ("%.3f ms of processor time a frame\n", 1e3 * (clock () - program->started) / CLOCKS_PER_SEC / N_MEASURED);
  fflush (stdout);
  return G_SOURCE_REMOVE;
}

static gboolean
look_cb (gpointer data)
{
  Program *program = data;
  gint64 now_us = g_get_monotonic_time ();

  if (program->looked_us > 0)
    program->longest_us = MAX (program->longest_us, now_us - program->looked_us);
  program->looked_us = now_us;
  return G_SOURCE_CONTINUE;
}

static gboolean
key_cb (Program *program, guint keyval)
{
  if (keyval == GDK_KEY_F4) {
    printf ("%.1f ms the longest hold\n", 1e-3 * program->longest_us);
    fflush (stdout);
    program->longest_us = program->looked_us = 0;
  } else if (keyval == GDK_KEY_F5) {
    program->n_left = N_MEASURED;
    program->started = clock ();
    gtk_widget_add_tick_callback (program->image, measure_tick_cb, program, NULL);
  } else if (keyval == GDK_KEY_F9) {
    neg_pane_set_open (program->patient, !neg_pane_is_open (program->patient));
  } else if (keyval == GDK_KEY_F10) {
    neg_pane_set_open (program->context, !neg_pane_is_open (program->context));
  } else if (keyval == GDK_KEY_F6) {
    gtk_widget_grab_focus (neg_pane_get_content (program->patient));
  } else if (keyval == GDK_KEY_F7) {
    gtk_widget_child_focus (neg_pane_get_content (program->context), GTK_DIR_TAB_FORWARD);
  } else if (keyval == GDK_KEY_F8) {
    neg_reading_scroll (program->reading, neg_reading_get_active (program->reading), 1);
  } else {
    return FALSE;
  }
  return TRUE;
}

static void
tool_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  Program *program = data;
  g_autoptr (GVariant) state = g_action_get_state (G_ACTION (action));

  if (state != NULL)
    g_simple_action_set_state (action, g_variant_new_boolean (!g_variant_get_boolean (state)));
  else if (parameter != NULL)
    neg_reading_set_grid (program->reading, g_variant_get_string (parameter, NULL)[0] - '0',
                          g_variant_get_string (parameter, NULL)[2] - '0');
}

static void
add_actions (Program *program)
{
  const GActionEntry tools[] = { { "window", tool_cb, NULL, "true", NULL }, { "scroll", tool_cb, NULL, "false", NULL } };
  const GActionEntry views[] = { { "lines", tool_cb, NULL, "false", NULL }, { "fit", tool_cb, NULL, NULL, NULL } };
  const GActionEntry layouts[] = { { "grid", tool_cb, "s", NULL, NULL } };
  g_autoptr (GSimpleActionGroup) tool = g_simple_action_group_new (), view = g_simple_action_group_new (),
                                 layout = g_simple_action_group_new (), pane = g_simple_action_group_new ();
  GtkWidget *widget = GTK_WIDGET (program->window);

  g_action_map_add_action_entries (G_ACTION_MAP (tool), tools, G_N_ELEMENTS (tools), program);
  g_action_map_add_action_entries (G_ACTION_MAP (view), views, G_N_ELEMENTS (views), program);
  g_action_map_add_action_entries (G_ACTION_MAP (layout), layouts, G_N_ELEMENTS (layouts), program);
  neg_pane_add_actions (program->patient, G_ACTION_MAP (pane));
  neg_pane_add_actions (program->context, G_ACTION_MAP (pane));
  gtk_widget_insert_action_group (widget, "tool", G_ACTION_GROUP (tool));
  gtk_widget_insert_action_group (widget, "view", G_ACTION_GROUP (view));
  gtk_widget_insert_action_group (widget, "layout", G_ACTION_GROUP (layout));
  gtk_widget_insert_action_group (widget, "pane", G_ACTION_GROUP (pane));
}

static GtkWidget *
make_image (Program *program)
{
  GtkDropTarget *target = gtk_drop_target_new (NEG_TYPE_SERIES, GDK_ACTION_COPY);

  program->image = g_object_new (GTK_TYPE_BOX, "focusable", TRUE, "hexpand", TRUE, "accessible-role",
                                 GTK_ACCESSIBLE_ROLE_IMG, NULL);
  program->said = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (program->said, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (program->image), GTK_ACCESSIBLE_PROPERTY_LABEL, "image", -1);
  gtk_widget_add_css_class (program->image, "viewport-cell");
  gtk_box_append (GTK_BOX (program->image), GTK_WIDGET (program->said));
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), program);
  gtk_widget_add_controller (program->image, GTK_EVENT_CONTROLLER (target));
  return program->image;
}

static void
fill (Program *program, GSettings *settings, GtkWidget *patient, GtkWidget *context)
{
  GtkWidget *inner = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *left = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL), *right = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  GtkEventController *keys = gtk_event_controller_key_new ();

  program->patient = neg_pane_new ("patient", "Patients", patient, settings);
  program->context = neg_pane_new ("context", "Context", context, settings);
  gtk_box_append (GTK_BOX (inner), neg_tool_strip_new ());
  gtk_box_append (GTK_BOX (inner), make_image (program));
  gtk_paned_set_start_child (GTK_PANED (right), inner);
  gtk_paned_set_end_child (GTK_PANED (right), GTK_WIDGET (program->context));
  gtk_paned_set_start_child (GTK_PANED (left), GTK_WIDGET (program->patient));
  gtk_paned_set_end_child (GTK_PANED (left), right);
  gtk_paned_set_resize_start_child (GTK_PANED (left), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (left), FALSE);
  gtk_paned_set_resize_end_child (GTK_PANED (right), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (right), FALSE);
  gtk_window_set_child (program->window, left);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), program);
  gtk_widget_add_controller (GTK_WIDGET (program->window), keys);
  neg_pane_restore (program->patient, program->window, TRUE);
  neg_pane_restore (program->context, program->window, TRUE);
}

static void
open_paths (Program *program, NegEnginePool *pool, GtkWidget *patient, GtkWidget *context, char **paths)
{
  NegFrameStore *store = neg_frame_store_new (pool, (guint64) 256 << 20);
  NegThumbnails *thumbnails = neg_thumbnails_new (pool, (guint64) 64 << 20);

  program->loader = neg_loader_new (pool);
  neg_reading_set_series (program->reading, neg_loader_get_series (program->loader));
  neg_patient_pane_set_loader (NEG_PATIENT_PANE (patient), program->loader);
  neg_patient_pane_set_store (NEG_PATIENT_PANE (patient), store);
  neg_patient_pane_set_thumbnails (NEG_PATIENT_PANE (patient), thumbnails);
  neg_context_pane_set_loader (NEG_CONTEXT_PANE (context), program->loader);
  g_signal_connect_swapped (program->loader, "changed", G_CALLBACK (loaded_cb), program);
  g_signal_connect_swapped (program->loader, "finished", G_CALLBACK (loaded_cb), program);
  if (paths[0] != NULL)
    neg_loader_load (program->loader, (const char *const *) paths);
  g_object_unref (store);
  g_object_unref (thumbnails);
}

int
main (int argc, char **argv)
{
  GtkWidget *patient, *context;
  Program program = { 0 };
  NegEnginePool *pool = neg_engine_pool_new (NULL, NULL);
  g_autoptr (GSettings) settings = NULL;
  g_autoptr (NegTheme) theme = NULL;

  if (pool == NULL || argc < 2)
    return 2;
  gtk_init ();
  settings = neg_settings_open (argv[1]);
  theme = neg_theme_new (settings);
  program.window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_title (program.window, "Negatoscope");
  gtk_window_set_default_size (program.window, 1280, 800);
  gtk_widget_add_css_class (GTK_WIDGET (program.window), "negatoscope");
  program.reading = neg_reading_new ();
  patient = neg_patient_pane_new ();
  context = neg_context_pane_new ();
  neg_patient_pane_set_reading (NEG_PATIENT_PANE (patient), program.reading);
  neg_context_pane_set_reading (NEG_CONTEXT_PANE (context), program.reading);
  fill (&program, settings, patient, context);
  add_actions (&program);
  g_signal_connect_swapped (patient, "done", G_CALLBACK (done_cb), &program);
  g_signal_connect_swapped (context, "done", G_CALLBACK (done_cb), &program);
  g_signal_connect_swapped (program.reading, "cell-changed", G_CALLBACK (say), &program);
  g_signal_connect_swapped (program.reading, "grid-changed", G_CALLBACK (say), &program);
  open_paths (&program, pool, patient, context, argv + 2);
  gtk_window_present (program.window);
  gtk_widget_grab_focus (program.image);
  g_timeout_add_full (G_PRIORITY_HIGH, 1, look_cb, &program, NULL);
  while (g_list_model_get_n_items (gtk_window_get_toplevels ()) > 0)
    g_main_context_iteration (NULL, TRUE);
  return 0;
}
