/* What the reading list says, in words: state and urgency never by colour alone. Text of entries comes from elsewhere: it is
 * cleaned. Thread: any, no state. */
#pragma once

#include "store/neg-entries.h"

G_BEGIN_DECLS

/* "● unread"; translated, borrowed. Without the sign: what is spoken. */
const char *neg_worklist_words_get_status (NegEntryStatus status, gboolean with_sign);
/* "‼ STAT"; "" for routine with a sign: most are. */
const char *neg_worklist_words_get_urgency (NegUrgency urgency, gboolean with_sign);

/* One cell; given, never NULL. */
char *neg_worklist_words_dup_cell (const NegEntry *entry, NegEntryColumn column);
/* Where there is no room for columns. Of the state its sign alone: the word is in the tooltip and is spoken. */
char *neg_worklist_words_dup_sign (const NegEntry *entry);
/* "54 y, F" */
char *neg_worklist_words_dup_about (const NegEntry *entry);
/* Modality, description, what is not here, time: what tells studies apart comes first, the end may be cut off. Of what is
 * scheduled the time comes first. */
char *neg_worklist_words_dup_line (const NegEntry *entry);
/* Everything, for a screen reader and a tooltip. */
char *neg_worklist_words_dup_all (const NegEntry *entry);
/* "being read by NAME at WORKSTATION since 10:14"; NULL: by nobody. */
char *neg_worklist_words_dup_claim (const NegEntry *entry);

G_END_DECLS
