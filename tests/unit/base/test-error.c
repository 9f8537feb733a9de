#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "base/neg-error.h"

static void
test_fail (void)
{
  g_autoptr (GError) error = NULL, copy = NULL;

  g_assert_false (neg_fail (&error, NEG_ERROR_TRUNCATED, "(7fe0,0010)", "%u bytes are missing", 12u));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TRUNCATED);
  g_assert_cmpstr (error->message, ==, "12 bytes are missing");
  g_assert_cmpstr (neg_error_get_where (error), ==, "(7fe0,0010)");
  g_assert_cmpstr (neg_error_get_name (error), ==, "truncated");
  copy = g_error_copy (error);
  g_clear_error (&error);
  g_assert_cmpstr (neg_error_get_where (copy), ==, "(7fe0,0010)");
}

static void
test_nowhere (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_fail (NULL, NEG_ERROR_MEMORY, NULL, "nobody listens"));
  g_assert_false (neg_fail (&error, NEG_ERROR_MEMORY, NULL, "no memory"));
  g_assert_null (neg_error_get_where (error));
}

/* The names are a contract of the command line. */
static void
test_names (void)
{
  static const char names[] = "unreadable truncated nesting size-overflow inconsistent unsupported engine-died timeout "
                              "memory disk-full not-found refused aborted tls auth protocol cancelled busy conflict "
                              "usage";
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint code = 0; code < NEG_ERROR_N_CODES; code++)
    g_string_append_printf (found, "%s%s", code ? " " : "", neg_error_code_get_name (code));
  g_assert_cmpstr (found->str, ==, names);
  g_assert_cmpstr (neg_error_code_get_name (NEG_ERROR_N_CODES), ==, "unreadable");
}

static void
test_other_domains (void)
{
  static const struct {
    int code;
    const char *name;
  } cases[] = {
    { G_IO_ERROR_NOT_FOUND, "not-found" },   { G_IO_ERROR_NO_SPACE, "disk-full" },
    { G_IO_ERROR_TIMED_OUT, "timeout" },     { G_IO_ERROR_CANCELLED, "cancelled" },
    { G_IO_ERROR_INVALID_DATA, "unreadable" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, cases[i].code, "words");

    g_assert_cmpstr (neg_error_get_name (error), ==, cases[i].name);
    g_assert_null (neg_error_get_where (error));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/fail", test_fail);
  g_test_add_func ("/error/nowhere", test_nowhere);
  g_test_add_func ("/error/names", test_names);
  g_test_add_func ("/error/other-domains", test_other_domains);
  return g_test_run ();
}
