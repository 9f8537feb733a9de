/* What the pixels say: statistics of a region, the values of a point, and their unit. Values are those after the
 * modality LUT or the frame's rescale, never those of a window, of interpolation or of polarity (imaging pitfalls 3, 4,
 * 6, 31). SUV and the regions of ultrasound are not here. Thread: any, no state. */
#pragma once

#include "imaging/neg-draw.h"
#include "imaging/neg-measure-region.h"

G_BEGIN_DECLS

typedef struct {
  guint64 n_pixels;   /* of the region, inside of the image, that took part */
  guint64 n_left_out; /* that did not: padding, not a number, coloured by a supplemental palette */
  guint64 n_infinite; /* of these: what is missing in a plane out of a volume (neg-plane-image.h) */
  /* NaN where there are too few pixels, not finite where numbers leave the range of a double. */
  double mean, minimum, maximum, sd; /* of a sample: n - 1 */
} NegStatistics;

/* @draw: of the frame, as from neg_draw_init(). Values of integer type are added up exactly. NEG_ERROR_UNSUPPORTED
 * where pixels are colours: RGB, palette, several samples. NEG_ERROR_USAGE for a region that is not valid. */
gboolean neg_measure_statistics (NegStatistics *statistics, const NegDraw *draw, const NegFrame *frame,
                                 const NegRegion *region, GError **error);

#define NEG_PROBE_SAMPLES_MAX 4

typedef struct {
  gboolean is_inside;  /* of the image; else nothing of the rest */
  gboolean is_left_out; /* as of statistics */
  guint n_stored;
  double stored[NEG_PROBE_SAMPLES_MAX];
  double modality; /* NaN where the pixel is a colour or left out */
  guint n_display; /* 1 grey or 3 RGB */
  guint8 display[3]; /* the grey level that is drawn, with the VOI of @draw */
} NegProbe;

/* Of the pixel that the point lies in. */
void neg_measure_probe (NegProbe *probe, const NegDraw *draw, const NegFrame *frame, const double point_px[2]);

/* Of the modality values: a unit, or the type as the object writes it; NULL where nothing says. "HU" only of a CT
 * that is no localizer (C.11.1.1.2; C.8.15.3.10 for Enhanced CT). Borrowed from @instance. */
const char *neg_measure_get_units (const NegInstance *instance, guint32 frame, const NegDraw *draw);

G_END_DECLS
