#include "config.h"

#include <unistd.h>

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"

/* More than the engine's own limit on the peer's silence: an engine that is itself stuck. */
#define ENGINE_SILENCE_S 30

gboolean
_neg_operation_locate (const NegPeer *peer, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (error == NULL || *error == NULL)
    return FALSE;
  if ((*error)->domain == NEG_ERROR && g_strcmp0 (neg_error_get_where (*error), peer->name) == 0)
    return FALSE;
  failure = g_steal_pointer (error);
  return neg_fail (error, failure->domain == NEG_ERROR ? (NegErrorCode) failure->code : NEG_ERROR_UNREADABLE,
                   peer->name, "%s", failure->message);
}

gboolean
_neg_operation_audit (NegAgent *agent, const NegPeer *peer, NegAuditEvent event, gboolean failed,
                      const char *study_uid, const char *detail, GError **error)
{
  const NegAuditEntry entry = {
    .event = event, .failed = failed, .peer = peer->name, .study_uid = study_uid, .detail = detail,
  };

  return neg_audit_append (neg_agent_get_archive (agent), &entry, error);
}

GVariant *
_neg_keys_to_variant (GHashTable *keys)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer path, value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &path, &value))
    g_variant_builder_add (&builder, "(ss)", path, value);
  return g_variant_builder_end (&builder);
}

/* --- statuses (PS3.7 annex C, PS3.4 B.2.3, C.4.1.1.4, C.4.2.1.5) --- */

static const char *
get_status_words (guint status)
{
  if ((status & 0xff00) == 0xa700)
    return "the peer is out of resources";
  if ((status & 0xff00) == 0xa900)
    return "the peer says that the data set does not match its SOP class";
  if ((status & 0xf000) == 0xc000)
    return "the peer cannot process it";
  switch (status) {
  case 0x0105:
    return "the peer does not know this attribute";
  case 0x0106:
    return "the peer finds a value invalid";
  case 0x0110:
    return "the peer failed while processing it";
  case 0x0111:
    return "the peer has it already";
  case 0x0112:
    return "the peer does not have it";
  case 0x0117:
    return "the peer finds the SOP instance invalid";
  case 0x0118:
  case 0x0122:
    return "the peer does not support this SOP class";
  case 0x0124:
    return "the peer refuses: not authorized";
  case 0x0210:
  case 0x0211:
  case 0x0212:
    return "the peer does not understand the request";
  case 0x0213:
    return "the peer is short of resources";
  case 0xa801:
    return "the peer does not know the destination of the move";
  case 0xb000:
    return "done with a warning: the peer changed values, or a part failed";
  case 0xb006:
    return "done with a warning: elements were left out";
  case 0xb007:
    return "done with a warning: the data set does not match its SOP class";
  case 0xfe00:
    return "cancelled at the peer";
  default:
    return "the peer answers with a failure";
  }
}

char *
_neg_status_describe (guint status, const char *comment)
{
  if (status == 0)
    return g_strdup ("");
  if (comment != NULL && *comment != '\0')
    return g_strdup_printf ("%s (%04X: %s)", get_status_words (status), status, comment);
  return g_strdup_printf ("%s (%04X)", get_status_words (status), status);
}

NegErrorCode
_neg_status_get_code (guint status)
{
  if (status == 0xfe00)
    return NEG_ERROR_CANCELLED;
  return status == 0x0112 ? NEG_ERROR_NOT_FOUND : NEG_ERROR_REFUSED;
}

/* --- what an engine is told of the peer --- */

gboolean
_neg_association_add_file (GVariantDict *options, const char *name, const char *path, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize length;

  if (*path == '\0')
    return TRUE;
  if (!g_file_get_contents (path, &bytes, &length, NULL))
    return neg_fail (error, NEG_ERROR_TLS, NULL, "the file %s cannot be read", path);
  g_variant_dict_insert_value (options, name,
                               g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, length, 1));
  return TRUE;
}

static gboolean
add_tls (GVariantDict *options, const NegPeer *peer, GError **error)
{
  if (peer->kind != NEG_PEER_DICOM_TLS)
    return TRUE;
  g_variant_dict_insert (options, NEG_NET_TLS, "b", TRUE);
  g_variant_dict_insert (options, NEG_NET_TLS_HOST, "s", peer->host);
  return _neg_association_add_file (options, NEG_NET_TLS_CA, peer->tls_ca, error)
         && _neg_association_add_file (options, NEG_NET_TLS_CERTIFICATE, peer->tls_certificate, error)
         && _neg_association_add_file (options, NEG_NET_TLS_KEY, peer->tls_key, error);
}

static gboolean
add_kind (GVariantDict *options, const NegPeer *peer, const char *role, GError **error)
{
  if (peer->kind == NEG_PEER_WEB)
    role = _neg_web_get_role (peer, role, error);
  if (role == NULL)
    return FALSE;
  g_variant_dict_insert (options, NEG_NET_ROLE, "s", role);
  return peer->kind == NEG_PEER_WEB ? _neg_web_add_options (options, peer, error) : add_tls (options, peer, error);
}

static GVariant *
make_options (NegAgent *agent, const NegPeer *peer, const char *role, GVariantDict *options, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  const char *calling = *peer->calling_ae != '\0' ? peer->calling_ae : neg_site_get_ae_title (site);
  g_autoptr (GVariantDict) dict = options != NULL ? options : g_variant_dict_new (NULL);

  g_variant_dict_insert (dict, NEG_NET_CALLING_AE, "s", calling);
  g_variant_dict_insert (dict, NEG_NET_CALLED_AE, "s", peer->called_ae);
  if (!g_variant_dict_contains (dict, NEG_NET_TIMEOUT_S))
    g_variant_dict_insert (dict, NEG_NET_TIMEOUT_S, "u", NEG_SILENCE_S);
  if (!add_kind (dict, peer, role, error))
    return NULL;
  return g_variant_dict_end (dict);
}

/* --- the association --- */

void
_neg_association_clear (NegAssociation *association)
{
  g_clear_pointer (&association->session, neg_net_session_free);
  g_clear_pointer (&association->contexts, g_variant_unref);
  g_clear_object (&association->cancellable);
}

gboolean
_neg_association_send (NegAssociation *association, NegNetMessageType type, GVariant *body, GError **error)
{
  return neg_net_session_send (association->session, type, body, NULL, 0, error)
         || _neg_operation_locate (association->peer, error);
}

/* A web archive has closed its connection, as HTTP lets it: another one, or why there is none. */
static gboolean
connect_again (NegAssociation *association, GError **error)
{
  g_autoptr (GError) failure = NULL;
  const int socket = neg_peer_connect (association->peer, NEG_CONNECT_MS, association->cancellable, &failure);
  gboolean is_sent;

  is_sent = neg_net_session_send (association->session, NEG_NET_SOCKET,
                                  g_variant_new ("(s)", failure != NULL ? failure->message : ""), &socket,
                                  socket >= 0 ? 1 : 0, error);
  if (socket >= 0)
    close (socket);
  return is_sent || _neg_operation_locate (association->peer, error);
}

gboolean
_neg_association_receive (NegAssociation *association, NegNetMessage *message, GError **error)
{
  do
    if (!neg_net_session_receive (association->session, (NEG_SILENCE_S + ENGINE_SILENCE_S) * 1000,
                                  association->cancellable, message, error))
      return _neg_operation_locate (association->peer, error);
  while (message->type == NEG_NET_CONNECT && connect_again (association, error));
  if (message->type == NEG_NET_CONNECT)
    return FALSE;
  if (message->type != NEG_NET_END)
    return TRUE;
  return neg_fail (error, NEG_ERROR_ABORTED, association->peer->name, "the peer has ended the association");
}

gboolean
_neg_association_finish (NegAssociation *association, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };

  if (!_neg_association_send (association, NEG_NET_FINISH, g_variant_new_tuple (NULL, 0), error))
    return FALSE;
  do
    if (!neg_net_session_receive (association->session, (NEG_SILENCE_S + ENGINE_SILENCE_S) * 1000,
                                  association->cancellable, &message, error))
      return _neg_operation_locate (association->peer, error);
  while (message.type != NEG_NET_END);
  return TRUE;
}

static gboolean
begin (NegAssociation *association, int socket, GVariant *options, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };

  association->session = neg_net_session_new (neg_agent_get_engines (association->agent), error);
  if (association->session == NULL) {
    g_variant_unref (g_variant_ref_sink (options));
    return _neg_operation_locate (association->peer, error);
  }
  if (!neg_net_session_send (association->session, NEG_NET_BEGIN, options, &socket, 1, error))
    return _neg_operation_locate (association->peer, error);
  if (!_neg_association_receive (association, &message, error))
    return FALSE;
  if (message.type != NEG_NET_OPENED)
    return neg_fail (error, NEG_ERROR_PROTOCOL, association->peer->name, "the network process does not say how it began");
  if (association->peer->kind != NEG_PEER_WEB)
    association->contexts = g_variant_lookup_value (message.body, "contexts", G_VARIANT_TYPE ("a(ssy)"));
  return TRUE;
}

gboolean
_neg_association_open_on (NegAssociation *association, int socket, NegAgent *agent, const NegPeer *peer,
                          const char *role, GVariantDict *options, GCancellable *cancellable, GError **error)
{
  GVariant *body = make_options (agent, peer, role, options, error);
  gboolean is_open;

  *association = (NegAssociation) {
    .agent = agent, .peer = peer, .cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL,
  };
  is_open = body != NULL ? begin (association, socket, body, error) : _neg_operation_locate (peer, error);
  close (socket);
  if (!is_open)
    _neg_association_clear (association);
  return is_open;
}

gboolean
_neg_association_open (NegAssociation *association, NegAgent *agent, const NegPeer *peer, const char *role,
                       GVariantDict *options, GCancellable *cancellable, GError **error)
{
  const int socket = neg_peer_connect (peer, NEG_CONNECT_MS, cancellable, error);

  *association = (NegAssociation) { 0 };
  if (socket < 0) {
    g_clear_pointer (&options, g_variant_dict_unref);
    return FALSE;
  }
  return _neg_association_open_on (association, socket, agent, peer, role, options, cancellable, error);
}
