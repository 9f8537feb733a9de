/* Small videos for tests: every picture says in blocks of black and white which one it is. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FILM_RATE 25
#define FILM_FRAME_US (1000000 / FILM_RATE)
#define FILM_BITS 10

typedef struct {
  const char *encoder; /* "vp8enc", "vp9enc"; NULL: no picture */
  const char *sound;   /* "vorbisenc", "opusenc"; NULL: none */
  const char *muxer;   /* NULL: "webmmux" */
  guint n_frames;
  guint width, height; /* 0: 160 x 96 */
} FilmOptions;

/* FALSE: a part of GStreamer is missing. */
gboolean film_make (const char *path, const FilmOptions *options);

/* The number of the picture in @pixels (4 bytes each), or -1. */
int film_read_number (const guint8 *pixels, gsize stride, guint width, guint height);

G_END_DECLS
