#include "config.h"

#include "wire/neg-tags.h"

#include <string.h>

#include "base/neg-error.h"

/* kind, depth, tag, number, vr, length, four texts, has_more, dictionary: vr, counts, retired */
#define TAG_BYTES_MIN (1 + 1 + 4 + 4 + 2 + 4 + 4 * 4 + 1 + 2 + 4 + 4 + 1)

void
neg_tag_clear (NegTag *tag)
{
  g_clear_pointer (&tag->name, g_free);
  g_clear_pointer (&tag->keyword, g_free);
  g_clear_pointer (&tag->creator, g_free);
  g_clear_pointer (&tag->value, g_free);
}

static void
clear_cb (gpointer data)
{
  neg_tag_clear (data);
}

NegTags *
neg_tags_new (void)
{
  NegTags *tags = g_new0 (NegTags, 1);

  tags->tags = g_array_new (FALSE, TRUE, sizeof (NegTag));
  g_array_set_clear_func (tags->tags, clear_cb);
  return tags;
}

void
neg_tags_free (NegTags *tags)
{
  if (tags == NULL)
    return;
  g_array_unref (tags->tags);
  g_free (tags->transfer_syntax_uid);
  g_free (tags);
}

/* One step of a path: a keyword or eight hexadecimal digits. */
static gboolean
step_matches (const NegTag *tag, const char *step, gsize length)
{
  char digits[9];

  if (strlen (tag->keyword) == length && strncmp (tag->keyword, step, length) == 0)
    return TRUE;
  g_snprintf (digits, sizeof digits, "%08x", tag->tag);
  return length == 8 && g_ascii_strncasecmp (digits, step, length) == 0;
}

/* The first element at @depth from @start on that @step names; what is above @depth ends the search. */
static gboolean
find_element (const NegTags *tags, const char *step, gsize length, guint depth, guint *place)
{
  for (guint i = *place; i < tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (tags->tags, NegTag, i);

    if (tag->depth < depth)
      return FALSE;
    if (tag->depth == depth && tag->kind != NEG_TAG_KIND_ITEM && step_matches (tag, step, length)) {
      *place = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* The item of number @number in the sequence at @place. */
static gboolean
find_item (const NegTags *tags, guint64 number, guint *place)
{
  const guint depth = g_array_index (tags->tags, NegTag, *place).depth + 1;

  for (guint i = *place + 1; i < tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (tags->tags, NegTag, i);

    if (tag->depth < depth)
      return FALSE;
    if (tag->depth == depth && tag->number == number) {
      *place = i;
      return TRUE;
    }
  }
  return FALSE;
}

const NegTag *
neg_tags_find (const NegTags *tags, const char *path)
{
  guint place = 0;
  guint depth = 0;

  for (const char *step = path;;) {
    const gsize length = strcspn (step, "[.");
    guint64 index;
    char *end;

    if (!find_element (tags, step, length, depth, &place))
      return NULL;
    if (step[length] == '\0')
      return &g_array_index (tags->tags, NegTag, place);
    if (step[length] != '[' || !g_ascii_isdigit (step[length + 1]))
      return NULL;
    index = g_ascii_strtoull (step + length + 1, &end, 10);
    if (end[0] != ']' || end[1] != '.' || index >= G_MAXUINT32 || !find_item (tags, index + 1, &place))
      return NULL;
    step = end + 2;
    place++;
    depth += 2;
  }
}

const char *
neg_tags_get (const NegTags *tags, const char *path)
{
  const NegTag *tag = neg_tags_find (tags, path);

  return tag != NULL ? tag->value : NULL;
}

static void
write_vr (const char *vr, GByteArray *array)
{
  neg_write_u8 (array, vr[0]);
  neg_write_u8 (array, vr[0] != '\0' ? vr[1] : 0);
}

static void
write_tag (const NegTag *tag, GByteArray *array)
{
  neg_write_u8 (array, tag->kind);
  neg_write_u8 (array, tag->depth);
  neg_write_u32 (array, tag->tag);
  neg_write_u32 (array, tag->number);
  write_vr (tag->vr, array);
  neg_write_u32 (array, tag->length);
  neg_write_string (array, tag->name);
  neg_write_string (array, tag->keyword);
  neg_write_string (array, tag->creator);
  neg_write_string (array, tag->value);
  neg_write_u8 (array, tag->has_more ? 1 : 0);
  write_vr (tag->dictionary_vr, array);
  neg_write_u32 (array, tag->vm_min);
  neg_write_u32 (array, tag->vm_max);
  neg_write_u8 (array, tag->is_retired ? 1 : 0);
}

void
neg_tags_write (const NegTags *tags, GByteArray *array)
{
  neg_write_u8 (array, tags->is_cut ? 1 : 0);
  neg_write_string (array, tags->transfer_syntax_uid != NULL ? tags->transfer_syntax_uid : "");
  neg_write_u32 (array, tags->tags->len);
  for (guint i = 0; i < tags->tags->len; i++)
    write_tag (&g_array_index (tags->tags, NegTag, i), array);
}

static void
require (NegReader *reader, gboolean condition)
{
  reader->failed |= !condition;
}

static gboolean
read_boolean (NegReader *reader)
{
  const guint8 value = neg_reader_u8 (reader);

  require (reader, value <= 1);
  return value == 1;
}

static char *
read_text (NegReader *reader, gsize bytes_max)
{
  char *text = neg_reader_string (reader);

  require (reader, text != NULL && strlen (text) <= bytes_max);
  return text != NULL ? text : g_strdup ("");
}

static void
read_vr (NegReader *reader, char vr[3])
{
  const char first = neg_reader_u8 (reader);
  const char second = neg_reader_u8 (reader);

  require (reader, (first == '\0' && second == '\0') || (g_ascii_isgraph (first) && g_ascii_isgraph (second)));
  vr[0] = first;
  vr[1] = second;
  vr[2] = '\0';
}

static void
read_tag (NegTag *tag, NegReader *reader)
{
  const guint8 kind = neg_reader_u8 (reader);

  require (reader, kind <= NEG_TAG_KIND_ITEM);
  tag->kind = kind;
  tag->depth = neg_reader_u8 (reader);
  tag->tag = neg_reader_u32 (reader);
  tag->number = neg_reader_u32 (reader);
  read_vr (reader, tag->vr);
  tag->length = neg_reader_u32 (reader);
  tag->name = read_text (reader, NEG_TAGS_NAME_BYTES_MAX);
  tag->keyword = read_text (reader, NEG_TAGS_NAME_BYTES_MAX);
  tag->creator = read_text (reader, NEG_TAGS_NAME_BYTES_MAX);
  tag->value = read_text (reader, NEG_TAGS_VALUE_BYTES_MAX);
  tag->has_more = read_boolean (reader);
  read_vr (reader, tag->dictionary_vr);
  tag->vm_min = neg_reader_u32 (reader);
  tag->vm_max = neg_reader_u32 (reader);
  tag->is_retired = read_boolean (reader);
}

/* Items are inside sequences, elements at the top or inside items, and nothing is deeper than what it is inside of allows: who
 * makes a tree of it need not look again. */
static gboolean
fits_behind (const NegTag *previous, const NegTag *tag)
{
  const guint deepest = previous == NULL ? 0 : previous->depth + (previous->kind != NEG_TAG_KIND_ELEMENT);

  return tag->depth <= MIN (deepest, NEG_TAGS_DEPTH_MAX) && (tag->kind == NEG_TAG_KIND_ITEM) == (tag->depth % 2 == 1)
         && (tag->kind == NEG_TAG_KIND_ITEM) == (tag->number > 0);
}

NegTags *
neg_tags_read (NegReader *reader, GError **error)
{
  g_autoptr (NegTags) tags = neg_tags_new ();
  guint32 n;

  tags->is_cut = read_boolean (reader);
  tags->transfer_syntax_uid = read_text (reader, NEG_TAGS_NAME_BYTES_MAX);
  n = neg_reader_count (reader, TAG_BYTES_MIN);
  require (reader, n <= NEG_TAGS_MAX);
  for (guint32 i = 0; i < n && !reader->failed; i++) {
    NegTag *tag;

    g_array_set_size (tags->tags, i + 1);
    tag = &g_array_index (tags->tags, NegTag, i);
    read_tag (tag, reader);
    require (reader, fits_behind (i > 0 ? tag - 1 : NULL, tag));
  }
  if (!reader->failed)
    return g_steal_pointer (&tags);
  neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "what was sent is no list of elements");
  return NULL;
}
