/* The log is the truth: what messages made is made again by them, whenever the images came. */
#include "config.h"

#include "orders-list.h"

#define N_EVENTS 300
#define N_PATIENTS 12
#define N_ORDERS 60
#define T(n) (G_GINT64_CONSTANT (1795000000000000) + (n) * G_GINT64_CONSTANT (1000000))

static const char *const names[] = { "Doe^Jane", "Roe^Joan", "Poe^Jill" };

typedef struct {
  Who who;
  char id[8], accession[8], uid[16];
} Named;

static void
name_patient (Named *named, guint n)
{
  g_snprintf (named->id, sizeof named->id, "%u", n);
  named->who = (Who){ "H", named->id, names[n % G_N_ELEMENTS (names)] };
}

/* Order @n is patient n % 12's for ever, whatever his ID is called by then. */
static void
name_order (Named *named, guint n)
{
  name_patient (named, n % N_PATIENTS);
  g_snprintf (named->accession, sizeof named->accession, "A%u", n);
  g_snprintf (named->uid, sizeof named->uid, "1.%u", n);
}

/* A day's log from a seed: the same twice. Events are late now and then. */
static void
play (OrdersList *list, gboolean with_images)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);

  for (guint i = 0; i < N_EVENTS; i++) {
    const gint32 kind = g_rand_int_range (random, 0, 20), late = g_rand_int_range (random, 0, 30);
    const gint64 time_us = T ((gint64) i - (late < 5 ? late * 10 : 0));
    Named one, other;

    name_order (&one, (guint) g_rand_int_range (random, 0, N_ORDERS));
    name_patient (&other, (guint) g_rand_int_range (random, 0, N_PATIENTS));
    if (kind < 14) {
      const Asked asked = { .placer = one.accession, .accession = one.accession, .procedure = names[kind % 3],
                            .priority = kind % 2 == 0 ? "STAT" : NULL,
                            .status = kind < 3 ? NEG_ORDER_CANCELED : NEG_ORDER_SCHEDULED };

      orders_list_apply (list, said_order (&one.who, &asked, time_us));
    } else if (kind < 16) {
      orders_list_apply (list, said_report (&one.who, one.accession, kind == 14 ? NEG_REPORT_FINAL
                                                                               : NEG_REPORT_PRELIMINARY,
                                            "text", time_us));
    } else if (kind < 18) {
      orders_list_apply (list, said_merge (&one.who, &other.who, time_us));
    } else if (kind == 18) {
      other.who.name = "New^Name";
      orders_list_apply (list, said_patient (&other.who, time_us));
    } else if (with_images && orders_list_query (list, "SELECT count(*) FROM study WHERE study_uid = '%s'", one.uid) == 0) {
      orders_list_add_study (list, &one.who, one.uid, one.accession, "", "20261122");
    }
  }
}

/* Every study that is not there yet. */
static void
add_images (OrdersList *list)
{
  for (guint i = 0; i < N_ORDERS; i++) {
    Named one;

    name_order (&one, i);
    if (orders_list_query (list, "SELECT count(*) FROM study WHERE study_uid = '%s'", one.uid) == 0)
      orders_list_add_study (list, &one.who, one.uid, one.accession, "", "20261122");
  }
}

static char *
dump (OrdersList *list, const char *what)
{
  static const char *const sql[] = {
    "SELECT group_concat (json_array (id, status, urgency, issuer, patient_id, name_key, patient_name, placer, accession, "
    "procedure, priority, time_us, message_id), char (10)) FROM (SELECT * FROM imaging_order ORDER BY id)",
    "SELECT group_concat (json_array (id, version, status, patient_id, accession, text, time_us), char (10)) FROM "
    "(SELECT * FROM report ORDER BY id)",
    "SELECT group_concat (json_array (from_id, from_key, to_id, to_key, message_id, time_us, replaced_by), char (10)) "
    "FROM (SELECT * FROM patient_link ORDER BY id)",
    /* Who is in which row, by the study's UID. */
    "SELECT group_concat (json_array (study_uid, patient_id, patient_name, urgency, status, accession, orders, reports), "
    "char (10)) FROM (SELECT e.*, (SELECT group_concat (order_id) FROM (SELECT order_id FROM entry_source WHERE entry_id "
    "= e.id ORDER BY order_id)) AS orders, (SELECT group_concat (report_id) FROM report_entry WHERE entry_id = e.id) AS "
    "reports FROM entry e ORDER BY accession, study_uid, patient_id)",
  };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < (g_str_equal (what, "rows") ? 3 : G_N_ELEMENTS (sql)); i++) {
    g_autofree char *part = orders_list_query_text (list, sql[i]);

    g_string_append_printf (text, "%s\n--\n", part != NULL ? part : "");
  }
  return g_string_free (text, FALSE);
}

static void
test_again (OrdersList *list, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL;
  OrdersList again;

  play (list, TRUE);
  orders_list_init (&again, NULL);
  play (&again, FALSE);
  first = dump (list, "rows");
  second = dump (&again, "rows");
  g_assert_cmpint (orders_list_query (list, "SELECT count(*) FROM patient_link"), >, 5);
  g_assert_true (g_str_equal (first, second));
  orders_list_clear (&again, NULL);
}

static void
test_late_images (OrdersList *list, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL;
  OrdersList late, *both[] = { list, &late };

  orders_list_init (&late, NULL);
  play (list, TRUE);
  play (&late, FALSE);
  for (guint i = 0; i < 2; i++)
    add_images (both[i]);
  first = dump (list, "all");
  second = dump (&late, "all");
  g_assert_cmpstr (first, ==, second);
  orders_list_clear (&late, NULL);
}

/* What of the links was too much at once. */
static void
follow (OrdersList *list)
{
  g_autoptr (GError) error = NULL;
  guint n = 10;

  for (guint i = 0; n == 10 && i < 10000; i++) {
    neg_patients_follow (list->database, 10, &n, &error);
    g_assert_no_error (error);
  }
}

/* Whatever was merged with whatever: all of it taken back is all as it was. */
static void
test_undone (OrdersList *list, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (12);
  g_autofree char *before = NULL, *after = NULL;

  for (guint i = 0; i < N_ORDERS; i++) {
    Named one, other;
    const Asked asked = { .placer = one.accession, .accession = one.accession, .status = NEG_ORDER_SCHEDULED };

    name_order (&one, i);
    name_patient (&other, (guint) g_rand_int_range (random, 0, N_PATIENTS));
    if (i % 5 < 4)
      orders_list_add_study (list, &one.who, one.uid, one.accession, "", "20261122");
    if (i % 5 > 0)
      orders_list_apply (list, said_order (i % 2 == 0 ? &one.who : &other.who, &asked, T (i)));
    if (i % 7 == 0)
      orders_list_set_remote (list, &other.who, one.uid, one.accession);
    if (i % 9 == 0)
      orders_list_apply (list, said_report (&other.who, one.accession, NEG_REPORT_FINAL, "text", T (i)));
  }
  before = orders_list_dump (list);
  for (guint i = 0; i < 40; i++) {
    Named one, other;

    name_patient (&one, (guint) g_rand_int_range (random, 0, N_PATIENTS));
    name_patient (&other, (guint) g_rand_int_range (random, 0, N_PATIENTS));
    orders_list_apply (list, said_merge (&one.who, &other.who, T (100 + i)));
  }
  follow (list);
  g_assert_cmpuint (orders_list_query (list, "SELECT count(*) FROM (SELECT DISTINCT patient_id FROM entry)"), <, 6);
  for (gint64 id = orders_list_query (list, "SELECT max (id) FROM patient_link"); id > 0; id--)
    neg_patients_undo (list->database, id, "ann", NULL);
  follow (list);
  after = orders_list_dump (list);
  g_assert_cmpstr (before, ==, after);
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
  add_test ("/replay/again", test_again);
  add_test ("/replay/late-images", test_late_images);
  add_test ("/replay/undone", test_undone);
  return g_test_run ();
}
