#include "config.h"

#include <string.h>
#include <unistd.h>

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"
#include "model/neg-identity.h"

/* A study beyond this is none. */
#define SERIES_MAX 10000
#define IMAGES_MAX 200000

/* UIDs in one identifier: peers put them into one statement of their database. */
#define UIDS_MAX 100

static void
listed_free (NegListed *listed)
{
  g_free (listed->sop_instance_uid);
  g_free (listed->sop_class_uid);
  g_free (listed->study_uid);
  g_free (listed->series_uid);
  g_free (listed);
}

static GHashTable *
make_keys (const char *first, ...)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  va_list rest;

  va_start (rest, first);
  for (const char *name = first; name != NULL; name = va_arg (rest, const char *))
    g_hash_table_insert (keys, g_strdup (name), g_strdup (va_arg (rest, const char *)));
  va_end (rest);
  return keys;
}

/* What the archive takes, too: leading zeros are in use, which PS3.5 9.1 forbids. */
static gboolean
is_uid (const char *text)
{
  const gsize length = text != NULL ? strlen (text) : 0;

  return length > 0 && length <= 64 && strspn (text, "0123456789.") == length;
}

/* What is left out of the list would not be missed. */
static gboolean
fail_unnamed (NegAssociation *association, GError **error)
{
  return neg_fail (error, NEG_ERROR_INCONSISTENT, association->peer->name,
                   "the peer lists a series or an image without a UID that is one");
}

/* --- asking --- */

static gboolean
run (NegAssociation *association, const char *level, GHashTable *keys, guint limit, GPtrArray *rows, GError **error)
{
  g_autofree char *cut_reason = NULL;

  if (!_neg_query_run (association, level, keys, limit, rows, &cut_reason, error))
    return FALSE;
  if (cut_reason != NULL)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, association->peer->name, "more than %u answers", limit);
  return TRUE;
}

static gboolean
ask_images (NegAssociation *association, const char *study_uid, const char *series_uid, GPtrArray *listing,
            GError **error)
{
  g_autoptr (GHashTable) keys = make_keys ("StudyInstanceUID", study_uid, "SeriesInstanceUID", series_uid,
                                           "SOPInstanceUID", "", "SOPClassUID", "", NULL);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);

  if (!run (association, "image", keys, IMAGES_MAX - MIN (listing->len, IMAGES_MAX - 1), rows, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    const char *sop_uid = g_hash_table_lookup (g_ptr_array_index (rows, i), "SOPInstanceUID");
    const char *sop_class = g_hash_table_lookup (g_ptr_array_index (rows, i), "SOPClassUID");
    NegListed *listed;

    if (!is_uid (sop_uid))
      return fail_unnamed (association, error);
    listed = g_new0 (NegListed, 1);
    listed->sop_instance_uid = g_strdup (sop_uid);
    listed->sop_class_uid = g_strdup (is_uid (sop_class) ? sop_class : "");
    listed->study_uid = g_strdup (study_uid);
    listed->series_uid = g_strdup (series_uid);
    g_ptr_array_add (listing, listed);
  }
  return TRUE;
}

static gboolean
ask_series (NegAssociation *association, const char *study_uid, GPtrArray *listing, GError **error)
{
  g_autoptr (GHashTable) keys = make_keys ("StudyInstanceUID", study_uid, "SeriesInstanceUID", "", NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);

  if (!run (association, "series", keys, SERIES_MAX, rows, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    char *uid = g_hash_table_lookup (g_ptr_array_index (rows, i), "SeriesInstanceUID");
    const guint n_before = listing->len;

    if (!is_uid (uid))
      return fail_unnamed (association, error);
    if (!g_hash_table_add (seen, uid))
      continue;
    if (!ask_images (association, study_uid, uid, listing, error))
      return FALSE;
    if (listing->len == n_before)
      return neg_fail (error, NEG_ERROR_INCONSISTENT, association->peer->name,
                       "the peer lists a series and no image of it");
  }
  return TRUE;
}

/* --- whose it is --- */

#define STUDIES_MAX 100 /* with one UID */

void
_neg_listed_patient_clear (NegListedPatient *patient)
{
  g_free (patient->id);
  g_free (patient->issuer);
  g_free (patient->name);
  *patient = (NegListedPatient) { 0 };
}

/* As the archive tells patients apart. */
static char *
make_patient_key (GHashTable *row)
{
  g_autofree char *id = neg_identity_dup_id (g_hash_table_lookup (row, "PatientID"));
  g_autofree char *issuer = neg_identity_dup_id (g_hash_table_lookup (row, "IssuerOfPatientID"));
  g_autofree char *name_key = neg_identity_dup_name_key (g_hash_table_lookup (row, "PatientName"));

  return g_strjoin ("\\", id, issuer, name_key, NULL);
}

void
_neg_listed_patient_read (NegListedPatient *patient, GPtrArray *rows, const char *study_uid)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < rows->len; i++) {
    GHashTable *row = g_ptr_array_index (rows, i);
    g_autofree char *key = NULL;

    if (g_strcmp0 (g_hash_table_lookup (row, "StudyInstanceUID"), study_uid) != 0)
      continue;
    key = make_patient_key (row);
    if (first == NULL) {
      patient->id = g_strdup (g_hash_table_lookup (row, "PatientID"));
      patient->issuer = g_strdup (g_hash_table_lookup (row, "IssuerOfPatientID"));
      patient->name = g_strdup (g_hash_table_lookup (row, "PatientName"));
      first = g_steal_pointer (&key);
    } else
      patient->is_several |= !g_str_equal (key, first);
  }
}

/* --- how much it is --- */

void
_neg_listed_sum_clear (NegListedSum *sum)
{
  g_clear_pointer (&sum->sop_classes, g_strfreev);
  sum->n_images = 0;
}

static gboolean
are_uids (char **texts)
{
  for (guint i = 0; texts[i] != NULL; i++)
    if (!is_uid (texts[i]))
      return FALSE;
  return texts[0] != NULL;
}

void
_neg_listed_sum_read (NegListedSum *sum, GPtrArray *rows, const char *study_uid, gboolean needs_classes)
{
  GHashTable *row = rows->len == 1 ? g_ptr_array_index (rows, 0) : NULL; /* several: of whom is the number? */
  const char *number, *classes;
  guint64 n_images;

  if (row == NULL || g_strcmp0 (g_hash_table_lookup (row, "StudyInstanceUID"), study_uid) != 0)
    return;
  number = g_hash_table_lookup (row, "NumberOfStudyRelatedInstances");
  classes = g_hash_table_lookup (row, "SOPClassesInStudy");
  if (number == NULL || !g_ascii_string_to_unsigned (number, 10, 1, IMAGES_MAX, &n_images, NULL))
    return;
  if (needs_classes) {
    g_auto (GStrv) uids = g_strsplit (classes != NULL ? classes : "", "\\", -1);

    if (!are_uids (uids))
      return;
    sum->sop_classes = g_steal_pointer (&uids);
  }
  sum->n_images = (guint) n_images;
}

GVariant *
_neg_listed_sum_make_contexts (const NegListedSum *sum)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sas)"));
  for (guint i = 0; sum->sop_classes[i] != NULL; i++)
    g_variant_builder_add (&builder, "(s@as)", sum->sop_classes[i], g_variant_new_strv (NULL, 0));
  return g_variant_builder_end (&builder);
}

static gboolean
ask_study (NegAssociation *association, const char *study_uid, NegListedPatient *patient, NegListedSum *sum,
           GError **error)
{
  const NegPeer *peer = association->peer;
  const gboolean needs_classes = peer->kind != NEG_PEER_WEB && peer->retrieve != NEG_RETRIEVE_MOVE;
  g_autoptr (GHashTable) keys = make_keys ("StudyInstanceUID", study_uid, "PatientID", "", "IssuerOfPatientID", "",
                                           "PatientName", "", NULL);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);

  if (sum != NULL)
    g_hash_table_insert (keys, g_strdup ("NumberOfStudyRelatedInstances"), g_strdup (""));
  if (sum != NULL && needs_classes)
    g_hash_table_insert (keys, g_strdup ("SOPClassesInStudy"), g_strdup (""));
  if (!run (association, "study", keys, STUDIES_MAX, rows, error))
    return FALSE;
  _neg_listed_patient_read (patient, rows, study_uid);
  if (sum != NULL)
    _neg_listed_sum_read (sum, rows, study_uid, needs_classes);
  return TRUE;
}

gboolean
_neg_listing_ask (NegAgent *agent, const NegPeer *peer, const char *study_uid, const char *series_uid,
                  GCancellable *cancellable, NegListedPatient *patient, NegListedSum *sum, GPtrArray **listing,
                  GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) listed_free);
  g_auto (NegAssociation) association = { 0 };

  *listing = NULL;
  if (!_neg_association_open (&association, agent, peer, "query", NULL, cancellable, error)
      || !ask_study (&association, study_uid, patient, sum, error))
    return FALSE;
  if (sum == NULL || sum->n_images == 0) {
    if (series_uid != NULL ? !ask_images (&association, study_uid, series_uid, all, error)
                           : !ask_series (&association, study_uid, all, error))
      return FALSE;
    *listing = g_steal_pointer (&all);
  }
  _neg_association_finish (&association, NULL);
  return TRUE;
}

/* --- what is here --- */

/* The same UIDs with another patient are other images. *rowid 0: all of the study UID's. */
static gboolean
find_present (NegDatabase *reader, const char *study_uid, const NegListedPatient *patient, gboolean *is_any,
              gint64 *rowid, GError **error)
{
  NegArchivePatient who;

  *is_any = TRUE;
  *rowid = 0;
  if (patient == NULL)
    return TRUE;
  if (!patient->is_several) {
    who = (NegArchivePatient) { patient->id, patient->issuer, patient->name };
    if (!neg_archive_find_study_of (reader, study_uid, &who, rowid, error))
      return FALSE;
  }
  *is_any = *rowid != 0;
  return TRUE;
}

/* The SOP instances of the study whose files are there: people empty their cache folder. */
static GHashTable *
list_present (NegAgent *agent, const char *study_uid, const NegListedPatient *patient, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (GHashTable) present = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) files = NULL;
  gboolean is_any;
  gint64 rowid;

  if (reader == NULL || !find_present (reader, study_uid, patient, &is_any, &rowid, error))
    return NULL;
  if (!is_any)
    return g_steal_pointer (&present);
  files = neg_archive_list_files (reader, neg_agent_get_data_folder (agent), neg_agent_get_cache_folder (agent),
                                  study_uid, rowid, NULL, error);
  if (files == NULL)
    return NULL;
  for (guint i = 0; i < files->len; i++) {
    const NegArchiveFile *file = g_ptr_array_index (files, i);

    if (access (file->path, R_OK) == 0)
      g_hash_table_add (present, g_strdup (file->sop_instance_uid));
  }
  return g_steal_pointer (&present);
}

gboolean
_neg_listing_count_here (NegAgent *agent, const char *study_uid, guint *n_here, GError **error)
{
  g_autoptr (GHashTable) present = list_present (agent, study_uid, NULL, error);

  *n_here = present != NULL ? g_hash_table_size (present) : 0;
  return present != NULL;
}

gboolean
_neg_listing_compare (NegAgent *agent, GPtrArray *listing, const NegListedPatient *patient, guint *n_missing,
                      GError **error)
{
  g_autoptr (GHashTable) present = NULL;

  *n_missing = 0;
  if (listing->len == 0)
    return TRUE;
  present = list_present (agent, ((const NegListed *) g_ptr_array_index (listing, 0))->study_uid, patient, error);
  if (present == NULL)
    return FALSE;
  for (guint i = 0; i < listing->len; i++) {
    NegListed *listed = g_ptr_array_index (listing, i);

    listed->is_here = g_hash_table_contains (present, listed->sop_instance_uid);
    *n_missing += listed->is_here ? 0 : 1;
  }
  return TRUE;
}

GVariant *
_neg_listing_make_contexts (GPtrArray *listing)
{
  g_autoptr (GHashTable) classes = g_hash_table_new (g_str_hash, g_str_equal);
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer sop_class;

  for (guint i = 0; i < listing->len; i++) {
    const NegListed *listed = g_ptr_array_index (listing, i);

    if (*listed->sop_class_uid == '\0')
      return NULL;
    if (!listed->is_here)
      g_hash_table_add (classes, listed->sop_class_uid);
  }
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sas)"));
  g_hash_table_iter_init (&iter, classes);
  while (g_hash_table_iter_next (&iter, &sop_class, NULL))
    g_variant_builder_add (&builder, "(s@as)", sop_class, g_variant_new_strv (NULL, 0));
  return g_variant_builder_end (&builder);
}

gboolean
_neg_listed_sum_names (const NegListedSum *sum, GPtrArray *listing)
{
  for (guint i = 0; sum->sop_classes != NULL && i < listing->len; i++) {
    const NegListed *listed = g_ptr_array_index (listing, i);

    if (!listed->is_here && !g_strv_contains ((const char *const *) sum->sop_classes, listed->sop_class_uid))
      return FALSE;
  }
  return TRUE;
}

/* --- what to ask for --- */

/* Of one series, in the order of the listing. */
typedef struct {
  const char *uid;
  GPtrArray *missing; /* SOP instance UIDs, borrowed */
  gboolean is_partly_here;
} Series;

static void
series_free (Series *series)
{
  g_ptr_array_unref (series->missing);
  g_free (series);
}

static GPtrArray *
group_by_series (GPtrArray *listing)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify) series_free);
  g_autoptr (GHashTable) by_uid = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < listing->len; i++) {
    const NegListed *listed = g_ptr_array_index (listing, i);
    Series *series = g_hash_table_lookup (by_uid, listed->series_uid);

    if (series == NULL) {
      series = g_new0 (Series, 1);
      series->uid = listed->series_uid;
      series->missing = g_ptr_array_new ();
      g_hash_table_insert (by_uid, listed->series_uid, series);
      g_ptr_array_add (groups, series);
    }
    if (listed->is_here)
      series->is_partly_here = TRUE;
    else
      g_ptr_array_add (series->missing, listed->sop_instance_uid);
  }
  return groups;
}

static void
add_images (GPtrArray *identifiers, const Series *series, const char *study_uid)
{
  for (guint i = 0; i < series->missing->len; i += UIDS_MAX) {
    g_autoptr (GString) uids = g_string_new (NULL);

    for (guint k = i; k < MIN (series->missing->len, i + UIDS_MAX); k++)
      g_string_append_printf (uids, "%s%s", k > i ? "\\" : "", (const char *) g_ptr_array_index (series->missing, k));
    g_ptr_array_add (identifiers,
                     make_keys ("QueryRetrieveLevel", "IMAGE", "StudyInstanceUID", study_uid, "SeriesInstanceUID",
                                series->uid, "SOPInstanceUID", uids->str, NULL));
  }
}

GPtrArray *
_neg_listing_make_identifiers (GPtrArray *listing, const char *study_uid, const char *series_uid)
{
  GPtrArray *identifiers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_autoptr (GPtrArray) groups = listing != NULL ? group_by_series (listing) : g_ptr_array_new ();
  gboolean is_partly_here = FALSE;

  for (guint i = 0; i < groups->len; i++)
    is_partly_here |= ((Series *) g_ptr_array_index (groups, i))->is_partly_here;
  if (series_uid == NULL && !is_partly_here) {
    g_ptr_array_add (identifiers, make_keys ("QueryRetrieveLevel", "STUDY", "StudyInstanceUID", study_uid, NULL));
    return identifiers;
  }
  if (groups->len == 0)
    g_ptr_array_add (identifiers, make_keys ("QueryRetrieveLevel", "SERIES", "StudyInstanceUID", study_uid,
                                             "SeriesInstanceUID", series_uid, NULL));
  for (guint i = 0; i < groups->len; i++) {
    const Series *series = g_ptr_array_index (groups, i);

    if (series->is_partly_here)
      add_images (identifiers, series, study_uid);
    else
      g_ptr_array_add (identifiers, make_keys ("QueryRetrieveLevel", "SERIES", "StudyInstanceUID", study_uid,
                                               "SeriesInstanceUID", series->uid, NULL));
  }
  return identifiers;
}
