/* What a check asks of objects, and how it says what it found. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <math.h>
#include <string.h>

#define SUBJECTS_MAX 200
#define SERIES_NAMED_MAX 4
/* Of the images of one finding, so many say what was found. */
#define IMAGES_TOLD_MAX 4

const char *
neg_quality_get (const NegQualityObject *object, NegRecordField field)
{
  const char *text = object->record != NULL ? object->record->text[field] : NULL;

  return text != NULL ? text : "";
}

char *
neg_quality_dup_value (const char *text, guint index)
{
  for (; index > 0; index--) {
    text = strchr (text, '\\');
    if (text == NULL)
      return g_strdup ("");
    text++;
  }
  return g_strstrip (g_strndup (text, strcspn (text, "\\")));
}

gboolean
neg_quality_get_number (const NegQualityObject *object, NegRecordField field, guint index, double *value)
{
  g_autofree char *text = neg_quality_dup_value (neg_quality_get (object, field), index);
  char *end = NULL;
  double number;

  /* PS3.5 6.2: a decimal string; no "inf", no hexadecimal. */
  if (*text == '\0' || strspn (text, "0123456789+-.eE") != strlen (text))
    return FALSE;
  number = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (number))
    return FALSE;
  *value = number;
  return TRUE;
}

gboolean
neg_quality_is_image (const NegQualityObject *object)
{
  /* Spectra have rows and columns of voxels, and no pixels (PS3.3 C.8.14.2). */
  return *neg_quality_get (object, NEG_RECORD_ROWS) != '\0'
         && !g_str_equal (neg_quality_get (object, NEG_RECORD_SOP_CLASS_UID), "1.2.840.10008.5.1.4.1.1.4.2");
}

static gboolean
is_one_of (const char *modality, const char *const *list)
{
  return g_strv_contains (list, modality);
}

gboolean
neg_quality_is_projection (const char *modality)
{
  static const char *const list[] = { "CR", "DX", "MG", "RG", "IO", "PX", NULL };

  return is_one_of (modality, list);
}

gboolean
neg_quality_is_section (const char *modality)
{
  static const char *const list[] = { "CT", "MR", "PT", "NM", NULL };

  return is_one_of (modality, list);
}

gboolean
neg_quality_is_localizer (const NegQualityObject *object)
{
  g_autofree char *value = neg_quality_dup_value (neg_quality_get (object, NEG_RECORD_IMAGE_TYPE), 2);

  return g_str_equal (value, "LOCALIZER");
}

/* --- groups --- */

GHashTable *
neg_quality_group (GPtrArray *objects, NegRecordField field, gboolean with_empty)
{
  GHashTable *groups
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < objects->len; i++) {
    const char *text = neg_quality_get (objects->pdata[i], field);
    GPtrArray *group;

    if (*text == '\0' && !with_empty)
      continue;
    group = g_hash_table_lookup (groups, text);
    if (group == NULL) {
      group = g_ptr_array_new ();
      g_hash_table_insert (groups, (gpointer) text, group);
    }
    g_ptr_array_add (group, objects->pdata[i]);
  }
  return groups;
}

const char *
neg_quality_get_largest (GHashTable *groups)
{
  GHashTableIter iter;
  gpointer key, value;
  const char *largest = NULL;
  guint n = 0;

  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    guint length = ((GPtrArray *) value)->len;

    if (length > n || (length == n && strcmp (key, largest) < 0)) {
      largest = key;
      n = length;
    }
  }
  return largest;
}

static char *
join (GPtrArray *objects, NegRecordField field)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < objects->len && g_hash_table_size (seen) < SUBJECTS_MAX; i++) {
    const char *uid = neg_quality_get (objects->pdata[i], field);

    if (*uid == '\0' || !g_hash_table_add (seen, (gpointer) uid))
      continue;
    if (text->len > 0)
      g_string_append_c (text, '\\');
    g_string_append (text, uid);
  }
  return g_string_free (text, FALSE);
}

char *
neg_quality_join_sop_uids (GPtrArray *objects)
{
  return join (objects, NEG_RECORD_SOP_INSTANCE_UID);
}

char *
neg_quality_join_series_uids (GPtrArray *objects)
{
  return join (objects, NEG_RECORD_SERIES_UID);
}

char *
neg_quality_dup_series_names (GPtrArray *objects)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < objects->len; i++) {
    const char *number = neg_quality_get (objects->pdata[i], NEG_RECORD_SERIES_NUMBER);
    const char *words = neg_quality_get (objects->pdata[i], NEG_RECORD_SERIES_DESCRIPTION);

    if (!g_hash_table_add (seen, (gpointer) neg_quality_get (objects->pdata[i], NEG_RECORD_SERIES_UID)))
      continue;
    if (g_hash_table_size (seen) > SERIES_NAMED_MAX) {
      g_string_append (text, ", …");
      break;
    }
    if (text->len > 0)
      g_string_append (text, ", ");
    g_string_append_printf (text, "%s%s%s", number, *number != '\0' && *words != '\0' ? " " : "", words);
  }
  return g_string_free (text, FALSE);
}

/* --- findings --- */

/* Whether @objects are all that their series have. */
static gboolean
are_whole_series (const NegQualityRun *run, GPtrArray *objects, guint *n_series)
{
  g_autoptr (GHashTable) groups = neg_quality_group (objects, NEG_RECORD_SERIES_UID, TRUE);

  *n_series = g_hash_table_size (groups);
  for (guint i = 0; i < run->series->len; i++) {
    const NegQualitySeries *series = run->series->pdata[i];
    const GPtrArray *group = g_hash_table_lookup (groups, series->uid);

    if (group != NULL && group->len != series->objects->len)
      return FALSE;
  }
  return TRUE;
}

static void
set_subject (NegQualityRun *run, NegFinding *finding, GPtrArray *objects)
{
  guint n_series;
  gboolean is_whole;
  char *subject;

  finding->n_objects = objects->len;
  is_whole = are_whole_series (run, objects, &n_series);
  if (n_series == 1)
    neg_quality_set (&finding->series_uid, neg_quality_get (objects->pdata[0], NEG_RECORD_SERIES_UID));
  if (is_whole && n_series == run->series->len)
    return;
  subject = is_whole ? neg_quality_join_series_uids (objects) : neg_quality_join_sop_uids (objects);
  g_free (finding->subject);
  finding->subject = subject;
}

NegFinding *
neg_quality_report (NegQualityRun *run, NegQualityCheck check, NegSeverity most, GPtrArray *objects, char *found,
                    char *expected, const char *why)
{
  gboolean has_objects = objects != NULL && objects->len > 0;
  const char *modality = has_objects ? neg_quality_get (objects->pdata[0], NEG_RECORD_MODALITY) : run->modality;
  NegSeverity severity = MIN (neg_quality_rules_get_severity (run->rules, check, modality), most);
  NegFinding *finding = NULL;

  if (severity != NEG_SEVERITY_NONE) {
    finding = neg_finding_new (neg_quality_check_get_name (check), severity);
    neg_quality_set (&finding->found, found);
    neg_quality_set (&finding->expected, expected);
    neg_quality_set (&finding->why, why);
    finding->n_objects = run->study->objects->len;
    if (has_objects)
      set_subject (run, finding, objects);
    g_ptr_array_add (run->findings, finding);
  }
  g_free (found);
  g_free (expected);
  return finding;
}

void
neg_quality_mend (NegFinding *finding, NegFindingAction action, char *argument)
{
  if (finding != NULL) {
    finding->action = action;
    neg_quality_set (&finding->argument, argument);
  }
  g_free (argument);
}

static NegFinding *
find_like (const NegQualityRun *run, const char *check, const char *series_uid, const char *expected, const char *why)
{
  for (guint i = run->findings->len; i > 0; i--) {
    NegFinding *finding = run->findings->pdata[i - 1];

    if (g_str_equal (finding->check, check) && g_str_equal (finding->series_uid, series_uid)
        && g_str_equal (finding->expected, expected) && g_str_equal (finding->why, why))
      return finding;
  }
  return NULL;
}

/* @text of one more image. */
static void
add_text (char **texts, const char *separator, guint n, guint n_max, const char *text)
{
  char *longer;

  if (n > n_max)
    return;
  longer = g_strconcat (*texts, **texts != '\0' ? separator : "", n < n_max ? text : "…", NULL);
  g_free (*texts);
  *texts = longer;
}

static void
add_image (NegFinding *finding, const NegQualityObject *object, const char *found)
{
  const char *uid = neg_quality_get (object, NEG_RECORD_SOP_INSTANCE_UID);

  add_text (&finding->found, ", ", finding->n_objects, IMAGES_TOLD_MAX, found);
  if (finding->n_objects < SUBJECTS_MAX) {
    add_text (&finding->subject, "\\", 0, 1, uid);
    if (*finding->argument != '\0')
      add_text (&finding->argument, "\\", 0, 1, uid);
  }
  finding->n_objects++;
}

void
neg_quality_report_image (NegQualityRun *run, NegQualityCheck check, NegSeverity most, NegQualityObject *object, char *found,
                          char *expected, const char *why, NegFindingAction action)
{
  const char *uid = neg_quality_get (object, NEG_RECORD_SOP_INSTANCE_UID);
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  NegFinding *finding = find_like (run, neg_quality_check_get_name (check), neg_quality_get (object, NEG_RECORD_SERIES_UID),
                                   expected, why);

  if (finding != NULL) {
    add_image (finding, object, found);
    g_free (found);
    g_free (expected);
    return;
  }
  g_ptr_array_add (objects, object);
  finding = neg_quality_report (run, check, most, objects, found, expected, why);
  if (finding != NULL)
    neg_quality_set (&finding->subject, uid);
  neg_quality_mend (finding, action, action == NEG_ACTION_REJECT ? g_strdup (uid) : NULL);
}
