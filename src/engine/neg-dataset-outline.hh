/* What is drawn in a report (SCOORD, C.18.6) as what is drawn here. Private to neg-dataset*.cc. */
#pragma once

#include <string>

#include "engine/neg-dataset-item.hh"
#include "model/neg-annotation.h"

namespace neg {

/* Graphic Data of image coordinates: 0\0 is the corner of the first pixel, as here. */
struct Outline {
  std::string type;
  std::vector<double> points; /* column, row */
  bool is_region = false;     /* of a group as a whole: closed, even where its first point is not its last */
};

/* FALSE when it is none, or has more points than an annotation. */
bool read_outline (const Item &item, Outline *outline);

/* The kind of annotation that looks like @outline, with its points. @values decide between those that look alike, and
 * @hint, the kind that the writer calls it (NEG_ANNOTATION_N_KINDS: none that we know). FALSE: there is none. */
bool shape_outline (const Outline &outline, NegAnnotationKind hint, const std::vector<NegAnnotationValue> &values,
                    NegAnnotationKind *kind, std::vector<double> *points);

} // namespace neg
