/* One HL7 v2 message: its bytes and where its segments are. No schema: what a field means is for others to know, and
 * segments that nobody knows are carried. Fields are found when they are asked for, by walking their segment, so nothing
 * is copied or allocated per field.
 *
 * A message never changes. Ownership: reference-counted. Thread: any. */
#pragma once

#include "hl7/neg-hl7-value.h"

G_BEGIN_DECLS

/* Limits; NEG_ERROR_SIZE_OVERFLOW beyond them. */
#define NEG_HL7_BYTES_MAX (32 * 1024 * 1024)
#define NEG_HL7_SEGMENTS_MAX 100000
#define NEG_HL7_DELIMITERS_MAX 1000000 /* of all levels together: what a caller may have to walk */

#define NEG_HL7_NO_SEGMENT G_MAXUINT

typedef struct _NegHl7Message NegHl7Message;

/* Where a value is. @segment counts from 0, everything else from 1 as in the standard (MSH-1 is the field separator).
 * 0 is the whole of what is above; but below a 0, what is asked for is in the first one: {.field = 3, .component = 1}
 * is the first component of the first repetition. */
typedef struct {
  guint segment;
  guint field;
  guint repetition;
  guint component;
  guint subcomponent;
} NegHl7Path;

/* @bytes: one message, beginning with MSH, with what neg-hl7-segments.h allows before it. They are kept (a reference)
 * and not copied, unless their character set has to be converted to UTF-8. Errors say where ("MSH-2, byte 5", "segment
 * 4, byte 120") and never quote: NEG_ERROR_UNREADABLE no HL7, NEG_ERROR_UNSUPPORTED UTF-16, NEG_ERROR_INCONSISTENT
 * delimiters that cannot be, or a second header inside (neg-hl7-batch.h cuts those), NEG_ERROR_SIZE_OVERFLOW,
 * NEG_ERROR_MEMORY. */
NegHl7Message *neg_hl7_message_parse (GBytes *bytes, GError **error);
NegHl7Message *neg_hl7_message_ref (NegHl7Message *message);
void neg_hl7_message_unref (NegHl7Message *message); /* nullable */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegHl7Message, neg_hl7_message_unref)

/* Sentences about what was doubtful and how it was read, without values of the message; NULL-terminated, borrowed. */
const char *const *neg_hl7_message_get_warnings (const NegHl7Message *message);

/* What the bytes were read as (a name of neg-hl7-charset.h), which need not be what MSH-18 says. Borrowed. The hexadecimal
 * escapes in texts are read as this too. */
const char *neg_hl7_message_get_charset (const NegHl7Message *message);
const NegHl7Delimiters *neg_hl7_message_get_delimiters (const NegHl7Message *message);

guint neg_hl7_message_get_n_segments (const NegHl7Message *message); /* at least 1: the first is MSH */

/* All of a segment, or its name only: what stands before the first field separator, whatever it is. */
NegHl7Value neg_hl7_message_get_segment (const NegHl7Message *message, guint segment);
NegHl7Value neg_hl7_message_get_name (const NegHl7Message *message, guint segment);

/* The first segment of this name at or after @from; NEG_HL7_NO_SEGMENT when there is none. */
guint neg_hl7_message_find (const NegHl7Message *message, const char *name, guint from);

/* The fields of a segment one after the other: split this at the field separator. For a header it begins with MSH-2, since
 * MSH-1 is the separator itself. data is NULL where there are no fields. */
NegHl7Value neg_hl7_message_get_fields (const NegHl7Message *message, guint segment);
gboolean neg_hl7_message_is_header (const NegHl7Message *message, guint segment);

/* The bytes of a value, UTF-8 where the message was, not unescaped; empty (data may be NULL) where there is nothing,
 * also for a segment that is not. */
NegHl7Value neg_hl7_message_get_value (const NegHl7Message *message, NegHl7Path path);
NegHl7Presence neg_hl7_message_get_presence (const NegHl7Message *message, NegHl7Path path);

/* How many repetitions a field has; 0 when it is absent. */
guint neg_hl7_message_get_n_repetitions (const NegHl7Message *message, guint segment, guint field);

/* Text for people (neg_hl7_value_dup_text), NULL where the value is absent; a null is the text "". Given. */
char *neg_hl7_message_dup_text (const NegHl7Message *message, NegHl7Path path);

/* MSH-9 with ^ between its components whatever the delimiters are ("ORM^O01"); NULL where it is absent. Given. */
char *neg_hl7_message_dup_type (const NegHl7Message *message);

G_END_DECLS
