/* What peers have of a patient. All his IDs are asked for; an answer counts only when ID, whose ID it is and name are his
 * after all links. What may be somebody else's is named and never fetched. */
#include "config.h"

#include "agent/neg-agent-prefetch-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "agent/neg-operation.h"
#include "base/neg-error.h"
#include "base/neg-uid.h"
#include "model/neg-identity.h"
#include "store/neg-orders.h"

#define ROWS_MAX 2000 /* of one patient: more is a phantom, or an ID for everybody */
#define ANSWERS_MAX 100
#define IDS_MAX 16

static void
found_free (gpointer data)
{
  NegPrefetchFound *found = data;

  g_free (found->study_uid);
  g_free (found->peer);
  g_free (found->modalities);
  g_free (found->description);
  g_free (found->doubt);
  g_free (found);
}

void
_neg_prefetch_answer_free (NegPrefetchAnswer *answer)
{
  g_ptr_array_unref (answer->found);
  g_free (answer->note);
  g_free (answer);
}

void
_neg_prefetch_patient_clear (NegPrefetchPatient *patient)
{
  g_clear_pointer (&patient->issuer, g_free);
  g_clear_pointer (&patient->id, g_free);
  g_clear_pointer (&patient->name_key, g_free);
  g_clear_pointer (&patient->ids, g_ptr_array_unref);
}

static gboolean
resolve (NegPrefetchPatient *patient, NegDatabase *database, const char *issuer, const char *id, const char *name,
         GError **error)
{
  g_autofree char *trimmed = neg_identity_dup_id (id);
  g_autofree char *trimmed_issuer = neg_identity_dup_id (issuer);
  g_autofree char *key = neg_identity_dup_name_key (name);
  g_autofree char *now_name = NULL;

  return neg_patients_resolve (database, trimmed_issuer, trimmed, key, &patient->issuer, &patient->id,
                               &patient->name_key, &now_name, error);
}

gboolean
_neg_prefetch_patient_read (NegPrefetchPatient *patient, NegDatabase *database, const NegEntry *entry, GError **error)
{
  if (!resolve (patient, database, entry->issuer, entry->patient_id, entry->patient_name, error))
    return FALSE;
  patient->ids = neg_patients_list_ids (database, patient->issuer, patient->id, patient->name_key, error);
  return patient->ids != NULL;
}

/* --- one answer --- */

static const char *
get (GHashTable *row, const char *key)
{
  const char *value = g_hash_table_lookup (row, key);

  return value != NULL ? value : "";
}

static int
read_digits (const char *text, gsize n)
{
  int value = 0;

  for (gsize i = 0; i < n; i++) {
    if (!g_ascii_isdigit (text[i]))
      return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/* PS3.5 6.2, DA and TM, of the site's zone; 0: no date. */
static gint64
read_time_us (const char *date, const char *time, GTimeZone *zone)
{
  g_autoptr (GDateTime) when = NULL;
  int year, month, day, hour, minute;

  if (strlen (date) < 8 || (year = read_digits (date, 4)) <= 0 || (month = read_digits (date + 4, 2)) <= 0
      || (day = read_digits (date + 6, 2)) <= 0)
    return 0;
  hour = strlen (time) >= 2 ? MAX (read_digits (time, 2), 0) : 0;
  minute = strlen (time) >= 4 ? MAX (read_digits (time + 2, 2), 0) : 0;
  when = g_date_time_new (zone, year, month, day, MIN (hour, 23), MIN (minute, 59), 0);
  return when != NULL ? g_date_time_to_unix (when) * G_USEC_PER_SEC : 0;
}

typedef struct {
  NegAgentPrefetch *prefetch;
  NegDatabase *reader;
  const NegSite *site;
  const NegPrefetchPatient *patient;
  GHashTable *by_uid; /* borrowed from the answer */
  NegPrefetchAnswer *answer;
  GString *note;
} Asking;

/* *is_his FALSE and *doubt NULL: plainly another patient's. */
static gboolean
judge (const Asking *asking, const NegPeer *peer, GHashTable *row, const char *asked_id, gboolean *is_his,
       const char **doubt, GError **error)
{
  const char *issuer = get (row, "IssuerOfPatientID");
  g_autofree char *id = neg_identity_dup_id (get (row, "PatientID"));
  g_auto (NegPrefetchPatient) now = { 0 };

  *is_his = FALSE;
  *doubt = NULL;
  if (strcmp (id, asked_id) != 0)
    return TRUE;
  issuer = *issuer != '\0' ? issuer : *peer->issuer != '\0' ? peer->issuer : neg_site_get_default_issuer (asking->site);
  if (!resolve (&now, asking->reader, issuer, id, get (row, "PatientName"), error))
    return FALSE;
  *is_his = strcmp (now.issuer, asking->patient->issuer) == 0 && strcmp (now.id, asking->patient->id) == 0
            && strcmp (now.name_key, asking->patient->name_key) == 0;
  if (*is_his)
    return TRUE;
  if (strcmp (now.issuer, asking->patient->issuer) == 0)
    *doubt = _ ("Left alone: the peer has another name for this patient ID");
  else if (*issuer == '\0' || *asking->patient->issuer == '\0')
    *doubt = _ ("Left alone: nobody says whose patient ID that is");
  return TRUE;
}

static void
add_found (Asking *asking, const NegPeer *peer, GHashTable *row, const char *doubt)
{
  const char *uid = get (row, "StudyInstanceUID");
  NegPrefetchFound *before = g_hash_table_lookup (asking->by_uid, uid);
  NegPrefetchFound *found;
  guint64 n = 0;

  if (!neg_uid_is_valid (uid))
    return;
  g_ascii_string_to_unsigned (get (row, "NumberOfStudyRelatedInstances"), 10, 0, G_MAXINT32, &n, NULL);
  /* The first peer that is sure of it, unless another one has more of it. */
  if (before != NULL && (doubt != NULL || (before->doubt == NULL && before->n_there >= n)))
    return;
  found = before != NULL ? before : g_new0 (NegPrefetchFound, 1);
  if (before == NULL) {
    found->study_uid = g_strdup (uid);
    g_ptr_array_add (asking->answer->found, found);
    g_hash_table_insert (asking->by_uid, found->study_uid, found);
  }
  g_free (found->peer);
  g_free (found->modalities);
  g_free (found->description);
  g_free (found->doubt);
  found->peer = g_strdup (peer->name);
  found->modalities = g_strdup (get (row, "ModalitiesInStudy"));
  found->description = g_strdup (get (row, "StudyDescription"));
  found->doubt = g_strdup (doubt);
  found->n_there = (guint) n;
  found->time_us = read_time_us (get (row, "StudyDate"), get (row, "StudyTime"), neg_site_get_timezone (asking->site));
}

static gboolean
take_rows (Asking *asking, const NegPeer *peer, const char *id, GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < rows->len; i++) {
    const char *doubt;
    gboolean is_his;

    if (!judge (asking, peer, rows->pdata[i], id, &is_his, &doubt, error))
      return FALSE;
    if (is_his || doubt != NULL)
      add_found (asking, peer, rows->pdata[i], doubt);
  }
  return TRUE;
}

/* --- the question --- */

static GHashTable *
make_keys (const char *id)
{
  static const char *const wanted[]
      = { "StudyInstanceUID",  "PatientName", "IssuerOfPatientID", "StudyDate",
          "StudyTime",         "ModalitiesInStudy", "StudyDescription", "NumberOfStudyRelatedInstances" };
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_hash_table_insert (keys, g_strdup (wanted[i]), g_strdup (""));
  g_hash_table_insert (keys, g_strdup ("PatientID"), g_strdup (id));
  return keys;
}

static void G_GNUC_PRINTF (2, 3)
add_note (Asking *asking, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list args;

  va_start (args, format);
  words = g_strdup_vprintf (format, args);
  va_end (args);
  g_string_append_printf (asking->note, "%s%s", asking->note->len > 0 ? "; " : "", words);
}

static void
ask_peer (Asking *asking, const NegPeer *peer, GPtrArray *ids)
{
  for (guint i = 0; i < MIN (ids->len, IDS_MAX); i++) {
    const char *id = ((const NegSaidId *) ids->pdata[i])->id;
    g_autoptr (GHashTable) keys = make_keys (id);
    g_autoptr (GError) error = NULL;
    g_autofree char *cut_reason = NULL;
    g_autoptr (GPtrArray) rows = NULL;

    /* A question of "*" is one for everybody (PS3.4 C.2.2.2.4). */
    if (*id == '\0' || strpbrk (id, "*?\\") != NULL)
      continue;
    rows = neg_operation_query (asking->prefetch->agent, peer, "study", keys, ROWS_MAX, asking->prefetch->cancellable,
                                &cut_reason, &error);
    if (rows == NULL || !take_rows (asking, peer, id, rows, &error)) {
      add_note (asking, _ ("%s does not answer: %s"), peer->name, error->message);
      return;
    }
    if (cut_reason != NULL)
      add_note (asking, _ ("%s: %s"), peer->name, cut_reason);
  }
}

gboolean
_neg_prefetch_is_asked (const NegSitePrefetch *prefetch, const NegPeer *peer)
{
  return (peer->use & (NEG_PEER_QUERY | NEG_PEER_RETRIEVE)) == (NEG_PEER_QUERY | NEG_PEER_RETRIEVE)
         && (prefetch->peers[0] == NULL || g_strv_contains ((const char *const *) prefetch->peers, peer->name));
}

static void
ask_all (Asking *asking, GPtrArray *ids)
{
  GPtrArray *peers = neg_site_get_peers (asking->site);

  for (guint i = 0; i < peers->len && !g_cancellable_is_cancelled (asking->prefetch->cancellable); i++)
    if (_neg_prefetch_is_asked (neg_site_get_prefetch (asking->site), peers->pdata[i]))
      ask_peer (asking, peers->pdata[i], ids);
}

/* Who he is now and all that he was: what is judged by the one is nothing worth with the other. Without line feeds in them:
 * no text of a message has a control character. */
char *
_neg_prefetch_patient_dup_key (const NegPrefetchPatient *patient)
{
  GString *key = g_string_new (NULL);

  g_string_append_printf (key, "%s\n%s\n%s", patient->issuer, patient->id, patient->name_key);
  for (guint i = 0; i < patient->ids->len; i++) {
    const NegSaidId *id = patient->ids->pdata[i];

    g_string_append_printf (key, "\n%s\n%s", id->issuer, id->id);
  }
  return g_string_free (key, FALSE);
}

void
_neg_prefetch_forget_answer (NegAgentPrefetch *prefetch, const NegPrefetchPatient *patient)
{
  g_autofree char *key = _neg_prefetch_patient_dup_key (patient);

  g_hash_table_remove (prefetch->answers, key);
}

const NegPrefetchAnswer *
_neg_prefetch_ask (NegAgentPrefetch *prefetch, NegDatabase *reader, const NegPrefetchPatient *patient)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (prefetch->agent);
  g_autoptr (GHashTable) by_uid = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *key = _neg_prefetch_patient_dup_key (patient);
  NegPrefetchAnswer *answer = g_hash_table_lookup (prefetch->answers, key);
  Asking asking = { prefetch, reader, site, patient, by_uid, NULL, NULL };

  if (answer != NULL && *answer->note == '\0'
      && g_get_monotonic_time () - answer->asked_us
             < neg_site_get_prefetch (site)->interval_s * (gint64) G_USEC_PER_SEC)
    return answer;
  if (g_hash_table_size (prefetch->answers) >= ANSWERS_MAX)
    g_hash_table_remove_all (prefetch->answers);
  answer = g_new0 (NegPrefetchAnswer, 1);
  answer->found = g_ptr_array_new_with_free_func (found_free);
  asking.answer = answer;
  asking.note = g_string_new (NULL);
  ask_all (&asking, patient->ids);
  answer->note = g_string_free (asking.note, FALSE);
  answer->asked_us = g_get_monotonic_time ();
  g_hash_table_replace (prefetch->answers, g_steal_pointer (&key), answer);
  return answer;
}
