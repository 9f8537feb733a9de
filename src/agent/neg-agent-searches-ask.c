#include "config.h"

#include "agent/neg-agent-searches-private.h"

#include <string.h>

#include "agent/neg-operation.h"
#include "base/neg-error.h"
#include "base/neg-uid.h"

#define ROWS_MAX 5000 /* of one peer: more is not a list that anybody reads */
#define DAYS_MAX 36500
#define ROWS_AT_ONCE 50u /* in one transaction: an object that has come waits for its end */

#define STEP "ScheduledProcedureStepSequence[0]."

/* What the reading list shows; asked for by empty values. */
static const char *const study_keys[]
    = { "StudyInstanceUID", "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
        "AccessionNumber", "StudyDate", "StudyTime", "ModalitiesInStudy", "StudyDescription",
        "ReferringPhysicianName", "NumberOfStudyRelatedInstances" };
static const char *const step_keys[]
    = { "StudyInstanceUID", "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
        "AccessionNumber", "ReferringPhysicianName", "RequestedProcedureDescription", "RequestedProcedurePriority",
        "RequestedProcedureID", "CurrentPatientLocation", STEP "Modality", STEP "ScheduledStationAETitle",
        STEP "ScheduledProcedureStepStartTime", STEP "ScheduledProcedureStepDescription",
        STEP "ScheduledProcedureStepID", STEP "ScheduledProcedureStepLocation" };

char *
neg_search_resolve_date (const char *text, GTimeZone *zone, gint64 now_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) now = g_date_time_to_timezone (utc, zone);
  g_autoptr (GDateTime) first = NULL;
  g_autofree char *digits = NULL;
  guint64 days;
  gsize length = strlen (text);

  if (strcmp (text, "today") == 0)
    return g_date_time_format (now, "%Y%m%d");
  if (length < 3 || *text != '-' || text[length - 1] != 'd')
    return g_strdup (text);
  digits = g_strndup (text + 1, length - 2);
  if (!g_ascii_string_to_unsigned (digits, 10, 0, DAYS_MAX, &days, NULL))
    return g_strdup (text);
  first = g_date_time_add_days (now, -(int) days);
  return first != NULL ? g_date_time_format (first, "%Y%m%d-") : g_strdup (text);
}

static GHashTable *
make_keys (GHashTable *given, const char *const *wanted, guint n, GTimeZone *zone)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < n; i++)
    g_hash_table_insert (keys, g_strdup (wanted[i]), g_strdup (""));
  g_hash_table_iter_init (&iter, given);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_replace (keys, g_strdup (key),
                          g_str_has_suffix (key, "Date")
                              ? neg_search_resolve_date (value, zone, g_get_real_time ())
                              : g_strdup (value));
  return keys;
}

static const char *
get (GHashTable *row, const char *key)
{
  const char *value = g_hash_table_lookup (row, key);

  return value != NULL ? value : "";
}

static const char *
first_of (const char *first, const char *second)
{
  return *first != '\0' ? first : second;
}

static guint
get_count (GHashTable *row, const char *key)
{
  guint64 value;

  return g_ascii_string_to_unsigned (get (row, key), 10, 0, G_MAXINT32, &value, NULL) ? (guint) value : 0;
}

/* PS3.3 C.4.12, Requested Procedure Priority. */
static NegUrgency
get_urgency (GHashTable *row)
{
  const char *priority = get (row, "RequestedProcedurePriority");

  if (g_ascii_strcasecmp (priority, "STAT") == 0)
    return NEG_URGENCY_STAT;
  if (g_ascii_strcasecmp (priority, "HIGH") == 0)
    return NEG_URGENCY_HIGH;
  return g_ascii_strcasecmp (priority, "MEDIUM") == 0 ? NEG_URGENCY_MEDIUM : NEG_URGENCY_ROUTINE;
}

/* What both kinds of answers have; whose numbers they are is said by the row, by the peer, or by the site. */
static NegRemoteStudy
read_common (GHashTable *row, const NegPeer *peer, const NegSite *site)
{
  const char *uid = get (row, "StudyInstanceUID");

  return (NegRemoteStudy){
    .peer = peer->name,
    .study_uid = neg_uid_is_valid (uid) ? uid : "",
    .patient_name = get (row, "PatientName"),
    .patient_id = get (row, "PatientID"),
    .issuer = first_of (get (row, "IssuerOfPatientID"), first_of (peer->issuer, neg_site_get_default_issuer (site))),
    .birth_date = get (row, "PatientBirthDate"),
    .sex = get (row, "PatientSex"),
    .accession = get (row, "AccessionNumber"),
    .accession_issuer = peer->accession_issuer,
    .referrer = get (row, "ReferringPhysicianName"),
    .body_part = "",
    .location = "",
    .step_id = "",
    .urgency = NEG_URGENCY_ROUTINE,
  };
}

static void
read_study (GHashTable *row, NegRemoteStudy *study)
{
  study->date = get (row, "StudyDate");
  study->time = get (row, "StudyTime");
  study->modalities = get (row, "ModalitiesInStudy");
  study->description = get (row, "StudyDescription");
  study->n_instances = get_count (row, "NumberOfStudyRelatedInstances");
}

static void
read_step (GHashTable *row, NegRemoteStudy *step)
{
  step->date = get (row, STEP "ScheduledProcedureStepStartDate");
  step->time = get (row, STEP "ScheduledProcedureStepStartTime");
  step->modalities = get (row, STEP "Modality");
  step->description = first_of (get (row, "RequestedProcedureDescription"),
                                get (row, STEP "ScheduledProcedureStepDescription"));
  step->location = first_of (get (row, "CurrentPatientLocation"), get (row, STEP "ScheduledProcedureStepLocation"));
  step->step_id = get (row, STEP "ScheduledProcedureStepID");
  step->urgency = get_urgency (row);
}

/* --- into the list --- */

typedef struct {
  const char *search, *peer;
  GArray *studies; /* NegRemoteStudy */
  guint first, n;  /* of them, for one transaction */
  gboolean complete, is_scheduled;
} Answer;

static gboolean
set_answer_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Answer *answer = data;
  const NegRemoteStudy *all = (const NegRemoteStudy *) answer->studies->data;
  const NegRemoteStudy *studies = answer->first > 0 ? all + answer->first : all;
  gboolean complete = answer->complete && answer->n == answer->studies->len;

  return answer->is_scheduled
             ? neg_entries_set_scheduled (database, answer->peer, studies, answer->n, complete, error)
             : neg_entries_set_remote (database, answer->search, answer->peer, studies, answer->n, complete, error);
}

static gboolean
write_answer (NegAgent *agent, Answer *answer, GError **error)
{
  NegArchive *archive = neg_agent_get_archive (agent);

  for (answer->first = 0; answer->studies->len > ROWS_AT_ONCE && answer->first < answer->studies->len;
       answer->first += answer->n) {
    answer->n = MIN (ROWS_AT_ONCE, answer->studies->len - answer->first);
    if (!neg_archive_write (archive, set_answer_cb, answer, error))
      return FALSE;
  }
  /* All of it once more: what is known is only looked up, and what was not said goes. */
  answer->first = 0;
  answer->n = answer->studies->len;
  if (!neg_archive_write (archive, set_answer_cb, answer, error))
    return FALSE;
  neg_agent_announce (agent, NULL);
  return TRUE;
}

static gboolean
put_rows (NegAgent *agent, const NegPeer *peer, Answer *answer, GPtrArray *rows, guint *found, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GArray) studies = g_array_new (FALSE, TRUE, sizeof (NegRemoteStudy));

  for (guint i = 0; i < rows->len; i++) {
    NegRemoteStudy study = read_common (rows->pdata[i], peer, site);

    if (answer->is_scheduled)
      read_step (rows->pdata[i], &study);
    else
      read_study (rows->pdata[i], &study);
    if (answer->is_scheduled || *study.study_uid != '\0')
      g_array_append_val (studies, study);
  }
  answer->studies = studies;
  *found = studies->len;
  return write_answer (agent, answer, error);
}

gboolean
_neg_search_ask_studies (NegAgent *agent, const NegPeer *peer, const char *name, GHashTable *given,
                         GCancellable *cancellable, guint *found, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GHashTable) keys
      = make_keys (given, study_keys, G_N_ELEMENTS (study_keys), neg_site_get_timezone (site));
  g_autofree char *cut_reason = NULL;
  g_autoptr (GPtrArray) rows
      = neg_operation_query (agent, peer, "study", keys, ROWS_MAX, cancellable, &cut_reason, error);
  Answer answer = { .search = name, .peer = peer->name, .complete = cut_reason == NULL };

  return rows != NULL && put_rows (agent, peer, &answer, rows, found, error);
}

gboolean
_neg_search_ask_worklist (NegAgent *agent, const NegPeer *peer, GCancellable *cancellable, guint *found,
                          GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GHashTable) given = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) keys = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *cut_reason = NULL;
  Answer answer = { .search = NEG_SEARCH_WORKLISTS, .peer = peer->name, .is_scheduled = TRUE };

  g_hash_table_insert (given, (gpointer) STEP "ScheduledProcedureStepStartDate", (gpointer) "today");
  keys = make_keys (given, step_keys, G_N_ELEMENTS (step_keys), neg_site_get_timezone (site));
  rows = neg_operation_query (agent, peer, "worklist", keys, ROWS_MAX, cancellable, &cut_reason, error);
  answer.complete = cut_reason == NULL;
  return rows != NULL && put_rows (agent, peer, &answer, rows, found, error);
}

/* --- forgetting --- */

#define FORGOTTEN_AT_ONCE 500 /* in one transaction */

typedef struct {
  const NegEntrySpeaker *speaker;
  guint n;
} Forgetting;

static gboolean
forget_cb (NegDatabase *database, gpointer data, GError **error)
{
  Forgetting *forgetting = data;

  return neg_entries_forget (database, forgetting->speaker, FORGOTTEN_AT_ONCE, &forgetting->n, error);
}

gboolean
_neg_search_forget (NegAgent *agent, const NegEntrySpeaker *speaker, GError **error)
{
  Forgetting forgetting = { speaker, 0 };

  do {
    if (!neg_archive_write (neg_agent_get_archive (agent), forget_cb, &forgetting, error))
      return FALSE;
  } while (forgetting.n == FORGOTTEN_AT_ONCE);
  neg_agent_announce (agent, NULL);
  return TRUE;
}
