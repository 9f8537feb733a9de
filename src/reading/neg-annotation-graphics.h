/* Annotations as graphics of a presentation state, for readers that know no measurement. Thread: any. */
#pragma once

#include "model/neg-annotation.h"
#include "model/neg-presentation.h"

G_BEGIN_DECLS

#define NEG_LAYER_OVERLAYS "OVERLAYS"
#define NEG_LAYER_MEASUREMENTS "MEASUREMENTS"

/* Those of @annotations (nullable, of NegAnnotation) that are on an image which @presentation is about, with their
 * numbers as text; and the layers that it uses. */
void neg_presentation_add_annotations (NegPresentation *presentation, const GPtrArray *annotations);
/* Adds those layers that the state names and does not have, in white; measurements above all others. */
void neg_presentation_define_layers (NegPresentation *presentation);

G_END_DECLS
