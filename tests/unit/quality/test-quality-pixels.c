/* What is measured of pixels whose noise, edges, motion and text are known. */
#include <math.h>
#include <string.h>

#include "quality/neg-quality-pixels.h"

#define SIDE 512

typedef struct {
  guint16 *values;
  guint rows, columns;
  GRand *random;
} Picture;

/* A smooth body, brightest in the middle, on a dark ground, with normal noise. */
static void
picture_init (Picture *picture, double noise)
{
  *picture = (Picture){ g_new (guint16, SIDE * SIDE), SIDE, SIDE, g_rand_new_with_seed (7) };
  for (guint y = 0; y < SIDE; y++)
    for (guint x = 0; x < SIDE; x++) {
      double sum = 0, body = 2000 + 1200 * cos (x * 0.02) * cos (y * 0.023) + 20 * cos (x * 0.31 + y * 0.27);

      for (guint i = 0; i < 12; i++)
        sum += g_rand_double (picture->random);
      picture->values[y * SIDE + x] = (guint16) CLAMP (round (body + noise * (sum - 6)), 0, 4095);
    }
}

static void
picture_clear (Picture *picture)
{
  g_free (picture->values);
  g_rand_free (picture->random);
}

static gboolean
measure (const Picture *picture, const char *modality, NegColorModel color, NegQualityPixels *measured)
{
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  NegFrameFormat format = { .rows = picture->rows, .columns = picture->columns, .samples = 1, .bits_stored = 12,
                            .sample_type = NEG_SAMPLE_U16, .color = color };

  neg_object_record_set (record, NEG_RECORD_MODALITY, g_strdup (modality));
  return neg_quality_pixels_measure (record, &format, picture->values, (gsize) picture->rows * picture->columns * 2, measured);
}

static void
test_noise (void)
{
  static const double noises[] = { 5, 20, 100 };

  for (guint i = 0; i < G_N_ELEMENTS (noises); i++) {
    NegQualityPixels measured;
    Picture picture;

    picture_init (&picture, noises[i]);
    g_assert_true (measure (&picture, "CT", NEG_COLOR_MONOCHROME2, &measured));
    g_test_message ("noise %g: %g, sd %g", noises[i], measured.noise, measured.sd);
    /* Beside the noise the body has a fine pattern. */
    g_assert_cmpfloat (measured.noise, <, noises[i] * 1.2);
    g_assert_cmpfloat (measured.noise, >, noises[i] * 0.9);
    g_assert_cmpfloat (measured.field_share, ==, 1);
    g_assert_false (measured.has_text);
    picture_clear (&picture);
  }
}

static void
test_statistics (void)
{
  NegQualityPixels measured;
  Picture picture;
  double sum = 0, squares = 0, n = SIDE * SIDE;

  picture_init (&picture, 10);
  for (guint i = 0; i < SIDE * SIDE; i++) {
    sum += picture.values[i];
    squares += (double) picture.values[i] * picture.values[i];
  }
  g_assert_true (measure (&picture, "CT", NEG_COLOR_MONOCHROME2, &measured));
  g_assert_cmpfloat_with_epsilon (measured.mean, sum / n, 0.01);
  g_assert_cmpfloat_with_epsilon (measured.sd, sqrt (squares / n - sum * sum / n / n), 0.01);
  picture_clear (&picture);
}

/* A plateau within the body counts, air at the edge does not. */
static void
test_clipped (void)
{
  for (guint i = 0; i < 3; i++) {
    NegQualityPixels measured;
    Picture picture;

    picture_init (&picture, 10);
    for (guint y = 0; y < SIDE; y++)
      for (guint x = 0; x < SIDE; x++) {
        if (i == 1 && x > 150 && x < 350 && y > 150 && y < 350)
          picture.values[y * SIDE + x] = 4095;
        if (i == 2 && (x < 120 || (x > 300 && y > 380)))
          picture.values[y * SIDE + x] = 0;
      }
    g_assert_true (measure (&picture, "CT", NEG_COLOR_MONOCHROME2, &measured));
    g_test_message ("%u: low %g, high %g", i, measured.clipped_low, measured.clipped_high);
    g_assert_cmpfloat_with_epsilon (measured.clipped_high, i == 1 ? 199.0 * 199 / (SIDE * SIDE) : 0, 0.01);
    g_assert_cmpfloat (measured.clipped_low, <, 0.01);
    picture_clear (&picture);
  }
}

/* Blurred along rows: moved from left to right. */
static void
test_motion (void)
{
  NegQualityPixels still, moved;
  Picture picture;

  picture_init (&picture, 60);
  g_assert_true (measure (&picture, "CR", NEG_COLOR_MONOCHROME2, &still));
  for (guint y = 0; y < SIDE; y++) {
    guint16 row[SIDE];

    memcpy (row, picture.values + y * SIDE, sizeof row);
    for (guint x = 0; x < SIDE; x++) {
      guint sum = 0;

      for (guint i = 0; i < 32; i++)
        sum += row[MIN (x + i, SIDE - 1)];
      picture.values[y * SIDE + x] = (guint16) (sum / 32);
    }
  }
  g_assert_true (measure (&picture, "CR", NEG_COLOR_MONOCHROME2, &moved));
  g_test_message ("still %g %g, moved %g %g", still.sharpness_rows, still.sharpness_columns, moved.sharpness_rows,
                  moved.sharpness_columns);
  g_assert_cmpfloat (still.sharpness_rows / still.sharpness_columns, >, 0.5);
  g_assert_cmpfloat (still.sharpness_rows / still.sharpness_columns, <, 2);
  g_assert_cmpfloat (moved.sharpness_columns / moved.sharpness_rows, >, 4);
  picture_clear (&picture);
}

/* Behind the shutter it is white in MONOCHROME2, black in MONOCHROME1; scatter makes a slope of it. */
static void
test_field (void)
{
  static const struct {
    NegColorModel color;
    guint value;
    gboolean is_found;
  } table[] = {
    { NEG_COLOR_MONOCHROME2, 4000, TRUE },
    { NEG_COLOR_MONOCHROME1, 100, TRUE },
    { NEG_COLOR_MONOCHROME2, 50, FALSE }, /* air */
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityPixels measured;
    Picture picture;

    picture_init (&picture, 10);
    for (guint y = 0; y < SIDE; y++)
      for (guint x = 0; x < SIDE; x++)
        if (y < 60 || y >= 460 || x < 100 || x >= 400)
          picture.values[y * SIDE + x] = (guint16) (table[i].value + x % 16);
    g_assert_true (measure (&picture, "DX", table[i].color, &measured));
    g_test_message ("%u: %g", i, measured.field_share);
    g_assert_cmpfloat_with_epsilon (measured.field_share, table[i].is_found ? 400.0 * 300 / (SIDE * SIDE) : 1, 0.02);
    picture_clear (&picture);
  }
}

/* Letters of 5 by 7 cells, doubled. */
static void
draw_text (Picture *picture, guint left, guint top, guint n)
{
  static const guint8 letters[][7] = {
    { 0x0E, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11 }, { 0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F },
    { 0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11 }, { 0x0E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E },
  };

  for (guint i = 0; i < n; i++)
    for (guint y = 0; y < 14; y++)
      for (guint x = 0; x < 10; x++)
        if ((letters[i % 4][y / 2] >> (4 - x / 2) & 1) != 0)
          picture->values[(top + y) * SIDE + left + i * 12 + x] = 4095;
}

static void
test_text (void)
{
  for (guint i = 0; i < 3; i++) {
    NegQualityPixels measured;
    Picture picture;

    picture_init (&picture, 20);
    if (i == 1)
      draw_text (&picture, 20, 30, 14);
    if (i == 2) /* a marker is no text */
      draw_text (&picture, 20, 30, 1);
    g_assert_true (measure (&picture, "OT", NEG_COLOR_MONOCHROME2, &measured));
    g_assert_cmpint (measured.has_text, ==, i == 1);
    picture_clear (&picture);
  }
}

static void
test_padding (void)
{
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  NegFrameFormat format = { .rows = 64, .columns = 64, .samples = 1, .bits_stored = 16, .sample_type = NEG_SAMPLE_S16,
                            .color = NEG_COLOR_MONOCHROME2 };
  gint16 values[64 * 64];
  NegQualityPixels measured;

  neg_object_record_set (record, NEG_RECORD_PIXEL_PADDING, g_strdup ("-2000"));
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = i % 64 < 10 ? -2000 : (gint16) (i % 50);
  g_assert_true (neg_quality_pixels_measure (record, &format, values, sizeof values, &measured));
  g_assert_cmpfloat (measured.minimum, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = -2000;
  g_assert_false (neg_quality_pixels_measure (record, &format, values, sizeof values, &measured));
}

/* Fewer bytes than the format says, and nonsense: refused. */
static void
test_refused (void)
{
  NegQualityPixels measured;
  Picture picture;

  picture_init (&picture, 10);
  picture.rows = SIDE + 1;
  {
    g_autoptr (NegObjectRecord) record = neg_object_record_new ();
    NegFrameFormat format = { .rows = SIDE + 1, .columns = SIDE, .samples = 1, .bits_stored = 12, .sample_type = NEG_SAMPLE_U16,
                              .color = NEG_COLOR_MONOCHROME2 };

    g_assert_false (neg_quality_pixels_measure (record, &format, picture.values, SIDE * SIDE * 2, &measured));
    format.rows = 16;
    g_assert_false (neg_quality_pixels_measure (record, &format, picture.values, SIDE * SIDE * 2, &measured));
    format = (NegFrameFormat){ .rows = 512, .columns = 512, .samples = 0, .sample_type = NEG_SAMPLE_U16 };
    g_assert_false (neg_quality_pixels_measure (record, &format, picture.values, SIDE * SIDE * 2, &measured));
  }
  picture_clear (&picture);
}

/* Every type of values, every number of samples, one value: nothing divides by zero or reads beyond. */
static void
test_types (void)
{
  for (guint type = 0; type < NEG_SAMPLE_N_TYPES; type++)
    for (guint samples = 1; samples <= 3; samples += 2) {
      g_autoptr (NegObjectRecord) record = neg_object_record_new ();
      NegFrameFormat format = { .rows = 70, .columns = 65, .samples = samples, .bits_stored = 8, .sample_type = type };
      gsize bytes = 70 * 65 * samples * neg_sample_type_get_bytes (type);
      g_autofree guint8 *pixels = g_malloc0 (bytes);
      NegQualityPixels measured;

      neg_object_record_set (record, NEG_RECORD_MODALITY, g_strdup ("CR"));
      g_assert_true (neg_quality_pixels_measure (record, &format, pixels, bytes, &measured));
      g_assert_cmpfloat (measured.noise, ==, 0);
      g_assert_cmpfloat (measured.clipped_high, ==, 1);
      memset (pixels, 0xFF, bytes); /* of floats: not a number */
      g_assert_cmpint (neg_quality_pixels_measure (record, &format, pixels, bytes, &measured), ==, type < NEG_SAMPLE_F32);
      neg_quality_pixels_set_digest (&measured, pixels, bytes);
      g_assert_cmpuint (strlen (measured.digest), ==, 64);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/pixels/noise", test_noise);
  g_test_add_func ("/quality/pixels/statistics", test_statistics);
  g_test_add_func ("/quality/pixels/clipped", test_clipped);
  g_test_add_func ("/quality/pixels/motion", test_motion);
  g_test_add_func ("/quality/pixels/field", test_field);
  g_test_add_func ("/quality/pixels/text", test_text);
  g_test_add_func ("/quality/pixels/padding", test_padding);
  g_test_add_func ("/quality/pixels/refused", test_refused);
  g_test_add_func ("/quality/pixels/types", test_types);
  return g_test_run ();
}
