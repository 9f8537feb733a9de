/* A video beside the images: picture, captions below it in letters that can be read at any width, its place, chapters, speed, sound, full
 * screen. By keyboard while it has the focus: Space plays and stops, Left and Right go 5 s, Up and Down change the speed, Page Up and Page
 * Down the chapter, Home to the beginning, C captions, M sound, F full screen and Escape back. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "learning/neg-vtt.h"
#include "media/neg-play.h"

G_BEGIN_DECLS

#define NEG_TYPE_PLAYER (neg_player_get_type ())
G_DECLARE_FINAL_TYPE (NegPlayer, neg_player, NEG, PLAYER, GtkWidget)

/* Signals: "played" (gint64 from_us, gint64 to_us): a stretch was really played, at whatever speed;
 *          "changed" (): position, state, speed, captions on or off. */
GtkWidget *neg_player_new (void);

/* Another video, paused at its beginning; what was played of the one before has been told by then. @fd can be sought in, stays the
 * caller's; -1: none, and the player says @note (translated; nullable). @captions and @chapters are taken, nullable. */
void neg_player_set_media (NegPlayer *player, int fd, NegVtt *captions, NegVtt *chapters, const char *note);
void neg_player_set_captions (NegPlayer *player, NegVtt *captions); /* taken, nullable: others for the same video */

NegPlay *neg_player_get_play (NegPlayer *player); /* borrowed until the next video; NULL without one */
void neg_player_set_playing (NegPlayer *player, gboolean playing);
void neg_player_seek (NegPlayer *player, gint64 time_us);
gint64 neg_player_get_position_us (NegPlayer *player);
double neg_player_get_speed (NegPlayer *player); /* stays for the next video */

gboolean neg_player_get_captions_on (NegPlayer *player);
void neg_player_set_captions_on (NegPlayer *player, gboolean on);

G_END_DECLS
