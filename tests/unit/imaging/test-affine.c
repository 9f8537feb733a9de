#include "config.h"

#include <math.h>

#include "imaging/neg-draw.h"

static NegInstance *
instance_new (guint rows, guint columns)
{
  NegInstance *instance = neg_instance_new ();

  instance->rows = rows;
  instance->columns = columns;
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new (NegFrameInfo, 1);
  neg_frame_info_init (&instance->frame_infos[0]);
  return instance;
}

static void
assert_maps (const NegAffine *affine, double x, double y, double x_image, double y_image)
{
  const double *m = affine->m;

  g_assert_cmpfloat_with_epsilon (m[0] * x + m[1] * y + m[2], x_image, 1e-9);
  g_assert_cmpfloat_with_epsilon (m[3] * x + m[4] * y + m[5], y_image, 1e-9);
}

static void
test_aspect (void)
{
  g_autoptr (NegInstance) instance = instance_new (10, 10);
  NegFrameInfo *info = &instance->frame_infos[0];

  g_assert_cmpfloat (neg_instance_get_pixel_aspect (instance, 0), ==, 1);
  instance->has_aspect_ratio = TRUE;
  instance->aspect_ratio[0] = 6; /* 0.30 mm high, 0.25 mm wide is 6\5 (C.7.6.3.1.7) */
  instance->aspect_ratio[1] = 5;
  g_assert_cmpfloat (neg_instance_get_pixel_aspect (instance, 0), ==, 1.2);
  instance->has_imager_spacing = TRUE;
  instance->imager_spacing_mm[0] = 0.2;
  instance->imager_spacing_mm[1] = 0.1;
  g_assert_cmpfloat (neg_instance_get_pixel_aspect (instance, 0), ==, 2);
  info->has_spacing = TRUE;
  info->spacing_mm[0] = 1; /* row spacing is vertical (10.7.1.3) */
  info->spacing_mm[1] = 4;
  g_assert_cmpfloat (neg_instance_get_pixel_aspect (instance, 0), ==, 0.25);
  info->spacing_mm[1] = 0;
  g_assert_cmpfloat (neg_instance_get_pixel_aspect (instance, 0), ==, 2);
  info->spacing_mm[1] = 100;
  g_assert_cmpfloat (neg_instance_get_pixel_aspect (instance, 0), ==, 1);
  info->spacing_mm[0] = NAN;
  instance->has_imager_spacing = FALSE;
  instance->aspect_ratio[1] = 0;
  g_assert_cmpfloat (neg_instance_get_pixel_aspect (instance, 0), ==, 1);
}

static void
test_fit (void)
{
  g_autoptr (NegInstance) instance = instance_new (50, 100);
  NegAffine affine;

  neg_affine_init_fit (&affine, instance, 0, 100, 50, 1, 0, 0);
  g_assert_cmpfloat (affine.m[0], ==, 1);
  g_assert_cmpfloat (affine.m[2], ==, 0);
  g_assert_cmpfloat (affine.m[5], ==, 0);
  /* As wide as the picture, in the middle of its height. */
  neg_affine_init_fit (&affine, instance, 0, 200, 200, 1, 0, 0);
  assert_maps (&affine, 0, 50, 0, 0);
  assert_maps (&affine, 200, 150, 100, 50);
  /* Twice as large about the middle, and moved to the right and down. */
  neg_affine_init_fit (&affine, instance, 0, 200, 200, 2, 20, 8);
  assert_maps (&affine, 120, 108, 50, 25);
  assert_maps (&affine, 124, 112, 51, 26);
}

static void
test_fit_tall_pixels (void)
{
  g_autoptr (NegInstance) instance = instance_new (50, 100);
  NegAffine affine;

  instance->has_aspect_ratio = TRUE;
  instance->aspect_ratio[0] = 2; /* pixels twice as high as wide: the image is square */
  instance->aspect_ratio[1] = 1;
  neg_affine_init_fit (&affine, instance, 0, 300, 200, 1, 0, 0);
  assert_maps (&affine, 50, 0, 0, 0);
  assert_maps (&affine, 250, 200, 100, 50);
}

static void
test_hostile (void)
{
  g_autoptr (NegInstance) instance = instance_new (0, 0);
  NegAffine affine;

  neg_affine_init_fit (&affine, instance, 0, 0, 0, NAN, 0, 0);
  for (guint i = 0; i < 6; i++)
    g_assert_true (isfinite (affine.m[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/affine/aspect", test_aspect);
  g_test_add_func ("/affine/fit", test_fit);
  g_test_add_func ("/affine/fit-tall-pixels", test_fit_tall_pixels);
  g_test_add_func ("/affine/hostile", test_hostile);
  return g_test_run ();
}
