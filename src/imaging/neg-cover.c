/* What is not there must be seen as such: no tissue looks like lines at 45 degrees. */
#include "config.h"

#include <string.h>

#include "imaging/neg-color-map.h"

#define MISSING_PERIOD_PX 8
#define MISSING_LINE_PX 3
#define MISSING_GROUND 96
#define MISSING_LINE 40
#define PARTLY_PERIOD_PX 12
#define PARTLY_LINE 128

static void
put_grey (guint8 *pixel, guint channels, guint8 level)
{
  memset (pixel, level, MIN (channels, 3));
}

static void
mark_partly (guint8 *pixel, guint channels, guint diagonal)
{
  if (diagonal % PARTLY_PERIOD_PX == 0)
    put_grey (pixel, channels, PARTLY_LINE);
}

static void
mark_row (const guint8 *covers, const NegPicture *picture, guint row, gboolean is_over)
{
  guint8 *pixel = picture->pixels + row * picture->stride;

  for (guint column = 0; column < picture->width; column++, pixel += picture->channels)
    if (covers[column] == NEG_COVER_MISSING && !is_over)
      put_grey (pixel, picture->channels,
                (column + row) % MISSING_PERIOD_PX < MISSING_LINE_PX ? MISSING_LINE : MISSING_GROUND);
    else if (covers[column] >= NEG_COVER_PARTLY)
      mark_partly (pixel, picture->channels, column + row);
}

static gboolean
is_marked (const guint8 *covers, guint n)
{
  guint8 found = 0;

  /* Most rows have no mark: looked at as a whole they cost next to nothing. */
  for (guint i = 0; i < n; i++)
    found |= covers[i] >= NEG_COVER_PARTLY;
  return found != 0;
}

static void
draw_rows (const guint8 *covers, const NegPicture *picture, guint first_row, guint n_rows, gboolean is_over)
{
  for (guint row = first_row; row < first_row + n_rows; row++) {
    const guint8 *line = covers + (gsize) row * picture->width;

    if (is_marked (line, picture->width))
      mark_row (line, picture, row, is_over);
  }
}

void
neg_cover_draw_rows (const guint8 *covers, const NegPicture *picture, guint first_row, guint n_rows)
{
  draw_rows (covers, picture, first_row, n_rows, FALSE);
}

void
neg_cover_draw_over_rows (const guint8 *covers, const NegPicture *picture, guint first_row, guint n_rows)
{
  draw_rows (covers, picture, first_row, n_rows, TRUE);
}
