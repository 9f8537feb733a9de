#include "config.h"

#include "quality/neg-quality-place.h"

#include <math.h>

#define PARALLEL_COSINE 0.99985 /* one degree */

static gboolean
read_vector (const NegQualityObject *object, NegRecordField field, guint first, double vector[3])
{
  for (guint i = 0; i < 3; i++)
    if (!neg_quality_get_number (object, field, first + i, &vector[i]))
      return FALSE;
  return TRUE;
}

static double
multiply (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void
neg_quality_place_init (NegQualityPlace *place, const NegQualityObject *object)
{
  *place = (NegQualityPlace){ 0 };
  place->has_position = read_vector (object, NEG_RECORD_IMAGE_POSITION, 0, place->position_mm);
  place->has_orientation = read_vector (object, NEG_RECORD_IMAGE_ORIENTATION, 0, place->row)
                           && read_vector (object, NEG_RECORD_IMAGE_ORIENTATION, 3, place->column);
  if (!place->has_orientation)
    return;
  for (guint i = 0; i < 3; i++)
    place->normal[i] = place->row[(i + 1) % 3] * place->column[(i + 2) % 3] - place->row[(i + 2) % 3] * place->column[(i + 1) % 3];
  if (place->has_position)
    place->along_mm = multiply (place->normal, place->position_mm);
}

gboolean
neg_quality_place_is_parallel (const NegQualityPlace *a, const NegQualityPlace *b)
{
  return a->has_orientation && b->has_orientation && multiply (a->normal, b->normal) > PARALLEL_COSINE
         && multiply (a->row, b->row) > PARALLEL_COSINE;
}
