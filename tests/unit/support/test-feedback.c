/* Feedback as it is sent and read again, its answers, and the table that is made of it. */
#include <string.h>

#include "base/neg-error.h"
#include "support/neg-feedback.h"

static char *
make (const char *words, gboolean has_picture, GError **error)
{
  const NegFeedback feedback = { NEG_FEEDBACK_IDEA, NEG_FEEDBACK_ANNOYS, (char *) words, has_picture };
  g_auto (NegSender) sender = { 0 };

  neg_sender_init (&sender, "superuser", "worklist");
  return neg_feedback_make_json (&feedback, &sender, G_GINT64_CONSTANT (1764547200) * G_USEC_PER_SEC, error);
}

static void
test_round (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = make ("More \"quotes\"\nand lines", TRUE, &error);
  g_autoptr (NegFeedbackItem) item = NULL;

  g_assert_no_error (error);
  item = neg_feedback_item_parse (json, strlen (json), &error);
  g_assert_no_error (error);
  g_assert_cmpint (item->feedback.kind, ==, NEG_FEEDBACK_IDEA);
  g_assert_cmpint (item->feedback.how_bad, ==, NEG_FEEDBACK_ANNOYS);
  g_assert_cmpstr (item->feedback.words, ==, "More \"quotes\"\nand lines");
  g_assert_true (item->feedback.has_picture);
  g_assert_cmpstr (item->sender.user, ==, g_get_user_name ());
  g_assert_cmpstr (item->sender.role, ==, "superuser");
  g_assert_cmpstr (item->sender.page, ==, "worklist");
  g_assert_cmpint (item->at_us, ==, G_GINT64_CONSTANT (1764547200) * G_USEC_PER_SEC);
}

static void
test_refused (void)
{
  static const char *const wrongs[] = { "", " \n\t", "\xff" };
  static const char *const files[] = { "", "{}", "{\"kind\":\"x\",\"how_bad\":\"annoys\",\"words\":\"a\"}",
                                       "{\"kind\":\"idea\",\"how_bad\":\"annoys\",\"words\":7}",
                                       "{\"kind\":\"idea\",\"how_bad\":\"annoys\",\"words\":\"a\",\"page\":\"DOE JANE\"}" };
  g_autofree char *many = g_strnfill (NEG_FEEDBACK_WORDS_BYTES_MAX + 1, 'a');
  g_autoptr (GError) too_many = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (make (wrongs[i], FALSE, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_USAGE);
  }
  g_assert_null (make (many, FALSE, &too_many));
  g_assert_error (too_many, NEG_ERROR, NEG_ERROR_USAGE);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (neg_feedback_item_parse (files[i], strlen (files[i]), &error));
    g_assert_nonnull (error);
  }
}

static void
test_answers (void)
{
  static const char one[] = "{\"id\":\"a\",\"words\":\"Done\",\"by\":\"Ann\",\"at\":\"2026-11-24\"}";
  static const char many[] = "{\"answers\":[{\"id\":\"a\",\"words\":\"Done\"},7,{\"id\":\"b\"},{\"id\":\"c\",\"done\":\"x\"}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (NegFeedbackAnswer) answer = neg_feedback_answer_parse (one, strlen (one), &error);
  g_autoptr (GPtrArray) answers = neg_feedback_answers_parse (many, strlen (many), &error);
  g_autofree char *json = NULL;
  g_autoptr (NegFeedbackAnswer) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (answers->len, ==, 2);
  json = neg_feedback_answer_to_json (answer);
  again = neg_feedback_answer_parse (json, strlen (json), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->words, ==, "Done");
  g_assert_cmpstr (again->by, ==, "Ann");
  g_assert_cmpint (again->at_us, ==, answer->at_us);
  g_assert_null (neg_feedback_answers_parse ("[]", 2, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
}

static void
test_csv (void)
{
  g_autofree char *json = make ("=cmd(\"x\")", FALSE, NULL);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_feedback_item_free);
  g_autofree char *csv = NULL;

  g_ptr_array_add (items, neg_feedback_item_parse (json, strlen (json), NULL));
  csv = neg_feedback_dup_csv (items);
  g_assert_nonnull (strstr (csv, "\"'=cmd(\"\"x\"\")\""));
  g_assert_true (g_str_has_suffix (csv, "\"\r\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/feedback/round", test_round);
  g_test_add_func ("/feedback/refused", test_refused);
  g_test_add_func ("/feedback/answers", test_answers);
  g_test_add_func ("/feedback/csv", test_csv);
  return g_test_run ();
}
