/* The typed header of hand-made objects: what is malformed is absent and warned of, tables are what their descriptors
 * say, kinds follow the class. */
#include "dataset-builder.h"

#include <math.h>
#include <string.h>

static void
test_texts (void)
{
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  put_text (b, 0x00080005, "CS", "ISO_IR 100");
  put_text (b, 0x00080016, "UI", STORAGE "88.11");
  put_text (b, 0x00081030, "LO", "Sch\xE4" "del");
  put_text (b, 0x00100010, "PN", "M\xFCller^J\xFCrgen  ");
  put_text (b, 0x00100040, "CS", "\xFC"); /* codes know no charset */
  put_text (b, 0x00200013, "IS", " +12 ");
  /* PS3.3 C.12.1.1.2: an item with a charset of its own */
  begin_sequence (b, 0x0040A043);
  put_text (b, 0x00080005, "CS", "ISO_IR 192");
  put_text (b, 0x00080104, "LO", "Bef\xC3\xBCnde");
  end_sequence (b);

  instance = builder_read (b);
  g_assert_cmpstr (instance->patient_name, ==, "Müller^Jürgen");
  g_assert_cmpstr (instance->study_description, ==, "Schädel");
  g_assert_cmpstr (instance->patient_sex, ==, "\xEF\xBF\xBD");
  g_assert_cmpstr (instance->document_title, ==, "Befünde");
  g_assert_cmpint (instance->kind, ==, NEG_OBJECT_SR);
  g_assert_true (instance->has_instance_number);
  g_assert_cmpint (instance->instance_number, ==, 12);
  g_assert_null (instance->patient_id);
  g_assert_cmpuint (instance->rows, ==, 0);
  g_assert_cmpuint (instance->n_frame_infos, ==, 1);
  g_assert_null (instance->warnings);
}

static void
test_inherited_charset (void)
{
  g_autoptr (Builder) b = builder_new (IMPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  put_text (b, 0x00080005, "CS", "ISO_IR 144");
  put_text (b, 0x00080016, "UI", STORAGE "88.59");
  begin_sequence (b, 0x0040A043);
  put_text (b, 0x00080104, "LO", "\xBB\xEE\xDA");
  end_sequence (b);
  instance = builder_read (b);
  g_assert_cmpstr (instance->document_title, ==, "Люк");
  g_assert_cmpint (instance->kind, ==, NEG_OBJECT_KO);
}

static void
test_unknown_charset (void)
{
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  put_text (b, 0x00080005, "CS", "KLINGON");
  put_text (b, 0x00100010, "PN", "M\xFCller");
  instance = builder_read (b);
  g_assert_cmpstr (instance->patient_name, ==, "M\xEF\xBF\xBDller");
  g_assert_true (has_warning (instance, "(0008,0005)"));
}

typedef struct {
  const char *text;
  gboolean is_valid;
  double value;
} Decimal;

static void
test_decimals (void)
{
  static const Decimal cases[] = {
    { "1.5", TRUE, 1.5 },     { " -2.5E+1", TRUE, -25 }, { "+.5", TRUE, 0.5 },    { "1,5", FALSE, 0 },
    { "0.5\\0.5", FALSE, 0 }, { "1.5mm", FALSE, 0 },     { "0x10", FALSE, 0 },    { "nan", FALSE, 0 },
    { "inf", FALSE, 0 },      { "1e999", FALSE, 0 },     { "--1", FALSE, 0 },     { "e", FALSE, 0 },
    { "1\\", FALSE, 0 },      { "1 2", FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
    g_autoptr (NegInstance) instance = NULL;

    put_text (b, 0x00180050, "DS", cases[i].text);
    instance = builder_read (b);
    g_test_message ("'%s'", cases[i].text);
    if (cases[i].is_valid)
      g_assert_cmpfloat (instance->slice_thickness_mm, ==, cases[i].value);
    else
      g_assert_true (isnan (instance->slice_thickness_mm));
    g_assert_cmpint (has_warning (instance, "(0018,0050)"), ==, !cases[i].is_valid);
  }
}

/* An empty value is absent without a word; one of a wrong VR is read as what it is. */
static void
test_empty_and_odd_vrs (void)
{
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  put_text (b, 0x00180050, "DS", "");
  put_text (b, 0x00180088, "DS", "   ");
  put_bytes (b, 0x00181063, "UN", "40", 2);
  put_text (b, 0x00200013, "LO", "7");
  put_text (b, 0x00200011, "IS", "2.5");
  instance = builder_read (b);
  g_assert_true (isnan (instance->slice_thickness_mm));
  g_assert_true (isnan (instance->spacing_between_slices_mm));
  g_assert_cmpfloat (instance->frame_time_ms, ==, 40);
  g_assert_cmpint (instance->instance_number, ==, 7);
  g_assert_false (instance->has_series_number);
  g_assert_cmpuint (g_strv_length (instance->warnings), ==, 1);
}

static void
test_playback (void)
{
  static const guint8 sweep[] = { 1, 0 };
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  put_text (b, 0x00082142, "IS", "3");
  put_text (b, 0x00082143, "IS", "12");
  put_text (b, 0x00082144, "IS", "15");
  put_text (b, 0x00180040, "IS", "30");
  put_bytes (b, 0x00181244, "US", sweep, sizeof sweep);
  instance = builder_read (b);
  g_assert_true (instance->sweeps);
  g_assert_cmpuint (instance->first_shown_frame, ==, 3);
  g_assert_cmpuint (instance->last_shown_frame, ==, 12);
  g_assert_cmpfloat (instance->cine_rate_hz, ==, 15);
}

static void
test_repeated_attribute (void)
{
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  put_text (b, 0x00100010, "PN", "First");
  put_text (b, 0x00100010, "PN", "Second");
  instance = builder_read (b);
  g_assert_cmpstr (instance->patient_name, ==, "First");
  g_assert_true (has_warning (instance, "(0010,0010)"));
}

typedef struct {
  const char *sop_class;
  gboolean has_pixels;
  NegObjectKind kind;
} KindCase;

static void
test_kinds (void)
{
  static const KindCase cases[] = {
    { STORAGE "2", TRUE, NEG_OBJECT_IMAGE },          { STORAGE "88.33", FALSE, NEG_OBJECT_SR },
    { STORAGE "88.59", FALSE, NEG_OBJECT_KO },        { STORAGE "11.1", FALSE, NEG_OBJECT_PR },
    { STORAGE "66.4", TRUE, NEG_OBJECT_SEG },         { STORAGE "66.7", TRUE, NEG_OBJECT_SEG },
    { STORAGE "66.5", FALSE, NEG_OBJECT_SEG },        { STORAGE "66", FALSE, NEG_OBJECT_OTHER },
    { STORAGE "481.1", TRUE, NEG_OBJECT_IMAGE },      { STORAGE "481.2", TRUE, NEG_OBJECT_RTDOSE },
    { STORAGE "481.3", FALSE, NEG_OBJECT_RTSTRUCT },  { STORAGE "481.5", FALSE, NEG_OBJECT_RTPLAN },
    { STORAGE "104.1", FALSE, NEG_OBJECT_PDF },       { STORAGE "104.3", FALSE, NEG_OBJECT_STL },
    { STORAGE "9.1.1", FALSE, NEG_OBJECT_WAVEFORM },  { STORAGE "77.1.4.1", TRUE, NEG_OBJECT_VIDEO },
    { STORAGE "77.1.4", TRUE, NEG_OBJECT_IMAGE },     { "1.2.3.4", TRUE, NEG_OBJECT_IMAGE },
    { "1.2.840.10008.5.1.4.38.1", FALSE, NEG_OBJECT_HANGING_PROTOCOL },
    { "1.2.3.4", FALSE, NEG_OBJECT_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
    g_autoptr (NegInstance) instance = NULL;

    put_text (b, 0x00080016, "UI", cases[i].sop_class);
    if (cases[i].has_pixels) {
      put_image (b, 16, 16, FALSE);
      put_pixels (b, 16, 1);
    }
    instance = builder_read (b);
    g_test_message ("%s", cases[i].sop_class);
    g_assert_cmpstr (neg_object_kind_get_name (instance->kind), ==, neg_object_kind_get_name (cases[i].kind));
  }
}

static void
test_padding (void)
{
  /* Pixel Representation decides, not the VR of the element (C.7.5.1.1.2). */
  static const struct {
    const char *syntax, *vr;
    guint bits_stored;
    gboolean is_signed;
    guint16 word;
    double value;
  } cases[] = {
    { EXPLICIT_LE, "SS", 16, TRUE, 0xF830, -2000 },  { EXPLICIT_LE, "US", 16, TRUE, 0xF830, -2000 },
    { IMPLICIT_LE, "US", 16, TRUE, 0xF830, -2000 },  { IMPLICIT_LE, "US", 16, FALSE, 0xF830, 63536 },
    { EXPLICIT_LE, "SS", 16, FALSE, 0xF830, 63536 }, { EXPLICIT_LE, "US", 12, TRUE, 0x0800, -2048 },
    { EXPLICIT_LE, "US", 12, TRUE, 0x07FF, 2047 },   { EXPLICIT_LE, "US", 12, FALSE, 0x0800, 2048 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Builder) b = builder_new (cases[i].syntax);
    g_autoptr (NegInstance) instance = NULL;

    put_image (b, 16, cases[i].bits_stored, cases[i].is_signed);
    put_words (b, 0x00280120, cases[i].vr, 1, cases[i].word);
    put_words (b, 0x00280121, cases[i].vr, 1, cases[i].word);
    put_pixels (b, 16, 1);
    instance = builder_read (b);
    g_assert_true (instance->has_padding && instance->has_padding_limit);
    g_assert_cmpfloat (instance->padding_value, ==, cases[i].value);
    g_assert_cmpfloat (instance->padding_limit, ==, cases[i].value);
  }
}

static void
test_lossy (void)
{
  static const struct {
    const char *flag;
    gboolean is_lossy;
  } cases[] = { { "01", TRUE }, { "00", FALSE }, { "", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
    g_autoptr (NegInstance) instance = NULL;

    put_image (b, 8, 8, FALSE);
    put_text (b, 0x00282110, "CS", cases[i].flag);
    put_text (b, 0x00282112, "DS", "10\\20");
    put_pixels (b, 8, 1);
    instance = builder_read (b);
    g_assert_cmpint (instance->lossy, ==, cases[i].is_lossy);
    g_assert_cmpstr (instance->lossy_ratio, ==, "10\\20");
  }
}

static void
test_modality_lut (void)
{
  g_autofree guint16 *ramp = g_new (guint16, 65536);

  for (guint i = 0; i < 65536; i++)
    ramp[i] = GUINT16_TO_LE (i);
  for (guint implicit = 0; implicit < 2; implicit++) {
    g_autoptr (Builder) b = builder_new (implicit ? IMPLICIT_LE : EXPLICIT_LE);
    g_autoptr (NegInstance) instance = NULL;

    put_image (b, 16, 16, TRUE);
    begin_sequence (b, 0x00283000);
    put_words (b, 0x00283002, "US", 3, 0, 0x8000, 16); /* 0: 65536 entries; the first is -32768 */
    put_text (b, 0x00283003, "LO", "density");
    put_text (b, 0x00283004, "LO", "OD");
    put_bytes (b, 0x00283006, "OW", ramp, 131072);
    end_sequence (b);
    put_pixels (b, 16, 1);
    instance = builder_read (b);
    g_assert_cmpuint (instance->modality_lut.n_entries, ==, 65536);
    g_assert_cmpint (instance->modality_lut.first_mapped, ==, -32768);
    g_assert_cmpuint (instance->modality_lut.bits, ==, 16);
    g_assert_cmpuint (instance->modality_lut.entries[65535], ==, 65535);
    g_assert_cmpstr (instance->modality_lut_type, ==, "OD");
    g_assert_cmpstr (instance->modality_lut.explanation, ==, "density");
  }
}

static void
test_lut_entries (void)
{
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  put_image (b, 16, 12, FALSE);
  begin_sequence (b, 0x00283010);
  put_words (b, 0x00283002, "US", 3, 3, 65000, 12); /* unsigned, as the VR says */
  put_words (b, 0x00283006, "US", 3, 1, 5000, 4095); /* 5000 is beyond 12 bits */
  next_item (b);
  put_words (b, 0x00283002, "SS", 3, 4, -2, 8);
  put_bytes (b, 0x00283006, "OW", "\x0A\x14\x1E\xC8", 4); /* bytes packed in words */
  next_item (b);
  put_words (b, 0x00283002, "US", 3, 4, 0, 16); /* too short */
  put_words (b, 0x00283006, "US", 1, 1);
  next_item (b);
  put_words (b, 0x00283002, "US", 3, 4, 0, 7); /* too few bits */
  put_words (b, 0x00283006, "US", 4, 1, 2, 3, 4);
  next_item (b);
  put_words (b, 0x00283002, "US", 3, 4, 0, 17); /* too many bits */
  put_words (b, 0x00283006, "US", 4, 1, 2, 3, 4);
  end_sequence (b);
  put_pixels (b, 16, 1);
  instance = builder_read (b);
  g_assert_cmpuint (instance->n_voi_luts, ==, 2);
  g_assert_cmpint (instance->voi_luts[0].first_mapped, ==, 65000);
  g_assert_cmpuint (instance->voi_luts[0].entries[1], ==, 4095);
  g_assert_cmpint (instance->voi_luts[1].first_mapped, ==, -2);
  g_assert_cmpuint (instance->voi_luts[1].entries[3], ==, 200);
  g_assert_true (has_warning (instance, "declared 12 bits"));
  g_assert_true (has_warning (instance, "fewer entries"));
  g_assert_true (has_warning (instance, "(0028,3002)"));
}

/* C.11.2.1.1, where no VR says it: signed for CT and where the rescale reaches below 0. */
static void
test_voi_lut_sign (void)
{
  static const struct {
    const char *modality, *intercept;
    gint32 first;
  } cases[] = { { "CT", "0", -16 }, { "MR", "0", 65520 }, { "MR", "-1", -16 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Builder) b = builder_new (IMPLICIT_LE);
    g_autoptr (NegInstance) instance = NULL;

    put_text (b, 0x00080060, "CS", cases[i].modality);
    put_image (b, 16, 16, FALSE);
    put_text (b, 0x00281052, "DS", cases[i].intercept);
    put_text (b, 0x00281053, "DS", "1");
    begin_sequence (b, 0x00283010);
    put_words (b, 0x00283002, "US", 3, 2, 0xFFF0, 16);
    put_words (b, 0x00283006, "OW", 2, 0, 1);
    end_sequence (b);
    put_pixels (b, 16, 1);
    instance = builder_read (b);
    g_assert_cmpuint (instance->n_voi_luts, ==, 1);
    g_assert_cmpint (instance->voi_luts[0].first_mapped, ==, cases[i].first);
  }
}

static void
put_palette (Builder *b, guint32 base, const void *bytes, guint length)
{
  for (guint i = 0; i < 3; i++)
    put_bytes (b, base + i, "OW", bytes, length);
}

static NegInstance *
read_palette_object (guint bits, guint32 data_tag, const void *bytes, guint length)
{
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);

  put_image (b, 8, 8, FALSE);
  for (guint i = 0; i < 3; i++)
    put_words (b, 0x00281101 + i, "US", 3, 4, 0, bits);
  put_palette (b, data_tag, bytes, length);
  put_pixels (b, 8, 1);
  return builder_read (b);
}

static void
test_palette (void)
{
  const guint16 full[4] = { 0, 0x5555, 0xAAAA, 0xFFFF }, small[4] = { 0, 85, 170, 255 };
  const guint16 segments[] = { 0, 1, 0, 1, 3, 0xFFFF }, broken[] = { 2, 1, 0, 0 };
  g_autoptr (NegInstance) words = read_palette_object (16, 0x00281201, full, sizeof full);
  g_autoptr (NegInstance) small_words = read_palette_object (16, 0x00281201, small, sizeof small);
  g_autoptr (NegInstance) packed = read_palette_object (16, 0x00281201, "\x00\x55\xAA\xFF", 4);
  g_autoptr (NegInstance) declared_8 = read_palette_object (8, 0x00281201, full, sizeof full);
  g_autoptr (NegInstance) segmented = read_palette_object (16, 0x00281221, segments, sizeof segments);
  g_autoptr (NegInstance) invalid = read_palette_object (16, 0x00281221, broken, sizeof broken);
  g_autoptr (NegInstance) short_data = read_palette_object (16, 0x00281201, "\x00\x55", 2);

  g_assert_cmpuint (words->palette[2].bits, ==, 16);
  g_assert_cmpuint (words->palette[2].entries[2], ==, 0xAAAA);
  g_assert_cmpuint (small_words->palette[0].bits, ==, 8);
  g_assert_cmpuint (small_words->palette[0].entries[2], ==, 170);
  g_assert_cmpuint (packed->palette[1].bits, ==, 8);
  g_assert_cmpuint (packed->palette[1].entries[3], ==, 255);
  g_assert_cmpuint (declared_8->palette[0].bits, ==, 16);
  g_assert_cmpuint (segmented->palette[0].entries[3], ==, 0xFFFF);
  g_assert_cmpuint (invalid->palette[0].n_entries, ==, 0);
  g_assert_true (has_warning (invalid, "palette"));
  g_assert_cmpuint (short_data->palette[0].n_entries, ==, 0);
}

static void
test_windows (void)
{
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  put_image (b, 16, 16, FALSE);
  put_text (b, 0x00281050, "DS", "40\\-600.5\\300");
  put_text (b, 0x00281051, "DS", "400\\1500");
  put_text (b, 0x00281055, "LO", "SOFT\\LUNG\\BONE");
  put_text (b, 0x00281056, "CS", "SIGMOID");
  put_pixels (b, 16, 1);
  instance = builder_read (b);
  g_assert_cmpuint (instance->n_windows, ==, 2);
  g_assert_cmpuint (instance->frame_infos[0].n_windows, ==, 2);
  g_assert_cmpfloat (instance->windows[1].center, ==, -600.5);
  g_assert_cmpfloat (instance->windows[1].width, ==, 1500);
  g_assert_cmpstr (instance->windows[1].explanation, ==, "LUNG");
  g_assert_cmpint (instance->frame_infos[0].voi_function, ==, NEG_VOI_SIGMOID);
  g_assert_true (has_warning (instance, "(0028,1050)"));
}

static void
test_geometry_refusals (void)
{
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  put_text (b, 0x00181164, "DS", "0.1\\0.2");
  put_text (b, 0x00200032, "DS", "1\\2");
  put_text (b, 0x00200037, "DS", "1\\0\\0\\1\\0\\0");
  put_image (b, 16, 16, FALSE);
  put_text (b, 0x00280030, "DS", "0.5\\0");
  put_text (b, 0x00280034, "IS", "2\\1");
  put_text (b, 0x00281053, "DS", "0");
  put_pixels (b, 16, 1);
  instance = builder_read (b);
  g_assert_false (instance->frame_infos[0].has_position);
  g_assert_false (instance->frame_infos[0].has_orientation);
  g_assert_false (instance->frame_infos[0].has_spacing);
  g_assert_false (instance->frame_infos[0].has_rescale);
  g_assert_cmpfloat (instance->frame_infos[0].rescale_slope, ==, 1);
  g_assert_true (instance->has_imager_spacing);
  g_assert_cmpfloat (instance->imager_spacing_mm[1], ==, 0.2);
  g_assert_true (instance->has_aspect_ratio);
  g_assert_cmpuint (instance->aspect_ratio[0], ==, 2);
  g_assert_true (has_warning (instance, "(0020,0032)"));
  g_assert_true (has_warning (instance, "(0020,0037)"));
  g_assert_true (has_warning (instance, "(0028,0030)"));
  g_assert_true (has_warning (instance, "(0028,1053)"));
}

/* Damage anywhere gives an instance or a reason; memory errors show under the sanitizers. */
static void
test_mutations (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  guint n_read = 0;

  for (guint round = 0; round < 2000; round++) {
    g_autoptr (Builder) b = builder_new (round % 2 ? IMPLICIT_LE : EXPLICIT_LE);
    g_auto (NegLayout) layout = { 0 };
    g_autoptr (NegInstance) instance = NULL;
    NegSource source;
    guint start = b->bytes->len;

    put_text (b, 0x00080005, "CS", "ISO 2022 IR 13\\ISO 2022 IR 87");
    put_text (b, 0x00080016, "UI", STORAGE "481.2");
    put_text (b, 0x00100010, "PN", "\xD4\xCF=\x1b$B;3ED\x1b(J");
    put_image (b, 16, 16, FALSE);
    put_text (b, 0x00281050, "DS", "40\\-600.5\\300");
    begin_sequence (b, 0x00283010);
    put_words (b, 0x00283002, "US", 3, 2, 0xFFF0, 16);
    put_words (b, 0x00283006, "OW", 2, 0, 1);
    end_sequence (b);
    for (guint i = 0; i < 3; i++)
      put_words (b, 0x00281101 + i, "US", 3, 4, 0, 16);
    put_palette (b, 0x00281201, "\x00\x00\x55\x55\xAA\xAA\xFF\xFF", 8);
    begin_sequence (b, 0x52009230);
    begin_sequence (b, 0x00209113);
    put_text (b, 0x00200032, "DS", "1\\2\\3");
    end_sequence (b);
    end_sequence (b);
    put_pixels (b, 16, 1);
    for (guint i = g_rand_int_range (rand, 1, 4); i > 0; i--)
      b->bytes->data[g_rand_int_range (rand, start, b->bytes->len)] = g_rand_int_range (rand, 0, 256);
    neg_source_init_memory (&source, b->bytes->data, b->bytes->len);
    if (neg_scan (&source, &layout, NULL))
      instance = neg_dataset_read_instance (&source, &layout, NULL);
    if (instance != NULL)
      assert_sendable (instance);
    n_read += instance != NULL;
    neg_source_clear (&source);
  }
  g_test_message ("%u of 2000 were read", n_read);
  g_assert_cmpuint (n_read, >, 500);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  neg_dataset_preload (&error);
  g_assert_no_error (error);
  g_test_add_func ("/dataset/texts", test_texts);
  g_test_add_func ("/dataset/inherited-charset", test_inherited_charset);
  g_test_add_func ("/dataset/unknown-charset", test_unknown_charset);
  g_test_add_func ("/dataset/decimals", test_decimals);
  g_test_add_func ("/dataset/empty-and-odd-vrs", test_empty_and_odd_vrs);
  g_test_add_func ("/dataset/playback", test_playback);
  g_test_add_func ("/dataset/repeated-attribute", test_repeated_attribute);
  g_test_add_func ("/dataset/kinds", test_kinds);
  g_test_add_func ("/dataset/padding", test_padding);
  g_test_add_func ("/dataset/lossy", test_lossy);
  g_test_add_func ("/dataset/modality-lut", test_modality_lut);
  g_test_add_func ("/dataset/lut-entries", test_lut_entries);
  g_test_add_func ("/dataset/voi-lut-sign", test_voi_lut_sign);
  g_test_add_func ("/dataset/palette", test_palette);
  g_test_add_func ("/dataset/windows", test_windows);
  g_test_add_func ("/dataset/geometry-refusals", test_geometry_refusals);
  g_test_add_func ("/dataset/mutations", test_mutations);
  return g_test_run ();
}
