/* NegExpected: whose is what comes to our port. */
#include <glib.h>

#include "agent/neg-expected.h"

/* A C-MOVE that was answered is over; one that was given up may go on at its peer. */
static void
test_moves (void)
{
  g_autoptr (NegExpected) expected = neg_expected_new ();

  g_assert_true (neg_expected_begin_study (expected, "1.2", "PACS", 0));
  neg_expected_set_move (expected, "1.2", "PACS", 7);
  neg_expected_end_move (expected, "1.2", "PACS", 7);
  neg_expected_set_move (expected, "1.2", "PACS", 8);
  g_assert_true (neg_expected_was_moved (expected, "1.2", "PACS", 8));
  g_assert_false (neg_expected_was_moved (expected, "1.2", "PACS", 7));
  neg_expected_end_study (expected, "1.2", "PACS");
  g_assert_false (neg_expected_has_study (expected, "1.2", "PACS"));
  g_assert_false (neg_expected_is_moved (expected, "1.2", "PACS", 8));
  g_assert_true (neg_expected_was_moved (expected, "1.2", "PACS", 8));
  g_assert_false (neg_expected_was_moved (expected, "1.2", "PACS", 7));
  g_assert_false (neg_expected_was_moved (expected, "1.2", "OTHER", 8));
  g_assert_false (neg_expected_was_moved (expected, "1.3", "PACS", 8));
  g_assert_true (neg_expected_has_any (expected, "PACS"));
  g_assert_false (neg_expected_has_any (expected, "OTHER"));
  /* The next one is another one: it takes nothing of that, and leaves it. */
  g_assert_true (neg_expected_begin_study (expected, "1.2", "PACS", 0));
  neg_expected_set_move (expected, "1.2", "PACS", 9);
  neg_expected_end_move (expected, "1.2", "PACS", 9);
  neg_expected_end_study (expected, "1.2", "PACS");
  g_assert_true (neg_expected_was_moved (expected, "1.2", "PACS", 8));
  g_assert_false (neg_expected_was_moved (expected, "1.2", "PACS", 9));
}

/* Who waits for it ends the pace of all that bring it. */
static void
test_pace (void)
{
  g_autoptr (NegExpected) expected = neg_expected_new ();

  neg_expected_set_paced (expected, "1.2", "PACS", TRUE);
  neg_expected_set_paced (expected, "1.2", "OTHER", TRUE);
  neg_expected_set_paced (expected, "1.22", "PACS", TRUE);
  neg_expected_stop_pacing (expected, "1.2");
  g_assert_false (neg_expected_is_paced (expected, "1.2", "PACS"));
  g_assert_false (neg_expected_is_paced (expected, "1.2", "OTHER"));
  g_assert_true (neg_expected_is_paced (expected, "1.22", "PACS"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expected/moves", test_moves);
  g_test_add_func ("/expected/pace", test_pace);
  return g_test_run ();
}
