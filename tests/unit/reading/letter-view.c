#include "config.h"

#include "letter-view.h"

NegInstance *
letter_view_image_new (const double *orientation, const char *patient_orientation)
{
  NegInstance *instance = neg_instance_new ();

  instance->kind = NEG_OBJECT_IMAGE;
  instance->study_uid = g_strdup ("1.2");
  instance->series_uid = g_strdup ("1.2.3");
  instance->sop_instance_uid = g_strdup ("1.2.3.4");
  instance->rows = 40;
  instance->columns = 30;
  instance->samples = instance->frames = instance->n_frame_infos = 1;
  instance->bits_allocated = instance->bits_stored = 8;
  instance->high_bit = 7;
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->patient_orientation = g_strdup (patient_orientation);
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  instance->frame_infos[0].has_orientation = orientation != NULL;
  for (guint i = 0; orientation != NULL && i < 6; i++)
    instance->frame_infos[0].orientation[i] = orientation[i];
  return instance;
}

void
letter_view_init (NegViewState *state, NegInstance *instance)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new (), built = NULL;
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);

  g_ptr_array_add (instances, instance);
  g_ptr_array_add (blobs, neg_blob_new_for_path ("x"));
  built = neg_series_build (instances, blobs);
  g_assert_cmpuint (built->len, ==, 1);
  neg_view_state_init (state);
  neg_view_state_set_series (state, g_ptr_array_index (built, 0));
}

void
letter_view_get (const NegViewState *state, char letters[NEG_N_EDGES][NEG_LETTERS_BYTES])
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  NegAffine affine;

  g_assert_true (neg_view_state_get_affine (state, 300, 200, &affine));
  neg_letters_init (letters, frame->instance, frame->frame, &affine);
}
