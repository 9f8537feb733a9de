/* How long the frames of a window take and how long the main loop is held meanwhile: for the hidden page and for
 * `bench scroll`. Main thread only; costs four clock readings a turn of the loop and nothing where there is none. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum {
  NEG_FRAME_TIME_PAINT,    /* layout, drawing and handing over: what a frame costs the main thread */
  NEG_FRAME_TIME_INTERVAL, /* from one painted frame to the next while frames follow each other */
  NEG_FRAME_TIME_HOLD,     /* one turn of the main loop: how long input waited, painting included */
  NEG_FRAME_TIME_WORK,     /* the same less painting: what did not have to be done on this thread */
  NEG_FRAME_TIME_CPU,      /* one turn of the main loop, in processor time of this thread: less than it was held where it
                              waited for another thread or another program */
  NEG_FRAME_TIME_N,
} NegFrameTime;

typedef struct {
  guint64 n;                             /* since the start or the last reset */
  double mean_ms, median_ms, p95_ms;     /* of the last NEG_FRAME_TIMES_KEPT */
  double worst_ms;                       /* of all n */
} NegFrameTimesSummary;

#define NEG_FRAME_TIMES_KEPT 2048

typedef struct _NegFrameTimes NegFrameTimes;

/* Follows the frame clock of @widget's window whenever it is realized; holds no reference. */
NegFrameTimes *neg_frame_times_new (GtkWidget *widget);
void neg_frame_times_free (NegFrameTimes *times);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegFrameTimes, neg_frame_times_free)

void neg_frame_times_reset (NegFrameTimes *times);

void neg_frame_times_get (NegFrameTimes *times, NegFrameTime what, NegFrameTimesSummary *summary);

/* Frames painted per second between the first and the last since the reset; 0: fewer than two. */
double neg_frame_times_get_rate_hz (NegFrameTimes *times);

/* The last of them, oldest first, into @times_ms; how many there were, at most @n_max. */
guint neg_frame_times_get_last (NegFrameTimes *times, NegFrameTime what, double *times_ms, guint n_max);

G_END_DECLS
