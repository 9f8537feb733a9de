#include "config.h"

#include "engine/neg-dataset-private.hh"

#include <cmath>

namespace neg {

static const DcmTagKey shared_groups_tag (0x5200, 0x9229);
static const DcmTagKey per_frame_groups_tag (0x5200, 0x9230);

constexpr guint regions_max = 1000;
constexpr guint32 maps_max = 300000;          /* of one object */
constexpr gsize map_entries_max = 4u << 20;   /* of one object */
constexpr gsize map_bytes_max = 65536 * sizeof (double);

namespace {

/* Modules that are at the top level of classic objects and, in others, in functional groups. */
class ModuleReader {
public:
  ModuleReader (const Reading &reading_, const Item &root_)
      : instance (reading_.instance), reading (reading_), root (root_)
  {
  }

  void read_regions (const Item &item, guint32 frame);
  void read_maps (const Item &item, guint32 frame);
  void read_groups ();

private:
  bool read_map (const Item &item, NegRealWorldMap *map);
  bool read_limit (const Item &item, const DcmTagKey &whole, const DcmTagKey &real, double *value) const;
  void read_shared (const Item &group);

  NegInstance *instance; /* borrowed */
  const Reading &reading;
  const Item &root;
  gsize entries_left = map_entries_max;
};

} // namespace

/* Without a step an axis has no unit that means anything. */
static void
read_axis (const Item &item, const DcmTagKey &units_tag, const DcmTagKey &delta_tag, guint16 *units, double *delta)
{
  guint32 code = item.cardinal (units_tag);
  double step = item.number (delta_tag);

  *units = code <= G_MAXUINT16 && step != 0 && !std::isnan (step) ? static_cast<guint16> (code) : 0;
  *delta = std::isnan (step) ? 0 : step;
}

static bool
read_corners (const Item &item, NegUltrasoundRegion *region)
{
  static const DcmTagKey tags[] = { DCM_RegionLocationMinX0, DCM_RegionLocationMinY0, DCM_RegionLocationMaxX1,
                                    DCM_RegionLocationMaxY1 };
  guint32 *const targets[] = { &region->x0, &region->y0, &region->x1, &region->y1 };

  for (guint i = 0; i < G_N_ELEMENTS (tags); i++) {
    if (!item.has (tags[i]))
      return false;
    *targets[i] = item.cardinal (tags[i]);
  }
  return region->x0 <= region->x1 && region->y0 <= region->y1;
}

static void
read_reference (const Item &item, NegUltrasoundRegion *region)
{
  bool has_x = item.integer (DCM_ReferencePixelX0, &region->reference_x);
  bool has_y = item.integer (DCM_ReferencePixelY0, &region->reference_y);
  double x = item.number (DCM_ReferencePixelPhysicalValueX), y = item.number (DCM_ReferencePixelPhysicalValueY);

  region->has_reference = has_x || has_y;
  region->reference_x_value = std::isnan (x) ? 0 : x;
  region->reference_y_value = std::isnan (y) ? 0 : y;
}

/* C.8.5.5 */
void
ModuleReader::read_regions (const Item &item, guint32 frame)
{
  for (const Item &part : item.items (DCM_SequenceOfUltrasoundRegions, regions_max)) {
    NegUltrasoundRegion region = {};

    region.frame = frame;
    if (!read_corners (part, &region)) {
      reading.warn ("An item of %s is malformed and was left out", TagName (DCM_SequenceOfUltrasoundRegions).text);
      continue;
    }
    read_axis (part, DCM_PhysicalUnitsXDirection, DCM_PhysicalDeltaX, &region.x_units, &region.x_delta);
    read_axis (part, DCM_PhysicalUnitsYDirection, DCM_PhysicalDeltaY, &region.y_units, &region.y_delta);
    read_reference (part, &region);
    region.spatial_format = static_cast<guint16> (MIN (part.cardinal (DCM_RegionSpatialFormat), G_MAXUINT16));
    region.data_type = static_cast<guint16> (MIN (part.cardinal (DCM_RegionDataType), G_MAXUINT16));
    region.flags = part.cardinal (DCM_RegionFlags);
    *grow (&instance->ultrasound_regions, &instance->n_ultrasound_regions) = region;
  }
}

/* US or SS as Pixel Representation says, whatever VR the writer left; FD beside it where the pixels are floats. */
bool
ModuleReader::read_limit (const Item &item, const DcmTagKey &whole, const DcmTagKey &real, double *value) const
{
  *value = item.number (instance->is_float ? real : whole);
  if (std::isnan (*value))
    *value = item.number (instance->is_float ? whole : real);
  if (instance->is_signed && !item.is_vr (whole, EVR_SS) && *value > G_MAXINT16 && *value <= G_MAXUINT16)
    *value -= 65536;
  return !std::isnan (*value);
}

/* C.7.6.16.2.11.1.2: a table for every value from the first mapped to the last, or slope and intercept. */
bool
ModuleReader::read_map (const Item &item, NegRealWorldMap *map)
{
  Item units = item.first (DCM_MeasurementUnitsCodeSequence);
  std::vector<double> entries;

  map->slope = item.number (DCM_RealWorldValueSlope);
  map->intercept = item.number (DCM_RealWorldValueIntercept);
  if (item.length (DCM_RealWorldValueLUTData) > 0 && item.length (DCM_RealWorldValueLUTData) <= map_bytes_max)
    entries = item.numbers (DCM_RealWorldValueLUTData);
  if (!read_limit (item, DCM_RealWorldValueFirstValueMapped, DCM_DoubleFloatRealWorldValueFirstValueMapped,
                   &map->first_mapped)
      || !read_limit (item, DCM_RealWorldValueLastValueMapped, DCM_DoubleFloatRealWorldValueLastValueMapped,
                      &map->last_mapped)
      || map->first_mapped > map->last_mapped || entries.size () > entries_left)
    return false;
  if (entries.empty () && (std::isnan (map->slope) || std::isnan (map->intercept)))
    return false;
  if (!entries.empty () && !(map->last_mapped - map->first_mapped < static_cast<double> (entries.size ())))
    return false;
  if (!entries.empty ())
    map->slope = map->intercept = 0;
  entries_left -= entries.size ();
  map->entries = copy_numbers<double> (entries);
  map->n_entries = entries.size ();
  map->label = item.text (DCM_LUTLabel, frame_string_bytes_max);
  map->explanation = item.text (DCM_LUTExplanation, frame_string_bytes_max);
  if (units) {
    map->units_code = units.code (DCM_CodeValue, frame_string_bytes_max);
    map->units_meaning = units.text (DCM_CodeMeaning, frame_string_bytes_max);
  }
  return true;
}

void
ModuleReader::read_maps (const Item &item, guint32 frame)
{
  for (const Item &part : item.items (DCM_RealWorldValueMappingSequence, windows_max)) {
    if (instance->n_real_world_maps >= maps_max) {
      reading.warn ("%s has too many items; the first were taken", TagName (DCM_RealWorldValueMappingSequence).text);
      return;
    }
    NegRealWorldMap *map = grow (&instance->real_world_maps, &instance->n_real_world_maps);
    map->frame = frame;
    if (read_map (part, map))
      continue;
    reading.warn ("An item of %s is malformed and was left out", TagName (DCM_RealWorldValueMappingSequence).text);
    neg_real_world_map_clear (map);
    instance->n_real_world_maps--;
  }
}

static char *
read_relationship (const Item &group)
{
  Item properties = group.first (DCM_FramePixelDataPropertiesSequence);

  return properties ? properties.code (DCM_PixelIntensityRelationship) : nullptr;
}

/* What is shared is of all frames. */
void
ModuleReader::read_shared (const Item &group)
{
  Item shutter = group.first (DCM_FrameDisplayShutterSequence);

  read_regions (group, 0);
  read_maps (group, 0);
  if (shutter && !neg_shutter_is_set (&instance->shutter))
    read_shutter (shutter, &instance->shutter);
  if (instance->pixel_intensity_relationship == nullptr)
    instance->pixel_intensity_relationship = read_relationship (group);
}

void
ModuleReader::read_groups ()
{
  Item shared = root.first (shared_groups_tag);
  DcmSequenceOfItems *per_frame = root.sequence (per_frame_groups_tag);
  guint32 frame = 0;

  if (shared)
    read_shared (shared);
  if (per_frame == nullptr)
    return;
  for (DcmObject *object = per_frame->nextInContainer (nullptr); object != nullptr && frame < instance->frames;
       object = per_frame->nextInContainer (object)) {
    auto *item = dynamic_cast<DcmItem *> (object);

    frame++;
    if (item == nullptr)
      continue;
    if (item->tagExists (DCM_RealWorldValueMappingSequence) || item->tagExists (DCM_SequenceOfUltrasoundRegions)) {
      read_regions (root.inside (item), frame);
      read_maps (root.inside (item), frame);
    }
    if (instance->pixel_intensity_relationship == nullptr && item->tagExists (DCM_FramePixelDataPropertiesSequence))
      instance->pixel_intensity_relationship = read_relationship (root.inside (item));
    if (item->tagExists (DCM_FrameDisplayShutterSequence))
      reading.warn ("Shutters that differ from frame to frame are not shown");
  }
}

/* The block that a private creator has taken in @group (PS3.5 7.8.1); 0: none. */
static guint16
find_private_block (const Item &root, guint16 group, const char *creator)
{
  for (guint16 block = 0x10; block <= 0xFF; block++)
    if (root.has (DcmTagKey (group, block)) && root.code_is (DcmTagKey (group, block), creator))
      return static_cast<guint16> (block << 8);
  return 0;
}

static void
read_vendor_values (const Item &root, NegPetInfo *pet)
{
  guint16 ge = find_private_block (root, 0x0009, "GEMS_PETD_01");
  guint16 philips = find_private_block (root, 0x7053, "Philips PET Private Group");

  if (ge != 0)
    pet->ge_reference_datetime = root.code (DcmTagKey (0x0009, static_cast<guint16> (ge | 0x0D)), 64);
  if (philips != 0) {
    pet->philips_suv_factor = root.number (DcmTagKey (0x7053, philips));
    pet->philips_activity_factor = root.number (DcmTagKey (0x7053, static_cast<guint16> (philips | 0x09)));
  }
}

static bool
is_pet (const NegInstance *instance, bool *is_enhanced)
{
  const char *uid = instance->sop_class_uid;

  *is_enhanced = g_strcmp0 (uid, UID_EnhancedPETImageStorage) == 0
                 || g_strcmp0 (uid, UID_LegacyConvertedEnhancedPETImageStorage) == 0;
  return *is_enhanced || g_strcmp0 (uid, UID_PositronEmissionTomographyImageStorage) == 0
         || (instance->kind == NEG_OBJECT_IMAGE && g_strcmp0 (instance->modality, "PT") == 0);
}

/* Enhanced PET says YES or NO of each correction (C.8.22.4): in the words of Corrected Image (C.8.9.1). */
static char *
read_corrections (const Item &root, bool is_enhanced)
{
  bool is_attenuation, is_decay;

  if (!is_enhanced || root.has (DCM_CorrectedImage))
    return root.code (DCM_CorrectedImage);
  is_attenuation = root.code_is (DCM_AttenuationCorrected, "YES");
  is_decay = root.code_is (DCM_DecayCorrected, "YES");
  if (!is_attenuation && !is_decay)
    return nullptr;
  return g_strdup (!is_decay ? "ATTN" : !is_attenuation ? "DECY" : "ATTN\\DECY");
}

static void
read_pet (const Item &root, NegInstance *instance)
{
  NegPetInfo *pet = &instance->pet;
  Item tracer = root.first (DCM_RadiopharmaceuticalInformationSequence);
  bool is_enhanced;

  if (!is_pet (instance, &is_enhanced))
    return;
  pet->is_present = TRUE;
  /* Legacy converted objects carry what the classic ones said: their dose is in Bq. */
  pet->is_enhanced = is_enhanced && g_strcmp0 (instance->sop_class_uid, UID_EnhancedPETImageStorage) == 0;
  pet->units = root.code (DCM_Units);
  pet->suv_type = root.code (DCM_SUVType);
  pet->corrected_image = read_corrections (root, is_enhanced);
  pet->decay_correction = root.code (DCM_DecayCorrection);
  if (pet->is_enhanced)
    pet->decay_correction_datetime = root.code (DCM_DecayCorrectionDateTime, 64);
  pet->has_several_tracers = root.items (DCM_RadiopharmaceuticalInformationSequence, 2).size () > 1;
  pet->weight_kg = root.number (DCM_PatientWeight);
  pet->height_m = root.number (DCM_PatientSize);
  pet->frame_reference_time_ms = root.number (DCM_FrameReferenceTime);
  pet->actual_frame_duration_ms = root.number (DCM_ActualFrameDuration);
  pet->timezone = root.code (DCM_TimezoneOffsetFromUTC);
  read_vendor_values (root, pet);
  if (!tracer)
    return;
  pet->total_dose = tracer.number (DCM_RadionuclideTotalDose);
  pet->half_life_s = tracer.number (DCM_RadionuclideHalfLife);
  pet->injection_time = tracer.code (DCM_RadiopharmaceuticalStartTime);
  pet->injection_datetime = tracer.code (DCM_RadiopharmaceuticalStartDateTime);
}

static void
read_contents (NegInstance *instance, const Item &root)
{
  if (instance->kind == NEG_OBJECT_PR)
    instance->presentation = read_presentation (root);
  if (instance->kind == NEG_OBJECT_KO)
    instance->key_selection = read_key_selection (root);
  if (instance->kind == NEG_OBJECT_SR)
    instance->annotations = read_report (root);
  if (instance->kind != NEG_OBJECT_SR && instance->kind != NEG_OBJECT_KO)
    return;
  instance->document_code = read_document_code (root);
  instance->predecessors = read_predecessors (root);
}

void
read_modules (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;
  ModuleReader modules (reading, root);

  instance->anatomical_orientation = root.code (DCM_AnatomicalOrientationType);
  read_contents (instance, root);
  if (instance->rows == 0)
    return;
  instance->pixel_intensity_relationship = root.code (DCM_PixelIntensityRelationship);
  read_overlays (root, false, &instance->overlays, &instance->n_overlays);
  read_shutter (root, &instance->shutter);
  read_masks (root, &instance->masks, &instance->n_masks);
  modules.read_regions (root, 0);
  modules.read_maps (root, 0);
  modules.read_groups ();
  read_pet (root, instance);
}

} // namespace neg
