#include "config.h"

#include "base/neg-uid.h"

#include <string.h>
#include <sys/random.h>

/* 128 bits in decimal, by long division of four 32-bit digits. */
char *
neg_uid_new (void)
{
  guint32 words[4];
  char digits[40];
  guint at = sizeof digits;

  /* At most 256 bytes never come short, and only wait before the kernel has gathered any randomness at all. */
  if (getrandom (words, sizeof words, 0) != sizeof words)
    g_error ("the kernel gives no random numbers");
  words[0] |= 0x80000000u; /* never shorter, so never 0 */
  digits[--at] = '\0';
  while (words[0] | words[1] | words[2] | words[3]) {
    guint64 rest = 0;

    for (guint i = 0; i < 4; i++) {
      rest = rest << 32 | words[i];
      words[i] = (guint32) (rest / 10);
      rest %= 10;
    }
    digits[--at] = (char) ('0' + rest);
  }
  return g_strconcat ("2.25.", digits + at, NULL);
}

static gboolean
is_component (const char *start, const char *end)
{
  if (start == end || (*start == '0' && end - start > 1))
    return FALSE;
  for (const char *c = start; c < end; c++)
    if (!g_ascii_isdigit (*c))
      return FALSE;
  return TRUE;
}

gboolean
neg_uid_is_valid (const char *text)
{
  if (text == NULL || strlen (text) > 64)
    return FALSE;
  for (;;) {
    const char *end = strchrnul (text, '.');

    if (!is_component (text, end))
      return FALSE;
    if (*end == '\0')
      return TRUE;
    text = end + 1;
  }
}
