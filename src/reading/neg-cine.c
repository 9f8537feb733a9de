#include "config.h"

#include "reading/neg-cine.h"

#include <math.h>

/* Longer than this between two calls and nobody was looking: a window that was hidden, a machine that slept. */
#define GAP_US G_USEC_PER_SEC

#define SHORTEST_MS (1000 / NEG_CINE_RATE_MAX_HZ)
#define LONGEST_MS (1000 / NEG_CINE_RATE_MIN_HZ)

static gboolean
is_rate (double rate_hz)
{
  return isfinite (rate_hz) && rate_hz > 0;
}

static double
clamp_rate (double rate_hz)
{
  return is_rate (rate_hz) ? CLAMP (rate_hz, NEG_CINE_RATE_MIN_HZ, NEG_CINE_RATE_MAX_HZ) : NEG_CINE_RATE_MIN_HZ;
}

/* The time between @frame and the one after it in the same object; 0 where the vector does not say. */
static double
get_vector_ms (const NegSeriesFrame *frame, const NegSeriesFrame *next)
{
  const NegInstance *instance = frame->instance;
  double time_ms;

  if (next->instance != instance || next->frame != frame->frame + 1 || next->frame >= instance->n_frame_times)
    return 0;
  time_ms = instance->frame_times_ms[next->frame];
  return isfinite (time_ms) && time_ms > 0 ? time_ms : 0;
}

/* Frames whose time the vector does not say (the last one at least) stay for the mean of the others. */
static double *
read_durations (NegSeries *series, guint n, double *mean_ms)
{
  g_autofree double *durations_ms = g_try_new0 (double, n);
  double sum_ms = 0;
  guint n_known = 0;

  if (durations_ms == NULL)
    return NULL;
  for (guint i = 0; i + 1 < n; i++) {
    durations_ms[i] = get_vector_ms (neg_series_get_frame (series, i), neg_series_get_frame (series, i + 1));
    sum_ms += durations_ms[i];
    n_known += durations_ms[i] > 0;
  }
  if (n_known == 0 || !isfinite (sum_ms))
    return NULL;
  *mean_ms = sum_ms / n_known;
  for (guint i = 0; i < n; i++)
    if (durations_ms[i] == 0)
      durations_ms[i] = *mean_ms;
  return g_steal_pointer (&durations_ms);
}

static void
read_rate (NegCine *cine, NegSeries *series, double default_hz)
{
  const NegInstance *instance = neg_series_get_frame (series, 0)->instance;
  double mean_ms = 0;

  if (is_rate (instance->cine_rate_hz)) {
    cine->source = NEG_CINE_SOURCE_RATE;
    cine->file_rate_hz = instance->cine_rate_hz;
  } else if (instance->n_frame_times > 0 && (cine->durations_ms = read_durations (series, cine->n, &mean_ms)) != NULL) {
    cine->source = NEG_CINE_SOURCE_FRAME_TIMES;
    cine->file_rate_hz = 1000 / mean_ms;
  } else if (is_rate (1000 / instance->frame_time_ms)) {
    cine->source = NEG_CINE_SOURCE_FRAME_TIME;
    cine->file_rate_hz = 1000 / instance->frame_time_ms;
  } else {
    cine->file_rate_hz = default_hz;
  }
  cine->file_rate_hz = clamp_rate (cine->file_rate_hz);
}

/* Trims count frames of one object (from 1): they mean something where the series is that object, whole. */
static void
read_range (NegCine *cine, NegSeries *series)
{
  const NegInstance *instance = neg_series_get_frame (series, 0)->instance;
  guint first = instance->first_shown_frame > 0 ? instance->first_shown_frame - 1 : 0;
  guint last = instance->last_shown_frame > 0 ? instance->last_shown_frame - 1 : cine->n - 1;

  if (neg_series_get_frame (series, cine->n - 1)->instance == instance && cine->n == instance->frames
      && first < last && last < cine->n)
    neg_cine_set_range (cine, first, last);
}

void
neg_cine_init (NegCine *cine, NegSeries *series, double default_hz)
{
  guint n = series != NULL ? neg_series_get_n_frames (series) : 0;

  *cine = (NegCine){ .n = n, .last = n > 0 ? n - 1 : 0, .file_rate_hz = clamp_rate (default_hz) };
  cine->place.direction = 1;
  if (n > 0) {
    read_rate (cine, series, default_hz);
    read_range (cine, series);
    cine->mode = neg_series_get_frame (series, 0)->instance->sweeps ? NEG_CINE_SWEEP : NEG_CINE_LOOP;
  }
  cine->rate_hz = cine->file_rate_hz;
}

void
neg_cine_clear (NegCine *cine)
{
  g_clear_pointer (&cine->durations_ms, g_free);
  *cine = (NegCine){ .rate_hz = NEG_CINE_RATE_MIN_HZ, .file_rate_hz = NEG_CINE_RATE_MIN_HZ };
}

void
neg_cine_set_rate_hz (NegCine *cine, double rate_hz)
{
  cine->rate_hz = clamp_rate (rate_hz);
  cine->n_times = 0;
}

void
neg_cine_set_mode (NegCine *cine, NegCineMode mode)
{
  g_return_if_fail ((guint) mode < NEG_CINE_N_MODES);

  cine->mode = mode;
  if (mode != NEG_CINE_SWEEP)
    cine->place.direction = 1;
}

void
neg_cine_set_range (NegCine *cine, guint first, guint last)
{
  guint end = cine->n > 0 ? cine->n - 1 : 0;

  cine->first = MIN (MIN (first, last), end);
  cine->last = MIN (MAX (first, last), end);
}

gint64
neg_cine_get_duration_us (const NegCine *cine, guint index)
{
  double duration_ms = 1000 / cine->rate_hz;

  if (cine->durations_ms != NULL && index < cine->n)
    duration_ms = cine->durations_ms[index] * cine->file_rate_hz / cine->rate_hz;
  return llround (CLAMP (duration_ms, SHORTEST_MS, LONGEST_MS) * 1000);
}

void
neg_cine_start (NegCine *cine, guint index, gint64 now_us)
{
  gboolean is_outside = index < cine->first || index > cine->last;

  if (cine->n == 0)
    return;
  if (is_outside || (cine->mode == NEG_CINE_ONCE && index == cine->last))
    index = cine->first;
  cine->place = cine->before = (NegCinePlace){ .index = index, .direction = 1 };
  cine->playing = TRUE;
  cine->n_times = 0;
  cine->times_us[cine->n_times++] = now_us;
  cine->is_held = FALSE;
  cine->due_us = now_us + neg_cine_get_duration_us (cine, index);
}

void
neg_cine_stop (NegCine *cine)
{
  cine->playing = FALSE;
}

/* FALSE at the end of a sequence that is played once. */
static gboolean
step (const NegCine *cine, NegCinePlace *place)
{
  gboolean at_end = place->index >= cine->last, at_start = place->index <= cine->first;

  if (place->index < cine->first || place->index > cine->last) {
    place->index = cine->first;
    place->direction = 1;
    return TRUE;
  }
  if (cine->mode == NEG_CINE_SWEEP && cine->first < cine->last) {
    if (at_end)
      place->direction = -1;
    else if (at_start)
      place->direction = 1;
    place->index += place->direction;
    return TRUE;
  }
  if (at_end && cine->mode == NEG_CINE_ONCE)
    return FALSE;
  place->index = at_end ? cine->first : place->index + 1;
  return TRUE;
}

static void
note_shown (NegCine *cine, gint64 now_us)
{
  cine->times_us[cine->n_times % NEG_CINE_TIMES] = now_us;
  cine->n_times++;
}

gboolean
neg_cine_advance (NegCine *cine, gint64 now_us, guint *index)
{
  guint n_steps = 0;

  if (!cine->playing || now_us < cine->due_us)
    return FALSE;
  cine->before = cine->place;
  if (cine->is_held || now_us - cine->due_us > GAP_US)
    cine->due_us = now_us;
  while (now_us >= cine->due_us) {
    if (!step (cine, &cine->place)) {
      cine->playing = FALSE;
      break;
    }
    n_steps++;
    cine->due_us += neg_cine_get_duration_us (cine, cine->place.index);
  }
  cine->is_held = FALSE;
  if (n_steps > 1)
    cine->place.n_skipped += n_steps - 1;
  *index = cine->place.index;
  if (cine->place.index == cine->before.index)
    return FALSE;
  note_shown (cine, now_us);
  return TRUE;
}

void
neg_cine_hold (NegCine *cine, gint64 now_us)
{
  if (cine->n_times > 0)
    cine->n_times--;
  cine->place = cine->before;
  cine->playing = TRUE;
  cine->is_held = TRUE;
  cine->due_us = now_us;
}

double
neg_cine_get_shown_hz (const NegCine *cine, gint64 now_us)
{
  guint n = MIN (cine->n_times, NEG_CINE_TIMES - 1); /* one that was taken back has overwritten the oldest */
  gint64 oldest_us, newest_us, since_us;

  if (n < 2)
    return 0;
  oldest_us = cine->times_us[(cine->n_times - n) % NEG_CINE_TIMES];
  newest_us = cine->times_us[(cine->n_times - 1) % NEG_CINE_TIMES];
  /* One that is overdue counts: a film that stands still is not fast. */
  since_us = now_us - newest_us - neg_cine_get_duration_us (cine, cine->place.index);
  newest_us += MAX (since_us, 0);
  return newest_us > oldest_us ? (n - 1) * (double) G_USEC_PER_SEC / (newest_us - oldest_us) : 0;
}

guint64
neg_cine_get_n_skipped (const NegCine *cine)
{
  return cine->place.n_skipped;
}
