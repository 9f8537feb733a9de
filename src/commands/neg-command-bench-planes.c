/* `bench mpr` and `bench slab`: what a person who scrolls an oblique plane waits for, without a window. */
#include "config.h"

#include <math.h>

#include "base/neg-error.h"
#include "base/neg-memory-use.h"
#include "commands/neg-command-bench-private.h"
#include "commands/neg-commands-volume.h"
#include "imaging/neg-color-map.h"

#define WARM_UP_FRAMES 3
#define WAY_MM 60.0 /* that the plane moves, where the volume is as thick */

/* Angles that lie along no row, column or slice. */
#define AZIMUTH_RAD 0.6
#define INCLINATION_RAD 0.9

typedef struct {
  const NegBenchOptions *options;
  NegVolume *volume; /* of the load */
  NegRowWorkers *workers;
  NegProjection projection;
  double slab_mm; /* 0: a plane */
  double pixel_mm, way_mm, middle_mm[3], normal[3], up[3];

  NegReformat reformat;
  NegDraw look;
  NegPicture picture;
  float *values;
  guint8 *covers;

  double load_s;
  guint n_planes;
  double *planes_ms, *pictures_ms; /* the values alone; with window and marks to 8 bits */
} Bench;

static void
bench_clear (Bench *bench)
{
  g_clear_pointer (&bench->workers, neg_row_workers_free);
  g_free (bench->picture.pixels);
  g_free (bench->values);
  g_free (bench->covers);
  g_free (bench->planes_ms);
  g_free (bench->pictures_ms);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

/* What spans the volume across spans the picture; the direction is the same for everyone who measures. */
static void
place (Bench *bench)
{
  const NegVolume *volume = bench->volume;
  double from_mm, to_mm, across_mm = MAX (volume->columns * volume->spacing_mm[0], volume->rows * volume->spacing_mm[1]);

  bench->normal[0] = cos (AZIMUTH_RAD) * sin (INCLINATION_RAD);
  bench->normal[1] = sin (AZIMUTH_RAD) * sin (INCLINATION_RAD);
  bench->normal[2] = cos (INCLINATION_RAD);
  bench->up[0] = -cos (AZIMUTH_RAD) * cos (INCLINATION_RAD);
  bench->up[1] = -sin (AZIMUTH_RAD) * cos (INCLINATION_RAD);
  bench->up[2] = sin (INCLINATION_RAD);
  bench->pixel_mm = across_mm / MAX (bench->options->width, bench->options->height);
  neg_volume_get_middle (volume, bench->middle_mm);
  neg_volume_get_extent (volume, bench->middle_mm, bench->normal, &from_mm, &to_mm);
  bench->way_mm = MIN (WAY_MM, (to_mm - from_mm) / 2);
}

static void
move_to (Bench *bench, guint step)
{
  double along_mm = ((double) step / bench->options->frames - 0.5) * bench->way_mm, point_mm[3];

  for (guint i = 0; i < 3; i++)
    point_mm[i] = bench->middle_mm[i] + along_mm * bench->normal[i];
  neg_reformat_init (&bench->reformat, point_mm, bench->normal, bench->up, bench->options->width,
                     bench->options->height, bench->pixel_mm);
  neg_reformat_set_slab (&bench->reformat, bench->volume, bench->slab_mm, bench->projection);
}

static void
init_look (Bench *bench)
{
  double minimum = 0, maximum = 1;

  bench->look = (NegDraw){ .modality = { .slope = 1 }, .output_to_image = { { 1, 0, 0, 0, 1, 0 } } };
  neg_volume_get_range (bench->volume, &minimum, &maximum);
  neg_voi_init_range (&bench->look.voi, minimum, maximum, TRUE);
}

static gboolean
init_memory (Bench *bench, GError **error)
{
  guint width = bench->options->width, height = bench->options->height;
  gsize n = (gsize) width * height;

  bench->values = g_try_new (float, n);
  bench->covers = g_try_malloc (n);
  bench->picture = (NegPicture){ .width = width, .height = height, .stride = width, .channels = 1 };
  bench->picture.pixels = g_try_malloc (n);
  bench->planes_ms = g_try_new (double, (gsize) bench->options->repeat * bench->options->frames);
  bench->pictures_ms = g_try_new (double, (gsize) bench->options->repeat * bench->options->frames);
  return (bench->values != NULL && bench->covers != NULL && bench->picture.pixels != NULL && bench->planes_ms != NULL
          && bench->pictures_ms != NULL)
         || neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a plane of %u x %u", width, height);
}

static void
picture_cb (guint first_row, guint n_rows, gpointer user_data)
{
  Bench *bench = user_data;
  const NegFrame frame = {
    .format = { .rows = bench->picture.height, .columns = bench->picture.width, .samples = 1, .bits_stored = 32,
                .sample_type = NEG_SAMPLE_F32, .color = NEG_COLOR_MONOCHROME2 },
    .pixels = bench->values,
  };

  neg_reformat_rows (&bench->reformat, bench->volume, bench->picture.width, bench->values, bench->covers, first_row,
                     n_rows);
  neg_draw_rows (&bench->look, &frame, &bench->picture, first_row, n_rows);
  neg_cover_draw_rows (bench->covers, &bench->picture, first_row, n_rows);
}

static void
measure (Bench *bench, guint step, double *plane_ms, double *picture_ms)
{
  double start_s, plane_s;

  move_to (bench, step);
  start_s = neg_bench_now_s ();
  neg_row_workers_reformat (bench->workers, &bench->reformat, bench->volume, bench->picture.width,
                            bench->picture.height, bench->values, bench->covers);
  plane_s = neg_bench_now_s ();
  neg_row_workers_run (bench->workers, bench->picture.height, picture_cb, bench);
  *plane_ms = (plane_s - start_s) * 1e3;
  *picture_ms = (neg_bench_now_s () - plane_s) * 1e3;
}

static void
measure_all (Bench *bench)
{
  guint n = bench->options->frames;
  double plane_ms, picture_ms;

  for (guint i = 0; i < WARM_UP_FRAMES; i++)
    measure (bench, i % n, &plane_ms, &picture_ms);
  for (guint i = 0; i < n * (guint) bench->options->repeat; i++) {
    measure (bench, i % n, &bench->planes_ms[i], &bench->pictures_ms[i]);
    bench->n_planes++;
  }
}

static void
print_json (const Bench *bench)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *size = g_strdup_printf ("%ux%u", bench->picture.width, bench->picture.height);
  const NegVolume *volume = bench->volume;

  json_builder_begin_object (builder);
  neg_json_add_string (builder, "bench", bench->slab_mm > 0 ? "slab" : "mpr");
  neg_json_add_int (builder, "repeat", bench->options->repeat);
  neg_json_add_int (builder, "frames", bench->n_planes);
  neg_json_add_string (builder, "size", size);
  neg_json_add_double (builder, "slab_mm", bench->slab_mm);
  neg_json_add_string (builder, "projection", bench->slab_mm > 0 ? neg_projection_get_name (bench->projection) : NULL);
  neg_json_add_int (builder, "samples", bench->reformat.n_samples);
  neg_json_add_double (builder, "median_ms", neg_bench_median (bench->planes_ms, bench->n_planes));
  neg_json_add_double (builder, "worst_ms", neg_bench_worst (bench->planes_ms, bench->n_planes));
  neg_json_add_double (builder, "picture_median_ms", neg_bench_median (bench->pictures_ms, bench->n_planes));
  neg_json_add_double (builder, "picture_worst_ms", neg_bench_worst (bench->pictures_ms, bench->n_planes));
  neg_json_add_int (builder, "threads", neg_row_workers_get_n_threads (bench->workers));
  neg_json_add_string (builder, "way", neg_reformat_get_way ());
  neg_json_add_int (builder, "columns", volume->columns);
  neg_json_add_int (builder, "rows", volume->rows);
  neg_json_add_int (builder, "slices", volume->n_slices);
  neg_json_add_int (builder, "pixel_bytes", neg_volume_get_bytes (volume));
  neg_json_add_double (builder, "load_s", bench->load_s);
  neg_bench_add_memory (builder);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

static void
print_text (const Bench *bench)
{
  g_print ("%ux%u out of %ux%ux%u, %u threads, %s: median %.2f ms, worst %.2f ms; as a picture %.2f, %.2f ms; peak %.0f MiB\n",
           bench->picture.width, bench->picture.height, bench->volume->columns, bench->volume->rows,
           bench->volume->n_slices, neg_row_workers_get_n_threads (bench->workers), neg_reformat_get_way (),
           neg_bench_median (bench->planes_ms, bench->n_planes), neg_bench_worst (bench->planes_ms, bench->n_planes),
           neg_bench_median (bench->pictures_ms, bench->n_planes), neg_bench_worst (bench->pictures_ms, bench->n_planes),
           neg_memory_get_peak_mib ());
}

gboolean
neg_bench_planes (const NegBenchOptions *options, gboolean is_slab, GError **error)
{
  NegEnginePoolOptions pool_options = { .n_engines = options->engines };
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (&pool_options, error);
  g_autoptr (NegVolumeLoad) load = NULL;
  g_auto (Bench) bench = { .options = options, .projection = NEG_PROJECTION_MIP };
  double start_s = neg_bench_now_s ();

  load = pool != NULL ? neg_command_load_volume (pool, options->paths[0], error) : NULL;
  if (load == NULL || !init_memory (&bench, error))
    return FALSE;
  bench.load_s = neg_bench_now_s () - start_s;
  bench.volume = neg_volume_load_get_volume (load);
  bench.slab_mm = is_slab ? options->slab_mm : 0;
  bench.workers = neg_row_workers_new (options->threads);
  place (&bench);
  init_look (&bench);
  measure_all (&bench);
  if (options->json)
    print_json (&bench);
  else
    print_text (&bench);
  return TRUE;
}
