/* Who is whom: merges, names that change, patients joined by hand; and that what is undone is as it was. */
#include "config.h"

#include "base/neg-error.h"
#include "orders-list.h"

#define T(n) (G_GINT64_CONSTANT (1795000000000000) + (n) * G_GINT64_CONSTANT (1000000))

static const Who old = { "H", "4711", "Doe^Jane" }, now = { "H", "9000", "Doe^Jane" };
static const Who maiden = { "H", "4711", "Mayer^Jane" }, other = { "H", "4711", "Smith^John" };
static const Asked ct = { .placer = "P1", .accession = "A1", .step = "S1", .procedure = "CT Thorax", .priority = "STAT",
                          .status = NEG_ORDER_SCHEDULED };

static NegApplied
order (OrdersList *list, const Who *who, const char *accession, gint64 time_us)
{
  Asked asked = ct;

  asked.placer = asked.accession = accession;
  return orders_list_apply (list, said_order (who, &asked, time_us));
}

static NegApplied
merge (OrdersList *list, const Who *retired, const Who *survivor, gint64 time_us)
{
  return orders_list_apply (list, said_merge (retired, survivor, time_us));
}

static void
undo (OrdersList *list, gint64 link)
{
  g_autoptr (GError) error = NULL;

  neg_patients_undo (list->database, link, "ann", &error);
  g_assert_no_error (error);
}

/* The newest first, until none is left. */
static void
undo_all (OrdersList *list)
{
  g_autoptr (GPtrArray) links = neg_patients_list_links (list->database, 100, NULL);

  for (guint i = 0; i < links->len; i++)
    undo (list, ((NegPatientLink *) g_ptr_array_index (links, i))->id);
}

static gint64
count (OrdersList *list, const char *condition)
{
  return orders_list_query (list, "SELECT count(*) FROM entry WHERE %s", condition);
}

/* Images of the retired ID and the order of the survivor are one entry, priors are his, and back. */
static void
test_merge (OrdersList *list, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (NegEntry) entry = NULL;
  g_autoptr (GPtrArray) priors = NULL;

  orders_list_add_study (list, &old, "1.2.1", "", "", "20200101");
  orders_list_set_remote (list, &old, "1.2.2", "");
  orders_list_add_study (list, &now, "1.2.4", "", "", "20230101");
  orders_list_add_study (list, &old, "1.2.3", "A1", "", "20261122");
  order (list, &now, "A1", T (0));
  order (list, &old, "A2", T (0));
  orders_list_apply (list, said_report (&now, "A1", NEG_REPORT_FINAL, "text", T (0)));
  g_assert_cmpuint (orders_list_count (list), ==, 6);
  before = orders_list_dump (list);
  g_assert_cmpint (merge (list, &old, &now, T (1)), ==, NEG_APPLIED);
  g_assert_cmpuint (orders_list_count (list), ==, 5);
  g_assert_cmpint (count (list, "patient_id = '9000'"), ==, 5);
  entry = orders_list_entry (list, "study_uid = '1.2.3'");
  g_assert_cmpint (entry->urgency, ==, NEG_URGENCY_STAT);
  g_assert_cmpint (entry->status, ==, NEG_STATUS_REPORTED);
  g_assert_cmpuint (entry->n_priors, ==, 3);
  g_assert_cmpuint (entry->n_priors_here, ==, 2);
  priors = neg_entries_list_priors (list->database, entry, 10, NULL);
  g_assert_cmpuint (priors->len, ==, 4);
  g_assert_cmpint (merge (list, &old, &now, T (1)), ==, NEG_APPLIED);
  g_assert_cmpint (orders_list_query (list, "SELECT count(*) FROM patient_link"), ==, 1);
  undo_all (list);
  after = orders_list_dump (list);
  g_assert_cmpstr (before, ==, after);
  /* A person took it back: the same event does not bring it again, a newer one does. */
  g_assert_cmpint (merge (list, &old, &now, T (1)), ==, NEG_APPLIED_OLD);
  g_assert_cmpint (merge (list, &old, &now, 0), ==, NEG_APPLIED_OLD);
  g_assert_cmpint (count (list, "patient_id = '9000'"), ==, 2);
  g_assert_cmpint (merge (list, &old, &now, T (2)), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "patient_id = '9000'"), ==, 5);
}

/* What comes after it is the survivor's at once, from whatever side. */
static void
test_after_merge (OrdersList *list, gconstpointer data)
{
  merge (list, &old, &now, T (0));
  order (list, &old, "A1", T (1));
  g_assert_cmpint (count (list, "patient_id = '9000' AND status = 0"), ==, 1);
  orders_list_add_study (list, &now, "1.2.3", "A1", "", "20261122");
  g_assert_cmpuint (orders_list_count (list), ==, 1);
  g_assert_cmpint (order (list, &now, "A1", T (2)), ==, NEG_APPLIED); /* the same order, under the new ID */
  g_assert_cmpint (orders_list_query (list, "SELECT count(*) FROM imaging_order"), ==, 1);
  orders_list_add_study (list, &old, "1.2.4", "A2", "", "20261122");
  order (list, &now, "A2", T (3));
  g_assert_cmpuint (orders_list_count (list), ==, 2);
  g_assert_cmpint (count (list, "patient_id = '9000' AND urgency = 0"), ==, 2);
}

static void
test_refused (OrdersList *list, gconstpointer data)
{
  const Who elsewhere = { "X", "4711", "Doe^Jane" }, third = { "H", "5", "Doe^Jane" }, none = { "H", "", "Doe^Jane" };

  g_assert_cmpint (merge (list, &old, &old, T (0)), ==, NEG_REFUSED_SAME);
  g_assert_cmpint (merge (list, &none, &old, T (0)), ==, NEG_REFUSED_NO_ID);
  g_assert_cmpint (merge (list, &elsewhere, &old, T (0)), ==, NEG_APPLIED); /* the same text, another issuer's */
  g_assert_cmpint (merge (list, &old, &elsewhere, T (1)), ==, NEG_REFUSED_CIRCLE);
  g_assert_cmpint (merge (list, &old, &third, T (2)), ==, NEG_APPLIED);
  g_assert_cmpint (merge (list, &third, &elsewhere, T (3)), ==, NEG_REFUSED_CIRCLE);
  g_assert_cmpint (orders_list_query (list, "SELECT count(*) FROM patient_link"), ==, 2);
}

/* Several names have the retired ID: only the one that is said, or the survivor's, is meant. */
static void
test_names (OrdersList *list, gconstpointer data)
{
  const Who unsaid = { "H", "4711", NULL };
  g_autoptr (GPtrArray) unsettled = NULL;

  orders_list_add_study (list, &old, "1.2.1", "", "", "20260101");
  orders_list_add_study (list, &maiden, "1.2.2", "", "", "20260102");
  orders_list_add_study (list, &other, "1.2.3", "", "", "20260103");
  g_assert_cmpint (merge (list, &unsaid, &now, T (0)), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "patient_id = '9000'"), ==, 1);
  g_assert_cmpint (merge (list, &maiden, &now, T (1)), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "patient_id = '9000' AND patient_name = 'Doe^Jane'"), ==, 2);
  g_assert_cmpint (merge (list, &unsaid, &now, T (2)), ==, NEG_APPLIED); /* and the one that is left is nobody's */
  g_assert_cmpint (count (list, "patient_id = '4711' AND study_uid = '1.2.3'"), ==, 1);
  unsettled = neg_orders_list_unsettled (list->database, 0, 10, NULL);
  g_assert_cmpuint (unsettled->len, ==, 1);
  g_assert_cmpint (((NegUnsettled *) g_ptr_array_index (unsettled, 0))->kind, ==, NEG_UNSETTLED_PATIENT);
  g_assert_cmpint (((NegUnsettled *) g_ptr_array_index (unsettled, 0))->id, ==,
                   orders_list_query (list, "SELECT id FROM entry WHERE study_uid = '1.2.3'"));
}

static void
test_only_name (OrdersList *list, gconstpointer data)
{
  const Who unsaid = { "H", "4711", NULL };

  orders_list_add_study (list, &maiden, "1.2.2", "", "", "20260102");
  merge (list, &unsaid, &now, T (0));
  g_assert_cmpint (count (list, "patient_id = '9000' AND patient_name = 'Doe^Jane'"), ==, 1);
}

/* The only name that is known of the retired ID is somebody else's, with the ID typed wrong: he was born on another day. */
static void
test_only_name_of_another (OrdersList *list, gconstpointer data)
{
  const Who unsaid = { "H", "4711", NULL };
  NegSaid *said = said_merge (&unsaid, &now, T (0));
  gint64 rowid = orders_list_add_study (list, &other, "1.2.2", "", "", "20260102");
  g_autoptr (GPtrArray) unsettled = NULL;

  orders_list_run (list, "UPDATE study SET birth_date = '19500101'");
  neg_entries_refresh_study (list->database, rowid, NULL);
  said->patient.birth_date = g_strdup ("19600102");
  g_assert_cmpint (orders_list_apply (list, said), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "patient_id = '4711' AND patient_name = 'Smith^John'"), ==, 1);
  orders_list_add_study (list, &old, "1.2.3", "", "", "20260103");
  g_assert_cmpint (count (list, "patient_id = '9000' AND n_priors = 0"), ==, 1);
  unsettled = neg_orders_list_unsettled (list->database, 0, 10, NULL);
  g_assert_cmpuint (unsettled->len, ==, 1);
}

static void
test_chain (OrdersList *list, gconstpointer data)
{
  const Who third = { "H", "5", "Doe^Jane" };
  g_autoptr (GPtrArray) ids = NULL;
  g_autofree char *before = NULL, *after = NULL, *issuer = NULL, *id = NULL, *key = NULL, *name = NULL;

  orders_list_add_study (list, &old, "1.2.1", "A1", "", "20260101");
  orders_list_add_study (list, &now, "1.2.2", "", "", "20260102");
  order (list, &third, "A1", T (0));
  before = orders_list_dump (list);
  merge (list, &old, &now, T (0));
  merge (list, &now, &third, T (1));
  g_assert_cmpint (count (list, "patient_id = '5' AND n_priors < 2"), ==, 2);
  g_assert_true (neg_patients_resolve (list->database, "H", "4711", "doe^jane", &issuer, &id, &key, &name, NULL));
  g_assert_cmpstr (id, ==, "5");
  g_assert_cmpstr (name, ==, "Doe^Jane");
  ids = neg_patients_list_ids (list->database, "H", "9000", "doe^jane", NULL);
  g_assert_cmpuint (ids->len, ==, 3);
  undo (list, 1); /* the first alone: the middle one stays */
  g_assert_cmpint (count (list, "patient_id = '5'"), ==, 2);
  g_assert_cmpint (count (list, "patient_id = '4711'"), ==, 1);
  undo_all (list);
  after = orders_list_dump (list);
  g_assert_cmpstr (before, ==, after);
}

/* --- names --- */

static void
test_married (OrdersList *list, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL;

  order (list, &maiden, "A1", T (0));
  orders_list_add_study (list, &maiden, "1.2.1", "", "", "20200101");
  orders_list_add_study (list, &other, "1.2.2", "", "", "20200101");
  before = orders_list_dump (list);
  g_assert_cmpint (orders_list_apply (list, said_patient (&old, T (1))), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "patient_name = 'Doe^Jane'"), ==, 2);
  g_assert_cmpint (count (list, "patient_name = 'Smith^John'"), ==, 1); /* at a scanner only: nobody said it changed */
  g_assert_cmpint (orders_list_apply (list, said_patient (&maiden, T (0) + 1)), ==, NEG_APPLIED_OLD);
  orders_list_add_study (list, &old, "1.2.3", "A1", "", "20261122");
  g_assert_cmpuint (orders_list_count (list), ==, 3);
  orders_list_remove_study (list, 3);
  /* And back: the name that comes again is the name. */
  g_assert_cmpint (orders_list_apply (list, said_patient (&maiden, T (2))), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "patient_name = 'Mayer^Jane'"), ==, 2);
  undo (list, 2);
  g_assert_cmpint (count (list, "patient_name = 'Doe^Jane'"), ==, 2);
  undo (list, 1);
  after = orders_list_dump (list);
  g_assert_cmpstr (before, ==, after);
}

/* What says no name is of the one that all the names of its ID have become, and of nobody where they are several. */
static void
test_unsaid_name (OrdersList *list, gconstpointer data)
{
  const Who unsaid = { "H", "4711", NULL };
  Asked cancel = { .placer = "A1", .status = NEG_ORDER_CANCELED };

  order (list, &maiden, "A1", T (0));
  order (list, &maiden, "A2", T (0));
  orders_list_apply (list, said_patient (&old, T (1)));
  g_assert_cmpint (orders_list_apply (list, said_order (&unsaid, &cancel, T (2))), ==, NEG_APPLIED);
  g_assert_cmpuint (orders_list_count (list), ==, 1);
  merge (list, &old, &now, T (3));
  cancel.placer = "A2";
  g_assert_cmpint (orders_list_apply (list, said_order (&unsaid, &cancel, T (4))), ==, NEG_APPLIED);
  g_assert_cmpuint (orders_list_count (list), ==, 0);
  order (list, &other, "A3", T (5));
  cancel.placer = "A3";
  g_assert_cmpint (orders_list_apply (list, said_order (&unsaid, &cancel, T (6))), ==, NEG_REFUSED_PATIENT);
}

/* An ID that is used again: what says another day of birth with another name is another person. */
static void
test_reused_id (OrdersList *list, gconstpointer data)
{
  NegSaid *first = said_patient (&old, T (0)), *second = said_patient (&other, T (1));

  first->patient.birth_date = g_strdup ("19600102");
  second->patient.birth_date = g_strdup ("20010203");
  orders_list_apply (list, first);
  order (list, &old, "A1", T (0));
  orders_list_add_study (list, &old, "1.2.1", "", "", "20200101");
  g_assert_cmpint (orders_list_apply (list, second), ==, NEG_APPLIED);
  order (list, &other, "A2", T (2));
  g_assert_cmpint (orders_list_query (list, "SELECT count(*) FROM patient_link"), ==, 0);
  g_assert_cmpint (count (list, "name_key = 'doe^jane' AND n_priors < 2"), ==, 2);
  g_assert_cmpint (count (list, "name_key = 'smith^john' AND n_priors = 0"), ==, 1);
}

/* Two corrections of a name, and the second one taken back by a third: nobody goes round in a circle. */
static void
test_name_comes_back (OrdersList *list, gconstpointer data)
{
  const Who middle = { "H", "4711", "Meier^Jane" }, elsewhere = { "H", "9000", "Mayer^Jane" };
  g_autoptr (GError) error = NULL;

  order (list, &maiden, "A1", T (0));
  orders_list_add_study (list, &middle, "1.2.1", "", "", "20200101");
  orders_list_add_study (list, &old, "1.2.2", "", "", "20200101");
  orders_list_apply (list, said_patient (&maiden, T (1)));
  orders_list_apply (list, said_patient (&middle, T (2)));
  orders_list_apply (list, said_patient (&old, T (3)));
  g_assert_cmpint (count (list, "name_key = 'doe^jane'"), ==, 3);
  g_assert_cmpint (orders_list_apply (list, said_patient (&maiden, T (4))), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "name_key = 'mayer^jane'"), ==, 3);
  /* What the third replaced cannot come back where the patient has become another since. */
  g_assert_cmpint (merge (list, &maiden, &elsewhere, T (5)), ==, NEG_APPLIED);
  g_assert_true (neg_patients_undo (list->database, 3, "ann", &error));
  g_assert_no_error (error);
  g_assert_cmpint (count (list, "patient_id = '9000' AND name_key = 'mayer^jane'"), ==, 1);
  g_assert_cmpint (count (list, "patient_id = '4711' AND name_key = 'doe^jane'"), ==, 2);
}

/* A was B, then C; B became A meanwhile: the first cannot be again when the second is taken back. */
static void
test_undo_circle (OrdersList *list, gconstpointer data)
{
  const Who third = { "H", "5", "Doe^Jane" };

  orders_list_add_study (list, &old, "1.2.1", "", "", "20200101");
  orders_list_add_study (list, &now, "1.2.2", "", "", "20200101");
  g_assert_cmpint (merge (list, &old, &now, T (0)), ==, NEG_APPLIED);
  g_assert_cmpint (merge (list, &old, &third, T (1)), ==, NEG_APPLIED);
  g_assert_cmpint (merge (list, &now, &old, T (2)), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "patient_id = '5'"), ==, 2);
  undo (list, 2);
  g_assert_cmpint (count (list, "patient_id = '4711'"), ==, 2);
}

static void
test_demographics (OrdersList *list, gconstpointer data)
{
  NegSaid *said = said_patient (&old, T (1));

  order (list, &old, "A1", T (0));
  said->patient.birth_date = g_strdup ("19600102");
  said->patient.location = g_strdup ("ICU 3");
  g_assert_cmpint (orders_list_apply (list, said), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "birth_date = '19600102' AND location = 'ICU 3'"), ==, 1);
  said = said_patient (&old, T (2));
  said->patient.location = g_strdup ("");
  orders_list_apply (list, said);
  g_assert_cmpint (count (list, "birth_date = '19600102' AND location = ''"), ==, 1);
}

/* --- by hand --- */

static void
test_join (OrdersList *list, gconstpointer data)
{
  const Who nobody = { "H", "", "Doe^Jane" };
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GPtrArray) links = NULL;
  g_autoptr (GError) error = NULL;
  gint64 first, second, third, link;

  orders_list_add_study (list, &old, "1.2.1", "A1", "", "20260101");
  order (list, &now, "A1", T (0));
  orders_list_add_study (list, &nobody, "1.2.2", "", "", "20260101");
  first = orders_list_query (list, "SELECT id FROM entry WHERE study_uid = '1.2.1'");
  second = orders_list_query (list, "SELECT id FROM entry WHERE patient_id = '9000'");
  third = orders_list_query (list, "SELECT id FROM entry WHERE study_uid = '1.2.2'");
  /* What a person said of the row that goes is said again when it comes back. */
  g_assert_true (neg_entries_claim (list->database, second, "bob", "ws", FALSE, NULL));
  before = orders_list_dump (list);
  g_assert_true (neg_patients_join (list->database, first, second, "ann", &link, &error));
  g_assert_cmpint (count (list, "patient_id = '9000' AND study_uid = '1.2.1'"), ==, 1);
  g_assert_cmpuint (orders_list_count (list), ==, 2);
  links = neg_patients_list_links (list->database, 10, NULL);
  g_assert_cmpuint (links->len, ==, 1);
  g_assert_cmpstr (((NegPatientLink *) g_ptr_array_index (links, 0))->user, ==, "ann");
  g_assert_cmpint (merge (list, &now, &old, T (1)), ==, NEG_REFUSED_CIRCLE);
  undo (list, link);
  g_assert_false (neg_patients_undo (list->database, link, "ann", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_clear_error (&error);
  after = orders_list_dump (list);
  g_assert_cmpstr (before, ==, after);
  g_assert_false (neg_patients_join (list->database, third, first, "ann", &link, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_false (neg_patients_join (list->database, first, first, "ann", &link, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

/* --- many --- */

static void
follow (OrdersList *list)
{
  g_autoptr (GError) error = NULL;
  guint n, rounds = 0;

  do {
    neg_patients_follow (list->database, 37, &n, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (rounds++, <, 1000);
  } while (n == 37);
}

/* Until the last piece is done nobody's images are priors of somebody else. */
static void
check_priors_apart (OrdersList *list)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegEntry) one = orders_list_entry (list, "study_uid = '1.2.499'");
  g_autoptr (GPtrArray) priors = neg_entries_list_priors (list->database, one, 1000, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (priors->len, >, 100);
  for (guint i = 0; i < priors->len; i++)
    g_assert_cmpstr (((NegEntry *) g_ptr_array_index (priors, i))->study_uid, !=, "1.3");
}

/* In pieces, the same as at once. */
static void
test_pieces (OrdersList *list, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL;

  for (guint i = 0; i < 510; i++) {
    g_autofree char *uid = g_strdup_printf ("1.2.%u", i), *accession = g_strdup_printf ("A%u", i);

    orders_list_run (list,
                     "INSERT INTO study (study_uid, issuer, patient_id, name_key, patient_name, birth_date, sex, date, "
                     "time, timezone, accession, accession_issuer, description, referrer, institution, arrived_us, "
                     "used_us) VALUES ('%s', 'H', '4711', 'doe^jane', 'Doe^Jane', '', '', '20200101', '', '', '%s', '', "
                     "'', '', '', 0, 0)",
                     uid, accession);
    orders_list_run (list,
                     "INSERT INTO entry SELECT %u, %u, study_uid, id, patient_name, patient_id, issuer, name_key, '', '', "
                     "accession, '', '', '', '', '', '', date, '', '', 0, 0, 0, 3, 1, '', '', 0, 0, 0, 0, 0, 0, "
                     "'doe jane', '4711', lower (accession), '', '', '', '', '' FROM study WHERE study_uid = '%s'",
                     i, i + 1, uid);
  }
  orders_list_run (list, "UPDATE entry_number SET next_id = 511, next_doc = 510");
  neg_entries_rebuild (list->database, NULL);
  for (guint i = 0; i < 10; i++) {
    g_autofree char *accession = g_strdup_printf ("A%u", i * 40);

    order (list, &now, accession, T (0));
  }
  orders_list_add_study (list, &now, "1.3", "", "", "20200101");
  for (gint64 i = 0; i < 2; i++) {
    g_free (before); /* the first round made of the rows what the program makes of them */
    before = orders_list_dump (list);
    merge (list, &old, &now, T (i));
    g_assert_cmpint (count (list, "patient_id = '9000'"), ==, 11);
    follow (list);
    g_assert_cmpint (count (list, "patient_id = '9000'"), ==, 511);
    g_assert_cmpuint (orders_list_count (list), ==, 511);
    g_assert_cmpint (count (list, "urgency = 0"), ==, 10);
    undo_all (list);
    check_priors_apart (list);
    follow (list);
    check_priors_apart (list);
    g_assert_cmpint (count (list, "patient_id = '9000'"), ==, 11);
    g_assert_cmpuint (orders_list_count (list), ==, 521);
  }
  after = orders_list_dump (list);
  g_assert_true (g_str_equal (before, after));
}

static void
add_test (const char *name, void (*func) (OrdersList *, gconstpointer))
{
  g_test_add (name, OrdersList, NULL, orders_list_init, func, orders_list_clear);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  add_test ("/patients/merge", test_merge);
  add_test ("/patients/after-merge", test_after_merge);
  add_test ("/patients/refused", test_refused);
  add_test ("/patients/names", test_names);
  add_test ("/patients/only-name", test_only_name);
  add_test ("/patients/only-name-of-another", test_only_name_of_another);
  add_test ("/patients/chain", test_chain);
  add_test ("/patients/married", test_married);
  add_test ("/patients/unsaid-name", test_unsaid_name);
  add_test ("/patients/reused-id", test_reused_id);
  add_test ("/patients/name-comes-back", test_name_comes_back);
  add_test ("/patients/undo-circle", test_undo_circle);
  add_test ("/patients/demographics", test_demographics);
  add_test ("/patients/join", test_join);
  add_test ("/patients/pieces", test_pieces);
  return g_test_run ();
}
