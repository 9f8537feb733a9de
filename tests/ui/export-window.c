/* A window with a place for an image, the cine bar and two buttons, on a folder that is named: for test-export.py, which
 * plays and exports by keyboard. A line says which image it is and how the last copy ended. */
#include "config.h"

#include "pipeline/neg-loader.h"
#include "ui/neg-cine-bar.h"
#include "ui/neg-export-dialog.h"
#include "ui/neg-theme.h"

typedef struct {
  NegEnginePool *pool;
  NegLoader *loader;
  NegReading *reading;
  NegFrameStore *store;
  NegCinePlayer *player;
  GtkWindow *window;
  GtkWidget *image;
  GtkLabel *said, *copied;
} Program;

static void
say_cb (Program *program)
{
  const NegViewState *state = neg_reading_get_state (program->reading, 0);
  g_autofree char *text = g_strdup_printf ("at %u, %s", state->index + 1,
                                           neg_cine_player_is_playing (program->player) ? "playing" : "paused");

  gtk_label_set_text (program->said, text);
}

static void
export_cb (Program *program)
{
  GtkWindow *dialog = neg_export_dialog_new (program->window, program->reading, 0, program->store, NULL, 400, 300,
                                             neg_cine_player_get_cine (program->player), 10);

  gtk_window_present (dialog);
}

static void
copy_cb (Program *program)
{
  g_autoptr (GError) error = NULL;
  gboolean copied = neg_export_copy (gtk_widget_get_clipboard (GTK_WIDGET (program->window)), program->reading, 0,
                                     program->store, NULL, 400, 300, &error);

  gtk_label_set_text (program->copied, copied ? "copied" : error->message);
}

static void
scroll_cb (Program *program)
{
  neg_reading_scroll (program->reading, 0, 1);
}

static void
add_button (Program *program, GtkBox *box, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_swapped (button, "clicked", callback, program);
  gtk_box_append (box, button);
}

static void
build (Program *program)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 4));

  program->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_title (program->window, "Negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (program->window), "negatoscope");
  gtk_window_set_child (program->window, GTK_WIDGET (box));
  program->image = g_object_new (GTK_TYPE_DRAWING_AREA, "vexpand", TRUE, NULL);
  gtk_box_append (box, program->image);
  program->player = neg_cine_player_new (program->reading, 0, program->store, program->image, 20);
  gtk_box_append (box, GTK_WIDGET (neg_cine_bar_new (program->player)));
  program->said = GTK_LABEL (gtk_label_new (""));
  program->copied = GTK_LABEL (gtk_label_new ("nothing"));
  gtk_box_append (box, GTK_WIDGET (program->said));
  gtk_box_append (box, GTK_WIDGET (program->copied));
  add_button (program, box, "Export", G_CALLBACK (export_cb));
  add_button (program, box, "Copy", G_CALLBACK (copy_cb));
  add_button (program, box, "Scroll", G_CALLBACK (scroll_cb));
  g_signal_connect_swapped (program->reading, "cell-changed", G_CALLBACK (say_cb), program);
  g_signal_connect_swapped (program->player, "notify::playing", G_CALLBACK (say_cb), program);
  say_cb (program);
}

int
main (int argc, char **argv)
{
  Program program = { 0 };
  g_autoptr (NegTheme) theme = NULL;
  g_autoptr (GError) error = NULL;

  if (argc != 2)
    return 2;
  gtk_init ();
  theme = neg_theme_new (NULL);
  program.pool = neg_engine_pool_new (NULL, &error);
  if (program.pool == NULL)
    g_error ("%s", error->message);
  program.loader = neg_loader_new (program.pool);
  neg_loader_load (program.loader, (const char *[]){ argv[1], NULL });
  neg_loader_wait (program.loader);
  program.reading = neg_reading_new ();
  neg_reading_set_series (program.reading, neg_loader_get_series (program.loader));
  program.store = neg_frame_store_new (program.pool, 1 << 26);
  build (&program);
  gtk_window_present (program.window);
  while (g_list_model_get_n_items (gtk_window_get_toplevels ()) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&program.player);
  g_clear_object (&program.store);
  g_clear_object (&program.reading);
  g_clear_object (&program.loader);
  neg_engine_pool_free (program.pool);
  return 0;
}
