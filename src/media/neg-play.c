#include "config.h"

#include "media/neg-play.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <gmodule.h>
#include <math.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "media/neg-play-module.h"

/* A stretch is told at least so often, so that little is lost with the program. */
#define TOLD_US (5 * G_USEC_PER_SEC)

struct _NegPlay {
  GObject parent_instance;

  NegPlayLink *link;
  NegPlayFrame frame;
  NegPlayState state;
  gint64 duration_us, position_us;
  guint done_serial;
  gboolean has_sound;
  GError *error;
  gint64 stretch_us, last_us; /* what is being played: from, and as far as is known; -1: nothing is */
};

G_DEFINE_FINAL_TYPE (NegPlay, neg_play, G_TYPE_OBJECT)

enum { FRAME, CHANGED, PLAYED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- what both threads hold --- */

static void
clear_frame (NegPlayFrame *frame)
{
  g_clear_pointer (&frame->pixels, g_bytes_unref);
}

static void
link_unref (gpointer data)
{
  NegPlayLink *link = data;

  if (!g_atomic_ref_count_dec (&link->references))
    return;
  if (link->fd >= 0)
    close (link->fd);
  clear_frame (&link->frame);
  g_clear_error (&link->error);
  g_main_context_unref (link->context);
  g_mutex_clear (&link->lock);
  g_free (link);
}

static NegPlayLink *
link_ref (NegPlayLink *link)
{
  g_atomic_ref_count_inc (&link->references);
  return link;
}

static NegPlayLink *
link_new (NegPlay *owner, int fd)
{
  NegPlayLink *link = g_new0 (NegPlayLink, 1);

  g_atomic_ref_count_init (&link->references);
  g_mutex_init (&link->lock);
  link->fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  link->rate = 1;
  link->seek_us = -1;
  link->context = g_main_context_ref_thread_default ();
  link->owner = owner;
  return link;
}

/* --- the video's thread --- */

static gboolean take_news (gpointer data);

static void
notify (NegPlayLink *link)
{
  gboolean first;

  g_mutex_lock (&link->lock);
  first = !link->is_notifying;
  link->is_notifying = TRUE;
  g_mutex_unlock (&link->lock);
  if (first) {
    GSource *source = g_idle_source_new ();

    g_source_set_priority (source, G_PRIORITY_DEFAULT);
    g_source_set_callback (source, take_news, link_ref (link), link_unref);
    g_source_attach (source, link->context);
    g_source_unref (source);
  }
}

static void
fail (NegPlayLink *link, const char *words)
{
  g_mutex_lock (&link->lock);
  if (link->error == NULL)
    neg_fail (&link->error, NEG_ERROR_UNSUPPORTED, NULL, "%s", words);
  link->state = NEG_PLAY_FAILED;
  g_mutex_unlock (&link->lock);
  notify (link);
}

/* Never unloaded: GStreamer's types cannot be taken back. */
static const NegPlayModule *
load_module (void)
{
  static GMutex lock;
  static const NegPlayModule *loaded;
  g_autofree char *path = neg_paths_find_module (NEG_PLAY_MODULE_FILE, "NEGATOSCOPE_PLAY", NULL);
  GModule *module;
  gpointer symbol;

  g_mutex_lock (&lock);
  module = loaded == NULL && path != NULL ? g_module_open (path, G_MODULE_BIND_LOCAL) : NULL;
  if (module != NULL && g_module_symbol (module, NEG_PLAY_MODULE_SYMBOL, &symbol)) {
    g_module_make_resident (module);
    loaded = symbol;
  }
  g_mutex_unlock (&lock);
  return loaded;
}

static gpointer
run (gpointer data)
{
  NegPlayLink *link = data;
  const NegPlayModule *module = load_module ();

  if (link->fd < 0)
    fail (link, _ ("The video cannot be opened."));
  else if (module == NULL)
    fail (link, _ ("Videos cannot be played: GStreamer is not installed."));
  else
    module->run (link, notify);
  link_unref (link);
  return NULL;
}

/* --- the main thread --- */

/* At @end_us something ends that was played: a pause, a seek, the end. */
static void
end_stretch (NegPlay *self, gboolean goes_on)
{
  gint64 from_us = self->stretch_us, to_us = self->last_us;

  self->stretch_us = goes_on ? to_us : -1;
  if (from_us >= 0 && to_us > from_us)
    g_signal_emit (self, signals[PLAYED], 0, from_us, to_us);
}

/* Knowledge of before the last seek is of no use. */
static void
follow_stretch (NegPlay *self, gboolean is_current)
{
  if (!is_current)
    return;
  if (self->stretch_us >= 0 && self->position_us >= self->last_us)
    self->last_us = self->position_us;
  else if (self->stretch_us < 0 && self->state == NEG_PLAY_PLAYING)
    self->stretch_us = self->last_us = self->position_us;
  if (self->stretch_us >= 0 && self->state != NEG_PLAY_PLAYING)
    end_stretch (self, FALSE);
  else if (self->stretch_us >= 0 && self->last_us - self->stretch_us >= TOLD_US)
    end_stretch (self, TRUE);
}

/* Everything that is new, at once. */
static gboolean
copy_news (NegPlay *self, gboolean *is_current)
{
  NegPlayLink *link = self->link;
  gboolean has_frame;

  g_mutex_lock (&link->lock);
  link->is_notifying = FALSE;
  has_frame = link->frame.pixels != NULL;
  if (has_frame) {
    clear_frame (&self->frame);
    self->frame = link->frame;
    link->frame.pixels = NULL;
  }
  *is_current = link->done_serial == link->serial;
  self->state = link->state;
  self->duration_us = link->duration_us;
  self->has_sound = link->has_sound;
  self->done_serial = link->done_serial;
  if (*is_current)
    self->position_us = link->position_us;
  if (self->error == NULL && link->error != NULL)
    self->error = g_error_copy (link->error);
  g_mutex_unlock (&link->lock);
  return has_frame;
}

static gboolean
take_news (gpointer data)
{
  NegPlayLink *link = data;
  g_autoptr (NegPlay) self = link->owner != NULL ? g_object_ref (link->owner) : NULL;
  gboolean is_current;

  if (self == NULL)
    return G_SOURCE_REMOVE;
  if (copy_news (self, &is_current))
    g_signal_emit (self, signals[FRAME], 0);
  follow_stretch (self, is_current);
  g_signal_emit (self, signals[CHANGED], 0);
  return G_SOURCE_REMOVE;
}

/* After a wish, which was made under the lock. */
static void
unlock_and_wake (NegPlayLink *link)
{
  if (link->wake != NULL)
    link->wake (link->wake_data);
  g_mutex_unlock (&link->lock);
}

void
neg_play_set_playing (NegPlay *self, gboolean playing)
{
  g_return_if_fail (NEG_IS_PLAY (self));

  if (playing && self->state == NEG_PLAY_ENDED && !neg_play_is_seeking (self))
    neg_play_seek (self, 0);
  g_mutex_lock (&self->link->lock);
  self->link->is_playing = playing;
  unlock_and_wake (self->link);
}

gboolean
neg_play_is_wanted (NegPlay *self)
{
  gboolean wanted;

  g_return_val_if_fail (NEG_IS_PLAY (self), FALSE);

  g_mutex_lock (&self->link->lock);
  wanted = self->link->is_playing && self->link->state != NEG_PLAY_FAILED;
  g_mutex_unlock (&self->link->lock);
  return wanted;
}

void
neg_play_seek (NegPlay *self, gint64 time_us)
{
  g_return_if_fail (NEG_IS_PLAY (self));

  end_stretch (self, FALSE);
  time_us = MAX (time_us, 0);
  if (self->duration_us > 0)
    time_us = MIN (time_us, self->duration_us);
  self->position_us = time_us;
  g_mutex_lock (&self->link->lock);
  self->link->seek_us = time_us;
  self->link->serial++;
  unlock_and_wake (self->link);
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
neg_play_is_seeking (NegPlay *self)
{
  g_return_val_if_fail (NEG_IS_PLAY (self), FALSE);

  return self->done_serial != self->link->serial;
}

void
neg_play_set_rate (NegPlay *self, double rate)
{
  g_return_if_fail (NEG_IS_PLAY (self));

  g_mutex_lock (&self->link->lock);
  self->link->rate = isnan (rate) ? 1 : CLAMP (rate, NEG_PLAY_RATE_MIN, NEG_PLAY_RATE_MAX);
  unlock_and_wake (self->link);
}

double
neg_play_get_rate (NegPlay *self)
{
  g_return_val_if_fail (NEG_IS_PLAY (self), 1);

  return self->link->rate;
}

void
neg_play_set_muted (NegPlay *self, gboolean muted)
{
  g_return_if_fail (NEG_IS_PLAY (self));

  g_mutex_lock (&self->link->lock);
  self->link->is_muted = muted;
  unlock_and_wake (self->link);
}

gboolean
neg_play_get_muted (NegPlay *self)
{
  g_return_val_if_fail (NEG_IS_PLAY (self), FALSE);

  return self->link->is_muted;
}

NegPlayState
neg_play_get_state (NegPlay *self)
{
  g_return_val_if_fail (NEG_IS_PLAY (self), NEG_PLAY_FAILED);

  return self->state;
}

gint64
neg_play_get_position_us (NegPlay *self)
{
  g_return_val_if_fail (NEG_IS_PLAY (self), 0);

  return self->position_us;
}

gint64
neg_play_get_duration_us (NegPlay *self)
{
  g_return_val_if_fail (NEG_IS_PLAY (self), 0);

  return self->duration_us;
}

gboolean
neg_play_has_sound (NegPlay *self)
{
  g_return_val_if_fail (NEG_IS_PLAY (self), FALSE);

  return self->has_sound;
}

const GError *
neg_play_get_error (NegPlay *self)
{
  g_return_val_if_fail (NEG_IS_PLAY (self), NULL);

  return self->error;
}

const NegPlayFrame *
neg_play_get_frame (NegPlay *self)
{
  g_return_val_if_fail (NEG_IS_PLAY (self), NULL);

  return self->frame.pixels != NULL ? &self->frame : NULL;
}

void
neg_play_close (NegPlay *self)
{
  g_return_if_fail (NEG_IS_PLAY (self));

  if (self->link->owner == NULL)
    return;
  end_stretch (self, FALSE);
  self->link->owner = NULL;
  g_mutex_lock (&self->link->lock);
  self->link->is_closed = TRUE;
  unlock_and_wake (self->link);
}

static void
neg_play_dispose (GObject *object)
{
  neg_play_close (NEG_PLAY (object));
  G_OBJECT_CLASS (neg_play_parent_class)->dispose (object);
}

static void
neg_play_finalize (GObject *object)
{
  NegPlay *self = NEG_PLAY (object);

  clear_frame (&self->frame);
  g_clear_error (&self->error);
  link_unref (self->link);
  G_OBJECT_CLASS (neg_play_parent_class)->finalize (object);
}

static void
neg_play_class_init (NegPlayClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_play_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_play_finalize;
  signals[FRAME] = g_signal_new ("frame", NEG_TYPE_PLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHANGED] = g_signal_new ("changed", NEG_TYPE_PLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PLAYED] = g_signal_new ("played", NEG_TYPE_PLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                  G_TYPE_INT64, G_TYPE_INT64);
}

static void
neg_play_init (NegPlay *self)
{
  self->stretch_us = -1;
}

NegPlay *
neg_play_new (int fd)
{
  NegPlay *self = g_object_new (NEG_TYPE_PLAY, NULL);
  GThread *thread;

  self->link = link_new (self, fd);
  thread = g_thread_try_new ("play", run, link_ref (self->link), NULL);
  if (thread == NULL) {
    fail (self->link, _ ("The video cannot be played: no thread is left."));
    link_unref (self->link);
  } else {
    g_thread_unref (thread);
  }
  return self;
}
