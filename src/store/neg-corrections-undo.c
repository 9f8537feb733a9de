/* A correction does not hold any more: what was received is shown as it came. */
#include "config.h"

#include "store/neg-corrections-private.h"

#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "store/neg-archive-remove-private.h"
#include "store/neg-deliveries.h"
#include "store/neg-orders.h"
#include "store/neg-rejections.h"

typedef struct {
  NegArchive *archive;
  gint64 id;
  const char *user;
  char *noted_seed; /* archive.corrections says that it does not hold */

  /* Of one try. */
  NegDatabase *database;
  NegCorrection *correction;
  GHashTable *studies;
} Undoing;

typedef struct {
  gint64 old_id, new_id;
} Pair;

static GArray *
list_pairs (Undoing *undoing, GError **error)
{
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  NegStatement *rows = neg_database_prepare (undoing->database,
                                             "SELECT old_id, new_id FROM correction_object WHERE correction_id = ?1", error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, undoing->id);
  while (neg_statement_step (rows, &has_row, error)) {
    Pair pair;

    if (!has_row)
      return g_steal_pointer (&pairs);
    pair = (Pair) { neg_statement_get_int (rows, 0), neg_statement_get_int (rows, 1) };
    g_array_append_val (pairs, pair);
  }
  return NULL;
}

/* What was made is what is shown, and nobody else has it. */
static gboolean
check_made (Undoing *undoing, gint64 new_id, GError **error)
{
  gint64 study_id;
  gboolean has_left;

  if (!_neg_archive_ask_for (undoing->database,
                             "SELECT s.study_id FROM instance i CROSS JOIN series s ON s.id = i.series_id"
                             " WHERE i.id = ?1 AND i.superseded_by IS NULL",
                             new_id, &study_id, error))
    return FALSE;
  if (study_id == 0)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL,
                     "Something of it was corrected again, replaced or removed: the later correction has to be undone first");
  if (!neg_deliveries_may_have_left (undoing->database, new_id, &has_left, error))
    return FALSE;
  if (has_left)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "Something of it has been sent: it can be corrected, not undone");
  _neg_corrections_studies_add (undoing->studies, study_id);
  return TRUE;
}

/* The received one is there still, and no other has taken its place: what came again with other bytes is beside it. */
#define OLD_STUDY                                                                                                      \
  "SELECT s.study_id FROM instance i CROSS JOIN series s ON s.id = i.series_id WHERE i.id = ?1 AND NOT EXISTS ("       \
  "SELECT 1 FROM instance n CROSS JOIN series ns ON ns.id = n.series_id"                                               \
  " WHERE n.sop_instance_uid = i.sop_instance_uid AND ns.study_id = s.study_id AND n.superseded_by IS NULL"            \
  " AND n.id <> i.id AND n.source <> '" NEG_ARCHIVE_SOURCE_DESK "')"

static gboolean
check_old (Undoing *undoing, gint64 old_id, GError **error)
{
  gint64 study_id;

  if (!_neg_archive_ask_for (undoing->database, OLD_STUDY, old_id, &study_id, error))
    return FALSE;
  if (study_id == 0)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "What was received is not here any more, or came again otherwise");
  _neg_corrections_studies_add (undoing->studies, study_id);
  return TRUE;
}

static gboolean
turn_back (Undoing *undoing, const Pair *pair, GError **error)
{
  return (pair->new_id == 0 || check_made (undoing, pair->new_id, error)) && check_old (undoing, pair->old_id, error)
         && (pair->new_id == 0
             || _neg_archive_run_for (undoing->database, "UPDATE instance SET superseded_by = id WHERE id = ?1",
                                      pair->new_id, error))
         && _neg_archive_run_for (undoing->database, "UPDATE instance SET superseded_by = NULL WHERE id = ?1", pair->old_id,
                                  error);
}

/* When the correction alone had said whose order it is. */
static gboolean
unmatch_order (Undoing *undoing, GError **error)
{
  gint64 order_id = 0, entry = 0;
  g_autoptr (NegOrder) order = NULL;

  if (!g_variant_lookup (undoing->correction->spec, "order", "x", &order_id))
    return TRUE;
  if (!_neg_archive_ask_for (undoing->database, "SELECT matched_entry_id FROM imaging_order WHERE id = ?1", order_id, &entry,
                             error))
    return FALSE;
  if (entry == 0)
    return TRUE;
  order = neg_orders_find (undoing->database, order_id, error);
  if (order == NULL
      || !_neg_archive_ask_for (undoing->database, "SELECT id FROM entry WHERE study_rowid <> 0 AND study_rowid = ?1",
                                undoing->correction->into_study_id, &entry, error))
    return FALSE;
  return !order->is_matched_by_hand || order->entry != entry
         || neg_orders_unmatch (undoing->database, order_id, undoing->user, error);
}

static gboolean
write_state (Undoing *undoing, gint64 now_us, GError **error)
{
  NegStatement *update = neg_database_prepare (
      undoing->database, "UPDATE correction SET state = ?2, undone_us = ?3, undone_by = ?4 WHERE id = ?1", error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, undoing->id);
  neg_statement_bind_int (update, 2, NEG_CORRECTION_UNDONE);
  neg_statement_bind_int (update, 3, now_us);
  neg_statement_bind_text (update, 4, undoing->user);
  return neg_statement_run (update, error);
}

static gboolean
audit_studies (Undoing *undoing, guint n, GError **error)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, undoing->studies);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!_neg_corrections_audit (undoing->database, undoing->correction, undoing->user, "undone", n,
                                 *(const gint64 *) key, error))
      return FALSE;
  return TRUE;
}

static gboolean
undo_within (Undoing *undoing, GError **error)
{
  const gint64 now_us = g_get_real_time ();
  g_autoptr (GArray) pairs = NULL;

  if (undoing->correction->state != NEG_CORRECTION_APPLIED)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "The correction does not hold: there is nothing to undo");
  pairs = list_pairs (undoing, error);
  for (guint i = 0; pairs != NULL && i < pairs->len; i++)
    if (!turn_back (undoing, &g_array_index (pairs, Pair, i), error))
      return FALSE;
  if (pairs == NULL || !unmatch_order (undoing, error))
    return FALSE;
  neg_fault_point ("undo-rows");
  if (!neg_rejections_follow (undoing->database, undoing->id, TRUE, error)
      || !_neg_corrections_refresh (undoing->database, undoing->studies, now_us, error)
      || !write_state (undoing, now_us, error) || !audit_studies (undoing, pairs->len, error)
      || !_neg_corrections_note (undoing->archive, undoing->correction->seed, NULL, NEG_CORRECTIONS_DO_NOT, error))
    return FALSE;
  g_free (undoing->noted_seed);
  undoing->noted_seed = g_strdup (undoing->correction->seed);
  neg_fault_point ("undo-noted");
  return TRUE;
}

static gboolean
undo_cb (NegDatabase *database, gpointer data, GError **error)
{
  Undoing *undoing = data;
  g_autoptr (NegCorrection) correction = neg_corrections_find (database, undoing->id, error);
  g_autoptr (GHashTable) studies = _neg_corrections_studies_new ();

  if (correction == NULL)
    return FALSE;
  undoing->database = database;
  undoing->correction = correction;
  undoing->studies = studies;
  return undo_within (undoing, error);
}

gboolean
neg_corrections_undo (NegArchive *archive, gint64 id, const char *user, GError **error)
{
  Undoing undoing = { .archive = archive, .id = id, .user = user };
  gboolean done = neg_archive_write (archive, undo_cb, &undoing, error);

  if (!done && undoing.noted_seed != NULL)
    _neg_corrections_note (archive, undoing.noted_seed, NULL, NEG_CORRECTIONS_HOLD, NULL);
  g_free (undoing.noted_seed);
  return done;
}
