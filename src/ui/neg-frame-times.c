#include "config.h"

#include "ui/neg-frame-times.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* Frames further apart do not follow each other: nobody scrolled. */
#define INTERVAL_MAX_US (250 * 1000)

typedef struct {
  guint64 n;
  double worst_ms;
  double last_ms[NEG_FRAME_TIMES_KEPT]; /* a ring: the n-th at n % KEPT */
} Series;

struct _NegFrameTimes {
  GtkWidget *widget;      /* NULL once it is gone */
  GdkFrameClock *clock;   /* while it is realized */
  Series series[NEG_FRAME_TIME_N];
  gint64 paint_start_us;  /* 0: not painting */
  gint64 painted_us;      /* in this turn of the loop */
  gint64 first_frame_us, last_frame_us;
  guint64 n_frames;
};

/* The main loop is asked how long it is busy by standing between it and poll(): what lies between two calls is a turn.
 * There is one main loop, so there is one such watch for all that want to know. */
static struct {
  GPtrArray *listeners; /* NegFrameTimes */
  GPollFunc poll;
  gint64 busy_since_us; /* 0: not yet known */
  gint64 cpu_since_us;  /* the same by this thread's own clock */
} watch;

static void
series_add (Series *series, double value_ms)
{
  series->last_ms[series->n % NEG_FRAME_TIMES_KEPT] = value_ms;
  series->worst_ms = MAX (series->worst_ms, value_ms);
  series->n++;
}

static void
add (NegFrameTimes *self, NegFrameTime what, gint64 duration_us)
{
  series_add (&self->series[what], (double) duration_us / 1000);
}

static gint64
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
take_turn (NegFrameTimes *self, gint64 duration_us, gint64 cpu_us)
{
  add (self, NEG_FRAME_TIME_HOLD, duration_us);
  add (self, NEG_FRAME_TIME_WORK, MAX (duration_us - self->painted_us, 0));
  add (self, NEG_FRAME_TIME_CPU, cpu_us);
  self->painted_us = 0;
}

static int
watched_poll (GPollFD *fds, guint n_fds, int timeout_ms)
{
  int n_ready;

  for (guint i = 0; watch.busy_since_us != 0 && i < watch.listeners->len; i++)
    take_turn (g_ptr_array_index (watch.listeners, i), g_get_monotonic_time () - watch.busy_since_us,
               get_cpu_us () - watch.cpu_since_us);
  n_ready = watch.poll (fds, n_fds, timeout_ms);
  watch.busy_since_us = g_get_monotonic_time ();
  watch.cpu_since_us = get_cpu_us ();
  return n_ready;
}

static void
watch_add (NegFrameTimes *self)
{
  if (watch.listeners == NULL)
    watch.listeners = g_ptr_array_new ();
  if (watch.listeners->len == 0) {
    watch.poll = g_main_context_get_poll_func (NULL);
    watch.busy_since_us = 0;
    g_main_context_set_poll_func (NULL, watched_poll);
  }
  g_ptr_array_add (watch.listeners, self);
}

static void
watch_remove (NegFrameTimes *self)
{
  g_ptr_array_remove (watch.listeners, self);
  if (watch.listeners->len == 0)
    g_main_context_set_poll_func (NULL, watch.poll);
}

static void
before_paint_cb (NegFrameTimes *self)
{
  self->paint_start_us = g_get_monotonic_time ();
}

static void
take_frame (NegFrameTimes *self, gint64 now_us)
{
  gint64 interval_us = now_us - self->last_frame_us;

  if (self->n_frames == 0)
    self->first_frame_us = now_us;
  else if (interval_us <= INTERVAL_MAX_US)
    add (self, NEG_FRAME_TIME_INTERVAL, interval_us);
  self->last_frame_us = now_us;
  self->n_frames++;
}

static void
after_paint_cb (NegFrameTimes *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->paint_start_us == 0)
    return;
  add (self, NEG_FRAME_TIME_PAINT, now_us - self->paint_start_us);
  self->painted_us += now_us - self->paint_start_us;
  self->paint_start_us = 0;
  take_frame (self, now_us);
}

static void
leave_clock (NegFrameTimes *self)
{
  if (self->clock != NULL)
    g_signal_handlers_disconnect_by_data (self->clock, self);
  g_clear_object (&self->clock);
  self->paint_start_us = 0;
}

static void
realize_cb (NegFrameTimes *self)
{
  leave_clock (self);
  self->clock = g_object_ref (gtk_widget_get_frame_clock (self->widget));
  g_signal_connect_swapped (self->clock, "before-paint", G_CALLBACK (before_paint_cb), self);
  g_signal_connect_swapped (self->clock, "after-paint", G_CALLBACK (after_paint_cb), self);
}

NegFrameTimes *
neg_frame_times_new (GtkWidget *widget)
{
  NegFrameTimes *self = g_new0 (NegFrameTimes, 1);

  g_set_weak_pointer (&self->widget, widget);
  g_signal_connect_swapped (widget, "realize", G_CALLBACK (realize_cb), self);
  g_signal_connect_swapped (widget, "unrealize", G_CALLBACK (leave_clock), self);
  if (gtk_widget_get_realized (widget))
    realize_cb (self);
  watch_add (self);
  return self;
}

void
neg_frame_times_free (NegFrameTimes *self)
{
  if (self == NULL)
    return;
  watch_remove (self);
  leave_clock (self);
  if (self->widget != NULL)
    g_signal_handlers_disconnect_by_data (self->widget, self);
  g_clear_weak_pointer (&self->widget);
  g_free (self);
}

void
neg_frame_times_reset (NegFrameTimes *self)
{
  memset (self->series, 0, sizeof self->series);
  self->first_frame_us = self->last_frame_us = 0;
  self->n_frames = 0;
}

guint
neg_frame_times_get_last (NegFrameTimes *self, NegFrameTime what, double *times_ms, guint n_max)
{
  const Series *series = &self->series[what];
  guint n = MIN (MIN (series->n, NEG_FRAME_TIMES_KEPT), n_max);

  for (guint i = 0; i < n; i++)
    times_ms[i] = series->last_ms[(series->n - n + i) % NEG_FRAME_TIMES_KEPT];
  return n;
}

static int
compare_doubles (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

void
neg_frame_times_get (NegFrameTimes *self, NegFrameTime what, NegFrameTimesSummary *summary)
{
  const Series *series = &self->series[what];
  double sorted_ms[NEG_FRAME_TIMES_KEPT];
  guint n = neg_frame_times_get_last (self, what, sorted_ms, NEG_FRAME_TIMES_KEPT);
  double sum_ms = 0;

  *summary = (NegFrameTimesSummary){ .n = series->n, .worst_ms = series->worst_ms };
  if (n == 0)
    return;
  qsort (sorted_ms, n, sizeof *sorted_ms, compare_doubles);
  for (guint i = 0; i < n; i++)
    sum_ms += sorted_ms[i];
  summary->mean_ms = sum_ms / n;
  summary->median_ms = (sorted_ms[(n - 1) / 2] + sorted_ms[n / 2]) / 2;
  summary->p95_ms = sorted_ms[(guint) ceil (0.95 * n) - 1];
}

double
neg_frame_times_get_rate_hz (NegFrameTimes *self)
{
  gint64 span_us = self->last_frame_us - self->first_frame_us;

  return self->n_frames > 1 && span_us > 0 ? (double) (self->n_frames - 1) * G_USEC_PER_SEC / span_us : 0;
}
