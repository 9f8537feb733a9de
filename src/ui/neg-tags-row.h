/* One line of the tag inspector: an element of one object, of two side by side, or of a whole series; and all lines of a
 * list as a tree. Thread: main. */
#pragma once

#include <gio/gio.h>

#include "quality/neg-tags-pairs.h"
#include "quality/neg-tags-vary.h"

G_BEGIN_DECLS

typedef enum {
  NEG_TAGS_COLUMN_TAG,
  NEG_TAGS_COLUMN_NAME,
  NEG_TAGS_COLUMN_VR,
  NEG_TAGS_COLUMN_LENGTH,
  NEG_TAGS_COLUMN_VALUE, /* of a series: from where to where */
  NEG_TAGS_COLUMN_OTHER, /* of the other object; of a series: how many values in how many objects */
  NEG_TAGS_N_COLUMNS,
} NegTagsColumn;

#define NEG_TYPE_TAGS_ROW (neg_tags_row_get_type ())
G_DECLARE_FINAL_TYPE (NegTagsRow, neg_tags_row, NEG, TAGS_ROW, GObject)

GListModel *neg_tags_row_get_children (NegTagsRow *row); /* borrowed; NULL: nothing is inside of it */
NegTagsRow *neg_tags_row_get_parent (NegTagsRow *row);   /* borrowed, nullable */
guint neg_tags_row_get_index (NegTagsRow *row);          /* among the parent's children */
const NegTag *neg_tags_row_get_tag (NegTagsRow *row);
gboolean neg_tags_row_stands_out (NegTagsRow *row); /* it differs, among others that do not */

/* As it is shown: one line. Given. */
char *neg_tags_row_dup_shown (NegTagsRow *row, NegTagsColumn column);
/* The same as the object says it, whoever is shown: to be copied or searched. Given. */
char *neg_tags_row_dup_text (NegTagsRow *row, NegTagsColumn column);
/* The same without what says who the patient is (wire/neg-tags.h), which goes for all that is inside of such a sequence. */
char *neg_tags_row_dup_safe_text (NegTagsRow *row, NegTagsColumn column);

/* Whether tag, keyword, name or a value has every word of @query (neg-fold.h). */
gboolean neg_tags_row_matches (NegTagsRow *row, const char *query);

/* Everything that is listed. */
typedef struct _NegTagsRows NegTagsRows;

/* What differs between the two, or all (of one: all). */
NegTagsRows *neg_tags_rows_new_for_pairs (NegTags *left, NegTags *right, gboolean only_differences); /* both taken; right nullable */
NegTagsRows *neg_tags_rows_new_for_series (NegTagsVary *vary, gboolean all);                        /* taken */
void neg_tags_rows_free (NegTagsRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegTagsRows, neg_tags_rows_free)

GListModel *neg_tags_rows_get_top (NegTagsRows *rows); /* of NegTagsRow; borrowed */
guint neg_tags_rows_get_n (NegTagsRows *rows);         /* all, with what is inside */
NegTagsRow *neg_tags_rows_get (NegTagsRows *rows, guint index); /* in order; borrowed */
gboolean neg_tags_rows_are_pairs (NegTagsRows *rows);  /* of two objects */
gboolean neg_tags_rows_are_series (NegTagsRows *rows);
const NegTags *neg_tags_rows_get_left (NegTagsRows *rows); /* nullable: a series */
/* The row of the element at @place of the left list; NULL where it is not listed. Borrowed. */
NegTagsRow *neg_tags_rows_find (NegTagsRows *rows, guint place);

/* Lines for a clipboard: columns separated by tabs, indented by depth. @rows: NegTagsRow. Given. */
char *neg_tags_rows_dup_lines (GPtrArray *rows, gboolean with_patient);

G_END_DECLS
