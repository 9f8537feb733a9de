/* The table of commands: every one parses, has a name and a place, and no two share a key. */
#include "config.h"

#include "ui/neg-keymap.h"

static void
test_actions (void)
{
  g_assert_cmpuint (neg_command_table_get_n (), >, 60);
  g_assert_null (neg_command_table_get (neg_command_table_get_n ()));
  g_assert_null (neg_command_table_find ("view.nothing"));
  for (guint i = 0; i < neg_command_table_get_n (); i++) {
    const NegCommandInfo *command = neg_command_table_get (i);
    g_autofree char *action = NULL;
    g_autoptr (GVariant) parameter = NULL;
    g_autoptr (GError) error = NULL;

    g_action_parse_detailed_name (command->action, &action, &parameter, &error);
    g_assert_no_error (error);
    g_assert_nonnull (strchr (action, '.'));
    g_assert_true (neg_command_table_find (command->action) == command);
    g_assert_cmpint (strlen (command->title), >, 3);
    g_assert_cmpint (strlen (command->topic), >, 2);
  }
}

/* Every command can be learned: F1 leads to a topic that is built in. */
static void
test_topics (void)
{
  const char *source = g_getenv ("NEGATOSCOPE_SOURCE");
  g_autofree char *path = g_build_filename (source != NULL ? source : ".", "data", "learning", "topics.json", NULL);
  g_autofree char *topics = NULL;

  if (!g_file_get_contents (path, &topics, NULL, NULL)) {
    g_test_skip ("not run from the build");
    return;
  }
  for (guint i = 0; i < neg_command_table_get_n (); i++) {
    g_autofree char *id = g_strdup_printf ("\"id\": \"%s\"", neg_command_table_get (i)->topic);

    if (strstr (topics, id) == NULL)
      g_error ("%s: there is no topic %s", neg_command_table_get (i)->action, neg_command_table_get (i)->topic);
  }
}

static void
test_groups (void)
{
  g_autoptr (GHashTable) ended = g_hash_table_new (g_str_hash, g_str_equal);
  const char *last = "";

  for (guint i = 0; i < neg_command_table_get_n (); i++) {
    const char *group = neg_command_table_get (i)->group;

    if (group == NULL || g_str_equal (group, last))
      continue;
    g_assert_false (g_hash_table_contains (ended, group));
    g_hash_table_add (ended, (gpointer) group);
    last = group;
  }
  g_assert_cmpuint (g_hash_table_size (ended), >=, 5);
}

static void
test_keys (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < neg_command_table_get_n (); i++) {
    const NegCommandInfo *command = neg_command_table_get (i);
    g_auto (GStrv) keys = g_strsplit (command->keys, " ", -1);

    for (guint k = 0; keys[k] != NULL; k++) {
      g_autofree char *normal = neg_keymap_normalize (keys[k]);
      char *held;

      g_test_message ("%s: %s", command->action, keys[k]);
      g_assert_nonnull (normal);
      held = g_strconcat (neg_keymap_is_of_list (command) ? "list " : "", normal, NULL);
      g_assert_null (g_hash_table_lookup (seen, held));
      g_hash_table_insert (seen, held, (gpointer) command->action);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command-table/topics", test_topics);
  g_test_add_func ("/command-table/actions", test_actions);
  g_test_add_func ("/command-table/groups", test_groups);
  g_test_add_func ("/command-table/keys", test_keys);
  return g_test_run ();
}
