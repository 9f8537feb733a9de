/* Whether a video may be shown: an engine of its own plays it through to nowhere, in its cage, with the decoders that will show it.
 * Thread: any; blocks, for as long as decoding takes. */
#pragma once

#include <gio/gio.h>

#include "base/neg-bytes.h"

G_BEGIN_DECLS

#define NEG_VIDEO_BYTES_MAX ((guint64) 256 << 20)
#define NEG_VIDEO_WIDTH_MAX 4096
#define NEG_VIDEO_HEIGHT_MAX 2304
#define NEG_VIDEO_DURATION_MAX_MS (20 * 60 * 1000)

typedef enum {
  NEG_VIDEO_GOOD,
  NEG_VIDEO_NO_WEBM,
  NEG_VIDEO_DAMAGED,
  NEG_VIDEO_CUT,          /* it ends before its end */
  NEG_VIDEO_TOO_LARGE,    /* pictures */
  NEG_VIDEO_TOO_LONG,
  NEG_VIDEO_OTHER_CODEC,
  NEG_VIDEO_OTHER_TRACKS, /* more than one picture and one sound */
  NEG_VIDEO_NO_PICTURE,
  NEG_VIDEO_NO_DECODER,   /* not the video's fault: a part of GStreamer is missing here */
  NEG_VIDEO_N_VERDICTS,
} NegVideoVerdict;

typedef struct {
  guint32 verdict; /* NegVideoVerdict */
  guint32 duration_ms, width, height, n_frames;
  gboolean has_sound;
} NegVideoInfo;

/* TRUE: it was played to its end, and *info says what it is. Otherwise the error says in words for people why it is not shown:
 * REFUSED for what it is, UNSUPPORTED where a part of GStreamer is missing here, ENGINE_DIED and TIMEOUT where it brought the engine
 * down, CANCELLED. @fd is any regular file and is neither moved nor written. */
gboolean neg_vet_video (int fd, GCancellable *cancellable, NegVideoInfo *info, GError **error);

/* The message's body behind an item's head: u32 verdict, duration, width, height, frames, u8 sound. */
void neg_video_info_write (const NegVideoInfo *info, GByteArray *array);
gboolean neg_video_info_read (NegVideoInfo *info, NegReader *reader, GError **error);

G_END_DECLS
