/* NegReading: one patient at a time, the grid, links between viewports, the way back. */
#include "config.h"

#include "reading/neg-reading.h"

typedef struct {
  const char *name, *id, *study_uid, *study_date, *series_uid, *space;
  int series_number;
  double first_z_mm;
  gboolean sagittal;
} Kind;

static NegInstance *
new_image (const Kind *kind, int number)
{
  NegInstance *instance = neg_instance_new ();
  NegFrameInfo *info;

  instance->kind = NEG_OBJECT_IMAGE;
  instance->modality = g_strdup ("CT");
  instance->patient_name = g_strdup (kind->name);
  instance->patient_id = g_strdup (kind->id);
  instance->study_uid = g_strdup (kind->study_uid);
  instance->study_date = g_strdup (kind->study_date);
  instance->series_uid = g_strdup (kind->series_uid);
  instance->sop_instance_uid = g_strdup_printf ("%s.%d", kind->series_uid, number);
  instance->frame_of_reference_uid = g_strdup (kind->space);
  instance->has_series_number = instance->has_instance_number = TRUE;
  instance->series_number = kind->series_number;
  instance->instance_number = number;
  instance->rows = instance->columns = 100;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->high_bit = 15;
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->n_frame_infos = 1;
  info = instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (info);
  info->has_position = info->has_orientation = info->has_spacing = TRUE;
  info->spacing_mm[0] = info->spacing_mm[1] = 1;
  if (kind->sagittal) {
    info->orientation[1] = 1; /* rows run to the back, columns to the feet */
    info->orientation[5] = -1;
    info->position_mm[0] = kind->first_z_mm + 2.0 * number;
    info->position_mm[2] = 100;
  } else {
    info->orientation[0] = info->orientation[4] = 1;
    info->position_mm[2] = kind->first_z_mm + 2.0 * number;
  }
  return instance;
}

#define N_KINDS 5
#define N_IMAGES 20

static const Kind kinds[N_KINDS] = {
  { "Ada^A", "1", "1.1", "20260101", "1.1.1", "f1", 1, 0, FALSE },
  { "Ada^A", "1", "1.1", "20260101", "1.1.2", "f1", 2, 5, FALSE },
  { "Ada^A", "1", "1.1", "20260101", "1.1.3", "f1", 3, 30, TRUE },
  { "Ada^A^^", "1 ", "1.2", "20240101", "1.2.1", "f2", 1, 1000, FALSE },
  { "Bob^B", "1", "2.1", "20250101", "2.1.1", "f1", 1, 0, FALSE },
};

typedef struct {
  NegReading *reading;
  GListStore *store;
  GPtrArray *instances, *blobs;
  NegSeries *series[N_KINDS];
  guint n_cell_changes, n_patient_changes;
} Fixture;

static void
cell_changed_cb (Fixture *fixture)
{
  fixture->n_cell_changes++;
}

static void
patient_changed_cb (Fixture *fixture)
{
  fixture->n_patient_changes++;
}

static void
take_some (Fixture *fixture, guint first, guint n_per_series)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new ();
  g_autoptr (GPtrArray) blobs = g_ptr_array_new ();
  g_autoptr (GPtrArray) built = NULL;

  for (guint i = 0; i < N_KINDS * N_IMAGES; i++)
    if (i % N_IMAGES >= first && i % N_IMAGES < first + n_per_series) {
      g_ptr_array_add (instances, fixture->instances->pdata[i]);
      g_ptr_array_add (blobs, fixture->blobs->pdata[i]);
    }
  built = neg_series_build (instances, blobs);
  g_assert_cmpuint (built->len, ==, N_KINDS);
  g_list_store_remove_all (fixture->store);
  for (guint i = 0; i < N_KINDS; i++) {
    NegSeries *series = built->pdata[i];

    for (guint k = 0; k < N_KINDS; k++)
      if (g_str_equal (neg_series_get_frame (series, 0)->instance->series_uid, kinds[k].series_uid))
        fixture->series[k] = series;
    g_list_store_append (fixture->store, series);
  }
}

static void
take_series (Fixture *fixture, guint n_per_series)
{
  take_some (fixture, 0, n_per_series);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  fixture->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  for (guint i = 0; i < N_KINDS * N_IMAGES; i++) {
    g_ptr_array_add (fixture->instances, new_image (&kinds[i / N_IMAGES], i % N_IMAGES));
    g_ptr_array_add (fixture->blobs, neg_blob_new_for_path ("image"));
  }
  fixture->store = g_list_store_new (NEG_TYPE_SERIES);
  fixture->reading = neg_reading_new ();
  g_signal_connect_swapped (fixture->reading, "cell-changed", G_CALLBACK (cell_changed_cb), fixture);
  g_signal_connect_swapped (fixture->reading, "patient-changed", G_CALLBACK (patient_changed_cb), fixture);
  take_series (fixture, N_IMAGES);
  neg_reading_set_series (fixture->reading, G_LIST_MODEL (fixture->store));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->reading), (gpointer *) &fixture->reading);
  g_object_unref (fixture->reading);
  g_assert_null (fixture->reading);
  g_object_unref (fixture->store);
  g_ptr_array_unref (fixture->instances);
  g_ptr_array_unref (fixture->blobs);
}

static guint
index_of (Fixture *fixture, guint cell)
{
  return neg_reading_get_state (fixture->reading, cell)->index;
}

static NegSeries *
series_of (Fixture *fixture, guint cell)
{
  return neg_reading_get_state (fixture->reading, cell)->series;
}

static void
test_patients (Fixture *fixture, gconstpointer data)
{
  GPtrArray *patients = neg_reading_get_patients (fixture->reading);
  const NegPatient *ada = neg_reading_get_patient (fixture->reading);
  NegPatient *bob = patients->pdata[1];

  g_assert_cmpuint (patients->len, ==, 2);
  g_assert_true (ada == patients->pdata[0]);
  /* Padding and empty components make no other person; another name under the same ID does. */
  g_assert_cmpuint (ada->studies->len, ==, 2);
  g_assert_true (ada->shares_id && bob->shares_id);
  g_assert_cmpstr (((NegStudy *) ada->studies->pdata[0])->study_uid, ==, "1.1");
  g_assert_true (series_of (fixture, 0) == fixture->series[0]);
}

static void
test_never_two_patients (Fixture *fixture, gconstpointer data)
{
  g_autofree char *bob = neg_patient_dup_key (neg_series_get_frame (fixture->series[4], 0)->instance);
  g_autofree char *ada = neg_patient_dup_key (neg_series_get_frame (fixture->series[0], 0)->instance);

  neg_reading_set_grid (fixture->reading, 2, 2);
  g_assert_false (neg_reading_show (fixture->reading, 1, fixture->series[4]));
  g_assert_true (series_of (fixture, 1) == fixture->series[1]);
  neg_reading_set_index (fixture->reading, 1, 7);
  neg_reading_set_patient (fixture->reading, bob);
  for (guint i = 0; i < 4; i++)
    g_assert_true (series_of (fixture, i) == (i == 0 ? fixture->series[4] : NULL));
  g_assert_false (neg_reading_can_undo (fixture->reading)); /* undo would bring the other patient back */
  g_assert_false (neg_reading_show (fixture->reading, 0, fixture->series[0]));
  neg_reading_set_patient (fixture->reading, ada);
  g_assert_true (series_of (fixture, 1) == fixture->series[1]);
  g_assert_cmpuint (index_of (fixture, 1), ==, 7);
  g_assert_cmpuint (fixture->n_patient_changes, >=, 3);
}

static void
test_grid (Fixture *fixture, gconstpointer data)
{
  neg_reading_set_grid (fixture->reading, 9, 0);
  g_assert_cmpuint (neg_reading_get_rows (fixture->reading), ==, NEG_GRID_MAX);
  g_assert_cmpuint (neg_reading_get_columns (fixture->reading), ==, 1);
  /* Only the study that is read fills by itself: a prior is put there by hand. */
  g_assert_true (series_of (fixture, 2) == fixture->series[2]);
  g_assert_null (series_of (fixture, 3));
  neg_reading_set_active (fixture->reading, 4);
  neg_reading_set_grid (fixture->reading, 1, 2);
  g_assert_cmpuint (neg_reading_get_active (fixture->reading), ==, 1);
  g_assert_null (series_of (fixture, 2));
  neg_reading_set_maximized (fixture->reading, TRUE);
  g_assert_false (neg_reading_is_visible (fixture->reading, 0));
  g_assert_true (neg_reading_is_visible (fixture->reading, 1));
  neg_reading_step_active (fixture->reading, 1);
  g_assert_true (neg_reading_is_visible (fixture->reading, 0));
}

static void
test_series_is_remembered (Fixture *fixture, gconstpointer data)
{
  NegViewState *state;

  neg_reading_set_index (fixture->reading, 0, 5);
  state = neg_reading_begin_change (fixture->reading, 0, 0);
  neg_view_state_turn (state, 1);
  neg_reading_end_change (fixture->reading, 0);
  g_assert_true (neg_reading_step_series (fixture->reading, 0, 1));
  g_assert_cmpuint (index_of (fixture, 0), ==, 0);
  g_assert_cmpuint (neg_reading_get_state (fixture->reading, 0)->turns, ==, 0);
  g_assert_true (neg_reading_step_series (fixture->reading, 0, -1));
  g_assert_cmpuint (index_of (fixture, 0), ==, 5);
  g_assert_cmpuint (neg_reading_get_state (fixture->reading, 0)->turns, ==, 1);
  g_assert_false (neg_reading_step_series (fixture->reading, 0, -1));
}

static void
test_growth (Fixture *fixture, gconstpointer data)
{
  const NegSeriesFrame *frame;

  take_series (fixture, 10);
  neg_reading_update (fixture->reading);
  neg_reading_set_index (fixture->reading, 0, 9);
  neg_view_state_set_preset (neg_reading_begin_change (fixture->reading, 0, 0), 0);
  neg_reading_end_change (fixture->reading, 0);
  take_series (fixture, N_IMAGES);
  neg_reading_update (fixture->reading);
  frame = neg_view_state_get_frame (neg_reading_get_state (fixture->reading, 0));
  g_assert_true (series_of (fixture, 0) == fixture->series[0]);
  g_assert_cmpint (frame->instance->instance_number, ==, 9);
  neg_reading_undo (fixture->reading); /* steps hold series too */
  g_assert_true (series_of (fixture, 0) == fixture->series[0]);
}

/* What came first is anywhere; who has gone somewhere stays there. */
static void
test_settle_images (Fixture *fixture, gconstpointer data)
{
  const NegViewState *state = neg_reading_get_state (fixture->reading, 0);

  for (guint touched = 0; touched < 2; touched++) {
    g_list_store_remove_all (fixture->store);
    neg_reading_set_series (fixture->reading, NULL);
    take_some (fixture, 12, 4);
    neg_reading_set_series (fixture->reading, G_LIST_MODEL (fixture->store));
    g_assert_cmpint (neg_view_state_get_frame (state)->instance->instance_number, ==, 12);
    neg_reading_set_active (fixture->reading, 0);
    if (touched)
      neg_reading_set_index (fixture->reading, 0, 1);
    take_series (fixture, N_IMAGES);
    neg_reading_update (fixture->reading);
    g_assert_cmpint (neg_view_state_get_frame (state)->instance->instance_number, ==, 12 + touched);
    fixture->n_cell_changes = 0;
    neg_reading_settle_images (fixture->reading);
    g_assert_cmpint (neg_view_state_get_frame (state)->instance->instance_number, ==, touched ? 13 : 0);
    g_assert_cmpuint (fixture->n_cell_changes, ==, !touched);
  }
}

/* Whoever drags a series holds on to what it was when the drag began. */
static void
test_old_series (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegSeries) old = NULL;

  take_series (fixture, 10);
  neg_reading_update (fixture->reading);
  old = g_object_ref (fixture->series[1]);
  take_series (fixture, N_IMAGES);
  neg_reading_update (fixture->reading);
  g_assert_true (neg_reading_show (fixture->reading, 0, old));
  g_assert_true (series_of (fixture, 0) == fixture->series[1]);
  g_assert_true (neg_reading_show (fixture->reading, 0, fixture->series[0]));
  g_list_store_remove_all (fixture->store);
  neg_reading_update (fixture->reading);
  g_assert_false (neg_reading_show (fixture->reading, 0, old));
}

static void
replace_blob (Fixture *fixture, guint number)
{
  neg_blob_unref (fixture->blobs->pdata[number]);
  fixture->blobs->pdata[number] = neg_blob_new_for_path ("copy");
}

/* Of two copies of an image the other one is kept once it has come; what another patient's says it is, is no copy. */
static void
test_other_copy (Fixture *fixture, gconstpointer data)
{
  NegInstance *of_bob = fixture->instances->pdata[4 * N_IMAGES + 7];

  g_free (of_bob->sop_instance_uid);
  of_bob->sop_instance_uid = g_strdup ("1.1.1.5");
  neg_reading_set_index (fixture->reading, 0, 5);
  replace_blob (fixture, 5);
  take_series (fixture, N_IMAGES);
  neg_reading_update (fixture->reading);
  g_assert_true (series_of (fixture, 0) == fixture->series[0]);
  g_assert_cmpuint (index_of (fixture, 0), ==, 5);
}

static void
keep_patient_cb (NegReading *reading, guint cell, guint changes, const NegPatient **kept)
{
  g_assert_cmpstr ((*kept)->instance->patient_name, ==, "Ada^A");
}

/* Patients are borrowed until it is said that they have changed, and what is shown is told before that. */
static void
test_patients_are_kept (Fixture *fixture, gconstpointer data)
{
  const NegPatient *kept = neg_reading_get_patient (fixture->reading);

  g_signal_connect (fixture->reading, "cell-changed", G_CALLBACK (keep_patient_cb), &kept);
  take_series (fixture, 10);
  neg_reading_update (fixture->reading);
  kept = neg_reading_get_patient (fixture->reading);
  neg_reading_set_series (fixture->reading, NULL);
  g_signal_handlers_disconnect_by_data (fixture->reading, &kept);
}

/* What came first while loading was chance; where somebody has been since is not. */
static void
test_settling (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegSeries) bob = NULL;

  neg_reading_set_series (fixture->reading, NULL);
  take_series (fixture, 10);
  neg_reading_set_series (fixture->reading, G_LIST_MODEL (fixture->store));
  neg_reading_set_index (fixture->reading, 0, 5);
  neg_reading_settle (fixture->reading);
  g_assert_cmpuint (index_of (fixture, 0), ==, 5);

  bob = g_object_ref (fixture->series[4]);
  neg_reading_set_series (fixture->reading, NULL);
  g_list_store_remove_all (fixture->store);
  g_list_store_append (fixture->store, bob);
  neg_reading_set_series (fixture->reading, G_LIST_MODEL (fixture->store));
  g_assert_true (series_of (fixture, 0) == fixture->series[4]);
  take_series (fixture, N_IMAGES);
  neg_reading_update (fixture->reading);
  g_assert_true (series_of (fixture, 0) == fixture->series[4]);
  neg_reading_settle (fixture->reading);
  g_assert_true (series_of (fixture, 0) == fixture->series[0]);
  g_assert_cmpuint (index_of (fixture, 0), ==, 0);
  g_assert_false (neg_reading_can_undo (fixture->reading));
}

/* All viewports go on together, and stop at the ends. */
static void
test_pages (Fixture *fixture, gconstpointer data)
{
  neg_reading_set_grid (fixture->reading, 1, 3);
  g_assert_true (neg_reading_step_page (fixture->reading, 1));
  g_assert_true (series_of (fixture, 0) == fixture->series[3]);
  g_assert_null (series_of (fixture, 1));
  g_assert_false (neg_reading_step_page (fixture->reading, 1));
  g_assert_true (neg_reading_step_page (fixture->reading, -1));
  for (guint i = 0; i < 3; i++)
    g_assert_true (series_of (fixture, i) == fixture->series[i]);
  g_assert_false (neg_reading_step_page (fixture->reading, -1));
  neg_reading_undo (fixture->reading);
  g_assert_true (series_of (fixture, 0) == fixture->series[3]);
}

static void
test_undo (Fixture *fixture, gconstpointer data)
{
  guint gesture = neg_reading_new_gesture (fixture->reading);

  for (guint i = 0; i < 30; i++) {
    neg_view_state_zoom_at (neg_reading_begin_change (fixture->reading, 0, gesture), 500, 500, 250, 250, 1.05);
    neg_reading_end_change (fixture->reading, 0);
  }
  neg_view_state_flip_horizontally (neg_reading_begin_change (fixture->reading, 0, 0));
  neg_reading_end_change (fixture->reading, 0);
  neg_reading_set_index (fixture->reading, 0, 3);
  neg_reading_undo (fixture->reading);
  g_assert_false (neg_reading_get_state (fixture->reading, 0)->mirrored);
  g_assert_cmpfloat (neg_reading_get_state (fixture->reading, 0)->zoom, >, 4);
  g_assert_cmpuint (index_of (fixture, 0), ==, 3); /* where one is stays */
  neg_reading_undo (fixture->reading); /* a drag is one step */
  g_assert_cmpfloat (neg_reading_get_state (fixture->reading, 0)->zoom, ==, 1);
  g_assert_false (neg_reading_can_undo (fixture->reading));
  neg_reading_redo (fixture->reading);
  neg_reading_redo (fixture->reading);
  g_assert_true (neg_reading_get_state (fixture->reading, 0)->mirrored);
  g_assert_false (neg_reading_can_redo (fixture->reading));
}

static void
test_synchronized (Fixture *fixture, gconstpointer data)
{
  neg_reading_set_grid (fixture->reading, 2, 2);
  g_assert_true (neg_reading_show (fixture->reading, 3, fixture->series[3]));
  neg_reading_set_index (fixture->reading, 3, 4);
  neg_reading_set_synchronized (fixture->reading, TRUE);
  neg_reading_set_index (fixture->reading, 0, 10); /* z 20: 15, 16 of the other, which begins at 5, are next to it */
  g_assert_cmpuint (index_of (fixture, 1), >=, 7);
  g_assert_cmpuint (index_of (fixture, 1), <=, 8);
  g_assert_cmpuint (index_of (fixture, 2), ==, 0);  /* a crossing plane stays */
  g_assert_cmpuint (index_of (fixture, 3), ==, 14); /* another space: as far as the leader went */
  neg_reading_set_index (fixture->reading, 3, 4);
  g_assert_cmpuint (index_of (fixture, 0), ==, 0);
  neg_reading_set_synchronized (fixture->reading, FALSE);
  neg_reading_set_index (fixture->reading, 0, 2);
  g_assert_cmpuint (index_of (fixture, 3), ==, 4);
}

static void
test_lines_and_point (Fixture *fixture, gconstpointer data)
{
  const NegSeriesFrame *frame;
  double from[2], to[2];

  neg_reading_set_grid (fixture->reading, 2, 2);
  neg_reading_set_index (fixture->reading, 0, 15); /* z 30 */
  g_assert_false (neg_reading_get_line (fixture->reading, 2, from, to));
  neg_reading_set_lines (fixture->reading, TRUE);
  g_assert_true (neg_reading_get_line (fixture->reading, 2, from, to));
  /* The sagittal image begins at z 100 with the middle of its first row, 0.5 px from its upper edge. */
  g_assert_cmpfloat_with_epsilon (from[1], 100 - 30 + 0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (to[1], from[1], 1e-6);
  g_assert_false (neg_reading_get_line (fixture->reading, 1, from, to)); /* parallel */
  g_assert_false (neg_reading_get_line (fixture->reading, 0, from, to)); /* itself */

  neg_reading_set_point (fixture->reading, 0, (double[]){ 40.5, 60.5 }); /* x 40, y 60, z 30 */
  frame = neg_view_state_get_frame (neg_reading_get_state (fixture->reading, 2));
  g_assert_cmpint (frame->instance->instance_number, ==, 5); /* x 30 + 2 * 5 */
  g_assert_true (neg_reading_get_point (fixture->reading, 2, from));
  g_assert_cmpfloat_with_epsilon (from[0], 60.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (from[1], 70.5, 1e-6);
  neg_reading_set_index (fixture->reading, 2, 9);
  g_assert_false (neg_reading_get_point (fixture->reading, 2, from)); /* another slice */
  neg_reading_clear_point (fixture->reading);
  g_assert_false (neg_reading_get_point (fixture->reading, 0, from));
}

/* Two series that name no space have none in common, wherever their numbers say they are. */
static void
test_point_without_space (Fixture *fixture, gconstpointer data)
{
  double at[2];

  for (guint i = 0; i < fixture->instances->len; i++)
    g_clear_pointer (&((NegInstance *) fixture->instances->pdata[i])->frame_of_reference_uid, g_free);
  neg_reading_set_grid (fixture->reading, 2, 2);
  neg_reading_set_index (fixture->reading, 1, 5); /* z 15: that of image 7 or 8 of the first series, nearly */
  g_assert_true (neg_reading_show (fixture->reading, 3, fixture->series[0]));
  neg_reading_set_index (fixture->reading, 0, 7);
  neg_reading_set_point (fixture->reading, 0, (double[]){ 40.5, 60.5 });
  g_assert_true (neg_reading_get_point (fixture->reading, 0, at));
  g_assert_true (neg_reading_get_point (fixture->reading, 3, at));
  g_assert_cmpuint (index_of (fixture, 1), ==, 5);
  g_assert_false (neg_reading_get_point (fixture->reading, 1, at));
}

/* All images of a film are at one place: the one that is shown is as near as any. */
static void
test_film_stays (Fixture *fixture, gconstpointer data)
{
  for (guint i = N_IMAGES; i < 2 * N_IMAGES; i++)
    ((NegInstance *) fixture->instances->pdata[i])->frame_infos[0].position_mm[2] = 5;
  neg_reading_set_grid (fixture->reading, 1, 2);
  g_assert_true (series_of (fixture, 1) == fixture->series[1]);
  neg_reading_set_index (fixture->reading, 1, 12);
  neg_reading_set_point (fixture->reading, 0, (double[]){ 40.5, 60.5 });
  g_assert_cmpuint (index_of (fixture, 1), ==, 12);
  neg_reading_set_synchronized (fixture->reading, TRUE);
  neg_reading_scroll (fixture->reading, 0, 3);
  g_assert_cmpuint (index_of (fixture, 1), ==, 12);
}

static void
links_changed_cb (NegReading *reading, guint cell, guint changes, guint *n)
{
  if (changes & NEG_CHANGED_LINKS)
    *n += 1;
}

/* A prior that was there first has to say so when the study of today comes. */
static void
test_newer_study_comes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GListStore) store = g_list_store_new (NEG_TYPE_SERIES);
  guint n = 0;

  g_list_store_append (store, fixture->series[3]);
  neg_reading_set_series (fixture->reading, G_LIST_MODEL (store));
  g_assert_true (series_of (fixture, 0) == fixture->series[3]);
  g_signal_connect (fixture->reading, "cell-changed", G_CALLBACK (links_changed_cb), &n);
  neg_reading_update (fixture->reading);
  g_assert_cmpuint (n, ==, 0);
  g_list_store_append (store, fixture->series[0]);
  neg_reading_update (fixture->reading);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (series_of (fixture, 0) == fixture->series[3]);
  g_signal_handlers_disconnect_by_data (fixture->reading, &n);
}

static void
test_closing (Fixture *fixture, gconstpointer data)
{
  neg_reading_set_grid (fixture->reading, 2, 2);
  neg_reading_set_series (fixture->reading, NULL);
  for (guint i = 0; i < 4; i++)
    g_assert_null (series_of (fixture, i));
  g_assert_null (neg_reading_get_patient (fixture->reading));
  neg_reading_scroll (fixture->reading, 0, 5);
  neg_reading_undo (fixture->reading);
  g_assert_null (series_of (fixture, 0));
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*function) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/reading/patients", test_patients },
    { "/reading/pitfall-30-never-two-patients", test_never_two_patients },
    { "/reading/grid", test_grid },
    { "/reading/series-is-remembered", test_series_is_remembered },
    { "/reading/growth", test_growth },
    { "/reading/settle-images", test_settle_images },
    { "/reading/old-series", test_old_series },
    { "/reading/other-copy", test_other_copy },
    { "/reading/patients-are-kept", test_patients_are_kept },
    { "/reading/settling", test_settling },
    { "/reading/pages", test_pages },
    { "/reading/undo", test_undo },
    { "/reading/synchronized", test_synchronized },
    { "/reading/lines-and-point", test_lines_and_point },
    { "/reading/point-without-space", test_point_without_space },
    { "/reading/film-stays", test_film_stays },
    { "/reading/newer-study-comes", test_newer_study_comes },
    { "/reading/closing", test_closing },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].function, tear_down);
  return g_test_run ();
}
