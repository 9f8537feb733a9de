#include <string.h>
#include <time.h>

#include "base/neg-error.h"
#include "pipeline/neg-frame-store.h"
#include "series-scan.h"
#include "slices.h"
#include "support/neg-test-object.h"

#define N_SLICES 30
#define SIDE SLICES_SIDE_PX
#define FRAME_BYTES SLICES_FRAME_BYTES

typedef struct {
  Slices slices;
  NegEnginePool *pool;
  NegSeries *series; /* the first one */
} Fixture;

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  slices_set_up (&fixture->slices, GPOINTER_TO_UINT (data), N_SLICES);
  fixture->pool = fixture->slices.pool;
  fixture->series = slices_get_series (&fixture->slices, 0);
  g_assert_cmpuint (neg_series_get_n_frames (fixture->series), ==, N_SLICES);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->series);
  slices_tear_down (&fixture->slices);
}

static void
wait_ready (NegFrameStore *store, NegSeries *series, guint n)
{
  SLICES_WAIT (neg_frame_store_get_n_ready (store, series) >= n);
}

static void
wait_is_ready (NegFrameStore *store, NegSeries *series, guint index)
{
  SLICES_WAIT (neg_frame_store_is_ready (store, series, index));
}

static void
wait_idle (NegFrameStore *store)
{
  SLICES_WAIT (neg_frame_store_get_n_in_flight (store) == 0 && !g_main_context_pending (NULL));
}

static void
wish_for (NegFrameStore *store, NegSeries *series, guint index, int step)
{
  const NegFrameWish wish = { series, index, step, TRUE };

  neg_frame_store_set_wishes (store, &wish, 1);
}

static NegPixels *
wait_frame (NegFrameStore *store, NegSeries *series, guint index, GError **error)
{
  gint64 limit_us = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (g_get_monotonic_time () < limit_us) {
    GError *local = NULL;
    NegPixels *pixels = neg_frame_store_get (store, series, index, NEG_PRIORITY_ON_SCREEN, &local);

    if (pixels != NULL)
      return pixels;
    if (local != NULL) {
      g_propagate_error (error, local);
      return NULL;
    }
    g_main_context_iteration (NULL, FALSE);
  }
  g_assert_not_reached ();
}

static void
assert_first_frame (NegPixels *pixels)
{
  const NegFrame *frame = neg_pixels_get_frame (pixels);
  const guint16 *values = frame->pixels;

  g_assert_cmpuint (frame->format.rows, ==, SIDE);
  g_assert_cmpint (frame->format.sample_type, ==, NEG_SAMPLE_U16);
  for (guint y = 0; y < SIDE; y++)
    for (guint x = 0; x < SIDE; x++)
      g_assert_cmpuint (values[y * SIDE + x], ==, neg_test_object_value (0, x, y));
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < N_SLICES; i++)
    g_assert_cmpint (neg_series_get_frame (fixture->series, i)->instance->instance_number, ==, i + 1);
}

static void
test_values (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegPixels) pixels = wait_frame (store, fixture->series, 17, &error);

  g_assert_no_error (error);
  assert_first_frame (pixels);
}

static void
test_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);

  wish_for (store, fixture->series, 10, 1);
  wait_ready (store, fixture->series, N_SLICES);
  g_assert_cmpuint (neg_frame_store_get_bytes (store), ==, N_SLICES * FRAME_BYTES);
}

/* A budget of ten frames holds ten frames, those that lie in the scroll direction, wherever one scrolls. */
static void
test_budget (Fixture *fixture, gconstpointer data)
{
  const guint64 budget_bytes = 10 * FRAME_BYTES;
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, budget_bytes);
  g_autoptr (NegPixels) held = wait_frame (store, fixture->series, 0, NULL);

  for (guint index = 0; index < N_SLICES; index += 3) {
    wish_for (store, fixture->series, index, 1);
    while (g_main_context_iteration (NULL, FALSE))
      g_assert_cmpuint (neg_frame_store_get_bytes (store), <=, budget_bytes);
  }
  wish_for (store, fixture->series, 20, -1);
  /* 20, four before it, 21, the next four before */
  for (guint index = 12; index <= 21; index++)
    wait_is_ready (store, fixture->series, index);
  g_assert_cmpuint (neg_frame_store_get_bytes (store), <=, budget_bytes);
  g_assert_false (neg_frame_store_is_ready (store, fixture->series, 0));
  assert_first_frame (held); /* evicted long ago, and still there for who holds it */
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  g_autoptr (NegPixels) pixels = NULL;

  wish_for (store, fixture->series, 0, 1);
  neg_frame_store_set_wishes (store, NULL, 0);
  pixels = wait_frame (store, fixture->series, 29, NULL);
  assert_first_frame (pixels);
}

static void
test_truncated_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegPixels) pixels = NULL;

  slices_truncate (fixture->series, 3);
  pixels = wait_frame (store, fixture->series, 3, &error);
  g_assert_null (pixels);
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TRUNCATED);
  pixels = wait_frame (store, fixture->series, 4, NULL);
  assert_first_frame (pixels);
}

/* Several viewports */

/* What was told, as text: "b17 a3 ". */
typedef struct {
  NegSeries *series[4];
  GString *told;
  guint n_told, n_told_before, n_told_at_once, delay_us;
} Watch;

static void
frame_ready_cb (NegFrameStore *store, NegSeries *series, guint index, Watch *watch)
{
  guint letter = 0;

  while (watch->series[letter] != series)
    letter++;
  g_string_append_printf (watch->told, "%c%u ", 'a' + letter, index);
  watch->n_told++;
  g_usleep (watch->delay_us);
}

static void
watch_start (Watch *watch, Fixture *fixture, NegFrameStore *store)
{
  for (guint i = 0; i < 4; i++)
    watch->series[i] = slices_get_series (&fixture->slices, i);
  watch->told = g_string_new (NULL);
  g_signal_connect (store, "frame-ready", G_CALLBACK (frame_ready_cb), watch);
}

static void
watch_clear (Watch *watch)
{
  for (guint i = 0; i < 4; i++)
    g_clear_object (&watch->series[i]);
  g_string_free (watch->told, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

/* One engine does what it is asked in the order in which it is asked. */
static void
test_order_of_four (Fixture *fixture, gconstpointer data)
{
  const NegEnginePoolOptions options = { .n_engines = 1 };
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (&options, NULL);
  g_autoptr (NegFrameStore) store = neg_frame_store_new (pool, 1 << 30);
  g_auto (Watch) watch = { 0 };

  watch_start (&watch, fixture, store);
  {
    const NegFrameWish wishes[] = {
      { watch.series[0], 3, 1, FALSE },
      { watch.series[1], 20, -1, TRUE },
      { watch.series[2], 10, 1, FALSE },
      { watch.series[3], 29, 1, FALSE },
    };

    neg_frame_store_set_wishes (store, wishes, G_N_ELEMENTS (wishes));
  }
  SLICES_WAIT (watch.n_told == 4 * N_SLICES);
  g_assert_true (g_str_has_prefix (watch.told->str, "b20 a3 c10 d29 b19 b18 b17 b16 b21 b15 b14 b13 a4 c11 d28 a5 "));
}

/* A series in two viewports comes once. */
static void
test_same_series (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  const NegFrameWish wishes[] = { { fixture->series, 3, 1, FALSE }, { fixture->series, 20, 1, TRUE } };
  g_auto (Watch) watch = { 0 };

  watch_start (&watch, fixture, store);
  neg_frame_store_set_wishes (store, wishes, 2);
  wait_ready (store, fixture->series, N_SLICES);
  wait_idle (store);
  g_assert_cmpuint (watch.n_told, ==, N_SLICES);
  g_assert_cmpuint (neg_frame_store_get_bytes (store), ==, N_SLICES * FRAME_BYTES);
}

/* What no viewport wants any more goes first, whatever came first; what is on screen never goes. */
static void
test_pressure (Fixture *fixture, gconstpointer data)
{
  const guint64 budget_bytes = 20 * FRAME_BYTES;
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, budget_bytes);
  g_autoptr (NegSeries) other = slices_get_series (&fixture->slices, 1);
  NegFrameWish wishes[] = { { fixture->series, 0, 1, TRUE }, { other, 0, 1, FALSE } };

  g_assert_cmpuint (neg_frame_store_get_budget_bytes (store), ==, budget_bytes);
  neg_frame_store_set_wishes (store, wishes, 1);
  wait_idle (store);
  g_assert_cmpuint (neg_frame_store_get_n_ready (store, fixture->series), ==, 20);
  /* Half each: one on screen, eight near; then the rest of the active one. */
  neg_frame_store_set_wishes (store, wishes, 2);
  while (neg_frame_store_get_n_in_flight (store) > 0) {
    g_main_context_iteration (NULL, FALSE);
    g_assert_cmpuint (neg_frame_store_get_bytes (store), <=, budget_bytes);
    g_assert_true (neg_frame_store_is_ready (store, fixture->series, 0));
  }
  for (guint i = 0; i < 11; i++)
    g_assert_true (neg_frame_store_is_ready (store, fixture->series, i));
  for (guint i = 0; i < 9; i++)
    g_assert_true (neg_frame_store_is_ready (store, other, i));
  /* The first one is closed: its frames make room, those of the other stay. */
  neg_frame_store_set_wishes (store, wishes + 1, 1);
  while (neg_frame_store_get_n_in_flight (store) > 0) {
    g_main_context_iteration (NULL, FALSE);
    for (guint i = 0; i < 9; i++)
      g_assert_true (neg_frame_store_is_ready (store, other, i));
  }
  g_assert_cmpuint (neg_frame_store_get_n_ready (store, other), ==, 20);
  g_assert_cmpuint (neg_frame_store_get_n_ready (store, fixture->series), ==, 0);
}

/* Images on screen are held even where the budget is smaller than they are. */
static void
test_tiny_budget (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1);
  const NegFrameWish wishes[] = { { fixture->series, 0, 1, TRUE }, { fixture->series, 20, 1, FALSE } };

  neg_frame_store_set_wishes (store, wishes, 2);
  wait_idle (store);
  g_assert_true (neg_frame_store_is_ready (store, fixture->series, 0));
  g_assert_true (neg_frame_store_is_ready (store, fixture->series, 20));
  g_assert_cmpuint (neg_frame_store_get_bytes (store), ==, 2 * FRAME_BYTES);
}

/* One that cannot be decoded, on screen and elsewhere: it is told, and the others come. */
static void
test_failing_wish (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  const NegFrameWish wish = { fixture->series, 7, 1, TRUE };
  g_autoptr (GError) error = NULL;
  g_auto (Watch) watch = { 0 };

  slices_truncate (fixture->series, 7);
  slices_truncate (fixture->series, 25);
  watch_start (&watch, fixture, store);
  neg_frame_store_set_wishes (store, &wish, 1);
  SLICES_WAIT (watch.n_told == N_SLICES);
  g_assert_nonnull (strstr (watch.told->str, "a7 "));
  g_assert_true (neg_frame_store_has_failed (store, fixture->series, 7));
  g_assert_true (neg_frame_store_has_failed (store, fixture->series, 25));
  g_assert_cmpuint (neg_frame_store_get_n_ready (store, fixture->series), ==, N_SLICES - 2);
  g_assert_null (neg_frame_store_get (store, fixture->series, 7, NEG_PRIORITY_ON_SCREEN, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TRUNCATED);
}

/* A frame of which no format is known cannot even be asked for, and is told like the others. */
static void
test_no_format (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  g_autoptr (Scan) scan = scan_new ();
  guint n_told = 0;
  NegFrameWish wish = { .step = 1 };
  g_autoptr (GError) error = NULL;

  scan_add_slice (scan, 1, 0)->bits_allocated = 77;
  scan_build (scan, 1);
  wish.series = scan_get (scan, 0);
  g_signal_connect_swapped (store, "frame-ready", G_CALLBACK (g_atomic_int_inc), &n_told);
  neg_frame_store_set_wishes (store, &wish, 1);
  SLICES_WAIT (n_told == 1);
  g_assert_null (neg_frame_store_get (store, wish.series, 0, NEG_PRIORITY_ON_SCREEN, &error));
  g_assert_nonnull (error);
}

static void
test_no_wishes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  const NegFrameWish wish = { fixture->series, 0, 1, TRUE };
  guint n_ready;

  neg_frame_store_set_wishes (store, &wish, 1);
  wait_ready (store, fixture->series, 1);
  neg_frame_store_set_wishes (store, NULL, 0);
  wait_idle (store);
  n_ready = neg_frame_store_get_n_ready (store, fixture->series);
  g_assert_cmpuint (n_ready, >=, 1);
  g_assert_cmpuint (n_ready, <, N_SLICES);
  neg_frame_store_set_wishes (store, &wish, 1); /* and on again */
  wait_ready (store, fixture->series, N_SLICES);
}

static void
drop_cb (NegFrameStore *store, NegSeries *series, guint index, NegFrameStore **own)
{
  g_clear_object (own);
}

/* Whoever hears of the first frame closes the store. */
static void
test_dropped_by_handler (Fixture *fixture, gconstpointer data)
{
  NegFrameStore *store = neg_frame_store_new (fixture->pool, 1 << 30);

  g_signal_connect (store, "frame-ready", G_CALLBACK (drop_cb), &store);
  wish_for (store, fixture->series, 0, 1);
  g_usleep (100000);
  SLICES_WAIT (store == NULL);
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
}

static gboolean
draw_cb (gpointer data)
{
  Watch *watch = data;

  watch->n_told_at_once = MAX (watch->n_told_at_once, watch->n_told - watch->n_told_before);
  watch->n_told_before = watch->n_told;
  return G_SOURCE_CONTINUE;
}

/* Many answers lie there, and who hears of one takes a millisecond: drawing has its turn all the same. */
static void
test_main_loop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  const NegFrameWish wish = { fixture->series, 0, 1, TRUE };
  g_auto (Watch) watch = { .delay_us = 1000 };
  guint draw;

  watch_start (&watch, fixture, store);
  neg_frame_store_set_wishes (store, &wish, 1);
  g_assert_cmpuint (neg_frame_store_get_n_in_flight (store), >=, 9);
  g_usleep (300000);
  draw = g_idle_add_full (G_PRIORITY_HIGH_IDLE + 20, draw_cb, &watch, NULL);
  SLICES_WAIT (watch.n_told == N_SLICES);
  g_source_remove (draw);
  g_test_message ("at most %u answers between two turns of drawing", watch.n_told_at_once);
  g_assert_cmpuint (watch.n_told_at_once, <=, 4);
}

/* The processor time of this thread: a busy machine takes none of it. */
static gint64
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Four films of 2,000 frames, a hundred notches of the wheel, while they are decoded and when they are. */
static void
test_wheel (Fixture *fixture, gconstpointer data)
{
  enum { FRAMES = 2000, NOTCHES = 100 };
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  g_autofree char *folder = neg_test_folder_new ();
  g_autoptr (NegLoader) loader = neg_loader_new (fixture->pool);
  NegFrameWish wishes[4];

  for (guint i = 0; i < 4; i++) {
    g_autofree char *uid = g_strdup_printf ("2.25.30.%u", i);
    g_autofree char *name = g_strdup_printf ("film-%u", i);
    NegTestObject object = { 16, 16, FRAMES, 1, 0, uid };

    g_free (neg_test_object_write (&object, folder, name));
  }
  neg_loader_load (loader, (const char *[]){ folder, NULL });
  neg_loader_wait (loader);
  for (guint i = 0; i < 4; i++)
    wishes[i] = (NegFrameWish){ g_list_model_get_item (neg_loader_get_series (loader), i), 0, 1, i == 0 };
  for (guint round = 0; round < 2; round++) {
    gint64 longest_us = 0, sum_us = 0;

    for (guint i = 0; i < NOTCHES; i++) {
      gint64 start_us = get_cpu_us ();

      for (guint j = 0; j < 4; j++)
        wishes[j].index = round * NOTCHES + i;
      neg_frame_store_set_wishes (store, wishes, 4);
      start_us = get_cpu_us () - start_us;
      longest_us = MAX (longest_us, start_us);
      sum_us += start_us;
      for (guint j = 0; j < 20; j++)
        g_main_context_iteration (NULL, FALSE);
    }
    g_test_message ("%s: a notch takes %.3f ms, at most %.3f ms", round == 0 ? "decoding" : "decoded",
                    sum_us / 1000.0 / NOTCHES, longest_us / 1000.0);
    /* 0.5 ms is what it may take; sanitizers get the rest. */
    g_assert_cmpint (sum_us / NOTCHES, <, 5000);
    for (guint j = 0; j < 4; j++)
      wait_ready (store, wishes[j].series, FRAMES);
  }
  for (guint i = 0; i < 4; i++)
    g_object_unref (wishes[i].series);
  neg_test_folder_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD_WITH(n_series, path, function) \
  g_test_add ("/pipeline/" path, Fixture, GUINT_TO_POINTER (n_series), fixture_set_up, function, fixture_tear_down)
#define ADD(path, function) ADD_WITH (1, path, function)
  ADD ("order", test_order);
  ADD ("values", test_values);
  ADD ("all", test_all);
  ADD ("budget", test_budget);
  ADD ("cancel", test_cancel);
  ADD ("truncated-file", test_truncated_file);
  ADD_WITH (4, "order-of-four", test_order_of_four);
  ADD_WITH (4, "same-series", test_same_series);
  ADD_WITH (2, "pressure", test_pressure);
  ADD ("tiny-budget", test_tiny_budget);
  ADD_WITH (4, "failing-wish", test_failing_wish);
  ADD ("no-format", test_no_format);
  ADD ("no-wishes", test_no_wishes);
  ADD ("dropped-by-handler", test_dropped_by_handler);
  ADD_WITH (4, "main-loop", test_main_loop);
  ADD ("wheel", test_wheel);
  return g_test_run ();
}
