#include "config.h"

#include "ui/neg-test-pattern.h"

#include <string.h>

#define UNITS 24 /* of the shorter side: everything is laid out in them, in the middle of the longer one */
#define MIDDLE 128
#define LINE 153
#define N_LETTERS 14
#define GLYPH_COLUMNS 5
#define GLYPH_ROWS 7

typedef struct {
  guint8 *pixels;
  gsize stride;
  guint width, height, unit;
  guint left, top; /* of the square of UNITS x UNITS in the middle */
} Canvas;

static void
fill (const Canvas *canvas, guint x, guint y, guint width, guint height, guint8 value)
{
  for (guint row = y; row < MIN (y + height, canvas->height); row++)
    if (x < canvas->width)
      memset (canvas->pixels + row * canvas->stride + x, value, MIN (width, canvas->width - x));
}

static void
draw_frame (const Canvas *canvas, guint inset, guint line, guint8 value)
{
  guint width = canvas->width - 2 * inset, height = canvas->height - 2 * inset;

  fill (canvas, inset, inset, width, line, value);
  fill (canvas, inset, inset + height - line, width, line, value);
  fill (canvas, inset, inset, line, height, value);
  fill (canvas, inset + width - line, inset, line, height, value);
}

/* From the middle outwards, so that geometry is judged from there. */
static void
draw_crosshatch (const Canvas *canvas)
{
  guint step = 2 * canvas->unit;

  for (guint x = canvas->width / 2 % step; x < canvas->width; x += step)
    fill (canvas, x, 0, 1, canvas->height, LINE);
  for (guint y = canvas->height / 2 % step; y < canvas->height; y += step)
    fill (canvas, 0, y, canvas->width, 1, LINE);
}

/* --- letters --- */

/* Five dots a row, the leftmost in the highest bit. */
static const guint8 *
get_glyph (char letter)
{
  static const struct {
    char letter;
    guint8 rows[GLYPH_ROWS];
  } glyphs[] = {
    { 'A', { 0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11 } }, { 'C', { 0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e } },
    { 'I', { 0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e } }, { 'L', { 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f } },
    { 'N', { 0x11, 0x19, 0x15, 0x15, 0x13, 0x11, 0x11 } }, { 'O', { 0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e } },
    { 'Q', { 0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d } }, { 'R', { 0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11 } },
    { 'T', { 0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04 } }, { 'U', { 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e } },
    { 'Y', { 0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (glyphs); i++)
    if (glyphs[i].letter == letter)
      return glyphs[i].rows;
  return NULL;
}

static void
draw_letter (const Canvas *canvas, guint x, guint y, guint dot, char letter, guint8 value)
{
  const guint8 *rows = get_glyph (letter);

  for (guint row = 0; rows != NULL && row < GLYPH_ROWS; row++)
    for (guint column = 0; column < GLYPH_COLUMNS; column++)
      if (rows[row] >> (GLYPH_COLUMNS - 1 - column) & 1)
        fill (canvas, x + column * dot, y + row * dot, dot, dot, value);
}

/* The first letter differs by 14 of 255 from its ground, the last by one. */
static void
draw_letters (const Canvas *canvas, guint x, guint y, guint width, guint height, guint8 ground)
{
  static const char text[] = "QUALITY CONTROL";
  guint n_dots = (GLYPH_COLUMNS + 1) * (sizeof text - 1);
  guint dot = MAX (MIN (width / (n_dots + 2), height / (GLYPH_ROWS + 1)), 1);
  guint at = x + (width - n_dots * dot) / 2, contrast = N_LETTERS;

  fill (canvas, x, y, width, height, ground);
  for (const char *letter = text; *letter != '\0'; letter++, at += (GLYPH_COLUMNS + 1) * dot)
    if (*letter != ' ') {
      draw_letter (canvas, at, y + (height - GLYPH_ROWS * dot) / 2, dot, *letter,
                   ground == 255 ? ground - contrast : ground + contrast);
      contrast--;
    }
}

/* --- patches --- */

static void
draw_patch (const Canvas *canvas, guint x, guint y, guint side, guint8 value)
{
  guint corner = side / 5, far = side - corner;

  fill (canvas, x, y, side, side, value);
  fill (canvas, x, y, corner, corner, value + 4);
  fill (canvas, x + far, y + far, corner, corner, value + 4);
  fill (canvas, x + far, y, corner, corner, value - 4);
  fill (canvas, x, y + far, corner, corner, value - 4);
}

/* Six by four, the outermost of them: 16, in the order of the hands of a clock. */
static void
draw_patches (const Canvas *canvas, guint x, guint y, guint side)
{
  for (guint i = 0; i < 16; i++) {
    guint column = i < 6 ? i : i < 8 ? 5 : i < 14 ? 13 - i : 0;
    guint row = i < 5 ? 0 : i < 8 ? i - 5 : i < 14 ? 3 : 16 - i;

    draw_patch (canvas, x + column * side, y + row * side, side, 8 + 16 * i);
  }
}

static void
draw_end_patch (const Canvas *canvas, guint x, guint y, guint width, guint height, guint8 ground, guint8 inner)
{
  guint side = width / 2;

  fill (canvas, x, y, width, height, ground);
  fill (canvas, x + (width - side) / 2, y + (height - side) / 2, side, side, inner);
}

/* --- line pairs --- */

static void
draw_lines (const Canvas *canvas, guint x, guint y, guint width, guint height, guint line, gboolean is_vertical,
            guint8 dark, guint8 light)
{
  guint length = is_vertical ? width : height;

  fill (canvas, x, y, width, height, dark);
  for (guint place = 0; place + line <= length; place += 2 * line)
    if (is_vertical)
      fill (canvas, x + place, y, line, height, light);
    else
      fill (canvas, x, y + place, width, line, light);
}

/* High contrast above, low below. */
static void
draw_line_pairs (const Canvas *canvas, guint x, guint y, guint side, guint line, gboolean is_vertical)
{
  guint margin = side / 12, width = side - 2 * margin, height = (side - 3 * margin) / 2;

  draw_lines (canvas, x + margin, y + margin, width, height, line, is_vertical, 0, 255);
  draw_lines (canvas, x + margin, y + 2 * margin + height, width, height, line, is_vertical, MIDDLE - 3, MIDDLE + 3);
}

/* Where lenses and cables fail first. */
static void
draw_corners (const Canvas *canvas)
{
  guint side = canvas->unit * 3 / 2, inset = canvas->unit * 3 / 4;
  guint right = canvas->width - inset - side, bottom = canvas->height - inset - side;

  for (guint i = 0; i < 4; i++) {
    guint x = i % 2 == 0 ? inset : right, y = i / 2 == 0 ? inset : bottom;

    draw_lines (canvas, x, y, side / 2, side, 1, FALSE, 0, 255);
    draw_lines (canvas, x + side / 2, y, side - side / 2, side, 1, TRUE, 0, 255);
  }
}

/* --- ramps --- */

static void
draw_horizontal_ramp (const Canvas *canvas, guint x, guint y, guint width, guint height)
{
  for (guint column = 0; column < width; column++)
    fill (canvas, x + column, y, 1, height, (column * 255 + (width - 1) / 2) / (width - 1));
}

static void
draw_vertical_ramp (const Canvas *canvas, guint x, guint y, guint width, guint height, gboolean is_falling)
{
  for (guint row = 0; row < height; row++) {
    guint value = (row * 255 + (height - 1) / 2) / (height - 1);

    fill (canvas, x, y + row, width, 1, is_falling ? 255 - value : value);
  }
}

static void
draw_middle (const Canvas *canvas)
{
  guint unit = canvas->unit, side = unit * 28 / 10;
  guint width = 6 * side, x = canvas->left + (UNITS * unit - width) / 2, y = canvas->top + 6 * unit;
  guint inner_x = x + side, inner_y = y + side;

  draw_letters (canvas, x, canvas->top + unit * 12 / 10, width, unit * 14 / 10, 0);
  draw_letters (canvas, x, canvas->top + unit * 26 / 10, width, unit * 14 / 10, MIDDLE);
  draw_letters (canvas, x, canvas->top + unit * 4, width, unit * 14 / 10, 255);
  draw_patches (canvas, x, y, side);
  draw_end_patch (canvas, inner_x, inner_y, side, 2 * side, 0, 13);              /* 5 % */
  draw_end_patch (canvas, inner_x + 3 * side, inner_y, side, 2 * side, 255, 242); /* 95 % */
  fill (canvas, inner_x + side, inner_y, 2 * side, 2 * side, MIDDLE);
  draw_line_pairs (canvas, inner_x + side, inner_y, side, 1, FALSE);
  draw_line_pairs (canvas, inner_x + 2 * side, inner_y, side, 1, TRUE);
  draw_line_pairs (canvas, inner_x + side, inner_y + side, side, 2, FALSE);
  draw_line_pairs (canvas, inner_x + 2 * side, inner_y + side, side, 2, TRUE);
  draw_horizontal_ramp (canvas, x, canvas->top + unit * 178 / 10, width, 2 * unit);
  draw_vertical_ramp (canvas, x - unit * 21 / 10, y, unit * 15 / 10, 4 * side, FALSE);
  draw_vertical_ramp (canvas, x + width + unit * 6 / 10, y, unit * 15 / 10, 4 * side, TRUE);
}

void
neg_test_pattern_draw (guint8 *pixels, gsize stride, guint width, guint height, NegTestPatternBox *text_box)
{
  guint unit = MIN (width, height) / UNITS;
  Canvas canvas = { pixels, stride, width, height, unit, (width - UNITS * unit) / 2, (height - UNITS * unit) / 2 };

  *text_box = (NegTestPatternBox){ 0 };
  fill (&canvas, 0, 0, width, height, MIDDLE);
  if (MIN (width, height) < NEG_TEST_PATTERN_MIN_PX)
    return;
  draw_crosshatch (&canvas);
  draw_frame (&canvas, 0, 1, 255);
  draw_frame (&canvas, unit / 2, 3, 191);
  draw_corners (&canvas);
  draw_middle (&canvas);
  *text_box = (NegTestPatternBox){ canvas.left + 3 * unit, canvas.top + unit * 204 / 10, 18 * unit, unit * 24 / 10 };
  fill (&canvas, text_box->x, text_box->y, text_box->width, text_box->height, 0);
}
