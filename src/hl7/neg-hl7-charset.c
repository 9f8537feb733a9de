#include "config.h"

#include "hl7/neg-hl7-charset.h"

#include <errno.h>
#include <string.h>

#include "base/neg-error.h"

#define REPLACEMENT "\xEF\xBF\xBD"
#define REPLACEMENT_BYTES 3
/* Of every set that is read here, one byte gives at most three of UTF-8. */
#define GROWTH_MAX 3
#define ESC '\x1B'

static const char ascii[] = "ASCII", utf8[] = "UTF-8", windows[] = "WINDOWS-1252", latin_1[] = "ISO-8859-1",
                  japanese[] = "ISO-2022-JP";

/* Letters and digits of the names, upper case, without a leading ISO. */
static const struct {
  const char *key;
  const char *charset;
} charsets[] = {
  { "", ascii },
  { "ASCII", ascii },
  { "USASCII", ascii },
  { "IR6", ascii },
  { "88591", latin_1 },
  { "LATIN1", latin_1 },
  { "IR100", latin_1 },
  { "88592", "ISO-8859-2" },
  { "88593", "ISO-8859-3" },
  { "88594", "ISO-8859-4" },
  { "88595", "ISO-8859-5" },
  { "88596", "ISO-8859-6" },
  { "88597", "ISO-8859-7" },
  { "88598", "ISO-8859-8" },
  { "88599", "ISO-8859-9" },
  { "885915", "ISO-8859-15" },
  { "UNICODE", utf8 },
  { "UNICODEUTF8", utf8 },
  { "UTF8", utf8 },
  { "IR192", utf8 },
  { "IR13", japanese },
  { "IR14", japanese },
  { "IR87", japanese },
  { "IR159", japanese },
  { "GB180302000", "GB18030" },
  { "GB18030", "GB18030" },
  { "KSX1001", "EUC-KR" },
  { "EUCKR", "EUC-KR" },
  { "BIG5", "BIG5" },
  { "WINDOWS1252", windows },
  { "CP1252", windows },
};

const char *
neg_hl7_charset_find (NegHl7Value declared)
{
  char key[16];
  gsize n = 0;
  const char *name = key;

  for (gsize i = 0; i < declared.length; i++) {
    if (!g_ascii_isalnum (declared.data[i]))
      continue;
    if (n == sizeof key - 1)
      return NULL;
    key[n++] = g_ascii_toupper (declared.data[i]);
  }
  key[n] = '\0';
  if (g_str_has_prefix (key, "ISO"))
    name += strlen ("ISO");
  for (guint i = 0; i < G_N_ELEMENTS (charsets); i++)
    if (strcmp (name, charsets[i].key) == 0)
      return charsets[i].charset;
  return NULL;
}

/* NUL, which GLib takes for no UTF-8, is left to those who make texts of values. */
static gboolean
is_utf8 (const char *data, gsize length)
{
  const char *end = data + length;

  while (data < end) {
    const char *nul = memchr (data, '\0', end - data);
    const char *stop = nul != NULL ? nul : end;

    if (!g_utf8_validate_len (data, stop - data, NULL))
      return FALSE;
    data = stop + 1;
  }
  return TRUE;
}

static gboolean
has_high_byte (const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guint8) data[i] >= 0x80)
      return TRUE;
  return FALSE;
}

static gboolean
has_c1_byte (const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guint8) data[i] >= 0x80 && (guint8) data[i] < 0xA0)
      return TRUE;
  return FALSE;
}

typedef enum { JIS_ASCII, JIS_KATAKANA, JIS_0208, JIS_0212 } JisState;

/* The state that the escape sequence at @data chooses, and its length; 0 when it chooses none of these. */
static gsize
read_designation (const char *data, gsize length, JisState *state)
{
  static const struct {
    const char *bytes;
    JisState state;
  } designations[] = { { "\x1B(B", JIS_ASCII }, { "\x1B(J", JIS_ASCII },   { "\x1B(I", JIS_KATAKANA },
                       { "\x1B$B", JIS_0208 },  { "\x1B$@", JIS_0208 },    { "\x1B$(B", JIS_0208 },
                       { "\x1B$(D", JIS_0212 }, { "\x1B)I", JIS_ASCII } };

  for (guint i = 0; i < G_N_ELEMENTS (designations); i++) {
    gsize n = strlen (designations[i].bytes);

    if (length >= n && memcmp (data, designations[i].bytes, n) == 0) {
      *state = designations[i].state;
      return n;
    }
  }
  return 0;
}

/* ISO 2022 (ISO-IR 14, 13, 87, 159) as EUC-JP, which has the same characters without states. JIS X 0201's Yen sign
 * and overline are taken for what HL7 uses those bytes as, the escape character and the repetition separator. A line's
 * end is always ASCII: so ends a sender's mistake. NULL: no memory. */
static char *
make_euc_jp (const char *data, gsize length, gsize *out_length)
{
  JisState state = JIS_ASCII;
  char *euc = length <= G_MAXSIZE / 2 - 1 ? g_try_malloc (length * 2 + 1) : NULL;
  gsize n = 0, skip;

  for (gsize i = 0; euc != NULL && i < length; i += skip) {
    guint8 byte = data[i];
    gboolean pair = i + 1 < length && byte > 0x20 && byte < 0x7F && data[i + 1] > 0x20 && data[i + 1] < 0x7F;

    skip = byte == ESC ? read_designation (data + i, length - i, &state) : 0;
    if (skip > 0)
      continue;
    skip = 1;
    state = byte == '\r' || byte == '\n' ? JIS_ASCII : state;
    if ((state == JIS_0208 || state == JIS_0212) && pair) {
      if (state == JIS_0212)
        euc[n++] = '\x8F';
      euc[n++] = (char) (byte | 0x80);
      euc[n++] = (char) (data[i + 1] | 0x80);
      skip = 2;
    } else {
      if ((state == JIS_KATAKANA && byte > 0x20 && byte < 0x60) || (byte > 0xA0 && byte < 0xE0))
        euc[n++] = '\x8E';
      euc[n++] = (char) (state == JIS_KATAKANA && byte > 0x20 && byte < 0x60 ? byte | 0x80 : byte);
    }
  }
  *out_length = n;
  return euc;
}

/* @target has room for GROWTH_MAX times @length. Returns what was written. */
static gsize
convert_all (GIConv converter, const char *data, gsize length, char *target, gsize room, gsize *n_bad)
{
  char *in = (char *) data, *out = target;
  gsize left = length;

  *n_bad = 0;
  while (left > 0 && g_iconv (converter, &in, &left, &out, &room) == (gsize) -1) {
    if ((errno != EILSEQ && errno != EINVAL) || room < REPLACEMENT_BYTES || left == 0)
      break;
    memcpy (out, REPLACEMENT, REPLACEMENT_BYTES);
    out += REPLACEMENT_BYTES;
    room -= REPLACEMENT_BYTES;
    in++;
    left--;
    ++*n_bad;
  }
  return out - target;
}

static char *
convert (const char *charset, const char *data, gsize length, gsize *out_length, gsize *n_bad, GError **error)
{
  char *target = length < (G_MAXSIZE - 1) / GROWTH_MAX ? g_try_malloc (length * GROWTH_MAX + 1) : NULL;
  GIConv converter;
  char *shrunk;

  if (target == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for %" G_GSIZE_FORMAT " bytes of text", length);
    return NULL;
  }
  converter = g_iconv_open (utf8, charset);
  if (converter == (GIConv) -1) {
    g_free (target);
    neg_fail (error, NEG_ERROR_UNSUPPORTED, "MSH-18", "this system cannot read %s", charset);
    return NULL;
  }
  *out_length = convert_all (converter, data, length, target, length * GROWTH_MAX, n_bad);
  g_iconv_close (converter);
  target[*out_length] = '\0';
  shrunk = g_try_realloc (target, *out_length + 1);
  return shrunk != NULL ? shrunk : target;
}

static char *
copy (const char *data, gsize length, gsize *out_length, gsize *n_bad, GError **error)
{
  char *target = length < G_MAXSIZE ? g_try_malloc (length + 1) : NULL;

  if (target == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for %" G_GSIZE_FORMAT " bytes of text", length);
    return NULL;
  }
  memcpy (target, data, length);
  target[length] = '\0';
  *out_length = length;
  *n_bad = 0;
  return target;
}

char *
neg_hl7_charset_convert (const char *charset, const char *data, gsize length, gsize *out_length, gsize *n_bad,
                         GError **error)
{
  g_autofree char *euc = NULL;
  gsize bad;

  n_bad = n_bad != NULL ? n_bad : &bad;
  if (strcmp (charset, japanese) == 0) {
    euc = make_euc_jp (data, length, &length);
    if (euc == NULL) {
      neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for %" G_GSIZE_FORMAT " bytes of text", length);
      return NULL;
    }
    return convert ("EUC-JP", euc, length, out_length, n_bad, error);
  }
  if (strcmp (charset, ascii) == 0 || strcmp (charset, utf8) == 0) {
    if (is_utf8 (data, length))
      return copy (data, length, out_length, n_bad, error);
    charset = windows;
  }
  return convert (charset, data, length, out_length, n_bad, error);
}

static void
warn (GPtrArray *warnings, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
warn (GPtrArray *warnings, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (warnings, g_strdup_vprintf (format, args));
  va_end (args);
}

/* The one of several that is the set of all of them: the Japanese ones complete each other, others are not switched. */
static const char *
choose (NegHl7Value declared, char repetition, GPtrArray *warnings)
{
  NegHl7Value part;
  const char *chosen = NULL;
  gboolean first = TRUE;

  while (neg_hl7_value_split (&declared, repetition, &part)) {
    const char *found = neg_hl7_charset_find (part);

    if (found == NULL)
      warn (warnings, "MSH-18 names a character set that is not known");
    else if (chosen == NULL && (first || found != ascii))
      chosen = found;
    else if (found == japanese)
      chosen = japanese;
    else if (found != chosen && found != ascii)
      warn (warnings, "MSH-18 names several character sets: read as %s only", chosen);
    first = FALSE;
  }
  return chosen != NULL ? chosen : ascii;
}

/* What the bytes are read as, @chosen or for a reason said something else. */
static const char *
judge (const char *chosen, const char *data, gsize length, gboolean has_bom, GPtrArray *warnings)
{
  gboolean high = has_high_byte (data, length);
  gboolean valid = is_utf8 (data, length);

  if (has_bom && valid) {
    if (chosen != utf8 && chosen != ascii)
      warn (warnings, "MSH-18 says %s, a byte order mark says UTF-8: read as UTF-8", chosen);
    return utf8;
  }
  if ((chosen == utf8 && valid) || (chosen == ascii && !high))
    return chosen;
  if (chosen == utf8 || chosen == ascii) {
    warn (warnings, "MSH-18 says %s or nothing, but the bytes are not: read as %s", chosen,
          valid ? utf8 : "Windows-1252");
    return valid ? utf8 : windows;
  }
  if (high && valid)
    warn (warnings, "MSH-18 says %s, but the bytes look like UTF-8", chosen);
  else if (chosen == latin_1 && has_c1_byte (data, length)) {
    warn (warnings, "MSH-18 says %s, but the bytes are not: read as Windows-1252", chosen);
    return windows;
  }
  return chosen;
}

static gboolean
needs_conversion (const char *charset, const char *data, gsize length)
{
  if (charset == utf8 || charset == ascii)
    return FALSE;
  return has_high_byte (data, length) || (charset == japanese && memchr (data, ESC, length) != NULL);
}

GBytes *
neg_hl7_charset_decode (GBytes *bytes, NegHl7Value declared, char repetition, gboolean has_bom, const char **charset,
                        GPtrArray *warnings, GError **error)
{
  gsize length, out_length, n_bad = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  char *text;

  *charset = judge (choose (declared, repetition, warnings), data, length, has_bom, warnings);
  if (!needs_conversion (*charset, data, length))
    return g_bytes_ref (bytes);
  text = neg_hl7_charset_convert (*charset, data, length, &out_length, &n_bad, error);
  if (text == NULL)
    return NULL;
  if (n_bad > 0)
    warn (warnings, "%" G_GSIZE_FORMAT " bytes are not of %s: shown as U+FFFD", n_bad, *charset);
  return g_bytes_new_take (text, out_length);
}
