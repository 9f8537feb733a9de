#include "config.h"

#include "agent/neg-hl7-connection.h"

#include <unistd.h>

#include "agent/neg-hl7-intake.h"
#include "agent/neg-limit.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "hl7/neg-hl7-framer.h"
#include "hl7/neg-hl7-message.h"

#define PIECE_BYTES 16384
#define LINGER_US (20 * 1000) /* most senders have the next message ready when they get an answer */
#define HANDSHAKE_S 15
#define BLOCKED_S 30          /* a receiver that does not take its answers */
#define HELD_BYTES_MAX ((gsize) 128 << 20)
#define HELD_ALWAYS_BYTES (64 << 10) /* an ordinary message fits in, whatever others hold */
#define LARGE_BYTES (1 << 20)
#define DRAIN_BYTES_MAX ((gsize) 64 << 20)
#define DRAIN_US (5 * G_USEC_PER_SEC)

struct _NegHl7Connection {
  NegHl7Service *service;
  GSocket *socket;
  GIOStream *stream; /* plain or TLS */
  char *address;
  char *source;      /* subject of the certificate, else the address */
  NegHl7Framer *framer;
  gsize held_bytes;
  gboolean is_open, has_spoken;
};

/* --- what they share --- */

void
neg_hl7_service_init (NegHl7Service *service, NegAgent *agent)
{
  service->agent = agent;
  service->refusals = neg_refusals_new (neg_agent_get_archive (agent));
  service->cancellable = g_cancellable_new ();
  g_mutex_init (&service->large);
  g_mutex_init (&service->lock);
}

void
neg_hl7_service_clear (NegHl7Service *service)
{
  g_clear_object (&service->certificate);
  g_clear_object (&service->client_ca);
  g_clear_pointer (&service->refusals, neg_refusals_free);
  g_clear_object (&service->cancellable);
  g_mutex_clear (&service->large);
  g_mutex_clear (&service->lock);
}

/* FALSE: too much for all of them together. */
static gboolean
hold (NegHl7Connection *connection, gsize n_bytes)
{
  NegHl7Service *service = connection->service;
  gboolean fits;

  g_mutex_lock (&service->lock);
  fits = n_bytes <= MAX (connection->held_bytes, HELD_ALWAYS_BYTES)
         || n_bytes - connection->held_bytes <= HELD_BYTES_MAX - MIN (service->held_bytes, HELD_BYTES_MAX);
  if (fits) {
    service->held_bytes = service->held_bytes - connection->held_bytes + n_bytes;
    connection->held_bytes = n_bytes;
  }
  g_mutex_unlock (&service->lock);
  return fits;
}

/* --- life --- */

NegHl7Connection *
neg_hl7_connection_new (NegHl7Service *service, int socket, const char *address, GError **error)
{
  GSocket *wrapped = g_socket_new_from_fd (socket, error);
  NegHl7Connection *connection;

  if (wrapped == NULL) {
    close (socket);
    return NULL;
  }
  g_socket_set_blocking (wrapped, TRUE);
  g_socket_set_timeout (wrapped, BLOCKED_S);
  connection = g_new0 (NegHl7Connection, 1);
  connection->service = service;
  connection->socket = wrapped;
  connection->stream = G_IO_STREAM (g_socket_connection_factory_create_connection (wrapped));
  connection->address = g_strdup (address);
  connection->source = g_strdup (address);
  connection->framer = neg_hl7_framer_new (NEG_HL7_BYTES_MAX);
  return connection;
}

/* The socket first: a farewell by TLS would have to be waited for. */
void
neg_hl7_connection_free (NegHl7Connection *connection)
{
  if (connection == NULL)
    return;
  hold (connection, 0);
  g_socket_close (connection->socket, NULL);
  g_object_unref (connection->stream);
  g_object_unref (connection->socket);
  neg_hl7_framer_free (connection->framer);
  g_free (connection->address);
  g_free (connection->source);
  g_free (connection);
}

int
neg_hl7_connection_get_fd (const NegHl7Connection *connection)
{
  return g_socket_get_fd (connection->socket);
}

const char *
neg_hl7_connection_get_address (const NegHl7Connection *connection)
{
  return connection->address;
}

gboolean
neg_hl7_connection_has_spoken (const NegHl7Connection *connection)
{
  return connection->has_spoken;
}

static void
audit_refusal (NegHl7Connection *connection, const char *detail)
{
  g_autoptr (GError) error = NULL;

  if (!neg_refusals_audit (connection->service->refusals, "", connection->address, detail, &error))
    g_warning ("no audit entry for a refused connection: %s", error->message);
}

void
neg_hl7_connection_refuse (NegHl7Connection *connection)
{
  g_message ("HL7 from %s: not let in, see allow= of the site file", connection->address);
  audit_refusal (connection, "refused: HL7 from an address that the site file does not allow");
}

/* --- TLS --- */

/* Within a time of its own: somebody who sends it byte by byte is no sender. */
static gboolean
shake_hands (NegHl7Connection *connection, GTlsConnection *tls, GError **error)
{
  NegLimit limit;
  gboolean done;

  neg_limit_begin (&limit, HANDSHAKE_S, connection->service->cancellable);
  done = g_tls_connection_handshake (tls, limit.cancellable, error);
  neg_limit_end (&limit);
  if (done && g_tls_connection_get_protocol_version (tls) < G_TLS_PROTOCOL_VERSION_TLS_1_2)
    return neg_fail (error, NEG_ERROR_TLS, connection->address, "a version of TLS before 1.2");
  return done;
}

/* Of a client GIO leaves the judgement to us; the errors are what the database found. */
static gboolean
accept_certificate_cb (GTlsConnection *tls, GTlsCertificate *certificate, GTlsCertificateFlags errors,
                       gpointer user_data)
{
  return errors == 0;
}

static void
note_subject (NegHl7Connection *connection, GTlsConnection *tls)
{
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (tls);
  g_autofree char *subject = certificate != NULL ? g_tls_certificate_get_subject_name (certificate) : NULL;

  if (subject == NULL || *subject == '\0' || !g_utf8_validate (subject, -1, NULL))
    return;
  g_free (connection->source);
  connection->source = g_steal_pointer (&subject);
}

static gboolean
start_tls (NegHl7Connection *connection, GError **error)
{
  const NegHl7Service *service = connection->service;
  g_autoptr (GIOStream) stream
      = g_tls_server_connection_new (connection->stream, service->certificate, error);

  if (stream == NULL)
    return FALSE;
  g_object_set (stream, "authentication-mode",
                service->client_ca != NULL ? G_TLS_AUTHENTICATION_REQUIRED : G_TLS_AUTHENTICATION_NONE, NULL);
  g_tls_connection_set_database (G_TLS_CONNECTION (stream), service->client_ca);
  g_signal_connect (stream, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);
  /* Where a message ends is known by its frame. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (stream), FALSE);
  if (!shake_hands (connection, G_TLS_CONNECTION (stream), error))
    return FALSE;
  note_subject (connection, G_TLS_CONNECTION (stream));
  g_object_unref (connection->stream);
  connection->stream = g_steal_pointer (&stream);
  return TRUE;
}

static gboolean
open_connection (NegHl7Connection *connection)
{
  g_autoptr (GError) error = NULL;

  if (connection->is_open)
    return TRUE;
  connection->is_open = connection->service->certificate == NULL || start_tls (connection, &error);
  if (connection->is_open)
    return TRUE;
  if (!g_cancellable_is_cancelled (connection->service->cancellable)) {
    g_message ("HL7 from %s: no TLS: %s", connection->address, error->message);
    audit_refusal (connection, "refused: TLS of an HL7 connection");
  }
  return FALSE;
}

/* --- messages --- */

static gboolean
send_answer (NegHl7Connection *connection, GBytes *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) frame = neg_hl7_frame (answer, &error);
  GOutputStream *output = g_io_stream_get_output_stream (connection->stream);
  gsize length;
  const void *data = frame != NULL ? g_bytes_get_data (frame, &length) : NULL;

  if (data != NULL
      && g_output_stream_write_all (output, data, length, NULL, connection->service->cancellable, &error))
    return TRUE;
  g_message ("HL7 from %s: an answer could not be sent: %s", connection->address, error->message);
  return FALSE;
}

static gboolean
send_answers (NegHl7Connection *connection, GPtrArray *answers)
{
  neg_fault_point ("hl7-answered");
  for (guint i = 0; i < answers->len; i++)
    if (!send_answer (connection, g_ptr_array_index (answers, i)))
      return FALSE;
  neg_fault_point ("hl7-sent");
  return TRUE;
}

/* Those that take much memory one after the other. */
static GPtrArray *
take_in (NegHl7Connection *connection, GBytes *body, GError **error)
{
  NegHl7Service *service = connection->service;
  const gboolean is_large = g_bytes_get_size (body) > LARGE_BYTES;
  GPtrArray *answers;

  if (is_large)
    g_mutex_lock (&service->large);
  answers = neg_hl7_intake_take (service->agent, body, connection->source, service->cancellable, error);
  if (is_large)
    g_mutex_unlock (&service->large);
  return answers;
}

static gboolean
take_message (NegHl7Connection *connection, GBytes *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) answers = NULL;

  connection->has_spoken = TRUE;
  neg_fault_point ("hl7-read");
  answers = take_in (connection, body, &error);
  if (answers != NULL)
    return send_answers (connection, answers);
  g_message ("HL7 from %s: closed without an answer, so that it is sent again: %s", connection->address,
             error->message);
  return FALSE;
}

/* What the sender still has under way is read, or it would never see the answer: closing a socket with unread bytes
 * takes back what was sent by it. */
static void
drain (NegHl7Connection *connection)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (connection->stream));
  const gint64 until_us = g_get_monotonic_time () + DRAIN_US;
  guint8 piece[PIECE_BYTES];
  gsize total = 0;

  while (total < DRAIN_BYTES_MAX && g_get_monotonic_time () < until_us) {
    g_autoptr (GError) error = NULL;
    const gssize n = g_pollable_input_stream_read_nonblocking (input, piece, sizeof piece, NULL, &error);

    if (n == 0 || (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)))
      return;
    if (n > 0)
      total += n;
    else if (!g_socket_condition_timed_wait (connection->socket, G_IO_IN, G_USEC_PER_SEC,
                                             connection->service->cancellable, NULL))
      return;
  }
}

/* One that is too long is answered, since it would be too long the next time, too. */
static gboolean
refuse_frame (NegHl7Connection *connection, const GError *error)
{
  g_message ("HL7 from %s: closed: %s", connection->address, error->message);
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW)) {
    gsize length;
    const guint8 *data = neg_hl7_framer_get_partial (connection->framer, &length);
    g_autoptr (GBytes) answer = neg_hl7_intake_refuse_long (connection->service->agent, data, length);

    if (send_answer (connection, answer))
      drain (connection);
  }
  return FALSE;
}

static gboolean
check_held (NegHl7Connection *connection, GBytes *message)
{
  gsize length;

  neg_hl7_framer_get_partial (connection->framer, &length);
  if (hold (connection, length + (message != NULL ? g_bytes_get_size (message) : 0)))
    return TRUE;
  g_message ("HL7 from %s: closed: too many large messages at once", connection->address);
  return FALSE;
}

/* FALSE: close it. */
static gboolean
feed (NegHl7Connection *connection, const guint8 *data, gsize length)
{
  while (length > 0) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) message = NULL;

    if (!neg_hl7_framer_feed (connection->framer, &data, &length, &message, &error))
      return refuse_frame (connection, error);
    if (!check_held (connection, message) || (message != NULL && !take_message (connection, message)))
      return FALSE;
  }
  return check_held (connection, NULL);
}

/* A message of which only the CR behind 1C is missing. */
static gboolean
flush (NegHl7Connection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;

  if (!neg_hl7_framer_flush (connection->framer, &message, &error))
    return refuse_frame (connection, error);
  if (message == NULL)
    return TRUE;
  g_message ("HL7 from %s: the end of a message came without its CR", connection->address);
  return take_message (connection, message) && check_held (connection, NULL);
}

/* --- its turn --- */

static NegHl7Wait
get_wait (const NegHl7Connection *connection)
{
  gsize length;

  if (neg_hl7_framer_is_waiting (connection->framer))
    return NEG_HL7_WAIT_END;
  neg_hl7_framer_get_partial (connection->framer, &length);
  return length > 0 ? NEG_HL7_WAIT_MORE : NEG_HL7_WAIT_IDLE;
}

static NegHl7Wait
end (NegHl7Connection *connection)
{
  g_io_stream_close (connection->stream, connection->service->cancellable, NULL);
  return NEG_HL7_WAIT_CLOSED;
}

NegHl7Wait
neg_hl7_connection_run (NegHl7Connection *connection)
{
  GCancellable *cancellable = connection->service->cancellable;
  GPollableInputStream *input;
  guint8 piece[PIECE_BYTES];

  if (!open_connection (connection))
    return NEG_HL7_WAIT_CLOSED;
  input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (connection->stream));
  while (!g_cancellable_is_cancelled (cancellable)) {
    g_autoptr (GError) error = NULL;
    const gssize n = g_pollable_input_stream_read_nonblocking (input, piece, sizeof piece, cancellable, &error);

    if (n > 0 && !feed (connection, piece, n))
      return end (connection);
    if (n == 0) {
      flush (connection);
      return end (connection);
    }
    if (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return NEG_HL7_WAIT_CLOSED;
    if (n < 0 && !g_socket_condition_timed_wait (connection->socket, G_IO_IN, LINGER_US, cancellable, NULL))
      return get_wait (connection);
  }
  return NEG_HL7_WAIT_CLOSED;
}

NegHl7Wait
neg_hl7_connection_give_up (NegHl7Connection *connection, NegHl7Wait waited_for)
{
  if (waited_for == NEG_HL7_WAIT_END)
    return flush (connection) ? neg_hl7_connection_run (connection) : end (connection);
  g_message ("HL7 from %s: closed: the rest of a message did not come", connection->address);
  return NEG_HL7_WAIT_CLOSED;
}
