/* What a text is found by: its pieces. A word without digits is found by any three letters in it; a beginning of one
 * or two characters by itself; words with digits by what stands at 0, 3, 6 and 9 characters from where a word begins,
 * which are pieces of that place alone: digits are too much alike to be mixed. In scripts without spaces a word begins at
 * every character; in "P0004711" also at 0004711 and at 4711. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#define GROUP 3       /* characters in a piece */
#define REACH 12      /* of a word with digits, further characters are seen in the row's text only */
#define HASH_BITS 44
#define WIDE 0x2E80   /* from here on scripts without spaces between words */

typedef enum {
  PIECE_BEGIN = 1,
  PIECE_INSIDE,
  PIECE_MODALITY,
  PIECE_PLACE = 16, /* + place of the word * GROUPS + that of the group in it */
} PieceKind;

#define GROUPS (REACH / GROUP)
#define BEGINS 3u /* in one ID that are told apart */

char *
_neg_entry_fold (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_autofree char *parts = g_utf8_normalize (valid, -1, G_NORMALIZE_NFKD);
  g_autofree char *folded = g_utf8_casefold (parts != NULL ? parts : valid, -1);
  g_autoptr (GString) plain = g_string_sized_new (strlen (folded));
  char *composed;

  for (const char *p = folded; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (g_unichar_type (c) != G_UNICODE_NON_SPACING_MARK)
      g_string_append_unichar (plain, c);
  }
  composed = g_utf8_normalize (plain->str, -1, G_NORMALIZE_NFC);
  return composed != NULL ? composed : g_strdup (plain->str);
}

char **
_neg_entry_dup_words (const char *const *typed)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (; typed != NULL && *typed != NULL; typed++) {
    g_autofree char *folded = _neg_entry_fold (*typed);
    const char *start = NULL, *p;

    for (p = folded; *p != '\0'; p = g_utf8_next_char (p)) {
      gboolean is_part = g_unichar_isalnum (g_utf8_get_char (p));

      if (is_part && start == NULL)
        start = p;
      if (!is_part && start != NULL) {
        g_autofree char *word = g_strndup (start, (gsize) (p - start));

        g_strv_builder_add (words, word);
        start = NULL;
      }
    }
    if (start != NULL)
      g_strv_builder_add (words, start);
  }
  return g_strv_builder_end (words);
}

static gboolean
is_begin (const gunichar *text, glong i)
{
  glong zeros = i;

  if (i == 0 || text[i] >= WIDE || !g_unichar_isalnum (text[i - 1]))
    return TRUE;
  if (!g_unichar_isdigit (text[i]))
    return FALSE;
  while (text[i] != '0' && zeros > 0 && text[zeros - 1] == '0')
    zeros--;
  return zeros == 0 || !g_unichar_isdigit (text[zeros - 1]);
}

static gboolean
has_digit (const gunichar *text, glong n)
{
  for (glong i = 0; i < n; i++)
    if (g_unichar_isdigit (text[i]))
      return TRUE;
  return FALSE;
}

/* Found by its letters wherever they are. */
static gboolean
is_found_inside (const char *word)
{
  glong n = 0;

  for (const char *p = word; *p != '\0'; p = g_utf8_next_char (p), n++)
    if (g_unichar_isdigit (g_utf8_get_char (p)))
      return FALSE;
  return n >= GROUP;
}

gboolean
_neg_entry_text_has (const char *text, const char *word)
{
  glong n_word, n_text;
  g_autofree gunichar *wanted = NULL, *characters = NULL;

  if (strstr (text, word) == NULL)
    return FALSE;
  if (is_found_inside (word))
    return TRUE;
  wanted = g_utf8_to_ucs4_fast (word, -1, &n_word);
  characters = g_utf8_to_ucs4_fast (text, -1, &n_text);
  for (glong i = 0; i + n_word <= n_text; i++)
    if (memcmp (characters + i, wanted, (gsize) n_word * sizeof *wanted) == 0 && is_begin (characters, i))
      return TRUE;
  return FALSE;
}

/* FNV-1a. */
static gint64
hash (guint kind, const gunichar *characters, glong n)
{
  guint64 value = G_GUINT64_CONSTANT (0xcbf29ce484222325) ^ kind;

  value *= G_GUINT64_CONSTANT (0x100000001b3);
  for (glong i = 0; i < n; i++)
    for (guint shift = 0; shift < 24; shift += 8) {
      value ^= characters[i] >> shift & 0xff;
      value *= G_GUINT64_CONSTANT (0x100000001b3);
    }
  return (gint64) ((value ^ value >> HASH_BITS) & ((G_GUINT64_CONSTANT (1) << HASH_BITS) - 1));
}

static void
add_piece (GHashTable *pieces, gint64 piece)
{
  if (!g_hash_table_contains (pieces, &piece))
    g_hash_table_add (pieces, g_memdup2 (&piece, sizeof piece));
}

/* Where the beginning number @n_before of a text's is; the last place is everywhere else. */
static guint
get_place (NegEntryText text, guint n_before)
{
  if (text == NEG_ENTRY_TEXT_ID)
    return MIN (n_before, BEGINS - 1);
  if (text == NEG_ENTRY_TEXT_ACCESSION)
    return BEGINS + MIN (n_before, BEGINS - 1);
  return 2 * BEGINS;
}

static gint64
hash_group (guint place, const gunichar *word, glong from, glong n)
{
  return hash (PIECE_PLACE + place * GROUPS + (guint) (from / GROUP), word + from, n);
}

static void
add_beginning (GHashTable *pieces, guint place, const gunichar *word, glong n)
{
  for (glong i = 1; i <= MIN (n, GROUP - 1); i++)
    add_piece (pieces, hash (PIECE_BEGIN, word, i));
  if (!has_digit (word, n))
    return;
  for (glong i = GROUP - 1; i < MIN (n, REACH); i++)
    add_piece (pieces, hash_group (place, word, i / GROUP * GROUP, i % GROUP + 1));
}

static void
add_word (GHashTable *pieces, NegEntryText text, guint *n_begins, const gunichar *characters, glong from, glong to)
{
  for (glong i = from; i < to; i++) {
    if (is_begin (characters, i))
      add_beginning (pieces, get_place (text, (*n_begins)++), characters + i, to - i);
    if (i + GROUP <= to && !has_digit (characters + i, GROUP))
      add_piece (pieces, hash (PIECE_INSIDE, characters + i, GROUP));
  }
}

void
_neg_entry_text_get_pieces (NegEntryText which, const char *text, GHashTable *pieces)
{
  glong n, start = 0;
  g_autofree gunichar *characters = g_utf8_to_ucs4_fast (text, -1, &n);
  guint n_begins = 0;

  for (glong i = 0; i <= n; i++)
    if (i == n || !g_unichar_isalnum (characters[i])) {
      add_word (pieces, which, &n_begins, characters, start, i);
      start = i + 1;
    }
}

gboolean
_neg_entry_word_get_pieces (const char *word, guint place, GArray *pieces)
{
  glong n;
  g_autofree gunichar *characters = g_utf8_to_ucs4_fast (word, -1, &n);
  gboolean is_short = n < GROUP, is_placed = !is_short && has_digit (characters, n);
  gint64 piece;

  if (place >= (is_placed ? 2 * BEGINS + 1 : 1))
    return FALSE;
  if (is_short) {
    piece = hash (PIECE_BEGIN, characters, n);
    g_array_append_val (pieces, piece);
  }
  /* Side by side: those between would rule out little more. */
  for (glong i = 0; !is_short && !is_placed && i < n; i += GROUP) {
    piece = hash (PIECE_INSIDE, characters + MIN (i, n - GROUP), GROUP);
    g_array_append_val (pieces, piece);
  }
  for (glong i = 0; is_placed && i < MIN (n, REACH); i += GROUP) {
    piece = hash_group (place, characters, i, MIN (GROUP, MIN (n, REACH) - i));
    g_array_append_val (pieces, piece);
  }
  return TRUE;
}

gboolean
_neg_entry_word_is_sure (const char *word)
{
  return g_utf8_strlen (word, -1) <= GROUP;
}

gint64
_neg_entry_modality_get_piece (const char *modality)
{
  glong n;
  g_autofree gunichar *characters = g_utf8_to_ucs4_fast (modality, -1, &n);

  return hash (PIECE_MODALITY, characters, n);
}
