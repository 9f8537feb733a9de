/* What only a whole data set tells of an object: doses of a radiation report, and what is odd about its elements. Thread: any. */
#pragma once

#include "quality/neg-quality.h"
#include "wire/neg-tags.h"

G_BEGIN_DECLS

/* Radiation dose reports, whose doses are nowhere but in their content. */
gboolean neg_quality_is_dose_report (const NegObjectRecord *record);

/* Sets dose and oddities of @object. */
void neg_quality_object_take_tags (NegQualityObject *object, const NegTags *tags);

G_END_DECLS
