/* Thousands of random events on a window that is loading, and a look at everything after each of them: whose pixels and
 * whose texts are there. For test-abuse.py: abuse FOLDER EVENTS SEED auto|gl|cpu. The folder is empty. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "abuse-check.h"
#include "abuse-events.h"
#include "abuse-list.h"
#include "abuse-study.h"
#include "abuse-words.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-renderer.h"
#include "ui/neg-settings.h"
#include "ui/neg-theme.h"

#define N_REMEMBERED 40
#define PICTURE_EVERY 20 /* paints */
#define TOOLTIP_MS 700

typedef struct {
  Abuse abuse;
  AbuseSeen seen;
  guint n_done, n_loading;
  const char *done[N_REMEMBERED];
} Run;

/* Ends here: what comes after is of no use. */
static void
stop_if (Run *run, char *wrong, const char *when)
{
  if (wrong == NULL)
    return;
  printf ("# event %u, %s: %s\n# before that:", run->n_done, when, wrong);
  for (guint i = run->n_done > N_REMEMBERED ? run->n_done - N_REMEMBERED : 0; i < run->n_done; i++)
    printf (" %s,", run->done[i % N_REMEMBERED]);
  printf ("\n");
  fflush (stdout);
  _exit (1);
}

static void
after_paint_cb (Run *run)
{
  gboolean thorough = run->seen.n_paints / PICTURE_EVERY != (run->seen.n_paints - 1) / PICTURE_EVERY;

  stop_if (run, abuse_check_painted (run->abuse.window, thorough, &run->seen), "painted");
}

static void
painted_beside_cb (Run *run)
{
  stop_if (run, abuse_words_check (run->abuse.window, TRUE), "painted beside");
}

/* Other windows have clocks of their own. */
static void
watch_others (Run *run)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
    GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

    if (clock != NULL && window != GTK_WIDGET (run->abuse.window)
        && g_signal_handler_find (clock, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, run) == 0)
      g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (painted_beside_cb), run);
  }
}

static gboolean
end_wait_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (guint ms)
{
  gboolean ended = FALSE;

  g_timeout_add (ms, end_wait_cb, &ended);
  while (!ended)
    g_main_context_iteration (NULL, TRUE);
}

/* Often not at all, sometimes a moment in which much happens. */
static void
let_things_happen (GRand *rand)
{
  guint choice = g_rand_int_range (rand, 0, 100);

  if (choice < 30)
    return;
  if (choice < 80)
    for (guint i = 0; i < choice - 28; i++)
      g_main_context_iteration (NULL, FALSE);
  else
    run_for (choice < 97 ? choice - 79 : 60);
}

static void
event (Run *run)
{
  const char *name = abuse_event (&run->abuse);

  run->done[run->n_done++ % N_REMEMBERED] = name;
  stop_if (run, abuse_check (run->abuse.window, &run->seen), "at once");
  watch_others (run);
  let_things_happen (run->abuse.rand);
  stop_if (run, abuse_check (run->abuse.window, &run->seen), "a moment later");
  run->n_loading += run->abuse.window->loader != NULL && !neg_loader_is_finished (run->abuse.window->loader);
}

/* GTK 4.8 asks a window that has gone, and that somebody still holds, for its surface when a tooltip is due. It says so,
 * and that is all; on a busy machine there is no time after which none is due. */
static gboolean
is_late_tooltip (const char *message)
{
  return message != NULL
         && (strstr (message, "gdk_surface_get_device_position: assertion 'GDK_IS_SURFACE") != NULL
             || strstr (message, "gtk_widget_find_at_coords: assertion 'GDK_IS_SURFACE") != NULL);
}

static gboolean
is_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return !is_late_tooltip (message);
}

static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if (!is_late_tooltip (message))
    g_log_default_handler (domain, level, message, data);
}

static void
close_all (Run *run, NegEnginePool *pool)
{
  GListModel *windows = gtk_window_get_toplevels ();

  run_for (TOOLTIP_MS); /* most are over then (is_late_tooltip) */
  gtk_window_close (GTK_WINDOW (run->abuse.window));
  while (g_list_model_get_n_items (windows) > 0) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (windows, 0);

    gtk_window_destroy (window);
  }
  g_ptr_array_unref (run->abuse.strays);
  run_for (200);
  neg_engine_pool_free (pool);
}

static void
start (Run *run, NegEnginePool *pool, const char *home, NegRenderer renderer)
{
  g_autoptr (NegNetwork) network = neg_network_new (home, NULL);
  g_autoptr (NegTransfers) transfers = neg_transfers_new (network, NULL);
  GtkWidget *window;
  Abuse *abuse = &run->abuse;

  abuse->strays = g_ptr_array_new_with_free_func (g_object_unref);
  abuse->window = neg_main_window_new (NULL, pool, abuse->settings, network, transfers, renderer);
  window = GTK_WIDGET (abuse->window);
  /* The desktop's own dialog is not ours to abuse: for the window it is open all the time. */
  abuse->window->chooser = g_object_new (G_TYPE_OBJECT, NULL);
  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 700);
  gtk_widget_realize (window);
  g_signal_connect_swapped (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (after_paint_cb), run);
  gtk_window_present (GTK_WINDOW (window));
  neg_main_window_open (abuse->window, (const char *[]){ abuse->folder, NULL });
  neg_network_start (network);
}

static NegRenderer
read_renderer (const char *text)
{
  return g_str_equal (text, "gl") ? NEG_RENDERER_GL : g_str_equal (text, "cpu") ? NEG_RENDERER_CPU : NEG_RENDERER_AUTO;
}

int
main (int argc, char **argv)
{
  Run run = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (NegTheme) theme = NULL;
  g_autofree char *home = NULL, *study = NULL;
  NegEnginePool *pool;
  guint n;

  /* A command that starts the program anew (practice, another window) starts this one: it has enough to do already. */
  if (argc != 5 || argv[1][0] == '-')
    return 2;
  pool = neg_engine_pool_new (NULL, &error);
  if (pool == NULL)
    g_error ("%s", error->message);
  home = g_build_filename (argv[1], "home", NULL);
  study = g_build_filename (argv[1], "study", NULL);
  abuse_study_write (study);
  abuse_list_fill (home, study);
  neg_renderer_prepare (g_str_equal (argv[4], "gl"));
  g_log_set_handler ("Gdk", G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL, log_cb, NULL);
  g_log_set_handler ("Gtk", G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL, log_cb, NULL);
  g_test_log_set_fatal_handler (is_fatal, NULL);
  gtk_init ();
  run.abuse.folder = study;
  run.abuse.settings = neg_settings_open (home);
  run.abuse.rand = g_rand_new_with_seed (g_ascii_strtoull (argv[3], NULL, 10));
  theme = neg_theme_new (run.abuse.settings);
  start (&run, pool, home, read_renderer (argv[4]));
  n = g_ascii_strtoull (argv[2], NULL, 10);
  while (run.n_done < n)
    event (&run);
  printf ("# %u events, %u of them while loading; %u engines and %u agents killed; %u entries of the reading list, seen %u "
          "times; looked at %u viewports with pixels, %u with a failure, %u painted, %u pictures drawn again, %u times at "
          "planes of a volume, %u of them drawn again\n",
          run.n_done, run.n_loading, run.abuse.n_killed, run.abuse.n_agents_killed, run.abuse.n_entries,
          run.seen.n_of_entries, run.seen.n_pixels, run.seen.n_failures, run.seen.n_paints, run.seen.n_pictures,
          run.seen.n_planes, run.seen.n_plane_pictures);
  close_all (&run, pool);
  g_clear_object (&run.abuse.settings);
  g_rand_free (run.abuse.rand);
  return run.seen.n_pixels > n && run.seen.n_paints > 0 && run.seen.n_of_entries > n / 50 && run.seen.n_planes > n / 50
             ? 0
             : 3;
}
