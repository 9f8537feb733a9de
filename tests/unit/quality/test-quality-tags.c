/* What whole data sets tell: doses of radiation reports, in our units, and odd elements. */
#include "quality/neg-quality-dose.h"
#include "quality/neg-quality-tags.h"

static void
add (NegTags *tags, NegTagKind kind, guint depth, guint32 number, const char *creator, const char *value)
{
  NegTag tag = { .kind = kind, .depth = depth, .tag = number, .name = g_strdup (""), .keyword = g_strdup (""),
                 .creator = g_strdup (creator), .value = g_strdup (value) };

  g_array_append_val (tags->tags, tag);
}

static void
add_code (NegTags *tags, guint depth, guint32 sequence, const char *code)
{
  add (tags, NEG_TAG_KIND_SEQUENCE, depth, sequence, "", "");
  add (tags, NEG_TAG_KIND_ITEM, depth + 1, 1, "", "");
  add (tags, NEG_TAG_KIND_ELEMENT, depth + 2, 0x00080100, "", code);
}

/* A numeric content item, its unit before its value as the tags have it. */
static void
add_number (NegTags *tags, guint depth, const char *concept, const char *value)
{
  add (tags, NEG_TAG_KIND_ITEM, depth, 1, "", "");
  add (tags, NEG_TAG_KIND_ELEMENT, depth + 1, 0x0040A040, "", "NUM");
  add_code (tags, depth + 1, 0x0040A043, concept);
  add (tags, NEG_TAG_KIND_SEQUENCE, depth + 1, 0x0040A300, "", "");
  add (tags, NEG_TAG_KIND_ITEM, depth + 2, 1, "", "");
  add_code (tags, depth + 3, 0x004008EA, "113830");
  add (tags, NEG_TAG_KIND_ELEMENT, depth + 3, 0x0040A30A, "", value);
}

static NegQualityObject *
new_object (const char *sop_class)
{
  NegQualityObject *object = neg_quality_object_new ();

  object->record = neg_object_record_new ();
  neg_object_record_set (object->record, NEG_RECORD_SOP_CLASS_UID, g_strdup (sop_class));
  return object;
}

#define DOSE_REPORT "1.2.840.10008.5.1.4.1.1.88.67"

static void
expect_dose (const NegQualityObject *object, const char *name, double expected)
{
  const double *value = g_hash_table_lookup (object->dose, name);

  g_assert_nonnull (value);
  g_assert_cmpfloat_with_epsilon (*value, expected, 1e-9);
}

static void
test_doses (void)
{
  NegQualityObject *object = new_object (DOSE_REPORT);
  g_autoptr (NegTags) tags = neg_tags_new ();

  add_code (tags, 0, 0x0040A043, "113701");
  add (tags, NEG_TAG_KIND_SEQUENCE, 0, 0x0040A730, "", "");
  add_number (tags, 1, "113830", "12.5");
  add_number (tags, 1, "113830", "7");
  add_number (tags, 1, "113838", "300");
  add_number (tags, 1, "113813", "450"); /* the total, not 300 + 450 + 100 */
  add_number (tags, 1, "113838", "100");
  add_number (tags, 1, "122130", "0.0001");
  add_number (tags, 1, "122130", "0.0002");
  add_number (tags, 1, "113738", "0.5");
  add_number (tags, 1, "999999", "7");
  add_number (tags, 1, "111631", "-1");
  add_number (tags, 1, "111631", "no number");
  neg_quality_object_take_tags (object, tags);
  expect_dose (object, NEG_DOSE_CTDI_VOL, 12.5);
  expect_dose (object, NEG_DOSE_DLP, 450);
  expect_dose (object, NEG_DOSE_DAP, 3);
  expect_dose (object, NEG_DOSE_ENTRANCE, 500);
  g_assert_cmpuint (g_hash_table_size (object->dose), ==, 4);
  g_assert_null (object->oddities);
  neg_quality_object_free (object);
}

/* The same content in another document is no dose. */
static void
test_other_class (void)
{
  NegQualityObject *object = new_object ("1.2.840.10008.5.1.4.1.1.88.22");
  g_autoptr (NegTags) tags = neg_tags_new ();

  add_number (tags, 1, "113830", "12.5");
  neg_quality_object_take_tags (object, tags);
  g_assert_null (object->dose);
  neg_quality_object_free (object);
}

static void
test_oddities (void)
{
  NegQualityObject *object = new_object (DOSE_REPORT);
  g_autoptr (NegTags) tags = neg_tags_new ();

  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00100010, "", "M\xEF\xBF\xBDller");
  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00290010, "", "SOMEBODY");
  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00290011, "", "");
  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00291001, "SOMEBODY", "");
  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00311001, "", "nobody's");
  neg_quality_object_take_tags (object, tags);
  g_assert_cmpuint (g_strv_length (object->oddities), ==, 3);
  g_assert_true (g_str_has_prefix (object->oddities[0], "character-set: (0010,0010)"));
  g_assert_true (g_str_has_prefix (object->oddities[1], "private-tags: (0029,0011)"));
  g_assert_true (g_str_has_prefix (object->oddities[2], "private-tags: (0031,1001)"));
  neg_quality_object_free (object);
}

/* Deeper than any is read, and values before names: nothing, and no harm. */
static void
test_hostile (void)
{
  NegQualityObject *object = new_object (DOSE_REPORT);
  g_autoptr (NegTags) tags = neg_tags_new ();

  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x0040A30A, "", "1");
  add (tags, NEG_TAG_KIND_ELEMENT, 2, 0x0040A30A, "", "1");
  add (tags, NEG_TAG_KIND_SEQUENCE, 100000, 0x0040A043, "", "");
  add (tags, NEG_TAG_KIND_ELEMENT, 100002, 0x00080100, "", "113830");
  neg_quality_object_take_tags (object, tags);
  g_assert_cmpuint (g_hash_table_size (object->dose), ==, 0);
  neg_quality_object_free (object);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality-tags/doses", test_doses);
  g_test_add_func ("/quality-tags/other-class", test_other_class);
  g_test_add_func ("/quality-tags/oddities", test_oddities);
  g_test_add_func ("/quality-tags/hostile", test_hostile);
  return g_test_run ();
}
