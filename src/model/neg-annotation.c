#include "config.h"

#include "model/neg-annotation.h"

#include <math.h>
#include <string.h>

static const char *const kind_names[NEG_ANNOTATION_N_KINDS] = {
  [NEG_ANNOTATION_LENGTH] = "length",       [NEG_ANNOTATION_ANGLE] = "angle",
  [NEG_ANNOTATION_COBB] = "cobb",           [NEG_ANNOTATION_ELLIPSE] = "ellipse",
  [NEG_ANNOTATION_RECTANGLE] = "rectangle", [NEG_ANNOTATION_FREEHAND] = "freehand",
  [NEG_ANNOTATION_ARROW] = "arrow",         [NEG_ANNOTATION_PROBE] = "probe",
  [NEG_ANNOTATION_KEY] = "key",
};

const char *
neg_annotation_kind_get_name (NegAnnotationKind kind)
{
  return kind_names[kind];
}

gboolean
neg_annotation_kind_from_name (NegAnnotationKind *kind, const char *name)
{
  for (guint i = 0; i < NEG_ANNOTATION_N_KINDS; i++)
    if (g_strcmp0 (kind_names[i], name) == 0) {
      *kind = i;
      return TRUE;
    }
  return FALSE;
}

NegAnnotation *
neg_annotation_new (NegAnnotationKind kind)
{
  NegAnnotation *annotation = g_new0 (NegAnnotation, 1);

  annotation->kind = kind;
  annotation->frame = 1;
  g_atomic_ref_count_init (&annotation->ref_count);
  return annotation;
}

NegAnnotation *
neg_annotation_copy (const NegAnnotation *annotation)
{
  NegAnnotation *copy = g_memdup2 (annotation, sizeof *annotation);

  copy->uid = g_strdup (annotation->uid);
  copy->study_uid = g_strdup (annotation->study_uid);
  copy->series_uid = g_strdup (annotation->series_uid);
  copy->sop_class_uid = g_strdup (annotation->sop_class_uid);
  copy->sop_instance_uid = g_strdup (annotation->sop_instance_uid);
  copy->frame_of_reference_uid = g_strdup (annotation->frame_of_reference_uid);
  copy->points_px = g_memdup2 (annotation->points_px, annotation->n_points * 2 * sizeof (double));
  copy->points_patient_mm = g_memdup2 (annotation->points_patient_mm, annotation->n_points * 3 * sizeof (double));
  copy->text = g_strdup (annotation->text);
  copy->author = g_strdup (annotation->author);
  copy->values = g_memdup2 (annotation->values, annotation->n_values * sizeof *annotation->values);
  copy->calibration = g_strdup (annotation->calibration);
  g_atomic_ref_count_init (&copy->ref_count);
  return copy;
}

NegAnnotation *
neg_annotation_ref (NegAnnotation *annotation)
{
  g_atomic_ref_count_inc (&annotation->ref_count);
  return annotation;
}

void
neg_annotation_unref (NegAnnotation *annotation)
{
  if (annotation == NULL || !g_atomic_ref_count_dec (&annotation->ref_count))
    return;
  g_free (annotation->uid);
  g_free (annotation->study_uid);
  g_free (annotation->series_uid);
  g_free (annotation->sop_class_uid);
  g_free (annotation->sop_instance_uid);
  g_free (annotation->frame_of_reference_uid);
  g_free (annotation->points_px);
  g_free (annotation->points_patient_mm);
  g_free (annotation->text);
  g_free (annotation->author);
  g_free (annotation->values);
  g_free (annotation->calibration);
  g_free (annotation);
}

static gboolean
count_is_right (NegAnnotationKind kind, guint n)
{
  switch (kind) {
  case NEG_ANNOTATION_KEY:
    return n == 0;
  case NEG_ANNOTATION_PROBE:
    return n == 1;
  case NEG_ANNOTATION_LENGTH:
  case NEG_ANNOTATION_ELLIPSE:
  case NEG_ANNOTATION_RECTANGLE:
  case NEG_ANNOTATION_ARROW:
    return n == 2;
  case NEG_ANNOTATION_ANGLE:
    return n == 3;
  case NEG_ANNOTATION_COBB:
    return n == 4;
  case NEG_ANNOTATION_FREEHAND:
    return n >= 3 && n <= NEG_ANNOTATION_POINTS_MAX;
  case NEG_ANNOTATION_N_KINDS:
  default:
    return FALSE;
  }
}

gboolean
neg_annotation_is_valid (const NegAnnotation *annotation)
{
  if (!count_is_right (annotation->kind, annotation->n_points))
    return FALSE;
  for (guint i = 0; i < 2 * annotation->n_points; i++)
    if (!isfinite (annotation->points_px[i]))
      return FALSE;
  return TRUE;
}

void
neg_annotation_set_points (NegAnnotation *annotation, const double *points_px, guint n_points)
{
  double *points = g_memdup2 (points_px, n_points * 2 * sizeof (double));

  g_free (annotation->points_px);
  annotation->points_px = points;
  annotation->n_points = n_points;
  g_clear_pointer (&annotation->points_patient_mm, g_free);
  neg_annotation_set_values (annotation, NULL, 0);
}

void
neg_annotation_set_values (NegAnnotation *annotation, const NegAnnotationValue *values, guint n_values)
{
  g_free (annotation->values);
  annotation->values = g_memdup2 (values, n_values * sizeof *values);
  annotation->n_values = n_values;
}
