#include "config.h"

#include "ui/neg-display-window.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ui/neg-accessible.h"
#include "ui/neg-display-report.h"
#include "ui/neg-display-words.h"
#include "ui/neg-monitor.h"
#include "ui/neg-support-button.h"
#include "ui/neg-test-pattern-window.h"

#define FILE_MAX_BYTES (1 << 20)

struct _NegDisplayWindow {
  GtkWindow parent_instance;

  GSettings *settings; /* nullable */
  gboolean filling;    /* the fields are being set by us */
  NegLuminanceTable *table; /* as the fields say now; NULL: they say none */
  gboolean has_curve;
  GtkFileChooserNative *chooser; /* while it is open */
  GCancellable *cancellable;

  GPtrArray *listed; /* GdkMonitor: those of the drop down, whatever has come or gone since */
  GtkDropDown *monitors;
  GtkTextView *text;
  GtkTextTag *wrong_line;
  GtkSpinButton *ambient;
  GtkEditable *name, *date;
  GtkLabel *error, *kept;
  GtkWidget *apply, *remove, *load, *pattern;
  NegDisplayReport *report;
};

G_DEFINE_FINAL_TYPE (NegDisplayWindow, neg_display_window, GTK_TYPE_WINDOW)

/* --- monitors --- */

/* Given, nullable. */
static GdkMonitor *
dup_monitor (NegDisplayWindow *self)
{
  guint selected = gtk_drop_down_get_selected (self->monitors);

  return selected < self->listed->len ? g_object_ref (g_ptr_array_index (self->listed, selected)) : NULL;
}

static char *
dup_key (NegDisplayWindow *self)
{
  g_autoptr (GdkMonitor) monitor = dup_monitor (self);

  return monitor != NULL ? neg_monitor_dup_key (monitor) : NULL;
}

/* --- what the fields say --- */

static char *
dup_text (NegDisplayWindow *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

/* What a pasted table says of itself goes where a person sees it. */
static void
take_remarks (NegDisplayWindow *self, const char *text)
{
  g_autoptr (NegLuminanceTable) table = neg_luminance_table_parse (text, strlen (text), NULL);

  if (table == NULL)
    return;
  self->filling = TRUE;
  if (strstr (text, "ambient ") != NULL)
    gtk_spin_button_set_value (self->ambient, table->ambient);
  if (table->name != NULL)
    gtk_editable_set_text (self->name, table->name);
  if (table->measured_on != NULL)
    gtk_editable_set_text (self->date, table->measured_on);
  self->filling = FALSE;
}

/* The fields stand last and hold: lines keep their numbers. */
static char *
dup_whole_text (NegDisplayWindow *self, const char *text)
{
  char ambient[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (ambient, sizeof ambient, "%.6f", gtk_spin_button_get_value (self->ambient));
  return g_strdup_printf ("%s\n# ambient %s\n# name %s\n# date %s\n", text, ambient, gtk_editable_get_text (self->name),
                          gtk_editable_get_text (self->date));
}

static void
mark_line (NegDisplayWindow *self, guint line)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_remove_tag (buffer, self->wrong_line, &start, &end);
  if (line == 0 || !gtk_text_buffer_get_iter_at_line (buffer, &start, line - 1))
    return;
  end = start;
  gtk_text_iter_forward_to_line_end (&end);
  gtk_text_buffer_apply_tag (buffer, self->wrong_line, &start, &end);
}

/* Where it is: in a line of the table, or in the date that stands behind all lines. */
static void
show_error (NegDisplayWindow *self, const GError *error)
{
  guint line = error != NULL ? neg_display_words_get_line (error) : 0;
  gboolean is_date = line > gtk_text_buffer_get_line_count (gtk_text_view_get_buffer (self->text));
  g_autofree char *words = NULL;

  if (error != NULL)
    words = is_date ? g_strdup (_ ("The date is written YYYY-MM-DD.")) : neg_display_words_dup_error (error);
  mark_line (self, is_date ? 0 : line);
  gtk_label_set_text (self->error, words != NULL ? words : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), words != NULL);
  if (is_date)
    gtk_widget_add_css_class (GTK_WIDGET (self->date), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->date), "warning");
}

/* --- what it means --- */

static gboolean
is_empty (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;
  return *text == '\0';
}

/* Everything that is shown of what the fields say now. */
static void
update (NegDisplayWindow *self)
{
  g_autofree char *text = dup_text (self);
  g_autofree char *whole = dup_whole_text (self, text);
  g_autofree NegDisplayCurve *curve = g_new (NegDisplayCurve, 1);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->table, neg_luminance_table_free);
  if (!is_empty (text))
    self->table = neg_luminance_table_parse (whole, strlen (whole), &error);
  self->has_curve = self->table != NULL && neg_display_curve_init (curve, self->table, &error);
  show_error (self, error);
  neg_display_report_set (self->report, self->table, self->has_curve ? curve : NULL);
  gtk_widget_set_sensitive (self->apply, self->has_curve && self->settings != NULL);
}

static void
changed_cb (NegDisplayWindow *self)
{
  if (!self->filling)
    update (self);
}

static void
text_changed_cb (NegDisplayWindow *self)
{
  g_autofree char *text = NULL;

  if (self->filling)
    return;
  text = dup_text (self);
  take_remarks (self, text);
  update (self);
}

/* --- what is kept --- */

/* Lines alone: what else the table says stands in fields of its own. */
static char *
dup_lines (const NegLuminanceTable *table)
{
  NegLuminanceTable bare = { .n = table->n, .levels = table->levels, .luminances = table->luminances };
  g_autofree char *text = neg_luminance_table_to_text (&bare);
  const char *lines = strchr (text, '\n');

  return g_strdup (lines != NULL ? lines + 1 : text);
}

static void
fill_fields (NegDisplayWindow *self, const NegLuminanceTable *table)
{
  g_autofree char *lines = table != NULL ? dup_lines (table) : NULL;

  self->filling = TRUE;
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), lines != NULL ? lines : "", -1);
  gtk_spin_button_set_value (self->ambient, table != NULL ? table->ambient : 0);
  gtk_editable_set_text (self->name, table != NULL && table->name != NULL ? table->name : "");
  gtk_editable_set_text (self->date, table != NULL && table->measured_on != NULL ? table->measured_on : "");
  self->filling = FALSE;
  update (self);
}

static void
say_kept (NegDisplayWindow *self, const NegLuminanceTable *table, const GError *error)
{
  g_autofree char *text = NULL;

  if (self->settings == NULL)
    text = g_strdup (_ ("The settings of the program are not installed: nothing here can be kept."));
  else if (error != NULL)
    text = g_strdup (_ ("What is kept for this monitor cannot be read: images are shown as it shows them. Remove it, or "
                        "apply another table."));
  else if (table == NULL)
    text = g_strdup (_ ("Nothing is kept for this monitor: images are shown as it shows them."));
  else
    text = g_strdup_printf (_ ("Images on this monitor are calibrated by: %s%s%s."),
                            table->name != NULL ? table->name : _ ("a table without a name"),
                            table->measured_on != NULL ? ", " : "",
                            table->measured_on != NULL ? table->measured_on : "");
  gtk_label_set_text (self->kept, text);
  gtk_widget_set_sensitive (self->remove, table != NULL || error != NULL);
}

static void
show_kept (NegDisplayWindow *self, gboolean with_fields)
{
  g_autofree char *key = dup_key (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegLuminanceTable) table = key != NULL ? neg_monitor_load_table (self->settings, key, &error) : NULL;

  if (with_fields)
    fill_fields (self, table);
  say_kept (self, table, error);
}

static void
monitor_chosen_cb (NegDisplayWindow *self)
{
  if (!self->filling)
    show_kept (self, TRUE);
}

static void
apply_cb (NegDisplayWindow *self)
{
  g_autofree char *key = dup_key (self);

  if (key == NULL || !self->has_curve)
    return;
  if (!neg_monitor_save_table (self->settings, key, self->table))
    gtk_label_set_text (self->kept, _ ("The settings could not be written: nothing was kept."));
  else
    show_kept (self, FALSE);
}

static void
remove_cb (NegDisplayWindow *self)
{
  g_autofree char *key = dup_key (self);

  if (key != NULL && neg_monitor_save_table (self->settings, key, NULL))
    show_kept (self, TRUE);
}

static void
pattern_cb (NegDisplayWindow *self)
{
  g_autoptr (GdkMonitor) monitor = dup_monitor (self);

  gtk_window_present (neg_test_pattern_window_new (self->settings, GTK_WINDOW (self), monitor));
}

/* --- a file --- */

static void
say_unreadable (NegDisplayWindow *self)
{
  gtk_label_set_text (self->error, _ ("This file cannot be read, or is no text."));
  gtk_widget_set_visible (GTK_WIDGET (self->error), TRUE);
}

/* No more is read than a table may have. */
static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegDisplayWindow) self = data;
  const char *text = g_object_get_data (source, "text");
  gsize length = 0;
  gboolean is_read = g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &length, NULL);

  if (self->text == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  if (!is_read || length >= FILE_MAX_BYTES || !g_utf8_validate (text, length, NULL))
    say_unreadable (self);
  else
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), text, length);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  NegDisplayWindow *self = data;
  g_autoptr (GFileInputStream) stream = g_file_read_finish (G_FILE (source), result, NULL);

  if (stream != NULL) {
    char *text = g_malloc (FILE_MAX_BYTES);

    g_object_set_data_full (G_OBJECT (stream), "text", text, g_free);
    g_input_stream_read_all_async (G_INPUT_STREAM (stream), text, FILE_MAX_BYTES, G_PRIORITY_DEFAULT,
                                   self->cancellable, read_cb, self);
    return;
  }
  if (self->text != NULL)
    say_unreadable (self);
  g_object_unref (self);
}

static void
chosen_cb (NegDisplayWindow *self, int response)
{
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser)) : NULL;

  g_clear_object (&self->chooser);
  if (file != NULL)
    g_file_read_async (file, G_PRIORITY_DEFAULT, self->cancellable, opened_cb, g_object_ref (self));
}

static void
load_cb (NegDisplayWindow *self)
{
  if (self->chooser == NULL) {
    self->chooser = gtk_file_chooser_native_new (_ ("A Table of Luminances"), GTK_WINDOW (self),
                                                 GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
    g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (chosen_cb), self);
  }
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* --- making it --- */

static GtkWidget *
new_label (const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

static GtkWidget *
add_field (GtkGrid *grid, int row, const char *title, GtkWidget *field)
{
  gtk_grid_attach (grid, new_label (title, NULL), 0, row, 1, 1);
  gtk_widget_set_hexpand (field, TRUE);
  gtk_grid_attach (grid, field, 1, row, 1, 1);
  neg_accessible_set_name (field, title);
  return field;
}

static GtkWidget *
new_fields (NegDisplayWindow *self)
{
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());

  gtk_grid_set_row_spacing (grid, 4);
  gtk_grid_set_column_spacing (grid, 8);
  self->ambient = GTK_SPIN_BUTTON (
      add_field (grid, 0, _ ("Ambient light, cd/m²"), gtk_spin_button_new_with_range (0, 1000, 0.05)));
  gtk_spin_button_set_digits (self->ambient, 3);
  self->name = GTK_EDITABLE (add_field (grid, 1, _ ("Name"), gtk_entry_new ()));
  self->date = GTK_EDITABLE (add_field (grid, 2, _ ("Measured on"), gtk_entry_new ()));
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->date), _ ("YYYY-MM-DD"));
  gtk_entry_set_max_length (GTK_ENTRY (self->name), 100);
  g_signal_connect_swapped (self->ambient, "value-changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (self->name, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (self->date, "changed", G_CALLBACK (changed_cb), self);
  return GTK_WIDGET (grid);
}

static GtkWidget *
new_text (NegDisplayWindow *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkTextBuffer *buffer;

  self->text = GTK_TEXT_VIEW (gtk_text_view_new ());
  buffer = gtk_text_view_get_buffer (self->text);
  self->wrong_line = gtk_text_buffer_create_tag (buffer, NULL, "underline", PANGO_UNDERLINE_ERROR, NULL);
  gtk_text_view_set_monospace (self->text, TRUE);
  gtk_text_view_set_accepts_tab (self->text, FALSE); /* the keyboard gets out of it */
  gtk_text_view_set_left_margin (self->text, 8);
  gtk_text_view_set_top_margin (self->text, 4);
  neg_accessible_set_name (GTK_WIDGET (self->text), _ ("Levels and luminances"));
  g_signal_connect_swapped (buffer, "changed", G_CALLBACK (text_changed_cb), self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->text));
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scrolled), FALSE);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 120);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_widget_add_css_class (scrolled, "luminances");
  return scrolled;
}

static GtkWidget *
add_button (NegDisplayWindow *self, GtkWidget *box, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_swapped (button, "clicked", callback, self);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
new_buttons (NegDisplayWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->apply = add_button (self, box, _ ("Apply"), G_CALLBACK (apply_cb));
  self->remove = add_button (self, box, _ ("Remove"), G_CALLBACK (remove_cb));
  self->load = add_button (self, box, _ ("Load a File…"), G_CALLBACK (load_cb));
  self->pattern = add_button (self, box, _ ("Test Pattern"), G_CALLBACK (pattern_cb));
  gtk_widget_add_css_class (self->apply, "suggested-action");
  return box;
}

static GtkWidget *
new_left (NegDisplayWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  const char *const none[] = { NULL };

  self->monitors = GTK_DROP_DOWN (gtk_drop_down_new_from_strings (none));
  neg_accessible_set_name (GTK_WIDGET (self->monitors), _ ("Monitor"));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->monitors));
  self->kept = GTK_LABEL (new_label (NULL, "dim"));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->kept));
  gtk_box_append (GTK_BOX (box), new_label (_ ("A line for each measured grey: driving level (to 255, 1023, 65535 or 1) "
                                               "and its luminance in cd/m², in the dark. 18 lines do, more are better."),
                                            NULL));
  gtk_box_append (GTK_BOX (box), new_text (self));
  self->error = GTK_LABEL (new_label (NULL, "danger"));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->error));
  gtk_box_append (GTK_BOX (box), new_fields (self));
  gtk_box_append (GTK_BOX (box), new_buttons (self));
  gtk_widget_set_size_request (box, 400, -1);
  return box;
}

/* --- the window --- */

static void
neg_display_window_dispose (GObject *object)
{
  NegDisplayWindow *self = NEG_DISPLAY_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->settings);
  self->text = NULL;
  G_OBJECT_CLASS (neg_display_window_parent_class)->dispose (object);
}

static void
neg_display_window_finalize (GObject *object)
{
  NegDisplayWindow *self = NEG_DISPLAY_WINDOW (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->table, neg_luminance_table_free);
  g_ptr_array_unref (self->listed);
  G_OBJECT_CLASS (neg_display_window_parent_class)->finalize (object);
}

static void
neg_display_window_class_init (NegDisplayWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_display_window_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_display_window_finalize;
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
neg_display_window_init (NegDisplayWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 16);

  self->cancellable = g_cancellable_new ();
  self->listed = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_box_append (GTK_BOX (box), new_left (self));
  self->report = NEG_DISPLAY_REPORT (neg_display_report_new ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->report));
  gtk_widget_add_css_class (box, "display-page");
  gtk_window_set_child (GTK_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Display"));
  gtk_window_set_default_size (GTK_WINDOW (self), 1080, 720);
  gtk_widget_add_css_class (GTK_WIDGET (self), "negatoscope");
}

/* The monitors that are there, @wanted chosen. FALSE: it is not there, the first one is. */
static gboolean
fill_monitors (NegDisplayWindow *self, GdkMonitor *wanted)
{
  GListModel *monitors = gdk_display_get_monitors (gtk_widget_get_display (GTK_WIDGET (self)));
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  gboolean is_there = FALSE;
  guint selected = 0;

  g_ptr_array_set_size (self->listed, 0);
  for (guint i = 0; i < g_list_model_get_n_items (monitors); i++) {
    g_autoptr (GdkMonitor) monitor = g_list_model_get_item (monitors, i);
    g_autofree char *title = neg_monitor_dup_title (monitor);

    gtk_string_list_append (titles, title);
    if (monitor == wanted) {
      selected = i;
      is_there = TRUE;
    }
    g_ptr_array_add (self->listed, g_steal_pointer (&monitor));
  }
  self->filling = TRUE;
  gtk_drop_down_set_model (self->monitors, G_LIST_MODEL (titles));
  gtk_drop_down_set_selected (self->monitors, selected);
  neg_accessible_set_name (GTK_WIDGET (self->monitors), _ ("Monitor"));
  self->filling = FALSE;
  return is_there;
}

/* A table that is being written stays with its monitor; with another one it would be that one's. */
static void
monitors_changed_cb (NegDisplayWindow *self)
{
  g_autoptr (GdkMonitor) chosen = dup_monitor (self);

  if (self->text != NULL && !fill_monitors (self, chosen))
    show_kept (self, TRUE);
}

static GtkWindow *
find_open (GtkWindow *parent)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

    if (NEG_IS_DISPLAY_WINDOW (window) && gtk_window_get_transient_for (window) == parent)
      return window;
  }
  return NULL;
}

GtkWindow *
neg_display_window_open (GSettings *settings, GtkWindow *parent)
{
  GtkWindow *open = find_open (parent);
  NegDisplayWindow *self;

  if (open != NULL)
    return open;
  self = g_object_new (NEG_TYPE_DISPLAY_WINDOW, "transient-for", parent, "destroy-with-parent", TRUE, NULL);
  neg_support_button_add (GTK_WINDOW (self), "display");
  g_set_object (&self->settings, settings);
  fill_monitors (self, neg_monitor_get (GTK_WIDGET (parent)));
  g_signal_connect_object (gdk_display_get_monitors (gtk_widget_get_display (GTK_WIDGET (self))), "items-changed",
                           G_CALLBACK (monitors_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->monitors, "notify::selected", G_CALLBACK (monitor_chosen_cb), self);
  show_kept (self, TRUE);
  return GTK_WINDOW (self);
}
