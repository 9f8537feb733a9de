/* The windows and VOI LUTs that an object offers for one of its frames: alternatives, chosen by their explanation
 * (PS3.3 C.11.2.1.2.2). Numbered as neg_draw_init() numbers them: windows first, then tables. Thread: any. */
#pragma once

#include "model/neg-instance.h"

G_BEGIN_DECLS

typedef struct {
  const char *explanation; /* borrowed, nullable */
  gboolean is_lut;
  double center, width; /* of a window */
} NegPreset;

guint neg_presets_count (const NegInstance *instance, guint32 frame);

/* FALSE when there is no such preset. */
gboolean neg_preset_get (const NegInstance *instance, guint32 frame, guint index, NegPreset *preset);

/* Windows that a modality is commonly read with, whatever the file offers: for keys 1 to 9. Customary values, no
 * standard's. Only where the values are what they are meant for: of CT those in Hounsfield units. */
typedef struct {
  const char *name; /* for _() */
  double center, width;
} NegModalityPreset;

/* Borrowed, @n of them; NULL and 0 where the modality has none (MR and others: values are on no common scale). */
const NegModalityPreset *neg_modality_presets_get (const NegInstance *instance, guint32 frame, guint *n);

G_END_DECLS
