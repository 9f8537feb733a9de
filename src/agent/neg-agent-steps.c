/* What modalities say of their steps. */
#include "config.h"

#include "agent/neg-agent-steps.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "base/neg-uid.h"

/* PS3.7 annex C */
#define STATUS_SUCCESS 0x0000u
#define STATUS_INVALID_VALUE 0x0106u
#define STATUS_PROCESSING_FAILURE 0x0110u
#define STATUS_DUPLICATE 0x0111u
#define STATUS_NO_SUCH_INSTANCE 0x0112u
#define STATUS_INVALID_INSTANCE 0x0117u
#define STATUS_MISSING_ATTRIBUTE 0x0120u
#define STATUS_RESOURCE_LIMITATION 0x0213u

#define STATUS_PATH "PerformedProcedureStepStatus"
#define STUDY_PATH "ScheduledStepAttributesSequence[0].StudyInstanceUID"
#define IN_PROGRESS "IN PROGRESS"

typedef struct {
  const char *source, *uid;
  gboolean is_create;
  GVariant *attributes;
  char *study_uid; /* found within */
} Said;

static const char *
find (GVariant *attributes, const char *path)
{
  GVariantIter iter;
  const char *key, *value;

  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &key, &value))
    if (strcmp (key, path) == 0)
      return value;
  return NULL;
}

/* Table F.7.2-1: whose step it is, when it began and where are said once. Some send them again: it stays what it was. */
static gboolean
is_said_once (const char *path)
{
  static const char *const names[]
      = { "ScheduledStepAttributesSequence", "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
          "ReferencedPatientSequence", "PerformedProcedureStepID", "PerformedStationAETitle", "PerformedStationName",
          "PerformedLocation", "PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime", "Modality", "StudyID" };
  const gsize length = strcspn (path, "[");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i]) == length && strncmp (names[i], path, length) == 0)
      return TRUE;
  return FALSE;
}

static GVariant *
leave_out_known (GVariant *attributes)
{
  GVariantBuilder builder;
  GVariantIter iter;
  const char *path, *value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &path, &value))
    if (!is_said_once (path))
      g_variant_builder_add (&builder, "(ss)", path, value);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Modalities leave out much that the table wants; without these nobody knows what it is about. */
static guint
check (const Said *said)
{
  const char *status = find (said->attributes, STATUS_PATH);
  const char *study_uid = find (said->attributes, STUDY_PATH);

  if (!neg_uid_is_valid (said->uid))
    return STATUS_INVALID_INSTANCE;
  if (!said->is_create)
    return status == NULL || strcmp (status, IN_PROGRESS) == 0 || strcmp (status, "COMPLETED") == 0
                   || strcmp (status, "DISCONTINUED") == 0
               ? STATUS_SUCCESS
               : STATUS_INVALID_VALUE;
  if (status == NULL || study_uid == NULL)
    return STATUS_MISSING_ATTRIBUTE;
  return strcmp (status, IN_PROGRESS) == 0 && neg_uid_is_valid (study_uid) ? STATUS_SUCCESS : STATUS_INVALID_VALUE;
}

static gboolean
audit (NegDatabase *database, Said *said, GError **error)
{
  g_autoptr (NegPerformedStep) step = neg_performed_find (database, said->uid, error);
  g_autofree char *detail = step != NULL ? g_strdup_printf ("performed procedure step: %s", step->status) : NULL;
  NegAuditEntry entry = { .event = NEG_AUDIT_PROCEDURE_RECORD, .peer = said->source, .detail = detail };

  if (step == NULL)
    return FALSE;
  entry.study_uid = step->study_uid;
  entry.patient_id = step->patient_id;
  entry.issuer = step->issuer;
  g_free (said->study_uid);
  said->study_uid = g_strdup (step->study_uid);
  return neg_audit_append_within (database, &entry, error);
}

static gboolean
take_cb (NegDatabase *database, gpointer data, GError **error)
{
  Said *said = data;
  const gint64 now_us = g_get_real_time ();
  const NegPerformedStep step = { .sop_instance_uid = (char *) said->uid, .source = (char *) said->source,
                                  .attributes = said->attributes, .received_us = now_us, .changed_us = now_us };

  return (said->is_create ? neg_performed_create (database, &step, error)
                          : neg_performed_set (database, said->uid, said->attributes, now_us, error))
         && audit (database, said, error);
}

static guint
get_status (const Said *said, const GError *failure)
{
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND))
    return STATUS_NO_SUCH_INSTANCE;
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_DISK_FULL))
    return STATUS_RESOURCE_LIMITATION;
  return said->is_create && g_error_matches (failure, NEG_ERROR, NEG_ERROR_CONFLICT) ? STATUS_DUPLICATE
                                                                                     : STATUS_PROCESSING_FAILURE;
}

guint
neg_agent_steps_take (NegAgent *agent, const char *source, gboolean is_create, const char *uid, GVariant *attributes,
                      char **instance)
{
  g_autoptr (GVariant) changes = is_create ? g_variant_ref (attributes) : leave_out_known (attributes);
  g_autofree char *own = is_create && *uid == '\0' ? neg_uid_new () : g_strdup (uid);
  Said said = { .source = source, .uid = own, .is_create = is_create, .attributes = changes };
  guint status = check (&said);
  g_autoptr (GError) failure = NULL;

  *instance = g_strdup (own);
  if (status != STATUS_SUCCESS)
    return status;
  if (!neg_archive_write (neg_agent_get_archive (agent), take_cb, &said, &failure)) {
    g_free (said.study_uid);
    return get_status (&said, failure);
  }
  neg_fault_point ("step-kept");
  neg_agent_announce (agent, said.study_uid);
  g_free (said.study_uid);
  return STATUS_SUCCESS;
}
