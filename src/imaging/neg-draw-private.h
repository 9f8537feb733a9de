/* What the general and the fast way of drawing share. */
#pragma once

#include "imaging/neg-draw-samples.h"

G_BEGIN_DECLS

/* A second copy of a function for newer processors, where the compiler can choose one at load time. Not under the
 * sanitizers: their run-time library is not there yet when the choice is made. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) \
    && !defined(__SANITIZE_THREAD__)
#define NEG_CLONES __attribute__ ((target_clones ("arch=x86-64-v3", "default")))
#else
#define NEG_CLONES
#endif

/* A grey level 0..255 to 8 bit: the one place where a value is rounded. @threshold: _neg_draw_get_threshold(). */
static inline guint8
_neg_draw_round (double level, double threshold)
{
  return (guint8) (CLAMP (level, 0, 255) + threshold);
}

/* What is added to a grey level before its fraction is cut off: a half, or when dithered one of the 64 steps of an
 * ordered 8 x 8 matrix (each bit of the place weighs a quarter of the one before), whose mean is a half as well. The
 * shader has the same. */
static inline double
_neg_draw_get_threshold (const NegDraw *draw, guint column, guint row)
{
  guint rank = 0;

  if (!draw->is_dithered)
    return 0.5;
  for (guint i = 0; i < 3; i++)
    rank = rank << 2 | ((column ^ row) >> i & 1) << 1 | (row >> i & 1);
  return (rank + 0.5) / 64;
}

/* The grey level 0..255 of an output 0..1 of the VOI: presentation LUT, polarity, display. */
double _neg_draw_get_level (const NegDraw *draw, double display);

/* TRUE where this is more than polarity. */
gboolean _neg_draw_has_tone (const NegDraw *draw);

/* What lies above the image, onto rows that are drawn. */
void _neg_draw_cover_rows (const NegDraw *draw, const NegPicture *picture, guint first_row, guint n_rows);

static inline gboolean
_neg_draw_is_inside (double position, guint32 size)
{
  return position >= 0 && position < size;
}

typedef struct {
  guint8 red, green, blue;
} NegRgb;

/* The three palette tables, ready to look up 8-bit colours (C.7.6.3.1.6). */
typedef struct {
  const NegLut *luts;
  guint shifts[3];
} NegPaletteReader;

void _neg_palette_reader_init (NegPaletteReader *reader, const NegLut *luts);
NegRgb _neg_palette_reader_get (const NegPaletteReader *reader, double stored);

/* TRUE when @stored is shown by the palette and not as grey. */
gboolean _neg_draw_is_palette_value (const NegDraw *draw, double stored);

/* One sample of a colour image, 0..255. */
double _neg_draw_color_sample (const NegFrame *frame, gsize index);

gboolean _neg_draw_is_rgb (const NegFrame *frame);

/* Sets one pixel of row @out in the form that @channels says. */
static inline void
_neg_draw_put (guint8 *out, guint channels, NegRgb rgb)
{
  switch (channels) {
  case 1:
    out[0] = rgb.red == rgb.green && rgb.green == rgb.blue
                 ? rgb.red
                 : (guint8) (0.299 * rgb.red + 0.587 * rgb.green + 0.114 * rgb.blue + 0.5);
    break;
  case 3:
    out[0] = rgb.red;
    out[1] = rgb.green;
    out[2] = rgb.blue;
    break;
  default:
    out[0] = rgb.blue;
    out[1] = rgb.green;
    out[2] = rgb.red;
    out[3] = 255;
    break;
  }
}

/* The reference: every pixel on its own, in double. */
void _neg_draw_rows_general (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                             guint n_rows);

/* What the fast ways draw: rows of the picture, or columns where it lies on its side, so that each line runs along a
 * row of the image. */
typedef struct {
  const NegPicture *picture;
  gboolean lies;           /* lines are columns */
  guint first_px, n_px;    /* of each line */
  guint first_line, n_lines;
  double x_step, x_start, y_step, y_start; /* pixel i of line j is at x_step (i + 0.5) + x_start, likewise y by j */
  guint8 *block;           /* lines that are not in the picture yet */
} NegLines;

/* FALSE for a transform that is not aligned with the axes. */
gboolean _neg_lines_init (NegLines *lines, const NegDraw *draw, const NegPicture *picture, guint first_row,
                          guint n_rows);
void _neg_lines_clear (NegLines *lines);

/* Where to draw @line, and when it is drawn; one after the other from the first. */
guint8 *_neg_lines_get (const NegLines *lines, guint line);
void _neg_lines_put (const NegLines *lines, guint line);

/* The same picture to one grey level, faster; FALSE, and nothing or a part drawn, where they do not apply. They
 * want a transform that is aligned with the axes, the second one that does nothing. */
gboolean _neg_draw_rows_table (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                               guint n_rows);
gboolean _neg_draw_rows_values (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                                guint n_rows);
gboolean _neg_draw_rows_separable (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture,
                                   guint first_row, guint n_rows, NegDrawSamples *samples);

typedef enum {
  NEG_SAMPLES_NONE,
  NEG_SAMPLES_KEEP, /* of the picture that is being drawn */
  NEG_SAMPLES_USE,
} NegSamplesStep;

struct _NegDrawSamples {
  /* Of what; all but the pixels has no meaning where that is NULL */
  gconstpointer pixels;
  NegAffine output_to_image;
  NegPadding padding;
  guint width, height;

  NegSamplesStep step;
  gboolean is_complete;
  gint n_kept_rows;        /* atomic */
  float *values;           /* by lines as they are drawn: rows, or columns where it lies */
  float *is_image;         /* of the nearest pixel; NULL: there is no padding */
};

/* As neg_draw_rows(); @samples: nullable, one that has begun. */
void _neg_draw_rows_with (const NegDraw *draw, const NegFrame *frame, const NegPicture *picture, guint first_row,
                          guint n_rows, NegDrawSamples *samples);

G_END_DECLS
