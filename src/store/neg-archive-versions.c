/* What corrections have replaced goes with what took its place: a patient whose study is deleted leaves no image behind. */
#include "config.h"

#include "store/neg-archive-remove-private.h"

/* Older versions of what the hidden study ?1 has, however often corrected, and versions whose correction was undone. */
#define VERSIONS                                                                                                       \
  "WITH RECURSIVE v (id) AS (SELECT i.id FROM series s CROSS JOIN instance i ON i.series_id = s.id WHERE s.study_id = ?1" \
  " UNION SELECT o.old_id FROM v CROSS JOIN correction_object o ON o.new_id = v.id AND o.new_id <> 0"                  \
  " UNION SELECT n.id FROM v CROSS JOIN correction_object o ON o.old_id = v.id CROSS JOIN instance n"                  \
  " ON n.id = o.new_id AND n.superseded_by = n.id) "
#define STUDIES_OF_VERSIONS                                                                                            \
  VERSIONS "SELECT DISTINCT s.study_id FROM v CROSS JOIN instance i ON i.id = v.id AND i.superseded_by IS NOT NULL"    \
           " CROSS JOIN series s ON s.id = i.series_id WHERE s.study_id <> ?1"
#define MOVE_VERSIONS                                                                                                  \
  "UPDATE instance SET series_id = ?2 WHERE superseded_by IS NOT NULL AND id IN (" VERSIONS "SELECT id FROM v)"        \
  " AND series_id NOT IN (SELECT id FROM series WHERE study_id = ?1)"
#define INSERT_SERIES                                                                                                  \
  "INSERT INTO series (study_id, series_uid, modality, date, time, description, body_part, laterality, station)"       \
  " VALUES (?1, 'versions', '', '', '', '', '', '', '')"

static GArray *
list_studies (NegDatabase *database, gint64 hidden_id, GError **error)
{
  g_autoptr (GArray) studies = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *rows = neg_database_prepare (database, STUDIES_OF_VERSIONS, error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, hidden_id);
  while (neg_statement_step (rows, &has_row, error)) {
    gint64 id;

    if (!has_row)
      return g_steal_pointer (&studies);
    id = neg_statement_get_int (rows, 0);
    g_array_append_val (studies, id);
  }
  return NULL;
}

/* A study that has nothing any more. */
static gboolean
drop_empty (NegDatabase *database, gint64 id, GError **error)
{
  return _neg_archive_run_for (database,
                               "DELETE FROM series WHERE study_id = ?1"
                               " AND NOT EXISTS (SELECT 1 FROM instance WHERE series_id = series.id)",
                               id, error)
         && _neg_archive_run_for (database,
                                  "DELETE FROM study WHERE id = ?1"
                                  " AND NOT EXISTS (SELECT 1 FROM series WHERE study_id = ?1)",
                                  id, error);
}

gboolean
_neg_archive_hide_versions (NegDatabase *database, gint64 hidden_id, GError **error)
{
  g_autoptr (GArray) studies = list_studies (database, hidden_id, error);

  if (studies == NULL)
    return FALSE;
  if (studies->len == 0)
    return TRUE;
  if (!_neg_archive_run_for (database, INSERT_SERIES, hidden_id, error)
      || !_neg_archive_hide (database, MOVE_VERSIONS, hidden_id, neg_database_get_last_id (database), error))
    return FALSE;
  for (guint i = 0; i < studies->len; i++)
    if (!drop_empty (database, g_array_index (studies, gint64, i), error))
      return FALSE;
  return TRUE;
}
