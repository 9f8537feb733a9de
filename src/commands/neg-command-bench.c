#include "config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-memory-use.h"
#include "commands/neg-command-bench-private.h"
#include "imaging/neg-draw.h"
#include "pipeline/neg-frame-store.h"
#include "pipeline/neg-loader.h"
#include "reading/neg-mpr.h"

#define MIB (1024.0 * 1024.0)
#define BUDGET_BYTES ((guint64) 4 << 30)
#define SLOTS 64
#define SCREEN_PX 1024
#define SCREEN_SIZE "1024x1024"
#define SIDE_MAX_PX 16384
#define FRAMES_MAX 100000
#define THREADS_MAX 1024

static double
children_cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_CHILDREN, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static NegEnginePool *
pool_new (const NegBenchOptions *options, GError **error)
{
  NegEnginePoolOptions pool_options = { .n_engines = options->engines };

  return neg_engine_pool_new (&pool_options, error);
}

/* Every frame of every object, asked for at once: what the engines can do. */
typedef struct {
  GPtrArray *frames; /* NegSeriesFrame, borrowed from the series */
  guint64 frame_bytes_max, pixel_bytes;
  GMutex lock;
  GCond cond;
  guint n_open;
  GError *error;
} DecodeRun;

static void
collect_series (DecodeRun *run, NegSeries *series)
{
  for (guint i = 0; i < neg_series_get_n_frames (series); i++) {
    const NegSeriesFrame *frame = neg_series_get_frame (series, i);
    NegFrameFormat format;
    guint64 bytes;

    if (neg_frame_format_init (&format, frame->instance, NEG_FRAME_STORED, NULL)
        && neg_frame_format_get_bytes (&format, &bytes)) {
      run->frame_bytes_max = MAX (run->frame_bytes_max, bytes);
      run->pixel_bytes += bytes;
      g_ptr_array_add (run->frames, (gpointer) frame);
    }
  }
}

static void
decoded_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  DecodeRun *run = user_data;

  g_mutex_lock (&run->lock);
  if (error != NULL && run->error == NULL)
    run->error = g_error_copy (error);
  g_mutex_unlock (&run->lock);
}

static void
request_done_cb (gpointer user_data)
{
  DecodeRun *run = user_data;

  g_mutex_lock (&run->lock);
  run->n_open--;
  g_cond_signal (&run->cond);
  g_mutex_unlock (&run->lock);
}

static gboolean
decode_all (NegEnginePool *pool, DecodeRun *run, GError **error)
{
  int fd = neg_memory_file_new ("negatoscope-bench", run->frame_bytes_max * SLOTS, error);

  if (fd < 0)
    return FALSE;
  run->n_open = run->frames->len;
  for (guint i = 0; i < run->frames->len; i++) {
    const NegSeriesFrame *frame = g_ptr_array_index (run->frames, i);
    NegDecodeItem item = { .frame = frame->frame, .slot_offset = (i % SLOTS) * run->frame_bytes_max };

    neg_frame_format_init (&item.format, frame->instance, NEG_FRAME_STORED, NULL);
    neg_request_unref (neg_engine_pool_decode (pool, frame->blob, NEG_FRAME_STORED, fd, &item, 1, NEG_PRIORITY_SERIES,
                                               decoded_cb, request_done_cb, run));
    g_mutex_lock (&run->lock);
    while (run->n_open > 0 && run->frames->len - run->n_open + SLOTS <= i + 1)
      g_cond_wait (&run->cond, &run->lock);
    g_mutex_unlock (&run->lock);
  }
  g_mutex_lock (&run->lock);
  while (run->n_open > 0)
    g_cond_wait (&run->cond, &run->lock);
  g_mutex_unlock (&run->lock);
  close (fd);
  if (run->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&run->error));
  return FALSE;
}

/* What starting the engines costs, to be taken off: one trivial answer from each makes sure that they are up. */
static gboolean
warm_up (NegEnginePool *pool, DecodeRun *run, GError **error)
{
  const NegSeriesFrame *frame = g_ptr_array_index (run->frames, 0);

  for (guint i = 0; i < neg_engine_pool_get_n_engines (pool); i++) {
    g_auto (NegScanResult) scan = { 0 };

    if (!neg_wait_scan (pool, frame->blob, &scan, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
measure_decode (const NegBenchOptions *options, DecodeRun *run, gboolean with_work, double *wall_s, double *cpu_s,
                GError **error)
{
  double cpu_before_s = children_cpu_s ();
  NegEnginePool *pool = pool_new (options, error);
  gboolean done;
  double start_s;

  if (pool == NULL)
    return FALSE;
  done = warm_up (pool, run, error);
  start_s = neg_bench_now_s ();
  if (done && with_work)
    done = decode_all (pool, run, error);
  *wall_s = neg_bench_now_s () - start_s;
  neg_engine_pool_free (pool);
  *cpu_s = children_cpu_s () - cpu_before_s;
  return done;
}

static void
print_decode (const NegBenchOptions *options, const DecodeRun *run, const double *walls_s, const double *cpus_s)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  double wall_s = neg_bench_median (walls_s, options->repeat), cpu_s = neg_bench_median (cpus_s, options->repeat);
  double wall_worst_s = neg_bench_worst (walls_s, options->repeat), mib = (double) run->pixel_bytes / MIB;

  if (!options->json) {
    g_print ("%u frames, %.1f MiB: %.3f s, worst %.3f s, %.1f MiB/s, %.1f MiB per CPU-second of the engines, peak %.0f MiB\n",
             run->frames->len, mib, wall_s, wall_worst_s, mib / wall_s, mib / cpu_s, neg_memory_get_peak_mib ());
    return;
  }
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "bench", "decode");
  neg_json_add_int (builder, "engines", options->engines);
  neg_json_add_int (builder, "repeat", options->repeat);
  neg_json_add_int (builder, "frames", run->frames->len);
  neg_json_add_int (builder, "pixel_bytes", run->pixel_bytes);
  neg_json_add_double (builder, "wall_s", wall_s);
  neg_json_add_double (builder, "wall_worst_s", wall_worst_s);
  neg_json_add_double (builder, "engine_cpu_s", cpu_s);
  neg_json_add_double (builder, "mib_per_s", mib / wall_s);
  neg_json_add_double (builder, "mib_per_cpu_s", mib / cpu_s);
  neg_bench_add_memory (builder);
  neg_json_add_double (builder, "engine_peak_rss_mib", neg_bench_get_engine_peak_rss_mib ());
  json_builder_end_object (builder);
  neg_json_print (builder);
}

static gboolean
bench_decode (const NegBenchOptions *options, GError **error)
{
  g_autoptr (NegEnginePool) pool = pool_new (options, error);
  g_autoptr (NegLoader) loader = NULL;
  g_autofree double *walls_s = g_new0 (double, options->repeat);
  g_autofree double *cpus_s = g_new0 (double, options->repeat);
  DecodeRun run = { .frames = g_ptr_array_new () };
  gboolean done = TRUE;

  if (pool == NULL)
    return FALSE;
  loader = neg_loader_new (pool);
  neg_loader_load (loader, (const char *const *) options->paths);
  neg_loader_wait (loader);
  for (guint i = 0; i < g_list_model_get_n_items (neg_loader_get_series (loader)); i++) {
    g_autoptr (NegSeries) series = g_list_model_get_item (neg_loader_get_series (loader), i);

    collect_series (&run, series);
  }
  if (run.frames->len == 0)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "there is no image");
  g_mutex_init (&run.lock);
  g_cond_init (&run.cond);
  for (int i = 0; i < options->repeat && done; i++) {
    double idle_wall_s, idle_cpu_s = 0;

    done = measure_decode (options, &run, FALSE, &idle_wall_s, &idle_cpu_s, error)
           && measure_decode (options, &run, TRUE, &walls_s[i], &cpus_s[i], error);
    cpus_s[i] -= idle_cpu_s;
  }
  if (done)
    print_decode (options, &run, walls_s, cpus_s);
  g_mutex_clear (&run.lock);
  g_cond_clear (&run.cond);
  g_ptr_array_unref (run.frames);
  return done;
}

/* From paths to the first picture, and to all frames of the first series. */
typedef struct {
  double first_s, scanned_s, all_s;
  guint n_frames;
  guint64 pixel_bytes;
} OpenRun;

static void
draw_once (NegSeries *series, guint index, NegPixels *pixels, guint8 *memory)
{
  const NegSeriesFrame *frame = neg_series_get_frame (series, index);
  NegPicture picture = { SCREEN_PX, SCREEN_PX, SCREEN_PX * 4, 4, memory };
  NegDraw draw;

  neg_draw_init (&draw, frame->instance, frame->frame, neg_pixels_get_frame (pixels), 0);
  neg_affine_init_fit (&draw.output_to_image, frame->instance, frame->frame, SCREEN_PX, SCREEN_PX, 1, 0, 0);
  neg_draw_rows (&draw, neg_pixels_get_frame (pixels), &picture, 0, SCREEN_PX);
}

static gboolean
wait_first (NegLoader *loader, NegFrameStore *store, guint8 *memory, GError **error)
{
  for (;;) {
    g_autoptr (NegSeries) series = g_list_model_get_item (neg_loader_get_series (loader), 0);
    g_autoptr (NegPixels) pixels = NULL;

    if (series != NULL) {
      GError *local = NULL;

      pixels = neg_frame_store_get (store, series, 0, NEG_PRIORITY_ON_SCREEN, &local);
      if (local != NULL) {
        g_propagate_error (error, local);
        return FALSE;
      }
    } else if (neg_loader_is_finished (loader)) {
      return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "there is no image");
    }
    if (pixels != NULL) {
      draw_once (series, 0, pixels, memory);
      return TRUE;
    }
    g_main_context_iteration (NULL, TRUE);
  }
}

static void
frame_ready_cb (NegFrameStore *store, NegSeries *series, guint index, guint *n_answered)
{
  (*n_answered)++;
}

/* Every frame of the series, decoded or failed. */
static void
wait_all (NegFrameStore *store, NegSeries *series)
{
  guint n_answered = neg_frame_store_get_n_ready (store, series);
  gulong handler = g_signal_connect (store, "frame-ready", G_CALLBACK (frame_ready_cb), &n_answered);
  const NegFrameWish wish = { series, 0, 1, TRUE };

  neg_frame_store_set_wishes (store, &wish, 1);
  while (n_answered < neg_series_get_n_frames (series))
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (store, handler);
}

static gboolean
measure_open (const NegBenchOptions *options, OpenRun *run, GError **error)
{
  double start_s = neg_bench_now_s ();
  g_autofree guint8 *memory = g_malloc ((gsize) SCREEN_PX * SCREEN_PX * 4);
  g_autoptr (NegEnginePool) pool = pool_new (options, error);
  g_autoptr (NegLoader) loader = NULL;
  g_autoptr (NegFrameStore) store = NULL;
  g_autoptr (NegSeries) series = NULL;

  if (pool == NULL)
    return FALSE;
  loader = neg_loader_new (pool);
  store = neg_frame_store_new (pool, BUDGET_BYTES);
  neg_loader_load (loader, (const char *const *) options->paths);
  if (!wait_first (loader, store, memory, error))
    return FALSE;
  run->first_s = neg_bench_now_s () - start_s;
  neg_loader_wait (loader);
  run->scanned_s = neg_bench_now_s () - start_s;
  series = g_list_model_get_item (neg_loader_get_series (loader), 0);
  run->n_frames = neg_series_get_n_frames (series);
  wait_all (store, series);
  run->all_s = neg_bench_now_s () - start_s;
  run->pixel_bytes = neg_frame_store_get_bytes (store);
  return TRUE;
}

static void
print_open (const NegBenchOptions *options, const OpenRun *last, const double *firsts_s, const double *scans_s,
            const double *alls_s)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  double first_s = neg_bench_median (firsts_s, options->repeat), scanned_s = neg_bench_median (scans_s, options->repeat),
         all_s = neg_bench_median (alls_s, options->repeat);
  double first_worst_s = neg_bench_worst (firsts_s, options->repeat), all_worst_s = neg_bench_worst (alls_s, options->repeat);

  if (!options->json) {
    g_print ("first image %.3f s, worst %.3f s, scanned %.3f s, all %u images %.3f s, worst %.3f s, peak %.0f MiB\n", first_s,
             first_worst_s, scanned_s, last->n_frames, all_s, all_worst_s, neg_memory_get_peak_mib ());
    return;
  }
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "bench", "open");
  neg_json_add_int (builder, "repeat", options->repeat);
  neg_json_add_int (builder, "frames", last->n_frames);
  neg_json_add_int (builder, "pixel_bytes", last->pixel_bytes);
  neg_json_add_double (builder, "first_image_s", first_s);
  neg_json_add_double (builder, "scanned_s", scanned_s);
  neg_json_add_double (builder, "all_s", all_s);
  neg_json_add_double (builder, "first_image_worst_s", first_worst_s);
  neg_json_add_double (builder, "scanned_worst_s", neg_bench_worst (scans_s, options->repeat));
  neg_json_add_double (builder, "all_worst_s", all_worst_s);
  neg_bench_add_memory (builder);
  neg_json_add_double (builder, "engine_peak_rss_mib", neg_bench_get_engine_peak_rss_mib ());
  json_builder_end_object (builder);
  neg_json_print (builder);
}

static gboolean
bench_open (const NegBenchOptions *options, GError **error)
{
  g_autofree double *times_s = g_new0 (double, 3 * options->repeat);
  OpenRun run = { 0 };

  for (int i = 0; i < options->repeat; i++) {
    if (!measure_open (options, &run, error))
      return FALSE;
    times_s[i] = run.first_s;
    times_s[options->repeat + i] = run.scanned_s;
    times_s[2 * options->repeat + i] = run.all_s;
  }
  print_open (options, &run, times_s, times_s + options->repeat, times_s + 2 * options->repeat);
  return TRUE;
}

static int
check_usage (NegBenchOptions *options, const char *size)
{
  g_auto (GStrv) parts = g_strsplit (size != NULL ? size : SCREEN_SIZE, "x", 3);
  guint64 width = 0, height = 0;

  if (options->repeat < 1 || options->repeat > 1000 || options->engines < 0)
    return neg_command_usage (_ ("--repeat and --engines are positive numbers"));
  if (options->threads < 0 || options->threads > THREADS_MAX || options->frames < 1 || options->frames > FRAMES_MAX)
    return neg_command_usage (_ ("--threads and --frames are positive numbers"));
  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 1, SIDE_MAX_PX, &width, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 1, SIDE_MAX_PX, &height, NULL))
    return neg_command_usage (_ ("--size is WxH in pixels"));
  if (!(options->slab_mm > 0 && options->slab_mm <= NEG_MPR_SLAB_MAX_MM))
    return neg_command_usage (_ ("--slab-mm is from 0 to %.0f"), NEG_MPR_SLAB_MAX_MM);
  options->width = width;
  options->height = height;
  return NEG_EXIT_DONE;
}

static int
run (const NegBenchOptions *options, const char *name)
{
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (strcmp (name, "decode") == 0)
    done = bench_decode (options, &error);
  else if (strcmp (name, "open") == 0)
    done = bench_open (options, &error);
  else if (strcmp (name, "mpr") == 0 || strcmp (name, "slab") == 0)
    done = neg_bench_planes (options, strcmp (name, "slab") == 0, &error);
  else if (strcmp (name, "index") == 0)
    done = neg_bench_index (options->paths[0], options->engines, options->repeat, options->json, &error);
  else
    return neg_command_usage (_ ("bench measures: open, decode, mpr, slab, scroll, index"));
  return done ? NEG_EXIT_DONE : neg_command_fail (options->paths[0], error);
}

int
neg_command_bench (int argc, char **argv)
{
  NegBenchOptions options = { .repeat = 3, .frames = 30, .slab_mm = 20 };
  g_autofree char *size = NULL;
  g_auto (GStrv) paths = NULL;
  const GOptionEntry entries[] = {
    { "engines", 0, 0, G_OPTION_ARG_INT, &options.engines, N_ ("how many engines; default: one per core"), N_ ("N") },
    { "repeat", 0, 0, G_OPTION_ARG_INT, &options.repeat, N_ ("medians over N runs"), N_ ("N") },
    { "frames", 0, 0, G_OPTION_ARG_INT, &options.frames, N_ ("mpr, slab: planes in a run (30)"), N_ ("N") },
    { "size", 0, 0, G_OPTION_ARG_STRING, &size, N_ ("mpr, slab: of the picture (1024x1024)"), N_ ("WxH") },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("mpr, slab: default: one per core"), N_ ("N") },
    { "slab-mm", 0, 0, G_OPTION_ARG_DOUBLE, &options.slab_mm, N_ ("slab: how thick (20)"), N_ ("T") },
    { NULL },
  };
  int status;

  if (!neg_command_parse (&argc, &argv, entries, _ ("open|decode|mpr|slab|scroll|index PATH..."),
                          _ ("open: to the first image and to all of the first series. decode: every frame through the "
                             "engines, with their processor time. mpr: oblique planes of the first volume, moved along their "
                             "normal. slab: the same as MIP. scroll: in a window; has a --help of its own. index: from "
                             "a folder to a committed index in a new home."),
                          2, &paths, &options.json))
    return NEG_EXIT_USAGE;
  status = check_usage (&options, size);
  options.paths = paths + 1;
  return status == NEG_EXIT_DONE ? run (&options, paths[0]) : status;
}
