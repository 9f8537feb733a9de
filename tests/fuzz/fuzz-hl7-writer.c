#include "neg-fuzz.h"

#include <string.h>

#include "hl7-dump.h"
#include "hl7/neg-hl7-ack.h"
#include "hl7/neg-hl7-framer.h"
#include "hl7/neg-hl7-writer.h"

#define INPUT(literal) { literal, sizeof (literal) - 1 }

static const NegHl7Delimiters other = { '#', '@', '*', '!', '%', '$' };

/* A message, or any text at all. */
GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const struct {
    const char *bytes;
    gsize length;
  } inputs[] = {
    INPUT ("MSH|^~\\&|A^1.2^ISO|B|C|D|20260101||ORM^O01|1\\X0D\\2|P|2.5\rPID|1|\"\"|1^^^X&1.2&ISO~2||M\\S\\x^\\XC3BC\\\r"),
    INPUT ("MSH#@*!%$#A#x!F!y!S!!T!!R!!E!!P!###Z##ADT@A08#7@8#T#2.3######8859/1\rPID#|#^#~#\\#&#$#\xFC\r"),
    INPUT ("MSH|^~|A|b&c\\d\rPID|\\F\\|&\rfree text\rBHS|A\rZZ1\r"),
    INPUT ("\rMSH|^~\\&|EVIL\x0B\x1C\r\nPID|1||666\"\"\\.br\\\\Zq\\\x7F\xC2\x85"),
  };
  guint i = g_rand_int_range (random, 0, G_N_ELEMENTS (inputs));

  return g_byte_array_append (g_byte_array_new (), (const guint8 *) inputs[i].bytes, inputs[i].length);
}

/* Any text is one value of a message of two segments. */
static void
check_text (const char *text, const NegHl7Delimiters *delimiters)
{
  g_autoptr (NegHl7Writer) writer = neg_hl7_writer_new (delimiters);
  g_autoptr (GBytes) bytes = NULL, frame = NULL;
  g_autoptr (NegHl7Message) message = NULL;
  g_autofree char *found = NULL, *valid = g_utf8_make_valid (text, -1);

  neg_hl7_writer_begin (writer, "MSH");
  neg_hl7_writer_put (writer, 18, "UTF-8");
  neg_hl7_writer_begin (writer, "PID");
  neg_hl7_writer_put (writer, 5, text);
  bytes = neg_hl7_writer_finish (writer);
  frame = neg_hl7_frame (bytes, NULL);
  g_assert_nonnull (frame);
  message = neg_hl7_message_parse (bytes, NULL);
  g_assert_cmpuint (neg_hl7_message_get_n_segments (message), ==, 2);
  found = neg_hl7_message_dup_text (message, (NegHl7Path) { 1, 5, 1, 1, 1 });
  g_assert_cmpstr (found ? found : "", ==, valid);
  g_assert_null (neg_hl7_message_get_value (message, (NegHl7Path) { 1, 6 }).data);
}

/* What is written anew says the same. */
static void
check_rewritten (const NegHl7Message *message)
{
  g_autoptr (NegHl7Message) usual = hl7_rewrite (message, NULL), strange = hl7_rewrite (message, &other);
  g_autofree char *expected = hl7_dump (message), *a = hl7_dump (usual), *b = hl7_dump (strange);

  g_assert_cmpstr (a, ==, expected);
  g_assert_cmpstr (b, ==, expected);
}

static void
check_ack (const NegHl7Message *message)
{
  const NegHl7Ack ack = { "AE", "1", "2026", NEG_HL7_FIELD_MISSING, "PID", 1, 3, "text" };
  g_autoptr (GBytes) bytes = neg_hl7_ack_write (&ack, message), frame = neg_hl7_frame (bytes, NULL);
  g_autoptr (NegHl7Message) again = neg_hl7_message_parse (bytes, NULL);

  g_assert_nonnull (frame);
  g_assert_cmpuint (neg_hl7_message_get_n_segments (again), ==, 3);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (bytes, NULL);

  check_text (text, NULL);
  check_text (text, &other);
  check_ack (message);
  if (message != NULL)
    check_rewritten (message);
  return 0;
}
