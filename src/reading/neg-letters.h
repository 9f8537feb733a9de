/* Where the edges of a picture point to in the patient, as it is seen: turned, mirrored, oblique
 * (imaging-correctness D; PS3.3 C.7.6.2.1.1, C.7.6.1.1.1). Thread: any, no state. */
#pragma once

#include "imaging/neg-draw.h"

G_BEGIN_DECLS

typedef enum {
  NEG_EDGE_TOP,
  NEG_EDGE_RIGHT,
  NEG_EDGE_BOTTOM,
  NEG_EDGE_LEFT,
  NEG_N_EDGES,
} NegEdge;

#define NEG_LETTERS_BYTES 8

/* By the cosines of the frame, else by Patient Orientation, else empty. A direction that is not along a row or column
 * of the image (@affine turns by something else than quarters) takes those of the nearest. */
void neg_letters_init (char letters[NEG_N_EDGES][NEG_LETTERS_BYTES], const NegInstance *instance, guint32 frame,
                       const NegAffine *affine);

/* Of a picture out of a volume: unit directions of the patient to the right and downwards. */
void neg_letters_init_for_directions (char letters[NEG_N_EDGES][NEG_LETTERS_BYTES], const double right[3],
                                      const double down[3]);

G_END_DECLS
