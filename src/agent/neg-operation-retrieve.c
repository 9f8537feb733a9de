#include "config.h"

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"

/* A C-MOVE's final response and its last objects take different ways. */
#define LATE_MS 2000
#define TICK_MS 200
#define FAILED_MAX 200000

typedef struct {
  NegAgent *agent;
  const NegPeer *peer;
  const char *study_uid;
  GPtrArray *listing; /* NegListed; NULL: the peer could not be asked, or its sum will do */
  NegListedSum sum;
  NegListedPatient patient;
  guint n_here; /* of it, before */
  guint n_refused; /* of what a C-MOVE brought, answered before */
  GCancellable *cancellable;
  NegTransferFunc func;
  gpointer user_data;
  NegTransfer *transfer;
  NegReceiveStore *store; /* of C-GET */
  guint status;           /* the worst so far */
  char *comment;
} Retrieve;

static void
tell (Retrieve *retrieve)
{
  if (retrieve->func != NULL)
    retrieve->func (&retrieve->transfer->progress, retrieve->user_data);
}

/* Peers correct names in their lists and not in their images: what has come entirely is here, whoever it says it is of. */
static gboolean
compare (Retrieve *retrieve, guint *n_missing, GError **error)
{
  const NegTransferProgress *progress = &retrieve->transfer->progress;
  const gboolean all_came = progress->objects > 0 && progress->done >= progress->objects;

  return _neg_listing_compare (retrieve->agent, retrieve->listing, all_came ? NULL : &retrieve->patient, n_missing,
                               error);
}

/* How much there is to come is known. */
static gboolean
is_told (const Retrieve *retrieve)
{
  return retrieve->listing != NULL || retrieve->sum.n_images > 0;
}

/* --- answers of the peer that both ways share --- */

static void
take_counts (Retrieve *retrieve, GVariant *body)
{
  NegTransferProgress *progress = &retrieve->transfer->progress;
  guint32 remaining, completed, failed, warning;

  g_variant_get (body, "(uuuu)", &remaining, &completed, &failed, &warning);
  progress->failed = failed;
  if (!is_told (retrieve)) /* some leave them out at the end */
    progress->objects = MAX (progress->objects, remaining + completed + failed + warning);
}

static void
take_failed (Retrieve *retrieve, GVariant *body)
{
  g_autofree const char **uids = g_variant_get_strv (body, NULL);

  for (guint i = 0; uids[i] != NULL && retrieve->transfer->objects->len <= FAILED_MAX; i++)
    _neg_transfer_add (retrieve->transfer, uids[i], TRUE, retrieve->status, "the peer could not send it");
}

static void
take_status (Retrieve *retrieve, GVariant *body)
{
  g_autofree const char **comments = NULL;
  guint32 number, status;

  g_variant_get (body, "(uu^a&s)", &number, &status, &comments);
  if (status == 0 || (retrieve->status != 0 && !NEG_RESPONSE_FAILED (status)))
    return;
  retrieve->status = status;
  g_free (retrieve->comment);
  retrieve->comment = g_strdup (comments[0]);
}

/* More than any study has, and no more than we have room for: the engine may be the peer's. */
static gboolean
check_failed (Retrieve *retrieve, GError **error)
{
  if (retrieve->transfer->objects->len <= FAILED_MAX)
    return TRUE;
  return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, retrieve->peer->name, "more than %u objects are said to have failed",
                   FAILED_MAX);
}

/* TRUE when that was the last message of this request. */
static gboolean
take_message (Retrieve *retrieve, const NegNetMessage *message)
{
  if (message->type == NEG_NET_COUNTS)
    take_counts (retrieve, message->body);
  else if (message->type == NEG_NET_FAILED)
    take_failed (retrieve, message->body);
  else if (message->type == NEG_NET_DONE)
    take_status (retrieve, message->body);
  tell (retrieve);
  return message->type == NEG_NET_DONE;
}

static gboolean
ask (NegAssociation *association, const char *destination, GHashTable *identifier, GError **error)
{
  return _neg_association_send (association, NEG_NET_MOVE,
                                g_variant_new ("(ss@a(ss))", destination, "", _neg_keys_to_variant (identifier)),
                                error);
}

/* --- C-GET, WADO-RS: the objects come on this association --- */

/* What the peer sends of other studies is none of what was asked for. */
static void
count_object (Retrieve *retrieve, const NegReceived *received)
{
  if (received->is_pending)
    return;
  if (received->status == NEG_STORE_SUCCESS)
    retrieve->transfer->progress.done += g_strcmp0 (received->study_uid, retrieve->study_uid) == 0 ? 1 : 0;
  else
    _neg_transfer_add (retrieve->transfer, received->sop_instance_uid, TRUE, received->status, received->comment);
}

/* What has been committed meanwhile; @wait: all. */
static void
settle (Retrieve *retrieve, gboolean wait)
{
  gboolean goes_on;

  do {
    g_auto (NegReceived) received = { 0 };

    goes_on = neg_receive_store_settle (retrieve->store, wait, &received);
    if (goes_on)
      count_object (retrieve, &received);
  } while (goes_on);
}

static gboolean
take_object (Retrieve *retrieve, GVariant *body, GError **error)
{
  g_auto (NegReceived) received = { 0 };

  if (!neg_receive_store_take (retrieve->store, body, &received, error))
    return FALSE;
  count_object (retrieve, &received);
  settle (retrieve, FALSE);
  return TRUE;
}

static gboolean
get_identifier (Retrieve *retrieve, NegAssociation *association, GHashTable *identifier, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };

  if (!ask (association, "", identifier, error))
    return FALSE;
  do {
    if (!_neg_association_receive (association, &message, error))
      return FALSE;
    if (message.type == NEG_NET_PROGRESS) {
      guint64 bytes;

      g_variant_get (message.body, "(t)", &bytes);
      retrieve->transfer->progress.bytes += bytes;
      if (!neg_receive_store_watch (retrieve->store, error))
        return _neg_operation_locate (retrieve->peer, error);
    }
    if (message.type == NEG_NET_RECEIVED && !take_object (retrieve, message.body, error))
      return _neg_operation_locate (retrieve->peer, error);
    if (!check_failed (retrieve, error))
      return FALSE;
  } while (!take_message (retrieve, &message));
  return check_failed (retrieve, error);
}

static gboolean
get_all (Retrieve *retrieve, NegAssociation *association, GPtrArray *identifiers, GError **error)
{
  if (!neg_receive_store_supply (retrieve->store, error))
    return _neg_operation_locate (retrieve->peer, error);
  for (guint i = 0; i < identifiers->len; i++)
    if (!get_identifier (retrieve, association, g_ptr_array_index (identifiers, i), error))
      return FALSE;
  _neg_association_finish (association, NULL);
  return TRUE;
}

static GVariant *
make_contexts (const Retrieve *retrieve)
{
  if (retrieve->listing != NULL)
    return _neg_listing_make_contexts (retrieve->listing);
  return retrieve->sum.sop_classes != NULL ? _neg_listed_sum_make_contexts (&retrieve->sum) : NULL;
}

static gboolean
retrieve_by_get (Retrieve *retrieve, GPtrArray *identifiers, GError **error)
{
  g_auto (NegAssociation) association = { 0 };
  GVariantDict *options = g_variant_dict_new (NULL);
  GVariant *contexts = make_contexts (retrieve);
  NegReceiveStore store;
  gboolean is_got;

  if (contexts != NULL)
    g_variant_dict_insert_value (options, NEG_NET_CONTEXTS, contexts);
  if (!_neg_association_open (&association, retrieve->agent, retrieve->peer, "get", options, retrieve->cancellable,
                              error))
    return FALSE;
  neg_receive_store_init (&store, retrieve->agent, association.session, retrieve->peer->name, retrieve->peer->issuer,
                          retrieve->peer->accession_issuer, NEG_OBJECT_CACHE);
  neg_receive_store_use_group (&store);
  retrieve->store = &store;
  is_got = get_all (retrieve, &association, identifiers, error);
  settle (retrieve, TRUE);
  is_got = is_got && neg_receive_store_is_heard (&store, error);
  neg_receive_store_finish (&store);
  return is_got;
}

/* --- C-MOVE: the objects come to our port, the peer tells us here how far it is --- */

static void
note_arrived (Retrieve *retrieve, const NegArrived *arrived)
{
  NegTransferProgress *progress = &retrieve->transfer->progress;

  progress->done = retrieve->n_here + arrived->n_objects;
  if (is_told (retrieve))
    progress->done = MIN (progress->done, progress->objects);
  progress->bytes = arrived->bytes;
  retrieve->n_refused = arrived->n_refused;
}

/* One message, or a moment without one. */
static gboolean
move_step (Retrieve *retrieve, NegAssociation *association, gint64 *heard_us, gboolean *is_done, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };
  g_autoptr (GError) failure = NULL;
  NegArrived arrived;

  if (neg_net_session_receive (association->session, TICK_MS, retrieve->cancellable, &message, &failure)) {
    *heard_us = g_get_monotonic_time ();
    if (message.type == NEG_NET_END)
      return neg_fail (error, NEG_ERROR_ABORTED, retrieve->peer->name, "the peer has ended the association");
    *is_done = take_message (retrieve, &message);
    if (!check_failed (retrieve, error))
      return FALSE;
  } else if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_TIMEOUT)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return _neg_operation_locate (retrieve->peer, error);
  }
  neg_expected_get_arrived (neg_agent_get_expected (retrieve->agent), retrieve->study_uid, retrieve->peer->called_ae,
                            &arrived);
  note_arrived (retrieve, &arrived);
  tell (retrieve);
  *heard_us = MAX (*heard_us, arrived.last_us);
  if (!*is_done && g_get_monotonic_time () - *heard_us > NEG_MOVE_SILENCE_S * G_USEC_PER_SEC)
    return neg_fail (error, NEG_ERROR_TIMEOUT, retrieve->peer->name, "nothing has come for %d s", NEG_MOVE_SILENCE_S);
  return TRUE;
}

static gboolean
move_identifier (Retrieve *retrieve, NegAssociation *association, const char *destination, guint16 message_id,
                 GHashTable *identifier, GError **error)
{
  gint64 heard_us = g_get_monotonic_time ();
  gboolean is_done = FALSE;

  neg_expected_set_move (neg_agent_get_expected (retrieve->agent), retrieve->study_uid, retrieve->peer->called_ae,
                         message_id);
  if (!ask (association, destination, identifier, error))
    return FALSE;
  while (!is_done)
    if (!move_step (retrieve, association, &heard_us, &is_done, error))
      return FALSE;
  neg_expected_end_move (neg_agent_get_expected (retrieve->agent), retrieve->study_uid, retrieve->peer->called_ae,
                         message_id);
  return TRUE;
}

/* The peer says that it has sent all: what is still on its way has a moment. */
static gboolean
await_late (Retrieve *retrieve, GError **error)
{
  NegExpected *expected = neg_agent_get_expected (retrieve->agent);
  const gint64 deadline_us = g_get_monotonic_time () + LATE_MS * 1000;
  guint n_missing = 0;

  while (retrieve->status == 0) {
    const NegTransferProgress *progress = &retrieve->transfer->progress;
    NegArrived arrived;

    neg_expected_get_arrived (expected, retrieve->study_uid, retrieve->peer->called_ae, &arrived);
    note_arrived (retrieve, &arrived);
    n_missing = MAX (progress->objects, 1) - MIN (progress->done, MAX (progress->objects, 1));
    if (retrieve->listing != NULL && !compare (retrieve, &n_missing, error))
      return FALSE;
    if ((!arrived.is_held
         && (n_missing == 0 || MAX (deadline_us, arrived.last_us + LATE_MS * 1000) < g_get_monotonic_time ()))
        || g_cancellable_is_cancelled (retrieve->cancellable))
      return TRUE;
    neg_expected_wait_for_study (expected, retrieve->study_uid, retrieve->peer->called_ae, &arrived, TICK_MS);
  }
  return TRUE;
}

static gboolean
retrieve_by_move (Retrieve *retrieve, GPtrArray *identifiers, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (retrieve->agent);
  const char *calling_ae = retrieve->peer->calling_ae;
  const char *destination = *calling_ae != '\0' ? calling_ae : neg_site_get_ae_title (site);
  g_auto (NegAssociation) association = { 0 };
  GVariantDict *options = g_variant_dict_new (NULL);
  /* Nobody else's by chance. */
  const guint16 first_id = (guint16) g_random_int_range (1, G_MAXUINT16);

  g_variant_dict_insert (options, NEG_NET_MESSAGE_ID, "u", (guint32) first_id);
  if (!_neg_association_open (&association, retrieve->agent, retrieve->peer, "move", options, retrieve->cancellable,
                              error))
    return FALSE;
  for (guint i = 0; i < identifiers->len; i++)
    if (!move_identifier (retrieve, &association, destination, (guint16) (first_id + i),
                          g_ptr_array_index (identifiers, i), error))
      return FALSE;
  _neg_association_finish (&association, NULL);
  return await_late (retrieve, error);
}

/* --- before and after --- */

/* At a peer that is not asked questions nobody knows how much there is to come. With @sum its number may do. */
static gboolean
list (Retrieve *retrieve, const char *series_uid, NegListedSum *sum, GError **error)
{
  if ((retrieve->peer->use & NEG_PEER_QUERY) == 0)
    return TRUE;
  _neg_listed_patient_clear (&retrieve->patient);
  if (!_neg_listing_ask (retrieve->agent, retrieve->peer, retrieve->study_uid, series_uid, retrieve->cancellable,
                         &retrieve->patient, sum, &retrieve->listing, error))
    return FALSE;
  if (retrieve->listing == NULL || retrieve->listing->len > 0)
    return TRUE;
  return neg_fail (error, NEG_ERROR_NOT_FOUND, retrieve->peer->name, "the peer has no image of this study");
}

/* Nobody could say before what there is: the peer's own numbers must at least agree with what has come. */
static gboolean
check_counts (Retrieve *retrieve, GError **error)
{
  const NegTransferProgress *progress = &retrieve->transfer->progress;

  if (progress->done == 0)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, retrieve->peer->name, "the peer has sent nothing");
  if (retrieve->n_refused > 0 && !is_told (retrieve))
    return neg_fail (error, NEG_ERROR_REFUSED, retrieve->peer->name, "%u objects could not be taken",
                     retrieve->n_refused);
  if (progress->done < progress->objects)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, retrieve->peer->name, "%u of the peer's %u objects did not come",
                     progress->objects - progress->done, progress->objects);
  return TRUE;
}

static gboolean
check_status (Retrieve *retrieve, guint n_missing, GError **error)
{
  g_autofree char *words = _neg_status_describe (retrieve->status, retrieve->comment);

  /* A warning says that it is not all; what is here says more. */
  if (NEG_RESPONSE_FAILED (retrieve->status)
      || (retrieve->status != 0 && (retrieve->listing == NULL || n_missing > 0)))
    return neg_fail (error, _neg_status_get_code (retrieve->status), retrieve->peer->name, "%s", words);
  if (n_missing > 0)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, retrieve->peer->name,
                     "the peer says that all is sent, but %u of %u objects did not come", n_missing,
                     retrieve->listing->len);
  if (retrieve->transfer->objects->len > 0)
    return neg_fail (error, NEG_ERROR_REFUSED, retrieve->peer->name, "%u objects could not be taken",
                     retrieve->transfer->objects->len);
  return retrieve->listing != NULL || check_counts (retrieve, error);
}

/* What counts is what is here, whatever was said on the way. */
static gboolean
conclude (Retrieve *retrieve, gboolean is_sent, GError **error)
{
  NegTransferProgress *progress = &retrieve->transfer->progress;
  guint n_missing = 0;

  if (retrieve->listing != NULL) {
    if (!compare (retrieve, &n_missing, is_sent ? error : NULL))
      return FALSE;
    _neg_transfer_add_missing (retrieve->transfer, retrieve->listing);
    progress->objects = retrieve->listing->len;
    progress->done = retrieve->listing->len - n_missing;
  }
  progress->failed = retrieve->transfer->objects->len;
  tell (retrieve);
  return is_sent && check_status (retrieve, n_missing, error);
}

/* Nothing was here, and as many have come as the peer says that there are. */
static gboolean
has_all (Retrieve *retrieve, gboolean *has, GError **error)
{
  guint n_here;

  *has = FALSE;
  if (retrieve->status != 0 || retrieve->transfer->objects->len > 0
      || retrieve->transfer->progress.done != retrieve->sum.n_images)
    return TRUE;
  if (!_neg_listing_count_here (retrieve->agent, retrieve->study_uid, &n_here, error))
    return FALSE;
  *has = n_here == retrieve->sum.n_images;
  return TRUE;
}

/* Of classes that the peer had not named at the level of studies nothing could come: with its list it can. */
static gboolean
get_unnamed (Retrieve *retrieve, GError **error)
{
  g_autoptr (GPtrArray) identifiers = NULL;
  guint n_missing;

  if (!compare (retrieve, &n_missing, error))
    return FALSE;
  if (n_missing == 0 || _neg_listed_sum_names (&retrieve->sum, retrieve->listing))
    return TRUE;
  retrieve->status = 0;
  g_clear_pointer (&retrieve->comment, g_free);
  g_ptr_array_set_size (retrieve->transfer->objects, 0);
  identifiers = _neg_listing_make_identifiers (retrieve->listing, retrieve->study_uid, NULL);
  return retrieve_by_get (retrieve, identifiers, error);
}

/* Where the numbers differ or something has failed, the peer is asked for the list: it says what is missing. */
static gboolean
conclude_sum (Retrieve *retrieve, gboolean is_sent, GError **error)
{
  const gboolean is_silent = error != NULL && g_error_matches (*error, NEG_ERROR, NEG_ERROR_TIMEOUT);
  gboolean has = FALSE;

  if (is_sent && (!has_all (retrieve, &has, error) || (!has && !list (retrieve, NULL, NULL, error))))
    return FALSE;
  if (is_sent && !has)
    return conclude (retrieve, get_unnamed (retrieve, error), error);
  /* Only for the names of what did not come: the reason is known. */
  if (!is_sent && !is_silent && !g_cancellable_is_cancelled (retrieve->cancellable))
    list (retrieve, NULL, NULL, NULL);
  return conclude (retrieve, is_sent, error);
}

/* What is here is not asked for again, and which images that are the list says. */
static gboolean
list_first (Retrieve *retrieve, const char *series_uid, GError **error)
{
  guint n_here = 1;

  if (series_uid == NULL && !_neg_listing_count_here (retrieve->agent, retrieve->study_uid, &n_here, error))
    return FALSE;
  return list (retrieve, series_uid, n_here == 0 ? &retrieve->sum : NULL, error);
}

static gboolean
exchange (Retrieve *retrieve, const char *series_uid, GError **error)
{
  NegTransferProgress *progress = &retrieve->transfer->progress;
  g_autoptr (GPtrArray) identifiers = NULL;
  guint n_missing = 1;
  gboolean is_sent;

  if (!list_first (retrieve, series_uid, error)
      || (retrieve->listing != NULL && !compare (retrieve, &n_missing, error)))
    return FALSE;
  if (is_told (retrieve)) {
    progress->objects = retrieve->listing != NULL ? retrieve->listing->len : retrieve->sum.n_images;
    retrieve->n_here = retrieve->listing != NULL ? progress->objects - n_missing : 0;
    progress->done = retrieve->n_here;
    tell (retrieve);
  }
  if (n_missing == 0)
    return TRUE;
  identifiers = _neg_listing_make_identifiers (retrieve->listing, retrieve->study_uid, series_uid);
  is_sent = retrieve->peer->retrieve == NEG_RETRIEVE_MOVE ? retrieve_by_move (retrieve, identifiers, error)
                                                          : retrieve_by_get (retrieve, identifiers, error);
  return retrieve->sum.n_images > 0 ? conclude_sum (retrieve, is_sent, error) : conclude (retrieve, is_sent, error);
}

static gboolean
retrieve_all (Retrieve *retrieve, const char *series_uid, GError **error)
{
  gboolean is_complete = exchange (retrieve, series_uid, error);

  g_clear_pointer (&retrieve->listing, g_ptr_array_unref);
  _neg_listed_patient_clear (&retrieve->patient);
  _neg_listed_sum_clear (&retrieve->sum);
  g_clear_pointer (&retrieve->comment, g_free);
  return is_complete;
}

gboolean
neg_operation_retrieve (NegAgent *agent, const NegPeer *peer, const char *study_uid, const char *series_uid,
                        NegTransferFunc func, gpointer user_data, GCancellable *cancellable, NegTransfer *transfer,
                        GError **error)
{
  Retrieve retrieve = {
    .agent = agent, .peer = peer, .study_uid = study_uid, .cancellable = cancellable,
    .func = func, .user_data = user_data, .transfer = transfer,
  };
  NegExpected *expected = neg_agent_get_expected (agent);
  g_autofree char *detail = NULL;
  gboolean is_complete;

  if (series_uid != NULL && *series_uid == '\0')
    series_uid = NULL;
  neg_agent_get_pool (agent); /* starts while the peer is asked; what comes is read by it */
  while (!neg_expected_begin_study (expected, study_uid, peer->called_ae, TICK_MS))
    if (g_cancellable_is_cancelled (cancellable))
      return neg_fail (error, NEG_ERROR_CANCELLED, peer->name, "cancelled");
  is_complete = retrieve_all (&retrieve, series_uid, error);
  neg_expected_end_study (expected, study_uid, peer->called_ae);
  detail = g_strdup_printf ("retrieve: %u of %u objects are here", transfer->progress.done, transfer->progress.objects);
  return _neg_operation_audit (agent, peer, NEG_AUDIT_TRANSFERRED, !is_complete, study_uid, detail,
                               is_complete ? error : NULL)
         && is_complete;
}
