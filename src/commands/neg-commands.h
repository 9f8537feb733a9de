/* The headless commands of `negatoscope`: everything that the window can do to data, without one. Output for people, or
 * with --json for programs; see each command's --help. Exit status: 0 done, 1 failed, 2 wrong usage. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean neg_commands_has (const char *name);

/* Runs argv[1] with what follows; returns the exit status. */
int neg_commands_run (int argc, char **argv);

/* One line per command, for `negatoscope --help`. Given. */
char *neg_commands_describe (void);

G_END_DECLS
