/* Playing a video (WebM: VP8 or VP9, Vorbis or Opus; nothing else, whatever GStreamer has installed) from a descriptor.
 *
 * GStreamer is in a module of its own that the first video loads, in a thread that the video has to itself: no call waits,
 * and nothing that a driver, a file or a sound server does holds up the main loop. Without a sound card a video is played
 * silently. Pictures come as memory, the latest only.
 * Thread: the one that made it, whose main context signals come in. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NEG_PLAY_RATE_MIN 0.5
#define NEG_PLAY_RATE_MAX 2.0

/* Larger ones are refused. */
#define NEG_PLAY_WIDTH_MAX 4096
#define NEG_PLAY_HEIGHT_MAX 2304

typedef enum {
  NEG_PLAY_OPENING,
  NEG_PLAY_PAUSED,
  NEG_PLAY_PLAYING,
  NEG_PLAY_ENDED,  /* plays again from the beginning */
  NEG_PLAY_FAILED, /* for good: neg_play_get_error() */
} NegPlayState;

typedef struct {
  GBytes *pixels; /* B, G, R, 255: CAIRO_FORMAT_ARGB32 on a little-endian machine */
  guint width, height;
  gsize stride;
  gint64 time_us; /* in the video */
} NegPlayFrame;

#define NEG_TYPE_PLAY (neg_play_get_type ())
G_DECLARE_FINAL_TYPE (NegPlay, neg_play, NEG, PLAY, GObject)

/* @fd can be sought in and is duplicated. Paused, at the beginning; the first picture comes by itself.
 * Signals: "frame" (): neg_play_get_frame() is another one;
 *          "changed" (): state, duration, position or sound;
 *          "played" (gint64 from_us, gint64 to_us): this stretch of the video was played, at whatever rate; what is skipped is not. */
NegPlay *neg_play_new (int fd);

/* Ends it now; what is left of its thread goes by itself. Done by the last unref, too. */
void neg_play_close (NegPlay *play);

void neg_play_set_playing (NegPlay *play, gboolean playing);
gboolean neg_play_is_wanted (NegPlay *play); /* it plays, or will as soon as it can */

/* To the picture that is shown at @time_us; of several wishes the last one counts. */
void neg_play_seek (NegPlay *play, gint64 time_us);
void neg_play_set_rate (NegPlay *play, double rate); /* clamped */
double neg_play_get_rate (NegPlay *play);
void neg_play_set_muted (NegPlay *play, gboolean muted);
gboolean neg_play_get_muted (NegPlay *play);

NegPlayState neg_play_get_state (NegPlay *play);
gint64 neg_play_get_position_us (NegPlay *play); /* while it seeks: where to */
gboolean neg_play_is_seeking (NegPlay *play);
gint64 neg_play_get_duration_us (NegPlay *play);     /* 0: not known yet */
gboolean neg_play_has_sound (NegPlay *play);         /* the video has; whether it can be heard is another matter */
const GError *neg_play_get_error (NegPlay *play);    /* borrowed, nullable; the message is for people */
const NegPlayFrame *neg_play_get_frame (NegPlay *play); /* borrowed until the next signal; nullable */

G_END_DECLS
