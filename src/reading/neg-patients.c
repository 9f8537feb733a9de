#include "config.h"

#include "reading/neg-patients.h"

static const char *
text_or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static char *
dup_id_key (const NegInstance *instance)
{
  g_autofree char *id = neg_identity_dup_id (instance->patient_id);

  return *id != '\0' ? g_strdup_printf ("%s\n%s", id, text_or_empty (instance->patient_id_issuer)) : NULL;
}

char *
neg_patient_dup_key (const NegInstance *instance)
{
  g_autofree char *id = dup_id_key (instance);
  g_autofree char *name = neg_identity_dup_name_key (instance->patient_name);

  /* Without an ID a name alone is no identity: the same only within one study. */
  if (id == NULL)
    return g_strdup_printf ("\n\n%s\n%s", name, text_or_empty (instance->study_uid));
  return g_strdup_printf ("%s\n%s", id, name);
}

/* An archive knows an issuer also where the images say none; it never counts for less than what they say. */
static gboolean
is_alias_of (const NegAlias *alias, const NegInstance *instance, const char *id, const char *name_key)
{
  g_autofree char *issuer = neg_identity_dup_id (instance->patient_id_issuer);

  return g_str_equal (alias->study_uid, text_or_empty (instance->study_uid)) && g_str_equal (alias->id, id)
         && g_str_equal (alias->name_key, name_key) && (*issuer == '\0' || g_str_equal (alias->issuer, issuer));
}

static const NegAlias *
find_alias (GPtrArray *aliases, const NegInstance *instance)
{
  g_autofree char *id = NULL, *name_key = NULL;

  if (aliases == NULL || aliases->len == 0)
    return NULL;
  id = neg_identity_dup_id (instance->patient_id);
  name_key = neg_identity_dup_name_key (instance->patient_name);
  for (guint i = 0; *id != '\0' && i < aliases->len; i++) {
    const NegAlias *alias = g_ptr_array_index (aliases, i);

    if (is_alias_of (alias, instance, id, name_key))
      return alias;
  }
  return NULL;
}

char *
neg_patient_dup_key_of (const NegInstance *instance, GPtrArray *aliases)
{
  const NegAlias *alias = find_alias (aliases, instance);

  return alias != NULL ? g_strdup_printf ("%s\n%s\n%s", alias->now_id, alias->now_issuer, alias->now_name_key)
                       : neg_patient_dup_key (instance);
}

static void
study_free (gpointer data)
{
  NegStudy *study = data;

  g_free (study->study_uid);
  neg_instance_unref (study->instance);
  g_ptr_array_unref (study->series);
  g_free (study);
}

static void
patient_free (gpointer data)
{
  NegPatient *patient = data;

  g_free (patient->key);
  neg_instance_unref (patient->instance);
  g_ptr_array_unref (patient->studies);
  g_free (patient);
}

NegPatient *
neg_patients_find (GPtrArray *patients, const char *key)
{
  for (guint i = 0; patients != NULL && key != NULL && i < patients->len; i++) {
    NegPatient *patient = g_ptr_array_index (patients, i);

    if (g_str_equal (patient->key, key))
      return patient;
  }
  return NULL;
}

const NegStudy *
neg_patient_find_study (const NegPatient *patient, const char *study_uid)
{
  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    if (g_str_equal (study->study_uid, text_or_empty (study_uid)))
      return study;
  }
  return NULL;
}

static NegPatient *
ensure_patient (GPtrArray *patients, GHashTable *by_key, NegInstance *instance, GPtrArray *aliases)
{
  g_autofree char *key = neg_patient_dup_key_of (instance, aliases);
  NegPatient *patient = g_hash_table_lookup (by_key, key);

  if (patient != NULL)
    return patient;
  patient = g_new0 (NegPatient, 1);
  patient->key = g_steal_pointer (&key);
  patient->instance = neg_instance_ref (instance);
  patient->studies = g_ptr_array_new_with_free_func (study_free);
  g_ptr_array_add (patients, patient);
  g_hash_table_insert (by_key, patient->key, patient);
  return patient;
}

static NegStudy *
ensure_study (NegPatient *patient, GHashTable *by_key, NegInstance *instance, GPtrArray *aliases)
{
  const NegAlias *alias;
  const char *uid = text_or_empty (instance->study_uid);
  g_autofree char *key = g_strconcat (patient->key, "\n", uid, NULL);
  NegStudy *study = g_hash_table_lookup (by_key, key);

  if (study != NULL)
    return study;
  alias = find_alias (aliases, instance);
  study = g_new0 (NegStudy, 1);
  study->other_id = alias != NULL && neg_alias_has_other_id (alias);
  study->other_name = alias != NULL && neg_alias_has_other_name (alias);
  study->study_uid = g_strdup (uid);
  study->instance = neg_instance_ref (instance);
  study->series = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (patient->studies, study);
  g_hash_table_insert (by_key, g_steal_pointer (&key), study);
  return study;
}

static int
compare_studies (gconstpointer a, gconstpointer b)
{
  const NegInstance *one = (*(NegStudy *const *) a)->instance, *other = (*(NegStudy *const *) b)->instance;
  int by_date = strcmp (text_or_empty (other->study_date), text_or_empty (one->study_date));
  int by_time = strcmp (text_or_empty (other->study_time), text_or_empty (one->study_time));

  if (by_date != 0 || by_time != 0)
    return by_date != 0 ? by_date : by_time;
  return strcmp (text_or_empty (one->study_uid), text_or_empty (other->study_uid));
}

/* Of the newest study: name and age as they are now. */
static void
sort_studies (NegPatient *patient)
{
  g_ptr_array_sort (patient->studies, compare_studies);
  neg_instance_unref (patient->instance);
  patient->instance = neg_instance_ref (((NegStudy *) g_ptr_array_index (patient->studies, 0))->instance);
}

static void
mark_shared_id (GHashTable *by_id, NegPatient *patient, const NegInstance *instance)
{
  g_autofree char *id = dup_id_key (instance);
  NegPatient *before = id != NULL ? g_hash_table_lookup (by_id, id) : NULL;

  if (before != NULL && before != patient)
    before->shares_id = patient->shares_id = TRUE;
  else if (id != NULL)
    g_hash_table_insert (by_id, g_steal_pointer (&id), patient);
}

/* Also an ID by which one of them was known. */
static void
mark_shared_ids (GPtrArray *patients)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < patients->len; i++) {
    NegPatient *patient = g_ptr_array_index (patients, i);

    for (guint k = 0; k < patient->studies->len; k++)
      mark_shared_id (by_id, patient, ((NegStudy *) g_ptr_array_index (patient->studies, k))->instance);
  }
}

/* A name in ideographs alone begins with the sign that ends the empty first group. */
static const char *
name_to_sort (const NegPatient *patient)
{
  const char *name = text_or_empty (patient->instance->patient_name);

  return name + strspn (name, "=");
}

static int
compare_patients (gconstpointer a, gconstpointer b)
{
  const NegPatient *one = *(NegPatient *const *) a, *other = *(NegPatient *const *) b;
  int by_name = g_utf8_collate (name_to_sort (one), name_to_sort (other));

  return by_name != 0 ? by_name : strcmp (one->key, other->key);
}

GPtrArray *
neg_patients_build (GListModel *series, GPtrArray *aliases)
{
  GPtrArray *patients = g_ptr_array_new_with_free_func (patient_free);
  g_autoptr (GHashTable) by_key = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) studies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = series != NULL ? g_list_model_get_n_items (series) : 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (NegSeries) item = g_list_model_get_item (series, i);
    NegInstance *instance;
    NegStudy *study;

    if (neg_series_get_n_frames (item) == 0)
      continue;
    instance = neg_series_get_frame (item, 0)->instance;
    study = ensure_study (ensure_patient (patients, by_key, instance, aliases), studies, instance, aliases);
    g_ptr_array_add (study->series, g_object_ref (item));
  }
  for (guint i = 0; i < patients->len; i++)
    sort_studies (g_ptr_array_index (patients, i));
  g_ptr_array_sort (patients, compare_patients);
  mark_shared_ids (patients);
  return patients;
}
