/* Steps for a modality that cannot: what its images say, told to whoever wants to know (PS3.4 table F.7.2-1). */
#include "config.h"

#include "agent/neg-agent-steps.h"

#include <string.h>

#include "agent/neg-agent-jobs-private.h"
#include "agent/neg-operation-private.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "base/neg-uid.h"
#include "store/neg-orders.h"

#define JOBS_MAX 10000u
#define PRIORITY 5 /* with the deliveries of the same study */
#define STATUS_PROCESSING_FAILURE 0x0110u
#define STATUS_DUPLICATE 0x0111u
#define STEP_ID_MAX 16 /* PS3.5 6.2: SH */
#define KEY_SELECTION "1.2.840.10008.5.1.4.1.1.88.59"

/* --- what is said --- */

static void
add (GVariantBuilder *builder, const char *path, const char *value)
{
  g_variant_builder_add (builder, "(ss)", path, value != NULL ? value : "");
}

static void
add_in (GVariantBuilder *builder, const char *prefix, const char *name, const char *value)
{
  g_autofree char *path = g_strconcat (prefix, name, NULL);

  add (builder, path, value);
}

static const char *
text_of (const NegDeskObject *object, NegRecordField field)
{
  return object->record != NULL && object->record->text[field] != NULL ? object->record->text[field] : "";
}

/* Who it was asked for; "" where no order says it. */
typedef struct {
  const NegDeskRow *row;
  const NegDeskObject *first;
  GPtrArray *orders;
  const NegOrder *order;     /* nullable */
  GPtrArray *objects;        /* NegDeskObject that images are or belong to them */
  const char *station_ae;
  char *start_date, *start_time, *end_date, *end_time;
} Study;

/* When an object was made, as it says. */
static void
get_made (const NegDeskObject *object, const char **date, const char **time)
{
  static const NegRecordField fields[][2] = {
    { NEG_RECORD_ACQUISITION_DATE, NEG_RECORD_ACQUISITION_TIME },
    { NEG_RECORD_CONTENT_DATE, NEG_RECORD_CONTENT_TIME },
    { NEG_RECORD_SERIES_DATE, NEG_RECORD_SERIES_TIME },
    { NEG_RECORD_STUDY_DATE, NEG_RECORD_STUDY_TIME },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    *date = text_of (object, fields[i][0]);
    *time = text_of (object, fields[i][1]);
    if (**date != '\0' && **time != '\0')
      return;
  }
  *date = *time = "";
}

static void
find_times (Study *study)
{
  g_autofree char *first = NULL, *last = NULL;

  for (guint i = 0; i < study->objects->len; i++) {
    const char *date, *time;
    g_autofree char *made = NULL;

    get_made (study->objects->pdata[i], &date, &time);
    if (*date == '\0' || strlen (date) != strlen ("YYYYMMDD"))
      continue;
    made = g_strconcat (date, time, NULL);
    if (first == NULL || strcmp (made, first) < 0) {
      g_free (first);
      first = g_strdup (made);
    }
    if (last == NULL || strcmp (made, last) > 0) {
      g_free (last);
      last = g_strdup (made);
    }
  }
  if (first == NULL) { /* nothing says when: when it came is nearest */
    g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

    first = g_date_time_format (now, "%Y%m%d%H%M%S");
    last = g_strdup (first);
  }
  study->start_date = g_strndup (first, 8);
  study->start_time = g_strdup (first + 8);
  study->end_date = g_strndup (last, 8);
  study->end_time = g_strdup (last + 8);
}

static void
study_clear (Study *study)
{
  g_free (study->start_date);
  g_free (study->start_time);
  g_free (study->end_date);
  g_free (study->end_time);
  g_clear_pointer (&study->objects, g_ptr_array_unref);
  g_clear_pointer (&study->orders, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Study, study_clear)

static void
add_scheduled (GVariantBuilder *builder, const Study *study)
{
  static const char prefix[] = "ScheduledStepAttributesSequence[0].";
  const NegOrder *order = study->order;
  const char *procedure_id = text_of (study->first, NEG_RECORD_REQUEST_PROCEDURE_ID);
  const char *step_id = text_of (study->first, NEG_RECORD_REQUEST_STEP_ID);

  add_in (builder, prefix, "StudyInstanceUID", study->row->study_uid);
  add_in (builder, prefix, "ReferencedStudySequence", "");
  add_in (builder, prefix, "AccessionNumber", study->row->accession);
  add_in (builder, prefix, "RequestedProcedureID", order != NULL && *order->procedure_id != '\0' ? order->procedure_id : procedure_id);
  add_in (builder, prefix, "RequestedProcedureDescription", order != NULL ? order->procedure : "");
  add_in (builder, prefix, "ScheduledProcedureStepID", order != NULL && *order->step_id != '\0' ? order->step_id : step_id);
  add_in (builder, prefix, "ScheduledProcedureStepDescription", "");
  add_in (builder, prefix, "ScheduledProtocolCodeSequence", "");
}

static void
add_patient (GVariantBuilder *builder, const Study *study)
{
  add (builder, "PatientName", study->row->patient_name);
  add (builder, "PatientID", study->row->patient_id);
  if (*study->row->issuer != '\0')
    add (builder, "IssuerOfPatientID", study->row->issuer);
  add (builder, "PatientBirthDate", study->row->birth_date);
  add (builder, "PatientSex", study->row->sex);
  add (builder, "ReferencedPatientSequence", "");
}

/* As it began: values of type 2 that nobody knows are empty. */
static GVariant *
describe_begin (const Study *study, const char *uid)
{
  const char *dot = strrchr (uid, '.');
  g_autofree char *step_id = g_strndup (dot != NULL ? dot + 1 : uid, STEP_ID_MAX);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  add_scheduled (&builder, study);
  add_patient (&builder, study);
  add (&builder, "PerformedProcedureStepID", step_id);
  add (&builder, "PerformedStationAETitle", study->station_ae);
  add (&builder, "PerformedStationName", study->row->station);
  add (&builder, "PerformedLocation", "");
  add (&builder, "PerformedProcedureStepStartDate", study->start_date);
  add (&builder, "PerformedProcedureStepStartTime", study->start_time);
  add (&builder, "PerformedProcedureStepStatus", "IN PROGRESS");
  add (&builder, "PerformedProcedureStepDescription", study->row->description);
  add (&builder, "PerformedProcedureTypeDescription", "");
  add (&builder, "ProcedureCodeSequence", "");
  add (&builder, "PerformedProcedureStepEndDate", "");
  add (&builder, "PerformedProcedureStepEndTime", "");
  add (&builder, "Modality", text_of (study->first, NEG_RECORD_MODALITY));
  add (&builder, "StudyID", text_of (study->first, NEG_RECORD_STUDY_ID));
  add (&builder, "PerformedProtocolCodeSequence", "");
  add (&builder, "PerformedSeriesSequence", "");
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
add_series (GVariantBuilder *builder, const NegDeskObject *first, guint number)
{
  g_autofree char *prefix = g_strdup_printf ("PerformedSeriesSequence[%u].", number);
  const char *protocol = text_of (first, NEG_RECORD_PROTOCOL);
  const char *description = text_of (first, NEG_RECORD_SERIES_DESCRIPTION);

  add_in (builder, prefix, "PerformingPhysicianName", "");
  /* Of type 1: a series has a protocol, by whatever name. */
  add_in (builder, prefix, "ProtocolName",
          *protocol != '\0' ? protocol : *description != '\0' ? description : text_of (first, NEG_RECORD_MODALITY));
  add_in (builder, prefix, "OperatorsName", text_of (first, NEG_RECORD_OPERATOR));
  add_in (builder, prefix, "SeriesInstanceUID", text_of (first, NEG_RECORD_SERIES_UID));
  add_in (builder, prefix, "SeriesDescription", description);
  add_in (builder, prefix, "RetrieveAETitle", "");
}

/* Images, then the others, of one series: [first, end). */
static void
add_references (GVariantBuilder *builder, const Study *study, guint first, guint end, guint number)
{
  static const char *const lists[] = { "ReferencedImageSequence", "ReferencedNonImageCompositeSOPInstanceSequence" };

  for (guint list = 0; list < G_N_ELEMENTS (lists); list++) {
    guint n = 0;

    for (guint i = first; i < end; i++) {
      const NegDeskObject *object = study->objects->pdata[i];
      const gboolean is_image = *text_of (object, NEG_RECORD_ROWS) != '\0';
      g_autofree char *prefix = NULL;

      if (is_image != (list == 0))
        continue;
      prefix = g_strdup_printf ("PerformedSeriesSequence[%u].%s[%u].", number, lists[list], n++);
      add_in (builder, prefix, "ReferencedSOPClassUID", text_of (object, NEG_RECORD_SOP_CLASS_UID));
      add_in (builder, prefix, "ReferencedSOPInstanceUID", text_of (object, NEG_RECORD_SOP_INSTANCE_UID));
    }
    if (n == 0) {
      g_autofree char *path = g_strdup_printf ("PerformedSeriesSequence[%u].%s", number, lists[list]);

      add (builder, path, "");
    }
  }
}

/* Nothing of it is to be seen: it was given up. */
static gboolean
is_all_rejected (const Study *study)
{
  for (guint i = 0; i < study->objects->len; i++)
    if (!((const NegDeskObject *) study->objects->pdata[i])->is_rejected)
      return FALSE;
  return TRUE;
}

static GVariant *
describe_end (const Study *study)
{
  GVariantBuilder builder;
  guint number = 0;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  add (&builder, "PerformedProcedureStepStatus", is_all_rejected (study) ? "DISCONTINUED" : "COMPLETED");
  add (&builder, "PerformedProcedureStepEndDate", study->end_date);
  add (&builder, "PerformedProcedureStepEndTime", study->end_time);
  for (guint i = 0; i < study->objects->len;) {
    const char *uid = text_of (study->objects->pdata[i], NEG_RECORD_SERIES_UID);
    guint end = i + 1;

    while (end < study->objects->len && strcmp (text_of (study->objects->pdata[end], NEG_RECORD_SERIES_UID), uid) == 0)
      end++;
    add_series (&builder, study->objects->pdata[i], number);
    add_references (&builder, study, i, end, number++);
    i = end;
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* --- steps of ours --- */

static NegPerformedStep *
new_step (const Study *study, const char *peer)
{
  NegPerformedStep *step = g_new0 (NegPerformedStep, 1);

  step->sop_instance_uid = neg_uid_new ();
  step->attributes = describe_begin (study, step->sop_instance_uid);
  step->source = g_strdup (peer);
  step->is_ours = TRUE;
  step->told = NEG_TOLD_NOTHING;
  step->received_us = step->changed_us = g_get_real_time ();
  return step;
}

/* The modality has said it, or it has been told before; or an image names a step that somebody else keeps. */
static gboolean
has_step (NegDatabase *reader, const NegDeskRow *row, GPtrArray *objects, gboolean *has, GError **error)
{
  g_autoptr (GPtrArray) steps = neg_performed_list_of_study (reader, row->study_uid, error);

  if (steps == NULL)
    return FALSE;
  *has = steps->len > 0;
  for (guint i = 0; i < objects->len && !*has; i++)
    *has = *text_of (objects->pdata[i], NEG_RECORD_PERFORMED_STEP_UID) != '\0';
  return TRUE;
}

/* What nobody has read is in no step, nor what was made here. */
static GPtrArray *
list_objects (NegAgent *agent, NegDatabase *reader, const NegDeskRow *row, GError **error)
{
  GPtrArray *objects = neg_desk_list_objects (reader, neg_agent_get_data_folder (agent), neg_agent_get_cache_folder (agent),
                                              row->study_id, error);

  for (guint i = objects != NULL ? objects->len : 0; i > 0; i--) {
    const NegDeskObject *object = objects->pdata[i - 1];

    if (object->record == NULL || strcmp (object->source, NEG_ARCHIVE_SOURCE_VIEWER) == 0
        || strcmp (text_of (object, NEG_RECORD_SOP_CLASS_UID), KEY_SELECTION) == 0)
      g_ptr_array_remove_index (objects, i - 1);
  }
  return objects;
}

static gboolean
study_init (Study *study, NegDatabase *reader, const NegDeskRow *row, const NegSite *site, GPtrArray *objects, GError **error)
{
  *study = (Study) { .row = row, .first = objects->pdata[0], .station_ae = neg_site_get_ae_title (site),
                     .objects = g_ptr_array_ref (objects) };
  study->orders = row->entry != 0 ? neg_orders_list_of_entry (reader, row->entry, error) : g_ptr_array_new ();
  if (study->orders == NULL)
    return FALSE;
  if (study->orders->len > 0)
    study->order = study->orders->pdata[0];
  find_times (study);
  return TRUE;
}

static gboolean
add_steps (NegDatabase *reader, const NegDeskRow *row, const NegSite *site, GPtrArray *objects, GPtrArray *steps, GError **error)
{
  GPtrArray *peers = neg_site_get_peers (site);
  g_auto (Study) study = { 0 };

  if (!study_init (&study, reader, row, site, objects, error))
    return FALSE;
  for (guint i = 0; i < peers->len; i++)
    if ((((const NegPeer *) peers->pdata[i])->use & NEG_PEER_MPPS) != 0)
      g_ptr_array_add (steps, new_step (&study, ((const NegPeer *) peers->pdata[i])->name));
  return TRUE;
}

static gboolean
wants_any (const NegSite *site)
{
  GPtrArray *peers = neg_site_get_peers (site);

  for (guint i = 0; i < peers->len; i++)
    if ((((const NegPeer *) peers->pdata[i])->use & NEG_PEER_MPPS) != 0)
      return TRUE;
  return FALSE;
}

GPtrArray *
neg_agent_steps_prepare (NegAgent *agent, NegDatabase *reader, const NegDeskRow *row, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_performed_step_free);
  g_autoptr (GPtrArray) objects = NULL;
  gboolean has = FALSE;

  if (!wants_any (site))
    return g_steal_pointer (&steps);
  objects = list_objects (agent, reader, row, error);
  if (objects == NULL || !has_step (reader, row, objects, &has, error))
    return NULL;
  if (has || objects->len == 0)
    return g_steal_pointer (&steps);
  return add_steps (reader, row, site, objects, steps, error) ? g_steal_pointer (&steps) : NULL;
}

gboolean
neg_agent_steps_add (NegDatabase *database, GPtrArray *steps, GError **error)
{
  for (guint i = 0; i < steps->len; i++)
    if (!neg_performed_create (database, steps->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
has_job (GPtrArray *jobs, const char *uid)
{
  for (guint i = 0; i < jobs->len; i++) {
    const NegJob *job = jobs->pdata[i];
    const char *step = "";

    if (strcmp (job->kind, "mpps") == 0 && g_variant_lookup (job->arguments, "step", "&s", &step) && strcmp (step, uid) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
neg_agent_steps_resume (NegAgent *agent, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (GPtrArray) steps = reader != NULL ? neg_performed_list_untold (reader, error) : NULL;
  g_autoptr (GPtrArray) jobs = steps != NULL && steps->len > 0 ? neg_jobs_list (reader, JOBS_MAX, error) : NULL;

  if (steps == NULL || (steps->len > 0 && jobs == NULL))
    return FALSE;
  for (guint i = 0; i < steps->len; i++) {
    const NegPerformedStep *step = steps->pdata[i];
    GVariantDict arguments;

    if (has_job (jobs, step->sop_instance_uid))
      continue;
    g_variant_dict_init (&arguments, NULL);
    g_variant_dict_insert (&arguments, "step", "s", step->sop_instance_uid);
    if (!neg_agent_jobs_add (_neg_agent_get_jobs (agent), "mpps", step->source, "", g_variant_dict_end (&arguments), PRIORITY,
                             NULL, error))
      return FALSE;
  }
  return TRUE;
}

/* --- the job --- */

typedef struct {
  NegRunningJob *running;
  const NegPeer *peer;
  NegPerformedStep *step;
  GVariant *end; /* what is said when it is over */
} Telling;

typedef struct {
  const char *uid, *message;
  NegPerformedTold told;
  GVariant *end; /* nullable: it is over, and this was said */
} Told;

static gboolean
note_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Told *told = data;

  return (told->end == NULL || neg_performed_set (database, told->uid, told->end, g_get_real_time (), error))
         && neg_performed_note_told (database, told->uid, told->told, told->message, g_get_real_time (), error);
}

static gboolean
note (Telling *telling, NegPerformedTold told, const char *message, GError **error)
{
  Told change = { telling->step->sop_instance_uid, message, told, told == NEG_TOLD_ENDED ? telling->end : NULL };

  telling->step->told = told;
  return neg_archive_write (neg_agent_get_archive (telling->running->jobs->agent), note_cb, &change, error);
}

/* Asked a second time after a crash, a peer that has taken it says that it has it, or that it is over. */
static gboolean
judge (Telling *telling, gboolean is_create, GVariant *body, GError **error)
{
  const gboolean is_again = telling->running->job->attempts > 1;
  g_autofree const char **comments = NULL;
  g_autofree char *words = NULL;
  guint32 number, status;

  g_variant_get (body, "(uu^a&s)", &number, &status, &comments);
  if (!NEG_RESPONSE_FAILED (status) || (is_create && status == STATUS_DUPLICATE)
      || (!is_create && is_again && status == STATUS_PROCESSING_FAILURE))
    return note (telling, is_create ? NEG_TOLD_CREATED : NEG_TOLD_ENDED, "", error);
  words = _neg_status_describe (status, comments[0]);
  telling->running->is_final = TRUE;
  return note (telling, NEG_TOLD_FAILED, words, error)
         && neg_fail (error, NEG_ERROR_REFUSED, telling->peer->name, "%s", words);
}

static gboolean
tell (Telling *telling, NegAssociation *association, gboolean is_create, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };

  if (!_neg_association_send (association, NEG_NET_TELL_STEP,
                              g_variant_new ("(bs@a(ss))", is_create, telling->step->sop_instance_uid,
                                             is_create ? telling->step->attributes : telling->end),
                              error))
    return FALSE;
  neg_fault_point ("step-telling");
  do {
    g_clear_pointer (&message.body, g_variant_unref);
    if (!_neg_association_receive (association, &message, error))
      return FALSE;
  } while (message.type != NEG_NET_DONE);
  neg_fault_point ("step-told");
  return judge (telling, is_create, message.body, error);
}

static gboolean
tell_all (Telling *telling, GError **error)
{
  g_auto (NegAssociation) association = { 0 };

  return _neg_association_open (&association, telling->running->jobs->agent, telling->peer, "mpps", NULL,
                                telling->running->cancellable, error)
         && (telling->step->told != NEG_TOLD_NOTHING || tell (telling, &association, TRUE, error))
         && (telling->step->told != NEG_TOLD_CREATED || tell (telling, &association, FALSE, error))
         && _neg_association_finish (&association, error);
}

/* As the study is now: what was left out of it since, or came, is said. */
static GVariant *
read_end (NegAgent *agent, NegDatabase *reader, const NegPerformedStep *step, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (NegDeskRow) row = NULL;
  g_autoptr (GPtrArray) objects = NULL;
  g_auto (Study) study = { 0 };
  gint64 study_id = 0;

  if (!neg_archive_find_study (reader, step->study_uid, &study_id, error))
    return NULL;
  row = neg_desk_find (reader, study_id, g_get_real_time (), error);
  objects = row != NULL ? list_objects (agent, reader, row, error) : NULL;
  if (objects == NULL)
    return NULL;
  if (objects->len == 0) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, step->study_uid, "nothing of this study is here any more");
    return NULL;
  }
  return study_init (&study, reader, row, site, objects, error) ? describe_end (&study) : NULL;
}

static gboolean
load (Telling *telling, GError **error)
{
  NegAgent *agent = telling->running->jobs->agent;
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  const char *uid = "";

  g_variant_lookup (telling->running->job->arguments, "step", "&s", &uid);
  telling->step = reader != NULL ? neg_performed_find (reader, uid, error) : NULL;
  telling->end = telling->step != NULL ? read_end (agent, reader, telling->step, error) : NULL;
  telling->running->is_final = reader != NULL && telling->end == NULL;
  return telling->end != NULL;
}

static gboolean
tell_it (Telling *telling, GError **error)
{
  gboolean done = tell_all (telling, error);

  if (!done && telling->step->told == NEG_TOLD_ENDED) { /* that the association ended badly changes nothing */
    g_clear_error (error);
    done = TRUE;
  }
  return _neg_operation_audit (telling->running->jobs->agent, telling->peer, NEG_AUDIT_PROCEDURE_RECORD, !done,
                               telling->step->study_uid, "told of a performed procedure step", done ? error : NULL)
         && done;
}

gboolean
_neg_steps_run (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error)
{
  Telling telling = { .running = running, .peer = peer };
  const gboolean done = load (&telling, error) && tell_it (&telling, error);

  neg_performed_step_free (telling.step);
  g_clear_pointer (&telling.end, g_variant_unref);
  return done;
}
