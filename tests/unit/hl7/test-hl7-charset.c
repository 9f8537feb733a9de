#include "config.h"

#include <string.h>

#include "hl7/neg-hl7-charset.h"
#include "hl7/neg-hl7-message.h"

#define FFFD "\xEF\xBF\xBD"

static const struct {
  const char *declared;
  const char *charset; /* NULL: not known */
} names[] = {
  { "", "ASCII" },
  { "ASCII", "ASCII" },
  { "US-ASCII", "ASCII" },
  { "8859/1", "ISO-8859-1" },
  { "8859-1", "ISO-8859-1" },
  { "ISO-8859-1", "ISO-8859-1" },
  { "iso8859/1", "ISO-8859-1" },
  { "ISO IR100", "ISO-8859-1" },
  { "8859/2", "ISO-8859-2" },
  { "8859/3", "ISO-8859-3" },
  { "8859/4", "ISO-8859-4" },
  { "8859/5", "ISO-8859-5" },
  { "8859/6", "ISO-8859-6" },
  { "8859/7", "ISO-8859-7" },
  { "8859/8", "ISO-8859-8" },
  { "8859/9", "ISO-8859-9" },
  { "8859/15", "ISO-8859-15" },
  { "UNICODE", "UTF-8" },
  { "UNICODE UTF-8", "UTF-8" },
  { "UTF-8", "UTF-8" },
  { "UTF8", "UTF-8" },
  { "ISO_IR 192", "UTF-8" },
  { "ISO IR14", "ISO-2022-JP" },
  { "ISO IR87", "ISO-2022-JP" },
  { "ISO IR159", "ISO-2022-JP" },
  { "GB 18030-2000", "GB18030" },
  { "KS X 1001", "EUC-KR" },
  { "BIG-5", "BIG5" },
  { "windows-1252", "WINDOWS-1252" },
  { "8859/10", NULL },
  { "UNICODE UTF-16", NULL },
  { "CNS 11643-1992", NULL },
  { "a name that is longer than any name", NULL },
};

static void
test_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (neg_hl7_charset_find ((NegHl7Value) { names[i].declared, strlen (names[i].declared) }), ==,
                     names[i].charset);
}

/* What of the declared sets is there must be there on this system too. */
static void
test_all_convert (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length, n_bad;

    if (names[i].charset == NULL)
      continue;
    text = neg_hl7_charset_convert (names[i].charset, "Az|09", 5, &length, &n_bad, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (text, ==, "Az|09");
    g_assert_cmpuint (length, ==, 5);
    g_assert_cmpuint (n_bad, ==, 0);
  }
}

static const struct {
  const char *declared;
  const char *bytes; /* of PID-5 */
  const char *text;
  const char *charset;
  gboolean warns;
} texts[] = {
  { "", "Smith", "Smith", "ASCII", FALSE },
  { "", "M\xC3\xBCller", "Müller", "UTF-8", TRUE },
  { "", "M\xFCller", "Müller", "WINDOWS-1252", TRUE },
  { "ASCII", "\x93M\xFCller\x94", "“Müller”", "WINDOWS-1252", TRUE },
  { "UNICODE UTF-8", "M\xC3\xBCller", "Müller", "UTF-8", FALSE },
  { "UTF-8", "M\xFCller", "Müller", "WINDOWS-1252", TRUE },
  { "8859/1", "M\xFCller", "Müller", "ISO-8859-1", FALSE },
  { "8859-1", "M\xFCller", "Müller", "ISO-8859-1", FALSE },
  { "8859/1", "\x80", "€", "WINDOWS-1252", TRUE },
  { "8859/1", "\x81", FFFD, "WINDOWS-1252", TRUE },
  { "8859/1", "M\xC3\xBCller", "MÃ¼ller", "ISO-8859-1", TRUE },
  { "8859/2", "\xA3\xF3\x64\xBC", "Łódź", "ISO-8859-2", FALSE },
  { "8859/3", "\xA6", "Ĥ", "ISO-8859-3", FALSE },
  { "8859/3", "\xA5", FFFD, "ISO-8859-3", TRUE },
  { "8859/4", "\xA2", "ĸ", "ISO-8859-4", FALSE },
  { "8859/5", "\xB8\xD2\xD0\xDD\xDE\xD2", "Иванов", "ISO-8859-5", FALSE },
  { "8859/6", "\xE5\xCD\xE5\xCF", "محمد", "ISO-8859-6", FALSE },
  { "8859/7", "\xC1\xE8\xDE\xED\xE1", "Αθήνα", "ISO-8859-7", FALSE },
  { "8859/8", "\xF9\xEC\xE5\xED", "שלום", "ISO-8859-8", FALSE },
  { "8859/9", "\xDEi\xFEli", "Şişli", "ISO-8859-9", FALSE },
  { "8859/15", "\xA4", "€", "ISO-8859-15", FALSE },
  { "ISO IR87", "\x1B$B;3ED\x1B(B\\F\\A", "山田|A", "ISO-2022-JP", FALSE },
  { "~ISO IR87", "\x1B$B;3ED\x1B(B", "山田", "ISO-2022-JP", FALSE },
  { "ASCII~ISO IR87~ISO IR159", "\x1B$(D0!\x1B(B", "丂", "ISO-2022-JP", FALSE },
  { "ISO IR14~ISO IR87", "\x1B$@;3\x1B(J\\F\\", "山|", "ISO-2022-JP", FALSE },
  { "ISO IR14", "\xD4\xCF\xC0\xDE", "ﾔﾏﾀﾞ", "ISO-2022-JP", FALSE },
  { "ISO IR13", "\x1B(ITO@^\x1B(B", "ﾔﾏﾀﾞ", "ISO-2022-JP", FALSE },
  { "ISO IR87", "\xE9", FFFD, "ISO-2022-JP", TRUE },
  /* Kanji whose second byte is a delimiter. */
  { "ISO IR87", "\x1B$B0|3^\x1B(B", "淫笠", "ISO-2022-JP", FALSE },
  { "GB 18030-2000", "\xCD\xF5\xD0\xA1\xB6\xAB", "王小东", "GB18030", FALSE },
  { "GB 18030-2000", "\x84\x5E\x83\x7C\x95\x32\x82\x36", "刕億𠀀", "GB18030", FALSE },
  { "KS X 1001", "\xB1\xE8\xC8\xF1\xC1\xDF", "김희중", "EUC-KR", FALSE },
  { "BIG-5", "\xB3\x5C\xA5\x5C\xC3\x7C", "許功牘", "BIG5", FALSE },
  { "KLINGON", "M\xC3\xBCller", "Müller", "UTF-8", TRUE },
  { "KLINGON", "plain", "plain", "ASCII", TRUE },
  { "8859/1~8859/5", "M\xFCller", "Müller", "ISO-8859-1", TRUE },
};

static NegHl7Message *
parse_name (const char *declared, const char *name)
{
  g_autofree char *text = g_strconcat ("MSH|^~\\&|A|B|C|D|||ADT^A08|1|P|2.5||||||", declared, "\rPID|||1||", name, "\r",
                                       NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  NegHl7Message *message = neg_hl7_message_parse (bytes, &error);

  g_assert_no_error (error);
  return message;
}

static void
test_texts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (NegHl7Message) message = parse_name (texts[i].declared, texts[i].bytes);
    g_autofree char *name = neg_hl7_message_dup_text (message, (NegHl7Path) { .segment = 1, .field = 5 });

    g_test_message ("%u: %s", i, texts[i].declared);
    g_assert_cmpstr (name, ==, texts[i].text);
    g_assert_cmpstr (neg_hl7_message_get_charset (message), ==, texts[i].charset);
    g_assert_true ((neg_hl7_message_get_warnings (message)[0] != NULL) == texts[i].warns);
    g_assert_cmpuint (neg_hl7_message_get_n_segments (message), ==, 2);
    g_assert_cmpuint (neg_hl7_message_get_n_repetitions (message, 1, 5), ==, 1);
  }
}

/* A sender's Kanji that never ends ends with its segment. */
static void
test_line_ends_kanji (void)
{
  g_autoptr (NegHl7Message) message = parse_name ("ISO IR87", "\x1B$B;3\rPV1||I");
  g_autofree char *class = neg_hl7_message_dup_text (message, (NegHl7Path) { .segment = 2, .field = 2 });

  g_assert_cmpuint (neg_hl7_message_get_n_segments (message), ==, 3);
  g_assert_cmpstr (class, ==, "I");
}

/* Nothing is copied that is UTF-8 already, and a byte order mark says that it is. */
static void
test_copies (void)
{
  static const char plain[] = "MSH|^~\\&|A\rPID|||1\r", marked[] = "\xEF\xBB\xBFMSH|^~\\&|\xC3\xBC",
                    latin[] = "MSH|^~\\&|A|||||||||||||||8859/1\rPID|||\xFC";
  static const char *const all[] = { plain, marked, latin };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new_static (all[i], strlen (all[i]));
    g_autoptr (NegHl7Message) message = neg_hl7_message_parse (bytes, NULL);
    const char *start = neg_hl7_message_get_segment (message, 0).data;

    g_assert_true ((start >= all[i] && start < all[i] + strlen (all[i])) == (all[i] != latin));
    g_assert_null (neg_hl7_message_get_warnings (message)[0]);
  }
}

static void
test_mark_against_declared (void)
{
  static const char text[] = "\xEF\xBB\xBFMSH|^~\\&|\xC3\xBC|||||||||||||||8859/1";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (bytes, NULL);
  g_autofree char *name = neg_hl7_message_dup_text (message, (NegHl7Path) { .field = 3 });

  g_assert_cmpstr (name, ==, "ü");
  g_assert_cmpstr (neg_hl7_message_get_charset (message), ==, "UTF-8");
  g_assert_nonnull (neg_hl7_message_get_warnings (message)[0]);
}

/* A NUL does not make UTF-8 into something else. */
static void
test_nul (void)
{
  static const char text[] = "MSH|^~\\&|\xC3\xBC\0\xC3\xBC";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (bytes, NULL);
  g_autofree char *name = neg_hl7_message_dup_text (message, (NegHl7Path) { .field = 3 });

  g_assert_cmpstr (name, ==, "ü" FFFD "ü");
  g_assert_cmpstr (neg_hl7_message_get_charset (message), ==, "UTF-8");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-charset/names", test_names);
  g_test_add_func ("/hl7-charset/all-convert", test_all_convert);
  g_test_add_func ("/hl7-charset/texts", test_texts);
  g_test_add_func ("/hl7-charset/line-ends-kanji", test_line_ends_kanji);
  g_test_add_func ("/hl7-charset/copies", test_copies);
  g_test_add_func ("/hl7-charset/mark-against-declared", test_mark_against_declared);
  g_test_add_func ("/hl7-charset/nul", test_nul);
  return g_test_run ();
}
