/* Whether a display conforms, in words. */
#include "config.h"

#include <string.h>

#include "ui/neg-display-words.h"

static char *
dup_verdict (double error, double minimum, double maximum)
{
  double errors[NEG_DISPLAY_STEPS] = { 0.01, -0.02, error };
  NegConformance conformance = { .n_steps = NEG_DISPLAY_STEPS, .contrast_errors = errors,
                                 .greatest_error = error < 0 ? -error : error, .luminance_min = minimum,
                                 .luminance_max = maximum, .ratio = maximum / minimum };

  return neg_display_words_dup_verdict (&conformance);
}

static void
test_verdicts (void)
{
  g_autofree char *good = dup_verdict (0.1, 1, 350), *other = dup_verdict (-0.123, 1, 350);
  g_autofree char *bad = dup_verdict (0.34, 1, 350), *dim = dup_verdict (0.05, 0.9, 180);

  g_assert_cmpstr (good, ==, "✓ Conforms (diagnostic, 10 %).");
  g_assert_cmpstr (other, ==, "✗ Does not conform for diagnosis (10 %): the contrast of step 3 of 17 deviates by -12.3 %. "
                              "It conforms for other uses (20 %).");
  g_assert_cmpstr (bad, ==, "✗ Does not conform: the contrast of step 3 of 17 deviates by +34.0 %, more than 10 % "
                            "(diagnostic) and 20 % (other uses).");
  g_assert_true (g_str_has_prefix (dim, good));
  g_assert_nonnull (strstr (dim, "180 of at least 350"));
  g_assert_nonnull (strstr (dim, "below 1"));
  g_assert_nonnull (strstr (dim, "is 200, less than 250"));
}

static void
test_errors (void)
{
  static const char text[] = "0 1\n128 50\n255 40\n";
  g_autoptr (GError) error = NULL, other = NULL;
  g_autofree char *words = NULL, *other_words = NULL;

  g_assert_null (neg_luminance_table_parse (text, strlen (text), &error));
  g_assert_cmpuint (neg_display_words_get_line (error), ==, 3);
  words = neg_display_words_dup_error (error);
  g_assert_cmpstr (words, ==, "Line 3: the luminance falls.");
  g_assert_null (neg_luminance_table_parse (text, 4, &other));
  g_assert_cmpuint (neg_display_words_get_line (other), ==, 0);
  other_words = neg_display_words_dup_error (other);
  g_assert_cmpstr (other_words, ==, "This is no table: a table has at least 2 lines.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/display-words/verdicts", test_verdicts);
  g_test_add_func ("/display-words/errors", test_errors);
  return g_test_run ();
}
