/* Texts cut to a number of bytes. */
#include "base/neg-utf8.h"

static void
test_cut (void)
{
  static const struct {
    const char *text;
    gsize bytes_max;
    const char *rest;
  } cases[] = {
    { "", 0, "" },
    { "abc", 3, "abc" },
    { "abc", 2, "ab" },
    { "abc", 0, "" },
    { "a\xC3\xBC", 3, "a\xC3\xBC" },
    { "a\xC3\xBC", 2, "a" },
    { "\xE2\x82\xAC\xE2\x82\xAC", 5, "\xE2\x82\xAC" },
    { "\xE2\x82\xAC\xE2\x82\xAC", 4, "\xE2\x82\xAC" },
    { "\xE2\x82\xAC\xE2\x82\xAC", 3, "\xE2\x82\xAC" },
    { "\xE2\x82\xAC", 2, "" },
    { "\xF0\x9F\xA9\xBBx", 4, "\xF0\x9F\xA9\xBB" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup (cases[i].text);

    g_assert_true (neg_utf8_cut (text, cases[i].bytes_max) == !g_str_equal (cases[i].text, cases[i].rest));
    g_assert_cmpstr (text, ==, cases[i].rest);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/utf8/cut", test_cut);
  return g_test_run ();
}
