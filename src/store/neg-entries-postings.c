/* Which docs have a piece of text (neg-entries-text.c), packed by blocks of docs: a block never changes, for a doc's
 * texts do not. The newest docs are in no block yet and are looked at one by one; some hundreds make a small block, and
 * many small ones a large one. Docs that are gone stay in their block: no order has them. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"

#define SMALL 512u
#define LARGE 16384u
#define WORDS (LARGE / 64)
#define HASH_BITS 44
#define BLOCK_BITS 14
#define MAX_DOCS (LARGE << BLOCK_BITS) /* block number and hash are one positive number */

/* Docs of a block with a piece: their offsets, two bytes each, or with so many of them a bit for each offset. */
#define BITMAP_BYTES (LARGE / 8)

typedef struct {
  guint32 first_doc, n_docs;
} Block;

static gint64
small_id (guint32 first_doc, gint64 piece)
{
  return (gint64) (first_doc / SMALL) << HASH_BITS | piece;
}

static gint64
large_id (guint32 first_doc, gint64 piece)
{
  return piece << BLOCK_BITS | first_doc / LARGE;
}

/* --- packing --- */

static void
add_row_pieces (NegStatement *row, int first_column, GHashTable *pieces)
{
  g_auto (GStrv) modalities = NULL;

  for (int i = 0; i < NEG_ENTRY_TEXT_N_SEARCHED; i++)
    _neg_entry_text_get_pieces (i, neg_statement_get_text (row, first_column + i), pieces);
  modalities = g_strsplit (neg_statement_get_text (row, first_column + NEG_ENTRY_TEXT_MODALITY), "\\", -1);
  for (char **p = modalities; *p != NULL; p++) {
    gint64 piece = _neg_entry_modality_get_piece (*p);

    g_hash_table_add (pieces, g_memdup2 (&piece, sizeof piece));
  }
}

static void
note_pieces (GHashTable *postings, GHashTable *pieces, guint16 offset)
{
  GHashTableIter iter;
  gpointer piece;

  g_hash_table_iter_init (&iter, pieces);
  while (g_hash_table_iter_next (&iter, &piece, NULL)) {
    GArray *docs = g_hash_table_lookup (postings, piece);

    if (docs == NULL) {
      docs = g_array_new (FALSE, FALSE, sizeof (guint16));
      g_hash_table_insert (postings, g_memdup2 (piece, sizeof (gint64)), docs);
    }
    g_array_append_val (docs, offset);
  }
}

#define SELECT_TEXTS "SELECT doc, k_patient, k_id, k_accession, k_description, k_modality FROM entry "

static gboolean
collect (NegDatabase *database, const Block *block, GHashTable *postings, GError **error)
{
  g_autoptr (GHashTable) pieces = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  NegStatement *statement = neg_database_prepare (database, SELECT_TEXTS "WHERE doc >= ?1 AND doc < ?2", error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, block->first_doc);
  neg_statement_bind_int (statement, 2, (gint64) block->first_doc + block->n_docs);
  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row)
      return TRUE;
    g_hash_table_remove_all (pieces);
    add_row_pieces (statement, 1, pieces);
    note_pieces (postings, pieces, (guint16) (neg_statement_get_int (statement, 0) - block->first_doc));
  }
  return FALSE;
}

static gint
compare_pieces (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

static void
bind_docs (NegStatement *statement, const GArray *docs)
{
  guint64 bits[WORDS] = { 0 };

  if (docs->len * sizeof (guint16) < BITMAP_BYTES) {
    neg_statement_bind_blob (statement, 2, docs->data, docs->len * sizeof (guint16));
    return;
  }
  for (guint i = 0; i < docs->len; i++)
    _neg_bit_set (bits, g_array_index (docs, guint16, i));
  neg_statement_bind_blob (statement, 2, bits, sizeof bits);
}

static gboolean
write_postings (NegDatabase *database, const Block *block, GHashTable *postings, GError **error)
{
  g_autoptr (GList) pieces = g_list_sort (g_hash_table_get_keys (postings), compare_pieces);
  gint64 (*get_id) (guint32, gint64) = block->n_docs == LARGE ? large_id : small_id;
  NegStatement *statement
      = neg_database_prepare (database,
                              block->n_docs == LARGE ? "INSERT INTO entry_posting_large (id, docs) VALUES (?1, ?2)"
                                                     : "INSERT INTO entry_posting_small (id, docs) VALUES (?1, ?2)",
                              error);

  /* In the order of the table. */
  for (GList *link = pieces; statement != NULL && link != NULL; link = link->next) {
    neg_statement_bind_int (statement, 1, get_id (block->first_doc, *(const gint64 *) link->data));
    bind_docs (statement, g_hash_table_lookup (postings, link->data));
    if (!neg_statement_run (statement, error))
      return FALSE;
  }
  return statement != NULL;
}

static gboolean
run_for_range (NegDatabase *database, const char *sql, gint64 from, gint64 to, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, from);
  neg_statement_bind_int (statement, 2, to);
  return neg_statement_run (statement, error);
}

static gboolean
pack (NegDatabase *database, const Block *block, GError **error)
{
  g_autoptr (GHashTable) postings
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);
  gint64 end = (gint64) block->first_doc + block->n_docs;

  return collect (database, block, postings, error)
         && run_for_range (database, "DELETE FROM entry_posting_small WHERE id >= ?1 AND id < ?2",
                           small_id (block->first_doc, 0), small_id ((guint32) end, 0), error)
         && run_for_range (database, "DELETE FROM entry_block WHERE first_doc >= ?1 AND first_doc < ?2",
                           block->first_doc, end, error)
         && write_postings (database, block, postings, error)
         && run_for_range (database, "INSERT INTO entry_block (first_doc, n_docs) VALUES (?1, ?2)", block->first_doc,
                           block->n_docs, error);
}

gboolean
_neg_postings_note (NegDatabase *database, gint64 doc, GError **error)
{
  Block block;

  if (doc + 1 >= MAX_DOCS)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "entry", "The reading list has had too many entries");
  if ((doc + 1) % SMALL != 0)
    return TRUE;
  block.n_docs = (doc + 1) % LARGE == 0 ? LARGE : SMALL;
  block.first_doc = (guint32) (doc + 1) - block.n_docs;
  return pack (database, &block, error);
}

gboolean
_neg_postings_build (NegDatabase *database, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "SELECT next_doc FROM entry_number", error);
  gboolean has_row;
  gint64 next;

  if (statement == NULL || !neg_statement_step (statement, &has_row, error))
    return FALSE;
  next = has_row ? neg_statement_get_int (statement, 0) : 0;
  neg_statement_reset (statement);
  for (gint64 doc = 0; doc < next;) {
    Block block = { .first_doc = (guint32) doc, .n_docs = doc + LARGE <= next ? LARGE : SMALL };

    if (doc + block.n_docs > next)
      break;
    if (!pack (database, &block, error))
      return FALSE;
    doc += block.n_docs;
  }
  return TRUE;
}

/* --- searching --- */

typedef struct {
  NegDatabase *database;
  GPtrArray *wanted;  /* by word: GPtrArray of GArray of pieces: all pieces of one of them */
  GArray *modalities; /* pieces: any of them; nullable */
  char **words, **modality_names;
  NegStatement *posting, *large; /* by id, by a piece's ids */
  GArray *small; /* of Block */
  guint64 *bits;
  guint64 *found, *left, *piece; /* as many, for a moment */
  gsize n_bits;
} Search;

/* SQLite's bytes are not aligned. */
static void
add_bitmap (guint64 *bits, gsize n_words, const guint8 *bytes)
{
  for (gsize i = 0; i < n_words; i++) {
    guint64 word;

    memcpy (&word, bytes + i * sizeof word, sizeof word);
    bits[i] |= word;
  }
}

static void
add_offsets (guint64 *bits, gsize n_words, const guint8 *bytes, gsize n_bytes)
{
  for (gsize i = 0; i + sizeof (guint16) <= n_bytes; i += sizeof (guint16)) {
    guint16 offset;

    memcpy (&offset, bytes + i, sizeof offset);
    if (offset / 64 < n_words)
      _neg_bit_set (bits, offset);
  }
}

static void
add_docs (Search *search, guint64 *bits, gsize first_doc, NegStatement *statement, int column)
{
  gsize n_bytes, n_words;
  gconstpointer docs = neg_statement_get_blob (statement, column, &n_bytes);

  if (first_doc >= search->n_bits || docs == NULL)
    return;
  n_words = MIN (WORDS, (search->n_bits - first_doc) / 64);
  if (n_bytes == BITMAP_BYTES)
    add_bitmap (bits + first_doc / 64, n_words, docs);
  else if (n_bytes < BITMAP_BYTES)
    add_offsets (bits + first_doc / 64, n_words, docs, n_bytes);
}

/* Sets the bits of the docs that have the piece, as far as they are in blocks. */
static gboolean
add_large (Search *search, gint64 piece, guint64 *bits, GError **error)
{
  NegStatement *statement = search->large;
  gboolean has_row;

  neg_statement_reset (statement);
  neg_statement_bind_int (statement, 1, large_id (0, piece));
  neg_statement_bind_int (statement, 2, large_id (0, piece + 1));
  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row)
      return TRUE;
    add_docs (search, bits, (gsize) (neg_statement_get_int (statement, 0) & ((1 << BLOCK_BITS) - 1)) * LARGE, statement,
              1);
  }
  return FALSE;
}

static gboolean
add_small (Search *search, gint64 piece, guint64 *bits, GError **error)
{
  for (guint i = 0; i < search->small->len; i++) {
    guint32 first_doc = g_array_index (search->small, Block, i).first_doc;
    gboolean has_row;

    neg_statement_reset (search->posting);
    neg_statement_bind_int (search->posting, 1, small_id (first_doc, piece));
    if (!neg_statement_step (search->posting, &has_row, error))
      return FALSE;
    if (has_row)
      add_docs (search, bits, first_doc, search->posting, 0);
  }
  neg_statement_reset (search->posting);
  return TRUE;
}

static gboolean
add_piece (Search *search, gint64 piece, guint64 *bits, GError **error)
{
  return add_large (search, piece, bits, error) && add_small (search, piece, bits, error);
}

/* TRUE when a bit is left. */
static gboolean
keep_bits (Search *search, guint64 *bits, const guint64 *others)
{
  guint64 any = 0;

  for (gsize i = 0; i < search->n_bits / 64; i++)
    any |= bits[i] &= others[i];
  return any != 0;
}

static void
clear (Search *search, guint64 *bits)
{
  memset (bits, 0, search->n_bits / 8);
}

/* Docs that have the word in one place or another: all its pieces are there. */
static gboolean
keep_word (Search *search, const GPtrArray *places, gboolean *any, GError **error)
{
  clear (search, search->found);
  for (guint i = 0; i < places->len; i++) {
    const GArray *pieces = g_ptr_array_index (places, i);
    gboolean some = TRUE;

    memcpy (search->left, search->bits, search->n_bits / 8);
    for (guint j = 0; some && j < pieces->len; j++) {
      clear (search, search->piece);
      if (!add_piece (search, g_array_index (pieces, gint64, j), search->piece, error))
        return FALSE;
      some = keep_bits (search, search->left, search->piece);
    }
    for (gsize j = 0; some && j < search->n_bits / 64; j++)
      search->found[j] |= search->left[j];
  }
  *any = keep_bits (search, search->bits, search->found);
  return TRUE;
}

static gboolean
keep_pieces (Search *search, GError **error)
{
  gboolean any = TRUE;

  for (guint i = 0; any && i < search->wanted->len; i++)
    if (!keep_word (search, g_ptr_array_index (search->wanted, i), &any, error))
      return FALSE;
  if (!any || search->modalities == NULL)
    return TRUE;
  clear (search, search->found);
  for (guint i = 0; i < search->modalities->len; i++)
    if (!add_piece (search, g_array_index (search->modalities, gint64, i), search->found, error))
      return FALSE;
  keep_bits (search, search->bits, search->found);
  return TRUE;
}

gboolean
_neg_entry_texts_have (const char *const *texts, char **words)
{
  for (; words != NULL && *words != NULL; words++) {
    gboolean has = FALSE;

    for (guint i = 0; !has && i < NEG_ENTRY_TEXT_N_SEARCHED; i++)
      has = _neg_entry_text_has (texts[i], *words);
    if (!has)
      return FALSE;
  }
  return TRUE;
}

gboolean
_neg_postings_check (NegDatabase *database, gint64 doc, char **words, gboolean *has, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, SELECT_TEXTS "WHERE doc = ?1", error);
  const char *texts[NEG_ENTRY_TEXT_N_SEARCHED];
  gboolean has_row;

  *has = FALSE;
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, doc);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  for (int i = 0; i < NEG_ENTRY_TEXT_N_SEARCHED; i++)
    texts[i] = neg_statement_get_text (statement, i + 1);
  *has = _neg_entry_texts_have (texts, words);
  neg_statement_reset (statement);
  return TRUE;
}

static gboolean
row_matches (Search *search, NegStatement *row)
{
  const char *texts[NEG_ENTRY_TEXT_N_SEARCHED];
  g_auto (GStrv) modalities = NULL;

  for (int i = 0; i < NEG_ENTRY_TEXT_N_SEARCHED; i++)
    texts[i] = neg_statement_get_text (row, i + 1);
  if (!_neg_entry_texts_have (texts, search->words))
    return FALSE;
  if (search->modality_names == NULL)
    return TRUE;
  modalities = g_strsplit (neg_statement_get_text (row, 1 + NEG_ENTRY_TEXT_MODALITY), "\\", -1);
  for (char **p = search->modality_names; *p != NULL; p++)
    if (g_strv_contains ((const char *const *) modalities, *p))
      return TRUE;
  return FALSE;
}

/* Docs from @first on, which are in no block: @old has their bits. */
static gboolean
keep_in_rest (Search *search, gsize first, const guint64 *old, GError **error)
{
  NegStatement *statement = neg_database_prepare (search->database, SELECT_TEXTS "WHERE doc >= ?1", error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, (gint64) first);
  while (neg_statement_step (statement, &has_row, error)) {
    guint64 doc = has_row ? (guint64) neg_statement_get_int (statement, 0) : 0;

    if (!has_row)
      return TRUE;
    if (doc < search->n_bits && _neg_bit_get (old, (guint32) (doc - first)) && row_matches (search, statement))
      _neg_bit_set (search->bits, (guint32) doc);
  }
  return FALSE;
}

/* The small ones, and where the blocks end. */
static gboolean
load_blocks (NegDatabase *database, GArray *small, gsize *end, GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database, "SELECT first_doc, n_docs FROM entry_block ORDER BY first_doc", error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  while (neg_statement_step (statement, &has_row, error)) {
    Block block;
    gint64 first, n;

    if (!has_row)
      return TRUE;
    first = neg_statement_get_int (statement, 0);
    n = neg_statement_get_int (statement, 1);
    if (first < 0 || first >= MAX_DOCS || first % SMALL != 0 || (n != SMALL && n != LARGE)) {
      neg_statement_reset (statement);
      return neg_fail (error, NEG_ERROR_UNREADABLE, "entry_block", "The search of the reading list is damaged");
    }
    block = (Block){ .first_doc = (guint32) first, .n_docs = (guint32) n };
    if (n == SMALL)
      g_array_append_val (small, block);
    *end = (gsize) (first + n);
  }
  return FALSE;
}

static gboolean
search_all (Search *search, GError **error)
{
  g_autoptr (GArray) small = g_array_new (FALSE, FALSE, sizeof (Block));
  g_autofree guint64 *scratch = g_try_malloc0 (4 * (search->n_bits / 8) + sizeof (guint64));
  gsize n_words = search->n_bits / 64, end = 0;
  guint64 *old = scratch;

  if (scratch == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, "entry", "There is not enough memory to search the reading list");
  search->small = small;
  search->found = scratch + n_words;
  search->left = scratch + 2 * n_words;
  search->piece = scratch + 3 * n_words;
  search->posting = neg_database_prepare (search->database, "SELECT docs FROM entry_posting_small WHERE id = ?1", error);
  search->large = neg_database_prepare (search->database,
                                        "SELECT id, docs FROM entry_posting_large WHERE id >= ?1 AND id < ?2", error);
  if (search->posting == NULL || search->large == NULL || !load_blocks (search->database, small, &end, error))
    return FALSE;
  if (end < search->n_bits)
    memcpy (old, search->bits + end / 64, (search->n_bits - end) / 8);
  return keep_pieces (search, error) && (end >= search->n_bits || keep_in_rest (search, end, old, error));
}

static GPtrArray *
list_places (const char *word)
{
  GPtrArray *places = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);

  for (guint place = 0;; place++) {
    g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (gint64));

    if (!_neg_entry_word_get_pieces (word, place, pieces))
      return places;
    g_ptr_array_add (places, g_steal_pointer (&pieces));
  }
}

gboolean
_neg_postings_keep (NegDatabase *database, char **words, char **modalities, guint64 *bits, gsize n_bits, GError **error)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GArray) any = modalities != NULL ? g_array_new (FALSE, FALSE, sizeof (gint64)) : NULL;
  Search search = { .database = database,
                    .wanted = wanted,
                    .modalities = any,
                    .words = words,
                    .modality_names = modalities,
                    .bits = bits,
                    .n_bits = n_bits };

  for (; words != NULL && *words != NULL; words++)
    g_ptr_array_add (wanted, list_places (*words));
  for (; modalities != NULL && *modalities != NULL; modalities++) {
    gint64 piece = _neg_entry_modality_get_piece (*modalities);

    g_array_append_val (any, piece);
  }
  return (wanted->len == 0 && any == NULL) || search_all (&search, error);
}
