/* Each column's order as pages of doc numbers, like the leaves of a B-tree whose rows are elsewhere: a doc is compared
 * by what its entry says. A page is known by the key of its first doc. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"

#define PAGE_FILL 720u

typedef struct {
  NegDatabase *database;
  NegEntryColumn column;
  gint64 id; /* 0: not stored yet */
  guint32 docs[NEG_ENTRY_PAGE_MAX + 1];
  guint n;
} Page;

static void
bind_key (NegStatement *statement, int parameter, const NegEntryKey *key)
{
  if (key->is_text)
    neg_statement_bind_text (statement, parameter, key->text);
  else
    neg_statement_bind_int (statement, parameter, key->number);
}

static gboolean
fail_page (GError **error)
{
  return neg_fail (error, NEG_ERROR_UNREADABLE, "entry_page", "The order of the reading list is damaged");
}

/* A page from outside this process's memory: nothing about it is taken for granted. */
static gboolean
take_docs (Page *page, NegStatement *statement, int column, GError **error)
{
  gsize n_bytes;
  gconstpointer bytes = neg_statement_get_blob (statement, column, &n_bytes);

  if (bytes == NULL || n_bytes % sizeof (guint32) != 0 || n_bytes > NEG_ENTRY_PAGE_MAX * sizeof (guint32))
    return fail_page (error);
  memcpy (page->docs, bytes, n_bytes);
  page->n = (guint) (n_bytes / sizeof (guint32));
  return TRUE;
}

#define FIND_AT                                                                                                        \
  "SELECT id, docs FROM entry_page WHERE \"column\" = ?1 AND (first_key, first_age, first_id) <= (?2, ?3, ?4) "        \
  "ORDER BY first_key DESC, first_age DESC, first_id DESC LIMIT 1"
#define FIND_FIRST                                                                                                     \
  "SELECT id, docs FROM entry_page WHERE \"column\" = ?1 ORDER BY first_key, first_age, first_id LIMIT 1"

/* The page that @key belongs to; without rows an empty one. */
static gboolean
find_page (Page *page, const NegEntryKey *key, GError **error)
{
  NegStatement *statement = neg_database_prepare (page->database, FIND_AT, error);
  gboolean has_row, is_read;

  page->id = 0;
  page->n = 0;
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, page->column);
  bind_key (statement, 2, key);
  neg_statement_bind_int (statement, 3, key->age);
  neg_statement_bind_int (statement, 4, key->id);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row) {
    statement = neg_database_prepare (page->database, FIND_FIRST, error);
    if (statement == NULL)
      return FALSE;
    neg_statement_bind_int (statement, 1, page->column);
    if (!neg_statement_step (statement, &has_row, error))
      return FALSE;
  }
  if (!has_row)
    return TRUE;
  page->id = neg_statement_get_int (statement, 0);
  is_read = take_docs (page, statement, 1, error);
  neg_statement_reset (statement);
  return is_read;
}

static gboolean
load_key (Page *page, guint i, NegEntryKey *key, GError **error)
{
  return _neg_entry_key_load (page->database, page->column, NEG_ENTRY_PAGE_DOC (page->docs[i]), key, error);
}

/* The first place whose doc is not before @key. New entries are mostly the last ones of their page. */
static gboolean
find_place (Page *page, const NegEntryKey *key, guint *place, GError **error)
{
  guint from = 0, to = page->n;
  NegEntryKey other;

  if (page->n > 0) {
    if (!load_key (page, page->n - 1, &other, error))
      return FALSE;
    if (_neg_entry_key_compare (&other, key) < 0)
      from = to;
    else
      to--;
  }
  while (from < to) {
    guint middle = (from + to) / 2;

    if (!load_key (page, middle, &other, error))
      return FALSE;
    if (_neg_entry_key_compare (&other, key) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  *place = from;
  return TRUE;
}

/* Where neither the first nor the last doc has changed. */
static gboolean
write_docs (Page *page, GError **error)
{
  NegStatement *statement
      = neg_database_prepare (page->database, "UPDATE entry_page SET docs = ?2 WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, page->id);
  neg_statement_bind_blob (statement, 2, page->docs, page->n * sizeof (guint32));
  return neg_statement_run (statement, error);
}

static gboolean
delete_page (Page *page, GError **error)
{
  NegStatement *statement = neg_database_prepare (page->database, "DELETE FROM entry_page WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, page->id);
  return neg_statement_run (statement, error);
}

/* With its keys, as its first and its last doc have them. */
static gboolean
write_page (Page *page, GError **error)
{
  g_autofree char *text = NULL; /* the next key's statement is the same one */
  NegEntryKey first, last;
  NegStatement *statement;

  if (!load_key (page, 0, &first, error))
    return FALSE;
  first.text = text = g_strdup (first.text);
  if (!load_key (page, page->n - 1, &last, error))
    return FALSE;
  statement = neg_database_prepare (page->database,
                                    "INSERT INTO entry_page (id, \"column\", first_key, first_age, first_id, last_key, "
                                    "docs) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET "
                                    "first_key = ?3, first_age = ?4, first_id = ?5, last_key = ?6, docs = ?7",
                                    error);
  if (statement == NULL)
    return FALSE;
  if (page->id != 0)
    neg_statement_bind_int (statement, 1, page->id);
  neg_statement_bind_int (statement, 2, page->column);
  bind_key (statement, 3, &first);
  neg_statement_bind_int (statement, 4, first.age);
  neg_statement_bind_int (statement, 5, first.id);
  bind_key (statement, 6, &last);
  neg_statement_bind_blob (statement, 7, page->docs, page->n * sizeof (guint32));
  return neg_statement_run (statement, error);
}

/* At its end when that is where the list grows, else in the middle. */
static gboolean
split_page (Page *page, guint place, GError **error)
{
  g_autofree Page *right = g_memdup2 (page, sizeof *page);
  guint n_left = place == page->n - 1 ? page->n - 1 : page->n / 2;

  right->id = 0;
  right->n = page->n - n_left;
  memmove (right->docs, page->docs + n_left, right->n * sizeof (guint32));
  right->docs[0] = NEG_ENTRY_PAGE_DOC (right->docs[0]);
  page->n = n_left;
  return write_page (page, error) && write_page (right, error);
}

static gboolean
mark_same (Page *page, guint place, const NegEntryKey *key, GError **error)
{
  NegEntryKey other;

  if (place > 0) {
    if (!load_key (page, place - 1, &other, error))
      return FALSE;
    if (_neg_entry_key_has_same_value (&other, key))
      page->docs[place] |= NEG_ENTRY_PAGE_SAME;
  }
  if (place + 1 < page->n) {
    if (!load_key (page, place + 1, &other, error))
      return FALSE;
    page->docs[place + 1] = NEG_ENTRY_PAGE_DOC (page->docs[place + 1]) | (_neg_entry_key_has_same_value (&other, key) ? NEG_ENTRY_PAGE_SAME : 0);
  }
  return TRUE;
}

gboolean
_neg_pages_insert (NegDatabase *database, NegEntryColumn column, const NegEntryKey *key, gint64 doc, GError **error)
{
  Page page = { .database = database, .column = column };
  guint place;

  if (!find_page (&page, key, error) || !find_place (&page, key, &place, error))
    return FALSE;
  memmove (page.docs + place + 1, page.docs + place, (page.n - place) * sizeof (guint32));
  page.docs[place] = (guint32) doc;
  page.n++;
  if (!mark_same (&page, place, key, error))
    return FALSE;
  if (page.n > NEG_ENTRY_PAGE_MAX)
    return split_page (&page, place, error);
  if (place > 0 && place + 1 < page.n)
    return write_docs (&page, error);
  return write_page (&page, error);
}

gboolean
_neg_pages_remove (NegDatabase *database, NegEntryColumn column, const NegEntryKey *key, gint64 doc, GError **error)
{
  Page page = { .database = database, .column = column };
  gboolean is_edge;
  guint place;

  if (!find_page (&page, key, error) || !find_place (&page, key, &place, error))
    return FALSE;
  if (place >= page.n || NEG_ENTRY_PAGE_DOC (page.docs[place]) != doc)
    return fail_page (error);
  is_edge = place == 0 || place + 1 == page.n;
  if (place + 1 < page.n && (page.docs[place] & NEG_ENTRY_PAGE_SAME) == 0)
    page.docs[place + 1] = NEG_ENTRY_PAGE_DOC (page.docs[place + 1]);
  page.n--;
  memmove (page.docs + place, page.docs + place + 1, (page.n - place) * sizeof (guint32));
  if (page.n == 0)
    return delete_page (&page, error);
  return is_edge ? write_page (&page, error) : write_docs (&page, error);
}

/* --- anew --- */

static gboolean
append_doc (Page *page, guint32 doc, gboolean is_same, GError **error)
{
  if (page->n == PAGE_FILL) {
    if (!write_page (page, error))
      return FALSE;
    page->n = 0;
  }
  page->docs[page->n] = doc | (is_same && page->n > 0 ? NEG_ENTRY_PAGE_SAME : 0);
  page->n++;
  return TRUE;
}

gboolean
_neg_pages_build (NegDatabase *database, NegEntryColumn column, GError **error)
{
  const char *key = _neg_entry_column_get_sql (column);
  g_autofree char *sql = g_strdup_printf ("SELECT doc, %s IS lag (%s) OVER (ORDER BY %s, -time_us, id) FROM entry "
                                          "ORDER BY %s, -time_us, id",
                                          key, key, key, key);
  Page page = { .database = database, .column = column };
  NegStatement *statement = neg_database_prepare (database, "DELETE FROM entry_page WHERE \"column\" = ?1", error);
  gboolean has_row;

  if (statement == NULL || !_neg_kept_note_change (database, column, error))
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  if (!neg_statement_run (statement, error) || (statement = neg_database_prepare (database, sql, error)) == NULL)
    return FALSE;
  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row)
      return page.n == 0 || write_page (&page, error);
    if (!append_doc (&page, (guint32) neg_statement_get_int (statement, 0), neg_statement_get_int (statement, 1) != 0,
                     error))
      break;
  }
  neg_statement_reset (statement);
  return FALSE;
}
