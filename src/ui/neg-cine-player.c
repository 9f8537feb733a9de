#include "config.h"

#include "ui/neg-cine-player.h"

/* How often what was measured is told: numbers that change faster cannot be read. */
#define TELL_US (G_USEC_PER_SEC / 3)

struct _NegCinePlayer {
  GObject parent_instance;

  NegReading *reading;
  guint cell;
  NegFrameStore *store;
  GtkWidget *widget; /* weak */
  double default_hz;

  NegSeries *series; /* what cine is about; nullable */
  NegCine cine;
  guint tick_id;
  gboolean moving;  /* it is us who moves the image */
  gboolean playing; /* as it was told */
  gint64 now_us, told_us;
};

G_DEFINE_FINAL_TYPE (NegCinePlayer, neg_cine_player, G_TYPE_OBJECT)

enum { PROP_0, PROP_PLAYING, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
tell (NegCinePlayer *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
stop_ticking (NegCinePlayer *self)
{
  if (self->tick_id != 0 && self->widget != NULL)
    gtk_widget_remove_tick_callback (self->widget, self->tick_id);
  self->tick_id = 0;
}

static void
update_playing (NegCinePlayer *self)
{
  if (!self->cine.playing)
    stop_ticking (self);
  if (self->playing == self->cine.playing)
    return;
  self->playing = self->cine.playing;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYING]);
  tell (self);
}

static void
move_to (NegCinePlayer *self, guint index)
{
  self->moving = TRUE;
  neg_reading_set_index (self->reading, self->cell, index);
  self->moving = FALSE;
}

/* What failed for good is shown as what it is; everything else is waited for. */
static gboolean
is_there (NegCinePlayer *self, guint index)
{
  g_autoptr (NegPixels) pixels = NULL;

  if (neg_frame_store_is_ready (self->store, self->series, index)
      || neg_frame_store_has_failed (self->store, self->series, index))
    return TRUE;
  pixels = neg_frame_store_get (self->store, self->series, index, NEG_PRIORITY_NEIGHBOUR, NULL);
  return pixels != NULL;
}

/* TRUE: *index is due and there. Where the due one is not, the one after the image on screen may be: it is what is
 * waited for, so it is asked for too. */
static gboolean
find_next (NegCinePlayer *self, guint *index)
{
  for (guint i = 0; i < 2; i++) {
    if (!neg_cine_advance (&self->cine, self->now_us, index))
      return FALSE;
    if (is_there (self, *index))
      return TRUE;
    neg_cine_hold (&self->cine, self->now_us);
  }
  return FALSE;
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  g_autoptr (NegCinePlayer) self = g_object_ref (data);
  guint index;

  self->now_us = gdk_frame_clock_get_frame_time (clock);
  if (find_next (self, &index))
    move_to (self, index);
  if (self->now_us - self->told_us >= TELL_US) {
    self->told_us = self->now_us;
    tell (self);
  }
  update_playing (self);
  return G_SOURCE_CONTINUE;
}

/* A series that has grown while loading is another object of the same images: what the hand has set stays. */
static gboolean
is_same (NegSeries *a, NegSeries *b)
{
  return a != NULL && b != NULL
         && g_strcmp0 (neg_series_get_frame (a, 0)->instance->series_uid,
                       neg_series_get_frame (b, 0)->instance->series_uid) == 0
         && neg_series_get_n_frames (a) <= neg_series_get_n_frames (b);
}

static void
read_series (NegCinePlayer *self, NegSeries *series)
{
  gboolean same = is_same (self->series, series);
  NegCine old = self->cine;

  neg_cine_init (&self->cine, series, self->default_hz);
  if (same) {
    gboolean was_whole = old.first == 0 && old.last + 1 == old.n;

    if (old.rate_hz != old.file_rate_hz)
      neg_cine_set_rate_hz (&self->cine, old.rate_hz);
    neg_cine_set_mode (&self->cine, old.mode);
    if (!was_whole)
      neg_cine_set_range (&self->cine, old.first, old.last);
    if (old.playing)
      neg_cine_start (&self->cine, neg_reading_get_state (self->reading, self->cell)->index, self->now_us);
  }
  neg_cine_clear (&old);
  g_set_object (&self->series, series);
  update_playing (self);
  tell (self);
}

static void
cell_changed_cb (NegReading *reading, guint cell, guint changes, NegCinePlayer *self)
{
  const NegViewState *state = neg_reading_get_state (reading, self->cell);

  if (cell != self->cell || !(changes & NEG_CHANGED_IMAGE))
    return;
  if (state->series != self->series)
    read_series (self, state->series);
  else if (!self->moving && self->cine.playing && state->index != self->cine.place.index)
    neg_cine_player_pause (self);
}

static void
unmap_cb (NegCinePlayer *self)
{
  neg_cine_player_pause (self);
}

void
neg_cine_player_play (NegCinePlayer *self)
{
  g_return_if_fail (NEG_IS_CINE_PLAYER (self));

  if (self->cine.playing || !neg_cine_player_can_play (self) || self->widget == NULL
      || !gtk_widget_get_mapped (self->widget))
    return;
  self->now_us = gdk_frame_clock_get_frame_time (gtk_widget_get_frame_clock (self->widget));
  self->told_us = self->now_us;
  neg_cine_start (&self->cine, neg_reading_get_state (self->reading, self->cell)->index, self->now_us);
  move_to (self, self->cine.place.index);
  self->tick_id = gtk_widget_add_tick_callback (self->widget, tick_cb, self, NULL);
  update_playing (self);
}

void
neg_cine_player_pause (NegCinePlayer *self)
{
  g_return_if_fail (NEG_IS_CINE_PLAYER (self));

  neg_cine_stop (&self->cine);
  update_playing (self);
}

void
neg_cine_player_toggle (NegCinePlayer *self)
{
  g_return_if_fail (NEG_IS_CINE_PLAYER (self));

  if (self->cine.playing)
    neg_cine_player_pause (self);
  else
    neg_cine_player_play (self);
}

gboolean
neg_cine_player_is_playing (NegCinePlayer *self)
{
  g_return_val_if_fail (NEG_IS_CINE_PLAYER (self), FALSE);

  return self->cine.playing;
}

gboolean
neg_cine_player_can_play (NegCinePlayer *self)
{
  g_return_val_if_fail (NEG_IS_CINE_PLAYER (self), FALSE);

  return self->cine.n > 1;
}

const NegCine *
neg_cine_player_get_cine (NegCinePlayer *self)
{
  g_return_val_if_fail (NEG_IS_CINE_PLAYER (self), NULL);

  return &self->cine;
}

void
neg_cine_player_set_rate_hz (NegCinePlayer *self, double rate_hz)
{
  g_return_if_fail (NEG_IS_CINE_PLAYER (self));

  if (rate_hz == self->cine.rate_hz)
    return;
  neg_cine_set_rate_hz (&self->cine, rate_hz);
  tell (self);
}

void
neg_cine_player_step_rate (NegCinePlayer *self, int step)
{
  static const double rates_hz[] = { 0.5, 1, 2, 3, 4, 5, 7.5, 10, 12.5, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120 };
  double now_hz;

  g_return_if_fail (NEG_IS_CINE_PLAYER (self));

  now_hz = self->cine.rate_hz;
  for (guint i = 0; i < G_N_ELEMENTS (rates_hz); i++) {
    double rate_hz = rates_hz[step > 0 ? i : G_N_ELEMENTS (rates_hz) - 1 - i];

    if (step > 0 ? rate_hz > now_hz + 0.01 : rate_hz < now_hz - 0.01) {
      neg_cine_player_set_rate_hz (self, rate_hz);
      return;
    }
  }
}

void
neg_cine_player_set_mode (NegCinePlayer *self, NegCineMode mode)
{
  g_return_if_fail (NEG_IS_CINE_PLAYER (self));

  if (mode == self->cine.mode)
    return;
  neg_cine_set_mode (&self->cine, mode);
  tell (self);
}

void
neg_cine_player_set_range (NegCinePlayer *self, guint first, guint last)
{
  g_return_if_fail (NEG_IS_CINE_PLAYER (self));

  if (first == self->cine.first && last == self->cine.last)
    return;
  neg_cine_set_range (&self->cine, first, last);
  tell (self);
}

double
neg_cine_player_get_shown_hz (NegCinePlayer *self)
{
  g_return_val_if_fail (NEG_IS_CINE_PLAYER (self), 0);

  return self->cine.playing ? neg_cine_get_shown_hz (&self->cine, self->now_us) : 0;
}

static void
neg_cine_player_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PLAYING)
    g_value_set_boolean (value, NEG_CINE_PLAYER (object)->cine.playing);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
neg_cine_player_dispose (GObject *object)
{
  NegCinePlayer *self = NEG_CINE_PLAYER (object);

  stop_ticking (self);
  g_clear_weak_pointer (&self->widget);
  g_clear_object (&self->series);
  g_clear_object (&self->store);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_cine_player_parent_class)->dispose (object);
}

static void
neg_cine_player_finalize (GObject *object)
{
  neg_cine_clear (&NEG_CINE_PLAYER (object)->cine);
  G_OBJECT_CLASS (neg_cine_player_parent_class)->finalize (object);
}

static void
neg_cine_player_class_init (NegCinePlayerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = neg_cine_player_dispose;
  object_class->finalize = neg_cine_player_finalize;
  object_class->get_property = neg_cine_player_get_property;
  properties[PROP_PLAYING] = g_param_spec_boolean ("playing", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_CINE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_cine_player_init (NegCinePlayer *self)
{
}

NegCinePlayer *
neg_cine_player_new (NegReading *reading, guint cell, NegFrameStore *store, GtkWidget *widget, double default_hz)
{
  NegCinePlayer *self = g_object_new (NEG_TYPE_CINE_PLAYER, NULL);

  self->reading = g_object_ref (reading);
  self->cell = cell;
  self->store = g_object_ref (store);
  self->default_hz = default_hz;
  g_set_weak_pointer (&self->widget, widget);
  g_signal_connect_object (reading, "cell-changed", G_CALLBACK (cell_changed_cb), self, 0);
  g_signal_connect_object (widget, "unmap", G_CALLBACK (unmap_cb), self, G_CONNECT_SWAPPED);
  read_series (self, neg_reading_get_state (reading, cell)->series);
  return self;
}
