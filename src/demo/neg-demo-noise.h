/* Randomness without a generator: every number is a hash of where it is, so a slice comes out the same whatever thread
 * makes it and in whatever order. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint32 neg_demo_hash (gint32 x, gint32 y, gint32 z, guint32 seed);

/* 0 (included) to 1 (excluded). */
double neg_demo_random (guint32 seed, guint32 index);

/* A smooth field in space between -1 and 1 whose features are about @scale_mm wide; @octaves finer ones are added. */
float neg_demo_field (const double point_mm[3], double scale_mm, guint octaves, guint32 seed);

typedef enum {
  NEG_DEMO_GRAIN_SHARP, /* a hard reconstruction kernel, a detector */
  NEG_DEMO_GRAIN_SOFT,  /* a soft kernel: neighbours have their noise in common */
} NegDemoGrain;

/* Gaussian noise of standard deviation @deviation. Gives FALSE when memory is short. */
gboolean neg_demo_add_noise (float *values, guint columns, guint rows, NegDemoGrain grain, float deviation,
                             guint32 seed);

/* As the magnitude of a complex signal: what MR makes of it (Rician). */
void neg_demo_add_rician (float *values, guint columns, guint rows, float deviation, guint32 seed);

G_END_DECLS
