#include "config.h"

#include "engine/neg-tags.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-utf8.h"
#include "engine/neg-scanner-private.h"
#include "engine/neg-tag-value.h"

#define TAG_CHARSET 0x00080005u
#define CHARSET_BYTES_MAX 256

typedef struct {
  NegSource *source;
  NegTagLookup lookup;
  NegTags *tags;
  NegText *plain;     /* borrowed */
  gboolean is_signed; /* what may be either, PS3.3 C.7.6.3.1 */
  gboolean is_full;
  gsize n_bytes;    /* of texts so far */
  guint n_skipped;  /* elements stepped over */
  guint64 position;
} Walk;

/* The elements of one item, or of the top level. */
typedef struct {
  NegEncoding encoding;
  guint64 end;
  gboolean is_open; /* ends at a delimiter, not at @end */
  guint depth;
  NegText *text;        /* owned or the enclosing item's */
  gboolean owns_text;
  GHashTable *creators; /* group << 8 | block to the creator; NULL: none yet */
} Level;

static gboolean walk_level (Walk *walk, Level *level);

static void
level_clear (Level *level)
{
  if (level->owns_text)
    neg_text_free (level->text);
  g_clear_pointer (&level->creators, g_hash_table_unref);
}

static gboolean
is_private (guint32 tag)
{
  return (tag >> 16) % 2 == 1;
}

/* PS3.5 7.8.1: (gggg,0010-00FF) reserve blocks of elements. */
static gboolean
is_creator (guint32 tag)
{
  return is_private (tag) && (tag & 0xFFFF) >= 0x10 && (tag & 0xFFFF) <= 0xFF;
}

static const char *
get_creator (const Level *level, guint32 tag)
{
  const guint32 block = (tag >> 16) << 8 | (tag & 0xFFFF) >> 8;
  const char *creator = NULL;

  if (level->creators != NULL && is_private (tag) && (tag & 0xFFFF) >= 0x1000)
    creator = g_hash_table_lookup (level->creators, GUINT_TO_POINTER (block));
  return creator != NULL ? creator : "";
}

static void
note_creator (Level *level, const NegTag *tag)
{
  const guint32 block = (tag->tag >> 16) << 8 | (tag->tag & 0xFF);
  g_autofree char *creator = g_strdup (tag->value);

  neg_utf8_cut (creator, NEG_TAGS_NAME_BYTES_MAX);
  if (level->creators == NULL)
    level->creators = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  if (!g_hash_table_contains (level->creators, GUINT_TO_POINTER (block)))
    g_hash_table_insert (level->creators, GUINT_TO_POINTER (block), g_strdup (g_strstrip (creator)));
}

/* Takes the texts; FALSE when there is room for no more. */
static gboolean
add_tag (Walk *walk, NegTag *tag)
{
  walk->n_bytes += sizeof *tag + strlen (tag->name) + strlen (tag->keyword) + strlen (tag->creator)
                   + strlen (tag->value);
  walk->is_full |= walk->tags->tags->len >= NEG_TAGS_MAX || walk->n_bytes > NEG_TAGS_BYTES_MAX;
  if (walk->is_full)
    neg_tag_clear (tag);
  else
    g_array_append_val (walk->tags->tags, *tag);
  return !walk->is_full;
}

/* Which of the dictionary's choices it is. */
static const char *
choose_vr (const Walk *walk, const char *vr)
{
  if (strcmp (vr, "xs") == 0)
    return walk->is_signed ? "SS" : "US";
  if (strcmp (vr, "up") == 0)
    return "UL";
  if (strcmp (vr, "ox") == 0 || strcmp (vr, "lt") == 0 || strcmp (vr, "px") == 0)
    return "OW";
  return g_ascii_isupper (vr[0]) && g_ascii_isupper (vr[1]) ? vr : "??";
}

static gboolean
is_vr (const char *vr)
{
  return g_ascii_isupper (vr[0]) && g_ascii_isupper (vr[1]);
}

/* What is written counts, unless that says nothing (PS3.5 6.2.2). */
static const char *
get_effective_vr (const Walk *walk, const NegElement *element, const NegTagEntry *entry)
{
  if (is_vr (element->vr) && strcmp (element->vr, "UN") != 0)
    return element->vr;
  if (entry->vr[0] != '\0')
    return choose_vr (walk, entry->vr);
  return is_vr (element->vr) ? element->vr : "??";
}

static void
look_up (Walk *walk, const Level *level, const NegElement *element, const char *creator, NegTagEntry *entry)
{
  memset (entry, 0, sizeof *entry);
  if (is_creator (element->tag))
    *entry = (NegTagEntry){ "LO", "PrivateCreator", 1, 1, FALSE };
  else if (element->tag % 0x10000 == 0 && level->depth == 0)
    *entry = (NegTagEntry){ "UL", "GroupLength", 1, 1, element->tag >> 16 != 2 };
  else if (!is_private (element->tag) || *creator != '\0')
    walk->lookup (element->tag, creator, entry);
}

static void
describe (NegTag *tag, const Walk *walk, const Level *level, const NegElement *element, const char *creator,
          const NegTagEntry *entry)
{
  const char *vr = is_vr (element->vr) ? element->vr : get_effective_vr (walk, element, entry);

  *tag = (NegTag){ .kind = NEG_TAG_KIND_ELEMENT, .depth = level->depth, .tag = element->tag, .length = element->length };
  g_strlcpy (tag->vr, level->encoding.implicit_vr || is_vr (element->vr) ? vr : "??", sizeof tag->vr);
  g_strlcpy (tag->dictionary_vr, entry->vr, sizeof tag->dictionary_vr);
  tag->name = neg_tag_name_from_keyword (entry->keyword);
  tag->keyword = g_strdup (is_private (element->tag) ? "" : entry->keyword);
  tag->creator = g_strdup (creator);
  tag->value = g_strdup ("");
  tag->vm_min = entry->vm_min;
  tag->vm_max = entry->vm_max;
  tag->is_retired = entry->is_retired;
}

/* Specific Character Set stands before all text of its item (PS3.3 C.12.1.1.2). */
static void
take_charset (Level *level, const char *value)
{
  if (level->owns_text)
    return;
  level->text = neg_text_new (value);
  level->owns_text = TRUE;
}

static gboolean
take_value (Walk *walk, Level *level, const NegElement *element, const char *vr, NegTag *tag)
{
  NegTagBytes value = { NULL, MIN (element->length, NEG_TAGS_VALUE_BYTES_MAX),
                        element->length > NEG_TAGS_VALUE_BYTES_MAX, level->encoding.big_endian };

  if (!neg_element_fits (element, level->end))
    return FALSE;
  walk->position = element->value + element->length;
  if (element->length == 0)
    return TRUE;
  value.bytes = neg_source_peek (walk->source, element->value, value.length, NULL);
  if (value.bytes == NULL)
    return FALSE;
  g_free (tag->value);
  tag->value = neg_tag_value_to_text (&value, vr, level->text, walk->plain, &tag->has_more);
  if (tag->tag == TAG_CHARSET)
    take_charset (level, tag->value);
  if (is_creator (tag->tag))
    note_creator (level, tag);
  return TRUE;
}

static gboolean
add_item (Walk *walk, const NegElement *element, guint depth, guint number)
{
  NegTag tag = {
    .kind = NEG_TAG_KIND_ITEM, .depth = depth, .tag = element->tag, .number = number, .length = element->length,
    .name = g_strdup (""), .keyword = g_strdup (""), .creator = g_strdup (""), .value = g_strdup (""),
  };

  return add_tag (walk, &tag);
}

static gboolean
walk_item (Walk *walk, const Level *around, const NegElement *element, NegEncoding encoding, guint64 end,
           gboolean may_cut)
{
  const gboolean fits = neg_element_fits (element, end);
  Level level = { encoding, fits ? element->value + element->length : end, element->length == NEG_LENGTH_UNDEFINED,
                  around->depth + 2, around->text };
  gboolean ok;

  if (!fits && !level.is_open && !may_cut)
    return FALSE;
  walk->position = element->value;
  ok = walk_level (walk, &level);
  level_clear (&level);
  return ok;
}

/* The same leniency as the scanner's: delimiters too many or missing, a last item longer than its sequence. */
static gboolean
walk_items (Walk *walk, const Level *level, const NegElement *sequence, NegEncoding encoding)
{
  const gboolean is_open = sequence->length == NEG_LENGTH_UNDEFINED;
  const guint64 end = is_open ? level->end : sequence->value + sequence->length;
  guint number = 0;

  if ((!is_open && !neg_element_fits (sequence, level->end)) || level->depth + 2 > NEG_TAGS_DEPTH_MAX)
    return FALSE;
  walk->position = sequence->value;
  while (walk->position < end) {
    NegElement element;

    if (!neg_element_read (walk->source, walk->position, end, encoding, &element, NULL))
      return FALSE;
    walk->position = element.value;
    if (element.tag == NEG_TAG_SEQUENCE_END && is_open)
      return TRUE;
    if (element.tag == NEG_TAG_SEQUENCE_END || element.tag == NEG_TAG_ITEM_END)
      continue;
    if (element.tag != NEG_TAG_ITEM || !add_item (walk, &element, level->depth + 1, ++number)
        || !walk_item (walk, level, &element, encoding, end, !is_open))
      return FALSE;
  }
  return !is_open || end < walk->source->length;
}

static gboolean
starts_with_item (Walk *walk, const NegElement *element, gboolean big_endian)
{
  const guint8 *bytes = element->length >= 8 ? neg_source_peek (walk->source, element->value, 4, NULL) : NULL;

  return bytes != NULL && neg_element_is_item_tag (bytes, big_endian);
}

static gboolean
add_sequence (Walk *walk, const Level *level, const NegElement *element, NegTag *tag, NegEncoding inside)
{
  tag->kind = NEG_TAG_KIND_SEQUENCE;
  return add_tag (walk, tag) && walk_items (walk, level, element, inside);
}

/* A sequence that somebody wrote as unknown bytes (PS3.5 6.2.2): shown as such when it is one to its end. */
static gboolean
try_unknown_sequence (Walk *walk, const Level *level, const NegElement *element, NegTag *tag)
{
  const guint n_before = walk->tags->tags->len;
  NegTag copy = *tag;

  copy.name = g_strdup (tag->name);
  copy.keyword = g_strdup (tag->keyword);
  copy.creator = g_strdup (tag->creator);
  copy.value = g_strdup (tag->value);
  if (add_sequence (walk, level, element, &copy, (NegEncoding){ TRUE, FALSE })
      && walk->position == element->value + element->length) {
    neg_tag_clear (tag);
    return TRUE;
  }
  g_array_set_size (walk->tags->tags, MIN (n_before, walk->tags->tags->len));
  return FALSE;
}

static gboolean
take_element (Walk *walk, Level *level, const NegElement *element)
{
  g_autofree char *creator = g_strdup (get_creator (level, element->tag));
  const char *vr;
  NegTagEntry entry;
  NegEncoding inside;
  NegTag tag;

  look_up (walk, level, element, creator, &entry);
  vr = get_effective_vr (walk, element, &entry);
  describe (&tag, walk, level, element, creator, &entry);
  if (element->length == NEG_LENGTH_UNDEFINED && element->vr[0] == 'O')
    return add_tag (walk, &tag)
           && neg_scan_skip_sequence (walk->source, element, level->encoding, &walk->n_skipped, &walk->position, NULL);
  if (neg_scan_opens_sequence (walk->source, element, level->encoding, &inside)
      || (element->length == 0 && strcmp (vr, "SQ") == 0))
    return add_sequence (walk, level, element, &tag, inside);
  if (strcmp (element->vr, "UN") == 0 && (entry.vr[0] == '\0' || strcmp (entry.vr, "SQ") == 0)
      && starts_with_item (walk, element, FALSE) && try_unknown_sequence (walk, level, element, &tag))
    return TRUE;
  if (take_value (walk, level, element, vr, &tag))
    return add_tag (walk, &tag);
  add_tag (walk, &tag);
  return FALSE;
}

static gboolean
walk_level (Walk *walk, Level *level)
{
  while (walk->position < level->end && !walk->is_full) {
    NegElement element;

    if (!neg_element_read (walk->source, walk->position, level->end, level->encoding, &element, NULL))
      return FALSE;
    if (element.tag == NEG_TAG_SEQUENCE_END && level->depth > 0)
      return TRUE; /* the item's own delimiter is missing */
    if (element.tag == NEG_TAG_ITEM)
      return FALSE;
    if (element.tag >> 16 == 0xFFFE) {
      walk->position = element.value;
      if (level->is_open && element.tag == NEG_TAG_ITEM_END)
        return TRUE;
    } else if (!take_element (walk, level, &element)) {
      return FALSE;
    }
  }
  return !walk->is_full && (!level->is_open || level->end < walk->source->length);
}

/* A stretch of the top level. */
static void
walk_top (Walk *walk, Level *level, guint64 start, guint64 end)
{
  level->end = end;
  walk->position = start;
  walk->tags->is_cut |= start < end && !walk_level (walk, level);
}

/* PS3.10 7.1: always Explicit VR Little Endian. */
static void
walk_meta (Walk *walk, NegText *text, const NegLayout *layout)
{
  const guint8 *bytes = neg_source_peek (walk->source, 0, 4, NULL);
  guint64 start = layout->has_preamble ? 132 : 0;
  Level level = { .text = text };

  if (start == 0 && bytes != NULL && memcmp (bytes, "DICM", 4) == 0)
    start = 4;
  if (layout->has_meta)
    walk_top (walk, &level, start, layout->deflated ? layout->deflated_offset : layout->dataset_offset);
  level_clear (&level);
}

/* The pixels' own element: its length as written, never a value. */
static void
add_pixels (Walk *walk, const Level *level, guint64 offset)
{
  NegElement element;
  NegTagEntry entry;
  NegTag tag;

  if (!neg_element_read (walk->source, offset, walk->source->length, level->encoding, &element, NULL))
    return;
  look_up (walk, level, &element, "", &entry);
  describe (&tag, walk, level, &element, "", &entry);
  add_tag (walk, &tag);
}

static void
walk_dataset (Walk *walk, NegText *text, NegSource *object, const NegLayout *layout)
{
  Level level = { .encoding = { layout->implicit_vr, layout->big_endian }, .text = text };
  guint64 end = walk->source->length;

  /* Of a sequence that is cut what is there, too. */
  walk_top (walk, &level, layout->dataset_offset, layout->truncated ? end : layout->header_end);
  if (layout->pixel_tag != 0) {
    add_pixels (walk, &level, layout->header_end);
    /* Where only padding follows is for the scanner to say. */
    if (neg_scan_rest (object, layout, &end, NULL))
      walk_top (walk, &level, layout->pixels_end, end);
    else
      walk->tags->is_cut = TRUE;
  }
  walk->tags->is_cut |= layout->truncated;
  level_clear (&level);
}

NegTags *
neg_tags_list_with (NegSource *source, NegTagLookup lookup, GError **error)
{
  g_autoptr (NegTags) tags = neg_tags_new ();
  g_autoptr (NegText) plain = neg_text_new (NULL);
  g_auto (NegLayout) layout = { 0 };
  Walk walk = { .source = source, .lookup = lookup, .tags = tags, .plain = plain };
  NegSource inflated;

  if (neg_scan_is_zip (source)) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "an archive of files");
    return NULL;
  }
  if (!neg_scan (source, &layout, error))
    return NULL;
  tags->transfer_syntax_uid = g_utf8_make_valid (layout.transfer_syntax_uid, -1);
  walk.is_signed = layout.is_signed;
  walk_meta (&walk, plain, &layout);
  if (layout.deflated) {
    neg_source_init_memory (&inflated, layout.inflated, layout.inflated_length);
    walk.source = &inflated;
  }
  walk_dataset (&walk, plain, source, &layout);
  return g_steal_pointer (&tags);
}
