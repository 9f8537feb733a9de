/* Stored to modality to display values (imaging-correctness A) and P-values to luminance (B). */
#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-measure-values.h"
#include "vectors.h"

/* One pixel of @x as @draw shows it: by the probe, which tells the modality value too, and by the picture. */
static double
draw_pixel (const NegDraw *draw, NegSampleType type, const void *x, guint8 *drawn)
{
  NegFrame frame = { { .rows = 1, .columns = 1, .samples = 1, .bits_stored = 8 * neg_sample_type_get_bytes (type),
                       .sample_type = type, .color = NEG_COLOR_MONOCHROME2 }, x };
  guint8 pixel = 77;
  NegPicture picture = { .width = 1, .height = 1, .stride = 1, .channels = 1, .pixels = &pixel };
  NegProbe probe;

  neg_measure_probe (&probe, draw, &frame, (const double[]){ 0.5, 0.5 });
  neg_draw_rows (draw, &frame, &picture, 0, 1);
  g_assert_cmpuint (probe.n_display, ==, 1);
  g_assert_cmpuint (probe.display[0], ==, pixel);
  *drawn = pixel;
  return probe.modality;
}

/* @y is accepted one lower where @out is the upper of two that are equally near. */
static void
assert_out (double y, JsonObject *item)
{
  gint64 out = json_object_get_int_member (item, "out");
  gboolean is_tie = json_object_has_member (item, "tie") && json_object_get_boolean_member (item, "tie");

  if (!is_tie || y != out - 1)
    g_assert_cmpfloat (y, ==, out);
}

/* Whole numbers are drawn by another way, through tables. */
static void
assert_drawn (const NegDraw *draw, double x, double modality, JsonObject *item)
{
  gint16 whole = x >= G_MININT16 && x <= G_MAXINT16 ? (gint16) x : 0;
  guint8 drawn;

  g_assert_cmpfloat (draw_pixel (draw, NEG_SAMPLE_F64, &x, &drawn), ==, modality);
  assert_out (drawn, item);
  if (whole != x)
    return;
  g_assert_cmpfloat (draw_pixel (draw, NEG_SAMPLE_S16, &whole, &drawn), ==, modality);
  assert_out (drawn, item);
}

static const NegDraw plain = { .modality = { .slope = 1 }, .output_to_image = { { 1, 0, 0, 0, 1, 0 } },
                               .voi = { NEG_VOI_LINEAR, 128, 256, NULL } };

static NegVoiFunction
function_named (const char *name)
{
  if (g_str_equal (name, "SIGMOID"))
    return NEG_VOI_SIGMOID;
  if (g_str_equal (name, "LINEAR_EXACT"))
    return NEG_VOI_LINEAR_EXACT;
  g_assert_cmpstr (name, ==, "LINEAR");
  return NEG_VOI_LINEAR;
}

gboolean
vector_check_window (JsonObject *item)
{
  double x = json_object_get_double_member (item, "x"), y;
  NegDraw draw = plain;

  draw.voi = (NegVoi){ function_named (json_object_get_string_member (item, "function")),
                       json_object_get_double_member (item, "c"), json_object_get_double_member (item, "w"), NULL };
  if (json_object_has_member (item, "expect")) {
    g_assert_cmpstr (json_object_get_string_member (item, "expect"), ==, "refuse window");
    g_assert_false (neg_voi_is_valid (&draw.voi));
    return TRUE;
  }
  g_assert_true (neg_voi_is_valid (&draw.voi));
  y = neg_voi_apply (&draw.voi, x) * 255;
  g_assert_cmpfloat_with_epsilon (y, json_object_get_double_member (item, "y"), 1e-6);
  assert_out (floor (y + 0.5), item);
  assert_drawn (&draw, x, x, item);
  return TRUE;
}

static void
lut_init (NegLut *lut, JsonObject *item)
{
  JsonNode *data = json_object_get_member (item, "data");
  double descriptor[3];

  vector_get_doubles (item, "descriptor", descriptor, 3);
  *lut = (NegLut){ .n_entries = descriptor[0] > 0 ? descriptor[0] : 65536, .first_mapped = descriptor[1],
                   .bits = descriptor[2] };
  lut->entries = g_new (guint16, lut->n_entries);
  if (JSON_NODE_HOLDS_ARRAY (data))
    g_assert_cmpuint (json_array_get_length (json_node_get_array (data)), ==, lut->n_entries);
  else
    g_assert_cmpstr (json_node_get_string (data), ==, "identity ramp of 65536 entries");
  for (guint i = 0; i < lut->n_entries; i++)
    lut->entries[i] = JSON_NODE_HOLDS_ARRAY (data) ? json_array_get_int_element (json_node_get_array (data), i) : i;
}

gboolean
vector_check_lut (JsonObject *item)
{
  double x = json_object_get_double_member (item, "x"), y = json_object_get_double_member (item, "y");
  const char *kind = json_object_get_string_member (item, "kind");
  NegDraw draw = plain;
  NegLut lut;

  lut_init (&lut, item);
  if (g_str_equal (kind, "modality")) {
    /* The whole range of its output becomes the range of the display. */
    draw.modality.lut = &lut;
    draw.voi = (NegVoi){ NEG_VOI_LINEAR, 1u << (lut.bits - 1), 1u << lut.bits, NULL };
    g_assert_cmpfloat (neg_modality_apply (&draw.modality, x), ==, y);
    assert_drawn (&draw, x, y, item);
  } else {
    g_assert_cmpstr (kind, ==, "voi");
    draw.voi = (NegVoi){ .lut = &lut };
    g_assert_true (neg_voi_is_valid (&draw.voi));
    g_assert_cmpfloat_with_epsilon (neg_voi_apply (&draw.voi, x) * ((1u << lut.bits) - 1), y, 1e-6);
    assert_drawn (&draw, x, x, item);
  }
  neg_lut_clear (&lut);
  return TRUE;
}

static void
assert_relative (double value, double expected, double tolerance)
{
  g_assert_cmpfloat_with_epsilon (value, expected, tolerance * fabs (expected));
}

/* By the file's way, and by ours, which inverts the function exactly: the polynomials differ by 0.1 % at most. */
static void
check_p_to_luminance (JsonObject *item)
{
  double ambient = json_object_get_double_member (item, "Lamb");
  double darkest = json_object_get_double_member (item, "Lmin") + ambient;
  double brightest = json_object_get_double_member (item, "Lmax") + ambient;
  double p = json_object_get_double_member (item, "p") / ((1 << json_object_get_int_member (item, "bits")) - 1);
  double total = json_object_get_double_member (item, "L_total"), jnd, exact;

  jnd = (1 - p) * neg_gsdf_get_jnd_approximate (darkest) + p * neg_gsdf_get_jnd_approximate (brightest);
  g_assert_cmpfloat_with_epsilon (jnd, json_object_get_double_member (item, "j"), 1e-4);
  assert_relative (neg_gsdf_get_luminance (jnd), total, 1e-5);
  assert_relative (neg_gsdf_get_luminance (jnd) - ambient, json_object_get_double_member (item, "L_emitted"), 1e-5);
  exact = (1 - p) * neg_gsdf_get_jnd (darkest) + p * neg_gsdf_get_jnd (brightest);
  assert_relative (neg_gsdf_get_luminance (exact), total, 1e-3);
}

gboolean
vector_check_gsdf (JsonObject *item)
{
  const char *kind = json_object_get_string_member (item, "kind");

  if (g_str_equal (kind, "p_to_L")) {
    check_p_to_luminance (item);
  } else if (g_str_equal (kind, "j_to_L")) {
    assert_relative (neg_gsdf_get_luminance (json_object_get_double_member (item, "j")),
                     json_object_get_double_member (item, "L"), 1e-6);
  } else {
    g_assert_cmpstr (kind, ==, "L_to_j");
    g_assert_cmpfloat_with_epsilon (neg_gsdf_get_jnd_approximate (json_object_get_double_member (item, "L")),
                                    json_object_get_double_member (item, "j"), 1e-4);
  }
  return TRUE;
}
