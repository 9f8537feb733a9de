/* What the files of the reading of volumes share. */
#pragma once

#include "reading/neg-volume-reading.h"

G_BEGIN_DECLS

/* What is laid over. */
typedef struct {
  NegVolumeLoad *load; /* nullable: nothing */
  NegVolume *volume;   /* only to be compared; of which images the unit is */
  NegColorMap map;
  double opacity;
  double low, high; /* of the window, in the unit that is shown */
  gboolean has_window; /* a person's own, or one that is known for good */
  guint n_ranged;      /* slices that the window was made of */
  double scale;        /* modality to the unit that is shown */
  char *unit;          /* UCUM; "" unknown */
  char *suv_reason;    /* why there is no SUV; NULL: there is */
} NegLaidOver;

typedef struct {
  NegFourth fourth;
  NegRaycastPreset preset;
  gboolean is_clipped;
  double normal[3], up[3], zoom;

  NegVolume *cached_volume; /* only to be compared; what @cached is of */
  guint n_cached;
  NegRaycastPreset cached_preset;
  NegRaycast cached;
} NegFourthView;

/* The plane as an image, and for which slices it was made. */
typedef struct {
  NegPlaneImage *image; /* nullable */
  NegVolume *volume;    /* reference; nullable */
  guint n_slices;
  gboolean is_coming; /* a thread makes it */
} NegPlaneSlot;

struct _NegVolumeReading {
  GObject parent_instance;

  NegEnginePool *pool;   /* borrowed */
  NegFrameStore *store;  /* nullable */
  NegReading *reading;
  NegMpr *mpr;
  NegVolumeLoad *load;
  NegAnnotations *annotations; /* nullable */

  GPtrArray *lenders; /* NegInstance whose VOI LUTs the views may hold */
  NegPresentation *presentation; /* that was shown where this was opened; nullable */
  const NegLut *presentation_lut; /* of it; nullable */
  gboolean is_presented, presented_inverted;
  gboolean wants_range; /* the file says no window: that of the values */
  guint n_ranged;       /* slices that it was made of */
  gboolean has_suv;
  NegSuv suv;

  NegLaidOver over;
  NegFourthView view;
  NegPlaneSlot slots[NEG_MPR_N_PLANES];
};

void _neg_volume_reading_emit (NegVolumeReading *self, NegVolumeChanges changes);

/* What @series is by now among those of the patient shown; borrowed, NULL where it is none of his any more. */
NegSeries *_neg_volume_reading_find (NegVolumeReading *self, NegSeries *series);

/* The Frame of Reference UID; NULL where there is none. */
const char *_neg_volume_reading_get_space (NegSeries *series);
NegInstance *_neg_volume_reading_get_instance (NegSeries *series); /* of the first image; borrowed */

/* Of all slices that are there, ready or not. */
guint _neg_volume_reading_count (const NegVolume *volume);
guint _neg_volume_reading_count_ready (const NegVolume *volume);
/* The slice that is nearest to the point. */
guint _neg_volume_reading_get_slice (NegVolumeReading *self, const NegVolume *volume);

/* Whether to count a range of values again: the first slices, twice as many, all. */
gboolean _neg_volume_reading_wants_count (const NegVolume *volume, guint n_counted);

gboolean _neg_volume_reading_is_ct (NegSeries *series); /* in Hounsfield units */
gboolean _neg_volume_reading_is_nuclear (NegSeries *series);

/* The window, polarity and tables that the series is opened with. */
void _neg_volume_reading_init_look (NegVolumeReading *self);
/* Values have come: the window follows where nobody has said one. */
void _neg_volume_reading_count_range (NegVolumeReading *self);

void _neg_volume_reading_update_fused (NegVolumeReading *self);
void _neg_volume_reading_clear_fused (NegVolumeReading *self);
void _neg_volume_reading_clear_plane_images (NegVolumeReading *self);

G_END_DECLS
