/* Key object selections (TID 2010) and measurements (TID 1500, in the form that other writers give it: groups of
 * TID 1501 with a length or angle inferred from its points, of TID 1410 with an image region). */
#include "config.h"

#include "engine/neg-compose-private.hh"

#include <cmath>

namespace neg {

/* C.17.6.1: whoever is responsible is the reader; nothing was performed or requested here. */
void
compose_key_selection (const Writer &root, const NegCompose &compose, const char *study_uid)
{
  const NegKeySelection &selection = *compose.key_selection;
  const Code title = { selection.title_value, selection.title_scheme, selection.title_meaning };
  const Code modifier = { selection.modifier_value, "DCM",
                          selection.modifier_meaning ? selection.modifier_meaning : selection.modifier_value };

  root.empty_sequence (DCM_ReferencedPerformedProcedureStepSequence);
  write_evidence (root, DCM_CurrentRequestedProcedureEvidenceSequence, selection.references, study_uid);
  write_document (root, compose, title, "2010", modifier.value != nullptr ? &modifier : nullptr);
  add_text (root, "CONTAINS", { "113012", "DCM", "Key Object Description" }, selection.description);
  for (guint32 i = 0; i < selection.references.n; i++)
    add_image (root, "CONTAINS", selection.references.items[i], nullptr);
}

/* --- measurements --- */

static Code
get_concept (NegQuantity quantity)
{
  switch (quantity) {
  case NEG_QUANTITY_LENGTH:
    return { "410668003", "SCT", "Length" };
  case NEG_QUANTITY_ANGLE:
    return { "1483009", "SCT", "Angle" };
  case NEG_QUANTITY_AREA:
    return { "42798000", "SCT", "Area" };
  case NEG_QUANTITY_SD:
    return { "386136009", "SCT", "Standard Deviation" };
  case NEG_QUANTITY_MINIMUM:
    return { "255605001", "SCT", "Minimum" };
  case NEG_QUANTITY_MAXIMUM:
    return { "56851009", "SCT", "Maximum" };
  case NEG_QUANTITY_MEAN:
  case NEG_QUANTITY_VALUE:
  case NEG_QUANTITY_N:
  default:
    return { "373098007", "SCT", "Mean" };
  }
}

static const char *
get_unit_meaning (const char *unit)
{
  static const char *const meanings[][2] = {
    { "mm", "millimeter" },       { "mm2", "square millimeter" }, { "deg", "degree" },
    { "[hnsf'U]", "Hounsfield unit" }, { "{pixels}", "pixels" },  { "g/ml", "gram per milliliter" },
    { "1", "no units" },          { "cm/s", "centimeter per second" },
  };

  for (const auto &meaning : meanings)
    if (g_strcmp0 (meaning[0], unit) == 0)
      return meaning[1];
  return unit;
}

static NegImageReference
get_reference (const NegAnnotation &annotation, guint32 *frame)
{
  *frame = annotation.frame;
  return { annotation.study_uid, annotation.series_uid, annotation.sop_class_uid, annotation.sop_instance_uid,
           1, frame };
}

/* An ellipse is written by the ends of its axes, the longer one first; an outline is closed. */
static std::vector<double>
get_region_points (const NegAnnotation &annotation, const char **type)
{
  const double *p = annotation.points_px;
  std::vector<double> points (p, p + 2 * annotation.n_points);

  *type = "POLYLINE";
  if (annotation.kind == NEG_ANNOTATION_RECTANGLE) {
    points = { p[0], p[1], p[2], p[1], p[2], p[3], p[0], p[3], p[0], p[1] };
  } else if (annotation.kind == NEG_ANNOTATION_ELLIPSE) {
    const double x = (p[0] + p[2]) / 2, y = (p[1] + p[3]) / 2;

    *type = "ELLIPSE";
    if (std::abs (p[2] - p[0]) >= std::abs (p[3] - p[1]))
      points = { p[0], y, p[2], y, x, p[1], x, p[3] };
    else
      points = { x, p[1], x, p[3], p[0], y, p[2], y };
  } else if (annotation.kind == NEG_ANNOTATION_FREEHAND) {
    points.push_back (p[0]);
    points.push_back (p[1]);
  } else if (annotation.kind == NEG_ANNOTATION_PROBE) {
    *type = "POINT";
  }
  return points;
}

/* Places in the patient (C.18.9): what is closed is a polygon that says its first point twice. */
static void
add_places (const Writer &parent, const char *relationship, const Code &concept, const NegAnnotation &annotation)
{
  const char *type;
  const std::vector<double> points = get_region_points (annotation, &type);
  const bool is_closed = annotation.kind == NEG_ANNOTATION_RECTANGLE || annotation.kind == NEG_ANNOTATION_FREEHAND;
  const Writer item = add_content (parent, relationship, "SCOORD3D", &concept);
  std::vector<double> places;

  for (gsize i = 0; i + 1 < points.size (); i += 2) {
    double place_mm[3];

    neg_annotation_plane_to_patient (annotation.plane, &points[i], place_mm);
    places.insert (places.end (), place_mm, place_mm + 3);
  }
  item.floats (DCM_GraphicData, places.data (), places.size ());
  item.text (DCM_GraphicType, is_closed ? "POLYGON" : type);
  item.text (DCM_ReferencedFrameOfReferenceUID, annotation.frame_of_reference_uid);
}

static void
add_coordinates (const Writer &parent, const char *relationship, const Code &concept, const NegAnnotation &annotation)
{
  if (annotation.plane != nullptr) {
    add_places (parent, relationship, concept, annotation);
    return;
  }
  guint32 frame;
  const NegImageReference reference = get_reference (annotation, &frame);
  const char *type;
  const std::vector<double> points = get_region_points (annotation, &type);
  const Writer item = add_content (parent, relationship, "SCOORD", &concept);

  item.floats (DCM_GraphicData, points.data (), points.size ());
  item.text (DCM_GraphicType, type);
  const Code source = { "121324", "DCM", "Source Image" };
  add_image (item, "SELECTED FROM", reference, annotation.kind >= NEG_ANNOTATION_ELLIPSE ? &source : nullptr);
}

static Writer
add_number (const Writer &group, const NegAnnotationValue &value)
{
  const Code concept = get_concept (value.quantity);
  const Writer item = add_content (group, "CONTAINS", "NUM", &concept);
  const Writer measured = item.add (DCM_MeasuredValueSequence);

  measured.code (DCM_MeasurementUnitsCodeSequence, { value.unit, "UCUM", get_unit_meaning (value.unit) });
  measured.decimal (DCM_NumericValue, value.value);
  return item;
}

static bool
is_region (const NegAnnotation &annotation)
{
  return annotation.kind == NEG_ANNOTATION_ELLIPSE || annotation.kind == NEG_ANNOTATION_RECTANGLE
         || annotation.kind == NEG_ANNOTATION_FREEHAND || annotation.kind == NEG_ANNOTATION_PROBE
         || annotation.kind == NEG_ANNOTATION_ARROW;
}

/* Where the scale comes from belongs to what was measured by it: lines, and areas that are in square millimetres. */
static bool
is_scaled (const NegAnnotation &annotation)
{
  for (guint i = 0; i < annotation.n_values; i++)
    if (annotation.values[i].quantity == NEG_QUANTITY_AREA && g_str_equal (annotation.values[i].unit, "mm2"))
      return true;
  return !is_region (annotation);
}

static void
add_group (const Writer &measurements, const NegAnnotation &annotation)
{
  const Code group_name = { "125007", "DCM", "Measurement Group" };
  const Code source = { "260753009", "SCT", "Source" };
  const Writer group = add_content (measurements, "CONTAINS", "CONTAINER", &group_name);

  group.text (DCM_ContinuityOfContent, "SEPARATE");
  const Writer form = group.add (DCM_ContentTemplateSequence);
  form.text (DCM_MappingResource, "DCMR");
  form.text (DCM_TemplateIdentifier, is_region (annotation) ? "1410" : "1501");
  add_text (group, "HAS OBS CONTEXT", { "112039", "DCM", "Tracking Identifier" },
            neg_annotation_kind_get_name (annotation.kind));
  const Code tracking = { "112040", "DCM", "Tracking Unique Identifier" };
  add_content (group, "HAS OBS CONTEXT", "UIDREF", &tracking).text (DCM_UID, annotation.uid);
  if (is_region (annotation))
    add_coordinates (group, "CONTAINS", { "111030", "DCM", "Image Region" }, annotation);
  for (guint i = 0; i < annotation.n_values; i++) {
    if (!std::isfinite (annotation.values[i].value))
      continue;
    const Writer number = add_number (group, annotation.values[i]);
    if (!is_region (annotation))
      add_coordinates (number, "INFERRED FROM", source, annotation);
  }
  add_text (group, "CONTAINS", { "121106", "DCM", "Comment" }, annotation.text);
  if (annotation.calibration != nullptr && is_scaled (annotation))
    add_text (group, "CONTAINS", { "112034", "DCM", "Calibration" }, annotation.calibration);
}

/* Every image once, in the order in which the annotations name them. */
static NegImageReferences
list_images (const GPtrArray *annotations, std::vector<NegImageReference> *images)
{
  for (guint i = 0; i < annotations->len; i++) {
    const NegAnnotation &annotation = *static_cast<const NegAnnotation *> (annotations->pdata[i]);

    if (annotation.n_points == 0 || annotation.plane != nullptr)
      continue;
    images->push_back ({ annotation.study_uid, annotation.series_uid, annotation.sop_class_uid,
                         annotation.sop_instance_uid, 0, nullptr });
  }
  return { guint32 (images->size ()), images->data () };
}

/* TID 1600: the images, each once. */
static void
add_images (const Writer &library, const NegImageReferences &references)
{
  const Code name = { "126200", "DCM", "Image Library Group" };

  if (references.n == 0)
    return;
  const Writer group = add_content (library, "CONTAINS", "CONTAINER", &name);
  group.text (DCM_ContinuityOfContent, "SEPARATE");
  for (guint32 i = 0; i < references.n; i++)
    if (!was_listed (references, i))
      add_image (group, "CONTAINS", references.items[i], nullptr);
}

static void
add_predecessor (const Writer &root, const NegCompose &compose, const char *study_uid)
{
  if (compose.predecessor_sop_instance_uid == nullptr)
    return;
  NegImageReference old = { nullptr, compose.predecessor_series_uid, compose.predecessor_sop_class_uid,
                            compose.predecessor_sop_instance_uid, 0, nullptr };
  write_evidence (root, DCM_PredecessorDocumentsSequence, { 1, &old }, study_uid);
}

void
compose_measurements (const Writer &root, const NegCompose &compose, const char *study_uid)
{
  std::vector<NegImageReference> images;
  const NegImageReferences references = list_images (compose.annotations, &images);
  const Code library = { "111028", "DCM", "Image Library" }, imaging = { "126010", "DCM", "Imaging Measurements" };

  root.empty_sequence (DCM_ReferencedPerformedProcedureStepSequence);
  root.empty_sequence (DCM_PerformedProcedureCodeSequence);
  root.text (DCM_CompletionFlag, "COMPLETE");
  root.text (DCM_VerificationFlag, "UNVERIFIED");
  add_predecessor (root, compose, study_uid);
  write_evidence (root, DCM_CurrentRequestedProcedureEvidenceSequence, references, study_uid);
  write_document (root, compose, { "126000", "DCM", "Imaging Measurement Report" }, "1500", nullptr);
  add_code (root, "HAS CONCEPT MOD", { "121058", "DCM", "Procedure reported" }, { "363679005", "SCT", "Imaging procedure" });
  const Writer images_item = add_content (root, "CONTAINS", "CONTAINER", &library);
  images_item.text (DCM_ContinuityOfContent, "SEPARATE");
  add_images (images_item, references);
  const Writer measurements = add_content (root, "CONTAINS", "CONTAINER", &imaging);
  measurements.text (DCM_ContinuityOfContent, "SEPARATE");
  for (guint i = 0; i < compose.annotations->len; i++) {
    const NegAnnotation &annotation = *static_cast<const NegAnnotation *> (compose.annotations->pdata[i]);

    if (annotation.n_points > 0)
      add_group (measurements, annotation);
  }
}

} // namespace neg
