/* What the files of the keyboard map share. */
#pragma once

#include "ui/neg-keymap.h"

G_BEGIN_DECLS

/* The key of the number block that says the same as @keyval; 0 where there is none. */
guint _neg_keymap_get_keypad_twin (guint keyval);

G_END_DECLS
