#include "config.h"

#include "learning/neg-markdown-private.h"

#include <string.h>

#include <gio/gio.h>

#define ADDRESS_BYTES_MAX 2000
#define DEPTH_MAX 4 /* bold in italic in a link */
/* How far the end of a mark is looked for: a hostile text is full of beginnings. */
#define SPAN_BYTES_MAX 1000
#define LINK_BYTES_MAX (ADDRESS_BYTES_MAX + SPAN_BYTES_MAX)

gboolean
neg_markdown_is_link (const char *address)
{
  g_autoptr (GUri) uri = NULL;

  if (!g_str_has_prefix (address, "https://") || strlen (address) > ADDRESS_BYTES_MAX)
    return FALSE;
  for (const char *at = address; *at != '\0'; at++)
    if (*at <= 0x20 || *at > 0x7e || strchr ("\"<>\\^`{|}", *at) != NULL)
      return FALSE;
  uri = g_uri_parse (address, G_URI_FLAGS_HAS_PASSWORD, NULL);
  return uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' && g_uri_get_userinfo (uri) == NULL;
}

static void
add_escaped (GString *markup, const char *text, gsize n)
{
  g_autofree char *escaped = g_markup_escape_text (text, (gssize) n);

  g_string_append (markup, escaped);
}

static void
add_text (const char *text, gsize n, GString *markup, GString *plain)
{
  add_escaped (markup, text, n);
  g_string_append_len (plain, text, (gssize) n);
}

/* Where @mark ends what begins at @text; NULL: nowhere, so it is text. Nothing that is empty or begins or ends with a space. */
static const char *
find_end (const char *text, const char *end, const char *mark)
{
  const gsize n = strlen (mark);

  if (text >= end || *text == ' ')
    return NULL;
  if ((gsize) (end - text) > SPAN_BYTES_MAX)
    end = text + SPAN_BYTES_MAX;
  for (const char *at = text; at + n <= end; at++)
    if (strncmp (at, mark, n) == 0)
      return at > text && at[-1] != ' ' ? at : NULL;
  return NULL;
}

static void add_span (const char *text, const char *end, guint depth, GString *markup, GString *plain);

/* [words](address); what follows it, or NULL: it is none. An address that is no https is shown as it is written. */
static const char *
add_link (const char *text, const char *end, guint depth, GString *markup, GString *plain)
{
  const char *limit = text + MIN ((gsize) (end - text), LINK_BYTES_MAX);
  const char *close = memchr (text, ']', (gsize) (limit - text));
  const char *last = close != NULL && close + 1 < limit && close[1] == '(' ? memchr (close, ')', (gsize) (limit - close)) : NULL;
  g_autofree char *address = NULL;

  if (last == NULL || close == text + 1)
    return NULL;
  address = g_strndup (close + 2, (gsize) (last - close) - 2);
  if (!neg_markdown_is_link (address))
    return NULL;
  g_string_append (markup, "<a href=\"");
  add_escaped (markup, address, strlen (address));
  g_string_append (markup, "\">");
  add_span (text + 1, close, depth + 1, markup, plain);
  g_string_append (markup, "</a>");
  return last + 1;
}

static const struct {
  const char *mark, *open, *close;
  gboolean is_raw; /* nothing within it counts */
} spans[] = { { "`", "<tt>", "</tt>", TRUE },
              { "**", "<b>", "</b>", FALSE },
              { "__", "<b>", "</b>", FALSE },
              { "*", "<i>", "</i>", FALSE },
              { "_", "<i>", "</i>", FALSE } };

/* An underscore within a word is a letter of it. */
static gboolean
is_within_word (const char *text, const char *begin)
{
  return *text == '_' && text > begin && (g_ascii_isalnum (text[-1]) || (text[-1] & 0x80) != 0);
}

static const char *
add_marked (const char *text, const char *begin, const char *end, guint depth, GString *markup, GString *plain)
{
  if (is_within_word (text, begin))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (spans); i++) {
    const gsize n = strlen (spans[i].mark);
    const char *last;

    if ((gsize) (end - text) <= n || strncmp (text, spans[i].mark, n) != 0)
      continue;
    last = find_end (text + n, end, spans[i].mark);
    if (last == NULL)
      continue;
    g_string_append (markup, spans[i].open);
    if (spans[i].is_raw)
      add_text (text + n, (gsize) (last - text) - n, markup, plain);
    else
      add_span (text + n, last, depth + 1, markup, plain);
    g_string_append (markup, spans[i].close);
    return last + n;
  }
  return NULL;
}

static gboolean
is_escaped_mark (const char *text, const char *end)
{
  return *text == '\\' && text + 1 < end && strchr ("\\`*_[]()#+-.!<>", text[1]) != NULL;
}

static const char *
add_special (const char *text, const char *begin, const char *end, guint depth, GString *markup, GString *plain)
{
  if (is_escaped_mark (text, end)) {
    add_text (text + 1, 1, markup, plain);
    return text + 2;
  }
  if (depth >= DEPTH_MAX)
    return NULL;
  return *text == '[' ? add_link (text, end, depth, markup, plain) : add_marked (text, begin, end, depth, markup, plain);
}

static void
add_span (const char *text, const char *end, guint depth, GString *markup, GString *plain)
{
  const char *begin = text;

  while (text < end) {
    const gsize n = strcspn (text, "\\`*_[");
    const char *next;

    if (text + n >= end) {
      add_text (text, (gsize) (end - text), markup, plain);
      return;
    }
    add_text (text, n, markup, plain);
    text += n;
    next = add_special (text, begin, end, depth, markup, plain);
    if (next == NULL) {
      add_text (text, 1, markup, plain);
      next = text + 1;
    }
    text = next;
  }
}

void
_neg_markdown_add_inline (const char *text, gsize n, GString *markup, GString *plain)
{
  add_span (text, text + n, 0, markup, plain);
}
