#include "config.h"

#include "engine/neg-compose-private.hh"

#include <cstring>

#include "base/neg-utf8.h"

namespace neg {

void
Writer::check (const OFCondition &result) const
{
  if (condition->good ())
    *condition = result;
}

void
Writer::insert (std::unique_ptr<DcmElement> element) const
{
  const OFCondition result = item->insert (element.get (), OFTrue);

  if (result.good ())
    element.release ();
  check (result);
}

void
Writer::text (const DcmTagKey &tag, const char *value) const
{
  if (value != nullptr)
    check (item->putAndInsertString (tag, value));
}

void
Writer::text_or_empty (const DcmTagKey &tag, const char *value) const
{
  check (item->putAndInsertString (tag, value != nullptr ? value : ""));
}

/* Control characters and backslashes would make other values or lines of it (PS3.5 6.2). */
static char *
dup_cut (const char *value, gsize characters_max)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  char *part = g_utf8_substring (valid, 0, MIN (gsize (g_utf8_strlen (valid, -1)), characters_max));

  for (char *c = part; *c != '\0'; c++)
    if (guchar (*c) < ' ' || *c == '\\' || *c == 0x7F)
      *c = ' ';
  return part;
}

void
Writer::cut (const DcmTagKey &tag, const char *value, gsize characters_max) const
{
  if (value == nullptr)
    return;
  g_autofree char *part = dup_cut (value, characters_max);
  text (tag, part);
}

void
Writer::cut_all (const DcmTagKey &tag, const std::vector<const char *> &values, gsize characters_max) const
{
  g_autoptr (GString) joined = g_string_new (nullptr);

  for (gsize i = 0; i < values.size (); i++) {
    g_autofree char *part = dup_cut (values[i] != nullptr ? values[i] : "", characters_max);

    g_string_append_printf (joined, "%s%s", i > 0 ? "\\" : "", part);
  }
  text (tag, joined->str);
}

/* One value always, so that a backslash is a character of it; of control characters those that end lines. The standard
 * counts characters, other readers count bytes. */
void
Writer::cut_lines (const DcmTagKey &tag, const char *value, gsize bytes_max) const
{
  if (value == nullptr)
    return;
  g_autofree char *part = g_utf8_make_valid (value, -1);
  neg_utf8_cut (part, bytes_max);
  for (char *c = part; *c != '\0'; c++)
    if ((guchar (*c) < ' ' && *c != '\r' && *c != '\n') || *c == 0x7F)
      *c = ' ';
  text (tag, part);
}

void
Writer::us (const DcmTagKey &tag, guint16 value) const
{
  check (item->putAndInsertUint16 (tag, value));
}

/* As many digits as 16 characters hold (PS3.5 6.2). */
static void
print_decimal (double value, char text[G_ASCII_DTOSTR_BUF_SIZE])
{
  for (int digits = 15; digits > 0; digits--) {
    char format[8];

    g_snprintf (format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd (text, G_ASCII_DTOSTR_BUF_SIZE, format, value);
    if (strlen (text) <= 16)
      return;
  }
}

void
Writer::decimals (const DcmTagKey &tag, const double *values, guint n) const
{
  g_autoptr (GString) joined = g_string_new (nullptr);

  for (guint i = 0; i < n; i++) {
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    print_decimal (values[i], number);
    g_string_append_printf (joined, "%s%s", i > 0 ? "\\" : "", number);
  }
  text (tag, joined->str);
}

void
Writer::decimal (const DcmTagKey &tag, double value) const
{
  decimals (tag, &value, 1);
}

void
Writer::integer (const DcmTagKey &tag, gint32 value) const
{
  char number[16];

  g_snprintf (number, sizeof number, "%d", value);
  text (tag, number);
}

void
Writer::longs (const DcmTagKey &tag, const gint32 *values, guint n) const
{
  const std::vector<Sint32> copies (values, values + n);
  auto element = std::make_unique<DcmSignedLong> (DcmTag (tag));

  check (element->putSint32Array (copies.data (), copies.size ()));
  insert (std::move (element));
}

void
Writer::floats (const DcmTagKey &tag, const double *values, guint n) const
{
  std::vector<Float32> singles (values, values + n);

  check (item->putAndInsertFloat32Array (tag, singles.data (), singles.size ()));
}

void
Writer::words (const DcmTagKey &tag, const guint16 *values, guint n) const
{
  check (item->putAndInsertUint16Array (tag, values, n));
}

void
Writer::bytes (const DcmTagKey &tag, const guint8 *values, gsize n) const
{
  check (item->putAndInsertUint8Array (tag, values, n));
}

Writer
Writer::add (const DcmTagKey &sequence) const
{
  DcmItem *added = nullptr;

  check (item->findOrCreateSequenceItem (sequence, added, -2));
  if (added == nullptr)
    throw std::bad_alloc ();
  return Writer (added, condition);
}

void
Writer::empty_sequence (const DcmTagKey &sequence) const
{
  check (item->insertEmptyElement (sequence));
}

void
Writer::code (const DcmTagKey &sequence, const Code &code) const
{
  const Writer coded = add (sequence);

  coded.text (DCM_CodeValue, code.value);
  coded.text (DCM_CodingSchemeDesignator, code.scheme);
  coded.text (DCM_CodeMeaning, code.meaning);
}

/* --- references --- */

/* The classes of which no object has several frames; of a class that is not known here one may. */
static bool
has_one_frame (const char *sop_class_uid)
{
  static const char *const classes[] = {
    UID_ComputedRadiographyImageStorage, UID_CTImageStorage, UID_MRImageStorage, UID_UltrasoundImageStorage,
    UID_RETIRED_UltrasoundImageStorage, UID_SecondaryCaptureImageStorage, UID_PositronEmissionTomographyImageStorage,
    UID_DigitalXRayImageStorageForPresentation, UID_DigitalXRayImageStorageForProcessing,
    UID_DigitalMammographyXRayImageStorageForPresentation, UID_DigitalMammographyXRayImageStorageForProcessing,
    UID_DigitalIntraOralXRayImageStorageForPresentation, UID_DigitalIntraOralXRayImageStorageForProcessing,
    UID_VLEndoscopicImageStorage, UID_VLMicroscopicImageStorage, UID_VLSlideCoordinatesMicroscopicImageStorage,
    UID_VLPhotographicImageStorage,
  };

  for (const char *uid : classes)
    if (g_strcmp0 (uid, sop_class_uid) == 0)
      return true;
  return false;
}

/* A frame is named of multi-frame objects only (PS3.3 10.3). */
void
write_image_reference (const Writer &item, const NegImageReference &reference)
{
  const bool is_only = reference.n_frames == 1 && reference.frames[0] == 1
                       && has_one_frame (reference.sop_class_uid);
  g_autoptr (GString) frames = g_string_new (nullptr);

  item.text (DCM_ReferencedSOPClassUID, reference.sop_class_uid);
  item.text (DCM_ReferencedSOPInstanceUID, reference.sop_instance_uid);
  for (guint32 i = 0; i < reference.n_frames; i++)
    g_string_append_printf (frames, "%s%u", i > 0 ? "\\" : "", reference.frames[i]);
  if (frames->len > 0 && !is_only)
    item.text (DCM_ReferencedFrameNumber, frames->str);
}

/* The first of @references with the same study, and the same series where @with_series. */
static bool
is_first (const NegImageReferences &references, guint32 index, bool with_series)
{
  const NegImageReference &one = references.items[index];

  for (guint32 i = 0; i < index; i++) {
    const NegImageReference &other = references.items[i];

    if (g_strcmp0 (one.study_uid, other.study_uid) == 0
        && (!with_series || g_strcmp0 (one.series_uid, other.series_uid) == 0))
      return false;
  }
  return true;
}

void
write_series_references (const Writer &root, const NegImageReferences &references)
{
  for (guint32 i = 0; i < references.n; i++) {
    if (!is_first (references, i, true))
      continue;
    const Writer series = root.add (DCM_ReferencedSeriesSequence);
    series.text (DCM_SeriesInstanceUID, references.items[i].series_uid);
    for (guint32 j = i; j < references.n; j++)
      if (g_strcmp0 (references.items[j].series_uid, references.items[i].series_uid) == 0)
        write_image_reference (series.add (DCM_ReferencedImageSequence), references.items[j]);
  }
}

bool
was_listed (const NegImageReferences &references, guint32 index)
{
  for (guint32 i = 0; i < index; i++)
    if (g_strcmp0 (references.items[i].sop_instance_uid, references.items[index].sop_instance_uid) == 0)
      return true;
  return false;
}

static void
write_evidence_of_study (const Writer &study, const NegImageReferences &references, guint32 first)
{
  const char *study_uid = references.items[first].study_uid;

  for (guint32 i = first; i < references.n; i++) {
    if (g_strcmp0 (references.items[i].study_uid, study_uid) != 0 || !is_first (references, i, true))
      continue;
    const Writer series = study.add (DCM_ReferencedSeriesSequence);
    series.text (DCM_SeriesInstanceUID, references.items[i].series_uid);
    for (guint32 j = i; j < references.n; j++) {
      const NegImageReference &image = references.items[j];

      if (g_strcmp0 (image.series_uid, references.items[i].series_uid) != 0
          || g_strcmp0 (image.study_uid, study_uid) != 0 || was_listed (references, j))
        continue;
      const Writer sop = series.add (DCM_ReferencedSOPSequence);
      sop.text (DCM_ReferencedSOPClassUID, image.sop_class_uid);
      sop.text (DCM_ReferencedSOPInstanceUID, image.sop_instance_uid);
    }
  }
}

void
write_evidence (const Writer &root, const DcmTagKey &sequence, const NegImageReferences &references,
                const char *study_uid)
{
  for (guint32 i = 0; i < references.n; i++) {
    if (!is_first (references, i, false))
      continue;
    const Writer study = root.add (sequence);
    const char *own = references.items[i].study_uid;
    study.text (DCM_StudyInstanceUID, own != nullptr ? own : study_uid);
    write_evidence_of_study (study, references, i);
  }
}

/* --- structured reports --- */

Writer
add_content (const Writer &parent, const char *relationship, const char *type, const Code *concept)
{
  const Writer content = parent.add (DCM_ContentSequence);

  content.text (DCM_RelationshipType, relationship);
  content.text (DCM_ValueType, type);
  if (concept != nullptr)
    content.code (DCM_ConceptNameCodeSequence, *concept);
  return content;
}

void
add_code (const Writer &parent, const char *relationship, const Code &concept, const Code &value)
{
  add_content (parent, relationship, "CODE", &concept).code (DCM_ConceptCodeSequence, value);
}

void
add_text (const Writer &parent, const char *relationship, const Code &concept, const char *value)
{
  if (value != nullptr && *value != '\0')
    add_content (parent, relationship, "TEXT", &concept).text (DCM_TextValue, value);
}

void
add_image (const Writer &parent, const char *relationship, const NegImageReference &reference, const Code *concept)
{
  const Writer image = add_content (parent, relationship, "IMAGE", concept);

  write_image_reference (image.add (DCM_ReferencedSOPSequence), reference);
}

/* TID 1002, a person; TID 1204. */
static void
write_context (const Writer &root, const NegCompose &compose)
{
  add_code (root, "HAS CONCEPT MOD", { "121049", "DCM", "Language of Content Item and Descendants" },
            { "en-US", "RFC5646", "English (United States)" });
  add_code (root, "HAS OBS CONTEXT", { "121005", "DCM", "Observer Type" }, { "121006", "DCM", "Person" });
  const Code name = { "121008", "DCM", "Person Observer Name" };
  add_content (root, "HAS OBS CONTEXT", "PNAME", &name).text (DCM_PersonName, compose.creator);
}

void
write_document (const Writer &root, const NegCompose &compose, const Code &title, const char *template_id,
                const Code *modifier)
{
  root.text (DCM_ContentDate, compose.date);
  root.text (DCM_ContentTime, compose.time);
  root.text (DCM_ValueType, "CONTAINER");
  root.code (DCM_ConceptNameCodeSequence, title);
  root.text (DCM_ContinuityOfContent, "SEPARATE");
  const Writer form = root.add (DCM_ContentTemplateSequence);
  form.text (DCM_MappingResource, "DCMR");
  form.text (DCM_TemplateIdentifier, template_id);
  if (modifier != nullptr)
    add_code (root, "HAS CONCEPT MOD", { "113011", "DCM", "Document Title Modifier" }, *modifier);
  write_context (root, compose);
}

} // namespace neg
