/* The examination against its order; sides; one examination in several studies, and several in one. */
#include "quality-study.h"

static NegQualityStudy *
new_radiographs (const char *body_part, const char *side, guint n)
{
  NegQualityStudy *study = neg_quality_study_new ();

  for (guint i = 1; i <= n; i++)
    quality_add (study, "CR", i, NEG_RECORD_BODY_PART, body_part, NEG_RECORD_LATERALITY, side, -1);
  return study;
}

static NegQualityStudy *
new_chest (NegQualityExpectation **order)
{
  NegQualityStudy *study = new_radiographs ("CHEST", NULL, 2);

  *order = quality_add_order (study);
  return study;
}

static void
test_accession (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study = new_chest (&order);

  neg_quality_set (&order->accession, "A2");
  quality_assert_found (study, "accession", NEG_SEVERITY_ERROR, NEG_ACTION_MATCH, "7");

  study = neg_quality_study_new ();
  quality_add (study, "CR", 1, NEG_RECORD_ACCESSION, "", -1);
  quality_add_order (study);
  quality_assert_found (study, "accession", NEG_SEVERITY_WARNING, NEG_ACTION_MATCH, "7");
}

/* Orders are known, and none of them is this study's. */
static void
test_no_order (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study = new_chest (&order);

  order->is_matched = FALSE;
  neg_quality_set (&order->accession, "A2");
  neg_quality_set (&order->modality, "CR");
  quality_assert_found (study, "accession", NEG_SEVERITY_ERROR, NEG_ACTION_MATCH, "7");

  /* Another patient's: nobody knows. */
  study = new_chest (&order);
  order->is_matched = FALSE;
  neg_quality_set (&order->accession, "A2");
  neg_quality_set (&order->patient_id, "55");
  neg_quality_set (&order->patient_name, "Smith^John");
  quality_assert_found (study, "accession", NEG_SEVERITY_WARNING, NEG_ACTION_MATCH, "");

  /* By the accession number it is the order, matched or not. */
  study = new_chest (&order);
  order->is_matched = FALSE;
  quality_assert_clean (study);
}

static void
test_modality (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study = new_chest (&order);

  neg_quality_set (&order->modality, "MR");
  quality_assert_found (study, "modality", NEG_SEVERITY_ERROR, NEG_ACTION_MATCH, "");
  study = new_chest (&order);
  neg_quality_set (&order->modality, "DX"); /* plain radiographs, too */
  quality_assert_clean (study);
}

static void
test_procedure (void)
{
  for (guint i = 0; i < 3; i++) {
    static const char *const told[] = { "CT Knie", "Chest two directions", "Examination 17" };
    NegQualityStudy *study = neg_quality_study_new ();

    quality_add (study, "CR", 1, NEG_RECORD_REQUESTED_PROCEDURE, told[i], -1);
    neg_quality_set (&quality_add_order (study)->procedure, "Röntgen Thorax");
    if (i == 0)
      quality_assert_found (study, "procedure", NEG_SEVERITY_WARNING, NEG_ACTION_MATCH, "7");
    else
      quality_assert_clean (study);
  }
}

static void
test_body_part (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study = new_chest (&order);

  neg_quality_set (&order->body_part, "FOOT");
  quality_assert_found (study, "body-part", NEG_SEVERITY_WARNING, NEG_ACTION_SET, "BodyPartExamined=FOOT");
  study = new_chest (&order);
  neg_quality_set (&order->body_part, "THORAX");
  quality_assert_clean (study);
  /* One organ's images show the other. */
  study = new_chest (&order);
  neg_quality_set (&order->procedure, "CT Abdomen");
  quality_assert_clean (study);
}

/* --- sides --- */

#define MARKER_OFF "check.laterality-marker=off"

static void
test_side_order (void)
{
  NegQualityStudy *study = new_radiographs ("KNEE", "R", 1);

  neg_quality_set (&quality_add_order (study)->laterality, "L");
  quality_assert_found_with (study, MARKER_OFF, "laterality", NEG_SEVERITY_ERROR, "right");
  study = new_radiographs ("KNEE", "L", 1);
  neg_quality_set (&quality_add_order (study)->laterality, "L");
  quality_assert_clean_with (study, MARKER_OFF);
  study = new_radiographs ("KNEE", "R", 1);
  neg_quality_set (&quality_add_order (study)->procedure, "Kniegelenk links");
  quality_assert_found_with (study, MARKER_OFF, "laterality", NEG_SEVERITY_ERROR, "right");
  /* A left knee of which only the description says the side. */
  study = neg_quality_study_new ();
  quality_add (study, "CR", 1, NEG_RECORD_BODY_PART, "KNEE", NEG_RECORD_SERIES_DESCRIPTION, "Knie re. ap", -1);
  neg_quality_set (&quality_add_order (study)->laterality, "L");
  quality_assert_found (study, "laterality", NEG_SEVERITY_ERROR, NEG_ACTION_SET, "Laterality=L");
}

static void
test_side_contradiction (void)
{
  NegQualityStudy *study = neg_quality_study_new ();

  quality_add (study, "CR", 1, NEG_RECORD_BODY_PART, "KNEE", NEG_RECORD_LATERALITY, "R", NEG_RECORD_IMAGE_LATERALITY, "L", -1);
  quality_assert_found_with (study, MARKER_OFF, "laterality", NEG_SEVERITY_ERROR, "left in the image, right in its series");
  study = neg_quality_study_new ();
  quality_add (study, "CR", 1, NEG_RECORD_BODY_PART, "KNEE", NEG_RECORD_LATERALITY, "R", NEG_RECORD_SERIES_DESCRIPTION,
               "KNEE LT LAT", -1);
  quality_assert_found_with (study, MARKER_OFF, "laterality", NEG_SEVERITY_WARNING, "right in the images, left in the description");
  /* A left lateral chest has no side. */
  study = neg_quality_study_new ();
  quality_add (study, "CR", 1, NEG_RECORD_BODY_PART, "CHEST", NEG_RECORD_SERIES_DESCRIPTION, "left lateral", -1);
  quality_assert_clean (study);
}

static void
test_side_missing (void)
{
  quality_assert_found (new_radiographs ("HAND", NULL, 2), "laterality", NEG_SEVERITY_WARNING, NEG_ACTION_SET, "Laterality=");
  quality_assert_clean_with (new_radiographs ("HAND", "R", 2), MARKER_OFF);
  quality_assert_clean (new_radiographs ("CHEST", NULL, 2));
}

static void
test_marker (void)
{
  quality_assert_found (new_radiographs ("HAND", "R", 2), "laterality-marker", NEG_SEVERITY_NOTE, NEG_ACTION_LOOK, "");
  quality_assert_clean (new_radiographs ("CHEST", NULL, 2));
}

static NegQualityStudy *
new_mammograms (guint n)
{
  static const struct {
    const char *side, *view;
  } views[] = { { "R", "CC" }, { "L", "CC" }, { "R", "MLO" }, { "L", "MLO" } };
  NegQualityStudy *study = neg_quality_study_new ();

  for (guint i = 0; i < n; i++)
    quality_add (study, "MG", i + 1, NEG_RECORD_IMAGE_LATERALITY, views[i].side, NEG_RECORD_VIEW_POSITION, views[i].view, -1);
  return study;
}

static void
test_views (void)
{
  NegQualityExpectation *order;
  NegQualityStudy *study;

  quality_assert_clean (new_mammograms (4));
  quality_assert_found (new_mammograms (3), "view-pair", NEG_SEVERITY_WARNING, NEG_ACTION_FETCH, "");

  study = new_chest (&order);
  neg_quality_set (&order->procedure, "Thorax in 2 Ebenen");
  quality_assert_clean (study);
  study = new_radiographs ("CHEST", NULL, 1);
  neg_quality_set (&quality_add_order (study)->procedure, "Thorax in 2 Ebenen");
  quality_assert_found (study, "view-pair", NEG_SEVERITY_WARNING, NEG_ACTION_FETCH, "");

  study = new_radiographs ("HAND", "L", 2);
  neg_quality_set (&quality_add_order (study)->laterality, "B");
  quality_assert_found_with (study, MARKER_OFF, "view-pair", NEG_SEVERITY_WARNING, "left only");
}

/* --- split and mixed --- */

static NegQualityNeighbour *
add_neighbour (NegQualityStudy *study, const char *uid)
{
  NegQualityNeighbour *neighbour = neg_quality_study_add_neighbour (study);

  neg_quality_set (&neighbour->study_uid, uid);
  neg_quality_set (&neighbour->patient_id, "1001");
  neg_quality_set (&neighbour->name_key, "miller^anna");
  neg_quality_set (&neighbour->date, "20261122");
  neg_quality_set (&neighbour->time, "101700");
  neg_quality_set (&neighbour->modality, "CT");
  neg_quality_set (&neighbour->station, "ROOM1");
  return neighbour;
}

static void
test_split (void)
{
  NegQualityStudy *study = neg_quality_study_new ();
  NegQualityNeighbour *neighbour;

  quality_add_slices (study, "1", 6, 0);
  neg_quality_set (&add_neighbour (study, "1.2.5")->frame_of_reference_uid, "1.2.3.9");
  neg_quality_set (&add_neighbour (study, "1.2.6")->frame_of_reference_uid, "1.2.3.9");
  quality_assert_found (study, "study-split", NEG_SEVERITY_WARNING, NEG_ACTION_MERGE, "1.2.5\\1.2.6");

  study = neg_quality_study_new ();
  quality_add_slices (study, "1", 6, 0);
  add_neighbour (study, "1.2.5");
  quality_assert_found (study, "study-split", NEG_SEVERITY_NOTE, NEG_ACTION_MERGE, "1.2.5");

  /* Two orders in one go. */
  study = neg_quality_study_new ();
  quality_add_slices (study, "1", 6, 0);
  neighbour = add_neighbour (study, "1.2.5");
  neg_quality_set (&neighbour->accession, "A2");
  neg_quality_set (&neighbour->frame_of_reference_uid, "1.2.3.9");
  quality_assert_clean (study);

  /* Hours later. */
  study = neg_quality_study_new ();
  quality_add_slices (study, "1", 6, 0);
  neg_quality_set (&add_neighbour (study, "1.2.5")->time, "164500");
  quality_assert_clean (study);

  /* Somebody else. */
  study = neg_quality_study_new ();
  quality_add_slices (study, "1", 6, 0);
  neg_quality_set (&add_neighbour (study, "1.2.5")->patient_id, "1002");
  quality_assert_clean (study);
}

static void
test_mixed (void)
{
  NegQualityStudy *study = new_radiographs ("CHEST", NULL, 2);

  quality_add (study, "CR", 3, NEG_RECORD_ACCESSION, "A2", NEG_RECORD_SERIES_UID, "1.2.3.2", -1);
  quality_assert_found (study, "study-mixed", NEG_SEVERITY_ERROR, NEG_ACTION_SPLIT, "1.2.3.2");
  study = new_radiographs ("CHEST", NULL, 2);
  quality_add (study, "CR", 3, NEG_RECORD_ACCESSION, "", NEG_RECORD_SERIES_UID, "1.2.3.2", -1);
  quality_assert_clean (study);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/order/accession", test_accession);
  g_test_add_func ("/quality/order/none", test_no_order);
  g_test_add_func ("/quality/order/modality", test_modality);
  g_test_add_func ("/quality/order/procedure", test_procedure);
  g_test_add_func ("/quality/order/body-part", test_body_part);
  g_test_add_func ("/quality/side/order", test_side_order);
  g_test_add_func ("/quality/side/contradiction", test_side_contradiction);
  g_test_add_func ("/quality/side/missing", test_side_missing);
  g_test_add_func ("/quality/side/marker", test_marker);
  g_test_add_func ("/quality/side/views", test_views);
  g_test_add_func ("/quality/split", test_split);
  g_test_add_func ("/quality/mixed", test_mixed);
  return g_test_run ();
}
