/* Orders and appointments: every field of the mapping with a worked value, precedence, times, statuses. */
#include "config.h"

#include "map-message.h"

#include <string.h>

#include "said-dump.h"

#define PID "PID|1||4711^^^HOSP^MR||Muster^Eva||19700203|F\r"
#define PATIENT "ORDER\nid=4711@HOSP\nname=Muster^Eva\nbirth=19700203\nsex=F\n"

static void
test_every_field (void)
{
  map_check (
      MSH ("OMG^O19^OMG_O19") "PID|1||4711^^^HOSP^MR~99^^^&1.2.40&ISO^NI||Muster^Eva^Maria^jun.^Dr.^MBA||19700203|F||||||||||V1\r"
      "PV1|1|I|WARD^12^A^MAIN|||||77^Zuweis^Rolf^^^Dr.|||||||||||A99^^^ADM\r"
      "AL1|1|DA|C1^Iodine contrast^L\r"
      "ORC|NW|P1^HIS^1.2.3^ISO|F1^^1.9^ISO||SC||1^once^^20250101080000^^R||20260105115900|||12^Other^One\r"
      "TQ1|1||||||20260110083015.5+0200||S^Stat\r"
      "OBR|1|X^Y|X^Y|71020^Chest^CPT^PA^Chest PA^L||||||||D1^Infectious^L|pacemaker||^^^CHEST&Thorax^L&Left|"
      "10^Anfordern^Ida^^^Prof.||A1^RISX|RP1|SP1||||CT|||1^^^20240101^^T||||R05^Cough^I10~R06^Dyspnea^I10|||"
      "&Macher&Udo||||||||||CTCH^CT chest^RIS\r"
      "ZDS|1.2.40.9.1^100^Application^DICOM\r",
      "ORDER\nid=4711@HOSP\nid=99@1.2.40\nname=Muster^Eva^Maria^Dr.^jun. MBA\nbirth=19700203\nsex=F\n"
      "place=WARD 12 A, MAIN\nadmission=A99\n- order\n"
      "placer=P1\nplacer_issuer=HIS\nfiller=F1\nfiller_issuer=1.9\naccession=A1\naccession_issuer=RISX\n"
      "procedure_id=RP1\nstep_id=SP1\nstudy_uid=1.2.40.9.1\nmodality=CT\nprocedure_code=CTCH\nprocedure=CT chest\n"
      "body_part=Thorax\nlaterality=L\nreferrer=Zuweis^Rolf^^Dr.\nrequester=Anfordern^Ida^^Prof.\nperformer=Macher^Udo\n"
      "reason=Cough; Dyspnea\nalerts=Iodine contrast; Infectious; pacemaker\n"
      "date=20260110\ntime=083015.5\ntimezone=+0200\npriority=STAT\nstatus=scheduled\n");
}

/* Three steps of one order: each with its own station and time-independent identity, and what IPC does not say from OBR. */
static void
test_three_steps (void)
{
  map_check (MSH ("OMI^O23^OMI_O23") PID "ORC|XO|P1^HIS|F1^RIS||SC\r"
             "OBR|1|||CTX^CT polytrauma^L||||||||||||||A0|R0|S0||||MR\r"
             "IPC|A1^RIS|RP1|1.2.3.4|S1|CT|C1^Head^L|CT1^Scanner one|R1^Room one|CT_ONE~CT_TWO\r"
             "IPC|A1^RIS|RP1|1.2.3.4|S2|CT\r"
             "IPC|A2^RIS|RP2||S3\r"
             "ORC|CA|P2^HIS|F2^RIS||CA\r",
             PATIENT "- order\nplacer=P1\nplacer_issuer=HIS\nfiller=F1\nfiller_issuer=RIS\naccession=A1\n"
                     "accession_issuer=RIS\nprocedure_id=RP1\nstep_id=S1\nstudy_uid=1.2.3.4\nmodality=CT\n"
                     "procedure_code=CTX\nprocedure=CT polytrauma\nstation=Scanner one\nstation_ae=CT_ONE\\CT_TWO\n"
                     "location=Room one\nstatus=scheduled\n"
                     "- order\nplacer=P1\nplacer_issuer=HIS\nfiller=F1\nfiller_issuer=RIS\naccession=A1\n"
                     "accession_issuer=RIS\nprocedure_id=RP1\nstep_id=S2\nstudy_uid=1.2.3.4\nmodality=CT\n"
                     "procedure_code=CTX\nprocedure=CT polytrauma\nstatus=scheduled\n"
                     "- order\nplacer=P1\nplacer_issuer=HIS\nfiller=F1\nfiller_issuer=RIS\naccession=A2\n"
                     "accession_issuer=RIS\nprocedure_id=RP2\nstep_id=S3\nmodality=MR\n"
                     "procedure_code=CTX\nprocedure=CT polytrauma\nstatus=scheduled\n"
                     "- order\nplacer=P2\nplacer_issuer=HIS\nfiller=F2\nfiller_issuer=RIS\nstatus=canceled\n");
}

/* A second PID in between is a second patient, whose orders are no one else's. */
static void
test_two_patients (void)
{
  map_check (MSH ("ORM^O01") PID "ORC|NW|P1\rOBR|1|||C\rPID|2||4712^^^HOSP||Beispiel^Max\rPV1|1|O|AMB\r"
             "ORC|NW|P2\rOBR|1|||C\rPID|3||4711^^^HOSP^MR||Muster^Eva||19700203|F\rORC|NW|P3\rOBR|1|||C\r",
             PATIENT "- order\nplacer=P1\nplacer_issuer=\nprocedure_code=C\nprocedure=C\nstatus=scheduled\n"
                     "ORDER\nid=4712@HOSP\nname=Beispiel^Max\nplace=AMB\n"
                     "- order\nplacer=P2\nplacer_issuer=\nprocedure_code=C\nprocedure=C\nstatus=scheduled\n" PATIENT
                     "- order\nplacer=P3\nplacer_issuer=\nprocedure_code=C\nprocedure=C\nstatus=scheduled\n");
}

/* "" deletes, nothing keeps. */
static void
test_nulls (void)
{
  map_check (MSH ("ORM^O01") "PID|1||1||\"\"||\"\"|\"\"\rPV1|1|O|\"\"|||||\"\"\rORC|XO|P1||||||||||\r"
             "OBR|1||||||||||||\"\"||^^^\"\"|\"\"||\"\"|\"\"|\"\"||||\"\"|||1^^^\"\"^^\"\"||||\"\"\rZDS|\"\"\r",
             "ORDER\nid=1@HOSP\nname=\nbirth=\nsex=\nplace=\n- order\nplacer=P1\nplacer_issuer=\naccession=\n"
             "accession_issuer=\nprocedure_id=\nstep_id=\nstudy_uid=\nmodality=\nbody_part=\nreferrer=\nrequester=\n"
             "reason=\nalerts=\ndate=\ntime=\ntimezone=\npriority=\n");
  map_check (MSH ("ORM^O01") "PID|1||1\rPV1\rORC|XO|P1\rOBR\rZDS\r",
             "ORDER\nid=1@HOSP\n- order\nplacer=P1\nplacer_issuer=\n");
}

static NegSaidOrder *
get_order (const GPtrArray *said)
{
  const NegSaid *first = g_ptr_array_index (said, 0);

  return g_ptr_array_index (first->orders, 0);
}

/* The start: TQ1-7, else ORC-7.4, else OBR-27.4; what is no time says nothing. */
static void
test_start (void)
{
  static const struct {
    const char *tq1, *orc, *obr, *date, *time, *zone;
  } cases[] = {
    { "202601100830", "202601110900", "202601121000", "20260110", "0830", "+0100" },
    { "", "202607110900", "202601121000", "20260711", "0900", "+0200" }, /* summer in Vienna */
    { "", "", "20260112", "20260112", "", "+0100" },
    { "Aug 15, 1942", "", "2026011210", "20260112", "10", "+0100" },
    { "20260230", "20260229", "202601121060", NULL, NULL, NULL },
    { "202601100830-0330", "", "", "20260110", "0830", "-0330" },
    { "20260110083059.1234567+1400", "", "", "20260110", "083059.123456", "+1400" },
    { "20260110083060Z", "2026011024", "202601", NULL, NULL, NULL },
    { "20260110083059.+0100", "202601100830.5", "20260110+2500", NULL, NULL, NULL },
    { "00000101", "", "", NULL, NULL, NULL },
    { "\"\"", "20260111", "", "", "", "" },
  };
  NegHl7MapSettings settings = map_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text
        = g_strdup_printf (MSH ("OMG^O19") PID "ORC|NW|P1|||||^^^%s\rTQ1|1||||||%s\rOBR|1%s1^^^%s\r", cases[i].orc,
                           cases[i].tq1, "||||||||||||||||||||||||||", cases[i].obr);
    g_autoptr (GPtrArray) said = map_message (text, &settings);
    const NegSaidOrder *order = get_order (said);

    g_test_message ("%s %s %s", cases[i].tq1, cases[i].orc, cases[i].obr);
    g_assert_cmpstr (order->date, ==, cases[i].date);
    g_assert_cmpstr (order->time, ==, cases[i].time);
    g_assert_cmpstr (order->timezone, ==, cases[i].zone);
  }
  g_time_zone_unref (settings.timezone);
}

/* MSH-7's zone goes before the site's. */
static void
test_zone_of_message (void)
{
  NegHl7MapSettings settings = map_settings ();
  g_autoptr (GPtrArray) said = map_message ("MSH|^~\\&|A||||20260105120000-0500||ORM^O01|1|P|2.3\rPID|||1\r"
                                            "ORC|NW|1|||||^^^202601110900\rOBR|1\r", &settings);
  const NegSaid *first = g_ptr_array_index (said, 0);

  g_assert_cmpstr (get_order (said)->timezone, ==, "-0500");
  g_assert_cmpint (first->time_us, ==, 1767632400 * G_GINT64_CONSTANT (1000000)); /* 2026-01-05 17:00 UTC */
  g_time_zone_unref (settings.timezone);
}

/* ORC-9, the latest of them, but never later than MSH-7 (12:00 in Vienna is 11:00 UTC). */
static void
test_event_time (void)
{
  static const struct {
    const char *first, *second;
    gint64 expected;
  } cases[] = {
    { "20260105110000", "20260105100000", 1767607200 }, { "20260105110000", "20260105113000", 1767609000 },
    { "20260105110000", "", 1767610800 },               { "99990101000000", "20260105100000", 1767610800 },
    { "20260105", "20260105100000", 1767610800 },
  };
  NegHl7MapSettings settings = map_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf (MSH ("ORM^O01") PID "ORC|NW|1|||||||%s\rOBR|1\rORC|NW|2|||||||%s\rOBR|1\r",
                                             cases[i].first, cases[i].second);
    g_autoptr (GPtrArray) said = map_message (text, &settings);
    const NegSaid *first = g_ptr_array_index (said, 0);

    g_assert_cmpint (first->time_us, ==, cases[i].expected * 1000000);
  }
  g_time_zone_unref (settings.timezone);
}

/* What changes or ends an order holds from MSH-7, whatever ORC-9 repeats. */
static void
test_time_of_end (void)
{
  static const struct {
    const char *kind, *rest;
    gint64 expected;
  } cases[] = {
    { "ORM^O01", PID "ORC|CA|1|||CA||||20260105100000\r", 1767610800 },
    { "ORM^O01", PID "ORC|CA|1|||||||20260105100000\r", 1767610800 },
    { "OMG^O19", PID "ORC|DC|1|||||||20260105100000\r", 1767610800 },
    { "ORM^O01", PID "ORC|XO|1|||SC||||20260105100000\r", 1767610800 },
    { "ORM^O01", PID "ORC|SC|1|||CM||||20260105100000\r", 1767610800 },
    { "ORM^O01", PID "ORC|NW|1|||SC||||20260105100000\rOBR|1\r", 1767607200 - 3600 },
    { "ORM^O01", PID "ORC|XO|1|||SC||||20260105100000\rORC|CA|2|||||||20260105100000\r", 1767610800 },
    { "SIU^S15", "SCH|1\r" PID, 1767610800 },
  };
  NegHl7MapSettings settings = map_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf (MSH ("%s") "%s", cases[i].kind, cases[i].rest);
    g_autoptr (GPtrArray) said = map_message (text, &settings);
    const NegSaid *first = g_ptr_array_index (said, 0);

    g_test_message ("%s", cases[i].rest);
    g_assert_cmpint (first->time_us, ==, cases[i].expected * 1000000);
  }
  g_time_zone_unref (settings.timezone);
}

static void
test_statuses (void)
{
  static const struct {
    const char *control, *status;
    NegOrderStatus expected;
  } cases[] = {
    { "NW", "SC", NEG_ORDER_SCHEDULED },    { "NW", "IP", NEG_ORDER_SCHEDULED },    { "XO", "SC", NEG_ORDER_SCHEDULED },
    { "SC", "IP", NEG_ORDER_SCHEDULED },    { "NW", "", NEG_ORDER_SCHEDULED },      { "CA", "CA", NEG_ORDER_CANCELED },
    { "CA", "", NEG_ORDER_CANCELED },       { "DC", "CA", NEG_ORDER_DISCONTINUED }, { "DC", "DC", NEG_ORDER_DISCONTINUED },
    { "DC", "", NEG_ORDER_DISCONTINUED },   { "XO", "CM", NEG_ORDER_COMPLETED },    { "SC", "CM", NEG_ORDER_COMPLETED },
    { "SC", "A", NEG_ORDER_COMPLETED },     { "XO", "", NEG_ORDER_KEEP },           { "ZZ", "SC", NEG_ORDER_KEEP },
    { "CA", "SC", NEG_ORDER_KEEP },         { "RE", "CM", NEG_ORDER_KEEP },         { "NW", "CA", NEG_ORDER_KEEP },
    { "CR", "CA", NEG_ORDER_CANCELED },     { "OC", "CA", NEG_ORDER_CANCELED },     { "OC", "", NEG_ORDER_CANCELED },
    { "SC", "CA", NEG_ORDER_CANCELED },     { "DR", "DC", NEG_ORDER_DISCONTINUED }, { "OD", "", NEG_ORDER_DISCONTINUED },
    { "SC", "DC", NEG_ORDER_DISCONTINUED }, { "UC", "CA", NEG_ORDER_KEEP },         { "UD", "", NEG_ORDER_KEEP },
  };
  NegHl7MapSettings settings = map_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf (MSH ("ORM") PID "ORC|%s|1|||%s\rOBR|1\r", cases[i].control, cases[i].status);
    g_autoptr (GPtrArray) said = map_message (text, &settings);

    g_test_message ("%s_%s", cases[i].control, cases[i].status);
    g_assert_cmpint (get_order (said)->status, ==, cases[i].expected);
  }
  g_time_zone_unref (settings.timezone);
  g_assert_cmpstr (neg_order_status_get_name (NEG_ORDER_DISCONTINUED), ==, "discontinued");
  g_assert_cmpstr (neg_order_status_get_name (NEG_ORDER_KEEP), ==, "");
}

static void
test_priorities (void)
{
  static const struct {
    const char *tq1, *orc, *obr, *expected;
  } cases[] = { { "S", "R", "R", "STAT" },      { "A", "", "", "HIGH" }, { "P", "", "", "HIGH" }, { "C", "", "", "HIGH" },
                { "", "T", "S", "MEDIUM" },     { "", "", "S", "STAT" }, { "", "r", "", "ROUTINE" },
                { "STAT", "", "", "STAT" },     { "?", "S", "", "STAT" }, { "?", "?", "?", NULL } };
  NegHl7MapSettings settings = map_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf (MSH ("OMI^O23") PID "ORC|NW|P1|||||^^^^^%s\rTQ1|1||||||||%s\rOBR|1%s1^^^^^%s\r",
                                             cases[i].orc, cases[i].tq1, "||||||||||||||||||||||||||", cases[i].obr);
    g_autoptr (GPtrArray) said = map_message (text, &settings);

    g_assert_cmpstr (get_order (said)->priority, ==, cases[i].expected);
  }
  g_time_zone_unref (settings.timezone);
}

/* A UID is taken as it is written or not at all; orders of medicine are nothing here; what is long is cut in words. */
static void
test_oddities (void)
{
  g_autofree char *reason = g_strnfill (5000, 'x');
  g_autofree char *text = g_strdup_printf (MSH ("ORM^O01") PID "ORC|NW|1\rOBR|1%s%s\r", "||||||||||||||||||||||||||||||", reason);
  NegHl7MapSettings settings = map_settings ();
  g_autoptr (GPtrArray) said = map_message (text, &settings);

  g_assert_cmpuint (strlen (get_order (said)->reason), ==, 4096 + 3);
  g_assert_true (g_str_has_suffix (get_order (said)->reason, "x\xE2\x80\xA6"));
  map_check (MSH ("ORM^O01") PID "ORC|NW|1\rOBR|1\rZDS|study one^^Application^DICOM\r",
             PATIENT "- order\nplacer=1\nplacer_issuer=\nstatus=scheduled\n");
  map_check (MSH ("ORM^O01") PID "ORC|NW|1\rOBR|1\rZDS|1.2.03^UID\r",
             PATIENT "- order\nplacer=1\nplacer_issuer=\nstudy_uid=1.2.03\nstatus=scheduled\n");
  map_check (MSH ("ORM^O01") PID "ORC|NW|1\rRXO|X\r", "");
  map_check (MSH ("ORM^O01") PID "ORC|NW|1\rRXO|X\rORC|NW|2\rOBR|1\rDG1|1||A^Fall^I10|Fell from a ladder\r",
             PATIENT "- order\nplacer=2\nplacer_issuer=\nreason=Fell from a ladder\nstatus=scheduled\n");
  g_time_zone_unref (settings.timezone);
}

static void
test_appointments (void)
{
  map_check (MSH ("SIU^S12^SIU_S12") "SCH|P7^HIS|F7|||||R1^Follow-up||||^^^202602010915|||||||||||||||P1^HIS\r" PID
             "PV1|1|O||||||77^Zuweis^Rolf\rRGS|1\rAIS|1|A|CT1^CT chest^L|202602010900\r"
             "AIG|1|A|M1^MR scanner\rAIL|1|A|RAD^2\rAIP|1|A|9^Macher^Udo\rAIS|2|A|X\r",
             PATIENT "- order\nplacer=P1\nplacer_issuer=HIS\nfiller=F7\nfiller_issuer=SCH\nstep_id=F7\n"
                     "procedure_code=CT1\nprocedure=CT chest\nstation=MR scanner\nlocation=RAD 2\nreferrer=Zuweis^Rolf\n"
                     "performer=Macher^Udo\nreason=Follow-up\ndate=20260201\ntime=0915\ntimezone=+0100\nstatus=scheduled\n");
  map_check (MSH ("SIU^S26") "SCH|P7^HIS\r" PID "AIS|1||X|20260201\r",
             PATIENT "- order\nplacer=P7\nplacer_issuer=SCH HIS\nstep_id=P7\nprocedure_code=X\nprocedure=X\n"
                     "date=20260201\ntime=\ntimezone=+0100\nstatus=canceled\n");
}

static void
test_appointment_statuses (void)
{
  static const struct {
    const char *event, *code, *expected;
  } cases[] = { { "S12", "Booked", "scheduled" },    { "S13", "", "scheduled" },        { "S14", "Cancelled", "canceled" },
                { "S14", "Complete", "completed" },  { "S14", "DC", "discontinued" },   { "S15", "Booked", "canceled" },
                { "S17", "", "canceled" },           { "S26", "Booked", "canceled" },   { "S14", "NOSHOW", "canceled" } };
  NegHl7MapSettings settings = map_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("MSH|^~\\&|||||20260105||SIU^%s|1|P|2.4\rSCH||7%s%s\rPID|||1\r",
                                             cases[i].event, "|||||||||||||||||||||||", cases[i].code);
    g_autoptr (GPtrArray) said = map_message (text, &settings);

    g_assert_cmpstr (neg_order_status_get_name (get_order (said)->status), ==, cases[i].expected);
  }
  g_time_zone_unref (settings.timezone);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-map-order/every-field", test_every_field);
  g_test_add_func ("/hl7-map-order/three-steps", test_three_steps);
  g_test_add_func ("/hl7-map-order/two-patients", test_two_patients);
  g_test_add_func ("/hl7-map-order/nulls", test_nulls);
  g_test_add_func ("/hl7-map-order/start", test_start);
  g_test_add_func ("/hl7-map-order/zone-of-message", test_zone_of_message);
  g_test_add_func ("/hl7-map-order/event-time", test_event_time);
  g_test_add_func ("/hl7-map-order/time-of-end", test_time_of_end);
  g_test_add_func ("/hl7-map-order/statuses", test_statuses);
  g_test_add_func ("/hl7-map-order/priorities", test_priorities);
  g_test_add_func ("/hl7-map-order/oddities", test_oddities);
  g_test_add_func ("/hl7-map-order/appointments", test_appointments);
  g_test_add_func ("/hl7-map-order/appointment-statuses", test_appointment_statuses);
  return g_test_run ();
}
