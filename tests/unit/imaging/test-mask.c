/* Mask subtraction (PS3.3 C.7.6.10), by hand. */
#include "config.h"

#include <math.h>

#include "imaging/neg-mask.h"

static void
assert_mask (const NegMaskItem *item, guint32 frame, int expected)
{
  guint n;
  g_autofree guint32 *frames = neg_mask_dup_frames (item, 20, frame - 1, &n);

  g_assert_cmpint (frames != NULL ? (int) frames[0] + 1 : 0, ==, expected);
  g_assert_cmpuint (n, ==, expected != 0);
}

/* TID 3: the mask of frame 10 is 7, a negative offset takes a later one; before the first there is none. REV_TID 2 over
 * 5-7 and 11-12: offsets 2, 4, 6, 8, 10, so 3, 2, 1 and then 11 - 8, 12 - 10. */
static void
test_frames (void)
{
  guint32 ranges[] = { 5, 7, 11, 12 }, mask_frames[] = { 2, 20 };
  NegMaskItem item = { .operation = NEG_MASK_TID, .tid_offset = 3 };
  g_autofree guint32 *frames = NULL;
  guint n;

  assert_mask (&item, 10, 7);
  assert_mask (&item, 3, 0);
  item.tid_offset = -1;
  assert_mask (&item, 10, 11);
  assert_mask (&item, 20, 0);
  item = (NegMaskItem){ .operation = NEG_MASK_REV_TID, .tid_offset = 2, .n_ranges = 2, .ranges = ranges };
  assert_mask (&item, 4, 0);
  assert_mask (&item, 5, 3);
  assert_mask (&item, 7, 1);
  assert_mask (&item, 11, 3);
  assert_mask (&item, 12, 2);
  item.operation = NEG_MASK_AVG_SUB;
  item.n_mask_frames = 2;
  item.mask_frames = mask_frames;
  frames = neg_mask_dup_frames (&item, 20, 5, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (frames[1], ==, 19);
  g_assert_null (neg_mask_dup_frames (&item, 19, 5, &n)); /* a mean of fewer is another mask */
  g_assert_null (neg_mask_find (&item, 1, 0));
  g_assert_true (neg_mask_find (&item, 1, 4) == &item);
}

/* The same vessel takes half of the intensity before thick and thin parts: the difference is the same; where nothing
 * has changed it is 0. Of 8 bits: 255 (ln 101 - ln 201) / ln 256 = -31.65. */
static void
test_linear_intensity (void)
{
  const guint8 contrast[] = { 100, 50, 200 }, mask[] = { 200, 101, 200 };
  NegFrameFormat format = { 1, 3, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 };
  NegFrame with = { format, contrast }, without = { format, mask }, result;
  NegMaskItem item = { .operation = NEG_MASK_TID, .tid_offset = 1 };
  g_autofree float *difference = neg_mask_subtract (&item, &with, &without, 1, TRUE, &result);
  NegVoi voi;

  g_assert_cmpfloat_with_epsilon (difference[0], -31.65, 0.01);
  g_assert_cmpfloat_with_epsilon (difference[1], 255 * (log (51) - log (102)) / log (256), 0.01);
  g_assert_cmpfloat (difference[2], ==, 0);
  neg_mask_init_voi (&voi, &result);
  g_assert_cmpfloat (neg_voi_apply (&voi, 0), ==, 0.5);
  g_assert_cmpfloat_with_epsilon (neg_voi_apply (&voi, difference[1]), 0, 0.001);
}

/* Logarithms already: a plain difference from the mean of the masks, (10 + 20) / 2. Shifted by a column and a half
 * towards the left, pixel 0 of the mask is between its pixels 1 and 2. */
static void
test_mean_and_shift (void)
{
  const gint16 contrast[] = { 7, 7, 7 }, masks[2][3] = { { 10, -10, 30 }, { 20, 10, 50 } };
  NegFrameFormat format = { 1, 3, 1, 16, NEG_SAMPLE_S16, NEG_COLOR_MONOCHROME2 };
  NegFrame with = { format, contrast }, without[2] = { { format, masks[0] }, { format, masks[1] } }, result;
  NegMaskItem item = { .operation = NEG_MASK_AVG_SUB };
  g_autofree float *difference = neg_mask_subtract (&item, &with, without, 2, FALSE, &result), *shifted = NULL;

  g_assert_cmpfloat (difference[0], ==, 7 - 15);
  g_assert_cmpfloat (difference[1], ==, 7);
  item.shift_px[1] = 1.5;
  shifted = neg_mask_subtract (&item, &with, without, 1, FALSE, &result);
  g_assert_cmpfloat (shifted[0], ==, 7 - 10);
  g_assert_cmpfloat (shifted[2], ==, 7 - 30); /* beyond the border the border goes on */
  item.shift_px[1] = 0;
  item.shift_px[0] = 1e300;
  g_free (neg_mask_subtract (&item, &with, without, 1, FALSE, &result));
  without[0].format.columns = 2;
  g_assert_null (neg_mask_subtract (&item, &with, without, 1, FALSE, &result));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mask/frames", test_frames);
  g_test_add_func ("/mask/linear-intensity", test_linear_intensity);
  g_test_add_func ("/mask/mean-and-shift", test_mean_and_shift);
  return g_test_run ();
}
