/* Where an image is, from its record's texts. Thread: any. */
#pragma once

#include "quality/neg-quality-private.h"

G_BEGIN_DECLS

typedef struct {
  gboolean has_position, has_orientation;
  double position_mm[3];
  double row[3], column[3], normal[3]; /* cosines; the normal is row x column */
  double along_mm;                     /* the position along the normal */
} NegQualityPlace;

void neg_quality_place_init (NegQualityPlace *place, const NegQualityObject *object);
/* Planes that are parallel, to a degree. */
gboolean neg_quality_place_is_parallel (const NegQualityPlace *a, const NegQualityPlace *b);

G_END_DECLS
