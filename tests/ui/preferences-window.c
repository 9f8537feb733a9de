/* A window with nothing in it but the keyboard map: two "images", a list and a text entry, and a line that says which
 * command came last. For test-preferences.py, which has the real preferences and shortcuts windows opened by their keys. */
#include "config.h"

#include "ui/neg-keymap.h"
#include "ui/neg-preferences.h"
#include "ui/neg-settings.h"
#include "ui/neg-shortcuts-window.h"
#include "ui/neg-theme.h"

typedef struct {
  GSettings *settings;
  NegKeymap *keymap;
  NegTheme *theme;
  GtkWindow *window;
  GtkLabel *said;
  guint n_commands;
} Program;

static void
activate_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const char *prefix = g_object_get_data (G_OBJECT (action), "prefix");
  Program *program = g_object_get_data (G_OBJECT (action), "program");
  g_autofree char *name = g_action_print_detailed_name (g_action_get_name (G_ACTION (action)), parameter);
  g_autofree char *full = g_strdup_printf ("%s.%s", prefix, name);
  g_autofree char *text = g_strdup_printf ("%u %s", ++program->n_commands, full);

  gtk_label_set_text (program->said, text);
  if (g_str_equal (full, "app.preferences"))
    gtk_window_present (neg_preferences_open (program->settings, program->keymap, program->window));
  else if (g_str_equal (full, "app.shortcuts"))
    gtk_window_present (neg_shortcuts_window_new (program->keymap, program->window));
}

static void
add_action (Program *program, GHashTable *groups, const char *detailed)
{
  g_autofree char *full = NULL;
  g_autoptr (GVariant) parameter = NULL;
  g_auto (GStrv) parts = NULL;
  g_autoptr (GSimpleAction) action = NULL;
  GSimpleActionGroup *group;

  g_assert_true (g_action_parse_detailed_name (detailed, &full, &parameter, NULL));
  parts = g_strsplit (full, ".", 2);
  group = g_hash_table_lookup (groups, parts[0]);
  if (group == NULL) {
    group = g_simple_action_group_new ();
    g_hash_table_insert (groups, g_strdup (parts[0]), group);
    gtk_widget_insert_action_group (GTK_WIDGET (program->window), parts[0], G_ACTION_GROUP (group));
  }
  action = g_simple_action_new (parts[1], parameter != NULL ? g_variant_get_type (parameter) : NULL);
  g_object_set_data_full (G_OBJECT (action), "prefix", g_strdup (parts[0]), g_free);
  g_object_set_data (G_OBJECT (action), "program", program);
  g_signal_connect (action, "activate", G_CALLBACK (activate_cb), NULL);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
}

static GtkWidget *
make_image (const char *name)
{
  GtkWidget *image = g_object_new (GTK_TYPE_DRAWING_AREA, "focusable", TRUE, "hexpand", TRUE, "vexpand", TRUE,
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_IMG, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_add_css_class (image, "viewport-cell");
  return image;
}

static GtkWidget *
make_list (void)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, "Rows", -1);
  for (guint i = 0; i < 3; i++) {
    g_autofree char *text = g_strdup_printf ("Row %u", i);
    GtkWidget *row = gtk_list_box_row_new ();

    gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), gtk_label_new (text));
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
    gtk_list_box_append (GTK_LIST_BOX (list), row);
  }
  return list;
}

static void
fill (Program *program)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *images = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *entry = gtk_entry_new (), *typed = gtk_label_new (NULL), *first = make_image ("Image A");

  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, "Text", -1);
  program->said = GTK_LABEL (gtk_label_new ("0 nothing"));
  gtk_box_append (GTK_BOX (images), first);
  gtk_box_append (GTK_BOX (images), make_image ("Image B"));
  gtk_box_append (GTK_BOX (box), images);
  gtk_box_append (GTK_BOX (box), make_list ());
  g_object_bind_property (entry, "text", typed, "label", G_BINDING_DEFAULT);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), typed);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (program->said));
  gtk_window_set_child (program->window, box);
  neg_keymap_attach (program->keymap, GTK_WIDGET (program->window), images);
  gtk_widget_grab_focus (first);
}

int
main (int argc, char **argv)
{
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  Program program = { 0 };

  gtk_init ();
  program.settings = neg_settings_open (argc > 1 ? argv[1] : NULL);
  program.keymap = neg_keymap_new (program.settings);
  program.theme = neg_theme_new (program.settings);
  program.window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_title (program.window, "Negatoscope");
  gtk_window_set_default_size (program.window, 1280, 800);
  gtk_widget_add_css_class (GTK_WIDGET (program.window), "negatoscope");
  for (guint i = 0; i < neg_command_table_get_n (); i++)
    add_action (&program, groups, neg_command_table_get (i)->action);
  fill (&program);
  gtk_window_present (program.window);
  while (g_list_model_get_n_items (gtk_window_get_toplevels ()) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (program.theme);
  g_assert_finalize_object (program.keymap); /* no window that was closed has kept it */
  g_clear_object (&program.settings);
  return 0;
}
