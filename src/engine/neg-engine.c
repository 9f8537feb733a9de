#include "config.h"

#include "engine/neg-engine.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "engine/neg-engine-private.h"
#include "engine/neg-seal.h"

/* The requester keeps two requests in flight and cancels some; one that sends without end is broken. */
#define WAITING_MAX 64
#define ITEM_CPU_SECONDS 60
#define ITEM_HEAD_BYTES 5
#define LOOK_EVERY_US 1000 /* thousands of small objects a second: two system calls less for most */

static void
pending_free (gpointer data)
{
  NegPending *pending = data;

  for (guint i = 0; i < pending->fds->len; i++)
    close (g_array_index (pending->fds, int, i));
  g_array_unref (pending->fds);
  g_byte_array_unref (pending->body);
  g_free (pending);
}

static void
send_message (NegEngineLoop *loop, NegMessageType type, guint64 request_id, const GByteArray *body)
{
  const NegMessageHeader header = { body ? body->len : 0, type, 0, request_id };

  if (loop->broken == NULL)
    neg_message_send (loop->socket, &header, body ? body->data : NULL, NULL, &loop->broken);
}

GByteArray *
_neg_engine_new_answer (void)
{
  GByteArray *answer = g_byte_array_new ();

  g_byte_array_set_size (answer, ITEM_HEAD_BYTES);
  return answer;
}

static void
send_item (NegEngineLoop *loop, guint32 index, gboolean ok, GByteArray *answer)
{
  for (guint i = 0; i < 4; i++)
    answer->data[i] = index >> (8 * i);
  answer->data[4] = ok ? 1 : 0;
  send_message (loop, NEG_MESSAGE_ITEM, loop->current->header.request_id, answer);
}

void
_neg_engine_send_answer (NegEngineLoop *loop, guint32 index, GByteArray *answer)
{
  send_item (loop, index, TRUE, answer);
}

void
_neg_engine_send_failure (NegEngineLoop *loop, guint32 index, const GError *failure)
{
  g_autoptr (GByteArray) answer = _neg_engine_new_answer ();

  neg_error_write (failure, answer);
  send_item (loop, index, FALSE, answer);
}

gboolean
_neg_engine_write (int fd, const void *bytes, gsize length, guint64 offset, GError **error)
{
  for (gsize done = 0; done < length;) {
    gssize n = offset + done <= G_MAXINT64 ? pwrite (fd, (const guint8 *) bytes + done, length - done, offset + done)
                                           : 0;

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return neg_fail (error, NEG_ERROR_MEMORY, NULL, "what was decoded cannot be written");
    done += n;
  }
  return TRUE;
}

/* What is cancelled before it began ends here and now; what is in work ends after the item in hand. One that is not
 * known has been answered already. */
static void
cancel (NegEngineLoop *loop, guint64 request_id)
{
  if (loop->current != NULL && loop->current->header.request_id == request_id)
    loop->current->cancelled = TRUE;
  for (GList *l = loop->waiting.head; l != NULL; l = l->next)
    if (((NegPending *) l->data)->header.request_id == request_id) {
      pending_free (l->data);
      g_queue_delete_link (&loop->waiting, l);
      send_message (loop, NEG_MESSAGE_DONE, request_id, NULL);
      return;
    }
}

static gboolean
receive (NegEngineLoop *loop, GError **error)
{
  NegPending *pending = g_new0 (NegPending, 1);

  pending->body = g_byte_array_new ();
  pending->fds = g_array_new (FALSE, FALSE, sizeof (int));
  if (!neg_message_receive (loop->socket, &pending->header, pending->body, pending->fds, error)) {
    pending_free (pending);
    return FALSE;
  }
  if (pending->header.type == NEG_MESSAGE_CANCEL) {
    cancel (loop, pending->header.request_id);
    pending_free (pending);
    return TRUE;
  }
  g_queue_push_tail (&loop->waiting, pending);
  if (loop->waiting.length > WAITING_MAX)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "too many requests");
  return TRUE;
}

gboolean
_neg_engine_begin_item (NegEngineLoop *loop)
{
  struct pollfd ready = { .fd = loop->socket, .events = POLLIN };
  const gint64 now_us = g_get_monotonic_time ();

  if (now_us - loop->looked_us >= LOOK_EVERY_US) {
    while (loop->broken == NULL && poll (&ready, 1, 0) > 0)
      receive (loop, &loop->broken);
    neg_seal_renew_cpu_limit (ITEM_CPU_SECONDS);
    loop->looked_us = now_us;
  }
  return loop->broken == NULL && !loop->current->cancelled;
}

static gboolean
work (NegEngineLoop *loop, GError **error)
{
  NegPending *pending = loop->current;
  NegReader reader;

  neg_reader_init (&reader, pending->body->data, pending->body->len);
  switch (pending->header.type) {
  case NEG_MESSAGE_SCAN:
    return _neg_engine_scan (loop, &reader, error);
  case NEG_MESSAGE_DECODE:
    return _neg_engine_decode (loop, &reader, error);
  case NEG_MESSAGE_EXTRACT:
    return _neg_engine_extract (loop, &reader, error);
  case NEG_MESSAGE_INDEX:
    return _neg_engine_index (loop, &reader, error);
  case NEG_MESSAGE_COMPOSE:
    return _neg_engine_compose (loop, &reader, error);
  case NEG_MESSAGE_TAGS:
    return _neg_engine_tags (loop, &reader, error);
  case NEG_MESSAGE_MODIFY:
    return _neg_engine_modify (loop, &reader, error);
  default:
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message that is no request");
  }
}

static void
serve_next (NegEngineLoop *loop)
{
  if (g_queue_is_empty (&loop->waiting) && !receive (loop, &loop->broken))
    return;
  loop->current = g_queue_pop_head (&loop->waiting);
  if (loop->current == NULL)
    return;
  if (work (loop, loop->broken ? NULL : &loop->broken))
    send_message (loop, NEG_MESSAGE_DONE, loop->current->header.request_id, NULL);
  g_clear_pointer (&loop->current, pending_free);
}

gboolean
neg_engine_serve (int socket, GError **error)
{
  NegEngineLoop loop = { .socket = socket, .cache = _neg_engine_cache_new () };

  g_queue_init (&loop.waiting);
  while (loop.broken == NULL)
    serve_next (&loop);
  g_queue_clear_full (&loop.waiting, pending_free);
  _neg_engine_cache_free (loop.cache);
  g_free (loop.pixels);
  if (g_error_matches (loop.broken, NEG_ERROR, NEG_ERROR_ABORTED)) {
    g_clear_error (&loop.broken);
    return TRUE;
  }
  g_propagate_error (error, loop.broken);
  return FALSE;
}
