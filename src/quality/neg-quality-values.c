/* Elements that archives reject or cut: what an object must have and has not, and values that their VR forbids (PS3.5 6.2). Beside it
 * what the reader remarked. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-uid.h"

/* In the words of one finding. */
#define REMARKS_MAX 4

/* The patient ID may be empty by the standard (type 2): most archives take no object without one. */
static const NegRecordField needed[] = { NEG_RECORD_SOP_CLASS_UID, NEG_RECORD_SOP_INSTANCE_UID, NEG_RECORD_STUDY_UID,
                                         NEG_RECORD_SERIES_UID,    NEG_RECORD_MODALITY,         NEG_RECORD_PATIENT_ID };
static const NegRecordField needed_of_images[]
    = { NEG_RECORD_COLUMNS, NEG_RECORD_SAMPLES, NEG_RECORD_PHOTOMETRIC, NEG_RECORD_BITS_ALLOCATED };

typedef enum { VALUE_UID, VALUE_DATE, VALUE_TIME, VALUE_SHORT, VALUE_LONG, VALUE_CODE } ValueKind;

static const struct {
  NegRecordField field;
  ValueKind kind;
} values[] = {
  { NEG_RECORD_SOP_INSTANCE_UID, VALUE_UID },    { NEG_RECORD_STUDY_UID, VALUE_UID },
  { NEG_RECORD_SERIES_UID, VALUE_UID },          { NEG_RECORD_STUDY_DATE, VALUE_DATE },
  { NEG_RECORD_BIRTH_DATE, VALUE_DATE },         { NEG_RECORD_SERIES_DATE, VALUE_DATE },
  { NEG_RECORD_STUDY_TIME, VALUE_TIME },         { NEG_RECORD_ACCESSION, VALUE_SHORT },
  { NEG_RECORD_STUDY_ID, VALUE_SHORT },          { NEG_RECORD_STATION, VALUE_SHORT },
  { NEG_RECORD_PATIENT_ID, VALUE_LONG },         { NEG_RECORD_STUDY_DESCRIPTION, VALUE_LONG },
  { NEG_RECORD_SERIES_DESCRIPTION, VALUE_LONG }, { NEG_RECORD_MODALITY, VALUE_CODE },
  { NEG_RECORD_BODY_PART, VALUE_CODE },
};

/* Dates with full stops are those of ACR-NEMA (PS3.5 6.2, DA). */
static gboolean
is_date (const char *text)
{
  if (strlen (text) != 8 || strspn (text, "0123456789") != 8)
    return FALSE;
  return strncmp (text + 4, "01", 2) >= 0 && strncmp (text + 4, "12", 2) <= 0 && strncmp (text + 6, "01", 2) >= 0
         && strncmp (text + 6, "31", 2) <= 0;
}

static gboolean
is_time (const char *text)
{
  gsize n = strspn (text, "0123456789");

  if (n < 2 || n > 6 || n % 2 != 0 || (text[n] != '\0' && text[n] != '.'))
    return FALSE;
  return text[n] == '\0' || (n == 6 && strspn (text + 7, "0123456789") == strlen (text + 7) && strlen (text + 7) <= 6);
}

static gboolean
is_code (const char *text)
{
  return strlen (text) <= 16 && strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ") == strlen (text);
}

static gboolean
is_valid (const char *text, ValueKind kind)
{
  switch (kind) {
  case VALUE_UID:
    return neg_uid_is_valid (text);
  case VALUE_DATE:
    return is_date (text);
  case VALUE_TIME:
    return is_time (text);
  case VALUE_SHORT:
    return g_utf8_strlen (text, -1) <= 16;
  case VALUE_LONG:
    return g_utf8_strlen (text, -1) <= 64;
  case VALUE_CODE:
  default:
    return is_code (text);
  }
}

static void
add_word (GString *words, const char *word)
{
  if (strstr (words->str, word) == NULL)
    g_string_append_printf (words, "%s%s", words->len > 0 ? ", " : "", word);
}

static void
add_object (GPtrArray *objects, NegQualityObject *object)
{
  if (objects->len == 0 || objects->pdata[objects->len - 1] != object)
    g_ptr_array_add (objects, object);
}

static void
check_needed (NegQualityRun *run)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  g_autoptr (GString) words = g_string_new (NULL);
  g_autofree char *argument = NULL;
  NegFinding *finding;

  for (guint i = 0; i < run->objects->len; i++) {
    NegQualityObject *object = run->objects->pdata[i];
    guint n = neg_quality_is_image (object) ? G_N_ELEMENTS (needed_of_images) : 0;

    for (guint j = 0; j < G_N_ELEMENTS (needed) + n; j++) {
      NegRecordField field = j < G_N_ELEMENTS (needed) ? needed[j] : needed_of_images[j - G_N_ELEMENTS (needed)];

      if (*neg_quality_get (object, field) != '\0')
        continue;
      add_object (objects, object);
      if (argument == NULL)
        argument = g_strdup_printf ("%s=", neg_record_field_get_keyword (field));
      add_word (words, neg_record_field_get_keyword (field));
    }
  }
  if (objects->len == 0)
    return;
  finding
      = neg_quality_report (run, NEG_CHECK_PRIVATE_TAGS, NEG_SEVERITY_ERROR, objects, g_strdup_printf (_ ("empty: %s"), words->str),
                            g_strdup (_ ("a value")), _ ("Archives reject objects without it."));
  neg_quality_mend (finding, NEG_ACTION_SET, g_steal_pointer (&argument));
}

static void
check_value (NegQualityRun *run, guint index)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  const char *keyword = neg_record_field_get_keyword (values[index].field);
  NegFinding *finding;

  for (guint i = 0; i < run->objects->len; i++) {
    const char *text = neg_quality_get (run->objects->pdata[i], values[index].field);

    if (*text != '\0' && !is_valid (text, values[index].kind))
      g_ptr_array_add (objects, run->objects->pdata[i]);
  }
  if (objects->len == 0)
    return;
  finding = neg_quality_report (run, NEG_CHECK_PRIVATE_TAGS,
                                values[index].kind == VALUE_CODE ? NEG_SEVERITY_NOTE : NEG_SEVERITY_WARNING, objects,
                                g_strdup_printf ("%s: %s", keyword, neg_quality_get (objects->pdata[0], values[index].field)),
                                g_strdup (_ ("a value that the standard allows there")), _ ("Archives reject or cut it."));
  if (values[index].kind != VALUE_UID)
    neg_quality_mend (finding, NEG_ACTION_SET, g_strdup_printf ("%s=", keyword));
}

/* Remarks of one check, each once, the first of them in words. */
static void
add_remarks (const NegQualityObject *object, const char *prefix, GHashTable *seen, GString *words)
{
  for (guint i = 0; object->oddities != NULL && object->oddities[i] != NULL; i++) {
    const char *text = object->oddities[i];

    if (!g_str_has_prefix (text, prefix) || !g_hash_table_add (seen, (gpointer) text))
      continue;
    if (g_hash_table_size (seen) <= REMARKS_MAX)
      g_string_append_printf (words, "%s%s", words->len > 0 ? "; " : "", text + strlen (prefix));
    else if (g_hash_table_size (seen) == REMARKS_MAX + 1)
      g_string_append (words, "; …");
  }
}

static gboolean
is_found (const NegQualityRun *run, const char *check)
{
  for (guint i = 0; i < run->findings->len; i++)
    if (g_str_equal (((const NegFinding *) run->findings->pdata[i])->check, check))
      return TRUE;
  return FALSE;
}

/* "character-set: ...", "private-tags: ...". */
static void
check_oddities (NegQualityRun *run, NegQualityCheck check, NegSeverity most)
{
  const char *name = neg_quality_check_get_name (check);
  g_autofree char *prefix = g_strdup_printf ("%s: ", name);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < run->objects->len; i++) {
    const NegQualityObject *object = run->objects->pdata[i];

    for (guint j = 0; object->oddities != NULL && object->oddities[j] != NULL; j++)
      if (g_str_has_prefix (object->oddities[j], prefix))
        add_object (objects, run->objects->pdata[i]);
    add_remarks (object, prefix, seen, words);
  }
  if (objects->len > 0)
    neg_quality_report (run, check, most, objects, g_strdup (words->str), g_strdup (_ ("an object as the standard has it")),
                        _ ("Archives reject or cut it."));
}

void
neg_quality_check_values (NegQualityRun *run)
{
  check_needed (run);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    check_value (run, i);
  /* The elements of the record are among all elements: told once. */
  if (!is_found (run, neg_quality_check_get_name (NEG_CHECK_CHARACTER_SET)))
    check_oddities (run, NEG_CHECK_CHARACTER_SET, NEG_SEVERITY_WARNING);
  check_oddities (run, NEG_CHECK_PRIVATE_TAGS, NEG_SEVERITY_NOTE);
}
