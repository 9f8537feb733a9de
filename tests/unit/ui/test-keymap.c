/* Who has which key: defaults, a person's changes, refusals, and what a damaged settings file does. No display. */
#include "config.h"

#include "ui/neg-keymap.h"

typedef struct {
  GSettings *settings;
  NegKeymap *keymap;
  guint n_changed;
} Fixture;

static void
changed_cb (Fixture *fixture)
{
  fixture->n_changed++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->settings = g_settings_new (NEG_APP_ID);
  g_settings_reset (fixture->settings, "keys");
  fixture->keymap = neg_keymap_new (fixture->settings);
  g_signal_connect_swapped (fixture->keymap, "changed", G_CALLBACK (changed_cb), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->keymap);
  g_settings_reset (fixture->settings, "keys");
  g_object_unref (fixture->settings);
}

static void
assert_keys (NegKeymap *keymap, const char *action, const char *expected)
{
  g_autofree char *keys = g_strjoinv (" ", (char **) neg_keymap_get_keys (keymap, action));

  g_assert_cmpstr (keys, ==, expected);
}

static void
assert_holder (NegKeymap *keymap, const char *key, const char *action)
{
  const NegCommandInfo *holder = neg_keymap_find (keymap, key);

  g_assert_cmpstr (holder != NULL ? holder->action : NULL, ==, action);
}

static void
test_normal_form (void)
{
  static const char *const pairs[][2] = {
    { "I", "i" }, { "<Shift>I", "<Shift>i" }, { "KP_5", "5" }, { "KP_Down", "Down" }, { "ISO_Left_Tab", "<Shift>Tab" },
    { "<Ctrl>KP_Enter", "<Control>Return" }, { "<Shift><Control>z", "<Shift><Control>z" }, { "F9", "F9" },
    { "Shift_L", NULL }, { "Caps_Lock", NULL }, { "Num_Lock", NULL }, { "", NULL }, { "<Control>", NULL },
    { "no such key", NULL }, { "<Rubbish>a", NULL }, { "\xff", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autofree char *normal = neg_keymap_normalize (pairs[i][0]);

    g_assert_cmpstr (normal, ==, pairs[i][1]);
  }
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_autofree char *tooltip = neg_keymap_dup_tooltip (fixture->keymap, "view.invert", "Invert");

  assert_keys (fixture->keymap, "view.invert", "i");
  assert_keys (fixture->keymap, "view.zoom-in", "plus equal");
  assert_keys (fixture->keymap, "no.such", "");
  assert_holder (fixture->keymap, "i", "view.invert");
  assert_holder (fixture->keymap, "KP_3", "view.preset(3)");
  assert_holder (fixture->keymap, "<Control>i", "file.tags");
  assert_holder (fixture->keymap, "<Control>h", NULL);
  g_assert_false (neg_keymap_is_changed (fixture->keymap, "view.invert"));
  g_assert_cmpstr (tooltip, ==, "Invert (I)");
  for (guint i = 0; i < neg_command_table_get_n (); i++) {
    const NegCommandInfo *command = neg_command_table_get (i);

    g_test_message ("%s", command->action);
    g_assert_true (*command->keys == '\0' || neg_keymap_get_keys (fixture->keymap, command->action)[0] != NULL);
  }
}

static void
test_labels (Fixture *fixture, gconstpointer data)
{
  static const char *const pairs[][2] = {
    { "i", "I" }, { "<Control>z", "Ctrl+Z" }, { "comma", "Comma" }, { "<Control>comma", "Ctrl+Comma" },
    { "<Control><Shift>minus", "Shift+Ctrl+Minus" }, { "Page_Down", "Page Down" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autofree char *label = neg_keymap_dup_key_label (pairs[i][0]);

    g_assert_cmpstr (label, ==, pairs[i][1]);
  }
}

static void
test_add (Fixture *fixture, gconstpointer data)
{
  g_assert_true (neg_keymap_add_key (fixture->keymap, "view.invert", "Odiaeresis", FALSE));
  assert_keys (fixture->keymap, "view.invert", "odiaeresis i");
  assert_holder (fixture->keymap, "odiaeresis", "view.invert");
  g_assert_true (neg_keymap_is_changed (fixture->keymap, "view.invert"));
  g_assert_cmpuint (fixture->n_changed, ==, 1);
  g_assert_true (neg_keymap_add_key (fixture->keymap, "view.invert", "odiaeresis", FALSE));
  g_assert_cmpuint (fixture->n_changed, ==, 1);
  g_assert_false (neg_keymap_add_key (fixture->keymap, "view.invert", "Control_L", TRUE));
  g_assert_cmpuint (fixture->n_changed, ==, 1);
}

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_assert_false (neg_keymap_add_key (fixture->keymap, "view.fit", "i", FALSE));
  assert_holder (fixture->keymap, "i", "view.invert");
  assert_keys (fixture->keymap, "view.fit", "f");
  g_assert_true (neg_keymap_add_key (fixture->keymap, "view.fit", "i", TRUE));
  assert_holder (fixture->keymap, "i", "view.fit");
  assert_keys (fixture->keymap, "view.fit", "i f");
  assert_keys (fixture->keymap, "view.invert", "");
  /* From one that a person has given it to. */
  g_assert_true (neg_keymap_add_key (fixture->keymap, "tool.crosshair", "i", TRUE));
  assert_keys (fixture->keymap, "tool.crosshair", "i x");
  assert_keys (fixture->keymap, "view.fit", "f");
  g_assert_false (neg_keymap_is_changed (fixture->keymap, "view.fit"));
}

static void
test_reset (Fixture *fixture, gconstpointer data)
{
  g_assert_true (neg_keymap_add_key (fixture->keymap, "view.fit", "plus", TRUE));
  g_assert_true (neg_keymap_add_key (fixture->keymap, "view.fit", "equal", TRUE));
  assert_keys (fixture->keymap, "view.zoom-in", "");
  neg_keymap_reset (fixture->keymap, "view.zoom-in");
  assert_keys (fixture->keymap, "view.zoom-in", "plus equal");
  assert_keys (fixture->keymap, "view.fit", "f");
  g_assert_false (neg_keymap_is_changed (fixture->keymap, "view.zoom-in"));
  g_assert_false (neg_keymap_is_changed (fixture->keymap, "view.fit"));

  neg_keymap_remove_keys (fixture->keymap, "view.invert");
  assert_keys (fixture->keymap, "view.invert", "");
  assert_holder (fixture->keymap, "i", NULL);
  neg_keymap_reset_all (fixture->keymap);
  assert_keys (fixture->keymap, "view.invert", "i");
  assert_keys (fixture->keymap, "view.fit", "f");
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegKeymap) other = NULL;

  g_assert_true (neg_keymap_add_key (fixture->keymap, "view.fit", "i", TRUE));
  other = neg_keymap_new (fixture->settings);
  assert_keys (other, "view.fit", "i f");
  assert_keys (other, "view.invert", "");
  neg_keymap_reset_all (other);
  assert_keys (fixture->keymap, "view.invert", "i"); /* told through the settings */
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  GVariant *value = g_variant_new_parsed ("{'view.fit': ['x', 'Shift_L', 'nonsense', 'x'], 'evil(': ['a'],"
                                          " 'view.invert': ['x', 'u'], 'view.preset(99)': ['0']}");

  g_assert_true (g_settings_set_value (fixture->settings, "keys", value));
  assert_keys (fixture->keymap, "view.invert", "x u"); /* the first of the table has it */
  assert_keys (fixture->keymap, "view.fit", "");
  assert_keys (fixture->keymap, "tool.crosshair", "");
  assert_holder (fixture->keymap, "0", "view.preset(0)");
  neg_keymap_reset (fixture->keymap, "tool.crosshair");
  assert_keys (fixture->keymap, "tool.crosshair", "x");
  assert_keys (fixture->keymap, "view.invert", "u");
}

static void
test_without_settings (void)
{
  g_autoptr (NegKeymap) keymap = neg_keymap_new (NULL);

  g_assert_true (neg_keymap_add_key (keymap, "view.fit", "odiaeresis", FALSE));
  assert_keys (keymap, "view.fit", "odiaeresis f");
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keymap/normal-form", test_normal_form);
  add ("/keymap/defaults", test_defaults);
  add ("/keymap/labels", test_labels);
  add ("/keymap/add", test_add);
  add ("/keymap/conflict", test_conflict);
  add ("/keymap/reset", test_reset);
  add ("/keymap/kept", test_kept);
  add ("/keymap/damaged", test_damaged);
  g_test_add_func ("/keymap/without-settings", test_without_settings);
  return g_test_run ();
}
