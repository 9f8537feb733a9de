/* Below a viewport that plays: run and stop, rate, what is really shown; range and order behind a button. Thread: main. */
#pragma once

#include "ui/neg-cine-player.h"

G_BEGIN_DECLS

#define NEG_TYPE_CINE_BAR (neg_cine_bar_get_type ())
G_DECLARE_FINAL_TYPE (NegCineBar, neg_cine_bar, NEG, CINE_BAR, GtkWidget)

/* Signal "closed" (): a person is done with it; it is paused then. */
NegCineBar *neg_cine_bar_new (NegCinePlayer *player);

G_END_DECLS
