/* Storage commitment that a modality asks of us (PS3.4 J): its question is kept until it has its answer, and what it named and is not here
 * is known for the checks of the study. Thread: as the database's; writing functions are called within neg_archive_write(). */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

/* REFUSED: whoever asked did not take the answer. */
typedef enum { NEG_PLEDGE_ASKED, NEG_PLEDGE_ANSWERED, NEG_PLEDGE_REFUSED } NegPledgeState;

/* PS3.3 C.14.1.1, PS3.4 J.3.3.1.2: why one is not committed. */
#define NEG_PLEDGE_PROCESSING_FAILURE 0x0110u
#define NEG_PLEDGE_NO_SUCH_OBJECT 0x0112u
#define NEG_PLEDGE_CLASS_CONFLICT 0x0119u

typedef struct {
  gint64 id;
  char *transaction_uid, *source, *step_uid;
  gboolean is_peer; /* @source is a peer of the site: it can be called */
  NegPledgeState state;
  guint n_objects;
  GVariant *objects; /* a(ss) class, instance; NULL once it is answered */
} NegPledge;

void neg_pledge_free (NegPledge *pledge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPledge, neg_pledge_free)

/* The same question of the same source is asked anew. CONFLICT: there is another one of that transaction UID; BUSY: too many of this
 * source wait for their answers. @pledge's id, state and n_objects are not looked at. */
gboolean neg_pledges_add (NegDatabase *database, const NegPledge *pledge, gint64 now_us, GError **error);
NegPledge *neg_pledges_find (NegDatabase *database, const char *transaction_uid, GError **error); /* NOT_FOUND */
/* Those of peers that wait for their answers, without objects; NegPledge, given with its free function. */
GPtrArray *neg_pledges_list_open (NegDatabase *database, GError **error);

/* What is here of it: "committed" is durably stored here, is ours to keep, and of the class that was named. */
typedef struct {
  GVariant *committed, *failed; /* a(ss), a(ssu) with the reason */
  GArray *study_ids;            /* gint64, each once: of what is here, as it is shown now */
  GPtrArray *missing;           /* char *: SOP instance UIDs of what is not here at all */
} NegPledgeAnswer;

void neg_pledge_answer_clear (NegPledgeAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegPledgeAnswer, neg_pledge_answer_clear)
gboolean neg_pledges_judge (NegDatabase *database, const char *data_folder, const NegPledge *pledge, NegPledgeAnswer *answer,
                            GError **error);

/* For the checks: which studies it is about, and (in pieces: @first to @end of answer->missing) what is not here. Studies of which
 * something is missing are to be checked again. */
gboolean neg_pledges_note_studies (NegDatabase *database, gint64 id, const NegPledgeAnswer *answer, gint64 now_us, GError **error);
gboolean neg_pledges_note_missing (NegDatabase *database, gint64 id, const NegPledgeAnswer *answer, guint first, guint end,
                                   GError **error);
gboolean neg_pledges_note_told (NegDatabase *database, const char *transaction_uid, NegPledgeState state, const char *message,
                                gint64 now_us, GError **error);

/* What is not here, in any study, of one that was asked about this study. */
typedef struct {
  char *transaction_uid;
  guint n_objects, n_studies;
  GPtrArray *missing; /* char *, none is here now */
} NegPledgeGap;

void neg_pledge_gap_free (NegPledgeGap *gap);
/* Newest first; NegPledgeGap, given with its free function. */
GPtrArray *neg_pledges_list_gaps (NegDatabase *database, gint64 study_id, GError **error);

G_END_DECLS
