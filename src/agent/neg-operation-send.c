#include "config.h"

#include <unistd.h>

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"
#include "wire/neg-modify.h"

/* Objects that the engine has ahead of the peer's answers. */
#define WINDOW 8

/* Pairs of SOP class and transfer syntax in one association: 128 contexts (PS3.8 9.3.2.2), less one for each class that is
 * compressed and those that the engine adds for the uncompressed ones. */
#define PAIRS_MAX 50

typedef struct {
  NegAgent *agent;
  const NegPeer *peer;
  GCancellable *cancellable;
  NegTransferFunc func;
  gpointer user_data;
  NegTransfer *transfer;
} Send;

static void
tell (Send *send)
{
  if (send->func != NULL)
    send->func (&send->transfer->progress, send->user_data);
}

static void
note (Send *send, const NegOutgoingObject *object, guint status, const char *words, gboolean failed)
{
  if (failed)
    send->transfer->progress.failed++;
  else
    send->transfer->progress.done++;
  _neg_transfer_add (send->transfer, object->sop_instance_uid, failed, status, words);
}

/* Nothing of it has left. */
static void
note_unsent (Send *send, const NegOutgoingObject *object, const char *words)
{
  note (send, object, 0, words, TRUE);
  ((NegJobObject *) send->transfer->objects->pdata[send->transfer->objects->len - 1])->is_unsent = TRUE;
}

/* --- one association --- */

static gboolean
send_one (Send *send, NegAssociation *association, const NegOutgoingObject *object, guint number, GError **error)
{
  g_autofree char *reason = NULL;
  const char *syntax;
  guint64 offset;
  const int fd = _neg_outgoing_open (association, object, &syntax, &offset, &reason);
  const gboolean is_sent = neg_net_session_send (association->session, NEG_NET_SEND,
                                                 g_variant_new ("(usssts)", number, object->sop_class_uid,
                                                                object->sop_instance_uid, syntax, offset, reason),
                                                 &fd, fd < 0 ? 0 : 1, error);

  if (fd >= 0)
    close (fd);
  return is_sent || _neg_operation_locate (send->peer, error);
}

static gboolean
take_answer (Send *send, GVariant *body, GPtrArray *objects, guint n_sent, guint8 *is_answered, GError **error)
{
  g_autofree const char **comments = NULL;
  g_autofree char *words = NULL;
  guint32 number, status;

  g_variant_get (body, "(uu^a&s)", &number, &status, &comments);
  if (number >= n_sent || is_answered[number])
    return neg_fail (error, NEG_ERROR_PROTOCOL, send->peer->name, "an answer to an object that was not sent");
  is_answered[number] = TRUE;
  words = _neg_status_describe (status, comments[0]);
  note (send, g_ptr_array_index (objects, number), status, words, NEG_RESPONSE_FAILED (status));
  return TRUE;
}

/* The next message; TRUE in *is_answer when it answers an object. */
static gboolean
take_message (Send *send, NegAssociation *association, GPtrArray *objects, guint n_sent, guint8 *is_answered,
              gboolean *is_answer, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };
  guint64 bytes;

  if (!_neg_association_receive (association, &message, error))
    return FALSE;
  *is_answer = message.type == NEG_NET_DONE;
  if (message.type == NEG_NET_PROGRESS) {
    g_variant_get (message.body, "(t)", &bytes);
    send->transfer->progress.bytes += bytes;
  }
  if (*is_answer && !take_answer (send, message.body, objects, n_sent, is_answered, error))
    return FALSE;
  tell (send);
  return TRUE;
}

static gboolean
exchange (Send *send, NegAssociation *association, GPtrArray *objects, guint8 *is_answered, guint *n_sent, GError **error)
{
  for (guint n_answered = 0; n_answered < objects->len;) {
    gboolean is_answer;

    if (*n_sent < objects->len && *n_sent - n_answered < WINDOW) {
      const guint number = (*n_sent)++;

      if (!send_one (send, association, g_ptr_array_index (objects, number), number, error))
        return FALSE;
      continue;
    }
    if (!take_message (send, association, objects, *n_sent, is_answered, &is_answer, error))
      return FALSE;
    n_answered += is_answer ? 1 : 0;
  }
  /* Every object has its answer: how the peer takes its leave changes nothing. */
  _neg_association_finish (association, NULL);
  return TRUE;
}

static void
add_context (GVariantBuilder *builder, GHashTable *pairs, const char *sop_class_uid, const char *transfer_syntax_uid)
{
  const char *const syntaxes[] = { transfer_syntax_uid, NULL };

  if (g_hash_table_add (pairs, g_strdup_printf ("%s %s", sop_class_uid, transfer_syntax_uid)))
    g_variant_builder_add (builder, "(s@as)", sop_class_uid, g_variant_new_strv (syntaxes, -1));
}

/* What is compressed may have to be decoded for a peer: a context for that as well. */
static GVariant *
make_contexts (GPtrArray *objects)
{
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sas)"));
  for (guint i = 0; i < objects->len; i++) {
    const NegOutgoingObject *object = g_ptr_array_index (objects, i);

    add_context (&builder, pairs, object->sop_class_uid, object->transfer_syntax_uid);
    if (_neg_syntax_is_compressed (object->transfer_syntax_uid))
      add_context (&builder, pairs, object->sop_class_uid, NEG_MODIFY_EXPLICIT_LITTLE);
  }
  return g_variant_builder_end (&builder);
}

static gboolean
send_batch (Send *send, GPtrArray *objects, GError **error)
{
  g_autofree guint8 *is_answered = g_malloc0 (objects->len);
  g_auto (NegAssociation) association = { 0 };
  GVariantDict *options = g_variant_dict_new (NULL);
  guint n_sent = 0; /* or begun */
  g_autoptr (GError) failure = NULL;

  g_variant_dict_insert_value (options, NEG_NET_CONTEXTS, make_contexts (objects));
  if (_neg_association_open (&association, send->agent, send->peer, "store", options, send->cancellable, &failure)
      && _neg_association_note_syntaxes (&association, objects, &failure)
      && exchange (send, &association, objects, is_answered, &n_sent, &failure))
    return TRUE;
  /* Those answered stay done; the rest is not known to be there, or not sent. */
  for (guint i = 0; i < objects->len; i++)
    if (i >= n_sent)
      note_unsent (send, g_ptr_array_index (objects, i), failure->message);
    else if (!is_answered[i])
      note (send, g_ptr_array_index (objects, i), 0, failure->message, TRUE);
  tell (send);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* --- as many as the contexts need --- */

/* GPtrArray of GPtrArray of NegOutgoingObject, borrowed. */
static GPtrArray *
split (GPtrArray *objects)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < objects->len; i++) {
    const NegOutgoingObject *object = g_ptr_array_index (objects, i);
    g_autofree char *pair = g_strdup_printf ("%s %s", object->sop_class_uid, object->transfer_syntax_uid);
    gpointer number;

    if (!g_hash_table_lookup_extended (pairs, pair, NULL, &number)) {
      number = GUINT_TO_POINTER (g_hash_table_size (pairs));
      g_hash_table_insert (pairs, g_steal_pointer (&pair), number);
    }
    while (batches->len <= GPOINTER_TO_UINT (number) / PAIRS_MAX)
      g_ptr_array_add (batches, g_ptr_array_new ());
    g_ptr_array_add (g_ptr_array_index (batches, GPOINTER_TO_UINT (number) / PAIRS_MAX),
                     g_ptr_array_index (objects, i));
  }
  return batches;
}

/* An association that fails is the reason for all that has not been sent. */
static gboolean
send_all (Send *send, GPtrArray *objects, GError **error)
{
  g_autoptr (GPtrArray) batches = split (objects);
  g_autoptr (GError) failure = NULL;

  for (guint i = 0; i < batches->len; i++) {
    GPtrArray *batch = g_ptr_array_index (batches, i);

    if (failure == NULL)
      send_batch (send, batch, &failure);
    else
      for (guint k = 0; k < batch->len; k++)
        note_unsent (send, g_ptr_array_index (batch, k), failure->message);
  }
  tell (send);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
check_all_taken (Send *send, guint n_objects, GError **error)
{
  const guint n_failed = send->transfer->progress.failed;

  if (n_failed == 0)
    return TRUE;
  for (guint i = 0; i < send->transfer->objects->len; i++) {
    const NegJobObject *object = g_ptr_array_index (send->transfer->objects, i);

    if (object->failed)
      return neg_fail (error, NEG_ERROR_REFUSED, send->peer->name, "%u of %u objects were not taken: %s", n_failed,
                       n_objects, object->message);
  }
  return neg_fail (error, NEG_ERROR_REFUSED, send->peer->name, "%u of %u objects were not taken", n_failed, n_objects);
}

gboolean
neg_operation_send (NegAgent *agent, const NegPeer *peer, GPtrArray *objects, NegTransferFunc func,
                    gpointer user_data, GCancellable *cancellable, NegTransfer *transfer, GError **error)
{
  Send send = {
    .agent = agent, .peer = peer, .cancellable = cancellable, .func = func, .user_data = user_data, .transfer = transfer,
  };
  gboolean is_sent;

  transfer->progress.objects = objects->len;
  if (!_neg_operation_audit_objects (agent, peer, NEG_AUDIT_BEGIN_TRANSFER, FALSE, objects, NULL, "sending", error))
    return FALSE;
  is_sent = send_all (&send, objects, error) && check_all_taken (&send, objects->len, error);
  /* One study that failed is not the other's failure. */
  return _neg_operation_audit_objects (agent, peer, NEG_AUDIT_TRANSFERRED, !is_sent && transfer->progress.failed == 0,
                                       objects, transfer->objects, "sent", is_sent ? error : NULL)
         && is_sent;
}
