#include "config.h"

#include <string.h>

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"

/* Debian's bundle of the authorities that browsers trust; the engine opens no file. */
#define SYSTEM_AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"
#define PASSWORD_BYTES_MAX 4096

static const struct {
  const char *dicom, *web;
} roles[] = { { "query", "web-query" }, { "echo", "web-query" }, { "get", "web-retrieve" }, { "store", "web-store" },
            { "fetch", "web-fetch" } };

const char *
_neg_web_get_role (const NegPeer *peer, const char *role, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_str_equal (roles[i].dicom, role))
      return roles[i].web;
  neg_fail (error, NEG_ERROR_UNSUPPORTED, peer->name,
            g_str_equal (role, "worklist") ? "a modality worklist is not asked for over DICOMweb"
                                           : "this is not asked for over DICOMweb");
  return NULL;
}

/* Basic authentication (RFC 7617). The site file allows it over https alone. */
static gboolean
add_authorization (GVariantDict *options, const NegPeer *peer, GError **error)
{
  g_autofree char *password = NULL;
  g_autofree char *pair = NULL;
  g_autofree char *encoded = NULL;
  g_autofree char *value = NULL;

  if (*peer->user == '\0')
    return TRUE;
  if (!g_file_get_contents (peer->password_file, &password, NULL, NULL) || strlen (password) > PASSWORD_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_AUTH, peer->name, "the password file %s cannot be read", peer->password_file);
  password[strcspn (password, "\r\n")] = '\0';
  pair = g_strdup_printf ("%s:%s", peer->user, password);
  encoded = g_base64_encode ((const guint8 *) pair, strlen (pair));
  value = g_strconcat ("Basic ", encoded, NULL);
  g_variant_dict_insert (options, NEG_NET_AUTHORIZATION, "s", value);
  return TRUE;
}

gboolean
_neg_web_add_options (GVariantDict *options, const NegPeer *peer, GError **error)
{
  const char *authorities = *peer->tls_ca != '\0' ? peer->tls_ca : SYSTEM_AUTHORITIES;

  g_variant_dict_insert (options, NEG_NET_URL, "s", peer->address);
  if (!g_str_has_prefix (peer->address, "https:"))
    return TRUE;
  return _neg_association_add_file (options, NEG_NET_TLS_CA, authorities, error)
         && _neg_association_add_file (options, NEG_NET_TLS_CERTIFICATE, peer->tls_certificate, error)
         && _neg_association_add_file (options, NEG_NET_TLS_KEY, peer->tls_key, error)
         && add_authorization (options, peer, error);
}

gboolean
_neg_web_probe (NegAssociation *association, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_autofree char *cut_reason = NULL;

  g_hash_table_insert (keys, (char *) "StudyInstanceUID", (char *) "2.25.0");
  return _neg_query_run (association, "study", keys, 1, rows, &cut_reason, error);
}
