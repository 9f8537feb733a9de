/* Which priors a case needs: regions by words, rules, choices by worked tables. */
#include "base/neg-error.h"
#include "store/neg-entries.h"
#include "worklist/neg-prefetch-private.h"

#include <string.h>

#define DAY_US (G_USEC_PER_SEC * (gint64) 86400)
#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)

static void
test_regions (void)
{
  static const struct {
    const char *text;
    guint regions;
  } table[] = {
    { "CHEST", NEG_REGION_CHEST },
    { "Röntgen Thorax p.a. und seitlich", NEG_REGION_CHEST },
    { "Röntgenthorax", NEG_REGION_CHEST },
    { "CT Abdomen/Pelvis with contrast", NEG_REGION_ABDOMEN | NEG_REGION_PELVIS },
    { "MRT der LWS nativ", NEG_REGION_LUMBAR_SPINE },
    { "MR L-SPINE W/O CONTRAST", NEG_REGION_LUMBAR_SPINE },
    { "XR C SPINE 3 VIEWS", NEG_REGION_CERVICAL_SPINE },
    { "MRI cervical spine", NEG_REGION_CERVICAL_SPINE },
    { "Thoracic spine AP", NEG_REGION_THORACIC_SPINE },
    { "thoracic and lumbar spine", NEG_REGION_THORACIC_SPINE | NEG_REGION_LUMBAR_SPINE },
    { "Wirbelsäule", NEG_REGION_CERVICAL_SPINE | NEG_REGION_THORACIC_SPINE | NEG_REGION_LUMBAR_SPINE },
    { "CT Schädel nativ", NEG_REGION_HEAD },
    { "CT SCHAEDEL", NEG_REGION_HEAD },
    { "Scha\xcc\x88" "delbasis", NEG_REGION_HEAD }, /* a and a combining diaeresis */
    { "cMRT", NEG_REGION_HEAD },
    { "Knie re. 2 Ebenen", NEG_REGION_KNEE },
    { "Kniegelenk links", NEG_REGION_KNEE },
    { "femoral neck left", NEG_REGION_HIP },
    { "MG Screening Mammographie", NEG_REGION_BREAST },
    { "CHESTABDPELVIS", NEG_REGION_CHEST | NEG_REGION_ABDOMEN | NEG_REGION_PELVIS },
    { "Sonographie Schilddrüse", NEG_REGION_NECK },
    { "PET/CT Whole Body", NEG_REGION_ALL },
    { "OSG links", NEG_REGION_FOOT },
    { "Handgelenk", NEG_REGION_HAND },
    { "Fuß", NEG_REGION_FOOT },
    { "NNH koronar", NEG_REGION_FACE | NEG_REGION_HEART },
    { "EXTREMITY", 0 },
    { "Routine", 0 },
    { "headline", 0 },
    { "", 0 },
    { NULL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    if (neg_regions_find (table[i].text) != table[i].regions)
      g_test_message ("%s: %x", table[i].text, neg_regions_find (table[i].text));
    g_assert_cmphex (neg_regions_find (table[i].text), ==, table[i].regions);
  }
}

static void
test_near (void)
{
  g_assert_true ((neg_regions_get_near (NEG_REGION_LUMBAR_SPINE) & NEG_REGION_ABDOMEN) != 0);
  g_assert_true ((neg_regions_get_near (NEG_REGION_ABDOMEN) & NEG_REGION_LUMBAR_SPINE) != 0);
  g_assert_cmphex (neg_regions_get_near (NEG_REGION_KNEE) & NEG_REGION_CHEST, ==, 0);
  g_assert_cmphex (neg_regions_get_near (NEG_REGION_ALL), ==, 0);
  g_assert_cmphex (neg_regions_get_near (0), ==, 0);
}

static void
test_sides (void)
{
  g_assert_cmpint (neg_side_find ("Knie re."), ==, NEG_SIDE_RIGHT);
  g_assert_cmpint (neg_side_find ("L"), ==, NEG_SIDE_LEFT);
  g_assert_cmpint (neg_side_find ("MR L SPINE"), ==, NEG_SIDE_UNKNOWN);
  g_assert_cmpint (neg_side_find ("Hände bds."), ==, NEG_SIDE_BOTH);
  g_assert_cmpint (neg_side_find ("hands left and right"), ==, NEG_SIDE_BOTH);
  g_assert_cmpint (neg_side_find ("Thorax"), ==, NEG_SIDE_UNKNOWN);
}

/* --- rules --- */

static NegPrefetchRules *
make_rules (const char *text)
{
  const char *const names[] = { "rule.1", NULL }, *const texts[] = { text, NULL };
  g_autoptr (GError) error = NULL;
  NegPrefetchRules *rules = neg_prefetch_rules_new (text != NULL ? names : NULL, texts, &error);

  g_assert_no_error (error);
  return rules;
}

static void
test_wrong_rules (void)
{
  static const struct {
    const char *text, *words;
  } table[] = {
    { "", "no “->”" },
    { "modality:CT", "no “->”" },
    { "modality:CT ->", "nothing is said" },
    { "modality:CT -> last:0", "not a number" },
    { "modality:CT -> last:51", "not a number" },
    { "modality:CT -> last:1,2", "not a number" },
    { "modality:CT -> last:-1", "not a number" },
    { "modality: -> last:1", "key:value" },
    { "modality:CT,,MR -> last:1", "1 to 16 values" },
    { "modality:C*T -> last:1", "no modality" },
    { "region:elsewhere -> last:1", "no region" },
    { "colour:red -> last:1", "no condition" },
    { "code:1 code:2 -> last:1", "no condition" },
    { "* -> years:5 colour:red", "says nothing" },
    { "* -> region:near,chest", "no region" },
    { "* -> side:left", "the side is" },
    { "* -> none; last:1", "stands alone" },
    { "location:\"ICU 2 -> last:1", "not closed" },
    { "procedure:\"two words\" -> last:1", "not one word" },
    { "urgency:asap -> last:1", "not understood" },
    { "* -> last:1;last:1;last:1;last:1;last:1;last:1;last:1;last:1;last:1;last:1;last:1;last:1;last:1", "more than 12" },
    { "a:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17 -> last:1", "1 to 16 values" },
    { "* -> last:1 \xff", "not UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    const char *const names[] = { "rule.7", NULL };
    const char *const texts[] = { table[i].text, NULL };
    g_autoptr (GError) error = NULL;
    NegPrefetchRules *rules = neg_prefetch_rules_new (names, texts, &error);

    if (rules != NULL)
      g_test_message ("%s is taken", table[i].text);
    g_assert_null (rules);
    g_assert_error (error, NEG_ERROR, (int) NEG_ERROR_USAGE);
    g_assert_true (g_str_has_prefix (error->message, "rule.7: "));
    if (strstr (error->message, table[i].words) == NULL)
      g_test_message ("%s: %s", table[i].text, error->message);
    g_assert_nonnull (strstr (error->message, table[i].words));
  }
}

/* --- choices --- */

static NegPrefetchPrior
make_prior (const char *uid, const char *modalities, const char *description, int days)
{
  return (NegPrefetchPrior){ .study_uid = uid, .peer = "PACS", .modalities = modalities, .body_part = "",
                             .description = description, .time_us = NOW_US - days * DAY_US, .n_instances = 10 };
}

static NegPrefetchCase
make_case (const char *modality, const char *description)
{
  return (NegPrefetchCase){ .study_uid = "9", .modality = modality, .body_part = "", .laterality = "",
                            .procedure_code = "", .procedure = "", .description = description, .location = "",
                            .time_us = NOW_US, .urgency = NEG_URGENCY_ROUTINE };
}

/* What is fetched, by rank: "a b c". */
static char *
choose (const char *rule, NegPrefetchCase subject, const NegPrefetchPrior *priors, guint n)
{
  g_autoptr (NegPrefetchRules) rules = make_rules (rule);
  g_autoptr (GPtrArray) choices = neg_prefetch_choose (rules, &subject, priors, n, NOW_US);
  GString *chosen = g_string_new (NULL);

  g_assert_cmpuint (choices->len, ==, n);
  for (guint i = 0; i < choices->len; i++) {
    const NegPrefetchChoice *choice = choices->pdata[i];

    g_assert_nonnull (choice->why);
    g_assert_cmpuint (strlen (choice->why), >, 10);
    g_assert_true (choice->verdict == NEG_PREFETCH_LEAVE ? choice->rank == G_MAXUINT : choice->rank == i);
    if (choice->verdict == NEG_PREFETCH_FETCH)
      g_string_append_printf (chosen, "%s%s", chosen->len > 0 ? " " : "", priors[choice->prior].study_uid);
  }
  return g_string_free (chosen, FALSE);
}

#define ASSERT_CHOSEN(rule, subject, priors, expected)                                                                 \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autofree char *chosen = choose (rule, subject, priors, G_N_ELEMENTS (priors));                                   \
    g_assert_cmpstr (chosen, ==, expected);                                                                            \
  }                                                                                                                    \
  G_STMT_END

static void
test_lumbar_spine (void)
{
  const NegPrefetchPrior priors[] = {
    make_prior ("mr-old", "MR", "MRT LWS", 2000),     make_prior ("ct-abd", "CT", "CT Abdomen", 400),
    make_prior ("mr-new", "MR\\SR", "LWS MRT", 300),  make_prior ("mr-mid", "MR", "L-Spine", 900),
    make_prior ("knee", "MR", "MR Knee left", 20),    make_prior ("cr", "CR", "LWS 2 Ebenen", 700),
    make_prior ("us", "US", "Abdomen", 30),           make_prior ("head", "CT", "CCT", 4000),
  };

  /* Two MR of the region, a radiograph of it, the CT that shows it, the last two of any kind. */
  ASSERT_CHOSEN (NULL, make_case ("MR", "MRT der LWS"), priors, "mr-new mr-mid cr ct-abd knee us");
}

static void
test_mammography (void)
{
  const NegPrefetchPrior priors[] = {
    make_prior ("m1", "MG", "Mammographie bds.", 365),  make_prior ("m2", "MG", "Mammographie", 730),
    make_prior ("m3", "MG", "", 1095),                  make_prior ("m4", "MG", "Screening", 1460),
    make_prior ("m9", "MG", "Screening", 3300),         make_prior ("us", "US", "Mammasonographie", 364),
    make_prior ("mr", "MR", "MR Mamma", 1000),          make_prior ("mr-old", "MR", "MR Mamma", 3000),
    make_prior ("cxr", "CR", "Thorax", 2500),
  };

  ASSERT_CHOSEN (NULL, make_case ("MG", "Mammographie"), priors, "m1 m2 m3 m4 us mr");
}

/* Only old ones: the newest all the same. */
static void
test_old_mammography (void)
{
  const NegPrefetchPrior priors[] = { make_prior ("m8", "MG", "", 3000), make_prior ("m9", "MG", "", 3300) };

  ASSERT_CHOSEN (NULL, make_case ("MG", ""), priors, "m8");
}

static void
test_chest_radiograph (void)
{
  const NegPrefetchPrior priors[] = {
    make_prior ("c1", "DX", "CHEST PA", 10),    make_prior ("c2", "CR", "Thorax", 20),
    make_prior ("c3", "CR", "Thorax", 3000),    make_prior ("c4", "CR", "Thorax", 3001),
    make_prior ("ct", "CT", "CT Thorax", 200),  make_prior ("hand", "CR", "Hand li", 5),
    make_prior ("knee", "MR", "Knie", 2000),
  };

  ASSERT_CHOSEN (NULL, make_case ("CR", "Thorax p.a."), priors, "c1 c2 c3 ct hand");
}

static void
test_side (void)
{
  const NegPrefetchPrior priors[] = {
    make_prior ("left", "DX", "Knie links", 100),  make_prior ("right", "DX", "Knie rechts", 90),
    make_prior ("both", "CR", "Knie bds.", 800),   make_prior ("a", "US", "Abdomen", 1),
    make_prior ("b", "US", "Abdomen", 2),
  };

  ASSERT_CHOSEN (NULL, make_case ("DX", "Knie links 2 Ebenen"), priors, "left both a b");
}

/* Nobody says the region: same modality, the newest of another, the last two. */
static void
test_unknown_region (void)
{
  const NegPrefetchPrior priors[] = { make_prior ("a", "CT", "Abdomen", 100), make_prior ("b", "CT", "", 50),
                                      make_prior ("c", "MR", "Head", 10), make_prior ("d", "CT", "Knee", 200) };

  ASSERT_CHOSEN (NULL, make_case ("CT", "Routine"), priors, "b a c");
}

static void
test_same_day_and_newer (void)
{
  const NegPrefetchPrior priors[] = { make_prior ("later", "CT", "Abdomen", -2), make_prior ("today", "CT", "Abdomen", 0),
                                      make_prior ("9", "CT", "Abdomen", 0), make_prior ("before", "CT", "Abdomen", 1) };

  ASSERT_CHOSEN (NULL, make_case ("CT", "Abdomen"), priors, "today before");
}

static void
test_nothing (void)
{
  g_autoptr (NegPrefetchRules) rules = make_rules (NULL);
  NegPrefetchCase subject = make_case ("CT", "Abdomen");
  g_autoptr (GPtrArray) choices = neg_prefetch_choose (rules, &subject, NULL, 0, NOW_US);

  g_assert_cmpuint (choices->len, ==, 0);
  g_assert_cmpuint (neg_prefetch_find_relevant (rules, &subject, NULL, 0, NOW_US), ==, G_MAXUINT);
}

static void
test_site_rules (void)
{
  const NegPrefetchPrior priors[] = {
    make_prior ("a", "CT", "Abdomen", 100), make_prior ("b", "CT", "Thorax", 50), make_prior ("c", "MR", "Leber", 10),
    make_prior ("d", "CT", "Abdomen", 900),
  };
  NegPrefetchCase ward = make_case ("CT", "Abdomen");

  ward.location = "ICU 2";
  ward.procedure_code = "CTABD1";
  ASSERT_CHOSEN ("* -> none", ward, priors, "");
  ASSERT_CHOSEN ("location:\"ICU 2\" -> last:1 region:chest", ward, priors, "b");
  ASSERT_CHOSEN ("location:icu* -> last:1 region:chest", ward, priors, "b");
  ASSERT_CHOSEN ("location:ED -> last:1 region:chest", ward, priors, "a d c b");
  ASSERT_CHOSEN ("code:CTABD* -> last:2 modality:same region:same months:6", ward, priors, "a");
  ASSERT_CHOSEN ("code:CTABD -> none", ward, priors, "a d c b");
  ASSERT_CHOSEN ("procedure:abdomen -> last:1 modality:MR; default", ward, priors, "c a d b");
  ASSERT_CHOSEN ("urgency:stat -> none", ward, priors, "a d c b");
  ASSERT_CHOSEN ("modality:MR -> none", ward, priors, "a d c b");
  ASSERT_CHOSEN ("modality:ct region:abdomen -> last:all modality:CT,MR days:200", ward, priors, "c b a");
  ASSERT_CHOSEN ("* -> region:near modality:CT", ward, priors, "b");
  ASSERT_CHOSEN ("* -> modality:other", ward, priors, "c");
}

/* The sentences, and what is not fetched for another reason than its kind. */
static void
test_words (void)
{
  g_autoptr (NegPrefetchRules) rules = make_rules (NULL);
  NegPrefetchCase subject = make_case ("CT", "CT Abdomen");
  NegPrefetchPrior priors[] = {
    make_prior ("a", "CT", "Abdomen", 250),  make_prior ("b", "CT", "Abdomen", 800), make_prior ("c", "CT", "Abdomen", 4000),
    make_prior ("d", "MR", "Kopf", 4000),    make_prior ("e", "CT", "Abdomen", 1),   make_prior ("f", "US", "Abdomen", 3),
    make_prior ("g", "CR", "Hand", -5),      make_prior ("h", "CR", "Abdomen", 2),
  };
  static const struct {
    const char *uid, *why;
    NegPrefetchVerdict verdict;
  } expected[] = {
    { "a", "Newest CT of the same region, 8 months old", NEG_PREFETCH_HERE },
    { "b", "CT of the same region, 2 years old, number 2 by age", NEG_PREFETCH_FETCH },
    { "h", "Newest CR of the same region, 2 days old", NEG_PREFETCH_FETCH },
    { "f", "One of the newest of any kind, US, 3 days old, number 2 by age", NEG_PREFETCH_FETCH },
    { "g", "Left alone: newer than the case", NEG_PREFETCH_LEAVE },
    { "e", "Left alone: it was removed here", NEG_PREFETCH_LEAVE },
    { "c", "Left alone: newer ones are enough", NEG_PREFETCH_LEAVE },
    { "d", "Left alone: older than 5 years and of another region", NEG_PREFETCH_LEAVE },
  };
  g_autoptr (GPtrArray) choices = NULL;

  priors[0].n_here = 10;
  priors[4].is_rejected_here = TRUE;
  choices = neg_prefetch_choose (rules, &subject, priors, G_N_ELEMENTS (priors), NOW_US);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    const NegPrefetchChoice *choice = choices->pdata[i];

    g_assert_cmpstr (choice->why, ==, expected[i].why);
    g_assert_cmpstr (priors[choice->prior].study_uid, ==, expected[i].uid);
    g_assert_cmpint (choice->verdict, ==, expected[i].verdict);
    g_assert_cmpstr (choice->rule, ==, "built-in general");
  }
}

static void
test_partly_here (void)
{
  g_autoptr (NegPrefetchRules) rules = make_rules (NULL);
  NegPrefetchCase subject = make_case ("CT", "CT Abdomen");
  NegPrefetchPrior prior = make_prior ("a", "CT", "Abdomen", 250);
  static const struct {
    guint n_here, n_there;
    const char *peer;
    NegPrefetchVerdict verdict;
  } table[] = { { 0, 10, "P", NEG_PREFETCH_FETCH }, { 9, 10, "P", NEG_PREFETCH_FETCH },
                { 10, 10, "P", NEG_PREFETCH_HERE }, { 11, 10, "P", NEG_PREFETCH_HERE },
                { 0, 0, "P", NEG_PREFETCH_FETCH },  { 1, 0, "P", NEG_PREFETCH_HERE },
                { 3, 10, "", NEG_PREFETCH_HERE },   { 0, 0, "", NEG_PREFETCH_LEAVE } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GPtrArray) choices = NULL;

    prior.n_here = table[i].n_here;
    prior.n_instances = table[i].n_there;
    prior.peer = table[i].peer;
    choices = neg_prefetch_choose (rules, &subject, &prior, 1, NOW_US);
    g_assert_cmpint (((const NegPrefetchChoice *) choices->pdata[0])->verdict, ==, table[i].verdict);
  }
}

/* Whatever is shown first as a comparison would have been fetched: 2,000 cases by chance. */
static void
test_relevant_is_subset (void)
{
  static const char *const modalities[] = { "CT", "MR", "CR", "DX", "MG", "US", "PT\\CT", "SR", "" };
  static const char *const texts[] = { "Abdomen", "Thorax", "LWS", "Knie li", "Knie re", "Mamma", "Kopf", "", "xyz" };
  g_autoptr (NegPrefetchRules) rules = make_rules (NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint i = 0; i < 2000; i++) {
    NegPrefetchPrior priors[12];
    NegPrefetchCase subject = make_case (modalities[g_rand_int_range (random, 0, 9)], texts[g_rand_int_range (random, 0, 9)]);
    guint n = (guint) g_rand_int_range (random, 0, 13);
    g_autoptr (GPtrArray) choices = NULL;
    gboolean is_among = FALSE;
    guint relevant;

    for (guint j = 0; j < n; j++) {
      priors[j] = make_prior ("1", modalities[g_rand_int_range (random, 0, 9)], texts[g_rand_int_range (random, 0, 9)],
                              g_rand_int_range (random, -3, 3000));
      priors[j].n_here = g_rand_boolean (random) ? 10 : 0;
      priors[j].is_rejected_here = g_rand_int_range (random, 0, 8) == 0;
    }
    choices = neg_prefetch_choose (rules, &subject, priors, n, NOW_US);
    relevant = neg_prefetch_find_relevant (rules, &subject, priors, n, NOW_US);
    for (guint j = 0; j < choices->len; j++) {
      const NegPrefetchChoice *choice = choices->pdata[j];

      if (choice->verdict != NEG_PREFETCH_LEAVE && priors[choice->prior].n_here > 0 && !is_among) {
        is_among = TRUE;
        g_assert_cmpuint (choice->prior, ==, relevant);
      }
    }
    g_assert_true (is_among || relevant == G_MAXUINT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prefetch/regions", test_regions);
  g_test_add_func ("/prefetch/near", test_near);
  g_test_add_func ("/prefetch/sides", test_sides);
  g_test_add_func ("/prefetch/wrong-rules", test_wrong_rules);
  g_test_add_func ("/prefetch/lumbar-spine", test_lumbar_spine);
  g_test_add_func ("/prefetch/mammography", test_mammography);
  g_test_add_func ("/prefetch/old-mammography", test_old_mammography);
  g_test_add_func ("/prefetch/chest-radiograph", test_chest_radiograph);
  g_test_add_func ("/prefetch/side", test_side);
  g_test_add_func ("/prefetch/unknown-region", test_unknown_region);
  g_test_add_func ("/prefetch/newer", test_same_day_and_newer);
  g_test_add_func ("/prefetch/nothing", test_nothing);
  g_test_add_func ("/prefetch/site-rules", test_site_rules);
  g_test_add_func ("/prefetch/words", test_words);
  g_test_add_func ("/prefetch/partly-here", test_partly_here);
  g_test_add_func ("/prefetch/relevant", test_relevant_is_subset);
  return g_test_run ();
}
