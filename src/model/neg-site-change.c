#include "config.h"

#include "model/neg-site-private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"

static char *
dup_group (const char *name)
{
  return g_strconcat (NEG_SITE_PEER_PREFIX, name, NULL);
}

/* The file, other than the home's, that has @group; --config's only when @stronger. */
static const char *
find_other_file (const NegSite *site, const char *group, gboolean stronger)
{
  for (guint i = 0; i < site->layers->len; i++) {
    const NegSiteLayer *layer = site->layers->pdata[i];

    if (strcmp (layer->path, site->home_file) != 0 && g_key_file_has_group (layer->keys, group)
        && (!stronger || g_strcmp0 (layer->path, site->config) == 0))
      return layer->path;
  }
  return NULL;
}

GHashTable *
neg_site_dup_peer_keys (const NegSite *site, const char *name, gboolean *writable)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *group = dup_group (name);

  for (guint i = 0; i < site->layers->len; i++) {
    const NegSiteLayer *layer = site->layers->pdata[i];
    g_auto (GStrv) names = g_key_file_get_keys (layer->keys, group, NULL, NULL);

    for (guint j = 0; names != NULL && names[j] != NULL; j++) {
      char *value = _neg_site_dup_value (site, group, names[j], NULL);

      if (value != NULL)
        g_hash_table_replace (keys, g_strdup (names[j]), value);
    }
  }
  if (writable != NULL)
    *writable = find_other_file (site, group, TRUE) == NULL;
  return neg_site_find_peer (site, name, NULL) != NULL ? g_steal_pointer (&keys) : NULL;
}

static gboolean
set_keys (GKeyFile *keys, const char *group, GHashTable *values, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    if (!g_strv_contains (_neg_site_get_peer_keys (), key))
      return neg_fail (error, NEG_ERROR_USAGE, key, "a peer has no key “%s”", (const char *) key);
    if (value == NULL || *(const char *) value == '\0')
      g_key_file_remove_key (keys, group, key, NULL);
    else if (!g_utf8_validate (value, -1, NULL) || _neg_site_find_comment (value) != NULL)
      return neg_fail (error, NEG_ERROR_USAGE, key, "the value of %s is not UTF-8, or has a # behind a space",
                       (const char *) key);
    else
      g_key_file_set_string (keys, group, key, value);
  }
  return TRUE;
}

/* A copy, so that what is refused changes nothing. */
static GKeyFile *
dup_home_keys (const NegSite *site, GError **error)
{
  g_autoptr (GError) local = NULL;
  NegSiteLayer *layer = _neg_site_layer_read (site->home_file, &local);
  GKeyFile *keys;

  if (local != NULL) {
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }
  if (layer == NULL)
    return g_key_file_new ();
  keys = g_key_file_ref (layer->keys);
  _neg_site_layer_free (layer);
  return keys;
}

/* As it would be loaded the next time. */
static gboolean
check_changed (const NegSite *site, GKeyFile *keys, GError **error)
{
  GPtrArray *layers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_site_layer_free);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (NegSite) changed = NULL;
  NegSiteLayer *home = _neg_site_layer_new (site->home_file, g_key_file_ref (keys));
  gboolean is_added = FALSE;

  for (guint i = 0; i < site->layers->len; i++) {
    const NegSiteLayer *layer = site->layers->pdata[i];

    if (!is_added && (strcmp (layer->path, site->home_file) == 0 || g_strcmp0 (layer->path, site->config) == 0)) {
      g_ptr_array_add (layers, home);
      is_added = TRUE;
    }
    if (strcmp (layer->path, site->home_file) != 0)
      g_ptr_array_add (layers, _neg_site_layer_new (layer->path, g_key_file_ref (layer->keys)));
  }
  if (!is_added)
    g_ptr_array_add (layers, home);
  changed = _neg_site_build (layers, site->home_file, site->config, warnings, error);
  return changed != NULL;
}

static gboolean
sync_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return done;
}

static gboolean
write_keys (const NegSite *site, GKeyFile *keys, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (site->home_file);
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  gsize length;

  text = g_key_file_to_data (keys, &length, NULL);
  if (g_mkdir_with_parents (folder, 0700) != 0
      || !g_file_set_contents_full (site->home_file, text, length,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &local)
      || !sync_folder (folder))
    return neg_fail (error,
                     g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? NEG_ERROR_DISK_FULL
                                                                               : NEG_ERROR_UNREADABLE,
                     site->home_file, "%s cannot be written%s%s", site->home_file, local != NULL ? ": " : "",
                     local != NULL ? local->message : "");
  return TRUE;
}

static gboolean
remove_peer (const NegSite *site, GKeyFile *keys, const char *name, const char *group, GError **error)
{
  const char *other = find_other_file (site, group, FALSE);

  if (other != NULL)
    return neg_fail (error, NEG_ERROR_REFUSED, name, "the peer “%s” is in %s, which only an administrator changes",
                     name, other);
  if (!g_key_file_remove_group (keys, group, NULL))
    return neg_site_find_peer (site, name, error) != NULL;
  return TRUE;
}

gboolean
neg_site_change_peer (const NegSite *site, const char *name, GHashTable *values, GError **error)
{
  g_autofree char *group = dup_group (name);
  g_autoptr (GKeyFile) keys = NULL;
  const char *stronger = find_other_file (site, group, TRUE);

  if (*name == '\0' || !g_utf8_validate (name, -1, NULL) || strpbrk (name, "[]\\\r\n\t") != NULL)
    return neg_fail (error, NEG_ERROR_USAGE, "name", "this is not a name for a peer");
  if (stronger != NULL)
    return neg_fail (error, NEG_ERROR_REFUSED, name, "the peer “%s” is in %s, which wins over what is set here", name,
                     stronger);
  keys = dup_home_keys (site, error);
  if (keys == NULL)
    return FALSE;
  if (values != NULL ? !set_keys (keys, group, values, error) : !remove_peer (site, keys, name, group, error))
    return FALSE;
  return check_changed (site, keys, error) && write_keys (site, keys, error);
}
