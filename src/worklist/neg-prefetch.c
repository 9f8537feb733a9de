#include "config.h"

#include "worklist/neg-prefetch-private.h"

#include <string.h>

#define DAY_US (G_USEC_PER_SEC * (gint64) 86400)
#define SAME_DAY_US DAY_US

typedef struct {
  const NegPrefetchRules *rules;
  const NegPrefetchCase *subject;
  const NegPrefetchPrior *priors;
  guint n;
  gint64 reference_us; /* ages are as of the case */
  NegPrefetchFacts facts; /* of the case */
  NegPrefetchFacts *of;   /* of each prior */
  guint *order;           /* newest first */
  NegPrefetchChoice **chosen; /* by prior; NULL: not chosen */
  guint8 *left;           /* by prior: bits of Missed */
  guint n_chosen;
  guint days_max;         /* the largest limit of what was asked for */
} Choosing;

/* Why a selection did not take a prior. */
typedef enum { MISSED_COUNT = 1 << 0, MISSED_AGE = 1 << 1 } Missed;

void
neg_prefetch_choice_free (NegPrefetchChoice *choice)
{
  if (choice == NULL)
    return;
  g_free (choice->rule);
  g_free (choice->why);
  g_free (choice);
}

/* --- what is known of a study --- */

static NegPrefetchFacts
find_facts (const char *body_part, const char *laterality, const char *procedure, const char *description)
{
  NegPrefetchFacts facts = { neg_regions_find (body_part), neg_side_find (laterality) };

  /* A code says it best, but "EXTREMITY" and the like say nothing. */
  if (facts.regions == 0)
    facts.regions = neg_regions_find (procedure);
  if (facts.regions == 0)
    facts.regions = neg_regions_find (description);
  if (facts.side == NEG_SIDE_UNKNOWN)
    facts.side = neg_side_find (procedure);
  if (facts.side == NEG_SIDE_UNKNOWN)
    facts.side = neg_side_find (description);
  return facts;
}

/* A mammogram without a description is of the breast all the same. */
static void
add_by_modality (NegPrefetchFacts *facts, const char *modalities)
{
  static const char *const breast[] = { "MG", NULL };

  if (facts->regions == 0 && _neg_modalities_have (modalities, breast))
    facts->regions = NEG_REGION_BREAST;
}

static int
compare_newest_first (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const NegPrefetchPrior *priors = user_data;
  const NegPrefetchPrior *first = &priors[*(const guint *) a], *second = &priors[*(const guint *) b];

  if (first->time_us != second->time_us)
    return first->time_us > second->time_us ? -1 : 1;
  return strcmp (first->study_uid, second->study_uid);
}

static void
look_at_all (Choosing *choosing)
{
  const NegPrefetchCase *subject = choosing->subject;

  choosing->facts
      = find_facts (subject->body_part, subject->laterality, subject->procedure, subject->description);
  add_by_modality (&choosing->facts, subject->modality);
  choosing->of = g_new0 (NegPrefetchFacts, choosing->n + 1);
  choosing->order = g_new0 (guint, choosing->n + 1);
  choosing->chosen = g_new0 (NegPrefetchChoice *, choosing->n + 1);
  choosing->left = g_new0 (guint8, choosing->n + 1);
  for (guint i = 0; i < choosing->n; i++) {
    const NegPrefetchPrior *prior = &choosing->priors[i];

    choosing->order[i] = i;
    choosing->of[i] = find_facts (prior->body_part, NULL, NULL, prior->description);
    add_by_modality (&choosing->of[i], prior->modalities);
  }
  if (choosing->n > 0)
    g_qsort_with_data (choosing->order, (int) choosing->n, sizeof *choosing->order, compare_newest_first,
                       (gpointer) choosing->priors);
}

/* --- does a prior fit? --- */

/* As text: "" knows nothing. */
static gboolean
has_common_modality (const char *a, const char *b)
{
  g_auto (GStrv) list = g_strsplit (b, "\\", -1);

  /* What every study may carry says nothing of its kind. */
  static const char *const beside[] = { "SR", "PR", "KO", "SEG", "REG", "DOC", "OT", "AU", NULL };
  guint n = 0;

  for (guint i = 0; list[i] != NULL; i++) {
    char *one = list[i];

    if (*one != '\0' && !g_strv_contains (beside, one))
      list[n++] = one;
    else
      g_free (one);
  }
  list[n] = NULL;
  return _neg_modalities_have (a, (const char *const *) list);
}

static gboolean
fits_modality (const Choosing *choosing, const NegPrefetchSelection *selection, const NegPrefetchPrior *prior)
{
  switch (selection->modality) {
  case NEG_MATCH_SAME:
    return has_common_modality (prior->modalities, choosing->subject->modality);
  case NEG_MATCH_OTHER:
    return *prior->modalities != '\0' && !has_common_modality (prior->modalities, choosing->subject->modality);
  case NEG_MATCH_LIST:
    return _neg_modalities_have (prior->modalities, (const char *const *) selection->modalities);
  default:
    return TRUE;
  }
}

/* Of a case whose region nobody knows every region may be the same. */
static gboolean
fits_region (const Choosing *choosing, const NegPrefetchSelection *selection, const NegPrefetchFacts *of)
{
  switch (selection->region) {
  case NEG_MATCH_SAME:
    return choosing->facts.regions == 0 || (of->regions & choosing->facts.regions) != 0;
  case NEG_MATCH_NEAR:
    return (of->regions & neg_regions_get_near (choosing->facts.regions)) != 0;
  case NEG_MATCH_UNKNOWN:
    return of->regions == 0;
  case NEG_MATCH_LIST:
    return (of->regions & selection->regions) != 0;
  default:
    return TRUE;
  }
}

static gboolean
fits_side (const Choosing *choosing, const NegPrefetchSelection *selection, const NegPrefetchFacts *of)
{
  return !selection->same_side || choosing->facts.side == NEG_SIDE_UNKNOWN || of->side == NEG_SIDE_UNKNOWN
         || (choosing->facts.side & of->side) != 0;
}

static gint64
get_age_us (const Choosing *choosing, const NegPrefetchPrior *prior)
{
  return prior->time_us == 0 ? -1 : MAX (choosing->reference_us - prior->time_us, 0);
}

static gboolean
is_out (const Choosing *choosing, const NegPrefetchPrior *prior)
{
  return prior->is_rejected_here || (*prior->peer == '\0' && prior->n_here == 0)
         || prior->time_us > choosing->reference_us + SAME_DAY_US
         || strcmp (prior->study_uid, choosing->subject->study_uid) == 0;
}

/* --- what is chosen --- */

static gboolean
is_here (const NegPrefetchPrior *prior)
{
  return prior->n_here > 0 && prior->n_here >= prior->n_instances;
}

static void
choose (Choosing *choosing, const char *rule, const NegPrefetchSelection *selection, guint index, guint number)
{
  const NegPrefetchPrior *prior = &choosing->priors[index];
  NegPrefetchChoice *choice = g_new0 (NegPrefetchChoice, 1);

  choice->prior = index;
  choice->verdict = is_here (prior) || *prior->peer == '\0' ? NEG_PREFETCH_HERE : NEG_PREFETCH_FETCH;
  choice->rank = choosing->n_chosen++;
  choice->rule = g_strdup (rule);
  choice->why = _neg_prefetch_dup_chosen (selection, prior, number, get_age_us (choosing, prior));
  choosing->chosen[index] = choice;
}

static void
select_newest (Choosing *choosing, const char *rule, const NegPrefetchSelection *selection)
{
  guint n = 0;

  choosing->days_max = MAX (choosing->days_max, selection->days_max);
  for (guint i = 0; i < choosing->n; i++) {
    guint index = choosing->order[i];
    const NegPrefetchPrior *prior = &choosing->priors[index];
    gint64 age_us = get_age_us (choosing, prior);

    if (is_out (choosing, prior) || !fits_modality (choosing, selection, prior)
        || !fits_region (choosing, selection, &choosing->of[index])
        || !fits_side (choosing, selection, &choosing->of[index]))
      continue;
    if (selection->days_max > 0 && (age_us < 0 || age_us > selection->days_max * DAY_US))
      choosing->left[index] |= MISSED_AGE;
    else if (++n > selection->last)
      choosing->left[index] |= MISSED_COUNT;
    else if (choosing->chosen[index] == NULL)
      choose (choosing, rule, selection, index, n);
  }
}

static const NegPrefetchRule *
find_rule (const Choosing *choosing, const GPtrArray *rules)
{
  for (guint i = 0; i < rules->len; i++)
    if (_neg_prefetch_rule_fits (rules->pdata[i], choosing->subject, &choosing->facts))
      return rules->pdata[i];
  return NULL;
}

static void
apply (Choosing *choosing, const NegPrefetchRule *rule)
{
  for (guint i = 0; i < rule->selections->len; i++)
    select_newest (choosing, rule->name, rule->selections->pdata[i]);
}

/* The rule's name, borrowed. */
static const char *
apply_rules (Choosing *choosing)
{
  const NegPrefetchRule *site = find_rule (choosing, choosing->rules->site);
  const NegPrefetchRule *built_in = find_rule (choosing, choosing->rules->built_in);

  if (site != NULL)
    apply (choosing, site);
  if (site == NULL || site->has_default)
    apply (choosing, built_in);
  return site != NULL ? site->name : built_in->name;
}

/* --- what is left --- */

static NegPrefetchLeft
find_reason (const Choosing *choosing, guint index)
{
  const NegPrefetchPrior *prior = &choosing->priors[index];
  const guint regions = choosing->of[index].regions;
  const gboolean is_elsewhere
      = choosing->facts.regions != 0 && regions != 0 && (regions & choosing->facts.regions) == 0;

  if (prior->is_rejected_here)
    return NEG_LEFT_REJECTED;
  if (prior->time_us > choosing->reference_us + SAME_DAY_US
      || strcmp (prior->study_uid, choosing->subject->study_uid) == 0)
    return NEG_LEFT_NEWER;
  if (*prior->peer == '\0' && prior->n_here == 0)
    return NEG_LEFT_NO_PEER;
  if ((choosing->left[index] & MISSED_COUNT) != 0)
    return NEG_LEFT_ENOUGH;
  if ((choosing->left[index] & MISSED_AGE) != 0)
    return is_elsewhere ? NEG_LEFT_OLD_ELSEWHERE : NEG_LEFT_OLD;
  return is_elsewhere ? NEG_LEFT_ELSEWHERE : NEG_LEFT_NO_RULE;
}

static void
leave (Choosing *choosing, const char *rule, guint index)
{
  NegPrefetchChoice *choice = g_new0 (NegPrefetchChoice, 1);

  choice->prior = index;
  choice->verdict = NEG_PREFETCH_LEAVE;
  choice->rank = G_MAXUINT;
  choice->rule = g_strdup (rule);
  choice->why = _neg_prefetch_dup_left (find_reason (choosing, index), choosing->days_max);
  choosing->chosen[index] = choice;
}

static int
compare_ranks (gconstpointer a, gconstpointer b)
{
  const NegPrefetchChoice *first = *(NegPrefetchChoice *const *) a, *second = *(NegPrefetchChoice *const *) b;

  return first->rank < second->rank ? -1 : first->rank > second->rank;
}

static GPtrArray *
collect (Choosing *choosing, const char *rule)
{
  GPtrArray *choices = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_prefetch_choice_free);

  for (guint i = 0; i < choosing->n; i++) {
    guint index = choosing->order[i];

    if (choosing->chosen[index] == NULL)
      leave (choosing, rule, index);
    g_ptr_array_add (choices, choosing->chosen[index]);
  }
  /* Stable: those that are left stay newest first. */
  g_ptr_array_sort (choices, compare_ranks);
  return choices;
}

GPtrArray *
neg_prefetch_choose (const NegPrefetchRules *rules, const NegPrefetchCase *subject, const NegPrefetchPrior *priors,
                     guint n, gint64 now_us)
{
  Choosing choosing = { .rules = rules, .subject = subject, .priors = priors, .n = n,
                        .reference_us = subject->time_us != 0 ? subject->time_us : now_us };
  const char *rule;
  GPtrArray *choices;

  look_at_all (&choosing);
  rule = apply_rules (&choosing);
  choices = collect (&choosing, rule);
  g_free (choosing.of);
  g_free (choosing.order);
  g_free (choosing.chosen);
  g_free (choosing.left);
  return choices;
}

guint
neg_prefetch_find_relevant (const NegPrefetchRules *rules, const NegPrefetchCase *subject,
                            const NegPrefetchPrior *priors, guint n, gint64 now_us)
{
  g_autoptr (GPtrArray) choices = neg_prefetch_choose (rules, subject, priors, n, now_us);

  for (guint i = 0; i < choices->len; i++) {
    const NegPrefetchChoice *choice = choices->pdata[i];

    if (choice->verdict != NEG_PREFETCH_LEAVE && priors[choice->prior].n_here > 0)
      return choice->prior;
  }
  return G_MAXUINT;
}
