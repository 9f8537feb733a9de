/* What is asked for of a study of which a part is here; what operations wait for. */
#include "config.h"

#include "agent/neg-operation-private.h"

#define STUDY "1.2"

static void
listed_free (NegListed *listed)
{
  g_free (listed->sop_instance_uid);
  g_free (listed);
}

static GPtrArray *
make_listing (const char *const *series, const gboolean *is_here, guint n)
{
  GPtrArray *listing = g_ptr_array_new_with_free_func ((GDestroyNotify) listed_free);

  for (guint i = 0; i < n; i++) {
    NegListed *listed = g_new0 (NegListed, 1);

    listed->sop_instance_uid = g_strdup_printf ("9.%u", i);
    listed->sop_class_uid = (char *) (i % 2 == 0 ? "7.1" : "7.2");
    listed->series_uid = (char *) series[i];
    listed->is_here = is_here[i];
    g_ptr_array_add (listing, listed);
  }
  return listing;
}

static const char *
get (GPtrArray *identifiers, guint index, const char *key)
{
  return g_hash_table_lookup (g_ptr_array_index (identifiers, index), key);
}

static void
test_nothing_here (void)
{
  const char *const series[] = { "3.1", "3.1", "3.2" };
  const gboolean is_here[] = { FALSE, FALSE, FALSE };
  g_autoptr (GPtrArray) listing = make_listing (series, is_here, 3);
  g_autoptr (GPtrArray) study = _neg_listing_make_identifiers (listing, STUDY, NULL);
  g_autoptr (GPtrArray) unlisted = _neg_listing_make_identifiers (NULL, STUDY, "3.1");

  g_assert_cmpuint (study->len, ==, 1);
  g_assert_cmpstr (get (study, 0, "QueryRetrieveLevel"), ==, "STUDY");
  g_assert_cmpstr (get (study, 0, "StudyInstanceUID"), ==, STUDY);
  g_assert_null (get (study, 0, "SeriesInstanceUID"));
  g_assert_cmpuint (unlisted->len, ==, 1);
  g_assert_cmpstr (get (unlisted, 0, "QueryRetrieveLevel"), ==, "SERIES");
  g_assert_cmpstr (get (unlisted, 0, "SeriesInstanceUID"), ==, "3.1");
}

/* One series whole, one in part, one not at all. */
static void
test_part_here (void)
{
  const char *const series[] = { "3.1", "3.2", "3.2", "3.3", "3.2", "3.3" };
  const gboolean is_here[] = { TRUE, TRUE, FALSE, FALSE, FALSE, FALSE };
  g_autoptr (GPtrArray) listing = make_listing (series, is_here, 6);
  g_autoptr (GPtrArray) identifiers = _neg_listing_make_identifiers (listing, STUDY, NULL);

  g_assert_cmpuint (identifiers->len, ==, 2);
  g_assert_cmpstr (get (identifiers, 0, "QueryRetrieveLevel"), ==, "IMAGE");
  g_assert_cmpstr (get (identifiers, 0, "SeriesInstanceUID"), ==, "3.2");
  g_assert_cmpstr (get (identifiers, 0, "SOPInstanceUID"), ==, "9.2\\9.4");
  g_assert_cmpstr (get (identifiers, 1, "QueryRetrieveLevel"), ==, "SERIES");
  g_assert_cmpstr (get (identifiers, 1, "SeriesInstanceUID"), ==, "3.3");
}

static GHashTable *
make_row (const char *study_uid, const char *id, const char *name)
{
  GHashTable *row = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, NULL);

  g_hash_table_insert (row, (char *) "StudyInstanceUID", (char *) study_uid);
  g_hash_table_insert (row, (char *) "PatientID", (char *) id);
  g_hash_table_insert (row, (char *) "PatientName", (char *) name);
  return row;
}

static void
test_patient (void)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_auto (NegListedPatient) nobody = { 0 };
  g_auto (NegListedPatient) one = { 0 };
  g_auto (NegListedPatient) two = { 0 };

  g_ptr_array_add (rows, make_row ("1.3", "OTHER", "Other"));
  _neg_listed_patient_read (&nobody, rows, STUDY);
  g_assert_null (nobody.id);
  g_ptr_array_add (rows, make_row (STUDY, "ID", "One^Person"));
  g_ptr_array_add (rows, make_row (STUDY, "ID ", "ONE^PERSON^"));
  _neg_listed_patient_read (&one, rows, STUDY);
  g_assert_cmpstr (one.id, ==, "ID");
  g_assert_false (one.is_several);
  g_ptr_array_add (rows, make_row (STUDY, "ID", "Two^Person"));
  _neg_listed_patient_read (&two, rows, STUDY);
  g_assert_true (two.is_several);
}

/* Of @rows, of which the first has this number and these classes. */
static NegListedSum
read_sum (GPtrArray *rows, const char *number, const char *classes, gboolean needs_classes)
{
  NegListedSum sum = { 0 };

  g_hash_table_insert (g_ptr_array_index (rows, 0), (char *) "NumberOfStudyRelatedInstances", (char *) number);
  g_hash_table_insert (g_ptr_array_index (rows, 0), (char *) "SOPClassesInStudy", (char *) classes);
  _neg_listed_sum_read (&sum, rows, STUDY, needs_classes);
  return sum;
}

static void
test_sum (void)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_auto (NegListedSum) sum = { 0 };
  g_autoptr (GVariant) contexts = NULL;

  g_ptr_array_add (rows, make_row (STUDY, "ID", "One^Person"));
  sum = read_sum (rows, "12", "7.1\\7.2", TRUE);
  g_assert_cmpuint (sum.n_images, ==, 12);
  contexts = g_variant_ref_sink (_neg_listed_sum_make_contexts (&sum));
  g_assert_cmpuint (g_variant_n_children (contexts), ==, 2);
  g_assert_cmpuint (read_sum (rows, "12", NULL, FALSE).n_images, ==, 12);
  g_assert_cmpuint (read_sum (rows, "12", NULL, TRUE).n_images, ==, 0);
  g_assert_cmpuint (read_sum (rows, "12", "7.1\\", TRUE).n_images, ==, 0);
  g_assert_cmpuint (read_sum (rows, "0", NULL, FALSE).n_images, ==, 0);
  g_assert_cmpuint (read_sum (rows, "-1", NULL, FALSE).n_images, ==, 0);
  g_assert_cmpuint (read_sum (rows, "99999999999", NULL, FALSE).n_images, ==, 0);
  g_assert_cmpuint (read_sum (rows, "", NULL, FALSE).n_images, ==, 0);
  g_ptr_array_add (rows, make_row (STUDY, "ID", "Two^Person"));
  g_assert_cmpuint (read_sum (rows, "12", NULL, FALSE).n_images, ==, 0);
}

static void
test_contexts (void)
{
  const char *const series[] = { "3.1", "3.1", "3.1" };
  const gboolean is_here[] = { FALSE, TRUE, FALSE };
  g_autoptr (GPtrArray) listing = make_listing (series, is_here, 3);
  g_autoptr (GVariant) contexts = g_variant_ref_sink (_neg_listing_make_contexts (listing));
  const char *sop_class;

  g_assert_cmpuint (g_variant_n_children (contexts), ==, 1);
  g_variant_get_child (contexts, 0, "(&sas)", &sop_class, NULL);
  g_assert_cmpstr (sop_class, ==, "7.1");
  ((NegListed *) g_ptr_array_index (listing, 2))->sop_class_uid = (char *) "";
  g_assert_null (_neg_listing_make_contexts (listing));
}

static void
test_missing (void)
{
  const char *const series[] = { "3.1", "3.1", "3.1" };
  const gboolean is_here[] = { FALSE, TRUE, FALSE };
  g_autoptr (GPtrArray) listing = make_listing (series, is_here, 3);
  g_auto (NegTransfer) transfer = { 0 };
  const NegJobObject *object;

  neg_transfer_init (&transfer);
  _neg_transfer_add (&transfer, "9.0", TRUE, 0xa700, "no room");
  _neg_transfer_add_missing (&transfer, listing);
  g_assert_cmpuint (transfer.objects->len, ==, 2);
  object = g_ptr_array_index (transfer.objects, 1);
  g_assert_cmpstr (object->sop_uid, ==, "9.2");
  g_assert_true (object->failed);
}

static gpointer
arrive (gpointer expected)
{
  g_usleep (50000);
  neg_expected_count (expected, STUDY, "pacs", 1, 100);
  return NULL;
}

static void
test_expected_study (void)
{
  g_autoptr (NegExpected) expected = neg_expected_new ();
  NegArrived arrived;
  GThread *thread;

  neg_expected_count (expected, STUDY, "pacs", 1, 1);
  g_assert_false (neg_expected_has_any (expected, "pacs"));
  g_assert_true (neg_expected_begin_study (expected, STUDY, "pacs", 0));
  g_assert_true (neg_expected_begin_study (expected, STUDY, "archive", 0));
  /* Who asks the same peer again would count what is the other's. */
  g_assert_false (neg_expected_begin_study (expected, STUDY, "pacs", 10));
  g_assert_true (neg_expected_has_any (expected, "pacs"));
  g_assert_true (neg_expected_has_study (expected, STUDY, "pacs"));
  /* What somebody else sends of it meanwhile may be nowhere else. */
  g_assert_false (neg_expected_has_any (expected, "scanner"));
  g_assert_false (neg_expected_has_study (expected, STUDY, "scanner"));
  neg_expected_get_arrived (expected, STUDY, "pacs", &arrived);
  g_assert_cmpuint (arrived.n_objects, ==, 0);
  thread = g_thread_new ("arrive", arrive, expected);
  neg_expected_wait_for_study (expected, STUDY, "pacs", &arrived, 10000);
  neg_expected_get_arrived (expected, STUDY, "pacs", &arrived);
  g_assert_cmpuint (arrived.n_objects, ==, 1);
  g_assert_cmpuint (arrived.bytes, ==, 100);
  g_thread_join (thread);
  neg_expected_get_arrived (expected, STUDY, "archive", &arrived);
  g_assert_cmpuint (arrived.n_objects, ==, 0);
  neg_expected_end_study (expected, STUDY, "archive");
  g_assert_true (neg_expected_has_study (expected, STUDY, "pacs"));
  neg_expected_end_study (expected, STUDY, "pacs");
  g_assert_false (neg_expected_has_study (expected, STUDY, "pacs"));
  g_assert_false (neg_expected_has_any (expected, "pacs"));
}

/* What may be answered before it is committed, and what that does to those who wait. */
static void
test_expected_move (void)
{
  g_autoptr (NegExpected) expected = neg_expected_new ();
  NegArrived arrived;

  g_assert_false (neg_expected_is_moved (expected, STUDY, "pacs", 7));
  g_assert_true (neg_expected_begin_study (expected, STUDY, "pacs", 0));
  g_assert_false (neg_expected_is_moved (expected, STUDY, "pacs", 0));
  g_assert_false (neg_expected_is_moved (expected, STUDY, "pacs", G_MAXUINT));
  neg_expected_set_move (expected, STUDY, "pacs", 7);
  g_assert_true (neg_expected_is_moved (expected, STUDY, "pacs", 7));
  g_assert_false (neg_expected_is_moved (expected, STUDY, "pacs", 8));
  g_assert_false (neg_expected_is_moved (expected, STUDY, "pacs", 7 + 65536));
  g_assert_false (neg_expected_is_moved (expected, STUDY, "scanner", 7));
  g_assert_false (neg_expected_is_moved (expected, "1.2.9", "pacs", 7));
  neg_expected_get_arrived (expected, STUDY, "pacs", &arrived);
  g_assert_cmpint (arrived.last_us, ==, 0);
  neg_expected_hold (expected, STUDY, "pacs");
  neg_expected_get_arrived (expected, STUDY, "pacs", &arrived);
  g_assert_cmpint (arrived.last_us, >, 0);
  g_assert_cmpuint (arrived.n_objects, ==, 0);
  /* Waiting is waiting while something is held, too. */
  neg_expected_wait_for_study (expected, STUDY, "pacs", &arrived, 1);
  neg_expected_settle (expected, STUDY, "pacs", 1, 100);
  neg_expected_wait_for_study (expected, STUDY, "pacs", &arrived, 600000);
  neg_expected_get_arrived (expected, STUDY, "pacs", &arrived);
  g_assert_cmpuint (arrived.n_objects, ==, 1);
  g_assert_cmpuint (arrived.bytes, ==, 100);
  g_assert_cmpint (arrived.last_us, <=, g_get_monotonic_time ());
  /* One that was refused after all, and one that nobody holds. */
  neg_expected_hold (expected, STUDY, "pacs");
  neg_expected_settle (expected, STUDY, "pacs", 0, 0);
  neg_expected_settle (expected, STUDY, "pacs", 0, 0);
  neg_expected_end_study (expected, STUDY, "pacs");
  g_assert_false (neg_expected_is_moved (expected, STUDY, "pacs", 7));
}

static void
test_expected_answer (void)
{
  g_autoptr (NegExpected) expected = neg_expected_new ();
  g_autoptr (GVariant) yes = g_variant_ref_sink (g_variant_new_parsed ("[('7.1', '9.1')]"));
  g_autoptr (GVariant) no = g_variant_ref_sink (g_variant_new ("a(ssu)", NULL));
  g_autoptr (GVariant) committed = NULL;
  g_autoptr (GVariant) failed = NULL;

  g_assert_false (neg_expected_answer (expected, "1.9", yes, no));
  neg_expected_begin_transaction (expected, "1.9");
  g_assert_false (neg_expected_wait_for_answer (expected, "1.9", 10, &committed, &failed));
  g_assert_true (neg_expected_answer (expected, "1.9", yes, no));
  g_assert_true (neg_expected_wait_for_answer (expected, "1.9", 10, &committed, &failed));
  g_assert_true (g_variant_equal (committed, yes));
  neg_expected_end_transaction (expected, "1.9");
  g_assert_false (neg_expected_answer (expected, "1.9", yes, no));
}

static void
test_status (void)
{
  g_autofree char *words = _neg_status_describe (0xa701, "disk");

  g_assert_cmpstr (words, ==, "the peer is out of resources (A701: disk)");
  g_assert_true (NEG_RESPONSE_FAILED (0xa700));
  g_assert_true (NEG_RESPONSE_FAILED (0xfe00));
  g_assert_true (NEG_RESPONSE_FAILED (0x0110));
  g_assert_false (NEG_RESPONSE_FAILED (0));
  g_assert_false (NEG_RESPONSE_FAILED (0xb000));
  g_assert_true (NEG_RESPONSE_FAILED (0xff00)); /* pending is no end */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listing/nothing-here", test_nothing_here);
  g_test_add_func ("/listing/part-here", test_part_here);
  g_test_add_func ("/listing/patient", test_patient);
  g_test_add_func ("/listing/sum", test_sum);
  g_test_add_func ("/listing/contexts", test_contexts);
  g_test_add_func ("/listing/missing", test_missing);
  g_test_add_func ("/expected/study", test_expected_study);
  g_test_add_func ("/expected/move", test_expected_move);
  g_test_add_func ("/expected/answer", test_expected_answer);
  g_test_add_func ("/status/words", test_status);
  return g_test_run ();
}
