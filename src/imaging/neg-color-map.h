/* Colours for the outputs of a VOI, and one picture over another: PET over CT. Thread: any, no state. */
#pragma once

#include "imaging/neg-reformat.h"

G_BEGIN_DECLS

/* The well-known ones of PS3.6 Annex B, a rainbow and grey. */
typedef enum {
  NEG_COLOR_MAP_GREY,
  NEG_COLOR_MAP_HOT_IRON,
  NEG_COLOR_MAP_PET,
  NEG_COLOR_MAP_HOT_METAL_BLUE,
  NEG_COLOR_MAP_PET_20_STEP,
  NEG_COLOR_MAP_RAINBOW,
  NEG_COLOR_MAP_N,
} NegColorMap;

const char *neg_color_map_get_name (NegColorMap map); /* "hot-iron" ... */
gboolean neg_color_map_from_name (NegColorMap *map, const char *name);
const guint8 *neg_color_map_get (NegColorMap map); /* 256 x red, green, blue; borrowed for good */

typedef struct {
  const NegVolume *volume; /* borrowed */
  NegVoi voi;              /* of its modality values times @scale */
  double scale;            /* 1, or modality to SUV */
  NegColorMap map;
  double opacity;          /* 0..1 */
  NegProjection projection;
} NegFusion;

/* Lays @fusion over rows of @picture (3 or 4 channels) that are drawn: the same plane as @reformat and a slab as thick, out of
 * its own volume, in layers for its own slices, with its own projection. @values, @covers: scratch of the picture's size.
 * What it has no value for stays as it is; where some or all of it is missing it is marked as neg_cover_draw_rows() marks
 * what is there in part, or a gap would look like a place without uptake.
 *
 * With o = voi (value * scale), 0..1: the colour is entry floor (255 o + 0.5) of the map, its share
 * a = opacity * min (1, 10 o), so that what is below a tenth of the window fades to nothing; each channel becomes
 * floor (picture + (colour - picture) a + 0.5), of levels 0..255. A shader does the same. */
void neg_fusion_draw_rows (const NegFusion *fusion, const NegReformat *reformat, const NegPicture *picture,
                           float *values, guint8 *covers, guint first_row, guint n_rows);

/* The two halves of it: what was sampled is kept while only window, colours or opacity change. @covers: nullable, of a volume
 * without gaps. */
void neg_fusion_sample_rows (const NegFusion *fusion, const NegReformat *reformat, guint width, float *values,
                             guint8 *covers, guint first_row, guint n_rows);
void neg_fusion_blend_rows (const NegFusion *fusion, const float *values, const guint8 *covers,
                            const NegPicture *picture, guint first_row, guint n_rows);

/* What neg_fusion_sample_rows() samples: @reformat's plane, in layers for @fusion's volume. */
void neg_fusion_init_reformat (const NegFusion *fusion, const NegReformat *reformat, NegReformat *own);

/* Marks on rows of a picture what is missing (dark diagonal lines on grey) and what is there in part (thin lines). */
void neg_cover_draw_rows (const guint8 *covers, const NegPicture *picture, guint first_row, guint n_rows);
/* The same of what was laid over the picture: all that is missing of it is in part, as the picture below is there. */
void neg_cover_draw_over_rows (const guint8 *covers, const NegPicture *picture, guint first_row, guint n_rows);

G_END_DECLS
