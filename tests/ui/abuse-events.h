/* What hands, files and accidents do to the window, at random. */
#pragma once

#include "ui/neg-main-window.h"

G_BEGIN_DECLS

typedef struct {
  NegMainWindow *window;
  GSettings *settings;
  const char *folder; /* of the patients */
  GRand *rand;
  GPtrArray *strays;  /* NegSeries of any time, that somebody may still hold: owned references */
  guint n_killed, n_agents_killed;
  guint n_entries; /* of the reading list that were to be opened */
} Abuse;

/* Does one thing; what it was, borrowed. */
const char *abuse_event (Abuse *abuse);

G_END_DECLS
