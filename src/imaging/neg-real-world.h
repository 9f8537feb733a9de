/* Real world values: from the STORED value, whatever the modality LUT makes of it (PS3.3 C.7.6.16.2.11; imaging pitfall
 * 4). Thread: any, no state. */
#pragma once

#include "model/neg-instance.h"

G_BEGIN_DECLS

/* NaN where @map maps no such value: outside of its first and last, or between two entries of its table. */
double neg_real_world_apply (const NegRealWorldMap *map, double stored);

/* TRUE when @map is of frame @frame, from 0. */
gboolean neg_real_world_is_of_frame (const NegRealWorldMap *map, guint32 frame);

G_END_DECLS
