/* A data set as a tree over its own bytes: what nobody changes is written as it was read, byte by byte. Two encodings of one
 * value, odd lengths, sequences of either kind of length, VRs that no edition knows: all of it stays, which no library
 * promises. Sequences are recognised by the scanner's rules, so that what it let pass is what is here.
 * Internal to neg-modify*. Thread: any, one tree per thread. */
#pragma once

#include "engine/neg-element.h"

G_BEGIN_DECLS

#define NEG_NODE_ITEMS_MAX 100000 /* of one sequence, when one is added */

/* What attributes are; of the DICOM dictionary, which only DCMTK has. */
typedef struct {
  gboolean (*find) (const char *keyword, guint32 *tag);
  /* Two letters, static; "" for what it does not know, private attributes too. */
  const char *(*get_vr) (guint32 tag);
} NegDictionary;

typedef enum {
  NEG_NODE_LEAF,
  NEG_NODE_SEQUENCE, /* its children are items */
  NEG_NODE_ITEM,     /* and the data set itself */
} NegNodeKind;

typedef struct _NegNode NegNode;
struct _NegNode {
  NegNode *next, *first;
  const guint8 *raw; /* header, value, delimiters, as read; NULL for what was made here */
  guint64 raw_length;
  const guint8 *value; /* of a leaf */
  guint64 length;
  guint64 size; /* as it is written; filled by measuring */
  NegEncoding encoding; /* of its header; of an item, what is in it */
  guint32 tag;
  char vr[3]; /* as written, or of the dictionary for what was made here; "" where none is */
  guint8 kind;
  guint8 is_open;    /* of undefined length */
  guint8 is_changed; /* it or something in it is not as read */
  guint8 is_fragments; /* a leaf of undefined length, which only stays or goes */
};

typedef struct {
  const NegDictionary *dictionary; /* borrowed */
  GPtrArray *chunks;               /* of nodes */
  guint n_in_chunk;
  GPtrArray *values; /* bytes made here */
  guint n_elements;
} NegTree;

void neg_tree_init (NegTree *tree, const NegDictionary *dictionary);
void neg_tree_clear (NegTree *tree);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegTree, neg_tree_clear)

/* All elements of @bytes, which stay where they are as long as the tree, as children of a new item. NULL on failure. */
NegNode *neg_tree_parse (NegTree *tree, const guint8 *bytes, gsize length, NegEncoding encoding, GError **error);

/* One element as it was read, for a second time, whatever was done to @node. */
NegNode *neg_tree_read_again (NegTree *tree, const NegNode *node, GError **error);

NegNode *neg_tree_new_leaf (NegTree *tree, guint32 tag, NegEncoding encoding, GError **error);
NegNode *neg_tree_new_sequence (NegTree *tree, guint32 tag, NegEncoding encoding, GError **error);
NegNode *neg_tree_new_item (NegTree *tree, NegEncoding encoding, GError **error);
/* A copy of @bytes becomes the value, padded to an even length. */
gboolean neg_tree_set_value (NegTree *tree, NegNode *leaf, const void *bytes, gsize length, GError **error);

/* The VR as it counts: that of the dictionary where none or UN is written. */
const char *neg_tree_get_vr (const NegTree *tree, const NegNode *node);

NegNode *neg_node_find (const NegNode *parent, guint32 tag);
NegNode *neg_node_get_item (const NegNode *sequence, guint index);
guint neg_node_count (const NegNode *parent);
/* In the order of tags, behind its like; the caller sees to is_changed of what is above @parent. */
void neg_node_insert (NegNode *parent, NegNode *child);
void neg_node_append (NegNode *parent, NegNode *child);
/* All children of @tag. TRUE when there was one. */
gboolean neg_node_remove (NegNode *parent, guint32 tag);

/* @node is to be written in another encoding. FALSE where its values are known in the old one only. */
gboolean neg_node_set_encoding (NegNode *node, NegEncoding encoding);

/* NEG_ERROR_UNSUPPORTED about the attribute @tag. Returns FALSE. */
gboolean neg_node_fail (guint32 tag, GError **error, const char *message);

typedef gboolean (*NegNodeWriter) (gpointer user_data, const void *bytes, gsize length, GError **error);

/* The children of @item, one after the other. NEG_ERROR_SIZE_OVERFLOW for a value that has become too long for its VR. */
gboolean neg_node_write (NegNode *item, NegNodeWriter writer, gpointer user_data, GError **error);

G_END_DECLS
