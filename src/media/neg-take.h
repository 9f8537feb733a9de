/* Recording pictures and sound as WebM (VP8, Opus), and cutting what was recorded. GStreamer is in a module of its own
 * that the first call loads. Errors: NEG_ERROR_UNSUPPORTED says which part of GStreamer is missing; DISK_FULL, CANCELLED,
 * UNREADABLE. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is longer is not cut. */
#define NEG_TAKE_DURATION_MAX_US (30 * 60 * G_USEC_PER_SEC)

typedef enum {
  NEG_TAKE_SILENT,
  NEG_TAKE_MICROPHONE,
  NEG_TAKE_TEST_SOUND, /* a tick each second, for tests */
} NegTakeSound;

typedef struct {
  guint width, height; /* both even */
  NegTakeSound sound;
  gsize queue_bytes_max; /* pictures that wait for the encoder; 0: four of them */
} NegTakeOptions;

typedef struct {
  guint64 n_pictures, n_dropped; /* dropped: the encoder was behind */
  gint64 duration_us;            /* pauses left out */
  guint64 bytes;                 /* in the file now */
  gboolean has_sound;
  double loudness; /* 0 to 1, of the last tenth of a second */
} NegTakeState;

/* Recording. The file is a film at every moment: what is in it when the program dies can be played and mended.
 * Thread: any, one at a time; only neg_take_finish() waits. Times are those of g_get_monotonic_time(). */
typedef struct _NegTake NegTake;

/* Into @fd, which stays the caller's, is at its beginning and can be written anywhere. Where there is no microphone the
 * take is silent, and its state says so. */
NegTake *neg_take_new (int fd, const NegTakeOptions *options, GError **error);

/* A picture as cairo has it (CAIRO_FORMAT_RGB24 or opaque ARGB32), of the size of the options; @pixels NULL: the last one
 * once more. The first one's time is the film's beginning. *@kept (nullable) is FALSE for what was dropped. FALSE: the
 * recording has failed. */
gboolean neg_take_push (NegTake *take, GBytes *pixels, gsize stride, gint64 time_us, gboolean *kept, GError **error);

/* What comes in between is left out, sound too. */
void neg_take_pause (NegTake *take, gint64 time_us);
void neg_take_resume (NegTake *take, gint64 time_us);
void neg_take_get_state (NegTake *take, NegTakeState *state);

/* The last picture stays until @time_us; the index is written. */
gboolean neg_take_finish (NegTake *take, gint64 time_us, GCancellable *cancellable, GError **error);
void neg_take_free (NegTake *take);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegTake, neg_take_free)

/* Cutting. Blocks: not for the main thread. */
typedef struct {
  gint64 start_us, end_us; /* end: 0 or later than the end is the end */
  guint width, height;     /* both even; 0: as it is */
  guint64 bytes_max;       /* 0: as good as it is; otherwise as good as fits, by two passes */
} NegTakeCut;

typedef struct {
  gint64 duration_us;
  guint width, height;
  guint64 n_pictures;
  gboolean has_sound;
} NegTakeFacts;

typedef void (*NegTakeProgress) (double fraction, gpointer data); /* in the thread of the call */

/* Pictures and sound from start to end, both of them to the sample. @from_fd and @to_fd can be sought in. */
gboolean neg_take_trim (int from_fd, int to_fd, const NegTakeCut *cut, NegTakeProgress progress, gpointer data,
                        GCancellable *cancellable, GError **error);

/* What a program that died has left, with its index, nothing encoded anew. */
gboolean neg_take_mend (int from_fd, int to_fd, GCancellable *cancellable, GError **error);

/* By decoding all of it. */
gboolean neg_take_measure (int fd, NegTakeFacts *facts, GCancellable *cancellable, GError **error);

G_END_DECLS
