/* Writes HL7 v2 messages. Texts go in as texts: whatever they hold, they stay one value (neg_hl7_escape), so nothing that
 * came from outside can add a field, a segment or a frame.
 *
 * Segments and fields are written in order. The result is UTF-8; a writer of MSH-18 says so ("UNICODE UTF-8") where the
 * texts are not ASCII. A field that goes back or a name that is none is a programmer's mistake (critical, ignored).
 * Thread: one at a time. */
#pragma once

#include "hl7/neg-hl7-message.h"

G_BEGIN_DECLS

typedef struct _NegHl7Writer NegHl7Writer;

typedef enum {
  NEG_HL7_REPETITION,
  NEG_HL7_COMPONENT,
  NEG_HL7_SUBCOMPONENT,
} NegHl7Level;

/* @delimiters: nullable (the usual ones); what is missing among them is chosen. */
NegHl7Writer *neg_hl7_writer_new (const NegHl7Delimiters *delimiters);
void neg_hl7_writer_free (NegHl7Writer *writer); /* nullable */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegHl7Writer, neg_hl7_writer_free)

/* Begins a segment: a capital letter and two capitals or digits. MSH, BHS and FHS bring their fields 1 and 2. */
void neg_hl7_writer_begin (NegHl7Writer *writer, const char *name);

/* Goes on to field @field, counted from 1, which is after the one before (in a header: from 3). */
void neg_hl7_writer_field (NegHl7Writer *writer, guint field);

/* Goes on to the next repetition, component or subcomponent of the field. */
void neg_hl7_writer_next (NegHl7Writer *writer, NegHl7Level level);

/* A text (NULL: nothing) where the writer is, or the "" that deletes what the receiver has. */
void neg_hl7_writer_add_text (NegHl7Writer *writer, const char *text);
void neg_hl7_writer_add_null (NegHl7Writer *writer);

/* field() and add_text(). */
void neg_hl7_writer_put (NegHl7Writer *writer, guint field, const char *text);

/* Field @field like @path of another message, with its repetitions, components and subcomponents (of @path what is below
 * the field is not looked at), its texts escaped anew. */
void neg_hl7_writer_copy_field (NegHl7Writer *writer, guint field, const NegHl7Message *message, NegHl7Path path);

/* A whole segment of another message; of MSH, MSH-18 is what is written now. FALSE, and nothing is written, where it has no proper name. */
gboolean neg_hl7_writer_copy_segment (NegHl7Writer *writer, const NegHl7Message *message, guint segment);

/* All segments, a CR behind each. Given; the writer is empty again. */
GBytes *neg_hl7_writer_finish (NegHl7Writer *writer);

G_END_DECLS
