/* A correction comes to hold: one transaction, however many objects it is about. */
#include "config.h"

#include "store/neg-corrections-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "store/neg-archive-remove-private.h"
#include "store/neg-deliveries.h"
#include "store/neg-orders.h"
#include "store/neg-rejections.h"

typedef struct {
  NegArchive *archive;
  gint64 id;
  const NegCorrectedObject *objects;
  guint n;
  gint64 into_study_id;
  GPtrArray *leftovers;
  char *noted_seed; /* archive.corrections says that it holds */

  /* Of one try. */
  NegDatabase *database;
  NegCorrection *correction;
  GHashTable *studies;
  GPtrArray *aside; /* char*, names of files */
  gint64 now_us;
} Applying;

/* --- what there is --- */

/* It was decided that it keeps its UID when nobody else had it. Whoever sends it notes that first, so that either he finds it replaced or
 * this finds it sent. */
static gboolean
check_still_here (Applying *applying, const NegCorrectedObject *object, const char *sop_uid, GError **error)
{
  gboolean may_have_left;

  if (object->name == NULL || strcmp (sop_uid, object->record->text[NEG_RECORD_SOP_INSTANCE_UID]) != 0)
    return TRUE;
  if (!neg_deliveries_may_have_left (applying->database, object->old_id, &may_have_left, error))
    return FALSE;
  return !may_have_left
         || neg_fail (error, NEG_ERROR_CONFLICT, NULL, "One of the objects is being sent meanwhile: it can be corrected once more");
}

static gboolean
look_at_old (Applying *applying, const NegCorrectedObject *object, GError **error)
{
  NegStatement *old = neg_database_prepare (applying->database,
                                            "SELECT s.study_id, i.name, i.sop_instance_uid FROM instance i CROSS JOIN series s"
                                            " ON s.id = i.series_id WHERE i.id = ?1 AND i.superseded_by IS NULL",
                                            error);
  g_autofree char *sop_uid = NULL;
  gboolean has_row;

  if (old == NULL)
    return FALSE;
  neg_statement_bind_int (old, 1, object->old_id);
  if (!neg_statement_step (old, &has_row, error))
    return FALSE;
  if (!has_row)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "One of the objects has been replaced or removed meanwhile");
  _neg_corrections_studies_add (applying->studies, neg_statement_get_int (old, 0));
  if (object->name == NULL && neg_statement_get_text (old, 1) != NULL)
    g_ptr_array_add (applying->aside, g_strdup (neg_statement_get_text (old, 1)));
  sop_uid = g_strdup (neg_statement_get_text (old, 2));
  neg_statement_reset (old);
  return check_still_here (applying, object, sop_uid, error);
}

static gboolean
look_at_all (Applying *applying, GError **error)
{
  for (guint i = 0; i < applying->n; i++)
    if (!look_at_old (applying, &applying->objects[i], error))
      return FALSE;
  return TRUE;
}

/* --- new versions --- */

static NegArchiveObject
make_object (const NegCorrectedObject *object)
{
  return (NegArchiveObject) { .record = object->record,
                              .object_class = NEG_OBJECT_DATA,
                              .name = object->name,
                              .bytes = object->bytes,
                              .source = NEG_ARCHIVE_SOURCE_DESK,
                              .issuer = object->issuer,
                              .accession_issuer = object->accession_issuer };
}

static NegArchiveObject *
list_new (const NegCorrectedObject *objects, guint n, guint *n_new)
{
  NegArchiveObject *made = g_new (NegArchiveObject, n + 1);

  *n_new = 0;
  for (guint i = 0; i < n; i++)
    if (objects[i].name != NULL)
      made[(*n_new)++] = make_object (&objects[i]);
  return made;
}

static gboolean
insert_new (Applying *applying, GError **error)
{
  guint n_new;
  g_autofree NegArchiveObject *made = list_new (applying->objects, applying->n, &n_new);
  g_autofree NegAdded *added = g_new0 (NegAdded, n_new + 1);

  if (!_neg_archive_add_within (applying->database, g_atomic_pointer_get (&applying->archive->default_issuer), made, n_new,
                                added, applying->leftovers, error))
    return FALSE;
  for (guint i = 0; i < n_new; i++)
    if (added[i] != NEG_ADDED_NEW && added[i] != NEG_ADDED_VERSION)
      return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "A corrected object is here already");
  return TRUE;
}

static gboolean
find_new (Applying *applying, const NegCorrectedObject *object, gint64 *id, gint64 *study_id, GError **error)
{
  NegStatement *find = neg_database_prepare (applying->database,
                                             "SELECT i.id, s.study_id FROM instance i CROSS JOIN series s"
                                             " ON s.id = i.series_id WHERE i.sop_instance_uid = ?1 AND i.name = ?2"
                                             " AND i.superseded_by IS NULL ORDER BY i.id DESC LIMIT 1",
                                             error);
  gboolean has_row;

  if (find == NULL)
    return FALSE;
  neg_statement_bind_text (find, 1, object->record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  neg_statement_bind_text (find, 2, object->name);
  if (!neg_statement_step (find, &has_row, error))
    return FALSE;
  if (!has_row)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "Two of the corrected objects have one UID");
  *id = neg_statement_get_int (find, 0);
  *study_id = neg_statement_get_int (find, 1);
  neg_statement_reset (find);
  return TRUE;
}

/* Another object of the same patient had that UID: never two as one. */
static gboolean
check_alone (Applying *applying, const NegCorrectedObject *object, gint64 new_id, GError **error)
{
  NegStatement *ask = neg_database_prepare (applying->database,
                                            "SELECT 1 FROM instance WHERE sop_instance_uid = ?1 AND superseded_by = ?2"
                                            " AND id <> ?3 LIMIT 1",
                                            error);
  gint64 found;

  if (ask == NULL)
    return FALSE;
  neg_statement_bind_text (ask, 1, object->record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  neg_statement_bind_int (ask, 2, new_id);
  neg_statement_bind_int (ask, 3, object->old_id);
  if (!_neg_archive_query_int (ask, 0, &found, error))
    return FALSE;
  return found == 0
         || neg_fail (error, NEG_ERROR_CONFLICT, NULL,
                      "The patient has another object with the UID that a corrected one would have");
}

/* --- old versions --- */

static gboolean
supersede (Applying *applying, gint64 old_id, gint64 by, GError **error)
{
  NegStatement *update = neg_database_prepare (applying->database, "UPDATE instance SET superseded_by = ?2 WHERE id = ?1",
                                               error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, old_id);
  neg_statement_bind_int (update, 2, by);
  return neg_statement_run (update, error);
}

static gboolean
note_object (Applying *applying, const NegCorrectedObject *object, gint64 new_id, GError **error)
{
  NegStatement *insert = neg_database_prepare (
      applying->database,
      "INSERT INTO correction_object (correction_id, old_id, new_id, old_sop_uid, new_sop_uid)"
      " SELECT ?1, id, ?3, sop_instance_uid, ?4 FROM instance WHERE id = ?2",
      error);

  if (insert == NULL)
    return FALSE;
  neg_statement_bind_int (insert, 1, applying->id);
  neg_statement_bind_int (insert, 2, object->old_id);
  neg_statement_bind_int (insert, 3, new_id);
  neg_statement_bind_text (insert, 4, new_id != 0 ? object->record->text[NEG_RECORD_SOP_INSTANCE_UID] : "");
  return neg_statement_run (insert, error);
}

static gboolean
replace (Applying *applying, const NegCorrectedObject *object, GError **error)
{
  gint64 new_id = 0, study_id = 0;

  if (object->name == NULL)
    return supersede (applying, object->old_id, object->old_id, error) && note_object (applying, object, 0, error);
  if (!find_new (applying, object, &new_id, &study_id, error)
      || !supersede (applying, object->old_id, new_id, error) || !check_alone (applying, object, new_id, error))
    return FALSE;
  _neg_corrections_studies_add (applying->studies, study_id);
  if (applying->into_study_id == 0)
    applying->into_study_id = study_id;
  return note_object (applying, object, new_id, error);
}

static gboolean
replace_all (Applying *applying, GError **error)
{
  for (guint i = 0; i < applying->n; i++)
    if (!replace (applying, &applying->objects[i], error))
      return FALSE;
  return TRUE;
}

/* --- what rests on them --- */

/* An order that was matched is the study's also where no number of it says so. */
static gboolean
match_order (Applying *applying, GError **error)
{
  gint64 order_id = 0, entry = 0;
  g_autoptr (NegOrder) order = NULL;

  if (!g_variant_lookup (applying->correction->spec, "order", "x", &order_id) || applying->into_study_id == 0)
    return TRUE;
  order = neg_orders_find (applying->database, order_id, error);
  if (order == NULL
      || !_neg_archive_ask_for (applying->database, "SELECT id FROM entry WHERE study_rowid <> 0 AND study_rowid = ?1",
                                applying->into_study_id, &entry, error))
    return FALSE;
  return entry == 0 || order->entry == entry
         || neg_orders_match (applying->database, order_id, entry, applying->correction->user, error);
}

static gboolean
write_state (Applying *applying, GError **error)
{
  NegStatement *update = neg_database_prepare (
      applying->database,
      "UPDATE correction SET state = ?2, applied_us = ?3, into_study_id = ?4, message = '' WHERE id = ?1", error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, applying->id);
  neg_statement_bind_int (update, 2, NEG_CORRECTION_APPLIED);
  neg_statement_bind_int (update, 3, applying->now_us);
  neg_statement_bind_int (update, 4, applying->into_study_id);
  return neg_statement_run (update, error);
}

static gboolean
audit_studies (Applying *applying, GError **error)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, applying->studies);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!_neg_corrections_audit (applying->database, applying->correction, applying->correction->user, "applied",
                                 applying->n, *(const gint64 *) key, error))
      return FALSE;
  return TRUE;
}

/* --- all of it --- */

static gboolean
apply_within (Applying *applying, GError **error)
{
  if (applying->correction->state != NEG_CORRECTION_WORKING)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "The correction is not in a state for that any more");
  if (!look_at_all (applying, error) || !insert_new (applying, error) || !replace_all (applying, error))
    return FALSE;
  neg_fault_point ("correction-rows");
  if (!neg_rejections_follow (applying->database, applying->id, FALSE, error)
      || !_neg_corrections_refresh (applying->database, applying->studies, applying->now_us, error)
      || !match_order (applying, error) || !write_state (applying, error) || !audit_studies (applying, error)
      || !_neg_corrections_note (applying->archive, applying->correction->seed, applying->aside, NEG_CORRECTIONS_HOLD,
                                 error))
    return FALSE;
  g_free (applying->noted_seed);
  applying->noted_seed = g_strdup (applying->correction->seed);
  neg_fault_point ("correction-noted");
  return TRUE;
}

static gboolean
apply_cb (NegDatabase *database, gpointer data, GError **error)
{
  Applying *applying = data;
  g_autoptr (NegCorrection) correction = neg_corrections_find (database, applying->id, error);
  g_autoptr (GHashTable) studies = _neg_corrections_studies_new ();
  g_autoptr (GPtrArray) aside = g_ptr_array_new_with_free_func (g_free);

  if (correction == NULL)
    return FALSE;
  applying->database = database;
  applying->correction = correction;
  applying->studies = studies;
  applying->aside = aside;
  applying->now_us = g_get_real_time ();
  applying->into_study_id = 0;
  return apply_within (applying, error);
}

gboolean
neg_corrections_apply (NegArchive *archive, gint64 id, const NegCorrectedObject *objects, guint n, gint64 *into_study_id,
                       GError **error)
{
  g_autoptr (GPtrArray) leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_archive_leftover_free);
  Applying applying = { .archive = archive, .id = id, .objects = objects, .n = n, .leftovers = leftovers };
  guint n_new;
  g_autofree NegArchiveObject *made = list_new (objects, n, &n_new);
  gboolean done;

  if (n == 0)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "There is nothing to correct");
  if (!_neg_archive_note_issuers (archive, made, n_new, error))
    return FALSE;
  done = neg_archive_write (archive, apply_cb, &applying, error);
  /* What cannot be taken back is harmless: the index would have to be lost as well, and then the correction holds. */
  if (!done && applying.noted_seed != NULL)
    _neg_corrections_note (archive, applying.noted_seed, NULL, NEG_CORRECTIONS_DO_NOT, NULL);
  g_free (applying.noted_seed);
  if (!done)
    return FALSE;
  _neg_archive_drop_files (archive, leftovers);
  if (into_study_id != NULL)
    *into_study_id = applying.into_study_id;
  return TRUE;
}
