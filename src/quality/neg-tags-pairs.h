/* Two lists of elements side by side, or one alone: a tree in the order in which it is shown, flat. Thread: any; the lists outlive it
 * and do not change. */
#pragma once

#include "wire/neg-tags.h"

G_BEGIN_DECLS

typedef struct {
  const NegTag *left, *right; /* NULL: not there; never both */
  guint depth;
  guint n_inside;   /* rows below it, which follow */
  gboolean differs; /* it, or anything below it */
} NegTagsPair;

/* NegTagsPair; given. @right NULL: @left alone, as it was written, nothing differs. Of two, elements are in the order of their tags;
 * one that is there twice is compared with the other side's first, then second. */
GArray *neg_tags_pairs_new (const NegTags *left, const NegTags *right);

/* Without what is the same in both. Given. */
GArray *neg_tags_pairs_filter (const GArray *pairs);

/* What a person looks at in it. */
const NegTag *neg_tags_pair_get_tag (const NegTagsPair *pair);

G_END_DECLS
