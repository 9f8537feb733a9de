#include "config.h"

#include "engine/neg-modify-private.h"

#include <string.h>

#include "base/neg-error.h"

#define TAG_CHARSET 0x00080005u
#define UTF8_TERM "ISO_IR 192"
#define REPLACEMENT "\xEF\xBF\xBD"
#define TERMS_BYTES_MAX 256

void
neg_scope_init (NegScope *scope, const NegNode *item, const NegScope *around)
{
  const NegNode *leaf = neg_node_find (item, TAG_CHARSET);

  *scope = (NegScope){ 0 };
  if (leaf != NULL && leaf->kind == NEG_NODE_LEAF && leaf->value != NULL) {
    const gsize length = MIN (leaf->length, TERMS_BYTES_MAX);

    scope->terms = g_strndup ((const char *) leaf->value, length);
    for (char *c = scope->terms; *c != '\0'; c++)
      if ((guint8) *c >= 0x7F || (guint8) *c < ' ')
        *c = '?';
    g_strchomp (scope->terms);
  } else {
    scope->terms = g_strdup (around != NULL ? around->terms : "");
  }
  scope->text = neg_text_new (scope->terms);
}

void
neg_scope_clear (NegScope *scope)
{
  g_clear_pointer (&scope->terms, g_free);
  g_clear_pointer (&scope->text, neg_text_free);
}

gboolean
neg_vr_is_text (const char *vr)
{
  static const char *const texts[] = { "SH", "LO", "ST", "LT", "PN", "UC", "UT", NULL };

  return g_strv_contains (texts, vr);
}

static gboolean
has_one_value (const char *vr)
{
  return strcmp (vr, "ST") == 0 || strcmp (vr, "LT") == 0 || strcmp (vr, "UT") == 0;
}

/* JIS X 0201, whose 5C is a yen sign where it separates no values. */
static gboolean
is_jis (const NegScope *scope)
{
  return g_str_has_prefix (scope->terms, "ISO_IR 13") || g_str_has_prefix (scope->terms, "ISO 2022 IR 13");
}

char *
neg_scope_decode (const NegScope *scope, const char *vr, const guint8 *bytes, gsize length)
{
  g_autofree char *decoded = length > 0 ? neg_text_decode (scope->text, bytes, length, strcmp (vr, "PN") == 0)
                                        : g_strdup ("");
  g_auto (GStrv) values = NULL;

  if (!is_jis (scope) || has_one_value (vr))
    return g_steal_pointer (&decoded);
  values = g_strsplit (decoded, "\xC2\xA5", -1);
  return g_strjoinv ("\\", values);
}

char *
neg_text_normalise (const char *vr, const char *text)
{
  char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  gsize n;

  if (normal == NULL)
    normal = g_strdup (text);
  n = strlen (normal);
  while (n > 0 && (normal[n - 1] == ' ' || (normal[n - 1] == '=' && strcmp (vr, "PN") == 0)))
    normal[--n] = '\0';
  return normal;
}

static gboolean
reads_as (const NegScope *scope, const char *vr, const GByteArray *bytes, const char *text)
{
  g_autofree char *read = neg_scope_decode (scope, vr, bytes->data, bytes->len);

  return strcmp (read, text) == 0;
}

/* A set of one byte per character says by itself what each of its bytes means. */
static GByteArray *
encode_by_table (const NegScope *scope, const char *text)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gunichar table[256] = { 0 };

  for (guint i = 0xA0; i < 256; i++) {
    const guint8 byte = i;
    g_autofree char *read = neg_text_decode (scope->text, &byte, 1, FALSE);

    table[i] = g_utf8_strlen (read, -1) == 1 ? g_utf8_get_char (read) : 0;
  }
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    const gunichar c = g_utf8_get_char (p);
    guint8 byte = c < 0x80 ? c : 0;

    for (guint i = 0xA0; byte == 0 && i < 256; i++)
      if (table[i] == c && c != 0xFFFD)
        byte = i;
    if (byte == 0)
      return NULL;
    g_byte_array_append (bytes, &byte, 1);
  }
  return g_steal_pointer (&bytes);
}

/* Whatever comes out is read again before it counts, as whoever reads the object will do. */
GByteArray *
neg_scope_encode (const NegScope *scope, const char *vr, const char *text)
{
  g_autofree char *normal = neg_text_normalise (vr, text);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) normal, strlen (normal));
  if (reads_as (scope, vr, bytes, normal))
    return g_steal_pointer (&bytes);
  g_byte_array_unref (bytes);
  bytes = encode_by_table (scope, normal);
  return bytes != NULL && reads_as (scope, vr, bytes, normal) ? g_steal_pointer (&bytes) : NULL;
}

/* What is the same in UTF-8 already. */
static gboolean
is_plain (const NegNode *leaf, const NegScope *scope)
{
  const gboolean jis = is_jis (scope);

  for (gsize i = 0; i < leaf->length; i++) {
    const guint8 byte = leaf->value[i];

    if (byte >= 0x80 || byte == 0x1B || (jis && (byte == 0x5C || byte == 0x7E)))
      return FALSE;
  }
  return TRUE;
}

/* Escapes where the set has none mean that it is another set than the object says. */
static gboolean
has_stray_escape (const NegNode *leaf, const NegScope *scope)
{
  return leaf->length > 0 && memchr (leaf->value, 0x1B, leaf->length) != NULL && strstr (scope->terms, "2022") == NULL
         && strchr (scope->terms, '\\') == NULL;
}

static gboolean
convert_leaf (NegTree *tree, NegNode *leaf, const NegScope *scope, GError **error)
{
  const char *vr = neg_tree_get_vr (tree, leaf);
  g_autofree char *text = NULL;

  if (leaf->is_fragments || !neg_vr_is_text (vr) || is_plain (leaf, scope))
    return TRUE;
  text = neg_scope_decode (scope, vr, leaf->value, leaf->length);
  if (strstr (text, REPLACEMENT) != NULL || has_stray_escape (leaf, scope))
    return neg_node_fail (leaf->tag, error,
                             "the object's texts cannot be read in its character set, so no other can be put to them");
  return neg_tree_set_value (tree, leaf, text, strlen (text), error);
}

static gboolean
convert_sequence (NegTree *tree, NegNode *sequence, const NegScope *scope, GError **error)
{
  for (NegNode *item = sequence->first; item != NULL; item = item->next) {
    if (!neg_text_convert (tree, item, scope, error))
      return FALSE;
    sequence->is_changed |= item->is_changed;
  }
  return TRUE;
}

/* A set of its own is one that it has no more. */
static gboolean
convert_charset (NegTree *tree, NegNode *item, GError **error)
{
  NegNode *charset = neg_node_find (item, TAG_CHARSET);

  if (charset == NULL || charset->kind != NEG_NODE_LEAF || charset->is_fragments)
    return TRUE;
  item->is_changed = TRUE;
  return neg_tree_set_value (tree, charset, UTF8_TERM, strlen (UTF8_TERM), error);
}

gboolean
neg_text_convert (NegTree *tree, NegNode *item, const NegScope *around, GError **error)
{
  g_auto (NegScope) scope = { 0 };

  neg_scope_init (&scope, item, around);
  for (NegNode *child = item->first; child != NULL; child = child->next) {
    if (!(child->kind == NEG_NODE_LEAF ? convert_leaf : convert_sequence) (tree, child, &scope, error))
      return FALSE;
    item->is_changed |= child->is_changed;
  }
  return convert_charset (tree, item, error);
}
