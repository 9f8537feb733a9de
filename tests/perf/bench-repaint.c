/* The pane of the reading list alone in a window, while somebody types: from the handler of a key to the frame that
 * shows the rows of what is typed then. Says "ready", and when its input ends one JSON object.
 *   bench-repaint FOLDER    (with the archive.db of bench-worklist) */
#include "config.h"

#include <stdio.h>
#include <time.h>

#include "ui/neg-frame-times.h"
#include "ui/neg-renderer.h"
#include "ui/neg-theme.h"
#include "ui/neg-worklist-pane-private.h"
#include "ui/neg-worklist-view-private.h"

#define WIDTH_PX 1900
#define HEIGHT_PX 1380
#define COLUMNS 12u
#define SETTLE_MS 400

/* A person chooses an order and types, then another one. */
static const struct {
  NegEntryColumn column;
  gboolean descending;
} orders[] = { { NEG_COLUMN_TIME, TRUE }, { NEG_COLUMN_PATIENT, FALSE }, { NEG_COLUMN_DESCRIPTION, TRUE } };

typedef struct {
  NegWorklistPane *pane;
  NegFrameTimes *times;
  GMainLoop *loop;
  gint64 key_us, key_cpu_us; /* 0: nothing is waited for */
  gboolean is_answered;
  gint64 answered_us, frame_us; /* when rows were known, when the frame began */
  guint order, n_late; /* keys that came before the one before was answered */
  GArray *wall_ms, *cpu_ms; /* double */
  GArray *answer_ms;        /* double, until the rows were there */
  GArray *less_tick_ms;     /* double, without the time between that and the frame, which goes by the screen's clock */
} Bench;

static gint64
get_cpu_us (void)
{
  struct timespec cpu;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &cpu);
  return cpu.tv_sec * G_USEC_PER_SEC + cpu.tv_nsec / 1000;
}

static void
add_ms (GArray *times, gint64 us)
{
  double ms = (double) us / 1000;

  g_array_append_val (times, ms);
}

/* Before the search has the key. */
static gboolean
key_cb (Bench *bench, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if ((modifiers & GDK_CONTROL_MASK) != 0 || gdk_keyval_to_unicode (keyval) == 0)
    return FALSE;
  if (bench->key_us == 0) {
    bench->is_answered = FALSE;
    bench->key_us = g_get_monotonic_time ();
    bench->key_cpu_us = get_cpu_us ();
  } else {
    bench->n_late++;
  }
  return FALSE;
}

/* The first rows of an answer replace all; what is counted later does not. */
static void
items_changed_cb (Bench *bench, guint position, guint removed, guint added)
{
  if (bench->key_us == 0 || bench->is_answered || position != 0)
    return;
  bench->is_answered = TRUE;
  bench->answered_us = g_get_monotonic_time ();
  add_ms (bench->answer_ms, bench->answered_us - bench->key_us);
}

static gboolean
next_order_cb (gpointer data)
{
  Bench *bench = data;

  bench->order = (bench->order + 1) % G_N_ELEMENTS (orders);
  neg_worklist_columns_set_sort (bench->pane->columns, orders[bench->order].column, orders[bench->order].descending);
  return G_SOURCE_REMOVE;
}

static void
before_paint_cb (Bench *bench)
{
  bench->frame_us = g_get_monotonic_time ();
}

static void
after_paint_cb (Bench *bench)
{
  gint64 now_us = g_get_monotonic_time ();

  if (bench->key_us == 0 || !bench->is_answered)
    return;
  add_ms (bench->wall_ms, now_us - bench->key_us);
  add_ms (bench->less_tick_ms, bench->answered_us - bench->key_us + now_us - MAX (bench->frame_us, bench->answered_us));
  add_ms (bench->cpu_ms, get_cpu_us () - bench->key_cpu_us);
  bench->key_us = 0;
  if (*gtk_editable_get_text (GTK_EDITABLE (bench->pane->search)) == '\0')
    g_timeout_add (SETTLE_MS, next_order_cb, bench);
}

static gboolean
ready_cb (gpointer data)
{
  Bench *bench = data;

  gtk_widget_grab_focus (bench->pane->search);
  neg_frame_times_reset (bench->times);
  printf ("ready\n");
  fflush (stdout);
  return G_SOURCE_REMOVE;
}

static gboolean
end_cb (GIOChannel *input, GIOCondition condition, gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* Twelve columns, as wide as the window has room for. */
static void
choose_columns (NegWorklistColumns *columns)
{
  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    const NegWorklistColumn *column = &neg_worklist_columns_get (columns)[i];
    guint n = neg_worklist_columns_get_n_visible (columns);

    if (!column->visible && n < COLUMNS)
      neg_worklist_columns_set_visible (columns, column->id, TRUE);
    else if (column->visible && n > COLUMNS)
      neg_worklist_columns_set_visible (columns, column->id, FALSE);
  }
}

static GtkWindow *
open_window (Bench *bench, const char *folder)
{
  g_autoptr (NegNetwork) network = neg_network_new (NULL, NULL); /* never started */
  g_autoptr (NegWorklistModel) model = neg_worklist_model_new (folder, folder);
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  GtkEventController *keys = gtk_event_controller_key_new ();

  bench->pane = NEG_WORKLIST_PANE (neg_worklist_pane_new (NULL, network, model));
  choose_columns (bench->pane->columns);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), bench);
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
  g_signal_connect_swapped (model, "items-changed", G_CALLBACK (items_changed_cb), bench);
  gtk_window_set_child (window, GTK_WIDGET (bench->pane));
  gtk_window_set_default_size (window, WIDTH_PX, HEIGHT_PX);
  gtk_widget_realize (GTK_WIDGET (window));
  bench->times = neg_frame_times_new (GTK_WIDGET (window));
  g_signal_connect_swapped (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "before-paint",
                            G_CALLBACK (before_paint_cb), bench);
  g_signal_connect_swapped (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint",
                            G_CALLBACK (after_paint_cb), bench);
  gtk_window_present (window);
  return window;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static void
print_times (const char *name, GArray *times)
{
  double sum = 0;

  g_array_sort (times, compare);
  for (guint i = 0; i < times->len; i++)
    sum += g_array_index (times, double, i);
  printf ("\"%s\": {\"mean_ms\": %.3f, \"p95_ms\": %.3f, \"worst_ms\": %.3f}, ", name, sum / MAX (times->len, 1),
          times->len > 0 ? g_array_index (times, double, (times->len - 1) * 95 / 100) : 0,
          times->len > 0 ? g_array_index (times, double, times->len - 1) : 0);
}

static void
print_all (Bench *bench)
{
  const NegWorklistView *view = NEG_WORKLIST_VIEW (bench->pane->view);
  NegFrameTimesSummary hold;

  neg_frame_times_get (bench->times, NEG_FRAME_TIME_HOLD, &hold);
  printf ("{\"keys\": %u, \"late\": %u, \"rows\": %d, \"columns\": %u, ", bench->wall_ms->len, bench->n_late,
          view->height_px / NEG_WORKLIST_ROW_PX, neg_worklist_columns_get_n_visible (bench->pane->columns));
  print_times ("key_to_rows", bench->wall_ms);
  print_times ("key_to_rows_less_tick", bench->less_tick_ms);
  print_times ("key_to_rows_cpu", bench->cpu_ms);
  print_times ("key_to_answer", bench->answer_ms);
  printf ("\"hold\": {\"p95_ms\": %.3f, \"worst_ms\": %.3f}}\n", hold.p95_ms, hold.worst_ms);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  g_autoptr (NegTheme) theme = NULL;
  Bench bench = { .loop = loop,
                  .wall_ms = g_array_new (FALSE, FALSE, sizeof (double)),
                  .cpu_ms = g_array_new (FALSE, FALSE, sizeof (double)),
                  .answer_ms = g_array_new (FALSE, FALSE, sizeof (double)),
                  .less_tick_ms = g_array_new (FALSE, FALSE, sizeof (double)) };
  GtkWindow *window;

  if (argc != 2)
    return 2;
  neg_renderer_prepare (FALSE);
  gtk_init ();
  theme = neg_theme_new (NULL);
  window = open_window (&bench, argv[1]);
  g_timeout_add (1500, ready_cb, &bench);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, end_cb, loop);
  g_main_loop_run (loop);
  print_all (&bench);
  neg_frame_times_free (bench.times);
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (GTK_WIDGET (window)), &bench);
  gtk_window_destroy (window);
  g_array_unref (bench.wall_ms);
  g_array_unref (bench.cpu_ms);
  g_array_unref (bench.answer_ms);
  g_array_unref (bench.less_tick_ms);
  return 0;
}
