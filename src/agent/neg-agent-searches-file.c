#include "config.h"

#include "agent/neg-agent-searches-private.h"

#include <string.h>

#include "base/neg-error.h"

#define PREFIX "search "
#define WORKLISTS_EVERY_S 60

void
_neg_search_free (NegSearch *search)
{
  g_free (search->name);
  g_strfreev (search->peers);
  g_hash_table_unref (search->keys);
  g_free (search->failure);
  g_free (search);
}

NegSearch *
_neg_search_new (const char *name, const char *const *peers, GHashTable *keys, guint every_s)
{
  NegSearch *search = g_new0 (NegSearch, 1);
  GHashTableIter iter;
  gpointer key, value;

  search->name = g_strdup (name);
  search->peers = g_strdupv ((char **) peers);
  search->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (keys != NULL) {
    g_hash_table_iter_init (&iter, keys);
    while (g_hash_table_iter_next (&iter, &key, &value))
      g_hash_table_replace (search->keys, g_strdup (key), g_strdup (value));
  }
  search->every_s = every_s;
  search->failure = g_strdup ("");
  return search;
}

NegSearch *
_neg_search_copy (const NegSearch *search)
{
  return _neg_search_new (search->name, (const char *const *) search->peers, search->keys, search->every_s);
}

/* Paths of attributes have brackets, which no key of a GKeyFile may have: all of them are one value, as GVariant
 * prints it. */
static GHashTable *
parse_keys (const char *text)
{
  g_autoptr (GVariant) variant = g_variant_parse (G_VARIANT_TYPE ("a{ss}"), text, NULL, NULL, NULL);
  GHashTable *keys;
  GVariantIter iter;
  char *key, *value;

  if (variant == NULL)
    return NULL;
  keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "{ss}", &key, &value))
    g_hash_table_replace (keys, key, value);
  return keys;
}

static char *
print_keys (GHashTable *keys)
{
  g_autoptr (GVariant) variant = NULL;
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer key, value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_variant_builder_add (&builder, "{ss}", key, value);
  variant = g_variant_ref_sink (g_variant_builder_end (&builder));
  return g_variant_print (variant, FALSE);
}

static NegSearch *
read_search (GKeyFile *file, const char *group)
{
  static const char *const nobody[] = { NULL };
  g_autofree char *text = g_key_file_get_string (file, group, "keys", NULL);
  g_autoptr (GHashTable) keys = parse_keys (text != NULL ? text : "{}");
  g_auto (GStrv) peers = g_key_file_get_string_list (file, group, "peers", NULL, NULL);
  guint64 every_s = g_key_file_get_uint64 (file, group, "every", NULL);

  if (keys == NULL || every_s > G_MAXUINT)
    return NULL;
  return _neg_search_new (group + strlen (PREFIX), peers != NULL ? (const char *const *) peers : nobody, keys,
                          every_s);
}

static gboolean
has_worklists (GPtrArray *searches)
{
  for (guint i = 0; i < searches->len; i++)
    if (strcmp (((NegSearch *) searches->pdata[i])->name, NEG_SEARCH_WORKLISTS) == 0)
      return TRUE;
  return FALSE;
}

GPtrArray *
_neg_searches_load (const char *path, GError **error)
{
  static const char *const nobody[] = { NULL };
  g_autoptr (GPtrArray) searches = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_search_free);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;
  g_autoptr (GError) local = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &local)
      && !g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s: %s", path, local->message);
    return NULL;
  }
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++) {
    NegSearch *search = g_str_has_prefix (groups[i], PREFIX) ? read_search (file, groups[i]) : NULL;

    if (search == NULL) {
      neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s: [%s] is not a saved search", path, groups[i]);
      return NULL;
    }
    g_ptr_array_add (searches, search);
  }
  if (!has_worklists (searches))
    g_ptr_array_add (searches, _neg_search_new (NEG_SEARCH_WORKLISTS, nobody, NULL, WORKLISTS_EVERY_S));
  return g_steal_pointer (&searches);
}

gboolean
_neg_searches_save (const char *path, GPtrArray *searches, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  gsize length;

  for (guint i = 0; i < searches->len; i++) {
    const NegSearch *search = searches->pdata[i];
    g_autofree char *group = g_strconcat (PREFIX, search->name, NULL);
    g_autofree char *keys = print_keys (search->keys);

    g_key_file_set_string_list (file, group, "peers", (const char *const *) search->peers,
                                g_strv_length (search->peers));
    g_key_file_set_string (file, group, "keys", keys);
    g_key_file_set_uint64 (file, group, "every", search->every_s);
  }
  text = g_key_file_to_data (file, &length, NULL);
  if (g_file_set_contents_full (path, text, length,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &local))
    return TRUE;
  return neg_fail (error,
                   g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? NEG_ERROR_DISK_FULL
                                                                             : NEG_ERROR_UNREADABLE,
                   path, "%s cannot be written: %s", path, local->message);
}
