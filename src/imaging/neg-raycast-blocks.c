#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-draw-private.h"
#include "imaging/neg-raycast-private.h"
#include "imaging/neg-reformat-private.h"

/* What is between two voxels takes both: a block has the first voxels of the next ones too. */

static guint
count_blocks (guint n_voxels)
{
  return (n_voxels + NEG_BLOCK_EDGE - 1) >> NEG_BLOCK_SHIFT;
}

NegRaycastBlocks *
neg_raycast_blocks_new (const NegVolume *volume)
{
  g_autofree NegRaycastBlocks *self = g_new0 (NegRaycastBlocks, 1);
  gsize n;

  self->columns = count_blocks (volume->columns);
  self->rows = count_blocks (volume->rows);
  self->layers = count_blocks (volume->n_slices);
  n = (gsize) self->columns * self->rows * self->layers; /* 512 voxels each of those that there are */
  self->blocks = g_try_new (NegBlock, n);
  self->has_padding = g_try_malloc0 (n);
  self->is_taken = g_try_malloc0 (volume->n_slices);
  if (self->blocks == NULL || self->has_padding == NULL || self->is_taken == NULL) {
    neg_raycast_blocks_free (g_steal_pointer (&self));
    return NULL;
  }
  for (gsize i = 0; i < n; i++)
    self->blocks[i] = (NegBlock){ INFINITY, -INFINITY };
  return g_steal_pointer (&self);
}

void
neg_raycast_blocks_free (NegRaycastBlocks *blocks)
{
  if (blocks == NULL)
    return;
  g_free (blocks->blocks);
  g_free (blocks->has_padding);
  g_free (blocks->is_taken);
  g_free (blocks);
}

/* Of some voxels of one slice. */
typedef struct {
  float low, high;
  gboolean has_padding;
} Range;

/* The smallest and the largest stored value in each column, of a few rows: as wide as the samples are. */
typedef struct {
  NegSampleType type;
  guint n;
  void *lows, *highs;
} Columns;

#define FOR_EACH_TYPE(type, call) \
  switch (type) { \
  case NEG_SAMPLE_U8: \
    call (guint8); \
    break; \
  case NEG_SAMPLE_S8: \
    call (gint8); \
    break; \
  case NEG_SAMPLE_U16: \
    call (guint16); \
    break; \
  case NEG_SAMPLE_S16: \
    call (gint16); \
    break; \
  default: \
    break; \
  }

#define FOLD(type) \
  { \
    const type *samples = voxels; \
    type *lows = columns->lows, *highs = columns->highs; \
\
    for (guint i = 0; i < columns->n; i++) { \
      lows[i] = samples[i] < lows[i] ? samples[i] : lows[i]; \
      highs[i] = samples[i] > highs[i] ? samples[i] : highs[i]; \
    } \
  }

NEG_CLONES static void
fold_row (const Columns *columns, const void *voxels)
{
  FOR_EACH_TYPE (columns->type, FOLD)
}

#define JOIN(type) \
  { \
    const type *lows = columns->lows, *highs = columns->highs; \
    type low = lows[first], high = highs[first]; \
\
    for (guint i = first + 1; i < first + n; i++) { \
      low = MIN (low, lows[i]); \
      high = MAX (high, highs[i]); \
    } \
    range->low = low; \
    range->high = high; \
  }

static void
join_columns (const Columns *columns, guint first, guint n, Range *range)
{
  FOR_EACH_TYPE (columns->type, JOIN)
}

/* A rectangle of one slice. */
typedef struct {
  guint slice, column, row, n_columns, n_rows;
} Part;

/* Voxel by voxel, in modality values. */
static void
find_range (const NegVolume *volume, const Part *part, Range *range)
{
  *range = (Range){ INFINITY, -INFINITY, FALSE };
  for (guint row = part->row; row < part->row + part->n_rows; row++)
    for (guint column = part->column; column < part->column + part->n_columns; column++) {
      double value;

      if (_neg_volume_get_voxel (volume, column, row, part->slice, &value)) {
        range->low = MIN (range->low, (float) value);
        range->high = MAX (range->high, (float) value);
      } else {
        range->has_padding = TRUE;
      }
    }
}

static void
to_modality (const NegVolume *volume, guint slice, Range *range)
{
  float a = range->low * volume->slopes[slice] + volume->intercepts[slice];
  float b = range->high * volume->slopes[slice] + volume->intercepts[slice];

  range->low = MIN (a, b);
  range->high = MAX (a, b);
}

/* Of 8 and 16 bit without a LUT; @columns are of the part's rows. */
static gboolean
find_range_fast (const NegVolume *volume, const Part *part, const Columns *columns, Range *range)
{
  if (volume->modality_lut != NULL || neg_sample_type_get_bytes (volume->sample_type) > 2)
    return FALSE;
  range->has_padding = FALSE;
  join_columns (columns, part->column, part->n_columns, range);
  if (volume->padding.active && range->low <= volume->padding.high && range->high >= volume->padding.low)
    return FALSE;
  to_modality (volume, part->slice, range);
  return TRUE;
}

static void
merge (NegRaycastBlocks *self, guint column, guint row, guint layer, const Range *range)
{
  gsize i = ((gsize) layer * self->rows + row) * self->columns + column;

  self->blocks[i].low = MIN (self->blocks[i].low, range->low);
  self->blocks[i].high = MAX (self->blocks[i].high, range->high);
  self->has_padding[i] |= range->has_padding;
}

static void
take_rows (NegRaycastBlocks *self, const NegVolume *volume, Part *part, const Columns *columns)
{
  guint row = part->row >> NEG_BLOCK_SHIFT, layer = part->slice >> NEG_BLOCK_SHIFT;

  for (guint column = 0; column < self->columns; column++) {
    Range range = { INFINITY, -INFINITY, FALSE };

    part->column = column << NEG_BLOCK_SHIFT;
    part->n_columns = MIN (NEG_BLOCK_EDGE + 1, volume->columns - part->column);
    if (!find_range_fast (volume, part, columns, &range))
      find_range (volume, part, &range);
    merge (self, column, row, layer, &range);
    if (layer > 0 && (part->slice & (NEG_BLOCK_EDGE - 1)) == 0)
      merge (self, column, row, layer - 1, &range);
  }
}

static void
take_slice (NegRaycastBlocks *self, const NegVolume *volume, guint slice, Columns *columns)
{
  gsize row_bytes = volume->columns * neg_sample_type_get_bytes (volume->sample_type);
  const guint8 *voxels = volume->voxels + slice * volume->slice_bytes;

  for (guint row = 0; row < volume->rows; row += NEG_BLOCK_EDGE) {
    Part part = { .slice = slice, .row = row, .n_rows = MIN (NEG_BLOCK_EDGE + 1, volume->rows - row) };

    memcpy (columns->lows, voxels + row * row_bytes, row_bytes);
    memcpy (columns->highs, voxels + row * row_bytes, row_bytes);
    for (guint i = 1; i < part.n_rows; i++)
      fold_row (columns, voxels + (row + i) * row_bytes);
    take_rows (self, volume, &part, columns);
  }
  self->is_taken[slice] = TRUE;
}

gboolean
neg_raycast_blocks_update (NegRaycastBlocks *blocks, const NegVolume *volume, const gint *stop)
{
  g_autofree double *lows = g_new (double, volume->columns), *highs = g_new (double, volume->columns);
  Columns columns = { volume->sample_type, volume->columns, lows, highs };

  for (guint slice = 0; slice < volume->n_slices; slice++) {
    if (stop != NULL && g_atomic_int_get (stop) != 0)
      return FALSE;
    if (!blocks->is_taken[slice] && _neg_volume_has_slice (volume, slice))
      take_slice (blocks, volume, slice, &columns);
  }
  return TRUE;
}
