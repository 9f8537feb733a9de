/* The memory that cairo shares with the X server stays while a window is drawn again and again, and goes with it. */
#include "config.h"

#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "ui/neg-frame-memory.h"

#define LIMIT_S 60

/* Segments of shared memory that this process has now, as the kernel names them. */
static char *
dup_segments (void)
{
  g_autoptr (GString) found = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  g_autofree char *maps = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], "/SYSV") != NULL)
      g_string_append_printf (found, "%s\n", lines[i]);
  return g_string_free (g_steal_pointer (&found), FALSE);
}

typedef struct {
  GtkWidget *window;
  guint n_frames, n_wanted;
  gboolean is_late;
} Run;

static void
painted_cb (Run *run)
{
  run->n_frames++;
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static gboolean
late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
open_window (Run *run, int width, int height)
{
  *run = (Run){ .window = gtk_window_new () };
  gtk_window_set_default_size (GTK_WINDOW (run->window), width, height);
  gtk_widget_add_tick_callback (run->window, tick_cb, NULL, NULL);
  gtk_window_present (GTK_WINDOW (run->window));
  g_signal_connect_swapped (gtk_widget_get_frame_clock (run->window), "after-paint", G_CALLBACK (painted_cb), run);
}

static void
draw_frames (Run *run, guint n)
{
  guint source = g_timeout_add_seconds (LIMIT_S, late_cb, &run->is_late), until = run->n_frames + n;

  while (run->n_frames < until && !run->is_late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (run->is_late);
  g_source_remove (source);
}

static void
close_window (Run *run)
{
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (run->window), run);
  gtk_window_destroy (GTK_WINDOW (run->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_stays (void)
{
  g_autofree char *without = NULL, *first = NULL, *last = NULL, *after = NULL;
  Run run;

  open_window (&run, 700, 500);
  draw_frames (&run, 3);
  neg_frame_memory_keep (run.window); /* nothing yet: the first image goes first */
  without = dup_segments ();
  neg_frame_memory_keep (run.window);
  first = dup_segments ();
  g_assert_cmpstr (without, ==, ""); /* what it is good for: else there would be nothing to keep */
  g_assert_cmpstr (first, !=, "");
  for (guint i = 0; i < 5; i++) {
    neg_frame_memory_keep (run.window);
    draw_frames (&run, 1);
  }
  last = dup_segments ();
  g_assert_cmpstr (last, ==, first);
  close_window (&run);
  after = dup_segments ();
  g_assert_cmpstr (after, ==, "");
}

/* Room for a window that has grown; no more segments than that needs. */
static void
test_grows (void)
{
  g_autofree char *small = NULL, *large = NULL, *later = NULL;
  Run run;

  open_window (&run, 200, 200);
  draw_frames (&run, 1);
  neg_frame_memory_keep (run.window);
  neg_frame_memory_keep (run.window);
  small = dup_segments ();
  gtk_window_set_default_size (GTK_WINDOW (run.window), 900, 700);
  while (gtk_widget_get_width (run.window) < 900)
    draw_frames (&run, 1);
  neg_frame_memory_keep (run.window);
  draw_frames (&run, 1);
  large = dup_segments ();
  draw_frames (&run, 3);
  neg_frame_memory_keep (run.window);
  later = dup_segments ();
  g_assert_cmpstr (later, ==, large);
  g_assert_cmpstr (small, !=, "");
  g_assert_cmpstr (large, !=, small);
  close_window (&run);
}

/* The X servers of tests share memory; a machine may not. */
static gboolean
can_share (void)
{
  int id = shmget (IPC_PRIVATE, 4096, IPC_CREAT | 0600);

  return id != -1 && shmctl (id, IPC_RMID, NULL) == 0;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check () || !can_share ()) {
    g_print ("1..0 # SKIP no display, or no memory to share with it\n");
    return 0;
  }
  g_test_add_func ("/ui/frame-memory/stays", test_stays);
  g_test_add_func ("/ui/frame-memory/grows", test_grows);
  return g_test_run ();
}
