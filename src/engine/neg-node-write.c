#include "config.h"

#include "engine/neg-node-private.h"

#include <string.h>

#include "base/neg-error.h"

typedef struct {
  NegNodeWriter writer;
  gpointer user_data;
  GError **error;
} Write;

static gboolean
is_as_read (const NegNode *node)
{
  return !node->is_changed && node->raw != NULL;
}

static guint
header_bytes (const NegNode *node)
{
  return node->kind == NEG_NODE_ITEM || node->encoding.implicit_vr || !neg_element_vr_is_long (node->vr) ? 8 : 12;
}

/* What each node takes as it is written, from the leaves upwards. */
static guint64
measure (NegNode *node)
{
  if (is_as_read (node)) {
    node->size = node->raw_length;
    return node->size;
  }
  node->size = header_bytes (node);
  if (node->kind == NEG_NODE_LEAF)
    node->size += node->length;
  else if (node->is_open)
    node->size += 8;
  for (NegNode *child = node->first; child != NULL; child = child->next)
    node->size += measure (child);
  return node->size;
}

static void
put_number (guint8 *bytes, gsize length, guint64 number, gboolean big_endian)
{
  for (gsize i = 0; i < length; i++)
    bytes[big_endian ? length - 1 - i : i] = number >> (8 * i);
}

/* PS3.5 7.1.2, 7.1.3, 7.5; items and delimiters have no VR. */
static gboolean
write_header (const Write *write, guint32 tag, const char *vr, NegEncoding encoding, guint64 length)
{
  guint8 bytes[12] = { 0 };
  const gboolean has_vr = !encoding.implicit_vr && tag >> 16 != 0xFFFE;
  const gboolean is_long = has_vr && neg_element_vr_is_long (vr);

  if (length > (has_vr && !is_long ? G_MAXUINT16 : NEG_LENGTH_UNDEFINED))
    return neg_element_fail (write->error, NEG_ERROR_SIZE_OVERFLOW, tag, 0, "the value becomes too long");
  put_number (bytes, 2, tag >> 16, encoding.big_endian);
  put_number (bytes + 2, 2, tag & 0xFFFF, encoding.big_endian);
  if (has_vr)
    memcpy (bytes + 4, vr, 2);
  if (has_vr && !is_long)
    put_number (bytes + 6, 2, length, encoding.big_endian);
  else
    put_number (bytes + (is_long ? 8 : 4), 4, length, encoding.big_endian);
  return write->writer (write->user_data, bytes, is_long ? 12 : 8, write->error);
}

static gboolean write_node (const Write *write, const NegNode *node);

static gboolean
write_children (const Write *write, const NegNode *node)
{
  for (const NegNode *child = node->first; child != NULL; child = child->next)
    if (!write_node (write, child))
      return FALSE;
  return TRUE;
}

static gboolean
write_node (const Write *write, const NegNode *node)
{
  const gboolean is_leaf = node->kind == NEG_NODE_LEAF;
  const gboolean is_item = node->kind == NEG_NODE_ITEM;
  NegEncoding inside = node->first != NULL ? node->first->encoding : node->encoding;
  guint64 length = node->size - header_bytes (node);

  if (is_as_read (node))
    return write->writer (write->user_data, node->raw, node->raw_length, write->error);
  if (is_leaf)
    return write_header (write, node->tag, node->vr, node->encoding, length)
           && write->writer (write->user_data, node->value, node->length, write->error);
  if (!node->is_open && length >= NEG_LENGTH_UNDEFINED)
    return neg_element_fail (write->error, NEG_ERROR_SIZE_OVERFLOW, node->tag, 0, "the sequence becomes too long");
  if (!write_header (write, node->tag, node->vr, node->encoding, node->is_open ? NEG_LENGTH_UNDEFINED : length)
      || !write_children (write, node))
    return FALSE;
  return !node->is_open
         || write_header (write, is_item ? NEG_TAG_ITEM_END : NEG_TAG_SEQUENCE_END, "", is_item ? node->encoding : inside,
                          0);
}

gboolean
neg_node_write (NegNode *item, NegNodeWriter writer, gpointer user_data, GError **error)
{
  const Write write = { writer, user_data, error };

  for (NegNode *child = item->first; child != NULL; child = child->next)
    measure (child);
  return write_children (&write, item);
}
