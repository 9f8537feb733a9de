/* What the site's rules say, and those that hold without any. The language is in DESIGN.md. */
#include "config.h"

#include "worklist/neg-prefetch-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "store/neg-entries.h"

#define RULES_MAX 100
#define RULE_BYTES_MAX 1024
#define SELECTIONS_MAX 12
#define VALUES_MAX 16
#define LAST_MAX 50
#define ARROW "->"

static void
selection_free (gpointer data)
{
  NegPrefetchSelection *selection = data;

  g_strfreev (selection->modalities);
  g_free (selection);
}

static void
rule_free (gpointer data)
{
  NegPrefetchRule *rule = data;

  g_free (rule->name);
  g_strfreev (rule->modalities);
  g_strfreev (rule->codes);
  g_strfreev (rule->procedures);
  g_strfreev (rule->locations);
  g_ptr_array_unref (rule->selections);
  g_free (rule);
}

/* --- tokens: words between spaces; a quoted part of one keeps its spaces --- */

static char **
split (const char *text, GError **error)
{
  g_autoptr (GStrvBuilder) tokens = g_strv_builder_new ();
  g_autoptr (GString) token = g_string_new (NULL);
  gboolean is_quoted = FALSE, is_begun = FALSE;

  for (const char *at = text;; at++) {
    if (*at == '"') {
      is_quoted = !is_quoted;
      is_begun = TRUE;
    } else if (*at != '\0' && (is_quoted || !g_ascii_isspace (*at))) {
      g_string_append_c (token, *at);
      is_begun = TRUE;
    } else if (is_begun) {
      g_strv_builder_add (tokens, token->str);
      g_string_truncate (token, 0);
      is_begun = FALSE;
    }
    if (*at == '\0')
      break;
  }
  if (!is_quoted)
    return g_strv_builder_end (tokens);
  neg_fail (error, NEG_ERROR_USAGE, NULL, "a quotation mark is not closed");
  return NULL;
}

/* "key:value,value". */
static gboolean
split_term (const char *token, char **key, char ***values, GError **error)
{
  const char *colon = strchr (token, ':');

  if (colon == NULL || colon == token || colon[1] == '\0')
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” is not of the form key:value", token);
  *key = g_strndup (token, (gsize) (colon - token));
  *values = g_strsplit (colon + 1, ",", VALUES_MAX + 1);
  for (guint i = 0; (*values)[i] != NULL; i++)
    if (*g_strstrip ((*values)[i]) == '\0' || i >= VALUES_MAX) {
      g_clear_pointer (key, g_free);
      g_clear_pointer (values, g_strfreev);
      return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” needs 1 to %d values with commas between them", token,
                       VALUES_MAX);
    }
  return TRUE;
}

static gboolean
parse_modalities (char **values, GError **error)
{
  for (guint i = 0; values[i] != NULL; i++) {
    g_autofree char *upper = g_ascii_strup (values[i], -1);

    for (const char *at = upper; *at != '\0'; at++)
      if (!g_ascii_isalnum (*at) || at - upper > 15)
        return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” is no modality", values[i]);
    g_free (values[i]);
    values[i] = g_steal_pointer (&upper);
  }
  return TRUE;
}

static gboolean
parse_regions (char **values, guint *regions, GError **error)
{
  *regions = 0;
  for (guint i = 0; values[i] != NULL; i++) {
    guint named = neg_regions_find_named (values[i]);

    if (named == 0)
      return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” is no region that is known", values[i]);
    *regions |= named;
  }
  return TRUE;
}

/* Bits 1 << index of @names. */
static gboolean
parse_choices (char **values, const char *const *names, guint *mask, GError **error)
{
  *mask = 0;
  for (guint i = 0; values[i] != NULL; i++) {
    guint j = 0;

    while (names[j] != NULL && g_ascii_strcasecmp (names[j], values[i]) != 0)
      j++;
    if (names[j] == NULL)
      return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” is not understood", values[i]);
    *mask |= 1u << j;
  }
  return TRUE;
}

static gboolean
parse_number (char **values, guint max, guint *number, GError **error)
{
  guint64 value;

  if (values[1] != NULL || !g_ascii_string_to_unsigned (values[0], 10, 1, max, &value, NULL))
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” is not a number from 1 to %u", values[0], max);
  *number = (guint) value;
  return TRUE;
}

/* --- conditions --- */

/* Words are compared as they are in a procedure's text: folded. */
static gboolean
take_procedures (NegPrefetchRule *rule, char **values, GError **error)
{
  for (guint i = 0; values[i] != NULL; i++) {
    g_auto (GStrv) words = neg_words_split (values[i]);

    if (words[0] == NULL || words[1] != NULL)
      return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” is not one word", values[i]);
    g_free (values[i]);
    values[i] = g_strdup (words[0]);
  }
  rule->procedures = g_strdupv (values);
  return TRUE;
}

static gboolean
take_condition (NegPrefetchRule *rule, const char *key, char **values, GError **error)
{
  static const char *const sides[] = { "unknown", "left", "right", "both", NULL };
  static const char *const urgencies[] = { "stat", "high", "medium", "routine", NULL };

  G_STATIC_ASSERT (NEG_URGENCY_STAT == 0 && NEG_URGENCY_ROUTINE == 3 && NEG_SIDE_BOTH == 3);
  if (strcmp (key, "modality") == 0) {
    g_strfreev (rule->modalities);
    rule->modalities = g_strdupv (values);
    return parse_modalities (rule->modalities, error);
  }
  if (strcmp (key, "region") == 0)
    return parse_regions (values, &rule->regions, error);
  if (strcmp (key, "side") == 0)
    return parse_choices (values, sides, &rule->sides, error);
  if (strcmp (key, "urgency") == 0)
    return parse_choices (values, urgencies, &rule->urgency_mask, error);
  if (strcmp (key, "code") == 0 && rule->codes == NULL) {
    rule->codes = g_strdupv (values);
    return TRUE;
  }
  if (strcmp (key, "location") == 0 && rule->locations == NULL) {
    rule->locations = g_strdupv (values);
    return TRUE;
  }
  if (strcmp (key, "procedure") == 0 && rule->procedures == NULL)
    return take_procedures (rule, values, error);
  return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” is no condition, or it is there twice", key);
}

static gboolean
parse_conditions (NegPrefetchRule *rule, const char *text, GError **error)
{
  g_auto (GStrv) tokens = split (text, error);

  if (tokens == NULL)
    return FALSE;
  for (guint i = 0; tokens[i] != NULL; i++) {
    g_autofree char *key = NULL;
    g_auto (GStrv) values = NULL;

    if (strcmp (tokens[i], "*") == 0)
      continue;
    if (!split_term (tokens[i], &key, &values, error) || !take_condition (rule, key, values, error))
      return FALSE;
  }
  return TRUE;
}

/* --- what is fetched --- */

static gboolean
take_age (NegPrefetchSelection *selection, const char *key, char **values, GError **error)
{
  static const struct {
    const char *key;
    double days;
    guint max;
  } units[] = { { "years", 365.25, 100 }, { "months", 30.4375, 1200 }, { "days", 1, 36525 } };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (units[i].key, key) == 0) {
      guint number;

      if (!parse_number (values, units[i].max, &number, error))
        return FALSE;
      selection->days_max = (guint) (number * units[i].days + 0.5);
      return TRUE;
    }
  return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” says nothing of what is fetched", key);
}

static gboolean
take_match (char **values, const char *const *names, const NegMatch *matches, NegMatch *match)
{
  for (guint i = 0; values[1] == NULL && names[i] != NULL; i++)
    if (g_ascii_strcasecmp (names[i], values[0]) == 0) {
      *match = matches[i];
      return TRUE;
    }
  *match = NEG_MATCH_LIST;
  return FALSE;
}

static gboolean
take_choice (NegPrefetchSelection *selection, const char *key, char **values, GError **error)
{
  static const char *const modalities[] = { "any", "same", "other", NULL };
  static const NegMatch of_modality[] = { NEG_MATCH_ANY, NEG_MATCH_SAME, NEG_MATCH_OTHER };
  static const char *const regions[] = { "any", "same", "near", "unknown", NULL };
  static const NegMatch of_region[] = { NEG_MATCH_ANY, NEG_MATCH_SAME, NEG_MATCH_NEAR, NEG_MATCH_UNKNOWN };

  if (strcmp (key, "last") == 0 && strcmp (values[0], "all") == 0 && values[1] == NULL) {
    selection->last = LAST_MAX;
    return TRUE;
  }
  if (strcmp (key, "last") == 0)
    return parse_number (values, LAST_MAX, &selection->last, error);
  if (strcmp (key, "modality") == 0) {
    if (take_match (values, modalities, of_modality, &selection->modality))
      return TRUE;
    g_strfreev (selection->modalities);
    selection->modalities = g_strdupv (values);
    return parse_modalities (selection->modalities, error);
  }
  if (strcmp (key, "region") == 0)
    return take_match (values, regions, of_region, &selection->region)
           || parse_regions (values, &selection->regions, error);
  if (strcmp (key, "side") == 0) {
    selection->same_side = g_ascii_strcasecmp (values[0], "same") == 0;
    return selection->same_side || g_ascii_strcasecmp (values[0], "any") == 0
           || neg_fail (error, NEG_ERROR_USAGE, NULL, "the side is “same” or “any”");
  }
  return take_age (selection, key, values, error);
}

static gboolean
parse_selection (NegPrefetchRule *rule, char **tokens, GError **error)
{
  NegPrefetchSelection *selection = g_new0 (NegPrefetchSelection, 1);

  selection->last = 1;
  g_ptr_array_add (rule->selections, selection);
  for (guint i = 0; tokens[i] != NULL; i++) {
    g_autofree char *key = NULL;
    g_auto (GStrv) values = NULL;

    if (!split_term (tokens[i], &key, &values, error) || !take_choice (selection, key, values, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_part (NegPrefetchRule *rule, const char *text, gboolean is_only, GError **error)
{
  g_auto (GStrv) tokens = split (text, error);

  if (tokens == NULL)
    return FALSE;
  if (tokens[0] == NULL)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "nothing is said of what is fetched");
  if (strcmp (tokens[0], "default") == 0 && tokens[1] == NULL) {
    rule->has_default = TRUE;
    return TRUE;
  }
  if (strcmp (tokens[0], "none") == 0 && tokens[1] == NULL)
    return is_only || neg_fail (error, NEG_ERROR_USAGE, NULL, "“none” stands alone");
  return parse_selection (rule, tokens, error);
}

static gboolean
parse_selections (NegPrefetchRule *rule, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", SELECTIONS_MAX + 1);

  if (g_strv_length (parts) > SELECTIONS_MAX)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "more than %d parts", SELECTIONS_MAX);
  if (parts[0] == NULL)
    return parse_part (rule, "", TRUE, error);
  for (guint i = 0; parts[i] != NULL; i++)
    if (!parse_part (rule, parts[i], parts[1] == NULL, error))
      return FALSE;
  return TRUE;
}

static gboolean
parse_rule (NegPrefetchRule *rule, const char *text, GError **error)
{
  const char *arrow = strstr (text, ARROW);
  g_autofree char *conditions = arrow != NULL ? g_strndup (text, (gsize) (arrow - text)) : NULL;

  if (strlen (text) > RULE_BYTES_MAX || !g_utf8_validate (text, -1, NULL))
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "the rule is longer than %d bytes, or not UTF-8", RULE_BYTES_MAX);
  if (arrow == NULL)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "there is no “->” between the cases and what is fetched for them");
  return parse_conditions (rule, conditions, error) && parse_selections (rule, arrow + strlen (ARROW), error);
}

static gboolean
add_rule (GPtrArray *rules, const char *name, const char *text, GError **error)
{
  NegPrefetchRule *rule = g_new0 (NegPrefetchRule, 1);
  g_autoptr (GError) local = NULL;

  rule->name = g_strdup (name);
  rule->selections = g_ptr_array_new_with_free_func (selection_free);
  g_ptr_array_add (rules, rule);
  return parse_rule (rule, text, &local)
         || neg_fail (error, NEG_ERROR_USAGE, name, "%s: %s", name, local->message);
}

/* The first that fits is used. What is compared most comes first; the last two of any kind always, as nobody knows
 * beforehand what the question will be. Mammograms are compared over years, and a change is seen against the oldest. */
static const char *const built_in[][2] = {
  { "built-in mammography",
    "modality:MG -> last:all modality:MG years:5; last:1 modality:MG; last:all modality:US,MR region:breast years:5;"
    " last:2 years:5" },
  { "built-in breast",
    "region:breast -> last:2 modality:same region:breast; last:all modality:MG years:5;"
    " last:all modality:US,MR region:breast years:5; last:2 years:5" },
  { "built-in chest radiograph",
    "modality:CR,DX region:chest -> last:3 modality:CR,DX region:chest; last:1 modality:CT region:chest years:5;"
    " last:2 years:5" },
  { "built-in radiograph",
    "modality:CR,DX -> last:2 modality:same region:same side:same;"
    " last:1 modality:CT,MR region:same side:same years:5; last:1 modality:same region:unknown years:5;"
    " last:2 years:5" },
  { "built-in spine",
    "region:spine -> last:2 modality:same region:same; last:1 modality:CT,MR region:same years:5;"
    " last:1 modality:CR,DX region:same years:5; last:1 modality:CT,MR region:near years:5; last:2 years:5" },
  { "built-in general",
    "* -> last:2 modality:same region:same; last:1 modality:other region:same years:5;"
    " last:1 modality:CT,MR,PT region:near years:5; last:1 modality:same region:unknown years:5; last:2 years:5" },
};

NegPrefetchRules *
neg_prefetch_rules_new (const char *const *names, const char *const *texts, GError **error)
{
  g_autoptr (NegPrefetchRules) rules = g_new0 (NegPrefetchRules, 1);

  g_atomic_ref_count_init (&rules->references);
  rules->site = g_ptr_array_new_with_free_func (rule_free);
  rules->built_in = g_ptr_array_new_with_free_func (rule_free);
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    if (i >= RULES_MAX) {
      neg_fail (error, NEG_ERROR_USAGE, names[i], "%s: more than %d rules", names[i], RULES_MAX);
      return NULL;
    }
    if (!add_rule (rules->site, names[i], texts[i], error))
      return NULL;
  }
  for (guint i = 0; i < G_N_ELEMENTS (built_in); i++)
    if (!add_rule (rules->built_in, built_in[i][0], built_in[i][1], error))
      return NULL;
  return g_steal_pointer (&rules);
}

NegPrefetchRules *
neg_prefetch_rules_ref (NegPrefetchRules *rules)
{
  g_atomic_ref_count_inc (&rules->references);
  return rules;
}

void
neg_prefetch_rules_unref (NegPrefetchRules *rules)
{
  if (rules == NULL || !g_atomic_ref_count_dec (&rules->references))
    return;
  g_ptr_array_unref (rules->site);
  g_ptr_array_unref (rules->built_in);
  g_free (rules);
}

/* --- does a rule speak of the case? --- */

static gboolean
is_plain (const char *modality, gsize length)
{
  return length == 2 && (strncmp (modality, "CR", 2) == 0 || strncmp (modality, "DX", 2) == 0);
}

gboolean
_neg_modalities_have (const char *modalities, const char *const *list)
{
  for (const char *at = modalities; *at != '\0';) {
    gsize length = strcspn (at, "\\");

    for (guint i = 0; list[i] != NULL; i++)
      if ((strlen (list[i]) == length && g_ascii_strncasecmp (list[i], at, length) == 0)
          || (is_plain (at, length) && is_plain (list[i], strlen (list[i]))))
        return TRUE;
    at += length + (at[length] == '\\' ? 1 : 0);
  }
  return FALSE;
}

/* "ICU*": begins so. */
static gboolean
is_one_of (const char *text, char **patterns)
{
  for (guint i = 0; patterns[i] != NULL; i++) {
    gsize length = strlen (patterns[i]);

    if (length > 0 && patterns[i][length - 1] == '*' ? g_ascii_strncasecmp (patterns[i], text, length - 1) == 0
                                                     : g_ascii_strcasecmp (patterns[i], text) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_word (const NegPrefetchCase *subject, char **wanted)
{
  const char *const texts[] = { subject->procedure, subject->description };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (GStrv) words = neg_words_split (texts[i]);

    for (guint j = 0; wanted[j] != NULL; j++)
      if (g_strv_contains ((const char *const *) words, wanted[j]))
        return TRUE;
  }
  return FALSE;
}

gboolean
_neg_prefetch_rule_fits (const NegPrefetchRule *rule, const NegPrefetchCase *subject, const NegPrefetchFacts *facts)
{
  if (rule->modalities != NULL
      && !_neg_modalities_have (subject->modality, (const char *const *) rule->modalities))
    return FALSE;
  if ((rule->regions != 0 && (rule->regions & facts->regions) == 0)
      || (rule->sides != 0 && (rule->sides & 1u << facts->side) == 0)
      || (rule->urgency_mask != 0 && (rule->urgency_mask & 1u << MIN (subject->urgency, 31)) == 0))
    return FALSE;
  return (rule->codes == NULL || is_one_of (subject->procedure_code, rule->codes))
         && (rule->locations == NULL || is_one_of (subject->location, rule->locations))
         && (rule->procedures == NULL || has_word (subject, rule->procedures));
}
