/* What is refused, with the place that ERR names; and that large messages take time by their length. */
#include "config.h"

#include "map-message.h"

#include <string.h>

#include "said-dump.h"

#define PID "PID|1||7\r"

static const struct {
  const char *text;
  NegHl7Condition condition;
  const char *segment;
  guint sequence, field;
} cases[] = {
  { "MSH|^~\\&|||||20260105||ORM^O01|1|T|2.4\r" PID, 202, "MSH", 1, 11 },
  { "MSH|^~\\&|||||20260105||ORM^O01|1|D^T|2.4\r" PID, 202, "MSH", 1, 11 },
  { "MSH|^~\\&|||||20260105||ORM^O01|1||2.4\r" PID, 101, "MSH", 1, 11 },
  { "MSH|^~\\&|||||20260105||ORM^O01|1|P|1.0\r" PID, 203, "MSH", 1, 12 },
  { "MSH|^~\\&|||||20260105||ORM^O01|1|P|3\r" PID, 203, "MSH", 1, 12 },
  { "MSH|^~\\&|||||20260105||ORM^O01|1|P|25\r" PID, 203, "MSH", 1, 12 },
  { "MSH|^~\\&|||||20260105||ORM^O01||P|2.4\r" PID, 101, "MSH", 1, 10 },
  { "MSH|^~\\&|||||20260105|||1|P|2.4\r" PID, 101, "MSH", 1, 9 },
  { MSH ("ZZZ^Z99") PID, 200, "MSH", 1, 9 },
  { MSH ("ACK^R01") PID, 200, "MSH", 1, 9 },
  { MSH ("ORM^O02") PID, 201, "MSH", 1, 9 },
  { MSH ("ADT^A24") PID, 201, "MSH", 1, 9 },
  { MSH ("ADT^A0") PID, 201, "MSH", 1, 9 },
  { MSH ("ADT^1 A") PID, 201, "MSH", 1, 9 },
  { MSH ("ADT") PID, 201, "MSH", 1, 9 },
  { MSH ("SIU") PID, 201, "MSH", 1, 9 },
  { MSH ("SIU^S18") PID, 201, "MSH", 1, 9 },
  { MSH ("ORM^O01"), 100, "PID", 1, 0 },
  { MSH ("ORM^O01") "ORC|NW|1\r" PID "OBR|1\r", 100, "ORC", 1, 0 },
  { MSH ("ADT^A08") "PID|1||^^^A\r", 101, "PID", 1, 3 },
  { MSH ("ADT^A08") "PID|1||\"\"\r", 101, "PID", 1, 3 },
  { MSH ("ADT^A08") PID "PID|2\r", 101, "PID", 2, 3 },
  { MSH ("ORM^O01") PID, 100, "ORC", 1, 0 },
  { MSH ("ORM^O01") PID "OBR|1|1\r", 100, "ORC", 1, 0 },
  { MSH ("ORM^O01") PID "ORC||1\rOBR|1\r", 101, "ORC", 1, 1 },
  { MSH ("ORM^O01") PID "ORC|NW|1\rOBR|1\rORC|NW\rOBR|1\r", 101, "ORC", 2, 2 },
  { MSH ("ORM^O01") PID "ORC|NW|1\rORC|CA|2\r", 100, "OBR", 1, 0 },
  { MSH ("ORM^O01") PID "ORC|NW|1\rOBR|1\rOBR|2\r", 100, "OBR", 2, 0 },
  { MSH ("OMI^O23") PID "ORC|NW|1\rIPC|A\r", 100, "IPC", 1, 0 },
  { MSH ("OMI^O23") PID "ORC|NW\rOBR|1\rIPC|A\rIPC||R\r", 101, "ORC", 1, 2 },
  { MSH ("SIU^S12") PID, 100, "SCH", 1, 0 },
  { MSH ("SIU^S12") "SCH|\r" PID, 101, "SCH", 1, 2 },
  { MSH ("SIU^S12") "SCH|1\r", 100, "PID", 1, 0 },
  { MSH ("SIU^S12") "SCH|1\rAIS|1\r" PID, 100, "AIS", 1, 0 },
  { MSH ("ADT^A40") PID, 100, "MRG", 1, 0 },
  { MSH ("ADT^A40") PID "MRG|8\rPID|2||9\rMRG|\r", 101, "MRG", 2, 1 },
  { MSH ("ADT^A40") PID "MRG|7^^^HOSP\r", 205, "MRG", 1, 1 },
  { MSH ("ADT^A40") "PID|1||7^^^A~8^^^B\rMRG|7^^^A~7^^^A\r", 205, "MRG", 1, 1 },
  { MSH ("ADT^A40") "MRG|8\r" PID, 100, "MRG", 1, 0 },
  { MSH ("ORU^R01") PID, 100, "OBR", 1, 0 },
  { MSH ("ORU^R01") PID "OBR|1\rOBX|1|TX|||x\r", 101, "OBR", 1, 3 },
  { MSH ("ORU^R01") "OBR|1||1\rOBX|1|TX|||x\r" PID, 100, "OBR", 1, 0 },
};

static void
test_places (void)
{
  NegHl7MapSettings settings = map_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    NegHl7Refusal refusal = map_refused (cases[i].text, &settings);

    g_test_message ("%u: %d %s-%u-%u %s", i, refusal.condition, refusal.segment, refusal.sequence, refusal.field,
                    refusal.text);
    g_assert_cmpint (refusal.condition, ==, cases[i].condition);
    g_assert_cmpstr (refusal.segment, ==, cases[i].segment);
    g_assert_cmpuint (refusal.sequence, ==, cases[i].sequence);
    g_assert_cmpuint (refusal.field, ==, cases[i].field);
    g_assert_cmpint (refusal.is_reject, ==, cases[i].condition >= 200 && cases[i].condition <= 203);
  }
  g_time_zone_unref (settings.timezone);
}

/* Where any processing is taken, tests are. */
static void
test_any_processing (void)
{
  NegHl7MapSettings settings = map_settings ();
  g_autoptr (GPtrArray) said = NULL, nothing = NULL;

  settings.processing_id = "";
  said = map_message ("MSH|^~\\&|||||20260105||ADT^A08|1|T|2\r" PID, &settings);
  nothing = map_message ("MSH|^~\\&|||||20260105||ADT^A08|1\r" PID, &settings);
  g_assert_cmpuint (said->len, ==, 1);
  g_assert_cmpuint (nothing->len, ==, 1);
  g_time_zone_unref (settings.timezone);
}

/* What identifies is never cut. */
static void
test_long_identity (void)
{
  g_autofree char *most = g_strnfill (256, '1'), *more = g_strnfill (257, '1'), *name = g_strnfill (1025, 'N');
  const struct {
    char *text;
    const char *segment;
    guint field;
  } longer[] = {
    { g_strdup_printf (MSH ("ADT^A08") "PID|1||%s\r", more), "PID", 3 },
    { g_strdup_printf (MSH ("ADT^A08") "PID|1||1^^^%s\r", more), "PID", 3 },
    { g_strdup_printf (MSH ("ADT^A08") "PID|1||1||%s\r", name), "PID", 5 },
    { g_strdup_printf (MSH ("ORM^O01") PID "ORC|NW|%s\rOBR|1\r", more), "ORC", 2 },
    { g_strdup_printf (MSH ("ORM^O01") PID "ORC|NW|1\rOBR|1||||||||||||||||||%s\r", more), "OBR", 19 },
    { g_strdup_printf (MSH ("OMI^O23") PID "ORC|NW|1\rOBR|1\rIPC|%s\r", more), "IPC", 1 },
    { g_strdup_printf (MSH ("ADT^A40") PID "MRG|%s\r", more), "MRG", 1 },
  };
  g_autofree char *fits = g_strdup_printf (MSH ("ADT^A08") "PID|1||%s\r", most);
  NegHl7MapSettings settings = map_settings ();
  g_autoptr (GPtrArray) said = map_message (fits, &settings);

  g_assert_cmpuint (said->len, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (longer); i++) {
    NegHl7Refusal refusal = map_refused (longer[i].text, &settings);

    g_assert_cmpint (refusal.condition, ==, NEG_HL7_DATA_TYPE);
    g_assert_cmpstr (refusal.segment, ==, longer[i].segment);
    g_assert_cmpuint (refusal.field, ==, longer[i].field);
    g_free (longer[i].text);
  }
  g_time_zone_unref (settings.timezone);
}

static char *
repeat (const char *start, const char *part, guint n)
{
  GString *text = g_string_new (start);

  for (guint i = 0; i < n; i++)
    g_string_append (text, part);
  return g_string_free (text, FALSE);
}

static void
check_refused (const char *start, const char *part, guint n, const char *end, const char *segment)
{
  g_autofree char *text = repeat (start, part, n);
  g_autofree char *whole = g_strconcat (text, end, NULL);
  NegHl7MapSettings settings = map_settings ();
  NegHl7Refusal refusal = map_refused (whole, &settings);

  g_test_message ("%s-%u-%u: %s", refusal.segment, refusal.sequence, refusal.field, refusal.text);
  g_assert_cmpstr (refusal.segment, ==, segment);
  g_time_zone_unref (settings.timezone);
}

static void
check_taken (const char *start, const char *part, guint n)
{
  g_autofree char *text = repeat (start, part, n);
  NegHl7MapSettings settings = map_settings ();
  g_autoptr (GPtrArray) said = map_message (text, &settings);

  g_assert_cmpuint (said->len, <=, 200);
  g_time_zone_unref (settings.timezone);
}

/* As many segments and repetitions as the parser lets through: refused or taken, and soon. What is quadratic would take
 * minutes here. */
static void
test_large (void)
{
  gint64 start = g_get_monotonic_time ();

  check_refused (MSH ("ORM^O01") PID, "ORC|NW|1\rOBR|1\r", 40000, "", "ORC");
  check_refused (MSH ("OMI^O23") PID "ORC|NW|1\rOBR|1\r", "IPC|A\r", 90000, "", "IPC");
  check_refused (MSH ("ADT^A08"), PID, 90000, "", "PID");
  check_refused (MSH ("ADT^A40"), PID "MRG|8\r", 40000, "", "PID");
  check_refused (MSH ("ORU^R01") PID, "OBR|1||1\r", 90000, "", "OBR");
  check_refused (MSH ("ADT^A08") "PID|1||", "1~", 900000, "\r", "PID");
  check_refused (MSH ("ADT^A40") PID "MRG|", "1~", 900000, "\r", "MRG");
  check_refused (MSH ("ORU^R01") PID "OBR|1||1\rOBX|1|TX|113014^^DCM||", "1.2~", 900000, "\r", "OBX");
  check_taken (MSH ("ORU^R01") PID "OBR|1||1\rOBX|1|TX|||", "~", 900000);
  check_taken (MSH ("ORU^R01") PID "OBR|1||1\r", "OBX|1|TX|||x\r", 90000);
  check_refused (MSH ("ORM^O01") PID, "AL1|1||C^Contrast\r", 90000, "", "ORC");
  check_taken (MSH ("ADT^A08") PID, "NK1|1\r", 90000);
  check_taken (MSH ("ADT^A08") "PID|1||1||", "A^B~", 400000);
  check_taken (MSH ("ORM^O01") PID "ORC|CA|1\rOBR|1||||||||||||||||||||||||||||||", "x~", 400000);
  check_taken (MSH ("SIU^S12") "SCH|1\r" PID, "AIS|1|A|X\r", 90000);
  g_test_message ("%.1f s", (g_get_monotonic_time () - start) / 1e6);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 60 * G_TIME_SPAN_SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-map-refused/places", test_places);
  g_test_add_func ("/hl7-map-refused/any-processing", test_any_processing);
  g_test_add_func ("/hl7-map-refused/long-identity", test_long_identity);
  g_test_add_func ("/hl7-map-refused/large", test_large);
  return g_test_run ();
}
