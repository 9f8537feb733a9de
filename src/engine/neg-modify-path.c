#include "config.h"

#include "engine/neg-modify-private.h"

#include <string.h>

#include "base/neg-error.h"

#define STEP_BYTES_MAX 80

/* What is no person's to change: what the bytes of the object hang on, and what its history says. */
static gboolean
is_forbidden (guint32 tag)
{
  const guint32 group = tag >> 16, element = tag & 0xFFFF;

  if (group <= 0x0004 || group == 0x7FE0 || group >= 0xFFFA || element == 0)
    return TRUE;
  if (group % 2 != 0)
    return element <= 0x00FF;
  return (tag >= 0x00280002 && tag <= 0x00280103) || tag == 0x00080005 || tag == 0x00080016 || tag == 0x04000561
         || tag == 0x4FFE0001;
}

static gboolean
parse_number (const char *text, guint32 *tag)
{
  guint64 number;

  if (strlen (text) != 8 || !g_ascii_string_to_unsigned (text, 16, 0, G_MAXUINT32, &number, NULL))
    return FALSE;
  *tag = number;
  return TRUE;
}

/* "Keyword" or "Keyword[3]" */
static gboolean
parse_step (const char *text, NegStep *step, const NegDictionary *dictionary)
{
  char name[STEP_BYTES_MAX];
  const char *bracket = strchr (text, '[');
  const gsize length = bracket != NULL ? (gsize) (bracket - text) : strlen (text);
  guint64 item;

  if (length == 0 || length >= sizeof name)
    return FALSE;
  memcpy (name, text, length);
  name[length] = '\0';
  step->item = -1;
  if (bracket != NULL) {
    g_autofree char *number = g_strndup (bracket + 1, strcspn (bracket + 1, "]"));

    if (strcmp (bracket + 1 + strlen (number), "]") != 0
        || !g_ascii_string_to_unsigned (number, 10, 0, NEG_NODE_ITEMS_MAX, &item, NULL))
      return FALSE;
    step->item = item;
  }
  return parse_number (name, &step->tag) || dictionary->find (name, &step->tag);
}

gboolean
neg_path_parse (NegPath *path, const char *text, const NegDictionary *dictionary, GError **error)
{
  g_auto (GStrv) steps = g_strsplit (text, ".", NEG_PATH_STEPS_MAX + 1);
  const guint n = g_strv_length (steps);

  if (n == 0 || n > NEG_PATH_STEPS_MAX)
    return neg_fail (error, NEG_ERROR_USAGE, text, "this is no path of an attribute");
  path->n = n;
  for (guint i = 0; i < n; i++) {
    if (!parse_step (steps[i], &path->steps[i], dictionary) || (path->steps[i].item >= 0) != (i + 1 < n))
      return neg_fail (error, NEG_ERROR_USAGE, text, "this is no path of an attribute");
    if (is_forbidden (path->steps[i].tag))
      return neg_fail (error, NEG_ERROR_REFUSED, text, "this attribute may not be changed");
  }
  return TRUE;
}
