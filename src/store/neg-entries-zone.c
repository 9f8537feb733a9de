/* Times of entries when the site's zone has changed. */
#include "config.h"

#include "store/neg-entries-private.h"

/* Another zone than before: from the beginning. */
static gboolean
note_zone (NegDatabase *database, const char *zone, GError **error)
{
  NegStatement *note = neg_database_prepare (database,
                                             "UPDATE entry_zone SET name = ?1, next_id = 1 WHERE name <> ?1", error);

  if (note == NULL)
    return FALSE;
  neg_statement_bind_text (note, 1, zone);
  return neg_statement_run (note, error);
}

/* gint64, @limit at most; those that come after what is done. */
static GArray *
list_next (NegDatabase *database, guint limit, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *rows = neg_database_prepare (database,
                                             "SELECT e.id FROM entry_zone z CROSS JOIN entry e ON e.id >= z.next_id"
                                             " WHERE z.next_id > 0 ORDER BY e.id LIMIT ?1",
                                             error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, limit);
  while (neg_statement_step (rows, &has_row, error)) {
    gint64 id;

    if (!has_row)
      return g_steal_pointer (&ids);
    id = neg_statement_get_int (rows, 0);
    g_array_append_val (ids, id);
  }
  return NULL;
}

static gboolean
note_done (NegDatabase *database, gint64 next_id, GError **error)
{
  NegStatement *note = neg_database_prepare (database, "UPDATE entry_zone SET next_id = ?1 WHERE next_id <> ?1", error);

  if (note == NULL)
    return FALSE;
  neg_statement_bind_int (note, 1, next_id);
  return neg_statement_run (note, error);
}

gboolean
neg_entries_follow_zone (NegDatabase *database, const char *zone, guint limit, guint *n, GError **error)
{
  g_autoptr (GArray) ids = NULL;

  if (!note_zone (database, zone, error))
    return FALSE;
  ids = list_next (database, limit, error);
  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!_neg_entry_recompose (database, g_array_index (ids, gint64, i), error))
      return FALSE;
  *n = ids->len;
  return note_done (database, ids->len == limit ? g_array_index (ids, gint64, limit - 1) + 1 : 0, error);
}
