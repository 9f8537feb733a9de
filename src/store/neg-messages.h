/* The log of HL7 messages: as they came, with what was answered. It is the truth that orders are derived from.
 *
 * A message is the same as one before when sender (MSH-3, MSH-4), control ID (MSH-10), time (MSH-7) and SHA-256 of its body
 * are: then its stored answer is given again and nothing else happens (unless it was refused), for as long as it is kept (NEG_MESSAGES_KEPT_DAYS at
 * least). The control ID alone proves nothing: senders count from 1 again.
 * Thread: as the database's. Writing functions within neg_archive_write(). */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

#define NEG_MESSAGES_KEPT_DAYS 30

typedef struct {
  const char *application, *facility, *control_id, *time; /* "" where absent */
  const char *type;   /* "ORM^O01" */
  const char *source; /* the connection: address of the sender, or the subject of its certificate */
  GBytes *body;
} NegMessageIn;

typedef enum {
  NEG_MESSAGE_APPLIED,
  NEG_MESSAGE_IGNORED, /* of a known type and no concern here, or old */
  NEG_MESSAGE_UNMATCHED,
  NEG_MESSAGE_REFUSED, /* AE or AR */
} NegMessageOutcome;

/* *id 0: it is new. Else the one that was here, and what was answered (given); *answer NULL: it was refused, nothing of it
 * was applied, and what was wrong then may be settled now: it is to be taken again. *is_control_id_reused: the same sender
 * and control ID with another body. */
gboolean neg_messages_find_same (NegDatabase *database, const NegMessageIn *message, gint64 *id, GBytes **answer,
                                 gboolean *is_control_id_reused, GError **error);
gboolean neg_messages_add (NegDatabase *database, const NegMessageIn *message, gint64 *id, GError **error);
/* In the same transaction as neg_messages_add(). @why: nullable, a sentence without patient data. */
gboolean neg_messages_set_answer (NegDatabase *database, gint64 id, NegMessageOutcome outcome, const char *why,
                                  GBytes *answer, GError **error);
/* Applied ones of which orders know the result lose nothing by going: those older than @before_us, @limit at most. */
gboolean neg_messages_prune (NegDatabase *database, gint64 before_us, guint limit, guint *n, GError **error);

typedef struct {
  gint64 id, received_us;
  char *type, *control_id, *application, *facility, *source, *why;
  NegMessageOutcome outcome;
} NegMessageRow;

void neg_message_row_free (NegMessageRow *row);
/* Newest first; refused and unmatched ones only when @only_troubled. */
GPtrArray *neg_messages_list (NegDatabase *database, gboolean only_troubled, guint limit, GError **error);
GBytes *neg_messages_dup_body (NegDatabase *database, gint64 id, GError **error);

G_END_DECLS
