/* Medians, worst cases, and memory. */
#include "config.h"

#include <sys/resource.h>

#include "base/neg-memory-use.h"
#include "commands/neg-command-bench-private.h"

#define KIB_PER_MIB 1024.0

double
neg_bench_now_s (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

double
neg_bench_median (const double *values, guint n)
{
  g_autofree double *sorted = g_memdup2 (values, n * sizeof *values);

  qsort (sorted, n, sizeof *sorted, compare_doubles);
  return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double
neg_bench_worst (const double *values, guint n)
{
  double worst = values[0];

  for (guint i = 1; i < n; i++)
    worst = MAX (worst, values[i]);
  return worst;
}

double
neg_bench_get_engine_peak_rss_mib (void)
{
  struct rusage usage;

  return getrusage (RUSAGE_CHILDREN, &usage) == 0 ? (double) usage.ru_maxrss / KIB_PER_MIB : 0;
}

void
neg_bench_add_memory (JsonBuilder *builder)
{
  neg_json_add_double (builder, "peak_rss_mib", neg_memory_get_peak_mib ());
  neg_json_add_double (builder, "pss_mib", neg_memory_get_pss_mib ());
}
