#include "config.h"

#include "engine/neg-dataset-content.hh"
#include "engine/neg-dataset-outline.hh"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "model/neg-annotation.h"

namespace neg {

constexpr guint annotations_max = 20000;
constexpr gsize report_points_max = 100000;
constexpr gsize values_max = 32;

namespace {

/* What is drawn at one place, and the numbers that were taken of it. */
struct Mark {
  Outline outline;
  std::shared_ptr<ImageReferences> image; /* one */
  std::vector<NegAnnotationValue> values;
  std::string name; /* of the first number */
};

/* A Measurement Group (TID 1410, 1501), or one number that stands alone. */
struct Group {
  std::string uid, comment, finding, calibration;
  NegAnnotationKind hint = NEG_ANNOTATION_N_KINDS;
  std::vector<Mark> marks;
  std::unordered_map<std::string, gsize> places;  /* of marks, the first of each */
  std::vector<NegAnnotationValue> values; /* of the group as a whole */
};

class ReportReader {
public:
  explicit ReportReader (const Item &root_);

  GPtrArray *read ();

private:
  void walk (const Item &container);
  void read_group (const Item &container);
  void read_word (const Item &item, Group *group);
  bool read_mark (const Item &item, Mark *mark);
  void read_number (const Item &item, Group *group);
  void add_group (Group *group);
  void add_mark (const Group &group, const Mark &mark);
  std::string find_uid (const Group &group);

  const Item &root;
  ReferenceReader references;
  Evidence evidence;
  GPtrArray *annotations = nullptr; /* borrowed, of read() */
  std::unordered_map<std::string, guint> uids; /* that are taken, and the last number that was put behind each */
  gsize points_left = report_points_max;
  std::string observer;
  gint64 changed_us;
};

} // namespace

struct QuantityCode {
  const char *scheme, *value;
  NegQuantity quantity;
};

/* SNOMED CT, the retired codes of SNOMED RT in older reports, and those that some writers take of DICOM. */
static const QuantityCode quantity_codes[] = {
  { "SCT", "410668003", NEG_QUANTITY_LENGTH },  { "SRT", "G-D7FE", NEG_QUANTITY_LENGTH },
  { "DCM", "121206", NEG_QUANTITY_LENGTH },     { "SCT", "1483009", NEG_QUANTITY_ANGLE },
  { "SRT", "G-A160", NEG_QUANTITY_ANGLE },      { "SCT", "42798000", NEG_QUANTITY_AREA },
  { "SRT", "G-A166", NEG_QUANTITY_AREA },       { "SCT", "131184002", NEG_QUANTITY_AREA },
  { "SRT", "G-A16A", NEG_QUANTITY_AREA },       { "SCT", "373098007", NEG_QUANTITY_MEAN },
  { "SRT", "R-00317", NEG_QUANTITY_MEAN },      { "DCM", "113049", NEG_QUANTITY_MEAN },
  { "SCT", "386136009", NEG_QUANTITY_SD },      { "SRT", "R-10047", NEG_QUANTITY_SD },
  { "SCT", "255605001", NEG_QUANTITY_MINIMUM }, { "SRT", "R-404FB", NEG_QUANTITY_MINIMUM },
  { "DCM", "113051", NEG_QUANTITY_MINIMUM },    { "SCT", "56851009", NEG_QUANTITY_MAXIMUM },
  { "SRT", "G-A437", NEG_QUANTITY_MAXIMUM },    { "DCM", "113048", NEG_QUANTITY_MAXIMUM },
};

static bool
find_quantity (const Concept &code, NegQuantity *quantity)
{
  const std::string scheme = code.scheme == "SNM3" || code.scheme == "99SDM" ? "SRT" : code.scheme;

  for (const QuantityCode &known : quantity_codes)
    if (scheme == known.scheme && code.value == known.value) {
      *quantity = known.quantity;
      return true;
    }
  return false;
}

/* What is measured along points of its own is what its unit says, whatever it is called (diameter, thickness). */
static bool
find_quantity_of_unit (const std::string &unit, NegQuantity *quantity)
{
  if (unit == "mm" || unit == "cm" || unit == "m" || unit == "um")
    *quantity = NEG_QUANTITY_LENGTH;
  else if (unit == "mm2" || unit == "cm2" || unit == "um2")
    *quantity = NEG_QUANTITY_AREA;
  else if (unit == "deg")
    *quantity = NEG_QUANTITY_ANGLE;
  else
    return false;
  return true;
}

/* A statistic may be the name itself or its derivation (TID 1419). */
static bool
read_quantity (const Item &item, const std::string &unit, bool has_outline, NegQuantity *quantity)
{
  for (const Item &part : item.items (DCM_ContentSequence, content_items_max))
    if (is_content (part, "CODE") && read_name (part).is ("DCM", "121401"))
      return find_quantity (read_concept (part, DCM_ConceptCodeSequence), quantity);
  return find_quantity (read_name (item), quantity) || (has_outline && find_quantity_of_unit (unit, quantity));
}

static bool
read_value (const Item &item, bool has_outline, NegAnnotationValue *value)
{
  Item measured = item.first (DCM_MeasuredValueSequence);
  Concept unit = measured ? read_concept (measured, DCM_MeasurementUnitsCodeSequence) : Concept ();

  if (!measured || unit.scheme != "UCUM" || unit.value.size () >= sizeof value->unit
      || !read_quantity (item, unit.value, has_outline, &value->quantity))
    return false;
  value->value = measured.number (DCM_NumericValue);
  g_strlcpy (value->unit, unit.value.c_str (), sizeof value->unit);
  return !std::isnan (value->value);
}

static std::string
take (char *text)
{
  std::string result = text != nullptr ? text : "";

  g_free (text);
  return result;
}

/* "+0100" of (0008,0201) in seconds; 0 where it is absent. */
static gint
parse_offset (const char *text)
{
  if (text == nullptr || strlen (text) != 5 || (text[0] != '+' && text[0] != '-')
      || strspn (text + 1, "0123456789") != 4)
    return 0;
  gint hours = (text[1] - '0') * 10 + text[2] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
  return (text[0] == '-' ? -60 : 60) * (hours * 60 + minutes);
}

static guint
parse_digits (const char *text, guint n)
{
  guint value = 0;

  for (guint i = 0; i < n; i++)
    value = value * 10 + (text[i] - '0');
  return value;
}

/* Content Date and Time; 0 when they are none. */
static gint64
read_changed_us (const Item &root)
{
  g_autofree char *date = root.code (DCM_ContentDate, 64), *time = root.code (DCM_ContentTime, 64),
                  *offset = root.code (DCM_TimezoneOffsetFromUTC, 64);
  GDate day;
  gint64 seconds;

  if (date == nullptr || strlen (date) != 8 || strspn (date, "0123456789") != 8)
    return 0;
  if (!g_date_valid_dmy (parse_digits (date + 6, 2), static_cast<GDateMonth> (parse_digits (date + 4, 2)),
                         parse_digits (date, 4)))
    return 0;
  g_date_clear (&day, 1);
  g_date_set_dmy (&day, parse_digits (date + 6, 2), static_cast<GDateMonth> (parse_digits (date + 4, 2)),
                  parse_digits (date, 4));
  /* Day 719163 of the proleptic calendar is 1970-01-01. */
  seconds = (static_cast<gint64> (g_date_get_julian (&day)) - 719163) * 86400 - parse_offset (offset);
  if (time != nullptr && strlen (time) >= 6 && strspn (time, "0123456789") >= 6)
    seconds += parse_digits (time, 2) * 3600 + parse_digits (time + 2, 2) * 60 + parse_digits (time + 4, 2);
  return seconds * G_USEC_PER_SEC;
}

ReportReader::ReportReader (const Item &root_)
    : root (root_), references (root_.reading), evidence (root_), observer (take (read_observer (root_))),
      changed_us (read_changed_us (root_))
{
}

/* Coordinates of a total pixel matrix are not those of a frame of it (C.18.6.1.1). Some writers say VOLUME of images
 * that have no such matrix. */
static bool
is_of_matrix (const Item &item, const NegImageReference &image)
{
  static const char *const tiled[] = { UID_VLWholeSlideMicroscopyImageStorage, UID_SegmentationStorage, nullptr };

  return item.code_is (DCM_PixelOriginInterpretation, "VOLUME") && image.sop_class_uid != nullptr
         && g_strv_contains (tiled, image.sop_class_uid);
}

/* C.18.6: coordinates are of the image that they are selected from. */
bool
ReportReader::read_mark (const Item &item, Mark *mark)
{
  if (!read_outline (item, &mark->outline)) {
    root.reading->warn ("Coordinates of the report cannot be shown and were left out");
    return false;
  }
  mark->image = std::make_shared<ImageReferences> ();
  for (const Item &part : item.items (DCM_ContentSequence, content_items_max))
    if (is_content (part, "IMAGE") && mark->image->references.n == 0)
      for (const Item &reference : part.items (DCM_ReferencedSOPSequence, 1))
        references.read_one (reference, &mark->image->references);
  if (mark->image->references.n == 0) {
    root.reading->warn ("Coordinates of the report name no image and were left out");
    return false;
  }
  if (is_of_matrix (item, mark->image->references.items[0])) {
    root.reading->warn ("Coordinates of a total pixel matrix are not shown");
    return false;
  }
  evidence.place (&mark->image->references.items[0]);
  return true;
}

/* What two marks have in common that are the same drawing on the same image. */
static std::string
get_place (const Mark &mark)
{
  const NegImageReference &image = mark.image->references.items[0];
  std::string place = mark.outline.type + "\n" + image.sop_instance_uid + "\n"
                      + std::to_string (image.n_frames > 0 ? image.frames[0] : 0) + "\n";

  return place.append (reinterpret_cast<const char *> (mark.outline.points.data ()),
                       mark.outline.points.size () * sizeof (double));
}

static void
add_to_group (Group *group, Mark mark)
{
  group->places.emplace (get_place (mark), group->marks.size ());
  group->marks.push_back (std::move (mark));
}

static void
add_value (std::vector<NegAnnotationValue> *values, const NegAnnotationValue &value)
{
  if (values->size () < values_max)
    values->push_back (value);
}

/* A number is of its own coordinates (INFERRED FROM), or of the group's region. */
void
ReportReader::read_number (const Item &item, Group *group)
{
  Mark mark;
  NegAnnotationValue value = {};
  bool has_outline = false;

  for (const Item &part : item.items (DCM_ContentSequence, content_items_max))
    if (!has_outline && is_content (part, "SCOORD"))
      has_outline = read_mark (part, &mark);
  bool has_value = read_value (item, has_outline, &value);
  if (!has_outline) {
    if (has_value)
      add_value (&group->values, value);
    return;
  }
  mark.name = read_name (item).meaning;
  auto same = group->places.find (get_place (mark));
  if (has_value)
    add_value (same != group->places.end () ? &group->marks[same->second].values : &mark.values, value);
  if (same == group->places.end ())
    add_to_group (group, std::move (mark));
}

void
ReportReader::read_word (const Item &item, Group *group)
{
  Concept name = read_name (item);

  if (name.is ("DCM", "112040"))
    group->uid = take (item.code (DCM_UID, 256));
  else if (name.is ("DCM", "121106"))
    group->comment = take (item.text (DCM_TextValue, NEG_ANNOTATION_TEXT_BYTES_MAX));
  else if (name.is ("DCM", "112034"))
    group->calibration = take (item.text (DCM_TextValue, 256));
  else if (name.is ("DCM", "121071"))
    group->finding = is_content (item, "TEXT") ? take (item.text (DCM_TextValue, NEG_ANNOTATION_TEXT_BYTES_MAX))
                                               : read_concept (item, DCM_ConceptCodeSequence).meaning;
  else if (name.is ("DCM", "112039")) {
    g_autofree char *tracking = item.text (DCM_TextValue, 256);

    neg_annotation_kind_from_name (&group->hint, tracking);
  }
}

void
ReportReader::read_group (const Item &container)
{
  Group group;

  for (const Item &item : container.items (DCM_ContentSequence, content_items_max)) {
    Mark mark;

    if (is_content (item, "SCOORD")) {
      mark.outline.is_region = true;
      if (read_mark (item, &mark))
        add_to_group (&group, std::move (mark));
    } else if (is_content (item, "SCOORD3D"))
      root.reading->warn ("Coordinates in space of the report are not shown");
    else if (is_content (item, "NUM"))
      read_number (item, &group);
    else
      read_word (item, &group);
  }
  add_group (&group);
}

/* The numbers of a group are of its region; of several regions none is theirs alone. */
void
ReportReader::add_group (Group *group)
{
  if (group->marks.size () == 1)
    for (const NegAnnotationValue &value : group->values)
      add_value (&group->marks[0].values, value);
  for (const Mark &mark : group->marks)
    add_mark (*group, mark);
}

/* Parts of one group, and what has no identifier, get one that is the same whenever the report is read. */
std::string
ReportReader::find_uid (const Group &group)
{
  const char *instance = root.reading->instance->sop_instance_uid;
  const std::string base = !group.uid.empty () ? group.uid : instance != nullptr ? instance : "report";
  std::string uid = group.uid.empty () ? base + "." + std::to_string (uids.size () + 1) : base;

  /* The number goes on where it was left: from the beginning, many parts would take for ever. */
  for (guint *last = nullptr; !uids.emplace (uid, 1).second; uid = base + "." + std::to_string (++*last))
    last = &uids[base];
  return uid;
}

static char *
copy_text (const std::string &text)
{
  return text.empty () ? nullptr : g_strndup (text.data (), text.size ());
}

void
ReportReader::add_mark (const Group &group, const Mark &mark)
{
  NegAnnotationKind kind;
  std::vector<double> points;
  NegImageReference &image = mark.image->references.items[0];

  /* Coordinates in double precision may have a middle or a radius that no number has. */
  if (!shape_outline (mark.outline, group.hint, mark.values, &kind, &points)
      || !std::all_of (points.begin (), points.end (), [] (double value) { return std::isfinite (value); })) {
    root.reading->warn ("Coordinates of the report cannot be shown and were left out");
    return;
  }
  if (annotations->len >= annotations_max || points.size () / 2 > points_left) {
    root.reading->warn ("The report has too many measurements; the first are shown");
    return;
  }
  points_left -= points.size () / 2;
  g_autoptr (NegAnnotation) annotation = neg_annotation_new (kind);
  annotation->uid = copy_text (find_uid (group));
  annotation->study_uid = g_strdup (image.study_uid);
  annotation->series_uid = g_strdup (image.series_uid);
  annotation->sop_class_uid = g_strdup (image.sop_class_uid);
  annotation->sop_instance_uid = g_strdup (image.sop_instance_uid);
  annotation->frame = image.n_frames > 0 ? image.frames[0] : 1;
  neg_annotation_set_points (annotation, points.data (), points.size () / 2);
  neg_annotation_set_values (annotation, mark.values.data (), mark.values.size ());
  for (guint i = 0; i < annotation->n_values; i++)
    if (kind == NEG_ANNOTATION_PROBE && annotation->values[i].quantity == NEG_QUANTITY_MEAN)
      annotation->values[i].quantity = NEG_QUANTITY_VALUE;
  annotation->text = copy_text (!group.comment.empty () ? group.comment
                                : !group.finding.empty () ? group.finding
                                                          : std::string ());
  annotation->calibration = copy_text (group.calibration);
  annotation->author = copy_text (observer);
  annotation->changed_us = changed_us;
  annotation->is_foreign = TRUE;
  g_ptr_array_add (annotations, g_steal_pointer (&annotation));
}

/* Groups wherever they are, and numbers of other templates that name their coordinates. */
void
ReportReader::walk (const Item &container)
{
  for (const Item &item : container.items (DCM_ContentSequence, content_items_max)) {
    if (is_content (item, "NUM")) {
      Group alone;

      read_number (item, &alone);
      if (!alone.marks.empty ())
        alone.finding = alone.marks[0].name;
      add_group (&alone);
    } else if (is_content (item, "CONTAINER")) {
      if (read_name (item).is ("DCM", "125007"))
        read_group (item);
      else
        walk (item);
    }
  }
}

GPtrArray *
ReportReader::read ()
{
  g_autoptr (GPtrArray) found
      = g_ptr_array_new_with_free_func (reinterpret_cast<GDestroyNotify> (neg_annotation_unref));

  annotations = found;
  walk (root);
  return g_steal_pointer (&found);
}

GPtrArray *
read_report (const Item &root)
{
  return ReportReader (root).read ();
}

} // namespace neg
