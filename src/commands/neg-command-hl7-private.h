/* The parts of the command `hl7`. */
#pragma once

#include "commands/neg-commands-agent.h"

G_BEGIN_DECLS

/* Sends the messages of @path to @address ("HOST:PORT", "tls://HOST:PORT") and prints what was answered. */
int neg_command_hl7_send (const NegCommandPlace *place, const char *address, const char *path, gboolean json);

/* Messages as if they had come by the network: into the archive of @place. */
gboolean neg_command_hl7_take_bytes (const NegCommandPlace *place, GBytes *messages, guint *n_accepted, guint *n_refused,
                                     char **text, GError **error);
int neg_command_hl7_take (const NegCommandPlace *place, const char *path, gboolean json);

G_END_DECLS
