/* Presentation states, made here. */
#include "dataset-builder.h"

#include "model/neg-presentation.h"

#include <math.h>
#include <string.h>

#define GRAYSCALE STORAGE "11.1"

static Builder *
begin_state (const char *transfer_syntax, const char *sop_class, gboolean refers)
{
  Builder *builder = builder_new (transfer_syntax);

  put_text (builder, 0x00080016, "UI", sop_class);
  put_text (builder, 0x00080018, "UI", "1.2.3");
  put_text (builder, 0x00080060, "CS", "PR");
  if (!refers)
    return builder;
  begin_sequence (builder, 0x00081115);
  begin_sequence (builder, 0x00081140);
  put_text (builder, 0x00081150, "UI", STORAGE "2");
  put_text (builder, 0x00081155, "UI", "1.2.4");
  next_item (builder);
  put_text (builder, 0x00081155, "UI", "1.2.5");
  put_text (builder, 0x00081160, "IS", "2\\4");
  end_sequence (builder);
  put_text (builder, 0x0020000E, "UI", "1.2.9");
  end_sequence (builder);
  return builder;
}

static void
put_reference (Builder *builder, const char *uid)
{
  begin_sequence (builder, 0x00081140);
  put_text (builder, 0x00081155, "UI", uid);
  end_sequence (builder);
}

static void
test_references (void)
{
  g_autoptr (Builder) builder = begin_state (EXPLICIT_LE, GRAYSCALE, TRUE);
  g_autoptr (NegInstance) instance = NULL;
  const NegPresentation *state;

  put_text (builder, 0x00700080, "CS", "LABEL");
  put_text (builder, 0x00700081, "LO", "what it shows");
  put_text (builder, 0x00700082, "DA", "20260102");
  put_text (builder, 0x00700083, "TM", "101500");
  put_text (builder, 0x00700084, "PN", "Reader^One");
  instance = builder_read (builder);
  state = instance->presentation;
  g_assert_nonnull (state);
  g_assert_cmpint (state->kind, ==, NEG_STATE_GRAYSCALE);
  g_assert_cmpstr (state->label, ==, "LABEL");
  g_assert_cmpstr (state->description, ==, "what it shows");
  g_assert_cmpstr (state->creator, ==, "Reader^One");
  g_assert_cmpstr (state->created_date, ==, "20260102");
  g_assert_cmpstr (state->created_time, ==, "101500");
  g_assert_cmpuint (state->references.n, ==, 2);
  g_assert_cmpstr (state->references.items[0].series_uid, ==, "1.2.9");
  g_assert_cmpstr (state->references.items[0].sop_class_uid, ==, STORAGE "2");
  g_assert_true (neg_image_references_contain (&state->references, "1.2.4", 7));
  g_assert_true (neg_image_references_contain (&state->references, "1.2.5", 3));
  g_assert_false (neg_image_references_contain (&state->references, "1.2.5", 2));
  /* An absent stage is an identity. */
  g_assert_false (state->has_rescale || state->is_inverse || state->is_flipped);
  g_assert_cmpfloat (state->rescale_slope, ==, 1);
  g_assert_cmpuint (state->n_vois + state->n_areas + state->rotation_deg, ==, 0);
}

/* What is of no image would be of every image. */
static void
test_without_references (void)
{
  g_autoptr (Builder) builder = begin_state (EXPLICIT_LE, GRAYSCALE, FALSE);
  g_autoptr (NegInstance) instance = builder_read (builder);

  g_assert_null (instance->presentation);
  g_assert_true (has_warning (instance, "refers to no image"));
}

static void
test_kinds (void)
{
  static const struct {
    const char *uid;
    NegPresentationKind kind;
  } kinds[] = {
    { STORAGE "11.1", NEG_STATE_GRAYSCALE },    { STORAGE "11.2", NEG_STATE_COLOR },
    { STORAGE "11.3", NEG_STATE_PSEUDO_COLOR }, { STORAGE "11.4", NEG_STATE_OTHER },
    { STORAGE "11.5", NEG_STATE_XA_XRF },       { STORAGE "11.8", NEG_STATE_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (Builder) builder = begin_state (EXPLICIT_LE, kinds[i].uid, TRUE);
    g_autoptr (NegInstance) instance = builder_read (builder);

    g_assert_nonnull (instance->presentation);
    g_assert_cmpint (instance->presentation->kind, ==, kinds[i].kind);
  }
}

static void
put_table (Builder *builder, guint first, const char *vr)
{
  put_words (builder, 0x00283002, vr, 3, 4, first, 12);
  put_text (builder, 0x00283003, "LO", "a curve");
  put_words (builder, 0x00283006, "OW", 4, 1, 2, 3, 4095);
}

static void
test_pixel_stages (void)
{
  g_autoptr (Builder) builder = begin_state (EXPLICIT_LE, GRAYSCALE, TRUE);
  g_autoptr (NegInstance) instance = NULL;
  const NegPresentation *state;

  put_text (builder, 0x00281052, "DS", "-1024");
  put_text (builder, 0x00281053, "DS", "2");
  put_text (builder, 0x00281054, "LO", "HU");
  begin_sequence (builder, 0x00283110);
  put_reference (builder, "1.2.4");
  put_text (builder, 0x00281050, "DS", "40\\-600.5");
  put_text (builder, 0x00281051, "DS", "400\\1500");
  put_text (builder, 0x00281055, "LO", "SOFT\\LUNG");
  put_text (builder, 0x00281056, "CS", "SIGMOID");
  next_item (builder);
  begin_sequence (builder, 0x00283010);
  put_table (builder, 65536 - 1024, "SS");
  end_sequence (builder);
  next_item (builder);
  put_reference (builder, "1.2.4");
  end_sequence (builder);
  begin_sequence (builder, 0x20500010);
  put_table (builder, 0, "US");
  end_sequence (builder);
  instance = builder_read (builder);
  state = instance->presentation;
  g_assert_true (state->has_rescale);
  g_assert_cmpfloat (state->rescale_slope, ==, 2);
  g_assert_cmpfloat (state->rescale_intercept, ==, -1024);
  g_assert_cmpstr (state->rescale_type, ==, "HU");
  g_assert_cmpuint (state->n_vois, ==, 2);
  g_assert_true (has_warning (instance, "SoftcopyVOILUTSequence"));
  g_assert_cmpuint (state->vois[0].n_windows, ==, 2);
  g_assert_cmpfloat (state->vois[0].windows[1].center, ==, -600.5);
  g_assert_cmpstr (state->vois[0].windows[1].explanation, ==, "LUNG");
  g_assert_cmpint (state->vois[0].function, ==, NEG_VOI_SIGMOID);
  g_assert_false (neg_image_references_contain (&state->vois[0].references, "1.2.5", 1));
  g_assert_cmpuint (state->vois[1].n_luts, ==, 1);
  g_assert_cmpint (state->vois[1].luts[0].first_mapped, ==, -1024);
  g_assert_true (neg_image_references_contain (&state->vois[1].references, "1.2.5", 1));
  g_assert_cmpuint (state->presentation_lut.n_entries, ==, 4);
  g_assert_cmpuint (state->presentation_lut.entries[3], ==, 4095);
}

/* Implicit VR does not tell the sign: what would run out of 16 bits is negative, other values are not. */
static void
test_signs_in_implicit_vr (void)
{
  static const struct {
    guint first;
    gint32 expected;
  } cases[] = { { 65536 - 3, -3 }, { 65536 - 4, 65532 }, { 100, 100 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Builder) builder = begin_state (IMPLICIT_LE, GRAYSCALE, TRUE);
    g_autoptr (NegInstance) instance = NULL;

    begin_sequence (builder, 0x00283000);
    put_table (builder, cases[i].first, "US");
    put_text (builder, 0x00283004, "LO", "OD");
    end_sequence (builder);
    instance = builder_read (builder);
    g_assert_cmpint (instance->presentation->modality_lut.first_mapped, ==, cases[i].expected);
    g_assert_cmpstr (instance->presentation->rescale_type, ==, "OD");
  }
}

static void
put_area (Builder *builder, const gint32 corners[4], const char *mode)
{
  static const float ratio = 1.5;

  put_bytes (builder, 0x00700052, "SL", corners, 8);
  put_bytes (builder, 0x00700053, "SL", corners + 2, 8);
  put_text (builder, 0x00700100, "CS", mode);
  put_text (builder, 0x00700101, "DS", "0.5\\0.25");
  put_text (builder, 0x00700102, "IS", "2\\1");
  put_bytes (builder, 0x00700103, "FL", &ratio, 4);
}

static void
test_areas_and_transform (void)
{
  g_autoptr (Builder) builder = begin_state (EXPLICIT_LE, GRAYSCALE, TRUE);
  g_autoptr (NegInstance) instance = NULL;
  static const gint32 corners[] = { -4, 1, 512, 600 };
  const NegPresentation *state;

  put_text (builder, 0x00700041, "CS", "Y");
  put_words (builder, 0x00700042, "US", 1, 270);
  begin_sequence (builder, 0x0070005A);
  put_reference (builder, "1.2.4");
  put_area (builder, corners, "TRUE SIZE");
  next_item (builder);
  put_area (builder, corners, "MAGNIFY");
  next_item (builder);
  put_area (builder, corners, "SCALE TO FIT");
  next_item (builder);
  put_text (builder, 0x00700100, "CS", "SCALE TO FIT");
  end_sequence (builder);
  put_text (builder, 0x20500020, "CS", "INVERSE");
  instance = builder_read (builder);
  state = instance->presentation;
  g_assert_true (state->is_flipped && state->is_inverse);
  g_assert_cmpuint (state->rotation_deg, ==, 270);
  g_assert_cmpuint (state->n_areas, ==, 3);
  g_assert_true (has_warning (instance, "DisplayedAreaSelectionSequence"));
  g_assert_cmpint (state->areas[0].mode, ==, NEG_AREA_TRUE_SIZE);
  g_assert_cmpint (state->areas[1].mode, ==, NEG_AREA_MAGNIFY);
  g_assert_cmpint (state->areas[2].mode, ==, NEG_AREA_SCALE_TO_FIT);
  g_assert_cmpint (state->areas[0].top_left[0], ==, -4);
  g_assert_cmpint (state->areas[0].bottom_right[1], ==, 600);
  g_assert_cmpfloat (state->areas[0].spacing_mm[0], ==, 0.5);
  g_assert_cmpuint (state->areas[0].aspect[0], ==, 2);
  g_assert_cmpfloat (state->areas[1].magnification, ==, 1.5);
}

static void
put_graphic (Builder *builder, const char *type, const char *units, const float *points, guint n_bytes)
{
  put_text (builder, 0x00700005, "CS", units);
  put_words (builder, 0x00700020, "US", 1, 2);
  put_words (builder, 0x00700021, "US", 1, 2);
  put_bytes (builder, 0x00700022, "FL", points, n_bytes);
  put_text (builder, 0x00700023, "CS", type);
  put_text (builder, 0x00700024, "CS", "Y");
}

static void
put_note (Builder *builder)
{
  static const float box[] = { 0.25, 0.5, 0.75, 1 }, anchor[] = { 100.5, 200 };

  put_text (builder, 0x00700003, "CS", "DISPLAY");
  put_text (builder, 0x00700004, "CS", "PIXEL");
  put_text (builder, 0x00700006, "ST", "first\r\nsecond");
  put_bytes (builder, 0x00700010, "FL", &box[0], 8);
  put_bytes (builder, 0x00700011, "FL", &box[2], 8);
  put_text (builder, 0x00700012, "CS", "RIGHT");
  put_bytes (builder, 0x00700014, "FL", anchor, 8);
  put_text (builder, 0x00700015, "CS", "Y");
}

static void
put_annotation (Builder *builder)
{
  static const float points[] = { 1, 2, 30.5, 4, 5, 6, 7, 8 };
  static const float infinite[] = { 1, 2, INFINITY, 4 };

  put_reference (builder, "1.2.4");
  put_text (builder, 0x00700002, "CS", "MEASURED");
  begin_sequence (builder, 0x00700008);
  put_note (builder);
  next_item (builder);
  put_text (builder, 0x00700006, "ST", "nowhere");
  end_sequence (builder);
  begin_sequence (builder, 0x00700009);
  put_graphic (builder, "ELLIPSE", "PIXEL", points, 32);
  put_ulong (builder, 0x00700226, 5); /* what the first of the compound ones below looks like */
  next_item (builder);
  put_graphic (builder, "POLYLINE", "MATRIX", points, 24);
  next_item (builder);
  put_graphic (builder, "CIRCLE", "PIXEL", points, 24); /* three points */
  next_item (builder);
  put_graphic (builder, "POLYLINE", "PIXEL", points, 20); /* half a point */
  next_item (builder);
  put_graphic (builder, "POLYLINE", "INCHES", points, 16);
  next_item (builder);
  put_graphic (builder, "POLYLINE", "PIXEL", infinite, 16);
  next_item (builder);
  put_graphic (builder, "SPIRAL", "PIXEL", points, 16);
  end_sequence (builder);
  begin_sequence (builder, 0x00700209);
  put_ulong (builder, 0x00700226, 5);
  put_text (builder, 0x00700294, "CS", "RULER");
  next_item (builder);
  put_ulong (builder, 0x00700226, 6);
  put_text (builder, 0x00700294, "CS", "AXIS");
  end_sequence (builder);
}

static void
test_annotations (void)
{
  g_autoptr (Builder) builder = begin_state (EXPLICIT_LE, GRAYSCALE, TRUE);
  g_autoptr (NegInstance) instance = NULL;
  const NegGraphicAnnotation *annotation;

  begin_sequence (builder, 0x00700001);
  put_annotation (builder);
  next_item (builder);
  begin_sequence (builder, 0x00081140); /* an image that has no name: not every image */
  put_text (builder, 0x00081150, "UI", STORAGE "2");
  end_sequence (builder);
  end_sequence (builder);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->presentation->n_annotations, ==, 1);
  annotation = &instance->presentation->annotations[0];
  g_assert_cmpstr (annotation->layer, ==, "MEASURED");
  g_assert_cmpuint (annotation->n_graphics, ==, 2);
  g_assert_cmpint (annotation->graphics[0].type, ==, NEG_GRAPHIC_ELLIPSE);
  g_assert_true (annotation->graphics[0].is_filled);
  g_assert_cmpuint (annotation->graphics[0].n_points, ==, 4);
  g_assert_cmpfloat (annotation->graphics[0].points[2], ==, 30.5);
  g_assert_cmpint (annotation->graphics[1].units, ==, NEG_UNITS_MATRIX);
  g_assert_cmpuint (instance->presentation->n_undrawn, ==, 6 + 1 + 1); /* malformed, of a matrix, compound */
  g_assert_true (has_warning (instance, "total pixel matrix") && has_warning (instance, "CompoundGraphicSequence"));
  g_assert_cmpuint (annotation->graphics[1].n_points, ==, 3);
  g_assert_true (has_warning (instance, "GraphicObjectSequence") && has_warning (instance, "TextObjectSequence"));
  g_assert_cmpuint (annotation->n_texts, ==, 1);
  g_assert_cmpstr (annotation->texts[0].text, ==, "first\r\nsecond");
  g_assert_true (annotation->texts[0].has_box && annotation->texts[0].has_anchor
                 && annotation->texts[0].anchor_visible);
  g_assert_cmpint (annotation->texts[0].box_units, ==, NEG_UNITS_DISPLAY);
  g_assert_cmpint (annotation->texts[0].anchor_units, ==, NEG_UNITS_PIXEL);
  g_assert_cmpfloat (annotation->texts[0].box[2], ==, 0.75);
  g_assert_cmpfloat (annotation->texts[0].anchor[0], ==, 100.5);
  g_assert_cmpstr (annotation->texts[0].justification, ==, "RIGHT");
}

static void
test_layers_and_overlays (void)
{
  g_autoptr (Builder) builder = begin_state (EXPLICIT_LE, GRAYSCALE, TRUE);
  g_autoptr (NegInstance) instance = NULL;
  const NegPresentation *state;

  put_text (builder, 0x00181600, "CS", "BITMAP");
  put_words (builder, 0x00181623, "US", 1, 0x6002);
  put_words (builder, 0x00181622, "US", 1, 7);
  begin_sequence (builder, 0x00700060);
  put_text (builder, 0x00700002, "CS", "L1");
  put_text (builder, 0x00700062, "IS", "3");
  put_words (builder, 0x00700066, "US", 1, 65535);
  put_text (builder, 0x00700068, "LO", "of lines");
  /* L* 50, a* 0, b* 127: 0x8000, 0x8080, 0xFFFF */
  put_words (builder, 0x00700401, "US", 3, 0x8000, 0x8080, 0xFFFF);
  next_item (builder);
  put_text (builder, 0x00700062, "IS", "4");
  end_sequence (builder);
  put_text (builder, 0x60001001, "CS", "L1");
  put_words (builder, 0x60020010, "US", 1, 2);
  put_words (builder, 0x60020011, "US", 1, 4);
  put_bytes (builder, 0x60023000, "OB", "\x81", 2);
  instance = builder_read (builder);
  state = instance->presentation;
  g_assert_cmpuint (state->shutter.bitmap_group, ==, 0x6002);
  g_assert_cmpuint (state->shutter.value, ==, 7);
  g_assert_cmpuint (state->n_layers, ==, 1);
  g_assert_cmpstr (state->layers[0].name, ==, "L1");
  g_assert_cmpint (state->layers[0].order, ==, 3);
  g_assert_true (state->layers[0].has_gray && state->layers[0].has_color);
  g_assert_cmpuint (state->layers[0].gray, ==, 65535);
  g_assert_cmpfloat_with_epsilon (state->layers[0].color_lab[0], 50, 0.01);
  g_assert_cmpfloat_with_epsilon (state->layers[0].color_lab[1], 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (state->layers[0].color_lab[2], 127, 1e-9);
  g_assert_cmpuint (state->n_overlays, ==, 2);
  g_assert_cmpstr (state->overlays[0].activation_layer, ==, "L1");
  g_assert_null (state->overlays[0].bits);
  g_assert_cmpuint (state->overlays[1].rows, ==, 2);
  g_assert_true (neg_overlay_plane_get (&state->overlays[1], 0, 3, 1));
}

static void
test_pseudo_color (void)
{
  g_autoptr (Builder) builder = begin_state (EXPLICIT_LE, STORAGE "11.3", TRUE);
  g_autoptr (NegInstance) instance = NULL;

  for (guint i = 0; i < 3; i++)
    put_words (builder, 0x00281101 + i, "US", 3, 2, 0, 16);
  for (guint i = 0; i < 3; i++)
    put_words (builder, 0x00281201 + i, "OW", 2, 1000 * (i + 1), 65535);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->presentation->palette[2].n_entries, ==, 2);
  g_assert_cmpuint (instance->presentation->palette[2].entries[0], ==, 3000);
}

/* Whatever is changed in a whole state, what comes of it can be sent. */
static void
test_random_changes (void)
{
  g_autoptr (Builder) builder = begin_state (EXPLICIT_LE, GRAYSCALE, TRUE);
  GRand *random = g_rand_new_with_seed (3);
  static const gint32 corners[] = { 1, 1, 512, 600 };
  guint taken = 0;

  begin_sequence (builder, 0x00283110);
  put_text (builder, 0x00281050, "DS", "40");
  put_text (builder, 0x00281051, "DS", "400");
  end_sequence (builder);
  begin_sequence (builder, 0x0070005A);
  put_area (builder, corners, "TRUE SIZE");
  end_sequence (builder);
  begin_sequence (builder, 0x00700001);
  put_annotation (builder);
  end_sequence (builder);
  for (guint round = 0; round < 3000; round++) {
    g_autofree guint8 *changed = g_memdup2 (builder->bytes->data, builder->bytes->len);
    g_auto (NegLayout) layout = { 0 };
    g_autoptr (NegInstance) instance = NULL;
    NegSource source;

    for (guint i = g_rand_int_range (random, 1, 4); i > 0; i--)
      changed[g_rand_int_range (random, 132, builder->bytes->len)] = (guint8) g_rand_int (random);
    neg_source_init_memory (&source, changed, builder->bytes->len);
    if (neg_scan (&source, &layout, NULL))
      instance = neg_dataset_read_instance (&source, &layout, NULL);
    if (instance != NULL)
      assert_sendable (instance);
    taken += instance != NULL && instance->presentation != NULL;
  }
  g_test_message ("%u of 3000 changed states were still states", taken);
  g_assert_cmpuint (taken, >, 300);
  g_rand_free (random);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  neg_dataset_preload (&error);
  g_assert_no_error (error);
  g_test_add_func ("/dataset/presentation/references", test_references);
  g_test_add_func ("/dataset/presentation/without-references", test_without_references);
  g_test_add_func ("/dataset/presentation/kinds", test_kinds);
  g_test_add_func ("/dataset/presentation/pixel-stages", test_pixel_stages);
  g_test_add_func ("/dataset/presentation/signs-in-implicit-vr", test_signs_in_implicit_vr);
  g_test_add_func ("/dataset/presentation/areas-and-transform", test_areas_and_transform);
  g_test_add_func ("/dataset/presentation/annotations", test_annotations);
  g_test_add_func ("/dataset/presentation/layers-and-overlays", test_layers_and_overlays);
  g_test_add_func ("/dataset/presentation/pseudo-color", test_pseudo_color);
  g_test_add_func ("/dataset/presentation/random-changes", test_random_changes);
  return g_test_run ();
}
