/* What is asked for, read and checked: it comes over the bus. */
#include "config.h"

#include "agent/neg-agent-corrections-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-uid.h"

#define NAMED_MAX 100000u
#define VALUES_MAX 100u
#define STUDIES_MAX 100u
#define TEXT_BYTES_MAX 1024u

static const char *const kind_names[] = { "match", "set", "merge", "split", "move", "drop" };

/* What says who the patient is (PS3.3 C.7.1.1): a study has one. */
static const char *const patient_keywords[] = {
  "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientBirthTime", "PatientSex", "OtherPatientIDs",
  "OtherPatientNames", "OtherPatientIDsSequence", "PatientBirthName", "PatientMotherBirthName", "EthnicGroup", NULL,
};

/* Of the study as a whole (C.7.2.1). */
static const char *const study_keywords[] = {
  "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "IssuerOfAccessionNumberSequence", "StudyDescription",
  "ReferringPhysicianName", "PatientAge", "PatientSize", "PatientWeight", NULL,
};

static const char *const meaning_keywords[] = {
  "Laterality", "ImageLaterality", "PatientOrientation", "PatientPosition", "ViewPosition", "ViewCodeSequence",
  "ImageOrientationPatient", "ImagePositionPatient", "PatientOrientationCodeSequence", "PatientGantryRelationshipCodeSequence",
  "AnatomicRegionSequence", NULL,
};

/* Merging, splitting and moving give them. */
static const char *const uid_keywords[] = {
  "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "FrameOfReferenceUID", NULL,
};

void
_neg_spec_free (NegSpec *spec)
{
  if (spec == NULL)
    return;
  g_strfreev (spec->objects);
  g_strfreev (spec->series);
  g_ptr_array_unref (spec->values);
  g_array_unref (spec->studies);
  g_free (spec->into);
  g_free (spec->description);
  g_free (spec);
}

static gboolean
fail (const char *key, const char *why, GError **error)
{
  return neg_fail (error, NEG_ERROR_USAGE, key, "%s", why);
}

static gboolean
check_uids (char **uids, const char *key, GError **error)
{
  if (g_strv_length (uids) > NAMED_MAX)
    return fail (key, "there are too many of them", error);
  for (guint i = 0; uids[i] != NULL; i++)
    if (!neg_uid_is_valid (uids[i]))
      return fail (key, "this is not a UID", error);
  return TRUE;
}

static gboolean
read_values (NegSpec *spec, GVariant *values, GError **error)
{
  GVariantIter iter;
  const char *path, *value;

  if (g_variant_n_children (values) > VALUES_MAX)
    return fail ("values", "there are too many of them", error);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "(&s&s)", &path, &value)) {
    if (*path == '\0' || strlen (path) > TEXT_BYTES_MAX || strlen (value) > TEXT_BYTES_MAX)
      return fail ("values", "this is no attribute with a value", error);
    if (g_strv_contains (uid_keywords, path))
      return neg_fail (error, NEG_ERROR_REFUSED, path, "UIDs are not set: studies are merged and split, images are moved");
    g_ptr_array_add (spec->values, g_strdup (path));
    g_ptr_array_add (spec->values, g_strdup (value));
  }
  return TRUE;
}

static gboolean
read_kind (NegSpec *spec, GVariant *value, GError **error)
{
  const char *name = g_variant_get_string (value, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (strcmp (kind_names[i], name) == 0) {
      spec->kind = i;
      return TRUE;
    }
  return fail ("kind", "this is none of match, set, merge, split, move and drop", error);
}

static gboolean
read_strings (char ***strings, GVariant *value, const char *key, GError **error)
{
  g_strfreev (*strings);
  *strings = g_variant_dup_strv (value, NULL);
  return check_uids (*strings, key, error);
}

static gboolean
read_text (char **text, GVariant *value, const char *key, GError **error)
{
  g_free (*text);
  *text = g_variant_dup_string (value, NULL);
  return strlen (*text) <= TEXT_BYTES_MAX || fail (key, "this is too long", error);
}

static gboolean
read_key (NegSpec *spec, const char *key, GVariant *value, GError **error)
{
  const char *type = g_variant_get_type_string (value);

  if (strcmp (key, "kind") == 0 && strcmp (type, "s") == 0)
    return read_kind (spec, value, error);
  if (strcmp (key, "objects") == 0 && strcmp (type, "as") == 0)
    return read_strings (&spec->objects, value, key, error);
  if (strcmp (key, "series") == 0 && strcmp (type, "as") == 0)
    return read_strings (&spec->series, value, key, error);
  if (strcmp (key, "values") == 0 && strcmp (type, "a(ss)") == 0)
    return read_values (spec, value, error);
  if (strcmp (key, "into") == 0 && strcmp (type, "s") == 0)
    return read_text (&spec->into, value, key, error);
  if (strcmp (key, "description") == 0 && strcmp (type, "s") == 0)
    return read_text (&spec->description, value, key, error);
  if (strcmp (key, "dry-run") == 0 && strcmp (type, "b") == 0) {
    spec->is_dry = g_variant_get_boolean (value);
    return TRUE;
  }
  if (strcmp (key, "order") == 0 && strcmp (type, "x") == 0) {
    spec->order = g_variant_get_int64 (value);
    return TRUE;
  }
  if (strcmp (key, "studies") == 0 && strcmp (type, "ax") == 0 && g_variant_n_children (value) <= STUDIES_MAX) {
    gsize n;
    const gint64 *ids = g_variant_get_fixed_array (value, &n, sizeof *ids);

    g_array_append_vals (spec->studies, ids, (guint) n);
    return TRUE;
  }
  return neg_fail (error, NEG_ERROR_USAGE, key, "a correction has no “%s” of this kind", key);
}

/* What each kind needs. */
static gboolean
check (const NegSpec *spec, GError **error)
{
  const gboolean is_part = _neg_spec_is_of_part (spec);

  if (spec->kind == NEG_SPEC_MATCH && spec->order <= 0)
    return fail ("order", "no order is named", error);
  if (spec->kind == NEG_SPEC_SET && spec->values->len == 0)
    return fail ("values", "no value is named", error);
  if (spec->kind == NEG_SPEC_MERGE && (spec->studies->len == 0 || is_part))
    return fail ("studies", "whole studies are merged: name them", error);
  if (spec->kind == NEG_SPEC_SPLIT && (*spec->series == NULL || *spec->objects != NULL))
    return fail ("series", "whole series go to another study: name them", error);
  if ((spec->kind == NEG_SPEC_MOVE || spec->kind == NEG_SPEC_DROP) && !is_part)
    return fail ("objects", "no images are named", error);
  if (*spec->into != '\0' && !neg_uid_is_valid (spec->into))
    return fail ("into", "this is not a UID", error);
  for (guint i = 0; is_part && spec->kind == NEG_SPEC_SET && i < spec->values->len; i += 2)
    if (g_strv_contains (patient_keywords, spec->values->pdata[i])
        || g_strv_contains (study_keywords, spec->values->pdata[i]))
      return neg_fail (error, NEG_ERROR_REFUSED, spec->values->pdata[i],
                       "this is the same in all of a study: the whole study is corrected, or part of it split off first");
  return TRUE;
}

NegSpec *
_neg_spec_read (GVariant *variant, GError **error)
{
  g_autoptr (NegSpec) spec = g_new0 (NegSpec, 1);
  gboolean has_kind = FALSE;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  spec->objects = g_new0 (char *, 1);
  spec->series = g_new0 (char *, 1);
  spec->values = g_ptr_array_new_with_free_func (g_free);
  spec->studies = g_array_new (FALSE, FALSE, sizeof (gint64));
  spec->into = g_strdup ("");
  spec->description = g_strdup ("");
  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value)) {
    const gboolean done = read_key (spec, key, value, error);

    has_kind = has_kind || strcmp (key, "kind") == 0;
    g_variant_unref (value);
    if (!done)
      return NULL;
  }
  if (!has_kind) {
    fail ("kind", "the kind of correction is not named", error);
    return NULL;
  }
  return check (spec, error) ? g_steal_pointer (&spec) : NULL;
}

const char *
_neg_spec_get_value (const NegSpec *spec, const char *path)
{
  for (guint i = 0; i < spec->values->len; i += 2)
    if (strcmp (spec->values->pdata[i], path) == 0)
      return spec->values->pdata[i + 1];
  return NULL;
}

gboolean
_neg_spec_is_of_part (const NegSpec *spec)
{
  return *spec->objects != NULL || *spec->series != NULL;
}

/* A path may also be a number, or lead into a sequence. */
static gboolean
has_any (const NegSpec *spec, const char *const *keywords)
{
  for (guint i = 0; i < spec->values->len; i += 2) {
    g_autofree char *first = g_strndup (spec->values->pdata[i], strcspn (spec->values->pdata[i], "[."));

    if (g_strv_contains (keywords, first))
      return TRUE;
  }
  return FALSE;
}

/* Numbers of group 0010 are the patient's as well. */
gboolean
_neg_spec_has_patient_values (const NegSpec *spec)
{
  for (guint i = 0; i < spec->values->len; i += 2)
    if (g_str_has_prefix (spec->values->pdata[i], "0010"))
      return TRUE;
  return has_any (spec, patient_keywords);
}

/* A number hides what it is, so it counts. */
gboolean
_neg_spec_changes_meaning (const NegSpec *spec)
{
  for (guint i = 0; i < spec->values->len; i += 2)
    if (g_ascii_isdigit (*(const char *) spec->values->pdata[i]))
      return TRUE;
  return has_any (spec, meaning_keywords);
}
