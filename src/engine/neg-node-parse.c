#include "config.h"

#include "engine/neg-node-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "engine/neg-scanner-private.h"

/* One walk, which mends what the scanner mends (neg-scanner-sequence.c) and refuses what it refuses. */
typedef struct {
  NegTree *tree;
  NegSource source;
  guint64 position;
  guint depth;
} Parse;

static gboolean parse_elements (Parse *parse, NegNode *item, guint64 end, GError **error);

static gboolean
fail_at (const NegElement *element, const char *message, GError **error)
{
  return neg_element_fail (error, NEG_ERROR_INCONSISTENT, element->tag, element->start, message);
}

static NegNode *
new_node (Parse *parse, NegNodeKind kind, const NegElement *element, NegEncoding encoding, GError **error)
{
  NegNode *node = _neg_tree_new_node (parse->tree, kind, element->tag, encoding, error);

  if (node == NULL)
    return NULL;
  memcpy (node->vr, element->vr, sizeof node->vr);
  node->raw = parse->source.memory + element->start;
  node->is_open = element->length == NEG_LENGTH_UNDEFINED;
  return node;
}

static void
end_node (Parse *parse, NegNode *node)
{
  node->raw_length = parse->source.memory + parse->position - node->raw;
}

static gboolean
read_header (Parse *parse, guint64 end, NegEncoding encoding, NegElement *element, GError **error)
{
  if (!neg_element_read (&parse->source, parse->position, end, encoding, element, error))
    return FALSE;
  if (++parse->tree->n_elements > NEG_SCAN_ELEMENTS_MAX)
    return neg_element_fail (error, NEG_ERROR_SIZE_OVERFLOW, element->tag, element->start, "too many elements");
  return TRUE;
}

static NegNode *
parse_item (Parse *parse, const NegElement *element, NegEncoding encoding, guint64 limit, gboolean may_cut,
            GError **error)
{
  NegNode *item = new_node (parse, NEG_NODE_ITEM, element, encoding, error);
  guint64 end = limit;

  if (item == NULL)
    return NULL;
  if (!item->is_open && neg_element_fits (element, limit))
    end = element->value + element->length;
  else if (!item->is_open && !may_cut) {
    fail_at (element, "longer than the sequence that holds it", error);
    return NULL;
  }
  parse->position = element->value;
  if (!parse_elements (parse, item, end, error))
    return NULL;
  end_node (parse, item);
  return item;
}

/* The items of @sequence up to @end, or to its delimiter. */
static gboolean
parse_items (Parse *parse, NegNode *sequence, NegEncoding inside, guint64 end, GError **error)
{
  NegNode **place = &sequence->first;

  while (parse->position < end) {
    NegElement element;

    if (!read_header (parse, end, inside, &element, error))
      return FALSE;
    if (element.tag == NEG_TAG_ITEM) {
      *place = parse_item (parse, &element, inside, end, !sequence->is_open, error);
      if (*place == NULL)
        return FALSE;
      place = &(*place)->next;
      continue;
    }
    if (element.tag != NEG_TAG_SEQUENCE_END && element.tag != NEG_TAG_ITEM_END)
      return fail_at (&element, "something that is no item in a sequence", error);
    parse->position = element.value;
    if (element.tag == NEG_TAG_SEQUENCE_END && sequence->is_open)
      return TRUE;
  }
  return TRUE;
}

static NegNode *
parse_sequence (Parse *parse, const NegElement *element, NegEncoding encoding, NegEncoding inside, guint64 limit,
                GError **error)
{
  NegNode *sequence = new_node (parse, NEG_NODE_SEQUENCE, element, encoding, error);

  if (sequence == NULL)
    return NULL;
  if (parse->depth == NEG_SCAN_NESTING_MAX) {
    neg_element_fail (error, NEG_ERROR_NESTING, element->tag, element->start, "sequences are nested too deeply");
    return NULL;
  }
  if (!sequence->is_open && !neg_element_fits (element, limit)) {
    fail_at (element, "longer than the item that holds it", error);
    return NULL;
  }
  parse->position = element->value;
  parse->depth++;
  if (!parse_items (parse, sequence, inside, sequence->is_open ? limit : element->value + element->length, error))
    return NULL;
  parse->depth--;
  end_node (parse, sequence);
  return sequence;
}

/* Fragments, such as those of an icon: their end is looked for, nothing else. */
static NegNode *
parse_fragments (Parse *parse, const NegElement *element, NegEncoding encoding, GError **error)
{
  NegNode *leaf = new_node (parse, NEG_NODE_LEAF, element, encoding, error);

  if (leaf == NULL
      || !neg_scan_skip_sequence (&parse->source, element, encoding, &parse->tree->n_elements, &parse->position, error))
    return NULL;
  leaf->is_fragments = TRUE;
  end_node (parse, leaf);
  return leaf;
}

static NegNode *
parse_leaf (Parse *parse, const NegElement *element, NegEncoding encoding, guint64 limit, GError **error)
{
  NegNode *leaf = new_node (parse, NEG_NODE_LEAF, element, encoding, error);

  if (leaf == NULL)
    return NULL;
  if (!neg_element_fits (element, limit)) {
    fail_at (element, "longer than the item that holds it", error);
    return NULL;
  }
  leaf->value = parse->source.memory + element->value;
  leaf->length = element->length;
  parse->position = element->value + element->length;
  end_node (parse, leaf);
  return leaf;
}

/* PS3.5 6.2.2 note 2: a sequence that somebody has passed on as UN is Implicit VR Little Endian inside. What only looks like
 * one stays what it is. */
static NegNode *
parse_unknown (Parse *parse, const NegElement *element, NegEncoding encoding, guint64 limit, GError **error)
{
  static const NegEncoding implicit = { TRUE, FALSE };
  const guint8 *bytes = parse->source.memory + element->value;
  const guint depth = parse->depth;
  NegNode *sequence;

  if (strcmp (element->vr, "UN") == 0 && element->length >= 8 && neg_element_fits (element, limit)
      && neg_element_is_item_tag (bytes, FALSE) && strcmp (parse->tree->dictionary->get_vr (element->tag), "SQ") == 0) {
    sequence = parse_sequence (parse, element, encoding, implicit, limit, NULL);
    if (sequence != NULL)
      return sequence;
    parse->depth = depth;
  }
  return parse_leaf (parse, element, encoding, limit, error);
}

static NegNode *
parse_element (Parse *parse, const NegElement *element, NegEncoding encoding, guint64 limit, GError **error)
{
  NegEncoding inside;

  if (element->length == NEG_LENGTH_UNDEFINED && element->vr[0] == 'O')
    return parse_fragments (parse, element, encoding, error);
  if (neg_scan_opens_sequence (&parse->source, element, encoding, &inside))
    return parse_sequence (parse, element, encoding, inside, limit, error);
  return parse_unknown (parse, element, encoding, limit, error);
}

/* Whether the elements of @item end here; a delimiter is passed over but for that of the sequence around, when the item's
 * own is missing. */
static gboolean
take_delimiter (Parse *parse, const NegNode *item, const NegElement *element, gboolean *ended)
{
  const gboolean is_top = item->raw == NULL;

  *ended = FALSE;
  if (element->tag == NEG_TAG_SEQUENCE_END && !is_top) {
    *ended = TRUE;
    return TRUE;
  }
  if (element->tag != NEG_TAG_ITEM_END && element->tag != NEG_TAG_SEQUENCE_END)
    return FALSE;
  parse->position = element->value;
  *ended = item->is_open;
  return TRUE;
}

static gboolean
parse_elements (Parse *parse, NegNode *item, guint64 end, GError **error)
{
  NegNode **place = &item->first;

  while (parse->position < end) {
    NegElement element;
    gboolean ended;

    if (!read_header (parse, end, item->encoding, &element, error))
      return FALSE;
    if (take_delimiter (parse, item, &element, &ended)) {
      if (ended)
        return TRUE;
      continue;
    }
    if (element.tag == NEG_TAG_ITEM)
      return fail_at (&element, "an item begins where none may", error);
    *place = parse_element (parse, &element, item->encoding, end, error);
    if (*place == NULL)
      return FALSE;
    place = &(*place)->next;
  }
  return TRUE;
}

NegNode *
neg_tree_parse (NegTree *tree, const guint8 *bytes, gsize length, NegEncoding encoding, GError **error)
{
  Parse parse = { .tree = tree };
  NegNode *root = _neg_tree_new_node (tree, NEG_NODE_ITEM, NEG_TAG_ITEM, encoding, error);

  neg_source_init_memory (&parse.source, bytes, length);
  return root != NULL && parse_elements (&parse, root, length, error) ? root : NULL;
}

NegNode *
neg_tree_read_again (NegTree *tree, const NegNode *node, GError **error)
{
  NegNode *parent = neg_tree_parse (tree, node->raw, node->raw_length, node->encoding, error);

  return parent != NULL ? parent->first : NULL;
}
