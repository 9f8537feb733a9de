#include "config.h"

#include "model/neg-modules.h"

#include <string.h>

void
neg_overlay_plane_clear (NegOverlayPlane *plane)
{
  g_free (plane->label);
  g_free (plane->description);
  g_free (plane->activation_layer);
  g_free (plane->bits);
  memset (plane, 0, sizeof *plane);
}

gboolean
neg_overlay_plane_get (const NegOverlayPlane *plane, guint32 frame, guint32 column, guint32 row)
{
  const gint64 x = (gint64) column + 1 - plane->origin_column, y = (gint64) row + 1 - plane->origin_row;
  const gint64 plane_frame = plane->first_frame == 0 ? 0 : (gint64) frame + 1 - plane->first_frame;
  guint64 bit;

  if (plane->bits == NULL || x < 0 || y < 0 || x >= plane->columns || y >= plane->rows || plane_frame < 0
      || plane_frame >= plane->n_frames)
    return FALSE;
  bit = ((guint64) plane_frame * plane->rows + y) * plane->columns + x;
  return bit / 8 < plane->n_bytes && (plane->bits[bit / 8] >> (bit % 8) & 1);
}

void
neg_shutter_clear (NegShutter *shutter)
{
  g_free (shutter->vertices);
  memset (shutter, 0, sizeof *shutter);
}

gboolean
neg_shutter_is_set (const NegShutter *shutter)
{
  return shutter->has_rectangle || shutter->has_circle || shutter->n_vertices > 0 || shutter->bitmap_group != 0;
}

void
neg_real_world_map_clear (NegRealWorldMap *map)
{
  g_free (map->entries);
  g_free (map->label);
  g_free (map->explanation);
  g_free (map->units_code);
  g_free (map->units_meaning);
  memset (map, 0, sizeof *map);
}

void
neg_mask_item_clear (NegMaskItem *item)
{
  g_free (item->ranges);
  g_free (item->mask_frames);
  memset (item, 0, sizeof *item);
}
