/* Small volumes for tests: a layout that is easy to change, and voxels by a function of the place. */
#pragma once

#include <math.h>

#include "imaging/neg-reformat.h"

#define BUILDER_SLICES_MAX 160

typedef struct {
  NegVolumeLayout layout;
  NegVolumeSlice slices[BUILDER_SLICES_MAX];
} Builder;

/* @n_slices of columns x rows, spacing 1 x 1 x 1, axial, from the origin, S16, all of slope 1, no thickness said. */
void builder_init (Builder *builder, guint columns, guint rows, guint n_slices);

/* Slices at these places along the normal; the origin of each moves by @shear mm along row, column a mm. */
void builder_place (Builder *builder, const double *distances_mm, const double shear_per_mm[2]);

typedef double (*BuilderStored) (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data);

/* All slices ready. */
NegVolume *builder_build (Builder *builder, BuilderStored get_stored, gpointer user_data);

/* What it would be at a place between the voxels, by a formula of its own: trilinear over true distances, the shear
 * included; the place must be inside the outermost centres. */
double builder_expect_linear (const NegVolume *volume, const double point_mm[3]);
