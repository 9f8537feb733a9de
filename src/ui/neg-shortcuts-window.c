#include "config.h"

#include "ui/neg-shortcuts-window.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-support-button.h"

#define COLUMN_WIDTH 360 /* logical pixels, that three fit on 1280 */
#define MAX_COLUMNS 3
#define HEIGHT 720

/* What is being put together: groups go into the column that is being filled. */
typedef struct {
  NegKeymap *keymap;
  GtkBox *columns;
  GtkBox *column;
  guint lines_per_column, n_lines;
  GtkListBox *list; /* of the group */
} Page;

static const char *const mouse[][2] = {
  { N_ ("Images"), N_ ("Wheel") },
  { N_ ("Zoom where the pointer is"), N_ ("Ctrl+Wheel") },
  { N_ ("The tool in hand; window: right wider, up brighter"), N_ ("Left drag") },
  { N_ ("Move the image"), N_ ("Middle drag") },
  { N_ ("Zoom"), N_ ("Right drag") },
  { N_ ("What can be done here"), N_ ("Right click") },
  { N_ ("This viewport alone, and back"), N_ ("Double click") },
  { N_ ("A series into a viewport"), N_ ("Drag its picture") },
  { N_ ("Planes: move the point or a line, turn the lines"), N_ ("Drag it; drag its end") },
  { N_ ("Tilt the free plane"), N_ ("Shift+Left drag in it") },
};

static void
start_column (Page *page)
{
  page->column = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  page->n_lines = 0;
  gtk_widget_set_hexpand (GTK_WIDGET (page->column), TRUE);
  gtk_box_append (page->columns, GTK_WIDGET (page->column));
}

/* Into another column where less than half of it would be in this one. */
static void
start_group (Page *page, const char *title, guint n_rows)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *heading = gtk_label_new (title);

  if (page->column == NULL || page->n_lines + n_rows / 2 > page->lines_per_column)
    start_column (page);
  page->list = GTK_LIST_BOX (gtk_list_box_new ());
  page->n_lines += 2; /* of the heading */
  gtk_list_box_set_selection_mode (page->list, GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (page->list), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "preferences-title");
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page->list));
  gtk_box_append (page->column, box);
}

/* @caps: what is drawn as keys, NULL-terminated. */
static void
add_row (Page *page, const char *title, const char *const *caps)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *label = gtk_label_new (title);
  g_autofree char *keys = g_strjoinv (", ", (char **) caps);
  g_autofree char *name = g_strdup_printf ("%s: %s", title, keys);
  g_autofree char *folded = g_utf8_casefold (name, -1);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (box, "key-row");
  gtk_box_append (GTK_BOX (box), label);
  for (guint i = 0; caps[i] != NULL; i++) {
    GtkWidget *cap = gtk_label_new (caps[i]);

    gtk_widget_set_valign (cap, GTK_ALIGN_CENTER);
    gtk_widget_add_css_class (cap, "key-cap");
    gtk_box_append (GTK_BOX (box), cap);
  }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (row), "folded", g_steal_pointer (&folded), g_free);
  gtk_list_box_append (page->list, row);
  page->n_lines++;
}

static char **
dup_caps (NegKeymap *keymap, const char *action)
{
  const char *const *keys = neg_keymap_get_keys (keymap, action);
  GPtrArray *caps = g_ptr_array_new ();

  for (guint i = 0; keys[i] != NULL; i++)
    g_ptr_array_add (caps, neg_keymap_dup_key_label (keys[i]));
  g_ptr_array_add (caps, NULL);
  return (char **) g_ptr_array_free (caps, FALSE);
}

/* A command without a key has nothing to do here. */
static void
add_command (Page *page, const NegCommandInfo *command)
{
  g_auto (GStrv) caps = dup_caps (page->keymap, command->action);

  if (caps[0] != NULL)
    add_row (page, _ (command->title), (const char *const *) caps);
}

static guint
count_group (guint start)
{
  const char *group = neg_command_table_get (start)->group;
  guint n = 0;

  while (neg_command_table_get (start + n) != NULL && g_strcmp0 (neg_command_table_get (start + n)->group, group) == 0)
    n++;
  return n;
}

static void
add_commands (Page *page)
{
  for (guint start = 0; start < neg_command_table_get_n ();) {
    const char *group = neg_command_table_get (start)->group;
    guint n = count_group (start);

    if (group != NULL)
      start_group (page, _ (group), n);
    for (guint i = 0; group != NULL && i < n; i++)
      add_command (page, neg_command_table_get (start + i));
    start += n;
  }
}

static void
add_mouse (Page *page)
{
  start_group (page, _ ("Mouse"), G_N_ELEMENTS (mouse));
  for (guint i = 0; i < G_N_ELEMENTS (mouse); i++) {
    const char *const caps[] = { _ (mouse[i][1]), NULL };

    add_row (page, _ (mouse[i][0]), caps);
  }
}

/* Rows that do not hold what is searched for go, and headings of which no row is left. */
static void
filter_group (GtkWidget *group, const char *wanted)
{
  GtkWidget *list = gtk_widget_get_last_child (group);
  gboolean any = FALSE;

  for (GtkWidget *row = gtk_widget_get_first_child (list); row != NULL; row = gtk_widget_get_next_sibling (row)) {
    gboolean found = strstr (g_object_get_data (G_OBJECT (row), "folded"), wanted) != NULL;

    gtk_widget_set_visible (row, found);
    any = any || found;
  }
  gtk_widget_set_visible (group, any);
}

static void
search_cb (GtkSearchEntry *search, GtkWidget *columns)
{
  g_autofree char *wanted = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (search)), -1);

  for (GtkWidget *column = gtk_widget_get_first_child (columns); column != NULL;
       column = gtk_widget_get_next_sibling (column))
    for (GtkWidget *group = gtk_widget_get_first_child (column); group != NULL;
         group = gtk_widget_get_next_sibling (group))
      filter_group (group, wanted);
}

static void
stop_search_cb (GtkSearchEntry *search, GtkWindow *window)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (search)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (search), "");
  else
    gtk_window_close (window);
}

static GtkWidget *
make_search (GtkWindow *window, GtkWidget *columns)
{
  GtkWidget *search = gtk_search_entry_new ();

  gtk_widget_set_size_request (search, 280, -1);
  g_object_set (search, "placeholder-text", _ ("Search keys"), NULL);
  neg_accessible_set_name (search, _ ("Search keys"));
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (search), GTK_WIDGET (window));
  g_signal_connect_object (search, "search-changed", G_CALLBACK (search_cb), columns, 0);
  g_signal_connect_object (search, "stop-search", G_CALLBACK (stop_search_cb), window, 0);
  return search;
}

static guint
count_columns (GtkWindow *parent)
{
  int width = parent != NULL ? gtk_widget_get_width (GTK_WIDGET (parent)) : 0;

  return CLAMP (width / COLUMN_WIDTH, 1, MAX_COLUMNS);
}

static void
add_escape (GtkWidget *window)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                                                          gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (window, keys);
}

GtkWindow *
neg_shortcuts_window_new (NegKeymap *keymap, GtkWindow *parent)
{
  GtkWidget *window = gtk_window_new (), *scroller = gtk_scrolled_window_new (), *header = gtk_header_bar_new ();
  GtkWidget *search;
  Page page = { .keymap = keymap, .columns = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 24)) };
  guint n_columns = count_columns (parent);

  g_return_val_if_fail (NEG_IS_KEYMAP (keymap), NULL);

  page.lines_per_column = (neg_command_table_get_n () + G_N_ELEMENTS (mouse) + 2 * 9) / n_columns;
  add_commands (&page);
  add_mouse (&page);
  gtk_widget_add_css_class (GTK_WIDGET (page.columns), "key-page");
  gtk_widget_set_valign (GTK_WIDGET (page.columns), GTK_ALIGN_START);
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scroller), FALSE); /* that there is more is seen */
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (page.columns));
  search = make_search (GTK_WINDOW (window), GTK_WIDGET (page.columns));
  gtk_header_bar_set_title_widget (GTK_HEADER_BAR (header), search);
  gtk_window_set_titlebar (GTK_WINDOW (window), header);
  gtk_window_set_child (GTK_WINDOW (window), scroller);
  gtk_window_set_title (GTK_WINDOW (window), _ ("Keys and Mouse"));
  gtk_window_set_default_size (GTK_WINDOW (window), n_columns * COLUMN_WIDTH + 64, HEIGHT);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  neg_support_button_add (GTK_WINDOW (window), "keys");
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_widget_add_css_class (window, "negatoscope");
  add_escape (window);
  gtk_window_set_focus (GTK_WINDOW (window), search);
  return GTK_WINDOW (window);
}
