/* The patient of the images against the order's, and whether they are of one patient. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "model/neg-identity.h"

/* Objects of one patient: the same ID and name. */
typedef struct {
  char *key;
  GPtrArray *objects; /* NegQualityObject */
} Patient;

static void
free_patient (gpointer data)
{
  Patient *patient = data;

  g_free (patient->key);
  g_ptr_array_unref (patient->objects);
  g_free (patient);
}

static char *
dup_key (const NegQualityObject *object)
{
  g_autofree char *id = neg_identity_dup_id (neg_quality_get (object, NEG_RECORD_PATIENT_ID));
  g_autofree char *name = neg_identity_dup_name_key (neg_quality_get (object, NEG_RECORD_PATIENT_NAME));

  return g_strdup_printf ("%s\n%s", id, name);
}

static int
compare_patients (gconstpointer a, gconstpointer b)
{
  const Patient *const *left = a, *const *right = b;

  return (int) (*right)->objects->len - (int) (*left)->objects->len;
}

/* Those with most objects first. */
static GPtrArray *
list_patients (const NegQualityRun *run)
{
  GPtrArray *patients = g_ptr_array_new_with_free_func (free_patient);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < run->objects->len; i++) {
    g_autofree char *key = dup_key (run->objects->pdata[i]);
    Patient *patient = g_hash_table_lookup (known, key);

    if (patient == NULL) {
      patient = g_new0 (Patient, 1);
      patient->key = g_steal_pointer (&key);
      patient->objects = g_ptr_array_new ();
      g_ptr_array_add (patients, patient);
      g_hash_table_insert (known, patient->key, patient);
    }
    g_ptr_array_add (patient->objects, run->objects->pdata[i]);
  }
  g_ptr_array_sort (patients, compare_patients);
  return patients;
}

static char *
dup_id_words (const char *id, const char *issuer)
{
  if (*id == '\0')
    return g_strdup (_ ("no patient ID"));
  return *issuer != '\0' ? g_strdup_printf (_ ("patient ID %s of %s"), id, issuer) : g_strdup_printf (_ ("patient ID %s"), id);
}

static char *
dup_name_words (const char *name)
{
  g_autofree char *group = g_strndup (name, strcspn (name, "="));
  g_auto (GStrv) parts = g_strsplit (g_strstrip (group)[0] != '\0' ? group : name, "^", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_string_append_printf (text, "%s%s", text->len == 0 ? "" : i == 1 ? ", " : " ", parts[i]);
  return g_string_free (text, FALSE);
}

static char *
dup_patient_words (const NegQualityObject *object)
{
  g_autofree char *name = dup_name_words (neg_quality_get (object, NEG_RECORD_PATIENT_NAME));
  g_autofree char *id
      = dup_id_words (neg_quality_get (object, NEG_RECORD_PATIENT_ID), neg_quality_get (object, NEG_RECORD_ISSUER));

  return *name != '\0' ? g_strdup_printf ("%s (%s)", name, id) : g_steal_pointer (&id);
}

static char *
dup_with_likeness (char *words, NegLikeness likeness)
{
  const char *what = neg_likeness_describe (likeness);
  char *both;

  if (what == NULL)
    return words;
  both = g_strdup_printf ("%s: %s", words, what);
  g_free (words);
  return both;
}

/* The action that takes all of the patient from the order, where it has a number; else the one value. */
static void
mend (NegFinding *finding, const NegQualityExpectation *order, const char *keyword, const char *value)
{
  if (order->order != 0)
    neg_quality_mend (finding, NEG_ACTION_MATCH, g_strdup_printf ("%" G_GINT64_FORMAT, order->order));
  else
    neg_quality_mend (finding, NEG_ACTION_SET, g_strdup_printf ("%s=%s", keyword, value));
}

/* --- several patients --- */

/* Documents and states are sometimes written without a name; that makes no other patient of the same ID. */
static gboolean
is_same_patient (const NegQualityObject *a, const NegQualityObject *b, NegLikeness *likeness)
{
  const char *name_a = neg_quality_get (a, NEG_RECORD_PATIENT_NAME), *name_b = neg_quality_get (b, NEG_RECORD_PATIENT_NAME);
  g_autofree char *id_a = neg_identity_dup_id (neg_quality_get (a, NEG_RECORD_PATIENT_ID));
  g_autofree char *id_b = neg_identity_dup_id (neg_quality_get (b, NEG_RECORD_PATIENT_ID));

  *likeness = neg_quality_compare_names (name_a, name_b);
  if (!g_str_equal (id_a, id_b))
    return FALSE;
  return *name_a == '\0' || *name_b == '\0' || *likeness < NEG_LIKE_PART;
}

static void
check_mixed (NegQualityRun *run, const Patient *most, const Patient *other)
{
  const NegQualityObject *first = most->objects->pdata[0], *object = other->objects->pdata[0];
  NegLikeness likeness;
  gboolean is_same = is_same_patient (first, object, &likeness);
  NegFinding *finding;

  finding = neg_quality_report (run, NEG_CHECK_PATIENT_MIXED, is_same ? NEG_SEVERITY_WARNING : NEG_SEVERITY_ERROR,
                                other->objects,
                                dup_with_likeness (dup_patient_words (object), is_same ? likeness : NEG_LIKE_NOT),
                                dup_patient_words (first),
                                is_same ? _ ("The archive may keep them as two patients.")
                                        : _ ("Images of another person would be read as this patient's."));
  if (is_same)
    neg_quality_mend (finding, NEG_ACTION_SET,
                      g_strdup_printf ("PatientName=%s", neg_quality_get (first, NEG_RECORD_PATIENT_NAME)));
  else
    neg_quality_mend (finding, NEG_ACTION_SPLIT, neg_quality_join_series_uids (other->objects));
}

/* --- against the order --- */

static void
check_id (NegQualityRun *run, const Patient *patient, const NegQualityExpectation *order)
{
  const NegQualityObject *object = patient->objects->pdata[0];
  const char *id = neg_quality_get (object, NEG_RECORD_PATIENT_ID), *issuer = neg_quality_get (object, NEG_RECORD_ISSUER);
  NegLikeness likeness = neg_quality_compare_ids (id, order->patient_id);
  gboolean is_other_issuer = *issuer != '\0' && *order->issuer != '\0' && !g_str_equal (issuer, order->issuer);
  NegFinding *finding;

  if (*order->patient_id == '\0' || (likeness == NEG_LIKE_EQUAL && !is_other_issuer))
    return;
  finding = neg_quality_report (run, NEG_CHECK_PATIENT_ID, NEG_SEVERITY_ERROR, patient->objects,
                                dup_with_likeness (dup_id_words (id, issuer), likeness),
                                dup_id_words (order->patient_id, order->issuer),
                                _ ("The study would be filed under another patient."));
  mend (finding, order, "PatientID", order->patient_id);
}

static void
check_name (NegQualityRun *run, const Patient *patient, const NegQualityExpectation *order)
{
  const char *name = neg_quality_get (patient->objects->pdata[0], NEG_RECORD_PATIENT_NAME);
  NegLikeness likeness = neg_quality_compare_names (name, order->patient_name);
  NegSeverity most = likeness == NEG_LIKE_WRITING ? NEG_SEVERITY_NOTE
                     : likeness < NEG_LIKE_PART   ? NEG_SEVERITY_WARNING
                                                  : NEG_SEVERITY_ERROR;
  NegFinding *finding;

  if (*order->patient_name == '\0' || likeness == NEG_LIKE_EQUAL)
    return;
  finding = neg_quality_report (run, NEG_CHECK_PATIENT_NAME, most, patient->objects,
                                *name != '\0' ? dup_with_likeness (dup_name_words (name), likeness) : g_strdup (_ ("no name")),
                                dup_name_words (order->patient_name),
                                most == NEG_SEVERITY_ERROR ? _ ("These may be the images of another person.")
                                                           : _ ("A name that is typed differently is found by nobody."));
  mend (finding, order, "PatientName", order->patient_name);
}

/* What differs between two dates YYYYMMDD, in words; NULL where it cannot be said shortly. */
static const char *
describe_dates (const char *a, const char *b)
{
  if (strlen (a) != 8 || strlen (b) != 8)
    return NULL;
  if (strncmp (a, b, 4) == 0 && strncmp (a + 4, b + 6, 2) == 0 && strncmp (a + 6, b + 4, 2) == 0)
    return _ ("day and month are swapped");
  if (strcmp (a + 4, b + 4) == 0)
    return _ ("the year differs");
  return strncmp (a, b, 6) == 0 ? _ ("the day differs") : NULL;
}

static char *
dup_date_words (const char *date)
{
  if (strlen (date) != 8 || strspn (date, "0123456789") != 8)
    return g_strdup (*date != '\0' ? date : _ ("no date"));
  return g_strdup_printf ("%.4s-%.2s-%.2s", date, date + 4, date + 6);
}

static void
check_birth_date (NegQualityRun *run, const Patient *patient, const NegQualityExpectation *order)
{
  const char *date = neg_quality_get (patient->objects->pdata[0], NEG_RECORD_BIRTH_DATE);
  const char *what = describe_dates (date, order->birth_date);
  char *found;
  NegFinding *finding;

  if (*order->birth_date == '\0' || strncmp (date, order->birth_date, 8) == 0)
    return;
  found = dup_date_words (date);
  if (what != NULL) {
    char *both = g_strdup_printf ("%s: %s", found, what);

    g_free (found);
    found = both;
  }
  finding = neg_quality_report (run, NEG_CHECK_BIRTH_DATE, *date != '\0' ? NEG_SEVERITY_ERROR : NEG_SEVERITY_NOTE,
                                patient->objects, found, dup_date_words (order->birth_date),
                                _ ("The birth date tells patients of one name apart."));
  mend (finding, order, "PatientBirthDate", order->birth_date);
}

static char *
dup_sex_words (const char *sex)
{
  switch (*sex) {
  case 'F':
    return g_strdup (_ ("female"));
  case 'M':
    return g_strdup (_ ("male"));
  case 'O':
    return g_strdup (_ ("other"));
  default:
    return g_strdup (*sex != '\0' ? sex : _ ("not said"));
  }
}

static void
check_sex (NegQualityRun *run, const Patient *patient, const NegQualityExpectation *order)
{
  const char *sex = neg_quality_get (patient->objects->pdata[0], NEG_RECORD_SEX);
  gboolean is_known = *sex == 'F' || *sex == 'M';
  NegFinding *finding;

  if ((*order->sex != 'F' && *order->sex != 'M') || *sex == *order->sex)
    return;
  finding = neg_quality_report (run, NEG_CHECK_SEX, is_known ? NEG_SEVERITY_ERROR : NEG_SEVERITY_NOTE, patient->objects,
                                dup_sex_words (sex), dup_sex_words (order->sex),
                                _ ("Another sex may mean another patient."));
  mend (finding, order, "PatientSex", order->sex);
}

/* Whom the order means, of several; else whose images are most. */
static const Patient *
find_patient (GPtrArray *patients, const NegQualityExpectation *order)
{
  for (guint i = 0; order != NULL && *order->patient_id != '\0' && i < patients->len; i++) {
    const Patient *patient = patients->pdata[i];

    if (neg_quality_compare_ids (neg_quality_get (patient->objects->pdata[0], NEG_RECORD_PATIENT_ID), order->patient_id)
        == NEG_LIKE_EQUAL)
      return patient;
  }
  return patients->pdata[0];
}

void
neg_quality_check_identity (NegQualityRun *run)
{
  g_autoptr (GPtrArray) patients = list_patients (run);
  const NegQualityExpectation *order = neg_quality_find_order (run);
  const Patient *patient;

  if (patients->len == 0)
    return;
  patient = find_patient (patients, order);
  for (guint i = 0; i < patients->len; i++)
    if (patients->pdata[i] != patient)
      check_mixed (run, patient, patients->pdata[i]);
  if (order == NULL)
    return;
  check_id (run, patient, order);
  check_name (run, patient, order);
  check_birth_date (run, patient, order);
  check_sex (run, patient, order);
}
