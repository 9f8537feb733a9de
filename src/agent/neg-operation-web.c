#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"

/* Debian's bundle of the authorities that browsers trust; the engine opens no file. */
#define SYSTEM_AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"
#define PASSWORD_BYTES_MAX 4096

static gboolean
add_file (GVariantDict *options, const char *name, const char *path, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize length;

  if (*path == '\0')
    return TRUE;
  if (!g_file_get_contents (path, &bytes, &length, NULL))
    return neg_fail (error, NEG_ERROR_TLS, NULL, "the file %s cannot be read", path);
  g_variant_dict_insert_value (options, name, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, length, 1));
  return TRUE;
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
    return neg_fail (error, NEG_ERROR_AUTH, NULL, "the password file %s cannot be read", peer->password_file);
  password[strcspn (password, "\r\n")] = '\0';
  pair = g_strdup_printf ("%s:%s", peer->user, password);
  encoded = g_base64_encode ((const guint8 *) pair, strlen (pair));
  value = g_strconcat ("Basic ", encoded, NULL);
  g_variant_dict_insert (options, NEG_NET_AUTHORIZATION, "s", value);
  return TRUE;
}

static GVariantDict *
make_options (const NegPeer *peer, GError **error)
{
  g_autoptr (GVariantDict) options = g_variant_dict_new (NULL);

  g_variant_dict_insert (options, NEG_NET_URL, "s", peer->address);
  if (!add_authorization (options, peer, error))
    return NULL;
  if (g_str_has_prefix (peer->address, "https:")
      && (!add_file (options, NEG_NET_TLS_CA, *peer->tls_ca != '\0' ? peer->tls_ca : SYSTEM_AUTHORITIES, error)
          || !add_file (options, NEG_NET_TLS_CERTIFICATE, peer->tls_certificate, error)
          || !add_file (options, NEG_NET_TLS_KEY, peer->tls_key, error)))
    return NULL;
  return g_steal_pointer (&options);
}

gboolean
_neg_web_open (NegAssociation *association, NegAgent *agent, const NegPeer *peer, const char *role,
               GCancellable *cancellable, GError **error)
{
  GVariantDict *options = make_options (peer, error);

  *association = (NegAssociation) { 0 };
  if (options == NULL)
    return _neg_operation_locate (peer, error);
  return _neg_association_open (association, agent, peer, role, options, cancellable, error);
}

GPtrArray *
_neg_web_query (NegAgent *agent, const NegPeer *peer, const char *level, GHashTable *keys, guint limit,
                GCancellable *cancellable, char **cut_reason, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_auto (NegAssociation) association = { 0 };

  if (g_str_equal (level, "worklist")) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, peer->name, "a modality worklist is not asked for over DICOMweb");
    return NULL;
  }
  if (!_neg_web_open (&association, agent, peer, "web-query", cancellable, error)
      || !_neg_query_run (&association, level, keys, limit, rows, cut_reason, error))
    return NULL;
  /* All answers are here: how the archive takes its leave changes nothing. */
  _neg_association_finish (&association, NULL);
  return g_steal_pointer (&rows);
}

gboolean
_neg_web_probe (NegAgent *agent, const NegPeer *peer, int socket, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_auto (NegAssociation) association = { 0 };
  g_autofree char *cut_reason = NULL;
  GVariantDict *options = make_options (peer, error);

  if (options == NULL) {
    close (socket);
    return _neg_operation_locate (peer, error);
  }
  g_hash_table_insert (keys, (char *) "StudyInstanceUID", (char *) "");
  if (!_neg_association_open_on (&association, socket, agent, peer, "web-query", options, cancellable, error)
      || !_neg_query_run (&association, "study", keys, 1, rows, &cut_reason, error))
    return FALSE;
  _neg_association_finish (&association, NULL);
  return TRUE;
}

/* --- STOW-RS, one object after the other --- */

static void
add_result (NegTransfer *transfer, const NegOutgoingObject *object, guint status, const char *comment)
{
  NegJobObject *result = g_new0 (NegJobObject, 1);

  result->sop_uid = g_strdup (object->sop_instance_uid);
  result->failed = NEG_RESPONSE_FAILED (status);
  result->status = status;
  result->message = _neg_status_describe (status, comment);
  if (result->failed)
    transfer->progress.failed++;
  else
    transfer->progress.done++;
  g_ptr_array_add (transfer->objects, result);
}

static void
add_failure (NegTransfer *transfer, const NegOutgoingObject *object, const GError *failure)
{
  NegJobObject *result = g_new0 (NegJobObject, 1);

  result->sop_uid = g_strdup (object->sop_instance_uid);
  result->failed = TRUE;
  result->message = g_strdup (failure->message);
  transfer->progress.failed++;
  g_ptr_array_add (transfer->objects, result);
}

/* Until the archive's word about the one object under way. */
static gboolean
await_answer (NegAssociation *association, const NegOutgoingObject *object, NegTransferFunc func, gpointer user_data,
              NegTransfer *transfer, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };

  for (;;) {
    if (!_neg_association_receive (association, &message, error))
      return FALSE;
    if (message.type == NEG_NET_PROGRESS) {
      guint64 bytes;

      g_variant_get (message.body, "(t)", &bytes);
      transfer->progress.bytes += bytes;
    } else if (message.type == NEG_NET_DONE) {
      g_autofree const char **comments = NULL;
      guint32 number;
      guint32 status;

      g_variant_get (message.body, "(uu^a&s)", &number, &status, &comments);
      add_result (transfer, object, status, comments[0]);
      if (func != NULL)
        func (&transfer->progress, user_data);
      return TRUE;
    }
  }
}

/* An object whose file cannot be opened fails alone. */
static gboolean
send_one (NegAssociation *association, const NegOutgoingObject *object, guint number, NegTransferFunc func,
          gpointer user_data, NegTransfer *transfer, GError **error)
{
  const int file = open (object->path, O_RDONLY | O_CLOEXEC);
  gboolean is_sent;

  if (file < 0) {
    g_autoptr (GError) failure = NULL;

    neg_fail (&failure, NEG_ERROR_UNREADABLE, NULL, "the object's file cannot be opened");
    add_failure (transfer, object, failure);
    return TRUE;
  }
  is_sent = neg_net_session_send (association->session, NEG_NET_SEND,
                                  g_variant_new ("(usssts)", number, object->sop_class_uid, object->sop_instance_uid,
                                                 object->transfer_syntax_uid, object->dataset_offset, ""),
                                  &file, 1, error);
  close (file);
  return is_sent ? await_answer (association, object, func, user_data, transfer, error)
                 : _neg_operation_locate (association->peer, error);
}

gboolean
_neg_web_send (NegAgent *agent, const NegPeer *peer, GPtrArray *objects, NegTransferFunc func, gpointer user_data,
               GCancellable *cancellable, NegTransfer *transfer, GError **error)
{
  g_auto (NegAssociation) association = { 0 };
  g_autoptr (GError) failure = NULL;
  gboolean goes_on = _neg_web_open (&association, agent, peer, "web-store", cancellable, &failure);
  guint i;

  for (i = 0; i < objects->len && goes_on; i++)
    goes_on = send_one (&association, objects->pdata[i], i, func, user_data, transfer, &failure);
  if (goes_on) {
    _neg_association_finish (&association, NULL);
    return TRUE;
  }
  /* The one that was under way has not been answered, and the others were not begun. */
  for (i = i > 0 ? i - 1 : 0; i < objects->len; i++)
    add_failure (transfer, objects->pdata[i], failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
