/* A frame as rows of numbers, and what is found in it. Thread: any. */
#pragma once

#include "quality/neg-quality-pixels.h"

G_BEGIN_DECLS

typedef struct {
  NegFrameFormat format;
  const guint8 *pixels;
  gboolean has_padding;
  float padding;
  gboolean is_projection;
  gboolean is_inverse; /* MONOCHROME1: much exposure is a high value */
} NegPixelSource;

/* What is inside the collimation; right and bottom are the first outside. */
typedef struct {
  guint left, top, right, bottom;
} NegPixelField;

/* Row @y as one value a pixel: of colours the strongest sample; padding is NaN. */
void neg_pixel_source_read_row (const NegPixelSource *source, guint y, float *row);

/* The part of a radiograph that was exposed, by its straight edges; all of the image where none are found. */
void neg_pixel_field_find (const NegPixelSource *source, NegPixelField *field);

/* Rows of thin strokes at the image's highest value, as text is written into pixels. @highest: that value. */
gboolean neg_pixel_text_find (const NegPixelSource *source, float highest);

G_END_DECLS
