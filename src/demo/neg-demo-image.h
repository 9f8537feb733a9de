/* From an entry of the department to stored values. Thread: any; nothing is shared. */
#pragma once

#include "demo/neg-demo-department.h"

G_BEGIN_DECLS

typedef struct {
  guint columns, rows, frames, samples;
  guint bits_allocated, bits_stored;
  gboolean is_signed;
  gsize frame_bytes;
  guint8 *data; /* frames * frame_bytes; little endian, samples of a pixel together */
} NegDemoImage;

#define NEG_DEMO_CT_INTERCEPT (-1024)
#define NEG_DEMO_CT_PADDING (-2000)
#define NEG_DEMO_PET_SLOPE 1.5

/* What was injected, and when: SUV comes out as the phantom says. */
#define NEG_DEMO_PET_DOSE_BQ 350e6
#define NEG_DEMO_PET_HALF_LIFE_S 6586.2
#define NEG_DEMO_PET_WAIT_S 3600

gboolean neg_demo_image_init (NegDemoImage *image, const NegDemoSeries *series, guint samples, guint bits_allocated,
                              guint bits_stored, GError **error);
void neg_demo_image_clear (NegDemoImage *image);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegDemoImage, neg_demo_image_clear)

/* Where the slice of an object lies; @values may be NULL. */
void neg_demo_slice_init (NegDemoPlane *plane, const NegDemoSeries *series, guint index, float *values);

/* The object @index of the series, from 0. */
gboolean neg_demo_render (NegDemoImage *image, const NegDemoPatient *patient, const NegDemoSeries *series, guint index,
                          GError **error);

/* The kinds, one file each. They fill an image that has been made. */
gboolean neg_demo_render_slice (NegDemoImage *image, const NegDemoPatient *patient, const NegDemoSeries *series,
                                guint index);
gboolean neg_demo_render_projection (NegDemoImage *image, const NegDemoPatient *patient, const NegDemoSeries *series);
gboolean neg_demo_render_mammogram (NegDemoImage *image, const NegDemoSeries *series, guint view);
void neg_demo_render_ultrasound (NegDemoImage *image, const NegDemoSeries *series);
gboolean neg_demo_render_angiogram (NegDemoImage *image, const NegDemoSeries *series);
void neg_demo_render_photo (NegDemoImage *image, const NegDemoSeries *series);

static inline void
neg_demo_image_put (NegDemoImage *image, gsize at, double value, double low, double high)
{
  gint32 stored = (gint32) (CLAMP (value, low, high) + (value < 0 ? -0.5 : 0.5));

  image->data[2 * at] = (guint8) (stored & 0xff);
  image->data[2 * at + 1] = (guint8) (stored >> 8 & 0xff);
}

static inline guint8
neg_demo_byte (double value)
{
  return (guint8) (CLAMP (value, 0, 255) + 0.5);
}

G_END_DECLS
