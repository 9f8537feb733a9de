/* Every command of the window: its action, its name, its default keys. What shows, changes or teaches commands
 * (keyboard map, shortcuts window, preferences, learning) reads it here; widgets install the actions.
 * Thread: any, constant. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *action; /* detailed action name, as "view.invert" or "view.preset(3)" */
  const char *title;  /* for _() */
  const char *group;  /* for _(); the commands of one group follow each other; NULL: not shown to people */
  const char *keys;   /* default accelerators, separated by spaces; "" for none */
  const char *topic;  /* what to learn about it */
} NegCommandInfo;

guint neg_command_table_get_n (void);

/* Borrowed; NULL past the end. */
const NegCommandInfo *neg_command_table_get (guint index);

/* By detailed action name; borrowed, NULL where there is none. */
const NegCommandInfo *neg_command_table_find (const char *action);

G_END_DECLS
