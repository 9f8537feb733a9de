/* What operations wait for that reaches the agent's own port on another association: the objects that a C-MOVE asked
 * for, and the answers about storage commitment. One for an agent.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NegExpected NegExpected;

NegExpected *neg_expected_new (void);
void neg_expected_free (NegExpected *expected); /* nobody waits any more */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegExpected, neg_expected_free)

/* Objects of @study_uid are on their way until neg_expected_end_study(). @source: the AE title of the peer that was asked
 * ("" of a DICOMweb peer): what others send meanwhile nobody has asked for. One operation at a time for both, so that it
 * counts what is its own: FALSE after @timeout_ms in which another one has it. */
gboolean neg_expected_begin_study (NegExpected *expected, const char *study_uid, const char *source,
                                   guint timeout_ms);
void neg_expected_end_study (NegExpected *expected, const char *study_uid, const char *source); /* as it began */
/* Anything of its, or what a C-MOVE that was given up of late may still bring. */
gboolean neg_expected_has_any (NegExpected *expected, const char *source);
gboolean neg_expected_has_study (NegExpected *expected, const char *study_uid, const char *source);
/* The receiver has taken one (or more bytes of one) from @source. */
void neg_expected_count (NegExpected *expected, const char *study_uid, const char *source, guint n_objects,
                         guint64 bytes);

/* A C-MOVE with this message ID runs for it now. What comes for it can be known by its number (PS3.7 9.1.1.1). */
void neg_expected_set_move (NegExpected *expected, const char *study_uid, const char *source, guint16 message_id);
gboolean neg_expected_is_moved (NegExpected *expected, const char *study_uid, const char *source, guint message_id);
/* It has its final answer. */
void neg_expected_end_move (NegExpected *expected, const char *study_uid, const char *source, guint16 message_id);
/* Such a C-MOVE runs, or was given up of late: a peer may go on with one that nobody waits for any more. */
gboolean neg_expected_was_moved (NegExpected *expected, const char *study_uid, const char *source, guint message_id);

/* What a C-MOVE brings of it is nobody's who waits: whoever receives it takes his time (neg_agent_prefetch_pace()). */
void neg_expected_set_paced (NegExpected *expected, const char *study_uid, const char *source, gboolean is_paced);
void neg_expected_stop_pacing (NegExpected *expected, const char *study_uid); /* from whomever it comes */
gboolean neg_expected_is_paced (NegExpected *expected, const char *study_uid, const char *source);

/* One of it is answered and not committed: the study is on its way until neg_expected_settle(). */
void neg_expected_hold (NegExpected *expected, const char *study_uid, const char *source);
/* @n_objects: 0 when it was refused after all. */
void neg_expected_settle (NegExpected *expected, const char *study_uid, const char *source, guint n_objects,
                          guint64 bytes);

/* How much has come of the study since it is expected, and when the last of it came (monotonic, 0: nothing). */
typedef struct {
  guint n_objects;
  guint n_refused; /* that were answered before */
  guint64 bytes;
  gint64 last_us;  /* now, while some of it is held */
  gboolean is_held;
} NegArrived;

void neg_expected_get_arrived (NegExpected *expected, const char *study_uid, const char *source, NegArrived *arrived);
/* Returns after @timeout_ms, or earlier when something of the study has come since @known. */
void neg_expected_wait_for_study (NegExpected *expected, const char *study_uid, const char *source,
                                  const NegArrived *known, guint timeout_ms);

/* Between begin and end an answer is kept for neg_expected_wait_for_answer(): FALSE after @timeout_ms without one.
 * @committed and @failed are given, as in NET_EVENT. */
void neg_expected_begin_transaction (NegExpected *expected, const char *transaction_uid);
void neg_expected_end_transaction (NegExpected *expected, const char *transaction_uid);
gboolean neg_expected_wait_for_answer (NegExpected *expected, const char *transaction_uid, guint timeout_ms,
                                       GVariant **committed, GVariant **failed);
/* FALSE: nobody waits for it. */
gboolean neg_expected_answer (NegExpected *expected, const char *transaction_uid, GVariant *committed,
                              GVariant *failed);

G_END_DECLS
