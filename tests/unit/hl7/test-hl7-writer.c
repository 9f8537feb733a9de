#include "config.h"

#include <string.h>

#include "hl7-dump.h"
#include "hl7/neg-hl7-ack.h"
#include "hl7/neg-hl7-framer.h"
#include "hl7/neg-hl7-writer.h"

static const NegHl7Delimiters other = { '#', '@', '*', '!', '%', '$' };

static char *
dup_written (NegHl7Writer *writer)
{
  g_autoptr (GBytes) bytes = neg_hl7_writer_finish (writer);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
write_some (NegHl7Writer *writer)
{
  neg_hl7_writer_begin (writer, "MSH");
  neg_hl7_writer_put (writer, 3, "NEGATOSCOPE");
  neg_hl7_writer_put (writer, 9, "ORM");
  neg_hl7_writer_next (writer, NEG_HL7_COMPONENT);
  neg_hl7_writer_add_text (writer, "O01");
  neg_hl7_writer_begin (writer, "PID");
  neg_hl7_writer_put (writer, 3, "1");
  neg_hl7_writer_next (writer, NEG_HL7_COMPONENT);
  neg_hl7_writer_add_text (writer, "a");
  neg_hl7_writer_next (writer, NEG_HL7_SUBCOMPONENT);
  neg_hl7_writer_add_text (writer, "b");
  neg_hl7_writer_next (writer, NEG_HL7_REPETITION);
  neg_hl7_writer_add_text (writer, NULL);
  neg_hl7_writer_field (writer, 7);
  neg_hl7_writer_add_null (writer);
  neg_hl7_writer_begin (writer, "ZZ1");
}

static void
test_write (void)
{
  g_autoptr (NegHl7Writer) usual = neg_hl7_writer_new (NULL), strange = neg_hl7_writer_new (&other);
  g_autofree char *a = NULL, *b = NULL, *empty = NULL;

  write_some (usual);
  write_some (strange);
  a = dup_written (usual);
  b = dup_written (strange);
  empty = dup_written (usual);
  g_assert_cmpstr (a, ==, "MSH|^~\\&|NEGATOSCOPE||||||ORM^O01\rPID|||1^a&b~||||\"\"\rZZ1\r");
  g_assert_cmpstr (b, ==, "MSH#@*!%$#NEGATOSCOPE######ORM@O01\rPID###1@a%b*####\"\"\rZZ1\r");
  g_assert_cmpstr (empty, ==, "");
}

/* Whatever a text is, it is one value, and the message has the segments that were written. */
static const char *const hostile[] = {
  "\rMSH|^~\\&|EVIL", "\nPID|1||666", "\r\nOBX|9", "a|b|c", "^^^&&~~\\", "\\X0D\\PID|1", "\\.br\\", "\\F\\", "\\",
  "\\\\", "\x0B\x1C\r", "\x1C", "\"\"", "\"", "\xC2\x85" "next", "\xE2\x80\xA8" "line", "\x1B[2J", "#@*!%$#",
  "!F!!E!", "\x7F", "Ω≈ç√", "\xFF\xFE", "",
};

static void
check_hostile (const char *text, const NegHl7Delimiters *delimiters)
{
  g_autoptr (NegHl7Writer) writer = neg_hl7_writer_new (delimiters);
  g_autoptr (GBytes) bytes = NULL, frame = NULL;
  g_autoptr (NegHl7Message) message = NULL;
  g_autofree char *found = NULL, *after = NULL, *valid = g_utf8_make_valid (text, -1);

  neg_hl7_writer_begin (writer, "MSH");
  neg_hl7_writer_put (writer, 18, "UTF-8");
  neg_hl7_writer_begin (writer, "PID");
  neg_hl7_writer_put (writer, 5, text);
  neg_hl7_writer_put (writer, 6, "after");
  bytes = neg_hl7_writer_finish (writer);
  frame = neg_hl7_frame (bytes, NULL);
  g_assert_nonnull (frame);
  message = neg_hl7_message_parse (bytes, NULL);
  g_assert_cmpuint (neg_hl7_message_get_n_segments (message), ==, 2);
  found = neg_hl7_message_dup_text (message, (NegHl7Path) { 1, 5, 1, 1, 1 });
  after = neg_hl7_message_dup_text (message, (NegHl7Path) { 1, 6 });
  g_assert_cmpstr (found ? found : "", ==, valid);
  g_assert_cmpstr (after, ==, "after");
  g_assert_cmpint (neg_hl7_message_get_presence (message, (NegHl7Path) { 1, 5 }), ==,
                   *text ? NEG_HL7_PRESENT : NEG_HL7_ABSENT);
}

static void
test_injection (void)
{
  static const NegHl7Delimiters few = { '|', '^', 0, 0, 0, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++) {
    check_hostile (hostile[i], NULL);
    check_hostile (hostile[i], &other);
    check_hostile (hostile[i], &few);
  }
}

static const char *const messages[] = {
  "MSH|^~\\&|A|B&C|D^E^F|||20260101||ADT^A08|1|P|2.5\rPID|1|\"\"|1^^^X&1.2&ISO~2^^^Y||M\\S\\x^\\XC3BC\\|||\"\"^a|\r",
  "MSH|^~\\&|A\rOBX|1|TX|||line\\.br\\line\\.sp2\\x\\H\\b\\N\\ \\Zq\\ \\C2842\\||\rZXX|&&|~~|^^|^&~|\rZYY\r",
  "MSH#@*!%$#A#x!F!y!S!!T!!R!!E!!P!#|^~\\&#\rPID#|#^#~#\\#&#$\r",
  "MSH|^~|A|b&c\\d\rPID|\\F\\|&\r",
  "MSH|^~\\&|\x01\x0B\rPID|a\nb\tc|\\X0D\\\r",
  "MSH|^~\\&|||||||||||||||||88598^\\XC32C\\\rPID|\\X00\\\r",
  "MSH|^~\\&|||||||||||||||||8859/1\rPID|M\xFCller\\XFC\\\r",
};

static void
test_identity (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++) {
    g_autoptr (NegHl7Message) message = hl7_parse (messages[i]);
    g_autoptr (NegHl7Message) usual = hl7_rewrite (message, NULL), strange = hl7_rewrite (message, &other);
    g_autoptr (NegHl7Message) own = hl7_rewrite (message, neg_hl7_message_get_delimiters (message));
    g_autofree char *expected = hl7_dump (message);
    g_autofree char *a = hl7_dump (usual), *b = hl7_dump (strange), *c = hl7_dump (own);

    g_assert_cmpstr (a, ==, expected);
    g_assert_cmpstr (b, ==, expected);
    g_assert_cmpstr (c, ==, expected);
  }
}

static void
test_improper_names (void)
{
  g_autoptr (NegHl7Message) message = hl7_parse ("MSH|^~\\&|A\rfree text|1\rBHS|A\rPI|2\rpid|3\rPV1|4");
  g_autoptr (NegHl7Writer) writer = neg_hl7_writer_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < 8; i++)
    g_assert_true (neg_hl7_writer_copy_segment (writer, message, i) == (i == 0 || i == 5));
  text = dup_written (writer);
  g_assert_cmpstr (text, ==, "MSH|^~\\&|A\rPV1|4\r");
}

static const struct {
  const char *message; /* NULL: could not be parsed */
  NegHl7Ack ack;
  const char *written;
} acks[] = {
  { "MSH|^~\\&|RIS^1.2^ISO|HOSP|NEG|RAD|20260101||ORM^O01^ORM_O01|77|P|2.5.1\r",
    { "AA", "A1", "20260102030405", NEG_HL7_ACCEPTED, NULL, 0, 0, NULL },
    "MSH|^~\\&|NEG|RAD|RIS^1.2^ISO|HOSP|20260102030405||ACK^O01^ACK|A1|P|2.5.1\rMSA|AA|77\r" },
  { "MSH|^~\\&|RIS|HOSP|NEG|RAD|20260101||ORM^O01|77|P|2.5.1\r",
    { "AE", "A2", "2026", NEG_HL7_FIELD_MISSING, "PID", 1, 3, "no patient ID" },
    "MSH|^~\\&|NEG|RAD|RIS|HOSP|2026||ACK^O01^ACK|A2|P|2.5.1\rMSA|AE|77|no patient ID\r"
    "ERR||PID^1^3|101^Required field missing^HL70357|E||||no patient ID\r" },
  { "MSH|^~\\&|RIS|HOSP|NEG|RAD|20260101||ZZZ^Z99|78|T|2.3\r",
    { "AR", "A3", "2026", NEG_HL7_UNSUPPORTED_TYPE, "MSH", 1, 9, NULL },
    "MSH|^~\\&|NEG|RAD|RIS|HOSP|2026||ACK^Z99^ACK|A3|T|2.3\rMSA|AR|78\r"
    "ERR|MSH^1^9^200&Unsupported message type&HL70357\r" },
  { "MSH|^~\\&|RIS|||||||78||2.4\r",
    { "AR", "A4", "2026", NEG_HL7_INTERNAL, NULL, 0, 0, NULL },
    "MSH|^~\\&|||RIS||2026||ACK|A4|P|2.4\rMSA|AR|78\rERR|^^^207&Application internal error&HL70357\r" },
  { "MSH#@*!%#RIS#a!F!b#NEG###Z#ADT@A08#7@8#P#2.5\r",
    { "CA", "A|5", "2026", NEG_HL7_ACCEPTED, NULL, 0, 0, NULL },
    "MSH#@*!%#NEG##RIS#a!F!b#2026##ACK@A08@ACK#A|5#P#2.5\rMSA#CA#7@8\r" },
  { NULL,
    { "AR", "A6", "2026", NEG_HL7_SEGMENT_SEQUENCE, "MSH", 0, 0, "no MSH" },
    "MSH|^~\\&|||||2026||ACK|A6|P|2.5.1\rMSA|AR||no MSH\r"
    "ERR||MSH^^|100^Segment sequence error^HL70357|E||||no MSH\r" },
  /* What a hostile header says is said back as text, with what it needs to be read. */
  { "MSH|^~\\&|A\x0B\x1C\x1B[2J|\\X0D\\PID|||||Q\\F\\R^\\X0D\\|1\\X0D\\2|P|2.5||||||8859/1\r",
    { "AA", "A7", "2026", NEG_HL7_ACCEPTED, NULL, 0, 0, NULL },
    "MSH|^~\\&|||A\\X0B\\\\X1C\\\\X1B\\[2J|\\X0D\\PID|2026||ACK^\\X0D\\^ACK|A7|P|2.5||||||UNICODE UTF-8\r"
    "MSA|AA|1\\X0D\\2\r" },
};

static void
test_acks (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (acks); i++) {
    g_autoptr (NegHl7Message) message = acks[i].message != NULL ? hl7_parse (acks[i].message) : NULL;
    g_autoptr (GBytes) bytes = neg_hl7_ack_write (&acks[i].ack, message);
    g_autoptr (NegHl7Message) again = neg_hl7_message_parse (bytes, NULL);
    g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

    g_assert_cmpstr (text, ==, acks[i].written);
    g_assert_cmpuint (neg_hl7_message_get_n_segments (again), ==, acks[i].ack.condition ? 3 : 2);
  }
}

/* A header may be as large as a message: an answer may not. */
static void
test_ack_is_small (void)
{
  g_autofree char *long_id = g_strnfill (1001, 'i');
  g_autofree char *text = g_strconcat ("MSH|^~\\&|", long_id, "||||||ADT^", long_id, "|", long_id, "|P|2.5", NULL);
  g_autoptr (NegHl7Message) message = hl7_parse (text);
  const NegHl7Ack ack = { "AE", "A1", "2026", NEG_HL7_DATA_TYPE, NULL, 0, 0, NULL };
  g_autoptr (GBytes) bytes = neg_hl7_ack_write (&ack, message);

  g_assert_cmpuint (g_bytes_get_size (bytes), <, 200);
}

static void
test_condition_names (void)
{
  g_assert_cmpstr (neg_hl7_condition_get_name (NEG_HL7_ACCEPTED), ==, "Message accepted");
  g_assert_cmpstr (neg_hl7_condition_get_name (NEG_HL7_DUPLICATE_KEY), ==, "Duplicate key identifier");
  g_assert_cmpstr (neg_hl7_condition_get_name ((NegHl7Condition) 999), ==, "Application internal error");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-writer/write", test_write);
  g_test_add_func ("/hl7-writer/injection", test_injection);
  g_test_add_func ("/hl7-writer/identity", test_identity);
  g_test_add_func ("/hl7-writer/improper-names", test_improper_names);
  g_test_add_func ("/hl7-writer/acks", test_acks);
  g_test_add_func ("/hl7-writer/ack-is-small", test_ack_is_small);
  g_test_add_func ("/hl7-writer/condition-names", test_condition_names);
  return g_test_run ();
}
