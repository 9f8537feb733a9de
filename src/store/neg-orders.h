/* Orders, reports and who is whom, as HL7 messages and persons said: rows of archive.db derived from the message log
 * (neg-messages.h). An order is an entry of the reading list from its first message on (neg-entries.h composes it): it
 * fills when images arrive and closes with its report.
 *
 * Which order: accession + issuer with the step, then placer, then filler number; never another patient's. Which study:
 * accession + issuer AND patient, else study UID AND patient; never a name alone, and a study UID is never made up.
 *
 * Who is whom: a patient is (issuer, ID, name key). What messages and persons joined is kept as links from one to
 * another and followed when an entry is composed: nothing is rewritten, so any link can be undone, and images of the retired
 * ID are its survivor's from the moment of the commit.
 * Thread: as the database's. Writing functions are called within neg_archive_write(). */
#pragma once

#include "model/neg-order.h"
#include "store/neg-database.h"

G_BEGIN_DECLS

/* --- writing --- */

/* Why something that was well-formed could not be applied: for the acknowledgement and for the list of what a person has
 * to settle. */
typedef enum {
  NEG_APPLIED,
  NEG_APPLIED_OLD,     /* older than what is known: kept in the log, changed nothing */
  NEG_APPLIED_UNMATCHED, /* stored; no study or order of that patient yet (a report before its images) */
  NEG_REFUSED_SAME,    /* a merge of an ID with itself */
  NEG_REFUSED_CIRCLE,  /* a merge that would make a circle */
  NEG_REFUSED_NO_ID,   /* no patient ID, or no number that an order could be known by */
  NEG_REFUSED_PATIENT, /* the order, by its numbers, is another patient's */
} NegApplied;

/* Applies @said, which @message (neg-messages.h) says; links and orders remember it. What is refused, or fails, has changed
 * nothing; of a message with several parts the caller takes back those before it. */
gboolean neg_orders_apply (NegDatabase *database, const NegSaid *said, gint64 message, NegApplied *applied,
                           GError **error);

/* A person's. Entry @entry (images without an order) is what @order asked for; CONFLICT where the patients differ, unless
 * they are joined first. */
gboolean neg_orders_match (NegDatabase *database, gint64 order, gint64 entry, const char *user, GError **error);
/* REFUSED: its numbers matched it, no person did. */
gboolean neg_orders_unmatch (NegDatabase *database, gint64 order, const char *user, GError **error);
/* The same of a report: @entry is what it is about. */
gboolean neg_reports_match (NegDatabase *database, gint64 report, gint64 entry, const char *user, GError **error);

/* The patients of two entries are one person, whose identity is @into's. CONFLICT: they are one already, or a circle;
 * REFUSED: one has no ID. */
gboolean neg_patients_join (NegDatabase *database, gint64 entry, gint64 into, const char *user, gint64 *link,
                            GError **error);
/* A link, of a message or of a person, is taken back: what was joined is apart again. */
gboolean neg_patients_undo (NegDatabase *database, gint64 link, const char *user, GError **error);
/* A link of patients with more than a hundred entries is followed in pieces, as neg_entries_follow_zone() does: call
 * this after what makes or takes back links, and at the start, until *n is less than @limit. *n: entries looked at. */
gboolean neg_patients_follow (NegDatabase *database, guint limit, guint *n, GError **error);

/* --- reading --- */

typedef struct {
  gint64 id, entry; /* entry 0: it has no row of its own (canceled before any image) */
  char *placer, *placer_issuer, *filler, *filler_issuer, *accession, *accession_issuer, *procedure_id, *step_id,
      *study_uid;
  char *issuer, *patient_id, *patient_name, *birth_date, *sex; /* as they are now, links followed */
  char *modality, *procedure_code, *procedure, *body_part, *laterality, *station, *location, *referrer, *requester,
      *reason, *alerts;
  char *date, *time, *timezone;
  gint64 scheduled_us;
  guint urgency; /* NegUrgency */
  NegOrderStatus status;
  gint64 received_us, changed_us;
  gboolean is_matched_by_hand;
} NegOrder;

void neg_order_free (NegOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegOrder, neg_order_free)

typedef enum { NEG_ORDERS_ALL, NEG_ORDERS_OPEN, NEG_ORDERS_UNMATCHED } NegOrderFilter;

/* UNMATCHED: open orders whose scheduled time has passed by @late_us microseconds with no image of them (0: an hour).
 * Newest first, NegOrder, given with its free function. */
GPtrArray *neg_orders_list (NegDatabase *database, NegOrderFilter filter, gint64 now_us, gint64 late_us, guint limit,
                            GError **error);
NegOrder *neg_orders_find (NegDatabase *database, gint64 id, GError **error); /* NOT_FOUND */
GPtrArray *neg_orders_list_of_entry (NegDatabase *database, gint64 entry, GError **error);

typedef struct {
  gint64 id, entry; /* 0: of nothing that is known */
  NegReportStatus status;
  char *title, *author, *time, *text, *accession;
  char *issuer, *patient_id, *patient_name; /* whose it is, links followed */
  gint64 received_us;
} NegReport;

void neg_report_free (NegReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegReport, neg_report_free)
NegReport *neg_reports_find (NegDatabase *database, gint64 id, GError **error); /* NOT_FOUND */
/* Newest first; replaced ones are not among them. */
GPtrArray *neg_reports_list_of_entry (NegDatabase *database, gint64 entry, GError **error);

/* What a person has to settle, each with what could be meant (entries by likeness, best first, 5 at most). */
typedef enum {
  NEG_UNSETTLED_ORDER,   /* id: order; candidates: entries with images and no order, of the same patient key or of one
                            that differs in a single value */
  NEG_UNSETTLED_STUDY,   /* id: entry with images of today that no order asked for, where orders are known at all */
  NEG_UNSETTLED_REPORT,  /* id: report */
  NEG_UNSETTLED_PATIENT, /* id: entry; the same ID with another name */
} NegUnsettledKind;

typedef struct {
  NegUnsettledKind kind;
  gint64 id;
  char *why; /* a translated sentence */
  GArray *candidates; /* gint64: entries (orders for a STUDY) */
} NegUnsettled;

void neg_unsettled_free (NegUnsettled *unsettled);
GPtrArray *neg_orders_list_unsettled (NegDatabase *database, gint64 now_us, guint limit, GError **error);

/* A link that holds, for "undo": newest first. */
typedef struct {
  gint64 id;
  char *from_issuer, *from_id, *from_name, *to_issuer, *to_id, *to_name;
  char *user; /* "" of a message */
  gint64 made_us;
} NegPatientLink;

void neg_patient_link_free (NegPatientLink *link);
GPtrArray *neg_patients_list_links (NegDatabase *database, guint limit, GError **error);

/* Who the patient is now: texts given ("" where unknown), links followed. @name_key as of neg_identity_dup_name_key. */
gboolean neg_patients_resolve (NegDatabase *database, const char *issuer, const char *patient_id, const char *name_key,
                               char **now_issuer, char **now_id, char **now_name_key, char **now_name, GError **error);
/* Every (issuer, ID) that is this patient's now, itself among them: what a peer has to be asked for. NegSaidId, given. */
GPtrArray *neg_patients_list_ids (NegDatabase *database, const char *issuer, const char *patient_id,
                                  const char *name_key, GError **error);

G_END_DECLS
