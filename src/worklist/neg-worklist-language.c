#include "config.h"

#include "worklist/neg-worklist-language.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_KEY_SETS 12u

typedef struct {
  GTimeZone *zone;
  GDateTime *today; /* midnight */
  GPtrArray *words, *modalities; /* char* */
  guint status_mask, urgency_mask;
  gint64 from_us, to_us; /* 0: open */
  gboolean here, is_free, mine;
} Parsed;

static void
parsed_init (Parsed *parsed, GTimeZone *zone, gint64 now_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) now = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  memset (parsed, 0, sizeof *parsed);
  parsed->zone = zone;
  parsed->words = g_ptr_array_new_with_free_func (g_free);
  parsed->modalities = g_ptr_array_new_with_free_func (g_free);
  if (now != NULL)
    parsed->today = g_date_time_new (zone, g_date_time_get_year (now), g_date_time_get_month (now),
                                     g_date_time_get_day_of_month (now), 0, 0, 0);
}

static void
parsed_clear (Parsed *parsed)
{
  g_ptr_array_unref (parsed->words);
  g_ptr_array_unref (parsed->modalities);
  g_clear_pointer (&parsed->today, g_date_time_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parsed, parsed_clear)

/* --- words that mean something --- */

static gboolean
is_word (const char *typed, const char *english, const char *translated)
{
  g_autofree char *folded = g_utf8_casefold (typed, -1);
  g_autofree char *first = g_utf8_casefold (english, -1);
  g_autofree char *second = g_utf8_casefold (translated, -1);

  return g_str_equal (folded, first) || g_str_equal (folded, second);
}

typedef struct {
  const char *word;
  guint status_mask, urgency_mask;
} StateWord;

static const StateWord state_words[] = {
  { NC_ ("search word", "scheduled"), 1u << NEG_STATUS_SCHEDULED, 0 },
  { NC_ ("search word", "arrived"), 1u << NEG_STATUS_ARRIVED, 0 },
  { NC_ ("search word", "unread"), 1u << NEG_STATUS_ARRIVED, 0 },
  { NC_ ("search word", "being-read"), 1u << NEG_STATUS_BEING_READ, 0 },
  { NC_ ("search word", "read"), 1u << NEG_STATUS_READ, 0 },
  { NC_ ("search word", "reported"), 1u << NEG_STATUS_REPORTED, 0 },
  { NC_ ("search word", "stat"), 0, 1u << NEG_URGENCY_STAT },
  { NC_ ("search word", "urgent"), 0, 1u << NEG_URGENCY_STAT | 1u << NEG_URGENCY_HIGH },
};

static gboolean
take_state (Parsed *parsed, const char *typed)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_words); i++) {
    const StateWord *one = &state_words[i];

    if (is_word (typed, one->word, g_dpgettext2 (NULL, "search word", one->word))) {
      parsed->status_mask |= one->status_mask;
      parsed->urgency_mask |= one->urgency_mask;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
take_flag (Parsed *parsed, const char *typed)
{
  if (is_word (typed, "here", C_ ("search word", "here")))
    parsed->here = TRUE;
  else if (is_word (typed, "mine", C_ ("search word", "mine")))
    parsed->mine = TRUE;
  else if (is_word (typed, "free", C_ ("search word", "free"))
           || is_word (typed, "unclaimed", C_ ("search word", "unclaimed")))
    parsed->is_free = TRUE;
  else
    return FALSE;
  return TRUE;
}

/* --- dates --- */

static gint64
get_us (GDateTime *time)
{
  return g_date_time_to_unix (time) * G_USEC_PER_SEC;
}

/* Two spans of time that both must hold are where they overlap. */
static void
narrow (Parsed *parsed, gint64 from_us, gint64 to_us)
{
  if (from_us != 0)
    parsed->from_us = parsed->from_us != 0 ? MAX (parsed->from_us, from_us) : from_us;
  if (to_us != 0)
    parsed->to_us = parsed->to_us != 0 ? MIN (parsed->to_us, to_us) : to_us;
}

/* Days are those of the zone, and a day may have 23 or 25 hours: it ends where the next one begins. */
static gboolean
take_days (Parsed *parsed, int first, int end)
{
  g_autoptr (GDateTime) from = parsed->today != NULL ? g_date_time_add_days (parsed->today, first) : NULL;
  g_autoptr (GDateTime) to = parsed->today != NULL ? g_date_time_add_days (parsed->today, end) : NULL;

  if (from == NULL || to == NULL)
    return FALSE;
  narrow (parsed, get_us (from), get_us (to));
  return TRUE;
}

static gboolean
take_day_word (Parsed *parsed, const char *typed)
{
  if (is_word (typed, "today", C_ ("search word", "today")))
    return take_days (parsed, 0, 1);
  if (is_word (typed, "yesterday", C_ ("search word", "yesterday")))
    return take_days (parsed, -1, 0);
  if (is_word (typed, "week", C_ ("search word", "week")))
    return take_days (parsed, -6, 1);
  return FALSE;
}

static gboolean
read_number (const char **text, guint n, int *value)
{
  *value = 0;
  for (guint i = 0; i < n; i++, (*text)++) {
    if (!g_ascii_isdigit (**text))
      return FALSE;
    *value = *value * 10 + (**text - '0');
  }
  return TRUE;
}

/* "2026", "2026-11", "2026-11-20" or "20261120": when it begins and when what comes next begins. */
static gboolean
parse_date (const char *text, GTimeZone *zone, gint64 *from_us, gint64 *to_us)
{
  g_autoptr (GDateTime) from = NULL;
  g_autoptr (GDateTime) to = NULL;
  int year, month = 0, day = 0;

  if (!read_number (&text, 4, &year))
    return FALSE;
  text += *text == '-';
  if (*text != '\0' && !read_number (&text, 2, &month))
    return FALSE;
  text += *text == '-';
  if (*text != '\0' && (month == 0 || !read_number (&text, 2, &day)))
    return FALSE;
  if (*text != '\0')
    return FALSE;
  from = g_date_time_new (zone, year, month != 0 ? month : 1, day != 0 ? day : 1, 0, 0, 0);
  if (from == NULL)
    return FALSE;
  to = day != 0 ? g_date_time_add_days (from, 1)
                : month != 0 ? g_date_time_add_months (from, 1) : g_date_time_add_years (from, 1);
  if (to == NULL)
    return FALSE;
  *from_us = get_us (from);
  *to_us = get_us (to);
  return TRUE;
}

static gboolean
take_date (Parsed *parsed, const char *value)
{
  const char *dots = strstr (value, "..");
  g_autofree char *first = dots != NULL ? g_strndup (value, (gsize) (dots - value)) : g_strdup (value);
  const char *last = dots != NULL ? dots + 2 : first;
  gint64 from_us = 0, to_us = 0, ignored;

  if (*first == '\0' && *last == '\0')
    return FALSE;
  if (*first != '\0' && !parse_date (first, parsed->zone, &from_us, &ignored))
    return FALSE;
  if (*last != '\0' && !parse_date (last, parsed->zone, &ignored, &to_us))
    return FALSE;
  narrow (parsed, from_us, to_us);
  return TRUE;
}

/* --- pieces --- */

static void
take_modalities (Parsed *parsed, const char *value)
{
  g_auto (GStrv) names = g_strsplit_set (value, ",;/\\", -1);

  for (char **name = names; *name != NULL; name++)
    if (**name != '\0')
      g_ptr_array_add (parsed->modalities, g_ascii_strup (*name, -1));
}

/* "mod:" alone is on its way to be more. */
static gboolean
take_pair (Parsed *parsed, const char *typed)
{
  const char *colon = strchr (typed, ':');
  g_autofree char *key = colon != NULL ? g_strndup (typed, (gsize) (colon - typed)) : NULL;

  if (key == NULL)
    return FALSE;
  if (is_word (key, "mod", C_ ("search word", "mod"))) {
    take_modalities (parsed, colon + 1);
    return TRUE;
  }
  if (is_word (key, "date", C_ ("search word", "date")))
    return colon[1] == '\0' || take_date (parsed, colon + 1);
  return FALSE;
}

static void
take_piece (Parsed *parsed, const char *typed, gboolean is_quoted)
{
  if (*typed == '\0')
    return;
  if (is_quoted
      || (!take_pair (parsed, typed) && !take_state (parsed, typed) && !take_flag (parsed, typed)
          && !take_day_word (parsed, typed)))
    g_ptr_array_add (parsed->words, g_strdup (typed));
}

static void
parse (Parsed *parsed, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_autoptr (GString) piece = g_string_new (NULL);
  gboolean is_quoted = FALSE;

  for (const char *p = valid;; p = g_utf8_next_char (p)) {
    gboolean is_quote = *p == '"';

    if (*p == '\0' || is_quote || g_unichar_isspace (g_utf8_get_char (p))) {
      take_piece (parsed, piece->str, is_quoted);
      g_string_truncate (piece, 0);
      if (*p == '\0')
        break;
      is_quoted = is_quoted != is_quote;
    } else {
      g_string_append_unichar (piece, g_utf8_get_char (p));
    }
  }
}

static char **
dup_strings (GPtrArray *strings)
{
  g_autoptr (GStrvBuilder) builder = NULL;

  if (strings->len == 0)
    return NULL;
  builder = g_strv_builder_new ();
  for (guint i = 0; i < strings->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (strings, i));
  return g_strv_builder_end (builder);
}

void
neg_worklist_language_parse (const char *text, GTimeZone *zone, gint64 now_us, const char *user, NegEntryQuery *query)
{
  NegEntryColumn order = query->order;
  gboolean descending = query->descending;
  g_auto (Parsed) parsed = { 0 };

  parsed_init (&parsed, zone, now_us);
  parse (&parsed, text);
  neg_entry_query_clear (query);
  query->order = order;
  query->descending = descending;
  query->words = dup_strings (parsed.words);
  query->modalities = dup_strings (parsed.modalities);
  query->status_mask = parsed.status_mask;
  query->urgency_mask = parsed.urgency_mask;
  query->from_us = parsed.from_us;
  query->to_us = parsed.to_us;
  query->here_only = parsed.here;
  query->unclaimed_only = parsed.is_free;
  query->claimed_by = parsed.mine ? g_strdup (user) : NULL;
}

/* --- the same for a peer --- */

/* Without what would be a wildcard or another value (PS3.4 C.2.2.2). */
static char *
dup_plain (const char *word)
{
  return g_strdelimit (g_strdup (word), "*?\\", ' ');
}

static gboolean
has_digit (const char *word)
{
  return strpbrk (word, "0123456789") != NULL;
}

static char *
dup_day (gint64 time_us, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y%m%d") : g_strdup ("");
}

/* A range of dates (PS3.4 C.2.2.2.5), both ends included. */
static char *
dup_dates (const Parsed *parsed)
{
  g_autofree char *from = parsed->from_us != 0 ? dup_day (parsed->from_us, parsed->zone) : g_strdup ("");
  g_autofree char *to
      = parsed->to_us != 0 ? dup_day (parsed->to_us - G_USEC_PER_SEC, parsed->zone) : g_strdup ("");

  if (*from != '\0' && g_str_equal (from, to))
    return g_steal_pointer (&from);
  return g_strconcat (from, "-", to, NULL);
}

static void
set_key (GHashTable *keys, const char *name, char *value)
{
  g_hash_table_insert (keys, g_strdup (name), value);
}

static GHashTable *
new_keys (const Parsed *parsed, const char *name)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (parsed->from_us != 0 || parsed->to_us != 0)
    set_key (keys, "StudyDate", dup_dates (parsed));
  if (name != NULL && *name != '\0')
    set_key (keys, "PatientName", g_strdup (name));
  return keys;
}

/* Words of a name follow each other: "sato*taro*". */
static char *
dup_name (GPtrArray *words, gboolean with_codes)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++) {
    g_autofree char *word = dup_plain (g_ptr_array_index (words, i));

    if (with_codes || !has_digit (word))
      g_string_append_printf (name, "%s*", word);
  }
  return g_strdup (name->str);
}

static void
add_code (GPtrArray *sets, const Parsed *parsed, const char *name, const char *id, const char *accession)
{
  GHashTable *keys = new_keys (parsed, name);

  if (id != NULL)
    set_key (keys, "PatientID", dup_plain (id));
  if (accession != NULL)
    set_key (keys, "AccessionNumber", dup_plain (accession));
  g_ptr_array_add (sets, keys);
}

static void
add_word_sets (GPtrArray *sets, const Parsed *parsed)
{
  g_autofree char *name = dup_name (parsed->words, FALSE);
  const char *codes[2] = { NULL, NULL };
  guint n = 0;

  for (guint i = 0; i < parsed->words->len && n < 2; i++)
    if (has_digit (g_ptr_array_index (parsed->words, i)))
      codes[n++] = g_ptr_array_index (parsed->words, i);
  if (parsed->words->len == 1) {
    const char *word = g_ptr_array_index (parsed->words, 0);
    g_autofree char *any = dup_name (parsed->words, TRUE);

    add_code (sets, parsed, any, NULL, NULL);
    add_code (sets, parsed, NULL, word, NULL);
    add_code (sets, parsed, NULL, NULL, word);
  } else if (n == 0) {
    add_code (sets, parsed, name, NULL, NULL);
  } else {
    add_code (sets, parsed, name, codes[0], codes[1]);
    add_code (sets, parsed, name, codes[1], codes[0]);
  }
}

/* One value at a time: a list of them is not a way of matching for this attribute (PS3.4 C.2.2.2). */
static GPtrArray *
with_modalities (GPtrArray *sets, const Parsed *parsed)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);

  if (parsed->modalities->len == 0)
    return g_ptr_array_ref (sets);
  for (guint i = 0; i < parsed->modalities->len; i++)
    for (guint j = 0; j < sets->len && all->len < MAX_KEY_SETS; j++) {
      GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      GHashTableIter iter;
      gpointer name, value;

      g_hash_table_iter_init (&iter, g_ptr_array_index (sets, j));
      while (g_hash_table_iter_next (&iter, &name, &value))
        set_key (keys, name, g_strdup (value));
      set_key (keys, "ModalitiesInStudy", dup_plain (g_ptr_array_index (parsed->modalities, i)));
      g_ptr_array_add (all, keys);
    }
  return g_steal_pointer (&all);
}

GPtrArray *
neg_worklist_language_get_keys (const char *text, GTimeZone *zone, gint64 now_us)
{
  g_autoptr (GPtrArray) sets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_auto (Parsed) parsed = { 0 };

  parsed_init (&parsed, zone, now_us);
  parse (&parsed, text);
  if (parsed.words->len == 0 && parsed.modalities->len == 0 && parsed.from_us == 0 && parsed.to_us == 0)
    return NULL;
  add_word_sets (sets, &parsed);
  return with_modalities (sets, &parsed);
}
