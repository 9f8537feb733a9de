/* Real messages of many senders: each is mapped or refused as this table says, and some values that somebody looked up. */
#include "config.h"

#include <string.h>

#include "hl7/neg-hl7-batch.h"
#include "said-dump.h"
#include "map-message.h"

/* Per message of the file: P, M, O, R with the number of orders, merges or reports of each part, "-" nothing (an event or
 * orders of no concern), or the condition with its place, where any processing is taken. */
static const struct {
  const char *file, *expected;
} files[] = {
  { "apphl7send_orm_o01_mesa_zds_utf8.hl7", "203:MSH-12" },
  { "dcm4che_adt_a31.hl7", "P" },
  { "dcm4che_adt_a40_merge.hl7", "M1" },
  { "dcm4che_omg_o19.hl7", "O1" },
  { "dcm4che_omi_o23.hl7", "O1" },
  { "dcm4che_orm_o01_general_msh9_says_omi.hl7", "O1" },
  { "dcm4che_oru_r01_pdf.hl7", "R1" },
  { "dcm4che_oru_r01_sr.hl7", "R1" },
  { "dcm4che_siu_s12_hexescape.hl7", "100:SCH-0" },
  { "hapi_adt_a17_swap.hl7", "-" },
  { "hapi_adt_a45.hl7", "-" },
  { "hapi_messages18_multi.hl7",
    "R3 200:MSH-9 200:MSH-9 200:MSH-9 200:MSH-9 200:MSH-9 200:MSH-9 200:MSH-9 200:MSH-9 200:MSH-9 "
    "200:MSH-9 200:MSH-9 200:MSH-9 O1 O1 O1 200:MSH-9 200:MSH-9" },
  { "hapi_omd_o03.hl7", "200:MSH-9" },
  { "hapi_orm_o01_22.hl7", "101:MSH-10" },
  { "hapi_orm_o01_25.hl7", "O1" },
  { "hapi_orm_o01_utf8_ris.hl7", "O1" },
  { "hapi_oru_encchars.hl7", "200:MSH-9" },
  { "hapi_oru_ft_escapes_no_trigger.hl7", "R1" },
  { "hapi_oru_r01_24.hl7", "101:PID-3" },
  { "hapi_siu_s14.hl7", "O1" },
  { "hapi_zdt_custom.hl7", "200:MSH-9" },
  { "hapi_zzz_unknown_type.hl7", "200:MSH-9" },
  { "lfh_orm_o01_4.hl7", "-" },
  { "lfh_orm_o01_8.hl7", "-" },
  { "lfh_oru_multi_lf.hl7", "R1" },
  { "lfh_oru_r01_3.hl7", "R2" },
  { "mirth_batch01.hl7", "O1 O1 O1" },
  { "mirth_batch03.hl7", "M1 R1" },
  { "mirth_batch_input.hl7", "O1" },
  { "mirth_input.hl7", "O1" },
  { "mirth_large.hl7", "R12" },
  { "mirth_nb01.hl7", "O1" },
  { "mirth_nb06.hl7", "P" },
  { "mirth_repetitions.hl7", "100:PID-0" },
  { "mirth_whitespace.hl7", "100:ORC-0" },
  { "msfhir_adt01_23.hl7", "P" },
  { "msfhir_adt04_251.hl7", "P" },
  { "msfhir_adt_a01_01.hl7", "P" },
  { "msfhir_adt_a03_01.hl7", "-" },
  { "msfhir_adt_a04_01.hl7", "P" },
  { "msfhir_adt_a08_01.hl7", "P" },
  { "msfhir_adt_a11_01.hl7", "-" },
  { "msfhir_adt_a31_02.hl7", "P" },
  { "msfhir_adt_a40_01.hl7", "M1" },
  { "msfhir_adt_a45_01.hl7", "-" },
  { "msfhir_lab_orm_1.hl7", "O1" },
  { "msfhir_lri_2.0_ng_cbc_typ_message.hl7", "R1" },
  { "msfhir_mdm_t02_03.hl7", "200:MSH-9" },
  { "msfhir_omg_o19_01.hl7", "101:ORC-2" },
  { "msfhir_orm_o01_01.hl7", "O1" },
  { "msfhir_orm_o01_02.hl7", "O1" },
  { "msfhir_orm_o01_04.hl7", "-" },
  { "msfhir_oru_r01_01.hl7", "R1" },
  { "msfhir_siu_s12_01.hl7", "O1" },
  { "msfhir_siu_s14_01.hl7", "O1" },
  { "msfhir_siu_s15_01.hl7", "O1" },
  { "pacsbridge_orm_o01_ca.hl7", "O1" },
  { "pacsbridge_orm_o01_nw.hl7", "O1" },
  { "pacsbridge_orm_o01_xo.hl7", "O1" },
  { "pyhl7_bad_batch1.hl7", "100:PID-0" },
  { "pyhl7_batch1.hl7", "P P" },
  { "pyhl7_file1.hl7", "P P P" },
  { "pyhl7_hl7.hl7", "R1" },
};

static char *
dup_folder (void)
{
  const char *folder = g_getenv ("NEGATOSCOPE_HL7");

  return g_strdup (folder != NULL ? folder : "");
}

static NegHl7Batch *
split_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  NegHl7Batch *batch;
  char *data;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, NULL))
    return NULL;
  body = g_bytes_new_take (data, length);
  batch = neg_hl7_batch_split (body, &error);
  g_assert_no_error (error);
  return batch;
}

static void
describe (GString *text, const GPtrArray *said, const NegHl7Refusal *refusal)
{
  static const char letters[] = "PMOR-";

  if (text->len > 0)
    g_string_append_c (text, ' ');
  if (said == NULL) {
    g_string_append_printf (text, "%d:%s-%u", refusal->condition, refusal->segment, refusal->field);
    return;
  }
  if (said->len == 0)
    g_string_append_c (text, '-');
  for (guint i = 0; i < said->len; i++) {
    const NegSaid *part = g_ptr_array_index (said, i);
    guint n = part->orders->len + part->merges->len + part->reports->len;

    g_string_append_c (text, letters[part->kind]);
    if (n > 0)
      g_string_append_printf (text, "%u", n);
  }
}

static void
check_text (const char *text, gpointer data)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

static char *
map_file (const NegHl7Batch *batch, const char *processing_id)
{
  NegHl7MapSettings settings = map_settings ();
  GString *text = g_string_new (NULL);

  settings.processing_id = processing_id;
  for (guint i = 0; i < batch->messages->len; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (NegHl7Message) message = neg_hl7_message_parse (g_ptr_array_index (batch->messages, i), &error);
    g_autoptr (GPtrArray) said = NULL;
    NegHl7Refusal refusal;

    g_assert_no_error (error);
    said = neg_hl7_map (message, &settings, &refusal);
    describe (text, said, &refusal);
    if (said != NULL)
      said_foreach_text (said, check_text, NULL);
  }
  g_time_zone_unref (settings.timezone);
  return g_string_free (text, FALSE);
}

static void
test_kinds (void)
{
  g_autofree char *folder = dup_folder ();
  g_autofree char *manifest = g_build_filename (folder, "MANIFEST.tsv", NULL);
  guint n_messages = 0;

  if (!g_file_test (manifest, G_FILE_TEST_EXISTS)) {
    g_test_skip ("no folder of HL7 messages (NEGATOSCOPE_HL7)");
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (NegHl7Batch) batch = split_file (folder, files[i].file);
    g_autofree char *found = NULL;

    g_assert_nonnull (batch);
    found = map_file (batch, "");
    g_test_message ("%s: %s", files[i].file, found);
    g_assert_cmpstr (found, ==, files[i].expected);
    n_messages += batch->messages->len;
  }
  g_test_message ("%u files, %u messages", (guint) G_N_ELEMENTS (files), n_messages);
}

/* Values that somebody looked up in the files; and that messages of tests are refused where they are not taken. */
static const struct {
  const char *file, *line;
} values[] = {
  { "dcm4che_omi_o23.hl7", "station_ae=ScheduledStationAET1\\ScheduledStationAET2\n" },
  { "dcm4che_omi_o23.hl7", "study_uid=1.2.392.200036.9125.0.198811291108.7\n" },
  { "dcm4che_omi_o23.hl7", "date=20000816\ntime=1510\ntimezone=+0200\n" },
  { "dcm4che_omg_o19.hl7", "admission=AdmissionIDFromVisitNo\n" },
  { "dcm4che_orm_o01_general_msh9_says_omi.hl7", "step_id=ScheduledProcStepID\n" },
  { "dcm4che_adt_a40_merge.hl7",
    "retired=OLD_PID_1@ADT1\nsurvivor=NEW_PID_1@ADT1\nretired_name=Old_Smith^Lucy^Mark\n" },
  { "dcm4che_oru_r01_pdf.hl7", "text=[Application/PDF]\n" },
  { "dcm4che_oru_r01_sr.hl7", "Liver Mass:\n4mmx6mm\n5mmx7mm\n" },
  { "dcm4che_oru_r01_sr.hl7", "study=1.2.392.200036.9125.0.198811291108.7\nstatus=final\n" },
  { "pacsbridge_orm_o01_ca.hl7", "placer=ORD001\nplacer_issuer=HIS\nfiller=ACC001\nfiller_issuer=PACS\n" },
  { "pacsbridge_orm_o01_ca.hl7", "status=canceled\n" },
  { "hapi_orm_o01_utf8_ris.hl7", "laterality=L\nreferrer=Novak^^^Dr.\n" },
  { "msfhir_orm_o01_01.hl7", "id=PATID1234@test1\nid=123456789@USSSA\nname=EVERYMAN^ADAM^A^Dr.^III MD\n" },
  { "lfh_oru_r01_3.hl7", "filler=98\nfiller_issuer=IA PHIMS Stage\nstatus=preliminary\n" },
  { "mirth_batch01.hl7", "step_id=2196178\n" },
};

static void
test_values (void)
{
  g_autofree char *folder = dup_folder ();
  NegHl7MapSettings settings = map_settings ();

  settings.processing_id = "";
  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autoptr (NegHl7Batch) batch = split_file (folder, values[i].file);
    g_autoptr (NegHl7Message) message = NULL;
    g_autoptr (GPtrArray) said = NULL;
    g_autofree char *dump = NULL;
    NegHl7Refusal refusal;

    if (batch == NULL) {
      g_test_skip ("no folder of HL7 messages (NEGATOSCOPE_HL7)");
      break;
    }
    message = neg_hl7_message_parse (g_ptr_array_index (batch->messages, 0), NULL);
    said = neg_hl7_map (message, &settings, &refusal);
    g_assert_nonnull (said);
    dump = said_dump (said);
    g_test_message ("%s: %s in %s", values[i].file, values[i].line, dump);
    g_assert_nonnull (strstr (dump, values[i].line));
  }
  g_time_zone_unref (settings.timezone);
}

static void
test_processing (void)
{
  g_autofree char *folder = dup_folder ();
  g_autoptr (NegHl7Batch) batch = split_file (folder, "lfh_oru_r01_3.hl7");
  g_autofree char *found = NULL;

  if (batch == NULL) {
    g_test_skip ("no folder of HL7 messages (NEGATOSCOPE_HL7)");
    return;
  }
  found = map_file (batch, "P");
  g_assert_cmpstr (found, ==, "202:MSH-11");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hl7-map-corpus/kinds", test_kinds);
  g_test_add_func ("/hl7-map-corpus/values", test_values);
  g_test_add_func ("/hl7-map-corpus/processing", test_processing);
  return g_test_run ();
}
