#include "config.h"

#include "engine/neg-modify-private.h"

#include <string.h>

#include "base/neg-error.h"

#define TAG_CODE_VALUE 0x00080100u
#define TAG_SCHEME 0x00080102u
#define TAG_MEANING 0x00080104u
#define TAG_LONG_CODE 0x00080119u
#define SHORT_CODE_CHARACTERS 16

/* Where an edit goes: the item that holds its attribute, as far as it is there, and how texts are written in it. */
typedef struct {
  NegPath path;
  NegNode *item; /* NULL: it would have to be added */
  NegNode *node; /* NULL: likewise */
  NegEncoding encoding; /* of the attribute */
  NegScope scope;
} Place;

static void
place_clear (Place *place)
{
  neg_scope_clear (&place->scope);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static void
enter_scope (Place *place, const NegNode *item)
{
  g_auto (NegScope) around = place->scope;

  neg_scope_init (&place->scope, item, &around);
}

/* Attributes behind the pixels are signatures and padding: edits are before them. An item that is not there is the next one,
 * unless an edit before may still add what is missing: @is_turn. */
static gboolean
find_place (NegChange *change, const NegEdit *edit, gboolean is_turn, Place *place, GError **error)
{
  if (!neg_path_parse (&place->path, edit->path, change->tree.dictionary, error))
    return FALSE;
  place->item = change->root;
  place->encoding = change->root->encoding;
  neg_scope_init (&place->scope, change->root, NULL);
  for (guint i = 0; i + 1 < place->path.n; i++) {
    const NegStep *step = &place->path.steps[i];
    const NegNode *sequence = neg_node_find (place->item, step->tag);

    place->item = sequence != NULL ? neg_node_get_item (sequence, step->item) : NULL;
    if (place->item == NULL) {
      const guint n_items = sequence != NULL ? neg_node_count (sequence) : 0;

      if (edit->kind == NEG_EDIT_REMOVE || !is_turn || (guint) step->item == n_items)
        return TRUE;
      return neg_fail (error, NEG_ERROR_USAGE, edit->path, "item %d of %u", step->item, n_items);
    }
    place->encoding = place->item->encoding;
    enter_scope (place, place->item);
  }
  place->node = neg_node_find (place->item, place->path.steps[place->path.n - 1].tag);
  return TRUE;
}

static guint32
get_tag (const Place *place)
{
  return place->path.steps[place->path.n - 1].tag;
}

static const char *
get_vr (const NegChange *change, const Place *place)
{
  return place->node != NULL && place->node->kind == NEG_NODE_LEAF ? neg_tree_get_vr (&change->tree, place->node)
                                                                   : change->tree.dictionary->get_vr (get_tag (place));
}

/* The code's value, scheme and meaning; given. */
static char **
split_code (const NegEdit *edit, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (edit->value, "\\", -1);

  if (g_strv_length (parts) == 3 && *parts[0] != '\0' && *parts[1] != '\0' && *parts[2] != '\0')
    return g_steal_pointer (&parts);
  neg_fail (error, NEG_ERROR_USAGE, edit->path, "a code is a value, a scheme and a meaning");
  return NULL;
}

static guint32
get_code_tag (const char *value)
{
  return g_utf8_strlen (value, -1) > SHORT_CODE_CHARACTERS ? TAG_LONG_CODE : TAG_CODE_VALUE;
}

static gboolean
leaf_is (const NegChange *change, const NegNode *item, guint32 tag, const NegScope *scope, const char *value)
{
  const NegNode *leaf = neg_node_find (item, tag);

  return leaf != NULL && neg_value_is (&change->tree, leaf, scope, value);
}

static gboolean
code_is (const NegChange *change, const Place *place, char **parts)
{
  const NegNode *item = place->node != NULL ? place->node->first : NULL;

  return item != NULL && place->node->kind == NEG_NODE_SEQUENCE && item->next == NULL
         && leaf_is (change, item, get_code_tag (parts[0]), &place->scope, parts[0])
         && leaf_is (change, item, TAG_SCHEME, &place->scope, parts[1])
         && leaf_is (change, item, TAG_MEANING, &place->scope, parts[2]);
}

static gboolean
fits_as (const NegScope *scope, const char *vr, const char *value, gboolean *fits, GError **error)
{
  static const NegEncoding any = { FALSE, FALSE };
  g_autoptr (GByteArray) bytes = NULL;

  if (!neg_value_encode (vr, any, scope, value, &bytes, error))
    return FALSE;
  *fits &= bytes != NULL;
  return TRUE;
}

static gboolean
look_at_code (const NegChange *change, const NegEdit *edit, const Place *place, gboolean *is_needed, gboolean *fits,
              GError **error)
{
  g_auto (GStrv) parts = split_code (edit, error);

  if (parts == NULL)
    return FALSE;
  if (strcmp (change->tree.dictionary->get_vr (get_tag (place)), "SQ") != 0)
    return neg_fail (error, NEG_ERROR_REFUSED, edit->path, "this attribute holds no code");
  if (code_is (change, place, parts))
    return TRUE;
  *is_needed = TRUE;
  return fits_as (&place->scope, get_code_tag (parts[0]) == TAG_CODE_VALUE ? "SH" : "UC", parts[0], fits, error)
         && fits_as (&place->scope, "SH", parts[1], fits, error) && fits_as (&place->scope, "LO", parts[2], fits, error);
}

static gboolean
look_at_value (const NegChange *change, const NegEdit *edit, const Place *place, gboolean *is_needed, gboolean *fits,
               GError **error)
{
  const char *vr = get_vr (change, place);

  if (*vr == '\0' || strcmp (vr, "SQ") == 0 || (place->node != NULL && place->node->kind != NEG_NODE_LEAF))
    return neg_fail (error, NEG_ERROR_REFUSED, edit->path, "values of this attribute cannot be set");
  if (place->node != NULL && neg_value_is (&change->tree, place->node, &place->scope, edit->value))
    return TRUE;
  *is_needed = TRUE;
  return fits_as (&place->scope, vr, edit->value, fits, error);
}

static gboolean
look_at (NegChange *change, const NegEdit *edit, gboolean is_turn, gboolean *is_needed, gboolean *fits, GError **error)
{
  g_auto (Place) place = { 0 };

  *is_needed = FALSE;
  if (!find_place (change, edit, is_turn, &place, error))
    return FALSE;
  switch (edit->kind) {
  case NEG_EDIT_REMOVE:
    *is_needed = place.node != NULL;
    return TRUE;
  case NEG_EDIT_CODE:
    return look_at_code (change, edit, &place, is_needed, fits, error);
  case NEG_EDIT_SET:
  default:
    return look_at_value (change, edit, &place, is_needed, fits, error);
  }
}

gboolean
neg_change_look_at_edits (NegChange *change, gboolean *is_needed, gboolean *fits, GError **error)
{
  *is_needed = FALSE;
  for (guint i = 0; i < change->modify->edits->len; i++) {
    gboolean one_is_needed;

    if (!look_at (change, g_ptr_array_index (change->modify->edits, i), FALSE, &one_is_needed, fits, error))
      return FALSE;
    *is_needed |= one_is_needed;
  }
  return TRUE;
}

/* The item that holds the attribute, with what is missing on the way; all of it is changed. */
static NegNode *
open_item (NegChange *change, const NegPath *path, GError **error)
{
  NegNode *item = change->root;

  for (guint i = 0; i + 1 < path->n; i++) {
    NegNode *sequence = neg_node_find (item, path->steps[i].tag);
    NegNode *next;

    item->is_changed = TRUE;
    if (sequence == NULL || (sequence->kind == NEG_NODE_LEAF && sequence->length == 0)) {
      neg_node_remove (item, path->steps[i].tag);
      sequence = neg_tree_new_sequence (&change->tree, path->steps[i].tag, item->encoding, error);
      if (sequence == NULL)
        return NULL;
      neg_node_insert (item, sequence);
    }
    if (sequence->kind != NEG_NODE_SEQUENCE) {
      neg_node_fail (sequence->tag, error, "the items of this attribute cannot be read");
      return NULL;
    }
    sequence->is_changed = TRUE;
    next = neg_node_get_item (sequence, path->steps[i].item);
    if (next == NULL) {
      next = neg_tree_new_item (&change->tree, sequence->first != NULL ? sequence->first->encoding : item->encoding, error);
      if (next == NULL)
        return NULL;
      neg_node_append (sequence, next);
    }
    next->is_changed = TRUE;
    item = next;
  }
  return item;
}

static gboolean
set_leaf (NegChange *change, NegNode *item, guint32 tag, const char *vr, const NegScope *scope, const char *value,
          GError **error)
{
  NegNode *leaf = neg_tree_new_leaf (&change->tree, tag, item->encoding, error);
  g_autoptr (GByteArray) bytes = NULL;

  if (leaf == NULL)
    return FALSE;
  g_strlcpy (leaf->vr, vr, sizeof leaf->vr);
  if (!neg_value_encode (vr, item->encoding, scope, value, &bytes, error))
    return FALSE;
  if (bytes == NULL)
    return neg_node_fail (tag, error, "the object's character set has not these characters");
  neg_node_remove (item, tag);
  neg_node_insert (item, leaf);
  return neg_tree_set_value (&change->tree, leaf, bytes->data, bytes->len, error);
}

static gboolean
set_code (NegChange *change, NegNode *item, const Place *place, const NegEdit *edit, GError **error)
{
  g_auto (GStrv) parts = split_code (edit, error);
  NegNode *sequence = parts != NULL ? neg_tree_new_sequence (&change->tree, get_tag (place), item->encoding, error) : NULL;
  NegNode *code = sequence != NULL ? neg_tree_new_item (&change->tree, item->encoding, error) : NULL;
  const gboolean is_short = parts != NULL && get_code_tag (parts[0]) == TAG_CODE_VALUE;

  if (code == NULL)
    return FALSE;
  neg_node_append (sequence, code);
  neg_node_remove (item, sequence->tag);
  neg_node_insert (item, sequence);
  return set_leaf (change, code, get_code_tag (parts[0]), is_short ? "SH" : "UC", &place->scope, parts[0], error)
         && set_leaf (change, code, TAG_SCHEME, "SH", &place->scope, parts[1], error)
         && set_leaf (change, code, TAG_MEANING, "LO", &place->scope, parts[2], error);
}

static gboolean
make (NegChange *change, const NegEdit *edit, GError **error)
{
  g_auto (Place) place = { 0 };
  NegNode *item;

  if (!find_place (change, edit, TRUE, &place, error) || !neg_change_remember (change, place.path.steps[0].tag, error))
    return FALSE;
  change->is_changed = TRUE;
  item = open_item (change, &place.path, error);
  if (item == NULL)
    return FALSE;
  if (edit->kind == NEG_EDIT_CODE)
    return set_code (change, item, &place, edit, error);
  if (edit->kind == NEG_EDIT_SET)
    return set_leaf (change, item, get_tag (&place), get_vr (change, &place), &place.scope, edit->value, error);
  neg_node_remove (item, get_tag (&place));
  return TRUE;
}

/* Those that are needed, one after the other: what an edit adds the next one finds. */
gboolean
neg_change_make_edits (NegChange *change, GError **error)
{
  for (guint i = 0; i < change->modify->edits->len; i++) {
    const NegEdit *edit = g_ptr_array_index (change->modify->edits, i);
    gboolean is_needed, fits = TRUE;

    if (!look_at (change, edit, TRUE, &is_needed, &fits, error))
      return FALSE;
    if (is_needed && !make (change, edit, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
neg_change_set (NegChange *change, guint32 tag, const char *value, GError **error)
{
  g_auto (NegScope) scope = { 0 };

  neg_scope_init (&scope, change->root, NULL);
  return set_leaf (change, change->root, tag, change->tree.dictionary->get_vr (tag), &scope, value, error);
}
