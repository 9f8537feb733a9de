#include "config.h"

#include "ui/neg-bench-scroll.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "base/neg-memory-use.h"
#include "ui/neg-bench-planes.h"
#include "ui/neg-bus-probe.h"
#include "ui/neg-frame-times.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-renderer.h"

#define BUS_LIMIT_MS 1000
#define ACCESSIBILITY_LIMIT_MS 5000
#define WARM_UP_FRAMES 20
#define LOADING_LIMIT_US (300 * G_TIME_SPAN_SECOND)
#define BUDGET_BYTES ((guint64) 4 << 30)

/* One after the other; a frame of the screen is a step. */
typedef enum { PHASE_LOADING, PHASE_WARM_UP, PHASE_SCROLL, PHASE_DRAG, PHASE_DONE } Phase;

typedef struct {
  NegFrameTimesSummary times[NEG_FRAME_TIME_N];
  double rate_hz;
  guint64 n_uploads;
} Result;

typedef struct {
  /* Options */
  char **paths;
  char *size; /* nullable */
  int width_px, height_px, frames;
  gboolean json, whole_window, gl, mpr;

  /* A window of the program, or one with nothing but a viewport; all borrowed from it or owned by the run. */
  GtkWindow *window;
  NegReading *reading;
  NegLoader *loader;
  NegFrameStore *store;
  NegViewport *viewport;
  NegFrameTimes *times;
  GMainLoop *loop;

  NegBenchPlanes *planes; /* instead of the phases after loading; nullable */

  Phase phase;
  guint step;
  gboolean has_image, has_begun; /* there was an image: what making the window took is no scrolling */
  guint gesture;
  NegVoi drag_start;
  gint64 start_us;
  guint64 n_uploads; /* when the phase began */
  Result results[PHASE_DONE];
  GError *error;
} Bench;

static NegSeries *
get_series (Bench *bench)
{
  return neg_reading_get_state (bench->reading, 0)->series;
}

static guint
count_images (Bench *bench)
{
  NegSeries *series = get_series (bench);

  return series != NULL ? neg_series_get_n_frames (series) : 0;
}

/* Of planes the images are only loaded. */
static gboolean
is_done (Bench *bench)
{
  return bench->phase == PHASE_DONE || (bench->mpr && bench->phase > PHASE_LOADING);
}

static void
begin_phase (Bench *bench, Phase phase)
{
  if (bench->phase < PHASE_DONE) {
    Result *result = &bench->results[bench->phase];

    for (guint i = 0; i < NEG_FRAME_TIME_N; i++)
      neg_frame_times_get (bench->times, i, &result->times[i]);
    result->rate_hz = neg_frame_times_get_rate_hz (bench->times);
    result->n_uploads = neg_viewport_get_n_uploads (bench->viewport) - bench->n_uploads;
  }
  bench->n_uploads = neg_viewport_get_n_uploads (bench->viewport);
  neg_frame_times_reset (bench->times);
  bench->phase = phase;
  bench->step = 0;
  if (is_done (bench))
    g_main_loop_quit (bench->loop);
}

static void
give_up (Bench *bench, const char *message)
{
  if (bench->error == NULL)
    g_set_error_literal (&bench->error, G_IO_ERROR, G_IO_ERROR_FAILED, message);
  g_main_loop_quit (bench->loop);
}

/* What the program's grid does for its viewports. */
static void
wish (Bench *bench)
{
  const NegViewState *state = neg_reading_get_state (bench->reading, 0);
  NegFrameWish wish = { .series = state->series, .index = state->index, .step = state->step, .active = TRUE };

  if (!bench->whole_window && state->series != NULL)
    neg_frame_store_set_wishes (bench->store, &wish, 1);
}

/* To the end and round again. */
static void
scroll (Bench *bench)
{
  guint n = count_images (bench);

  if (n > 0)
    neg_reading_set_index (bench->reading, 0, (neg_reading_get_state (bench->reading, 0)->index + 1) % n);
  wish (bench);
}

static void
drag (Bench *bench)
{
  NegViewState *state;

  if (bench->step == 0) {
    NegDraw draw;

    if (!neg_viewport_prepare (bench->viewport, bench->width_px, bench->height_px, &draw))
      return;
    bench->drag_start = draw.voi;
    bench->gesture = neg_reading_new_gesture (bench->reading);
  }
  state = neg_reading_begin_change (bench->reading, 0, bench->gesture);
  neg_view_state_drag_window (state, &bench->drag_start, bench->step % 100, bench->step % 70);
  neg_reading_end_change (bench->reading, 0);
}

static gboolean
is_loaded (Bench *bench)
{
  return neg_loader_is_finished (bench->loader) && count_images (bench) > 0
         && neg_frame_store_get_n_ready (bench->store, get_series (bench)) == count_images (bench);
}

static void
step_loading (Bench *bench)
{
  /* From the second frame with an image on: the first is the window's own first layout and drawing, not scrolling. */
  if (!bench->has_begun && neg_viewport_get_pixels (bench->viewport) != NULL) {
    bench->has_begun = bench->has_image;
    bench->has_image = TRUE;
    neg_frame_times_reset (bench->times);
  }
  if (neg_loader_is_finished (bench->loader) && count_images (bench) == 0)
    give_up (bench, _ ("there is no image"));
  else if (g_get_monotonic_time () - bench->start_us > LOADING_LIMIT_US)
    give_up (bench, _ ("the series is not decoded within five minutes"));
  else if (is_loaded (bench))
    begin_phase (bench, PHASE_WARM_UP);
  scroll (bench);
}

/* Its last step was drawn a frame ago: what the next phase counts is its own. */
static gboolean
is_over (Bench *bench)
{
  return bench->step == (bench->phase == PHASE_WARM_UP ? WARM_UP_FRAMES : (guint) bench->frames);
}

static void
step (Bench *bench)
{
  if (bench->phase == PHASE_DRAG)
    drag (bench);
  else
    scroll (bench);
  bench->step++;
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Bench *bench = data;

  if (bench->phase == PHASE_LOADING)
    step_loading (bench);
  else if (is_over (bench))
    begin_phase (bench, bench->phase + 1);
  else
    step (bench);
  gtk_widget_queue_draw (GTK_WIDGET (bench->viewport));
  return is_done (bench) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* --- The planes of its volume --- */

/* As a person shows them. */
static NegMprView *
show_planes (Bench *bench)
{
  gtk_widget_activate_action (GTK_WIDGET (bench->window), "volume.show", NULL);
  return NEG_MAIN_WINDOW (bench->window)->mpr_view;
}

static NegMprView *
make_planes (Bench *bench, NegEnginePool *pool)
{
  g_autoptr (NegVolumeReading) volumes
      = neg_volume_reading_new (pool, bench->store, bench->reading, get_series (bench), &bench->error);
  NegMprView *view;

  if (volumes == NULL)
    return NULL;
  view = neg_mpr_view_new (bench->reading, volumes, bench->gl ? NEG_RENDERER_GL : NEG_RENDERER_AUTO);
  gtk_window_set_child (bench->window, GTK_WIDGET (view));
  return view;
}

static void
measure_planes (Bench *bench, NegEnginePool *pool)
{
  NegMprView *view;

  g_clear_pointer (&bench->times, neg_frame_times_free);
  view = bench->whole_window ? show_planes (bench) : make_planes (bench, pool);
  if (view == NULL && bench->error == NULL)
    give_up (bench, _ ("the first series is no volume"));
  if (view == NULL)
    return;
  bench->planes = neg_bench_planes_new (view, bench->frames);
  neg_bench_planes_run (bench->planes, &bench->error);
}

/* --- The window --- */

static void
loader_changed_cb (Bench *bench)
{
  neg_reading_update (bench->reading);
  wish (bench);
}

static void
open_viewport (Bench *bench, NegEnginePool *pool)
{
  bench->window = GTK_WINDOW (gtk_window_new ());
  bench->reading = neg_reading_new ();
  bench->store = neg_frame_store_new (pool, BUDGET_BYTES);
  bench->loader = neg_loader_new (pool);
  bench->viewport = neg_viewport_new (bench->reading, 0);
  neg_viewport_set_renderer (bench->viewport, bench->gl ? NEG_RENDERER_GL : NEG_RENDERER_AUTO);
  neg_viewport_set_store (bench->viewport, bench->store);
  gtk_window_set_child (bench->window, GTK_WIDGET (bench->viewport));
  neg_reading_set_series (bench->reading, neg_loader_get_series (bench->loader));
  g_signal_connect_swapped (bench->loader, "changed", G_CALLBACK (loader_changed_cb), bench);
  neg_loader_load (bench->loader, (const char *const *) bench->paths);
}

static void
open_main_window (Bench *bench, NegEnginePool *pool, const char *home)
{
  g_autoptr (NegNetwork) network = neg_network_new (home, NULL); /* never started */
  g_autoptr (NegTransfers) transfers = neg_transfers_new (network, NULL);
  NegMainWindow *window = neg_main_window_new (NULL, pool, NULL, network, transfers,
                                               bench->gl ? NEG_RENDERER_GL : NEG_RENDERER_AUTO);

  neg_main_window_open (window, (const char *const *) bench->paths);
  bench->window = GTK_WINDOW (window);
  bench->reading = g_object_ref (window->reading);
  bench->store = g_object_ref (window->store);
  bench->loader = g_object_ref (window->loader);
  bench->viewport = neg_grid_get_active (window->grid);
}

static void
close_window (Bench *bench)
{
  g_clear_pointer (&bench->times, neg_frame_times_free);
  g_clear_pointer (&bench->planes, neg_bench_planes_free);
  if (!bench->whole_window)
    neg_frame_store_set_wishes (bench->store, NULL, 0);
  g_signal_handlers_disconnect_by_data (bench->loader, bench);
  neg_loader_cancel (bench->loader);
  gtk_window_destroy (bench->window);
  g_clear_object (&bench->loader);
  g_clear_object (&bench->store);
  g_clear_object (&bench->reading);
}

static void
measure (Bench *bench, NegEnginePool *pool, const char *home)
{
  bench->start_us = g_get_monotonic_time ();
  bench->loop = g_main_loop_new (NULL, FALSE);
  if (bench->whole_window)
    open_main_window (bench, pool, home);
  else
    open_viewport (bench, pool);
  gtk_window_set_default_size (bench->window, bench->width_px, bench->height_px);
  bench->times = neg_frame_times_new (GTK_WIDGET (bench->viewport));
  gtk_widget_add_tick_callback (GTK_WIDGET (bench->viewport), tick_cb, bench, NULL);
  gtk_window_present (bench->window);
  g_main_loop_run (bench->loop);
  if (bench->mpr && bench->error == NULL)
    measure_planes (bench, pool);
}

/* --- What is printed --- */

static void
add_times (JsonBuilder *builder, const char *name, const NegFrameTimesSummary *times)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "median_ms");
  json_builder_add_double_value (builder, times->median_ms);
  json_builder_set_member_name (builder, "p95_ms");
  json_builder_add_double_value (builder, times->p95_ms);
  json_builder_set_member_name (builder, "worst_ms");
  json_builder_add_double_value (builder, times->worst_ms);
  json_builder_end_object (builder);
}

static void
add_phase (JsonBuilder *builder, const char *name, const Result *result)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "frames");
  json_builder_add_int_value (builder, result->times[NEG_FRAME_TIME_PAINT].n);
  json_builder_set_member_name (builder, "fps");
  json_builder_add_double_value (builder, result->rate_hz);
  json_builder_set_member_name (builder, "uploads");
  json_builder_add_int_value (builder, result->n_uploads);
  add_times (builder, "interval", &result->times[NEG_FRAME_TIME_INTERVAL]);
  add_times (builder, "paint", &result->times[NEG_FRAME_TIME_PAINT]);
  add_times (builder, "hold", &result->times[NEG_FRAME_TIME_HOLD]);
  add_times (builder, "work", &result->times[NEG_FRAME_TIME_WORK]);
  add_times (builder, "hold_cpu", &result->times[NEG_FRAME_TIME_CPU]);
  json_builder_end_object (builder);
}

static void
add_images (Bench *bench, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "width_px");
  json_builder_add_int_value (builder, neg_viewport_get_width_px (bench->viewport));
  json_builder_set_member_name (builder, "height_px");
  json_builder_add_int_value (builder, neg_viewport_get_height_px (bench->viewport));
  add_phase (builder, "loading", &bench->results[PHASE_LOADING]);
  add_phase (builder, "scroll", &bench->results[PHASE_SCROLL]);
  add_phase (builder, "drag", &bench->results[PHASE_DRAG]);
}

static void
print_json (Bench *bench)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "bench");
  json_builder_add_string_value (builder, bench->mpr ? "planes" : "scroll");
  json_builder_set_member_name (builder, "images");
  json_builder_add_int_value (builder, count_images (bench));
  json_builder_set_member_name (builder, "gtk_renderer");
  json_builder_add_string_value (builder, G_OBJECT_TYPE_NAME (gtk_native_get_renderer (GTK_NATIVE (bench->window))));
  if (bench->mpr)
    neg_bench_planes_add_json (bench->planes, builder);
  else
    add_images (bench, builder);
  json_builder_set_member_name (builder, "peak_rss_mib");
  json_builder_add_double_value (builder, neg_memory_get_peak_mib ());
  json_builder_set_member_name (builder, "pss_mib");
  json_builder_add_double_value (builder, neg_memory_get_pss_mib ());
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  g_print ("%s\n", text);
}

static void
print_phase (const char *name, const Result *result)
{
  const NegFrameTimesSummary *frames = &result->times[NEG_FRAME_TIME_INTERVAL];
  const NegFrameTimesSummary *paint = &result->times[NEG_FRAME_TIME_PAINT];
  const NegFrameTimesSummary *work = &result->times[NEG_FRAME_TIME_WORK];

  g_print (_ ("%-8s %6.1f frames/s; frame median %.1f, p95 %.1f, worst %.1f ms; drawing %.1f, %.1f, %.1f ms; "
              "main loop held %.1f ms at worst, besides drawing %.1f, %.1f, %.1f ms; uploads %.0f\n"),
           name, result->rate_hz, frames->median_ms, frames->p95_ms, frames->worst_ms, paint->median_ms, paint->p95_ms,
           paint->worst_ms, result->times[NEG_FRAME_TIME_HOLD].worst_ms, work->median_ms, work->p95_ms, work->worst_ms,
           (double) result->n_uploads);
}

static void
print_text (Bench *bench)
{
  if (bench->mpr) {
    neg_bench_planes_print (bench->planes);
    return;
  }
  g_print (_ ("%u images in %u x %u\n"), count_images (bench), neg_viewport_get_width_px (bench->viewport),
           neg_viewport_get_height_px (bench->viewport));
  print_phase ("loading", &bench->results[PHASE_LOADING]);
  print_phase ("scroll", &bench->results[PHASE_SCROLL]);
  print_phase ("drag", &bench->results[PHASE_DRAG]);
}

/* --- The command --- */

static gboolean
parse_size (Bench *bench)
{
  g_auto (GStrv) parts = g_strsplit (bench->size != NULL ? bench->size : "1024x1024", "x", 2);
  guint64 width = 0, height = 0;

  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 64, 16384, &width, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 64, 16384, &height, NULL))
    return FALSE;
  bench->width_px = width;
  bench->height_px = height;
  return TRUE;
}

static gboolean
parse (Bench *bench, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "size", 0, 0, G_OPTION_ARG_STRING, &bench->size, N_ ("of the viewport, or of the window (1024x1024)"), "WxH" },
    { "frames", 0, 0, G_OPTION_ARG_INT, &bench->frames, N_ ("how many are measured (300)"), N_ ("N") },
    { "window", 0, 0, G_OPTION_ARG_NONE, &bench->whole_window, N_ ("the program's window, not a viewport alone"), NULL },
    { "mpr", 0, 0, G_OPTION_ARG_NONE, &bench->mpr, N_ ("the planes of the series' volume instead of its images"), NULL },
    { "gl", 0, 0, G_OPTION_ARG_NONE, &bench->gl, N_ ("draw by OpenGL even where the processor computes it"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &bench->json, N_ ("one JSON document"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &bench->paths, NULL, "PATH..." },
    { 0 },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) arguments = g_strdupv (argv);

  g_option_context_set_summary (context, _ ("Scrolls through the first series, one image a frame, while it loads and then "
                                            "from memory; then drags its window. With --mpr it scrolls and turns a plane of "
                                            "its volume, a step when the picture of the one before is finished, and drags "
                                            "window and crosshair of four."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse_strv (context, &arguments, error))
    return FALSE;
  if (bench->paths != NULL && bench->frames > 0 && bench->frames <= 1000000 && parse_size (bench))
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       _ ("bench scroll needs a PATH, a size such as 1024x1024 and a number of frames"));
  return FALSE;
}

static gboolean
run (Bench *bench, GError **error)
{
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (NULL, error);
  g_autofree char *home = NULL;

  if (pool == NULL)
    return FALSE;
  neg_bus_probe (BUS_LIMIT_MS, ACCESSIBILITY_LIMIT_MS);
  neg_renderer_prepare (bench->gl);
  if (!gtk_init_check ()) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("there is no display to open a window on"));
    return FALSE;
  }
  home = g_dir_make_tmp ("negatoscope-bench-XXXXXX", error); /* for what the window keeps */
  if (home == NULL)
    return FALSE;
  measure (bench, pool, home);
  if (bench->error == NULL && bench->json)
    print_json (bench);
  else if (bench->error == NULL)
    print_text (bench);
  close_window (bench);
  g_clear_pointer (&bench->loop, g_main_loop_unref);
  g_rmdir (home);
  if (bench->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&bench->error));
  return FALSE;
}

int
neg_bench_scroll_run (int argc, char **argv)
{
  Bench bench = { .frames = 300 };
  g_autoptr (GError) error = NULL;
  int status = 2;

  if (parse (&bench, argc, argv, &error))
    status = run (&bench, &error) ? 0 : 1;
  if (error != NULL)
    g_printerr ("negatoscope: %s\n", error->message);
  g_strfreev (bench.paths);
  g_free (bench.size);
  return status;
}
