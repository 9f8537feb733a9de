#include "config.h"

#include "wire/neg-message-parts-private.h"

#include <string.h>

#define OVERLAY_GROUP_FIRST 0x6000
#define OVERLAY_GROUP_LAST 0x601E
#define BIT_POSITION_MAX 63
#define VERTICES_MIN 3

static const NegField overlay_fields[] = {
  NEG_FIELD_OF (NegOverlayPlane, USHORT, group),
  NEG_FIELD_OF (NegOverlayPlane, UINT, rows),
  NEG_FIELD_OF (NegOverlayPlane, UINT, columns),
  NEG_FIELD_OF (NegOverlayPlane, UINT, origin_row),
  NEG_FIELD_OF (NegOverlayPlane, UINT, origin_column),
  NEG_FIELD_OF (NegOverlayPlane, UINT, n_frames),
  NEG_FIELD_OF (NegOverlayPlane, UINT, first_frame),
  NEG_FIELD_OF (NegOverlayPlane, BOOLEAN, is_roi),
  NEG_FIELD_OF (NegOverlayPlane, STRING, label),
  NEG_FIELD_OF (NegOverlayPlane, STRING, description),
  NEG_FIELD_OF (NegOverlayPlane, STRING, activation_layer),
  NEG_FIELD_OF (NegOverlayPlane, BOOLEAN, is_embedded),
  NEG_FIELD_OF (NegOverlayPlane, UINT, bit_position),
};

static const NegField shutter_fields[] = {
  NEG_FIELD_OF (NegShutter, BOOLEAN, has_rectangle),
  NEG_FIELD_OF (NegShutter, BOOLEAN, has_circle),
  NEG_FIELD_OF (NegShutter, UINT, left),
  NEG_FIELD_OF (NegShutter, UINT, right),
  NEG_FIELD_OF (NegShutter, UINT, top),
  NEG_FIELD_OF (NegShutter, UINT, bottom),
  NEG_FIELD_OF (NegShutter, UINT, circle_row),
  NEG_FIELD_OF (NegShutter, UINT, circle_column),
  NEG_FIELD_OF (NegShutter, UINT, circle_radius_px),
  NEG_FIELD_OF (NegShutter, USHORT, bitmap_group),
  NEG_FIELD_OF (NegShutter, BOOLEAN, has_value),
  NEG_FIELD_OF (NegShutter, USHORT, value),
  NEG_FIELD_OF (NegShutter, BOOLEAN, has_color),
  NEG_FIELDS_OF (NegShutter, FINITE, color_lab),
};

static const NegField region_fields[] = {
  NEG_FIELD_OF (NegUltrasoundRegion, UINT, frame),
  NEG_FIELD_OF (NegUltrasoundRegion, UINT, x0),
  NEG_FIELD_OF (NegUltrasoundRegion, UINT, y0),
  NEG_FIELD_OF (NegUltrasoundRegion, UINT, x1),
  NEG_FIELD_OF (NegUltrasoundRegion, UINT, y1),
  NEG_FIELD_OF (NegUltrasoundRegion, USHORT, x_units),
  NEG_FIELD_OF (NegUltrasoundRegion, USHORT, y_units),
  NEG_FIELD_OF (NegUltrasoundRegion, FINITE, x_delta),
  NEG_FIELD_OF (NegUltrasoundRegion, FINITE, y_delta),
  NEG_FIELD_OF (NegUltrasoundRegion, BOOLEAN, has_reference),
  NEG_FIELD_OF (NegUltrasoundRegion, UINT, reference_x),
  NEG_FIELD_OF (NegUltrasoundRegion, UINT, reference_y),
  NEG_FIELD_OF (NegUltrasoundRegion, FINITE, reference_x_value),
  NEG_FIELD_OF (NegUltrasoundRegion, FINITE, reference_y_value),
  NEG_FIELD_OF (NegUltrasoundRegion, USHORT, spatial_format),
  NEG_FIELD_OF (NegUltrasoundRegion, USHORT, data_type),
  NEG_FIELD_OF (NegUltrasoundRegion, UINT, flags),
};

static const NegField map_fields[] = {
  NEG_FIELD_OF (NegRealWorldMap, UINT, frame),
  NEG_FIELD_OF (NegRealWorldMap, FINITE, first_mapped),
  NEG_FIELD_OF (NegRealWorldMap, FINITE, last_mapped),
  NEG_FIELD_OF (NegRealWorldMap, FINITE, slope),
  NEG_FIELD_OF (NegRealWorldMap, FINITE, intercept),
  NEG_FIELD_OF (NegRealWorldMap, STRING, label),
  NEG_FIELD_OF (NegRealWorldMap, STRING, explanation),
  NEG_FIELD_OF (NegRealWorldMap, STRING, units_code),
  NEG_FIELD_OF (NegRealWorldMap, STRING, units_meaning),
};

static const NegField mask_fields[] = {
  NEG_FIELD_OF (NegMaskItem, UINT, operation),
  NEG_FIELDS_OF (NegMaskItem, FINITE, shift_px),
  NEG_FIELD_OF (NegMaskItem, UINT, tid_offset),
};

static gboolean
is_overlay_group (guint16 group)
{
  return group >= OVERLAY_GROUP_FIRST && group <= OVERLAY_GROUP_LAST && group % 2 == 0;
}

void
_neg_overlays_write (const NegOverlayPlane *overlays, guint32 n, GByteArray *array)
{
  neg_write_u32 (array, n);
  for (guint32 i = 0; i < n; i++) {
    _neg_fields_write (overlay_fields, G_N_ELEMENTS (overlay_fields), &overlays[i], array);
    neg_write_u32 (array, overlays[i].n_bytes);
    if (overlays[i].n_bytes > 0)
      g_byte_array_append (array, overlays[i].bits, overlays[i].n_bytes);
  }
}

static void
read_bits (NegOverlayPlane *plane, NegReader *reader)
{
  guint32 n_bytes = neg_reader_count (reader, 1);
  const guint8 *bytes = n_bytes > 0 ? neg_reader_bytes (reader, n_bytes) : NULL;

  if (bytes == NULL)
    return;
  plane->bits = g_try_malloc (n_bytes);
  _neg_reader_require (reader, plane->bits != NULL);
  if (plane->bits == NULL)
    return;
  memcpy (plane->bits, bytes, n_bytes);
  plane->n_bytes = n_bytes;
}

static gboolean
overlay_has_its_bits (const NegOverlayPlane *plane)
{
  guint64 n_bits;

  return g_uint64_checked_mul (&n_bits, (guint64) plane->rows * plane->columns, plane->n_frames)
         && n_bits / 8 + (n_bits % 8 > 0) <= plane->n_bytes;
}

static gboolean
overlay_is_valid (const NegOverlayPlane *plane, gboolean may_activate)
{
  if (!is_overlay_group (plane->group) || plane->n_frames < 1
      || (plane->first_frame == 0 && plane->n_frames != 1))
    return FALSE;
  if (may_activate && plane->rows == 0 && plane->columns == 0)
    return plane->activation_layer != NULL && plane->n_bytes == 0 && !plane->is_embedded;
  if (plane->rows == 0 || plane->columns == 0)
    return FALSE;
  if (plane->is_embedded)
    return plane->n_bytes == 0 && plane->bit_position <= BIT_POSITION_MAX;
  return overlay_has_its_bits (plane);
}

NegOverlayPlane *
_neg_overlays_read (NegReader *reader, gboolean may_activate, guint32 *n)
{
  const gsize bytes_min = _neg_fields_bytes_min (overlay_fields, G_N_ELEMENTS (overlay_fields)) + 4;
  NegOverlayPlane *overlays = _neg_array_read (reader, bytes_min, sizeof (NegOverlayPlane), n);

  for (guint32 i = 0; i < *n && !reader->failed; i++) {
    _neg_fields_read (overlay_fields, G_N_ELEMENTS (overlay_fields), &overlays[i], reader);
    read_bits (&overlays[i], reader);
    _neg_reader_require (reader, overlay_is_valid (&overlays[i], may_activate));
  }
  return overlays;
}

void
_neg_shutter_write (const NegShutter *shutter, GByteArray *array)
{
  _neg_fields_write (shutter_fields, G_N_ELEMENTS (shutter_fields), shutter, array);
  _neg_u32s_write (shutter->vertices, shutter->n_vertices, 2, array);
}

void
_neg_shutter_read (NegShutter *shutter, NegReader *reader)
{
  _neg_fields_read (shutter_fields, G_N_ELEMENTS (shutter_fields), shutter, reader);
  shutter->vertices = _neg_u32s_read (reader, 2, &shutter->n_vertices);
  _neg_reader_require (reader, (shutter->n_vertices == 0 || shutter->n_vertices >= VERTICES_MIN)
                                   && (shutter->bitmap_group == 0 || is_overlay_group (shutter->bitmap_group))
                                   && (!shutter->has_circle || shutter->circle_radius_px >= 0));
}

void
_neg_masks_write (const NegMaskItem *masks, guint32 n, GByteArray *array)
{
  neg_write_u32 (array, n);
  for (guint32 i = 0; i < n; i++) {
    _neg_fields_write (mask_fields, G_N_ELEMENTS (mask_fields), &masks[i], array);
    _neg_u32s_write (masks[i].ranges, masks[i].n_ranges, 2, array);
    _neg_u32s_write (masks[i].mask_frames, masks[i].n_mask_frames, 1, array);
  }
}

static void
require_frame_numbers (NegReader *reader, const guint32 *frames, gsize n)
{
  for (gsize i = 0; i < n; i++)
    _neg_reader_require (reader, frames[i] >= 1);
}

NegMaskItem *
_neg_masks_read (NegReader *reader, guint32 *n)
{
  const gsize bytes_min = _neg_fields_bytes_min (mask_fields, G_N_ELEMENTS (mask_fields)) + 8;
  NegMaskItem *masks = _neg_array_read (reader, bytes_min, sizeof (NegMaskItem), n);

  for (guint32 i = 0; i < *n && !reader->failed; i++) {
    NegMaskItem *mask = &masks[i];

    _neg_fields_read (mask_fields, G_N_ELEMENTS (mask_fields), mask, reader);
    mask->ranges = _neg_u32s_read (reader, 2, &mask->n_ranges);
    mask->mask_frames = _neg_u32s_read (reader, 1, &mask->n_mask_frames);
    require_frame_numbers (reader, mask->ranges, (gsize) mask->n_ranges * 2);
    require_frame_numbers (reader, mask->mask_frames, mask->n_mask_frames);
    _neg_reader_require (reader, mask->operation <= NEG_MASK_REV_TID);
  }
  return masks;
}

static void
write_regions (const NegInstance *instance, GByteArray *array)
{
  neg_write_u32 (array, instance->n_ultrasound_regions);
  for (guint32 i = 0; i < instance->n_ultrasound_regions; i++)
    _neg_fields_write (region_fields, G_N_ELEMENTS (region_fields), &instance->ultrasound_regions[i], array);
}

static void
read_regions (NegInstance *instance, NegReader *reader)
{
  const gsize bytes_min = _neg_fields_bytes_min (region_fields, G_N_ELEMENTS (region_fields));

  instance->ultrasound_regions
      = _neg_array_read (reader, bytes_min, sizeof (NegUltrasoundRegion), &instance->n_ultrasound_regions);
  for (guint32 i = 0; i < instance->n_ultrasound_regions; i++) {
    NegUltrasoundRegion *region = &instance->ultrasound_regions[i];

    _neg_fields_read (region_fields, G_N_ELEMENTS (region_fields), region, reader);
    _neg_reader_require (reader, region->x0 <= region->x1 && region->y0 <= region->y1);
  }
}

static void
write_maps (const NegInstance *instance, GByteArray *array)
{
  neg_write_u32 (array, instance->n_real_world_maps);
  for (guint32 i = 0; i < instance->n_real_world_maps; i++) {
    const NegRealWorldMap *map = &instance->real_world_maps[i];

    _neg_fields_write (map_fields, G_N_ELEMENTS (map_fields), map, array);
    _neg_doubles_write (map->entries, map->n_entries, 1, array);
  }
}

static void
read_maps (NegInstance *instance, NegReader *reader)
{
  const gsize bytes_min = _neg_fields_bytes_min (map_fields, G_N_ELEMENTS (map_fields)) + 4;

  instance->real_world_maps
      = _neg_array_read (reader, bytes_min, sizeof (NegRealWorldMap), &instance->n_real_world_maps);
  for (guint32 i = 0; i < instance->n_real_world_maps; i++) {
    NegRealWorldMap *map = &instance->real_world_maps[i];

    _neg_fields_read (map_fields, G_N_ELEMENTS (map_fields), map, reader);
    map->entries = _neg_doubles_read (reader, 1, &map->n_entries);
    _neg_reader_require (reader, map->first_mapped <= map->last_mapped
                                     && (map->n_entries == 0 || map->last_mapped - map->first_mapped < map->n_entries));
  }
}

void
_neg_modules_write (const NegInstance *instance, GByteArray *array)
{
  _neg_overlays_write (instance->overlays, instance->n_overlays, array);
  _neg_shutter_write (&instance->shutter, array);
  write_regions (instance, array);
  write_maps (instance, array);
  _neg_masks_write (instance->masks, instance->n_masks, array);
}

void
_neg_modules_read (NegInstance *instance, NegReader *reader)
{
  instance->overlays = _neg_overlays_read (reader, FALSE, &instance->n_overlays);
  _neg_shutter_read (&instance->shutter, reader);
  read_regions (instance, reader);
  read_maps (instance, reader);
  instance->masks = _neg_masks_read (reader, &instance->n_masks);
}
