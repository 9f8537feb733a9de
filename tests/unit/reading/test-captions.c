/* What is written about an image: names, dates, ages, numbers, and hostile text. No display needed. */
#include "config.h"

#include <locale.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"

static void
test_person (void)
{
  static const char *const cases[][2] = {
    { "Doe^John", "Doe, John" },
    { "Adams^John Robert Quincy^^Rev.^B.A. M.Div.", "Adams, Rev. John Robert Quincy, B.A. M.Div." },
    { "Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou (山田, 太郎)" },
    { "=洪^吉洞=홍^길동", "洪, 吉洞" },
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
  g_autofree char *lines = neg_text_dup_clean ("a\nb\rc\td\x1b[0m");
  g_autofree char *direction = neg_text_dup_clean ("x\u202egnp.exe\u2066\u2028y");
  g_autofree char *broken = neg_text_dup_clean ("caf\xe9");
  g_autofree char *many = g_strnfill (100000, 'x');
  g_autofree char *cut = neg_text_dup_clean (many);

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
test_interval (void)
{
  static const struct {
    const char *from, *to, *text;
  } cases[] = {
    { "20211201", "20240302", "2 y 3 m" },
    { "20220302", "20240302", "2 y" },
    { "20220303", "20240302", "1 y 11 m" },
    { "20230302", "20240302", "1 y" },
    { "20230303", "20240302", "11 m 28 d" }, /* to 3 February, then 28 days of a leap year's February and March */
    { "20240102", "20240302", "2 m" },
    { "20240131", "20240229", "29 d" },
    { "20240131", "20240301", "1 m 1 d" },
    { "20230131", "20230301", "1 m 1 d" },
    { "20240228", "20240301", "2 d" },
    { "20230228", "20230301", "1 d" },
    { "20200229", "20240228", "3 y 11 m" },
    { "20200229", "20240229", "4 y" },
    { "20200229", "20210301", "1 y" },
    { "20240302", "20240302", "0 d" },
    { "20240303", "20240302", NULL },
    { "20240230", "20240302", NULL },
    { NULL, "20240302", NULL },
    { "20240302", "", NULL },
    { "00010101", "99991231", "9998 y 11 m" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = neg_caption_dup_interval (cases[i].from, cases[i].to);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

static void
test_prior (void)
{
  static const struct {
    const char *date, *time, *other_date, *other_time, *text;
  } cases[] = {
    { "20211201", "0900", "20240302", "0900", "PRIOR · 2021-12-01 · 2 y 3 m before" },
    { "20240302", "0915", "20240302", "140000", "PRIOR · 2024-03-02 09:15 · same day" },
    { "20240302", "1400", "20240302", "091500", NULL },
    { "20240302", NULL, "20240302", "0915", NULL },
    { "20240302", "0915", "20240302", NULL, NULL },
    { "20240303", "0915", "20240302", "0915", NULL },
    { NULL, NULL, "20240302", NULL, "NO STUDY DATE · may be a prior" },
    { "2024", NULL, "20240302", NULL, "NO STUDY DATE · may be a prior" },
    { "20240302", NULL, NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegInstance) shown = neg_instance_new (), other = neg_instance_new ();
    g_autofree char *text = NULL;

    shown->study_date = g_strdup (cases[i].date);
    shown->study_time = g_strdup (cases[i].time);
    other->study_date = g_strdup (cases[i].other_date);
    other->study_time = g_strdup (cases[i].other_time);
    text = neg_caption_dup_prior (shown, other);
    g_assert_cmpstr (text, ==, cases[i].text);
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
    { -1.5e60, 2e12, "C -1.5e+60 W 2e+12" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = neg_caption_dup_window (cases[i].center, cases[i].width);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reading/captions/person", test_person);
  g_test_add_func ("/reading/captions/hostile-text", test_hostile_text);
  g_test_add_func ("/reading/captions/date", test_date);
  g_test_add_func ("/reading/captions/age", test_age);
  g_test_add_func ("/reading/captions/interval", test_interval);
  g_test_add_func ("/reading/captions/prior", test_prior);
  g_test_add_func ("/reading/captions/patient-line", test_patient_line);
  g_test_add_func ("/reading/captions/window", test_window);
  return g_test_run ();
}
