/* The parts of the command `correct`. */
#pragma once

#include "commands/neg-commands-agent.h"
#include "store/neg-corrections.h"

G_BEGIN_DECLS

/* What each object of a correction said before and says after, element by element. */
int _neg_command_correct_diff (const NegCommandPlace *place, NegDatabase *reader, gint64 id, gboolean json);

G_END_DECLS
