/* Acknowledgements (HL7 v2.5.1 chapter 2, 2.9 and 2.14.1): what they say is for their sender to know, how they say it is
 * here. Thread: any. */
#pragma once

#include "hl7/neg-hl7-message.h"

G_BEGIN_DECLS

/* Table 0357. */
typedef enum {
  NEG_HL7_ACCEPTED = 0,
  NEG_HL7_SEGMENT_SEQUENCE = 100,
  NEG_HL7_FIELD_MISSING = 101,
  NEG_HL7_DATA_TYPE = 102,
  NEG_HL7_TABLE_VALUE = 103,
  NEG_HL7_UNSUPPORTED_TYPE = 200,
  NEG_HL7_UNSUPPORTED_EVENT = 201,
  NEG_HL7_UNSUPPORTED_PROCESSING_ID = 202,
  NEG_HL7_UNSUPPORTED_VERSION = 203,
  NEG_HL7_UNKNOWN_KEY = 204,
  NEG_HL7_DUPLICATE_KEY = 205,
  NEG_HL7_RECORD_LOCKED = 206,
  NEG_HL7_INTERNAL = 207,
} NegHl7Condition;

typedef struct {
  const char *code;       /* "AA", "AE", "AR", "CA", "CE", "CR" */
  const char *control_id; /* ours, MSH-10 */
  const char *time;       /* MSH-7, as the standard writes it */
  NegHl7Condition condition;
  const char *segment; /* nullable: where the fault is, "PID"; with its number among those of that name (from 1, 0: none), */
  guint sequence;
  guint field;      /* 0: none */
  const char *text; /* nullable: what to tell a person, without values of the message */
} NegHl7Ack;

/* The words of table 0357. */
const char *neg_hl7_condition_get_name (NegHl7Condition condition);

/* The answer to @message, in its delimiters and version, sender and receiver exchanged, MSA-2 its MSH-10; with an ERR
 * segment unless condition is NEG_HL7_ACCEPTED. @message is NULL where it could not be parsed: then MSA-2 is empty. What
 * is echoed is escaped anew; of its fields those longer than 1,000 bytes are not echoed. Given. */
GBytes *neg_hl7_ack_write (const NegHl7Ack *ack, const NegHl7Message *message);

G_END_DECLS
