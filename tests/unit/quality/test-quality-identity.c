/* The patient of the images against the order's; several patients in one study. */
#include "quality-study.h"

static NegQualityStudy *
new_study (NegQualityExpectation **order)
{
  NegQualityStudy *study = neg_quality_study_new ();

  quality_add (study, "CR", 1, -1);
  quality_add (study, "CR", 2, -1);
  *order = quality_add_order (study);
  return study;
}

static void
test_same (void)
{
  NegQualityExpectation *order;

  quality_assert_clean (new_study (&order));
}

static void
test_id (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study = new_study (&order);

  neg_quality_set (&order->patient_id, "1010");
  quality_assert_found (study, "patient-id", NEG_SEVERITY_ERROR, NEG_ACTION_MATCH, "7");

  study = new_study (&order);
  neg_quality_set (&order->patient_id, "1010");
  quality_assert_found_with (study, "", "patient-id", NEG_SEVERITY_ERROR, "two neighbouring characters are swapped");

  study = new_study (&order);
  neg_quality_set (&order->issuer, "OTHER");
  quality_assert_found (study, "patient-id", NEG_SEVERITY_ERROR, NEG_ACTION_MATCH, "7");

  /* An issuer that one of the two does not say is no other issuer. */
  study = new_study (&order);
  neg_quality_set (&order->issuer, "");
  quality_assert_clean (study);

  /* An item of a modality worklist has no order to match with. */
  study = new_study (&order);
  order->order = 0;
  neg_quality_set (&order->patient_id, "2002");
  quality_assert_found (study, "patient-id", NEG_SEVERITY_ERROR, NEG_ACTION_SET, "PatientID=2002");
}

static void
test_name (void)
{
  static const struct {
    const char *order;
    NegSeverity severity;
    const char *words;
  } table[] = {
    { "Miller^Anna^^Dr", NEG_SEVERITY_NOTE, "written differently" },
    { "Mil-ler^Änna", NEG_SEVERITY_NOTE, "written differently" },
    { "Millre^Anna", NEG_SEVERITY_WARNING, "two neighbouring characters are swapped" },
    { "Miler^Anna", NEG_SEVERITY_WARNING, "one character differs" },
    { "Anna^Miller", NEG_SEVERITY_WARNING, "family name and given name are swapped" },
    { "Miller^Johanna", NEG_SEVERITY_ERROR, "only a part is the same" },
    { "Smith^John", NEG_SEVERITY_ERROR, "Miller, Anna" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityExpectation *order;
    NegQualityStudy *study = new_study (&order);

    neg_quality_set (&order->patient_name, table[i].order);
    quality_assert_found_with (study, "", "patient-name", table[i].severity, table[i].words);
  }
}

/* Case, padding and composition make no other person (neg-identity.h). */
static void
test_name_same (void)
{
  static const char *const names[] = { "MILLER^ANNA^^^", "miller^anna", " Miller^Anna ", "Miller^Anna=..." };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    NegQualityExpectation *order;
    NegQualityStudy *study = new_study (&order);

    neg_quality_set (&order->patient_name, names[i]);
    quality_assert_clean (study);
  }
}

static void
test_birth_date (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study = new_study (&order);

  neg_quality_set (&order->birth_date, "19700302");
  quality_assert_found_with (study, "", "birth-date", NEG_SEVERITY_ERROR, "day and month are swapped");
  study = new_study (&order);
  neg_quality_set (&order->birth_date, "19710203");
  quality_assert_found_with (study, "", "birth-date", NEG_SEVERITY_ERROR, "the year differs");
}

static void
test_sex (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study = new_study (&order);

  neg_quality_set (&order->sex, "M");
  quality_assert_found (study, "sex", NEG_SEVERITY_ERROR, NEG_ACTION_MATCH, "7");
  study = new_study (&order);
  neg_quality_set (&order->sex, "O");
  quality_assert_clean (study);
}

static void
test_mixed (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study = new_study (&order);

  quality_add (study, "CR", 3, NEG_RECORD_PATIENT_ID, "2002", NEG_RECORD_PATIENT_NAME, "Smith^John", NEG_RECORD_SERIES_UID,
               "1.2.3.2", -1);
  quality_assert_found (study, "patient-mixed", NEG_SEVERITY_ERROR, NEG_ACTION_SPLIT, "1.2.3.2");

  study = new_study (&order);
  quality_add (study, "CR", 3, NEG_RECORD_PATIENT_NAME, "Milller^Anna", -1);
  quality_assert_found (study, "patient-mixed", NEG_SEVERITY_WARNING, NEG_ACTION_SET, "PatientName=Miller^Anna");

  study = new_study (&order);
  quality_add (study, "CR", 3, NEG_RECORD_PATIENT_NAME, "MILLER^ANNA^", -1);
  quality_assert_clean (study);
}

/* Whom the order means is right, even with fewer images. */
static void
test_mixed_order (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study = new_study (&order);

  quality_add (study, "CR", 3, NEG_RECORD_PATIENT_ID, "2002", NEG_RECORD_PATIENT_NAME, "Smith^John", NEG_RECORD_SERIES_UID,
               "1.2.3.2", -1);
  neg_quality_set (&order->patient_id, "2002");
  neg_quality_set (&order->patient_name, "Smith^John");
  quality_assert_found (study, "patient-mixed", NEG_SEVERITY_ERROR, NEG_ACTION_SPLIT, "1.2.3.1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/identity/same", test_same);
  g_test_add_func ("/quality/identity/id", test_id);
  g_test_add_func ("/quality/identity/name", test_name);
  g_test_add_func ("/quality/identity/name-same", test_name_same);
  g_test_add_func ("/quality/identity/birth-date", test_birth_date);
  g_test_add_func ("/quality/identity/sex", test_sex);
  g_test_add_func ("/quality/identity/mixed", test_mixed);
  g_test_add_func ("/quality/identity/mixed-order", test_mixed_order);
  return g_test_run ();
}
