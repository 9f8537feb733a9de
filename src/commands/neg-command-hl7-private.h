/* The parts of the command `hl7`. */
#pragma once

#include "commands/neg-commands-agent.h"

G_BEGIN_DECLS

/* Sends the messages of @path to @address ("HOST:PORT", "tls://HOST:PORT") and prints what was answered. */
int neg_command_hl7_send (const NegCommandPlace *place, const char *address, const char *path, gboolean json);

G_END_DECLS
