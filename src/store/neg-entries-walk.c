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

/* Backwards, values that fill whole pages are told forwards, page by page: what has to be kept back stays small. */

/* How many docs at the beginning of a page have the first one's value. */
static gsize
count_first (const guint32 *docs, gsize n)
{
  gsize end = MIN (n, 1);

  while (end < n && (docs[end] & NEG_ENTRY_PAGE_SAME) != 0)
    end++;
  return end;
}

/* Where the last value of a page begins. */
static gsize
find_last (const guint32 *docs, gsize n)
{
  gsize start = n > 0 ? n - 1 : 0;

  while (start > 0 && (docs[start] & NEG_ENTRY_PAGE_SAME) != 0)
    start--;
  return start;
}

typedef struct {
  gboolean is_text;
  gint64 number;
  char *text;
} Value;

static void
bind_value (NegStatement *statement, int parameter, const Value *value)
{
  if (value->is_text)
    neg_statement_bind_text (statement, parameter, value->text);
  else
    neg_statement_bind_int (statement, parameter, value->number);
}

/* The end of the page before those that begin with @value, if it is of that value. */
static gboolean
visit_before (NegDatabase *database, NegEntryColumn column, Walk *walk, const Value *value, gboolean *go_on,
              GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database,
                              "SELECT docs, last_key = ?2 FROM entry_page WHERE \"column\" = ?1 AND first_key < ?2 "
                              "ORDER BY first_key DESC, first_age DESC, first_id DESC LIMIT 1",
                              error);
  guint32 docs[NEG_ENTRY_PAGE_MAX];
  gboolean has_row;
  gsize n, start;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  bind_value (statement, 2, value);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row && neg_statement_get_int (statement, 1) != 0) {
    n = get_docs (statement, docs);
    start = find_last (docs, n);
    *go_on = visit_page (walk, docs + start, n - start);
  }
  neg_statement_reset (statement);
  return TRUE;
}

/* All docs with @value, which begins some page. */
static gboolean
visit_value (NegDatabase *database, NegEntryColumn column, Walk *walk, const Value *value, gboolean *go_on,
             GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database,
                              "SELECT docs FROM entry_page WHERE \"column\" = ?1 AND first_key = ?2 "
                              "ORDER BY first_age, first_id",
                              error);
  guint32 docs[NEG_ENTRY_PAGE_MAX];
  gboolean has_row;

  if (statement == NULL || !visit_before (database, column, walk, value, go_on, error))
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  bind_value (statement, 2, value);
  while (*go_on) {
    if (!neg_statement_step (statement, &has_row, error))
      return FALSE;
    if (!has_row)
      return TRUE;
    *go_on = visit_page (walk, docs, count_first (docs, get_docs (statement, docs)));
  }
  neg_statement_reset (statement);
  return TRUE;
}

static void
read_value (NegStatement *statement, int column, Value *value)
{
  g_free (value->text);
  value->text = g_strdup (neg_statement_get_text (statement, column));
  value->number = neg_statement_get_int (statement, column);
  value->is_text = neg_statement_get_int (statement, column + 1) != 0;
}

#define BACKWARDS                                                                                                      \
  "SELECT docs, first_key, typeof (first_key) = 'text', last_key FROM entry_page WHERE \"column\" = ?1 "

static NegStatement *
prepare_backwards (NegDatabase *database, NegEntryColumn column, const Value *below, GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database,
                              below->text == NULL
                                  ? BACKWARDS "ORDER BY first_key DESC, first_age DESC, first_id DESC"
                                  : BACKWARDS "AND first_key < ?2 ORDER BY first_key DESC, first_age DESC, first_id DESC",
                              error);

  if (statement != NULL) {
    neg_statement_bind_int (statement, 1, column);
    if (below->text != NULL)
      bind_value (statement, 2, below);
  }
  return statement;
}

/* Down to a page that holds one value alone, which is then *value; without one *value is as it was.
 * @value (its text not NULL): where to begin, and what has been told. */
static gboolean
walk_mixed_pages (NegDatabase *database, NegEntryColumn column, Walk *walk, Value *value, gboolean *go_on, GError **error)
{
  NegStatement *page = prepare_backwards (database, column, value, error);
  g_autofree char *told = g_strdup (value->text), *next_first = NULL;
  guint32 docs[NEG_ENTRY_PAGE_MAX];
  gboolean has_row;

  if (page == NULL)
    return FALSE;
  while (*go_on && neg_statement_step (page, &has_row, error)) {
    const char *first = has_row ? neg_statement_get_text (page, 1) : NULL;
    const char *last = has_row ? neg_statement_get_text (page, 3) : NULL;
    gsize n;

    if (g_strcmp0 (next_first, last) != 0)
      *go_on = visit_group (walk);
    if (!has_row || !*go_on) {
      *go_on = FALSE;
      neg_statement_reset (page);
      return TRUE;
    }
    if (g_strcmp0 (first, last) == 0) {
      g_array_set_size (walk->group, 0); /* of the same value: told with it */
      read_value (page, 1, value);
      neg_statement_reset (page);
      return TRUE;
    }
    n = get_docs (page, docs);
    if (g_strcmp0 (told, last) == 0)
      n = find_last (docs, n);
    g_free (next_first);
    next_first = g_strdup (first);
    *go_on = visit_page_backwards (walk, docs, n);
    if (!*go_on)
      neg_statement_reset (page);
  }
  return !*go_on;
}

static gboolean
walk_backwards (NegDatabase *database, NegEntryColumn column, Walk *walk, GError **error)
{
  Value value = { 0 };
  gboolean go_on = TRUE, done = TRUE;

  while (go_on && done) {
    done = walk_mixed_pages (database, column, walk, &value, &go_on, error);
    if (go_on && done)
      done = visit_value (database, column, walk, &value, &go_on, error);
  }
  g_free (value.text);
  return done;
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
