/* The module that plays: with neg-take's and neg-vet's the only code of this folder that knows GStreamer. All sides are of one
 * build. */
#pragma once

#include "media/neg-play.h"

G_BEGIN_DECLS

#define NEG_PLAY_MODULE_FILE "neg-play.so"
#define NEG_PLAY_MODULE_SYMBOL "neg_play_module"

/* What the main thread wishes, and what the video's thread knows. Everything under the lock. */
typedef struct {
  gatomicrefcount references;
  GMutex lock;
  int fd;

  /* Wishes */
  gboolean is_closed, is_playing, is_muted;
  double rate;
  gint64 seek_us; /* -1: none */
  guint serial;   /* of the last seek */

  /* For the thread to be woken; both NULL while there is nothing to wake. */
  void (*wake) (gpointer data);
  gpointer wake_data;

  /* Knowledge */
  NegPlayState state;
  gint64 duration_us, position_us;
  guint done_serial; /* the seek that position and picture are of */
  gboolean has_sound;
  GError *error;
  NegPlayFrame frame; /* pixels NULL: none yet, or taken */

  /* To the main thread */
  GMainContext *context;
  gboolean is_notifying;
  NegPlay *owner; /* the main thread's alone; NULL when it has gone */
} NegPlayLink;

typedef struct {
  /* The whole life of a video, in the calling thread; notify() after each change of what is known, without the lock. */
  void (*run) (NegPlayLink *link, void (*notify) (NegPlayLink *link));
} NegPlayModule;

G_END_DECLS
