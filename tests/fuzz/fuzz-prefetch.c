#include "neg-fuzz.h"

#include <string.h>

#include "worklist/neg-prefetch.h"

/* A rule, a line feed, then texts of priors, each with its line feed. */
#define PRIORS_MAX 16

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const char *const rules[] = {
    "modality:CT,MR region:spine side:left,both urgency:stat location:\"ICU 2\",ED* -> last:2 region:near; default\n",
    "code:CT* procedure:lws -> last:2 modality:same region:near years:5; last:all modality:CT,MR side:same; default\n",
    "* -> none\n",
    "region:chest -> last:3 modality:CR,DX region:chest,abdomen months:18; region:unknown modality:other\n",
  };
  static const char texts[] = "MRT der LWS nativ\nCT Abdomen/Pelvis\nL-SPINE W/O\nMammographie bds.\nSch\xc3\xa4" "del\n";
  const char *rule = rules[g_rand_int_range (random, 0, G_N_ELEMENTS (rules))];
  GByteArray *input = g_byte_array_new ();

  g_byte_array_append (input, (const guint8 *) rule, (guint) strlen (rule));
  g_byte_array_append (input, (const guint8 *) texts, sizeof texts - 1);
  return input;
}

static void
choose (const NegPrefetchRules *rules, char **lines, guint n)
{
  NegPrefetchPrior priors[PRIORS_MAX] = { 0 };
  const NegPrefetchCase subject
      = { .study_uid = "1", .modality = n > 0 ? lines[0] : "", .body_part = "", .laterality = "", .procedure_code = "",
          .procedure = n > 1 ? lines[1] : "", .description = n > 0 ? lines[0] : "", .location = "ED" };
  g_autoptr (GPtrArray) choices = NULL;
  gboolean is_known = FALSE;
  guint relevant;

  for (guint i = 0; i < n; i++)
    priors[i] = (NegPrefetchPrior){ .study_uid = lines[i], .peer = i % 3 == 0 ? "" : "P", .modalities = lines[n - 1 - i],
                                    .body_part = lines[i], .description = lines[i], .n_here = i % 4,
                                    .n_instances = i % 5,
                                    .time_us = (gint64) MIN (strlen (lines[i]), 1000) * G_GINT64_CONSTANT (1000000000000),
                                    .is_rejected_here = i == 7 };
  choices = neg_prefetch_choose (rules, &subject, priors, n, G_MAXINT64 / 2);
  relevant = neg_prefetch_find_relevant (rules, &subject, priors, n, G_MAXINT64 / 2);
  g_assert_cmpuint (choices->len, ==, n);
  for (guint i = 0; i < n; i++) {
    const NegPrefetchChoice *choice = choices->pdata[i];

    g_assert_true (choice->prior < n && choice->why != NULL && choice->rule != NULL);
    is_known |= choice->prior == relevant && choice->verdict != NEG_PREFETCH_LEAVE;
  }
  g_assert_true (is_known || relevant == G_MAXUINT);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = size > 0 ? g_strndup ((const char *) data, size) : g_strdup ("");
  g_auto (GStrv) lines = g_strsplit (text, "\n", PRIORS_MAX + 1);
  const char *const names[] = { "rule.1", NULL }, *const texts[] = { lines[0] != NULL ? lines[0] : "", NULL };
  g_autoptr (NegPrefetchRules) rules = neg_prefetch_rules_new (names, texts, NULL);

  if (rules == NULL)
    rules = neg_prefetch_rules_new (NULL, NULL, NULL);
  choose (rules, lines + (lines[0] != NULL ? 1 : 0), lines[0] != NULL ? g_strv_length (lines + 1) : 0);
  return 0;
}
