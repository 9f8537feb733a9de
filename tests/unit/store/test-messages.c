/* The log of messages: the same again, the number used again, what is answered, what is pruned. */
#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "orders-list.h"

static const NegMessageIn first = { .application = "RIS", .facility = "H", .control_id = "1", .time = "20261122",
                                    .type = "ORM^O01", .source = "127.0.0.1" };

static gint64
add (OrdersList *list, const NegMessageIn *like, const char *body, NegMessageOutcome outcome)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  g_autoptr (GBytes) answer = g_bytes_new_static ("MSA|AA", 6);
  g_autoptr (GError) error = NULL;
  NegMessageIn message = *like;
  gint64 id;

  message.body = bytes;
  g_assert_true (neg_messages_add (list->database, &message, &id, &error));
  g_assert_true (neg_messages_set_answer (list->database, id, outcome, "why", answer, &error));
  return id;
}

static gint64
find (OrdersList *list, const NegMessageIn *like, const char *body, gboolean *is_reused)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;
  NegMessageIn message = *like;
  gint64 id;

  message.body = bytes;
  g_assert_true (neg_messages_find_same (list->database, &message, &id, &answer, is_reused, &error));
  g_assert_true ((id != 0) == (answer != NULL));
  if (answer != NULL)
    g_assert_cmpuint (g_bytes_get_size (answer), ==, 6);
  return id;
}

static void
test_same (OrdersList *list, gconstpointer data)
{
  NegMessageIn other = first;
  gboolean reused;
  gint64 id;

  g_assert_cmpint (find (list, &first, "one", &reused), ==, 0);
  g_assert_false (reused);
  id = add (list, &first, "one", NEG_MESSAGE_APPLIED);
  g_assert_cmpint (find (list, &first, "one", &reused), ==, id);
  g_assert_false (reused);
  g_assert_cmpint (find (list, &first, "two", &reused), ==, 0);
  g_assert_true (reused);
  other.time = "20261123";
  g_assert_cmpint (find (list, &other, "one", &reused), ==, 0);
  g_assert_true (reused);
  other.facility = "OTHER"; /* counts for itself */
  g_assert_cmpint (find (list, &other, "one", &reused), ==, 0);
  g_assert_false (reused);
}

/* What was refused is taken again, as the same row: what was wrong may be settled. */
static void
test_refused (OrdersList *list, gconstpointer data)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("one", 3);
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;
  NegMessageIn message = first;
  gboolean reused;
  gint64 id = add (list, &first, "one", NEG_MESSAGE_REFUSED), found;

  message.body = body;
  g_assert_true (neg_messages_find_same (list->database, &message, &found, &answer, &reused, &error));
  g_assert_cmpint (found, ==, id);
  g_assert_null (answer);
  answer = g_bytes_new_static ("MSA|AA", 6);
  g_assert_true (neg_messages_set_answer (list->database, id, NEG_MESSAGE_APPLIED, NULL, answer, &error));
  g_assert_cmpint (find (list, &first, "one", &reused), ==, id);
}

/* Twice is a fault of the caller, not a second row. */
static void
test_unique (OrdersList *list, gconstpointer data)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("one", 3);
  g_autoptr (GError) error = NULL;
  NegMessageIn again = first;
  gint64 id;

  add (list, &first, "one", NEG_MESSAGE_APPLIED);
  again.body = body;
  g_assert_false (neg_messages_add (list->database, &again, &id, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

static void
test_lists (OrdersList *list, gconstpointer data)
{
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) troubled = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) empty = NULL;
  g_autoptr (GError) error = NULL;
  const NegMessageRow *row;
  gint64 id;

  add (list, &first, "one", NEG_MESSAGE_APPLIED);
  add (list, &first, "two", NEG_MESSAGE_IGNORED);
  add (list, &first, "three", NEG_MESSAGE_UNMATCHED);
  id = add (list, &first, "", NEG_MESSAGE_REFUSED);
  all = neg_messages_list (list->database, FALSE, 3, &error);
  g_assert_cmpuint (all->len, ==, 3);
  troubled = neg_messages_list (list->database, TRUE, 10, &error);
  g_assert_cmpuint (troubled->len, ==, 2);
  row = g_ptr_array_index (troubled, 0);
  g_assert_cmpint (row->id, ==, id);
  g_assert_cmpstr (row->type, ==, "ORM^O01");
  g_assert_cmpstr (row->why, ==, "why");
  body = neg_messages_dup_body (list->database, id - 1, &error);
  g_assert_cmpuint (g_bytes_get_size (body), ==, 5);
  empty = neg_messages_dup_body (list->database, id, &error);
  g_assert_cmpuint (g_bytes_get_size (empty), ==, 0);
  g_assert_null (neg_messages_dup_body (list->database, id + 1, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

static void
test_prune (OrdersList *list, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint n;

  for (guint i = 0; i < 10; i++) {
    g_autofree char *body = g_strdup_printf ("%u", i);

    add (list, &first, body, NEG_MESSAGE_APPLIED);
  }
  orders_list_run (list, "UPDATE message SET received_us = id");
  g_assert_true (neg_messages_prune (list->database, 8, 3, &n, &error));
  g_assert_cmpuint (n, ==, 3);
  g_assert_true (neg_messages_prune (list->database, 8, 10, &n, &error));
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpint (orders_list_query (list, "SELECT min (id) FROM message"), ==, 8);
  g_assert_cmpint (orders_list_query (list, "SELECT count(*) FROM message_body"), ==, 3);
}

static void
add_test (const char *name, void (*func) (OrdersList *, gconstpointer))
{
  g_test_add (name, OrdersList, NULL, orders_list_init, func, orders_list_clear);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/messages/same", test_same);
  add_test ("/messages/refused", test_refused);
  add_test ("/messages/unique", test_unique);
  add_test ("/messages/lists", test_lists);
  add_test ("/messages/prune", test_prune);
  return g_test_run ();
}
