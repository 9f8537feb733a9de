#include "config.h"

#include "model/neg-site-private.h"

#include <string.h>

#include "base/neg-error.h"

#define FILE_BYTES_MAX (1u << 20)
#define VALUE_BYTES_MAX 4096

NegSiteLayer *
_neg_site_layer_new (const char *path, GKeyFile *keys)
{
  NegSiteLayer *layer = g_new0 (NegSiteLayer, 1);

  layer->path = g_strdup (path);
  layer->keys = keys;
  return layer;
}

void
_neg_site_layer_free (NegSiteLayer *layer)
{
  g_free (layer->path);
  g_key_file_unref (layer->keys);
  g_free (layer);
}

NegSiteLayer *
_neg_site_layer_read (const char *path, GError **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &local)) {
    if (!g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s", local->message);
    return NULL;
  }
  if (length > FILE_BYTES_MAX || !g_utf8_validate (text, length, NULL)) {
    neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s is not a site file: it is too long, or not UTF-8", path);
    return NULL;
  }
  if (!g_key_file_load_from_data (keys, text, length, G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS, &local)) {
    neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s: %s", path, local->message);
    return NULL;
  }
  return _neg_site_layer_new (path, g_steal_pointer (&keys));
}

static const NegSiteLayer *
find_layer (const NegSite *site, const char *group, const char *key)
{
  for (guint i = site->layers->len; i > 0; i--) {
    const NegSiteLayer *layer = site->layers->pdata[i - 1];

    if (g_key_file_has_key (layer->keys, group, key, NULL))
      return layer;
  }
  return NULL;
}

gboolean
_neg_site_fail (const NegSite *site, const char *group, const char *key, GError **error, const char *format, ...)
{
  const NegSiteLayer *layer = find_layer (site, group, key);
  const char *path = layer != NULL ? layer->path : site->home_file;
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  return neg_fail (error, NEG_ERROR_USAGE, path, "%s: [%s] %s: %s", path, group, key, why);
}

/* A remark behind a value, as the documentation of the file shows them: GKeyFile knows only lines of their own. */
const char *
_neg_site_find_comment (const char *value)
{
  for (const char *at = strchr (value, '#'); at != NULL; at = strchr (at + 1, '#'))
    if (at == value || at[-1] == ' ' || at[-1] == '\t')
      return at;
  return NULL;
}

static char *
dup_without_comment (const char *value)
{
  const char *comment = _neg_site_find_comment (value);

  return g_strstrip (comment != NULL ? g_strndup (value, comment - value) : g_strdup (value));
}

static gboolean
has_control (const char *value)
{
  for (const char *at = value; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return TRUE;
  return FALSE;
}

char *
_neg_site_dup_value (const NegSite *site, const char *group, const char *key, GError **error)
{
  const NegSiteLayer *layer = find_layer (site, group, key);
  g_autofree char *written = NULL;
  g_autofree char *value = NULL;

  if (layer == NULL)
    return g_strdup ("");
  written = g_key_file_get_string (layer->keys, group, key, NULL);
  if (written == NULL) {
    _neg_site_fail (site, group, key, error, "has an escape that means nothing");
    return NULL;
  }
  value = dup_without_comment (written);
  if (has_control (value) || strlen (value) > VALUE_BYTES_MAX) {
    _neg_site_fail (site, group, key, error, "is too long or has control characters");
    return NULL;
  }
  return g_steal_pointer (&value);
}

gboolean
_neg_site_read_text (const NegSite *site, const char *group, const char *key, char **value, GError **error)
{
  *value = _neg_site_dup_value (site, group, key, error);
  return *value != NULL;
}

gboolean
_neg_site_is_ae_title (const char *text)
{
  gboolean only_spaces = TRUE;

  for (const char *at = text; *at != '\0'; at++) {
    if (*at < 0x20 || *at > 0x7e || *at == '\\')
      return FALSE;
    only_spaces = only_spaces && *at == ' ';
  }
  return !only_spaces && strlen (text) <= 16;
}

gboolean
_neg_site_read_ae_title (const NegSite *site, const char *group, const char *key, char **value, GError **error)
{
  return _neg_site_read_text (site, group, key, value, error)
         && (**value == '\0' || _neg_site_is_ae_title (*value)
             || _neg_site_fail (site, group, key, error,
                                "“%s” is not an AE title: 1 to 16 plain characters without backslash", *value));
}

/* The value stays as it is where the files say nothing. */
gboolean
_neg_site_read_port (const NegSite *site, const char *group, const char *key, guint16 *port, gboolean *is_auto,
                     GError **error)
{
  g_autofree char *text = NULL;
  guint64 value;

  if (!_neg_site_read_text (site, group, key, &text, error))
    return FALSE;
  *is_auto = strcmp (text, "auto") == 0;
  if (*is_auto)
    *port = 0;
  if (*is_auto || *text == '\0')
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &value, NULL))
    return _neg_site_fail (site, group, key, error, "“%s” is not a port: 0 to 65535", text);
  *port = value;
  return TRUE;
}

gboolean
_neg_site_read_bool (const NegSite *site, const char *group, const char *key, gboolean *value, GError **error)
{
  g_autofree char *text = NULL;

  if (!_neg_site_read_text (site, group, key, &text, error))
    return FALSE;
  if (*text == '\0')
    return TRUE;
  *value = strcmp (text, "true") == 0;
  return *value || strcmp (text, "false") == 0
         || _neg_site_fail (site, group, key, error, "“%s” is neither true nor false", text);
}

static gboolean
find_unit (const char *unit, guint64 *factor)
{
  static const struct {
    const char *name;
    guint64 factor;
  } units[] = { { "", 1 },
                { "kB", 1000 },
                { "MB", 1000000 },
                { "GB", 1000000000 },
                { "TB", G_GUINT64_CONSTANT (1000000000000) },
                { "KiB", 1u << 10 },
                { "MiB", 1u << 20 },
                { "GiB", 1u << 30 },
                { "TiB", G_GUINT64_CONSTANT (1) << 40 } };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (unit, units[i].name) == 0) {
      *factor = units[i].factor;
      return TRUE;
    }
  return FALSE;
}

gboolean
_neg_site_parse_size (const char *text, guint64 *bytes)
{
  g_autofree char *digits = NULL;
  g_autofree char *unit = NULL;
  guint64 value, factor;
  gsize n_digits;

  if (*text == '\0')
    return TRUE;
  n_digits = strspn (text, "0123456789");
  digits = g_strndup (text, n_digits);
  unit = g_strstrip (g_strdup (text + n_digits));
  return g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT64, &value, NULL) && find_unit (unit, &factor)
         && g_uint64_checked_mul (bytes, value, factor) && *bytes <= G_MAXINT64;
}

gboolean
_neg_site_read_size (const NegSite *site, const char *group, const char *key, guint64 *bytes, GError **error)
{
  g_autofree char *text = NULL;

  return _neg_site_read_text (site, group, key, &text, error)
         && (_neg_site_parse_size (text, bytes)
             || _neg_site_fail (site, group, key, error, "“%s” is not a size such as 20GiB", text));
}

gboolean
_neg_site_read_path (const NegSite *site, const char *group, const char *key, char **value, GError **error)
{
  return _neg_site_read_text (site, group, key, value, error)
         && (**value == '\0' || g_path_is_absolute (*value)
             || _neg_site_fail (site, group, key, error, "“%s” is not a path that begins with /", *value));
}

char **
neg_site_list_keys (const NegSite *site, const char *group)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < site->layers->len; i++) {
    const NegSiteLayer *layer = site->layers->pdata[i];
    g_auto (GStrv) keys = g_key_file_get_keys (layer->keys, group, NULL, NULL);

    for (guint j = 0; keys != NULL && keys[j] != NULL; j++)
      if (g_hash_table_add (seen, g_strdup (keys[j])))
        g_strv_builder_add (names, keys[j]);
  }
  return g_strv_builder_end (names);
}

char *
neg_site_dup_value (const NegSite *site, const char *group, const char *key, GError **error)
{
  return _neg_site_dup_value (site, group, key, error);
}

gboolean
neg_site_fail_value (const NegSite *site, const char *group, const char *key, const char *why, GError **error)
{
  return _neg_site_fail (site, group, key, error, "%s", why);
}
