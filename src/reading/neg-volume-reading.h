/* What a window shows of volumes: the one that is read in three planes and a free view, the one that is laid over it (PET over
 * CT), and what the fourth viewport shows. Widgets observe it. Never two patients: both volumes are of one study and one
 * frame of reference. Thread: main. */
#pragma once

#include "imaging/neg-color-map.h"
#include "imaging/neg-raycast.h"
#include "imaging/neg-suv.h"
#include "pipeline/neg-volume-load.h"
#include "reading/neg-annotations.h"
#include "reading/neg-mpr.h"
#include "reading/neg-plane-image.h"
#include "reading/neg-reading.h"

G_BEGIN_DECLS

typedef enum {
  NEG_FOURTH_OBLIQUE,   /* the free plane */
  NEG_FOURTH_RENDERING, /* shaded: bone, vessels, skin */
  NEG_FOURTH_MIP,       /* of the volume that is laid over, else of the one that is read; turns */
  NEG_FOURTH_N,
} NegFourth;

typedef enum {
  NEG_VOLUME_SLICES = 1 << 0,  /* more slices, or one failed */
  NEG_VOLUME_FUSION = 1 << 1,  /* another volume laid over, opacity, colours, window, its slices */
  NEG_VOLUME_FOURTH = 1 << 2,  /* what the fourth viewport shows, or from where */
  NEG_VOLUME_SERIES = 1 << 3,  /* another series is read */
} NegVolumeChanges;

#define NEG_TYPE_VOLUME_READING (neg_volume_reading_get_type ())
G_DECLARE_FINAL_TYPE (NegVolumeReading, neg_volume_reading, NEG, VOLUME_READING, GObject)

/* Of @series, which must be of @reading's patient; its point, where one is set and of the same frame of reference, is where it
 * begins. Fails with the reason why it is no volume. Signal "changed" (guint changes): NegVolumeChanges; what the planes
 * are says the NegMpr. */
NegVolumeReading *neg_volume_reading_new (NegEnginePool *pool, NegFrameStore *store, NegReading *reading,
                                          NegSeries *series, GError **error);

NegMpr *neg_volume_reading_get_mpr (NegVolumeReading *self);
NegSeries *neg_volume_reading_get_series (NegVolumeReading *self);
NegVolumeLoad *neg_volume_reading_get_load (NegVolumeReading *self);

/* Another phase or another series: planes and point stay where the frame of reference is the same. */
gboolean neg_volume_reading_set_series (NegVolumeReading *self, NegSeries *series, GError **error);
/* The series grew while it arrived, or @reading has lost it (then FALSE: this view is over). */
gboolean neg_volume_reading_update (NegVolumeReading *self);

/* The image that is nearest to the point (headers, captions); its index in the series. */
guint neg_volume_reading_get_index (NegVolumeReading *self);

/* How the volume's values are looked at in a plane: VOI, polarity, presentation LUT of the nearest image; of modality values as
 * they come from neg_reformat_rows(). Its transform is one to one. Borrows. FALSE without a volume. */
gboolean neg_volume_reading_get_look (NegVolumeReading *self, NegMprPlane plane, NegDraw *look);

/* --- Laid over --- */

/* Series of the same study and frame of reference that can be: NegSeries, given; PET first. */
GPtrArray *neg_volume_reading_list_fusable (NegVolumeReading *self);
/* Nullable: nothing laid over. */
gboolean neg_volume_reading_set_fused (NegVolumeReading *self, NegSeries *series, GError **error);
NegSeries *neg_volume_reading_get_fused (NegVolumeReading *self); /* borrowed, nullable */
NegVolumeLoad *neg_volume_reading_get_fused_load (NegVolumeReading *self);
/* What neg_fusion_draw_rows() wants; FALSE: nothing laid over, or nothing of it is there yet. */
gboolean neg_volume_reading_get_fusion (NegVolumeReading *self, NegMprPlane plane, NegFusion *fusion);
void neg_volume_reading_set_opacity (NegVolumeReading *self, double opacity);
double neg_volume_reading_get_opacity (NegVolumeReading *self);
void neg_volume_reading_set_color_map (NegVolumeReading *self, NegColorMap map);
NegColorMap neg_volume_reading_get_color_map (NegVolumeReading *self);
/* In the unit that is shown: SUV where the header allows it (unit "g/ml"), else the modality's. */
void neg_volume_reading_set_fused_window (NegVolumeReading *self, double low, double high);
void neg_volume_reading_get_fused_window (NegVolumeReading *self, double *low, double *high);
const char *neg_volume_reading_get_fused_unit (NegVolumeReading *self); /* UCUM; borrowed, "" unknown */
/* Why there is no SUV; borrowed, NULL where there is. */
const char *neg_volume_reading_get_suv_reason (NegVolumeReading *self);

/* --- The fourth viewport --- */

void neg_volume_reading_set_fourth (NegVolumeReading *self, NegFourth fourth);
NegFourth neg_volume_reading_get_fourth (NegVolumeReading *self);
void neg_volume_reading_set_preset (NegVolumeReading *self, NegRaycastPreset preset); /* bone, vessels, skin */
NegRaycastPreset neg_volume_reading_get_preset (NegVolumeReading *self);
/* Cut away in front of the three planes. */
void neg_volume_reading_set_clipped (NegVolumeReading *self, gboolean clipped);
gboolean neg_volume_reading_is_clipped (NegVolumeReading *self);
void neg_volume_reading_turn (NegVolumeReading *self, double dx_px, double dy_px);
void neg_volume_reading_zoom (NegVolumeReading *self, double factor);
void neg_volume_reading_fit (NegVolumeReading *self); /* all of it in sight again */
/* From the front, the left, ... : a normal and an up of the patient. */
void neg_volume_reading_look_from (NegVolumeReading *self, const double normal[3], const double up[3]);
/* A turn about the patient's axis, one in @period_s, by whoever has a frame clock: neg_volume_reading_turn_about(). */
void neg_volume_reading_turn_about (NegVolumeReading *self, double angle_rad);
/* For @width x @height output pixels, all of it in sight at first. *@volume borrowed. FALSE: nothing there yet. */
gboolean neg_volume_reading_get_raycast (NegVolumeReading *self, guint width, guint height, NegRaycast *raycast,
                                         NegVolume **volume);

/* --- Measuring --- */

/* Where annotations are looked for, so that a plane that has some gets its name back; nullable, a reference is taken. */
void neg_volume_reading_set_annotations (NegVolumeReading *self, NegAnnotations *annotations);

/* The plane of the point as an image, made when it is asked for (a few milliseconds; @wait FALSE: NULL where it would take
 * longer, a thread makes it and "changed" (NEG_VOLUME_SLICES) tells). Borrowed until the plane changes. */
NegPlaneImage *neg_volume_reading_get_plane_image (NegVolumeReading *self, NegMprPlane plane, gboolean wait,
                                                   GError **error);
/* SUV factor of the volume that is read; FALSE where it is no PET or the header does not allow it. */
gboolean neg_volume_reading_get_suv (NegVolumeReading *self, NegSuv *suv);

G_END_DECLS
