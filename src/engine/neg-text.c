#include "config.h"

#include "engine/neg-text.h"

#include <iconv.h>
#include <string.h>

/* The character sets that a value can be in (PS3.3 tables C.12-2 to C.12-5). One converter each, but for ASCII and
 * the two halves of JIS X 0201, which are arithmetic. */
typedef enum {
  SET_NONE, /* nothing designated: bytes >= 0x80 mean nothing */
  SET_ASCII,
  SET_JIS_ROMAN,
  SET_KATAKANA,
  SET_LATIN1,
  SET_LATIN2,
  SET_LATIN3,
  SET_LATIN4,
  SET_CYRILLIC,
  SET_ARABIC,
  SET_GREEK,
  SET_HEBREW,
  SET_LATIN5,
  SET_LATIN9,
  SET_THAI,
  SET_KANJI,              /* JIS X 0208 */
  SET_SUPPLEMENTARY_KANJI, /* JIS X 0212 */
  SET_KOREAN,             /* KS X 1001 */
  SET_CHINESE,            /* GB 2312 */
  SET_UTF8,
  SET_GB18030,
  SET_GBK,
  N_SETS,
} Set;

static const char *const set_iconv_names[N_SETS] = {
  [SET_LATIN1] = "ISO-8859-1",   [SET_LATIN2] = "ISO-8859-2",  [SET_LATIN3] = "ISO-8859-3",
  [SET_LATIN4] = "ISO-8859-4",   [SET_CYRILLIC] = "ISO-8859-5", [SET_ARABIC] = "ISO-8859-6",
  [SET_GREEK] = "ISO-8859-7",    [SET_HEBREW] = "ISO-8859-8",  [SET_LATIN5] = "ISO-8859-9",
  [SET_LATIN9] = "ISO-8859-15",  [SET_THAI] = "TIS-620",       [SET_KANJI] = "EUC-JP",
  [SET_SUPPLEMENTARY_KANJI] = "EUC-JP", [SET_KOREAN] = "EUC-KR", [SET_CHINESE] = "EUC-CN",
  [SET_GB18030] = "GB18030",     [SET_GBK] = "GBK",
};

/* The defined terms without what writers get wrong in them: blanks, underscores, hyphens, case. */
typedef struct {
  const char *term;
  guint8 g0, g1;
} Term;

static const Term terms[] = {
  { "", SET_ASCII, SET_NONE },
  { "ISOIR6", SET_ASCII, SET_NONE },
  { "ISOIR13", SET_JIS_ROMAN, SET_KATAKANA },
  { "ISOIR100", SET_ASCII, SET_LATIN1 },
  { "ISOIR101", SET_ASCII, SET_LATIN2 },
  { "ISOIR109", SET_ASCII, SET_LATIN3 },
  { "ISOIR110", SET_ASCII, SET_LATIN4 },
  { "ISOIR126", SET_ASCII, SET_GREEK },
  { "ISOIR127", SET_ASCII, SET_ARABIC },
  { "ISOIR138", SET_ASCII, SET_HEBREW },
  { "ISOIR144", SET_ASCII, SET_CYRILLIC },
  { "ISOIR148", SET_ASCII, SET_LATIN5 },
  { "ISOIR166", SET_ASCII, SET_THAI },
  { "ISOIR203", SET_ASCII, SET_LATIN9 },
  { "ISOIR192", SET_UTF8, SET_UTF8 },
  { "GB18030", SET_GB18030, SET_GB18030 },
  { "GBK", SET_GBK, SET_GBK },
  /* Only by escape sequence, so a value begins in the default repertoire. */
  { "ISOIR58", SET_ASCII, SET_NONE },
  { "ISOIR87", SET_ASCII, SET_NONE },
  { "ISOIR149", SET_ASCII, SET_NONE },
  { "ISOIR159", SET_ASCII, SET_NONE },
};

/* What follows ESC, and the set it brings to G0 or G1 (PS3.3 tables C.12-3 and C.12-4). */
typedef struct {
  char bytes[4];
  guint8 set;
  gboolean is_g1;
} Escape;

static const Escape escapes[] = {
  { "(B", SET_ASCII, FALSE },    { "(J", SET_JIS_ROMAN, FALSE },
  { ")I", SET_KATAKANA, TRUE },  { "-A", SET_LATIN1, TRUE },
  { "-B", SET_LATIN2, TRUE },    { "-C", SET_LATIN3, TRUE },
  { "-D", SET_LATIN4, TRUE },    { "-F", SET_GREEK, TRUE },
  { "-G", SET_ARABIC, TRUE },    { "-H", SET_HEBREW, TRUE },
  { "-L", SET_CYRILLIC, TRUE },  { "-M", SET_LATIN5, TRUE },
  { "-T", SET_THAI, TRUE },      { "-b", SET_LATIN9, TRUE },
  { "$B", SET_KANJI, FALSE },    { "$(D", SET_SUPPLEMENTARY_KANJI, FALSE },
  { "$)C", SET_KOREAN, TRUE },   { "$)A", SET_CHINESE, TRUE },
};

struct _NegText {
  guint8 first_g0, first_g1; /* where every value begins */
  gboolean has_escapes;
  char *unknown;
  iconv_t converters[N_SETS]; /* opened when first needed; (iconv_t) -1 when the system has none */
  gboolean opened[N_SETS];
};

/* One value on its way: what is designated, and the output. */
typedef struct {
  NegText *text;
  guint8 g0, g1;
  GString *output;
} Decoding;

#define REPLACEMENT 0xFFFD

/* Held open for the life of the process: glibc unloads a converter's tables soon after its last user closed it, and a
 * sealed engine cannot load them again. */
static iconv_t preloaded[N_SETS];

void
neg_text_preload (void)
{
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;
  for (guint i = 0; i < N_SETS; i++)
    preloaded[i] = set_iconv_names[i] ? iconv_open ("UTF-8", set_iconv_names[i]) : (iconv_t) -1;
  g_once_init_leave (&done, 1);
}

/* "ISO 2022 IR 87" and "ISO_IR 87" name the same set; whether escapes are used is said by the caller's other rule. */
static const Term *
find_term (const char *value, gsize length)
{
  char normal[32];
  gsize n = 0;

  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isalnum (value[i]))
      continue;
    if (n == sizeof normal - 1)
      return NULL;
    normal[n++] = g_ascii_toupper (value[i]);
  }
  normal[n] = '\0';
  if (g_str_has_prefix (normal, "ISO2022IR"))
    memmove (normal + 3, normal + 7, n - 7 + 1);
  for (guint i = 0; i < G_N_ELEMENTS (terms); i++)
    if (strcmp (normal, terms[i].term) == 0)
      return &terms[i];
  return NULL;
}

static gboolean
names_iso_2022 (const char *value, gsize length)
{
  return g_strstr_len (value, length, "2022") != NULL;
}

NegText *
neg_text_new (const char *charset)
{
  NegText *text = g_new0 (NegText, 1);
  const char *value = charset ? charset : "";
  guint n_values = 0;

  text->first_g0 = SET_ASCII;
  text->first_g1 = SET_NONE;
  for (;;) {
    gsize length = strcspn (value, "\\");
    const Term *term = find_term (value, length);

    if (term != NULL && n_values == 0) {
      text->first_g0 = term->g0;
      text->first_g1 = term->g1;
    }
    if (term == NULL && text->unknown == NULL)
      text->unknown = g_utf8_make_valid (value, MIN (length, 64));
    /* One value means no code extension (C.12.1.1.2), but a single "ISO 2022 IR 87" can only be meant with it. */
    if (n_values > 0 || names_iso_2022 (value, length))
      text->has_escapes = TRUE;
    n_values++;
    if (value[length] == '\0')
      break;
    value += length + 1;
  }
  /* These three allow no code extension (C.12.1.1.2). */
  if (text->first_g0 >= SET_UTF8)
    text->has_escapes = FALSE;
  return text;
}

void
neg_text_free (NegText *text)
{
  if (text == NULL)
    return;
  for (guint i = 0; i < N_SETS; i++)
    if (text->opened[i] && text->converters[i] != (iconv_t) -1)
      iconv_close (text->converters[i]);
  g_free (text->unknown);
  g_free (text);
}

const char *
neg_text_get_unknown (const NegText *text)
{
  return text->unknown;
}

/* NULL when the system has no such converter. */
static iconv_t
get_converter (NegText *text, Set set)
{
  if (!text->opened[set]) {
    text->converters[set] = iconv_open ("UTF-8", set_iconv_names[set]);
    text->opened[set] = TRUE;
  }
  return text->converters[set];
}

/* Appends what @bytes mean to @converter; what means nothing becomes U+FFFD, byte by byte. */
static void
append_converted (GString *output, iconv_t converter, const guint8 *bytes, gsize length)
{
  char *in = (char *) bytes;
  gsize in_left = length;
  char buffer[1024];

  iconv (converter, NULL, NULL, NULL, NULL);
  while (in_left > 0) {
    char *out = buffer;
    gsize out_left = sizeof buffer;
    gsize converted = iconv (converter, &in, &in_left, &out, &out_left);
    /* No room left is the one reason that is not the bytes' fault. */
    gboolean is_bad = converted == (gsize) -1 && in_left > 0 && out_left >= 16;

    g_string_append_len (output, buffer, out - buffer);
    if (is_bad) {
      g_string_append_unichar (output, REPLACEMENT);
      in++;
      in_left--;
    }
  }
}

static void
append_set (Decoding *decoding, Set set, const guint8 *bytes, gsize length)
{
  iconv_t converter = get_converter (decoding->text, set);

  if (converter == (iconv_t) -1)
    for (gsize i = 0; i < length; i++)
      g_string_append_unichar (decoding->output, REPLACEMENT);
  else
    append_converted (decoding->output, converter, bytes, length);
}

/* UTF-8, GB18030 and GBK: their trail bytes may be 5C, 5E or 3D, and nothing is ever switched. */
static void
append_whole (Decoding *decoding, const guint8 *bytes, gsize length)
{
  if (decoding->g0 == SET_UTF8) {
    g_autofree char *valid = g_utf8_make_valid ((const char *) bytes, length);

    g_string_append (decoding->output, valid);
  } else {
    append_set (decoding, decoding->g0, bytes, length);
  }
}

/* Two bytes of a 94x94 set in G0. iconv knows these sets as EUC, where both have their high bit set. */
static gsize
append_kanji (Decoding *decoding, const guint8 *bytes, gsize length)
{
  guint8 euc[3] = { 0x8F, 0, 0 };

  if (length < 2 || bytes[1] < 0x21 || bytes[1] > 0x7E) {
    g_string_append_unichar (decoding->output, REPLACEMENT);
    return 1;
  }
  euc[1] = bytes[0] | 0x80;
  euc[2] = bytes[1] | 0x80;
  if (decoding->g0 == SET_KANJI)
    append_set (decoding, SET_KANJI, euc + 1, 2);
  else
    append_set (decoding, SET_SUPPLEMENTARY_KANJI, euc, 3);
  return 2;
}

static gsize
append_g0 (Decoding *decoding, const guint8 *bytes, gsize length)
{
  guint8 byte = bytes[0];

  if ((decoding->g0 == SET_KANJI || decoding->g0 == SET_SUPPLEMENTARY_KANJI) && byte > 0x20 && byte < 0x7F)
    return append_kanji (decoding, bytes, length);
  if (decoding->g0 == SET_JIS_ROMAN && byte == 0x5C)
    g_string_append_unichar (decoding->output, 0xA5); /* yen sign */
  else if (decoding->g0 == SET_JIS_ROMAN && byte == 0x7E)
    g_string_append_unichar (decoding->output, 0x203E); /* overline */
  else
    g_string_append_c (decoding->output, byte);
  return 1;
}

/* A run of bytes >= 0x80. */
static void
append_g1 (Decoding *decoding, const guint8 *bytes, gsize length)
{
  if (decoding->g1 != SET_NONE && decoding->g1 != SET_KATAKANA) {
    append_set (decoding, decoding->g1, bytes, length);
    return;
  }
  for (gsize i = 0; i < length; i++) {
    gboolean is_kana = decoding->g1 == SET_KATAKANA && bytes[i] >= 0xA1 && bytes[i] <= 0xDF;

    g_string_append_unichar (decoding->output, is_kana ? 0xFF61u + (bytes[i] - 0xA1u) : REPLACEMENT);
  }
}

/* The bytes of the escape sequence at @bytes, 0 when it is none that is known. */
static gsize
apply_escape (Decoding *decoding, const guint8 *bytes, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (escapes); i++) {
    gsize n = strlen (escapes[i].bytes);

    if (length <= n || memcmp (bytes + 1, escapes[i].bytes, n) != 0)
      continue;
    if (escapes[i].is_g1)
      decoding->g1 = escapes[i].set;
    else
      decoding->g0 = escapes[i].set;
    return n + 1;
  }
  return 0;
}

/* PS3.5 6.1.2.5.3: before these the first value's sets are active again. */
static gboolean
is_delimiter (guint8 byte, gboolean is_person_name)
{
  return byte == '\r' || byte == '\n' || byte == '\t' || byte == '\f' || byte == '\\'
         || (is_person_name && (byte == '^' || byte == '='));
}

static gboolean
is_kanji_active (const Decoding *decoding)
{
  return decoding->g0 == SET_KANJI || decoding->g0 == SET_SUPPLEMENTARY_KANJI;
}

static void
append_extended (Decoding *decoding, const guint8 *bytes, gsize length, gboolean is_person_name)
{
  gsize i = 0;

  while (i < length) {
    gsize run = 1;

    if (bytes[i] == 0x1B) {
      run = decoding->text->has_escapes ? apply_escape (decoding, bytes + i, length - i) : 0;
      i += MAX (run, 1);
      continue;
    }
    if (bytes[i] >= 0x80) {
      while (i + run < length && bytes[i + run] >= 0x80)
        run++;
      append_g1 (decoding, bytes + i, run);
    } else {
      /* In a 94x94 set 5C, 5E and 3D are halves of characters; control characters are never. */
      if (is_delimiter (bytes[i], is_person_name) && (!is_kanji_active (decoding) || bytes[i] < 0x20)) {
        decoding->g0 = decoding->text->first_g0;
        decoding->g1 = decoding->text->first_g1;
      }
      run = append_g0 (decoding, bytes + i, length - i);
    }
    i += run;
  }
}

/* Drops what could disturb a line of text; C1 codes come of wrong charsets and are shown as unknown. */
static char *
without_controls (const GString *input)
{
  GString *output = g_string_sized_new (input->len + 1);

  for (const char *p = input->str; p < input->str + input->len; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (c >= 0x80 && c < 0xA0)
      g_string_append_unichar (output, REPLACEMENT);
    else if ((c >= 0x20 && c != 0x7F) || c == '\r' || c == '\n' || c == '\t' || c == '\f')
      g_string_append_unichar (output, c);
  }
  return g_string_free (output, FALSE);
}

/* Blanks, and of names the separators of groups that are not there (PS3.5 6.2.1). */
static void
cut_trailing (char *text, gboolean is_person_name)
{
  gsize n = strlen (text);

  while (n > 0 && (text[n - 1] == ' ' || (is_person_name && text[n - 1] == '=')))
    text[--n] = '\0';
}

char *
neg_text_decode (NegText *text, const guint8 *bytes, gsize length, gboolean is_person_name)
{
  Decoding decoding = { .text = text, .g0 = text->first_g0, .g1 = text->first_g1 };
  g_autofree char *clean = NULL;
  char *normal;

  while (length > 0 && (bytes[length - 1] == ' ' || bytes[length - 1] == '\0'))
    length--;
  decoding.output = g_string_sized_new (length + 1);
  if (decoding.g0 >= SET_UTF8)
    append_whole (&decoding, bytes, length);
  else
    append_extended (&decoding, bytes, length, is_person_name);

  clean = without_controls (decoding.output);
  g_string_free (decoding.output, TRUE);
  normal = g_utf8_normalize (clean, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  if (normal == NULL)
    normal = g_strdup (clean);
  cut_trailing (normal, is_person_name);
  return normal;
}
