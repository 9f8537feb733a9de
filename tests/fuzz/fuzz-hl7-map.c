#include "neg-fuzz.h"

#include <string.h>

#include "hl7/neg-hl7-batch.h"
#include "said-dump.h"

#define HEADER(type) "MSH|^~\\&|A|B|C|D|20260105120000+0100||" type "|1|P|2.5.1\r"
#define PATIENT "PID|1||7^^^A&1.2&ISO^MR~8^^^^SS||B^C^D^E^F^G~\xE5\xB1\xB1^\xE7\x94\xB0^^^^^L^I||19700203|F||||||||||V\r"

/* One of each kind, with all that is read in it. */
GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const char *const inputs[] = {
    HEADER ("OMG^O19") PATIENT "PV1|1|I|W^1^A^H|||||77^R^S|||||||||||A9\rAL1|1||C^Contrast\r"
    "ORC|NW|P^H^1.2^ISO|F||SC||1^^^202601100830^^S||20260105110000|||1^X^Y\rTQ1|1||||||20260110083015.5+0200||S\r"
    "OBR|1|||C^T^L||||||||D^E|alert||^^^B&Body^L&Left|1^Q|x|A1^RIS|R1|S1||||CT|||1^^^20260101^^T||||R1^Why~R2|||1&M&N\r"
    "ZDS|1.2.3^100^Application^DICOM\rDG1|1||I^Injury\r",
    HEADER ("OMI^O23") PATIENT "ORC|XO|P|F||CM\rOBR|1\rIPC|A1^RIS|R|1.2.3|S1|CT|C|ST^Station|L|AE1~AE2\rIPC|A2\rORC|CA|P2\rRXO|1\r"
    "PID|2||9\rORC|DC|P3||||||||\"\"\rOBR|1||||||||||||\"\"\r",
    HEADER ("SIU^S12") "SCH|P7^H|F7|||||R^Why||||^^^202602010915^^R||||||||||||||Booked|P1|F1\rTQ1|1||||||20260201\r" PATIENT
    "AIS|1|A|X^Y|20260201\rAIG|1|A|M^N\rAIL|1|A|R^1\rAIP|1|A|9^M^U\r",
    HEADER ("ADT^A40") "EVN||20260105113000\rPID|1||N^^^A~N2^^^B\rMRG|O^^^A~O2^^^B||||||D^E\rPID|2||X\rMRG|Y\r",
    HEADER ("ADT^A08") PATIENT "PV1|1|O|\"\"\r",
    HEADER ("ORU^R01") PATIENT "ORC|RE|P|F\rOBR|1|P^H|F^R|C^Title||||||||||||||A||||20260105110000|||F|||||||1&L&I\r"
    "OBX|1|ST|113014^S^DCM||1.2.3~1.2.4||||||F\rOBX|2|TX|F^Find||a ^ b & c~d~5\\.br\\e||||||F\r"
    "OBX|3|ED|D||^Application^PDF^Base64^AA||||||F\rOBX|4|NM|S^Size||12|mm|||||P\rOBX|5|CWE|C||1^Two^L~3||||||W\rOBR|2||F2\r",
  };
  const char *input = inputs[g_rand_int_range (random, 0, G_N_ELEMENTS (inputs))];

  return g_byte_array_append (g_byte_array_new (), (const guint8 *) input, strlen (input));
}

static void
check_text (const char *text, gpointer data)
{
  gsize *total = data;

  *total += strlen (text);
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

/* What later stages rely on: a patient with an identifier in each part, no text missing that never is. */
static void
check_said (const GPtrArray *all)
{
  gsize total = 0;

  for (guint i = 0; i < all->len; i++) {
    const NegSaid *said = g_ptr_array_index (all, i);

    g_assert_cmpuint (said->patient.ids->len, >, 0);
    g_assert_cmpuint (said->orders->len > 0, ==, said->kind == NEG_SAID_ORDER);
    g_assert_cmpuint (said->merges->len > 0, ==, said->kind == NEG_SAID_MERGE);
    g_assert_cmpuint (said->reports->len > 0, ==, said->kind == NEG_SAID_REPORT);
    for (guint j = 0; j < said->patient.ids->len; j++) {
      const NegSaidId *id = g_ptr_array_index (said->patient.ids, j);

      g_assert_true (id->id[0] != '\0' && id->issuer != NULL);
    }
    for (guint j = 0; j < said->merges->len; j++) {
      const NegSaidMerge *merge = g_ptr_array_index (said->merges, j);

      g_assert_true (strcmp (merge->retired.id, merge->survivor.id) != 0
                     || strcmp (merge->retired.issuer, merge->survivor.issuer) != 0);
    }
  }
  said_foreach_text (all, check_text, &total);
}

static void
check_message (GBytes *bytes, const char *processing_id)
{
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (bytes, NULL);
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (3600);
  NegHl7MapSettings settings = { "HOSP", processing_id, "A", zone };
  NegHl7Refusal refusal;
  g_autoptr (GPtrArray) said = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (message == NULL)
    return;
  said = neg_hl7_map (message, &settings, &refusal);
  g_assert_true ((said == NULL) == (refusal.condition != NEG_HL7_ACCEPTED));
  if (said != NULL) {
    check_said (said);
    return;
  }
  g_assert_true (refusal.segment != NULL && refusal.sequence > 0 && refusal.text != NULL);
  answer = neg_hl7_ack_write (&(NegHl7Ack) { .code = refusal.is_reject ? "AR" : "AE",
                                             .control_id = "1",
                                             .time = "20260105120000",
                                             .condition = refusal.condition,
                                             .segment = refusal.segment,
                                             .sequence = refusal.sequence,
                                             .field = refusal.field,
                                             .text = refusal.text },
                              message);
  g_assert_nonnull (answer);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) body = g_bytes_new_static (data, size);
  g_autoptr (NegHl7Batch) batch = neg_hl7_batch_split (body, NULL);

  for (guint i = 0; batch != NULL && i < batch->messages->len; i++)
    check_message (g_ptr_array_index (batch->messages, i), "");
  check_message (body, "P");
  return 0;
}
