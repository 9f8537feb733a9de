#include "config.h"

#include "model/neg-fiction.h"

#include <string.h>
#include <sys/random.h>

#include "model/neg-fiction-private.h"

#define CHARACTERS_MAX 200
#define KEY_BYTES 32
#define SEEN_MAX (1u << 18) /* hashes of what was replaced */
#define CHECKED_MAX 4096
#define WORD_CHARACTERS_MIN 3
#define DIGITS_MIN 5 /* of a number that gives somebody away: fewer are a count or a thickness */
#define SHINGLE 3    /* words of prose in a row that nobody says by chance */

static struct {
  GMutex mutex; /* of all below */
  gboolean has_key;
  guint8 key[KEY_BYTES];
  int shift_days;
  GHashTable *seen;     /* guint64 of what was replaced */
  GHashTable *made;     /* guint64 of kind and invention: it is not invented once more */
  GHashTable *passing;  /* guint64 of kind and text */
  GHashTable *harmless; /* folded words */
  GHashTable *checked;  /* texts that give nobody away, as long as nothing more was seen: most are the same at the next look */
  guint n_seen_then;
} fiction;
static gint is_on; /* atomic */

gboolean
neg_fiction_is_on (void)
{
  return g_atomic_int_get (&is_on);
}

void
neg_fiction_set_on (gboolean on)
{
  g_atomic_int_set (&is_on, on);
}

/* --- cleaning --- */

static char *
dup_clean (const char *text, guint characters_max, gboolean keep_lines)
{
  GString *clean = g_string_new (NULL);
  const char *at = text != NULL && g_utf8_validate (text, -1, NULL) ? text : "";

  for (guint n = 0; *at != '\0' && n < characters_max; n++, at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    GUnicodeType type = g_unichar_type (c);
    /* Bidirectional overrides and separators would let a file rearrange the program's own words. */
    gboolean harmless = (type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_LINE_SEPARATOR
                         && type != G_UNICODE_PARAGRAPH_SEPARATOR)
                        || (keep_lines && (c == '\n' || c == '\t'));

    g_string_append_unichar (clean, harmless ? c : ' ');
  }
  if (*at != '\0')
    g_string_append (clean, "…");
  if (!keep_lines)
    g_strstrip (clean->str);
  return g_string_free (clean, FALSE);
}

char *
neg_text_dup_clean (const char *text)
{
  return dup_clean (text, CHARACTERS_MAX, FALSE);
}

static char *
dup_clean_of_kind (NegTextKind kind, const char *text)
{
  gboolean whole = kind == NEG_TEXT_PROSE || kind == NEG_TEXT_PATH;

  return dup_clean (text, whole ? G_MAXUINT : CHARACTERS_MAX, kind == NEG_TEXT_PROSE);
}

/* --- numbers out of texts; all with the mutex held --- */

static guint64
hash (const char *salt, const char *text)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, fiction.key, KEY_BYTES);
  guint8 digest[32];
  gsize n = sizeof digest;
  guint64 number;

  g_hmac_update (hmac, (const guchar *) salt, strlen (salt) + 1);
  g_hmac_update (hmac, (const guchar *) text, -1);
  g_hmac_get_digest (hmac, digest, &n);
  memcpy (&number, digest, sizeof number);
  return number;
}

static void
add_number (GHashTable *set, guint64 number)
{
  if (g_hash_table_size (set) < SEEN_MAX)
    g_hash_table_add (set, g_memdup2 (&number, sizeof number));
}

static GHashTable *
new_numbers (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

static void
take_key (const guint8 *key, gsize n_bytes)
{
  g_clear_pointer (&fiction.seen, g_hash_table_unref);
  g_clear_pointer (&fiction.made, g_hash_table_unref);
  g_clear_pointer (&fiction.passing, g_hash_table_unref);
  g_clear_pointer (&fiction.checked, g_hash_table_unref);
  memset (fiction.key, 0, KEY_BYTES);
  memcpy (fiction.key, key, MIN (n_bytes, KEY_BYTES));
  fiction.has_key = TRUE;
  fiction.seen = new_numbers ();
  fiction.made = new_numbers ();
  fiction.passing = new_numbers ();
  if (fiction.harmless == NULL)
    fiction.harmless = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  /* Whole weeks, so that nights and weekends stay what they are; into the past, so that nothing is in the future. */
  fiction.shift_days = -7 * (int) (26 + hash ("shift", "") % 131);
}

static void
lock (void)
{
  guint8 key[KEY_BYTES];

  g_mutex_lock (&fiction.mutex);
  if (fiction.has_key)
    return;
  for (guint i = 0; i < KEY_BYTES; i++)
    key[i] = g_random_int () & 0xff;
  /* Where the kernel has nothing better (never seen), GLib's numbers, seeded by it, have to do. */
  if (getrandom (key, sizeof key, GRND_NONBLOCK) < 0)
    key[0] ^= (guint8) g_get_monotonic_time ();
  take_key (key, sizeof key);
}

static void
unlock (void)
{
  g_mutex_unlock (&fiction.mutex);
}

void
neg_fiction_set_key (const guint8 *key, gsize n_bytes)
{
  g_mutex_lock (&fiction.mutex);
  take_key (key, n_bytes);
  g_mutex_unlock (&fiction.mutex);
}

/* --- words --- */

static int
compare_words (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Letters and digits in a row, folded; given. */
static GPtrArray *
split_words (const char *text)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  g_autofree char *folded = g_utf8_casefold (normal != NULL ? normal : "", -1);

  for (const char *at = folded; *at != '\0';) {
    const char *end = at;

    while (*end != '\0' && (g_unichar_isalnum (g_utf8_get_char (end)) || g_unichar_ismark (g_utf8_get_char (end))))
      end = g_utf8_next_char (end);
    if (end > at)
      g_ptr_array_add (words, g_strndup (at, end - at));
    at = end > at ? end : g_utf8_next_char (at);
  }
  return words;
}

/* "DOE^John^^Dr." and "Doe, Dr. John" are one person: the words in their order of the alphabet. Of several ways to write a
 * name (PS3.5 6.2.1.2) the first that is there counts. */
static char *
dup_folded (NegTextKind kind, const char *text)
{
  gboolean name = kind == NEG_TEXT_NAME || kind == NEG_TEXT_PERSON;
  g_auto (GStrv) groups = g_strsplit (text, name ? "=" : "\n", 3);
  const char *group = "";
  g_autoptr (GPtrArray) words = NULL;
  g_autofree char *joined = NULL;

  for (guint i = 0; groups[i] != NULL && *group == '\0'; i++)
    group = groups[i];
  words = split_words (group);
  if (name)
    g_ptr_array_sort (words, compare_words);
  g_ptr_array_add (words, NULL);
  joined = g_strjoinv (" ", (char **) words->pdata);
  return *joined != '\0' ? g_steal_pointer (&joined) : g_strdup (group);
}

static gboolean
gives_away (const char *word)
{
  gboolean digits = word[strspn (word, "0123456789")] == '\0';

  return g_utf8_strlen (word, -1) >= (digits ? DIGITS_MIN : WORD_CHARACTERS_MIN) && !_neg_fiction_is_own_word (word)
         && !g_hash_table_contains (fiction.harmless, word);
}

/* Digits with points between them: a UID is one word. */
static GPtrArray *
split_numbers (const char *text)
{
  GPtrArray *numbers = g_ptr_array_new_with_free_func (g_free);

  for (const char *at = text; *at != '\0';) {
    gsize n = strspn (at, "0123456789.");

    while (n > 0 && at[n - 1] == '.')
      n--;
    if (n >= 8 && memchr (at, '.', n) != NULL)
      g_ptr_array_add (numbers, g_strndup (at, n));
    at += n > 0 ? n : 1;
  }
  return numbers;
}

/* @n words from @first in a row. */
static guint64
hash_shingle (GPtrArray *words, guint first, guint n)
{
  GString *text = g_string_new (NULL);
  guint64 number;

  for (guint i = first; i < first + n; i++)
    g_string_append_printf (text, "%s ", (char *) g_ptr_array_index (words, i));
  number = hash ("row", text->str);
  g_string_free (text, TRUE);
  return number;
}

static void
remember_words (GPtrArray *words)
{
  for (guint i = 0; i < words->len; i++)
    if (gives_away (g_ptr_array_index (words, i)))
      add_number (fiction.seen, hash ("word", g_ptr_array_index (words, i)));
}

static void
remember_rows (GPtrArray *words)
{
  for (guint i = 0; i + SHINGLE <= words->len; i++)
    add_number (fiction.seen, hash_shingle (words, i, SHINGLE));
}

/* Dates are not remembered: the one of a patient is the invented one of another. */
static void
remember (NegTextKind kind, const char *text)
{
  g_autoptr (GPtrArray) words = kind == NEG_TEXT_UID ? split_numbers (text) : split_words (text);

  if (kind == NEG_TEXT_DATE || kind == NEG_TEXT_BIRTH_DATE)
    return;
  if (kind == NEG_TEXT_PROSE)
    remember_rows (words);
  else
    remember_words (words);
}

static gboolean
was_checked (const char *text)
{
  if (fiction.checked == NULL)
    fiction.checked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (fiction.n_seen_then != g_hash_table_size (fiction.seen) || g_hash_table_size (fiction.checked) >= CHECKED_MAX)
    g_hash_table_remove_all (fiction.checked);
  fiction.n_seen_then = g_hash_table_size (fiction.seen);
  return g_hash_table_contains (fiction.checked, text);
}

static gboolean
has_seen_one (const char *text)
{
  g_autoptr (GPtrArray) words = split_words (text);
  g_autoptr (GPtrArray) numbers = split_numbers (text);
  gboolean found = FALSE;

  g_ptr_array_extend_and_steal (words, g_steal_pointer (&numbers));
  for (guint i = 0; i < words->len && !found; i++) {
    guint64 word = hash ("word", g_ptr_array_index (words, i));
    guint64 row = i + SHINGLE <= words->len ? hash_shingle (words, i, SHINGLE) : word;

    found = (g_hash_table_contains (fiction.seen, &word) && gives_away (g_ptr_array_index (words, i)))
            || g_hash_table_contains (fiction.seen, &row);
  }
  return found;
}

gboolean
neg_fiction_gives_away (const char *text)
{
  gboolean found = FALSE;

  if (text == NULL || *text == '\0' || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  lock ();
  if (g_hash_table_size (fiction.seen) > 0 && !was_checked (text)) {
    found = has_seen_one (text);
    if (!found)
      g_hash_table_add (fiction.checked, g_strdup (text));
  }
  unlock ();
  return found;
}

/* --- inventing --- */

/* A name is the same person whoever mentions it. */
static guint64
hash_kind (NegTextKind kind, const char *text)
{
  char salt[8];

  g_snprintf (salt, sizeof salt, "%u", kind == NEG_TEXT_PERSON ? NEG_TEXT_NAME : kind);
  return hash (salt, text);
}

void
neg_fiction_let_pass (NegTextKind kind, const char *text)
{
  g_autofree char *clean = dup_clean_of_kind (kind, text);
  g_autofree char *folded = dup_folded (kind, clean);
  g_autoptr (GPtrArray) words = split_words (clean);

  lock ();
  add_number (fiction.passing, hash_kind (kind, folded));
  for (guint i = 0; i < words->len; i++)
    g_hash_table_add (fiction.harmless, g_strdup (g_ptr_array_index (words, i)));
  unlock ();
}

gboolean
neg_fiction_passes (NegTextKind kind, const char *text)
{
  g_autofree char *clean = dup_clean_of_kind (kind, text);
  g_autofree char *folded = dup_folded (kind, clean);
  guint64 asked;
  gboolean passes;

  lock ();
  asked = hash_kind (kind, folded);
  passes = g_hash_table_contains (fiction.passing, &asked);
  unlock ();
  return passes;
}

void
neg_fiction_add_harmless (const char *text)
{
  g_autoptr (GPtrArray) words = split_words (text);

  lock ();
  for (guint i = 0; i < words->len; i++)
    g_hash_table_add (fiction.harmless, g_strdup (g_ptr_array_index (words, i)));
  unlock ();
}

static char *
invent (NegTextKind kind, const char *clean, const char *folded)
{
  guint64 number = hash_kind (kind, folded);

  switch (kind) {
  case NEG_TEXT_NAME:
  case NEG_TEXT_PERSON:
    return _neg_fiction_dup_name (clean, number);
  case NEG_TEXT_ID:
    return g_strdup_printf ("F-%06u", (guint) (number % 1000000));
  case NEG_TEXT_ACCESSION:
    return g_strdup_printf ("FA-%07u", (guint) (number % 10000000));
  case NEG_TEXT_BIRTH_DATE:
  case NEG_TEXT_DATE:
    return _neg_fiction_dup_date (clean, fiction.shift_days);
  case NEG_TEXT_PLACE:
    return _neg_fiction_dup_place (number);
  case NEG_TEXT_UID:
    return g_strdup_printf ("2.25.%" G_GUINT64_FORMAT, number);
  case NEG_TEXT_FREE:
    return _neg_fiction_dup_free (clean, NULL);
  case NEG_TEXT_SENTENCE:
    return _neg_fiction_dup_free (clean, fiction.harmless);
  case NEG_TEXT_PROSE:
    return _neg_fiction_dup_prose (clean);
  case NEG_TEXT_PATH:
    return _neg_fiction_dup_path (clean, number);
  case NEG_TEXT_SITE:
  case NEG_TEXT_N_KINDS:
  default:
    return g_strdup (clean);
  }
}

/* What the standard itself names is no patient's (PS3.6 Annex A). */
static gboolean
is_known (NegTextKind kind, const char *clean)
{
  return *clean == '\0' || (kind == NEG_TEXT_UID && g_str_has_prefix (clean, "1.2.840.10008."));
}

static char *
dup_invented (NegTextKind kind, const char *clean)
{
  g_autofree char *folded = dup_folded (kind, clean);
  char *invented;
  guint64 asked;

  lock ();
  asked = hash_kind (kind, folded);
  if (g_hash_table_contains (fiction.passing, &asked) || g_hash_table_contains (fiction.made, &asked)) {
    unlock ();
    return g_strdup (clean);
  }
  invented = invent (kind, clean, folded);
  if (!g_str_equal (invented, clean)) {
    g_autofree char *folded_invention = dup_folded (kind, invented);

    remember (kind, clean);
    if (kind != NEG_TEXT_DATE && kind != NEG_TEXT_BIRTH_DATE)
      add_number (fiction.made, hash_kind (kind, folded_invention));
  }
  unlock ();
  return invented;
}

/* Values of one element are joined by a backslash (PS3.5 6.4); each is somebody of its own. */
static char *
dup_values (NegTextKind kind, const char *clean)
{
  g_auto (GStrv) values = g_strsplit (clean, "\\", -1);

  for (guint i = 0; values[i] != NULL; i++) {
    char *value = values[i];

    values[i] = is_known (kind, value) ? g_strdup (value) : dup_invented (kind, value);
    g_free (value);
  }
  return g_strjoinv ("\\", values);
}

char *
neg_text_dup_shown (NegTextKind kind, const char *text)
{
  g_autofree char *clean = dup_clean_of_kind (kind, text);

  if (kind == NEG_TEXT_SITE || !neg_fiction_is_on () || is_known (kind, clean))
    return g_steal_pointer (&clean);
  if (kind < NEG_TEXT_SENTENCE && strchr (clean, '\\') != NULL)
    return dup_values (kind, clean);
  return dup_invented (kind, clean);
}
