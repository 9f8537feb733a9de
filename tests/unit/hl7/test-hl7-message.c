#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "hl7-dump.h"
#include "hl7/neg-hl7-segments.h"

#define MSH "MSH|^~\\&|APP^1.2^ISO|FAC|||20260101||ORM^O01^ORM_O01|42|P|2.5.1\r"

static NegHl7Message *
parse_bytes (const char *data, gsize length, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, length);

  return neg_hl7_message_parse (bytes, error);
}

static const struct {
  const char *text;
  const char *segments; /* with a * between them */
} cuts[] = {
  { "MSH|^~\\&\rPID|1\rPV1|2", "MSH|^~\\&*PID|1*PV1|2" },
  { "MSH|^~\\&\rPID|1\rPV1|2\r", "MSH|^~\\&*PID|1*PV1|2" },
  { "MSH|^~\\&\r\nPID|1\r\nPV1|2\r\n", "MSH|^~\\&*PID|1*PV1|2" },
  { "MSH|^~\\&\nPID|1\nPV1|2\n", "MSH|^~\\&*PID|1*PV1|2" },
  { "MSH|^~\\&\r\rPID|1\r\r\r", "MSH|^~\\&*PID|1" },
  { "MSH|^~\\&\n\n\nPID|1\n\n", "MSH|^~\\&*PID|1" },
  /* A line feed that ends nothing is data. */
  { "MSH|^~\\&\rOBX|one\ntwo\rPV1|2", "MSH|^~\\&*OBX|one\ntwo*PV1|2" },
  { "MSH|^~\\&\nOBX|one\ntwo\n\nthree|x\nPV1|2", "MSH|^~\\&*OBX|one\ntwo\n\nthree|x*PV1|2" },
  { "MSH|^~\\&\nOBX|a\npid|1\nPI|2\nPIDX|3\nP1D|4\n1PD|5", "MSH|^~\\&*OBX|a\npid|1\nPI|2\nPIDX|3*P1D|4\n1PD|5" },
  { "MSH#^~\\&\nPID#1\nPV1|2", "MSH#^~\\&*PID#1\nPV1|2" },
  { "MSH|^~\\&\nPID|1\nMSH#@~\\&#2", "MSH|^~\\&*PID|1*MSH#@~\\&#2" },
  { "MSH|^~\\&\nPID|1\n\n// a remark\nMSH|^~\\&|", "MSH|^~\\&*PID|1*MSH|^~\\&|" },
  { "MSH|^~\\&\nPID|1\n\n/* a remark\n */", "MSH|^~\\&*PID|1" },
  { "MSH|^~\\&\nOBX|1\n\n// text\nPV1|2", "MSH|^~\\&*OBX|1\n\n// text*PV1|2" },
  { "", NULL },
  { "\r\n\r", NULL },
};

static void
test_segments (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    g_autofree char *exact = g_memdup2 (cuts[i].text, strlen (cuts[i].text));
    g_auto (GStrv) expected = g_strsplit (cuts[i].segments ? cuts[i].segments : "", "*", -1);
    NegHl7Segments segments;
    NegHl7Value segment;
    guint n = 0;

    neg_hl7_segments_init (&segments, exact, strlen (cuts[i].text));
    for (; neg_hl7_segments_next (&segments, &segment); n++) {
      g_assert_cmpuint (n, <, g_strv_length (expected));
      g_assert_true (neg_hl7_value_equals (segment, expected[n]));
    }
    g_assert_cmpuint (n, ==, g_strv_length (expected));
  }
}

static void
test_start (void)
{
  static const struct {
    const char *text;
    gsize length, start;
    gboolean has_bom;
  } starts[] = { { "MSH", 3, 0, FALSE }, { "\r\n\0MSH", 6, 3, FALSE },       { "\xEF\xBB\xBFMSH", 6, 3, TRUE },
                 { "", 0, 0, FALSE },    { "\n\xEF\xBB\xBF\nMSH", 8, 5, TRUE }, { "\xEF\xBB", 2, 0, FALSE },
                 { " MSH", 4, 0, FALSE }, { "\xEF\xBB\xBF\xEF\xBB\xBF", 6, 3, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++) {
    gboolean has_bom;

    g_assert_cmpuint (neg_hl7_segments_get_start (starts[i].text, starts[i].length, &has_bom), ==, starts[i].start);
    g_assert_true (has_bom == starts[i].has_bom);
  }
  g_assert_cmpuint (neg_hl7_segments_find_header ("x\nMSH|^", 7), ==, 2);
  g_assert_cmpuint (neg_hl7_segments_find_header ("xMSH|^", 6), ==, 6);
}

static const struct {
  NegHl7Path path;
  const char *text; /* NULL: absent */
} values[] = {
  { { 0, 1 }, "|" },
  { { 0, 2 }, "^~\\&" },
  { { 0, 2, 1, 1, 1 }, "^~\\&" },
  { { 0, 3 }, "APP^1.2^ISO" },
  { { 0, 3, 0, 1 }, "APP" },
  { { 0, 3, 1, 2 }, "1.2" },
  { { 0, 3, 1, 4 }, NULL },
  { { 0, 5 }, NULL },
  { { 0, 9, 0, 2 }, "O01" },
  { { 0, 12 }, "2.5.1" },
  { { 0, 13 }, NULL },
  { { 0, 99, 9, 9, 9 }, NULL },
  { { 1, 1 }, "1" },
  { { 1, 2 }, "\"\"" },
  { { 1, 3 }, "A&B^C~D^E&&F~" },
  { { 1, 3, 1 }, "A&B^C" },
  { { 1, 3, 2 }, "D^E&&F" },
  { { 1, 3, 3 }, NULL },
  { { 1, 3, 4 }, NULL },
  { { 1, 3, 0, 1 }, "A&B" },
  { { 1, 3, 0, 1, 2 }, "B" },
  { { 1, 3, 0, 0, 1 }, "A" },
  { { 1, 3, 2, 2, 3 }, "F" },
  { { 1, 3, 2, 2, 2 }, NULL },
  { { 1, 3, 2, 1, 1 }, "D" },
  { { 1, 5 }, "O|X" },
  { { 1, 6 }, NULL },
  { { 2, 1 }, NULL },
  { { 2, 0 }, "ZZZ" },
  { { 3, 1 }, NULL },
  { { NEG_HL7_NO_SEGMENT, 1 }, NULL },
};

static void
test_values (void)
{
  g_autoptr (NegHl7Message) message = hl7_parse (MSH "PID|1|\"\"|A&B^C~D^E&&F~||O\\F\\X\rZZZ");

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree char *text = neg_hl7_message_dup_text (message, values[i].path);

    g_assert_cmpstr (text, ==, values[i].text);
    g_assert_cmpint (neg_hl7_message_get_presence (message, values[i].path), ==,
                     values[i].text == NULL              ? NEG_HL7_ABSENT
                     : strcmp (values[i].text, "\"\"") == 0 ? NEG_HL7_NULL
                                                         : NEG_HL7_PRESENT);
  }
  g_assert_cmpuint (neg_hl7_message_get_n_repetitions (message, 1, 3), ==, 3);
  g_assert_cmpuint (neg_hl7_message_get_n_repetitions (message, 1, 1), ==, 1);
  g_assert_cmpuint (neg_hl7_message_get_n_repetitions (message, 1, 4), ==, 0);
  g_assert_cmpuint (neg_hl7_message_get_n_repetitions (message, 0, 2), ==, 1);
  g_assert_cmpuint (neg_hl7_message_get_n_repetitions (message, 7, 1), ==, 0);
}

static void
test_find (void)
{
  g_autoptr (NegHl7Message) message = hl7_parse (MSH "OBX|1\rNTE|a\rOBX|2\rZXX|z\rOBXX|3\rfree text\rOB");

  g_assert_cmpuint (neg_hl7_message_get_n_segments (message), ==, 8);
  g_assert_cmpuint (neg_hl7_message_find (message, "OBX", 0), ==, 1);
  g_assert_cmpuint (neg_hl7_message_find (message, "OBX", 2), ==, 3);
  g_assert_cmpuint (neg_hl7_message_find (message, "OBX", 4), ==, NEG_HL7_NO_SEGMENT);
  g_assert_cmpuint (neg_hl7_message_find (message, "OBX", NEG_HL7_NO_SEGMENT), ==, NEG_HL7_NO_SEGMENT);
  g_assert_cmpuint (neg_hl7_message_find (message, "ZXX", 0), ==, 4);
  g_assert_true (neg_hl7_message_is_header (message, 0));
  g_assert_false (neg_hl7_message_is_header (message, 1));
  g_assert_true (neg_hl7_value_equals (neg_hl7_message_get_name (message, 6), "free text"));
  g_assert_null (neg_hl7_message_get_fields (message, 6).data);
  g_assert_null (neg_hl7_message_get_fields (message, 8).data);
  /* Three without a name, one sentence, and not a word of the text. */
  g_assert_cmpstr (neg_hl7_message_get_warnings (message)[0], ==, "segment 6, byte 89: no segment name");
  g_assert_null (neg_hl7_message_get_warnings (message)[1]);
}

static void
test_type (void)
{
  static const struct {
    const char *text;
    const char *type;
  } types[] = { { "MSH|^~\\&|||||||ORM^O01|", "ORM^O01" },   { "MSH#@*!%#######ORM@O01#", "ORM^O01" },
                { "MSH|^~\\&|||||||ACK", "ACK" },             { "MSH|^~\\&|||||||", NULL },
                { "MSH|^~\\&", NULL },                        { "MSH|^~\\&|||||||ADT^A01^ADT_A01~X", "ADT^A01^ADT_A01" } };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (NegHl7Message) message = hl7_parse (types[i].text);
    g_autofree char *type = neg_hl7_message_dup_type (message);

    g_assert_cmpstr (type, ==, types[i].type);
  }
}

static const struct {
  const char *text;
  gsize length;
  NegErrorCode code;
  const char *where;
} failures[] = {
#define FAILURE(text, code, where) { text, sizeof (text) - 1, code, where }
  FAILURE ("", NEG_ERROR_UNREADABLE, "byte 1"),
  FAILURE ("\r\n", NEG_ERROR_UNREADABLE, "byte 3"),
  FAILURE ("garbage", NEG_ERROR_UNREADABLE, "byte 1"),
  FAILURE ("PID|1\rMSH|^~\\&", NEG_ERROR_UNREADABLE, "byte 1"),
  FAILURE ("BHS|^~\\&\rMSH|^~\\&", NEG_ERROR_UNREADABLE, "byte 1"),
  FAILURE ("msh|^~\\&", NEG_ERROR_UNREADABLE, "byte 1"),
  FAILURE ("MS", NEG_ERROR_UNREADABLE, "byte 1"),
  FAILURE ("MSH", NEG_ERROR_INCONSISTENT, "MSH-1, byte 4"),
  FAILURE ("MSH\r", NEG_ERROR_INCONSISTENT, "MSH-1, byte 4"),
  FAILURE ("MSH|", NEG_ERROR_INCONSISTENT, "MSH-2, byte 5"),
  FAILURE ("MSH|\r^~\\&|", NEG_ERROR_INCONSISTENT, "MSH-2, byte 5"),
  FAILURE ("MSH||^~\\&", NEG_ERROR_INCONSISTENT, "MSH-2, byte 5"),
  FAILURE ("\xFF\xFEM\0S\0H\0", NEG_ERROR_UNSUPPORTED, "byte 1"),
  FAILURE ("\xFE\xFF\0M\0S\0H", NEG_ERROR_UNSUPPORTED, "byte 1"),
  FAILURE ("M\0S\0H\0|\0", NEG_ERROR_UNSUPPORTED, "byte 1"),
  FAILURE ("\0M\0S\0H\0|", NEG_ERROR_UNSUPPORTED, "byte 1"),
  FAILURE ("MSH|^~\\&\rPID|1\rMSH|^~\\&\rPID|2", NEG_ERROR_INCONSISTENT, "segment 3, byte 16"),
  FAILURE ("MSH|^~\\&\rPID|1\rMSH#^~\\&\rPID#2", NEG_ERROR_INCONSISTENT, "segment 3, byte 16"),
  FAILURE ("MSH|^~\\&\rPID|1\rMSH|odd\rPID|2", NEG_ERROR_INCONSISTENT, "segment 3, byte 16"),
  FAILURE ("MSH|^~\\&\rPID|1\rBHS|^~\\&", NEG_ERROR_INCONSISTENT, "segment 3, byte 16"),
};

static void
test_failures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++) {
    g_autofree char *exact = g_memdup2 (failures[i].text, failures[i].length);
    g_autoptr (GBytes) bytes = g_bytes_new_static (exact, failures[i].length);
    g_autoptr (GError) error = NULL;

    g_test_message ("%u", i);
    g_assert_null (neg_hl7_message_parse (bytes, &error));
    g_assert_error (error, NEG_ERROR, (int) failures[i].code);
    g_assert_cmpstr (neg_error_get_where (error), ==, failures[i].where);
  }
}

static void
test_warnings (void)
{
  static const struct {
    const char *text;
    const char *warning;
  } warnings[] = { { "MSH|^~\\|", "MSH-2 has fewer than 4 characters" },
                   { "MSH|^~\\\\&|", "MSH-2 has its escape character twice" },
                   { "MSH|^~\\&#|", NULL },
                   { "MSH|^~\\&\nPID|1\n\n// kept by", "a remark behind the message was left out" },
                   { "MSH|^~\\&\rPID|1\rpid|2", "segment 3, byte 16: no segment name" } };

  for (guint i = 0; i < G_N_ELEMENTS (warnings); i++) {
    g_autoptr (NegHl7Message) message = hl7_parse (warnings[i].text);

    g_assert_cmpstr (neg_hl7_message_get_warnings (message)[0], ==, warnings[i].warning);
  }
}

/* @n times @unit behind a header: FALSE, size-overflow, or parsed. */
static gboolean
parses_repeated (const char *unit, gsize n)
{
  g_autoptr (GString) text = g_string_new (MSH);
  g_autoptr (NegHl7Message) message = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n; i++)
    g_string_append (text, unit);
  message = parse_bytes (text->str, text->len, &error);
  if (message == NULL)
    g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
  return message != NULL;
}

static void
test_limits (void)
{
  gsize own = 0;

  for (const char *p = MSH; *p != '\0'; p++)
    own += strchr ("|^~&", *p) != NULL;
  g_assert_true (parses_repeated ("ZZZ\r", NEG_HL7_SEGMENTS_MAX - 1));
  g_assert_false (parses_repeated ("ZZZ\r", NEG_HL7_SEGMENTS_MAX));
  g_assert_true (parses_repeated ("&", NEG_HL7_DELIMITERS_MAX - own));
  g_assert_false (parses_repeated ("&", NEG_HL7_DELIMITERS_MAX - own + 1));
  g_assert_true (parses_repeated ("\\", NEG_HL7_DELIMITERS_MAX + 1));
  g_assert_true (parses_repeated ("x", NEG_HL7_BYTES_MAX - strlen (MSH)));
  g_assert_false (parses_repeated ("x", NEG_HL7_BYTES_MAX - strlen (MSH) + 1));
  /* Not one line feed after the other as often as there are line feeds. */
  g_assert_true (parses_repeated ("\n", 1000000));
}

static void
test_references (void)
{
  NegHl7Message *message = hl7_parse (MSH);
  g_autofree char *id = NULL;

  g_assert_true (neg_hl7_message_ref (message) == message);
  neg_hl7_message_unref (message);
  id = neg_hl7_message_dup_text (message, (NegHl7Path) { .field = 10 });
  g_assert_cmpstr (id, ==, "42");
  neg_hl7_message_unref (message);
  neg_hl7_message_unref (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-message/segments", test_segments);
  g_test_add_func ("/hl7-message/start", test_start);
  g_test_add_func ("/hl7-message/values", test_values);
  g_test_add_func ("/hl7-message/find", test_find);
  g_test_add_func ("/hl7-message/type", test_type);
  g_test_add_func ("/hl7-message/failures", test_failures);
  g_test_add_func ("/hl7-message/warnings", test_warnings);
  g_test_add_func ("/hl7-message/limits", test_limits);
  g_test_add_func ("/hl7-message/references", test_references);
  return g_test_run ();
}
