/* Orders as they are now, for lists; and what a person matches by hand. */
#include "config.h"

#include "store/neg-entries-private.h"
#include "store/neg-orders-private.h"

#include "base/neg-error.h"

#define LATE_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

void
neg_order_free (NegOrder *order)
{
  char **texts[] = { &order->placer,       &order->placer_issuer, &order->filler,     &order->filler_issuer,
                     &order->accession,    &order->accession_issuer, &order->procedure_id, &order->step_id,
                     &order->study_uid,    &order->issuer,        &order->patient_id, &order->patient_name,
                     &order->birth_date,   &order->sex,           &order->modality,   &order->procedure_code,
                     &order->procedure,    &order->body_part,     &order->laterality, &order->station,
                     &order->location,     &order->referrer,      &order->requester,  &order->reason,
                     &order->alerts,       &order->date,          &order->time,       &order->timezone };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*texts[i]);
  g_free (order);
}

/* --- reading --- */

/* In the order of ORDERS. */
static void
read_texts (NegStatement *row, NegOrder *order)
{
  char **texts[] = { &order->placer,     &order->placer_issuer,    &order->filler,       &order->filler_issuer,
                     &order->accession,  &order->accession_issuer, &order->procedure_id, &order->step_id,
                     &order->study_uid,  &order->birth_date,       &order->sex,          &order->modality,
                     &order->procedure_code, &order->procedure,    &order->body_part,    &order->laterality,
                     &order->station,    &order->location,         &order->referrer,     &order->requester,
                     &order->reason,     &order->alerts,           &order->date,         &order->time,
                     &order->timezone };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_strdup (neg_statement_get_text (row, 11 + (int) i));
}

#define ORDERS                                                                                                         \
  "SELECT o.id, coalesce (e.id, 0), o.scheduled_us, o.urgency, o.status, o.received_us, o.changed_us, o.issuer, "      \
  "o.patient_id, o.name_key, o.patient_name, o.placer, o.placer_issuer, o.filler, o.filler_issuer, o.accession, "      \
  "o.accession_issuer, o.procedure_id, o.step_id, o.study_uid, o.birth_date, o.sex, o.modality, o.procedure_code, "    \
  "o.procedure, o.body_part, o.laterality, o.station, iif (o.patient_location <> '', o.patient_location, o.location), " \
  "o.referrer, o.requester, o.reason, o.alerts, o.date, o.time, o.timezone, o.matched_entry_id "
#define COLUMN_MATCHED 36

#define JOINED                                                                                                         \
  "LEFT JOIN entry_source s ON s.order_id = o.id AND s.order_id <> 0 LEFT JOIN entry e ON e.id = s.entry_id "

static gboolean
read_order (NegDatabase *database, NegStatement *row, NegOrder *order, GError **error)
{
  g_auto (NegPatient) now = { 0 };

  order->id = neg_statement_get_int (row, 0);
  order->entry = neg_statement_get_int (row, 1);
  order->scheduled_us = neg_statement_get_int (row, 2);
  order->urgency = (guint) neg_statement_get_int (row, 3);
  order->status = (NegOrderStatus) CLAMP (neg_statement_get_int (row, 4), 0, NEG_ORDER_STATUS_N - 1);
  order->received_us = neg_statement_get_int (row, 5);
  order->changed_us = neg_statement_get_int (row, 6);
  order->is_matched_by_hand = neg_statement_get_int (row, COLUMN_MATCHED) != 0;
  read_texts (row, order);
  if (!_neg_patient_resolve (database, neg_statement_get_text (row, 7), neg_statement_get_text (row, 8),
                             neg_statement_get_text (row, 9), &now, error))
    return FALSE;
  order->patient_name = now.name != NULL && *now.name != '\0' ? g_steal_pointer (&now.name)
                                                             : g_strdup (neg_statement_get_text (row, 10));
  order->issuer = g_steal_pointer (&now.issuer);
  order->patient_id = g_steal_pointer (&now.id);
  return TRUE;
}

static GPtrArray *
read_orders (NegDatabase *database, NegStatement *rows, GError **error)
{
  g_autoptr (GPtrArray) orders = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_order_free);
  gboolean has_row;

  while (neg_statement_step (rows, &has_row, error)) {
    NegOrder *order;

    if (!has_row)
      return g_steal_pointer (&orders);
    order = g_new0 (NegOrder, 1);
    g_ptr_array_add (orders, order);
    if (!read_order (database, rows, order, error))
      return NULL;
  }
  return NULL;
}

GPtrArray *
neg_orders_list (NegDatabase *database, NegOrderFilter filter, gint64 now_us, gint64 late_us, guint limit, GError **error)
{
  static const char *sql[] = {
    [NEG_ORDERS_ALL] = ORDERS "FROM imaging_order o " JOINED "WHERE ?2 = ?2 ORDER BY o.id DESC LIMIT ?1",
    [NEG_ORDERS_OPEN] = ORDERS "FROM imaging_order o " JOINED "WHERE o.status = 1 AND ?2 = ?2 ORDER BY o.id DESC LIMIT ?1",
    [NEG_ORDERS_UNMATCHED] = ORDERS "FROM imaging_order o " JOINED
                             "WHERE o.status = 1 AND o.has_images = 0 AND o.scheduled_us > 0 AND o.scheduled_us < ?2 "
                             "ORDER BY o.scheduled_us DESC LIMIT ?1",
  };
  NegStatement *rows = neg_database_prepare (database, sql[MIN (filter, NEG_ORDERS_UNMATCHED)], error);

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, limit);
  neg_statement_bind_int (rows, 2, now_us - (late_us > 0 ? late_us : LATE_US));
  return read_orders (database, rows, error);
}

NegOrder *
neg_orders_find (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *rows = neg_database_prepare (database, ORDERS "FROM imaging_order o " JOINED "WHERE o.id = ?1", error);
  g_autoptr (GPtrArray) orders = NULL;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, id);
  orders = read_orders (database, rows, error);
  if (orders == NULL)
    return NULL;
  if (orders->len == 0) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, "order", "There is no such order");
    return NULL;
  }
  return g_ptr_array_steal_index (orders, 0);
}

GPtrArray *
neg_orders_list_of_entry (NegDatabase *database, gint64 entry, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      ORDERS "FROM entry_source s JOIN imaging_order o ON o.id = s.order_id LEFT JOIN entry e ON e.id = s.entry_id "
             "WHERE s.entry_id = ?1 AND s.kind = 2 ORDER BY o.id DESC",
      error);

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, entry);
  return read_orders (database, rows, error);
}

/* --- by hand --- */

static gboolean
write_match (NegDatabase *database, gint64 order, gint64 entry, const char *user, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database, "UPDATE imaging_order SET matched_entry_id = ?2, matched_by = ?3, changed_us = ?4 WHERE id = ?1", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, order);
  neg_statement_bind_int (row, 2, entry);
  neg_statement_bind_text (row, 3, user);
  neg_statement_bind_int (row, 4, g_get_real_time ());
  return neg_statement_run (row, error);
}

static gboolean
find_source (NegDatabase *database, gint64 order, gint64 *id, gint64 *entry, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database, "SELECT id, entry_id FROM entry_source WHERE order_id = ?1 AND order_id <> 0", error);
  gboolean has_row;

  *id = *entry = 0;
  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, order);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (has_row) {
    *id = neg_statement_get_int (row, 0);
    *entry = neg_statement_get_int (row, 1);
  }
  neg_statement_reset (row);
  return TRUE;
}

/* Out of its entry first, which may have its numbers from this order only. */
static gboolean
place_anew (NegDatabase *database, gint64 order, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "UPDATE entry_source SET entry_id = 0 WHERE id = ?1", error);
  gint64 id, entry;

  if (row == NULL || !find_source (database, order, &id, &entry, error))
    return FALSE;
  neg_statement_bind_int (row, 1, id);
  return neg_statement_run (row, error) && _neg_entry_compose (database, entry, NEG_COMPOSE_PARK, error)
         && _neg_source_place (database, id, 0, error);
}

static gboolean
is_of_patient (NegDatabase *database, const NegOrder *order, const NegEntryRow *row, gboolean *is_his, GError **error)
{
  NegStatement *own = neg_database_prepare (
      database, "SELECT issuer, patient_id, name_key FROM imaging_order WHERE id = ?1", error);
  g_auto (NegPatient) now = { 0 };
  gboolean has_row, done;

  *is_his = FALSE;
  if (own == NULL)
    return FALSE;
  neg_statement_bind_int (own, 1, order->id);
  if (!neg_statement_step (own, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  done = _neg_patient_resolve (database, neg_statement_get_text (own, 0), neg_statement_get_text (own, 1),
                               neg_statement_get_text (own, 2), &now, error);
  neg_statement_reset (own);
  *is_his = done && g_str_equal (now.id, row->entry->patient_id) && g_str_equal (now.issuer, row->entry->issuer)
            && g_str_equal (now.name_key, row->name_key);
  return done;
}

gboolean
neg_orders_match (NegDatabase *database, gint64 order, gint64 entry, const char *user, GError **error)
{
  g_autoptr (NegOrder) one = neg_orders_find (database, order, error);
  g_autoptr (NegEntryRow) row = one != NULL ? _neg_entry_row_find (database, entry, error) : NULL;
  gboolean is_his;

  if (row == NULL || !is_of_patient (database, one, row, &is_his, error))
    return FALSE;
  if (!is_his)
    return neg_fail (error, NEG_ERROR_CONFLICT, "patient",
                     "The order and the images are of different patients, who are not joined");
  return write_match (database, order, entry, user, error) && place_anew (database, order, error);
}

gboolean
neg_orders_unmatch (NegDatabase *database, gint64 order, const char *user, GError **error)
{
  g_autoptr (NegOrder) one = neg_orders_find (database, order, error);

  if (one == NULL)
    return FALSE;
  if (!one->is_matched_by_hand)
    return neg_fail (error, NEG_ERROR_REFUSED, "order", "No person matched this order: its numbers did");
  return write_match (database, order, 0, user, error) && place_anew (database, order, error);
}
