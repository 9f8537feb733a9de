#include "fake-study.h"

typedef struct {
  const char *name, *id, *study_uid, *study_date, *series_uid;
  int series_number;
} Kind;

static const Kind kinds[FAKE_N_SERIES] = {
  { "Ada^A", "1", "1.1", "20260101", "1.1.1", 1 },
  { "Ada^A", "1", "1.1", "20260101", "1.1.2", 2 },
  { "Ada^A", "1", "1.2", "20240101", "1.2.1", 1 },
  { "Bob^B", "2", "2.1", "20250101", "2.1.1", 1 },
};

static NegInstance *
new_image (const Kind *kind, guint number)
{
  NegInstance *instance = neg_instance_new ();
  NegFrameInfo *info = g_new0 (NegFrameInfo, 1);

  instance->kind = NEG_OBJECT_IMAGE;
  instance->modality = g_strdup ("CT");
  instance->patient_name = g_strdup (kind->name);
  instance->patient_id = g_strdup (kind->id);
  instance->study_uid = g_strdup (kind->study_uid);
  instance->study_date = g_strdup (kind->study_date);
  instance->series_uid = g_strdup (kind->series_uid);
  instance->sop_instance_uid = g_strdup_printf ("%s.%u", kind->series_uid, number);
  instance->frame_of_reference_uid = g_strdup (kind->study_uid);
  instance->has_series_number = instance->has_instance_number = TRUE;
  instance->series_number = kind->series_number;
  instance->instance_number = (gint32) number;
  instance->rows = instance->columns = 100;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->high_bit = 15;
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->n_frame_infos = 1;
  instance->frame_infos = info;
  neg_frame_info_init (info);
  info->has_position = info->has_orientation = info->has_spacing = TRUE;
  info->spacing_mm[0] = info->spacing_mm[1] = 1;
  info->orientation[0] = info->orientation[4] = 1;
  info->position_mm[2] = 2.0 * number;
  return instance;
}

void
fake_study_init (FakeStudy *study)
{
  *study = (FakeStudy){ .store = g_list_store_new (NEG_TYPE_SERIES) };
  study->instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  study->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  for (guint i = 0; i < FAKE_N_SERIES * FAKE_N_IMAGES; i++) {
    g_ptr_array_add (study->instances, new_image (&kinds[i / FAKE_N_IMAGES], i % FAKE_N_IMAGES));
    g_ptr_array_add (study->blobs, neg_blob_new_for_path ("image"));
  }
}

void
fake_study_clear (FakeStudy *study)
{
  g_object_unref (study->store);
  g_ptr_array_unref (study->instances);
  g_ptr_array_unref (study->blobs);
}

void
fake_study_set (FakeStudy *study, guint series, guint first, guint n, gboolean is_there)
{
  for (guint i = first; i < first + n; i++)
    study->is_there[series * FAKE_N_IMAGES + i] = is_there;
}

void
fake_study_fill (FakeStudy *study)
{
  for (guint i = 0; i < FAKE_N_SERIES; i++)
    fake_study_set (study, i, 0, FAKE_N_IMAGES, TRUE);
}

void
fake_study_publish (FakeStudy *study)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new ();
  g_autoptr (GPtrArray) blobs = g_ptr_array_new ();
  g_autoptr (GPtrArray) built = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (study->is_there); i++)
    if (study->is_there[i]) {
      g_ptr_array_add (instances, study->instances->pdata[i]);
      g_ptr_array_add (blobs, study->blobs->pdata[i]);
    }
  built = neg_series_build (instances, blobs);
  g_list_store_splice (study->store, 0, g_list_model_get_n_items (G_LIST_MODEL (study->store)), built->pdata,
                       built->len);
}

const char *
fake_study_get_uid (const FakeStudy *study, guint series, guint image)
{
  return ((NegInstance *) study->instances->pdata[series * FAKE_N_IMAGES + image])->sop_instance_uid;
}

NegSeries *
fake_study_find (const FakeStudy *study, guint series)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (study->store));

  for (guint i = 0; i < n; i++) {
    g_autoptr (NegSeries) one = g_list_model_get_item (G_LIST_MODEL (study->store), i);

    if (g_str_equal (neg_series_get_frame (one, 0)->instance->series_uid, kinds[series].series_uid))
      return one; /* the store keeps it */
  }
  return NULL;
}
