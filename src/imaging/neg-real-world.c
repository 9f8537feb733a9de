#include "config.h"

#include "imaging/neg-real-world.h"

#include <math.h>

double
neg_real_world_apply (const NegRealWorldMap *map, double stored)
{
  double index = stored - map->first_mapped;

  if (!(stored >= map->first_mapped && stored <= map->last_mapped))
    return NAN;
  if (map->n_entries == 0)
    return map->slope * stored + map->intercept;
  return index == floor (index) && index < map->n_entries ? map->entries[(guint32) index] : NAN;
}

gboolean
neg_real_world_is_of_frame (const NegRealWorldMap *map, guint32 frame)
{
  return map->frame == 0 || map->frame - 1 == frame;
}
