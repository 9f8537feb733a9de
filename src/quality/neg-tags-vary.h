/* What varies in a series: for each element how many objects have it, how many values it has and from where to where. Objects are
 * added one after the other. Thread: one at a time. */
#pragma once

#include "wire/neg-tags.h"

G_BEGIN_DECLS

#define NEG_TAGS_VARY_VALUES_MAX 20000        /* told apart of one element; more: "at least" */
#define NEG_TAGS_VARY_BYTES_MAX (64u << 20)   /* of all of them */
#define NEG_TAGS_VARY_ROWS_MAX 50000

typedef struct _NegTagsVary NegTagsVary;

typedef struct {
  NegTag tag;        /* as in the first object that has it; its value is one of them */
  char *place;       /* "" at the top level, else what it is inside of: "(0040,0275)[1]" */
  guint n_objects;   /* that have it */
  guint n_values;    /* different ones */
  gboolean is_more;  /* there may be more than n_values */
  char *least, *most; /* in order of number where all are numbers, else of text */
} NegTagsVaryRow;

NegTagsVary *neg_tags_vary_new (void);
void neg_tags_vary_free (NegTagsVary *vary);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegTagsVary, neg_tags_vary_free)

void neg_tags_vary_add (NegTagsVary *vary, const NegTags *tags);
guint neg_tags_vary_get_n_objects (const NegTagsVary *vary);

/* NegTagsVaryRow, borrowed from @vary, in the order of the tags; @all: also those that are the same in all objects. Given. */
GPtrArray *neg_tags_vary_list (NegTagsVary *vary, gboolean all);

G_END_DECLS
