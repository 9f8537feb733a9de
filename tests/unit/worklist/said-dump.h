/* What was mapped, as one text that a test can compare. */
#pragma once

#include "worklist/neg-hl7-map.h"

/* One line per value that is said, "name=value"; kinds as headlines; nothing where nothing is said. Given. */
char *said_dump (const GPtrArray *said);

/* Every text in it; for checks of all of them. */
void said_foreach_text (const GPtrArray *said, void (*check) (const char *text, gpointer data), gpointer data);
