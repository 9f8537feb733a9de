#include "config.h"

#include <math.h>

#include "series-scan.h"

static void
test_orientations (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 3; i++) {
    series_set_place (&scan_add_image (scan, 1 + i)->frame_infos[0], series_coronal, 0, 10.0 * i, 0);
    series_set_place (&scan_add_image (scan, 4 + i)->frame_infos[0], series_axial, 0, 0, 10.0 * i);
    series_set_place (&scan_add_image (scan, 7 + i)->frame_infos[0], series_sagittal, 10.0 * i, 0, 0);
  }
  scan_build (scan, 3);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3", "CT 3: Thorax 1.0 (coronal, 3 images)");
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "4 5 6", "CT 3: Thorax 1.0 (axial, 3 images)");
  /* The normal of this pair points to the right of the patient. */
  scan_assert_series (scan, 2, NEG_SERIES_VOLUME, "9 8 7", "CT 3: Thorax 1.0 (sagittal, 3 images)");
}

/* Projections from all sides, each in a direction of its own. */
static void
test_rotation (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 6; i++) {
    double angle = G_PI * i / 6, orientation[6] = { cos (angle), sin (angle), 0, 0, 0, -1 };

    series_set_place (&scan_add_image (scan, 6 - i)->frame_infos[0], orientation, 0, 0, 0);
  }
  scan_build (scan, 1);
  scan_assert_series (scan, 0, NEG_SERIES_STACK, "1 2 3 4 5 6", "CT 3: Thorax 1.0 (6 images)");
}

static void
test_frames_of_reference (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 6; i++)
    scan_add_slice (scan, i + 1, 5.0 * (i % 3))->frame_of_reference_uid = g_strdup (i < 3 ? "1.9" : "1.8");
  scan_build (scan, 2);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3", "CT 3: Thorax 1.0 (axial, part 1, 3 images)");
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "4 5 6", "CT 3: Thorax 1.0 (axial, part 2, 3 images)");
}

static void
test_sizes (void)
{
  g_autoptr (Scan) scan = scan_new ();
  NegInstance *instance;

  for (guint i = 0; i < 3; i++)
    scan_add_slice (scan, i + 1, 5.0 * i);
  scan_add_slice (scan, 4, 15)->columns = 80;
  scan_build (scan, 2);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3", "CT 3: Thorax 1.0 (axial, 64 x 64, 3 images)");
  scan_assert_series (scan, 1, NEG_SERIES_IMAGE, "4", "CT 3: Thorax 1.0 (axial, 80 x 64, 1 image)");
  instance = g_ptr_array_index (scan->instances, 3);
  instance->columns = 64;
  scan_build (scan, 1);
  instance->samples = 3;
  scan_build (scan, 2);
  scan_assert_series (scan, 1, NEG_SERIES_IMAGE, "4", "CT 3: Thorax 1.0 (axial, colour, 1 image)");
  instance->samples = 1;
  instance->frame_infos[0].has_spacing = TRUE;
  instance->frame_infos[0].spacing_mm[0] = instance->frame_infos[0].spacing_mm[1] = 0.7;
  scan_build (scan, 2);
}

static void
test_localizers (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 4; i++)
    scan_add_slice (scan, i + 1, 5.0 * i)->image_type
        = g_strdup (i == 3 ? "ORIGINAL\\PRIMARY\\LOCALIZER" : "ORIGINAL\\PRIMARY\\AXIAL");
  scan_build (scan, 2);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3", "CT 3: Thorax 1.0 (axial, 3 images)");
  scan_assert_series (scan, 1, NEG_SERIES_IMAGE, "4", "CT 3: Thorax 1.0 (axial, localizer, 1 image)");
}

static void
test_echoes (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 6; i++) {
    NegInstance *instance = scan_add_slice (scan, i + 1, 5.0 * (i / 2));

    instance->echo_numbers = g_strdup (i % 2 ? "2" : "1");
    instance->echo_time_ms = i % 2 ? 80 : 20;
  }
  scan_build (scan, 2);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 3 5", "CT 3: Thorax 1.0 (axial, echo 1, 3 images)");
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "2 4 6", "CT 3: Thorax 1.0 (axial, echo 2, 3 images)");
  for (guint i = 0; i < 6; i++)
    g_clear_pointer (&((NegInstance *) g_ptr_array_index (scan->instances, i))->echo_numbers, g_free);
  scan_build (scan, 2); /* by echo time */
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "2 4 6", "CT 3: Thorax 1.0 (axial, echo 2, 3 images)");
}

static void
test_phases (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 9; i++)
    scan_add_slice (scan, i + 1, 5.0 * (i % 3))->temporal_position = i / 3 + 1;
  scan_build (scan, 3);
  scan_assert_series (scan, 2, NEG_SERIES_VOLUME, "7 8 9", "CT 3: Thorax 1.0 (axial, phase 3, 3 images)");
}

/* The heart does not beat evenly: trigger times differ from slice to slice. */
static void
test_trigger_times (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 9; i++)
    scan_add_slice (scan, i + 1, 5.0 * (i / 3))->trigger_time_ms = 30.0 * (i % 3) + i / 3;
  scan_build (scan, 3);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 4 7", "CT 3: Thorax 1.0 (axial, phase 1, 3 images)");
  scan_assert_series (scan, 2, NEG_SERIES_VOLUME, "3 6 9", "CT 3: Thorax 1.0 (axial, phase 3, 3 images)");
}

/* What differs from slice to slice, but not at one position, tears nothing apart. */
static void
test_varying_without_repeats (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 4; i++) {
    NegInstance *instance = scan_add_slice (scan, i + 1, 5.0 * i);

    instance->trigger_time_ms = 13.0 * i;
    instance->echo_time_ms = 20 + 0.001 * i;
    instance->has_acquisition_number = TRUE;
    instance->acquisition_number = i;
  }
  scan_build (scan, 1);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3 4", "CT 3: Thorax 1.0 (axial, 4 images)");
}

static void
test_acquisitions (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 7; i++) {
    NegInstance *instance = scan_add_slice (scan, i + 1, 5.0 * (i % 4));

    instance->has_acquisition_number = TRUE;
    instance->acquisition_number = i < 4 ? 1 : 2;
  }
  scan_build (scan, 2);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3 4", "CT 3: Thorax 1.0 (axial, acquisition 1, 4 images)");
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "5 6 7", "CT 3: Thorax 1.0 (axial, acquisition 2, 3 images)");
}

/* Diffusion: one image without and two directions with weighting at each position. */
static void
test_b_values (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 9; i++)
    scan_add_slice (scan, i + 1, 5.0 * (i / 3))->b_value = i % 3 ? 1000 : 0;
  scan_build (scan, 3);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 4 7", "CT 3: Thorax 1.0 (axial, b 0, 3 images)");
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "2 5 8", "CT 3: Thorax 1.0 (axial, b 1000, set 1, 3 images)");
  scan_assert_series (scan, 2, NEG_SERIES_VOLUME, "3 6 9", "CT 3: Thorax 1.0 (axial, b 1000, set 2, 3 images)");
}

static void
test_image_types (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 6; i++)
    scan_add_slice (scan, i + 1, 5.0 * (i / 2))->image_type
        = g_strdup (i % 2 ? "ORIGINAL\\PRIMARY\\M_FFE\\P" : "ORIGINAL\\PRIMARY\\M_FFE\\M");
  scan_build (scan, 2);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 3 5", "CT 3: Thorax 1.0 (axial, M, 3 images)");
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "2 4 6", "CT 3: Thorax 1.0 (axial, P, 3 images)");
}

/* Two time points that only the order of numbers tells apart. */
static void
test_number_order (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 4; i++) {
    scan_add_slice (scan, 43 + i, 3.6 * i);
    scan_add_slice (scan, 1 + i, 3.6 * i);
  }
  scan_build (scan, 2);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 2 3 4", "CT 3: Thorax 1.0 (axial, set 1, 4 images)");
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "43 44 45 46", "CT 3: Thorax 1.0 (axial, set 2, 4 images)");
}

static void
test_one_position_in_time (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 5; i++)
    scan_add_slice (scan, i + 1, 7)->trigger_time_ms = 30.0 * i;
  scan_build (scan, 1);
  scan_assert_series (scan, 0, NEG_SERIES_CINE, "1 2 3 4 5", "CT 3: Thorax 1.0 (axial, 5 frames)");
  series_assert_warnings (scan_get (scan, 0), "");
}

static void
test_films (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 2; i++) {
    NegInstance *film = scan_add_image (scan, 2 - i);

    g_free (film->modality);
    film->modality = g_strdup ("US");
    series_make_frames (film, 3, 1);
    film->frame_time_ms = 33;
  }
  scan_add_image (scan, 3);
  scan_add_image (scan, 4);
  scan_build (scan, 3);
  scan_assert_series (scan, 0, NEG_SERIES_CINE, "1 1 1", "US 3: Thorax 1.0 (3 frames)");
  scan_assert_series (scan, 1, NEG_SERIES_CINE, "2 2 2", "US 3: Thorax 1.0 (3 frames)");
  scan_assert_series (scan, 2, NEG_SERIES_STACK, "3 4", "CT 3: Thorax 1.0 (2 images)");
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (neg_series_get_frame (scan_get (scan, 0), i)->frame, ==, i);
}

static void
test_enhanced_stacks (void)
{
  g_autoptr (Scan) scan = scan_new ();
  NegInstance *instance = scan_add_image (scan, 1);
  const guint frames_of_two[] = { 7, 5, 3, 1 };

  series_make_frames (instance, 8, 8);
  for (guint i = 0; i < 8; i++) {
    NegFrameInfo *info = &instance->frame_infos[i];

    series_set_place (info, series_axial, 0, 0, i % 2 ? -5.0 * i : 5.0 * i);
    info->stack_id = g_strdup (i % 2 ? "2" : "1");
    info->in_stack_position = i / 2 + 1;
  }
  scan_build (scan, 2);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 1 1 1", "CT 3: Thorax 1.0 (axial, stack 1, 4 images)");
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "1 1 1 1", "CT 3: Thorax 1.0 (axial, stack 2, 4 images)");
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (neg_series_get_frame (scan_get (scan, 1), i)->frame, ==, frames_of_two[i]);
}

static void
test_enhanced_phases (void)
{
  g_autoptr (Scan) scan = scan_new ();
  NegInstance *instance = scan_add_image (scan, 1);

  series_make_frames (instance, 6, 6);
  for (guint i = 0; i < 6; i++) {
    series_set_place (&instance->frame_infos[i], series_axial, 0, 0, 5.0 * (i / 2));
    instance->frame_infos[i].temporal_position = i % 2 + 1;
    instance->frame_infos[i].acquisition_label = g_strdup_printf ("1\\%u\\%u", i / 2 + 1, i % 2 + 1);
  }
  scan_build (scan, 2);
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "1 1 1", "CT 3: Thorax 1.0 (axial, phase 2, 3 images)");
}

static void
test_two_enhanced_objects (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < 2; i++) {
    NegInstance *instance = scan_add_image (scan, 2 - i);

    series_make_frames (instance, 3, 3);
    for (guint j = 0; j < 3; j++)
      series_set_place (&instance->frame_infos[j], series_axial, 0, 0, 5.0 * j);
  }
  scan_build (scan, 2);
  scan_assert_series (scan, 0, NEG_SERIES_VOLUME, "1 1 1", "CT 3: Thorax 1.0 (axial, object 1, 3 images)");
  scan_assert_series (scan, 1, NEG_SERIES_VOLUME, "2 2 2", "CT 3: Thorax 1.0 (axial, object 2, 3 images)");
}

static void
test_only_images (void)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint kind = NEG_OBJECT_SR; kind < NEG_OBJECT_N_KINDS; kind++)
    scan_add_slice (scan, kind, 0)->kind = kind;
  scan_build (scan, 0);
  scan_add_image (scan, 1)->rows = 0;
  scan_add_image (scan, 2)->n_frame_infos = 0;
  scan_build (scan, 0);
}

typedef void (*SetIdentity) (NegInstance *instance, const char *text);

static void
set_id (NegInstance *instance, const char *text)
{
  instance->patient_id = g_strdup (text);
}

static void
set_issuer (NegInstance *instance, const char *text)
{
  instance->patient_id_issuer = g_strdup (text);
}

static void
set_name (NegInstance *instance, const char *text)
{
  instance->patient_name = g_strdup (text);
}

/* Also where everything else says that the images are the same ones. */
static void
test_two_patients (void)
{
  static const SetIdentity set[] = { set_id, set_issuer, set_name };

  for (guint k = 0; k < G_N_ELEMENTS (set); k++) {
    g_autoptr (Scan) scan = scan_new ();

    for (guint i = 0; i < 6; i++) {
      NegInstance *instance = scan_add_slice (scan, i % 3 + 1, 5.0 * (i % 3));

      g_free (instance->sop_instance_uid);
      instance->sop_instance_uid = g_strdup_printf ("1.2.3.%u", i % 3);
      set[k](instance, i < 3 ? "A" : "B");
    }
    scan_build (scan, 2);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/series-split/" #name, test_##name)
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
  ADD (films);
  ADD (enhanced_stacks);
  ADD (enhanced_phases);
  ADD (two_enhanced_objects);
  ADD (only_images);
  ADD (two_patients);
  return g_test_run ();
}
