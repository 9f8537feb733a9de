/* Two lists side by side, and what varies in many. */
#include "config.h"

#include "quality/neg-tags-pairs.h"
#include "quality/neg-tags-vary.h"
#include "tag-builder.h"

static const NegTagsPair *
find (const GArray *pairs, guint32 number)
{
  for (guint i = 0; i < pairs->len; i++) {
    const NegTagsPair *pair = &g_array_index (pairs, NegTagsPair, i);

    if (neg_tags_pair_get_tag (pair)->tag == number)
      return pair;
  }
  return NULL;
}

static void
add_requests (NegTags *tags, guint n, const char *last)
{
  tag_add_sequence (tags, 0, 0x00400275, "RequestAttributesSequence");
  for (guint i = 1; i <= n; i++) {
    tag_add_item (tags, 1, i);
    tag_add_inside (tags, 2, 0x00400009, "SH", "ScheduledProcedureStepID", i == n ? last : "SAME");
  }
}

static void
test_alone (void)
{
  g_autoptr (NegTags) tags = tag_new_ct ();
  g_autoptr (GArray) pairs = NULL;

  add_requests (tags, 2, "B");
  pairs = neg_tags_pairs_new (tags, NULL);
  g_assert_cmpuint (pairs->len, ==, tags->tags->len);
  g_assert_cmpuint (find (pairs, 0x00400275)->n_inside, ==, 4);
  g_assert_cmpuint (find (pairs, 0xFFFEE000)->n_inside, ==, 1);
  g_assert_cmpuint (find (pairs, 0x00100010)->n_inside, ==, 0);
  for (guint i = 0; i < pairs->len; i++)
    g_assert_false (g_array_index (pairs, NegTagsPair, i).differs);
}

static void
test_same (void)
{
  g_autoptr (NegTags) left = tag_new_ct ();
  g_autoptr (NegTags) right = tag_new_ct ();
  g_autoptr (GArray) pairs = NULL;
  g_autoptr (GArray) kept = NULL;

  add_requests (left, 3, "B");
  add_requests (right, 3, "B");
  tag_get (right, 0x00400275)->length = G_MAXUINT32;  /* how a sequence ends is no difference */
  tag_get (right, 0x00100010)->length += 2;           /* nor is padding */
  pairs = neg_tags_pairs_new (left, right);
  kept = neg_tags_pairs_filter (pairs);
  g_assert_cmpuint (pairs->len, ==, left->tags->len);
  g_assert_cmpuint (kept->len, ==, 0);
}

static void
test_differs (void)
{
  g_autoptr (NegTags) left = tag_new_ct ();
  g_autoptr (NegTags) right = tag_new_ct ();
  g_autoptr (GArray) pairs = NULL;
  g_autoptr (GArray) kept = NULL;

  add_requests (left, 2, "B");
  add_requests (right, 3, "C");
  tag_set_value (tag_get (right, 0x00100010), "Moss^Ben");
  tag_remove (right, 0x00180060);
  tag_get (right, 0x7FE00010)->length = 7;
  tag_add (right, 0x00080080, "LO", "InstitutionName", "New");
  pairs = neg_tags_pairs_new (left, right);
  kept = neg_tags_pairs_filter (pairs);
  g_assert_cmpstr (find (kept, 0x00100010)->left->value, ==, "Lamp^Ada");
  g_assert_cmpstr (find (kept, 0x00100010)->right->value, ==, "Moss^Ben");
  g_assert_null (find (kept, 0x00180060)->right);
  g_assert_null (find (kept, 0x00080080)->left);
  g_assert_nonnull (find (kept, 0x7FE00010));
  g_assert_null (find (kept, 0x00100020));
  /* The sequence, its second item and its third with what is in them; the first is the same. */
  g_assert_cmpuint (find (kept, 0x00400275)->n_inside, ==, 4);
  g_assert_cmpuint (find (kept, 0xFFFEE000)->left->number, ==, 2);
  g_assert_cmpuint (kept->len, ==, 4 + 5);
}

/* Where one is a sequence and the other none, both can be looked at. */
static void
test_kinds (void)
{
  g_autoptr (NegTags) left = neg_tags_new ();
  g_autoptr (NegTags) right = neg_tags_new ();
  g_autoptr (GArray) pairs = NULL;

  tag_add (left, 0x00400275, "UN", "RequestAttributesSequence", "");
  add_requests (right, 1, "B");
  pairs = neg_tags_pairs_new (left, right);
  g_assert_cmpuint (pairs->len, ==, 3);
  g_assert_true (g_array_index (pairs, NegTagsPair, 0).differs);
  g_assert_null (g_array_index (pairs, NegTagsPair, 2).left);
}

static void
test_doubled (void)
{
  g_autoptr (NegTags) left = neg_tags_new ();
  g_autoptr (NegTags) right = neg_tags_new ();
  g_autoptr (GArray) pairs = NULL;

  tag_add (left, 0x00100010, "PN", "PatientName", "A");
  tag_add (right, 0x00100010, "PN", "PatientName", "A");
  tag_add (right, 0x00100010, "PN", "PatientName", "B");
  pairs = neg_tags_pairs_new (left, right);
  g_assert_cmpuint (pairs->len, ==, 2);
  g_assert_false (g_array_index (pairs, NegTagsPair, 0).differs);
  g_assert_null (g_array_index (pairs, NegTagsPair, 1).left);
}

static const NegTagsVaryRow *
find_row (GPtrArray *rows, guint32 number)
{
  for (guint i = 0; i < rows->len; i++) {
    const NegTagsVaryRow *row = g_ptr_array_index (rows, i);

    if (row->tag.tag == number)
      return row;
  }
  return NULL;
}

static void
test_vary (void)
{
  g_autoptr (NegTagsVary) vary = neg_tags_vary_new ();
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) all = NULL;

  for (guint i = 0; i < 12; i++) {
    g_autoptr (NegTags) tags = tag_new_ct ();
    g_autofree char *number = g_strdup_printf ("%u", i + 1);
    g_autofree char *position = g_strdup_printf ("%d\\5\\%g", -(int) i, i * 2.5);

    tag_set_value (tag_get (tags, 0x00200013), number);
    tag_set_value (tag_get (tags, 0x00200032), position);
    add_requests (tags, 1, i < 6 ? "A" : "B");
    if (i == 3)
      tag_remove (tags, 0x00180060);
    neg_tags_vary_add (vary, tags);
  }
  rows = neg_tags_vary_list (vary, FALSE);
  all = neg_tags_vary_list (vary, TRUE);
  g_assert_cmpuint (neg_tags_vary_get_n_objects (vary), ==, 12);
  g_assert_cmpuint (rows->len, ==, 4);
  g_assert_cmpuint (all->len, ==, 40);
  g_assert_cmpuint (find_row (rows, 0x00200013)->n_values, ==, 12);
  g_assert_cmpstr (find_row (rows, 0x00200013)->least, ==, "1");
  g_assert_cmpstr (find_row (rows, 0x00200013)->most, ==, "12");
  g_assert_cmpstr (find_row (rows, 0x00200032)->least, ==, "-11\\5\\0");
  g_assert_cmpstr (find_row (rows, 0x00200032)->most, ==, "0\\5\\27.5");
  g_assert_cmpuint (find_row (rows, 0x00180060)->n_objects, ==, 11);
  g_assert_cmpuint (find_row (rows, 0x00180060)->n_values, ==, 1);
  g_assert_cmpstr (find_row (rows, 0x00400009)->place, ==, "(0040,0275)[1]");
  g_assert_cmpstr (find_row (rows, 0x00400009)->least, ==, "A");
  g_assert_cmpstr (find_row (rows, 0x00400009)->most, ==, "B");
}

static void
test_vary_limit (void)
{
  g_autoptr (NegTagsVary) vary = neg_tags_vary_new ();
  g_autoptr (GPtrArray) rows = NULL;

  for (guint i = 0; i < NEG_TAGS_VARY_VALUES_MAX + 10; i++) {
    g_autoptr (NegTags) tags = neg_tags_new ();
    g_autofree char *value = g_strdup_printf ("1.2.%u", i);

    tag_add (tags, 0x00080018, "UI", "SOPInstanceUID", value);
    neg_tags_vary_add (vary, tags);
  }
  rows = neg_tags_vary_list (vary, FALSE);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_true (find_row (rows, 0x00080018)->is_more);
  g_assert_cmpuint (find_row (rows, 0x00080018)->n_values, ==, NEG_TAGS_VARY_VALUES_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tags-pairs/alone", test_alone);
  g_test_add_func ("/tags-pairs/same", test_same);
  g_test_add_func ("/tags-pairs/differs", test_differs);
  g_test_add_func ("/tags-pairs/kinds", test_kinds);
  g_test_add_func ("/tags-pairs/doubled", test_doubled);
  g_test_add_func ("/tags-vary/series", test_vary);
  g_test_add_func ("/tags-vary/limit", test_vary_limit);
  return g_test_run ();
}
