/* A small volume for the tests of what is shown of one: axial slices, 40 x 50 voxels of 0.5 x 0.8 mm, the first at
 * (-10, -20, its place). The value is column + 100 row + 10000 slice modulo 65536. All slices are ready. */
#pragma once

#include "imaging/neg-volume.h"

G_BEGIN_DECLS

#define FAKE_VOLUME_COLUMNS 40
#define FAKE_VOLUME_ROWS 50

/* Slices at @places_mm; @tilt: how far a slice moves along y for each mm of z. */
NegVolume *fake_volume_new (const double *places_mm, guint n, double tilt);
/* @n of them, 2 mm apart, the first at 5. */
NegVolume *fake_volume_new_even (guint n);

G_END_DECLS
