/* Invented people: steady, consistent, and without a word of the true ones. */
#include "config.h"

#include <string.h>

#include "model/neg-fiction.h"

static const guint8 key[] = { 1, 2, 3, 4, 5, 6, 7, 8 }, other_key[] = { 8, 7, 6, 5 };

static void
begin (void)
{
  neg_fiction_set_key (key, sizeof key);
  neg_fiction_set_on (TRUE);
}

static void
assert_shown (NegTextKind kind, const char *text, const char *shown)
{
  g_autofree char *given = neg_text_dup_shown (kind, text);

  g_assert_cmpstr (given, ==, shown);
}

static void
assert_same (NegTextKind a_kind, const char *a, NegTextKind b_kind, const char *b)
{
  g_autofree char *one = neg_text_dup_shown (a_kind, a), *other = neg_text_dup_shown (b_kind, b);

  g_strdelimit (one, "^", ' ');
  g_strdelimit (other, ",", ' ');
  g_assert_true (g_str_has_prefix (other, one) || strncmp (one, other, 5) == 0);
}

static void
test_off (void)
{
  neg_fiction_set_on (FALSE);
  assert_shown (NEG_TEXT_NAME, "Lamp^Ada", "Lamp^Ada");
  assert_shown (NEG_TEXT_FREE, " CT\nchest\x1b ", "CT chest");
  assert_shown (NEG_TEXT_PROSE, "one\n\ttwo\r", "one\n\ttwo ");
  assert_shown (NEG_TEXT_ID, NULL, "");
  assert_shown (NEG_TEXT_DATE, "20260914", "20260914");
}

static void
test_steady (void)
{
  g_autofree char *one = NULL, *again = NULL, *other = NULL, *otherwise = NULL;

  begin ();
  one = neg_text_dup_shown (NEG_TEXT_NAME, "Lamp^Ada");
  again = neg_text_dup_shown (NEG_TEXT_NAME, "LAMP^ADA^^");
  other = neg_text_dup_shown (NEG_TEXT_NAME, "Torch^Bea");
  g_assert_cmpstr (one, ==, again);
  g_assert_cmpstr (one, !=, other);
  g_assert_null (strstr (one, "Lamp"));
  assert_same (NEG_TEXT_NAME, "Lamp^Ada", NEG_TEXT_NAME, "Lamp, Ada");
  assert_same (NEG_TEXT_NAME, "Lamp^Ada", NEG_TEXT_PERSON, "Lamp, Ada");
  assert_shown (NEG_TEXT_NAME, one, one); /* not invented once more */
  neg_fiction_set_key (other_key, sizeof other_key);
  otherwise = neg_text_dup_shown (NEG_TEXT_NAME, "Lamp^Ada");
  g_assert_cmpstr (one, !=, otherwise);
}

static void
test_kinds (void)
{
  g_autofree char *id = NULL, *uid = NULL, *path = NULL, *prose = NULL;

  begin ();
  id = neg_text_dup_shown (NEG_TEXT_ID, "4711-X");
  uid = neg_text_dup_shown (NEG_TEXT_UID, "1.2.826.0.1.3680043.8.498.1");
  path = neg_text_dup_shown (NEG_TEXT_PATH, "/data/Lamp_Ada/scan.dcm");
  prose = neg_text_dup_shown (NEG_TEXT_PROSE, "Ada Lamp has nothing.");
  g_assert_true (g_str_has_prefix (id, "F-"));
  g_assert_true (g_str_has_prefix (uid, "2.25."));
  g_assert_true (g_str_has_suffix (path, ".dcm") && strstr (path, "Lamp") == NULL);
  g_assert_null (strstr (prose, "Ada"));
  assert_shown (NEG_TEXT_UID, "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1");
  assert_shown (NEG_TEXT_SITE, "ARCHIVE", "ARCHIVE");
}

/* All days by the same number, so that ages and distances stay; whole weeks. */
static void
test_dates (void)
{
  g_autofree char *born = NULL, *study = NULL, *hyphens = NULL, *moment = NULL;
  GDate a, b;

  begin ();
  born = neg_text_dup_shown (NEG_TEXT_BIRTH_DATE, "19560302");
  study = neg_text_dup_shown (NEG_TEXT_DATE, "20260914");
  hyphens = neg_text_dup_shown (NEG_TEXT_DATE, "2026-09-14");
  moment = neg_text_dup_shown (NEG_TEXT_DATE, "20260914083012.5+0100");
  g_date_clear (&a, 1);
  g_date_clear (&b, 1);
  g_date_set_parse (&b, hyphens);
  g_date_set_dmy (&a, 14, 9, 2026);
  g_assert_cmpint (g_date_days_between (&b, &a) % 7, ==, 0);
  g_assert_cmpint (g_date_days_between (&b, &a), >, 150);
  g_assert_cmpstr (study, !=, "20260914");
  g_assert_cmpstr (born, !=, "19560302");
  g_assert_true (strncmp (moment, study, 8) == 0 && g_str_has_suffix (moment, "083012.5+0100"));
  assert_shown (NEG_TEXT_DATE, "around Easter", "…");
  assert_shown (NEG_TEXT_DATE, "20269914", "…");
  assert_shown (NEG_TEXT_DATE, "", "");
}

static void
test_free (void)
{
  begin ();
  assert_shown (NEG_TEXT_FREE, "CT chest 1.5 soft B70f", "CT chest 1.5 soft B70f");
  assert_shown (NEG_TEXT_FREE, "CT Thorax Frau Müller nativ", "CT Thorax … nativ");
  assert_shown (NEG_TEXT_FREE, "Tel. 0171 234 5678", "… 0171 234 …");
  assert_shown (NEG_TEXT_FREE, "born 02.03.1956", "…");
  assert_shown (NEG_TEXT_FREE, "ID 4711234", "…");
  assert_shown (NEG_TEXT_FREE, "ORIGINAL\\PRIMARY\\AXIAL", "ORIGINAL\\PRIMARY\\AXIAL");
  neg_fiction_add_harmless ("The study was refused");
  assert_shown (NEG_TEXT_SENTENCE, "The study of Zorn was refused", "The study of … was refused");
}

static void
test_passes (void)
{
  begin ();
  neg_fiction_let_pass (NEG_TEXT_NAME, "Beispiel^Jürgen^^Dr.");
  neg_fiction_let_pass (NEG_TEXT_ID, "DEMO-0001");
  g_assert_true (neg_fiction_passes (NEG_TEXT_NAME, "Beispiel^Jürgen^^Dr."));
  g_assert_false (neg_fiction_passes (NEG_TEXT_NAME, "Beispiel^Otto"));
  assert_shown (NEG_TEXT_NAME, "Beispiel^Jürgen^^Dr.", "Beispiel^Jürgen^^Dr.");
  assert_shown (NEG_TEXT_ID, "DEMO-0001", "DEMO-0001");
}

static void
test_gives_away (void)
{
  g_autofree char *name = NULL, *id = NULL, *prose = NULL, *uid = NULL;

  begin ();
  g_assert_false (neg_fiction_gives_away ("Zornickel, Ottokar"));
  name = neg_text_dup_shown (NEG_TEXT_NAME, "Zornickel^Ottokar");
  id = neg_text_dup_shown (NEG_TEXT_ID, "990077123");
  uid = neg_text_dup_shown (NEG_TEXT_UID, "1.2.826.0.1.77.3");
  prose = neg_text_dup_shown (NEG_TEXT_PROSE, "The left kidney is small, as it was before.");
  g_assert_true (neg_fiction_gives_away ("Images of ZORNICKEL"));
  g_assert_true (neg_fiction_gives_away ("ID 990077123"));
  g_assert_true (neg_fiction_gives_away ("1.2.826.0.1.77.3"));
  g_assert_true (neg_fiction_gives_away ("kidney is small"));
  g_assert_false (neg_fiction_gives_away ("The left image is before"));
  g_assert_false (neg_fiction_gives_away (name));
  g_assert_false (neg_fiction_gives_away ("chest 1234"));
  g_assert_false (neg_fiction_gives_away (NULL));
}

/* Bytes from anywhere: no text may stop the program, nor leave it invalid. */
static void
test_hostile (void)
{
  static const char *const texts[] = { "\xff\xfe", "^^^^", "=", "\\\\\\", "\u202e\u2066abc", "9999999999999999999999", "…", "-", ".",
                                       "1.", "1..2", "20260914-20260915", "\n\n", "a\\b\\c", "00000000", "99991231235959" };

  begin ();
  for (NegTextKind kind = 0; kind < NEG_TEXT_N_KINDS; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
      g_autofree char *shown = neg_text_dup_shown (kind, texts[i]);

      g_assert_true (g_utf8_validate (shown, -1, NULL));
      neg_fiction_gives_away (texts[i]);
    }
}

static void
test_elements (void)
{
  g_assert_cmpint (neg_text_kind_of_element (0x00100010, "PN"), ==, NEG_TEXT_NAME);
  g_assert_cmpint (neg_text_kind_of_element (0x00100020, "LO"), ==, NEG_TEXT_ID);
  g_assert_cmpint (neg_text_kind_of_element (0x00990010, "DS"), ==, NEG_TEXT_FREE);
  g_assert_cmpint (neg_text_kind_of_element (0x00280030, "DS"), ==, NEG_TEXT_SITE);
  g_assert_cmpint (neg_text_kind_of_keyword ("PatientBirthDate"), ==, NEG_TEXT_BIRTH_DATE);
  g_assert_cmpint (neg_text_kind_of_keyword ("RequestAttributesSequence.AccessionNumber"), ==, NEG_TEXT_ACCESSION);
  g_assert_cmpint (neg_text_kind_of_keyword ("Nothing"), ==, NEG_TEXT_FREE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fiction/off", test_off);
  g_test_add_func ("/fiction/steady", test_steady);
  g_test_add_func ("/fiction/kinds", test_kinds);
  g_test_add_func ("/fiction/dates", test_dates);
  g_test_add_func ("/fiction/free", test_free);
  g_test_add_func ("/fiction/passes", test_passes);
  g_test_add_func ("/fiction/gives-away", test_gives_away);
  g_test_add_func ("/fiction/hostile", test_hostile);
  g_test_add_func ("/fiction/elements", test_elements);
  return g_test_run ();
}
