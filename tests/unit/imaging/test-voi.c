#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-voi.h"
#include "vectors.h"

static NegVoiFunction
function_named (const char *name)
{
  if (strcmp (name, "SIGMOID") == 0)
    return NEG_VOI_SIGMOID;
  return strcmp (name, "LINEAR_EXACT") == 0 ? NEG_VOI_LINEAR_EXACT : NEG_VOI_LINEAR;
}

static void
check_window (JsonArray *array, guint index, JsonNode *node, gpointer data)
{
  JsonObject *object = json_node_get_object (node);
  NegVoi voi = {
    .function = function_named (json_object_get_string_member (object, "function")),
    .center = json_object_get_double_member (object, "c"),
    .width = json_object_get_double_member (object, "w"),
  };
  double y, tolerance = 1e-6;
  int out;

  g_test_message ("%s", json_object_get_string_member (object, "id"));
  if (json_object_has_member (object, "expect")) {
    g_assert_false (neg_voi_is_valid (&voi));
    return;
  }
  g_assert_true (neg_voi_is_valid (&voi));
  y = neg_voi_apply (&voi, json_object_get_double_member (object, "x")) * 255;
  g_assert_cmpfloat_with_epsilon (y, json_object_get_double_member (object, "y"), tolerance);
  out = json_object_get_int_member (object, "out");
  if (!json_object_has_member (object, "tie") || floor (y + 0.5) != out - 1)
    g_assert_cmpfloat (floor (y + 0.5), ==, out);
}

static void
test_windows (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases = vectors_load (parser, "windowing.json");

  if (cases != NULL)
    json_array_foreach_element (cases, check_window, NULL);
}

static void
fill_lut (NegLut *lut, JsonObject *object)
{
  JsonArray *descriptor = json_object_get_array_member (object, "descriptor");
  JsonNode *data = json_object_get_member (object, "data");
  gint64 n = json_array_get_int_element (descriptor, 0);

  lut->n_entries = n ? n : 65536;
  lut->first_mapped = json_array_get_int_element (descriptor, 1);
  lut->bits = json_array_get_int_element (descriptor, 2);
  lut->entries = g_new (guint16, lut->n_entries);
  for (guint i = 0; i < lut->n_entries; i++)
    lut->entries[i] = JSON_NODE_HOLDS_ARRAY (data) ? json_array_get_int_element (json_node_get_array (data), i) : i;
}

static void
check_lut (JsonArray *array, guint index, JsonNode *node, gpointer data)
{
  JsonObject *object = json_node_get_object (node);
  double x = json_object_get_double_member (object, "x"), y = json_object_get_double_member (object, "y");
  NegLut lut = { 0 };
  NegVoi voi = { .lut = &lut };
  NegModality modality = { .lut = &lut };

  g_test_message ("%s", json_object_get_string_member (object, "id"));
  fill_lut (&lut, object);
  if (strcmp (json_object_get_string_member (object, "kind"), "modality") == 0)
    g_assert_cmpfloat (neg_modality_apply (&modality, x), ==, y);
  g_assert_true (neg_voi_is_valid (&voi));
  g_assert_cmpfloat_with_epsilon (neg_voi_apply (&voi, x) * ((1u << lut.bits) - 1), y, 1e-6);
  g_assert_cmpfloat (floor (neg_voi_apply (&voi, x) * 255 + 0.5), ==, json_object_get_double_member (object, "out"));
  neg_lut_clear (&lut);
}

static void
test_luts (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases = vectors_load (parser, "luttables.json");

  if (cases != NULL)
    json_array_foreach_element (cases, check_lut, NULL);
}

static void
test_voi_edges (void)
{
  guint16 entries[] = { 0, 255 };
  NegLut lut = { .n_entries = 2, .first_mapped = 10, .bits = 8, .entries = entries }, empty = { .bits = 8 };
  NegVoi table = { .lut = &lut }, no_table = { .lut = &empty };
  NegVoi window = { .function = NEG_VOI_LINEAR, .center = 40, .width = 400 };
  NegVoi sigmoid = { .function = NEG_VOI_SIGMOID, .center = 0, .width = 1e-300 };

  g_assert_cmpfloat (neg_voi_apply (&table, 10.25), ==, 0.25);
  g_assert_cmpfloat (neg_voi_apply (&table, -INFINITY), ==, 0);
  g_assert_cmpfloat (neg_voi_apply (&table, INFINITY), ==, 1);
  g_assert_cmpfloat (neg_voi_apply (&table, NAN), ==, 0);
  g_assert_false (neg_voi_is_valid (&no_table));
  g_assert_cmpfloat (neg_voi_apply (&window, NAN), ==, 0);
  g_assert_cmpfloat (neg_voi_apply (&window, INFINITY), ==, 1);
  g_assert_cmpfloat (neg_voi_apply (&sigmoid, -1), ==, 0);
  g_assert_cmpfloat (neg_voi_apply (&sigmoid, 1), ==, 1);
  window.center = NAN;
  g_assert_false (neg_voi_is_valid (&window));
}

static void
test_range_window (void)
{
  NegVoi voi;

  neg_voi_init_range (&voi, -1024, 3071, FALSE);
  g_assert_cmpint (voi.function, ==, NEG_VOI_LINEAR);
  g_assert_cmpfloat (voi.width, ==, 4096);
  g_assert_cmpfloat (voi.center, ==, 1024);
  g_assert_cmpfloat (neg_voi_apply (&voi, -1024), ==, 0);
  g_assert_cmpfloat (neg_voi_apply (&voi, 3071), ==, 1);
  neg_voi_init_range (&voi, 0, 0.5, TRUE);
  g_assert_cmpint (voi.function, ==, NEG_VOI_LINEAR_EXACT);
  g_assert_cmpfloat (neg_voi_apply (&voi, 0.25), ==, 0.5);
  neg_voi_init_range (&voi, 7, 7, TRUE);
  g_assert_true (neg_voi_is_valid (&voi));
  neg_voi_init_range (&voi, -G_MAXDOUBLE, G_MAXDOUBLE, TRUE);
  g_assert_true (neg_voi_is_valid (&voi));
}

static void
test_frame_values (void)
{
  const guint8 u8 = 200;
  const gint8 s8 = -100;
  const guint16 u16 = 65535;
  const gint16 s16 = -32768;
  const guint32 u32 = 4294967295u;
  const gint32 s32 = G_MININT32;
  const float f32 = 0.5f;
  const double f64 = 1e300;
  const struct {
    const void *pixels;
    double value;
  } cases[NEG_SAMPLE_N_TYPES] = {
    [NEG_SAMPLE_U8] = { &u8, 200 },         [NEG_SAMPLE_S8] = { &s8, -100 },
    [NEG_SAMPLE_U16] = { &u16, 65535 },     [NEG_SAMPLE_S16] = { &s16, -32768 },
    [NEG_SAMPLE_U32] = { &u32, 4294967295 }, [NEG_SAMPLE_S32] = { &s32, G_MININT32 },
    [NEG_SAMPLE_F32] = { &f32, 0.5 },       [NEG_SAMPLE_F64] = { &f64, 1e300 },
  };

  for (guint type = 0; type < NEG_SAMPLE_N_TYPES; type++) {
    NegFrame frame = { .format = { 1, 1, 1, 8, type, NEG_COLOR_MONOCHROME2 }, .pixels = cases[type].pixels };

    g_assert_cmpfloat (neg_frame_get_value (&frame, 0), ==, cases[type].value);
  }
}

static void
test_padding (void)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();
  const gint16 pixels[] = { -2000, -1024, 5, 300, -1990, -2010 };
  NegFrame frame = { .format = { 2, 3, 1, 16, NEG_SAMPLE_S16, NEG_COLOR_MONOCHROME2 }, .pixels = pixels };
  NegPadding padding;
  double low, high;

  instance->samples = 1;
  neg_padding_init (&padding, instance);
  g_assert_false (neg_padding_contains (&padding, -2000));
  instance->has_padding_limit = TRUE; /* alone it says nothing */
  neg_padding_init (&padding, instance);
  g_assert_false (padding.active);
  instance->has_padding = TRUE;
  instance->padding_value = -1990;
  instance->padding_limit = -2010; /* either order */
  neg_padding_init (&padding, instance);
  g_assert_true (neg_padding_contains (&padding, -2010));
  g_assert_true (neg_padding_contains (&padding, -1990));
  g_assert_false (neg_padding_contains (&padding, -1989));
  g_assert_true (neg_frame_get_range (&frame, &padding, &low, &high));
  g_assert_cmpfloat (low, ==, -1024);
  g_assert_cmpfloat (high, ==, 300);
  instance->has_padding_limit = FALSE;
  neg_padding_init (&padding, instance);
  g_assert_false (neg_padding_contains (&padding, -2000));
  padding = (NegPadding){ TRUE, -3000, 3000 };
  g_assert_false (neg_frame_get_range (&frame, &padding, &low, &high));
  instance->photometric = g_strdup ("PALETTE COLOR");
  neg_padding_init (&padding, instance);
  g_assert_false (padding.active);
}

static void
test_float_range (void)
{
  const float pixels[] = { NAN, 0.25f, INFINITY, -0.5f, -INFINITY };
  NegFrame frame = { .format = { 1, 5, 1, 32, NEG_SAMPLE_F32, NEG_COLOR_MONOCHROME2 }, .pixels = pixels };
  NegPadding padding = { 0 };
  double low, high;

  g_assert_true (neg_frame_get_range (&frame, &padding, &low, &high));
  g_assert_cmpfloat (low, ==, -0.5);
  g_assert_cmpfloat (high, ==, 0.25);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/voi/windows", test_windows);
  g_test_add_func ("/voi/luts", test_luts);
  g_test_add_func ("/voi/edges", test_voi_edges);
  g_test_add_func ("/voi/range", test_range_window);
  g_test_add_func ("/voi/frame-values", test_frame_values);
  g_test_add_func ("/voi/padding", test_padding);
  g_test_add_func ("/voi/float-range", test_float_range);
  return g_test_run ();
}
