#include "config.h"

#include "store/neg-corrections-private.h"

#include "base/neg-error.h"
#include "base/neg-uid.h"
#include "store/neg-archive-remove-private.h"
#include "store/neg-deliveries.h"

void
neg_correction_free (NegCorrection *correction)
{
  if (correction == NULL)
    return;
  g_clear_pointer (&correction->spec, g_variant_unref);
  g_free (correction->seed);
  g_free (correction->user);
  g_free (correction->reason);
  g_free (correction->looked_by);
  g_free (correction->undone_by);
  g_free (correction->message);
  g_free (correction);
}

void
neg_correction_object_free (NegCorrectionObject *object)
{
  if (object == NULL)
    return;
  g_free (object->old_sop_uid);
  g_free (object->new_sop_uid);
  g_free (object->old_path);
  g_free (object->new_path);
  g_free (object);
}

/* --- reading --- */

#define SELECT_CORRECTION                                                                                              \
  "SELECT c.id, c.study_id, c.into_study_id, c.spec, c.seed, c.state, c.user, c.reason, c.made_us, c.applied_us,"      \
  " c.undone_us, c.looked_us, c.second_look, c.looked_by, c.undone_by, c.message,"                                     \
  " (SELECT count (*) FROM correction_object o WHERE o.correction_id = c.id AND o.new_id <> 0),"                       \
  " (SELECT count (*) FROM correction_object o WHERE o.correction_id = c.id AND o.new_id = 0) FROM correction c "

static NegCorrection *
read_correction (NegStatement *row)
{
  NegCorrection *correction = g_new0 (NegCorrection, 1);

  correction->id = neg_statement_get_int (row, 0);
  correction->study_id = neg_statement_get_int (row, 1);
  correction->into_study_id = neg_statement_get_int (row, 2);
  correction->spec = g_variant_parse (G_VARIANT_TYPE_VARDICT, neg_statement_get_text (row, 3), NULL, NULL, NULL);
  if (correction->spec == NULL) /* of a newer program, or damaged: nothing is asked for */
    correction->spec = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  correction->seed = g_strdup (neg_statement_get_text (row, 4));
  correction->state = (NegCorrectionState) neg_statement_get_int (row, 5);
  correction->user = g_strdup (neg_statement_get_text (row, 6));
  correction->reason = g_strdup (neg_statement_get_text (row, 7));
  correction->made_us = neg_statement_get_int (row, 8);
  correction->applied_us = neg_statement_get_int (row, 9);
  correction->undone_us = neg_statement_get_int (row, 10);
  correction->looked_us = neg_statement_get_int (row, 11);
  correction->needs_second_look = neg_statement_get_int (row, 12) != 0;
  correction->looked_by = g_strdup (neg_statement_get_text (row, 13));
  correction->undone_by = g_strdup (neg_statement_get_text (row, 14));
  correction->message = g_strdup (neg_statement_get_text (row, 15));
  correction->n_objects = (guint) neg_statement_get_int (row, 16);
  correction->n_aside = (guint) neg_statement_get_int (row, 17);
  return correction;
}

static gboolean
is_any_sent (NegDatabase *database, NegCorrection *correction, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *rows = neg_database_prepare (
      database, "SELECT new_id FROM correction_object WHERE correction_id = ?1 AND new_id <> 0", error);
  gboolean has_row;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, correction->id);
  do {
    gint64 id;

    if (!neg_statement_step (rows, &has_row, error))
      return FALSE;
    if (has_row) {
      id = neg_statement_get_int (rows, 0);
      g_array_append_val (ids, id);
    }
  } while (has_row);
  for (guint i = 0; i < ids->len && !correction->is_sent; i++)
    if (!neg_deliveries_may_have_left (database, g_array_index (ids, gint64, i), &correction->is_sent, error))
      return FALSE;
  return TRUE;
}

static GPtrArray *
read_all (NegStatement *rows, GError **error)
{
  g_autoptr (GPtrArray) corrections = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_correction_free);
  gboolean has_row;

  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&corrections);
    g_ptr_array_add (corrections, read_correction (rows));
  }
  return NULL;
}

/* What was made of it may have been corrected on: the newest version is the one that is sent. */
static gboolean
find_sent (NegDatabase *database, GPtrArray *corrections, GError **error)
{
  for (guint i = 0; i < corrections->len; i++) {
    NegCorrection *correction = corrections->pdata[i];

    if (correction->state == NEG_CORRECTION_APPLIED && !is_any_sent (database, correction, error))
      return FALSE;
  }
  return TRUE;
}

GPtrArray *
neg_corrections_list (NegDatabase *database, gint64 study_id, guint limit, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      study_id != 0
          ? SELECT_CORRECTION "WHERE c.study_id = ?1 OR (c.into_study_id <> 0 AND c.into_study_id = ?1) ORDER BY c.id DESC"
                              " LIMIT ?2"
          : SELECT_CORRECTION "WHERE ?1 = 0 AND c.state < 2 ORDER BY c.id DESC LIMIT ?2",
      error);
  g_autoptr (GPtrArray) corrections = NULL;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  neg_statement_bind_int (rows, 2, limit);
  corrections = read_all (rows, error);
  return corrections != NULL && find_sent (database, corrections, error) ? g_steal_pointer (&corrections) : NULL;
}

NegCorrection *
neg_corrections_find (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *rows = neg_database_prepare (database, SELECT_CORRECTION "WHERE c.id = ?1", error);
  g_autoptr (GPtrArray) corrections = NULL;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, id);
  corrections = read_all (rows, error);
  if (corrections == NULL || !find_sent (database, corrections, error))
    return NULL;
  if (corrections->len > 0)
    return g_ptr_array_steal_index (corrections, 0);
  neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "There is no such correction");
  return NULL;
}

static char *
dup_path (NegStatement *row, int column, const char *data_folder, const char *cache_folder)
{
  const char *name = neg_statement_get_text (row, column + 1);
  const char *path = neg_statement_get_text (row, column + 2);

  return name == NULL && path == NULL
             ? NULL
             : _neg_archive_dup_path (data_folder, cache_folder, neg_statement_get_int (row, column), name, path);
}

GPtrArray *
neg_corrections_list_objects (NegDatabase *database, const char *data_folder, const char *cache_folder, gint64 id,
                              guint limit, GError **error)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_correction_object_free);
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT o.old_id, o.new_id, o.old_sop_uid, o.new_sop_uid, b.object_class, b.name, b.path, a.object_class, a.name,"
      " a.path FROM correction_object o LEFT JOIN instance b ON b.id = o.old_id LEFT JOIN instance a ON a.id = o.new_id"
      " WHERE o.correction_id = ?1 ORDER BY o.old_id LIMIT ?2",
      error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, id);
  neg_statement_bind_int (rows, 2, limit);
  while (neg_statement_step (rows, &has_row, error)) {
    NegCorrectionObject *object;

    if (!has_row)
      return g_steal_pointer (&objects);
    object = g_new0 (NegCorrectionObject, 1);
    object->old_id = neg_statement_get_int (rows, 0);
    object->new_id = neg_statement_get_int (rows, 1);
    object->old_sop_uid = g_strdup (neg_statement_get_text (rows, 2));
    object->new_sop_uid = g_strdup (neg_statement_get_text (rows, 3));
    object->old_path = dup_path (rows, 4, data_folder, cache_folder);
    object->new_path = dup_path (rows, 7, data_folder, cache_folder);
    g_ptr_array_add (objects, object);
  }
  return NULL;
}

/* Not what was made here: it has the UID as well, and is what is right. */
GPtrArray *
neg_corrections_list_returned (NegDatabase *database, gint64 study_id, GError **error)
{
  g_autoptr (GPtrArray) uids = g_ptr_array_new_with_free_func (g_free);
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT DISTINCT i.sop_instance_uid FROM series s CROSS JOIN instance i ON i.series_id = s.id"
      " CROSS JOIN correction_object o ON o.old_sop_uid = i.sop_instance_uid AND i.id > o.old_id"
      " CROSS JOIN correction c ON c.id = o.correction_id AND c.state = ?2"
      " WHERE s.study_id = ?1 AND i.superseded_by IS NULL AND i.source <> '" NEG_ARCHIVE_SOURCE_DESK "' ORDER BY 1",
      error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  neg_statement_bind_int (rows, 2, NEG_CORRECTION_APPLIED);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&uids);
    g_ptr_array_add (uids, g_strdup (neg_statement_get_text (rows, 0)));
  }
  return NULL;
}

/* --- writing --- */

gboolean
neg_corrections_add (NegDatabase *database, NegCorrection *correction, GError **error)
{
  g_autofree char *spec = g_variant_print (correction->spec, TRUE);
  NegStatement *insert = neg_database_prepare (
      database,
      "INSERT INTO correction (study_id, spec, seed, state, user, reason, made_us, second_look)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      error);

  if (insert == NULL)
    return FALSE;
  g_free (correction->seed);
  correction->seed = neg_uid_new ();
  correction->state = correction->needs_second_look ? NEG_CORRECTION_WAITING : NEG_CORRECTION_WORKING;
  neg_statement_bind_int (insert, 1, correction->study_id);
  neg_statement_bind_text (insert, 2, spec);
  neg_statement_bind_text (insert, 3, correction->seed);
  neg_statement_bind_int (insert, 4, correction->state);
  neg_statement_bind_text (insert, 5, correction->user);
  neg_statement_bind_text (insert, 6, correction->reason);
  neg_statement_bind_int (insert, 7, correction->made_us);
  neg_statement_bind_int (insert, 8, correction->needs_second_look);
  if (!neg_statement_run (insert, error))
    return FALSE;
  correction->id = neg_database_get_last_id (database);
  return _neg_corrections_audit (database, correction, correction->user,
                                 correction->needs_second_look ? "waits for a second look" : "asked for", 0,
                                 correction->study_id, error);
}

/* The state must still be the one that it was. */
static gboolean
change_state (NegDatabase *database, gint64 id, NegCorrectionState from, NegCorrectionState to, const char *sql,
              const char *text, gint64 now_us, GError **error)
{
  NegStatement *update = neg_database_prepare (database, sql, error);
  gint64 found;

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, id);
  neg_statement_bind_int (update, 2, from);
  neg_statement_bind_int (update, 3, to);
  neg_statement_bind_text (update, 4, text);
  neg_statement_bind_int (update, 5, now_us);
  if (!_neg_archive_query_int (update, 0, &found, error))
    return FALSE;
  return found != 0 || neg_fail (error, NEG_ERROR_CONFLICT, NULL, "The correction is not in a state for that any more");
}

gboolean
neg_corrections_look (NegDatabase *database, gint64 id, const char *by, gboolean approves, gint64 now_us, GError **error)
{
  g_autoptr (NegCorrection) correction = neg_corrections_find (database, id, error);

  return correction != NULL
         && change_state (database, id, NEG_CORRECTION_WAITING,
                          approves ? NEG_CORRECTION_WORKING : NEG_CORRECTION_DECLINED,
                          "UPDATE correction SET state = ?3, looked_by = ?4, looked_us = ?5 WHERE id = ?1 AND state = ?2"
                          " RETURNING 1",
                          by, now_us, error)
         && _neg_corrections_audit (database, correction, NULL, approves ? "looked at, approved" : "looked at, declined", 0,
                                    correction->study_id, error);
}

typedef struct {
  gint64 id;
  const char *message;
  char *seed;
} Failure;

static gboolean
fail_cb (NegDatabase *database, gpointer data, GError **error)
{
  Failure *failure = data;
  g_autoptr (NegCorrection) correction = neg_corrections_find (database, failure->id, error);

  if (correction == NULL)
    return FALSE;
  g_free (failure->seed);
  failure->seed = g_strdup (correction->seed);
  return change_state (database, failure->id, NEG_CORRECTION_WORKING, NEG_CORRECTION_FAILED,
                       "UPDATE correction SET state = ?3, message = ?4 WHERE id = ?1 AND state = ?2 AND ?5 <> 0"
                       " RETURNING 1",
                       failure->message, 1, error)
         && _neg_corrections_audit (database, correction, correction->user, "failed", 0, correction->study_id, error);
}

gboolean
neg_corrections_fail (NegArchive *archive, gint64 id, const char *message, GError **error)
{
  Failure failure = { .id = id, .message = message };
  gboolean done = neg_archive_write (archive, fail_cb, &failure, error)
                  && _neg_corrections_note (archive, failure.seed, NULL, NEG_CORRECTIONS_DO_NOT, error);

  g_free (failure.seed);
  return done;
}
