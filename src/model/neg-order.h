/* What one HL7 message says of patients, orders, appointments and reports, in DICOM's terms and without HL7's delimiters:
 * made by worklist/neg-hl7-map, applied by store/neg-orders. Text is UTF-8.
 *
 * Every text: NULL where the message says nothing (what is stored stays), "" where it deletes (HL7 "", 2.5.1 chapter 2,
 * 2.5.3). Thread: plain data, one owner. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *id, *issuer; /* never NULL; issuer "" where none is said */
} NegSaidId;

void neg_said_id_free (NegSaidId *id);

/* ids: all repetitions of PID-3 (and PID-2 where PID-3 is empty), the primary one first. */
typedef struct {
  GPtrArray *ids; /* NegSaidId; may be empty */
  char *name;     /* DICOM PN, "Family^Given^Middle^Prefix^Suffix" with its component groups */
  char *birth_date; /* YYYYMMDD */
  char *sex;        /* M F O */
  char *location;   /* PV1-3 as a person reads it */
  char *admission_id;
} NegSaidPatient;

typedef enum {
  NEG_ORDER_KEEP,  /* a pair of codes that nobody knows: the old status stays, SCHEDULED when it is new */
  NEG_ORDER_SCHEDULED,
  NEG_ORDER_CANCELED,
  NEG_ORDER_DISCONTINUED,
  NEG_ORDER_COMPLETED,
  NEG_ORDER_STATUS_N,
} NegOrderStatus;

const char *neg_order_status_get_name (NegOrderStatus status); /* "scheduled", "canceled", ...; KEEP: "" */

/* One requested step. What identifies it, in this order: accession and issuer with step_id, placer, filler. */
typedef struct {
  char *placer, *placer_issuer, *filler, *filler_issuer;
  char *accession, *accession_issuer;
  char *procedure_id; /* (0040,1001) */
  char *step_id;      /* (0040,0009) */
  char *study_uid;    /* only as said (ZDS-1, IPC-3): never made up */
  char *modality;
  char *procedure_code, *procedure; /* requested procedure code, its meaning */
  char *body_part, *laterality;     /* as the site's codes or OBR-15 say, "" mostly unknown */
  char *station, *station_ae, *location; /* of the scanner */
  char *referrer, *requester, *performer; /* PN */
  char *reason, *alerts;
  char *date, *time, *timezone; /* scheduled start, as DICOM writes them */
  char *priority; /* STAT HIGH MEDIUM ROUTINE (0040,1003) */
  NegOrderStatus status;
} NegSaidOrder;

NegSaidOrder *neg_said_order_new (void);
NegSaidOrder *neg_said_order_copy (const NegSaidOrder *order);
void neg_said_order_free (NegSaidOrder *order); /* nullable, as all of these */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegSaidOrder, neg_said_order_free)

typedef enum { NEG_REPORT_PRELIMINARY, NEG_REPORT_FINAL, NEG_REPORT_CORRECTED, NEG_REPORT_DELETED } NegReportStatus;

typedef struct {
  char *placer, *placer_issuer, *filler, *filler_issuer, *accession, *accession_issuer;
  char **study_uids; /* OBX-3 113014^DCM or 110180^DCM; NULL-terminated, may be empty, never NULL */
  NegReportStatus status;
  char *title, *author, *time; /* OBR-4 text, OBR-32 as PN, OBR-22 as DICOM's DT */
  char *text;                  /* plain text, line feeds between its parts; never markup */
} NegSaidReport;

NegSaidReport *neg_said_report_new (void);
void neg_said_report_free (NegSaidReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegSaidReport, neg_said_report_free)

typedef struct {
  NegSaidId retired; /* MRG-1 */
  NegSaidId survivor; /* PID-3 of the same group */
  char *retired_name; /* MRG-7, nullable: what is not said tells nobody apart */
  gboolean is_new_id; /* A47, A46...: the same person with another ID, not two records */
} NegSaidMerge;

void neg_said_merge_free (NegSaidMerge *merge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegSaidMerge, neg_said_merge_free)

typedef enum {
  NEG_SAID_PATIENT, /* A01 A04 A05 A08 A31 */
  NEG_SAID_MERGE,   /* A18 A34 A40 A47 */
  NEG_SAID_ORDER,   /* ORM OMG OMI; SIU as orders of step_id SCH-2 or SCH-1, placer SCH-26 else SCH-1 and filler SCH-27
                       else SCH-2, of the latter two an issuer of their own: they are no order numbers */
  NEG_SAID_REPORT,  /* ORU */
  NEG_SAID_NOTHING, /* known and of no concern here: accepted */
} NegSaidKind;

/* One patient's part of a message: a message with several PID groups is several of these, in their order. */
typedef struct {
  NegSaidKind kind;
  NegSaidPatient patient;
  GPtrArray *orders, *reports, *merges;
  gint64 time_us;  /* of the event: ORC-9, EVN-2 or MSH-7; UTC; 0 unknown */
} NegSaid;

NegSaid *neg_said_new (NegSaidKind kind); /* with empty arrays */
void neg_said_free (NegSaid *said);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegSaid, neg_said_free)

G_END_DECLS
