#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "hl7/neg-hl7-value.h"

#define FFFD "\xEF\xBF\xBD"
#define VALUE(literal) ((NegHl7Value) { literal, sizeof (literal) - 1 })

static void
test_presence (void)
{
  g_assert_cmpint (neg_hl7_value_get_presence ((NegHl7Value) { NULL, 0 }), ==, NEG_HL7_ABSENT);
  g_assert_cmpint (neg_hl7_value_get_presence (VALUE ("")), ==, NEG_HL7_ABSENT);
  g_assert_cmpint (neg_hl7_value_get_presence (VALUE ("\"\"")), ==, NEG_HL7_NULL);
  g_assert_cmpint (neg_hl7_value_get_presence (VALUE ("\"")), ==, NEG_HL7_PRESENT);
  g_assert_cmpint (neg_hl7_value_get_presence (VALUE ("\"\"\"")), ==, NEG_HL7_PRESENT);
  g_assert_cmpint (neg_hl7_value_get_presence (VALUE (" ")), ==, NEG_HL7_PRESENT);
  g_assert_cmpint (neg_hl7_value_get_presence (VALUE ("\\X22\\\"")), ==, NEG_HL7_PRESENT);
}

static void
test_headers (void)
{
  g_assert_true (neg_hl7_value_is_header (VALUE ("MSH|^~\\&|")));
  g_assert_true (neg_hl7_value_is_header (VALUE ("FHS#@")));
  g_assert_true (neg_hl7_value_is_header (VALUE ("BHS|^")));
  g_assert_false (neg_hl7_value_is_header (VALUE ("MSH|A")));
  g_assert_false (neg_hl7_value_is_header (VALUE ("MSH|")));
  g_assert_false (neg_hl7_value_is_header (VALUE ("MSH results")));
  g_assert_false (neg_hl7_value_is_header (VALUE ("PID|^~\\&|")));
  g_assert_false (neg_hl7_value_is_header (VALUE ("")));
}

static const struct {
  const char *header;
  const char *delimiters; /* NULL: refused; '-' is one that the message does without */
  const char *where;
} headers[] = {
  { "MSH|^~\\&|A", "|^~\\&-", NULL },
  { "MSH|^~\\&", "|^~\\&-", NULL },
  { "MSH|^~\\&#|A", "|^~\\&#", NULL },
  { "MSH#@*!%#A", "#@*!%-", NULL },
  { "MSH|^~\\|A", "|^~\\--", NULL },
  { "MSH|^~|A", "|^~---", NULL },
  { "MSH|^|A", "|^----", NULL },
  { "MSH|@%\\&|A", "|@%\\&-", NULL },
  { "MSH|^~\\}|A", "|^~\\}-", NULL },
  { "MSH|^~\\\\&|A", "|^~\\&-", NULL },
  { "BHS|^~\\&|A", "|^~\\&-", NULL },
  { "MSH", NULL, "MSH-1, byte 4" },
  { "MSHA^~\\&A", NULL, "MSH-1, byte 4" },
  { "MSH ^~\\& A", NULL, "MSH-1, byte 4" },
  { "MSH\"^~\\&\"A", NULL, "MSH-1, byte 4" },
  { "MSH\xE9^~\\&\xE9", NULL, "MSH-1, byte 4" },
  { "MSH|", NULL, "MSH-2, byte 5" },
  { "MSH||A", NULL, "MSH-2, byte 5" },
  { "MSH|^~\\&#*|A", NULL, "MSH-2, byte 5" },
  { "MSH|^^\\&|A", NULL, "MSH-2, byte 5" },
  { "MSH|^~\\^|A", NULL, "MSH-2, byte 5" },
  { "MSH|^~a&|A", NULL, "MSH-2, byte 5" },
  { "MSH|^~ &|A", NULL, "MSH-2, byte 5" },
  { "MSH|^~\x01&|A", NULL, "MSH-2, byte 5" },
  { "MSH|^~\\\"|A", NULL, "MSH-2, byte 5" },
};

static void
test_delimiters (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    NegHl7Value header = { headers[i].header, strlen (headers[i].header) };
    NegHl7Delimiters delimiters = { 0 };
    g_autoptr (GError) error = NULL;
    gboolean done = neg_hl7_delimiters_read (&delimiters, header, &error);
    const char found[] = { delimiters.field,  delimiters.component,    delimiters.repetition,
                           delimiters.escape, delimiters.subcomponent, delimiters.truncation };

    g_test_message ("%u", i);
    g_assert_true (done == (headers[i].delimiters != NULL));
    if (done) {
      for (guint j = 0; j < G_N_ELEMENTS (found); j++)
        g_assert_cmpint (found[j] ? found[j] : '-', ==, headers[i].delimiters[j]);
    } else {
      g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
      g_assert_cmpstr (neg_error_get_where (error), ==, headers[i].where);
    }
  }
}

/* All different and all there, whatever was missing. */
static void
test_complete (void)
{
  static const NegHl7Delimiters incomplete[] = {
    { '|', '^', 0, 0, 0, 0 },       { '|', 0, 0, 0, 0, 0 },           { 0, 0, 0, 0, 0, 0 },
    { '^', '|', '&', 0, 0, 0 },     { '\\', '&', '~', 0, 0, '^' },    { '~', '|', 0, 0, 0, '\\' },
    { '$', '%', '!', 0, 0, '&' },   { '&', '\\', 0, '|', 0, '~' },    { '|', '^', '~', '\\', 0, '&' },
  };

  for (guint i = 0; i < G_N_ELEMENTS (incomplete); i++) {
    NegHl7Delimiters delimiters = incomplete[i];
    char all[7] = { 0 };

    neg_hl7_delimiters_complete (&delimiters);
    memcpy (all, &delimiters, 6);
    g_assert_cmpint (delimiters.truncation, ==, incomplete[i].truncation);
    for (guint j = 0; j < 5; j++) {
      const char given = ((const char *) &incomplete[i])[j];

      g_assert_true (given == '\0' || given == all[j]);
      g_assert_cmpint (all[j], !=, '\0');
      for (guint k = 0; k < 6; k++)
        g_assert_true (k == j || all[k] != all[j]);
    }
  }
}

static const struct {
  const char *text;
  const char *parts; /* with | between them */
} splits[] = {
  { "a^b^c", "a|b|c" }, { "a", "a" }, { "", "" }, { "^", "|" }, { "^^a^", "||a|" }, { "a&b", "a&b" },
};

static void
test_split (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (splits); i++) {
    NegHl7Value value = { splits[i].text, strlen (splits[i].text) }, rest = value, part;
    g_auto (GStrv) expected = g_strsplit (splits[i].parts, "|", -1);
    guint n_expected = MAX (g_strv_length (expected), 1), n = 0;

    while (neg_hl7_value_split (&rest, '^', &part)) {
      g_assert_cmpuint (n, <, n_expected);
      g_assert_true (neg_hl7_value_equals (part, expected[n] ? expected[n] : ""));
      n++;
      g_assert_true (neg_hl7_value_get_part (value, '^', n).data == part.data);
      g_assert_cmpuint (neg_hl7_value_get_part (value, '^', n).length, ==, part.length);
    }
    g_assert_cmpuint (n, ==, n_expected);
    g_assert_null (neg_hl7_value_get_part (value, '^', n + 1).data);
    g_assert_null (neg_hl7_value_get_part (value, '^', 0).data);
  }
  /* Without that delimiter there is one part. */
  g_assert_cmpuint (neg_hl7_value_get_part (VALUE ("a^b"), '\0', 1).length, ==, 3);
  g_assert_null (neg_hl7_value_get_part (VALUE ("a\0b"), '\0', 2).data);
}

static const struct {
  const char *raw;
  const char *text;
} escapes[] = {
  { "plain", "plain" },
  { "a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f\\P\\", "a|b^c&d~e\\f#" },
  { "\\X41\\", "A" },
  { "\\X4142430a\\", "ABC\n" },
  { "\\XC3\\\\X89\\t\\XC3A9\\", "\xC3\x89t\xC3\xA9" },
  { "\\XC7\\\\XC3\\O", "\xC3\x87\xC3\x83O" }, /* no UTF-8: Windows-1252 */
  { "\\X00\\", FFFD },
  { "\\X\\", "\\X\\" },
  { "\\X4\\", "\\X4\\" },
  { "\\X4G\\", "\\X4G\\" },
  { "one\\.br\\two", "one\ntwo" },
  { "\\.sp\\\\.sp2\\\\.sp 3\\\\.sp+1\\|", "\n\n\n\n\n\n\n|" },
  { "\\.sk3\\x", "   x" },
  { "\\.ce\\x\\.fi\\\\.nf\\\\.in+4\\\\.ti-2\\y", "\nxy" },
  { "\\.zz\\", "\\.zz\\" },
  { "\\.\\", "\\.\\" },
  { "\\.br9x\\", "\\.br9x\\" },
  { "\\H\\bold\\N\\", "bold" },
  { "\\C2842\\x\\M245F1A\\", "\\C2842\\x\\M245F1A\\" },
  { "\\Zlocal\\F\\", "\\Zlocal\\F\\" },
  { "\\", "\\" },
  { "\\\\", "\\\\" },
  { "\\\\\\", "\\\\\\" },
  { "a\\", "a\\" },
  { "C:\\temp\\file\\T\\x", "C:\\temp\\file&x" },
  { "a\\b \\F\\ c", "a\\b | c" },
  { "\\F", "\\F" },
  { "\\f\\", "\\f\\" },
  { "\\\\E\\\\X09\\\\E\\\\", "\\\\\t\\\\" },
  { "\\E\\X0D\\E\\", "\\X0D\\" },
};

static void
test_unescape (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (escapes); i++) {
    NegHl7Value raw = { escapes[i].raw, strlen (escapes[i].raw) };
    g_autofree char *text = neg_hl7_value_dup_text (raw, &neg_hl7_default_delimiters, "ASCII");

    g_assert_cmpstr (text, ==, escapes[i].text);
  }
}

static void
test_unescape_elsewhere (void)
{
  static const NegHl7Delimiters other = { '#', '@', '*', '!', '%', '$' }, few = { '|', '^', '~', 0, 0, 0 };
  g_autofree char *a = neg_hl7_value_dup_text (VALUE ("!F!!S!!T!!R!!E!!P!\\F\\"), &other, "ASCII");
  g_autofree char *b = neg_hl7_value_dup_text (VALUE ("a\\F\\&"), &few, "ASCII");
  g_autofree char *c = neg_hl7_value_dup_text (VALUE ("\\XE4\\"), &neg_hl7_default_delimiters, "ISO-8859-5");
  g_autofree char *d = neg_hl7_value_dup_text (VALUE ("\\X1B2442\\\\X3B33\\\\X1B2842\\A"), &neg_hl7_default_delimiters,
                                               "ISO-2022-JP");
  g_autofree char *e = neg_hl7_value_dup_text (VALUE ("a\0b"), &neg_hl7_default_delimiters, "ASCII");
  g_autofree char *f = neg_hl7_value_dup_text (VALUE ("\\T\\"), &(NegHl7Delimiters) { '|', '^', '~', '\\', 0, 0 },
                                               "ASCII");
  g_autofree char *g = neg_hl7_value_dup_text ((NegHl7Value) { NULL, 0 }, &neg_hl7_default_delimiters, "ASCII");

  g_assert_cmpstr (a, ==, "#@%*!$\\F\\");
  g_assert_cmpstr (b, ==, "a\\F\\&");
  g_assert_cmpstr (c, ==, "ф");
  g_assert_cmpstr (d, ==, "山A");
  g_assert_cmpstr (e, ==, "a" FFFD "b");
  g_assert_cmpstr (f, ==, "&");
  g_assert_cmpstr (g, ==, "");
}

/* Formats stay within bounds, however large they say they are. */
static void
test_bounds (void)
{
  g_autofree char *text = neg_hl7_value_dup_text (VALUE ("\\.sp99999999999999999999\\"), &neg_hl7_default_delimiters,
                                                  "ASCII");
  g_autofree char *many = g_strnfill (1 << 20, '\\');
  g_autofree char *same = neg_hl7_value_dup_text ((NegHl7Value) { many, 1 << 20 }, &neg_hl7_default_delimiters, "ASCII");

  g_assert_cmpuint (strlen (text), ==, 99);
  g_assert_cmpstr (same, ==, many);
}

static const struct {
  const char *text;
  const char *raw;
} written[] = {
  { "plain", "plain" },
  { "", "" },
  { "a|b^c~d\\e&f", "a\\F\\b\\S\\c\\R\\d\\E\\e\\T\\f" },
  { "x\rMSH|", "x\\X0D\\MSH\\F\\" },
  { "\n\t\x0B\x1C\x1B\x7F", "\\X0A\\\\X09\\\\X0B\\\\X1C\\\\X1B\\\\X7F\\" },
  { "\xC2\x85\xC2\x9F\xC2\xA0", "\\XC285\\\\XC29F\\\xC2\xA0" },
  { "\"\"", "\\X2222\\" },
  { "\"\"\"", "\"\"\"" },
  { "#", "#" },
  { "\xFF", FFFD },
  { "山田", "山田" },
  { "\\.br\\", "\\E\\.br\\E\\" },
};

static void
test_escape (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (written); i++) {
    g_autoptr (GString) raw = g_string_new (NULL);
    g_autofree char *again = NULL, *valid = g_utf8_make_valid (written[i].text, -1);

    neg_hl7_escape (raw, written[i].text, &neg_hl7_default_delimiters);
    g_assert_cmpstr (raw->str, ==, written[i].raw);
    again = neg_hl7_value_dup_text ((NegHl7Value) { raw->str, raw->len }, &neg_hl7_default_delimiters, "UTF-8");
    g_assert_cmpstr (again, ==, valid);
  }
}

static void
test_escape_truncation (void)
{
  static const NegHl7Delimiters with = { '|', '^', '~', '\\', '&', '#' };
  g_autoptr (GString) raw = g_string_new (NULL);

  neg_hl7_escape (raw, "1#2", &with);
  g_assert_cmpstr (raw->str, ==, "1\\P\\2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-value/presence", test_presence);
  g_test_add_func ("/hl7-value/headers", test_headers);
  g_test_add_func ("/hl7-value/delimiters", test_delimiters);
  g_test_add_func ("/hl7-value/complete", test_complete);
  g_test_add_func ("/hl7-value/split", test_split);
  g_test_add_func ("/hl7-value/unescape", test_unescape);
  g_test_add_func ("/hl7-value/unescape-elsewhere", test_unescape_elsewhere);
  g_test_add_func ("/hl7-value/bounds", test_bounds);
  g_test_add_func ("/hl7-value/escape", test_escape);
  g_test_add_func ("/hl7-value/escape-truncation", test_escape_truncation);
  return g_test_run ();
}
