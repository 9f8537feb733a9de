/* What a reader keeps while a person types: every doc's place in the order that is shown, and the conditions beside the
 * words as bits. Both are of versions of orders, so that they go on while something else of the list changes. Their size
 * has a limit: of a longer list nothing is kept, and a search reads pages. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "store/neg-database-private.h"

#define DOCS_MAX (1u << 21)

typedef struct {
  NegEntryPlaces places;
  gint64 places_version; /* -1: nothing is kept */
  NegEntryColumn column;
  gboolean descending;
  NegEntryConditions conditions;
  gint64 versions[NEG_ENTRY_CONDITION_COLUMNS];
  guint64 *bits; /* nullable */
  gsize n_bits;
} Kept;

static void
clear_places (Kept *kept)
{
  g_clear_pointer (&kept->places.by_doc, g_free);
  kept->places.n_docs = 0;
  kept->places_version = -1;
}

static void
free_kept (gpointer data)
{
  Kept *kept = data;

  clear_places (kept);
  g_free (kept->bits);
  g_free (kept);
}

void
_neg_kept_enable (NegDatabase *database)
{
  Kept *kept;

  if (database->kept != NULL)
    return;
  kept = g_new0 (Kept, 1);
  kept->places_version = -1;
  database->kept = kept;
  database->free_kept = free_kept;
}

/* Without a row it has never changed since the table is there. */
static gboolean
get_version (NegDatabase *database, NegEntryColumn column, gint64 *version, GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database, "SELECT version FROM entry_order WHERE \"column\" = ?1", error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  *version = has_row ? neg_statement_get_int (statement, 0) : 0;
  neg_statement_reset (statement);
  return TRUE;
}

gboolean
_neg_kept_note_change (NegDatabase *database, NegEntryColumn column, GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database,
                              "INSERT INTO entry_order VALUES (?1, 1) ON CONFLICT DO UPDATE SET version = version + 1",
                              error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, column);
  return neg_statement_run (statement, error);
}

/* --- places --- */

gboolean
_neg_kept_get_places (NegDatabase *database, NegEntryColumn column, gboolean descending, const NegEntryPlaces **places,
                      GError **error)
{
  Kept *kept = database->kept;
  gint64 version;

  *places = NULL;
  if (kept == NULL || kept->places_version < 0 || kept->column != column || kept->descending != descending)
    return TRUE;
  if (!get_version (database, column, &version, error))
    return FALSE;
  if (version == kept->places_version)
    *places = &kept->places;
  return TRUE;
}

/* A page to the end of all; SAME is made true across their ends. */
static gboolean
add_page (GArray *order, NegStatement *page, const char *last_key, GError **error)
{
  gsize n_bytes;
  gconstpointer bytes = neg_statement_get_blob (page, 0, &n_bytes);
  guint n = (guint) (n_bytes / sizeof (guint32)), first = order->len;

  if (n > DOCS_MAX - first)
    return neg_fail (error, NEG_ERROR_UNREADABLE, "entry_page", "The order of the reading list is damaged");
  if (n == 0)
    return TRUE;
  g_array_append_vals (order, bytes, n);
  if (g_strcmp0 (last_key, neg_statement_get_text (page, 1)) == 0)
    g_array_index (order, guint32, first) |= NEG_ENTRY_PAGE_SAME;
  return TRUE;
}

static gboolean
read_order (NegDatabase *database, NegEntryColumn column, GArray *order, GError **error)
{
  g_autofree char *last_key = NULL;
  NegStatement *page = neg_database_prepare (database,
                                             "SELECT docs, first_key, last_key FROM entry_page WHERE \"column\" = ?1 "
                                             "ORDER BY first_key, first_age, first_id",
                                             error);
  gboolean has_row;

  if (page == NULL)
    return FALSE;
  neg_statement_bind_int (page, 1, column);
  while (neg_statement_step (page, &has_row, error)) {
    if (!has_row)
      return TRUE;
    if (!add_page (order, page, last_key, error)) {
      neg_statement_reset (page);
      return FALSE;
    }
    g_free (last_key);
    last_key = g_strdup (neg_statement_get_text (page, 2));
  }
  return FALSE;
}

static void
set_places (NegEntryPlaces *places, const GArray *order, guint from, guint to, guint *place)
{
  for (guint i = from; i < to; i++) {
    guint32 doc = NEG_ENTRY_PAGE_DOC (g_array_index (order, guint32, i));

    if (doc < places->n_docs)
      places->by_doc[doc] = *place;
    (*place)++;
  }
}

/* Downwards the values are turned round, not what is in them. */
static void
fill_places (NegEntryPlaces *places, const GArray *order, gboolean descending)
{
  guint place = 0;

  memset (places->by_doc, 0xff, places->n_docs * sizeof *places->by_doc);
  if (!descending)
    set_places (places, order, 0, order->len, &place);
  for (guint end = descending ? order->len : 0; end > 0;) {
    guint start = end - 1;

    while (start > 0 && (g_array_index (order, guint32, start) & NEG_ENTRY_PAGE_SAME) != 0)
      start--;
    set_places (places, order, start, end, &place);
    end = start;
  }
}

typedef struct {
  NegEntryColumn column;
  gboolean descending;
} Wish;

static gboolean
load_places (NegDatabase *database, gpointer data, GError **error)
{
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint32));
  const Wish *wish = data;
  const NegEntryPlaces *known;
  Kept *kept = database->kept;
  gint64 n_docs, version;

  if (!_neg_kept_get_places (database, wish->column, wish->descending, &known, error))
    return FALSE;
  if (known != NULL)
    return TRUE;
  clear_places (kept);
  if (!_neg_database_query_int (database, "SELECT next_doc FROM entry_number", &n_docs, error)
      || !get_version (database, wish->column, &version, error))
    return FALSE;
  if (n_docs <= 0 || n_docs > DOCS_MAX)
    return TRUE;
  if (!read_order (database, wish->column, order, error))
    return FALSE;
  kept->places.by_doc = g_try_new (guint32, n_docs);
  if (kept->places.by_doc == NULL)
    return TRUE; /* it goes without */
  kept->places.n_docs = (guint) n_docs;
  fill_places (&kept->places, order, wish->descending);
  kept->column = wish->column;
  kept->descending = wish->descending;
  kept->places_version = version;
  return TRUE;
}

gboolean
neg_entries_keep_order (NegDatabase *database, NegEntryColumn column, gboolean descending, GError **error)
{
  Wish wish = { .column = column, .descending = descending };

  g_return_val_if_fail (column < NEG_COLUMN_N, FALSE);
  return database->kept == NULL || neg_database_read (database, load_places, &wish, error);
}

/* --- conditions --- */

static gboolean
get_versions (NegDatabase *database, gint64 versions[NEG_ENTRY_CONDITION_COLUMNS], GError **error)
{
  const NegEntryColumn columns[NEG_ENTRY_CONDITION_COLUMNS]
      = { NEG_COLUMN_TIME, NEG_COLUMN_STATUS, NEG_COLUMN_PRIORITY, NEG_COLUMN_IMAGES };

  for (guint i = 0; i < NEG_ENTRY_CONDITION_COLUMNS; i++)
    if (!get_version (database, columns[i], &versions[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
are_same (const NegEntryConditions *a, const NegEntryConditions *b)
{
  return a->from_us == b->from_us && a->to_us == b->to_us && a->status_mask == b->status_mask
         && a->urgency_mask == b->urgency_mask && a->here_only == b->here_only;
}

gboolean
_neg_kept_get_bits (NegDatabase *database, const NegEntryConditions *conditions, guint64 *bits, gsize n_bits,
                    gboolean *are_there, GError **error)
{
  gint64 versions[NEG_ENTRY_CONDITION_COLUMNS];
  Kept *kept = database->kept;

  *are_there = FALSE;
  if (kept == NULL || kept->bits == NULL || kept->n_bits != n_bits || !are_same (&kept->conditions, conditions))
    return TRUE;
  if (!get_versions (database, versions, error))
    return FALSE;
  *are_there = memcmp (versions, kept->versions, sizeof versions) == 0;
  if (*are_there)
    memcpy (bits, kept->bits, n_bits / 8);
  return TRUE;
}

gboolean
_neg_kept_set_bits (NegDatabase *database, const NegEntryConditions *conditions, const guint64 *bits, gsize n_bits,
                    GError **error)
{
  Kept *kept = database->kept;

  if (kept == NULL || n_bits > DOCS_MAX)
    return TRUE;
  if (kept->n_bits != n_bits)
    g_clear_pointer (&kept->bits, g_free);
  if (kept->bits == NULL)
    kept->bits = g_try_malloc (n_bits / 8);
  if (kept->bits == NULL)
    return TRUE; /* it goes without */
  if (!get_versions (database, kept->versions, error)) {
    g_clear_pointer (&kept->bits, g_free);
    return FALSE;
  }
  memcpy (kept->bits, bits, n_bits / 8);
  kept->n_bits = n_bits;
  kept->conditions = *conditions;
  return TRUE;
}
