#include "config.h"

#include "ui/neg-keymap.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-keymap-private.h"

/* A settings file is edited by hand at times: no more keys than anybody wants. */
#define KEYS_MAX 8

struct _NegKeymap {
  GObject parent_instance;

  GSettings *settings;   /* nullable */
  GHashTable *changes;   /* detailed action name -> GStrv, normal form, as a person wants it */
  GHashTable *keys;      /* detailed action name -> GStrv: what holds */
  GHashTable *holders;   /* place and key -> const NegCommandInfo */
};

G_DEFINE_FINAL_TYPE (NegKeymap, neg_keymap, G_TYPE_OBJECT)

static guint signal_changed;

static gboolean
is_modifier (guint keyval)
{
  return (keyval >= GDK_KEY_Shift_L && keyval <= GDK_KEY_Hyper_R)
         || (keyval >= GDK_KEY_ISO_Lock && keyval <= GDK_KEY_ISO_Last_Group_Lock)
         || keyval == GDK_KEY_ISO_Level5_Lock || keyval == GDK_KEY_Mode_switch || keyval == GDK_KEY_Num_Lock
         || keyval == GDK_KEY_Scroll_Lock || keyval == GDK_KEY_VoidSymbol;
}

static const struct {
  guint keypad, twin;
} twins[] = {
  { GDK_KEY_KP_Up, GDK_KEY_Up }, { GDK_KEY_KP_Down, GDK_KEY_Down }, { GDK_KEY_KP_Left, GDK_KEY_Left },
  { GDK_KEY_KP_Right, GDK_KEY_Right }, { GDK_KEY_KP_Page_Up, GDK_KEY_Page_Up },
  { GDK_KEY_KP_Page_Down, GDK_KEY_Page_Down }, { GDK_KEY_KP_Home, GDK_KEY_Home }, { GDK_KEY_KP_End, GDK_KEY_End },
  { GDK_KEY_KP_Insert, GDK_KEY_Insert }, { GDK_KEY_KP_Delete, GDK_KEY_Delete }, { GDK_KEY_KP_Enter, GDK_KEY_Return },
  { GDK_KEY_KP_Tab, GDK_KEY_Tab }, { GDK_KEY_KP_Space, GDK_KEY_space }, { GDK_KEY_KP_Add, GDK_KEY_plus },
  { GDK_KEY_KP_Subtract, GDK_KEY_minus }, { GDK_KEY_KP_Multiply, GDK_KEY_asterisk },
  { GDK_KEY_KP_Divide, GDK_KEY_slash }, { GDK_KEY_KP_Equal, GDK_KEY_equal }, { GDK_KEY_ISO_Left_Tab, GDK_KEY_Tab },
};

static guint
leave_keypad (guint keyval)
{
  for (guint i = 0; i < G_N_ELEMENTS (twins); i++)
    if (twins[i].keypad == keyval)
      return twins[i].twin;
  if (keyval >= GDK_KEY_KP_0 && keyval <= GDK_KEY_KP_9)
    return keyval - GDK_KEY_KP_0 + GDK_KEY_0;
  return keyval;
}

guint
_neg_keymap_get_keypad_twin (guint keyval)
{
  for (guint i = 0; i < G_N_ELEMENTS (twins); i++)
    if (twins[i].twin == keyval)
      return twins[i].keypad;
  if (keyval >= GDK_KEY_0 && keyval <= GDK_KEY_9)
    return keyval - GDK_KEY_0 + GDK_KEY_KP_0;
  return 0;
}

char *
neg_keymap_normalize (const char *key)
{
  GdkModifierType modifiers;
  guint keyval;

  g_return_val_if_fail (key != NULL, NULL);

  if (!g_utf8_validate (key, -1, NULL) || !gtk_accelerator_parse (key, &keyval, &modifiers) || keyval == 0
      || is_modifier (keyval))
    return NULL;
  if (keyval == GDK_KEY_ISO_Left_Tab)
    modifiers |= GDK_SHIFT_MASK;
  keyval = gdk_keyval_to_lower (leave_keypad (keyval));
  return gtk_accelerator_name (keyval, modifiers & gtk_accelerator_get_default_mod_mask ());
}

/* Signs too small to be told from each other, and from nothing. */
static const char *
get_word (guint keyval)
{
  switch (keyval) {
  case GDK_KEY_comma:
    return _ ("Comma");
  case GDK_KEY_period:
    return _ ("Period");
  case GDK_KEY_semicolon:
    return _ ("Semicolon");
  case GDK_KEY_colon:
    return _ ("Colon");
  case GDK_KEY_apostrophe:
    return _ ("Apostrophe");
  case GDK_KEY_grave:
    return _ ("Backtick");
  case GDK_KEY_minus:
    return _ ("Minus");
  case GDK_KEY_plus:
    return _ ("Plus");
  default:
    return NULL;
  }
}

char *
neg_keymap_dup_key_label (const char *key)
{
  g_autofree char *modifiers_label = NULL;
  GdkModifierType modifiers;
  guint keyval;

  g_return_val_if_fail (key != NULL, NULL);

  if (!gtk_accelerator_parse (key, &keyval, &modifiers))
    return g_strdup (key);
  if (get_word (keyval) == NULL)
    return gtk_accelerator_get_label (keyval, modifiers);
  modifiers_label = gtk_accelerator_get_label (0, modifiers);
  return g_strconcat (modifiers_label, modifiers != 0 ? "+" : "", get_word (keyval), NULL);
}

static void
add_unique (GPtrArray *keys, char *key)
{
  if (key == NULL || keys->len >= KEYS_MAX || g_ptr_array_find_with_equal_func (keys, key, g_str_equal, NULL))
    g_free (key);
  else
    g_ptr_array_add (keys, key);
}

static char **
end_keys (GPtrArray *keys)
{
  g_ptr_array_add (keys, NULL);
  return (char **) g_ptr_array_free (keys, FALSE);
}

static char **
normalize_all (const char *const *keys)
{
  GPtrArray *normal = g_ptr_array_new ();

  for (guint i = 0; keys[i] != NULL; i++)
    add_unique (normal, neg_keymap_normalize (keys[i]));
  return end_keys (normal);
}

static char **
dup_defaults (const NegCommandInfo *command)
{
  g_auto (GStrv) keys = g_strsplit (command->keys, " ", -1);

  return normalize_all ((const char *const *) keys);
}

static char **
dup_wanted (NegKeymap *self, const NegCommandInfo *command)
{
  char **changed = g_hash_table_lookup (self->changes, command->action);

  return changed != NULL ? g_strdupv (changed) : dup_defaults (command);
}

/* Where the command's keys work: those of a list that has the focus are its own, whatever the window does with them. */
static const char *
get_place (const NegCommandInfo *command)
{
  return neg_keymap_is_of_list (command) ? "list " : "";
}

static const NegCommandInfo *
find_holder (NegKeymap *self, const char *place, const char *normal)
{
  g_autofree char *held = g_strconcat (place, normal, NULL);

  return g_hash_table_lookup (self->holders, held);
}

/* Gives @command those of @wanted that nobody has yet. */
static void
claim (NegKeymap *self, const NegCommandInfo *command, char **wanted)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (guint i = 0; wanted[i] != NULL; i++)
    if (find_holder (self, get_place (command), wanted[i]) == NULL) {
      g_hash_table_insert (self->holders, g_strconcat (get_place (command), wanted[i], NULL), (gpointer) command);
      g_ptr_array_add (keys, g_strdup (wanted[i]));
    }
  g_hash_table_insert (self->keys, (gpointer) command->action, end_keys (keys));
}

/* What a person has chosen comes before the defaults, whatever stands in the settings. */
static void
rebuild (NegKeymap *self)
{
  g_hash_table_remove_all (self->keys);
  g_hash_table_remove_all (self->holders);
  for (int changed = TRUE; changed >= FALSE; changed--)
    for (guint i = 0; i < neg_command_table_get_n (); i++) {
      const NegCommandInfo *command = neg_command_table_get (i);
      g_auto (GStrv) wanted = dup_wanted (self, command);

      if (g_hash_table_contains (self->changes, command->action) == changed)
        claim (self, command, wanted);
    }
  g_signal_emit (self, signal_changed, 0);
}

static void
read_settings (NegKeymap *self)
{
  g_autoptr (GVariant) value = g_settings_get_value (self->settings, "keys");
  GVariantIter iter;
  const char *action;
  char **keys;

  g_hash_table_remove_all (self->changes);
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&s^as}", &action, &keys)) {
    const NegCommandInfo *command = neg_command_table_find (action);

    if (command != NULL)
      g_hash_table_insert (self->changes, (gpointer) command->action, normalize_all ((const char *const *) keys));
    g_strfreev (keys);
  }
  rebuild (self);
}

static void
write_settings (NegKeymap *self)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer action, keys;

  if (self->settings == NULL)
    return;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sas}"));
  g_hash_table_iter_init (&iter, self->changes);
  while (g_hash_table_iter_next (&iter, &action, &keys))
    g_variant_builder_add (&builder, "{s^as}", action, keys);
  g_signal_handlers_block_by_func (self->settings, read_settings, self);
  g_settings_set_value (self->settings, "keys", g_variant_builder_end (&builder));
  g_signal_handlers_unblock_by_func (self->settings, read_settings, self);
}

static void
changes_made (NegKeymap *self)
{
  write_settings (self);
  rebuild (self);
}

static gboolean
same_keys (char **one, char **other)
{
  return g_strv_equal ((const char *const *) one, (const char *const *) other);
}

/* Takes @keys. What is as by default is no change. */
static void
set_change (NegKeymap *self, const NegCommandInfo *command, char **keys)
{
  g_auto (GStrv) defaults = dup_defaults (command);

  if (same_keys (keys, defaults)) {
    g_hash_table_remove (self->changes, command->action);
    g_strfreev (keys);
  } else {
    g_hash_table_insert (self->changes, (gpointer) command->action, keys);
  }
}

/* Whoever wants @key at that place no longer does: the one that has it, and in damaged settings others that wait for
 * it. */
static void
take_key (NegKeymap *self, const char *place, const char *key)
{
  for (guint i = 0; i < neg_command_table_get_n (); i++) {
    const NegCommandInfo *command = neg_command_table_get (i);
    g_auto (GStrv) wanted = dup_wanted (self, command);
    GPtrArray *left;

    if (!g_str_equal (get_place (command), place) || !g_strv_contains ((const char *const *) wanted, key))
      continue;
    left = g_ptr_array_new ();
    for (guint k = 0; wanted[k] != NULL; k++)
      if (!g_str_equal (wanted[k], key))
        g_ptr_array_add (left, g_strdup (wanted[k]));
    set_change (self, command, end_keys (left));
  }
}

const char *const *
neg_keymap_get_keys (NegKeymap *self, const char *action)
{
  static const char *const none[] = { NULL };
  const char *const *keys;

  g_return_val_if_fail (NEG_IS_KEYMAP (self), none);

  keys = g_hash_table_lookup (self->keys, action);
  return keys != NULL ? keys : none;
}

char *
neg_keymap_dup_label (NegKeymap *self, const char *action)
{
  const char *key = neg_keymap_get_keys (self, action)[0];

  return key != NULL ? neg_keymap_dup_key_label (key) : NULL;
}

char *
neg_keymap_dup_tooltip (NegKeymap *self, const char *action, const char *title)
{
  g_autofree char *label = neg_keymap_dup_label (self, action);

  /* Translators: the name of a command and its key. */
  return label != NULL ? g_strdup_printf (_ ("%s (%s)"), title, label) : g_strdup (title);
}

gboolean
neg_keymap_is_changed (NegKeymap *self, const char *action)
{
  g_return_val_if_fail (NEG_IS_KEYMAP (self), FALSE);

  return g_hash_table_contains (self->changes, action);
}

gboolean
neg_keymap_is_of_list (const NegCommandInfo *command)
{
  return g_str_has_prefix (command->action, "list.");
}

const NegCommandInfo *
neg_keymap_find (NegKeymap *self, const char *key)
{
  g_autofree char *normal = neg_keymap_normalize (key);

  g_return_val_if_fail (NEG_IS_KEYMAP (self), NULL);

  return normal != NULL ? find_holder (self, "", normal) : NULL;
}

const NegCommandInfo *
neg_keymap_find_rival (NegKeymap *self, const char *action, const char *key)
{
  const NegCommandInfo *command = neg_command_table_find (action);
  g_autofree char *normal = neg_keymap_normalize (key);

  g_return_val_if_fail (NEG_IS_KEYMAP (self), NULL);
  g_return_val_if_fail (command != NULL, NULL);

  return normal != NULL ? find_holder (self, get_place (command), normal) : NULL;
}

gboolean
neg_keymap_add_key (NegKeymap *self, const char *action, const char *key, gboolean take)
{
  const NegCommandInfo *command = neg_command_table_find (action);
  g_autofree char *normal = neg_keymap_normalize (key);
  const NegCommandInfo *holder;
  GPtrArray *keys;

  g_return_val_if_fail (NEG_IS_KEYMAP (self), FALSE);
  g_return_val_if_fail (command != NULL, FALSE);

  if (normal == NULL)
    return FALSE;
  holder = find_holder (self, get_place (command), normal);
  if (holder == command)
    return TRUE;
  if (holder != NULL && !take)
    return FALSE;
  take_key (self, get_place (command), normal);
  keys = g_ptr_array_new ();
  add_unique (keys, g_steal_pointer (&normal)); /* first: what was just chosen is what is shown */
  for (const char *const *old = neg_keymap_get_keys (self, action); *old != NULL; old++)
    add_unique (keys, g_strdup (*old));
  set_change (self, command, end_keys (keys));
  changes_made (self);
  return TRUE;
}

void
neg_keymap_remove_keys (NegKeymap *self, const char *action)
{
  const NegCommandInfo *command = neg_command_table_find (action);

  g_return_if_fail (NEG_IS_KEYMAP (self));
  g_return_if_fail (command != NULL);

  set_change (self, command, g_new0 (char *, 1));
  changes_made (self);
}

void
neg_keymap_reset (NegKeymap *self, const char *action)
{
  const NegCommandInfo *command = neg_command_table_find (action);
  g_auto (GStrv) defaults = NULL;

  g_return_if_fail (NEG_IS_KEYMAP (self));
  g_return_if_fail (command != NULL);

  defaults = dup_defaults (command);
  for (guint i = 0; defaults[i] != NULL; i++)
    take_key (self, get_place (command), defaults[i]);
  g_hash_table_remove (self->changes, action);
  changes_made (self);
}

void
neg_keymap_reset_all (NegKeymap *self)
{
  g_return_if_fail (NEG_IS_KEYMAP (self));

  g_hash_table_remove_all (self->changes);
  changes_made (self);
}

static void
neg_keymap_finalize (GObject *object)
{
  NegKeymap *self = NEG_KEYMAP (object);

  if (self->settings != NULL)
    g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_object (&self->settings);
  g_hash_table_unref (self->changes);
  g_hash_table_unref (self->keys);
  g_hash_table_unref (self->holders);
  G_OBJECT_CLASS (neg_keymap_parent_class)->finalize (object);
}

static void
neg_keymap_class_init (NegKeymapClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_keymap_finalize;
  signal_changed = g_signal_new ("changed", NEG_TYPE_KEYMAP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_keymap_init (NegKeymap *self)
{
  self->changes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_strfreev);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_strfreev);
  self->holders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

NegKeymap *
neg_keymap_new (GSettings *settings)
{
  NegKeymap *self = g_object_new (NEG_TYPE_KEYMAP, NULL);

  if (g_set_object (&self->settings, settings)) {
    g_signal_connect_swapped (settings, "changed::keys", G_CALLBACK (read_settings), self);
    read_settings (self);
  } else {
    rebuild (self);
  }
  return self;
}
