#include "config.h"

#include "demo/neg-demo-object.h"

#include "base/neg-error.h"

char *
neg_demo_object_get_path (const NegDemoObject *object)
{
  return g_strdup_printf ("%s/%s/%03d/%04u.dcm", object->patient->id, object->study->accession, object->series->number,
                          object->index + 1);
}

static gboolean
write_encapsulated (NegDicomWriter *writer, const NegDemoImage *image, GError **error)
{
  g_autoptr (GPtrArray) fragments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);

  for (guint i = 0; i < image->frames; i++) {
    GByteArray *fragment = neg_rle_encode (image->data + i * image->frame_bytes, image->columns, image->rows,
                                           image->samples, image->bits_allocated / 8);

    if (fragment == NULL)
      return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a frame");
    g_ptr_array_add (fragments, fragment);
  }
  neg_dicom_writer_fragments (writer, fragments);
  return TRUE;
}

GByteArray *
neg_demo_object_make (const NegDemoObject *object, GError **error)
{
  g_autoptr (NegDicomWriter) writer = neg_dicom_writer_new ();
  g_auto (NegDemoImage) image = { 0 };
  g_autofree char *path = neg_demo_object_get_path (object);
  g_autofree char *name = g_strconcat ("negatoscope-demo " NEG_DEMO_VERSION "/", path, NULL);
  g_autofree char *uid = neg_dicom_uid_from_name (name);

  if (!neg_demo_render (&image, object->patient, object->series, object->index, error))
    return NULL;
  neg_demo_write_general (writer, object);
  neg_demo_write_modality (writer, object);
  neg_demo_write_pixel_module (writer, object, &image);
  if (!object->series->rle)
    neg_dicom_writer_pixels (writer, image.bits_allocated, image.data, image.frames * image.frame_bytes);
  else if (!write_encapsulated (writer, &image, error))
    return NULL;
  return neg_dicom_writer_finish (writer, neg_demo_object_get_sop_class (object), uid,
                                  object->series->rle ? NEG_DICOM_RLE : NEG_DICOM_EXPLICIT_LITTLE, error);
}

static void
list_series (GArray *objects, const NegDemoPatient *patient, const NegDemoStudy *study, const NegDemoSeries *series)
{
  for (guint i = 0; i < neg_demo_series_get_n_instances (series); i++) {
    const NegDemoObject object = { patient, study, series, i };

    g_array_append_val (objects, object);
  }
}

GArray *
neg_demo_list_objects (guint n_patients)
{
  GArray *objects = g_array_new (FALSE, FALSE, sizeof (NegDemoObject));
  guint n_all;
  const NegDemoPatient *patients = neg_demo_department_get_patients (&n_all);

  for (guint i = 0; i < MIN (n_patients, n_all); i++)
    for (guint j = 0; j < patients[i].n_studies; j++)
      for (guint k = 0; k < patients[i].studies[j].n_series; k++)
        list_series (objects, &patients[i], &patients[i].studies[j], &patients[i].studies[j].series[k]);
  return objects;
}
