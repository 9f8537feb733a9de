/* One video, in one thread: this file is what it does, neg-play-pipeline.c what it is made of. */
#include "config.h"

#include "media/neg-play-module.h"

#include <glib/gi18n-lib.h>
#include <gmodule.h>
#include <gst/gst.h>

#include "media/neg-film-parts.h"
#include "media/neg-play-pipeline.h"

/* How often the position is told. */
#define TICK (40 * GST_MSECOND)

/* What has not begun to play after this long is not going to: tracks so far apart that no queue holds what lies between. */
#define STALLED_US (30 * G_USEC_PER_SEC)

/* A video that ends so much before its announced end was cut off. */
#define CUT_NS (2 * GST_SECOND)

typedef struct {
  NegPlayLink *link;
  void (*notify) (NegPlayLink *link);
  NegPlayPipeline *pipeline;
  gboolean is_silent;      /* there is no sound card, or it has gone */
  gboolean is_busy;        /* GStreamer is on its way to somewhere */
  gint64 busy_us;          /* since */
  gboolean is_playing;     /* what the pipeline was told */
  gboolean is_ended;
  double rate;             /* likewise */
  guint serial;            /* the seek that it was told */
  gint64 aim_ns;           /* where it was sent */
  gint64 position_ns, duration_ns;
} Player;

G_MODULE_EXPORT extern const NegPlayModule neg_play_module;

/* --- what is known goes to the other side --- */

static void
publish (Player *player)
{
  NegPlayLink *link = player->link;

  g_mutex_lock (&link->lock);
  link->position_us = player->position_ns / 1000;
  link->duration_us = player->duration_ns / 1000;
  link->has_sound = neg_play_pipeline_has_sound (player->pipeline);
  if (!player->is_busy) {
    link->done_serial = player->serial;
    link->state = player->is_ended     ? NEG_PLAY_ENDED
                  : player->is_playing ? NEG_PLAY_PLAYING
                                       : NEG_PLAY_PAUSED;
  }
  g_mutex_unlock (&link->lock);
  player->notify (link);
}

/* Takes @words. */
static void
fail (Player *player, char *words)
{
  NegPlayLink *link = player->link;

  g_mutex_lock (&link->lock);
  if (link->error == NULL)
    link->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, words);
  link->state = NEG_PLAY_FAILED;
  link->done_serial = link->serial;
  link->is_playing = FALSE;
  g_mutex_unlock (&link->lock);
  g_free (words);
  player->notify (link);
}

static void
frame_cb (gpointer data, NegPlayFrame *frame)
{
  Player *player = data;
  GBytes *before;

  g_mutex_lock (&player->link->lock);
  before = player->link->frame.pixels;
  player->link->frame = *frame;
  g_mutex_unlock (&player->link->lock);
  if (before != NULL)
    g_bytes_unref (before);
  player->notify (player->link);
}

/* --- wishes --- */

static void
set_busy (Player *player)
{
  player->is_busy = TRUE;
  player->busy_us = g_get_monotonic_time ();
}

static gboolean
send_seek (Player *player, gint64 time_ns)
{
  /* Behind the last picture there is nothing to show. */
  if (player->duration_ns > 0)
    time_ns = CLAMP (time_ns, 0, player->duration_ns - 1);
  player->aim_ns = player->position_ns = time_ns;
  player->is_ended = FALSE;
  set_busy (player);
  return neg_play_pipeline_seek (player->pipeline, time_ns, player->rate);
}

static void
set_playing (Player *player, gboolean playing)
{
  player->is_playing = playing;
  if (neg_play_pipeline_set_state (player->pipeline, playing ? GST_STATE_PLAYING : GST_STATE_PAUSED) == GST_STATE_CHANGE_ASYNC)
    set_busy (player);
  publish (player);
}

/* One step towards what is wished; the next one when it is done. */
static gboolean
follow_wishes (Player *player)
{
  NegPlayLink *link = player->link;
  gint64 seek_us;
  gboolean playing, sought;
  double rate;

  g_mutex_lock (&link->lock);
  playing = link->is_playing;
  sought = link->seek_us >= 0 && (playing || !player->is_playing); /* a pause comes first: nothing moves behind a seek */
  seek_us = link->seek_us;
  if (sought) {
    player->serial = link->serial;
    link->seek_us = -1;
  }
  rate = link->rate;
  neg_play_pipeline_set_muted (player->pipeline, link->is_muted);
  g_mutex_unlock (&link->lock);
  if (sought || rate != player->rate) {
    player->rate = rate;
    return send_seek (player, sought ? seek_us * 1000 : player->position_ns);
  }
  if (playing != player->is_playing && !(playing && player->is_ended))
    set_playing (player, playing);
  return TRUE;
}

/* --- what GStreamer says --- */

static gboolean
build (Player *player)
{
  char *words = NULL;

  player->pipeline = neg_play_pipeline_new (player->link->fd, player->is_silent, frame_cb, player, &words);
  if (player->pipeline == NULL) {
    fail (player, words);
    return FALSE;
  }
  set_busy (player);
  neg_play_pipeline_set_state (player->pipeline, GST_STATE_PAUSED);
  return TRUE;
}

/* The sound has gone: on without it, from where it was. */
static gboolean
go_on_silently (Player *player)
{
  NegPlayLink *link = player->link;

  player->is_silent = TRUE;
  player->is_playing = FALSE;
  player->rate = 1;
  g_mutex_lock (&link->lock);
  link->wake = NULL;
  if (link->seek_us < 0)
    link->seek_us = player->position_ns / 1000;
  g_mutex_unlock (&link->lock);
  neg_play_pipeline_free (player->pipeline);
  return build (player);
}

static void
ended (Player *player)
{
  NegPlayLink *link = player->link;

  if (player->duration_ns - MAX (player->position_ns, player->aim_ns) > (gint64) CUT_NS) {
    fail (player, g_strdup (_ ("The video is damaged: it ends before its end.")));
    return;
  }
  player->is_ended = TRUE;
  player->is_playing = FALSE;
  if (player->duration_ns > 0)
    player->position_ns = player->duration_ns;
  g_mutex_lock (&link->lock);
  if (link->seek_us < 0)
    link->is_playing = FALSE;
  g_mutex_unlock (&link->lock);
  neg_play_pipeline_set_state (player->pipeline, GST_STATE_PAUSED);
  publish (player);
}

static void
settled (Player *player)
{
  player->is_busy = FALSE;
  player->duration_ns = neg_play_pipeline_get_duration (player->pipeline);
  neg_play_pipeline_get_position (player->pipeline, &player->position_ns);
  publish (player);
}

/* FALSE: it has failed. */
static gboolean
handle (Player *player, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  char *words;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ASYNC_DONE:
    settled (player);
    return TRUE;
  case GST_MESSAGE_EOS:
    ended (player);
    return player->is_ended;
  case GST_MESSAGE_ERROR:
    if (!player->is_silent && neg_play_pipeline_is_of_sound (player->pipeline, GST_MESSAGE_SRC (message)))
      return go_on_silently (player);
    gst_message_parse_error (message, &error, NULL);
    words = neg_play_pipeline_steal_words (player->pipeline);
    fail (player, words != NULL ? words : neg_film_dup_words (error));
    return FALSE;
  default:
    return TRUE;
  }
}

static void
tick (Player *player)
{
  gint64 position_ns;

  if (player->is_playing && !player->is_busy && !player->is_ended
      && neg_play_pipeline_get_position (player->pipeline, &position_ns) && position_ns != player->position_ns) {
    player->position_ns = position_ns;
    publish (player);
  }
}

/* --- its life --- */

static gboolean
is_closed (Player *player)
{
  gboolean closed;

  g_mutex_lock (&player->link->lock);
  closed = player->link->is_closed;
  if (!closed) {
    player->link->wake_data = player->pipeline;
    player->link->wake = neg_play_pipeline_wake;
  }
  g_mutex_unlock (&player->link->lock);
  return closed;
}

/* Until it has failed or nobody wants it any more. */
static void
play (Player *player)
{
  while (!is_closed (player)) {
    gboolean waits = !player->is_playing && !player->is_busy;
    GstMessage *message;
    gboolean goes_on;

    if (!player->is_busy && !follow_wishes (player)) {
      fail (player, g_strdup (_ ("The video cannot be sought in.")));
      return;
    }
    waits = waits && !player->is_playing && !player->is_busy;
    message = neg_play_pipeline_wait (player->pipeline, waits ? GST_CLOCK_TIME_NONE : TICK);
    goes_on = message == NULL || handle (player, message);
    g_clear_pointer (&message, gst_message_unref);
    if (!goes_on)
      return;
    if (player->is_busy && g_get_monotonic_time () - player->busy_us > STALLED_US) {
      fail (player, g_strdup (_ ("The video is damaged: it does not begin to play.")));
      return;
    }
    tick (player);
  }
}

static void
run (NegPlayLink *link, void (*notify) (NegPlayLink *link))
{
  Player player = { .link = link, .notify = notify, .rate = 1 };
  char *missing;

  if (!gst_init_check (NULL, NULL, NULL)) {
    fail (&player, g_strdup (_ ("Videos cannot be played: GStreamer cannot be started.")));
    return;
  }
  missing = neg_film_dup_missing ();
  if (missing != NULL) {
    fail (&player, missing);
    return;
  }
  if (build (&player))
    play (&player);
  g_mutex_lock (&link->lock);
  link->wake = NULL;
  g_mutex_unlock (&link->lock);
  g_clear_pointer (&player.pipeline, neg_play_pipeline_free);
}

const NegPlayModule neg_play_module = { run };
