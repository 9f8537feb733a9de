#include "config.h"

#include "engine/neg-scanner.h"

#include "base/neg-error.h"

/* Which fragments belong to which frame. Every way below is taken for all frames or for none: a table that is wrong
 * for one frame is not believed for another, as frames would be mixed up. */
typedef struct {
  guint32 first, count; /* fragments */
} Run;

static guint64
get_offset (const NegLayout *layout, gboolean extended, guint32 index)
{
  return extended ? layout->extended_offsets[index] : layout->basic_offsets[index];
}

/* PS3.5 A.4, PS3.3 C.7.6.3.1.8: offsets of item tags, from the first item after the Basic Offset Table, ascending.
 * Only the offsets of an object that is cut may point beyond its last fragment. */
static gboolean
find_by_table (const NegLayout *layout, gboolean extended, guint32 frame, Run *run)
{
  guint32 n_offsets = extended ? layout->n_extended_offsets : layout->n_basic_offsets;
  guint64 base = layout->fragments[0].offset;
  guint32 fragment = 0;

  if (n_offsets != layout->frames || get_offset (layout, extended, 0) != 0)
    return FALSE;
  *run = (Run){ layout->n_fragments, 0 };
  for (guint32 i = 0; i < n_offsets; i++) {
    guint64 offset = get_offset (layout, extended, i);
    guint32 begin = fragment;

    if (i > 0 && offset <= get_offset (layout, extended, i - 1))
      return FALSE;
    while (begin < layout->n_fragments && layout->fragments[begin].offset - base < offset)
      begin++;
    if (begin == layout->n_fragments ? !layout->fragments_cut : layout->fragments[begin].offset - base != offset)
      return FALSE;
    if (i == frame)
      run->first = begin;
    if (i == frame + 1)
      run->count = begin - run->first;
    fragment = begin;
  }
  if (frame + 1 == n_offsets)
    run->count = layout->n_fragments - run->first;
  return TRUE;
}

/* SOI of JPEG and JPEG-LS, SOC of JPEG 2000. */
static gboolean
starts_codestream (NegSource *source, const NegStretch *fragment)
{
  const guint8 *bytes = fragment->length < 2 ? NULL : neg_source_peek (source, fragment->offset, 2, NULL);

  return bytes != NULL && bytes[0] == 0xFF && (bytes[1] == 0xD8 || bytes[1] == 0x4F);
}

/* Of an object that is cut, the frames that are there. */
static gboolean
find_by_codestream (const NegLayout *layout, NegSource *source, guint32 frame, Run *run)
{
  guint32 n_starts = 0;

  *run = (Run){ layout->n_fragments, 0 };
  for (guint32 i = 0; i < layout->n_fragments; i++) {
    if (starts_codestream (source, &layout->fragments[i])) {
      if (n_starts == frame)
        run->first = i;
      n_starts++;
    } else if (i == 0)
      return FALSE;
    if (n_starts == frame + 1)
      run->count = i + 1 - run->first;
  }
  return n_starts == layout->frames || (layout->fragments_cut && n_starts < layout->frames);
}

static gboolean
find_run (const NegLayout *layout, NegSource *source, guint32 frame, Run *run)
{
  if (layout->n_extended_offsets > 0 && find_by_table (layout, TRUE, frame, run))
    return TRUE;
  if (layout->n_basic_offsets > 0 && find_by_table (layout, FALSE, frame, run))
    return TRUE;
  if (layout->n_fragments == layout->frames) {
    *run = (Run){ frame, 1 };
    return TRUE;
  }
  if (layout->frames == 1) {
    *run = (Run){ 0, layout->n_fragments };
    return TRUE;
  }
  return find_by_codestream (layout, source, frame, run);
}

static gboolean
check_request (const NegLayout *layout, guint32 frame, const char *where, GError **error)
{
  if (!layout->has_pixels || frame >= layout->frames)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, where, "the object has no such frame");
  if (!layout->encapsulated)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, where, "the pixels are not in fragments");
  if (layout->codec == NEG_CODEC_VIDEO)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, where, "a video has no fragments of one frame");
  if (layout->n_fragments == 0)
    return neg_fail (error, NEG_ERROR_TRUNCATED, where, "there are no fragments");
  return TRUE;
}

gboolean
neg_layout_get_frame (const NegLayout *layout, NegSource *source, guint32 frame, GArray *stretches, GError **error)
{
  g_autofree char *where = g_strdup_printf ("frame %" G_GUINT64_FORMAT, (guint64) frame + 1);
  NegSource inflated;
  Run run;

  g_array_set_size (stretches, 0);
  if (!check_request (layout, frame, where, error))
    return FALSE;
  if (layout->deflated) {
    neg_source_init_memory (&inflated, layout->inflated, layout->inflated_length);
    source = &inflated;
  }
  if (!find_run (layout, source, frame, &run))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, where, "%u fragments cannot be told apart into %u frames",
                     layout->n_fragments, layout->frames);
  if (run.count == 0)
    return neg_fail (error, NEG_ERROR_TRUNCATED, where, "the object ends before this frame");
  g_array_append_vals (stretches, layout->fragments + run.first, run.count);
  return TRUE;
}
