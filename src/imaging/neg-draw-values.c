/* Pixel for pixel from values in floating point: what planes out of volumes are. No row is brought to another width, and
 * what a window makes of single precision is told by the same rule as in the separable way. */
#include "config.h"

#include <math.h>

#include "imaging/neg-draw-kernels.h"
#include "imaging/neg-draw-private.h"
#include "imaging/neg-draw-shade.h"

#define DITHER_ROWS 8

typedef struct {
  const NegDraw *draw;
  const NegFrame *frame;
  NegShade shade;
  float *line, *mask, *thresholds;
  guint8 *grey;
} Values;

static gboolean
is_pixel_for_pixel (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture)
{
  const double *m = draw->output_to_image.m;

  return m[0] == 1 && m[1] == 0 && m[2] == 0 && m[3] == 0 && m[4] == 1 && m[5] == 0
         && frame->format.columns == picture->width && frame->format.rows == picture->height;
}

static gboolean
applies (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture)
{
  return frame->format.sample_type == NEG_SAMPLE_F32 && frame->format.samples == 1 && draw->palette == NULL
         && draw->pseudo_color == NULL && is_pixel_for_pixel (draw, frame, picture);
}

/* FALSE where single precision would be seen. */
static gboolean
load_row (const Values *self, guint row, NegWideLoad *load)
{
  const NegPadding *padding = &self->draw->padding;
  gboolean active = padding->active && padding->low <= padding->high;
  guint columns = self->frame->format.columns;
  const NegSourceRow source = { NEG_SAMPLE_F32, (const float *) self->frame->pixels + (gsize) row * columns, 1 };

  *load = (NegWideLoad){
    .base = self->shade.base,
    .low = active ? padding->low : INFINITY,
    .high = active ? padding->high : -INFINITY,
    .line = self->line,
    .mask = self->mask,
  };
  _neg_kernel_load_wide (&source, load, 0, columns - 1);
  return load->magnitude <= self->shade.magnitude_max;
}

static void
draw_row (const Values *self, const NegPicture *picture, guint row)
{
  const float *thresholds
      = self->thresholds + (self->draw->is_dithered ? (gsize) (row % DITHER_ROWS) * picture->width : 0);
  NegWideLoad load;

  if (!load_row (self, row, &load)) {
    _neg_draw_rows_general (self->draw, self->frame, picture, row, 1);
    return;
  }
  _neg_shade_apply (&self->shade, self->line, thresholds, picture->width, self->grey);
  if (load.has_padding)
    _neg_kernel_blacken (self->grey, self->mask, picture->width);
  _neg_kernel_put_grey (self->grey, picture->channels, picture->width, picture->pixels + row * picture->stride);
}

static void
init_thresholds (Values *self, guint width)
{
  guint n_rows = self->draw->is_dithered ? DITHER_ROWS : 1;

  self->thresholds = g_new (float, (gsize) n_rows * width);
  for (guint row = 0; row < n_rows; row++)
    for (guint column = 0; column < width; column++)
      self->thresholds[(gsize) row * width + column] = _neg_draw_get_threshold (self->draw, column, row);
}

gboolean
_neg_draw_rows_values (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                       guint n_rows)
{
  Values self = { .draw = draw, .frame = frame };
  gboolean can = applies (draw, frame, picture);

  if (!can)
    return FALSE;
  can = _neg_shade_init (&self.shade, draw, frame);
  if (can) {
    self.line = g_new (float, picture->width);
    self.mask = g_new (float, picture->width);
    self.grey = g_new (guint8, picture->width);
    init_thresholds (&self, picture->width);
    for (guint row = first_row; row < first_row + n_rows; row++)
      draw_row (&self, picture, row);
  }
  _neg_shade_clear (&self.shade);
  g_free (self.line);
  g_free (self.mask);
  g_free (self.grey);
  g_free (self.thresholds);
  return can;
}
