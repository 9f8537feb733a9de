#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool-private.h"
#include "wire/neg-message-private.h"

#define START_TIMEOUT_MS 20000
#define RETRY_SEND_MS 5
#define READ_STEP_BYTES 65536
#define READ_STEPS_MAX 32 /* then the other engines have their turn */
#define NO_DESCRIPTOR "a descriptor where none may be"
#define AHEAD_BYTES 16384 /* small answers come by the thousand */
#define SMALL_BODY_BYTES_MAX 65536 /* of everything but a scan's answers */
#define BODY_BYTES_KEPT (1u << 20)

struct _NegEngine {
  NegEnginePool *pool;
  GPid pid;   /* 0: reaped */
  int socket; /* -1: closed */
  GSource *readable, *writable, *deadline, *end;
  gboolean ready, killed, closed, has_answered;
  GQueue batches;  /* NegBatch, in the order in which they were sent */
  GQueue outgoing; /* NegOutgoing */
  GError *reason;  /* why it is being killed; nullable */
  gboolean blame;  /* whether that is the fault of what it works on */
  gint64 last_sign_us;

  /* The message that is arriving */
  guint8 ahead[AHEAD_BYTES]; /* received, not taken apart yet: from ahead_from to ahead_to */
  gsize ahead_from, ahead_to;
  gboolean has_descriptor; /* the message with the last of these bytes brought one */
  guint8 header_bytes[NEG_MESSAGE_HEADER_BYTES];
  gsize header_have;
  NegMessageHeader header;
  guint8 *body;
  gsize body_have, body_room;
};

gboolean
_neg_engine_is_ready (const NegEngine *engine)
{
  return engine->ready && !engine->killed && !engine->closed;
}

GQueue *
_neg_engine_get_batches (NegEngine *engine)
{
  return &engine->batches;
}

/* Never without an id: kill (0) is our own process group. */
static void
kill_process (NegEngine *engine)
{
  if (engine->pid > 0)
    kill (engine->pid, SIGKILL);
}

static void
kill_for (NegEngine *engine, gboolean blame, GError *reason)
{
  if (engine->killed) {
    g_error_free (reason);
    return;
  }
  engine->killed = TRUE;
  engine->blame = blame;
  engine->reason = reason;
  kill_process (engine);
}

void
_neg_engine_kill (NegEngine *engine)
{
  GError *reason = NULL;

  neg_fail (&reason, NEG_ERROR_CANCELLED, NULL, "cancelled");
  kill_for (engine, FALSE, reason);
}

/* Time limits */

static gint64
get_deadline_us (NegEngine *engine)
{
  const gint64 item_timeout_us = (gint64) _neg_engine_pool_get_item_timeout_ms (engine->pool) * 1000;
  const NegBatch *head = g_queue_peek_head (&engine->batches);
  gint64 deadline;

  if (engine->killed)
    return -1;
  if (!engine->ready)
    return engine->last_sign_us + MIN (START_TIMEOUT_MS * G_GINT64_CONSTANT (1000), item_timeout_us);
  if (head == NULL)
    return engine->header_have > 0 ? engine->last_sign_us + item_timeout_us : -1;
  deadline = engine->last_sign_us + item_timeout_us;
  /* A batch behind another's item cannot be let go of before that item is done: it has its grace from then on. */
  if (head->cancel_time_us > 0)
    deadline = MIN (deadline, MAX (head->cancel_time_us, head->turn_time_us) + NEG_CANCEL_GRACE_MS * 1000);
  return deadline;
}

void
_neg_engine_update_deadline (NegEngine *engine)
{
  g_source_set_ready_time (engine->deadline, get_deadline_us (engine));
}

static gboolean
deadline_cb (gpointer user_data)
{
  NegEngine *engine = user_data;
  const NegBatch *head = g_queue_peek_head (&engine->batches);
  gint64 deadline = get_deadline_us (engine);
  GError *reason = NULL;

  if (deadline >= 0 && deadline <= g_get_monotonic_time ()) {
    if (head != NULL && head->cancel_time_us > 0)
      _neg_engine_kill (engine);
    else {
      neg_fail (&reason, NEG_ERROR_TIMEOUT, NULL, "no sign from the decoding process within %u ms",
                _neg_engine_pool_get_item_timeout_ms (engine->pool));
      kill_for (engine, TRUE, reason);
    }
  }
  _neg_engine_update_deadline (engine);
  return G_SOURCE_CONTINUE;
}

/* Out */

static void
stop_writing (NegEngine *engine)
{
  if (engine->writable != NULL)
    g_source_destroy (engine->writable);
  g_clear_pointer (&engine->writable, g_source_unref);
}

static void flush (NegEngine *engine);

static gboolean
writable_cb (gint fd, GIOCondition condition, gpointer user_data)
{
  stop_writing (user_data);
  flush (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
retry_cb (gpointer user_data)
{
  stop_writing (user_data);
  flush (user_data);
  return G_SOURCE_REMOVE;
}

/* ETOOMANYREFS: too many descriptors of this user are in sockets, for a moment; the socket itself is writable. */
static void
flush_later (NegEngine *engine, int code)
{
  if (code == ETOOMANYREFS) {
    engine->writable = g_timeout_source_new (RETRY_SEND_MS);
    g_source_set_callback (engine->writable, retry_cb, engine, NULL);
  } else {
    engine->writable = g_unix_fd_source_new (engine->socket, G_IO_OUT | G_IO_ERR | G_IO_HUP);
    g_source_set_callback (engine->writable, G_SOURCE_FUNC (writable_cb), engine, NULL);
  }
  g_source_attach (engine->writable, _neg_engine_pool_get_context (engine->pool));
}

static void
flush (NegEngine *engine)
{
  NegOutgoing *outgoing;

  while ((outgoing = g_queue_peek_head (&engine->outgoing)) != NULL && !engine->closed && !engine->killed
         && engine->writable == NULL) {
    gssize sent = _neg_message_send_part (engine->socket, outgoing->bytes->data + outgoing->n_sent,
                                          outgoing->bytes->len - outgoing->n_sent, outgoing->fds,
                                          outgoing->n_sent == 0 ? outgoing->n_fds : 0);

    if (sent < 0) {
      /* Any other error: the engine has ended, and its end is on the way. */
      if (errno == EAGAIN || errno == ETOOMANYREFS || errno == ENOBUFS || errno == ENOMEM)
        flush_later (engine, errno == EAGAIN ? EAGAIN : ETOOMANYREFS);
      return;
    }
    outgoing->n_sent += sent;
    if (outgoing->n_sent == outgoing->bytes->len)
      _neg_outgoing_free (g_queue_pop_head (&engine->outgoing));
  }
}

void
_neg_engine_send_batch (NegEngine *engine, NegBatch *batch, NegOutgoing *message)
{
  if (g_queue_is_empty (&engine->batches))
    batch->turn_time_us = engine->last_sign_us = g_get_monotonic_time ();
  g_queue_push_tail (&engine->batches, batch);
  g_queue_push_tail (&engine->outgoing, message);
  flush (engine);
  _neg_engine_update_deadline (engine);
}

void
_neg_engine_cancel_batch (NegEngine *engine, NegBatch *batch)
{
  if (!batch->cancel_sent) {
    batch->cancel_sent = TRUE;
    g_queue_push_tail (&engine->outgoing, _neg_outgoing_new (NEG_MESSAGE_CANCEL, batch->id, NULL, NULL, 0));
    flush (engine);
  }
  _neg_engine_update_deadline (engine);
}

/* In */

static gboolean
take_ready (NegEngine *engine, GError **error)
{
  NegReader reader;
  guint32 version;

  neg_reader_init (&reader, engine->body, engine->header.body_length);
  version = neg_reader_u32 (&reader);
  if (engine->ready || !neg_reader_finished (&reader) || engine->header.request_id != 0)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a wrong greeting");
  if (version != NEG_PROTOCOL_VERSION)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "protocol version %u where %u is spoken", version,
                     NEG_PROTOCOL_VERSION);
  engine->ready = TRUE;
  return TRUE;
}

static void
end_batch (NegEngine *engine, NegBatch *batch)
{
  g_autoptr (NegRequest) request = neg_request_ref (batch->request);

  g_queue_remove (&engine->batches, batch);
  if (!g_queue_is_empty (&engine->batches))
    ((NegBatch *) g_queue_peek_head (&engine->batches))->turn_time_us = g_get_monotonic_time ();
  _neg_batch_return_rest (batch);
  _neg_batch_free (batch);
  _neg_engine_pool_requeue (engine->pool, request);
  _neg_request_finish_if_answered (request);
}

static NegBatch *
find_batch (NegEngine *engine, guint64 id)
{
  for (GList *l = engine->batches.head; l != NULL; l = l->next)
    if (((NegBatch *) l->data)->id == id)
      return l->data;
  return NULL;
}

/* Work is done in the order in which it was sent; only what was let go of may end before its turn. */
static gboolean
take_answer (NegEngine *engine, GError **error)
{
  NegBatch *batch = find_batch (engine, engine->header.request_id);
  gboolean is_head = batch != NULL && batch == g_queue_peek_head (&engine->batches);

  if (batch == NULL || !engine->ready)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer to a request that is not open");
  if (engine->header.type == NEG_MESSAGE_ITEM) {
    if (!is_head)
      return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer before its turn");
    return _neg_batch_take_item (batch, engine->body, engine->header.body_length, error);
  }
  if (engine->header.body_length != 0 || (!batch->cancel_sent && (!is_head || batch->n_answered < batch->indices->len)))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an end before the answers");
  end_batch (engine, batch);
  return TRUE;
}

static gboolean
take_message (NegEngine *engine, GError **error)
{
  gboolean taken;

  if (engine->has_descriptor && engine->ahead_from == engine->ahead_to)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, NO_DESCRIPTOR);
  if (engine->header.type == NEG_MESSAGE_READY) {
    taken = take_ready (engine, error);
  } else {
    taken = take_answer (engine, error);
    if (taken && !engine->has_answered) {
      engine->has_answered = TRUE;
      _neg_engine_pool_engine_answered (engine->pool);
    }
  }
  engine->header_have = 0;
  engine->body_have = 0;
  if (engine->body_room > BODY_BYTES_KEPT) {
    g_clear_pointer (&engine->body, g_free);
    engine->body_room = 0;
  }
  engine->last_sign_us = g_get_monotonic_time ();
  return taken;
}

static gboolean
take_header (NegEngine *engine, GError **error)
{
  const NegMessageHeader *header = &engine->header;
  NegBatch *batch;
  guint32 bytes_max = SMALL_BODY_BYTES_MAX;

  if (!neg_message_header_read (&engine->header, engine->header_bytes, error))
    return FALSE;
  if (header->type < NEG_MESSAGE_READY || header->n_fds != 0)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message that is no answer");
  batch = find_batch (engine, header->request_id);
  if (header->type == NEG_MESSAGE_ITEM && batch != NULL
      && (batch->request->kind == NEG_REQUEST_SCAN || batch->request->kind == NEG_REQUEST_TAGS))
    bytes_max = NEG_MESSAGE_BODY_MAX;
  if (header->type == NEG_MESSAGE_ITEM && batch != NULL && batch->request->kind == NEG_REQUEST_COMPOSE)
    bytes_max += NEG_COMPOSE_BYTES_MAX;
  if (header->body_length > bytes_max)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer of %u bytes", header->body_length);
  return TRUE;
}

/* Room grows with what arrives: an announced length alone takes no memory. */
static gboolean
make_room (NegEngine *engine, GError **error)
{
  gsize wanted = MIN ((gsize) engine->header.body_length, engine->body_have + READ_STEP_BYTES);
  guint8 *larger;

  if (wanted <= engine->body_room)
    return TRUE;
  wanted = MIN ((gsize) engine->header.body_length, MAX (wanted, engine->body_room * 2));
  larger = g_try_realloc (engine->body, wanted);
  if (larger == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for an answer of %u bytes",
                     engine->header.body_length);
  engine->body = larger;
  engine->body_room = wanted;
  return TRUE;
}

/* What is long goes where it belongs; of what is short, many come by one system call. */
static gssize
receive (NegEngine *engine, guint8 *target, gsize length, GError **error)
{
  gboolean is_long = length >= AHEAD_BYTES;
  gssize n;

  if (engine->ahead_from == engine->ahead_to && !engine->has_descriptor) {
    n = _neg_message_receive_part (engine->socket, is_long ? target : engine->ahead, is_long ? length : AHEAD_BYTES,
                                   &engine->has_descriptor);
    if (n <= 0 || (is_long && !engine->has_descriptor))
      return n;
    engine->ahead_from = 0;
    engine->ahead_to = is_long ? 0 : n;
  }
  length = MIN (length, engine->ahead_to - engine->ahead_from);
  if (length == 0) {
    neg_fail (error, NEG_ERROR_PROTOCOL, NULL, NO_DESCRIPTOR);
    return -1;
  }
  memcpy (target, engine->ahead + engine->ahead_from, length);
  engine->ahead_from += length;
  return length;
}

/* One read of what comes next; < 0 with errno EAGAIN when nothing is there, 0 at the end. */
static gssize
read_some (NegEngine *engine, GError **error)
{
  gboolean in_header = engine->header_have < NEG_MESSAGE_HEADER_BYTES;
  guint8 *target;
  gsize length;
  gssize n;

  if (!in_header && !make_room (engine, error))
    return -1;
  target = in_header ? engine->header_bytes + engine->header_have : engine->body + engine->body_have;
  length = in_header ? NEG_MESSAGE_HEADER_BYTES - engine->header_have
                     : MIN (engine->body_room, engine->header.body_length) - engine->body_have;
  n = receive (engine, target, length, error);
  if (n > 0 && in_header)
    engine->header_have += n;
  else if (n > 0)
    engine->body_have += n;
  return n;
}

/* Reads and takes messages until nothing is there; nobody would wake us for what was received already. @ended says whether the other side has closed. */
static gboolean
read_messages (NegEngine *engine, guint n_steps_max, gboolean *ended, GError **error)
{
  *ended = FALSE;
  for (guint step = 0; step < n_steps_max || engine->ahead_from < engine->ahead_to; step++) {
    GError *failure = NULL;
    gboolean was_in_header = engine->header_have < NEG_MESSAGE_HEADER_BYTES;
    gssize n = read_some (engine, &failure);

    if (failure != NULL) {
      g_propagate_error (error, failure);
      return FALSE;
    }
    *ended = n == 0 || (n < 0 && errno != EAGAIN);
    if (n <= 0)
      return TRUE;
    if (was_in_header && engine->header_have == NEG_MESSAGE_HEADER_BYTES && !take_header (engine, error))
      return FALSE;
    if (engine->header_have == NEG_MESSAGE_HEADER_BYTES && engine->body_have == engine->header.body_length
        && !take_message (engine, error))
      return FALSE;
  }
  return TRUE;
}

static void
stop_reading (NegEngine *engine)
{
  if (engine->readable != NULL)
    g_source_destroy (engine->readable);
  g_clear_pointer (&engine->readable, g_source_unref);
}

static gboolean
readable_cb (gint fd, GIOCondition condition, gpointer user_data)
{
  NegEngine *engine = user_data;
  GError *failure = NULL;
  gboolean ended = FALSE;

  if (engine->killed) {
    stop_reading (engine);
    return G_SOURCE_REMOVE;
  }
  if (!read_messages (engine, READ_STEPS_MAX, &ended, &failure))
    kill_for (engine, TRUE, failure);
  else if (ended)
    kill_process (engine); /* it has ended, or has closed its only line and is of no use */
  if (ended) {
    engine->closed = TRUE;
    stop_reading (engine);
  }
  _neg_engine_update_deadline (engine);
  _neg_engine_pool_schedule (engine->pool);
  return ended ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* The end */

static char *
describe_status (int status)
{
  if (WIFSIGNALED (status))
    return g_strdup_printf ("signal %d, %s", WTERMSIG (status), g_strsignal (WTERMSIG (status)));
  return g_strdup_printf ("exit status %d", WIFEXITED (status) ? WEXITSTATUS (status) : -1);
}

/* Fails the one item that the engine was working on. */
static gboolean
blame_current (NegEngine *engine, const GError *failure)
{
  for (GList *l = engine->batches.head; l != NULL; l = l->next) {
    NegBatch *batch = l->data;
    guint index;

    if (!_neg_batch_get_current (batch, &index))
      continue;
    _neg_engine_pool_strikes (engine->pool, _neg_request_get_blob (batch->request, index), TRUE);
    _neg_request_fail_item (batch->request, index, failure);
    return TRUE;
  }
  return FALSE;
}

static void
end (NegEngine *engine, const char *how)
{
  NegEngineEnd summary = { .in_vain = !engine->has_answered, .how = how };

  _neg_engine_pool_engine_ends (engine->pool, engine, engine->killed);
  if (engine->reason == NULL) {
    neg_fail (&engine->reason, NEG_ERROR_ENGINE_DIED, NULL, "the decoding process ended (%s)", how);
    engine->blame = TRUE;
  } else {
    summary.how = engine->reason->message;
  }
  if (engine->blame)
    summary.has_blamed = blame_current (engine, engine->reason);
  while (!g_queue_is_empty (&engine->batches))
    end_batch (engine, g_queue_peek_head (&engine->batches));
  _neg_engine_pool_engine_ended (engine->pool, engine, &summary);
}

/* Only when the process is gone for certain are its items answered: until then it could still write to a slot that
 * the requester believes to be its own again. */
static void
end_cb (GPid pid, gint status, gpointer user_data)
{
  NegEngine *engine = user_data;
  g_autofree char *how = describe_status (status);
  GError *failure = NULL;
  gboolean ended = FALSE;

  engine->pid = 0;
  /* What it said before it died counts. */
  if (!engine->killed && !engine->closed)
    read_messages (engine, G_MAXUINT, &ended, &failure);
  g_clear_error (&failure);
  engine->closed = TRUE;
  end (engine, how);
}

static gboolean
not_started_cb (gpointer user_data)
{
  NegEngine *engine = user_data;
  g_autofree char *how = g_strdup (engine->reason->message);

  end (engine, how);
  return G_SOURCE_REMOVE;
}

void
_neg_engine_free (NegEngine *engine)
{
  GSource *sources[] = { engine->readable, engine->writable, engine->deadline, engine->end };

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i] != NULL) {
      g_source_destroy (sources[i]);
      g_source_unref (sources[i]);
    }
  if (engine->socket >= 0)
    close (engine->socket);
  g_queue_clear_full (&engine->outgoing, (GDestroyNotify) _neg_outgoing_free);
  g_clear_error (&engine->reason);
  g_free (engine->body);
  g_free (engine);
}

/* The start */

static gboolean
start (NegEngine *engine, GError **error)
{
  int pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "cannot be started: %s", g_strerror (errno));
  engine->socket = pair[0];
  g_unix_set_fd_nonblocking (pair[0], TRUE, NULL);
  engine->pid = _neg_engine_spawn (_neg_engine_pool_get_program (engine->pool),
                                   _neg_engine_pool_get_environment (engine->pool), NULL, pair[1], error);
  close (pair[1]);
  if (engine->pid > 0)
    return TRUE;
  engine->pid = 0;
  return FALSE;
}

static gboolean
dispatch_deadline (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs deadline_funcs = { .dispatch = dispatch_deadline };

NegEngine *
_neg_engine_new (NegEnginePool *pool)
{
  GMainContext *context = _neg_engine_pool_get_context (pool);
  NegEngine *engine = g_new0 (NegEngine, 1);

  engine->pool = pool;
  engine->socket = -1;
  engine->last_sign_us = g_get_monotonic_time ();
  engine->deadline = g_source_new (&deadline_funcs, sizeof (GSource));
  g_source_set_callback (engine->deadline, deadline_cb, engine, NULL);
  if (start (engine, &engine->reason)) {
    engine->readable = g_unix_fd_source_new (engine->socket, G_IO_IN | G_IO_ERR | G_IO_HUP);
    g_source_set_callback (engine->readable, G_SOURCE_FUNC (readable_cb), engine, NULL);
    g_source_attach (engine->readable, context);
    engine->end = g_child_watch_source_new (engine->pid);
    g_source_set_callback (engine->end, G_SOURCE_FUNC (end_cb), engine, NULL);
    _neg_engine_update_deadline (engine);
  } else {
    engine->end = g_idle_source_new ();
    g_source_set_callback (engine->end, not_started_cb, engine, NULL);
  }
  g_source_attach (engine->deadline, context);
  g_source_attach (engine->end, context);
  return engine;
}
