#include "config.h"

#include "ui/neg-measurement-place.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-plane-caption.h"

typedef gboolean (*Matches) (NegSeries *series, const NegAnnotation *annotation, guint *index);

/* Of the study that it was made in. */
static NegSeries *
find (NegReading *reading, const NegAnnotation *annotation, Matches matches, guint *index)
{
  const NegPatient *patient = neg_reading_get_patient (reading);

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    if (g_strcmp0 (study->study_uid, annotation->study_uid) != 0)
      continue;
    for (guint k = 0; k < study->series->len; k++)
      if (matches (g_ptr_array_index (study->series, k), annotation, index))
        return g_ptr_array_index (study->series, k);
  }
  return NULL;
}

static gboolean
has_image (NegSeries *series, const NegAnnotation *annotation, guint *index)
{
  return neg_series_find_frame (series, annotation->sop_instance_uid, annotation->frame - 1, index);
}

static gboolean
has_image_there (NegSeries *series, const NegAnnotation *annotation, guint *index)
{
  const NegSeriesFrame *frame = *index < neg_series_get_n_frames (series) ? neg_series_get_frame (series, *index) : NULL;

  return frame != NULL && frame->frame == annotation->frame - 1
         && g_strcmp0 (frame->instance->sop_instance_uid, annotation->sop_instance_uid) == 0;
}

static gboolean
is_of_plane (NegSeries *series, const NegAnnotation *annotation, guint *index)
{
  return g_strcmp0 (neg_series_get_frame (series, 0)->instance->series_uid, annotation->series_uid) == 0;
}

NegSeries *
neg_measurement_find_series (NegReading *reading, const NegAnnotation *annotation, guint *index)
{
  return find (reading, annotation, has_image, index);
}

NegSeries *
neg_measurement_find_series_at (NegReading *reading, const NegAnnotation *annotation, guint *index)
{
  NegSeries *series = find (reading, annotation, has_image_there, index);

  if (series != NULL)
    return series;
  *index = G_MAXUINT;
  return find (reading, annotation, has_image, index);
}

const NegInstance *
neg_measurement_find_first (NegReading *reading, const NegAnnotation *annotation)
{
  NegSeries *series = find (reading, annotation, is_of_plane, NULL);

  return series != NULL ? neg_series_get_frame (series, 0)->instance : NULL;
}

/* A mark without points is of all of the plane. */
void
neg_measurement_get_point (const NegAnnotation *annotation, double point_mm[3])
{
  static const double corner_px[2] = { 0, 0 };

  neg_annotation_plane_to_patient (annotation->plane, annotation->n_points > 0 ? annotation->points_px : corner_px,
                                   point_mm);
}

char *
neg_measurement_dup_place (const NegAnnotation *annotation, const NegInstance *instance, guint index)
{
  g_autofree char *frame = NULL;

  if (instance == NULL)
    return g_strdup (_ ("its image is not open"));
  frame = instance->frames > 1 ? g_strdup_printf (_ (", frame %u"), annotation->frame) : g_strdup ("");
  return instance->has_series_number
             ? g_strdup_printf (_ ("series %d, image %u%s"), instance->series_number, index + 1, frame)
             : g_strdup_printf (_ ("image %u%s"), index + 1, frame);
}

char *
neg_measurement_dup_place_of_plane (const NegAnnotation *annotation, const NegInstance *first)
{
  g_autofree char *plane = NULL, *series = NULL;
  double point_mm[3];

  neg_measurement_get_point (annotation, point_mm);
  plane = neg_plane_caption_dup_kept (annotation->plane, point_mm);
  if (first == NULL)
    series = g_strdup (_ ("its series is not open"));
  else if (first->has_series_number)
    series = g_strdup_printf (_ ("series %d"), first->series_number);
  return series != NULL ? g_strjoin (", ", series, plane, NULL) : g_steal_pointer (&plane);
}
