/* Answering a query: every condition clears bits of a set with one bit per doc, then the wanted column's order is walked
 * until enough docs are found that are in the set, or, when few are left, those are sorted. No condition depends on the
 * order, so no order is slower than another. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "store/neg-cache.h"

#define BITS_STEP 512u   /* sets are whole small blocks */
#define MAX_DOCS (1 << 28)
#define FEW 300u         /* hits that are sorted sooner than found by walking */
#define IMAGES_HERE (G_GINT64_CONSTANT (1) << 31) /* as in the column's key */

void
neg_entry_query_clear (NegEntryQuery *query)
{
  g_strfreev (query->words);
  g_strfreev (query->modalities);
  g_free ((char *) query->claimed_by);
  memset (query, 0, sizeof *query);
}

/* --- conditions --- */

typedef struct {
  NegDatabase *database;
  guint64 *bits; /* NULL: every doc */
  gsize n_bits;
} Hits;

static gboolean
get_size (NegDatabase *database, gsize *n_bits, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "SELECT next_doc FROM entry_number", error);
  gboolean has_row;
  gint64 next;

  if (statement == NULL || !neg_statement_step (statement, &has_row, error))
    return FALSE;
  next = has_row ? CLAMP (neg_statement_get_int (statement, 0), 0, MAX_DOCS) : 0;
  neg_statement_reset (statement);
  *n_bits = ((gsize) next + BITS_STEP - 1) / BITS_STEP * BITS_STEP;
  return TRUE;
}

static guint64 *
new_bits (Hits *hits, GError **error)
{
  guint64 *bits = g_try_malloc0 (hits->n_bits / 8 + sizeof (guint64));

  if (bits == NULL)
    neg_fail (error, NEG_ERROR_MEMORY, "entry", "There is not enough memory to search the reading list");
  return bits;
}

static gboolean
need_bits (Hits *hits, GError **error)
{
  if (hits->bits != NULL)
    return TRUE;
  hits->bits = new_bits (hits, error);
  if (hits->bits == NULL)
    return FALSE;
  memset (hits->bits, 0xff, hits->n_bits / 8);
  return TRUE;
}

/* Takes @others. */
static gboolean
keep (Hits *hits, guint64 *others, gboolean negated, GError **error)
{
  g_autofree guint64 *given = others;
  guint64 flip = negated ? ~G_GUINT64_CONSTANT (0) : 0;

  if (!need_bits (hits, error))
    return FALSE;
  for (gsize i = 0; i < hits->n_bits / 64; i++)
    hits->bits[i] &= given[i] ^ flip;
  return TRUE;
}

static gboolean
keep_range (Hits *hits, NegEntryColumn column, gint64 from, gint64 to, gboolean negated, GError **error)
{
  g_autofree guint64 *bits = new_bits (hits, error);

  return bits != NULL && _neg_pages_set_range (hits->database, column, from, to, bits, hits->n_bits, error)
         && keep (hits, g_steal_pointer (&bits), negated, error);
}

/* By those that are in or by those that are out, whichever are fewer. @n: entries by value. */
static gboolean
keep_values (Hits *hits, NegEntryColumn column, guint mask, const guint *n, guint n_values, GError **error)
{
  g_autofree guint64 *bits = NULL;
  guint all = (1u << n_values) - 1, n_in = 0, n_out = 0;

  if (mask == 0 || (mask & all) == all)
    return TRUE;
  for (guint i = 0; i < n_values; i++)
    *((mask & 1u << i) != 0 ? &n_in : &n_out) += n[i];
  bits = new_bits (hits, error);
  if (bits == NULL)
    return FALSE;
  for (guint i = 0; i < n_values; i++)
    if (((mask & 1u << i) != 0) == (n_in <= n_out)
        && !_neg_pages_set_range (hits->database, column, i, i + 1, bits, hits->n_bits, error))
      return FALSE;
  return keep (hits, g_steal_pointer (&bits), n_in > n_out, error);
}

static gboolean
count_values (NegDatabase *database, const char *sql, guint *n, guint n_values, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  while (neg_statement_step (statement, &has_row, error)) {
    gint64 value = has_row ? neg_statement_get_int (statement, 0) : 0;

    if (!has_row)
      return TRUE;
    if (value >= 0 && value < n_values)
      n[value] += (guint) neg_statement_get_int (statement, 1);
  }
  return FALSE;
}

static gboolean
keep_states (Hits *hits, const NegEntryQuery *query, GError **error)
{
  guint by_status[NEG_STATUS_N] = { 0 }, by_urgency[NEG_URGENCY_N] = { 0 };

  if (query->status_mask == 0 && query->urgency_mask == 0)
    return TRUE;
  return count_values (hits->database, "SELECT status, n FROM entry_count", by_status, NEG_STATUS_N, error)
         && count_values (hits->database, "SELECT urgency, n FROM entry_count", by_urgency, NEG_URGENCY_N, error)
         && keep_values (hits, NEG_COLUMN_STATUS, query->status_mask, by_status, NEG_STATUS_N, error)
         && keep_values (hits, NEG_COLUMN_PRIORITY, query->urgency_mask, by_urgency, NEG_URGENCY_N, error);
}

/* Claims are few: those that readers have open. */
static gboolean
keep_claims (Hits *hits, const char *user, GError **error)
{
  g_autofree guint64 *bits = NULL;
  NegStatement *statement = neg_database_prepare (
      hits->database, "SELECT doc FROM entry WHERE claimed_by <> '' AND (?1 IS NULL OR claimed_by = ?1)", error);
  gboolean has_row;

  if (statement == NULL || (bits = new_bits (hits, error)) == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, user);
  while (neg_statement_step (statement, &has_row, error)) {
    gint64 doc = has_row ? neg_statement_get_int (statement, 0) : 0;

    if (!has_row)
      return keep (hits, g_steal_pointer (&bits), user == NULL, error);
    if (doc >= 0 && (guint64) doc < hits->n_bits)
      _neg_bit_set (bits, (guint32) doc);
  }
  return FALSE;
}

/* From an order with two values in effect: read the shorter side of it. */
static gboolean
keep_here (Hits *hits, GError **error)
{
  gint64 n_pages[2] = { 0 };
  NegStatement *statement
      = neg_database_prepare (hits->database,
                              "SELECT count(*) FROM entry_page WHERE \"column\" = ?1 AND first_key < ?2 UNION ALL "
                              "SELECT count(*) FROM entry_page WHERE \"column\" = ?1 AND first_key >= ?2",
                              error);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, NEG_COLUMN_IMAGES);
  neg_statement_bind_int (statement, 2, IMAGES_HERE);
  for (guint i = 0; has_row; i++) {
    if (!neg_statement_step (statement, &has_row, error))
      return FALSE;
    if (has_row && i < 2)
      n_pages[i] = neg_statement_get_int (statement, 0);
  }
  return n_pages[0] < n_pages[1] ? keep_range (hits, NEG_COLUMN_IMAGES, 0, IMAGES_HERE, TRUE, error)
                                 : keep_range (hits, NEG_COLUMN_IMAGES, IMAGES_HERE, G_MAXINT64, FALSE, error);
}

static gboolean
keep_text (Hits *hits, char **words, char **modalities, GError **error)
{
  if ((words == NULL || *words == NULL) && modalities == NULL)
    return TRUE;
  return need_bits (hits, error)
         && _neg_postings_keep (hits->database, words, modalities, hits->bits, hits->n_bits, error);
}

static gboolean
keep_conditions (Hits *hits, const NegEntryConditions *conditions, GError **error)
{
  NegEntryQuery query = { .status_mask = conditions->status_mask, .urgency_mask = conditions->urgency_mask };

  if ((conditions->from_us != 0 || conditions->to_us != 0)
      && !keep_range (hits, NEG_COLUMN_TIME, conditions->from_us != 0 ? conditions->from_us : G_MININT64,
                      conditions->to_us != 0 ? conditions->to_us : G_MAXINT64, FALSE, error))
    return FALSE;
  return keep_states (hits, &query, error) && (!conditions->here_only || keep_here (hits, error));
}

/* They are the same with every letter that is typed. */
static gboolean
keep_known_conditions (Hits *hits, const NegEntryQuery *query, GError **error)
{
  const NegEntryConditions conditions = { .from_us = query->from_us,
                                          .to_us = query->to_us,
                                          .status_mask = query->status_mask,
                                          .urgency_mask = query->urgency_mask,
                                          .here_only = query->here_only };
  gboolean are_there;

  if (conditions.from_us == 0 && conditions.to_us == 0 && conditions.status_mask == 0 && conditions.urgency_mask == 0
      && !conditions.here_only)
    return TRUE;
  if (!need_bits (hits, error)
      || !_neg_kept_get_bits (hits->database, &conditions, hits->bits, hits->n_bits, &are_there, error))
    return FALSE;
  return are_there
         || (keep_conditions (hits, &conditions, error)
             && _neg_kept_set_bits (hits->database, &conditions, hits->bits, hits->n_bits, error));
}

/* The narrow ones first: what is nothing by then is not looked up any more. */
static gboolean
find_hits (Hits *hits, const NegEntryQuery *query, char **words, GError **error)
{
  if (!get_size (hits->database, &hits->n_bits, error) || !keep_known_conditions (hits, query, error))
    return FALSE;
  if (query->claimed_by != NULL && !keep_claims (hits, query->claimed_by, error))
    return FALSE;
  if (query->unclaimed_only && !keep_claims (hits, NULL, error))
    return FALSE;
  return keep_text (hits, words, query->modalities, error);
}

static guint
count_bits (const Hits *hits)
{
  guint n = 0;

  for (gsize i = 0; i < hits->n_bits / 64; i++)
    n += (guint) __builtin_popcountll (hits->bits[i]);
  return n;
}

/* --- rows in order --- */

typedef struct {
  NegDatabase *database;
  NegStatement *row; /* by doc */
  char **words; /* to be looked for in the row itself; NULL: the hit is sure */
  guint skip, want;
  GPtrArray *entries;
  GError *error;
} Answer;

/* A doc that is gone is none. */
static gboolean
read_doc (Answer *answer, guint32 doc)
{
  gboolean has_row;

  neg_statement_reset (answer->row);
  neg_statement_bind_int (answer->row, 1, doc);
  if (!neg_statement_step (answer->row, &has_row, &answer->error))
    return FALSE;
  if (has_row && (answer->words == NULL || _neg_entry_has (answer->row, answer->words)))
    g_ptr_array_add (answer->entries, _neg_entry_read (answer->row));
  return TRUE;
}

static gboolean
skip (Answer *answer, guint32 doc)
{
  gboolean has = TRUE;

  if (answer->words != NULL && !_neg_postings_check (answer->database, doc, answer->words, &has, &answer->error))
    return FALSE;
  answer->skip -= has;
  return TRUE;
}

/* FALSE: enough, or a failure. */
static gboolean
visit (guint32 doc, gpointer user_data)
{
  Answer *answer = user_data;

  if (answer->skip > 0)
    return skip (answer, doc);
  return read_doc (answer, doc) && answer->entries->len < answer->want;
}

typedef struct {
  guint32 doc;
  NegEntryKey key;
  char *text;
} Few;

static void
clear_few (gpointer data)
{
  g_free (((Few *) data)->text);
}

static int
compare_few (gconstpointer a, gconstpointer b, gpointer descending)
{
  const NegEntryKey *left = &((const Few *) a)->key, *right = &((const Few *) b)->key;
  int order = _neg_entry_key_compare (left, right);

  return GPOINTER_TO_INT (descending) && !_neg_entry_key_has_same_value (left, right) ? -order : order;
}

static gboolean
load_few (const Hits *hits, NegEntryColumn column, GArray *few, GError **error)
{
  for (gsize i = 0; i < hits->n_bits / 64; i++)
    for (guint64 word = hits->bits[i]; word != 0; word &= word - 1) {
      Few one = { .doc = (guint32) (i * 64) + (guint32) __builtin_ctzll (word) };
      g_autoptr (GError) failure = NULL;

      if (_neg_entry_key_load (hits->database, column, one.doc, &one.key, &failure)) {
        one.key.text = one.text = g_strdup (one.key.text);
        g_array_append_val (few, one);
      } else if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND)) { /* a doc that is gone */
        g_propagate_error (error, g_steal_pointer (&failure));
        return FALSE;
      }
    }
  return TRUE;
}

static gboolean
list_few (const Hits *hits, const NegEntryQuery *query, Answer *answer, GError **error)
{
  g_autoptr (GArray) few = g_array_new (FALSE, FALSE, sizeof (Few));

  g_array_set_clear_func (few, clear_few);
  if (!load_few (hits, query->order, few, error))
    return FALSE;
  g_array_sort_with_data (few, compare_few, GINT_TO_POINTER (query->descending));
  for (guint i = 0; i < few->len; i++)
    if (!visit (g_array_index (few, Few, i).doc, answer))
      break;
  return TRUE;
}

static gboolean
are_sure (char **words)
{
  for (; *words != NULL; words++)
    if (!_neg_entry_word_is_sure (*words))
      return FALSE;
  return TRUE;
}

/* --- by kept places: the first of the hits, without a look at what lies between them --- */

#define MANY 12800u /* hits: walking finds the first of them soon, unless they are all far from the beginning */
#define SAMPLES 512u
#define NEAR_DIVISOR 64u /* of the whole order */
#define SOME 256u     /* are found together */

static gboolean
list_by_places (const Hits *hits, const NegEntryPlaces *places, Answer *answer, GError **error)
{
  /* Of words that are not sure there are false hits. */
  guint n_max = MAX ((answer->skip + answer->want) * (answer->words != NULL ? 2 : 1), SOME);
  g_autofree guint64 *first = g_try_new (guint64, n_max);
  guint32 floor = 0;
  guint n;

  if (first == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, "entry", "There is not enough memory to search the reading list");
  do {
    n = _neg_places_find_first (places, hits->bits, hits->n_bits, floor, first, n_max);
    for (guint i = 0; i < n; i++)
      if (!visit ((guint32) first[i], answer))
        return TRUE;
    floor = n > 0 ? (guint32) (first[n - 1] >> 32) + 1 : 0;
  } while (n == n_max);
  return TRUE;
}

/* Whether some of many hits are near the beginning: by a sample. */
static gboolean
are_near (const Hits *hits, const NegEntryPlaces *places, guint n_hits)
{
  gsize n_words = hits->n_bits / 64, step = MAX (n_words / SAMPLES, 1);
  guint n = 0, n_near = 0;

  for (gsize i = 0; i < n_words; i += step)
    if (hits->bits[i] != 0) {
      guint32 doc = (guint32) (i * 64) + (guint32) __builtin_ctzll (hits->bits[i]);

      n++;
      n_near += doc < places->n_docs && places->by_doc[doc] < places->n_docs / NEAR_DIVISOR;
    }
  return n_hits >= MANY && n_near * NEAR_DIVISOR * 2 >= n;
}

static gboolean
list_in_order (const Hits *hits, const NegEntryQuery *query, Answer *answer, GError **error)
{
  guint n_hits = hits->bits != NULL ? count_bits (hits) : G_MAXUINT;
  const NegEntryPlaces *places = NULL;

  if (hits->bits != NULL
      && !_neg_kept_get_places (hits->database, query->order, query->descending, &places, error))
    return FALSE;
  if (places != NULL && !are_near (hits, places, n_hits))
    return list_by_places (hits, places, answer, error);
  return n_hits <= FEW ? list_few (hits, query, answer, error)
                       : _neg_pages_walk (hits->database, query->order, query->descending, hits->bits, hits->n_bits,
                                          visit, answer, error);
}

static gboolean
list_hits (const Hits *hits, const NegEntryQuery *query, Answer *answer, GError **error)
{
  gboolean done = list_in_order (hits, query, answer, error);

  if (answer->error == NULL)
    return done;
  if (done)
    g_propagate_error (error, answer->error);
  else
    g_error_free (answer->error);
  return FALSE;
}

typedef struct {
  const NegEntryQuery *query;
  char **words; /* folded */
  Answer *answer;
} Listing;

static gboolean
list (NegDatabase *database, gpointer data, GError **error)
{
  const Listing *listing = data;
  Hits hits = { .database = database };
  gboolean done;

  listing->answer->row = neg_database_prepare (database, NEG_ENTRY_SELECT "WHERE doc = ?1", error);
  done = listing->answer->row != NULL && find_hits (&hits, listing->query, listing->words, error)
         && list_hits (&hits, listing->query, listing->answer, error)
         && neg_cache_mark_pinned (database, listing->answer->entries, error);
  if (listing->answer->row != NULL)
    neg_statement_reset (listing->answer->row);
  g_free (hits.bits);
  return done;
}

GPtrArray *
neg_entries_list (NegDatabase *database, const NegEntryQuery *query, guint first, guint n, GError **error)
{
  g_auto (GStrv) words = _neg_entry_dup_words ((const char *const *) query->words);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_entry_free);
  Answer answer = { .database = database,
                    .words = are_sure (words) ? NULL : words,
                    .skip = first,
                    .want = first < NEG_ENTRIES_REACH ? MIN (n, NEG_ENTRIES_REACH - first) : 0,
                    .entries = entries };
  Listing listing = { .query = query, .words = words, .answer = &answer };

  g_return_val_if_fail (query->order < NEG_COLUMN_N, NULL);
  if (answer.want > 0 && !neg_database_read (database, list, &listing, error))
    return NULL;
  return g_steal_pointer (&entries);
}

/* --- counting --- */

static gboolean
count_all (NegDatabase *database, guint *count, GError **error)
{
  NegEntryCounts counts;

  if (!neg_entries_get_counts (database, &counts, error))
    return FALSE;
  *count = counts.n_all;
  return TRUE;
}

/* Bits also stand for docs that are gone, and, where words are not sure, for docs without them: only rows are counted. */
static gboolean
count_rows (const Hits *hits, char **words, guint limit, guint *count, GError **error)
{
  *count = 0;
  for (gsize i = 0; i < hits->n_bits / 64; i++)
    for (guint64 word = hits->bits[i]; word != 0 && *count < limit; word &= word - 1) {
      gboolean has;

      if (!_neg_postings_check (hits->database, (gint64) (i * 64) + __builtin_ctzll (word), words, &has, error))
        return FALSE;
      *count += has;
    }
  return TRUE;
}

static gboolean
count_visit (guint32 doc, gpointer user_data)
{
  guint *left = user_data;

  return --*left > 0;
}

/* Every doc of an order is there, so they are counted without reading a row. */
static gboolean
count_docs (const Hits *hits, guint limit, guint *count, GError **error)
{
  guint left = limit;

  if (!_neg_pages_walk (hits->database, NEG_COLUMN_STATUS, FALSE, hits->bits, hits->n_bits, count_visit, &left, error))
    return FALSE;
  *count = limit - left;
  return TRUE;
}

typedef struct {
  const NegEntryQuery *query;
  char **words; /* folded */
  guint limit, count;
} Counting;

static gboolean
count (NegDatabase *database, gpointer data, GError **error)
{
  Counting *counting = data;
  Hits hits = { .database = database };
  gboolean done = find_hits (&hits, counting->query, counting->words, error);

  if (done && counting->limit == 0)
    counting->count = 0;
  else if (done && hits.bits == NULL)
    done = count_all (database, &counting->count, error);
  else if (done && are_sure (counting->words))
    done = count_docs (&hits, counting->limit, &counting->count, error);
  else if (done)
    done = count_rows (&hits, counting->words, counting->limit, &counting->count, error);
  g_free (hits.bits);
  return done;
}

gboolean
neg_entries_count (NegDatabase *database, const NegEntryQuery *query, guint limit, guint *n, GError **error)
{
  g_auto (GStrv) words = _neg_entry_dup_words ((const char *const *) query->words);
  Counting counting = { .query = query, .words = words, .limit = limit };
  gboolean done = neg_database_read (database, count, &counting, error);

  *n = MIN (counting.count, limit);
  return done;
}
