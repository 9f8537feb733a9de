/* The row of an order, and what it says to the reading list. */
#include "config.h"

#include "store/neg-entries-private.h"
#include "store/neg-orders-private.h"

NegOrderRow *
_neg_order_row_new (void)
{
  NegOrderRow *row = g_new0 (NegOrderRow, 1);

  for (guint i = 0; i < NEG_ORDER_TEXT_N; i++)
    row->texts[i] = g_strdup ("");
  row->urgency = NEG_URGENCY_ROUTINE;
  return row;
}

void
_neg_order_row_free (NegOrderRow *row)
{
  for (guint i = 0; i < NEG_ORDER_TEXT_N; i++)
    g_free (row->texts[i]);
  g_free (row);
}

void
_neg_order_row_set (NegOrderRow *row, NegOrderText which, const char *text)
{
  char *copy;

  if (text == NULL)
    return;
  copy = g_strdup (text);
  g_free (row->texts[which]);
  row->texts[which] = copy;
}

static NegOrderRow *
read_row (NegStatement *statement)
{
  NegOrderRow *row = g_new0 (NegOrderRow, 1);

  row->id = neg_statement_get_int (statement, 0);
  row->message_id = neg_statement_get_int (statement, 1);
  row->received_us = neg_statement_get_int (statement, 2);
  row->changed_us = neg_statement_get_int (statement, 3);
  row->time_us = neg_statement_get_int (statement, 4);
  row->scheduled_us = neg_statement_get_int (statement, 5);
  row->status = (NegOrderStatus) CLAMP (neg_statement_get_int (statement, 6), 0, NEG_ORDER_STATUS_N - 1);
  row->urgency = (NegUrgency) CLAMP (neg_statement_get_int (statement, 7), 0, NEG_URGENCY_N - 1);
  for (int i = 0; i < NEG_ORDER_TEXT_N; i++)
    row->texts[i] = g_strdup (neg_statement_get_text (statement, 8 + i));
  return row;
}

GPtrArray *
_neg_order_rows_read (NegStatement *statement, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_order_row_free);
  gboolean has_row;

  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&rows);
    g_ptr_array_add (rows, read_row (statement));
  }
  return NULL;
}

/* --- writing --- */

static gboolean
insert_row (NegDatabase *database, NegOrderRow *row, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO imaging_order (message_id, received_us, changed_us, time_us, scheduled_us, status, urgency, "
      NEG_ORDER_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
      "?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, "
      "?41)",
      error);
  const gint64 numbers[] = { row->message_id,   row->received_us, row->changed_us, row->time_us,
                             row->scheduled_us, row->status,      row->urgency };

  if (statement == NULL)
    return FALSE;
  for (int i = 0; i < (int) G_N_ELEMENTS (numbers); i++)
    neg_statement_bind_int (statement, 1 + i, numbers[i]);
  for (int i = 0; i < NEG_ORDER_TEXT_N; i++)
    neg_statement_bind_text (statement, 8 + i, row->texts[i]);
  if (!neg_statement_run (statement, error))
    return FALSE;
  row->id = neg_database_get_last_id (database);
  return TRUE;
}

static gboolean
update_row (NegDatabase *database, const NegOrderRow *row, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "UPDATE imaging_order SET (message_id, changed_us, time_us, scheduled_us, status, urgency, " NEG_ORDER_COLUMNS
      ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, "
      "?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40) WHERE id = ?41",
      error);
  const gint64 numbers[] = { row->message_id, row->changed_us, row->time_us, row->scheduled_us, row->status,
                             row->urgency };

  if (statement == NULL)
    return FALSE;
  for (int i = 0; i < (int) G_N_ELEMENTS (numbers); i++)
    neg_statement_bind_int (statement, 1 + i, numbers[i]);
  for (int i = 0; i < NEG_ORDER_TEXT_N; i++)
    neg_statement_bind_text (statement, 7 + i, row->texts[i]);
  neg_statement_bind_int (statement, 41, row->id);
  return neg_statement_run (statement, error);
}

/* --- what it says to an entry --- */

#define N_SOURCE_TEXTS 18

#define SOURCE_COLUMNS                                                                                                 \
  "study_uid, step_id, issuer, patient_id, name_key, patient_name, birth_date, sex, accession, accession_issuer, "     \
  "date, time, modalities, description, body_part, location, referrer, timezone"

static void
get_source_texts (const NegOrderRow *row, const char **texts)
{
  static const NegOrderText which[N_SOURCE_TEXTS]
      = { NEG_ORDER_TEXT_STUDY_UID,    NEG_ORDER_TEXT_STEP_ID,    NEG_ORDER_TEXT_ISSUER,
          NEG_ORDER_TEXT_PATIENT_ID,   NEG_ORDER_TEXT_NAME_KEY,   NEG_ORDER_TEXT_PATIENT_NAME,
          NEG_ORDER_TEXT_BIRTH_DATE,   NEG_ORDER_TEXT_SEX,        NEG_ORDER_TEXT_ACCESSION,
          NEG_ORDER_TEXT_ACCESSION_ISSUER, NEG_ORDER_TEXT_DATE,   NEG_ORDER_TEXT_TIME,
          NEG_ORDER_TEXT_MODALITY,     NEG_ORDER_TEXT_PROCEDURE,  NEG_ORDER_TEXT_BODY_PART,
          NEG_ORDER_TEXT_PATIENT_LOCATION, NEG_ORDER_TEXT_REFERRER, NEG_ORDER_TEXT_TIMEZONE };

  for (guint i = 0; i < N_SOURCE_TEXTS; i++)
    texts[i] = row->texts[which[i]];
  /* Where the patient is says more to a reader than where the scanner is. */
  if (*row->texts[NEG_ORDER_TEXT_PATIENT_LOCATION] == '\0')
    texts[15] = row->texts[NEG_ORDER_TEXT_LOCATION];
  if (*row->texts[NEG_ORDER_TEXT_REFERRER] == '\0')
    texts[16] = row->texts[NEG_ORDER_TEXT_REQUESTER];
}

static gboolean
write_source (NegDatabase *database, const NegOrderRow *row, gint64 *source_id, GError **error)
{
  NegStatement *source = neg_database_prepare (
      database,
      "INSERT INTO entry_source (order_id, urgency, is_over, " SOURCE_COLUMNS ", kind, entry_id, search, peer, "
      "n_instances) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
      "?21, 2, 0, '', '', 0) ON CONFLICT (order_id) WHERE order_id <> 0 DO UPDATE SET (urgency, is_over, "
      SOURCE_COLUMNS ") = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21) "
      "RETURNING id",
      error);
  const gboolean is_over = row->status == NEG_ORDER_CANCELED || row->status == NEG_ORDER_DISCONTINUED;
  const char *texts[N_SOURCE_TEXTS];
  gboolean has_row;

  if (source == NULL)
    return FALSE;
  get_source_texts (row, texts);
  neg_statement_bind_int (source, 1, row->id);
  neg_statement_bind_int (source, 2, row->urgency);
  neg_statement_bind_int (source, 3, is_over);
  for (int i = 0; i < N_SOURCE_TEXTS; i++)
    neg_statement_bind_text (source, 4 + i, texts[i]);
  if (!neg_statement_step (source, &has_row, error))
    return FALSE;
  *source_id = neg_statement_get_int (source, 0);
  return neg_statement_run (source, error);
}

gboolean
_neg_order_row_store (NegDatabase *database, NegOrderRow *row, GError **error)
{
  gint64 source_id;

  row->scheduled_us = _neg_entry_parse_time_us (row->texts[NEG_ORDER_TEXT_DATE], row->texts[NEG_ORDER_TEXT_TIME],
                                                row->texts[NEG_ORDER_TEXT_TIMEZONE]);
  return (row->id == 0 ? insert_row (database, row, error) : update_row (database, row, error))
         && write_source (database, row, &source_id, error) && _neg_source_place (database, source_id, 0, error);
}
