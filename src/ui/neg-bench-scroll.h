/* `negatoscope bench scroll`: what a person feels while scrolling, measured in a real window. Thread: main. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @argv[0] is the name of the command. The exit status: 0, 1 (failed), 2 (wrong usage). */
int neg_bench_scroll_run (int argc, char **argv);

G_END_DECLS
