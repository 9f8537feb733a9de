#include "config.h"

#include "agent/neg-hl7-answer.h"

#include <string.h>

#include "hl7/neg-hl7-ack.h"

#define BETWEEN 0x1C /* what an acknowledgement never holds: it would end its frame */
#define ACCEPT_FIELD 15
#define APPLICATION_FIELD 16

typedef enum { ACCEPTED, FAULTY, REJECTED } Verdict;

typedef struct {
  const NegHl7Message *message;
  const NegHl7Refusal *refusal;
  GTimeZone *zone;
  GByteArray *joined;
} Answer;

static void
add (Answer *answer, const char *code, gboolean tells_why)
{
  g_autoptr (GDateTime) now = g_date_time_new_now (answer->zone);
  g_autofree char *time = g_date_time_format (now, "%Y%m%d%H%M%S%z");
  g_autofree char *control_id = g_strdup_printf ("%08X%08X", g_random_int (), g_random_int ());
  const NegHl7Refusal *refusal = tells_why ? answer->refusal : NULL;
  NegHl7Ack ack = { .code = code, .control_id = control_id, .time = time };
  g_autoptr (GBytes) bytes = NULL;
  const guint8 between = BETWEEN;

  if (refusal != NULL) {
    ack.condition = refusal->condition;
    ack.segment = refusal->segment;
    ack.sequence = refusal->sequence;
    ack.field = refusal->field;
    ack.text = refusal->text;
  }
  bytes = neg_hl7_ack_write (&ack, answer->message);
  if (answer->joined->len > 0)
    g_byte_array_append (answer->joined, &between, 1);
  g_byte_array_append (answer->joined, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Table 0155. What is none of its values is read as "always": better an answer too much. */
static gboolean
is_wanted (const NegHl7Message *message, guint field, gboolean is_good)
{
  const NegHl7Value value = neg_hl7_message_get_value (message, (NegHl7Path) { .field = field });

  if (neg_hl7_value_get_presence (value) != NEG_HL7_PRESENT || neg_hl7_value_equals (value, "NE"))
    return FALSE;
  return neg_hl7_value_equals (value, "ER") ? !is_good : neg_hl7_value_equals (value, "SU") ? is_good : TRUE;
}

static gboolean
is_enhanced (const NegHl7Message *message)
{
  return message != NULL
         && (neg_hl7_message_get_presence (message, (NegHl7Path) { .field = ACCEPT_FIELD }) == NEG_HL7_PRESENT
             || neg_hl7_message_get_presence (message, (NegHl7Path) { .field = APPLICATION_FIELD }) == NEG_HL7_PRESENT);
}

/* What is wrong with the header is a matter of the commit acknowledgement, and then there is no other; a fault of the
 * content is the application's, of a message that is kept. */
static void
add_enhanced (Answer *answer, Verdict verdict, gboolean is_of_header)
{
  static const char *const commit[] = { "CA", "CE", "CR" };
  static const char *const application[] = { "AA", "AE", "AR" };
  const Verdict commit_verdict = is_of_header ? verdict : ACCEPTED;
  const gboolean is_told = is_wanted (answer->message, ACCEPT_FIELD, commit_verdict == ACCEPTED);

  if (is_told)
    add (answer, commit[commit_verdict], commit_verdict != ACCEPTED);
  if (is_told && commit_verdict != ACCEPTED)
    return;
  if (is_wanted (answer->message, APPLICATION_FIELD, verdict == ACCEPTED))
    add (answer, application[verdict], TRUE);
}

GBytes *
neg_hl7_answer_write (const NegHl7Message *message, const NegHl7Refusal *refusal, GTimeZone *zone)
{
  static const char *const original[] = { "AA", "AE", "AR" };
  Answer answer = { message, refusal, zone, g_byte_array_new () };
  const Verdict verdict = refusal == NULL ? ACCEPTED : refusal->is_reject ? REJECTED : FAULTY;

  if (is_enhanced (message))
    add_enhanced (&answer, verdict, refusal != NULL && (refusal->is_reject || g_strcmp0 (refusal->segment, "MSH") == 0));
  else
    add (&answer, original[verdict], TRUE);
  return g_byte_array_free_to_bytes (answer.joined);
}

GPtrArray *
neg_hl7_answer_split (GBytes *joined)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize length;
  const guint8 *data = g_bytes_get_data (joined, &length);

  for (gsize start = 0; start < length;) {
    const guint8 *end = memchr (data + start, BETWEEN, length - start);
    const gsize n = end != NULL ? (gsize) (end - data) - start : length - start;

    g_ptr_array_add (parts, g_bytes_new_from_bytes (joined, start, n));
    start += n + 1;
  }
  return parts;
}
