#include "config.h"

#include "base/neg-uid.h"

#include <string.h>
#include <sys/random.h>

#define WORDS 4 /* of 128 bits, the highest first */

/* In decimal, by long division of four 32-bit digits. Given. */
static char *
make_uid (const guint32 number[WORDS])
{
  guint32 words[WORDS];
  char digits[40];
  guint at = sizeof digits;

  memcpy (words, number, sizeof words);
  digits[--at] = '\0';
  while (words[0] | words[1] | words[2] | words[3]) {
    guint64 rest = 0;

    for (guint i = 0; i < WORDS; i++) {
      rest = rest << 32 | words[i];
      words[i] = (guint32) (rest / 10);
      rest %= 10;
    }
    digits[--at] = (char) ('0' + rest);
  }
  return g_strconcat ("2.25.", digits + at, NULL);
}

char *
neg_uid_new (void)
{
  guint32 words[WORDS];

  /* At most 256 bytes never come short, and only wait before the kernel has gathered any randomness at all. */
  if (getrandom (words, sizeof words, 0) != sizeof words)
    g_error ("the kernel gives no random numbers");
  words[0] |= 0x80000000u; /* never shorter, so never 0 */
  return make_uid (words);
}

/* A UUID of version 8 (RFC 9562, 5.8): what is in it is its maker's, and these bits say so. */
char *
neg_uid_derive (const char *seed, const char *old_uid)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  guint32 words[WORDS];

  g_checksum_update (checksum, (const guchar *) seed, (gssize) strlen (seed) + 1);
  g_checksum_update (checksum, (const guchar *) old_uid, (gssize) strlen (old_uid));
  g_checksum_get_digest (checksum, digest, &length);
  for (guint i = 0; i < WORDS; i++)
    words[i] = (guint32) digest[4 * i] << 24 | (guint32) digest[4 * i + 1] << 16 | (guint32) digest[4 * i + 2] << 8
               | digest[4 * i + 3];
  words[1] = (words[1] & 0xFFFF0FFFu) | 0x8000u;
  words[2] = (words[2] & 0x3FFFFFFFu) | 0x80000000u;
  return make_uid (words);
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
