/* How two names, or two IDs, are alike: what a person mistypes is told from another person. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "model/neg-identity.h"

/* Longer ones are compared as they are. */
#define CHARACTERS_MAX 128

/* One character other, too many or missing, or two neighbours swapped: in one walk from both ends. */
static NegLikeness
compare_characters (const gunichar *a, glong n, const gunichar *b, glong m)
{
  glong head = 0, tail = 0;
  glong left, right;

  while (head < n && head < m && a[head] == b[head])
    head++;
  while (tail < n - head && tail < m - head && a[n - 1 - tail] == b[m - 1 - tail])
    tail++;
  left = n - head - tail;
  right = m - head - tail;
  if (left == 0 && right == 0)
    return NEG_LIKE_EQUAL;
  if (left <= 1 && right <= 1)
    return NEG_LIKE_ONE;
  if (left == 2 && right == 2 && a[head] == b[head + 1] && a[head + 1] == b[head])
    return NEG_LIKE_SWAPPED;
  return NEG_LIKE_NOT;
}

static NegLikeness
compare_texts (const char *a, const char *b)
{
  g_autofree gunichar *left = NULL, *right = NULL;
  glong n = 0, m = 0;

  if (g_str_equal (a, b))
    return NEG_LIKE_EQUAL;
  left = g_utf8_to_ucs4 (a, -1, NULL, &n, NULL);
  right = g_utf8_to_ucs4 (b, -1, NULL, &m, NULL);
  if (left == NULL || right == NULL || n > CHARACTERS_MAX || m > CHARACTERS_MAX)
    return NEG_LIKE_NOT;
  return compare_characters (left, n, right, m);
}

NegLikeness
neg_quality_compare_ids (const char *a, const char *b)
{
  g_autofree char *left = neg_identity_dup_id (a);
  g_autofree char *right = neg_identity_dup_id (b);
  NegLikeness likeness = compare_texts (left, right);

  if (likeness != NEG_LIKE_EQUAL && *left != '\0' && *right != '\0'
      && g_str_equal (left + strspn (left, "0"), right + strspn (right, "0")))
    return NEG_LIKE_WRITING;
  return likeness;
}

/* Letters and digits alone; the German umlauts are written in two ways, and either is one letter here. */
static char *
dup_plain (const char *text)
{
  g_autofree char *apart = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  GString *plain = g_string_new (NULL);

  for (const char *at = apart != NULL ? apart : text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar character = g_utf8_get_char (at);
    gboolean has_vowel = plain->len > 0 && strchr ("aou", plain->str[plain->len - 1]) != NULL;

    if (character == 'e' && has_vowel)
      continue;
    if (g_unichar_isalnum (character) && !g_unichar_ismark (character))
      g_string_append_unichar (plain, character);
  }
  return g_string_free (plain, FALSE);
}

/* Family and given name, folded (PS3.5 6.2.1.1: components behind ^). */
static void
split (const char *key, char *parts[2])
{
  g_auto (GStrv) all = g_strsplit (key, "^", 3);
  guint n = g_strv_length (all);

  for (guint i = 0; i < 2; i++)
    parts[i] = dup_plain (i < n ? all[i] : "");
}

static NegLikeness
compare_parts (char *const a[2], char *const b[2])
{
  NegLikeness family = compare_texts (a[0], b[0]);
  NegLikeness given = compare_texts (a[1], b[1]);

  if (family == NEG_LIKE_EQUAL && given == NEG_LIKE_EQUAL)
    return NEG_LIKE_WRITING;
  if (*a[1] != '\0' && g_str_equal (a[0], b[1]) && g_str_equal (a[1], b[0]))
    return NEG_LIKE_SWAPPED_NAMES;
  if (family == NEG_LIKE_EQUAL || given == NEG_LIKE_EQUAL) {
    NegLikeness other = family == NEG_LIKE_EQUAL ? given : family;

    return other != NEG_LIKE_NOT ? other : NEG_LIKE_PART;
  }
  return NEG_LIKE_NOT;
}

NegLikeness
neg_quality_compare_names (const char *a, const char *b)
{
  g_autofree char *left = neg_identity_dup_name_key (a);
  g_autofree char *right = neg_identity_dup_name_key (b);
  char *first[2], *second[2];
  NegLikeness likeness;

  if (g_str_equal (left, right))
    return NEG_LIKE_EQUAL;
  split (left, first);
  split (right, second);
  likeness = compare_parts (first, second);
  for (guint i = 0; i < 2; i++) {
    g_free (first[i]);
    g_free (second[i]);
  }
  return likeness;
}

const char *
neg_likeness_describe (NegLikeness likeness)
{
  switch (likeness) {
  case NEG_LIKE_WRITING:
    return _ ("written differently");
  case NEG_LIKE_SWAPPED_NAMES:
    return _ ("family name and given name are swapped");
  case NEG_LIKE_SWAPPED:
    return _ ("two neighbouring characters are swapped");
  case NEG_LIKE_ONE:
    return _ ("one character differs");
  case NEG_LIKE_PART:
    return _ ("only a part is the same");
  case NEG_LIKE_EQUAL:
  case NEG_LIKE_NOT:
  default:
    return NULL;
  }
}
