/* Who the patient is: identifiers, names in three scripts, demographics, merges. */
#include "config.h"

#include "map-message.h"

#include <string.h>

#include "said-dump.h"

static const NegSaid *
get_first (const GPtrArray *said)
{
  g_assert_cmpuint (said->len, >, 0);
  return g_ptr_array_index (said, 0);
}

static void
test_demographics (void)
{
  static const char *const types[] = { "ADT^A01", "ADT^A04", "ADT^A05", "ADT^A08^ADT_A01", "ADT^A31^ADT_A05" };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autofree char *text = g_strdup_printf (
        "MSH|^~\\&|||||20260105||%s|1|P|2.4\rEVN||20260105\rPID|1||7^^^A^MR||B^C||19700203120000-0500|f||||||||||V^^^X\r"
        "PV1|1|I|W&1.2&ISO^3^^HOSP&9&ISO||||||||||||||||\r", types[i]);

    map_check (text, "PATIENT\nid=7@A\nname=B^C\nbirth=19700203\nsex=F\nplace=W 3, HOSP\nadmission=V\n");
  }
  /* EVN-1 said the event before MSH-9.2 did; a bed that moved changes nothing here. */
  map_check ("MSH|^~\\&|||||20260105||ADT|1|P|2.2\rEVN|A08\rPID|1||7\r", "PATIENT\nid=7@HOSP\n");
  map_check (MSH ("ADT^A02") "PID|1||7\r", "");
  map_check (MSH ("ADT^A17"), "");
}

static void
test_values (void)
{
  static const struct {
    const char *birth, *sex, *expected_birth, *expected_sex;
  } cases[] = {
    { "19700203", "M", "19700203", "M" }, { "1970", "U", NULL, NULL },          { "196203520", "A", NULL, "O" },
    { "Aug 15, 1942", "n", NULL, "O" },   { "19700230", "male", NULL, NULL },   { "\"\"", "\"\"", "", "" },
    { "", "", NULL, NULL },               { " 19700203 ", " F ", "19700203", "F" },
  };
  NegHl7MapSettings settings = map_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf (MSH ("ADT^A08") "PID|1||7||||%s|%s\r", cases[i].birth, cases[i].sex);
    g_autoptr (GPtrArray) said = map_message (text, &settings);

    g_assert_cmpstr (get_first (said)->patient.birth_date, ==, cases[i].expected_birth);
    g_assert_cmpstr (get_first (said)->patient.sex, ==, cases[i].expected_sex);
  }
  g_time_zone_unref (settings.timezone);
}

static void
check_ids (const char *pid3, const char *primary_authority, const char *expected)
{
  NegHl7MapSettings settings = map_settings ();
  g_autofree char *text = g_strdup_printf (MSH ("ADT^A08") "PID|1|EXT|%s\r", pid3);
  g_autoptr (GPtrArray) said = NULL;
  g_autoptr (GString) all = g_string_new (NULL);

  settings.primary_authority = primary_authority;
  said = map_message (text, &settings);
  for (guint i = 0; i < get_first (said)->patient.ids->len; i++) {
    const NegSaidId *id = g_ptr_array_index (get_first (said)->patient.ids, i);

    g_string_append_printf (all, "%s%s@%s", i > 0 ? " " : "", id->id, id->issuer);
  }
  g_test_message ("%s", pid3);
  g_assert_cmpstr (all->str, ==, expected);
  g_time_zone_unref (settings.timezone);
}

/* All of them, the patient's number here first; the site's issuer only where a number may be the site's. */
static void
test_ids (void)
{
  check_ids ("1", "", "1@HOSP");
  check_ids (" 1 ^^^A", "", "1@A");
  check_ids ("1^^^A~2^^^B^MR~3^^^C^PI", "", "2@B 1@A 3@C");
  check_ids ("1^^^A~2^^^B^MR~3^^^C^PI", "C", "3@C 1@A 2@B");
  check_ids ("1^^^A~2^^^N&1.2&ISO^MR~3^^^&1.3&ISO", "1.3", "3@1.3 1@A 2@N");
  check_ids ("1^^^A~2^^^N&1.2&ISO", "1.2", "2@N 1@A");
  check_ids ("1^^^A~2^^^B", "Z", "1@A 2@B");
  check_ids ("1^^^^SS~2^^^^MR", "", "2@HOSP 1@");
  check_ids ("1^^^^SS", "", "1@HOSP");
  check_ids ("1~1~1^^^HOSP~1^^^B", "", "1@HOSP 1@B");
  check_ids ("~^^^A~\"\"~2^^^A", "", "2@A");
  check_ids ("", "", "EXT@HOSP");
  check_ids ("A\\T\\B\\S\\^^^X\\T\\Y", "", "A&B^@X&Y");
}

static void
check_name (const char *pid5, const char *expected)
{
  NegHl7MapSettings settings = map_settings ();
  g_autofree char *text = g_strdup_printf (MSH ("ADT^A08") "PID|1||7||%s\r", pid5);
  g_autoptr (GPtrArray) said = map_message (text, &settings);

  g_test_message ("%s", pid5);
  g_assert_cmpstr (get_first (said)->patient.name, ==, expected);
  g_time_zone_unref (settings.timezone);
}

static void
test_names (void)
{
  check_name ("Muster^Eva^Maria^jun.^Dr.^MBA", "Muster^Eva^Maria^Dr.^jun. MBA");
  check_name ("Muster^^^^Dr.", "Muster^^^Dr.");
  check_name ("van Dam&van&Dam^Jo", "van Dam^Jo");
  check_name ("&van&Dam^Jo", "van Dam^Jo");
  check_name ("^Eva", "^Eva");
  check_name ("^^^", NULL);
  check_name (" ^ ^ ", NULL);
  check_name ("", NULL);
  check_name ("\"\"", "");
  check_name ("Muster^\"\"", "Muster");
  check_name ("O\\S\\Hara=X\\E\\Y^E\\T\\V", "O Hara X Y^E&V");
  /* Cyrillic; composed as the images' names are. */
  check_name ("Иванов^Иван^Иванович", "Иванов^Иван^Иванович");
  check_name ("Mu\xCC\x88ller^Eva", "M\xC3\xBCller^Eva");
  /* Japanese: alphabetic, ideographic, phonetic by XPN.8; without the first, its place stays empty. */
  check_name ("Yamada^Tarou^^^^^L^A~山田^太郎^^^^^L^I~やまだ^たろう^^^^^L^P",
              "Yamada^Tarou=山田^太郎=やまだ^たろう");
  check_name ("山田^太郎^^^^^L^I~やまだ^たろう^^^^^L^P", "=山田^太郎=やまだ^たろう");
  check_name ("山田^太郎^^^^^L^I~Yamada^Tarou^^^^^L", "Yamada^Tarou=山田^太郎");
  /* The maiden name and the alias are nobody's ideographs. */
  check_name ("Alt^Eva^^^^^M~Neu^Eva^^^^^L", "Neu^Eva");
  check_name ("Neu^Eva~Alt^Eva^^^^^M^I", "Neu^Eva");
  check_name ("Known^As^^^^^D~By^Law^^^^^L", "Known^As");
  check_name ("Alias^E^^^^^A~Zweit^E^^^^^A", "Alias^E");
}

static void
test_charsets (void)
{
  /* GOST-free Cyrillic of ISO 8859-5 and Japanese of ISO 2022, as MSH-18 says. */
  map_check ("MSH|^~\\&|||||20260105||ADT^A08|1|P|2.4||||||8859/5\rPID|1||7||\xB8\xD2\xD0\xDD\xDE\xD2^\xB8\xD2\xD0\xDD\r",
             "PATIENT\nid=7@HOSP\nname=Иванов^Иван\n");
  map_check ("MSH|^~\\&|||||20260105||ADT^A08|1|P|2.4||||||ASCII~ISO IR87\r"
             "PID|1||7||Yamada^Tarou^^^^^L^A~\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B^^^^^L^I\r",
             "PATIENT\nid=7@HOSP\nname=Yamada^Tarou=山田^太郎\n");
}

#define MERGE(event) MSH ("ADT^" event) "EVN||20260105113000\r"

static void
test_merges (void)
{
  map_check (MERGE ("A40^ADT_A39") "PID|1||NEW^^^A||B^C\rPV1|1|O\rMRG|OLD^^^A||||||D^E\r",
             "MERGE\nid=NEW@A\nname=B^C\n- merge\nretired=OLD@A\nsurvivor=NEW@A\nretired_name=D^E\n");
  /* Radiology's own: A18 and A34; several groups are several parts. */
  map_check (MERGE ("A18") "PID|1||NEW^^^A\rMRG|OLD^^^A\rPID|2||N2^^^A\rPD1\rMRG|O2^^^A\rMRG|O3^^^A\r",
             "MERGE\nid=NEW@A\n- merge\nretired=OLD@A\nsurvivor=NEW@A\n"
             "MERGE\nid=N2@A\n- merge\nretired=O2@A\nsurvivor=N2@A\n- merge\nretired=O3@A\nsurvivor=N2@A\n");
  map_check (MERGE ("A34") "PID|1||NEW\rMRG|OLD^^^HOSP\r",
             "MERGE\nid=NEW@HOSP\n- merge\nretired=OLD@HOSP\nsurvivor=NEW@HOSP\n");
  map_check (MERGE ("A47^ADT_A30") "PID|1||NEW^^^A\rMRG|OLD^^^A\r",
             "MERGE\nid=NEW@A\n- new id\nretired=OLD@A\nsurvivor=NEW@A\n");
  /* Each in its own domain; one that is left among the survivor's is no survivor. */
  map_check (MERGE ("A40") "PID|1||N1^^^A~N2^^^B\rMRG|O2^^^B~O3^^^C\r",
             "MERGE\nid=N1@A\nid=N2@B\n- merge\nretired=O2@B\nsurvivor=N2@B\n- merge\nretired=O3@C\nsurvivor=N1@A\n");
  map_check (MERGE ("A40") "PID|1||OLD^^^A~NEW^^^A\rMRG|OLD^^^A\r",
             "MERGE\nid=OLD@A\nid=NEW@A\n- merge\nretired=OLD@A\nsurvivor=NEW@A\n");
  /* The same digits of another issuer are another patient's. */
  map_check (MERGE ("A40") "PID|1||1^^^A\rMRG|1^^^B\r",
             "MERGE\nid=1@A\n- merge\nretired=1@B\nsurvivor=1@A\n");
}

static void
test_event_time (void)
{
  NegHl7MapSettings settings = map_settings ();
  g_autoptr (GPtrArray) said = map_message (MERGE ("A40") "PID|1||1\rMRG|2\r", &settings);
  g_autoptr (GPtrArray) later = map_message (MSH ("ADT^A08") "EVN||21000101000000\rPID|1||1\r", &settings);
  g_autoptr (GPtrArray) day = map_message ("MSH|^~\\&|||||20260105||ADT^A08|1|P|2.4\rPID|1||1\r", &settings);

  g_assert_cmpint (get_first (said)->time_us, ==, 1767609000 * G_GINT64_CONSTANT (1000000));
  g_assert_cmpint (get_first (later)->time_us, ==, 1767610800 * G_GINT64_CONSTANT (1000000));
  g_assert_cmpint (get_first (day)->time_us, ==, 0);
  g_time_zone_unref (settings.timezone);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-map-patient/demographics", test_demographics);
  g_test_add_func ("/hl7-map-patient/values", test_values);
  g_test_add_func ("/hl7-map-patient/ids", test_ids);
  g_test_add_func ("/hl7-map-patient/names", test_names);
  g_test_add_func ("/hl7-map-patient/charsets", test_charsets);
  g_test_add_func ("/hl7-map-patient/merges", test_merges);
  g_test_add_func ("/hl7-map-patient/event-time", test_event_time);
  return g_test_run ();
}
