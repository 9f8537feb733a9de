#include "config.h"

#include "engine/neg-node-private.h"

#include <string.h>

#include "base/neg-error.h"

#define NODES_PER_CHUNK 512

void
neg_tree_init (NegTree *tree, const NegDictionary *dictionary)
{
  *tree = (NegTree){ .dictionary = dictionary };
  tree->chunks = g_ptr_array_new_with_free_func (g_free);
  tree->values = g_ptr_array_new_with_free_func (g_free);
  tree->n_in_chunk = NODES_PER_CHUNK;
}

void
neg_tree_clear (NegTree *tree)
{
  g_clear_pointer (&tree->chunks, g_ptr_array_unref);
  g_clear_pointer (&tree->values, g_ptr_array_unref);
}

/* As many as the object has elements. */
NegNode *
_neg_tree_new_node (NegTree *tree, NegNodeKind kind, guint32 tag, NegEncoding encoding, GError **error)
{
  NegNode *node;

  if (tree->n_in_chunk == NODES_PER_CHUNK) {
    NegNode *chunk = g_try_new (NegNode, NODES_PER_CHUNK);

    if (chunk == NULL) {
      neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for the elements of the object");
      return NULL;
    }
    g_ptr_array_add (tree->chunks, chunk);
    tree->n_in_chunk = 0;
  }
  node = (NegNode *) g_ptr_array_index (tree->chunks, tree->chunks->len - 1) + tree->n_in_chunk++;
  *node = (NegNode){ .kind = kind, .tag = tag, .encoding = encoding };
  return node;
}

/* The VR of what is made here: of an attribute that the dictionary does not know, UN. */
static void
set_made_vr (const NegTree *tree, NegNode *node)
{
  const char *vr = tree->dictionary->get_vr (node->tag);

  memcpy (node->vr, *vr != '\0' ? vr : "UN", 3);
  node->is_changed = TRUE;
}

NegNode *
neg_tree_new_leaf (NegTree *tree, guint32 tag, NegEncoding encoding, GError **error)
{
  NegNode *node = _neg_tree_new_node (tree, NEG_NODE_LEAF, tag, encoding, error);

  if (node != NULL)
    set_made_vr (tree, node);
  return node;
}

NegNode *
neg_tree_new_sequence (NegTree *tree, guint32 tag, NegEncoding encoding, GError **error)
{
  NegNode *node = _neg_tree_new_node (tree, NEG_NODE_SEQUENCE, tag, encoding, error);

  if (node == NULL)
    return NULL;
  memcpy (node->vr, "SQ", 3);
  node->is_changed = TRUE;
  return node;
}

NegNode *
neg_tree_new_item (NegTree *tree, NegEncoding encoding, GError **error)
{
  NegNode *node = _neg_tree_new_node (tree, NEG_NODE_ITEM, NEG_TAG_ITEM, encoding, error);

  if (node != NULL)
    node->is_changed = TRUE;
  return node;
}

/* PS3.5 6.2: UIDs and bytes are padded with NUL, text with a space. */
static guint8
get_padding (const char *vr)
{
  return *vr == '\0' || *vr == 'O' || strcmp (vr, "UI") == 0 || strcmp (vr, "UN") == 0 ? 0 : ' ';
}

gboolean
neg_tree_set_value (NegTree *tree, NegNode *leaf, const void *bytes, gsize length, GError **error)
{
  guint8 *copy = g_try_malloc (length + 1);

  if (copy == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a value");
  if (length > 0)
    memcpy (copy, bytes, length);
  copy[length] = get_padding (neg_tree_get_vr (tree, leaf));
  g_ptr_array_add (tree->values, copy);
  leaf->value = copy;
  leaf->length = length + length % 2;
  leaf->is_changed = TRUE;
  return TRUE;
}

const char *
neg_tree_get_vr (const NegTree *tree, const NegNode *node)
{
  if (node->vr[0] != '\0' && strcmp (node->vr, "UN") != 0)
    return node->vr;
  return tree->dictionary->get_vr (node->tag);
}

NegNode *
neg_node_find (const NegNode *parent, guint32 tag)
{
  for (NegNode *child = parent->first; child != NULL; child = child->next)
    if (child->tag == tag)
      return child;
  return NULL;
}

NegNode *
neg_node_get_item (const NegNode *sequence, guint index)
{
  NegNode *item = sequence->first;

  for (guint i = 0; item != NULL && i < index; i++)
    item = item->next;
  return item;
}

guint
neg_node_count (const NegNode *parent)
{
  guint n = 0;

  for (const NegNode *child = parent->first; child != NULL; child = child->next)
    n++;
  return n;
}

void
neg_node_insert (NegNode *parent, NegNode *child)
{
  NegNode **place = &parent->first;

  while (*place != NULL && (*place)->tag <= child->tag)
    place = &(*place)->next;
  child->next = *place;
  *place = child;
  parent->is_changed = TRUE;
}

void
neg_node_append (NegNode *parent, NegNode *child)
{
  NegNode **place = &parent->first;

  while (*place != NULL)
    place = &(*place)->next;
  child->next = NULL;
  *place = child;
  parent->is_changed = TRUE;
}

gboolean
neg_node_remove (NegNode *parent, guint32 tag)
{
  gboolean found = FALSE;

  for (NegNode **place = &parent->first; *place != NULL;)
    if ((*place)->tag == tag) {
      *place = (*place)->next;
      found = parent->is_changed = TRUE;
    } else {
      place = &(*place)->next;
    }
  return found;
}

gboolean
neg_node_set_encoding (NegNode *node, NegEncoding encoding)
{
  if (node->encoding.implicit_vr == encoding.implicit_vr && node->encoding.big_endian == encoding.big_endian)
    return TRUE;
  if (node->is_fragments || node->encoding.implicit_vr || node->encoding.big_endian != encoding.big_endian)
    return FALSE;
  node->encoding = encoding;
  node->is_changed = TRUE;
  for (NegNode *child = node->first; child != NULL; child = child->next)
    if (!neg_node_set_encoding (child, encoding))
      return FALSE;
  return TRUE;
}

gboolean
neg_node_fail (guint32 tag, GError **error, const char *message)
{
  g_autofree char *where = g_strdup_printf ("(%04x,%04x)", tag >> 16, tag & 0xFFFF);

  return neg_fail (error, NEG_ERROR_UNSUPPORTED, where, "%s", message);
}
