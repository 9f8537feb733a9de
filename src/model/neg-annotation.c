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
  copy->plane = g_memdup2 (annotation->plane, sizeof *annotation->plane);
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
  g_free (annotation->plane);
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

#define REACH_MM 1e6
#define STEP_MM_MAX 1000.0
#define SLAB_MM_MAX 1e4
#define SQUARE_MAX 1e-3
#define SAME_MM 0.01
#define SAME_REACH_PX 2000.0 /* as far as an image goes: there, too, it is the same point */

static double
dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

gboolean
neg_annotation_plane_is_valid (const NegAnnotationPlane *plane)
{
  double x_mm = sqrt (dot (plane->x_mm, plane->x_mm)), y_mm = sqrt (dot (plane->y_mm, plane->y_mm));

  for (guint i = 0; i < 3; i++)
    if (!(fabs (plane->origin_mm[i]) <= REACH_MM))
      return FALSE;
  return x_mm > 0 && y_mm > 0 && x_mm <= STEP_MM_MAX && y_mm <= STEP_MM_MAX
         && fabs (dot (plane->x_mm, plane->y_mm)) <= SQUARE_MAX * x_mm * y_mm && plane->slab_mm >= 0
         && plane->slab_mm <= SLAB_MM_MAX && plane->projection < NEG_ANNOTATION_PROJECTIONS;
}

gboolean
neg_annotation_plane_is_same (const NegAnnotationPlane *one, const NegAnnotationPlane *other)
{
  if (fabs (one->slab_mm - other->slab_mm) > SAME_MM || (one->slab_mm > 0 && one->projection != other->projection))
    return FALSE;
  for (guint i = 0; i < 3; i++)
    if (fabs (one->origin_mm[i] - other->origin_mm[i]) > SAME_MM
        || fabs (one->x_mm[i] - other->x_mm[i]) > SAME_MM / SAME_REACH_PX
        || fabs (one->y_mm[i] - other->y_mm[i]) > SAME_MM / SAME_REACH_PX)
      return FALSE;
  return TRUE;
}

void
neg_annotation_plane_to_patient (const NegAnnotationPlane *plane, const double point_px[2], double point_mm[3])
{
  for (guint i = 0; i < 3; i++)
    point_mm[i] = plane->origin_mm[i] + point_px[0] * plane->x_mm[i] + point_px[1] * plane->y_mm[i];
}

gboolean
neg_annotation_is_valid (const NegAnnotation *annotation)
{
  if (!count_is_right (annotation->kind, annotation->n_points)
      || (annotation->plane != NULL
          && (annotation->n_points == 0 || annotation->n_points > NEG_ANNOTATION_PLANE_POINTS_MAX
              || !neg_annotation_plane_is_valid (annotation->plane))))
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
