#include "config.h"

#include "ui/neg-frame-times-window.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-frame-times.h"

#define REFRESH_MS 500

typedef struct {
  NegFrameTimes *times;
  NegFrameStore *store; /* nullable */
  NegGrid *grid;        /* nullable; no reference */
  GtkLabel *cells[NEG_FRAME_TIME_N][5];
  GtkLabel *rate, *memory, *uploads;
  guint refresh_source;
} Page;

static void
page_free (gpointer data)
{
  Page *page = data;

  g_clear_handle_id (&page->refresh_source, g_source_remove);
  neg_frame_times_free (page->times);
  g_clear_object (&page->store);
  g_clear_weak_pointer (&page->grid);
  g_free (page);
}

static void
set_number (GtkLabel *label, const char *format, double value)
{
  g_autofree char *text = g_strdup_printf (format, value);

  gtk_label_set_text (label, text);
}

static void
show_memory (Page *page)
{
  g_autofree char *held = NULL, *budget = NULL, *text = NULL;

  if (page->store == NULL) {
    gtk_label_set_text (page->memory, _ ("nothing is open"));
    return;
  }
  held = g_format_size_full (neg_frame_store_get_bytes (page->store), G_FORMAT_SIZE_IEC_UNITS);
  budget = g_format_size_full (neg_frame_store_get_budget_bytes (page->store), G_FORMAT_SIZE_IEC_UNITS);
  text = g_strdup_printf (_ ("decoded frames %s of %s, %u being decoded"), held, budget,
                          neg_frame_store_get_n_in_flight (page->store));
  gtk_label_set_text (page->memory, text);
}

static void
count_uploads (NegViewport *viewport, gpointer user_data)
{
  guint64 *n = user_data;

  *n += neg_viewport_get_n_uploads (viewport);
}

static void
show_uploads (Page *page)
{
  g_autofree char *text = NULL;
  guint64 n = 0;

  if (page->grid != NULL)
    neg_grid_foreach (page->grid, count_uploads, &n);
  text = g_strdup_printf (_ ("uploads of frames, tables and marks: %.0f"), (double) n);
  gtk_label_set_text (page->uploads, text);
}

static gboolean
refresh_cb (gpointer data)
{
  Page *page = data;
  g_autofree char *rate = g_strdup_printf (_ ("%.1f frames/s"), neg_frame_times_get_rate_hz (page->times));

  for (guint i = 0; i < NEG_FRAME_TIME_N; i++) {
    NegFrameTimesSummary summary;

    neg_frame_times_get (page->times, i, &summary);
    set_number (page->cells[i][0], "%.0f", summary.n);
    set_number (page->cells[i][1], "%.2f", summary.mean_ms);
    set_number (page->cells[i][2], "%.2f", summary.median_ms);
    set_number (page->cells[i][3], "%.2f", summary.p95_ms);
    set_number (page->cells[i][4], "%.2f", summary.worst_ms);
  }
  gtk_label_set_text (page->rate, rate);
  show_memory (page);
  show_uploads (page);
  return G_SOURCE_CONTINUE;
}

static void
reset_cb (Page *page)
{
  neg_frame_times_reset (page->times);
  refresh_cb (page);
}

static GtkLabel *
attach_label (GtkGrid *grid, const char *text, int column, int row, double xalign)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  gtk_grid_attach (grid, label, column, row, 1, 1);
  return GTK_LABEL (label);
}

static GtkWidget *
new_table (Page *page)
{
  const char *rows[] = { _ ("Painting"), _ ("From frame to frame"), _ ("Main loop held"), _ ("… besides painting"),
                         _ ("… by the processor") };
  const char *columns[] = { _ ("number"), _ ("mean ms"), _ ("median ms"), _ ("95 % ms"), _ ("worst ms") };
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());

  gtk_grid_set_column_spacing (grid, 16);
  gtk_grid_set_row_spacing (grid, 4);
  for (guint column = 0; column < G_N_ELEMENTS (columns); column++)
    gtk_widget_add_css_class (GTK_WIDGET (attach_label (grid, columns[column], column + 1, 0, 1)), "dim");
  for (guint row = 0; row < NEG_FRAME_TIME_N; row++) {
    attach_label (grid, rows[row], 0, row + 1, 0);
    for (guint column = 0; column < G_N_ELEMENTS (columns); column++)
      page->cells[row][column] = attach_label (grid, "0", column + 1, row + 1, 1);
  }
  return GTK_WIDGET (grid);
}

static gboolean
key_cb (GtkWindow *window, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Escape && !(keyval == GDK_KEY_w && modifiers == GDK_CONTROL_MASK))
    return FALSE;
  gtk_window_close (window);
  return TRUE;
}

GtkWindow *
neg_frame_times_window_new (GtkWindow *parent)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *reset = gtk_button_new_with_mnemonic (_ ("_Count anew"));
  GtkEventController *keys = gtk_event_controller_key_new ();
  Page *page = g_new0 (Page, 1);

  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), window);
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
  page->times = neg_frame_times_new (GTK_WIDGET (parent));
  gtk_box_append (GTK_BOX (box), new_table (page));
  page->rate = GTK_LABEL (gtk_label_new (NULL));
  page->memory = GTK_LABEL (gtk_label_new (NULL));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page->rate));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page->memory));
  page->uploads = GTK_LABEL (gtk_label_new (NULL));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page->uploads));
  gtk_box_append (GTK_BOX (box), reset);
  gtk_widget_set_margin_start (box, 16);
  gtk_widget_set_margin_end (box, 16);
  gtk_widget_set_margin_top (box, 16);
  gtk_widget_set_margin_bottom (box, 16);
  g_signal_connect_swapped (reset, "clicked", G_CALLBACK (reset_cb), page);
  gtk_window_set_child (window, box);
  gtk_window_set_title (window, _ ("Times of frames"));
  gtk_window_set_transient_for (window, parent);
  gtk_window_set_destroy_with_parent (window, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (window), "negatoscope");
  page->refresh_source = g_timeout_add (REFRESH_MS, refresh_cb, page);
  g_object_set_data_full (G_OBJECT (window), "neg-page", page, page_free);
  refresh_cb (page);
  return window;
}

void
neg_frame_times_window_set_store (GtkWindow *window, NegFrameStore *store)
{
  Page *page = g_object_get_data (G_OBJECT (window), "neg-page");

  g_set_object (&page->store, store);
  refresh_cb (page);
}

void
neg_frame_times_window_set_grid (GtkWindow *window, NegGrid *grid)
{
  Page *page = g_object_get_data (G_OBJECT (window), "neg-page");

  g_set_weak_pointer (&page->grid, grid);
  refresh_cb (page);
}
