#include "config.h"

#include "engine/neg-dataset-private.hh"

#include <cmath>
#include <cstring>

#include "base/neg-error.h"

namespace neg {

static const DcmTagKey shared_groups_tag (0x5200, 0x9229);
static const DcmTagKey per_frame_groups_tag (0x5200, 0x9230);

void
read_position (const Item &item, NegFrameInfo *info)
{
  info->has_position = item.doubles (DCM_ImagePositionPatient, info->position_mm, 3);
}

/* Two unit vectors at a right angle (C.7.6.2.1.1), to what writers' rounding allows. */
void
read_orientation (const Item &item, NegFrameInfo *info)
{
  double v[6];
  double row = 0, column = 0, dot = 0;

  info->has_orientation = FALSE;
  if (!item.doubles (DCM_ImageOrientationPatient, v, 6))
    return;
  for (guint i = 0; i < 3; i++) {
    row += v[i] * v[i];
    column += v[i + 3] * v[i + 3];
    dot += v[i] * v[i + 3];
  }
  if (fabs (sqrt (row) - 1) > 0.01 || fabs (sqrt (column) - 1) > 0.01 || fabs (dot) > 0.01) {
    item.reading->warn ("%s is not two perpendicular unit vectors and was ignored",
                        TagName (DCM_ImageOrientationPatient).text);
    return;
  }
  memcpy (info->orientation, v, sizeof v);
  info->has_orientation = TRUE;
}

void
read_rescale (const Item &item, NegFrameInfo *info)
{
  double slope = item.number (DCM_RescaleSlope);
  double intercept = item.number (DCM_RescaleIntercept);

  g_clear_pointer (&info->rescale_type, g_free);
  info->rescale_type = item.text (DCM_RescaleType, frame_string_bytes_max);
  info->has_rescale = FALSE;
  info->rescale_slope = 1;
  info->rescale_intercept = 0;
  if (std::isnan (slope) && std::isnan (intercept))
    return;
  if (slope == 0) {
    item.reading->warn ("%s is 0; the rescale was ignored", TagName (DCM_RescaleSlope).text);
    return;
  }
  if (std::isnan (slope) || std::isnan (intercept))
    item.reading->warn ("%s is absent and taken as %d",
                        TagName (std::isnan (slope) ? DCM_RescaleSlope : DCM_RescaleIntercept).text,
                        std::isnan (slope) ? 1 : 0);
  info->has_rescale = TRUE;
  info->rescale_slope = std::isnan (slope) ? 1 : slope;
  info->rescale_intercept = std::isnan (intercept) ? 0 : intercept;
}

static void
clear_info (NegFrameInfo *info)
{
  g_free (info->rescale_type);
  g_free (info->stack_id);
  g_free (info->frame_type);
  g_free (info->acquisition_label);
}

static void
copy_info (NegFrameInfo *target, const NegFrameInfo *source)
{
  *target = *source;
  target->rescale_type = g_strdup (source->rescale_type);
  target->stack_id = g_strdup (source->stack_id);
  target->frame_type = g_strdup (source->frame_type);
  target->acquisition_label = g_strdup (source->acquisition_label);
}

namespace {

/* The functional groups (C.7.6.16) of one object on their way into frame infos. */
class Groups {
public:
  Groups (const Reading &reading_, const Item &root_) : reading (reading_), root (root_)
  {
    neg_frame_info_init (&shared);
    find_label_dimensions ();
  }
  Groups (const Groups &) = delete;
  Groups &operator= (const Groups &) = delete;
  ~Groups () { clear_info (&shared); }

  void read_shared ();
  bool read_frames (GError **error);

private:
  void find_label_dimensions ();
  void apply (const Item &group, NegFrameInfo *info);
  void apply_frame_content (const Item &content, NegFrameInfo *info);
  void apply_mr (const Item &group, NegFrameInfo *info);
  void apply_frame_type (const Item &group, NegFrameInfo *info);
  bool allocate (guint32 n, GError **error);

  const Reading &reading;
  const Item &root;
  NegFrameInfo shared;
  WindowTable windows;
  std::vector<bool> is_label_dimension;
};

} // namespace

/* Dimensions that a field of NegFrameInfo holds already, or that differ in every frame and so tell no stacks apart. */
static bool
is_plain_dimension (guint16 group, guint16 element)
{
  static const guint32 tags[] = {
    0x00200032, 0x00200037, 0x00209056, 0x00209057, 0x00209128, 0x00189082, 0x00189087, 0x00209153, 0x0062000B,
    0x0048021E, 0x0048021F, 0x0040072A, 0x0040073A, 0x0040074A, 0x00189074, 0x00189151, 0x00209156, 0x00209301,
    0x00209158, 0x00189220,
  };

  for (guint32 tag : tags)
    if (tag == (static_cast<guint32> (group) << 16 | element))
      return true;
  return false;
}

void
Groups::find_label_dimensions ()
{
  for (const Item &dimension : root.items (DCM_DimensionIndexSequence, 256)) {
    std::vector<guint16> pointer = dimension.words (DCM_DimensionIndexPointer);

    is_label_dimension.push_back (pointer.size () == 2 && !is_plain_dimension (pointer[0], pointer[1]));
  }
}

void
Groups::apply_frame_content (const Item &content, NegFrameInfo *info)
{
  std::vector<double> indices = content.numbers (DCM_DimensionIndexValues);
  g_autoptr (GString) label = g_string_new (nullptr);

  g_free (info->stack_id);
  info->stack_id = content.text (DCM_StackID, frame_string_bytes_max);
  info->in_stack_position = content.cardinal (DCM_InStackPositionNumber);
  info->temporal_position = content.cardinal (DCM_TemporalPositionIndex);
  for (gsize i = 0; i < indices.size () && i < is_label_dimension.size (); i++)
    if (is_label_dimension[i])
      g_string_append_printf (label, "%s%u", label->len > 0 ? "\\" : "", static_cast<guint> (indices[i]));
  if (label->len > 0 && label->len <= frame_string_bytes_max) {
    g_free (info->acquisition_label);
    info->acquisition_label = g_string_free (g_steal_pointer (&label), FALSE);
  }
}

void
Groups::apply_mr (const Item &group, NegFrameInfo *info)
{
  if (Item echo = group.first (DCM_MREchoSequence))
    info->effective_echo_time_ms = echo.number (DCM_EffectiveEchoTime);
  if (Item diffusion = group.first (DCM_MRDiffusionSequence))
    info->b_value = diffusion.number (DCM_DiffusionBValue);
  if (Item cardiac = group.first (DCM_CardiacSynchronizationSequence))
    info->trigger_time_ms = cardiac.number (DCM_NominalCardiacTriggerDelayTime);
}

void
Groups::apply_frame_type (const Item &group, NegFrameInfo *info)
{
  /* MR, CT, PET, X-Ray 3D, XA/XRF, ultrasound, parametric map */
  static const DcmTagKey sequences[] = {
    DcmTagKey (0x0018, 0x9226), DcmTagKey (0x0018, 0x9329), DcmTagKey (0x0018, 0x9751), DcmTagKey (0x0018, 0x9504),
    DcmTagKey (0x0018, 0x9412), DcmTagKey (0x0018, 0x9806), DcmTagKey (0x0040, 0x9092),
  };

  for (const DcmTagKey &tag : sequences)
    if (Item description = group.first (tag)) {
      g_free (info->frame_type);
      info->frame_type = description.code (DCM_FrameType, frame_string_bytes_max);
      return;
    }
}

/* Each macro that is there replaces that macro as a whole. */
void
Groups::apply (const Item &group, NegFrameInfo *info)
{
  if (Item measures = group.first (DCM_PixelMeasuresSequence))
    info->has_spacing = read_spacing (measures, DCM_PixelSpacing, info->spacing_mm);
  if (Item position = group.first (DCM_PlanePositionSequence))
    read_position (position, info);
  if (Item orientation = group.first (DCM_PlaneOrientationSequence))
    read_orientation (orientation, info);
  if (Item transformation = group.first (DCM_PixelValueTransformationSequence))
    read_rescale (transformation, info);
  if (Item voi = group.first (DCM_FrameVOILUTSequence))
    windows.read (voi, info);
  if (Item content = group.first (DCM_FrameContentSequence))
    apply_frame_content (content, info);
  if (Item segment = group.first (DCM_SegmentIdentificationSequence))
    info->segment_number = segment.cardinal (DCM_ReferencedSegmentNumber);
  apply_mr (group, info);
  apply_frame_type (group, info);
}

void
Groups::read_shared ()
{
  Item group = root.first (shared_groups_tag);
  Item measures;

  if (!group)
    return;
  apply (group, &shared);
  measures = group.first (DCM_PixelMeasuresSequence);
  if (measures && std::isnan (reading.instance->slice_thickness_mm))
    reading.instance->slice_thickness_mm = measures.number (DCM_SliceThickness);
  if (measures && std::isnan (reading.instance->spacing_between_slices_mm))
    reading.instance->spacing_between_slices_mm = measures.number (DCM_SpacingBetweenSlices);
}

static bool
allocate_infos (const Reading &reading, guint32 n, const NegFrameInfo *model, GError **error)
{
  NegInstance *instance = reading.instance;

  if (n > frame_infos_max)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "(0028,0008)", "%u frames with values of their own", n);
  instance->frame_infos = g_try_new0 (NegFrameInfo, n);
  if (instance->frame_infos == nullptr)
    return neg_fail (error, NEG_ERROR_MEMORY, "(5200,9230)", "no memory for the values of %u frames", n);
  instance->n_frame_infos = n;
  for (guint32 i = 0; i < n; i++)
    copy_info (&instance->frame_infos[i], model);
  return true;
}

bool
Groups::read_frames (GError **error)
{
  NegInstance *instance = reading.instance;
  DcmSequenceOfItems *per_frame = root.sequence (per_frame_groups_tag);
  guint64 n_items = per_frame != nullptr ? per_frame->card () : 0;
  guint32 frames = MAX (instance->frames, 1);
  guint32 i = 0;

  if (n_items > 0 && n_items != frames)
    reading.warn ("%s has %u items for %u frames", TagName (per_frame_groups_tag).text, static_cast<guint> (n_items),
                  frames);
  if (!allocate_infos (reading, n_items > 0 ? frames : 1, &shared, error))
    return false;
  for (DcmObject *object = n_items > 0 ? per_frame->nextInContainer (nullptr) : nullptr;
       object != nullptr && i < instance->n_frame_infos; object = per_frame->nextInContainer (object), i++)
    if (Item group = root.inside (object))
      apply (group, &instance->frame_infos[i]);
  windows.move_to (&instance->windows, &instance->n_windows);
  return true;
}

/* Everything at the top level: classic objects. */
static bool
read_classic (const Reading &reading, const Item &root, GError **error)
{
  NegInstance *instance = reading.instance;
  NegFrameInfo info;
  WindowTable windows;
  bool done;

  neg_frame_info_init (&info);
  info.has_spacing = read_spacing (root, DCM_PixelSpacing, info.spacing_mm);
  read_position (root, &info);
  read_orientation (root, &info);
  windows.read (root, &info);
  info.temporal_position = instance->temporal_position;
  info.effective_echo_time_ms = instance->echo_time_ms;
  info.trigger_time_ms = instance->trigger_time_ms;
  info.b_value = instance->b_value;
  read_rescale (root, &info);
  done = allocate_infos (reading, 1, &info, error);
  clear_info (&info);
  windows.move_to (&instance->windows, &instance->n_windows);
  return done;
}

/* C.8.8.3.2: offsets along the normal from the first plane when the first is 0, else the z of each plane. */
static void
place_dose_plane (NegFrameInfo *info, double offset, bool is_relative)
{
  const double *o = info->orientation;
  double normal[3] = { o[1] * o[5] - o[2] * o[4], o[2] * o[3] - o[0] * o[5], o[0] * o[4] - o[1] * o[3] };

  if (!is_relative) {
    info->position_mm[2] = offset;
    return;
  }
  for (guint i = 0; i < 3; i++)
    info->position_mm[i] += offset * normal[i];
}

static bool
read_dose_planes (const Reading &reading, const Item &root, GError **error)
{
  NegInstance *instance = reading.instance;
  std::vector<double> offsets = root.numbers (DCM_GridFrameOffsetVector);
  NegFrameInfo first = instance->frame_infos[0];
  bool is_relative, done;

  if (offsets.size () != instance->frames || !first.has_position || !first.has_orientation) {
    reading.warn ("%s does not place the frames", TagName (DCM_GridFrameOffsetVector).text);
    return true;
  }
  is_relative = offsets[0] == 0;
  if (!is_relative && fabs (offsets[0] - first.position_mm[2]) > 0.01)
    reading.warn ("%s begins neither at 0 nor at the position of the first frame",
                  TagName (DCM_GridFrameOffsetVector).text);
  g_clear_pointer (&instance->frame_infos, g_free);
  instance->n_frame_infos = 0;
  done = allocate_infos (reading, instance->frames, &first, error);
  for (guint32 i = 0; i < instance->n_frame_infos; i++)
    place_dose_plane (&instance->frame_infos[i], offsets[i], is_relative);
  clear_info (&first);
  return done;
}

bool
read_frames (const Reading &reading, const Item &root, GError **error)
{
  NegInstance *instance = reading.instance;

  if (root.has (shared_groups_tag) || root.has (per_frame_groups_tag)) {
    Groups groups (reading, root);

    groups.read_shared ();
    return groups.read_frames (error);
  }
  if (!read_classic (reading, root, error))
    return false;
  if (instance->kind == NEG_OBJECT_RTDOSE && instance->frames > 1)
    return read_dose_planes (reading, root, error);
  return true;
}

} // namespace neg
