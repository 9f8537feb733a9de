/* Which studies are here of a patient who was known otherwise: what the links say, and no more than that. */
#include "config.h"

#include "orders-list.h"
#include "store/neg-aliases.h"

#define T(n) (G_GINT64_CONSTANT (1795000000000000) + (n) * G_GINT64_CONSTANT (1000000))

static const Who old = { "H", "4711", "Doe^Jane" }, now = { "H", "9000", "Doe^Jane" }, other = { "H", "4711", "Smith^John" };

static char *
dup_aliases (OrdersList *list, const char *study_uid)
{
  g_autofree char *condition = g_strdup_printf ("study_uid = '%s'", study_uid);
  g_autoptr (NegEntry) entry = orders_list_entry (list, condition);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) aliases = neg_aliases_list (list->database, entry, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < aliases->len; i++) {
    const NegAlias *alias = g_ptr_array_index (aliases, i);

    g_assert_cmpstr (alias->name_key, ==, alias->now_name_key);
    g_string_append_printf (text, "%s %s/%s>%s/%s%s\n", alias->study_uid, alias->id, alias->issuer, alias->now_id,
                            alias->now_issuer, neg_alias_has_other_id (alias) ? " other" : "");
  }
  return g_string_free (text, FALSE);
}

static void
add_studies (OrdersList *list)
{
  orders_list_add_study (list, &old, "1.2.1", "", "", "20200101");
  orders_list_add_study (list, &other, "1.2.2", "", "", "20210101");
  orders_list_set_remote (list, &old, "1.2.3", "");
  orders_list_add_study (list, &now, "1.2.4", "", "", "20230101");
  orders_list_add_study (list, &now, "1.2.5", "", "", "20240101");
}

static void
test_merge (OrdersList *list, gconstpointer data)
{
  g_autofree char *before = NULL, *joined = NULL, *from_old = NULL, *of_other = NULL, *undone = NULL;

  add_studies (list);
  before = dup_aliases (list, "1.2.4");
  g_assert_cmpstr (before, ==, "");
  g_assert_cmpint (orders_list_apply (list, said_merge (&old, &now, T (0))), ==, NEG_APPLIED);
  joined = dup_aliases (list, "1.2.4");
  g_assert_cmpstr (joined, ==, "1.2.4 9000/H>9000/H\n1.2.5 9000/H>9000/H\n1.2.1 4711/H>9000/H other\n");
  from_old = dup_aliases (list, "1.2.1");
  g_assert_cmpstr (from_old, ==, "1.2.1 4711/H>9000/H other\n1.2.5 9000/H>9000/H\n1.2.4 9000/H>9000/H\n");
  of_other = dup_aliases (list, "1.2.2");
  g_assert_cmpstr (of_other, ==, "");
  g_assert_true (neg_patients_undo (list->database, 1, "ann", NULL));
  undone = dup_aliases (list, "1.2.4");
  g_assert_cmpstr (undone, ==, "");
}

/* Undone, and the entries of the patient are not put right yet: the links count. */
static void
test_not_right_yet (OrdersList *list, gconstpointer data)
{
  g_autofree char *undone = NULL, *other_way = NULL;

  add_studies (list);
  orders_list_apply (list, said_merge (&old, &now, T (0)));
  orders_list_run (list, "UPDATE patient_link SET undone_us = 1");
  undone = dup_aliases (list, "1.2.4");
  g_assert_cmpstr (undone, ==, "");
  other_way = dup_aliases (list, "1.2.1");
  g_assert_cmpstr (other_way, ==, "");
}

static void
test_chain (OrdersList *list, gconstpointer data)
{
  const Who third = { "X", "5", "Doe^Jane" };
  g_autofree char *joined = NULL;

  add_studies (list);
  orders_list_add_study (list, &third, "1.2.6", "", "", "20250101");
  orders_list_apply (list, said_merge (&old, &now, T (0)));
  orders_list_apply (list, said_merge (&now, &third, T (1)));
  joined = dup_aliases (list, "1.2.6");
  g_assert_cmpstr (joined, ==, "1.2.6 5/X>5/X\n1.2.5 9000/H>5/X other\n1.2.4 9000/H>5/X other\n1.2.1 4711/H>5/X other\n");
}

#define ADD(path, test) g_test_add (path, OrdersList, NULL, orders_list_init, test, orders_list_clear)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/aliases/merge", test_merge);
  ADD ("/aliases/not-right-yet", test_not_right_yet);
  ADD ("/aliases/chain", test_chain);
  return g_test_run ();
}
