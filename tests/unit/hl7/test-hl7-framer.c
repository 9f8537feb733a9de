#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "hl7/neg-hl7-framer.h"

#define VT "\x0B"
#define FS "\x1C"
#define END "\x1C\r"
#define MSG1 "MSH|^~\\&|1\rPID|1"
#define MSG2 "MSH|^~\\&|2\rPID|2"

/* The wire cases that are about frames, and their like. */
static const struct {
  const char *name;
  const char *bytes;
  gsize length;
  const char *messages; /* with a * behind each */
  NegErrorCode code;    /* NEG_ERROR_N_CODES: none */
  const char *where;
} streams[] = {
#define STREAM(name, bytes, messages) { name, bytes, sizeof (bytes) - 1, messages, NEG_ERROR_N_CODES, NULL }
#define BROKEN(name, bytes, messages, where) { name, bytes, sizeof (bytes) - 1, messages, NEG_ERROR_PROTOCOL, where }
  STREAM ("one", VT MSG1 END, MSG1 "*"),
  STREAM ("two", VT MSG1 END VT MSG2 END, MSG1 "*" MSG2 "*"),
  STREAM ("line ends between", VT MSG1 END "\r\n\n" VT MSG2 END "\r\n", MSG1 "*" MSG2 "*"),
  STREAM ("line end before", "\r\n" VT MSG1 END, MSG1 "*"),
  STREAM ("NUL between", VT MSG1 END "\0\0" VT MSG2 END "\0", MSG1 "*" MSG2 "*"),
  STREAM ("doubled frame", VT VT MSG1 END END VT VT MSG2 END END, MSG1 "*" MSG2 "*"),
  STREAM ("no CR, then the next", VT MSG1 FS VT MSG2 END, MSG1 "*" MSG2 "*"),
  STREAM ("no CR, then nothing", VT MSG1 FS, MSG1 "*"),
  STREAM ("no CR at all", VT MSG1 FS VT MSG2 FS, MSG1 "*" MSG2 "*"),
  STREAM ("doubled 1C", VT MSG1 FS END, MSG1 FS "*"),
  STREAM ("1C among the data", VT "MSH|a" FS "b" END, "MSH|a" FS "b*"),
  STREAM ("0B among the data", VT MSG1 VT "text" END, MSG1 VT "text*"),
  STREAM ("empty", VT END VT MSG1 END, "*" MSG1 "*"),
  STREAM ("garbage in a frame", VT "hello" END, "hello*"),
  STREAM ("without an end", VT MSG1, ""),
  STREAM ("nothing", "", ""),
  STREAM ("1C outside", FS VT MSG1 END, MSG1 "*"),
  BROKEN ("no 0B", MSG1 END, "", "byte 1"),
  BROKEN ("junk between", VT MSG1 END "\r\nx" VT MSG2 END, MSG1 "*", "byte 22"),
  BROKEN ("web browser", "GET / HTTP/1.1\r\n\r\n", "", "byte 1"),
  BROKEN ("TLS", "\x16\x03\x01\x02", "", "byte 1"),
  BROKEN ("frame in a frame", VT "MSH|^~\\&|1\rPID|1" VT MSG2 END, "", NULL),
  BROKEN ("marked frame in a frame", VT "MSH|^" VT "\xEF\xBB\xBF" MSG2 END, "", NULL),
  BROKEN ("batch in a frame", VT "MSH|^" VT "BHS|^~\\&" END, "", NULL),
};

/* Feeds in pieces of @step bytes, each in memory of its own; appends what comes to @found. */
static gboolean
feed (NegHl7Framer *framer, const char *bytes, gsize length, gsize step, GString *found, GError **error)
{
  for (gsize i = 0; i < length; i += step) {
    gsize left = MIN (step, length - i);
    g_autofree guint8 *piece = g_memdup2 (bytes + i, left);
    const guint8 *p = piece;

    while (left > 0) {
      g_autoptr (GBytes) message = NULL;

      if (!neg_hl7_framer_feed (framer, &p, &left, &message, error))
        return FALSE;
      if (message != NULL) {
        g_string_append_len (found, g_bytes_get_data (message, NULL), g_bytes_get_size (message));
        g_string_append_c (found, '*');
      } else {
        g_assert_cmpuint (left, ==, 0);
      }
    }
  }
  return TRUE;
}

static gboolean
end (NegHl7Framer *framer, GString *found, GError **error)
{
  g_autoptr (GBytes) message = NULL;

  if (!neg_hl7_framer_flush (framer, &message, error))
    return FALSE;
  if (message != NULL) {
    g_string_append_len (found, g_bytes_get_data (message, NULL), g_bytes_get_size (message));
    g_string_append_c (found, '*');
  }
  return TRUE;
}

static void
check_stream (guint i, gsize step)
{
  g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (1000);
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean done = feed (framer, streams[i].bytes, streams[i].length, step, found, &error) && end (framer, found, &error);

  g_test_message ("%s by %" G_GSIZE_FORMAT, streams[i].name, step);
  g_assert_cmpstr (found->str, ==, streams[i].messages);
  g_assert_true (done == (streams[i].code == NEG_ERROR_N_CODES));
  if (!done) {
    g_assert_error (error, NEG_ERROR, (int) streams[i].code);
    if (streams[i].where != NULL)
      g_assert_cmpstr (neg_error_get_where (error), ==, streams[i].where);
  }
}

static void
test_streams (void)
{
  static const gsize steps[] = { 1, 2, 3, 7, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    for (guint j = 0; j < G_N_ELEMENTS (steps); j++)
      check_stream (i, steps[j]);
}

static void
test_waiting (void)
{
  g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (1000);
  g_autoptr (GString) found = g_string_new (NULL);

  g_assert_false (neg_hl7_framer_is_waiting (framer));
  g_assert_true (feed (framer, VT MSG1, strlen (VT MSG1), 100, found, NULL));
  g_assert_false (neg_hl7_framer_is_waiting (framer));
  /* Nothing is given away of a message that has no end. */
  g_assert_true (end (framer, found, NULL));
  g_assert_cmpuint (found->len, ==, 0);
  g_assert_true (feed (framer, FS, 1, 1, found, NULL));
  g_assert_true (neg_hl7_framer_is_waiting (framer));
  g_assert_cmpuint (found->len, ==, 0);
  g_assert_true (end (framer, found, NULL));
  g_assert_cmpstr (found->str, ==, MSG1 "*");
  g_assert_false (neg_hl7_framer_is_waiting (framer));
  /* The CR that came too late does no harm. */
  g_assert_true (feed (framer, "\r" VT MSG2 END, strlen ("\r" VT MSG2 END), 100, found, NULL));
  g_assert_cmpstr (found->str, ==, MSG1 "*" MSG2 "*");
}

/* What follows a message stays with the caller: one in flight. */
static void
test_one_at_a_time (void)
{
  g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (1000);
  const char *bytes = VT MSG1 END VT MSG2 END;
  const guint8 *p = (const guint8 *) bytes;
  gsize left = strlen (bytes);
  g_autoptr (GBytes) first = NULL, second = NULL;

  g_assert_true (neg_hl7_framer_feed (framer, &p, &left, &first, NULL));
  g_assert_nonnull (first);
  g_assert_cmpuint (left, ==, strlen (VT MSG2 END));
  g_assert_true (neg_hl7_framer_feed (framer, &p, &left, &second, NULL));
  g_assert_nonnull (second);
  g_assert_cmpuint (left, ==, 0);
}

static void
test_limit (void)
{
  g_autofree char *text = g_strnfill (1001, 'x');
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint extra = 0; extra < 2; extra++) {
    g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (1000);
    g_autoptr (GError) error = NULL, again = NULL;
    const guint8 *partial;
    gsize length;

    g_assert_true (feed (framer, VT, 1, 1, found, NULL));
    if (extra == 0) {
      g_assert_true (feed (framer, text, 1000, 300, found, &error));
      g_assert_true (feed (framer, END, 2, 2, found, &error));
      g_assert_cmpuint (found->len, ==, 1001);
      continue;
    }
    g_assert_false (feed (framer, text, 1001, 300, found, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
    partial = neg_hl7_framer_get_partial (framer, &length);
    g_assert_cmpuint (length, ==, 900);
    g_assert_cmpint (partial[899], ==, 'x');
    /* It is over: nothing is read any more. */
    g_assert_false (feed (framer, END, 2, 2, found, &again));
    g_assert_error (again, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
    g_clear_error (&again);
    g_assert_false (end (framer, found, &again));
    g_assert_false (neg_hl7_framer_is_waiting (framer));
  }
  g_assert_cmpuint (found->len, ==, 1001);
}

/* The 1C that was data counts as well. */
static void
test_limit_of_data (void)
{
  g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (3);
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (feed (framer, VT "abc" FS "d", 6, 1, found, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
}

static void
test_frame (void)
{
  g_autoptr (GBytes) message = g_bytes_new_static (MSG1, strlen (MSG1)), empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) frame = neg_hl7_frame (message, NULL), nothing = neg_hl7_frame (empty, NULL);
  static const char *const bad[] = { "a" VT, FS "b" };

  g_assert_cmpmem (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), VT MSG1 END, strlen (VT MSG1 END));
  g_assert_cmpmem (g_bytes_get_data (nothing, NULL), g_bytes_get_size (nothing), VT END, 3);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new_static (bad[i], 2);
    g_autoptr (GError) error = NULL;

    g_assert_null (neg_hl7_frame (bytes, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-framer/streams", test_streams);
  g_test_add_func ("/hl7-framer/waiting", test_waiting);
  g_test_add_func ("/hl7-framer/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/hl7-framer/limit", test_limit);
  g_test_add_func ("/hl7-framer/limit-of-data", test_limit_of_data);
  g_test_add_func ("/hl7-framer/frame", test_frame);
  return g_test_run ();
}
