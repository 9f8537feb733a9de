#include "config.h"

#include "agent/neg-web-place.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/neg-operation-private.h"

#define REDIRECTS_MAX 3
#define GRACE_S 20 /* of the engine, beyond the limit that it was given */
#define POST_ANSWER_BYTES_MAX (1u << 20) /* nobody reads it */
#define SINCE "since " /* before a date, in a stamp: no ETag begins so (RFC 9110 8.8.3) */

struct _NegWebPlace {
  NegAgent *agent;
  NegPeer peer;
  GUri *base;
  GCancellable *cancellable; /* nullable */
  NegAssociation association;
  gboolean is_open;
};

/* --- where it is --- */

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address) : g_ascii_strcasecmp (host, "localhost") == 0;
}

static int
get_port (GUri *uri)
{
  if (g_uri_get_port (uri) > 0)
    return g_uri_get_port (uri);
  return strcmp (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
}

static gboolean
set_address (NegWebPlace *place, const char *name, const char *address, const char *tls_ca, GError **error)
{
  const char *scheme;

  place->base = g_uri_parse (address, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED, NULL);
  scheme = place->base != NULL ? g_uri_get_scheme (place->base) : NULL;
  if (place->base == NULL || g_uri_get_host (place->base) == NULL || *g_uri_get_host (place->base) == '\0'
      || g_uri_get_userinfo (place->base) != NULL)
    return neg_fail (error, NEG_ERROR_USAGE, name, "the address of the %s is none", name);
  if (strcmp (scheme, "https") != 0 && !(strcmp (scheme, "http") == 0 && is_loopback (g_uri_get_host (place->base))))
    return neg_fail (error, NEG_ERROR_REFUSED, name, "the address of the %s has to begin with https://", name);
  place->peer = (NegPeer){ .name = g_strdup (name), .address = g_strdup (address), .kind = NEG_PEER_WEB,
                           .host = g_strdup (g_uri_get_host (place->base)), .port = (guint16) get_port (place->base),
                           .called_ae = g_strdup (""), .path = g_strdup (g_uri_get_path (place->base)),
                           .calling_ae = g_strdup (""), .issuer = g_strdup (""), .accession_issuer = g_strdup (""),
                           .tls_ca = g_strdup (tls_ca), .tls_certificate = g_strdup (""), .tls_key = g_strdup (""),
                           .user = g_strdup (""), .password_file = g_strdup ("") };
  return TRUE;
}

NegWebPlace *
neg_web_place_new (NegAgent *agent, const char *name, const char *address, const char *tls_ca, GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (NegWebPlace) place = g_new0 (NegWebPlace, 1);

  place->agent = agent;
  place->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  if (!set_address (place, name, address, tls_ca, error))
    return NULL;
  place->is_open = _neg_association_open (&place->association, agent, &place->peer, "fetch", NULL, cancellable, error);
  return place->is_open ? g_steal_pointer (&place) : NULL;
}

void
neg_web_place_free (NegWebPlace *place)
{
  if (place == NULL)
    return;
  if (place->is_open)
    _neg_association_clear (&place->association);
  g_clear_object (&place->cancellable);
  g_clear_pointer (&place->base, g_uri_unref);
  g_free (place->peer.name);
  g_free (place->peer.address);
  g_free (place->peer.host);
  g_free (place->peer.called_ae);
  g_free (place->peer.path);
  g_free (place->peer.calling_ae);
  g_free (place->peer.issuer);
  g_free (place->peer.accession_issuer);
  g_free (place->peer.tls_ca);
  g_free (place->peer.tls_certificate);
  g_free (place->peer.tls_key);
  g_free (place->peer.user);
  g_free (place->peer.password_file);
  g_free (place);
}

/* --- one request --- */

typedef struct {
  const char *stamp, *body; /* body NULL: a GET */
  guint64 bytes_max;
  guint limit_s;
  int fd;
} Request;

typedef struct {
  guint status;
  char *etag, *modified, *location;
} Answer;

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->etag, g_free);
  g_clear_pointer (&answer->modified, g_free);
  g_clear_pointer (&answer->location, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static gboolean
send_request (NegWebPlace *place, const char *url, const Request *request, GError **error)
{
  g_autofree char *bytes_max = g_strdup_printf ("%" G_GUINT64_FORMAT, request->bytes_max);
  g_autofree char *limit_s = g_strdup_printf ("%u", request->limit_s);
  GVariantBuilder keys;

  g_variant_builder_init (&keys, G_VARIANT_TYPE ("a(ss)"));
  g_variant_builder_add (&keys, "(ss)", "url", url);
  g_variant_builder_add (&keys, "(ss)", "accept", request->body != NULL ? "*/*" : "application/json, */*");
  g_variant_builder_add (&keys, "(ss)", "bytes-max", bytes_max);
  g_variant_builder_add (&keys, "(ss)", "limit-s", limit_s);
  if (request->stamp != NULL && g_str_has_prefix (request->stamp, SINCE))
    g_variant_builder_add (&keys, "(ss)", "if-modified-since", request->stamp + strlen (SINCE));
  else if (request->stamp != NULL && *request->stamp != '\0')
    g_variant_builder_add (&keys, "(ss)", "if-none-match", request->stamp);
  if (request->body != NULL) {
    g_variant_builder_add (&keys, "(ss)", "content-type", "application/json");
    g_variant_builder_add (&keys, "(ss)", "body", request->body);
  }
  return neg_net_session_send (place->association.session, NEG_NET_FILES, g_variant_new ("(u)", 1), &request->fd, 1, error)
         && _neg_association_send (&place->association, NEG_NET_KEYS, g_variant_new ("(uuba(ss))", 0, 0, FALSE, &keys), error);
}

static char **
find_target (Answer *answer, const char *name)
{
  if (strcmp (name, "etag") == 0)
    return &answer->etag;
  if (strcmp (name, "last-modified") == 0)
    return &answer->modified;
  return strcmp (name, "location") == 0 ? &answer->location : NULL;
}

static void
take_headers (GVariant *rows, Answer *answer)
{
  g_autoptr (GVariant) list = g_variant_get_child_value (rows, 1);
  g_autoptr (GVariant) row = g_variant_n_children (list) > 0 ? g_variant_get_child_value (list, 0) : NULL;
  GVariantIter iter;
  const char *name, *value;

  if (row == NULL)
    return;
  g_variant_iter_init (&iter, row);
  while (g_variant_iter_next (&iter, "(&s&s)", &name, &value)) {
    char **target = find_target (answer, name);

    if (target != NULL) {
      g_free (*target);
      *target = g_strdup (value);
    }
  }
}

/* The engine holds the limit; one that does not is not believed for longer. */
static gboolean
take_answer (NegWebPlace *place, const Request *request, Answer *answer, GError **error)
{
  const gint64 deadline_us = g_get_monotonic_time () + (gint64) (request->limit_s + GRACE_S) * G_USEC_PER_SEC;
  g_auto (NegNetMessage) message = { 0 };

  for (;;) {
    if (!_neg_association_receive (&place->association, &message, error))
      return FALSE;
    if (message.type == NEG_NET_ROWS)
      take_headers (message.body, answer);
    else if (message.type == NEG_NET_DONE)
      break;
    if (g_get_monotonic_time () > deadline_us)
      return neg_fail (error, NEG_ERROR_TIMEOUT, place->peer.name, "no end of the answer after %u s", request->limit_s);
  }
  g_variant_get_child (message.body, 1, "u", &answer->status);
  return TRUE;
}

static gboolean
is_redirect (guint status, gboolean is_post)
{
  /* 301 to 303 make a GET of a POST (RFC 9110 15.4): what was to be told would be lost. */
  return status == 307 || status == 308 || (!is_post && (status == 301 || status == 302 || status == 303));
}

/* The next address, within the same server; NULL and an error. */
static char *
resolve (NegWebPlace *place, const char *url, const char *location, GError **error)
{
  g_autoptr (GUri) from = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GUri) to = location != NULL && from != NULL ? g_uri_parse_relative (from, location, G_URI_FLAGS_ENCODED, NULL) : NULL;

  if (to != NULL && g_uri_get_host (to) != NULL && strcmp (g_uri_get_scheme (to), g_uri_get_scheme (place->base)) == 0
      && g_ascii_strcasecmp (g_uri_get_host (to), g_uri_get_host (place->base)) == 0 && get_port (to) == get_port (place->base)
      && g_uri_get_userinfo (to) == NULL)
    return g_uri_to_string (to);
  neg_fail (error, NEG_ERROR_REFUSED, place->peer.name, "the %s sends us to another server: its address in the site file is wrong",
            place->peer.name);
  return NULL;
}

static gboolean
fail_status (NegWebPlace *place, guint status, GError **error)
{
  const char *name = place->peer.name;

  switch (status) {
  case 401:
  case 403:
    return neg_fail (error, NEG_ERROR_AUTH, name, "the %s does not let us in (HTTP %u)", name, status);
  case 404:
  case 410:
    return neg_fail (error, NEG_ERROR_NOT_FOUND, name, "the %s does not have this (HTTP %u)", name, status);
  case 413:
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, name, "this is too much for the %s (HTTP %u)", name, status);
  case 429:
  case 503:
    return neg_fail (error, NEG_ERROR_BUSY, name, "the %s is busy (HTTP %u)", name, status);
  default:
    if (status >= 300 && status < 400)
      return neg_fail (error, NEG_ERROR_REFUSED, name, "the %s sends us elsewhere (HTTP %u): its address in the site file is wrong",
                       name, status);
    return neg_fail (error, NEG_ERROR_REFUSED, name, "the %s answers with HTTP %u", name, status);
  }
}

/* TRUE: an answer that is none of a redirect. */
static gboolean
ask (NegWebPlace *place, const char *file, const Request *request, Answer *answer, GError **error)
{
  const char *separator = *file == '\0' || g_str_has_suffix (place->peer.address, "/") ? "" : "/";
  g_autofree char *url = g_strconcat (place->peer.address, separator, file, NULL);

  for (guint n = 0; n <= REDIRECTS_MAX; n++) {
    char *next;

    answer_clear (answer);
    if (!send_request (place, url, request, error) || !take_answer (place, request, answer, error))
      return _neg_operation_locate (&place->peer, error);
    if (!is_redirect (answer->status, request->body != NULL))
      return TRUE;
    next = resolve (place, url, answer->location, error);
    if (next == NULL)
      return FALSE;
    g_free (url);
    url = next;
  }
  return neg_fail (error, NEG_ERROR_REFUSED, place->peer.name, "the %s sends us from one address to the next", place->peer.name);
}

/* "": nothing tells whether it is still the same. */
static char *
dup_stamp (const Answer *answer)
{
  if (answer->etag != NULL && *answer->etag != '\0')
    return g_strdup (answer->etag);
  return answer->modified != NULL && *answer->modified != '\0' ? g_strconcat (SINCE, answer->modified, NULL) : g_strdup ("");
}

gboolean
neg_web_place_get (NegWebPlace *place, const char *file, const char *stamp, guint64 bytes_max, guint limit_s, int fd,
                   char **new_stamp, gboolean *is_same, GError **error)
{
  const Request request = { .stamp = stamp, .bytes_max = bytes_max, .limit_s = limit_s, .fd = fd };
  g_auto (Answer) answer = { 0 };

  if (!ask (place, file, &request, &answer, error))
    return FALSE;
  *is_same = answer.status == 304 && stamp != NULL && *stamp != '\0';
  if (answer.status != 200 && !*is_same)
    return fail_status (place, answer.status, error);
  if (new_stamp != NULL)
    *new_stamp = *is_same ? g_strdup (stamp) : dup_stamp (&answer);
  return TRUE;
}

gboolean
neg_web_place_post (NegWebPlace *place, const char *json, guint limit_s, GError **error)
{
  g_auto (Answer) answer = { 0 };
  Request request = { .body = json, .bytes_max = POST_ANSWER_BYTES_MAX, .limit_s = limit_s };
  gboolean is_answered;

  request.fd = memfd_create ("answer", MFD_CLOEXEC);
  if (request.fd < 0)
    return neg_fail (error, NEG_ERROR_MEMORY, place->peer.name, "no memory for an answer");
  is_answered = ask (place, "", &request, &answer, error);
  close (request.fd);
  if (!is_answered)
    return FALSE;
  return (answer.status >= 200 && answer.status < 300) || fail_status (place, answer.status, error);
}
