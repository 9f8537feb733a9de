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
/* The second line where there is no room for columns: state, modality, time, description. */
char *neg_worklist_words_dup_line (const NegEntry *entry);
/* Everything, for a screen reader and a tooltip. */
char *neg_worklist_words_dup_all (const NegEntry *entry);
/* "being read by NAME at WORKSTATION since 10:14"; NULL: by nobody. */
char *neg_worklist_words_dup_claim (const NegEntry *entry);

G_END_DECLS
