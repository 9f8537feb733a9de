/* What of a picture is covered while fiction is on, for text that is part of its pixels (PS3.3 C.7.6.1.1.9: Burned In
 * Annotation) cannot be replaced. An image that may hold such text is covered as a whole until a person has drawn boxes over
 * it, or said that there is none; that holds for all images of the series with as many rows and columns, while the program
 * runs. Thread: main. */
#pragma once

#include "imaging/neg-layers.h"
#include "model/neg-instance.h"
#include "pipeline/neg-series.h"
#include "reading/neg-volume-reading.h"

G_BEGIN_DECLS

typedef struct {
  double x, y, width, height; /* image pixels; the corner of the first pixel is 0, 0 */
} NegCoverBox;

#define NEG_COVER_BOXES_MAX 64

typedef enum {
  NEG_COVER_NONE,
  NEG_COVER_BOXES, /* what a person has drawn, maybe nothing */
  NEG_COVER_ALL,
} NegCoverExtent;

/* Whether it may hold text: what does not come straight from a scanner or a detector, and what says so. */
gboolean neg_cover_may_hold_text (const NegInstance *instance);

/* What has to be covered now; NONE while fiction is off. @boxes (borrowed until the next change) and @n: nullable. */
NegCoverExtent neg_cover_get (const NegInstance *instance, const NegCoverBox **boxes, guint *n);
/* Of a frame as it may be shown while fiction is on: without drawings, which may be letters, and with the boxes. */
NegLayers *neg_cover_new_layers (const NegInstance *instance, guint32 frame, const NegPresentation *presentation);
/* Planes, renderings and small pictures mix pixels, and hold drawings: covered as long as an image of the series may hold
 * text, or has drawings, whatever was confirmed. */
gboolean neg_cover_hides_series (NegSeries *series);
gboolean neg_cover_hides_volumes (NegVolumeReading *volumes);

/* A person's word for the series: @n boxes, cut to the image; 0: there is nothing to cover. */
void neg_cover_confirm (const NegInstance *instance, const NegCoverBox *boxes, guint n);
void neg_cover_take_back (const NegInstance *instance);
/* What was confirmed, fiction or not; NULL: nobody has said anything yet. Borrowed. */
const NegCoverBox *neg_cover_get_confirmed (const NegInstance *instance, guint *n);

G_END_DECLS
