/* What stands beside an open case, and what a person has to settle, as the list's thread reads them. */
#include "config.h"

#include <unistd.h>

#include "base/neg-error.h"
#include "orders-list.h"
#include "store/neg-archive.h"
#include "worklist/neg-worklist-case.h"
#include "worklist/neg-worklist-unsettled.h"

#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

static const Who doe = { "H", "4711", "Doe^Jane" }, typed = { "H", "47111", "Doe^Jane" };

typedef struct {
  OrdersList list;
  char *today, *yesterday; /* YYYYMMDD */
  NegWorklistModel *model;
  GAsyncResult *result;
} Fixture;

static char *
dup_day (gint64 ago_us)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_utc ((g_get_real_time () - ago_us) / G_USEC_PER_SEC);

  return g_date_time_format (then, "%Y%m%d");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *archive = NULL;

  orders_list_init (&fixture->list, NULL);
  archive = g_build_filename (fixture->list.folder.folder, NEG_ARCHIVE_FILE, NULL);
  g_assert_cmpint (symlink (fixture->list.folder.path, archive), ==, 0); /* as the list's thread looks for it */
  fixture->today = dup_day (0);
  fixture->yesterday = dup_day (DAY_US);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->result);
  if (fixture->model != NULL)
    g_assert_finalize_object (fixture->model);
  orders_list_clear (&fixture->list, NULL);
  g_free (fixture->today);
  g_free (fixture->yesterday);
}

/* What was written is there for other connections; the model reads it. */
static void
open_model (Fixture *fixture)
{
  orders_list_run (&fixture->list, "COMMIT");
  if (fixture->model == NULL)
    fixture->model = neg_worklist_model_new (fixture->list.folder.folder, fixture->list.folder.folder);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Fixture *) data)->result = g_object_ref (result);
}

static GAsyncResult *
wait_for_answer (Fixture *fixture)
{
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return fixture->result;
}

static gint64
find_entry (Fixture *fixture, const char *condition)
{
  g_autoptr (NegEntry) entry = orders_list_entry (&fixture->list, condition);

  return entry->id;
}

static void
order (Fixture *fixture, const Who *who, const char *number, const char *date)
{
  const Asked asked = { .placer = number, .accession = number, .modality = "CT", .procedure = "CT Thorax", .date = date,
                        .time = "0000", .reason = "cough", .status = NEG_ORDER_SCHEDULED };

  g_assert_cmpint (orders_list_apply (&fixture->list, said_order (who, &asked, g_get_real_time ())), ==, NEG_APPLIED);
}

static void
report (Fixture *fixture, const char *accession, NegReportStatus status, const char *text, gint64 time_us)
{
  orders_list_apply (&fixture->list, said_report (&doe, accession, status, text, time_us));
}

/* --- a case --- */

static NegWorklistCase *
load_case (Fixture *fixture, gint64 entry)
{
  g_autoptr (GError) error = NULL;
  NegWorklistCase *subject;

  neg_worklist_model_load_case_async (fixture->model, entry, NULL, answered_cb, fixture);
  subject = neg_worklist_model_load_case_finish (fixture->model, wait_for_answer (fixture), &error);
  g_assert_no_error (error);
  g_clear_object (&fixture->result);
  return subject;
}

static const NegCaseReport *
get_report (const NegWorklistCase *subject, guint index)
{
  g_assert_cmpuint (index, <, subject->reports->len);
  return g_ptr_array_index (subject->reports, index);
}

static void
test_case (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegWorklistCase) subject = NULL;
  gint64 entry;

  order (fixture, &doe, "A1", fixture->today);
  orders_list_add_study (&fixture->list, &doe, "1.2.1", "A1", "", fixture->today);
  orders_list_add_study (&fixture->list, &doe, "1.2.2", "A2", "", "20200101");
  orders_list_add_study (&fixture->list, &doe, "1.2.3", "A3", "", "20210101");
  orders_list_add_study (&fixture->list, &typed, "1.2.4", "A4", "", "20220101");
  report (fixture, "A1", NEG_REPORT_PRELIMINARY, "own", 3);
  report (fixture, "A2", NEG_REPORT_FINAL, "of 2020", 1);
  report (fixture, "A3", NEG_REPORT_FINAL, "of 2021", 2);
  orders_list_apply (&fixture->list, said_report (&typed, "A4", NEG_REPORT_FINAL, "of another patient", 4));
  entry = find_entry (fixture, "study_uid = '1.2.1'");
  open_model (fixture);
  subject = load_case (fixture, entry);
  g_assert_cmpuint (subject->orders->len, ==, 1);
  g_assert_cmpstr (((NegOrder *) g_ptr_array_index (subject->orders, 0))->reason, ==, "cough");
  g_assert_cmpuint (subject->reports->len, ==, 3);
  g_assert_cmpstr (get_report (subject, 0)->report->text, ==, "own");
  g_assert_null (get_report (subject, 0)->prior);
  g_assert_cmpstr (get_report (subject, 1)->report->text, ==, "of 2021");
  g_assert_cmpstr (get_report (subject, 1)->prior->study_date, ==, "20210101");
  g_assert_cmpstr (get_report (subject, 2)->report->text, ==, "of 2020");
  g_assert_cmpuint (subject->n_left_out, ==, 0);
}

static void
test_equal (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegWorklistCase) first = NULL;
  g_autoptr (NegWorklistCase) again = NULL;
  g_autoptr (NegWorklistCase) other = NULL;
  gint64 entry;

  order (fixture, &doe, "A1", fixture->today);
  orders_list_add_study (&fixture->list, &doe, "1.2.1", "A1", "", fixture->today);
  report (fixture, "A1", NEG_REPORT_PRELIMINARY, "own", 3);
  entry = find_entry (fixture, "1");
  open_model (fixture);
  first = load_case (fixture, entry);
  again = load_case (fixture, entry);
  g_assert_true (neg_worklist_cases_equal (first, again));
  orders_list_run (&fixture->list, "BEGIN");
  report (fixture, "A1", NEG_REPORT_FINAL, "own", 4);
  open_model (fixture);
  other = load_case (fixture, entry);
  g_assert_false (neg_worklist_cases_equal (first, other));
}

/* Texts beyond the limit are left out and counted, the newest stay. */
static void
test_many_bytes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (NEG_CASE_BYTES_MAX / 3, 'x');
  g_autoptr (NegWorklistCase) subject = NULL;
  gint64 entry;

  for (guint i = 0; i < 5; i++) {
    g_autofree char *uid = g_strdup_printf ("1.2.%u", i), *accession = g_strdup_printf ("A%u", i);
    g_autofree char *date = g_strdup_printf ("%u0101", 2020 + i);

    orders_list_add_study (&fixture->list, &doe, uid, accession, "", date);
    report (fixture, accession, NEG_REPORT_FINAL, text, i + 1);
  }
  entry = find_entry (fixture, "study_uid = '1.2.4'");
  open_model (fixture);
  subject = load_case (fixture, entry);
  g_assert_cmpuint (subject->reports->len, ==, 3);
  g_assert_cmpuint (subject->n_left_out, ==, 2);
  g_assert_cmpstr (get_report (subject, 2)->prior->study_date, ==, "20220101");
}

static void
test_no_case (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  open_model (fixture);
  neg_worklist_model_load_case_async (fixture->model, 4711, NULL, answered_cb, fixture);
  g_assert_null (neg_worklist_model_load_case_finish (fixture->model, wait_for_answer (fixture), &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

/* --- what is to settle --- */

static GPtrArray *
list_unsettled (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *items;

  neg_worklist_model_list_unsettled_async (fixture->model, NULL, answered_cb, fixture);
  items = neg_worklist_model_list_unsettled_finish (fixture->model, wait_for_answer (fixture), &error);
  g_assert_no_error (error);
  g_clear_object (&fixture->result);
  return items;
}

/* The order and its images are one thing to decide, not two. */
static void
test_listed_once (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) items = NULL;
  const NegSettleItem *item;
  const NegSettleSide *images;

  order (fixture, &doe, "A1", fixture->yesterday);
  orders_list_add_study (&fixture->list, &typed, "1.2.1", "", "", fixture->today);
  open_model (fixture);
  items = list_unsettled (fixture);
  g_assert_cmpuint (items->len, ==, 1);
  item = g_ptr_array_index (items, 0);
  g_assert_cmpint (item->unsettled->kind, ==, NEG_UNSETTLED_ORDER);
  g_assert_cmpstr (item->subject->facts[NEG_FACT_ID], ==, "4711");
  g_assert_cmpstr (item->subject->facts[NEG_FACT_ACCESSION], ==, "A1");
  g_assert_cmpuint (item->candidates->len, ==, 1);
  images = g_ptr_array_index (item->candidates, 0);
  g_assert_cmpstr (images->facts[NEG_FACT_ID], ==, "47111");
  g_assert_true (g_str_has_prefix (images->facts[NEG_FACT_TIME], fixture->today));
  g_assert_true (neg_settle_sides_differ (item->subject, images, NEG_FACT_ID));
  g_assert_false (neg_settle_sides_differ (item->subject, images, NEG_FACT_PATIENT));
  g_assert_true (neg_settle_items_equal (item, item));
}

/* Of an order that is still to come the images are the only place where it is said. */
static void
test_study_of_a_coming_order (Fixture *fixture, gconstpointer data)
{
  g_autofree char *tomorrow = dup_day (-DAY_US);
  g_autoptr (GPtrArray) items = NULL;
  const NegSettleItem *item;

  order (fixture, &doe, "A1", tomorrow);
  orders_list_add_study (&fixture->list, &typed, "1.2.1", "", "", fixture->today);
  open_model (fixture);
  items = list_unsettled (fixture);
  g_assert_cmpuint (items->len, ==, 1);
  item = g_ptr_array_index (items, 0);
  g_assert_cmpint (item->unsettled->kind, ==, NEG_UNSETTLED_STUDY);
  g_assert_cmpuint (item->candidates->len, ==, 1);
}

/* Who a report is of can be compared, even where nothing else tells of him. */
static void
test_report (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) items = NULL;
  const NegSettleItem *item;

  orders_list_add_study (&fixture->list, &(Who){ "H", "4711", "Other^Person" }, "1.2.1", "A1", "", "20200101");
  report (fixture, "A9", NEG_REPORT_FINAL, "of whom?", 1);
  open_model (fixture);
  items = list_unsettled (fixture);
  g_assert_cmpuint (items->len, ==, 1);
  item = g_ptr_array_index (items, 0);
  g_assert_cmpint (item->unsettled->kind, ==, NEG_UNSETTLED_REPORT);
  g_assert_cmpstr (item->subject->facts[NEG_FACT_ACCESSION], ==, "A9");
  g_assert_cmpuint (item->candidates->len, ==, 1);
  g_assert_true (
      neg_settle_sides_differ (item->subject, g_ptr_array_index (item->candidates, 0), NEG_FACT_PATIENT));
}

static NegSettleSide
make_side (NegFact fact, const char *text, const char *issuer)
{
  NegSettleSide side = { .issuer = (char *) issuer };

  for (guint i = 0; i < NEG_FACT_N; i++)
    side.facts[i] = (char *) (i == fact ? text : "");
  return side;
}

static void
test_differ (void)
{
  static const struct {
    NegFact fact;
    const char *a, *a_issuer, *b, *b_issuer;
    gboolean differ;
  } cases[] = {
    { NEG_FACT_PATIENT, "DOE^JANE", "", "Doe^Jane", "", FALSE },
    { NEG_FACT_PATIENT, "Doe^Jane", "", "Doe^John", "", TRUE },
    { NEG_FACT_PATIENT, "Doe^Jane", "", "", "", FALSE },
    { NEG_FACT_ID, "1", "H", "1", "H", FALSE },
    { NEG_FACT_ID, "1", "H", "1", "X", TRUE },
    { NEG_FACT_ID, "1", "H", "2", "H", TRUE },
    { NEG_FACT_ID, "1", "H", "", "X", FALSE },
    { NEG_FACT_BIRTH_DATE, "19700101", "", "19700102", "", TRUE },
    { NEG_FACT_MODALITY, "CT", "", "SR\\CT", "", FALSE },
    { NEG_FACT_MODALITY, "CT", "", "MR\\SR", "", TRUE },
    { NEG_FACT_MODALITY, "CT", "", "RTCT", "", TRUE },
    { NEG_FACT_DESCRIPTION, "CT Thorax", "", "Chest", "", FALSE },
    { NEG_FACT_TIME, "20261122103000", "", "20261122", "", FALSE },
    { NEG_FACT_TIME, "20261122", "", "20261123", "", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const NegSettleSide a = make_side (cases[i].fact, cases[i].a, cases[i].a_issuer);
    const NegSettleSide b = make_side (cases[i].fact, cases[i].b, cases[i].b_issuer);

    g_test_message ("%u", i);
    g_assert_cmpint (neg_settle_sides_differ (&a, &b, cases[i].fact), ==, cases[i].differ);
    g_assert_cmpint (neg_settle_sides_differ (&b, &a, cases[i].fact), ==, cases[i].differ);
  }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/worklist/case/own-and-priors", test_case);
  ADD ("/worklist/case/equal", test_equal);
  ADD ("/worklist/case/many-bytes", test_many_bytes);
  ADD ("/worklist/case/gone", test_no_case);
  ADD ("/worklist/unsettled/once", test_listed_once);
  ADD ("/worklist/unsettled/coming", test_study_of_a_coming_order);
  ADD ("/worklist/unsettled/report", test_report);
  g_test_add_func ("/worklist/unsettled/differ", test_differ);
  return g_test_run ();
}
