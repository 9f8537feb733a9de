/* Reports: what is text and what is not, where they stand, whose they are. */
#include "config.h"

#include "map-message.h"

#include <string.h>

#include "said-dump.h"

#define PID "PID|1||7^^^A\r"

static NegSaidReport *
get_report (const GPtrArray *said, guint i)
{
  const NegSaid *first = g_ptr_array_index (said, 0);

  g_assert_cmpuint (first->reports->len, >, i);
  return g_ptr_array_index (first->reports, i);
}

static void
test_every_field (void)
{
  map_check (MSH ("ORU^R01^ORU_R01") PID "PV1|1|I|W^1\rOBX|1|NM|1^Patient's own||5\rORC|RE|P0|F0\r"
             "OBR|1|P1^HIS|F1^RIS|CTCH^CT chest^L||||||||||||||A1^RISX||||20260105110000|||F|||||||10&Leser&Ida&&&Dr.\r"
             "OBX|1|ST|113014^DICOM Study^DCM||1.2.3.4||||||F\rOBX|2|HD|110180^Study Instance UID^DCM||1.2.3.5~1.2.3.6||||||F\r"
             "OBX|3|ST|^Series Instance UID||1.2.3.4.5.6||||||F\r"
             "OBX|4|TX|F^Findings^L||Liver: A & B ^ C||||||F\rOBX|5|TX|F^Findings^L||||||||F\r"
             "OBX|6|FT|F^Findings^L||line\\.br\\<b>two</b> \\T\\ three||||||F\rOBX|7|TX|I^Impression^L||none~at all ~5 mm||||||F\r"
             "OBX|8|ED|D^Document^L||^Application^PDF^Base64^AAAA||||||F\rOBX|9|RP|R^Reference^L||http://x^^SD^PICT||||||F\r"
             "OBX|10|NM|S^Size^L||12.5|mm|||||F\rOBX|11|CWE|C^Code^L||R91^Nodule^I10~R92^Other^I10||||||F\r"
             "OBX|12|SN|G^Glucose^L||>^182|mg/dl|||||F\rOBX|13|TX|I^Impression^L||wrong||||||W\r",
             "REPORT\nid=7@A\nplace=W 1\n- report\nplacer=P1\nplacer_issuer=HIS\nfiller=F1\nfiller_issuer=RIS\naccession=A1\n"
             "accession_issuer=RISX\nstudy=1.2.3.4\nstudy=1.2.3.5\nstudy=1.2.3.6\nstatus=final\ntitle=CT chest\n"
             "author=Leser^Ida^^Dr.\ntime=20260105110000+0100\n"
             "text=Findings:\nLiver: A & B ^ C\n\nline\n<b>two</b> & three\nImpression:\nnone\nat all ~5 mm\n"
             "Document:\n[Application/PDF]\nReference:\n[SD/PICT]\nSize:\n12.5 mm\nCode:\nNodule; Other\n"
             "Glucose:\n> 182 mg/dl\n");
}

/* A heading that stands alone says nothing; one OBR is one report, with its own numbers. */
static void
test_groups (void)
{
  map_check (MSH ("ORU^R01") PID "ORC|RE|P1|F1\rOBR|1||||||||||||||||||||||||P\rOBX|1|TX|R^Report||one\rNTE|1||x\r"
             "OBX|2|TX|R^Report||two\rOBR|2||F2||||||||||||||||||||||F\rPID|2||8^^^A\rOBR|1||F3\rOBX|1|TX|||three||||||C\r",
             "REPORT\nid=7@A\n- report\nplacer=P1\nplacer_issuer=\nfiller=F1\nfiller_issuer=\nstatus=preliminary\n"
             "text=one\nx\ntwo\n- report\nfiller=F2\nfiller_issuer=\nstatus=final\n"
             "REPORT\nid=8@A\n- report\nfiller=F3\nfiller_issuer=\nstatus=corrected\ntext=three\n");
  map_check (MSH ("ORU^R01") PID "OBR|1||F1\rOBX|1|TX|||first\rOBX|2|TX|I^Impression||second\r",
             "REPORT\nid=7@A\n- report\nfiller=F1\nfiller_issuer=\nstatus=preliminary\n"
             "text=first\nImpression:\nsecond\n");
  map_check (MSH ("ORU") PID "OBR|1||F1\rOBX|1|TX|||a\tb\x01\\X0D0A\\c\\X0D\\d\r",
             "REPORT\nid=7@A\n- report\nfiller=F1\nfiller_issuer=\nstatus=preliminary\ntext=a\tb \nc\nd\n");
}

/* Notes are lines where they stand; those of the patient, of the order and of what was taken back are not shown. */
static void
test_notes (void)
{
  map_check (MSH ("ORU^R01") PID "NTE|1||of the patient\rORC|RE|P1|F1\rNTE|1||of the order\rOBR|1\rNTE|1||\rNTE|2||Impression:~none\r"
             "OBX|1|TX|F^Findings^L||Liver||||||F\rNTE|1||A \\T\\ B\rNTE|2\rNTE|3||\"\"\rNTE|4||C ^ D\r"
             "OBX|2|TX|F^Findings^L||wrong||||||W\rNTE|1||wrong too\rOBX|3|TX|F^Findings^L||Spleen\r",
             "REPORT\nid=7@A\n- report\nplacer=P1\nplacer_issuer=\nfiller=F1\nfiller_issuer=\nstatus=final\n"
             "text=Impression:\nnone\nFindings:\nLiver\nA & B\n\n\nC ^ D\nSpleen\n");
  map_check (MSH ("ORU^R01") PID "OBR|1||F1||||||||||||||||||||||F\rNTE|1||alone\rOBR|2||F2\rOBX|1|TX|||x||||||D\rOBR|3||F3\rNTE|1||y\r",
             "REPORT\nid=7@A\n- report\nfiller=F1\nfiller_issuer=\nstatus=final\ntext=alone\n"
             "- report\nfiller=F2\nfiller_issuer=\nstatus=deleted\n"
             "- report\nfiller=F3\nfiller_issuer=\nstatus=preliminary\ntext=y\n");
}

/* Nothing is final that nobody calls final, and what is not final in a part is not final as a whole. */
static void
test_statuses (void)
{
  static const struct {
    const char *whole, *part, *other;
    NegReportStatus expected;
  } cases[] = {
    { "F", "F", "F", NEG_REPORT_FINAL },       { "F", "", "", NEG_REPORT_FINAL },   { "", "F", "F", NEG_REPORT_FINAL },
    { "F", "F", "P", NEG_REPORT_PRELIMINARY }, { "P", "F", "F", NEG_REPORT_PRELIMINARY },
    { "R", "", "", NEG_REPORT_PRELIMINARY },   { "A", "", "", NEG_REPORT_PRELIMINARY },
    { "C", "F", "F", NEG_REPORT_CORRECTED },   { "F", "C", "F", NEG_REPORT_CORRECTED },
    { "F", "C", "P", NEG_REPORT_PRELIMINARY }, { "X", "F", "F", NEG_REPORT_DELETED }, { "", "D", "W", NEG_REPORT_DELETED },
    { "F", "W", "W", NEG_REPORT_DELETED },     { "F", "D", "F", NEG_REPORT_FINAL },   { "", "", "", NEG_REPORT_PRELIMINARY },
    { "?", "?", "?", NEG_REPORT_PRELIMINARY }, { "", "U", "", NEG_REPORT_FINAL },
  };
  NegHl7MapSettings settings = map_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text
        = g_strdup_printf (MSH ("ORU^R01") PID "OBR|1||F%s%s\rOBX|1|TX|||one||||||%s\rOBX|2|TX|||two||||||%s\r",
                           "||||||||||||||||||||||", cases[i].whole, cases[i].part, cases[i].other);
    g_autoptr (GPtrArray) said = map_message (text, &settings);

    g_test_message ("%s %s %s", cases[i].whole, cases[i].part, cases[i].other);
    g_assert_cmpint (get_report (said, 0)->status, ==, cases[i].expected);
    g_assert_cmpint (strstr (get_report (said, 0)->text ? get_report (said, 0)->text : "", "one") != NULL, ==,
                     strcmp (cases[i].part, "D") != 0 && strcmp (cases[i].part, "W") != 0);
  }
  g_time_zone_unref (settings.timezone);
}

/* A report of one mebibyte is shown whole; one byte more is refused, not cut: its end may be its conclusion. */
static void
test_length (void)
{
  g_autofree char *most = g_strnfill (1024 * 1024, 'x');
  g_autofree char *whole = g_strconcat (MSH ("ORU^R01") PID "OBR|1||F\rOBX|1|TX|||", most, "\r", NULL);
  g_autofree char *longer = g_strconcat (MSH ("ORU^R01") PID "OBR|1||F\rOBX|1|TX|||", most, "y\r", NULL);
  g_autofree char *parts = g_strconcat (MSH ("ORU^R01") PID "OBR|1||F\rOBX|1|TX|||", most, "\rOBX|2|TX|||y\r", NULL);
  g_autofree char *noted = g_strconcat (MSH ("ORU^R01") PID "OBR|1||F\rOBX|1|TX|||", most, "\rNTE|1||\r", NULL);
  NegHl7MapSettings settings = map_settings ();
  g_autoptr (GPtrArray) said = map_message (whole, &settings);
  NegHl7Refusal refusal;

  g_assert_cmpstr (get_report (said, 0)->text, ==, most);
  refusal = map_refused (longer, &settings);
  g_assert_cmpint (refusal.condition, ==, NEG_HL7_DATA_TYPE);
  g_assert_cmpstr (refusal.segment, ==, "OBX");
  g_assert_cmpuint (refusal.field, ==, 5);
  refusal = map_refused (parts, &settings);
  g_assert_cmpuint (refusal.sequence, ==, 2);
  refusal = map_refused (noted, &settings);
  g_assert_cmpstr (refusal.segment, ==, "NTE");
  g_assert_cmpuint (refusal.field, ==, 3);
  g_time_zone_unref (settings.timezone);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-map-report/every-field", test_every_field);
  g_test_add_func ("/hl7-map-report/groups", test_groups);
  g_test_add_func ("/hl7-map-report/notes", test_notes);
  g_test_add_func ("/hl7-map-report/statuses", test_statuses);
  g_test_add_func ("/hl7-map-report/length", test_length);
  return g_test_run ();
}
