/* JSON looked over before it is parsed: what is one text, how deep, how much. */
#include "base/neg-error.h"
#include "base/neg-json-shape.h"

#include <string.h>

static const NegJsonLimits limits = { .depth_max = 3, .values_max = 8, .objects_max = 2 };

static void
test_texts (void)
{
  static const struct {
    const char *text;
    int code; /* -1: right */
  } cases[] = {
    { "{}", -1 },
    { " [1, -2.5e+3, true, false, null, \"x\"]\r\n", -1 },
    { "{\"a\":{\"b\":[\"\\\"]]]\"]}}", -1 },
    { "{\"'/*\":\"//\"}", -1 },
    { "[[[]]]", -1 },
    { "", NEG_ERROR_UNREADABLE },
    { "  ", NEG_ERROR_UNREADABLE },
    { "7", NEG_ERROR_UNREADABLE },
    { "\"a\"", NEG_ERROR_UNREADABLE },
    { "[", NEG_ERROR_UNREADABLE },
    { "[\"", NEG_ERROR_UNREADABLE },
    { "[\"\\", NEG_ERROR_UNREADABLE },
    { "[]]", NEG_ERROR_UNREADABLE },
    { "{}{}", NEG_ERROR_UNREADABLE },
    { "7{}", NEG_ERROR_UNREADABLE },
    { "{}7", NEG_ERROR_UNREADABLE },
    { "var a = {};", NEG_ERROR_UNREADABLE },
    { "/*\"*/[]", NEG_ERROR_UNREADABLE },
    { "[/*\"*/[[[[]]]]]", NEG_ERROR_UNREADABLE },
    { "['\"',[[[[]]]]]", NEG_ERROR_UNREADABLE },
    { "[1;]", NEG_ERROR_UNREADABLE },
    { "[\xFF]", NEG_ERROR_UNREADABLE },
    { "[\"\xFF\"]", NEG_ERROR_UNREADABLE },
    { "[[[[]]]]", NEG_ERROR_NESTING },
    { "[1,2,3,4,5,6,7]", -1 },
    { "[1,2,3,4,5,6,7,8,9]", NEG_ERROR_SIZE_OVERFLOW },
    { "[{},{},{}]", NEG_ERROR_SIZE_OVERFLOW },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    /* From a copy of exactly the length, so that reading beyond it is seen. */
    g_autofree char *copy = g_memdup2 (cases[i].text, strlen (cases[i].text));
    g_autoptr (GError) error = NULL;
    const gboolean is_right = neg_json_check_shape (copy, strlen (cases[i].text), &limits, &error);

    g_test_message ("%s", cases[i].text);
    if (cases[i].code < 0)
      g_assert_no_error (error);
    else
      g_assert_error (error, NEG_ERROR, cases[i].code);
    g_assert_true (is_right == (error == NULL));
  }
}

static void
test_nul (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_json_check_shape ("[\0]", 3, &limits, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
}

static void
test_line (void)
{
  static const char text[] = "{\n\"a\":\n}x";
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_json_check_shape (text, strlen (text), &limits, &error));
  g_assert_nonnull (strstr (error->message, "(line 3)"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-shape/texts", test_texts);
  g_test_add_func ("/json-shape/nul", test_nul);
  g_test_add_func ("/json-shape/line", test_line);
  return g_test_run ();
}
