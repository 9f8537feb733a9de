/* The picture of a video: whole, in its proportions, black around it. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_PLAYER_PICTURE (neg_player_picture_get_type ())
G_DECLARE_FINAL_TYPE (NegPlayerPicture, neg_player_picture, NEG, PLAYER_PICTURE, GtkWidget)

GtkWidget *neg_player_picture_new (void);
void neg_player_picture_set_texture (NegPlayerPicture *picture, GdkTexture *texture); /* nullable */
/* It takes all the room there is (a screen), not only the height that its width gives. */
void neg_player_picture_set_fills (NegPlayerPicture *picture, gboolean fills);

G_END_DECLS
