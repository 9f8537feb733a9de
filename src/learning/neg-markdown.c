#include "config.h"

#include "learning/neg-markdown-private.h"

#include <string.h>

#define BLOCKS_MAX 5000
#define NUMBER_MAX 9999
#define LEVELS 3
#define SPACES_OF_LEVEL 2
#define PICTURE_NAME_BYTES_MAX 100

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

gboolean
neg_markdown_is_picture (const char *name)
{
  const gsize length = strlen (name);

  if (*name == '.' || *name == '-' || length > PICTURE_NAME_BYTES_MAX || !g_str_has_suffix (name, ".png"))
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && strchr ("._-", *name) == NULL)
      return FALSE;
  return TRUE;
}

gboolean
_neg_markdown_read_picture (const char *line, char **words, char **name)
{
  const char *close = g_str_has_prefix (line, "![") ? strstr (line, "](") : NULL;
  const char *last = close != NULL ? strchr (close, ')') : NULL;
  g_autofree char *found = last != NULL ? g_strndup (close + 2, (gsize) (last - close) - 2) : NULL;

  if (last == NULL || last[1 + strspn (last + 1, " \r")] != '\0' || close == line + 2 || !neg_markdown_is_picture (found))
    return FALSE;
  if (words != NULL)
    *words = g_strndup (line + 2, (gsize) (close - line) - 2);
  if (name != NULL)
    *name = g_steal_pointer (&found);
  return TRUE;
}

/* A picture of the topic, or text. */
static gboolean
add_picture (Reading *reading, const char *line)
{
  NegMarkdownBlock *block;

  if (reading->blocks->len >= BLOCKS_MAX || !_neg_markdown_read_picture (line, NULL, NULL))
    return FALSE;
  close_block (reading);
  block = g_new0 (NegMarkdownBlock, 1);
  block->kind = NEG_MARKDOWN_PICTURE;
  _neg_markdown_read_picture (line, &block->plain, &block->picture);
  block->markup = g_markup_escape_text (block->plain, -1);
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
