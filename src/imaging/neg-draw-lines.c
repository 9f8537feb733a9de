/* The fast ways draw along the rows of the image. In a picture that lies on its side those are its columns: they are
 * collected in a block, which is then laid down across the rows of the picture, so that both are read and written in
 * runs. */
#include "config.h"

#include <string.h>

#include "imaging/neg-draw-private.h"

/* Lines in a block: long enough runs across the picture, few enough to stay close to the processor. */
#define BLOCK 16

/* Between lines of a block: their pixels are read across, and at a distance of a power of two they would all fall to
 * the same few places of the processor's cache. */
#define GAP_BYTES 64

static gsize
get_stride (const NegLines *lines)
{
  return (gsize) lines->n_px * lines->picture->channels + GAP_BYTES;
}

gboolean
_neg_lines_init (NegLines *lines, const NegDraw *draw, const NegPicture *picture, guint first_row, guint n_rows)
{
  const double *m = draw->output_to_image.m;

  *lines = (NegLines){ .picture = picture, .x_start = m[2], .y_start = m[5] };
  if (m[1] == 0 && m[3] == 0) {
    lines->n_px = picture->width;
    lines->first_line = first_row;
    lines->n_lines = n_rows;
    lines->x_step = m[0];
    lines->y_step = m[4];
    return TRUE;
  }
  if (m[0] != 0 || m[4] != 0)
    return FALSE;
  lines->lies = TRUE;
  lines->first_px = first_row;
  lines->n_px = n_rows;
  lines->n_lines = picture->width;
  lines->x_step = m[1];
  lines->y_step = m[3];
  lines->block = g_malloc_n (BLOCK, get_stride (lines));
  return TRUE;
}

void
_neg_lines_clear (NegLines *lines)
{
  g_free (lines->block);
}

guint8 *
_neg_lines_get (const NegLines *lines, guint line)
{
  const NegPicture *picture = lines->picture;

  if (!lines->lies)
    return picture->pixels + line * picture->stride;
  return lines->block + (line % BLOCK) * get_stride (lines);
}

/* A transposition of pixels of one size, the size said aloud. */
#define TURN(bytes) \
  for (guint i = 0; i < lines->n_px; i++) { \
    guint8 *out = picture->pixels + (lines->first_px + i) * picture->stride + (gsize) first * (bytes); \
    const guint8 *in = lines->block + (gsize) i * (bytes); \
\
    for (guint j = 0; j < n; j++) \
      memcpy (out + j * (bytes), in + j * in_stride, (bytes)); \
  }

void
_neg_lines_put (const NegLines *lines, guint line)
{
  const NegPicture *picture = lines->picture;
  gsize in_stride = get_stride (lines);
  guint n = line % BLOCK + 1, first = line + 1 - n;

  if (!lines->lies || (n < BLOCK && line + 1 < lines->first_line + lines->n_lines))
    return;
  switch (picture->channels) {
  case 1:
    TURN (1)
    break;
  case 3:
    TURN (3)
    break;
  default:
    TURN (4)
    break;
  }
}
