/* Why a study is fetched or left alone, in one sentence: of its kind and age, nothing of the patient. */
#include "config.h"

#include "worklist/neg-prefetch-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define DAY_US (G_USEC_PER_SEC * (gint64) 86400)
#define DAYS_OF_YEAR 365.25
#define DAYS_OF_MONTH 30.4375
/* Up to here the smaller unit is how people say it. */
#define DAYS_MAX 60
#define MONTHS_MAX 24

static char *
dup_age (gint64 age_us)
{
  gint64 days = age_us / DAY_US;
  guint months = (guint) (days / DAYS_OF_MONTH);
  guint years = (guint) (days / DAYS_OF_YEAR);

  if (age_us < 0)
    return g_strdup (_ ("of unknown age"));
  if (days == 0)
    return g_strdup (_ ("of the same day"));
  if (days < DAYS_MAX)
    return g_strdup_printf (ngettext ("%u day old", "%u days old", (guint) days), (guint) days);
  if (months < MONTHS_MAX)
    return g_strdup_printf (ngettext ("%u month old", "%u months old", months), months);
  return g_strdup_printf (ngettext ("%u year old", "%u years old", years), years);
}

/* The first modality that is of images; "study" where nobody says. Peers write what they like there. */
static char *
dup_kind (const char *modalities)
{
  gsize length = strcspn (modalities, "\\");

  while (length == 2 && (strncmp (modalities, "SR", 2) == 0 || strncmp (modalities, "PR", 2) == 0
                         || strncmp (modalities, "KO", 2) == 0)
         && modalities[length] == '\\') {
    modalities += length + 1;
    length = strcspn (modalities, "\\");
  }
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (modalities[i]))
      length = 0;
  return length > 0 && length <= 16 ? g_strndup (modalities, length) : g_strdup (_ ("study"));
}

static char *
dup_first (const NegPrefetchSelection *selection, const char *kind, const char *age)
{
  switch (selection->region) {
  case NEG_MATCH_SAME:
    /* Translators: CT (or another modality), then "8 months old" */
    return g_strdup_printf (_ ("Newest %s of the same region, %s"), kind, age);
  case NEG_MATCH_NEAR:
    return g_strdup_printf (_ ("Newest %s of a neighbouring region, %s"), kind, age);
  case NEG_MATCH_LIST:
    return g_strdup_printf (_ ("Newest %s of the region that the rule names, %s"), kind, age);
  case NEG_MATCH_UNKNOWN:
    return g_strdup_printf (_ ("Newest %s of which nobody says the region, %s"), kind, age);
  default:
    return selection->modality == NEG_MATCH_ANY
               ? g_strdup_printf (_ ("Newest study of any kind, %s, %s"), kind, age)
               : g_strdup_printf (_ ("Newest %s, %s"), kind, age);
  }
}

static char *
dup_later (const NegPrefetchSelection *selection, const char *kind, const char *age, guint number)
{
  switch (selection->region) {
  case NEG_MATCH_SAME:
    /* Translators: CT (or another modality), then "8 months old", then 2 */
    return g_strdup_printf (_ ("%s of the same region, %s, number %u by age"), kind, age, number);
  case NEG_MATCH_NEAR:
    return g_strdup_printf (_ ("%s of a neighbouring region, %s, number %u by age"), kind, age, number);
  case NEG_MATCH_LIST:
    return g_strdup_printf (_ ("%s of the region that the rule names, %s, number %u by age"), kind, age, number);
  case NEG_MATCH_UNKNOWN:
    return g_strdup_printf (_ ("%s of which nobody says the region, %s, number %u by age"), kind, age, number);
  default:
    return selection->modality == NEG_MATCH_ANY
               ? g_strdup_printf (_ ("One of the newest of any kind, %s, %s, number %u by age"), kind, age, number)
               : g_strdup_printf (_ ("%s, %s, number %u by age"), kind, age, number);
  }
}

char *
_neg_prefetch_dup_chosen (const NegPrefetchSelection *selection, const NegPrefetchPrior *prior, guint number,
                          gint64 age_us)
{
  g_autofree char *kind = dup_kind (prior->modalities);
  g_autofree char *age = dup_age (age_us);

  return number == 1 ? dup_first (selection, kind, age) : dup_later (selection, kind, age, number);
}

char *
_neg_prefetch_dup_left (NegPrefetchLeft left, guint days_max)
{
  guint years = MAX ((guint) (days_max / DAYS_OF_YEAR + 0.5), 1);

  switch (left) {
  case NEG_LEFT_NEWER:
    return g_strdup (_ ("Left alone: newer than the case"));
  case NEG_LEFT_REJECTED:
    return g_strdup (_ ("Left alone: it was removed here"));
  case NEG_LEFT_NO_PEER:
    return g_strdup (_ ("Left alone: nobody has it any more"));
  case NEG_LEFT_ENOUGH:
    return g_strdup (_ ("Left alone: newer ones are enough"));
  case NEG_LEFT_OLD:
    return g_strdup_printf (ngettext ("Left alone: older than %u year", "Left alone: older than %u years", years), years);
  case NEG_LEFT_OLD_ELSEWHERE:
    return g_strdup_printf (ngettext ("Left alone: older than %u year and of another region",
                                      "Left alone: older than %u years and of another region", years),
                            years);
  case NEG_LEFT_ELSEWHERE:
    return g_strdup (_ ("Left alone: of another region"));
  case NEG_LEFT_NO_RULE:
  default:
    return g_strdup (_ ("Left alone: no rule asks for it"));
  }
}
