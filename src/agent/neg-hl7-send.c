#include "config.h"

#include "agent/neg-hl7-send.h"

#include <string.h>
#include <unistd.h>

#include "agent/neg-limit.h"
#include "agent/neg-operation-private.h"
#include "base/neg-error.h"
#include "hl7/neg-hl7-framer.h"
#include "hl7/neg-hl7-message.h"

#define CONNECT_MS 10000
#define ANSWER_S 30
#define ANSWER_BYTES_MAX (1 << 20)
#define PIECE_BYTES 4096
#define TLS_PREFIX "tls://"

typedef struct {
  const NegSiteHl7 *hl7;
  const char *address;
  GSocketConnectable *identity; /* of the server; NULL: no TLS */
  NegPeer peer;                 /* host and port */
  GIOStream *stream;
  char *control_id;
  gboolean wants_application_answer;
  GCancellable *cancellable; /* of the caller, nullable */
} Sending;

void
neg_hl7_sent_clear (NegHl7Sent *sent)
{
  g_clear_pointer (&sent->code, g_free);
  g_clear_pointer (&sent->control_id, g_free);
  g_clear_pointer (&sent->text, g_free);
}

static void
sending_clear (Sending *sending)
{
  if (sending->stream != NULL)
    g_io_stream_close (sending->stream, NULL, NULL);
  g_clear_object (&sending->stream);
  g_clear_object (&sending->identity);
  g_free (sending->peer.host);
  g_free (sending->control_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sending, sending_clear)

/* --- to whom and what --- */

static gboolean
read_address (Sending *sending, GError **error)
{
  const gboolean is_tls = g_str_has_prefix (sending->address, TLS_PREFIX);
  const char *plain = sending->address + (is_tls ? strlen (TLS_PREFIX) : 0);
  g_autoptr (GSocketConnectable) parsed = NULL;

  if (strpbrk (plain, "/@ ") == NULL && strchr (plain, ':') != NULL)
    parsed = g_network_address_parse (plain, 0, NULL);
  if (parsed == NULL || g_network_address_get_port (G_NETWORK_ADDRESS (parsed)) == 0
      || *g_network_address_get_hostname (G_NETWORK_ADDRESS (parsed)) == '\0')
    return neg_fail (error, NEG_ERROR_USAGE, "address", "“%s” is neither HOST:PORT nor tls://HOST:PORT",
                     sending->address);
  sending->peer.name = (char *) sending->address;
  sending->peer.host = g_strdup (g_network_address_get_hostname (G_NETWORK_ADDRESS (parsed)));
  sending->peer.port = g_network_address_get_port (G_NETWORK_ADDRESS (parsed));
  sending->identity = is_tls ? g_steal_pointer (&parsed) : NULL;
  return TRUE;
}

static gboolean
read_message (Sending *sending, GBytes *bytes, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (bytes, &local);
  NegHl7Value wanted;

  if (message == NULL)
    return neg_fail (error, NEG_ERROR_USAGE, "message", "this is no HL7 message: %s", local->message);
  sending->control_id = neg_hl7_message_dup_text (message, (NegHl7Path) { .field = 10 });
  if (sending->control_id == NULL)
    return neg_fail (error, NEG_ERROR_USAGE, "message", "without a control ID (MSH-10) its answer could not be known");
  wanted = neg_hl7_message_get_value (message, (NegHl7Path) { .field = 16 });
  sending->wants_application_answer
      = neg_hl7_value_get_presence (wanted) == NEG_HL7_PRESENT && !neg_hl7_value_equals (wanted, "NE");
  return TRUE;
}

/* --- the connection --- */

static gboolean
fail (const Sending *sending, GError *local, GError **error)
{
  g_autoptr (GError) taken = local;

  if (g_cancellable_is_cancelled (sending->cancellable))
    return neg_fail (error, NEG_ERROR_CANCELLED, sending->address, "cancelled");
  if (g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return neg_fail (error, NEG_ERROR_TIMEOUT, sending->address, "%s did not answer within %d s", sending->address,
                     ANSWER_S);
  if (taken->domain == NEG_ERROR) {
    g_propagate_error (error, g_steal_pointer (&taken));
    return FALSE;
  }
  if (taken->domain == G_TLS_ERROR)
    return neg_fail (error, NEG_ERROR_TLS, sending->address, "no TLS with %s: %s", sending->address, taken->message);
  return neg_fail (error, NEG_ERROR_ABORTED, sending->address, "the connection to %s ended: %s", sending->address,
                   taken->message);
}

static gboolean
set_credentials (const Sending *sending, GTlsConnection *tls, GError **error)
{
  const NegSiteHl7 *hl7 = sending->hl7;

  if (*hl7->tls_certificate != '\0') {
    g_autoptr (GTlsCertificate) own = g_tls_certificate_new_from_files (hl7->tls_certificate, hl7->tls_key, error);

    if (own == NULL)
      return FALSE;
    g_tls_connection_set_certificate (tls, own);
  }
  if (*hl7->tls_ca != '\0') {
    g_autoptr (GTlsDatabase) authorities = g_tls_file_database_new (hl7->tls_ca, error);

    if (authorities == NULL)
      return FALSE;
    g_tls_connection_set_database (tls, authorities);
  }
  return TRUE;
}

static gboolean
start_tls (Sending *sending, GCancellable *limit, GError **error)
{
  g_autoptr (GIOStream) tls = g_tls_client_connection_new (sending->stream, sending->identity, error);

  if (tls == NULL || !set_credentials (sending, G_TLS_CONNECTION (tls), error)
      || !g_tls_connection_handshake (G_TLS_CONNECTION (tls), limit, error))
    return FALSE;
  if (g_tls_connection_get_protocol_version (G_TLS_CONNECTION (tls)) < G_TLS_PROTOCOL_VERSION_TLS_1_2)
    return neg_fail (error, NEG_ERROR_TLS, sending->address, "a version of TLS before 1.2");
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  g_object_unref (sending->stream);
  sending->stream = g_steal_pointer (&tls);
  return TRUE;
}

static gboolean
open_stream (Sending *sending, GError **error)
{
  const int fd = neg_peer_connect (&sending->peer, CONNECT_MS, sending->cancellable, error);
  g_autoptr (GSocket) socket = NULL;

  if (fd < 0)
    return FALSE;
  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL) {
    close (fd);
    return FALSE;
  }
  sending->stream = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  return TRUE;
}

/* --- the answer --- */

static char *
dup_why (const NegHl7Message *answer, guint msa)
{
  const guint err = neg_hl7_message_find (answer, "ERR", 0);
  char *text = neg_hl7_message_dup_text (answer, (NegHl7Path) { .segment = msa, .field = 3 });

  if (text == NULL && err != NEG_HL7_NO_SEGMENT)
    text = neg_hl7_message_dup_text (answer, (NegHl7Path) { .segment = err, .field = 8 });
  return text != NULL ? text : g_strdup ("");
}

/* TRUE: this is what was waited for. What answers another message is not ours. */
static gboolean
read_answer (const Sending *sending, GBytes *bytes, NegHl7Sent *sent)
{
  g_autoptr (NegHl7Message) answer = neg_hl7_message_parse (bytes, NULL);
  const guint msa = answer != NULL ? neg_hl7_message_find (answer, "MSA", 0) : NEG_HL7_NO_SEGMENT;
  g_autofree char *code = NULL;
  g_autofree char *control_id = NULL;

  if (msa == NEG_HL7_NO_SEGMENT)
    return FALSE;
  code = neg_hl7_message_dup_text (answer, (NegHl7Path) { .segment = msa, .field = 1 });
  control_id = neg_hl7_message_dup_text (answer, (NegHl7Path) { .segment = msa, .field = 2 });
  if (code == NULL || g_strcmp0 (control_id, sending->control_id) != 0
      || (g_str_equal (code, "CA") && sending->wants_application_answer))
    return FALSE;
  sent->code = g_steal_pointer (&code);
  sent->control_id = g_steal_pointer (&control_id);
  sent->text = dup_why (answer, msa);
  return TRUE;
}

static gboolean
feed (const Sending *sending, NegHl7Framer *framer, const guint8 *data, gsize length, NegHl7Sent *sent, GError **error)
{
  while (length > 0 && sent->code == NULL) {
    g_autoptr (GBytes) message = NULL;

    if (!neg_hl7_framer_feed (framer, &data, &length, &message, error))
      return FALSE;
    if (message != NULL)
      read_answer (sending, message, sent);
  }
  return TRUE;
}

static gboolean
await_answer (const Sending *sending, GCancellable *limit, NegHl7Sent *sent, GError **error)
{
  GInputStream *input = g_io_stream_get_input_stream (sending->stream);
  g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (ANSWER_BYTES_MAX);
  guint8 piece[PIECE_BYTES];

  while (sent->code == NULL) {
    GError *local = NULL;
    const gssize n = g_input_stream_read (input, piece, sizeof piece, limit, &local);

    if (n < 0)
      return fail (sending, local, error);
    if (n == 0)
      return neg_fail (error, NEG_ERROR_ABORTED, sending->address, "%s closed the connection without an answer",
                       sending->address);
    if (!feed (sending, framer, piece, n, sent, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
exchange (Sending *sending, GBytes *frame, GCancellable *limit, NegHl7Sent *sent, GError **error)
{
  GError *local = NULL;
  const gint64 began_us = g_get_monotonic_time ();
  gsize length;
  const void *data = g_bytes_get_data (frame, &length);

  if (sending->identity != NULL && !start_tls (sending, limit, &local))
    return fail (sending, local, error);
  if (!g_output_stream_write_all (g_io_stream_get_output_stream (sending->stream), data, length, NULL, limit, &local))
    return fail (sending, local, error);
  if (!await_answer (sending, limit, sent, error))
    return FALSE;
  sent->ms = (g_get_monotonic_time () - began_us) / 1000.0;
  return TRUE;
}

gboolean
neg_hl7_send (const NegSite *site, const char *address, GBytes *message, GCancellable *cancellable, NegHl7Sent *sent,
              GError **error)
{
  g_auto (Sending) sending = { .hl7 = neg_site_get_hl7 (site), .address = address, .cancellable = cancellable };
  g_autoptr (GBytes) frame = NULL;
  NegLimit limit;
  gboolean done;

  if (!read_address (&sending, error) || !read_message (&sending, message, error))
    return FALSE;
  frame = neg_hl7_frame (message, error);
  if (frame == NULL || !open_stream (&sending, error))
    return FALSE;
  neg_limit_begin (&limit, ANSWER_S, cancellable);
  done = exchange (&sending, frame, limit.cancellable, sent, error);
  neg_limit_end (&limit);
  return done;
}
