#include "config.h"

#include "engine/neg-modify-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "engine/neg-net-part10.h"
#include "engine/neg-scanner-private.h"

#define TAG_CLASS 0x00080016u
#define TAG_INSTANCE 0x00080018u
#define TAG_SIGNATURES 0xFFFAFFFAu
#define TAG_MACS 0x4FFE0001u

/* Bytes of the data set: of the inflated memory, or read into @owned. */
static const guint8 *
load (NegSource *source, const NegLayout *layout, guint64 from, guint64 to, guint8 **owned, GError **error)
{
  if (to < from || to - from > NEG_SCAN_HEADER_BYTES_MAX) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "the attributes are too long");
    return NULL;
  }
  if (layout->inflated != NULL && to <= layout->inflated_length)
    return layout->inflated + from;
  *owned = g_try_malloc (MAX (to - from, 1));
  if (*owned == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for the attributes");
    return NULL;
  }
  return neg_source_read (source, from, *owned, to - from, error) ? *owned : NULL;
}

/* Where the element behind the pixels begins. What is cut within its pixels has nothing behind them. */
static gboolean
find_rest (NegSource *source, const NegLayout *layout, guint64 *from, guint64 *to, GError **error)
{
  *from = *to = layout->header_end;
  if (layout->pixel_tag == 0 || layout->pixels_cut || layout->fragments_cut)
    return TRUE;
  *from = layout->pixels_end;
  return neg_scan_rest (source, layout, to, error);
}

gboolean
neg_change_begin (NegChange *change, NegSource *source, const NegLayout *layout, const NegModify *modify,
                  const NegDictionary *dictionary, GError **error)
{
  const NegEncoding encoding = { layout->implicit_vr, layout->big_endian };
  const guint8 *bytes;
  guint64 from, to;

  *change = (NegChange){ .source = source, .layout = layout, .modify = modify };
  neg_tree_init (&change->tree, dictionary);
  if (layout->truncated)
    return neg_fail (error, NEG_ERROR_TRUNCATED, NULL, "the object ends within its attributes");
  bytes = load (source, layout, layout->dataset_offset, layout->header_end, &change->header, error);
  if (bytes == NULL)
    return FALSE;
  change->root = neg_tree_parse (&change->tree, bytes, layout->header_end - layout->dataset_offset, encoding, error);
  if (change->root == NULL || !find_rest (source, layout, &from, &to, error))
    return FALSE;
  bytes = load (source, layout, from, to, &change->behind, error);
  if (bytes == NULL)
    return FALSE;
  change->rest = neg_tree_parse (&change->tree, bytes, to - from, encoding, error);
  change->originals = change->rest != NULL ? neg_tree_new_item (&change->tree, encoding, error) : NULL;
  return change->originals != NULL;
}

void
neg_change_clear (NegChange *change)
{
  neg_tree_clear (&change->tree);
  g_clear_pointer (&change->header, g_free);
  g_clear_pointer (&change->behind, g_free);
}

/* Retired, and wrong as soon as anything of their group changes (PS3.5 7.2); signatures would not hold (PS3.15 C). */
static void
remove_what_would_not_hold (NegChange *change, NegNode *item)
{
  for (NegNode **place = &item->first; *place != NULL;) {
    NegNode *child = *place;
    const gboolean is_signature = child->tag == TAG_SIGNATURES || child->tag == TAG_MACS;

    for (NegNode *inside = child->first; inside != NULL; inside = inside->next) {
      remove_what_would_not_hold (change, inside);
      child->is_changed |= inside->is_changed;
    }
    item->is_changed |= child->is_changed;
    change->was_signed |= is_signature;
    if (is_signature || (child->tag & 0xFFFF) == 0) {
      *place = child->next;
      item->is_changed = TRUE;
    } else {
      place = &child->next;
    }
  }
}

static gboolean
convert_texts (NegChange *change, const NegScope *scope, GError **error)
{
  return neg_text_convert (&change->tree, change->originals, scope, error)
         && neg_text_convert (&change->tree, change->rest, scope, error)
         && neg_text_convert (&change->tree, change->root, NULL, error)
         && neg_change_set (change, 0x00080005, "ISO_IR 192", error);
}

gboolean
neg_change_make (NegChange *change, GError **error)
{
  g_auto (NegScope) scope = { 0 };
  gboolean is_needed, fits = TRUE;

  if (!neg_change_map_uids (change, error) || !neg_change_look_at_edits (change, &is_needed, &fits, error))
    return FALSE;
  if (!is_needed && !change->is_changed)
    return TRUE;
  neg_scope_init (&scope, change->root, NULL);
  fits = fits && neg_change_history_fits (change, &scope);
  if (!fits && !convert_texts (change, &scope, error))
    return FALSE;
  return neg_change_make_edits (change, error);
}

/* A leaf of digits and dots; "" where there is none. */
static void
get_uid (const NegNode *root, guint32 tag, char uid[65])
{
  const NegNode *leaf = neg_node_find (root, tag);
  gsize used = 0;

  if (leaf != NULL && leaf->kind == NEG_NODE_LEAF)
    while (used < MIN (leaf->length, 64) && (g_ascii_isdigit (leaf->value[used]) || leaf->value[used] == '.'))
      used++;
  memcpy (uid, used > 0 ? leaf->value : (const guint8 *) "", used);
  uid[used] = '\0';
}

gboolean
neg_change_write_meta (const NegChange *change, const char *transfer_syntax_uid, NegOutput *output, GError **error)
{
  g_autoptr (GByteArray) meta = NULL;
  char class_uid[65], instance_uid[65];

  get_uid (change->root, TAG_CLASS, class_uid);
  get_uid (change->root, TAG_INSTANCE, instance_uid);
  meta = neg_net_part10_new (class_uid, instance_uid, transfer_syntax_uid, NULL, error);
  return meta != NULL && neg_output_write (output, meta->data, meta->len, error);
}

/* What the elements show, where the object's meta header said something else of them; the pixels' codec stays its word. */
const char *
neg_change_get_syntax (const NegLayout *layout)
{
  NegEncoding encoding;
  NegCodec codec;

  if (layout->encapsulated || layout->deflated
      || !neg_scan_lookup_syntax (layout->transfer_syntax_uid, &encoding, &codec) || codec != NEG_CODEC_NATIVE
      || (encoding.implicit_vr == layout->implicit_vr && encoding.big_endian == layout->big_endian))
    return layout->transfer_syntax_uid;
  if (layout->implicit_vr)
    return "1.2.840.10008.1.2";
  return layout->big_endian ? "1.2.840.10008.1.2.2" : NEG_MODIFY_EXPLICIT_LITTLE;
}

/* The pixel element as it lies there, header, fragments, delimiter and all; of what is cut, what there is. */
static gboolean
copy_pixels (const NegChange *change, NegOutput *output, NegModified *modified, GError **error)
{
  const NegLayout *layout = change->layout;
  const NegEncoding encoding = { layout->implicit_vr, layout->big_endian };
  const guint64 start = layout->header_end;
  NegSource inflated;
  NegSource *source = change->source;
  NegElement element;
  guint64 end = layout->pixels_end;

  if (layout->pixel_tag == 0)
    return TRUE;
  if (layout->deflated) {
    neg_source_init_memory (&inflated, layout->inflated, layout->inflated_length);
    source = &inflated;
  }
  if (layout->pixels_cut || layout->fragments_cut)
    end = source->length;
  if (!neg_element_read (source, start, source->length, encoding, &element, error))
    return FALSE;
  if (!layout->deflated) {
    modified->pixel_offset = neg_output_tell (output) + (element.value - start);
    modified->pixel_bytes = end - element.value;
    modified->old_pixel_offset = element.value;
  }
  return neg_output_copy (output, source, start, end - start, error);
}

static gboolean
write_object (const NegChange *change, NegOutput *output, NegModified *modified, GError **error)
{
  return neg_change_write_meta (change, neg_change_get_syntax (change->layout), output, error)
         && (!change->layout->deflated || neg_output_deflate (output, error))
         && neg_node_write (change->root, neg_output_write, output, error)
         && copy_pixels (change, output, modified, error)
         && neg_node_write (change->rest, neg_output_write, output, error) && neg_output_finish (output, error);
}

gboolean
neg_change_finish (NegChange *change, GError **error)
{
  remove_what_would_not_hold (change, change->root);
  remove_what_would_not_hold (change, change->rest);
  return neg_change_write_history (change, error);
}

gboolean
neg_modify_object (NegSource *source, const NegLayout *layout, const NegModify *modify, const NegDictionary *dictionary,
                   int fd, NegModified *modified, GError **error)
{
  g_auto (NegChange) change = { 0 };
  g_autoptr (NegOutput) output = NULL;

  *modified = (NegModified){ 0 };
  if (!neg_change_begin (&change, source, layout, modify, dictionary, error) || !neg_change_make (&change, error))
    return FALSE;
  if (!change.is_changed)
    return TRUE;
  output = neg_output_new (fd, error);
  if (output == NULL || !neg_change_finish (&change, error) || !write_object (&change, output, modified, error))
    return FALSE;
  modified->bytes = neg_output_tell (output);
  modified->is_changed = TRUE;
  return TRUE;
}
