/* From an HL7 message to what it says in DICOM's terms (protocols.md 1.2; PS3.17 Annex on HL7; IHE RAD TF-2 4.2, 4.3).
 * Pure: no clock, no database. Thread: any. */
#pragma once

#include "hl7/neg-hl7-ack.h"
#include "model/neg-order.h"

G_BEGIN_DECLS

typedef struct {
  const char *default_issuer;  /* of PID-3 and MRG-1 without an authority */
  const char *processing_id;   /* MSH-11 that is taken: "P"; "" : any */
  const char *primary_authority; /* of the PID-3 repetition that is the patient's ID here; "" : the first with PI or MR, else the first */
  GTimeZone *timezone; /* of times without one */
} NegHl7MapSettings;

/* What is wrong, for the ACK; condition NEG_HL7_ACCEPTED where nothing is. Texts are static. */
typedef struct {
  NegHl7Condition condition;
  gboolean is_reject; /* AR (do not send again) instead of AE */
  const char *segment;
  guint sequence, field;
  const char *text;
} NegHl7Refusal;

/* NegSaid in their order (given with its free function), empty for a known type of no concern (NEG_SAID_NOTHING is left
 * out). NULL: *refusal says why. Never half of a message: one fault refuses all of it. */
GPtrArray *neg_hl7_map (const NegHl7Message *message, const NegHl7MapSettings *settings, NegHl7Refusal *refusal);

G_END_DECLS
