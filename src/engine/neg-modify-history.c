#include "config.h"

#include "engine/neg-modify-private.h"

#include <string.h>

#include "base/neg-error.h"

#define TAG_ORIGINALS 0x04000561u
#define TAG_CONTRIBUTING 0x0018A001u
#define MANUFACTURER "Negatoscope"
#define SIGNATURES_GONE "Digital signatures were removed."
#define DESCRIPTION_CHARACTERS_MAX 1024

/* What was not there is kept as empty: so the history tells that it has been added. */
gboolean
neg_change_remember (NegChange *change, guint32 tag, GError **error)
{
  const NegNode *node = neg_node_find (change->root, tag);
  NegNode *original;

  if (!change->modify->keeps_originals || neg_node_find (change->originals, tag) != NULL)
    return TRUE;
  if (node == NULL)
    node = neg_node_find (change->rest, tag);
  if (node != NULL && node->raw != NULL)
    original = neg_tree_read_again (&change->tree, node, error);
  else if (strcmp (change->tree.dictionary->get_vr (tag), "SQ") == 0)
    original = neg_tree_new_sequence (&change->tree, tag, change->root->encoding, error);
  else
    original = neg_tree_new_leaf (&change->tree, tag, change->root->encoding, error);
  if (original == NULL)
    return FALSE;
  neg_node_insert (change->originals, original);
  return TRUE;
}

/* In as many characters as its attribute takes, one value, without control characters: a backslash would make two. */
static char *
dup_cut (const char *text, gsize characters_max)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  char *part = g_utf8_substring (valid, 0, MIN ((gsize) g_utf8_strlen (valid, -1), characters_max));

  for (char *c = part; *c != '\0'; c++)
    if ((guchar) *c < ' ' || *c == '\\' || *c == 0x7F)
      *c = ' ';
  return part;
}

typedef struct {
  guint32 tag;
  char vr[3];
  guint characters_max;
  const char *text; /* NULL: left out */
} Said;

#define N_ORIGINALS_SAID 4
#define N_EQUIPMENT_SAID 6

static void
list_said_of_originals (const NegModify *modify, Said said[N_ORIGINALS_SAID])
{
  const Said all[N_ORIGINALS_SAID] = {
    { 0x04000562, "DT", 26, modify->datetime },
    { 0x04000563, "LO", 64, modify->system },
    { 0x04000564, "LO", 64, "" }, /* who gave the previous values is in the object's equipment */
    { 0x04000565, "CS", 16, modify->reason_code },
  };

  memcpy (said, all, sizeof all);
}

/* PS3.3 C.12.1.1 table C.12-1: Contributing Equipment. */
static void
list_said_of_equipment (const NegModify *modify, const char *description, Said said[N_EQUIPMENT_SAID])
{
  const Said all[N_EQUIPMENT_SAID] = {
    { 0x00080070, "LO", 64, MANUFACTURER },
    { 0x00081010, "SH", 16, modify->system },
    { 0x00081070, "PN", 64, modify->user },
    { 0x00181020, "LO", 64, modify->device_version },
    { 0x0018A002, "DT", 26, modify->datetime },
    { 0x0018A003, "ST", DESCRIPTION_CHARACTERS_MAX, description },
  };

  memcpy (said, all, sizeof all);
}

static char *
dup_description (const NegChange *change)
{
  const char *reason = change->modify->reason != NULL ? change->modify->reason : "";
  const gsize room = DESCRIPTION_CHARACTERS_MAX - strlen (SIGNATURES_GONE) - 1;
  g_autofree char *cut = dup_cut (reason, change->was_signed ? room : DESCRIPTION_CHARACTERS_MAX);

  if (!change->was_signed)
    return *cut != '\0' ? g_steal_pointer (&cut) : NULL;
  return g_strconcat (cut, *cut != '\0' ? " " : "", SIGNATURES_GONE, NULL);
}

static gboolean
all_fit (const Said *said, guint n, const NegScope *scope)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *text = dup_cut (said[i].text, said[i].characters_max);
    g_autoptr (GByteArray) bytes = neg_vr_is_text (said[i].vr) ? neg_scope_encode (scope, said[i].vr, text)
                                                               : g_byte_array_new ();

    if (bytes == NULL)
      return FALSE;
  }
  return TRUE;
}

gboolean
neg_change_history_fits (const NegChange *change, const NegScope *scope)
{
  Said originals[N_ORIGINALS_SAID], equipment[N_EQUIPMENT_SAID];

  if (!change->modify->keeps_originals)
    return TRUE;
  list_said_of_originals (change->modify, originals);
  list_said_of_equipment (change->modify, change->modify->reason, equipment);
  return all_fit (originals, N_ORIGINALS_SAID, scope) && all_fit (equipment, N_EQUIPMENT_SAID, scope);
}

static gboolean
say (NegChange *change, NegNode *item, const NegScope *scope, const Said *said, GError **error)
{
  g_autofree char *text = dup_cut (said->text, said->characters_max);
  g_autoptr (GByteArray) bytes = NULL;
  NegNode *leaf;

  if (said->text == NULL)
    return TRUE;
  leaf = neg_tree_new_leaf (&change->tree, said->tag, item->encoding, error);
  if (leaf == NULL || !neg_value_encode (said->vr, item->encoding, scope, text, &bytes, error))
    return FALSE;
  if (bytes == NULL)
    return neg_node_fail (said->tag, error,
                             "the object's character set has not these characters");
  g_strlcpy (leaf->vr, said->vr, sizeof leaf->vr);
  neg_node_insert (item, leaf);
  return neg_tree_set_value (&change->tree, leaf, bytes->data, bytes->len, error);
}

/* A new item behind those that are there. */
static NegNode *
add_item (NegChange *change, NegNode *parent, guint32 tag, GError **error)
{
  NegNode *sequence = neg_node_find (parent, tag);
  NegNode *item;

  if (sequence == NULL || (sequence->kind == NEG_NODE_LEAF && sequence->length == 0)) {
    neg_node_remove (parent, tag);
    sequence = neg_tree_new_sequence (&change->tree, tag, parent->encoding, error);
    if (sequence == NULL)
      return NULL;
    neg_node_insert (parent, sequence);
  }
  if (sequence->kind != NEG_NODE_SEQUENCE) {
    neg_node_fail (tag, error, "the items of this attribute cannot be read");
    return NULL;
  }
  item = neg_tree_new_item (&change->tree, sequence->first != NULL ? sequence->first->encoding : parent->encoding, error);
  if (item == NULL)
    return NULL;
  neg_node_append (sequence, item);
  parent->is_changed = TRUE;
  return item;
}

/* PS3.3 C.12.1.1.9. Nothing of the top level: no item. */
static gboolean
write_originals (NegChange *change, const NegScope *scope, GError **error)
{
  Said said[N_ORIGINALS_SAID];
  NegNode *item, *modified;

  if (change->originals->first == NULL)
    return TRUE;
  item = add_item (change, change->root, TAG_ORIGINALS, error);
  modified = item != NULL ? add_item (change, item, 0x04000550, error) : NULL;
  if (modified == NULL)
    return FALSE;
  modified->first = change->originals->first;
  /* Within what somebody has passed on as UN nothing else may be (PS3.5 6.2.2). */
  for (NegNode *original = modified->first; original != NULL; original = original->next)
    if (!neg_node_set_encoding (original, modified->encoding))
      return neg_node_fail (TAG_ORIGINALS, error,
                               "the history of the object is in another encoding");
  list_said_of_originals (change->modify, said);
  for (guint i = 0; i < N_ORIGINALS_SAID; i++)
    if (!say (change, item, scope, &said[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
write_purpose (NegChange *change, NegNode *item, const NegScope *scope, GError **error)
{
  static const Said code[] = { { 0x00080100, "SH", 16, "109103" },
                               { 0x00080102, "SH", 16, "DCM" },
                               { 0x00080104, "LO", 64, "Modifying Equipment" } };
  NegNode *purpose = add_item (change, item, 0x0040A170, error);

  for (guint i = 0; purpose != NULL && i < G_N_ELEMENTS (code); i++)
    if (!say (change, purpose, scope, &code[i], error))
      return FALSE;
  return purpose != NULL;
}

static gboolean
write_equipment (NegChange *change, const NegScope *scope, GError **error)
{
  g_autofree char *description = dup_description (change);
  NegNode *item = add_item (change, change->root, TAG_CONTRIBUTING, error);
  Said said[N_EQUIPMENT_SAID];

  if (item == NULL || !write_purpose (change, item, scope, error))
    return FALSE;
  list_said_of_equipment (change->modify, description, said);
  for (guint i = 0; i < N_EQUIPMENT_SAID; i++)
    if (!say (change, item, scope, &said[i], error))
      return FALSE;
  return TRUE;
}

gboolean
neg_change_write_history (NegChange *change, GError **error)
{
  g_auto (NegScope) scope = { 0 };

  if (!change->modify->keeps_originals)
    return TRUE;
  neg_scope_init (&scope, change->root, NULL);
  return write_originals (change, &scope, error) && write_equipment (change, &scope, error);
}
