/* Images that are not there, images that are there twice, and where images are. */
#include "quality-study.h"

static void
test_complete (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  quality_add_slices (study, "1", 20, 0);
  quality_assert_clean (study);
}

static void
test_gap (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  quality_add_slices (study, "1", 20, 7);
  quality_assert_found_with (study, "", "images-missing", NEG_SEVERITY_ERROR, "1 image is missing: 7");
}

/* Places alone: somebody has numbered what was left anew. */
static void
test_gap_in_places (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  for (guint i = 1; i <= 20; i++) {
    g_autofree char *position = g_strdup_printf ("0\\0\\%u", i < 9 ? i : i + 1);

    quality_add (study, "CT", i, NEG_RECORD_IMAGE_POSITION, position, NEG_RECORD_IMAGE_ORIENTATION, "1\\0\\0\\0\\1\\0",
                 NEG_RECORD_PATIENT_POSITION, "HFS", -1);
  }
  quality_assert_found (study, "images-missing", NEG_SEVERITY_WARNING, NEG_ACTION_FETCH, "");
}

/* Numbers alone, of images without places. */
static void
test_gap_in_numbers (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  for (guint i = 1; i <= 20; i++)
    if (i != 5 && i != 6)
      quality_add (study, "MR", i, NEG_RECORD_SOP_CLASS_UID, "1.2.840.10008.5.1.4.1.1.4.1", -1);
  quality_assert_found_with (study, "", "images-missing", NEG_SEVERITY_WARNING, "2 images are missing: 5–6");
}

/* What is no gap: interleaved numbers, two stacks, uneven places, all places with numbers left out. */
static void
test_no_gap (void)
{
  static const struct {
    double places_mm[8];
    guint numbers[8];
  } table[] = {
    { { 0, 1, 2, 3, 4, 5, 6, 7 }, { 1, 3, 5, 7, 9, 11, 13, 15 } },
    { { 0, 1, 2, 3, 40, 41, 42, 43 }, { 1, 2, 3, 4, 5, 6, 7, 8 } },
    { { 0, 1, 2, 3.4, 5, 6.8, 8, 9 }, { 1, 2, 3, 4, 5, 6, 7, 8 } },
    { { 0, 1, 2, 3, 4, 5, 6, 7 }, { 1, 2, 3, 5, 6, 7, 8, 9 } },
    { { 7, 6, 5, 4, 3, 2, 1, 0 }, { 101, 102, 103, 104, 105, 106, 107, 108 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityStudy *study = neg_quality_study_new ();

    for (guint j = 0; j < 8; j++) {
      g_autofree char *position = g_strdup_printf ("0\\0\\%.1f", table[i].places_mm[j]);

      quality_add (study, "MR", table[i].numbers[j], NEG_RECORD_IMAGE_POSITION, position, NEG_RECORD_IMAGE_ORIENTATION,
                   "1\\0\\0\\0\\1\\0", NEG_RECORD_PATIENT_POSITION, "HFS", -1);
    }
    quality_assert_clean (study);
  }
}

/* What a file says may be anything. */
static void
test_hostile_numbers (void)
{
  static const char *const numbers[]
      = { "-2147483648", "2147483647", "1e308", "-1e308", "9e300", "1", "2", "nonsense", "0x10", "1e999", "inf", "nan", "" };
  NegQualityStudy *study = neg_quality_study_new ();
  g_autoptr (GPtrArray) findings = NULL;

  for (guint i = 0; i < 40; i++) {
    const char *number = numbers[i % G_N_ELEMENTS (numbers)];
    g_autofree char *place = g_strdup_printf ("%s\\%s\\%s", number, number, number);
    g_autofree char *series = g_strdup_printf ("1.2.3.%u", i % 3);

    quality_add (study, i % 2 == 0 ? "CT" : "CR", i, NEG_RECORD_INSTANCE_NUMBER, number, NEG_RECORD_IMAGE_POSITION, place,
                 NEG_RECORD_IMAGE_ORIENTATION, i % 4 < 2 ? "1\\0\\0\\0\\1\\0" : number, NEG_RECORD_SERIES_UID, series,
                 NEG_RECORD_PIXEL_SPACING, place, NEG_RECORD_ROWS, number, NEG_RECORD_EXPOSURE_INDEX, number,
                 NEG_RECORD_TARGET_EXPOSURE_INDEX, number, NEG_RECORD_CTDI_VOL, number, NEG_RECORD_COLLIMATOR_LEFT, number,
                 NEG_RECORD_STUDY_DATE, number, NEG_RECORD_STUDY_TIME, number, NEG_RECORD_BIRTH_DATE, number, -1);
  }
  findings = quality_run (study, NULL);
  g_assert_cmpuint (findings->len, >, 0);
  neg_quality_study_free (study);
}

static void
add_phases (NegQualityStudy *study, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *position = g_strdup_printf ("0\\0\\%u", i % 10 * 3);
    g_autofree char *phase = g_strdup_printf ("%u", i / 10 + 1);

    quality_add (study, "MR", i + 1, NEG_RECORD_IMAGE_POSITION, position, NEG_RECORD_IMAGE_ORIENTATION, "1\\0\\0\\0\\1\\0",
                 NEG_RECORD_PATIENT_POSITION, "HFS", NEG_RECORD_TEMPORAL_POSITION, phase, -1);
  }
}

/* A series that ends early: the last phase is shorter. */
static void
test_phases (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  add_phases (study, 30);
  quality_assert_clean (study);
  study = neg_quality_study_new ();
  add_phases (study, 29);
  /* All numbers are there, so that nobody knows whether it was meant so. */
  quality_assert_clean (study);
  study = neg_quality_study_new ();
  add_phases (study, 30);
  /* One of the middle. */
  g_ptr_array_remove_index (quality_get_objects (study), 15);
  quality_assert_found_with (study, "", "images-missing", NEG_SEVERITY_ERROR, "1 image is missing: 16");
}

static void
test_announced (void)
{
  NegQualityStudy *study = neg_quality_study_new ();
  NegQualityAnnounced *announced;

  quality_add (study, "CR", 1, -1);
  announced = neg_quality_study_add_announced (study);
  neg_quality_set (&announced->status, "COMPLETED");
  g_ptr_array_add (announced->sop_uids, g_strdup ("1.2.3.4.1"));
  g_ptr_array_add (announced->sop_uids, g_strdup ("1.2.3.4.2"));
  quality_assert_found (study, "images-announced", NEG_SEVERITY_ERROR, NEG_ACTION_FETCH, "");

  study = neg_quality_study_new ();
  quality_add (study, "CR", 1, -1);
  announced = neg_quality_study_add_announced (study);
  neg_quality_set (&announced->status, "IN PROGRESS");
  g_ptr_array_add (announced->sop_uids, g_strdup ("1.2.3.4.2"));
  quality_assert_clean (study);
}

/* --- doubled --- */

static NegQualityObject *
add_timed (NegQualityStudy *study, guint number, const char *uid, const char *series, const char *time)
{
  g_autofree char *position = g_strdup_printf ("0\\0\\%u", number);

  return quality_add (study, "CT", number, NEG_RECORD_SOP_INSTANCE_UID, uid, NEG_RECORD_SERIES_UID, series,
                      NEG_RECORD_IMAGE_POSITION, position, NEG_RECORD_IMAGE_ORIENTATION, "1\\0\\0\\0\\1\\0",
                      NEG_RECORD_PATIENT_POSITION, "HFS", NEG_RECORD_ACQUISITION_TIME, time, NEG_RECORD_CONTENT_TIME, time, -1);
}

static void
test_doubled (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  add_timed (study, 1, "1.5.1", "1.2.3.1", "101001");
  add_timed (study, 2, "1.5.2", "1.2.3.1", "101002");
  add_timed (study, 2, "1.5.3", "1.2.3.1", "101002");
  quality_assert_found (study, "images-doubled", NEG_SEVERITY_WARNING, NEG_ACTION_DROP, "1.5.3");

  /* The same place a second later is another phase. */
  study = neg_quality_study_new ();
  add_timed (study, 1, "1.5.1", "1.2.3.1", "101001");
  add_timed (study, 1, "1.5.2", "1.2.3.1", "101002");
  quality_assert_clean (study);
}

static void
test_doubled_series (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  for (guint i = 1; i <= 6; i++)
    for (guint j = 1; j <= 2; j++) {
      g_autofree char *uid = g_strdup_printf ("1.5.%u.%u", j, i);
      g_autofree char *series = g_strdup_printf ("1.2.3.%u", j);
      g_autofree char *time = g_strdup_printf ("10100%u", i);

      add_timed (study, i, uid, series, time);
    }
  quality_assert_found (study, "images-doubled", NEG_SEVERITY_WARNING, NEG_ACTION_DROP,
                        "1.5.2.1\\1.5.2.2\\1.5.2.3\\1.5.2.4\\1.5.2.5\\1.5.2.6");
}

static void
test_doubled_pixels (void)
{
  for (guint i = 0; i < 2; i++) {
    NegQualityStudy *study = neg_quality_study_new ();

    g_strlcpy (quality_add_pixels (quality_add (study, "CR", 1, -1))->digest, "aa", 3);
    g_strlcpy (quality_add_pixels (quality_add (study, "CR", 2, -1))->digest, i == 0 ? "aa" : "ab", 3);
    if (i == 0)
      quality_assert_found (study, "images-doubled", NEG_SEVERITY_WARNING, NEG_ACTION_DROP, "1.2.3.4.2");
    else
      quality_assert_clean (study);
  }
}

static void
test_reused (void)
{
  for (guint i = 0; i < 2; i++) {
    NegQualityStudy *study = neg_quality_study_new ();
    NegQualityObject *object = quality_add (study, "CR", 1, -1);

    g_strlcpy (quality_add_pixels (object)->digest, "aa", 3);
    neg_quality_set (&object->replaced_digest, i == 0 ? "ab" : "aa");
    if (i == 0)
      quality_assert_found (study, "uid-reused", NEG_SEVERITY_ERROR, NEG_ACTION_REJECT, "1.2.3.4.1");
    else
      quality_assert_clean (study);
  }
}

static void
test_returned (void)
{
  for (guint i = 0; i < 2; i++) {
    NegQualityStudy *study = neg_quality_study_new ();

    quality_add (study, "CR", 1, -1)->is_returned = i == 0;
    if (i == 0)
      quality_assert_found (study, "uid-reused", NEG_SEVERITY_ERROR, NEG_ACTION_LOOK, "");
    else
      quality_assert_clean (study);
  }
}

/* --- places --- */

static void
test_orientation (void)
{
  static const struct {
    const char *orientation, *position;
    NegSeverity severity; /* NONE: nothing is found */
  } table[] = {
    { "1\\0\\0\\0\\1\\0", "HFS", NEG_SEVERITY_NONE },
    { "1\\0\\0\\0\\0.961\\-0.2756", "HFS", NEG_SEVERITY_NONE }, /* a tilted gantry */
    { "1\\0\\0\\0\\0\\-1", "HFS", NEG_SEVERITY_NONE },          /* coronal */
    { "-1\\0\\0\\0\\-1\\0", "HFP", NEG_SEVERITY_NONE },         /* on the belly */
    { "-1\\0\\0\\0\\-1\\0", "HFS", NEG_SEVERITY_WARNING },      /* as if on the belly */
    { "-1\\0\\0\\0\\1\\0", "HFS", NEG_SEVERITY_WARNING },       /* seen from the head */
    { "1\\0\\0\\0.5\\1\\0", "HFS", NEG_SEVERITY_ERROR },        /* no right angle */
    { "2\\0\\0\\0\\1\\0", "HFS", NEG_SEVERITY_ERROR },          /* no length of 1 */
    { "1\\0\\0\\0\\1\\0", "", NEG_SEVERITY_NOTE },
    { "", "HFS", NEG_SEVERITY_WARNING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityStudy *study = neg_quality_study_new ();

    quality_add (study, "CT", 1, NEG_RECORD_IMAGE_POSITION, "0\\0\\0", NEG_RECORD_IMAGE_ORIENTATION, table[i].orientation,
                 NEG_RECORD_PATIENT_POSITION, table[i].position, -1);
    if (table[i].severity == NEG_SEVERITY_NONE)
      quality_assert_clean (study);
    else
      quality_assert_found_with (study, "check.orientation=error", "orientation", table[i].severity, NULL);
  }
}

static void
test_projection (void)
{
  static const struct {
    const char *orientation, *view;
    gboolean is_wrong;
  } table[] = { { "L\\F", "PA", FALSE }, { "R\\F", "AP", FALSE }, { "P\\F", "LL", FALSE }, { "P\\F", "PA", TRUE },
                { "L\\F", "LL", TRUE },  { "L\\R", "PA", TRUE },  { "", "PA", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    NegQualityStudy *study = neg_quality_study_new ();

    quality_add (study, "CR", 1, NEG_RECORD_BODY_PART, "CHEST", NEG_RECORD_PATIENT_ORIENTATION, table[i].orientation,
                 NEG_RECORD_VIEW_POSITION, table[i].view, -1);
    if (table[i].is_wrong)
      quality_assert_found (study, "orientation", NEG_SEVERITY_WARNING, NEG_ACTION_LOOK, "");
    else
      quality_assert_clean (study);
  }
}

static void
test_frames_of_reference (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  quality_add_slices (study, "1", 6, 0);
  quality_add_slices (study, "1", 6, 0);
  for (guint i = 6; i < 12; i++) {
    g_autofree char *uid = g_strdup_printf ("1.6.%u", i), *number = g_strdup_printf ("%u", i + 1),
                    *position = g_strdup_printf ("-100\\-100\\%u", 2 * i + 2);

    quality_set_fields (quality_get_objects (study)->pdata[i], NEG_RECORD_FRAME_OF_REFERENCE_UID, "1.2.3.10",
                        NEG_RECORD_SOP_INSTANCE_UID, uid, NEG_RECORD_INSTANCE_NUMBER, number, NEG_RECORD_IMAGE_POSITION, position,
                        -1);
  }
  quality_assert_found (study, "orientation", NEG_SEVERITY_WARNING, NEG_ACTION_LOOK, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/missing/complete", test_complete);
  g_test_add_func ("/quality/missing/gap", test_gap);
  g_test_add_func ("/quality/missing/places", test_gap_in_places);
  g_test_add_func ("/quality/missing/numbers", test_gap_in_numbers);
  g_test_add_func ("/quality/missing/none", test_no_gap);
  g_test_add_func ("/quality/missing/phases", test_phases);
  g_test_add_func ("/quality/missing/hostile", test_hostile_numbers);
  g_test_add_func ("/quality/missing/announced", test_announced);
  g_test_add_func ("/quality/doubled/place", test_doubled);
  g_test_add_func ("/quality/doubled/series", test_doubled_series);
  g_test_add_func ("/quality/doubled/pixels", test_doubled_pixels);
  g_test_add_func ("/quality/doubled/reused", test_reused);
  g_test_add_func ("/quality/doubled/returned", test_returned);
  g_test_add_func ("/quality/place/slices", test_orientation);
  g_test_add_func ("/quality/place/projections", test_projection);
  g_test_add_func ("/quality/place/frames-of-reference", test_frames_of_reference);
  return g_test_run ();
}
