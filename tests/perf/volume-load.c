/* Loads the first series of a folder as a volume, with real engines and without a window, and prints one line of JSON:
 *
 *   volume-load FOLDER ready         how long until all is there
 *   volume-load FOLDER shared        the same when the frame store has all frames already
 *   volume-load FOLDER hold-ready, hold-shared   the same, and stays until standard input ends (memory is measured)
 *   volume-load FOLDER cancel        how long after a cancel an engine still works
 *
 * In each mode also the longest turn of the main context, in its own processor time. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "engine-client.h"
#include "pipeline/neg-loader.h"
#include "pipeline/neg-volume-load.h"

#define CANCELS 9
#define WATCH_US (600 * 1000)
#define WORK_US 50 /* of the processor between two looks: less is no decoding */

static gint64 longest_us;

static gint64
get_own_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* One turn of the main context, and the processor time of what it did: a busy machine takes none of it. */
static void
turn (void)
{
  gint64 start_us = get_own_us ();

  if (g_main_context_iteration (NULL, FALSE))
    longest_us = MAX (longest_us, get_own_us () - start_us);
  else
    g_usleep (200);
}

/* A descriptor for each file that is on its way, as in the viewer. */
static void
raise_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static NegSeries *
open_series (NegEnginePool *pool, const char *folder)
{
  g_autoptr (NegLoader) loader = neg_loader_new (pool);

  neg_loader_load (loader, (const char *[]){ folder, NULL });
  neg_loader_wait (loader);
  return g_list_model_get_item (neg_loader_get_series (loader), 0);
}

static NegVolumeLoad *
load_new (NegEnginePool *pool, NegFrameStore *store, NegSeries *series)
{
  g_autoptr (GError) error = NULL;
  NegVolumeLoad *load = neg_volume_load_new (pool, store, series, &error);

  if (load == NULL)
    g_error ("%s", error->message);
  return load;
}

static void
fill_store (NegFrameStore *store, NegSeries *series)
{
  const NegFrameWish wish = { series, 0, 1, TRUE };

  neg_frame_store_set_wishes (store, &wish, 1);
  while (neg_frame_store_get_n_ready (store, series) < neg_series_get_n_frames (series))
    turn ();
}

static void
measure_ready (NegEnginePool *pool, NegSeries *series, const char *mode)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (pool, G_MAXUINT64);
  g_autoptr (NegVolumeLoad) load = NULL;
  gint64 start_us;
  char byte;

  if (g_str_has_suffix (mode, "shared"))
    fill_store (store, series);
  longest_us = 0;
  start_us = g_get_monotonic_time ();
  load = load_new (pool, store, series);
  while (!neg_volume_load_is_finished (load))
    turn ();
  printf ("{\"slices\": %u, \"bytes\": %" G_GUINT64_FORMAT ", \"failed\": %u, \"ready_s\": %.4f, \"held_ms\": %.3f, "
          "\"store_bytes\": %" G_GUINT64_FORMAT "}\n",
          neg_volume_load_get_n_ready (load), neg_volume_get_bytes (neg_volume_load_get_volume (load)),
          neg_volume_load_get_n_failed (load), (g_get_monotonic_time () - start_us) / 1e6, longest_us / 1e3,
          neg_frame_store_get_bytes (store));
  fflush (stdout);
  if (g_str_has_prefix (mode, "hold"))
    while (read (STDIN_FILENO, &byte, 1) > 0)
      ;
}

/* Of all engines that are alive; what has ended does not count any more. */
static gint64
get_work_us (const GArray *pids, gint64 *before_us)
{
  gint64 most_us = 0;

  for (guint i = 0; i < pids->len; i++) {
    struct timespec now;
    clockid_t clock;
    gint64 now_us;

    if (clock_getcpuclockid (g_array_index (pids, pid_t, i), &clock) != 0 || clock_gettime (clock, &now) != 0)
      continue;
    now_us = (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
    most_us = MAX (most_us, now_us - before_us[i]);
    before_us[i] = now_us;
  }
  return most_us;
}

/* From the call until the last look at which an engine had done something. */
static double
cancel_once (NegEnginePool *pool, NegSeries *series, guint n_before)
{
  g_autoptr (NegVolumeLoad) load = load_new (pool, NULL, series);
  g_autoptr (GArray) pids = NULL;
  g_autofree gint64 *before_us = NULL;
  gint64 start_us, now_us, last_us;
  guint n_ready;

  while (neg_volume_load_get_n_ready (load) < n_before)
    turn ();
  pids = client_engine_pids ();
  before_us = g_new0 (gint64, pids->len + 1);
  get_work_us (pids, before_us);
  start_us = last_us = g_get_monotonic_time ();
  neg_volume_load_cancel (load);
  do {
    turn ();
    now_us = g_get_monotonic_time ();
    if (get_work_us (pids, before_us) >= WORK_US)
      last_us = now_us;
  } while (now_us - start_us < WATCH_US);
  n_ready = neg_volume_load_get_n_ready (load);
  if (n_ready == neg_volume_load_get_volume (load)->n_slices)
    g_error ("all was decoded before the cancel");
  return (last_us - start_us) / 1e3;
}

static void
measure_cancel (NegEnginePool *pool, NegSeries *series)
{
  printf ("{\"slices\": %u, \"cancel_ms\": [", neg_series_get_n_frames (series));
  for (guint i = 0; i < CANCELS; i++)
    printf ("%s%.2f", i > 0 ? ", " : "", cancel_once (pool, series, 1 + 3 * i));
  printf ("], \"held_ms\": %.3f}\n", longest_us / 1e3);
}

int
main (int argc, char **argv)
{
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (NegSeries) series = NULL;
  g_autoptr (GError) error = NULL;

  if (argc != 3) {
    fprintf (stderr, "volume-load FOLDER ready|shared|hold-ready|hold-shared|cancel\n");
    return 2;
  }
  raise_limit ();
  pool = neg_engine_pool_new (NULL, &error);
  if (pool == NULL)
    g_error ("%s", error->message);
  series = open_series (pool, argv[1]);
  if (series == NULL)
    g_error ("no series");
  longest_us = 0;
  if (strcmp (argv[2], "cancel") == 0)
    measure_cancel (pool, series);
  else
    measure_ready (pool, series, argv[2]);
  return 0;
}
