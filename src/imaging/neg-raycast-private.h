/* What the files of the ray caster share: blocks, and a volume and a look made ready for rays. */
#pragma once

#include "imaging/neg-raycast.h"

G_BEGIN_DECLS

#define NEG_BLOCK_SHIFT 3
#define NEG_BLOCK_EDGE (1 << NEG_BLOCK_SHIFT)

/* Modality values in it; low > high: nothing. */
typedef struct {
  float low, high;
} NegBlock;

struct _NegRaycastBlocks {
  guint columns, rows, layers; /* how many blocks */
  NegBlock *blocks;
  guint8 *has_padding;         /* one each; values that are not finite are padding */
  guint8 *is_taken;            /* of each slice of the volume */
};

#define NEG_RAY_COLORS 1024

/* Of a sample of one step. */
typedef struct {
  float red, green, blue, alpha;
} NegRayColor;

/* From a slice to the next. Places are three numbers: columns and rows from the centre of the first slice's first voxel,
 * mm along the normal. */
typedef struct {
  float start_mm, inverse_mm;           /* of the slice below; 1 / distance */
  float x, y, x_per_mm, y_per_mm;       /* where the first voxel's centre is */
  float reach_below_mm, reach_above_mm; /* how far either slice is shown where nothing is interpolated */
  guint8 has_below, has_above;          /* slices */
  guint8 is_joined;                     /* interpolated */
} NegRayInterval;

typedef struct {
  const NegVolume *volume;
  const NegRaycast *raycast;
  const NegRaycastBlocks *blocks; /* nullable */

  NegRayInterval *intervals;
  float *slopes, *intercepts; /* of slices */
  guint n_intervals;
  guint *bins; /* the interval at the beginning of each, by distance */
  guint n_bins;
  float bins_per_mm;
  gboolean is_straight;      /* intervals go on alike: rays are straight in voxels too */
  gboolean is_plain;         /* and exactly so, of 16 bit, all there, without padding, of one rescale */
  float first_mm, end_mm;    /* of the volume, along the normal */
  float columns, rows;       /* their numbers, less a half */

  double right_mm[3], down_mm[3], start_mm[3]; /* of a pixel; the outer corner of the first, on the plane of the middle */
  double to_place[3][3];                       /* rows: the three numbers of an offset in the patient */
  double box_mm[6];
  float step[3];                                /* one step along a ray, in the three numbers */
  float view[3];                                /* the ray's direction along the row, the column, the normal */
  float step_voxels[3], steps_per_voxel[3];     /* where all is straight */
  double shear[2];                              /* columns and rows by which the first voxel moves, per mm of the normal */

  NegRayColor colors[NEG_RAY_COLORS];
  guint16 n_opaque[NEG_RAY_COLORS + 1]; /* how many before it hide something */
  float color_first, colors_per_value;
  float flat;   /* differences per mm far below this are no surface */
  float enough; /* of a MIP: larger values look the same */
} NegRayScene;

typedef struct {
  double point_mm[3]; /* on the plane of the middle */
  double t0_mm;
  guint first, end;   /* steps that may lie in the volume */
  float start[3];     /* the three numbers of step 0 */
  float clip_light;   /* of step 0; < 0: it lies behind no clip */
} NegRay;

typedef struct {
  float red, green, blue, alpha; /* put together */
  float value;                   /* of a MIP: the largest; -infinity: none */
  gint half_step;                /* where it has become half opaque, or largest; -1: nowhere */
} NegRayResult;

/* FALSE: no memory, or a look that makes no picture. To be cleared in any case. */
gboolean _neg_ray_scene_init (NegRayScene *scene, const NegRaycast *raycast, const NegVolume *volume, guint width,
                              guint height);
void _neg_ray_scene_clear (NegRayScene *scene);

/* FALSE where it passes by. */
gboolean _neg_ray_init (NegRay *ray, const NegRayScene *scene, double x_px, double y_px);

void _neg_ray_march (const NegRayScene *scene, const NegRay *ray, NegRayResult *result);
/* A MIP where the scene is plain: several samples at once. */
void _neg_ray_march_plain (const NegRayScene *scene, const NegRay *ray, NegRayResult *result);

static inline gsize
_neg_ray_get_block (const NegRaycastBlocks *blocks, const guint voxel[3])
{
  return ((gsize) (voxel[2] >> NEG_BLOCK_SHIFT) * blocks->rows + (voxel[1] >> NEG_BLOCK_SHIFT)) * blocks->columns
         + (voxel[0] >> NEG_BLOCK_SHIFT);
}

/* Blocks are left so much too early: slices may lie that far from the line. */
#define NEG_RAY_EDGE_VOXELS 0.05f

/* How many steps from @at lead out of the block of @voxel; at least 1. Where all is straight. */
static inline guint
_neg_ray_count_skipped (const NegRayScene *scene, const float at[3], const guint voxel[3])
{
  float n = 1e6f;

  for (guint i = 0; i < 3; i++) {
    guint block = voxel[i] >> NEG_BLOCK_SHIFT;
    float edge = scene->steps_per_voxel[i] > 0 ? (float) ((block + 1) << NEG_BLOCK_SHIFT) - NEG_RAY_EDGE_VOXELS
                                               : (float) (block << NEG_BLOCK_SHIFT) + NEG_RAY_EDGE_VOXELS;
    float steps = (edge - at[i]) * scene->steps_per_voxel[i];

    n = MIN (n, steps);
  }
  return n > 1 ? (guint) (int) n : 1;
}

G_END_DECLS
