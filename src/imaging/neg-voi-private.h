/* The innermost steps from a pixel to its modality value, inline for the loops that take them for each tap. */
#pragma once

#include <math.h>

#include "imaging/neg-voi.h"

G_BEGIN_DECLS

static inline double
_neg_frame_value (const NegFrame *frame, gsize index)
{
  switch (frame->format.sample_type) {
  case NEG_SAMPLE_U8:
    return ((const guint8 *) frame->pixels)[index];
  case NEG_SAMPLE_S8:
    return ((const gint8 *) frame->pixels)[index];
  case NEG_SAMPLE_U16:
    return ((const guint16 *) frame->pixels)[index];
  case NEG_SAMPLE_S16:
    return ((const gint16 *) frame->pixels)[index];
  case NEG_SAMPLE_U32:
    return ((const guint32 *) frame->pixels)[index];
  case NEG_SAMPLE_S32:
    return ((const gint32 *) frame->pixels)[index];
  case NEG_SAMPLE_F32:
    return ((const float *) frame->pixels)[index];
  case NEG_SAMPLE_F64:
    return ((const double *) frame->pixels)[index];
  case NEG_SAMPLE_N_TYPES:
  default:
    return NAN;
  }
}

static inline double
_neg_lut_entry (const NegLut *lut, double index)
{
  double last = lut->n_entries - 1.0;

  return lut->entries[(guint32) CLAMP (index, 0, last)];
}

static inline double
_neg_modality_value (const NegModality *modality, double stored)
{
  const NegLut *lut = modality->lut;

  if (lut == NULL)
    return stored * modality->slope + modality->intercept;
  return isnan (stored) ? NAN : _neg_lut_entry (lut, floor (stored + 0.5) - lut->first_mapped);
}

/* TRUE where two modality values may be closer than 1. */
static inline gboolean
_neg_voi_is_fractional (const NegFrame *frame, const NegModality *modality)
{
  return frame->format.sample_type == NEG_SAMPLE_F32 || frame->format.sample_type == NEG_SAMPLE_F64
         || (modality->lut == NULL
             && (modality->slope != floor (modality->slope) || modality->intercept != floor (modality->intercept)));
}

G_END_DECLS
