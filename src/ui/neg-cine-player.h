/* Plays the series of one viewport: moves its image number by the frame clock, as neg-cine.h says, and waits for images
 * that are not decoded. Whoever else moves the image pauses it. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-frame-store.h"
#include "reading/neg-cine.h"
#include "reading/neg-reading.h"

G_BEGIN_DECLS

#define NEG_TYPE_CINE_PLAYER (neg_cine_player_get_type ())
G_DECLARE_FINAL_TYPE (NegCinePlayer, neg_cine_player, NEG, CINE_PLAYER, GObject)

/* Property "playing" (boolean, readable, notified). Signal "changed" (): rate, mode, range, what was measured.
 * @widget (not owned): whose frame clock; it plays while that is mapped. @default_hz: where the file names no rate. */
NegCinePlayer *neg_cine_player_new (NegReading *reading, guint cell, NegFrameStore *store, GtkWidget *widget,
                                    double default_hz);

/* Nothing to play (fewer than two images): stays paused. */
void neg_cine_player_play (NegCinePlayer *player);
void neg_cine_player_pause (NegCinePlayer *player);
void neg_cine_player_toggle (NegCinePlayer *player);
gboolean neg_cine_player_is_playing (NegCinePlayer *player);
gboolean neg_cine_player_can_play (NegCinePlayer *player);

/* Rate, mode, range and what the file says; borrowed. The functions below change it. */
const NegCine *neg_cine_player_get_cine (NegCinePlayer *player);
void neg_cine_player_set_rate_hz (NegCinePlayer *player, double rate_hz);
/* One step of the usual ones up (+1) or down (-1). */
void neg_cine_player_step_rate (NegCinePlayer *player, int step);
void neg_cine_player_set_mode (NegCinePlayer *player, NegCineMode mode);
void neg_cine_player_set_range (NegCinePlayer *player, guint first, guint last);

double neg_cine_player_get_shown_hz (NegCinePlayer *player); /* 0 while it is not known */

G_END_DECLS
