/* Modules that only some images have, as the object says it. Owned by the NegInstance they belong to.
 * Five origins are in use here, each as its clause has it; convert before you compare. Thread: as NegInstance. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One plane of an overlay (PS3.3 C.9.2), group 60xx. */
typedef struct {
  guint16 group; /* 0x6000 to 0x601E, even */
  guint32 rows, columns;
  gint32 origin_row, origin_column; /* of the image's first pixel is 1, 1; may be less or beyond the image */
  guint32 n_frames;     /* at least 1 */
  guint32 first_frame;  /* (60xx,0051): the image frame that the first overlay frame belongs to, from 1; 0: the one
                         * overlay frame belongs to all */
  gboolean is_roi;      /* type R, else G */
  char *label, *description;  /* nullable */
  char *activation_layer;     /* (60xx,1001), of a presentation state; nullable */
  gboolean is_embedded; /* in unused bits of the pixels, retired in 2004: @bit_position counts, no @bits */
  guint bit_position;
  gsize n_bytes;        /* of @bits: at least (rows * columns * n_frames + 7) / 8 */
  guint8 *bits;         /* lowest bit first, rows and frames not padded; NULL when embedded */
} NegOverlayPlane;

void neg_overlay_plane_clear (NegOverlayPlane *plane);

/* Whether the plane covers pixel (@column, @row), from 0 of the image, in image frame @frame (from 0). FALSE for
 * embedded planes and for what is outside. */
gboolean neg_overlay_plane_get (const NegOverlayPlane *plane, guint32 frame, guint32 column, guint32 row);

/* Display shutter (C.7.6.11) and bitmap display shutter (C.7.6.15). All shapes hold together: the least image remains.
 * Edges are numbers of pixel rows and columns, from 1. */
typedef struct {
  gboolean has_rectangle, has_circle;
  gint32 left, right, top, bottom;      /* the pixels between the edges remain; the edge lines themselves, too */
  gint32 circle_row, circle_column, circle_radius_px; /* radius counted along a row */
  guint32 n_vertices;
  gint32 *vertices;    /* row, column pairs of a closed polygon */
  guint16 bitmap_group; /* the overlay whose ones cover; 0: none */
  gboolean has_value;
  guint16 value;       /* P-value 0 to 0xFFFF of what is covered; absent: black */
  gboolean has_color;  /* goes before the value where there are colours */
  double color_lab[3]; /* (0018,1624): L*, a*, b* */
} NegShutter;

void neg_shutter_clear (NegShutter *shutter);
gboolean neg_shutter_is_set (const NegShutter *shutter);

/* One calibrated region of an ultrasound image (C.8.5.5). Places are pixels from 0, ends included. */
typedef struct {
  guint32 frame; /* from 1: a region of this frame only; 0: of all */
  guint32 x0, y0, x1, y1;
  guint16 x_units, y_units;      /* C.8.5.5.1.15: 0 none, 3 cm, 4 s, 5 Hz, 7 cm/s ... */
  double x_delta, y_delta;       /* units per pixel, may be negative */
  gboolean has_reference;
  gint32 reference_x, reference_y; /* relative to x0, y0; may be negative */
  double reference_x_value, reference_y_value;
  guint16 spatial_format;        /* 1 2D, 2 M-mode, 3 spectral, 4 waveform, 5 graphics */
  guint16 data_type;
  guint32 flags;
} NegUltrasoundRegion;

/* One real world value mapping (C.7.6.16.2.11), on stored values. */
typedef struct {
  guint32 frame; /* from 1; 0: of all */
  double first_mapped, last_mapped;
  double slope, intercept; /* without a table */
  guint32 n_entries;       /* 0: no table */
  double *entries;
  char *label, *explanation;
  char *units_code, *units_meaning; /* UCUM */
} NegRealWorldMap;

void neg_real_world_map_clear (NegRealWorldMap *map);

/* Mask subtraction (C.7.6.10). */
typedef enum {
  NEG_MASK_NONE,
  NEG_MASK_AVG_SUB,
  NEG_MASK_TID,
  NEG_MASK_REV_TID,
} NegMaskOperation;

typedef struct {
  NegMaskOperation operation;
  guint32 n_ranges;
  guint32 *ranges;      /* applicable frame range: pairs, from 1; none: all frames */
  guint32 n_mask_frames;
  guint32 *mask_frames; /* from 1 */
  double shift_px[2];   /* mask sub-pixel shift: row, column */
  gint32 tid_offset;    /* REV_TID and TID; 1 where absent */
} NegMaskItem;

void neg_mask_item_clear (NegMaskItem *item);

/* What SUV needs of a PET image (C.8.9, C.8.22.4); texts as they are in the object. */
typedef struct {
  gboolean is_present;  /* a PET image */
  char *units, *suv_type, *corrected_image, *decay_correction; /* values joined by backslash; nullable */
  double weight_kg, height_m;             /* NaN: absent */
  double total_dose, half_life_s;         /* as the object's IOD counts: Bq, MBq in Enhanced PET; NaN: absent */
  gboolean is_enhanced;
  gboolean has_several_tracers; /* the numbers are the first one's */
  char *decay_correction_datetime; /* (0018,9701), Enhanced PET; nullable */
  char *injection_datetime, *injection_time; /* (0018,1078), (0018,1072) */
  double frame_reference_time_ms, actual_frame_duration_ms; /* NaN: absent */
  char *ge_reference_datetime;            /* (0009,xx0d) of GEMS_PETD_01 */
  double philips_suv_factor, philips_activity_factor; /* (7053,xx00), (7053,xx09) of Philips PET Private Group */
  char *timezone; /* (0008,0201) */
} NegPetInfo;

G_END_DECLS
