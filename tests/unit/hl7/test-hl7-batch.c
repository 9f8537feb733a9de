#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "hl7-dump.h"
#include "hl7/neg-hl7-batch.h"

#define M(id) "MSH|^~\\&|A||||||ADT^A08|" id "|P|2.5\rPID|||" id "\r"
#define FHS "FHS|^~\\&|A\r"
#define BHS "BHS|^~\\&|A\r"

static const struct {
  const char *body;
  const char *ids; /* of the messages */
  const char *warning;
  guint n_outside;
} batches[] = {
  { M ("1"), "1", NULL, 0 },
  { "\xEF\xBB\xBF" M ("1"), "1", NULL, 0 },
  { "\r\n" M ("1"), "1", NULL, 0 },
  { M ("1") M ("2") M ("3"), "1 2 3", NULL, 0 },
  { BHS M ("1") M ("2") "BTS|2\r", "1 2", NULL, 0 },
  { "\xEF\xBB\xBF" BHS M ("1") "BTS|1\r", "1", NULL, 0 },
  { FHS BHS M ("1") M ("2") "BTS|2\r" BHS M ("3") "BTS|1\rFTS|2\r", "1 2 3", NULL, 0 },
  { BHS M ("1") "BTS|\r", "1", NULL, 0 },
  { BHS M ("1") "BTS", "1", NULL, 0 },
  { FHS M ("1") "FTS|0", "1", NULL, 0 },
  { BHS M ("1") M ("2"), "1 2", NULL, 0 },
  { BHS M ("1") "BTS|7\r", "1", "BTS-1 says 7, there are 1", 0 },
  { BHS M ("1") "BTS|-1\r", "1", "BTS-1 is not a count", 0 },
  { BHS M ("1") "BTS|99999999999999999999999\r", "1", "BTS-1 is not a count", 0 },
  { FHS BHS M ("1") "BTS|1\rFTS|2\r", "1", "FTS-1 says 2, there are 1", 0 },
  { BHS M ("1") BHS "PV1||I\rDG1||x\r" M ("2"), "1 2", "byte 63: segments outside of any message", 2 },
  { BHS M ("1") "BTS|1\rPID|||9\r", "1", "byte 58: segments outside of any message", 1 },
  { "# kept here\r\n" M ("1"), "1", "byte 1: segments outside of any message", 1 },
  { "MSH|^~\\&|||||||ADT^A08|1\nPID|||1\n\nMSH#^~\\&#######ADT^A08#2\nPID###2", "1 2", NULL, 0 },
};

static void
check_messages (const NegHl7Batch *batch, const char *ids)
{
  g_auto (GStrv) expected = g_strsplit (ids, " ", -1);

  g_assert_cmpuint (batch->messages->len, ==, g_strv_length (expected));
  for (guint i = 0; i < batch->messages->len; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (NegHl7Message) message = neg_hl7_message_parse (g_ptr_array_index (batch->messages, i), &error);
    g_autofree char *id = NULL, *patient = NULL;

    g_assert_no_error (error);
    id = neg_hl7_message_dup_text (message, (NegHl7Path) { .field = 10 });
    patient = neg_hl7_message_dup_text (message, (NegHl7Path) { .segment = 1, .field = 3 });
    g_assert_cmpstr (id, ==, expected[i]);
    g_assert_cmpstr (patient, ==, expected[i]);
    g_assert_cmpuint (neg_hl7_message_get_n_segments (message), ==, 2);
  }
}

static void
test_batches (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (batches); i++) {
    g_autoptr (GBytes) body = g_bytes_new_static (batches[i].body, strlen (batches[i].body));
    g_autoptr (GError) error = NULL;
    g_autoptr (NegHl7Batch) batch = neg_hl7_batch_split (body, &error);

    g_test_message ("%u", i);
    g_assert_no_error (error);
    check_messages (batch, batches[i].ids);
    g_assert_cmpuint (batch->n_outside, ==, batches[i].n_outside);
    g_assert_cmpuint (batch->warnings->len, ==, batches[i].warning != NULL);
    if (batches[i].warning != NULL)
      g_assert_cmpstr (g_ptr_array_index (batch->warnings, 0), ==, batches[i].warning);
  }
}

/* Its parts are the body's bytes, and it knows a byte order mark. */
static void
test_no_copies (void)
{
  static const char text[] = "\xEF\xBB\xBF" M ("1") M ("2");
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_autoptr (NegHl7Batch) batch = neg_hl7_batch_split (body, NULL);
  g_autoptr (NegHl7Message) first = neg_hl7_message_parse (g_ptr_array_index (batch->messages, 0), NULL);

  g_assert_true (g_bytes_get_data (g_ptr_array_index (batch->messages, 0), NULL) == text);
  g_assert_cmpstr (neg_hl7_message_get_charset (first), ==, "UTF-8");
}

static const struct {
  const char *body;
  NegErrorCode code;
  const char *where;
} failures[] = {
  { "", NEG_ERROR_UNREADABLE, "byte 1" },
  { "\r\n", NEG_ERROR_UNREADABLE, "byte 3" },
  { "garbage", NEG_ERROR_UNREADABLE, "byte 1" },
  { "PID|1\rPV1|2", NEG_ERROR_UNREADABLE, "byte 1" },
  { "\xFF\xFEM", NEG_ERROR_UNSUPPORTED, "byte 1" },
  { "MSH", NEG_ERROR_INCONSISTENT, "MSH-1, byte 4" },
  { "MSH||", NEG_ERROR_INCONSISTENT, "MSH-2, byte 5" },
  { "BHS|^^|\rMSH|^~\\&", NEG_ERROR_INCONSISTENT, "MSH-2, byte 5" },
  { FHS BHS "BTS|0\rFTS|1", NEG_ERROR_UNREADABLE, NULL },
};

static void
test_failures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++) {
    g_autofree char *exact = g_memdup2 (failures[i].body, strlen (failures[i].body));
    g_autoptr (GBytes) body = g_bytes_new_static (exact, strlen (failures[i].body));
    g_autoptr (GError) error = NULL;

    g_assert_null (neg_hl7_batch_split (body, &error));
    g_assert_error (error, NEG_ERROR, (int) failures[i].code);
    g_assert_cmpstr (neg_error_get_where (error), ==, failures[i].where);
  }
}

static void
test_too_many (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= NEG_HL7_BATCH_MESSAGES_MAX; i++)
    g_string_append (text, "MSH|^~\\&\r");
  body = g_string_free_to_bytes (g_steal_pointer (&text));
  g_assert_null (neg_hl7_batch_split (body, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
}

/* A second MSH that cannot be read is a message of its own and not part of the one before. */
static void
test_bad_second (void)
{
  static const char text[] = M ("1") "MSH|odd|\rPID|||2";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_autoptr (NegHl7Batch) batch = neg_hl7_batch_split (body, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (batch->messages->len, ==, 2);
  g_assert_null (neg_hl7_message_parse (g_ptr_array_index (batch->messages, 1), &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-batch/batches", test_batches);
  g_test_add_func ("/hl7-batch/no-copies", test_no_copies);
  g_test_add_func ("/hl7-batch/failures", test_failures);
  g_test_add_func ("/hl7-batch/too-many", test_too_many);
  g_test_add_func ("/hl7-batch/bad-second", test_bad_second);
  return g_test_run ();
}
