#include "config.h"

#include "base/neg-error.h"
#include "model/neg-frame.h"

static NegInstance *
instance_new (guint bits_allocated, guint samples, const char *photometric)
{
  NegInstance *instance = neg_instance_new ();

  instance->rows = 3;
  instance->columns = 5;
  instance->frames = 1;
  instance->samples = samples;
  instance->bits_allocated = instance->bits_stored = bits_allocated;
  instance->photometric = g_strdup (photometric);
  instance->transfer_syntax_uid = g_strdup ("1.2.840.10008.1.2.1");
  return instance;
}

static void
test_sample_types (void)
{
  static const struct {
    guint bits;
    gboolean is_signed, is_float;
    NegSampleType type;
    guint bytes;
  } cases[] = {
    { 1, FALSE, FALSE, NEG_SAMPLE_U8, 1 },   { 8, FALSE, FALSE, NEG_SAMPLE_U8, 1 },
    { 8, TRUE, FALSE, NEG_SAMPLE_S8, 1 },    { 12, FALSE, FALSE, NEG_SAMPLE_U16, 2 },
    { 16, FALSE, FALSE, NEG_SAMPLE_U16, 2 }, { 16, TRUE, FALSE, NEG_SAMPLE_S16, 2 },
    { 32, FALSE, FALSE, NEG_SAMPLE_U32, 4 }, { 32, TRUE, FALSE, NEG_SAMPLE_S32, 4 },
    { 32, FALSE, TRUE, NEG_SAMPLE_F32, 4 },  { 64, FALSE, TRUE, NEG_SAMPLE_F64, 8 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegInstance) instance = instance_new (cases[i].bits, 1, "MONOCHROME2");
    g_autoptr (GError) error = NULL;
    NegFrameFormat format;
    guint64 bytes;

    instance->is_signed = cases[i].is_signed;
    instance->is_float = cases[i].is_float;
    g_assert_true (neg_frame_format_init (&format, instance, NEG_FRAME_STORED, &error));
    g_assert_no_error (error);
    g_assert_cmpint (format.sample_type, ==, cases[i].type);
    g_assert_true (neg_frame_format_get_bytes (&format, &bytes));
    g_assert_cmpuint (bytes, ==, 15 * cases[i].bytes);
  }
}

static void
assert_color (guint samples, const char *photometric, const char *transfer_syntax_uid, NegFrameForm form,
              NegColorModel expected, guint bytes_expected)
{
  g_autoptr (NegInstance) instance = instance_new (8, samples, photometric);
  NegFrameFormat format;
  guint64 bytes;

  g_free (instance->transfer_syntax_uid);
  instance->transfer_syntax_uid = g_strdup (transfer_syntax_uid);
  g_assert_true (neg_frame_format_init (&format, instance, form, NULL));
  g_assert_cmpint (format.color, ==, expected);
  g_assert_true (neg_frame_format_get_bytes (&format, &bytes));
  g_assert_cmpuint (bytes, ==, bytes_expected);
}

static void
test_colors (void)
{
  const char *plain = "1.2.840.10008.1.2.1", *jpeg = "1.2.840.10008.1.2.4.50";

  assert_color (1, "MONOCHROME1", plain, NEG_FRAME_STORED, NEG_COLOR_MONOCHROME1, 15);
  assert_color (1, "PALETTE COLOR", plain, NEG_FRAME_STORED, NEG_COLOR_PALETTE, 15);
  assert_color (1, NULL, plain, NEG_FRAME_STORED, NEG_COLOR_MONOCHROME2, 15);
  assert_color (3, "RGB", plain, NEG_FRAME_STORED, NEG_COLOR_RGB, 45);
  assert_color (3, "YBR_FULL_422", plain, NEG_FRAME_STORED, NEG_COLOR_RGB, 45);
  assert_color (3, "YBR_FULL_422", plain, NEG_FRAME_RAW, NEG_COLOR_YBR_FULL_422, 30);
  assert_color (3, "YBR_FULL", plain, NEG_FRAME_RAW, NEG_COLOR_YBR_FULL, 45);
  assert_color (3, "YBR_FULL_422", jpeg, NEG_FRAME_RAW, NEG_COLOR_RGB, 45);
  assert_color (4, "CMYK", plain, NEG_FRAME_STORED, NEG_COLOR_OTHER, 60);
}

static void
assert_refused (NegInstance *instance, NegErrorCode code)
{
  g_autoptr (GError) error = NULL;
  NegFrameFormat format;

  g_assert_false (neg_frame_format_init (&format, instance, NEG_FRAME_STORED, &error));
  g_assert_error (error, NEG_ERROR, (int) code);
}

static void
test_refused (void)
{
  g_autoptr (NegInstance) instance = instance_new (16, 1, "MONOCHROME2");

  instance->rows = 0;
  assert_refused (instance, NEG_ERROR_UNSUPPORTED);
  instance->rows = 3;
  instance->samples = 5;
  assert_refused (instance, NEG_ERROR_UNSUPPORTED);
  instance->samples = 1;
  instance->bits_allocated = 24;
  assert_refused (instance, NEG_ERROR_UNSUPPORTED);
  instance->bits_allocated = 64; /* 64-bit integers are in no image */
  assert_refused (instance, NEG_ERROR_UNSUPPORTED);
  instance->bits_allocated = 16;
  instance->rows = instance->columns = 32769; /* two bytes each: just beyond the limit */
  assert_refused (instance, NEG_ERROR_SIZE_OVERFLOW);
  instance->rows = instance->columns = G_MAXUINT32; /* the product wraps in 64 bits */
  instance->samples = 4;
  assert_refused (instance, NEG_ERROR_SIZE_OVERFLOW);
}

static void
test_instance (void)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();
  NegInstance *again = neg_instance_ref (instance);

  instance->n_frame_infos = 2;
  instance->frame_infos = g_new (NegFrameInfo, 2);
  neg_frame_info_init (&instance->frame_infos[0]);
  neg_frame_info_init (&instance->frame_infos[1]);
  g_assert_true (neg_instance_get_frame_info (instance, 1) == &instance->frame_infos[1]);
  g_assert_true (neg_instance_get_frame_info (instance, 2) == &instance->frame_infos[0]);
  g_assert_cmpfloat (instance->frame_infos[0].rescale_slope, ==, 1);
  neg_instance_add_warning (instance, "the first of %d", 2);
  neg_instance_add_warning (instance, "the second");
  g_assert_cmpstr (instance->warnings[0], ==, "the first of 2");
  g_assert_cmpstr (instance->warnings[1], ==, "the second");
  g_assert_null (instance->warnings[2]);
  g_assert_cmpstr (neg_object_kind_get_name (NEG_OBJECT_HANGING_PROTOCOL), ==, "hanging-protocol");
  neg_instance_unref (again);
  neg_instance_unref (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/sample-types", test_sample_types);
  g_test_add_func ("/frame/colors", test_colors);
  g_test_add_func ("/frame/refused", test_refused);
  g_test_add_func ("/frame/instance", test_instance);
  return g_test_run ();
}
