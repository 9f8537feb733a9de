#include "neg-fuzz.h"

#include <math.h>
#include <string.h>

#include "reading/neg-annotations.h"

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  g_autoptr (NegAnnotation) annotation = neg_annotation_new (NEG_ANNOTATION_FREEHAND);
  guint n = (guint) g_rand_int_range (random, 3, 12);
  double points_px[2 * 12];
  const NegAnnotationValue values[] = { { NEG_QUANTITY_AREA, 1e-300, "mm2" }, { NEG_QUANTITY_MEAN, -7.5, "[hnsf'U]" } };
  g_autofree char *text = NULL;

  for (guint i = 0; i < 2 * n; i++)
    points_px[i] = g_rand_double_range (random, -10, 5000);
  neg_annotation_set_points (annotation, points_px, n);
  annotation->points_patient_mm = g_new0 (double, 3 * n);
  annotation->uid = g_strdup ("2.25.1");
  annotation->study_uid = g_strdup ("1.2.3");
  annotation->sop_instance_uid = g_strdup ("1.2.3.4");
  annotation->text = g_strdup ("[größer] %");
  annotation->calibration = g_strdup ("patient");
  neg_annotation_set_values (annotation, values, G_N_ELEMENTS (values));
  text = neg_annotation_to_text (annotation);
  return g_byte_array_append (g_byte_array_new (), (const guint8 *) text, (guint) strlen (text));
}

/* What was taken can be kept, and is the same when it is read again. */
static void
check (const NegAnnotation *annotation)
{
  g_autofree char *text = neg_annotation_to_text (annotation), *text_again = NULL;
  g_autoptr (NegAnnotation) again = neg_annotation_from_text (text, strlen (text), NULL);

  g_assert_true (neg_annotation_is_valid (annotation));
  g_assert_cmpuint (annotation->frame, >, 0);
  for (guint i = 0; i < annotation->n_values; i++)
    g_assert_true (isfinite (annotation->values[i].value));
  for (guint i = 0; annotation->points_patient_mm != NULL && i < 3 * annotation->n_points; i++)
    g_assert_true (isfinite (annotation->points_patient_mm[i]));
  g_assert_nonnull (again);
  text_again = neg_annotation_to_text (again);
  g_assert_cmpstr (text_again, ==, text);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegAnnotation) annotation
      = neg_annotation_from_text (size > 0 ? (const char *) data : "", size, &error);

  g_assert_true ((annotation == NULL) == (error != NULL));
  if (annotation != NULL)
    check (annotation);
  return 0;
}
