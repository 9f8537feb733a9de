#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "learning/neg-vtt.h"

static NegVtt *
parse (const char *text, GError **error)
{
  return neg_vtt_parse (text, strlen (text), error);
}

static void
test_reads (void)
{
  const char *text = "\xEF\xBB\xBFWEBVTT - a title\r\nKind: captions\r\n\r\nNOTE no cue\r\n00:01.000 --> 00:02.000\r\n\r\n"
                     "STYLE\r\n::cue { color: red }\r\n\r\n"
                     "2\r\n00:00:03.000 --> 00:00:04.500 align:start line:0\r\n<v Ada><b>Bold</b> &amp; &lt;plain&gt;\r\n second \r\n\r\n"
                     "00:01.000 --> 00:02.000\r\nFirst\r\n\r\n00:05.000-->01:00:00.000\r\n<i></i>\r\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (NegVtt) vtt = parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (neg_vtt_get_n_cues (vtt), ==, 2);
  g_assert_cmpstr (neg_vtt_get_cue (vtt, 0)->text, ==, "First");
  g_assert_cmpint (neg_vtt_get_cue (vtt, 0)->start_us, ==, 1000000);
  g_assert_cmpint (neg_vtt_get_cue (vtt, 0)->end_us, ==, 2000000);
  g_assert_cmpstr (neg_vtt_get_cue (vtt, 1)->text, ==, "Bold & <plain>\nsecond");
  g_assert_cmpint (neg_vtt_get_cue (vtt, 1)->end_us, ==, 4500000);
}

static void
test_refuses (void)
{
  static const struct {
    const char *text, *where;
  } broken[] = {
    { "", "line 1" },
    { "WEBVTTX\n\n", "line 1" },
    { "1\n00:01.000 --> 00:02.000\nx\n", "line 1" },
    { "WEBVTT\n\nid\n00:01.000 -> 00:02.000\nx\n", "line 4" },
    { "WEBVTT\n\n00:02.000 --> 00:01.000\nx\n", "line 3" },
    { "WEBVTT\n\n00:61.000 --> 00:62.000\nx\n", "line 3" },
    { "WEBVTT\n\n0:01.000 --> 00:02.000\nx\n", "line 3" },
    { "WEBVTT\n\n00:01.00 --> 00:02.000\nx\n", "line 3" },
    { "WEBVTT\n\n00:01.000 --> 9999:00:02.000\nx\n", "line 3" },
    { "WEBVTT\n\n00:01.000 --> 00:02.000x\nx\n", "line 3" },
    { "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\n-->\n", "line 6" },
    { "WEBVTT\n\nonly an identifier", "line 4" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (parse (broken[i].text, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
    g_assert_cmpstr (neg_error_get_where (error), ==, broken[i].where);
  }
}

static void
test_limits (void)
{
  g_autoptr (GString) many = g_string_new ("WEBVTT\n\n");
  g_autoptr (GString) large = g_string_new ("WEBVTT\n\n");
  g_autoptr (GString) tall = g_string_new ("WEBVTT\n\n00:01.000 --> 00:02.000\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (NegVtt) vtt = NULL;

  for (guint i = 0; i <= NEG_VTT_CUES_MAX; i++)
    g_string_append (many, "00:01.000 --> 00:02.000\nx\n\n");
  g_assert_null (parse (many->str, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
  g_clear_error (&error);
  while (large->len <= NEG_VTT_BYTES_MAX)
    g_string_append (large, "\n");
  g_assert_null (parse (large->str, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
  g_clear_error (&error);
  for (guint i = 0; i < 2 * NEG_VTT_TEXT_BYTES_MAX; i++)
    g_string_append (tall, "x");
  vtt = parse (tall->str, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (neg_vtt_get_cue (vtt, 0)->text), <=, NEG_VTT_TEXT_BYTES_MAX);
  g_clear_pointer (&vtt, neg_vtt_free);
  while (tall->len < 5 * NEG_VTT_TEXT_BYTES_MAX)
    g_string_append (tall, "x");
  g_assert_null (parse (tall->str, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
  g_clear_error (&error);
  g_assert_null (parse ("WEBVTT\n\n00:01.000 --> 00:02.000\n\xff\xfe\n", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
}

/* Nothing is left that a widget could stumble over or that turns the order of letters. */
static void
test_cleans (void)
{
  g_autoptr (NegVtt) vtt = parse ("WEBVTT\n\n00:01.000 --> 00:02.000\na\xE2\x80\xAE" "b\x01&rlm;\tc <a\n", NULL);

  g_assert_nonnull (vtt);
  g_assert_cmpstr (neg_vtt_get_cue (vtt, 0)->text, ==, "ab c");
}

static void
test_finds (void)
{
  g_autoptr (NegVtt) vtt = neg_vtt_new ();

  g_assert_true (neg_vtt_add (vtt, 5000000, 9000000, "long"));
  g_assert_true (neg_vtt_add (vtt, 1000000, 2000000, "early"));
  g_assert_true (neg_vtt_add (vtt, 6000000, 7000000, "within"));
  g_assert_false (neg_vtt_add (vtt, 6000000, 6000000, "never"));
  g_assert_false (neg_vtt_add (vtt, -1, 1000, "before"));
  g_assert_false (neg_vtt_add (vtt, 0, NEG_VTT_TIME_MAX_US + 1000, "for ever"));
  g_assert_false (neg_vtt_add (vtt, 0, 1000, " \n "));
  g_assert_cmpint (neg_vtt_find (vtt, 0), ==, -1);
  g_assert_cmpint (neg_vtt_find (vtt, 1000000), ==, 0);
  g_assert_cmpint (neg_vtt_find (vtt, 2000000), ==, -1);
  g_assert_cmpint (neg_vtt_find (vtt, 6500000), ==, 2);
  g_assert_cmpint (neg_vtt_find (vtt, 8000000), ==, 1);
  g_assert_cmpint (neg_vtt_find (vtt, 9000000), ==, -1);
  g_assert_cmpint (neg_vtt_find_begun (vtt, 999999), ==, -1);
  g_assert_cmpint (neg_vtt_find_begun (vtt, 4000000), ==, 0);
  g_assert_cmpint (neg_vtt_find_begun (vtt, 90000000), ==, 2);
  neg_vtt_remove (vtt, 0);
  g_assert_cmpint (neg_vtt_find_begun (vtt, 4000000), ==, -1);
}

static void
test_writes (void)
{
  g_autoptr (NegVtt) vtt = neg_vtt_new ();
  g_autofree char *text = NULL;
  g_autoptr (NegVtt) again = NULL;

  neg_vtt_add (vtt, 3723004000, 3724000900, "a & b <c>\n\n --> d");
  text = neg_vtt_to_text (vtt);
  g_assert_cmpstr (text, ==, "WEBVTT\n\n01:02:03.004 --> 01:02:04.000\na &amp; b &lt;c&gt;\n--&gt; d\n");
  again = parse (text, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (neg_vtt_get_cue (again, 0)->text, ==, "a & b <c>\n--> d");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vtt/reads", test_reads);
  g_test_add_func ("/vtt/refuses", test_refuses);
  g_test_add_func ("/vtt/limits", test_limits);
  g_test_add_func ("/vtt/cleans", test_cleans);
  g_test_add_func ("/vtt/finds", test_finds);
  g_test_add_func ("/vtt/writes", test_writes);
  return g_test_run ();
}
