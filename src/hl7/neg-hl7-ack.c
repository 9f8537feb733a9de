#include "config.h"

#include "hl7/neg-hl7-ack.h"

#include <string.h>

#include "hl7/neg-hl7-writer.h"

#define ECHO_BYTES_MAX 1000
#define VERSION "2.5.1"

static const struct {
  NegHl7Condition condition;
  const char *name;
} conditions[] = {
  { NEG_HL7_ACCEPTED, "Message accepted" },
  { NEG_HL7_SEGMENT_SEQUENCE, "Segment sequence error" },
  { NEG_HL7_FIELD_MISSING, "Required field missing" },
  { NEG_HL7_DATA_TYPE, "Data type error" },
  { NEG_HL7_TABLE_VALUE, "Table value not found" },
  { NEG_HL7_UNSUPPORTED_TYPE, "Unsupported message type" },
  { NEG_HL7_UNSUPPORTED_EVENT, "Unsupported event code" },
  { NEG_HL7_UNSUPPORTED_PROCESSING_ID, "Unsupported processing id" },
  { NEG_HL7_UNSUPPORTED_VERSION, "Unsupported version id" },
  { NEG_HL7_UNKNOWN_KEY, "Unknown key identifier" },
  { NEG_HL7_DUPLICATE_KEY, "Duplicate key identifier" },
  { NEG_HL7_RECORD_LOCKED, "Application record locked" },
  { NEG_HL7_INTERNAL, "Application internal error" },
};

const char *
neg_hl7_condition_get_name (NegHl7Condition condition)
{
  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (conditions[i].condition == condition)
      return conditions[i].name;
  return "Application internal error";
}

/* Field @field like field @source of the message's header. */
static void
echo (NegHl7Writer *writer, guint field, const NegHl7Message *message, guint source)
{
  NegHl7Path path = { .field = source };

  if (message != NULL && neg_hl7_message_get_value (message, path).length <= ECHO_BYTES_MAX)
    neg_hl7_writer_copy_field (writer, field, message, path);
}

/* ACK, or ACK^R01^ACK. */
static void
put_type (NegHl7Writer *writer, const NegHl7Message *message)
{
  NegHl7Path path = { .field = 9, .component = 2 };
  g_autofree char *trigger = NULL;

  neg_hl7_writer_put (writer, 9, "ACK");
  if (message == NULL || neg_hl7_message_get_value (message, path).length > ECHO_BYTES_MAX)
    return;
  trigger = neg_hl7_message_dup_text (message, path);
  if (trigger == NULL)
    return;
  neg_hl7_writer_next (writer, NEG_HL7_COMPONENT);
  neg_hl7_writer_add_text (writer, trigger);
  neg_hl7_writer_next (writer, NEG_HL7_COMPONENT);
  neg_hl7_writer_add_text (writer, "ACK");
}

static void
put_header (NegHl7Writer *writer, const NegHl7Ack *ack, const NegHl7Message *message)
{
  const char *charset = message != NULL ? neg_hl7_message_get_charset (message) : "ASCII";

  neg_hl7_writer_begin (writer, "MSH");
  echo (writer, 3, message, 5);
  echo (writer, 4, message, 6);
  echo (writer, 5, message, 3);
  echo (writer, 6, message, 4);
  neg_hl7_writer_put (writer, 7, ack->time);
  put_type (writer, message);
  neg_hl7_writer_put (writer, 10, ack->control_id);
  if (message != NULL && neg_hl7_message_get_presence (message, (NegHl7Path) { .field = 11 }) != NEG_HL7_ABSENT)
    echo (writer, 11, message, 11);
  else
    neg_hl7_writer_put (writer, 11, "P");
  if (message != NULL && neg_hl7_message_get_presence (message, (NegHl7Path) { .field = 12 }) != NEG_HL7_ABSENT)
    echo (writer, 12, message, 12);
  else
    neg_hl7_writer_put (writer, 12, VERSION);
  if (strcmp (charset, "ASCII") != 0)
    neg_hl7_writer_put (writer, 18, "UNICODE UTF-8");
}

static gboolean
is_before_2_5 (const NegHl7Message *message)
{
  NegHl7Path path = { .field = 12, .component = 1 };
  NegHl7Value version = { NULL, 0 };

  if (message != NULL)
    version = neg_hl7_message_get_value (message, path);
  return version.length >= 3 && memcmp (version.data, "2.", 2) == 0 && version.data[2] >= '1' && version.data[2] <= '4';
}

static void
add_number (NegHl7Writer *writer, guint number)
{
  g_autofree char *text = number > 0 ? g_strdup_printf ("%u", number) : NULL;

  neg_hl7_writer_add_text (writer, text);
}

static void
put_location (NegHl7Writer *writer, guint field, const NegHl7Ack *ack)
{
  neg_hl7_writer_put (writer, field, ack->segment);
  if (ack->segment == NULL)
    return;
  neg_hl7_writer_next (writer, NEG_HL7_COMPONENT);
  add_number (writer, ack->sequence);
  neg_hl7_writer_next (writer, NEG_HL7_COMPONENT);
  add_number (writer, ack->field);
}

static void
put_condition (NegHl7Writer *writer, NegHl7Level level, const NegHl7Ack *ack)
{
  add_number (writer, ack->condition);
  neg_hl7_writer_next (writer, level);
  neg_hl7_writer_add_text (writer, neg_hl7_condition_get_name (ack->condition));
  neg_hl7_writer_next (writer, level);
  neg_hl7_writer_add_text (writer, "HL70357");
}

/* Until 2.4 place and code are one field (ELD: segment, sequence, field, code); since 2.5 they are ERR-2 and ERR-3. */
static void
put_error (NegHl7Writer *writer, const NegHl7Ack *ack, gboolean old)
{
  neg_hl7_writer_begin (writer, "ERR");
  put_location (writer, old ? 1 : 2, ack);
  if (old) {
    for (guint i = ack->segment != NULL ? 2 : 0; i < 3; i++)
      neg_hl7_writer_next (writer, NEG_HL7_COMPONENT);
    put_condition (writer, NEG_HL7_SUBCOMPONENT, ack);
  } else {
    neg_hl7_writer_field (writer, 3);
    put_condition (writer, NEG_HL7_COMPONENT, ack);
    neg_hl7_writer_put (writer, 4, "E");
    neg_hl7_writer_put (writer, 8, ack->text);
  }
}

GBytes *
neg_hl7_ack_write (const NegHl7Ack *ack, const NegHl7Message *message)
{
  const NegHl7Delimiters *delimiters = message != NULL ? neg_hl7_message_get_delimiters (message) : NULL;
  g_autoptr (NegHl7Writer) writer = neg_hl7_writer_new (delimiters);

  put_header (writer, ack, message);
  neg_hl7_writer_begin (writer, "MSA");
  neg_hl7_writer_put (writer, 1, ack->code);
  echo (writer, 2, message, 10);
  if (ack->text != NULL)
    neg_hl7_writer_put (writer, 3, ack->text);
  if (ack->condition != NEG_HL7_ACCEPTED)
    put_error (writer, ack, is_before_2_5 (message));
  return neg_hl7_writer_finish (writer);
}
