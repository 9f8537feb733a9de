/* Axis-aligned bilinear drawing, which is separable: each source row is brought to the output's width once, then each
 * output row is a mix of two of those. Values are kept in single precision, those of 32 bit and more as their distance
 * from the middle of the window; where that could be seen, the general way is taken. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-draw-kernels.h"
#include "imaging/neg-draw-private.h"
#include "imaging/neg-draw-shade.h"

/* Columns is an unsigned short in every object that has pixels of these types. */
#define SIZE_MAX_PX 65536
#define N_PLANES_MAX 3

/* The pixels of a line of output and what each of them takes from a source row. */
typedef struct {
  guint first, n;              /* those that lie inside the image, from the line's first one */
  guint source_first, source_last;
  gint32 *left, *right, *nearest;
  float *fraction;
} Columns;

/* One source row at the output's width. */
typedef struct {
  gint64 row; /* -1: none */
  gboolean has_padding;
  float *values[N_PLANES_MAX];
  float *weights, *is_image; /* of neighbours that are not padding; of the nearest pixel */
} Strip;

typedef struct {
  const NegDraw *draw;
  const NegFrame *frame;
  const NegLines *lines;
  guint n_planes;
  Columns columns;
  NegShade shade;
  float *modality_table; /* by the bits of a sample; NULL: values stay stored values */
  gint32 padding_low, padding_high; /* low > high: none */
  gboolean is_wide;        /* samples of more than 16 bit, or of floating point */
  gboolean is_imprecise;   /* a value was found that single precision cannot hold well enough */
  NegDrawSamples *samples; /* nullable: what is kept or used of values before the window */
  Strip strips[2];
  float *line, *mask, *mixed, *mixed_weights;
  float *thresholds[8]; /* for a line by its number's remainder; all the same where not dithered */
  guint8 *grey[N_PLANES_MAX];
} Separable;

static void
columns_init (Columns *columns, const NegLines *lines, const NegFrame *frame)
{
  gint32 last = frame->format.columns - 1;

  *columns = (Columns){ .source_first = last };
  columns->left = g_new (gint32, lines->n_px);
  columns->right = g_new (gint32, lines->n_px);
  columns->nearest = g_new (gint32, lines->n_px);
  columns->fraction = g_new (float, lines->n_px);
  for (guint i = 0; i < lines->n_px; i++) {
    double x = lines->x_step * (lines->first_px + i + 0.5) + lines->x_start, left = floor (x - 0.5);

    if (!_neg_draw_is_inside (x, frame->format.columns)) {
      if (columns->n > 0)
        break;
      columns->first = i + 1;
      continue;
    }
    columns->left[columns->n] = CLAMP (left, 0, last);
    columns->right[columns->n] = CLAMP (left + 1, 0, last);
    columns->nearest[columns->n] = floor (x);
    columns->fraction[columns->n] = x - 0.5 - left;
    columns->source_first = MIN (columns->source_first, columns->left[columns->n]);
    columns->source_last = MAX (columns->source_last, columns->right[columns->n]);
    columns->n++;
  }
}

static void
init_modality_table (Separable *self)
{
  gint32 low, high, mask;

  _neg_sample_type_get_range (self->frame->format.sample_type, &low, &high);
  mask = high - low;
  self->modality_table = g_new (float, mask + 1);
  for (gint32 stored = low; stored <= high; stored++)
    self->modality_table[stored & mask] = neg_modality_apply (&self->draw->modality, stored);
}

static void
init_padding (Separable *self)
{
  const NegPadding *padding = &self->draw->padding;

  self->padding_low = 1;
  self->padding_high = 0;
  if (self->n_planes == 1 && padding->active && padding->low <= padding->high) {
    self->padding_low = ceil (CLAMP (padding->low, -1e6, 1e6));
    self->padding_high = floor (CLAMP (padding->high, -1e6, 1e6));
  }
}

static void
init_thresholds (Separable *self)
{
  const NegLines *lines = self->lines;
  guint n = self->columns.n, first = lines->first_px + self->columns.first;

  for (guint line = 0; line < (self->draw->is_dithered ? G_N_ELEMENTS (self->thresholds) : 1); line++) {
    self->thresholds[line] = g_new (float, n);
    for (guint i = 0; i < n; i++)
      self->thresholds[line][i] = _neg_draw_get_threshold (self->draw, lines->lies ? line : first + i,
                                                           lines->lies ? first + i : line);
  }
}

static gboolean
separable_init (Separable *self, const NegDraw *draw, const NegFrame *frame, const NegLines *lines)
{
  guint n;

  *self = (Separable){ .draw = draw, .frame = frame, .lines = lines, .n_planes = _neg_draw_is_rgb (frame) ? 3 : 1 };
  self->is_wide = neg_sample_type_get_bytes (frame->format.sample_type) > 2;
  columns_init (&self->columns, lines, frame);
  if (self->n_planes == 3)
    _neg_shade_init_color (&self->shade, draw);
  else if (!_neg_shade_init (&self->shade, draw, frame))
    return FALSE;
  if (self->n_planes == 1 && draw->modality.lut != NULL)
    init_modality_table (self);
  init_padding (self);
  init_thresholds (self);
  n = self->columns.n;
  self->line = g_new (float, frame->format.columns);
  self->mask = g_new (float, frame->format.columns);
  self->mixed = g_new (float, n);
  self->mixed_weights = g_new (float, n);
  for (guint plane = 0; plane < self->n_planes; plane++)
    self->grey[plane] = g_new (guint8, n);
  for (guint i = 0; i < 2; i++) {
    Strip *strip = &self->strips[i];

    strip->row = -1;
    strip->weights = g_new (float, n);
    strip->is_image = g_new (float, n);
    for (guint plane = 0; plane < self->n_planes; plane++)
      strip->values[plane] = g_new (float, n);
  }
  return TRUE;
}

static void
separable_clear (Separable *self)
{
  g_free (self->columns.left);
  g_free (self->columns.right);
  g_free (self->columns.nearest);
  g_free (self->columns.fraction);
  _neg_shade_clear (&self->shade);
  g_free (self->modality_table);
  g_free (self->line);
  g_free (self->mask);
  g_free (self->mixed);
  g_free (self->mixed_weights);
  for (guint i = 0; i < G_N_ELEMENTS (self->thresholds); i++)
    g_free (self->thresholds[i]);
  for (guint plane = 0; plane < N_PLANES_MAX; plane++)
    g_free (self->grey[plane]);
  for (guint i = 0; i < 2; i++) {
    g_free (self->strips[i].weights);
    g_free (self->strips[i].is_image);
    for (guint plane = 0; plane < N_PLANES_MAX; plane++)
      g_free (self->strips[i].values[plane]);
  }
}

static NegSourceRow
source_row (const NegFrame *frame, gint64 row, guint plane)
{
  const NegFrameFormat *format = &frame->format;
  gsize bytes = neg_sample_type_get_bytes (format->sample_type);
  gsize first = (gsize) row * format->columns * format->samples + plane;

  return (NegSourceRow){ format->sample_type, (const guint8 *) frame->pixels + first * bytes, format->samples };
}

/* @self's line and mask across to the width of the output. */
static void
strip_take_line (Separable *self, Strip *strip)
{
  const Columns *columns = &self->columns;

  if (strip->has_padding) {
    _neg_kernel_across (self->mask, columns->left, columns->right, columns->fraction, columns->n, strip->weights);
    _neg_kernel_gather (self->mask, columns->nearest, columns->n, strip->is_image);
  } else {
    for (guint i = 0; i < columns->n; i++)
      strip->weights[i] = strip->is_image[i] = 1;
  }
  _neg_kernel_across (self->line, columns->left, columns->right, columns->fraction, columns->n, strip->values[0]);
}

static void
strip_load_wide (Separable *self, Strip *strip, gint64 row)
{
  const NegPadding *padding = &self->draw->padding;
  gboolean active = padding->active && padding->low <= padding->high;
  NegSourceRow source = source_row (self->frame, row, 0);
  NegWideLoad load = {
    .base = self->shade.base,
    .low = active ? padding->low : INFINITY,
    .high = active ? padding->high : -INFINITY,
    .line = self->line,
    .mask = self->mask,
  };

  _neg_kernel_load_wide (&source, &load, self->columns.source_first, self->columns.source_last);
  strip->has_padding = load.has_padding;
  self->is_imprecise |= !(load.magnitude <= self->shade.magnitude_max);
  strip_take_line (self, strip);
}

static void
strip_load_grey (Separable *self, Strip *strip, gint64 row)
{
  guint first = self->columns.source_first, last = self->columns.source_last;
  NegSourceRow source = source_row (self->frame, row, 0);

  if (self->modality_table != NULL)
    _neg_kernel_load_table (&source, self->modality_table, first, last, self->line);
  else
    _neg_kernel_load (&source, first, last, self->line);
  strip->has_padding = self->padding_low <= self->padding_high
                       && _neg_kernel_load_mask (&source, self->padding_low, self->padding_high, first, last,
                                                 self->mask);
  if (strip->has_padding)
    _neg_kernel_multiply (self->line + first, self->mask + first, last - first + 1);
  strip_take_line (self, strip);
}

static void
strip_load_rgb (Separable *self, Strip *strip, gint64 row)
{
  const Columns *columns = &self->columns;
  guint bits = self->frame->format.bits_stored, shift = bits > 8 ? MIN (bits - 8, 31) : 0;

  for (guint plane = 0; plane < 3; plane++) {
    NegSourceRow source = source_row (self->frame, row, plane);

    _neg_kernel_load_color (&source, shift, columns->source_first, columns->source_last, self->line);
    _neg_kernel_across (self->line, columns->left, columns->right, columns->fraction, columns->n,
                        strip->values[plane]);
  }
}

/* The strip of @row, made in place of the one that is not @other_row. */
static Strip *
get_strip (Separable *self, gint64 row, gint64 other_row)
{
  Strip *strip;

  for (guint i = 0; i < 2; i++)
    if (self->strips[i].row == row)
      return &self->strips[i];
  strip = &self->strips[self->strips[0].row == other_row];
  strip->row = row;
  if (self->n_planes == 3)
    strip_load_rgb (self, strip, row);
  else if (self->is_wide)
    strip_load_wide (self, strip, row);
  else
    strip_load_grey (self, strip, row);
  return strip;
}

/* Of all lines; a line lies in one piece, whoever draws which part of it. */
static gsize
get_kept_place (Separable *self, guint line)
{
  const NegDrawSamples *samples = self->samples;

  return (gsize) line * (self->lines->lies ? samples->height : samples->width) + self->lines->first_px
         + self->columns.first;
}

static void
keep_line (Separable *self, guint line, const float *is_image)
{
  gsize place = get_kept_place (self, line), n_bytes = self->columns.n * sizeof (float);

  memcpy (self->samples->values + place, self->mixed, n_bytes);
  if (self->samples->is_image != NULL)
    memcpy (self->samples->is_image + place, is_image, n_bytes);
}

static void
draw_kept_line (Separable *self, guint line, const float *thresholds, guint channels, guint8 *out)
{
  gsize place = get_kept_place (self, line);
  guint n = self->columns.n;

  _neg_shade_apply (&self->shade, self->samples->values + place, thresholds, n, self->grey[0]);
  if (self->samples->is_image != NULL)
    _neg_kernel_blacken (self->grey[0], self->samples->is_image + place, n);
  _neg_kernel_put_grey (self->grey[0], channels, n, out);
}

static void
draw_line (Separable *self, guint line, double y, const float *thresholds, guint channels, guint8 *out)
{
  gint64 last = (gint64) self->frame->format.rows - 1;
  double top = floor (y - 0.5);
  gint64 row_above = CLAMP (top, 0, last), row_below = CLAMP (top + 1, 0, last);
  float fraction = y - 0.5 - top;
  const Strip *above = get_strip (self, row_above, row_below), *below = get_strip (self, row_below, row_above);
  const Strip *nearest = floor (y) > top ? below : above;
  gboolean has_padding = above->has_padding || below->has_padding;
  guint n = self->columns.n;

  for (guint plane = 0; plane < self->n_planes; plane++) {
    _neg_kernel_down (above->values[plane], below->values[plane], fraction, n, self->mixed);
    if (has_padding) {
      _neg_kernel_down (above->weights, below->weights, fraction, n, self->mixed_weights);
      _neg_kernel_normalise (self->mixed, self->mixed_weights, n);
    }
    if (self->samples != NULL)
      keep_line (self, line, nearest->is_image);
    _neg_shade_apply (&self->shade, self->mixed, thresholds, n, self->grey[plane]);
    if (has_padding)
      _neg_kernel_blacken (self->grey[plane], nearest->is_image, n);
  }
  if (self->n_planes == 3)
    _neg_kernel_put_rgb (self->grey[0], self->grey[1], self->grey[2], channels, n, out);
  else
    _neg_kernel_put_grey (self->grey[0], channels, n, out);
}

static void
put_background (guint8 *out, guint channels, guint n)
{
  for (guint i = 0; i < n; i++, out += channels)
    _neg_draw_put (out, channels, (NegRgb){ 0, 0, 0 });
}

static gboolean
draw_lines (Separable *self)
{
  const NegLines *lines = self->lines;
  const Columns *columns = &self->columns;
  guint after = columns->first + columns->n, channels = lines->picture->channels;
  gboolean is_kept = self->samples != NULL && self->samples->step == NEG_SAMPLES_USE;

  for (guint line = lines->first_line; line < lines->first_line + lines->n_lines && !self->is_imprecise; line++) {
    const float *thresholds = self->thresholds[self->draw->is_dithered ? line % 8 : 0];
    guint8 *out = _neg_lines_get (lines, line);
    double y = lines->y_step * (line + 0.5) + lines->y_start;

    if (columns->n > 0 && _neg_draw_is_inside (y, self->frame->format.rows)) {
      put_background (out, channels, columns->first);
      if (is_kept)
        draw_kept_line (self, line, thresholds, channels, out + columns->first * channels);
      else
        draw_line (self, line, y, thresholds, channels, out + columns->first * channels);
      put_background (out + after * channels, channels, lines->n_px - after);
    } else {
      put_background (out, channels, lines->n_px);
    }
    _neg_lines_put (lines, line);
  }
  return !self->is_imprecise;
}

gboolean
_neg_draw_rows_separable (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                          guint n_rows, NegDrawSamples *samples)
{
  Separable self;
  NegLines lines;
  gboolean can;

  if (draw->interpolation != NEG_INTERPOLATION_LINEAR
      || (_neg_draw_is_rgb (frame) && neg_sample_type_get_bytes (frame->format.sample_type) > 2)
      || (draw->palette != NULL && !_neg_draw_is_rgb (frame)) || frame->format.columns > SIZE_MAX_PX
      || picture->width > SIZE_MAX_PX || n_rows > SIZE_MAX_PX
      || !_neg_lines_init (&lines, draw, picture, first_row, n_rows))
    return FALSE;
  can = separable_init (&self, draw, frame, &lines);
  self.samples = samples;
  can = can && draw_lines (&self);
  if (can && samples != NULL)
    g_atomic_int_add (&samples->n_kept_rows, n_rows);
  separable_clear (&self);
  _neg_lines_clear (&lines);
  return can;
}
