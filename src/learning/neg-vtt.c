#include "config.h"

#include "learning/neg-vtt.h"

#include <string.h>

#include "base/neg-error.h"

#define ARROW "-->"
#define REPLACED "\xEF\xBF\xBD"

struct _NegVtt {
  GArray *cues; /* NegVttCue, by start */
};

static void
clear_cue (gpointer data)
{
  g_free (((NegVttCue *) data)->text);
}

NegVtt *
neg_vtt_new (void)
{
  NegVtt *vtt = g_new0 (NegVtt, 1);

  vtt->cues = g_array_new (FALSE, FALSE, sizeof (NegVttCue));
  g_array_set_clear_func (vtt->cues, clear_cue);
  return vtt;
}

void
neg_vtt_free (NegVtt *vtt)
{
  if (vtt == NULL)
    return;
  g_array_unref (vtt->cues);
  g_free (vtt);
}

guint
neg_vtt_get_n_cues (const NegVtt *vtt)
{
  return vtt->cues->len;
}

const NegVttCue *
neg_vtt_get_cue (const NegVtt *vtt, guint index)
{
  g_return_val_if_fail (index < vtt->cues->len, NULL);

  return &g_array_index (vtt->cues, NegVttCue, index);
}

/* How many have begun at @time_us. */
static guint
count_begun (const NegVtt *vtt, gint64 time_us)
{
  guint low = 0, high = vtt->cues->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (neg_vtt_get_cue (vtt, middle)->start_us <= time_us)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

int
neg_vtt_find_begun (const NegVtt *vtt, gint64 time_us)
{
  return (int) count_begun (vtt, time_us) - 1;
}

int
neg_vtt_find (const NegVtt *vtt, gint64 time_us)
{
  for (guint i = count_begun (vtt, time_us); i > 0; i--)
    if (neg_vtt_get_cue (vtt, i - 1)->end_us > time_us)
      return i - 1;
  return -1;
}

/* --- text --- */

/* What could not be seen, or would turn the order of what can. */
static gboolean
is_kept (gunichar c)
{
  switch (g_unichar_type (c)) {
  case G_UNICODE_CONTROL:
    return c == '\n';
  case G_UNICODE_FORMAT:
  case G_UNICODE_SURROGATE:
  case G_UNICODE_UNASSIGNED:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
    return FALSE;
  default:
    return TRUE;
  }
}

/* Lines without blanks at their ends, no empty ones: an empty line would end the cue. */
static char *
dup_clean (const char *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    gboolean at_start = clean->len == 0 || clean->str[clean->len - 1] == '\n';

    if (c == '\t' || c == 0xA0)
      c = ' ';
    if (c == '\n')
      while (clean->len > 0 && clean->str[clean->len - 1] == ' ')
        g_string_truncate (clean, clean->len - 1);
    if (!is_kept (c) || ((c == ' ' || c == '\n') && (at_start || clean->len == 0)))
      continue;
    if (clean->len + 6 > NEG_VTT_TEXT_BYTES_MAX)
      break;
    g_string_append_unichar (clean, c);
  }
  while (clean->len > 0 && strchr (" \n", clean->str[clean->len - 1]) != NULL)
    g_string_truncate (clean, clean->len - 1);
  return g_string_free (g_steal_pointer (&clean), FALSE);
}

/* WebVTT, 6.4: the character references of HTML, of which these are in use. NULL: none of them. */
static const char *
find_entity (const char *text, gsize *length)
{
  static const struct {
    const char *name, *value;
  } entities[] = {
    { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" },   { "&quot;", "\"" },
    { "&apos;", "'" }, { "&nbsp;", " " }, { "&lrm;", "" }, { "&rlm;", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (entities); i++)
    if (g_str_has_prefix (text, entities[i].name)) {
      *length = strlen (entities[i].name);
      return entities[i].value;
    }
  return NULL;
}

/* A payload without its tags (<b>, <v Name>, <00:01.000>). One that is not closed goes to the end, as 6.4 has it. */
static char *
dup_payload (const char *text)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (const char *p = text; *p != '\0';) {
    gsize length = 1;
    const char *value = *p == '&' ? find_entity (p, &length) : NULL;

    if (*p == '<') {
      p = strchr (p, '>');
      if (p == NULL)
        break;
      p++;
      continue;
    }
    if (value != NULL)
      g_string_append (plain, value);
    else
      g_string_append_c (plain, *p);
    p += length;
  }
  return dup_clean (plain->str);
}

/* --- changing --- */

static gboolean
is_stretch (gint64 start_us, gint64 end_us)
{
  return start_us >= 0 && end_us > start_us && end_us <= NEG_VTT_TIME_MAX_US;
}

static void
insert (NegVtt *vtt, gint64 start_us, gint64 end_us, char *text)
{
  const NegVttCue cue = { start_us, end_us, text };

  g_array_insert_val (vtt->cues, count_begun (vtt, start_us), cue);
}

gboolean
neg_vtt_add (NegVtt *vtt, gint64 start_us, gint64 end_us, const char *text)
{
  g_autofree char *clean = NULL;

  g_return_val_if_fail (vtt != NULL && text != NULL && g_utf8_validate (text, -1, NULL), FALSE);

  if (start_us < 0)
    return FALSE;
  start_us -= start_us % 1000;
  end_us -= end_us % 1000;
  clean = dup_clean (text);
  if (!is_stretch (start_us, end_us) || *clean == '\0' || vtt->cues->len >= NEG_VTT_CUES_MAX)
    return FALSE;
  insert (vtt, start_us, end_us, g_steal_pointer (&clean));
  return TRUE;
}

void
neg_vtt_remove (NegVtt *vtt, guint index)
{
  g_return_if_fail (index < vtt->cues->len);

  g_array_remove_index (vtt->cues, index);
}

static void
append_time (GString *text, gint64 time_us)
{
  gint64 ms = time_us / 1000;

  g_string_append_printf (text, "%02d:%02d:%02d.%03d", (int) (ms / 3600000), (int) (ms / 60000 % 60),
                          (int) (ms / 1000 % 60), (int) (ms % 1000));
}

char *
neg_vtt_to_text (const NegVtt *vtt)
{
  GString *text = g_string_new ("WEBVTT\n");

  for (guint i = 0; i < vtt->cues->len; i++) {
    const NegVttCue *cue = neg_vtt_get_cue (vtt, i);

    g_string_append_c (text, '\n');
    append_time (text, cue->start_us);
    g_string_append (text, " " ARROW " ");
    append_time (text, cue->end_us);
    g_string_append_c (text, '\n');
    for (const char *p = cue->text; *p != '\0'; p++)
      if (*p == '&' || *p == '<' || *p == '>')
        g_string_append (text, *p == '&' ? "&amp;" : *p == '<' ? "&lt;" : "&gt;");
      else
        g_string_append_c (text, *p);
    g_string_append_c (text, '\n');
  }
  return g_string_free (text, FALSE);
}

/* --- reading --- */

typedef struct {
  char **lines;
  guint at;
} Lines;

static gboolean
fail_line (GError **error, const Lines *lines, NegErrorCode code, const char *words)
{
  g_autofree char *where = g_strdup_printf ("line %u", lines->at + 1);

  return neg_fail (error, code, where, "%s", words);
}

static gboolean
read_digits (const char **text, guint n_min, guint n_max, gint64 *value)
{
  guint n = 0;

  for (*value = 0; n < n_max && g_ascii_isdigit (**text); n++)
    *value = *value * 10 + *(*text)++ - '0';
  return n >= n_min && !g_ascii_isdigit (**text);
}

/* [hh:]mm:ss.ttt (WebVTT, 4.1) */
static gboolean
read_time (const char **text, gint64 *time_us)
{
  gint64 parts[3] = { 0 }, ms;
  guint n = 0;

  for (;;) {
    if (!read_digits (text, 2, n == 0 ? 4 : 2, &parts[n]))
      return FALSE;
    n++;
    if (**text != ':' || n == 3)
      break;
    (*text)++;
  }
  if (n < 2 || **text != '.' || parts[n - 1] > 59 || parts[n - 2] > 59)
    return FALSE;
  (*text)++;
  if (!read_digits (text, 3, 3, &ms))
    return FALSE;
  *time_us = (n == 3 ? parts[0] * G_TIME_SPAN_HOUR : 0) + parts[n - 2] * G_TIME_SPAN_MINUTE
             + parts[n - 1] * G_TIME_SPAN_SECOND + ms * G_TIME_SPAN_MILLISECOND;
  return TRUE;
}

static void
skip_blanks (const char **text)
{
  while (**text == ' ' || **text == '\t')
    (*text)++;
}

/* Settings behind the times are of somebody else's page. */
static gboolean
read_timing (const char *line, gint64 *start_us, gint64 *end_us)
{
  skip_blanks (&line);
  if (!read_time (&line, start_us))
    return FALSE;
  skip_blanks (&line);
  if (!g_str_has_prefix (line, ARROW))
    return FALSE;
  line += strlen (ARROW);
  skip_blanks (&line);
  return read_time (&line, end_us) && strchr (" \t", *line) != NULL && is_stretch (*start_us, *end_us);
}

static gboolean
is_end (const Lines *lines)
{
  return lines->lines[lines->at] == NULL;
}

static gboolean
is_blank (const Lines *lines)
{
  return *lines->lines[lines->at] == '\0';
}

static void
skip_block (Lines *lines)
{
  while (!is_end (lines) && !is_blank (lines))
    lines->at++;
}

static gboolean
is_aside (const char *line)
{
  static const char *const words[] = { "NOTE", "STYLE", "REGION" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (line, words[i]) && strchr (" \t", line[strlen (words[i])]) != NULL)
      return TRUE;
  return FALSE;
}

/* An identifier or none, the times, the payload. A cue without text shows nothing and is left out. */
static gboolean
read_cue (NegVtt *vtt, Lines *lines, GError **error)
{
  g_autoptr (GString) payload = g_string_new (NULL);
  g_autofree char *text = NULL;
  gint64 start_us, end_us;

  if (strstr (lines->lines[lines->at], ARROW) == NULL)
    lines->at++;
  if (is_end (lines) || !read_timing (lines->lines[lines->at], &start_us, &end_us))
    return fail_line (error, lines, NEG_ERROR_UNREADABLE, "not the times of a caption");
  if (vtt->cues->len >= NEG_VTT_CUES_MAX)
    return fail_line (error, lines, NEG_ERROR_SIZE_OVERFLOW, "too many captions");
  for (lines->at++; !is_end (lines) && !is_blank (lines); lines->at++)
    g_string_append_printf (payload, "%s\n", lines->lines[lines->at]);
  if (payload->len > 4 * NEG_VTT_TEXT_BYTES_MAX)
    return fail_line (error, lines, NEG_ERROR_SIZE_OVERFLOW, "a caption is too long");
  text = dup_payload (payload->str);
  if (*text != '\0')
    insert (vtt, start_us, end_us, g_steal_pointer (&text));
  return TRUE;
}

static gboolean
read_lines (NegVtt *vtt, Lines *lines, GError **error)
{
  const char *head = lines->lines[0];

  if (head == NULL || !g_str_has_prefix (head, "WEBVTT") || strchr (" \t", head[6]) == NULL)
    return fail_line (error, lines, NEG_ERROR_UNREADABLE, "no WebVTT file");
  for (skip_block (lines); !is_end (lines);)
    if (is_blank (lines))
      lines->at++;
    else if (is_aside (lines->lines[lines->at]))
      skip_block (lines);
    else if (!read_cue (vtt, lines, error))
      return FALSE;
  return TRUE;
}

/* Line ends of all three kinds become one; NUL is U+FFFD (WebVTT, 6.1). */
static char *
dup_normal (const char *data, gsize length)
{
  GString *text = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    if (data[i] == '\0')
      g_string_append (text, REPLACED);
    else if (data[i] != '\r')
      g_string_append_c (text, data[i]);
    else if (i + 1 == length || data[i + 1] != '\n')
      g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

NegVtt *
neg_vtt_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (NegVtt) vtt = neg_vtt_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) split = NULL;
  Lines lines = { 0 };

  if (length > NEG_VTT_BYTES_MAX) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "captions of more than a mebibyte");
    return NULL;
  }
  text = dup_normal (data, length);
  if (!g_utf8_validate (text, -1, NULL)) {
    neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "captions that are not UTF-8");
    return NULL;
  }
  split = g_strsplit (g_str_has_prefix (text, "\xEF\xBB\xBF") ? text + 3 : text, "\n", -1);
  lines.lines = split;
  return read_lines (vtt, &lines, error) ? g_steal_pointer (&vtt) : NULL;
}
