/* Remarks: for each a list of elements that earns it and one that does not; none for the demo department. */
#include "config.h"

#include <string.h>

#include "demo/neg-demo-object.h"
#include "engine/neg-dataset.h"
#include "engine/neg-tags.h"
#include "quality/neg-remarks.h"
#include "tag-builder.h"

static guint
count (const NegTags *tags, NegSeverity at_least, guint32 number)
{
  g_autoptr (GPtrArray) remarks = neg_remarks_new (tags);
  guint n = 0;

  for (guint i = 0; i < remarks->len; i++) {
    const NegRemark *remark = g_ptr_array_index (remarks, i);

    if (remark->severity < at_least || (number != 0 && remark->tag != number))
      continue;
    n++;
    g_test_message ("%s (%s)", remark->sentence, remark->clause);
    g_assert_true (g_str_has_prefix (remark->clause, "PS3."));
    g_assert_true (remark->place == G_MAXUINT
                   || g_array_index (tags->tags, NegTag, remark->place).tag == remark->tag);
  }
  return n;
}

static void
test_clean (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();

  g_assert_cmpuint (count (tags, NEG_SEVERITY_NOTE, 0), ==, 0);
}

static void
test_missing (void)
{
  static const guint32 type_1[] = { 0x00080008, 0x00080016, 0x00080018, 0x00080060, 0x0020000D, 0x0020000E, 0x00200032,
                                    0x00200037, 0x00200052, 0x00280002, 0x00280004, 0x00280010, 0x00280011, 0x00280030,
                                    0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00281052, 0x00281053 };
  static const guint32 type_2[] = { 0x00080020, 0x00080030, 0x00080050, 0x00080070, 0x00080090, 0x00100010, 0x00100020,
                                    0x00100030, 0x00100040, 0x00180050, 0x00180060, 0x00200010, 0x00200011, 0x00200012,
                                    0x00200013, 0x00201040 };

  for (guint i = 0; i < G_N_ELEMENTS (type_1); i++) {
    g_autoptr (NegTags) tags = tag_new_ct ();
    g_autoptr (NegTags) empty = tag_new_ct ();

    tag_set_value (tag_get (empty, type_1[i]), "");
    g_assert_cmpuint (count (empty, NEG_SEVERITY_ERROR, type_1[i]), >=, type_1[i] == 0x00080016 ? 0 : 1);
    tag_remove (tags, type_1[i]);
    /* Without its class an object has no modules of its own, but it is missed. */
    g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, type_1[i]), >=, 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (type_2); i++) {
    g_autoptr (NegTags) tags = tag_new_ct ();
    g_autoptr (NegTags) empty = tag_new_ct ();

    tag_set_value (tag_get (empty, type_2[i]), "");
    g_assert_cmpuint (count (empty, NEG_SEVERITY_NOTE, type_2[i]), ==, 0);
    tag_remove (tags, type_2[i]);
    g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, type_2[i]), ==, 0);
    g_assert_cmpuint (count (tags, NEG_SEVERITY_WARNING, type_2[i]), ==, 1);
  }
}

/* What a class asks for, and another does not. */
static void
test_classes (void)
{
  static const struct {
    const char *class;
    guint32 missing;
  } cases[] = {
    { "4", 0x00180020 },   { "4", 0x00180021 },    { "128", 0x00541001 }, { "128", 0x00541300 }, { "1.1", 0x00080068 },
    { "1.1", 0x00200062 }, { "1.1", 0x20500020 },  { "1.2", 0x00540220 }, { "1.2", 0x00181508 }, { "3.1", 0x00280008 },
    { "7", 0x00080064 },   { "7.4", 0x00280009 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegTags) tags = tag_new_ct ();
    g_autofree char *class = g_strconcat ("1.2.840.10008.5.1.4.1.1.", cases[i].class, NULL);

    g_assert_cmpuint (count (tags, NEG_SEVERITY_NOTE, cases[i].missing), ==, 0);
    tag_set_value (tag_get (tags, 0x00080016), class);
    g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, cases[i].missing), ==, 1);
  }
}

static void
test_empty_sequence (void)
{
  g_autoptr (NegTags) tags = neg_tags_new ();

  tag_add (tags, 0x00080016, "UI", "SOPClassUID", "1.2.840.10008.5.1.4.1.1.1.2");
  tag_add_sequence (tags, 0, 0x00540220, "ViewCodeSequence");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00540220), ==, 1);
  tag_add_item (tags, 1, 1);
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00540220), ==, 0);
}

static void
test_pixels (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();

  tag_set_value (tag_get (tags, 0x00280102), "15");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00280102), ==, 1);
  tag_set_value (tag_get (tags, 0x00280101), "17");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00280101), ==, 1);
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00280006), ==, 0);
  tag_set_value (tag_get (tags, 0x00280002), "3");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00280006), ==, 1);
}

static void
test_values (void)
{
  static const struct {
    guint32 number;
    const char *right, *wrong;
  } cases[] = {
    { 0x00080020, "20240229", "20230229" },     { 0x00080020, "", "2024-02-29" },
    { 0x00080020, "19991231", "19991301" },     { 0x00080030, "10", "24" },
    { 0x00080030, "1015", "101" },              { 0x00080030, "101560.5", "10:15" },
    { 0x00080030, "101500.123456", "1015.5" },  { 0x0020000D, "1.2.840.0.5", "1.02.3" },
    { 0x0020000D, "2.25.1", "1..2" },           { 0x0020000D, "1", "1.2.A" },
    { 0x00080060, "CT", "ct" },                 { 0x00080060, "A_1 B", "A-1" },
    { 0x00200013, "-12", "1.5" },               { 0x00200013, "2147483647", "2147483648" },
    { 0x00180050, "1.5e-3", "1,5" },            { 0x00180050, " +2 ", "1.2.3" },
    { 0x00180050, "12345678.123456", "123456789.1234567" }, { 0x00100040, "O", "W" },
    { 0x00080008, "DERIVED\\SECONDARY", "CREATED\\PRIMARY" }, { 0x00080008, "ORIGINAL\\PRIMARY", "ORIGINAL\\THIRD" },
    { 0x00200010, "1234567890123456", "12345678901234567" }, { 0x00280103, "1", "2" },
    { 0x00080005, "ISO_IR 100", "LATIN 1" },     { 0x00080005, "", "ISO_IR 200" },
    { 0x00100010, "Äpfel^Eva", "\xEF\xBF\xBDpfel^Eva" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegTags) tags = tag_new_ct ();

    tag_set_value (tag_get (tags, cases[i].number), cases[i].right);
    g_assert_cmpuint (count (tags, NEG_SEVERITY_WARNING, cases[i].number), ==, 0);
    tag_set_value (tag_get (tags, cases[i].number), cases[i].wrong);
    g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, cases[i].number), ==, 1);
  }
}

static void
test_datetime_and_age (void)
{
  static const struct {
    const char *vr, *value;
    gboolean is_right;
  } cases[] = {
    { "DT", "2024", TRUE },           { "DT", "202402", TRUE },     { "DT", "20240229101500.5+0100", TRUE },
    { "DT", "20240229-0500", TRUE },  { "DT", "20241", FALSE },     { "DT", "20240230", FALSE },
    { "DT", "2024022910:15", FALSE }, { "DT", "20240229+1", FALSE }, { "AS", "042Y", TRUE },
    { "AS", "42Y", FALSE },           { "AS", "042y", FALSE },      { "AS", "0042", FALSE },
    { "LT", "a\\b", TRUE },           { "LO", "a\\b", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegTags) tags = tag_new_ct ();

    tag_add (tags, 0xFFFC0002, cases[i].vr, "Some", cases[i].value);
    g_test_message ("%s %s", cases[i].vr, cases[i].value);
    g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0xFFFC0002), ==, cases[i].is_right ? 0 : 1);
  }
}

static void
test_charsets (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();
  NegTag *charset = tag_get (tags, 0x00080005);

  charset->vm_max = G_MAXUINT32;
  tag_set_value (charset, "\\ISO 2022 IR 87");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_NOTE, 0), ==, 0);
  tag_set_value (charset, "ISO 2022 IR 6\\ISO_IR 192");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00080005), ==, 1);
}

static void
test_vr (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();
  NegTag *tag = tag_get (tags, 0x00100020);

  g_strlcpy (tag->vr, "UN", sizeof tag->vr);
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0), ==, 0);
  g_assert_cmpuint (count (tags, NEG_SEVERITY_NOTE, 0x00100020), ==, 1);
  g_strlcpy (tag->vr, "SH", sizeof tag->vr);
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00100020), ==, 1);
  g_strlcpy (tag->vr, "LO", sizeof tag->vr);
  tag = tag_get (tags, 0x7FE00010);
  g_strlcpy (tag->dictionary_vr, "px", sizeof tag->dictionary_vr);
  g_assert_cmpuint (count (tags, NEG_SEVERITY_NOTE, 0), ==, 0);
  g_strlcpy (tag->vr, "OD", sizeof tag->vr);
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x7FE00010), ==, 1);
}

static void
test_counts (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();

  tag_set_value (tag_get (tags, 0x00280030), "0.5");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00280030), ==, 1);
  tag_set_value (tag_get (tags, 0x00280030), "0.5\\0.5\\0.5");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00280030), ==, 1);
  /* Private dictionaries are guesses. */
  tag_set_value (tag_get (tags, 0x00280030), "0.5\\0.5");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0), ==, 0);
  tag_add (tags, 0x7FE10010, "LO", "Private Creator", "VENDOR");
  g_free (tag_add (tags, 0x7FE11001, "DS", "Trigger", "1\\2")->creator);
  tag_get (tags, 0x7FE11001)->creator = g_strdup ("VENDOR");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0), ==, 0);
}

static void
test_order (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();

  tag_add (tags, 0x00100010, "PN", "PatientName", "Moss^Ben");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00100010), ==, 1);
  tag_add (tags, 0x00100010, "PN", "PatientName", "Reed^Cleo");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00100010), ==, 2);
}

/* Each item begins anew. */
static void
test_order_in_items (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();

  tag_add_sequence (tags, 0, 0xFFFA0002, "Some");
  for (guint i = 1; i <= 2; i++) {
    tag_add_item (tags, 1, i);
    tag_add_inside (tags, 2, 0x00080100, "SH", "CodeValue", "1");
    tag_add_inside (tags, 2, 0x00080102, "SH", "CodingSchemeDesignator", "DCM");
  }
  g_assert_cmpuint (count (tags, NEG_SEVERITY_NOTE, 0), ==, 0);
}

static void
test_odd_and_cut (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();

  tag_get (tags, 0x00100020)->length = 3;
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00100020), ==, 1);
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0), ==, 1);
  tags->is_cut = TRUE;
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0), ==, 2);
}

static void
test_private_and_retired (void)
{
  g_autoptr (NegTags) tags = neg_tags_new ();
  NegTag *tag;

  tag_add (tags, 0x00290010, "LO", "Private Creator", "VENDOR");
  tag = tag_add (tags, 0x00291001, "LO", "", "x");
  g_free (tag->creator);
  tag->creator = g_strdup ("VENDOR");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00291001), ==, 0);
  g_free (tag->creator);
  tag->creator = g_strdup ("");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00291001), ==, 1);
  tag_set_value (tag_get (tags, 0x00290010), "");
  g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0x00290010), ==, 1);
  g_assert_cmpuint (count (tags, NEG_SEVERITY_NOTE, 0x00400330), ==, 0);
  tag_add (tags, 0x00400330, "SQ", "ReferencedProcedureStepSequence", "")->is_retired = TRUE;
  g_assert_cmpuint (count (tags, NEG_SEVERITY_NOTE, 0x00400330), ==, 1);
}

static void
test_no_patient_in_words (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();
  g_autoptr (GPtrArray) remarks = NULL;

  tag_set_value (tag_get (tags, 0x00100010), "Lamp\xEF\xBF\xBD^Ada");
  tag_set_value (tag_get (tags, 0x00080020), "LampAda");
  remarks = neg_remarks_new (tags);
  g_assert_cmpuint (remarks->len, ==, 2);
  for (guint i = 0; i < remarks->len; i++)
    g_assert_null (strstr (((NegRemark *) g_ptr_array_index (remarks, i))->sentence, "Lamp"));
}

static void
test_no_end (void)
{
  g_autoptr (NegTags) tags = neg_tags_new ();
  g_autoptr (GPtrArray) remarks = NULL;

  for (guint i = 0; i < 5000; i++)
    tag_add (tags, 0x00080060, "CS", "Modality", "ct");
  remarks = neg_remarks_new (tags);
  g_assert_cmpuint (remarks->len, ==, NEG_REMARKS_MAX);
}

/* One object of each class. */
static void
test_demo (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) objects = NULL;
  guint n = 0;

  g_assert_true (neg_dataset_preload (NULL));
  neg_demo_department_get_patients (&n);
  objects = neg_demo_list_objects (n);
  for (guint i = 0; i < objects->len; i++) {
    const NegDemoObject *object = &g_array_index (objects, NegDemoObject, i);
    g_autoptr (GByteArray) bytes = NULL;
    g_autoptr (NegTags) tags = NULL;
    NegSource source;

    if (!g_hash_table_add (seen, (gpointer) neg_demo_object_get_sop_class (object)))
      continue;
    bytes = neg_demo_object_make (object, NULL);
    g_assert_nonnull (bytes);
    neg_source_init_memory (&source, bytes->data, bytes->len);
    tags = neg_tags_list (&source, NULL);
    g_assert_nonnull (tags);
    g_test_message ("%s", neg_demo_object_get_sop_class (object));
    g_assert_cmpuint (count (tags, NEG_SEVERITY_ERROR, 0), ==, 0);
  }
  g_assert_cmpuint (g_hash_table_size (seen), >=, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/remarks/clean", test_clean);
  g_test_add_func ("/remarks/missing", test_missing);
  g_test_add_func ("/remarks/classes", test_classes);
  g_test_add_func ("/remarks/empty-sequence", test_empty_sequence);
  g_test_add_func ("/remarks/pixels", test_pixels);
  g_test_add_func ("/remarks/values", test_values);
  g_test_add_func ("/remarks/datetime-and-age", test_datetime_and_age);
  g_test_add_func ("/remarks/charsets", test_charsets);
  g_test_add_func ("/remarks/vr", test_vr);
  g_test_add_func ("/remarks/counts", test_counts);
  g_test_add_func ("/remarks/order", test_order);
  g_test_add_func ("/remarks/order-in-items", test_order_in_items);
  g_test_add_func ("/remarks/odd-and-cut", test_odd_and_cut);
  g_test_add_func ("/remarks/private-and-retired", test_private_and_retired);
  g_test_add_func ("/remarks/no-patient-in-words", test_no_patient_in_words);
  g_test_add_func ("/remarks/no-end", test_no_end);
  g_test_add_func ("/remarks/demo", test_demo);
  return g_test_run ();
}
