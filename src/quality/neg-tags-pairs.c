#include "config.h"

#include "quality/neg-tags-pairs.h"

#include <string.h>

/* One thing inside of a level: where it is, and which of several with its tag. */
typedef struct {
  const NegTag *tag;
  guint place;
  guint occurrence;
} Child;

typedef struct {
  const NegTags *left, *right;
  GArray *pairs;
} Merge;

const NegTag *
neg_tags_pair_get_tag (const NegTagsPair *pair)
{
  return pair->left != NULL ? pair->left : pair->right;
}

/* Items by their number, elements by their tag. */
static guint64
get_key (const NegTag *tag)
{
  return tag->kind == NEG_TAG_KIND_ITEM ? tag->number : (guint64) tag->tag << 1;
}

static int
compare_children (gconstpointer a, gconstpointer b)
{
  const Child *one = a, *other = b;
  const guint64 key = get_key (one->tag), other_key = get_key (other->tag);

  if (key != other_key)
    return key < other_key ? -1 : 1;
  return one->place < other->place ? -1 : one->place > other->place;
}

/* What is directly below the thing at @place (-1: the top level). */
static GArray *
list_children (const NegTags *tags, int place)
{
  GArray *children = g_array_new (FALSE, FALSE, sizeof (Child));
  const guint depth = place < 0 ? 0 : g_array_index (tags->tags, NegTag, place).depth + 1;

  for (guint i = place + 1; i < tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (tags->tags, NegTag, i);
    const Child child = { tag, i, 0 };

    if (tag->depth < depth)
      break;
    if (tag->depth == depth)
      g_array_append_val (children, child);
  }
  return children;
}

static void
sort_children (GArray *children)
{
  g_array_sort (children, compare_children);
  for (guint i = 1; i < children->len; i++) {
    Child *child = &g_array_index (children, Child, i);

    if (get_key (child->tag) == get_key ((child - 1)->tag))
      child->occurrence = (child - 1)->occurrence + 1;
  }
}

/* Padding and the ways to write a sequence's length are no difference; of what is not shown the length is all that is known. */
static gboolean
is_other (const NegTag *left, const NegTag *right)
{
  if (left == NULL || right == NULL || left->kind != right->kind || strcmp (left->vr, right->vr) != 0)
    return TRUE;
  if (left->kind != NEG_TAG_KIND_ELEMENT)
    return FALSE;
  return strcmp (left->value, right->value) != 0 || left->has_more != right->has_more
         || ((left->has_more || *left->value == '\0') && left->length != right->length);
}

static gboolean merge_level (Merge *merge, GArray *left, GArray *right);

static GArray *
list_below (const NegTags *tags, const Child *child)
{
  GArray *children = child != NULL ? list_children (tags, child->place) : g_array_new (FALSE, FALSE, sizeof (Child));

  sort_children (children);
  return children;
}

static gboolean
add_pair (Merge *merge, const Child *left, const Child *right)
{
  const NegTagsPair added = { .left = left ? left->tag : NULL, .right = right ? right->tag : NULL };
  const guint place = merge->pairs->len;
  gboolean differs = merge->right != NULL && is_other (added.left, added.right);
  NegTagsPair *pair;

  g_array_append_val (merge->pairs, added);
  if (neg_tags_pair_get_tag (&added)->kind != NEG_TAG_KIND_ELEMENT
      || (added.right != NULL && added.right->kind != NEG_TAG_KIND_ELEMENT)) {
    g_autoptr (GArray) below_left = list_below (merge->left, left);
    g_autoptr (GArray) below_right = list_below (merge->right, right);

    differs |= merge_level (merge, below_left, below_right);
  }
  pair = &g_array_index (merge->pairs, NegTagsPair, place);
  pair->depth = neg_tags_pair_get_tag (pair)->depth;
  pair->n_inside = merge->pairs->len - place - 1;
  pair->differs = differs;
  return differs;
}

static int
compare_heads (const Child *left, const Child *right)
{
  const guint64 key = get_key (left->tag), other_key = get_key (right->tag);

  if (key != other_key)
    return key < other_key ? -1 : 1;
  return left->occurrence < right->occurrence ? -1 : left->occurrence > right->occurrence;
}

static gboolean
merge_level (Merge *merge, GArray *left, GArray *right)
{
  gboolean differs = FALSE;

  for (guint l = 0, r = 0; l < left->len || r < right->len;) {
    const Child *one = l < left->len ? &g_array_index (left, Child, l) : NULL;
    const Child *other = r < right->len ? &g_array_index (right, Child, r) : NULL;
    const int order = one == NULL ? 1 : other == NULL ? -1 : compare_heads (one, other);

    differs |= add_pair (merge, order <= 0 ? one : NULL, order >= 0 ? other : NULL);
    l += order <= 0;
    r += order >= 0;
  }
  return differs;
}

static void
add_alone (const NegTags *tags, GArray *pairs)
{
  const guint n = tags->tags->len;

  g_array_set_size (pairs, n);
  for (guint i = n; i-- > 0;) {
    NegTagsPair *pair = &g_array_index (pairs, NegTagsPair, i);
    guint next = i + 1;

    *pair = (NegTagsPair){ .left = &g_array_index (tags->tags, NegTag, i) };
    pair->depth = pair->left->depth;
    while (next < n && g_array_index (pairs, NegTagsPair, next).depth > pair->depth)
      next += 1 + g_array_index (pairs, NegTagsPair, next).n_inside;
    pair->n_inside = next - i - 1;
  }
}

GArray *
neg_tags_pairs_new (const NegTags *left, const NegTags *right)
{
  Merge merge = { left, right, g_array_new (FALSE, TRUE, sizeof (NegTagsPair)) };
  g_autoptr (GArray) top_left = NULL;
  g_autoptr (GArray) top_right = NULL;

  if (right == NULL) {
    add_alone (left, merge.pairs);
    return merge.pairs;
  }
  top_left = list_children (left, -1);
  top_right = list_children (right, -1);
  sort_children (top_left);
  sort_children (top_right);
  merge_level (&merge, top_left, top_right);
  return merge.pairs;
}

GArray *
neg_tags_pairs_filter (const GArray *pairs)
{
  GArray *kept = g_array_new (FALSE, TRUE, sizeof (NegTagsPair));

  for (guint i = 0; i < pairs->len; i++)
    if (g_array_index (pairs, NegTagsPair, i).differs)
      g_array_append_val (kept, g_array_index (pairs, NegTagsPair, i));
  for (guint i = kept->len; i-- > 0;) {
    NegTagsPair *pair = &g_array_index (kept, NegTagsPair, i);
    guint next = i + 1;

    while (next < kept->len && g_array_index (kept, NegTagsPair, next).depth > pair->depth)
      next += 1 + g_array_index (kept, NegTagsPair, next).n_inside;
    pair->n_inside = next - i - 1;
  }
  return kept;
}
