#include "config.h"

#include "imaging/neg-draw-kernels.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-draw-private.h"

/* The common step of 1 is said aloud, so that it is vectorised. */
#define FOR_EACH_TYPE(row, call) \
  switch ((row)->type) { \
  case NEG_SAMPLE_U8: \
    call (guint8); \
    break; \
  case NEG_SAMPLE_S8: \
    call (gint8); \
    break; \
  case NEG_SAMPLE_U16: \
    call (guint16); \
    break; \
  case NEG_SAMPLE_S16: \
    call (gint16); \
    break; \
  default: \
    g_return_if_reached (); \
  }

#define LOAD(type) \
  { \
    const type *samples = row->samples; \
    gsize step = row->step; \
\
    if (step == 1) \
      for (guint i = first; i <= last; i++) \
        line[i] = samples[i]; \
    else \
      for (guint i = first; i <= last; i++) \
        line[i] = samples[i * step]; \
  }

NEG_CLONES void
_neg_kernel_load (const NegSourceRow *row, guint first, guint last, float *line)
{
  FOR_EACH_TYPE (row, LOAD)
}

void
_neg_kernel_load_table (const NegSourceRow *row, const float *table, guint first, guint last, float *line)
{
  if (neg_sample_type_get_bytes (row->type) == 1)
    for (guint i = first; i <= last; i++)
      line[i] = table[((const guint8 *) row->samples)[i * row->step]];
  else
    for (guint i = first; i <= last; i++)
      line[i] = table[((const guint16 *) row->samples)[i * row->step]];
}

#define LOAD_COLOR(type) \
  { \
    const type *samples = row->samples; \
    gsize step = row->step; \
\
    for (guint i = first; i <= last; i++) { \
      gint32 value = samples[i * step] >> shift; \
\
      line[i] = CLAMP (value, 0, 255); \
    } \
  }

NEG_CLONES void
_neg_kernel_load_color (const NegSourceRow *row, guint shift, guint first, guint last, float *line)
{
  FOR_EACH_TYPE (row, LOAD_COLOR)
}

#define LOAD_MASK(type) \
  { \
    const type *samples = row->samples; \
    gsize step = row->step; \
\
    for (guint i = first; i <= last; i++) { \
      gint32 value = samples[i * step]; \
      gint32 is_image = (value < low) | (value > high); \
\
      mask[i] = is_image; \
      n_image += is_image; \
    } \
  }

NEG_CLONES static void
load_mask (const NegSourceRow *row, gint32 low, gint32 high, guint first, guint last, float *mask, guint *count)
{
  guint n_image = 0;

  FOR_EACH_TYPE (row, LOAD_MASK)
  *count = n_image;
}

gboolean
_neg_kernel_load_mask (const NegSourceRow *row, gint32 low, gint32 high, guint first, guint last, float *mask)
{
  guint n_image = 0;

  load_mask (row, low, high, first, last, mask, &n_image);
  return n_image != last - first + 1;
}

/* Sizes are compared as the whole numbers that their bits are, in the same order: that is vectorised. */
#define LOAD_WIDE(type) \
  { \
    const type *samples = row->samples; \
    gsize step = row->step; \
\
    for (guint i = first; i <= last; i++) { \
      double value = samples[i * step]; \
      gint32 is_image = ((value < low) | (value > high)) & (fabs (value) <= G_MAXDOUBLE); \
      float left = is_image ? (float) (value - base) : 0; \
      guint32 bits; \
\
      memcpy (&bits, &left, sizeof bits); \
      bits &= 0x7fffffff; \
      largest = bits > largest ? bits : largest; \
      line[i] = left; \
      mask[i] = is_image; \
      n_image += is_image; \
    } \
  }

NEG_CLONES void
_neg_kernel_load_wide (const NegSourceRow *row, NegWideLoad *load, guint first, guint last)
{
  double base = load->base, low = load->low, high = load->high;
  float *restrict line = load->line, *restrict mask = load->mask;
  guint32 largest = 0;
  guint n_image = 0;

  switch (row->type) {
  case NEG_SAMPLE_U32:
    LOAD_WIDE (guint32)
    break;
  case NEG_SAMPLE_S32:
    LOAD_WIDE (gint32)
    break;
  case NEG_SAMPLE_F32:
    LOAD_WIDE (float)
    break;
  case NEG_SAMPLE_F64:
    LOAD_WIDE (double)
    break;
  default:
    g_return_if_reached ();
  }
  load->has_padding = n_image != last - first + 1;
  memcpy (&load->magnitude, &largest, sizeof largest);
}

NEG_CLONES void
_neg_kernel_multiply (float *values, const float *factors, guint n)
{
  for (guint i = 0; i < n; i++)
    values[i] *= factors[i];
}

NEG_CLONES void
_neg_kernel_across (const float *line, const gint32 *left, const gint32 *right, const float *fraction, guint n,
                    float *restrict out)
{
  for (guint i = 0; i < n; i++)
    out[i] = line[left[i]] + fraction[i] * (line[right[i]] - line[left[i]]);
}

NEG_CLONES void
_neg_kernel_gather (const float *line, const gint32 *index, guint n, float *restrict out)
{
  for (guint i = 0; i < n; i++)
    out[i] = line[index[i]];
}

NEG_CLONES void
_neg_kernel_down (const float *above, const float *below, float fraction, guint n, float *restrict out)
{
  for (guint i = 0; i < n; i++)
    out[i] = above[i] + fraction * (below[i] - above[i]);
}

NEG_CLONES void
_neg_kernel_normalise (float *restrict values, const float *weights, guint n)
{
  for (guint i = 0; i < n; i++)
    values[i] /= weights[i] > 0 ? weights[i] : 1;
}

NEG_CLONES void
_neg_kernel_ramp (const float *values, float scale, float offset, const float *thresholds, guint n,
                  guint8 *restrict out)
{
  for (guint i = 0; i < n; i++) {
    float display = values[i] * scale + offset;

    display = display > 0 ? display : 0;
    display = display < 255 ? display : 255;
    out[i] = (gint32) (display + thresholds[i]);
  }
}

NEG_CLONES void
_neg_kernel_tone (const float *values, float scale, float offset, const float *tone, guint last,
                  const float *thresholds, guint n, guint8 *restrict out)
{
  float end = last;

  for (guint i = 0; i < n; i++) {
    float place = values[i] * scale + offset;
    gint32 index;

    place = place > 0 ? place : 0;
    place = place < end ? place : end;
    index = place + 0.5f;
    out[i] = (gint32) (tone[index] + thresholds[i]);
  }
}

NEG_CLONES void
_neg_kernel_look_up (const float *values, const float *table, guint n_entries, float first,
                     const float *thresholds, guint n, guint8 *restrict out)
{
  float last = n_entries - 1;

  for (guint i = 0; i < n; i++) {
    float place = values[i] - first, display;
    gint32 index;

    place = place > 0 ? place : 0;
    place = place < last ? place : last;
    index = place;
    display = table[index] + (place - index) * (table[index + 1] - table[index]);
    display = display > 0 ? display : 0;
    display = display < 255 ? display : 255;
    out[i] = (gint32) (display + thresholds[i]);
  }
}

NEG_CLONES void
_neg_kernel_blacken (guint8 *restrict out, const float *mask, guint n)
{
  for (guint i = 0; i < n; i++)
    out[i] = mask[i] > 0 ? out[i] : 0;
}

NEG_CLONES static void
put_grey_bgra (const guint8 *grey, guint n, guint8 *restrict out)
{
  for (guint i = 0; i < n; i++) {
    guint32 pixel = GUINT32_TO_LE (grey[i] * 0x010101u | 0xff000000u);

    memcpy (out + 4 * (gsize) i, &pixel, 4);
  }
}

void
_neg_kernel_put_grey (const guint8 *grey, guint channels, guint n, guint8 *out)
{
  if (channels == 1)
    memcpy (out, grey, n);
  else if (channels == 4)
    put_grey_bgra (grey, n, out);
  else
    _neg_kernel_put_rgb (grey, grey, grey, channels, n, out);
}

void
_neg_kernel_put_rgb (const guint8 *red, const guint8 *green, const guint8 *blue, guint channels, guint n, guint8 *out)
{
  for (guint i = 0; i < n; i++, out += channels)
    _neg_draw_put (out, channels, (NegRgb){ red[i], green[i], blue[i] });
}
