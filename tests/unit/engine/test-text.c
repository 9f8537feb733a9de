/* Text of every repertoire of PS3.3 C.12.1.1.2 to UTF-8: the examples of PS3.5 Annexes H to K, and what
 * broken and hostile writers send. */
#include "engine/neg-text.h"

#include <string.h>
#include <sys/resource.h>

static char *
decode (const char *charset, const char *bytes, gsize length, gboolean is_person_name)
{
  g_autoptr (NegText) text = neg_text_new (charset);
  char *result = neg_text_decode (text, (const guint8 *) bytes, length, is_person_name);

  g_assert_true (g_utf8_validate (result, -1, NULL));
  return result;
}

/* @bytes is a literal, which may hold NUL. */
#define assert_name(charset, bytes, expected) assert_decodes (charset, bytes, sizeof (bytes) - 1, TRUE, expected)
#define assert_text(charset, bytes, expected) assert_decodes (charset, bytes, sizeof (bytes) - 1, FALSE, expected)

static void
assert_decodes (const char *charset, const char *bytes, gsize length, gboolean is_person_name, const char *expected)
{
  g_autofree char *result = decode (charset, bytes, length, is_person_name);

  g_assert_cmpstr (result, ==, expected);
}

static void
test_repertoires (void)
{
  assert_text ("ISO_IR 101", "\xBE", "ž");
  assert_text ("ISO_IR 138", "\xF9\xEC\xE5\xED", "שלום");
  assert_text ("ISO_IR 144", "\xBB\xEE\xDA", "Люк");
  assert_text ("ISO_IR 203", "\xA4", "€");
  assert_text ("ISO_IR 13", "\\ ~ \xD4\xCF\xC0\xDE", "¥ ‾ ﾔﾏﾀﾞ");
  assert_text ("ISO_IR 192", "e\xCC\x81", "é"); /* to NFC */
  assert_text (NULL, "plain", "plain");
}

static void
test_code_extensions (void)
{
  /* PS3.5 H.3.1, I.2, K.2 */
  assert_name ("\\ISO 2022 IR 87",
               "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
               "Yamada^Tarou=山田^太郎=やまだ^たろう");
  assert_name ("\\ISO 2022 IR 149", "Hong^Gildong=\x1b$)C\xFB\xF3^\x1b$)C\xD1\xCE\xD4\xD7", "Hong^Gildong=洪^吉洞");
  assert_name ("\\ISO 2022 IR 58", "Zhang^XiaoDong=\x1b$)A\xD5\xC5^\x1b$)A\xD0\xA1\xB6\xAB=",
               "Zhang^XiaoDong=张^小东");
  /* Greek and Cyrillic in one text, with a first value that has a G1 of its own to come back to. */
  assert_text ("ISO 2022 IR 100\\ISO 2022 IR 126\\ISO 2022 IR 144",
               "\xE9\x1b-F\xC4\x1b-L\xC4\\\xC4\r\n\xE9", "éΔФ\\Ä\r\né");
  /* A single value names the only set that can be meant. */
  assert_text ("ISO 2022 IR 87", "\x1b$B;3ED\x1b(B", "山田");
}

static void
test_resets (void)
{
  const char *charset = "ISO 2022 IR 100\\ISO 2022 IR 144";

  /* Only in a person's name are ^ and = delimiters (PS3.5 6.1.2.5.3). */
  assert_name (charset, "\x1b-L\xC4^\xC4=\xC4", "Ф^Ä=Ä");
  assert_text (charset, "\x1b-L\xC4^\xC4=\xC4", "Ф^Ф=Ф");
  assert_text (charset, "\x1b-L\xC4\t\xC4", "Ф\tÄ");
  assert_text (charset, "\x1b-L\xC4\f\xC4", "Ф\fÄ");
  /* Inside kanji, 5E, 5C and 3D begin characters. */
  assert_name ("\\ISO 2022 IR 87", "\x1b$B^!\\!=!\x1b(B", "沺棔宗");
  /* Kanji that was never switched off ends at the end of a line. */
  assert_text ("\\ISO 2022 IR 87", "\x1b$B;3\r\nED", "山\r\nED");
}

static void
test_no_extension (void)
{
  /* One value allows no escapes (C.12.1.1.2): the bytes stay what they are, without the control character. */
  assert_text ("ISO_IR 100", "\x1b-L\xC4", "-LÄ");
  assert_text ("GBK\\ISO 2022 IR 87", "\x1b$B;3", "$B;3");
  /* An escape nobody defined, and one that is cut off. */
  assert_text ("\\ISO 2022 IR 87", "a\x1b%Gb\x1b", "a%Gb");
  assert_text ("\\ISO 2022 IR 87", "a\x1b$", "a$");
}

static void
test_unknown_charset (void)
{
  g_autoptr (NegText) text = neg_text_new ("ISO_IR 999\\ISO 2022 IR 87");
  g_autoptr (NegText) known = neg_text_new ("iso-ir 100");

  g_assert_cmpstr (neg_text_get_unknown (text), ==, "ISO_IR 999");
  g_assert_null (neg_text_get_unknown (known));
  assert_text ("KLINGON", "M\xFCller", "M\xEF\xBF\xBDller");
  assert_text (NULL, "M\xFCller", "M\xEF\xBF\xBDller");
  assert_text ("iso-ir 100", "M\xFCller", "Müller");
}

static void
test_damage (void)
{
  const char *replaced = "\xEF\xBF\xBD";

  assert_text ("ISO_IR 192", "\xC3", replaced);
  assert_text ("GB18030", "a\x84", "a\xEF\xBF\xBD");
  assert_text ("ISO_IR 100", "\x85", replaced); /* C1: a wrong charset, not a text */
  assert_text ("\\ISO 2022 IR 87", "\x1b$B;", replaced);
  assert_text ("\\ISO 2022 IR 149", "\x1b$)C\xFB", replaced);
  assert_text (NULL, "a\0b\0\0", "ab");
  assert_text ("GBK", "a\0b", "ab");
  assert_text (NULL, "\a\b a \x7F \0", " a");
  assert_text (NULL, "", "");
  assert_text (NULL, "   ", "");
}

static void
test_long_text (void)
{
  g_autoptr (GString) bytes = g_string_new ("a");
  g_autofree char *result = NULL;

  /* Longer than the converter's buffer, and out of step with it. */
  for (guint i = 0; i < 5000; i++)
    g_string_append (bytes, "\xB0\xA1");
  result = decode ("GB18030", bytes->str, bytes->len, FALSE);
  g_assert_cmpuint (strlen (result), ==, 1 + 5000 * 3);
  g_assert_null (strstr (result, "\xEF\xBF\xBD"));
}

/* A sealed engine opens no file: what the converters need was loaded before. Runs first. */
static void
test_without_files (void)
{
  struct rlimit limit, none;

  neg_text_preload ();
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  none = limit;
  none.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  /* Twice: glibc may unload tables that nobody uses. */
  for (guint i = 0; i < 2; i++) {
    test_repertoires ();
    test_code_extensions ();
    assert_text ("GB18030", "\xCD\xF5", "王");
    assert_text ("GBK", "\x84\x5C", "刓");
    assert_text ("ISO_IR 166", "\xCA", "ส");
    assert_text ("\\ISO 2022 IR 159", "\x1b$(D0!\x1b(B", "丂");
  }
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/without-files", test_without_files);
  g_test_add_func ("/text/repertoires", test_repertoires);
  g_test_add_func ("/text/code-extensions", test_code_extensions);
  g_test_add_func ("/text/resets", test_resets);
  g_test_add_func ("/text/no-extension", test_no_extension);
  g_test_add_func ("/text/unknown-charset", test_unknown_charset);
  g_test_add_func ("/text/damage", test_damage);
  g_test_add_func ("/text/long-text", test_long_text);
  return g_test_run ();
}
