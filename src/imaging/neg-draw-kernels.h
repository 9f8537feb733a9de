/* The inner loops of drawing: long runs over one row, written so that compilers vectorise them. No decisions here. */
#pragma once

#include "model/neg-frame.h"

G_BEGIN_DECLS

/* One row of samples in the source: @type is of 8 or 16 bit, @step the samples from one pixel to the next. */
typedef struct {
  NegSampleType type;
  const void *samples;
  gsize step;
} NegSourceRow;

/* Pixels first..last (inclusive) of @row into the same places of @line. */
void _neg_kernel_load (const NegSourceRow *row, guint first, guint last, float *line);

/* The same through @table, whose index is the sample's bits read as unsigned. */
void _neg_kernel_load_table (const NegSourceRow *row, const float *table, guint first, guint last, float *line);

/* The same shifted right and clamped to 0..255. */
void _neg_kernel_load_color (const NegSourceRow *row, guint shift, guint first, guint last, float *line);

/* 0 where the sample is in low..high, else 1; FALSE when no sample is. */
gboolean _neg_kernel_load_mask (const NegSourceRow *row, gint32 low, gint32 high, guint first, guint last,
                                float *mask);

typedef struct {
  double base;      /* taken off each value */
  double low, high; /* padding, inclusive; low > high: none. Values that are not finite are padding always. */
  float *line;      /* 0 for padding */
  float *mask;      /* 0 for padding, else 1 */
  gboolean has_padding; /* found */
  float magnitude;      /* largest size on @line */
} NegWideLoad;

/* The same for types of 32 and 64 bit. */
void _neg_kernel_load_wide (const NegSourceRow *row, NegWideLoad *load, guint first, guint last);

void _neg_kernel_multiply (float *values, const float *factors, guint n);

/* out = between line[left] and line[right] by fraction. */
void _neg_kernel_across (const float *line, const gint32 *left, const gint32 *right, const float *fraction, guint n,
                         float *out);
void _neg_kernel_gather (const float *line, const gint32 *index, guint n, float *out);

/* out = between above and below by the same fraction everywhere. */
void _neg_kernel_down (const float *above, const float *below, float fraction, guint n, float *out);

/* values / weights where the weight is not 0. */
void _neg_kernel_normalise (float *values, const float *weights, guint n);

/* Grey levels are rounded by @thresholds, one a pixel: added before the fraction is cut off. */

/* values * scale + offset, clamped to 0..255 and rounded. */
void _neg_kernel_ramp (const float *values, float scale, float offset, const float *thresholds, guint n, guint8 *out);

/* The nearest of @tone's entries (@last + 1 of them, levels 0..255) at values * scale + offset, rounded. */
void _neg_kernel_tone (const float *values, float scale, float offset, const float *tone, guint last,
                       const float *thresholds, guint n, guint8 *out);

/* Between the entries of @table (n_entries + 1 of them, from @first on), clamped and rounded. */
void _neg_kernel_look_up (const float *values, const float *table, guint n_entries, float first,
                          const float *thresholds, guint n, guint8 *out);

/* Black where mask is 0. */
void _neg_kernel_blacken (guint8 *out, const float *mask, guint n);

/* Into the form of a picture: 1, 3 (RGB) or 4 (BGRA) bytes each. */
void _neg_kernel_put_grey (const guint8 *grey, guint channels, guint n, guint8 *out);
void _neg_kernel_put_rgb (const guint8 *red, const guint8 *green, const guint8 *blue, guint channels, guint n,
                          guint8 *out);

G_END_DECLS
