/* [quality] of the site file. */
#include "base/neg-error.h"
#include "quality-study.h"

#include <string.h>

static NegQualityStudy *
new_wrong_sex (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  quality_add (study, "CR", 1, -1);
  neg_quality_set (&quality_add_order (study)->sex, "M");
  return study;
}

static void
test_severity (void)
{
  quality_assert_found_with (new_wrong_sex (), "", "sex", NEG_SEVERITY_ERROR, NULL);
  quality_assert_found_with (new_wrong_sex (), "check.sex=note", "sex", NEG_SEVERITY_NOTE, NULL);
  quality_assert_clean_with (new_wrong_sex (), "check.sex=off");
  /* The more special one wins, in whatever order. */
  quality_assert_found_with (new_wrong_sex (), "check.sex.CR=warning\ncheck.sex=off", "sex", NEG_SEVERITY_WARNING, NULL);
  quality_assert_clean_with (new_wrong_sex (), "check.sex.CR=off\ncheck.sex=error");
  quality_assert_found_with (new_wrong_sex (), "check.sex.CT=off", "sex", NEG_SEVERITY_ERROR, NULL);
}

static void
test_limit (void)
{
  static const struct {
    const char *site;
    gboolean is_found;
  } table[] = {
    { "limit.ctdi-mgy=10", TRUE },
    { "limit.ctdi-mgy=30", FALSE },
    { "limit.ctdi-mgy=30\nlimit.ctdi-mgy.CT=10", TRUE },
    { "limit.ctdi-mgy.CT=30\nlimit.ctdi-mgy=10", FALSE },
    { "limit.ctdi-mgy.CT=10\nlimit.ctdi-mgy.CT.HEAD=60", FALSE },
    { "limit.ctdi-mgy.CT=60\nlimit.ctdi-mgy.CT.HEAD=20.5", TRUE },
    { "limit.ctdi-mgy.CT=60\nlimit.ctdi-mgy.CT.KNEE=1", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityStudy *study = neg_quality_study_new ();

    quality_add (study, "CT", 1, NEG_RECORD_CTDI_VOL, "21", NEG_RECORD_BODY_PART, "HEAD", NEG_RECORD_IMAGE_TYPE,
                 "ORIGINAL\\PRIMARY\\LOCALIZER", -1);
    if (table[i].is_found)
      quality_assert_found_with (study, table[i].site, "dose", NEG_SEVERITY_WARNING, "21 mGy");
    else
      quality_assert_clean_with (study, table[i].site);
  }
}

/* File, group and key are named. */
static void
test_wrong (void)
{
  static const char *const wrong[][2] = {
    { "check.sex=loud", "check.sex" },      { "check.sex.CR=none", "check.sex.CR" },   { "check.sex=", "check.sex" },
    { "limit.noise=much", "limit.noise" },  { "limit.noise=-1", "limit.noise" },       { "limit.noise=inf", "limit.noise" },
    { "limit.noise=0,5", "limit.noise" },   { "limit.noise.CR.HAND=", "limit.noise.CR.HAND" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (NegQualityRules) rules = quality_rules (wrong[i][0], &error);
    g_autofree char *words = NULL;

    g_assert_null (rules);
    g_assert_nonnull (error);
    words = g_strconcat (error->message, " ", neg_error_get_where (error), NULL);
    g_test_message ("%s", words);
    g_assert_nonnull (strstr (words, "site.conf"));
    g_assert_nonnull (strstr (words, "quality"));
    g_assert_nonnull (strstr (words, wrong[i][1]));
  }
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegQualityRules) rules = quality_rules ("check.sexx=note\nlimit.sex=1\nquiet=0.3\nroute.1=x\nreasons=a;b\n"
                                                     "second-look=user\ncommit-within=1h\ncolour=red", &error);
  const char *const *unknown;

  g_assert_no_error (error);
  unknown = neg_quality_rules_get_unknown (rules);
  g_assert_cmpuint (g_strv_length ((char **) unknown), ==, 3);
  g_assert_true (g_strv_contains (unknown, "check.sexx"));
  g_assert_true (g_strv_contains (unknown, "limit.sex"));
  g_assert_true (g_strv_contains (unknown, "colour"));
}

/* Slices of a volume are not decoded for their sake; radiographs and screen copies are. */
static void
test_want_pixels (void)
{
  static const struct {
    const char *modality, *sop_class, *site;
    gboolean is_wanted;
  } table[] = {
    { "CT", "1.2.840.10008.5.1.4.1.1.2", "", FALSE },
    { "CT", "1.2.840.10008.5.1.4.1.1.2", "check.noise.CT=note", TRUE },
    { "CR", "1.2.840.10008.5.1.4.1.1.1", "", TRUE },
    { "OT", "1.2.840.10008.5.1.4.1.1.7", "", TRUE },
    { "OT", "1.2.840.10008.5.1.4.1.1.7", "check.burned-in=off", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (NegQualityRules) rules = quality_rules (table[i].site, NULL);
    g_autoptr (NegObjectRecord) record = neg_object_record_new ();

    neg_object_record_set (record, NEG_RECORD_MODALITY, g_strdup (table[i].modality));
    neg_object_record_set (record, NEG_RECORD_SOP_CLASS_UID, g_strdup (table[i].sop_class));
    g_assert_false (neg_quality_rules_want_pixels (rules, record));
    neg_object_record_set (record, NEG_RECORD_ROWS, g_strdup ("512"));
    g_assert_cmpint (neg_quality_rules_want_pixels (rules, record), ==, table[i].is_wanted);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/rules/severity", test_severity);
  g_test_add_func ("/quality/rules/limit", test_limit);
  g_test_add_func ("/quality/rules/wrong", test_wrong);
  g_test_add_func ("/quality/rules/unknown", test_unknown);
  g_test_add_func ("/quality/rules/want-pixels", test_want_pixels);
  return g_test_run ();
}
