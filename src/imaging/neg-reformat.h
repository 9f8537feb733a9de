/* Planes and slabs out of a volume: which value is where on a picture that lies anywhere in the patient.
 *
 * Values are the modality's, interpolated after the modality transform; padding takes no part (where the nearest voxel is
 * padding the pixel is, else the weights of the others are renormalised); NaN where there is nothing to show.
 *
 * The general way is the reference: every sample on its own, in double. The fast ways give the same to single precision
 * (at most 1e-4 of the range of the stored values, and the same NaN but for samples that lie within 1e-4 voxels of an
 * edge). Which one runs is chosen by the processor; NEGATOSCOPE_SIMD=none|avx2|avx512 (not more than it has) forces one.
 * Thread: any. */
#pragma once

#include "imaging/neg-volume.h"

G_BEGIN_DECLS

typedef enum {
  NEG_PROJECTION_MIP,   /* the largest */
  NEG_PROJECTION_MINIP, /* the smallest */
  NEG_PROJECTION_MEAN,
  NEG_PROJECTION_N,
} NegProjection;

const char *neg_projection_get_name (NegProjection projection); /* "mip" "minip" "mean" */
gboolean neg_projection_from_name (NegProjection *projection, const char *name);

typedef struct {
  double origin_mm[3]; /* the output point 0, 0: the outer corner of the first pixel, in the middle of the slab */
  double x_mm[3], y_mm[3]; /* one output pixel to the right, and downwards */
  guint n_samples;     /* through the slab, at least 1 */
  double step_mm[3];   /* from one to the next, away from the viewer; the plane is in the middle of them */
  NegProjection projection; /* of more than one */
  NegInterpolation interpolation; /* of each sample */
} NegReformat;

#define NEG_REFORMAT_SAMPLES_MAX 4096

/* A plane seen along @normal with @up upwards (both unit and perpendicular; the right is normal x up, commands.md), with
 * @middle_mm in the middle of @width x @height pixels of @pixel_mm. Linear, one sample. */
void neg_reformat_init (NegReformat *reformat, const double middle_mm[3], const double normal[3], const double up[3],
                        guint width, guint height, double pixel_mm);

/* A slab of @thickness_mm along the plane's normal; 0: the plane alone. It is cut into layers of the same thickness, at most
 * @volume's spacing along the normal, and sampled in the middle of each: 3 mm of slices 1 mm apart are 3 samples. */
void neg_reformat_set_slab (NegReformat *reformat, const NegVolume *volume, double thickness_mm,
                            NegProjection projection);

double neg_reformat_get_pixel_mm (const NegReformat *reformat);
void neg_reformat_get_normal (const NegReformat *reformat, double normal[3]); /* unit, away from the viewer */
void neg_reformat_to_patient (const NegReformat *reformat, const double output_px[2], double point_mm[3]);
/* The foot of the point on the plane; returns how far it is behind it. */
double neg_reformat_to_output (const NegReformat *reformat, const double point_mm[3], double output_px[2]);

/* What a pixel shows; the caller draws what is missing so that it is seen. */
typedef enum {
  NEG_COVER_OUTSIDE, /* no volume here, or padding */
  NEG_COVER_WHOLE,
  NEG_COVER_PARTLY,  /* some samples of the slab lie in a gap, the value is of the others */
  NEG_COVER_MISSING, /* it would be here */
} NegCover;

/* Rows [first_row, first_row + n_rows) of a picture of @width columns: @values (width x all rows; the rows are written at
 * their place) and, where @covers is not NULL, a NegCover each. A volume without gaps has no PARTLY and no MISSING. */
void neg_reformat_rows (const NegReformat *reformat, const NegVolume *volume, guint width, float *values,
                        guint8 *covers, guint first_row, guint n_rows);

/* Always the general way, and one pixel of it. */
void neg_reformat_rows_general (const NegReformat *reformat, const NegVolume *volume, guint width, float *values,
                                guint8 *covers, guint first_row, guint n_rows);
float neg_reformat_get_value (const NegReformat *reformat, const NegVolume *volume, const double output_px[2],
                              NegCover *cover);

/* "avx512", "avx2", "none": what this process uses. */
const char *neg_reformat_get_way (void);

G_END_DECLS
