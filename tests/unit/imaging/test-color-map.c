#include "config.h"

#include <string.h>

#include "imaging/neg-color-map.h"

/* The tables of PS3.6 Annex B, entry after entry as red, green, blue, by their SHA-256 and some of their entries. */
static const struct {
  NegColorMap map;
  const char *sha256;
  guint8 entries[4][4];
} standard[] = {
  { NEG_COLOR_MAP_HOT_IRON,
    "8bba464199e149c18cf501e8174289abf693e5af4a7db4c1602ad48dd4338dda",
    { { 40, 80, 0, 0 }, { 129, 255, 2, 0 }, { 220, 255, 184, 116 }, { 254, 255, 252, 252 } } },
  { NEG_COLOR_MAP_PET,
    "bc03f513531e405c3535f0e0d42ab86fb4d7df84fc02f2cd96e75c364b460145",
    { { 40, 0, 81, 79 }, { 64, 1, 126, 127 }, { 150, 171, 44, 168 }, { 220, 255, 184, 113 } } },
  { NEG_COLOR_MAP_HOT_METAL_BLUE,
    "a421277b84abae409188b25c2fba742ad459dc30356a4aebd37ceb33a94718f9",
    { { 40, 0, 0, 79 }, { 100, 44, 0, 196 }, { 129, 119, 19, 91 }, { 220, 255, 190, 147 } } },
  { NEG_COLOR_MAP_PET_20_STEP,
    "6f4f77ec9646ab6c536f1abe9e755ab548dfd0a4e71c4bfe130be2bd355c54ac",
    { { 40, 48, 48, 112 }, { 100, 128, 128, 224 }, { 150, 64, 224, 64 }, { 220, 176, 48, 0 } } },
};

static void
test_standard_maps (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (standard); i++) {
    const guint8 *colors = neg_color_map_get (standard[i].map);
    g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, colors, 3 * 256);

    for (guint j = 0; j < G_N_ELEMENTS (standard[i].entries); j++) {
      const guint8 *entry = standard[i].entries[j];

      g_assert_cmpmem (colors + 3 * entry[0], 3, entry + 1, 3);
    }
    g_assert_cmpstr (sum, ==, standard[i].sha256);
  }
}

static void
test_own_maps (void)
{
  static const guint8 ends[] = { 0, 0, 255, 255, 0, 0 };
  const guint8 *grey = neg_color_map_get (NEG_COLOR_MAP_GREY), *rainbow = neg_color_map_get (NEG_COLOR_MAP_RAINBOW);

  for (guint i = 0; i < 3 * 256; i++)
    g_assert_cmpint (grey[i], ==, i / 3);
  g_assert_cmpmem (rainbow, 3, ends, 3);
  g_assert_cmpmem (rainbow + 3 * 255, 3, ends + 3, 3);
}

static void
test_names (void)
{
  NegColorMap found = NEG_COLOR_MAP_N;

  for (NegColorMap map = 0; map < NEG_COLOR_MAP_N; map++) {
    g_assert_true (neg_color_map_from_name (&found, neg_color_map_get_name (map)));
    g_assert_cmpint (found, ==, map);
  }
  g_assert_false (neg_color_map_from_name (&found, "hot"));
  g_assert_false (neg_color_map_from_name (&found, NULL));
}

#define SIDE 24

static void
check_covers (guint channels)
{
  g_autofree guint8 *pixels = g_malloc (SIDE * SIDE * channels), *covers = g_malloc0 (SIDE * SIDE);
  NegPicture picture = { SIDE, SIDE, SIDE * channels, channels, pixels };
  guint n_dark = 0, n_thin = 0;

  memset (pixels, 7, SIDE * SIDE * channels);
  memset (covers + SIDE, NEG_COVER_WHOLE, SIDE);
  memset (covers + 2 * SIDE, NEG_COVER_MISSING, SIDE);
  memset (covers + 3 * SIDE, NEG_COVER_PARTLY, SIDE);
  memset (covers + 4 * SIDE, NEG_COVER_MISSING, SIDE);
  neg_cover_draw_rows (covers, &picture, 0, 4); /* without row 4 */
  for (guint i = 0; i < SIDE * SIDE; i++) {
    const guint8 *pixel = pixels + i * channels;

    for (guint channel = 1; channel < MIN (channels, 3); channel++)
      g_assert_cmpint (pixel[channel], ==, pixel[0]);
    if (channels == 4)
      g_assert_cmpint (pixel[3], ==, 7);
    if (i / SIDE != 2 && i / SIDE != 3)
      g_assert_cmpint (pixel[0], ==, 7);
    n_dark += i / SIDE == 2 && pixel[0] == 40;
    n_thin += i / SIDE == 3 && pixel[0] == 128;
    if (i / SIDE == 2)
      g_assert_true (pixel[0] == 40 || pixel[0] == 96);
  }
  g_assert_cmpint (n_dark, ==, 9);
  g_assert_cmpint (n_thin, ==, 2);
}

static void
test_covers (void)
{
  check_covers (1);
  check_covers (3);
  check_covers (4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/color-map/standard", test_standard_maps);
  g_test_add_func ("/color-map/own", test_own_maps);
  g_test_add_func ("/color-map/names", test_names);
  g_test_add_func ("/cover/marks", test_covers);
  return g_test_run ();
}
