/* Overlays, regions, states, reports and PET of the corpus. The expected values were taken from the files by other
 * programs (dcmdump, pydicom). */
#include "dataset-builder.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "model/neg-annotation.h"
#include "model/neg-presentation.h"

/* NULL, and the test skipped, where there is no corpus. */
static NegInstance *
read_file (const char *name)
{
  const char *corpus = g_getenv ("NEGATOSCOPE_CORPUS");
  g_autofree char *path = g_build_filename (corpus ? corpus : ".", name, NULL);
  g_auto (NegLayout) layout = { 0 };
  g_autoptr (GError) error = NULL;
  NegInstance *instance;
  NegSource source;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0) {
    g_test_skip ("no corpus");
    return NULL;
  }
  neg_source_init_fd (&source, fd, 0, lseek (fd, 0, SEEK_END));
  neg_scan (&source, &layout, &error);
  g_assert_no_error (error);
  instance = neg_dataset_read_instance (&source, &layout, &error);
  g_assert_no_error (error);
  neg_source_clear (&source);
  close (fd);
  assert_sendable (instance);
  return instance;
}

static const NegOverlayPlane *
find_plane (const NegOverlayPlane *planes, guint n, guint16 group)
{
  for (guint i = 0; i < n; i++)
    if (planes[i].group == group)
      return &planes[i];
  g_assert_not_reached ();
}

/* @n ones, the first and the last of them by rows at these columns and rows. */
static void
assert_ones (const NegOverlayPlane *plane, guint n, guint x0, guint y0, guint x1, guint y1)
{
  guint count = 0, last_x = 0, last_y = 0;

  for (guint y = 0; y < plane->rows; y++)
    for (guint x = 0; x < plane->columns; x++)
      if (neg_overlay_plane_get (plane, 0, x, y)) {
        if (count == 0) {
          g_assert_cmpuint (x, ==, x0);
          g_assert_cmpuint (y, ==, y0);
        }
        count++;
        last_x = x;
        last_y = y;
      }
  g_assert_cmpuint (count, ==, n);
  g_assert_cmpuint (last_x, ==, x1);
  g_assert_cmpuint (last_y, ==, y1);
}

static void
test_overlays (void)
{
  g_autoptr (NegInstance) image = read_file ("objects/pr_clunie-overlay/image.dcm");
  g_autoptr (NegInstance) other = image != NULL ? read_file ("photometric/overlay60xx_ct-siemens-jpegll.dcm") : NULL;
  g_autoptr (NegInstance) empty = image != NULL ? read_file ("photometric/mlut-voilut-overlay_jpeg.dcm") : NULL;
  const NegOverlayPlane *planes;

  if (image == NULL)
    return;
  planes = image->overlays;
  g_assert_cmpuint (image->n_overlays, ==, 4);
  assert_ones (find_plane (planes, 4, 0x6000), 532, 126, 136, 331, 146); /* in bit 15 of the pixels */
  assert_ones (find_plane (planes, 4, 0x6002), 537, 126, 179, 331, 189); /* bit 14 */
  assert_ones (find_plane (planes, 4, 0x6004), 603, 115, 221, 311, 231);
  assert_ones (find_plane (planes, 4, 0x6006), 606, 113, 263, 309, 273);
  g_assert_cmpuint (other->n_overlays, ==, 1);
  g_assert_cmpstr (other->overlays[0].description, ==, "Siemens MedCom Object Graphics");
  assert_ones (&other->overlays[0], 210, 415, 416, 447, 446);
  /* All its attributes are there and have no values. */
  g_assert_cmpuint (empty->n_overlays, ==, 0);
}

static void
test_state_with_overlays (void)
{
  static const char *const layers[] = { "LAYER1", "LAYER2", "LAYER3", "LAYER4", "LAYER5", "LAYER6" };
  g_autoptr (NegInstance) instance = read_file ("objects/pr_clunie-overlay/pr.dcm");
  const NegPresentation *state;

  if (instance == NULL)
    return;
  state = instance->presentation;
  g_assert_nonnull (state);
  g_assert_cmpint (state->kind, ==, NEG_STATE_GRAYSCALE);
  g_assert_cmpstr (state->label, ==, "OVLY_P01");
  g_assert_cmpstr (state->creator, ==, "Clunie^David");
  g_assert_true (neg_image_references_contain (&state->references, "1.2.276.0.7230010.3.200.12.1.1", 0));
  g_assert_false (neg_image_references_contain (&state->references, "1.2.276.0.7230010.3.200.12.1.2", 0));
  g_assert_cmpuint (state->n_layers, ==, 6);
  g_assert_cmpuint (state->n_overlays, ==, 6);
  for (guint i = 0; i < 6; i++) {
    g_assert_cmpstr (state->layers[i].name, ==, layers[i]);
    g_assert_cmpint (state->layers[i].order, ==, i + 1);
    g_assert_cmpuint (state->layers[i].gray, ==, 65535);
    g_assert_cmpuint (state->overlays[i].group, ==, 0x6000 + 2 * i);
    g_assert_cmpstr (state->overlays[i].activation_layer, ==, layers[i]);
    g_assert_true ((state->overlays[i].bits != NULL) == (i >= 4));
  }
  assert_ones (&state->overlays[4], 680, 104, 305, 321, 315);
  assert_ones (&state->overlays[5], 680, 103, 348, 320, 358);
  g_assert_cmpuint (state->n_areas, ==, 1);
  g_assert_cmpint (state->areas[0].mode, ==, NEG_AREA_SCALE_TO_FIT);
  g_assert_cmpint (state->areas[0].bottom_right[0], ==, 512);
  g_assert_true (state->areas[0].has_aspect && !state->is_inverse);
}

static void
assert_table (const NegLut *lut, guint first, guint second, guint third)
{
  g_assert_cmpuint (lut->n_entries, ==, 256);
  g_assert_cmpuint (lut->bits, ==, 8);
  g_assert_cmpint (lut->first_mapped, ==, 0);
  g_assert_cmpuint (lut->entries[0], ==, first);
  g_assert_cmpuint (lut->entries[1], ==, second);
  g_assert_cmpuint (lut->entries[2], ==, third);
}

static void
test_state_with_tables (void)
{
  g_autoptr (NegInstance) instance = read_file ("objects/pr_clunie-luts/pr.dcm");
  const NegPresentation *state;

  if (instance == NULL)
    return;
  state = instance->presentation;
  g_assert_nonnull (state);
  assert_table (&state->modality_lut, 0, 147, 83);
  g_assert_cmpstr (state->modality_lut.explanation, ==, "scrambled modality lut");
  g_assert_cmpstr (state->rescale_type, ==, "US");
  g_assert_cmpuint (state->n_vois, ==, 1);
  g_assert_cmpuint (state->vois[0].n_luts, ==, 1);
  assert_table (&state->vois[0].luts[0], 0, 233, 103);
  assert_table (&state->presentation_lut, 8, 141, 171);
  g_assert_false (state->has_rescale);
}

static void
test_ultrasound_regions (void)
{
  g_autoptr (NegInstance) instance = read_file ("photometric/palette8_us-rle.dcm");
  g_autoptr (NegInstance) two = instance != NULL ? read_file ("photometric/palette16_segmented-lut_us-aloka.dcm") : NULL;
  const NegUltrasoundRegion *region;

  if (instance == NULL)
    return;
  g_assert_cmpuint (instance->n_ultrasound_regions, ==, 2);
  region = &instance->ultrasound_regions[0];
  g_assert_cmpuint (region->x0, ==, 120);
  g_assert_cmpuint (region->y0, ==, 60);
  g_assert_cmpuint (region->x1, ==, 800);
  g_assert_cmpuint (region->y1, ==, 518);
  g_assert_cmpuint (region->x_units, ==, 3);
  g_assert_cmpfloat (region->x_delta, ==, 0.02622878766196998);
  g_assert_cmpint (region->reference_x, ==, 340);
  region = &instance->ultrasound_regions[1];
  g_assert_cmpuint (region->x_units, ==, 4);
  g_assert_cmpuint (region->y_units, ==, 0);
  g_assert_cmpint (region->reference_y, ==, -522);
  g_assert_cmpuint (region->data_type, ==, 10);
  /* Implicit VR, three regions. */
  g_assert_cmpuint (two->n_ultrasound_regions, ==, 3);
  g_assert_cmpuint (two->ultrasound_regions[1].x0, ==, 336);
  g_assert_cmpfloat (two->ultrasound_regions[1].y_delta, ==, 0.03826530650258064);
}

static const NegAnnotation *
get (const NegInstance *instance, guint index, NegAnnotationKind kind)
{
  const NegAnnotation *annotation;

  g_assert_nonnull (instance->annotations);
  g_assert_cmpuint (instance->annotations->len, >, index);
  annotation = g_ptr_array_index (instance->annotations, index);
  g_assert_cmpint (annotation->kind, ==, kind);
  return annotation;
}

static void
assert_value (const NegAnnotation *annotation, guint index, NegQuantity quantity, double value, const char *unit)
{
  g_assert_cmpuint (annotation->n_values, >, index);
  g_assert_cmpint (annotation->values[index].quantity, ==, quantity);
  g_assert_cmpfloat_with_epsilon (annotation->values[index].value, value, 1e-9);
  g_assert_cmpstr (annotation->values[index].unit, ==, unit);
}

static void
assert_points (const NegAnnotation *annotation, const double *points, guint n)
{
  g_assert_cmpuint (annotation->n_points, ==, n);
  for (guint i = 0; i < 2 * n; i++)
    g_assert_cmpfloat_with_epsilon (annotation->points_px[i], points[i], 1e-4);
}

static void
test_reports_of_dwv (void)
{
  static const double line[] = { 3.9114, 5.8481, 7.9367, 5.8481 }, box[] = { 2.8481, 4.2532, 9.2278, 8.0506 };
  g_autoptr (NegInstance) ruler = read_file ("objects/sr/dwv-tid1500-ruler.dcm");
  g_autoptr (NegInstance) ellipse = ruler != NULL ? read_file ("objects/sr/dwv-tid1500-ellipse.dcm") : NULL;
  g_autoptr (NegInstance) protractor = ruler != NULL ? read_file ("objects/sr/dwv-tid1500-protractor.dcm") : NULL;
  const NegAnnotation *annotation;

  if (ruler == NULL)
    return;
  g_assert_cmpuint (ruler->annotations->len, ==, 3);
  annotation = get (ruler, 0, NEG_ANNOTATION_LENGTH);
  assert_points (annotation, line, 2);
  assert_value (annotation, 0, NEG_QUANTITY_LENGTH, 4.025316455696, "mm");
  g_assert_cmpstr (annotation->uid, ==, "1.2.826.0.1.3680043.9.7278.1.841149799107105110.20250407161832.1");
  g_assert_cmpstr (annotation->sop_instance_uid, ==, "1.2.826.0.1.3680043.9.7278.1.83798073110115.20240516075655.3.6");
  g_assert_cmpstr (annotation->series_uid, ==, "1.2.826.0.1.3680043.9.7278.1.83101114105101115.20240516075655.2");
  g_assert_cmpuint (ellipse->annotations->len, ==, 3);
  annotation = get (ellipse, 0, NEG_ANNOTATION_ELLIPSE);
  assert_points (annotation, box, 2);
  assert_value (annotation, 0, NEG_QUANTITY_AREA, 0.190277523323, "cm2");
  assert_value (annotation, 1, NEG_QUANTITY_MINIMUM, 0, "1");
  assert_value (annotation, 2, NEG_QUANTITY_MAXIMUM, 25, "1");
  assert_value (annotation, 3, NEG_QUANTITY_MEAN, 16.666666666667, "1");
  g_assert_cmpuint (annotation->n_values, ==, 4);
  g_assert_cmpuint (protractor->annotations->len, ==, 3);
  assert_value (get (protractor, 0, NEG_ANNOTATION_ANGLE), 0, NEG_QUANTITY_ANGLE, 90, "deg");
}

static void
test_reports_of_highdicom (void)
{
  static const double circle[] = { 47, 41, 69, 63 }, square[] = { 25, 45, 45, 65 };
  g_autoptr (NegInstance) one = read_file ("objects/sr/highdicom-tid1500.dcm");
  g_autoptr (NegInstance) several = one != NULL ? read_file ("objects/sr/highdicom-multi-group.dcm") : NULL;
  const NegAnnotation *annotation;

  if (one == NULL)
    return;
  g_assert_cmpuint (one->annotations->len, ==, 1);
  annotation = get (one, 0, NEG_ANNOTATION_ELLIPSE);
  assert_points (annotation, circle, 2);
  assert_value (annotation, 0, NEG_QUANTITY_AREA, 1.7, "cm2");
  g_assert_cmpstr (annotation->text, ==, "Spinal cord");
  g_assert_cmpstr (annotation->author, ==, "Foo");
  g_assert_cmpuint (several->annotations->len, ==, 2);
  g_assert_cmpstr (get (several, 0, NEG_ANNOTATION_ELLIPSE)->text, ==, "Nodule");
  g_assert_cmpstr (get (several, 0, NEG_ANNOTATION_ELLIPSE)->author, ==, "Doe^John");
  /* Its region is not closed by its last point. */
  assert_points (get (several, 1, NEG_ANNOTATION_RECTANGLE), square, 2);
}

static void
test_pet (void)
{
  g_autoptr (NegInstance) instance = read_file ("series/petct-sts001/pt/001.dcm");
  g_autoptr (NegInstance) other = instance != NULL ? read_file ("modality/pt_acrin-flt-029.dcm") : NULL;

  if (instance == NULL)
    return;
  g_assert_true (instance->pet.is_present && !instance->pet.is_enhanced);
  g_assert_cmpstr (instance->pet.units, ==, "BQML");
  g_assert_cmpstr (instance->pet.decay_correction, ==, "START");
  g_assert_cmpfloat (instance->pet.weight_kg, ==, 71);
  g_assert_cmpfloat (instance->pet.height_m, ==, 1.63);
  g_assert_cmpfloat (instance->pet.total_dose, ==, 388777472);
  g_assert_cmpfloat (instance->pet.half_life_s, ==, 6588);
  g_assert_cmpstr (instance->pet.injection_time, ==, "103500.00");
  g_assert_cmpfloat (instance->pet.frame_reference_time_ms, ==, 0);
  g_assert_cmpfloat (instance->pet.actual_frame_duration_ms, ==, 240000);
  g_assert_null (instance->pet.ge_reference_datetime); /* its creator is there, and no values */
  g_assert_cmpfloat (other->pet.weight_kg, ==, 69.7344);
  g_assert_cmpfloat (other->pet.total_dose, ==, 178340011.59668);
  g_assert_cmpfloat (other->pet.frame_reference_time_ms, ==, 149605.34445734);
  g_assert_true (isnan (other->pet.philips_suv_factor));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  neg_dataset_preload (&error);
  g_assert_no_error (error);
  g_test_add_func ("/contents-corpus/overlays", test_overlays);
  g_test_add_func ("/contents-corpus/state-with-overlays", test_state_with_overlays);
  g_test_add_func ("/contents-corpus/state-with-tables", test_state_with_tables);
  g_test_add_func ("/contents-corpus/ultrasound-regions", test_ultrasound_regions);
  g_test_add_func ("/contents-corpus/reports-of-dwv", test_reports_of_dwv);
  g_test_add_func ("/contents-corpus/reports-of-highdicom", test_reports_of_highdicom);
  g_test_add_func ("/contents-corpus/pet", test_pet);
  return g_test_run ();
}
