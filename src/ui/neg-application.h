/* The window program: everything that `negatoscope` does without the name of a command. Thread: main. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @argv: the program's name, options (--renderer auto|gl|cpu, --home DIR) and paths to open. Returns the exit status:
 * 0, 1 when there is no display, 2 for wrong usage. */
int neg_application_run (int argc, char **argv);

G_END_DECLS
