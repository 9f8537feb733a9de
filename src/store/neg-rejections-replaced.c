/* What corrections have replaced, and others may still show: to be named by a rejection note when what took its place leaves. */
#include "config.h"

#include "store/neg-archive-private.h"
#include "store/neg-corrections.h"
#include "store/neg-deliveries.h"
#include "store/neg-rejections.h"

/* Older versions of the study's objects under other UIDs, however often corrected; not what came again and is shown. */
#define REPLACED                                                                                                       \
  "WITH RECURSIVE v (id, sop) AS (SELECT i.id, i.sop_instance_uid FROM series s CROSS JOIN instance i"                 \
  " ON i.series_id = s.id WHERE s.study_id = ?1 AND i.superseded_by IS NULL"                                           \
  " UNION SELECT o.old_id, v.sop FROM v CROSS JOIN correction_object o ON o.new_id = v.id AND o.new_id <> 0"           \
  " CROSS JOIN correction c ON c.id = o.correction_id AND c.state = ?2)"                                               \
  " SELECT s.study_id, t.study_uid, i.object_class, i.name, i.path, i.sop_class_uid, i.sop_instance_uid, s.series_uid, i.id" \
  " FROM v CROSS JOIN instance i ON i.id = v.id CROSS JOIN series s ON s.id = i.series_id"                             \
  " CROSS JOIN study t ON t.id = s.study_id WHERE i.superseded_by IS NOT NULL AND i.sop_instance_uid <> v.sop"         \
  " AND NOT EXISTS (SELECT 1 FROM rejection_object x JOIN rejection r ON r.id = x.rejection_id"                        \
  "   WHERE x.sop_instance_uid = i.sop_instance_uid AND r.study_id = s.study_id AND r.undone_us = 0)"                  \
  " AND NOT EXISTS (SELECT 1 FROM instance n CROSS JOIN series ns ON ns.id = n.series_id"                              \
  "   WHERE n.sop_instance_uid = i.sop_instance_uid AND n.superseded_by IS NULL AND ns.study_id = s.study_id)"         \
  " ORDER BY s.study_id, i.id"

/* Doubles that were deleted. Two files of one UID are one object elsewhere: it is not deleted as long as one of them is here. */
#define DELETED                                                                                                        \
  "SELECT s.study_id, t.study_uid, i.object_class, i.name, i.path, i.sop_class_uid, i.sop_instance_uid, s.series_uid, i.id" \
  " FROM study t CROSS JOIN series s ON s.study_id = t.id CROSS JOIN instance i ON i.series_id = s.id WHERE t.id = ?1"  \
  " AND i.superseded_by = i.id AND EXISTS (SELECT 1 FROM correction_object o JOIN correction c ON c.id = o.correction_id" \
  "   WHERE o.old_id = i.id AND o.new_id = 0 AND c.state = ?2)"                                                        \
  " AND NOT EXISTS (SELECT 1 FROM rejection_object x JOIN rejection r ON r.id = x.rejection_id"                        \
  "   WHERE x.sop_instance_uid = i.sop_instance_uid AND r.study_id = s.study_id AND r.undone_us = 0)"                  \
  " AND NOT EXISTS (SELECT 1 FROM instance n CROSS JOIN series ns ON ns.id = n.series_id"                              \
  "   WHERE n.sop_instance_uid = i.sop_instance_uid AND n.superseded_by IS NULL AND ns.study_id = s.study_id)"         \
  " ORDER BY i.id"

void
neg_replaced_study_free (NegReplacedStudy *study)
{
  if (study == NULL)
    return;
  g_free (study->study_uid);
  g_ptr_array_unref (study->objects);
  g_free (study);
}

static NegReplacedStudy *
enter_study (GPtrArray *studies, NegStatement *row, gboolean is_deleted)
{
  const gint64 id = neg_statement_get_int (row, 0);
  NegReplacedStudy *study = studies->len > 0 ? studies->pdata[studies->len - 1] : NULL;

  if (study != NULL && study->study_id == id && study->is_deleted == is_deleted)
    return study;
  study = g_new0 (NegReplacedStudy, 1);
  study->study_id = id;
  study->is_deleted = is_deleted;
  study->study_uid = g_strdup (neg_statement_get_text (row, 1));
  study->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_archive_file_free);
  g_ptr_array_add (studies, study);
  return study;
}

static void
add_object (NegReplacedStudy *study, NegStatement *row, const char *data_folder, const char *cache_folder)
{
  NegArchiveFile *file = g_new0 (NegArchiveFile, 1);

  file->path = _neg_archive_dup_path (data_folder, cache_folder, neg_statement_get_int (row, 2), neg_statement_get_text (row, 3),
                                      neg_statement_get_text (row, 4));
  file->sop_class_uid = g_strdup (neg_statement_get_text (row, 5));
  file->sop_instance_uid = g_strdup (neg_statement_get_text (row, 6));
  file->series_uid = g_strdup (neg_statement_get_text (row, 7));
  file->transfer_syntax_uid = g_strdup ("");
  file->instance_id = neg_statement_get_int (row, 8);
  g_ptr_array_add (study->objects, file);
}

static gboolean
list_some (NegDatabase *database, const char *data_folder, const char *cache_folder, gint64 study_id, gboolean is_deleted,
           GPtrArray *studies, GError **error)
{
  NegStatement *rows = neg_database_prepare (database, is_deleted ? DELETED : REPLACED, error);
  gboolean has_row;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, study_id);
  neg_statement_bind_int (rows, 2, NEG_CORRECTION_APPLIED);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return TRUE;
    add_object (enter_study (studies, rows, is_deleted), rows, data_folder, cache_folder);
  }
  return FALSE;
}

/* Fetched from an archive, which has it still. */
static gboolean
is_cached (NegDatabase *database, gint64 instance_id, gboolean *is, GError **error)
{
  NegStatement *ask = neg_database_prepare (database, "SELECT object_class = 1 FROM instance WHERE id = ?1", error);
  gint64 found = 0;

  if (ask == NULL)
    return FALSE;
  neg_statement_bind_int (ask, 1, instance_id);
  if (!_neg_archive_query_int (ask, 0, &found, error))
    return FALSE;
  *is = found != 0;
  return TRUE;
}

static gboolean
is_elsewhere (NegDatabase *database, gint64 instance_id, gboolean *is, GError **error)
{
  return is_cached (database, instance_id, is, error) && (*is || neg_deliveries_may_have_left (database, instance_id, is, error));
}

GPtrArray *
neg_rejections_list_replaced (NegDatabase *database, const char *data_folder, const char *cache_folder, gint64 study_id,
                              GError **error)
{
  g_autoptr (GPtrArray) studies = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_replaced_study_free);

  if (!list_some (database, data_folder, cache_folder, study_id, FALSE, studies, error)
      || !list_some (database, data_folder, cache_folder, study_id, TRUE, studies, error))
    return NULL;
  for (guint i = studies->len; i > 0; i--) {
    GPtrArray *objects = ((NegReplacedStudy *) studies->pdata[i - 1])->objects;

    for (guint k = objects->len; k > 0; k--) {
      gboolean is;

      if (!is_elsewhere (database, ((NegArchiveFile *) objects->pdata[k - 1])->instance_id, &is, error))
        return NULL;
      if (!is)
        g_ptr_array_remove_index (objects, k - 1);
    }
    if (objects->len == 0)
      g_ptr_array_remove_index (studies, i - 1);
  }
  return g_steal_pointer (&studies);
}
