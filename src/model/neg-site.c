#include "config.h"

#include "model/neg-site-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"

#define SYSTEM_FILE "/etc/negatoscope/site.conf"
#define HOME_FILE "site.conf"

#define DEFAULT_AE_TITLE "NEGATOSCOPE"
#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_PORT 11112
#define DEFAULT_QUOTA_BYTES (G_GUINT64_CONSTANT (20) << 30)
#define DEFAULT_KEEP_FREE_BYTES (G_GUINT64_CONSTANT (1) << 30)

/* What commands.md names; keys NULL: the group belongs to another part, which looks at them itself. */
static const char *const site_keys[] = { "timezone", NULL };
static const char *const dicom_keys[] = { "default-issuer", "ae-title", "listen-address", "port", "accept-unknown",
                                          "tls-port", "tls-certificate", "tls-key", "tls-ca", NULL };
static const char *const archive_keys[] = { "quota", "keep-free", NULL };
static const char *const library_keys[] = { "folder", "every", "tls-ca", "quota-mib", NULL };
/* "contact.1", "contact.2" beside them. */
static const char *const support_keys[] = { "room", "allow-hosts", "webhook", "answers", "tls-ca", "hours", NULL };
static const struct {
  const char *group;
  const char *const *keys;
} groups[] = {
  { "site", site_keys }, { "dicom", dicom_keys }, { "archive", archive_keys }, { "prefetch", NULL },
  { "library", library_keys }, { "support", support_keys },   { "training", NULL },        { "roles", NULL },
  { "quality", NULL },
};

/* FALSE: nobody knows the group. */
static gboolean
find_keys (const char *group, const char *const **keys)
{
  *keys = NULL;
  if (g_str_has_prefix (group, NEG_SITE_PEER_PREFIX)) {
    *keys = _neg_site_get_peer_keys ();
    return TRUE;
  }
  if (strcmp (group, "hl7") == 0) {
    *keys = _neg_site_get_hl7_keys ();
    return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    if (strcmp (group, groups[i].group) == 0) {
      *keys = groups[i].keys;
      return TRUE;
    }
  return FALSE;
}

static gboolean
is_known (const char *group, const char *const *known, const char *key)
{
  if (strcmp (group, "prefetch") == 0)
    return _neg_site_is_prefetch_key (key);
  if (strcmp (group, "support") == 0 && g_str_has_prefix (key, "contact."))
    return TRUE;
  return known == NULL || g_strv_contains (known, key);
}

static void
warn_of_group (const NegSiteLayer *layer, const char *group, GPtrArray *warnings)
{
  g_auto (GStrv) names = g_key_file_get_keys (layer->keys, group, NULL, NULL);
  const char *const *known;

  if (!find_keys (group, &known)) {
    g_ptr_array_add (warnings, g_strdup_printf ("%s: nobody knows the group [%s]", layer->path, group));
    return;
  }
  for (guint i = 0; names[i] != NULL; i++)
    if (!is_known (group, known, names[i]))
      g_ptr_array_add (warnings,
                       g_strdup_printf ("%s: [%s] has no key %s, it is ignored", layer->path, group, names[i]));
}

static void
warn (const NegSite *site, GPtrArray *warnings)
{
  for (guint i = 0; i < site->layers->len; i++) {
    const NegSiteLayer *layer = site->layers->pdata[i];
    g_auto (GStrv) names = g_key_file_get_groups (layer->keys, NULL);

    for (guint j = 0; names[j] != NULL; j++)
      warn_of_group (layer, names[j], warnings);
  }
}

static gboolean
read_timezone (NegSite *site, GError **error)
{
  g_autofree char *name = NULL;

  if (!_neg_site_read_text (site, "site", "timezone", &name, error))
    return FALSE;
  site->timezone = *name == '\0' ? g_time_zone_new_local () : g_time_zone_new_identifier (name);
  return site->timezone != NULL
         || _neg_site_fail (site, "site", "timezone", error, "“%s” is not the name of a time zone", name);
}

static gboolean
read_listen_address (NegSite *site, GError **error)
{
  g_autoptr (GInetAddress) address = NULL;

  if (!_neg_site_read_text (site, "dicom", "listen-address", &site->listen_address, error))
    return FALSE;
  if (*site->listen_address == '\0') {
    g_free (site->listen_address);
    site->listen_address = g_strdup (DEFAULT_ADDRESS);
  }
  address = g_inet_address_new_from_string (site->listen_address);
  return address != NULL
         || _neg_site_fail (site, "dicom", "listen-address", error, "“%s” is not an IP address",
                            site->listen_address);
}

static gboolean
read_receiver_tls (NegSite *site, GError **error)
{
  if (!_neg_site_read_port (site, "dicom", "tls-port", &site->tls_port, &site->is_tls_port_auto, error)
      || !_neg_site_read_path (site, "dicom", "tls-certificate", &site->tls_certificate, error)
      || !_neg_site_read_path (site, "dicom", "tls-key", &site->tls_key, error)
      || !_neg_site_read_path (site, "dicom", "tls-ca", &site->tls_ca, error))
    return FALSE;
  if (site->tls_port == 0 && !site->is_tls_port_auto)
    return TRUE;
  if (*site->tls_certificate == '\0' || *site->tls_key == '\0')
    return _neg_site_fail (site, "dicom", "tls-port", error, "needs tls-certificate and tls-key");
  return TRUE;
}

static gboolean
read_dicom (NegSite *site, GError **error)
{
  site->port = DEFAULT_PORT;
  if (!_neg_site_read_ae_title (site, "dicom", "ae-title", &site->ae_title, error)
      || !_neg_site_read_text (site, "dicom", "default-issuer", &site->default_issuer, error)
      || !read_listen_address (site, error)
      || !_neg_site_read_port (site, "dicom", "port", &site->port, &site->is_port_auto, error)
      || !_neg_site_read_bool (site, "dicom", "accept-unknown", &site->accept_unknown, error)
      || !read_receiver_tls (site, error))
    return FALSE;
  if (*site->ae_title == '\0') {
    g_free (site->ae_title);
    site->ae_title = g_strdup (DEFAULT_AE_TITLE);
  }
  return TRUE;
}

static gboolean
add_peers_of (NegSite *site, const NegSiteLayer *layer, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_groups (layer->keys, NULL);

  for (guint i = 0; names[i] != NULL; i++) {
    NegPeer *peer;

    if (!g_str_has_prefix (names[i], NEG_SITE_PEER_PREFIX)
        || neg_site_find_peer (site, names[i] + strlen (NEG_SITE_PEER_PREFIX), NULL) != NULL)
      continue;
    if (!_neg_site_read_peer (site, names[i], &peer, error))
      return FALSE;
    g_ptr_array_add (site->peers, peer);
  }
  return TRUE;
}

static gboolean
read_all (NegSite *site, GError **error)
{
  site->quota_bytes = DEFAULT_QUOTA_BYTES;
  site->keep_free_bytes = DEFAULT_KEEP_FREE_BYTES;
  if (!read_timezone (site, error) || !read_dicom (site, error) || !_neg_site_read_hl7 (site, error)
      || !_neg_site_read_size (site, "archive", "quota", &site->quota_bytes, error)
      || !_neg_site_read_size (site, "archive", "keep-free", &site->keep_free_bytes, error))
    return FALSE;
  for (guint i = 0; i < site->layers->len; i++)
    if (!add_peers_of (site, site->layers->pdata[i], error))
      return FALSE;
  return _neg_site_read_prefetch (site, error);
}

NegSite *
_neg_site_build (GPtrArray *layers, const char *home_file, const char *config, GPtrArray *warnings, GError **error)
{
  g_autoptr (NegSite) site = g_new0 (NegSite, 1);

  g_atomic_ref_count_init (&site->references);
  site->layers = layers;
  site->home_file = g_strdup (home_file);
  site->config = g_strdup (config);
  site->peers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_peer_free);
  if (!read_all (site, error))
    return NULL;
  warn (site, warnings);
  return g_steal_pointer (&site);
}

static char *
dup_home_file (const char *home)
{
  g_autofree char *data = neg_paths_dup_data_folder (NULL);

  return g_build_filename (home != NULL ? home : data, HOME_FILE, NULL);
}

static gboolean
add_layer (GPtrArray *layers, const char *path, gboolean must_be, GError **error)
{
  g_autoptr (GError) local = NULL;
  NegSiteLayer *layer = _neg_site_layer_read (path, &local);

  if (layer != NULL)
    g_ptr_array_add (layers, layer);
  else if (local != NULL) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  } else if (must_be)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, path, "%s: there is no such site file", path);
  return TRUE;
}

NegSite *
neg_site_load (const char *home, const char *config, char ***warnings, GError **error)
{
  g_autoptr (GPtrArray) layers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_site_layer_free);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *home_file = dup_home_file (home);
  NegSite *site;

  if (!add_layer (layers, SYSTEM_FILE, FALSE, error) || !add_layer (layers, home_file, FALSE, error)
      || (config != NULL && !add_layer (layers, config, TRUE, error)))
    return NULL;
  site = _neg_site_build (g_steal_pointer (&layers), home_file, config, words, error);
  if (site != NULL && warnings != NULL) {
    g_ptr_array_add (words, NULL);
    *warnings = g_strdupv ((char **) words->pdata);
  }
  return site;
}

NegSite *
neg_site_ref (NegSite *site)
{
  g_atomic_ref_count_inc (&site->references);
  return site;
}

void
neg_site_unref (NegSite *site)
{
  if (site == NULL || !g_atomic_ref_count_dec (&site->references))
    return;
  g_ptr_array_unref (site->layers);
  g_ptr_array_unref (site->peers);
  g_clear_pointer (&site->timezone, g_time_zone_unref);
  g_free (site->home_file);
  g_free (site->config);
  g_free (site->ae_title);
  g_free (site->listen_address);
  g_free (site->default_issuer);
  g_free (site->tls_certificate);
  g_free (site->tls_key);
  g_free (site->tls_ca);
  _neg_site_clear_hl7 (site);
  _neg_site_clear_prefetch (site);
  g_free (site);
}

const char *
neg_site_get_ae_title (const NegSite *site)
{
  return site->ae_title;
}

const char *
neg_site_get_listen_address (const NegSite *site)
{
  return site->listen_address;
}

guint16
neg_site_get_port (const NegSite *site)
{
  return site->port;
}

gboolean
neg_site_is_port_auto (const NegSite *site)
{
  return site->is_port_auto;
}

gboolean
neg_site_get_accept_unknown (const NegSite *site)
{
  return site->accept_unknown;
}

const char *
neg_site_get_default_issuer (const NegSite *site)
{
  return site->default_issuer;
}

GTimeZone *
neg_site_get_timezone (const NegSite *site)
{
  return site->timezone;
}

guint16
neg_site_get_tls_port (const NegSite *site)
{
  return site->tls_port;
}

gboolean
neg_site_is_tls_port_auto (const NegSite *site)
{
  return site->is_tls_port_auto;
}

const char *
neg_site_get_tls_certificate (const NegSite *site)
{
  return site->tls_certificate;
}

const char *
neg_site_get_tls_key (const NegSite *site)
{
  return site->tls_key;
}

const char *
neg_site_get_tls_ca (const NegSite *site)
{
  return site->tls_ca;
}

guint64
neg_site_get_quota_bytes (const NegSite *site)
{
  return site->quota_bytes;
}

guint64
neg_site_get_keep_free_bytes (const NegSite *site)
{
  return site->keep_free_bytes;
}

const char *
neg_site_get_home_file (const NegSite *site)
{
  return site->home_file;
}

GPtrArray *
neg_site_get_peers (const NegSite *site)
{
  return site->peers;
}
