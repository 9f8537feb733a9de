/* Reading the pages of a column's order: all of it with the hits of a search as bits, or a range of it as bits. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"

/* A page's docs as SQLite has them: borrowed until the statement's next step, and not aligned. */
typedef struct {
  const guint8 *bytes;
  gsize n;
} Docs;

typedef struct {
  const guint64 *hits; /* nullable */
  gsize n_bits;
  NegPagesVisit visit;
  gpointer user_data;
  GArray *group; /* docs of one value, last one first: backwards they are told from the other end */
} Walk;

static inline guint32
get_number (const Docs *docs, gsize i)
{
  guint32 number;

  memcpy (&number, docs->bytes + i * sizeof number, sizeof number);
  return number;
}

static inline guint32
get_doc (const Docs *docs, gsize i)
{
  return NEG_ENTRY_PAGE_DOC (get_number (docs, i));
}

static inline gboolean
is_same (const Docs *docs, gsize i)
{
  return (get_number (docs, i) & NEG_ENTRY_PAGE_SAME) != 0;
}

/* Where in the page hits are, in [@from, @to). A walk spends its time here, and mostly finds nothing: no branch depends on
 * what is found, and a number that no doc can have looks at the word behind the bits. */
static guint
find_hits (const Walk *walk, const Docs *docs, gsize from, gsize to, guint16 *places)
{
  const guint64 *hits = walk->hits;
  const guint32 n_words = (guint32) (walk->n_bits / 64);
  guint n = 0;

  for (gsize i = from; i < to; i++) {
    guint32 doc = get_doc (docs, i), word = MIN (doc / 64, n_words);

    places[n] = (guint16) i;
    n += hits != NULL ? (guint) (hits[word] >> doc % 64 & 1) : word < n_words;
  }
  return n;
}

/* FALSE: enough. */
static gboolean
visit_page (Walk *walk, const Docs *docs, gsize from, gsize to)
{
  guint16 places[NEG_ENTRY_PAGE_MAX];
  guint n = find_hits (walk, docs, from, to, places);

  for (guint i = 0; i < n; i++)
    if (!walk->visit (get_doc (docs, places[i]), walk->user_data))
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

/* Where the value at @place of the page begins. */
static gsize
find_start (const Docs *docs, gsize place)
{
  while (place > 0 && is_same (docs, place))
    place--;
  return place;
}

/* Where the last value of a page begins. */
static gsize
find_last (const Docs *docs)
{
  return docs->n > 0 ? find_start (docs, docs->n - 1) : 0;
}

/* How many docs at the beginning of a page have the first one's value. */
static gsize
count_first (const Docs *docs)
{
  gsize end = MIN (docs->n, 1);

  while (end < docs->n && is_same (docs, end))
    end++;
  return end;
}

/* What is left in the group is of the first value, which the page before may go on with. */
static gboolean
visit_page_backwards (Walk *walk, const Docs *docs, gsize n)
{
  guint16 places[NEG_ENTRY_PAGE_MAX];
  guint n_hits = find_hits (walk, docs, 0, n, places);
  gsize start = n > 0 && walk->group->len > 0 ? find_start (docs, n - 1) : n; /* of the group's value */

  for (guint i = n_hits; i > 0; i--) {
    guint32 doc = get_doc (docs, places[i - 1]);

    if (places[i - 1] < start) {
      if (!visit_group (walk))
        return FALSE;
      start = find_start (docs, places[i - 1]);
    }
    g_array_append_val (walk->group, doc);
  }
  return start == 0 || visit_group (walk);
}

static void
get_docs (NegStatement *statement, Docs *docs)
{
  docs->bytes = neg_statement_get_blob (statement, 0, &docs->n);
  docs->n = docs->bytes != NULL ? MIN (docs->n / sizeof (guint32), NEG_ENTRY_PAGE_MAX) : 0;
}

static gboolean
walk_forwards (NegDatabase *database, NegEntryColumn column, Walk *walk, GError **error)
{
  NegStatement *statement = neg_database_prepare (database,
                                                  "SELECT docs FROM entry_page WHERE \"column\" = ?1 "
                                                  "ORDER BY first_key, first_age, first_id",
                                                  error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  while (neg_statement_step (statement, &has_row, error)) {
    Docs docs;

    if (!has_row)
      return TRUE;
    get_docs (statement, &docs);
    if (!visit_page (walk, &docs, 0, docs.n)) {
      neg_statement_reset (statement);
      return TRUE;
    }
  }
  return FALSE;
}

/* Backwards, values that fill whole pages are told forwards, page by page: what has to be kept back stays small. */

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
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  bind_value (statement, 2, value);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row && neg_statement_get_int (statement, 1) != 0) {
    Docs docs;

    get_docs (statement, &docs);
    *go_on = visit_page (walk, &docs, find_last (&docs), docs.n);
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
  gboolean has_row;

  if (statement == NULL || !visit_before (database, column, walk, value, go_on, error))
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  bind_value (statement, 2, value);
  while (*go_on) {
    Docs docs;

    if (!neg_statement_step (statement, &has_row, error))
      return FALSE;
    if (!has_row)
      return TRUE;
    get_docs (statement, &docs);
    *go_on = visit_page (walk, &docs, 0, count_first (&docs));
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
  "SELECT docs, first_key, typeof (first_key) = 'text', last_key, first_key = last_key FROM entry_page "               \
  "WHERE \"column\" = ?1 "

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
  gboolean has_row;

  if (page == NULL)
    return FALSE;
  while (*go_on && neg_statement_step (page, &has_row, error)) {
    Docs docs;

    /* Keys are looked at only where something depends on them: as texts, numbers take time. */
    if (walk->group->len > 0
        && (!has_row || g_strcmp0 (next_first, neg_statement_get_text (page, 3)) != 0))
      *go_on = visit_group (walk);
    if (!has_row || !*go_on) {
      *go_on = FALSE;
      neg_statement_reset (page);
      return TRUE;
    }
    if (neg_statement_get_int (page, 4) != 0) {
      g_array_set_size (walk->group, 0); /* of the same value: told with it */
      read_value (page, 1, value);
      neg_statement_reset (page);
      return TRUE;
    }
    get_docs (page, &docs);
    if (told != NULL && g_str_equal (told, neg_statement_get_text (page, 3)))
      docs.n = find_last (&docs);
    g_clear_pointer (&told, g_free); /* the pages before it end with smaller values */
    *go_on = visit_page_backwards (walk, &docs, docs.n);
    if (walk->group->len > 0) {
      g_free (next_first);
      next_first = g_strdup (neg_statement_get_text (page, 1));
    }
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
find_limit (NegDatabase *database, NegEntryColumn column, const Docs *docs, gint64 limit, gsize *place, GError **error)
{
  gsize from = 0, to = docs->n;
  NegEntryKey key;

  while (from < to) {
    gsize middle = (from + to) / 2;

    if (!_neg_entry_key_load (database, column, get_doc (docs, middle), &key, error))
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
  const guint32 n_words = (guint32) (n_bits / 64);
  gsize first = 0, end;
  Docs docs;

  get_docs (page, &docs);
  end = docs.n;
  if (neg_statement_get_int (page, 1) < from && !find_limit (database, column, &docs, from, &first, error))
    return FALSE;
  if (neg_statement_get_int (page, 2) >= to && !find_limit (database, column, &docs, to, &end, error))
    return FALSE;
  for (gsize i = first; i < end; i++) {
    guint32 doc = get_doc (&docs, i);

    bits[MIN (doc / 64, n_words)] |= G_GUINT64_CONSTANT (1) << doc % 64;
  }
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
