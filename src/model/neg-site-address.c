#include "config.h"

#include "model/neg-site-private.h"

#include <string.h>

#define HOST_LENGTH_MAX 253 /* RFC 1035 2.3.4 */

/* A name or a number; in brackets for IPv6 (RFC 3986 3.2.2). */
static gboolean
is_host (const char *host)
{
  if (*host == '\0' || *host == '-' || *host == '.' || strlen (host) > HOST_LENGTH_MAX)
    return FALSE;
  for (const char *at = host; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("-._", *at) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_ipv6 (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
}

/* "host", "host:port", "[::1]:port"; *port stays where none is named. */
static gboolean
parse_authority (const char *text, char **host, guint16 *port)
{
  const char *colon;
  guint64 value;

  if (*text == '[') {
    const char *end = strchr (text, ']');

    if (end == NULL || (end[1] != '\0' && end[1] != ':'))
      return FALSE;
    *host = g_strndup (text + 1, end - text - 1);
    colon = end[1] == ':' ? end + 1 : NULL;
    if (!is_ipv6 (*host))
      return FALSE;
  } else {
    colon = strchr (text, ':');
    *host = colon != NULL ? g_strndup (text, colon - text) : g_strdup (text);
    if (!is_host (*host))
      return FALSE;
  }
  if (colon == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &value, NULL))
    return FALSE;
  *port = value;
  return TRUE;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address) : g_ascii_strcasecmp (host, "localhost") == 0;
}

/* dicom://AE@host:port, no default: 104 and 11112 are both usual. An AE title may have an @ itself. */
static gboolean
parse_dicom (NegPeer *peer, const char *rest, char **why)
{
  const char *at = strrchr (rest, '@');

  if (at != NULL) {
    peer->called_ae = g_strndup (rest, at - rest);
    g_strstrip (peer->called_ae);
  }
  if (at == NULL || !_neg_site_is_ae_title (peer->called_ae)) {
    *why = g_strdup ("the AE title before the @ is missing or wrong: 1 to 16 plain characters without backslash");
    return FALSE;
  }
  if (parse_authority (at + 1, &peer->host, &peer->port) && peer->port != 0)
    return TRUE;
  *why = g_strdup ("host and port are missing or wrong, such as pacs.example:104");
  return FALSE;
}

static gboolean
is_path (const char *path)
{
  for (const char *at = path; *at != '\0'; at++)
    if (*at <= 0x20 || *at > 0x7e || strchr ("?#\"<>\\^`{|}", *at) != NULL)
      return FALSE;
  return TRUE;
}

static gboolean
parse_web (NegPeer *peer, const char *rest, gboolean is_secure, char **why)
{
  const char *slash = strchr (rest, '/');
  g_autofree char *authority = slash != NULL ? g_strndup (rest, slash - rest) : g_strdup (rest);

  peer->path = g_strdup (slash != NULL ? slash : "/");
  peer->port = is_secure ? 443 : 80;
  if (strchr (authority, '@') != NULL)
    *why = g_strdup ("no user and no password in it: they have keys of their own, user and password-file");
  else if (!parse_authority (authority, &peer->host, &peer->port))
    *why = g_strdup ("host or port are wrong");
  else if (!is_path (peer->path))
    *why = g_strdup ("the path has characters that do not belong there, or a query");
  else if (!is_secure && !is_loopback (peer->host))
    *why = g_strdup ("http is not encrypted and only for this computer itself: use https");
  return *why == NULL;
}

gboolean
_neg_peer_parse_address (NegPeer *peer, char **why)
{
  const char *address = peer->address;

  *why = NULL;
  if (g_str_has_prefix (address, "dicom://")) {
    peer->kind = NEG_PEER_DICOM;
    return parse_dicom (peer, address + strlen ("dicom://"), why);
  }
  if (g_str_has_prefix (address, "dicoms://")) {
    peer->kind = NEG_PEER_DICOM_TLS;
    return parse_dicom (peer, address + strlen ("dicoms://"), why);
  }
  peer->kind = NEG_PEER_WEB;
  if (g_str_has_prefix (address, "https://"))
    return parse_web (peer, address + strlen ("https://"), TRUE, why);
  if (g_str_has_prefix (address, "http://"))
    return parse_web (peer, address + strlen ("http://"), FALSE, why);
  *why = g_strdup ("begins with none of dicom://AE@, dicoms://AE@ and https://");
  return FALSE;
}
