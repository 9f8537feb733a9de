#include "config.h"

#include "learning/neg-markdown-private.h"

#include <string.h>

#include "base/neg-error.h"

#define BLOCKS_MAX 5000
#define NUMBER_MAX 9999
#define LEVELS 3
#define SPACES_OF_LEVEL 2

static void
block_free (gpointer data)
{
  NegMarkdownBlock *block = data;

  g_free (block->markup);
  g_free (block->plain);
  g_free (block->picture);
  g_free (block);
}

/* What is being read: the lines of one block are joined until another begins. */
typedef struct {
  GPtrArray *blocks;
  GString *text; /* of the block; empty: none is open */
  NegMarkdownKind kind;
  guint level, number;
  gboolean is_code; /* between ``` */
} Reading;

static void
close_block (Reading *reading)
{
  g_autoptr (GString) markup = g_string_new (NULL);
  g_autoptr (GString) plain = g_string_new (NULL);
  NegMarkdownBlock *block;

  if (reading->text->len == 0 || reading->blocks->len >= BLOCKS_MAX)
    return;
  block = g_new0 (NegMarkdownBlock, 1);
  block->kind = reading->kind;
  block->level = reading->level;
  block->number = reading->number;
  if (reading->kind == NEG_MARKDOWN_CODE) {
    g_autofree char *escaped = g_markup_escape_text (reading->text->str, -1);

    g_string_append_printf (markup, "<tt>%s</tt>", escaped);
    g_string_append (plain, reading->text->str);
  } else
    _neg_markdown_add_inline (reading->text->str, reading->text->len, markup, plain);
  block->markup = g_string_free (g_steal_pointer (&markup), FALSE);
  block->plain = g_string_free (g_steal_pointer (&plain), FALSE);
  g_ptr_array_add (reading->blocks, block);
  g_string_truncate (reading->text, 0);
}

static void
open_block (Reading *reading, NegMarkdownKind kind, guint level, guint number)
{
  close_block (reading);
  reading->kind = kind;
  reading->level = level;
  reading->number = number;
}

static void
add_line (Reading *reading, const char *line, char between)
{
  if (reading->text->len > 0)
    g_string_append_c (reading->text, between);
  g_string_append (reading->text, line);
}

/* "# ", "## ": how many; 0: it is none. */
static guint
count_hashes (const char *line)
{
  const gsize n = strspn (line, "#");

  return n > 0 && n <= 6 && line[n] == ' ' ? (guint) MIN (n, LEVELS) : 0;
}

/* "12. ": the number; 0: it is none. *rest: what follows. */
static guint
read_number (const char *line, const char **rest)
{
  const gsize n = strspn (line, "0123456789");
  guint64 value = 0;
  g_autofree char *digits = g_strndup (line, n);

  if (n == 0 || n > 4 || (line[n] != '.' && line[n] != ')') || line[n + 1] != ' '
      || !g_ascii_string_to_unsigned (digits, 10, 1, NUMBER_MAX, &value, NULL))
    return 0;
  *rest = line + n + 2;
  return (guint) value;
}

/* "![what it shows](name)" on a line of its own: a picture of the topic, or text. */
static gboolean
add_picture (Reading *reading, const char *line)
{
  const char *close = strstr (line, "](");
  const char *last = close != NULL ? strchr (close, ')') : NULL;
  NegMarkdownBlock *block;

  if (!g_str_has_prefix (line, "![") || last == NULL || last[1 + strspn (last + 1, " ")] != '\0'
      || memchr (close, ':', (gsize) (last - close)) != NULL || reading->blocks->len >= BLOCKS_MAX)
    return FALSE;
  close_block (reading);
  block = g_new0 (NegMarkdownBlock, 1);
  block->kind = NEG_MARKDOWN_PICTURE;
  block->plain = g_strndup (line + 2, (gsize) (close - line) - 2);
  block->markup = g_markup_escape_text (block->plain, -1);
  block->picture = g_strndup (close + 2, (gsize) (last - close) - 2);
  g_ptr_array_add (reading->blocks, block);
  return TRUE;
}

static void
read_line (Reading *reading, const char *line)
{
  const gsize indent = strspn (line, " ");
  const char *text = line + indent;
  const guint level = MIN ((guint) indent / SPACES_OF_LEVEL + 1, LEVELS);
  guint n;

  if (*text == '\0')
    open_block (reading, NEG_MARKDOWN_PARAGRAPH, 0, 0);
  else if ((n = count_hashes (text)) > 0) {
    open_block (reading, NEG_MARKDOWN_HEADING, n, 0);
    add_line (reading, text + strspn (text, "# "), ' ');
    open_block (reading, NEG_MARKDOWN_PARAGRAPH, 0, 0);
  } else if (strchr ("-*+", *text) != NULL && text[1] == ' ') {
    open_block (reading, NEG_MARKDOWN_BULLET, level, 0);
    add_line (reading, text + 2, ' ');
  } else if ((n = read_number (text, &text)) > 0) {
    open_block (reading, NEG_MARKDOWN_NUMBER, level, n);
    add_line (reading, text, ' ');
  } else if (!add_picture (reading, text))
    add_line (reading, text, ' ');
}

GPtrArray *
neg_markdown_parse (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) strnlen (text, NEG_MARKDOWN_BYTES_MAX));
  g_auto (GStrv) lines = g_strsplit (valid, "\n", -1);
  Reading reading = { .blocks = g_ptr_array_new_with_free_func (block_free), .text = g_string_new (NULL) };

  for (guint i = 0; lines[i] != NULL; i++) {
    char *line = g_strchomp (lines[i]);

    if (g_str_has_prefix (line, "```")) {
      reading.is_code = !reading.is_code;
      open_block (&reading, reading.is_code ? NEG_MARKDOWN_CODE : NEG_MARKDOWN_PARAGRAPH, 0, 0);
    } else if (reading.is_code)
      add_line (&reading, line, '\n');
    else
      read_line (&reading, line);
  }
  close_block (&reading);
  g_string_free (reading.text, TRUE);
  return reading.blocks;
}

/* --- as one text --- */

static void
add_markup (const NegMarkdownBlock *block, GString *markup)
{
  static const char *const sizes[] = { "x-large", "large", "medium" };

  switch (block->kind) {
  case NEG_MARKDOWN_HEADING:
    g_string_append_printf (markup, "<span size=\"%s\" weight=\"bold\">%s</span>", sizes[block->level - 1], block->markup);
    return;
  case NEG_MARKDOWN_BULLET:
    g_string_append_printf (markup, "%*s• %s", (int) (block->level - 1) * 4, "", block->markup);
    return;
  case NEG_MARKDOWN_NUMBER:
    g_string_append_printf (markup, "%*s%u. %s", (int) (block->level - 1) * 4, "", block->number, block->markup);
    return;
  case NEG_MARKDOWN_PICTURE:
    return;
  default:
    g_string_append (markup, block->markup);
  }
}

static gboolean
is_item (const NegMarkdownBlock *block)
{
  return block->kind == NEG_MARKDOWN_BULLET || block->kind == NEG_MARKDOWN_NUMBER;
}

char *
neg_markdown_to_markup (const char *text)
{
  g_autoptr (GPtrArray) blocks = neg_markdown_parse (text);
  GString *markup = g_string_new (NULL);
  const NegMarkdownBlock *before = NULL;

  for (guint i = 0; i < blocks->len; i++) {
    const NegMarkdownBlock *block = blocks->pdata[i];

    if (block->kind == NEG_MARKDOWN_PICTURE)
      continue;
    if (before != NULL)
      g_string_append (markup, is_item (before) && is_item (block) ? "\n" : "\n\n");
    add_markup (block, markup);
    before = block;
  }
  return g_string_free (markup, FALSE);
}

char *
neg_markdown_to_plain (const char *text)
{
  g_autoptr (GPtrArray) blocks = neg_markdown_parse (text);
  GString *plain = g_string_new (NULL);

  for (guint i = 0; i < blocks->len; i++) {
    if (i > 0)
      g_string_append_c (plain, '\n');
    g_string_append (plain, ((const NegMarkdownBlock *) blocks->pdata[i])->plain);
  }
  return g_string_free (plain, FALSE);
}

/* --- what others publish --- */

/* "<b>", "</div", "<!--": not "a < b", not "<3". */
static gboolean
has_html (const char *line)
{
  for (const char *at = strchr (line, '<'); at != NULL; at = strchr (at + 1, '<'))
    if (g_ascii_isalpha (at[1]) || at[1] == '/' || at[1] == '!' || at[1] == '?')
      return TRUE;
  return FALSE;
}

static gboolean
check_links (const char *line, GError **error)
{
  for (const char *at = strstr (line, "]("); at != NULL; at = strstr (at + 2, "](")) {
    const char *last = strchr (at, ')');
    g_autofree char *address = last != NULL ? g_strndup (at + 2, (gsize) (last - at) - 2) : g_strdup (at + 2);
    const char *open = at;
    gboolean is_picture;

    while (open > line && *open != '[')
      open--;
    is_picture = open > line && open[-1] == '!';
    if (is_picture && strchr (address, ':') == NULL && !g_str_has_prefix (address, "//"))
      continue;
    if (is_picture)
      return neg_fail (error, NEG_ERROR_REFUSED, "text", "the text has a picture from elsewhere");
    if (!neg_markdown_is_link (address))
      return neg_fail (error, NEG_ERROR_REFUSED, "text", "the text has a link that does not begin with https://");
  }
  return TRUE;
}

/* Also what is no link here and would be one elsewhere. */
static gboolean
check_line (const char *line, GError **error)
{
  static const char *const schemes[] = { "javascript:", "vbscript:", "data:text", "file://" };
  g_autofree char *lower = g_ascii_strdown (line, -1);

  if (has_html (line))
    return neg_fail (error, NEG_ERROR_REFUSED, "text", "the text has HTML in it");
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (strstr (lower, schemes[i]) != NULL)
      return neg_fail (error, NEG_ERROR_REFUSED, "text", "the text has an address that begins with %s", schemes[i]);
  return check_links (line, error);
}

gboolean
neg_markdown_check (const char *text, GError **error)
{
  g_auto (GStrv) lines = NULL;
  gboolean is_code = FALSE;

  if (strlen (text) > NEG_MARKDOWN_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "text", "the text is larger than %u KiB", NEG_MARKDOWN_BYTES_MAX >> 10);
  if (!g_utf8_validate (text, -1, NULL))
    return neg_fail (error, NEG_ERROR_UNREADABLE, "text", "the text is not UTF-8");
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "```"))
      is_code = !is_code;
    else if (!is_code && !check_line (lines[i], error))
      return FALSE;
  }
  return TRUE;
}
