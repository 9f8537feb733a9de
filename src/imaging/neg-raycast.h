/* Volume rendering for orientation: what a volume looks like from somewhere, shaded; and its MIP from there. Not for
 * measuring, and no picture of it says otherwise. Parallel projection. The CPU code here is the reference; render/ does
 * the same where there is a graphics processor. Thread: any, rows of one picture on several. */
#pragma once

#include "imaging/neg-volume.h"

G_BEGIN_DECLS

typedef enum {
  NEG_RAYCAST_BONE,
  NEG_RAYCAST_VESSELS,
  NEG_RAYCAST_SKIN,
  NEG_RAYCAST_MIP, /* through all of it, grey by the VOI: a PET that turns */
  NEG_RAYCAST_N,
} NegRaycastPreset;

const char *neg_raycast_preset_get_name (NegRaycastPreset preset); /* "bone" ... */
gboolean neg_raycast_preset_from_name (NegRaycastPreset *preset, const char *name);

/* Keeps the half space n·p <= d. */
typedef struct {
  double normal[3]; /* unit */
  double distance_mm;
} NegClip;

#define NEG_RAYCAST_CLIPS_MAX 3
#define NEG_RAYCAST_STOPS_MAX 16

/* Opacity per millimetre and colour by modality value, linear between the stops, beyond them as at the last: what a sample
 * of s mm hides is 1 - (1 - opacity_per_mm)^s, so that a picture does not depend on the step. */
typedef struct {
  double value;
  float red, green, blue, opacity_per_mm;
} NegRaycastStop;

typedef struct _NegRaycastBlocks NegRaycastBlocks;

typedef struct {
  double middle_mm[3], normal[3], up[3]; /* as neg_reformat_init(): looked along normal */
  double pixel_mm;
  double step_mm;    /* along a ray; coarser pictures take longer steps */
  gboolean is_mip;
  NegVoi voi;        /* of a MIP */
  double scale;      /* modality to what the VOI is of */
  gboolean inverted; /* of a MIP: black on white, as PET is read */
  NegRaycastStop stops[NEG_RAYCAST_STOPS_MAX];
  guint n_stops;
  NegClip clips[NEG_RAYCAST_CLIPS_MAX];
  guint n_clips;
  const NegRaycastBlocks *blocks; /* borrowed, nullable: of the same volume; the same picture, sooner */
} NegRaycast;

/* The smallest and largest value in each block of 8 x 8 x 8 voxels: what is empty is skipped. Made once for a volume (500
 * slices of 512 x 512: 2 MiB) and kept by whoever draws it more than once. NULL: no memory. */
NegRaycastBlocks *neg_raycast_blocks_new (const NegVolume *volume);
void neg_raycast_blocks_free (NegRaycastBlocks *blocks);

/* Takes in the slices that have become ready; nothing may be drawn with @blocks meanwhile. A slice that is not taken in
 * yet is not drawn. FALSE: stopped between two slices because *@stop (atomic, nullable) was not 0. */
gboolean neg_raycast_blocks_update (NegRaycastBlocks *blocks, const NegVolume *volume, const gint *stop);

/* Stops of @preset fitted to @volume's values: Hounsfield units where it is a CT (@is_ct), else by its percentiles. */
void neg_raycast_init (NegRaycast *raycast, const NegVolume *volume, NegRaycastPreset preset, gboolean is_ct);

/* Turned by dx, dy pixels of a hand on the picture: about the volume's middle, like a ball. */
void neg_raycast_turn (NegRaycast *raycast, double dx_px, double dy_px);

/* How a ray goes, for the processor and for shaders alike. It runs along the normal; t0 is where it enters both the box of
 * neg_volume_get_box() and all clips, t1 where it leaves the first of them. Samples lie at t0 + (k + 0.5) step_mm below t1,
 * interpolated linearly, and are put together front to back; it ends when 0.995 are hidden.
 * Light comes from the viewer: with g the differences of the values one voxel to each side along the row, the column and the
 * slice's normal (where there is none, the sample's own value), per mm, and e a thousandth of the stops' range of values per
 * mm, the colour is multiplied by 0.3 + 0.7 (|g . normal| + e) / (|g| + e); of the first sample behind a clip by
 * 0.3 + 0.7 |clip . normal|. What nothing hides is black.
 * A MIP is the VOI's output of the largest sample times scale, where there is none 0; then inverted or not.
 *
 * BGRA rows of @picture (4 channels) or grey ones (1 channel, MIP only). Voxels that are missing are empty. With @cell > 1 only
 * one pixel of each cell x cell is computed and fills it: the coarse picture while turning; @first_row and @n_rows are
 * multiples of it but at the end. */
void neg_raycast_draw_rows (const NegRaycast *raycast, const NegVolume *volume, const NegPicture *picture, guint cell,
                            guint first_row, guint n_rows);

/* The place in the patient that the pixel shows: where the ray has become half opaque, or its largest value. FALSE: nothing
 * there. */
gboolean neg_raycast_pick (const NegRaycast *raycast, const NegVolume *volume, guint width, guint height,
                           const double output_px[2], double point_mm[3]);

G_END_DECLS
