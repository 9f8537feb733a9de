/* [quality] of the site file: check.NAME[.MODALITY]=off|note|warning|error, limit.NAME[.MODALITY[.BODYPART]]=number. What is more
 * special wins, and what the site says wins over what is built in. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <math.h>
#include <string.h>

#define GROUP "quality"

struct _NegQualityRules {
  gatomicrefcount references;
  GHashTable *severities; /* "NAME" or "NAME.MODALITY" to a NegSeverity */
  GHashTable *limits;     /* "NAME", "NAME.MODALITY" or "NAME.MODALITY.BODYPART" to a double* */
  char **unknown;         /* keys that nobody knows */
};

#define OFF NEG_SEVERITY_NONE
#define NOTE NEG_SEVERITY_NOTE
#define WARNING NEG_SEVERITY_WARNING
#define ERROR NEG_SEVERITY_ERROR

/* modalities: where it differs from what holds elsewhere; nullable. */
static const struct {
  const char *name;
  NegSeverity elsewhere;
  const char *modalities;
  NegSeverity there;
} checks[NEG_CHECK_N] = {
  [NEG_CHECK_UNREADABLE] = { "unreadable", ERROR, NULL, OFF },
  [NEG_CHECK_PATIENT_MIXED] = { "patient-mixed", ERROR, NULL, OFF },
  [NEG_CHECK_PATIENT_ID] = { "patient-id", ERROR, NULL, OFF },
  [NEG_CHECK_PATIENT_NAME] = { "patient-name", ERROR, NULL, OFF },
  [NEG_CHECK_BIRTH_DATE] = { "birth-date", ERROR, NULL, OFF },
  [NEG_CHECK_SEX] = { "sex", ERROR, NULL, OFF },
  [NEG_CHECK_ACCESSION] = { "accession", ERROR, NULL, OFF },
  [NEG_CHECK_PROCEDURE] = { "procedure", WARNING, NULL, OFF },
  [NEG_CHECK_MODALITY] = { "modality", ERROR, NULL, OFF },
  [NEG_CHECK_BODY_PART] = { "body-part", WARNING, NULL, OFF },
  [NEG_CHECK_LATERALITY] = { "laterality", ERROR, NULL, OFF },
  [NEG_CHECK_LATERALITY_MARKER] = { "laterality-marker", OFF, "CR DX RG", NOTE },
  [NEG_CHECK_VIEW_PAIR] = { "view-pair", OFF, "MG CR DX RG", WARNING },
  [NEG_CHECK_STUDY_SPLIT] = { "study-split", WARNING, NULL, OFF },
  [NEG_CHECK_STUDY_MIXED] = { "study-mixed", ERROR, NULL, OFF },
  [NEG_CHECK_UID_REUSED] = { "uid-reused", ERROR, NULL, OFF },
  [NEG_CHECK_IMAGES_MISSING] = { "images-missing", OFF, "CT MR PT", ERROR },
  [NEG_CHECK_IMAGES_ANNOUNCED] = { "images-announced", ERROR, NULL, OFF },
  [NEG_CHECK_IMAGES_DOUBLED] = { "images-doubled", WARNING, NULL, OFF },
  [NEG_CHECK_ORIENTATION] = { "orientation", WARNING, NULL, OFF },
  [NEG_CHECK_EXPOSURE_CLIPPED] = { "exposure-clipped", OFF, "CR DX RG MG", NOTE },
  [NEG_CHECK_SATURATION] = { "saturation", OFF, "CR DX RG MG", NOTE },
  [NEG_CHECK_NOISE] = { "noise", OFF, "CR DX RG MG", NOTE },
  [NEG_CHECK_MOTION] = { "motion", OFF, "CR DX RG MG", NOTE },
  [NEG_CHECK_EXPOSURE_INDEX] = { "exposure-index", WARNING, NULL, OFF },
  [NEG_CHECK_DEVIATION_INDEX] = { "deviation-index", WARNING, NULL, OFF },
  [NEG_CHECK_DOSE] = { "dose", WARNING, NULL, OFF },
  [NEG_CHECK_FIELD_OF_VIEW] = { "field-of-view", WARNING, NULL, OFF },
  [NEG_CHECK_COLLIMATION] = { "collimation", OFF, "CR DX RG MG", NOTE },
  [NEG_CHECK_CHARACTER_SET] = { "character-set", WARNING, NULL, OFF },
  [NEG_CHECK_PRIVATE_TAGS] = { "private-tags", WARNING, NULL, OFF },
  [NEG_CHECK_TRANSFER_SYNTAX] = { "transfer-syntax", WARNING, NULL, OFF },
  [NEG_CHECK_BURNED_IN] = { "burned-in", WARNING, NULL, OFF },
  [NEG_CHECK_FUTURE_DATE] = { "future-date", ERROR, NULL, OFF },
};

static const char *const limit_names[NEG_LIMIT_N] = {
  [NEG_LIMIT_CLIPPED] = "clipped",
  [NEG_LIMIT_SATURATED] = "saturated",
  [NEG_LIMIT_NOISE] = "noise",
  [NEG_LIMIT_MOTION] = "motion",
  [NEG_LIMIT_EXPOSURE_LOW] = "exposure-index-low",
  [NEG_LIMIT_EXPOSURE_HIGH] = "exposure-index-high",
  [NEG_LIMIT_DEVIATION] = "deviation-index",
  [NEG_LIMIT_CTDI_MGY] = "ctdi-mgy",
  [NEG_LIMIT_DLP_MGYCM] = "dlp-mgycm",
  [NEG_LIMIT_DAP_GYCM2] = "dap-gycm2",
  [NEG_LIMIT_ENTRANCE_MGY] = "entrance-mgy",
  [NEG_LIMIT_ORGAN_MGY] = "organ-mgy",
  [NEG_LIMIT_FIELD_MIN_MM] = "field-min-mm",
  [NEG_LIMIT_FIELD_MAX_MM] = "field-max-mm",
  [NEG_LIMIT_OPEN_FIELD] = "open-field",
  [NEG_LIMIT_SPLIT_MINUTES] = "split-minutes",
};

/* Sorted by what is more special. Dose: not what is usual but what is surely worth a look: the site sets its reference values. CT: above
 * the pass/fail value of ACR accreditation for an adult head, the highest of them. MG: the European guidelines' highest acceptable
 * average glandular dose. XA: the kerma-area product from which NCRP 168 wants the patient followed up. DI: AAPM TG-116 has ±3 as
 * "consult the radiologist for repeat". */
static const struct {
  NegQualityLimit limit;
  const char *modality; /* NULL: any */
  double value;
} limits[] = {
  { NEG_LIMIT_CLIPPED, NULL, 0.1 },       { NEG_LIMIT_SATURATED, NULL, 0.1 },    { NEG_LIMIT_NOISE, NULL, 0.5 },
  { NEG_LIMIT_MOTION, NULL, 4 },          { NEG_LIMIT_DEVIATION, NULL, 3 },      { NEG_LIMIT_CTDI_MGY, "CT", 80 },
  { NEG_LIMIT_DAP_GYCM2, "XA", 500 },     { NEG_LIMIT_DAP_GYCM2, "RF", 500 },    { NEG_LIMIT_DAP_GYCM2, "DX", 20 },
  { NEG_LIMIT_DAP_GYCM2, "CR", 20 },      { NEG_LIMIT_ORGAN_MGY, "MG", 6.5 },    { NEG_LIMIT_FIELD_MIN_MM, "CT", 30 },
  { NEG_LIMIT_FIELD_MAX_MM, "CT", 1000 }, { NEG_LIMIT_FIELD_MAX_MM, "MR", 1200 }, { NEG_LIMIT_SPLIT_MINUTES, NULL, 30 },
};

static gboolean
has_word (const char *words, const char *word)
{
  const char *at = words;
  gsize length = strlen (word);

  while (length > 0 && at != NULL && (at = strstr (at, word)) != NULL) {
    if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
      return TRUE;
    at += length;
  }
  return FALSE;
}

const char *
neg_quality_check_get_name (NegQualityCheck check)
{
  return checks[check].name;
}

NegSeverity
neg_quality_rules_get_severity (const NegQualityRules *rules, NegQualityCheck check, const char *modality)
{
  g_autofree char *special = g_strdup_printf ("%s.%s", checks[check].name, modality);
  gpointer value;

  if (g_hash_table_lookup_extended (rules->severities, special, NULL, &value)
      || g_hash_table_lookup_extended (rules->severities, checks[check].name, NULL, &value))
    return GPOINTER_TO_UINT (value);
  if (checks[check].modalities != NULL && has_word (checks[check].modalities, modality))
    return checks[check].there;
  return checks[check].elsewhere;
}

/* As in keys: "CT.HEAD"; blanks are none there. */
static char *
dup_special (NegQualityLimit limit, const char *modality, const char *body_part)
{
  g_auto (GStrv) words = g_strsplit (body_part, " ", -1);
  g_autofree char *joined = g_strjoinv ("", words);
  g_autofree char *upper = g_ascii_strup (joined, -1);

  return g_strdup_printf ("%s.%s.%s", limit_names[limit], modality, upper);
}

static const double *
find_limit (const NegQualityRules *rules, NegQualityLimit limit, const char *modality, const char *body_part)
{
  g_autofree char *special = NULL, *general = NULL;
  const double *value;

  if (g_hash_table_size (rules->limits) == 0) /* asked for every image */
    return NULL;
  special = dup_special (limit, modality, body_part != NULL ? body_part : "");
  general = g_strdup_printf ("%s.%s", limit_names[limit], modality);
  value = g_hash_table_lookup (rules->limits, special);
  if (value == NULL)
    value = g_hash_table_lookup (rules->limits, general);
  return value != NULL ? value : g_hash_table_lookup (rules->limits, limit_names[limit]);
}

gboolean
neg_quality_rules_get_limit (const NegQualityRules *rules, NegQualityLimit limit, const char *modality,
                             const char *body_part, double *value)
{
  const double *set = find_limit (rules, limit, modality, body_part);

  if (set != NULL) {
    *value = *set;
    return TRUE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    if (limits[i].limit == limit && (limits[i].modality == NULL || g_str_equal (limits[i].modality, modality))) {
      *value = limits[i].value;
      return TRUE;
    }
  return FALSE;
}

static gboolean
is_secondary_capture (const char *sop_class)
{
  return sop_class != NULL && g_str_has_prefix (sop_class, "1.2.840.10008.5.1.4.1.1.7");
}

gboolean
neg_quality_rules_want_pixels (const NegQualityRules *rules, const NegObjectRecord *record)
{
  static const NegQualityCheck wanted[] = { NEG_CHECK_EXPOSURE_CLIPPED, NEG_CHECK_SATURATION, NEG_CHECK_NOISE,
                                            NEG_CHECK_MOTION, NEG_CHECK_COLLIMATION };
  const char *modality = record->text[NEG_RECORD_MODALITY] != NULL ? record->text[NEG_RECORD_MODALITY] : "";

  if (record->text[NEG_RECORD_ROWS] == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (neg_quality_rules_get_severity (rules, wanted[i], modality) != NEG_SEVERITY_NONE)
      return TRUE;
  return is_secondary_capture (record->text[NEG_RECORD_SOP_CLASS_UID])
         && neg_quality_rules_get_severity (rules, NEG_CHECK_BURNED_IN, modality) != NEG_SEVERITY_NONE;
}

/* --- reading them --- */

static gboolean
is_check (const char *name)
{
  for (guint i = 0; i < NEG_CHECK_N; i++)
    if (g_str_equal (checks[i].name, name))
      return TRUE;
  return FALSE;
}

static gboolean
is_limit (const char *name)
{
  for (guint i = 0; i < NEG_LIMIT_N; i++)
    if (g_str_equal (limit_names[i], name))
      return TRUE;
  return FALSE;
}

static gboolean
read_severity (NegQualityRules *rules, const NegSite *site, const char *key, GError **error)
{
  g_autofree char *value = neg_site_dup_value (site, GROUP, key, error);
  NegSeverity severity = NEG_SEVERITY_NONE;

  if (value == NULL)
    return FALSE;
  g_strstrip (value);
  if (!g_str_equal (value, "off") && (g_str_equal (value, "none") || !neg_severity_parse (value, &severity)))
    return neg_site_fail_value (site, GROUP, key, "must be off, note, warning or error", error);
  g_hash_table_insert (rules->severities, g_strdup (key + strlen ("check.")), GUINT_TO_POINTER (severity));
  return TRUE;
}

static gboolean
read_limit (NegQualityRules *rules, const NegSite *site, const char *key, GError **error)
{
  g_autofree char *value = neg_site_dup_value (site, GROUP, key, error);
  char *end = NULL;
  double number;

  if (value == NULL)
    return FALSE;
  g_strstrip (value);
  number = g_ascii_strtod (value, &end);
  if (*value == '\0' || *end != '\0' || !isfinite (number) || number < 0)
    return neg_site_fail_value (site, GROUP, key, "must be a number that is not below zero", error);
  g_hash_table_insert (rules->limits, g_strdup (key + strlen ("limit.")), g_memdup2 (&number, sizeof number));
  return TRUE;
}

/* Keys of the desk that others read. */
static gboolean
is_elsewhere (const char *key)
{
  static const char *const others[] = { "second-look", "checks", "commit-within", "quiet", "reasons", "send-rejected", NULL };

  return g_strv_contains (others, key) || g_str_has_prefix (key, "route.");
}

static gboolean
read_key (NegQualityRules *rules, const NegSite *site, const char *key, GStrvBuilder *unknown, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (key, ".", 5);
  guint n = g_strv_length (parts);

  if (n >= 2 && n <= 3 && g_str_equal (parts[0], "check") && is_check (parts[1]))
    return read_severity (rules, site, key, error);
  if (n >= 2 && n <= 4 && g_str_equal (parts[0], "limit") && is_limit (parts[1]))
    return read_limit (rules, site, key, error);
  if (!is_elsewhere (key))
    g_strv_builder_add (unknown, key);
  return TRUE;
}

static gboolean
read_site (NegQualityRules *rules, const NegSite *site, GError **error)
{
  g_auto (GStrv) keys = neg_site_list_keys (site, GROUP);
  g_autoptr (GStrvBuilder) unknown = g_strv_builder_new ();

  for (guint i = 0; keys[i] != NULL; i++)
    if (!read_key (rules, site, keys[i], unknown, error))
      return FALSE;
  g_strfreev (rules->unknown);
  rules->unknown = g_strv_builder_end (unknown);
  return TRUE;
}

NegQualityRules *
neg_quality_rules_new (const NegSite *site, GError **error)
{
  g_autoptr (NegQualityRules) rules = g_new0 (NegQualityRules, 1);

  g_atomic_ref_count_init (&rules->references);
  rules->severities = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  rules->limits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  rules->unknown = g_new0 (char *, 1);
  if (site != NULL && !read_site (rules, site, error))
    return NULL;
  return g_steal_pointer (&rules);
}

const char *const *
neg_quality_rules_get_unknown (const NegQualityRules *rules)
{
  return (const char *const *) rules->unknown;
}

NegQualityRules *
neg_quality_rules_ref (NegQualityRules *rules)
{
  g_atomic_ref_count_inc (&rules->references);
  return rules;
}

void
neg_quality_rules_unref (NegQualityRules *rules)
{
  if (rules == NULL || !g_atomic_ref_count_dec (&rules->references))
    return;
  g_hash_table_unref (rules->severities);
  g_hash_table_unref (rules->limits);
  g_strfreev (rules->unknown);
  g_free (rules);
}
