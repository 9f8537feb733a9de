/* The fast way of cutting planes out of volumes: tiles of neighbouring pixels, which need nearly the same voxels. Rows of
 * eight voxels are loaded once for all pixels of a tile, and each takes its two out of the register.
 *
 * Coordinates are of voxel centres (the first at 0), from a corner that no pixel of the tile lies below: whole voxels and
 * a fraction in fixed point, so that a tile is at the same place however the picture is cut, and what is added to it for a
 * pixel is so small that single precision is enough. */
#pragma once

#include "imaging/neg-reformat-private.h"

G_BEGIN_DECLS

#define NEG_TILE_LANES_MAX 16
#define NEG_TILE_COLUMNS 4
#define NEG_TILE_ROW_VOXELS 8 /* loaded of each row */
#define NEG_TILE_VOXELS_MAX 8 /* rows, or slices, of a tile */
#define NEG_TILE_SPAN_MAX 5.9 /* in voxels: the outermost pixel still has both voxels within the eight */

typedef enum {
  NEG_WAY_NONE, /* for any processor */
  NEG_WAY_AVX2,
  NEG_WAY_AVX512,
  NEG_WAY_N,
} NegWay;

/* How voxels come to signed 16 bit, which is what is multiplied. */
typedef enum {
  NEG_VOXELS_S16,
  NEG_VOXELS_U16,
  NEG_VOXELS_8,
} NegVoxels;

/* Between a slice and the next. */
typedef enum {
  NEG_CELL_JOINED, /* interpolated */
  NEG_CELL_SPLIT,  /* each slice reaches to the middle: one is not there */
  NEG_CELL_GAP,    /* each reaches as far as its half */
} NegCell;

/* Whole voxels above 32 bits of fraction. Index 0: along a row, 1: down a column, 2: through the slices, in mean distances
 * of them from the first one. */
typedef gint64 NegFixed;

typedef struct {
  const NegReformat *reformat;
  const NegVolume *volume;
  guint width, first_row, n_rows;
  float *values;
  guint8 *covers; /* nullable */

  guint n_samples;
  gboolean is_nearest, is_smallest, is_mean; /* is_smallest: of what is added up, whose sign is turned */
  NegVoxels voxels;
  gint16 flip; /* exclusive or that makes them signed */
  gboolean has_padding;
  gint16 padding_low, padding_high;
  float scale, offset; /* from what is added up to the modality value */

  guint tile_columns, tile_rows; /* pixels; fewer than lanes where they lie far apart: some lanes are double then */
  NegFixed origin[3], tile_x[3], tile_y[3], sample[3]; /* the corner of the first tile; from one to the next */
  float lanes[3][NEG_TILE_LANES_MAX]; /* from a tile's corner */
  float span[3];

  double depth_unit_mm;
  double low, high; /* the ends of the volume, in distances from the first slice */
  double margin_px; /* how far slices may lie beside the line that is taken for all of them */
  gboolean is_simple; /* slices all there, straight, at the same distances, of the same rescale */
  /* Otherwise, of each slice: */
  double *places;             /* in distances */
  float *inverses;            /* 1 / the distance to the next */
  double *aside[2];           /* beside the line; NULL: on it */
  guint8 *cells;              /* NegCell, one less than slices */
  gboolean *ready;
  float *scales, *offsets;   /* NULL: the same for all */
} NegTilePlan;

/* Tiles [first, end) of a row of them; @inside: every voxel that is loaded is in the volume, and so is every pixel. */
typedef struct {
  guint row, first, end;
  gboolean inside;
} NegTileRun;

typedef void (*NegTileFunc) (const NegTilePlan *plan, const NegTileRun *run);

typedef struct {
  guint n_lanes;
  NegTileFunc draw;
} NegTileWay;

extern const NegTileWay _neg_tile_way_none;
#ifdef __x86_64__
extern const NegTileWay _neg_tile_way_avx2, _neg_tile_way_avx512;
#endif

gboolean _neg_reformat_has_way (NegWay way);
NegWay _neg_reformat_choose_way (void);
gboolean _neg_reformat_rows_by (NegWay way, const NegReformat *reformat, const NegVolume *volume, guint width,
                                float *values, guint8 *covers, guint first_row, guint n_rows);

/* FALSE where tiles cannot do it. */
gboolean _neg_tile_plan_init (NegTilePlan *plan, guint n_lanes, const NegReformat *reformat, const NegVolume *volume);
void _neg_tile_plan_clear (NegTilePlan *plan);

/* --- what a tile needs of the slices it lies among --- */

typedef struct {
  guint first, n_cells; /* slices are one more */
  float start[NEG_TILE_VOXELS_MAX], inverse[NEG_TILE_VOXELS_MAX];
  float z;              /* the corner, from the first slice */
  float low, high;      /* the ends of the volume, from the first slice */
  gboolean is_joined;   /* all of its cells */
} NegTileWindow;

/* FALSE where they are too many. */
gboolean _neg_tile_window_init (NegTileWindow *window, const NegTilePlan *plan, NegFixed z, guint hint);

/* The pixels of a tile that are wanted, from its lanes: which have a value, which would have one. */
void _neg_tile_store (const NegTilePlan *plan, guint tile_row, guint tile, const float *of_lanes, guint any,
                      guint missing);

/* Pixels of a tile, each by the general way. */
void _neg_tile_draw_general (const NegTilePlan *plan, guint tile_row, guint tile);

G_END_DECLS
