/* From values in single precision to grey levels, for the separable way; and whether that is precise enough. */
#pragma once

#include "imaging/neg-draw.h"

G_BEGIN_DECLS

/* A ramp to grey levels, a ramp to places of @tone, or a table of grey levels. */
typedef struct {
  float scale, offset;
  float *tone; /* levels by display values; NULL: none */
  double steepness; /* of the tone: levels for one level that goes in; 1: none */
  float *table; /* n_entries + 1 of them; NULL: the ramp */
  guint n_entries;
  float first;
  double base;          /* taken off stored values of more than 16 bit before they become single */
  double magnitude_max; /* of what is left then */
} NegShade;

/* FALSE where grey levels could be wrong: then it is to be cleared all the same. */
gboolean _neg_shade_init (NegShade *shade, const NegDraw *draw, const NegFrame *frame);

/* Of one sample of a colour image, 0..255. */
void _neg_shade_init_color (NegShade *shade, const NegDraw *draw);
void _neg_shade_clear (NegShade *shade);
void _neg_shade_apply (const NegShade *shade, const float *values, const float *thresholds, guint n, guint8 *grey);

/* Of types of 8 and 16 bit. */
void _neg_sample_type_get_range (NegSampleType type, gint32 *low, gint32 *high);

G_END_DECLS
