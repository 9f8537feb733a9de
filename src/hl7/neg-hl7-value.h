/* A piece of an HL7 v2 message: borrowed bytes, the characters that part them, and what their escapes stand for
 * (HL7 v2.5.1 chapter 2, 2.5 "Message construction rules" and 2.7 "Use of escape sequences in text fields").
 *
 * A value is not NUL-terminated and lives as long as the message. It is split before it is unescaped. Nothing here
 * fails or aborts on any input. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* data is NULL when there is no value at all (past the end of an iteration). */
typedef struct {
  const char *data; /* borrowed */
  gsize length;
} NegHl7Value;

/* ASCII punctuation, all different. '\0' is a character that the message does without: nothing is split at it. */
typedef struct {
  char field;
  char component;
  char repetition;
  char escape;
  char subcomponent;
  char truncation;
} NegHl7Delimiters;

/* |^~\& */
extern const NegHl7Delimiters neg_hl7_default_delimiters;

/* An empty value keeps what is stored, "" deletes it (2.5.1 chapter 2, 2.5.3). */
typedef enum {
  NEG_HL7_ABSENT,
  NEG_HL7_NULL,
  NEG_HL7_PRESENT,
} NegHl7Presence;

NegHl7Presence neg_hl7_value_get_presence (NegHl7Value value);
gboolean neg_hl7_value_equals (NegHl7Value value, const char *text);

/* TRUE where MSH, BHS or FHS and two delimiters begin @value. */
gboolean neg_hl7_value_is_header (NegHl7Value value);

/* The characters that a header segment declares in its first nine bytes or so. NEG_ERROR_INCONSISTENT where MSH-1 or
 * MSH-2 cannot be right (a letter, a control character, a quotation mark, the same one twice, none, more than five): a
 * message split at the wrong place would be somebody else's. Fewer than four are allowed; five of which the third is
 * there twice are four (^~\\& is ^~\& by a program that escaped it). */
gboolean neg_hl7_delimiters_read (NegHl7Delimiters *delimiters, NegHl7Value header, GError **error);

/* Chooses those that are missing (not the truncation character), so that anything can be written. */
void neg_hl7_delimiters_complete (NegHl7Delimiters *delimiters);

/* Takes the first part off @rest. An empty value has one part, which is empty; FALSE when nothing is left. */
gboolean neg_hl7_value_split (NegHl7Value *rest, char delimiter, NegHl7Value *part);

/* The @n-th part, counted from 1; data is NULL where there is none. */
NegHl7Value neg_hl7_value_get_part (NegHl7Value value, char delimiter, guint n);

/* Text for people, of UTF-8 bytes: valid UTF-8 without NUL (which becomes U+FFFD). Given.
 * Delimiters and \X..\ stand for what they stand for, the latter in @charset (a name of neg-hl7-charset.h; where bytes
 * are not of it, Windows-1252 or U+FFFD). \.br\ \.ce\ \.sp\ become line feeds, \.sk\ spaces (99 at most), \H\ \N\
 * \.fi\ \.nf\ \.in\ \.ti\ nothing. \C..\ \M..\ \Z..\ stay as they are, and a backslash that begins nothing known is a
 * backslash. */
char *neg_hl7_value_dup_text (NegHl7Value value, const NegHl7Delimiters *delimiters, const char *charset);

/* Appends @text so that it is one value and no more: delimiters, the escape character, control characters (C0, DEL, C1)
 * and a text that is just "" are escaped, bytes that are no UTF-8 become U+FFFD. @delimiters: complete. */
void neg_hl7_escape (GString *target, const char *text, const NegHl7Delimiters *delimiters);

G_END_DECLS
