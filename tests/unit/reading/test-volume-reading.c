/* What a window shows of volumes, behind real engines: whose, from where, in which window, with what laid over. */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "../pipeline/volume-files.h"
#include "base/neg-error.h"
#include "reading/neg-annotation-values.h"
#include "reading/neg-plane-probe.h"
#include "reading/neg-cast-caption.h"
#include "reading/neg-plane-caption.h"
#include "reading/neg-volume-reading.h"

#define N_SLICES 10
#define SUV_FACTOR 2e-4 /* 70 kg, 350 MBq at the moment that the values are corrected to */

typedef enum { CT, PET, NM, PHASE, ELSEWHERE, PET_ELSEWHERE, PRIOR_PET, BOB, N_SERIES } Which;

static const struct {
  const char *series_uid, *modality, *space, *study_uid, *name;
} kinds[N_SERIES] = {
  [CT] = { "1.2.1", "CT", "1.9", "1.2", "Ada^A" },
  [PET] = { "1.2.2", "PT", "1.9", "1.2", "Ada^A" },
  [NM] = { "1.2.0", "NM", "1.9", "1.2", "Ada^A" },
  [PHASE] = { "1.2.4", "CT", "1.9", "1.2", "Ada^A" },
  [ELSEWHERE] = { "1.2.5", "CT", "1.8", "1.2", "Ada^A" },
  [PET_ELSEWHERE] = { "1.2.6", "PT", "1.8", "1.2", "Ada^A" },
  [PRIOR_PET] = { "1.3.1", "PT", "1.9", "1.3", "Ada^A" },
  [BOB] = { "2.1.1", "CT", "1.9", "2.1", "Bob^B" },
};

typedef struct {
  Files files;
  NegReading *reading;
  GListStore *store;
} Fixture;

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

static void
make_pet (NegInstance *instance)
{
  instance->pet.is_present = TRUE;
  instance->pet.weight_kg = 70;
  instance->pet.total_dose = 350e6;
  instance->pet.half_life_s = 6586.2;
  set_text (&instance->pet.units, "BQML");
  set_text (&instance->pet.corrected_image, "ATTN\\DECY");
  set_text (&instance->pet.decay_correction, "ADMIN");
  set_text (&instance->acquisition_date, "20240315");
  set_text (&instance->acquisition_time, "100000");
  instance->frame_infos->has_rescale = TRUE;
}

static void
add_image (Files *files, Which which, guint i)
{
  NegInstance *instance = files_add (files, which * 100 + i);

  set_text (&instance->series_uid, kinds[which].series_uid);
  set_text (&instance->modality, kinds[which].modality);
  set_text (&instance->study_uid, kinds[which].study_uid);
  set_text (&instance->patient_name, kinds[which].name);
  set_text (&instance->patient_id, kinds[which].name);
  set_text (&instance->frame_of_reference_uid, kinds[which].space);
  instance->series_number = which;
  series_set_place (instance->frame_infos, series_axial, -100, -100, 2.0 * i);
  if (which == CT) {
    instance->n_windows = instance->frame_infos->n_windows = 1;
    instance->windows = g_new0 (NegWindow, 1);
    instance->windows[0] = (NegWindow){ 40, 400, NULL };
    instance->frame_infos->has_rescale = TRUE;
    instance->frame_infos->rescale_intercept = -1024;
    set_text (&instance->frame_infos->rescale_type, "HU");
  }
  if (g_strcmp0 (kinds[which].modality, "PT") == 0)
    make_pet (instance);
}

/* What is there, as a loader tells it. */
static void
publish (Fixture *fixture, guint n_series)
{
  GPtrArray *series;

  scan_build (fixture->files.scan, n_series);
  series = fixture->files.scan->series;
  g_list_store_splice (fixture->store, 0, g_list_model_get_n_items (G_LIST_MODEL (fixture->store)), series->pdata,
                       series->len);
  neg_reading_update (fixture->reading);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  files_set_up (&fixture->files, 2);
  for (Which which = 0; which < N_SERIES; which++)
    for (guint i = 0; i < N_SLICES; i++)
      add_image (&fixture->files, which, i);
  fixture->store = g_list_store_new (NEG_TYPE_SERIES);
  fixture->reading = neg_reading_new ();
  neg_reading_set_series (fixture->reading, G_LIST_MODEL (fixture->store));
  publish (fixture, N_SERIES);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->reading);
  g_object_unref (fixture->store);
  files_tear_down (&fixture->files);
}

/* Borrowed from the store. */
static NegSeries *
find (Fixture *fixture, Which which)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (fixture->store));

  for (guint i = 0; i < n; i++) {
    g_autoptr (NegSeries) series = g_list_model_get_item (G_LIST_MODEL (fixture->store), i);

    if (g_str_equal (neg_series_get_frame (series, 0)->instance->series_uid, kinds[which].series_uid))
      return series;
  }
  g_assert_not_reached ();
}

static NegVolumeReading *
open_series (Fixture *fixture, Which which)
{
  g_autoptr (GError) error = NULL;
  NegVolumeReading *volumes
      = neg_volume_reading_new (fixture->files.pool, NULL, fixture->reading, find (fixture, which), &error);

  g_assert_no_error (error);
  return volumes;
}

static void
lay_over (Fixture *fixture, NegVolumeReading *volumes, Which which)
{
  g_autoptr (GError) error = NULL;

  neg_volume_reading_set_fused (volumes, find (fixture, which), &error);
  g_assert_no_error (error);
}

/* --- Whose --- */

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  g_autoptr (GError) error = NULL, other = NULL, over = NULL;

  g_assert_null (
      neg_volume_reading_new (fixture->files.pool, NULL, fixture->reading, find (fixture, BOB), &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_REFUSED);
  g_assert_false (neg_volume_reading_set_series (volumes, find (fixture, BOB), &other));
  g_assert_error (other, NEG_ERROR, NEG_ERROR_REFUSED);
  g_assert_false (neg_volume_reading_set_fused (volumes, find (fixture, BOB), &over));
  g_assert_error (over, NEG_ERROR, NEG_ERROR_REFUSED);
  g_assert_true (neg_volume_reading_get_series (volumes) == find (fixture, CT));
  /* Another patient is shown: this view is over. */
  g_assert_true (neg_volume_reading_update (volumes));
  neg_reading_set_patient (fixture->reading,
                           ((NegPatient *) neg_reading_get_patients (fixture->reading)->pdata[1])->key);
  g_assert_false (neg_volume_reading_update (volumes));
}

static void
assert_not_over (Fixture *fixture, NegVolumeReading *volumes, Which which)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_volume_reading_set_fused (volumes, find (fixture, which), &error));
  g_assert_nonnull (error);
  g_assert_null (neg_volume_reading_get_fused (volumes));
}

static void
test_fusable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  g_autoptr (GPtrArray) list = neg_volume_reading_list_fusable (volumes);

  g_assert_cmpuint (list->len, ==, 2);
  g_assert_true (list->pdata[0] == find (fixture, PET));
  g_assert_true (list->pdata[1] == find (fixture, NM));
  assert_not_over (fixture, volumes, PRIOR_PET);
  assert_not_over (fixture, volumes, PET_ELSEWHERE);
  assert_not_over (fixture, volumes, CT);
}

/* --- From where --- */

static void
test_point (Fixture *fixture, gconstpointer data)
{
  const double place_px[2] = { 20.5, 30.5 };
  g_autoptr (NegVolumeReading) volumes = NULL, elsewhere = NULL;
  double point_mm[3];

  g_assert_true (neg_reading_show (fixture->reading, 0, find (fixture, PHASE)));
  neg_reading_set_index (fixture->reading, 0, 7);
  neg_reading_set_point (fixture->reading, 0, place_px);
  volumes = open_series (fixture, CT);
  neg_mpr_get_point (neg_volume_reading_get_mpr (volumes), point_mm);
  g_assert_cmpfloat_with_epsilon (point_mm[0], -80, 1e-9);
  g_assert_cmpfloat_with_epsilon (point_mm[1], -70, 1e-9);
  g_assert_cmpfloat_with_epsilon (point_mm[2], 14, 1e-9);
  g_assert_cmpuint (neg_volume_reading_get_index (volumes), ==, 7);
  elsewhere = open_series (fixture, ELSEWHERE);
  g_assert_cmpuint (neg_volume_reading_get_index (elsewhere), !=, 7);
}

static void
test_phases (Fixture *fixture, gconstpointer data)
{
  const NegVoi own = { .function = NEG_VOI_LINEAR, .center = 50, .width = 80 };
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  NegMpr *mpr = neg_volume_reading_get_mpr (volumes);
  NegVoi voi;

  neg_mpr_set_voi (mpr, NEG_MPR_AXIAL, &own);
  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 0.3);
  neg_mpr_scroll_to_end (mpr, NEG_MPR_AXIAL, 1);
  lay_over (fixture, volumes, PET);
  g_assert_true (neg_volume_reading_set_series (volumes, find (fixture, PHASE), NULL));
  g_assert_true (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_cmpuint (neg_volume_reading_get_index (volumes), ==, N_SLICES - 1);
  g_assert_true (neg_volume_reading_get_fused (volumes) == find (fixture, PET));
  neg_mpr_get_voi (mpr, NEG_MPR_AXIAL, &voi);
  g_assert_cmpfloat (voi.center, ==, 50);
  /* Of a PET the window of a CT means nothing; it is not laid over itself. */
  g_assert_true (neg_volume_reading_set_series (volumes, find (fixture, PET), NULL));
  g_assert_true (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_null (neg_volume_reading_get_fused (volumes));
  neg_mpr_get_voi (mpr, NEG_MPR_AXIAL, &voi);
  g_assert_cmpfloat (voi.center, !=, 50);
  lay_over (fixture, volumes, CT);
  g_assert_true (neg_volume_reading_set_series (volumes, find (fixture, ELSEWHERE), NULL));
  g_assert_false (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_null (neg_volume_reading_get_fused (volumes));
}

static void
test_growth (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  NegMpr *mpr = neg_volume_reading_get_mpr (volumes);
  NegVolume *before = neg_mpr_get_volume (mpr);
  gint64 end_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 0.3);
  neg_mpr_scroll_to_end (mpr, NEG_MPR_AXIAL, 1);
  neg_volume_load_wait (neg_volume_reading_get_load (volumes));
  for (guint i = N_SLICES; i < N_SLICES + 5; i++)
    add_image (&fixture->files, CT, i);
  publish (fixture, N_SERIES);
  g_assert_true (neg_volume_reading_update (volumes));
  while (neg_mpr_get_volume (mpr) == before && g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (neg_mpr_get_volume (mpr)->n_slices, ==, N_SLICES + 5);
  g_assert_true (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_cmpuint (neg_volume_reading_get_index (volumes), ==, N_SLICES - 1);
  g_assert_true (neg_volume_reading_get_series (volumes) == find (fixture, CT));
  g_list_store_remove_all (fixture->store);
  neg_reading_update (fixture->reading);
  g_assert_false (neg_volume_reading_update (volumes));
}

/* --- How --- */

static void
test_look (Fixture *fixture, gconstpointer data)
{
  const NegVoi own = { .function = NEG_VOI_LINEAR, .center = 50, .width = 80 };
  g_autoptr (NegVolumeReading) volumes = NULL;
  NegViewState *state;
  NegDraw look;

  g_assert_true (neg_reading_show (fixture->reading, 0, find (fixture, CT)));
  state = neg_reading_begin_change (fixture->reading, 0, 0);
  neg_view_state_set_window (state, &own);
  state->inverted = TRUE;
  neg_reading_end_change (fixture->reading, 0);
  volumes = open_series (fixture, CT);
  g_assert_true (neg_volume_reading_get_look (volumes, NEG_MPR_CORONAL, &look));
  g_assert_cmpfloat (look.voi.center, ==, 50);
  g_assert_true (look.inverted);
  g_assert_cmpfloat (look.modality.slope, ==, 1);
  g_assert_cmpfloat (look.modality.intercept, ==, 0);
  g_assert_false (look.padding.active);
  neg_mpr_reset (neg_volume_reading_get_mpr (volumes));
  g_assert_true (neg_volume_reading_get_look (volumes, NEG_MPR_CORONAL, &look));
  g_assert_cmpfloat (look.voi.center, ==, 40);
  g_assert_cmpfloat (look.voi.width, ==, 400);
  g_assert_false (look.inverted);
}

static void
test_inverse (Fixture *fixture, gconstpointer data)
{
  NegSeries *series = find (fixture, CT);
  g_autoptr (NegVolumeReading) volumes = NULL;
  NegDraw look;

  for (guint i = 0; i < N_SLICES; i++) {
    set_text (&neg_series_get_frame (series, i)->instance->photometric, "MONOCHROME1");
    set_text (&neg_series_get_frame (series, i)->instance->presentation_lut_shape, "INVERSE");
  }
  volumes = open_series (fixture, CT);
  g_assert_true (neg_volume_reading_get_look (volumes, NEG_MPR_AXIAL, &look));
  g_assert_true (look.inverted); /* once */
  neg_mpr_set_inverted (neg_volume_reading_get_mpr (volumes), NEG_MPR_AXIAL, TRUE);
  g_assert_true (neg_volume_reading_get_look (volumes, NEG_MPR_AXIAL, &look));
  g_assert_false (look.inverted);
}

/* A table of the file is held as it is, whatever is read after it. */
static void
test_voi_lut (Fixture *fixture, gconstpointer data)
{
  NegSeries *series = find (fixture, PHASE);
  gint64 end_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  g_autoptr (NegVolumeReading) volumes = NULL;
  NegMpr *mpr;
  NegDraw look;
  NegVoi voi;

  for (guint i = 0; i < N_SLICES; i++) {
    NegInstance *instance = neg_series_get_frame (series, i)->instance;

    instance->n_voi_luts = 1;
    instance->voi_luts = g_new0 (NegLut, 1);
    instance->voi_luts[0] = (NegLut){ .n_entries = 2, .bits = 8, .entries = g_new0 (guint16, 2) };
  }
  volumes = open_series (fixture, PHASE);
  mpr = neg_volume_reading_get_mpr (volumes);
  g_assert_true (neg_volume_reading_get_look (volumes, NEG_MPR_AXIAL, &look));
  g_assert_nonnull (look.voi.lut);
  neg_mpr_set_voi (mpr, NEG_MPR_AXIAL, &look.voi);
  neg_mpr_mark_step (mpr, 0);
  g_assert_true (neg_volume_reading_set_series (volumes, find (fixture, CT), NULL));
  g_list_store_remove_all (fixture->store);
  neg_reading_update (fixture->reading);
  g_ptr_array_set_size (fixture->files.scan->instances, 0);
  g_object_add_weak_pointer (G_OBJECT (series), (gpointer *) &series);
  g_clear_pointer (&fixture->files.scan->series, g_ptr_array_unref);
  while (series != NULL && g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, FALSE);
  g_assert_null (series);
  g_assert_true (neg_mpr_undo (mpr));
  neg_mpr_get_voi (mpr, NEG_MPR_AXIAL, &voi);
  g_assert_cmpuint (voi.lut->n_entries, ==, 2);
}

/* The file says no window: from the smallest value to the largest (x + 3 y + 257 number). */
static void
test_range (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, NM);
  double low = files_value (NM * 100, 0, 0), high = files_value (NM * 100 + N_SLICES - 1, 63, 63);
  NegDraw look;

  neg_volume_load_wait (neg_volume_reading_get_load (volumes));
  g_assert_true (neg_volume_reading_get_look (volumes, NEG_MPR_AXIAL, &look));
  g_assert_cmpfloat_with_epsilon (look.voi.width, high - low + 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (look.voi.center, (low + high + 1) / 2, 1e-9);
}

/* --- What is laid over --- */

static void
test_fusion (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  NegFusion fusion;
  double low, high;

  g_assert_false (neg_volume_reading_get_fusion (volumes, NEG_MPR_AXIAL, &fusion));
  lay_over (fixture, volumes, PET);
  neg_volume_load_wait (neg_volume_reading_get_fused_load (volumes));
  g_assert_true (neg_volume_reading_get_fusion (volumes, NEG_MPR_AXIAL, &fusion));
  g_assert_cmpfloat_with_epsilon (fusion.scale, SUV_FACTOR, 1e-12);
  g_assert_cmpstr (neg_volume_reading_get_fused_unit (volumes), ==, "g/ml");
  g_assert_null (neg_volume_reading_get_suv_reason (volumes));
  g_assert_cmpfloat (fusion.voi.center, ==, 3.5);
  g_assert_cmpfloat (fusion.voi.width, ==, 7);
  g_assert_cmpint (fusion.projection, ==, NEG_PROJECTION_MIP);
  g_assert_cmpfloat (fusion.opacity, ==, 0.4);
  g_assert_cmpint (fusion.map, ==, NEG_COLOR_MAP_HOT_IRON);
  neg_volume_reading_set_fused_window (volumes, 1, 4);
  neg_volume_reading_set_fused_window (volumes, 4, 4);
  neg_volume_reading_set_fused_window (volumes, NAN, 4);
  neg_volume_reading_set_opacity (volumes, 3);
  neg_volume_reading_set_opacity (volumes, NAN);
  neg_volume_reading_set_color_map (volumes, NEG_COLOR_MAP_PET);
  neg_volume_reading_get_fused_window (volumes, &low, &high);
  g_assert_cmpfloat (low, ==, 1);
  g_assert_cmpfloat (high, ==, 4);
  g_assert_cmpfloat (neg_volume_reading_get_opacity (volumes), ==, 1);
  g_assert_true (neg_volume_reading_set_fused (volumes, NULL, NULL));
  g_assert_false (neg_volume_reading_get_fusion (volumes, NEG_MPR_AXIAL, &fusion));
  g_assert_cmpstr (neg_volume_reading_get_fused_unit (volumes), ==, "");
}

static void
test_no_suv (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  g_autoptr (NegVolumeReading) read = open_series (fixture, PET);
  NegSeries *pet = find (fixture, PET);
  NegFusion fusion;
  double low, high;
  NegSuv suv;

  g_assert_false (neg_volume_reading_get_suv (volumes, &suv));
  g_assert_true (neg_volume_reading_get_suv (read, &suv));
  g_assert_cmpfloat_with_epsilon (suv.factor, SUV_FACTOR, 1e-12);
  /* One image counts differently: no factor holds for all. */
  neg_series_get_frame (pet, N_SLICES / 2)->instance->pet.weight_kg = 71;
  lay_over (fixture, volumes, PET);
  g_assert_nonnull (neg_volume_reading_get_suv_reason (volumes));
  g_assert_cmpstr (neg_volume_reading_get_fused_unit (volumes), ==, "Bq/ml");
  neg_volume_load_wait (neg_volume_reading_get_fused_load (volumes));
  g_assert_true (neg_volume_reading_get_fusion (volumes, NEG_MPR_AXIAL, &fusion));
  g_assert_cmpfloat (fusion.scale, ==, 1);
  neg_volume_reading_get_fused_window (volumes, &low, &high);
  g_assert_cmpfloat (low, ==, 0);
  g_assert_cmpfloat (high, ==, files_value (PET * 100 + N_SLICES - 1, 63, 63));
}

/* More slices of what is laid over, the first of them of @weight_kg. */
static void
grow_over (Fixture *fixture, NegVolumeReading *volumes, guint n_before, double weight_kg)
{
  NegVolume *before = neg_volume_load_get_volume (neg_volume_reading_get_fused_load (volumes));
  gint64 end_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  neg_volume_load_wait (neg_volume_reading_get_fused_load (volumes));
  for (guint i = n_before; i < n_before + 2; i++)
    add_image (&fixture->files, PET, i);
  publish (fixture, N_SERIES);
  neg_series_get_frame (find (fixture, PET), n_before)->instance->pet.weight_kg = weight_kg;
  g_assert_true (neg_volume_reading_update (volumes));
  while (neg_volume_load_get_volume (neg_volume_reading_get_fused_load (volumes)) == before
         && g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (neg_volume_load_get_volume (neg_volume_reading_get_fused_load (volumes))->n_slices, ==,
                    n_before + 2);
}

/* What a factor is of may come later. */
static void
test_unit_grows (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  NegFusion fusion;
  double low, high;

  lay_over (fixture, volumes, PET);
  neg_volume_reading_set_fused_window (volumes, 1, 4);
  grow_over (fixture, volumes, N_SLICES, 70);
  g_assert_true (neg_volume_reading_get_fusion (volumes, NEG_MPR_AXIAL, &fusion));
  g_assert_cmpfloat_with_epsilon (fusion.scale, SUV_FACTOR, 1e-12);
  neg_volume_reading_get_fused_window (volumes, &low, &high);
  g_assert_cmpfloat (low, ==, 1);
  g_assert_cmpfloat (high, ==, 4);
  grow_over (fixture, volumes, N_SLICES + 2, 71);
  g_assert_true (neg_volume_reading_get_fusion (volumes, NEG_MPR_AXIAL, &fusion));
  g_assert_cmpfloat (fusion.scale, ==, 1);
  g_assert_cmpstr (neg_volume_reading_get_fused_unit (volumes), ==, "Bq/ml");
  g_assert_nonnull (neg_volume_reading_get_suv_reason (volumes));
  neg_volume_reading_get_fused_window (volumes, &low, &high);
  g_assert_cmpfloat (high, >, 1000);
}

/* --- What is under the pointer --- */

/* Of the coronal plane at the place of a slice; given. */
static char *
dup_probe (NegVolumeReading *volumes, guint slice)
{
  NegPlaneImage *image = neg_volume_reading_get_plane_image (volumes, NEG_MPR_CORONAL, TRUE, NULL);
  double point_mm[3], point_px[2];
  NegReformat measuring;
  guint width, height;
  NegDraw look;

  g_assert_nonnull (image);
  g_assert_true (neg_volume_reading_get_look (volumes, NEG_MPR_CORONAL, &look));
  neg_mpr_get_measuring (neg_volume_reading_get_mpr (volumes), NEG_MPR_CORONAL, &measuring, &width, &height);
  neg_mpr_get_point (neg_volume_reading_get_mpr (volumes), point_mm);
  point_mm[2] = 2.0 * slice + 0.1;
  neg_reformat_to_output (&measuring, point_mm, point_px);
  return neg_plane_probe_dup_lines (volumes, NEG_MPR_CORONAL, image, &look, NULL, point_px);
}

static void
test_probe (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  g_autofree char *there = NULL, *missing = NULL;

  neg_volume_load_wait (neg_volume_reading_get_load (volumes));
  there = dup_probe (volumes, 4);
  g_assert_nonnull (strstr (there, "HU"));
  g_assert_nonnull (strstr (there, "nearest voxel: stored"));
  neg_volume_set_state (neg_mpr_get_volume (neg_volume_reading_get_mpr (volumes)), 4, NEG_SLICE_WAITING);
  missing = dup_probe (volumes, 4);
  g_assert_null (strstr (missing, "HU"));
  g_assert_null (strstr (missing, "stored"));
  g_assert_nonnull (strstr (missing, "missing"));
}

/* --- The fourth viewport --- */

static void
test_fourth (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  NegMpr *mpr = neg_volume_reading_get_mpr (volumes);
  double normal[3], point_mm[3] = { -70, -60, 8 }, middle_mm[3], pixel_mm;
  NegRaycast raycast;
  NegVolume *volume;

  neg_volume_load_wait (neg_volume_reading_get_load (volumes));
  g_assert_false (neg_volume_reading_get_raycast (volumes, 200, 100, &raycast, &volume));
  neg_volume_reading_set_fourth (volumes, NEG_FOURTH_RENDERING);
  g_assert_false (neg_volume_reading_get_raycast (volumes, 0, 100, &raycast, &volume));
  g_assert_true (neg_volume_reading_get_raycast (volumes, 200, 100, &raycast, &volume));
  g_assert_true (volume == neg_mpr_get_volume (mpr));
  neg_volume_get_middle (volume, middle_mm);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (raycast.middle_mm[i], middle_mm[i], 1e-9);
  /* 64 x 64 mm turn within 64 sqrt 2 in 200 pixels; 20 mm high. */
  g_assert_cmpfloat_with_epsilon (raycast.pixel_mm, 64 * G_SQRT2 / 200, 1e-9);
  g_assert_cmpuint (raycast.n_clips, ==, 0);
  pixel_mm = raycast.pixel_mm;
  neg_volume_reading_zoom (volumes, 2);
  neg_volume_reading_zoom (volumes, NAN);
  neg_volume_reading_turn_about (volumes, G_PI / 2);
  g_assert_true (neg_volume_reading_get_raycast (volumes, 200, 100, &raycast, &volume));
  g_assert_cmpfloat_with_epsilon (raycast.pixel_mm, pixel_mm / 2, 1e-12);
  /* From the front (+y) by a quarter about +z: -x. */
  g_assert_cmpfloat_with_epsilon (raycast.normal[0], -1, 1e-12);
  neg_volume_reading_look_from (volumes, (double[]){ 0, 0, 2 }, (double[]){ 0, -1, 1 });
  neg_volume_reading_look_from (volumes, (double[]){ NAN, 0, 1 }, (double[]){ 0, -1, 0 });
  neg_volume_reading_look_from (volumes, (double[]){ 0, 1, 0 }, (double[]){ 0, -1, 0 });
  neg_volume_reading_turn (volumes, NAN, 0);
  neg_volume_reading_set_clipped (volumes, TRUE);
  neg_mpr_set_point (mpr, point_mm);
  g_assert_true (neg_volume_reading_get_raycast (volumes, 200, 100, &raycast, &volume));
  g_assert_cmpfloat_with_epsilon (raycast.normal[2], 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (raycast.up[1], -1, 1e-12);
  /* Behind each plane stays: of the axial one (normal +z) what is higher than 8. */
  g_assert_cmpuint (raycast.n_clips, ==, 3);
  memcpy (normal, raycast.clips[0].normal, sizeof normal);
  g_assert_cmpfloat_with_epsilon (normal[2], -1, 1e-12);
  g_assert_cmpfloat_with_epsilon (raycast.clips[0].distance_mm, -8, 1e-9);
  neg_volume_reading_fit (volumes);
  g_assert_true (neg_volume_reading_get_raycast (volumes, 200, 100, &raycast, &volume));
  g_assert_cmpfloat_with_epsilon (raycast.pixel_mm, pixel_mm, 1e-12);
}

static void
test_mip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  NegRaycast raycast;
  NegVolume *volume;

  neg_volume_reading_set_fourth (volumes, NEG_FOURTH_MIP);
  neg_volume_load_wait (neg_volume_reading_get_load (volumes));
  g_assert_true (neg_volume_reading_get_raycast (volumes, 200, 100, &raycast, &volume));
  g_assert_true (volume == neg_mpr_get_volume (neg_volume_reading_get_mpr (volumes)));
  g_assert_true (raycast.is_mip);
  g_assert_cmpfloat (raycast.voi.center, ==, 40);
  g_assert_false (raycast.inverted);
  lay_over (fixture, volumes, PET);
  neg_volume_load_wait (neg_volume_reading_get_fused_load (volumes));
  g_assert_true (neg_volume_reading_get_raycast (volumes, 200, 100, &raycast, &volume));
  g_assert_true (volume == neg_volume_load_get_volume (neg_volume_reading_get_fused_load (volumes)));
  g_assert_cmpfloat (raycast.voi.center, ==, 3.5);
  g_assert_cmpfloat_with_epsilon (raycast.scale, SUV_FACTOR, 1e-12);
  g_assert_true (raycast.inverted);
  neg_mpr_set_inverted (neg_volume_reading_get_mpr (volumes), NEG_MPR_OBLIQUE, TRUE);
  g_assert_true (neg_volume_reading_get_raycast (volumes, 200, 100, &raycast, &volume));
  g_assert_false (raycast.inverted);
}

/* --- Measuring --- */

static NegPlaneImage *
get_image (NegVolumeReading *volumes, NegMprPlane plane)
{
  g_autoptr (GError) error = NULL;
  NegPlaneImage *image = neg_volume_reading_get_plane_image (volumes, plane, TRUE, &error);

  g_assert_no_error (error);
  return image;
}

static void
test_plane_image (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  NegMpr *mpr = neg_volume_reading_get_mpr (volumes);
  g_autofree char *name = NULL;
  NegPlaneImage *image;
  const float *values;

  /* Whatever is there; when all has come, the same plane has the same name. */
  image = get_image (volumes, NEG_MPR_AXIAL);
  name = g_strdup (neg_plane_image_get_instance (image)->sop_instance_uid);
  neg_volume_load_wait (neg_volume_reading_get_load (volumes));
  image = get_image (volumes, NEG_MPR_AXIAL);
  g_assert_cmpstr (neg_plane_image_get_instance (image)->sop_instance_uid, ==, name);
  values = neg_pixels_get_frame (neg_plane_image_get_pixels (image))->pixels;
  g_assert_cmpfloat_with_epsilon (
      values[5 * 64 + 7], files_value (CT * 100 + neg_volume_reading_get_index (volumes), 7, 5) - 1024.0, 0.01);
  g_assert_true (get_image (volumes, NEG_MPR_AXIAL) == image);
  g_assert_true (neg_volume_reading_get_plane_image (volumes, NEG_MPR_AXIAL, FALSE, NULL) == image);
  neg_mpr_scroll (mpr, NEG_MPR_AXIAL, 1);
  image = get_image (volumes, NEG_MPR_AXIAL);
  g_assert_cmpstr (neg_plane_image_get_instance (image)->sop_instance_uid, !=, name);
  g_assert_cmpstr (neg_plane_image_get_instance (image)->patient_name, ==, "Ada^A");
}

/* What takes long is made in a thread, and told. */
static void
test_plane_image_later (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  gint64 end_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  guint n_changed = 0;
  NegPlaneImage *image = NULL;

  neg_volume_load_wait (neg_volume_reading_get_load (volumes));
  while (g_main_context_iteration (NULL, FALSE))
    continue; /* what was to be told of the slices is told */
  g_signal_connect_swapped (volumes, "changed", G_CALLBACK (g_atomic_int_inc), &n_changed);
  neg_mpr_set_slab (neg_volume_reading_get_mpr (volumes), NEG_MPR_SAGITTAL, NEG_MPR_SLAB_MAX_MM, NEG_PROJECTION_MIP);
  neg_mpr_turn_lines (neg_volume_reading_get_mpr (volumes), NEG_MPR_CORONAL, G_PI / 4);
  g_assert_null (neg_volume_reading_get_plane_image (volumes, NEG_MPR_AXIAL, FALSE, NULL));
  while (image == NULL && g_get_monotonic_time () < end_us) {
    g_main_context_iteration (NULL, TRUE);
    image = neg_volume_reading_get_plane_image (volumes, NEG_MPR_AXIAL, FALSE, NULL);
  }
  g_assert_cmpuint (n_changed, >, 0);
  g_assert_nonnull (image);
  g_assert_cmpfloat (neg_plane_image_get_plane (image)->slab_mm, ==, NEG_MPR_SLAB_MAX_MM);
  /* One that is on its way when all is given up harms nobody. */
  g_assert_null (neg_volume_reading_get_plane_image (volumes, NEG_MPR_SAGITTAL, FALSE, NULL));
}

static void
assert_marks (NegVolumeReading *volumes, const char *marks)
{
  for (NegMprPlane plane = 0; plane < NEG_MPR_N_PLANES; plane++) {
    g_autofree char *corner = neg_plane_caption_dup_corner (volumes, plane, NEG_CAPTIONS_NONE);

    g_assert_cmpstr (corner, ==, marks);
  }
}

/* Without a word of text on the images, and wherever the point is. */
static void
test_lossy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeReading) volumes = open_series (fixture, CT);
  NegInstance *of_pet = neg_series_get_frame (find (fixture, PET), 7)->instance;
  NegInstance *of_ct = neg_series_get_frame (find (fixture, CT), N_SLICES - 1)->instance;
  NegOverlay overlay;
  NegRaycast raycast;
  NegVolume *volume;

  neg_volume_load_wait (neg_volume_reading_get_load (volumes));
  lay_over (fixture, volumes, PET);
  neg_volume_load_wait (neg_volume_reading_get_fused_load (volumes));
  assert_marks (volumes, "");
  of_pet->lossy = TRUE;
  set_text (&of_pet->lossy_ratio, "10");
  assert_marks (volumes, "laid over: LOSSY 10:1");
  of_ct->lossy = TRUE;
  assert_marks (volumes, "LOSSY\nlaid over: LOSSY 10:1");
  neg_volume_reading_set_fourth (volumes, NEG_FOURTH_MIP);
  g_assert_true (neg_volume_reading_get_raycast (volumes, 10, 10, &raycast, &volume));
  neg_overlay_init_for_cast (&overlay, fixture->reading, volumes, &raycast, NEG_CAPTIONS_NONE);
  g_assert_nonnull (strstr (overlay.corners[NEG_CORNER_BOTTOM_LEFT], "LOSSY 10:1"));
  neg_overlay_clear (&overlay);
  neg_volume_reading_set_fused (volumes, NULL, NULL);
  assert_marks (volumes, "LOSSY");
}

#define ADD(name, test) g_test_add ("/volume-reading/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  ADD ("refused", test_refused);
  ADD ("fusable", test_fusable);
  ADD ("point", test_point);
  ADD ("phases", test_phases);
  ADD ("growth", test_growth);
  ADD ("look", test_look);
  ADD ("inverse", test_inverse);
  ADD ("voi-lut", test_voi_lut);
  ADD ("range", test_range);
  ADD ("fusion", test_fusion);
  ADD ("no-suv", test_no_suv);
  ADD ("unit-grows", test_unit_grows);
  ADD ("probe", test_probe);
  ADD ("lossy", test_lossy);
  ADD ("fourth", test_fourth);
  ADD ("mip", test_mip);
  ADD ("plane-image", test_plane_image);
  ADD ("plane-image-later", test_plane_image_later);
  return g_test_run ();
}
