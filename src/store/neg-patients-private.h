/* What the files of patients, orders and reports share. See "Orders" in DESIGN.md. */
#pragma once

#include "store/neg-orders.h"

G_BEGIN_DECLS

/* Texts are "" where nothing is known, never NULL. */
typedef struct {
  char *issuer, *id, *name_key;
  char *name; /* of the last link that was followed; NULL: none was */
} NegPatient;

void _neg_patient_clear (NegPatient *patient);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegPatient, _neg_patient_clear)

/* Who that is now. */
gboolean _neg_patient_resolve (NegDatabase *database, const char *issuer, const char *patient_id, const char *name_key,
                               NegPatient *now, GError **error);
gboolean _neg_patient_is_same (const NegPatient *a, const NegPatient *b);
/* Whether a patient as he was said is the one of now. */
gboolean _neg_patient_is_now (NegDatabase *database, const char *issuer, const char *patient_id, const char *name_key,
                              const NegPatient *now, gboolean *is_he, GError **error);

typedef struct {
  const char *user; /* "" of a message */
  gint64 message, time_us;
} NegLinkSaid;

/* @from is @to from now on; *id 0: it was, or it is older than what is known. */
gboolean _neg_patients_link (NegDatabase *database, const NegPatient *from, const NegPatient *to,
                             const NegLinkSaid *said, NegApplied *applied, gint64 *id, GError **error);
/* Whether somebody with the ID @from has become somebody with the ID @to. */
gboolean _neg_patients_leads_to (NegDatabase *database, const NegSaidId *from, const NegSaidId *to, gboolean *leads,
                                 GError **error);

/* Entries of the patients of a link that came or went are composed anew, at once when they are few. */
gboolean _neg_patients_changed (NegDatabase *database, const NegPatient *one, const NegPatient *other, GError **error);

G_END_DECLS
