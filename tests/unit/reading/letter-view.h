/* One image in a view, turned and mirrored at will, and the letters at its edges. */
#pragma once

#include "reading/neg-letters.h"
#include "reading/neg-view-state.h"

G_BEGIN_DECLS

/* Cosines and Patient Orientation, both nullable. Given. */
NegInstance *letter_view_image_new (const double *orientation, const char *patient_orientation);
void letter_view_init (NegViewState *state, NegInstance *instance);
void letter_view_get (const NegViewState *state, char letters[NEG_N_EDGES][NEG_LETTERS_BYTES]);

G_END_DECLS
