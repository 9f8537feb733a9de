/* What the files of orders and reports share. See "Orders" in DESIGN.md. */
#pragma once

#include "store/neg-entries.h"
#include "store/neg-patients-private.h"

G_BEGIN_DECLS

/* In the order of the columns of imaging_order. */
typedef enum {
  NEG_ORDER_TEXT_ISSUER,
  NEG_ORDER_TEXT_PATIENT_ID,
  NEG_ORDER_TEXT_NAME_KEY,
  NEG_ORDER_TEXT_PATIENT_NAME,
  NEG_ORDER_TEXT_BIRTH_DATE,
  NEG_ORDER_TEXT_SEX,
  NEG_ORDER_TEXT_PATIENT_LOCATION,
  NEG_ORDER_TEXT_ADMISSION_ID,
  NEG_ORDER_TEXT_PLACER,
  NEG_ORDER_TEXT_PLACER_ISSUER,
  NEG_ORDER_TEXT_FILLER,
  NEG_ORDER_TEXT_FILLER_ISSUER,
  NEG_ORDER_TEXT_ACCESSION,
  NEG_ORDER_TEXT_ACCESSION_ISSUER,
  NEG_ORDER_TEXT_PROCEDURE_ID,
  NEG_ORDER_TEXT_STEP_ID,
  NEG_ORDER_TEXT_STUDY_UID,
  NEG_ORDER_TEXT_MODALITY,
  NEG_ORDER_TEXT_PROCEDURE_CODE,
  NEG_ORDER_TEXT_PROCEDURE,
  NEG_ORDER_TEXT_BODY_PART,
  NEG_ORDER_TEXT_LATERALITY,
  NEG_ORDER_TEXT_STATION,
  NEG_ORDER_TEXT_STATION_AE,
  NEG_ORDER_TEXT_LOCATION,
  NEG_ORDER_TEXT_REFERRER,
  NEG_ORDER_TEXT_REQUESTER,
  NEG_ORDER_TEXT_PERFORMER,
  NEG_ORDER_TEXT_REASON,
  NEG_ORDER_TEXT_ALERTS,
  NEG_ORDER_TEXT_DATE,
  NEG_ORDER_TEXT_TIME,
  NEG_ORDER_TEXT_TIMEZONE,
  NEG_ORDER_TEXT_PRIORITY,
  NEG_ORDER_TEXT_N,
} NegOrderText;

/* A row as it is stored. */
typedef struct {
  gint64 id; /* 0: not stored yet */
  gint64 message_id, received_us, changed_us, time_us, scheduled_us;
  NegOrderStatus status;
  NegUrgency urgency;
  char *texts[NEG_ORDER_TEXT_N]; /* never NULL */
} NegOrderRow;

NegOrderRow *_neg_order_row_new (void);
void _neg_order_row_free (NegOrderRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegOrderRow, _neg_order_row_free)

#define NEG_ORDER_COLUMNS                                                                                              \
  "issuer, patient_id, name_key, patient_name, birth_date, sex, patient_location, admission_id, placer, "              \
  "placer_issuer, filler, filler_issuer, accession, accession_issuer, procedure_id, step_id, study_uid, modality, "    \
  "procedure_code, procedure, body_part, laterality, station, station_ae, location, referrer, requester, performer, "  \
  "reason, alerts, date, time, timezone, priority"
#define NEG_ORDER_SELECT                                                                                               \
  "SELECT id, message_id, received_us, changed_us, time_us, scheduled_us, status, urgency, " NEG_ORDER_COLUMNS         \
  " FROM imaging_order "

/* All the rows of a statement of NEG_ORDER_SELECT with its parameters, given. */
GPtrArray *_neg_order_rows_read (NegStatement *statement, GError **error);
void _neg_order_row_set (NegOrderRow *row, NegOrderText which, const char *text); /* NULL: as it is */

/* The row, what it says to an entry, and the entry anew. */
gboolean _neg_order_row_store (NegDatabase *database, NegOrderRow *row, GError **error);

/* The numbers of something that was said; NULL or "" where it has none. */
typedef struct {
  const char *placer, *placer_issuer, *filler, *filler_issuer, *accession, *accession_issuer, *step_id, *study_uid;
} NegOrderNumbers;

/* Rows that these numbers mean, of the patient. *is_foreign: some number is an order's of another patient. */
GPtrArray *_neg_orders_find_by_numbers (NegDatabase *database, const NegOrderNumbers *numbers,
                                        const NegPatient *patient, gboolean *is_foreign, GError **error);

/* Who is said, as he is now: *is_known FALSE without an ID. @name: where the message says none, the one that is known for
 * the ID. */
typedef struct {
  char *issuer, *id, *name_key, *name;
  NegPatient now;
} NegSaidWho;

void _neg_said_who_clear (NegSaidWho *who);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegSaidWho, _neg_said_who_clear)
gboolean _neg_said_who_init (NegDatabase *database, NegSaidWho *who, const NegSaidPatient *patient, gboolean *is_known,
                             GError **error);

/* The name that messages gave the patient of an ID. */
gboolean _neg_patients_note_name (NegDatabase *database, const NegSaidWho *who, const NegSaidPatient *patient,
                                  gint64 time_us, GError **error);

gboolean _neg_orders_apply_demographics (NegDatabase *database, const NegSaid *said, const NegSaidWho *who,
                                         gint64 message, NegApplied *applied, GError **error);
gboolean _neg_orders_apply_merges (NegDatabase *database, const NegSaid *said, gint64 message, NegApplied *applied,
                                   GError **error);
gboolean _neg_orders_apply_report (NegDatabase *database, const NegSaid *said, const NegSaidWho *who,
                                   const NegSaidReport *report, gint64 message, NegApplied *applied, GError **error);

G_END_DECLS
