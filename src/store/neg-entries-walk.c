/* Reading the pages of a column's order: all of it with the hits of a search as bits, or a range of it as bits. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"

typedef struct {
  const guint64 *hits; /* nullable */
  gsize n_bits;
  NegPagesVisit visit;
  gpointer user_data;
  GArray *group; /* docs of one value, last one first: backwards they are told from the other end */
} Walk;

static gboolean
is_hit (const Walk *walk, guint32 doc)
{
  return doc < walk->n_bits && (walk->hits == NULL || _neg_bit_get (walk->hits, doc));
}

/* FALSE: enough. */
static gboolean
visit_page (Walk *walk, const guint32 *docs, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (is_hit (walk, NEG_ENTRY_PAGE_DOC (docs[i])) && !walk->visit (NEG_ENTRY_PAGE_DOC (docs[i]), walk->user_data))
      return FALSE;
  return TRUE;
}

static gboolean
visit_group (Walk *walk)
{
  for (guint i = walk->group->len; i > 0; i--)
    if (!walk->visit (g_array_index (walk->group, guint32, i - 1), walk->user_data))
      return FALSE;
  g_array_set_size (walk->group, 0);
  return TRUE;
}

static gboolean
visit_page_backwards (Walk *walk, const guint32 *docs, gsize n)
{
  for (gsize i = n; i > 0; i--) {
    guint32 doc = NEG_ENTRY_PAGE_DOC (docs[i - 1]);

    if (is_hit (walk, doc))
      g_array_append_val (walk->group, doc);
    if (i > 1 && (docs[i - 1] & NEG_ENTRY_PAGE_SAME) == 0 && walk->group->len > 0 && !visit_group (walk))
      return FALSE;
  }
  return TRUE;
}

/* How many there are in @docs; SQLite's bytes are not aligned. */
static gsize
get_docs (NegStatement *statement, guint32 *docs)
{
  gsize n_bytes;
  gconstpointer bytes = neg_statement_get_blob (statement, 0, &n_bytes);

  n_bytes = MIN (n_bytes, NEG_ENTRY_PAGE_MAX * sizeof *docs);
  if (bytes == NULL)
    return 0;
  memcpy (docs, bytes, n_bytes);
  return n_bytes / sizeof *docs;
}

static gboolean
walk_forwards (NegDatabase *database, NegEntryColumn column, Walk *walk, GError **error)
{
  NegStatement *statement = neg_database_prepare (database,
                                                  "SELECT docs FROM entry_page WHERE \"column\" = ?1 "
                                                  "ORDER BY first_key, first_age, first_id",
                                                  error);
  guint32 docs[NEG_ENTRY_PAGE_MAX];
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row)
      return TRUE;
    if (!visit_page (walk, docs, get_docs (statement, docs))) {
      neg_statement_reset (statement);
      return TRUE;
    }
  }
  return FALSE;
}

/* Whether the last value of this page, a statement's row, is the first one of the page that came before it here. */
static gboolean
same_value_goes_on (NegStatement *statement, char **next_first)
{
  g_autofree char *next = g_steal_pointer (next_first);

  *next_first = g_strdup (neg_statement_get_text (statement, 1));
  return g_strcmp0 (next, neg_statement_get_text (statement, 2)) == 0;
}

static gboolean
walk_backwards (NegDatabase *database, NegEntryColumn column, Walk *walk, GError **error)
{
  NegStatement *statement = neg_database_prepare (database,
                                                  "SELECT docs, first_key, last_key FROM entry_page "
                                                  "WHERE \"column\" = ?1 "
                                                  "ORDER BY first_key DESC, first_age DESC, first_id DESC",
                                                  error);
  g_autofree char *next_first = NULL;
  guint32 docs[NEG_ENTRY_PAGE_MAX];
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row) {
      visit_group (walk);
      return TRUE;
    }
    if ((!same_value_goes_on (statement, &next_first) && !visit_group (walk))
        || !visit_page_backwards (walk, docs, get_docs (statement, docs))) {
      neg_statement_reset (statement);
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
_neg_pages_walk (NegDatabase *database, NegEntryColumn column, gboolean descending, const guint64 *hits, gsize n_bits,
                 NegPagesVisit visit, gpointer user_data, GError **error)
{
  g_autoptr (GArray) group = g_array_new (FALSE, FALSE, sizeof (guint32));
  Walk walk = { .hits = hits, .n_bits = n_bits, .visit = visit, .user_data = user_data, .group = group };

  return descending ? walk_backwards (database, column, &walk, error) : walk_forwards (database, column, &walk, error);
}

/* --- a range --- */

/* The first place of the page whose number is not below @limit. */
static gboolean
find_limit (NegDatabase *database, NegEntryColumn column, const guint32 *docs, gsize n, gint64 limit, gsize *place,
            GError **error)
{
  gsize from = 0, to = n;
  NegEntryKey key;

  while (from < to) {
    gsize middle = (from + to) / 2;

    if (!_neg_entry_key_load (database, column, NEG_ENTRY_PAGE_DOC (docs[middle]), &key, error))
      return FALSE;
    if (key.number < limit)
      from = middle + 1;
    else
      to = middle;
  }
  *place = from;
  return TRUE;
}

static gboolean
set_page_range (NegDatabase *database, NegEntryColumn column, NegStatement *page, gint64 from, gint64 to, guint64 *bits,
                gsize n_bits, GError **error)
{
  guint32 docs[NEG_ENTRY_PAGE_MAX];
  gsize n = get_docs (page, docs), first = 0, end = n;

  if (neg_statement_get_int (page, 1) < from && !find_limit (database, column, docs, n, from, &first, error))
    return FALSE;
  if (neg_statement_get_int (page, 2) >= to && !find_limit (database, column, docs, n, to, &end, error))
    return FALSE;
  for (gsize i = first; i < end; i++)
    if (NEG_ENTRY_PAGE_DOC (docs[i]) < n_bits)
      _neg_bit_set (bits, NEG_ENTRY_PAGE_DOC (docs[i]));
  return TRUE;
}

gboolean
_neg_pages_set_range (NegDatabase *database, NegEntryColumn column, gint64 from, gint64 to, guint64 *bits, gsize n_bits,
                      GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database,
                              "SELECT docs, first_key, last_key FROM entry_page WHERE \"column\" = ?1 "
                              "AND first_key >= coalesce ((SELECT max (first_key) FROM entry_page WHERE \"column\" = ?1 "
                              "AND first_key < ?2), ?2) AND first_key < ?3 AND last_key >= ?2",
                              error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  neg_statement_bind_int (statement, 2, from);
  neg_statement_bind_int (statement, 3, to);
  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row)
      return TRUE;
    if (!set_page_range (database, column, statement, from, to, bits, n_bits, error))
      break;
  }
  neg_statement_reset (statement);
  return FALSE;
}
