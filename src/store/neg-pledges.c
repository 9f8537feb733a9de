#include "config.h"

#include "store/neg-pledges.h"

#include <string.h>
#include <sys/stat.h>

#include "base/neg-error.h"
#include "store/neg-archive-private.h"

#define OPEN_MAX 1000 /* of one source */
#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define KEPT_US (90 * DAY_US) /* what is answered */
#define PRUNED_AT_ONCE 20
#define GAPS_MAX 20
#define VERSIONS_MAX 100 /* of one object */

void
neg_pledge_free (NegPledge *pledge)
{
  if (pledge == NULL)
    return;
  g_free (pledge->transaction_uid);
  g_free (pledge->source);
  g_free (pledge->step_uid);
  g_clear_pointer (&pledge->objects, g_variant_unref);
  g_free (pledge);
}

void
neg_pledge_answer_clear (NegPledgeAnswer *answer)
{
  g_clear_pointer (&answer->committed, g_variant_unref);
  g_clear_pointer (&answer->failed, g_variant_unref);
  g_clear_pointer (&answer->study_ids, g_array_unref);
  g_clear_pointer (&answer->missing, g_ptr_array_unref);
}

void
neg_pledge_gap_free (NegPledgeGap *gap)
{
  if (gap == NULL)
    return;
  g_free (gap->transaction_uid);
  g_ptr_array_unref (gap->missing);
  g_free (gap);
}

/* --- reading --- */

#define COLUMNS "id, transaction_uid, source, step_uid, is_peer, state, n_objects"

static NegPledge *
read_pledge (NegStatement *row)
{
  NegPledge *pledge = g_new0 (NegPledge, 1);

  pledge->id = neg_statement_get_int (row, 0);
  pledge->transaction_uid = g_strdup (neg_statement_get_text (row, 1));
  pledge->source = g_strdup (neg_statement_get_text (row, 2));
  pledge->step_uid = g_strdup (neg_statement_get_text (row, 3));
  pledge->is_peer = neg_statement_get_int (row, 4) != 0;
  pledge->state = (NegPledgeState) neg_statement_get_int (row, 5);
  pledge->n_objects = (guint) neg_statement_get_int (row, 6);
  return pledge;
}

static GVariant *
read_objects (NegStatement *row, int column)
{
  gsize length;
  gconstpointer bytes = neg_statement_get_blob (row, column, &length);
  g_autoptr (GVariant) stored = NULL;

  if (bytes == NULL)
    return NULL;
  stored = g_variant_ref_sink (
      g_variant_new_from_data (G_VARIANT_TYPE ("a(ss)"), g_memdup2 (bytes, length), length, FALSE, NULL, NULL));
  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_get_normal_form (stored) : g_variant_byteswap (stored);
}

NegPledge *
neg_pledges_find (NegDatabase *database, const char *transaction_uid, GError **error)
{
  NegStatement *row
      = neg_database_prepare (database, "SELECT " COLUMNS ", objects FROM pledge WHERE transaction_uid = ?1", error);
  NegPledge *pledge;
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_text (row, 1, transaction_uid);
  if (!neg_statement_step (row, &has_row, error))
    return NULL;
  if (!has_row) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, transaction_uid, "Nobody has asked about this transaction");
    return NULL;
  }
  pledge = read_pledge (row);
  pledge->objects = read_objects (row, 7);
  neg_statement_reset (row);
  return pledge;
}

GPtrArray *
neg_pledges_list_open (NegDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) pledges = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_pledge_free);
  NegStatement *rows = neg_database_prepare (
      database, "SELECT " COLUMNS " FROM pledge WHERE state = 0 AND is_peer = 1 ORDER BY id LIMIT 10000", error);
  gboolean has_row = rows != NULL;

  if (rows == NULL)
    return NULL;
  while (has_row) {
    if (!neg_statement_step (rows, &has_row, error))
      return NULL;
    if (has_row)
      g_ptr_array_add (pledges, read_pledge (rows));
  }
  return g_steal_pointer (&pledges);
}

/* --- a question comes --- */

static char *
dup_digest (GVariant *objects)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, g_variant_get_data (objects), g_variant_get_size (objects));
}

/* *is_known: it is the one that is there. */
static gboolean
check_known (NegDatabase *database, const NegPledge *pledge, const char *digest, gboolean *is_known, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database, "SELECT source = ?2 AND digest = ?3 FROM pledge WHERE transaction_uid = ?1", error);
  gboolean is_same;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, pledge->transaction_uid);
  neg_statement_bind_text (row, 2, pledge->source);
  neg_statement_bind_text (row, 3, digest);
  if (!neg_statement_step (row, is_known, error))
    return FALSE;
  is_same = !*is_known || neg_statement_get_int (row, 0) != 0;
  neg_statement_reset (row);
  return is_same
         || neg_fail (error, NEG_ERROR_CONFLICT, pledge->transaction_uid, "This transaction UID was used for something else");
}

static gboolean
check_room (NegDatabase *database, const char *source, GError **error)
{
  NegStatement *row
      = neg_database_prepare (database, "SELECT count(*) FROM pledge WHERE source = ?1 AND state = 0", error);
  gboolean has_row;
  gint64 n;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, source);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  n = neg_statement_get_int (row, 0);
  neg_statement_reset (row);
  return n < OPEN_MAX || neg_fail (error, NEG_ERROR_BUSY, source, "%d questions of it wait for their answers", OPEN_MAX);
}

static gboolean
prune (NegDatabase *database, gint64 now_us, GError **error)
{
  NegStatement *remove = neg_database_prepare (
      database, "DELETE FROM pledge WHERE id IN (SELECT id FROM pledge WHERE asked_us < ?1 ORDER BY asked_us LIMIT ?2)", error);

  if (remove == NULL)
    return FALSE;
  neg_statement_bind_int (remove, 1, now_us - KEPT_US);
  neg_statement_bind_int (remove, 2, PRUNED_AT_ONCE);
  return neg_statement_run (remove, error);
}

/* What it missed before is found out anew. */
static gboolean
forget_gaps (NegDatabase *database, const char *transaction_uid, GError **error)
{
  NegStatement *remove = neg_database_prepare (
      database, "DELETE FROM pledge_missing WHERE pledge_id = (SELECT id FROM pledge WHERE transaction_uid = ?1)", error);

  if (remove == NULL)
    return FALSE;
  neg_statement_bind_text (remove, 1, transaction_uid);
  return neg_statement_run (remove, error);
}

static gboolean
insert (NegDatabase *database, const NegPledge *pledge, GVariant *objects, const char *digest, gint64 now_us, GError **error)
{
  NegStatement *insert = neg_database_prepare (
      database,
      "INSERT INTO pledge (transaction_uid, source, is_peer, step_uid, digest, n_objects, objects, state, asked_us)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)"
      " ON CONFLICT (transaction_uid) DO UPDATE SET objects = excluded.objects, state = 0, is_peer = excluded.is_peer,"
      " step_uid = excluded.step_uid, message = '', asked_us = excluded.asked_us, answered_us = 0",
      error);

  if (insert == NULL)
    return FALSE;
  neg_statement_bind_text (insert, 1, pledge->transaction_uid);
  neg_statement_bind_text (insert, 2, pledge->source);
  neg_statement_bind_int (insert, 3, pledge->is_peer);
  neg_statement_bind_text (insert, 4, pledge->step_uid);
  neg_statement_bind_text (insert, 5, digest);
  neg_statement_bind_int (insert, 6, (gint64) g_variant_n_children (objects));
  neg_statement_bind_blob (insert, 7, g_variant_get_data (objects), g_variant_get_size (objects));
  neg_statement_bind_int (insert, 8, now_us);
  return neg_statement_run (insert, error);
}

gboolean
neg_pledges_add (NegDatabase *database, const NegPledge *pledge, gint64 now_us, GError **error)
{
  g_autoptr (GVariant) normal = g_variant_get_normal_form (pledge->objects);
  g_autoptr (GVariant) objects = G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_ref (normal) : g_variant_byteswap (normal);
  g_autofree char *digest = dup_digest (objects);
  gboolean is_known = FALSE;

  return check_known (database, pledge, digest, &is_known, error)
         && (is_known || check_room (database, pledge->source, error)) && prune (database, now_us, error)
         && (!is_known || forget_gaps (database, pledge->transaction_uid, error))
         && insert (database, pledge, objects, digest, now_us, error);
}

/* --- what is here --- */

/* The study in which the object is shown: a corrected one is where its newest version is. */
static gboolean
find_shown_study (NegDatabase *database, gint64 instance_id, gint64 *study_id, GError **error)
{
  for (guint i = 0; i < VERSIONS_MAX; i++) {
    NegStatement *row = neg_database_prepare (
        database,
        "SELECT s.study_id, coalesce (i.superseded_by, i.id) FROM instance i JOIN series s ON s.id = i.series_id WHERE i.id = ?1",
        error);
    gboolean has_row;
    gint64 next;

    if (row == NULL)
      return FALSE;
    neg_statement_bind_int (row, 1, instance_id);
    if (!neg_statement_step (row, &has_row, error))
      return FALSE;
    if (!has_row)
      return TRUE;
    *study_id = neg_statement_get_int (row, 0);
    next = neg_statement_get_int (row, 1);
    neg_statement_reset (row);
    if (next == instance_id)
      return TRUE;
    instance_id = next;
  }
  return TRUE;
}

static gboolean
is_whole (const char *path, gint64 bytes)
{
  struct stat status;

  return stat (path, &status) == 0 && S_ISREG (status.st_mode) && status.st_size == bytes;
}

/* What is only in the cache may go any time, so it is none that we promise to keep. *reason 0: it is here. */
static gboolean
judge_one (NegDatabase *database, const char *data_folder, const char *sop_class, const char *instance, guint *reason,
           gboolean *is_known, gint64 *instance_id, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database, "SELECT id, sop_class_uid, object_class, name, path, bytes FROM instance WHERE sop_instance_uid = ?1", error);
  gboolean has_row = row != NULL;

  *reason = NEG_PLEDGE_NO_SUCH_OBJECT;
  *is_known = FALSE;
  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, instance);
  while (has_row && *reason != 0) {
    g_autofree char *path = NULL;

    if (!neg_statement_step (row, &has_row, error))
      return FALSE;
    if (!has_row)
      break;
    *is_known = TRUE;
    *instance_id = neg_statement_get_int (row, 0);
    if (neg_statement_get_int (row, 2) != NEG_OBJECT_DATA || neg_statement_get_text (row, 3) == NULL)
      continue;
    path = _neg_archive_dup_path (data_folder, NULL, NEG_OBJECT_DATA, neg_statement_get_text (row, 3),
                                  neg_statement_get_text (row, 4));
    if (strcmp (neg_statement_get_text (row, 1), sop_class) != 0)
      *reason = NEG_PLEDGE_CLASS_CONFLICT;
    else
      *reason = is_whole (path, neg_statement_get_int (row, 5)) ? 0 : NEG_PLEDGE_PROCESSING_FAILURE;
  }
  neg_statement_reset (row);
  return TRUE;
}

typedef struct {
  NegDatabase *database;
  const char *data_folder;
  NegPledgeAnswer *answer;
  GHashTable *studies, *seen;
  GVariantBuilder committed, failed;
} Judging;

static gboolean
add_study (Judging *judging, gint64 instance_id, GError **error)
{
  gint64 study_id = 0;

  if (!find_shown_study (judging->database, instance_id, &study_id, error))
    return FALSE;
  if (study_id != 0 && g_hash_table_add (judging->studies, g_memdup2 (&study_id, sizeof study_id)))
    g_array_append_val (judging->answer->study_ids, study_id);
  return TRUE;
}

static gboolean
judge (Judging *judging, const char *sop_class, const char *instance, GError **error)
{
  gint64 instance_id = 0;
  gboolean is_known;
  guint reason;

  if (!g_hash_table_add (judging->seen, (gpointer) instance)) /* answered for already */
    return TRUE;
  if (!judge_one (judging->database, judging->data_folder, sop_class, instance, &reason, &is_known, &instance_id, error))
    return FALSE;
  if (reason == 0)
    g_variant_builder_add (&judging->committed, "(ss)", sop_class, instance);
  else
    g_variant_builder_add (&judging->failed, "(ssu)", sop_class, instance, reason);
  if (is_known)
    return add_study (judging, instance_id, error);
  g_ptr_array_add (judging->answer->missing, g_strdup (instance));
  return TRUE;
}

static gboolean
add_step_study (Judging *judging, const char *step_uid, GError **error)
{
  NegStatement *row = neg_database_prepare (
      judging->database,
      "SELECT t.id FROM performed_step p JOIN study t ON t.study_uid = p.study_uid WHERE p.sop_instance_uid = ?1"
      " AND p.study_uid <> '' LIMIT 1",
      error);
  gboolean has_row;
  gint64 id;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, step_uid);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  id = neg_statement_get_int (row, 0);
  neg_statement_reset (row);
  if (g_hash_table_add (judging->studies, g_memdup2 (&id, sizeof id)))
    g_array_append_val (judging->answer->study_ids, id);
  return TRUE;
}

gboolean
neg_pledges_judge (NegDatabase *database, const char *data_folder, const NegPledge *pledge, NegPledgeAnswer *answer, GError **error)
{
  g_autoptr (GHashTable) studies = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  Judging judging = { .database = database, .data_folder = data_folder, .answer = answer, .studies = studies, .seen = seen };
  const char *sop_class, *instance;
  GVariantIter iter;
  gboolean is_read = TRUE;

  answer->study_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  answer->missing = g_ptr_array_new_with_free_func (g_free);
  g_variant_builder_init (&judging.committed, G_VARIANT_TYPE ("a(ss)"));
  g_variant_builder_init (&judging.failed, G_VARIANT_TYPE ("a(ssu)"));
  g_variant_iter_init (&iter, pledge->objects);
  while (is_read && g_variant_iter_next (&iter, "(&s&s)", &sop_class, &instance))
    is_read = judge (&judging, sop_class, instance, error);
  answer->committed = g_variant_ref_sink (g_variant_builder_end (&judging.committed));
  answer->failed = g_variant_ref_sink (g_variant_builder_end (&judging.failed));
  return is_read && add_step_study (&judging, pledge->step_uid, error);
}

/* --- what is noted of it --- */

static gboolean
note_study (NegDatabase *database, gint64 id, gint64 study_id, gboolean is_due, gint64 now_us, GError **error)
{
  NegStatement *insert = neg_database_prepare (
      database,
      "INSERT OR IGNORE INTO pledge_study (pledge_id, study_id) SELECT ?1, id FROM study WHERE id = ?2", error);
  NegStatement *update;

  if (insert == NULL)
    return FALSE;
  neg_statement_bind_int (insert, 1, id);
  neg_statement_bind_int (insert, 2, study_id);
  if (!neg_statement_run (insert, error))
    return FALSE;
  if (!is_due)
    return TRUE;
  update = neg_database_prepare (database, "UPDATE desk SET due_us = max (due_us + 1, ?2) WHERE study_id = ?1", error);
  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, study_id);
  neg_statement_bind_int (update, 2, now_us);
  return neg_statement_run (update, error);
}

gboolean
neg_pledges_note_studies (NegDatabase *database, gint64 id, const NegPledgeAnswer *answer, gint64 now_us, GError **error)
{
  for (guint i = 0; i < answer->study_ids->len; i++)
    if (!note_study (database, id, g_array_index (answer->study_ids, gint64, i), answer->missing->len > 0, now_us, error))
      return FALSE;
  return TRUE;
}

gboolean
neg_pledges_note_missing (NegDatabase *database, gint64 id, const NegPledgeAnswer *answer, guint first, guint end, GError **error)
{
  for (guint i = first; i < end; i++) {
    NegStatement *insert = neg_database_prepare (
        database,
        "INSERT OR IGNORE INTO pledge_missing (pledge_id, sop_instance_uid) SELECT id, ?2 FROM pledge WHERE id = ?1", error);

    if (insert == NULL)
      return FALSE;
    neg_statement_bind_int (insert, 1, id);
    neg_statement_bind_text (insert, 2, answer->missing->pdata[i]);
    if (!neg_statement_run (insert, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
neg_pledges_note_told (NegDatabase *database, const char *transaction_uid, NegPledgeState state, const char *message, gint64 now_us,
                       GError **error)
{
  NegStatement *update = neg_database_prepare (
      database,
      "UPDATE pledge SET state = ?2, message = ?3, answered_us = iif (?2 = 0, 0, ?4), objects = iif (?2 = 1, NULL, objects)"
      " WHERE transaction_uid = ?1",
      error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_text (update, 1, transaction_uid);
  neg_statement_bind_int (update, 2, state);
  neg_statement_bind_text (update, 3, message);
  neg_statement_bind_int (update, 4, now_us);
  return neg_statement_run (update, error);
}

/* --- for the checks --- */

/* Those that name objects of the study, be it that they came later. */
static GPtrArray *
list_about (NegDatabase *database, gint64 study_id, GArray *ids, GError **error)
{
  g_autoptr (GPtrArray) gaps = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_pledge_gap_free);
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT id, transaction_uid, n_objects, (SELECT count(*) FROM pledge_study WHERE pledge_id = p.id) FROM pledge p"
      " WHERE id IN (SELECT pledge_id FROM pledge_study WHERE study_id = ?1"
      " UNION SELECT m.pledge_id FROM series s CROSS JOIN instance i ON i.series_id = s.id"
      " CROSS JOIN pledge_missing m ON m.sop_instance_uid = i.sop_instance_uid WHERE s.study_id = ?1)"
      " AND EXISTS (SELECT 1 FROM pledge_missing WHERE pledge_id = p.id) ORDER BY id DESC LIMIT ?2",
      error);
  gboolean has_row = rows != NULL;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  neg_statement_bind_int (rows, 2, GAPS_MAX);
  while (has_row) {
    NegPledgeGap *gap;
    gint64 id;

    if (!neg_statement_step (rows, &has_row, error))
      return NULL;
    if (!has_row)
      break;
    gap = g_new0 (NegPledgeGap, 1);
    id = neg_statement_get_int (rows, 0);
    gap->transaction_uid = g_strdup (neg_statement_get_text (rows, 1));
    gap->n_objects = (guint) neg_statement_get_int (rows, 2);
    gap->n_studies = MAX ((guint) neg_statement_get_int (rows, 3), 1);
    gap->missing = g_ptr_array_new_with_free_func (g_free);
    g_ptr_array_add (gaps, gap);
    g_array_append_val (ids, id);
  }
  return g_steal_pointer (&gaps);
}

static gboolean
list_missing (NegDatabase *database, gint64 id, NegPledgeGap *gap, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT sop_instance_uid FROM pledge_missing m WHERE pledge_id = ?1"
      " AND NOT EXISTS (SELECT 1 FROM instance i WHERE i.sop_instance_uid = m.sop_instance_uid)",
      error);
  gboolean has_row = rows != NULL;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, id);
  while (has_row) {
    if (!neg_statement_step (rows, &has_row, error))
      return FALSE;
    if (has_row)
      g_ptr_array_add (gap->missing, g_strdup (neg_statement_get_text (rows, 0)));
  }
  return TRUE;
}

GPtrArray *
neg_pledges_list_gaps (NegDatabase *database, gint64 study_id, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GPtrArray) gaps = list_about (database, study_id, ids, error);

  for (guint i = 0; gaps != NULL && i < gaps->len; i++)
    if (!list_missing (database, g_array_index (ids, gint64, i), gaps->pdata[i], error))
      return NULL;
  return g_steal_pointer (&gaps);
}
