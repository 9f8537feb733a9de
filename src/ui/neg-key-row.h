/* One command and its keys, which a person can change in place: Return waits for a new key, BackSpace takes all away.
 * A key that another command has is told, and taken only when asked. Thread: main. */
#pragma once

#include "ui/neg-keymap.h"

G_BEGIN_DECLS

#define NEG_TYPE_KEY_ROW (neg_key_row_get_type ())
G_DECLARE_FINAL_TYPE (NegKeyRow, neg_key_row, NEG, KEY_ROW, GtkListBoxRow)

GtkWidget *neg_key_row_new (NegKeymap *keymap, const NegCommandInfo *command);

const NegCommandInfo *neg_key_row_get_command (NegKeyRow *row);

/* Waits for the key. */
void neg_key_row_record (NegKeyRow *row);

/* Whether @text (folded by g_utf8_casefold()) is in its title, its group or a key's name. */
gboolean neg_key_row_matches (NegKeyRow *row, const char *text);

G_END_DECLS
