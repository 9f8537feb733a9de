#include "config.h"

#include "wire/neg-message-parts-private.h"

#include <math.h>
#include <string.h>

static const NegField annotation_fields[] = {
  NEG_FIELD_OF (NegAnnotation, UINT, kind),
  NEG_FIELD_OF (NegAnnotation, STRING, uid),
  NEG_FIELD_OF (NegAnnotation, STRING, study_uid),
  NEG_FIELD_OF (NegAnnotation, STRING, series_uid),
  NEG_FIELD_OF (NegAnnotation, STRING, sop_class_uid),
  NEG_FIELD_OF (NegAnnotation, STRING, sop_instance_uid),
  NEG_FIELD_OF (NegAnnotation, STRING, frame_of_reference_uid),
  NEG_FIELD_OF (NegAnnotation, UINT, frame),
  NEG_FIELD_OF (NegAnnotation, STRING, text),
  NEG_FIELD_OF (NegAnnotation, STRING, author),
  NEG_FIELD_OF (NegAnnotation, STRING, calibration),
  NEG_FIELD_OF (NegAnnotation, BOOLEAN, is_foreign),
};

/* A time, a count of planes, two of points, one of values. */
#define ANNOTATION_MORE_BYTES 24
#define PLANE_NUMBERS 11
#define VALUE_BYTES_MIN 16

static void
write_plane (const NegAnnotationPlane *plane, GByteArray *array)
{
  double numbers[PLANE_NUMBERS];

  for (guint i = 0; i < 3 && plane != NULL; i++) {
    numbers[i] = plane->origin_mm[i];
    numbers[3 + i] = plane->x_mm[i];
    numbers[6 + i] = plane->y_mm[i];
  }
  if (plane != NULL) {
    numbers[9] = plane->slab_mm;
    numbers[10] = plane->projection;
  }
  _neg_doubles_write (numbers, plane != NULL, PLANE_NUMBERS, array);
}

/* What is no plane is found by neg_annotation_is_valid(). */
static NegAnnotationPlane *
read_plane (NegReader *reader)
{
  guint32 n;
  g_autofree double *numbers = _neg_doubles_read (reader, PLANE_NUMBERS, &n);
  NegAnnotationPlane *plane;

  _neg_reader_require (reader, n <= 1);
  if (reader->failed || n == 0)
    return NULL;
  plane = g_new (NegAnnotationPlane, 1);
  for (guint i = 0; i < 3; i++) {
    plane->origin_mm[i] = numbers[i];
    plane->x_mm[i] = numbers[3 + i];
    plane->y_mm[i] = numbers[6 + i];
  }
  plane->slab_mm = numbers[9];
  /* A number that is none of them is refused, not rounded to one. */
  plane->projection = numbers[10] == 0 ? 0 : numbers[10] == 1 ? 1 : numbers[10] == 2 ? 2 : G_MAXUINT32;
  _neg_reader_require (reader, !signbit (numbers[10])); /* what is read is written the same */
  return plane;
}

static void
write_annotation (const NegAnnotation *annotation, GByteArray *array)
{
  const gboolean has_place = annotation->points_patient_mm != NULL;

  _neg_fields_write (annotation_fields, G_N_ELEMENTS (annotation_fields), annotation, array);
  neg_write_u64 (array, annotation->changed_us);
  write_plane (annotation->plane, array);
  _neg_doubles_write (annotation->points_px, annotation->n_points, 2, array);
  _neg_doubles_write (annotation->points_patient_mm, has_place ? annotation->n_points : 0, 3, array);
  neg_write_u32 (array, annotation->n_values);
  for (guint i = 0; i < annotation->n_values; i++) {
    neg_write_u32 (array, annotation->values[i].quantity);
    neg_write_double (array, annotation->values[i].value);
    neg_write_string (array, annotation->values[i].unit);
  }
}

static void
read_value (NegAnnotationValue *value, NegReader *reader)
{
  g_autofree char *unit = NULL;

  value->quantity = neg_reader_u32 (reader);
  value->value = _neg_finite_read (reader);
  unit = neg_reader_string (reader);
  _neg_reader_require (reader,
                       value->quantity < NEG_QUANTITY_N && unit != NULL && strlen (unit) < sizeof value->unit);
  if (!reader->failed)
    g_strlcpy (value->unit, unit, sizeof value->unit);
}

static gboolean
text_fits (const char *text)
{
  return text == NULL || strlen (text) <= NEG_ANNOTATION_TEXT_BYTES_MAX;
}

static NegAnnotation *
read_annotation (NegReader *reader)
{
  g_autoptr (NegAnnotation) annotation = neg_annotation_new (NEG_ANNOTATION_PROBE);
  guint32 n_points, n_places, n_values;

  _neg_fields_read (annotation_fields, G_N_ELEMENTS (annotation_fields), annotation, reader);
  annotation->changed_us = neg_reader_u64 (reader);
  annotation->plane = read_plane (reader);
  annotation->points_px = _neg_doubles_read (reader, 2, &n_points);
  annotation->n_points = n_points;
  annotation->points_patient_mm = _neg_doubles_read (reader, 3, &n_places);
  annotation->values = _neg_array_read (reader, VALUE_BYTES_MIN, sizeof (NegAnnotationValue), &n_values);
  annotation->n_values = n_values;
  for (guint32 i = 0; i < n_values && !reader->failed; i++)
    read_value (&annotation->values[i], reader);
  _neg_reader_require (reader, (n_places == 0 || n_places == n_points) && annotation->frame >= 1
                                   && annotation->uid != NULL && text_fits (annotation->text)
                                   && neg_annotation_is_valid (annotation));
  return reader->failed ? NULL : g_steal_pointer (&annotation);
}

void
_neg_annotations_write (GPtrArray *annotations, GByteArray *array)
{
  neg_write_u32 (array, annotations->len);
  for (guint i = 0; i < annotations->len; i++)
    write_annotation (g_ptr_array_index (annotations, i), array);
}

GPtrArray *
_neg_annotations_read (NegReader *reader)
{
  const guint bytes_min
      = _neg_fields_bytes_min (annotation_fields, G_N_ELEMENTS (annotation_fields)) + ANNOTATION_MORE_BYTES;
  guint32 n = neg_reader_count (reader, bytes_min);
  g_autoptr (GPtrArray) annotations = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);

  for (guint32 i = 0; i < n && !reader->failed; i++) {
    NegAnnotation *annotation = read_annotation (reader);

    if (annotation != NULL)
      g_ptr_array_add (annotations, annotation);
  }
  return reader->failed ? NULL : g_steal_pointer (&annotations);
}
