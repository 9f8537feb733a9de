#include "neg-fuzz.h"

#include <string.h>

#include "hl7/neg-hl7-batch.h"
#include "hl7/neg-hl7-message.h"

#define INPUT(literal) { literal, sizeof (literal) - 1 }

/* A body as a connection brings it: one message, or several. */
GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const struct {
    const char *bytes;
    gsize length;
  } inputs[] = {
    INPUT ("MSH|^~\\&|A^1.2^ISO|B|C|D|20260101||ORM^O01^ORM_O01|1|P|2.5.1||||||8859/1\r"
           "PID|1||1^^^X&1.2&ISO~2^^^Y||M\xFCller^A\\S\\b^\\XFC\\|\"\"|19700101\rORC|NW|1||||S\rZDS|1.2^^Application^DICOM\r"),
    INPUT ("MSH|^~\\&|A|||||ORU^R01|1|P|2.3\nOBX|1|FT|||line\\.br\\line\\.sp3\\\\H\\x\\N\\ C:\\temp\\\nmore\n\n// kept\n"),
    INPUT ("\xEF\xBB\xBF" "FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|\xC3\xBC\rPID|1\rMSH#@*!%$#x!F!y\rPID#1\rBTS|2\rFTS|1\r"),
    INPUT ("MSH|^~\\\\&|A||||||||||||||||ASCII~ISO IR87~ISO IR159\r\nPID|\x1B$B;3ED\x1B(B|\x1B(ITO@\x1B(B|\x1B$(D0!\r\n"),
    INPUT ("MSH|^~|A||||||||||||||||GB 18030-2000\rPID|\x84\x5E\x83\x7C\x95\x32\x82\x36|\\X8431A530\\\r"),
    INPUT ("MSH|^~\\&|A||||||||||||||||BIG-5\rPID|\xB3\x5C\xA5\x5C\xC3\x7C^\xB3|\\XB3\\\\X5C\\\r"),
    INPUT ("MSH|^~\\&|A||||||||||||||||KS X 1001\rPID|\xB1\xE8\xC8\xF1\xC1\xDF|\\Zlocal\\\\C2842\\\\M245F1A\\\r"),
    INPUT ("MSH|^~\\&|A||||||||||||||||8859/15\rPID|\xA4|\\\\E\\\\X09\\\\E\\\\|\\.in+4\\\\.zz\\\\X4\\\r"),
  };
  guint i = g_rand_int_range (random, 0, G_N_ELEMENTS (inputs));

  return g_byte_array_append (g_byte_array_new (), (const guint8 *) inputs[i].bytes, inputs[i].length);
}

/* A borrowed value lies in its segment. */
static void
check_value (NegHl7Value value, NegHl7Value whole)
{
  if (value.length > 0)
    g_assert_true (value.data >= whole.data && value.data + value.length <= whole.data + whole.length);
}

static void
check_segment (const NegHl7Message *message, guint segment)
{
  NegHl7Value whole = neg_hl7_message_get_segment (message, segment);

  g_assert_cmpuint (whole.length, >, 0);
  for (guint field = 0; field < 7; field++) {
    guint n = neg_hl7_message_get_n_repetitions (message, segment, field);

    for (guint repetition = 0; repetition <= MIN (n, 2); repetition++) {
      for (guint component = 0; component < 4; component++) {
        const NegHl7Path path = { segment, field, repetition, component, component % 3 };
        NegHl7Value value = neg_hl7_message_get_value (message, path);
        g_autofree char *text = neg_hl7_message_dup_text (message, path);

        check_value (value, whole);
        g_assert_true ((text == NULL) == (neg_hl7_message_get_presence (message, path) == NEG_HL7_ABSENT));
        g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
      }
    }
  }
}

static void
check_message (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (bytes, &error);
  g_autofree char *type = NULL;

  g_assert_true ((message == NULL) == (error != NULL));
  if (message == NULL)
    return;
  type = neg_hl7_message_dup_type (message);
  g_assert_nonnull (neg_hl7_message_get_charset (message));
  g_assert_cmpuint (neg_hl7_message_get_n_segments (message), >, 0);
  for (guint i = 0; i < MIN (neg_hl7_message_get_n_segments (message), 20); i++)
    check_segment (message, i);
  /* Never two patients: only the first segment is a header. */
  g_assert_cmpuint (neg_hl7_message_find (message, "MSH", 1), ==, NEG_HL7_NO_SEGMENT);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) body = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegHl7Batch) batch = neg_hl7_batch_split (body, &error);

  g_assert_true ((batch == NULL) == (error != NULL));
  for (guint i = 0; batch != NULL && i < batch->messages->len; i++)
    check_message (g_ptr_array_index (batch->messages, i));
  check_message (body);
  return 0;
}
