/* Axis-aligned drawing of the nearest pixel: all there is to know of a stored value of 8 or 16 bit is in one table. */
#include "config.h"

#include <math.h>

#include "imaging/neg-draw-private.h"

/* Dithered, a grey is a level and what is left over, in 1/256. */
typedef struct {
  NegRgb rgb;
  guint8 fraction;
} Entry;

static Entry
shade (const NegDraw *draw, const NegPaletteReader *palette, double stored)
{
  double level, whole;
  guint8 grey;
  NegRgb rgb;

  if (neg_padding_contains (&draw->padding, stored))
    return (Entry){ 0 };
  if (draw->palette != NULL && _neg_draw_is_palette_value (draw, stored)) {
    rgb = _neg_palette_reader_get (palette, stored);
    if (draw->inverted)
      rgb = (NegRgb){ 255 - rgb.red, 255 - rgb.green, 255 - rgb.blue };
    return (Entry){ rgb, 0 };
  }
  level = _neg_draw_get_level (draw, neg_voi_apply (&draw->voi, neg_modality_apply (&draw->modality, stored)));
  whole = draw->is_dithered ? floor (CLAMP (level, 0, 255)) : _neg_draw_round (level, 0.5);
  grey = whole;
  return (Entry){ { grey, grey, grey }, draw->is_dithered ? (level - whole) * 256 : 0 };
}

/* By the bits of a sample read as unsigned. */
static Entry *
table_new (const NegDraw *draw, NegSampleType type)
{
  gboolean is_signed = type == NEG_SAMPLE_S8 || type == NEG_SAMPLE_S16;
  gint32 n = neg_sample_type_get_bytes (type) == 1 ? 256 : 65536, first = is_signed ? -n / 2 : 0;
  Entry *table = g_new (Entry, n);
  NegPaletteReader palette;

  if (draw->palette != NULL)
    _neg_palette_reader_init (&palette, draw->palette);
  for (gint32 i = 0; i < n; i++)
    table[(first + i) & (n - 1)] = shade (draw, &palette, first + i);
  return table;
}

/* The source column of each pixel of a line; -1: outside. */
static gint32 *
columns_new (const NegLines *lines, const NegFrame *frame)
{
  gint32 *columns = g_new (gint32, lines->n_px);

  for (guint i = 0; i < lines->n_px; i++) {
    double x = lines->x_step * (lines->first_px + i + 0.5) + lines->x_start;

    columns[i] = _neg_draw_is_inside (x, frame->format.columns) ? (gint32) floor (x) : -1;
  }
  return columns;
}

/* In 1/256, what a fraction needs to become one more level: 256 never. */
static void
get_steps (const NegDraw *draw, const NegLines *lines, guint line, guint steps[8])
{
  for (guint i = 0; i < 8; i++) {
    guint column = lines->lies ? line : lines->first_px + i, row = lines->lies ? lines->first_px + i : line;

    steps[i] = draw->is_dithered ? 256 - (guint) (_neg_draw_get_threshold (draw, column, row) * 256) : 256;
  }
}

static void
draw_line (const NegFrame *frame, gsize source_row, const Entry *table, const gint32 *columns, const NegLines *lines,
           const guint steps[8], guint8 *out)
{
  const NegFrameFormat *format = &frame->format;
  gsize first = source_row * format->columns * format->samples;
  gboolean is_wide = neg_sample_type_get_bytes (format->sample_type) == 2;
  guint channels = lines->picture->channels;

  for (guint i = 0; i < lines->n_px; i++, out += channels) {
    gsize index = first + (gsize) MAX (columns[i], 0) * format->samples;
    guint bits = is_wide ? ((const guint16 *) frame->pixels)[index] : ((const guint8 *) frame->pixels)[index];

    Entry entry = columns[i] < 0 ? (Entry){ 0 } : table[bits];

    if (entry.fraction >= steps[i % 8])
      entry.rgb = (NegRgb){ entry.rgb.red + 1, entry.rgb.green + 1, entry.rgb.blue + 1 };
    _neg_draw_put (out, channels, entry.rgb);
  }
}

static void
draw_lines (const NegDraw *draw, const NegLines *lines, const NegFrame *frame, const Entry *table,
            const gint32 *columns)
{
  guint channels = lines->picture->channels, steps[8];

  for (guint line = lines->first_line; line < lines->first_line + lines->n_lines; line++) {
    guint8 *out = _neg_lines_get (lines, line);
    double y = lines->y_step * (line + 0.5) + lines->y_start;

    get_steps (draw, lines, line, steps);
    if (_neg_draw_is_inside (y, frame->format.rows))
      draw_line (frame, floor (y), table, columns, lines, steps, out);
    else
      for (guint i = 0; i < lines->n_px; i++)
        _neg_draw_put (out + i * channels, channels, (NegRgb){ 0, 0, 0 });
    _neg_lines_put (lines, line);
  }
}

gboolean
_neg_draw_rows_table (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                      guint n_rows)
{
  g_autofree Entry *table = NULL;
  g_autofree gint32 *columns = NULL;
  NegLines lines;

  if ((draw->interpolation != NEG_INTERPOLATION_NEAREST && draw->palette == NULL) || _neg_draw_is_rgb (frame)
      || neg_sample_type_get_bytes (frame->format.sample_type) > 2 || frame->format.columns > G_MAXINT32
      || !_neg_lines_init (&lines, draw, picture, first_row, n_rows))
    return FALSE;
  table = table_new (draw, frame->format.sample_type);
  columns = columns_new (&lines, frame);
  draw_lines (draw, &lines, frame, table, columns);
  _neg_lines_clear (&lines);
  return TRUE;
}
