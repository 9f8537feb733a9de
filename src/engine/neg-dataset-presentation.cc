#include "config.h"

#include "engine/neg-dataset-private.hh"
#include "engine/neg-dataset-references.hh"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace neg {

constexpr guint parts_max = 10000; /* VOI items, areas, layers, annotations: of each kind */
constexpr guint luts_max = 512;    /* of one state, 128 KiB each */
constexpr guint objects_max = 50000;              /* graphics and texts together */
constexpr gsize graphic_points_max = 65536;       /* of one graphic */
constexpr gsize points_max = 100000;              /* of one state */

namespace {

/* One state, and what may still be taken of its larger parts. */
class StateReader {
public:
  StateReader (const Item &root_, NegPresentation *state_)
      : root (root_), state (state_), references (root_.reading), points_left (points_max),
        objects_left (objects_max), luts_left (luts_max)
  {
  }

  void read ();

private:
  void read_kind ();
  void read_modality ();
  void read_vois ();
  void read_voi_luts (const Item &item, NegSoftcopyVoi *voi);
  void read_output ();
  void read_areas ();
  bool read_area (const Item &item, NegDisplayedArea *area);
  void read_layers ();
  bool read_layer (const Item &item, NegGraphicLayer *layer);
  void read_annotations ();
  void read_graphics (const Item &item, NegGraphicAnnotation *annotation);
  bool read_graphic (const Item &item, NegGraphic *graphic);
  void read_texts (const Item &item, NegGraphicAnnotation *annotation);
  void count_compound (const Item &item);
  void count_of_matrix (const NegGraphicAnnotation &annotation);

  const Item &root;
  NegPresentation *state; /* borrowed */
  ReferenceReader references;
  gsize points_left;
  guint objects_left, luts_left;
};

} // namespace

void
StateReader::read_kind ()
{
  static const struct {
    const char *uid;
    NegPresentationKind kind;
  } kinds[] = {
    { UID_GrayscaleSoftcopyPresentationStateStorage, NEG_STATE_GRAYSCALE },
    { UID_ColorSoftcopyPresentationStateStorage, NEG_STATE_COLOR },
    { UID_PseudoColorSoftcopyPresentationStateStorage, NEG_STATE_PSEUDO_COLOR },
    { UID_XAXRFGrayscaleSoftcopyPresentationStateStorage, NEG_STATE_XA_XRF },
  };

  state->kind = NEG_STATE_OTHER;
  for (const auto &known : kinds)
    if (g_strcmp0 (root.reading->instance->sop_class_uid, known.uid) == 0)
      state->kind = known.kind;
  state->label = root.code (DCM_ContentLabel);
  state->description = root.text (DCM_ContentDescription);
  state->creator = root.person_name (DCM_ContentCreatorName);
  state->created_date = root.code (DCM_PresentationCreationDate);
  state->created_time = root.code (DCM_PresentationCreationTime);
}

/* The first value mapped has the sign that the images' values have, which an implicit VR does not tell. What would run
 * out of 16 bits is negative. */
static bool
is_signed_table (const Item &item)
{
  std::vector<guint16> words = item.words (DCM_LUTDescriptor);

  if (item.is_vr (DCM_LUTDescriptor, EVR_US) || item.is_vr (DCM_LUTDescriptor, EVR_SS))
    return item.is_vr (DCM_LUTDescriptor, EVR_SS);
  return words.size () == 3 && words[1] + (words[0] == 0 ? 65536u : words[0]) > 65536u;
}

/* C.11.1: either a table or a rescale; without both the values stay as they are (PS3.4 N.2.1.1). */
void
StateReader::read_modality ()
{
  NegFrameInfo info;
  Item item = root.first (DCM_ModalityLUTSequence);

  neg_frame_info_init (&info);
  read_rescale (root, &info);
  state->has_rescale = info.has_rescale;
  state->rescale_slope = info.rescale_slope;
  state->rescale_intercept = info.rescale_intercept;
  state->rescale_type = info.rescale_type;
  if (item && read_lut (item, is_signed_table (item), &state->modality_lut) && state->rescale_type == nullptr)
    state->rescale_type = item.text (DCM_ModalityLUTType, frame_string_bytes_max);
}

void
StateReader::read_voi_luts (const Item &item, NegSoftcopyVoi *voi)
{
  for (const Item &part : item.items (DCM_VOILUTSequence, windows_max)) {
    if (luts_left == 0) {
      root.reading->warn ("%s has too many tables; the first were taken", TagName (DCM_SoftcopyVOILUTSequence).text);
      return;
    }
    luts_left--;
    if (!read_lut (part, is_signed_table (part), grow (&voi->luts, &voi->n_luts)))
      voi->n_luts--;
  }
}

/* C.11.8 */
void
StateReader::read_vois ()
{
  for (const Item &item : root.items (DCM_SoftcopyVOILUTSequence, parts_max)) {
    NegSoftcopyVoi *voi = grow (&state->vois, &state->n_vois);
    WindowTable windows;
    NegFrameInfo info;

    neg_frame_info_init (&info);
    windows.read (item, &info);
    windows.move_to (&voi->windows, &voi->n_windows);
    voi->function = info.voi_function;
    read_voi_luts (item, voi);
    if (!references.read_images (item, &voi->references)
        || (voi->n_windows == 0 && voi->n_luts == 0)) {
      root.reading->warn ("An item of %s is malformed and was left out", TagName (DCM_SoftcopyVOILUTSequence).text);
      neg_softcopy_voi_clear (voi);
      state->n_vois--;
    }
  }
}

/* C.11.6, and C.11.16 for pseudo-color. */
void
StateReader::read_output ()
{
  Item item = root.first (DCM_PresentationLUTSequence);
  gint32 rotation = 0;

  state->is_inverse = root.code_is (DCM_PresentationLUTShape, "INVERSE");
  if (item)
    read_lut (item, false, &state->presentation_lut);
  if (state->kind == NEG_STATE_PSEUDO_COLOR)
    read_palette (root, false, state->palette);
  read_shutter (root, &state->shutter);
  read_masks (root, &state->masks, &state->n_masks);
  /* C.10.6 */
  if (root.integer (DCM_ImageRotation, &rotation)) {
    if (rotation % 90 == 0 && rotation >= 0 && rotation < 360)
      state->rotation_deg = static_cast<guint> (rotation);
    else
      root.reading->warn ("%s is not a multiple of 90 and was ignored", TagName (DCM_ImageRotation).text);
  }
  state->is_flipped = root.code_is (DCM_ImageHorizontalFlip, "Y");
}

static bool
read_corner (const Item &item, const DcmTagKey &tag, gint32 corner[2])
{
  std::vector<gint32> values = item.integers (tag, 64);

  if (values.size () != 2)
    return false;
  corner[0] = values[0];
  corner[1] = values[1];
  return true;
}

/* C.10.4. An unknown mode fits: that cannot hide anything. */
bool
StateReader::read_area (const Item &item, NegDisplayedArea *area)
{
  std::vector<gint32> aspect = item.integers (DCM_PresentationPixelAspectRatio, 256);
  double magnification = item.number (DCM_PresentationPixelMagnificationRatio);

  area->has_spacing = read_spacing (item, DCM_PresentationPixelSpacing, area->spacing_mm);
  if (aspect.size () == 2 && aspect[0] > 0 && aspect[1] > 0) {
    area->has_aspect = TRUE;
    area->aspect[0] = aspect[0];
    area->aspect[1] = aspect[1];
  }
  if (item.code_is (DCM_PresentationSizeMode, "TRUE SIZE") && area->has_spacing)
    area->mode = NEG_AREA_TRUE_SIZE;
  else if (item.code_is (DCM_PresentationSizeMode, "MAGNIFY") && magnification > 0) {
    area->mode = NEG_AREA_MAGNIFY;
    area->magnification = magnification;
  }
  return read_corner (item, DCM_DisplayedAreaTopLeftHandCorner, area->top_left)
         && read_corner (item, DCM_DisplayedAreaBottomRightHandCorner, area->bottom_right)
         && references.read_images (item, &area->references);
}

void
StateReader::read_areas ()
{
  for (const Item &item : root.items (DCM_DisplayedAreaSelectionSequence, parts_max)) {
    NegDisplayedArea *area = grow (&state->areas, &state->n_areas);

    if (read_area (item, area))
      continue;
    root.reading->warn ("An item of %s is malformed and was left out",
                        TagName (DCM_DisplayedAreaSelectionSequence).text);
    neg_image_references_clear (&area->references);
    state->n_areas--;
  }
}

bool
StateReader::read_layer (const Item &item, NegGraphicLayer *layer)
{
  gint32 gray;

  layer->name = item.code (DCM_GraphicLayer, frame_string_bytes_max);
  layer->description = item.text (DCM_GraphicLayerDescription);
  if (!item.integer (DCM_GraphicLayerOrder, &layer->order))
    layer->order = 0;
  if (item.integer (DCM_GraphicLayerRecommendedDisplayGrayscaleValue, &gray) && gray >= 0 && gray <= G_MAXUINT16) {
    layer->has_gray = TRUE;
    layer->gray = static_cast<guint16> (gray);
  }
  layer->has_color = read_lab (item, DCM_GraphicLayerRecommendedDisplayCIELabValue, layer->color_lab);
  return layer->name != nullptr;
}

void
StateReader::read_layers ()
{
  for (const Item &item : root.items (DCM_GraphicLayerSequence, parts_max)) {
    NegGraphicLayer *layer = grow (&state->layers, &state->n_layers);

    if (read_layer (item, layer))
      continue;
    root.reading->warn ("An item of %s has no name and was left out", TagName (DCM_GraphicLayerSequence).text);
    g_free (layer->description);
    state->n_layers--;
  }
}

static bool
read_units (const Item &item, const DcmTagKey &tag, NegGraphicUnits *units)
{
  static const char *const names[] = { "PIXEL", "DISPLAY", "MATRIX" };
  g_autofree char *name = item.code (tag, 64);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0) {
      *units = static_cast<NegGraphicUnits> (i);
      return true;
    }
  return false;
}

static bool
read_graphic_type (const Item &item, gsize n_points, NegGraphicType *type)
{
  static const struct {
    const char *name;
    gsize n_min, n_max;
  } types[] = {
    { "POINT", 1, 1 },  { "POLYLINE", 2, graphic_points_max }, { "INTERPOLATED", 2, graphic_points_max },
    { "CIRCLE", 2, 2 }, { "ELLIPSE", 4, 4 },
  };
  g_autofree char *name = item.code (DCM_GraphicType, 64);

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (name, types[i].name) == 0) {
      *type = static_cast<NegGraphicType> (i);
      return n_points >= types[i].n_min && n_points <= types[i].n_max;
    }
  return false;
}

/* C.10.5.1.2. The values that are there count, not what (0070,0021) says of them. */
bool
StateReader::read_graphic (const Item &item, NegGraphic *graphic)
{
  std::vector<double> values;

  if (item.length (DCM_GraphicData) > 2 * graphic_points_max * sizeof (float))
    return false;
  values = item.numbers (DCM_GraphicData);
  if (values.empty () || values.size () % 2 != 0 || values.size () / 2 > points_left
      || !read_units (item, DCM_GraphicAnnotationUnits, &graphic->units)
      || !read_graphic_type (item, values.size () / 2, &graphic->type))
    return false;
  graphic->is_filled = item.code_is (DCM_GraphicFilled, "Y");
  graphic->points = copy_numbers<double> (values);
  graphic->n_points = values.size () / 2;
  points_left -= graphic->n_points;
  return true;
}

void
StateReader::read_graphics (const Item &item, NegGraphicAnnotation *annotation)
{
  for (const Item &part : item.items (DCM_GraphicObjectSequence, objects_left)) {
    objects_left--;
    if (read_graphic (part, grow (&annotation->graphics, &annotation->n_graphics)))
      continue;
    root.reading->warn ("An item of %s is malformed and was left out", TagName (DCM_GraphicObjectSequence).text);
    annotation->n_graphics--;
    state->n_undrawn++;
  }
}

static bool
read_text (const Item &item, NegGraphicText *text)
{
  text->has_box = read_units (item, DCM_BoundingBoxAnnotationUnits, &text->box_units)
                  && item.doubles (DCM_BoundingBoxTopLeftHandCorner, text->box, 2)
                  && item.doubles (DCM_BoundingBoxBottomRightHandCorner, text->box + 2, 2);
  text->has_anchor = read_units (item, DCM_AnchorPointAnnotationUnits, &text->anchor_units)
                     && item.doubles (DCM_AnchorPoint, text->anchor, 2);
  text->anchor_visible = text->has_anchor && item.code_is (DCM_AnchorPointVisibility, "Y");
  text->text = item.text (DCM_UnformattedTextValue);
  text->justification = item.code (DCM_BoundingBoxTextHorizontalJustification, 64);
  return text->text != nullptr && (text->has_box || text->has_anchor);
}

void
StateReader::read_texts (const Item &item, NegGraphicAnnotation *annotation)
{
  for (const Item &part : item.items (DCM_TextObjectSequence, objects_left)) {
    NegGraphicText *text = grow (&annotation->texts, &annotation->n_texts);

    objects_left--;
    if (read_text (part, text))
      continue;
    root.reading->warn ("An item of %s is malformed and was left out", TagName (DCM_TextObjectSequence).text);
    state->n_undrawn++;
    g_free (text->text);
    g_free (text->justification);
    annotation->n_texts--;
  }
}

/* A compound graphic is drawn by the simple ones that the writer gives with its number (C.10.5.1.3); without them it is
 * not: what its ticks, gaps and heads look like is the writer's. */
void
StateReader::count_compound (const Item &item)
{
  static const DcmTagKey simple_ones[] = { DCM_GraphicObjectSequence, DCM_TextObjectSequence };
  std::unordered_set<guint32> drawn;
  guint32 n = 0;

  for (const DcmTagKey &tag : simple_ones)
    for (const Item &part : item.items (tag, objects_max))
      if (part.has (DCM_CompoundGraphicInstanceID))
        drawn.insert (part.cardinal (DCM_CompoundGraphicInstanceID));
  for (const Item &part : item.items (DCM_CompoundGraphicSequence, objects_max))
    n += !part.has (DCM_CompoundGraphicInstanceID) || drawn.count (part.cardinal (DCM_CompoundGraphicInstanceID)) == 0;
  if (n > 0)
    root.reading->warn ("%s without simple graphics is not drawn", TagName (DCM_CompoundGraphicSequence).text);
  state->n_undrawn += n;
}

/* Where a pixel of the total matrix is in a frame no state says, and images without a matrix have no such place
 * (C.10.5.1.1): a drawing elsewhere would be about something else. */
void
StateReader::count_of_matrix (const NegGraphicAnnotation &annotation)
{
  guint32 n = 0;

  for (guint32 i = 0; i < annotation.n_graphics; i++)
    n += annotation.graphics[i].units == NEG_UNITS_MATRIX;
  for (guint32 i = 0; i < annotation.n_texts; i++)
    n += neg_graphic_text_is_of_matrix (&annotation.texts[i]);
  if (n > 0)
    root.reading->warn ("Graphics in coordinates of a total pixel matrix are not drawn");
  state->n_undrawn += n;
}

void
StateReader::read_annotations ()
{
  for (const Item &item : root.items (DCM_GraphicAnnotationSequence, parts_max)) {
    NegGraphicAnnotation *annotation = grow (&state->annotations, &state->n_annotations);

    annotation->layer = item.code (DCM_GraphicLayer, frame_string_bytes_max);
    read_graphics (item, annotation);
    read_texts (item, annotation);
    count_compound (item);
    if (references.read_images (item, &annotation->references)) {
      count_of_matrix (*annotation);
      continue;
    }
    state->n_undrawn += annotation->n_graphics + annotation->n_texts;
    root.reading->warn ("An item of %s is malformed and was left out", TagName (DCM_GraphicAnnotationSequence).text);
    neg_graphic_annotation_clear (annotation);
    state->n_annotations--;
  }
}

void
StateReader::read ()
{
  read_kind ();
  references.read_series (root, nullptr, &state->references);
  read_modality ();
  read_vois ();
  read_output ();
  read_areas ();
  read_overlays (root, true, &state->overlays, &state->n_overlays);
  read_layers ();
  read_annotations ();
}

NegPresentation *
read_presentation (const Item &root)
{
  g_autoptr (NegPresentation) state = neg_presentation_new ();

  StateReader (root, state).read ();
  if (state->references.n > 0 || state->kind == NEG_STATE_OTHER)
    return g_steal_pointer (&state);
  /* What is of nothing must not become of everything. */
  root.reading->warn ("The presentation state refers to no image and is not applied");
  return nullptr;
}

} // namespace neg
