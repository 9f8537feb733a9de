/* What the benchmarks share. */
#pragma once

#include "commands/neg-commands-private.h"

G_BEGIN_DECLS

typedef struct {
  int engines, repeat;
  int threads, frames; /* of planes; 0 threads: one for each processor */
  guint width, height;
  double slab_mm;
  gboolean json;
  char **paths;
} NegBenchOptions;

double neg_bench_now_s (void);
double neg_bench_median (const double *values, guint n);
double neg_bench_worst (const double *values, guint n); /* the largest */

/* Of the engines that have ended, the largest. */
double neg_bench_get_engine_peak_rss_mib (void);

/* "peak_rss_mib" and "pss_mib" (neg-memory-use.h) of the object under way. */
void neg_bench_add_memory (JsonBuilder *builder);

/* `bench mpr`, `bench slab`: oblique planes, or a slab's MIP, moved along the normal. */
gboolean neg_bench_planes (const NegBenchOptions *options, gboolean is_slab, GError **error);

/* `bench index`: how long it takes from @folder to an index in a new home that others can read. */
gboolean neg_bench_index (const char *folder, guint n_engines, int repeat, gboolean json, GError **error);

G_END_DECLS
