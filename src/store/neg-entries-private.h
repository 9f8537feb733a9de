/* What the files of the reading list share: rows with their keys, the pages of each column's order, what searches find
 * texts by. See the section in DESIGN.md. */
#pragma once

#include "store/neg-entries.h"

G_BEGIN_DECLS

/* Folded texts that a row is sorted or found by. */
typedef enum {
  NEG_ENTRY_TEXT_PATIENT,
  NEG_ENTRY_TEXT_ID,
  NEG_ENTRY_TEXT_ACCESSION,
  NEG_ENTRY_TEXT_DESCRIPTION,
  NEG_ENTRY_TEXT_N_SEARCHED,
  NEG_ENTRY_TEXT_MODALITY = NEG_ENTRY_TEXT_N_SEARCHED,
  NEG_ENTRY_TEXT_BODY_PART,
  NEG_ENTRY_TEXT_LOCATION,
  NEG_ENTRY_TEXT_REFERRER,
  NEG_ENTRY_TEXT_N,
} NegEntryText;

/* An entry as it is stored. */
typedef struct {
  NegEntry *entry;
  gint64 doc; /* -1: not stored yet */
  char *name_key;
  char *texts[NEG_ENTRY_TEXT_N];
} NegEntryRow;

NegEntryRow *_neg_entry_row_new (void);
NegEntryRow *_neg_entry_row_copy (const NegEntryRow *row);
void _neg_entry_row_free (NegEntryRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegEntryRow, _neg_entry_row_free)

/* Every column of a row, in the order in which rows are read and written; then "FROM entry " */
#define NEG_ENTRY_COLUMNS                                                                                              \
  "doc, id, study_uid, study_rowid, patient_name, patient_id, issuer, name_key, birth_date, sex, accession, "          \
  "accession_issuer, modalities, description, body_part, location, referrer, study_date, study_time, peers, time_us, " \
  "arrived_us, is_conflict, urgency, status, claimed_by, claimed_at, claimed_us, n_here, n_there, n_series_here, "     \
  "n_priors, n_priors_here, k_patient, k_id, k_accession, k_description, k_modality, k_body_part, k_location, "        \
  "k_referrer"
#define NEG_ENTRY_SELECT "SELECT " NEG_ENTRY_COLUMNS " FROM entry "

/* At a row of NEG_ENTRY_SELECT. */
NegEntryRow *_neg_entry_row_read (NegStatement *statement);
NegEntry *_neg_entry_read (NegStatement *statement);
gboolean _neg_entry_has (NegStatement *statement, char **words); /* all of them, in its texts */
NegEntryRow *_neg_entry_row_find (NegDatabase *database, gint64 id, GError **error); /* NOT_FOUND */

gboolean _neg_entry_take_id (NegDatabase *database, gint64 *id, GError **error);

/* Makes the stored row that is @old (nullable: none) into @row (nullable: none), with its place in every order. Gives
 * @row its doc, and its id if it has none. */
gboolean _neg_entry_row_store (NegDatabase *database, const NegEntryRow *old, NegEntryRow *row, GError **error);

typedef enum { NEG_SOURCE_PEER, NEG_SOURCE_WORKLIST, NEG_SOURCE_ORDER } NegSourceKind; /* entry_source.kind */

typedef enum {
  NEG_COMPOSE_QUIETLY = 1 << 0, /* the caller counts the patient's priors */
  NEG_COMPOSE_PARK = 1 << 1,    /* when it goes: what persons said of it is kept, for it may come again */
} NegComposeFlags;

/* Entry @id as all that is said of it, anew. */
gboolean _neg_entry_recompose (NegDatabase *database, gint64 id, GError **error);
gboolean _neg_entry_compose (NegDatabase *database, gint64 id, NegComposeFlags flags, GError **error);
/* Reports and orders of an entry that is being composed: they are its own from now on, and a report closes it. */
gboolean _neg_entry_settle_orders (NegDatabase *database, const NegEntryRow *old, NegEntryRow *row, gboolean exists,
                                   guint n_orders, NegComposeFlags flags, GError **error);

/* Which entry something belongs to; *row is NULL when there is none. The patient is who is said: links are followed. */
typedef struct {
  const char *study_uid, *accession, *accession_issuer, *issuer, *patient_id, *name_key;
} NegEntryIdentity;

gboolean _neg_entry_find_for_study (NegDatabase *database, const NegEntryIdentity *who, NegEntryRow **row,
                                    GError **error);
gboolean _neg_entry_find_for_step (NegDatabase *database, const NegEntryIdentity *who, NegEntryRow **row,
                                   GError **error);
/* The number that an entry of a canceled order had; 0: there is none. */
gboolean _neg_entry_find_over (NegDatabase *database, const NegEntryIdentity *who, gint64 *id, GError **error);

/* Source @id where it belongs by its numbers and its patient, and the entries that it leaves and comes to anew. */
gboolean _neg_source_place (NegDatabase *database, gint64 id, NegComposeFlags flags, GError **error);

/* UTC of a date and a time as DICOM writes them (PS3.5 6.2), in the zone that (0008,0201) says ("" : the site's); 0 when
 * there is none. */
gint64 _neg_entry_parse_time_us (const char *date, const char *time, const char *zone);

GTimeZone *_neg_entries_dup_zone (void); /* the site's */

/* The entry is new, has gone, or has another time, patient or other images: what its patient's and its UID's other
 * entries say of it. @row is nullable. @quietly: not of its patient's. */
gboolean _neg_entry_tell_others (NegDatabase *database, const NegEntryRow *old, const NegEntryRow *row,
                                 gboolean quietly, GError **error);
gboolean _neg_entry_count_priors (NegDatabase *database, const char *issuer, const char *patient_id,
                                  const char *name_key, GError **error);

/* --- the place of an entry in a column's order --- */

typedef struct {
  gboolean is_text;
  gint64 number;
  const char *text; /* borrowed */
  gint64 age; /* -time_us: newest first */
  gint64 id;
} NegEntryKey;

void _neg_entry_row_get_key (const NegEntryRow *row, NegEntryColumn column, NegEntryKey *key);
int _neg_entry_key_compare (const NegEntryKey *a, const NegEntryKey *b);
gboolean _neg_entry_key_has_same_value (const NegEntryKey *a, const NegEntryKey *b);

/* The stored key of @doc; its text is of the statement, for a moment. NOT_FOUND when there is no such doc. */
gboolean _neg_entry_key_load (NegDatabase *database, NegEntryColumn column, gint64 doc, NegEntryKey *key,
                              GError **error);
/* The SQL expression of a column's key. */
const char *_neg_entry_column_get_sql (NegEntryColumn column);

/* --- pages: neg-entries-pages.c. The docs of a page are compared by their stored rows. --- */

#define NEG_ENTRY_PAGE_MAX 960u /* docs: with its keys a page is one of SQLite's */
#define NEG_ENTRY_PAGE_SAME 0x80000000u /* of a doc whose value is that of the one before it in the page */
#define NEG_ENTRY_PAGE_DOC(x) ((x) & ~NEG_ENTRY_PAGE_SAME)

gboolean _neg_pages_insert (NegDatabase *database, NegEntryColumn column, const NegEntryKey *key, gint64 doc,
                            GError **error);
gboolean _neg_pages_remove (NegDatabase *database, NegEntryColumn column, const NegEntryKey *key, gint64 doc,
                            GError **error);
/* All of a column anew. */
gboolean _neg_pages_build (NegDatabase *database, NegEntryColumn column, GError **error);

/* FALSE: enough. */
typedef gboolean (*NegPagesVisit) (guint32 doc, gpointer user_data);

/* Every doc whose bit is set in @hits (NULL: every one), in the column's order; among equals newest first either way.
 * Behind the @n_bits there is one word that is 0. */
gboolean _neg_pages_walk (NegDatabase *database, NegEntryColumn column, gboolean descending, const guint64 *hits,
                          gsize n_bits, NegPagesVisit visit, gpointer user_data, GError **error);

/* Sets the bits of docs whose key (a number) is in [@from, @to). The word behind the @n_bits says nothing. */
gboolean _neg_pages_set_range (NegDatabase *database, NegEntryColumn column, gint64 from, gint64 to, guint64 *bits,
                               gsize n_bits, GError **error);

/* --- kept in memory for the next search: neg-entries-kept.c --- */

/* Where each doc is in an order, in one direction; G_MAXUINT32: it is gone. */
typedef struct {
  guint32 *by_doc;
  guint n_docs;
} NegEntryPlaces;

/* What of a query is answered by orders. */
typedef struct {
  gint64 from_us, to_us;
  guint status_mask, urgency_mask;
  gboolean here_only;
} NegEntryConditions;

#define NEG_ENTRY_CONDITION_COLUMNS 4

void _neg_kept_enable (NegDatabase *database);
/* Call with each change of an order. */
gboolean _neg_kept_note_change (NegDatabase *database, NegEntryColumn column, GError **error);
/* NULL: not kept as it is now. Borrowed until something else is kept. */
gboolean _neg_kept_get_places (NegDatabase *database, NegEntryColumn column, gboolean descending,
                               const NegEntryPlaces **places, GError **error);
/* The first @n_max of the docs with a bit whose place is at least @floor: place << 32 | doc, in order. How many there
 * are. */
guint _neg_places_find_first (const NegEntryPlaces *places, const guint64 *bits, gsize n_bits, guint32 floor,
                              guint64 *first, guint n_max);
gboolean _neg_kept_get_bits (NegDatabase *database, const NegEntryConditions *conditions, guint64 *bits, gsize n_bits,
                             gboolean *are_there, GError **error);
gboolean _neg_kept_set_bits (NegDatabase *database, const NegEntryConditions *conditions, const guint64 *bits,
                             gsize n_bits, GError **error);

/* --- text: neg-entries-text.c --- */

/* Lower case, without marks, composed. Given. */
char *_neg_entry_fold (const char *text);
/* The words of what a person typed, folded; given. */
char **_neg_entry_dup_words (const char *const *typed);
/* Whether a folded text has the word: at the beginning of one, or, with three letters and no digit, anywhere. */
gboolean _neg_entry_text_has (const char *text, const char *word);

/* Pieces are hashes of 44 bits: that of another piece is a false hit, which the row's text then shows. */
void _neg_entry_text_get_pieces (NegEntryText which, const char *text, GHashTable *pieces); /* a set of gint64* */
/* Of gint64: a hit has all of them, for @place 0 or a higher one; FALSE when there is no such place. */
gboolean _neg_entry_word_get_pieces (const char *word, guint place, GArray *pieces);
gboolean _neg_entry_word_is_sure (const char *word); /* all its pieces: it is there */
gint64 _neg_entry_modality_get_piece (const char *modality);

/* --- postings: neg-entries-postings.c --- */

/* Call when the row of @doc, the newest, is stored: packs a block when it is full. */
gboolean _neg_postings_note (NegDatabase *database, gint64 doc, GError **error);
gboolean _neg_postings_build (NegDatabase *database, GError **error);

/* Clears the bits of docs that do not have all @words (nullable) and one of the @modalities (nullable). Bits may stay
 * set where they should not, unless every word is sure. */
gboolean _neg_postings_keep (NegDatabase *database, char **words, char **modalities, guint64 *bits, gsize n_bits,
                             GError **error);

/* Whether all the words are in the texts, of which there are NEG_ENTRY_TEXT_N_SEARCHED. */
gboolean _neg_entry_texts_have (const char *const *texts, char **words);
/* Whether the row of @doc is there and has all the words. */
gboolean _neg_postings_check (NegDatabase *database, gint64 doc, char **words, gboolean *has, GError **error);

static inline gboolean
_neg_bit_get (const guint64 *bits, guint32 n)
{
  return bits[n / 64] >> (n % 64) & 1;
}

static inline void
_neg_bit_set (guint64 *bits, guint32 n)
{
  bits[n / 64] |= G_GUINT64_CONSTANT (1) << (n % 64);
}

G_END_DECLS
