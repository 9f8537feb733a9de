/* Key object selections (TID 2010) and measurement reports (TID 1500), made here, in the forms that writers give them. */
#include "dataset-builder.h"

#include "model/neg-annotation.h"
#include "model/neg-presentation.h"

#include <math.h>
#include <string.h>

#define KEY_OBJECTS STORAGE "88.59"
#define COMPREHENSIVE_SR STORAGE "88.33"

static void
put_concept (Builder *builder, guint32 tag, const char *scheme, const char *value, const char *meaning)
{
  begin_sequence (builder, tag);
  put_text (builder, 0x00080100, "SH", value);
  put_text (builder, 0x00080102, "SH", scheme);
  put_text (builder, 0x00080104, "LO", meaning);
  end_sequence (builder);
}

static void
put_content (Builder *builder, const char *relationship, const char *type, const char *scheme, const char *value)
{
  put_text (builder, 0x0040A010, "CS", relationship);
  put_text (builder, 0x0040A040, "CS", type);
  if (scheme != NULL)
    put_concept (builder, 0x0040A043, scheme, value, "a name");
}

static void
put_instance (Builder *builder, const char *uid, const char *frames)
{
  begin_sequence (builder, 0x00081199);
  put_text (builder, 0x00081150, "UI", STORAGE "2");
  if (uid != NULL)
    put_text (builder, 0x00081155, "UI", uid);
  if (frames != NULL)
    put_text (builder, 0x00081160, "IS", frames);
  end_sequence (builder);
}

static void
put_image_item (Builder *builder, const char *relationship, const char *uid, const char *frames)
{
  put_instance (builder, uid, frames);
  put_content (builder, relationship, "IMAGE", NULL, NULL);
}

static Builder *
begin_document (const char *sop_class, const char *title)
{
  Builder *builder = builder_new (EXPLICIT_LE);

  put_text (builder, 0x00080016, "UI", sop_class);
  put_text (builder, 0x00080018, "UI", "1.2.3");
  put_text (builder, 0x00080023, "DA", "20260102");
  put_text (builder, 0x00080033, "TM", "101500.5");
  put_text (builder, 0x00080201, "SH", "+0130");
  put_text (builder, 0x0040A040, "CS", "CONTAINER");
  put_concept (builder, 0x0040A043, "DCM", title, "the title");
  begin_sequence (builder, 0x0040A375);
  begin_sequence (builder, 0x00081115);
  put_instance (builder, "1.2.4", NULL);
  put_text (builder, 0x0020000E, "UI", "1.2.9");
  end_sequence (builder);
  put_text (builder, 0x0020000D, "UI", "1.2.8");
  end_sequence (builder);
  return builder;
}

static void
test_key_selection (void)
{
  g_autoptr (Builder) builder = begin_document (KEY_OBJECTS, "113001");
  g_autoptr (NegInstance) instance = NULL;
  const NegKeySelection *selection;

  begin_sequence (builder, 0x0040A730);
  put_content (builder, "HAS CONCEPT MOD", "CODE", "DCM", "113011");
  put_concept (builder, 0x0040A168, "DCM", "111210", "Motion blur");
  next_item (builder);
  put_content (builder, "HAS OBS CONTEXT", "PNAME", "DCM", "121008");
  put_text (builder, 0x0040A123, "PN", "Reader^One");
  next_item (builder);
  put_content (builder, "CONTAINS", "TEXT", "DCM", "113012");
  put_text (builder, 0x0040A160, "UT", "blurred");
  next_item (builder);
  put_image_item (builder, "CONTAINS", "1.2.4", "2\\3");
  next_item (builder);
  put_image_item (builder, "CONTAINS", "1.2.5", NULL);
  next_item (builder);
  put_image_item (builder, "CONTAINS", NULL, NULL);
  next_item (builder);
  put_image_item (builder, "CONTAINS", "1.2.6", "0");
  end_sequence (builder);
  instance = builder_read (builder);
  selection = instance->key_selection;
  g_assert_nonnull (selection);
  g_assert_cmpstr (selection->title_scheme, ==, "DCM");
  g_assert_cmpstr (selection->title_value, ==, "113001");
  g_assert_cmpstr (selection->title_meaning, ==, "the title");
  g_assert_cmpstr (selection->modifier_value, ==, "111210");
  g_assert_cmpstr (selection->description, ==, "blurred");
  g_assert_cmpstr (selection->observer, ==, "Reader^One");
  g_assert_cmpuint (selection->references.n, ==, 2);
  g_assert_cmpstr (selection->references.items[0].study_uid, ==, "1.2.8");
  g_assert_cmpstr (selection->references.items[0].series_uid, ==, "1.2.9");
  g_assert_true (neg_image_references_contain (&selection->references, "1.2.4", 2));
  g_assert_false (neg_image_references_contain (&selection->references, "1.2.4", 0));
  g_assert_null (selection->references.items[1].series_uid);
  g_assert_true (has_warning (instance, "ReferencedSOPSequence"));
}

/* A rejection of nothing hides nothing. */
static void
test_empty_key_selection (void)
{
  g_autoptr (Builder) builder = begin_document (KEY_OBJECTS, "113001");
  g_autoptr (NegInstance) instance = builder_read (builder);

  g_assert_null (instance->key_selection);
  g_assert_true (has_warning (instance, "refers to nothing"));
}

static void
begin_group (Builder *builder, const char *uid, const char *finding)
{
  put_content (builder, "CONTAINS", "CONTAINER", "DCM", "125007");
  begin_sequence (builder, 0x0040A730);
  put_content (builder, "HAS OBS CONTEXT", "UIDREF", "DCM", "112040");
  put_text (builder, 0x0040A124, "UI", uid);
  if (finding == NULL)
    return;
  next_item (builder);
  put_content (builder, "CONTAINS", "CODE", "DCM", "121071");
  put_concept (builder, 0x0040A168, "SCT", "27925004", finding);
}

/* What is drawn, on an image. */
static void
put_points (Builder *builder, const char *relationship, const char *type, const float *points, guint n)
{
  put_content (builder, relationship, "SCOORD", "DCM", "111030");
  begin_sequence (builder, 0x0040A730);
  put_image_item (builder, "SELECTED FROM", "1.2.4", "3");
  end_sequence (builder);
  put_bytes (builder, 0x00700022, "FL", points, n * sizeof *points);
  put_text (builder, 0x00700023, "CS", type);
}

static void
put_number (Builder *builder, const char *scheme, const char *value, const char *number, const char *unit)
{
  put_content (builder, "CONTAINS", "NUM", scheme, value);
  begin_sequence (builder, 0x0040A300);
  put_concept (builder, 0x004008EA, "UCUM", unit, unit);
  put_text (builder, 0x0040A30A, "DS", number);
  end_sequence (builder);
}

static const NegAnnotation *
get (const NegInstance *instance, guint index)
{
  g_assert_nonnull (instance->annotations);
  g_assert_cmpuint (instance->annotations->len, >, index);
  return g_ptr_array_index (instance->annotations, index);
}

static void
assert_points (const NegAnnotation *annotation, NegAnnotationKind kind, guint n, const double *points)
{
  g_assert_cmpint (annotation->kind, ==, kind);
  g_assert_cmpuint (annotation->n_points, ==, n);
  for (guint i = 0; i < 2 * n; i++)
    g_assert_cmpfloat_with_epsilon (annotation->points_px[i], points[i], 1e-6);
}

static void
assert_value (const NegAnnotation *annotation, guint index, NegQuantity quantity, double value, const char *unit)
{
  g_assert_cmpuint (annotation->n_values, >, index);
  g_assert_cmpint (annotation->values[index].quantity, ==, quantity);
  g_assert_cmpfloat (annotation->values[index].value, ==, value);
  g_assert_cmpstr (annotation->values[index].unit, ==, unit);
}

/* A line inferred from its points (TID 1501), with a retired code and two numbers of the same line. */
static void
test_inferred_from (void)
{
  static const float line[] = { 10.5, 20.25, 100, 80 };
  static const double expected[] = { 10.5, 20.25, 100, 80 };
  g_autoptr (Builder) builder = begin_document (COMPREHENSIVE_SR, "126000");
  g_autoptr (NegInstance) instance = NULL;
  const NegAnnotation *annotation;

  begin_sequence (builder, 0x0040A730);
  put_content (builder, "HAS OBS CONTEXT", "PNAME", "DCM", "121008");
  put_text (builder, 0x0040A123, "PN", "Reader^One");
  next_item (builder);
  put_content (builder, "CONTAINS", "CONTAINER", "DCM", "126010");
  begin_sequence (builder, 0x0040A730);
  begin_group (builder, "2.25.7", "Nodule");
  next_item (builder);
  put_number (builder, "SRT", "G-D7FE", "42.125", "mm");
  begin_sequence (builder, 0x0040A730);
  put_points (builder, "INFERRED FROM", "POLYLINE", line, 4);
  end_sequence (builder);
  next_item (builder);
  put_number (builder, "99LOCAL", "THICK", "4.2125", "cm");
  begin_sequence (builder, 0x0040A730);
  put_points (builder, "INFERRED FROM", "POLYLINE", line, 4);
  end_sequence (builder);
  end_sequence (builder);
  end_sequence (builder);
  end_sequence (builder);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->annotations->len, ==, 1);
  annotation = get (instance, 0);
  assert_points (annotation, NEG_ANNOTATION_LENGTH, 2, expected);
  assert_value (annotation, 0, NEG_QUANTITY_LENGTH, 42.125, "mm");
  assert_value (annotation, 1, NEG_QUANTITY_LENGTH, 4.2125, "cm");
  g_assert_cmpstr (annotation->uid, ==, "2.25.7");
  g_assert_cmpstr (annotation->text, ==, "Nodule");
  g_assert_cmpstr (annotation->author, ==, "Reader^One");
  g_assert_cmpstr (annotation->study_uid, ==, "1.2.8");
  g_assert_cmpstr (annotation->series_uid, ==, "1.2.9");
  g_assert_cmpstr (annotation->sop_instance_uid, ==, "1.2.4");
  g_assert_cmpuint (annotation->frame, ==, 3);
  g_assert_true (annotation->is_foreign);
  /* 2026-01-02 10:15:00 at +01:30 is 08:45 UTC. */
  g_assert_cmpint (annotation->changed_us, ==, G_GINT64_CONSTANT (1767343500) * G_USEC_PER_SEC);
}

typedef struct {
  const char *type;
  guint n;
  float points[10];
  const char *scheme, *value, *unit;
  NegAnnotationKind kind;
  guint n_expected;
  double expected[10];
  NegQuantity quantity;
} RegionCase;

/* Regions of a group (TID 1410), and lines and angles in the place of regions. */
static const RegionCase region_cases[] = {
  { "CIRCLE", 4, { 58, 52, 58, 41 }, "SCT", "42798000", "mm2", NEG_ANNOTATION_ELLIPSE, 2, { 47, 41, 69, 63 },
    NEG_QUANTITY_AREA },
  { "ELLIPSE", 8, { 2, 6, 10, 6, 6, 4, 6, 8 }, "SRT", "G-A16A", "cm2", NEG_ANNOTATION_ELLIPSE, 2, { 2, 4, 10, 8 },
    NEG_QUANTITY_AREA },
  { "ELLIPSE", 8, { 6, 2, 6, 10, 4, 6, 8, 6 }, "SCT", "131184002", "mm2", NEG_ANNOTATION_ELLIPSE, 2, { 4, 2, 8, 10 },
    NEG_QUANTITY_AREA },
  { "POLYLINE", 10, { 5, 2, 9, 2, 9, 7, 5, 7, 5, 2 }, "SCT", "373098007", "[hnsf'U]", NEG_ANNOTATION_RECTANGLE, 2,
    { 5, 2, 9, 7 }, NEG_QUANTITY_MEAN },
  { "POLYLINE", 8, { 5, 2, 9, 3, 9, 7, 5, 2 }, "SCT", "386136009", "[hnsf'U]", NEG_ANNOTATION_FREEHAND, 3,
    { 5, 2, 9, 3, 9, 7 }, NEG_QUANTITY_SD },
  { "POLYLINE", 6, { 5, 2, 9, 3, 9, 7 }, "SCT", "56851009", "1", NEG_ANNOTATION_FREEHAND, 3, { 5, 2, 9, 3, 9, 7 },
    NEG_QUANTITY_MAXIMUM },
  { "POLYLINE", 4, { 5, 2, 9, 3 }, "SCT", "410668003", "mm", NEG_ANNOTATION_LENGTH, 2, { 5, 2, 9, 3 },
    NEG_QUANTITY_LENGTH },
  { "POLYLINE", 6, { 5, 2, 9, 3, 9, 7 }, "SCT", "1483009", "deg", NEG_ANNOTATION_ANGLE, 3, { 5, 2, 9, 3, 9, 7 },
    NEG_QUANTITY_ANGLE },
  { "POLYLINE", 8, { 5, 2, 9, 3, 1, 7, 4, 8 }, "SCT", "1483009", "deg", NEG_ANNOTATION_COBB, 4,
    { 5, 2, 9, 3, 1, 7, 4, 8 }, NEG_QUANTITY_ANGLE },
  { "POINT", 2, { 5.5, 2.5 }, "SCT", "373098007", "[hnsf'U]", NEG_ANNOTATION_PROBE, 1, { 5.5, 2.5 },
    NEG_QUANTITY_VALUE },
  { "POLYLINE", 4, { 5, 2, 9, 3 }, "SCT", "56851009", "1", NEG_ANNOTATION_ARROW, 2, { 5, 2, 9, 3 },
    NEG_QUANTITY_MAXIMUM },
};

static void
test_regions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (region_cases); i++) {
    const RegionCase *one = &region_cases[i];
    g_autoptr (Builder) builder = begin_document (COMPREHENSIVE_SR, "126000");
    g_autoptr (NegInstance) instance = NULL;

    begin_sequence (builder, 0x0040A730);
    begin_group (builder, "2.25.7", NULL);
    next_item (builder);
    put_points (builder, "CONTAINS", one->type, one->points, one->n);
    next_item (builder);
    put_number (builder, one->scheme, one->value, "12.5", one->unit);
    end_sequence (builder);
    end_sequence (builder);
    instance = builder_read (builder);
    g_test_message ("case %u", i);
    assert_points (get (instance, 0), one->kind, one->n_expected, one->expected);
    assert_value (get (instance, 0), 0, one->quantity, 12.5, one->unit);
  }
}

/* An ellipse that does not lie along rows and columns becomes an outline. */
static void
test_turned_ellipse (void)
{
  static const float points[] = { 0, 0, 10, 10, 8, 2, 2, 8 };
  g_autoptr (Builder) builder = begin_document (COMPREHENSIVE_SR, "126000");
  g_autoptr (NegInstance) instance = NULL;
  const NegAnnotation *annotation;

  begin_sequence (builder, 0x0040A730);
  begin_group (builder, "2.25.7", NULL);
  next_item (builder);
  put_points (builder, "CONTAINS", "ELLIPSE", points, 8);
  end_sequence (builder);
  end_sequence (builder);
  instance = builder_read (builder);
  annotation = get (instance, 0);
  g_assert_cmpint (annotation->kind, ==, NEG_ANNOTATION_FREEHAND);
  for (guint i = 0; i < annotation->n_points; i++) {
    /* Along the axes through the centre, half lengths sqrt(50) and sqrt(18). */
    const double x = annotation->points_px[2 * i] - 5, y = annotation->points_px[2 * i + 1] - 5;
    const double u = (x + y) / sqrt (2), v = (x - y) / sqrt (2);

    g_assert_cmpfloat_with_epsilon (u * u / 50 + v * v / 18, 1, 1e-9);
  }
}

/* Several parts of one group have identifiers of their own; their common number is nobody's. */
static void
test_group_of_several (void)
{
  static const float a[] = { 1, 2 }, b[] = { 3, 4 };
  g_autoptr (Builder) builder = begin_document (COMPREHENSIVE_SR, "126000");
  g_autoptr (NegInstance) instance = NULL;

  begin_sequence (builder, 0x0040A730);
  begin_group (builder, "2.25.7", NULL);
  next_item (builder);
  put_points (builder, "CONTAINS", "POINT", a, 2);
  next_item (builder);
  put_points (builder, "CONTAINS", "POINT", b, 2);
  next_item (builder);
  put_number (builder, "SCT", "373098007", "12.5", "1");
  end_sequence (builder);
  end_sequence (builder);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->annotations->len, ==, 2);
  g_assert_cmpstr (get (instance, 0)->uid, ==, "2.25.7");
  g_assert_cmpstr (get (instance, 1)->uid, ==, "2.25.7.2");
  g_assert_cmpuint (get (instance, 0)->n_values + get (instance, 1)->n_values, ==, 0);
}

static void
put_stray (Builder *builder, const char *type, const float *points, guint n)
{
  next_item (builder);
  put_points (builder, "CONTAINS", type, points, n);
}

/* Nothing of this is shown, and none of it is a failure. */
static void
test_broken_reports (void)
{
  static const float points[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
  static const float infinite[] = { 1, INFINITY };
  g_autofree float *many = g_new0 (float, 2 * 9000);
  g_autoptr (Builder) builder = begin_document (COMPREHENSIVE_SR, "126000");
  g_autoptr (NegInstance) instance = NULL;

  begin_sequence (builder, 0x0040A730);
  begin_group (builder, "2.25.7", NULL);
  put_stray (builder, "CIRCLE", points, 6);
  put_stray (builder, "ELLIPSE", points, 4);
  put_stray (builder, "POINT", infinite, 2);
  put_stray (builder, "POINT", points, 3);
  put_stray (builder, "POINT", points, 0);
  put_stray (builder, "POLYLINE", points, 2);
  put_stray (builder, "SPIRAL", points, 8);
  put_stray (builder, "MULTIPOINT", many, 8000);
  next_item (builder);
  put_content (builder, "CONTAINS", "SCOORD", "DCM", "111030"); /* of no image */
  put_bytes (builder, 0x00700022, "FL", points, 8);
  put_text (builder, 0x00700023, "CS", "POINT");
  next_item (builder);
  put_content (builder, "CONTAINS", "SCOORD3D", "DCM", "111030");
  end_sequence (builder);
  end_sequence (builder);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->annotations->len, ==, 0);
  g_assert_true (has_warning (instance, "cannot be shown") && has_warning (instance, "name no image")
                 && has_warning (instance, "in space"));
}

/* Numbers whose unit is no UCUM, too long or no number are left out; the line stays. */
static void
test_broken_numbers (void)
{
  static const float line[] = { 1, 2, 3, 4 };
  g_autoptr (Builder) builder = begin_document (COMPREHENSIVE_SR, "126000");
  g_autoptr (NegInstance) instance = NULL;

  begin_sequence (builder, 0x0040A730);
  begin_group (builder, "2.25.7", NULL);
  next_item (builder);
  put_points (builder, "CONTAINS", "POLYLINE", line, 4);
  next_item (builder);
  put_number (builder, "SCT", "410668003", "many", "mm");
  next_item (builder);
  put_number (builder, "SCT", "410668003", "12.5", "a.unit.of.four.and.twenty");
  next_item (builder);
  put_number (builder, "SCT", "999", "12.5", "mm");
  end_sequence (builder);
  end_sequence (builder);
  instance = builder_read (builder);
  g_assert_cmpuint (get (instance, 0)->n_values, ==, 0);
}

/* Numbers beyond anything, in a representation that holds them: no annotation, and the report is read all the same. */
static void
test_absurd_coordinates (void)
{
  static const double far[] = { 1e308, 1e308, -1e308, -1e308 };
  static const float line[] = { 1, 2, 3, 4 };
  g_autoptr (Builder) builder = begin_document (COMPREHENSIVE_SR, "126000");
  g_autoptr (NegInstance) instance = NULL;

  begin_sequence (builder, 0x0040A730);
  begin_group (builder, "2.25.7", NULL);
  next_item (builder);
  put_content (builder, "CONTAINS", "SCOORD", "DCM", "111030");
  begin_sequence (builder, 0x0040A730);
  put_image_item (builder, "SELECTED FROM", "1.2.4", "3");
  end_sequence (builder);
  put_bytes (builder, 0x00700022, "FD", far, sizeof far);
  put_text (builder, 0x00700023, "CS", "CIRCLE");
  put_stray (builder, "POLYLINE", line, 4);
  end_sequence (builder);
  end_sequence (builder);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->annotations->len, ==, 1);
  g_assert_true (neg_annotation_is_valid (get (instance, 0)));
  g_assert_true (has_warning (instance, "cannot be shown"));
}

#define MANY 12000

/* Marks of one group share its identifier: to tell them apart takes no longer, each, than it did for the first; the
 * same for a number's place among the others of its group. */
static void
test_large_group (void)
{
  g_autoptr (Builder) builder = begin_document (COMPREHENSIVE_SR, "126000");
  g_autoptr (NegInstance) instance = NULL;
  g_autoptr (GHashTable) uids = g_hash_table_new (g_str_hash, g_str_equal);
  gint64 started;

  begin_sequence (builder, 0x0040A730);
  begin_group (builder, "2.25.7", NULL);
  for (guint i = 0; i < MANY; i++) {
    const float line[] = { 1, 2, 3, i };

    next_item (builder);
    put_number (builder, "SCT", "410668003", "42", "mm");
    begin_sequence (builder, 0x0040A730);
    put_points (builder, "INFERRED FROM", "POLYLINE", line, 4);
    end_sequence (builder);
  }
  end_sequence (builder);
  end_sequence (builder);
  started = g_get_monotonic_time ();
  instance = builder_read (builder);
  g_test_message ("read in %" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - started) / 1000);
  g_assert_cmpuint (instance->annotations->len, ==, MANY);
  for (guint i = 0; i < MANY; i++)
    g_assert_true (g_hash_table_add (uids, get (instance, i)->uid));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  neg_dataset_preload (&error);
  g_assert_no_error (error);
  g_test_add_func ("/dataset/report/key-selection", test_key_selection);
  g_test_add_func ("/dataset/report/empty-key-selection", test_empty_key_selection);
  g_test_add_func ("/dataset/report/inferred-from", test_inferred_from);
  g_test_add_func ("/dataset/report/regions", test_regions);
  g_test_add_func ("/dataset/report/turned-ellipse", test_turned_ellipse);
  g_test_add_func ("/dataset/report/group-of-several", test_group_of_several);
  g_test_add_func ("/dataset/report/broken-reports", test_broken_reports);
  g_test_add_func ("/dataset/report/broken-numbers", test_broken_numbers);
  g_test_add_func ("/dataset/report/absurd-coordinates", test_absurd_coordinates);
  g_test_add_func ("/dataset/report/large-group", test_large_group);
  return g_test_run ();
}
