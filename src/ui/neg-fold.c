#include "config.h"

#include "ui/neg-fold.h"

#include <string.h>

/* Letters with a stroke or joined ones, which Unicode does not take apart. */
static const char *
plain_letters (gunichar c)
{
  switch (c) {
  case 0x00f8: /* ø */
    return "o";
  case 0x0142: /* ł */
    return "l";
  case 0x0111: /* đ */
  case 0x00f0: /* ð */
    return "d";
  case 0x00fe: /* þ */
    return "th";
  case 0x00e6: /* æ */
    return "ae";
  case 0x0153: /* œ */
    return "oe";
  case 0x0131: /* ı */
    return "i";
  default:
    return NULL;
  }
}

char *
neg_fold_dup (const char *text)
{
  g_autofree char *cased = text != NULL && g_utf8_validate (text, -1, NULL) ? g_utf8_casefold (text, -1) : g_strdup ("");
  g_autofree char *decomposed = g_utf8_normalize (cased, -1, G_NORMALIZE_ALL);
  GString *folded = g_string_new (NULL);

  for (const char *at = decomposed; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    const char *plain = plain_letters (c);

    if (plain != NULL)
      g_string_append (folded, plain);
    else if (!g_unichar_ismark (c))
      g_string_append_unichar (folded, c);
  }
  return g_string_free (folded, FALSE);
}

gboolean
neg_fold_matches (const char *folded, const char *query)
{
  g_autofree char *folded_query = neg_fold_dup (query);
  g_auto (GStrv) words = g_strsplit_set (folded_query, " \t\n", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (folded, words[i]) == NULL)
      return FALSE;
  return TRUE;
}
