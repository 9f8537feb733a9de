#include "config.h"

#include "model/neg-site-private.h"

#include <string.h>

#include "base/neg-error.h"

#define NAME_LENGTH_MAX 64

static const char *const peer_keys[] = { "address", "calling-ae", "use", "retrieve", "issuer", "accession-issuer",
                                         "tls-ca", "tls-certificate", "tls-key", "user", "password-file", NULL };
static const char *const use_names[] = { "query", "retrieve", "store", "commit", "worklist", "mpps" };
static const char *const retrieve_names[] = { "get", "move", "web" };

#define DEFAULT_USE (NEG_PEER_QUERY | NEG_PEER_RETRIEVE | NEG_PEER_STORE)
#define USE_OF_WEB DEFAULT_USE

const char *const *
_neg_site_get_peer_keys (void)
{
  return peer_keys;
}

void
_neg_peer_free (NegPeer *peer)
{
  if (peer == NULL)
    return;
  g_free (peer->name);
  g_free (peer->address);
  g_free (peer->host);
  g_free (peer->called_ae);
  g_free (peer->path);
  g_free (peer->calling_ae);
  g_free (peer->issuer);
  g_free (peer->accession_issuer);
  g_free (peer->tls_ca);
  g_free (peer->tls_certificate);
  g_free (peer->tls_key);
  g_free (peer->user);
  g_free (peer->password_file);
  g_free (peer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPeer, _neg_peer_free)

static gboolean
read_address (const NegSite *site, const char *group, NegPeer *peer, GError **error)
{
  g_autofree char *why = NULL;

  if (!_neg_site_read_text (site, group, "address", &peer->address, error))
    return FALSE;
  if (*peer->address == '\0')
    return _neg_site_fail (site, group, "address", error, "is missing");
  if (!_neg_peer_parse_address (peer, &why))
    return _neg_site_fail (site, group, "address", error, "“%s”: %s", peer->address, why);
  if (peer->called_ae == NULL)
    peer->called_ae = g_strdup ("");
  if (peer->path == NULL)
    peer->path = g_strdup ("");
  return TRUE;
}

static gboolean
read_use (const NegSite *site, const char *group, NegPeer *peer, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!_neg_site_read_text (site, group, "use", &text, error))
    return FALSE;
  peer->use = *text == '\0' ? DEFAULT_USE : 0;
  words = g_strsplit (text, ";", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    const char *word = g_strstrip (words[i]);
    guint bit = 0;

    while (bit < G_N_ELEMENTS (use_names) && strcmp (word, use_names[bit]) != 0)
      bit++;
    if (bit < G_N_ELEMENTS (use_names))
      peer->use |= 1u << bit;
    else if (*word != '\0')
      return _neg_site_fail (site, group, "use", error,
                             "“%s” is none of query;retrieve;store;commit;worklist", word);
  }
  if (peer->kind == NEG_PEER_WEB && (peer->use & ~USE_OF_WEB) != 0)
    return _neg_site_fail (site, group, "use", error, "DICOMweb has neither commit nor worklist here");
  return TRUE;
}

static gboolean
read_retrieve (const NegSite *site, const char *group, NegPeer *peer, GError **error)
{
  g_autofree char *text = NULL;
  guint way = 0;

  if (!_neg_site_read_text (site, group, "retrieve", &text, error))
    return FALSE;
  peer->retrieve = peer->kind == NEG_PEER_WEB ? NEG_RETRIEVE_WEB : NEG_RETRIEVE_GET;
  if (*text == '\0')
    return TRUE;
  while (way < G_N_ELEMENTS (retrieve_names) && strcmp (text, retrieve_names[way]) != 0)
    way++;
  if (way == G_N_ELEMENTS (retrieve_names))
    return _neg_site_fail (site, group, "retrieve", error, "“%s” is none of get, move and web", text);
  if ((way == NEG_RETRIEVE_WEB) != (peer->kind == NEG_PEER_WEB))
    return _neg_site_fail (site, group, "retrieve", error, "“%s” does not go with the address %s", text,
                           peer->address);
  peer->retrieve = way;
  return TRUE;
}

/* A key that looks as if it protected something, and does not, is worse than none. */
static gboolean
check_protection (const NegSite *site, const char *group, const NegPeer *peer, GError **error)
{
  gboolean is_secure = peer->kind == NEG_PEER_DICOM_TLS || g_str_has_prefix (peer->address, "https://");
  gboolean has_any = *peer->tls_ca != '\0' || *peer->tls_certificate != '\0' || *peer->tls_key != '\0';

  if (has_any && !is_secure)
    return _neg_site_fail (site, group, "address", error, "%s is not encrypted, but the peer has tls keys: use %s",
                           peer->address, peer->kind == NEG_PEER_WEB ? "https://" : "dicoms://");
  if ((*peer->tls_certificate == '\0') != (*peer->tls_key == '\0'))
    return _neg_site_fail (site, group, *peer->tls_key == '\0' ? "tls-key" : "tls-certificate", error,
                           "is missing: certificate and key belong together");
  if (peer->kind == NEG_PEER_DICOM_TLS && *peer->tls_ca == '\0')
    return _neg_site_fail (site, group, "tls-ca", error, "is missing: whom to trust");
  if ((*peer->user != '\0' || *peer->password_file != '\0') && (peer->kind != NEG_PEER_WEB || !is_secure))
    return _neg_site_fail (site, group, "user", error, "a user and a password go over https only");
  if (strchr (peer->user, ':') != NULL) /* RFC 7617 2 */
    return _neg_site_fail (site, group, "user", error, "has a colon");
  if ((*peer->user == '\0') != (*peer->password_file == '\0'))
    return _neg_site_fail (site, group, *peer->user == '\0' ? "user" : "password-file", error,
                           "is missing: user and password-file belong together");
  return TRUE;
}

static gboolean
read_rest (const NegSite *site, const char *group, NegPeer *peer, GError **error)
{
  if (!_neg_site_read_ae_title (site, group, "calling-ae", &peer->calling_ae, error)
      || !_neg_site_read_text (site, group, "issuer", &peer->issuer, error)
      || !_neg_site_read_text (site, group, "accession-issuer", &peer->accession_issuer, error)
      || !_neg_site_read_path (site, group, "tls-ca", &peer->tls_ca, error)
      || !_neg_site_read_path (site, group, "tls-certificate", &peer->tls_certificate, error)
      || !_neg_site_read_path (site, group, "tls-key", &peer->tls_key, error)
      || !_neg_site_read_text (site, group, "user", &peer->user, error)
      || !_neg_site_read_path (site, group, "password-file", &peer->password_file, error))
    return FALSE;
  if (*peer->calling_ae == '\0') {
    g_free (peer->calling_ae);
    peer->calling_ae = g_strdup (site->ae_title);
  }
  return check_protection (site, group, peer, error);
}

/* Names are typed on command lines and shown in lists, and a backslash separates them in the reading list. */
static gboolean
is_name (const char *name)
{
  g_autofree char *stripped = g_strstrip (g_strdup (name));

  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)) || strchr ("\\[]", *at) != NULL)
      return FALSE;
  return *name != '\0' && strcmp (name, stripped) == 0 && g_utf8_strlen (name, -1) <= NAME_LENGTH_MAX;
}

gboolean
_neg_site_read_peer (const NegSite *site, const char *group, NegPeer **result, GError **error)
{
  g_autoptr (NegPeer) peer = g_new0 (NegPeer, 1);

  peer->name = g_strdup (group + strlen (NEG_SITE_PEER_PREFIX));
  if (!is_name (peer->name))
    return _neg_site_fail (site, group, "address", error, "“%s” is not a name for a peer", peer->name);
  if (!read_address (site, group, peer, error) || !read_use (site, group, peer, error)
      || !read_retrieve (site, group, peer, error) || !read_rest (site, group, peer, error))
    return FALSE;
  *result = g_steal_pointer (&peer);
  return TRUE;
}

const NegPeer *
neg_site_find_peer (const NegSite *site, const char *name, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < site->peers->len; i++) {
    const NegPeer *peer = site->peers->pdata[i];

    if (strcmp (peer->name, name) == 0)
      return peer;
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", peer->name);
  }
  if (site->peers->len == 0)
    neg_fail (error, NEG_ERROR_NOT_FOUND, name, "there is no peer “%s”: the site file names none", name);
  else
    neg_fail (error, NEG_ERROR_NOT_FOUND, name, "there is no peer “%s”; there are %s", name, names->str);
  return NULL;
}

const NegPeer *
neg_site_find_caller (const NegSite *site, const char *calling_ae)
{
  for (guint i = 0; i < site->peers->len; i++) {
    const NegPeer *peer = site->peers->pdata[i];

    if (peer->kind != NEG_PEER_WEB && strcmp (peer->called_ae, calling_ae) == 0)
      return peer;
  }
  return NULL;
}
