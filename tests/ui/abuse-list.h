/* What hands, files and accidents do to the reading list, at random. */
#pragma once

#include "abuse-events.h"

G_BEGIN_DECLS

/* An archive in the home of the window with the patients of the folder, made by an agent that stays. */
void abuse_list_fill (const char *home, const char *folder);

/* Any study of the list. */
void abuse_list_open (Abuse *abuse);

/* One thing, to the list and what is open of it. */
void abuse_list_event (Abuse *abuse);

/* The agent ends without a word. */
void abuse_list_kill_agent (Abuse *abuse);

G_END_DECLS
