/* Exposure, dose, field of view, and what other systems stumble over. */
#include "quality-study.h"

#include "quality/neg-quality-dose.h"

static NegQualityStudy *
new_chest (NegQualityObject **object)
{
  NegQualityStudy *study = neg_quality_study_new ();

  *object = quality_add (study, "CR", 1, NEG_RECORD_BODY_PART, "CHEST", -1);
  return study;
}

/* --- exposure --- */

static void
test_deviation (void)
{
  static const struct {
    const char *index, *target, *deviation, *found;
    NegSeverity severity; /* NONE: nothing */
  } table[] = {
    { "250", "250", "0.0", NULL, NEG_SEVERITY_NONE },
    { "500", "250", "3.0", NULL, NEG_SEVERITY_NONE },
    { NULL, NULL, "-4.5", "-4.5", NEG_SEVERITY_WARNING },
    { "1000", "250", NULL, "+6.0", NEG_SEVERITY_WARNING }, /* 10 log10 4 = 6.02 */
    { "250", "250", "2.0", "+2.0", NEG_SEVERITY_NOTE },    /* not what the indices say */
    { "0", "250", NULL, NULL, NEG_SEVERITY_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityObject *object;
    NegQualityStudy *study = new_chest (&object);

    quality_set_fields (object, NEG_RECORD_EXPOSURE_INDEX, table[i].index, NEG_RECORD_TARGET_EXPOSURE_INDEX, table[i].target,
                        NEG_RECORD_DEVIATION_INDEX, table[i].deviation, -1);
    if (table[i].severity == NEG_SEVERITY_NONE)
      quality_assert_clean (study);
    else
      quality_assert_found_with (study, "", "deviation-index", table[i].severity, table[i].found);
  }
}

/* One finding for what has one cause, not one for each image. */
static void
test_several (void)
{
  NegQualityStudy *study = neg_quality_study_new ();
  g_autoptr (GPtrArray) findings = NULL;
  const NegFinding *finding;

  for (guint i = 1; i <= 6; i++)
    quality_add (study, "CR", i, NEG_RECORD_DEVIATION_INDEX, i == 6 ? "4" : i == 1 ? "0" : "-5", -1);
  findings = quality_run (study, NULL);
  g_assert_cmpuint (findings->len, ==, 2);
  finding = findings->pdata[0];
  g_assert_cmpuint (finding->n_objects, ==, 4);
  g_assert_cmpstr (finding->subject, ==, "1.2.3.4.2\\1.2.3.4.3\\1.2.3.4.4\\1.2.3.4.5");
  g_assert_cmpstr (finding->argument, ==, finding->subject);
  g_assert_cmpstr (finding->found, ==, "-5.0, -5.0, -5.0, -5.0");
  g_assert_cmpuint (((NegFinding *) findings->pdata[1])->n_objects, ==, 1);
  neg_quality_study_free (study);
}

static void
test_exposure_index (void)
{
  static const char site[] = "limit.exposure-index-low.CR=100\nlimit.exposure-index-high.CR.CHEST=800";

  for (guint i = 0; i < 3; i++) {
    static const char *const indices[] = { "60", "900", "400" };
    NegQualityObject *object;
    NegQualityStudy *study = new_chest (&object);

    quality_set_fields (object, NEG_RECORD_EXPOSURE_INDEX, indices[i], -1);
    if (i < 2)
      quality_assert_found_with (study, site, "exposure-index", NEG_SEVERITY_WARNING, indices[i]);
    else
      quality_assert_clean_with (study, site);
  }
}

static void
test_dose (void)
{
  static const struct {
    const char *modality;
    NegRecordField field;
    const char *good, *bad, *site, *found;
  } table[] = {
    { "US", NEG_RECORD_CTDI_VOL, "12.5", "12.51", "limit.ctdi-mgy=12.5", "12.51 mGy" },
    { "US", NEG_RECORD_DOSE_AREA, "3", "4", "limit.dap-gycm2=0.35", "0.4 Gy" }, /* dGy.cm2 */
    { "US", NEG_RECORD_ENTRANCE_DOSE, "5", "6", "limit.entrance-mgy=5.5", "6 mGy" },
    { "MG", NEG_RECORD_ORGAN_DOSE, "0.02", "0.07", "", "7 mGy" }, /* dGy; the built-in limit */
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    for (guint j = 0; j < 2; j++) {
      NegQualityStudy *study = neg_quality_study_new ();

      quality_add (study, table[i].modality, 1, NEG_RECORD_IMAGE_LATERALITY, "L", table[i].field,
                   j == 0 ? table[i].good : table[i].bad, -1);
      if (j == 0)
        quality_assert_clean_with (study, table[i].site);
      else
        quality_assert_found_with (study, table[i].site, "dose", NEG_SEVERITY_WARNING, table[i].found);
    }
}

/* Of a dose report. */
static void
test_dose_report (void)
{
  for (guint i = 0; i < 2; i++) {
    NegQualityStudy *study = neg_quality_study_new ();
    NegQualityObject *object;
    double dlp = i == 0 ? 900 : 1100;

    quality_add_slices (study, "1", 6, 0);
    object = quality_add (study, "SR", 1, NEG_RECORD_SERIES_UID, "1.2.3.2", NEG_RECORD_ROWS, NULL, -1);
    object->dose = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
    g_hash_table_insert (object->dose, (gpointer) NEG_DOSE_DLP, g_memdup2 (&dlp, sizeof dlp));
    if (i == 0)
      quality_assert_clean_with (study, "limit.dlp-mgycm.CT=1000");
    else
      quality_assert_found_with (study, "limit.dlp-mgycm.CT=1000", "dose", NEG_SEVERITY_WARNING, "1100 mGy");
  }
}

/* --- pixels against limits --- */

static void
test_pixels (void)
{
  for (guint i = 0; i < 7; i++) {
    static const char *const names[] = { NULL, "exposure-clipped", "saturation", "noise", "motion", "collimation", "burned-in" };
    NegQualityObject *object;
    NegQualityStudy *study = new_chest (&object);
    NegQualityPixels *pixels = quality_add_pixels (object);

    quality_set_fields (object, NEG_RECORD_COLLIMATOR_LEFT, "0", NEG_RECORD_COLLIMATOR_RIGHT, "512", NEG_RECORD_COLLIMATOR_UPPER,
                        "50", NEG_RECORD_COLLIMATOR_LOWER, "460", -1);
    pixels->clipped_high = i == 1 ? 0.3 : 0.01;
    pixels->clipped_low = i == 2 ? 0.3 : 0.01;
    pixels->noise = i == 3 ? 600 : 20;
    pixels->sharpness_rows = i == 4 ? 20 : 3;
    pixels->field_share = i == 5 ? 0.4 : 0.75;
    pixels->has_text = i == 6;
    if (i == 0)
      quality_assert_clean (study);
    else
      quality_assert_found_with (study, "", names[i], NEG_SEVERITY_NOTE, NULL);
  }
}

/* Much exposure is a high value there. */
static void
test_inverse (void)
{
  NegQualityObject *object;
  NegQualityStudy *study = new_chest (&object);

  quality_set_fields (object, NEG_RECORD_PHOTOMETRIC, "MONOCHROME1", -1);
  quality_add_pixels (object)->clipped_high = 0.3;
  quality_assert_found_with (study, "", "saturation", NEG_SEVERITY_NOTE, NULL);
}

static void
test_open_field (void)
{
  NegQualityObject *object;
  NegQualityStudy *study = new_chest (&object);

  quality_add_pixels (object)->field_share = 1;
  quality_assert_found_with (study, "limit.open-field.CR.CHEST=0.95", "collimation", NEG_SEVERITY_NOTE, "100 %");
}

static void
test_field_of_view (void)
{
  for (guint i = 0; i < 3; i++) {
    static const char *const spacings[] = { "0.5\\0.5", "0.01\\0.01", "3\\3" };
    NegQualityStudy *study = neg_quality_study_new ();

    quality_add (study, "CT", 1, NEG_RECORD_PIXEL_SPACING, spacings[i], NEG_RECORD_IMAGE_TYPE, "DERIVED\\SECONDARY",
                 NEG_RECORD_SOP_CLASS_UID, "1.2.840.10008.5.1.4.1.1.2.1", -1);
    if (i == 0)
      quality_assert_clean (study);
    else
      quality_assert_found (study, "field-of-view", NEG_SEVERITY_WARNING, NEG_ACTION_LOOK, "");
  }
}

/* --- objects and values --- */

static void
test_unreadable (void)
{
  NegQualityObject *object;
  NegQualityStudy *study = new_chest (&object);

  for (guint i = 0; i < 2; i++) {
    object = neg_quality_object_new ();
    neg_quality_set (&object->unreadable, "it ends early");
    neg_quality_study_add_object (study, object);
  }
  quality_assert_found_with (study, "", "unreadable", NEG_SEVERITY_ERROR, "2 objects: it ends early");
}

static void
test_character_set (void)
{
  static const struct {
    const char *charset, *name;
    NegSeverity severity; /* NONE: nothing */
  } table[] = {
    { "ISO_IR 100", "Müller^Änne", NEG_SEVERITY_NONE },
    { "", "Muller^Anne", NEG_SEVERITY_NONE },
    { "ISO_IR 100", "Who?^", NEG_SEVERITY_NONE },
    { "", "M\xEF\xBF\xBDller^Anne", NEG_SEVERITY_WARNING },
    { "", "Müller^Anne", NEG_SEVERITY_WARNING },
    { "ISO_IR 192", "M\xEF\xBF\xBDller^Anne", NEG_SEVERITY_WARNING },
    { "ISO_IR 100", "M?ller^Anne", NEG_SEVERITY_NOTE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityObject *object;
    NegQualityStudy *study = new_chest (&object);

    quality_set_fields (object, NEG_RECORD_PATIENT_NAME, table[i].name, NEG_RECORD_CHARACTER_SET, table[i].charset, -1);
    if (table[i].severity == NEG_SEVERITY_NONE)
      quality_assert_clean (study);
    else
      quality_assert_found_with (study, "", "character-set", table[i].severity, "PatientName");
  }
}

static void
test_values (void)
{
  static const struct {
    NegRecordField field;
    const char *value;
    gboolean is_wrong;
  } table[] = {
    { NEG_RECORD_PATIENT_ID, "", TRUE },
    { NEG_RECORD_PHOTOMETRIC, "", TRUE },
    { NEG_RECORD_SERIES_UID, "1.2.03", TRUE },
    { NEG_RECORD_STUDY_DATE, "2026.11.22", TRUE },
    { NEG_RECORD_STUDY_DATE, "20251301", TRUE },
    { NEG_RECORD_STUDY_TIME, "10:15:00", TRUE },
    { NEG_RECORD_STUDY_TIME, "101500.123456", FALSE },
    { NEG_RECORD_STUDY_TIME, "1015", FALSE },
    { NEG_RECORD_ACCESSION, "12345678901234567", TRUE },
    { NEG_RECORD_ACCESSION, "1234567890123456", FALSE },
    { NEG_RECORD_BODY_PART, "CHEST_1", FALSE },
    { NEG_RECORD_BODY_PART, "Chest", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityObject *object;
    NegQualityStudy *study = new_chest (&object);

    quality_set_fields (object, table[i].field, table[i].value, -1);
    if (table[i].is_wrong)
      quality_assert_found_with (study, "", "private-tags",
                                 table[i].field == NEG_RECORD_BODY_PART ? NEG_SEVERITY_NOTE : NEG_SEVERITY_WARNING,
                                 neg_record_field_get_keyword (table[i].field));
    else
      quality_assert_clean (study);
  }
}

static void
test_oddities (void)
{
  static const char *const remarks[] = { "private-tags: elements without a private creator", "private-tags: and more",
                                         "character-set: odd letters", NULL };
  NegQualityObject *object;
  NegQualityStudy *study = new_chest (&object);

  object->oddities = g_strdupv ((char **) remarks);
  quality_assert_found_with (study, "check.character-set=off", "private-tags", NEG_SEVERITY_NOTE,
                             "elements without a private creator; and more");
  study = new_chest (&object);
  object->oddities = g_strdupv ((char **) remarks);
  quality_assert_found_with (study, "check.private-tags=off", "character-set", NEG_SEVERITY_WARNING, "odd letters");
}

static void
test_transfer_syntax (void)
{
  static const char *const syntaxes[] = { "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.1" };

  for (guint i = 0; i < G_N_ELEMENTS (syntaxes); i++) {
    NegQualityObject *object;
    NegQualityStudy *study = new_chest (&object);
    NegQualityDestination *destination = neg_quality_study_add_destination (study);

    quality_set_fields (object, NEG_RECORD_TRANSFER_SYNTAX_UID, syntaxes[i], -1);
    neg_quality_set (&destination->peer, "PACS");
    g_hash_table_add (destination->refused, g_strdup ("1.2.840.10008.5.1.4.1.1.1\\1.2.840.10008.1.2.4.90"));
    g_hash_table_add (destination->refused, g_strdup ("1.2.840.10008.5.1.4.1.1.1\\1.2.840.10008.1.2.4.102"));
    if (i == 0)
      quality_assert_found (study, "transfer-syntax", NEG_SEVERITY_NOTE, NEG_ACTION_CONVERT, "");
    else if (i == 1)
      quality_assert_found (study, "transfer-syntax", NEG_SEVERITY_WARNING, NEG_ACTION_LOOK, "");
    else
      quality_assert_clean (study);
  }
}

static void
test_burned_in (void)
{
  static const struct {
    const char *modality, *flag;
    NegSeverity severity;
  } table[] = { { "US", "NO", NEG_SEVERITY_NONE },
                { "US", "", NEG_SEVERITY_NOTE },
                { "US", "YES", NEG_SEVERITY_WARNING },
                { "CR", "", NEG_SEVERITY_NONE } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityStudy *study = neg_quality_study_new ();

    quality_add (study, table[i].modality, 1, NEG_RECORD_BURNED_IN, table[i].flag, -1);
    if (table[i].severity == NEG_SEVERITY_NONE)
      quality_assert_clean (study);
    else
      quality_assert_found (study, "burned-in", table[i].severity, NEG_ACTION_MASK, "");
  }
}

static void
test_dates (void)
{
  static const struct {
    NegRecordField field;
    const char *date;
    gboolean is_wrong;
  } table[] = {
    { NEG_RECORD_STUDY_DATE, "20261123", FALSE }, /* elsewhere it is tomorrow */
    { NEG_RECORD_STUDY_DATE, "20261125", TRUE },
    { NEG_RECORD_CONTENT_DATE, "20270101", TRUE },
    { NEG_RECORD_BIRTH_DATE, "20261122", FALSE },
    { NEG_RECORD_STUDY_DATE, "19690101", TRUE }, /* before the birth */
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityObject *object;
    NegQualityStudy *study = new_chest (&object);

    quality_set_fields (object, table[i].field, table[i].date, -1);
    if (table[i].is_wrong)
      quality_assert_found_with (study, "", "future-date", NEG_SEVERITY_ERROR, NULL);
    else
      quality_assert_clean (study);
  }
}

/* The worst first. */
static void
test_order (void)
{
  NegQualityObject *object;
  NegQualityStudy *study = new_chest (&object);
  g_autoptr (GPtrArray) findings = NULL;

  quality_set_fields (object, NEG_RECORD_STUDY_DATE, "20270101", NEG_RECORD_BURNED_IN, "YES", NEG_RECORD_BODY_PART, "Chest", -1);
  findings = quality_run (study, NULL);
  g_assert_cmpuint (findings->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (((NegFinding *) findings->pdata[i])->severity, ==, NEG_SEVERITY_ERROR - i);
  neg_quality_study_free (study);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/exposure/deviation", test_deviation);
  g_test_add_func ("/quality/exposure/several", test_several);
  g_test_add_func ("/quality/exposure/index", test_exposure_index);
  g_test_add_func ("/quality/dose/header", test_dose);
  g_test_add_func ("/quality/dose/report", test_dose_report);
  g_test_add_func ("/quality/picture/pixels", test_pixels);
  g_test_add_func ("/quality/picture/inverse", test_inverse);
  g_test_add_func ("/quality/picture/open-field", test_open_field);
  g_test_add_func ("/quality/picture/field-of-view", test_field_of_view);
  g_test_add_func ("/quality/values/unreadable", test_unreadable);
  g_test_add_func ("/quality/values/character-set", test_character_set);
  g_test_add_func ("/quality/values/values", test_values);
  g_test_add_func ("/quality/values/oddities", test_oddities);
  g_test_add_func ("/quality/values/transfer-syntax", test_transfer_syntax);
  g_test_add_func ("/quality/values/burned-in", test_burned_in);
  g_test_add_func ("/quality/values/dates", test_dates);
  g_test_add_func ("/quality/values/order", test_order);
  return g_test_run ();
}
