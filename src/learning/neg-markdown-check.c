/* What others publish: what has no place in a text, in words for whoever wrote it. */
#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "learning/neg-markdown-private.h"

/* "<b>", "</div", "<!--": not "a < b", not "<3". */
static gboolean
has_html (const char *line)
{
  for (const char *at = strchr (line, '<'); at != NULL; at = strchr (at + 1, '<'))
    if (g_ascii_isalpha (at[1]) || at[1] == '/' || at[1] == '!' || at[1] == '?')
      return TRUE;
  return FALSE;
}

/* Why what stands at @address after "![" is not shown. */
static gboolean
check_picture (const char *line, const char *address, GError **error)
{
  if (strpbrk (address, ":/\\") != NULL)
    return neg_fail (error, NEG_ERROR_REFUSED, "text", "the text has a picture from elsewhere");
  if (!neg_markdown_is_picture (address))
    return neg_fail (error, NEG_ERROR_REFUSED, "text", "the text has a picture that is no PNG file of the topic");
  return _neg_markdown_read_picture (line + strspn (line, " "), NULL, NULL)
         || neg_fail (error, NEG_ERROR_REFUSED, "text", "the text has a picture without words for what it shows, or not on a line of its own");
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
    if (is_picture && !check_picture (line, address, error))
      return FALSE;
    if (!is_picture && !neg_markdown_is_link (address))
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
