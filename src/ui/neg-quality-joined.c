/* Which studies a correction has joined, or would join: their rows are there still, with older versions only. */
#include "config.h"

#include "ui/neg-quality-reader.h"

#include "store/neg-corrections.h"

static void
free_joined (gpointer data)
{
  NegQualityJoined *joined = data;

  g_free (joined->date);
  g_free (joined->description);
  g_free (joined);
}

/* What came of it by the correction, or would come. */
static NegQualityJoined *
find_joined (NegDatabase *database, gint64 correction, gint64 study)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT date, description, (SELECT count(*) FROM series s CROSS JOIN instance i ON i.series_id = s.id WHERE s.study_id = t.id"
      " AND (i.superseded_by IS NULL OR EXISTS (SELECT 1 FROM correction_object o WHERE o.correction_id = ?1 AND o.old_id = i.id)))"
      " FROM study t WHERE id = ?2",
      NULL);
  NegQualityJoined *joined;
  gboolean has_row = FALSE;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, correction);
  neg_statement_bind_int (row, 2, study);
  if (!neg_statement_step (row, &has_row, NULL) || !has_row)
    return NULL;
  joined = g_new0 (NegQualityJoined, 1);
  joined->date = g_strdup (neg_statement_get_text (row, 0));
  joined->description = g_strdup (neg_statement_get_text (row, 1));
  joined->n_images = (guint) neg_statement_get_int (row, 2);
  neg_statement_reset (row);
  return joined;
}

/* One that has gone stops no list. */
static GPtrArray *
list_joined_by (NegDatabase *database, const NegCorrection *correction)
{
  g_autoptr (GVariantIter) studies = NULL;
  GPtrArray *joined;
  gint64 id;

  if (correction->spec == NULL || !g_variant_lookup (correction->spec, "studies", "ax", &studies))
    return NULL;
  joined = g_ptr_array_new_with_free_func (free_joined);
  while (g_variant_iter_next (studies, "x", &id)) {
    NegQualityJoined *one = find_joined (database, correction->id, id);

    if (one != NULL)
      g_ptr_array_add (joined, one);
  }
  return joined;
}

static void
unref_joined (gpointer data)
{
  if (data != NULL)
    g_ptr_array_unref (data);
}

GPtrArray *
_neg_quality_list_joined (NegDatabase *database, GPtrArray *corrections)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (unref_joined);

  for (guint i = 0; i < corrections->len; i++)
    g_ptr_array_add (all, list_joined_by (database, g_ptr_array_index (corrections, i)));
  return all;
}
