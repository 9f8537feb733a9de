#include "config.h"

#include "imaging/neg-mask.h"

#include <math.h>

#define MASKS_MAX 1024

/* The how manieth @frame (from 0) is among all frames of the item's ranges; FALSE: it is in none. */
static gboolean
find_in_ranges (const NegMaskItem *item, guint32 frame, gint64 *index)
{
  *index = 0;
  for (guint32 i = 0; i < item->n_ranges; i++) {
    gint64 first = item->ranges[2 * i], last = item->ranges[2 * i + 1], number = (gint64) frame + 1;

    if (number >= first && number <= last) {
      *index += number - first;
      return TRUE;
    }
    *index += MAX (last - first + 1, 0);
  }
  *index = frame;
  return item->n_ranges == 0;
}

const NegMaskItem *
neg_mask_find (const NegMaskItem *items, guint32 n_items, guint32 frame)
{
  gint64 index;

  for (guint32 i = 0; i < n_items; i++)
    if (find_in_ranges (&items[i], frame, &index))
      return items[i].operation == NEG_MASK_NONE ? NULL : &items[i];
  return NULL;
}

/* A mask of REV_TID runs backwards while the contrast runs forwards: the offset grows by two with each frame of the
 * ranges. */
static gint64
get_offset (const NegMaskItem *item, gint64 index)
{
  return item->operation == NEG_MASK_REV_TID ? item->tid_offset + 2 * index : item->tid_offset;
}

guint32 *
neg_mask_dup_frames (const NegMaskItem *item, guint32 n_frames, guint32 frame, guint *n)
{
  guint32 *frames;
  gint64 index, mask;

  *n = 0;
  if (item->operation == NEG_MASK_NONE || !find_in_ranges (item, frame, &index))
    return NULL;
  if (item->operation != NEG_MASK_AVG_SUB) {
    mask = (gint64) frame - get_offset (item, index);
    if (mask < 0 || mask >= n_frames)
      return NULL;
    frames = g_new (guint32, 1);
    frames[(*n)++] = mask;
    return frames;
  }
  if (item->n_mask_frames == 0 || item->n_mask_frames > MASKS_MAX)
    return NULL;
  frames = g_new (guint32, item->n_mask_frames);
  for (guint32 i = 0; i < item->n_mask_frames; i++)
    if (item->mask_frames[i] >= 1 && item->mask_frames[i] <= n_frames)
      frames[(*n)++] = item->mask_frames[i] - 1;
  if (*n == item->n_mask_frames)
    return frames;
  /* A mean of fewer would be another mask than the one that was meant. */
  g_free (frames);
  *n = 0;
  return NULL;
}

/* ---- arithmetic */

static gboolean
is_usable (const NegFrame *frame, const NegFrame *like)
{
  const NegFrameFormat *format = &frame->format;

  return format->samples == 1 && neg_sample_type_get_bytes (format->sample_type) <= 2
         && format->columns == like->format.columns && format->rows == like->format.rows
         && format->sample_type == like->format.sample_type;
}

/* The logarithm of a stored value, by its bits as unsigned, over the same range as the values. */
static float *
logarithms_new (const NegFrame *frame, gboolean is_linear)
{
  NegSampleType type = frame->format.sample_type;
  gboolean is_signed = type == NEG_SAMPLE_S8 || type == NEG_SAMPLE_S16;
  gint32 n = neg_sample_type_get_bytes (type) == 1 ? 256 : 65536, first = is_signed ? -n / 2 : 0;
  double span = ldexp (1, CLAMP (frame->format.bits_stored, 1, 16)), scale = (span - 1) / log (span);
  float *table = g_new (float, n);

  for (gint32 i = first; i < first + n; i++)
    table[i & (n - 1)] = is_linear ? scale * log1p (MAX (i, 0)) : i;
  return table;
}

static float
get_logarithm (const NegFrame *frame, const float *logarithms, gint64 column, gint64 row)
{
  gsize index = (gsize) CLAMP (row, 0, (gint64) frame->format.rows - 1) * frame->format.columns
                + (gsize) CLAMP (column, 0, (gint64) frame->format.columns - 1);

  if (neg_sample_type_get_bytes (frame->format.sample_type) == 1)
    return logarithms[((const guint8 *) frame->pixels)[index]];
  return logarithms[((const guint16 *) frame->pixels)[index]];
}

typedef struct {
  gint64 columns, rows; /* whole pixels that the mask is looked up further right and down */
  float across, down;   /* and the rest */
} Shift;

/* A positive row offset moves the mask towards the lower rows, a positive column offset towards the left
 * (C.7.6.10.1.2). */
static Shift
get_shift (const NegMaskItem *item)
{
  double down = isfinite (item->shift_px[0]) ? CLAMP (-item->shift_px[0], -1e6, 1e6) : 0;
  double across = isfinite (item->shift_px[1]) ? CLAMP (item->shift_px[1], -1e6, 1e6) : 0;

  return (Shift){ floor (across), floor (down), across - floor (across), down - floor (down) };
}

static float
get_mask (const NegFrame *mask, const float *logarithms, const Shift *shift, guint32 column, guint32 row)
{
  gint64 x = column + shift->columns, y = row + shift->rows;
  float above, below;

  if (shift->across == 0 && shift->down == 0)
    return get_logarithm (mask, logarithms, x, y);
  above = get_logarithm (mask, logarithms, x, y) * (1 - shift->across)
          + get_logarithm (mask, logarithms, x + 1, y) * shift->across;
  below = get_logarithm (mask, logarithms, x, y + 1) * (1 - shift->across)
          + get_logarithm (mask, logarithms, x + 1, y + 1) * shift->across;
  return above * (1 - shift->down) + below * shift->down;
}

float *
neg_mask_subtract (const NegMaskItem *item, const NegFrame *contrast, const NegFrame *masks, guint n_masks,
                   gboolean is_linear, NegFrame *result)
{
  guint32 columns = contrast->format.columns, rows = contrast->format.rows;
  g_autofree float *difference = g_try_malloc_n ((gsize) columns * rows, sizeof *difference), *logarithms = NULL;
  Shift shift = get_shift (item);

  for (guint i = 0; i < n_masks; i++)
    if (!is_usable (&masks[i], contrast))
      return NULL;
  if (difference == NULL || n_masks == 0)
    return NULL;
  logarithms = logarithms_new (contrast, is_linear);
  for (guint32 row = 0; row < rows; row++)
    for (guint32 column = 0; column < columns; column++) {
      float sum = 0;

      for (guint i = 0; i < n_masks; i++)
        sum += get_mask (&masks[i], logarithms, &shift, column, row);
      difference[(gsize) row * columns + column] = get_logarithm (contrast, logarithms, column, row) - sum / n_masks;
    }
  *result = (NegFrame){
    .format = { rows, columns, 1, 32, NEG_SAMPLE_F32, NEG_COLOR_MONOCHROME2 },
    .pixels = difference,
  };
  return g_steal_pointer (&difference);
}

void
neg_mask_init_voi (NegVoi *voi, const NegFrame *difference)
{
  double low = 0, high = 0, reach;

  neg_frame_get_range (difference, &(NegPadding){ 0 }, &low, &high);
  reach = MAX (MAX (-low, high), 1);
  *voi = (NegVoi){ .function = NEG_VOI_LINEAR_EXACT, .center = 0, .width = 2 * reach };
}
