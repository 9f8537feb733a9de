/* A test pattern after AAPM's TG18-QC, as P-values, drawn to the very pixel: nothing of it may be scaled.
 *
 * In it: grey patches in 16 steps with corners 4 of 255 above and below, 0 with a square of 5 % and 100 % with one of
 * 95 %; ramps; letters of falling contrast on dark, middle and light; line pairs of 1 and 2 pixels; crosshatch; borders.
 * Thread: any, no state. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_TEST_PATTERN_MIN_PX 240 /* of the shorter side; below there is a grey area */

typedef struct {
  guint x, y, width, height;
} NegTestPatternBox;

/* 8 bit grey, all of @width x @height. @text_box: where the caller may write, black. */
void neg_test_pattern_draw (guint8 *pixels, gsize stride, guint width, guint height, NegTestPatternBox *text_box);

G_END_DECLS
