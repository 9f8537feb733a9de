/* The test pattern, looked at pixel by pixel. */
#include "config.h"

#include <string.h>

#include "ui/neg-test-pattern.h"

#define GUARD 16

typedef struct {
  guint width, height;
  guint8 *pixels;
  NegTestPatternBox box;
} Pattern;

static void
pattern_draw (Pattern *pattern, guint width, guint height)
{
  gsize n = (gsize) width * height;

  *pattern = (Pattern){ width, height, g_malloc (n + GUARD), { 0 } };
  memset (pattern->pixels + n, 0xa5, GUARD);
  neg_test_pattern_draw (pattern->pixels, width, width, height, &pattern->box);
  for (guint i = 0; i < GUARD; i++)
    g_assert_cmpuint (pattern->pixels[n + i], ==, 0xa5);
}

static guint
get (const Pattern *pattern, guint x, guint y)
{
  g_assert_cmpuint (x, <, pattern->width);
  g_assert_cmpuint (y, <, pattern->height);
  return pattern->pixels[(gsize) y * pattern->width + x];
}

/* 1280 x 800: a unit is 33 pixels, the square begins at 244, 4; patches of 92 begin at 364, 202. */
static void
test_patches (void)
{
  Pattern pattern;

  pattern_draw (&pattern, 1280, 800);
  for (guint i = 0; i < 6; i++) {
    g_assert_cmpuint (get (&pattern, 364 + 92 * i + 46, 202 + 46), ==, 8 + 16 * i);
    g_assert_cmpuint (get (&pattern, 364 + 92 * i + 46, 202 + 3 * 92 + 46), ==, 8 + 16 * (13 - i));
  }
  g_assert_cmpuint (get (&pattern, 364 + 46, 202 + 92 + 46), ==, 248);
  g_assert_cmpuint (get (&pattern, 364 + 2, 202 + 92 + 2), ==, 252);
  g_assert_cmpuint (get (&pattern, 364 + 90, 202 + 92 + 2), ==, 244);
  /* 5 % of 255 are 12.75, 95 % are 242.25 */
  g_assert_cmpuint (get (&pattern, 364 + 92 + 2, 202 + 92 + 2), ==, 0);
  g_assert_cmpuint (get (&pattern, 364 + 92 + 46, 202 + 2 * 92), ==, 13);
  g_assert_cmpuint (get (&pattern, 364 + 4 * 92 + 2, 202 + 92 + 2), ==, 255);
  g_assert_cmpuint (get (&pattern, 364 + 4 * 92 + 46, 202 + 2 * 92), ==, 242);
  g_free (pattern.pixels);
}

/* Every other pixel, every other pair of pixels. */
static void
test_line_pairs (void)
{
  const guint x = 364 + 2 * 92, y = 202 + 92;
  Pattern pattern;

  pattern_draw (&pattern, 1280, 800);
  for (guint i = 10; i < 40; i++) {
    guint one = (i - 7) % 2 == 0 ? 255 : 0, two = (i - 7) % 4 < 2 ? 255 : 0;

    g_assert_cmpuint (get (&pattern, x + 46, y + i), ==, one);
    g_assert_cmpuint (get (&pattern, x + 92 + i, y + 20), ==, one);
    g_assert_cmpuint (get (&pattern, x + 46, y + 92 + i), ==, two);
    g_assert_cmpuint (get (&pattern, x + 92 + i, y + 92 + 20), ==, two);
    g_assert_cmpuint (get (&pattern, x + 92 + i, y + 60), ==, one == 255 ? 131 : 125);
  }
  g_free (pattern.pixels);
}

static void
test_ramps (void)
{
  Pattern pattern;

  pattern_draw (&pattern, 1280, 800);
  g_assert_cmpuint (get (&pattern, 364, 600), ==, 0);
  g_assert_cmpuint (get (&pattern, 364 + 551, 600), ==, 255);
  for (guint x = 365; x < 364 + 552; x++)
    g_assert_cmpuint (get (&pattern, x, 600) - get (&pattern, x - 1, 600), <=, 1);
  g_assert_cmpuint (get (&pattern, 300, 202), ==, 0);
  g_assert_cmpuint (get (&pattern, 300, 202 + 367), ==, 255);
  g_assert_cmpuint (get (&pattern, 950, 202), ==, 255);
  g_assert_cmpuint (get (&pattern, 950, 202 + 367), ==, 0);
  g_free (pattern.pixels);
}

/* Fourteen letters, each of another contrast: all of them are there, and no more. */
static void
test_letters (void)
{
  static const guint rows[] = { 66, 112, 159 }, grounds[] = { 0, 128, 255 };
  Pattern pattern;

  pattern_draw (&pattern, 1280, 800);
  for (guint strip = 0; strip < 3; strip++) {
    gboolean seen[256] = { FALSE };
    guint n = 0;

    for (guint y = rows[strip] - 20; y < rows[strip] + 20; y++)
      for (guint x = 370; x < 910; x++)
        seen[get (&pattern, x, y)] = TRUE;
    for (guint i = 0; i < 256; i++)
      n += seen[i];
    g_assert_cmpuint (n, ==, 15);
    g_assert_true (seen[grounds[strip]]);
    g_assert_true (seen[strip == 2 ? 254 : grounds[strip] + 1]);
    g_assert_true (seen[strip == 2 ? 241 : grounds[strip] + 14]);
  }
  g_free (pattern.pixels);
}

/* The outermost pixels are white on all sides, whatever the size; nothing is written beyond. */
static void
test_sizes (void)
{
  static const guint sizes[][2] = { { 240, 240 }, { 241, 300 }, { 1280, 800 }, { 2048, 2560 }, { 3840, 1100 }, { 640, 3000 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Pattern pattern;

    pattern_draw (&pattern, sizes[i][0], sizes[i][1]);
    for (guint x = 0; x < pattern.width; x++) {
      g_assert_cmpuint (get (&pattern, x, 0), ==, 255);
      g_assert_cmpuint (get (&pattern, x, pattern.height - 1), ==, 255);
    }
    for (guint y = 0; y < pattern.height; y++) {
      g_assert_cmpuint (get (&pattern, 0, y), ==, 255);
      g_assert_cmpuint (get (&pattern, pattern.width - 1, y), ==, 255);
    }
    g_assert_cmpuint (pattern.box.width, >, 0);
    g_assert_cmpuint (get (&pattern, pattern.box.x, pattern.box.y), ==, 0);
    g_assert_cmpuint (get (&pattern, pattern.box.x + pattern.box.width - 1, pattern.box.y + pattern.box.height - 1), ==, 0);
    g_free (pattern.pixels);
  }
}

static void
test_tiny (void)
{
  for (guint side = 1; side < 240; side += 17) {
    Pattern pattern;

    pattern_draw (&pattern, side, 400);
    g_assert_cmpuint (get (&pattern, 0, 0), ==, 128);
    g_assert_cmpuint (pattern.box.width, ==, 0);
    g_free (pattern.pixels);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test-pattern/patches", test_patches);
  g_test_add_func ("/test-pattern/line-pairs", test_line_pairs);
  g_test_add_func ("/test-pattern/ramps", test_ramps);
  g_test_add_func ("/test-pattern/letters", test_letters);
  g_test_add_func ("/test-pattern/sizes", test_sizes);
  g_test_add_func ("/test-pattern/tiny", test_tiny);
  return g_test_run ();
}
