#include "config.h"

#include "base/neg-error.h"
#include "ui/neg-words.h"

/* Every code has words of its own, none of them the code's name. */
static void
test_words (void)
{
  for (NegErrorCode code = 0; code < NEG_ERROR_N_CODES; code++) {
    g_autoptr (GError) error = g_error_new_literal (NEG_ERROR, code, "x");

    g_assert_cmpint (strlen (neg_words_for_error (error)), >, 10);
    for (NegErrorCode other = 0; other < code; other++) {
      g_autoptr (GError) another = g_error_new_literal (NEG_ERROR, other, "x");

      g_assert_cmpstr (neg_words_for_error (error), !=, neg_words_for_error (another));
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/words", test_words);
  return g_test_run ();
}
