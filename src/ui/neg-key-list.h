/* The page where people change keys: every command with its keys, a search, and the way back. Thread: main. */
#pragma once

#include "ui/neg-keymap.h"

G_BEGIN_DECLS

#define NEG_TYPE_KEY_LIST (neg_key_list_get_type ())
G_DECLARE_FINAL_TYPE (NegKeyList, neg_key_list, NEG, KEY_LIST, GtkBox)

/* Once, before it is shown. */
void neg_key_list_set_keymap (NegKeyList *list, NegKeymap *keymap);

G_END_DECLS
