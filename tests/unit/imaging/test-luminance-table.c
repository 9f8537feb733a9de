/* What people and instruments write about a display, read and written. */
#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-display.h"

static NegLuminanceTable *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  NegLuminanceTable *table = neg_luminance_table_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_nonnull (table);
  return table;
}

static void
test_ways_to_write (void)
{
  const char *const texts[] = {
    "0 0.5\n128 60\n255 300\n",
    ("\xef\xbb\xbf" "0;0.5\r\n128;60\r\n255;300"),
    "# made by hand\n\n0,0.5\n 128 ,\t60 # about\n255,3e2\n\n",
    "#ambient 0.25\n# name The left one #1\n# date 2026-01-31\n0 0.5\n128 60\n255 300",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (NegLuminanceTable) table = parse (texts[i]);

    g_assert_cmpuint (table->n, ==, 3);
    g_assert_cmpfloat (table->levels[0], ==, 0);
    g_assert_cmpfloat (table->levels[1], ==, 128.0 / 255);
    g_assert_cmpfloat (table->levels[2], ==, 1);
    g_assert_cmpfloat (table->luminances[0], ==, 0.5);
    g_assert_cmpfloat (table->luminances[1], ==, 60);
    g_assert_cmpfloat (table->luminances[2], ==, 300);
    g_assert_cmpfloat (table->ambient, ==, i == 3 ? 0.25 : 0);
    g_assert_cmpstr (table->name, ==, i == 3 ? "The left one #1" : NULL);
    g_assert_cmpstr (table->measured_on, ==, i == 3 ? "2026-01-31" : NULL);
  }
}

static void
test_ways_to_count (void)
{
  static const struct {
    const char *text;
    double middle;
  } cases[] = {
    { "0 1\n0.5 20\n1 300", 0.5 },
    { "0 1\n512 20\n1023 300", 512.0 / 1023 },
    { "0 1\n32768 20\n65535 300", 32768.0 / 65535 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegLuminanceTable) table = parse (cases[i].text);

    g_assert_cmpfloat (table->levels[1], ==, cases[i].middle);
    g_assert_cmpfloat (table->levels[2], ==, 1);
  }
}

static void
test_round_trip (void)
{
  static const char *const texts[] = {
    "# name Left\n# date 2026-01-31\n# ambient 0.1\n0 0.333333333333333314\n77 1.1\n255 300\n",
    "# ambient 0\n0 0\n0.123456789012345678 1e-7\n1 99999.9\n",
    "# ambient 0.30000000000000004\n0 1\n511 2\n1023 3\n",
    "# ambient 3\n0 1\n1 2\n65535 3\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (NegLuminanceTable) table = parse (texts[i]);
    g_autofree char *text = neg_luminance_table_to_text (table);
    g_autoptr (NegLuminanceTable) again = parse (text);
    g_autofree char *text_again = neg_luminance_table_to_text (again);

    g_assert_cmpuint (again->n, ==, table->n);
    g_assert_cmpmem (again->levels, again->n * sizeof (double), table->levels, table->n * sizeof (double));
    g_assert_cmpmem (again->luminances, again->n * sizeof (double), table->luminances, table->n * sizeof (double));
    g_assert_cmpfloat (again->ambient, ==, table->ambient);
    g_assert_cmpstr (again->name, ==, table->name);
    g_assert_cmpstr (again->measured_on, ==, table->measured_on);
    g_assert_cmpstr (text_again, ==, text);
    g_assert_true (i != 0 || g_str_has_suffix (text, "77 1.1\n255 300\n"));
  }
}

static void
test_refused (void)
{
  static const struct {
    const char *text, *where;
  } cases[] = {
    { "", NULL },
    { "0 1\n", NULL },
    { "level luminance\n0 1\n255 300", "line 1" },
    { "0 1\n\n128\n255 300", "line 3" },
    { "0 1\n128 30 40\n255 300", "line 2" },
    { "0 1\n128;45,2\n255;300", "line 2" },
    { "0 1\n128 60\n120 70\n255 300", "line 3" },
    { "0 1\n128 60\n128 70\n255 300", "line 3" },
    { "0 1\n128 60\n200 59\n255 300", "line 3" },
    { "1 1\n255 300", "line 1" },
    { "0 1\n200 300", "line 2" },
    { "0 1\n254.9 300", "line 2" },
    { "0 -1\n255 300", "line 1" },
    { "0 1\n255 1e9", "line 2" },
    { "0 1\n255 inf", "line 2" },
    { "0 nan\n255 3", "line 1" },
    { "0 1\n0xff 300", "line 2" },
    { "0 1\n255 1e999", "line 2" },
    { "# ambient dark\n0 1\n255 300", "line 1" },
    { "0 1\n# ambient -1\n255 300", "line 2" },
    { "# date 31.1.2026\n0 1\n255 300", "line 1" },
    { "# date 2026-02-30\n0 1\n255 300", "line 1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (neg_luminance_table_parse (cases[i].text, strlen (cases[i].text), &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
    g_assert_cmpstr (neg_error_get_where (error), ==, cases[i].where);
    g_assert_true (cases[i].where == NULL || g_str_has_prefix (error->message, cases[i].where));
  }
}

static void
test_no_text (void)
{
  g_autoptr (GError) error = NULL, long_error = NULL;
  g_autofree char *many = g_malloc0 (2 << 20);

  g_assert_null (neg_luminance_table_parse ("0 1\n1\0 2", 8, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  g_assert_cmpstr (neg_error_get_where (error), ==, "line 2");
  g_assert_null (neg_luminance_table_parse (many, 2 << 20, &long_error));
  g_assert_error (long_error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
}

static void
test_4096_lines (void)
{
  for (guint n = 4096; n <= 4097; n++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autoptr (NegLuminanceTable) table = NULL;

    for (guint i = 0; i + 1 < n; i++)
      g_string_append_printf (text, "%u %u\n", i, i);
    g_string_append (text, "65535 5000\n");
    table = neg_luminance_table_parse (text->str, text->len, NULL);
    g_assert_true ((table != NULL) == (n == 4096));
  }
}

/* A name is for a person: no control characters, not endless, valid whatever the file had. */
static void
test_names (void)
{
  g_autofree char *endless = g_strnfill (500, 'm');
  g_autofree char *text = g_strconcat ("# name  A\tB\x1b\xff ", endless, "\n0 1\n1 300", NULL);
  g_autoptr (NegLuminanceTable) table = parse (text);

  g_assert_true (g_utf8_validate (table->name, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (table->name, -1), ==, 200);
  g_assert_true (g_str_has_prefix (table->name, "AB"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/luminance-table/ways-to-write", test_ways_to_write);
  g_test_add_func ("/luminance-table/ways-to-count", test_ways_to_count);
  g_test_add_func ("/luminance-table/round-trip", test_round_trip);
  g_test_add_func ("/luminance-table/refused", test_refused);
  g_test_add_func ("/luminance-table/no-text", test_no_text);
  g_test_add_func ("/luminance-table/4096-lines", test_4096_lines);
  g_test_add_func ("/luminance-table/names", test_names);
  return g_test_run ();
}
