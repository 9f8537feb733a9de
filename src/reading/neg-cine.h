/* When which image of a series is due while it plays: rate, frame times, range and sequence from the file, changed by the
 * hand. A plain value; it knows the time only by what it is told, and shows nothing itself.
 *
 * Rate and frame times of a film (PS3.3 table C.7-13 gives no precedence, this one is ours): Recommended Display Frame
 * Rate (0008,2144), else Cine Rate (0018,0040), both meant for the display; else Frame Time Vector (0018,1065), where
 * entry i lies between frames i - 1 and i (C.7.6.5.1.2); else Frame Time (0018,1063); else the caller's default. Start
 * and Stop Trim (0008,2142) (0008,2143) are the range to begin with, Preferred Playback Sequencing (0018,1244) the mode.
 * No image stays for less than 1 / NEG_CINE_RATE_MAX_HZ or more than 1 / NEG_CINE_RATE_MIN_HZ seconds.
 * Thread: one at a time. */
#pragma once

#include "pipeline/neg-series.h"

G_BEGIN_DECLS

#define NEG_CINE_RATE_MIN_HZ 0.5
#define NEG_CINE_RATE_MAX_HZ 120.0

#define NEG_CINE_TIMES 32

typedef enum {
  NEG_CINE_LOOP,
  NEG_CINE_SWEEP, /* forth and back, the ends once */
  NEG_CINE_ONCE,
  NEG_CINE_N_MODES,
} NegCineMode;

typedef enum {
  NEG_CINE_SOURCE_DEFAULT,
  NEG_CINE_SOURCE_RATE,
  NEG_CINE_SOURCE_FRAME_TIMES, /* every frame its own */
  NEG_CINE_SOURCE_FRAME_TIME,
} NegCineSource;

/* Where it is in its sequence, so that a step can be taken back. */
typedef struct {
  guint index;
  int direction;
  guint64 n_skipped;
} NegCinePlace;

typedef struct {
  guint n;
  NegCineSource source;
  double *durations_ms; /* n of them as the file says; NULL: all frames the same */
  double file_rate_hz;  /* of the file or the default: the mean rate of the frame times */
  double rate_hz;       /* the hand's; frame times keep their proportions */
  NegCineMode mode;
  guint first, last; /* the range, both included */

  gboolean playing;
  NegCinePlace place, before;
  gint64 due_us;    /* when the next image is due */
  gboolean is_held; /* an image was due and not there */
  gint64 times_us[NEG_CINE_TIMES]; /* when the last images were due to be shown, a ring */
  guint n_times;                   /* ever */
} NegCine;

/* @series (nullable) as its file says. */
void neg_cine_init (NegCine *cine, NegSeries *series, double default_hz);
void neg_cine_clear (NegCine *cine);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegCine, neg_cine_clear)

/* Clamped to the limits above. */
void neg_cine_set_rate_hz (NegCine *cine, double rate_hz);
void neg_cine_set_mode (NegCine *cine, NegCineMode mode);
/* In any order, clamped to the series. */
void neg_cine_set_range (NegCine *cine, guint first, guint last);

/* How long image @index stays, at the rate that is set. */
gint64 neg_cine_get_duration_us (const NegCine *cine, guint index);

/* Plays from @index, or from the beginning of the range where that is outside it, or at its end in mode once: the
 * image to show at once is place.index. */
void neg_cine_start (NegCine *cine, guint index, gint64 now_us);
void neg_cine_stop (NegCine *cine);

/* TRUE when an image other than the one before is due now: *index. Those whose time has passed meanwhile are skipped
 * and counted; after a gap of more than a second it goes on from where it was instead. In mode once, playing is FALSE
 * after the last image had its time. */
gboolean neg_cine_advance (NegCine *cine, gint64 now_us, guint *index);

/* The image that advance just gave is not there yet: it has not been shown, time stands still, the next one that
 * advance gives is the one after the last that was shown, and none is skipped. */
void neg_cine_hold (NegCine *cine, gint64 now_us);

/* Images that were shown per second, over the last of them; 0 before there are two. */
double neg_cine_get_shown_hz (const NegCine *cine, gint64 now_us);
guint64 neg_cine_get_n_skipped (const NegCine *cine); /* since start */

G_END_DECLS
