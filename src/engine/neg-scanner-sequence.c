#include "config.h"

#include "engine/neg-scanner-private.h"

#include "base/neg-error.h"

#include <string.h>

/* Sequences and items by turns, and the sequence of fragments inside the innermost. */
#define LEVELS_MAX (2 * NEG_SCAN_NESTING_MAX + 1)

typedef enum {
  LEVEL_SEQUENCE,
  LEVEL_ITEM,
  LEVEL_FRAGMENTS,
} LevelKind;

typedef struct {
  LevelKind kind;
  gboolean open;  /* ends at a delimiter, not at @end */
  guint64 end;    /* nothing inside reaches beyond */
  NegEncoding encoding;
} Level;

typedef struct {
  NegSource *source;
  guint64 position;
  guint *n_elements;
  guint n_levels;
  Level levels[LEVELS_MAX];
} Walk;

/* What does not fit in an enclosing item contradicts its length; what does not fit in the object is cut off. */
static gboolean
fail_overrun (const Walk *walk, const NegElement *element, guint64 end, GError **error)
{
  if (end == walk->source->length)
    return neg_element_fail (error, NEG_ERROR_TRUNCATED, element->tag, element->start,
                             "the object ends inside this element");
  return neg_element_fail (error, NEG_ERROR_INCONSISTENT, element->tag, element->start,
                           "longer than the item that holds it");
}

/* The last item of a sequence is sometimes written longer than the sequence, whose own length is right. */
static gboolean
may_cut (const Walk *walk, LevelKind kind)
{
  return kind == LEVEL_ITEM && !walk->levels[walk->n_levels - 1].open;
}

static gboolean
push (Walk *walk, const NegElement *element, LevelKind kind, NegEncoding encoding, guint64 limit, GError **error)
{
  Level *level;

  if (walk->n_levels == LEVELS_MAX || (kind == LEVEL_SEQUENCE && walk->n_levels + 1 == LEVELS_MAX))
    return neg_element_fail (error, NEG_ERROR_NESTING, element->tag, element->start,
                             "sequences are nested too deeply");
  if (element->length != NEG_LENGTH_UNDEFINED && !neg_element_fits (element, limit) && !may_cut (walk, kind))
    return fail_overrun (walk, element, limit, error);
  level = &walk->levels[walk->n_levels++];
  level->kind = kind;
  level->open = element->length == NEG_LENGTH_UNDEFINED;
  level->end = neg_element_fits (element, limit) ? element->value + element->length : limit;
  level->encoding = encoding;
  walk->position = element->value;
  return TRUE;
}

/* In implicit VR nothing says that a value is a sequence but its own first bytes. */
static gboolean
value_is_items (NegSource *source, const NegElement *element, NegEncoding encoding)
{
  const guint8 *bytes;

  if (strcmp (element->vr, "SQ") == 0)
    return TRUE;
  if (!encoding.implicit_vr || element->length < 8)
    return FALSE;
  bytes = neg_source_peek (source, element->value, 4, NULL);
  return bytes != NULL && neg_element_is_item_tag (bytes, encoding.big_endian);
}

gboolean
neg_scan_opens_sequence (NegSource *source, const NegElement *element, NegEncoding encoding, NegEncoding *inside)
{
  *inside = encoding;
  if (element->length != NEG_LENGTH_UNDEFINED)
    return value_is_items (source, element, encoding);
  /* PS3.5 6.2.2 note 2: UN of undefined length holds Implicit VR Little Endian */
  if (strcmp (element->vr, "UN") == 0)
    *inside = (NegEncoding){ TRUE, FALSE };
  return TRUE;
}

static gboolean
opens_fragments (const NegElement *element)
{
  return element->length == NEG_LENGTH_UNDEFINED && element->vr[0] == 'O';
}

static gboolean
enter_element (Walk *walk, const NegElement *element, const Level *level, GError **error)
{
  guint64 limit = level->end;
  NegEncoding inside;

  if (opens_fragments (element))
    return push (walk, element, LEVEL_FRAGMENTS, level->encoding, limit, error);
  if (neg_scan_opens_sequence (walk->source, element, level->encoding, &inside))
    return push (walk, element, LEVEL_SEQUENCE, inside, limit, error);
  if (!neg_element_fits (element, limit))
    return fail_overrun (walk, element, limit, error);
  walk->position = element->value + element->length;
  return TRUE;
}

static gboolean
step_item (Walk *walk, const NegElement *element, const Level *level, GError **error)
{
  switch (element->tag) {
  case NEG_TAG_ITEM_END:
    walk->position = element->value;
    if (level->open)
      walk->n_levels--;
    return TRUE;
  case NEG_TAG_SEQUENCE_END:
    /* the item's own delimiter is missing */
    walk->n_levels--;
    return TRUE;
  case NEG_TAG_ITEM:
    return neg_element_fail (error, NEG_ERROR_INCONSISTENT, element->tag, element->start,
                             "an item begins inside an item");
  default:
    return enter_element (walk, element, level, error);
  }
}

static gboolean
step_sequence (Walk *walk, const NegElement *element, const Level *level, GError **error)
{
  switch (element->tag) {
  case NEG_TAG_ITEM:
    if (level->kind == LEVEL_SEQUENCE)
      return push (walk, element, LEVEL_ITEM, level->encoding, level->end, error);
    if (!neg_element_fits (element, level->end))
      return fail_overrun (walk, element, level->end, error);
    walk->position = element->value + element->length;
    return TRUE;
  case NEG_TAG_SEQUENCE_END:
    walk->position = element->value;
    if (level->open)
      walk->n_levels--;
    return TRUE;
  case NEG_TAG_ITEM_END:
    /* one too many, after an item of defined length */
    walk->position = element->value;
    return TRUE;
  default:
    return neg_element_fail (error, NEG_ERROR_INCONSISTENT, element->tag, element->start,
                             "something that is no item in a sequence");
  }
}

static gboolean
step (Walk *walk, GError **error)
{
  Level *level = &walk->levels[walk->n_levels - 1];
  NegElement element = { .start = walk->position };

  if (walk->position == level->end && (!level->open || level->end < walk->source->length)) {
    walk->n_levels--;
    return TRUE;
  }
  if (level->end - walk->position < 8)
    return fail_overrun (walk, &element, level->end, error);
  if (!neg_element_read (walk->source, walk->position, level->end, level->encoding, &element, error))
    return FALSE;
  if (++*walk->n_elements > NEG_SCAN_ELEMENTS_MAX)
    return neg_element_fail (error, NEG_ERROR_SIZE_OVERFLOW, element.tag, element.start, "too many elements");
  return level->kind == LEVEL_ITEM ? step_item (walk, &element, level, error)
                                   : step_sequence (walk, &element, level, error);
}

gboolean
neg_scan_skip_sequence (NegSource *source, const NegElement *sequence, NegEncoding encoding, guint *n_elements,
                        guint64 *position, GError **error)
{
  Walk walk = { .source = source, .n_elements = n_elements };
  LevelKind kind = opens_fragments (sequence) ? LEVEL_FRAGMENTS : LEVEL_SEQUENCE;

  if (!push (&walk, sequence, kind, encoding, source->length, error))
    return FALSE;
  while (walk.n_levels > 0)
    if (!step (&walk, error))
      return FALSE;
  *position = walk.position;
  return TRUE;
}
