/* Orders and reports as rows and as entries: which order, which images, what older messages may do, what closes. */
#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "orders-list.h"
#include "store/neg-database-private.h"

#define T(n) (G_GINT64_CONSTANT (1795000000000000) + (n) * G_GINT64_CONSTANT (1000000))

static const Who doe = { "H", "4711", "Doe^Jane" }, roe = { "H", "4712", "Roe^Joan" };
static const Asked ct = { .placer = "P1", .filler = "F1", .accession = "A1", .step = "S1", .modality = "CT",
                          .procedure = "CT Thorax", .location = "CT 2", .date = "20261122", .time = "0900",
                          .priority = "STAT", .reason = "cough", .referrer = "Who^Doctor",
                          .status = NEG_ORDER_SCHEDULED };

static NegApplied
order (OrdersList *list, const Who *who, const Asked *asked, gint64 time_us)
{
  return orders_list_apply (list, said_order (who, asked, time_us));
}

static gint64
count (OrdersList *list, const char *table)
{
  return orders_list_query (list, "SELECT count(*) FROM %s", table);
}

static void
test_row (OrdersList *list, gconstpointer data)
{
  g_autoptr (NegEntry) announced = NULL;
  g_autoptr (NegEntry) arrived = NULL;
  g_autoptr (NegEntry) left = NULL;
  gint64 rowid;

  g_assert_cmpint (order (list, &doe, &ct, T (0)), ==, NEG_APPLIED);
  announced = orders_list_entry (list, "1");
  g_assert_cmpint (announced->status, ==, NEG_STATUS_SCHEDULED);
  g_assert_cmpint (announced->urgency, ==, NEG_URGENCY_STAT);
  g_assert_cmpstr (announced->description, ==, "CT Thorax");
  g_assert_cmpstr (announced->location, ==, "CT 2");
  g_assert_cmpstr (announced->referrer, ==, "Who^Doctor");
  g_assert_cmpstr (announced->modalities, ==, "CT");
  g_assert_cmpint (announced->time_us, ==, G_GINT64_CONSTANT (1795338000000000));
  rowid = orders_list_add_study (list, &doe, "1.2.3", "A1", "", "20261122");
  arrived = orders_list_entry (list, "1");
  g_assert_cmpint (arrived->id, ==, announced->id);
  g_assert_cmpint (arrived->status, ==, NEG_STATUS_ARRIVED);
  g_assert_cmpstr (arrived->study_uid, ==, "1.2.3");
  g_assert_cmpstr (arrived->description, ==, "CT");
  g_assert_cmpint (arrived->urgency, ==, NEG_URGENCY_STAT);
  g_assert_cmpint (orders_list_query (list, "SELECT has_images FROM imaging_order"), ==, 1);
  orders_list_remove_study (list, rowid);
  left = orders_list_entry (list, "1");
  g_assert_cmpint (left->id, ==, announced->id);
  g_assert_cmpint (left->status, ==, NEG_STATUS_SCHEDULED);
  g_assert_cmpint (orders_list_query (list, "SELECT has_images FROM imaging_order"), ==, 0);
}

static void
test_after_images (OrdersList *list, gconstpointer data)
{
  Asked by_uid = { .placer = "P2", .study_uid = "1.2.4", .priority = "HIGH", .status = NEG_ORDER_SCHEDULED };
  g_autoptr (NegEntry) entry = NULL;
  g_autoptr (NegEntry) other = NULL;

  orders_list_add_study (list, &doe, "1.2.3", "A1", "", "20261122");
  orders_list_set_remote (list, &doe, "1.2.4", "");
  order (list, &doe, &ct, T (0));
  order (list, &doe, &by_uid, T (0));
  g_assert_cmpuint (orders_list_count (list), ==, 2);
  entry = orders_list_entry (list, "study_uid = '1.2.3'");
  g_assert_cmpint (entry->urgency, ==, NEG_URGENCY_STAT);
  other = orders_list_entry (list, "study_uid = '1.2.4'");
  g_assert_cmpint (other->urgency, ==, NEG_URGENCY_HIGH);
  g_assert_cmpint (orders_list_query (list, "SELECT sum(has_images) FROM imaging_order"), ==, 2);
}

/* Several steps of one accession number are one entry, two numbers are two, one placer's steps without any are one. */
static void
test_steps (OrdersList *list, gconstpointer data)
{
  Asked second = ct, third = ct, bare = { .placer = "P9", .step = "1", .status = NEG_ORDER_SCHEDULED };

  second.step = "S2";
  third.step = "S3";
  third.accession = "A2";
  order (list, &doe, &ct, T (0));
  order (list, &doe, &second, T (0));
  g_assert_cmpuint (orders_list_count (list), ==, 1);
  order (list, &doe, &third, T (0));
  g_assert_cmpuint (orders_list_count (list), ==, 2);
  order (list, &doe, &bare, T (0));
  bare.step = "2";
  order (list, &doe, &bare, T (0));
  g_assert_cmpint (count (list, "imaging_order"), ==, 5);
  g_assert_cmpuint (orders_list_count (list), ==, 3);
  /* Without a step it is all of them. */
  bare.step = NULL;
  bare.status = NEG_ORDER_CANCELED;
  g_assert_cmpint (order (list, &doe, &bare, T (1)), ==, NEG_APPLIED);
  g_assert_cmpuint (orders_list_count (list), ==, 2);
}

static void
test_absent (OrdersList *list, gconstpointer data)
{
  Asked change = { .placer = "P1", .procedure = "", .location = "CT 3", .status = NEG_ORDER_KEEP };
  g_autofree char *reason = NULL;
  g_autoptr (NegEntry) entry = NULL;

  order (list, &doe, &ct, T (0));
  g_assert_cmpint (order (list, &doe, &change, T (1)), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "imaging_order"), ==, 1);
  entry = orders_list_entry (list, "1");
  g_assert_cmpstr (entry->description, ==, "");
  g_assert_cmpstr (entry->location, ==, "CT 3");
  g_assert_cmpstr (entry->accession, ==, "A1");
  g_assert_cmpint (entry->urgency, ==, NEG_URGENCY_STAT);
  reason = orders_list_query_text (list, "SELECT reason FROM imaging_order");
  g_assert_cmpstr (reason, ==, "cough");
}

static void
test_numbers (OrdersList *list, gconstpointer data)
{
  Asked by_filler = { .filler = "F1", .procedure = "by filler", .status = NEG_ORDER_KEEP };
  Asked by_placer = { .placer = "P1", .procedure = "by placer", .status = NEG_ORDER_KEEP };
  Asked other = ct, none = { .step = "S1", .status = NEG_ORDER_SCHEDULED };
  const Who nobody = { "H", NULL, "Doe^Jane" };

  order (list, &doe, &ct, T (0));
  g_assert_cmpint (order (list, &doe, &by_filler, T (1)), ==, NEG_APPLIED);
  g_assert_cmpint (order (list, &doe, &by_placer, T (2)), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "imaging_order WHERE procedure = 'by placer' AND filler = 'F1'"), ==, 1);
  g_assert_cmpint (order (list, &roe, &ct, T (3)), ==, NEG_REFUSED_PATIENT);
  g_assert_cmpint (order (list, &roe, &by_placer, T (3)), ==, NEG_REFUSED_PATIENT);
  g_assert_cmpint (order (list, &roe, &by_filler, T (3)), ==, NEG_REFUSED_PATIENT);
  other.placer = "P2"; /* another order in the same accession number */
  other.filler = "F2";
  g_assert_cmpint (order (list, &doe, &other, T (3)), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "imaging_order"), ==, 2);
  g_assert_cmpint (order (list, &doe, &none, T (3)), ==, NEG_REFUSED_NO_ID);
  g_assert_cmpint (order (list, &nobody, &ct, T (3)), ==, NEG_REFUSED_NO_ID);
  g_assert_cmpint (count (list, "imaging_order"), ==, 2);
}

/* A refusal in the middle takes the rest of its part back. */
static void
test_whole (OrdersList *list, gconstpointer data)
{
  Asked first = { .placer = "N1", .status = NEG_ORDER_SCHEDULED };
  NegSaid *said = said_order (&roe, &first, T (1)), *more = said_order (&roe, &ct, T (1));
  g_autofree char *before = NULL, *after = NULL;

  order (list, &doe, &ct, T (0));
  before = orders_list_dump (list);
  g_ptr_array_add (said->orders, g_ptr_array_steal_index (more->orders, 0));
  neg_said_free (more);
  g_assert_cmpint (orders_list_apply (list, said), ==, NEG_REFUSED_PATIENT);
  after = orders_list_dump (list);
  g_assert_cmpstr (before, ==, after);
}

static void
test_canceled (OrdersList *list, gconstpointer data)
{
  Asked cancel = { .placer = "P1", .status = NEG_ORDER_CANCELED }, late = ct;
  g_autoptr (NegEntry) first = NULL;
  g_autoptr (NegEntry) again = NULL;

  order (list, &doe, &ct, T (0));
  first = orders_list_entry (list, "1");
  g_assert_cmpint (order (list, &doe, &cancel, T (10)), ==, NEG_APPLIED);
  g_assert_cmpuint (orders_list_count (list), ==, 0);
  g_assert_cmpint (count (list, "imaging_order"), ==, 1);
  late.procedure = "too late";
  g_assert_cmpint (order (list, &doe, &late, T (9)), ==, NEG_APPLIED_OLD);
  g_assert_cmpint (order (list, &doe, &late, 0), ==, NEG_APPLIED_OLD);
  g_assert_cmpuint (orders_list_count (list), ==, 0);
  g_assert_cmpint (count (list, "imaging_order WHERE procedure = 'CT Thorax' AND status = 2"), ==, 1);
  /* Asked for again, later than it was canceled. */
  g_assert_cmpint (order (list, &doe, &ct, T (11)), ==, NEG_APPLIED);
  again = orders_list_entry (list, "1");
  g_assert_cmpint (again->id, ==, first->id);
  g_assert_cmpint (order (list, &doe, &cancel, T (11)), ==, NEG_APPLIED); /* the same second: as they came */
  g_assert_cmpuint (orders_list_count (list), ==, 0);
}

/* The cancellation overtakes the order. */
static void
test_overtaken (OrdersList *list, gconstpointer data)
{
  Asked cancel = { .placer = "P1", .accession = "A1", .step = "S1", .status = NEG_ORDER_CANCELED };

  g_assert_cmpint (order (list, &doe, &cancel, T (10)), ==, NEG_APPLIED);
  g_assert_cmpint (order (list, &doe, &ct, T (5)), ==, NEG_APPLIED_OLD);
  g_assert_cmpuint (orders_list_count (list), ==, 0);
  g_assert_cmpint (count (list, "imaging_order WHERE status = 2"), ==, 1);
}

/* Without any time nothing is newer for certain. */
static void
test_canceled_timeless (OrdersList *list, gconstpointer data)
{
  Asked cancel = { .placer = "P1", .status = NEG_ORDER_CANCELED };

  order (list, &doe, &ct, 0);
  g_assert_cmpint (order (list, &doe, &cancel, 0), ==, NEG_APPLIED);
  g_assert_cmpint (order (list, &doe, &ct, 0), ==, NEG_APPLIED_OLD);
  g_assert_cmpuint (orders_list_count (list), ==, 0);
}

/* The issuer of an accession number is said by one of two senders only: it is the same order. */
static void
test_canceled_issuer (OrdersList *list, gconstpointer data)
{
  Asked asked = { .accession = "A1", .accession_issuer = "H", .status = NEG_ORDER_SCHEDULED }, other = asked;
  Asked cancel = { .accession = "A1", .status = NEG_ORDER_CANCELED };

  other.accession_issuer = "X";
  order (list, &doe, &asked, T (0));
  g_assert_cmpint (order (list, &doe, &cancel, T (1)), ==, NEG_APPLIED);
  g_assert_cmpuint (orders_list_count (list), ==, 0);
  g_assert_cmpint (count (list, "imaging_order WHERE accession_issuer = 'H'"), ==, 1);
  g_assert_cmpint (order (list, &doe, &other, T (2)), ==, NEG_APPLIED); /* another issuer's, which is said */
  g_assert_cmpint (count (list, "imaging_order"), ==, 2);
  g_assert_cmpuint (orders_list_count (list), ==, 1);
  g_assert_cmpint (order (list, &roe, &cancel, T (3)), ==, NEG_APPLIED); /* without it, no other patient's */
  g_assert_cmpuint (orders_list_count (list), ==, 1);
}

/* An appointment or a change overtakes the order, which then says what is still missing, and no more. */
static void
test_overtaken_details (OrdersList *list, gconstpointer data)
{
  Asked appointment = { .placer = "P1", .filler = "APPT", .step = "APPT", .date = "20261123", .time = "1400",
                        .location = "CT 3", .status = NEG_ORDER_SCHEDULED };

  order (list, &doe, &appointment, T (10));
  g_assert_cmpint (order (list, &doe, &ct, T (5)), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "imaging_order WHERE accession = 'A1' AND step_id = 'S1' AND filler = 'F1' AND "
                                "procedure = 'CT Thorax' AND urgency = 0"), ==, 1);
  g_assert_cmpint (count (list, "imaging_order WHERE date = '20261123' AND time = '1400' AND location = 'CT 3'"), ==, 1);
  g_assert_cmpint (order (list, &doe, &ct, T (5)), ==, NEG_APPLIED_OLD);
  orders_list_add_study (list, &doe, "1.2.3", "A1", "", "20261122");
  g_assert_cmpuint (orders_list_count (list), ==, 1);
}

/* Images of a canceled order are shown with it, whichever came first. */
static void
test_canceled_images (OrdersList *list, gconstpointer data)
{
  Asked cancel = { .placer = "P1", .status = NEG_ORDER_DISCONTINUED };
  g_autoptr (GPtrArray) orders = NULL;
  g_autoptr (NegEntry) first = NULL;
  g_autoptr (NegEntry) entry = NULL;
  gint64 rowid;

  order (list, &doe, &ct, T (0));
  first = orders_list_entry (list, "1");
  order (list, &doe, &cancel, T (1));
  g_assert_cmpuint (orders_list_count (list), ==, 0);
  rowid = orders_list_add_study (list, &doe, "1.2.3", "A1", "", "20261122");
  entry = orders_list_entry (list, "1");
  g_assert_cmpint (entry->id, ==, first->id);
  g_assert_cmpint (entry->urgency, ==, NEG_URGENCY_ROUTINE); /* nobody waits for it */
  orders = neg_orders_list_of_entry (list->database, entry->id, NULL);
  g_assert_cmpuint (orders->len, ==, 1);
  orders_list_remove_study (list, rowid);
  g_assert_cmpuint (orders_list_count (list), ==, 0);
  order (list, &doe, &ct, T (2));
  g_assert_cmpint (orders_list_query (list, "SELECT id FROM entry"), ==, first->id);
}

/* An appointment's own number of the step is not the order's. */
static void
test_appointment (OrdersList *list, gconstpointer data)
{
  Asked appointment = { .placer = "P1", .filler = "APPT", .step = "APPT", .time = "1400", .status = NEG_ORDER_SCHEDULED };

  order (list, &doe, &appointment, T (0));
  order (list, &doe, &ct, T (1));
  g_assert_cmpint (count (list, "imaging_order WHERE step_id = 'S1' AND filler = 'F1' AND time = '0900'"), ==, 1);
  g_assert_cmpint (order (list, &doe, &appointment, T (2)), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "imaging_order WHERE step_id = 'S1' AND filler = 'F1' AND time = '1400'"), ==, 1);
  g_assert_cmpuint (orders_list_count (list), ==, 1);
}

/* It was another examination after all. */
static void
test_moves (OrdersList *list, gconstpointer data)
{
  Asked moved = { .placer = "P5", .status = NEG_ORDER_SCHEDULED, .study_uid = "1.2.3" };

  orders_list_add_study (list, &doe, "1.2.3", "", "", "20261122");
  orders_list_add_study (list, &doe, "1.2.4", "", "", "20261122");
  order (list, &doe, &moved, T (0));
  g_assert_cmpint (orders_list_query (list, "SELECT e.study_uid = '1.2.3' FROM entry e JOIN entry_source ON "
                                            "entry_id = e.id WHERE order_id = 1"), ==, 1);
  moved.study_uid = "1.2.4";
  order (list, &doe, &moved, T (1));
  g_assert_cmpint (orders_list_query (list, "SELECT e.study_uid = '1.2.4' FROM entry e JOIN entry_source ON "
                                            "entry_id = e.id WHERE order_id = 1"), ==, 1);
  g_assert_cmpuint (orders_list_count (list), ==, 2);
  moved.study_uid = "1.2.5";
  order (list, &doe, &moved, T (2));
  g_assert_cmpuint (orders_list_count (list), ==, 3);
}

/* --- reports --- */

static NegEntryStatus
status (OrdersList *list)
{
  return (NegEntryStatus) orders_list_query (list, "SELECT status FROM entry");
}

static NegApplied
report (OrdersList *list, const Who *who, const char *accession, NegReportStatus state, const char *text, gint64 time_us)
{
  return orders_list_apply (list, said_report (who, accession, state, text, time_us));
}

static void
test_report (OrdersList *list, gconstpointer data)
{
  g_autoptr (GPtrArray) reports = NULL;
  gint64 id;

  orders_list_add_study (list, &doe, "1.2.3", "A1", "", "20261122");
  g_assert_cmpint (report (list, &doe, "A1", NEG_REPORT_PRELIMINARY, "first", T (0)), ==, NEG_APPLIED);
  g_assert_cmpint (status (list), ==, NEG_STATUS_ARRIVED);
  g_assert_cmpint (report (list, &doe, "A1", NEG_REPORT_FINAL, "final", T (1)), ==, NEG_APPLIED);
  g_assert_cmpint (status (list), ==, NEG_STATUS_REPORTED);
  g_assert_cmpint (report (list, &doe, "A1", NEG_REPORT_PRELIMINARY, "old", T (0)), ==, NEG_APPLIED_OLD);
  id = orders_list_query (list, "SELECT id FROM entry");
  reports = neg_reports_list_of_entry (list->database, id, NULL);
  g_assert_cmpuint (reports->len, ==, 1);
  g_assert_cmpstr (((NegReport *) g_ptr_array_index (reports, 0))->text, ==, "final");
  /* A person's word stays, until there is another version. */
  g_assert_true (neg_entries_set_status (list->database, id, NEG_STATUS_READ, "ann", NULL));
  neg_entries_refresh_study (list->database, 1, NULL);
  g_assert_cmpint (status (list), ==, NEG_STATUS_READ);
  report (list, &doe, "A1", NEG_REPORT_CORRECTED, "corrected", T (2));
  g_assert_cmpint (status (list), ==, NEG_STATUS_REPORTED);
  report (list, &doe, "A1", NEG_REPORT_DELETED, NULL, T (3));
  g_assert_cmpint (status (list), ==, NEG_STATUS_ARRIVED);
  g_ptr_array_unref (reports);
  reports = neg_reports_list_of_entry (list->database, id, NULL);
  g_assert_cmpuint (reports->len, ==, 0);
  g_assert_cmpint (report (list, &doe, "A1", NEG_REPORT_FINAL, "late", T (2)), ==, NEG_APPLIED_OLD);
}

static void
test_report_first (OrdersList *list, gconstpointer data)
{
  g_autoptr (GPtrArray) unsettled = NULL;

  g_assert_cmpint (report (list, &doe, "A1", NEG_REPORT_FINAL, "text", T (0)), ==, NEG_APPLIED_UNMATCHED);
  /* Nothing of the patient is here: nothing for a person to decide. */
  unsettled = neg_orders_list_unsettled (list->database, T (0), 100, NULL);
  g_assert_cmpuint (unsettled->len, ==, 0);
  orders_list_add_study (list, &roe, "1.2.9", "A1", "", "20261122");
  g_assert_cmpint (status (list), ==, NEG_STATUS_ARRIVED);
  orders_list_add_study (list, &doe, "1.2.3", "A1", "", "20261122");
  g_assert_cmpint (orders_list_query (list, "SELECT status FROM entry WHERE study_uid = '1.2.3'"), ==,
                   NEG_STATUS_REPORTED);
  g_assert_cmpint (orders_list_query (list, "SELECT n_entries FROM report"), ==, 1);
}

static gint64
entry_of (OrdersList *list, const char *study_uid)
{
  g_autoptr (NegEntry) entry = neg_entries_find_study (list->database, study_uid, NULL);

  g_assert_nonnull (entry);
  return entry->id;
}

/* A person says what it is about: of the same patient, and before what its numbers say. */
static void
test_report_by_hand (OrdersList *list, gconstpointer data)
{
  g_autoptr (GPtrArray) unsettled = NULL;
  g_autoptr (NegReport) one = NULL;
  g_autoptr (GError) error = NULL;
  const NegUnsettled *first;

  orders_list_add_study (list, &doe, "1.2.3", "A8", "", "20261122");
  orders_list_add_study (list, &roe, "1.2.9", "A9", "", "20261122");
  report (list, &doe, "A1", NEG_REPORT_FINAL, "text", T (0));
  unsettled = neg_orders_list_unsettled (list->database, T (0), 100, NULL);
  g_assert_cmpuint (unsettled->len, ==, 1);
  first = g_ptr_array_index (unsettled, 0);
  g_assert_cmpint (first->kind, ==, NEG_UNSETTLED_REPORT);
  g_assert_cmpuint (first->candidates->len, ==, 1);
  g_assert_cmpint (g_array_index (first->candidates, gint64, 0), ==, entry_of (list, "1.2.3"));
  g_assert_false (neg_reports_match (list->database, first->id, entry_of (list, "1.2.9"), "ann", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_assert_true (neg_reports_match (list->database, first->id, entry_of (list, "1.2.3"), "ann", NULL));
  one = neg_reports_find (list->database, first->id, NULL);
  g_assert_cmpint (one->entry, ==, entry_of (list, "1.2.3"));
  g_assert_cmpstr (one->patient_id, ==, doe.id);
  g_assert_cmpint (orders_list_query (list, "SELECT status FROM entry WHERE study_uid = '1.2.3'"), ==,
                   NEG_STATUS_REPORTED);
  orders_list_add_study (list, &doe, "1.2.4", "A1", "", "20261122"); /* what its numbers say came too late */
  g_assert_cmpint (orders_list_query (list, "SELECT status FROM entry WHERE study_uid = '1.2.4'"), ==,
                   NEG_STATUS_ARRIVED);
  g_assert_cmpint (orders_list_query (list, "SELECT n_entries FROM report"), ==, 1);
}

/* By the order's numbers, and never another patient's. */
static void
test_report_order (OrdersList *list, gconstpointer data)
{
  NegSaid *said = said_report (&doe, NULL, NEG_REPORT_FINAL, "text", T (5));
  NegSaidReport *one = g_ptr_array_index (said->reports, 0);

  one->filler = g_strdup ("F1");
  order (list, &doe, &ct, T (0));
  g_assert_cmpint (orders_list_apply (list, said), ==, NEG_APPLIED);
  g_assert_cmpint (status (list), ==, NEG_STATUS_REPORTED);
  g_assert_cmpint (report (list, &roe, "A1", NEG_REPORT_FINAL, "text", T (6)), ==, NEG_REFUSED_PATIENT);
  g_assert_cmpint (count (list, "report"), ==, 1);
}

static void
test_report_studies (OrdersList *list, gconstpointer data)
{
  NegSaid *said = said_report (&doe, NULL, NEG_REPORT_FINAL, "both", T (5));
  NegSaidReport *one = g_ptr_array_index (said->reports, 0);

  g_strfreev (one->study_uids);
  one->study_uids = g_strsplit ("1.2.3 1.2.4", " ", -1);
  orders_list_add_study (list, &doe, "1.2.3", "A1", "", "20261122");
  orders_list_add_study (list, &doe, "1.2.4", "A2", "", "20261122");
  g_assert_cmpint (orders_list_apply (list, said), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "entry WHERE status = 4"), ==, 2);
}

/* One order of two accession numbers; a report of one of them, and of one study of a number, leaves the rest open. */
static void
test_report_of_one (OrdersList *list, gconstpointer data)
{
  Asked second = ct;
  NegSaid *said = said_report (&doe, "A1", NEG_REPORT_FINAL, "text", T (5));
  NegSaidReport *one = g_ptr_array_index (said->reports, 0);

  second.accession = "A2";
  second.step = "S2";
  order (list, &doe, &ct, T (0));
  order (list, &doe, &second, T (0));
  orders_list_add_study (list, &doe, "1.2.3", "A1", "", "20261122");
  orders_list_add_study (list, &doe, "1.2.4", "A1", "", "20261122");
  orders_list_add_study (list, &doe, "1.2.5", "A2", "", "20261122");
  one->placer = g_strdup ("P1");
  one->filler = g_strdup ("F1");
  g_strfreev (one->study_uids);
  one->study_uids = g_strsplit ("1.2.3", " ", -1);
  g_assert_cmpint (orders_list_apply (list, said), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "entry WHERE status = 4"), ==, 1);
  g_assert_cmpint (count (list, "entry WHERE status = 4 AND study_uid = '1.2.3'"), ==, 1);
  /* Corrected: it was the other one. */
  said = said_report (&doe, "A1", NEG_REPORT_CORRECTED, "text", T (6));
  one = g_ptr_array_index (said->reports, 0);
  g_strfreev (one->study_uids);
  one->study_uids = g_strsplit ("1.2.4", " ", -1);
  g_assert_cmpint (orders_list_apply (list, said), ==, NEG_APPLIED);
  g_assert_cmpint (count (list, "entry WHERE status = 4"), ==, 1);
  g_assert_cmpint (count (list, "entry WHERE status = 4 AND study_uid = '1.2.4'"), ==, 1);
  /* In the same second the preliminary one is the older. */
  g_assert_cmpint (report (list, &doe, "A1", NEG_REPORT_PRELIMINARY, "old", T (6)), ==, NEG_APPLIED_OLD);
}

/* --- by hand --- */

static void
test_match (OrdersList *list, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  gint64 entry, other, link;

  orders_list_add_study (list, &doe, "1.2.3", "", "", "20261122");
  orders_list_add_study (list, &roe, "1.2.4", "", "", "20261122");
  order (list, &doe, &ct, T (0));
  entry = orders_list_query (list, "SELECT id FROM entry WHERE study_uid = '1.2.3'");
  other = orders_list_query (list, "SELECT id FROM entry WHERE study_uid = '1.2.4'");
  before = orders_list_dump (list);
  g_assert_false (neg_orders_match (list->database, 1, other, "ann", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (neg_orders_unmatch (list->database, 1, "ann", NULL));
  g_assert_true (neg_orders_match (list->database, 1, entry, "ann", &error));
  g_assert_cmpuint (orders_list_count (list), ==, 2);
  g_assert_cmpint (orders_list_query (list, "SELECT urgency FROM entry WHERE study_uid = '1.2.3'"), ==, NEG_URGENCY_STAT);
  order (list, &doe, &ct, T (1)); /* the message that comes after it leaves it so */
  g_assert_cmpuint (orders_list_count (list), ==, 2);
  g_assert_true (neg_orders_unmatch (list->database, 1, "ann", &error));
  orders_list_run (list, "UPDATE imaging_order SET time_us = %" G_GINT64_FORMAT, T (0));
  after = orders_list_dump (list);
  g_assert_cmpstr (before, ==, after);
  g_assert_true (neg_patients_join (list->database, other, entry, "ann", &link, &error));
  g_assert_true (neg_orders_match (list->database, 1, other, "ann", &error));
  g_assert_cmpint (orders_list_query (list, "SELECT urgency FROM entry WHERE study_uid = '1.2.4'"), ==, NEG_URGENCY_STAT);
}

static void
test_unsettled (OrdersList *list, gconstpointer data)
{
  const Who typo = { "H", "4717", "Doe^Jane" }, stranger = { "X", "4711", "Roe^Joan" };
  g_autoptr (GPtrArray) unsettled = NULL;
  const NegUnsettled *one, *study;
  gint64 now_us = G_GINT64_CONSTANT (1795338000000000) + 7200 * G_GINT64_CONSTANT (1000000); /* two hours after it */

  order (list, &doe, &ct, T (0));
  orders_list_add_study (list, &typo, "1.2.3", "", "", "20261122");
  orders_list_add_study (list, &stranger, "1.2.4", "", "", "20261122");
  unsettled = neg_orders_list_unsettled (list->database, now_us, 40, NULL);
  g_assert_cmpuint (unsettled->len, ==, 3);
  one = g_ptr_array_index (unsettled, 0);
  g_assert_cmpint (one->kind, ==, NEG_UNSETTLED_ORDER);
  g_assert_cmpuint (one->candidates->len, ==, 1);
  g_assert_cmpint (g_array_index (one->candidates, gint64, 0), ==,
                   orders_list_query (list, "SELECT id FROM entry WHERE study_uid = '1.2.3'"));
  study = g_ptr_array_index (unsettled, 2);
  g_assert_cmpint (study->kind, ==, NEG_UNSETTLED_STUDY);
  g_assert_cmpint (((NegUnsettled *) g_ptr_array_index (unsettled, 1))->candidates->len
                   + study->candidates->len, ==, 1);
}

static void
test_lists (OrdersList *list, gconstpointer data)
{
  Asked done = ct;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GPtrArray) late = NULL;
  g_autoptr (GPtrArray) none = NULL;
  const NegOrder *newest;

  done.placer = done.accession = "D";
  done.filler = NULL;
  done.status = NEG_ORDER_COMPLETED;
  order (list, &doe, &ct, T (0));
  order (list, &roe, &done, T (0));
  all = neg_orders_list (list->database, NEG_ORDERS_ALL, 0, 0, 10, NULL);
  g_assert_cmpuint (all->len, ==, 2);
  newest = g_ptr_array_index (all, 0);
  g_assert_cmpstr (newest->patient_name, ==, "Roe^Joan");
  g_assert_cmpstr (newest->accession, ==, "D");
  g_assert_cmpstr (newest->reason, ==, "cough");
  g_assert_cmpint (newest->entry, !=, 0);
  open = neg_orders_list (list->database, NEG_ORDERS_OPEN, 0, 0, 10, NULL);
  g_assert_cmpuint (open->len, ==, 1);
  late = neg_orders_list (list->database, NEG_ORDERS_UNMATCHED, G_MAXINT64 / 2, 0, 10, NULL);
  g_assert_cmpuint (late->len, ==, 1);
  none = neg_orders_list (list->database, NEG_ORDERS_UNMATCHED, G_GINT64_CONSTANT (1795338000000000), 0, 10, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

/* --- at any size --- */

/* Tables of a few rows, statements of the test itself, and the newest of a table with a limit. */
static gboolean
may_scan (const char *step, const char *sql)
{
  static const char *const small[] = { "SCAN entry_number", "SCAN entry_zone", "SCAN patient_change", "SCAN CONSTANT ROW",
                                       "SCAN (subquery", "SCAN sqlite_master", "SCAN entry_block" };

  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    if (g_str_has_prefix (step, small[i]))
      return TRUE;
  return g_str_has_suffix (sql, "ORDER BY id DESC LIMIT ?1") || g_str_has_suffix (sql, "ORDER BY o.id DESC LIMIT ?1")
         || g_str_has_suffix (sql, "FROM imaging_order LIMIT 1");
}

static guint
count_scans (sqlite3 *handle, const char *sql)
{
  g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  sqlite3_stmt *plan;
  guint n = 0;

  g_assert_cmpint (sqlite3_prepare_v2 (handle, explain, -1, &plan, NULL), ==, SQLITE_OK);
  while (sqlite3_step (plan) == SQLITE_ROW) {
    const char *step = (const char *) sqlite3_column_text (plan, 3);

    if (g_str_has_prefix (step, "SCAN") && !may_scan (step, sql)) {
      g_test_message ("%s: %s", step, sql);
      n++;
    }
  }
  sqlite3_finalize (plan);
  return n;
}

static void
use_log (OrdersList *list)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("one", 3);
  const NegMessageIn message = { .control_id = "1", .type = "ORM^O01", .body = body };
  g_autoptr (GBytes) answer = NULL;
  gboolean reused;
  gint64 id;
  guint n;

  g_assert_true (neg_messages_find_same (list->database, &message, &id, &answer, &reused, NULL));
  g_assert_true (neg_messages_add (list->database, &message, &id, NULL));
  g_assert_true (neg_messages_set_answer (list->database, id, NEG_MESSAGE_APPLIED, NULL, body, NULL));
  g_ptr_array_unref (neg_messages_list (list->database, TRUE, 10, NULL));
  g_assert_true (neg_messages_prune (list->database, 0, 10, &n, NULL));
}

/* Whatever has been prepared finds its rows by an index, so that a hundred thousand orders cost no more than ten. */
static void
test_plans (OrdersList *list, gconstpointer data)
{
  Asked change = { .placer = "P1", .status = NEG_ORDER_CANCELED };
  const Asked other = { .placer = "P7", .date = "20261122", .time = "0900", .status = NEG_ORDER_SCHEDULED };
  const Who survivor = { "H", "9000", "Doe^Jane" };
  g_autoptr (GPtrArray) statements = g_ptr_array_new_with_free_func (g_free);
  guint n_scans = 0;

  order (list, &doe, &ct, T (0));
  orders_list_add_study (list, &doe, "1.2.3", "A1", "", "20261122");
  order (list, &doe, &change, T (1));
  order (list, &doe, &ct, T (2));
  report (list, &doe, "A1", NEG_REPORT_FINAL, "text", T (3));
  orders_list_apply (list, said_patient (&doe, T (4)));
  orders_list_apply (list, said_merge (&doe, &survivor, T (5)));
  neg_patients_undo (list->database, 1, "ann", NULL);
  neg_orders_match (list->database, 1, orders_list_query (list, "SELECT id FROM entry WHERE id = 1"), "ann", NULL);
  neg_orders_unmatch (list->database, 1, "ann", NULL);
  g_ptr_array_unref (neg_orders_list_of_entry (list->database, 1, NULL));
  g_ptr_array_unref (neg_reports_list_of_entry (list->database, 1, NULL));
  report (list, &doe, "A9", NEG_REPORT_FINAL, "text", T (3));
  neg_reports_match (list->database, 2, 1, "ann", NULL);
  use_log (list);
  for (guint i = 0; i <= NEG_ORDERS_UNMATCHED; i++)
    g_ptr_array_unref (neg_orders_list (list->database, (NegOrderFilter) i, G_MAXINT64 / 2, 0, 10, NULL));
  order (list, &roe, &other, T (4));
  g_ptr_array_unref (neg_orders_list_unsettled (list->database, G_GINT64_CONSTANT (1795345200000000), 10, NULL));
  g_ptr_array_unref (neg_patients_list_links (list->database, 10, NULL));
  g_ptr_array_unref (neg_patients_list_ids (list->database, "H", "4711", "doe^jane", NULL));
  for (sqlite3_stmt *one = sqlite3_next_stmt (list->database->handle, NULL); one != NULL;
       one = sqlite3_next_stmt (list->database->handle, one))
    g_ptr_array_add (statements, g_strdup (sqlite3_sql (one)));
  g_assert_cmpuint (statements->len, >, 60);
  for (guint i = 0; i < statements->len; i++)
    n_scans += count_scans (list->database->handle, g_ptr_array_index (statements, i));
  g_assert_cmpuint (n_scans, ==, 0);
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
  add_test ("/orders/row", test_row);
  add_test ("/orders/after-images", test_after_images);
  add_test ("/orders/steps", test_steps);
  add_test ("/orders/absent", test_absent);
  add_test ("/orders/numbers", test_numbers);
  add_test ("/orders/whole", test_whole);
  add_test ("/orders/canceled", test_canceled);
  add_test ("/orders/overtaken", test_overtaken);
  add_test ("/orders/canceled-timeless", test_canceled_timeless);
  add_test ("/orders/canceled-issuer", test_canceled_issuer);
  add_test ("/orders/overtaken-details", test_overtaken_details);
  add_test ("/orders/canceled-images", test_canceled_images);
  add_test ("/orders/appointment", test_appointment);
  add_test ("/orders/moves", test_moves);
  add_test ("/orders/report", test_report);
  add_test ("/orders/report-first", test_report_first);
  add_test ("/orders/report-by-hand", test_report_by_hand);
  add_test ("/orders/report-order", test_report_order);
  add_test ("/orders/report-studies", test_report_studies);
  add_test ("/orders/report-of-one", test_report_of_one);
  add_test ("/orders/match", test_match);
  add_test ("/orders/unsettled", test_unsettled);
  add_test ("/orders/lists", test_lists);
  add_test ("/orders/plans", test_plans);
  return g_test_run ();
}
