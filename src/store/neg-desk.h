/* The technologist's desk: studies that were received or imported and have not left yet, with what their checks found. Rows are made by
 * a trigger with the first object (11.sql), so nothing that comes is forgotten. Thread: as the database's. Writing functions are called
 * within neg_archive_write(). */
#pragma once

#include "model/neg-finding.h"
#include "model/neg-object-record.h"
#include "store/neg-database.h"

G_BEGIN_DECLS

typedef enum {
  NEG_DESK_NEW,      /* waits for a person */
  NEG_DESK_RELEASED, /* is on its way (neg-deliveries.h) */
  NEG_DESK_ARRIVED,  /* every delivery has committed, or was settled */
  NEG_DESK_SETTLED,  /* what is missing of its deliveries does not matter, a person says */
  NEG_DESK_ASIDE,    /* not to be sent, a person says */
} NegDeskState;

typedef struct {
  gint64 study_id, entry; /* entry of the reading list; 0: none */
  char *study_uid, *patient_name, *patient_id, *issuer, *birth_date, *sex, *accession, *description, *modalities, *date, *time,
      *station;
  NegDeskState state;
  gint64 arrived_us, changed_us, due_us, checked_us; /* due_us 0: checked */
  guint n_series, n_objects;
  NegSeverity worst;
  guint n_findings;       /* not accepted ones */
  guint n_corrections;    /* that hold */
  guint n_waiting_looks;  /* corrections that wait for a second look */
  guint n_rejected;       /* images */
  guint n_deliveries, n_committed, n_refused, n_late; /* deliveries: all, green, with something refused, commitment late */
  char *failure, *user, *words;
  gint64 decided_us;
} NegDeskRow;

void neg_desk_row_free (NegDeskRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegDeskRow, neg_desk_row_free)

/* Open ones (NEW, RELEASED), worst first, then oldest; @all: also what has left or was put aside, newest first behind them.
 * NegDeskRow, given with its free function. */
GPtrArray *neg_desk_list (NegDatabase *database, gboolean all, guint limit, gint64 now_us, GError **error);
NegDeskRow *neg_desk_find (NegDatabase *database, gint64 study_id, gint64 now_us, GError **error); /* NOT_FOUND */
/* Worst first. NegFinding, given with its free function. */
GPtrArray *neg_desk_list_findings (NegDatabase *database, gint64 study_id, GError **error);

/* Whose finding it is and of which check, given. NOT_FOUND. */
gboolean neg_desk_find_finding (NegDatabase *database, gint64 finding, gint64 *study_id, char **check, GError **error);

/* Facts of a study's current objects, in order of series and instance: id of the row, record (from instance_facts; NULL where there are
 * none), file name. Given with its free function. */
typedef struct {
  gint64 instance_id;
  NegObjectRecord *record;
  char *name;   /* nullable */
  char *path;
  guint64 bytes;
  gint64 received_us;
  char *source;
  gboolean is_rejected; /* by a rejection that holds, or such a note itself */
  char *pixel_digest, *pixel_facts; /* neg_facts_set_pixels(); NULL: nobody has looked at them */
} NegDeskObject;

void neg_desk_object_free (NegDeskObject *object);
GPtrArray *neg_desk_list_objects (NegDatabase *database, const char *data_folder, const char *cache_folder, gint64 study_id,
                                  GError **error);

/* Older versions of the study's current objects, or objects of other studies with the same SOP instance UID, where both came from outside
 * (no correction's): UIDs that were used again. NegDeskReplaced, given. */
typedef struct {
  gint64 instance_id; /* the study's own */
  char *name, *path;  /* of the other; name nullable */
  char *digest;       /* of its pixels; NULL: nobody has looked at them */
} NegDeskReplaced;

void neg_desk_replaced_free (NegDeskReplaced *replaced);
GPtrArray *neg_desk_list_replaced (NegDatabase *database, const char *data_folder, const char *cache_folder, gint64 study_id,
                                   GError **error);

/* Studies (gint64) whose last change is not after @quiet_before_us and that are not checked since, newest first: somebody waits for
 * those; a change of the future (somebody has set the clock back) counts as one of now. Given. */
GArray *neg_desk_list_due (NegDatabase *database, gint64 quiet_before_us, guint limit, GError **error);
gboolean neg_desk_get_due (NegDatabase *database, gint64 study_id, gint64 *due_us, GError **error); /* 0: it is checked, or not there */
/* The next change behind @after_us that is not checked since; 0: none. */
gboolean neg_desk_get_next_due (NegDatabase *database, gint64 after_us, gint64 *changed_us, GError **error);

/* --- writing --- */

/* Replaces what is there, unless @findings is NULL; the same findings stay, with their ids and what a person said of them. @looked_us: due_us as it was when
 * the study was looked at; when it has changed since, or 0 is said (there is more to find), it is still due. @failure: "" or why it
 * could not be checked. Nothing when it has left the desk. */
gboolean neg_desk_set_findings (NegDatabase *database, gint64 study_id, GPtrArray *findings, gint64 looked_us, gint64 now_us,
                                const char *failure, GError **error);
/* To be checked again, though nothing of it has changed. *due_us: as it is now. NOT_FOUND: it is not on the desk. */
gboolean neg_desk_note_due (NegDatabase *database, gint64 study_id, gint64 now_us, gint64 *due_us, GError **error);
/* It has changed and is to be checked again; makes the row when there is none. */
gboolean neg_desk_note_changed (NegDatabase *database, gint64 study_id, gint64 now_us, GError **error);
/* CONFLICT: it is not there any more. */
gboolean neg_desk_accept (NegDatabase *database, gint64 finding, const char *user, const char *words, gint64 now_us, GError **error);
gboolean neg_desk_set_state (NegDatabase *database, gint64 study_id, NegDeskState state, const char *user, const char *words,
                             gint64 now_us, GError **error);

/* Studies that were found when the index was made anew: those that have come lately wait for a person again; of the others it is said that
 * nobody knows whether they had left. */
gboolean neg_desk_bring_found (NegDatabase *database, gint64 now_us, GError **error);

G_END_DECLS
