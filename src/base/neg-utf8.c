#include "config.h"

#include "base/neg-utf8.h"

#include <string.h>

gboolean
neg_utf8_cut (char *text, gsize bytes_max)
{
  if (strlen (text) <= bytes_max)
    return FALSE;
  *g_utf8_find_prev_char (text, text + bytes_max + 1) = '\0';
  return TRUE;
}
