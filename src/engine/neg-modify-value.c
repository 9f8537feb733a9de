#include "config.h"

#include "engine/neg-modify-private.h"

#include <string.h>

#include "base/neg-error.h"

/* PS3.5 table 6.2-1: characters of one value, and of which they are. NULL: any. Ranges of dates are for queries. */
static const struct {
  char vr[3];
  gboolean has_one_value;
  guint characters_max;
  const char *characters;
} kinds[] = {
  { "AE", FALSE, 16, NULL },
  { "AS", FALSE, 4, "0123456789DWMY" },
  { "CS", FALSE, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _" },
  { "DA", FALSE, 8, "0123456789" },
  { "DS", FALSE, 16, "0123456789+-.eE " },
  { "DT", FALSE, 26, "0123456789+-. " },
  { "IS", FALSE, 12, "0123456789+- " },
  { "LO", FALSE, 64, NULL },
  { "LT", TRUE, 10240, NULL },
  { "PN", FALSE, 3 * 64 + 2, NULL },
  { "SH", FALSE, 16, NULL },
  { "ST", TRUE, 1024, NULL },
  { "TM", FALSE, 14, "0123456789. " },
  { "UC", FALSE, G_MAXINT, NULL },
  { "UI", FALSE, 64, "0123456789." },
  { "UR", TRUE, G_MAXINT, NULL },
  { "UT", TRUE, G_MAXINT, NULL },
};

static gboolean
fail_value (const char *vr, GError **error)
{
  return neg_fail (error, NEG_ERROR_USAGE, vr, "the value is none that this attribute can have");
}

static int
find_kind (const char *vr)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].vr, vr) == 0)
      return i;
  return -1;
}

/* Control characters end lines, where a text may have them. */
static gboolean
has_controls (const char *value, gboolean has_lines)
{
  for (const guint8 *c = (const guint8 *) value; *c != '\0'; c++)
    if ((*c < ' ' && !(has_lines && (*c == '\r' || *c == '\n' || *c == '\t' || *c == '\f'))) || *c == 0x7F)
      return TRUE;
  return FALSE;
}

static gboolean
check_text (guint kind, const char *value, GError **error)
{
  g_auto (GStrv) values = g_strsplit (value, "\\", kinds[kind].has_one_value ? 1 : -1);

  if (has_controls (value, kinds[kind].has_one_value && kinds[kind].vr[0] != 'U') || !g_utf8_validate (value, -1, NULL))
    return fail_value (kinds[kind].vr, error);
  for (char **one = values; *one != NULL; one++)
    if (g_utf8_strlen (*one, -1) > kinds[kind].characters_max
        || (kinds[kind].characters != NULL && strspn (*one, kinds[kind].characters) != strlen (*one)))
      return fail_value (kinds[kind].vr, error);
  return TRUE;
}

/* Tag as 8 digits, whole numbers, IEEE 754. */
static gboolean
parse_number (const char *vr, const char *text, guint64 *bits, gsize *length)
{
  static const struct {
    char vr[3];
    guint8 bytes, is_signed;
  } whole[] = { { "US", 2, 0 }, { "SS", 2, 1 }, { "UL", 4, 0 }, { "SL", 4, 1 }, { "UV", 8, 0 }, { "SV", 8, 1 } };
  char *end;

  for (guint i = 0; i < G_N_ELEMENTS (whole); i++) {
    const guint n_bits = 8 * whole[i].bytes;
    const gint64 high = n_bits == 64 ? G_MAXINT64 : (G_GINT64_CONSTANT (1) << (n_bits - 1)) - 1;
    gint64 number = 0;

    if (strcmp (vr, whole[i].vr) != 0)
      continue;
    *length = whole[i].bytes;
    if (!whole[i].is_signed)
      return g_ascii_string_to_unsigned (text, 10, 0, n_bits == 64 ? G_MAXUINT64 : ((guint64) 1 << n_bits) - 1, bits,
                                         NULL);
    if (!g_ascii_string_to_signed (text, 10, -high - 1, high, &number, NULL))
      return FALSE;
    *bits = number;
    return TRUE;
  }
  if (strcmp (vr, "FL") == 0 || strcmp (vr, "FD") == 0) {
    const double number = g_ascii_strtod (text, &end);
    const float single = number;

    *length = vr[1] == 'L' ? 4 : 8;
    memcpy (bits, *length == 4 ? (const void *) &single : (const void *) &number, *length);
    return end != text && *end == '\0';
  }
  return FALSE;
}

static void
append_number (GByteArray *array, guint64 bits, gsize length, gboolean big_endian)
{
  for (gsize i = 0; i < length; i++) {
    const guint8 byte = bits >> (8 * (big_endian ? length - 1 - i : i));

    g_byte_array_append (array, &byte, 1);
  }
}

static gboolean
encode_numbers (const char *vr, NegEncoding encoding, const char *value, GByteArray **bytes, GError **error)
{
  g_auto (GStrv) values = g_strsplit (value, "\\", -1);
  g_autoptr (GByteArray) array = g_byte_array_new ();

  for (char **one = values; *one != NULL; one++) {
    guint64 bits = 0;
    gsize length = 0;

    if (!parse_number (vr, *one, &bits, &length))
      return fail_value (vr, error);
    append_number (array, bits, length, encoding.big_endian);
  }
  *bytes = g_steal_pointer (&array);
  return TRUE;
}

gboolean
neg_value_encode (const char *vr, NegEncoding encoding, const NegScope *scope, const char *value, GByteArray **bytes,
                  GError **error)
{
  const int kind = find_kind (vr);

  *bytes = NULL;
  if (*value == '\0') {
    *bytes = g_byte_array_new ();
    return TRUE;
  }
  if (kind < 0 && (*vr == 'U' || *vr == 'S' || *vr == 'F') && strcmp (vr, "UN") != 0 && strcmp (vr, "SQ") != 0)
    return encode_numbers (vr, encoding, value, bytes, error);
  if (kind < 0)
    return neg_fail (error, NEG_ERROR_REFUSED, vr, "values of this kind cannot be set");
  if (!check_text (kind, value, error))
    return FALSE;
  if (neg_vr_is_text (vr)) {
    *bytes = neg_scope_encode (scope, vr, value);
    return TRUE;
  }
  if (!g_str_is_ascii (value))
    return fail_value (vr, error);
  *bytes = g_byte_array_new ();
  g_byte_array_append (*bytes, (const guint8 *) value, strlen (value));
  return TRUE;
}

gboolean
neg_value_is (const NegTree *tree, const NegNode *leaf, const NegScope *scope, const char *value)
{
  const char *vr = neg_tree_get_vr (tree, leaf);
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree char *text = NULL;
  g_autofree char *wanted = NULL;
  gsize length = leaf->length;

  if (leaf->kind != NEG_NODE_LEAF || leaf->is_fragments)
    return FALSE;
  if (neg_vr_is_text (vr)) {
    text = neg_scope_decode (scope, vr, leaf->value, leaf->length);
    wanted = neg_text_normalise (vr, value);
    return strcmp (text, wanted) == 0 && strstr (text, "\xEF\xBF\xBD") == NULL;
  }
  if (!neg_value_encode (vr, leaf->encoding, scope, value, &bytes, NULL) || bytes == NULL)
    return FALSE;
  if (find_kind (vr) >= 0)
    while (length > bytes->len && (leaf->value[length - 1] == ' ' || leaf->value[length - 1] == '\0'))
      length--;
  return length == bytes->len && (length == 0 || memcmp (leaf->value, bytes->data, length) == 0);
}
