#include "config.h"

#include <math.h>
#include <string.h>

#include "pipeline/neg-series.h"

static const double axial[6] = { 1, 0, 0, 0, 1, 0 };
static const double coronal[6] = { 1, 0, 0, 0, 0, -1 };
static const double sagittal[6] = { 0, 1, 0, 0, 0, -1 };

/* What a test scans: instances with blobs of their own. */
typedef struct {
  GPtrArray *instances, *blobs;
  GPtrArray *series;
} Scan;

static Scan *
scan_new (void)
{
  Scan *scan = g_new0 (Scan, 1);

  scan->instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  scan->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  return scan;
}

static void
scan_free (Scan *scan)
{
  g_ptr_array_unref (scan->instances);
  g_ptr_array_unref (scan->blobs);
  g_clear_pointer (&scan->series, g_ptr_array_unref);
  g_free (scan);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scan, scan_free)

/* A CT slice of series 1.2.3 without a place, named by @number. Borrowed. */
static NegInstance *
add_image (Scan *scan, int number)
{
  NegInstance *instance = neg_instance_new ();
  g_autofree char *path = g_strdup_printf ("/scan/%05u.dcm", scan->instances->len);

  instance->kind = NEG_OBJECT_IMAGE;
  instance->sop_instance_uid = g_strdup_printf ("1.2.3.%d.%u", number, scan->instances->len);
  instance->study_uid = g_strdup ("1.2");
  instance->series_uid = g_strdup ("1.2.3");
  instance->modality = g_strdup ("CT");
  instance->series_description = g_strdup ("Thorax 1.0");
  instance->has_series_number = TRUE;
  instance->series_number = 3;
  instance->has_instance_number = TRUE;
  instance->instance_number = number;
  instance->rows = instance->columns = 64;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new (NegFrameInfo, 1);
  neg_frame_info_init (&instance->frame_infos[0]);
  g_ptr_array_add (scan->instances, instance);
  g_ptr_array_add (scan->blobs, neg_blob_new_for_path (path));
  return instance;
}

static void
set_place (NegFrameInfo *info, const double orientation[6], double x, double y, double z)
{
  info->has_position = info->has_orientation = TRUE;
  memcpy (info->orientation, orientation, sizeof info->orientation);
  info->position_mm[0] = x;
  info->position_mm[1] = y;
  info->position_mm[2] = z;
}

static NegInstance *
add_slice (Scan *scan, int number, double z)
{
  NegInstance *instance = add_image (scan, number);

  set_place (&instance->frame_infos[0], axial, -100, -100, z);
  return instance;
}

static void
make_frames (NegInstance *instance, guint n_frames, guint n_infos)
{
  instance->frames = n_frames;
  instance->n_frame_infos = n_infos;
  instance->frame_infos = g_renew (NegFrameInfo, instance->frame_infos, n_infos);
  for (guint i = 0; i < n_infos; i++)
    neg_frame_info_init (&instance->frame_infos[i]);
}

static void
build (Scan *scan, guint n_expected)
{
  g_clear_pointer (&scan->series, g_ptr_array_unref);
  scan->series = neg_series_build (scan->instances, scan->blobs);
  for (guint i = 0; i < scan->series->len; i++)
    g_test_message ("%s", neg_series_get_title (g_ptr_array_index (scan->series, i)));
  g_assert_cmpuint (scan->series->len, ==, n_expected);
}

static NegSeries *
get (Scan *scan, guint index)
{
  return g_ptr_array_index (scan->series, index);
}

/* The instance numbers of a series as text: "3 1 2". */
static char *
dup_numbers (NegSeries *series)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < neg_series_get_n_frames (series); i++)
    g_string_append_printf (text, "%s%d", i ? " " : "", neg_series_get_frame (series, i)->instance->instance_number);
  return g_string_free (text, FALSE);
}

static void
assert_series (Scan *scan, guint index, NegSeriesKind kind, const char *numbers, const char *title)
{
  NegSeries *series = get (scan, index);
  g_autofree char *found = dup_numbers (series);

  g_assert_cmpstr (found, ==, numbers);
  g_assert_cmpint (neg_series_get_kind (series), ==, kind);
  g_assert_cmpstr (neg_series_get_title (series), ==, title);
}

static void
assert_warnings (NegSeries *series, const char *expected)
{
  g_autofree char *joined = g_strjoinv ("|", (char **) neg_series_get_warnings (series));

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_sorted_by_position (void)
{
  g_autoptr (Scan) scan = scan_new ();
  const double z_mm[] = { 5, 20, 10, 0, 15 };
  const NegSliceGroup *geometry;

  for (guint i = 0; i < 5; i++)
    add_slice (scan, i + 1, z_mm[i]);
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "4 1 3 5 2", "CT 3: Thorax 1.0 (axial, 5 images)");
  assert_warnings (get (scan, 0), "");
  geometry = neg_series_get_geometry (get (scan, 0));
  g_assert_true (geometry->uniform);
  g_assert_cmpfloat (geometry->median_spacing_mm, ==, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (geometry->order[i], ==, i);
  g_assert_cmpint (neg_series_get_orientation (get (scan, 0)), ==, NEG_ORIENTATION_AXIAL);
  g_assert_cmpstr (neg_series_kind_get_name (neg_series_get_kind (get (scan, 0))), ==, "volume");
}

static void
test_orientations (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 3; i++) {
    set_place (&add_image (scan, 1 + i)->frame_infos[0], coronal, 0, 10.0 * i, 0);
    set_place (&add_image (scan, 4 + i)->frame_infos[0], axial, 0, 0, 10.0 * i);
    set_place (&add_image (scan, 7 + i)->frame_infos[0], sagittal, 10.0 * i, 0, 0);
  }
  build (scan, 3);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3", "CT 3: Thorax 1.0 (coronal, 3 images)");
  assert_series (scan, 1, NEG_SERIES_VOLUME, "4 5 6", "CT 3: Thorax 1.0 (axial, 3 images)");
  /* The normal of this pair points to the right of the patient. */
  assert_series (scan, 2, NEG_SERIES_VOLUME, "9 8 7", "CT 3: Thorax 1.0 (sagittal, 3 images)");
}

/* Projections from all sides, each in a direction of its own. */
static void
test_rotation (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 6; i++) {
    double angle = G_PI * i / 6, orientation[6] = { cos (angle), sin (angle), 0, 0, 0, -1 };

    set_place (&add_image (scan, 6 - i)->frame_infos[0], orientation, 0, 0, 0);
  }
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_STACK, "1 2 3 4 5 6", "CT 3: Thorax 1.0 (6 images)");
}

static void
test_frames_of_reference (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 6; i++)
    add_slice (scan, i + 1, 5.0 * (i % 3))->frame_of_reference_uid = g_strdup (i < 3 ? "1.9" : "1.8");
  build (scan, 2);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3", "CT 3: Thorax 1.0 (axial, part 1, 3 images)");
  assert_series (scan, 1, NEG_SERIES_VOLUME, "4 5 6", "CT 3: Thorax 1.0 (axial, part 2, 3 images)");
}

static void
test_sizes (void)
{
  g_autoptr (Scan) scan = scan_new ();
  NegInstance *instance;

  for (guint i = 0; i < 3; i++)
    add_slice (scan, i + 1, 5.0 * i);
  add_slice (scan, 4, 15)->columns = 80;
  build (scan, 2);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3", "CT 3: Thorax 1.0 (axial, 64 x 64, 3 images)");
  assert_series (scan, 1, NEG_SERIES_IMAGE, "4", "CT 3: Thorax 1.0 (axial, 80 x 64, 1 image)");
  instance = g_ptr_array_index (scan->instances, 3);
  instance->columns = 64;
  build (scan, 1);
  instance->samples = 3;
  build (scan, 2);
  assert_series (scan, 1, NEG_SERIES_IMAGE, "4", "CT 3: Thorax 1.0 (axial, colour, 1 image)");
  instance->samples = 1;
  instance->frame_infos[0].has_spacing = TRUE;
  instance->frame_infos[0].spacing_mm[0] = instance->frame_infos[0].spacing_mm[1] = 0.7;
  build (scan, 2);
}

static void
test_localizers (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 4; i++)
    add_slice (scan, i + 1, 5.0 * i)->image_type
        = g_strdup (i == 3 ? "ORIGINAL\\PRIMARY\\LOCALIZER" : "ORIGINAL\\PRIMARY\\AXIAL");
  build (scan, 2);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3", "CT 3: Thorax 1.0 (axial, 3 images)");
  assert_series (scan, 1, NEG_SERIES_IMAGE, "4", "CT 3: Thorax 1.0 (axial, localizer, 1 image)");
}

static void
test_echoes (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 6; i++) {
    NegInstance *instance = add_slice (scan, i + 1, 5.0 * (i / 2));

    instance->echo_numbers = g_strdup (i % 2 ? "2" : "1");
    instance->echo_time_ms = i % 2 ? 80 : 20;
  }
  build (scan, 2);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 3 5", "CT 3: Thorax 1.0 (axial, echo 1, 3 images)");
  assert_series (scan, 1, NEG_SERIES_VOLUME, "2 4 6", "CT 3: Thorax 1.0 (axial, echo 2, 3 images)");
  for (guint i = 0; i < 6; i++)
    g_clear_pointer (&((NegInstance *) g_ptr_array_index (scan->instances, i))->echo_numbers, g_free);
  build (scan, 2); /* by echo time */
  assert_series (scan, 1, NEG_SERIES_VOLUME, "2 4 6", "CT 3: Thorax 1.0 (axial, echo 2, 3 images)");
}

static void
test_phases (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 9; i++)
    add_slice (scan, i + 1, 5.0 * (i % 3))->temporal_position = i / 3 + 1;
  build (scan, 3);
  assert_series (scan, 2, NEG_SERIES_VOLUME, "7 8 9", "CT 3: Thorax 1.0 (axial, phase 3, 3 images)");
}

/* The heart does not beat evenly: trigger times differ from slice to slice. */
static void
test_trigger_times (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 9; i++)
    add_slice (scan, i + 1, 5.0 * (i / 3))->trigger_time_ms = 30.0 * (i % 3) + i / 3;
  build (scan, 3);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 4 7", "CT 3: Thorax 1.0 (axial, phase 1, 3 images)");
  assert_series (scan, 2, NEG_SERIES_VOLUME, "3 6 9", "CT 3: Thorax 1.0 (axial, phase 3, 3 images)");
}

/* What differs from slice to slice, but not at one position, tears nothing apart. */
static void
test_varying_without_repeats (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 4; i++) {
    NegInstance *instance = add_slice (scan, i + 1, 5.0 * i);

    instance->trigger_time_ms = 13.0 * i;
    instance->echo_time_ms = 20 + 0.001 * i;
    instance->has_acquisition_number = TRUE;
    instance->acquisition_number = i;
  }
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3 4", "CT 3: Thorax 1.0 (axial, 4 images)");
}

static void
test_acquisitions (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 7; i++) {
    NegInstance *instance = add_slice (scan, i + 1, 5.0 * (i % 4));

    instance->has_acquisition_number = TRUE;
    instance->acquisition_number = i < 4 ? 1 : 2;
  }
  build (scan, 2);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3 4", "CT 3: Thorax 1.0 (axial, acquisition 1, 4 images)");
  assert_series (scan, 1, NEG_SERIES_VOLUME, "5 6 7", "CT 3: Thorax 1.0 (axial, acquisition 2, 3 images)");
}

/* Diffusion: one image without and two directions with weighting at each position. */
static void
test_b_values (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 9; i++)
    add_slice (scan, i + 1, 5.0 * (i / 3))->b_value = i % 3 ? 1000 : 0;
  build (scan, 3);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 4 7", "CT 3: Thorax 1.0 (axial, b 0, 3 images)");
  assert_series (scan, 1, NEG_SERIES_VOLUME, "2 5 8", "CT 3: Thorax 1.0 (axial, b 1000, set 1, 3 images)");
  assert_series (scan, 2, NEG_SERIES_VOLUME, "3 6 9", "CT 3: Thorax 1.0 (axial, b 1000, set 2, 3 images)");
}

static void
test_image_types (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 6; i++)
    add_slice (scan, i + 1, 5.0 * (i / 2))->image_type
        = g_strdup (i % 2 ? "ORIGINAL\\PRIMARY\\M_FFE\\P" : "ORIGINAL\\PRIMARY\\M_FFE\\M");
  build (scan, 2);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 3 5", "CT 3: Thorax 1.0 (axial, M, 3 images)");
  assert_series (scan, 1, NEG_SERIES_VOLUME, "2 4 6", "CT 3: Thorax 1.0 (axial, P, 3 images)");
}

/* Two time points that only the order of numbers tells apart. */
static void
test_number_order (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 4; i++) {
    add_slice (scan, 43 + i, 3.6 * i);
    add_slice (scan, 1 + i, 3.6 * i);
  }
  build (scan, 2);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3 4", "CT 3: Thorax 1.0 (axial, set 1, 4 images)");
  assert_series (scan, 1, NEG_SERIES_VOLUME, "43 44 45 46", "CT 3: Thorax 1.0 (axial, set 2, 4 images)");
}

static void
test_one_position_in_time (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 5; i++)
    add_slice (scan, i + 1, 7)->trigger_time_ms = 30.0 * i;
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_CINE, "1 2 3 4 5", "CT 3: Thorax 1.0 (axial, 5 frames)");
  assert_warnings (get (scan, 0), "");
}

static void
test_same_position (void)
{
  g_autoptr (Scan) scan = scan_new ();
  const double z_mm[] = { 0, 5, 10, 10, 15 };

  for (guint i = 0; i < 5; i++)
    add_slice (scan, i + 1, z_mm[i]);
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_STACK, "1 2 3 4 5", "CT 3: Thorax 1.0 (axial, 5 images)");
  assert_warnings (get (scan, 0), "2 images at the same position: 3 and 4");
  add_slice (scan, 6, 0);
  build (scan, 1);
  assert_warnings (get (scan, 0), "2 images at the same position as the one before: after slices 1, 4");
}

static void
test_copies (void)
{
  g_autoptr (Scan) scan = scan_new ();
  NegInstance *copy;

  for (guint i = 0; i < 4; i++)
    add_slice (scan, i + 1, 5.0 * i);
  copy = add_slice (scan, 2, 5);
  g_free (copy->sop_instance_uid);
  copy->sop_instance_uid = g_strdup (((NegInstance *) g_ptr_array_index (scan->instances, 1))->sop_instance_uid);
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3 4", "CT 3: Thorax 1.0 (axial, 4 images)");
  assert_warnings (get (scan, 0), "1 object is here twice and shown once");
  g_assert_cmpstr (neg_blob_get_name (neg_series_get_frame (get (scan, 0), 1)->blob), ==, "/scan/00001.dcm");
  neg_instance_add_warning (g_ptr_array_index (scan->instances, 1), "something is odd");
  build (scan, 1);
  g_assert_cmpstr (neg_blob_get_name (neg_series_get_frame (get (scan, 0), 1)->blob), ==, "/scan/00004.dcm");
  g_strfreev (g_steal_pointer (&((NegInstance *) g_ptr_array_index (scan->instances, 1))->warnings));
  /* One UID on different images: none may get lost. */
  copy->instance_number = 5;
  copy->frame_infos[0].position_mm[2] = 20;
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3 4 5", "CT 3: Thorax 1.0 (axial, 5 images)");
  assert_warnings (get (scan, 0), "different images have the same SOP Instance UID");
}

static void
test_gaps (void)
{
  g_autoptr (Scan) scan = scan_new ();
  const double z_mm[] = { 0, 1, 2, 6, 7, 8, 10, 11 };

  for (guint i = 0; i < G_N_ELEMENTS (z_mm); i++)
    add_slice (scan, i + 1, z_mm[i]);
  build (scan, 1);
  assert_warnings (get (scan, 0), "slices may be missing after slices 3, 6");
  g_assert_cmpint (neg_series_get_kind (get (scan, 0)), ==, NEG_SERIES_VOLUME);
  g_assert_false (neg_series_get_geometry (get (scan, 0))->uniform);
}

static void
test_uneven (void)
{
  g_autoptr (Scan) scan = scan_new ();
  const double z_mm[] = { 0, 1, 2.2, 3.2, 4.2 };

  for (guint i = 0; i < G_N_ELEMENTS (z_mm); i++)
    add_slice (scan, i + 1, z_mm[i]);
  build (scan, 1);
  assert_warnings (get (scan, 0), "slice spacing varies from 1.000 to 1.200 mm");
  g_assert_cmpint (neg_series_get_kind (get (scan, 0)), ==, NEG_SERIES_VOLUME);
}

static void
test_tilt_and_bend (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 4; i++)
    add_slice (scan, i + 1, 5.0 * i)->frame_infos[0].position_mm[1] = 2.0 * i;
  build (scan, 1);
  g_assert_cmpint (neg_series_get_kind (get (scan, 0)), ==, NEG_SERIES_VOLUME);
  g_assert_cmpfloat_with_epsilon (neg_series_get_geometry (get (scan, 0))->tilt_deg, 21.80141, 1e-4);
  assert_warnings (get (scan, 0), "");
  ((NegInstance *) g_ptr_array_index (scan->instances, 2))->frame_infos[0].position_mm[0] += 3;
  build (scan, 1);
  g_assert_cmpint (neg_series_get_kind (get (scan, 0)), ==, NEG_SERIES_STACK);
  assert_warnings (get (scan, 0), "the slices do not lie on one straight line");
}

static void
test_two_slices (void)
{
  g_autoptr (Scan) scan = scan_new ();

  add_slice (scan, 1, 5);
  add_slice (scan, 2, 0);
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_STACK, "2 1", "CT 3: Thorax 1.0 (axial, 2 images)");
}

static void
test_without_places (void)
{
  g_autoptr (Scan) scan = scan_new ();

  add_image (scan, 3);
  add_image (scan, 1);
  add_image (scan, 0)->has_instance_number = FALSE;
  add_image (scan, 2);
  add_image (scan, 2)->acquisition_time = g_strdup ("101500");
  ((NegInstance *) g_ptr_array_index (scan->instances, 3))->acquisition_time = g_strdup ("101600");
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_STACK, "1 2 2 3 0", "CT 3: Thorax 1.0 (5 images)");
  g_assert_null (neg_series_get_geometry (get (scan, 0)));
  g_assert_cmpint (neg_series_get_orientation (get (scan, 0)), ==, NEG_ORIENTATION_NONE);
  g_assert_cmpstr (neg_series_get_frame (get (scan, 0), 1)->instance->acquisition_time, ==, "101500");
  /* Cosines that are none give no place. */
  set_place (&((NegInstance *) g_ptr_array_index (scan->instances, 0))->frame_infos[0], (double[6]){ 0 }, 0, 0, 0);
  build (scan, 1);
}

static void
test_films (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 2; i++) {
    NegInstance *film = add_image (scan, 2 - i);

    g_free (film->modality);
    film->modality = g_strdup ("US");
    make_frames (film, 3, 1);
    film->frame_time_ms = 33;
  }
  add_image (scan, 3);
  add_image (scan, 4);
  build (scan, 3);
  assert_series (scan, 0, NEG_SERIES_CINE, "1 1 1", "US 3: Thorax 1.0 (3 frames)");
  assert_series (scan, 1, NEG_SERIES_CINE, "2 2 2", "US 3: Thorax 1.0 (3 frames)");
  assert_series (scan, 2, NEG_SERIES_STACK, "3 4", "CT 3: Thorax 1.0 (2 images)");
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (neg_series_get_frame (get (scan, 0), i)->frame, ==, i);
}

/* One position for all frames says nothing of where each of them is. */
static void
test_shared_position (void)
{
  g_autoptr (Scan) scan = scan_new ();
  NegInstance *instance = add_slice (scan, 1, 0);

  instance->frames = 4;
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_STACK, "1 1 1 1", "CT 3: Thorax 1.0 (4 images)");
}

static void
test_enhanced_stacks (void)
{
  g_autoptr (Scan) scan = scan_new ();
  NegInstance *instance = add_image (scan, 1);
  const guint frames_of_two[] = { 7, 5, 3, 1 };

  make_frames (instance, 8, 8);
  for (guint i = 0; i < 8; i++) {
    NegFrameInfo *info = &instance->frame_infos[i];

    set_place (info, axial, 0, 0, i % 2 ? -5.0 * i : 5.0 * i);
    info->stack_id = g_strdup (i % 2 ? "2" : "1");
    info->in_stack_position = i / 2 + 1;
  }
  build (scan, 2);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 1 1 1", "CT 3: Thorax 1.0 (axial, stack 1, 4 images)");
  assert_series (scan, 1, NEG_SERIES_VOLUME, "1 1 1 1", "CT 3: Thorax 1.0 (axial, stack 2, 4 images)");
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (neg_series_get_frame (get (scan, 1), i)->frame, ==, frames_of_two[i]);
}

static void
test_enhanced_phases (void)
{
  g_autoptr (Scan) scan = scan_new ();
  NegInstance *instance = add_image (scan, 1);

  make_frames (instance, 6, 6);
  for (guint i = 0; i < 6; i++) {
    set_place (&instance->frame_infos[i], axial, 0, 0, 5.0 * (i / 2));
    instance->frame_infos[i].temporal_position = i % 2 + 1;
    instance->frame_infos[i].acquisition_label = g_strdup_printf ("1\\%u\\%u", i / 2 + 1, i % 2 + 1);
  }
  build (scan, 2);
  assert_series (scan, 1, NEG_SERIES_VOLUME, "1 1 1", "CT 3: Thorax 1.0 (axial, phase 2, 3 images)");
}

static void
test_two_enhanced_objects (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 2; i++) {
    NegInstance *instance = add_image (scan, 2 - i);

    make_frames (instance, 3, 3);
    for (guint j = 0; j < 3; j++)
      set_place (&instance->frame_infos[j], axial, 0, 0, 5.0 * j);
  }
  build (scan, 2);
  assert_series (scan, 0, NEG_SERIES_VOLUME, "1 1 1", "CT 3: Thorax 1.0 (axial, object 1, 3 images)");
  assert_series (scan, 1, NEG_SERIES_VOLUME, "2 2 2", "CT 3: Thorax 1.0 (axial, object 2, 3 images)");
}

static void
test_concatenation (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 3; i++) {
    NegInstance *part = add_image (scan, 10 + i);

    part->concatenation_uid = g_strdup ("1.7");
    part->in_concatenation_number = 3 - i;
    part->concatenation_frame_offset = 2 * (2 - i);
    make_frames (part, 2, 1);
  }
  build (scan, 1);
  assert_series (scan, 0, NEG_SERIES_STACK, "12 12 11 11 10 10", "CT 3: Thorax 1.0 (6 images)");
}

static void
test_only_images (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint kind = NEG_OBJECT_SR; kind < NEG_OBJECT_N_KINDS; kind++)
    add_slice (scan, kind, 0)->kind = kind;
  build (scan, 0);
  add_image (scan, 1)->rows = 0;
  add_image (scan, 2)->n_frame_infos = 0;
  build (scan, 0);
}

static void
test_two_patients (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 6; i++)
    add_slice (scan, i + 1, 5.0 * (i % 3))->patient_id = g_strdup (i < 3 ? "A" : "B");
  build (scan, 2);
}

static void
test_order_and_names (void)
{
  g_autoptr (Scan) scan = scan_new ();
  const char *const titles[] = { "CT 1 (1 image)", "CT 2: Protocol (1 image)", "Images: Thorax 1.0 (1 image)",
                                 "CT 10: Thorax 1.0 (1 image)" };

  for (guint i = 0; i < 4; i++) {
    NegInstance *instance = add_image (scan, 1);

    g_free (instance->series_uid);
    instance->series_uid = g_strdup_printf ("1.2.3.%u", i);
    instance->series_number = (int[]){ 10, 2, 1, 5 }[i];
    instance->has_series_number = i != 3;
    instance->study_date = g_strdup (i == 0 ? "20260102" : "20260101");
  }
  g_clear_pointer (&((NegInstance *) g_ptr_array_index (scan->instances, 1))->series_description, g_free);
  ((NegInstance *) g_ptr_array_index (scan->instances, 1))->protocol_name = g_strdup ("Protocol");
  g_clear_pointer (&((NegInstance *) g_ptr_array_index (scan->instances, 2))->series_description, g_free);
  g_clear_pointer (&((NegInstance *) g_ptr_array_index (scan->instances, 3))->modality, g_free);
  build (scan, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpstr (neg_series_get_title (get (scan, i)), ==, titles[i]);
}

static void
test_instance_warnings (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 4; i++)
    neg_instance_add_warning (add_slice (scan, i + 1, 5.0 * i), "no meta header");
  build (scan, 1);
  assert_warnings (get (scan, 0), "no meta header");
}

/* A count of frames that no memory holds. */
static void
test_announced_frames (void)
{
  g_autoptr (Scan) scan = scan_new ();

  add_image (scan, 1)->frames = G_MAXUINT32;
  build (scan, 1);
  g_assert_cmpuint (neg_series_get_n_frames (get (scan, 0)), <=, 100000);
  assert_warnings (get (scan, 0), "the object announces more frames than are shown");
}

static char *
dup_summary (Scan *scan)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < scan->series->len; i++) {
    g_string_append_printf (text, "%s:", neg_series_get_title (get (scan, i)));
    for (guint j = 0; j < neg_series_get_n_frames (get (scan, i)); j++)
      g_string_append_printf (text, " %s", neg_blob_get_name (neg_series_get_frame (get (scan, i), j)->blob));
    g_string_append_c (text, '\n');
  }
  return g_string_free (text, FALSE);
}

static void
shuffle (Scan *scan, GRand *rand)
{
  for (guint i = scan->instances->len - 1; i > 0; i--) {
    guint j = g_rand_int_range (rand, 0, i + 1);
    gpointer instance = scan->instances->pdata[i], blob = scan->blobs->pdata[i];

    scan->instances->pdata[i] = scan->instances->pdata[j];
    scan->blobs->pdata[i] = scan->blobs->pdata[j];
    scan->instances->pdata[j] = instance;
    scan->blobs->pdata[j] = blob;
  }
}

/* A mixture of everything above in one folder. */
static void
fill (Scan *scan, guint n)
{
  for (guint i = 0; i < n; i++) {
    NegInstance *instance = i % 50 ? add_slice (scan, i + 1, 2.5 * (i % 100 / 2)) : add_image (scan, i + 1);
    guint series = i / 500;

    g_free (instance->series_uid);
    instance->series_uid = g_strdup_printf ("1.2.840.113619.2.55.3.604688119.969.1268071029.%u", series);
    instance->series_number = series;
    instance->frame_of_reference_uid = g_strdup ("1.2.840.113619.2.55.3.604688119.969.1268071029");
    instance->temporal_position = i % 500 / 100;
    instance->echo_numbers = g_strdup (i % 2 ? "1" : "2");
    if (i % 97 == 0)
      memcpy (instance->frame_infos[0].orientation, coronal, sizeof coronal);
    if (i % 211 == 5) {
      g_free (instance->sop_instance_uid);
      instance->sop_instance_uid
          = g_strdup (((NegInstance *) g_ptr_array_index (scan->instances, i - 1))->sop_instance_uid);
      instance->instance_number = i;
      memcpy (instance->frame_infos, ((NegInstance *) g_ptr_array_index (scan->instances, i - 1))->frame_infos,
              sizeof (NegFrameInfo));
    }
  }
}

static void
test_any_order (void)
{
  g_autoptr (Scan) scan = scan_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autofree char *expected = NULL;

  fill (scan, 1200);
  scan->series = neg_series_build (scan->instances, scan->blobs);
  expected = dup_summary (scan);
  g_assert_cmpuint (scan->series->len, >, 20);
  for (guint i = 0; i < 5; i++) {
    g_autofree char *summary = NULL;

    shuffle (scan, rand);
    g_clear_pointer (&scan->series, g_ptr_array_unref);
    scan->series = neg_series_build (scan->instances, scan->blobs);
    summary = dup_summary (scan);
    g_assert_cmpstr (summary, ==, expected);
  }
}

static void
test_speed (void)
{
  g_autoptr (Scan) scan = scan_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  gint64 start_us, best_us = G_MAXINT64;

  fill (scan, 10000);
  shuffle (scan, rand);
  for (guint i = 0; i < 5; i++) {
    g_clear_pointer (&scan->series, g_ptr_array_unref);
    start_us = g_get_monotonic_time ();
    scan->series = neg_series_build (scan->instances, scan->blobs);
    best_us = MIN (best_us, g_get_monotonic_time () - start_us);
  }
  g_test_message ("10000 instances in %.1f ms", best_us / 1000.0);
  /* 100 ms is what it may take; sanitizers and a busy machine get the rest. */
  g_assert_cmpint (best_us, <, 1000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/series/" #name, test_##name)
  ADD (sorted_by_position);
  ADD (orientations);
  ADD (rotation);
  ADD (frames_of_reference);
  ADD (sizes);
  ADD (localizers);
  ADD (echoes);
  ADD (phases);
  ADD (trigger_times);
  ADD (varying_without_repeats);
  ADD (acquisitions);
  ADD (b_values);
  ADD (image_types);
  ADD (number_order);
  ADD (one_position_in_time);
  ADD (same_position);
  ADD (copies);
  ADD (gaps);
  ADD (uneven);
  ADD (tilt_and_bend);
  ADD (two_slices);
  ADD (without_places);
  ADD (films);
  ADD (shared_position);
  ADD (enhanced_stacks);
  ADD (enhanced_phases);
  ADD (two_enhanced_objects);
  ADD (concatenation);
  ADD (only_images);
  ADD (two_patients);
  ADD (order_and_names);
  ADD (instance_warnings);
  ADD (announced_frames);
  ADD (any_order);
  ADD (speed);
  return g_test_run ();
}
