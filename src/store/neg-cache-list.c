/* What is in the cache, study by study, and why. */
#include "config.h"

#include "store/neg-cache-private.h"

void
neg_cache_item_free (NegCacheItem *item)
{
  g_free (item->study_uid);
  g_free (item->patient_name);
  g_free (item->patient_id);
  g_free (item->description);
  g_free (item->modalities);
  g_free (item->study_date);
  g_free (item->case_modalities);
  g_free (item->case_description);
  g_free (item->pinned_by);
  g_free (item->why);
  g_free (item);
}

#define LISTED                                                                                                         \
  "SELECT s.id, coalesce (e.id, 0), s.study_uid, s.patient_name, s.patient_id,"                                        \
  " coalesce (nullif (s.description, ''), e.body_part, ''), coalesce (e.modalities, ''), s.date, s.pinned_by,"         \
  " s.cache_bytes, coalesce (e.n_here, 0), s.opened_us, s.arrived_us, s.used_us, s.pinned_us"                          \
  " FROM (SELECT id FROM study WHERE cache_bytes > 0 ORDER BY used_us DESC LIMIT ?1) l CROSS JOIN study s"             \
  " ON s.id = l.id LEFT JOIN entry e ON e.study_rowid <> 0 AND e.study_rowid = s.id ORDER BY s.used_us DESC, s.id"

static NegCacheItem *
read_item (NegStatement *row)
{
  NegCacheItem *item = g_new0 (NegCacheItem, 1);
  char **texts[] = { &item->study_uid,  &item->patient_name, &item->patient_id, &item->description,
                     &item->modalities, &item->study_date,   &item->pinned_by };
  gint64 *times[] = { &item->opened_us, &item->arrived_us, &item->used_us, &item->pinned_us };

  item->study_rowid = neg_statement_get_int (row, 0);
  item->entry = neg_statement_get_int (row, 1);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_strdup (neg_statement_get_text (row, 2 + (int) i));
  item->bytes = (guint64) MAX (neg_statement_get_int (row, 9), 0);
  item->n_objects = (guint) neg_statement_get_int (row, 10);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    *times[i] = neg_statement_get_int (row, 11 + (int) i);
  item->case_modalities = g_strdup ("");
  item->case_description = g_strdup ("");
  item->why = g_strdup ("");
  return item;
}

static GPtrArray *
list_items (NegDatabase *database, guint limit, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_cache_item_free);
  NegStatement *row = neg_database_prepare (database, LISTED, error);
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, limit);
  while (neg_statement_step (row, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&items);
    g_ptr_array_add (items, read_item (row));
  }
  return NULL;
}

/* The newest case that it was brought ahead for, and what was said of that. *entry stays where a case is known. */
static gboolean
add_purpose (NegDatabase *database, NegCacheItem *item, gint64 *entry, GError **error)
{
  NegStatement *row = neg_database_prepare (database,
                                            "SELECT entry_id, why FROM cache_purpose WHERE study_uid = ?1 AND kind = 1"
                                            " ORDER BY noted_us DESC LIMIT 1",
                                            error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, item->study_uid);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  item->was_ahead = has_row;
  if (!has_row)
    return TRUE;
  if (*entry == 0)
    *entry = neg_statement_get_int (row, 0);
  g_free (item->why);
  item->why = g_strdup (neg_statement_get_text (row, 1));
  neg_statement_reset (row);
  return TRUE;
}

static gboolean
add_case (NegDatabase *database, NegCacheItem *item, gint64 entry, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT modalities, coalesce (nullif (description, ''), body_part), time_us FROM entry WHERE id = ?1", error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, entry);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  g_free (item->case_modalities);
  g_free (item->case_description);
  item->case_modalities = g_strdup (neg_statement_get_text (row, 0));
  item->case_description = g_strdup (neg_statement_get_text (row, 1));
  item->case_time_us = neg_statement_get_int (row, 2);
  neg_statement_reset (row);
  return TRUE;
}

GPtrArray *
neg_cache_list (NegDatabase *database, guint limit, gint64 now_us, GError **error)
{
  g_autoptr (GPtrArray) items = list_items (database, limit, error);

  for (guint i = 0; items != NULL && i < items->len; i++) {
    NegCacheItem *item = g_ptr_array_index (items, i);
    NegCacheFinding finding;

    if (!_neg_cache_look (database, item->study_rowid, now_us, &finding, error)
        || !add_purpose (database, item, &finding.case_entry, error)
        || (finding.case_entry != 0 && !add_case (database, item, finding.case_entry, error)))
      return NULL;
    item->reason = finding.reason;
  }
  return g_steal_pointer (&items);
}

gboolean
neg_cache_mark_pinned (NegDatabase *database, GPtrArray *entries, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT pinned_us <> 0 FROM study WHERE id = ?1", error);

  for (guint i = 0; row != NULL && i < entries->len; i++) {
    NegEntry *entry = g_ptr_array_index (entries, i);
    gboolean has_row;

    entry->is_pinned = FALSE;
    if (entry->study_rowid == 0)
      continue;
    neg_statement_bind_int (row, 1, entry->study_rowid);
    if (!neg_statement_step (row, &has_row, error))
      return FALSE;
    entry->is_pinned = has_row && neg_statement_get_int (row, 0) != 0;
    neg_statement_reset (row);
  }
  return row != NULL;
}
