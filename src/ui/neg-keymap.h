/* Which keys do what: the defaults of the command table and a person's changes, kept in the settings ("keys").
 * An accelerator is GTK's text for a key with its modifiers, as "<Control>z"; everything given back is in one normal
 * form (lower case, keys of the number block as their twins). No two commands have a key in common. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-command-table.h"

G_BEGIN_DECLS

#define NEG_TYPE_KEYMAP (neg_keymap_get_type ())
G_DECLARE_FINAL_TYPE (NegKeymap, neg_keymap, NEG, KEYMAP, GObject)

/* @settings nullable: then nothing is kept. Signal "changed" (): some command has other keys. */
NegKeymap *neg_keymap_new (GSettings *settings);

/* The normal form of @key, given; NULL where it is none, or only a modifier. */
char *neg_keymap_normalize (const char *key);

/* @key as people read it, as "Ctrl+Z"; given. */
char *neg_keymap_dup_key_label (const char *key);

/* The accelerators of a command, borrowed until "changed", NULL-terminated, perhaps empty. */
const char *const *neg_keymap_get_keys (NegKeymap *keymap, const char *action);
/* The label of the first of them; given, NULL where there is none. */
char *neg_keymap_dup_label (NegKeymap *keymap, const char *action);
/* "Invert (I)": @title with that; given. For tooltips. */
char *neg_keymap_dup_tooltip (NegKeymap *keymap, const char *action, const char *title);
gboolean neg_keymap_is_changed (NegKeymap *keymap, const char *action);

/* The command of the window that has @key; borrowed, NULL where none has. */
const NegCommandInfo *neg_keymap_find (NegKeymap *keymap, const char *key);
/* The one that has it where the keys of @action work. */
const NegCommandInfo *neg_keymap_find_rival (NegKeymap *keymap, const char *action, const char *key);

/* Commands "list.…" are those of a list: their keys work while it has the focus, before the window's. */
gboolean neg_keymap_is_of_list (const NegCommandInfo *command);

/* Gives the command another key, beside those that it has. Refused (FALSE) where another command has it, unless @take:
 * then that one loses it. FALSE also for what is no key. */
gboolean neg_keymap_add_key (NegKeymap *keymap, const char *action, const char *key, gboolean take);
/* All keys of the command are gone. */
void neg_keymap_remove_keys (NegKeymap *keymap, const char *action);

/* The default keys again; commands that were given one of them lose it. */
void neg_keymap_reset (NegKeymap *keymap, const char *action);
void neg_keymap_reset_all (NegKeymap *keymap);

/* The keys work in @window from here on, and follow changes. Plain keys do nothing while a text is being edited. Keys
 * that GTK needs to move the focus and to press what has it (Tab, arrows, Return, Space; not with Alt) are commands only
 * while the focus is inside @images, a child of @window (nullable: a window without): everywhere else they go on moving
 * and pressing. Out of @images: Ctrl+Tab, or the command "pane.next". Actions are looked up from the widget with the
 * focus upwards. */
void neg_keymap_attach (NegKeymap *keymap, GtkWidget *window, GtkWidget *images);
/* The keys of commands of a list, where @list is what has them; actions "list.…" are inserted there or above. */
void neg_keymap_attach_list (NegKeymap *keymap, GtkWidget *list);

G_END_DECLS
