#include "config.h"

#include "engine/neg-dataset-private.hh"

#include <algorithm>
#include <cmath>

namespace neg {

constexpr guint16 group_first = 0x6000;
constexpr guint16 group_last = 0x601E; /* PS3.5 7.6 */
constexpr gsize overlay_bytes_max = 64u << 20; /* of one object */
constexpr gsize vertices_bytes_max = 1u << 20;
constexpr gsize frame_list_bytes_max = 1u << 20;
constexpr guint masks_max = 1000;

static DcmTagKey
of_group (const DcmTagKey &tag, guint16 group)
{
  return DcmTagKey (group, tag.getElement ());
}

/* The retired planes in unused bits of the pixels (PS3.3-2003 C.9.2). Inside of the bits of the pixel there is no plane:
 * some writers leave such attributes behind. */
static bool
is_embedded (const Item &root, guint16 group, guint bit_position)
{
  const NegInstance *image = root.reading->instance;
  guint32 bits = root.cardinal (of_group (DCM_OverlayBitsAllocated, group));

  if (image->rows == 0 || bits <= 1 || bits != image->bits_allocated || bit_position >= bits)
    return false;
  return bit_position > image->high_bit || bit_position + image->bits_stored <= image->high_bit;
}

static void
read_place (const Item &root, NegOverlayPlane *plane)
{
  double origin[2] = { 1, 1 };
  guint32 n_frames = root.cardinal (DcmTagKey (plane->group, 0x0015));

  if (root.doubles (of_group (DCM_OverlayOrigin, plane->group), origin, 2) && std::fabs (origin[0]) < 65536
      && std::fabs (origin[1]) < 65536) {
    plane->origin_row = static_cast<gint32> (origin[0]);
    plane->origin_column = static_cast<gint32> (origin[1]);
  } else {
    plane->origin_row = plane->origin_column = 1;
  }
  plane->n_frames = MAX (n_frames, 1);
  plane->first_frame = root.cardinal (DcmTagKey (plane->group, 0x0051));
  /* A plane that names no frame is of all of them. */
  if (plane->first_frame == 0 && n_frames > 1)
    plane->first_frame = 1;
}

/* C.9.2: the least significant bit comes first, rows and frames follow each other without padding. */
static bool
read_own_bits (const Item &root, NegOverlayPlane *plane, gsize *bytes_left)
{
  DcmTagKey tag = of_group (DCM_OverlayData, plane->group);
  guint64 n_bits, n_bytes;

  if (!g_uint64_checked_mul (&n_bits, static_cast<guint64> (plane->rows) * plane->columns, plane->n_frames))
    n_bits = G_MAXUINT64;
  n_bytes = n_bits / 8 + (n_bits % 8 > 0);
  if (n_bytes > *bytes_left) {
    root.reading->warn ("%s is too large and was left out", TagName (tag).text);
    return false;
  }
  if (root.length (tag) < n_bytes) {
    root.reading->warn ("%s is shorter than its rows and columns and was left out", TagName (tag).text);
    return false;
  }
  std::vector<guint8> bits = root.bytes (tag);
  if (bits.size () < n_bytes)
    return false;
  bits.resize (n_bytes);
  plane->bits = copy_numbers<guint8> (bits);
  plane->n_bytes = n_bytes;
  *bytes_left -= n_bytes;
  return true;
}

static bool
read_embedded_place (const Item &root, NegOverlayPlane *plane)
{
  const NegInstance *image = root.reading->instance;

  plane->bit_position = root.cardinal (of_group (DCM_OverlayBitPosition, plane->group));
  if (!is_embedded (root, plane->group, plane->bit_position)) {
    root.reading->warn ("The overlay %04X has no data and was left out", plane->group);
    return false;
  }
  plane->is_embedded = TRUE;
  plane->rows = plane->rows > 0 ? plane->rows : image->rows;
  plane->columns = plane->columns > 0 ? plane->columns : image->columns;
  return true;
}

/* FALSE: nothing to show of it. */
static bool
read_plane (const Item &root, bool is_state, NegOverlayPlane *plane, gsize *bytes_left)
{
  guint16 group = plane->group;

  plane->rows = root.cardinal (of_group (DCM_OverlayRows, group));
  plane->columns = root.cardinal (of_group (DCM_OverlayColumns, group));
  plane->is_roi = root.code_is (of_group (DCM_OverlayType, group), "R");
  plane->label = root.text (of_group (DCM_OverlayLabel, group));
  plane->description = root.text (of_group (DCM_OverlayDescription, group));
  if (is_state)
    plane->activation_layer = root.code (of_group (DCM_OverlayActivationLayer, group));
  read_place (root, plane);
  if (root.has (of_group (DCM_OverlayData, group))) {
    if (plane->rows > 0 && plane->columns > 0)
      return read_own_bits (root, plane, bytes_left);
    root.reading->warn ("The overlay %04X has no rows or columns and was left out", group);
    return false;
  }
  if (!is_state)
    return read_embedded_place (root, plane);
  plane->rows = plane->columns = 0; /* of the images: C.11.7 */
  plane->n_frames = 1;
  return plane->activation_layer != nullptr;
}

void
read_overlays (const Item &root, bool is_state, NegOverlayPlane **overlays, guint32 *n)
{
  gsize bytes_left = overlay_bytes_max;

  for (guint16 group = group_first; group <= group_last; group += 2) {
    if (!root.has (of_group (DCM_OverlayRows, group)) && !root.has (of_group (DCM_OverlayData, group))
        && !root.has (of_group (DCM_OverlayBitPosition, group))
        && !(is_state && root.has (of_group (DCM_OverlayActivationLayer, group))))
      continue;
    NegOverlayPlane *plane = grow (overlays, n);
    plane->group = group;
    if (!read_plane (root, is_state, plane, &bytes_left)) {
      neg_overlay_plane_clear (plane);
      (*n)--;
    }
  }
}

static void
read_rectangle (const Item &item, NegShutter *shutter)
{
  if (!item.integer (DCM_ShutterLeftVerticalEdge, &shutter->left)
      || !item.integer (DCM_ShutterRightVerticalEdge, &shutter->right)
      || !item.integer (DCM_ShutterUpperHorizontalEdge, &shutter->top)
      || !item.integer (DCM_ShutterLowerHorizontalEdge, &shutter->bottom) || shutter->left > shutter->right
      || shutter->top > shutter->bottom) {
    item.reading->warn ("The rectangle of %s is malformed and was ignored", TagName (DCM_ShutterShape).text);
    return;
  }
  shutter->has_rectangle = TRUE;
}

static void
read_circle (const Item &item, NegShutter *shutter)
{
  std::vector<gint32> center = item.integers (DCM_CenterOfCircularShutter, 256);

  if (center.size () != 2 || !item.integer (DCM_RadiusOfCircularShutter, &shutter->circle_radius_px)
      || shutter->circle_radius_px <= 0) {
    shutter->circle_radius_px = 0;
    item.reading->warn ("The circle of %s is malformed and was ignored", TagName (DCM_ShutterShape).text);
    return;
  }
  shutter->circle_row = center[0];
  shutter->circle_column = center[1];
  shutter->has_circle = TRUE;
}

static void
read_polygon (const Item &item, NegShutter *shutter)
{
  std::vector<gint32> vertices = item.integers (DCM_VerticesOfThePolygonalShutter, vertices_bytes_max);

  if (vertices.size () < 6 || vertices.size () % 2 != 0) {
    item.reading->warn ("The polygon of %s is malformed and was ignored", TagName (DCM_ShutterShape).text);
    return;
  }
  shutter->vertices = copy_numbers<gint32> (vertices);
  shutter->n_vertices = vertices.size () / 2;
}

static void
read_bitmap (const Item &item, NegShutter *shutter)
{
  guint32 group = item.cardinal (DCM_ShutterOverlayGroup);

  if (group < group_first || group > group_last || group % 2 != 0)
    item.reading->warn ("%s names no overlay and was ignored", TagName (DCM_ShutterOverlayGroup).text);
  else
    shutter->bitmap_group = static_cast<guint16> (group);
}

/* C.10.7.1.1: L* of 0 to 100 and a*, b* of -128 to 127 over the whole range of 16 bits. */
bool
read_lab (const Item &item, const DcmTagKey &tag, double lab[3])
{
  std::vector<gint32> values = item.integers (tag, 64);

  if (values.size () != 3)
    return false;
  lab[0] = values[0] * 100.0 / 65535;
  lab[1] = values[1] * 255.0 / 65535 - 128;
  lab[2] = values[2] * 255.0 / 65535 - 128;
  return true;
}

/* C.7.6.11 and C.7.6.15: up to three shapes hold together, and the bitmap beside them. */
void
read_shutter (const Item &item, NegShutter *shutter)
{
  static const struct {
    const char *name;
    void (*read) (const Item &item, NegShutter *shutter);
  } shapes[] = {
    { "RECTANGULAR", read_rectangle }, { "CIRCULAR", read_circle }, { "POLYGONAL", read_polygon },
    { "BITMAP", read_bitmap },
  };
  g_autofree char *joined = item.code (DCM_ShutterShape, 256);
  double value;

  if (joined == nullptr)
    return;
  g_auto (GStrv) names = g_strsplit (joined, "\\", 8);
  for (char **name = names; *name != nullptr; name++)
    g_strstrip (*name);
  for (const auto &shape : shapes)
    if (g_strv_contains (const_cast<const char *const *> (names), shape.name))
      shape.read (item, shutter);
  value = item.number (DCM_ShutterPresentationValue);
  if (value >= 0 && value <= G_MAXUINT16) {
    shutter->has_value = TRUE;
    shutter->value = static_cast<guint16> (value);
  }
  shutter->has_color = read_lab (item, DCM_ShutterPresentationColorCIELabValue, shutter->color_lab);
}

static bool
are_frame_numbers (const std::vector<gint32> &frames)
{
  return std::all_of (frames.begin (), frames.end (), [] (gint32 frame) { return frame >= 1; });
}

static bool
read_mask_operation (const Item &item, NegMaskItem *mask)
{
  static const char *const names[] = { "NONE", "AVG_SUB", "TID", "REV_TID" };
  g_autofree char *name = item.code (DCM_MaskOperation, 64);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0) {
      mask->operation = static_cast<NegMaskOperation> (i);
      return true;
    }
  return false;
}

static bool
read_mask (const Item &item, NegMaskItem *mask)
{
  std::vector<gint32> ranges = item.integers (DCM_ApplicableFrameRange, frame_list_bytes_max);
  std::vector<gint32> frames = item.integers (DCM_MaskFrameNumbers, frame_list_bytes_max);
  bool is_whole = read_mask_operation (item, mask) && ranges.size () % 2 == 0 && are_frame_numbers (ranges)
                  && are_frame_numbers (frames) && (mask->operation != NEG_MASK_AVG_SUB || !frames.empty ());

  if (!is_whole) {
    item.reading->warn ("An item of %s is malformed and was left out", TagName (DCM_MaskSubtractionSequence).text);
    return false;
  }
  if (!item.doubles (DCM_MaskSubPixelShift, mask->shift_px, 2))
    mask->shift_px[0] = mask->shift_px[1] = 0;
  if (!item.integer (DCM_TIDOffset, &mask->tid_offset))
    mask->tid_offset = 1;
  mask->ranges = copy_numbers<guint32> (ranges);
  mask->n_ranges = ranges.size () / 2;
  mask->mask_frames = copy_numbers<guint32> (frames);
  mask->n_mask_frames = frames.size ();
  return true;
}

void
read_masks (const Item &item, NegMaskItem **masks, guint32 *n)
{
  for (const Item &part : item.items (DCM_MaskSubtractionSequence, masks_max)) {
    NegMaskItem *mask = grow (masks, n);

    if (!read_mask (part, mask)) {
      neg_mask_item_clear (mask);
      (*n)--;
    }
  }
}

} // namespace neg
