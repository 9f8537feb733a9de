/* What is written about an image: names, dates, ages, numbers, and hostile text. No display needed. */
#include "config.h"

#include <locale.h>

#include "base/neg-error.h"
#include "reading/neg-captions.h"
#include "ui/neg-words.h"

static void
test_person (void)
{
  static const char *const cases[][2] = {
    { "Doe^John", "Doe, John" },
    { "Adams^John Robert Quincy^^Rev.^B.A. M.Div.", "Adams, Rev. John Robert Quincy B.A. M.Div." },
    { "Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou (山田 太郎)" },
    { "=洪^吉洞=홍^길동", "洪 吉洞" },
    { "Doe", "Doe" },
    { "^John", "John" },
    { "Doe^^^^", "Doe" },
    { "", "" },
    { NULL, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = neg_caption_dup_person (cases[i][0]);

    g_assert_cmpstr (text, ==, cases[i][1]);
  }
}

static void
test_hostile_text (void)
{
  g_autofree char *lines = neg_caption_dup_clean ("a\nb\rc\td\x1b[0m");
  g_autofree char *direction = neg_caption_dup_clean ("x\u202egnp.exe\u2066\u2028y");
  g_autofree char *broken = neg_caption_dup_clean ("caf\xe9");
  g_autofree char *many = g_strnfill (100000, 'x');
  g_autofree char *cut = neg_caption_dup_clean (many);

  g_assert_cmpstr (lines, ==, "a b c d [0m");
  g_assert_null (g_utf8_strchr (direction, -1, 0x202e));
  g_assert_null (g_utf8_strchr (direction, -1, 0x2066));
  g_assert_null (g_utf8_strchr (direction, -1, 0x2028));
  g_assert_cmpstr (broken, ==, "");
  g_assert_cmpint (g_utf8_strlen (cut, -1), ==, 201);
}

static void
test_date (void)
{
  static const char *const cases[][2] = {
    { "19560302", "1956-03-02" }, { "20240229", "2024-02-29" }, { "20230229", "20230229" },
    { "1956.03.02", "1956.03.02" }, { "abc", "abc" }, { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = neg_caption_dup_date (cases[i][0]);

    g_assert_cmpstr (text, ==, cases[i][1]);
  }
  g_assert_null (neg_caption_dup_date (NULL));
}

static void
test_age (void)
{
  static const struct {
    const char *birth, *study, *age;
  } cases[] = {
    { "19560302", "20240301", "67 y" },
    { "19560302", "20240302", "68 y" },
    { "20230915", "20240914", "11 m" },
    { "20220915", "20240914", "23 m" },
    { "20220914", "20240914", "2 y" },
    { "20240914", "20240914", "0 m" },
    { "20250101", "20240914", NULL },
    { NULL, "20240914", NULL },
    { "19560302", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegInstance) instance = neg_instance_new ();
    g_autofree char *age = NULL;

    instance->patient_birth_date = g_strdup (cases[i].birth);
    instance->study_date = g_strdup (cases[i].study);
    age = neg_caption_dup_age (instance);
    g_assert_cmpstr (age, ==, cases[i].age);
  }
}

static void
test_patient_line (void)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();
  g_autofree char *nobody = neg_caption_dup_patient (instance);
  g_autofree char *somebody = NULL;

  g_assert_cmpstr (nobody, ==, "(no name)");
  instance->patient_name = g_strdup ("Doe^Jane");
  instance->patient_id = g_strdup ("0815");
  instance->patient_birth_date = g_strdup ("19560302");
  instance->study_date = g_strdup ("20240912");
  instance->patient_sex = g_strdup ("F");
  somebody = neg_caption_dup_patient (instance);
  g_assert_cmpstr (somebody, ==, "Doe, Jane · ID 0815 · born 1956-03-02 (68 y, F)");
}

static void
test_window (void)
{
  static const struct {
    double center, width;
    const char *text;
  } cases[] = {
    { 40, 400, "C 40 W 400" },
    { -600.25, 1500.5, "C -600 W 1500" },
    { 12.34, 5.67, "C 12.3 W 5.7" },
    { 0.000125, 0.0025, "C 0.000125 W 0.0025" },
    { -0.0, 1, "C 0 W 1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = neg_caption_dup_window (cases[i].center, cases[i].width);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

/* Every code has words of its own, none of them the code's name. */
static void
test_words (void)
{
  for (NegErrorCode code = 0; code < NEG_ERROR_N_CODES; code++) {
    g_autoptr (GError) error = g_error_new_literal (NEG_ERROR, code, "x");

    g_assert_cmpint (strlen (neg_words_for_error (error)), >, 10);
    for (NegErrorCode other = 0; other < code; other++) {
      g_autoptr (GError) another = g_error_new_literal (NEG_ERROR, other, "x");

      g_assert_cmpstr (neg_words_for_error (error), !=, neg_words_for_error (another));
    }
  }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/captions/person", test_person);
  g_test_add_func ("/ui/captions/hostile-text", test_hostile_text);
  g_test_add_func ("/ui/captions/date", test_date);
  g_test_add_func ("/ui/captions/age", test_age);
  g_test_add_func ("/ui/captions/patient-line", test_patient_line);
  g_test_add_func ("/ui/captions/window", test_window);
  g_test_add_func ("/ui/words", test_words);
  return g_test_run ();
}
