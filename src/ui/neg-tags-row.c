#include "config.h"

#include "ui/neg-tags-row.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/neg-fiction.h"
#include "ui/neg-fold.h"

#define SHOWN_CHARACTERS_MAX 500

struct _NegTagsRow {
  GObject parent_instance;

  const NegTagsPair *pair;      /* of one or two objects, else ... */
  const NegTagsVaryRow *varies; /* ... of a series */
  guint n_objects;              /* of the series */
  NegTagsRow *parent;           /* borrowed; nullable */
  guint index;
  gboolean stands_out;
  GListStore *children;         /* nullable */
  char *folded;                 /* for searching; NULL until it is asked for */
};

struct _NegTagsRows {
  NegTags *left, *right;
  NegTagsVary *vary;
  GArray *pairs;
  GPtrArray *varying;
  GListStore *top;
  GPtrArray *all; /* NegTagsRow */
};

G_DEFINE_FINAL_TYPE (NegTagsRow, neg_tags_row, G_TYPE_OBJECT)

static void
neg_tags_row_finalize (GObject *object)
{
  NegTagsRow *self = NEG_TAGS_ROW (object);

  g_clear_object (&self->children);
  g_free (self->folded);
  G_OBJECT_CLASS (neg_tags_row_parent_class)->finalize (object);
}

static void
neg_tags_row_class_init (NegTagsRowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_tags_row_finalize;
}

static void
neg_tags_row_init (NegTagsRow *self)
{
}

GListModel *
neg_tags_row_get_children (NegTagsRow *row)
{
  return row->children != NULL ? G_LIST_MODEL (row->children) : NULL;
}

NegTagsRow *
neg_tags_row_get_parent (NegTagsRow *row)
{
  return row->parent;
}

guint
neg_tags_row_get_index (NegTagsRow *row)
{
  return row->index;
}

const NegTag *
neg_tags_row_get_tag (NegTagsRow *row)
{
  return row->pair != NULL ? neg_tags_pair_get_tag (row->pair) : &row->varies->tag;
}

gboolean
neg_tags_row_stands_out (NegTagsRow *row)
{
  return row->stands_out;
}

/* One line without signs that would disturb it, and not more of it than fits a screen. */
static char *
dup_line (const char *text, gboolean has_more)
{
  g_autofree char *line = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), SHOWN_CHARACTERS_MAX));

  g_strdelimit (line, "\r\n\t\f\v", ' ');
  return g_strconcat (line, has_more || strlen (line) < strlen (text) ? "…" : "", NULL);
}

static char *
dup_value (const NegTag *tag)
{
  if (tag == NULL)
    return g_strdup ("");
  if (tag->kind == NEG_TAG_KIND_ELEMENT && *tag->value == '\0' && tag->length > 0)
    return g_strdup (_ ("(not text)"));
  return dup_line (tag->value, tag->has_more);
}

static char *
dup_tag_text (NegTagsRow *row, const NegTag *tag)
{
  if (tag->kind == NEG_TAG_KIND_ITEM)
    return g_strdup_printf (_ ("Item %u"), tag->number);
  return g_strdup_printf ("%s%s(%04X,%04X)", row->varies != NULL ? row->varies->place : "",
                          row->varies != NULL && *row->varies->place != '\0' ? " " : "", tag->tag >> 16, tag->tag & 0xFFFF);
}

static char *
dup_name (const NegTag *tag)
{
  g_autofree char *creator = dup_line (tag->creator, FALSE);

  if (*tag->creator == '\0')
    return g_strdup (tag->name);
  return *tag->name != '\0' ? g_strdup_printf ("%s · %s", tag->name, creator) : g_strdup_printf (_ ("private of %s"), creator);
}

static char *
dup_length (const NegTag *tag)
{
  return tag->length == G_MAXUINT32 ? g_strdup (_ ("open")) : g_strdup_printf ("%u", tag->length);
}

static char *
dup_range (const NegTagsVaryRow *varies)
{
  g_autofree char *least = dup_line (varies->least, FALSE);
  g_autofree char *most = dup_line (varies->most, FALSE);

  return strcmp (varies->least, varies->most) == 0 ? g_strdup (least) : g_strdup_printf ("%s … %s", least, most);
}

static char *
dup_count (const NegTagsVaryRow *varies, guint n_objects)
{
  g_autofree char *values
      = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u value", "%u values", varies->n_values), varies->n_values);
  g_autofree char *at_least = varies->is_more ? g_strdup_printf (_ ("at least %s"), values) : g_strdup (values);

  if (varies->n_objects == n_objects)
    return g_steal_pointer (&at_least);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s, in %u of %u object", "%s, in %u of %u objects", n_objects), at_least,
                          varies->n_objects, n_objects);
}

char *
neg_tags_row_dup_text (NegTagsRow *row, NegTagsColumn column)
{
  const NegTag *tag = neg_tags_row_get_tag (row);

  switch (column) {
  case NEG_TAGS_COLUMN_TAG:
    return dup_tag_text (row, tag);
  case NEG_TAGS_COLUMN_NAME:
    return dup_name (tag);
  case NEG_TAGS_COLUMN_VR:
    if (row->pair != NULL && row->pair->left != NULL && row->pair->right != NULL
        && strcmp (row->pair->left->vr, row->pair->right->vr) != 0)
      return g_strdup_printf ("%s/%s", row->pair->left->vr, row->pair->right->vr);
    return g_strdup (tag->vr);
  case NEG_TAGS_COLUMN_LENGTH:
    return dup_length (tag);
  case NEG_TAGS_COLUMN_VALUE:
    return row->varies != NULL ? dup_range (row->varies) : dup_value (row->pair->left);
  case NEG_TAGS_COLUMN_OTHER:
    return row->varies != NULL ? dup_count (row->varies, row->n_objects) : dup_value (row->pair->right);
  case NEG_TAGS_N_COLUMNS:
    break;
  }
  return g_strdup ("");
}

/* Of two sides either may say it: what is no UID of the standard's on one of them. */
static gboolean
is_identifying (NegTagsRow *row)
{
  for (NegTagsRow *at = row; at != NULL; at = at->parent) {
    if (at->varies != NULL && (neg_tag_is_identifying (&at->varies->tag) || *at->varies->place != '\0'))
      return TRUE; /* what it is inside of may be one */
    if (at->pair != NULL
        && ((at->pair->left != NULL && neg_tag_is_identifying (at->pair->left))
            || (at->pair->right != NULL && neg_tag_is_identifying (at->pair->right))))
      return TRUE;
  }
  return FALSE;
}

char *
neg_tags_row_dup_safe_text (NegTagsRow *row, NegTagsColumn column)
{
  const gboolean says_value = column == NEG_TAGS_COLUMN_VALUE || (column == NEG_TAGS_COLUMN_OTHER && row->pair != NULL);
  const gboolean is_private = (neg_tags_row_get_tag (row)->tag >> 16) % 2 == 1;
  g_autofree char *text = NULL;

  /* A private creator is anybody's text. */
  if (column == NEG_TAGS_COLUMN_NAME && is_private)
    return g_strdup (neg_tags_row_get_tag (row)->name);
  text = neg_tags_row_dup_text (row, column);
  return says_value && *text != '\0' && is_identifying (row) ? g_strdup (_ ("(left out)")) : g_steal_pointer (&text);
}

/* The range of a series with each end by itself. */
static char *
dup_shown_range (const NegTagsVaryRow *varies)
{
  const NegTextKind kind = neg_text_kind_of_element (varies->tag.tag, varies->tag.vr);
  g_autofree char *least = neg_text_dup_shown (kind, varies->least), *most = neg_text_dup_shown (kind, varies->most);

  return strcmp (least, most) == 0 ? g_steal_pointer (&least) : g_strdup_printf ("%s … %s", least, most);
}

static char *
dup_shown_value (const NegTag *tag)
{
  if (tag == NULL || *tag->value == '\0')
    return dup_value (tag);
  return neg_text_dup_shown (neg_text_kind_of_element (tag->tag, tag->vr), tag->value);
}

char *
neg_tags_row_dup_shown (NegTagsRow *row, NegTagsColumn column)
{
  const NegTag *tag = neg_tags_row_get_tag (row);
  g_autofree char *creator = NULL;

  if (!neg_fiction_is_on ())
    return neg_tags_row_dup_text (row, column);
  if (column == NEG_TAGS_COLUMN_VALUE)
    return row->varies != NULL ? dup_shown_range (row->varies) : dup_shown_value (row->pair->left);
  if (column == NEG_TAGS_COLUMN_OTHER && row->varies == NULL)
    return dup_shown_value (row->pair->right);
  if (column != NEG_TAGS_COLUMN_NAME || *tag->creator == '\0')
    return neg_tags_row_dup_text (row, column);
  creator = neg_text_dup_shown (NEG_TEXT_FREE, tag->creator);
  return g_strdup_printf (_ ("private of %s"), creator);
}

static const char *
get_folded (NegTagsRow *row)
{
  const NegTag *tag = neg_tags_row_get_tag (row);
  g_autofree char *number = g_strdup_printf ("(%04X,%04X) %04X%04X", tag->tag >> 16, tag->tag & 0xFFFF, tag->tag >> 16,
                                             tag->tag & 0xFFFF);
  g_autofree char *other = NULL;
  g_autofree char *value = NULL;
  g_autofree char *all = NULL;

  if (row->folded != NULL)
    return row->folded;
  value = neg_tags_row_dup_text (row, NEG_TAGS_COLUMN_VALUE);
  other = neg_tags_row_dup_text (row, NEG_TAGS_COLUMN_OTHER);
  all = g_strjoin ("\n", number, tag->name, tag->keyword, tag->creator, value, other, NULL);
  row->folded = neg_fold_dup (all);
  return row->folded;
}

gboolean
neg_tags_row_matches (NegTagsRow *row, const char *query)
{
  return neg_tags_row_get_tag (row)->kind != NEG_TAG_KIND_ITEM && neg_fold_matches (get_folded (row), query);
}

/* --- all of them --- */

static NegTagsRow *
add_row (NegTagsRows *rows, NegTagsRow *parent)
{
  NegTagsRow *row = g_object_new (NEG_TYPE_TAGS_ROW, NULL);
  GListStore *list = rows->top;

  if (parent != NULL) {
    if (parent->children == NULL)
      parent->children = g_list_store_new (NEG_TYPE_TAGS_ROW);
    list = parent->children;
  }
  row->parent = parent;
  row->index = g_list_model_get_n_items (G_LIST_MODEL (list));
  g_ptr_array_add (rows->all, row);
  g_list_store_append (list, row);
  return row;
}

static NegTagsRows *
new_rows (void)
{
  NegTagsRows *rows = g_new0 (NegTagsRows, 1);

  rows->top = g_list_store_new (NEG_TYPE_TAGS_ROW);
  rows->all = g_ptr_array_new_with_free_func (g_object_unref);
  return rows;
}

NegTagsRows *
neg_tags_rows_new_for_pairs (NegTags *left, NegTags *right, gboolean only_differences)
{
  NegTagsRows *rows = new_rows ();
  NegTagsRow *open[NEG_TAGS_DEPTH_MAX + 2] = { NULL };

  rows->left = left;
  rows->right = right;
  rows->pairs = neg_tags_pairs_new (left, right);
  if (only_differences && right != NULL) {
    g_autoptr (GArray) all = rows->pairs;

    rows->pairs = neg_tags_pairs_filter (all);
  }
  for (guint i = 0; i < rows->pairs->len; i++) {
    const NegTagsPair *pair = &g_array_index (rows->pairs, NegTagsPair, i);
    const guint depth = MIN (pair->depth, NEG_TAGS_DEPTH_MAX);

    open[depth] = add_row (rows, depth > 0 ? open[depth - 1] : NULL);
    open[depth]->pair = pair;
    open[depth]->stands_out = pair->differs && !only_differences;
  }
  return rows;
}

NegTagsRows *
neg_tags_rows_new_for_series (NegTagsVary *vary, gboolean all)
{
  NegTagsRows *rows = new_rows ();

  rows->vary = vary;
  rows->varying = neg_tags_vary_list (vary, all);
  for (guint i = 0; i < rows->varying->len; i++) {
    NegTagsRow *row = add_row (rows, NULL);

    row->varies = g_ptr_array_index (rows->varying, i);
    row->n_objects = neg_tags_vary_get_n_objects (vary);
  }
  return rows;
}

void
neg_tags_rows_free (NegTagsRows *rows)
{
  if (rows == NULL)
    return;
  g_clear_object (&rows->top);
  g_ptr_array_unref (rows->all);
  g_clear_pointer (&rows->pairs, g_array_unref);
  g_clear_pointer (&rows->varying, g_ptr_array_unref);
  neg_tags_free (rows->left);
  neg_tags_free (rows->right);
  neg_tags_vary_free (rows->vary);
  g_free (rows);
}

GListModel *
neg_tags_rows_get_top (NegTagsRows *rows)
{
  return G_LIST_MODEL (rows->top);
}

guint
neg_tags_rows_get_n (NegTagsRows *rows)
{
  return rows->all->len;
}

NegTagsRow *
neg_tags_rows_get (NegTagsRows *rows, guint index)
{
  return g_ptr_array_index (rows->all, index);
}

gboolean
neg_tags_rows_are_pairs (NegTagsRows *rows)
{
  return rows->right != NULL;
}

gboolean
neg_tags_rows_are_series (NegTagsRows *rows)
{
  return rows->vary != NULL;
}

const NegTags *
neg_tags_rows_get_left (NegTagsRows *rows)
{
  return rows->left;
}

NegTagsRow *
neg_tags_rows_find (NegTagsRows *rows, guint place)
{
  const NegTag *tag;

  if (rows->left == NULL || place >= rows->left->tags->len)
    return NULL;
  tag = &g_array_index (rows->left->tags, NegTag, place);
  for (guint i = 0; i < rows->all->len; i++)
    if (((NegTagsRow *) g_ptr_array_index (rows->all, i))->pair->left == tag)
      return g_ptr_array_index (rows->all, i);
  return NULL;
}

static void
append_line (GString *lines, NegTagsRow *row, gboolean with_patient)
{
  for (const NegTagsRow *at = row->parent; at != NULL; at = at->parent)
    g_string_append (lines, "  ");
  for (guint column = 0; column < NEG_TAGS_N_COLUMNS; column++) {
    g_autofree char *text
        = with_patient ? neg_tags_row_dup_text (row, column) : neg_tags_row_dup_safe_text (row, column);

    g_string_append_printf (lines, "%s%s", column > 0 ? "\t" : "", text);
  }
  g_string_append_c (lines, '\n');
}

char *
neg_tags_rows_dup_lines (GPtrArray *rows, gboolean with_patient)
{
  GString *lines = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    append_line (lines, g_ptr_array_index (rows, i), with_patient);
  return g_string_free (lines, FALSE);
}
