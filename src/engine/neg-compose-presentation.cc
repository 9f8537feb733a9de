/* Grayscale Softcopy Presentation State (PS3.3 A.33.1). */
#include "config.h"

#include "engine/neg-compose-private.hh"

namespace neg {

/* Those that it is for; none: the state's own, which the standard lets one leave out. */
static void
write_meant_images (const Writer &item, const NegImageReferences &references)
{
  for (guint32 i = 0; i < references.n; i++)
    write_image_reference (item.add (DCM_ReferencedImageSequence), references.items[i]);
}

/* The first value mapped is SS where inputs are signed (C.11.2.1.1); US or SS decides about all three numbers. */
static void
write_descriptor (const Writer &item, const NegLut &lut)
{
  const guint16 n = guint16 (lut.n_entries & 0xFFFF); /* 65536 is 0 */

  if (lut.first_mapped < 0) {
    const Sint16 numbers[3] = { Sint16 (n), Sint16 (lut.first_mapped), Sint16 (lut.bits) };
    auto element = std::make_unique<DcmSignedShort> (DcmTag (DCM_LUTDescriptor, EVR_SS));

    element->putSint16Array (numbers, 3);
    item.insert (std::move (element));
  } else {
    const Uint16 numbers[3] = { n, Uint16 (lut.first_mapped), Uint16 (lut.bits) };
    auto element = std::make_unique<DcmUnsignedShort> (DcmTag (DCM_LUTDescriptor, EVR_US));

    element->putUint16Array (numbers, 3);
    item.insert (std::move (element));
  }
}

/* As OW: a table of 65536 entries does not fit into the 16 bit length of US (PS3.5 7.1.2). */
static Writer
write_lut (const Writer &parent, const DcmTagKey &sequence, const NegLut &lut)
{
  const Writer item = parent.add (sequence);
  auto data = std::make_unique<DcmOtherByteOtherWord> (DcmTag (DCM_LUTData, EVR_OW));

  write_descriptor (item, lut);
  item.cut (DCM_LUTExplanation, lut.explanation, 64);
  data->putUint16Array (lut.entries, lut.n_entries);
  item.insert (std::move (data));
  return item;
}

static const char *
get_function (NegVoiFunction function)
{
  return function == NEG_VOI_SIGMOID ? "SIGMOID" : function == NEG_VOI_LINEAR_EXACT ? "LINEAR_EXACT" : "LINEAR";
}

static void
write_voi (const Writer &root, const NegSoftcopyVoi &voi)
{
  const Writer item = root.add (DCM_SoftcopyVOILUTSequence);
  std::vector<double> centers, widths;
  std::vector<const char *> explanations;
  bool is_explained = false;

  write_meant_images (item, voi.references);
  for (guint32 i = 0; i < voi.n_windows; i++) {
    centers.push_back (voi.windows[i].center);
    widths.push_back (voi.windows[i].width);
    explanations.push_back (voi.windows[i].explanation);
    is_explained |= voi.windows[i].explanation != nullptr;
  }
  if (is_explained)
    item.cut_all (DCM_WindowCenterWidthExplanation, explanations, 64);
  if (!centers.empty ()) {
    item.decimals (DCM_WindowCenter, centers.data (), centers.size ());
    item.decimals (DCM_WindowWidth, widths.data (), widths.size ());
    item.text (DCM_VOILUTFunction, get_function (voi.function));
  }
  for (guint32 i = 0; i < voi.n_luts; i++)
    write_lut (item, DCM_VOILUTSequence, voi.luts[i]);
}

static void
write_area (const Writer &root, const NegDisplayedArea &area)
{
  static const char *const modes[] = { "SCALE TO FIT", "TRUE SIZE", "MAGNIFY" };
  const Writer item = root.add (DCM_DisplayedAreaSelectionSequence);

  write_meant_images (item, area.references);
  item.longs (DCM_DisplayedAreaTopLeftHandCorner, area.top_left, 2);
  item.longs (DCM_DisplayedAreaBottomRightHandCorner, area.bottom_right, 2);
  item.text (DCM_PresentationSizeMode, modes[area.mode]);
  if (area.has_spacing) {
    item.decimals (DCM_PresentationPixelSpacing, area.spacing_mm, 2);
  } else {
    g_autofree char *aspect = area.has_aspect ? g_strdup_printf ("%u\\%u", area.aspect[0], area.aspect[1])
                                              : g_strdup ("1\\1");
    item.text (DCM_PresentationPixelAspectRatio, aspect);
  }
  if (area.mode == NEG_AREA_MAGNIFY)
    item.floats (DCM_PresentationPixelMagnificationRatio, &area.magnification, 1);
}

static const char *
get_units (NegGraphicUnits units)
{
  return units == NEG_UNITS_DISPLAY ? "DISPLAY" : units == NEG_UNITS_MATRIX ? "MATRIX" : "PIXEL";
}

static void
write_graphic (const Writer &annotation, const NegGraphic &graphic)
{
  static const char *const types[] = { "POINT", "POLYLINE", "INTERPOLATED", "CIRCLE", "ELLIPSE" };
  const Writer item = annotation.add (DCM_GraphicObjectSequence);

  item.text (DCM_GraphicAnnotationUnits, get_units (graphic.units));
  item.us (DCM_GraphicDimensions, 2);
  item.us (DCM_NumberOfGraphicPoints, guint16 (graphic.n_points));
  item.floats (DCM_GraphicData, graphic.points, 2 * graphic.n_points);
  item.text (DCM_GraphicType, types[graphic.type]);
  if (graphic.type != NEG_GRAPHIC_POINT)
    item.text (DCM_GraphicFilled, graphic.is_filled ? "Y" : "N");
}

static void
write_text (const Writer &annotation, const NegGraphicText &text)
{
  const Writer item = annotation.add (DCM_TextObjectSequence);

  if (text.has_box)
    item.text (DCM_BoundingBoxAnnotationUnits, get_units (text.box_units));
  if (text.has_anchor)
    item.text (DCM_AnchorPointAnnotationUnits, get_units (text.anchor_units));
  item.cut_lines (DCM_UnformattedTextValue, text.text, 1024);
  if (text.has_box) {
    item.floats (DCM_BoundingBoxTopLeftHandCorner, text.box, 2);
    item.floats (DCM_BoundingBoxBottomRightHandCorner, text.box + 2, 2);
    item.text (DCM_BoundingBoxTextHorizontalJustification, text.justification ? text.justification : "LEFT");
  }
  if (text.has_anchor) {
    item.floats (DCM_AnchorPoint, text.anchor, 2);
    item.text (DCM_AnchorPointVisibility, text.anchor_visible ? "Y" : "N");
  }
}

static void
write_annotation (const Writer &root, const NegGraphicAnnotation &annotation)
{
  const Writer item = root.add (DCM_GraphicAnnotationSequence);

  write_meant_images (item, annotation.references);
  item.text (DCM_GraphicLayer, annotation.layer);
  for (guint32 i = 0; i < annotation.n_texts; i++)
    write_text (item, annotation.texts[i]);
  for (guint32 i = 0; i < annotation.n_graphics; i++)
    write_graphic (item, annotation.graphics[i]);
}

/* C.10.7.1.1, the other way round than read_lab(). */
static void
write_lab (const Writer &item, const DcmTagKey &tag, const double lab[3])
{
  const double scaled[3] = { lab[0] * 65535 / 100, (lab[1] + 128) * 65535 / 255, (lab[2] + 128) * 65535 / 255 };
  guint16 words[3];

  for (guint i = 0; i < 3; i++)
    words[i] = guint16 (CLAMP (scaled[i], 0, 65535) + 0.5);
  item.words (tag, words, 3);
}

static void
write_layer (const Writer &root, const NegGraphicLayer &layer)
{
  const Writer item = root.add (DCM_GraphicLayerSequence);

  item.text (DCM_GraphicLayer, layer.name);
  item.integer (DCM_GraphicLayerOrder, layer.order);
  if (layer.has_gray)
    item.us (DCM_GraphicLayerRecommendedDisplayGrayscaleValue, layer.gray);
  if (layer.has_color)
    write_lab (item, DCM_GraphicLayerRecommendedDisplayCIELabValue, layer.color_lab);
  item.cut (DCM_GraphicLayerDescription, layer.description, 64);
}

/* A grayscale state may not have the colour (C.11.12, 0018,1624): its lightness instead. */
static guint16
get_shutter_value (const NegShutter &shutter)
{
  if (shutter.has_value || !shutter.has_color)
    return shutter.has_value ? shutter.value : 0;
  return guint16 (CLAMP (shutter.color_lab[0] / 100, 0, 1) * 65535 + 0.5);
}

static void
write_shutter (const Writer &root, const NegShutter &shutter)
{
  g_autoptr (GString) shapes = g_string_new (nullptr);
  g_autoptr (GString) vertices = g_string_new (nullptr);

  if (shutter.has_rectangle)
    g_string_append (shapes, "RECTANGULAR");
  if (shutter.has_circle)
    g_string_append_printf (shapes, "%sCIRCULAR", shapes->len > 0 ? "\\" : "");
  if (shutter.n_vertices > 0)
    g_string_append_printf (shapes, "%sPOLYGONAL", shapes->len > 0 ? "\\" : "");
  if (shutter.bitmap_group != 0)
    g_string_append_printf (shapes, "%sBITMAP", shapes->len > 0 ? "\\" : "");
  if (shapes->len == 0)
    return;
  root.text (DCM_ShutterShape, shapes->str);
  if (shutter.has_rectangle) {
    root.integer (DCM_ShutterLeftVerticalEdge, shutter.left);
    root.integer (DCM_ShutterRightVerticalEdge, shutter.right);
    root.integer (DCM_ShutterUpperHorizontalEdge, shutter.top);
    root.integer (DCM_ShutterLowerHorizontalEdge, shutter.bottom);
  }
  if (shutter.has_circle) {
    g_autofree char *center = g_strdup_printf ("%d\\%d", shutter.circle_row, shutter.circle_column);

    root.text (DCM_CenterOfCircularShutter, center);
    root.integer (DCM_RadiusOfCircularShutter, shutter.circle_radius_px);
  }
  for (guint32 i = 0; i < 2 * shutter.n_vertices; i++)
    g_string_append_printf (vertices, "%s%d", i > 0 ? "\\" : "", shutter.vertices[i]);
  if (shutter.n_vertices > 0)
    root.text (DCM_VerticesOfThePolygonalShutter, vertices->str);
  if (shutter.bitmap_group != 0)
    root.us (DCM_ShutterOverlayGroup, shutter.bitmap_group);
  root.us (DCM_ShutterPresentationValue, get_shutter_value (shutter));
}

/* A plane of the state's own (C.9.2). Its numbers are within 16 bits: the reader has seen to it. */
static void
write_plane (const Writer &root, const NegOverlayPlane &plane)
{
  const Sint16 origin[2] = { Sint16 (plane.origin_row), Sint16 (plane.origin_column) };
  std::vector<guint8> bits (plane.bits, plane.bits + plane.n_bytes);
  auto data = std::make_unique<DcmOtherByteOtherWord> (DcmTag (DcmTagKey (plane.group, 0x3000), EVR_OW));
  auto place = std::make_unique<DcmSignedShort> (DcmTag (DcmTagKey (plane.group, 0x0050), EVR_SS));
  std::vector<Uint16> words ((bits.size () + 1) / 2);

  bits.resize (2 * words.size ());
  for (gsize i = 0; i < words.size (); i++)
    words[i] = Uint16 (bits[2 * i] | bits[2 * i + 1] << 8);
  place->putSint16Array (origin, 2);
  data->putUint16Array (words.data (), words.size ());
  root.us (DcmTagKey (plane.group, 0x0010), guint16 (plane.rows));
  root.us (DcmTagKey (plane.group, 0x0011), guint16 (plane.columns));
  if (plane.n_frames > 1) {
    root.integer (DcmTagKey (plane.group, 0x0015), gint32 (plane.n_frames));
    root.us (DcmTagKey (plane.group, 0x0051), guint16 (plane.first_frame));
  }
  root.cut (DcmTagKey (plane.group, 0x0022), plane.description, 64);
  root.text (DcmTagKey (plane.group, 0x0040), plane.is_roi ? "R" : "G");
  root.insert (std::move (place));
  root.us (DcmTagKey (plane.group, 0x0100), 1);
  root.us (DcmTagKey (plane.group, 0x0102), 0);
  root.cut (DcmTagKey (plane.group, 0x1500), plane.label, 64);
  root.insert (std::move (data));
}

/* What is to be seen of the image's planes and of the state's own: the group and the layer that activates it (C.11.7). */
static void
write_overlays (const Writer &root, const NegPresentation &state)
{
  for (guint32 i = 0; i < state.n_overlays; i++) {
    const NegOverlayPlane &plane = state.overlays[i];

    if (plane.bits != nullptr)
      write_plane (root, plane);
    root.text (DcmTagKey (plane.group, 0x1001), plane.activation_layer);
  }
}

/* C.11.13 */
static void
write_masks (const Writer &root, const NegPresentation &state)
{
  static const char *const operations[] = { "NONE", "AVG_SUB", "TID", "REV_TID" };

  for (guint32 i = 0; i < state.n_masks; i++) {
    const NegMaskItem &mask = state.masks[i];
    const Writer item = root.add (DCM_MaskSubtractionSequence);
    const std::vector<guint16> ranges (mask.ranges, mask.ranges + 2 * mask.n_ranges);
    const std::vector<guint16> frames (mask.mask_frames, mask.mask_frames + mask.n_mask_frames);

    item.text (DCM_MaskOperation, operations[mask.operation]);
    if (mask.operation == NEG_MASK_TID || mask.operation == NEG_MASK_REV_TID)
      item.us (DCM_TIDOffset, guint16 (mask.tid_offset));
    if (mask.operation == NEG_MASK_AVG_SUB)
      item.us (DCM_ContrastFrameAveraging, 1);
    if (!ranges.empty ())
      item.words (DCM_ApplicableFrameRange, ranges.data (), ranges.size ());
    if (!frames.empty ())
      item.words (DCM_MaskFrameNumbers, frames.data (), frames.size ());
    if (mask.shift_px[0] != 0 || mask.shift_px[1] != 0)
      item.floats (DCM_MaskSubPixelShift, mask.shift_px, 2);
  }
  if (state.n_masks > 0)
    root.text (DCM_RecommendedViewingMode, "SUB");
}

static void
write_modality (const Writer &root, const NegPresentation &state)
{
  if (state.modality_lut.n_entries > 0) {
    write_lut (root, DCM_ModalityLUTSequence, state.modality_lut)
        .cut (DCM_ModalityLUTType, state.rescale_type ? state.rescale_type : "US", 64);
  } else if (state.has_rescale) {
    root.decimal (DCM_RescaleIntercept, state.rescale_intercept);
    root.decimal (DCM_RescaleSlope, state.rescale_slope);
    root.text (DCM_RescaleType, state.rescale_type ? state.rescale_type : "US");
  }
}

static void
write_identification (const Writer &root, const NegCompose &compose)
{
  const NegPresentation &state = *compose.presentation;

  root.text (DCM_ContentLabel, state.label ? state.label : "READING");
  root.cut (DCM_ContentDescription, state.description ? state.description : "", 64);
  root.text (DCM_PresentationCreationDate, compose.date);
  root.text (DCM_PresentationCreationTime, compose.time);
  root.text_or_empty (DCM_ContentCreatorName, compose.creator);
}

void
compose_presentation (const Writer &root, const NegCompose &compose)
{
  const NegPresentation &state = *compose.presentation;

  write_identification (root, compose);
  root.text_or_empty (DCM_Laterality, nullptr); /* of a series that is of no body part: type 2C */
  write_series_references (root, state.references);
  write_modality (root, state);
  for (guint32 i = 0; i < state.n_vois; i++)
    write_voi (root, state.vois[i]);
  if (state.presentation_lut.n_entries > 0)
    write_lut (root, DCM_PresentationLUTSequence, state.presentation_lut);
  else
    root.text (DCM_PresentationLUTShape, state.is_inverse ? "INVERSE" : "IDENTITY");
  write_shutter (root, state.shutter);
  for (guint32 i = 0; i < state.n_areas; i++)
    write_area (root, state.areas[i]);
  if (state.rotation_deg != 0 || state.is_flipped) {
    root.us (DCM_ImageRotation, guint16 (state.rotation_deg));
    root.text (DCM_ImageHorizontalFlip, state.is_flipped ? "Y" : "N");
  }
  write_overlays (root, state);
  write_masks (root, state);
  for (guint32 i = 0; i < state.n_annotations; i++)
    write_annotation (root, state.annotations[i]);
  for (guint32 i = 0; i < state.n_layers; i++)
    write_layer (root, state.layers[i]);
}

} // namespace neg
