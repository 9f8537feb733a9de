#include "config.h"

#include "model/neg-site-private.h"

#define GROUP "hl7"
#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_PORT 2575
#define DEFAULT_PROCESSING_ID "P"

const char *const *
_neg_site_get_hl7_keys (void)
{
  static const char *const keys[]
      = { "default-issuer",  "listen-address", "port",          "processing-id", "primary-authority",
          "tls-certificate", "tls-key",        "tls-client-ca", "tls-ca",        "allow",
          NULL };

  return keys;
}

static gboolean
read_or_default (const NegSite *site, const char *key, const char *otherwise, char **value, GError **error)
{
  if (!_neg_site_read_text (site, GROUP, key, value, error))
    return FALSE;
  if (**value == '\0') {
    g_free (*value);
    *value = g_strdup (otherwise);
  }
  return TRUE;
}

static gboolean
read_listen_address (NegSite *site, GError **error)
{
  g_autoptr (GInetAddress) address = NULL;

  if (!read_or_default (site, "listen-address", DEFAULT_ADDRESS, &site->hl7.listen_address, error))
    return FALSE;
  address = g_inet_address_new_from_string (site->hl7.listen_address);
  return address != NULL
         || _neg_site_fail (site, GROUP, "listen-address", error, "“%s” is not an IP address",
                            site->hl7.listen_address);
}

/* Without a certificate there is no TLS, and then nobody could be asked for his. */
static gboolean
read_tls (NegSite *site, GError **error)
{
  NegSiteHl7 *hl7 = &site->hl7;

  if (!_neg_site_read_path (site, GROUP, "tls-certificate", &hl7->tls_certificate, error)
      || !_neg_site_read_path (site, GROUP, "tls-key", &hl7->tls_key, error)
      || !_neg_site_read_path (site, GROUP, "tls-client-ca", &hl7->tls_client_ca, error)
      || !_neg_site_read_path (site, GROUP, "tls-ca", &hl7->tls_ca, error))
    return FALSE;
  if (*hl7->tls_certificate != '\0' && *hl7->tls_key == '\0')
    return _neg_site_fail (site, GROUP, "tls-certificate", error, "needs tls-key");
  if (*hl7->tls_certificate == '\0' && *hl7->tls_key != '\0')
    return _neg_site_fail (site, GROUP, "tls-key", error, "needs tls-certificate");
  if (*hl7->tls_certificate == '\0' && *hl7->tls_client_ca != '\0')
    return _neg_site_fail (site, GROUP, "tls-client-ca", error, "needs tls-certificate and tls-key");
  return TRUE;
}

static gboolean
read_allow (NegSite *site, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!_neg_site_read_text (site, GROUP, "allow", &text, error))
    return FALSE;
  words = g_strsplit (text, ";", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    GInetAddressMask *mask;

    g_strstrip (words[i]);
    if (*words[i] == '\0')
      continue;
    mask = g_inet_address_mask_new_from_string (words[i], NULL);
    if (mask == NULL)
      return _neg_site_fail (site, GROUP, "allow", error, "“%s” is neither an address nor a network such as 10.1.0.0/16",
                             words[i]);
    g_ptr_array_add (site->hl7.allow, mask);
  }
  return TRUE;
}

gboolean
_neg_site_read_hl7 (NegSite *site, GError **error)
{
  NegSiteHl7 *hl7 = &site->hl7;

  hl7->port = DEFAULT_PORT;
  hl7->allow = g_ptr_array_new_with_free_func (g_object_unref);
  return _neg_site_read_text (site, GROUP, "default-issuer", &hl7->default_issuer, error)
         && _neg_site_read_text (site, GROUP, "primary-authority", &hl7->primary_authority, error)
         && read_or_default (site, "processing-id", DEFAULT_PROCESSING_ID, &hl7->processing_id, error)
         && read_listen_address (site, error)
         && _neg_site_read_port (site, GROUP, "port", &hl7->port, &hl7->is_port_auto, error)
         && read_tls (site, error) && read_allow (site, error);
}

void
_neg_site_clear_hl7 (NegSite *site)
{
  NegSiteHl7 *hl7 = &site->hl7;

  g_free (hl7->default_issuer);
  g_free (hl7->listen_address);
  g_free (hl7->processing_id);
  g_free (hl7->primary_authority);
  g_free (hl7->tls_certificate);
  g_free (hl7->tls_key);
  g_free (hl7->tls_client_ca);
  g_free (hl7->tls_ca);
  g_clear_pointer (&hl7->allow, g_ptr_array_unref);
}

const NegSiteHl7 *
neg_site_get_hl7 (const NegSite *site)
{
  return &site->hl7;
}

gboolean
neg_site_hl7_allows (const NegSiteHl7 *hl7, const char *address)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);

  if (hl7->allow->len == 0)
    return TRUE;
  for (guint i = 0; parsed != NULL && i < hl7->allow->len; i++) {
    GInetAddressMask *mask = g_ptr_array_index (hl7->allow, i);

    if (g_inet_address_mask_get_family (mask) == g_inet_address_get_family (parsed)
        && g_inet_address_mask_matches (mask, parsed))
      return TRUE;
  }
  return FALSE;
}
