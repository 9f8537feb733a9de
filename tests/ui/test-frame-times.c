/* What the times of frames say, against a main loop that is held on purpose. */
#include "config.h"

#include "ui/neg-frame-times.h"

static gboolean
hold_cb (gpointer data)
{
  g_usleep (GPOINTER_TO_UINT (data) * 1000);
  return G_SOURCE_REMOVE;
}

static void
run_for (guint ms)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_timeout_add_once (ms, (GSourceOnceFunc) g_main_loop_quit, loop);
  g_main_loop_run (loop);
}

static void
test_hold (void)
{
  GtkWidget *window = g_object_ref_sink (gtk_window_new ());
  g_autoptr (NegFrameTimes) times = neg_frame_times_new (window);
  NegFrameTimesSummary hold, work;
  double last_ms[NEG_FRAME_TIMES_KEPT];

  run_for (20);
  neg_frame_times_get (times, NEG_FRAME_TIME_HOLD, &hold);
  g_assert_cmpuint (hold.n, >, 0);
  g_assert_cmpfloat (hold.worst_ms, <, 60);
  g_timeout_add (1, hold_cb, GUINT_TO_POINTER (60));
  run_for (120);
  neg_frame_times_get (times, NEG_FRAME_TIME_HOLD, &hold);
  neg_frame_times_get (times, NEG_FRAME_TIME_WORK, &work);
  g_assert_cmpfloat (hold.worst_ms, >=, 60);
  g_assert_cmpfloat (work.worst_ms, ==, hold.worst_ms); /* nothing was painted */
  g_assert_cmpfloat (hold.median_ms, <, 60);
  g_assert_cmpuint (neg_frame_times_get_last (times, NEG_FRAME_TIME_HOLD, last_ms, G_N_ELEMENTS (last_ms)), ==, hold.n);
  g_assert_cmpuint (neg_frame_times_get_last (times, NEG_FRAME_TIME_HOLD, last_ms, 1), ==, 1);
  neg_frame_times_reset (times);
  neg_frame_times_get (times, NEG_FRAME_TIME_HOLD, &hold);
  g_assert_cmpuint (hold.n, ==, 0);
  g_assert_cmpfloat (hold.worst_ms, ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (window);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  gtk_widget_queue_draw (widget);
  if (data != NULL)
    g_usleep (30 * 1000); /* within the frame */
  return G_SOURCE_CONTINUE;
}

static void
paint_for (guint ms, gboolean slowly, NegFrameTimesSummary *paint, NegFrameTimesSummary *work, double *rate_hz)
{
  GtkWidget *window = gtk_window_new ();
  g_autoptr (NegFrameTimes) times = neg_frame_times_new (window);

  gtk_widget_add_tick_callback (window, tick_cb, GINT_TO_POINTER (slowly), NULL);
  gtk_window_present (GTK_WINDOW (window));
  run_for (150);
  neg_frame_times_reset (times);
  run_for (ms);
  neg_frame_times_get (times, NEG_FRAME_TIME_PAINT, paint);
  neg_frame_times_get (times, NEG_FRAME_TIME_WORK, work);
  *rate_hz = neg_frame_times_get_rate_hz (times);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_paint (void)
{
  NegFrameTimesSummary paint, work;
  double rate_hz;

  paint_for (500, TRUE, &paint, &work, &rate_hz);
  g_assert_cmpuint (paint.n, >=, 3);
  g_assert_cmpfloat (paint.median_ms, >=, 30);
  g_assert_cmpfloat (paint.p95_ms, >=, paint.median_ms);
  g_assert_cmpfloat (paint.worst_ms, >=, paint.p95_ms);
  g_assert_cmpfloat (work.median_ms, <, 30); /* painting is no work besides */
  g_assert_cmpfloat (rate_hz, >, 0);
  g_assert_cmpfloat (rate_hz, <=, 34);
}

/* The widget may go before the times do, and two may look at the same loop. */
static void
test_ends (void)
{
  GtkWidget *window = gtk_window_new ();
  NegFrameTimes *first = neg_frame_times_new (window);
  NegFrameTimes *second = neg_frame_times_new (window);
  NegFrameTimesSummary hold;
  GPollFunc poll = g_main_context_get_poll_func (NULL);

  gtk_window_destroy (GTK_WINDOW (window));
  run_for (5);
  neg_frame_times_free (first);
  g_assert_true (g_main_context_get_poll_func (NULL) == poll);
  run_for (5);
  neg_frame_times_get (second, NEG_FRAME_TIME_HOLD, &hold);
  g_assert_cmpuint (hold.n, >, 1);
  neg_frame_times_free (second);
  g_assert_false (g_main_context_get_poll_func (NULL) == poll);
  run_for (5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    return 77;
  g_test_add_func ("/frame-times/hold", test_hold);
  g_test_add_func ("/frame-times/paint", test_paint);
  g_test_add_func ("/frame-times/ends", test_ends);
  return g_test_run ();
}
