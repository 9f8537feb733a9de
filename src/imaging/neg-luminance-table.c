/* What was measured on a display, as text that people and instruments write. */
#include "config.h"

#include "imaging/neg-display.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-display-private.h"

#define ENTRIES_MAX 4096
#define TEXT_MAX_BYTES (1 << 20)
#define NAME_MAX_CHARS 200
#define LUMINANCE_MAX 1e5 /* of the sun's disk on the glass; a slip of the writer above */
#define AMBIENT_MAX 1e3

/* The greatest driving level of each way to count them. */
static const double ranges[] = { 1, 255, 1023, 65535 };

void
neg_luminance_table_free (NegLuminanceTable *table)
{
  if (table == NULL)
    return;
  g_free (table->levels);
  g_free (table->luminances);
  g_free (table->name);
  g_free (table->measured_on);
  g_free (table);
}

static gboolean
is_within (double value, double maximum)
{
  return value >= 0 && value <= maximum; /* not for NaN */
}

gboolean
neg_luminance_table_check (const NegLuminanceTable *table, GError **error)
{
  if (table->n < 2 || table->n > ENTRIES_MAX)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "a table has 2 to %d lines", ENTRIES_MAX);
  if (!is_within (table->ambient, AMBIENT_MAX))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "the ambient light is no luminance");
  for (guint i = 0; i < table->n; i++)
    if (!is_within (table->levels[i], 1) || !is_within (table->luminances[i], LUMINANCE_MAX)
        || (i > 0 && (table->levels[i] <= table->levels[i - 1] || table->luminances[i] < table->luminances[i - 1])))
      return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "entry %u is not above the one before", i + 1);
  if (table->levels[0] != 0 || table->levels[table->n - 1] != 1)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "levels go from 0 to the greatest");
  return TRUE;
}

/* --- reading --- */

typedef struct {
  GArray *levels, *luminances;
  GArray *lines; /* guint: of each entry, from 1 */
  double ambient;
  char *name, *measured_on;
} Text;

static void
text_clear (Text *text)
{
  g_clear_pointer (&text->levels, g_array_unref);
  g_clear_pointer (&text->luminances, g_array_unref);
  g_clear_pointer (&text->lines, g_array_unref);
  g_clear_pointer (&text->name, g_free);
  g_clear_pointer (&text->measured_on, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Text, text_clear)

static gboolean
fail_at (GError **error, guint line, const char *what)
{
  g_autofree char *where = g_strdup_printf ("line %u", line);

  return neg_fail (error, NEG_ERROR_INCONSISTENT, where, "line %u: %s", line, what);
}

static gboolean
is_separator (char c)
{
  return c == ' ' || c == '\t' || c == ',' || c == ';';
}

/* The number at *@text, which goes behind it and the separators that follow. */
static gboolean
take_number (const char **text, double *number)
{
  char *end;

  /* g_ascii_strtod() would take hexadecimal, "inf" and "nan" as well. */
  if (strchr ("+-.0123456789", **text) == NULL || **text == '\0')
    return FALSE;
  *number = g_ascii_strtod (*text, &end);
  if (end == *text || !isfinite (*number) || (*end != '\0' && !is_separator (*end))
      || memchr (*text, 'x', end - *text) != NULL || memchr (*text, 'X', end - *text) != NULL)
    return FALSE;
  while (is_separator (*end))
    end++;
  *text = end;
  return TRUE;
}

/* @text without control characters, cut; NULL for nothing. */
static char *
dup_words (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *words = g_string_new (NULL);

  for (const char *p = g_strstrip (valid); *p != '\0' && g_utf8_strlen (words->str, -1) < NAME_MAX_CHARS;
       p = g_utf8_next_char (p))
    if (g_unichar_isprint (g_utf8_get_char (p)))
      g_string_append_unichar (words, g_utf8_get_char (p));
  g_strstrip (words->str);
  return g_string_free (words, *words->str == '\0');
}

static gboolean
is_date (const char *text)
{
  guint year, month, day;
  GDate date;

  if (strlen (text) != 10 || text[4] != '-' || text[7] != '-')
    return FALSE;
  for (guint i = 0; i < 10; i++)
    if (i != 4 && i != 7 && !g_ascii_isdigit (text[i]))
      return FALSE;
  year = g_ascii_strtoull (text, NULL, 10);
  month = g_ascii_strtoull (text + 5, NULL, 10);
  day = g_ascii_strtoull (text + 8, NULL, 10);
  g_date_clear (&date, 1);
  return g_date_valid_dmy (day, month, year);
}

/* What stands behind "#": one of our words, or a remark. */
static gboolean
take_comment (Text *text, const char *comment, guint line, GError **error)
{
  while (is_separator (*comment))
    comment++;
  if (g_str_has_prefix (comment, "ambient ")) {
    const char *value = comment + strlen ("ambient ");

    while (*value == ' ')
      value++;
    if (!take_number (&value, &text->ambient) || *value != '\0' || !is_within (text->ambient, AMBIENT_MAX))
      return fail_at (error, line, "the ambient light is a luminance in cd/m2");
  } else if (g_str_has_prefix (comment, "name ")) {
    g_free (text->name);
    text->name = dup_words (comment + strlen ("name "));
  } else if (g_str_has_prefix (comment, "date ")) {
    g_free (text->measured_on);
    text->measured_on = dup_words (comment + strlen ("date "));
    if (text->measured_on != NULL && !is_date (text->measured_on))
      return fail_at (error, line, "the date is written YYYY-MM-DD");
  }
  return TRUE;
}

static gboolean
take_entry (Text *text, const char *entry, guint line, GError **error)
{
  guint n = text->levels->len;
  double level, luminance;

  if (!take_number (&entry, &level) || !take_number (&entry, &luminance) || *entry != '\0')
    return fail_at (error, line, "two numbers are needed, a level and a luminance");
  if (n == ENTRIES_MAX)
    return fail_at (error, line, "there are too many lines");
  if (n == 0 ? level != 0 : !(level > g_array_index (text->levels, double, n - 1)))
    return fail_at (error, line, n == 0 ? "the first level is 0" : "the level is not above the one before");
  if (!is_within (luminance, LUMINANCE_MAX))
    return fail_at (error, line, "this is no luminance of a display");
  if (n > 0 && luminance < g_array_index (text->luminances, double, n - 1))
    return fail_at (error, line, "the luminance falls");
  g_array_append_val (text->levels, level);
  g_array_append_val (text->luminances, luminance);
  g_array_append_val (text->lines, line);
  return TRUE;
}

static gboolean
take_line (Text *text, char *content, guint line, GError **error)
{
  char *comment = strchr (content, '#');

  if (comment != NULL) {
    *comment++ = '\0';
    if (!take_comment (text, g_strchomp (comment), line, error))
      return FALSE;
  }
  content = g_strstrip (content);
  return *content == '\0' || take_entry (text, content, line, error);
}

static gboolean
take_lines (Text *text, const char *content, gsize length, GError **error)
{
  const char *end = content + length;
  guint line = 0;

  if (length >= 3 && memcmp (content, "\xef\xbb\xbf", 3) == 0) /* what editors of Windows put first */
    content += 3;
  while (content < end) {
    const char *next = memchr (content, '\n', end - content);
    g_autofree char *copy = g_strndup (content, (next != NULL ? next : end) - content);

    line++;
    if (memchr (content, '\0', (next != NULL ? next : end) - content) != NULL)
      return fail_at (error, line, "this is no text");
    if (!take_line (text, copy, line, error))
      return FALSE;
    content = next != NULL ? next + 1 : end;
  }
  return TRUE;
}

/* The last level tells how levels are counted. */
static gboolean
scale_levels (Text *text, GError **error)
{
  guint n = text->levels->len;
  double last;

  if (n < 2)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "a table has at least 2 lines");
  last = g_array_index (text->levels, double, n - 1);
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (last == ranges[i]) {
      for (guint k = 0; k < n; k++)
        g_array_index (text->levels, double, k) /= last;
      return TRUE;
    }
  return fail_at (error, g_array_index (text->lines, guint, n - 1),
                  "the last level is the greatest: 1, 255, 1023 or 65535");
}

NegLuminanceTable *
neg_luminance_table_parse (const char *content, gsize length, GError **error)
{
  g_auto (Text) text = { .levels = g_array_new (FALSE, FALSE, sizeof (double)),
                         .luminances = g_array_new (FALSE, FALSE, sizeof (double)),
                         .lines = g_array_new (FALSE, FALSE, sizeof (guint)) };
  g_autoptr (NegLuminanceTable) table = NULL;

  if (length > TEXT_MAX_BYTES) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "a table is not that long");
    return NULL;
  }
  if (!take_lines (&text, content, length, error) || !scale_levels (&text, error))
    return NULL;
  table = g_new0 (NegLuminanceTable, 1);
  table->n = text.levels->len;
  table->levels = (double *) g_array_free (g_steal_pointer (&text.levels), FALSE);
  table->luminances = (double *) g_array_free (g_steal_pointer (&text.luminances), FALSE);
  table->ambient = text.ambient;
  table->name = g_steal_pointer (&text.name);
  table->measured_on = g_steal_pointer (&text.measured_on);
  return neg_luminance_table_check (table, error) ? g_steal_pointer (&table) : NULL;
}

/* --- writing --- */

/* As short as it can be without being another number. */
static void
append_number (GString *text, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (buffer, sizeof buffer, "%.15g", number);
  if (g_ascii_strtod (buffer, NULL) != number)
    g_ascii_dtostr (buffer, sizeof buffer, number);
  g_string_append (text, buffer);
}

/* The first way to count that has a whole number for every level, such as would give the same level again. */
static double
choose_range (const NegLuminanceTable *table)
{
  for (guint i = 1; i < G_N_ELEMENTS (ranges); i++) {
    guint k = 0;

    while (k < table->n && round (table->levels[k] * ranges[i]) / ranges[i] == table->levels[k])
      k++;
    if (k == table->n)
      return ranges[i];
  }
  return 1;
}

char *
neg_luminance_table_to_text (const NegLuminanceTable *table)
{
  GString *text = g_string_new (NULL);
  double range = choose_range (table);

  if (table->name != NULL)
    g_string_append_printf (text, "# name %s\n", table->name);
  if (table->measured_on != NULL)
    g_string_append_printf (text, "# date %s\n", table->measured_on);
  g_string_append (text, "# ambient ");
  append_number (text, table->ambient);
  g_string_append_c (text, '\n');
  for (guint i = 0; i < table->n; i++) {
    append_number (text, range > 1 ? round (table->levels[i] * range) : table->levels[i]);
    g_string_append_c (text, ' ');
    append_number (text, table->luminances[i]);
    g_string_append_c (text, '\n');
  }
  return g_string_free (text, FALSE);
}
