/* Modality performed procedure steps: what a modality says that it has done (PS3.4 F.7), and what we say for one that cannot. Thread: as
 * the database's; writing functions are called within neg_archive_write(). */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

typedef enum { NEG_TOLD_NOTHING, NEG_TOLD_CREATED, NEG_TOLD_ENDED, NEG_TOLD_FAILED } NegPerformedTold;

typedef struct {
  char *sop_class_uid, *sop_instance_uid, *series_uid;
} NegPerformedObject;

/* source: who says it; of ours: the peer that is told. */
typedef struct {
  char *sop_instance_uid; /* of the step */
  char *status;           /* IN PROGRESS, COMPLETED, DISCONTINUED */
  char *study_uid, *accession, *patient_id, *issuer, *patient_name, *modality, *station, *started, *ended, *source, *message;
  gboolean is_ours;
  NegPerformedTold told;
  GVariant *attributes;   /* a(ss): all that it said, paths as in neg-net-message.h */
  GPtrArray *objects;     /* NegPerformedObject: images and others that the step lists */
  gint64 received_us, changed_us;
} NegPerformedStep;

void neg_performed_step_free (NegPerformedStep *step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPerformedStep, neg_performed_step_free)

/* NEG_ERROR_CONFLICT: there is one of that UID (0x0111). */
gboolean neg_performed_create (NegDatabase *database, const NegPerformedStep *step, GError **error);
/* Attributes that are said replace those that were; CONFLICT: it is COMPLETED or DISCONTINUED already (0x0110, PS3.4 F.7.2.2.2);
 * NOT_FOUND (0x0112). */
gboolean neg_performed_set (NegDatabase *database, const char *sop_instance_uid, GVariant *attributes, gint64 now_us, GError **error);
gboolean neg_performed_note_told (NegDatabase *database, const char *sop_instance_uid, NegPerformedTold told, const char *message,
                                  gint64 now_us, GError **error);
/* Of one study, by what it says or by the objects that it lists; newest first. NegPerformedStep, given with objects. */
GPtrArray *neg_performed_list_of_study (NegDatabase *database, const char *study_uid, GError **error);
/* Ours that the peer has not been told the end of: at the start of the agent. */
GPtrArray *neg_performed_list_untold (NegDatabase *database, GError **error);
NegPerformedStep *neg_performed_find (NegDatabase *database, const char *sop_instance_uid, GError **error); /* NOT_FOUND */

G_END_DECLS
