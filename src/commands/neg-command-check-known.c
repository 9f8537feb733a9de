/* What is known beside the objects: the other studies of the paths, and what the archive has of orders and studies. */
#include "config.h"

#include <glib/gi18n.h>

#include "base/neg-error.h"
#include "commands/neg-command-check-private.h"
#include "model/neg-identity.h"
#include "quality/neg-quality-archive.h"
#include "store/neg-archive.h"

/* The first object that could be read; NULL: none. */
static const NegObjectRecord *
get_record (const NegCheckStudy *study)
{
  for (guint i = 0; i < study->objects->len; i++) {
    const NegQualityObject *object = study->objects->pdata[i];

    if (object->record != NULL && object->record->text[NEG_RECORD_ROWS] != NULL)
      return object->record;
  }
  return study->objects->len > 0 ? ((NegQualityObject *) study->objects->pdata[0])->record : NULL;
}

static void
add_neighbour (const NegCheckStudy *study, const NegCheckStudy *other)
{
  const NegObjectRecord *record = get_record (other);
  NegQualityNeighbour *neighbour = neg_quality_study_add_neighbour (study->study);
  g_autofree char *id = neg_identity_dup_id (record->text[NEG_RECORD_PATIENT_ID]);
  g_autofree char *key = neg_identity_dup_name_key (record->text[NEG_RECORD_PATIENT_NAME]);

  neg_quality_set (&neighbour->study_uid, other->uid);
  neg_quality_set (&neighbour->patient_id, id);
  neg_quality_set (&neighbour->issuer, record->text[NEG_RECORD_ISSUER]);
  neg_quality_set (&neighbour->name_key, key);
  neg_quality_set (&neighbour->accession, record->text[NEG_RECORD_ACCESSION]);
  neg_quality_set (&neighbour->date, record->text[NEG_RECORD_STUDY_DATE]);
  neg_quality_set (&neighbour->time, record->text[NEG_RECORD_STUDY_TIME]);
  neg_quality_set (&neighbour->modality, record->text[NEG_RECORD_MODALITY]);
  neg_quality_set (&neighbour->station, record->text[NEG_RECORD_STATION]);
  neg_quality_set (&neighbour->body_part, record->text[NEG_RECORD_BODY_PART]);
  neg_quality_set (&neighbour->frame_of_reference_uid, record->text[NEG_RECORD_FRAME_OF_REFERENCE_UID]);
  neg_quality_set (&neighbour->description, record->text[NEG_RECORD_STUDY_DESCRIPTION]);
  neighbour->n_objects = other->objects->len;
}

void
neg_check_add_neighbours (GPtrArray *studies)
{
  for (guint i = 0; i < studies->len; i++)
    for (guint j = 0; j < studies->len; j++) {
      const NegCheckStudy *study = studies->pdata[i], *other = studies->pdata[j];
      const NegObjectRecord *a = get_record (study), *b = get_record (other);

      if (i != j && a != NULL && b != NULL && *other->uid != '\0'
          && g_strcmp0 (a->text[NEG_RECORD_PATIENT_ID], b->text[NEG_RECORD_PATIENT_ID]) == 0
          && g_strcmp0 (a->text[NEG_RECORD_STUDY_DATE], b->text[NEG_RECORD_STUDY_DATE]) == 0)
        add_neighbour (study, other);
    }
}

typedef struct {
  GPtrArray *studies;
  GTimeZone *zone;
} Gathering;

static gboolean
gather_all (NegDatabase *database, gpointer data, GError **error)
{
  const Gathering *gathering = data;

  for (guint i = 0; i < gathering->studies->len; i++) {
    const NegCheckStudy *study = gathering->studies->pdata[i];
    const NegObjectRecord *record = get_record (study);
    g_autoptr (NegQualitySubject) subject
        = record != NULL && *study->uid != '\0' ? neg_quality_subject_new_for_record (record, gathering->zone) : NULL;

    if (subject != NULL && !neg_quality_gather (database, subject, NULL, study->study, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
neg_check_add_archived (GPtrArray *studies, const char *folder, GTimeZone *zone, GError **error)
{
  Gathering gathering = { studies, zone };
  g_autoptr (GError) local = NULL;
  g_autoptr (NegDatabase) database = neg_archive_open_reader (folder, &local);

  if (database != NULL)
    return neg_database_read (database, gather_all, &gathering, error);
  /* An archive that another version has written says nothing of orders; the files are checked all the same. */
  if (!g_error_matches (local, NEG_ERROR, NEG_ERROR_NOT_FOUND))
    g_printerr (_ ("negatoscope: orders of the archive are not known: %s\n"), local->message);
  return TRUE;
}
