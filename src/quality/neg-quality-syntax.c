/* What other systems stumble over: objects that cannot be read, text that shows wrong, transfer syntaxes that a destination refuses,
 * text in the pixels, dates that cannot be. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define DATE_LENGTH 8
#define DAY_US (G_USEC_PER_SEC * (gint64) 86400)

/* --- unreadable --- */

static void
check_unreadable (NegQualityRun *run)
{
  g_autoptr (GHashTable) reasons = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GList) texts = NULL;

  for (guint i = 0; i < run->study->objects->len; i++) {
    NegQualityObject *object = run->study->objects->pdata[i];
    GPtrArray *group;

    if (object->unreadable == NULL)
      continue;
    group = g_hash_table_lookup (reasons, object->unreadable);
    if (group == NULL) {
      group = g_ptr_array_new ();
      g_hash_table_insert (reasons, object->unreadable, group);
    }
    g_ptr_array_add (group, object);
  }
  texts = g_list_sort (g_hash_table_get_keys (reasons), (GCompareFunc) strcmp);
  for (GList *at = texts; at != NULL; at = at->next) {
    GPtrArray *group = g_hash_table_lookup (reasons, at->data);
    NegFinding *finding = neg_quality_report (
        run, NEG_CHECK_UNREADABLE, NEG_SEVERITY_ERROR, group,
        g_strdup_printf (ngettext ("%u object: %s", "%u objects: %s", group->len), group->len, (const char *) at->data),
        g_strdup (_ ("objects that can be read")), _ ("What cannot be read is not seen by anyone."));

    neg_quality_mend (finding, NEG_ACTION_FETCH, NULL);
  }
}

/* --- character sets --- */

static const NegRecordField text_fields[] = {
  NEG_RECORD_PATIENT_NAME,      NEG_RECORD_PATIENT_ID,         NEG_RECORD_ACCESSION, NEG_RECORD_REFERRER,
  NEG_RECORD_STUDY_DESCRIPTION, NEG_RECORD_SERIES_DESCRIPTION, NEG_RECORD_INSTITUTION, NEG_RECORD_OPERATOR,
  NEG_RECORD_PROTOCOL,          NEG_RECORD_REQUESTED_PROCEDURE,
};

static gboolean
is_ascii (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text >= 0x80)
      return FALSE;
  return TRUE;
}

/* A question mark between letters is what is left of a letter that some system did not know. */
static gboolean
has_lost_letter (const char *name)
{
  for (const char *at = strchr (name, '?'); at != NULL; at = strchr (at + 1, '?'))
    if (at > name && g_ascii_isalpha (at[-1]) && (g_ascii_isalpha (at[1]) || at[1] == '?'))
      return TRUE;
  return FALSE;
}

typedef enum { TEXT_RIGHT, TEXT_LOST, TEXT_BROKEN, TEXT_UNDECLARED, TEXT_N_FAULTS } TextFault;

static TextFault
judge_text (const NegQualityObject *object, NegRecordField field)
{
  const char *text = neg_quality_get (object, field), *charset = neg_quality_get (object, NEG_RECORD_CHARACTER_SET);

  if (is_ascii (text))
    return field == NEG_RECORD_PATIENT_NAME && has_lost_letter (text) ? TEXT_LOST : TEXT_RIGHT;
  /* U+FFFD: what did not decode (engine/neg-text). Without a character set nothing above ASCII does (PS3.3 C.12.1.1.2). */
  if (strstr (text, "\xEF\xBF\xBD") != NULL)
    return *charset == '\0' || g_str_equal (charset, "ISO_IR 6") ? TEXT_UNDECLARED : TEXT_BROKEN;
  if (*charset == '\0')
    return TEXT_UNDECLARED;
  return field == NEG_RECORD_PATIENT_NAME && has_lost_letter (text) ? TEXT_LOST : TEXT_RIGHT;
}

static void
report_text (NegQualityRun *run, TextFault fault, GPtrArray *objects, const char *keywords)
{
  NegFinding *finding;
  const char *charset;

  if (objects->len == 0)
    return;
  charset = neg_quality_get (objects->pdata[0], NEG_RECORD_CHARACTER_SET);
  finding = neg_quality_report (
      run, NEG_CHECK_CHARACTER_SET, fault == TEXT_LOST ? NEG_SEVERITY_NOTE : NEG_SEVERITY_ERROR, objects,
      fault == TEXT_UNDECLARED ? g_strdup_printf (_ ("letters beyond English without a character set: %s"), keywords)
      : fault == TEXT_BROKEN   ? g_strdup_printf (_ ("letters that %s does not have: %s"), charset, keywords)
                               : g_strdup_printf (_ ("a question mark in the place of a letter: %s"), keywords),
      fault == TEXT_LOST ? g_strdup (_ ("the letter")) : g_strdup (_ ("Specific Character Set that fits the text")),
      _ ("Names show wrong elsewhere, and are not found."));
  neg_quality_mend (finding, NEG_ACTION_SET, g_strdup (fault == TEXT_LOST ? "PatientName=" : "SpecificCharacterSet="));
}

typedef struct {
  GPtrArray *objects;
  GString *keywords;
} TextFaults;

static void
note_fault (TextFaults *faults, NegQualityObject *object, const char *keyword)
{
  if (faults->objects->len == 0 || faults->objects->pdata[faults->objects->len - 1] != object)
    g_ptr_array_add (faults->objects, object);
  if (strstr (faults->keywords->str, keyword) == NULL)
    g_string_append_printf (faults->keywords, "%s%s", faults->keywords->len > 0 ? ", " : "", keyword);
}

static void
check_character_sets (NegQualityRun *run)
{
  TextFaults faults[TEXT_N_FAULTS];

  for (guint i = 0; i < TEXT_N_FAULTS; i++)
    faults[i] = (TextFaults){ g_ptr_array_new (), g_string_new (NULL) };
  for (guint i = 0; i < run->objects->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (text_fields); j++) {
      TextFault fault = judge_text (run->objects->pdata[i], text_fields[j]);

      if (fault != TEXT_RIGHT)
        note_fault (&faults[fault], run->objects->pdata[i], neg_record_field_get_keyword (text_fields[j]));
    }
  for (guint i = 0; i < TEXT_N_FAULTS; i++) {
    report_text (run, i, faults[i].objects, faults[i].keywords->str);
    g_ptr_array_unref (faults[i].objects);
    g_string_free (faults[i].keywords, TRUE);
  }
}

/* --- transfer syntaxes --- */

/* What is decoded to native values exactly as viewers would show it; a video is not. */
static gboolean
can_convert (const char *transfer_syntax)
{
  return !g_str_has_prefix (transfer_syntax, "1.2.840.10008.1.2.4.10")
         && !g_str_has_prefix (transfer_syntax, "1.2.840.10008.1.2.7");
}

static void
check_destination (NegQualityRun *run, const NegQualityDestination *destination)
{
  g_autoptr (GHashTable) refused
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < run->objects->len; i++) {
    const char *syntax = neg_quality_get (run->objects->pdata[i], NEG_RECORD_TRANSFER_SYNTAX_UID);
    g_autofree char *pair
        = g_strdup_printf ("%s\\%s", neg_quality_get (run->objects->pdata[i], NEG_RECORD_SOP_CLASS_UID), syntax);

    if (!g_hash_table_contains (destination->refused, pair))
      continue;
    if (!g_hash_table_contains (refused, syntax))
      g_hash_table_insert (refused, (gpointer) syntax, g_ptr_array_new ());
    g_ptr_array_add (g_hash_table_lookup (refused, syntax), run->objects->pdata[i]);
  }
  g_hash_table_iter_init (&iter, refused);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    gboolean is_convertible = can_convert (key);
    NegFinding *finding = neg_quality_report (
        run, NEG_CHECK_TRANSFER_SYNTAX, is_convertible ? NEG_SEVERITY_NOTE : NEG_SEVERITY_ERROR, value,
        g_strdup_printf (_ ("%s does not take %s"), destination->peer, (const char *) key),
        g_strdup (_ ("a transfer syntax that it takes")),
        is_convertible ? _ ("It is converted without loss when it is sent.") : _ ("It cannot be converted, and will not arrive."));

    neg_quality_mend (finding, is_convertible ? NEG_ACTION_CONVERT : NEG_ACTION_LOOK, NULL);
  }
}

/* --- text in the pixels --- */

/* Made from a screen, a paper or by a machine that writes the name into the picture. */
static gboolean
is_suspect (const NegQualityObject *object)
{
  static const char *const modalities[] = { "US", "XA", "SC", "OT", "ES", "XC", NULL };

  return g_str_has_prefix (neg_quality_get (object, NEG_RECORD_SOP_CLASS_UID), "1.2.840.10008.5.1.4.1.1.7")
         || g_strv_contains (modalities, neg_quality_get (object, NEG_RECORD_MODALITY));
}

typedef enum { BURNED_NOT, BURNED_SILENT, BURNED_SEEN, BURNED_YES } Burned;

static Burned
judge_burned (const NegQualityObject *object)
{
  const char *flag = neg_quality_get (object, NEG_RECORD_BURNED_IN);
  gboolean has_text = object->pixels != NULL && object->pixels->has_text;

  if (!neg_quality_is_image (object))
    return BURNED_NOT;
  if (g_str_equal (flag, "YES"))
    return BURNED_YES;
  if (has_text)
    return BURNED_SEEN;
  return *flag == '\0' && is_suspect (object) ? BURNED_SILENT : BURNED_NOT;
}

static void
check_burned_in (NegQualityRun *run)
{
  for (Burned kind = BURNED_SILENT; kind <= BURNED_YES; kind++) {
    g_autoptr (GPtrArray) objects = g_ptr_array_new ();
    NegFinding *finding;

    for (guint i = 0; i < run->objects->len; i++)
      if (judge_burned (run->objects->pdata[i]) == kind)
        g_ptr_array_add (objects, run->objects->pdata[i]);
    if (objects->len == 0)
      continue;
    finding = neg_quality_report (run, NEG_CHECK_BURNED_IN, kind == BURNED_YES ? NEG_SEVERITY_WARNING : NEG_SEVERITY_NOTE, objects,
                                  g_strdup (kind == BURNED_YES    ? _ ("the picture has text about the patient in it")
                                            : kind == BURNED_SEEN ? _ ("there may be text in the picture")
                                                                  : _ ("nobody says whether there is text in the picture")),
                                  g_strdup (_ ("no text about the patient in the picture")),
                                  _ ("It stays when the patient is corrected, and goes wherever the picture goes."));
    neg_quality_mend (finding, NEG_ACTION_MASK, NULL);
  }
}

/* --- dates --- */

static gboolean
is_date (const char *text)
{
  return strlen (text) >= DATE_LENGTH && strspn (text, "0123456789") >= DATE_LENGTH;
}

static char *
dup_day (const NegQualityRun *run, gint64 add_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc ((run->now_us + add_us) / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, run->zone) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y%m%d") : g_strdup ("99999999");
}

static void
report_dates (NegQualityRun *run, NegRecordField field, GPtrArray *objects, const char *expected, const char *why)
{
  const char *text;
  NegFinding *finding;

  if (objects->len == 0)
    return;
  text = neg_quality_get (objects->pdata[0], field);
  finding
      = neg_quality_report (run, NEG_CHECK_FUTURE_DATE, NEG_SEVERITY_ERROR, objects,
                            g_strdup_printf ("%s %.4s-%.2s-%.2s", neg_record_field_get_keyword (field), text, text + 4, text + 6),
                            g_strdup (expected), why);
  neg_quality_mend (finding, NEG_ACTION_SET, g_strdup_printf ("%s=", neg_record_field_get_keyword (field)));
}

/* A day more: the modality may be in another zone. */
static void
check_future (NegQualityRun *run)
{
  static const NegRecordField fields[] = { NEG_RECORD_STUDY_DATE, NEG_RECORD_SERIES_DATE, NEG_RECORD_ACQUISITION_DATE,
                                           NEG_RECORD_CONTENT_DATE, NEG_RECORD_ACQUISITION_DATETIME, NEG_RECORD_BIRTH_DATE };
  g_autofree char *tomorrow = dup_day (run, DAY_US);
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autoptr (GPtrArray) objects = g_ptr_array_new ();

    for (guint j = 0; j < run->objects->len; j++) {
      const char *text = neg_quality_get (run->objects->pdata[j], fields[i]);

      if (is_date (text) && strncmp (text, tomorrow, DATE_LENGTH) > 0
          && (fields[i] == NEG_RECORD_BIRTH_DATE || g_hash_table_add (known, run->objects->pdata[j])))
        g_ptr_array_add (objects, run->objects->pdata[j]);
    }
    report_dates (run, fields[i], objects, _ ("a day that has been"), _ ("Lists that are sorted by date hide the study."));
  }
}

static void
check_before_birth (NegQualityRun *run)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();

  for (guint i = 0; i < run->objects->len; i++) {
    const char *birth = neg_quality_get (run->objects->pdata[i], NEG_RECORD_BIRTH_DATE);
    const char *study = neg_quality_get (run->objects->pdata[i], NEG_RECORD_STUDY_DATE);

    if (is_date (birth) && is_date (study) && strncmp (study, birth, DATE_LENGTH) < 0)
      g_ptr_array_add (objects, run->objects->pdata[i]);
  }
  report_dates (run, NEG_RECORD_BIRTH_DATE, objects, _ ("a birth before the study"), _ ("One of the two dates is wrong."));
}

void
neg_quality_check_syntax (NegQualityRun *run)
{
  check_unreadable (run);
  check_character_sets (run);
  for (guint i = 0; i < run->study->destinations->len; i++)
    check_destination (run, run->study->destinations->pdata[i]);
  check_burned_in (run);
  check_future (run);
  check_before_birth (run);
}
