#include "config.h"

#include "store/neg-deliveries.h"

#include "base/neg-error.h"
#include "store/neg-archive.h"

static const char *const state_names[] = { "queued", "sent", "accepted", "committed", "refused", "settled" };

G_STATIC_ASSERT (G_N_ELEMENTS (state_names) == NEG_DELIVERY_SETTLED + 1);

const char *
neg_delivery_state_get_name (NegDeliveryState state)
{
  return state_names[state];
}

void
neg_delivery_free (NegDelivery *delivery)
{
  if (delivery == NULL)
    return;
  g_free (delivery->peer);
  g_free (delivery->route);
  g_free (delivery->user);
  g_free (delivery->message);
  g_free (delivery->settled_by);
  g_free (delivery->settled_words);
  g_free (delivery);
}

void
neg_delivery_object_free (NegDeliveryObject *object)
{
  g_free (object->sop_instance_uid);
  g_free (object->sop_class_uid);
  g_free (object->series_uid);
  g_free (object->words);
  g_free (object);
}

/* --- reading --- */

#define COLUMNS                                                                                                        \
  "id, study_id, job_id, peer, route, user, message, made_us, commit_by_us, settled_by, settled_words, settled_us"

static NegDelivery *
read_delivery (NegStatement *row)
{
  NegDelivery *delivery = g_new0 (NegDelivery, 1);

  delivery->id = neg_statement_get_int (row, 0);
  delivery->study_id = neg_statement_get_int (row, 1);
  delivery->job_id = neg_statement_get_int (row, 2);
  delivery->peer = g_strdup (neg_statement_get_text (row, 3));
  delivery->route = g_strdup (neg_statement_get_text (row, 4));
  delivery->user = g_strdup (neg_statement_get_text (row, 5));
  delivery->message = g_strdup (neg_statement_get_text (row, 6));
  delivery->made_us = neg_statement_get_int (row, 7);
  delivery->commit_by_us = neg_statement_get_int (row, 8);
  delivery->settled_by = g_strdup (neg_statement_get_text (row, 9));
  delivery->settled_words = g_strdup (neg_statement_get_text (row, 10));
  delivery->settled_us = neg_statement_get_int (row, 11);
  return delivery;
}

/* What was corrected or put aside after it was queued does not leave, and is not waited for. */
#define IS_CURRENT(o) "(" o ".state <> 0 OR EXISTS (SELECT 1 FROM instance i WHERE i.id = " o ".instance_id AND i.superseded_by IS NULL))"

static gboolean
read_counts (NegDatabase *database, NegDelivery *delivery, gint64 now_us, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database, "SELECT state, count(*) FROM delivery_object o WHERE delivery_id = ?1 AND " IS_CURRENT ("o") " GROUP BY state",
      error);
  gboolean has_row;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, delivery->id);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row) {
      delivery->is_late = delivery->commit_by_us != 0 && delivery->commit_by_us < now_us
                          && delivery->n[NEG_DELIVERY_ACCEPTED] > 0;
      return TRUE;
    }
    delivery->n[neg_statement_get_int (rows, 0)] = (guint) neg_statement_get_int (rows, 1);
  }
  return FALSE;
}

GPtrArray *
neg_deliveries_list (NegDatabase *database, gint64 study_id, gint64 now_us, guint limit, GError **error)
{
  g_autoptr (GPtrArray) deliveries = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_delivery_free);
  NegStatement *rows = neg_database_prepare (
      database, "SELECT " COLUMNS " FROM delivery WHERE (?1 = 0 OR study_id = ?1) ORDER BY id DESC LIMIT ?2", error);
  gboolean has_row = rows != NULL;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  neg_statement_bind_int (rows, 2, limit);
  while (has_row) {
    if (!neg_statement_step (rows, &has_row, error))
      return NULL;
    if (has_row)
      g_ptr_array_add (deliveries, read_delivery (rows));
  }
  for (guint i = 0; i < deliveries->len; i++)
    if (!read_counts (database, deliveries->pdata[i], now_us, error))
      return NULL;
  return g_steal_pointer (&deliveries);
}

NegDelivery *
neg_deliveries_find (NegDatabase *database, gint64 id, gint64 now_us, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT " COLUMNS " FROM delivery WHERE id = ?1", error);
  g_autoptr (NegDelivery) delivery = NULL;
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, id);
  if (!neg_statement_step (row, &has_row, error))
    return NULL;
  if (!has_row) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "There is no such delivery");
    return NULL;
  }
  delivery = read_delivery (row);
  neg_statement_reset (row);
  return read_counts (database, delivery, now_us, error) ? g_steal_pointer (&delivery) : NULL;
}

static NegDeliveryObject *
read_object (NegStatement *row)
{
  NegDeliveryObject *object = g_new0 (NegDeliveryObject, 1);

  object->instance_id = neg_statement_get_int (row, 0);
  object->sop_instance_uid = g_strdup (neg_statement_get_text (row, 1));
  object->sop_class_uid = g_strdup (neg_statement_get_text (row, 2));
  object->series_uid = g_strdup (neg_statement_get_text (row, 3));
  object->state = (NegDeliveryState) neg_statement_get_int (row, 4);
  object->status = (guint) neg_statement_get_int (row, 5);
  object->words = g_strdup (neg_statement_get_text (row, 6));
  object->changed_us = neg_statement_get_int (row, 7);
  return object;
}

GPtrArray *
neg_deliveries_list_objects (NegDatabase *database, gint64 id, guint limit, GError **error)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_delivery_object_free);
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT o.instance_id, o.sop_instance_uid, o.sop_class_uid, coalesce (s.series_uid, ''), o.state, o.status, o.words,"
      " o.changed_us FROM delivery_object o LEFT JOIN instance n ON n.id = o.instance_id LEFT JOIN series s ON s.id = n.series_id"
      " WHERE o.delivery_id = ?1 AND " IS_CURRENT ("o") " ORDER BY s.number, n.number, o.instance_id LIMIT ?2",
      error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, id);
  neg_statement_bind_int (rows, 2, limit);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&objects);
    g_ptr_array_add (objects, read_object (rows));
  }
  return NULL;
}

GHashTable *
neg_deliveries_list_refused (NegDatabase *database, const char *peer, GError **error)
{
  g_autoptr (GHashTable) refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  NegStatement *rows = neg_database_prepare (
      database, "SELECT sop_class_uid, transfer_syntax_uid FROM peer_syntax WHERE peer = ?1 AND accepted = 0", error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_text (rows, 1, peer);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&refused);
    g_hash_table_add (refused, g_strconcat (neg_statement_get_text (rows, 0), "\\", neg_statement_get_text (rows, 1), NULL));
  }
  return NULL;
}

/* --- writing --- */

static gboolean
add_row (NegDatabase *database, NegDelivery *delivery, GError **error)
{
  NegStatement *insert = neg_database_prepare (
      database, "INSERT INTO delivery (study_id, peer, route, user, made_us) VALUES (?1, ?2, ?3, ?4, ?5)", error);

  if (insert == NULL)
    return FALSE;
  neg_statement_bind_int (insert, 1, delivery->study_id);
  neg_statement_bind_text (insert, 2, delivery->peer);
  neg_statement_bind_text (insert, 3, delivery->route);
  neg_statement_bind_text (insert, 4, delivery->user);
  neg_statement_bind_int (insert, 5, delivery->made_us);
  if (!neg_statement_run (insert, error))
    return FALSE;
  delivery->id = neg_database_get_last_id (database);
  return TRUE;
}

gboolean
neg_deliveries_add_object (NegDatabase *database, NegDelivery *delivery, gint64 instance_id, GError **error)
{
  NegStatement *object;

  if (!add_row (database, delivery, error))
    return FALSE;
  object = neg_database_prepare (
      database,
      "INSERT INTO delivery_object (delivery_id, instance_id, sop_instance_uid, sop_class_uid, state, changed_us)"
      " SELECT ?1, id, sop_instance_uid, sop_class_uid, 0, ?3 FROM instance WHERE id = ?2",
      error);
  if (object == NULL)
    return FALSE;
  neg_statement_bind_int (object, 1, delivery->id);
  neg_statement_bind_int (object, 2, instance_id);
  neg_statement_bind_int (object, 3, delivery->made_us);
  return neg_statement_run (object, error);
}

gboolean
neg_deliveries_add (NegDatabase *database, NegDelivery *delivery, gboolean with_rejected, GError **error)
{
  NegStatement *objects;
  gboolean has_row;

  if (!add_row (database, delivery, error))
    return FALSE;
  objects = neg_database_prepare (
      database,
      "INSERT INTO delivery_object (delivery_id, instance_id, sop_instance_uid, sop_class_uid, state, changed_us)"
      " SELECT ?1, i.id, i.sop_instance_uid, i.sop_class_uid, 0, ?3 FROM series s CROSS JOIN instance i ON i.series_id = s.id"
      " WHERE s.study_id = ?2 AND i.superseded_by IS NULL"
      " AND NOT EXISTS (SELECT 1 FROM delivery_object o JOIN delivery d ON d.id = o.delivery_id"
      "   WHERE o.instance_id = i.id AND d.peer = ?4 AND (o.state = 3"
      /* A note has a delivery of its own, made before this one. */
      "     OR (o.state < 3 AND d.settled_us = 0 AND d.route = '" NEG_DELIVERY_ROUTE_NOTE "')))"
      " AND (?5 OR NOT EXISTS (SELECT 1 FROM rejection_object x JOIN rejection r ON r.id = x.rejection_id"
      "   WHERE x.sop_instance_uid = i.sop_instance_uid AND r.study_id = ?2 AND r.undone_us = 0)) RETURNING instance_id",
      error);
  if (objects == NULL)
    return FALSE;
  neg_statement_bind_int (objects, 1, delivery->id);
  neg_statement_bind_int (objects, 2, delivery->study_id);
  neg_statement_bind_int (objects, 3, delivery->made_us);
  neg_statement_bind_text (objects, 4, delivery->peer);
  neg_statement_bind_int (objects, 5, with_rejected);
  if (!neg_statement_step (objects, &has_row, error))
    return FALSE;
  neg_statement_reset (objects);
  return has_row || neg_fail (error, NEG_ERROR_CONFLICT, NULL, "There is nothing of this study to be sent");
}

gboolean
neg_deliveries_forget (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *remove = neg_database_prepare (database, "DELETE FROM delivery WHERE id = ?1", error);

  if (remove == NULL)
    return FALSE;
  neg_statement_bind_int (remove, 1, id);
  return neg_statement_run (remove, error);
}

gboolean
neg_deliveries_set_job (NegDatabase *database, gint64 id, gint64 job_id, const char *message, GError **error)
{
  NegStatement *update
      = neg_database_prepare (database, "UPDATE delivery SET job_id = ?2, message = ?3 WHERE id = ?1", error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, id);
  neg_statement_bind_int (update, 2, job_id);
  neg_statement_bind_text (update, 3, message);
  return neg_statement_run (update, error);
}

gboolean
neg_deliveries_set_objects (NegDatabase *database, gint64 id, const NegDeliveryChange *changes, guint n, gint64 now_us,
                            GError **error)
{
  for (guint i = 0; i < n; i++) {
    NegStatement *update = neg_database_prepare (
        database,
        "UPDATE delivery_object AS o SET state = ?3, status = ?4, words = iif (?3 < 2 AND ?5 = '', words, ?5), changed_us = ?6"
        " WHERE delivery_id = ?1 AND instance_id = ?2 AND state NOT IN (3, 5) AND (?3 <> 1 OR " IS_CURRENT ("o") ")",
        error);

    if (update == NULL)
      return FALSE;
    neg_statement_bind_int (update, 1, id);
    neg_statement_bind_int (update, 2, changes[i].instance_id);
    neg_statement_bind_int (update, 3, changes[i].state);
    neg_statement_bind_int (update, 4, changes[i].status);
    neg_statement_bind_text (update, 5, changes[i].words != NULL ? changes[i].words : "");
    neg_statement_bind_int (update, 6, now_us);
    if (!neg_statement_run (update, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
neg_deliveries_requeue (NegDatabase *database, gint64 id, gint64 now_us, GError **error)
{
  static const char *const changes[] = {
    "UPDATE delivery_object SET state = 0, status = 0, words = iif (words = '', 'it is sent again', words), changed_us = ?2"
    " WHERE delivery_id = ?1 AND state IN (1, 4)",
    "UPDATE delivery SET commit_by_us = 0, message = '' WHERE id = ?1 AND ?2",
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    NegStatement *update = neg_database_prepare (database, changes[i], error);

    if (update == NULL)
      return FALSE;
    neg_statement_bind_int (update, 1, id);
    neg_statement_bind_int (update, 2, now_us);
    if (!neg_statement_run (update, error))
      return FALSE;
  }
  return TRUE;
}

GArray *
neg_deliveries_list_left (NegDatabase *database, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT d.id FROM delivery d WHERE d.settled_us = 0"
      " AND NOT EXISTS (SELECT 1 FROM job j WHERE j.id = d.job_id AND j.state <> 3)"
      /* One that has not begun yet is named by none: two would send each object twice. As GVariant writes it. */
      " AND NOT EXISTS (SELECT 1 FROM job j WHERE (j.state > 2) = 0 AND j.kind = 'deliver'"
      "   AND j.arguments = '{''delivery'': <int64 ' || d.id || '>}')"
      " AND EXISTS (SELECT 1 FROM delivery_object o WHERE o.delivery_id = d.id AND " IS_CURRENT ("o")
      "   AND (o.state < 2 OR (o.state = 2 AND d.commit_by_us > 0)))",
      error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  while (neg_statement_step (rows, &has_row, error)) {
    gint64 id;

    if (!has_row)
      return g_steal_pointer (&ids);
    id = neg_statement_get_int (rows, 0);
    g_array_append_val (ids, id);
  }
  return NULL;
}

gboolean
neg_deliveries_settle (NegDatabase *database, gint64 id, const char *user, const char *words, gint64 now_us, GError **error)
{
  NegStatement *update = neg_database_prepare (
      database, "UPDATE delivery SET settled_by = ?2, settled_words = ?3, settled_us = ?4 WHERE id = ?1", error);
  NegStatement *objects;

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, id);
  neg_statement_bind_text (update, 2, user);
  neg_statement_bind_text (update, 3, words);
  neg_statement_bind_int (update, 4, now_us);
  if (!neg_statement_run (update, error))
    return FALSE;
  objects = neg_database_prepare (
      database, "UPDATE delivery_object SET state = 5, changed_us = ?2 WHERE delivery_id = ?1 AND state <> 3", error);
  if (objects == NULL)
    return FALSE;
  neg_statement_bind_int (objects, 1, id);
  neg_statement_bind_int (objects, 2, now_us);
  return neg_statement_run (objects, error);
}

/* What has come or was corrected since it was released, and leaves with no delivery: not what was rejected, or came from an archive, or
 * is said of images. */
#define HAS_MORE                                                                                                       \
  "EXISTS (SELECT 1 FROM series s CROSS JOIN instance i ON i.series_id = s.id WHERE s.study_id = ?1"                   \
  " AND i.superseded_by IS NULL AND i.object_class = 0 AND i.source <> '" NEG_ARCHIVE_SOURCE_VIEWER "'"                \
  " AND NOT EXISTS (SELECT 1 FROM delivery_object h WHERE h.instance_id = i.id)"                                       \
  " AND NOT EXISTS (SELECT 1 FROM rejection_object x JOIN rejection r ON r.id = x.rejection_id"                        \
  "   WHERE x.sop_instance_uid = i.sop_instance_uid AND r.study_id = ?1 AND r.undone_us = 0))"

/* A study on its way has arrived when nothing of any delivery is missing: committed, settled, or taken by a peer that is not asked to
 * commit. What nobody has released waits for a person then. */
gboolean
neg_deliveries_update_desk (NegDatabase *database, gint64 study_id, gint64 now_us, GError **error)
{
  NegStatement *update = neg_database_prepare (
      database,
      "UPDATE desk SET state = iif (EXISTS (SELECT 1 FROM delivery d JOIN delivery_object o ON o.delivery_id = d.id"
      "   WHERE d.study_id = ?1 AND " IS_CURRENT ("o") " AND NOT (o.state IN (3, 5) OR (o.state = 2 AND d.commit_by_us = 0"
      "   AND d.job_id = 0))), 1, iif (" HAS_MORE ", 0, 2)), changed_us = max (changed_us, ?2)"
      " WHERE study_id = ?1 AND state IN (1, 2)",
      error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, study_id);
  neg_statement_bind_int (update, 2, now_us);
  return neg_statement_run (update, error);
}

/* --- commitment --- */

gboolean
neg_deliveries_ask (NegDatabase *database, gint64 id, const char *transaction_uid, gint64 commit_by_us, gint64 now_us,
                    GError **error)
{
  NegStatement *insert = neg_database_prepare (
      database,
      "INSERT INTO commitment (transaction_uid, delivery_id, peer, asked_us) SELECT ?2, id, peer, ?3 FROM delivery WHERE id = ?1",
      error);
  NegStatement *update;

  if (insert == NULL)
    return FALSE;
  neg_statement_bind_int (insert, 1, id);
  neg_statement_bind_text (insert, 2, transaction_uid);
  neg_statement_bind_int (insert, 3, now_us);
  if (!neg_statement_run (insert, error))
    return FALSE;
  update = neg_database_prepare (database, "UPDATE delivery SET commit_by_us = iif (commit_by_us = 0, ?2, commit_by_us) WHERE id = ?1", error);
  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, id);
  neg_statement_bind_int (update, 2, commit_by_us);
  return neg_statement_run (update, error);
}

static gboolean
find_transaction (NegDatabase *database, const char *uid, const char *peer, gint64 *id, gint64 *study_id, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT d.id, d.study_id FROM commitment c JOIN delivery d ON d.id = c.delivery_id WHERE c.transaction_uid = ?1"
      " AND c.peer = ?2",
      error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, uid);
  neg_statement_bind_text (row, 2, peer);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  *id = *study_id = 0;
  if (has_row) {
    *id = neg_statement_get_int (row, 0);
    *study_id = neg_statement_get_int (row, 1);
    neg_statement_reset (row);
  }
  return TRUE;
}

static gboolean
set_committed (NegDatabase *database, gint64 id, GVariant *committed, gint64 now_us, GError **error)
{
  GVariantIter iter;
  const char *uid;

  g_variant_iter_init (&iter, committed);
  while (g_variant_iter_next (&iter, "(&s&s)", NULL, &uid)) {
    NegStatement *update = neg_database_prepare (
        database,
        "UPDATE delivery_object SET state = 3, status = 0, words = '', changed_us = ?3"
        " WHERE delivery_id = ?1 AND sop_instance_uid = ?2 AND state IN (1, 2, 4)",
        error);

    if (update == NULL)
      return FALSE;
    neg_statement_bind_int (update, 1, id);
    neg_statement_bind_text (update, 2, uid);
    neg_statement_bind_int (update, 3, now_us);
    if (!neg_statement_run (update, error))
      return FALSE;
  }
  return TRUE;
}

/* Failure Reason (PS3.3 C.14.1.1). */
static const char *
describe_reason (guint reason)
{
  switch (reason) {
  case 0x0110:
    return "the peer could not process it";
  case 0x0112:
    return "the peer does not have it";
  case 0x0119:
    return "the peer has it as another class";
  case 0x0122:
    return "the peer does not keep objects of this class";
  case 0x0131:
    return "the peer knows this transaction already";
  case 0x0213:
    return "the peer has no room";
  default:
    return "the peer does not keep it";
  }
}

static gboolean
set_failed (NegDatabase *database, gint64 id, GVariant *failed, gint64 now_us, GError **error)
{
  GVariantIter iter;
  const char *uid;
  guint32 reason;

  g_variant_iter_init (&iter, failed);
  while (g_variant_iter_next (&iter, "(&s&su)", NULL, &uid, &reason)) {
    NegStatement *update = neg_database_prepare (
        database,
        "UPDATE delivery_object SET state = 4, status = ?3, words = ?4, changed_us = ?5"
        " WHERE delivery_id = ?1 AND sop_instance_uid = ?2 AND state IN (1, 2, 4)",
        error);

    if (update == NULL)
      return FALSE;
    neg_statement_bind_int (update, 1, id);
    neg_statement_bind_text (update, 2, uid);
    neg_statement_bind_int (update, 3, reason);
    neg_statement_bind_text (update, 4, describe_reason (reason));
    neg_statement_bind_int (update, 5, now_us);
    if (!neg_statement_run (update, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
note_answered (NegDatabase *database, const char *uid, gint64 now_us, GError **error)
{
  NegStatement *update
      = neg_database_prepare (database, "UPDATE commitment SET answered_us = ?2 WHERE transaction_uid = ?1", error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_text (update, 1, uid);
  neg_statement_bind_int (update, 2, now_us);
  return neg_statement_run (update, error);
}

gboolean
neg_deliveries_answer (NegDatabase *database, const char *transaction_uid, const char *peer, GVariant *committed,
                       GVariant *failed, gint64 now_us, gint64 *study_id, GError **error)
{
  gint64 id;

  if (!find_transaction (database, transaction_uid, peer, &id, study_id, error))
    return FALSE;
  return id == 0
         || (set_committed (database, id, committed, now_us, error) && set_failed (database, id, failed, now_us, error)
             && note_answered (database, transaction_uid, now_us, error)
             && neg_deliveries_update_desk (database, *study_id, now_us, error));
}

gboolean
neg_deliveries_note_syntax (NegDatabase *database, const char *peer, const char *sop_class_uid,
                            const char *transfer_syntax_uid, gboolean accepted, gint64 now_us, GError **error)
{
  NegStatement *insert = neg_database_prepare (
      database,
      "INSERT INTO peer_syntax (peer, sop_class_uid, transfer_syntax_uid, accepted, seen_us) VALUES (?1, ?2, ?3, ?4, ?5)"
      " ON CONFLICT DO UPDATE SET accepted = excluded.accepted, seen_us = excluded.seen_us",
      error);

  if (insert == NULL)
    return FALSE;
  neg_statement_bind_text (insert, 1, peer);
  neg_statement_bind_text (insert, 2, sop_class_uid);
  neg_statement_bind_text (insert, 3, transfer_syntax_uid);
  neg_statement_bind_int (insert, 4, accepted);
  neg_statement_bind_int (insert, 5, now_us);
  return neg_statement_run (insert, error);
}
